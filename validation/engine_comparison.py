"""The mean engine beside the high-fidelity one: one orbit, one Sun, one coefficient, one density, flown by both.

Used by ``validation/decay.py``, ``benchmarks/high_fidelity.py`` and the tests. Needs heyoka (extra ``precise``).
The station's orbit of 2 April 2022 under the observed Sun; EGM2008 against averaged J2 and J3.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stationkeep.constants import EARTH_EQUATORIAL_RADIUS_KM
from stationkeep.environment.space_weather import SpaceWeather
from stationkeep.orbit.elements import MeanElements
from stationkeep.orbit.high_fidelity import HighFidelityPropagator, HighFidelityResult
from stationkeep.orbit.mean_decay import DecayTrack, WeatherTrack, fly_mean

EPOCH = 59671  # 2022-04-02
BALLISTIC_M2_KG = 0.008
SAMPLES_A_DAY = 288
# A steep fall bends within a day: there the average goes over one revolution, and 50 m of tesseral ripple stay.
SAMPLES_A_REVOLUTION = 18


@dataclass(frozen=True)
class Loss:
    """Mean altitude of both engines at one day, and what each lost since the first full day."""

    day: int
    precise_km: float
    mean_km: float
    precise_loss_km: float
    mean_loss_km: float

    @property
    def ratio(self) -> float:
        """Loss by the mean engine over loss by the high-fidelity one."""
        return self.mean_loss_km / self.precise_loss_km


@dataclass(frozen=True)
class Pair:
    """One flight by both engines, and the seconds each took."""

    altitude_km: float
    ballistic_m2_kg: float
    result: HighFidelityResult
    track: DecayTrack
    precise_s: float
    mean_s: float

    @property
    def days_flown(self) -> tuple[float, float]:
        """Days from the epoch to the end, by high fidelity and by the mean engine."""
        return self.result.outcome.time_mjd_utc - EPOCH, self.track.outcome.time_mjd_utc - EPOCH

    @property
    def time_ratio(self) -> float:
        """Time to the end by the mean engine over that by high fidelity."""
        precise, mean = self.days_flown
        return mean / precise

    def losses(self, days: Sequence[int], window: int = SAMPLES_A_DAY) -> list[Loss]:
        """Altitude lost since the first full day; ``window``: samples averaged to take out the tesseral ripple."""
        dates, altitude = smooth_altitude_km(self.result, window)
        by_day = self.track.altitude_by_day_km
        first = float(np.interp(EPOCH + 1, dates, altitude)), float(by_day[1])
        rows = []
        for day in days:
            precise, mean = float(np.interp(EPOCH + day, dates, altitude)), float(by_day[day])
            rows.append(Loss(day, precise, mean, first[0] - precise, first[1] - mean))
        return rows


def timed(action: Callable[[], Any]) -> tuple[Any, float]:
    """The result of an action and the seconds it took."""
    begin = time.perf_counter()
    result = action()
    return result, time.perf_counter() - begin


def station(altitude_km: float) -> MeanElements:
    """The station's orbit at a mean altitude."""
    return MeanElements(EPOCH, EARTH_EQUATORIAL_RADIUS_KM + altitude_km, 0.0005, math.radians(51.64), 1.0, 2.0, 3.0)


def fly_both(
    propagator: HighFidelityPropagator, space_weather: SpaceWeather, altitude_km: float, days: int,
    ballistic_m2_kg: float = BALLISTIC_M2_KG,
) -> Pair:  # fmt: skip
    """The same orbit by both engines for ``days``, or until it falls through 120 km."""
    elements, stop = station(altitude_km), float(EPOCH + days)
    start = propagator.frames.gcrs_state_from_mean_elements(elements)
    times = EPOCH + np.arange(0.0, days, 1.0 / SAMPLES_A_DAY)
    result, precise_s = timed(
        lambda: propagator.propagate(start[:3], start[3:], EPOCH, stop, ballistic_m2_kg, output_times_mjd_utc=times)
    )
    weather = WeatherTrack(EPOCH, space_weather.drivers(EPOCH, days + 1))
    fly_mean(elements, EPOCH + 1.0, weather, ballistic_m2_kg)  # compiles
    track, mean_s = timed(lambda: fly_mean(elements, stop, weather, ballistic_m2_kg))
    return Pair(altitude_km, ballistic_m2_kg, result, track, precise_s, mean_s)


def smooth_altitude_km(result: HighFidelityResult, window: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean altitude averaged over ``window`` + 1 samples around each one: (MJD, km)."""
    weights, middle = np.ones(window + 1) / (window + 1), slice(window // 2, -(window // 2))
    altitude = np.convolve(result.mean_semi_major_axis_km, weights, "valid") - EARTH_EQUATORIAL_RADIUS_KM
    return result.times_mjd_utc[middle], altitude


def ballistic_for_life(altitude_km: float, days: float, space_weather: SpaceWeather) -> float:
    """The coefficient [m2/kg] with which the mean engine falls from an altitude in so many days (bisection)."""
    weather = WeatherTrack(EPOCH, space_weather.drivers(EPOCH, math.ceil(days) + 1))
    low, high = 1.0e-4, 1.0
    for _ in range(40):
        middle = math.sqrt(low * high)
        fell = fly_mean(station(altitude_km), EPOCH + days, weather, middle).outcome.reentered
        low, high = (low, middle) if fell else (middle, high)
    return high
