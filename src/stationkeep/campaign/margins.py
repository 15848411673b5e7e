"""How long does a station last from a moment on: with nothing more delivered, with what is planned, and left empty?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from stationkeep.campaign.margins_seats import SeatMargins, seat_margins, without_partners
from stationkeep.habitat.margins import (
    HORIZON_DAYS,
    HabitatMargins,
    Limit,
    StoreMargin,
    binding_limit,
    is_empty,
    kept_alive,
    margins,
    store_margins,
)
from stationkeep.logistics.crew import Side, side_of
from stationkeep.logistics.state import StationTraffic

if TYPE_CHECKING:
    from stationkeep.habitat.state import HabitatEvent, HabitatState
    from stationkeep.logistics.manifest import Flight, Manifest

Stow = Callable[["HabitatState", "Flight", frozenset[str]], None]
"""Puts what a flight brings into the stores of a habitat; nothing for partners who have gone."""
Settle = Callable[["HabitatState", frozenset[str]], None]
"""What sides hand over to each other after a change, those of partners who have gone excepted."""

EMPTY_HORIZON_DAYS: Final = 3650.0
ISS_SIDES: Final[Mapping[Side, str]] = MappingProxyType({"russian": "russian", "american": "us"})
_LOW_PRESSURE: Final = "pressure below "


@dataclass(frozen=True)
class StationThen:
    """A station at a moment: what it holds, and which flights, ports and people are there and planned."""

    state: HabitatState
    plan: Manifest
    stow: Stow
    settle: Settle = lambda state, gone: None
    sides: Mapping[Side, str] = field(default_factory=lambda: ISS_SIDES)
    """The habitat's side of those trained for a segment."""
    accounts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Partners by planned flight, beside its owner: any one ends it by leaving."""
    pays_for: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Whose flights a partner pays for: they end, and their craft leave, as if they were its own."""
    gone: frozenset[str] = frozenset()
    """Partners who have left."""


@dataclass(frozen=True, slots=True)
class EmptyMargin:
    """How long an empty station keeps its air, everyone leaving now: days, None where not within the horizon."""

    limit: Limit | None
    low_pressure_days: float | None
    """Until the total pressure first falls below a limit of the flight rules."""
    nitrogen_days: float | None
    """Until the last nitrogen in tanks is gone."""


@dataclass(frozen=True)
class Ahead:
    """What comes of one state of the stores."""

    stores: tuple[StoreMargin, ...]
    limit: Limit | None
    """Nothing more delivered, and those aboard stay."""
    planned_stores: tuple[StoreMargin, ...]
    planned_limit: Limit | None
    """With the flights and people of the plan."""
    empty: EmptyMargin


@dataclass(frozen=True)
class StationMargins:
    """All margins of a station at a moment."""

    state: HabitatState
    """As it is then."""
    best: Ahead
    habitat: HabitatMargins
    samples: tuple[Ahead, ...]
    """The same for amounts and figures drawn from their ranges."""
    seats: SeatMargins
    plan: Manifest
    people: tuple[str, ...]
    """Who is aboard."""

    @property
    def time_mjd_utc(self) -> float:
        """The moment asked about."""
        return self.state.time_mjd_utc


def station_margins(
    best: StationThen,
    samples: Iterable[StationThen] = (),
    without: frozenset[str] = frozenset(),
    *,
    horizon_days: float = HORIZON_DAYS,
) -> StationMargins:
    """What is left of everything, for whom and until when?

    ``without``: partners who have gone at that moment, with their equipment's ground control and spares, their flights
    and craft, those they pay for as well, and their own people in these. What they left aboard in stores is still
    there.
    """
    now = best.state.time_mjd_utc
    then = left_by(best, without)
    return StationMargins(
        then.state, ahead(then, horizon_days), margins(then.state, horizon_days=horizon_days),
        tuple(ahead(left_by(one, without), horizon_days) for one in samples),
        seat_margins(then.plan, now, now + horizon_days), then.plan,
        people_names(then),
    )  # fmt: skip


def people_names(then: StationThen) -> tuple[str, ...]:
    """Who is aboard."""
    return tuple(trip.name for trip in StationTraffic(then.plan, then.state.time_mjd_utc).people)


def left_by(then: StationThen, partners: frozenset[str]) -> StationThen:
    """The station once these partners have left; those given stay untouched."""
    state = then.state.copy()
    for partner in sorted(partners):
        state.set_owner_active(partner, False)
    plan = without_partners(then.plan, partners, state.time_mjd_utc, then.accounts, then.pays_for)
    set_people(state, StationTraffic(plan, state.time_mjd_utc), then.sides)
    state.set_people(state.people)  # reserves are for those aboard, not for those a run expects
    return replace(then, state=state, plan=plan, gone=then.gone | partners)


def ahead(then: StationThen, horizon_days: float) -> Ahead:
    """What ends when, from this state on?"""
    state = then.state
    events = kept_alive(state).advance(horizon_days)
    planned, planned_limit = with_plan(then, horizon_days)
    return Ahead(
        store_margins(state, events), binding_limit(state.habitat, state, events),
        store_margins(state, planned), planned_limit, empty_margin(state),
    )  # fmt: skip


def with_plan(then: StationThen, days: float) -> tuple[list[HabitatEvent], Limit | None]:
    """What happens to the stores, and what first makes people leave, with flights and people coming as planned?"""
    flown = flown_on(then, days)
    return flown.events, flown.limit


@dataclass
class FlownOn:
    """A station some days later, and what happened on the way."""

    state: HabitatState
    events: list[HabitatEvent]
    limit: Limit | None
    """What first made people leave, in days from the start; None: nothing did."""


def flown_on(then: StationThen, days: float) -> FlownOn:
    """The stores some days later, flights and people coming as planned; the station given stays untouched."""
    state = kept_alive(then.state)
    began, end = state.time_mjd_utc, state.time_mjd_utc + days
    traffic, flown = StationTraffic(then.plan, began), FlownOn(state, [], None)
    while state.time_mjd_utc < end:
        before, stop = state.copy(), min(traffic.next_event_mjd_utc, end)
        news = state.advance(stop - state.time_mjd_utc)
        flown.events += news
        found = binding_limit(state.habitat, before, news) if state.people_aboard and flown.limit is None else None
        if found is not None:
            flown.limit = Limit(found.what, before.time_mjd_utc - began + found.days)
        _follow(then, state, traffic, stop)
    return flown


def _follow(then: StationThen, state: HabitatState, traffic: StationTraffic, until_mjd_utc: float) -> None:
    """Bring into the habitat what the traffic does up to a date: cargo of those that arrive, people who come and go."""
    for event in traffic.advance(until_mjd_utc):
        if event.kind == "arrival" and event.flight is not None:
            then.stow(state, event.flight, then.gone)
    then.settle(state, then.gone)
    set_people(state, traffic, then.sides)


def set_people(state: HabitatState, traffic: StationTraffic, sides: Mapping[Side, str]) -> None:
    """Let the habitat have those aboard."""
    counts = dict.fromkeys(state.habitat.sides, 0)
    for trip in traffic.people:
        side = sides[side_of(trip)]
        counts[side] = counts.get(side, 0) + 1
    people = {side: (state.habitat.person,) * number for side, number in counts.items()}
    if people != state.people:
        state.set_people(people)


def empty_margin(state: HabitatState) -> EmptyMargin:
    """For how long does the cabin keep its air with nobody aboard? Machines run on, none fails, none is repaired."""
    twin, now = state.copy(), state.time_mjd_utc
    twin.set_people({})
    start = twin.copy()
    events = twin.advance(EMPTY_HORIZON_DAYS)
    low = [
        one.time_mjd_utc - now for one in events if one.kind == "fell-below" and one.subject.startswith(_LOW_PRESSURE)
    ]
    tanks = {name for name, one in state.habitat.stores.items() if one.substance == "nitrogen" and one.owner}
    ends = {one.subject: one.time_mjd_utc - now for one in events if one.kind == "store-empty" and one.subject in tanks}
    full = {name for name in tanks if not is_empty(start, name)}
    nitrogen = max((ends[name] for name in full), default=0.0) if full <= ends.keys() else None
    return EmptyMargin(binding_limit(state.habitat, start, events), min(low, default=None), nitrogen)
