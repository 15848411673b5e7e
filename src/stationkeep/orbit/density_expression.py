"""Air densities as heyoka expressions: the same surrogate the mean engine flies, and an exponential for tests.

The surrogate's network is rebuilt here from the shipped weights, so that the two engines can be compared with one
density. Its inputs that hold for a whole UTC day (Sun, storms, season) are folded into the network's first matrix
outside the integrator and enter as run-time parameters: one compiled integrator then serves any space weather.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from stationkeep.constants import MJD_OF_J2000, SECONDS_PER_DAY
from stationkeep.environment import surrogate_formulas as formulas
from stationkeep.environment.surrogate import N_PLACE, SurrogateWeights, load_surrogate_weights
from stationkeep.orbit.precise_tables import require_heyoka

Floats = NDArray[np.float64]

_NOON_OF_J2000: Final = MJD_OF_J2000 % 1.0  # J2000.0 falls at noon: half a turn of universal time


@dataclass(frozen=True, slots=True)
class ExponentialAtmosphere:
    """Density falling by *e* every scale height above a reference altitude, everywhere and always the same."""

    reference_altitude_km: float
    reference_density_kg_m3: float
    scale_height_km: float

    def expression(self, altitude_km: Any) -> Any:
        """Density [kg/m3] at a geodetic altitude [km]."""
        heyoka = require_heyoka()
        fall = (altitude_km - self.reference_altitude_km) / -self.scale_height_km
        return self.reference_density_kg_m3 * heyoka.exp(fall)


def surrogate_parameters(day_mjd: int, drivers: Floats, tt_minus_utc_s: float) -> Floats:
    """What the surrogate's expression needs to know about one UTC day: its run-time parameters.

    ``drivers``: previous-day F10.7, its 81-day mean, Ap. The season moves within the day, so the folded matrix comes
    with its rate: value at noon and change per day, which leaves under 5e-5 of its amplitude. In front of them stand
    the noon itself [TT s since J2000] and TT - UTC [s].
    """
    previous, mean, ap = (float(value) for value in drivers)
    return _parameters_of_day(day_mjd, (previous, mean, ap), tt_minus_utc_s)


@lru_cache(maxsize=64)  # flights go on leg by leg within a day
def _parameters_of_day(day_mjd: int, drivers: tuple[float, float, float], tt_minus_utc_s: float) -> Floats:
    noon_mjd = day_mjd + 0.5
    start, middle, end = (_folded_matrix(noon_mjd + shift, drivers) for shift in (-0.5, 0.0, 0.5))
    noon_tt_s = (noon_mjd - MJD_OF_J2000) * SECONDS_PER_DAY + tt_minus_utc_s
    parameters = np.concatenate([[noon_tt_s, tt_minus_utc_s], middle.ravel(), (end - start).ravel()])
    parameters.flags.writeable = False
    return parameters


def surrogate_expression(itrs_km: list[Any], geodetic: list[Any], first_parameter: int) -> Any:
    """Density [kg/m3] of the shipped surrogate at an Earth-fixed place, now.

    ``itrs_km``: x, y, z; ``geodetic``: altitude [km], latitude and longitude [rad] of the same place;
    ``first_parameter``: index of the first of the run-time parameters that
    :func:`surrogate_parameters` fills.
    """
    heyoka = require_heyoka()
    par, weights = heyoka.par, load_surrogate_weights()
    altitude, latitude, _ = geodetic
    across = heyoka.sqrt(itrs_km[0] ** 2 + itrs_km[1] ** 2)
    noon, offset = par[first_parameter], par[first_parameter + 1]
    turn = (heyoka.time - offset) * (2.0 * np.pi / SECONDS_PER_DAY) + 2.0 * np.pi * _NOON_OF_J2000
    place = _place_features(
        (heyoka.sin(latitude), heyoka.cos(latitude)),
        (itrs_km[0] / across, itrs_km[1] / across),
        (heyoka.cos(turn), heyoka.sin(turn)),
    )
    days_from_noon = (heyoka.time - noon) / SECONDS_PER_DAY
    used = _used_latents(weights)
    size = len(used) * N_PLACE
    latents = []
    for row in range(len(used)):
        at = first_parameter + 2 + row * N_PLACE
        value = heyoka.sum([par[at + k] * place[k] for k in range(N_PLACE)])
        rate = heyoka.sum([par[at + size + k] * place[k] for k in range(N_PLACE)])
        latents.append(value + days_from_noon * rate)
    return heyoka.exp(_network(heyoka, weights, latents, altitude))


def _folded_matrix(time_mjd: float, drivers: tuple[float, float, float]) -> Floats:
    """The network's first matrix (used latents, ``N_PLACE``) with Sun, storms and season of a moment folded in."""
    season = 2.0 * np.pi / formulas.YEAR_DAYS * (time_mjd - 51544.0)
    previous, mean, ap = drivers
    previous = min(previous, formulas.HIGHEST_DAILY_F107_SFU)
    saturation = np.exp(-formulas.AP_SATURATION_RATE * (ap - 4.0))
    features = np.array(formulas.day_features(np.cos(season), np.sin(season), previous, mean, ap, saturation))
    weights = load_surrogate_weights()
    local = np.tensordot(features, weights.local.astype(np.float64), axes=1)
    turning = np.tensordot(features[: formulas.N_DAY_TURNING], weights.turning.astype(np.float64), axes=1)
    return np.vstack([local, turning]).T[_used_latents(weights)]


def _used_latents(weights: SurrogateWeights) -> list[int]:
    """Latents that count: the kernel may pad their number for its vector lanes with rows of zero weight."""
    latent_count = weights.local.shape[2]
    return [row for row in range(latent_count) if np.any(weights.hidden1[row])]


def _place_features(latitude: tuple[Any, Any], longitude: tuple[Any, Any], universal: tuple[Any, Any]) -> list[Any]:
    """The network's harmonics of place from (sine, cosine) of latitude, (cosine, sine) of longitude and of UT."""
    # Local time is universal time plus longitude.
    cos_time = universal[0] * longitude[0] - universal[1] * longitude[1]
    sin_time = universal[1] * longitude[0] + universal[0] * longitude[1]
    local = formulas.local_features(*latitude, cos_time, sin_time)
    return local + formulas.turning_features(*latitude, cos_time, sin_time, *longitude)


def _network(heyoka: Any, weights: SurrogateWeights, latents: list[Any], altitude_km: Any) -> Any:
    """Logarithm of density: two dense layers on latents and height, plus the reference profile."""
    heights = formulas.height_features(altitude_km)
    rows = [*_used_latents(weights), *range(len(weights.hidden1) - len(heights), len(weights.hidden1))]
    values = _dense(heyoka, weights.hidden1[rows], weights.bias1, [*latents, *heights])
    values = _dense(heyoka, weights.hidden2, weights.bias2, values)
    profile = formulas.reference_profile([float(p) for p in weights.profile], heights[0], heights[2])
    return profile + heyoka.sum([float(w) * v for w, v in zip(weights.output, values, strict=True)])


def _dense(heyoka: Any, matrix: NDArray[np.float32], bias: NDArray[np.float32], inputs: list[Any]) -> list[Any]:
    """One layer, ``matrix`` being (inputs, outputs), with the activation ``x / sqrt(1 + x^2)``."""
    outputs = []
    for column, start in zip(matrix.T, bias, strict=True):
        terms = [float(w) * v for w, v in zip(column, inputs, strict=True)]
        x = heyoka.sum([heyoka.expression(float(start)), *terms])
        outputs.append(x / heyoka.sqrt(1.0 + x * x))
    return outputs
