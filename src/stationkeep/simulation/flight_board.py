"""The flights of one run: what is still planned, what came of it, and how to plan again when something stops them.

The plan is realised as a whole, with the luck of the run, whenever it changes; what has happened stays as it was, since
each flight's luck is its own and nothing that is dropped or moved has happened yet.
"""

from __future__ import annotations

import math
import operator
from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

from stationkeep.logistics.contingencies import with_failed_docking, with_lost, without_flights
from stationkeep.logistics.manifest import Contingency, Flight, Manifest, PortStay, Trip
from stationkeep.logistics.realise import realise
from stationkeep.logistics.state import StationTraffic

if TYPE_CHECKING:
    from stationkeep.logistics.luck import Luck
    from stationkeep.logistics.ports import PortBook
    from stationkeep.logistics.realise import Realised
    from stationkeep.logistics.standstill import Standstill
    from stationkeep.scenario.flights import FlightPlan, PlannedCraft
    from stationkeep.simulation.loading import Expected

    Dates = tuple[tuple[str, float], ...]
    Moved = tuple[str, str, float, float | None, float | None, tuple[PortStay, ...]]
    Missing = tuple[
        frozenset[str], frozenset[str], Dates, Dates, Dates, frozenset[str], tuple[Moved, ...], tuple[Moved, ...] | None
    ]
    """Flights that do not come, craft that left before they could become unfit, when others do by event, until when
    some overstay, before when some cannot be launched, whose people stay on the ground, which came otherwise than they
    would by now, and which flights are planned anew: kind, launch, arrival, departure, ports; none: the plan is as it
    was given."""

_SOONEST_DAYS: Final = 0.01  # from now to the launch of a ship that is sent at once
_COMES_AGAIN_DAYS: Final = 5.0  # between two flights that were put off, once the way is free again


class Known:
    """What comes of a plan without some of its flights, and the traffic that makes where somebody goes through it."""

    def __init__(self, came: Realised) -> None:
        self.came = came

    @cached_property
    def traffic(self) -> StationTraffic:
        """Before its first event: boards go through copies."""
        return StationTraffic(self.came.manifest)


class FlightBoard:
    """Flights as they are foreseen at a moment of a run; :attr:`traffic` goes through them."""

    def __init__(
        self, plan: FlightPlan, luck: Luck, epoch_mjd_utc: float, known: dict[Missing, Known] | None = None
    ) -> None:
        self.plan: Manifest = plan.manifest
        self.craft: dict[str, PlannedCraft] = dict(plan.craft)
        self.ports = plan.ports
        self.luck = luck
        self._known: dict[Missing, Known] = {} if known is None else known
        """What comes of the plan without some of its flights, as far as it was worked out: ``known`` may be shared by
        all boards of this plan and this luck."""
        self._moved: dict[str, Moved] | None = None
        """Flights planned anew: what makes one plan another. A flight put off again and again is left out of a plan
        that was worked out before."""
        self.epoch = epoch_mjd_utc
        self.version = 0
        """Goes up whenever the flights are planned again: what was put on the calendar before is void."""
        self.dropped: dict[str, str] = {}
        """Flights that come no more, and on whose account (a partner, a provider; empty: their time is over)."""
        self.kept_home: frozenset[str] = frozenset()
        """Trips (their keys) of people who do not fly, though their craft does: their seats stay empty."""
        self.held: set[str] = set()
        """Flights put off until the station can be reached again."""
        self.troubles: list[Contingency] = []
        self.unfit: dict[str, float] = {}
        """Crew craft that an event of the branch makes unfit, and when: the next of the kind is sent, as for others."""
        self.lost: set[str] = set()
        self.failed: dict[str, float] = {}
        self.early: dict[str, float] = {}
        """Craft that leave before their time, and when."""
        self.kept: set[str] = set()
        """Craft that cannot leave, whatever the plan says."""
        self._overstayed: set[str] = set()
        """Those that are or were kept: others go to other ports."""
        self._left_early: frozenset[str] = frozenset()
        self.rides: dict[str, str] = {}
        """In which craft somebody goes or went home, whatever the plan says."""
        self.lost_flights: tuple[str, ...] = ()
        self.no_port: tuple[str, ...] = ()
        self.now = epoch_mjd_utc
        self.flights: dict[str, Flight] = {}
        self._come: set[str] = set()
        self._realised: Mapping[str, Flight] = {}
        """What came of the plan when it was last looked at, before anybody's decisions."""
        self._settled: dict[str, Flight] = {}
        """Flights that have come and would stand elsewhere, or come at another time, by the plan as it is now."""
        self._not_before: dict[str, float] = {}
        """Flights that would have had to be launched in the past, as somebody else did not come: when that was seen."""
        self._arrivals: list[tuple[float, str]] = []
        self._arrival_times: list[float] = []
        self.supplies: list[tuple[float, str]] = []
        self.expected: tuple[object, Sequence[Expected]] | None = None
        """Cargo ships as they were last expected, and by what knowledge."""
        self.gone_since: dict[str, float] = {}
        """Flights that will not come as far as is known now, and since when that is."""
        self.standstills: tuple[Standstill, ...] = ()
        """Kinds and rockets that are not launched after a loss, those still to come included."""
        self.traffic: StationTraffic
        first = self._without(frozenset()).came
        self._come.update(name for name, flight in first.manifest.flights.items() if self._is_over(flight))
        self.plan_again()

    def has_come(self, flight: str) -> None:
        """A craft has arrived."""
        self._come.add(flight)

    def use_ports(self, ports: PortBook) -> None:
        """From the next planning on these are the ports."""
        self.ports, self._known = ports, {}

    def plan_again(self) -> None:
        """Realise the plan as it now is; what has happened until :attr:`now` is not told again."""
        gone = frozenset(self.dropped.keys() | self.held)
        self.gone_since = {name: self.gone_since.get(name, self.now) for name in gone}
        known = self._possible(gone)
        spared = {
            one.flight
            for one in known.came.manifest.contingencies
            if self.early.get(one.flight, one.from_mjd_utc) < one.from_mjd_utc
        }
        if spared:
            self._left_early |= spared
            known = self._possible(gone)
        manifest = known.came.manifest
        self._realised = manifest.flights
        for name in self.lost & manifest.flights.keys():
            manifest = with_lost(manifest, name)
        for name, days in self.failed.items():
            if name in manifest.flights:
                manifest = with_failed_docking(manifest, name, days)
        manifest = self._with_troubles(self._with_early(manifest))
        self.flights = dict(manifest.flights)
        self.lost_flights = tuple(name for name, flight in self.flights.items() if flight.lost)
        self.no_port = known.came.not_flown
        self.standstills = known.came.standstills
        self._arrivals = sorted(
            (flight.arrival_mjd_utc, name)
            for name, flight in self.flights.items()
            if flight.arrival_mjd_utc is not None and flight.arrival_mjd_utc > self.now
        )
        self._arrival_times = [time for time, _ in self._arrivals]
        self.supplies = self._supplies()
        same = manifest is known.came.manifest
        self.traffic = known.traffic.copy(self.now) if same else StationTraffic(manifest, self.now)
        self.version += 1

    def _possible(self, gone: frozenset[str]) -> Known:
        """What comes without some flights. Nobody is sent in their stead at a time that is over by now.

        What has come has come: where the plan as it now is would have it elsewhere, it stays where it is.
        """
        while True:
            known = self._without(gone)
            flights = known.came.manifest.flights
            past = {name for name, flight in flights.items() if self._is_over(flight)} - self._come
            came = {
                name: flight
                for name, flight in self._realised.items()
                if name in self._come and name not in self._settled and not _same_visit(flights.get(name), flight)
            }
            too_soon = any(self._not_before.get(name, -math.inf) <= self.now for name in past)
            if not came and not too_soon:
                return known
            self._settled |= came
            if too_soon:
                self._not_before |= dict.fromkeys(past, self.now + _SOONEST_DAYS)

    def _is_over(self, flight: Flight) -> bool:
        return flight.arrival_mjd_utc is not None and flight.arrival_mjd_utc <= self.now

    def _without(self, gone: frozenset[str]) -> Known:
        overstay = {
            name: math.inf if name in self.kept else self.early.get(name, math.inf) for name in self._overstayed - gone
        }
        missing = (
            gone, self._left_early, tuple(sorted(self.unfit.items())), tuple(sorted(overstay.items())),
            tuple(sorted(self._not_before.items())), self.kept_home,
            tuple(sorted(_moved(flight) for flight in self._settled.values())),
            None if self._moved is None else tuple(dates for name, dates in self._moved.items() if name not in gone),
        )  # fmt: skip
        if missing not in self._known:
            plan = without_flights(self.plan, lambda flight: flight.name in gone) if gone else self.plan
            plan = replace(plan, flights={**plan.flights, **_overstaying(plan, overstay)}) if overstay else plan
            if self.kept_home:
                plan = replace(plan, trips=tuple(trip for trip in plan.trips if trip.key not in self.kept_home))
            came = realise(
                plan, self.luck, from_mjd_utc=self.epoch, ports=self.ports, left_early=self._left_early,
                unfit=self.unfit, not_before=self._not_before, settled=self._settled,
            )  # fmt: skip
            self._known[missing] = Known(came)
        return self._known[missing]

    def change_plan(self, flights: dict[str, Flight]) -> None:
        """These are the planned flights from the next planning on."""
        ordered = dict(sorted(flights.items(), key=lambda item: (item[1].launch_mjd_utc, item[0])))
        before, moved = self.plan.flights, self._moved or {}
        moved |= {name: _moved(flight) for name, flight in ordered.items() if before.get(name) is not flight}
        self._moved = dict(sorted(moved.items()))
        self.plan = replace(self.plan, flights=ordered)

    def _with_troubles(self, manifest: Manifest) -> Manifest:
        fitting = tuple(item for item in self.troubles if item.flight in manifest.flights)
        return replace(manifest, contingencies=(*manifest.contingencies, *fitting)) if fitting else manifest

    def _with_early(self, manifest: Manifest) -> Manifest:
        """Craft that left before their time or stay longer, and everybody's ride as it was decided."""
        if not (self.early or self.rides or self.kept):
            return manifest
        flights = dict(manifest.flights)
        for name, leaves in self.early.items():
            if name in flights and flights[name].arrived:
                flights[name] = leaving(flights[name], leaves)
        flights |= {name: staying(flights[name]) for name in self.kept & flights.keys()}
        trips = tuple(self._riding(trip, flights) for trip in manifest.trips)
        if all(map(operator.is_, trips, manifest.trips)) and flights == manifest.flights:
            return manifest  # as it was decided it is planned
        return replace(manifest, flights=flights, trips=trips)

    def _riding(self, trip: Trip, flights: dict[str, Flight]) -> Trip:
        ride = self.rides.get(trip.key)
        if ride is None:
            up, down = flights.get(trip.up_flight), flights.get(trip.down_flight)
            came = None if up is None else up.arrival_mjd_utc
            left = None if down is None else down.departure_mjd_utc
            if came is None or left is None or left > came:
                return trip
            ride = trip.up_flight  # the craft they should leave in has left without them
        if (ride, None) == (trip.down_flight, trip.departure_mjd_utc):
            return trip
        return trip.going_home_in(ride)

    def _supplies(self) -> list[tuple[float, str]]:
        """When cargo is expected: a flight that will be lost is expected until its launch."""
        found = []
        for name, flight in self.flights.items():
            planned = self.plan.flights[name]
            if flight.kind.role == "cargo" and planned.arrival_mjd_utc is not None:
                due = flight.arrival_mjd_utc
                if due is None:
                    due = flight.launch_mjd_utc + planned.arrival_mjd_utc - planned.launch_mjd_utc
                if due > self.now:
                    found.append((due, name))
        return sorted(found)

    def supplies_until(self, until_mjd_utc: float) -> list[tuple[float, str]]:
        """Cargo that is expected by a date: when, and with which flight, in order of time."""
        return [
            (due, name)
            for due, name in self.supplies
            if self.now < due <= until_mjd_utc
            and (self.flights[name].arrived or self.flights[name].launch_mjd_utc > self.now)
        ]

    def due(self, until_mjd_utc: float) -> list[Flight]:
        """Flights that arrive up to a date and have not yet."""
        begin, end = bisect_right(self._arrival_times, self.now), bisect_right(self._arrival_times, until_mjd_utc)
        return [self.flights[name] for _, name in self._arrivals[begin:end]]

    @property
    def coming(self) -> set[str]:
        """Flights that are still to arrive."""
        return {name for time, name in self._arrivals if time > self.now}

    def not_launched(self, now_mjd_utc: float) -> list[Flight]:
        """Flights of the plan that are still on the ground then, put off or not, whatever their luck will be.

        Also those that will be lost, and those that stand behind a loss: nobody knows it yet. Their dates are those
        foreseen, where they are in what is foreseen at all.
        """
        ground = []
        for name, planned in self.plan.flights.items():
            if name in self._come or name in self.dropped:
                continue
            flight = self.flights.get(name)
            if flight is not None and flight.launch_mjd_utc > now_mjd_utc:
                ground.append(flight)
            elif flight is None and (planned.departure_mjd_utc is None or planned.departure_mjd_utc > now_mjd_utc):
                ground.append(planned)
        return ground

    def hold(self, names: Iterable[str]) -> None:
        """Put flights off."""
        self.held |= set(names) - self._come

    def keep(self, names: set[str]) -> None:
        """These craft do not leave until they are let go. From the next planning on others go to other ports."""
        self.kept |= names
        self._overstayed |= names
        self.traffic.keep(names)
        self.flights |= {name: staying(self.flights[name]) for name in names}

    def release(self, lead_days: float, names: Collection[str] | None = None) -> list[str]:
        """Flights that were put off come again, one after the other; those whose stay is over come no more.

        ``names``: of them only these.
        """
        free = set(self.held) if names is None else self.held & set(names)
        self.held -= free
        again = sorted(free - self.dropped.keys(), key=lambda name: self.plan.flights[name].arrival_mjd_utc or 0.0)
        flights = dict(self.plan.flights)
        comes, back = self.now + lead_days, []
        for name in again:
            flight = flights[name]
            arrival, leaves = flight.arrival_mjd_utc, flight.departure_mjd_utc
            if arrival is None or (leaves is not None and leaves < comes):
                self.dropped.setdefault(name, "")
                continue
            if arrival < comes:
                flights[name] = later(flight, comes - arrival)
                comes += _COMES_AGAIN_DAYS
            back.append(name)
        self.change_plan(flights)
        return back

    def add(self, flight: Flight, craft: PlannedCraft) -> None:
        """One more flight, beside the schedule."""
        self.change_plan({**self.plan.flights, flight.name: flight})
        self.craft[flight.name] = craft


def _same_visit(flight: Flight | None, came: Flight) -> bool:
    """Whether a flight still comes on the day and to the port it came."""
    if flight is came:
        return True
    ports = ("", "") if flight is None else tuple(one.stays[-1].port if one.stays else "" for one in (flight, came))
    return flight is not None and flight.arrival_mjd_utc == came.arrival_mjd_utc and ports[0] == ports[1]


def _moved(flight: Flight) -> Moved:
    arrival, leaves = flight.arrival_mjd_utc, flight.departure_mjd_utc
    return flight.name, flight.kind.id, flight.launch_mjd_utc, arrival, leaves, flight.stays


def leaving(flight: Flight, leaves_mjd_utc: float) -> Flight:
    """The flight with another departure."""
    kept = [stay for stay in flight.stays if stay.from_mjd_utc < leaves_mjd_utc]
    if kept:
        kept[-1] = replace(kept[-1], to_mjd_utc=leaves_mjd_utc)
    return replace(flight, departure_mjd_utc=leaves_mjd_utc, stays=tuple(kept))


def _overstaying(plan: Manifest, until_mjd_utc: Mapping[str, float]) -> dict[str, Flight]:
    """These flights of the plan as they leave in fact; infinity: not at all."""
    return {
        name: leaving(plan.flights[name], until) if until < math.inf else staying(plan.flights[name])
        for name, until in until_mjd_utc.items()
        if name in plan.flights
    }


def staying(flight: Flight) -> Flight:
    """The flight without a departure."""
    stays = (*flight.stays[:-1], *(replace(stay, to_mjd_utc=None) for stay in flight.stays[-1:]))
    return replace(flight, departure_mjd_utc=None, stays=stays)


def later(flight: Flight, days: float) -> Flight:
    """The flight as planned, but so many days later; it leaves when it was to leave."""
    arrival = (flight.arrival_mjd_utc or flight.launch_mjd_utc) + days
    stays = tuple(replace(stay, from_mjd_utc=max(stay.from_mjd_utc, arrival)) for stay in flight.stays[-1:])
    return replace(flight, launch_mjd_utc=flight.launch_mjd_utc + days, arrival_mjd_utc=arrival, stays=stays)


def like(flight: Flight, name: str, arrival_mjd_utc: float) -> Flight:
    """Another flight like this one, that arrives at another date and stays as long."""
    days = arrival_mjd_utc - (flight.arrival_mjd_utc or flight.launch_mjd_utc)
    leaves = None if flight.departure_mjd_utc is None else flight.departure_mjd_utc + days
    stays = tuple(PortStay(stay.port, arrival_mjd_utc, leaves) for stay in flight.stays[-1:])
    return replace(
        flight, name=name, launch_mjd_utc=flight.launch_mjd_utc + days, arrival_mjd_utc=arrival_mjd_utc,
        departure_mjd_utc=leaves, stays=stays, crew_up=0, crew_down=0, place="",
    )  # fmt: skip
