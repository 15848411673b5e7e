"""Where along its orbit is a sinking satellite? The mean decay engine with the argument of latitude carried along.

The mean engine leaves out the place within the orbit; in the last days that place is half of the answer, and what the
place does between two element sets is the sharpest measure of the drag between them.
"""

from __future__ import annotations

import math
from dataclasses import replace

from stationkeep.constants import EARTH_EQUATORIAL_RADIUS_KM, EARTH_J2, EARTH_MU_KM3_S2, SECONDS_PER_DAY
from stationkeep.orbit.elements import MeanElements
from stationkeep.orbit.mean_decay import MeanFlight, WeatherTrack
from stationkeep.outcome import OutcomeReason

LOWEST_PERIGEE_KM = 100.0
"""Where the mean engine ends at the latest [km, geodetic]."""

# The rate of the argument of latitude is integrated by the trapezoidal rule: over an eighth of a day its bend adds
# less than 0.5 mrad (3 km) a day even where the orbit sinks by 15 km a day.
_LONGEST_PIECE_DAYS = 0.125


class LatitudeFlight:
    """One orbit flown piece by piece with its mean argument of latitude. Belongs to one thread.

    ``elements``: Brouwer mean elements with their mean anomaly; ``weather`` covers the flight.
    """

    def __init__(self, elements: MeanElements, weather: WeatherTrack) -> None:
        self._flight = MeanFlight(elements, weather, 1.0, reentry_altitude_km=LOWEST_PERIGEE_KM)
        self.latitude_rad = elements.argument_of_perigee_rad + elements.mean_anomaly_rad
        """Mean argument of latitude (perigee plus mean anomaly), counted on over whole revolutions."""
        self._rate = latitude_rate_rad_day(self._flight.elements)

    @property
    def time_mjd_utc(self) -> float:
        """Now."""
        return self._flight.time_mjd_utc

    @property
    def mean_altitude_km(self) -> float:
        """Mean semi-major axis minus 6378.137 km, now."""
        return self._flight.mean_altitude_km

    @property
    def elements(self) -> MeanElements:
        """Mean elements now, with the mean anomaly."""
        found = self._flight.elements
        return replace(found, mean_anomaly_rad=(self.latitude_rad - found.argument_of_perigee_rad) % (2.0 * math.pi))

    def advance(
        self, stop_mjd_utc: float, ballistic_m2_kg: float, *, floor_mean_altitude_km: float = 0.0
    ) -> OutcomeReason:
        """Fly on with one coefficient to a time, to a floor of mean altitude or to re-entry; say which it was."""
        reason = OutcomeReason.TIME_LIMIT
        while self.time_mjd_utc < stop_mjd_utc and reason is OutcomeReason.TIME_LIMIT:
            begin = self.time_mjd_utc
            reason = self._flight.advance(
                min(begin + _LONGEST_PIECE_DAYS, stop_mjd_utc),
                floor_mean_altitude_km=floor_mean_altitude_km,
                drag_factor=ballistic_m2_kg,
            )
            rate = latitude_rate_rad_day(self._flight.elements)
            self.latitude_rad += 0.5 * (self._rate + rate) * (self.time_mjd_utc - begin)
            self._rate = rate
        return reason


def latitude_rate_rad_day(elements: MeanElements) -> float:
    """How fast the mean argument of latitude grows: Kepler plus J2, first order (Brouwer 1959) [rad/day]."""
    axis, root = elements.semi_major_axis_km, math.sqrt(1.0 - elements.eccentricity**2)
    motion = math.sqrt(EARTH_MU_KM3_S2 / axis**3) * SECONDS_PER_DAY
    sine = math.sin(elements.inclination_rad) ** 2
    factor = 0.75 * EARTH_J2 * (EARTH_EQUATORIAL_RADIUS_KM / (axis * root**2)) ** 2
    return motion * (1.0 + factor * (4.0 - 5.0 * sine + root * (2.0 - 3.0 * sine)))
