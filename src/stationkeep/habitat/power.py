"""Who gets power where there is not enough of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stationkeep.habitat.habitat import Habitat


def power_shares(habitat: Habitat, fractions: Mapping[str, float], off: frozenset[str]) -> dict[str, float]:
    """Which share of its power does each machine get, where a segment has only a fraction of what it draws?

    The lower ``served`` is served first, equals are cut alike; machines switched off draw nothing, and those that need
    no power (valves, canisters, candles) are worked by hand whatever there is.
    """
    shares = dict.fromkeys(habitat.equipment, 1.0)
    for segment, fraction in fractions.items():
        if fraction >= 1.0:
            continue
        members = [
            one
            for one in habitat.equipment.values()
            if one.segment == segment and one.power_w > 0.0 and one.name not in off
        ]
        left = fraction * sum(one.power_w for one in members)
        for order in sorted({one.served for one in members}):
            level = [one for one in members if one.served == order]
            wanted = sum(one.power_w for one in level)
            share = min(1.0, left / wanted)
            for one in level:
                shares[one.name] = share
            left = max(0.0, left - share * wanted)
    return shares
