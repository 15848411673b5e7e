"""Published figures set beside ours, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from stationkeep.campaign.document import BranchDocument
from stationkeep.timescale import mjd_utc, parse_utc

if TYPE_CHECKING:
    from stationkeep.scenario.schema import Comparison, Scenario

_DAYS_PER_YEAR = 365.25


def comparison_notes(scenario: Scenario, branches: Mapping[str, BranchDocument]) -> list[str]:
    """One sentence per published figure of the scenario, with ours beside it where the branch was flown."""
    notes = []
    for item in scenario.comparisons:
        if item.branch is not None and item.branch not in branches:
            continue
        sentence = f"{item.claim}: {item.value} ({item.source})."
        ours = _ours(item, scenario, branches)
        notes.append(f"{sentence} {ours}" if ours else sentence)
    return notes


def _ours(item: Comparison, scenario: Scenario, branches: Mapping[str, BranchDocument]) -> str:
    if item.branch is None:
        return ""
    branch = branches[item.branch]
    low, middle, high = (
        _years_after(date, scenario.epoch_mjd_utc)
        for date in (branch.reentry.p05_utc, branch.reentry.median_utc, branch.reentry.p95_utc)
    )
    if middle is None:
        return f"Here, {branch.label}: more than half of the runs are still flying at the horizon."
    latest = f"{high:.1f}" if high is not None else "beyond the horizon"
    return f"Here, {branch.label}: {middle:.1f} years (90 % of the runs {low:.1f} to {latest})."


def _years_after(date_utc: str | None, epoch_mjd: float) -> float | None:
    return None if date_utc is None else (mjd_utc(parse_utc(date_utc)) - epoch_mjd) / _DAYS_PER_YEAR
