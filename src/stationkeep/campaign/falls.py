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

_SPARE_DAYS = 10.0
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
        ballistic: BallisticCoefficient | FloatArray, track: WeatherTrack, stop: float = fall.horizon_mjd_utc
    ) -> DecayTrack:
        return fly_mean(
            fall.start,
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
    # only the compiled core releases the interpreter: flights through another atmosphere would get in each other's way
    workers = fall.workers if is_built_in(fall.atmosphere) else 1

    def runs(indices: Sequence[int], stop: float, advance: Callable[[], None] | None) -> list[DecayTrack]:
        days = min(ahead_days, math.ceil(stop) - begin + 1)
        sky, course = replace(weather, day_count=lead + days), full.begin(days)

        def one(index: int) -> DecayTrack:
            sun, wandering = np.random.SeedSequence(fall.seed, spawn_key=(index,)).spawn(2)
            wide = sky.track(np.random.default_rng(sun))
            # an observed Sun is the same in every run
            denser = usual if seen is None or weather.forecast is None else seen.denser(wide)
            drag_course = course.draw(np.random.default_rng(wandering), denser)
            return fly(drag_course, WeatherTrack(begin, wide.drivers[lead : lead + days]), stop)

        return map_runs(one, indices, workers=workers, progress=advance)

    # Random Suns and courses of ten years are dear: most runs fall long before, and only the others need them. A longer
    # draw begins like a shorter one, so the answer is the same.
    life = first.outcome.time_mjd_utc - fall.start.epoch_mjd_utc
    early = min(fall.horizon_mjd_utc, fall.start.epoch_mjd_utc + _LIVES * life + _SPARE_DAYS)
    tracks = runs(range(fall.runs), early, progress)
    late = [index for index, track in enumerate(tracks) if not track.outcome.reentered]
    if late and early < fall.horizon_mjd_utc:
        for index, track in zip(late, runs(late, fall.horizon_mjd_utc, None), strict=True):
            tracks[index] = track
    outlook = np.log(course_of_reference[:OUTLOOK_DAYS])
    return Flown(reference, float(np.exp(outlook.mean())), tracks)
