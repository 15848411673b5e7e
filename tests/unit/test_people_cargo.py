"""What ships bring: gas where it is short, and more of what would be short if the next ship were lost."""

from __future__ import annotations

from functools import cache

import pytest

from stationkeep.campaign.prepare import prepare_campaign
from stationkeep.campaign.sampling import draw_inputs
from stationkeep.catalogue.loader import load_catalogue
from stationkeep.logistics.luck import best_luck
from stationkeep.logistics.standstill import Standstill, rocket_marks
from stationkeep.scenario.generated import branch_without
from stationkeep.scenario.loader import load_scenario
from stationkeep.simulation.aboard import Aboard
from stationkeep.simulation.engine import simulate
from stationkeep.simulation.flight_board import FlightBoard
from stationkeep.simulation.loading import Ahead, Ship, ahead_of, expected_ships
from stationkeep.simulation.people_setup import PeopleSetup, prepare_people


@cache
def setup() -> PeopleSetup:
    found = prepare_people(load_scenario("iss-2022").scenario, load_catalogue())
    assert found is not None
    return found


def aboard(**amounts_kg: float) -> Aboard:
    """The reference habitat with these amounts instead."""
    hold = Aboard(setup(), setup().world(None))
    for name, kg in amounts_kg.items():
        store = name.replace("_", "-")
        hold.state.add_cargo(store, kg - hold.state.amount(store))
    hold.record()
    return hold


def bring(hold: Aboard, kind: str, dry_kg: float, water_kg: float, gas_kg: float, *days: float) -> float:
    """A ship comes; ``days``: from then to the next like it, and to the one after that."""
    now = hold.state.time_mjd_utc
    ahead = Ahead((), *(now + day for day in days)) if days else None
    return hold.bring(Ship(now, kind, dry_kg, water_kg, gas_kg), (), ahead)


def use_kg_day(hold: Aboard, *stores: str) -> float:
    """What goes of some stores together, from a copy flown for a month."""
    then = hold.state.copy()
    then.advance(30.0)
    return sum(hold.state.amount(one) - then.amount(one) for one in stores) / 30.0


def test_progress_brings_the_gas_that_is_short() -> None:
    hold = aboard(russian_oxygen=0.0)
    nitrogen = hold.state.amount("russian-nitrogen")
    came = bring(hold, "progress", 0.0, 0.0, 45.0)
    assert hold.state.amount("russian-oxygen") == pytest.approx(40.0)  # what is usual
    assert hold.state.amount("russian-nitrogen") == pytest.approx(nitrogen)
    assert came == pytest.approx(40.0)


def test_gas_is_shared_by_what_lacks_and_never_more_than_there_is() -> None:
    hold = aboard(us_oxygen=0.0, us_nitrogen=30.0)
    lack_oxygen = setup().usual_kg["us-oxygen"]
    lack_nitrogen = setup().usual_kg["us-nitrogen"] - 30.0
    came = bring(hold, "cygnus", 0.0, 0.0, 100.0)
    assert came == pytest.approx(100.0)
    part = 100.0 / (min(lack_oxygen, 100.0) + min(lack_nitrogen, 100.0))
    assert hold.state.amount("us-oxygen") == pytest.approx(min(lack_oxygen, 100.0) * part)
    assert hold.state.amount("us-nitrogen") == pytest.approx(30.0 + min(lack_nitrogen, 100.0) * part)


def test_four_progress_a_year_keep_up_with_the_leak_whosever_tanks_are_empty() -> None:
    """0.34 kg of nitrogen a day, 31 a ship: twenty of the 45 kg of gas a ship were left on the ground before."""
    hold = aboard(us_nitrogen=30.0)
    hold.state.set_leak(0.45)
    for _ in range(12):
        hold.advance(hold.state.time_mjd_utc + 91.0)
        bring(hold, "progress", 0.0, 0.0, 45.0)
        assert hold.state.amount("us-nitrogen") + hold.state.amount("russian-nitrogen") > 20.0
    kept = sum(hold.state.amount(name) for name in ("us-nitrogen", "russian-nitrogen"))
    assert kept <= sum(setup().usual_kg[name] for name in ("us-nitrogen", "russian-nitrogen")) + 1e-6
    assert hold.state.amount("cabin-nitrogen") == pytest.approx(899.5, rel=0.01)


def test_what_would_be_short_if_the_next_ship_were_lost_comes_in_larger_shares() -> None:
    """Two quarters to the ship after the next: food for half a year and the reserve, instead of other goods."""
    hold = aboard(us_food=900.0, russian_food=860.0)
    food = "us-food", "russian-food"
    used = use_kg_day(hold, *food)
    reserve = sum(hold.state.reserve(name) for name in food)
    hold.bring(Ship(hold.state.time_mjd_utc, "cygnus", 3000.0, 0.0, 0.0), ())
    as_usual = sum(hold.state.amount(name) for name in food)
    hold = aboard(us_food=900.0, russian_food=860.0)
    came = bring(hold, "cygnus", 3000.0, 0.0, 0.0, 90.0, 180.0)
    needed = reserve + 180.0 * used
    assert needed > as_usual
    assert sum(hold.state.amount(name) for name in food) == pytest.approx(needed, rel=0.01)
    assert came == pytest.approx(3000.0)


def test_no_more_than_usual_comes_where_the_next_ship_but_one_is_in_time() -> None:
    usual, loaded = aboard(us_food=900.0), aboard(us_food=900.0)
    usual.bring(Ship(usual.state.time_mjd_utc, "cygnus", 3000.0, 0.0, 0.0), ())
    bring(loaded, "cygnus", 3000.0, 0.0, 0.0, 20.0, 40.0)
    for name in usual.state.habitat.stores:
        assert loaded.state.amount(name) == pytest.approx(usual.state.amount(name))


def test_a_skipped_ship_allows_the_shares_stated_and_the_next_one_whatever_it_takes() -> None:
    """The shares under `short` hold where a loss would end at the reserve; where it takes none, food is all."""
    hold = aboard(us_food=900.0, russian_food=860.0)
    bring(hold, "cygnus", 1000.0, 0.0, 0.0, 60.0, 400.0)
    assert hold.state.amount("us-food") - 900.0 == pytest.approx(500.0)
    assert hold.state.amount("russian-food") - 860.0 == pytest.approx(200.0)
    hold = aboard(us_food=300.0, russian_food=300.0)
    came = bring(hold, "cygnus", 1000.0, 0.0, 0.0, 200.0, 400.0)
    food = hold.state.amount("us-food") + hold.state.amount("russian-food") - 600.0
    assert 800.0 < food <= 1000.0
    assert came == pytest.approx(1000.0)


def test_what_those_in_between_bring_as_a_rule_is_counted_on() -> None:
    """Progress comes twice before the Cygnus after the next: so much less is loaded now."""
    alone, helped = aboard(us_food=600.0, russian_food=600.0), aboard(us_food=600.0, russian_food=600.0)
    now = alone.state.time_mjd_utc
    between = tuple(Ship(now + day, "progress", 1400.0, 0.0, 0.0) for day in (60.0, 120.0))
    for hold, ships in ((alone, ()), (helped, between)):
        hold.bring(Ship(now, "cygnus", 4500.0, 0.0, 0.0), (), Ahead(ships, now + 90.0, now + 220.0))
    food = [sum(hold.state.amount(name) for name in ("us-food", "russian-food")) for hold in (alone, helped)]
    most = 2.0 * 0.33 * 1400.0  # the usual share of two ships, as far as there is not the usual amount aboard by then
    assert 0.9 * most < food[0] - food[1] <= most


@pytest.mark.parametrize(("substance", "store", "kind"), [
    ("oxygen", "us-oxygen", "cygnus"), ("nitrogen", "us-nitrogen", "cygnus"), ("oxygen", "candles", "progress"),
])  # fmt: skip
def test_gas_that_would_be_short_comes_in_recharge_tanks_and_candles(substance: str, store: str, kind: str) -> None:
    gases = {"us_oxygen": 20.0, "russian_oxygen": 0.0} if substance == "oxygen" else {"us_nitrogen": 20.0}
    hold = aboard(**gases)
    hold.state.set_leak(1.0)
    before, spare = hold.state.amount(store), hold.state.copy()
    bring(hold, kind, 1400.0, 0.0, 0.0)
    usual = hold.state.amount(store)
    hold.state = spare
    bring(hold, kind, 1400.0, 0.0, 0.0, 60.0, 120.0)
    assert hold.state.amount(store) > max(usual, before) + 10.0


def test_a_ship_that_carries_as_much_is_the_one_that_may_be_lost() -> None:
    cygnus, dragon, progress = (
        Ship(0.0, kind, kg, 0.0, 0.0) for kind, kg in (("c", 3200.0), ("d", 2300.0), ("p", 1400.0))
    )
    order = {0.0: dragon, 10.0: progress, 20.0: cygnus, 30.0: progress, 90.0: dragon, 120.0: cygnus}
    coming = [(day, f"{one.kind}{day}", one._replace(time_mjd_utc=day)) for day, one in order.items()]
    ahead = ahead_of(dragon, "d0.0", coming, 1000.0)
    assert (ahead.next_mjd_utc, ahead.until_mjd_utc) == (20.0, 90.0)
    assert [one.time_mjd_utc for one in ahead.ships] == [10.0, 30.0]
    assert ahead_of(cygnus, "c", coming, 1000.0).until_mjd_utc == 120.0
    last = ahead_of(cygnus._replace(time_mjd_utc=20.0), "c20.0", coming, 1000.0)
    assert (last.next_mjd_utc, last.until_mjd_utc) == (120.0, 1000.0)  # nothing like it is planned any more


def test_what_is_expected_is_what_was_known_when_the_cargo_was_chosen() -> None:
    """A flight that is dropped, or a kind that stands still, is known from that day on and not before."""
    board = FlightBoard(setup().plan, best_luck(), setup().epoch_mjd_utc)
    day = board.epoch + 100.0
    first = next(
        name for due, name, ship in expected_ships(board, day, 0.5) if ship.kind == "progress" and due > day + 60.0
    )
    board.now = day
    board.dropped[first] = "roscosmos"
    board.plan_again()
    assert first in known(board, day - 1.0)
    others = known(board, day)
    assert first not in others
    marks = frozenset(rocket_marks(board.plan.flights[first]))
    board.standstills = (Standstill(marks, day, day + 300.0),)
    assert known(board, day - 1.0)[first] < day + 300.0
    then = known(board, day + 1.0)
    moved = {name for name in then if then[name] != others[name]}
    assert moved
    assert {board.plan.flights[name].kind.owner for name in moved} == {"roscosmos"}
    assert all(then[name] >= day + 300.0 for name in moved)


def test_nobody_counts_on_ships_that_only_the_arm_could_catch() -> None:
    board = FlightBoard(setup().plan, best_luck(), setup().epoch_mjd_utc)
    kinds = {ship.kind for _, _, ship in expected_ships(board, board.epoch, 0.5)}
    assert {"cygnus", "progress", "cargo-dragon"} <= kinds
    assert {ship.kind for _, _, ship in expected_ships(board, board.epoch, 0.5, arm=False)} == kinds - {"cygnus"}


def known(board: FlightBoard, on_mjd_utc: float) -> dict[str, float]:
    """Which ships were expected on a day, and when."""
    return {name: due for due, name, _ in expected_ships(board, on_mjd_utc, 0.5)}


def test_who_takes_more_ships_along_never_leaves_the_larder_fuller() -> None:
    """JAXA's ships, Northrop Grumman's, or both, with the arm's owner: a superset is no better than its parts."""
    scenario, catalogue, leave = load_scenario("iss-2024").scenario, load_catalogue(), dict[str, int]()
    branches = {"nobody": next(iter(scenario.branches))}
    for partner in ("jaxa", "northrop-grumman", "csa"):
        scenario, branches[partner] = branch_without(scenario, [partner], scenario.epoch_utc, catalogue)
    ready = prepare_campaign(scenario, catalogue)
    for index in (1, 3, 8):  # food ended in those when loads followed what was there
        inputs = draw_inputs(scenario, ready.weather, 1, index)
        for name, branch in branches.items():
            course = simulate(ready.mission, branch, inputs, limits=False).people
            assert course is not None
            leave[name] = leave.get(name, 0) + (course.must_leave_mjd_utc is not None)
    assert leave["nobody"] == 0
    assert max(leave["jaxa"], leave["northrop-grumman"]) <= leave["csa"]
    assert leave["jaxa"] + leave["northrop-grumman"] < 3


def test_what_leaves_is_there_whatever_went_overboard_before() -> None:
    """Waste of the first stores can go, though air and water of them went overboard: that is not what came."""
    hold = aboard()
    hold.advance(hold.state.time_mjd_utc + 200.0)
    waste = sum(hold.state.amount(name) for name in setup().life_support.waste)
    assert waste > 100.0
    assert hold.goods_kg == pytest.approx(0.0, abs=1e-6)
    assert hold.dispose(1e6) == pytest.approx(waste, abs=1.0 * len(setup().life_support.waste))
    assert hold.goods_kg == pytest.approx(0.0, abs=1e-6)
    hold.bring(Ship(hold.state.time_mjd_utc, "progress", 1400.0, 420.0, 45.0), ())
    goods = hold.goods_kg
    assert 0.0 < goods < 1400.0
    assert hold.dispose(goods / 2.0) == pytest.approx(goods / 2.0)
    assert hold.goods_kg == pytest.approx(goods / 2.0, abs=1e-6)
    assert hold.dispose(1e6) < goods
    assert hold.goods_kg == pytest.approx(0.0, abs=1e-6)
