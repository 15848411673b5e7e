"""People, stores and air in plain words, for the story of a run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from stationkeep.habitat.margins import is_empty

if TYPE_CHECKING:
    from stationkeep.habitat.margins import Limit
    from stationkeep.habitat.state import HabitatState
    from stationkeep.logistics.manifest import Trip

_NAMED: Final = 4  # so many flights are named in a line of the story
STORE_EMPTY: Final = "store-empty"
"""Kind of event: nothing is left of a store."""
NOTHING_LEFT: Final = "Nothing is left of "
_NAMES: Final = {"us": "American", "russian": "Russian", "esa": "ESA", "nasa": "NASA", "jaxa": "JAXA", "acls": "ACLS"}


def told(trips: Sequence[Trip]) -> str:
    """``3 people (Artemyev, Korsakov, Matveev)``; those nobody has named yet are counted only."""
    names = [trip.name.split(",")[0] for trip in trips if "," in trip.name]
    count = "1 person" if len(trips) == 1 else f"{len(trips)} people"
    return f"{count} ({', '.join(names)})" if names else count


def some(flights: Sequence[str]) -> str:
    """``Cygnus NG-20, Cygnus NG-21, Cygnus NG-22, Cygnus NG-23 and 6 more``."""
    more = f" and {len(flights) - _NAMED} more" if len(flights) > _NAMED else ""
    return ", ".join(flights[:_NAMED]) + more


def words(store: str) -> str:
    """``us-food`` as ``American food``; what is no such name stays as it is."""
    return " ".join(_NAMES.get(word, word) for word in store.split("-"))


def nothing_left(state: HabitatState, store: str) -> str:
    """``Nothing is left of Russian water: they live on American water``, where sides share and something is."""
    told = f"{NOTHING_LEFT}{words(store)}"
    stores = state.habitat.stores
    substance = stores[store].substance if state.habitat.shared and stores[store].critical else ""
    left = [name for name, one in stores.items() if one.critical and one.substance == substance]
    left = [words(name) for name in left if name != store and not is_empty(state, name)]
    return f"{told}: they live on {' and '.join(left)}" if left and state.people_aboard else told


def foreseen_words(limit: Limit) -> str:
    """What would happen and in how many days: ``American food would end in 30 days``."""
    days = "at once" if limit.days < 0.5 else "in 1 day" if limit.days < 1.5 else f"in {limit.days:.0f} days"
    return f"{would(words(limit.what))} {days}"


def would(what: str) -> str:
    """A limit as something that would happen: ``oxygen in the cabin would fall below 16 kPa``."""
    for side, verb in ((" below ", "fall below"), (" above ", "rise above")):
        thing, _, level = what.partition(side)
        if level:
            gas = thing.removeprefix("cabin ")
            return f"{gas if gas == thing else f'{gas} in the cabin'} would {verb} {level}"
    return f"{what} would end"
