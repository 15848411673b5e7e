"""Published figures set beside ours, and why ours are what they are, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from stationkeep.campaign.document import BranchDocument
from stationkeep.timescale import mjd_utc, parse_utc

if TYPE_CHECKING:
    from stationkeep.campaign.run_record import RunRecord
    from stationkeep.scenario.schema import Comparison, Scenario
    from stationkeep.simulation.timeline import Timeline

_DAYS_PER_YEAR = 365.25
_FEWEST_RUNS = 20  # quarters of fewer runs say nothing
_SAME_SUN_SFU = 1.0
_CLEARLY_LATER = 1.2  # below this ratio of the quarters' medians the Sun is not what decides


def comparison_notes(
    scenario: Scenario, branches: Mapping[str, BranchDocument], references: Mapping[str, Timeline]
) -> list[str]:
    """One sentence per published figure of the scenario, with ours beside it where the branch was flown."""
    notes = []
    for item in scenario.comparisons:
        if item.branch is not None and item.branch not in branches:
            continue
        sentence = f"{item.claim}: {item.value} ({item.source})."
        ours = _ours(item, scenario, branches, references)
        notes.append(f"{sentence} {ours}" if ours else sentence)
    return notes


def _ours(
    item: Comparison, scenario: Scenario, branches: Mapping[str, BranchDocument], references: Mapping[str, Timeline]
) -> str:
    if item.branch is None or item.quantity is None:
        return ""
    label = branches[item.branch].label
    if item.quantity == "loss-m-per-day":
        return _loss(label, references[item.branch])
    return _years_to_fall(branches[item.branch], scenario.epoch_mjd_utc)


def _years_to_fall(branch: BranchDocument, epoch_mjd: float) -> str:
    low, middle, high = (
        _years_after(date, epoch_mjd)
        for date in (branch.reentry.p05_utc, branch.reentry.median_utc, branch.reentry.p95_utc)
    )
    if middle is None:
        return f"Here, {branch.label}: more than half of the runs are still flying at the horizon."
    latest = f"{high:.1f}" if high is not None else "beyond the horizon"
    which = "90 % of the runs" if len(branch.reentry.dates_utc) >= _FEWEST_RUNS else "all runs"
    return f"Here, {branch.label}: {middle:.1f} years ({which} {low:.1f} to {latest})."


def _loss(label: str, reference: Timeline) -> str:
    """Mean loss of the reference run in its first month and, while it flies, its first year."""
    altitudes = reference.altitude_by_day_km[np.isfinite(reference.altitude_by_day_km)]
    parts = [
        f"{1000.0 * (altitudes[0] - altitudes[days]) / days:.0f} m a day over the first {name}"
        for days, name in ((30, "month"), (365, "year"))
        if len(altitudes) > days
    ]
    return f"Here, {label}, reference run: {', '.join(parts)}." if parts else ""


def _years_after(date_utc: str | None, epoch_mjd: float) -> float | None:
    return None if date_utc is None else (mjd_utc(parse_utc(date_utc)) - epoch_mjd) / _DAYS_PER_YEAR


def days_to_the_fall(reference: Timeline, epoch_mjd: float) -> int | None:
    """Days over which the Sun that brought the reference run down is looked at; null: it still flies."""
    return max(int(reference.outcome.time_mjd_utc - epoch_mjd), 1) if reference.outcome.reentered else None


def solar_explanation(
    label: str,
    epoch_mjd: float,
    runs: Sequence[RunRecord],
    mean_f107_sfu: Callable[[int], Sequence[float]],
    reference: Timeline,
) -> str | None:
    """Why does it fall then and not at another time? How active the Sun is decides; in numbers, for one branch.

    ``mean_f107_sfu``: of every run, over so many days from the epoch. Null for a branch in which nothing falls.
    """
    falls = np.array([run.outcome.time_mjd_utc if run.outcome.reentered else np.inf for run in runs])
    if not np.isfinite(falls).any():
        return None
    days = days_to_the_fall(reference, epoch_mjd) or max(int(float(falls.min()) - epoch_mjd), 1)
    suns = np.array(mean_f107_sfu(days))
    said = f"Why, {label}: mean F10.7 until the reference run's end is {np.median(suns):.0f} sfu"
    if np.ptp(suns) < _SAME_SUN_SFU or len(runs) < _FEWEST_RUNS:
        return f"{said}; the spread of the dates is that of density and drag."
    order = np.argsort(suns)
    quarter = len(runs) // 4
    quiet, active = (
        (float(np.median(suns[part])), float(np.median(falls[part])) - epoch_mjd)
        for part in (order[:quarter], order[-quarter:])
    )
    if quiet[1] < active[1] * _CLEARLY_LATER:
        return f"{said}, and it hardly matters: the spread of the dates is that of density and drag."
    late = f"after {_span(quiet[1])}" if np.isfinite(quiet[1]) else "not by the horizon"
    return (
        f"{said} in the middle of the runs. In the quarter with the most active Sun ({active[0]:.0f} sfu) it falls "
        f"after {_span(active[1])}, in the quietest quarter ({quiet[0]:.0f} sfu) {late} (medians)."
    )


def _span(days: float) -> str:
    return f"{days / _DAYS_PER_YEAR:.1f} years" if days >= _DAYS_PER_YEAR else f"{days:.0f} days"
