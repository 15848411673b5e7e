"""How fast everything changes on the way through the air, in compiled code: motion, heat balance, melting.

Frame and state: see :mod:`stationkeep.descent.entry_kernel`.
"""

from __future__ import annotations

import math
from typing import Any

from stationkeep.compiled import compiled
from stationkeep.constants import EARTH_EQUATORIAL_RADIUS_KM, EARTH_J2, EARTH_MU_KM3_S2
from stationkeep.constants import EARTH_ROTATION_RAD_S as _SPIN
from stationkeep.descent.entry_forces import (
    AREA,
    BANK,
    CARRIED_MASS,
    DRAG_SCALE,
    HEAT_SCALE,
    HEAT_SHAPE,
    HEATED,
    LIFT_OVER_DRAG,
    OWN_MASS,
    SHRINKS,
    SIZE,
    SUBSONIC_DRAG,
    SURFACE,
    WIDE_BRIDGE,
    air_at,
    convective_heat_w,
    drag_coefficient,
    flying_mass_kg,
    from_table,
    mach_and_knudsen,
    radiated_heat_w,
)
from stationkeep.descent.entry_look import (
    ALTITUDE,
    CONVECTIVE,
    ENTHALPY,
    HEAT_IN,
    HEAT_OUT,
    KNUDSEN,
    LOAD,
    MACH,
    MASS,
    PRESSURE,
    RADIATED,
    SPEED,
    TEMPERATURE,
    WORK,
)
from stationkeep.descent.entry_sink import geodetic

_MU = EARTH_MU_KM3_S2 * 1.0e9
_RADIUS = EARTH_EQUATORIAL_RADIUS_KM * 1.0e3
_J2 = EARTH_J2
_G0 = 9.80665
_STEEP = 0.05  # cosine of a path three degrees off the vertical


@compiled(fastmath=True)
def _gravity_and_turning(y: Any, dy: Any) -> None:
    """Acceleration by gravity with J2, Coriolis and centrifugal force, into ``dy[3:6]``."""
    radius2 = y[0] * y[0] + y[1] * y[1] + y[2] * y[2]
    pull = _MU / (radius2 * math.sqrt(radius2))
    oblate = 1.5 * _J2 * _RADIUS * _RADIUS / radius2
    polar = 5.0 * y[2] * y[2] / radius2
    across = -pull * (1.0 + oblate * (1.0 - polar)) + _SPIN * _SPIN
    dy[3] = across * y[0] + 2.0 * _SPIN * y[4]
    dy[4] = across * y[1] - 2.0 * _SPIN * y[3]
    dy[5] = -pull * (1.0 + oblate * (3.0 - polar)) * y[2]


@compiled(fastmath=True)
def _lift(y: Any, stream: Any, speed: float, push: float, body: Any, force: Any) -> None:
    """Adds lift: across the stream, upward in the plane of the vertical, turned to the right by the bank angle.

    Within some degrees of the vertical it fades: straight down there is no upward across the stream, and a lift that
    points down would turn over from step to step.
    """
    radius = math.sqrt(y[0] * y[0] + y[1] * y[1] + y[2] * y[2])
    climb = (y[0] * stream[0] + y[1] * stream[1] + y[2] * stream[2]) / (radius * speed)
    level = math.sqrt(max(1.0 - climb * climb, 0.0))
    size = push * body[LIFT_OVER_DRAG] * speed * level / max(level * level, _STEEP * _STEEP)
    up = size * math.cos(body[BANK])
    right = size * math.sin(body[BANK]) / (radius * speed)
    for axis in range(3):
        force[axis] += up * (y[axis] / radius - climb * stream[axis] / speed)
    force[0] += right * (stream[1] * y[2] - stream[2] * y[1])
    force[1] += right * (stream[2] * y[0] - stream[0] * y[2])
    force[2] += right * (stream[0] * y[1] - stream[1] * y[0])


@compiled(fastmath=True)
def rates(
    y: Any,
    melting: bool,
    body: Any,
    world: Any,
    dy: Any,
    look: Any,
    spare: Any,
) -> None:
    """Time derivative of the state into ``dy``, and what an observer would note into ``look``."""
    head, material, table, step_km = world
    cos_lat, sin_lat, across, height = geodetic(y[0], y[1], y[2])
    air, stream, force = spare[0:5], spare[5:8], spare[8:11]
    stream[0], stream[1], stream[2] = y[3], y[4], y[5]
    if table.shape[0] == 1:
        air_at(table, step_km, 1.0e-3 * height, 0.0, 0.0, air)
    else:
        air_at(table, step_km, 1.0e-3 * height, math.asin(sin_lat), math.atan2(y[1], y[0]), air)
        cos_lon, sin_lon = y[0] / max(across, 1.0), y[1] / max(across, 1.0)
        stream[0] -= -air[3] * sin_lon - air[4] * sin_lat * cos_lon
        stream[1] -= air[3] * cos_lon - air[4] * sin_lat * sin_lon
        stream[2] -= air[4] * cos_lat
    density = math.exp(air[0])
    speed = max(math.sqrt(stream[0] * stream[0] + stream[1] * stream[1] + stream[2] * stream[2]), 1.0e-3)
    scale = 1.0
    if body[SHRINKS] > 0.5:
        scale = (max(y[MASS], 0.0) / body[OWN_MASS]) ** (1.0 / 3.0)
    size = body[SIZE] * scale
    mach, knudsen = mach_and_knudsen(density, air[1], air[2], speed, size)
    temperature = from_table(material[0], y[ENTHALPY], head[0])
    drag = drag_coefficient(mach, knudsen, temperature / air[1], body[SUBSONIC_DRAG], body[WIDE_BRIDGE])
    mass = max(flying_mass_kg(y[MASS], body) + body[CARRIED_MASS], 1.0e-12)
    push = 0.5 * density * speed * drag * body[DRAG_SCALE] * body[AREA] * scale * scale / mass
    for axis in range(3):
        force[axis] = -push * stream[axis]
    if body[LIFT_OVER_DRAG] != 0.0:
        _lift(y, stream, speed, push, body, force)
    _gravity_and_turning(y, dy)
    work = 0.0
    for axis in range(3):
        dy[axis] = y[3 + axis]
        dy[3 + axis] += force[axis]
        work += force[axis] * y[3 + axis]
    dy[WORK] = work
    convective, radiated = 0.0, 0.0
    if body[HEATED] > 0.5:
        heat_shape, area = body[HEAT_SHAPE] * scale * math.sqrt(scale), body[AREA] * scale * scale
        convective = body[HEAT_SCALE] * convective_heat_w(density, speed, air[1], temperature, heat_shape, area)
        emissivity = from_table(material[1], y[ENTHALPY], head[0])
        radiated = radiated_heat_w(body[SURFACE] * scale * scale, emissivity, temperature)
    dy[HEAT_IN], dy[HEAT_OUT] = convective, radiated
    dy[ENTHALPY], dy[MASS] = 0.0, 0.0
    if melting:
        dy[MASS] = -(convective - radiated) / head[1]
    else:
        dy[ENTHALPY] = (convective - radiated) / max(flying_mass_kg(y[MASS], body), 1.0e-12)
    look[ALTITUDE], look[SPEED], look[MACH], look[KNUDSEN] = 1.0e-3 * height, speed, mach, knudsen
    look[TEMPERATURE], look[CONVECTIVE], look[RADIATED] = temperature, convective, radiated
    look[LOAD] = math.sqrt(force[0] * force[0] + force[1] * force[1] + force[2] * force[2]) / _G0
    look[PRESSURE] = 0.5 * density * speed * speed
