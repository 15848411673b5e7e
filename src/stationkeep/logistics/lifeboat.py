"""The lifeboat rule: does everyone aboard have a working seat home, now?

A seat is of use only to somebody who owns what must be worn in it: a liner moulded to the body in Soyuz, a fitted suit
in Dragon, Starliner and the Shuttle. Makeshift places (cargo straps, a liner laid on the floor) take anyone, as a last
resort.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from stationkeep.logistics.manifest import Flight, Trip

SOYUZ_LINER: Final = "soyuz-liner"
_SHUTTLE_SUIT: Final = "shuttle-suit"


@dataclass(frozen=True, slots=True)
class Rider:
    """Somebody aboard: which suits and liners are at hand, and which craft to take if there is a choice."""

    key: str
    suits: frozenset[str]
    preferred: tuple[str, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True)
class Boat:
    """An attached craft: its working seats, for whom, and makeshift places for anyone."""

    flight: str
    seats: int
    suit: str
    makeshift: int = 0
    makeshift_for: str = ""
    """Name of the rider for whom the makeshift place was made."""


@dataclass(frozen=True, slots=True)
class Seating:
    """Who sits where if everyone had to leave now."""

    seats: Mapping[str, str]
    """Proper seats: flight by rider."""
    makeshift: Mapping[str, str]
    """Makeshift places: flight by rider."""
    without: tuple[str, ...]
    """Riders with no place at all, in the order given."""

    @property
    def without_proper_seat(self) -> tuple[str, ...]:
        """Riders who have no proper seat, those in makeshift places among them."""
        return (*self.without, *self.makeshift)


def seat_everyone(riders: Sequence[Rider], boats: Sequence[Boat]) -> Seating:
    """Who gets which seat, so that as few as possible go without?

    The largest matching of people to seats (Kuhn's augmenting paths; at most a few dozen of each): it does not depend
    on who is asked first whether *somebody* stays without a seat, only who. Preferred craft come first.
    """
    holders: dict[str, list[Rider]] = {boat.flight: [] for boat in boats}
    room = {boat.flight: boat for boat in boats}

    fitting: dict[str, list[str]] = {}

    def place(rider: Rider, tried: set[str]) -> bool:
        if rider.key not in fitting:
            fitting[rider.key] = _choices(rider, boats)
        for name in fitting[rider.key]:
            if name in tried:
                continue
            tried.add(name)
            if len(holders[name]) < room[name].seats:
                holders[name].append(rider)
                return True
            for index, holder in enumerate(holders[name]):
                if place(holder, tried):
                    holders[name][index] = rider
                    return True
        return False

    # Who has a craft of their own there keeps it; of those without, the last ones in the order given go short.
    ordered = sorted(riders, key=lambda rider: not _own_craft(rider, boats))
    left = [rider for rider in ordered if not place(rider, set())]
    spare = [boat.flight for boat in boats for _ in range(boat.makeshift)]
    named = {boat.makeshift_for for boat in boats if boat.makeshift_for}
    makeshift = {
        rider.key: flight
        for rider, flight in zip(sorted(left, key=lambda one: one.name not in named), spare, strict=False)
    }
    seats = {rider.key: name for name, held in holders.items() for rider in held}
    return Seating(seats, makeshift, tuple(rider.key for rider in left if rider.key not in makeshift))


def _own_craft(rider: Rider, boats: Sequence[Boat]) -> bool:
    return any(boat.flight in rider.preferred and boat.seats and boat.suit in rider.suits for boat in boats)


def _choices(rider: Rider, boats: Sequence[Boat]) -> list[str]:
    fitting = [boat.flight for boat in boats if boat.seats and boat.suit in rider.suits]
    return sorted(fitting, key=lambda name: rider.preferred.index(name) if name in rider.preferred else len(boats))


def suits_of(trip: Trip, flights: Mapping[str, Flight]) -> frozenset[str]:
    """Which suits and liners does this person have aboard?

    Those of the craft up and down. Who came by Shuttle and stayed when it left had a liner for the Soyuz brought along,
    since that was the lifeboat.
    """
    up, down = flights.get(trip.up_flight), flights.get(trip.down_flight)
    owned = {flight.kind.suit for flight in (up, down) if flight is not None and flight.kind.suit}
    if _SHUTTLE_SUIT in owned and trip.up_flight != trip.down_flight:
        owned.add(SOYUZ_LINER)
    return frozenset(owned | set(trip.suits))
