"""How far does the Earth's axis nod? The 49 largest terms of the IAU 2000B nutation, and the mean angles they need.

Terms below 0.4 milliarcseconds are left out: together with the planetary ones that costs about one milliarcsecond,
three centimetres in a low orbit. Source: McCarthy and Luzum, "An abridged model of the precession-nutation of the
celestial pole", Celest. Mech. Dyn. Astron. 85, 2003; arguments of Simon et al., Astron. Astrophys. 282, 1994.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

ARCSEC: Final = np.pi / 648000.0  # [rad]
_TENTH_MICROARCSEC: Final = 1.0e-7 * ARCSEC  # the unit of the table
# What the series leaves to the planets, as constants (Luzum 2001), in milliarcseconds.
_PLANETARY_LONGITUDE: Final = -0.135e-3 * ARCSEC
_PLANETARY_OBLIQUITY: Final = 0.388e-3 * ARCSEC

# Mean anomaly of the Moon and of the Sun, argument of latitude and elongation of the Moon, node of the Moon: value at
# J2000 and rate [arcsec, arcsec per Julian century].
_ARGUMENTS: Final = np.array(
    [
        [485868.249036, 1717915923.2178],
        [1287104.79305, 129596581.0481],
        [335779.526232, 1739527262.8478],
        [1072260.70369, 1602961601.2090],
        [450160.398036, -6962890.5431],
    ]
)

# Multiples of the five arguments; then longitude: sine, sine times century, cosine; obliquity: cosine, cosine times
# century, sine [0.1 microarcsec].
_TERMS: Final = np.array(
    [
        [0, 0, 0, 0, 1, -172064161, -174666, 33386, 92052331, 9086, 15377],
        [0, 0, 2, -2, 2, -13170906, -1675, -13696, 5730336, -3015, -4587],
        [0, 0, 2, 0, 2, -2276413, -234, 2796, 978459, -485, 1374],
        [0, 0, 0, 0, 2, 2074554, 207, -698, -897492, 470, -291],
        [0, 1, 0, 0, 0, 1475877, -3633, 11817, 73871, -184, -1924],
        [0, 1, 2, -2, 2, -516821, 1226, -524, 224386, -677, -174],
        [1, 0, 0, 0, 0, 711159, 73, -872, -6750, 0, 358],
        [0, 0, 2, 0, 1, -387298, -367, 380, 200728, 18, 318],
        [1, 0, 2, 0, 2, -301461, -36, 816, 129025, -63, 367],
        [0, -1, 2, -2, 2, 215829, -494, 111, -95929, 299, 132],
        [0, 0, 2, -2, 1, 128227, 137, 181, -68982, -9, 39],
        [-1, 0, 2, 0, 2, 123457, 11, 19, -53311, 32, -4],
        [-1, 0, 0, 2, 0, 156994, 10, -168, -1235, 0, 82],
        [1, 0, 0, 0, 1, 63110, 63, 27, -33228, 0, -9],
        [-1, 0, 0, 0, 1, -57976, -63, -189, 31429, 0, -75],
        [-1, 0, 2, 2, 2, -59641, -11, 149, 25543, -11, 66],
        [1, 0, 2, 0, 1, -51613, -42, 129, 26366, 0, 78],
        [-2, 0, 2, 0, 1, 45893, 50, 31, -24236, -10, 20],
        [0, 0, 0, 2, 0, 63384, 11, -150, -1220, 0, 29],
        [0, 0, 2, 2, 2, -38571, -1, 158, 16452, -11, 68],
        [0, -2, 2, -2, 2, 32481, 0, 0, -13870, 0, 0],
        [-2, 0, 0, 2, 0, -47722, 0, -18, 477, 0, -25],
        [2, 0, 2, 0, 2, -31046, -1, 131, 13238, -11, 59],
        [1, 0, 2, -2, 2, 28593, 0, -1, -12338, 10, -3],
        [-1, 0, 2, 0, 1, 20441, 21, 10, -10758, 0, -3],
        [2, 0, 0, 0, 0, 29243, 0, -74, -609, 0, 13],
        [0, 0, 2, 0, 0, 25887, 0, -66, -550, 0, 11],
        [0, 1, 0, 0, 1, -14053, -25, 79, 8551, -2, -45],
        [-1, 0, 0, 2, 1, 15164, 10, 11, -8001, 0, -1],
        [0, 2, 2, -2, 2, -15794, 72, -16, 6850, -42, -5],
        [0, 0, -2, 2, 0, 21783, 0, 13, -167, 0, 13],
        [1, 0, 0, -2, 1, -12873, -10, -37, 6953, 0, -14],
        [0, -1, 0, 0, 1, -12654, 11, 63, 6415, 0, 26],
        [-1, 0, 2, 2, 1, -10204, 0, 25, 5222, 0, 15],
        [0, 2, 0, 0, 0, 16707, -85, -10, 168, -1, 10],
        [1, 0, 2, 2, 2, -7691, 0, 44, 3268, 0, 19],
        [-2, 0, 2, 0, 0, -11024, 0, -14, 104, 0, 2],
        [0, 1, 2, 0, 2, 7566, -21, -11, -3250, 0, -5],
        [0, 0, 2, 2, 1, -6637, -11, 25, 3353, 0, 14],
        [0, -1, 2, 0, 2, -7141, 21, 8, 3070, 0, 4],
        [0, 0, 0, 2, 1, -6302, -11, 2, 3272, 0, 4],
        [1, 0, 2, -2, 1, 5800, 10, 2, -3045, 0, -1],
        [2, 0, 2, -2, 2, 6443, 0, -7, -2768, 0, -4],
        [-2, 0, 0, 2, 1, -5774, -11, -15, 3041, 0, -5],
        [2, 0, 2, 0, 1, -5350, 0, 21, 2695, 0, 12],
        [0, -1, 2, -2, 1, -4752, -11, -3, 2719, 0, -3],
        [0, 0, 0, -2, 1, -4940, -11, -21, 2720, 0, -9],
        [-1, -1, 0, 2, 0, 7350, 0, -8, -51, 0, 4],
        [2, 0, 0, -2, 1, 4065, 0, 6, -2206, 0, 1],
    ],
    dtype=np.float64,
)  # fmt: skip


def nutation_rad(centuries_tt: Floats) -> tuple[Floats, Floats]:
    """Nutation in longitude and in obliquity [rad], ``(n,)`` each, at Julian centuries of TT since J2000 ``(n,)``.

    Good to about one milliarcsecond from 1995 to 2050.
    """
    angles = _arguments_rad(centuries_tt) @ _TERMS[:, :5].T
    sine, cosine = np.sin(angles), np.cos(angles)
    psi_sin, psi_sin_t, psi_cos, eps_cos, eps_cos_t, eps_sin = _TERMS[:, 5:].T
    century = centuries_tt[:, None]
    longitude = np.sum((psi_sin + psi_sin_t * century) * sine + psi_cos * cosine, axis=1)
    obliquity = np.sum((eps_cos + eps_cos_t * century) * cosine + eps_sin * sine, axis=1)
    return (
        longitude * _TENTH_MICROARCSEC + _PLANETARY_LONGITUDE,
        obliquity * _TENTH_MICROARCSEC + _PLANETARY_OBLIQUITY,
    )


def moon_node_rad(centuries_tt: Floats) -> Floats:
    """Mean longitude of the Moon's ascending node [rad], ``(n,)``."""
    return np.asarray(_arguments_rad(centuries_tt)[:, 4])


def _arguments_rad(centuries_tt: Floats) -> Floats:
    """The five mean angles [rad], ``(n, 5)``, reduced to one turn so that no digits are lost in large angles."""
    arcsec = _ARGUMENTS[:, 0] + _ARGUMENTS[:, 1] * centuries_tt[:, None]
    return np.asarray(np.mod(arcsec, 1296000.0) * ARCSEC)
