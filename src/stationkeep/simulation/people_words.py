"""People, stores and air in plain words, for the story of a run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from stationkeep.logistics.manifest import Trip

_NAMES: Final = {"us": "American", "russian": "Russian", "esa": "ESA", "nasa": "NASA", "jaxa": "JAXA", "acls": "ACLS"}


def told(trips: Sequence[Trip]) -> str:
    """``3 people (Artemyev, Korsakov, Matveev)``; those nobody has named yet are counted only."""
    names = [trip.name.split(",")[0] for trip in trips if "," in trip.name]
    count = "1 person" if len(trips) == 1 else f"{len(trips)} people"
    return f"{count} ({', '.join(names)})" if names else count


def words(store: str) -> str:
    """``us-food`` as ``American food``; what is no such name stays as it is."""
    return " ".join(_NAMES.get(word, word) for word in store.split("-"))
