"""Who pushes is who is there: a docked Progress, or the station's own engines on the same tanks."""

from __future__ import annotations

import pytest

from people_runs import campaign, day, events, flown, mjd
from stationkeep.simulation.no_return import _burns_with, _mean_n, altitude_of, drag_by_altitude_n, points_of_no_return
from stationkeep.simulation.station_engines import DockedPush

NO_MORE_FLIGHTS = events(
    "{type: withdrawal, date_utc: 2022-04-02, partner: roscosmos, scope: [stop-resupply-propellant, stop-flights]}"
)


def pushers(branches: str, index: int = -1) -> list[tuple[float, str, float]]:
    run, timeline = flown(branches, index)
    assert run.setup is not None
    return [
        (event.time_mjd_utc, event.title, event.duration_s or 0.0)
        for event in timeline.events
        if event.kind in ("burn", "debris-avoidance") and event.provider == "progress"
    ]


def push_of_progress() -> DockedPush:
    found = next(plan.docked_push for plan in campaign().mission.providers if plan.provider.id == "progress")
    assert found is not None
    return found


def test_the_catalogue_says_what_pushes_on_these_tanks() -> None:
    push = push_of_progress()
    assert push.ports == {"zvezda-aft"}
    (engine,) = push.engines  # the small thrusters alone are for emergencies: no burn by them was found
    assert engine.label == "Zvezda main engines"
    assert engine.ports_to_be_free == ("zvezda-aft",)
    assert engine.thrust_n.best == 6250.0
    assert engine.longest_burn_s == 50.0


def test_without_a_craft_at_the_aft_port_zvezda_burns() -> None:
    """MS-18 leaves the aft port on 1 June; MS-19 stands at Poisk, from where nothing pushes."""
    found = pushers(NO_MORE_FLIGHTS)
    after = [(title, seconds) for time, title, seconds in found if time > mjd("2022-06-02")]
    assert len(after) >= 4
    assert all("by Zvezda main engines" in title for title, _ in after)
    assert max(seconds for _, seconds in after) == pytest.approx(50.0)


@pytest.mark.parametrize("index", [-1, 0, 1, 2])
def test_words_and_ports_agree(index: int) -> None:
    """Whoever is named for a burn stood there; nobody burns through a craft in the jet's way."""
    run, timeline = flown(index=index)
    assert timeline.people is not None
    stays = [
        (stay.from_mjd_utc, stay.to_mjd_utc or float("inf"), name)
        for name, flight in run.board.flights.items()
        for stay in flight.stays
        if flight.arrived and stay.port == "zvezda-aft"
    ]
    burns = [event for event in timeline.events if event.kind in ("burn", "debris-avoidance")]
    assert burns
    for event in burns:
        here = [name for start, end, name in stays if start <= event.time_mjd_utc < end]
        assert bool(here) == ("Progress at Zvezda's aft port" in event.title), day(event.time_mjd_utc)


def test_the_altitude_below_which_reboosts_fail_is_that_of_the_engine_that_is_left() -> None:
    """Once no Progress comes, Zvezda's engines burn 50 s a week: 0.5 N on average, where a Progress gives 1.6."""
    run, _ = flown()
    state = run.state_of("progress")
    assert _burns_with(run, state) is run.usual_engines["progress"]  # also where none is docked at the horizon
    left, _ = flown(NO_MORE_FLIGHTS)
    own = _burns_with(left, left.state_of("progress"))
    assert own.label == "Zvezda main engines"
    week_s = 7.0 * 86400.0
    assert _mean_n(own, left.longest_burn_s["progress"], week_s) == pytest.approx(own.thruster.thrust_n * 50.0 / week_s)
    assert own.thruster.thrust_n == pytest.approx(6250.0, rel=0.05)
    force, found = drag_by_altitude_n(left), points_of_no_return(left)
    assert found.reboost_limit_km == pytest.approx(altitude_of(force, own.thruster.thrust_n * 50.0 / week_s))
    assert found.reboost_limit_km > altitude_of(force, 760.0 * 1300.0 / week_s) + 15.0
    # of its kind it cannot burn on: once a revolution, 58 N
    assert _mean_n(own, float("inf"), 5400.0) == pytest.approx(own.thruster.thrust_n * 50.0 / 5400.0)
