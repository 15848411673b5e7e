"""Over many runs: which function is lost for a time and comes back, from when to when, how low the station sinks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from stationkeep.campaign.document import InterruptedFunction
from stationkeep.simulation.timeline import Function
from stationkeep.timescale import iso_utc

if TYPE_CHECKING:
    from stationkeep.campaign.run_record import RunRecord
    from stationkeep.simulation.timeline import Interruption, Timeline

TITLES: Final = {
    Function.RESUPPLY: "deliveries of propellant",
    Function.UNLOADING: "unloading of the gyros",
    Function.REBOOST: "reboost",
    Function.ATTITUDE: "attitude control",
}
"""What a station needs, for people."""
_LEAST_DAYS: Final = 1.0
"""What is back sooner was between two hands."""


@dataclass(frozen=True, slots=True)
class InterruptedRun:
    """The longest time for which one run has lost a function, and the lowest mean altitude in it."""

    function: Function
    from_mjd_utc: float
    to_mjd_utc: float
    lowest_km: float | None
    """None: no midnight lies in it."""


def longest_interruptions(run: Timeline) -> tuple[InterruptedRun, ...]:
    """Of each function that came back, the longest time without it."""
    longest: dict[Function, Interruption] = {}
    for one in run.interruptions:
        known = longest.get(one.function)
        if one.function in TITLES and _days(one) >= _LEAST_DAYS and (known is None or _days(one) > _days(known)):
            longest[one.function] = one
    return tuple(
        InterruptedRun(one.function, one.from_mjd_utc, one.to_mjd_utc, _lowest_km(run, one)) for one in longest.values()
    )


def _days(one: Interruption) -> float:
    return one.to_mjd_utc - one.from_mjd_utc


def _lowest_km(run: Timeline, one: Interruption) -> float | None:
    first = int(np.ceil(one.from_mjd_utc)) - run.first_day_mjd
    last = int(np.floor(one.to_mjd_utc)) - run.first_day_mjd
    heights = run.altitude_by_day_km[max(first, 0) : last + 1]
    heights = heights[np.isfinite(heights)]
    return float(heights.min()) if heights.size else None


def functions_interrupted(runs: Sequence[RunRecord]) -> list[InterruptedFunction]:
    """Which functions are lost for a time and come back in some run; the one in most runs first."""
    found = []
    for function, title in TITLES.items():
        mine = [one for run in runs for one in run.interrupted if one.function is function]
        if not mine:
            continue
        middle = sorted(mine, key=lambda one: (one.to_mjd_utc - one.from_mjd_utc, one.from_mjd_utc))[len(mine) // 2]
        lowest = [one.lowest_km for one in mine if one.lowest_km is not None]
        found.append(
            InterruptedFunction(
                function=function.value,  # type: ignore[arg-type]  # the four of TITLES
                title=title,
                share=len(mine) / len(runs),
                from_utc=iso_utc(middle.from_mjd_utc),
                to_utc=iso_utc(middle.to_mjd_utc),
                same_in_all=len({(one.from_mjd_utc, one.to_mjd_utc) for one in mine}) == 1,
                lowest_altitude_km=float(np.median(lowest)) if lowest else None,
            )
        )
    return sorted(found, key=lambda one: (-one.share, one.from_utc))
