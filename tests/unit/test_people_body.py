"""Body mass and activity of those aboard, as a scenario gives them: stores, reserves and margins follow."""

from __future__ import annotations

from functools import cache

import pytest

from people_runs import inputs, mjd, station_text
from stationkeep.campaign.margins import ahead, left_by
from stationkeep.campaign.margins_run import flown_station
from stationkeep.campaign.prepare import Campaign, prepare_campaign
from stationkeep.catalogue.loader import load_catalogue
from stationkeep.errors import ScenarioError
from stationkeep.habitat.dependence import require_air_for_all
from stationkeep.habitat.figures import shipped_habitat
from stationkeep.habitat.metabolism import Person
from stationkeep.habitat.refusal import HabitatError
from stationkeep.scenario.loader import read_scenario
from stationkeep.simulation.engine import people_at

SMALL = "{mass_kg: 60, sex: female, activity: 0.8}"


def text_with(person: str) -> str:
    text, place = station_text(horizon="2022-09-01"), "\n  habitat: iss-2022-04-02\n"
    assert place in text
    return text.replace(place, f"{place}  person: {person}\n", 1)


@cache
def ready(person: str) -> Campaign:
    return prepare_campaign(read_scenario(text_with(person), "test.yaml"), load_catalogue())


def test_the_standard_is_nasas() -> None:
    given = read_scenario(station_text(), "test.yaml").life_support
    assert given is not None
    assert given.person.metabolism == Person()


def test_smaller_people_eat_less_and_need_less_reserve() -> None:
    eaten, reserve, kept = [], [], []
    for person in ("{}", SMALL):
        state = people_at(ready(person).mission, "stay", inputs(ready(person)), mjd("2022-04-03")).aboard.state.copy()
        foods = [name for name, store in state.habitat.stores.items() if store.substance == "food"]
        before = sum(map(state.amount, foods))
        reserve.append(float(state.moment.mark_level.sum()))
        kept.append(set(state.people["us"]))
        state.advance(10.0)
        eaten.append(before - sum(map(state.amount, foods)))
    small = Person(60.0, "female", 0.8)
    assert kept == [{Person()}, {small}]
    assert 0.6 < small.food_days < 0.75
    assert eaten[1] == pytest.approx(small.food_days * eaten[0], rel=1.0e-3)
    assert reserve[1] < reserve[0]


def test_margins_know_them_too() -> None:
    days = []
    for person in ("{}", SMALL):
        scenario = read_scenario(text_with(person), "test.yaml")
        then = flown_station(scenario, "stay", load_catalogue()).at(mjd("2022-04-03"))
        limit = ahead(left_by(then, frozenset({"roscosmos"})), 700.0).limit
        assert limit is not None
        days.append(limit.days)
    assert days[1] > days[0] + 20.0


@pytest.mark.parametrize(
    ("person", "says"),
    [
        ("{mass_kg: 20}", "person.mass_kg"),
        ("{activity: 4}", "person.activity"),
        ("{sex: other}", "person.sex"),
        ("{weight: 80}", "weight"),
    ],
)
def test_a_body_that_cannot_be_is_refused(person: str, says: str) -> None:
    with pytest.raises(ScenarioError, match=says):
        read_scenario(text_with(person), "mine.yaml")


def test_the_air_carries_fewer_people_who_breathe_more() -> None:
    document, nine = shipped_habitat("iss-2022-04-02"), {"us": 6, "russian": 3}
    require_air_for_all(document.habitat(people=nine))
    with pytest.raises(HabitatError, match="more than the air can carry: cabin-carbon-dioxide"):
        require_air_for_all(document.habitat(people=nine, person=Person(150.0, "male", 3.0)))
