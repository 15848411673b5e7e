"""Every shipped scenario's people: as planned nobody must leave, no store ends; and ships find a port and a way in."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from stationkeep.campaign.prepare import prepare_campaign
from stationkeep.campaign.sampling import median_inputs
from stationkeep.catalogue.loader import load_catalogue
from stationkeep.scenario.generated import branch_without
from stationkeep.scenario.loader import load_scenario
from stationkeep.scenario.shipped import shipped_scenarios
from stationkeep.simulation.engine import simulate
from stationkeep.simulation.timeline import Timeline
from stationkeep.timescale import mjd_utc, parse_utc

NOBODY_ABOARD = {"tiangong1-2018", "small-station"}
"""Without people in 2018, and a template of the shortest form."""
WITH_PEOPLE = sorted(shipped_scenarios().keys() - NOBODY_ABOARD)


@cache
def as_planned(name: str, without: str = "", on: str = "") -> Timeline:
    """The reference run of the first branch, in which everybody does their part; or without a partner."""
    scenario = load_scenario(name).scenario
    branch = next(iter(scenario.branches))
    if without:
        scenario, branch = branch_without(scenario, [without], parse_utc(on), load_catalogue())
    ready = prepare_campaign(scenario, load_catalogue())
    return simulate(ready.mission, branch, median_inputs(scenario, ready.weather), limits=False)


@pytest.mark.parametrize("name", WITH_PEOPLE)
def test_as_planned_no_store_ends_and_nobody_must_leave(name: str) -> None:
    people = as_planned(name).people
    assert people is not None, f"{name} follows nobody: give it life_support and traffic, or say here why not"
    for store in people.stores:
        assert store.amount_kg.min() > 0.05 * store.amount_kg[0], store.name
        assert store.empty_mjd_utc is None
    assert people.aboard.min() > 0
    assert people.must_leave_mjd_utc is None
    assert people.left_mjd_utc is None
    assert people.first_limit == ""
    assert not people.not_flown, "a planned ship finds no port"


@pytest.mark.parametrize("name", WITH_PEOPLE)
def test_as_planned_everybody_has_a_seat_on_every_day(name: str) -> None:
    people = as_planned(name).people
    assert people is not None
    assert np.all(people.seats >= people.aboard)
    assert people.unseated_from_mjd_utc is None
    assert people.stranded == ()


@pytest.mark.parametrize("name", WITH_PEOPLE)
def test_people_and_ships_at_the_epoch_are_those_of_the_catalogue(name: str) -> None:
    scenario = load_scenario(name).scenario
    station, people = load_catalogue().stations[scenario.station], as_planned(name).people
    assert people is not None
    assert people.aboard[0] == len(station.people)
    there = {stay.port for stay in people.ports if stay.from_mjd_utc <= scenario.epoch_mjd_utc}
    assert there == {craft.port for craft in station.docked}


def test_a_ship_goes_elsewhere_where_one_that_nobody_operates_has_its_port() -> None:
    """Operator C's cargo ship stays at the service module for good; those of B do not wait for it."""
    people = as_planned("commercial-two-providers", "operator-c", "2030-01-02").people
    assert people is not None
    stays = {stay.flight: stay for stay in people.ports}
    assert stays["Cargo C-1"].to_mjd_utc is None
    assert stays["Cargo C-1"].port == "service-aft"
    assert stays["Cargo B-1"].from_mjd_utc == mjd_utc(parse_utc("2030-02-15"))
    assert stays["Cargo B-1"].port != "service-aft"
    assert people.must_leave_mjd_utc is None


def test_nothing_that_needs_the_arm_comes_without_those_who_work_it() -> None:
    timeline = as_planned("iss-2028-planned", "csa", "2028-07-02")
    assert timeline.people is not None
    came = {stay.flight for stay in timeline.people.ports}
    assert not {name for name in came if name.startswith("HTV-X")}
    assert {name for name in came if name.startswith("Cygnus")} == {"Cygnus XL 1"}  # docked at the epoch
    told = [event.title for event in timeline.events if event.kind == "flight-put-off"]
    assert any("HTV-X4" in title and "nobody works the arm" in title for title in told)
    assert not [title for title in told if title.startswith("Cygnus") and "people" in title]
