"""What the decay engine says of flights whose end is known: the figures of ``decay.md`` and of its tests.

Each function uses only what was known at the moment of the prediction, except the Sun where it says "observed".
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

from stationkeep.campaign.decay import DecayOptions, predict_decay
from stationkeep.campaign.prepare import prepare_campaign
from stationkeep.campaign.run import run_scenario
from stationkeep.campaign.weather import campaign_weather
from stationkeep.catalogue.loader import load_catalogue
from stationkeep.constants import EARTH_EQUATORIAL_RADIUS_KM
from stationkeep.environment.sources import bundled_space_weather
from stationkeep.orbit.calibration import Arc, Calibration, calibrate
from stationkeep.orbit.history import read_history
from stationkeep.orbit.mean_decay import WeatherTrack, fly_mean
from stationkeep.orbit.tle import ElementHistory, ElementSet
from stationkeep.scenario.loader import load_scenario
from stationkeep.timescale import mjd_utc, parse_utc

DAYS_A_YEAR = 365.25
CALIBRATION_DAYS = 370.0  # what calibrate() may look back, and a few days
WINTER_DAYS = 125.0

ISS_FILE = "tle/25544_iss.tle"
TIANGONG_FILE = "tle/37820_tiangong1.tle"
TIANGONG_END_MJD = mjd_utc(parse_utc("2018-04-02T00:16Z"))  # US Strategic Command, +-1 min
DELFI_FILE = "tle/32789_delfi_c3.tle"
# Its last element set, 15:43 UTC, is at 179 km and sinks by 4 km an hour; known to the day, taken as 20:00 +-4 h.
DELFI_END_MJD = mjd_utc(parse_utc("2023-11-13T20:00Z"))


# --- the station, 12 March to 23 April 2022 --------------------------------------------------------------------------


@dataclass(frozen=True)
class SpringOfTheStation:
    """The station's longest flight without a burn in 2022, predicted from the winter before."""

    calibration: Calibration
    first: ElementSet
    last: ElementSet
    checks: tuple[tuple[ElementSet, float], ...]
    """Each later set with the mean altitude predicted for it [km]."""
    arcs: tuple[Arc, ...]
    """Of the calibration, those of the winter before: older ones lose too little to give a coefficient each."""
    losses_by_arc_km: tuple[float, ...]
    """What the flight would lose with the coefficient of each of them alone."""

    @property
    def observed_loss_km(self) -> float:
        return self.first.elements.mean_altitude_km - self.last.elements.mean_altitude_km

    @property
    def predicted_loss_km(self) -> float:
        return self.first.elements.mean_altitude_km - self.checks[-1][1]

    @property
    def error_fraction(self) -> float:
        return self.predicted_loss_km / self.observed_loss_km - 1.0


def iss_spring_2022(data: Path) -> SpringOfTheStation:
    """How much altitude does the engine lose from 12 March to 23 April 2022, calibrated before 12 March?"""
    history = read_history(data / ISS_FILE)
    begin, end = (mjd_utc(parse_utc(day)) for day in ("2022-03-12", "2022-04-24"))
    weather = campaign_weather("observed", begin - CALIBRATION_DAYS, begin, end).median
    calibration = calibrate(history.until(begin), weather)
    flight = [item for item in history.sets if begin < item.epoch_mjd_utc < end]
    first, last = flight[0], flight[-1]

    def predicted_km(item: ElementSet, ballistic_m2_kg: float) -> float:
        return fly_mean(first.elements, item.epoch_mjd_utc, weather, ballistic_m2_kg).elements.mean_altitude_km

    checks = tuple((item, predicted_km(item, calibration.coefficient.value_m2_kg)) for item in flight[1:])
    winter = tuple(arc for arc in calibration.arcs if arc.start_mjd_utc > begin - WINTER_DAYS)
    alone = tuple(first.elements.mean_altitude_km - predicted_km(last, arc.value_m2_kg) for arc in winter)
    return SpringOfTheStation(calibration, first, last, checks, winter, alone)


# --- objects that fell -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Prediction:
    """A fall predicted from the element sets up to some days before it; times relative to the true end [day]."""

    days_before: float
    space_weather: str
    p05_days: float
    median_days: float
    p95_days: float
    rank: float
    """Share of the runs that fell before the true end: even over 0 to 1 where the stated windows are right."""
    ballistic_m2_kg: float
    spread_percent: float
    forecast: str | None

    @property
    def error_fraction(self) -> float:
        """Error of the median over the remaining time; negative: predicted too early."""
        return self.median_days / self.days_before

    @property
    def window_holds_truth(self) -> bool:
        return self.p05_days <= 0.0 <= self.p95_days


def predictions(
    history: ElementHistory, end_mjd: float, days_before: Iterable[float], space_weather: str
) -> list[Prediction]:
    """When would it have come down, said at each of these numbers of days before it did?"""
    return [_prediction(history, end_mjd, days, space_weather) for days in days_before]


def _prediction(history: ElementHistory, end_mjd: float, days: float, space_weather: str) -> Prediction:
    # Four times the remaining time: no quantile is cut off, and the observed table still reaches that far.
    options = DecayOptions(space_weather=space_weather, horizon_days=max(4.0 * days, 60.0), beside_observed=False)
    document = predict_decay(history, end_mjd - days, options)
    fall = document.reentry
    assert fall.p05_utc is not None
    assert fall.median_utc is not None
    assert fall.p95_utc is not None
    p05, median, p95 = (mjd_utc(parse_utc(text)) - end_mjd for text in (fall.p05_utc, fall.median_utc, fall.p95_utc))
    earlier = [text is not None and mjd_utc(parse_utc(text)) < end_mjd for text in fall.dates_utc]
    drag = document.ballistic_coefficient
    return Prediction(
        days, space_weather, p05, median, p95, float(np.mean(earlier)), drag.value_m2_kg, drag.spread_percent,
        document.provenance["space_weather"]["forecast"],
    )  # fmt: skip


@dataclass(frozen=True)
class Score:
    """Many predictions of one object in a few numbers."""

    count: int
    mean_error: float
    rms_error: float
    inside_50: float
    inside_90: float
    mean_rank: float
    """One half where the windows lie about the truth; more: they lie early."""


def score(rows: Sequence[Prediction]) -> Score:
    """Errors as fractions of the remaining time, and how often the middle 50 % and 90 % of the runs held the truth."""
    errors = np.array([row.error_fraction for row in rows])
    ranks = np.array([row.rank for row in rows])
    inside = [float(np.mean(np.abs(ranks - 0.5) <= half)) for half in (0.25, 0.45)]
    return Score(len(rows), float(errors.mean()), float(np.sqrt(np.mean(errors**2))), *inside, float(ranks.mean()))


# --- the station without reboost -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fall:
    """When the station falls, in years after 2 April 2022; None: later than the horizon."""

    p05_years: float | None
    median_years: float | None
    p95_years: float | None
    scenario_hash: str
    table: str

    @property
    def years(self) -> tuple[float | None, float | None, float | None]:
        return self.p05_years, self.median_years, self.p95_years


@cache
def withdrawal_fall(space_weather: str, runs: int = 200) -> Fall:
    """When does the station fall if nobody boosts it from 2 April 2022 (scenario iss-2022, branch withdrawal)?"""
    loaded = load_scenario("iss-2022")
    document = run_scenario(loaded, branches=["withdrawal"], runs=runs, space_weather=space_weather).document
    fall = document.branches["withdrawal"].reentry
    epoch = loaded.scenario.epoch_mjd_utc
    dates = [
        None if text is None else (mjd_utc(parse_utc(text)) - epoch) / DAYS_A_YEAR
        for text in (fall.p05_utc, fall.median_utc, fall.p95_utc)
    ]
    return Fall(*dates, document.scenario.hash, str(document.provenance["space_weather"]["table"]))


def life_under_constant_sun(f107_sfu: float, ap: float) -> float:
    """Years from 2 April 2022 to the fall under a Sun that never changes; scenario's orbit and coefficient."""
    scenario = load_scenario("iss-2022").scenario
    mission = prepare_campaign(scenario, load_catalogue(), "observed").mission
    first, days = math.floor(scenario.epoch_mjd_utc), 30 * 366
    weather = WeatherTrack(first, np.tile([f107_sfu, f107_sfu, ap], (days, 1)))
    track = fly_mean(mission.elements, float(first + days), weather, scenario.drag.ballistic_coefficient_m2_kg)
    assert track.outcome.reentered
    return (track.outcome.time_mjd_utc - scenario.epoch_mjd_utc) / DAYS_A_YEAR


def mean_sun(first_day: str, years: float) -> tuple[float, float]:
    """Mean observed F10.7 [sfu] and Ap over some years from a day."""
    table = bundled_space_weather()
    start = math.floor(mjd_utc(parse_utc(first_day))) - table.first_day_mjd
    part = slice(start, start + round(years * DAYS_A_YEAR))
    return float(table.f107_sfu[part].mean()), float(table.ap[part].mean())


# --- daily loss at the station's altitude ----------------------------------------------------------------------------

# Median of what NASA's ephemeris messages themselves predict for their first days, before the first burn [m/day].
PUBLISHED_RATES_M_DAY = {
    "2021H2": (16.0,), "2022H1": (41.0, 58.0), "2023H1": (103.0,), "2023H2": (105.0,), "2024H1": (106.0,),
    "2024H2": (127.0,), "2025H1": (102.0,),
}  # fmt: skip


def half_year_rates_m_day(label: str, altitude_km: float = 418.0) -> tuple[float, float]:
    """Mean and median daily loss [m] over a half-year at a held altitude, observed Sun, the coefficient of iss-2022.

    The node runs on as J2 turns it, so each day meets its own local times.
    """
    scenario = load_scenario("iss-2022").scenario
    start = scenario.orbit.elements()
    first = math.floor(mjd_utc(parse_utc(f"{label[:4]}-{'01' if label.endswith('1') else '07'}-01")))
    last = min(first + 182, bundled_space_weather().last_observed_mjd - 41)
    weather = WeatherTrack(first, bundled_space_weather().drivers(first, last - first + 1))
    losses = []
    for day in range(first, last):
        # -4.98 deg a day: the J2 rate at 418 km and 51.64 deg
        node = start.raan_rad + math.radians(-4.98) * (day - start.epoch_mjd_utc)
        held = replace(
            start, epoch_mjd_utc=float(day), semi_major_axis_km=EARTH_EQUATORIAL_RADIUS_KM + altitude_km,
            raan_rad=node % (2.0 * math.pi),
        )  # fmt: skip
        flown = fly_mean(held, day + 1.0, weather, scenario.drag.ballistic_coefficient_m2_kg)
        losses.append(1000.0 * (altitude_km - flown.elements.mean_altitude_km))
    return float(np.mean(losses)), float(np.median(losses))
