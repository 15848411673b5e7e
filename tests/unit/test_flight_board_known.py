"""What comes of a plan is worked out once: the same flights left out of the same plan are the same answer."""

from __future__ import annotations

import pytest

from stationkeep.catalogue.loader import load_catalogue
from stationkeep.logistics.luck import best_luck
from stationkeep.scenario.loader import load_scenario
from stationkeep.simulation.flight_board import FlightBoard
from stationkeep.simulation.people_setup import PeopleSetup, prepare_people


@pytest.fixture(scope="module")
def setup() -> PeopleSetup:
    found = prepare_people(load_scenario("iss-2022").scenario, load_catalogue())
    assert found is not None
    return found


def _put_off_and_on(setup: PeopleSetup, *, forget: bool) -> tuple[list[object], list[int]]:
    """A cargo flight is put off, comes again ten days later, is put off again: what is foreseen, and how much was new.

    ``forget``: nothing is remembered from one planning to the next.
    """
    board = FlightBoard(setup.plan, best_luck(), setup.epoch_mjd_utc)
    late, name = next(one for one in board.supplies if one[0] > setup.epoch_mjd_utc + 60.0)
    foreseen: list[object] = []
    new = []
    for step in range(5):
        board.now = late + 5.0 * step
        for flight in board.flights.values():
            if flight.arrival_mjd_utc is not None and flight.arrival_mjd_utc <= board.now and flight.name != name:
                board.has_come(flight.name)
        if step % 2:
            board.release(10.0)
        else:
            board.hold({name})
        if forget:
            board._known = {}
        before = len(board._known)
        board.plan_again()
        foreseen.append((board.flights, board.traffic.due(1.0e9), board.no_port))
        new.append(len(board._known) - before)
    return foreseen, new


def test_a_flight_put_off_again_leaves_a_plan_that_is_known(setup: PeopleSetup) -> None:
    foreseen, new = _put_off_and_on(setup, forget=False)
    fresh, _ = _put_off_and_on(setup, forget=True)
    assert new[1] > 0  # a date of its own each time it comes again
    assert new[4] == 0
    assert foreseen == fresh
