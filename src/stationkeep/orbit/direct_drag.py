"""The mean decay engine through any atmosphere: the equations of the compiled core in plain numpy.

The compiled core (:mod:`stationkeep.orbit.decay_kernel`) has its density built in. Here each evaluation asks the given
atmosphere for the density at every node of the orbit, without a table or a fit in between: nothing is lost of the
model, at a hundred times the cost. Given one density and the same nodes, the two agree to 1e-6 of the loss
(``tests/unit/test_direct_drag.py``). Equations and their sources: see the compiled core.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stationkeep.constants import (
    EARTH_EQUATORIAL_RADIUS_KM,
    EARTH_FLATTENING,
    EARTH_J2,
    EARTH_J3,
    EARTH_MU_KM3_S2,
    EARTH_ROTATION_RAD_S,
    SECONDS_PER_DAY,
)
from stationkeep.environment.atmosphere import Atmosphere, still_air
from stationkeep.environment.surrogate import Nrlmsise00Surrogate
from stationkeep.errors import OrbitError
from stationkeep.orbit.decay_kernel import AT_FLOOR, FAILED, REENTERED, RUNNING, node_lattice

FloatArray = NDArray[np.float64]

_STEP_FRACTION = 0.04  # these three as in the compiled core
_HEIGHT_OFFSET_KM = 80.0
_SLOW_KM_DAY = 0.5
_NODE_SPREADS_KM = (35.0, 150.0, 700.0)
_NODE_COUNTS = (48, 48, 64, 192)
_HIGHEST_KM = 1000.0  # drag above is under 1e-4 of the station's


@dataclass(frozen=True, slots=True)
class DirectAir:
    """An atmosphere as the engine flies through it: continued beyond its range by the shape of NRLMSISE-00.

    Outside ``floor_km`` to ``ceiling_km`` the density is NRLMSISE-00's times the ratio of the two models at the edge,
    above the same place at the same moment. A fall spends its last day below 180 km, where the thermoNETs end.
    """

    atmosphere: Atmosphere
    node_counts: tuple[int, ...] = _NODE_COUNTS
    """Per orbit, by its eccentricity. More than the core takes: networks are rougher than what they learnt, and 16
    nodes got single days wrong by up to 1.9 %."""

    def __post_init__(self) -> None:
        if getattr(self.atmosphere, "wind", still_air) is not still_air:
            raise OrbitError(
                f"density model {self.atmosphere.density_model} comes with a wind",
                hint="the mean engine flies through air that turns with the Earth; leave out wind=",
            )

    def lattice(self, state: FloatArray) -> FloatArray:
        """Where along this orbit, and when within the step, the air is asked; see ``decay_kernel.node_lattice``."""
        spread_km = float(state[0]) * math.hypot(float(state[1]), float(state[2]))
        return _node_lattice(self.node_counts[sum(spread_km >= limit for limit in _NODE_SPREADS_KM)])

    def density_kg_m3(
        self, time_mjd: FloatArray, latitude_deg: FloatArray, longitude_deg: FloatArray, altitude_km: FloatArray,
        drivers: FloatArray,
    ) -> FloatArray:  # fmt: skip
        """Density at the nodes of one orbit (n,), drivers (3,) of the day."""
        model, beyond = self.atmosphere, Nrlmsise00Surrogate()
        inside = np.clip(altitude_km, model.floor_km, model.ceiling_km)
        density = model.density_kg_m3(time_mjd, latitude_deg, longitude_deg, inside, drivers)
        out = inside != altitude_km
        if out.any():
            place = time_mjd[out], latitude_deg[out], longitude_deg[out]
            there = beyond.density_kg_m3(*place, np.maximum(altitude_km[out], 0.0), drivers)
            density = density.copy()
            density[out] *= there / beyond.density_kg_m3(*place, inside[out], drivers)
        return density


def fly_direct(
    air: DirectAir,
    state: FloatArray,
    start_mjd: float,
    stop_mjd: float,
    first_day_mjd: int,
    drivers: FloatArray,
    ballistic_m2_kg: FloatArray,
    floor_mean_altitude_km: float,
    reentry_altitude_km: float,
    altitude_by_day_km: FloatArray,
) -> tuple[float, int]:
    """As ``decay_kernel.fly``, step by step, with the density of ``air``: advance ``state``; return (time, reason)."""
    time, rates, lowest = start_mjd, None, 0.0
    while time < stop_mjd:
        day = math.floor(time + 1.0e-9) - first_day_mjd
        day_end = min(float(first_day_mjd + day + 1), stop_mjd)
        step = day_end - time
        sun, ballistic = drivers[day], float(ballistic_m2_kg[day])
        if rates is None:
            rates, lowest = orbit_rates(air, time + 0.5 * step, step, state, sun, ballistic)
            if not (math.isfinite(rates[0]) and math.isfinite(lowest)):
                return time, FAILED
            if lowest <= reentry_altitude_km:
                return time, REENTERED
        altitude = float(state[0]) - EARTH_EQUATORIAL_RADIUS_KM
        largest = _STEP_FRACTION * max(lowest - _HEIGHT_OFFSET_KM, 5.0)
        if -rates[0] * step > largest:
            step = largest / -float(rates[0])
        middle = _advanced(state, rates, 0.5 * step)
        half, low_half = orbit_rates(air, time + 0.5 * step, step, middle, sun, ballistic)
        if not math.isfinite(half[0]):
            return time, FAILED
        sinks = float(half[0]) * step
        fraction, reason = _end_of_step(
            altitude, sinks, floor_mean_altitude_km, low_half - 0.5 * sinks, low_half + 0.5 * sinks, reentry_altitude_km
        )
        state[:] = _advanced(state, half, fraction * step)
        time = time + fraction * step if reason != RUNNING or step < day_end - time else day_end
        if time == math.floor(time):
            altitude_by_day_km[int(time) - first_day_mjd] = state[0] - EARTH_EQUATORIAL_RADIUS_KM
        if reason != RUNNING:
            return time, reason
        rates, lowest = (half, low_half + 0.5 * sinks) if -half[0] < _SLOW_KM_DAY else (None, 0.0)
    return time, RUNNING


def orbit_rates(
    air: DirectAir,
    time_mjd: float,
    span_days: float,
    state: FloatArray,
    drivers: FloatArray,
    ballistic_m2_kg: float,
    lattice: FloatArray | None = None,
) -> tuple[FloatArray, float]:
    """d(state)/dt per day by drag (5,), averaged over one orbit, and the lowest geodetic height [km].

    ``lattice``: the nodes, as ``decay_kernel.node_lattice`` gives them; null: as many as the orbit's shape asks for.
    """
    a, xi, eta, inclination, raan = (float(value) for value in state)
    cos_k, sin_k, when = air.lattice(state) if lattice is None else lattice
    root = math.sqrt(1.0 - xi * xi - eta * eta)
    beta = 1.0 / (1.0 + root)
    sin_i, cos_i = math.sin(inclination), math.cos(inclination)
    x = a * ((1.0 - eta * eta * beta) * cos_k + xi * eta * beta * sin_k - xi)
    y = a * ((1.0 - xi * xi * beta) * sin_k + xi * eta * beta * cos_k - eta)
    r = np.hypot(x, y)
    nodes_mjd = time_mjd + span_days * when
    altitude, latitude, longitude = _geodetic(a * root * root, root, (sin_i, cos_i), (x, y, r), raan, nodes_mjd)
    reached = np.minimum(altitude, _HIGHEST_KM)
    density = air.density_kg_m3(nodes_mjd, np.degrees(latitude), np.degrees(longitude), reached, drivers)
    density = density * np.exp(-(altitude - reached) / 200.0)
    mean_motion = math.sqrt(EARTH_MU_KM3_S2 / a**3)
    speed = mean_motion * a * a / r
    vx = speed * (xi * eta * beta * cos_k - (1.0 - eta * eta * beta) * sin_k)
    vy = speed * ((1.0 - xi * xi * beta) * cos_k - xi * eta * beta * sin_k)
    wx = vx + EARTH_ROTATION_RAD_S * cos_i * y
    wy = vy - EARTH_ROTATION_RAD_S * cos_i * x
    wz = EARTH_ROTATION_RAD_S * sin_i * x
    push = -0.5e3 * density * ballistic_m2_kg * np.sqrt(wx * wx + wy * wy + wz * wz) * r / (a * len(x))
    fx, fy, fz = push * wx, push * wy, push * wz
    power, radial_force, radial_speed = fx * vx + fy * vy, x * fx + y * fy, x * vx + y * vy
    momentum = mean_motion * a * a * root
    rates = np.array([
        2.0 * a * a / EARTH_MU_KM3_S2 * power.sum(),
        (2.0 * power * x - radial_force * vx - radial_speed * fx).sum() / EARTH_MU_KM3_S2,
        (2.0 * power * y - radial_force * vy - radial_speed * fy).sum() / EARTH_MU_KM3_S2,
        (x * fz).sum() / momentum,
        (y * fz).sum() / momentum / max(abs(sin_i), 1.0e-6),
    ])  # fmt: skip
    return rates * SECONDS_PER_DAY, float(altitude.min())


def _geodetic(
    semi_latus_km: float,
    root: float,
    inclination: tuple[float, float],
    place: tuple[FloatArray, FloatArray, FloatArray],
    raan: float,
    nodes_mjd: FloatArray,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Height [km], latitude and longitude [rad] of the nodes, the J2 short-period term of the radius included."""
    sin_i, cos_i = inclination
    x, y, r_mean = place
    cos_u, sin_u = x / r_mean, y / r_mean
    j2_ratio = EARTH_J2 * EARTH_EQUATORIAL_RADIUS_KM**2 / semi_latus_km
    factor = 1.0 - 0.75 * j2_ratio / semi_latus_km * root * (3.0 * cos_i * cos_i - 1.0)
    r = r_mean * factor + 0.25 * j2_ratio * sin_i * sin_i * (cos_u * cos_u - sin_u * sin_u)
    sin_gc = sin_i * sin_u
    cos_gc = np.sqrt(1.0 - sin_gc * sin_gc)
    shrink = 1.0 - EARTH_FLATTENING
    ground = EARTH_EQUATORIAL_RADIUS_KM * shrink / np.sqrt(shrink * shrink * cos_gc * cos_gc + sin_gc * sin_gc)
    tilt = 2.0 * EARTH_FLATTENING * sin_gc * cos_gc * EARTH_EQUATORIAL_RADIUS_KM / r
    sidereal = np.radians((280.46061837 + 360.98564736629 * (nodes_mjd - 51544.5)) % 360.0)
    longitude = raan + np.arctan2(cos_i * sin_u, cos_u) - sidereal
    return r - ground, np.arctan2(sin_gc + cos_gc * tilt, cos_gc - sin_gc * tilt), longitude


def _end_of_step(
    altitude: float, sinks: float, floor_km: float, low_start: float, low_end: float, reentry_km: float
) -> tuple[float, int]:
    """Share of the step that is flown, and why it ends there."""
    fraction, reason = 1.0, RUNNING
    if altitude + sinks < floor_km:
        fraction, reason = max((altitude - floor_km) / -sinks, 0.0), AT_FLOOR
    if low_end < reentry_km:
        at_reentry = min(max((low_start - reentry_km) / (low_start - low_end), 0.0), 1.0)
        if at_reentry < fraction or reason == RUNNING:
            fraction, reason = at_reentry, REENTERED
    return fraction, reason


def _advanced(state: FloatArray, rates: FloatArray, days: float) -> FloatArray:
    """State after ``days``: half the drag, the secular turn by J2 and J3, the other half."""
    half = 0.5 * days * rates
    a, xi, eta, inclination, raan = state + half
    sin_i, cos_i = math.sin(inclination), math.cos(inclination)
    mean_motion = math.sqrt(EARTH_MU_KM3_S2 / a**3) * SECONDS_PER_DAY
    ratio = EARTH_EQUATORIAL_RADIUS_KM / (a * (1.0 - xi * xi - eta * eta))
    j2_rate = 1.5 * EARTH_J2 * ratio * ratio * mean_motion
    frozen = -0.5 * EARTH_J3 / EARTH_J2 * ratio * sin_i
    turn = j2_rate * (2.0 - 2.5 * sin_i * sin_i) * days
    c, s = math.cos(turn), math.sin(turn)
    turned = (c * xi - s * (eta - frozen), frozen + s * xi + c * (eta - frozen))
    return np.array([a, *turned, inclination, raan - j2_rate * cos_i * days]) + half


@functools.cache
def _node_lattice(count: int) -> FloatArray:
    return node_lattice(count)
