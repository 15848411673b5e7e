"""How much of a function do some of its providers give together? Those that draw on one store give no more than it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from stationkeep.catalogue.figure import Figure

_ROUNDING: Final = 1e-9  # of a sum of capacities


@dataclass(frozen=True, slots=True)
class CapacityPool:
    """Provider nodes that draw on one store: together they give no more than ``limit``."""

    nodes: tuple[str, ...]
    limit: float


@dataclass(frozen=True, slots=True)
class FunctionTerm:
    """Capacity of each provider node, what they share, how much is enough, and the store behind it."""

    capacities: Mapping[str, float]
    threshold: float
    store_days: Figure | None
    store_stretch: float = 1.0  # fewer people empty it later
    pools: tuple[CapacityPool, ...] = ()

    def capacity(self, working: Collection[str]) -> float:
        """What these providers give together, in the unit of the need: the sum over pools of what each lets through."""
        return sum(min(limit, sum(sizes)) for sizes, limit in self._groups(working))

    def enough(self, working: Collection[str]) -> bool:
        """Whether these providers suffice."""
        return self.capacity(working) >= self.threshold - _ROUNDING

    def shares(self) -> dict[str, float]:
        """Capacity of each provider when all work; a pool's limit is shared in proportion."""
        found = dict(self.capacities)
        for pool in self.pools:
            total = sum(self.capacities[node] for node in pool.nodes)
            if total > pool.limit:
                found.update({node: self.capacities[node] * pool.limit / total for node in pool.nodes})
        return found

    def spare(self, working: Collection[str]) -> int:
        """How many of these may fail, whichever they are, before too little is left; 0 also where too little is there.

        The worst case of each number of failures, by adding up over pools what the loss of their largest costs.
        """
        present = self.capacity(working)
        worst = [0.0]  # the most that can be lost by 0, 1, 2 ... failures
        for sizes, limit in self._groups(working):
            largest = sorted(sizes, reverse=True)
            full = min(limit, sum(largest))
            costs = [full - min(limit, sum(largest[count:])) for count in range(len(largest) + 1)]
            longest = len(worst) + len(costs) - 1
            worst = [
                max(
                    worst[total - count] + costs[count]
                    for count in range(len(costs))
                    if 0 <= total - count < len(worst)
                )
                for total in range(longest)
            ]
        enough = [count for count, lost in enumerate(worst) if present - lost >= self.threshold - _ROUNDING]
        return max(enough, default=0)

    def _groups(self, working: Collection[str]) -> list[tuple[list[float], float]]:
        """Capacities that share a limit; each provider outside all pools stands by itself."""
        kept = set(working) & set(self.capacities)
        pooled = {node for pool in self.pools for node in pool.nodes}
        shared = [([self.capacities[node] for node in pool.nodes if node in kept], pool.limit) for pool in self.pools]
        alone = [([size], size) for node, size in self.capacities.items() if node in kept and node not in pooled]
        return [*shared, *alone]
