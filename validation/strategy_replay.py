"""The strategy instead of the burns flown: two rules that are told the traffic, over many draws of avoidance burns."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from history_replay import FloatArray, Push, Stretch
from launch_phases import argument_deg, flights, windows

from stationkeep.orbit.mean_decay import MeanFlight
from stationkeep.orbit.tle import ElementHistory
from stationkeep.strategy.altitude import (
    AltitudeBand,
    AltitudeStrategy,
    ArrivalWindow,
    AvoidanceBurn,
    AvoidanceRate,
)
from stationkeep.strategy.phased_rule import PhasedRule, fly_phased
from stationkeep.strategy.rule import RuleBurn, fly_rule

DRAWS = 200
PHASED_DRAWS = 40
SETTING_DRAWS = 12
HALF_WINDOW_KM = 0.5
HALF_BAND_KM = 4.0  # nothing narrower is asked of a station that may fly at 370 to 460 km (NASA)
BEFORE_DAYS = 180.0
SEASON_DAYS = 90.0  # traffic is known so far beyond the stretch


@dataclass(frozen=True)
class RuleResult:
    """What a rule burnt over many draws of avoidance burns, beside what was flown."""

    rule: str
    course: str
    count: FloatArray
    delta_v_m_s: FloatArray
    lowering_m_s: FloatArray
    missed_share: float | None
    """Of the visitors' windows of phase; None: the rule does not look at phases."""
    flown: Sequence[Push]

    @property
    def flown_m_s(self) -> float:
        return math.fsum(abs(push.delta_v_m_s) for push in self.flown)

    @property
    def flown_lowering_m_s(self) -> float:
        return -math.fsum(min(push.delta_v_m_s, 0.0) for push in self.flown)

    @property
    def count_error(self) -> float:
        return float(np.mean(self.count)) / len(self.flown) - 1.0

    @property
    def speed_error(self) -> float:
        return float(np.mean(self.delta_v_m_s)) / self.flown_m_s - 1.0

    @property
    def met(self) -> bool:
        """Whether both are within the goal of 20 %."""
        return max(abs(self.count_error), abs(self.speed_error)) <= 0.2


def altitudes_before(history: ElementHistory, start_mjd_utc: float) -> list[float]:
    """What the station's altitude was in the half year before."""
    begin = start_mjd_utc - BEFORE_DAYS
    return [s.elements.mean_altitude_km for s in history.sets if begin <= s.epoch_mjd_utc <= start_mjd_utc]


def rules_of(data: Path, history: ElementHistory, part: Stretch) -> list[RuleResult]:
    """Both rules with each coefficient. Told: the altitude of the half year before, its longest burn, the traffic."""
    before = altitudes_before(history, part.start.epoch_mjd_utc)
    usual = float(np.mean(before))
    found = []
    for name, values in part.courses:
        found.append(phased(data, part, usual, name, values))
    band = AltitudeBand(part.start.epoch_mjd_utc, min(before) - 1.0, max(before) + 1.0)
    found.append(by_altitude(data, part, usual, band, *part.courses[0]))
    return found


def phased(
    data: Path, part: Stretch, usual_km: float, name: str, values: FloatArray, draws: int = 0, **changes: float
) -> RuleResult:
    """The rule that plans for phases; ``changes``: of its settings, to see what depends on them."""
    begin, stop = part.start.epoch_mjd_utc, part.stop_mjd_utc
    half = changes.pop("half_band_km", HALF_BAND_KM)
    rule = PhasedRule(
        AltitudeBand(begin, usual_km - half, usual_km + half),
        usual_km,
        windows(data, part.start, stop + SEASON_DAYS),
        part.longest_m_s,
    )
    rule = replace(rule, **changes)  # type: ignore[arg-type]
    flown, missed = [], []
    for index in range(draws or PHASED_DRAWS):
        flight = MeanFlight(part.start, part.weather, values)
        done = fly_phased(rule, flight, argument_deg(part.start), stop, avoidance=avoidance(index, begin, stop))
        flown.append(done.burns)
        missed += [miss > 0.5 for _, miss in done.missed_deg]  # half a degree: the table's steps
    return _result("by phase", name, part, flown, float(np.mean(missed)))


def by_altitude(
    data: Path, part: Stretch, usual_km: float, band: AltitudeBand, name: str, values: FloatArray
) -> RuleResult:
    """The rule that knows altitudes alone: near the usual one on the day of each flight."""
    begin, stop = part.start.epoch_mjd_utc, part.stop_mjd_utc
    days = [(item.time_mjd_utc, item.name) for item in flights(data) if begin < item.time_mjd_utc <= stop]
    arrivals = tuple(
        ArrivalWindow(moment, usual_km - HALF_WINDOW_KM, usual_km + HALF_WINDOW_KM, label) for moment, label in days
    )
    strategy = AltitudeStrategy((band,), arrivals, cadence_days=30.0, may_lower=True)
    flown = [
        fly_rule(
            strategy,
            MeanFlight(part.start, part.weather, values),
            stop,
            longest_delta_v_m_s=part.longest_m_s,
            avoidance=avoidance(index, begin, stop),
        )
        for index in range(DRAWS)
    ]
    return _result("by altitude", name, part, flown, None)


def avoidance(index: int, begin: float, stop: float) -> tuple[AvoidanceBurn, ...]:
    """One draw of burns out of the way of debris."""
    return AvoidanceRate().burns(np.random.default_rng(index), begin, stop)


def _result(
    rule: str, name: str, part: Stretch, flown: Sequence[Sequence[RuleBurn]], missed: float | None
) -> RuleResult:
    speeds = [[burn.delta_v_m_s for burn in burns] for burns in flown]
    return RuleResult(
        rule,
        name,
        np.array([len(burns) for burns in flown], float),
        np.array([math.fsum(map(abs, burns)) for burns in speeds]),
        np.array([-math.fsum(min(speed, 0.0) for speed in burns) for burns in speeds]),
        missed,
        part.pushes,
    )
