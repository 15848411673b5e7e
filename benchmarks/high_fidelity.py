"""High-fidelity propagation with heyoka: what it costs, and how close the mean engine comes with the same density.

    python benchmarks/high_fidelity.py           # about half a minute
    python benchmarks/high_fidelity.py --fall    # also the whole fall from 418 km, about two minutes

The station's orbit of 2 April 2022 under the observed Sun, 0.008 m2/kg, EGM2008 8x8 against averaged J2 and J3.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from stationkeep.constants import EARTH_EQUATORIAL_RADIUS_KM
from stationkeep.environment.sources import observed_space_weather
from stationkeep.environment.space_weather import SpaceWeather
from stationkeep.orbit.elements import MeanElements
from stationkeep.orbit.high_fidelity import HighFidelityPropagator, HighFidelityResult
from stationkeep.orbit.mean_decay import DecayTrack, WeatherTrack, fly_mean
from stationkeep.orbit.precise_dynamics import Density, HighFidelitySettings

EPOCH = 59671  # 2022-04-02
BALLISTIC_M2_KG = 0.008
SAMPLES_A_DAY = 288
# A steep fall bends within a day: there the average goes over one revolution, and 50 m of tesseral ripple stay.
SAMPLES_A_REVOLUTION = 18


def timed(action: Callable[[], Any]) -> tuple[Any, float]:
    """The result of an action and the seconds it took."""
    begin = time.perf_counter()
    result = action()
    return result, time.perf_counter() - begin


def station(altitude_km: float) -> MeanElements:
    """The station's orbit at a mean altitude."""
    return MeanElements(EPOCH, EARTH_EQUATORIAL_RADIUS_KM + altitude_km, 0.0005, math.radians(51.64), 1.0, 2.0, 3.0)


def fly_both(
    propagator: HighFidelityPropagator, space_weather: SpaceWeather, altitude_km: float, days: int
) -> tuple[HighFidelityResult, DecayTrack]:
    """The same orbit by both engines; prints what each took."""
    elements, stop = station(altitude_km), float(EPOCH + days)
    start = propagator.frames.gcrs_state_from_mean_elements(elements)
    times = EPOCH + np.arange(0.0, days, 1.0 / SAMPLES_A_DAY)
    result, precise_s = timed(
        lambda: propagator.propagate(start[:3], start[3:], EPOCH, stop, BALLISTIC_M2_KG, output_times_mjd_utc=times)
    )
    weather = WeatherTrack(EPOCH, space_weather.drivers(EPOCH, days + 1))
    fly_mean(elements, stop, weather, BALLISTIC_M2_KG)  # compiles
    track, mean_s = timed(lambda: fly_mean(elements, stop, weather, BALLISTIC_M2_KG))
    flown = result.outcome.time_mjd_utc - EPOCH
    print(f"\nfrom {altitude_km:g} km, {flown:.1f} days", end=": ")
    print(f"high fidelity {precise_s:.1f} s, mean engine {mean_s * 1e3:.1f} ms")
    return result, track


def smooth_altitude_km(result: HighFidelityResult, window: int) -> tuple[np.ndarray, np.ndarray]:
    """Mean altitude averaged over ``window`` + 1 samples around each one: (MJD, km)."""
    weights, middle = np.ones(window + 1) / (window + 1), slice(window // 2, -(window // 2))
    altitude = np.convolve(result.mean_semi_major_axis_km, weights, "valid") - EARTH_EQUATORIAL_RADIUS_KM
    return result.times_mjd_utc[middle], altitude


def compare_losses(result: HighFidelityResult, track: DecayTrack, days: list[int], window: int = SAMPLES_A_DAY) -> None:
    """Altitude lost since the first full day, by both engines."""
    dates, altitude = smooth_altitude_km(result, window)
    first = float(np.interp(EPOCH + 1, dates, altitude)), track.altitude_by_day_km[1]
    print("  day  high fidelity km  mean engine km   loss km  ratio of losses")
    for day in days:
        precise, mean = float(np.interp(EPOCH + day, dates, altitude)), track.altitude_by_day_km[day]
        lost = first[0] - precise
        print(f"  {day:3d}  {precise:16.3f}  {mean:14.3f}  {lost:8.3f}  {(first[1] - mean) / lost:15.4f}")


def compare_ends(result: HighFidelityResult, track: DecayTrack) -> None:
    """Time to fall through 120 km, by both engines."""
    precise, mean = (outcome.time_mjd_utc - EPOCH for outcome in (result.outcome, track.outcome))
    difference = (mean / precise - 1.0) * 100.0
    print(f"  {result.outcome.reason} after {precise:.3f} days, mean engine {mean:.3f}: {difference:+.2f} %")


def main() -> None:
    """Print the table of docs/high-fidelity.md."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fall", action="store_true", help="also fly the whole fall from 418 km")
    whole_fall = parser.parse_args().fall
    space_weather = observed_space_weather(EPOCH + 1000.0)
    print("space weather:", space_weather.identifier)
    propagators = {}
    for density in (Density.SURROGATE, Density.THERMONET):
        settings = HighFidelitySettings(density=density)
        propagators[density], seconds = timed(lambda s=settings: HighFidelityPropagator(s, space_weather))
        _, copy_s = timed(propagators[density].copy)
        print(f"build {density}: {seconds:.1f} s, copy {copy_s:.2f} s")
    result, track = fly_both(propagators[Density.SURROGATE], space_weather, 417.9, 61)
    compare_losses(result, track, [6, 12, 24, 36, 48, 60])
    result, track = fly_both(propagators[Density.SURROGATE], space_weather, 250.0, 40)
    compare_losses(result, track, [5, 8, 11, 13, 15, 16, 17], SAMPLES_A_REVOLUTION)
    compare_ends(result, track)
    result, track = fly_both(propagators[Density.THERMONET], space_weather, 417.9, 61)
    print("(another density in the high-fidelity engine: NRLMSISE-00 by thermoNET)")
    compare_losses(result, track, [12, 36, 60])
    if whole_fall:
        result, track = fly_both(propagators[Density.SURROGATE], space_weather, 417.9, 1000)
        compare_losses(result, track, [60, 120, 240, 360, 480, 600])
        compare_ends(result, track)


if __name__ == "__main__":
    main()
