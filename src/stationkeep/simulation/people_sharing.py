"""What sides aboard hand over to each other: what one has too much of, and what others left behind."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Final, NamedTuple

WORTH_MOVING_KG: Final = 20.0
"""Less is not worth the time."""


class Larder(NamedTuple):
    """A side's store of something that all people can live on."""

    name: str
    held_kg: float
    usual_kg: float
    """Usually aboard, as far as it holds that."""
    at_reserve: bool
    lived_from: bool
    """Whether somebody aboard is of its side."""
    operated: bool
    """Whether its owner still operates anything."""


def is_uneven(held_kg: Sequence[float], usual_kg: Sequence[float]) -> bool:
    """Whether some stores hold so much more than usual, and others so much less, that it is worth moving.

    Where none is at its reserve :func:`handed_over` has nothing to do unless they are.
    """
    more = list(map(operator.sub, held_kg, usual_kg))
    spare, lack = sum([kg for kg in more if kg > 0.0]), sum([-kg for kg in more if kg < 0.0])
    return bool(min(spare, lack) >= WORTH_MOVING_KG)


def handed_over(larders: Sequence[Larder]) -> dict[str, float]:
    """What each store of one kind gets (positive) or gives [kg]; the sum is nought.

    Sides with people aboard, whose owners operate, hand over what is more than usual, and all alike where one is at its
    reserve. What a side without people aboard left is carried over to one at its reserve: food and water are in bags
    and packages, and machines cannot draw on another segment's tanks.
    """
    present = [one for one in larders if one.lived_from and one.operated]
    if len(present) > 1 or not present:
        return _alike(present) if len(present) == len(larders) > 1 else {}
    return _carried([one for one in larders if not one.lived_from], present[0])


def _alike(present: Sequence[Larder]) -> dict[str, float]:
    wanted = [one.usual_kg for one in present]
    if any(one.at_reserve for one in present):
        full = sum(one.held_kg for one in present) / sum(wanted)
        wanted = [full * kg for kg in wanted]
    more = [one.held_kg - goal for one, goal in zip(present, wanted, strict=True)]
    spare, lack = sum([kg for kg in more if kg > 0.0]), sum([-kg for kg in more if kg < 0.0])
    moved = min(spare, lack)
    if moved < WORTH_MOVING_KG:
        return {}
    return {
        one.name: -moved * kg / spare if kg > 0.0 else -moved * kg / lack for one, kg in zip(present, more, strict=True)
    }


def _carried(left: Sequence[Larder], to: Larder) -> dict[str, float]:
    there = sum([one.held_kg for one in left])
    moved = min(there, to.usual_kg - to.held_kg)
    if not to.at_reserve or moved < WORTH_MOVING_KG:
        return {}
    return {**{one.name: -moved * one.held_kg / there for one in left}, to.name: moved}
