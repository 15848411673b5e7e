"""What each kind of equipment, and a person, does to matter: so much in, so much out, no atom made or lost.

A recipe is written for one *unit*: the kilogram its capacity counts (a scrubber's carbon dioxide, a generator's oxygen,
a still's urine) or a reference person's day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final

from stationkeep.habitat.metabolism import (
    DRINK_KG_DAY,
    FECAL_WATER_KG_DAY,
    FLUSH_KG_DAY,
    HYGIENE_KG_DAY,
    URINE_WATER_KG_DAY,
    reference_exchange,
)  # fmt: skip
from stationkeep.habitat.refusal import HabitatError, unknown
from stationkeep.habitat.substances import ELEMENTS, FOOD_PACKED_KG, SUBSTANCES, substance

_CLOSES_TO: Final = 1e-9  # of the mass going through; formulas are exact, so only rounding is left


@dataclass(frozen=True, slots=True)
class Flow:
    """One substance in or out: by the name of its connection, with the kilograms per unit."""

    role: str
    substance: str
    kg: float


@dataclass(frozen=True, slots=True)
class Recipe:
    """Inputs turned into outputs, per unit."""

    name: str
    unit: str
    inputs: tuple[Flow, ...]
    outputs: tuple[Flow, ...]

    def roles(self) -> tuple[str, ...]:
        """Names of everything that must be connected to a store."""
        return tuple(flow.role for flow in (*self.inputs, *self.outputs))

    def imbalance_kg(self) -> dict[str, float]:
        """Kilograms of each element made (+) or lost (-) per unit; all zero for a recipe that may be used."""
        made = dict.fromkeys(ELEMENTS, 0.0)
        for sign, flows in ((-1.0, self.inputs), (1.0, self.outputs)):
            for flow in flows:
                for element, share in SUBSTANCES[flow.substance].elements.items():
                    made[element] += sign * share * flow.kg
        return made


def checked(recipe: Recipe, field: str = "") -> Recipe:
    """The recipe itself if it keeps every atom; raises :class:`HabitatError` naming the element otherwise."""
    for flow in (*recipe.inputs, *recipe.outputs):
        substance(flow.substance, field)
        if not flow.kg > 0.0:
            raise HabitatError(f"{flow.role} has {flow.kg:g} kg", hint="every flow must be above zero", field=field)
    size = sum(flow.kg for flow in recipe.inputs) or 1.0
    wrong = {element: kg for element, kg in recipe.imbalance_kg().items() if abs(kg) > _CLOSES_TO * size}
    if wrong:
        element, kg = max(wrong.items(), key=lambda item: abs(item[1]))
        verb = "makes" if kg > 0 else "loses"
        raise HabitatError(
            f"recipe {recipe.name!r} {verb} {abs(kg):.4g} kg of {element} per unit",
            hint="inputs and outputs must hold the same atoms: correct the amounts, or name what is missing",
            field=field,
        )
    return recipe


def _per(
    recipe: str, unit: str, inputs: Mapping[str, tuple[str, float]], outputs: Mapping[str, tuple[str, float]]
) -> Recipe:
    flows = [tuple(Flow(role, *given) for role, given in side.items()) for side in (inputs, outputs)]
    return checked(Recipe(recipe, unit, flows[0], flows[1]))


def _molar(name: str) -> float:
    return SUBSTANCES[name].molar_mass_g_mol


def _moved(name: str, substance_name: str, role_in: str, role_out: str) -> Recipe:
    return _per(name, f"kg {substance_name}", {role_in: (substance_name, 1.0)}, {role_out: (substance_name, 1.0)})


def _electrolysis() -> Recipe:
    oxygen = _molar("oxygen")
    return _per(
        "electrolysis", "kg oxygen",
        {"water": ("water", 2 * _molar("water") / oxygen)},
        {"oxygen": ("oxygen", 1.0), "hydrogen": ("hydrogen", 2 * _molar("hydrogen") / oxygen)},
    )  # fmt: skip


def _sabatier() -> Recipe:
    gas = _molar("carbon-dioxide")
    return _per(
        "sabatier", "kg carbon-dioxide",
        {"carbon_dioxide": ("carbon-dioxide", 1.0), "hydrogen": ("hydrogen", 4 * _molar("hydrogen") / gas)},
        {"methane": ("methane", _molar("methane") / gas), "water": ("water", 2 * _molar("water") / gas)},
    )  # fmt: skip


def _candle() -> Recipe:
    oxygen = 2 * _molar("oxygen")
    return _per(
        "oxygen-candle", "kg oxygen",
        {"candles": ("lithium-perchlorate", _molar("lithium-perchlorate") / oxygen)},
        {"oxygen": ("oxygen", 1.0), "spent": ("lithium-chloride", _molar("lithium-chloride") / oxygen)},
    )  # fmt: skip


def _lithium_hydroxide() -> Recipe:
    gas = _molar("carbon-dioxide")
    return _per(
        "lithium-hydroxide", "kg carbon-dioxide",
        {"carbon_dioxide": ("carbon-dioxide", 1.0),
         "canisters": ("lithium-hydroxide", 2 * _molar("lithium-hydroxide") / gas)},
        {"spent": ("lithium-carbonate", _molar("lithium-carbonate") / gas), "water": ("water", _molar("water") / gas)},
    )  # fmt: skip


def still(recovery: float, name: str = "urine-processor") -> Recipe:
    """A urine processor that gives back ``recovery`` (0 to 1) of the water fed to it; the rest is brine."""
    if not 0.0 < recovery < 1.0:
        raise HabitatError(f"recovery {recovery:g} given", hint="a share of the water between 0 and 1")
    return _per(name, "kg urine water", {"urine": ("water", 1.0)},
                {"water": ("water", recovery), "brine": ("water", 1.0 - recovery)})  # fmt: skip


def eating(packed: bool) -> Recipe:
    """A reference person's day of eating and breathing, from packed food or, without any, from their own body."""
    day = reference_exchange()
    outputs = {
        "carbon_dioxide": ("carbon-dioxide", day.carbon_dioxide),
        "urine_solids": ("urine-solids", day.urine_solids),
        "fecal_solids": ("fecal-solids", day.fecal_solids),
    }
    moisture = FOOD_PACKED_KG["water"] if packed else 0.0
    outputs["humidity"] = ("water", day.water_made + moisture)
    if packed:
        outputs["trash"] = ("other", FOOD_PACKED_KG["packaging"])
        food = ("food", sum(FOOD_PACKED_KG.values()))
    else:
        food = ("food-solids", day.food_solids)
    return _per(
        "eating" if packed else "fasting", "person-day", {"food": food, "oxygen": ("oxygen", day.oxygen)}, outputs
    )


def _drinking() -> Recipe:
    # What is neither in urine nor in faeces was breathed out or sweated.
    vapour = DRINK_KG_DAY - URINE_WATER_KG_DAY - FECAL_WATER_KG_DAY
    return _per(
        "drinking", "person-day", {"water": ("water", DRINK_KG_DAY)},
        {"urine": ("water", URINE_WATER_KG_DAY), "fecal_water": ("water", FECAL_WATER_KG_DAY),
         "humidity": ("water", vapour)},
    )  # fmt: skip


@cache
def shipped_recipes() -> Mapping[str, Recipe]:
    """Every recipe known by name (read-only)."""
    recipes = (
        _electrolysis(), _sabatier(), _candle(), _lithium_hydroxide(),
        _moved("scrubber", "carbon-dioxide", "carbon_dioxide", "removed"),
        _moved("oxygen-tank", "oxygen", "tank", "oxygen"),
        _moved("nitrogen-tank", "nitrogen", "tank", "nitrogen"),
        _moved("condenser", "water", "humidity", "condensate"),
        _moved("water-processor", "water", "waste_water", "water"),
        _moved("brine-processor", "water", "brine", "humidity"),
        eating(packed=True), eating(packed=False), _drinking(),
        _per("hygiene", "person-day", {"water": ("water", HYGIENE_KG_DAY)}, {"humidity": ("water", HYGIENE_KG_DAY)}),
        _per("flush", "person-day", {"water": ("water", FLUSH_KG_DAY)}, {"urine": ("water", FLUSH_KG_DAY)}),
        _per("toilet-containers", "kg", {"containers": ("other", 1.0)}, {"trash": ("other", 1.0)}),
    )  # fmt: skip
    return MappingProxyType({recipe.name: recipe for recipe in recipes})


def recipe(name: str, field: str = "") -> Recipe:
    """A shipped recipe; raises :class:`HabitatError` with what there is. ``urine-processor`` needs :func:`still`."""
    known = shipped_recipes()
    if name not in known:
        raise unknown("recipe", name, (*known, "urine-processor"), field)
    return known[name]
