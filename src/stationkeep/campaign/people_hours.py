"""Hours of the people aboard over many runs: segments without their people, repairs, and what is left for research."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from stationkeep.campaign.people_document import SideHours
from stationkeep.campaign.quantiles import interval
from stationkeep.simulation.people_record import LONG_DAYS

if TYPE_CHECKING:
    from stationkeep.simulation.people_record import SideTime

_WEEK_DAYS: Final = 7.0


def side_hours(runs: Sequence[tuple[SideTime, ...]]) -> list[SideHours]:
    """What became of each side's time: shares and means over all runs, research as median and interval."""
    return [_of(times) for times in zip(*runs, strict=True)]


def _of(times: Sequence[SideTime]) -> SideHours:
    manned = sum(time.manned_days for time in times)
    research = [
        time.research_hours / (time.manned_days / _WEEK_DAYS)
        for time in times if time.research_hours is not None and time.manned_days > 0.0
    ]  # fmt: skip
    shares = [time.upkeep_undone_share for time in times if time.upkeep_undone_share is not None]
    return SideHours(
        side=times[0].side,
        unattended_share=sum(time.unattended_days for time in times) / manned if manned else 0.0,
        unattended_runs_share=float(np.mean([time.unattended_days > LONG_DAYS for time in times])),
        repair_hours_week=sum(time.repair_hours for time in times) / (manned / _WEEK_DAYS) if manned else 0.0,
        research_hours_week=float(np.median(research)) if research else None,
        research_hours_week_interval=interval(research) if research else None,
        upkeep_undone_share=float(np.mean(shares)) if shares else None,
    )
