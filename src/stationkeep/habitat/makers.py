"""Whose machines make what people live on?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stationkeep.habitat.air import GASES

if TYPE_CHECKING:
    from stationkeep.habitat.habitat import Habitat


def makers(habitat: Habitat, limit: str) -> tuple[str, ...]:
    """Owners of the machines that keep a limit from being reached, and of those that make what these take.

    ``limit``: a store at its end (``us-water``), or a mark of the air (``cabin-oxygen below 16 kPa``, ``pressure below
    70 kPa``); of a gas that is too much, those that take it away. Food nobody makes.
    """
    name, _, level = limit.partition(" ")
    held = [GASES["cabin-oxygen"], GASES["cabin-nitrogen"]]
    if name in habitat.all_stores:
        held = [habitat.all_stores[name].substance]
    wanted, found = set(held), set[str]()
    machines = dict(habitat.equipment)
    removing = level.startswith("above")
    while True:
        able = [
            key for key, one in machines.items()
            if wanted & {flow.substance for flow in (one.recipe.inputs if removing else one.recipe.outputs)}
        ]  # fmt: skip
        if not able:
            return tuple(sorted(found - {""}))
        for key in able:
            machine = machines.pop(key)
            found |= {machine.owner, machine.controlled_by}
            wanted |= set() if removing else {flow.substance for flow in machine.recipe.inputs}
