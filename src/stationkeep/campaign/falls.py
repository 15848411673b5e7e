"""A fall flown many times under one Sun or many, each with its own course of the drag."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from stationkeep.campaign.drag_courses import Courses, Drag
from stationkeep.campaign.execution import map_runs
from stationkeep.campaign.weather import CampaignWeather
from stationkeep.environment.atmosphere import Atmosphere
from stationkeep.orbit.calibration import OUTLOOK_DAYS
from stationkeep.orbit.denser_days import DenserDays, SeenAir
from stationkeep.orbit.elements import MeanElements
from stationkeep.orbit.mean_decay import BallisticCoefficient, DecayTrack, WeatherTrack, fly_mean, is_built_in

FloatArray = NDArray[np.float64]

LAST_DAYS = 3.0
"""Nearer to the end than this the first hours count (``LastHours``); farther off they are a hundredth of the window."""
_SPARE_DAYS = 10.0
_RATE_DAYS = 0.05
_LIVES = 2.0  # of the first flight: nearly all runs have fallen by then


@dataclass(frozen=True)
class Fall:
    """What every run of a prediction starts from."""

    start: MeanElements
    horizon_mjd_utc: float
    atmosphere: Atmosphere
    reentry_altitude_km: float
    runs: int
    seed: int
    workers: int | None


@dataclass(frozen=True)
class LastHours:
    """What decides a fall within days and is lost in one of months.

    The axis of a set is uncertain by a fiftieth of what the orbit loses in a day, which near the end is a kilometre
    (the size that ``orbit.last_days`` found on Delfi-C3), and the drag of the hours after the last set is not that of
    the hours before it (by the fast wandering the object's own sets show).
    """

    axis_noise_km: float
    change_fraction: float

    def begin(
        self, start: MeanElements, course: FloatArray, rng: np.random.Generator
    ) -> tuple[MeanElements, FloatArray]:
        """One possible orbit at the last set, and the course of the drag from its day on with other first hours."""
        axis, change = rng.standard_normal(2)
        moved = replace(start, semi_major_axis_km=start.semi_major_axis_km + self.axis_noise_km * float(axis))
        return moved, np.concatenate([course[:1] * math.exp(self.change_fraction * float(change)), course[1:]])


@dataclass(frozen=True)
class Flown:
    """All runs under one Sun, and the reference run (everything at its median)."""

    reference: DecayTrack
    coefficient_m2_kg: float
    """What the sets ask for under this Sun: geometric mean of the median course over the first 60 days."""
    tracks: list[DecayTrack]

    @property
    def falls_mjd_utc(self) -> list[float | None]:
        """Moment of each run's fall; null: not by the horizon."""
        return [track.outcome.time_mjd_utc if track.outcome.reentered else None for track in self.tracks]


def fly_falls(
    fall: Fall,
    drag: Drag,
    weather: CampaignWeather,
    fit_weather: WeatherTrack,
    progress: Callable[[], None] | None = None,
) -> Flown:
    """Fly all runs. The answer does not depend on the number of workers.

    ``weather`` begins on ``drag.weather_from`` or before it. ``fit_weather``: the Sun the drag was fitted under; each
    run's drag is made to agree with the sets under its own Sun, which reaches back through the 81-day mean.
    """
    begin = math.floor(fall.start.epoch_mjd_utc)
    lead = begin - weather.first_day_mjd
    ahead_days = weather.day_count - lead
    median = WeatherTrack(begin, weather.median.drivers[lead:])
    seen = drag.seen_air(fall.start, fit_weather)
    usual = None if seen is None else seen.denser(weather.median)
    # A falling orbit's plane turns faster under the Sun: a first flight with one number says how fast.
    first = _flight(fall, drag.coefficient, median)
    courses = drag.courses(begin, ahead_days, first.altitude_by_day_km[:ahead_days])
    course = courses.median_m2_kg if usual is None else courses.median_under(usual)
    life = first.outcome.time_mjd_utc - fall.start.epoch_mjd_utc
    hours = _last_hours(fall, drag, median, life) if life < LAST_DAYS else None
    # an observed Sun is the same in every run
    runs = _Runs(fall, weather, courses, None if weather.forecast is None else seen, usual, hours)
    # Random Suns and courses of ten years are dear: most runs fall long before, and only the others need them. A longer
    # draw begins like a shorter one, so the answer is the same.
    early = min(fall.horizon_mjd_utc, fall.start.epoch_mjd_utc + _LIVES * life + _SPARE_DAYS)
    tracks = runs.fly(range(fall.runs), early, progress)
    late = [index for index, track in enumerate(tracks) if not track.outcome.reentered]
    if late and early < fall.horizon_mjd_utc:
        for index, track in zip(late, runs.fly(late, fall.horizon_mjd_utc, None), strict=True):
            tracks[index] = track
    asked_for = float(np.exp(np.log(course[:OUTLOOK_DAYS]).mean()))
    return Flown(_flight(fall, course, median), asked_for, tracks)


def _flight(
    fall: Fall,
    ballistic: BallisticCoefficient | FloatArray,
    track: WeatherTrack,
    stop: float | None = None,
    start: MeanElements | None = None,
) -> DecayTrack:
    """One flight; from the orbit of the fall to its horizon unless others are given."""
    return fly_mean(
        fall.start if start is None else start,
        fall.horizon_mjd_utc if stop is None else stop,
        track,
        ballistic,
        reentry_altitude_km=fall.reentry_altitude_km,
        atmosphere=fall.atmosphere,
    )


@dataclass(frozen=True)
class _Runs:
    """The random runs of a fall."""

    fall: Fall
    weather: CampaignWeather
    courses: Courses
    seen: SeenAir | None
    """The air the fit saw, where every run has a Sun of its own."""
    usual: DenserDays | None
    """How much denser it was under a Sun that all runs share."""
    hours: LastHours | None

    def fly(self, indices: Sequence[int], stop: float, progress: Callable[[], None] | None) -> list[DecayTrack]:
        """Some of them, to a moment."""
        fall = self.fall
        begin = math.floor(fall.start.epoch_mjd_utc)
        lead = begin - self.weather.first_day_mjd
        days = min(self.weather.day_count - lead, math.ceil(stop) - begin + 1)
        sky, course = replace(self.weather, day_count=lead + days), self.courses.begin(days)

        def one(index: int) -> DecayTrack:
            sun, wandering, first_hours = np.random.SeedSequence(fall.seed, spawn_key=(index,)).spawn(3)
            wide = sky.track(np.random.default_rng(sun))
            denser = self.usual if self.seen is None else self.seen.denser(wide)
            start, drag_course = fall.start, course.draw(np.random.default_rng(wandering), denser)
            if self.hours is not None:
                start, drag_course = self.hours.begin(start, drag_course, np.random.default_rng(first_hours))
            return _flight(fall, drag_course, WeatherTrack(begin, wide.drivers[lead : lead + days]), stop, start)

        # only the compiled core releases the interpreter: flights through another atmosphere would only wait
        workers = fall.workers if is_built_in(fall.atmosphere) else 1
        return map_runs(one, indices, workers=workers, progress=progress)


def _last_hours(fall: Fall, drag: Drag, weather: WeatherTrack, life_days: float) -> LastHours:
    """The noise of the start and of the first hours of a fall that is over in ``life_days``."""
    from stationkeep.orbit.last_days import set_axis_noise_km

    start, ahead = fall.start, min(_RATE_DAYS, 0.5 * life_days)
    flown = fly_mean(
        start,
        start.epoch_mjd_utc + ahead,
        weather,
        drag.coefficient,
        reentry_altitude_km=fall.reentry_altitude_km,
        atmosphere=fall.atmosphere,
    )
    rate_km_day = (start.semi_major_axis_km - flown.elements.semi_major_axis_km) / ahead
    # the sets speak of the day before the last of them; what is left of its day is centred half of that after it
    left = min(1.0 - start.epoch_mjd_utc % 1.0, life_days)
    return LastHours(
        axis_noise_km=float(set_axis_noise_km(rate_km_day, drag.set_noise_km)),
        change_fraction=drag.change_within(0.5 + 0.5 * left),
    )
