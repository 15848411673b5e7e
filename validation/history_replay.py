"""Does the station's past come out again? Writes ``history_replay.md``.

May 2021 to March 2022 and February to December 2023, flown with the mean decay engine under the observed Sun: once with
the burns that tracking (and, where no element sets are at hand, NASA's ephemerides and Roscosmos) shows, once with a
rule instead, which knows the traffic but not the burns (``strategy_replay.py``).

    python validation/history_replay.py --data FOLDER            # writes the page
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from record import record

from stationkeep.campaign.density_error import DensityError
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
from stationkeep.timescale import iso_day, mjd_utc, parse_utc

FloatArray = NDArray[np.float64]

HERE = Path(__file__).resolve().parent
ISS_FILE = "tle/25544_iss.tle"
REFIT_DAYS = (30, 45, 60)
SETTLED_DAYS = 1.0  # sets of the day after a burn still carry the old orbit
UNLISTED_M_S = 0.4  # of an unexplained change between two ephemerides: a third of what two weeks' drag takes


def day(text: str) -> float:
    return mjd_utc(parse_utc(text))


FIRST = (day("2021-05-01"), day("2022-03-12"))
SECOND = (day("2023-02-01"), day("2023-12-29"))
DENSE_UNTIL = day("2023-05-01")  # the last dense element sets of that year
LEARNT_DAYS_AGO = 30.0  # in April the fit has seen the slow part itself; it has moved on since its last days
BURN_SIZE_M_S = 0.05  # planned sizes are listed to 0.1 m/s, and flown as well as that
SECOND_LONGEST_M_S = 1.36  # 1 October 2022, 719.5 s, Roscosmos: the longest burn of the year before


@dataclass(frozen=True)
class Push:
    """A burn as seen or planned."""

    time_mjd_utc: float
    delta_v_m_s: float
    seen: str


# Burns after the last element sets as Roscosmos told them when they were done (TASS of 18 May, 27 July, 24 August and
# 9 September, Interfax of 5 July, 24 August and 10 November (two), pcnews.ru of 19 October, news-pravda.com of
# 23 December 2023): km of mean altitude. Those of 24 August and 10 November, 15 h, were to avoid debris.
TOLD_KM = (
    (day("2023-05-18T16:43"), 1.0),
    (day("2023-07-04T21:17"), 3.25),
    (day("2023-07-27T12:02"), 0.79),
    (day("2023-08-24T15:00"), -0.5),
    (day("2023-09-08T18:52"), 3.5),
    (day("2023-10-19T03:46"), 2.8),
    (day("2023-11-09T21:11"), 2.5),
    (day("2023-11-10T15:07"), 0.9),
    (day("2023-12-21T01:58"), 3.2),
)
TOLD = tuple(
    Push(time, math.copysign(delta_v_for_gain_m_s(418.0, gain), gain), "told by Roscosmos") for time, gain in TOLD_KM
)
SAME_BURN_DAYS = 0.5  # a plan shifted by half a day is the same burn


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
    """Mean altitude of a flight with these burns less that of tracking, at each tracked epoch.

    Element sets of the day after a burn still carry the old orbit and are left out; ephemerides do not.
    """
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
        unsettled = any(0.0 <= item.epoch_mjd_utc - time < SETTLED_DAYS for time in burned)
        if unsettled and item.epoch_mjd_utc < DENSE_UNTIL:
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


# --- the two stretches ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Stretch:
    """All that was found of one stretch; what a rule needs to fly it instead."""

    pushes: list[Push]
    replays: list[Replay]
    start: MeanElements
    stop_mjd_utc: float
    weather: WeatherTrack
    courses: list[tuple[str, FloatArray]]
    """Coefficients by day, and what they were fitted on."""
    longest_m_s: float
    unexplained: list[Push] = field(default_factory=list)
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
    courses = [("smoothed", smooth), ("foreseen", before)]
    return Stretch(pushes, replays, tracked[0], stop, weather, courses, longest)


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
    seen = seen_burns(history, start, DENSE_UNTIL)
    planned = [
        Push(event.time_mjd_utc, event.delta_v_m_s, "planned in an ephemeris")
        for event in ephemerides.events
        if event.is_burn and DENSE_UNTIL < event.time_mjd_utc <= stop
    ]
    sets = [s.elements for s in history.sets if start <= s.epoch_mjd_utc <= DENSE_UNTIL]
    later = [item for item in heads if DENSE_UNTIL < item.epoch_mjd_utc <= stop]
    weather = observed(start - 1.0, stop)
    april = course(history, DENSE_UNTIL, weather)
    dense = replace(history, sets=tuple(s for s in history.sets if s.epoch_mjd_utc >= day("2023-01-01")))
    before = course(dense, start, weather)
    told_days = np.array([push.time_mjd_utc for push in TOLD])
    untold = [p for p in planned if np.min(np.abs(told_days - p.time_mjd_utc)) > SAME_BURN_DAYS]
    followed, sized = followed_course([sets[-1], *later], TOLD, untold, weather, april)
    flown = sorted([*seen, *sized, *TOLD], key=lambda push: push.time_mjd_utc)
    replays = []
    until = "sets until April 2023"
    for name, fitted_on, values, pushes in (
        ("followed", f"{until}, then each ephemeris before the day flown", followed, flown),
        ("foreseen from May on", until, april, flown),
        ("the same, burns as planned", until, april, [*seen, *planned]),
        ("foreseen", "January 2023 only", before, flown),
    ):
        times, off = fly_with(sets[0], pushes, [*sets, *later], weather, values)
        replays.append(Replay(name, fitted_on, off, times))
    return Stretch(
        flown,
        replays,
        sets[0],
        stop,
        weather,
        [("followed", followed), (f"foreseen from {until}", april), ("foreseen from January 2023", before)],
        SECOND_LONGEST_M_S,
        unlisted_burns([sets[-1], *later], planned, weather, april),
        len(later),
    )


def followed_course(
    tracked: Sequence[MeanElements],
    told: Sequence[Push],
    untold: Sequence[Push],
    weather: WeatherTrack,
    foreseen: FloatArray,
) -> tuple[FloatArray, list[Push]]:
    """A foreseen coefficient, corrected at each tracked day by the loss since the one before, for the days after it.

    A Kalman filter over the logarithm of one factor. It wanders as ``DensityError`` says of coefficients (slow part);
    an interval's loss tells it with the mean of the fast part and what the burns' sizes leave open as noise. Where an
    interval holds a burn that was planned but of which nobody told, the loss tells that burn's size instead.
    """
    error = DensityError()
    values, sized = foreseen.copy(), []
    level, variance = 0.0, error.slow_fraction**2 * -math.expm1(-2.0 * LEARNT_DAYS_AGO / error.slow_days)
    for one, two in pairwise(tracked):
        days = two.epoch_mjd_utc - one.epoch_mjd_utc
        keep = math.exp(-days / error.slow_days)
        level, variance = keep * level, keep**2 * variance + error.slow_fraction**2 * (1.0 - keep**2)
        inside = [push for push in told if one.epoch_mjd_utc < push.time_mjd_utc <= two.epoch_mjd_utc]
        open_size = [push for push in untold if one.epoch_mjd_utc < push.time_mjd_utc <= two.epoch_mjd_utc]
        each = delta_v_for_gain_m_s(two.mean_altitude_km, 1.0)
        if open_size:
            _, off = fly_with(one, inside, [two], weather, values)
            sized += [replace(open_size[0], delta_v_m_s=-each * float(off[0]), seen="planned, sized by tracking")]
            continue
        _, off = fly_with(one, inside, [two], weather, foreseen)
        _, still = fly_with(one, [], [two], weather, foreseen)
        lost = one.mean_altitude_km - two.mean_altitude_km - float(still[0])
        size = BURN_SIZE_M_S * math.sqrt(len(inside)) / each / lost
        noise = error.fast_fraction**2 * min(2.0 * error.fast_days / days, 1.0) + size**2
        gain = variance / (variance + noise)
        level += gain * (math.log(max(1.0 + float(off[0]) / lost, 0.1)) - level)
        variance *= 1.0 - gain
        begin = math.ceil(two.epoch_mjd_utc) - weather.first_day_mjd
        later = np.arange(len(values) - begin)
        values[begin:] = foreseen[begin:] * np.exp(level * np.exp(-later / error.slow_days))
    return values, sized


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
    from strategy_replay import rules_of

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=HERE.parents[1] / "shared" / "data")
    options = parser.parse_args()
    if not options.data.is_dir():
        sys.exit(f"no reference data in {options.data}; give their folder with --data")
    history = read_history(options.data / ISS_FILE)
    first, second = first_stretch(options.data, history), second_stretch(options.data, history)
    rules = [rules_of(options.data, history, part) for part in (first, second)]
    (HERE / "history_replay.md").write_text(page(options.data, history, (first, second), rules), encoding="utf-8")
    record("history_replay", findings((first, second), rules), "history_replay.md")


if __name__ == "__main__":
    main()
