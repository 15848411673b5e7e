"""A plan made on a loss table, flown with the decay engine and corrected until the two agree."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from stationkeep.constants import EARTH_EQUATORIAL_RADIUS_KM, EARTH_MU_KM3_S2, SECONDS_PER_DAY
from stationkeep.errors import InputError
from stationkeep.orbit.elements import MeanElements
from stationkeep.orbit.mean_decay import MeanFlight, WeatherTrack
from stationkeep.strategy.planner import Plan, PlannedPush, PlanProblem, circular_speed_m_s, nodes_of
from stationkeep.strategy.stores import Draw, PropellantStore, ledger

FloatArray = NDArray[np.float64]

_ROUNDS = 3  # the table is right within a per cent, so that the second round is within metres


@dataclass(frozen=True, slots=True)
class FlownBurn:
    """One burn as it would be commanded; a push longer than the longest burn is several, a revolution apart."""

    time_mjd_utc: float
    store: PropellantStore
    delta_v_m_s: float
    duration_s: float
    propellant_kg: float
    mean_altitude_before_km: float
    mean_altitude_after_km: float


@dataclass(frozen=True)
class FlownPlan:
    """The cheapest plan and what became of it when flown."""

    problem: PlanProblem
    plan: Plan
    burns: tuple[FlownBurn, ...]
    draws: tuple[Draw, ...]
    days_mjd_utc: FloatArray
    altitude_by_day_km: FloatArray
    """At each midnight, before a burn of that moment."""
    before_km: FloatArray
    after_km: FloatArray
    worst_excess_km: float
    """By how much the flight leaves its limits at worst."""

    def altitude_at(self, time_mjd_utc: float) -> float:
        """Mean altitude at a node of the plan, after a burn of that moment."""
        return float(self.after_km[int(np.argmin(np.abs(self.plan.times_mjd_utc - time_mjd_utc)))])


def flown_plan(
    problem: PlanProblem,
    solve: Callable[[PlanProblem], Plan],
    elements: MeanElements,
    weather: WeatherTrack,
    ballistic_m2_kg: float | FloatArray,
) -> FlownPlan:
    """Plan, fly, correct the losses of the table by those of the flight, and again."""
    plan = solve(problem)
    for _ in range(_ROUNDS):
        before, after, days = _fly(problem, plan, elements, weather, ballistic_m2_kg)
        flown_loss = after[:-1] - before[1:]
        planned_loss = plan.after_km[:-1] - plan.before_km[1:]
        ratio = flown_loss / np.maximum(planned_loss, 1.0e-9)
        old = problem.correction if problem.correction.size else np.ones(len(ratio))
        corrected = replace(problem, correction=old * np.where(planned_loss > 1.0e-6, ratio, 1.0))
        if float(np.max(np.abs(flown_loss - planned_loss), initial=0.0)) < 2.0e-3:
            break
        problem = corrected
        plan = solve(problem)
    before, after, days = _fly(problem, plan, elements, weather, ballistic_m2_kg)
    excess = _excess(plan, before, after)
    plan = _as_flown(problem, plan, before, after)
    burns = tuple(burn for push in plan.pushes for burn in _split(push))
    first = math.ceil(problem.start_mjd_utc)
    count = int(problem.stop_mjd_utc) - first + 1
    moments = first + np.arange(count, dtype=np.float64)
    return FlownPlan(
        problem=problem,
        plan=plan,
        burns=burns,
        draws=_draws(problem, plan),
        days_mjd_utc=moments,
        altitude_by_day_km=days[first - weather.first_day_mjd : first - weather.first_day_mjd + count],
        before_km=before,
        after_km=after,
        worst_excess_km=excess,
    )


def _draws(problem: PlanProblem, plan: Plan) -> tuple[Draw, ...]:
    found = []
    for push in plan.pushes:
        if problem.overhead_kg > 0.0:
            found.append(Draw(push.time_mjd_utc, push.store.id, problem.overhead_kg, "turning and holding"))
        found.append(Draw(push.time_mjd_utc, push.store.id, push.propellant_kg))
    return tuple(found)


def _fly(
    problem: PlanProblem, plan: Plan, elements: MeanElements, weather: WeatherTrack, ballistic: float | FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Altitudes before and after each node, and at each midnight, when the pushes are flown."""
    flight = MeanFlight(elements, weather, ballistic)
    times = nodes_of(problem)
    before, after = np.empty(len(times)), np.empty(len(times))
    aims = {push.time_mjd_utc: push.altitude_after_km for push in plan.pushes}
    for index, time in enumerate(times):
        if time > flight.time_mjd_utc:
            heavier = problem.reference_mass_kg / float(plan.mass_after_kg[index - 1])
            flight.advance(time, drag_factor=heavier)
        before[index] = flight.mean_altitude_km
        # as in practice: each burn aims at its altitude, so that small errors of the losses do not add up
        flight.lift(aims.get(time, flight.mean_altitude_km) - flight.mean_altitude_km)
        after[index] = flight.mean_altitude_km
    return before, after, flight.altitude_by_day_km


def _split(push: PlannedPush) -> list[FlownBurn]:
    """A push as burns of permitted length, alike, on successive revolutions."""
    store = push.store
    limit = store.longest_delta_v_m_s(push.mass_kg)
    count = max(math.ceil(abs(push.delta_v_m_s) / limit - 1.0e-6), 1)
    axis = EARTH_EQUATORIAL_RADIUS_KM + push.altitude_before_km
    revolution = 2.0 * math.pi * math.sqrt(axis**3 / EARTH_MU_KM3_S2) / SECONDS_PER_DAY
    rise = (push.altitude_after_km - push.altitude_before_km) / count
    mass, burns = push.mass_kg, []
    for number in range(count):
        speed = push.delta_v_m_s / count
        burned = mass * -math.expm1(-abs(speed) / store.thruster.exhaust_velocity_m_s)
        low = push.altitude_before_km + number * rise
        time = push.time_mjd_utc + number * revolution
        burns.append(FlownBurn(time, store, speed, burned / store.thruster.flow_kg_s, burned, low, low + rise))
        mass -= burned
    return burns


def _excess(plan: Plan, before: FloatArray, after: FloatArray) -> float:
    """How far the flight is beyond what the plan itself kept: the plan keeps its limits exactly."""
    return float(max(np.max(np.abs(before - plan.before_km)), np.max(np.abs(after - plan.after_km))))


def _as_flown(problem: PlanProblem, plan: Plan, before: FloatArray, after: FloatArray) -> Plan:
    """The plan with the burns that the flight needed; as it was where the last kilogram is not there for that."""
    place = {time: index for index, time in enumerate(plan.times_mjd_utc)}
    pushes = []
    for push in plan.pushes:
        index = place[push.time_mjd_utc]
        low, high = float(before[index]), float(after[index])
        speed = float(circular_speed_m_s(low) - circular_speed_m_s(high))
        burned = push.mass_kg * -math.expm1(-abs(speed) / push.store.thruster.exhaust_velocity_m_s)
        pushes.append(
            replace(push, delta_v_m_s=speed, propellant_kg=burned, altitude_before_km=low, altitude_after_km=high)
        )
    spent = math.fsum(push.propellant_kg for push in pushes)
    flown = replace(plan, pushes=tuple(pushes), propellant_kg=spent, before_km=before, after_km=after)
    try:
        ledger(problem.stores, _draws(problem, flown), problem.start_mjd_utc, problem.stop_mjd_utc)
    except InputError:
        return plan
    return flown
