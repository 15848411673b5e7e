"""The compiled core of the mean decay engine: averaged drag and secular motion, bare floats only.

State ``(a, xi, eta, i, raan)``: mean semi-major axis [km], ``xi = e cos(argp)``, ``eta = e sin(argp)`` (regular at
zero eccentricity), inclination and right ascension of the node [rad]; averages over the J2 short-period terms, in
TEME of date, the J3 long-period motion included (:func:`stationkeep.orbit.mean_decay.state_of` converts).

Equations. Drag: Gauss's equations in vector form (Vallado, *Fundamentals*, 4th ed., section 9.2),
averaged over the mean anomaly by equal steps of eccentric longitude, which converge exponentially. J2 secular rates
and the J3 long-period motion of the eccentricity vector: Brouwer (1959) to first order, written as a rotation
about the frozen eccentricity (Cook 1966). Radius along the orbit includes the first-order J2 short-period
term (Kozai 1959, in the form SGP4 uses): at the station's inclination it lowers the mean radius by up to 1 km, which
is 2 % in density.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stationkeep.compiled import compiled, inner_kernel
from stationkeep.constants import (
    EARTH_EQUATORIAL_RADIUS_KM,
    EARTH_FLATTENING,
    EARTH_J2,
    EARTH_J3,
    EARTH_MU_KM3_S2,
    EARTH_ROTATION_RAD_S,
    SECONDS_PER_DAY,
)
from stationkeep.environment.surrogate import density_along_orbit_inner
from stationkeep.orbit.averaged_drag import averaged_rates_inner, is_averaged_inner

FloatArray = NDArray[np.float64]

RUNNING = 0
"""Stopped at the requested time."""
AT_FLOOR = 1
"""Stopped because the mean altitude sank to the requested floor."""
REENTERED = 2
"""Stopped because the lowest point of the orbit reached the re-entry altitude."""
FAILED = 3
"""Stopped because a value was not finite; the state is the last good one."""

# Within the model's range a step changes the mean altitude by at most this fraction of the height above 80 km, a
# tenth of the density scale height or less. The midpoint rule is late by 0.2 of the square of the step in scale
# heights: 0.1 % of the last days (measured against steps eight times finer: 2 minutes in 1.4 days, 7 in 3.6).
_STEP_FRACTION = 0.02
_HEIGHT_OFFSET_KM = 80.0
_SLOW_KM_DAY = 0.5  # sinking slower than this, one evaluation a day is enough

# The density net ends here; above, the density goes on with a scale height of 200 km, below with 6 km. Neither
# tail carries weight: drag above 1000 km is under 1e-4 of the station's, and a fall ends by 100 km.
_NET_FLOOR_KM = 100.0
_NET_CEILING_KM = 1000.0


@compiled(fastmath=True)
def place_nodes(time_mjd: float, span_days: float, state: Any, lattice: Any, scratch: Any) -> float:
    """Where and when the nodes of an orbit are; return the lowest geodetic height [km].

    ``lattice``: (3, n) cosine and sine of the nodes' eccentric longitude and their share of the step. ``scratch``:
    (8, >= n) receives time [MJD], sine and cosine of geodetic latitude, longitude, local solar time [rad], height
    within the density net's range, (a row left free), height [km].
    """
    cos_k, sin_k = lattice[0], lattice[1]
    a, xi, eta, raan = state[0], state[1], state[2], state[4]
    e_squared = xi * xi + eta * eta
    root = math.sqrt(1.0 - e_squared)
    beta = 1.0 / (1.0 + root)
    sin_i, cos_i = math.sin(state[3]), math.cos(state[3])
    semi_latus = a * (1.0 - e_squared)
    j2_ratio = EARTH_J2 * EARTH_EQUATORIAL_RADIUS_KM**2 / semi_latus
    # r_osculating - r_mean = r * constant + amplitude * cos 2u, first order in J2
    radius_factor = 1.0 - 0.75 * j2_ratio / semi_latus * root * (3.0 * cos_i * cos_i - 1.0)
    radius_wave = 0.25 * j2_ratio * sin_i * sin_i
    lowest = 1.0e9
    for k in range(lattice.shape[1]):
        x = a * ((1.0 - eta * eta * beta) * cos_k[k] + xi * eta * beta * sin_k[k] - xi)
        y = a * ((1.0 - xi * xi * beta) * sin_k[k] + xi * eta * beta * cos_k[k] - eta)
        r_mean = math.sqrt(x * x + y * y)
        cos_u, sin_u = x / r_mean, y / r_mean
        r = r_mean * radius_factor + radius_wave * (cos_u * cos_u - sin_u * sin_u)
        sin_gc = sin_i * sin_u
        cos_gc = math.sqrt(1.0 - sin_gc * sin_gc)
        ground = EARTH_EQUATORIAL_RADIUS_KM * (1.0 - EARTH_FLATTENING)
        ground /= math.sqrt((1.0 - EARTH_FLATTENING) ** 2 * cos_gc * cos_gc + sin_gc * sin_gc)
        height = r - ground
        lowest = min(lowest, height)
        scratch[7, k] = height
        scratch[5, k] = min(max(height, _NET_FLOOR_KM), _NET_CEILING_KM)
        # geodetic minus geocentric latitude, first order in the flattening (error under 1e-5 rad)
        tilt = 2.0 * EARTH_FLATTENING * sin_gc * cos_gc * EARTH_EQUATORIAL_RADIUS_KM / r
        scratch[1, k] = sin_gc + cos_gc * tilt
        scratch[2, k] = cos_gc - sin_gc * tilt
        node_mjd = time_mjd + span_days * lattice[2, k]
        scratch[0, k] = node_mjd
        sidereal = math.radians((280.46061837 + 360.98564736629 * (node_mjd - 51544.5)) % 360.0)
        scratch[3, k] = raan + math.atan2(cos_i * sin_u, cos_u) - sidereal
        scratch[4, k] = 2.0 * math.pi * (node_mjd % 1.0) + scratch[3, k]
    return lowest


_place_nodes = inner_kernel(place_nodes, fastmath=True)


@compiled(fastmath=True)
def sum_drag(state: Any, ballistic_m2_kg: float, lattice: Any, scratch: Any, rates: Any) -> None:
    """Fill ``rates`` with d(state)/dt per day by drag, from the nodes' densities in row 6 of ``scratch``."""
    node_count = lattice.shape[1]
    cos_k, sin_k = lattice[0], lattice[1]
    a, xi, eta = state[0], state[1], state[2]
    root = math.sqrt(1.0 - xi * xi - eta * eta)
    beta = 1.0 / (1.0 + root)
    sin_i, cos_i = math.sin(state[3]), math.cos(state[3])
    mean_motion = math.sqrt(EARTH_MU_KM3_S2 / (a * a * a))  # rad/s
    momentum = mean_motion * a * a * root  # km2/s
    d_a = d_xi = d_eta = d_i = d_raan = 0.0
    for k in range(node_count):
        height, rho = scratch[7, k], scratch[6, k]
        if height > _NET_CEILING_KM:
            rho *= math.exp(-(height - _NET_CEILING_KM) / 200.0)
        elif height < _NET_FLOOR_KM:
            rho *= math.exp((_NET_FLOOR_KM - height) / 6.0)
        x = a * ((1.0 - eta * eta * beta) * cos_k[k] + xi * eta * beta * sin_k[k] - xi)
        y = a * ((1.0 - xi * xi * beta) * sin_k[k] + xi * eta * beta * cos_k[k] - eta)
        r = math.sqrt(x * x + y * y)
        speed_factor = mean_motion * a * a / r
        vx = speed_factor * (xi * eta * beta * cos_k[k] - (1.0 - eta * eta * beta) * sin_k[k])
        vy = speed_factor * ((1.0 - xi * xi * beta) * cos_k[k] - xi * eta * beta * sin_k[k])
        # relative to air that turns with the Earth: omega x r in the nodal frame
        wx = vx + EARTH_ROTATION_RAD_S * cos_i * y
        wy = vy - EARTH_ROTATION_RAD_S * cos_i * x
        wz = EARTH_ROTATION_RAD_S * sin_i * x
        # km/s2: rho [kg/m3] * B [m2/kg] * w [km/s] * |w| [km/s] * 1000 m/km
        push = -0.5e3 * rho * ballistic_m2_kg * math.sqrt(wx * wx + wy * wy + wz * wz) * r / (a * node_count)
        fx, fy, fz = push * wx, push * wy, push * wz
        power = fx * vx + fy * vy
        d_a += 2.0 * a * a / EARTH_MU_KM3_S2 * power
        radial_force, radial_speed = x * fx + y * fy, x * vx + y * vy
        d_xi += (2.0 * power * x - radial_force * vx - radial_speed * fx) / EARTH_MU_KM3_S2
        d_eta += (2.0 * power * y - radial_force * vy - radial_speed * fy) / EARTH_MU_KM3_S2
        d_i += x * fz / momentum
        d_raan += y * fz / momentum
    rates[0], rates[1], rates[2] = d_a * SECONDS_PER_DAY, d_xi * SECONDS_PER_DAY, d_eta * SECONDS_PER_DAY
    rates[3] = d_i * SECONDS_PER_DAY
    rates[4] = d_raan * SECONDS_PER_DAY / max(abs(sin_i), 1.0e-6)


_sum_drag = inner_kernel(sum_drag, fastmath=True)


@compiled(fastmath=True)
def orbit_rates(
    weights: Any,
    time_mjd: float,
    span_days: float,
    state: Any,
    drivers: Any,
    ballistic_m2_kg: float,
    lattice: Any,
    scratch: Any,
    net_scratch: Any,
    rates: Any,
) -> float:
    """Fill ``rates`` with d(state)/dt per day by drag, averaged over one orbit; return the lowest geodetic height [km].

    ``drivers``: previous-day F10.7, its 81-day mean, daily Ap. ``lattice``, ``scratch``: see :func:`place_nodes`.
    """
    n = lattice.shape[1]
    lowest = _place_nodes(time_mjd, span_days, state, lattice, scratch)
    density_along_orbit_inner(
        weights,
        scratch[0, :n],
        drivers[0],
        drivers[1],
        drivers[2],
        scratch[1, :n],
        scratch[2, :n],
        scratch[3, :n],
        scratch[4, :n],
        scratch[5, :n],
        net_scratch,
        scratch[6, :n],
    )
    _sum_drag(state, ballistic_m2_kg, lattice, scratch, rates)
    return lowest


_orbit_rates = inner_kernel(orbit_rates, fastmath=True)


@compiled(fastmath=True, inner=True)
def _secular_motion(state: Any, days: float) -> None:
    """Turn the node and the eccentricity vector by J2 and J3 over ``days``."""
    a, xi, eta = state[0], state[1], state[2]
    sin_i, cos_i = math.sin(state[3]), math.cos(state[3])
    semi_latus = a * (1.0 - xi * xi - eta * eta)
    mean_motion = math.sqrt(EARTH_MU_KM3_S2 / (a * a * a)) * SECONDS_PER_DAY  # rad/day
    radius_ratio = EARTH_EQUATORIAL_RADIUS_KM / semi_latus
    j2_rate = 1.5 * EARTH_J2 * radius_ratio * radius_ratio * mean_motion
    state[4] -= j2_rate * cos_i * days
    frozen = -0.5 * EARTH_J3 / EARTH_J2 * radius_ratio * sin_i
    turn = j2_rate * (2.0 - 2.5 * sin_i * sin_i) * days
    c, s = math.cos(turn), math.sin(turn)
    state[1] = c * xi - s * (eta - frozen)
    state[2] = frozen + s * xi + c * (eta - frozen)


NODE_COUNTS = (16, 32, 64, 192)
"""Nodes per orbit the engine chooses from."""

_GOLDEN = 0.6180339887498949  # spreads the nodes evenly over the hours of the step, whatever their number


def node_lattice(node_count: int) -> FloatArray:
    """Where along the orbit and when within the step the drag is sampled, (3, n): see :func:`orbit_rates`."""
    index = np.arange(node_count) + 0.5
    angle = 2.0 * np.pi * index / node_count
    return np.array([np.cos(angle), np.sin(angle), index * _GOLDEN % 1.0 - 0.5])


@compiled(fastmath=True, inner=True)
def _node_choice(state: Any) -> int:
    """Which of ``NODE_COUNTS``: the density varies along the orbit as exp(a e / H), so eccentric orbits need more."""
    spread_km = state[0] * math.sqrt(state[1] ** 2 + state[2] ** 2)
    if spread_km < 35.0:
        return 0
    if spread_km < 150.0:
        return 1
    if spread_km < 700.0:
        return 2
    return 3


@compiled()
def fly(
    nets: Any,
    state: Any,
    start_mjd: float,
    stop_mjd: float,
    first_day_mjd: int,
    drivers: Any,
    ballistic_m2_kg: Any,
    drag_factor: float,
    floor_mean_altitude_km: float,
    reentry_altitude_km: float,
    altitude_by_day_km: Any,
    work: Any,
    averaged: bool,
) -> tuple[float, int]:
    """Advance ``state`` in place until a time, a floor of mean altitude, or re-entry; return (time [MJD], reason).

    ``drivers`` (n_day, 3), ``ballistic_m2_kg`` (n_day,) and ``altitude_by_day_km`` (n_day + 1,) count days from
    ``first_day_mjd``; the last is filled at each midnight passed. The caller guarantees the days cover the flight.
    ``drag_factor`` multiplies the coefficients.
    ``nets``: weights of the density's and of the averaged drag's network. ``work``: one lattice for each of
    ``NODE_COUNTS``; (8, 192) floats; scratch memory of either network. ``averaged``: whether the latter may be used.
    """
    # Taken apart here and not in a function of its own: counting the references of thirty arrays twice a day took as
    # long as the day's drag.
    weights, averaged_weights = nets
    lattices, scratch, net_scratch, averaged_scratch = work
    time = start_mjd
    rates, half_rates = np.empty(5), np.empty(5)
    middle, fresh = np.empty(5), np.empty(5)
    known = False  # whether ``rates`` holds yesterday's rates
    lowest = 0.0
    while time < stop_mjd:
        day = math.floor(time + 1.0e-9) - first_day_mjd
        day_end = min(float(first_day_mjd + day + 1), stop_mjd)
        step = day_end - time
        sun, ballistic = drivers[day], ballistic_m2_kg[day] * drag_factor
        if not known:
            noon = time + 0.5 * step
            if averaged and is_averaged_inner(state):
                lowest = averaged_rates_inner(averaged_weights, noon, state, sun, ballistic, averaged_scratch, rates)
            else:
                nodes = lattices[_node_choice(state)]
                lowest = _orbit_rates(weights, noon, step, state, sun, ballistic, nodes, scratch, net_scratch, rates)
            if not math.isfinite(rates[0]) or not math.isfinite(lowest):
                return time, FAILED
            if lowest <= reentry_altitude_km:
                return time, REENTERED
        altitude = state[0] - EARTH_EQUATORIAL_RADIUS_KM
        largest = _STEP_FRACTION * max(lowest - _HEIGHT_OFFSET_KM, 5.0)
        if -rates[0] * step > largest:
            step = largest / -rates[0]
        # midpoint rule
        _advance(state, rates, 0.5 * step, middle)
        noon = time + 0.5 * step
        if averaged and is_averaged_inner(middle):
            low_half = averaged_rates_inner(
                averaged_weights, noon, middle, sun, ballistic, averaged_scratch, half_rates
            )
        else:
            nodes = lattices[_node_choice(middle)]
            low_half = _orbit_rates(
                weights, noon, step, middle, sun, ballistic, nodes, scratch, net_scratch, half_rates
            )
        if not math.isfinite(half_rates[0]):
            return time, FAILED
        low_end = low_half + 0.5 * half_rates[0] * step  # the lowest point sinks about as the mean does
        fraction, reason = 1.0, RUNNING
        sunk = altitude + half_rates[0] * step
        if sunk < floor_mean_altitude_km:
            fraction, reason = max((altitude - floor_mean_altitude_km) / (altitude - sunk), 0.0), AT_FLOOR
        if low_end < reentry_altitude_km:
            low_start = low_half - 0.5 * half_rates[0] * step
            at_reentry = min(max((low_start - reentry_altitude_km) / (low_start - low_end), 0.0), 1.0)
            if at_reentry < fraction or reason == RUNNING:
                fraction, reason = at_reentry, REENTERED
        _advance(state, half_rates, fraction * step, fresh)
        for j in range(5):
            state[j] = fresh[j]
        time = time + fraction * step if reason != RUNNING or step < day_end - time else day_end
        if time == math.floor(time):
            altitude_by_day_km[int(time) - first_day_mjd] = state[0] - EARTH_EQUATORIAL_RADIUS_KM
        if reason != RUNNING:
            return time, reason
        # Far from the end yesterday's rates place the middle of today well enough: they differ by what the Sun did
        # overnight, at most a few tens of metres of altitude, 1e-3 in density, with either sign.
        known = -half_rates[0] < _SLOW_KM_DAY
        if known:
            lowest = low_end
            for j in range(5):
                rates[j] = half_rates[j]
    return time, RUNNING


@compiled(fastmath=True, inner=True)
def _advance(state: Any, rates: Any, days: float, out: Any) -> None:
    """State after ``days``: half the drag, the secular turn, the other half (Strang splitting, second order)."""
    for j in range(5):
        out[j] = state[j] + 0.5 * days * rates[j]
    _secular_motion(out, days)
    for j in range(5):
        out[j] += 0.5 * days * rates[j]
