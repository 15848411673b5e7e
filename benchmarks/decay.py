"""How fast is a decay, an ensemble of them, and the main job from a cold start? Prints a markdown table.

    python benchmarks/decay.py            # about two minutes; --quick leaves out the main job

The limits are those the project set itself; the exit code is 1 where one is missed. Each figure is the best of several
runs: other work on the machine only ever adds.
"""

from __future__ import annotations

import argparse
import math
import os
import resource
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from stationkeep.campaign.density_error import DensityError
from stationkeep.campaign.execution import map_runs
from stationkeep.campaign.weather import campaign_weather
from stationkeep.constants import EARTH_EQUATORIAL_RADIUS_KM
from stationkeep.environment.sources import bundled_space_weather
from stationkeep.orbit.elements import MeanElements
from stationkeep.orbit.mean_decay import DecayTrack, WeatherTrack, fly_ensemble, fly_mean

EPOCH = 59671  # 2022-04-02
TWO_YEARS_DAYS = 731
# Falls after 1.99 years: the whole flight counts, the steep end with its short steps included.
BALLISTIC_M2_KG = 0.00685
TLE = Path(__file__).resolve().parents[2] / "shared/data/tle/37820_tiangong1.tle"
MAXRSS_BYTES = 1 if sys.platform == "darwin" else 1024
COMMAND = Path(sysconfig.get_path("scripts")) / "stationkeep"


@dataclass(frozen=True)
class Figure:
    """One measured figure beside its limit."""

    what: str
    value: float
    unit: str
    limit: float
    wish: bool = False
    """A limit that would be nice: missing it is no failure."""

    @property
    def kept(self) -> bool:
        return self.value < self.limit

    def row(self) -> str:
        verdict = "yes" if self.kept else "**no**"
        return f"| {self.what} | {self.value:.3g} {self.unit} | {self.limit:g} {self.unit} | {verdict} |"


def best_of(repeats: int, action: Callable[[], object]) -> float:
    """Shortest of several runs [s]."""
    spans = []
    for _ in range(repeats):
        begin = time.perf_counter()
        action()
        spans.append(time.perf_counter() - begin)
    return min(spans)


def station() -> MeanElements:
    return MeanElements(EPOCH, EARTH_EQUATORIAL_RADIUS_KM + 417.9, 0.0005, math.radians(51.64), 1.0, 2.0)


def engine_figures() -> list[Figure]:
    """One flight and a thousand, as a program that imports the package sees them."""
    sun = WeatherTrack(EPOCH, bundled_space_weather().drivers(EPOCH, TWO_YEARS_DAYS + 60))
    stop = float(EPOCH + TWO_YEARS_DAYS)
    track = fly_mean(station(), stop, sun, BALLISTIC_M2_KG)  # compiles, or reads the cache
    print(f"<!-- the flight ends ({track.outcome.reason}) after {track.outcome.time_mjd_utc - EPOCH:.0f} days -->")
    single_s = best_of(20, lambda: fly_mean(station(), stop, sun, BALLISTIC_M2_KG))
    count = 1000
    error = DensityError()
    paths = [BALLISTIC_M2_KG * error.path(len(sun.drivers), np.random.default_rng(index)) for index in range(count)]
    many_s = best_of(3, lambda: fly_ensemble(station(), stop, [sun] * count, paths))
    return [
        Figure("one two-year decay, warm", 1e3 * single_s, "ms", 50.0),
        Figure("1,000 two-year decays, all cores", many_s, "s", 2.5),
        Figure("the same, moonshot", many_s, "s", 1.0, wish=True),
    ]


def ensemble_figures() -> list[Figure]:
    """Ten thousand flights, each under its own Sun and with its own coefficient, drawn within the time."""
    count, error = 10_000, DensityError()
    weather = campaign_weather("as-known", float(EPOCH), float(EPOCH), float(EPOCH + TWO_YEARS_DAYS))
    stop = float(EPOCH + TWO_YEARS_DAYS)

    def one(index: int) -> DecayTrack:
        sun, drag = np.random.SeedSequence(1, spawn_key=(index,)).spawn(2)
        path = BALLISTIC_M2_KG * error.path(weather.day_count, np.random.default_rng(drag))
        return fly_mean(station(), stop, weather.track(np.random.default_rng(sun)), path)

    map_runs(one, range(10))
    before, begin = time.process_time(), time.perf_counter()
    tracks = map_runs(one, range(count))
    span_s, processor = time.perf_counter() - begin, time.process_time() - before
    fallen = sum(track.outcome.reentered for track in tracks)
    print(f"<!-- 10,000 flights: {processor:.1f} s of processor time; {100.0 * fallen / count:.0f} % fell -->")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * MAXRSS_BYTES
    return [
        Figure("10,000 two-year decays, Sun and coefficient drawn for each", span_s, "s", 25.0),
        Figure("the same, moonshot", span_s, "s", 10.0, wish=True),
        Figure("its peak memory", peak / 2**30, "GiB", 2.0),
    ]


def decay_figures(repeats: int, tle: Path) -> list[Figure]:
    """``stationkeep decay`` from a cold start, its kernels compiled by an earlier one."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        job = ["decay", "--tle", str(tle.resolve()), "--as-of", "2018-03-19"]
        timed_command(job, folder / "cache", folder)
        spans = [timed_command(job, folder / "cache", folder) for _ in range(max(repeats, 3))]
    print(f"<!-- processor time of `decay`: {min(span[1] for span in spans):.1f} s -->")
    return [Figure(f"`stationkeep decay --tle {tle.name}`, new process", min(spans)[0], "s", 3.0)]


def processor_s() -> float:
    """Processor time of all commands so far [s]: what counts on a machine that others use as well."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def timed_command(arguments: list[str], cache: Path, folder: Path) -> tuple[float, float]:
    """Seconds of one run of the command in an empty folder, numba's cache in ``cache``: on the clock, of processor."""
    environment = os.environ | {"NUMBA_CACHE_DIR": str(cache), "COLUMNS": "120"}
    before, begin = processor_s(), time.perf_counter()
    subprocess.run([str(COMMAND), *arguments], cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begin, processor_s() - before


def command_figures(repeats: int) -> list[Figure]:
    """The main job as a person starts it: the kernels not compiled yet, then compiled."""
    job = ["run", "iss-2022", "--runs", "200"]
    cold, warm, answers = [], [], []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for index in range(repeats):
            cache = folder / f"cache-{index}"
            cold.append(timed_command(job, cache, folder))
            warm.append(timed_command(job, cache, folder))
            answers += [timed_command(["--help"], cache, folder) for _ in range(5)]
    peak = (
        resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * MAXRSS_BYTES
    )  # of the largest child: a cold main job
    (cold_s, cold_cpu_s), (warm_s, warm_cpu_s) = min(cold), min(warm)
    print(f"<!-- processor time of the main job: {cold_cpu_s:.1f} s cold, {warm_cpu_s:.1f} s with kernels compiled -->")
    return [
        Figure("`stationkeep run iss-2022 --runs 200`, cold start", cold_s, "s", 30.0),
        Figure("the same, kernels compiled", warm_s, "s", 30.0),
        Figure("its peak memory", peak / 2**30, "GiB", 1.0),
        Figure("`stationkeep --help`", min(answers)[0], "s", 0.5),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="leave out the main job")
    parser.add_argument("--repeats", type=int, default=2, help="cold starts of the main job (default 2)")
    parser.add_argument("--tle", type=Path, default=TLE, help="a history for `stationkeep decay`")
    options = parser.parse_args()
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    print(f"{datetime.now(UTC).date().isoformat()}, {os.cpu_count()} cores, load before {load}, best of several\n")
    figures = engine_figures() + ensemble_figures()
    if not options.quick:
        figures += command_figures(options.repeats)
        if options.tle.exists():
            figures += decay_figures(options.repeats, options.tle)
    print("\n| what | measured | limit | kept |\n|---|---:|---:|---|")
    for figure in figures:
        print(figure.row())
    sys.exit(0 if all(figure.kept or figure.wish for figure in figures) else 1)


if __name__ == "__main__":
    main()
