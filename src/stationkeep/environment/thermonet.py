"""heyoka's small networks for NRLMSISE-00 and JB2008 as atmospheres; they need the extra ``precise``.

Izzo, Acciarini and Biscani, *NeuralODEs for VLEO simulations: introducing thermoNET for thermosphere modeling*, 29th
International Symposium on Space Flight Dynamics, 2024. Trained from 180 to 1000 km, JB2008 on the days of 2009 to 2022.
"""

from __future__ import annotations

import functools
import threading
from dataclasses import dataclass
from importlib import metadata
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike

from stationkeep.environment.atmosphere import FloatArray, PointwiseAtmosphere, checked_points
from stationkeep.environment.density_models import JB2008_FROM_F107, NRLMSISE00
from stationkeep.environment.solar_proxies import jb2008_indices
from stationkeep.errors import MissingExtraError, OrbitError

FLOOR_KM: Final = 180.0
CEILING_KM: Final = 1000.0

_ONE_AT_A_TIME: Final = threading.Lock()  # a compiled function holds its own scratch memory
_MJD_EPOCH = np.datetime64("1858-11-17T00:00:00", "ms")
_JB2008_INDICES: Final = ("f", "fa", "s", "sa", "m", "ma", "y", "ya", "dtc")


@dataclass(frozen=True, slots=True)
class _ThermoNet(PointwiseAtmosphere):
    """What both networks share: heyoka, and the altitudes they were trained at."""

    def __post_init__(self) -> None:
        _require_heyoka()

    @property
    def floor_km(self) -> float:
        """Lowest altitude it was trained at [km]."""
        return FLOOR_KM

    @property
    def ceiling_km(self) -> float:
        """Highest altitude it was trained at [km]."""
        return CEILING_KM


@dataclass(frozen=True, slots=True)
class ThermoNetNrlmsise00(_ThermoNet):
    """NRLMSISE-00 as heyoka's thermoNET has it; 0.9 microseconds a point, 180 to 1000 km.

    Within 3 % (1 sigma) of the reference code at 180-450 km, 4 % at 450-600 km, 7 % above; the bias is under 1 % to
    600 km. Coefficients fitted with it carry the name of the model behind it.
    """

    @property
    def density_model(self) -> str:
        """Name that ballistic coefficients fitted with this model carry."""
        return NRLMSISE00

    @property
    def implementation(self) -> str:
        """Which code computes it."""
        return f"heyoka {metadata.version('heyoka')}, nrlmsise00_tn"

    def _density_of(self, points: FloatArray) -> FloatArray:
        return _evaluated(_nrlmsise00_net(), points, points[4:7], self)


@dataclass(frozen=True, slots=True)
class ThermoNetJb2008(_ThermoNet):
    """JB2008 as heyoka's thermoNET has it, its indices guessed from F10.7 and Ap; 1 microsecond a point, 180-1000 km.

    The network is within 5 % of JB2008's published test values outside storms and up to 24 % too thin in great ones;
    guessed indices add 5 % (1 sigma) at 200 km, 8 % at 300, 12 % at 400, 15 % at 500 km, wandering over years
    (:mod:`stationkeep.environment.solar_proxies`). :meth:`density_from_indices_kg_m3` takes the real ones.
    """

    @property
    def density_model(self) -> str:
        """Name that ballistic coefficients fitted with this model carry."""
        return JB2008_FROM_F107

    @property
    def implementation(self) -> str:
        """Which code computes it."""
        return f"heyoka {metadata.version('heyoka')}, jb08_tn; S10, M10, Y10 and dTc from F10.7 and Ap"

    def _density_of(self, points: FloatArray) -> FloatArray:
        return _evaluated(_jb2008_net(), points, jb2008_indices(*points[4:7]), self)

    def density_from_indices_kg_m3(
        self,
        time_mjd_utc: ArrayLike,
        latitude_deg: ArrayLike,
        longitude_deg: ArrayLike,
        altitude_km: ArrayLike,
        indices: ArrayLike,
    ) -> FloatArray:
        """How dense is the air, by JB2008's own indices? Total mass density [kg/m3].

        ``indices``: (..., 9) F10, its mean, S10, its mean, M10, its mean, Y10, its mean [sfu], dTc [K], with the lags
        JB2008 wants (1, 2 and 5 days for F10 and S10, M10, Y10); the rest as in ``density_kg_m3``.
        """
        given = np.asarray(indices, dtype=np.float64)
        sun = np.stack([given[..., 0], given[..., 1], np.zeros(given.shape[:-1])], axis=-1)
        shape, points = checked_points(time_mjd_utc, latitude_deg, longitude_deg, altitude_km, sun)
        rows = np.moveaxis(np.broadcast_to(given, (*shape, 9)), -1, 0).reshape(9, -1)
        return _evaluated(_jb2008_net(), points, rows, self).reshape(shape)


def _evaluated(net: Any, points: FloatArray, indices: FloatArray, model: _ThermoNet) -> FloatArray:
    time, latitude, longitude, altitude = points[:4]
    if altitude.size and not (altitude.min() >= FLOOR_KM and altitude.max() <= CEILING_KM):
        outside = altitude.min() if altitude.min() < FLOOR_KM else altitude.max()
        raise OrbitError(
            f"a thermoNET of {model.density_model} was asked for the density at {outside:g} km",
            hint=f"it was trained from {FLOOR_KM:.0f} to {CEILING_KM:.0f} km; the mean engine goes on beyond by itself",
        )
    # whole turns taken off: the network knows longitudes by their sine and cosine, but in single turns only
    turned = np.radians((longitude + 180.0) % 360.0 - 180.0)
    rows = np.vstack([altitude, np.radians(latitude), turned, indices, _days_of_year(time)])
    with _ONE_AT_A_TIME:
        return np.array(net(np.ascontiguousarray(rows))[0])


def _days_of_year(time_mjd_utc: FloatArray) -> FloatArray:
    """Days since the first midnight of the year."""
    dates = _MJD_EPOCH + np.round(time_mjd_utc * 86400000.0).astype("int64").astype("timedelta64[ms]")
    midnight = dates.astype("datetime64[Y]").astype("datetime64[ms]")
    return np.asarray((dates - midnight).astype(np.float64) / 86400000.0)


@functools.cache
def _nrlmsise00_net() -> Any:
    """Compiled once per process (1 s)."""
    heyoka = _require_heyoka()
    place = list(heyoka.make_vars("h", "lat", "lon"))
    sun = list(heyoka.make_vars("f", "fa", "ap"))
    day = heyoka.make_vars("day")
    return heyoka.cfunc([heyoka.model.nrlmsise00_tn(place, *sun, day)], [*place, *sun, day])


@functools.cache
def _jb2008_net() -> Any:
    """Compiled once per process (1 s)."""
    heyoka = _require_heyoka()
    place = list(heyoka.make_vars("h", "lat", "lon"))
    sun = list(heyoka.make_vars(*_JB2008_INDICES))
    day = heyoka.make_vars("day")
    return heyoka.cfunc([heyoka.model.jb08_tn(place, *sun, day)], [*place, *sun, day])


def _require_heyoka() -> Any:
    try:
        import heyoka
    except ImportError:
        raise MissingExtraError(
            "the thermoNET densities need heyoka, which is not installed",
            hint='pip install "stationkeep[precise]" (Linux), conda install -c conda-forge heyoka.py (macOS, Windows)',
        ) from None
    return heyoka
