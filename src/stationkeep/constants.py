"""Physical constants, each with its unit in the name and its source beside it."""

from __future__ import annotations

from typing import Final

# --- Earth: WGS 84 (NIMA TR8350.2) and EGM2008 zonal harmonics (Pavlis et al. 2012), unnormalised -------------
EARTH_EQUATORIAL_RADIUS_KM: Final = 6378.137  # WGS 84 semi-major axis; also the zero of every "mean altitude"
EARTH_FLATTENING: Final = 1.0 / 298.257223563  # WGS 84
EARTH_MU_KM3_S2: Final = 398600.4418  # WGS 84 / IERS 2010, with atmosphere
EARTH_J2: Final = 1.08262668e-3  # EGM2008, zero-tide to 1e-9
EARTH_J3: Final = -2.53265649e-6  # EGM2008
EARTH_J4: Final = -1.61962159e-6  # EGM2008
EARTH_ROTATION_RAD_S: Final = 7.292115e-5  # IERS 2010 nominal, stellar angle
SUN_MU_KM3_S2: Final = 1.32712440041279e11  # DE440 (Park et al. 2021)
MOON_MU_KM3_S2: Final = 4902.800118  # DE440
EARTH_MEAN_RADIUS_KM: Final = 6371.0088  # IUGG mean radius R1, for areas on the sphere

STANDARD_GRAVITY_M_S2: Final = 9.80665  # CGPM 1901, defines specific impulse in seconds

SECONDS_PER_DAY: Final = 86400.0
MJD_OF_J2000: Final = 51544.5  # 2000-01-01 12:00 in the same time scale
MJD_OF_UNIX_EPOCH: Final = 40587.0  # 1970-01-01 00:00 UTC
