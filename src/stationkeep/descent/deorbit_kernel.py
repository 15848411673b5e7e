"""Compiled flight of a station being brought down: thrust, oblate gravity and drag, from orbit to the break-up.

State: Earth-fixed position [km] and velocity in the turning frame [km/s], Runge-Kutta of fourth order. Gravity is J2 to
J4 (Kaula 1966), the air NRLMSISE-00: above 120 km by its surrogate at the place and moment, below from a table over
latitude and height of the entry's hour and longitude. Within a step the air above 120 km is an exponential through
two heights.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from stationkeep.compiled import compiled
from stationkeep.constants import (
    EARTH_EQUATORIAL_RADIUS_KM,
    EARTH_FLATTENING,
    EARTH_J2,
    EARTH_J3,
    EARTH_J4,
    EARTH_MU_KM3_S2,
    EARTH_ROTATION_RAD_S,
)
from stationkeep.environment.surrogate import SurrogateWeights, density_along_orbit

FloatArray = NDArray[np.float64]

TABLE_TOP_KM = 130
"""The table of the low air reaches from the ground to here, a row a kilometre."""
TABLE_LATITUDE_STEP_DEG = 10.0
LOW_AIR_KM = 120.0
"""Below, the table answers."""

_LANES = 8
_MEAN_FREE_PATH_KG_M2 = 8.13e-8  # as in orbit/rarefied_drag.py: US Standard Atmosphere 1976, air below 90 km
_CONTINUUM_RATIO = 0.6
_PROBE_KM = 1.0
# Steps: halving all of them moves the break-up by 0.2 km (tests/unit/test_deorbit_flight.py).
_STEP_HIGH_S = 20.0
_STEP_LOW_S = 4.0
_STEP_ENTRY_S = 1.0
_STEP_HIGH_ABOVE_KM = 140.0
_STEP_ENTRY_BELOW_KM = 110.0

STOPPED_AT_TIME = 0
STOPPED_AT_ALTITUDE = 1
FAILED = 2


@compiled(fastmath=True)
def geodetic(x: float, y: float, z: float) -> tuple[float, float, float]:
    """Height [km], sine and cosine of geodetic latitude; good to 0.1 km of height and 1e-5 rad below 500 km."""
    r = math.sqrt(x * x + y * y + z * z)
    sin_gc = z / r
    cos_gc = math.sqrt(x * x + y * y) / r
    shrink = 1.0 - EARTH_FLATTENING
    ground = EARTH_EQUATORIAL_RADIUS_KM * shrink / math.sqrt(shrink * shrink * cos_gc * cos_gc + sin_gc * sin_gc)
    tilt = 2.0 * EARTH_FLATTENING * sin_gc * cos_gc * EARTH_EQUATORIAL_RADIUS_KM / r
    sin_lat = sin_gc + cos_gc * tilt
    cos_lat = cos_gc - sin_gc * tilt
    size = math.sqrt(sin_lat * sin_lat + cos_lat * cos_lat)
    return r - ground, sin_lat / size, cos_lat / size


@compiled(fastmath=True)
def gravity_and_turning(s: FloatArray, out: FloatArray) -> None:
    """Gravity with J2, J3 and J4, Coriolis and centrifugal acceleration into ``out[3:]``, velocity into ``out[:3]``."""
    x, y, z, vx, vy, vz = s[0], s[1], s[2], s[3], s[4], s[5]
    r2 = x * x + y * y + z * z
    r = math.sqrt(r2)
    pull = EARTH_MU_KM3_S2 / (r2 * r)
    q = EARTH_EQUATORIAL_RADIUS_KM / r
    u = z / r
    u2 = u * u
    j2 = 1.5 * EARTH_J2 * q * q
    j3 = 2.5 * EARTH_J3 * q * q * q
    j4 = 0.625 * EARTH_J4 * q * q * q * q
    across = 1.0 + j2 * (1.0 - 5.0 * u2) + j3 * u * (3.0 - 7.0 * u2) - j4 * (3.0 - 42.0 * u2 + 63.0 * u2 * u2)
    along = 1.0 + j2 * (3.0 - 5.0 * u2) - j4 * (15.0 - 70.0 * u2 + 63.0 * u2 * u2)
    # The odd term of z stays finite on the equator only when written apart.
    odd = j3 * r * (6.0 * u2 - 7.0 * u2 * u2 - 0.6)
    spin = EARTH_ROTATION_RAD_S
    out[0] = vx
    out[1] = vy
    out[2] = vz
    out[3] = -pull * across * x + spin * (2.0 * vy + spin * x)
    out[4] = -pull * across * y + spin * (spin * y - 2.0 * vx)
    out[5] = -pull * (along * z + odd)


@compiled(fastmath=True)
def bridging(density: float, size_m: float) -> float:
    """Drag coefficient over that of free-molecular flow; see :mod:`stationkeep.orbit.rarefied_drag`."""
    knudsen = _MEAN_FREE_PATH_KG_M2 / (max(density, 1.0e-20) * size_m)
    level = min(max(math.log10(knudsen), -3.0), 1.0)
    blend = math.sin(math.pi / 8.0 * (3.0 + level)) ** 2
    return _CONTINUUM_RATIO + (1.0 - _CONTINUUM_RATIO) * blend


@compiled(fastmath=True)
def low_air(table: FloatArray, sin_lat: float, altitude_km: float) -> float:
    """Density [kg/m3] from the table of logarithms (n_latitude, n_height)."""
    latitude = math.degrees(math.asin(min(max(sin_lat, -1.0), 1.0)))
    place = (latitude + 90.0) / TABLE_LATITUDE_STEP_DEG
    row = min(int(place), table.shape[0] - 2)
    share = place - row
    height = min(max(altitude_km, 0.0), table.shape[1] - 1.000001)
    column = int(height)
    above = height - column
    south = table[row, column] * (1.0 - above) + table[row, column + 1] * above
    north = table[row + 1, column] * (1.0 - above) + table[row + 1, column + 1] * above
    return math.exp(south * (1.0 - share) + north * share)


@compiled(fastmath=True)
def _high_air(
    weights: SurrogateWeights, drivers: FloatArray, s: FloatArray, mjd: float, points: FloatArray,
    work: NDArray[np.float32],
) -> tuple[float, float, float]:  # fmt: skip
    """Density [kg/m3], its slope in height [1/km] and the height [km] it belongs to."""
    altitude, sin_lat, cos_lat = geodetic(s[0], s[1], s[2])
    longitude = math.atan2(s[1], s[0])
    ut = 2.0 * math.pi * (mjd - math.floor(mjd))
    for k in range(_LANES):
        points[0, k] = mjd
        points[1, k] = sin_lat
        points[2, k] = cos_lat
        points[3, k] = longitude
        points[4, k] = ut + longitude
        points[5, k] = altitude if k < _LANES // 2 else altitude - _PROBE_KM
    density_along_orbit(
        weights, points[0], drivers[0], drivers[1], drivers[2], points[1], points[2], points[3], points[4], points[5],
        work, points[6],
    )  # fmt: skip
    return points[6, 0], math.log(points[6, _LANES - 1] / points[6, 0]) / _PROBE_KM, altitude


@compiled(fastmath=True)
def _rates(
    s: FloatArray, time_s: float, air: tuple[float, float, float], table: FloatArray, body: FloatArray,
    burn: FloatArray, out: FloatArray,
) -> None:  # fmt: skip
    """``body``: Cd*A [m2], mass [kg], size [m], factor of the high air, of the low air, drag share below, from [km].

    ``burn``: thrust [N] (zero: none), flow [kg/s], start [s], tilt outward [rad], tilt sideways [rad].
    """
    gravity_and_turning(s, out)
    altitude, sin_lat, _ = geodetic(s[0], s[1], s[2])
    if altitude > LOW_AIR_KM:
        density = air[0] * math.exp(air[1] * (air[2] - altitude)) * body[3]
    else:
        density = low_air(table, sin_lat, altitude) * body[4]
    area = body[0] * (body[5] if altitude < body[6] else 1.0)
    mass = body[1] - burn[1] * max(time_s - burn[2], 0.0)
    speed = math.sqrt(s[3] * s[3] + s[4] * s[4] + s[5] * s[5])
    push = 0.5e3 * density * area / mass * bridging(density, body[2]) * speed
    for k in range(3):
        out[3 + k] -= push * s[3 + k]
    if burn[0] > 0.0:
        _thrust(s, 1.0e-3 * burn[0] / mass, burn[3], burn[4], out)


@compiled(fastmath=True)
def _thrust(s: FloatArray, acceleration_km_s2: float, outward_rad: float, sideways_rad: float, out: FloatArray) -> None:
    """Against the horizontal part of the inertial velocity, tilted outward and sideways."""
    vx = s[3] - EARTH_ROTATION_RAD_S * s[1]
    vy = s[4] + EARTH_ROTATION_RAD_S * s[0]
    vz = s[5]
    r = math.sqrt(s[0] * s[0] + s[1] * s[1] + s[2] * s[2])
    ux, uy, uz = s[0] / r, s[1] / r, s[2] / r
    rising = vx * ux + vy * uy + vz * uz
    hx, hy, hz = vx - rising * ux, vy - rising * uy, vz - rising * uz
    h = math.sqrt(hx * hx + hy * hy + hz * hz)
    hx, hy, hz = hx / h, hy / h, hz / h
    nx, ny, nz = uy * hz - uz * hy, uz * hx - ux * hz, ux * hy - uy * hx
    back = -acceleration_km_s2 * math.cos(outward_rad) * math.cos(sideways_rad)
    out_part = acceleration_km_s2 * math.sin(outward_rad)
    side = acceleration_km_s2 * math.cos(outward_rad) * math.sin(sideways_rad)
    out[3] += back * hx + out_part * ux + side * nx
    out[4] += back * hy + out_part * uy + side * ny
    out[5] += back * hz + out_part * uz + side * nz


@compiled(fastmath=True)
def _runge_kutta(
    s: FloatArray, time_s: float, step_s: float, air: tuple[float, float, float], table: FloatArray, body: FloatArray,
    burn: FloatArray, scratch: FloatArray, out: FloatArray,
) -> None:  # fmt: skip
    """One step into ``out``; ``scratch`` (5, 6)."""
    one, two, three, four, at = scratch[0], scratch[1], scratch[2], scratch[3], scratch[4]
    _rates(s, time_s, air, table, body, burn, one)
    for k in range(6):
        at[k] = s[k] + 0.5 * step_s * one[k]
    _rates(at, time_s + 0.5 * step_s, air, table, body, burn, two)
    for k in range(6):
        at[k] = s[k] + 0.5 * step_s * two[k]
    _rates(at, time_s + 0.5 * step_s, air, table, body, burn, three)
    for k in range(6):
        at[k] = s[k] + step_s * three[k]
    _rates(at, time_s + step_s, air, table, body, burn, four)
    for k in range(6):
        out[k] = s[k] + step_s / 6.0 * (one[k] + 2.0 * two[k] + 2.0 * three[k] + four[k])


@compiled(fastmath=True)
def _step_s(altitude_km: float, scale: float) -> float:
    if altitude_km > _STEP_HIGH_ABOVE_KM:
        return _STEP_HIGH_S * scale
    return (_STEP_LOW_S if altitude_km > _STEP_ENTRY_BELOW_KM else _STEP_ENTRY_S) * scale


@compiled(fastmath=True)
def fly_down(
    weights: SurrogateWeights,
    drivers: FloatArray,
    table: FloatArray,
    state: FloatArray,
    start_mjd: float,
    stop_s: float,
    stop_altitude_km: float,
    body: FloatArray,
    burns: FloatArray,
    work: NDArray[np.float32],
    track: FloatArray,
    step_scale: float,
) -> tuple[float, int, int]:
    """Advance ``state`` (6,) to a time or down through a height; return (time [s], reason, rows of ``track`` used).

    Parameters
    ----------
    drivers   (3,) of the density model, held over the flight
    table     (n_latitude, TABLE_TOP_KM + 1) logarithms of the low air's density
    body      (7,) Cd*A [m2], mass [kg], size [m], factor of the air above and below 120 km, share of Cd*A left once
              the wings are torn off, height of that [km]; the mass is updated
    burns     (n, 5) in order of time: start [s], end [s], thrust [N], flow [kg/s], tilt outward [rad]; times count
              from ``start_mjd``
    track     (n_row, 8) receives time, state, height before each step, as far as it reaches; (0, 8): none is kept
    """
    points, scratch = np.empty((7, _LANES)), np.empty((5, 6))
    fresh, burn = np.empty(6), np.zeros(5)
    time, used, index = 0.0, 0, 0
    air = (1.0e-20, 0.0, 200.0)
    while time < stop_s:
        altitude, _, _ = geodetic(state[0], state[1], state[2])
        if not math.isfinite(altitude):
            return time, FAILED, used
        if used < track.shape[0]:
            track[used, 0] = time
            for k in range(6):
                track[used, 1 + k] = state[k]
            track[used, 7] = altitude
            used += 1
        if altitude <= stop_altitude_km:
            return time, STOPPED_AT_ALTITUDE, used
        step = min(_step_s(altitude, step_scale), stop_s - time)
        while index < burns.shape[0] and burns[index, 1] <= time + 1.0e-9:
            index += 1
        burn[0] = 0.0
        burn[1] = 0.0
        if index < burns.shape[0]:
            if time + 1.0e-9 < burns[index, 0]:
                step = min(step, burns[index, 0] - time)
            else:
                step = min(step, burns[index, 1] - time)
                burn[0] = burns[index, 2]
                burn[1] = burns[index, 3]
                burn[2] = time
                burn[3] = burns[index, 4]
        if altitude > LOW_AIR_KM - 2.0:
            air = _high_air(weights, drivers, state, start_mjd + time / 86400.0, points, work)
        _runge_kutta(state, time, step, air, table, body, burn, scratch, fresh)
        below, _, _ = geodetic(fresh[0], fresh[1], fresh[2])
        if below < stop_altitude_km:
            # The height falls nearly linearly within a second: two false positions end within a metre.
            part = step
            for _ in range(3):
                part *= (altitude - stop_altitude_km) / max(altitude - below, 1.0e-9)
                _runge_kutta(state, time, part, air, table, body, burn, scratch, fresh)
                below, _, _ = geodetic(fresh[0], fresh[1], fresh[2])
            for k in range(6):
                state[k] = fresh[k]
            body[1] -= burn[1] * part
            return time + part, STOPPED_AT_ALTITUDE, used
        for k in range(6):
            state[k] = fresh[k]
        body[1] -= burn[1] * step
        time += step
    return time, STOPPED_AT_TIME, used
