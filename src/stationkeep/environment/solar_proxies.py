"""What JB2008 wants of the Sun beyond F10.7, guessed from F10.7 and Ap: no free table of the real indices exists.

JB2008 (Bowman et al., AIAA 2008-6438) is driven by four fluxes, F10, S10 (ultraviolet, 26-34 nm), M10 (magnesium line),
Y10 (X-rays and Lyman-alpha), and by the warming of storms, dTc. Space Environment Technologies publishes them; its
tables may not be passed on. The regressions here were fitted to 95 days of their release 5_3g in seven stretches, 1997
to 2014 (``design/fit_jb2008_proxies.py`` does it with your own copy). They err by 9, 5 and 6 sfu (1 sigma) in
the 81-day means of S10, M10, Y10 and by 7, 8 and 6 sfu around them. S10 is the one that counts: it stood at 79 sfu in
1997 and at 48 sfu in 2008 under nearly the same F10.7. What that does to density: ``docs/atmosphere.md``.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from stationkeep.environment.atmosphere import FloatArray

# Mean of 81 days from that of F10.7 (highest power first), and the share of F10.7's daily deviation.
_S10: Final = ((-2.534e-3, 1.704, -44.91), 0.357)
_M10: Final = ((0.9435, 4.51), 0.500)
_Y10: Final = ((-3.952e-3, 1.907, -49.63), 0.332)
_HIGHEST_MEAN_SFU: Final = 230.0  # of the days fitted; beyond, S10, M10 and Y10 stay as they are there


def jb2008_indices(f107_sfu: FloatArray, f107_81day_sfu: FloatArray, ap: FloatArray) -> FloatArray:
    """F10, S10, M10, Y10, each with its 81-day mean [sfu], and dTc [K], from what NRLMSISE-00 is driven by; (9, n).

    Rows: F10, F10 mean, S10, S10 mean, M10, M10 mean, Y10, Y10 mean, dTc.
    """
    capped = np.minimum(f107_81day_sfu, _HIGHEST_MEAN_SFU)
    rows: list[FloatArray] = [f107_sfu, f107_81day_sfu]
    for polynomial, share in (_S10, _M10, _Y10):
        mean = np.asarray(np.polyval(polynomial, capped), dtype=np.float64)
        rows += [mean + share * (f107_sfu - f107_81day_sfu), mean]
    return np.array([*rows, storm_warming_k(ap)])


def storm_warming_k(ap: FloatArray) -> FloatArray:
    """By how much geomagnetic activity warms the thermosphere [K] (Jacchia 1971): JB2008's rule outside storms.

    JB2008's own table follows it exactly hour by hour while Dst is quiet. With daily Ap it is right to about 15 K up to
    Ap 30; in storms (Ap over 40) JB2008 takes Dst and is 40 to 100 K warmer.
    """
    return np.asarray(ap + 100.0 * (1.0 - np.exp(-0.08 * ap)))
