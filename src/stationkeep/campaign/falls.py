"""A fall flown many times under one Sun or many, each with its own course of the drag."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from stationkeep.campaign.drag_courses import Drag
from stationkeep.campaign.execution import map_runs
from stationkeep.campaign.weather import CampaignWeather
from stationkeep.environment.atmosphere import Atmosphere
from stationkeep.orbit.calibration import OUTLOOK_DAYS
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

    def fly(
        ballistic: BallisticCoefficient | FloatArray,
        track: WeatherTrack,
        stop: float = fall.horizon_mjd_utc,
        start: MeanElements = fall.start,
    ) -> DecayTrack:
        return fly_mean(
            start,
            stop,
            track,
            ballistic,
            reentry_altitude_km=fall.reentry_altitude_km,
            atmosphere=fall.atmosphere,
        )

    begin = math.floor(fall.start.epoch_mjd_utc)
    lead = begin - weather.first_day_mjd
    ahead_days = weather.day_count - lead
    median = WeatherTrack(begin, weather.median.drivers[lead:])
    seen = drag.seen_air(fall.start, fit_weather)
    usual = None if seen is None else seen.denser(weather.median)
    # A falling orbit's plane turns faster under the Sun: a first flight with one number says how fast.
    first = fly(drag.coefficient, median)
    full = drag.courses(begin, ahead_days, first.altitude_by_day_km[:ahead_days])
    course_of_reference = full.median_m2_kg if usual is None else full.median_under(usual)
    reference = fly(course_of_reference, median)
    life = first.outcome.time_mjd_utc - fall.start.epoch_mjd_utc
    hours = _last_hours(fall, drag, median, life) if life < LAST_DAYS else None
    # only the compiled core releases the interpreter: flights through another atmosphere would get in each other's way
    workers = fall.workers if is_built_in(fall.atmosphere) else 1

    def runs(indices: Sequence[int], stop: float, advance: Callable[[], None] | None) -> list[DecayTrack]:
        days = min(ahead_days, math.ceil(stop) - begin + 1)
        sky, course = replace(weather, day_count=lead + days), full.begin(days)

        def one(index: int) -> DecayTrack:
            sun, wandering, first_hours = np.random.SeedSequence(fall.seed, spawn_key=(index,)).spawn(3)
            wide = sky.track(np.random.default_rng(sun))
            # an observed Sun is the same in every run
            denser = usual if seen is None or weather.forecast is None else seen.denser(wide)
            start, drag_course = fall.start, course.draw(np.random.default_rng(wandering), denser)
            if hours is not None:
                start, drag_course = hours.begin(start, drag_course, np.random.default_rng(first_hours))
            return fly(drag_course, WeatherTrack(begin, wide.drivers[lead : lead + days]), stop, start)

        return map_runs(one, indices, workers=workers, progress=advance)

    # Random Suns and courses of ten years are dear: most runs fall long before, and only the others need them. A longer
    # draw begins like a shorter one, so the answer is the same.
    early = min(fall.horizon_mjd_utc, fall.start.epoch_mjd_utc + _LIVES * life + _SPARE_DAYS)
    tracks = runs(range(fall.runs), early, progress)
    late = [index for index, track in enumerate(tracks) if not track.outcome.reentered]
    if late and early < fall.horizon_mjd_utc:
        for index, track in zip(late, runs(late, fall.horizon_mjd_utc, None), strict=True):
            tracks[index] = track
    outlook = np.log(course_of_reference[:OUTLOOK_DAYS])
    return Flown(reference, float(np.exp(outlook.mean())), tracks)


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
