"""How the drag of iss-2024 was fitted: the mean axis at the starts of NASA's ephemerides, where no burn lies between.

    python design/fit_station_2023.py ../shared/data/oem

Each ephemeris begins with the state as it was; what follows is a forecast and is not used. ``stationkeep calibrate``
wants several sets between two burns, which one ephemeris in two weeks does not give.
"""

from __future__ import annotations

import math
import sys
from itertools import pairwise
from pathlib import Path

from stationkeep.environment.sources import observed_space_weather
from stationkeep.environment.space_weather import ContinuationPolicy
from stationkeep.orbit.elements import MeanElements
from stationkeep.orbit.history import as_element_history, read_any_history
from stationkeep.orbit.mean_decay import WeatherTrack, fly_mean
from stationkeep.timescale import iso_day, mjd_utc, parse_utc

FIRST, LAST = "2023-11-10", "2023-12-14"  # burns of 9 November and 21 December; none between (NASA's event lists)


def main(folder: Path) -> None:
    """Print each gap and the mean of all, weighted by length."""
    starts = [_start(path) for path in sorted(folder.glob("iss_oem_2023-1[12]-*.txt.gz"))]
    first, last = (mjd_utc(parse_utc(day)) for day in (FIRST, LAST))
    chosen = [item for item in starts if first <= item.epoch_mjd_utc <= last]
    fits = []
    for before, after in pairwise(chosen):
        days = after.epoch_mjd_utc - before.epoch_mjd_utc
        fits.append((days, _coefficient(before, after)))
        print(f"{iso_day(before.epoch_mjd_utc)} to {iso_day(after.epoch_mjd_utc)}: {fits[-1][1]:.5f} m2/kg")
    total = sum(days for days, _ in fits)
    print(f"all {total:.0f} days: {math.exp(sum(days * math.log(value) for days, value in fits) / total):.5f} m2/kg")


def _start(path: Path) -> MeanElements:
    return as_element_history(read_any_history([path])).sets[0].elements


def _coefficient(before: MeanElements, after: MeanElements) -> float:
    """The coefficient with which the first orbit arrives at the height of the second, under the observed Sun."""
    first, days = int(before.epoch_mjd_utc), int(after.epoch_mjd_utc - before.epoch_mjd_utc) + 3
    table = observed_space_weather(first + days + 41).continued(first + days, ContinuationPolicy.FORECAST)
    weather = WeatherTrack(first, table.drivers(first, days))
    wanted = before.mean_altitude_km - after.mean_altitude_km
    value = 0.008
    for _ in range(10):
        flown = fly_mean(before, after.epoch_mjd_utc, weather, value, reentry_altitude_km=120.0)
        value *= wanted / (before.mean_altitude_km - flown.elements.mean_altitude_km)
    return value


if __name__ == "__main__":
    main(Path(sys.argv[1]))
