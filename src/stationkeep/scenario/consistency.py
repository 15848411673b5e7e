"""Do the parts of a scenario fit together? Each rule names the field it speaks of, for the loader to find its line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from pydantic_core import PydanticCustomError

from stationkeep.constants import EARTH_EQUATORIAL_RADIUS_KM
from stationkeep.errors import InputError
from stationkeep.scenario.events import AltitudePolicyChange, ArrayModeChange, AssetOutage
from stationkeep.scenario.partner_rules import partner_problems
from stationkeep.scenario.problems import Location, Problem, not_known
from stationkeep.timescale import iso_utc, mjd_utc

if TYPE_CHECKING:
    from stationkeep.scenario.schema import Branch, Provider, Scenario

_MOST_STAYS: Final = 20_000  # a ship a day for half a century: what comes after would not overlap otherwise
_SAME_MOMENT_DAYS: Final = 1.0e-6
_ROUNDING: Final = 1.0e-9
INCONSISTENT: Final = "inconsistent_scenario"
LONGEST_HORIZON_DAYS: Final = 36600.0  # a century: the tables of the Sun carry no further
FARTHEST_ELEMENT_SET_DAYS: Final = 60.0  # an orbit older than that says little about the scenario's day
LOWEST_PERIGEE_MARGIN_KM: Final = 10.0  # above the re-entry altitude, or it has fallen before it starts


def require_consistency(scenario: Scenario) -> None:
    """Refuse a scenario whose parts contradict each other; all contradictions travel in one error."""
    problems = tuple(_problems(scenario))
    if problems:
        summary = "; ".join(f"{'.'.join(map(str, item.location))}: {item.message}" for item in problems)
        # The text may hold braces, which the error class would take for fields: pass it as a field itself.
        raise PydanticCustomError(INCONSISTENT, "{summary}", {"summary": summary, "problems": problems})


def _problems(scenario: Scenario) -> Iterator[Problem]:
    yield from _dates(scenario)
    yield from _orbit(scenario)
    yield from _mass(scenario)
    yield from _policy(scenario)
    yield from _providers(scenario)
    yield from _control(scenario)
    yield from _branches(scenario)


def _dates(scenario: Scenario) -> Iterator[Problem]:
    days = (scenario.horizon_utc - scenario.epoch_utc).total_seconds() / 86400.0
    if days <= 0.0:
        given, epoch = iso_utc(scenario.horizon_mjd_utc), iso_utc(scenario.epoch_mjd_utc)
        yield Problem(("horizon_utc",), f"{given} given; must be after epoch_utc ({epoch})")
    elif days > LONGEST_HORIZON_DAYS:
        given = iso_utc(scenario.horizon_mjd_utc)
        years = f"{days / 365.25:.0f} years after the epoch"
        yield Problem(("horizon_utc",), f"{given} given, {years}; at most 100 are flown")


def _orbit(scenario: Scenario) -> Iterator[Problem]:
    which = "element_set" if scenario.orbit.element_set is not None else "mean_elements"
    where: Location = ("orbit", which)
    try:
        elements = scenario.orbit.elements()
    except InputError as error:  # an orbit below ground or hyperbolic
        yield Problem(where, _below_ground(scenario) or error.problem)
        return
    apart = abs(elements.epoch_mjd_utc - scenario.epoch_mjd_utc)
    if apart > FARTHEST_ELEMENT_SET_DAYS:
        place = (*where, "epoch_utc") if which == "mean_elements" else (*where, "line1")
        yield Problem(
            place,
            f"the orbit is of {iso_utc(elements.epoch_mjd_utc)}, {apart:.0f} days from epoch_utc; "
            f"give one within {FARTHEST_ELEMENT_SET_DAYS:.0f} days",
        )
    lowest = scenario.reentry_altitude_km + LOWEST_PERIGEE_MARGIN_KM
    if elements.perigee_altitude_km < lowest:
        yield Problem(
            where,
            f"perigee at {elements.perigee_altitude_km:.1f} km; below {lowest:.0f} km it has as good as fallen",
        )


def _below_ground(scenario: Scenario) -> str | None:
    """Said in the scenario's own words: mean altitude and eccentricity are what was given, not a perigee."""
    given = scenario.orbit.mean_elements
    if given is None:
        return None
    axis_km = EARTH_EQUATORIAL_RADIUS_KM + given.mean_altitude_km
    perigee_km = axis_km * (1.0 - given.eccentricity) - EARTH_EQUATORIAL_RADIUS_KM
    if perigee_km >= 0.0:
        return None
    return (
        f"its perigee would be {-perigee_km:.1f} km below the ground "
        f"(mean_altitude_km {given.mean_altitude_km:g}, eccentricity {given.eccentricity:g}); make it rounder or higher"
    )


def _mass(scenario: Scenario) -> Iterator[Problem]:
    if scenario.mass_kg is not None and scenario.mass_source is None:
        yield Problem(("mass_kg",), "overrides the catalogue, so mass_source must say where it comes from")
    if scenario.mass_kg is None and scenario.mass_source is not None:
        yield Problem(("mass_source",), "is given without mass_kg")


def _policy(scenario: Scenario) -> Iterator[Problem]:
    if scenario.altitude_policy is not None and not scenario.providers:
        yield Problem(("altitude_policy",), "nobody can keep it: declare providers, or write altitude_policy: null")


def _providers(scenario: Scenario) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, item in enumerate(scenario.providers):
        where: Location = ("providers", index)
        if item.id in seen:
            yield Problem((*where, "id"), f"{item.id!r} is declared twice")
        seen.add(item.id)
        yield from _after(
            item.available_from_utc, item.available_until_utc, (*where, "available_until_utc"), "available_from_utc"
        )
        yield from _stores(item, where)
        for number, delivery in enumerate(item.resupply):
            at: Location = (*where, "resupply", number)
            yield from _after(delivery.first_utc, delivery.until_utc, (*at, "until_utc"), "first_utc")
            yield from _repeats(delivery.every_days, delivery.until_utc, at)
        sound = True
        for number, visit in enumerate(item.visits):
            at = (*where, "visits", number)
            yield from _after(visit.arrives_utc, visit.leaves_utc, (*at, "leaves_utc"), "arrives_utc")
            yield from _after(visit.arrives_utc, visit.until_utc, (*at, "until_utc"), "arrives_utc")
            yield from _repeats(visit.every_days, visit.until_utc, at)
            stay_days = (visit.leaves_utc - visit.arrives_utc).total_seconds() / 86400.0
            if visit.every_days is not None and visit.every_days < stay_days:
                yield Problem((*at, "every_days"), f"is shorter than the stay of {stay_days:.0f} days")
                sound = False
        if sound:
            yield from _overlapping(item, scenario, where)


def _control(scenario: Scenario) -> Iterator[Problem]:
    if scenario.attitude is not None:
        with_tanks = [item.id for item in scenario.providers if item.propellant is not None]
        given = scenario.attitude.tanks_of
        if given not in with_tanks:
            message = not_known("provider with tanks that stay", given, with_tanks)
            yield Problem(("attitude", "tanks_of"), message)
    taken: dict[str, str] = {}
    for index, item in enumerate(scenario.providers):
        for tank in item.propellant.tanks if item.propellant is not None else ():
            if tank in taken:
                where: Location = ("providers", index, "propellant", "tanks")
                yield Problem(where, f"{tank!r} is named twice: {taken[tank]} has it already")
            taken[tank] = item.id


def _stores(item: Provider, where: Location) -> Iterator[Problem]:
    """What it pushes with, and what it burns: tanks that stay, or what visits bring; with both, which goes first?"""
    if item.vehicle is None and item.engine is None:
        yield Problem(where, f"provider {item.id!r} needs a vehicle or an engine of the catalogue")
    if item.visits and (item.propellant is not None or item.resupply):
        yield Problem((*where, "visits"), "cannot stand beside propellant or resupply: declare two providers")
    if not item.visits and item.propellant is None:
        yield Problem(where, f"provider {item.id!r} has nothing to burn: give propellant (and resupply), or visits")


def _branches(scenario: Scenario) -> Iterator[Problem]:
    known = [item.id for item in scenario.providers]
    for name, branch in scenario.branches.items():
        for index, event in enumerate(branch.events):
            where: Location = ("branches", name, "events", index)
            sound = scenario.epoch_utc < scenario.horizon_utc  # else that is the mistake, not the event
            dated = event.date_utc is not None  # a response may hang on another event instead
            if sound and dated and not scenario.epoch_mjd_utc <= event.date_mjd_utc <= scenario.horizon_mjd_utc:
                span = f"{iso_utc(scenario.epoch_mjd_utc)} to {iso_utc(scenario.horizon_mjd_utc)}"
                early = event.date_mjd_utc < scenario.epoch_mjd_utc
                yield Problem(
                    (*where, "date_utc"),
                    f"{iso_utc(event.date_mjd_utc)} given; must lie between epoch_utc and horizon_utc ({span}), "
                    "or nothing would come of it"
                    + ("; or begin earlier, as  based_on: iss-2022-february" if early and scenario.timeline else ""),
                )
            if isinstance(event, AssetOutage | ArrayModeChange) and scenario.attitude is None:
                yield Problem((*where, "type"), f"{event.type} needs an attitude section: without it, nothing is held")
            provider = getattr(event, "provider", None)
            if provider is not None and provider not in known:
                yield Problem((*where, "provider"), not_known("provider", provider, known))
        yield from _contradictions(name, branch)
        yield from partner_problems(scenario, name, branch)
    total = sum(branch.probability or 0.0 for branch in scenario.branches.values())
    if total > 1.0 + _ROUNDING:
        yield Problem(("branches",), f"the branches' probabilities add up to {total:g}, more than 1")
    yield from _comparisons(scenario)


def _comparisons(scenario: Scenario) -> Iterator[Problem]:
    """Published figures stand beside branches that are there; those of a scenario this one is based on may not be."""
    lost = [
        (index, item.branch)
        for index, item in enumerate(scenario.comparisons)
        if item.branch is not None and item.branch not in scenario.branches
    ]
    if not lost:
        return
    known = list(scenario.branches)
    message = "; ".join(not_known("branch", name, known) for name in dict.fromkeys(name for _, name in lost))
    place: Location = ("comparisons", lost[0][0], "branch") if len(lost) == 1 else ("comparisons",)
    yield Problem(place, f"{message}; to leave out those of a scenario this one is based on:  comparisons: []")


def _contradictions(name: str, branch: Branch) -> Iterator[Problem]:
    """Two settings of one thing at one moment: which of them holds would hang on their order in the file."""
    seen: dict[tuple[str, datetime], Any] = {}
    for index, event in enumerate(branch.events):
        if not isinstance(event, AltitudePolicyChange | ArrayModeChange):
            continue
        wanted = event.arrays if isinstance(event, ArrayModeChange) else event.altitude_policy
        if seen.setdefault((event.type, event.date_utc), wanted) != wanted:
            where: Location = ("branches", name, "events", index, "date_utc")
            yield Problem(where, f"another {event.type} of the same moment says otherwise: give one")


def _overlapping(item: Provider, scenario: Scenario, where: Location) -> Iterator[Problem]:
    """One provider is one ship at a time: with two there at once, whose propellant leaves with the first?"""
    times: list[tuple[float, float, int]] = []
    for number, visit in enumerate(item.visits):
        first, last = mjd_utc(visit.arrives_utc), mjd_utc(visit.leaves_utc)
        end = scenario.horizon_mjd_utc if visit.until_utc is None else mjd_utc(visit.until_utc)
        count = 1
        if visit.every_days is not None:
            count += max(int((min(end, scenario.horizon_mjd_utc) - first) // visit.every_days), 0)
        step = visit.every_days or 0.0
        times += [(first + place * step, last + place * step, number) for place in range(min(count, _MOST_STAYS))]
    times.sort()
    for (_, leaves, _), (arrives, _, number) in pairwise(times):
        if arrives < leaves - _SAME_MOMENT_DAYS:
            message = (
                f"arrives on {iso_utc(arrives)} while the ship before it is there until {iso_utc(leaves)}: a provider "
                "is one ship at a time; declare two providers"
            )
            yield Problem((*where, "visits", number, "arrives_utc"), message)
            return


def _after(first: datetime | None, last: datetime | None, where: Location, name: str) -> Iterator[Problem]:
    if first is not None and last is not None and last <= first:
        yield Problem(where, f"{iso_utc(mjd_utc(last))} given; must be after {name} ({iso_utc(mjd_utc(first))})")


def _repeats(every_days: float | None, until_utc: datetime | None, where: Location) -> Iterator[Problem]:
    if every_days is None and until_utc is not None:
        yield Problem((*where, "until_utc"), "needs every_days: without a period it happens once")
