"""The flight of one body through the air, in compiled code: motion, heat balance, melting; from anywhere to the ground.

Frame: fixed to the turning Earth, metres and seconds. The state of a body (``STATE`` numbers): place (3), velocity over
the ground (3), specific enthalpy [J/kg] above :data:`stationkeep.descent.materials.ENTHALPY_FROM_K`, own mass [kg], and
running sums of heat brought [J], heat radiated [J], work of the air per mass [J/kg]. Dormand and Prince's pair of
orders 5 and 4 with steps by their difference; events are met by shortening the step.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from stationkeep.compiled import compiled
from stationkeep.constants import EARTH_EQUATORIAL_RADIUS_KM, EARTH_FLATTENING, EARTH_J2, EARTH_MU_KM3_S2
from stationkeep.constants import EARTH_ROTATION_RAD_S as _SPIN
from stationkeep.descent.entry_forces import (
    AREA,
    BANK,
    CARRIED_MASS,
    DRAG_SCALE,
    HEAT_SCALE,
    HEAT_SHAPE,
    HEATED,
    LEAST_SHARE,
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
    ALTITUDE_REACHED,
    CONVECTIVE,
    DEMISED,
    ENTHALPY,
    FAILED,
    GROUND,
    HEAT_AT_MELT,
    HEAT_IN,
    HEAT_OUT,
    KNUDSEN,
    LOAD,
    LOAD_REACHED,
    LOOK,
    MACH,
    MASS,
    MELT_ALTITUDE,
    MELT_TIME,
    MELTS,
    PEAK_HEAT,
    PEAK_HEAT_AT,
    PEAK_K,
    PEAK_K_AT,
    PEAK_LOAD,
    PEAK_LOAD_AT,
    PEAK_PRESSURE,
    PRESSURE,
    PRESSURE_REACHED,
    RADIATED,
    SPEED,
    STATE,
    STEPS,
    TEMPERATURE,
    TIME,
    TIMED_OUT,
    WORK,
)
from stationkeep.descent.entry_sink import geodetic, settled, sink

_MU = EARTH_MU_KM3_S2 * 1.0e9
_RADIUS = EARTH_EQUATORIAL_RADIUS_KM * 1.0e3
_J2 = EARTH_J2
_FLAT = EARTH_FLATTENING
_POLAR = _RADIUS * (1.0 - _FLAT)
_ECCENTRICITY2 = _FLAT * (2.0 - _FLAT)
_G0 = 9.80665
_LONGEST_STEP_S = 5.0  # a peak of heating lasts a minute: sampled every 5 s its height is right to 0.1 %
_LONGEST_S = 6.0 * 3600.0
_MOST_STEPS = 200_000
_EVENT_S = 2.0e-3  # how near to an event a step has to end: half a metre of height
LEAST_MASS = 1.0e-3  # of the own mass: below it a body counts as gone, unless its row says more

# Dormand and Prince (1980), J. Comp. Appl. Math. 6, table 2.
_A21 = 1 / 5
_A31, _A32 = 3 / 40, 9 / 40
_A41, _A42, _A43 = 44 / 45, -56 / 15, 32 / 9
_A51, _A52, _A53, _A54 = 19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729
_A61, _A62, _A63, _A64, _A65 = 9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656
_B1, _B3, _B4, _B5, _B6 = 35 / 384, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84
_E1, _E3, _E4, _E5, _E6, _E7 = 71 / 57600, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40


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
    """Adds lift: across the stream, upward in the plane of the vertical, turned to the right by the bank angle."""
    radius = math.sqrt(y[0] * y[0] + y[1] * y[1] + y[2] * y[2])
    climb = (y[0] * stream[0] + y[1] * stream[1] + y[2] * stream[2]) / (radius * speed)
    level = math.sqrt(max(1.0 - climb * climb, 1.0e-12))
    size = push * body[LIFT_OVER_DRAG] * speed
    up = size * math.cos(body[BANK]) / level
    right = size * math.sin(body[BANK]) / (level * radius * speed)
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


@compiled(fastmath=True)
def _try_step(
    y: Any,
    h: float,
    melting: bool,
    body: Any,
    world: Any,
    k: Any,
    new: Any,
    look: Any,
    spare: Any,
) -> float:
    """A step of ``h`` seconds from ``y`` into ``new``; ``k[0]`` holds the rates at ``y``. Returns the error over 1."""
    for i in range(STATE):
        new[i] = y[i] + h * _A21 * k[0, i]
    rates(new, melting, body, world, k[1], look, spare)
    for i in range(STATE):
        new[i] = y[i] + h * (_A31 * k[0, i] + _A32 * k[1, i])
    rates(new, melting, body, world, k[2], look, spare)
    for i in range(STATE):
        new[i] = y[i] + h * (_A41 * k[0, i] + _A42 * k[1, i] + _A43 * k[2, i])
    rates(new, melting, body, world, k[3], look, spare)
    for i in range(STATE):
        new[i] = y[i] + h * (_A51 * k[0, i] + _A52 * k[1, i] + _A53 * k[2, i] + _A54 * k[3, i])
    rates(new, melting, body, world, k[4], look, spare)
    for i in range(STATE):
        new[i] = y[i] + h * (_A61 * k[0, i] + _A62 * k[1, i] + _A63 * k[2, i] + _A64 * k[3, i] + _A65 * k[4, i])
    rates(new, melting, body, world, k[5], look, spare)
    for i in range(STATE):
        new[i] = y[i] + h * (_B1 * k[0, i] + _B3 * k[2, i] + _B4 * k[3, i] + _B5 * k[4, i] + _B6 * k[5, i])
    rates(new, melting, body, world, k[6], look, spare)
    worst = 0.0
    for i in range(MASS + 1):
        off = h * (_E1 * k[0, i] + _E3 * k[2, i] + _E4 * k[3, i] + _E5 * k[4, i] + _E6 * k[5, i] + _E7 * k[6, i])
        worst = max(worst, abs(off) / _allowed(i, body))
    return worst


@compiled(fastmath=True)
def _allowed(i: int, body: Any) -> float:
    """Error a step may have at tolerance 1: metres, metres a second, joules a kilogram, kilograms."""
    if i < 3:
        return 1.0
    if i < 6:
        return 2.0e-3
    return 50.0 if i == ENTHALPY else 1.0e-4 * body[OWN_MASS]


@compiled(fastmath=True)
def _crossing(
    y: Any, new: Any, before: Any, after: Any, melting: bool, head: Any, body: Any, stops: Any
) -> tuple[float, int]:
    """Which event lies first within a step, and at which share of it? ``(2, FAILED)`` if none."""
    first, which = 2.0, FAILED
    if after[ALTITUDE] <= stops[0]:
        share = (before[ALTITUDE] - stops[0]) / max(before[ALTITUDE] - after[ALTITUDE], 1.0e-12)
        first, which = share, ALTITUDE_REACHED
    if after[LOAD] >= stops[1]:
        share = (stops[1] - before[LOAD]) / max(after[LOAD] - before[LOAD], 1.0e-12)
        if share < first:
            first, which = share, LOAD_REACHED
    if after[PRESSURE] >= stops[2]:
        share = (stops[2] - before[PRESSURE]) / max(after[PRESSURE] - before[PRESSURE], 1.0e-12)
        if share < first:
            first, which = share, PRESSURE_REACHED
    if melting:
        least = max(LEAST_MASS, body[LEAST_SHARE]) * body[OWN_MASS]
        if new[MASS] <= least:
            share = (y[MASS] - least) / max(y[MASS] - new[MASS], 1.0e-300)
            if share < first:
                first, which = share, DEMISED
    elif new[ENTHALPY] > head[0] and new[ENTHALPY] > y[ENTHALPY]:
        share = (head[0] - y[ENTHALPY]) / max(new[ENTHALPY] - y[ENTHALPY], 1.0e-300)
        if share < first:
            first, which = share, MELTS
    return max(first, 0.0), which


@compiled(fastmath=True)
def _note(time: float, look: Any, y: Any, body: Any, summary: Any, record: Any, rows: int) -> int:
    """Keeps the peaks, and a row of the record while there is room."""
    if look[CONVECTIVE] > summary[PEAK_HEAT]:
        summary[PEAK_HEAT], summary[PEAK_HEAT_AT] = look[CONVECTIVE], look[ALTITUDE]
    if look[TEMPERATURE] > summary[PEAK_K]:
        summary[PEAK_K], summary[PEAK_K_AT] = look[TEMPERATURE], look[ALTITUDE]
    # The last film of a melting part is stopped by hundreds of g, which loads nothing.
    if look[LOAD] > summary[PEAK_LOAD] and y[MASS] >= 0.1 * body[OWN_MASS]:
        summary[PEAK_LOAD], summary[PEAK_LOAD_AT] = look[LOAD], look[ALTITUDE]
    summary[PEAK_PRESSURE] = max(summary[PEAK_PRESSURE], look[PRESSURE])
    if rows < record.shape[0]:
        record[rows, 0] = time
        record[rows, 1 : 1 + LOOK] = look
        record[rows, 1 + LOOK :] = y
        return rows + 1
    return rows


@compiled(fastmath=True)
def _begin_to_melt(y: Any, time: float, look: Any, head: Any, body: Any, summary: Any) -> None:
    """The step ends a hair beyond the melting point: what is beyond has melted something already."""
    y[MASS] -= flying_mass_kg(y[MASS], body) * (y[ENTHALPY] - head[0]) / head[1]
    y[ENTHALPY] = head[0]
    if summary[MELT_TIME] < 0.0:
        summary[MELT_TIME], summary[MELT_ALTITUDE], summary[HEAT_AT_MELT] = time, look[ALTITUDE], y[HEAT_IN]


@compiled(fastmath=True)
def fly(
    y: Any,
    start_time: float,
    body: Any,
    world: Any,
    stops: Any,
    tolerance: float,
    summary: Any,
    record: Any,
) -> tuple[int, int]:
    """Flies ``y`` (changed in place) to the first stop; how it ended, and how many rows of ``record`` were filled.

    ``world``: enthalpy of melting and heat of fusion, rows of the material, table of the air and its step [km].
    ``stops``: altitude [km], load [g0], dynamic pressure [Pa]; with altitude 0 the ground. ``summary`` is added to.
    """
    k, new, after, spare = np.empty((7, STATE)), np.empty(STATE), np.empty(LOOK), np.empty(11)
    look, time, h, rows = np.empty(LOOK), start_time, 0.5, 0
    melting = y[ENTHALPY] >= world[0][0]
    rates(y, melting, body, world, k[0], look, spare)
    rows = _note(time, look, y, body, summary, record, rows)
    for _ in range(_MOST_STEPS):
        summary[STEPS] += 1.0
        if melting and look[CONVECTIVE] < look[RADIATED]:
            melting = False
            rates(y, melting, body, world, k[0], look, spare)
        h = min(h, _LONGEST_STEP_S)
        error = _try_step(y, h, melting, body, world, k, new, after, spare) / tolerance
        if not error <= 1.0:
            h *= max(0.2, 0.9 * error**-0.2) if error < 1.0e12 else 0.1
            if h < 1.0e-9:
                return FAILED, rows
            continue
        share, event = _crossing(y, new, look, after, melting, world[0], body, stops)
        if share < 1.0 - 1.0e-9 and h > 1.0e-6:
            # Aim a little beyond the event, so that the last short step falls past it and not before it for ever.
            h = max(h * share * (1.0 + 1.0e-7), 1.0e-6)
            _try_step(y, h, melting, body, world, k, new, after, spare)
            share, event = _crossing(y, new, look, after, melting, world[0], body, stops)
        time += h
        y[:], look[:], k[0, :] = new, after, k[6, :]
        rows = _note(time, look, y, body, summary, record, rows)
        summary[TIME] = time
        if event != FAILED and (1.0 - share) * h < _EVENT_S:
            if event != MELTS:
                return (GROUND if event == ALTITUDE_REACHED and stops[0] <= 0.0 else event), rows
            melting = True
            _begin_to_melt(y, time, look, world[0], body, summary)
            rates(y, melting, body, world, k[0], look, spare)
        if settled(y, look, body, world):
            summary[TIME] = sink(y, time, body, world, stops[0], look)
            rows = _note(summary[TIME], look, y, body, summary, record, rows)
            return (GROUND if stops[0] <= 0.0 else ALTITUDE_REACHED), rows
        if time - start_time > _LONGEST_S:
            return TIMED_OUT, rows
        h = max(h * (min(4.0, 0.9 * max(error, 1.0e-8) ** -0.2) if event == FAILED else 1.0), 1.0e-3)
    return FAILED, rows
