"""How restless an object is, learnt from made-up losses whose wandering is known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from stationkeep.orbit.axis_losses import AxisLosses
from stationkeep.orbit.drag_drift import fit_drift
from stationkeep.orbit.drift_model import DRIFT_MODEL
from stationkeep.orbit.drift_sizes import SIZE_PRIOR, MixedDrift, SizePrior, fit_sizes

DAYS = 240
FIRST = 59000
ANGLES = 60.0 * np.sin(2.0 * np.pi * np.arange(DAYS + 400) / 60.0)


def losses_of(log: np.ndarray, *, noise_km: float = 0.005, seed: int = 1) -> AxisLosses:
    """One set a day; 10 km per m2/kg a day."""
    rng = np.random.default_rng(seed)
    unit = 10.0 * np.tri(DAYS, DAYS, -1)
    loss = unit @ (0.008 * np.exp(log[:DAYS])) + noise_km * rng.standard_normal(DAYS)
    return AxisLosses(FIRST, FIRST + np.arange(DAYS, dtype=float), np.zeros(DAYS, dtype=int), loss, unit)


def wandering(fraction: float, days: float, seed: int) -> np.ndarray:
    rng, keep = np.random.default_rng(seed), math.exp(-1.0 / days)
    path = np.empty(DAYS)
    level = fraction * rng.standard_normal()
    for day in range(DAYS):
        path[day] = level
        level = keep * level + fraction * math.sqrt(1.0 - keep * keep) * rng.standard_normal()
    return path


def fitted(fast: float, seed: int = 3) -> MixedDrift:
    return fit_sizes(losses_of(wandering(fast, 5.0, seed)), ANGLES[:DAYS])


@pytest.mark.parametrize("true", [0.1, 0.14, 0.2])
def test_a_restless_object_is_known_by_its_sets(true: float) -> None:
    # 240 days are some fifty memories of five days: the size is known to 1 / sqrt(100); the odds draw it to the middle
    assert fitted(true).model.fast_fraction == pytest.approx(true, rel=0.35)


def test_what_a_year_cannot_tell_stays_open() -> None:
    drift = fitted(0.14)
    assert len({part.model.slow_fraction for part in drift.parts}) >= 2
    assert drift.weights.sum() == pytest.approx(1.0)
    assert (np.diff(drift.weights) <= 0.0).all()


def test_the_sizes_of_the_model_are_kept_where_none_are_weighed() -> None:
    losses = losses_of(wandering(0.12, 5.0, 1))
    one, other = fit_sizes(losses, ANGLES[:DAYS], sizes=None), fit_drift(losses, ANGLES[:DAYS])
    assert len(one.parts) == 1
    ahead, same = (item.forecast(FIRST + DAYS, ANGLES[DAYS : DAYS + 60]) for item in (one, other))
    assert ahead.median_m2_kg == pytest.approx(same.median_m2_kg, rel=1.0e-12)
    assert ahead.spread_fraction == pytest.approx(same.spread_fraction, rel=1.0e-12)


def test_one_linear_system_serves_all_sizes() -> None:
    # Each size is fitted about the course of the middle one; an exact fit with that size must say nearly the same.
    losses = losses_of(wandering(0.2, 5.0, 2))
    only = SizePrior(((0.2, 1.0),), ((0.2, 5.0, 1.0),))
    quick = fit_sizes(losses, ANGLES[:DAYS], sizes=only)
    exact = fit_drift(losses, ANGLES[:DAYS], quick.parts[0].model)
    ahead, wanted = (item.forecast(FIRST, ANGLES[: DAYS + 60]) for item in (quick, exact))
    # 3 %: a tenth of what is open 60 days ahead; the exponential bends by that where the courses differ by a quarter
    assert np.log(ahead.median_m2_kg / wanted.median_m2_kg) == pytest.approx(0.0, abs=0.03)
    assert ahead.spread_fraction == pytest.approx(wanted.spread_fraction, rel=0.1)


def test_draws_agree_with_the_median_and_spread_and_have_heavier_tails() -> None:
    course = fitted(0.14).forecast(FIRST + DAYS, ANGLES[DAYS : DAYS + 300])
    draws = np.log([course.draw(np.random.default_rng(index)) for index in range(3000)])
    # 3000 draws: the mean is known to 2 % of the spread, the spread to 1.5 %; the worst of 300 days
    assert (draws.mean(axis=0) - np.log(course.median_m2_kg)) == pytest.approx(
        0.0, abs=0.1 * course.spread_fraction[-1]
    )
    assert draws.std(axis=0) == pytest.approx(course.spread_fraction, rel=0.08)
    last = (draws[:, -1] - draws[:, -1].mean()) / draws[:, -1].std()
    assert np.mean(last**4) > 3.1  # a normal law has 3, known here to 0.09


def test_a_longer_course_begins_like_a_shorter_one() -> None:
    drift = fitted(0.14)
    long = drift.forecast(FIRST + DAYS, ANGLES[DAYS : DAYS + 300])
    short = long.begin(50)
    assert short.day_count == 50
    for seed in range(5):
        one, other = (course.draw(np.random.default_rng(seed)) for course in (short, long))
        assert one == pytest.approx(other[:50], rel=1.0e-9)


def test_the_mean_over_days_has_a_spread_between_those_of_its_parts() -> None:
    course = fitted(0.14).forecast(FIRST + DAYS, ANGLES[DAYS : DAYS + 60])
    value, spread = course.mean_over(60)
    assert 0.004 < value < 0.016
    alone = [part.mean_over(60)[1] for part in course.parts]
    assert min(alone) <= spread <= max(alone) + 0.1


def test_the_grid_is_one_of_odds() -> None:
    models = SIZE_PRIOR.models(DRIFT_MODEL)
    assert len(models) == len(SIZE_PRIOR.slow) * len(SIZE_PRIOR.fast)
    assert all(odds > 0.0 for odds, _ in models)
    assert {model.sun_angle_fraction for _, model in models} == {DRIFT_MODEL.sun_angle_fraction}


def test_the_suns_angle_is_learnt_under_every_size() -> None:
    log = -0.3 * (np.abs(ANGLES[:DAYS]) > 45.0) + wandering(0.1, 5.0, 4)
    factor, spread = fit_sizes(losses_of(log), ANGLES[:DAYS]).sun_angle_effect(np.array([0.0, 60.0]))
    assert factor[1] < factor[0]
    assert ((spread > 0.0) & (spread < 0.2)).all()
