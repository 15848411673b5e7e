"""Who loses what when a partner's ground control, or a segment's power, stops?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stationkeep.habitat.margins import binding_limit, fewer
from stationkeep.habitat.refusal import HabitatError, unknown
from stationkeep.habitat.state import HabitatState

if TYPE_CHECKING:
    from stationkeep.habitat.habitat import Habitat

CARRY_DAYS = 30.0
"""People whom the air does not carry this long are too many from the start."""


@dataclass(frozen=True, slots=True)
class Loss:
    """One machine that stops, or can no longer be repaired, and why."""

    equipment: str
    owner: str
    segment: str
    recipe: str
    why: str
    """``control``: commanded by the partner; ``spares``: nobody else can repair it; ``power``: of its segment."""


def losses_without_partner(habitat: Habitat, partner: str) -> tuple[Loss, ...]:
    """What stops at once, and what cannot be repaired any more, when a partner has gone."""
    return tuple(_partner_losses(habitat, partner))


def losses_without_power(habitat: Habitat, segment: str) -> tuple[Loss, ...]:
    """What stops when a segment has no power."""
    segments = sorted({machine.segment for machine in habitat.equipment.values() if machine.segment})
    if segment not in segments:
        raise unknown("segment", segment, segments)
    return tuple(
        Loss(one.name, one.owner, one.segment, one.recipe.name, "power")
        for one in habitat.equipment.values()
        if one.segment == segment and one.power_w > 0.0
    )


def _partner_losses(habitat: Habitat, partner: str) -> Iterator[Loss]:
    for one in habitat.equipment.values():
        if one.controlled_by == partner:
            yield Loss(one.name, one.owner, one.segment, one.recipe.name, "control")
        elif one.owner == partner and one.failure is not None:
            yield Loss(one.name, one.owner, one.segment, one.recipe.name, "spares")


def require_air_for_all(habitat: Habitat) -> None:
    """Refuse a start with more people than the air can carry; the message says how many it can.

    The air carries those for whom no serious limit of a partial pressure is crossed in :data:`CARRY_DAYS`.
    """
    state = HabitatState(habitat, 0.0)
    aboard = state.people_aboard
    wrong = _bad_air(state, aboard)
    if wrong is None:
        return
    carried = next((number for number in range(aboard - 1, 0, -1) if _bad_air(state, number) is None), 0)
    raise HabitatError(
        f"{aboard} people are more than the air can carry: {wrong}",
        hint=f"at most {carried} can start; or add scrubbers, oxygen or volume",
        field="people",
    )


def _bad_air(state: HabitatState, number: int) -> str | None:
    twin = state.copy()
    twin.set_people(fewer(state.people, number))
    start = twin.copy()
    # Only the air counts here: an empty larder is an outcome of the run, not a fault of its description.
    events = [one for one in twin.advance(CARRY_DAYS) if one.kind != "store-empty"]
    limit = binding_limit(state.habitat, start, events)
    return None if limit is None else f"{limit.what} after {limit.days:.1f} days"
