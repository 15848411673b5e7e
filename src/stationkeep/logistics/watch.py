"""Going through a manifest and writing down: each day's people and seats, who was without a seat, who was missing."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from stationkeep.logistics.conflicts import Conflict
from stationkeep.logistics.crew import SIDE_NAMES, unattended
from stationkeep.logistics.manifest import Contingency, Manifest
from stationkeep.logistics.state import StationTraffic, TrafficEvent, TrafficSnapshot
from stationkeep.timescale import datetime_utc, iso_day, iso_utc, mjd_utc, parse_utc

NOON: Final = 0.5
"""At which time of the day [day] a day's people and craft are counted: 12:00 UTC, as the published tables do."""

_SHORTEST_LIFEBOAT_DAYS: Final = 30.0  # a craft that stays shorter brings visitors, not a crew that keeps the station


@dataclass(frozen=True, slots=True)
class Shortage:
    """A time in which somebody aboard had no proper seat home."""

    from_mjd_utc: float
    to_mjd_utc: float
    """Where it has not ended by the end of the watch: that end, and ``ended`` is false."""
    ended: bool
    people: tuple[str, ...]
    """Everyone who was without at some time of it."""
    makeshift: tuple[str, ...]
    """Those of them who had a makeshift place at some time."""
    most_without: int
    seats_missing: bool
    """Whether even with every attached seat in order somebody would have been without."""
    cause: str


@dataclass(frozen=True, slots=True)
class Watch:
    """What a watch over a span of days saw."""

    from_mjd_utc: float
    to_mjd_utc: float
    days: tuple[TrafficSnapshot, ...]
    events: tuple[TrafficEvent, ...]
    shortages: tuple[Shortage, ...]
    conflicts: tuple[Conflict, ...]
    """About people in time: no seat though all is in order, a segment unattended."""


def span_of(manifest: Manifest) -> tuple[float, float]:
    """The days a manifest tells of: as it says, else from its first arrival to the last date it gives.

    A table ends somewhere: who came with craft that it no longer names, nobody could say.
    """
    arrivals = [flight.arrival_mjd_utc for flight in manifest.flights.values() if flight.arrival_mjd_utc is not None]
    departures = [flight.departure_mjd_utc for flight in manifest.flights.values() if flight.arrived]
    departures += [trip.departure_mjd_utc for trip in manifest.trips]
    first, last = manifest.first_mjd_utc, manifest.last_mjd_utc
    if first is None:
        first = math.floor(min(arrivals)) if arrivals else 0.0
    if last is None:
        known = [*arrivals, *(leaves for leaves in departures if leaves is not None)]
        last = max(_end_of_month(max(arrivals)), math.floor(max(known))) if arrivals else first
    return float(first), float(last)


def watch(manifest: Manifest, from_mjd_utc: float | None = None, to_mjd_utc: float | None = None) -> Watch:
    """Who and what was there on each day from one date to another, both included, and who had no seat home?

    The dates are whole modified Julian days; those of :func:`span_of` where not given.
    """
    first, last = span_of(manifest)
    first = first if from_mjd_utc is None else math.floor(from_mjd_utc)
    last = last if to_mjd_utc is None else math.floor(to_mjd_utc)
    traffic = StationTraffic(manifest, first)
    days, events, moments = [], [], [_moment(traffic)]
    for day in range(int(first), int(last) + 1):
        for until in (day + NOON, day + 1.0):
            while traffic.next_event_mjd_utc <= until:
                events += traffic.advance(traffic.next_event_mjd_utc)
                moments.append(_moment(traffic))
            traffic.advance(until)
            if until == day + NOON:
                days.append(traffic.snapshot())
    end = last + 1.0
    shortages = tuple(_shortages(moments, manifest, end))
    conflicts = (*_seat_conflicts(manifest, first, end, shortages), *_unattended(moments, end))
    return Watch(first, last, tuple(days), tuple(events), shortages, conflicts)


@dataclass(frozen=True, slots=True)
class _Moment:
    """After all events of one time: who was without, who was missing."""

    time_mjd_utc: float
    without: tuple[str, ...]
    makeshift: tuple[str, ...]
    missing: tuple[str, ...]


def _moment(traffic: StationTraffic) -> _Moment:
    names = {trip.key: trip.name for trip in traffic.people}
    seating = traffic.seating
    kept = any(
        flight.seats and flight.kind.stay_limit_days is not None
        and flight.kind.stay_limit_days.high >= _SHORTEST_LIFEBOAT_DAYS
        for flight in traffic.attached.values()
    )  # fmt: skip
    return _Moment(
        traffic.time_mjd_utc,
        tuple(names[key] for key in seating.without_proper_seat),
        tuple(names[key] for key in seating.makeshift),
        tuple(SIDE_NAMES[side] for side in unattended(traffic.people)) if kept else (),
    )


def _spans(moments: list[_Moment], end: float, field: str) -> Iterator[tuple[float, float, bool, list[_Moment]]]:
    """Unbroken spans in which ``field`` of the moments is not empty: from, to, whether it ended, its moments."""
    held: list[_Moment] = []
    for moment in moments:
        if getattr(moment, field):
            held.append(moment)
        elif held:
            yield held[0].time_mjd_utc, moment.time_mjd_utc, True, held
            held = []
    if held:
        yield held[0].time_mjd_utc, end, False, held


def _shortages(moments: list[_Moment], manifest: Manifest, end: float) -> Iterator[Shortage]:
    for begin, stop, ended, held in _spans(moments, end, "without"):
        active = [item for item in manifest.contingencies if _touches(item, begin, stop, manifest)]
        cause = "; ".join(f"{item.flight}: {item.what}" for item in active if item.problem == "unfit")
        yield Shortage(
            begin, stop, ended,
            people=tuple(dict.fromkeys(name for moment in held for name in moment.without)),
            makeshift=tuple(dict.fromkeys(name for moment in held for name in moment.makeshift)),
            most_without=max(len(moment.without) for moment in held), seats_missing=not cause,
            cause=cause or "fewer seats than people",
        )  # fmt: skip


def _touches(item: Contingency, begin: float, stop: float, manifest: Manifest) -> bool:
    gone = manifest.flights[item.flight].leaves_station_mjd_utc
    until = min(math.inf if item.to_mjd_utc is None else item.to_mjd_utc, math.inf if gone is None else gone)
    return item.from_mjd_utc < stop and until > begin


def _seat_conflicts(
    manifest: Manifest, first: float, end: float, shortages: tuple[Shortage, ...]
) -> Iterator[Conflict]:
    """Times with too few seats even if every attached one were in order: the plan itself, not a mishap."""
    if not shortages:
        return
    sound = replace(manifest, contingencies=())
    traffic = StationTraffic(sound, first)
    moments = [_moment(traffic)]
    while traffic.next_event_mjd_utc <= end:
        traffic.advance(traffic.next_event_mjd_utc)
        moments.append(_moment(traffic))
    for shortage in _shortages(moments, sound, end):
        until = iso_day(shortage.to_mjd_utc) if shortage.ended else f"after {iso_day(end - 1.0)}"
        yield Conflict(
            "no-seat", "rule", shortage.from_mjd_utc, shortage.to_mjd_utc if shortage.ended else None,
            f"{shortage.most_without} of those aboard have no seat home from {iso_utc(shortage.from_mjd_utc)[:16]} to "
            f"{until}: {'; '.join(shortage.people)}",
            "let them leave before, or bring a craft with seats (and their suits or liners) first",
            people=shortage.people,
        )  # fmt: skip


def _unattended(moments: list[_Moment], end: float) -> Iterator[Conflict]:
    for begin, stop, ended, held in _spans(moments, end, "missing"):
        sides = ", ".join(dict.fromkeys(name for moment in held for name in moment.missing))
        yield Conflict(
            "segment-unattended", "rule", begin, stop if ended else None,
            f"nobody trained for the {sides} is aboard from {iso_utc(begin)[:16]}",
            "swap seats so that each side always has one person aboard",
        )  # fmt: skip


def _end_of_month(time_mjd_utc: float) -> float:
    moment = datetime_utc(time_mjd_utc)
    year, month = divmod(moment.year * 12 + moment.month, 12)
    return mjd_utc(parse_utc(f"{year:04d}-{month + 1:02d}-01")) - 1.0
