"""What is at its end ends now: emptied stores with less than a crumb left, and what is lived on from hand to mouth."""

from __future__ import annotations

import pytest

from stationkeep.habitat.figures import shipped_habitat
from stationkeep.habitat.margins import first_limit, is_empty, margins
from stationkeep.habitat.state import HabitatState
from stationkeep.simulation.people_words import nothing_left

EPOCH = 59671.0


def station(**amounts_kg: float) -> HabitatState:
    """Seven people with these amounts of food."""
    state = HabitatState(shipped_habitat().habitat(), EPOCH)
    for name, kg in amounts_kg.items():
        store = name.replace("_", "-")
        state.add_cargo(store, kg - state.amount(store))
    return state


def test_a_crumb_in_an_emptied_larder_is_not_food() -> None:
    """The Russian larder ran dry and kept 1e-11 kg; the American one lasts seven people for 20 kg / 12.8 kg a day."""
    state = station(russian_food=1e-11, us_food=20.0)
    limit = first_limit(state, 60.0)
    assert limit is not None
    assert (limit.what, limit.days) == ("us-food", pytest.approx(20.0 / (7 * 1.83053), rel=1e-3))


def test_a_store_lived_from_hand_to_mouth_is_empty() -> None:
    state = station(russian_food=2.0, us_food=400.0)
    state.advance(5.0)
    assert is_empty(state, "russian-food")
    state.add_cargo("russian-food", 0.3)  # less than it takes to live from it again
    assert is_empty(state, "russian-food")
    limit = first_limit(state, 60.0)
    assert limit is not None
    assert limit.what == "us-food"
    state.add_cargo("russian-food", 30.0)
    assert not is_empty(state, "russian-food")


def test_who_has_nothing_left_to_eat_is_at_the_limit_now() -> None:
    state = station(russian_food=10.0, us_food=10.0)
    state.advance(10.0)
    limit = first_limit(state, 60.0)
    assert limit is not None
    assert limit.days == 0.0
    assert margins(state).first_limit == limit
    assert {one.days_to_zero for one in margins(state).stores if one.name in ("us-food", "russian-food")} == {0.0}
    state.set_people({})
    assert first_limit(state, 60.0) is None  # nobody is hungry


def test_a_store_lasts_by_its_own_use_beyond_the_end_of_another() -> None:
    # Both larders end after some days; the leak goes on drawing on the nitrogen whatever people eat.
    hungry = {one.name: one for one in margins(station(russian_food=10.0, us_food=10.0)).stores}
    fed = {one.name: one for one in margins(station(russian_food=2000.0, us_food=2000.0)).stores}
    assert hungry["us-food"].days_to_zero is not None
    assert hungry["us-food"].days_to_zero < 10.0
    assert fed["us-nitrogen"].days_to_zero is not None
    assert hungry["us-nitrogen"].days_to_zero == pytest.approx(fed["us-nitrogen"].days_to_zero, rel=0.02)


def test_a_tank_that_is_empty_now_ends_now() -> None:
    state = station()
    state.add_cargo("us-nitrogen", -state.amount("us-nitrogen"))
    found = {one.name: one for one in margins(state).stores}
    assert found["us-nitrogen"].days_to_zero == found["us-nitrogen"].days_to_reserve == 0.0
    # Waste that is not there yet has not ended.
    assert found["us-urine"].days_to_zero is None or found["us-waste-water"].days_to_zero > 0.0


def test_who_lives_on_the_others_stores_is_told() -> None:
    state = station(russian_food=0.0, us_food=100.0)
    assert nothing_left(state, "russian-food") == "Nothing is left of Russian food: they live on American food"
    both = station(russian_food=0.0, us_food=0.0)
    assert nothing_left(both, "russian-food") == "Nothing is left of Russian food"
    assert nothing_left(state, "candles") == "Nothing is left of candles"
