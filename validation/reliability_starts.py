"""Predictions from many past starts, each judged by what came: the raw material of ``reliability.md``.

Every prediction uses the element sets up to its start only; "observed" ones the Sun that came, "as-known" ones the
newest bulletin published before the start, where one not older than a year ships.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import decay_truth as truth
import free_decay_arcs as arcs
import numpy as np

from stationkeep.campaign.decay import DecayOptions, predict_decay
from stationkeep.campaign.weather import CampaignWeather, campaign_weather
from stationkeep.environment.msafe import forecast_known_at
from stationkeep.environment.sources import bundled_space_weather
from stationkeep.errors import StationkeepError
from stationkeep.orbit.burn_detection import Burn, burn_free_pieces, find_burns
from stationkeep.orbit.calibration import LOOKBACK_DAYS, Calibration, calibrate
from stationkeep.orbit.elements import MeanElements
from stationkeep.orbit.history import read_history
from stationkeep.orbit.mean_decay import MeanFlight, WeatherTrack
from stationkeep.orbit.tle import ElementHistory, ElementSet
from stationkeep.timescale import iso_day, mjd_utc, parse_utc

DRAWS = 200
STEP_DAYS = 15.0
HORIZONS_DAYS = (5, 10, 20, 40, 60)
SETTLED_DAYS = 3.0  # the first start in a stretch: sets of the first day still carry the burn
SHORTEST_DAYS = 8.0
OLDEST_SET_DAYS = 4.0
SMALLEST_LOSS_KM = 0.3  # foreseen: a loss that the noise of the sets does not hide
LEVEL_DAYS = 2.0
FRESH_FORECAST_DAYS = 366.0
LOGS_WITHIN = (1.0e-3, 1.0e5)

FALLEN = {
    "Tiangong-1": (truth.TIANGONG_FILE, truth.TIANGONG_END_MJD),
    "Delfi-C3": (truth.DELFI_FILE, truth.DELFI_END_MJD),
}
FILES = (truth.ISS_FILE, truth.TIANGONG_FILE, truth.DELFI_FILE)


@dataclass(frozen=True)
class Judged:
    """One prediction and what came."""

    sun: str
    cluster: str
    """Starts of one cluster share most of their truth, and count as one witness."""
    start_mjd_utc: float
    days: float
    """From the start to the truth."""
    horizon_days: int
    """The horizon asked for; 0 for a fall."""
    held_out: bool
    truth: float
    """What is foretold: altitude lost [km], or time to the fall [day]."""
    draws: np.ndarray

    @property
    def rank(self) -> float:
        """Share of the runs below the truth: even over 0 to 1 where the windows are right."""
        return float(np.mean(self.draws < self.truth))

    @property
    def error(self) -> float:
        """Of the median, as a fraction of the truth."""
        return float(np.median(self.draws)) / self.truth - 1.0

    @property
    def interval_score(self) -> float:
        """Of the 90 % window of the logarithm: its width, and 20 times what the truth lies outside."""
        low, high = np.quantile(_log(self.draws), (0.05, 0.95), method="inverted_cdf")
        came = float(_log(np.array(self.truth)))
        return float(high - low + 20.0 * (max(low - came, 0.0) + max(came - high, 0.0)))

    @property
    def crps(self) -> float:
        """Continuous ranked probability score of the logarithm."""
        values = np.sort(_log(self.draws))
        came, count = float(_log(np.array(self.truth))), len(values)
        pairs = float(np.sum((2.0 * np.arange(1, count + 1) - count - 1.0) * values)) / count**2
        return float(np.mean(np.abs(values - came))) - pairs


def _log(values: np.ndarray) -> np.ndarray:
    return np.asarray(np.log(np.clip(values, *LOGS_WITHIN)))


def fingerprint(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def suns(start_mjd_utc: float) -> list[str]:
    """Under which Suns a prediction of that day is judged: as-known where a bulletin of the year before it ships."""
    try:
        forecast = forecast_known_at(start_mjd_utc)
    except StationkeepError:
        return ["observed"]
    fresh = start_mjd_utc - forecast.issued_mjd <= FRESH_FORECAST_DAYS
    return ["observed", "as-known"] if fresh else ["observed"]


# --- objects that fell ------------------------------------------------------------------------------------------------


def falls(data: Path, name: str, days_before: Iterable[float] | None = None) -> list[Judged]:
    """Predictions of one fall; the default are all starts that the history allows."""
    file, end = FALLEN[name]
    history = read_history(data / file)
    longest = end - history.sets[0].epoch_mjd_utc - 30.0
    found = []
    for days in days_before if days_before is not None else _leads(longest):
        for sun in suns(end - days):
            options = DecayOptions(
                space_weather=sun, runs=DRAWS, horizon_days=max(4.0 * days, 60.0), beside_observed=False
            )
            dates = predict_decay(history, end - days, options).reentry.dates_utc
            draws = np.array([math.inf if text is None else mjd_utc(parse_utc(text)) - end + days for text in dates])
            # one doubling of the remaining time: the air between now and the fall is mostly that of the next half
            cluster = f"{name} {math.floor(math.log2(days)):.0f}"
            found.append(Judged(sun, cluster, end - days, days, 0, name == "Tiangong-1", days, draws))
    return found


def _leads(longest: float) -> list[float]:
    leads = (1, 2, 3, 5, 7, 10, 14, 20, 30, 45, 60, 75, 90, 120, 150, 180, 220, 260, 300, 350, 400, 450, 500, 550, 600)
    return [float(days) for days in leads if days <= longest]


# --- the station between burns ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Stretch:
    """Sets between two burns, found with hindsight."""

    number: int
    start_mjd_utc: float
    stop_mjd_utc: float
    sets: int
    held_out: bool


def stretches(history: ElementHistory) -> list[Stretch]:
    """Every burn-free stretch of 8 days and more with at least one set a day: in sparser ones a burn can hide.

    Every second one is held out; those of ``free_decay_arcs`` stay on the side they are on there.
    """
    table = bundled_space_weather()
    first, last = math.floor(history.epochs_mjd_utc[0]), table.last_observed_mjd - 41
    weather = WeatherTrack(first, table.drivers(first, last - first + 1))
    sets = tuple(item for item in history.sets if item.epoch_mjd_utc < last)
    known = ElementHistory(history.norad_id, history.name, sets)
    found: list[Stretch] = []
    for piece in burn_free_pieces(sets, find_burns(known, weather)):
        for part in _cut_at_holes(piece):
            start, stop = part[0].epoch_mjd_utc, part[-1].epoch_mjd_utc
            if stop - start >= SHORTEST_DAYS and len(part) >= stop - start:
                sides = [number % 2 == 1 for number, arc in enumerate(arcs.ARCS) if abs(arc[0] - start) < 1.0]
                held_out = sides[0] if sides else len(found) % 2 == 1
                found.append(Stretch(len(found), start, stop, len(part), held_out))
    return found


def _cut_at_holes(piece: list[ElementSet]) -> Iterator[list[ElementSet]]:
    epochs = [item.epoch_mjd_utc for item in piece]
    breaks = [at for at in range(1, len(piece)) if epochs[at] - epochs[at - 1] > arcs.LONGEST_HOLE_DAYS]
    for low, high in pairwise([0, *breaks, len(piece)]):
        yield piece[low:high]


def station_losses(data: Path, chosen: Iterable[int] | None = None) -> tuple[list[Judged], int]:
    """Altitude lost after starts every fifteen days in all (or the chosen) stretches, and how many starts failed."""
    history = read_history(data / truth.ISS_FILE)
    wanted = None if chosen is None else set(chosen)
    found: list[Judged] = []
    failed = 0
    for stretch in stretches(history):
        if wanted is not None and stretch.number not in wanted:
            continue
        for start in np.arange(stretch.start_mjd_utc + SETTLED_DAYS, stretch.stop_mjd_utc - 5.0, STEP_DAYS):
            try:
                found += losses_from(history, stretch, float(start))
            except StationkeepError:
                failed += 1
    return found, failed


def losses_from(history: ElementHistory, stretch: Stretch, start: float) -> list[Judged]:
    """The losses foreseen on one day, under each Sun, beside what came."""
    known = history.until(start)
    last = known.sets[-1].epoch_mjd_utc
    if start - last > OLDEST_SET_DAYS:
        return []
    stop = min(stretch.stop_mjd_utc, last + HORIZONS_DAYS[-1] + 1.0)
    found: list[Judged] = []
    burns: tuple[Burn, ...] | None = None
    for sun in suns(start):
        weather = campaign_weather(sun, last - LOOKBACK_DAYS - 1.0, start, stop + 1.0)
        days = math.floor(last) + 2 - weather.first_day_mjd
        past = WeatherTrack(weather.first_day_mjd, weather.median.drivers[:days])
        fitted = calibrate(known, past, burns=burns)
        burns = fitted.burns
        found += _judge(history, stretch, last, stop, fitted, weather)
    return found


def _judge(
    history: ElementHistory,
    stretch: Stretch,
    last: float,
    stop: float,
    fitted: Calibration,
    weather: CampaignWeather,
) -> list[Judged]:
    course = fitted.forecast(weather.first_day_mjd, len(weather.median.drivers))
    elements, sets_at_start = _levelled(history, stretch, last, weather, course.median_m2_kg)
    ends = _truths(history, elements, last, stop, weather, course.median_m2_kg)
    altitudes = np.empty((DRAWS, len(ends)))
    rng = np.random.default_rng([stretch.number, math.floor(last)])
    for run in range(DRAWS):
        flight = MeanFlight(elements, weather.track(rng), course.draw(rng))
        for column, end in enumerate(ends):
            flight.advance(end.time_mjd_utc)
            altitudes[run, column] = flight.mean_altitude_km
    found = []
    for column, end in enumerate(ends):
        # the truth is read off noisy sets, so the runs are too
        noise = fitted.drift.noise_km * math.sqrt(1.0 / min(sets_at_start, 4) + 1.0 / min(end.sets, 4))
        draws = elements.mean_altitude_km - altitudes[:, column] + noise * rng.standard_normal(DRAWS)
        if np.median(draws) >= SMALLEST_LOSS_KM:
            found.append(
                Judged(
                    weather.mode, f"stretch {stretch.number}", last, end.time_mjd_utc - last, end.horizon_days,
                    stretch.held_out, elements.mean_altitude_km - end.altitude_km, draws,
                )
            )  # fmt: skip
    return found


def _levelled(
    history: ElementHistory, stretch: Stretch, last: float, weather: CampaignWeather, ballistic: np.ndarray
) -> tuple[MeanElements, int]:
    """The orbit at the start, its axis the median over the sets of two days, and how many they are."""
    begin = max(last - LEVEL_DAYS, stretch.start_mjd_utc)
    sets = [item for item in history.sets if begin <= item.epoch_mjd_utc <= last]
    flight = MeanFlight(sets[0].elements, weather.median, ballistic)
    off = []
    for item in sets:
        flight.advance(item.epoch_mjd_utc)
        off.append(item.elements.mean_altitude_km - flight.mean_altitude_km)
    flown = flight.elements
    return replace(flown, semi_major_axis_km=flown.semi_major_axis_km + float(np.median(off))), len(sets)


@dataclass(frozen=True)
class End:
    """Where the station was at the end of a horizon, by the median over the sets of the two days before."""

    horizon_days: int
    time_mjd_utc: float
    altitude_km: float
    sets: int


def _truths(
    history: ElementHistory,
    elements: MeanElements,
    last: float,
    stop: float,
    weather: CampaignWeather,
    ballistic: np.ndarray,
) -> list[End]:
    flight = MeanFlight(elements, weather.median, ballistic)
    rows = []
    for item in history.sets:
        if last < item.epoch_mjd_utc <= stop:
            flight.advance(item.epoch_mjd_utc)
            off = item.elements.mean_altitude_km - flight.mean_altitude_km
            rows.append((item.epoch_mjd_utc, off, flight.mean_altitude_km))
    found = []
    table = np.array(rows).reshape(-1, 3)
    for days in HORIZONS_DAYS:
        before = table[table[:, 0] <= last + days]
        if last + days > stop or not len(before) or before[-1, 0] < last + days - OLDEST_SET_DAYS:
            continue
        near = before[before[:, 0] >= before[-1, 0] - LEVEL_DAYS]
        altitude = before[-1, 2] + float(np.median(near[:, 1]))
        found.append(End(days, float(before[-1, 0]), altitude, len(near)))
    return found


def described(stretch: Stretch) -> str:
    """For people."""
    return f"{iso_day(stretch.start_mjd_utc)} to {iso_day(stretch.stop_mjd_utc)}, {stretch.sets} sets"
