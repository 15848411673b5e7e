"""How fast and how far do ballistic coefficients drift in general? The prior of :mod:`stationkeep.orbit.drag_drift`."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

ANGLE_NODES_DEG = np.linspace(0.0, 90.0, 19)
"""Where the function of the Sun's angle has its values; linear in between."""

_BLOCK_MEMORIES = 100.0


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
        return np.asarray(self.level_fraction**2 + self.wandering_covariance(days, others))

    def wandering_covariance(self, days: FloatArray, others: FloatArray) -> FloatArray:
        """Of the wanderings alone, (n, m)."""
        apart = np.abs(days[:, None] - others[None, :])
        whole = apart.astype(np.intp)
        if not np.array_equal(whole, apart):
            return self._wandering_over(apart)
        # whole days: a few hundred lags instead of a hundred thousand pairs
        return self._wandering_over(np.arange(whole.max(initial=0) + 1.0))[whole]

    def _wandering_over(self, apart: FloatArray) -> FloatArray:
        """Covariance of the wanderings at two moments so many days apart."""
        slow = self.slow_fraction**2 * np.exp(-apart / self.slow_days)
        fast = self.fast_fraction**2 * np.exp(-apart / self.fast_days)
        return np.asarray(slow + fast)

    def wandering(self, day_count: int, rng: np.random.Generator) -> FloatArray:
        """One random course of the wanderings, (n_day,)."""
        one, other = rng.spawn(2)  # so that a longer course begins like a shorter one
        slow = wandering_course(self.slow_fraction, self.slow_days, day_count, one)
        return slow + wandering_course(self.fast_fraction, self.fast_days, day_count, other)

    def fading(self, days_after: FloatArray, angle: FloatArray) -> FloatArray:
        """(n_day, n_part): with :meth:`memory` the covariance of days after a moment with days before it.

        ``angle``: weights of the angle's nodes on these days, see :func:`angle_weights`.
        """
        parts = np.ones_like(days_after), np.exp(-days_after / self.slow_days), np.exp(-days_after / self.fast_days)
        return np.column_stack((*parts, angle))

    def memory(self, days_before: FloatArray, angle: FloatArray) -> FloatArray:
        """(n_part, n_day): see :meth:`fading`."""
        level = np.full(len(days_before), self.level_fraction**2)
        slow = self.slow_fraction**2 * np.exp(-days_before / self.slow_days)
        fast = self.fast_fraction**2 * np.exp(-days_before / self.fast_days)
        return np.vstack([level, slow, fast, self.angle_covariance() @ angle.T])

    def angle_covariance(self) -> FloatArray:
        """Of the function of the Sun's angle between its nodes, (n_node, n_node)."""
        apart = ANGLE_NODES_DEG[:, None] - ANGLE_NODES_DEG[None, :]
        return np.asarray(self.sun_angle_fraction**2 * np.exp(-0.5 * (apart / self.sun_angle_width_deg) ** 2))

    def angle_covariance_between(self, angles_deg: FloatArray, others_deg: FloatArray) -> FloatArray:
        """Of the function of the Sun's angle between any angles, (n, m)."""
        return np.asarray(angle_weights(angles_deg) @ self.angle_covariance() @ angle_weights(others_deg).T)

    def angle_root(self) -> FloatArray:
        """A square root of the angle's covariance, which is singular to rounding: by eigenvalues, (n_node, n_node)."""
        values, vectors = np.linalg.eigh(self.angle_covariance())
        return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)))


DRIFT_MODEL = DriftModel()
"""The drift assumed unless another is given."""


def angle_weights(sun_angle_deg: FloatArray) -> FloatArray:
    """Share of each node in the function of the Sun's angle, linear in between, both sides alike, (n, n_node)."""
    step = float(ANGLE_NODES_DEG[1])
    place = np.clip(np.abs(sun_angle_deg) / step, 0.0, len(ANGLE_NODES_DEG) - 1.0)
    return np.asarray(np.maximum(1.0 - np.abs(place[:, None] - np.arange(len(ANGLE_NODES_DEG))[None, :]), 0.0))


def wandering_course(fraction: float, days: float, day_count: int, rng: np.random.Generator) -> FloatArray:
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
