"""Drag of a near-circular orbit in one look: a small network trained on the orbit average itself.

Sixteen points along an orbit cost sixteen evaluations of the density. For a near-circular orbit their average is a
smooth function of Sun, season, height, the orbit's plane relative to the Sun and the eccentricity vector, which a
network learns as it does the density: ``latents = sum_jk U[k, j, l] y_j d_k`` of plane features ``y`` and day features
``d``, then three layers with ``x / sqrt(1 + x*x)`` between. Formulas: ``docs/atmosphere.md``; training:
``design/train_averaged_drag.py``; errors: ``validation/density_surrogate.md``.
"""

from __future__ import annotations

import functools
import math
from typing import Any, Final, NamedTuple

import numpy as np
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from stationkeep.compiled import compiled, inner_kernel
from stationkeep.constants import (
    EARTH_EQUATORIAL_RADIUS_KM,
    EARTH_MU_KM3_S2,
    EARTH_ROTATION_RAD_S,
    SECONDS_PER_DAY,
)
from stationkeep.environment import surrogate_formulas
from stationkeep.environment.lanes import Block, Lanes
from stationkeep.environment.shipped_network import network_provenance, network_weights
from stationkeep.orbit import averaged_formulas as formulas

N_LATENT: Final = 16
N_HIDDEN: Final = 64
N_OUTPUT: Final = 4
_N_MIXED = N_LATENT + formulas.N_HEIGHT
_N_PLACE = formulas.N_PLANE + formulas.N_PERIGEE

LOWEST_POINT_KM: Final = 160.0
"""The network answers for orbits that nowhere come below this geodetic height (below, nodes along the orbit do)."""
HIGHEST_ALTITUDE_KM: Final = 680.0
LARGEST_SPREAD_KM: Final = 20.0
"""... for effective altitudes up to, and ``a e`` up to."""

# The height of a circular orbit above the ellipsoid swings by this times sin^2 i twice a revolution: 10.7 km by the
# flattening less up to 1.8 km by the short-period term of J2.
_SWING_KM = 9.6

# The node's local time less its right ascension: the Greenwich sidereal angle less universal time (Vallado, eq. 3-45,
# its linear part), degrees at MJD 51544.5 and per day.
_SIDEREAL_DEG = 100.46061837
_SIDEREAL_DEG_DAY = 0.98564736629

# Where each row stands in the scratch memory; starts on multiples of eight.
_DAY, _PLACE, _TODAY, _MIXED, _FIRST, _SECOND = 0, 24, 56, 568, 592, 656
_WORK_SIZE = 720


_SHIPPED: Final = ("stationkeep.orbit", "averaged_drag.npz")


class AveragedWeights(NamedTuple):
    """The trained network; arrays C-contiguous, float32 but for profile. Layers are stored (inputs, outputs)."""

    plane: NDArray[np.float32]
    """(N_DAY, N_PLANE, N_LATENT)."""
    perigee: NDArray[np.float32]
    """(N_DAY_TURNING, N_PERIGEE, N_LATENT)."""
    hidden1: NDArray[np.float32]
    """(N_LATENT + N_HEIGHT, N_HIDDEN)."""
    bias1: NDArray[np.float32]
    """(N_HIDDEN,)."""
    hidden2: NDArray[np.float32]
    """(N_HIDDEN, N_HIDDEN)."""
    bias2: NDArray[np.float32]
    """(N_HIDDEN,)."""
    output: NDArray[np.float32]
    """(N_OUTPUT, N_HIDDEN): ln(density), and the push on the eccentricity vector along three axes."""
    bias3: NDArray[np.float32]
    """(N_OUTPUT,)."""
    profile: NDArray[np.float64]
    """(10,): reference profile of ln(density [kg/m3]), powers 0-5 of ``t`` then 1-4 of ``q``."""


@functools.cache
def load_averaged_weights() -> AveragedWeights:
    """The weights shipped with the package (shared by all callers: do not change them)."""
    return network_weights(AveragedWeights, *_SHIPPED)


@functools.cache
def averaged_provenance() -> dict[str, Any]:
    """How the shipped weights were made; see :func:`network_provenance`."""
    return network_provenance(*_SHIPPED)


def averaged_workspace() -> NDArray[np.float32]:
    """Scratch memory for :func:`averaged_rates`, one per thread."""
    return np.empty(_WORK_SIZE, dtype=np.float32)


def _activation(x: Lanes) -> Lanes:
    return x / (x * x + 1.0).sqrt()


@intrinsic  # type: ignore[untyped-decorator]
def _layers(typing_context: Any, weights: Any, work: Any) -> Any:
    """From day and place features in ``work`` to the second hidden layer, row vectors times matrices all the way."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        block = Block(context, builder)
        net = AveragedWeights(*block.tuple_data(signature.args[0], arguments[0]))
        memory = block.data(signature.args[1], arguments[1])
        day, place, today, mixed, first, second = (
            block.offset(memory, at) for at in (_DAY, _PLACE, _TODAY, _MIXED, _FIRST, _SECOND)
        )
        size = formulas.N_PLANE * N_LATENT
        block.combine_rows(day, net.plane, today, (surrogate_formulas.N_DAY, size))
        rest = surrogate_formulas.N_DAY_TURNING, formulas.N_PERIGEE * N_LATENT
        block.combine_rows(day, net.perigee, block.offset(today, size), rest)
        block.combine_rows(place, today, mixed, (_N_PLACE, N_LATENT))
        block.combine_rows(mixed, net.hidden1, first, (_N_MIXED, N_HIDDEN), net.bias1, _activation)
        block.combine_rows(first, net.hidden2, second, (N_HIDDEN, N_HIDDEN), net.bias2, _activation)
        return context.get_dummy_value()

    return types.none(weights, work), generate


@compiled(fastmath=True, inner=True)
def _through_layers(weights: AveragedWeights, work: NDArray[np.float32]) -> None:
    """A function of its own, so that its instructions are compiled once."""
    _layers(weights, work)


_day_features = compiled(fastmath=True, inner=True)(surrogate_formulas.day_features)
_plane_features = compiled(fastmath=True, inner=True)(formulas.plane_features)
_perigee_features = compiled(fastmath=True, inner=True)(formulas.perigee_features)
_height_features = compiled(fastmath=True, inner=True)(formulas.height_features)
_effective_altitude_km = compiled(fastmath=True, inner=True)(formulas.effective_altitude_km)


@compiled(fastmath=True)
def lowest_point_km(state: Any) -> float:
    """A height the orbit nowhere comes below [geodetic km]: as if perigee stood where the ground is highest."""
    sin_i = math.sin(state[3])
    effective = _effective_altitude_km(state[0], sin_i * sin_i)
    return float(
        effective - _SWING_KM * sin_i * sin_i - state[0] * math.sqrt(state[1] * state[1] + state[2] * state[2])
    )


_lowest_point_km = inner_kernel(lowest_point_km, fastmath=True)


@compiled(fastmath=True)
def is_averaged(state: Any) -> bool:
    """Whether :func:`averaged_rates` answers for this orbit."""
    spread = state[0] * math.sqrt(state[1] * state[1] + state[2] * state[2])
    return (
        spread <= LARGEST_SPREAD_KM
        and state[0] - EARTH_EQUATORIAL_RADIUS_KM <= HIGHEST_ALTITUDE_KM
        and _lowest_point_km(state) >= LOWEST_POINT_KM
    )


is_averaged_inner = inner_kernel(is_averaged, fastmath=True)


@compiled(fastmath=True)
def averaged_rates(
    weights: AveragedWeights,
    time_mjd: float,
    state: Any,
    drivers: Any,
    ballistic_m2_kg: float,
    work: NDArray[np.float32],
    rates: Any,
) -> float:
    """Fill ``rates`` as :func:`stationkeep.orbit.decay_kernel.orbit_rates` does, averaged over a day's longitudes too.

    Only for orbits that :func:`is_averaged` accepts. The node's own motion by drag (under 0.01 degrees in a lifetime)
    is left out; the inclination's is that of even density, within a third of its few hundredths of a degree.
    """
    a, xi, eta = state[0], state[1], state[2]
    season = 2.0 * math.pi / surrogate_formulas.YEAR_DAYS * (time_mjd - 51544.0)
    saturation = math.exp(-surrogate_formulas.AP_SATURATION_RATE * (drivers[2] - 4.0))
    daily = min(drivers[0], surrogate_formulas.HIGHEST_DAILY_F107_SFU)
    day = _day_features(math.cos(season), math.sin(season), daily, drivers[1], drivers[2], saturation)
    for k in range(surrogate_formulas.N_DAY):
        work[_DAY + k] = day[k]
    local = state[4] - math.radians(_SIDEREAL_DEG + _SIDEREAL_DEG_DAY * (time_mjd - 51544.5))
    cos_n, sin_n = math.cos(local), math.sin(local)
    cos_i, sin_i = math.cos(state[3]), math.sin(state[3])
    unit = a / formulas.PERIGEE_UNIT_KM
    px = unit * (xi * cos_n - eta * cos_i * sin_n)
    py = unit * (xi * sin_n + eta * cos_i * cos_n)
    pz = unit * eta * sin_i
    plane = _plane_features(sin_i * sin_n, -sin_i * cos_n, cos_i)
    for k in range(formulas.N_PLANE):
        work[_PLACE + k] = plane[k]
    perigee = _perigee_features(sin_i * sin_n, -sin_i * cos_n, cos_i, px, py, pz)
    for k in range(formulas.N_PERIGEE):
        work[_PLACE + formulas.N_PLANE + k] = perigee[k]
    heights = _height_features(_effective_altitude_km(a, sin_i * sin_i))
    for k in range(formulas.N_HEIGHT):
        work[_MIXED + N_LATENT + k] = heights[k]
    _through_layers(weights, work)
    log_density, gx, gy, gz = 0.0, 0.0, 0.0, 0.0
    for k in range(N_HIDDEN):
        x = work[_SECOND + k]
        log_density += weights.output[0, k] * x
        gx += weights.output[1, k] * x
        gy += weights.output[2, k] * x
        gz += weights.output[3, k] * x
    t, q, p = heights[0], heights[2], weights.profile
    log_density += weights.bias3[0] + p[0] + t * (p[1] + t * (p[2] + t * (p[3] + t * (p[4] + t * p[5]))))
    log_density += q * (p[6] + q * (p[7] + q * (p[8] + q * p[9])))
    gx, gy, gz = gx + weights.bias3[1], gy + weights.bias3[2], gz + weights.bias3[3]
    mean_motion = math.sqrt(EARTH_MU_KM3_S2 / (a * a * a))  # rad/s
    slowed = 1.0 - EARTH_ROTATION_RAD_S * cos_i / mean_motion  # speed through air that turns with the Earth
    # 1e3: rho [kg/m3] B [m2/kg] is per metre
    d_a = -1.0e3 * SECONDS_PER_DAY * math.exp(log_density) * ballistic_m2_kg * mean_motion * a * a * slowed * slowed
    rates[0] = d_a
    rates[1] = d_a / a * (gx * cos_n + gy * sin_n)
    rates[2] = d_a / a * (-gx * cos_i * sin_n + gy * cos_i * cos_n + gz * sin_i)
    rates[3] = 0.25 * d_a / (a * slowed) * EARTH_ROTATION_RAD_S / mean_motion * sin_i
    rates[4] = 0.0
    return _lowest_point_km(state)


averaged_rates_inner = inner_kernel(averaged_rates, fastmath=True)
