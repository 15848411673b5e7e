"""The stores of a run that are followed: which they are, and their course in time, written down as it goes."""

from __future__ import annotations

import operator
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from stationkeep.simulation.people_record import StoreCourse

if TYPE_CHECKING:
    from stationkeep.habitat.arrays import Floats, Integers
    from stationkeep.habitat.state import HabitatState
    from stationkeep.habitat.stores import Store

RESERVE: Final = " reserve"
"""What a store's reserve is called, behind the store's name."""


@dataclass(slots=True)
class Watched:
    """A store whose course is kept."""

    store: Store
    index: int
    mark: int | None
    """Of its reserve, among the habitat's marks."""
    reserve_reached: float | None = None
    empty: float | None = None


def watched_stores(state: HabitatState) -> dict[str, Watched]:
    """Somebody's stores, but for those that only throw away what they cannot hold."""
    plan = state.plan
    return {
        name: Watched(store, plan.store_index[name], plan.mark_index.get(name + RESERVE))
        for name, store in state.habitat.stores.items()
        if store.owner and store.when_full != "vent"
    }


class Levels:
    """Amounts of some stores and their reserves, looked at together: most of the time all have enough."""

    def __init__(self, stores: Collection[Watched], state: HabitatState) -> None:
        self._places, self._count = _places(stores, state), len(stores)
        self._marked = [float(one.mark is not None) for one in stores]

    def all_above(self, state: HabitatState) -> bool:
        """Whether each holds more than its reserve, or than nothing where it has none."""
        return all(map(operator.gt, *self.held_and_reserves(state)))

    def held_and_reserves(self, state: HabitatState) -> tuple[list[float], list[float]]:
        """What each store holds, and its reserve, nought where it has none: as numbers, since they are few."""
        line = state.picked(self._places).tolist()
        return line[: self._count], list(map(operator.mul, line[self._count :], self._marked))


def _places(stores: Collection[Watched], state: HabitatState) -> Integers:
    """Where in the block of a state amounts of stores are, and behind them their reserves (or anything: none)."""
    level = state.plan.places[state.moment._fields.index("mark_level")].start
    amounts = [one.index for one in stores]  # amounts come first in the block
    return np.array(amounts + [one.index if one.mark is None else level + one.mark for one in stores], np.int64)


class StoreBook:
    """Amounts and reserves of the stores followed, moment by moment."""

    def __init__(self, watched: Mapping[str, Watched], state: HabitatState) -> None:
        self._watched = watched
        self._places = _places(watched.values(), state)
        self._times: list[float] = []
        self._lines: list[Floats] = []

    def write(self, state: HabitatState) -> None:
        """Keep the amounts of this moment."""
        self._times.append(state.time_mjd_utc)
        self._lines.append(state.picked(self._places))

    def courses(self) -> tuple[StoreCourse, ...]:
        """Every store that is followed, in time."""
        times, lines, count = np.array(self._times), np.array(self._lines), len(self._watched)
        nothing = np.zeros(len(times))
        return tuple(
            StoreCourse(
                name, one.store.owner, one.store.substance, one.store.critical, times, lines[:, number],
                nothing if one.mark is None else lines[:, count + number], one.reserve_reached, one.empty,
            )
            for number, (name, one) in enumerate(self._watched.items())
        )  # fmt: skip
