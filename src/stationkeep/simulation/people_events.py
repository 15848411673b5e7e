"""People in a run: craft come and go, stores run down, and somebody decides when to leave.

What happens is on the run's calendar: the next thing of the flights, the next repair, the next store at its reserve,
the next decision. Whenever something changes from outside, what lies ahead is worked out anew and the old entries are
void.
"""

from __future__ import annotations

import abc
import math
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from stationkeep.attitude.drag_area import iss_drag_area
from stationkeep.logistics.crew import side_of
from stationkeep.logistics.manifest import Contingency
from stationkeep.outcome import OutcomeReason
from stationkeep.scenario.events import CraftUnfit, DockingFailed, FlightLost, RescueSeat, WithdrawalScope
from stationkeep.scenario.schedule import Delivery
from stationkeep.simulation.aboard import Aboard
from stationkeep.simulation.attitude_events import AttitudeEvents
from stationkeep.simulation.attitude_keeping import Hold
from stationkeep.simulation.flight_board import FlightBoard, like
from stationkeep.simulation.people_course import CourseBook
from stationkeep.simulation.people_words import told, words
from stationkeep.timescale import mjd_utc

if TYPE_CHECKING:
    from stationkeep.logistics.manifest import Flight, Trip
    from stationkeep.logistics.state import TrafficEvent
    from stationkeep.scenario.events import FlightEvent, Withdrawal
    from stationkeep.scenario.schedule import Stay
    from stationkeep.simulation.inputs import RunInputs
    from stationkeep.simulation.people_record import PeopleCourse
    from stationkeep.simulation.people_setup import PeopleSetup
    from stationkeep.simulation.providers import ProviderState
    from stationkeep.simulation.run_state import Mission

_LOOK_AHEAD_DAYS: Final = 60.0
"""How far ahead stores and air are looked at beyond the next thing on the calendar."""
_OWNER_OF: Final = {"russian-control-centre": "roscosmos", "russian-computers": "roscosmos"}
_SOON_DAYS: Final = 0.01
_APART_DAYS: Final = 0.02  # half an hour between two craft that leave one after the other
_AGAIN_DAYS: Final = 10.0  # from the moment the way is free to the first flight that had waited


class PeopleEvents(AttitudeEvents, abc.ABC):
    """The part of a run that has to do with people, their craft and their stores; none of it without its sections."""

    def __init__(self, mission: Mission, branch: str, inputs: RunInputs) -> None:
        super().__init__(mission, branch, inputs)
        self.setup: PeopleSetup | None = mission.people
        self.area_factor = 1.0
        """Area the air meets, over that of the epoch: craft come and go."""
        if self.setup is None:
            return
        world = inputs.once(("people",), partial(self.setup.world, inputs.people))
        self.board = FlightBoard(self.setup.plan, world.luck, self.epoch)
        self.aboard = Aboard(self.setup, world)
        self.book = CourseBook(self.epoch, self.board.traffic)
        self._look = 0  # goes up whenever what lies ahead is worked out anew
        self._conditions: tuple[object, ...] = ()
        self._tumbling_since = math.inf
        self._cargo_draw = world.cargo
        self._area_m2 = 0.0
        reference = self.scenario.drag
        self._station_area_m2 = (
            reference.ballistic_coefficient_m2_kg * reference.reference_mass_kg / self.setup.traffic.drag_coefficient
        )
        self._extra_flights = 0
        self._supplied = True
        self.levels_km.append(self.setup.traffic.lowest_altitude_km)

    # --- on the calendar --------------------------------------------------------------------------------

    def begin_people(self) -> None:
        """Put the first things of flights and people on the calendar."""
        if self.setup is None:
            return
        for name, craft in self.board.craft.items():
            if craft.provider is not None and name in self.board.traffic.attached and craft.load is not None:
                self.at(self.epoch, partial(self._load_arrives, name))
        self.at(self.epoch, self._after_change)
        self._await_flights()

    def linked(self, provider_id: str) -> bool:
        """Whether this provider's propellant comes with flights of the plan."""
        return self.setup is not None and provider_id in self.setup.linked

    def _await_flights(self) -> None:
        time = self.board.traffic.next_event_mjd_utc
        if time < math.inf:
            self.at(time, partial(self._flights_due, self.board.version, time))

    def _plan_again(self) -> None:
        self.board.now = max(self.board.now, self.now)
        self.board.plan_again()
        self._await_flights()

    def _flights_due(self, version: int, time: float) -> None:
        """The next thing of the flights: unless it cannot be, it happens."""
        if version != self.board.version:
            return
        kept_off = [flight for flight in self.board.due(time) if not self._may_come(flight)]
        if kept_off:
            self._put_off(kept_off)
            return
        self._bring_up_to_date()
        self.board.now = max(time, self.board.now)
        events = self.board.traffic.advance(time)
        self.book.note(events)
        for event in events:
            self._happens(event)
        if self._supplied and self.board.held and not self._closed():
            self._release()
        self._await_flights()
        self._after_change()
        self.review()

    # --- craft ------------------------------------------------------------------------------------------------------

    def _closed(self) -> bool:
        """Whether nobody can come: it tumbles, or is too low."""
        assert self.setup is not None
        low = self.altitude_km < self.setup.traffic.lowest_altitude_km
        return low or (self.attitude is not None and self.attitude.state is Hold.LOST)

    def _may_come(self, flight: Flight) -> bool:
        assert self.setup is not None
        provider = self._provider_of(flight.name)
        if provider is not None and not self._can_come(provider):
            return False
        if self._closed():
            low = self.altitude_km < self.setup.traffic.lowest_altitude_km
            return not low and provider is not None and provider is self.attitude_tanks
        if flight.seats and self.aboard.state.people_aboard == 0:
            return self._habitable(flight)
        return True

    def _habitable(self, flight: Flight) -> bool:
        """Whether the people of a flight could live in the station they find empty."""
        assert self.setup is not None
        self._bring_up_to_date()
        twin = Aboard.__new__(Aboard)
        twin.__dict__.update(self.aboard.__dict__)
        twin.state = self.aboard.state.copy()
        twin.set_people(
            self._sides(trip for trip in self.board.traffic.manifest.trips if trip.up_flight == flight.name)
        )
        return twin.outlook(_LOOK_AHEAD_DAYS).limit is None

    def _put_off(self, flights: list[Flight]) -> None:
        """Flights that cannot come wait; where nobody can, all that were still to come do."""
        names = {flight.name for flight in flights}
        if self._closed():
            hopeful = {
                name for name, craft in self.board.craft.items()
                if self.attitude_tanks is not None and craft.provider == self.attitude_tanks.id
            }  # fmt: skip
            waiting = {name for _, name in self.board.coming if name not in hopeful}
            names |= waiting if not names & hopeful else waiting | hopeful & {name for _, name in self.board.coming}
        for flight in flights:
            self.note("flight-put-off", f"{flight.name} cannot come{self._why_closed()}")
        self.board.hold(names)
        self._plan_again()
        self._after_change()

    def _why_closed(self) -> str:
        assert self.setup is not None
        if self.altitude_km < self.setup.traffic.lowest_altitude_km:
            return ": the station is too low"
        if self.attitude is not None and self.attitude.state is Hold.LOST:
            return ": the station tumbles"
        return ""

    def _release(self) -> None:
        back = self.board.release(_AGAIN_DAYS)
        self._supplied = False
        self._plan_again()
        if back:
            self.note("flights-resume", f"{len(back)} flights that had been put off come again")

    def _provider_of(self, flight: str) -> ProviderState | None:
        craft = self.board.craft.get(flight)
        if craft is None or craft.provider is None or craft.load is None:
            return None
        provider = self._state(craft.provider)
        return provider if provider.enabled or provider.id in self.to_be_enabled else None

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

    def _arrives(self, flight: Flight, event: TrafficEvent) -> None:
        assert self.setup is not None
        empty, area = self.setup.craft(flight.kind.id)
        cargo = self.board.craft[flight.name].cargo
        draw = self._cargo_draw
        came = self.aboard.bring(
            flight.kind.id, cargo.dry_kg.quantile(draw), cargo.water_kg.quantile(draw), cargo.gas_kg.quantile(draw),
            self.not_delivering | self.stopped,
        )  # fmt: skip
        self.mass_kg += empty + came
        self._area_m2 += area
        if event.came:
            self.note("crew-arrival", f"{flight.name} arrives with {told(event.came)}")
        elif flight.kind.role == "crew":
            self.note("crew-arrival", f"{flight.name} arrives without people")
        elif self._provider_of(flight.name) is None:
            self.note("cargo-arrival", f"{flight.name} arrives with {came:,.0f} kg of cargo")
        self._supplied = self._supplied or came > 0.0
        self._load_arrives(flight.name)

    def _departs(self, flight: Flight, event: TrafficEvent) -> None:
        assert self.setup is not None
        empty, area = self.setup.craft(flight.kind.id)
        cargo = self.board.craft[flight.name].cargo
        most = cargo.down_kg
        if most is None:
            most = cargo.dry_kg.high + cargo.water_kg.high + cargo.gas_kg.high
        if flight.name not in self.book.docked_at_epoch:
            self.mass_kg -= self.aboard.dispose(most)
        self.mass_kg -= empty
        self._area_m2 -= area
        for trip in event.went:
            self.board.rides[trip.key] = flight.name
        if event.went:
            self.note("crew-departure", f"{flight.name} leaves with {told(event.went)}")
        provider = self._provider_of(flight.name)
        load = self.board.craft[flight.name].load
        if provider is not None and load is not None and not isinstance(load, Delivery):
            self.leave(provider, load)

    def _load_arrives(self, flight: str) -> None:
        """What it brings for its provider."""
        provider, load = self._provider_of(flight), self.board.craft[flight].load
        if provider is None or load is None:
            return
        if isinstance(load, Delivery):
            self.deliver(provider, load)
        else:
            self.arrive(provider, load)

    def order_flight(self, provider: ProviderState, delivery: Delivery) -> None:
        """A flight beside the schedule, like the last that brought this provider's propellant."""
        assert self.setup is not None
        same = [name for name, craft in self.board.craft.items() if craft.provider == provider.id]
        last = max(
            (self.board.plan.flights[name] for name in same if name in self.board.plan.flights),
            key=lambda flight: flight.arrival_mjd_utc or 0.0,
        )
        self._extra_flights += 1
        name = f"{last.kind.name} beside the schedule {self._extra_flights}"
        self.board.now = max(self.board.now, self.now)
        self.board.add(like(last, name, delivery.time_mjd_utc), replace(self.board.craft[last.name], load=delivery))
        self._plan_again()

    # --- stores and people -----------------------------------------------------------------------------------------

    def _bring_up_to_date(self) -> None:
        """The habitat goes on to now; what went overboard is no longer carried."""
        news, overboard = self.aboard.advance(self.now)
        self.mass_kg -= overboard
        for event in news:
            if event.kind == "store-empty":
                self.note("store-empty", f"Nothing is left of {words(event.subject)}")
            elif event.kind == "fell-below" and event.subject.endswith(" reserve"):
                self.note("store-reserve", f"{words(event.subject)} is reached".replace(" reserve", ": the reserve"))
            else:
                self.note("bad-air", f"Air: {words(event.subject)}")

    def _after_change(self) -> None:
        """Something changed from outside: who is aboard, who has a seat, what lies ahead."""
        assert self.setup is not None
        self._bring_up_to_date()
        traffic = self.board.traffic
        self.aboard.even_out(self.stopped | self.not_delivering)
        counts = self._sides(traffic.people)
        if counts != {side: len(people) for side, people in self.aboard.state.people.items()}:
            self.aboard.set_people(counts)
        self.aboard.record()
        self.book.seats(self.now, traffic)
        self.area_factor = 1.0 + self._area_m2 / self._station_area_m2
        self._look_ahead()

    def _sides(self, trips: Iterable[Trip]) -> dict[str, int]:
        assert self.setup is not None
        counts = dict.fromkeys(self.aboard.state.habitat.sides, 0)
        for trip in trips:
            counts[self.setup.life_support.sides[side_of(trip)]] += 1
        return counts

    def _look_ahead(self) -> None:
        """What is foreseen, and when something must be decided or told next."""
        assert self.setup is not None
        self._look += 1
        work = self.aboard.next_work_mjd_utc
        if self.aboard.state.people_aboard == 0:
            return  # an empty station is caught up with when somebody comes
        rules = self.setup.traffic.leave
        ahead = max(min(work, self.board.traffic.next_event_mjd_utc) - self.now, 0.0)
        outlook = self.aboard.outlook(min(ahead + rules.days_before_limit + 1.0, _LOOK_AHEAD_DAYS + ahead))
        times = [work, outlook.next_mjd_utc]
        limit = outlook.limit
        if limit is not None:
            ends = self.now + limit.days
            supply = math.inf if self._closed() else self.board.next_supply()
            from_store = limit.what in self.aboard.state.habitat.stores
            if not (from_store and supply < ends):
                self.book.limit(limit.what, ends)
                leave = max(ends - rules.days_before_limit, self.now)
                if leave <= self.now:
                    self.at(self.now, partial(self._leave_for, self._look, limit.what))
                    return
                if outlook.reserve_mjd_utc <= self.now and self._fewer():
                    return
                times += [leave, outlook.reserve_mjd_utc]
        time = min(times)
        if time < math.inf:
            self.at(max(time, self.now + _SOON_DAYS), partial(self._wake, self._look))

    def _wake(self, look: int) -> None:
        if look == self._look:
            self._after_change()

    # --- leaving ----------------------------------------------------------------------------------------------------

    def _leave_for(self, look: int, what: str) -> None:
        if look == self._look:
            self.everybody_leaves(words(what), f"{words(what)} is at its end on {self.book.limit_day}")

    def _fewer(self) -> bool:
        """The craft that would leave first takes its people home, where others stay with a craft of their own."""
        traffic = self.board.traffic
        crewed = [flight for flight in traffic.attached.values() if flight.seats]
        if len(crewed) < 2:
            return False
        first = min(crewed, key=lambda flight: flight.departure_mjd_utc or math.inf)
        seated = traffic.seating.seats
        riders = [trip for trip in traffic.people if seated.get(trip.key) == first.name]
        if not riders or len(riders) == len(traffic.people):
            return False
        self.note(
            "crew-reduced", f"{first.name} goes home early: a reserve is reached and supplies do not come in time"
        )
        self._depart([first.name])
        return True

    def everybody_leaves(self, reason: str, why: str) -> None:
        """Everyone with a seat goes home now; who has none stays behind."""
        if self.setup is None or not self.board.traffic.people:
            return
        seating = self.board.traffic.seating
        seated = {**seating.seats, **seating.makeshift}
        names = dict(zip((trip.key for trip in self.board.traffic.people), self.board.traffic.people, strict=True))
        without = tuple(trip.name for key, trip in names.items() if key not in seated)
        self.note("must-leave", f"People must leave: {why}")
        self.book.must_leave(self.now, reason, why, without)
        self._depart(sorted(set(seated.values())))

    def _depart(self, craft: list[str]) -> None:
        """These craft leave, one after the other, with whoever sits in them."""
        traffic = self.board.traffic
        seated = {**traffic.seating.seats, **traffic.seating.makeshift}
        for number, name in enumerate(craft):
            self.board.early[name] = self.now + _APART_DAYS * (number + 1)
        for trip in traffic.people:
            ride = seated.get(trip.key, "")
            if ride in craft or trip.down_flight in craft:
                self.board.rides[trip.key] = ride
        self._plan_again()
        self._after_change()

    # --- what partners and others do ---------------------------------------------------------------------------------

    def stop_flights(self, partner: str) -> None:
        """None of this partner's craft is launched any more."""
        self._drop(lambda name: partner in self.board.craft[name].partners)

    def flights_without_provider(self, provider_id: str) -> None:
        """A provider is lost: the flights that brought its propellant are not launched any more."""
        self._drop(lambda name: self.board.craft[name].provider == provider_id)

    def _drop(self, gone: Callable[[str], bool]) -> None:
        if self.setup is None:
            return
        self.board.now = max(self.board.now, self.now)
        ground = {flight.name for flight in self.board.not_launched()} | self.board.held
        self.board.dropped |= {name for name in ground if gone(name)}
        self._plan_again()
        self.at(self.now, self._after_change)

    def people_withdraw(self, event: Withdrawal) -> None:
        """What a withdrawal means for craft and people."""
        if WithdrawalScope.STOP_FLIGHTS in event.scope:
            self.not_delivering.add(event.partner)
            self.stop_flights(event.partner)
        if WithdrawalScope.RECALL_CREW in event.scope:
            self.recall_crew(event.partner)

    def flight_event(self, event: FlightEvent) -> None:
        """A mishap of one flight, as the branch has it."""
        if self.setup is None or event.flight not in self.board.plan.flights:
            return
        self.board.now = max(self.board.now, self.now)
        attached = event.flight in self.board.traffic.attached
        seats = self.board.plan.flights[event.flight].kind.seat_count
        if isinstance(event, CraftUnfit):
            self.board.troubles.append(Contingency(event.flight, "unfit", self.now, None, seats, event.note or "unfit"))
            told_as = f"{event.flight} can take nobody home any more"
        elif isinstance(event, RescueSeat):
            until = None if event.until_utc is None else mjd_utc(event.until_utc)
            self.board.troubles.append(
                Contingency(event.flight, "rescue-seat", self.now, until, event.seats, "makeshift place",
                            person=event.person or "")
            )  # fmt: skip
            told_as = f"Makeshift places in {event.flight}: {event.seats}"
        elif isinstance(event, FlightLost) and not attached:
            self.board.lost.add(event.flight)
            told_as = f"{event.flight} will be lost"
        elif isinstance(event, DockingFailed) and not attached:
            self.board.failed[event.flight] = event.days
            told_as = f"{event.flight} will not dock at the first try"
        else:
            return
        self.note(event.type, told_as, note=event.note)
        self._plan_again()
        self.at(self.now, self._after_change)

    def recall_crew(self, partner: str) -> None:
        """A partner's people go home now, in its craft; whoever else sits in them goes along."""
        if self.setup is None:
            return
        traffic = self.board.traffic
        seats = traffic.seating.seats
        own = {name for name, flight in traffic.attached.items() if flight.kind.owner == partner}
        craft = {
            seats[trip.key] for trip in traffic.people
            if trip.agency.casefold() == partner and seats.get(trip.key) in own
        }  # fmt: skip
        if craft:
            self._depart(sorted(craft))

    def review_people(self) -> None:
        """What changed around people: control, partners, assets, arrays."""
        if self.setup is None:
            return
        lost = self.attitude is not None and self.attitude.state is Hold.LOST
        low = self.altitude_km < self.setup.traffic.lowest_altitude_km
        now = (lost, low, frozenset(self.stopped), frozenset(self.missing), self.arrays.mode)
        if now == self._conditions:
            return
        before, self._conditions = self._conditions, now
        self._bring_up_to_date()
        self._apply_conditions(lost)
        if lost and (not before or not before[0]):
            self._tumbling_since = self.now
            due = self.now + self.setup.traffic.leave.attitude_lost_days
            self.at(due, partial(self._still_tumbles, self.now))
        if low and self.board.traffic.people:
            self.everybody_leaves(
                "altitude", f"the station has sunk below {self.setup.traffic.lowest_altitude_km:g} km"
            )
        if not (lost or low) and before and (before[0] or before[1]) and self.board.held:
            self._release()
        self._after_change()

    def _apply_conditions(self, lost: bool) -> None:
        assert self.setup is not None
        state = self.aboard.state
        absent = self.stopped | {_OWNER_OF[asset] for asset in self.missing if asset in _OWNER_OF}
        for owner in {machine.owner for machine in state.habitat.equipment.values()}:
            state.set_owner_active(owner, owner not in absent)
        power = self.attitude.after.power_factor if lost and self.attitude is not None else self._array_power()
        share = min(power / self.setup.life_support.power_needed_share, 1.0)
        for segment in {machine.segment for machine in state.habitat.equipment.values() if machine.segment}:
            state.set_segment_power(segment, share)

    def _array_power(self) -> float:
        return 1.0 if self.arrays.track else float(np.mean(iss_drag_area().power[self.arrays.mode]))

    def _still_tumbles(self, since: float) -> None:
        lost = self.attitude is not None and self.attitude.state is Hold.LOST
        if lost and since == self._tumbling_since:
            assert self.setup is not None
            days = self.setup.traffic.leave.attitude_lost_days
            self.everybody_leaves("attitude", f"the attitude has been lost for {days:g} days")

    def people_course(self) -> PeopleCourse | None:
        """Who was aboard, on what, until when, once the run is over."""
        if self.setup is None:
            return None
        self._bring_up_to_date()
        self.aboard.record()
        assert self.outcome is not None
        never = tuple(sorted(self.board.dropped | self.board.held | set(self.board.no_port)))
        lost = tuple(name for name in self.board.lost_flights if self.board.flights[name].launch_mjd_utc <= self.now)
        fell = self.outcome.reason is OutcomeReason.REENTERED
        return self.book.course(self.now, self.board.traffic, self.aboard.courses(), lost, never, fell)

    # --- done elsewhere --------------------------------------------------------------------------------

    @abc.abstractmethod
    def deliver(self, provider: ProviderState, delivery: Delivery) -> None:
        """Propellant arrives for tanks that stay."""

    @abc.abstractmethod
    def arrive(self, provider: ProviderState, stay: Stay) -> None:
        """A vehicle comes with its own propellant."""

    @abc.abstractmethod
    def leave(self, provider: ProviderState, stay: Stay | None) -> None:
        """The visitor goes."""

    @abc.abstractmethod
    def _can_come(self, provider: ProviderState) -> bool:
        """Whether it is high enough, and held still enough, for an arrival."""

    @abc.abstractmethod
    def _state(self, provider_id: str) -> ProviderState:
        """A provider by its id."""
