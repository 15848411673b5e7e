"""One step of a point mass through the last hundred kilometres of air, compiled: the inner loop of ``entry_leg``."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np

from stationkeep.compiled import compiled
from stationkeep.constants import (
    EARTH_EQUATORIAL_RADIUS_KM,
    EARTH_FLATTENING,
    EARTH_J2,
    EARTH_MU_KM3_S2,
    EARTH_ROTATION_RAD_S,
)
from stationkeep.orbit.precise_tables import GEODETIC_ROUNDS
from stationkeep.orbit.rarefied_drag import CONTINUUM_RATIO, MEAN_FREE_PATH_KG_M2

_SQUARED_ECCENTRICITY: Final = EARTH_FLATTENING * (2.0 - EARTH_FLATTENING)


@compiled()
def gravity_and_turning(x: float, y: float, z: float, vx: float, vy: float) -> Any:
    """Acceleration by gravity (J2), Coriolis and centrifugal force [km/s2], three numbers, in Earth-fixed axes."""
    radius2 = x * x + y * y + z * z
    pull = EARTH_MU_KM3_S2 / radius2**1.5
    oblate = 1.5 * EARTH_J2 * EARTH_EQUATORIAL_RADIUS_KM**2 / radius2
    polar = 5.0 * z * z / radius2
    across, along = -pull * (1.0 + oblate * (1.0 - polar)), -pull * (1.0 + oblate * (3.0 - polar))
    spin = EARTH_ROTATION_RAD_S
    return across * x + spin * (2.0 * vy + spin * x), across * y + spin * (spin * y - 2.0 * vx), along * z


@compiled()
def _height_km(x: float, y: float, z: float) -> float:
    """Above WGS 84, as ``geodetic_from_itrs`` has it."""
    across = math.hypot(x, y)
    latitude = math.atan2(z, across * (1.0 - _SQUARED_ECCENTRICITY))
    for _ in range(GEODETIC_ROUNDS):
        sine = math.sin(latitude)
        normal = EARTH_EQUATORIAL_RADIUS_KM / math.sqrt(1.0 - _SQUARED_ECCENTRICITY * sine**2)
        latitude = math.atan2(z + _SQUARED_ECCENTRICITY * normal * sine, across)
    normal = EARTH_EQUATORIAL_RADIUS_KM / math.sqrt(1.0 - _SQUARED_ECCENTRICITY * math.sin(latitude) ** 2)
    return across * math.cos(latitude) + z * math.sin(latitude) - EARTH_EQUATORIAL_RADIUS_KM**2 / normal


@compiled()
def _bridging(density_kg_m3: float, size_m: float) -> float:
    """``bridging_factor`` for one number."""
    knudsen = MEAN_FREE_PATH_KG_M2 / (max(density_kg_m3, 1.0e-20) * size_m)
    blend = math.sin(math.pi / 8.0 * (3.0 + min(max(math.log10(knudsen), -3.0), 1.0))) ** 2
    return CONTINUUM_RATIO + (1.0 - CONTINUUM_RATIO) * blend


@compiled()
def _rates(state: Any, ballistic: float, size_m: float, air: Any) -> Any:
    """Velocity and acceleration; ``air``: density [kg/m3] at a height [km], its logarithmic slope [1/km]."""
    rates = np.empty(6)
    speed = math.sqrt(state[3] ** 2 + state[4] ** 2 + state[5] ** 2)
    density = air[0] * math.exp(air[2] * (air[1] - _height_km(state[0], state[1], state[2])))
    drag = 0.5e3 * density * ballistic * _bridging(density, size_m) * speed
    pulls = gravity_and_turning(state[0], state[1], state[2], state[3], state[4])
    for axis in range(3):
        rates[axis] = state[3 + axis]
        rates[3 + axis] = pulls[axis] - drag * state[3 + axis]
    return rates


@compiled()
def runge_kutta(states: Any, step_s: float, ballistic: Any, size_m: float, airs: Any) -> Any:
    """All states, (n, 6), one step of the fourth order later; ``airs``, (n, 3), see :func:`_rates`."""
    later = np.empty_like(states)
    for index in range(len(states)):
        state, air, drag = states[index], airs[index], ballistic[index]
        one = _rates(state, drag, size_m, air)
        two = _rates(state + 0.5 * step_s * one, drag, size_m, air)
        three = _rates(state + 0.5 * step_s * two, drag, size_m, air)
        four = _rates(state + step_s * three, drag, size_m, air)
        later[index] = state + step_s / 6.0 * (one + 2.0 * two + 2.0 * three + four)
    return later
