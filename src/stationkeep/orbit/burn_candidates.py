"""Where may a burn be, and which of these places hold one? The search inside :mod:`stationkeep.orbit.burn_detection`.

Many gaps between sets look like small steps, and a large burn spoils the fits of its neighbours. So all candidates are
fitted between each other, the least credible ones go, those they touched are fitted again, and so on until all stay.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from stationkeep.orbit.axis_history import AxisHistory
from stationkeep.orbit.step_fit import Step, fit_step

FloatArray = NDArray[np.float64]

LOWEST_CONFIDENCE = 0.5
"""Less certain burns are not reported."""

_SCREEN_SIGMA = 4.0
_SCREEN_DAYS = 1.0
_SCREEN_LAG_DAYS = 0.8
_AXIS_PEAK_DAYS = 0.4  # of jumps nearer to each other than this the largest counts: sets settle in several
_PHASE_PEAK_DAYS = 0.8
_WINDOW_DAYS = 3.0  # sets used to each side of a burn ...
_WINDOW_SETS = 4  # ... or this many, where they are sparse
_SETTLING_DAYS = 1.0
_SETTLING_SHARE = 0.3  # steps this much smaller than a burn less than a day before are sets still settling
_SETS_BETWEEN = 2
_APART_DAYS = 0.3  # burns nearer to each other than this are one manoeuvre (two impulses half a revolution apart, ...)
# See ``confidence``: the share of screened gaps with a burn, the range of significance of true burns, and the tail of
# the significance of gaps where nobody pushed (Student's t, scaled).
_PRIOR = 0.02
_WIDEST_SIGNIFICANCE = 50.0
_TAIL_FREEDOM = 6
_TAIL_SCALE = 1.2


def burn_steps(history: AxisHistory, smallest_m: float) -> list[Step]:
    """The steps of the mean axis that are more probably burns than not, at least ``smallest_m``, in order of time."""
    candidates = _fitted(history, _screened(history, 0.5 * smallest_m))
    while True:
        kept = _merged(_without_weakest(candidates, smallest_m))
        if len(kept) == len(candidates):
            return [item.step for item in candidates if item.step is not None and item.believable(smallest_m)]
        candidates = _fitted(history, kept)


def confidence(significance: float) -> float:
    """How probable is it that a step of so many sigma is a burn and not a bad fit or a storm?

    Bayes' theorem: one gap in fifty holds a burn, burns of any significance up to 50 are alike, and gaps without one
    follow Student's t with six degrees of freedom and a scale of 1.2 (on 1,200 gaps of Tiangong-1 and 1,000 of Delfi-C3
    95 % of the significances are below 3, the largest 8). Reaches 0.5 at 8 sigma.
    """
    nu = _TAIL_FREEDOM
    height = 2.0 * math.gamma(0.5 * (nu + 1)) / (math.sqrt(nu * math.pi) * math.gamma(0.5 * nu) * _TAIL_SCALE)
    tail = height * (1.0 + (significance / _TAIL_SCALE) ** 2 / nu) ** (-0.5 * (nu + 1))
    burn = _PRIOR / _WIDEST_SIGNIFICANCE
    return float(burn / (burn + (1.0 - _PRIOR) * tail))


@dataclass(frozen=True, slots=True)
class _Candidate:
    """Two neighbouring sets (``low``, ``high``) between which the axis may have stepped."""

    low: int
    high: int
    guess_m: float
    span: tuple[int, int] | None = None
    """First and last set of the fit."""
    step: Step | None = None

    @property
    def significance(self) -> float:
        return 0.0 if self.step is None else self.step.significance

    @property
    def size_m(self) -> float:
        return 0.0 if self.step is None else self.step.step_m

    def believable(self, smallest_m: float) -> bool:
        return confidence(self.significance) >= LOWEST_CONFIDENCE and abs(self.size_m) >= smallest_m


def _screened(history: AxisHistory, smallest_m: float) -> list[_Candidate]:
    """Gaps where the axis may have stepped, and those where only the phase shows it (a bad fit hides the axis)."""
    time = history.time_mjd_utc
    middle = 0.5 * (time[1:] + time[:-1])
    axis_step = _axis_steps(history)
    phase_step, lag = _phase_steps(history)
    axis_noise = np.maximum(history.axis_noise_m[1:], history.axis_noise_m[:-1])
    phase_noise = 2.0 * np.maximum(history.phase_noise_m_day[1:], history.phase_noise_m_day[:-1]) / lag
    axis_score = np.abs(axis_step) / np.maximum(_SCREEN_SIGMA * axis_noise, smallest_m)
    phase_score = np.abs(phase_step) / np.maximum(_SCREEN_SIGMA * phase_noise, smallest_m)
    # The medians spread a step over its neighbours: of these, the gap with the largest single jump is the place.
    jump = np.where(axis_score > 1.0, np.abs(np.diff(history.rise_m)), 0.0)
    by_axis = _peaks(middle, jump, _AXIS_PEAK_DAYS)
    near_axis = np.zeros(len(middle), dtype=np.bool_)
    for index in by_axis:
        near_axis |= np.abs(middle - middle[index]) < _SCREEN_LAG_DAYS + 0.5 * (time[index + 1] - time[index])
    by_phase = _peaks(middle, np.where((phase_score > 1.0) & ~near_axis, phase_score, 0.0), _PHASE_PEAK_DAYS)
    return [
        _Candidate(index, index + 1, float(axis_step[index] if index in by_axis else phase_step[index]))
        for index in sorted({*by_axis, *by_phase})
    ]


def _peaks(time: FloatArray, values: FloatArray, days: float) -> list[int]:
    """Where the values are positive and the largest within so many days."""
    low, high = np.searchsorted(time, time - days), np.searchsorted(time, time + days)
    return [
        index
        for index in np.flatnonzero(values).tolist()
        if values[index] >= np.max(values[low[index] : high[index] + 1])
    ]


def _axis_steps(history: AxisHistory) -> FloatArray:
    """Median rise over up to three sets within a day after each gap, less the same before it, (n - 1,)."""
    time, rise = history.time_mjd_utc, history.rise_m
    gaps = np.arange(len(time) - 1)
    first = np.maximum(gaps - 2, np.searchsorted(time, time[:-1] - _SCREEN_DAYS))
    last = np.minimum(gaps + 4, np.searchsorted(time, time[1:] + _SCREEN_DAYS, side="right"))
    return _medians_of_three(rise, gaps + 1, last) - _medians_of_three(rise, first, gaps + 1)


def _medians_of_three(values: FloatArray, first: NDArray[np.intp], last: NDArray[np.intp]) -> FloatArray:
    """Median of the one to three values from ``first`` to before ``last``, for many spans at once."""
    count = last - first
    places = np.minimum(first[:, None] + np.arange(3), len(values) - 1)
    found = np.sort(np.where(np.arange(3) < count[:, None], values[places], np.inf), axis=1)
    return np.where(count == 2, 0.5 * (found[:, 0] + found[:, 1]), np.where(count == 1, found[:, 0], found[:, 1]))


def _phase_steps(history: AxisHistory) -> tuple[FloatArray, FloatArray]:
    """Axis shown by the phase over most of a day after each gap, less before it; and that stretch, both (n - 1,)."""
    time, integral = history.time_mjd_utc, history.rise_integral_m_day
    gaps = np.arange(len(time) - 1)
    before = np.maximum(np.searchsorted(time, time[:-1] - _SCREEN_LAG_DAYS, side="right") - 1, 0)
    after = np.minimum(np.searchsorted(time, time[1:] + _SCREEN_LAG_DAYS), len(time) - 1)
    past, future = time[gaps] - time[before], time[after] - time[gaps + 1]
    usable = (past > 0.0) & (future > 0.0)
    past, future = np.where(usable, past, 1.0), np.where(usable, future, 1.0)
    steps = (integral[after] - integral[gaps + 1]) / future - (integral[gaps] - integral[before]) / past
    return np.where(usable, steps, 0.0), np.minimum(past, future)


def _fitted(history: AxisHistory, candidates: Sequence[_Candidate]) -> list[_Candidate]:
    """Fit each candidate with the sets between its neighbours; one whose neighbours stayed is not fitted again."""
    fitted = []
    for index, item in enumerate(candidates):
        begin = candidates[index - 1].high if index else 0
        end = candidates[index + 1].low if index + 1 < len(candidates) else len(history) - 1
        span = _span(history, item, begin, end)
        if item.span != span:
            time = history.time_mjd_utc
            # sets follow a burn late: it may have been up to half a day before the gap that shows it
            earliest = max(float(time[span[0]]), float(time[item.low]) - 0.5)
            latest = min(float(time[span[1]]), float(time[item.high]) + 0.2)
            item = replace(item, span=span, step=fit_step(history, *span, earliest, latest, item.guess_m))
        fitted.append(item)
    return fitted


def _span(history: AxisHistory, item: _Candidate, begin: int, end: int) -> tuple[int, int]:
    """First and last set to fit a candidate with: three days to both sides, or a few sets, within ``begin, end``."""
    time = history.time_mjd_utc
    first = min(int(np.searchsorted(time, time[item.low] - _WINDOW_DAYS)), item.low - _WINDOW_SETS + 1)
    last = max(int(np.searchsorted(time, time[item.high] + _WINDOW_DAYS)) - 1, item.high + _WINDOW_SETS - 1)
    return max(first, begin), min(last, end)


def _without_weakest(candidates: Sequence[_Candidate], smallest_m: float) -> list[_Candidate]:
    """Drop each candidate nobody believes in, unless a neighbour is weaker still (whose going may change it)."""
    kept = []
    for index, item in enumerate(candidates):
        neighbours = [candidates[at] for at in (index - 1, index + 1) if 0 <= at < len(candidates)]
        weaker = [
            near for near in neighbours if not near.believable(smallest_m) and near.significance < item.significance
        ]
        if item.believable(smallest_m) or weaker:
            kept.append(item)
    return kept


def _merged(candidates: Sequence[_Candidate]) -> list[_Candidate]:
    """Join candidates that are one burn, too near to tell apart or seen through sets that settle."""
    joined: list[_Candidate] = []
    for item in candidates:
        if joined and _are_one(joined[-1], item):
            joined[-1] = max(joined[-1], item, key=lambda one: abs(one.size_m))
        elif joined and _share_the_step(joined[-1], item):
            one = joined[-1]
            joined[-1] = _Candidate(one.low, item.high, one.size_m + item.size_m)
        else:
            joined.append(item)
    return joined


def _share_the_step(one: _Candidate, two: _Candidate) -> bool:
    """Two steps the same way within a day with hardly a set between them: fit one step over both gaps instead."""
    if one.step is None or two.step is None or two.low - one.high > _SETS_BETWEEN:
        return False
    return one.size_m * two.size_m > 0.0 and two.step.moment_mjd_utc - one.step.moment_mjd_utc < _SETTLING_DAYS


def _are_one(one: _Candidate, two: _Candidate) -> bool:
    if one.step is None or two.step is None:
        return False
    apart = two.step.moment_mjd_utc - one.step.moment_mjd_utc
    if apart < _APART_DAYS:
        return True
    if abs(two.size_m) < _SETTLING_SHARE * abs(one.size_m):
        return apart < _SETTLING_DAYS
    # the first sets after a burn show part of it: their gap then looks like a small burn before the large one
    return abs(one.size_m) < _SETTLING_SHARE * abs(two.size_m) and apart < 0.5 * _SETTLING_DAYS
