"""A plan as it may come: every flight with its own delay, loss and trouble, ports and handovers kept where they can be.

Each flight has its own luck, by its name and the run's key: whatever else is planned, dropped or added, it meets the
same fortune, so that branches of a scenario, and a plan changed on the way, can be compared.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from stationkeep.logistics.contingencies import RETRY_DAYS, in_time, rebooked
from stationkeep.logistics.delays import GROUPS, side_of_owner
from stationkeep.logistics.luck import Luck
from stationkeep.logistics.manifest import Flight, Manifest, PortStay, Trip
from stationkeep.logistics.ports import PortBook, iss_ports
from stationkeep.logistics.rescue import Rescues
from stationkeep.logistics.standstill import Standstill, rocket_marks
from stationkeep.logistics.vehicles import Fleet, known_fleet

_GROUP_OF: Final = {kind: group for group, kinds in GROUPS.items() for kind in kinds}
_LONGEST_HANDOVER_DAYS: Final = 40.0
_WAIT_DAYS: Final = 0.5  # between one craft leaving a port and the next coming there
_TRANSIT_DAYS: Final = 1.0
_LAUNCH_TO_PORT_DAYS: Final = 5.0  # longer than that nobody waits in orbit: the launch is put off


@dataclass(frozen=True, slots=True)
class PadClosure:
    """A pad out of use: 31/6 at Baikonur after its platform fell on 27 November 2025, for four months."""

    pad: str
    from_mjd_utc: float
    to_mjd_utc: float


@dataclass(frozen=True, slots=True)
class Realised:
    """A manifest as it came, and what became of the plan."""

    manifest: Manifest
    lost: tuple[str, ...]
    delay_days: Mapping[str, float]
    """Of each flight that arrived, against its planned arrival."""
    other_port: tuple[str, ...]
    """Flights that found their port taken and went to another."""
    not_flown: tuple[str, ...] = ()
    """Flights that found no free port, or could not be launched, before they should have left again."""
    standstills: tuple[Standstill, ...] = ()
    """In order of time."""


def realise(
    plan: Manifest,
    luck: Luck,
    *,
    from_mjd_utc: float = -math.inf,
    closures: Sequence[PadClosure] = (),
    ports: PortBook | None = None,
    fleet: Fleet | None = None,
    left_early: frozenset[str] = frozenset(),
    unfit: Mapping[str, float] | None = None,
    not_before: Mapping[str, float] | None = None,
    settled: Mapping[str, Flight] | None = None,
) -> Realised:
    """How does the plan come, with this luck?

    Flights launched before ``from_mjd_utc`` are history and stay as they are. A lost flight grounds its type and
    whatever flies on its rocket. A craft that takes people home waits for its relief, at most as long as its kind is
    good for; if the relief does not come it leaves all the same, and the station is left with fewer people. A craft
    whose port is taken goes to another that fits, or waits. A crew craft that becomes unfit has the next of its kind
    sent for its people; ``left_early``: those that had left before; ``unfit``: when some do, whatever their luck;
    ``not_before``: from when on some can be launched [MJD UTC]; ``settled``: flights that have come, as they came: they
    keep their day and port whatever is planned around them. Nothing raises: the result shows what is not possible.
    """
    rescues = Rescues(luck.unfit_at, left_early, unfit or {}, not_before or {})
    closed = tuple(sorted(closures, key=lambda one: one.from_mjd_utc))
    work = _Work(
        plan, luck, from_mjd_utc, closed, ports or iss_ports(), fleet or known_fleet(), rescues, settled or {}
    )  # fmt: skip
    work.launch_all()
    work.set_departures()
    work.find_ports()
    return work.result()


def reliefs_of(plan: Manifest) -> dict[str, tuple[str, float]]:
    """Which flight relieves which, and how many days both are there: read from the plan's own dates.

    The relief of a crew craft is the last craft of its side with seats that comes within forty days before it leaves:
    Soyuz relieves Soyuz, but of two companies that fly crews in turn each relieves the other.
    """
    found = {}
    crewed: dict[str, list[tuple[float, Flight]]] = {}
    for flight in plan.flights.values():
        if flight.arrival_mjd_utc is not None and flight.seats:
            side = side_of_owner(flight.kind.owner)
            crewed.setdefault(side, []).append((flight.arrival_mjd_utc, flight))
    for same_side in crewed.values():
        for came, flight in same_side:
            leaves = flight.departure_mjd_utc
            if leaves is None:
                continue
            first = leaves - _LONGEST_HANDOVER_DAYS
            coming = [
                (arrival, other.name) for arrival, other in same_side if came < arrival and first <= arrival <= leaves
            ]
            if coming:
                arrival, name = max(coming)
                found[flight.name] = (name, leaves - arrival)
    return found


@dataclass
class _Work:
    """The passes over a plan, in order: launches, departures, ports."""

    plan: Manifest
    luck: Luck
    first: float
    closures: tuple[PadClosure, ...]
    ports: PortBook
    fleet: Fleet
    rescues: Rescues
    settled: Mapping[str, Flight]
    flights: dict[str, Flight] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    not_flown: list[str] = field(default_factory=list)
    standstills: list[Standstill] = field(default_factory=list)

    def launch_all(self) -> None:
        """Delay, grounding, pad, loss, docking trouble: launch and arrival of every flight."""
        grounded: dict[str, float] = {}
        pad_free: dict[str, float] = {}
        order = deque(enumerate(self.plan.flights.values()))
        while order:
            self.rescues.bring_forward(order)
            index, flight = order.popleft()
            if flight.launch_mjd_utc < self.first:
                self.flights[flight.name] = flight
                self.rescues.arrives(flight, self.first)
                continue
            marks = rocket_marks(flight)
            numbers = self.luck.of(flight.name, index)
            late = flight.launch_mjd_utc + self._lateness(flight, numbers)
            ready, sent_for = self.rescues.sends(flight, late)
            for mark in marks if grounded else ():
                ready = max(ready, grounded.get(mark, ready))
            if ready > late and ready + _TRANSIT_DAYS > (flight.departure_mjd_utc or math.inf):
                self.not_flown.append(flight.name)  # grounded for longer than it was to stay: the next one flies
                continue
            launch = self._from_pad(flight, ready, pad_free)
            if numbers[1] < self.luck.loss.get(_group(flight), self.luck.loss["unknown"]):
                self._lose(flight, launch, numbers[4], grounded, marks)
                continue
            slip = launch - flight.launch_mjd_utc
            trouble = RETRY_DAYS if numbers[2] < self.luck.docking_trouble else 0.0
            arrival = (flight.arrival_mjd_utc or flight.launch_mjd_utc) + slip + trouble
            outcome = "docking failed once" if trouble else "success"
            leaves = flight.departure_mjd_utc
            came = flight.dated(launch, arrival, leaves, self._stays(flight, launch, arrival, leaves), outcome)
            self.flights[flight.name] = came
            self.rescues.comes(flight, came, sent_for)
            self.rescues.arrives(came, self.first)

    def set_departures(self) -> None:
        """A crew craft leaves when its relief has taken over; nothing stays longer than its kind is good for."""
        reliefs = reliefs_of(self.plan)
        for name, flight in self.flights.items():
            planned, arrival = flight.departure_mjd_utc, flight.arrival_mjd_utc
            if planned is None or arrival is None or planned < self.first:
                continue
            stay = planned - (self.plan.flights[name].arrival_mjd_utc or arrival)
            relief, handover = reliefs.get(name, ("", 0.0))
            relief = self.rescues.instead.get(relief, relief)
            comes = self.flights[relief].arrival_mjd_utc if relief in self.flights else None
            leaves = max(planned, arrival + min(stay, _LAUNCH_TO_PORT_DAYS))
            if relief and (comes is None or comes + handover > leaves):
                leaves = math.inf if comes is None else comes + handover
            limit = flight.kind.stay_limit_days
            most = arrival + max(stay, limit.high if limit is not None else stay)
            departs = self.rescues.leaves(name, min(leaves, most), self.flights)
            if departs != planned:
                stays = self._stays(flight, flight.launch_mjd_utc, arrival, departs)
                self.flights[name] = flight.dated(flight.launch_mjd_utc, arrival, departs, stays, flight.outcome)

    def find_ports(self) -> None:
        """Each craft at its planned port if that is free, else at another that fits, else later.

        A cargo ship waits for its port rather than take another from people who come there meanwhile.
        """
        taken: dict[str, list[tuple[float, float]]] = {}
        crews = self._ports_of_crews()
        in_turn = sorted(self.flights.values(), key=lambda one: one.arrival_mjd_utc or math.inf)
        for flight in sorted(in_turn, key=lambda one: one.name not in self.settled) if self.settled else in_turn:
            if flight.arrival_mjd_utc is None:
                continue
            if flight.name in self.settled:
                placed: Flight | None = _as_it_came(flight, self.settled[flight.name])
            elif flight.launch_mjd_utc < self.first:
                placed = flight
                if flight.departure_mjd_utc != self.plan.flights[flight.name].departure_mjd_utc:
                    placed = replace(flight, stays=_ending(flight.stays, flight.departure_mjd_utc))
            else:
                placed = self._placed(flight, taken, {} if flight.seats else crews)
            if placed is None:
                self.not_flown.append(flight.name)
                del self.flights[flight.name]
                continue
            self.flights[flight.name] = placed
            for stay in placed.stays:
                end = math.inf if stay.to_mjd_utc is None else stay.to_mjd_utc
                taken.setdefault(stay.port, []).append((stay.from_mjd_utc, end))

    def result(self) -> Realised:
        """The manifest of what came, with everyone's ride."""
        dropped = frozenset(self.not_flown)
        trips = tuple(self._freed(trip) for trip in self.plan.trips if trip.up_flight not in dropped)
        ordered = dict(sorted(self.flights.items(), key=lambda item: (item[1].launch_mjd_utc, item[0])))
        came = replace(self.plan, flights=ordered, trips=trips)
        came = replace(came, contingencies=tuple(one for one in came.contingencies if one.flight in ordered))
        delays = {
            name: flight.arrival_mjd_utc - (self.plan.flights[name].arrival_mjd_utc or flight.arrival_mjd_utc)
            for name, flight in ordered.items()
            if flight.arrival_mjd_utc is not None
        }
        manifest = in_time(rebooked(came, dropped, self.plan), self.plan)
        if self.rescues.unfit:
            troubles = (*manifest.contingencies, *self.rescues.told(ordered))
            empty = {name: replace(ordered[name], crew_up=0) for name in self.rescues.sent.values() if name in ordered}
            trips = self.rescues.rides(manifest.trips, ordered)
            manifest = replace(manifest, flights={**ordered, **empty}, trips=trips, contingencies=troubles)
        return Realised(
            manifest, tuple(self.lost), delays, tuple(self.moved), tuple(self.not_flown), tuple(self.standstills)
        )

    def _freed(self, trip: Trip) -> Trip:
        """The trip without dates of its own: it goes by its craft."""
        arrival = None if trip.up_flight in self.flights else trip.arrival_mjd_utc
        departure = None if {trip.up_flight, trip.down_flight} <= self.flights.keys() else trip.departure_mjd_utc
        if (arrival, departure) == (trip.arrival_mjd_utc, trip.departure_mjd_utc):
            return trip
        return trip.dated(arrival, departure)

    def _stays(self, flight: Flight, launch: float, arrival: float, leaves: float | None) -> tuple[PortStay, ...]:
        """At the port it was planned for, at its dates; history stays as it is."""
        if launch < self.first or not flight.stays:
            return flight.stays
        return (PortStay(flight.stays[0].port, arrival, leaves),)

    def _lateness(self, flight: Flight, numbers: Sequence[float]) -> float:
        side = side_of_owner(flight.kind.owner)
        return 0.0 if numbers[0] >= self.luck.late.get(side, 0.0) else self.luck.lateness.days(numbers[3])

    def _from_pad(self, flight: Flight, ready: float, pad_free: dict[str, float]) -> float:
        """The first moment a pad of its kind can launch it."""
        soonest, chosen = math.inf, ""
        for pad_id in flight.kind.pads:
            pad = self.fleet.pads.get(pad_id)
            if pad is None or (pad.retired_mjd_utc is not None and ready >= pad.retired_mjd_utc):
                continue
            time = max(ready, pad_free.get(pad_id, ready))
            for closure in self.closures:
                if closure.pad == pad_id and closure.from_mjd_utc <= time < closure.to_mjd_utc:
                    time = closure.to_mjd_utc
            if not chosen or time < soonest or (time == soonest and pad_id < chosen):
                soonest, chosen = time, pad_id
        if not chosen:
            return ready
        pad_free[chosen] = soonest + self.fleet.pads[chosen].shortest_days
        return soonest

    def _lose(
        self, flight: Flight, launch: float, size: float, grounded: dict[str, float], marks: tuple[str, ...]
    ) -> None:
        self.lost.append(flight.name)
        self.rescues.lose(flight, launch)
        self.flights[flight.name] = replace(
            flight, launch_mjd_utc=launch, arrival_mjd_utc=None, departure_mjd_utc=None, stays=(), crew_up=0,
            crew_down=0, outcome="lost",
        )  # fmt: skip
        law = self.luck.regrounding.get(side_of_owner(flight.kind.owner))
        if law is not None:
            until = launch + law.days(size)
            self.standstills.append(Standstill(frozenset(marks), launch, until))
            grounded.update({mark: max(until, grounded.get(mark, until)) for mark in marks})

    def _ports_of_crews(self) -> dict[str, list[tuple[float, float]]]:
        """When the planned ports of craft with people are theirs, as they come now."""
        found: dict[str, list[tuple[float, float]]] = {}
        for flight in self.flights.values():
            if flight.seats and flight.stays and flight.arrival_mjd_utc is not None:
                leaves = math.inf if flight.departure_mjd_utc is None else flight.departure_mjd_utc
                found.setdefault(flight.stays[-1].port, []).append((flight.arrival_mjd_utc, leaves))
        return found

    def _placed(
        self, flight: Flight, taken: dict[str, list[tuple[float, float]]], crews: dict[str, list[tuple[float, float]]]
    ) -> Flight | None:
        arrival, leaves = flight.arrival_mjd_utc or 0.0, flight.departure_mjd_utc
        until = math.inf if leaves is None else leaves
        planned = flight.stays[0].port if flight.stays else ""
        carrier = flight.kind.role == "module"
        fitting = [port.id for port in self.ports.fitting(flight.kind.standards, arrival, carrier=carrier)]
        if planned in fitting and _free_from(taken.get(planned, []), arrival, until) <= arrival < until:
            return flight  # it is there by now
        choices = [planned] if planned in fitting or not fitting else []
        choices += [port for port in fitting if port != planned]
        options = [(_free_from(taken.get(port, []), arrival, until), port) for port in choices]
        if crews:
            others = {port: crews.get(port, []) if port != planned else [] for port in choices}
            kept = [(_free_from([*taken.get(port, []), *others[port]], arrival, until), port) for port in choices]
            options = kept if min(kept)[0] < until else options  # else it would not fly at all
        # The planned port comes first among those free at once, the earliest free among the rest.
        when, port = min(options, key=lambda option: (max(option[0], arrival), option[1] != planned))
        if when >= until:
            return None
        if port != planned:
            self.moved.append(flight.name)
        wait = when - arrival
        launch = flight.launch_mjd_utc + (wait if wait > _LAUNCH_TO_PORT_DAYS else 0.0)
        stays = (PortStay(port, when, leaves),)
        return flight.dated(launch, when, leaves, stays, flight.outcome)


def _as_it_came(flight: Flight, came: Flight) -> Flight:
    """A flight at the day and the port it came to; when it leaves is as it now stands."""
    leaves, arrival = flight.departure_mjd_utc, came.arrival_mjd_utc
    stays = tuple(PortStay(stay.port, stay.from_mjd_utc, leaves) for stay in came.stays[-1:])
    return flight.dated(came.launch_mjd_utc, arrival, leaves, stays, flight.outcome)


def _free_from(taken: Sequence[tuple[float, float]], arrival: float, until: float) -> float:
    """From when a port is free, without a break, until a craft leaves."""
    time = arrival
    for begin, end in sorted(taken) if len(taken) > 1 else taken:
        if begin < until and end > time - _WAIT_DAYS:
            time = max(time, end + _WAIT_DAYS)
    return time


def _ending(stays: tuple[PortStay, ...], leaves: float | None) -> tuple[PortStay, ...]:
    """The stays of a craft whose departure was changed."""
    if not stays or leaves is None:
        return stays
    kept = [stay for stay in stays if stay.from_mjd_utc < leaves]
    return (*kept[:-1], replace(kept[-1], to_mjd_utc=leaves))


def _group(flight: Flight) -> str:
    return _GROUP_OF.get(flight.kind.id, "unknown")
