"""Craft in a run: they come with people, cargo and propellant, find the way closed, wait, and leave."""

from __future__ import annotations

import abc
import math
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from stationkeep.scenario.schedule import Delivery
from stationkeep.simulation import causes
from stationkeep.simulation.flight_board import like
from stationkeep.simulation.loading import load_of
from stationkeep.simulation.people_state import PeopleState
from stationkeep.simulation.people_words import some, told

if TYPE_CHECKING:
    from stationkeep.logistics.manifest import Flight
    from stationkeep.logistics.state import TrafficEvent
    from stationkeep.simulation.aboard import Aboard
    from stationkeep.simulation.providers import ProviderState

LOOK_AHEAD_DAYS: Final = 60.0
"""How far ahead stores and air are looked at beyond the next thing on the calendar."""
APART_DAYS: Final = 0.02
"""Half an hour between two craft that leave one after the other."""
_ARM: Final = frozenset({"csa", "nasa"})  # whose the arm is, and from where it is worked
_AGAIN_DAYS: Final = 10.0  # from the moment the way is free to the first flight that had waited


class PeopleFlights(PeopleState, abc.ABC):
    """The part of a run that has to do with craft and what they bring."""

    _lacking: frozenset[str] = frozenset()
    """Flights on the ground that lacked somebody to arrive, when that was last asked."""
    flight_told: str | None = None
    """The flight whose propellant comes or goes just now; none: it is not known by a flight."""

    # --- on the calendar ------------------------------------------------------------------------------------------

    def begin_people(self) -> None:
        """Put the first things of flights and people on the calendar."""
        if self.setup is None:
            return
        self.at(self.epoch, self.change_soon)
        self._await_flights()
        self._await_those_not_flown()

    def linked(self, provider_id: str) -> bool:
        """Whether this provider's propellant comes with flights of the plan."""
        return self.setup is not None and provider_id in self.setup.linked

    def _await_flights(self) -> None:
        time = self.board.traffic.next_event_mjd_utc
        if time < math.inf and self._awaited != (self.board.version, time):
            self._awaited = self.board.version, time
            self.at(time, partial(self._flights_due, self.board.version, time))

    def plan_again(self) -> None:
        """The flights are worked out anew from now on."""
        self.board.now = max(self.board.now, self.now)
        self.board.plan_again()
        self._await_flights()
        self._await_those_not_flown()

    def _await_those_not_flown(self) -> None:
        """Flights that will not fly are told of when they should have been launched."""
        for name in sorted(set(self.board.no_port) - self.not_flown_awaited):
            self.not_flown_awaited.add(name)
            self.at(max(self.board.plan.flights[name].launch_mjd_utc, self.now), partial(self._does_not_fly, name))

    def _does_not_fly(self, name: str) -> None:
        if name not in self.board.no_port:
            self.not_flown_awaited.discard(name)
            return
        why = "until it should have left again its kind stands still, or no port is free"
        self.note("flight-not-flown", f"{name} is not flown: {why}")

    def _flights_due(self, version: int, time: float) -> None:
        """The next thing of the flights: unless it cannot be, it happens."""
        if version != self.board.version:
            return
        launched = [one.flight for one in self.board.traffic.due(time) if one.kind == "lost" and one.flight is not None]
        kept_off = [flight for flight in (*launched, *self.board.due(time)) if not self._may_come(flight)]
        if kept_off:
            self._put_off(kept_off)
            return
        self.bring_up_to_date()
        self._keep_back(time)
        self.board.now = max(time, self.board.now)
        events = self.board.traffic.advance(time)
        self.book.note(events)
        for event in events:
            self._happens(event)
        if not any(map(_matters, events)):
            self._await_flights()  # an empty cargo craft has left: nobody's plans change
            return
        if self.supplied and self.board.held and not self.closed:
            self.release_flights()
        self._await_flights()
        self.after_change()

    def _happens(self, event: TrafficEvent) -> None:
        flight = event.flight
        if flight is None:
            return
        if event.kind == "arrival":
            self._arrives(flight, event)
        elif event.kind == "departure":
            self._departs(flight, event)
        elif event.kind == "lost":
            self.note("flight-lost", f"{flight.name} is lost")
        elif event.kind == "unfit":
            self.note("craft-unfit", f"{flight.name} can take nobody home any more")

    # --- coming and going -----------------------------------------------------------------------------------------

    def _arrives(self, flight: Flight, event: TrafficEvent) -> None:
        assert self.setup is not None
        empty, area = self.setup.craft(flight.kind.id)
        self.board.has_come(flight.name)
        came = self.unload(flight.name, self.aboard)
        self.aboard.parts_came()
        self.add_craft(empty + came, area)
        if event.came:
            self.note("crew-arrival", f"{flight.name} arrives with {told(event.came)}")
        elif flight.seats:
            self.note("crew-arrival", f"{flight.name} arrives without people")
        elif self._provider_of(flight.name) is None:
            self.note("cargo-arrival", f"{flight.name} arrives with {came:,.0f} kg of cargo")
        self.supplied = self.supplied or came > 0.0
        self.load_arrives(flight.name)

    def unload(self, name: str, aboard: Aboard) -> float:
        """A flight's cargo goes into the stores; returns the mass that came [kg]."""
        gone, arm = self.not_delivering | self.stopped, _ARM.isdisjoint(self.stopped)
        return load_of(self.board, name, aboard, gone, self.now, arm=arm)

    def _departs(self, flight: Flight, event: TrafficEvent) -> None:
        assert self.setup is not None
        empty, area = self.setup.craft(flight.kind.id)
        cargo, provider = self.board.craft[flight.name].cargo, self._provider_of(flight.name)
        most = cargo.down_kg
        if most is None:
            most = cargo.dry_kg.high + cargo.water_kg.high + cargo.gas_kg.high
        self.add_craft(-empty - self.aboard.dispose(most), -area)
        for trip in event.went:
            self.board.rides[trip.key] = flight.name
        if event.went:
            self.note("crew-departure", f"{flight.name} leaves with {told(event.went)}")
            if not self.board.traffic.people:
                self.book.emptied(self.why_closed)
        load = self.board.craft[flight.name].load
        if provider is not None and load is not None and not isinstance(load, Delivery):
            others = (self._provider_of(name) for name in self.board.traffic.attached if name != flight.name)
            if provider not in others:  # what a second one brought stays with it
                self.flight_told = flight.name
                self.leave(provider, load)
                self.flight_told = None

    def _provider_of(self, flight: str) -> ProviderState | None:
        """Whose propellant it brings; none also where that provider plays no part in the branch."""
        craft = self.board.craft.get(flight)
        if craft is None or craft.provider is None or craft.load is None:
            return None
        provider = self._state(craft.provider)
        return provider if self.is_in_the_branch(provider) else None

    def load_arrives(self, flight: str) -> None:
        """What a flight has in its tanks is there, or is pumped over."""
        provider, load = self._provider_of(flight), self.board.craft[flight].load
        if provider is None or load is None:
            return
        self.flight_told = flight
        if isinstance(load, Delivery):
            self.deliver(provider, load)
        else:
            self.arrive(provider, load)
        self.flight_told = None

    def craft_name(self, provider: ProviderState, otherwise: str) -> str:
        """What a visiting provider's craft is called: by the flights docked just now, where flights are followed."""
        if not (self.linked(provider.id) and provider.plan.stays):
            return otherwise
        docked = [name for name in self.board.traffic.attached if self._provider_of(name) is provider]
        return " and ".join(sorted(docked)) or otherwise

    # --- who may leave --------------------------------------------------------------------------------------------

    def _keep_back(self, until_mjd_utc: float) -> None:
        """Craft that were to leave but cannot: they stay, with their mass and area."""
        kept: dict[str, tuple[str, str]] = {}
        for event in self.board.traffic.due(until_mjd_utc):
            if event.kind == "departure" and event.flight is not None and not event.went:
                why = self._cannot_leave(event.flight)
                if why is not None:
                    kept[event.flight.name] = why
        for name, (reason, cause) in kept.items():
            self.note("craft-stays", f"{name} cannot leave: {reason}", because=(cause,))
        if kept:
            self.board.keep(set(kept))
            self.at(self.now, self.plan_again)  # whoever was to come to their ports goes to others that fit

    def _cannot_leave(self, flight: Flight) -> tuple[str, str] | None:
        """Why a craft without people cannot leave, in words and as a condition; none: it can.

        Lifeboats are flown by those in them, and always can. The arm is worked from the ground (NASA on the departures
        of Cygnus NG-13, May 2020, and NG-18, April 2023): it takes those who operate it, and nobody aboard.
        """
        if self.tumbles:
            return "the station tumbles", causes.ATTITUDE_LOST
        owner = flight.kind.owner
        if owner in self.stopped and flight.name not in self.board.early:
            return "nobody operates it any more", causes.stopped(owner)
        if flight.kind.needs_arm:
            for partner in sorted(_ARM.intersection(self.stopped)):
                return "nobody works the arm any more", causes.stopped(partner)
        return None

    def let_go(self) -> None:
        """Craft that could not leave when they should have do so now, one after the other, if they can."""
        free = sorted(name for name in self.board.kept if self._cannot_leave(self.board.flights[name]) is None)
        if not free:
            return
        self.board.kept.difference_update(free)
        for number, name in enumerate(free):
            self.board.early[name] = self.now + APART_DAYS * (number + 1)
        self.plan_again()

    # --- who may come ---------------------------------------------------------------------------------------------

    def _may_come(self, flight: Flight) -> bool:
        provider = self._provider_of(flight.name)
        if provider is not None and not self._can_come(provider):
            return False
        if self._port_is_taken(flight) or self._lacks(flight):
            return False
        if self.closed:
            return not self._is_shut_out(flight)
        return not flight.seats or self.habitable_for(flight)

    def nobody_catches(self, flight: Flight) -> list[str]:
        """Who has stopped of those who work the arm that this flight needs; none: somebody catches it."""
        return sorted(_ARM.intersection(self.stopped)) if flight.kind.needs_arm else []

    def _lacks(self, flight: Flight) -> tuple[str, tuple[str, ...]] | None:
        """What a flight lacks to arrive as long as partners have stopped, in words and as conditions; none: nothing."""
        if not self.stopped:
            return None
        arm = self.nobody_catches(flight)
        if arm:
            return "nobody works the arm any more", tuple(map(causes.stopped, arm))
        uncleared = self.nobody_clears(flight)
        if uncleared:
            return "nobody on the ground clears its docking", (uncleared,)
        provider = self.board.craft[flight.name].provider
        needs = () if provider is None else self._state(provider).plan.provider.arrival_needs
        missing = sorted(self.stopped.intersection(needs))
        if missing:
            who = " and ".join(self.partner_name(partner) for partner in missing)
            have = "has" if len(missing) == 1 else "have"
            return f"{who}, which it needs, {have} stopped", tuple(map(causes.stopped, missing))
        return None

    @abc.abstractmethod
    def nobody_clears(self, flight: Flight) -> str:
        """The condition for which nobody on the ground clears this flight's docking; empty: somebody does."""

    def supplies_until(self, until_mjd_utc: float) -> list[tuple[float, str]]:
        """Cargo that is expected by a date; not what lacks somebody to arrive, as things are."""
        due = self.board.supplies_until(until_mjd_utc)
        return [one for one in due if not self._lacks(self.board.flights[one[1]])] if self.stopped else due

    def _why_not(self, flight: Flight) -> str:
        """Why a flight that was about to come cannot."""
        if self.why_closed:
            return self.why_closed
        if self._port_is_taken(flight):
            return "its port is still taken"
        lacks = self._lacks(flight)
        if lacks is not None:
            return lacks[0]
        return "its people could not live aboard" if flight.seats else "the station is too low or unsteady for it"

    def _port_is_taken(self, flight: Flight) -> bool:
        """Whether a craft that should have left is still where this one was to dock."""
        there = self.board.traffic.at(flight.stays[0].port) if flight.stays else None
        return there is not None and there.name in self.board.kept

    def _is_shut_out(self, flight: Flight) -> bool:
        """Whether it cannot come to a station that is closed: with people never, with propellant by its own limits.

        Where Dragon comes no lower than 330 km, Progress still does; to a tumbling station only whoever may catch it.
        """
        provider = self._provider_of(flight.name)
        return bool(flight.seats) or provider is None or not self._can_come(provider)

    @abc.abstractmethod
    def habitable_for(self, flight: Flight) -> bool:
        """Whether the people of a flight could live in the station they find."""

    def _put_off(self, flights: list[Flight]) -> None:
        """Flights that cannot come wait; where people cannot, so do all others still to come that can as little."""
        names = {flight.name for flight in flights}
        if self.closed:
            names |= {name for name in self.board.coming if self._is_shut_out(self.board.flights[name])}
        because = [causes.NO_REBOOST] if self.too_low_for_people else [causes.ATTITUDE_LOST] * self.tumbles
        for flight in flights:
            why = because or (self._lacks(flight) or ("", ()))[1]
            self.note("flight-put-off", f"{flight.name} cannot come: {self._why_not(flight)}", because=why)
        self.board.hold(names)
        self.plan_again()
        self.change_soon()

    def release_flights(self) -> None:
        """Flights that were put off are told to come again, but for those that still lack somebody to arrive."""
        self.supplied = False
        plan = self.board.plan.flights
        free = [name for name in self.board.held if name in self.board.dropped or not self._lacks(plan[name])]
        if not free:
            return
        back = self.board.release(_AGAIN_DAYS, free)
        self.plan_again()
        if back:
            told = "1 flight that had been put off comes" if len(back) == 1 else None
            self.note("flights-resume", f"{told or f'{len(back)} flights that had been put off come'} again")

    def _change(self) -> None:
        self._ask_those_on_the_ground()
        super()._change()

    def _ask_those_on_the_ground(self) -> None:
        """Flights that lack somebody to arrive, now that partners have stopped, are not launched.

        Nobody launches, and loses, what could not arrive, and no other ship is loaded counting on it. Once they lack
        nobody any more they come again, those still ahead as planned.
        """
        if not (self.stopped or self._lacking):
            return
        found = {flight.name: self._lacks(flight) for flight in self.board.not_launched(self.now)}
        lacking = {name: why for name, why in found.items() if why is not None}
        back = self.board.held & self._lacking - lacking.keys()
        off: dict[tuple[str, tuple[str, ...]], list[str]] = {}
        for name, why in lacking.items():
            if name not in self.board.held:
                off.setdefault(why, []).append(name)
        self._lacking = frozenset(lacking)
        for (reason, because), names in off.items():
            whose = reason if len(names) == 1 else reason.replace(" its ", " their ").replace(" it needs", " they need")
            self.note("flight-put-off", f"{some(names)} cannot come: {whose}", because=because)
            self.board.hold(names)
        if off:
            self.plan_again()
        if back and not self.closed:
            self.release_flights()

    # --- more or fewer flights --------------------------------------------------------------------------------------

    def order_flight(self, provider: ProviderState, delivery: Delivery) -> None:
        """A flight beside the schedule, like the last that was to bring this provider's propellant."""
        board = self.board
        same = [name for name, craft in board.craft.items() if craft.provider == provider.id]
        last = max(
            (board.plan.flights[name] for name in same if name in board.plan.flights),
            key=lambda flight: flight.arrival_mjd_utc or 0.0,
        )
        self.extra_flights += 1
        name = f"{last.kind.name} beside the schedule {self.extra_flights}"
        board.add(like(last, name, delivery.time_mjd_utc), replace(board.craft[last.name], load=delivery))
        self.plan_again()

    def drop_flights(self, gone: Callable[[str], bool], account: str) -> None:
        """Flights that are still on the ground, or put off, come no more; on whose ``account``."""
        if self.setup is None:
            return
        self.board.now = max(self.board.now, self.now)
        for flight in self.board.not_launched(self.now):
            if gone(flight.name):
                self.board.dropped[flight.name] = account
        self.plan_again()
        self.change_soon()


def _matters(event: TrafficEvent) -> bool:
    """Whether it changes what people have, or who is there."""
    if event.kind in ("left-port", "reached-port"):
        return False
    return event.kind != "departure" or bool(event.went) or (event.flight is not None and event.flight.seats > 0)
