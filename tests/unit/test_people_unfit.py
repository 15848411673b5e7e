"""A crew craft that becomes unfit in a drawn run: it is told, and its people go home in the ship that is sent."""

from __future__ import annotations

import numpy as np
import pytest

from stationkeep.campaign.prepare import prepare_campaign
from stationkeep.campaign.sampling import draw_inputs, median_inputs
from stationkeep.catalogue.loader import load_catalogue
from stationkeep.scenario.loader import load_scenario
from stationkeep.simulation.engine import simulate


def test_people_of_an_unfit_craft_are_told_and_go_home_in_the_ship_that_is_sent() -> None:
    scenario = load_scenario("iss-2022").scenario
    ready = prepare_campaign(scenario, load_catalogue())
    drawn = simulate(ready.mission, "cooperation", draw_inputs(scenario, ready.weather, 1, 4))
    unfit = [event for event in drawn.events if event.kind == "craft-unfit"]
    assert unfit  # the luck of this run; another run has to be taken should the laws change
    course = drawn.people
    assert course is not None
    name = unfit[0].title.removesuffix(" can take nobody home any more")
    riders = [one for one in course.crew if one.up_flight == name]
    assert course.unseated_from_mjd_utc == pytest.approx(unfit[0].time_mjd_utc)
    assert set(course.unseated) <= {one.name for one in riders}
    ship = {one.down_flight for one in riders}
    assert len(ship) == 1
    assert name not in ship
    assert not any(one.up_flight in ship for one in course.crew)  # it came without people
    short = np.flatnonzero(course.aboard > course.seats)
    days = course.times_mjd_utc[short[-1] + 1] - course.times_mjd_utc[short[0]]
    assert 0.0 < days <= 80.0  # 73, and up to a retry of the docking and a wait for a port
    reference = simulate(ready.mission, "cooperation", median_inputs(scenario, ready.weather))
    assert not any(event.kind == "craft-unfit" for event in reference.events)
