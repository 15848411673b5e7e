"""Over many runs: which function is lost first, when, and who else could have; the points of no return."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from stationkeep.attitude.figures import iss_attitude
from stationkeep.campaign.document import (
    ControlledDeorbitPoint,
    LossDates,
    LostFunction,
    PointsOfNoReturn,
    with_median,
)
from stationkeep.campaign.part import Interval
from stationkeep.campaign.quantiles import date_quantiles, interval
from stationkeep.catalogue.pushing import STANDINGS
from stationkeep.scenario.events import ProviderAvailable, Withdrawal, WithdrawalScope
from stationkeep.simulation.timeline import Function, NoReturn
from stationkeep.timescale import iso_utc

if TYPE_CHECKING:
    from stationkeep.campaign.prepare import Campaign
    from stationkeep.catalogue.entries import Vehicle
    from stationkeep.scenario.schema import Provider, Scenario
    from stationkeep.simulation.timeline import Timeline

_TITLES: Final = {
    Function.RESUPPLY: "deliveries of propellant",
    Function.UNLOADING: "thrusters that unload the gyros",
    Function.REBOOST: "reboost",
    Function.ATTITUDE: "attitude control",
}
_STATUS: Final = {"unproven": "nobody has shown it", "retired": "retired by then", "proven": "while its tanks last"}


def _dates(dates_mjd: Sequence[float | None]) -> dict[str, Any]:
    low, middle, high = (None if date is None else iso_utc(date) for date in date_quantiles(dates_mjd))
    share = sum(date is not None for date in dates_mjd) / len(dates_mjd)
    return {"share": share, "p05_utc": low, "median_utc": middle, "p95_utc": high}


def attitude_propellant(scenario: Scenario, runs: Sequence[Timeline]) -> dict[str, Any]:
    """What the attitude thrusters drew; nothing where the scenario does not ask."""
    if scenario.attitude is None:
        return {}
    return with_median(attitude_propellant_kg=interval([run.attitude_propellant_kg for run in runs]))


def attitude_notes(scenario: Scenario) -> list[str]:
    """What a reader must know of the attitude; nothing where the scenario does not ask."""
    if scenario.attitude is None:
        return []
    rate = iss_attitude().figures["upsets_per_year_1"]
    return [
        f"Attitude: how often the gyros are upset is assumed ({rate.low:g} to {rate.high:g} times a year) and decides "
        "when it is lost once nobody's thrusters unload them; a lost attitude is not recovered here."
    ]


# --- functions --------------------------------------------------------------------------------------------------------


def functions_lost(
    campaign: Campaign, branch: str, reference: Timeline, runs: Sequence[Timeline]
) -> list[LostFunction]:
    """Which functions are lost for good in some run, the earliest median first; empty where nothing ever is."""
    scenario = campaign.mission.scenario
    if not scenario.providers:
        return []
    found = []
    for function, title in _TITLES.items():
        dates = [run.lost_mjd_utc.get(function) for run in runs]
        if any(date is not None for date in dates):
            found.append(
                LostFunction(
                    function=function.value,  # type: ignore[arg-type]  # the four of _TITLES
                    title=title,
                    **_dates(dates),
                    provided_by=_provided_by(campaign, function, reference),
                    could_have=list(_could_have(campaign, branch, function)),
                )
            )
    # A run in which it is never lost counts as later than any date.
    return sorted(found, key=lambda item: (item.median_utc or "9", item.p05_utc or "9"))


def _provided_by(campaign: Campaign, function: Function, reference: Timeline) -> str | None:
    if function in reference.last_by:
        return reference.last_by[function]
    scenario, names = campaign.mission.scenario, campaign.mission.partner_names
    at_first = [item for item in scenario.providers if item.enabled and item.purpose == "reboost"]
    if function is Function.REBOOST:
        said = [item.label or item.id for item in at_first]
    elif function is Function.RESUPPLY:
        said = [names.get(item.partner, item.partner) for item in at_first]
    elif function is Function.UNLOADING:
        moment = scenario.epoch_mjd_utc
        able = [item for item in iss_attitude().providers if item.status == "proven" and item.from_mjd_utc <= moment]
        said = [item.name for item in able if moment < item.until_mjd_utc]
    else:
        said = ["gyros of NASA, unloaded by thrusters"]
    return " and ".join(dict.fromkeys(said)) or None


def _could_have(campaign: Campaign, branch: str, function: Function) -> Iterator[str]:
    """Who else, and what stood in the way: of the scenario first, then of the catalogue."""
    scenario = campaign.mission.scenario
    stopped = _stopped(scenario, branch)
    if function in (Function.UNLOADING, Function.ATTITUDE):
        for item in sorted(iss_attitude().providers, key=lambda one: one.status == "retired"):
            if item.owner not in stopped:
                late = item.from_mjd_utc > scenario.epoch_mjd_utc
                yield f"{item.name}: {'not there yet' if late else _STATUS[item.status]}"
        return
    enabled = {event.provider for event in scenario.branches[branch].events if isinstance(event, ProviderAvailable)}
    for provider in scenario.providers:
        if provider.partner not in stopped and provider.purpose == "reboost":
            vehicle = campaign.catalogue.vehicles.get(provider.vehicle or "")
            yield f"{provider.label or provider.id}: {_part_in(provider, enabled, vehicle, scenario)}"
    if function is Function.REBOOST:
        named = {item.vehicle for item in scenario.providers}
        ports = {port.id for port in campaign.catalogue.stations[scenario.station].ports}
        for vehicle in campaign.catalogue.vehicles.values():
            fits = any(ports.intersection(push.ports) for push in vehicle.pushes)
            if fits and vehicle.id not in named and vehicle.operator not in stopped:
                yield f"{vehicle.name}: {_standing(vehicle, scenario)}"


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
    scopes: dict[str, set[WithdrawalScope]] = {}
    for event in scenario.branches[branch].events:
        if isinstance(event, Withdrawal):
            scopes.setdefault(event.partner, set()).update(event.scope)
    return set(scopes)


# --- points of no return ----------------------------------------------------------------------------------------------


def no_return_points(scenario: Scenario, runs: Sequence[Timeline]) -> PointsOfNoReturn:
    """The points of no return over all runs: medians and 90 % intervals."""
    points = [run.no_return for run in runs if run.no_return is not None]
    need, reserve = scenario.controlled_deorbit, scenario.reserve
    deorbit = ControlledDeorbitPoint(
        possible_share=sum(point.deorbit_ever_possible for point in points) / len(points),
        **_dates([point.deorbit_lost_mjd_utc for point in points]),
        delta_v_m_s=need.delta_v_m_s,
        final_burn_m_s=need.final_burn_m_s,
        longest_final_burn_s=need.longest_final_burn_s,
        from_altitude_km=need.from_altitude_km,
        **with_median(
            missing_propellant_kg=interval([point.deorbit_missing_kg for point in points]),
            missing_thrust_n=interval([point.deorbit_missing_n for point in points]),
        ),
        source=need.source,
    )
    return PointsOfNoReturn(
        controlled_deorbit=deorbit,
        reserve_lost=LossDates(**_dates([point.reserve_lost_mjd_utc for point in points])),
        reserve_altitude_km=reserve.altitude_km,
        reserve_days=reserve.days,
        **_limit("reboost_limit_km", points, lambda point: point.reboost_limit_km),
        **_limit("reboost_limit_nonstop_km", points, lambda point: point.reboost_limit_nonstop_km),
        **_limit("attitude_limit_km", points, lambda point: point.attitude_limit_km),
    )


def _limit(name: str, points: Sequence[NoReturn], of: Callable[[NoReturn], float | None]) -> dict[str, Any]:
    values = [value for value in map(of, points) if value is not None]
    found: Interval | None = interval(values) if values else None
    return {name: None if found is None else found.median, f"{name}_interval": found}
