"""The course of people, seats and craft of one run, written down as it happens."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from stationkeep.logistics.crew import side_of
from stationkeep.simulation.people_record import CALLED_HOME, LONG_DAYS, CrewRecord, PeopleCourse, PortRecord

if TYPE_CHECKING:
    from stationkeep.logistics.manifest import Flight, Trip
    from stationkeep.logistics.state import StationTraffic, TrafficEvent
    from stationkeep.simulation.people_record import StoreCourse


class CourseBook:
    """What a run tells of its people."""

    def __init__(self, epoch_mjd_utc: float, traffic: StationTraffic) -> None:
        self.docked_at_epoch = frozenset(traffic.attached)
        self._ports: dict[tuple[str, str], PortRecord] = {}
        self._crew: dict[str, CrewRecord] = {}
        self._past_ports: list[PortRecord] = []
        self._past_crew: list[CrewRecord] = []
        self._moments: list[tuple[float, int, int]] = []
        self._without: tuple[float, tuple[str, ...]] | None = None
        self._unseated: tuple[float, tuple[str, ...]] | None = None
        self._last_left: float | None = None
        self._must_leave: tuple[float, str, str] | None = None
        self._emptied = ""
        self._last_must, self._last_reason, self._last_why = -math.inf, "", ""
        self._stranded: tuple[str, ...] = ()
        self._called: dict[str, str] = {}
        """Craft that partners have called home, and in what words."""
        self._last_craft = ""
        for flight in traffic.attached.values():
            self._reaches(flight, flight.stays[-1].port if flight.stays else "", flight.stays[-1].from_mjd_utc)
        for trip in traffic.people:
            up = traffic.manifest.flights.get(trip.up_flight)
            came = trip.arrival_mjd_utc if up is None else up.arrival_mjd_utc
            self._comes(trip, epoch_mjd_utc if came is None else came)
        self.seats(epoch_mjd_utc, traffic)

    # --- as it happens ----------------------------------------------------------------------------------------------

    def note(self, events: Iterable[TrafficEvent]) -> None:
        """Craft and people that came and went."""
        for event in events:
            for trip in event.came:
                self._comes(trip, event.time_mjd_utc)
            for trip in event.went:
                self._goes(trip, event)
            if event.flight is None:
                continue
            if event.kind == "reached-port":
                self._reaches(event.flight, event.port, event.time_mjd_utc)
            elif event.kind == "left-port":
                open_one = self._ports.pop((event.flight.name, event.port), None)
                if open_one is not None:
                    self._past_ports.append(open_one.until(event.time_mjd_utc))

    def _reaches(self, flight: Flight, port: str, time: float) -> None:
        self._ports[flight.name, port] = PortRecord(port, flight.name, flight.kind.id, flight.kind.owner, time, None)

    def _comes(self, trip: Trip, time: float) -> None:
        self._crew[trip.key] = CrewRecord(
            trip.name, trip.nationality, trip.agency, side_of(trip), trip.up_flight, trip.down_flight, time, None
        )

    def _goes(self, trip: Trip, event: TrafficEvent) -> None:
        one = self._crew.pop(trip.key, None)
        if one is not None:
            down = event.flight.name if event.flight is not None else one.down_flight
            self._past_crew.append(one.leaving_in(down, event.time_mjd_utc))
            self._last_left, self._last_craft = event.time_mjd_utc, down

    def rides(self, traffic: StationTraffic) -> None:
        """In which craft those aboard would now go home."""
        for trip in traffic.people:
            one = self._crew.get(trip.key)
            if one is not None and one.down_flight != trip.down_flight:
                self._crew[trip.key] = one.leaving_in(trip.down_flight, one.to_mjd_utc)

    def seats(self, time: float, traffic: StationTraffic) -> None:
        """People and working seats from now on, and who has none."""
        seating = traffic.seating
        now = (len(traffic.people), traffic.seats)
        if not self._moments or self._moments[-1][1:] != now:
            if self._moments and self._moments[-1][0] == time:
                self._moments.pop()
            self._moments.append((time, *now))
        self._seatless_until(time)
        without = seating.without_proper_seat
        if not without:
            self._without = None
        elif self._without is None:
            by_key = {trip.key: trip.name for trip in traffic.people}
            self._without = time, tuple(by_key[key] for key in without)

    def _seatless_until(self, time: float) -> None:
        if self._unseated is None and self._without is not None and time - self._without[0] > LONG_DAYS:
            self._unseated = self._without

    def must_leave(self, time: float, reason: str, why: str, stranded: tuple[str, ...]) -> None:
        """People have to go; ``stranded``: those who cannot."""
        if self._must_leave is None:
            self._must_leave = time, reason, why
        self._emptied = ""
        self._last_must, self._last_reason, self._last_why = time, reason, why
        self._stranded = stranded

    def called_home(self, time: float, craft: Iterable[str], why: str) -> None:
        """A partner wants its people back: these craft leave, unless people had to leave before that."""
        if not 0.0 < time - self._last_must <= LONG_DAYS:
            self._called |= dict.fromkeys(craft, why)

    def emptied(self, closed: str) -> None:
        """The last person has left; ``closed``: why nobody can come, where nobody can."""
        self._emptied = closed or "the last craft went home as planned, and no other came"

    # --- at the end -----------------------------------------------------------------------------------------------

    def course(
        self, end_mjd_utc: float, traffic: StationTraffic, stores: tuple[StoreCourse, ...], lost: tuple[str, ...],
        not_flown: tuple[str, ...], fell: bool,
    ) -> PeopleCourse:  # fmt: skip
        """Everything, when the run is over. ``fell``: the station has, with whoever was still aboard."""
        self.rides(traffic)
        self._seatless_until(end_mjd_utc if end_mjd_utc < math.inf else self._moments[-1][0])
        aboard = tuple(trip.name for trip in traffic.people)
        times, people, seats = zip(*self._moments, strict=True)
        return PeopleCourse(
            times_mjd_utc=np.array(times), aboard=np.array(people, dtype=np.int64),
            seats=np.array(seats, dtype=np.int64),
            ports=tuple(sorted((*self._past_ports, *self._ports.values()), key=_by_date_of_flight)),
            crew=tuple(sorted((*self._past_crew, *self._crew.values()), key=_by_date_of_name)),
            stores=stores,
            unseated_from_mjd_utc=None if self._unseated is None else self._unseated[0],
            unseated=() if self._unseated is None else self._unseated[1],
            first_limit="" if self._must_leave is None else self._must_leave[1],
            must_leave_mjd_utc=None if self._must_leave is None else self._must_leave[0],
            left_mjd_utc=None if aboard else self._last_left,
            left_reason=self._left_reason(),
            stranded=aboard if fell else tuple(name for name in self._stranded if name in aboard),
            lost_flights=lost, not_flown=not_flown, why=self._why(),
        )  # fmt: skip

    def _left_reason(self) -> str:
        if self._crew or self._last_left is None:
            return ""
        if self._last_craft in self._called:
            return CALLED_HOME
        return self._last_reason if self._driven_out() else ""

    def _driven_out(self) -> bool:
        """Whether the last person left because they had to."""
        return self._last_left is not None and not self._crew and self._last_left - self._last_must <= LONG_DAYS

    def _why(self) -> dict[str, str]:
        found = {}
        if self._last_left is not None and not self._crew:
            found["left"] = self._emptied
        if self._must_leave is not None:
            found["first_limit"] = self._must_leave[2]
        if self._driven_out():
            found["left"] = self._last_why
        if self._left_reason() == CALLED_HOME:
            found["left"] = self._called[self._last_craft]
        if self._unseated is not None:
            found["unseated"] = f"no working seat home for {', '.join(self._unseated[1])}"
        return found


def _by_date_of_flight(one: PortRecord) -> tuple[float, str]:
    return one.from_mjd_utc, one.flight


def _by_date_of_name(one: CrewRecord) -> tuple[float, str]:
    return one.from_mjd_utc, one.name
