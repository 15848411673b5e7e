"""Crew time in a run: each side repairs its own machines, in its own hours; what is left is research."""

from __future__ import annotations

import pytest

from people_runs import events, flown, mjd
from stationkeep.campaign.people_hours import side_hours
from stationkeep.habitat.crew import Side
from stationkeep.habitat.failures import Breakdown, Workshop
from stationkeep.habitat.figures import shipped_habitat
from stationkeep.habitat.metabolism import Person
from stationkeep.habitat.state import HabitatState
from stationkeep.logistics.crew import crew_time
from stationkeep.simulation.people_hours import HoursBook
from stationkeep.simulation.people_record import SideTime

START = 59671.0


def state_with(**people: int) -> HabitatState:
    state = HabitatState(shipped_habitat().habitat(), START)
    state.set_people({side: (Person(),) * number for side, number in people.items()})
    return state


def test_a_repair_waits_for_people_trained_for_its_segment() -> None:
    state = state_with(us=0, russian=3)
    shop = Workshop([Breakdown(1.0, "oga", 2.0), Breakdown(1.0, "elektron", 2.0)], START)
    shop.advance(state, 10.0)
    assert state.failed == {"oga"}  # three cosmonauts repair their own machine, and not NASA's
    assert [side for _, side, _ in state.repairs] == ["russian"]
    state.set_people({"us": (Person(),), "russian": (Person(),) * 3})
    shop.parts_came(state.time_mjd_utc)
    shop.work(state)
    assert not state.failed


def test_a_repair_waits_while_its_people_are_at_work_on_another() -> None:
    """One person's 40 hours a week: the 12 hours of the first repair take 2.1 days, then the next one is done."""
    state = state_with(us=1, russian=3)
    shop = Workshop([Breakdown(1.0, "oga", 2.0), Breakdown(1.0, "cdra-node3", 2.0)], START)
    first, second = "oga", "cdra-node3"
    shop.advance(state, 3.1)
    assert len(state.failed & {first, second}) == 1
    done = [hours for _, side, hours in state.repairs if side == "us"]
    shop.advance(state, 7.0 * done[0] / 40.0)
    assert not state.failed
    times = [time for time, _, _ in state.repairs]
    assert times[1] - times[0] == pytest.approx(7.0 * done[0] / 40.0)


def sides() -> dict[str, Side]:
    return dict(shipped_habitat().habitat().sides)


def test_what_is_left_of_three_peoples_week_is_what_was_published() -> None:
    book = HoursBook(START, sides(), ["us", "russian"])
    book.people(START, {"us": 3, "russian": 3})
    found = {one.side: one for one in book.sides(START + 70.0, [])}
    assert found["us"].research_hours == pytest.approx(26.1 * 10.0)
    assert found["us"].research_hours == pytest.approx(10.0 * crew_time(3).research_hours_week)
    assert found["russian"].research_hours is None  # nobody published what its upkeep takes


def test_hours_go_into_repairs_then_upkeep_then_research() -> None:
    book = HoursBook(START, sides(), ["us", "russian"])
    book.people(START, {"us": 4, "russian": 3})
    book.people(START + 70.0, {"us": 0, "russian": 3})
    book.people(START + 105.0, {"us": 0, "russian": 0})
    us = book.sides(START + 140.0, [(START + 1.0, "us", 12.0), (START + 2.0, "russian", 10.0)])[0]
    assert us.research_hours == pytest.approx(10.0 * (160.0 - 93.9) - 12.0)
    assert (us.manned_days, us.unattended_days, us.repair_hours) == (105.0, 35.0, 12.0)
    assert us.upkeep_undone_share == pytest.approx(35.0 / 105.0)


def test_over_runs() -> None:
    def run(unattended: float, research: float) -> tuple[SideTime, ...]:
        return (SideTime("us", 700.0, 700.0, unattended, 20.0, research, 0.0),)

    one = side_hours([run(0.0, 6000.0), run(70.0, 5000.0), run(0.0, 6200.0)])[0]
    assert one.unattended_share == pytest.approx(70.0 / 2100.0)
    assert one.unattended_runs_share == pytest.approx(1.0 / 3.0)
    assert one.research_hours_week == pytest.approx(60.0)
    assert one.research_hours_week_interval is not None
    assert one.research_hours_week_interval.p05 == pytest.approx(50.0)


def test_weeks_with_nobody_aboard_are_not_counted_among_those_for_research() -> None:
    """Four Americans for two years and nobody for eight have as many hours a week as four for ten years."""
    left = SideTime("us", 3650.0, 730.0, 0.0, 0.0, 66.1 * 730.0 / 7.0, 0.0)
    never = SideTime("us", 3650.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    (one,) = side_hours([(left,), (left,), (never,)])
    assert one.research_hours_week == pytest.approx(66.1)
    (nobody,) = side_hours([(never,)])
    assert nobody.research_hours_week is None


def test_in_a_run_a_segment_whose_partner_leaves_is_without_its_people() -> None:
    left = "{type: withdrawal, date_utc: 2022-06-01T00:00:00Z, partner: roscosmos, scope: [stop-flights, recall-crew]}"
    _, timeline = flown(events(left), horizon="2022-09-01")
    assert timeline.people is not None
    found = {one.side: one for one in timeline.people.crew_time}
    assert found["us"].unattended_days == 0.0
    assert found["russian"].unattended_days == pytest.approx(mjd("2022-09-01") - mjd("2022-06-01"), abs=1.0)
    assert found["us"].research_hours is not None
    week = found["us"].research_hours / ((mjd("2022-09-01") - mjd("2022-04-02")) / 7.0)
    assert 60.0 < week < 90.0  # four people's 66 hours, and a handover's
