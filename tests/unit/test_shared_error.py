"""The part of the drag's error that two objects share: Gaussian-process algebra on losses made from known courses."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from stationkeep.errors import DensityModelMismatch, InputError
from stationkeep.orbit.axis_losses import AxisLosses
from stationkeep.orbit.calibration import Evidence, probable_share
from stationkeep.orbit.drag_drift import DragDrift, fit_drift
from stationkeep.orbit.drift_model import DRIFT_MODEL
from stationkeep.orbit.elements import MeanElements
from stationkeep.orbit.shared_error import SharedError

FIRST, DAYS = 59000, 150
ANGLES = np.full(DAYS + 60, 20.0)


def losses(log: np.ndarray, days: int = DAYS, *, seed: int = 1) -> AxisLosses:
    """One set a day over the first ``days``; 10 km per m2/kg a day."""
    rng = np.random.default_rng(seed)
    unit = 10.0 * np.tri(days, DAYS, -1)
    loss = unit @ (0.008 * np.exp(log[:DAYS])) + 0.005 * rng.standard_normal(days)
    return AxisLosses(FIRST, FIRST + np.arange(days, dtype=float), np.zeros(days, dtype=int), loss, unit)


def calibrator(log: np.ndarray) -> DragDrift:
    return fit_drift(losses(log, seed=2), ANGLES[:DAYS])


def courses(share: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Two wanderings with a common part."""
    rng = np.random.default_rng(seed)
    common, one, two = (DRIFT_MODEL.wandering(DAYS, rng) for _ in range(3))
    own = np.sqrt(1.0 - share)
    return np.sqrt(share) * common + own * one, np.sqrt(share) * common + own * two


def test_nothing_shared_changes_nothing() -> None:
    mine, theirs = courses(0.5, 1)
    alone = fit_drift(losses(mine), ANGLES[:DAYS])
    same = fit_drift(losses(mine), ANGLES[:DAYS], shared=SharedError(calibrator(theirs), 0.0))
    one, two = (drift.forecast(FIRST, ANGLES) for drift in (alone, same))
    np.testing.assert_allclose(two.median_m2_kg, one.median_m2_kg, rtol=1.0e-9)
    np.testing.assert_allclose(two.spread_fraction, one.spread_fraction, rtol=1.0e-9)
    assert two.mean_over(60) == pytest.approx(one.mean_over(60))


def test_what_is_shared_is_learnt_where_own_sets_are_missing() -> None:
    """Over many pairs that share 70 %: days without sets of one's own are foreseen better, and narrower."""
    alone_errors, helped_errors = [], []
    for seed in range(12):
        mine, theirs = courses(0.7, seed)
        evidence = losses(mine, 60)  # the other 90 days are seen by the calibrator only
        alone = fit_drift(evidence, ANGLES[:DAYS]).forecast(FIRST, ANGLES[:DAYS])
        helped = fit_drift(evidence, ANGLES[:DAYS], shared=SharedError(calibrator(theirs), 0.7))
        forecast = helped.forecast(FIRST, ANGLES[:DAYS])
        # 5 %: which sets count as outliers differs a little between the two fits
        assert np.all(forecast.spread_fraction <= 1.05 * alone.spread_fraction)
        for errors, found in ((alone_errors, alone), (helped_errors, forecast)):
            errors.append(np.log(found.median_m2_kg[80:] / 0.008) - mine[80:])
    before, after = (np.sqrt(np.mean(np.square(errors))) for errors in (alone_errors, helped_errors))
    # 70 % of the variance is common: a perfect calibrator would leave sqrt(1 - 0.7^2) = 0.71 of the wandering's error
    assert after < 0.9 * before


def test_stated_spread_is_right() -> None:
    """Errors in units of the stated spread, over many pairs made as the model assumes: 1 within the sampling."""
    ratios = []
    for seed in range(30):
        mine, theirs = courses(0.5, 100 + seed)
        drift = fit_drift(losses(mine, 60), ANGLES[:DAYS], shared=SharedError(calibrator(theirs), 0.5))
        found = drift.forecast(FIRST, ANGLES[:DAYS])
        ratios.append((np.log(found.median_m2_kg[100] / 0.008) - mine[100]) / found.spread_fraction[100])
    assert 0.65 < float(np.sqrt(np.mean(np.square(ratios)))) < 1.35  # 30 pairs: 13 % (1 sigma)


def test_draws_agree_with_median_and_spread() -> None:
    mine, theirs = courses(0.6, 7)
    drift = fit_drift(losses(mine, 60), ANGLES[:DAYS], shared=SharedError(calibrator(theirs), 0.6))
    found = drift.forecast(FIRST + 40, ANGLES[40 : DAYS + 40])
    draws = np.log([found.draw(np.random.default_rng(seed)) for seed in range(600)])
    # 600 draws: the mean is known to 4 % of the spread, the spread to 3 % (1 sigma), the worst of 150 days to 3 sigma
    assert np.all(np.abs(draws.mean(axis=0) - np.log(found.median_m2_kg)) < 0.16 * found.spread_fraction)
    np.testing.assert_allclose(draws.std(axis=0), found.spread_fraction, rtol=0.12)


def test_calibrator_of_other_months_says_little() -> None:
    mine, theirs = courses(0.5, 3)
    far = replace(calibrator(theirs), first_day_mjd=FIRST - 4000)
    alone = fit_drift(losses(mine), ANGLES[:DAYS]).forecast(FIRST, ANGLES)
    helped = fit_drift(losses(mine), ANGLES[:DAYS], shared=SharedError(far, 0.5)).forecast(FIRST, ANGLES)
    np.testing.assert_allclose(helped.median_m2_kg, alone.median_m2_kg, rtol=1.0e-4)


def evidence_of(log: np.ndarray, days: int = DAYS) -> Evidence:
    place = MeanElements(float(FIRST), 6778.0, 0.001, 0.9, 1.0, 0.0, 0.0)
    return Evidence((place,), (), losses(log, days), ())


def test_the_share_is_found_only_where_there_is_one() -> None:
    """Over pairs that share nothing, and pairs that share nine tenths."""
    found = {}
    for share in (0.0, 0.9):
        pairs = [courses(share, 300 + seed) for seed in range(5)]
        found[share] = [probable_share(evidence_of(mine), calibrator(theirs)) for mine, theirs in pairs]
    assert sum(shared is not None for shared in found[0.0]) <= 1
    assert sum(shared is not None and shared.share >= 0.5 for shared in found[0.9]) >= 4


def test_refusals() -> None:
    mine, theirs = courses(0.5, 4)
    other = calibrator(theirs)
    for share in (-0.1, 1.0, float("nan")):
        with pytest.raises(InputError, match="shared part"):
            SharedError(other, share)
    with pytest.raises(DensityModelMismatch, match="calibrator was fitted with JB2008"):
        fit_drift(losses(mine), ANGLES[:DAYS], shared=SharedError(replace(other, density_model="JB2008"), 0.5))
    helped = fit_drift(losses(mine), ANGLES[:DAYS], shared=SharedError(other, 0.5))
    with pytest.raises(InputError, match="itself corrected"):
        SharedError(helped, 0.5)
