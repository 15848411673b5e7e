"""The station's traffic in time: what is attached where, who is aboard, who has a seat home.

It goes from event to event; between events nothing changes. A manifest of two years holds some two hundred events and
is gone through in a few milliseconds. It knows nothing of orbits or stores: it takes dates and returns plain records.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Container, Iterator
from dataclasses import dataclass
from itertools import chain
from operator import itemgetter
from typing import Final, Literal, NamedTuple

from stationkeep.logistics.crew import Side, side_of
from stationkeep.logistics.lifeboat import Boat, Rider, Seating, seat_everyone, suits_of
from stationkeep.logistics.manifest import Contingency, Flight, Manifest, Trip

EventKind = Literal[
    "departure", "arrival", "left-port", "reached-port", "lost", "unfit", "fit-again", "rescue-seat", "came", "went"
]  # fmt: skip

# At one moment first all that leaves, then all that comes: a port freed and taken in the same minute is no conflict.
_ORDER: Final[dict[EventKind, int]] = {
    "left-port": 0, "departure": 1, "went": 1, "lost": 2, "arrival": 3, "came": 3, "reached-port": 4, "fit-again": 5,
    "unfit": 6, "rescue-seat": 6,
}  # fmt: skip


class TrafficEvent(NamedTuple):
    """Something that changes what is attached, who is aboard, or who has a seat.

    ``flight`` is ``None`` for ``came`` and ``went``: people whose craft is not in the table.
    """

    time_mjd_utc: float
    kind: EventKind
    flight: Flight | None
    port: str = ""
    came: tuple[Trip, ...] = ()
    went: tuple[Trip, ...] = ()
    contingency: Contingency | None = None


_time_of: Final = itemgetter(0)  # a tuple's first: the time


@dataclass(frozen=True, slots=True)
class TrafficSnapshot:
    """The station's people and craft at one moment.

    ``seats`` work; ``seats_docked`` counts the unfit ones too. ``ports`` maps each taken port to its flight.
    """

    time_mjd_utc: float
    aboard: int
    people: tuple[Trip, ...]
    sides: dict[Side, int]
    seats: int
    seats_docked: int
    seats_by_kind: dict[str, int]
    vehicles: tuple[str, ...]
    ports: dict[str, str]
    seating: Seating


class StationTraffic:
    """Goes through a manifest event by event.

    ``advance(until)`` returns what happened on the way; ``snapshot()`` what is aboard now. ``next_event_mjd_utc`` tells
    a coupled simulation how far it may step. Two flights at one port both count as attached: such a contradiction is
    named by :func:`stationkeep.logistics.conflicts.conflicts_of`, not hidden here.
    """

    def __init__(self, manifest: Manifest, start_mjd_utc: float = -math.inf) -> None:
        self.manifest = manifest
        self._events = _events_of(manifest)
        self._times = [event.time_mjd_utc for event in self._events]
        self._next = 0
        self.time_mjd_utc = start_mjd_utc
        self._attached: dict[str, Flight] = {}
        self._ports: dict[str, list[str]] = {}
        self._people: dict[str, Trip] = {}
        self._unfit: dict[str, int] = {}
        self._makeshift: dict[str, int] = {}
        self._makeshift_for: dict[str, str] = {}
        self._riders: dict[str, tuple[Trip, Rider]] = {}
        self._seating: Seating | None = None
        self._boats_now: list[Boat] | None = None
        self.advance(start_mjd_utc)

    def copy(self, until_mjd_utc: float = -math.inf) -> StationTraffic:
        """The same again, to be gone through by itself, advanced to a date; the manifest and its events are shared."""
        twin = object.__new__(StationTraffic)
        twin.__dict__.update(self.__dict__)
        for name in ("_attached", "_people", "_unfit", "_makeshift", "_makeshift_for"):
            twin.__dict__[name] = dict(self.__dict__[name])
        twin._ports = {port: list(held) for port, held in self._ports.items()}
        twin.advance(until_mjd_utc)
        return twin

    @property
    def next_event_mjd_utc(self) -> float:
        """When something changes next; infinity where nothing does."""
        return self._times[self._next] if self._next < len(self._times) else math.inf

    def advance(self, until_mjd_utc: float) -> list[TrafficEvent]:
        """Go on to a date, that of its own events included; returns them in order."""
        stop = bisect_right(self._times, until_mjd_utc)
        happened = [self._applied(event) for event in self._events[self._next : stop]]
        self._next = max(self._next, stop)
        self.time_mjd_utc = max(self.time_mjd_utc, until_mjd_utc)
        return happened

    def due(self, until_mjd_utc: float) -> list[TrafficEvent]:
        """What happens up to a date, without going there."""
        return self._events[self._next : bisect_right(self._times, until_mjd_utc)]

    def keep(self, names: Container[str]) -> None:
        """These flights stay where they are: nothing of theirs that is still to come happens."""
        past, coming = self._events[: self._next], self._events[self._next :]
        self._events = past + [event for event in coming if event.flight is None or event.flight.name not in names]
        self._times = [event.time_mjd_utc for event in self._events]

    @property
    def attached(self) -> dict[str, Flight]:
        """The flights with the station, by name."""
        return dict(self._attached)

    def at(self, port: str) -> Flight | None:
        """Who is at a port now; none: it is free."""
        held = self._ports.get(port)
        return self._attached.get(held[-1]) if held else None

    @property
    def people(self) -> tuple[Trip, ...]:
        """Who is aboard."""
        return tuple(self._people.values())

    @property
    def seats(self) -> int:
        """Working seats home now."""
        return sum(boat.seats for boat in self._boats())

    @property
    def seating(self) -> Seating:
        """Who has which seat home now."""
        if self._seating is None:
            self._seating = seat_everyone([self._rider(*item) for item in self._people.items()], self._boats())
        return self._seating

    def _rider(self, key: str, trip: Trip) -> Rider:
        """Somebody aboard, worked out once: also for copies, which go through the same manifest."""
        known = self._riders.get(key)
        if known is None or known[0] is not trip:
            known = self._riders[key] = trip, _rider(key, trip, self.manifest)
        return known[1]

    def snapshot(self) -> TrafficSnapshot:
        """What is attached and who is aboard now."""
        by_kind: dict[str, int] = {}
        for flight in self._attached.values():
            if flight.seats:
                by_kind[flight.kind.id] = by_kind.get(flight.kind.id, 0) + flight.seats
        sides: dict[Side, int] = {"russian": 0, "american": 0}
        for trip in self._people.values():
            sides[side_of(trip)] += 1
        return TrafficSnapshot(
            time_mjd_utc=self.time_mjd_utc, aboard=len(self._people), people=self.people, sides=sides,
            seats=sum(boat.seats for boat in self._boats()), seats_docked=sum(by_kind.values()), seats_by_kind=by_kind,
            vehicles=tuple(self._attached), ports={port: held[-1] for port, held in self._ports.items() if held},
            seating=self.seating,
        )  # fmt: skip

    def _boats(self) -> list[Boat]:
        if self._boats_now is None:
            self._boats_now = [
                self._boat(name, flight)
                for name, flight in self._attached.items()
                if flight.seats or name in self._makeshift
            ]
        return self._boats_now

    def _boat(self, name: str, flight: Flight) -> Boat:
        working = max(0, flight.seats - self._unfit.get(name, 0))
        return Boat(name, working, flight.kind.suit, self._makeshift.get(name, 0), self._makeshift_for.get(name, ""))

    def _applied(self, event: TrafficEvent) -> TrafficEvent:
        self._people.update({trip.key: trip for trip in event.came})
        for trip in event.went:
            self._people.pop(trip.key, None)
        if event.flight is not None:
            self._move(event, event.flight)
        # Cargo craft come and go without changing anybody's seat.
        if event.came or event.went or event.contingency is not None or (event.flight and event.flight.seats):
            self._seating = self._boats_now = None
        return event

    def _move(self, event: TrafficEvent, flight: Flight) -> None:
        if event.kind == "arrival":
            self._attached[flight.name] = flight
        elif event.kind == "departure":
            self._attached.pop(flight.name, None)
        elif event.kind == "reached-port":
            self._ports.setdefault(event.port, []).append(flight.name)
        elif event.kind == "left-port":
            held = self._ports.get(event.port, [])
            if flight.name in held:
                held.remove(flight.name)
        elif event.contingency is not None:
            self._change_seats(event.kind, event.contingency)

    def _change_seats(self, kind: EventKind, item: Contingency) -> None:
        book = self._makeshift if item.problem == "rescue-seat" else self._unfit
        sign = -1 if kind == "fit-again" else 1
        if item.problem == "rescue-seat":
            self._makeshift_for[item.flight] = item.person
        book[item.flight] = book.get(item.flight, 0) + sign * item.seats


def _rider(key: str, trip: Trip, manifest: Manifest) -> Rider:
    return Rider(key, suits_of(trip, manifest.flights), (trip.down_flight, trip.up_flight), trip.name)


def _events_of(manifest: Manifest) -> list[TrafficEvent]:
    """All that happens, in order of time; what is of one moment in the order of ``_ORDER``."""
    came, went = _riders_by_flight(manifest)
    # Every kind of event in a list of its own, behind each other in their order: then the times alone are sorted.
    found: list[list[TrafficEvent]] = [[] for _ in range(max(_ORDER.values()) + 1)]
    by_kind = {kind: found[place] for kind, place in _ORDER.items()}
    arrivals, departures = by_kind["arrival"], by_kind["departure"]
    reached, left = by_kind["reached-port"], by_kind["left-port"]
    for name, flight in manifest.flights.items():
        arrival = flight.arrival_mjd_utc
        if arrival is None:
            if flight.lost:
                by_kind["lost"].append(TrafficEvent(flight.launch_mjd_utc, "lost", flight))
            continue
        arrivals.append(TrafficEvent(arrival, "arrival", flight, "", tuple(came.get(name, ()))))
        leaves = flight.leaves_station_mjd_utc
        if leaves is not None:
            departures.append(TrafficEvent(leaves, "departure", flight, "", (), tuple(went.get(name, ()))))
        for stay in flight.stays:
            reached.append(TrafficEvent(stay.from_mjd_utc, "reached-port", flight, stay.port))
            if stay.to_mjd_utc is not None:
                left.append(TrafficEvent(stay.to_mjd_utc, "left-port", flight, stay.port))
    for event in chain(_loose_ends(manifest), _troubles(manifest)):
        by_kind[event.kind].append(event)
    return sorted(chain.from_iterable(found), key=_time_of)


def _troubles(manifest: Manifest) -> Iterator[TrafficEvent]:
    for item in manifest.contingencies:
        flight = manifest.flights[item.flight]
        began: EventKind = "rescue-seat" if item.problem == "rescue-seat" else "unfit"
        yield TrafficEvent(item.from_mjd_utc, began, flight, contingency=item)
        if item.to_mjd_utc is not None:
            yield TrafficEvent(item.to_mjd_utc, "fit-again", flight, contingency=item)


def _riders_by_flight(manifest: Manifest) -> tuple[dict[str, list[Trip]], dict[str, list[Trip]]]:
    came: dict[str, list[Trip]] = {}
    went: dict[str, list[Trip]] = {}
    for trip in manifest.trips:
        came.setdefault(trip.up_flight, []).append(trip)
        went.setdefault(trip.down_flight, []).append(trip)
    return came, went


def _loose_ends(manifest: Manifest) -> Iterator[TrafficEvent]:
    """Who came before the table begins, or leaves with a flight after it ends, by the dates of the trip."""
    for trip in manifest.trips:
        if trip.up_flight not in manifest.flights and trip.arrival_mjd_utc is not None:
            yield TrafficEvent(trip.arrival_mjd_utc, "came", None, came=(trip,))
        if trip.down_flight not in manifest.flights and trip.departure_mjd_utc is not None:
            yield TrafficEvent(trip.departure_mjd_utc, "went", None, went=(trip,))
