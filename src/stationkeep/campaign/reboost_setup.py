"""From a branch of a scenario to a planning problem: who pushes when, with what, within which limits and which Sun?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from stationkeep.campaign.prepare import Campaign
from stationkeep.campaign.reboost_attitude import AttitudeNeed, attitude_need, with_attitude
from stationkeep.campaign.reboost_standing import ProviderStanding
from stationkeep.environment.space_weather import ContinuationPolicy
from stationkeep.errors import InputError
from stationkeep.orbit.mean_decay import WeatherTrack
from stationkeep.propulsion.burns import Thruster, propellant_for_delta_v_kg
from stationkeep.scenario.agenda import all_courses
from stationkeep.scenario.events import (
    AltitudePolicyChange,
    Withdrawal,
    WithdrawalScope,
)
from stationkeep.scenario.pressure import Response, ResponseKind
from stationkeep.strategy.altitude import AS_NEEDED_DAYS, AltitudeBand, AltitudeStrategy, ArrivalWindow, AvoidanceRate
from stationkeep.strategy.losses import LossTable, loss_table
from stationkeep.strategy.planner import PlanProblem
from stationkeep.strategy.stores import PropellantStore, Supply
from stationkeep.timescale import iso_day

if TYPE_CHECKING:
    from stationkeep.catalogue.pushing import Push
    from stationkeep.catalogue.store import Catalogue
    from stationkeep.scenario.agenda import Course
    from stationkeep.scenario.schema import Scenario
    from stationkeep.simulation.providers import ProviderPlan

MEDIAN_PERCENT = 50.0
TRADE_REACH_KM = 30.0  # the trade is shown so far beyond floor and ceiling
LOWEST_LEVEL_KM = 300.0
DAYS_PER_MONTH = 30.4375
OVERHEAD_KG = 10.0
"""Turning and holding the station for one reboost. Assumed: 14 kg held it for about one orbit in an emergency (NASA
status report 05-07, 2005), a steady hold takes 1 to 2 kg an orbit, Russian control for an undocking 10 to 40 kg."""


@dataclass(frozen=True)
class ReboostOptions:
    """What a person may ask of ``stationkeep reboost``."""

    branch: str | None = None
    months: float = 24.0
    floor_km: float | None = None
    ceiling_km: float | None = None
    arrivals: tuple[ArrivalWindow, ...] = ()
    every_days: float = AS_NEEDED_DAYS
    overhead_kg: float = OVERHEAD_KG
    percentile: float = MEDIAN_PERCENT
    space_weather: str | None = None
    attitude_view: str | None = None
    avoidance: AvoidanceRate | None = field(default_factory=AvoidanceRate)


@dataclass(frozen=True)
class Setup:
    """A problem ready to be solved, and what its making had to say."""

    problem: PlanProblem
    weather: WeatherTrack
    notes: tuple[str, ...]
    attitude: AttitudeNeed | None = None
    reasons: tuple[str, ...] = ()
    """Of the notes, those that say who cannot push, and why."""


def chosen_branch(scenario: Scenario, name: str | None) -> str:
    """The branch asked for, or the scenario's first."""
    if name is None:
        return next(iter(scenario.branches))
    if name not in scenario.branches:
        raise InputError(
            f"scenario {scenario.id} has no branch {name!r}", hint=f"its branches are {', '.join(scenario.branches)}"
        )
    return name


def horizon_mjd(scenario: Scenario, months: float) -> float:
    """The end of the plan; refused past the scenario's own horizon."""
    if not 0.5 <= months <= 240.0:
        raise InputError(f"a plan over {months:g} months", hint="give --months between 0.5 and 240")
    # whole days: the loss table is by day
    stop = scenario.epoch_mjd_utc + math.ceil(months * DAYS_PER_MONTH)
    if stop > scenario.horizon_mjd_utc:
        most = (scenario.horizon_mjd_utc - scenario.epoch_mjd_utc) / DAYS_PER_MONTH
        raise InputError(
            f"a plan over {months:g} months ends on {iso_day(stop)}, after the scenario's horizon "
            f"{iso_day(scenario.horizon_mjd_utc)}",
            hint=f"give --months up to {most:.1f}",
        )
    return stop


def sun_at(campaign: Campaign, percentile: float) -> WeatherTrack:
    """The Sun at a percentile of the forecast; where it was observed there is only one."""
    weather = campaign.weather
    if weather.forecast is None or percentile == MEDIAN_PERCENT:
        return weather.median
    last = weather.first_day_mjd + weather.day_count
    table = weather.known.continued(last, ContinuationPolicy.FORECAST, weather.forecast, percentile=percentile)
    return WeatherTrack(weather.first_day_mjd, table.drivers(weather.first_day_mjd, weather.day_count))


def losses_under(
    campaign: Campaign, weather: WeatherTrack, stop_mjd: float, lowest: float, highest: float
) -> LossTable:
    """The loss table of a campaign's station under one Sun."""
    mission = campaign.mission
    days = math.ceil(stop_mjd - mission.elements.epoch_mjd_utc)
    ballistic = mission.scenario.drag.ballistic_coefficient_m2_kg
    return loss_table(mission.elements, weather, ballistic, days, max(lowest, LOWEST_LEVEL_KM), highest)


def set_up(campaign: Campaign, catalogue: Catalogue, options: ReboostOptions) -> Setup:
    """The planning problem of one branch. Raises :class:`InputError` where limits contradict each other."""
    if not 1.0 <= options.percentile <= 99.0:
        raise InputError(f"percentile {options.percentile:g} of solar activity", hint="give --percentile 1 to 99")
    scenario = campaign.mission.scenario
    branch = chosen_branch(scenario, options.branch)
    stop = horizon_mjd(scenario, options.months)
    view = options.attitude_view or _view_of(scenario, branch)
    stores, notes, reasons = stores_of(campaign, catalogue, branch, view)
    strategy = AltitudeStrategy(
        bands_of(scenario, branch, stop, options),
        arrivals=tuple(item for item in options.arrivals if _in_time(item, scenario.epoch_mjd_utc, stop)),
        cadence_days=options.every_days,
        avoidance=options.avoidance,
    )
    weather = sun_at(campaign, options.percentile)
    lows = [band.floor_km for band in strategy.bands] + [campaign.mission.elements.mean_altitude_km]
    highs = [band.ceiling_km for band in strategy.bands] + [campaign.mission.elements.mean_altitude_km]
    table = losses_under(campaign, weather, stop, min(lows) - TRADE_REACH_KM, max(highs) + TRADE_REACH_KM)
    need = attitude_need(campaign, table)
    stores = with_attitude(stores, need)
    height = campaign.mission.elements.mean_altitude_km
    last = strategy.band_at(stop)
    problem = PlanProblem(
        strategy=strategy,
        stores=stores,
        losses=table,
        start_mjd_utc=scenario.epoch_mjd_utc,
        stop_mjd_utc=stop,
        altitude_km=height,
        mass_kg=campaign.mission.mass_kg,
        reference_mass_kg=scenario.drag.reference_mass_kg,
        end_km=min(max(height, last.floor_km), last.ceiling_km),
        overhead_kg=_overhead(options.overhead_kg),
        reserve_kg=_reserve_kg(options.avoidance, stores, campaign.mission.mass_kg),
    )
    return Setup(problem, weather, tuple(notes), need, tuple(reasons))


def _view_of(scenario: Scenario, branch: str) -> str | None:
    """Whose account of a disputed push the scenario takes, as ``stationkeep run`` does."""
    stated = scenario.branches[branch].attitude_view
    if stated is None and scenario.attitude is not None:
        stated = scenario.attitude.view
    return stated


def _overhead(given_kg: float) -> float:
    if not 0.0 <= given_kg <= 1000.0:
        raise InputError(f"an overhead of {given_kg:g} kg a burn", hint="give --overhead-kg between 0 and 1000")
    return given_kg


def _in_time(arrival: ArrivalWindow, start: float, stop: float) -> bool:
    if not start <= arrival.date_mjd_utc <= stop:
        raise InputError(
            f"{arrival.label} on {iso_day(arrival.date_mjd_utc)} lies outside the plan, {iso_day(start)} to "
            f"{iso_day(stop)}",
            hint="give a date within it, or more --months",
        )
    return True


def _reserve_kg(avoidance: AvoidanceRate | None, stores: Sequence[PropellantStore], mass_kg: float) -> float:
    if avoidance is None or not stores or avoidance.per_year == 0.0:
        return 0.0
    impulse = min(store.thruster.specific_impulse_s for store in stores)
    return propellant_for_delta_v_kg(mass_kg, avoidance.largest_m_s, impulse)


# --- limits -----------------------------------------------------------------------------------------------------------


def bands_of(scenario: Scenario, branch: str, stop_mjd: float, options: ReboostOptions) -> tuple[AltitudeBand, ...]:
    """Floor and ceiling by date: the scenario's policy and its changes, or what was given instead of them."""
    policy = scenario.altitude_policy
    given = (options.floor_km, options.ceiling_km)
    if policy is None and None in given:
        raise InputError(f"scenario {scenario.id} has no altitude_policy", hint="give both --floor-km and --ceiling-km")
    floor, ceiling = (
        asked if asked is not None else stated
        for asked, stated in zip(given, (policy.floor_km, policy.target_km) if policy else (0.0, 0.0), strict=True)
    )
    if not (floor >= LOWEST_LEVEL_KM and ceiling <= 900.0):
        raise InputError(
            f"a floor of {floor:g} and a ceiling of {ceiling:g} km",
            hint=f"give altitudes from {LOWEST_LEVEL_KM:g} to 900 km",
        )
    bands = [AltitudeBand(scenario.epoch_mjd_utc, floor, ceiling)]
    for event in scenario.branches[branch].events:
        if isinstance(event, Response) and event.what is ResponseKind.DEORBIT:
            _refuse_let_down(scenario, branch, event, stop_mjd)
        if not isinstance(event, AltitudePolicyChange) or event.date_mjd_utc >= stop_mjd:
            continue
        change = event.altitude_policy
        if change is None:
            raise InputError(
                f"branch {branch} gives the altitude up on {iso_day(event.date_mjd_utc)}: nothing to plan after that",
                hint="choose another --branch, or fewer --months",
            )
        bands.append(AltitudeBand(event.date_mjd_utc, change.floor_km, change.target_km))
    return tuple(bands)


def _refuse_let_down(scenario: Scenario, branch: str, event: Response, stop_mjd: float) -> None:
    flown = all_courses(scenario.branches[branch].events, scenario)
    works = next(course.happens_mjd_utc for course in flown if course.event is event)
    if works < stop_mjd:
        raise InputError(
            f"branch {branch} lets the station down from {iso_day(works)} on: nothing to plan after that",
            hint="choose another --branch, or fewer --months",
        )


# --- who pushes -------------------------------------------------------------------------------------------------------


def _effective(scenario: Scenario, branch: str) -> tuple[Course, ...]:
    """The branch's events but those over before they take effect; a withdrawal that ends later counts as for good."""
    flown = all_courses(scenario.branches[branch].events, scenario)
    return tuple(course for course in flown if not course.reversed_at_once)


def stores_of(
    campaign: Campaign, catalogue: Catalogue, branch: str, attitude_view: str | None
) -> tuple[tuple[PropellantStore, ...], list[str], list[str]]:
    """Every store a branch may burn from, its events already in the dates; what is to be said; who cannot push.

    What is there for the controlled end only raises nothing, and has no store.
    """
    courses = _effective(campaign.mission.scenario, branch)
    events = tuple(course.event for course in courses)
    stores: list[PropellantStore] = []
    notes: list[str] = []
    reasons: list[str] = []
    for plan in campaign.mission.providers:
        made = _stores_of_provider(plan, courses, campaign.mission.scenario.epoch_mjd_utc)
        push = _push_of(plan, catalogue)
        if made and push is not None and push.disputed:
            left, said = _as_viewed(made, push, events, catalogue, campaign, attitude_view)
            notes.append(said)
            if left != made:
                reasons.append(said)
            made = left
        stores += made
    return tuple(stores), notes, reasons


def _stores_of_provider(plan: ProviderPlan, courses: Sequence[Course], epoch_mjd_utc: float) -> list[PropellantStore]:
    provider = plan.provider
    if not plan.reboosts:
        return []
    standing = ProviderStanding.of(plan, courses, epoch_mjd_utc)
    if not standing.enabled or standing.until_mjd_utc <= standing.from_mjd_utc:
        return []
    base = PropellantStore(
        id=provider.id,
        provider=provider.id,
        label=plan.label,
        thruster=Thruster(plan.thruster.thrust_n, plan.thruster.specific_impulse_s),
        longest_burn_s=standing.longest_burn_s,
        from_mjd_utc=standing.from_mjd_utc,
        until_mjd_utc=standing.until_mjd_utc,
        lowest_altitude_km=provider.lowest_altitude_km or 0.0,
    )
    if plan.stays:
        return _visits(plan, base, standing, epoch_mjd_utc)
    coming = ((item, standing.comes_mjd(item.time_mjd_utc, item.partner)) for item in plan.deliveries)
    loads = (
        Supply(time, item.propellant_kg.high if item.fill_to_kg else item.propellant_kg.middle, item.fill_to_kg)
        for item, time in coming
        if time is not None
    )
    supplies = tuple(sorted(loads, key=lambda supply: supply.time_mjd_utc))
    initial = provider.propellant.initial_kg.middle if provider.propellant is not None else 0.0
    if initial <= 0.0 and not supplies:
        return []
    return [replace(base, initial_kg=initial, supplies=supplies)]


def _visits(
    plan: ProviderPlan, base: PropellantStore, standing: ProviderStanding, epoch_mjd_utc: float
) -> list[PropellantStore]:
    found = []
    for number, stay in enumerate(plan.stays, start=1):
        here = stay.arrives_mjd_utc < epoch_mjd_utc
        arrives = stay.arrives_mjd_utc if here else standing.comes_mjd(stay.arrives_mjd_utc, plan.provider.partner)
        if arrives is None:
            continue
        first, last = max(base.from_mjd_utc, arrives), min(base.until_mjd_utc, stay.leaves_mjd_utc)
        if last <= first:
            continue
        load = Supply(first, stay.propellant_kg.middle)
        label = stay.flight if stay.flight and stay.flight == plan.label else plan.label
        found.append(
            replace(
                base, id=f"{base.id}-{number}", label=label, supplies=(load,), from_mjd_utc=first, until_mjd_utc=last
            )
        )
    return found


def _push_of(plan: ProviderPlan, catalogue: Catalogue) -> Push | None:
    vehicle = catalogue.vehicles.get(plan.provider.vehicle or "")
    return vehicle.pushes[0] if vehicle is not None and vehicle.pushes else None


def _as_viewed(
    stores: list[PropellantStore],
    push: Push,
    events: Sequence[object],
    catalogue: Catalogue,
    campaign: Campaign,
    view: str | None,
) -> tuple[list[PropellantStore], str]:
    """What is left of a provider whose pushes are disputed, in the view chosen."""
    label = stores[0].label
    sides = " and ".join(claim.view for claim in push.attitude)
    if view is None:
        return stores, (
            f"What must hold the attitude while {label} pushes is disputed between {sides}; the scenario lets it push, "
            "and so does this plan (--attitude-view chooses a side)"
        )
    needs = push.attitude_claim(view).holders
    if "gyros" in needs or "pusher" in needs:
        return stores, (
            f"{label} pushes without station thrusters, in the view of {view}; that is disputed (--attitude-view "
            "chooses a side)"
        )
    holders = {
        module.operator for module in catalogue.stations[campaign.mission.scenario.station].modules if module.pushes
    }
    ends = [
        event.effect_mjd_utc
        for event in events
        if isinstance(event, Withdrawal)
        and event.partner in holders
        and WithdrawalScope.STOP_OPERATING_ASSETS in event.scope
    ]
    if not ends:
        return stores, f"{label} needs the station's thrusters, in the view of {view}; they are there"
    last = min(ends)
    kept = [
        replace(store, until_mjd_utc=min(store.until_mjd_utc, last)) for store in stores if store.from_mjd_utc < last
    ]
    return kept, (
        f"{label} cannot push from {iso_day(last)} on: in the view of {view} it needs the station's thrusters, whose "
        "operator has withdrawn"
    )
