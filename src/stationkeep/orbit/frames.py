"""From one frame to another without heyoka: GCRF, EME2000, TEME and TOD of date, ITRF.

Precession and frame bias are IAU 2006 in the four Fukushima-Williams angles (Wallace and Capitaine, Astron. Astrophys.
459, 2006; IERS Conventions 2010, chapter 5), nutation is the abridged IAU 2000B. TEME is the frame of element
sets as Vallado et al. (AIAA 2006-6753) define it: behind the Earth-fixed frame by Greenwich mean sidereal time of 1982.
GCRF to TEME agrees with heyoka's IERS chain within 0.1 m in a low orbit.

ITRF is the one frame that depends on measured Earth rotation, which is not used here: UT1 is taken as UTC (at most
0.9 s, 0.4 km along the equator) and polar motion as zero (10 m). Heights, speeds and mean axes are not touched by it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeep.constants import EARTH_ROTATION_RAD_S, MJD_OF_J2000, SECONDS_PER_DAY
from stationkeep.errors import OrbitError
from stationkeep.orbit.nutation import ARCSEC, moon_node_rad, nutation_rad
from stationkeep.orbit.terrestrial_time import tt_minus_utc_s

Floats = NDArray[np.float64]

_DAYS_PER_CENTURY: Final = 36525.0
_TURN: Final = 2.0 * np.pi

# Fukushima-Williams angles with frame bias and mean obliquity, IAU 2006, in powers of TT centuries [arcsec].
_GAMMA_BAR: Final = (-0.052928, 10.556378, 0.4932044, -0.00031238, -0.000002788, 0.0000000260)
_PHI_BAR: Final = (84381.412819, -46.811016, 0.0511268, 0.00053289, -0.000000440, -0.0000000176)
_PSI_BAR: Final = (-0.041775, 5038.481484, 1.5584175, -0.00018522, -0.000026452, -0.0000000148)
_OBLIQUITY: Final = (84381.406, -46.836769, -0.0001831, 0.00200340, -0.000000576, -0.0000000434)
# Greenwich mean sidereal time less the Earth rotation angle, IAU 2006 [arcsec]; with the Earth rotation angle itself
# [turns, turns per day of UT1], IERS Conventions 2010, equations 5.14 and 5.32.
_MEAN_SIDEREAL_LESS_ROTATION: Final = (0.014506, 4612.156534, 1.3915817, -0.00000044, -0.000029956, -0.0000000368)
_ROTATION_ANGLE: Final = (0.7790572732640, 1.00273781191135448)
# Greenwich mean sidereal time of 1982 (Aoki et al. 1982) [s], in powers of UT1 centuries.
_MEAN_SIDEREAL_1982_S: Final = (67310.54841, 876600.0 * 3600.0 + 8640184.812866, 0.093104, -6.2e-6)
# The two complementary terms of the equation of the equinoxes above 0.01 milliarcsec: sines of the Moon's node and of
# twice it [arcsec] (Capitaine et al. 2003).
_COMPLEMENTARY: Final = (0.00264096, 0.00006352)


class Frame(StrEnum):
    """The frames a state may be given in."""

    GCRF = "GCRF"
    """Geocentric celestial reference frame (ICRF axes)."""
    EME2000 = "EME2000"
    """Mean equator and equinox of J2000.0; 0.02 arcsec from GCRF."""
    TEME = "TEME"
    """True equator, mean equinox of date: the frame of element sets."""
    TOD = "TOD"
    """True equator and true equinox of date."""
    ITRF = "ITRF"
    """Earth-fixed; see the module for what is left out."""


def frame_named(name: str) -> Frame:
    """Which frame does a message mean by this name?

    ``ICRF`` is read as GCRF (the origin is the Earth), ``ITRF2014`` and its like as ITRF: the realisations differ by
    centimetres. Raises :class:`OrbitError` for any other name.
    """
    plain = name.strip().upper()
    if plain in ("ICRF", "GCRF", "GCRS", "ICRF2", "ICRF3"):
        return Frame.GCRF
    if plain in ("J2000", "EME2000"):
        return Frame.EME2000
    if plain in ("TEME", "TOD"):
        return Frame(plain)
    if plain == "ITRF" or (plain.startswith("ITRF") and plain[4:].lstrip("-").isdigit()):
        return Frame.ITRF
    raise OrbitError(
        f"reference frame {name!r} is not known here",
        hint="give states in EME2000, GCRF, ICRF, TEME or TOD of date, or ITRF",
    )


def converted_states(states: ArrayLike, times_mjd_utc: ArrayLike, source: Frame, target: Frame) -> Floats:
    """The same motion seen from another frame.

    ``states`` is ``(n, 6)`` [km, km/s] at ``times_mjd_utc`` ``(n,)``; returns ``(n, 6)``. Between celestial
    frames velocities turn as vectors (TEME and TOD move by under 1e-11 rad/s); to and from ITRF the Earth's
    rotation is added. Dates from 1972 on.
    """
    given = np.atleast_2d(np.asarray(states, dtype=np.float64))
    times = np.atleast_1d(np.asarray(times_mjd_utc, dtype=np.float64))
    if source is target:
        return given.copy()
    to_celestial = np.swapaxes(_from_gcrf(source, times), 1, 2)
    turn = _from_gcrf(target, times) @ to_celestial
    position, velocity = given[:, :3], given[:, 3:]
    if source is Frame.ITRF:
        velocity = velocity + _swept(position)
    position, velocity = _applied(turn, position), _applied(turn, velocity)
    if target is Frame.ITRF:
        velocity = velocity - _swept(position)
    return np.hstack([position, velocity])


def _from_gcrf(frame: Frame, times_mjd_utc: Floats) -> Floats:
    """Rotation matrices ``(n, 3, 3)`` from GCRF to ``frame``."""
    if frame is Frame.GCRF:
        return np.broadcast_to(np.eye(3), (len(times_mjd_utc), 3, 3))
    if frame is Frame.EME2000:
        # Bias and precession at J2000.0 itself is the frame bias alone.
        zero = np.zeros(1)
        return np.repeat(_bias_precession_nutation(zero, zero, zero), len(times_mjd_utc), axis=0)
    centuries = _centuries_tt(times_mjd_utc)
    longitude, obliquity = nutation_rad(centuries)
    true_of_date = _bias_precession_nutation(centuries, longitude, obliquity)
    if frame is Frame.TOD:
        return true_of_date
    sidereal = _apparent_sidereal_time(centuries, longitude, times_mjd_utc)
    if frame is Frame.TEME:
        sidereal = sidereal - _mean_sidereal_time_1982(times_mjd_utc)
    return _about_z(sidereal) @ true_of_date


def _centuries_tt(times_mjd_utc: Floats) -> Floats:
    """Julian centuries of TT since J2000.0; the leap seconds are looked up once a day."""
    days, of_time = np.unique(np.floor(times_mjd_utc), return_inverse=True)
    ahead_s = np.array([tt_minus_utc_s(float(day)) for day in days])[of_time]
    return np.asarray((times_mjd_utc - MJD_OF_J2000 + ahead_s / SECONDS_PER_DAY) / _DAYS_PER_CENTURY)


def _bias_precession_nutation(centuries: Floats, longitude: Floats, obliquity: Floats) -> Floats:
    gamma, phi, psi, mean_obliquity = (
        _polynomial(powers, centuries) * ARCSEC for powers in (_GAMMA_BAR, _PHI_BAR, _PSI_BAR, _OBLIQUITY)
    )
    inner = _about_x(phi) @ _about_z(gamma)
    return _about_x(-(mean_obliquity + obliquity)) @ _about_z(-(psi + longitude)) @ inner


def _apparent_sidereal_time(centuries_tt: Floats, longitude: Floats, times_mjd_utc: Floats) -> Floats:
    """Greenwich apparent sidereal time [rad], with UT1 taken as UTC."""
    days = times_mjd_utc - MJD_OF_J2000
    # Whole turns are dropped before multiplying, so that no digits of the fraction are lost.
    turns = _ROTATION_ANGLE[0] + (_ROTATION_ANGLE[1] - 1.0) * days + np.mod(days, 1.0)
    mean = _TURN * np.mod(turns, 1.0) + _polynomial(_MEAN_SIDEREAL_LESS_ROTATION, centuries_tt) * ARCSEC
    node = moon_node_rad(centuries_tt)
    complementary = (_COMPLEMENTARY[0] * np.sin(node) + _COMPLEMENTARY[1] * np.sin(2.0 * node)) * ARCSEC
    return np.asarray(mean + longitude * np.cos(_polynomial(_OBLIQUITY, centuries_tt) * ARCSEC) + complementary)


def _mean_sidereal_time_1982(times_mjd_utc: Floats) -> Floats:
    centuries = (times_mjd_utc - MJD_OF_J2000) / _DAYS_PER_CENTURY
    seconds = np.mod(_polynomial(_MEAN_SIDEREAL_1982_S, centuries), SECONDS_PER_DAY)
    return np.asarray(seconds / SECONDS_PER_DAY * _TURN)


def _polynomial(powers: tuple[float, ...], x: Floats) -> Floats:
    return np.asarray(np.polynomial.polynomial.polyval(x, np.array(powers)))


def _about_x(angle: Floats) -> Floats:
    """Rotation of the axes about the first one, ``(n, 3, 3)``."""
    c, s, one, zero = np.cos(angle), np.sin(angle), np.ones_like(angle), np.zeros_like(angle)
    return np.array([[one, zero, zero], [zero, c, s], [zero, -s, c]]).transpose(2, 0, 1)


def _about_z(angle: Floats) -> Floats:
    """Rotation of the axes about the third one, ``(n, 3, 3)``."""
    c, s, one, zero = np.cos(angle), np.sin(angle), np.ones_like(angle), np.zeros_like(angle)
    return np.array([[c, s, zero], [-s, c, zero], [zero, zero, one]]).transpose(2, 0, 1)


def _applied(matrices: Floats, vectors: Floats) -> Floats:
    return np.asarray(np.einsum("nij,nj->ni", matrices, vectors))


def _swept(positions_km: Floats) -> Floats:
    """Velocity of points fixed to the turning Earth [km/s]."""
    x, y = positions_km[:, 0], positions_km[:, 1]
    return EARTH_ROTATION_RAD_S * np.stack([-y, x, np.zeros_like(x)], axis=1)
