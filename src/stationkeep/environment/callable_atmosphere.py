"""Your own density: any function of time, place and Sun, made an atmosphere that the engines fly through."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from stationkeep.environment.atmosphere import FloatArray, Wind, checked_points, still_air
from stationkeep.environment.density_models import JB2008_FROM_F107, MSIS21, NRLMSISE00
from stationkeep.errors import InputError, OrbitError

DensityFunction = Callable[[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray], ArrayLike]
"""``f(time_mjd_utc, latitude_deg, longitude_deg, altitude_km, drivers)``: (n,) each, drivers (n, 3); (n,) [kg/m3]."""

_OWN_NAMES = (NRLMSISE00, MSIS21, "JB2008", JB2008_FROM_F107)


@dataclass(frozen=True, slots=True)
class CallableAtmosphere:
    """A user's own density model.

    Parameters
    ----------
    name        what ballistic coefficients fitted with it carry; change it when the function changes
    function    see :data:`DensityFunction`; geodetic latitude and altitude (WGS 84), east longitude; drivers as in
                ``Atmosphere.density_kg_m3``; must give finite positive densities [kg/m3], one per point
    floor_km, ceiling_km
                the altitudes the function covers [km]; it is never called outside
    wind        velocity of the air; the mean engine takes air that turns with the Earth

    Raises :class:`InputError` for a name another model has, a range that is none, or something that cannot be called.
    """

    name: str
    function: DensityFunction
    floor_km: float
    ceiling_km: float
    wind: Wind = still_air

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name.strip():
            raise InputError(
                f"a density model is named {self.name!r}",
                hint="give it a name of its own: coefficients fitted with it carry the name, and no other accepts them",
            )
        if self.name.strip().casefold() in (name.casefold() for name in _OWN_NAMES):
            raise InputError(
                f"your density model is named {self.name}, as one of the shipped ones",
                hint="choose another name: coefficients of the two must not be mistaken for each other",
            )
        if not callable(self.function):
            raise InputError(
                f"density model {self.name}: {self.function!r} cannot be called",
                hint="give a function f(time_mjd_utc, latitude_deg, longitude_deg, altitude_km, drivers)",
            )
        if not (math.isfinite(self.ceiling_km) and 0.0 <= self.floor_km < self.ceiling_km):
            raise InputError(
                f"density model {self.name} would cover {self.floor_km} to {self.ceiling_km} km",
                hint="give floor_km and ceiling_km in kilometres, 0 <= floor_km < ceiling_km",
            )

    @property
    def density_model(self) -> str:
        """Name that ballistic coefficients fitted with this model carry."""
        return self.name

    @property
    def implementation(self) -> str:
        """Which code computes it."""
        function = self.function
        where = getattr(function, "__module__", None), getattr(function, "__qualname__", type(function).__qualname__)
        return "user's function " + ".".join(part for part in where if part)

    def density_kg_m3(
        self,
        time_mjd_utc: ArrayLike,
        latitude_deg: ArrayLike,
        longitude_deg: ArrayLike,
        altitude_km: ArrayLike,
        drivers: ArrayLike,
    ) -> FloatArray:
        """How dense is the air? See :class:`stationkeep.environment.atmosphere.Atmosphere`.

        Raises :class:`OrbitError` outside the range stated, :class:`InputError` where the function's answer is not one
        finite positive number per point.
        """
        shape, points = checked_points(time_mjd_utc, latitude_deg, longitude_deg, altitude_km, drivers)
        if not points.shape[1]:
            return np.empty(shape)
        self._refuse_outside(points[3])
        answer = self.function(points[0], points[1], points[2], points[3], points[4:7].T)
        return self._checked(answer, points).reshape(shape)

    def air_velocity_m_s(self, time_mjd_utc: ArrayLike, position_itrf_m: ArrayLike) -> FloatArray:
        """How does the air move? Velocity in the Earth-fixed frame [m/s] (..., 3)."""
        return self.wind(time_mjd_utc, position_itrf_m)

    def _refuse_outside(self, altitude_km: FloatArray) -> None:
        low, high = float(altitude_km.min()), float(altitude_km.max())
        if low < self.floor_km or high > self.ceiling_km:
            raise OrbitError(
                f"density model {self.name} was asked for {low if low < self.floor_km else high:g} km",
                hint=f"it was declared to cover {self.floor_km:g} to {self.ceiling_km:g} km; widen floor_km or "
                "ceiling_km if it covers more",
            )

    def _checked(self, answer: ArrayLike, points: FloatArray) -> FloatArray:
        count = points.shape[1]
        try:
            density = np.asarray(answer, dtype=np.float64)
        except (TypeError, ValueError):
            raise InputError(
                f"density model {self.name} answered {type(answer).__name__}, not numbers",
                hint="return an array of densities in kg/m3, one per point",
            ) from None
        if density.shape != (count,):
            raise InputError(
                f"density model {self.name} answered with shape {density.shape} for {count} points",
                hint=f"return an array of shape ({count},): one density in kg/m3 per point, from arrays of that shape",
            )
        bad = ~(np.isfinite(density) & (density > 0.0))
        if bad.any():
            at = int(np.argmax(bad))
            raise InputError(
                f"density model {self.name} answered {density[at]} kg/m3 at {points[3, at]:g} km, latitude "
                f"{points[1, at]:.1f} deg, MJD {points[0, at]:.3f}",
                hint="densities must be finite and positive over the whole range declared; narrow floor_km and "
                "ceiling_km, or mend the function",
            )
        return density
