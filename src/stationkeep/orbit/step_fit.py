"""Did the mean axis step at this moment, by how much, and when exactly? One burn fitted to the sets around it.

The model of the departure from predicted drag: a constant before, the constant plus a step after, and on each side a
drag that may be off by a fraction (storms change the drag, not the step). The axis of each set and the phase
(its integral) are fitted together, by weighted least squares with Student's t weights, so that a bad set counts
little. The moment of the step is where the two lines of the phase cross.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from stationkeep.orbit.axis_history import AxisHistory
from stationkeep.orbit.step_kernel import Rows, best_moment

_MOMENT_ERROR_DAY = 0.02  # half an hour: what the crossing was off by for burns of 2021-2023 whose time is known
# What neighbouring sets share and the fit does not see. Drag that comes and goes: its share of the loss of a day, or
# of a longer gap. And the axis and the phase, fitted apart, differ where a bad set pretends a step: a share of that.
# Both judged by the gaps of Tiangong-1 (2016-06 to 2018-04) and Delfi-C3, where nobody pushed.
_DAY_DRAG_SHARE = 0.15
_DISAGREEMENT_SHARE = 0.25
_LONE_SET_ERRORS = 2.0  # a side with one set only: it may be a bad one
_LONE_SET_GAP_SHARE = 0.3  # ... and does not say when, but for the gap it closes


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the mean axis, with 1-sigma errors."""

    moment_mjd_utc: float
    moment_error_day: float
    step_m: float
    step_error_m: float
    sets_before: int
    sets_after: int

    @property
    def significance(self) -> float:
        """Step over its error."""
        return abs(self.step_m) / self.step_error_m


def fit_step(
    history: AxisHistory, first: int, last: int, earliest_mjd_utc: float, latest_mjd_utc: float, guess_m: float
) -> Step | None:
    """The step between two moments that best explains sets ``first`` to ``last`` (inclusive); None if a side is empty.

    ``guess_m`` is a rough size, from which the sets that still settle get their errors in the first round.
    """
    rows = _rows(history, slice(first, last + 1))
    moment, size, fit_error_m, by_axis_m, by_phase_m = best_moment(rows, earliest_mjd_utc, latest_mjd_utc, guess_m)
    if math.isnan(moment):
        return None
    before = int(np.searchsorted(rows.time_mjd_utc, moment, side="right"))
    after = len(rows.time_mjd_utc) - before
    lone = min(before, after) < 2
    noise = float(np.interp(moment, rows.time_mjd_utc, rows.axis_noise_m))
    error = math.hypot(
        fit_error_m,
        noise * (_LONE_SET_ERRORS if lone else 1.0),
        _DAY_DRAG_SHARE * _unseen_loss_m(history, rows, moment, before),
        _DISAGREEMENT_SHARE * (by_axis_m - by_phase_m),
    )
    return Step(moment, _moment_error_day(rows, moment, before, size, error, lone), size, error, before, after)


def _rows(history: AxisHistory, inside: slice) -> Rows:
    """The sets inside, as departures from the middle one: the sums of years would eat the digits of the fit."""
    time, rise = history.time_mjd_utc[inside], history.rise_m[inside]
    integral = history.rise_integral_m_day[inside]
    middle = len(time) // 2
    return Rows(
        time_mjd_utc=time,
        rise_m=rise - rise[middle],
        rise_integral_m_day=integral - integral[middle] - rise[middle] * (time - time[middle]),
        loss_m=history.loss_m[inside],
        loss_integral_m_day=history.loss_integral_m_day[inside],
        axis_noise_m=history.axis_noise_m[inside],
        phase_noise_m_day=history.phase_noise_m_day[inside],
    )


def _moment_error_day(rows: Rows, moment: float, before: int, step_m: float, error_m: float, lone: bool) -> float:
    """How well the crossing of the two lines is known: their offset over the step, their slopes over the gap."""
    gap = float(rows.time_mjd_utc[before] - rows.time_mjd_utc[before - 1])
    share = error_m / max(abs(step_m), 1.0)
    offset = float(np.interp(moment, rows.time_mjd_utc, rows.phase_noise_m_day)) / max(abs(step_m), 1.0)
    return math.hypot(_MOMENT_ERROR_DAY, offset, gap * min(share + (_LONE_SET_GAP_SHARE if lone else 0.0), 0.5))


def _unseen_loss_m(history: AxisHistory, rows: Rows, moment: float, before: int) -> float:
    """Predicted loss over the gap around the moment, or of the worst day within a day and a half [m]."""
    day = history.loss_at_m(moment + np.arange(-1.5, 1.51, 0.125))
    return float(max(np.max(day[8:] - day[:-8]), rows.loss_m[before] - rows.loss_m[before - 1]))
