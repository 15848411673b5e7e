"""What must hold of people in any run: none appear or vanish, order in a file means nothing, matter is kept."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from people_runs import campaign, events, inputs
from stationkeep.campaign.prepare import prepare_campaign
from stationkeep.catalogue.loader import load_catalogue
from stationkeep.simulation.engine import _Run
from stationkeep.simulation.people_record import PeopleCourse

HORIZON = "2023-07-01"
SAME_DAY = (
    "{type: withdrawal, date_utc: 2022-08-01, partner: roscosmos, scope: [stop-flights, stop-resupply-propellant]}",
    "{type: withdrawal, date_utc: 2022-08-01, partner: northrop-grumman, scope: [stop-flights]}",
    "{type: asset-outage, date_utc: 2022-08-01, asset: russian-control-centre, until_utc: 2022-09-01}",
    "{type: craft-unfit, date_utc: 2022-08-01, flight: Soyuz MS-21}",
    "{type: flight-lost, date_utc: 2022-08-01, flight: SpaceX Crew-5}",
)
QUICK = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)


def course_of(branches: str, index: int) -> tuple[PeopleCourse, float]:
    ready = campaign(branches, HORIZON)
    run = _Run(ready.mission, "stay", inputs(ready, index))
    timeline = run.timeline(limits=False)
    assert timeline.people is not None
    return timeline.people, timeline.mass_kg


@QUICK
@given(order=st.permutations(SAME_DAY), index=st.integers(-1, 2))
def test_the_order_of_simultaneous_events_never_matters(order: list[str], index: int) -> None:
    (one, mass), (other, other_mass) = course_of(events(*SAME_DAY), index), course_of(events(*order), index)
    assert one.crew == other.crew
    assert one.ports == other.ports
    assert one.unseated == other.unseated
    assert one.not_flown == other.not_flown
    assert mass == pytest.approx(other_mass, abs=1.0e-6)
    for mine, theirs in zip(one.stores, other.stores, strict=True):
        assert mine.amount_kg[-1] == pytest.approx(theirs.amount_kg[-1], abs=1.0e-6)


@QUICK
@given(index=st.integers(0, 40))
def test_nobody_appears_or_vanishes(index: int) -> None:
    course, _ = course_of(events(SAME_DAY[0]), index)
    changes = [(one.from_mjd_utc, 1) for one in course.crew]
    changes += [(one.to_mjd_utc, -1) for one in course.crew if one.to_mjd_utc is not None]
    for moment, aboard in zip(course.times_mjd_utc, course.aboard, strict=True):
        assert aboard == sum(change for time, change in changes if time <= moment + 1.0e-9)
    assert sum(one.to_mjd_utc is None for one in course.crew) == course.aboard[-1]
    assert np.all(np.diff(course.times_mjd_utc) >= 0.0)
    assert np.all(course.aboard >= 0)
    assert all(store.amount_kg.min() >= 0.0 for store in course.stores)


@QUICK
@given(index=st.integers(0, 40))
def test_each_port_has_one_craft_and_each_person_a_craft_both_ways(index: int) -> None:
    course, _ = course_of(events(), index)
    for port in {one.port for one in course.ports}:
        stays = sorted((one.from_mjd_utc, one.to_mjd_utc or np.inf) for one in course.ports if one.port == port)
        assert all(end <= start + 1.0e-9 for (_, end), (start, _) in pairwise(stays))
    times = {one.flight: one for one in course.ports}
    for one in course.crew:
        if one.to_mjd_utc is not None:
            left = times[one.down_flight].to_mjd_utc
            assert left == pytest.approx(one.to_mjd_utc, abs=1.0e-6)


@QUICK
@given(index=st.integers(-1, 20))
def test_matter_is_kept(index: int) -> None:
    ready = campaign(events(*SAME_DAY), HORIZON)
    run = _Run(ready.mission, "stay", inputs(ready, index))
    run.timeline(limits=False)
    before, after = run.aboard.world.start.elements_kg(), run.aboard.state.elements_kg()
    for element, kg in before.items():
        assert after[element] == pytest.approx(kg, rel=1.0e-9, abs=1.0e-6)


@QUICK
@given(index=st.integers(-1, 20))
def test_fewer_supplies_never_leave_more_aboard_in_the_stores(index: int) -> None:
    """Without a single cargo flight there is never more food at the end than with all, while as many people eat.

    Where none is lost that was counted on: ships before it were loaded for what it was to bring.
    """
    course, _ = course_of(events(), index)
    without = events(
        "{type: withdrawal, date_utc: 2022-04-02, partner: northrop-grumman, scope: [stop-flights]}",
        "{type: provider-lost, date_utc: 2022-04-02, provider: progress}",
    )
    fewer, _ = course_of(without, index)

    def food(one: PeopleCourse) -> float:
        return sum(store.amount_kg[-1] for store in one.stores if store.substance == "food")

    if fewer.crew == course.crew and not course.lost_flights:
        assert food(fewer) <= food(course) + 1.0e-6


def test_the_shipped_scenario_is_made_ready_with_its_people() -> None:
    from stationkeep.scenario.loader import load_scenario

    ready = prepare_campaign(load_scenario("iss-2022").scenario, load_catalogue())
    assert ready.mission.people is not None
    assert sum(ready.mission.people.people.values()) == 7
    assert ready.mission.people.linked == {"progress", "cygnus"}
