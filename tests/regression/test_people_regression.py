"""The shipped station with its people, as it came out when first flown: a change of these is a change of physics.

And the same without people: bit for bit what it was before there were any.
"""

from __future__ import annotations

import pytest

from people_runs import day, plain_text
from stationkeep.campaign.prepare import Campaign, prepare_campaign
from stationkeep.campaign.sampling import draw_inputs, median_inputs
from stationkeep.catalogue.loader import load_catalogue
from stationkeep.scenario.loader import load_scenario, read_scenario
from stationkeep.simulation.engine import simulate
from stationkeep.simulation.people_record import PeopleCourse


@pytest.fixture(scope="module")
def station() -> Campaign:
    return prepare_campaign(load_scenario("iss-2022").scenario, load_catalogue())


def course(station: Campaign, branch: str) -> PeopleCourse:
    found = simulate(station.mission, branch, median_inputs(station.mission.scenario, station.weather), limits=False)
    assert found.people is not None
    return found.people


def test_cooperation_keeps_seven_aboard_to_the_horizon(station: Campaign) -> None:
    people = course(station, "cooperation")
    assert people.left_mjd_utc is None
    assert people.unseated_from_mjd_utc is None
    assert people.first_limit == ""
    assert people.aboard[-1] in (7, 11)
    assert len(people.crew) == 138
    critical = [store for store in people.stores if store.critical]
    assert len(critical) == 4
    assert all(store.reserve_reached_mjd_utc is None and store.empty_mjd_utc is None for store in critical)


def test_withdrawal_is_left_when_the_attitude_has_gone(station: Campaign) -> None:
    people = course(station, "withdrawal")
    russians = {day(one.to_mjd_utc) for one in people.crew if one.side == "russian"}
    assert russians == {"2022-04-02"}
    assert people.first_limit == "attitude"
    assert day(people.left_mjd_utc) == "2022-10-29"
    assert people.stranded == ()


def test_with_the_tanks_used_up_people_stay_longer(station: Campaign) -> None:
    people = course(station, "withdrawal-with-propellant")
    assert day(people.left_mjd_utc) == "2024-02-17"
    russians = {day(one.to_mjd_utc) for one in people.crew if one.side == "russian"}
    assert russians == {"2022-09-29"}


BEFORE = {
    ("cooperation", -1): (62867.0, 476708.9322381922),
    ("cooperation", 0): (62867.0, 475616.9415023223),
    ("withdrawal", -1): (60417.42216752012, 460000.0),
    ("withdrawal", 0): (60356.39599211331, 460000.0),
    ("withdrawal", 1): (62047.80702620039, 460000.0),
    ("withdrawal-with-propellant", 0): (60804.866341347675, 457289.7885822332),
    ("withdrawal-with-cygnus", 0): (60399.07870264586, 459723.8876421141),
}
"""Date of the end and mass, flown before there were people."""


@pytest.mark.parametrize(("branch", "index"), sorted(BEFORE))
def test_without_people_nothing_has_changed(branch: str, index: int) -> None:
    scenario = read_scenario(plain_text(), "plain.yaml")
    ready = prepare_campaign(scenario, load_catalogue())
    weather = ready.weather
    chosen = median_inputs(scenario, weather) if index < 0 else draw_inputs(scenario, weather, 1, index)
    found = simulate(ready.mission, branch, chosen, limits=False)
    assert (found.outcome.time_mjd_utc, found.mass_kg) == pytest.approx(BEFORE[branch, index], rel=1.0e-12)
