"""How well does the calibration foresee the station's free decay? Writes ``free_decay_arcs.md``.

Each arc between two burns is cut at 40 % of its length. The coefficient and its drift are fitted to the element sets
before the cut (those of the arc and of the year before), burns found in those sets only; the rest is flown under the
observed Sun and its loss of altitude compared with the one observed.

    python validation/free_decay_arcs.py --data FOLDER            # writes the page
    python validation/free_decay_arcs.py --data FOLDER --find     # finds the arcs again (a minute)
"""

from __future__ import annotations

import argparse
import math
import sys
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
from record import Finding, record

from stationkeep.campaign.weather import campaign_weather
from stationkeep.environment.atmosphere import Atmosphere
from stationkeep.environment.sources import bundled_space_weather
from stationkeep.orbit.axis_losses import axis_losses, typical_coefficient
from stationkeep.orbit.burn_detection import burn_free_pieces, find_burns
from stationkeep.orbit.calibration import LOOKBACK_DAYS, calibrate
from stationkeep.orbit.drift_model import DRIFT_MODEL, DriftModel
from stationkeep.orbit.history import read_history
from stationkeep.orbit.mean_decay import MeanFlight, WeatherTrack
from stationkeep.orbit.tle import ElementHistory
from stationkeep.timescale import iso_day

HERE = Path(__file__).resolve().parent
ISS_FILE = "tle/25544_iss.tle"
KNOWN_SHARE = 0.4
SHORTEST_DAYS = 35.0
SMALLEST_LOSS_KM = 2.0
LONGEST_HOLE_DAYS = 10.0  # a hole this long in the sets may hide a burn
DRAWS = 400
LEVEL_DAYS = 2.0  # the axis at the cut and at the end is the median over the sets of so many days

# Found by ``find_arcs`` in the whole file: first and last element set [MJD, UTC]. Every second one, from the first,
# was used to choose the drift model; the others are held out.
ARCS: tuple[tuple[float, float], ...] = (
    (51333.50793123, 51477.37854789),  # 1999-06-04 to 1999-10-26
    (51478.84740252, 51513.87514861),  # 1999-10-27 to 1999-12-01
    (51515.22375000, 51687.91328708),  # 1999-12-03 to 2000-05-23
    (51691.29101953, 51743.10074074),  # 2000-05-27 to 2000-07-18
    (51837.91293204, 51886.58333333),  # 2000-10-20 to 2000-12-08
    (51888.48320137, 51950.20687500),  # 2000-12-10 to 2001-02-10
    (52027.87259259, 52105.94814815),  # 2001-04-28 to 2001-07-15
    (52139.85691457, 52193.32101209),  # 2001-08-18 to 2001-10-11
    (52194.78841207, 52252.44421296),  # 2001-10-12 to 2001-12-09
    (52285.26414758, 52326.16770833),  # 2002-01-11 to 2002-02-21
    (52440.78694444, 52487.47766204),  # 2002-06-15 to 2002-08-01
    (52489.15371528, 52528.71326620),  # 2002-08-03 to 2002-09-11
    (52566.43204433, 52603.88483854),  # 2002-10-19 to 2002-11-25
    (52611.00578537, 52681.38687590),  # 2002-12-03 to 2003-02-11
    (52740.82628008, 52783.76407407),  # 2003-04-11 to 2003-05-24
    (52917.15192285, 53012.49952494),  # 2003-10-05 to 2004-01-08
    (53014.93705674, 53066.80538194),  # 2004-01-10 to 2004-03-02
    (53068.06866405, 53143.63805556),  # 2004-03-04 to 2004-05-18
    (53144.80159469, 53236.94224537),  # 2004-05-19 to 2004-08-19
    (53272.84662591, 53326.46203704),  # 2004-09-24 to 2004-11-17
    (53327.83594034, 53370.97178262),  # 2004-11-18 to 2004-12-31
)


@dataclass(frozen=True)
class ArcResult:
    """One arc: what it lost after the cut, and what was foreseen."""

    start_mjd_utc: float
    cut_mjd_utc: float
    stop_mjd_utc: float
    observed_km: float
    predicted_km: float
    """Median over random courses of the coefficient."""
    plain_km: float
    """Foreseen with one coefficient, from the arc's own sets before the cut."""
    rank: float
    """Share of the random courses that lose less than was observed: even over 0 to 1 where the spread is right."""
    held_out: bool

    @property
    def error(self) -> float:
        return self.predicted_km / self.observed_km - 1.0

    @property
    def plain_error(self) -> float:
        return self.plain_km / self.observed_km - 1.0


def find_arcs(history: ElementHistory) -> list[tuple[float, float]]:
    """Burn-free stretches of at least 35 days whose part after the cut loses at least 2 km."""
    table = bundled_space_weather()
    first, last = math.floor(history.epochs_mjd_utc[0]), table.last_observed_mjd - 41
    weather = WeatherTrack(first, table.drivers(first, last - first + 1))
    sets = tuple(item for item in history.sets if item.epoch_mjd_utc < last)
    known = ElementHistory(history.norad_id, history.name, sets)
    arcs = []
    for piece in burn_free_pieces(sets, find_burns(known, weather)):
        epochs = [item.epoch_mjd_utc for item in piece]
        breaks = [after for after in range(1, len(piece)) if epochs[after] - epochs[after - 1] > LONGEST_HOLE_DAYS]
        for low, high in pairwise([0, *breaks, len(piece)]):
            part = piece[low:high]
            start, stop = part[0].epoch_mjd_utc, part[-1].epoch_mjd_utc
            before = [item for item in part if item.epoch_mjd_utc <= start + KNOWN_SHARE * (stop - start)]
            lost = before[-1].elements.semi_major_axis_km - part[-1].elements.semi_major_axis_km
            if stop - start >= SHORTEST_DAYS and lost >= SMALLEST_LOSS_KM:
                arcs.append((start, stop))
    return arcs


def foresee(
    history: ElementHistory, index: int, model: DriftModel = DRIFT_MODEL, atmosphere: Atmosphere | None = None
) -> ArcResult:
    """Predict one arc from what was known at its cut (null atmosphere: NRLMSISE-00)."""
    start, stop = ARCS[index]
    known = history.until(start + KNOWN_SHARE * (stop - start))
    cut = known.sets[-1].epoch_mjd_utc
    first = max(cut - LOOKBACK_DAYS - 1.0, history.sets[0].epoch_mjd_utc)
    weather = campaign_weather("observed", first, cut, stop + 1.0).median
    past = WeatherTrack(weather.first_day_mjd, weather.drivers[: math.floor(cut) + 2 - weather.first_day_mjd])
    fitted = calibrate(known, past, model, atmosphere)
    day = slice(math.floor(cut) - weather.first_day_mjd, math.ceil(stop) - weather.first_day_mjd)
    course = fitted.forecast(weather.first_day_mjd, len(weather.drivers))
    observed, _, by_day = _losses(history, (cut, stop), weather, course.median_m2_kg, atmosphere)
    # the air takes from each day in proportion to its coefficient: no need to fly each course
    share = by_day / course.median_m2_kg[day]
    rng = np.random.default_rng(index)
    draws = np.array([float(course.draw(rng)[day] @ share) for _ in range(DRAWS)])
    arc = [item for item in known.sets if item.epoch_mjd_utc >= start]
    plain = typical_coefficient(axis_losses([arc], past, atmosphere))
    _, plain_km, _ = _losses(history, (cut, stop), weather, np.full(len(weather.drivers), plain), atmosphere)
    rank = float(np.mean(draws < observed))
    return ArcResult(start, cut, stop, observed, float(np.median(draws)), plain_km, rank, bool(index % 2))


def _losses(
    history: ElementHistory,
    ends: tuple[float, float],
    weather: WeatherTrack,
    ballistic: np.ndarray,
    atmosphere: Atmosphere | None = None,
) -> tuple[float, float, np.ndarray]:
    """Observed and predicted loss between two moments (median level of the sets before each), and by day [km]."""
    sets = [item for item in history.sets if ends[0] - LEVEL_DAYS <= item.epoch_mjd_utc <= ends[1]]
    flight = MeanFlight(sets[0].elements, weather, ballistic, atmosphere=atmosphere)
    off: tuple[list[float], list[float]] = ([], [])
    at: list[float] = []
    for item in sets:
        time = item.epoch_mjd_utc
        near = [end for end in (0, 1) if 0.0 <= ends[end] - time <= LEVEL_DAYS]
        if not near:
            continue
        flight.advance(time)
        off[near[0]].append(item.elements.mean_altitude_km - flight.mean_altitude_km)
        if time == ends[near[0]]:
            at.append(flight.mean_altitude_km)
    predicted = at[0] - at[1]
    midnights = range(math.floor(ends[0]) + 1, math.ceil(ends[1]))
    passed = [float(flight.altitude_by_day_km[day - weather.first_day_mjd]) for day in midnights]
    by_day = -np.diff([at[0], *passed, at[1]])
    return predicted + float(np.median(off[0]) - np.median(off[1])), predicted, by_day


def foresee_all(data: Path, model: DriftModel = DRIFT_MODEL) -> list[ArcResult]:
    """All arcs, in order of time."""
    history = read_history(data / ISS_FILE)
    return [foresee(history, index, model) for index in range(len(ARCS))]


def scores(errors: list[float]) -> tuple[float, float]:
    """Median and 80th percentile of the absolute errors."""
    sizes = np.abs(errors)
    return float(np.median(sizes)), float(np.quantile(sizes, 0.8))


# --- the page ---------------------------------------------------------------------------------------------------------

PAGE = """# Free decay of the station, foreseen

Written by `validation/free_decay_arcs.py`; the promises are kept by `tests/validation/test_free_decay_arcs.py`.

{count} stretches of at least 35 days between two burns, 1999 to 2004, whose part after the cut at 40 % of their
length loses 2 km or more (the arcs of 2016 and 2021-23 in the same file lose less). The coefficient and its drift are
fitted to the element sets before the cut: those of the arc and of the year before it; burns are looked for in those
sets only. The rest is flown under the observed Sun. *Observed*: the median level of the sets of the last two days
before the end, less the same before the cut.

| | median of the absolute errors | 80th percentile |
|---|---:|---:|
| one coefficient from the first 40 % of each arc, all {count} arcs | {plain} |
| drift without the Sun's angle, all {count} arcs | {blind} |
| **drift and the Sun's angle, all {count} arcs** | **{all}** |
| drift and the Sun's angle, the {count_tuned} arcs that chose the model | {tuned} |
| **drift and the Sun's angle, the {count_held} arcs held out** | **{held}** |
| one coefficient, the {count_held} arcs held out | {plain_held} |

The goal was 7 and 15 %. The sizes of the drift are learnt from each year, with odds that peak at those chosen on half
of these arcs and on Delfi-C3 (36 % slow, 12 % fast). Four ways were scored here on all arcs, on 23 November 2026,
before this one was taken: fixed sizes (6.3 and 13.5 %; the arcs that chose 6.3 and 22.0 %, the others 6.0 and 10.9 %),
odds flat from 7 to 40 % (8.0 and 16.8 %), the same with one memory (8.1 and 16.8 %), and these (6.8 and 13.2 %), which
also hold the truth as often as they say over all stretches (`reliability.md`); all five before radio bursts were taken
out of the daily flux.

The 50 % window of {draws} random courses of the coefficient holds the truth in {inside_50}
of {count} arcs, the 90 % window in {inside_90}.

## Arc by arc

*Rank*: share of the random courses that lose less than was observed. *Chose*: the arc was among those the drift model
was chosen on.

| from | cut | to | observed [km] | foreseen [km] | error | rank | one coefficient [km] | error | chose |
|---|---|---|---:|---:|---:|---:|---:|---:|---|
{rows}

## What the errors are

- **The station itself.** From mid 2002 on its drag falls by a third to a half when the Sun stands more than 50
  degrees above or below the orbital plane, as attitude and arrays follow the Sun; in 2000-2001 it rose there. The dip
  of July 2002 ({worst:+.0f} %) was the first deep one and could not be known; later ones are foreseen in part.
- **A new configuration.** In December 2000 the first large arrays came: the arc that ends on 8 December and the one
  after it were flown by another station than the one calibrated. The drag of early summer 2001 rose for reasons not
  looked into.
- **Density** is inside the drift. On the smoothed drift of all arcs its correlation with the 27-day deviation of
  F10.7 and with Ap of the same day was 0.3 at most and changed its sign from year to year: no correction by the Sun
  is made.

## How the drift model was chosen

- On every second arc, from the first, and on Delfi-C3: by the probability of the sets after each cut given those
  before it (Laplace's approximation), then rounded with an eye on the errors of the same arcs and of Delfi-C3's
  lifetimes. This holds for the Sun's angle and for the memory of the slow part; the sizes are since learnt from each
  object's own year (`reliability.md`, which says on what their grid was chosen, and scores all stretches).
- **Not blind.** The split was made after four first variants had been scored on all arcs, and while choosing, the
  errors of the held-out arcs and of Tiangong-1 were printed beside the others, some twenty times. The look back (365
  days against 450) and the size of the slow part (36 % against 30 and 42 %) were settled with Tiangong-1's errors and
  window widths in view. So Tiangong-1 is no strict test of this model, and the held-out arcs are a mild one; on all
  of them the result changed little with these choices (held out 5.9-6.6 and 9.9-11.7 %, before radio bursts were taken
  out of the daily flux and sizes were learnt; today's figures are in the first table).
- Station and Delfi-C3 ask for nearly the same: slow part 26-45 % over 100-220 days, fast part 11-20 % over 5-11 days.
- The data do not tell the memory of the slow part: the probability is the same from 100 to 1000 days if its size goes
  with the square root. A year was taken because the density model's bias goes with the solar cycle. With 200 days and
  a look back of 450 the arcs come out alike, but Tiangong-1's fall 90 days ahead 13 % early instead of 9 %.
- Tried and left out, because the arcs that chose did not ask for it: a part that repeats with the solar rotation, a
  third time scale, the two sides of the Sun apart, a function of the angle that is forgotten over a year.
"""


def page(data: Path) -> str:
    """The page, from a fresh run."""
    results = foresee_all(data)
    record("free_decay_arcs", findings(results), "free_decay_arcs.md")
    blind = foresee_all(data, replace(DRIFT_MODEL, sun_angle_fraction=0.0))
    tuned, held = ([item for item in results if item.held_out is wanted] for wanted in (False, True))
    rank = np.abs(np.array([item.rank for item in results]) - 0.5)
    return PAGE.format(
        count=len(results),
        count_tuned=len(tuned),
        count_held=len(held),
        plain=_pair([item.plain_error for item in results]),
        blind=_pair([item.error for item in blind]),
        all=_pair([item.error for item in results], "** | **"),
        tuned=_pair([item.error for item in tuned]),
        held=_pair([item.error for item in held], "** | **"),
        plain_held=_pair([item.plain_error for item in held]),
        draws=DRAWS,
        inside_50=int(np.sum(rank < 0.25)),
        inside_90=int(np.sum(rank < 0.45)),
        worst=100.0 * max(item.error for item in results),
        rows="\n".join(_row(item) for item in results),
    )


def findings(results: list[ArcResult]) -> list[Finding]:
    """For the accuracy report."""
    found = []
    held = [item for item in results if item.held_out]
    for rows, which, share in ((results, "all", None), (held, "not fitted, but their errors were seen", None)):
        median, eightieth = scores([item.error for item in rows])
        text = f"{100.0 * median:.1f} % and {100.0 * eightieth:.1f} %"
        met = median <= 0.07 and eightieth <= 0.15
        question = f"{len(rows)} free-decay arcs of the station ({which}): median and 80th percentile of the error"
        found.append(Finding(question, text, "7 % and 15 %", met, share))
    return found


def _pair(errors: list[float], between: str = " | ") -> str:
    return between.join(f"{100.0 * value:.1f} %" for value in scores(errors))


def _row(item: ArcResult) -> str:
    cells = (
        *(iso_day(time) for time in (item.start_mjd_utc, item.cut_mjd_utc, item.stop_mjd_utc)),
        f"{item.observed_km:.2f}", f"{item.predicted_km:.2f}", f"{100.0 * item.error:+.1f} %", f"{item.rank:.2f}",
        f"{item.plain_km:.2f}", f"{100.0 * item.plain_error:+.1f} %", "" if item.held_out else "yes",
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=HERE.parents[1] / "shared" / "data")
    parser.add_argument("--find", action="store_true", help="find the arcs again and print them (a minute)")
    options = parser.parse_args()
    if not options.data.is_dir():
        sys.exit(f"no reference data in {options.data}; give their folder with --data")
    if options.find:
        for start, stop in find_arcs(read_history(options.data / ISS_FILE)):
            print(f"    ({start:.8f}, {stop:.8f}),  # {iso_day(start)} to {iso_day(stop)}")
        return
    (HERE / "free_decay_arcs.md").write_text(page(options.data), encoding="utf-8")


if __name__ == "__main__":
    main()
