"""The reference atmosphere: NRLMSISE-00 as its authors coded it, through pymsis.

Picone, Hedin, Drob and Aikin (2002), J. Geophys. Res. 107(A12), doi:10.1029/2002JA009430.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from importlib import metadata

import numpy as np

from stationkeep.environment.atmosphere import FloatArray, PointwiseAtmosphere
from stationkeep.environment.surrogate_formulas import HIGHEST_DAILY_F107_SFU

DENSITY_MODEL = "NRLMSISE-00"

_MJD_EPOCH = np.datetime64("1858-11-17T00:00:00", "s")
_CHUNK = 100_000  # pymsis holds all inputs and eleven outputs of a call in memory
# Beyond a daily Ap of about 265 the model breaks down over the poles at 108-118 km: temperatures of -50 000 K and
# negative densities (found by 2 million random points), and the Fortran prints complaints to standard output.
STORM_LAYER_KM = (100.0, 120.0)
STORM_LAYER_MAX_AP = 230.0


@functools.cache
def pymsis_version() -> str:
    """Installed version of pymsis."""
    return metadata.version("pymsis")


@dataclass(frozen=True, slots=True)
class Nrlmsise00Reference(PointwiseAtmosphere):
    """NRLMSISE-00 in daily-Ap mode; 3 microseconds a point.

    Density is the *effective* total mass density for drag, with anomalous oxygen (what the Fortran calls ``gtd7d``):
    half of all at 900 km and low activity, nothing at 400 km. Local solar time is UT plus longitude. The published
    range is 0 to 1000 km; above, its hydrostatic formulas simply go on.

    A daily F10.7 above 400 sfu, a radio burst, is taken as 400. Between 100 and 120 km daily Ap is not taken above 230,
    where the model breaks down (negative densities over the poles from about 265 on). Five days from 1957 to 2024 were
    that disturbed.
    """

    @property
    def density_model(self) -> str:
        """Name that ballistic coefficients fitted with this model carry."""
        return DENSITY_MODEL

    @property
    def implementation(self) -> str:
        """Which code computes it."""
        return f"pymsis {pymsis_version()}, version=0 (reference Fortran)"

    @property
    def floor_km(self) -> float:
        """The ground."""
        return 0.0

    @property
    def ceiling_km(self) -> float:
        """Top of the published range [km]."""
        return 1000.0

    def _density_of(self, points: FloatArray) -> FloatArray:
        return reference_density(points)


def reference_density(points: FloatArray) -> FloatArray:
    """Density [kg/m3] (n,) of checked points (7, n), see ``checked_points``."""
    low, high = STORM_LAYER_KM
    points = points.copy()
    in_layer = (points[3] >= low) & (points[3] <= high)
    points[6, in_layer] = np.minimum(points[6, in_layer], STORM_LAYER_MAX_AP)
    return pymsis_density(points, version=0)


def pymsis_density(points: FloatArray, version: float) -> FloatArray:
    """Density [kg/m3] (n,) of checked points (7, n) by any version pymsis knows (0, 2, 2.1), in daily-Ap mode.

    A daily F10.7 above 400 sfu, a radio burst, is taken as 400: every version's polynomial turns over there.
    """
    import pymsis

    density = np.empty(points.shape[1])
    for begin in range(0, points.shape[1], _CHUNK):
        time, latitude, longitude, altitude, previous, mean, ap = points[:, begin : begin + _CHUNK]
        previous = np.minimum(previous, HIGHEST_DAILY_F107_SFU)
        # Whole seconds: the Fortran takes nothing finer, and pymsis drops fractions.
        dates = _MJD_EPOCH + np.round(time * 86400.0).astype("int64").astype("timedelta64[s]")
        # All three indices are always given: pymsis would otherwise look them up, and download its table.
        output = pymsis.calculate(
            dates,
            longitude,
            latitude,
            altitude,
            previous,
            mean,
            np.repeat(ap[:, None], 7, axis=1),
            version=version,
            geomagnetic_activity=1,
        ).reshape(-1, 11)
        density[begin : begin + _CHUNK] = output[:, pymsis.Variable.MASS_DENSITY]
    return density
