"""The compiled inner fits say what plain numpy says."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from stationkeep.orbit.axis_history import AxisHistory, _medians
from stationkeep.orbit.burn_candidates import _medians_of_three
from stationkeep.orbit.drag_drift import lifted
from stationkeep.orbit.drift_model import DRIFT_MODEL
from stationkeep.orbit.drift_sizes import _solved
from stationkeep.orbit.step_fit import fit_step
from stationkeep.orbit.step_kernel import _inverse


def history(step_m: float, moment: float, noise_m: float = 2.0, seed: int = 1) -> AxisHistory:
    """Twelve days of sets, four a day, of an object that loses 50 m a day as foreseen and was pushed once."""
    rng = np.random.default_rng(seed)
    time = np.arange(0.0, 12.0, 0.25)
    rise = step_m * (time > moment) + noise_m * rng.standard_normal(len(time))
    integral = step_m * np.maximum(time - moment, 0.0) + rng.standard_normal(len(time))
    loss = 50.0 * time
    return AxisHistory(
        time_mjd_utc=time,
        axis_km=np.full(len(time), 6790.0),
        loss_m=loss,
        loss_integral_m_day=25.0 * time**2,
        rise_m=rise,
        rise_integral_m_day=integral,
        axis_noise_m=np.full(len(time), noise_m),
        phase_noise_m_day=np.full(len(time), 1.0),
        ratio=np.ones(len(time)),
    )


@pytest.mark.parametrize(("step_m", "moment"), [(300.0, 6.1), (-80.0, 5.37), (1500.0, 7.0)])
def test_a_step_is_found_with_its_size_and_moment(step_m: float, moment: float) -> None:
    found = fit_step(history(step_m, moment), 12, 36, 5.0, 8.0, 0.7 * step_m)
    assert found is not None
    # twelve sets to each side with 2 m of noise, and three times that for the drag that nobody sees: 8 m
    assert found.step_m == pytest.approx(step_m, abs=8.0)
    # the crossing of two lines of phase, each good to 1 m day: 1 m day over the step, or half an hour
    assert found.moment_mjd_utc == pytest.approx(moment, abs=max(0.04, 4.0 / abs(step_m)))
    assert found.sets_before + found.sets_after == 25
    assert found.sets_before == np.sum(np.arange(3.0, 9.01, 0.25) <= found.moment_mjd_utc)


def test_a_bad_set_hardly_counts() -> None:
    clean = history(300.0, 6.1)
    spoilt = clean.rise_m.copy()
    spoilt[20] += 60.0  # thirty sigma, as the worst sets of a catalogue are
    changed = replace(clean, rise_m=spoilt)
    one, other = (fit_step(item, 12, 36, 5.0, 8.0, 300.0) for item in (clean, changed))
    assert one is not None
    assert other is not None
    assert other.step_m == pytest.approx(one.step_m, abs=4.0)


def test_no_step_beyond_the_sets() -> None:
    # every moment asked for would leave one side empty
    assert fit_step(history(300.0, 6.1), 12, 20, 5.5, 9.0, 300.0) is None


def test_inverse_and_triangular_solution_against_numpy() -> None:
    rng = np.random.default_rng(3)
    for _ in range(20):
        root = rng.standard_normal((5, 5)) * np.array([1.0, 1.0e3, 1.0e-2, 10.0, 1.0])
        matrix = root.T @ root + 1.0e-9 * np.eye(5)
        scale = np.sqrt(np.outer(np.diag(matrix), np.diag(matrix)))
        # scaled by its size; the condition number is some 1e10 and costs ten digits of the inverse
        assert _inverse(matrix) * scale == pytest.approx(np.linalg.inv(matrix) * scale, rel=1.0e-5, abs=1.0e-5)
    lower = np.tril(rng.standard_normal((40, 40))) + 10.0 * np.eye(40)
    right = rng.standard_normal(40)
    assert _solved(lower, right) == pytest.approx(np.linalg.solve(lower, right), rel=1.0e-12)


def test_medians_of_moving_spans_against_sorting_each() -> None:
    rng = np.random.default_rng(4)
    values, weights = rng.standard_normal(200), rng.random(200)
    # onward, backward (few values near a gap), emptied and jumped: whatever spans may do
    low = np.concatenate([np.arange(0, 100), [40, 40, 180], np.arange(90, 150)])
    high = np.minimum(low + rng.integers(1, 60, len(low)), 200)
    found = _medians(values, weights, low, high)
    for index, (first, last) in enumerate(zip(low, high, strict=True)):
        order = np.argsort(values[first:last])
        cumulative = np.cumsum(weights[first:last][order])
        expected = values[first:last][order][np.searchsorted(cumulative, 0.5 * weights[first:last].sum())]
        assert found[index] == expected


def test_medians_of_three_against_numpy() -> None:
    values = np.random.default_rng(5).standard_normal(30)
    first = np.arange(28)
    for count in (1, 2, 3):
        last = np.minimum(first + count, 30)
        expected = [np.median(values[one:two]) for one, two in zip(first, last, strict=True)]
        assert _medians_of_three(values, first, last) == pytest.approx(expected, rel=1.0e-15)


def test_covariance_of_whole_days_is_that_of_any_days() -> None:
    days, others = np.arange(0.0, 40.0, 3.0), np.arange(5.0, 25.0)
    direct = np.array([
        [
            DRIFT_MODEL.slow_fraction**2 * math.exp(-abs(one - two) / DRIFT_MODEL.slow_days)
            + DRIFT_MODEL.fast_fraction**2 * math.exp(-abs(one - two) / DRIFT_MODEL.fast_days)
            for two in others
        ]
        for one in days
    ])  # fmt: skip
    assert DRIFT_MODEL.wandering_covariance(days, others) == pytest.approx(direct, rel=1.0e-14)
    shifted = DRIFT_MODEL.wandering_covariance(days + 0.25, others)
    assert shifted == pytest.approx(direct, rel=0.06)
    assert not np.array_equal(shifted, direct)


def test_covariances_from_days_to_sets_against_matrix_products() -> None:
    rng = np.random.default_rng(6)
    piece = np.repeat([0, 1, 2], [7, 1, 12])
    sensitivity = np.zeros((20, 15))
    for row in range(20):
        if row and piece[row] == piece[row - 1]:
            sensitivity[row] = sensitivity[row - 1]
            sensitivity[row, rng.integers(0, 15, 3)] += rng.random(3)
    root = rng.standard_normal((15, 15))
    before = root @ root.T
    expected = sensitivity @ before @ sensitivity.T
    assert lifted(sensitivity, before, piece) == pytest.approx(expected, rel=1.0e-12, abs=1.0e-12)
