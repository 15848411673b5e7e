"""What any model of the upper atmosphere must answer: how dense is the air, and how does it move?"""

from __future__ import annotations

import abc
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeep.errors import InputError, OrbitError

FloatArray = NDArray[np.float64]


class Wind(Protocol):
    """How fast does the air move over the ground?"""

    def __call__(self, time_mjd_utc: ArrayLike, position_itrf_m: ArrayLike) -> FloatArray:
        """Velocity of the air [m/s] in the Earth-fixed frame (..., 3) at positions [m] (..., 3)."""
        ...


def still_air(time_mjd_utc: ArrayLike, position_itrf_m: ArrayLike) -> FloatArray:
    """Air that turns with the Earth: no velocity in the Earth-fixed frame.

    The default everywhere. Thermospheric winds of 100 to 300 m/s change drag by a few per cent on single passes and
    mostly cancel around an orbit.
    """
    shape = np.broadcast_shapes(np.shape(time_mjd_utc), np.shape(position_itrf_m)[:-1])
    return np.zeros((*shape, 3))


@runtime_checkable
class Atmosphere(Protocol):
    """A model of the air that brakes a satellite; answers two questions only."""

    @property
    def density_model(self) -> str:
        """Name that ballistic coefficients fitted with this model carry, e.g. ``NRLMSISE-00``."""
        ...

    @property
    def implementation(self) -> str:
        """Which code computes it, with its version: goes into every result's provenance."""
        ...

    @property
    def floor_km(self) -> float:
        """Lowest geodetic altitude this implementation covers by itself [km]."""
        ...

    @property
    def ceiling_km(self) -> float:
        """Highest geodetic altitude this implementation covers by itself [km]."""
        ...

    def density_kg_m3(
        self,
        time_mjd_utc: ArrayLike,
        latitude_deg: ArrayLike,
        longitude_deg: ArrayLike,
        altitude_km: ArrayLike,
        drivers: ArrayLike,
    ) -> FloatArray:
        """How dense is the air? Total mass density for drag [kg/m3].

        Parameters
        ----------
        time_mjd_utc   modified Julian day, UTC
        latitude_deg   *geodetic* latitude [deg], -90 to 90
        longitude_deg  east longitude [deg], any number of turns
        altitude_km    *geodetic* altitude above WGS 84 [km]
        drivers        (..., 3): observed F10.7 of the **previous** day [sfu], 81-day **centred** mean [sfu],
                       daily Ap of the day; as ``SpaceWeather.drivers`` returns them

        All broadcast together (``drivers`` without its last axis); returns that shape.
        """
        ...

    def air_velocity_m_s(self, time_mjd_utc: ArrayLike, position_itrf_m: ArrayLike) -> FloatArray:
        """How does the air move? Velocity in the Earth-fixed frame [m/s] (..., 3); zero means co-rotating."""
        ...


@dataclass(frozen=True, slots=True)
class PointwiseAtmosphere(abc.ABC):
    """What the shipped models share: arguments checked, points handed to ``_density_of`` in one array, any wind."""

    wind: Wind = still_air

    @property
    @abc.abstractmethod
    def density_model(self) -> str:
        """Name that ballistic coefficients fitted with this model carry."""

    @property
    @abc.abstractmethod
    def implementation(self) -> str:
        """Which code computes it."""

    @property
    @abc.abstractmethod
    def floor_km(self) -> float:
        """Lowest altitude it covers [km]."""

    @property
    @abc.abstractmethod
    def ceiling_km(self) -> float:
        """Highest altitude it covers [km]."""

    @abc.abstractmethod
    def _density_of(self, points: FloatArray) -> FloatArray:
        """Density [kg/m3], (n,), of checked points (7, n); see ``checked_points``."""

    def density_kg_m3(
        self,
        time_mjd_utc: ArrayLike,
        latitude_deg: ArrayLike,
        longitude_deg: ArrayLike,
        altitude_km: ArrayLike,
        drivers: ArrayLike,
    ) -> FloatArray:
        """How dense is the air? See :class:`Atmosphere`."""
        shape, points = checked_points(time_mjd_utc, latitude_deg, longitude_deg, altitude_km, drivers)
        return self._density_of(points).reshape(shape)

    def air_velocity_m_s(self, time_mjd_utc: ArrayLike, position_itrf_m: ArrayLike) -> FloatArray:
        """How does the air move? Velocity in the Earth-fixed frame [m/s] (..., 3)."""
        return self.wind(time_mjd_utc, position_itrf_m)


def checked_points(
    time_mjd_utc: ArrayLike,
    latitude_deg: ArrayLike,
    longitude_deg: ArrayLike,
    altitude_km: ArrayLike,
    drivers: ArrayLike,
) -> tuple[tuple[int, ...], FloatArray]:
    """Broadcast and check the arguments of ``density_kg_m3``: the common shape and an array (7, n).

    Rows: time, latitude, longitude, altitude, previous-day F10.7, 81-day F10.7, Ap.
    """
    sun = np.asarray(drivers, dtype=np.float64)
    if sun.ndim == 0 or sun.shape[-1] != 3:
        raise InputError(
            f"drivers have shape {sun.shape}; their last axis must hold three numbers",
            hint="give [previous-day F10.7, 81-day centred mean F10.7, daily Ap], as SpaceWeather.drivers() returns",
        )
    parts = (time_mjd_utc, latitude_deg, longitude_deg, altitude_km, sun[..., 0], sun[..., 1], sun[..., 2])
    try:
        spread = np.broadcast_arrays(*(np.asarray(part, dtype=np.float64) for part in parts))
    except ValueError as error:
        raise InputError(
            f"times, places and drivers do not fit together: {error}",
            hint="give arrays of one shape, or single numbers; drivers add one last axis of length 3",
        ) from None
    shape = spread[0].shape
    points = np.array([part.ravel() for part in spread])
    _check_values(points)
    return shape, points


def _check_values(points: FloatArray) -> None:
    if not np.all(np.isfinite(points)):
        raise InputError(
            "density was asked for at a time, place or solar activity that is not a finite number",
            hint="look for NaN in the trajectory or in the space-weather table",
        )
    if points.size and np.abs(points[1]).max() > 90.0:
        raise InputError(
            f"latitude {points[1][np.abs(points[1]).argmax()]:g} deg does not exist",
            hint="give geodetic latitude in degrees, -90 to 90",
        )
    if points.size and (points[4:6].min() <= 0.0 or points[6].min() < 0.0):
        raise InputError(
            "solar activity must have F10.7 > 0 and Ap >= 0",
            hint="a missing value in a space-weather file is often written as 0 or -1: read it through SpaceWeather",
        )
    if points.size and points[3].min() < 0.0:
        raise OrbitError(
            f"density was asked for {-points[3].min():g} km below the ellipsoid",
            hint="altitudes are geodetic, in kilometres; stop the trajectory at the ground",
        )
