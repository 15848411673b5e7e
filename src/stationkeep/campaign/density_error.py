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
