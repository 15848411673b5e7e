"""NRLMSISE-00 in a tenth of a microsecond: a small network trained on the reference code.

The empirical model is, at heart, a handful of slowly varying quantities (exospheric temperature, the amounts of
nitrogen, oxygen, helium at the base of diffusion, ...), each *linear* in products of harmonics of place and local time
with functions of Sun and season, followed by a non-linear height profile. The network has the same two parts:

1. ``latents_l = sum_jk U[k, j, l] x_j d_k`` with place features ``x`` and day features ``d`` (no non-linearity), and
2. ``ln(density) = profile(h) + layers(latents, height features)``, three layers with ``x / sqrt(1 + x*x)`` between.

Day features are constant over one orbit, so ``U`` is contracted with them once per call and the orbit's points only
pay for what changes along it. Formulas: ``docs/atmosphere.md``; training: ``design/train_density_surrogate.py``.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from stationkeep.compiled import compiled, inner_kernel
from stationkeep.environment import surrogate_formulas as formulas
from stationkeep.environment.atmosphere import FloatArray, PointwiseAtmosphere
from stationkeep.environment.lanes import LANES, Block, Lanes, exponential, sine_cosine
from stationkeep.environment.nrlmsise00 import DENSITY_MODEL, reference_density
from stationkeep.environment.shipped_network import network_provenance, network_weights

SURROGATE_FLOOR_KM = 100.0
SURROGATE_CEILING_KM = 1000.0

N_PLACE = formulas.N_LOCAL + formulas.N_TURNING
N_LATENT = 16
N_HIDDEN = 48
_N_MIXED = N_LATENT + formulas.N_HEIGHT

# Outside its range the surrogate only has to stay finite and monotonic while an integrator steps across the edge.
_SCALE_HEIGHT_BELOW_KM = 5.5
_SCALE_HEIGHT_ABOVE_KM = 300.0


_SHIPPED: Final = ("stationkeep.environment", "nrlmsise00_surrogate.npz")


class SurrogateWeights(NamedTuple):
    """The trained network; arrays C-contiguous, float32 but for the profile. Layers are stored (inputs, outputs)."""

    local: NDArray[np.float32]
    """(N_DAY, N_LOCAL, N_LATENT): ``U`` for latitude and local-time features."""
    turning: NDArray[np.float32]
    """(N_DAY_TURNING, N_TURNING, N_LATENT): ``U`` for longitude and universal-time features."""
    hidden1: NDArray[np.float32]
    """(N_LATENT + N_HEIGHT, N_HIDDEN)."""
    bias1: NDArray[np.float32]
    """(N_HIDDEN,)."""
    hidden2: NDArray[np.float32]
    """(N_HIDDEN, N_HIDDEN)."""
    bias2: NDArray[np.float32]
    """(N_HIDDEN,)."""
    output: NDArray[np.float32]
    """(N_HIDDEN,)."""
    profile: NDArray[np.float64]
    """(10,): reference profile, powers 0-5 of ``t`` then 1-4 of ``q``; the last layer's bias is inside."""


@functools.cache
def load_surrogate_weights() -> SurrogateWeights:
    """The weights shipped with the package (shared by all callers: do not change them)."""
    return network_weights(SurrogateWeights, *_SHIPPED)


@functools.cache
def surrogate_provenance() -> dict[str, Any]:
    """How the shipped weights were made; see :func:`network_provenance`."""
    return network_provenance(*_SHIPPED)


def surrogate_workspace(n: int) -> NDArray[np.float32]:
    """Scratch memory for :func:`density_along_orbit` (one per thread); its size does not depend on ``n`` points."""
    del n
    return np.empty(formulas.N_DAY + N_PLACE * N_LATENT, dtype=np.float32)


_day_features = compiled(fastmath=True, inner=True)(formulas.day_features)


def _activation(x: Lanes) -> Lanes:
    return x / (x * x + 1.0).sqrt()


@intrinsic  # type: ignore[untyped-decorator]
def _fold_day(typing_context: Any, day: Any, local: Any, turning: Any, today: Any) -> Any:
    """``today[j, l] = sum_k day[k] U[k, j, l]``, place features by latents."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        block = Block(context, builder)
        factors, upper, lower, out = (block.data(t, a) for t, a in zip(signature.args, arguments, strict=True))
        size = formulas.N_LOCAL * N_LATENT
        block.combine_rows(factors, upper, out, (formulas.N_DAY, size))
        rest = block.offset(out, size)
        block.combine_rows(factors, lower, rest, (formulas.N_DAY_TURNING, formulas.N_TURNING * N_LATENT))
        return context.get_dummy_value()

    return types.none(day, local, turning, today), generate


@intrinsic  # type: ignore[untyped-decorator]
def _density_block(typing_context: Any, today: Any, weights: Any, points: Any, out: Any, start: Any) -> Any:
    """Density of the eight points from ``start`` on; ``points`` is (sin lat, cos lat, longitude, time, altitude)."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        block = Block(context, builder)
        folded = block.data(signature.args[0], arguments[0])
        net = SurrogateWeights(*block.tuple_data(signature.args[1], arguments[1]))
        first = arguments[4]
        pointers = block.tuple_data(signature.args[2], arguments[2])
        s, c, longitude, time, altitude = (block.read(pointer, first) for pointer in pointers)
        mixed, t, q, beyond = _mixed_rows(block, folded, (s.single(), c.single()), longitude, time, altitude)
        hidden1, hidden2 = block.scratch(N_HIDDEN), block.scratch(N_HIDDEN)
        block.dense(net.hidden1, net.bias1, mixed, hidden1, (_N_MIXED, N_HIDDEN), _activation)
        block.dense(net.hidden2, net.bias2, hidden1, hidden2, (N_HIDDEN, N_HIDDEN), _activation)
        block.dense(net.output, None, hidden2, hidden1, (N_HIDDEN, 1))
        profile = formulas.reference_profile([block.scalar(net.profile, k) for k in range(10)], t, q)
        density = exponential(profile + block.recall(hidden1, 0).double() - beyond)
        block.write(density, block.data(signature.args[3], arguments[3]), first)
        return context.get_dummy_value()

    return types.none(today, weights, points, out, types.int64), generate


def _mixed_rows(
    block: Block, folded: Any, latitude: tuple[Lanes, Lanes], longitude: Lanes, time: Lanes, altitude: Lanes
) -> tuple[Any, Lanes, Lanes, Lanes]:
    """Latents and height features as the first layer's input, with ``t``, ``q`` and the way outside the range."""
    cos_sin_time = sine_cosine(time)[::-1]
    cos_sin_longitude = sine_cosine(longitude)[::-1]
    place = block.scratch(N_PLACE)
    rows = formulas.local_features(*latitude, *cos_sin_time)
    rows += formulas.turning_features(*latitude, *cos_sin_time, *cos_sin_longitude)
    for row, quantity in enumerate(rows):
        block.keep(place, row, quantity)
    mixed = block.scratch(_N_MIXED)
    block.dense(folded, None, place, mixed, (N_PLACE, N_LATENT))
    inside = altitude.most(SURROGATE_FLOOR_KM).least(SURROGATE_CEILING_KM)
    heights = formulas.height_features(inside)
    for row, quantity in enumerate(heights):
        block.keep(mixed, N_LATENT + row, quantity.single())
    outside = altitude - inside
    beyond = outside.most(0.0) * (1.0 / _SCALE_HEIGHT_ABOVE_KM) + outside.least(0.0) * (1.0 / _SCALE_HEIGHT_BELOW_KM)
    return mixed, heights[0], heights[2], beyond


@compiled(fastmath=True, inner=True)
def _eight(
    today: NDArray[np.float32],
    weights: SurrogateWeights,
    sin_lat: FloatArray,
    cos_lat: FloatArray,
    longitude_rad: FloatArray,
    solar_time_rad: FloatArray,
    altitude_km: FloatArray,
    out_kg_m3: FloatArray,
    start: int,
) -> None:
    """A function of its own, so that callers with several uses compile its thousand instructions once."""
    points = (sin_lat, cos_lat, longitude_rad, solar_time_rad, altitude_km)
    _density_block(today, weights, points, out_kg_m3, start)


@compiled(fastmath=True)
def density_along_orbit(
    weights: SurrogateWeights,
    mjd_utc: FloatArray,
    f107_previous: float,
    f107_81day: float,
    ap: float,
    sin_lat: FloatArray,
    cos_lat: FloatArray,
    longitude_rad: FloatArray,
    solar_time_rad: FloatArray,
    altitude_km: FloatArray,
    work: NDArray[np.float32],
    out_kg_m3: FloatArray,
) -> None:
    """How dense is the air at the points of one orbit?

    Parameters
    ----------
    weights         from :func:`load_surrogate_weights`
    mjd_utc         (n,) modified Julian days; only the season is taken from it (at the middle point)
    f107_previous, f107_81day, ap
                    the day's drivers: previous-day and 81-day centred F10.7 [sfu], daily Ap
    sin_lat, cos_lat
                    (n,) of *geodetic* latitude
    longitude_rad   (n,) east, any number of turns
    solar_time_rad  (n,) local solar time as an angle, ``2 pi (UT/24 h) + longitude``, any number of turns
    altitude_km     (n,) geodetic; valid from 100 to 1000 km, continued exponentially outside only so that a step
                    across the edge stays finite
    work            from :func:`surrogate_workspace`
    out_kg_m3       (n,) receives the density

    All arrays float64 and C-contiguous, all values finite. Allocates nothing for eight points or more.
    """
    n = sin_lat.shape[0]
    day = work[: formulas.N_DAY]
    today = work[formulas.N_DAY :]
    season = 2.0 * math.pi / formulas.YEAR_DAYS * (mjd_utc[n // 2] - 51544.0)
    saturation = math.exp(-formulas.AP_SATURATION_RATE * (ap - 4.0))
    daily = min(f107_previous, formulas.HIGHEST_DAILY_F107_SFU)
    features = _day_features(math.cos(season), math.sin(season), daily, f107_81day, ap, saturation)
    for k in range(formulas.N_DAY):
        day[k] = features[k]
    _fold_day(day, weights.local, weights.turning, today)
    if n >= LANES:
        for block in range((n + LANES - 1) // LANES):
            # The last block is moved back to end with the array; what it repeats comes out the same.
            start = min(block * LANES, n - LANES)
            _eight(today, weights, sin_lat, cos_lat, longitude_rad, solar_time_rad, altitude_km, out_kg_m3, start)
    else:
        padded = np.empty((6, LANES))
        for k in range(LANES):
            source = min(k, n - 1)
            padded[0, k] = sin_lat[source]
            padded[1, k] = cos_lat[source]
            padded[2, k] = longitude_rad[source]
            padded[3, k] = solar_time_rad[source]
            padded[4, k] = altitude_km[source]
        # A bare 0 would be a type of its own, and have the block compiled a second time.
        first: Any = np.int64(0)
        _eight(today, weights, padded[0], padded[1], padded[2], padded[3], padded[4], padded[5], first)
        for k in range(n):
            out_kg_m3[k] = padded[5, k]


density_along_orbit_inner = inner_kernel(density_along_orbit, fastmath=True)


@compiled(fastmath=True)
def _density_of_runs(weights: SurrogateWeights, points: FloatArray, work: NDArray[np.float32], out: FloatArray) -> None:
    """Density of checked points (7, n), see ``checked_points``; neighbours under the same Sun share a call."""
    n = points.shape[1]
    sin_lat, cos_lat = np.sin(np.radians(points[1])), np.cos(np.radians(points[1]))
    longitude = np.radians(points[2])
    time_of_day = points[0] - np.floor(points[0])
    solar_time = 2.0 * math.pi * time_of_day + longitude
    begin = 0
    while begin < n:
        end = begin + 1
        while (
            end < n
            and math.floor(points[0, end]) == math.floor(points[0, begin])
            and points[4, end] == points[4, begin]
            and points[5, end] == points[5, begin]
            and points[6, end] == points[6, begin]
        ):
            end += 1
        density_along_orbit_inner(
            weights,
            points[0, begin:end],
            points[4, begin],
            points[5, begin],
            points[6, begin],
            sin_lat[begin:end],
            cos_lat[begin:end],
            longitude[begin:end],
            solar_time[begin:end],
            points[3, begin:end],
            work,
            out[begin:end],
        )
        begin = end


def density_of_points(points: FloatArray) -> FloatArray:
    """Density [kg/m3] of points (7, n) that ``checked_points`` made and that lie between floor and ceiling, (n,)."""
    density = np.empty(points.shape[1])
    _density_of_runs(load_surrogate_weights(), points, surrogate_workspace(1), density)
    return density


@dataclass(frozen=True, slots=True)
class Nrlmsise00Surrogate(PointwiseAtmosphere):
    """NRLMSISE-00 through its surrogate from 100 to 1000 km, and through the reference code outside.

    Within 0.5 % (1 sigma) of the reference at 150-500 km, unbiased; the errors by altitude and activity are in
    ``validation/density_surrogate.md``. Ballistic coefficients fitted with it carry the reference model's name: its
    bias is far below that of any fit.
    """

    @property
    def density_model(self) -> str:
        """Name that ballistic coefficients fitted with this model carry."""
        return DENSITY_MODEL

    @property
    def implementation(self) -> str:
        """Which weights compute it."""
        notes = surrogate_provenance()
        return f"surrogate {notes['sha256'][:12]} of pymsis {notes['pymsis']}, version=0"

    @property
    def floor_km(self) -> float:
        """Below, the reference code answers [km]."""
        return SURROGATE_FLOOR_KM

    @property
    def ceiling_km(self) -> float:
        """Above, the reference code answers [km]."""
        return SURROGATE_CEILING_KM

    def _density_of(self, points: FloatArray) -> FloatArray:
        inside = (points[3] >= SURROGATE_FLOOR_KM) & (points[3] <= SURROGATE_CEILING_KM)
        density = np.empty(points.shape[1])
        density[inside] = density_of_points(np.ascontiguousarray(points[:, inside]))
        density[~inside] = reference_density(points[:, ~inside])
        return density
