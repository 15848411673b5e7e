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
from numpy.typing import NDArray

from stationkeep.orbit.axis_history import AxisHistory

FloatArray = NDArray[np.float64]

_DRAG_ERROR = 0.3  # 1 sigma of a day's drag about prediction times local ratio (NRLMSISE-00 in storms: 20 to 40 %)
_FREEDOM = 4.0  # of Student's t
_ROUNDS = 3
_COARSE_MOMENTS = 13
_FINE_MOMENTS = 9
_SILENCED = 1.0e-9  # weight of the observable that is left out
# Sets fitted across a burn: off by a third of its step at first, right after about a day (looked up in 2021-2023).
_SETTLING_AXIS_SHARE = 0.3
_SETTLING_PHASE_DAYS = 0.01
_SETTLING_DAYS = 0.4
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
    window = _Window(history, slice(first, last + 1))
    moments = window.within(np.linspace(earliest_mjd_utc, latest_mjd_utc, _COARSE_MOMENTS))
    if not moments.size:
        return None
    step = guess_m
    robust = np.ones(2 * len(window.time))
    spacing = (latest_mjd_utc - earliest_mjd_utc) / (_COARSE_MOMENTS - 1)
    for _ in range(_ROUNDS):
        fits = window.solve(moments, step, robust)
        best = int(np.argmin(fits.cost))
        moment, step, robust = float(moments[best]), float(fits.solution[best, -1]), fits.student_weights[best]
        finer = np.clip(moment + np.linspace(-spacing, spacing, _FINE_MOMENTS), earliest_mjd_utc, latest_mjd_utc)
        moments = window.within(finer)
        spacing /= 0.5 * (_FINE_MOMENTS - 1)
    return window.step_at(moment, step, robust)


@dataclass(frozen=True)
class _Fits:
    """Least squares for several moments at once."""

    solution: FloatArray
    """(n_moment, 5): constant, phase, drag error before and after, step."""
    cost: FloatArray
    step_error_m: FloatArray
    student_weights: FloatArray
    """(n_moment, n_row)."""


class _Window:
    """The sets around one step, as rows of a least-squares problem: first the axes, then the phases."""

    def __init__(self, history: AxisHistory, inside: slice) -> None:
        self.history = history
        self.time = history.time_mjd_utc[inside]
        middle = len(self.time) // 2
        self.rise = history.rise_m[inside] - history.rise_m[inside][middle]
        drift = history.rise_m[inside][middle] * (self.time - self.time[middle])
        self.integral = history.rise_integral_m_day[inside] - history.rise_integral_m_day[inside][middle] - drift
        self.loss = history.loss_m[inside]
        self.loss_integral = history.loss_integral_m_day[inside]
        self.axis_noise = history.axis_noise_m[inside]
        self.phase_noise = history.phase_noise_m_day[inside]

    def within(self, moments: FloatArray) -> FloatArray:
        """Those of the moments that leave at least one set on each side."""
        return np.asarray(moments[(moments >= self.time[0]) & (moments < self.time[-1])])

    def solve(self, moments: FloatArray, step_m: float, robust: FloatArray) -> _Fits:
        """Fit constant, phase, drag error before and after, and step, for a step at each of the moments."""
        design, observed = self._design(moments), np.concatenate([self.rise, self.integral])
        variance = self._variance(moments, step_m)
        weighted = design * (robust / variance)[..., None]
        normal = np.swapaxes(weighted, 1, 2) @ design
        # the prior of the two drag errors; the rest keeps a side of one set solvable
        normal += np.diag([1.0e-12, 1.0e-12, _DRAG_ERROR**-2, _DRAG_ERROR**-2, 1.0e-12])
        inverse = np.linalg.inv(normal)
        solution = (inverse @ (np.swapaxes(weighted, 1, 2) @ observed)[..., None])[..., 0]
        scaled = (observed - (design @ solution[..., None])[..., 0]) ** 2 / variance
        # Student's t: a set ten sigma off costs little more than one five sigma off
        cost = (_FREEDOM + 1.0) * np.sum(np.log1p(scaled / _FREEDOM), axis=1)
        cost += (solution[:, 2] ** 2 + solution[:, 3] ** 2) / _DRAG_ERROR**2
        misfit = np.maximum(1.0, np.sum(robust * scaled, axis=1) / max(len(observed) - 3.0, 1.0))
        return _Fits(
            solution,
            cost,
            np.sqrt(inverse[:, -1, -1] * misfit),
            (_FREEDOM + 1.0) / (_FREEDOM + scaled),
        )

    def step_at(self, moment: float, step_m: float, robust: FloatArray) -> Step:
        """The step at a moment already found, with all its errors."""
        fits = self.solve(np.array([moment]), step_m, robust)
        size = float(fits.solution[0, -1])
        before = int(np.sum(self.time <= moment))
        after = len(self.time) - before
        lone = min(before, after) < 2
        noise = float(np.interp(moment, self.time, self.axis_noise))
        error = math.hypot(
            float(fits.step_error_m[0]),
            noise * (_LONE_SET_ERRORS if lone else 1.0),
            _DAY_DRAG_SHARE * self._unseen_loss_m(moment, before),
            _DISAGREEMENT_SHARE * (self._step_by_one(moment, size, "axis") - self._step_by_one(moment, size, "phase")),
        )
        return Step(moment, self._moment_error_day(moment, before, size, error, lone), size, error, before, after)

    def _moment_error_day(self, moment: float, before: int, step_m: float, error_m: float, lone: bool) -> float:
        """How well the crossing of the two lines is known: their offset over the step, their slopes over the gap."""
        gap = float(self.time[before] - self.time[before - 1])
        share = error_m / max(abs(step_m), 1.0)
        offset = float(np.interp(moment, self.time, self.phase_noise)) / max(abs(step_m), 1.0)
        return math.hypot(_MOMENT_ERROR_DAY, offset, gap * min(share + (_LONE_SET_GAP_SHARE if lone else 0.0), 0.5))

    def _step_by_one(self, moment: float, step_m: float, observable: str) -> float:
        """The step that one of the two observables shows by itself [m]."""
        heard = np.repeat([1.0, _SILENCED] if observable == "axis" else [_SILENCED, 1.0], len(self.time))
        robust = heard
        for _ in range(_ROUNDS):
            fits = self.solve(np.array([moment]), step_m, robust)
            robust = fits.student_weights[0] * heard
        return float(fits.solution[0, -1])

    def _unseen_loss_m(self, moment: float, before: int) -> float:
        """Predicted loss over the gap around the moment, or of the worst day within a day and a half [m]."""
        day = self.history.loss_at_m(moment + np.arange(-1.5, 1.51, 0.125))
        return float(max(np.max(day[8:] - day[:-8]), self.loss[before] - self.loss[before - 1]))

    def _design(self, moments: FloatArray) -> FloatArray:
        """(n_moment, n_row, 5)."""
        since = self.time - moments[:, None]
        after = since > 0.0
        loss_then = self.history.loss_at_m(moments)[:, None]
        loss = self.loss - loss_then
        loss_integral = self.loss_integral - self.history.loss_integral_at_m_day(moments)[:, None] - loss_then * since
        rows = len(self.time)
        design = np.zeros((len(moments), 2 * rows, 5))
        axis, phase = design[:, :rows], design[:, rows:]
        axis[:, :, 0] = 1.0
        axis[:, :, 2] = np.where(after, 0.0, -loss)
        axis[:, :, 3] = np.where(after, -loss, 0.0)
        axis[:, :, 4] = after
        phase[:, :, 0] = since
        phase[:, :, 1] = 1.0
        phase[:, :, 2] = np.where(after, 0.0, -loss_integral)
        phase[:, :, 3] = np.where(after, -loss_integral, 0.0)
        phase[:, :, 4] = np.where(after, since, 0.0)
        return design

    def _variance(self, moments: FloatArray, step_m: float) -> FloatArray:
        """(n_moment, n_row): noise, and what sets that still settle are off by."""
        since = self.time - moments[:, None]
        unsettled = np.where(since > 0.0, np.exp(-np.maximum(since, 0.0) / _SETTLING_DAYS), 0.0) * abs(step_m)
        axis = self.axis_noise**2 + (_SETTLING_AXIS_SHARE * unsettled) ** 2
        phase = self.phase_noise**2 + (_SETTLING_PHASE_DAYS * unsettled) ** 2
        return np.concatenate([axis, phase], axis=1)
