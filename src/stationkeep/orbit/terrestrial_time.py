"""UTC at the edges, terrestrial time (TT) inside the integrator: the leap seconds between them.

TT is TAI + 32.184 s (IAU 1991); TAI - UTC grows by one second at each leap second (IERS Bulletin C). The list ends
with the leap second of 31 December 2016, the last one in the IERS rapid file of September 2026 (a test finds the
list again in the steps of UT1 - UTC); the last value is held after that. A leap second missed would move a
state by 7.5 km along its track and a fall date by one second.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeep.constants import MJD_OF_J2000, SECONDS_PER_DAY
from stationkeep.errors import OrbitError
from stationkeep.timescale import iso_day

_TT_MINUS_TAI_S: Final = 32.184
_FIRST_TAI_MINUS_UTC_S: Final = 10  # on 1 January 1972, when UTC took whole leap seconds

# Days (MJD UTC) from whose midnight TAI - UTC is one second larger; the first entry is where the count starts.
_LEAP_DAYS_MJD: Final = (
    41317, 41499, 41683, 42048, 42413, 42778, 43144, 43509, 43874, 44239, 44786, 45151, 45516, 46247,
    47161, 47892, 48257, 48804, 49169, 49534, 50083, 50630, 51179, 53736, 54832, 56109, 57204, 57754,
)  # fmt: skip


def tt_minus_utc_s(time_mjd_utc: float) -> float:
    """How far is terrestrial time ahead of UTC [s]? Raises :class:`OrbitError` before 1972, when UTC was elastic."""
    if not time_mjd_utc >= _LEAP_DAYS_MJD[0]:
        raise OrbitError(
            f"{iso_day(time_mjd_utc)} is before 1972: UTC had no whole leap seconds then",
            hint="high-fidelity propagation starts on 1972-01-01",
        )
    passed = int(np.searchsorted(_LEAP_DAYS_MJD, time_mjd_utc, side="right"))
    return _TT_MINUS_TAI_S + _FIRST_TAI_MINUS_UTC_S + passed - 1


def tt_seconds_since_j2000(time_mjd_utc: float) -> float:
    """Seconds of TT since J2000.0 (2000-01-01 12:00 TT) of a modified Julian day in UTC."""
    return (time_mjd_utc - MJD_OF_J2000) * SECONDS_PER_DAY + tt_minus_utc_s(time_mjd_utc)


def mjd_utc_from_tt_seconds(time_tt_s: float) -> float:
    """The inverse of :func:`tt_seconds_since_j2000`; within a leap second it gives the midnight that follows."""
    guess = MJD_OF_J2000 + (time_tt_s - tt_minus_utc_s(MJD_OF_J2000 + time_tt_s / SECONDS_PER_DAY)) / SECONDS_PER_DAY
    return MJD_OF_J2000 + (time_tt_s - tt_minus_utc_s(guess)) / SECONDS_PER_DAY


def tt_seconds_array(times_mjd_utc: ArrayLike) -> NDArray[np.float64]:
    """Seconds of TT since J2000.0 for many UTC dates ``(n,)``."""
    return np.array([tt_seconds_since_j2000(float(time)) for time in np.ravel(np.asarray(times_mjd_utc))])
