"""How restless is this object? The sizes of its coefficient's wanderings, learnt from its own last year.

A station that docks, turns and pushes itself wanders twice as far as a small satellite that only tumbles, and the air
is more restless in some years than in others. So the sizes in :class:`stationkeep.orbit.drift_model.DriftModel` are not
taken as known: each of a grid of sizes is weighed by how probable it makes the object's own element sets (its marginal
likelihood; Rasmussen and Williams, *Gaussian Processes for Machine Learning*, 2006, chapter 5) times how probable it is
beforehand, and every random course draws its sizes by that weight. What a year cannot tell (the slow part, above all)
stays open, and gives the courses heavier tails than any one size would.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stationkeep.compiled import compiled
from stationkeep.orbit.axis_losses import AxisLosses
from stationkeep.orbit.denser_days import DenserDays
from stationkeep.orbit.drag_drift import DragDrift, DriftForecast, fit_drift, lifted, offset_covariance
from stationkeep.orbit.drift_model import DRIFT_MODEL, DriftModel

FloatArray = NDArray[np.float64]

_SMALLEST_WEIGHT = 0.02  # what is less probable than this is left out: it would be one course in fifty


@dataclass(frozen=True, slots=True)
class SizePrior:
    """Sizes of the slow and the fast wandering (1 sigma of the logarithm) and their odds before the fit.

    The odds have their peak at the sizes of :class:`DriftModel`, which Delfi-C3 and every second free-decay arc of the
    station chose together, and fall off to both sides as far as single years of them ask for (a restless station: 20 %
    within days). Flat odds over a wider grid foresaw the long arcs worse (``validation/reliability.md``).
    """

    slow: tuple[tuple[float, float], ...] = ((0.2, 1.0), (0.36, 4.0), (0.5, 1.0))
    """Size and odds."""
    fast: tuple[tuple[float, float, float], ...] = (
        (0.1, 5.0, 1.0), (0.12, 5.0, 3.0), (0.14, 5.0, 1.0), (0.2, 5.0, 1.0), (0.2, 2.5, 1.0),
    )  # fmt: skip
    """Size, memory [day] and odds."""

    def models(self, model: DriftModel) -> list[tuple[float, DriftModel]]:
        """Every pair of sizes with its odds; everything else as in ``model``."""
        return [
            (slow_odds * fast_odds, replace(model, slow_fraction=slow, fast_fraction=fast, fast_days=days))
            for slow, slow_odds in self.slow
            for fast, days, fast_odds in self.fast
        ]


SIZE_PRIOR = SizePrior()
"""The sizes weighed unless others are given."""


@dataclass(frozen=True)
class MixedDrift:
    """The drift of one object's coefficient under every size that its sets leave possible; see :func:`fit_sizes`."""

    parts: tuple[DragDrift, ...]
    weights: FloatArray
    """(n_part,) probabilities, of sum one, the largest first."""

    @property
    def density_model(self) -> str:
        """The model the coefficient holds for."""
        return self.parts[0].density_model

    @property
    def first_day_mjd(self) -> int:
        """The day on which the sets used begin."""
        return self.parts[0].first_day_mjd

    @property
    def noise_km(self) -> float:
        """1-sigma noise of the axis of one set, as its neighbours show it."""
        return self.parts[0].noise_km

    @property
    def model(self) -> DriftModel:
        """The drift with the sizes this object seems to have: their mean over what is possible."""
        names = ("slow_fraction", "fast_fraction", "fast_days")
        means = {name: float(self.weights @ [getattr(part.model, name) for part in self.parts]) for name in names}
        return replace(self.parts[0].model, **means)

    def forecast(self, first_day_mjd: int, sun_angle_deg: FloatArray) -> MixedForecast:
        """The coefficient on each of these days: known ones are smoothed, later ones predicted."""
        return MixedForecast(tuple(part.forecast(first_day_mjd, sun_angle_deg) for part in self.parts), self.weights)

    def sun_angle_effect(self, sun_angle_deg: FloatArray) -> tuple[FloatArray, FloatArray]:
        """What each of these angles of the Sun multiplies the coefficient by, and the 1 sigma of its logarithm."""
        effects = [part.sun_angle_effect(sun_angle_deg) for part in self.parts]
        logs, spreads = np.log([item for item, _ in effects]), np.array([item for _, item in effects])
        return np.exp(self.weights @ logs), _mixed_spread(self.weights, logs, spreads)


@dataclass(frozen=True)
class MixedForecast:
    """A coefficient day by day: median, spread, and random draws of the whole path."""

    parts: tuple[DriftForecast, ...]
    weights: FloatArray

    @property
    def first_day_mjd(self) -> int:
        """The first day."""
        return self.parts[0].first_day_mjd

    @property
    def day_count(self) -> int:
        """Days, from ``first_day_mjd``."""
        return self.parts[0].day_count

    def begin(self, day_count: int) -> MixedForecast:
        """The first days of it."""
        return MixedForecast(
            tuple(DriftForecast(part.drift, part.first_day_mjd, part.sun_angle_deg[:day_count]) for part in self.parts),
            self.weights,
        )

    @cached_property
    def median_m2_kg(self) -> FloatArray:
        """(n_day,) exponential of the mean logarithm."""
        return np.asarray(np.exp(self.weights @ np.log([part.median_m2_kg for part in self.parts])))

    @cached_property
    def spread_fraction(self) -> FloatArray:
        """(n_day,) 1 sigma of its logarithm."""
        logs = np.log([part.median_m2_kg for part in self.parts])
        return _mixed_spread(self.weights, logs, np.array([part.spread_fraction for part in self.parts]))

    def mean_over(self, day_count: int) -> tuple[float, float]:
        """Geometric mean over the first days [m2/kg] and the 1 sigma of its logarithm."""
        found = np.array([part.mean_over(day_count) for part in self.parts])
        logs = np.log(found[:, 0])
        return math.exp(self.weights @ logs), float(_mixed_spread(self.weights, logs, found[:, 1]))

    def median_under(self, denser: DenserDays) -> FloatArray:
        """(n_day,) median under a Sun whose air was denser or thinner on days with sets."""
        return np.asarray(np.exp(self.weights @ np.log([part.median_under(denser) for part in self.parts])))

    def air_weights(self, day_count: int) -> DenserDays:
        """What the logarithm of :meth:`mean_over` answers to that of the density of each day up to the last set.

        For ``DenserDays`` of another Sun the value is multiplied by ``exp`` of the sum of the products.
        """
        drift = self.parts[0].drift
        by_day = np.zeros(int(drift.days_used[-1]) + 1)
        by_day[drift.days_used] = self.weights @ np.array([part.air_weights(day_count) for part in self.parts])
        return DenserDays(drift.first_day_mjd, by_day)

    def draw(self, rng: np.random.Generator, denser: DenserDays | None = None) -> FloatArray:
        """One possible course of the coefficient, (n_day,): sizes by their probability, then a course with them.

        ``denser``: see :meth:`DriftForecast.draw`.
        """
        chosen = int(np.searchsorted(np.cumsum(self.weights)[:-1], rng.random(), side="right"))
        return self.parts[chosen].draw(rng, denser)


def fit_sizes(
    losses: AxisLosses,
    sun_angle_deg: FloatArray,
    model: DriftModel = DRIFT_MODEL,
    sizes: SizePrior | None = SIZE_PRIOR,
) -> MixedDrift:
    """How did the coefficient behind these losses drift, and how restless is it?

    ``sun_angle_deg``: (n_day,) on the days of ``losses``. ``model``: everything but the sizes, and the sizes at which
    outliers are weighed and the exponential is made linear. ``sizes``: null keeps those of ``model``.
    """
    base = fit_drift(losses, sun_angle_deg, model)
    if sizes is None:
        return MixedDrift((base,), np.ones(1))
    candidates = sizes.models(model)
    odds = np.array([math.log(odds) for odds, _ in candidates])
    covariances = _covariances(base, [candidate for _, candidate in candidates])
    found = odds + np.array([_log_evidence(item, base.residual_km) for item in covariances])
    weights = np.exp(found - found.max())
    weights /= weights.sum()
    kept = [index for index in np.argsort(-weights) if weights[index] >= _SMALLEST_WEIGHT]
    parts = tuple(
        replace(base, model=candidates[index][1], precision=np.linalg.inv(covariances[index])) for index in kept
    )
    return MixedDrift(parts, weights[kept] / weights[kept].sum())


def _covariances(base: DragDrift, models: Sequence[DriftModel]) -> list[FloatArray]:
    """Of the residuals under each model, (n_set, n_set): they differ in two parts only."""
    bare = replace(base.model, slow_fraction=0.0, fast_fraction=0.0)
    level = _lifted(base, bare, with_angle=True) + offset_covariance(base.piece) + np.diag(base.set_noise_km**2)
    nothing = replace(bare, level_fraction=0.0)
    slow = _lifted(base, replace(nothing, slow_fraction=1.0))
    memories = {item.fast_days for item in models}
    fast = {days: _lifted(base, replace(nothing, fast_fraction=1.0, fast_days=days)) for days in memories}
    return [level + item.slow_fraction**2 * slow + item.fast_fraction**2 * fast[item.fast_days] for item in models]


def _lifted(base: DragDrift, model: DriftModel, *, with_angle: bool = False) -> FloatArray:
    days = base.days_used.astype(np.float64)
    before = model.covariance(days, days)
    if with_angle:
        before = before + model.angle_covariance_between(base.angles_used_deg, base.angles_used_deg)
    return np.asarray(lifted(base.sensitivity_km, before, base.piece))


def _log_evidence(covariance: FloatArray, residual: FloatArray) -> float:
    """Logarithm of the probability of the residuals, but for a constant."""
    root = np.linalg.cholesky(covariance)
    scaled = _solved(root, residual)
    return float(-0.5 * scaled @ scaled - np.log(np.diag(root)).sum())


@compiled()
def _solved(root: Any, right: Any) -> Any:
    """Solution of a lower triangular system, row by row: numpy would first factor the triangle again."""
    solution = np.empty(len(right))
    for row in range(len(right)):
        left = right[row]
        for column in range(row):
            left -= root[row, column] * solution[column]
        solution[row] = left / root[row, row]
    return solution


def _mixed_spread(weights: FloatArray, logs: FloatArray, spreads: FloatArray) -> FloatArray:
    """1 sigma of a mixture: the mean of the variances and the variance of the means."""
    middle = weights @ logs
    return np.asarray(np.sqrt(weights @ (spreads**2 + (logs - middle) ** 2)))
