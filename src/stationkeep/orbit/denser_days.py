"""How much denser is the air of one Sun than that of another, day by day, along an orbit?

The sets of an object tell the product of density and coefficient. Under a possible Sun whose 81-day mean reaches back
from days nobody has seen yet, the air before the last set was denser or thinner than the fit took it for; then the
coefficient that explains the same sets is smaller or larger (:meth:`DriftForecast.draw`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stationkeep.constants import EARTH_EQUATORIAL_RADIUS_KM, EARTH_FLATTENING
from stationkeep.environment.atmosphere import checked_points
from stationkeep.environment.space_weather import HALF_WINDOW_DAYS
from stationkeep.environment.surrogate import SURROGATE_CEILING_KM, SURROGATE_FLOOR_KM, density_of_points
from stationkeep.orbit.elements import MeanElements
from stationkeep.orbit.mean_decay import WeatherTrack

FloatArray = NDArray[np.float64]

_NODES = 8  # a ratio of two densities of one model varies little along the orbit


@dataclass(frozen=True)
class DenserDays:
    """A logarithm of the ratio of densities on consecutive days, or what something answers to it."""

    first_day_mjd: int
    log_ratio: FloatArray

    def on(self, days_mjd: NDArray[np.int_]) -> FloatArray:
        """On any days, (n,); nothing outside those known."""
        index = days_mjd - self.first_day_mjd
        inside = (index >= 0) & (index < len(self.log_ratio))
        return np.where(inside, self.log_ratio[np.clip(index, 0, len(self.log_ratio) - 1)], 0.0)


class OrbitAir:
    """Mean density along a circular orbit like this one, at noon of each of some days."""

    def __init__(self, elements: MeanElements, first_day_mjd: int, day_count: int) -> None:
        self.first_day_mjd = first_day_mjd
        u = 2.0 * np.pi * (np.arange(_NODES) + 0.5) / _NODES
        sine = np.sin(elements.inclination_rad) * np.sin(u)
        latitude_deg = np.degrees(np.arcsin(sine))
        along = np.arctan2(np.cos(elements.inclination_rad) * np.sin(u), np.cos(u)) + elements.raan_rad
        time = first_day_mjd + np.arange(day_count)[:, None] + 0.5
        sidereal_deg = 280.46061837 + 360.98564736629 * (time - 51544.5)
        longitude_deg = np.degrees(along)[None, :] - sidereal_deg
        flat_km = EARTH_EQUATORIAL_RADIUS_KM * EARTH_FLATTENING * sine**2
        altitude_km = np.clip(elements.mean_altitude_km + flat_km, SURROGATE_FLOOR_KM, SURROGATE_CEILING_KM)
        # hundreds of runs ask for the density at the same places: they are checked once
        _, self._points = checked_points(time, latitude_deg, longitude_deg, altitude_km, np.ones(3))

    def density_kg_m3(self, drivers: FloatArray) -> FloatArray:
        """(n_day,) from the drivers of each day, (n_day, 3)."""
        points = self._points.copy()
        points[4:] = np.repeat(drivers, _NODES, axis=0).T
        return np.asarray(density_of_points(points).reshape(-1, _NODES).mean(axis=1))


class SeenAir:
    """The air of the days with sets that a Sun drawn for the days after them can still change."""

    def __init__(self, start: MeanElements, fit_weather: WeatherTrack, last_day_mjd: int | None = None) -> None:
        """``last_day_mjd``: of the last set of the fit; null: that of ``start``."""
        last = math.floor(start.epoch_mjd_utc) if last_day_mjd is None else last_day_mjd
        self.first_day_mjd = max(last - HALF_WINDOW_DAYS, fit_weather.first_day_mjd)
        self._days = last - self.first_day_mjd + 1
        self._air = OrbitAir(start, self.first_day_mjd, self._days)
        self._usual = self._log_density(fit_weather)

    def denser(self, drawn: WeatherTrack) -> DenserDays:
        """By how much its air is denser than the fit's."""
        return DenserDays(self.first_day_mjd, self._log_density(drawn) - self._usual)

    def _log_density(self, weather: WeatherTrack) -> FloatArray:
        first = self.first_day_mjd - weather.first_day_mjd
        return np.log(self._air.density_kg_m3(weather.drivers[first : first + self._days]))


class PinnedSun:
    """The fit's own Sun up to the last set; after it a drawn one, with the coefficient the sets then ask for."""

    def __init__(self, start: MeanElements, last_set_mjd_utc: float, fit_weather: WeatherTrack) -> None:
        self._fit_weather = fit_weather
        self._last_day = math.floor(last_set_mjd_utc)
        self._air = OrbitAir(start, self._last_day, 1)

    def track(self, drawn: WeatherTrack) -> tuple[WeatherTrack, float]:
        """The Sun to fly under, and what the coefficient after the last set is multiplied by."""
        day, seen = self._last_day - drawn.first_day_mjd, self._last_day - self._fit_weather.first_day_mjd
        usual = self._fit_weather.drivers[seen : seen + 1]
        other = drawn.drivers[day : day + 1].copy()
        other[0, 2] = usual[0, 2]  # a storm passes: only the level of the Sun stays
        factor = float(self._air.density_kg_m3(usual)[0] / self._air.density_kg_m3(other)[0])
        drivers = drawn.drivers.copy()
        drivers[: day + 1] = self._fit_weather.drivers[seen - day : seen + 1]
        return WeatherTrack(drawn.first_day_mjd, drivers), factor
