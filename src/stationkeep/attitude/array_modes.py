"""How are the arrays flown, after the Sun or with the air in mind? Drag area and power round an orbit, from the shape.
shape.

Slow (a tenth of a second for one mode and Sun's angle): the table of :mod:`stationkeep.attitude.drag_area` is written
with it by ``design/array_mode_table.py``; simulations read the table.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from stationkeep.attitude.iss_shape import ArrayAngles, iss_parts, wing_normal
from stationkeep.attitude.shape import FloatArray, air_area_m2
from stationkeep.constants import EARTH_EQUATORIAL_RADIUS_KM

_RAM = np.array([-1.0, 0.0, 0.0])


class ArrayMode(StrEnum):
    """How the large arrays are flown."""

    TRACKING = "tracking"
    """Cells always face the Sun; also at night they go on turning."""
    NIGHT_GLIDER = "night-glider"
    """After the Sun by day, edge-on to the flight in the Earth's shadow."""
    SUN_SLICER = "sun-slicer"
    """Edge-on to the flight all the time; turned towards the Sun only as far as that allows."""
    FEATHERED = "feathered"
    """Locked edge-on with the cells up, as for a docking or when thrusters fire."""
    BRAKING = "braking"
    """Face-on to the flight all the time: most drag."""


@dataclass(frozen=True, slots=True)
class OrbitMean:
    """One orbit of a mode."""

    area_m2: float
    """Mean area the air sees."""
    power: float
    """Sunlight on the cells over that of perfect tracking."""
    least_area_m2: float
    most_area_m2: float


def sun_in_body(orbit_angle_rad: float, sun_angle_deg: float) -> FloatArray:
    """Where the Sun stands (3,), for a station flying level: orbit angle from noon, Sun's angle above the orbit.

    A positive Sun's angle is on the side of the orbit's momentum, which is port (-y).
    """
    beta = math.radians(sun_angle_deg)
    along = math.cos(beta)
    return np.array([-along * math.sin(orbit_angle_rad), -math.sin(beta), -along * math.cos(orbit_angle_rad)])


def in_shadow(orbit_angle_rad: float, sun_angle_deg: float, altitude_km: float) -> bool:
    """Whether the Earth hides the Sun (cylindrical shadow)."""
    up = math.cos(math.radians(sun_angle_deg)) * math.cos(orbit_angle_rad)
    radius = EARTH_EQUATORIAL_RADIUS_KM / (EARTH_EQUATORIAL_RADIUS_KM + altitude_km)
    return up < -math.sqrt(1.0 - radius * radius)


def _towards(sun: FloatArray) -> ArrayAngles:
    """Cells straight at the Sun; the Russian wings as near as one axis allows."""
    truss = math.degrees(math.atan2(-sun[0], -sun[2]))
    wing = math.degrees(math.asin(max(-1.0, min(1.0, sun[1]))))
    return ArrayAngles(truss_deg=truss, wing_deg=wing, russian_deg=truss)


def _flat(sun: FloatArray) -> ArrayAngles:
    return ArrayAngles(russian_deg=_towards(sun).russian_deg)


def _slice(sun: FloatArray) -> ArrayAngles:
    wing = math.degrees(math.atan2(sun[1], -sun[2]))
    return ArrayAngles(wing_deg=wing, russian_deg=_towards(sun).russian_deg)


def _brake(sun: FloatArray) -> ArrayAngles:
    return ArrayAngles(truss_deg=90.0 if sun[0] < 0.0 else -90.0, russian_deg=_towards(sun).russian_deg)


_BY_DAY: dict[ArrayMode, Callable[[FloatArray], ArrayAngles]] = {
    ArrayMode.TRACKING: _towards,
    ArrayMode.NIGHT_GLIDER: _towards,
    ArrayMode.SUN_SLICER: _slice,
    ArrayMode.FEATHERED: _flat,
    ArrayMode.BRAKING: _brake,
}


def array_angles(mode: ArrayMode, orbit_angle_rad: float, sun_angle_deg: float, altitude_km: float) -> ArrayAngles:
    """How the arrays stand in a mode at a place of the orbit (angle from orbit noon)."""
    sun = sun_in_body(orbit_angle_rad, sun_angle_deg)
    if mode is ArrayMode.NIGHT_GLIDER and in_shadow(orbit_angle_rad, sun_angle_deg, altitude_km):
        return _flat(sun)
    return _BY_DAY[mode](sun)


def orbit_mean(
    mode: ArrayMode, sun_angle_deg: float, *, altitude_km: float = 418.0, points: int = 36, cell_m: float = 0.5
) -> OrbitMean:
    """How much drag area and power does a mode give, averaged over an orbit?

    Level flight along x; the air is taken as equally dense all round the orbit (by day it is denser, see
    ``docs/attitude.md``).
    """
    areas, light, best = [], 0.0, 0.0
    for angle in (np.arange(points) + 0.5) * 2.0 * math.pi / points:
        angles = array_angles(mode, float(angle), sun_angle_deg, altitude_km)
        areas.append(air_area_m2(iss_parts(angles), _RAM, cell_m=cell_m))
        if not in_shadow(float(angle), sun_angle_deg, altitude_km):
            light += max(0.0, float(wing_normal(angles) @ sun_in_body(float(angle), sun_angle_deg)))
            best += 1.0
    return OrbitMean(float(np.mean(areas)), light / best, min(areas), max(areas))
