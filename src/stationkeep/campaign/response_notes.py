"""Answers a scenario lets come sooner than the catalogue knows anybody to have had them: told, not refused."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Final

from stationkeep.catalogue.loader import load_catalogue
from stationkeep.scenario.agenda import all_courses
from stationkeep.scenario.pressure import Response, ResponseKind
from stationkeep.scenario.schedule import deliveries, stays
from stationkeep.timescale import iso_day, mjd_utc

if TYPE_CHECKING:
    from stationkeep.catalogue.entries import Vehicle
    from stationkeep.catalogue.store import Catalogue
    from stationkeep.scenario.agenda import Course
    from stationkeep.scenario.schema import Provider, Scenario

_VERBS: Final = {
    ResponseKind.BUY: "is bought and may come",
    ResponseKind.ADAPT: "is adapted",
    ResponseKind.BRING_FORWARD: "is brought forward and may come",
}
_SLACK_DAYS: Final = 7.0  # a day is a day of launch, of docking or of the first burn


def response_notes(scenario: Scenario, branches: Collection[str], catalogue: Catalogue | None = None) -> list[str]:
    """Which answers of these branches use a craft before there was one, or sooner after the decision than it takes?

    ``branches``: ids; ``catalogue``: none: the shipped one. Held against its first flight, first ordinary burn and lead
    time; a sentence each, the same answer in several branches told once.
    """
    told: dict[str, list[str]] = {}
    known = (catalogue or load_catalogue()).vehicles
    for branch in (scenario.branches[name] for name in branches):
        for course in all_courses(branch.events, scenario):
            event = course.event
            if not isinstance(event, Response) or event.provider is None or math.isinf(course.happens_mjd_utc):
                continue
            provider = scenario.provider(event.provider)
            vehicle = known.get(provider.vehicle or "")
            if vehicle is None:
                continue
            for said in _too_soon(scenario, course, provider, vehicle):
                told.setdefault(said, []).append(branch.label)
    return [f"Branch {' and '.join(repr(label) for label in labels)}: {said}" for said, labels in told.items()]


def _too_soon(scenario: Scenario, course: Course, provider: Provider, vehicle: Vehicle) -> Iterator[str]:
    event = course.event
    assert isinstance(event, Response)
    works = _earliest(scenario, course, provider)
    what = f"{provider.label or vehicle.name} {_VERBS[event.what]} from {iso_day(works)} on"
    first = _first_used(vehicle)
    sooner = 0.0 if first is None else first[0] - works
    if first is not None and sooner > _SLACK_DAYS:
        yield (
            f"{what}, {sooner:,.0f} days before any {vehicle.name} had {first[1]} ({iso_day(first[0])}, catalogue): "
            "that it could have been had sooner is an assumption of the scenario."
        )
    lead = vehicle.lead_time_days
    if event.what is not ResponseKind.BRING_FORWARD and lead is not None and event.lead_days < lead.low - _SLACK_DAYS:
        yield (
            f"{what}, {event.lead_days:,.0f} days after it was decided; the catalogue has {lead.best:,.0f} days "
            f"({lead.low:,.0f} to {lead.high:,.0f}; {lead.source})."
        )


def _first_used(vehicle: Vehicle) -> tuple[float, str] | None:
    """When it did for the first time what it is wanted for, and what that was; none where it never has."""
    if vehicle.role == "cargo" and vehicle.reboost_since_utc is not None:
        return mjd_utc(vehicle.reboost_since_utc), "raised a station but in tests"
    return None if vehicle.first_flight_utc is None else (mjd_utc(vehicle.first_flight_utc), "flown")


def _earliest(scenario: Scenario, course: Course, provider: Provider) -> float:
    """From when the answer works; a flight brought forward: when it comes at the earliest."""
    event, works = course.event, course.happens_mjd_utc
    assert isinstance(event, Response)
    if event.days_forward is None:
        return works
    planned = [one.arrives_mjd_utc for one in stays(provider, scenario)]
    planned += [one.time_mjd_utc for one in deliveries(provider, scenario)]
    following = min((day for day in planned if day > works), default=works)
    return max(works, following - event.days_forward)
