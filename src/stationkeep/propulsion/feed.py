"""Which engine draws on which tanks, and which tank can be pumped into which: the plumbing of a station."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from stationkeep.errors import InputError
from stationkeep.propulsion.tanks import Tank


class Withdrawal(NamedTuple):
    """What a burn took, tank by tank."""

    taken_kg: Mapping[str, float]

    @property
    def total_kg(self) -> float:
        """Sum over the tanks."""
        return sum(self.taken_kg.values())


@dataclass(slots=True)
class FeedNetwork:
    """Tanks by name, the tanks each engine draws on (first one first), and where each tank's content can be pumped.

    Every change goes through the tanks' own ledgers, and is done whole or not at all: a refused burn or transfer
    leaves no trace.
    """

    tanks: dict[str, Tank] = field(default_factory=dict)
    feeds: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Tanks by engine (or any other name a user of propellant has, such as an attitude controller)."""
    pipes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Where a tank can be pumped into, by the tank that gives."""

    def __post_init__(self) -> None:
        for engine, names in self.feeds.items():
            self._require(names, f"engine {engine}")
        for giver, takers in self.pipes.items():
            self._require((giver, *takers), f"the pipe from {giver}")

    def add(self, tank: Tank, *, feeds: Iterable[str] = (), fills: Iterable[str] = ()) -> None:
        """A tank arrives (a vehicle docks): it feeds these engines after what they had, and can fill these tanks."""
        if tank.name in self.tanks:
            raise InputError(f"there is a tank {tank.name!r} already", hint="give each tank its own name")
        takers = tuple(fills)
        self._require(takers, f"the pipe from {tank.name}")
        self.tanks[tank.name] = tank
        for engine in feeds:
            self.feeds[engine] = (*self.feeds.get(engine, ()), tank.name)
        if takers:
            self.pipes[tank.name] = takers

    def remove(self, time_mjd_utc: float, name: str, reason: str) -> float:
        """A tank leaves with what is in it; says how much that was. Its ledger stays with whoever holds the tank."""
        self._require((name,), reason)
        left = self.tanks.pop(name).empty(time_mjd_utc, reason)
        self.feeds = {
            engine: kept for engine, names in self.feeds.items() if (kept := tuple(one for one in names if one != name))
        }
        self.pipes = {
            giver: kept
            for giver, takers in self.pipes.items()
            if giver != name and (kept := tuple(one for one in takers if one != name))
        }
        return left

    def usable_kg(self, engine: str) -> float:
        """What this engine can draw without any pumping."""
        return sum(self.tanks[name].usable_kg for name in self.feeds.get(engine, ()))

    def reachable_kg(self, engine: str) -> float:
        """What this engine can draw in the end, with all that can be pumped to its tanks, as if they had no limit."""
        seen = set(self.feeds.get(engine, ()))
        grown = True
        while grown:
            more = {giver for giver, takers in self.pipes.items() if giver not in seen and seen.intersection(takers)}
            seen |= more
            grown = bool(more)
        return sum(self.tanks[name].usable_kg for name in sorted(seen))

    def draw(self, time_mjd_utc: float, engine: str, amount_kg: float, reason: str) -> Withdrawal:
        """Burn propellant in an engine: from its tanks in their order, each as far as it goes.

        Raises :class:`InputError` naming what is missing; then nothing has been taken.
        """
        names = self.feeds.get(engine)
        if not names:
            raise InputError(f"no tank feeds {engine!r}", hint=f"fed are: {', '.join(self.feeds) or 'none'}")
        tanks = [self.tanks[name] for name in names]
        usable = [tank.usable_kg for tank in tanks]
        available = sum(usable)
        if not 0.0 <= amount_kg <= available + 1.0e-9:
            raise InputError(
                f"{reason} by {engine} needs {amount_kg:.3f} kg; its tanks ({', '.join(names)}) can give "
                f"{available:.3f} kg",
                hint=f"{amount_kg - available:.3f} kg are missing" if amount_kg > available else "give a positive mass",
            )
        taken: dict[str, float] = {}
        left = amount_kg
        for tank, most in zip(tanks, usable, strict=True):
            share = min(left, most)
            if share > 0.0:
                tank.draw(time_mjd_utc, share, reason)
                taken[tank.name] = share
                left -= share
        return Withdrawal(taken)

    def transfer(self, time_mjd_utc: float, giver: str, taker: str, amount_kg: float, reason: str = "transfer") -> None:
        """Pump propellant from one tank into another (refuelling); refused where no pipe leads there."""
        self._require((giver, taker), reason)
        if taker not in self.pipes.get(giver, ()):
            leads = ", ".join(self.pipes.get(giver, ())) or "nowhere"
            raise InputError(f"no pipe leads from {giver} to {taker}", hint=f"from {giver} it leads to: {leads}")
        usable, room = self.tanks[giver].usable_kg, self.tanks[taker].room_kg
        if not 0.0 <= amount_kg <= min(usable, room) + 1.0e-9:
            raise InputError(
                f"{reason} of {amount_kg:.3f} kg from {giver} to {taker}: {usable:.3f} kg can be given, "
                f"{room:.3f} kg taken",
                hint="pump no more than the smaller of the two",
            )
        moved = min(amount_kg, usable, room)
        self.tanks[giver].draw(time_mjd_utc, moved, f"{reason} to {taker}")
        self.tanks[taker].fill(time_mjd_utc, moved, f"{reason} from {giver}")

    def pump_all(self, time_mjd_utc: float, giver: str, reason: str = "refuelling") -> float:
        """Pump over as much as there is and as fits, into the tanks of this pipe in their order; says how much."""
        moved = 0.0
        for taker in self.pipes.get(giver, ()):
            amount = min(self.tanks[giver].usable_kg, self.tanks[taker].room_kg)
            if amount > 0.0:
                self.transfer(time_mjd_utc, giver, taker, amount, reason)
                moved += amount
        return moved

    @property
    def content_kg(self) -> float:
        """All propellant aboard, usable or not: part of the station's mass."""
        return sum(tank.content_kg for tank in self.tanks.values())

    def _require(self, names: Iterable[str], who: str) -> None:
        for name in names:
            if name not in self.tanks:
                known = ", ".join(self.tanks) or "none"
                raise InputError(f"{who}: there is no tank {name!r}", hint=f"tanks are: {known}")
