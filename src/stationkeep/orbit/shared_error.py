"""What does one object's drag say of another's? The part of the density model's error that both feel.

The wanderings of two coefficients (:class:`~stationkeep.orbit.drift_model.DriftModel`, slow and fast part alike) are
taken as correlated by a *share*: what the density model gets wrong everywhere is in both; what is the object's own
(area, attitude), or of its own height and latitude, is not. Levels and sun-angle functions stay apart. With Gaussian
processes the calibrator's fit then gives a mean, and a smaller covariance, for the other object's wanderings before its
own sets are seen (coregionalisation; Rasmussen and Williams 2006, section 9.1). Where the calibrator has no sets near a
day, nothing changes on that day. Tracked objects correct a density model in the same way, on the largest scale, in
HASDM (Storz et al., *Adv. Space Res.* 36, 2005).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from stationkeep.errors import DensityModelMismatch, InputError

if TYPE_CHECKING:
    from stationkeep.orbit.drag_drift import DragDrift
    from stationkeep.orbit.drift_model import DriftModel

FloatArray = NDArray[np.float64]

SHARES = (0.25, 0.5, 0.75)
"""Shares that are tried: see ``calibration.probable_share``."""


@dataclass(frozen=True)
class SharedError:
    """What a calibrator tells of the wandering of another object's coefficient."""

    calibrator: DragDrift
    share: float

    def __post_init__(self) -> None:
        if not 0.0 <= self.share < 1.0:
            raise InputError(
                f"a shared part of {self.share:g} of two objects' drag errors",
                hint="give 0 (nothing in common) to 0.95; 0.5 is usual",
            )
        if self.calibrator.shared is not None:
            raise InputError(
                "the calibrator was itself corrected with another object",
                hint="calibrate it by its own element sets alone",
            )

    def require_density_model(self, density_model: str) -> None:
        """Errors of one density model say nothing of another's."""
        if self.calibrator.density_model != density_model:
            raise DensityModelMismatch(
                f"the calibrator was fitted with {self.calibrator.density_model}, the object with {density_model}",
                hint="fit both with one density model",
            )

    def mean(self, days_mjd: FloatArray) -> FloatArray:
        """Expected logarithm of the wandering on these days (n,)."""
        return np.asarray(self._reach(days_mjd) @ self._pull)

    def known(self, days_mjd: FloatArray, others_mjd: FloatArray) -> FloatArray:
        """Covariance that the calibrator takes away between days, (n, m)."""
        return np.asarray(self._reach(days_mjd) @ self.calibrator.precision @ self._reach(others_mjd).T)

    def known_variance(self, days_mjd: FloatArray) -> FloatArray:
        """Variance that the calibrator takes away on each of these days (n,)."""
        reach = self._reach(days_mjd)
        return np.asarray(np.sum(reach @ self.calibrator.precision * reach, axis=1))

    def wanderings(self, model: DriftModel, first_day_mjd: int, day_count: int, rng: np.random.Generator) -> FloatArray:
        """A random course of the other object's wandering that agrees with the calibrator's sets, (n_day,)."""
        drift = self.calibrator
        first = min(first_day_mjd, drift.first_day_mjd)
        end = max(first_day_mjd + day_count, drift.first_day_mjd + int(drift.days_used[-1]) + 1)
        common, own, other = (model.wandering(end - first, each) for each in rng.spawn(3))
        mine = np.sqrt(self.share) * common + np.sqrt(1.0 - self.share) * own
        theirs = np.sqrt(self.share) * common + np.sqrt(1.0 - self.share) * other
        misfit = drift.misfit_km(theirs[drift.days_used + drift.first_day_mjd - first], rng)
        start = first_day_mjd - first
        days = first_day_mjd + np.arange(day_count, dtype=np.float64)
        correction = np.einsum("ij,j->i", self._reach(days), np.einsum("ij,j->i", drift.precision, misfit))
        return np.asarray(mine[start : start + day_count] + correction)

    def _reach(self, days_mjd: FloatArray) -> FloatArray:
        """Covariance between the other object's wandering on these days and the calibrator's losses, (n, n_set)."""
        drift = self.calibrator
        days = days_mjd - drift.first_day_mjd
        covariance = drift.model.wandering_covariance(days, drift.days_used.astype(np.float64))
        return np.asarray(self.share * covariance @ drift.sensitivity_km.T)

    @cached_property
    def _pull(self) -> FloatArray:
        return np.asarray(self.calibrator.precision @ self.calibrator.residual_km)
