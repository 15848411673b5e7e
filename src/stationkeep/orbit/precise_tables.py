"""The tables heyoka flies with: our space weather, Earth orientation continued past its end, and the frames.

heyoka's own tables end on the day they were released and give NaN after it. Here every table is built by us, injected
as a value with a name, and long enough. This is the only module besides the dynamics that touches heyoka, and it
does so inside functions: the package works without it.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeep.constants import EARTH_EQUATORIAL_RADIUS_KM, EARTH_FLATTENING, SECONDS_PER_DAY
from stationkeep.errors import MissingExtraError, SpaceWeatherRangeError
from stationkeep.orbit.elements import MeanElements
from stationkeep.orbit.mean_osculating import state_from_mean_elements
from stationkeep.orbit.terrestrial_time import tt_seconds_array

if TYPE_CHECKING:
    from stationkeep.environment.space_weather import SpaceWeather

Floats = NDArray[np.float64]

SECONDS_PER_JULIAN_CENTURY: Final = 36525.0 * SECONDS_PER_DAY
# Between two rows heyoka may interpolate; a daily index holds all day, so each day gets a second row just before
# its end. A tenth of a second is far below any step of the integrator.
_END_OF_DAY: Final = 1.0 - 1.0e-6
_EOP_HOLD_YEARS: Final = 60  # how far Earth orientation is continued by its last value
# The frames serve conversions of states, where a metre is wanted: 1e-4 arcsec of precession-nutation is 3 mm.
_FRAME_THRESHOLD_ARCSEC: Final = 1.0e-4
GEODETIC_ROUNDS: Final = 6


def require_heyoka() -> Any:
    """The heyoka module, or an error that says how to get it."""
    try:
        import heyoka
    except ImportError:
        raise MissingExtraError(
            "high-fidelity propagation needs heyoka, which is not installed",
            hint='pip install "stationkeep[precise]" (Linux), conda install -c conda-forge heyoka.py (macOS, Windows)',
        ) from None
    return heyoka


def heyoka_space_weather(space_weather: SpaceWeather) -> Any:
    """The daily indices of ``space_weather`` as a ``heyoka.sw_data`` in which each value holds for its whole UTC day.

    F10.7 stands on the day it was observed: the one-day lag NRLMSISE-00 wants is applied by the dynamics, which look
    it up one day earlier.
    """
    heyoka = require_heyoka()
    days = len(space_weather.f107_sfu)
    if days < 2:
        raise SpaceWeatherRangeError(
            f"the space-weather table {space_weather.identifier} has {days} day(s)",
            hint="at least two days are needed: the density of a day depends on the F10.7 of the day before",
        )
    rows = np.zeros(2 * days, dtype=heyoka.sw_data_row)
    first = space_weather.first_day_mjd + np.arange(days, dtype=np.float64)
    rows["mjd"] = np.stack([first, first + _END_OF_DAY], axis=1).ravel()
    rows["f107"] = np.repeat(space_weather.f107_sfu, 2)
    rows["f107a_center81"] = np.repeat(space_weather.f107_81day_sfu, 2)
    rows["Ap_avg"] = np.repeat(space_weather.ap, 2)
    # Past the last row heyoka gives NaN; the last second of the last day belongs to the table too.
    rows["mjd"][-1] = first[-1] + 2.0
    for name in ("f107", "f107a_center81", "Ap_avg"):
        # heyoka 7.13 fails to link where a whole column is one number; a part in 1e9 after the last day prevents it.
        if np.ptp(rows[name]) == 0.0:
            rows[name][-1] *= 1.0 + 1.0e-9
    return heyoka.sw_data(
        data=rows,
        timestamp=hashlib.sha256(rows.tobytes()).hexdigest()[:16],
        identifier=_plain(space_weather.identifier),
    )


def heyoka_earth_orientation() -> Any:
    """heyoka's IERS table as a ``heyoka.eop_data`` continued for decades by its last values.

    Holding UT1 - UTC turns the Earth by less than 0.5 km at the equator for each year past the end of the table, which
    matters to a ground track and not to a fall date.
    """
    heyoka = require_heyoka()
    observed = heyoka.eop_data()
    table = observed.table
    held = np.repeat(table[-1:], 2)
    held["mjd"] = table["mjd"][-1] + np.array([1.0, _EOP_HOLD_YEARS * 365.25])
    return heyoka.eop_data(
        data=np.concatenate([table, held]),
        timestamp=_plain(observed.timestamp),
        identifier="held_" + _plain(observed.identifier),
    )


class FrameRotations:
    """Rotations between GCRS, the Earth-fixed ITRS and TEME of date (compiled once, about two seconds).

    GCRS to ITRS follows IAU 2000/2006 with the IERS table; TEME follows Vallado et al. (AIAA 2006-6753), the frame
    element sets are in. Velocities are rotated as vectors: TEME turns by under 1e-11 rad/s.
    """

    def __init__(self, earth_orientation: Any | None = None) -> None:
        heyoka = require_heyoka()
        eop = heyoka_earth_orientation() if earth_orientation is None else earth_orientation
        self.earth_orientation = eop
        x, y, z = heyoka.make_vars("x", "y", "z")
        century = heyoka.time / SECONDS_PER_JULIAN_CENTURY
        itrs = heyoka.model.rot_icrs_itrs([x, y, z], time_expr=century, thresh=_FRAME_THRESHOLD_ARCSEC, eop_data=eop)
        teme = heyoka.model.rot_itrs_teme(itrs, time_expr=century, eop_data=eop)
        self._rotate = heyoka.cfunc([*itrs, *teme], [x, y, z], compact_mode=True)

    def _rotated(self, vectors: Floats, times_mjd_utc: Floats) -> Floats:
        columns = np.ascontiguousarray(vectors.T)
        return np.asarray(self._rotate(columns, time=tt_seconds_array(times_mjd_utc)), dtype=np.float64).T

    def itrs_positions_km(self, gcrs_positions_km: ArrayLike, times_mjd_utc: ArrayLike) -> Floats:
        """Earth-fixed positions ``(n, 3)`` [km] of GCRS positions ``(n, 3)`` at ``(n,)`` dates."""
        positions, times = np.atleast_2d(np.asarray(gcrs_positions_km, dtype=np.float64)), _dates(times_mjd_utc)
        return self._rotated(positions, times)[:, :3]

    def geodetic(self, gcrs_positions_km: ArrayLike, times_mjd_utc: ArrayLike) -> Floats:
        """Geodetic latitude [deg], longitude [deg] and height [km] (WGS 84) as ``(n, 3)``."""
        return geodetic_from_itrs(self.itrs_positions_km(gcrs_positions_km, times_mjd_utc))

    def teme_states(self, gcrs_states: ArrayLike, times_mjd_utc: ArrayLike) -> Floats:
        """States ``(n, 6)`` in TEME of date of states in GCRS [km, km/s]."""
        states, times = np.atleast_2d(np.asarray(gcrs_states, dtype=np.float64)), _dates(times_mjd_utc)
        return np.hstack([self._rotated(states[:, :3], times)[:, 3:], self._rotated(states[:, 3:], times)[:, 3:]])

    def gcrs_state(self, teme_state: ArrayLike, time_mjd_utc: float) -> Floats:
        """The GCRS state ``(6,)`` of a state in TEME of date [km, km/s]."""
        state = np.asarray(teme_state, dtype=np.float64).reshape(2, 3)
        # Rows of the identity give the columns of the rotation; its transpose is the way back.
        to_teme = self._rotated(np.eye(3), np.full(3, time_mjd_utc))[:, 3:].T
        return (state @ to_teme).ravel()

    def gcrs_state_from_mean_elements(self, elements: MeanElements, *, long_period: bool = True) -> Floats:
        """The GCRS state ``(6,)`` [km, km/s] of mean elements at their epoch (see ``state_from_mean_elements``)."""
        return self.gcrs_state(state_from_mean_elements(elements, long_period=long_period), elements.epoch_mjd_utc)


def geodetic_from_itrs(positions_km: ArrayLike) -> Floats:
    """Geodetic latitude [deg], longitude [deg], height [km] on WGS 84 of Earth-fixed positions ``(n, 3)`` [km].

    Iterates Bowring's latitude; millimetres from the ground to 2000 km.
    """
    x, y, z = np.moveaxis(np.asarray(positions_km, dtype=np.float64), -1, 0)
    e2 = EARTH_FLATTENING * (2.0 - EARTH_FLATTENING)
    across = np.hypot(x, y)
    latitude = np.arctan2(z, across * (1.0 - e2))
    for _ in range(GEODETIC_ROUNDS):
        normal = EARTH_EQUATORIAL_RADIUS_KM / np.sqrt(1.0 - e2 * np.sin(latitude) ** 2)
        latitude = np.arctan2(z + e2 * normal * np.sin(latitude), across)
    normal = EARTH_EQUATORIAL_RADIUS_KM / np.sqrt(1.0 - e2 * np.sin(latitude) ** 2)
    # This form of the height stays exact at the poles, where the usual division by cos(latitude) fails.
    height = across * np.cos(latitude) + z * np.sin(latitude) - EARTH_EQUATORIAL_RADIUS_KM**2 / normal
    return np.stack([np.degrees(latitude), np.degrees(np.arctan2(y, x)), height], axis=-1)


def _dates(times_mjd_utc: ArrayLike) -> Floats:
    return np.atleast_1d(np.asarray(times_mjd_utc, dtype=np.float64))


def _plain(name: str) -> str:
    """heyoka builds function names from identifiers: letters, digits and underscores only."""
    return re.sub(r"[^A-Za-z0-9_]", "_", name) or "unnamed"
