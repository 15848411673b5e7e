"""Could the station be brought down where nobody is, with what is docked and the next of each that still comes?

A load that comes is a promise: it counts if it comes soon enough, to a station that is then still high and still held.
Whether it comes, and finds the station held, shows only later in the run: promises are kept apart until what is docked
suffices (they were fulfilled) or nothing that comes would do any more (they never counted).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from stationkeep.descent.deorbit_need import load_for_speed_kg, speed_from_load_m_s, thrust_for_burn_n

if TYPE_CHECKING:
    from stationkeep.simulation.fall_need import FallNeed

_DOCKED_DAYS = 1.0e-6
_USABLE_KG = 1.0


class Load(NamedTuple):
    """Propellant that may be burnt for a controlled fall: how much, how well it is used, and by which thrust."""

    propellant_kg: float
    exhaust_velocity_m_s: float
    thrust_n: float
    turn_deg: float = 0.0
    """How the station must be turned for its engine: only engines that push the same way push together."""
    port: str | None = None
    """The one port it can push from: of two that need the same, one counts; none: it is in nobody's place."""


@dataclass(frozen=True, slots=True)
class Shortage:
    """What a controlled fall lacks: propellant and thrust; both zero where it is possible."""

    propellant_kg: float
    thrust_n: float
    needed_kg: float
    needed_n: float

    @property
    def none(self) -> bool:
        """Whether nothing is missing."""
        return self.propellant_kg <= 0.0 and self.thrust_n <= 0.0

    @property
    def share(self) -> float:
        """How much is missing, both kinds together, as shares of what is needed."""
        return self.propellant_kg / self.needed_kg + self.thrust_n / self.needed_n


def shortage(mass_kg: float, loads: Iterable[Load], need: FallNeed) -> Shortage:
    """What is missing for a controlled fall of a station of this mass with those of these loads that suit each other?

    Needed are the speed in all, one load burnt after the other, and for the last burn the thrust that gives it in one
    pass: a longer burn spreads the debris along the track. Missing propellant is counted at 300 s.
    """
    return used_together(mass_kg, tuple(loads), need)[0]


def used_together(mass_kg: float, loads: Sequence[Load], need: FallNeed) -> tuple[Shortage, tuple[int, ...]]:
    """Which of these loads are best used, and what is still missing then? Indices, those of the last burn first.

    Of craft that can push from one port only, and from the same, one is there at a time. The last burn is that of
    engines which push the same way: a station can be turned between burns, not during one.
    """
    usable = [index for index, load in enumerate(loads) if load.propellant_kg > _USABLE_KG]
    needed_kg = load_for_speed_kg(need.delta_v_m_s, mass_kg)
    needed_n = thrust_for_burn_n(need.final_burn_m_s, mass_kg, need.longest_final_burn_s)
    best = Shortage(needed_kg, needed_n, needed_kg, needed_n)
    chosen: tuple[int, ...] = ()
    for there in _there_together(usable, loads):
        missing_m_s = max(need.delta_v_m_s - _speed_m_s(mass_kg, there, loads), 0.0)
        ways = sorted({loads[index].turn_deg for index in there})
        for way in ways:
            last = there if len(ways) == 1 else [index for index in there if loads[index].turn_deg == way]
            final_m_s = 0.0 if last is there else need.final_burn_m_s - _speed_m_s(mass_kg, last, loads)
            missing_kg = load_for_speed_kg(max(missing_m_s, final_m_s), mass_kg)
            missing_n = max(needed_n - sum(loads[index].thrust_n for index in last), 0.0)
            found = Shortage(missing_kg, missing_n, needed_kg, needed_n)
            if found.share < best.share:
                best, chosen = found, (*last, *(index for index in there if index not in last))
    return best, chosen


def _there_together(usable: Sequence[int], loads: Sequence[Load]) -> Iterator[Sequence[int]]:
    """Every way to leave one craft at each port that several want."""
    ports = [port for port in (loads[index].port for index in usable) if port is not None]
    if len(ports) < 2 or len(set(ports)) == len(ports):
        return iter((usable,))  # nearly always: nobody is in another's place
    places: dict[object, list[int]] = {}
    for index in usable:
        places.setdefault(loads[index].port or index, []).append(index)
    return (sorted(one) for one in product(*places.values()))


def _speed_m_s(mass_kg: float, indices: Sequence[int], loads: Sequence[Load]) -> float:
    """What these loads give, burnt one after the other."""
    speed = 0.0
    for index in indices:
        load = loads[index]
        speed += speed_from_load_m_s(load.propellant_kg, mass_kg, load.exhaust_velocity_m_s)
        mass_kg -= load.propellant_kg
    return speed


def loads_for_speed(mass_kg: float, loads: Iterable[Load], delta_v_m_s: float) -> list[float]:
    """How much each load burns [kg], one after the other, for this change of speed [m/s]; all of it where it is short.

    Source: the rocket equation.
    """
    left, mass, burnt = delta_v_m_s, mass_kg, []
    for load in loads:
        wanted = mass * -math.expm1(-left / load.exhaust_velocity_m_s)
        amount = min(wanted, load.propellant_kg)
        left = max(left - speed_from_load_m_s(amount, mass, load.exhaust_velocity_m_s), 0.0)
        mass -= amount
        burnt.append(amount)
    return burnt


class Promise(NamedTuple):
    """What a fall would lack with loads that still come, and when the last of them is due."""

    due_mjd_utc: float
    shortage: Shortage


class Supply(NamedTuple):
    """What a controlled fall could count on from one provider."""

    provider: str
    docked: Load
    with_next: Load
    """With the next load that is due."""
    due_mjd_utc: float
    hindsight: bool


class DeorbitWatch:
    """Since when, and until when, a controlled fall is possible in a run; and what it lacks at its best moment."""

    def __init__(self, need: FallNeed) -> None:
        self.need = need
        self.lost_mjd_utc: float | None = None
        """Since when it has been impossible; none while it is possible."""
        self.first_mjd_utc: float | None = None
        """When it was possible for the first time."""
        self.best: Shortage | None = None
        """What it lacked at the best moment, promises fulfilled."""
        self._promise: Promise | None = None
        self._leans: _Leaning | None = None
        self._to_beat = math.inf

    def wants_promise(self, now_mjd_utc: float, promised: Shortage) -> bool:
        """Whether loads that come would change anything: only then it matters if the station is still up there."""
        self._forget(now_mjd_utc)
        return promised.none or promised.share < self._to_beat

    def look(self, now_mjd_utc: float, docked: Shortage, promise: Promise | None) -> None:
        """Take note of a moment: what is lacking with what is docked, and with what comes if that counts."""
        self._forget(now_mjd_utc)
        self._better(docked)
        if docked.none:
            self._fulfilled(now_mjd_utc)
            self._possible(now_mjd_utc)
        elif promise is not None and promise.shortage.none:
            since, before, first = now_mjd_utc, self.lost_mjd_utc, self.first_mjd_utc is None
            if self._leans is not None:
                since, _, before, first = self._leans
            self._leans = _Leaning(since, promise.due_mjd_utc, before, first)
            self._possible(now_mjd_utc)
        else:
            self._take_back()
            if self.lost_mjd_utc is None:
                self.lost_mjd_utc = now_mjd_utc
        if promise is not None and promise.shortage.share < self._to_beat:
            self._promise, self._to_beat = promise, promise.shortage.share

    def _better(self, found: Shortage) -> None:
        if self.best is None or found.share < self.best.share:
            self.best = found
            self._to_beat = min(self._to_beat, found.share)

    def _possible(self, now_mjd_utc: float) -> None:
        self.lost_mjd_utc = None
        if self.first_mjd_utc is None:
            self.first_mjd_utc = now_mjd_utc

    def _forget(self, now_mjd_utc: float) -> None:
        """A promise whose day has come counts no more: what came of it is docked by now, or it did not come."""
        if self._promise is not None and self._promise.due_mjd_utc <= now_mjd_utc + _DOCKED_DAYS:
            self._no_promise()

    def _no_promise(self) -> None:
        self._promise = None
        self._to_beat = math.inf if self.best is None else self.best.share

    def _fulfilled(self, there_mjd_utc: float) -> None:
        """It is there: what leaned on it counts, as far back as one may wait for it."""
        leans = self._leans
        if leans is not None and leans.is_first:
            self.first_mjd_utc = max(leans.since_mjd_utc, there_mjd_utc - self.need.wait_days)
        self._leans = None

    def _take_back(self) -> None:
        """It does not come: what leaned on it was never possible."""
        leans = self._leans
        if leans is not None:
            self.lost_mjd_utc = leans.since_mjd_utc if leans.lost_before is None else leans.lost_before
            if leans.is_first:
                self.first_mjd_utc = None
            self._leans = None

    def broken(self) -> None:
        """Nothing docks any more: what leaned on loads still to come was never possible."""
        self._no_promise()
        self._take_back()

    def end(self, *, flies: bool, now_mjd_utc: float) -> None:
        """The run is over: at the horizon promises that are not due yet count as kept, after a fall as broken."""
        self._forget(now_mjd_utc)
        if not flies or (self._leans is not None and self._leans.due_mjd_utc <= now_mjd_utc):
            self._take_back()
        if flies and self._leans is not None:
            self._fulfilled(self._leans.due_mjd_utc)
        if flies and self._promise is not None:
            self._better(self._promise.shortage)


class _Leaning(NamedTuple):
    """A stretch in which a fall is possible only with a load that still comes."""

    since_mjd_utc: float
    due_mjd_utc: float
    """When the last of what it leans on is due, by what was foreseen last."""
    lost_before: float | None
    """Since when it had been impossible before; none: it was possible."""
    is_first: bool
    """Whether it had never been possible before."""
