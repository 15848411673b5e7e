"""Crew craft that become unfit to take anybody home, and the ship that is sent for their people.

As Soyuz MS-22 in December 2022: the next of its kind came sooner and without a crew, on 26 February 2023, the people of
the unfit craft went home in it when its own time was over, and the unfit one left empty a month later.
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
    unfit: dict[str, float] = field(default_factory=dict)
    """When, by flight."""
    sent: dict[str, str] = field(default_factory=dict)
    """The ship sent for its people, by unfit flight."""
    _kinds: dict[str, str] = field(default_factory=dict)

    def arrives(self, flight: Flight, first_mjd_utc: float) -> None:
        """A flight has come: does it become unfit before it is to leave?"""
        came, leaves = flight.arrival_mjd_utc, flight.departure_mjd_utc
        if not flight.seats or came is None or leaves is None or flight.name in self.left:
            return
        part = self.drawn(flight.name)
        moment = math.inf if part is None else came + part * max(leaves - came, 0.0)
        moment = min(moment, max(self.given.get(flight.name, math.inf), came))
        if first_mjd_utc <= moment < math.inf:
            self.unfit[flight.name], self._kinds[flight.name] = moment, flight.kind.id

    def waiting(self, flight: Flight, ready_mjd_utc: float) -> str:
        """For whose people a flight that could be launched then is sent; empty: nobody's."""
        found = [
            (moment, name)
            for name, moment in self.unfit.items()
            if self._kinds[name] == flight.kind.id and name not in self.sent and moment < ready_mjd_utc
        ]
        return min(found)[1] if found else ""

    def ready_mjd_utc(self, name: str, ship: Flight) -> float:
        """When the ship sent for the people of this flight can be launched at the soonest."""
        transit = (ship.arrival_mjd_utc or ship.launch_mjd_utc) - ship.launch_mjd_utc
        return self.unfit[name] + LEAD_DAYS - transit

    def brought_forward(self, flight: Flight, order: deque[tuple[int, Flight]]) -> None:
        """The ship that is sent for a flight's people has its pad before those it then overtakes.

        ``order``: places and flights still to be launched.
        """
        if flight.name not in self.unfit or flight.name in self.sent:
            return
        moment = self.unfit[flight.name]
        same = (one for one in order if one[1].kind.id == flight.kind.id and one[1].launch_mjd_utc > moment)
        ship = next(same, None)
        if ship is None:
            return
        ready = self.ready_mjd_utc(flight.name, ship[1])
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
