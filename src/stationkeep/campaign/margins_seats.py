"""Seats home: who has one now, when somebody lacks one under the plan, and how long the craft there are good for."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from stationkeep.logistics.contingencies import rebooked, without_flights
from stationkeep.logistics.crew import side_of
from stationkeep.logistics.manifest import Flight, Manifest, Trip
from stationkeep.logistics.state import StationTraffic

SHORT_DAYS: Final = 1.0
"""Somebody who lacks a seat for less than this is changing craft, not short of one."""


@dataclass(frozen=True, slots=True)
class CraftMargin:
    """A craft there that can take people home."""

    flight: str
    kind: str
    owner: str
    seats: int
    """How many of its seats work."""
    until_mjd_utc: float
    """How long it is good for, if nothing relieves it; never before it is planned to leave."""
    leaves_mjd_utc: float | None
    """When it is planned to leave."""
    riders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SeatMargins:
    """Seats at a moment and from then on."""

    aboard: int
    seats: int
    """Working seats home."""
    without: tuple[str, ...]
    """Who has no proper seat now."""
    short_from_mjd_utc: float | None
    """From when on somebody lacks one under the plan; None: not within the horizon."""
    short: tuple[str, ...]
    """Who, then."""
    craft: tuple[CraftMargin, ...]

    def until_mjd_utc(self, people: int) -> float:
        """How long that many have a seat in the craft now there, if nobody else comes; minus infinity: not even now."""
        ends = sorted((one.until_mjd_utc for one in self.craft for _ in range(one.seats)), reverse=True)
        if people <= 0:
            return math.inf
        return ends[people - 1] if people <= len(ends) else -math.inf


def seat_margins(plan: Manifest, now_mjd_utc: float, until_mjd_utc: float) -> SeatMargins:
    """Who has a seat home now, and until when does everybody have one under the plan?"""
    traffic = StationTraffic(plan, now_mjd_utc)
    shot = traffic.snapshot()
    names = {trip.key: trip.name for trip in traffic.people}
    riders: dict[str, list[str]] = {}
    for key, flight in shot.seating.seats.items():
        riders.setdefault(flight, []).append(names[key])
    craft = tuple(
        CraftMargin(
            one.name, one.kind.id, one.kind.owner, _working(one, plan, now_mjd_utc), good_until(one),
            one.leaves_station_mjd_utc, tuple(riders.get(one.name, ())),
        )
        for one in traffic.attached.values() if one.seats
    )  # fmt: skip
    short_from, short = _first_shortage(plan, now_mjd_utc, until_mjd_utc)
    without = tuple(names[key] for key in shot.seating.without_proper_seat)
    return SeatMargins(shot.aboard, shot.seats, without, short_from, short, craft)


def good_until(flight: Flight) -> float:
    """The end of a craft's life at the station: what its kind is known to be good for, or later where it is planned."""
    arrived = -math.inf if flight.arrival_mjd_utc is None else flight.arrival_mjd_utc
    limit = flight.kind.stay_limit_days
    life = math.inf if limit is None else arrived + limit.best
    leaves = flight.leaves_station_mjd_utc
    return life if leaves is None else max(life, leaves)


def without_partners(
    plan: Manifest,
    partners: frozenset[str],
    now_mjd_utc: float,
    accounts: Mapping[str, tuple[str, ...]] | None = None,
    pays_for: Mapping[str, Collection[str]] | None = None,
) -> Manifest:
    """The plan from now on without some partners: no flight of theirs or on their account comes, their craft are gone.

    ``accounts``: partners by planned flight; ``pays_for``: whose flights a partner pays for, which count as its own. A
    partner's own people have left in such craft, with whoever sits beside them. Those in a craft that carries none of
    its people stay, and take another seat where there is one that fits.
    """
    if not partners:
        return plan
    fliers = partners.union(*((pays_for or {}).get(partner, ()) for partner in partners))
    present = plan.between(now_mjd_utc, math.inf)
    coming = without_flights(
        present,
        lambda one: (
            one.launch_mjd_utc >= now_mjd_utc
            and not fliers.isdisjoint((one.kind.owner, *(accounts or {}).get(one.name, ())))
        ),
    )
    gone = frozenset(
        name for name, one in coming.flights.items() if one.kind.owner in fliers and one.attached_at(now_mjd_utc)
    )
    home = {trip.down_flight for trip in coming.trips if partner_of(trip) in partners} & gone
    trips = tuple(_stranded(trip, coming, gone) for trip in coming.trips if trip.down_flight not in home)
    flights = {name: one for name, one in coming.flights.items() if name not in gone}
    troubles = tuple(one for one in coming.contingencies if one.flight in flights)
    return rebooked(replace(coming, flights=flights, trips=trips, contingencies=troubles), gone, plan)


def partner_of(trip: Trip) -> str:
    """The id of the partner whose person this is: ``roscosmos`` for cosmonauts, else the agency's name."""
    return "roscosmos" if side_of(trip) == "russian" else trip.agency.casefold()


def _stranded(trip: Trip, plan: Manifest, gone: frozenset[str]) -> Trip:
    """Who came in a craft that is gone is still aboard: with the date of its arrival, as of no known craft."""
    if trip.up_flight not in gone:
        return trip
    return replace(trip, arrival_mjd_utc=plan.flights[trip.up_flight].arrival_mjd_utc)


def _working(flight: Flight, plan: Manifest, now: float) -> int:
    unfit = sum(
        one.seats for one in plan.contingencies
        if one.flight == flight.name and one.problem == "unfit" and one.from_mjd_utc <= now
        and (one.to_mjd_utc is None or now < one.to_mjd_utc)
    )  # fmt: skip
    return max(0, flight.seats - unfit)


def _first_shortage(plan: Manifest, now: float, until: float) -> tuple[float | None, tuple[str, ...]]:
    """The first time somebody is without a proper seat for longer than a day, and who."""
    began: tuple[float, tuple[str, ...]] | None = None
    for time, without in _moments(plan, now, until):
        if began is not None and time - began[0] > SHORT_DAYS:
            return began
        if not without:
            began = None
        elif began is None:
            began = time, without
    return None, ()


def _moments(plan: Manifest, now: float, until: float) -> Iterator[tuple[float, tuple[str, ...]]]:
    traffic = StationTraffic(plan, now)
    while True:
        names = {trip.key: trip.name for trip in traffic.people}
        yield traffic.time_mjd_utc, tuple(names[key] for key in traffic.seating.without_proper_seat)
        if traffic.next_event_mjd_utc > until:
            yield until, ()
            return
        traffic.advance(traffic.next_event_mjd_utc)
