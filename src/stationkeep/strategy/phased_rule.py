"""How is a station flown whose visitors come when its phase is right? A rule that knows today's loss and the traffic.

At each opportunity the burns of the coming quarter are planned anew: the least delta-v such that the station is in
each visitor's window of phase, between floor and ceiling, and at its usual altitude at the end. Only the first of
these burns is flown; a week later everything is asked again with the loss of that day. Lowering comes about by itself,
where a visitor wants the station ahead of where it would be.

Dynamic programming (Bellman 1957), backward in time, over altitude and phase. Phase is counted against a station that
stays at the usual altitude, altitude in steps of 0.1 km, between whose values is interpolated.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stationkeep.compiled import compiled
from stationkeep.orbit.mean_decay import MeanFlight
from stationkeep.outcome import OutcomeReason
from stationkeep.propulsion.burns import delta_v_for_gain_m_s, gain_for_delta_v_km
from stationkeep.strategy.altitude import AltitudeBand, AvoidanceBurn
from stationkeep.strategy.phasing import PhaseWindow, argument_rate_deg_day
from stationkeep.strategy.rule import RuleBurn, recent_loss_km_day

FloatArray = NDArray[np.float64]

_STEP_KM = 0.1
_PHASE_BINS = 180  # of 2 degrees: a third of the narrowest window
_BESIDE_KM = 1.5  # the table reaches so far beyond floor and ceiling
_BESIDE_M_S_KM_DAY = 0.2  # each kilometre and day beyond them counts as so much: more than it costs to come back
_MISS_M_S_DEG = 0.2  # a window missed counts so much a degree: more than a degree costs at the last chance (0.12)
_NO_WINDOW = -1.0


@dataclass(frozen=True)
class PhasedRule:
    """What the rule goes by.

    Parameters
    ----------
    band                 floor and ceiling
    usual_km             mean altitude the station is brought back to, and no higher than needed
    windows              where the station must be when, in order of time; those beyond the outlook wait
    cadence_days         days between two opportunities to push
    lead_days            one more opportunity so many days before each window; none between it and the window
    outlook_days         how far it looks ahead. 85 days: the burn of 14 March 2018 was for a landing on 3 June and a
                         launch on 6 June (Mission Control Moscow)
    overhead_m_s         what each burn costs besides its push: 10 kg (see ``reboost_setup``)
    smallest_gain_km     smaller pushes are not flown
    longest_delta_v_m_s  of one burn
    """

    band: AltitudeBand
    usual_km: float
    windows: tuple[PhaseWindow, ...]
    longest_delta_v_m_s: float
    cadence_days: float = 7.0
    lead_days: float = 4.0
    outlook_days: float = 85.0
    overhead_m_s: float = 0.06
    smallest_gain_km: float = 0.2

    def opportunities(self, start_mjd_utc: float, stop_mjd_utc: float) -> list[float]:
        """When it may push: every ``cadence_days`` and ``lead_days`` before each window, not between it and that."""
        ahead = [item.time_mjd_utc for item in self.windows if start_mjd_utc < item.time_mjd_utc]
        count = int((stop_mjd_utc - start_mjd_utc) / self.cadence_days) + 1
        regular = [start_mjd_utc + index * self.cadence_days for index in range(count)]
        free = [time for time in regular if not any(0.0 < date - time < self.lead_days for date in ahead)]
        lead = [date - self.lead_days for date in ahead]
        return sorted({time for time in (*free, *lead) if start_mjd_utc <= time < stop_mjd_utc})

    def next_gain_km(
        self, now_mjd_utc: float, altitude_km: float, argument_deg: float, loss_km_day: float, inclination_rad: float
    ) -> float:
        """The push to fly now: zero where waiting is better, negative to lower."""
        stop = now_mjd_utc + self.outlook_days
        ahead = [item for item in self.windows if now_mjd_utc < item.time_mjd_utc <= stop]
        later = [time for time in self.opportunities(now_mjd_utc, stop) if time > now_mjd_utc + 1.0e-6]
        times = np.array(sorted({now_mjd_utc, *later, *(item.time_mjd_utc for item in ahead), stop}))
        rate = argument_rate_deg_day(self.usual_km, inclination_rad)
        slope = argument_rate_deg_day(self.usual_km + 0.5, inclination_rad) - argument_rate_deg_day(
            self.usual_km - 0.5, inclination_rad
        )
        middles, halves = np.zeros(len(times)), np.full(len(times), _NO_WINDOW)
        for item in ahead:
            place = int(np.searchsorted(times, item.time_mjd_utc))
            # in degrees ahead of a station that stays at the usual altitude from now on
            middles[place] = (item.middle_deg - argument_deg - rate * (item.time_mjd_utc - now_mjd_utc)) % 360.0
            halves[place] = item.half_deg
        may_push = np.isin(times, np.array([now_mjd_utc, *later]))
        largest = gain_for_delta_v_km(altitude_km, self.longest_delta_v_m_s)
        cost = delta_v_for_gain_m_s(self.usual_km, 1.0)
        return float(
            _first_push(
                times, may_push, middles, halves,
                np.array([self.band.floor_km, self.band.ceiling_km, self.usual_km, altitude_km]),
                np.array([loss_km_day, slope, cost, self.overhead_m_s, self.smallest_gain_km, largest]),
            )
        )  # fmt: skip


@compiled()
def _first_push(times: Any, may_push: Any, middles: Any, halves: Any, heights: Any, figures: Any) -> float:
    """The push now that begins the cheapest course; see the module's head for the method."""
    floor, ceiling, usual, now_km = heights
    loss, slope, cost, overhead, smallest, largest = figures
    low = min(floor - _BESIDE_KM, now_km - 0.5)
    high = max(ceiling + _BESIDE_KM, now_km + 0.5)
    count = int((high - low) / _STEP_KM) + 2
    value = np.empty((count, _PHASE_BINS))
    for row in range(count):  # books are closed at the end: what is missing to the usual altitude is owed
        value[row, :] = cost * max(usual - (low + row * _STEP_KM), 0.0)
    waited = np.empty_like(value)
    for stage in range(len(times) - 2, -1, -1):
        _wait(value, waited, times[stage + 1] - times[stage], middles[stage + 1], halves[stage + 1],
              low, floor, ceiling, usual, loss, slope)  # fmt: skip
        if stage == 0 or not may_push[stage]:
            value[:, :] = waited
            continue
        _push_cheapest(value, waited, cost, overhead, smallest, largest)
    # from the present altitude, in steps finer than the table's
    best, gain = _between(waited, (now_km - low) / _STEP_KM, 0.0), 0.0
    for index in range(-int(largest / 0.02), int(largest / 0.02) + 1):
        push = 0.02 * index
        to = now_km + push
        if abs(push) < smallest or to < low or to > low + (count - 1) * _STEP_KM:
            continue
        total = overhead + cost * abs(push) + _between(waited, (to - low) / _STEP_KM, 0.0)
        if total < best - 1.0e-9:
            best, gain = total, push
    return gain


@compiled(fastmath=True)
def _wait(
    value: Any, waited: Any, days: float, middle: float, half: float,
    low: float, floor: float, ceiling: float, usual: float, loss: float, slope: float,
) -> None:  # fmt: skip
    """What it costs to go on from each altitude and phase if nothing is done until the next stage."""
    rows, bins = waited.shape
    width = 360.0 / bins
    for row in range(rows):
        altitude = low + row * _STEP_KM
        after = altitude - loss * days
        mean = 0.5 * (altitude + after)
        beside = _BESIDE_M_S_KM_DAY * days * (max(floor - after, 0.0) + max(mean - ceiling, 0.0))
        place = min(max((after - low) / _STEP_KM, 0.0), rows - 1.000001)
        one = int(place)
        upper = place - one
        turn = (slope * (mean - usual) * days / width) % bins  # all phases move on alike
        part = turn - int(turn)
        left = int(turn) % bins
        for column in range(bins):
            right = left + 1 if left + 1 < bins else 0
            below = value[one, left] + part * (value[one, right] - value[one, left])
            above = value[one + 1, left] + part * (value[one + 1, right] - value[one + 1, left])
            waited[row, column] = beside + below + upper * (above - below)
            left = right
        if half >= 0.0:
            ahead = turn * width - middle + 180.0
            for column in range(bins):
                miss = abs((column * width + ahead) % 360.0 - 180.0) - half
                waited[row, column] += _MISS_M_S_DEG * max(miss, 0.0)


@compiled(fastmath=True)
def _push_cheapest(value: Any, waited: Any, cost: float, overhead: float, smallest: float, largest: float) -> None:
    """The best of waiting and of every permitted push, from each altitude."""
    rows, bins = waited.shape
    reach = int(largest / _STEP_KM + 1.0e-9)
    least = max(math.ceil(smallest / _STEP_KM - 1.0e-9), 1)
    for row in range(rows):
        value[row, :] = waited[row, :]
        for to in range(max(row - reach, 0), min(row + reach, rows - 1) + 1):
            if abs(to - row) < least:
                continue
            price = overhead + cost * abs(to - row) * _STEP_KM
            for column in range(bins):
                value[row, column] = min(value[row, column], price + waited[to, column])


@compiled()
def _between(table: Any, row: float, column: float) -> float:
    """Bilinear, held at the ends of the altitudes, going round in the phases."""
    rows, bins = table.shape
    row = min(max(row, 0.0), rows - 1.000001)
    one = int(row)
    share = row - one
    turn = column % bins
    left = int(turn) % bins
    part = turn - int(turn)
    right = (left + 1) % bins
    below = table[one, left] * (1.0 - part) + table[one, right] * part
    above = table[one + 1, left] * (1.0 - part) + table[one + 1, right] * part
    return float(below * (1.0 - share) + above * share)


@dataclass(frozen=True)
class PhasedFlight:
    """What the rule burnt, and by how much each visitor's window was missed."""

    burns: tuple[RuleBurn, ...]
    missed_deg: tuple[tuple[PhaseWindow, float], ...]


def fly_phased(
    rule: PhasedRule,
    flight: MeanFlight,
    argument_deg: float,
    stop_mjd_utc: float,
    *,
    avoidance: Sequence[AvoidanceBurn] = (),
    drag_factor: float = 1.0,
) -> PhasedFlight:
    """Fly the rule until a date; stops early where the station falls.

    ``argument_deg``: argument of latitude at the start (mean). ``flight`` is advanced in place.
    """
    burns: list[RuleBurn] = []
    missed = []
    inclination = flight.elements.inclination_rad
    chances = set(rule.opportunities(flight.time_mjd_utc, stop_mjd_utc))
    events: dict[float, list[AvoidanceBurn]] = {}
    for item in avoidance:
        events.setdefault(item.burn_mjd_utc, []).append(item)
    moments = {*chances, *events, *(item.time_mjd_utc for item in rule.windows), stop_mjd_utc}
    daily = np.arange(math.ceil(flight.time_mjd_utc), stop_mjd_utc)
    track: list[tuple[float, float]] = [(flight.time_mjd_utc, flight.mean_altitude_km)]
    shift = 0.0
    for time in sorted({*(m for m in moments if flight.time_mjd_utc <= m <= stop_mjd_utc), *map(float, daily)}):
        before, began = flight.mean_altitude_km, flight.time_mjd_utc
        if flight.advance(time, drag_factor=drag_factor) is OutcomeReason.REENTERED:
            break
        mean = 0.5 * (before + flight.mean_altitude_km)
        argument_deg = (argument_deg + argument_rate_deg_day(mean, inclination) * (time - began)) % 360.0
        track.append((time, flight.mean_altitude_km - shift))
        missed += [(item, item.miss_deg(argument_deg)) for item in rule.windows if item.time_mjd_utc == time]
        for item in events.get(time, ()):
            gain = gain_for_delta_v_km(flight.mean_altitude_km, item.delta_v_m_s)  # avoidance raises the orbit
            shift += _push(flight, burns, gain, "debris")
        if time in chances:
            gain = rule.next_gain_km(
                time, flight.mean_altitude_km, argument_deg, recent_loss_km_day(track), inclination
            )
            if gain != 0.0:
                shift += _push(flight, burns, gain, "phasing")
    return PhasedFlight(tuple(burns), tuple(missed))


def _push(flight: MeanFlight, burns: list[RuleBurn], gain_km: float, reason: str) -> float:
    speed = math.copysign(delta_v_for_gain_m_s(flight.mean_altitude_km, gain_km), gain_km)
    flight.lift(gain_km)
    burns.append(RuleBurn(flight.time_mjd_utc, speed, flight.mean_altitude_km, reason))
    return gain_km
