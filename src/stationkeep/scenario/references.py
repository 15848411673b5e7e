"""Do the names in a scenario exist in the catalogue, and can the vehicles named as providers push?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from stationkeep.errors import ScenarioError
from stationkeep.partnership.crisis import timeline_names
from stationkeep.scenario.events import Withdrawal, WithdrawalScope
from stationkeep.scenario.flights import people_problems
from stationkeep.scenario.pressure import Response, Sanction
from stationkeep.scenario.problems import Location, Problem, not_known
from stationkeep.scenario.removal import removables
from stationkeep.scenario.taking_part import partners_of

if TYPE_CHECKING:
    from stationkeep.catalogue.entries import Station
    from stationkeep.catalogue.store import Catalogue
    from stationkeep.scenario.events import Event
    from stationkeep.scenario.schema import Provider, Scenario


_HEAVIEST: Final = 3.0  # times the catalogue's mass: a station still growing, but not another one


def check_references(scenario: Scenario, catalogue: Catalogue | None = None) -> None:
    """Refuse a scenario that names what the catalogue (null: the shipped one) does not know; lists every such name."""
    problems = list(reference_problems(scenario, catalogue))
    if problems:
        listed = "; ".join(f"{'.'.join(map(str, item.location))}: {item.message}" for item in problems)
        raise ScenarioError(f"scenario {scenario.id}: {listed}", hint="list what there is: stationkeep catalogue")


def reference_problems(scenario: Scenario, catalogue: Catalogue | None = None) -> Iterator[Problem]:
    """Each name the catalogue does not know, at its place in the scenario."""
    if catalogue is None:
        from stationkeep.catalogue.loader import load_catalogue

        catalogue = load_catalogue()
    yield from _unknown("station", scenario.station, catalogue.stations, ("station",))
    yield from _unlike_the_station(scenario, catalogue)
    if scenario.timeline is not None and scenario.timeline not in timeline_names():
        yield Problem(("timeline",), not_known("timeline", scenario.timeline, list(timeline_names())))
    for index, provider in enumerate(scenario.providers):
        where: Location = ("providers", index)
        yield from _unknown("partner", provider.partner, catalogue.partners, (*where, "partner"))
        for number, delivery in enumerate(provider.resupply):
            if delivery.partner is not None:
                place: Location = (*where, "resupply", number, "partner")
                yield from _unknown("partner", delivery.partner, catalogue.partners, place)
        for kind, name, known in (
            ("vehicle", provider.vehicle, catalogue.vehicles),
            ("engine", provider.engine, catalogue.engines),
        ):
            if name is not None:
                yield from _unknown(kind, name, known, (*where, kind))
        yield from _cannot_push(provider, catalogue, where)
        yield from _tanks(scenario, provider, catalogue, where)
        for field, names in (("push_needs", provider.push_needs), ("arrival_needs", provider.arrival_needs)):
            for one in names:
                yield from _unknown("partner", one, catalogue.partners, (*where, field))
        if provider.bought_by is not None:
            yield from _unknown("partner", provider.bought_by, catalogue.partners, (*where, "bought_by"))
    yield from people_problems(scenario)
    for name, branch in scenario.branches.items():
        for number, event in enumerate(branch.events):
            yield from _in_event(scenario, event, catalogue, ("branches", name, "events", number))


def _in_event(scenario: Scenario, event: Event, catalogue: Catalogue, where: Location) -> Iterator[Problem]:
    """Partners of an event, and what they take away."""
    if isinstance(event, Withdrawal):
        yield from _no_part("partner", scenario, event.partner, catalogue, (*where, "partner"))
        if event.hand_over_to is not None:
            yield from _unknown("partner", event.hand_over_to, catalogue.partners, (*where, "hand_over_to"))
        if event.partner in catalogue.partners and scenario.station in catalogue.stations:
            yield from _taken(event, catalogue.stations[scenario.station], where)
    elif isinstance(event, Response):
        yield from _unknown("partner", event.who, catalogue.partners, (*where, "who"))
    elif isinstance(event, Sanction) and event.on not in {provider.id for provider in scenario.providers}:
        yield from _no_part("partner or provider", scenario, event.on, catalogue, (*where, "on"))


def _no_part(kind: str, scenario: Scenario, given: str, catalogue: Catalogue, where: Location) -> Iterator[Problem]:
    """Who does nothing here, of the catalogue or not, can neither leave nor be held back."""
    if scenario.station not in catalogue.stations:  # refused for that already
        return
    takes_part = partners_of(scenario, catalogue)
    if given in takes_part:
        return
    if given not in catalogue.partners:
        more = [provider.id for provider in scenario.providers] if "provider" in kind else []
        yield Problem(where, not_known(kind, given, [*takes_part, *more]))
        return
    listed = ", ".join(takes_part)
    yield Problem(where, f"{given} has no part in this scenario, nothing would come of it; taking part are {listed}")


def _taken(event: Withdrawal, station: Station, where: Location) -> Iterator[Problem]:
    """What is taken away must be there, the partner's own, and able to leave."""
    if WithdrawalScope.TAKE_ASSETS_AWAY not in event.scope:
        return
    there = removables(station)
    own = [name for name, item in there.items() if item.owner == event.partner and item.can_leave]
    if event.assets is None:
        if not own:
            yield Problem((*where, "scope"), f"{event.partner} has nothing at {station.id} that could be taken away")
        return
    for number, name in enumerate(event.assets):
        place: Location = (*where, "assets", number)
        item = there.get(name)
        if item is None:
            yield Problem(place, f"{not_known('docked craft or module', name, list(there))}")
        elif item.owner != event.partner:
            yield Problem(place, f"{name} is not {event.partner}'s to take: it belongs to {item.owner}")
        elif not item.can_leave:
            able = ", ".join(own) or "nothing"
            yield Problem(place, f"{name} cannot leave: nobody has described how; {event.partner} can take {able}")


def _unknown(kind: str, given: str, known: Mapping[str, Any], where: Location) -> Iterator[Problem]:
    if given not in known:
        yield Problem(where, f"{not_known(kind, given, list(known))} (stationkeep catalogue)")


def _unlike_the_station(scenario: Scenario, catalogue: Catalogue) -> Iterator[Problem]:
    """A mass given for a station must be one it can have: a slip of a power of ten flies well and says nonsense."""
    station = catalogue.stations.get(scenario.station)
    if station is None or scenario.mass_kg is None:
        return
    known_kg, docked_kg = station.mass_kg.best, station.docked_mass_kg
    if scenario.mass_kg < docked_kg:
        yield Problem(
            ("mass_kg",),
            f"{scenario.mass_kg:,.0f} kg given; the vehicles docked at {scenario.station} alone have {docked_kg:,.0f} "
            f"kg, the whole station {known_kg:,.0f} kg",
        )
    elif scenario.mass_kg > _HEAVIEST * known_kg:
        yield Problem(
            ("mass_kg",),
            f"{scenario.mass_kg:,.0f} kg given; more than {_HEAVIEST:g} times the {known_kg:,.0f} kg the catalogue has "
            f"for {scenario.station}",
        )


def _cannot_push(provider: Provider, catalogue: Catalogue, where: Location) -> Iterator[Problem]:
    if provider.engine is not None or None not in (provider.thrust_n, provider.specific_impulse_s):
        return
    vehicle = catalogue.vehicles.get(provider.vehicle or "")
    if vehicle is not None and vehicle.engine is None:
        yield Problem(
            (*where, "vehicle"),
            f"the catalogue knows no engine of {vehicle.name} that can push: "
            "give engine, or thrust_n and specific_impulse_s",
        )


def _tanks(scenario: Scenario, provider: Provider, catalogue: Catalogue, where: Location) -> Iterator[Problem]:
    """Tanks are the station's, and hold what is said to be in them."""
    station = catalogue.stations.get(scenario.station)
    if provider.propellant is None or not provider.propellant.tanks or station is None:
        return
    known = {tank.id: tank for tank in station.tanks}
    place: Location = (*where, "propellant", "tanks")
    for name in provider.propellant.tanks:
        if name not in known:
            yield Problem(place, f"{not_known('tank', name, list(known))} (stationkeep catalogue {scenario.station})")
            return
    chosen = [known[name] for name in provider.propellant.tanks]
    room = sum(tank.capacity_kg.low - (tank.residual_kg.high if tank.residual_kg else 0.0) for tank in chosen)
    if provider.propellant.initial_kg.high > room:
        yield Problem(
            (*where, "propellant", "initial_kg"),
            f"{provider.propellant.initial_kg.high:,.0f} kg given; these tanks hold {room:,.0f} kg that can be drawn",
        )
