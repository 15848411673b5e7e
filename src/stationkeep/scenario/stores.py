"""Do the names in a scenario's ``life_support`` exist in its habitat, and can its air carry those who are aboard?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from stationkeep.habitat.refusal import HabitatError
from stationkeep.logistics.crew import side_of
from stationkeep.logistics.vehicles import known_fleet
from stationkeep.scenario.problems import Location, Problem, not_known
from stationkeep.timescale import mjd_utc

if TYPE_CHECKING:
    from stationkeep.habitat.figures import HabitatDocument
    from stationkeep.habitat.habitat import Habitat
    from stationkeep.habitat.stores import Store
    from stationkeep.logistics.manifest import Manifest
    from stationkeep.scenario.people import LifeSupport
    from stationkeep.scenario.schema import Scenario

_KINDS = {"dry": (), "water": ("water",), "gas": ("oxygen", "nitrogen")}
_ROUNDING = 1.0e-9


def life_support_problems(scenario: Scenario, manifest: Manifest | None) -> Iterator[Problem]:
    """Each thing in the life support of a scenario that cannot be, at its place.

    ``manifest``: who is aboard at the epoch; none: not known, since the traffic itself is refused.
    """
    given = scenario.life_support
    if (given is None) != (scenario.traffic is None):
        missing, there = ("traffic", "life_support") if given is not None else ("life_support", "traffic")
        yield Problem((there,), f"needs a {missing} section beside it: stores are used up by people, who come in craft")
        return
    if given is None:
        return
    try:
        document = given.document
        habitat = document.habitat()
    except HabitatError as error:
        yield Problem(("life_support", "habitat"), _with_hint(error))
        return
    yield from _names(given, habitat)
    yield from _room(given, document, habitat)
    if manifest is not None:
        yield from _people(scenario, manifest)


def _with_hint(error: HabitatError) -> str:
    return f"{error.problem}; {error.hint}" if error.hint else error.problem


def people_by_side(given: LifeSupport, manifest: Manifest, time_mjd_utc: float) -> dict[str, int]:
    """How many people of each of the habitat's sides are aboard at a date, by the plan."""
    counts = dict.fromkeys(given.sides.values(), 0)
    for trip in manifest.trips:
        up, down = manifest.flights.get(trip.up_flight), manifest.flights.get(trip.down_flight)
        came = up.arrival_mjd_utc if up is not None else trip.arrival_mjd_utc
        left = down.departure_mjd_utc if down is not None else trip.departure_mjd_utc
        if came is not None and came <= time_mjd_utc and (left is None or left > time_mjd_utc):
            counts[given.sides[side_of(trip)]] += 1
    return counts


def _names(given: LifeSupport, habitat: Habitat) -> Iterator[Problem]:
    kinds, stores = list(known_fleet().kinds), list(habitat.stores)
    if "sides" not in given.model_fields_set and not set(given.sides.values()) <= habitat.sides.keys():
        first = next(iter(habitat.sides), "crew")
        message = f"is missing: say whose stores people live from, such as {{american: {first}, russian: {first}}}"
        yield Problem(
            ("life_support", "sides"), f"{message}; the habitat's sides: {', '.join(habitat.sides) or 'none'}"
        )
        return
    for side, name in given.sides.items():
        if name not in habitat.sides:
            yield Problem(("life_support", "sides", side), not_known("side", name, list(habitat.sides)))
    for number, supply in enumerate(given.supplies):
        where: Location = ("life_support", "supplies", number)
        for place, vehicle in enumerate(supply.vehicles):
            if vehicle not in kinds:
                yield Problem((*where, "vehicles", place), not_known("vehicle", vehicle, kinds))
        for what, allowed in _KINDS.items():
            for store in getattr(supply, what):
                if store not in stores:
                    yield Problem((*where, what, store), not_known("store", store, stores))
                elif allowed and habitat.stores[store].substance not in allowed:
                    held = habitat.stores[store].substance
                    yield Problem((*where, what, store), f"{store} holds {held}; {what} is {' or '.join(allowed)}")
        yield from _short_names(supply.short, habitat, where)
    for number, store in enumerate(given.waste):
        if store not in stores:
            yield Problem(("life_support", "waste", number), not_known("store", store, stores))
    for store in given.amounts_kg:
        if store not in stores:
            yield Problem(("life_support", "amounts_kg", store), not_known("store", store, stores))


def _has_reserve(store: Store) -> bool:
    return store.reserve_kg > 0.0 or store.reserve_days > 0.0


def _short_names(short: Mapping[str, Mapping[str, float]], habitat: Habitat, where: Location) -> Iterator[Problem]:
    """What is carried once a reserve is reached: substances that have one, and stores."""
    stores = list(habitat.stores)
    followed = sorted({store.substance for store in habitat.stores.values() if _has_reserve(store)})
    for substance, shares in short.items():
        if substance not in followed:
            yield Problem((*where, "short", substance), not_known("substance with a reserve", substance, followed))
        for store in shares:
            if store not in stores:
                yield Problem((*where, "short", substance, store), not_known("store", store, stores))


def _room(given: LifeSupport, document: HabitatDocument, habitat: Habitat) -> Iterator[Problem]:
    """Amounts that their tank cannot hold, even where its size is uncertain and taken at its largest."""
    for store, amount in given.amounts_kg.items():
        if store not in habitat.stores:
            continue  # named already
        size = document.figures.get(f"stores.{store}.capacity_kg")
        room = habitat.stores[store].capacity_kg if size is None else max(size.quantile(1.0), size.best)
        if amount.high > room * (1.0 + _ROUNDING):
            yield Problem(
                ("life_support", "amounts_kg", store),
                f"{amount.high:,.0f} kg given, more than it holds ({room:,.0f} kg); give at most that",
            )


def _people(scenario: Scenario, manifest: Manifest) -> Iterator[Problem]:
    """More people at the start than the air can carry.

    Flown ahead only where there are more than the habitat's own, which it is known to carry, or other people.
    """
    given = scenario.life_support
    assert given is not None
    document = given.document
    counts = people_by_side(given, manifest, scenario.epoch_mjd_utc)
    habitat, person = document.habitat(), given.person.metabolism
    known = person == habitat.person and sum(counts.values()) <= sum(map(len, habitat.people.values()))
    if known or set(counts) - set(habitat.sides):
        return
    from stationkeep.habitat.dependence import require_air_for_all

    try:
        require_air_for_all(document.habitat(people=counts, person=person))
    except HabitatError as error:
        yield Problem(_where_they_came(scenario), _with_hint(error))


def _where_they_came(scenario: Scenario) -> Location:
    """The first flight of the scenario that brings people before the epoch; else what is docked then."""
    assert scenario.traffic is not None
    for number, flight in enumerate(scenario.traffic.flights):
        if flight.crew and flight.arrival_utc is not None and mjd_utc(flight.arrival_utc) <= scenario.epoch_mjd_utc:
            return "traffic", "flights", number
    return ("traffic", "docked") if scenario.traffic.docked else ("traffic",)
