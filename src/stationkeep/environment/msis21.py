"""A second opinion: NRLMSIS 2.1, whose terms allow academic and non-commercial use only, through pymsis.

Emmert et al. (2021), Earth and Space Science 8, doi:10.1029/2020EA001321 (2.0); Emmert et al. (2022), J. Geophys. Res.
127, doi:10.1029/2022JA030896 (2.1, which adds nitric oxide and leaves the mass density as it was).
"""

from __future__ import annotations

from dataclasses import dataclass

from stationkeep.environment.atmosphere import FloatArray, PointwiseAtmosphere
from stationkeep.environment.density_models import MSIS21
from stationkeep.environment.nrlmsise00 import pymsis_density, pymsis_version


@dataclass(frozen=True, slots=True)
class Nrlmsis21(PointwiseAtmosphere):
    """NRLMSIS 2.1 in daily-Ap mode; 13 microseconds a point.

    For academic, non-commercial use only: ``density_models.MSIS_TERMS``. Its inputs are those of NRLMSISE-00.
    Published range: from the ground to the exobase; taken here up to 1000 km.
    """

    @property
    def density_model(self) -> str:
        """Name that ballistic coefficients fitted with this model carry."""
        return MSIS21

    @property
    def implementation(self) -> str:
        """Which code computes it."""
        return f"pymsis {pymsis_version()}, version=2.1 (reference Fortran; academic, non-commercial use only)"

    @property
    def floor_km(self) -> float:
        """The ground."""
        return 0.0

    @property
    def ceiling_km(self) -> float:
        """Top of the range used here [km]."""
        return 1000.0

    def _density_of(self, points: FloatArray) -> FloatArray:
        return pymsis_density(points, version=2.1)
