"""Which Sun do the runs of a campaign fly under: the one that shone, or the ones that seemed possible then?"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stationkeep.environment.celestrak import read_celestrak
from stationkeep.environment.msafe import SolarForecast, forecast_known_at, read_msafe, shipped_forecasts
from stationkeep.environment.realisations import realise
from stationkeep.environment.sources import observed_space_weather
from stationkeep.environment.space_weather import ContinuationPolicy, SpaceWeather
from stationkeep.errors import InputError, SpaceWeatherFileError
from stationkeep.orbit.mean_decay import WeatherTrack
from stationkeep.ordinary_file import Expected, read_bytes
from stationkeep.timescale import iso_day

if TYPE_CHECKING:
    import numpy as np

OBSERVED = "observed"
AS_KNOWN = "as-known"

_OLD_FORECAST_DAYS = 400.0  # bulletins come monthly; within a year the cycle's forecast changes little
_OLD_TABLE_DAYS = 45.0
_FILE_HINT = "give observed, as-known, or the path of an MSAFE bulletin or a CelesTrak table"
_EXPECTED = Expected(SpaceWeatherFileError, _FILE_HINT, largest_mebibytes=48)
_BULLETIN_BEGINS = "ESTIMATES OF 13-MONTH"


@dataclass(frozen=True)
class CampaignWeather:
    """The Sun of a campaign from a first day to a horizon."""

    mode: str
    first_day_mjd: int
    day_count: int
    median: WeatherTrack
    """What the reference run flies under: the observed Sun, or the median forecast."""
    known: SpaceWeather
    """What is certain: the observed table, or what of it was observed before the start."""
    forecast: SolarForecast | None
    """The bulletin the random Suns are drawn from; null: every run flies under ``median``."""
    provenance: dict[str, Any]

    def track(self, rng: np.random.Generator) -> WeatherTrack:
        """One possible Sun; always the same one where it was observed."""
        if self.forecast is None:
            return self.median
        drivers = realise(self.forecast, self.known, self.first_day_mjd, self.day_count, rng)
        return WeatherTrack(self.first_day_mjd, drivers)

    def warnings(self, known_until_mjd_utc: float) -> list[str]:
        """What is old about the Sun of this campaign, in words."""
        found = []
        gap_days = known_until_mjd_utc - 1.0 - self.known.last_observed_mjd
        if self.forecast is not None and gap_days > _OLD_TABLE_DAYS:
            found.append(
                f"the Sun was observed only until {self.known.last_observed_utc}; "
                "fetch a newer table: stationkeep data update"
            )
        if self.forecast is not None and known_until_mjd_utc - self.forecast.issued_mjd > _OLD_FORECAST_DAYS:
            years = (known_until_mjd_utc - self.forecast.issued_mjd) / 365.25
            found.append(
                f"the newest shipped solar forecast ({self.forecast.identifier}) is {years:.1f} years older than "
                f"{iso_day(known_until_mjd_utc)}; give a newer bulletin: --space-weather FILE"
            )
        return found


def campaign_weather(
    choice: str,
    first_mjd_utc: float,
    known_until_mjd_utc: float,
    horizon_mjd_utc: float,
    *,
    forecast_id: str | None = None,
    past_end: ContinuationPolicy = ContinuationPolicy.FORECAST,
) -> CampaignWeather:
    """Prepare the space weather of a campaign.

    ``choice``: ``observed`` (the Sun as it was, past the table's end by ``past_end``), ``as-known`` (observed up to
    ``known_until_mjd_utc``, then random draws from the bulletin known then, or from ``forecast_id``), or a file: an
    MSAFE bulletin (as ``as-known``, with it) or a CelesTrak table (as ``observed``, with it).
    """
    forecast: SolarForecast | None = None
    table: SpaceWeather | None = None
    if choice not in (OBSERVED, AS_KNOWN):
        forecast, table = _from_file(Path(choice))
    if table is not None or choice == OBSERVED:
        return _observed(table, first_mjd_utc, horizon_mjd_utc, past_end, choice)
    if forecast is None:
        forecast = _forecast_named(forecast_id) if forecast_id else forecast_known_at(known_until_mjd_utc)
    return _as_known(forecast, first_mjd_utc, known_until_mjd_utc, horizon_mjd_utc, past_end, choice)


def _observed(
    table: SpaceWeather | None, first_mjd: float, horizon_mjd: float, past_end: ContinuationPolicy, choice: str
) -> CampaignWeather:
    found = table if table is not None else observed_space_weather(horizon_mjd)
    first, days = _span(first_mjd, horizon_mjd)
    continued = found.continued(first + days, past_end)
    return CampaignWeather(
        OBSERVED,
        first,
        days,
        WeatherTrack(first, continued.drivers(first, days)),
        found,
        None,
        _provenance(choice, continued, found, None, first, days, past_end),
    )


def _as_known(
    forecast: SolarForecast,
    first_mjd: float,
    known_until: float,
    horizon_mjd: float,
    past_end: ContinuationPolicy,
    choice: str,
) -> CampaignWeather:
    observed = observed_space_weather(known_until)
    known = observed.observed_before(known_until)
    first, days = _span(first_mjd, horizon_mjd)
    median = known.continued(first + days, ContinuationPolicy.FORECAST, forecast)
    return CampaignWeather(
        AS_KNOWN,
        first,
        days,
        WeatherTrack(first, median.drivers(first, days)),
        known,
        forecast,
        _provenance(choice, median, known, forecast, first, days, past_end),
    )


def _span(first_mjd: float, horizon_mjd: float) -> tuple[int, int]:
    first = math.floor(first_mjd)
    return first, math.ceil(horizon_mjd) - first + 1


def _provenance(
    choice: str,
    flown: SpaceWeather,
    known: SpaceWeather,
    forecast: SolarForecast | None,
    first: int,
    days: int,
    past_end: ContinuationPolicy,
) -> dict[str, Any]:
    return {
        "description": _described(choice, known, forecast),
        "choice": choice if choice in (OBSERVED, AS_KNOWN) else Path(choice).name,
        "mode": OBSERVED if forecast is None else AS_KNOWN,
        "table": flown.identifier,
        "observed_until_utc": known.last_observed_utc,
        "flown_from_utc": iso_day(first),
        "flown_until_utc": iso_day(first + days - 1),
        "days_by_kind": flown.kind_counts(first, days),
        "forecast": None if forecast is None else forecast.identifier,
        "past_end_policy": str(past_end),
    }


def _described(choice: str, known: SpaceWeather, forecast: SolarForecast | None) -> str:
    if forecast is None:
        where = "" if choice == OBSERVED else f" in {Path(choice).name}"
        return f"as observed{where} until {known.last_observed_utc}, predicted after"
    return f"as known on {iso_day(known.last_observed_mjd + 1)} ({forecast.identifier})"


def _forecast_named(forecast_id: str) -> SolarForecast:
    shipped = {f"msafe-{issued}": forecast for issued, forecast in shipped_forecasts().items()}
    if forecast_id not in shipped:
        known = ", ".join(shipped)
        raise InputError(
            f"no solar forecast {forecast_id!r}", hint=f"shipped are {known}; or give a bulletin: --space-weather FILE"
        )
    return shipped[forecast_id]


def _from_file(path: Path) -> tuple[SolarForecast | None, SpaceWeather | None]:
    head = read_bytes(path, _EXPECTED)[:4000].decode("latin-1")
    if _BULLETIN_BEGINS in head.upper():
        return read_msafe(path), None
    return None, read_celestrak(path)
