"""Substances, recipes and people: no atom made or lost, and published rates met by arithmetic, not by table."""

from __future__ import annotations

import pytest

from stationkeep.habitat.metabolism import Person, reference_exchange, respiratory_quotient
from stationkeep.habitat.quantities import quantity
from stationkeep.habitat.recipes import Flow, Recipe, checked, recipe, shipped_recipes, still
from stationkeep.habitat.refusal import HabitatError
from stationkeep.habitat.substances import FOOD, SUBSTANCES, compound


@pytest.mark.parametrize("name", list(SUBSTANCES))
def test_shares_of_elements_add_up(name: str) -> None:
    assert sum(SUBSTANCES[name].mass_shares()) == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize("name", list(shipped_recipes()))
def test_every_recipe_keeps_every_atom(name: str) -> None:
    one = recipe(name)
    assert max(map(abs, one.imbalance_kg().values())) < 1e-12 * sum(flow.kg for flow in one.inputs)


def test_water_splits_as_chemistry_says() -> None:
    # 2 H2O -> 2 H2 + O2: 36.030 g of water for 31.998 g of oxygen.
    assert recipe("electrolysis").inputs[0].kg == pytest.approx(36.030 / 31.998, rel=1e-6)
    assert compound("glucose", "C6H12O6").molar_mass_g_mol == pytest.approx(180.156, abs=1e-3)


def test_a_candle_gives_what_its_salt_holds() -> None:
    # LiClO4 -> LiCl + 2 O2: 106.386 g for 63.996 g; a candle of 600 L (0.80 kg) needs 1.33 kg of it.
    assert 0.80 * recipe("oxygen-candle").inputs[0].kg == pytest.approx(1.33, abs=0.01)


def test_recipe_that_makes_matter_is_refused_by_element() -> None:
    magic = Recipe("magic", "kg", (Flow("water", "water", 1.0),), (Flow("oxygen", "oxygen", 1.0),))
    with pytest.raises(HabitatError, match=r"(makes 0\.1119 kg of O|loses 0\.1119 kg of H)"):
        checked(magic)


@pytest.mark.parametrize("recovery", [0.0, 1.0, -0.1, 1.5])
def test_stills_recover_a_share(recovery: float) -> None:
    with pytest.raises(HabitatError, match="recovery"):
        still(recovery)


def test_respiratory_quotient_is_that_of_a_mixed_diet() -> None:
    # Between pure fat (0.70) and pure carbohydrate (1.00); mixed diets have 0.82 to 0.92.
    assert 0.82 < respiratory_quotient() < 0.92


def test_bigger_and_busier_people_use_more() -> None:
    usual, large, resting = Person(), Person(96.0), Person(activity=0.0)
    assert usual.food_days == pytest.approx(1.0, abs=1e-12)
    assert large.food_days > 1.0 > resting.food_days
    assert 1.0 < large.water_days < large.food_days
    assert Person(60.0, "female").food_days < Person(60.0).food_days


@pytest.mark.parametrize("given", [{"body_mass_kg": 20.0}, {"activity": -1.0}, {"sex": "robot"}])
def test_impossible_people_are_refused(given: dict[str, object]) -> None:
    with pytest.raises(HabitatError):
        Person(**given)  # type: ignore[arg-type]


def test_food_is_what_people_metabolise() -> None:
    day = reference_exchange()
    assert FOOD.elements["C"] * 1.83 == pytest.approx(0.617 * SUBSTANCES["food-solids"].elements["C"], rel=1e-9)
    assert day.oxygen + day.food_solids == pytest.approx(
        day.carbon_dioxide + day.water_made + day.urine_solids + day.fecal_solids, rel=1e-12
    )


@pytest.mark.parametrize(
    ("given", "unit", "expected"),
    [(420, "kg", 420.0), ("420 kg", "kg", 420.0), ("0.42 t", "kg", 420.0), ("2 lb/day", "kg/d", 0.90718474),
     ("4 mmHg", "kPa", 0.53328955), ("85 %", "1", 0.85), ("1.5 kW", "W", 1500.0)],
)  # fmt: skip
def test_quantities(given: object, unit: str, expected: float) -> None:
    assert quantity(given, unit) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("given", ["420 stone", "lots", "", None, True, -1.0, float("nan"), "nan kg", "1e999 kg"])
def test_strange_quantities_are_refused(given: object) -> None:
    with pytest.raises(HabitatError, match=r"stores\.water\.amount_kg"):
        quantity(given, "kg", "stores.water.amount_kg")
