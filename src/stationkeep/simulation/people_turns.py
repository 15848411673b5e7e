"""Flights and people when partners leave, come back, are under sanctions or answer: what that means for the flights."""

from __future__ import annotations

import abc
import math
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from stationkeep.logistics.manifest import PortStay
from stationkeep.logistics.ports import PortBook, Span
from stationkeep.scenario.events import WithdrawalScope
from stationkeep.simulation.flight_board import later, leaving
from stationkeep.simulation.people_words import some
from stationkeep.simulation.segment_events import SegmentEvents

if TYPE_CHECKING:
    from stationkeep.logistics.manifest import Flight
    from stationkeep.scenario.events import Withdrawal
    from stationkeep.scenario.pressure import Sanction
    from stationkeep.scenario.removal import Removable

_ROUNDING = 1.0e-9
_PORT_FREE_DAYS = 0.75  # from one craft leaving a port to the next coming there, with something in hand


class PeopleTurns(SegmentEvents, abc.ABC):
    """The part of a run in which what partners do reaches flights and people; none of it without its sections."""

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)
        self.afterwards: list[Callable[[], None]] = []
        """What the turns of this moment mean for flights, once it is clear who takes part."""
        self._not_flown: set[str] = set()
        """Flights that withdrawals keep on the ground."""
        self._reduced: set[str] = set()
        """Trips (their keys) of people who do not fly as fewer are to stay."""
        self._open_until: dict[str, float | None] = {}
        """Ports of modules that are to go: until when they would have been there; none: for good."""

    # --- withdrawals --------------------------------------------------------------------------------------------------

    def flights_end(self, event: Withdrawal, flown_by: Collection[str]) -> None:
        """A withdrawal takes effect; ``flown_by``: whose craft, its own and those it pays for."""
        if self.setup is None:
            return
        if WithdrawalScope.STOP_FLIGHTS in event.scope:
            before = set(self.board.dropped)
            for partner in sorted(flown_by):
                self.drop_flights(partial(self._flies_for, partner), partner)
            self._not_flown |= self.board.dropped.keys() - before
        if WithdrawalScope.RECALL_CREW in event.scope:
            before = set(self.board.dropped)
            for partner in sorted(flown_by):
                self.drop_flights(partial(self._brings_people_for, partner), partner)
            self._not_flown |= self.board.dropped.keys() - before
            self._stay_home(event.partner)
            self._recall(event.partner, flown_by)

    def _flies_for(self, partner: str, flight: str) -> bool:
        return partner in self.board.craft[flight].partners

    def _brings_people_for(self, partner: str, flight: str) -> bool:
        return self.board.plan.flights[flight].seats > 0 and partner in self.board.craft[flight].partners

    @abc.abstractmethod
    def people_kept_home(self) -> set[str]:
        """Whose craft bring nobody just now."""

    @abc.abstractmethod
    def people_recalled(self) -> set[str]:
        """Who has called its people home just now."""

    def flights_resume(self) -> None:
        """Flights come again that nobody keeps on the ground any more, those still to be launched as planned."""
        if self.setup is None:
            return
        home = self.people_kept_home()
        back = {
            name for name in self._not_flown
            if self.not_delivering.isdisjoint(self.board.craft[name].partners)
            and not (self.board.plan.flights[name].seats and home & set(self.board.craft[name].partners))
            and self.board.plan.flights[name].launch_mjd_utc > self.now
        }  # fmt: skip
        self._not_flown -= back
        for name in back:
            self.board.dropped.pop(name, None)
        ground = {flight.name for flight in self.board.plan.flights.values() if flight.launch_mjd_utc > self.now}
        still = self.people_recalled()
        self.board.kept_home = frozenset(
            trip.key for trip in self.board.plan.trips
            if trip.key in self.board.kept_home
            and (trip.agency.casefold() in still or trip.up_flight not in ground or trip.key in self._reduced)
        )  # fmt: skip
        self._changed()

    def _stay_home(self, partner: str) -> None:
        """A partner's people do not fly in the craft of others either: those that are still to be launched."""
        ground = {flight.name for flight in self.board.not_launched(self.now)}
        trips = [
            trip for trip in self.board.plan.trips
            if trip.agency.casefold() == partner and trip.up_flight in ground
        ]  # fmt: skip
        if not trips:
            return
        self.board.kept_home |= {trip.key for trip in trips}
        self._changed()
        flights = list(dict.fromkeys(trip.up_flight for trip in trips))
        name = self.mission.partner_names.get(partner, trips[0].agency)
        self.note("people-kept-home", f"{name} sends nobody any more in {some(flights)}")

    def _recall(self, partner: str, flown_by: Collection[str]) -> None:
        """A partner's people go home now, in its craft or one it pays for; whoever else sits in them goes along."""
        traffic = self.board.traffic
        seats = traffic.seating.seats
        own = {name for name, flight in traffic.attached.items() if flight.kind.owner in flown_by}
        craft = {
            seats[trip.key] for trip in traffic.people
            if trip.agency.casefold() == partner and seats.get(trip.key) in own
        }  # fmt: skip
        if craft:
            self.book.called_home(self.now, craft, f"{self.partner_name(partner)} recalls its crew")
            self.depart(sorted(craft))

    def craft_taken(self, partner: str, items: Collection[Removable]) -> None:
        """Docked craft are called home, with whoever sits in them. ``items``: those of the catalogue, if named."""
        attached = self.board.traffic.attached.values()
        named = {item.name for item in items}
        gone = [
            flight.name for flight in attached
            if flight.kind.owner == partner
            and (not named or any(name.startswith(flight.name) for name in named))
        ]  # fmt: skip
        if gone:
            self.book.called_home(self.now, gone, f"{self.partner_name(partner)} takes it away")
            self.depart(sorted(gone))

    def docked_at(self, module: str) -> list[str]:
        """Craft at the ports of a module."""
        if self.setup is None:
            return []
        ports = [port for port in self.board.ports.ports if port.startswith(f"{module}-")]
        there = map(self.board.traffic.at, ports)
        return sorted(flight.name for flight in there if flight is not None)

    def ports_gone(self, module: str) -> None:
        """A module leaves: nothing docks at its ports any more."""
        if self.setup is None:
            return
        kept = {}
        for name, port in self.board.ports.ports.items():
            spans = tuple(span for span in port.spans if span.from_mjd_utc < self.now)
            if name.startswith(f"{module}-") and spans:
                self._open_until[name] = spans[-1].to_mjd_utc
                port = port.model_copy(update={"spans": (*spans[:-1], _ended(spans[-1], self.now))})
            kept[name] = port
        self.board.use_ports(PortBook(kept))
        self._changed()

    def ports_back(self, module: str) -> None:
        """A module stays after all: craft dock at its ports again, from now on."""
        if self.setup is None:
            return
        kept = {}
        for name, port in self.board.ports.ports.items():
            if name.startswith(f"{module}-") and name in self._open_until:
                again = port.spans[-1].model_copy(
                    update={"from_mjd_utc": self.now, "to_mjd_utc": self._open_until.pop(name)}
                )
                port = port.model_copy(update={"spans": (*port.spans, again)})
            kept[name] = port
        self.board.use_ports(PortBook(kept))
        self._changed()

    # --- sanctions ----------------------------------------------------------------------------------------------------

    def flights_under_sanctions(self, event: Sanction, until_mjd_utc: float) -> None:
        """Some flights are not launched, the others late: those of the partner or provider until the sanctions end."""
        if self.setup is None:
            return
        there: dict[str, float] = {}
        """Of each kind of craft: how much of the next flight is there already."""
        cut, late = [], []
        for flight in sorted(self.board.not_launched(self.now), key=lambda one: (one.launch_mjd_utc, one.name)):
            craft = self.board.craft[flight.name]
            if flight.launch_mjd_utc >= until_mjd_utc or event.on not in (*craft.partners, craft.provider):
                continue
            kind = flight.kind.id
            there[kind] = there.get(kind, self.inputs.sanction_luck) + event.rate
            if there[kind] < 1.0 - _ROUNDING:
                cut.append(flight.name)
                continue
            there[kind] -= 1.0
            if event.delay_days > 0.0:
                late.append(flight.name)
        self.board.dropped |= dict.fromkeys(cut, f"sanctions on {event.on}")
        self._move(dict.fromkeys(late, event.delay_days))
        if cut:
            self.note("flights-cut", f"Sanctions: {some(cut)} will not be launched")
        if late:
            self.note("flights-late", f"Sanctions: {some(late)} will be {event.delay_days:.0f} days late")

    def _move(self, days: dict[str, float]) -> None:
        flights = dict(self.board.plan.flights)
        for name, shift in days.items():
            flights[name] = later(flights[name], shift)
        self.board.change_plan(flights)
        self._changed()

    # --- responses ----------------------------------------------------------------------------------------------------

    def flight_comes_earlier(self, provider_id: str, days_forward: float) -> str | None:
        """The next flight with this provider's propellant comes earlier; says so, none: no flight is left."""
        ground = [
            flight for flight in self.board.not_launched(self.now)
            if self.board.craft[flight.name].provider == provider_id and flight.name not in self.board.held
            and flight.launch_mjd_utc > self.now
        ]  # fmt: skip
        if not ground:
            return None
        due = min(ground, key=lambda flight: flight.launch_mjd_utc)
        days = min(days_forward, due.launch_mjd_utc - self.now - _ROUNDING)
        flights = dict(self.board.plan.flights)
        planned = flights[due.name]
        flights[due.name] = _earlier(planned, days)
        flights |= self._leave_port(planned, flights[due.name].arrival_mjd_utc or self.now)
        self.board.change_plan(flights)
        self._changed()
        return f"{due.name} comes {days:.0f} days earlier"

    def _leave_port(self, planned: Flight, arrival_mjd_utc: float) -> dict[str, Flight]:
        """Cargo ships that would still be where a flight that comes earlier docks: they leave earlier too."""
        ports, free = {stay.port for stay in planned.stays}, arrival_mjd_utc - _PORT_FREE_DAYS
        return {
            name: leaving(one, free)
            for name, one in self.board.plan.flights.items()
            if not one.seats and name != planned.name and ports.intersection(stay.port for stay in one.stays)
            and (one.arrival_mjd_utc or math.inf) < self.now < free < (one.departure_mjd_utc or -math.inf)
            and (one.departure_mjd_utc or math.inf) <= (planned.arrival_mjd_utc or -math.inf)
        }  # fmt: skip

    def people_reduced(self, people: int, why: str) -> str:
        """No more than so many stay: craft go home, and their owners send nobody after them. Says what happens.

        No craft goes that would leave fewer behind; where more stay than there should, the next craft bring fewer.
        """
        if self.setup is None:
            stays = "everybody leaves" if people == 0 else f"no more than {people} stay"
            return f"{stays} (people are not simulated in this scenario)"
        attached = self.board.traffic.attached
        gone, left = self._craft_to_send_home(people)
        kinds = {attached[name].kind.id for name in gone}
        if people == 0:
            kinds |= {flight.kind.id for flight in self.board.plan.flights.values() if flight.seats}
            self.everybody_leaves("response", why)
        elif gone:
            kinds -= {flight.kind.id for name, flight in attached.items() if flight.seats and name not in gone}
            self.depart(gone)
        self.drop_flights(lambda name: self.board.plan.flights[name].kind.id in kinds, why)
        told = f"{', '.join(gone) or 'nobody'} {'goes' if len(gone) < 2 else 'go'} home, {left} stay"
        if not 0 < people < left:
            return told
        fewer = self._bring_fewer(people)
        then = f"{some(fewer)} bring fewer" if fewer else "none to come could bring fewer, or brings more"
        return f"{told}: no craft could go and leave {people}; {then}"

    def _craft_to_send_home(self, people: int) -> tuple[list[str], int]:
        """Craft that leave soonest, as many as can go and leave so many behind; and how many those are."""
        traffic = self.board.traffic
        seats = traffic.seating.seats
        crewed = sorted(
            (flight for flight in traffic.attached.values() if flight.seats),
            key=lambda flight: (flight.departure_mjd_utc or math.inf, flight.name),
        )
        left, gone = len(traffic.people), list[str]()
        for flight in crewed:
            riders = sum(1 for trip in traffic.people if seats.get(trip.key) == flight.name)
            if riders and left - riders >= people:
                gone.append(flight.name)
                left -= riders
        return gone, left

    def _bring_fewer(self, people: int) -> list[str]:
        """Craft still to be launched leave people on the ground, those of the kind that brings most first.

        So that one craft of each kind makes ``people``; somebody flies in each. Returns those with an empty seat.
        """
        ground: dict[str, dict[str, list[str]]] = {}
        flights = {flight.name: flight for flight in self.board.not_launched(self.now)}
        for trip in self.board.plan.trips:
            if trip.up_flight in flights and trip.key not in self.board.kept_home:
                of_kind = ground.setdefault(flights[trip.up_flight].kind.id, {})
                of_kind.setdefault(trip.up_flight, []).append(trip.key)
        usual = {kind: Counter(map(len, crews.values())).most_common(1)[0][0] for kind, crews in ground.items()}
        excess, fewer = sum(usual.values()) - people, list[str]()
        for kind in sorted(ground, key=lambda one: (-usual[one], one)):
            most = max(usual[kind] - max(excess, 0), 1)
            excess -= usual[kind] - most
            for name, crew in ground[kind].items():
                self._reduced.update(crew[most:])
                fewer += [name] * (len(crew) > most)
        self.board.kept_home |= self._reduced
        self._changed()
        return sorted(fewer, key=lambda name: flights[name].launch_mjd_utc)

    def _changed(self) -> None:
        self.plan_again()
        self.change_soon()


def _earlier(flight: Flight, days: float) -> Flight:
    """The flight so many days earlier, its port with it; it leaves when it was to leave."""
    arrival = (flight.arrival_mjd_utc or flight.launch_mjd_utc) - days
    stays = tuple(PortStay(stay.port, arrival, stay.to_mjd_utc) for stay in flight.stays[-1:])
    return replace(flight, launch_mjd_utc=flight.launch_mjd_utc - days, arrival_mjd_utc=arrival, stays=stays)


def _ended(span: Span, time_mjd_utc: float) -> Span:
    return span.model_copy(update={"to_mjd_utc": time_mjd_utc})
