"""What others do to a run's people: partners withdraw, control or power goes, a craft has a mishap.

What happens is on the run's calendar: the next thing of the flights, the next breakdown, the next store at its reserve,
the next decision. Whenever something changes from outside, what lies ahead is worked out anew and older entries are
void.
"""

from __future__ import annotations

import abc
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from stationkeep.attitude.drag_area import iss_drag_area
from stationkeep.logistics.manifest import Contingency
from stationkeep.outcome import OutcomeReason
from stationkeep.scenario.events import CraftUnfit, DockingFailed, FlightLost, RescueSeat
from stationkeep.simulation import causes
from stationkeep.simulation.people_leaving import PeopleLeaving
from stationkeep.timescale import mjd_utc

if TYPE_CHECKING:
    from stationkeep.scenario.events import FlightEvent
    from stationkeep.simulation.people_record import PeopleCourse

_OWNER_OF: Final = {"russian-control-centre": "roscosmos", "russian-computers": "roscosmos"}
"""Whose machines aboard stop when one of these assets is out of service."""


class PeopleEvents(PeopleLeaving, abc.ABC):
    """The part of a run that has to do with people; without the scenario's sections it does nothing."""

    # --- partners -------------------------------------------------------------------------------------------------

    def flights_without_provider(self, provider_id: str) -> None:
        """A provider is lost: the flights that were to bring its propellant are not launched any more."""
        self.drop_flights(lambda name: self.board.craft[name].provider == provider_id, f"provider {provider_id}")

    # --- control, power, altitude ---------------------------------------------------------------------------------

    def review_people(self) -> None:
        """What changed around people: control, altitude, partners, assets, arrays."""
        if self.setup is None:
            return
        lost, low = self.tumbles, self.too_low_for_people
        now = (
            lost or low,
            lost,
            low,
            frozenset(self.stopped),
            frozenset(self.missing),
            self.arrays.mode,
            self.segment_power(),
        )
        if now == self.conditions:
            return
        before, self.conditions = self.conditions, now
        self.bring_up_to_date()
        self._apply_conditions(now[-1])
        if lost and not (before and before[1]):
            self.tumbling_since = self.now
            due = self.now + self.setup.traffic.leave.attitude_lost_days
            self.at(due, partial(self._still_tumbles, self.now))
        if low:
            lowest = self.setup.traffic.lowest_altitude_km
            why = f"the station has sunk below {lowest:g} km"
            self.everybody_leaves("altitude", why, (causes.NO_REBOOST, causes.ATTITUDE_LOST))
        if before and before[0] and not self.closed and self.board.held:
            self.release_flights()
        if self.board.kept:
            self.let_go()
        self.change_soon()

    @abc.abstractmethod
    def segment_power(self) -> dict[str, float]:
        """Which share of their power is there for the machines of each segment that has not all of it?"""

    def _apply_conditions(self, left: dict[str, float]) -> None:
        assert self.setup is not None
        state = self.aboard.state
        machines = state.habitat.equipment.values()
        absent = self.stopped | {_OWNER_OF[asset] for asset in self.missing if asset in _OWNER_OF}
        for owner in sorted({machine.owner for machine in machines}):
            state.set_owner_active(owner, owner not in absent)
        power = 1.0 if self.arrays.track else float(np.mean(iss_drag_area().power[self.arrays.mode]))
        if self.attitude is not None and self.tumbles:
            power = self.attitude.after.power_factor
        share = min(power / self.setup.life_support.power_needed_share, 1.0)
        for segment in sorted({machine.segment for machine in machines if machine.segment}):
            state.set_segment_power(segment, share * left.get(segment, 1.0))

    def _still_tumbles(self, since: float) -> None:
        if self.tumbles and since == self.tumbling_since:
            assert self.setup is not None
            days = self.setup.traffic.leave.attitude_lost_days
            why = f"the attitude has been lost for {days:g} days"
            self.everybody_leaves("attitude", why, (causes.ATTITUDE_LOST,))

    # --- mishaps ----------------------------------------------------------------------------------------------------

    def flight_event(self, event: FlightEvent) -> None:
        """A mishap of one flight, as the branch has it; of one that has left, or is gone for other reasons, none."""
        if self.setup is None:
            return
        board, name = self.board, event.flight
        attached = name in board.traffic.attached
        if not attached and name not in board.coming:
            return
        told = ""
        if isinstance(event, CraftUnfit):
            told = self._unfit(name, event.note or "unfit", attached)
        elif isinstance(event, RescueSeat):
            until = None if event.until_utc is None else mjd_utc(event.until_utc)
            person = event.person or ""
            board.troubles.append(
                Contingency(name, "rescue-seat", self.now, until, event.seats, "makeshift place", person=person)
            )
            told = f"Makeshift places in {name}: {event.seats}"
        elif isinstance(event, FlightLost) and not attached:
            board.lost.add(name)
        elif isinstance(event, DockingFailed) and not attached:
            board.failed[name] = event.days
            told = f"{name} will not dock at the first try"
        if told:
            self.note(event.type, told, note=event.note)
        self.plan_again()
        self.change_soon()

    def _unfit(self, name: str, what: str, attached: bool) -> str:
        """A crew craft is unfit from now on, or from its coming on; the next of its kind is sent for its people.

        Says so, unless it will be told when it comes. One that is to stay for ever has nobody sent.
        """
        flight = self.board.flights[name]
        if flight.seats and flight.departure_mjd_utc is not None:
            self.board.unfit.setdefault(name, self.now)
            return f"{name} can take nobody home any more" if attached else ""
        self.board.troubles.append(Contingency(name, "unfit", self.now, None, flight.seats, what))
        return f"{name} can take nobody home any more"

    # --- at the end -----------------------------------------------------------------------------------------------

    def people_course(self) -> PeopleCourse | None:
        """Who was aboard, on what, until when, once the run is over."""
        if self.setup is None:
            return None
        self.bring_up_to_date()
        self.aboard.record()
        assert self.outcome is not None
        board = self.board
        never = tuple(
            name for name in sorted(board.dropped.keys() | board.held | set(board.no_port))
            if (board.plan.flights[name].arrival_mjd_utc or 0.0) <= self.now
        )  # fmt: skip
        lost = tuple(name for name in board.lost_flights if board.flights[name].launch_mjd_utc <= self.now)
        fell = self.outcome.reason is OutcomeReason.REENTERED
        course = self.book.course(self.now, board.traffic, self.aboard.courses(), lost, never, fell)
        return replace(course, crew_time=self.hours.sides(self.now, self.aboard.state.repairs))
