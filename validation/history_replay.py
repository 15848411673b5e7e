"""Does the station's past come out again? Writes ``history_replay.md``.

May 2021 to March 2022 and February to December 2023, flown with the mean decay engine under the observed Sun: once with
the burns that tracking (and, where no element sets are at hand, NASA's ephemerides) shows, once with the altitude rule
of ``stationkeep.strategy.rule`` instead, which knows the traffic but not the burns.

    python validation/history_replay.py --data FOLDER            # writes the page
"""

from __future__ import annotations

import argparse
import csv
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from record import record

from stationkeep.campaign.weather import campaign_weather
from stationkeep.orbit.averaging import element_history
from stationkeep.orbit.burn_detection import find_burns
from stationkeep.orbit.calibration import LOOKBACK_DAYS, calibrate
from stationkeep.orbit.elements import MeanElements
from stationkeep.orbit.history import read_any_history, read_history
from stationkeep.orbit.mean_decay import MeanFlight, WeatherTrack
from stationkeep.orbit.state_history import StateHistory
from stationkeep.orbit.tle import ElementHistory
from stationkeep.propulsion.burns import delta_v_for_gain_m_s, gain_for_delta_v_km
from stationkeep.strategy.altitude import AltitudeBand, AltitudeStrategy, ArrivalWindow, AvoidanceRate
from stationkeep.strategy.rule import fly_rule
from stationkeep.timescale import iso_day, mjd_utc, parse_utc

FloatArray = NDArray[np.float64]

HERE = Path(__file__).resolve().parent
ISS_FILE = "tle/25544_iss.tle"
REFIT_DAYS = (30, 45, 60)
DRAWS = 200
HALF_WINDOW_KM = 0.5
BEFORE_DAYS = 180.0
SETTLED_DAYS = 1.0  # sets of the day after a burn still carry the old orbit
UNLISTED_M_S = 0.4  # of an unexplained change between two ephemerides: a third of what two weeks' drag takes


def day(text: str) -> float:
    return mjd_utc(parse_utc(text))


FIRST = (day("2021-05-01"), day("2022-03-12"))
SECOND = (day("2023-02-01"), day("2023-12-29"))
DENSE_UNTIL = day("2023-05-01")  # the last dense element sets of that year
SECOND_LONGEST_M_S = 1.36  # 1 October 2022, 719.5 s, Roscosmos: the longest burn of the year before


@dataclass(frozen=True)
class Push:
    """A burn as seen or planned."""

    time_mjd_utc: float
    delta_v_m_s: float
    seen: str


@dataclass(frozen=True)
class Replay:
    """One flight with given burns against tracking."""

    name: str
    fitted_on: str
    off_km: FloatArray
    time_mjd_utc: FloatArray

    @property
    def worst_km(self) -> float:
        return float(np.max(np.abs(self.off_km)))

    @property
    def inside_share(self) -> float:
        return float(np.mean(np.abs(self.off_km) <= 1.0))

    def inside_after(self, time_mjd_utc: float) -> tuple[int, int]:
        """How many of the epochs after a date are within 1 km, and how many there are."""
        late = np.abs(self.off_km[self.time_mjd_utc > time_mjd_utc])
        return int(np.sum(late <= 1.0)), len(late)

    @property
    def last_inside(self) -> str:
        """The day until which it stays within 1 km."""
        out = np.flatnonzero(np.abs(self.off_km) > 1.0)
        return "throughout" if not out.size else f"until {iso_day(float(self.time_mjd_utc[out[0]]))}"


def gain_km(altitude_km: float, delta_v_m_s: float) -> float:
    """What a burn along or against the motion does to the mean altitude."""
    return math.copysign(gain_for_delta_v_km(altitude_km, abs(delta_v_m_s)), delta_v_m_s)


def observed(first: float, stop: float) -> WeatherTrack:
    return campaign_weather("observed", first, stop, stop + 2.0).median


def fly_with(
    start: MeanElements,
    pushes: Sequence[Push],
    tracked: Sequence[MeanElements],
    weather: WeatherTrack,
    ballistic: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Mean altitude of a flight with these burns less that of tracking, at each tracked epoch."""
    flight = MeanFlight(start, weather, ballistic)
    waiting = sorted((push for push in pushes if push.time_mjd_utc > start.epoch_mjd_utc), key=lambda p: p.time_mjd_utc)
    burned = [push.time_mjd_utc for push in pushes]
    times, off = [], []
    for item in tracked:
        if item.epoch_mjd_utc <= start.epoch_mjd_utc:
            continue
        while waiting and waiting[0].time_mjd_utc <= item.epoch_mjd_utc:
            push = waiting.pop(0)
            flight.advance(push.time_mjd_utc)
            flight.lift(gain_km(flight.mean_altitude_km, push.delta_v_m_s))
        flight.advance(item.epoch_mjd_utc)
        if any(0.0 <= item.epoch_mjd_utc - time < SETTLED_DAYS for time in burned):
            continue
        times.append(item.epoch_mjd_utc)
        off.append(flight.mean_altitude_km - item.mean_altitude_km)
    return np.array(times), np.array(off)


def seen_burns(history: ElementHistory, start: float, stop: float) -> list[Push]:
    sets = tuple(item for item in history.sets if start - 30.0 <= item.epoch_mjd_utc <= stop)
    found = find_burns(replace(history, sets=sets), observed(start - 32.0, stop))
    return [Push(b.moment_mjd_utc, b.delta_v_m_s, "element sets") for b in found if start <= b.moment_mjd_utc <= stop]


def course(history: ElementHistory, until: float, weather: WeatherTrack) -> FloatArray:
    """The coefficient by day from sets up to a date: smoothed before it, foreseen after it."""
    known = history.until(until)
    past = observed(until - LOOKBACK_DAYS - 1.0, until)
    fitted = calibrate(known, past)
    return fitted.forecast(weather.first_day_mjd, len(weather.drivers)).median_m2_kg


def refitted(
    history: ElementHistory, start: float, stop: float, weather: WeatherTrack, every_days: float
) -> FloatArray:
    """Every so many days fitted again to what was known then, so that no day knows its own loss."""
    values = np.empty(len(weather.drivers))
    time = start
    while time < stop:
        begin = int(time) - weather.first_day_mjd
        values[begin:] = course(history, time, weather)[begin:]
        values[:begin] = values[begin] if time == start else values[:begin]
        time += every_days
    return values


# --- traffic and strategy ---------------------------------------------------------------------------------------------


def russian_traffic(data: Path, start: float, stop: float, target_km: float) -> tuple[ArrivalWindow, ...]:
    """Arrivals of Russian vehicles and landings of Soyuz: what the station's orbit is phased for."""
    dates = []
    with (data / "people" / "flights.csv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            if row["operator"] != "Roscosmos":
                continue
            dates.append((row["arrival_utc"], row["name"]))
            if row["vehicle_type"] == "Soyuz":
                dates.append((row["end_utc"], f"{row['name']} landing"))
    moments = [(day(text.replace("Z", "")), name) for text, name in dates if text]
    return tuple(
        ArrivalWindow(moment, target_km - HALF_WINDOW_KM, target_km + HALF_WINDOW_KM, name)
        for moment, name in sorted(moments)
        if start < moment <= stop
    )


@dataclass(frozen=True)
class RuleResult:
    """What the rule burnt over many draws of avoidance burns, beside what was flown."""

    count: FloatArray
    delta_v_m_s: FloatArray
    flown_count: int
    flown_m_s: float
    arrivals: int
    target_km: float

    @property
    def count_error(self) -> float:
        return float(np.mean(self.count)) / self.flown_count - 1.0

    @property
    def speed_error(self) -> float:
        return float(np.mean(self.delta_v_m_s)) / self.flown_m_s - 1.0

    @property
    def met(self) -> bool:
        """Whether both are within the goal of 20 %."""
        return max(abs(self.count_error), abs(self.speed_error)) <= 0.2


def rule_flown(
    data: Path,
    history: ElementHistory,
    start: MeanElements,
    stop: float,
    weather: WeatherTrack,
    ballistic: FloatArray,
    flown: Sequence[Push],
    longest_m_s: float,
) -> RuleResult:
    """Fly the rule with limits taken from the half year before; nothing of the stretch itself but the traffic."""
    begin = start.epoch_mjd_utc
    before = [s.elements.mean_altitude_km for s in history.sets if begin - BEFORE_DAYS <= s.epoch_mjd_utc <= begin]
    target = float(np.mean(before))
    arrivals = russian_traffic(data, begin, stop, target)
    strategy = AltitudeStrategy(
        (AltitudeBand(begin, min(before) - 1.0, max(before) + 1.0),), arrivals, cadence_days=30.0, may_lower=True
    )
    rate = AvoidanceRate()
    counts, speeds = [], []
    for index in range(DRAWS):
        flight = MeanFlight(start, weather, ballistic)
        draws = rate.burns(np.random.default_rng(index), begin, stop)
        burns = fly_rule(strategy, flight, stop, longest_delta_v_m_s=longest_m_s, avoidance=draws)
        counts.append(len(burns))
        speeds.append(math.fsum(abs(burn.delta_v_m_s) for burn in burns))
    total = math.fsum(abs(push.delta_v_m_s) for push in flown)
    return RuleResult(np.array(counts, float), np.array(speeds), len(flown), total, len(arrivals), target)


# --- the two stretches ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Stretch:
    """All that was found of one stretch."""

    pushes: list[Push]
    replays: list[Replay]
    rules: list[tuple[str, RuleResult]]
    unexplained: list[Push]
    heads: int = 0


def first_stretch(data: Path, history: ElementHistory, refits: Sequence[int] = REFIT_DAYS) -> Stretch:
    start, stop = FIRST
    pushes = seen_burns(history, start, stop)
    tracked = [item.elements for item in history.sets if start <= item.epoch_mjd_utc <= stop]
    weather = observed(start - 1.0, stop)
    smooth = course(history, stop, weather)
    before = course(history, start, weather)
    replays = []
    for name, fitted_on, values in (
        ("smoothed", "the same stretch (March 2021 to March 2022)", smooth),
        ("foreseen", "January to April 2021 only", before),
        *(
            (
                f"refitted every {every} days",
                "the past only; altitude never reset",
                refitted(history, start, stop, weather, every),
            )
            for every in refits
        ),
    ):
        times, off = fly_with(tracked[0], pushes, tracked, weather, values)
        replays.append(Replay(name, fitted_on, off, times))
    longest = max(abs(push.delta_v_m_s) for push in seen_burns(history, start - 118.0, start))
    rules = [
        (name, rule_flown(data, history, tracked[0], stop, weather, values, pushes, longest))
        for name, values in (("smoothed", smooth), ("foreseen", before))
    ]
    return Stretch(pushes, replays, rules, [])


def ephemeris_days(data: Path) -> tuple[StateHistory, list[MeanElements]]:
    """NASA's ephemerides of 2023, and the mean elements of the first hours of each: close to tracking."""
    paths = sorted((data / "oem").glob("iss_oem_2023-*.gz"))
    history = read_any_history(paths)
    assert isinstance(history, StateHistory)
    heads = tuple(arc.before(float(arc.times_mjd_utc[0]) + 0.3) for arc in history.arcs)
    elements = []
    for head in heads:
        sets = element_history(replace(history, arcs=(head,))).sets
        elements.append(sets[len(sets) // 2].elements)
    return history, elements


def second_stretch(data: Path, history: ElementHistory) -> Stretch:
    start, stop = SECOND
    ephemerides, heads = ephemeris_days(data)
    dense_until = DENSE_UNTIL
    seen = seen_burns(history, start, dense_until)
    planned = [
        Push(event.time_mjd_utc, event.delta_v_m_s, "planned in an ephemeris")
        for event in ephemerides.events
        if event.is_burn and dense_until < event.time_mjd_utc <= stop
    ]
    sets = [s.elements for s in history.sets if start <= s.epoch_mjd_utc <= dense_until]
    later = [item for item in heads if dense_until < item.epoch_mjd_utc <= stop]
    tracked = [*sets, *later]
    weather = observed(start - 1.0, stop)
    april = course(history, dense_until, weather)
    dense = replace(history, sets=tuple(s for s in history.sets if s.epoch_mjd_utc >= day("2023-01-01")))
    sparse, before = course(history, start, weather), course(dense, start, weather)
    unlisted = unlisted_burns([sets[-1], *later], planned, weather, april)
    replays = []
    for name, fitted_on, values, pushes in (
        ("listed burns", "sets until April 2023: smoothed to then, foreseen after", april, [*seen, *planned]),
        ("listed and unlisted burns", "the same", april, [*seen, *planned, *unlisted]),
        ("foreseen", "January 2023 only; listed burns", before, [*seen, *planned]),
        ("foreseen", "February 2022 to January 2023, sparse sets in which burns are missed", sparse, [*seen, *planned]),
    ):
        times, off = fly_with(sets[0], pushes, tracked, weather, values)
        replays.append(Replay(name, fitted_on, off, times))
    flown = sorted([*seen, *planned], key=lambda push: push.time_mjd_utc)
    rules = [
        (name, rule_flown(data, history, sets[0], stop, weather, values, flown, SECOND_LONGEST_M_S))
        for name, values in (("fitted until April 2023", april), ("fitted in January 2023", before))
    ]
    return Stretch(flown, replays, rules, unlisted, len(later))


def unlisted_burns(
    tracked: Sequence[MeanElements], planned: Sequence[Push], weather: WeatherTrack, ballistic: FloatArray
) -> list[Push]:
    """Gains between two ephemerides that neither drag nor the planned burns explain, as one burn in the middle."""
    found = []
    for one, two in pairwise(tracked):
        inside = [push for push in planned if one.epoch_mjd_utc < push.time_mjd_utc <= two.epoch_mjd_utc]
        _, off = fly_with(one, [replace(p) for p in inside], [two], weather, ballistic)
        if not off.size:
            continue
        missing = -float(off[0])
        speed = math.copysign(delta_v_for_gain_m_s(two.mean_altitude_km, abs(missing)), missing)
        if abs(speed) >= UNLISTED_M_S:
            middle = 0.5 * (one.epoch_mjd_utc + two.epoch_mjd_utc)
            found.append(Push(middle, speed, "unexplained between two ephemerides"))
    return found


def main() -> None:
    from history_replay_page import findings, page

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=HERE.parents[1] / "shared" / "data")
    options = parser.parse_args()
    if not options.data.is_dir():
        sys.exit(f"no reference data in {options.data}; give their folder with --data")
    history = read_history(options.data / ISS_FILE)
    first, second = first_stretch(options.data, history), second_stretch(options.data, history)
    (HERE / "history_replay.md").write_text(page(first, second), encoding="utf-8")
    record("history_replay", findings(first, second), "validation/history_replay.md")


if __name__ == "__main__":
    main()
