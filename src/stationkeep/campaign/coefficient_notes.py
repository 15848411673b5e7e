"""What a reader must know of a coefficient that was fitted before, in words."""

from __future__ import annotations

from stationkeep.campaign.coefficient_file import GivenCoefficient
from stationkeep.campaign.weather import CampaignWeather
from stationkeep.orbit.tle import ElementHistory
from stationkeep.timescale import iso_day


def coefficient_notes(
    given: GivenCoefficient, known: ElementHistory, as_of_mjd_utc: float, weather: CampaignWeather
) -> list[str]:
    """Of another object, fitted with later sets, or under a Sun that nobody knew at the moment asked about."""
    notes = []
    if given.norad_id != known.norad_id:
        notes.append(f"the ballistic coefficient was fitted to object {given.norad_id}, not to {known.norad_id}")
    last = given.coefficient.arc_stop_mjd_utc
    if last is not None and last > as_of_mjd_utc:
        notes.append(
            f"{given.source} was fitted with element sets up to {iso_day(last)}, which nobody knew on "
            f"{iso_day(as_of_mjd_utc)}"
        )
    elif given.sun is None:
        notes.append(
            f"{given.source} does not tell the Sun it was fitted under, so the coefficient is taken as it stands; "
            "fit it again with this version"
        )
    elif weather.forecast is not None and given.sun.observed_until_mjd >= as_of_mjd_utc:
        notes.append(
            f"{given.source} was fitted under the Sun as observed until {iso_day(given.sun.observed_until_mjd)}, "
            f"unknown on {iso_day(as_of_mjd_utc)}; the coefficient is set to the Suns flown here, to first order "
            "(calibrate --as-of fits under the Sun known then)"
        )
    return notes
