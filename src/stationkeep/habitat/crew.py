"""The people aboard as users of stores: who eats and drinks from what, and where it goes.

People are counted by side, because each side brings its own food and water; they share when ``shared``, and breathe one
air. A side without food starves: it burns its own bodies' substance, which is counted, and is an outcome for whoever
reads the result.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from stationkeep.habitat.equipment import Equipment
from stationkeep.habitat.recipes import Recipe, recipe


@dataclass(frozen=True, slots=True)
class Side:
    """One side's people: the stores they live from and give to.

    ``containers`` and ``flush_water`` may be empty: no such consumable is kept. ``containers_kg_day`` is per person.
    A segment of the side's name is kept going by its own people: they alone repair its machines, each works
    ``work_hours_week``, and ``upkeep_hours_week`` of all their hours goes into routine (0: not known).
    """

    name: str
    food: str
    water: str
    urine: str
    trash: str
    body: str
    waste_solids: str
    urine_solids: str
    fecal_water: str
    containers: str = ""
    containers_kg_day: float = 0.0
    flush_water: str = ""
    work_hours_week: float = 40.0
    upkeep_hours_week: float = 0.0

    def stores(self) -> tuple[str, ...]:
        """Every store named."""
        return tuple(
            store for store in (self.food, self.water, self.urine, self.trash, self.body, self.waste_solids,
                                self.urine_solids, self.fecal_water, self.containers, self.flush_water) if store
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class CrewNeed:
    """One way to meet a need: needs of the same name are met in ``order``, until met."""

    need: str
    process: Equipment


def crew_needs(sides: Mapping[str, Side], shared: bool) -> Iterator[CrewNeed]:
    """Every way in which people's needs are met: their own stores first, then, if shared, the other sides'."""
    for side in sides.values():
        sources = [side, *(other for other in sides.values() if shared and other is not side)]
        for order, source in enumerate(sources):
            own = source is side
            if own or source.food != side.food:
                food = {"food": source.food, "trash": side.trash, **_eaten(side)}
                yield _need(side, "food", recipe("eating"), food, order, source)
            if own or source.water != side.water:
                yield _need(side, "water", recipe("drinking"), _drunk(side, source), order, source)
            if source.containers and (own or source.containers != side.containers):
                containers = {"containers": source.containers, "trash": side.trash}
                yield _need(side, "containers", recipe("toilet-containers"), containers, order, source)
        body = {"food": side.body, **_eaten(side)}
        yield _need(side, "food", recipe("fasting"), body, len(sources), side)
        wash = {"water": side.water, "humidity": "cabin-humidity"}
        yield _need(side, "hygiene", recipe("hygiene"), wash, 0, side, share_order=2)
        if side.flush_water:
            flush = {"water": side.flush_water, "urine": side.urine}
            yield _need(side, "flush", recipe("flush"), flush, 0, side, share_order=2)


def _eaten(side: Side) -> dict[str, str]:
    return {
        "oxygen": "cabin-oxygen", "carbon_dioxide": "cabin-carbon-dioxide", "humidity": "cabin-humidity",
        "urine_solids": side.urine_solids, "fecal_solids": side.waste_solids,
    }  # fmt: skip


def _drunk(side: Side, source: Side) -> dict[str, str]:
    return {
        "water": source.water, "urine": side.urine, "fecal_water": side.fecal_water, "humidity": "cabin-humidity",
    }  # fmt: skip


def _need(
    side: Side, need: str, how: Recipe, stores: Mapping[str, str], order: int, source: Side, *, share_order: int = 0
) -> CrewNeed:
    name = f"{side.name}-{how.name}" + (f"-from-{source.name}" if source is not side else "")
    process = Equipment(
        name, how, stores, capacity_per_day=1e6, duty="crew", order=order, share_order=share_order, segment=side.name
    )
    return CrewNeed(f"{side.name}-{need}", process)
