"""How wrong is density times drag on each day of a flight, beyond the fitted coefficient?

Two parts, both multiplying the ballistic coefficient. A *slow* one starts at zero, because on the first day the error
is inside the coefficient, and wanders over a year: the model's bias changes with the solar cycle, the object with its
attitude. A *fast* one is there from the first day: storms and days the model does not follow. The first widens windows
far ahead, the second those of the last days.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stationkeep.campaign.coefficient_file import GivenDrift
from stationkeep.compiled import compiled

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class DensityError:
    """Standard deviations of the logarithm, and correlation times.

    The same two wanderings as in :class:`stationkeep.orbit.drift_model.DriftModel`, of which a calibration has seen the
    past: ``stationkeep calibrate`` names an object's own sizes (``drift.model``). The defaults are their average over
    years of Delfi-C3 and of the station.
    """

    slow_fraction: float = 0.30
    slow_days: float = 365.0
    fast_fraction: float = 0.20
    fast_days: float = 5.0

    def path(self, day_count: int, rng: np.random.Generator) -> FloatArray:
        """One random history of the factor, (day_count,), around one."""
        # One pair a day, so that a longer flight begins with the same errors as a shorter one.
        kicks = rng.standard_normal((day_count, 2)).T
        slow = _ornstein_uhlenbeck(kicks[0], self.slow_fraction, self.slow_days, start=0.0)
        fast = _ornstein_uhlenbeck(kicks[1], self.fast_fraction, self.fast_days, start=kicks[1, 0] * self.fast_fraction)
        return np.asarray(np.exp(slow + fast))


@dataclass(frozen=True, slots=True)
class KnownDrift:
    """How a coefficient goes on from the last set it was fitted to, where the fit tells its wanderings.

    On that day the sum of level and wanderings is known to ``spread_fraction``, but not what of it is which: a
    wandering that stands high will fade, a level will stay. ``slow_open`` and ``fast_open`` are the 1 sigma of that
    split. Standard deviations of the logarithm.
    """

    spread_fraction: float
    slow_fraction: float
    slow_days: float
    slow_open: float
    fast_fraction: float
    fast_days: float
    fast_open: float

    @classmethod
    def of(cls, given: GivenDrift, spread_of_mean: float) -> KnownDrift:
        """From a fit's sizes, its spread on the last set's day, and the spread of its mean over the outlook.

        The slow part and the level are told apart by their sizes before the fit alone; what the mean's spread holds
        beyond that is the fast part's standing on the last day.
        """
        total = given.level_fraction**2 + given.slow_fraction**2
        slow_open = given.level_fraction * given.slow_fraction / math.sqrt(total) if total > 0.0 else 0.0
        slow_grown, slow_faded = _mean_over(given.outlook_days, given.slow_days)
        fast_grown, fast_faded = _mean_over(given.outlook_days, given.fast_days)
        left = spread_of_mean**2 - given.spread_at_last_set**2
        left -= given.slow_fraction**2 * slow_grown + slow_open**2 * slow_faded
        left -= given.fast_fraction**2 * fast_grown
        fast_open = math.sqrt(min(max(left / fast_faded, 0.0), given.fast_fraction**2)) if fast_faded > 0.0 else 0.0
        return cls(
            given.spread_at_last_set, given.slow_fraction, given.slow_days, slow_open,
            given.fast_fraction, given.fast_days, fast_open,
        )  # fmt: skip

    def path(self, day_count: int, rng: np.random.Generator) -> FloatArray:
        """One random history of the factor from the day of the last set on, (day_count,), around one."""
        level, slow_start, fast_start = rng.standard_normal(3) * (self.spread_fraction, self.slow_open, self.fast_open)
        kicks = rng.standard_normal((day_count, 2)).T
        slow = _ornstein_uhlenbeck(kicks[0], self.slow_fraction, self.slow_days, start=slow_start) - slow_start
        fast = _ornstein_uhlenbeck(kicks[1], self.fast_fraction, self.fast_days, start=fast_start) - fast_start
        return np.asarray(np.exp(level + slow + fast))


def _mean_over(days: int, memory_days: float) -> tuple[float, float]:
    """Variance of the mean over the first days of a wandering of size one: begun at zero, and what its start adds."""
    time = np.arange(days, dtype=np.float64)
    fade = np.exp(-time / memory_days)
    grown = np.exp(-np.abs(time[:, None] - time[None, :]) / memory_days) - fade[:, None] * fade[None, :]
    return float(grown.mean()), float((1.0 - fade.mean()) ** 2)


@compiled()
def _ornstein_uhlenbeck(kicks: Any, spread: float, correlation_days: float, start: float) -> Any:
    """Daily values of a process that returns to zero over ``correlation_days`` and spreads by ``spread``."""
    keep = math.exp(-1.0 / correlation_days)
    scale = spread * math.sqrt(1.0 - keep * keep)
    values = np.empty(len(kicks))
    values[0] = start
    for day in range(1, len(kicks)):
        values[day] = keep * values[day - 1] + scale * kicks[day]
    return values
