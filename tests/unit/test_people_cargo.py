"""What ships bring: gas where it is short, and more of what was at its reserve when their cargo was chosen."""

from __future__ import annotations

from functools import cache

import pytest

from stationkeep.catalogue.loader import load_catalogue
from stationkeep.scenario.loader import load_scenario
from stationkeep.simulation.aboard import Aboard
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


def test_progress_brings_the_gas_that_is_short() -> None:
    hold = aboard(russian_oxygen=0.0)
    nitrogen = hold.state.amount("russian-nitrogen")
    came = hold.bring("progress", 0.0, 0.0, 45.0, ())
    assert hold.state.amount("russian-oxygen") == pytest.approx(40.0)  # what is usual
    assert hold.state.amount("russian-nitrogen") == pytest.approx(nitrogen)
    assert came == pytest.approx(40.0)


def test_gas_is_shared_by_what_lacks_and_never_more_than_there_is() -> None:
    hold = aboard(us_oxygen=0.0, us_nitrogen=30.0)
    lack_oxygen = setup().usual_kg["us-oxygen"]
    lack_nitrogen = setup().usual_kg["us-nitrogen"] - 30.0
    came = hold.bring("cygnus", 0.0, 0.0, 100.0, ())
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
        hold.bring("progress", 0.0, 0.0, 45.0, ())
        assert hold.state.amount("us-nitrogen") + hold.state.amount("russian-nitrogen") > 20.0
    kept = sum(hold.state.amount(name) for name in ("us-nitrogen", "russian-nitrogen"))
    assert kept <= sum(setup().usual_kg[name] for name in ("us-nitrogen", "russian-nitrogen")) + 1e-6
    assert hold.state.amount("cabin-nitrogen") == pytest.approx(899.5, rel=0.01)


def test_once_the_reserve_of_oxygen_is_reached_later_ships_bring_candles_and_gas() -> None:
    hold = aboard(us_oxygen=20.0, russian_oxygen=0.0, candles=100.0)
    now = hold.state.time_mjd_utc
    before = hold.state.amount("candles")
    hold.bring("progress", 1400.0, 0.0, 0.0, (), now + 29.0)  # its cargo was chosen before
    assert hold.state.amount("candles") - before <= 6.0 + 1e-6  # filled to the usual 106 kg
    usual = setup().usual_kg["candles"]
    hold.bring("progress", 1400.0, 0.0, 0.0, (), now + 31.0)
    assert hold.state.amount("candles") == pytest.approx(min(2.0 * usual, usual + 0.15 * 1400.0))
    assert hold.state.amount("russian-oxygen") == pytest.approx(0.04 * 1400.0)
    hold.state.add_cargo("us-oxygen", 100.0)
    hold.record()
    hold.state.add_cargo("candles", -100.0)
    left = hold.state.amount("candles")
    hold.bring("progress", 1400.0, 0.0, 0.0, (), now + 90.0)  # the reserve is back: cargo is as usual again
    assert hold.state.amount("candles") == pytest.approx(max(left, min(usual, left + 0.03 * 1400.0)))


def test_what_is_short_is_carried_instead_of_other_goods_and_not_beside_them() -> None:
    hold = aboard(us_food=10.0, russian_food=10.0)
    before = sum(hold.state.elements_kg().values())
    came = hold.bring("cygnus", 1000.0, 0.0, 0.0, (), hold.state.time_mjd_utc + 40.0)
    assert came == pytest.approx(1000.0)
    assert sum(hold.state.elements_kg().values()) - before <= 1000.0 + 1e-6
    assert hold.state.amount("us-food") == pytest.approx(510.0, rel=0.2)
    assert hold.state.amount("us-food") > 10.0 + 0.35 * 1000.0


def test_what_is_scarce_comes_first_before_a_reserve_is_reached() -> None:
    """Twice the reserve is left: half of the cargo may be food then, up to what is usual and no more."""
    hold = aboard(us_food=300.0, russian_food=860.0)
    reserve = sum(hold.state.reserve(name) for name in ("us-food", "russian-food"))
    assert reserve < 1160.0 < 3.0 * reserve
    now, usual = hold.state.time_mjd_utc, setup().usual_kg
    hold.bring("cygnus", 3000.0, 0.0, 0.0, (), now + 29.0)  # its cargo was chosen before
    assert hold.state.amount("us-food") == pytest.approx(300.0 + 0.35 * 3000.0)
    hold.state.add_cargo("us-food", 300.0 - hold.state.amount("us-food"))
    hold.bring("cygnus", 2000.0, 0.0, 0.0, (), now + 31.0)
    assert hold.state.amount("us-food") == pytest.approx(300.0 + 0.5 * 2000.0)
    hold.bring("cygnus", 9000.0, 0.0, 0.0, (), now + 31.0)
    assert hold.state.amount("us-food") == pytest.approx(usual["us-food"])
