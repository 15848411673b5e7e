"""How much altitude does the air take a day at each altitude under one Sun? A table, made by the mean decay engine.

The engine is flown held at each of some levels, the loss of every day given back at once; between the levels the
logarithm of the loss is straight, as the density nearly is over 5 km.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from stationkeep.constants import EARTH_EQUATORIAL_RADIUS_KM
from stationkeep.errors import OrbitError
from stationkeep.orbit.elements import MeanElements
from stationkeep.orbit.mean_decay import MeanFlight, WeatherTrack

FloatArray = NDArray[np.float64]

LEVEL_STEP_KM = 5.0
_STEEPEST_KM_DAY = 5.0  # faster than that a held flight says nothing


@dataclass(frozen=True)
class LossTable:
    """Loss of mean altitude by day and level [km/day], for the station at its reference mass."""

    start_mjd_utc: float
    levels_km: FloatArray
    """(n_level,) ascending, evenly spaced."""
    loss_km_day: FloatArray
    """(n_day, n_level); day ``i`` begins ``i`` days after ``start_mjd_utc``."""

    @property
    def day_count(self) -> int:
        """Days covered."""
        return len(self.loss_km_day)

    def mean_loss_km_day(self) -> FloatArray:
        """(n_level,) mean over all days."""
        return np.asarray(self.loss_km_day.mean(axis=0))

    def coast(
        self, altitude_km: FloatArray, start_mjd_utc: float, stop_mjd_utc: float, drag: float | FloatArray = 1.0
    ) -> FloatArray:
        """Altitudes at ``stop`` of stations left alone at ``altitude_km`` at ``start``, (n,).

        ``drag`` multiplies the loss (another mass), one number or one each. Steps of at most a day, midpoint rule;
        after the last day the air stays as it was then.
        """
        height = np.array(altitude_km, dtype=np.float64)
        time = start_mjd_utc
        while time < stop_mjd_utc - 1.0e-9:
            day = min(int(time - self.start_mjd_utc + 1.0e-9), self.day_count - 1)
            until = min(self.start_mjd_utc + math.floor(time - self.start_mjd_utc + 1.0e-9) + 1.0, stop_mjd_utc)
            span = drag * (until - time)
            middle = height - 0.5 * span * self.at(day, height)
            height = height - span * self.at(day, middle)
            time = until
        return height

    def at(self, day: int, altitude_km: FloatArray) -> FloatArray:
        """Loss on a day at any altitudes [km/day]; beyond the levels the logarithm goes on straight."""
        row = self.log_loss[day]
        place = (altitude_km - self.levels_km[0]) / (self.levels_km[1] - self.levels_km[0])
        index = np.clip(place.astype(np.int64), 0, len(row) - 2)
        return np.asarray(np.exp(row[index] + (place - index) * (row[index + 1] - row[index])))

    @cached_property
    def log_loss(self) -> FloatArray:
        """Natural logarithm of the table, (n_day, n_level)."""
        return np.asarray(np.log(np.maximum(self.loss_km_day, 1.0e-9)))


def loss_table(
    elements: MeanElements,
    weather: WeatherTrack,
    ballistic_m2_kg: float | FloatArray,
    day_count: int,
    lowest_km: float,
    highest_km: float,
) -> LossTable:
    """Fly the engine held at each level from the epoch of ``elements`` for ``day_count`` days.

    ``ballistic_m2_kg``: one number, or one a day counted as ``weather``. Levels are 5 km apart and enclose the two
    altitudes. Raises :class:`OrbitError` where the air is too thick to hold a level.
    """
    first = math.floor(lowest_km / LEVEL_STEP_KM) * LEVEL_STEP_KM
    count = max(math.ceil((highest_km - first) / LEVEL_STEP_KM) + 1, 2)
    levels = np.asarray(first + LEVEL_STEP_KM * np.arange(count), dtype=np.float64)
    table = np.empty((day_count, count))
    for column, level in enumerate(levels):
        axis = EARTH_EQUATORIAL_RADIUS_KM + float(level)
        flight = MeanFlight(replace(elements, semi_major_axis_km=axis), weather, ballistic_m2_kg)
        for day in range(day_count):
            flight.advance(elements.epoch_mjd_utc + day + 1.0)
            lost = float(level) - flight.mean_altitude_km
            if not 0.0 <= lost < _STEEPEST_KM_DAY:
                raise OrbitError(
                    f"at {level:.0f} km the air takes more than {_STEEPEST_KM_DAY:g} km a day: no altitude to keep",
                    hint="give a floor above about 250 km",
                )
            table[day, column] = lost
            flight.lift(lost)
    return LossTable(elements.epoch_mjd_utc, levels, table)
