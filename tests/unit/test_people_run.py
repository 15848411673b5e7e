"""People, craft and stores in one run: who comes, who leaves, what runs out, and what others do to it."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from people_runs import campaign, day, events, flown, inputs, mjd, plain_scenario, station_text
from stationkeep.campaign.prepare import prepare_campaign
from stationkeep.campaign.sampling import draw_inputs, median_inputs
from stationkeep.catalogue.loader import load_catalogue
from stationkeep.errors import InputError
from stationkeep.simulation.engine import people_at, simulate
from stationkeep.simulation.people_record import PeopleCourse
from stationkeep.simulation.timeline import Timeline

WITHDRAWAL = "{type: withdrawal, date_utc: 2022-04-02, partner: roscosmos, scope: [%s]}"
ALL = "stop-operating-assets, stop-resupply-propellant, stop-flights, recall-crew"


def people(timeline: Timeline) -> PeopleCourse:
    assert timeline.people is not None
    return timeline.people


def at(course: PeopleCourse, date: str) -> tuple[int, int]:
    """People and seats on a date."""
    index = int(np.searchsorted(course.times_mjd_utc, mjd(date), side="right")) - 1
    return int(course.aboard[index]), int(course.seats[index])


def titles(timeline: Timeline, kind: str) -> list[str]:
    return [event.title for event in timeline.events if event.kind == kind]


# --- as planned ---------------------------------------------------------------------------------------------------


def test_seven_people_with_a_seat_each_and_eleven_at_handovers() -> None:
    _, timeline = flown()
    course = people(timeline)
    assert at(course, "2022-04-03") == (7, 7)
    assert at(course, "2022-04-10") == (11, 11)  # a private crew of four
    assert at(course, "2022-04-29") == (11, 11)  # Crew-3 hands over to Crew-4
    assert at(course, "2022-08-01") == (7, 7)
    assert at(course, "2022-09-25") == (10, 10)
    assert set(course.aboard) == {7, 10, 11}
    assert np.all(course.seats >= course.aboard)
    assert course.unseated_from_mjd_utc is None
    assert course.first_limit == ""
    assert course.left_mjd_utc is None
    assert course.stranded == ()
    assert course.lost_flights == ()
    assert course.not_flown == ()


def test_no_port_is_taken_twice_and_everybody_who_leaves_has_come() -> None:
    course = people(flown()[1])
    for port in {one.port for one in course.ports}:
        stays = sorted((one.from_mjd_utc, one.to_mjd_utc or np.inf) for one in course.ports if one.port == port)
        assert all(end <= start for (_, end), (start, _) in itertools.pairwise(stays)), port
    assert len({(one.name, one.up_flight) for one in course.crew}) == len(course.crew)
    assert all(one.to_mjd_utc is None or one.to_mjd_utc > one.from_mjd_utc for one in course.crew)
    ended = sum(one.to_mjd_utc is None for one in course.crew)
    assert ended == course.aboard[-1]


def test_stores_stay_above_nothing_and_supplies_keep_them_up() -> None:
    stores = {store.name: store for store in people(flown()[1]).stores}
    for name in ("us-food", "russian-food", "us-water", "russian-water"):
        assert stores[name].critical
        assert stores[name].empty_mjd_utc is None
        assert stores[name].amount_kg.min() > 0.4 * stores[name].amount_kg[0]
    assert stores["us-food"].amount_kg.shape == stores["us-food"].times_mjd_utc.shape
    assert np.all(np.diff(stores["us-food"].times_mjd_utc) >= 0.0)


def test_without_the_sections_nobody_is_followed_and_the_flight_is_the_same() -> None:
    scenario = plain_scenario()
    ready = prepare_campaign(scenario, load_catalogue())
    assert ready.mission.people is None
    timeline = simulate(ready.mission, "stay", median_inputs(scenario, ready.weather))
    assert timeline.people is None
    with pytest.raises(InputError, match="follows nobody"):
        people_at(ready.mission, "stay", median_inputs(scenario, ready.weather), mjd("2022-06-01"))


def test_the_draws_of_people_shift_no_others() -> None:
    plain, full = plain_scenario(), campaign().mission.scenario
    weather = campaign().weather
    one, other = draw_inputs(plain, weather, 3, 5), draw_inputs(full, weather, 3, 5)
    assert one.people is None
    assert other.people is not None
    assert np.array_equal(one.ballistic_m2_kg, other.ballistic_m2_kg)
    assert one.providers == other.providers
    assert one.attitude == other.attitude
    assert one.avoidances == other.avoidances
    assert one.casualty_draws == other.casualty_draws


def test_a_run_is_the_same_again() -> None:
    first, again = flown(index=2)[1], flown(index=2)[1]
    one, two = people(first), people(again)
    assert one.crew == two.crew
    assert one.ports == two.ports
    assert first.mass_kg == again.mass_kg
    assert all(np.array_equal(a.amount_kg, b.amount_kg) for a, b in zip(one.stores, two.stores, strict=True))


# --- what is carried ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("index", [-1, 0, 1])
def test_every_kilogram_is_accounted_for(index: int) -> None:
    run, timeline = flown(index=index)
    assert run.setup is not None
    craft = sum(
        run.setup.craft(run.board.flights[name].kind.id)[0] * (sign)
        for name, sign in [(name, 1) for name in run.board.traffic.attached]
        + [(flight, -1) for flight in run.book.docked_at_epoch]
        if name in run.board.flights
    )
    propellant = sum(
        entry.change_kg
        for entries in timeline.ledger.values()
        for entry in entries
        if not entry.reason.startswith("aboard at the epoch")
    )
    expected = run.mission.mass_kg + craft + run.aboard.surplus_kg + propellant
    assert timeline.mass_kg == pytest.approx(expected, abs=1.0e-6)


@pytest.mark.parametrize("index", [-1, 0, 3])
def test_atoms_are_kept_through_a_whole_run(index: int) -> None:
    run, _ = flown(events(WITHDRAWAL % ALL), index=index)
    before, after = run.aboard.world.start.elements_kg(), run.aboard.state.elements_kg()
    for element, kg in before.items():
        assert after[element] == pytest.approx(kg, rel=1.0e-9, abs=1.0e-6)


def test_craft_change_mass_and_drag_area() -> None:
    run, _ = flown(horizon="2022-06-02")  # Progress MS-18 and Crew-3 have left, Crew-4 and nobody else has come
    assert run.setup is not None
    area = run.setup.craft("progress")[1]
    station = 0.00706 * 460000 / 2.2
    assert run.area_factor == pytest.approx(1.0 - area / station, rel=1.0e-9)


def test_a_flight_that_is_not_flown_is_told_when_it_should_have_been_launched() -> None:
    run, timeline = flown(index=6, horizon="2022-06-01")
    flights = run.board.plan.flights
    never = {name for name in run.board.no_port if flights[name].launch_mjd_utc <= run.now}
    notes = [event for event in timeline.events if event.kind == "flight-not-flown"]
    told = {event.title.split(" is not flown")[0]: event for event in notes}
    assert never == set(told) == {"Axiom Ax-1"}  # its port is taken until it should have left again
    assert day(told["Axiom Ax-1"].time_mjd_utc) == day(flights["Axiom Ax-1"].launch_mjd_utc)


# --- partners -------------------------------------------------------------------------------------------------------


def test_a_full_withdrawal_takes_its_people_home_and_its_flights_away() -> None:
    _, timeline = flown(events(WITHDRAWAL % ALL))
    course = people(timeline)
    home = {one.name: one for one in course.crew if one.agency == "Roscosmos"}
    assert set(home) == {"Artemyev, Oleg", "Korsakov, Sergey", "Matveev, Denis"}
    assert {day(one.to_mjd_utc) for one in home.values()} == {"2022-04-02"}
    assert {one.down_flight for one in home.values()} == {"Soyuz MS-21"}
    flew = {one.vehicle for one in course.ports if one.from_mjd_utc > mjd("2022-04-02")}
    assert "soyuz" not in flew
    assert "progress" not in flew
    assert "crew-dragon" in flew
    assert "Progress MS-20" in course.not_flown
    assert "Soyuz MS-22" in course.not_flown
    assert not titles(timeline, "delivery")


def test_its_machines_stop_with_its_ground_control_and_come_back() -> None:
    ready = campaign(
        events("{type: asset-outage, date_utc: 2022-05-01, asset: russian-control-centre, until_utc: 2022-06-01}")
    )
    shares = [
        people_at(ready.mission, "stay", inputs(ready), mjd(date)).aboard.state.available("elektron")
        for date in ("2022-04-30", "2022-05-02", "2022-06-02")
    ]
    assert shares == [1.0, 0.0, 1.0]


def test_without_stop_flights_progress_flies_without_propellant() -> None:
    _, timeline = flown(events(WITHDRAWAL % "stop-resupply-propellant"))
    course = people(timeline)
    assert any(one.flight == "Progress MS-20" for one in course.ports)
    assert not titles(timeline, "delivery")
    water = next(store for store in course.stores if store.name == "russian-water")
    assert water.amount_kg[-1] > 500.0


def test_flights_bought_by_a_partner_stop_with_it() -> None:
    nasa = "{type: withdrawal, date_utc: 2022-06-01, partner: nasa, scope: [stop-flights]}"
    course = people(flown(events(nasa))[1])
    late = {one.vehicle for one in course.ports if one.from_mjd_utc > mjd("2022-06-02")}
    assert late == {"progress", "soyuz"}
    # Crew-4 goes home as planned, and nobody takes its place.
    assert at(course, "2022-09-10")[0] == 3


def test_a_lost_provider_ends_its_flights() -> None:
    course = people(flown(events("{type: provider-lost, date_utc: 2022-05-01, provider: progress}"))[1])
    assert not any(one.vehicle == "progress" and one.from_mjd_utc > mjd("2022-05-01") for one in course.ports)


# --- mishaps --------------------------------------------------------------------------------------------------------


def test_a_leaking_craft_leaves_three_without_a_seat_until_it_is_relieved() -> None:
    course = people(flown(events("{type: craft-unfit, date_utc: 2022-12-15, flight: Soyuz MS-22}"))[1])
    assert course.unseated_from_mjd_utc == pytest.approx(mjd("2022-12-15"))
    assert set(course.unseated) == {"Prokopyev, Sergey", "Petelin, Dmitry", "Kikina, Anna"}
    assert at(course, "2022-12-20") == (7, 4)
    assert course.aboard[-1] == 7


def test_a_rescue_seat_is_no_proper_seat() -> None:
    course = people(
        flown(
            events(
                "{type: craft-unfit, date_utc: 2022-12-15, flight: Soyuz MS-22}",
                "{type: rescue-seat, date_utc: 2023-01-05, flight: SpaceX Crew-5, seats: 1}",
            )
        )[1]
    )
    assert at(course, "2023-01-10") == (7, 4)


def test_a_lost_crew_craft_leaves_fewer_aboard() -> None:
    _, timeline = flown(events("{type: flight-lost, date_utc: 2022-04-02, flight: SpaceX Crew-5}"))
    course = people(timeline)
    assert course.lost_flights == ("SpaceX Crew-5",)
    assert titles(timeline, "flight-lost") == ["SpaceX Crew-5 is lost"]
    assert not any(one.up_flight == "SpaceX Crew-5" for one in course.crew)


def test_a_failed_docking_costs_days() -> None:
    ready = events("{type: docking-failed, date_utc: 2022-04-02, flight: Soyuz MS-22, days: 3}")
    course = people(flown(ready)[1])
    came = next(one.from_mjd_utc for one in course.crew if one.up_flight == "Soyuz MS-22")
    assert came == pytest.approx(mjd("2022-09-24T17:06"), abs=1.0e-6)


# --- leaving --------------------------------------------------------------------------------------------------------


def test_a_tumbling_station_is_left_and_flights_wait() -> None:
    _, timeline = flown(events(WITHDRAWAL % ALL))
    course = people(timeline)
    lost = next(event.time_mjd_utc for event in timeline.events if event.kind == "attitude-lost")
    assert course.first_limit == "attitude"
    assert course.must_leave_mjd_utc == pytest.approx(lost + 7.0, abs=1.0e-6)
    assert course.left_mjd_utc is not None
    assert course.left_mjd_utc - lost - 7.0 < 0.1
    assert course.stranded == ()
    assert not any(one.from_mjd_utc > lost for one in course.ports)


def test_who_has_no_seat_is_stranded_and_it_is_an_outcome() -> None:
    course = people(
        flown(
            events(
                WITHDRAWAL % "stop-operating-assets, stop-resupply-propellant, stop-flights",
                "{type: craft-unfit, date_utc: 2022-04-03, flight: Soyuz MS-21}",
            )
        )[1]
    )
    assert course.unseated_from_mjd_utc == pytest.approx(mjd("2022-04-03"))
    assert set(course.stranded) <= {"Artemyev, Oleg", "Korsakov, Sergey", "Matveev, Denis"}


def test_a_sinking_station_is_left_at_the_lowest_altitude() -> None:
    stop = "{type: altitude-policy-change, date_utc: 2022-04-02, altitude_policy: null}"
    _, timeline = flown(events(stop), horizon="2026-01-01")
    course = people(timeline)
    assert course.first_limit == "altitude"
    assert course.left_mjd_utc is not None
    left = next(event for event in timeline.events if event.kind == "must-leave")
    assert left.mean_altitude_km == pytest.approx(330.0, abs=0.1)
    assert course.stranded == ()
    assert course.aboard[-1] == 0


def test_hunger_sends_people_home_in_time() -> None:
    both = (
        "{type: withdrawal, date_utc: 2022-04-02, partner: nasa, scope: [stop-flights]}",
        "{type: withdrawal, date_utc: 2022-04-02, partner: roscosmos, scope: [stop-flights]}",
    )
    _, timeline = flown(events(*both), horizon="2023-01-01")
    course = people(timeline)
    assert course.left_mjd_utc is not None
    assert course.aboard[-1] == 0
    assert course.stranded == ()
    food = [store for store in course.stores if store.substance == "food"]
    assert sum(store.amount_kg[-1] for store in food) > 0.0


# --- at a date ------------------------------------------------------------------------------------------------------


def test_stores_and_flights_at_a_date() -> None:
    ready = campaign()
    then = people_at(ready.mission, "stay", inputs(ready), mjd("2022-12-20"))
    aboard, board = then.aboard, then.board
    assert aboard.state.time_mjd_utc == pytest.approx(mjd("2022-12-20"))
    assert aboard.state.people_aboard == 7
    assert {"Soyuz MS-22", "SpaceX Crew-5"} <= set(board.traffic.attached)
    assert not board.supplies_until(mjd("2022-12-20"))
    assert people_at(ready.mission, "stay", inputs(ready), mjd("2022-04-02")).aboard.state.people_aboard == 7


def test_station_text_is_a_scenario_of_its_own() -> None:
    assert "horizon_utc: 2023-07-01" in station_text()
