"""When is each function lost once partners leave or assets fail?

Every node of the graph has a time at which it stops, in days after the departure, infinite where it never does:

- an asset stops when its operator leaves, when it is removed, or ``bridged_days`` after too few of what one of its
  needs asks for are left, whichever comes first;
- a function stops ``store_days`` after the providers that still work no longer suffice.

The times are the largest that satisfy both rules at once, found by lowering them from "never" until nothing changes
(at most one pass for each node: stores only delay). Everything in the rules grows with the times of what it depends
on, so removing a provider never makes anything stop later.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from stationkeep.catalogue.figure import Figure
    from stationkeep.partnership.capacity import FunctionTerm
    from stationkeep.partnership.graph import NeedTerm, PartnerGraph

Estimate = Literal["low", "best", "high"]
NEVER: Final = math.inf
AT_ONCE_DAYS: Final = 1.0  # what stops sooner stops at once


@dataclass(frozen=True)
class Losses:
    """Days until each node stops, and through which other node it stopped (its own operator: none)."""

    days: Mapping[str, float]
    through: Mapping[str, str | None]

    def works(self, node: str) -> bool:
        """Whether it never stops."""
        return self.days[node] == NEVER

    def chain(self, node: str) -> tuple[str, ...]:
        """From a node back to where its loss began."""
        found = [node]
        while (before := self.through.get(found[-1])) is not None and before not in found:
            found.append(before)
        return tuple(found)


def find_losses(
    graph: PartnerGraph,
    *,
    without: Collection[str] = (),
    removed: Collection[str] = (),
    held: Collection[str] = (),
    estimate: Estimate = "best",
) -> Losses:
    """What stops, and when, if these partners leave and these asset nodes are removed at day 0?

    ``held``: functions that are taken as never lost. ``estimate``: which end of the stores' ranges to take. Names that
    are not in the graph are ignored here.
    """
    gone, lost = set(without), set(removed)
    days = {node: 0.0 if operator in gone or node in lost else NEVER for node, operator in graph.operators.items()}
    days.update(dict.fromkeys(graph.functions, NEVER))
    through: dict[str, str | None] = dict.fromkeys(days)
    stale = set(days)  # whose causes have changed since it was last asked
    while stale:
        for node, terms in graph.needs.items():
            if node in stale:
                stale.discard(node)
                ends = [need_ends(term, days, estimate) for term in terms] if days[node] > 0.0 else []
                if _lower(node, ends, days, through):
                    stale.update(graph.graph.successors(node))
        for node, function in graph.functions.items():
            if node in stale:
                stale.discard(node)
                if node not in held and _lower(node, [_function_ends(function, days, estimate)], days, through):
                    stale.update(graph.graph.successors(node))
    return Losses(days, through)


def _lower(
    node: str, ends: Sequence[tuple[float, str | None]], days: dict[str, float], through: dict[str, str | None]
) -> bool:
    if not ends:
        return False
    when, cause = min(ends, key=lambda item: item[0])
    if when >= days[node]:
        return False
    days[node], through[node] = when, cause
    return True


def need_ends(term: NeedTerm, days: Mapping[str, float], estimate: Estimate) -> tuple[float, str | None]:
    """When a need is no longer met: the time of the ``at_least``-th longest lasting, and what bridges it."""
    if len(term.nodes) < term.at_least:
        return 0.0, None
    lasting = sorted(term.nodes, key=lambda node: -days[node])
    last = lasting[term.at_least - 1]
    return days[last] + _span(term.bridged_days, estimate), last


def _function_ends(term: FunctionTerm, days: Mapping[str, float], estimate: Estimate) -> tuple[float, str | None]:
    """When too little capacity is left, and what was the last straw."""
    left = set(term.capacities)
    if not term.enough(left):
        return 0.0, None
    for node in sorted(term.capacities, key=lambda node: days[node]):
        left.remove(node)
        if not term.enough(left):
            return days[node] + term.store_stretch * _span(term.store_days, estimate), node
    return NEVER, None


def _span(figure: Figure | None, estimate: Estimate) -> float:
    if figure is None:
        return 0.0
    return {"low": figure.low, "best": figure.best, "high": figure.high}[estimate]
