"""Where on its orbit must a station be when a vehicle is launched to it, or lands from it?

A launch waits for the moment at which the station's plane passes over the pad; how far ahead of the pad the station is
then (its *phase*) decides how soon the vehicle can be there. Two days of pursuit forgive much, two orbits nearly
nothing. A capsule that is to land in one steppe needs the station's track over that steppe. Altitude is how a phase
is had: a kilometre more makes the station fall behind by 1.2 degrees a day.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from stationkeep.constants import (
    EARTH_EQUATORIAL_RADIUS_KM,
    EARTH_FLATTENING,
    EARTH_J2,
    EARTH_MU_KM3_S2,
    SECONDS_PER_DAY,
)
from stationkeep.errors import InputError
from stationkeep.timescale import iso_day


@dataclass(frozen=True, slots=True)
class GroundPoint:
    """A pad or a landing place."""

    latitude_deg: float
    longitude_deg: float


@dataclass(frozen=True, slots=True)
class PhaseProfile:
    """Between which phases a way to the station (or home) works; the station ahead counts positive."""

    name: str
    site: GroundPoint
    lowest_deg: float
    highest_deg: float

    def __post_init__(self) -> None:
        if not 0.0 < self.highest_deg - self.lowest_deg <= 360.0:
            raise InputError(
                f"profile {self.name}: phases from {self.lowest_deg:g} to {self.highest_deg:g} degrees",
                hint="give the lower phase first, and no more than one revolution",
            )


BAIKONUR: Final = GroundPoint(45.92, 63.34)
DZHEZKAZGAN: Final = GroundPoint(47.1, 69.4)

# Widths: 150, 22 and 6 degrees (Rossiyskaya Gazeta, 23 March 2024, on the launch of Soyuz MS-25). Where they lie:
# phases at launches in the element sets of 2000 to 2004, 2016, early 2021 and 2022 (validation/history_replay.md).
TWO_DAYS: Final = PhaseProfile("two days", BAIKONUR, -160.0, -10.0)
FOUR_ORBITS: Final = PhaseProfile("four orbits", BAIKONUR, 2.0, 24.0)
TWO_ORBITS: Final = PhaseProfile("two orbits", BAIKONUR, -4.0, 2.0)
LANDING: Final = PhaseProfile("landing", DZHEZKAZGAN, -50.0, 14.0)
"""At the moment the plane passes over the landing place, northbound; capsules come down 16 minutes after the track."""


@dataclass(frozen=True, slots=True)
class PhaseWindow:
    """At this moment the station's argument of latitude lies between these, whole turns left out."""

    time_mjd_utc: float
    lowest_deg: float
    highest_deg: float
    label: str

    @property
    def middle_deg(self) -> float:
        """The middle of it."""
        return 0.5 * (self.lowest_deg + self.highest_deg)

    @property
    def half_deg(self) -> float:
        """Half its width."""
        return 0.5 * (self.highest_deg - self.lowest_deg)

    def miss_deg(self, argument_deg: float) -> float:
        """How far outside the window; zero inside."""
        return max(abs((argument_deg - self.middle_deg + 180.0) % 360.0 - 180.0) - self.half_deg, 0.0)


def phase_window(
    label: str, time_mjd_utc: float, profile: PhaseProfile, inclination_rad: float, raan_rad: float
) -> PhaseWindow:
    """Where on its orbit the station must be at a launch, or at the passage of the plane over a landing place.

    ``raan_rad``: of the station at that moment (true equator of date).
    """
    argument, _ = site_in_orbit(profile.site, time_mjd_utc, inclination_rad, raan_rad)
    return PhaseWindow(time_mjd_utc, argument + profile.lowest_deg, argument + profile.highest_deg, label)


def site_in_orbit(
    site: GroundPoint, time_mjd_utc: float, inclination_rad: float, raan_rad: float
) -> tuple[float, float]:
    """Argument of latitude of a place in an orbit's plane, and how far it is beside the plane, both in degrees."""
    latitude = math.atan((1.0 - EARTH_FLATTENING) ** 2 * math.tan(math.radians(site.latitude_deg)))  # geocentric
    sidereal_deg = 280.46061837 + 360.98564736629 * (time_mjd_utc - 51544.5)  # Meeus (1998), eq. 12.4; UT1 as UTC
    east = math.radians(sidereal_deg + site.longitude_deg) - raan_rad
    x, y, z = math.cos(latitude) * math.cos(east), math.cos(latitude) * math.sin(east), math.sin(latitude)
    sine, cosine = math.sin(inclination_rad), math.cos(inclination_rad)
    beside = math.asin(max(-1.0, min(1.0, z * cosine - y * sine)))
    return math.degrees(math.atan2(y * cosine + z * sine, x)) % 360.0, math.degrees(beside)


def passage_over(site: GroundPoint, near_mjd_utc: float, inclination_rad: float, raan_rad: float) -> float:
    """When the northbound half of the plane passes over a place, within an hour of a moment (to a second).

    Raises :class:`InputError` where it does not: the moment is that of another pass, or the place too far north.
    """
    step = 60.0 / SECONDS_PER_DAY
    before = None
    for index in range(-60, 61):
        time = near_mjd_utc + index * step
        _, beside = site_in_orbit(site, time, inclination_rad, raan_rad)
        if before is not None and before > 0.0 >= beside:  # northbound: the plane comes from the west
            return time - step * beside / (beside - before)
        before = beside
    raise InputError(
        f"no northbound passage of the orbit's plane over {site.latitude_deg:g} N {site.longitude_deg:g} E within an "
        f"hour of the moment given on {iso_day(near_mjd_utc)}",
        hint="give the moment of the landing, or a place the orbit reaches",
    )


def argument_rate_deg_day(mean_altitude_km: float, inclination_rad: float) -> float:
    """How fast the argument of latitude grows on a near-circular orbit (Brouwer 1959, first order in J2)."""
    axis = EARTH_EQUATORIAL_RADIUS_KM + mean_altitude_km
    motion = math.sqrt(EARTH_MU_KM3_S2 / axis**3) * SECONDS_PER_DAY
    oblate = 1.5 * EARTH_J2 * (EARTH_EQUATORIAL_RADIUS_KM / axis) ** 2
    sine2 = math.sin(inclination_rad) ** 2
    return math.degrees(motion * (1.0 + oblate * ((1.0 - 1.5 * sine2) + (2.0 - 2.5 * sine2))))


def node_rate_deg_day(mean_altitude_km: float, inclination_rad: float) -> float:
    """How fast the node turns (Brouwer 1959, first order in J2)."""
    axis = EARTH_EQUATORIAL_RADIUS_KM + mean_altitude_km
    motion = math.sqrt(EARTH_MU_KM3_S2 / axis**3) * SECONDS_PER_DAY
    oblate = 1.5 * EARTH_J2 * (EARTH_EQUATORIAL_RADIUS_KM / axis) ** 2
    return math.degrees(-motion * oblate * math.cos(inclination_rad))
