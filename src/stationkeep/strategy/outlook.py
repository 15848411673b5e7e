"""Where limits cannot be kept: how high is the station at the end of the plan, what is missing, who may push later?"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from stationkeep.orbit.elements import MeanElements
from stationkeep.orbit.mean_decay import MeanFlight, WeatherTrack
from stationkeep.outcome import OutcomeReason
from stationkeep.propulsion.burns import gain_for_delta_v_km, propellant_for_delta_v_kg
from stationkeep.strategy.feasibility import for_attitude_kg, offered_kg
from stationkeep.strategy.planner import (
    MOST_BURNS_IN_A_ROW,
    PlanProblem,
    Unreachable,
    circular_speed_m_s,
    nodes_of,
    plan_burns,
)
from stationkeep.strategy.stores import PropellantStore
from stationkeep.timescale import iso_day

FloatArray = NDArray[np.float64]

USUAL_IMPULSE_S = 290.0
"""Where nobody can push at all: specific impulse of the thrusters of Progress."""
_DEEP_KM = 1.0  # above this, below the floor: the end is what counts, not the worst moment before it


@dataclass(frozen=True)
class Outlook:
    """What becomes of the station when everybody burns what there is, whenever the floor is in danger."""

    end_mjd_utc: float
    """The end of the plan, or the fall before it."""
    end_km: float
    falls: bool
    most_below_km: float
    """How far below the floor at worst."""
    most_below_mjd_utc: float
    missing_kg: float
    """Propellant that keeping the floor to the end takes, less what can be spent for it; negative: enough comes."""


def outlook(
    problem: PlanProblem, elements: MeanElements, weather: WeatherTrack, ballistic_m2_kg: float | FloatArray
) -> Outlook:
    """Fly the station to the end of a plan that cannot be kept, burning to the ceiling whenever the floor is near."""
    flight = MeanFlight(elements, weather, ballistic_m2_kg)
    tanks = _Tanks(problem)
    nodes = nodes_of(problem)
    chances = set(problem.strategy.opportunities(problem.start_mjd_utc, problem.stop_mjd_utc)) | {problem.stop_mjd_utc}
    gaps = {time: after - time for time, after in zip(sorted(chances), [*sorted(chances)[1:], math.inf], strict=True)}
    worst, worst_at, lost_km_day, reached = 0.0, nodes[0], 0.0, False
    for before, time in zip([nodes[0], *nodes], nodes, strict=False):
        height = flight.mean_altitude_km
        if time > before:
            reason = flight.advance(time, drag_factor=problem.reference_mass_kg / tanks.mass_kg)
            if reason is OutcomeReason.REENTERED:
                return Outlook(flight.time_mjd_utc, flight.mean_altitude_km, True, worst, worst_at, _missing(problem))
            lost_km_day = (height - flight.mean_altitude_km) / (time - before)
        tanks.pass_to(before, time)
        band = problem.strategy.band_at(time)
        if time in chances:
            lost = lost_km_day * min(gaps[time], problem.stop_mjd_utc - time)
            lowest = max(band.floor_km, problem.end_km or 0.0) if time >= problem.stop_mjd_utc else band.floor_km
            if flight.mean_altitude_km - lost < lowest or time == nodes[0]:
                flight.lift(tanks.push(time, flight.mean_altitude_km, max(band.ceiling_km, lowest)))
        reached = reached or flight.mean_altitude_km >= band.floor_km
        below = band.floor_km - flight.mean_altitude_km
        if reached and below > worst:
            worst, worst_at = below, time
    return Outlook(flight.time_mjd_utc, flight.mean_altitude_km, False, worst, worst_at, _missing(problem))


class _Tanks:
    """What is in the stores while the best is made of it."""

    def __init__(self, problem: PlanProblem) -> None:
        self.problem = problem
        self.content_kg = {store.id: store.initial_kg for store in problem.stores}
        self.dry_kg = problem.mass_kg - sum(self.content_kg.values())

    @property
    def mass_kg(self) -> float:
        return self.dry_kg + sum(self.content_kg.values())

    def pass_to(self, start_mjd_utc: float, stop_mjd_utc: float) -> None:
        """The attitude takes its share, stores come and go."""
        for store in self.problem.stores:
            held = self.content_kg[store.id]
            held -= min(store.steady_kg(start_mjd_utc, stop_mjd_utc), held)
            if store.until_mjd_utc == stop_mjd_utc:
                held = 0.0
            for supply in store.supplies:
                if supply.time_mjd_utc == stop_mjd_utc:
                    held += supply.load_kg(held)
            self.content_kg[store.id] = held

    def _free_kg(self, store: PropellantStore) -> float:
        return max(self.content_kg[store.id] - store.kept_kg, 0.0)

    def push(self, time_mjd_utc: float, altitude_km: float, to_km: float) -> float:
        """Raise as far as those who may push now can; says by how many kilometres."""
        reached = altitude_km
        for store in self.problem.stores:
            others = sum(self._free_kg(item) for item in self.problem.stores if item is not store)
            left = self._free_kg(store) - max(self.problem.reserve_kg - others, 0.0) - self.problem.overhead_kg
            if reached >= to_km or left <= 0.0:
                continue
            if not store.pushes_at(time_mjd_utc) or reached < store.lowest_altitude_km:
                continue
            mass = self.mass_kg
            wanted = float(circular_speed_m_s(reached) - circular_speed_m_s(to_km))
            tank = -store.thruster.exhaust_velocity_m_s * math.log1p(-left / mass)
            speed = min(wanted, tank, MOST_BURNS_IN_A_ROW * store.longest_delta_v_m_s(mass))
            if speed < self.problem.smallest_burn_m_s:
                continue
            burned = propellant_for_delta_v_kg(mass, speed, store.thruster.specific_impulse_s)
            self.content_kg[store.id] -= burned + self.problem.overhead_kg
            reached += gain_for_delta_v_km(reached, speed)
        return reached - altitude_km


def _missing(problem: PlanProblem) -> float:
    """Propellant for keeping the limits to the end, less what may be spent on it [kg]."""
    start, stop = problem.start_mjd_utc, problem.stop_mjd_utc
    attitude = sum(for_attitude_kg(store, start, stop) for store in _pushing(problem))
    there = sum(offered_kg(store, stop) for store in _pushing(problem)) - attitude - problem.reserve_kg
    try:
        wanted = plan_burns(replace(problem, boundless=True)).total_kg
    except Unreachable:
        wanted = _for_the_floor_kg(problem)
    return wanted - max(there, 0.0)


def _for_the_floor_kg(problem: PlanProblem) -> float:
    """What it would take to stay at the floor throughout, could someone push whenever it is needed."""
    start, stop, losses = problem.start_mjd_utc, problem.stop_mjd_utc, problem.losses
    floors = np.array([problem.strategy.band_at(start + day + 0.5).floor_km for day in range(int(stop - start))])
    lost = sum(float(losses.at(min(day, losses.day_count - 1), floor[None])[0]) for day, floor in enumerate(floors))
    each = float(circular_speed_m_s(floors[-1] - 0.5) - circular_speed_m_s(floors[-1] + 0.5))
    end = max(problem.end_km or 0.0, float(floors[-1]))
    speed = (lost * problem.reference_mass_kg / problem.mass_kg + end - problem.altitude_km) * each
    impulse = next((store.thruster.specific_impulse_s for store in _pushing(problem)), USUAL_IMPULSE_S)
    return propellant_for_delta_v_kg(problem.mass_kg, max(speed, 0.0), impulse)


def _pushing(problem: PlanProblem) -> list[PropellantStore]:
    return [store for store in problem.stores if store.opens_mjd_utc < min(problem.stop_mjd_utc, store.until_mjd_utc)]


def outlook_text(problem: PlanProblem, failure: Unreachable, found: Outlook) -> str:
    """Altitude reached, propellant missing and who may push from when, in words."""
    day = iso_day(found.end_mjd_utc)
    floor = problem.strategy.band_at(found.end_mjd_utc).floor_km
    parts = []
    if found.falls:
        parts.append(f"the station falls on {day}, before the plan ends")
    elif floor - found.end_km > _DEEP_KM or found.end_km < floor:
        below = floor - found.end_km
        how = f", {below:.0f} km below the floor," if below > _DEEP_KM else ""
        parts.append(f"at the end of the plan, {day}, it is at {found.end_km:.0f} km{how} with all that can be burnt")
    elif found.most_below_km > 0.0:
        parts.append(
            f"at worst it is {found.most_below_km:.1f} km below the floor, on {iso_day(found.most_below_mjd_utc)}"
        )
    if found.missing_kg > 0.0 and failure.time_mjd_utc < problem.stop_mjd_utc:
        until = iso_day(problem.stop_mjd_utc)
        parts.append(f"{found.missing_kg:.0f} kg of propellant are missing to keep the floor until {until}")
    late: dict[str, float] = {}
    for store in _pushing(problem):
        if store.opens_mjd_utc > failure.time_mjd_utc:
            late[store.label] = min(late.get(store.label, math.inf), store.opens_mjd_utc)
    early = {store.label for store in _pushing(problem) if store.opens_mjd_utc <= failure.time_mjd_utc}
    found_late = [f"{label} may push from {iso_day(time)} on" for label, time in late.items() if label not in early]
    if found_late:
        parts.append(" and ".join(found_late))
    elif not early:
        parts.append("nobody may push later either")
    return "; ".join(parts)
