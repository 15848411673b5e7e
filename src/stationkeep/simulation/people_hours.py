"""What the time of the people aboard goes into in one run: each side keeps its segment, research gets the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from stationkeep.simulation.people_record import SideTime

if TYPE_CHECKING:
    from stationkeep.habitat.crew import Side

_WEEK_DAYS: Final = 7.0


class HoursBook:
    """How many people of each side were aboard, and when; only sides that have a segment of their own are counted."""

    def __init__(self, epoch_mjd_utc: float, sides: Mapping[str, Side], segments: Iterable[str]) -> None:
        known = set(segments)
        self._sides = {name: side for name, side in sides.items() if name in known}
        self._moments: list[tuple[float, dict[str, int]]] = []
        self._epoch = epoch_mjd_utc

    def people(self, time_mjd_utc: float, by_side: Mapping[str, int]) -> None:
        """So many people of each side are aboard from now on."""
        self._moments.append((time_mjd_utc, dict(by_side)))

    def sides(self, end_mjd_utc: float, repairs: Iterable[tuple[float, str, float]]) -> tuple[SideTime, ...]:
        """What became of each side's time; ``repairs``: when [MJD UTC], whose, and how many hours."""
        done = tuple(repairs)
        return tuple(self._of(name, end_mjd_utc, [(time, spent) for time, who, spent in done if who == name])
                     for name in self._sides)  # fmt: skip

    def _of(self, name: str, end: float, repairs: list[tuple[float, float]]) -> SideTime:
        side = self._sides[name]
        manned = unattended = research = routine = undone = 0.0
        ends = [time for time, _ in self._moments[1:]] + [end]
        for (begin, counts), stop in zip(self._moments, ends, strict=True):
            days = max(stop - begin, 0.0)
            if not sum(counts.values()):
                continue
            manned += days
            unattended += 0.0 if counts.get(name) else days
            hours = counts.get(name, 0) * side.work_hours_week * days / _WEEK_DAYS
            hours -= sum(spent for time, spent in repairs if begin <= time < stop)
            upkeep = side.upkeep_hours_week * days / _WEEK_DAYS
            routine += upkeep
            research += max(hours - upkeep, 0.0)
            undone += min(max(upkeep - hours, 0.0), upkeep)
        return SideTime(
            side=name, days=end - self._epoch, manned_days=manned, unattended_days=unattended,
            repair_hours=sum(spent for _, spent in repairs),
            research_hours=research if side.upkeep_hours_week > 0.0 else None,
            upkeep_undone_share=undone / max(routine, 1.0) if side.upkeep_hours_week > 0.0 else None,
        )  # fmt: skip
