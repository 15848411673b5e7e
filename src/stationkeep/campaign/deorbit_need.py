"""What a deorbit takes, what of it is missing and what would do: flown, not only on paper.

Paper (:mod:`stationkeep.descent.deorbit_need`) knows no drag and puts each burn where it costs least. A flown plan
burns where the zone wants it, from an orbit that has sunk and turned: 3 to 8 % more propellant. So every number that
promises something here is flown to the passes of the zone before it is told.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Literal

from stationkeep.campaign.deorbit_document import DeorbitNeed
from stationkeep.descent.deorbit_need import Need, burn_profile, highest_start_km, minimum_vehicle
from stationkeep.errors import InputError
from stationkeep.propulsion.burns import Thruster
from stationkeep.propulsion.finite_burns import Ellipse

if TYPE_CHECKING:
    from stationkeep.campaign.deorbit_case import DeorbitCase
    from stationkeep.descent.debris import DebrisMix
    from stationkeep.descent.deorbit_plan import DeorbitPlan

Limiting = Literal["propellant", "thrust", "no-pass", "zone", "footprint"]

_MOST_VEHICLES: Final = 100
_FLOWN_COUNTS: Final = 5
_USUAL_SURCHARGE: Final = 1.05
"""Flown and with a reserve over paper, where nothing has been flown yet: only where the search for a start begins."""
_ALTITUDE_ROUNDS: Final = 4
_EMPTY_ENOUGH: Final = 0.992
_LOWEST_FLOWN_KM: Final = 180.0
_HIGHEST_FLOWN_KM: Final = 1000.0


def need_of(case: DeorbitCase, mix: DebrisMix, plan: DeorbitPlan | None) -> tuple[DeorbitNeed, Limiting | None]:
    """What it takes and what of it is missing; ``plan``: the one flown with these vehicles, if their thrust allows."""
    limits, profile = case.held_limits, case.profile
    least = _least_vehicle(case, mix)
    wanted = least.propellant_kg if profile is None else profile.propellant_kg
    speed = least.delta_v_m_s if profile is None else profile.delta_v_m_s
    final_m_s = least.final_burn_m_s if profile is None else abs(profile.final.delta_v_m_s)
    final_s = None if profile is None else profile.final.duration_s
    if plan is not None:
        wanted, speed = plan.propellant_kg, sum(burn.delta_v_m_s for burn in plan.burns)
        final_m_s, final_s = plan.burns[-1].delta_v_m_s, plan.burns[-1].duration_s
    too_long = final_s is None or not limits.last_burn_fits(final_s)
    reserve = case.reserve_kg(wanted * final_m_s / speed, wanted)
    missing, strength = max(wanted + reserve - case.load_kg, 0.0), least.thrust_n
    if final_s is not None and too_long:
        strength = max(strength, case.thruster.thrust_n * final_s / limits.longest_final_burn_s)
    highest = _highest_start_km(case, mix, plan)
    need = DeorbitNeed(
        as_flown=plan is not None,
        delta_v_m_s=round(speed, 2),
        propellant_kg=round(wanted, 1),
        final_burn_m_s=round(final_m_s, 2),
        final_burn_s=None if final_s is None else round(final_s, 1),
        paper_delta_v_m_s=None if profile is None else round(profile.delta_v_m_s, 2),
        minimum_thrust_n=round(strength, 1),
        minimum_propellant_kg=round(
            least.propellant_kg
            + case.reserve_kg(least.propellant_kg * least.final_burn_m_s / least.delta_v_m_s, least.propellant_kg),
            1,
        ),
        reserve_propellant_kg=round(reserve, 1),
        spare_propellant_kg=round(case.load_kg - wanted, 1),
        missing_propellant_kg=round(missing, 1),
        missing_thrust_n=round(max(strength - case.thruster.thrust_n, 0.0) if too_long else 0.0, 1),
        vehicles_needed=_vehicles_needed(case, mix, plan),
        highest_start_altitude_km=None if highest is None else round(highest, 1),
        hold_perigee_km=limits.hold_perigee_km,
        attitude_floor_km=case.floor_km,
    )
    if too_long:
        return need, "thrust"
    if plan is None:
        return need, "no-pass" if missing == 0.0 else "propellant"
    return need, "propellant" if missing > 0.0 else "zone" if plan.margin_km < 0.0 else None


def _least_vehicle(case: DeorbitCase, mix: DebrisMix) -> Need:
    """The weakest engine on paper, then flown: more thrust where the flown last burn takes longer."""
    limits, impulse = case.held_limits, case.thruster.specific_impulse_s
    paper = minimum_vehicle(case.ellipse, case.mass_kg, impulse, limits)
    flown = replace(case, thruster=Thruster(paper.thrust_n, impulse)).cheapest(mix)
    if flown is None:
        return paper
    last = flown.burns[-1]
    return Need(
        sum(burn.delta_v_m_s for burn in flown.burns), flown.propellant_kg, last.delta_v_m_s,
        paper.thrust_n * max(last.duration_s / limits.longest_final_burn_s, 1.0),
    )  # fmt: skip


def _vehicles_needed(case: DeorbitCase, mix: DebrisMix, plan: DeorbitPlan | None) -> int | None:
    """How many of the one vehicle would do, flown; null for a mixed crew or where a hundred do not."""
    if len(case.vehicles) != 1:
        return None
    longest, flights = case.held_limits.longest_final_burn_s, 0
    for number in range(1, _MOST_VEHICLES + 1):
        several = case.with_count(number)
        if several.mass_kg * 20.0 > several.thruster.thrust_n * 2.0 * longest:
            continue  # half of what even a last burn of 20 m/s needs: not worth solving
        profile = several.profile
        if profile is None or several.last_burn_too_long or several.asked_kg(profile) > several.load_kg:
            continue
        own = number == case.vehicles[0].count and plan is not None
        flown = plan if own else several.cheapest(mix)
        flights += 1
        if flown is None or several.does(flown):
            return number
        if flights >= _FLOWN_COUNTS:
            return None
    return None


def _highest_start_km(case: DeorbitCase, mix: DebrisMix, plan: DeorbitPlan | None) -> float | None:
    """From which mean altitude this vehicle just suffices; never below the start of a plan it can fly.

    The search does not depend on where the station starts, so every question about one vehicle gets one answer.
    """
    own = case.start.elements.mean_altitude_km if plan is not None and case.does(plan) else None
    found = _searched_start_km(case, mix)
    return max((altitude for altitude in (own, found) if altitude is not None), default=None)


def _searched_start_km(case: DeorbitCase, mix: DebrisMix) -> float | None:
    """On paper with a surcharge, which flights from there correct."""
    factor = _USUAL_SURCHARGE
    altitude, best = _paper_start_km(case, factor), None
    for turn in range(_ALTITUDE_ROUNDS):
        if altitude is None or not _LOWEST_FLOWN_KM < altitude < _HIGHEST_FLOWN_KM:
            break
        # Whole kilometres: a tenth of one shifts the passes, and with them the need by 1 %. Told is what was flown.
        altitude = float(math.floor(altitude))
        flown = case.from_altitude(altitude).cheapest(mix)
        if flown is None:
            break
        if case.does(flown):
            best = altitude if best is None else max(best, altitude)
            if case.asked_kg(flown) >= _EMPTY_ENOUGH * case.load_kg:
                return best
        on_paper = _paper_propellant_kg(case, altitude)
        factor = (1.001 + 0.003 * turn) * (case.asked_kg(flown) / on_paper if on_paper else factor)
        altitude = _paper_start_km(case, factor)
    return altitude if best is None else best


def _paper_start_km(case: DeorbitCase, factor: float) -> float | None:
    inclination = case.start.elements.inclination_rad
    return highest_start_km(case.mass_kg, case.thruster, case.load_kg / factor, case.held_limits, inclination)


def _paper_propellant_kg(case: DeorbitCase, altitude_km: float) -> float | None:
    orbit = Ellipse.near_circular(altitude_km, case.start.elements.inclination_rad)
    try:
        return burn_profile(orbit, case.mass_kg, case.thruster, case.held_limits).propellant_kg
    except InputError:
        return None
