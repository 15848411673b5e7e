"""When do machines break, and when can they be put right? Drawn once a run, so that a run can be repeated."""

from __future__ import annotations

import math
from bisect import bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Final

import numpy as np

from stationkeep.habitat.refusal import HabitatError

if TYPE_CHECKING:
    from stationkeep.habitat.equipment import FailureLaw
    from stationkeep.habitat.habitat import Habitat
    from stationkeep.habitat.state import HabitatEvent, HabitatState, Least

LONGEST_REPAIR_DAYS: Final = 240.0
"""No repair takes longer once spares and hands are there: a log-normal's tail knows nothing of the parts, work and
ships that are sent after a machine which has been out for long. The longest out aboard: NASA's oxygen generator from
July 2010 for about eight months (from memory, to be confirmed in NASA's ICES papers on it), and an Elektron for four
months of 2005 (Space.com, "ISS Oxygen Generator Functioning in Backup Mode")."""
RETRY_DAYS = 5.0
"""A repair that lacked spares or hands is tried again after this."""
_SAME_DAYS: Final = 1e-9
_TIMES_MEDIAN: Final = 10.0


@dataclass(frozen=True, slots=True)
class Breakdown:
    """One failure: when it starts [days from the start], and how long the repair takes once it is possible [days]."""

    day: float
    equipment: str
    repair_days: float


def draw_breakdowns(habitat: Habitat, days: float, seed: int | np.random.SeedSequence) -> tuple[Breakdown, ...]:
    """Which machines break in ``days``, in order of time?

    Each machine has its own random stream, by its name: adding one machine changes no other's fate. The mean life is
    drawn once a run (log-uniform over the law's range), lives are Weibull with that mean, repairs
    log-normal up to the longest on record.
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
        repair = _repair_days(law, stream)
        found.append(Breakdown(day, name, repair))
        day += repair + float(scale * stream.weibull(law.shape))
    return found


def _repair_days(law: FailureLaw, stream: np.random.Generator) -> float:
    """Log-normal, cut off at the longest on record (or ten times the median, where that is more)."""
    longest = max(LONGEST_REPAIR_DAYS, _TIMES_MEDIAN * law.repair_days)
    while True:
        days = float(law.repair_days * math.exp(law.repair_spread * stream.standard_normal()))
        if days <= longest:
            return days


class Workshop:
    """Fails and repairs a state's machines as time goes by, by a list of breakdowns."""

    def __init__(
        self, breakdowns: Sequence[Breakdown], start_mjd_utc: float, *, retry_days: float = RETRY_DAYS
    ) -> None:
        self.retry_days = retry_days
        """A repair that lacked spares or hands is tried again after this; without anybody aboard, not before then."""
        self._waiting: list[str] = []
        self._put_off_for_parts: set[str] = set()
        self._coming = [(start_mjd_utc + one.day, one) for one in sorted(breakdowns, key=lambda one: one.day)]
        self._broken = 0  # how many of them have come
        self._repairs: list[tuple[float, str]] = []  # under way, the next first
        self.refused: list[tuple[float, str]] = []
        """Repairs that could not be done when they were due: when [MJD UTC], and which machine."""

    def without_new_breakdowns(self) -> Workshop:
        """The same with the repairs under way and nothing more breaking: for looking ahead."""
        twin = object.__new__(Workshop)
        twin.__dict__.update(self.__dict__, _coming=[], _broken=0, refused=[])
        twin._repairs, twin._waiting = list(self._repairs), list(self._waiting)
        twin._put_off_for_parts = set(self._put_off_for_parts)
        return twin

    def next_mjd_utc(self) -> float:
        """When is there something to do next? (infinity: never)"""
        breaks = self._coming[self._broken][0] if self._broken < len(self._coming) else math.inf
        if not self._repairs:
            return breaks
        repaired = self._repairs[0][0]
        return repaired if repaired < breaks else breaks

    def parts_came(self, time_mjd_utc: float) -> None:
        """A ship has come: repairs refused for want of something are tried again now, not only when they are due."""
        if self._put_off_for_parts:
            again = [(time_mjd_utc if name in self._put_off_for_parts else time, name) for time, name in self._repairs]
            self._repairs = sorted(again)
            self._put_off_for_parts.clear()

    def work(self, state: HabitatState, until_mjd_utc: float = -math.inf) -> None:
        """Do everything due at the state's time.

        ``until_mjd_utc``: nothing comes from outside before then, so that what is refused now is refused until then.
        """
        now = state.time_mjd_utc + _SAME_DAYS
        if self._waiting and state.people_aboard:
            for name in self._waiting:
                insort(self._repairs, (state.time_mjd_utc, name))
            self._waiting.clear()
        if self.next_mjd_utc() > now:
            return
        while self._broken < len(self._coming) and self._coming[self._broken][0] <= now:
            time, one = self._coming[self._broken]
            self._broken += 1
            if one.equipment not in state.failed:
                state.fail(one.equipment)
                insort(self._repairs, (time + one.repair_days, one.equipment))
        due = bisect_right(self._repairs, now, key=itemgetter(0))
        ready, self._repairs = self._repairs[:due], self._repairs[due:]
        for _, equipment in ready:
            self._put_off_for_parts.discard(equipment)
            hands = state.hands_from_mjd_utc(equipment)
            if now < hands < math.inf:
                insort(self._repairs, (hands, equipment))  # they are at work on something else
                continue
            if not state.repair(equipment):
                if state.people_aboard:
                    insort(self._repairs, (self._put_off(equipment, state.time_mjd_utc, until_mjd_utc), equipment))
                else:
                    self.refused.append((state.time_mjd_utc, equipment))
                    self._waiting.append(equipment)  # for hands

    def _put_off(self, equipment: str, time: float, until: float) -> float:
        """When a repair refused at ``time`` is tried again to any purpose; each time it would be is written down."""
        self.refused.append((time, equipment))
        self._put_off_for_parts.add(equipment)
        while time + self.retry_days <= until + _SAME_DAYS:
            time += self.retry_days
            self.refused.append((time, equipment))
        return time + self.retry_days

    def advance(self, state: HabitatState, days: float, *, least: Least = "all") -> tuple[HabitatEvent, ...]:
        """:meth:`HabitatState.advance` with the breakdowns and repairs of that time."""
        end = state.time_mjd_utc + days
        events: list[HabitatEvent] = []
        while True:
            due = self.next_mjd_utc()
            if self._waiting or due <= state.time_mjd_utc + _SAME_DAYS:
                self.work(state, end)
                due = self.next_mjd_utc()
            if due < end:
                due = self._passed_over(state, end)
            stop = min(end, due)
            events += state.advance(max(0.0, stop - state.time_mjd_utc), least=least)
            if stop >= end:
                if self._waiting or due <= state.time_mjd_utc + _SAME_DAYS:
                    self.work(state)
                return tuple(events)

    def _passed_over(self, state: HabitatState, end: float) -> float:
        """When is there something to do next before ``end``, once what is sure to be refused was put off?

        Who is aboard and whose machines nobody operates stays as it is until then, and nobody's time is taken before
        the next repair: there is no need to go to the moment of a repair that cannot be done.
        """
        breaks = self._coming[self._broken][0] if self._broken < len(self._coming) else math.inf
        until = min(breaks, end)
        while self._repairs and state.people_aboard:
            time, equipment = self._repairs[0]
            if time >= until:
                break
            hands = state.hands_from_mjd_utc(equipment)
            if time + _SAME_DAYS < hands < math.inf:
                again = hands  # they are at work on something else
            elif state.is_beyond_repair(equipment):
                again = self._put_off(equipment, time, end)
            else:
                break
            del self._repairs[0]
            insort(self._repairs, (again, equipment))
        return min(breaks, self._repairs[0][0]) if self._repairs else breaks
