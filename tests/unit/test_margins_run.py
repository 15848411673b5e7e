"""The station at a date, as the coupled run has it: as the whole run says, and the plan carried on from there."""

from __future__ import annotations

import numpy as np
import pytest

from stationkeep.campaign.margins import left_by, people_names, station_margins
from stationkeep.campaign.margins_run import FlownStation, flown_station
from stationkeep.catalogue.loader import load_catalogue
from stationkeep.errors import InputError
from stationkeep.scenario.loader import load_scenario


@pytest.fixture(scope="module")
def stations() -> dict[str, FlownStation]:
    scenario = load_scenario("iss-2022").scenario
    return {name: flown_station(scenario, name, load_catalogue()) for name in ("cooperation", "withdrawal")}


@pytest.mark.parametrize("branch", ["cooperation", "withdrawal"])
def test_a_run_stopped_at_a_date_is_the_whole_run_until_then(stations: dict[str, FlownStation], branch: str) -> None:
    station = stations[branch]
    course = station.course().people
    assert course is not None
    epoch = station.campaign.mission.scenario.epoch_mjd_utc
    for days in (77.3, 161.7):
        then = station.at(epoch + days)
        number = int(np.searchsorted(course.times_mjd_utc, epoch + days, side="right")) - 1
        assert len(people_names(then)) == then.state.people_aboard == course.aboard[number]
        for store in course.stores:
            # Between two records rates are constant or nearly so (a repair, a tank full): the straight line is close.
            expected = np.interp(epoch + days, store.times_mjd_utc, store.amount_kg)
            assert then.state.amount(store.name) == pytest.approx(expected, abs=3.0), store.name


def test_going_on_with_the_plan_from_two_dates_gives_the_same_stores(stations: dict[str, FlownStation]) -> None:
    # The run of the branch does the same as the plan carried on from its epoch, as long as nobody leaves by rule.
    from stationkeep.campaign.margins import flown_on

    station = stations["cooperation"]
    epoch = station.campaign.mission.scenario.epoch_mjd_utc
    later, carried = station.at(epoch + 120.0), flown_on(station.at(epoch), 120.0)
    for name in ("us-food", "russian-food", "us-water", "russian-water"):
        assert carried.state.amount(name) == pytest.approx(
            later.state.amount(name), abs=0.02 * later.state.amount(name)
        )


def test_amounts_drawn_stay_within_what_is_stated(stations: dict[str, FlownStation]) -> None:
    station = stations["cooperation"]
    epoch = station.campaign.mission.scenario.epoch_mjd_utc
    drawn = [one.state.amount("us-food") for one in station.draws(epoch, 12, 3)]
    assert 1320.0 <= min(drawn) < max(drawn) <= 1760.0
    assert drawn == [one.state.amount("us-food") for one in station.draws(epoch, 12, 3)]


def test_partners_leave_in_any_order(stations: dict[str, FlownStation]) -> None:
    then = stations["cooperation"].at(stations["cooperation"].campaign.mission.scenario.epoch_mjd_utc)
    one = left_by(left_by(then, frozenset({"roscosmos"})), frozenset({"esa"}))
    other = left_by(then, frozenset({"esa", "roscosmos"}))
    assert people_names(one) == people_names(other)
    assert one.gone == other.gone
    assert one.state.available("acls-amine") == other.state.available("acls-amine") == 0.0


def test_more_delivered_never_ends_a_store_sooner(stations: dict[str, FlownStation]) -> None:
    # Food only: what is lived from it does not depend on how much there is.
    station = stations["withdrawal"]
    found = station_margins(station.at(station.campaign.mission.scenario.epoch_mjd_utc + 30.0))
    alone = {one.name: one.days_to_zero for one in found.best.stores}
    planned = {one.name: one.days_to_zero for one in found.best.planned_stores}
    assert alone["us-food"] is not None
    assert planned["us-food"] is None or planned["us-food"] > alone["us-food"]


def test_a_date_after_the_fall_is_refused(stations: dict[str, FlownStation]) -> None:
    horizon = stations["withdrawal"].campaign.mission.scenario.horizon_mjd_utc
    with pytest.raises(InputError, match="has come down"):
        stations["withdrawal"].at(horizon)
