"""When people leave in a run: what is foreseen to end, who goes first, and who has no seat."""

from __future__ import annotations

import abc
import math
from collections.abc import Iterable, Mapping
from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from stationkeep.habitat.makers import makers
from stationkeep.simulation import causes
from stationkeep.simulation.people_flights import APART_DAYS, LOOK_AHEAD_DAYS, PeopleFlights
from stationkeep.simulation.people_words import foreseen_words, words

if TYPE_CHECKING:
    from stationkeep.habitat.margins import Limit
    from stationkeep.logistics.manifest import Flight, Trip
    from stationkeep.simulation.aboard import Aboard, Delivered, Outlook
    from stationkeep.simulation.providers import ProviderState

_SOON_DAYS: Final = 0.01
_IN_TIME_DAYS: Final = 7.0  # before the end a ship must be due to be waited for: a week to leave in (own assumption)


class PeopleLeaving(PeopleFlights, abc.ABC):
    """The part of a run in which it is decided who stays."""

    def look_ahead(self) -> None:
        """What is foreseen with nothing more delivered, and when something must be decided or told next."""
        assert self.setup is not None
        self.look += 1
        if self.aboard.state.people_aboard == 0:
            return  # an empty station is caught up with when somebody comes
        now, breaks = self.now, self.aboard.next_breakdown_mjd_utc
        ahead = max(min(breaks, self.board.traffic.next_event_mjd_utc) - now, 0.0)
        days_before = self.setup.traffic.leave.days_before_limit
        days = min(ahead + days_before + 1.0, LOOK_AHEAD_DAYS + ahead)
        outlook = self.foreseen(days)
        times = [breaks, outlook.next_mjd_utc, now + days - days_before]
        limit = outlook.limit
        leave = math.inf if limit is None else now + limit.days - days_before
        times.append(leave)
        if limit is not None and self._binds(now + limit.days):
            if leave <= now:
                self._at_a_limit(limit)
                return
            if outlook.reserve_mjd_utc <= now and self._fewer():
                return
            times.append(outlook.reserve_mjd_utc)
        time = min([time for time in times if time > now], default=math.inf)
        if time < math.inf:
            self.at(max(time, now + _SOON_DAYS), partial(self._wake, self.look))

    def _wake(self, look: int) -> None:
        if look == self.look:
            self.bring_up_to_date()
            self.aboard.even_out(self.stopped)
            self.aboard.record()
            self.look_ahead()

    def foreseen(self, days: float, people: Mapping[str, int] | None = None) -> Outlook:
        """What is foreseen for the next days with the flights that are due meanwhile, and what they bring.

        A flight is counted on that comes :data:`_IN_TIME_DAYS` or more before what there is without it ends: where it
        is lost, there is still time to leave. ``people``: for so many of each side instead of those aboard.
        """
        found = self.aboard.outlook(days, people)
        if found.limit is None or self.closed:
            return found
        counted: list[Delivered] = []
        for time, name in self.supplies_until(self.now + days):
            if found.limit is None or time > self.now + found.limit.days - _IN_TIME_DAYS:
                break
            counted.append((time, partial(self.unload, name)))
            found = self.aboard.outlook(days, people, counted)
        return found

    def _binds(self, ends_mjd_utc: float) -> bool:
        """Whether a limit that is foreseen asks for a decision: nobody leaves anyway, or that would not be enough."""
        assert self.setup is not None
        if self._on_the_way_home():
            return False
        days_before = self.setup.traffic.leave.days_before_limit
        near = ends_mjd_utc - days_before <= self.now
        return not self._leaving_before(ends_mjd_utc) or (
            near and not self._enough_once_gone(ends_mjd_utc, days_before)
        )

    def _enough_once_gone(self, ends_mjd_utc: float, days_before: float) -> bool:
        """Whether those who stay have as long as is looked ahead, once others have left by plan before a date."""
        traffic = self.board.traffic
        leaves = {name: flight.departure_mjd_utc or math.inf for name, flight in traffic.attached.items()}
        when = {trip.key: leaves.get(trip.down_flight, math.inf) for trip in traffic.people}
        changes: list[Delivered] = []
        for time in sorted({time for time in when.values() if self.now < time < ends_mjd_utc}):
            staying = self.sides(trip for trip in traffic.people if when[trip.key] > time)
            changes.append((time, partial(_are_aboard, staying)))
        days = changes[-1][0] - self.now + days_before
        due = [] if self.closed else self.supplies_until(self.now + days)
        changes += [(time, partial(self.unload, name)) for time, name in due]
        limit = self.aboard.outlook(days + 1.0, None, sorted(changes, key=itemgetter(0))).limit
        return limit is None or limit.days > days

    def _at_a_limit(self, limit: Limit) -> None:
        """So near a limit people leave: as many as it takes, those whose craft is to leave first; else everybody."""
        what = words(limit.what)
        gone = self._enough_to_leave()
        if gone:
            go = "goes" if len(gone) == 1 else "go"
            why = f"{' and '.join(gone)} {go} home early: for all aboard {foreseen_words(limit)}"
            self.note("crew-reduced", why, because=self.why_less_power(limit.what))
            self.depart(gone)
            return
        self.everybody_leaves(what, foreseen_words(limit), [*self.why_less_power(limit.what), *self._why_short(limit)])

    def _why_short(self, limit: Limit) -> list[str]:
        """As conditions: whose machines would make what ends, and whose ships would bring it; all others did nothing.

        Of ships those whose planned day has come, or comes before the end: they would have been in time.
        """
        state = self.aboard.state
        why = [one(owner) for owner in makers(state.habitat, limit.what) for one in (causes.stopped, causes.frozen)]
        for name in sorted(self.board.dropped.keys() | self.board.held):
            flight, craft = self.board.plan.flights[name], self.board.craft[name]
            due = flight.arrival_mjd_utc
            if flight.kind.role != "cargo" or due is None or due > self.now + limit.days:
                continue
            kept = (causes.not_delivering, causes.cut, causes.thinned)
            why += [one(who) for who in (*craft.partners, craft.provider or "") for one in kept]
            why += map(causes.stopped, self.nobody_catches(flight))
            why += filter(None, [self.nobody_clears(flight), causes.ATTITUDE_LOST if self.tumbles else ""])
        return why

    @abc.abstractmethod
    def why_less_power(self, limit: str) -> list[str]:
        """As conditions: segments whose machines lack power, where what ends is air or water."""

    def _enough_to_leave(self, days: float | None = None) -> list[str]:
        """The craft that have to take their people home for the others to stay; none: not even that would do.

        ``days``: so long; None: as long as is looked ahead before somebody leaves.
        """
        traffic = self.board.traffic
        seats, gone = traffic.seating.seats, list[str]()
        for flight in self._crewed()[:-1]:
            gone.append(flight.name)
            stay = [trip for trip in traffic.people if seats.get(trip.key) not in gone]
            if not stay or len(stay) == len(traffic.people):
                continue
            if self._could_stay(stay, days):
                return gone
        return []

    def _could_stay(self, people: Iterable[Trip], days: float | None = None) -> bool:
        """Whether these people could live aboard for so long; None: as is looked ahead before one leaves."""
        assert self.setup is not None
        days_before = self.setup.traffic.leave.days_before_limit if days is None else days
        limit = self.foreseen(days_before + 1.0, self.sides(people)).limit
        return limit is None or limit.days > days_before

    def habitable_for(self, flight: Flight) -> bool:
        """Whether the people of a flight could live in the station they find.

        In an empty one for two months. With people aboard as long as is looked ahead before one leaves; where that
        is too short for all of them, those they relieve may leave at once.
        """
        coming = [trip for trip in self.board.traffic.manifest.trips if trip.up_flight == flight.name]
        if not coming:
            return True
        self.bring_up_to_date()
        traffic = self.board.traffic
        if not traffic.people:
            return self.aboard.outlook(LOOK_AHEAD_DAYS, self.sides(coming)).limit is None
        if self._could_stay([*traffic.people, *coming]):
            return True
        seats, first = traffic.seating.seats, min([*self._crewed(), flight], key=_leaves)
        stay = [trip for trip in traffic.people if seats.get(trip.key) != first.name]
        return first is not flight and self._could_stay([*stay, *coming])

    def _crewed(self) -> list[Flight]:
        """Craft with seats, the one that is to leave first first."""
        return sorted((flight for flight in self.board.traffic.attached.values() if flight.seats), key=_leaves)

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
        """Craft take their people home, where others stay with a craft of their own: as many as it takes, or the first.

        That which is to leave first goes first; where it was about to be relieved, that alone changes nothing.
        """
        gone = self._enough_to_leave(LOOK_AHEAD_DAYS)
        if not gone:
            traffic, crewed = self.board.traffic, self._crewed()
            seated = traffic.seating.seats
            riders = sum(seated.get(trip.key) == crewed[0].name for trip in traffic.people) if len(crewed) > 1 else 0
            if not 0 < riders < len(traffic.people):
                return False
            gone = [crewed[0].name]
        go = "goes" if len(gone) == 1 else "go"
        self.note(
            "crew-reduced",
            f"{' and '.join(gone)} {go} home early: a reserve is reached and supplies do not come in time",
        )
        self.depart(gone)
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

    def too_low_for(self, provider: ProviderState) -> None:
        """The station has sunk below where this provider's craft stays: it leaves, if it can."""
        if not self.linked(provider.id):
            self.leave(provider, None)
            return
        craft = [name for name in self.board.traffic.attached if self._provider_of(name) is provider]
        free = [
            name
            for name in sorted(craft)
            if self._cannot_leave(self.board.flights[name]) is None and self.board.early.get(name, 0.0) < self.now
        ]
        if free:
            self.depart(free)

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


def _are_aboard(by_side: Mapping[str, int], aboard: Aboard) -> None:
    aboard.live_with(by_side)


def _leaves(flight: Flight) -> tuple[float, str]:
    return flight.departure_mjd_utc or math.inf, flight.name
