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
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stationkeep.compiled import compiled
from stationkeep.orbit.axis_losses import AxisLosses, axis_noise_km, set_noise_km, typical_coefficient
from stationkeep.orbit.denser_days import DenserDays
from stationkeep.orbit.drift_model import ANGLE_NODES_DEG, DRIFT_MODEL, DriftModel, angle_weights, wandering_course
from stationkeep.orbit.shared_error import SharedError

FloatArray = NDArray[np.float64]

_OFFSET_KM = 1.0  # each piece has its own level of the axis, known to no better than this beforehand
_TAIL_FREEDOM = 4.0  # of Student's t: one set in twenty is off by more than 2.8 sigma
_MOST_ROUNDS = 8
_LARGEST_STEP = 0.5  # of the logarithm in one round: the exponential must not run away
_SETTLED = 3.0e-3  # a thirtieth of the smallest spread there is


@dataclass(frozen=True)
class DragDrift:
    """The drift of one object's coefficient, as its element sets show it; made by :func:`fit_drift`."""

    density_model: str
    model: DriftModel
    typical_m2_kg: float
    """The level expected before the fit: the robust mean of all arcs."""
    noise_km: float
    """1-sigma noise of the axis of one set, as its neighbours show it, where the orbit falls slowly."""
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
    """(n_set,) noise each set was given: more than ``noise_km`` for outliers and where the orbit falls fast."""
    piece: NDArray[np.int_]
    shared: SharedError | None = None
    """What another object's drag says of this one's."""

    @property
    def log_evidence(self) -> float:
        """Logarithm of the probability of the sets before the fit, but for a constant (Laplace's approximation)."""
        misfit = float(self.residual_km @ self.precision @ self.residual_km)
        return 0.5 * (float(np.linalg.slogdet(self.precision)[1]) - misfit)

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
        before = self.model.covariance(days, days) + self.model.angle_covariance_between(sun_angle_deg, sun_angle_deg)
        log = math.log(self.typical_m2_kg) + reach @ (self.precision @ self.residual_km)
        return np.asarray(log), np.asarray(before - reach @ self.precision @ reach.T)

    def covariance_with_used(self, days: FloatArray, sun_angle_deg: FloatArray) -> FloatArray:
        """Prior covariance between any days (counted from ``first_day_mjd``) and those with sets, (n_day, n_used)."""
        angle = self.model.angle_covariance_between(sun_angle_deg, self.angles_used_deg)
        used = self.days_used.astype(np.float64)
        before = self.model.covariance(days, used) + angle
        if self.shared is None:
            return before
        return before - self.shared.known(days + self.first_day_mjd, used + self.first_day_mjd)

    def misfit_km(self, wandering: FloatArray, rng: np.random.Generator) -> FloatArray:
        """What this wandering on the days used, and a random rest, leave of the losses, (n_set,)."""
        model = self.model
        level = model.level_fraction * float(rng.standard_normal())
        angle = angle_weights(self.angles_used_deg) @ (model.angle_root() @ rng.standard_normal(len(ANGLE_NODES_DEG)))
        return self.left_km(level + wandering + angle, rng)

    def left_km(self, log: FloatArray, rng: np.random.Generator) -> FloatArray:
        """What these logarithms on the days used, and random noise, leave of the losses, (n_set,)."""
        return self.open_km(rng) - _times(self.sensitivity_km, log)

    def open_km(self, rng: np.random.Generator) -> FloatArray:
        """The losses to be explained, less random noise of the sets and levels of the pieces, (n_set,)."""
        noise = self.set_noise_km * rng.standard_normal(len(self.residual_km))
        offsets = _OFFSET_KM * rng.standard_normal(int(self.piece[-1]) + 1)
        return np.asarray(self.residual_km - noise - offsets[self.piece])


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
        basis, inner = self._reach
        return np.asarray(drift.typical_m2_kg * np.exp(self._shared_mean + basis @ (inner @ weights)))

    @cached_property
    def spread_fraction(self) -> FloatArray:
        """(n_day,) 1 sigma of its logarithm."""
        drift, model = self.drift, self.drift.model
        angle = angle_weights(self.sun_angle_deg)
        before = model.level_fraction**2 + model.slow_fraction**2 + model.fast_fraction**2
        before = before + np.sum(angle @ model.angle_covariance() * angle, axis=1)
        if drift.shared is not None:
            before = before - drift.shared.known_variance(self._days + drift.first_day_mjd)
        basis, inner = self._reach
        reach = basis @ (inner @ drift.sensitivity_km.T)
        return np.asarray(np.sqrt(np.maximum(before - np.sum(reach @ drift.precision * reach, axis=1), 0.0)))

    def mean_over(self, day_count: int) -> tuple[float, float]:
        """Geometric mean over the first days [m2/kg] and the 1 sigma of its logarithm."""
        days = min(day_count, self.day_count)
        variance = float(self._posterior(days).mean())
        return float(np.exp(np.log(self.median_m2_kg[:days]).mean())), math.sqrt(max(variance, 0.0))

    def median_under(self, denser: DenserDays) -> FloatArray:
        """(n_day,) median under a Sun whose air was denser or thinner on days with sets; see :meth:`draw`."""
        basis, _, echo = self._answer
        seen = denser.on(self.drift.days_used + self.drift.first_day_mjd)
        return np.asarray(self.median_m2_kg * np.exp(-_times(basis, _times(echo, seen))))

    def air_weights(self, day_count: int) -> FloatArray:
        """(n_used,) change of the logarithm of :meth:`mean_over` per unit of the logarithm of each used day's density.

        Negative, and about minus one in sum: the sets tell the product of density and coefficient.
        """
        basis, _, echo = self._answer
        return np.asarray(-basis[:day_count].mean(axis=0) @ echo)

    def draw(self, rng: np.random.Generator, denser: DenserDays | None = None) -> FloatArray:
        """One possible course of the coefficient, (n_day,): it agrees with the sets within their noise.

        ``denser``: under a Sun whose air was denser or thinner on days with sets than the fit took it for; the same
        sets then ask for another coefficient, to first order.

        A draw before the fit, corrected by the answer to its own misfit (Matheron's rule; Wilson et al., *Pathwise
        Conditioning of Gaussian Processes*, 2021): exact, and linear in the number of days.
        """
        drift = self.drift
        # streams of their own, so that a longer course begins like a shorter one
        slow, fast, rest = rng.spawn(3)
        basis, answer, echo = self._answer
        walk, angle = self._draw_before(slow, fast, rest)
        offset = self.first_day_mjd - drift.first_day_mjd
        begin = min(offset, 0)
        known = walk[drift.days_used - begin] + self._angle_weights[1] @ angle
        wanted = walk[offset - begin : offset - begin + self.day_count] + self._angle_weights[0] @ angle
        misfit = drift.open_km(rest)
        known = known - self._shared_mean_used
        if denser is not None:
            known = known + denser.on(drift.days_used + drift.first_day_mjd)
        correction = _times(basis, _times(answer, misfit) - _times(echo, known))
        return np.asarray(drift.typical_m2_kg * np.exp(wanted + correction))

    @cached_property
    def _answer(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """How a misfit moves the days wanted: ``basis @ (answer @ misfit)``, and ``answer @ sensitivity``."""
        drift = self.drift
        basis, inner = self._reach
        answer = inner @ drift.sensitivity_km.T @ drift.precision
        return basis, answer, answer @ drift.sensitivity_km

    def _draw_before(
        self, slow: np.random.Generator, fast: np.random.Generator, rest: np.random.Generator
    ) -> tuple[FloatArray, FloatArray]:
        """Level and wanderings on every day from the earlier to the later end, and the function of the angle."""
        model, drift = self.drift.model, self.drift
        offset = self.first_day_mjd - drift.first_day_mjd
        days = max(offset + self.day_count, int(drift.days_used[-1]) + 1) - min(offset, 0)
        level = model.level_fraction * float(rest.standard_normal())
        if drift.shared is None:
            walk = level + wandering_course(model.slow_fraction, model.slow_days, days, slow)
            walk += wandering_course(model.fast_fraction, model.fast_days, days, fast)
        else:
            walk = level + drift.shared.wanderings(model, drift.first_day_mjd + min(offset, 0), days, rest)
        return walk, self._angle_root @ rest.standard_normal(len(ANGLE_NODES_DEG))

    @cached_property
    def _angle_weights(self) -> tuple[FloatArray, FloatArray]:
        """Of the days wanted, and of those with sets."""
        return angle_weights(self.sun_angle_deg), angle_weights(self.drift.angles_used_deg)

    @cached_property
    def _reach(self) -> tuple[FloatArray, FloatArray]:
        """Prior covariance of the days wanted with those used, as a product of (n_day, n_part) and (n_part, n_used).

        After the last set each process only fades: the covariance with the days before is then a sum of a few products
        (level, slow, fast, the angle's nodes), and a draw costs next to nothing.
        """
        drift, days = self.drift, self._days
        last = float(drift.days_used[-1])
        if days[0] >= last and drift.shared is None:
            memory = drift.model.memory(last - drift.days_used.astype(np.float64), self._angle_weights[1])
            return drift.model.fading(days - last, self._angle_weights[0]), memory
        return np.eye(len(days)), drift.covariance_with_used(days, self.sun_angle_deg)

    @cached_property
    def _angle_root(self) -> FloatArray:
        return self.drift.model.angle_root()

    @cached_property
    def _shared_mean(self) -> FloatArray:
        """What another object's drag lets expect of the logarithm, (n_day,)."""
        shared = self.drift.shared
        return np.zeros(self.day_count) if shared is None else shared.mean(self._days + self.drift.first_day_mjd)

    @cached_property
    def _shared_mean_used(self) -> FloatArray:
        drift = self.drift
        used = drift.days_used.astype(np.float64) + drift.first_day_mjd
        return np.zeros(len(used)) if drift.shared is None else drift.shared.mean(used)

    @cached_property
    def _days(self) -> FloatArray:
        return self.first_day_mjd - self.drift.first_day_mjd + np.arange(self.day_count, dtype=np.float64)

    def _posterior(self, day_count: int) -> FloatArray:
        """Covariance of the first days after the fit, (n, n)."""
        drift, days = self.drift, self._days[:day_count]
        angle = angle_weights(self.sun_angle_deg[:day_count])
        before = drift.model.covariance(days, days) + angle @ drift.model.angle_covariance() @ angle.T
        if drift.shared is not None:
            before = before - drift.shared.known(days + drift.first_day_mjd, days + drift.first_day_mjd)
        basis, inner = self._reach
        reach = basis[:day_count] @ (inner @ drift.sensitivity_km.T)
        return np.asarray(before - reach @ drift.precision @ reach.T)


def fit_drift(
    losses: AxisLosses,
    sun_angle_deg: FloatArray,
    model: DriftModel = DRIFT_MODEL,
    shared: SharedError | None = None,
) -> DragDrift:
    """How did the coefficient behind these losses drift?

    ``sun_angle_deg``: (n_day,) on the days of ``losses``. ``shared``: what another object's drag says of it. Source of
    the method: see the module.
    """
    used = np.flatnonzero(losses.unit_loss_km.any(axis=0))
    unit, angles = losses.unit_loss_km[:, used], np.asarray(sun_angle_deg)[used]
    typical, usual_noise = typical_coefficient(losses), axis_noise_km(losses)
    noise = set_noise_km(losses, usual_noise, typical)
    before = model.covariance(used.astype(float), used.astype(float)) + model.angle_covariance_between(angles, angles)
    expected_log = np.zeros(len(used))
    if shared is not None:
        shared.require_density_model(losses.density_model)
        days_mjd = used.astype(np.float64) + losses.first_day_mjd
        before, expected_log = before - shared.known(days_mjd, days_mjd), shared.mean(days_mjd)
    offsets = offset_covariance(losses.piece)
    log, weight = expected_log, np.ones(len(losses.loss_km))
    for _ in range(_MOST_ROUNDS):
        given_noise = noise / np.sqrt(weight)
        expected = unit * (typical * np.exp(log))
        residual = losses.loss_km - expected.sum(axis=1) + expected @ (log - expected_log)
        covariance = lifted(expected, before, losses.piece) + offsets + np.diag(given_noise**2)
        pull = np.linalg.solve(covariance, residual)
        step = np.clip(expected_log + before @ (expected.T @ pull) - log, -_LARGEST_STEP, _LARGEST_STEP)
        log = log + step
        if np.max(np.abs(step)) < _SETTLED:
            break
        # the misfit of each set, in sigma: large ones lose their weight
        misfit = noise / weight * pull
        weight = (_TAIL_FREEDOM + 1.0) / (_TAIL_FREEDOM + misfit**2)
    return DragDrift(
        density_model=losses.density_model,
        model=model,
        typical_m2_kg=typical,
        noise_km=usual_noise,
        first_day_mjd=losses.first_day_mjd,
        days_used=used,
        angles_used_deg=angles,
        sensitivity_km=expected,
        residual_km=residual,
        precision=np.asarray(np.linalg.inv(covariance)),
        set_noise_km=given_noise,
        piece=losses.piece,
        shared=shared,
    )


@compiled()
def lifted(sensitivity_km: Any, covariance: Any, piece: Any) -> Any:
    """``sensitivity @ covariance @ sensitivity.T``, from days to sets, (n_set, n_set).

    A row of the sensitivity is that of the set before it in the piece plus the few days in between, and so are the rows
    and columns of the products: a hundredth of the work of two matrix products.
    """
    sets, days = sensitivity_km.shape
    change = sensitivity_km.copy()
    for row in range(1, sets):
        if piece[row] == piece[row - 1]:
            change[row] -= sensitivity_km[row - 1]
    half, found = np.zeros((sets, days)), np.zeros((sets, sets))
    for row in range(sets):
        if row > 0 and piece[row] == piece[row - 1]:
            half[row] = half[row - 1]
        for day in range(days):
            if change[row, day] != 0.0:
                half[row] += change[row, day] * covariance[day]
    for column in range(sets):
        if column > 0 and piece[column] == piece[column - 1]:
            found[column] = found[column - 1]
        for day in range(days):
            if change[column, day] != 0.0:
                for row in range(sets):
                    found[column, row] += change[column, day] * half[row, day]
    return found


def offset_covariance(piece: NDArray[np.int_]) -> FloatArray:
    """Of the losses, because the level of each piece is open, (n_set, n_set)."""
    return np.asarray(_OFFSET_KM**2 * (piece[:, None] == piece[None, :]))


def _times(matrix: FloatArray, vector: FloatArray) -> FloatArray:
    return np.asarray(np.einsum("ij,j->i", matrix, vector))
