"""What flows where at a moment: a station's daily balance in kilograms, for people to read and compare."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stationkeep.habitat.state import HabitatState


@dataclass(frozen=True, slots=True)
class Balance:
    """Rates at one moment [kg/day]: by store, by machine, and what they come to."""

    stores: Mapping[str, float]
    """Net: above zero it fills."""
    machines: Mapping[str, float]
    """In the unit of each recipe (kilograms, or person-days)."""
    oxygen_breathed: float
    carbon_dioxide_out: float
    water_drunk: float
    food_eaten: float
    water_missing: float
    """Water that must be brought to keep all stores of it level."""


def flows(state: HabitatState) -> Balance:
    """What does everybody and every machine do at this moment? (rates; time stands still)"""
    twin = state.copy()
    twin.advance(0.0)
    plan = state.plan
    machines = dict(zip(plan.process_names, map(float, twin.moment.rate), strict=True))
    stores = dict(zip(plan.store_names, map(float, twin.moment.net), strict=True))
    through = {"oxygen": 0.0, "carbon-dioxide": 0.0, "drink": 0.0, "food": 0.0}
    for need in state.habitat.needs:
        process, rate = need.process, machines[need.process.name]
        for flow in process.recipe.inputs:
            key = {"eating": flow.role, "fasting": flow.role, "drinking": "drink"}.get(process.recipe.name, "")
            if key in through:
                through[key] += rate * flow.kg
        for flow in process.recipe.outputs:
            if flow.role == "carbon_dioxide":
                through["carbon-dioxide"] += rate * flow.kg
    kept = [name for name, store in state.habitat.stores.items() if store.substance == "water" and store.critical]
    return Balance(
        stores, machines, through["oxygen"], through["carbon-dioxide"], through["drink"], through["food"],
        -sum(stores[name] for name in kept),
    )  # fmt: skip
