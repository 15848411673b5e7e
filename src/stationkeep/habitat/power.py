"""Who gets power where there is not enough of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stationkeep.habitat.habitat import Habitat


def power_shares(habitat: Habitat, fractions: Mapping[str, float], off: frozenset[str]) -> dict[str, float]:
    """Which share of its power does each machine get, where a segment has only a fraction of what it draws?

    The lower ``share_order`` is served first, equals are cut alike; machines switched off draw nothing.
    """
    shares = dict.fromkeys(habitat.equipment, 1.0)
    for segment, fraction in fractions.items():
        if fraction >= 1.0:
            continue
        members = [one for one in habitat.equipment.values() if one.segment == segment and one.name not in off]
        left = fraction * sum(one.power_w for one in members)
        for order in sorted({one.share_order for one in members}):
            level = [one for one in members if one.share_order == order]
            wanted = sum(one.power_w for one in level)
            share = min(1.0, left / wanted) if wanted > 0.0 else (1.0 if fraction > 0.0 else 0.0)
            for one in level:
                shares[one.name] = share
            left = max(0.0, left - share * wanted)
    return shares
