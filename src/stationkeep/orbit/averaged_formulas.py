"""What the orbit-averaged drag surrogate is made of: its features, in plain arithmetic.

Used by numpy (training), by the compiled kernel and by tests alike; the network that combines them is in
:mod:`stationkeep.orbit.averaged_drag`. Formulas and figures: ``docs/atmosphere.md``.

All directions are in a frame that turns with the Sun: its first axis points to local midnight on the equator, its
third to the north. Averages over a circular orbit of harmonics of place are *even* harmonics of the orbit's normal; an
eccentricity adds products with the direction of perigee.
"""

from __future__ import annotations

from typing import Any, Final

from stationkeep.constants import EARTH_EQUATORIAL_RADIUS_KM, EARTH_FLATTENING, EARTH_J2

N_PLANE: Final = 22
"""Features of the orbit's plane, which meet all day features."""
N_PERIGEE: Final = 10
"""Features of the eccentricity vector, which meet the first ``N_DAY_TURNING`` day features."""
N_HEIGHT: Final = 4
"""Height features."""

PERIGEE_UNIT_KM: Final = 20.0
"""The eccentricity vector enters as ``a e`` in this unit."""


def plane_features(x: Any, y: Any, z: Any) -> tuple[Any, ...]:
    """Even harmonics of the orbit's unit normal (``N_PLANE`` of them)."""
    z2 = z * z
    z4 = z2 * z2
    first = x * z, y * z
    second = x * x - y * y, 2.0 * x * y
    third = (x * second[0] - y * second[1]) * z, (x * second[1] + y * second[0]) * z
    return (
        1.0 + 0.0 * z,
        z2,
        z4,
        z4 * z2,
        first[0],
        first[1],
        first[0] * z2,
        first[1] * z2,
        first[0] * z4,
        first[1] * z4,
        second[0],
        second[1],
        second[0] * z2,
        second[1] * z2,
        second[0] * z4,
        second[1] * z4,
        third[0],
        third[1],
        third[0] * z2,
        third[1] * z2,
        second[0] * second[0] - second[1] * second[1],
        2.0 * second[0] * second[1],
    )


def perigee_features(x: Any, y: Any, z: Any, px: Any, py: Any, pz: Any) -> tuple[Any, ...]:
    """Products of the normal ``(x, y, z)`` with the eccentricity vector ``(px, py, pz)`` (``N_PERIGEE`` of them)."""
    z2 = z * z
    return (
        px,
        py,
        pz,
        px * z2,
        py * z2,
        pz * z2,
        pz * x * z,
        pz * y * z,
        px * px + py * py + pz * pz,
        pz * pz,
    )


def height_features(effective_altitude_km: Any) -> tuple[Any, Any, Any, Any]:
    """``t, t*t, q, q*q`` of the effective altitude, as in the surrogate of density."""
    t = (effective_altitude_km - 300.0) / (effective_altitude_km + 300.0)
    q = 20.0 / (effective_altitude_km - 80.0)
    return t, t * t, q, q * q


def effective_altitude_km(semi_major_axis_km: Any, sin_i_squared: Any) -> Any:
    """Geodetic altitude averaged over a circular orbit [km]: flattening and the constant part of J2's short period."""
    j2_ratio = EARTH_J2 * EARTH_EQUATORIAL_RADIUS_KM**2 / semi_major_axis_km
    sunk = 0.75 * j2_ratio * (3.0 * (1.0 - sin_i_squared) - 1.0)
    return semi_major_axis_km - sunk - EARTH_EQUATORIAL_RADIUS_KM * (1.0 - 0.5 * EARTH_FLATTENING * sin_i_squared)
