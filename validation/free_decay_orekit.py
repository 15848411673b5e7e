"""The station's free-decay arcs flown by Orekit with the same coefficients. Writes ``free_decay_orekit.md``.

Each arc of ``free_decay_arcs.py`` after its cut, with one constant coefficient: the mean over those days of the median
course that was foreseen at the cut. Flown by the mean engine and by Orekit's numerical propagator (8x8, Sun, Moon,
NRLMSISE-00 with its own reading of its own space-weather file), both from the element set at the cut.

    python validation/free_decay_orekit.py --data FOLDER            # an hour of processor time at most
    python validation/free_decay_orekit.py --data FOLDER --arcs 3   # the first three
"""

from __future__ import annotations

import argparse
import math
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from free_decay_arcs import ARCS, HERE, ISS_FILE, KNOWN_SHARE, _losses, scores
from orekit_peer import Forces, OrekitMissing, numerical, start_orekit, states_at, versions
from record import Finding, record

from stationkeep.campaign.weather import campaign_weather
from stationkeep.orbit.calibration import LOOKBACK_DAYS, calibrate
from stationkeep.orbit.history import read_history
from stationkeep.orbit.mean_decay import MeanFlight, WeatherTrack
from stationkeep.orbit.mean_osculating import mean_semi_major_axis_km
from stationkeep.orbit.precise_tables import FrameRotations
from stationkeep.orbit.tle import ElementHistory
from stationkeep.timescale import iso_day

SAMPLES_A_DAY = 96


@dataclass(frozen=True)
class Pair:
    """One arc by both engines with one coefficient."""

    cut_mjd_utc: float
    stop_mjd_utc: float
    ballistic_m2_kg: float
    observed_km: float
    mean_km: float
    """Loss by the mean engine between cut and end."""
    ratio: float
    """Loss by Orekit over loss by the mean engine, from the first full day to the last."""

    @property
    def mean_error(self) -> float:
        return self.mean_km / self.observed_km - 1.0

    @property
    def orekit_error(self) -> float:
        return self.mean_km * self.ratio / self.observed_km - 1.0


def fly_pair(history: ElementHistory, index: int, frames: FrameRotations) -> Pair:
    """One arc after its cut."""
    start, stop = ARCS[index]
    known = history.until(start + KNOWN_SHARE * (stop - start))
    cut = known.sets[-1].epoch_mjd_utc
    first = max(cut - LOOKBACK_DAYS - 1.0, history.sets[0].epoch_mjd_utc)
    weather = campaign_weather("observed", first, cut, stop + 1.0).median
    past = WeatherTrack(weather.first_day_mjd, weather.drivers[: math.floor(cut) + 2 - weather.first_day_mjd])
    course = calibrate(known, past).forecast(weather.first_day_mjd, len(weather.drivers)).median_m2_kg
    flown = slice(math.floor(cut) - weather.first_day_mjd, math.ceil(stop) - weather.first_day_mjd)
    ballistic = float(np.mean(course[flown]))
    observed, mean_km, _ = _losses(history, (cut, stop), weather, np.full(len(weather.drivers), ballistic))
    elements = known.sets[-1].elements
    flight = MeanFlight(elements, weather, ballistic)
    days = np.arange(math.ceil(cut) + 1, math.floor(stop))
    mean = []
    for day in (days[0], days[-1]):
        flight.advance(float(day))
        mean.append(flight.mean_altitude_km)
    # A mean over the day around each midnight takes out the tesseral ripple of 50 m.
    window = np.arange(-SAMPLES_A_DAY // 2, SAMPLES_A_DAY // 2) / SAMPLES_A_DAY
    times = np.concatenate([days[0] + window, days[-1] + window])
    forces = Forces(ballistic_m2_kg=ballistic, weather="orekit", mean_solar_time=False)
    propagator = numerical(frames.gcrs_state_from_mean_elements(elements), cut, forces, tolerance_m=1e-2)
    axes = mean_semi_major_axis_km(frames.teme_states(states_at(propagator, times), times))
    orekit = float(np.mean(axes[:SAMPLES_A_DAY]) - np.mean(axes[SAMPLES_A_DAY:]))
    return Pair(cut, stop, ballistic, observed, mean_km, orekit / (mean[0] - mean[1]))


PAGE = """# The station's free decay by Orekit, with the same coefficients

Written by `validation/free_decay_orekit.py` on {date}. {versions}. {count} of the 21 arcs of
[free_decay_arcs.md](free_decay_arcs.md), after their cut, with one constant coefficient each: the mean of the median
course foreseen at the cut. Orekit: numerical, EGM2008 8x8, Sun, Moon, NRLMSISE-00, its own space-weather file.
*Ratio*: loss by Orekit over loss by the mean engine.

| | median of the absolute errors | 80th percentile |
|---|---:|---:|
| mean engine | {mean} |
| Orekit numerical | {orekit} |

The losses of the two differ by {spread:.1f} % (median), {worst:.1f} % at most: the error of a forecast is the
station's coefficient and the density model, not the engine.

| cut | to | Cd A/m [m2/kg] | observed [km] | mean engine | Orekit | ratio |
|---|---|---:|---:|---:|---:|---:|
{rows}
"""


def page(pairs: list[Pair]) -> str:
    """The page of these flights."""
    apart = 100.0 * np.abs(np.array([pair.ratio for pair in pairs]) - 1.0)
    rows = [
        f"| {iso_day(pair.cut_mjd_utc)} | {iso_day(pair.stop_mjd_utc)} | {pair.ballistic_m2_kg:.5f} "
        f"| {pair.observed_km:.2f} | {100.0 * pair.mean_error:+.1f} % | {100.0 * pair.orekit_error:+.1f} % "
        f"| {pair.ratio:.4f} |"
        for pair in pairs
    ]
    return PAGE.format(
        date=datetime.now(UTC).date().isoformat(), versions=versions(), count=len(pairs),
        mean=_pair([pair.mean_error for pair in pairs]), orekit=_pair([pair.orekit_error for pair in pairs]),
        spread=float(np.median(apart)), worst=float(apart.max()), rows="\n".join(rows),
    )  # fmt: skip


def _pair(errors: list[float]) -> str:
    return " | ".join(f"{100.0 * value:.1f} %" for value in scores(errors))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=HERE.parents[1] / "shared" / "data")
    parser.add_argument("--arcs", type=int, default=len(ARCS), help="only the first so many, without writing the page")
    options = parser.parse_args()
    try:
        start_orekit()
    except OrekitMissing as missing:
        sys.exit(f"Orekit is left out: {missing}")
    history, frames, pairs = read_history(options.data / ISS_FILE), FrameRotations(), []
    for index in range(options.arcs):
        pairs.append(fly_pair(history, index, frames))
        print(f"{iso_day(pairs[-1].cut_mjd_utc)}: {pairs[-1]}", flush=True)
    if options.arcs == len(ARCS):
        ways = {"mean engine": [p.mean_error for p in pairs], "Orekit": [p.orekit_error for p in pairs]}
        text = "; ".join(f"{name}: {_pair(errors).replace(' | ', ' and ')}" for name, errors in ways.items())
        question = "the same arcs with one constant coefficient each: median and 80th percentile of the error"
        record("free_decay_orekit", [Finding(question, text)], "free_decay_orekit.md")
        (HERE / "free_decay_orekit.md").write_text(page(pairs), encoding="utf-8")


if __name__ == "__main__":
    main()
