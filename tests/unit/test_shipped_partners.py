"""The scenarios of partners that ship: they load, fly, and say what a partner's leaving means; with nobody's luck."""

from __future__ import annotations

from functools import cache

import pytest

from stationkeep.campaign.prepare import Campaign, prepare_campaign
from stationkeep.campaign.sampling import median_inputs
from stationkeep.catalogue.loader import load_catalogue
from stationkeep.partnership.analysis import analyse
from stationkeep.partnership.graph import build_graph
from stationkeep.partnership.loader import partnership_of_station
from stationkeep.scenario.generated import branch_without
from stationkeep.scenario.loader import load_scenario
from stationkeep.scenario.taking_part import partners_of
from stationkeep.simulation.engine import simulate
from stationkeep.simulation.timeline import Function, Timeline
from stationkeep.timescale import datetime_utc, iso_day, mjd_utc, parse_utc

NAMES = ("iss-2024", "iss-2028-planned", "commercial-two-providers")
BRANCHES = [(name, branch) for name in NAMES for branch in load_scenario(name).scenario.branches]


@cache
def campaign(name: str) -> Campaign:
    return prepare_campaign(load_scenario(name).scenario, load_catalogue())


@cache
def reference(name: str, branch: str) -> Timeline:
    prepared = campaign(name)
    return simulate(prepared.mission, branch, median_inputs(prepared.mission.scenario, prepared.weather), limits=False)


def lost(name: str, branch: str, function: Function) -> str | None:
    time = reference(name, branch).lost_mjd_utc.get(function)
    return None if time is None else iso_day(time)


@pytest.mark.parametrize(("name", "branch"), BRANCHES)
def test_every_branch_flies(name: str, branch: str) -> None:
    timeline = reference(name, branch)
    assert timeline.burn_count > 0
    assert (
        timeline.outcome.reentered or timeline.outcome.time_mjd_utc == campaign(name).mission.scenario.horizon_mjd_utc
    )


@pytest.mark.parametrize(("name", "branch"), [("iss-2024", "cooperation"), ("iss-2028-planned", "as-planned")])
def test_with_everybody_the_station_stays(name: str, branch: str) -> None:
    timeline = reference(name, branch)
    assert not timeline.outcome.reentered
    assert not {Function.REBOOST, Function.ATTITUDE, Function.UNLOADING} & timeline.lost_mjd_utc.keys()


def test_without_russia_the_gyros_are_on_their_own() -> None:
    assert lost("iss-2024", "withdrawal", Function.UNLOADING) == "2024-01-01"
    assert lost("iss-2024", "withdrawal-with-notice", Function.UNLOADING) == "2024-12-31"
    at_once, noticed = reference("iss-2024", "withdrawal"), reference("iss-2024", "withdrawal-with-notice")
    assert at_once.outcome.time_mjd_utc < noticed.outcome.time_mjd_utc
    assert at_once.people is not None
    assert at_once.people.left_mjd_utc is not None


def test_without_spacex_no_cygnus_comes_either() -> None:
    cut = mjd_utc(parse_utc("2024-07-01"))
    events = reference("iss-2024", "without-spacex").events
    arrivals = [event for event in events if event.kind in ("arrival", "crew-arrival") and event.time_mjd_utc > cut]
    assert arrivals
    assert all("Soyuz" in event.title for event in arrivals)


def test_the_deorbit_vehicle_of_2028_needs_its_builder() -> None:
    # Nothing docked ever suffices: there is no controlled fall on any day, not even before the builder leaves.
    assert lost("iss-2028-planned", "without-spacex", Function.CONTROLLED_DEORBIT) == "2028-07-01"
    late = reference("iss-2028-planned", "deorbit-vehicle-late").events
    assert any(event.kind == "flight-late" and "US Deorbit Vehicle" in event.title for event in late)
    handed = reference("iss-2028-planned", "russia-hands-over").lost_mjd_utc[Function.UNLOADING]
    alone = reference("iss-2028-planned", "russia-ends-2028").lost_mjd_utc[Function.UNLOADING]
    assert handed > alone + 365.0  # as long as what is in the tanks lasts


def test_one_of_two_providers_is_enough() -> None:
    for branch in ("together", "b-leaves", "c-leaves-b-answers", "sanctions-on-c"):
        assert Function.REBOOST not in reference("commercial-two-providers", branch).lost_mjd_utc
    both = reference("commercial-two-providers", "both-leave").lost_mjd_utc
    assert iso_day(both[Function.RESUPPLY]) == "2031-07-01"
    assert both[Function.REBOOST] > both[Function.RESUPPLY] + 365.0
    taken = reference("commercial-two-providers", "b-leaves")
    assert taken.taken_away_kg == pytest.approx(11000.0)


@pytest.mark.parametrize("name", NAMES)
def test_who_takes_part_is_in_the_graph_too(name: str) -> None:
    scenario = load_scenario(name).scenario
    loaded = partnership_of_station(scenario.station)
    assert loaded is not None
    graph = build_graph(loaded, datetime_utc(scenario.epoch_mjd_utc))
    flying = {provider.partner for provider in scenario.providers if provider.enabled}
    assert flying - {"northrop-grumman"} <= set(graph.partners())  # between Antares and Falcon 9 in January 2024
    assert analyse(graph).cut_sets["station"]


@pytest.mark.parametrize("name", NAMES)
def test_anybody_may_leave(name: str) -> None:
    scenario, catalogue = load_scenario(name).scenario, load_catalogue()
    for partner in partners_of(scenario, catalogue):
        made, branch = branch_without(scenario, [partner], scenario.epoch_utc, catalogue)
        assert branch in made.branches


@cache
def without_one(name: str, partner: str, date: str) -> Timeline:
    scenario, catalogue = load_scenario(name).scenario, load_catalogue()
    made, branch = branch_without(scenario, [partner], parse_utc(date), catalogue)
    prepared = prepare_campaign(made, catalogue)
    return simulate(prepared.mission, branch, median_inputs(made, prepared.weather))


@pytest.mark.parametrize(("name", "date"), [("iss-2022", "2023-01-01"), ("iss-2024", "2024-04-01")])
def test_nobody_pushes_once_nasa_has_gone(name: str, date: str) -> None:
    run, day = without_one(name, "nasa", date), mjd_utc(parse_utc(date))
    assert [event for event in run.events if event.kind == "burn" and event.time_mjd_utc < day]
    assert not [event for event in run.events if event.kind == "burn" and event.time_mjd_utc >= day]
    assert run.lost_mjd_utc[Function.REBOOST] == day
    loaded = partnership_of_station(load_scenario(name).scenario.station)
    assert loaded is not None
    without = analyse(build_graph(loaded, parse_utc(date)), ["nasa"])
    assert next(one for one in without.states if one.function.id == "reboost").loss == "at once"


@pytest.mark.parametrize("name", ["iss-2022", "iss-2024", "iss-2028-planned"])
def test_what_pushes_needs_nasa_as_in_the_graph(name: str) -> None:
    for provider in load_scenario(name).scenario.providers:
        if provider.purpose == "reboost":
            assert "nasa" in provider.push_needs, provider.id


@pytest.mark.parametrize(("name", "date"), [("iss-2022", "2023-01-01"), ("iss-2024", "2024-04-01")])
def test_the_deorbit_vehicle_does_not_come_without_its_builder(name: str, date: str) -> None:
    limits = without_one(name, "spacex", date).no_return
    assert limits is not None
    assert not limits.deorbit.ever_possible
