"""What ends first, said so that it can be read aloud."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

from stationkeep.simulation.people_words import words as name_in_words

if TYPE_CHECKING:
    from stationkeep.campaign.margins_seats import SeatMargins
    from stationkeep.habitat.habitat import Habitat
    from stationkeep.habitat.margins import Limit

LimitKind = Literal["store", "air", "seats"]


def limit_kind(habitat: Habitat, limit: Limit) -> LimitKind:
    """Whether a store or the air binds."""
    return "store" if limit.what in habitat.stores else "air"


def limit_in_words(habitat: Habitat, limit: Limit) -> str:
    """Why people must leave: ``the last food is gone (US food ends)``, ``too much carbon dioxide in the air``."""
    if limit.what in habitat.stores:
        store = habitat.stores[limit.what]
        others = [
            one for one in habitat.stores.values() if one.critical and one.substance == store.substance != "other"
        ]
        shared = habitat.shared and len(others) > 1
        last = f"the last {store.substance} is gone" if shared else f"the {name_in_words(limit.what)} is gone"
        return f"{last}: {name_in_words(limit.what)} ends" if shared else last
    what, side, level = _pressure(limit.what)
    if what == "pressure":
        return f"the cabin pressure falls below {level}"
    grows = "rises above" if side == "above" else "falls below"
    return f"the partial pressure of {what} {grows} {level}"


def seats_in_words(seats: SeatMargins, people: int, until_mjd_utc: float) -> str:
    """Why seats bind for that many: which craft ends its life, and how many seats are left after it."""
    if until_mjd_utc == -math.inf:
        have = "no working seat" if seats.seats == 0 else f"only {_count(seats.seats)}"
        return f"{people} people have {have} home now"
    ending = [one.flight for one in seats.craft if one.until_mjd_utc == until_mjd_utc and one.seats]
    left = sum(one.seats for one in seats.craft if one.until_mjd_utc > until_mjd_utc)
    ends = "reaches the end of its life" if len(ending) == 1 else "reach the end of their lives"
    rest = "no seat home is left" if left == 0 else f"{_count(left)} home left"
    return f"{' and '.join(ending)} {ends} at the station: {rest} for {people}"


def _count(seats: int) -> str:
    return "1 working seat" if seats == 1 else f"{seats} working seats"


def _pressure(name: str) -> tuple[str, str, str]:
    for side in ("above", "below"):
        what, found, level = name.partition(f" {side} ")
        if found:
            return what.removeprefix("cabin-").replace("-", " "), side, level
    return name, "below", ""
