"""How does a ballistic coefficient drift? A random function of time and sun angle, fitted to one object's own decay.

The logarithm of the coefficient is the sum of a level, a slow and a fast wandering (Ornstein-Uhlenbeck processes) and
a smooth function of how high the Sun stands above the orbital plane, either side alike: a station turns its arrays
and itself by that angle. All are Gaussian processes (Rasmussen and Williams, *Gaussian Processes for Machine Learning*,
2006), so the fit to the element sets is one linear system, repeated for the exponential and for outliers
(Student's t by reweighting). What the density model gets wrong is inside, on the same footing as the object's area.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from stationkeep.orbit.axis_losses import AxisLosses, axis_noise_km, typical_coefficient
from stationkeep.orbit.mean_decay import DENSITY_MODEL

FloatArray = NDArray[np.float64]

_OFFSET_KM = 1.0  # each piece has its own level of the axis, known to no better than this beforehand
_TAIL_FREEDOM = 4.0  # of Student's t: one set in twenty is off by more than 2.8 sigma
_MOST_ROUNDS = 8
_LARGEST_STEP = 0.5  # of the logarithm in one round: the exponential must not run away
_SETTLED = 3.0e-3  # a thirtieth of the smallest spread there is
_BLOCK_MEMORIES = 100.0
_ANGLE_NODES_DEG = np.linspace(0.0, 90.0, 19)


@dataclass(frozen=True, slots=True)
class DriftModel:
    """How fast and how far coefficients drift (1 sigma of the logarithm), before an object's own sets are seen.

    Chosen on Delfi-C3 and on every second free-decay arc of the station of 1999-2004, by the probability of the sets
    after the fit and by the errors of the predictions; the memory of a year is not told by them and follows the
    density model's, whose bias goes with the solar cycle (``validation/free_decay_arcs.md``).
    """

    level_fraction: float = 0.5
    slow_fraction: float = 0.36
    slow_days: float = 365.0
    fast_fraction: float = 0.12
    fast_days: float = 5.0
    sun_angle_fraction: float = 0.13
    sun_angle_width_deg: float = 30.0

    def covariance(self, days: FloatArray, others: FloatArray) -> FloatArray:
        """Of the level and the wanderings between moments [day], (n, m)."""
        apart = np.abs(days[:, None] - others[None, :])
        slow = self.slow_fraction**2 * np.exp(-apart / self.slow_days)
        fast = self.fast_fraction**2 * np.exp(-apart / self.fast_days)
        return np.asarray(self.level_fraction**2 + slow + fast)

    def angle_covariance(self) -> FloatArray:
        """Of the function of the Sun's angle between its nodes, (n_node, n_node)."""
        apart = _ANGLE_NODES_DEG[:, None] - _ANGLE_NODES_DEG[None, :]
        return np.asarray(self.sun_angle_fraction**2 * np.exp(-0.5 * (apart / self.sun_angle_width_deg) ** 2))


DRIFT_MODEL = DriftModel()
"""The drift assumed unless another is given."""


@dataclass(frozen=True)
class DragDrift:
    """The drift of one object's coefficient, as its element sets show it; made by :func:`fit_drift`."""

    density_model: str
    model: DriftModel
    typical_m2_kg: float
    """The level expected before the fit: the robust mean of all arcs."""
    noise_km: float
    """1-sigma noise of the axis of one set, as its neighbours show it."""
    first_day_mjd: int
    days_used: NDArray[np.int_]
    """(n_used,) days with sets, counted from ``first_day_mjd``."""
    angles_used_deg: FloatArray
    sensitivity_km: FloatArray
    """(n_set, n_used) loss of axis per unit of the logarithm of each day's coefficient."""
    residual_km: FloatArray
    """(n_set,) loss that the logarithm has to explain."""
    precision: FloatArray
    """(n_set, n_set) inverse covariance of the residuals."""
    set_noise_km: FloatArray
    """(n_set,) noise each set was given: more than ``noise_km`` for outliers."""
    piece: NDArray[np.int_]

    def forecast(self, first_day_mjd: int, sun_angle_deg: FloatArray) -> DriftForecast:
        """The coefficient on each of these days: known ones are smoothed, later ones predicted."""
        return DriftForecast(self, first_day_mjd, np.asarray(sun_angle_deg, dtype=np.float64))

    def sun_angle_effect(self, sun_angle_deg: FloatArray) -> tuple[FloatArray, FloatArray]:
        """What each of these angles of the Sun multiplies the coefficient by, and the 1 sigma of its logarithm."""
        nodes = self.model.angle_covariance()
        wanted = angle_weights(np.asarray(sun_angle_deg, dtype=np.float64))
        reach = wanted @ nodes @ angle_weights(self.angles_used_deg).T @ self.sensitivity_km.T
        before = np.sum(wanted @ nodes * wanted, axis=1)
        spread = np.sqrt(np.maximum(before - np.sum(reach @ self.precision * reach, axis=1), 0.0))
        return np.asarray(np.exp(reach @ (self.precision @ self.residual_km))), np.asarray(spread)

    def at(self, days: FloatArray, sun_angle_deg: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Logarithm of the coefficient at any moments, (n,), and its covariance, (n, n).

        ``days``: counted from ``first_day_mjd``, where a whole number stands for the middle of that day.
        """
        reach = self.covariance_with_used(days, sun_angle_deg) @ self.sensitivity_km.T
        angle = angle_weights(sun_angle_deg)
        before = self.model.covariance(days, days) + angle @ self.model.angle_covariance() @ angle.T
        log = math.log(self.typical_m2_kg) + reach @ (self.precision @ self.residual_km)
        return np.asarray(log), np.asarray(before - reach @ self.precision @ reach.T)

    def covariance_with_used(self, days: FloatArray, sun_angle_deg: FloatArray) -> FloatArray:
        """Prior covariance between any days (counted from ``first_day_mjd``) and those with sets, (n_day, n_used)."""
        angle = angle_weights(sun_angle_deg) @ self.model.angle_covariance() @ angle_weights(self.angles_used_deg).T
        return self.model.covariance(days, self.days_used.astype(np.float64)) + angle


@dataclass(frozen=True)
class DriftForecast:
    """A coefficient day by day: median, spread, and random draws of the whole path."""

    drift: DragDrift
    first_day_mjd: int
    sun_angle_deg: FloatArray

    @property
    def day_count(self) -> int:
        """Days, from ``first_day_mjd``."""
        return len(self.sun_angle_deg)

    @cached_property
    def median_m2_kg(self) -> FloatArray:
        """(n_day,) median coefficient."""
        drift = self.drift
        weights = drift.sensitivity_km.T @ (drift.precision @ drift.residual_km)
        return np.asarray(drift.typical_m2_kg * np.exp(self._covariance @ weights))

    @cached_property
    def spread_fraction(self) -> FloatArray:
        """(n_day,) 1 sigma of its logarithm."""
        drift, model = self.drift, self.drift.model
        angle = angle_weights(self.sun_angle_deg)
        before = model.level_fraction**2 + model.slow_fraction**2 + model.fast_fraction**2
        before = before + np.sum(angle @ model.angle_covariance() * angle, axis=1)
        reach = self._covariance @ drift.sensitivity_km.T
        return np.asarray(np.sqrt(np.maximum(before - np.sum(reach @ drift.precision * reach, axis=1), 0.0)))

    def mean_over(self, day_count: int) -> tuple[float, float]:
        """Geometric mean over the first days [m2/kg] and the 1 sigma of its logarithm."""
        days = min(day_count, self.day_count)
        variance = float(self._posterior(days).mean())
        return float(np.exp(np.log(self.median_m2_kg[:days]).mean())), math.sqrt(max(variance, 0.0))

    def draw(self, rng: np.random.Generator) -> FloatArray:
        """One possible course of the coefficient, (n_day,): it agrees with the sets within their noise.

        A draw before the fit, corrected by the answer to its own misfit (Matheron's rule; Wilson et al., *Pathwise
        Conditioning of Gaussian Processes*, 2021): exact, and linear in the number of days.
        """
        drift = self.drift
        walk, angle = self._draw_before(rng)
        offset = self.first_day_mjd - drift.first_day_mjd
        begin = min(offset, 0)
        known = walk[drift.days_used - begin] + self._angle_weights[1] @ angle
        wanted = walk[offset - begin : offset - begin + self.day_count] + self._angle_weights[0] @ angle
        noise = drift.set_noise_km * rng.standard_normal(len(drift.residual_km))
        offsets = _OFFSET_KM * rng.standard_normal(int(drift.piece[-1]) + 1)
        # einsum, not the matrix library: many draws run in threads, and its own threads would fight them
        misfit = drift.residual_km - _times(drift.sensitivity_km, known) - noise - offsets[drift.piece]
        correction = _times(self._covariance, _times(drift.sensitivity_km.T, _times(drift.precision, misfit)))
        return np.asarray(drift.typical_m2_kg * np.exp(wanted + correction))

    def _draw_before(self, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
        """Level and wanderings on every day from the earlier to the later end, and the function of the angle."""
        model, drift = self.drift.model, self.drift
        offset = self.first_day_mjd - drift.first_day_mjd
        days = max(offset + self.day_count, int(drift.days_used[-1]) + 1) - min(offset, 0)
        level = model.level_fraction * float(rng.standard_normal())
        walk = level + _wandering(model.slow_fraction, model.slow_days, days, rng)
        walk += _wandering(model.fast_fraction, model.fast_days, days, rng)
        return walk, self._angle_root @ rng.standard_normal(len(_ANGLE_NODES_DEG))

    @cached_property
    def _angle_weights(self) -> tuple[FloatArray, FloatArray]:
        """Of the days wanted, and of those with sets."""
        return angle_weights(self.sun_angle_deg), angle_weights(self.drift.angles_used_deg)

    @cached_property
    def _covariance(self) -> FloatArray:
        return self.drift.covariance_with_used(self._days, self.sun_angle_deg)

    @cached_property
    def _angle_root(self) -> FloatArray:
        """A square root of the angle's covariance, which is singular to rounding: by eigenvalues."""
        values, vectors = np.linalg.eigh(self.drift.model.angle_covariance())
        return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)))

    @cached_property
    def _days(self) -> FloatArray:
        return self.first_day_mjd - self.drift.first_day_mjd + np.arange(self.day_count, dtype=np.float64)

    def _posterior(self, day_count: int) -> FloatArray:
        """Covariance of the first days after the fit, (n, n)."""
        drift, days = self.drift, self._days[:day_count]
        angle = angle_weights(self.sun_angle_deg[:day_count])
        before = drift.model.covariance(days, days) + angle @ drift.model.angle_covariance() @ angle.T
        reach = self._covariance[:day_count] @ drift.sensitivity_km.T
        return np.asarray(before - reach @ drift.precision @ reach.T)


def fit_drift(losses: AxisLosses, sun_angle_deg: FloatArray, model: DriftModel = DRIFT_MODEL) -> DragDrift:
    """How did the coefficient behind these losses drift?

    ``sun_angle_deg``: (n_day,) on the days of ``losses``. Source of the method: see the module.
    """
    used = np.flatnonzero(losses.unit_loss_km.any(axis=0))
    unit, angles = losses.unit_loss_km[:, used], np.asarray(sun_angle_deg)[used]
    typical, noise = typical_coefficient(losses), axis_noise_km(losses)
    angle = angle_weights(angles)
    before = model.covariance(used.astype(float), used.astype(float)) + angle @ model.angle_covariance() @ angle.T
    offsets = _OFFSET_KM**2 * (losses.piece[:, None] == losses.piece[None, :])
    log, weight = np.zeros(len(used)), np.ones(len(losses.loss_km))
    for _ in range(_MOST_ROUNDS):
        set_noise = noise / np.sqrt(weight)
        expected = unit * (typical * np.exp(log))
        residual = losses.loss_km - expected.sum(axis=1) + expected @ log
        covariance = expected @ before @ expected.T + offsets + np.diag(set_noise**2)
        pull = np.linalg.solve(covariance, residual)
        step = np.clip(before @ (expected.T @ pull) - log, -_LARGEST_STEP, _LARGEST_STEP)
        log = log + step
        if np.max(np.abs(step)) < _SETTLED:
            break
        # the misfit of each set, in sigma: large ones lose their weight
        misfit = noise / weight * pull
        weight = (_TAIL_FREEDOM + 1.0) / (_TAIL_FREEDOM + misfit**2)
    return DragDrift(
        density_model=DENSITY_MODEL,
        model=model,
        typical_m2_kg=typical,
        noise_km=noise,
        first_day_mjd=losses.first_day_mjd,
        days_used=used,
        angles_used_deg=angles,
        sensitivity_km=expected,
        residual_km=residual,
        precision=np.linalg.inv(covariance),
        set_noise_km=set_noise,
        piece=losses.piece,
    )


def angle_weights(sun_angle_deg: FloatArray) -> FloatArray:
    """Share of each node in the function of the Sun's angle, linear in between, both sides alike, (n, n_node)."""
    step = float(_ANGLE_NODES_DEG[1])
    place = np.clip(np.abs(sun_angle_deg) / step, 0.0, len(_ANGLE_NODES_DEG) - 1.0)
    return np.asarray(np.maximum(1.0 - np.abs(place[:, None] - np.arange(len(_ANGLE_NODES_DEG))[None, :]), 0.0))


def _times(matrix: FloatArray, vector: FloatArray) -> FloatArray:
    return np.asarray(np.einsum("ij,j->i", matrix, vector))


def _wandering(fraction: float, days: float, day_count: int, rng: np.random.Generator) -> FloatArray:
    """A stationary Ornstein-Uhlenbeck process sampled daily, (n_day,)."""
    keep = math.exp(-1.0 / days)
    level = fraction * float(rng.standard_normal())
    kicks = rng.standard_normal(day_count) * (fraction * math.sqrt(1.0 - keep * keep))
    path = np.empty(day_count)
    # x(t) = keep^t (x(0) + sum of kick / keep^s), in blocks short enough that keep^t stays far from underflow
    block = max(int(_BLOCK_MEMORIES * days), 1)
    for start in range(0, day_count, block):
        fade = keep ** np.arange(1.0, min(block, day_count - start) + 1.0)
        path[start : start + block] = fade * (level + np.cumsum(kicks[start : start + block] / fade))
        level = float(path[min(start + block, day_count) - 1])
    return path
