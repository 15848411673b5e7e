"""The last kilometres of a light body, which sinks at the speed where weight and drag balance.

There the equations of motion are stiff: a foil settles to its speed within a tenth of a second and falls for half an
hour. So the balance itself is followed down, with the small correction that the speed falls as the air thickens.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from stationkeep.compiled import compiled
from stationkeep.constants import (
    EARTH_EQUATORIAL_RADIUS_KM,
    EARTH_FLATTENING,
    EARTH_J2,
    EARTH_MU_KM3_S2,
    EARTH_ROTATION_RAD_S,
)
from stationkeep.descent.entry_forces import (
    AREA,
    CARRIED_MASS,
    DRAG_SCALE,
    HEATED,
    LIFT_OVER_DRAG,
    OWN_MASS,
    SHRINKS,
    SIZE,
    SUBSONIC_DRAG,
    SURFACE,
    WIDE_BRIDGE,
    air_at,
    drag_coefficient,
    flying_mass_kg,
    from_table,
    mach_and_knudsen,
    radiated_heat_w,
)
from stationkeep.descent.entry_look import ALTITUDE, ENTHALPY, HEAT_OUT, MACH, MASS, SPEED, TEMPERATURE, WORK

_G0 = 9.80665
_STEP_KM = 0.25
_HIGHEST_KM = 60.0
_RADIUS = EARTH_EQUATORIAL_RADIUS_KM * 1.0e3
_ECCENTRICITY2 = EARTH_FLATTENING * (2.0 - EARTH_FLATTENING)
_MU = EARTH_MU_KM3_S2 * 1.0e9
_POLAR = _RADIUS * (1.0 - EARTH_FLATTENING)


@compiled(fastmath=True)
def geodetic(x: float, y: float, z: float) -> tuple[float, float, float, float]:
    """Cosine and sine of geodetic latitude, distance from the axis, height [m] (Bowring 1985, mm below 250 km)."""
    across = math.sqrt(x * x + y * y)
    radius = math.sqrt(across * across + z * z)
    second = _ECCENTRICITY2 / (1.0 - _ECCENTRICITY2)
    sine, cosine = z * _POLAR * (radius + second * _POLAR), across * _RADIUS * radius
    length = math.sqrt(sine * sine + cosine * cosine)
    sine, cosine = sine / length, cosine / length
    up = z + second * _POLAR * sine * sine * sine
    out = across - _ECCENTRICITY2 * _RADIUS * cosine * cosine * cosine
    length = math.sqrt(up * up + out * out)
    sin_lat, cos_lat = up / length, out / length
    root = math.sqrt(1.0 - _ECCENTRICITY2 * sin_lat * sin_lat)
    return cos_lat, sin_lat, across, across * cos_lat + z * sin_lat - _RADIUS * root


@compiled(fastmath=True)
def sinking_speed(push: float, scale_height: float) -> float:
    """Speed [m/s] at which a body sinks: ``push v^2 = g + v^2 / 2H``; negative where it cannot settle.

    ``push`` is drag over mass and speed squared [1/m]. The last term slows it down as it sinks into thicker air.
    """
    net = push - 0.5 / scale_height
    return math.sqrt(_G0 / net) if net > 0.0 else -1.0


@compiled(fastmath=True)
def mechanical_energy(y: Any) -> float:
    """Energy per mass in the turning frame [J/kg]: motion, gravity with J2, centrifugal; only the air changes it."""
    across2 = y[0] * y[0] + y[1] * y[1]
    radius2 = across2 + y[2] * y[2]
    polar = 0.5 * (3.0 * y[2] * y[2] / radius2 - 1.0)
    potential = -_MU / math.sqrt(radius2) * (1.0 - EARTH_J2 * _RADIUS * _RADIUS / radius2 * polar)
    motion = 0.5 * (y[3] * y[3] + y[4] * y[4] + y[5] * y[5])
    return float(motion + potential - 0.5 * EARTH_ROTATION_RAD_S * EARTH_ROTATION_RAD_S * across2)


@compiled(fastmath=True)
def _sinking(
    height_km: float,
    latitude: float,
    longitude: float,
    wall_k: float,
    y: Any,
    body: Any,
    world: Any,
    air: Any,
) -> float:
    """Speed of sinking at a place, with the air there left in ``air``; negative where the body cannot settle."""
    _, _, table, step_km = world
    air_at(table, step_km, height_km + 1.0, latitude, longitude, air)
    above = air[0]
    air_at(table, step_km, height_km, latitude, longitude, air)
    scale_height = 1.0e3 / max(air[0] - above, 1.0e-6)
    density = math.exp(air[0])
    scale = (max(y[MASS], 0.0) / body[OWN_MASS]) ** (1.0 / 3.0) if body[SHRINKS] > 0.5 else 1.0
    mass = flying_mass_kg(y[MASS], body) + body[CARRIED_MASS]
    speed = 50.0
    for _ in range(20):  # the coefficient depends a little on the speed
        mach, knudsen = mach_and_knudsen(density, air[1], air[2], speed, body[SIZE] * scale)
        drag = drag_coefficient(mach, knudsen, wall_k / air[1], body[SUBSONIC_DRAG], body[WIDE_BRIDGE])
        push = 0.5 * density * drag * body[DRAG_SCALE] * body[AREA] * scale * scale / mass
        fresh = sinking_speed(push, scale_height)
        if fresh < 0.0 or abs(fresh - speed) < 1.0e-4 * speed:
            return fresh
        speed = fresh
    return speed


@compiled(fastmath=True)
def settled(y: Any, look: Any, body: Any, world: Any) -> bool:
    """Whether the body already sinks at its own speed, straight down through the air around it."""
    if look[MACH] > 0.9 or look[ALTITUDE] > _HIGHEST_KM or body[LIFT_OVER_DRAG] != 0.0:
        return False
    radius = math.sqrt(y[0] * y[0] + y[1] * y[1] + y[2] * y[2])
    down = -(y[0] * y[3] + y[1] * y[4] + y[2] * y[5]) / radius
    if down < 0.98 * look[SPEED]:
        return False
    longitude, latitude = math.atan2(y[1], y[0]), math.asin(y[2] / radius)
    speed = _sinking(look[ALTITUDE], latitude, longitude, look[TEMPERATURE], y, body, world, np.empty(5))
    return speed > 0.0 and abs(look[SPEED] - speed) < 0.02 * speed


@compiled(fastmath=True)
def _cool(y: Any, seconds: float, body: Any, head: Any, material: Any) -> None:
    """Radiation over a long step, implicitly: the wall cannot overshoot the temperature of its surroundings."""
    before = y[ENTHALPY]
    low, high = 0.0, min(before, head[0])
    mass = flying_mass_kg(y[MASS], body)
    for _ in range(40):
        middle = 0.5 * (low + high)
        wall = from_table(material[0], middle, head[0])
        lost = radiated_heat_w(body[SURFACE], from_table(material[1], middle, head[0]), wall) * seconds
        if mass * (before - middle) < lost:
            high = middle
        else:
            low = middle
    y[ENTHALPY] = 0.5 * (low + high)
    y[HEAT_OUT] += mass * (before - y[ENTHALPY])


@compiled(fastmath=True)
def sink(y: Any, time: float, body: Any, world: Any, stop_km: float, look: Any) -> float:
    """Follows a settled body down to ``stop_km`` (``y`` and ``look`` changed in place); the time then [s]."""
    head, material = world[0], world[1]
    energy = mechanical_energy(y)
    across = math.sqrt(y[0] * y[0] + y[1] * y[1])
    longitude, latitude = math.atan2(y[1], y[0]), math.atan2(y[2], across * (1.0 - _ECCENTRICITY2))
    height, air = look[ALTITUDE], np.empty(5)
    speed = look[SPEED]
    while height > stop_km:
        drop = min(_STEP_KM, height - stop_km)
        wall = from_table(material[0], y[ENTHALPY], head[0])
        middle = _sinking(height - 0.5 * drop, latitude, longitude, wall, y, body, world, air)
        speed = middle if middle > 0.0 else speed
        seconds = 1.0e3 * drop / speed
        time += seconds
        latitude += air[4] * seconds / _RADIUS
        longitude += air[3] * seconds / (_RADIUS * max(math.cos(latitude), 1.0e-3))
        if body[HEATED] > 0.5:
            _cool(y, seconds, body, head, material)
        height -= drop
    wall = from_table(material[0], y[ENTHALPY], head[0])
    speed = max(_sinking(height, latitude, longitude, wall, y, body, world, air), 1.0e-3)
    _place(y, latitude, longitude, 1.0e3 * height, speed, air)
    look[ALTITUDE], look[SPEED], look[TEMPERATURE] = height, speed, wall
    look[MACH] = mach_and_knudsen(math.exp(air[0]), air[1], air[2], speed, body[SIZE])[0]
    y[WORK] += mechanical_energy(y) - energy
    return time


@compiled(fastmath=True)
def _place(y: Any, latitude: float, longitude: float, height_m: float, speed: float, air: Any) -> None:
    """Sets place and velocity: straight down through the air, which moves."""
    sin_lat, cos_lat = math.sin(latitude), math.cos(latitude)
    sin_lon, cos_lon = math.sin(longitude), math.cos(longitude)
    normal = _RADIUS / math.sqrt(1.0 - _ECCENTRICITY2 * sin_lat * sin_lat)
    y[0] = (normal + height_m) * cos_lat * cos_lon
    y[1] = (normal + height_m) * cos_lat * sin_lon
    y[2] = (normal * (1.0 - _ECCENTRICITY2) + height_m) * sin_lat
    y[3] = -speed * cos_lat * cos_lon - air[3] * sin_lon - air[4] * sin_lat * cos_lon
    y[4] = -speed * cos_lat * sin_lon + air[3] * cos_lon - air[4] * sin_lat * sin_lon
    y[5] = -speed * sin_lat + air[4] * cos_lat


@compiled(fastmath=True)
def geodetic_degrees(y: Any) -> tuple[float, float, float]:
    """Geodetic latitude, longitude [deg] and height [km] of a state."""
    cos_lat, sin_lat, _, height = geodetic(y[0], y[1], y[2])
    return math.degrees(math.atan2(sin_lat, cos_lat)), math.degrees(math.atan2(y[1], y[0])), 1.0e-3 * height
