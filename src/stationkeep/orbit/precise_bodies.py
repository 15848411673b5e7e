"""Where are Sun and Moon? Day by day, as short polynomials the integrator reads as run-time parameters.

The analytical theories VSOP2013 and ELP2000 (in heyoka) would cost more than all other forces together if they were
summed at every step. Over one UTC day the Moon moves by 13 degrees: a polynomial of degree 7 in time follows it, and
one of degree 4 the Sun, within a metre of the theories.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from stationkeep.constants import MOON_MU_KM3_S2, SECONDS_PER_DAY, SUN_MU_KM3_S2
from stationkeep.orbit.precise_tables import SECONDS_PER_JULIAN_CENTURY, require_heyoka

Floats = NDArray[np.float64]

# Terms of the theories below this share of the leading one are dropped: a few kilometres of the Moon.
_THRESHOLD: Final = 1.0e-6
_SUN_DEGREE: Final = 4
_MOON_DEGREE: Final = 7
_HALF_DAY_S: Final = 0.5 * SECONDS_PER_DAY
_NODES: Final = 16
_EARTH_MOON_BARYCENTRE: Final = 3  # VSOP2013's number
_ASTRONOMICAL_UNIT_KM: Final = 149597870.7  # IAU 2012
_MOON_SHARE: Final = 1.0 / (1.0 + 81.3005682214972)  # of the mass of Earth and Moon, DE440
BODY_PARAMETERS: Final = 1 + 3 * (_SUN_DEGREE + 1 + _MOON_DEGREE + 1)


class SunAndMoon:
    """Positions in GCRS [km], by the theories (compiled once, a few seconds; then from heyoka's cache)."""

    def __init__(self) -> None:
        heyoka = require_heyoka()
        century = heyoka.time / SECONDS_PER_JULIAN_CENTURY
        moon = heyoka.model.elp2000_cartesian_fk5(time_expr=century, thresh=_THRESHOLD)
        moon = heyoka.model.rot_fk5j2000_icrs(list(moon[:3]))
        barycentre = heyoka.model.vsop2013_cartesian_icrf(
            _EARTH_MOON_BARYCENTRE, time_expr=century / 10.0, thresh=_THRESHOLD
        )
        self._positions = heyoka.cfunc([*moon, *barycentre[:3]], [heyoka.make_vars("x")], compact_mode=True)
        self._days: dict[float, Floats] = {}

    def positions_km(self, times_tt_s: Floats) -> tuple[Floats, Floats]:
        """Sun and Moon, ``(n, 3)`` each [km, GCRS], at seconds of TT since J2000."""
        times = np.atleast_1d(np.asarray(times_tt_s, dtype=np.float64))
        columns = np.asarray(self._positions(np.zeros((1, len(times))), time=times), dtype=np.float64)
        moon = columns[:3].T
        # The theory gives the barycentre as seen from the Sun.
        sun = -columns[3:].T * _ASTRONOMICAL_UNIT_KM + moon * _MOON_SHARE
        return sun, moon

    def day_parameters(self, noon_tt_s: float) -> Floats:
        """The run-time parameters of one day: its noon [TT s], then polynomials of Sun and Moon around it."""
        if noon_tt_s not in self._days:
            nodes = np.cos(np.pi * (np.arange(_NODES) + 0.5) / _NODES)
            sun, moon = self.positions_km(noon_tt_s + nodes * _HALF_DAY_S)
            parts = [_polynomial(nodes, sun, _SUN_DEGREE), _polynomial(nodes, moon, _MOON_DEGREE)]
            self._days[noon_tt_s] = np.concatenate([[noon_tt_s], *(part.ravel() for part in parts)])
        return self._days[noon_tt_s]


def _polynomial(nodes: Floats, positions_km: Floats, degree: int) -> Floats:
    """Coefficients ``(3, degree + 1)`` in powers of half days."""
    fitted = np.polynomial.chebyshev.chebfit(nodes, positions_km, degree)
    return np.array([np.polynomial.chebyshev.cheb2poly(fitted[:, axis]) for axis in range(3)])


def sun_and_moon_expressions(first_parameter: int) -> tuple[list[Any], list[Any]]:
    """Positions of Sun and Moon [km, GCRS] as heyoka expressions of time and of :meth:`SunAndMoon.day_parameters`."""
    heyoka = require_heyoka()
    par = heyoka.par
    half_days = (heyoka.time - par[first_parameter]) / _HALF_DAY_S
    positions, at = [], first_parameter + 1
    for degree in (_SUN_DEGREE, _MOON_DEGREE):
        position = []
        for _ in range(3):
            value = par[at + degree]
            for power in range(degree - 1, -1, -1):
                value = value * half_days + par[at + power]
            position.append(value)
            at += degree + 1
        positions.append(position)
    return positions[0], positions[1]


def third_body_acceleration(place: list[Any], sun: list[Any], moon: list[Any]) -> list[Any]:
    """Pull of Sun and Moon on the satellite less their pull on the Earth [km/s2]."""
    pulls = [_pull(place, body, mu) for body, mu in ((sun, SUN_MU_KM3_S2), (moon, MOON_MU_KM3_S2))]
    return [one + other for one, other in zip(*pulls, strict=True)]


def _pull(place: list[Any], body: list[Any], mu_km3_s2: float) -> list[Any]:
    heyoka = require_heyoka()
    away = [there - here for there, here in zip(body, place, strict=True)]
    direct = heyoka.sum([part**2 for part in away]) ** -1.5
    of_earth = heyoka.sum([part**2 for part in body]) ** -1.5
    return [mu_km3_s2 * (near * direct - far * of_earth) for near, far in zip(away, body, strict=True)]
