"""When people leave in a run: what is foreseen to end, who goes first, and who has no seat."""

from __future__ import annotations

import abc
import math
from collections.abc import Iterable
from functools import partial
from typing import Final

from stationkeep.simulation import causes
from stationkeep.simulation.people_flights import APART_DAYS, LOOK_AHEAD_DAYS, PeopleFlights
from stationkeep.simulation.people_words import words

_SOON_DAYS: Final = 0.01


class PeopleLeaving(PeopleFlights, abc.ABC):
    """The part of a run in which it is decided who stays."""

    def look_ahead(self) -> None:
        """What is foreseen with nothing more delivered, and when something must be decided or told next."""
        assert self.setup is not None
        self.look += 1
        if self.aboard.state.people_aboard == 0:
            return  # an empty station is caught up with when somebody comes
        breaks = self.aboard.next_breakdown_mjd_utc
        ahead = max(min(breaks, self.board.traffic.next_event_mjd_utc) - self.now, 0.0)
        days_before = self.setup.traffic.leave.days_before_limit
        outlook = self.aboard.outlook(min(ahead + days_before + 1.0, LOOK_AHEAD_DAYS + ahead))
        times = [breaks, outlook.next_mjd_utc]
        limit = outlook.limit
        if limit is not None and self._binds(limit.what, self.now + limit.days):
            leave = self.now + limit.days - days_before
            if leave <= self.now:
                what, gone = words(limit.what), sorted(self.not_delivering | self.stopped)
                self.everybody_leaves(
                    what,
                    f"{what} is foreseen at its end in {limit.days:.0f} days",
                    [one for partner in gone for one in (causes.not_delivering(partner), causes.stopped(partner))],
                )
                return
            if outlook.reserve_mjd_utc <= self.now and self._fewer():
                return
            times += [leave, outlook.reserve_mjd_utc]
        time = min((time for time in times if time > self.now), default=math.inf)
        if time < math.inf:
            self.at(max(time, self.now + _SOON_DAYS), partial(self._wake, self.look))

    def _wake(self, look: int) -> None:
        if look == self.look:
            self.bring_up_to_date()
            self.aboard.record()
            self.look_ahead()

    def _binds(self, what: str, ends_mjd_utc: float) -> bool:
        """Whether a limit that is foreseen asks for a decision: no supplies are due before, nobody leaves anyway."""
        if self._on_the_way_home() or self._leaving_before(ends_mjd_utc):
            return False
        supply = math.inf if self.closed else self.board.next_supply()
        return not (what in self.aboard.state.habitat.stores and supply < ends_mjd_utc)

    def _leaving_before(self, time: float) -> bool:
        """Whether people are to leave by plan before a date, and others stay: what is foreseen is looked at then."""
        riders: dict[str, int] = {}
        for trip in self.board.traffic.people:
            riders[trip.down_flight] = riders.get(trip.down_flight, 0) + 1
        attached = self.board.traffic.attached
        return any(
            count < len(self.board.traffic.people) and self.now < (attached[name].departure_mjd_utc or math.inf) < time
            for name, count in riders.items()
            if name in attached
        )

    def _on_the_way_home(self) -> bool:
        """Whether craft are about to leave, or nobody aboard has one: then there is nothing more to decide."""
        seating = self.board.traffic.seating
        soon = any(self.now < time for time in self.board.early.values())
        return soon or not (seating.seats or seating.makeshift)

    def _fewer(self) -> bool:
        """The craft that would leave first takes its people home, where others stay with a craft of their own."""
        traffic = self.board.traffic
        crewed = [flight for flight in traffic.attached.values() if flight.seats]
        if len(crewed) < 2:
            return False
        first = min(crewed, key=lambda flight: (flight.departure_mjd_utc or math.inf, flight.name))
        seated = traffic.seating.seats
        riders = sum(seated.get(trip.key) == first.name for trip in traffic.people)
        if not 0 < riders < len(traffic.people):
            return False
        self.note(
            "crew-reduced", f"{first.name} goes home early: a reserve is reached and supplies do not come in time"
        )
        self.depart([first.name])
        return True

    def everybody_leaves(self, reason: str, why: str, because: Iterable[str] = ()) -> None:
        """Everyone with a seat goes home now; who has none stays behind."""
        if self.setup is None or not self.board.traffic.people:
            return
        traffic = self.board.traffic
        seated = {**traffic.seating.seats, **traffic.seating.makeshift}
        without = tuple(trip.name for trip in traffic.people if trip.key not in seated)
        self.note("must-leave", f"People must leave: {why}", because=because)
        self.book.must_leave(self.now, reason, why, without)
        if without:
            self.note("stranded", f"No way home for {', '.join(without)}")
        if seated:
            self.depart(sorted(set(seated.values())))

    def depart(self, craft: list[str]) -> None:
        """These craft leave, one after the other, with whoever sits in them."""
        traffic = self.board.traffic
        seated = {**traffic.seating.seats, **traffic.seating.makeshift}
        for number, name in enumerate(craft):
            self.board.early[name] = self.now + APART_DAYS * (number + 1)
        for trip in traffic.people:
            ride = seated.get(trip.key, "")
            if ride in craft or trip.down_flight in craft:
                self.board.rides[trip.key] = ride
        self.plan_again()
        self.change_soon()
