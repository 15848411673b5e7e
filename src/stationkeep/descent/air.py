"""The air an entry falls through, as tables that compiled code reads: US Standard Atmosphere 1976 or NRLMSISE-00.

A fall from the edge of space takes twenty minutes, so the air of one moment serves a whole entry.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeep.environment.atmosphere import checked_points
from stationkeep.environment.nrlmsise00 import DENSITY_MODEL, STORM_LAYER_KM, STORM_LAYER_MAX_AP
from stationkeep.environment.standard_atmosphere import standard_air
from stationkeep.environment.surrogate_formulas import HIGHEST_DAILY_F107_SFU
from stationkeep.errors import InputError

FloatArray = NDArray[np.float64]
WindFunction = Callable[[float, float, FloatArray], tuple[FloatArray, FloatArray]]
"""``wind(latitude_deg, longitude_deg, altitude_km (n,))``: eastward and northward speed [m/s], (n,) each."""

CEILING_KM: Final = 250.0
"""Highest state an entry may start from."""
_STEP_KM: Final = 0.1  # logarithms of density between two rows are straight to 1e-5
_LATITUDE_STEP_DEG: Final = 5.0
_LONGITUDE_STEP_DEG: Final = 20.0
_LONG_STEP_KM: Final = 0.5
_AVOGADRO: Final = 6.02214076e23


@dataclass(frozen=True, eq=False)
class AirTable:
    """The air over the globe, or one column of it that is the same everywhere.

    Arrays ``(rows of latitude, columns of longitude, heights)``; a column that is the same everywhere has one row and
    one column. Latitudes go evenly from -90 to 90 deg, longitudes evenly from -180 to 180 deg (both ends kept).
    """

    name: str
    step_km: float
    log_density: FloatArray
    """Natural logarithm of density in kg/m3."""
    temperature_k: FloatArray
    molar_mass_kg_kmol: FloatArray
    wind_east_m_s: FloatArray
    wind_north_m_s: FloatArray

    @property
    def arrays(self) -> tuple[FloatArray, float]:
        """What the compiled code reads: ``(5, rows, columns, heights)`` and the step [km]."""
        stacked = np.stack(
            [self.log_density, self.temperature_k, self.molar_mass_kg_kmol, self.wind_east_m_s, self.wind_north_m_s],
            axis=-1,
        )
        return np.ascontiguousarray(stacked), self.step_km

    def with_wind(self, wind: WindFunction) -> AirTable:
        """The same air, moving over the ground as ``wind`` says (see :data:`WindFunction`)."""
        return _with_wind(self, wind)


@lru_cache(maxsize=1)
def us76_air() -> AirTable:
    """The U.S. Standard Atmosphere 1976 up to 250 km, at rest over the turning Earth."""
    heights = np.arange(round(CEILING_KM / _STEP_KM) + 1) * _STEP_KM
    air = standard_air(heights)
    shape = (1, 1, len(heights))
    still = np.zeros(shape)
    return AirTable(
        "us76", _STEP_KM, np.log(air.density_kg_m3).reshape(shape), air.temperature_k.reshape(shape),
        air.molar_mass_kg_kmol.reshape(shape), still, still,
    )  # fmt: skip


def nrlmsise00_air(time_mjd_utc: float, drivers: tuple[float, float, float]) -> AirTable:
    """NRLMSISE-00 over the whole globe at one moment, at rest over the turning Earth; a second of work.

    ``drivers``: F10.7 of the previous day, its 81-day mean [sfu], daily Ap, as ``SpaceWeather.drivers`` returns them.
    """
    latitudes, longitudes = _nodes()
    heights = np.arange(round(CEILING_KM / _LONG_STEP_KM) + 1) * _LONG_STEP_KM
    grid = np.meshgrid(latitudes, longitudes, heights, indexing="ij")
    shape, points = checked_points(time_mjd_utc, grid[0], grid[1], grid[2], np.asarray(drivers, dtype=np.float64))
    low, high = STORM_LAYER_KM
    in_layer = (points[3] >= low) & (points[3] <= high)
    points[6, in_layer] = np.minimum(points[6, in_layer], STORM_LAYER_MAX_AP)
    log_density, temperature, molar = (part.reshape(shape) for part in _msis_columns(points))
    still = np.zeros(shape)
    return AirTable(DENSITY_MODEL, _LONG_STEP_KM, log_density, temperature, molar, still, still)


def _msis_columns(points: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Logarithm of density, temperature [K] and mean molar mass [kg/kmol] by NRLMSISE-00 at points (7, n)."""
    import pymsis

    gases = (
        pymsis.Variable.N2, pymsis.Variable.O2, pymsis.Variable.O, pymsis.Variable.HE, pymsis.Variable.H,
        pymsis.Variable.AR, pymsis.Variable.N,
    )  # fmt: skip
    time, latitude, longitude, altitude, previous, mean, ap = points
    dates = np.datetime64("1858-11-17T00:00:00", "s") + np.round(time * 86400.0).astype("int64").astype(
        "timedelta64[s]"
    )
    output = pymsis.calculate(
        dates, longitude, latitude, altitude, np.minimum(previous, HIGHEST_DAILY_F107_SFU), mean,
        np.repeat(ap[:, None], 7, axis=1), version=0, geomagnetic_activity=1,
    ).reshape(-1, 11)  # fmt: skip
    density = np.asarray(output[:, pymsis.Variable.MASS_DENSITY], dtype=np.float64)
    # The lowest heights carry no atomic gases: pymsis gives NaN there.
    count = np.asarray(np.nansum([output[:, gas] for gas in gases], axis=0), dtype=np.float64)
    temperature = np.asarray(output[:, pymsis.Variable.TEMPERATURE], dtype=np.float64)
    molar = np.asarray(1.0e3 * density * _AVOGADRO / count, dtype=np.float64)
    return np.asarray(np.log(density), dtype=np.float64), temperature, molar


def _nodes() -> tuple[FloatArray, FloatArray]:
    return np.arange(-90.0, 90.1, _LATITUDE_STEP_DEG), np.arange(-180.0, 180.1, _LONGITUDE_STEP_DEG)


def _with_wind(air: AirTable, wind: WindFunction) -> AirTable:
    latitudes, longitudes = _nodes()
    heights = np.arange(air.log_density.shape[2], dtype=np.float64) * air.step_km
    shape = (len(latitudes), len(longitudes), len(heights))
    east, north = np.empty(shape), np.empty(shape)
    for row, latitude in enumerate(latitudes):
        for column, longitude in enumerate(longitudes):
            east[row, column], north[row, column] = wind(float(latitude), float(longitude), heights)
    if not (np.isfinite(east).all() and np.isfinite(north).all() and max(abs(east).max(), abs(north).max()) < 2000.0):
        raise InputError("a wind is not a number, or faster than 2 km/s", hint="give metres a second, east and north")
    return AirTable(
        air.name, air.step_km, np.broadcast_to(air.log_density, shape), np.broadcast_to(air.temperature_k, shape),
        np.broadcast_to(air.molar_mass_kg_kmol, shape), east, north,
    )  # fmt: skip
