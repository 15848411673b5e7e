"""The controlled end a branch decides on, over all runs: when it is flown, how often its last burn fails."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from stationkeep.campaign.document import BroughtDown
from stationkeep.campaign.quantiles import loss_fields
from stationkeep.descent.deorbit_need import FAILURE_PROBABILITY
from stationkeep.outcome import Outcome, OutcomeReason
from stationkeep.scenario.agenda import all_courses
from stationkeep.scenario.pressure import Response, ResponseKind

FloatArray = NDArray[np.float64]

if TYPE_CHECKING:
    from stationkeep.campaign.run_record import RunRecord
    from stationkeep.scenario.events import Event
    from stationkeep.scenario.schema import Branch, Scenario


def decisions(scenario: Scenario, branch: str) -> frozenset[float]:
    """The moments [MJD UTC, to a second] from which somebody lets the station down to bring it down on target."""
    return frozenset(
        round(course.begins_mjd_utc, 5)
        for course in all_courses(scenario.branches[branch].events, scenario)
        if _lets_down(course.event)
    )


def _lets_down(event: Event) -> bool:
    return isinstance(event, Response) and event.what is ResponseKind.DEORBIT


def held_where_brought_down(altitudes_km: FloatArray, times_mjd: FloatArray, ends: Sequence[Outcome]) -> FloatArray:
    """Altitudes (n_run, n_time) of runs and their ends: brought down, they keep their last one until the last is down.

    Else the lowest of those still flying would leap up each time one is brought down.
    """
    held = altitudes_km.copy()
    aimed = [(row, end) for row, end in enumerate(ends) if end.reason is OutcomeReason.DEORBITED]
    last = max((end.time_mjd_utc for _, end in aimed), default=0.0)
    for row, end in aimed:
        held[row, np.isnan(held[row]) & (times_mjd > end.time_mjd_utc) & (times_mjd <= last)] = end.mean_altitude_km
    return held


def brought_down(branch: Branch, runs: Sequence[RunRecord], casualties: float) -> BroughtDown | None:
    """When it is brought down on target; none where nobody decides on a controlled end in this branch.

    ``casualties``: expected of an uncontrolled fall, as a last burn that stops half-way ends in one.
    """
    if not any(map(_lets_down, branch.events)):
        return None
    ends = [run.outcome for run in runs]
    dates = [end.time_mjd_utc if end.reason is OutcomeReason.DEORBITED else None for end in ends]
    return BroughtDown(
        **loss_fields(dates),
        burn_failed_share=sum(run.last_burn_failed for run in runs) / len(runs),
        failure_probability=FAILURE_PROBABILITY,
        casualty_expectation=FAILURE_PROBABILITY * casualties,
    )
