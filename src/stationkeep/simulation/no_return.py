"""Points of no return of one run: when reserve and controlled fall are lost, below which altitude nothing holds."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from stationkeep.attitude.array_modes import ArrayMode
from stationkeep.constants import EARTH_EQUATORIAL_RADIUS_KM, EARTH_MU_KM3_S2, SECONDS_PER_DAY
from stationkeep.orbit.mean_decay import MeanFlight, WeatherTrack
from stationkeep.outcome import OutcomeReason
from stationkeep.simulation.array_flying import by_day
from stationkeep.simulation.attitude_keeping import Hold
from stationkeep.simulation.run_state import AS_IT_WAS, EVERYTHING
from stationkeep.simulation.timeline import DeorbitOutlook, NoReturn

if TYPE_CHECKING:
    from stationkeep.simulation.deorbit import DeorbitWatch
    from stationkeep.simulation.providers import ProviderState
    from stationkeep.simulation.run_state import RunState, Start
    from stationkeep.simulation.station_engines import BurnEngine

FloatArray = NDArray[np.float64]

_THRUSTERS_ONLY: Final = ("station-thrusters",)

_LEVELS_KM: Final = np.array(
    [450, 400, 350, 310, 280, 255, 235, 217, 200, 185, 171, 158, 147, 138, 130, 123, 117], dtype=np.float64
)
_LAST_DAYS: Final = 60
_REVOLUTION_S: Final = 5400.0
_SCHEDULE_ENDS_DAYS: Final = 365.0
_GLANCE_DAYS: Final = 0.002  # three minutes: long enough for the rate of loss, too short to sink by a level


def points_of_no_return(run: RunState) -> NoReturn:
    """When and where the ways back end in a run that has been flown to its end.

    Altitude limits hold in the air of the run's last 60 days: that of the fall, or that before the horizon.
    """
    force = drag_by_altitude_n(run)
    pushers = [state for state in run.providers if state.plan.reboosts and _could_burn(run, state)]
    paced = nonstop = None
    policy = run.scenario.altitude_policy
    if pushers and policy is not None:
        period_s = policy.min_days_between_burns * SECONDS_PER_DAY
        engines = [(_burns_with(run, state), run.longest_burn_s[state.id]) for state in pushers]
        paced = altitude_of(force, max(_mean_n(engine, longest, period_s) for engine, longest in engines))
        # one that cannot burn on burns once a revolution
        nonstop = altitude_of(force, max(_mean_n(engine, math.inf, _REVOLUTION_S) for engine, _ in engines))
    outlooks = {name: _outlook(watch) for name, watch in run.watches.items()}
    return NoReturn(
        deorbit=outlooks[EVERYTHING],
        deorbit_as_it_was=outlooks.get(AS_IT_WAS),
        reserve_lost_mjd_utc=reserve_lost_mjd_utc(run),
        reboost_limit_km=paced,
        reboost_limit_nonstop_km=nonstop,
        attitude_limit_km=_attitude_limit_km(run, force),
    )


def _could_burn(run: RunState, state: ProviderState) -> bool:
    """Whether it burnt in this run, or could have done so at its end but for propellant."""
    if state.has_burnt:
        return True
    lost = run.attitude is not None and run.attitude.state is Hold.LOST
    held = run.attitude_allows(state) or (lost and run.held_by[state.id] != _THRUSTERS_ONLY)
    return run.plays_a_part(state) and held


def _burns_with(run: RunState, state: ProviderState) -> BurnEngine:
    """With what it would go on: its craft, where one still comes or is there; else the station's engine."""
    usual = run.usual_engines[state.id]
    now = min(run.now, run.horizon - _SCHEDULE_ENDS_DAYS)  # a schedule cut off by the horizon is not ended
    if state.plan.docked_push is None or state.next_load(now, run.not_delivering) is not None:
        return usual
    return run.engine_now(state) or usual


def _mean_n(engine: BurnEngine, longest_s: float, period_s: float) -> float:
    """Its force, averaged over a period in which it makes one burn, as long as it may."""
    return engine.thruster.thrust_n * min(longest_s / period_s, engine.longest_burn_s / period_s, 1.0)


def _outlook(watch: DeorbitWatch) -> DeorbitOutlook:
    best = watch.best
    return DeorbitOutlook(
        ever_possible=watch.first_mjd_utc is not None,
        from_mjd_utc=watch.first_mjd_utc,
        lost_mjd_utc=watch.lost_mjd_utc,
        missing_kg=best.propellant_kg if best is not None else 0.0,
        missing_n=best.thrust_n if best is not None else 0.0,
    )


def drag_by_altitude_n(run: RunState) -> FloatArray:
    """How strongly does the air brake the station at each level of the scan? (n,) [N], orbit means.

    From the decay itself, ``F = m n (da/dt) / 2``, in one day's air with the mean drivers of the run's last 60 days.
    """
    assert run.outcome is not None
    track = run.inputs.weather
    end = max(int(run.outcome.time_mjd_utc) - track.first_day_mjd, 1)
    last = slice(max(end - _LAST_DAYS, 0), end)
    drivers = np.tile(track.drivers[last].mean(axis=0), (2, 1))
    ballistic = float(run.inputs.ballistic_m2_kg[last].mean()) * run.drag_per_mass
    start = run.starts[0].flight.elements
    day = int(start.epoch_mjd_utc)
    glance = MeanFlight(start, WeatherTrack(day, drivers), ballistic, reentry_altitude_km=100.0)
    rates = np.empty(len(_LEVELS_KM))
    for index, level in enumerate(_LEVELS_KM):
        glance.lift(float(level) - glance.mean_altitude_km)
        if glance.advance(glance.time_mjd_utc + _GLANCE_DAYS) is not OutcomeReason.TIME_LIMIT:
            return _force_n(run.mass_kg, rates[:index])
        rates[index] = (float(level) - glance.mean_altitude_km) / _GLANCE_DAYS
    return _force_n(run.mass_kg, rates)


def _force_n(mass_kg: float, rates_km_day: FloatArray) -> FloatArray:
    axis_km = EARTH_EQUATORIAL_RADIUS_KM + _LEVELS_KM[: len(rates_km_day)]
    turn = np.sqrt(EARTH_MU_KM3_S2 / axis_km**3)
    force: FloatArray = mass_kg * 0.5 * turn * 1.0e3 * np.maximum(rates_km_day, 1.0e-9) / SECONDS_PER_DAY
    return force


def altitude_of(force_n: FloatArray, wanted_n: float) -> float:
    """At which altitude is the drag this strong? Log-linear between the levels; the ends of the scan beyond them."""
    levels = _LEVELS_KM[: len(force_n)]
    return float(np.interp(np.log(max(wanted_n, 1.0e-12)), np.log(force_n), levels))


def _attitude_limit_km(run: RunState, force_n: FloatArray) -> float | None:
    keeper = run.attitude
    if keeper is None:
        return None
    density = keeper.lowest_density_kg_m3()
    if density <= 0.0:
        return None
    levels = _LEVELS_KM[: len(force_n)]
    speed = 1.0e3 * np.sqrt(EARTH_MU_KM3_S2 / (EARTH_EQUATORIAL_RADIUS_KM + levels))
    felt = 2.0 * force_n / (speed**2 * keeper.drag_area_m2)
    return float(np.interp(np.log(density), np.log(felt), levels))


# --- reserve ----------------------------------------------------------------------------------------------------------


def reserve_lost_mjd_utc(run: RunState) -> float | None:
    """From when on would the station, left to itself, be below the reserve altitude too soon? None: not by the end.

    The last moment at which it would still stay above for the days asked for. Left to itself means: no further burn,
    attitude as it was held. The free falls start from the ends of the burns; which burn is the last with enough reserve
    is found by halving, since later burns of a sinking station start lower.
    """
    reserve = run.scenario.reserve
    sunk = _sinks_below_mjd(run, reserve.altitude_km)
    if sunk is None:
        return None
    starts = run.starts
    last = len(starts) - 1
    if sunk - reserve.days >= starts[last].flight.time_mjd_utc:
        return sunk - reserve.days
    low, high = -1, last  # reserve is there after start low, is not after start high
    while high - low > 1:
        middle = (low + high) // 2
        time = starts[middle].flight.time_mjd_utc
        if _free_fall_mjd(run, starts[middle], time + reserve.days) is None:
            low = middle
        else:
            high = middle
    if low < 0:
        return run.epoch
    until = starts[low + 1].flight.time_mjd_utc
    falls = _free_fall_mjd(run, starts[low], until + reserve.days)
    return until if falls is None else falls - reserve.days


def _sinks_below_mjd(run: RunState, altitude_km: float) -> float | None:
    """When did the run sink below for good? To within the day, between its midnights."""
    daily = run.flight.altitude_by_day_km
    first = run.inputs.weather.first_day_mjd
    above = np.flatnonzero(daily >= altitude_km)
    if not above.size:
        return run.epoch
    day = int(above[-1])
    if day + 1 < len(daily) and np.isfinite(daily[day + 1]):
        return first + day + float((daily[day] - altitude_km) / (daily[day] - daily[day + 1]))
    assert run.outcome is not None
    return None if run.outcome.mean_altitude_km >= altitude_km else run.outcome.time_mjd_utc


def _free_fall_mjd(run: RunState, start: Start, until_mjd: float) -> float | None:
    """When does the station sink to the reserve altitude from this start, if it does until then?"""
    weather = run.inputs.weather
    flight = MeanFlight(
        start.flight.elements,
        weather,
        run.inputs.ballistic_m2_kg,
        reentry_altitude_km=run.scenario.reentry_altitude_km,
    )
    until_mjd = min(until_mjd, float(weather.end_mjd))  # an int would have the kernel compiled once more
    factor: float | FloatArray = run.scenario.drag.reference_mass_kg / start.mass_kg * start.area_left
    mode = ArrayMode(start.arrays)
    if mode is not ArrayMode.TRACKING:
        # The node goes on at the rate of the start: over half a year the Sun's angle runs away from the real one by a
        # fraction of its turn, its mean does not.
        first = int(start.flight.time_mjd_utc)
        factor = factor * by_day(mode, start.flight.elements, first, int(until_mjd) + 2 - first)[0]
    reason = flight.advance(until_mjd, floor_mean_altitude_km=run.scenario.reserve.altitude_km, drag_factor=factor)
    return None if reason is OutcomeReason.TIME_LIMIT else flight.time_mjd_utc
