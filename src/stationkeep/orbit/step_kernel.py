"""The arithmetic of :mod:`stationkeep.orbit.step_fit`, compiled: one step fitted to the sets around it.

A search fits hundreds of candidates, each at some thirty moments, to a dozen sets: far too small for array operations,
whose overhead was a third of the time of ``stationkeep decay``.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stationkeep.compiled import compiled

FloatArray = NDArray[np.float64]

_DRAG_ERROR = 0.3  # 1 sigma of a day's drag about prediction times local ratio (NRLMSISE-00 in storms: 20 to 40 %)
_FREEDOM = 4.0  # of Student's t
_ROUNDS = 3
_COARSE_MOMENTS = 13
_FINE_MOMENTS = 9
_SILENCED = 1.0e-9  # weight of the observable that is left out
_LOOSE = 1.0e-12  # weight of no prior: it keeps a side of one set solvable
_UNKNOWNS = 5  # constant, phase, drag error before and after, step
# Sets fitted across a burn: off by a third of its step at first, right after about a day (looked up in 2021-2023).
_SETTLING_AXIS_SHARE = 0.3
_SETTLING_PHASE_DAYS = 0.01
_SETTLING_DAYS = 0.4


class Rows(NamedTuple):
    """The sets around one step, one entry each; departures from the set in the middle (see ``AxisHistory``)."""

    time_mjd_utc: FloatArray
    rise_m: FloatArray
    rise_integral_m_day: FloatArray
    loss_m: FloatArray
    loss_integral_m_day: FloatArray
    axis_noise_m: FloatArray
    phase_noise_m_day: FloatArray


@compiled()
def best_moment(rows: Any, earliest: float, latest: float, guess_m: float) -> Any:
    """Moment of the step, its size, its 1-sigma error, and what each observable shows by itself; moment NaN: none.

    A coarse grid of moments, then finer ones about the best, each with the outlier weights that the round before left.
    """
    count = len(rows.time_mjd_utc)
    robust, weights, best_weights = np.ones(2 * count), np.empty(2 * count), np.empty(2 * count)
    moment, step = math.nan, guess_m
    spacing = (latest - earliest) / (_COARSE_MOMENTS - 1)
    for round_ in range(_ROUNDS):
        grid = _COARSE_MOMENTS if round_ == 0 else _FINE_MOMENTS
        centre, lowest, found = moment, math.inf, step
        for index in range(grid):
            if round_ == 0:
                at = latest if index == grid - 1 else earliest + index * spacing
            else:
                at = min(max(centre + (2.0 * index / (grid - 1) - 1.0) * spacing, earliest), latest)
            if not rows.time_mjd_utc[0] <= at < rows.time_mjd_utc[-1]:
                continue  # it would leave a side without a set
            size, _, cost = _fitted(rows, at, step, robust, weights)
            if cost < lowest:
                lowest, moment, found = cost, at, size
                best_weights[:] = weights
        if math.isnan(moment):
            return moment, 0.0, 0.0, 0.0, 0.0
        step = found
        robust[:] = best_weights
        if round_ > 0:
            spacing /= 0.5 * (_FINE_MOMENTS - 1)
    size, error, _ = _fitted(rows, moment, step, robust, weights)
    return moment, size, error, _by_one(rows, moment, size, True), _by_one(rows, moment, size, False)


@compiled()
def _by_one(rows: Any, moment: float, step_m: float, axis: bool) -> float:
    """The step that the axes, or else the phases, show by themselves [m]."""
    count = len(rows.time_mjd_utc)
    heard, weights = np.empty(2 * count), np.empty(2 * count)
    heard[:count] = 1.0 if axis else _SILENCED
    heard[count:] = _SILENCED if axis else 1.0
    robust, size = heard.copy(), 0.0
    for _ in range(_ROUNDS):
        size, _, _ = _fitted(rows, moment, step_m, robust, weights)
        robust = weights * heard
    return size


@compiled()
def _fitted(rows: Any, moment: float, step_m: float, robust: Any, weights_out: Any) -> Any:
    """Least squares for a step at one moment: its size, 1-sigma error and cost; Student's t weights to ``weights_out``.

    Rows of the problem: first the axes, then the phases.
    """
    count = 2 * len(rows.time_mjd_utc)
    design, observed, variance = _problem(rows, moment, step_m)
    normal, right = np.zeros((_UNKNOWNS, _UNKNOWNS)), np.zeros(_UNKNOWNS)
    for row in range(count):
        weight = robust[row] / variance[row]
        for one in range(_UNKNOWNS):
            weighted = design[row, one] * weight
            right[one] += weighted * observed[row]
            for two in range(_UNKNOWNS):
                normal[one, two] += weighted * design[row, two]
    for one in range(_UNKNOWNS):
        normal[one, one] += _DRAG_ERROR**-2 if one in (2, 3) else _LOOSE
    inverse = _inverse(normal)
    solution = np.zeros(_UNKNOWNS)
    for one in range(_UNKNOWNS):
        for two in range(_UNKNOWNS):
            solution[one] += inverse[one, two] * right[two]
    cost = (solution[2] ** 2 + solution[3] ** 2) / _DRAG_ERROR**2
    misfit = 0.0
    for row in range(count):
        left = observed[row]
        for one in range(_UNKNOWNS):
            left -= design[row, one] * solution[one]
        scaled = left * left / variance[row]
        # Student's t: a set ten sigma off costs little more than one five sigma off
        cost += (_FREEDOM + 1.0) * math.log1p(scaled / _FREEDOM)
        misfit += robust[row] * scaled
        weights_out[row] = (_FREEDOM + 1.0) / (_FREEDOM + scaled)
    misfit = max(1.0, misfit / max(count - 3.0, 1.0))
    return solution[4], math.sqrt(inverse[4, 4] * misfit), cost


@compiled()
def _problem(rows: Any, moment: float, step_m: float) -> Any:
    """Design (n_row, 5), observed (n_row,) and variance (n_row,): noise, and what sets that still settle are off by."""
    count = len(rows.time_mjd_utc)
    design, observed, variance = np.zeros((2 * count, _UNKNOWNS)), np.empty(2 * count), np.empty(2 * count)
    loss_then, integral_then = _losses_at(rows, moment)
    for row in range(count):
        since = rows.time_mjd_utc[row] - moment
        after = since > 0.0
        loss = rows.loss_m[row] - loss_then
        loss_integral = rows.loss_integral_m_day[row] - integral_then - loss_then * since
        drag = 3 if after else 2
        design[row, 0] = 1.0
        design[row, drag] = -loss
        design[row, 4] = 1.0 if after else 0.0
        design[count + row, 0] = since
        design[count + row, 1] = 1.0
        design[count + row, drag] = -loss_integral
        design[count + row, 4] = since if after else 0.0
        observed[row] = rows.rise_m[row]
        observed[count + row] = rows.rise_integral_m_day[row]
        unsettled = math.exp(-since / _SETTLING_DAYS) * abs(step_m) if after else 0.0
        variance[row] = rows.axis_noise_m[row] ** 2 + (_SETTLING_AXIS_SHARE * unsettled) ** 2
        variance[count + row] = rows.phase_noise_m_day[row] ** 2 + (_SETTLING_PHASE_DAYS * unsettled) ** 2
    return design, observed, variance


@compiled()
def _losses_at(rows: Any, moment: float) -> Any:
    """Predicted loss at a moment, linear between sets, and its integral, then a parabola."""
    time = rows.time_mjd_utc
    index = min(max(int(np.searchsorted(time, moment)) - 1, 0), len(time) - 2)
    elapsed = moment - time[index]
    slope = (rows.loss_m[index + 1] - rows.loss_m[index]) / (time[index + 1] - time[index])
    loss = rows.loss_m[index] + slope * elapsed
    return loss, rows.loss_integral_m_day[index] + 0.5 * (rows.loss_m[index] + loss) * elapsed


@compiled()
def _inverse(matrix: Any) -> Any:
    """Of a small matrix, by Gauss and Jordan's elimination with the largest pivot of each column."""
    size = len(matrix)
    left, right = matrix.copy(), np.eye(size)
    for column in range(size):
        pivot = column
        for row in range(column + 1, size):
            if abs(left[row, column]) > abs(left[pivot, column]):
                pivot = row
        for at in range(size):
            left[column, at], left[pivot, at] = left[pivot, at], left[column, at]
            right[column, at], right[pivot, at] = right[pivot, at], right[column, at]
        scale = 1.0 / left[column, column]
        for at in range(size):
            left[column, at] *= scale
            right[column, at] *= scale
        for row in range(size):
            factor = left[row, column]
            if row != column and factor != 0.0:
                for at in range(size):
                    left[row, at] -= factor * left[column, at]
                    right[row, at] -= factor * right[column, at]
    return right
