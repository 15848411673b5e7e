"""Compiled fall of debris: many pieces from the break-up to the ground, each with its own drag and a little lift."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from stationkeep.compiled import compiled
from stationkeep.constants import EARTH_EQUATORIAL_RADIUS_KM
from stationkeep.descent.deorbit_kernel import geodetic, gravity_and_turning, low_air

FloatArray = NDArray[np.float64]

_LONGEST_S = 7200.0
_SOUND_KM_S = 0.30  # of the air between 10 and 50 km, within 10 %: only the transonic fall of the drag depends on it
# Drag coefficient of a tumbling piece in subsonic over hypersonic flow: a sphere has 0.45/0.91, a flat box 0.7.
_SUBSONIC_RATIO = 0.6
_WIND_FULL_KM = 20.0
_WIND_NONE_KM = 30.0


@compiled(fastmath=True)
def _rates(s: FloatArray, table: FloatArray, piece: FloatArray, out: FloatArray) -> None:
    """``piece``: mass over Cd*A [kg/m2], lift over drag, roll [rad], factor of the air, wind east, north [km/s]."""
    gravity_and_turning(s, out)
    altitude, sin_lat, _ = geodetic(s[0], s[1], s[2])
    share = min(max((_WIND_NONE_KM - altitude) / (_WIND_NONE_KM - _WIND_FULL_KM), 0.0), 1.0)
    x, y, z = s[0], s[1], s[2]
    flat = math.sqrt(x * x + y * y)
    r = math.sqrt(flat * flat + z * z)
    ex, ey = -y / flat, x / flat
    nx, ny, nz = -z * x / (r * flat), -z * y / (r * flat), flat / r
    east, north = share * piece[4], share * piece[5]
    vx = s[3] - east * ex - north * nx
    vy = s[4] - east * ey - north * ny
    vz = s[5] - north * nz
    speed = math.sqrt(vx * vx + vy * vy + vz * vz)
    mach = speed / _SOUND_KM_S
    drag = _SUBSONIC_RATIO + (1.0 - _SUBSONIC_RATIO) * min(max((mach - 0.8) / 1.2, 0.0), 1.0)
    push = 0.5e3 * low_air(table, sin_lat, altitude) * piece[3] / piece[0] * drag * speed
    out[3] -= push * vx
    out[4] -= push * vy
    out[5] -= push * vz
    lift = push * speed * piece[1]
    if lift != 0.0 and speed > 1.0e-6:
        tx, ty, tz = vx / speed, vy / speed, vz / speed
        ux, uy, uz = x / r, y / r, z / r
        along = ux * tx + uy * ty + uz * tz
        ux, uy, uz = ux - along * tx, uy - along * ty, uz - along * tz
        size = math.sqrt(ux * ux + uy * uy + uz * uz)
        if size > 1.0e-3:
            ux, uy, uz = ux / size, uy / size, uz / size
            c, d = math.cos(piece[2]), math.sin(piece[2])
            out[3] += lift * (c * ux + d * (ty * uz - tz * uy))
            out[4] += lift * (c * uy + d * (tz * ux - tx * uz))
            out[5] += lift * (c * uz + d * (tx * uy - ty * ux))


@compiled(fastmath=True)
def fall(states: FloatArray, pieces: FloatArray, table: FloatArray, out: FloatArray) -> None:
    """Where and when do these pieces strike?

    ``states`` (n, 6) Earth-fixed [km, km/s] at the release; ``pieces`` (n, 6): mass over Cd*A in hypersonic continuum
    flow [kg/m2], lift over drag, roll of the lift [rad], factor of the air, wind to the east and north below 20 km
    [km/s]; ``table`` of :mod:`stationkeep.descent.deorbit_kernel`. ``out`` (n, 4) receives geodetic latitude, longitude
    [deg], time since release [s], speed through the turning frame [m/s].
    """
    s, fresh, at = np.empty(6), np.empty(6), np.empty(6)
    one, two, three, four = np.empty(6), np.empty(6), np.empty(6), np.empty(6)
    for n in range(states.shape[0]):
        for k in range(6):
            s[k] = states[n, k]
        piece = pieces[n]
        time, step = 0.0, 0.0
        altitude, sin_lat, _ = geodetic(s[0], s[1], s[2])
        while altitude > 0.0 and time < _LONGEST_S:
            _rates(s, table, piece, one)
            speed = math.sqrt(s[3] * s[3] + s[4] * s[4] + s[5] * s[5])
            braking = math.sqrt(one[3] * one[3] + one[4] * one[4] + one[5] * one[5])
            # A twelfth of the time the motion changes in, and at most 2 km of descent: an error below 0.2 km.
            step = min(max(0.08 * speed / max(braking, 1.0e-9), 0.05), 4.0)
            fall_rate = -(s[0] * s[3] + s[1] * s[4] + s[2] * s[5]) / EARTH_EQUATORIAL_RADIUS_KM
            if fall_rate > 0.0:
                step = min(step, 1.5 / fall_rate + 0.01)
            density = low_air(table, sin_lat, altitude) * piece[3]
            # An explicit step is stable only below 2.8 times the time in which drag acts.
            step = min(step, 1.0 / max(0.5e3 * density / piece[0] * speed, 1.0e-9))
            for k in range(6):
                at[k] = s[k] + 0.5 * step * one[k]
            _rates(at, table, piece, two)
            for k in range(6):
                at[k] = s[k] + 0.5 * step * two[k]
            _rates(at, table, piece, three)
            for k in range(6):
                at[k] = s[k] + step * three[k]
            _rates(at, table, piece, four)
            for k in range(6):
                fresh[k] = s[k] + step / 6.0 * (one[k] + 2.0 * two[k] + 2.0 * three[k] + four[k])
            below, sin_lat, _ = geodetic(fresh[0], fresh[1], fresh[2])
            share = 1.0 if below >= 0.0 else altitude / max(altitude - below, 1.0e-9)
            for k in range(6):
                s[k] = s[k] + share * (fresh[k] - s[k])
            time += share * step
            altitude = below
        _, sin_lat, cos_lat = geodetic(s[0], s[1], s[2])
        out[n, 0] = math.degrees(math.atan2(sin_lat, cos_lat))
        out[n, 1] = math.degrees(math.atan2(s[1], s[0]))
        out[n, 2] = time
        out[n, 3] = 1.0e3 * math.sqrt(s[3] * s[3] + s[4] * s[4] + s[5] * s[5])
