"""When do machines break, and when can they be put right? Drawn once a run, so that a run can be repeated."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from stationkeep.habitat.refusal import HabitatError

if TYPE_CHECKING:
    from stationkeep.habitat.equipment import FailureLaw
    from stationkeep.habitat.habitat import Habitat
    from stationkeep.habitat.state import HabitatEvent, HabitatState, Least

RETRY_DAYS = 5.0
"""A repair that lacked spares or hands is tried again after this."""


@dataclass(frozen=True, slots=True)
class Breakdown:
    """One failure: when it starts [days from the start], and how long the repair takes once it is possible [days]."""

    day: float
    equipment: str
    repair_days: float


def draw_breakdowns(habitat: Habitat, days: float, seed: int | np.random.SeedSequence) -> tuple[Breakdown, ...]:
    """Which machines break in ``days``, in order of time?

    Each machine has its own random stream, by its name: adding one machine changes no other's fate. The mean life is
    drawn once a run (log-uniform over the law's range), lives are Weibull with that mean, repairs log-normal.
    """
    if not days >= 0.0:
        raise HabitatError(f"{days} days given", hint="zero or more days")
    root = seed if isinstance(seed, np.random.SeedSequence) else np.random.SeedSequence(seed)
    found: list[Breakdown] = []
    for name, machine in habitat.equipment.items():
        if machine.failure is not None:
            key = (*root.spawn_key, *name.encode())
            stream = np.random.default_rng(np.random.SeedSequence(root.entropy, spawn_key=key))
            found += _breakdowns(name, machine.failure, days, stream)
    return tuple(sorted(found, key=lambda one: (one.day, one.equipment)))


def _breakdowns(name: str, law: FailureLaw, days: float, stream: np.random.Generator) -> list[Breakdown]:
    mean = math.exp(stream.uniform(math.log(law.low_days), math.log(law.high_days)))
    scale = mean / math.gamma(1.0 + 1.0 / law.shape)
    found = []
    # The machine is as old as it is: its first life is a piece of one already begun, an exponential at its mean.
    day = float(stream.exponential(mean))
    while day < days:
        repair = float(law.repair_days * math.exp(law.repair_spread * stream.standard_normal()))
        found.append(Breakdown(day, name, repair))
        day += repair + float(scale * stream.weibull(law.shape))
    return found


class Workshop:
    """Fails and repairs a state's machines as time goes by, by a list of breakdowns."""

    def __init__(
        self, breakdowns: Sequence[Breakdown], start_mjd_utc: float, *, retry_days: float = RETRY_DAYS
    ) -> None:
        self.retry_days = retry_days
        """A repair that lacked spares or hands is tried again after this; without anybody aboard, not before then."""
        self._waiting: list[str] = []
        self._coming = [(start_mjd_utc + one.day, one) for one in sorted(breakdowns, key=lambda one: one.day)]
        self._repairs: list[tuple[float, str]] = []
        self.refused: list[tuple[float, str]] = []
        """Repairs that could not be done when they were due: when [MJD UTC], and which machine."""

    def without_new_breakdowns(self) -> Workshop:
        """The same with the repairs under way and nothing more breaking: for looking ahead."""
        twin = Workshop((), 0.0, retry_days=self.retry_days)
        twin._repairs, twin._waiting = list(self._repairs), list(self._waiting)
        return twin

    def next_mjd_utc(self) -> float:
        """When is there something to do next? (infinity: never)"""
        breaks = self._coming[0][0] if self._coming else math.inf
        return min(breaks, min(self._repairs)[0]) if self._repairs else breaks

    def work(self, state: HabitatState) -> None:
        """Do everything due at the state's time."""
        now = state.time_mjd_utc + 1e-9
        if self._waiting and state.people_aboard:
            self._repairs += [(state.time_mjd_utc, name) for name in self._waiting]
            self._waiting.clear()
        if self.next_mjd_utc() > now:
            return
        while self._coming and self._coming[0][0] <= now:
            time, one = self._coming.pop(0)
            if one.equipment not in state.failed:
                state.fail(one.equipment)
                self._repairs.append((time + one.repair_days, one.equipment))
        due = sorted(item for item in self._repairs if item[0] <= now)
        for item in due:
            self._repairs.remove(item)
            if not state.repair(item[1]):
                self.refused.append((state.time_mjd_utc, item[1]))
                if state.people_aboard:
                    self._repairs.append((state.time_mjd_utc + self.retry_days, item[1]))
                else:
                    self._waiting.append(item[1])  # for hands

    def advance(self, state: HabitatState, days: float, *, least: Least = "all") -> tuple[HabitatEvent, ...]:
        """:meth:`HabitatState.advance` with the breakdowns and repairs of that time."""
        end = state.time_mjd_utc + days
        events: list[HabitatEvent] = []
        while True:
            self.work(state)
            stop = min(end, self.next_mjd_utc())
            events += state.advance(max(0.0, stop - state.time_mjd_utc), least=least)
            if stop >= end:
                self.work(state)
                return tuple(events)
