"""How is a station kept up by people who know today's loss but not tomorrow's Sun? A rule, flown day by day.

At each review the next phasing date (an arrival, or the end of the cadence) is looked at: with today's loss, how high
would the station be then, how much is missing, into how many equal burns of permitted length does it go? The first of
them is flown now if it is due. A floor in between brings a burn forward. Debris is avoided when it comes, and what that
adds is not burnt again.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from stationkeep.orbit.mean_decay import MeanFlight
from stationkeep.outcome import OutcomeReason
from stationkeep.propulsion.burns import delta_v_for_gain_m_s, gain_for_delta_v_km
from stationkeep.strategy.altitude import AltitudeStrategy, ArrivalWindow, AvoidanceBurn

_REVIEW_DAYS = 1.0
_LOSS_DAYS = 10  # today's loss is the mean over so many days: what orbit determination shows


@dataclass(frozen=True, slots=True)
class RuleBurn:
    """One burn of the rule."""

    time_mjd_utc: float
    delta_v_m_s: float
    """Negative: lowering."""
    mean_altitude_after_km: float
    reason: str


@dataclass(frozen=True, slots=True)
class Wish:
    """What the rule wants now: a change of altitude, and why; zero where it waits."""

    gain_km: float
    reason: str = ""


def wish(
    strategy: AltitudeStrategy,
    now_mjd_utc: float,
    altitude_km: float,
    loss_km_day: float,
    *,
    last_burn_mjd_utc: float,
    largest_gain_km: float,
    smallest_gain_km: float = 0.2,
) -> Wish:
    """Should the station be pushed now, and how far?

    ``loss_km_day``: what it loses a day at present; ``largest_gain_km``: by the longest burn.
    """
    band = strategy.band_at(now_mjd_utc)
    if altitude_km - loss_km_day * _REVIEW_DAYS < band.floor_km:
        gain = min(largest_gain_km, band.ceiling_km - altitude_km)
        return Wish(max(gain, 0.0), "floor")
    arrival = next((item for item in strategy.arrivals if item.date_mjd_utc > now_mjd_utc), None)
    due = last_burn_mjd_utc + strategy.cadence_days
    if arrival is None:
        if now_mjd_utc < due:
            return Wish(0.0)
        lost = loss_km_day * strategy.cadence_days
        return _limited(0.5 * (band.floor_km + band.ceiling_km) + 0.5 * lost - altitude_km, "cadence", band.ceiling_km,
                        altitude_km, largest_gain_km, smallest_gain_km)  # fmt: skip
    return _phasing(strategy, arrival, now_mjd_utc, altitude_km, loss_km_day, last_burn_mjd_utc,
                    largest_gain_km, smallest_gain_km)  # fmt: skip


def _phasing(
    strategy: AltitudeStrategy,
    arrival: ArrivalWindow,
    now: float,
    altitude_km: float,
    loss_km_day: float,
    last_burn: float,
    largest_gain_km: float,
    smallest_gain_km: float,
) -> Wish:
    last_chance = arrival.date_mjd_utc - strategy.lead_days
    arriving = altitude_km - loss_km_day * (arrival.date_mjd_utc - now)
    target = 0.5 * (arrival.lowest_km + arrival.highest_km)
    missing = target - arriving
    ceiling = strategy.band_at(now).ceiling_km
    if now >= last_chance - 0.5 * _REVIEW_DAYS:
        if last_burn >= last_chance - _REVIEW_DAYS:
            return Wish(0.0)
        if arriving > arrival.highest_km and strategy.may_lower:
            return Wish(max(missing, -largest_gain_km), arrival.label)
        return _limited(missing, arrival.label, ceiling, altitude_km, largest_gain_km, smallest_gain_km)
    count = math.ceil(missing / largest_gain_km - 1.0e-9)
    if count < 2:
        return Wish(0.0)
    # Equal burns at equal distances, the last one at the last chance.
    spacing = max((last_chance - last_burn) / count, _REVIEW_DAYS)
    if now < last_burn + spacing:
        return Wish(0.0)
    return _limited(missing / count, "reboost", ceiling, altitude_km, largest_gain_km, smallest_gain_km)


def _limited(gain: float, reason: str, ceiling: float, altitude: float, largest: float, smallest: float) -> Wish:
    allowed = min(gain, largest, ceiling - altitude)
    return Wish(allowed, reason) if allowed >= smallest else Wish(0.0)


def fly_rule(
    strategy: AltitudeStrategy,
    flight: MeanFlight,
    stop_mjd_utc: float,
    *,
    longest_delta_v_m_s: float,
    avoidance: Sequence[AvoidanceBurn] = (),
    drag_factor: float = 1.0,
) -> list[RuleBurn]:
    """Fly the rule until a date and say what it burnt; stops early where the station falls.

    ``flight`` is advanced in place; its ``altitude_by_day_km`` is the track. ``avoidance``: burns to pass debris.
    """
    burns: list[RuleBurn] = []
    pending = list(avoidance)
    last = flight.time_mjd_utc - strategy.cadence_days
    track: list[tuple[float, float]] = []
    shift = 0.0  # burns so far, so that the loss can be told from the pushes
    while flight.time_mjd_utc < stop_mjd_utc - 1.0e-6:
        now, height = flight.time_mjd_utc, flight.mean_altitude_km
        if pending and pending[0].burn_mjd_utc <= now:
            gain = gain_for_delta_v_km(height, pending.pop(0).delta_v_m_s)  # avoidance raises the orbit
            shift += _push(flight, burns, gain, "debris")
            height = flight.mean_altitude_km
        track.append((now, height - shift))
        wanted = wish(
            strategy,
            now,
            height,
            recent_loss_km_day(track),
            last_burn_mjd_utc=last,
            largest_gain_km=gain_for_delta_v_km(height, longest_delta_v_m_s),
        )
        if wanted.gain_km != 0.0:
            shift += _push(flight, burns, wanted.gain_km, wanted.reason)
            last = now
        until = min(now + _REVIEW_DAYS, stop_mjd_utc)
        if pending:
            until = min(until, max(pending[0].burn_mjd_utc, now + 1.0e-6))
        if flight.advance(until, drag_factor=drag_factor) is OutcomeReason.REENTERED:
            break
    return burns


def _push(flight: MeanFlight, burns: list[RuleBurn], gain_km: float, reason: str) -> float:
    before = flight.mean_altitude_km
    speed = math.copysign(delta_v_for_gain_m_s(before, gain_km), gain_km)
    flight.lift(gain_km)
    burns.append(RuleBurn(flight.time_mjd_utc, speed, flight.mean_altitude_km, reason))
    return gain_km


def recent_loss_km_day(track: Sequence[tuple[float, float]]) -> float:
    """Mean loss over the last days [km/day]; before any is known a typical one."""
    now, height = track[-1]
    then, higher = next((item for item in track if now - item[0] <= _LOSS_DAYS), track[0])
    return (higher - height) / (now - then) if now - then > 0.5 else 0.08
