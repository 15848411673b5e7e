"""How uncertain is a casualty expectation? Random draws of what is not known, each with a stated spread.

===================  =====================================================  ==================================
what                 spread                                                 from
===================  =====================================================  ==================================
casualty area        the draws of a demise computation; or, for an area      two codes on one spacecraft, ROSAT:
                     that was given, log-normal, 1 sigma a factor of 1.8     13.6 and 31.8 m2 (Kelley et al. 2010)
people under orbit   log-normal, 2 % from 28 degrees on, 4 % from 6 degrees  against GPWv4 of 2005 and 2020
                     on, 8 % nearer to the equator (1 sigma)                 (validation/casualty.md)
people under a track log-normal, 12 % over one revolution, more for less of    against GPWv4 of 2020 along orbits and
                     it (40 % for a single strip of debris)                  strips (validation/casualty.md)
person               0.36 m2, by convention: no spread                      NASA-STD-8719.14
latitude law         log-normal, 2 %                                        drag at the equatorial bulge
roofs                see :mod:`stationkeep.descent.sheltering`               only where asked for
===================  =====================================================  ==================================

The two codes differ by a factor of 2.33; the difference of two independent draws has a spread of the square root of
two times that of one, so that one sigma is ln(2.33) / sqrt(2) = 0.60, a factor of 1.8.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeep.descent.sheltering import Sheltering
from stationkeep.errors import InputError

FloatArray = NDArray[np.float64]

AREA_FACTOR: Final = 1.8
_REVOLUTION_SIGMA: Final = 0.12
_STRIP_SIGMA: Final = 0.40
LATITUDE_LAW_SIGMA: Final = 0.02
_PEOPLE_SIGMA: Final = ((28.0, 0.02), (6.0, 0.04), (0.0, 0.08))
DRAWS: Final = 20_000


@dataclass(frozen=True, slots=True, eq=False)
class RiskDraws:
    """Draws of the casualty area and of the casualty expectation, (n,) each."""

    casualty_area_m2: FloatArray
    casualty_expectation: FloatArray

    def area_quantiles(self) -> tuple[float, float, float]:
        """5, 50 and 95 % of the casualty area [m2]."""
        return _quantiles(self.casualty_area_m2)

    def expectation_quantiles(self) -> tuple[float, float, float]:
        """5, 50 and 95 % of the casualty expectation."""
        return _quantiles(self.casualty_expectation)


def people_sigma(inclination_deg: float) -> float:
    """1 sigma of the logarithm of the number of people under an orbit of this inclination."""
    reach = min(inclination_deg, 180.0 - inclination_deg)
    return next(sigma for least, sigma in _PEOPLE_SIGMA if reach >= least)


def track_people_sigma(revolutions: float) -> float:
    """1 sigma of the logarithm of the number of people under so many revolutions of a known ground track.

    Errors of the map average out along the track: 0.40 for one strip of debris (a thirtieth of a revolution), 0.12
    for a whole revolution, and as the cube root in between and beyond, down to that of the latitude bands.
    """
    along: float = _REVOLUTION_SIGMA * max(revolutions, 1e-3) ** (-1.0 / 3.0)
    return min(_STRIP_SIGMA, max(_PEOPLE_SIGMA[0][1], along))


def draw_risk(
    casualty_area_m2: float | ArrayLike,
    people_per_km2: float,
    people_sigma_log: float,
    *,
    area_factor: float = AREA_FACTOR,
    sheltering: Sheltering | None = None,
    seed: int = 1,
    draws: int = DRAWS,
) -> RiskDraws:
    """Possible casualty expectations, given what is not known.

    Parameters
    ----------
    casualty_area_m2   one area, spread by ``area_factor``; or many, the draws of a demise computation, as they are
    people_per_km2     where the pieces come down
    people_sigma_log   1 sigma of its logarithm, :func:`people_sigma` or :func:`track_people_sigma`
    area_factor        1 sigma as a factor, at least 1; 1: the area is known exactly
    seed               same seed, same draws

    Raises :class:`InputError` for a factor below 1 or a negative area.
    """
    if not (math.isfinite(area_factor) and area_factor >= 1.0):
        raise InputError(
            f"a casualty area cannot be uncertain by a factor of {area_factor:g}",
            hint="give 1 for an area known exactly, 1.8 for one by a demise code",
        )
    rng = np.random.default_rng(np.random.SeedSequence(seed))
    given = np.atleast_1d(np.asarray(casualty_area_m2, dtype=np.float64))
    if not (given.size and np.isfinite(given).all() and (given >= 0.0).all()):
        raise InputError(
            "a casualty area is negative or unknown", hint="give zero or a positive number of square metres"
        )
    if given.size == 1:
        area = given[0] * np.exp(math.log(area_factor) * rng.standard_normal(draws))
    else:
        area = rng.choice(given, draws)
    sigma = math.hypot(people_sigma_log, LATITUDE_LAW_SIGMA)
    people = people_per_km2 * np.exp(sigma * rng.standard_normal(draws))
    roof = np.ones(draws) if sheltering is None else sheltering.sample(rng, draws)
    return RiskDraws(np.asarray(area), np.asarray(area * people * roof * 1.0e-6))


def _quantiles(values: FloatArray) -> tuple[float, float, float]:
    low, middle, high = (float(value) for value in np.quantile(values, (0.05, 0.5, 0.95)))
    return low, middle, high
