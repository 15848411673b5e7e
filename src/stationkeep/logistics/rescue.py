"""Crew craft that become unfit to take anybody home or are lost on their way, and the ship that is sent instead.

As Soyuz MS-22 in December 2022: the next of its kind came sooner and without a crew, on 26 February 2023, the people of
the unfit craft went home in it when its own time was over, and the unfit one left empty a month later.
After Soyuz MS-10 failed in October 2018, the next crew came seventeen days sooner than planned.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from stationkeep.logistics.manifest import Contingency, Flight, Trip

LEAD_DAYS: Final = 73.0
"""From the mishap to the arrival of the ship sent: Soyuz MS-22 (15 December 2022) and MS-23, the one case known."""
RELIEF_DAYS: Final = 53.0
"""From the loss of a crew flight to the arrival of the next: Soyuz MS-10 (11 October 2018) and MS-11, which had been
planned for the 20th of December and came on the 3rd; later where its kind is grounded for longer."""
_HANDOVER_DAYS: Final = 10.0
_LONG_STAY_DAYS: Final = 20.0
EMPTY_LEAVES_DAYS: Final = 30.0
"""So long after that ship has come the unfit one leaves: Soyuz MS-22 on 28 March 2023."""


@dataclass
class Rescues:
    """Which craft become unfit in one run, when, and which ship is sent."""

    drawn: Callable[[str], float | None]
    """Where in its stay (0 to 1) a flight becomes unfit; none: it does not."""
    left: frozenset[str]
    """Craft that left before anything happened to them."""
    given: Mapping[str, float] = field(default_factory=dict)
    """When craft become unfit that are told to, whatever is drawn [MJD UTC]."""
    not_before: Mapping[str, float] = field(default_factory=dict)
    """Flights that cannot be launched before a date, however much they are needed [MJD UTC]."""
    unfit: dict[str, float] = field(default_factory=dict)
    """When, by flight."""
    sent: dict[str, str] = field(default_factory=dict)
    """The ship sent for its people, by unfit flight."""
    instead: dict[str, str] = field(default_factory=dict)
    """The ship that came next, by lost flight: it takes over from those the lost one was to relieve."""
    _kinds: dict[str, str] = field(default_factory=dict)
    _lost: dict[str, dict[str, float]] = field(default_factory=dict)
    """When crew flights were lost that no other has come for yet, by kind."""
    _due: dict[str, float] = field(default_factory=dict)
    """When the next of a kind has to come, after one that came before its time."""

    def arrives(self, flight: Flight, first_mjd_utc: float) -> None:
        """A flight has come: does it become unfit before it is to leave?"""
        came, leaves = flight.arrival_mjd_utc, flight.departure_mjd_utc
        if not flight.seats or came is None or leaves is None or flight.name in self.left:
            return
        if flight.kind.stay_limit_days is not None:
            leaves = min(leaves, came + flight.kind.stay_limit_days.high)
        part = self.drawn(flight.name)
        moment = math.inf if part is None else came + part * max(leaves - came, 0.0)
        moment = min(moment, max(self.given.get(flight.name, math.inf), came))
        if first_mjd_utc <= moment < math.inf:
            self.unfit[flight.name], self._kinds[flight.name] = moment, flight.kind.id

    def lose(self, flight: Flight, launch_mjd_utc: float) -> None:
        """A flight is lost on its way: a crew that others were to be relieved by does not come."""
        if _is_crew(flight):
            self._lost.setdefault(flight.kind.id, {})[flight.name] = launch_mjd_utc

    def sends(self, flight: Flight, ready_mjd_utc: float) -> tuple[float, str]:
        """When a flight that could be launched then is launched where it is needed sooner, and for whose people."""
        if not (self.unfit or self._lost or self._due):  # as nearly always: nobody needs it sooner
            return max(ready_mjd_utc, self.not_before.get(flight.name, ready_mjd_utc)), ""
        ready = max(min(ready_mjd_utc, self.ready_mjd_utc(flight)), self.not_before.get(flight.name, -math.inf))
        return ready, self.waiting(flight, ready)

    def waiting(self, flight: Flight, ready_mjd_utc: float) -> str:
        """For whose people a flight that could be launched then is sent; empty: nobody's."""
        if not self.unfit:
            return ""
        found = [
            (moment, name)
            for name, moment in self.unfit.items()
            if self._kinds[name] == flight.kind.id and name not in self.sent and moment < ready_mjd_utc
        ]
        return min(found)[1] if found and _is_crew(flight) else ""

    def ready_mjd_utc(self, ship: Flight) -> float:
        """When a ship that is needed can be launched at the soonest; infinity: it is not needed before its time."""
        if not _is_crew(ship):
            return math.inf
        kind = ship.kind.id
        came = [self._due.get(kind, math.inf)]
        came += [
            at + LEAD_DAYS for name, at in self.unfit.items() if self._kinds[name] == kind and name not in self.sent
        ]
        came += [launch + RELIEF_DAYS for launch in self._lost.get(kind, {}).values()]
        transit = (ship.arrival_mjd_utc or ship.launch_mjd_utc) - ship.launch_mjd_utc
        return min(came) - transit

    def comes(self, planned: Flight, came: Flight, sent_for: str) -> None:
        """A flight that was planned so has come so: whom it was sent for, or whom it stands in for."""
        kind = came.kind.id
        if not _is_crew(planned):
            return
        self._due.pop(kind, None)
        if sent_for:
            self.sent[sent_for] = came.name
        for lost in self._lost.pop(kind, {}):
            self.instead[lost] = came.name
        limit, arrival = came.kind.stay_limit_days, came.arrival_mjd_utc
        if arrival is not None and arrival < (planned.arrival_mjd_utc or 0.0) and limit is not None and not sent_for:
            self._due[kind] = arrival + limit.high - _HANDOVER_DAYS

    def bring_forward(self, order: deque[tuple[int, Flight]]) -> None:
        """Ships that are needed sooner than planned have their pad before those they then overtake.

        ``order``: places and flights still to be launched.
        """
        if not (self.unfit or self._lost or self._due):
            return
        kinds = (
            {self._kinds[name] for name in self.unfit.keys() - self.sent.keys()} | self._lost.keys() | self._due.keys()
        )
        for kind in sorted(kinds):
            ship = next((one for one in order if one[1].kind.id == kind and _is_crew(one[1])), None)
            if ship is None:
                continue
            ready = self.ready_mjd_utc(ship[1])
            before = next((place for place, one in enumerate(order) if one[1].launch_mjd_utc > ready), len(order))
            if before < order.index(ship):
                order.remove(ship)
                order.insert(before, ship)

    def leaves(self, name: str, departs_mjd_utc: float, flights: Mapping[str, Flight]) -> float:
        """When a craft leaves: one that is unfit soon after the other has come."""
        other = flights.get(self.sent.get(name, ""))
        if other is None or other.arrival_mjd_utc is None:
            return departs_mjd_utc
        return min(departs_mjd_utc, other.arrival_mjd_utc + EMPTY_LEAVES_DAYS)

    def told(self, flights: Mapping[str, Flight]) -> tuple[Contingency, ...]:
        """What the lifeboat rule has to know."""
        return tuple(
            Contingency(name, "unfit", moment, None, flights[name].seats, "cannot take anybody home any more")
            for name, moment in self.unfit.items()
            if name in flights and moment < (flights[name].departure_mjd_utc or math.inf)
        )

    def rides(self, trips: tuple[Trip, ...], flights: Mapping[str, Flight]) -> tuple[Trip, ...]:
        """Everybody's ride, once ships that are sent come without people and take home those who wait for them."""
        home = {name: ship for name, ship in self.sent.items() if ship in flights and flights[ship].arrived}
        if not home:
            return trips
        kept = [trip for trip in trips if trip.up_flight not in home.values()]
        taken: dict[str, int] = {}
        for trip in kept:
            taken[trip.down_flight] = taken.get(trip.down_flight, 0) + 1
        found = []
        for trip in kept:
            ship = home.get(trip.down_flight, "")
            if ship and taken.get(ship, 0) < flights[ship].seats:
                taken[ship] = taken.get(ship, 0) + 1
                found.append(replace(trip, down_flight=ship, departure_mjd_utc=None))
            else:
                found.append(trip)
        return tuple(found)


def _is_crew(flight: Flight) -> bool:
    """Whether it brings a crew that stays, by plan; visitors' craft are not sent for others."""
    came, leaves = flight.arrival_mjd_utc or flight.launch_mjd_utc, flight.departure_mjd_utc
    return flight.seats > 0 and (leaves is None or leaves - came >= _LONG_STAY_DAYS)
