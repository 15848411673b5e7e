"""From what a scenario says about the orbit to the mean elements the engine flies."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from stationkeep.constants import EARTH_EQUATORIAL_RADIUS_KM
from stationkeep.errors import InputError
from stationkeep.orbit.elements import MeanElements
from stationkeep.timescale import mjd_utc

if TYPE_CHECKING:
    from stationkeep.scenario.schema import MeanElementsSource


def elements_of_lines(line1: str, line2: str) -> MeanElements:
    """Which mean orbit do these two lines describe? ``ValueError`` says why where they are malformed."""
    from stationkeep.orbit.tle import read_element_set

    try:
        return read_element_set(line1, line2).elements
    except InputError as error:
        raise ValueError(error.problem) from None


def elements_of_numbers(source: MeanElementsSource) -> MeanElements:
    """Mean elements written out as numbers."""
    return MeanElements(
        epoch_mjd_utc=mjd_utc(source.epoch_utc),
        semi_major_axis_km=EARTH_EQUATORIAL_RADIUS_KM + source.mean_altitude_km,
        eccentricity=source.eccentricity,
        inclination_rad=math.radians(source.inclination_deg),
        raan_rad=math.radians(source.raan_deg),
        argument_of_perigee_rad=math.radians(source.argument_of_perigee_deg),
        mean_anomaly_rad=math.radians(source.mean_anomaly_deg),
    )
