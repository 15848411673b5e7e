"""When a branch falls, in words, where some of its runs are brought down on target instead.

Such a run neither falls nor flies on: it is no part of the quantiles told here, while a share is still one of all runs.
"""

from __future__ import annotations

from stationkeep.campaign.beside import reentry_of
from stationkeep.campaign.document import BranchDocument, Reentry
from stationkeep.report import text
from stationkeep.timescale import mjd_utc, parse_utc


def brought_down_runs(branch: BranchDocument) -> int:
    """How many runs are brought down on target."""
    down = branch.brought_down
    return 0 if down is None else round(down.share * len(branch.reentry.dates_utc))


def fall_if_not_aimed(branch: BranchDocument) -> Reentry | None:
    """The fall over the runs that are not brought down on target; none where all are."""
    down, dates = brought_down_runs(branch), branch.reentry.dates_utc
    if not down:
        return branch.reentry
    falls = [mjd_utc(parse_utc(date)) for date in dates if date]
    flying = len(dates) - len(falls) - down
    return reentry_of([*falls, *[None] * flying]) if falls or flying > 0 else None


def brought_down_text(branch: BranchDocument) -> str:
    """``brought down Feb 2031`` where half of the runs are; empty where not."""
    down = branch.brought_down
    return "" if down is None or down.median_utc is None else f"brought down {text.month_text(down.median_utc)}"


def median_end_utc(branch: BranchDocument) -> str | None:
    """When half of the runs have fallen, or have been brought down on target; none where neither comes."""
    down, fall = branch.brought_down, fall_if_not_aimed(branch)
    if down is not None and down.median_utc is not None:
        return down.median_utc
    return None if fall is None or branch.reentry.median_utc is None else fall.median_utc


def last_end_utc(branch: BranchDocument) -> str | None:
    """When hardly any run flies any more; none where that is after the horizon."""
    fall = fall_if_not_aimed(branch)
    if not brought_down_runs(branch):
        return branch.reentry.p95_utc
    if fall is not None and fall.p95_utc is None:
        return None
    seen = branch.mean_altitude_km
    return next((d for d, p95 in zip(seen.dates_utc[::-1], seen.p95[::-1], strict=True) if p95 is not None), None)


def branch_fall_text(branch: BranchDocument, horizon_utc: str, *, long: bool = False) -> str:
    """When it falls: ``May 2024``; ``Apr 2031 in 1 of 6 runs``; ``no, brought down on target``."""
    fall = fall_if_not_aimed(branch)
    if fall is None:
        return "no, brought down on target"
    said = text.fall_text(fall, horizon_utc, long=long)
    rare = fall.median_utc is not None and branch.reentry.median_utc is None
    return f"{said} in {text.chance_text(branch.reentry).removeprefix('in ')}" if rare else said


def branch_window_text(branch: BranchDocument, horizon_utc: str, *, long: bool = False) -> str:
    """The 90 % window of the fall, of the runs that are not brought down."""
    fall = fall_if_not_aimed(branch)
    return text.NONE if fall is None else text.window_text(fall, horizon_utc, long=long)


def fall_days(branch: BranchDocument) -> tuple[str, str, str]:
    """The three quantiles of the fall as days: ``after the horizon`` where still flying, ``brought down`` where all."""
    fall = fall_if_not_aimed(branch)
    if fall is None:
        return ("brought down",) * 3
    first, middle, last = (
        text.day_text(date) if date else "after the horizon" for date in (fall.p05_utc, fall.median_utc, fall.p95_utc)
    )
    return first, middle, last
