"""What the density surrogate is made of: its features, in plain arithmetic.

Every function here uses only ``+ - * /`` and works on numbers, numpy arrays, heyoka expressions and the compiled
kernel's vector lanes alike; the network that combines the features is in :mod:`stationkeep.environment.surrogate`.
The features are the ones NRLMSISE-00 itself is built from (Picone et al. 2002, doi:10.1029/2002JA009430, and the
structure of its predecessors, Hedin 1987, doi:10.1029/JA092iA05p04649, appendix A), so that the network need not
learn them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

N_DAY: Final = 18
"""Day features."""
N_DAY_TURNING: Final = 9
"""The first of them, which also modulate longitude and universal-time terms."""
N_LOCAL: Final = 29
"""Place features of latitude and local solar time."""
N_TURNING: Final = 30
"""Place features of longitude and universal time."""
N_HEIGHT: Final = 6
"""Height features."""

YEAR_DAYS: Final = 365.25
"""Period of the season; its phase drifts by less than a day over a leap-year cycle (0.1 % of density)."""

HIGHEST_DAILY_F107_SFU: Final = 400.0
"""A daily flux above this is not taken: it is a radio burst in the noon reading, not more heat. Seven days from 1957 to
2025 have one (938.6 sfu on 2011-03-08), and NRLMSISE-00 turns over at about 500: at 800 its density at 420 km is a
hundred-thousandth."""

# How NRLMSISE-00 lets daily Ap saturate: a(Ap) = x + (s - 1) (x + (exp(-k x) - 1) / k) with x = Ap - 4.
# k and s are recovered from the reference code's exospheric temperature, which follows this form to seven digits.
AP_SATURATION_RATE: Final = 0.08470006
AP_STORM_SLOPE: Final = 0.17014683


def day_features(
    cos_season: Any, sin_season: Any, f107_previous: Any, f107_81day: Any, ap: Any, ap_saturation: Any
) -> tuple[Any, ...]:
    """Functions of Sun and season that stay constant over an orbit (``N_DAY`` of them).

    The season is the angle ``2 pi (MJD - 51544) / 365.25``; ``ap_saturation`` is ``exp(-AP_SATURATION_RATE (Ap - 4))``.
    """
    level = (f107_81day - 150.0) / 100.0
    daily = (f107_previous - f107_81day) / 60.0
    quiet = ap - 4.0
    bent = quiet + (ap_saturation - 1.0) / AP_SATURATION_RATE
    storm = (quiet + (AP_STORM_SLOPE - 1.0) * bent) / 30.0
    return (
        1.0,
        level,
        storm,
        cos_season,
        sin_season,
        level * cos_season,
        level * sin_season,
        storm * cos_season,
        storm * sin_season,
        level * level,
        daily,
        daily * daily,
        level * daily,
        quiet / 100.0,
        cos_season * cos_season - sin_season * sin_season,
        2.0 * cos_season * sin_season,
        daily * cos_season,
        daily * sin_season,
    )


def local_features(s: Any, c: Any, cos_time: Any, sin_time: Any) -> list[Any]:
    """Harmonics of geodetic latitude (sine ``s``, cosine ``c``) and local solar time (``N_LOCAL`` of them)."""
    s2 = s * s
    s3 = s2 * s
    s4 = s2 * s2
    diurnal = c * cos_time, c * sin_time
    semidiurnal = _turned(diurnal, diurnal)
    terdiurnal = _turned(semidiurnal, diurnal)
    rows = [1.0, s, s2, s3, s4, s4 * s, s4 * s2]
    rows += _modulated(diurnal, [s, s2, s4])
    rows += _modulated(semidiurnal, [s, s2, s3])
    rows += _modulated(terdiurnal, [s, s3])
    return rows


def turning_features(s: Any, c: Any, cos_time: Any, sin_time: Any, cos_longitude: Any, sin_longitude: Any) -> list[Any]:
    """Harmonics of longitude and universal time (``N_TURNING`` of them)."""
    s2 = s * s
    s3 = s2 * s
    s4 = s2 * s2
    s5 = s4 * s
    longitude = c * cos_longitude, c * sin_longitude
    # Universal time is local time less longitude; UT plus twice the longitude is local time plus longitude.
    universal = (
        cos_time * cos_longitude + sin_time * sin_longitude,
        sin_time * cos_longitude - cos_time * sin_longitude,
    )
    twisted = (
        c * s * (c * cos_time * cos_longitude - c * sin_time * sin_longitude),
        c * s * (c * sin_time * cos_longitude + c * cos_time * sin_longitude),
    )
    rows = _modulated(longitude, [s, s2, s3, s4, s5])
    rows += _modulated(universal, [s, s2, s3, s4, s5, s4 * s2])
    rows += _modulated(twisted, [s2])
    return rows


def height_features(altitude_km: Any) -> tuple[Any, ...]:
    """``t, t*t, q, q*q, b, b*w`` of geodetic altitude (``N_HEIGHT`` of them).

    ``t`` spreads 150-1000 km, ``q`` the steep layers above 100 km. The bell ``b`` and its slope stand where
    NRLMSISE-00 joins two temperature profiles (123 km), which storms over the poles bend most.
    """
    t = (altitude_km - 300.0) / (altitude_km + 300.0)
    q = 20.0 / (altitude_km - 80.0)
    w = (altitude_km - 116.0) / 10.0
    b = 1.0 / (w * w + 1.0)
    return t, t * t, q, q * q, b, b * w


def reference_profile(coefficients: Sequence[Any], t: Any, q: Any) -> Any:
    """Smooth ln(density [kg/m3]) of altitude about which the network describes departures.

    ``coefficients``: ten, of powers 0-5 of ``t`` and then 1-4 of ``q``.
    """
    p = coefficients
    upper = p[0] + t * (p[1] + t * (p[2] + t * (p[3] + t * (p[4] + t * p[5]))))
    return upper + q * (p[6] + q * (p[7] + q * (p[8] + q * p[9])))


def _turned(first: tuple[Any, Any], second: tuple[Any, Any]) -> tuple[Any, Any]:
    """Cosine and sine of a sum of two angles."""
    return first[0] * second[0] - first[1] * second[1], first[1] * second[0] + first[0] * second[1]


def _modulated(pair: tuple[Any, Any], factors: list[Any]) -> list[Any]:
    return [*pair, *(part * factor for factor in factors for part in pair)]
