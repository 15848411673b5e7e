"""Who leaves when something is foreseen to end: as few as it takes, what is due counted; nobody comes to that."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from people_runs import campaign, events, flown, inputs, mjd
from stationkeep.habitat.makers import makers
from stationkeep.habitat.margins import Limit
from stationkeep.simulation import causes
from stationkeep.simulation.aboard import Aboard
from stationkeep.simulation.engine import _Run
from stationkeep.simulation.flight_board import later
from stationkeep.simulation.people_words import foreseen_words

FOOD_KG_DAY = 1.83053  # a standard person's, packaging included (docs/life-support.md)
OXYGEN_KG_DAY = 0.84  # likewise, roughly


def station(date: str, food_days_for_seven: float = 200.0) -> _Run:
    """The reference run at a date with so much food, no cargo due."""
    ready = campaign()
    run = _Run(ready.mission, "stay", inputs(ready))
    run.horizon = mjd(date)
    run.timeline(limits=False)
    run.horizon, run.board.now, run.events = mjd("2023-06-01"), run.now, []
    for name in ("us-food", "russian-food"):
        half = 0.5 * 7 * FOOD_KG_DAY * food_days_for_seven
        run.aboard.state.add_cargo(name, half - run.aboard.state.amount(name))
    run.board.supplies = []
    return run


def told(run: _Run, kind: str) -> list[str]:
    return [event.title for event in run.events if event.kind == kind]


def without_oxygen(run: _Run) -> None:
    """No machine makes any, and no tank or candle holds any."""
    state = run.aboard.state
    for name in ("oga", "elektron", "acls-electrolyser"):
        state.fail(name)
    for name in ("us-oxygen", "russian-oxygen", "candles"):
        state.add_cargo(name, -state.amount(name))


def test_as_few_leave_as_it_takes() -> None:
    run = station("2022-11-01", 25.0)  # for seven; three or four could stay for six weeks
    run.look_ahead()
    assert len(run.board.early) == 1
    assert len(told(run, "crew-reduced")) == 1
    assert "food would end in 25 days" in told(run, "crew-reduced")[0]
    assert not told(run, "must-leave")


def test_everybody_leaves_where_nobody_could_stay() -> None:
    run = station("2022-11-01", 10.0)
    run.look_ahead()
    assert set(run.board.early) == {"Soyuz MS-22", "SpaceX Crew-5"}
    assert len(told(run, "must-leave")) == 1


def test_food_that_ends_is_on_account_of_those_whose_ships_did_not_come() -> None:
    """Machines make no food: who only runs machines, or only ships that are not due yet, did nothing."""
    run = station("2022-11-01", 10.0)
    for partner in ("esa", "northrop-grumman", "spacex"):
        stands = [causes.stopped(partner), causes.not_delivering(partner)]
        run.note("withdrawal", partner, brings=stands)
    ships = {
        name: craft for name, craft in run.board.craft.items() if run.board.plan.flights[name].kind.role == "cargo"
    }
    due = {name: run.board.plan.flights[name].arrival_mjd_utc or 0.0 for name in ships}
    mine = [name for name in due if "northrop-grumman" in ships[name].partners and run.now < due[name]]
    first = min(mine, key=lambda name: due[name])
    late = [name for name in due if "spacex" in ships[name].partners and due[name] > run.now + 60.0]
    run.board.plan.flights[first] = later(run.board.plan.flights[first], run.now + 5.0 - due[first])
    run.board.dropped = dict.fromkeys([first, *late], "gone")
    run.look_ahead()
    leave = next(event for event in run.events if event.kind == "must-leave")
    assert [run.events[cause].title for cause in leave.because] == ["northrop-grumman"]


def test_machines_behind_what_ends() -> None:
    habitat = station("2022-04-03").aboard.state.habitat
    assert makers(habitat, "us-food") == ()
    assert makers(habitat, "us-water") == ("esa", "nasa", "roscosmos")
    alone = replace(habitat, equipment={"oga": habitat.equipment["oga"], "vozdukh": habitat.equipment["vozdukh"]})
    assert makers(alone, "cabin-oxygen below 16 kPa") == ("nasa",)
    assert makers(alone, "cabin-carbon-dioxide above 1.01 kPa") == ("roscosmos",)
    # Who makes the water that oxygen is made of has a part in it.
    fed = replace(alone, equipment={**alone.equipment, "srv-k": habitat.equipment["srv-k"]})
    assert makers(fed, "pressure below 70 kPa") == ("nasa", "roscosmos")


@pytest.mark.parametrize(("days", "comes"), [(45.0, True), (35.0, True), (25.0, False)])
def test_a_crew_comes_where_it_can_live(days: float, comes: bool) -> None:
    """45 days for seven are 31 for ten; 35 are 24, unless those who are relieved leave at once; 25 are too few."""
    run = station("2022-09-20", days)
    coming = run.board.flights["Soyuz MS-22"]
    assert coming.arrival_mjd_utc is not None
    assert coming.arrival_mjd_utc > run.now
    assert run.habitable_for(coming) is comes


def test_who_is_relieved_leaves_first_where_the_air_is_short_for_both() -> None:
    """At a handover: the air of ten lasts 8 days, and the relieved crew was to leave on the last of them."""
    run = station("2022-09-22")
    without_oxygen(run)
    state = run.aboard.state
    free = state.pressure_kpa("cabin-oxygen") - 16.0
    kg = free * state.habitat.cabin.kg_per_kpa("cabin-oxygen")
    state.add_cargo("us-oxygen", 32.0 * 7 * OXYGEN_KG_DAY - kg)
    assert len(run.board.traffic.people) == 10
    assert run._enough_to_leave() == ["Soyuz MS-21"]


@pytest.mark.parametrize(("days", "everybody"), [(45.0, False), (15.0, True)])
def test_a_planned_departure_is_waited_for_only_where_it_is_enough(days: float, everybody: bool) -> None:
    """Ten at a handover, three of whom leave in a week: food of seven for 41 days (ten's 29) is enough, for 11 not."""
    run = station("2022-09-22", days - 4.0)
    run.look_ahead()
    assert len(run.board.traffic.people) == 10
    assert bool(told(run, "must-leave")) is everybody
    assert not told(run, "crew-reduced")


def test_oxygen_that_is_due_counts() -> None:
    run = station("2022-11-01")
    without_oxygen(run)
    alone = run.aboard.outlook(60.0).limit
    assert alone is not None
    assert alone.what == "cabin-oxygen below 16 kPa"

    def oxygen(aboard: Aboard) -> None:
        aboard.state.add_cargo("us-oxygen", 60.0)

    later = run.aboard.outlook(60.0, deliveries=[(run.now + 3.0, oxygen)]).limit
    assert later is not None
    assert later.what == alone.what
    assert later.days - alone.days == pytest.approx(60.0 / (7 * OXYGEN_KG_DAY), rel=0.05)
    too_late = run.aboard.outlook(60.0, deliveries=[(run.now + alone.days + 1.0, oxygen)]).limit
    assert too_late == alone


def test_the_flights_that_are_due_are_looked_at_with_what_they_bring() -> None:
    run = station("2022-11-01")
    without_oxygen(run)
    alone = run.foreseen(60.0).limit
    assert alone is not None
    gas = {name: craft.cargo.gas_kg.low for name, craft in run.board.craft.items() if name in run.board.flights}
    name = max((name for name in gas if run.board.flights[name].kind.id == "cygnus"), key=lambda name: gas[name])
    run.board.supplies = [(run.now + 2.0, name)]
    due = run.foreseen(60.0).limit
    assert due is None or due.days > alone.days + 2.0
    soyuz = next(name for name, flight in run.board.flights.items() if flight.kind.id == "soyuz")
    run.board.supplies = [(run.now + 2.0, soyuz)]  # brings nothing to breathe
    same = run.foreseen(60.0).limit
    assert same is not None
    assert same.days == pytest.approx(alone.days, abs=0.01)


def test_a_limit_in_words() -> None:
    assert foreseen_words(Limit("us-food", 29.7)) == "American food would end in 30 days"
    assert (
        foreseen_words(Limit("cabin-oxygen below 16 kPa", 6.0))
        == "oxygen in the cabin would fall below 16 kPa in 6 days"
    )
    assert foreseen_words(Limit("pressure below 70 kPa", 1.0)) == "pressure would fall below 70 kPa in 1 day"
    assert (
        foreseen_words(Limit("cabin-carbon-dioxide above 1.3 kPa", 0.0))
        == "carbon dioxide in the cabin would rise above 1.3 kPa at once"
    )


@pytest.mark.parametrize(("operates", "shared"), [(True, True), (False, False)])
def test_sides_share_with_a_partner_that_flies_no_more_but_operates(operates: bool, shared: bool) -> None:
    """Its larder is not left to run dry beside a full one, but with one that has left there is nobody to share with."""
    run = station("2022-11-01")
    state = run.aboard.state
    state.add_cargo("russian-food", 5.0 - state.amount("russian-food"))
    run.not_delivering.add("roscosmos")
    if not operates:
        run.stopped.add("roscosmos")
    run.after_change()
    assert (state.amount("russian-food") > 400.0) is shared


def test_a_reserve_is_for_those_who_will_be_there_and_not_for_a_visit() -> None:
    """On 10 April 2022 eight of the American side are aboard: four visitors leave in 8 days, a relief overlaps 8."""
    run = station("2022-04-10")
    run.after_change()
    assert run.aboard.people["us"] == 8
    state = run.aboard.state
    counted = state.reserve("us-food") / (45.0 * FOOD_KG_DAY)
    assert counted == pytest.approx(4.0 + 4.0 * 16.0 / 45.0, abs=0.15)
    assert state.reserve("russian-food") / (45.0 * FOOD_KG_DAY) == pytest.approx(3.0, abs=0.05)
    russian = state.amount("russian-food") - state.reserve("russian-food")
    state.add_cargo("us-food", 1.2 * state.reserve("us-food") - state.amount("us-food"))
    state.add_cargo("russian-food", -russian)
    news, _ = run.aboard.advance(run.now + 0.5)
    assert not news  # for the eleven it would be below


def test_at_a_reserve_the_crew_that_is_relieved_anyway_is_not_all_that_goes() -> None:
    """Ten at a handover, food of seven for 40 days, as it is without those relieved, and 93 without one crew more."""
    run = station("2022-09-24", 40.0)
    assert len(run.board.traffic.people) == 10
    assert run._fewer()
    assert set(run.board.early) == {"Soyuz MS-21", "SpaceX Crew-5"}
    assert "Soyuz MS-21 and SpaceX Crew-5 go home early" in told(run, "crew-reduced")[0]


def test_a_planned_departure_is_not_waited_for_where_too_little_would_be_left_then() -> None:
    """Ten for 27 days, three of whom leave in seven: 28 days would be left for the others then, and 38 now."""
    run = station("2022-09-22", 38.5)
    run.look_ahead()
    assert set(run.board.early) == {"Soyuz MS-21"}
    assert "goes home early" in told(run, "crew-reduced")[0]
    assert not told(run, "must-leave")


def test_a_ship_due_in_the_last_days_is_not_waited_for() -> None:
    """Seven cargo flights in a row are lost: those aboard go with a week left (four days before)."""
    lost = (
        "Progress MS-20", "Progress MS-21", "Progress MS-22", "Cygnus NG-18", "Dragon CRS-25", "Dragon CRS extra 1",
        "Dragon CRS-26",
    )  # fmt: skip
    branch = events(*(f"{{type: flight-lost, date_utc: 2022-04-03, flight: {name}}}" for name in lost))
    timeline = flown(branch, horizon="2023-01-01")[1]
    said = [event.title for event in timeline.events if event.kind == "must-leave"]
    assert len(said) == 1
    found = re.search(r"would end in (\d+) days", said[0])
    assert found is not None
    assert 7 <= int(found[1]) < 30


def test_two_crews_go_and_one_goes() -> None:
    run = station("2022-09-24", 26.0)
    run.look_ahead()
    assert re.match(r"Soyuz MS-21 and SpaceX Crew-5 go home early: for all aboard", told(run, "crew-reduced")[0])


def test_of_empty_tanks_it_is_not_told_how_much_is_left() -> None:
    run = station("2022-09-24")
    progress, vehicle = (next(one for one in run.providers if one.id == name) for name in ("progress", "usdv"))
    run._tell_no_more([progress])
    assert f"{progress.usable_kg:,.0f} kg are left" in told(run, "deliveries-end")[-1]
    assert vehicle.usable_kg < 0.5
    run._tell_no_more([vehicle])
    assert "kg are left" not in told(run, "deliveries-end")[-1]
