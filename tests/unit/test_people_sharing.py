"""What sides hand over: what they have too much of, and what those who have gone left behind."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from people_runs import campaign, events, flown, inputs, mjd
from stationkeep.simulation.engine import _Run
from stationkeep.simulation.people_sharing import Larder, handed_over, is_uneven


def larder(name: str, held: float, *, lived_from: bool = True, at_reserve: bool = False) -> Larder:
    return Larder(name, held, 1000.0, at_reserve, lived_from, operated=True)


def test_what_those_who_have_gone_left_is_carried_to_whoever_is_at_a_reserve() -> None:
    left = larder("us", 1500.0, lived_from=False)
    assert handed_over([left, larder("russian", 400.0)]) == {}
    assert handed_over([left, larder("russian", 400.0, at_reserve=True)]) == {"us": -600.0, "russian": 600.0}
    assert handed_over([larder("us", 10.0, lived_from=False), larder("russian", 400.0, at_reserve=True)]) == {}


def test_those_who_are_there_hand_over_what_is_more_than_usual() -> None:
    assert handed_over([larder("us", 1500.0), larder("russian", 400.0)]) == {"us": -500.0, "russian": 500.0}
    assert handed_over([larder("us", 800.0), larder("russian", 400.0)]) == {}
    even = handed_over([larder("us", 800.0), larder("russian", 400.0, at_reserve=True)])
    assert even == pytest.approx({"us": -200.0, "russian": 200.0})


@given(st.lists(st.tuples(st.floats(0.0, 3000.0), st.booleans(), st.booleans()), min_size=2, max_size=4))
def test_nothing_is_made_or_lost(given_larders: list[tuple[float, bool, bool]]) -> None:
    larders = [
        larder(str(number), held, lived_from=lived_from, at_reserve=at_reserve)
        for number, (held, lived_from, at_reserve) in enumerate(given_larders)
    ]
    moved = handed_over(larders)
    assert sum(moved.values()) == pytest.approx(0.0, abs=1e-9)
    assert all(one.held_kg + moved.get(one.name, 0.0) >= -1e-9 for one in larders)


NASA_GONE = "{type: withdrawal, date_utc: 2023-01-01T00:00:00Z, partner: nasa, scope: [stop-flights, recall-crew]}"


def test_without_nasa_the_russian_side_runs_out_of_nothing_while_progress_comes() -> None:
    """Three cosmonauts, four Progress a year, and what the others left; once food and water ended within 17 months."""
    run, timeline = flown(events(NASA_GONE), horizon="2026-01-01")
    course = timeline.people
    assert course is not None
    assert course.must_leave_mjd_utc is None
    assert course.aboard[-1] == 3
    for store in course.stores:
        if store.name in ("russian-food", "russian-water"):
            assert store.empty_mjd_utc is None
    start = run.aboard.world.start.elements_kg()
    assert run.aboard.state.elements_kg() == pytest.approx(start, rel=1e-9)


def test_the_oxygen_generator_has_the_water_that_the_russian_side_left() -> None:
    ready = campaign()
    run = _Run(ready.mission, "stay", inputs(ready))
    run.horizon = mjd("2022-11-01")
    run.timeline(limits=False)
    run.board.now = run.now
    state = run.aboard.state
    run.aboard.set_people({"us": 4, "russian": 0})
    state.add_cargo("us-water", state.reserve("us-water") - 1.0 - state.amount("us-water"))
    state.add_cargo("russian-water", 900.0 - state.amount("russian-water"))
    before = state.elements_kg()
    run.stopped.add("roscosmos")
    run.aboard.even_out(run.stopped)
    assert state.amount("us-water") > state.reserve("us-water") + 300.0
    assert state.elements_kg() == pytest.approx(before, rel=1e-12)


@given(
    st.lists(st.tuples(st.floats(0.0, 2000.0), st.floats(1.0, 1000.0), st.booleans(), st.booleans()), max_size=4),
)
def test_where_none_is_at_its_reserve_only_uneven_stores_hand_over(
    stores: list[tuple[float, float, bool, bool]],
) -> None:
    larders = [
        Larder(f"store {number}", held, usual, False, lived, operated)
        for number, (held, usual, lived, operated) in enumerate(stores)
    ]
    if not is_uneven([one.held_kg for one in larders], [one.usual_kg for one in larders]):
        assert handed_over(larders) == {}
