"""Over many runs: which function is lost first, when, and who else could have; the points of no return."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from stationkeep.attitude.figures import iss_attitude
from stationkeep.campaign.attitude_range import LARGE, RATE
from stationkeep.campaign.brought_down import decisions
from stationkeep.campaign.document import (
    ArraysRecord,
    BranchDocument,
    ControlledDeorbitPoint,
    DeorbitChances,
    LostFunction,
    PointsOfNoReturn,
)
from stationkeep.campaign.interruptions import TITLES
from stationkeep.campaign.part import Interval, LossDates, with_median
from stationkeep.campaign.quantiles import date_quantiles, interval, loss_fields
from stationkeep.catalogue.pushing import STANDINGS
from stationkeep.partnership.analysis import grounded_vehicles
from stationkeep.partnership.loader import partnership_of_station
from stationkeep.scenario.agenda import all_courses
from stationkeep.scenario.events import ProviderAvailable, Withdrawal, WithdrawalScope
from stationkeep.scenario.pressure import Response
from stationkeep.simulation.providers import in_sentence
from stationkeep.simulation.timeline import DeorbitOutlook, Function, NoReturn
from stationkeep.timescale import iso_day, iso_utc, parse_utc

if TYPE_CHECKING:
    from stationkeep.campaign.prepare import Campaign
    from stationkeep.campaign.run_record import RunRecord
    from stationkeep.catalogue.entries import Vehicle
    from stationkeep.scenario.schema import Provider, Scenario
    from stationkeep.simulation.fall_need import FallNeed
    from stationkeep.simulation.providers import ProviderPlan
    from stationkeep.simulation.timeline import Timeline

_GYRO_OWNER: Final = "nasa"
_STATUS: Final = {"unproven": "nobody has shown it", "retired": "retired by then", "proven": "while its tanks last"}


def attitude_propellant(scenario: Scenario, runs: Sequence[RunRecord]) -> dict[str, Any]:
    """What the attitude thrusters drew; nothing where the scenario does not ask."""
    if scenario.attitude is None:
        return {}
    return with_median(attitude_propellant_kg=interval([run.attitude_propellant_kg for run in runs]))


def arrays_record(runs: Sequence[RunRecord]) -> ArraysRecord | None:
    """Drag and power of the runs in which the arrays did not simply track the Sun; none where they did in all."""
    flown = [run.arrays for run in runs if run.arrays is not None]
    if not flown:
        return None
    return ArraysRecord(
        **with_median(
            days=interval([one.days for one in flown]),
            drag_factor=interval([one.drag_mean for one in flown]),
            power_factor=interval([one.power_mean for one in flown]),
            power_factor_least=interval([one.power_least for one in flown]),
        )
    )


def attitude_notes(scenario: Scenario, branches: Mapping[str, BranchDocument]) -> list[str]:
    """What a reader must know of the attitude; nothing where the scenario does not ask."""
    if scenario.attitude is None:
        return []
    figures = iss_attitude().figures
    rate, large = figures[RATE], figures[LARGE]
    notes = [
        f"Attitude: how often and how hard the gyros are upset is assumed ({rate.low:g} to {rate.high:g} times a year, "
        f"one in twenty above {large.low / 1000.0:g} to {large.high / 1000.0:g} kN m s) and decides when it is lost "
        "once nobody's thrusters unload them. It is recovered only where thrusters come back while the station is "
        f"within reach ({figures['recovery_within_d'].low:g} to {figures['recovery_within_d'].high:g} days, assumed)."
    ]
    told = [
        f"{branch.label}: lost {_month(one.seldom.attitude_lost_utc)}, falls {_month(one.seldom.falls_utc)} against "
        f"lost {_month(one.often.attitude_lost_utc)}, falls {_month(one.often.falls_utc)}"
        for branch in branches.values()
        if (one := branch.attitude_range) is not None
    ]
    if told:
        notes.append(f"With few and small upsets against many and large ones (the reference run): {'; '.join(told)}.")
    return notes


def _month(date_utc: str | None) -> str:
    return "not by the horizon" if date_utc is None else parse_utc(date_utc).strftime("%B %Y")


# --- functions --------------------------------------------------------------------------------------------------------


def functions_lost(
    campaign: Campaign, branch: str, reference: Timeline, runs: Sequence[RunRecord]
) -> list[LostFunction]:
    """Which functions are lost for good in some run, the earliest median first; empty where nothing ever is."""
    scenario = campaign.mission.scenario
    if not scenario.providers:
        return []
    decided = decisions(scenario, branch)
    found = []
    for function, title in TITLES.items():
        dates = [run.lost_mjd_utc.get(function) for run in runs]
        if function is Function.REBOOST:  # whoever lets it down loses nothing by it
            dates = [date if date is None or round(date, 5) not in decided else None for date in dates]
        if any(date is not None for date in dates):
            by, partner = _provided_by(campaign, function, reference)
            others = list(_could_have(campaign, branch, function, reference))
            found.append(
                LostFunction(
                    function=function.value,  # type: ignore[arg-type]  # the four of TITLES
                    title=title,
                    **loss_fields(dates),
                    provided_by=by,
                    partner=partner,
                    could_have=[one.said for one in others],
                    had_shown=[one.said for one in others if one.had_shown],
                )
            )
    # A run in which it is never lost counts as later than any date.
    return sorted(found, key=lambda item: (item.median_utc or "9", item.p05_utc or "9"))


def _provided_by(campaign: Campaign, function: Function, reference: Timeline) -> tuple[str | None, str | None]:
    """What provided it last, or at the epoch, and whose that is."""
    scenario, names = campaign.mission.scenario, campaign.mission.partner_names
    at_first = [item for item in scenario.providers if item.enabled and item.purpose == "reboost"]
    owners = {in_sentence(item.label or item.id): item.partner for item in scenario.providers}
    for plan in campaign.mission.providers:  # the station's own engines burn where none of a provider's craft is docked
        for engine in plan.docked_push.engines if plan.docked_push is not None else ():
            owners.setdefault(engine.label, plan.provider.partner)
    last = reference.last_by.get(function)
    if function is Function.REBOOST:
        said = [last] if last else [in_sentence(item.label or item.id) for item in at_first]
        whose = [owners[one] for one in said]
    elif function is Function.RESUPPLY:
        whose = [item.partner for item in at_first]
        said = [last] if last else [names.get(one, one) for one in whose]
        return _joined(said), _joined(said)
    elif function is Function.UNLOADING:
        moment = scenario.epoch_mjd_utc
        able = [item for item in iss_attitude().providers if item.status == "proven" and item.from_mjd_utc <= moment]
        able = [item for item in able if moment < item.until_mjd_utc]
        said, whose = [last] if last else [item.name for item in able], [item.owner for item in able]
        if _gyros_stop(reference):  # it is they that end it, whoever's thrusters unloaded them
            said, whose = ["gyros of NASA"], [_GYRO_OWNER]
    else:
        said, whose = [last or "gyros of NASA, unloaded by thrusters"], []
    return _joined(said), _joined([_with_operator(scenario, names, reference, one) for one in whose])


def _with_operator(scenario: Scenario, names: Mapping[str, str], reference: Timeline, owner: str) -> str:
    """A partner's name; where somebody has taken over what is its own, theirs, and from whom they have it."""
    told = any(event.kind == "control-handed-over" for event in reference.events)
    for course in all_courses(scenario.branches[reference.branch].events, scenario):
        event = course.event
        if not isinstance(event, Withdrawal) or event.partner != owner or event.hand_over_to is None:
            continue
        if course.ends_mjd_utc > scenario.horizon_mjd_utc and told:
            return f"{names.get(event.hand_over_to, event.hand_over_to)}, handed over by {names.get(owner, owner)}"
    return names.get(owner, owner)


def _gyros_stop(reference: Timeline) -> bool:
    """Whether the gyros stop while somebody's thrusters could still unload them."""
    since = reference.lost_mjd_utc.get(Function.UNLOADING)
    told = {event.kind for event in reference.events if event.time_mjd_utc == since}
    return "handover" in told and "unloading-ends" not in told


def _joined(parts: Sequence[str]) -> str | None:
    return " and ".join(dict.fromkeys(parts)) or None


_LEAVING = frozenset(
    {
        WithdrawalScope.STOP_OPERATING_ASSETS,
        WithdrawalScope.STOP_RESUPPLY_PROPELLANT,
        WithdrawalScope.STOP_FLIGHTS,
    }
)


_OWN_ONLY: Final = "brings only what it burns itself"
"""No delivery: nothing of it ever went into the station's tanks."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who might have provided a function, and what stood in the way."""

    said: str
    had_shown: bool
    """Whether that has been done on a station, before or after the epoch."""


def _could_have(campaign: Campaign, branch: str, function: Function, reference: Timeline) -> Iterator[Candidate]:
    """Who else, and what stood in the way: of the scenario first, then of the catalogue."""
    stopped = _stopped(campaign.mission.scenario, branch)
    if function is Function.UNLOADING and _gyros_stop(reference):
        return  # there is nothing to unload
    if function in (Function.UNLOADING, Function.ATTITUDE):
        yield from _for_the_attitude(campaign.mission.scenario, stopped)
        return
    yield from _of_the_scenario(campaign, branch, function, reference, stopped)
    if function is Function.REBOOST:
        yield from _of_the_catalogue(campaign, stopped)


def _for_the_attitude(scenario: Scenario, stopped: set[str]) -> Iterator[Candidate]:
    for item in sorted(iss_attitude().providers, key=lambda one: one.status == "retired"):
        if item.owner not in stopped:
            late = item.from_mjd_utc > scenario.epoch_mjd_utc
            said = f"{item.name}: {'not there yet' if late else _STATUS[item.status]}"
            yield Candidate(said, item.status == "proven" and not late)


def _of_the_scenario(
    campaign: Campaign, branch: str, function: Function, reference: Timeline, stopped: set[str]
) -> Iterator[Candidate]:
    scenario = campaign.mission.scenario
    enabled = {
        event.provider or ""
        for event in scenario.branches[branch].events
        if isinstance(event, ProviderAvailable | Response)
    }
    for provider, plan in zip(scenario.providers, campaign.mission.providers, strict=True):
        vehicle = campaign.catalogue.vehicles.get(provider.vehicle or "")
        if provider.partner in stopped or provider.purpose != "reboost":
            continue
        if function is Function.RESUPPLY and vehicle is None:
            continue  # what stays at the station brings nothing
        why = _part_in(provider, enabled, vehicle, scenario)
        if provider.enabled or provider.id in enabled:
            why = _attitude_says(campaign, branch, plan) or why
        # Loads for the attitude come whether or not anybody may push with them.
        pushing = () if function is Function.RESUPPLY else provider.push_needs
        needed = sorted(stopped.intersection({*pushing, *provider.arrival_needs, provider.bought_by}))
        told = None if needed else _told_of(reference, function, provider.id)
        if needed:  # what it needs of them goes with them: current, an arm, who pays
            why = f"not without {_joined([campaign.mission.partner_names.get(one, one) for one in needed])}"
        elif told is not None:
            why = told
        elif function is Function.RESUPPLY and vehicle is not None and vehicle.refuel_propellant_kg is None:
            why = _OWN_ONLY
        used = (vehicle is None or _was_used(vehicle)) and not needed and told is None and why != _OWN_ONLY
        yield Candidate(f"{provider.label or provider.id}: {why}", used)


def _of_the_catalogue(campaign: Campaign, stopped: set[str]) -> Iterator[Candidate]:
    """Vehicles with a port here that are no provider of the scenario."""
    scenario = campaign.mission.scenario
    named = {item.vehicle for item in scenario.providers}
    ports = {port.id for port in campaign.catalogue.stations[scenario.station].ports}
    grounded = _grounded(scenario, stopped)
    vehicles = campaign.catalogue.vehicles
    pushing = {one.operator for one in vehicles.values() if one.id in named}
    for vehicle in vehicles.values():
        fits = any(ports.intersection(push.ports) for push in vehicle.pushes)
        if not fits or vehicle.id in named or vehicle.operator in stopped:
            continue
        # Beside another ship of the same owner (a Dragon with boost trunk) its name alone reads like that one again.
        who = f"{vehicle.name} by its own engines" if vehicle.operator in pushing else vehicle.name
        if vehicle.id in grounded:
            yield Candidate(f"{who}: what it needs leaves too", False)
            continue
        retired = vehicle.pushes[0].standing == "retired"
        yield Candidate(f"{who}: {_standing(vehicle, scenario)}", _was_used(vehicle) and not retired)


def _told_of(reference: Timeline, function: Function, provider: str) -> str | None:
    """What the reference run's story says of who provided it to the end: nobody else's way out, and no riddle."""
    own = [event for event in reference.events if event.provider == provider]
    if function is Function.REBOOST:
        spent = [event for event in own if event.kind == "propellant-gone"]
        return f"burnt all it had, in the reference run by {iso_day(spent[-1].time_mjd_utc)}" if spent else None
    lost, ended = (reference.lost_mjd_utc.get(one) for one in (Function.ATTITUDE, Function.RESUPPLY))
    loads = [event for event in own if event.kind == "delivery"]
    if lost is None or ended != lost or not loads:
        return None
    return f"came until the attitude was lost, in the reference run last on {iso_day(loads[-1].time_mjd_utc)}"


def _grounded(scenario: Scenario, stopped: set[str]) -> frozenset[str]:
    """Vehicles that are no provider of the scenario, and come no more without these partners, by who provides what."""
    described = partnership_of_station(scenario.station or "") if stopped else None
    return frozenset() if described is None else grounded_vehicles(described, scenario.epoch_utc, stopped)


def _was_used(vehicle: Vehicle) -> bool:
    return bool(vehicle.pushes) and vehicle.pushes[0].first_used_utc is not None


def _attitude_says(campaign: Campaign, branch: str, plan: ProviderPlan) -> str | None:
    """Where partners dispute what must hold the attitude in its burns: what the account of this branch makes of it."""
    scenario = campaign.mission.scenario
    control = scenario.attitude
    if control is None or "agreed" in plan.holders_by_view:
        return None
    view = scenario.branches[branch].attitude_view or control.view
    if plan.holders(view) == ("station-thrusters",):
        whose = f"in {'Roscosmos' if view == 'roscosmos' else view}'s view " if view else ""
        return f"{whose}not without Russian thrusters"
    return "while gyros or thrusters hold the attitude (NASA's view; Roscosmos disputes it), and its propellant lasts"


def _part_in(provider: Provider, enabled: set[str], vehicle: Vehicle | None, scenario: Scenario) -> str:
    if provider.enabled or provider.id in enabled:
        return "as far as its propellant and the attitude allow"
    late = "" if vehicle is None or not vehicle.pushes else _standing(vehicle, scenario)
    return f"not used in this branch{f', {late}' if late.startswith('not before') else ''}"


def _standing(vehicle: Vehicle, scenario: Scenario) -> str:
    push = vehicle.pushes[0]
    since = push.counts_from_utc
    if push.standing in ("standard", "tested") and since is not None and since > scenario.epoch_utc:
        return f"not before {since.date().isoformat()}"
    return STANDINGS[push.standing]


def _stopped(scenario: Scenario, branch: str) -> set[str]:
    """Partners that have left for good by the horizon, as far as pushing and flying go."""
    return {
        course.event.partner
        for course in all_courses(scenario.branches[branch].events, scenario)
        if isinstance(course.event, Withdrawal)
        and not _LEAVING.isdisjoint(course.event.scope)
        and course.ends_mjd_utc > max(course.begins_mjd_utc, scenario.horizon_mjd_utc)
    }


# --- points of no return ----------------------------------------------------------------------------------------------


def no_return_points(scenario: Scenario, need: FallNeed, runs: Sequence[RunRecord]) -> PointsOfNoReturn:
    """The points of no return over all runs: medians and 90 % intervals."""
    points = [run.no_return for run in runs if run.no_return is not None]
    reserve = scenario.reserve
    bare = [point.deorbit_as_it_was for point in points if point.deorbit_as_it_was is not None]
    late = [item.label or item.id for item in scenario.providers if item.hindsight]
    deorbit = ControlledDeorbitPoint(
        **_outlook([point.deorbit for point in points], scenario.epoch_mjd_utc),
        without_hindsight=DeorbitChances(**_outlook(bare, scenario.epoch_mjd_utc)) if bare else None,
        hindsight=late if bare else [],
        wait_days=need.wait_days,
        delta_v_m_s=need.delta_v_m_s,
        final_burn_m_s=need.final_burn_m_s,
        longest_final_burn_s=need.longest_final_burn_s,
        from_altitude_km=need.from_altitude_km,
        source=need.source,
    )
    policy = scenario.altitude_policy
    return PointsOfNoReturn(
        controlled_deorbit=deorbit,
        reserve_lost=LossDates(**loss_fields([point.reserve_lost_mjd_utc for point in points])),
        reserve_altitude_km=reserve.altitude_km,
        reserve_days=reserve.days,
        reboost_pace_days=None if policy is None else policy.min_days_between_burns,
        **_limit("reboost_limit_km", points, lambda point: point.reboost_limit_km),
        **_limit("reboost_limit_nonstop_km", points, lambda point: point.reboost_limit_nonstop_km),
        **_limit("attitude_limit_km", points, lambda point: point.attitude_limit_km),
    )


def _outlook(outlooks: Sequence[DeorbitOutlook], epoch_mjd_utc: float) -> dict[str, Any]:
    first = date_quantiles([one.from_mjd_utc for one in outlooks])[1]
    return {
        "possible_share": sum(one.ever_possible for one in outlooks) / len(outlooks),
        "from_utc": None if first is None else iso_utc(first),
        "not_at_first": first is not None and first > epoch_mjd_utc,
        **loss_fields([one.lost_mjd_utc for one in outlooks]),
        **with_median(
            missing_propellant_kg=interval([one.missing_kg for one in outlooks]),
            missing_thrust_n=interval([one.missing_n for one in outlooks]),
        ),
    }


def _limit(name: str, points: Sequence[NoReturn], of: Callable[[NoReturn], float | None]) -> dict[str, Any]:
    values = [value for value in map(of, points) if value is not None]
    found: Interval | None = interval(values) if values else None
    return {name: None if found is None else found.median, f"{name}_interval": found}
