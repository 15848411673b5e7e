"""How the large arrays are flown in a run: less drag, day by day with the Sun's angle, at the price of power."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from stationkeep.attitude.array_modes import ArrayMode
from stationkeep.attitude.drag_area import iss_drag_area
from stationkeep.orbit.sun_angle import node_rate_rad_day, sun_angle_deg

if TYPE_CHECKING:
    from stationkeep.orbit.elements import MeanElements

FloatArray = NDArray[np.float64]

PIECE_DAYS: Final = 40.0
"""Longest piece of flight over which the node is carried on at one rate: 10 km of decay turn it by half a degree."""


@dataclass(frozen=True, slots=True)
class ArraysFlown:
    """Drag and power over the days on which the arrays did not simply track the Sun; means over the days."""

    days: float
    drag_mean: float
    """Drag over that with tracking arrays."""
    power_mean: float
    """Sunlight on the cells over that of tracking arrays."""
    power_least: float
    """On the worst day."""


def by_day(
    mode: ArrayMode, elements: MeanElements, first_day_mjd: int, day_count: int
) -> tuple[FloatArray, FloatArray]:
    """Drag and power over those of tracking arrays at the noon of each day, two of (n_day,).

    The node is carried on from the elements at the rate of their altitude.
    """
    table = iss_drag_area()
    noons: FloatArray = np.arange(day_count, dtype=np.float64) + (first_day_mjd + 0.5)
    rate = float(node_rate_rad_day(elements, elements.mean_altitude_km))
    nodes: FloatArray = elements.raan_rad + rate * (noons - elements.epoch_mjd_utc)
    angle = np.abs(sun_angle_deg(noons, np.full(day_count, elements.inclination_rad), nodes))

    def at(column: tuple[float, ...]) -> FloatArray:
        return np.asarray(np.interp(angle, table.sun_angles_deg, column))

    drag = at(table.area_m2[mode]) / at(table.area_m2[ArrayMode.TRACKING])
    return drag, at(table.power[mode])


class ArrayFlying:
    """The arrays of one run: their mode now, and what the flight so far did to drag and power."""

    def __init__(self, mode: str) -> None:
        self.mode = ArrayMode(mode)
        self._drag: FloatArray | float = 1.0
        self._power = np.empty(0)
        self._first_day = 0
        self._days = self._drag_days = self._power_days = 0.0
        self._least = 1.0

    @property
    def track(self) -> bool:
        """Whether they simply track the Sun, as in the flight the drag was fitted to."""
        return self.mode is ArrayMode.TRACKING

    def drag_factors(self, elements: MeanElements, stop_mjd: float) -> FloatArray | float:
        """Factor on the drag from the time of the elements on: one, or one for each day (at most some weeks)."""
        if self.track:
            return 1.0
        self._first_day = math.floor(elements.epoch_mjd_utc)
        self._drag, self._power = self._ahead(elements, stop_mjd)
        return self._drag

    def drag_forecast(self, elements: MeanElements, stop_mjd: float) -> FloatArray | float:
        """The same, of a flight that is only foreseen."""
        return 1.0 if self.track else self._ahead(elements, stop_mjd)[0]

    def _ahead(self, elements: MeanElements, stop_mjd: float) -> tuple[FloatArray, FloatArray]:
        first = math.floor(elements.epoch_mjd_utc)
        return by_day(self.mode, elements, first, math.ceil(stop_mjd) + 1 - first)

    def flown(self, began_mjd: float, ended_mjd: float) -> None:
        """Count a piece that was flown with the last factors."""
        if self.track or ended_mjd <= began_mjd:
            return
        days = slice(0, max(math.ceil(ended_mjd) - self._first_day, 1))
        length = ended_mjd - began_mjd
        assert isinstance(self._drag, np.ndarray)
        self._days += length
        self._drag_days += length * float(self._drag[days].mean())
        self._power_days += length * float(self._power[days].mean())
        self._least = min(self._least, float(self._power[days].min()))

    def summary(self) -> ArraysFlown | None:
        """Over the whole run; none where they tracked the Sun all the time."""
        if self._days <= 0.0:
            return None
        return ArraysFlown(self._days, self._drag_days / self._days, self._power_days / self._days, self._least)
