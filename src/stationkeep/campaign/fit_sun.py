"""Under which Sun is a coefficient fitted, and how far does that Sun look ahead?

The 81-day mean of the last days with sets holds forty days after them. Whoever asks what could be known on a day must
not use those; whoever wants the best value afterwards should.
"""

from __future__ import annotations

import math

import numpy as np
from pydantic import Field

from stationkeep.campaign.part import Part
from stationkeep.campaign.weather import AS_KNOWN, OBSERVED, CampaignWeather, campaign_weather
from stationkeep.environment.msafe import shipped_forecasts
from stationkeep.environment.space_weather import HALF_WINDOW_DAYS
from stationkeep.orbit.calibration import LOOKBACK_DAYS, OUTLOOK_DAYS, Calibration
from stationkeep.timescale import iso_day


class CalibrateSun(Part):
    """The Sun of the last weeks as the fit took it: under another one the same sets ask for another value."""

    mode: str = Field(description="observed, or as-known")
    observed_until_utc: str = Field(description="the last observed day that entered, through the 81-day means")
    dates_utc: list[str] = Field(description="the days whose 81-day mean reaches past the last set, up to its day")
    f107_sfu: list[float] = Field(description="of the day before, as NRLMSISE-00 wants it")
    f107_mean_sfu: list[float]
    ap: list[float]
    weight: list[float] = Field(description="change of the value's logarithm per unit of the logarithm of the density")


def choice_of(space_weather: str | None, as_of_mjd_utc: float | None) -> str:
    """The Sun to fit under where none was chosen: as known then; as observed for the last set, or where no bulletin is.

    Bulletins ship from 2017 on; before the first nothing says what was foreseen.
    """
    if space_weather is not None:
        return space_weather
    if as_of_mjd_utc is None:
        return OBSERVED
    first = min(forecast.issued_mjd for forecast in shipped_forecasts().values())
    return OBSERVED if as_of_mjd_utc < first else AS_KNOWN


def weather_of_fit(choice: str, last_mjd_utc: float, as_of_mjd_utc: float) -> CampaignWeather:
    """The Sun of the year before the last set."""
    return campaign_weather(choice, last_mjd_utc - LOOKBACK_DAYS - 1.0, as_of_mjd_utc, as_of_mjd_utc + 1.0)


def sun_of_fit(fitted: Calibration, weather: CampaignWeather) -> CalibrateSun:
    """What of it another Sun could change, and how much the coefficient answers."""
    last = math.floor(fitted.last_set_mjd_utc)
    first = max(last - HALF_WINDOW_DAYS, weather.first_day_mjd)
    weights = fitted.forecast(last, OUTLOOK_DAYS).air_weights(OUTLOOK_DAYS)
    days = range(first, last + 1)
    drivers = weather.median.drivers[first - weather.first_day_mjd :][: len(days)]
    return CalibrateSun(
        mode=OBSERVED if weather.forecast is None else AS_KNOWN,
        observed_until_utc=iso_day(_observed_until(weather, last)),
        dates_utc=[iso_day(day) for day in days],
        f107_sfu=[round(float(value), 2) for value in drivers[:, 0]],
        f107_mean_sfu=[round(float(value), 3) for value in drivers[:, 1]],
        ap=[round(float(value), 2) for value in drivers[:, 2]],
        weight=[round(float(weights.on(np.array([day]))[0]), 5) for day in days],
    )


def look_ahead_note(weather: CampaignWeather, last_mjd_utc: float, as_of_mjd_utc: float, *, chosen: bool) -> str | None:
    """That days after the moment asked about entered, in words; null: none did."""
    until = _observed_until(weather, math.floor(last_mjd_utc))
    days = until - math.floor(as_of_mjd_utc) + 1
    if weather.forecast is not None or days <= 0:
        return None
    why = "" if chosen else "no solar forecast of that time is shipped, so "
    return (
        f"{why}the Sun as observed is used: its 81-day means hold {days} days from {iso_day(as_of_mjd_utc)} on, which "
        "nobody knew then" + (" (--space-weather as-known leaves them out)" if chosen else "")
    )


def _observed_until(weather: CampaignWeather, last_day_mjd: int) -> int:
    return min(weather.known.last_observed_mjd, last_day_mjd + HALF_WINDOW_DAYS)
