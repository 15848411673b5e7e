"""What a ship is loaded with, by what is foreseen: enough of everything if the next ship like it is lost.

NASA keeps water above the level that survives the loss of one planned supply flight, a "skip cycle" (SAE
2006-01-2094, abstract); six months of food and water are usual, and three lost ships within eight months left four
(NASA, CBC News, 29 June 2015). Progress M-51 was given seven more containers of food when the larder was found low (ABC
News, 7 December 2004). So a plan looks ahead, and by nothing but the plan: who is aboard, which ships are still to come
as far as anybody knows on the day the cargo is chosen, and what they bring as a rule.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from stationkeep.logistics.standstill import rocket_marks

if TYPE_CHECKING:
    from stationkeep.logistics.manifest import Flight
    from stationkeep.logistics.standstill import Standstill
    from stationkeep.simulation.aboard import Aboard
    from stationkeep.simulation.flight_board import FlightBoard


class Ship(NamedTuple):
    """A cargo ship, when it comes and what it can carry."""

    time_mjd_utc: float
    kind: str
    dry_kg: float
    water_kg: float
    gas_kg: float

    def carries_as_much_as(self, other: Ship) -> bool:
        """Whether it is of the other's kind, or has room for as much."""
        return self.kind == other.kind or self.dry_kg >= other.dry_kg


Expected = tuple[float, str, Ship]
"""A ship to come: when, under which name, with what."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """What is expected after a ship, as known when its cargo is chosen."""

    ships: tuple[Ship, ...]
    """Those that come until :attr:`until_mjd_utc`, in order of time, but for the next that carries as much."""
    next_mjd_utc: float
    """When that is due; what comes until then must do even if it is not lost."""
    until_mjd_utc: float
    """When the one after it is: what is aboard must last so long."""


def ahead_of(ship: Ship, name: str, coming: Sequence[Expected], end_mjd_utc: float) -> Ahead:
    """What is expected after a ship until the second of those that carry as much, or until the end of the plan.

    ``name``: of the ship itself, which may be among those ``coming``.
    """
    between: list[Ship] = []
    first = math.inf
    for due, other, one in coming[bisect_right(coming, ship.time_mjd_utc, key=itemgetter(0)) :]:
        if other == name:
            continue
        if not one.carries_as_much_as(ship):
            between.append(one)
        elif first < math.inf:
            return Ahead(tuple(between), first, due)
        else:
            first = due
    end = max(end_mjd_utc, ship.time_mjd_utc)
    return Ahead(tuple(one for one in between if one.time_mjd_utc < end), min(first, end), end)


def expected_ships(
    board: FlightBoard, known_mjd_utc: float, share: float, *, arm: bool = True
) -> Sequence[Expected]:  # fmt: skip
    """Cargo ships as far as anybody knew on a day, in order of time; loads at ``share`` of their ranges.

    As planned, but for those that will not come as known by then, and those whose kind stood still then: they come when
    it flies again. ``arm``: whether anybody works the arm; else what it must catch does not come either.
    """
    standing = tuple(one for one in board.standstills if one.from_mjd_utc <= known_mjd_utc < one.to_mjd_utc)
    gone = frozenset(name for name, since in board.gone_since.items() if since <= known_mjd_utc)
    if not arm:
        gone |= {name for name, flight in board.plan.flights.items() if flight.kind.needs_arm}
    known = board.plan, standing, gone
    if board.expected is None or board.expected[0] != known:
        board.expected = known, sorted(_expected(board, standing, gone, share))
    return board.expected[1]


def _expected(
    board: FlightBoard, standing: Sequence[Standstill], gone: Container[str], share: float
) -> Iterator[Expected]:  # fmt: skip
    for flight in board.plan.flights.values():
        due = flight.arrival_mjd_utc
        if flight.kind.role != "cargo" or flight.name in gone or due is None:
            continue
        launch = flight.launch_mjd_utc
        for one in standing:
            if one.from_mjd_utc <= launch < one.to_mjd_utc and not one.marks.isdisjoint(rocket_marks(flight)):
                launch = one.to_mjd_utc
        due += launch - flight.launch_mjd_utc
        if flight.departure_mjd_utc is None or due < flight.departure_mjd_utc:
            yield due, flight.name, ship_of(board, flight, due, share)


def load_of(
    board: FlightBoard, name: str, aboard: Aboard, gone: Iterable[str], now_mjd_utc: float, *, arm: bool = True
) -> float:
    """A flight's cargo goes into the stores, loaded for what was foreseen then; returns the mass that came [kg].

    ``now_mjd_utc``: what is known then is known, where the flight is looked at before it is loaded. ``arm``: whether
    anybody works the arm.
    """
    share, flight = aboard.world.cargo, board.flights[name]
    ship = ship_of(board, flight, aboard.state.time_mjd_utc, share)
    supply = aboard.setup.supplies.get(flight.kind.id)
    if supply is None or not supply.short:
        return aboard.bring(ship, gone)
    known = min(flight.launch_mjd_utc - supply.notice_days, now_mjd_utc)
    end = aboard.setup.epoch_mjd_utc + aboard.setup.days
    return aboard.bring(ship, gone, ahead_of(ship, name, expected_ships(board, known, share, arm=arm), end))


def ship_of(board: FlightBoard, flight: Flight, time_mjd_utc: float, share: float) -> Ship:
    """A flight that comes at a time, loaded at ``share`` of the ranges of its cargo."""
    cargo = board.craft[flight.name].cargo
    amounts = cargo.dry_kg.quantile(share), cargo.water_kg.quantile(share), cargo.gas_kg.quantile(share)
    return Ship(time_mjd_utc, flight.kind.id, *amounts)
