"""Mean and osculating elements, kept apart by type: one never passes for the other.

*Mean* elements are Brouwer's (doubly primed: J2 short-period and J3 long-period terms removed), in the true
equator, mean equinox frame of date (TEME): what a two-line element set holds once its mean motion is un-Kozai'd, and
what the mean decay engine takes and gives. *Osculating* elements are those of the instantaneous position and
velocity. For the station's orbit the two semi-major axes differ by up to 10 km within one revolution.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from stationkeep.constants import EARTH_EQUATORIAL_RADIUS_KM, EARTH_MU_KM3_S2
from stationkeep.errors import OrbitError

HIGHEST_PERIGEE_KM: Final = 1000.0
"""Drag is computed up to here; an orbit that never dips below has no decay to speak of."""


@dataclass(frozen=True, slots=True)
class MeanElements:
    """Brouwer mean elements (doubly primed) in TEME of date; angles in radians, epoch as modified Julian day (UTC)."""

    epoch_mjd_utc: float
    semi_major_axis_km: float
    eccentricity: float
    inclination_rad: float
    raan_rad: float
    argument_of_perigee_rad: float
    mean_anomaly_rad: float = 0.0

    def __post_init__(self) -> None:
        values = (
            self.semi_major_axis_km,
            self.eccentricity,
            self.inclination_rad,
            self.raan_rad,
            self.argument_of_perigee_rad,
            self.mean_anomaly_rad,
            self.epoch_mjd_utc,
        )
        if not all(math.isfinite(value) for value in values):
            raise OrbitError(f"orbit with a value that is not a number: {self}")
        if not 0.0 <= self.eccentricity < 1.0 or self.semi_major_axis_km <= 0.0:
            raise OrbitError(
                f"not a closed orbit: semi-major axis {self.semi_major_axis_km:.3f} km, "
                f"eccentricity {self.eccentricity:.6f}",
                hint="a hyperbolic or parabolic path never decays; give 0 <= eccentricity < 1 and a positive axis",
            )
        if self.perigee_altitude_km < 0.0:
            raise OrbitError(
                f"orbit below ground: perigee {-self.perigee_altitude_km:.1f} km under the equator's radius",
                hint="give a perigee above the ground; an orbit needs about 120 km to last one revolution",
            )
        if not 0.0 <= self.inclination_rad <= math.pi:
            raise OrbitError(
                f"inclination {math.degrees(self.inclination_rad):.3f} deg is outside 0 to 180 deg",
                hint="above 90 deg is a retrograde orbit",
            )

    @property
    def mean_altitude_km(self) -> float:
        """Mean semi-major axis minus 6378.137 km."""
        return self.semi_major_axis_km - EARTH_EQUATORIAL_RADIUS_KM

    @property
    def perigee_altitude_km(self) -> float:
        """Perigee radius minus the equatorial radius."""
        return self.semi_major_axis_km * (1.0 - self.eccentricity) - EARTH_EQUATORIAL_RADIUS_KM

    @property
    def inclination_deg(self) -> float:
        """Inclination in degrees."""
        return math.degrees(self.inclination_rad)


@dataclass(frozen=True, slots=True)
class OsculatingState:
    """Instantaneous position and velocity in TEME of date or GCRS, as ``frame`` says."""

    epoch_mjd_utc: float
    position_km: tuple[float, float, float]
    velocity_km_s: tuple[float, float, float]
    frame: str

    @property
    def semi_major_axis_km(self) -> float:
        """Osculating semi-major axis (vis-viva); not the mean one."""
        radius = math.sqrt(sum(x * x for x in self.position_km))
        speed_squared = sum(v * v for v in self.velocity_km_s)
        inverse = 2.0 / radius - speed_squared / EARTH_MU_KM3_S2
        if inverse <= 0.0:
            raise OrbitError("not a closed orbit: the state is hyperbolic", hint="check units: km and km/s")
        return 1.0 / inverse
