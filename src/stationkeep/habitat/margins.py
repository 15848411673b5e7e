"""How long does it last? Days to the reserve and to zero of every store, what binds first, and for how many people."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from stationkeep.habitat.stores import LITTLE_KG

if TYPE_CHECKING:
    from stationkeep.habitat.habitat import Habitat
    from stationkeep.habitat.metabolism import Person
    from stationkeep.habitat.state import HabitatEvent, HabitatState
    from stationkeep.habitat.stores import Store

HORIZON_DAYS: Final = 730.0
_RESERVE: Final = " reserve"
_PIECE_DAYS: Final = 30.0
"""Looked at whether it is over; what lies beyond is not worth flying."""
_KEPT_ALIVE_KG: Final = 1e5
"""More than any crew can burn of its own bodies within a horizon."""


@dataclass(frozen=True, slots=True)
class StoreMargin:
    """One store, with nothing more delivered. ``None``: not within the horizon, or it has no reserve."""

    name: str
    owner: str
    substance: str
    amount_kg: float
    reserve_kg: float
    days_to_reserve: float | None
    days_to_zero: float | None


@dataclass(frozen=True, slots=True)
class Limit:
    """What makes people leave: a store at its end for all of them, or air nobody should breathe."""

    what: str
    days: float


@dataclass(frozen=True, slots=True)
class HabitatMargins:
    """All margins of a state, with nothing more delivered."""

    time_mjd_utc: float
    people: int
    horizon_days: float
    stores: tuple[StoreMargin, ...]
    first_reserve: Limit | None
    first_limit: Limit | None
    people_until: tuple[tuple[int, Limit | None], ...]
    """For every number of people down to nobody: the first limit; None: none within the horizon."""

    def people_for(self, days: float) -> int | None:
        """The most people that could stay ``days``; None: not even an empty station keeps its air that long."""
        for number, limit in self.people_until:
            if limit is None or limit.days >= days:
                return number
        return None


def margins(state: HabitatState, *, horizon_days: float = HORIZON_DAYS) -> HabitatMargins:
    """How many days are left of everything, for those aboard, and what ends first?

    Flies copies of the state ahead with no deliveries and no new failures. Machines that are broken stay broken. Each
    store's days are of its own: those aboard use it on where another has ended that they cannot live without.
    """
    events = kept_alive(state).advance(horizon_days)
    stores = store_margins(state, events)
    until = tuple(_until(state, number, horizon_days) for number in range(state.people_aboard, -1, -1))
    return HabitatMargins(
        state.time_mjd_utc, state.people_aboard, horizon_days, stores, first_reserve(stores),
        binding_limit(state.habitat, state, events), until,
    )  # fmt: skip


def kept_alive(state: HabitatState) -> HabitatState:
    """A copy in which nobody starves: how long a store lasts by its own use is asked beyond the end of another."""
    twin = state.copy()
    for side in state.habitat.sides.values():
        twin.add_cargo(side.body, _KEPT_ALIVE_KG)
    return twin


def is_empty(state: HabitatState, store: str) -> bool:
    """Whether nothing to live on is left of a store: it has run dry, or is lived from hand to mouth since it had."""
    number = state.plan.store_index[store]
    amount = float(state.moment.amount[number])
    return amount <= LITTLE_KG or (state.moment.dry[number] > 0.0 and amount < state.plan.network.wake[number])


def store_margins(before: HabitatState, events: Iterable[HabitatEvent]) -> tuple[StoreMargin, ...]:
    """Days to the reserve and to zero of every store, where ``events`` are what came after ``before``."""
    found, now = tuple(events), before.time_mjd_utc
    reserve = _first_times(found, now, "fell-below", _RESERVE)
    zero = _first_times(found, now, "store-empty", "")
    return tuple(
        StoreMargin(
            name, store.owner, store.substance, before.amount(name), before.reserve(name),
            _time_to(reserve, name, before.reserve(name) > 0.0, before.amount(name) <= before.reserve(name)),
            _time_to(zero, name, True, _is_lived_from(store) and is_empty(before, name)),
        )
        for name, store in before.habitat.stores.items() if store.owner
    )  # fmt: skip


def _is_lived_from(store: Store) -> bool:
    """Whether a store is there to be used up; what comes from one machine and goes to the next is empty by nature."""
    return store.capacity_kg > 0.0 and (
        store.critical or max(store.reserve_kg, store.reserve_days, store.amount_kg) > 0.0
    )


def first_reserve(stores: Iterable[StoreMargin]) -> Limit | None:
    """The store that reaches its reserve first, and when."""
    reached = [Limit(one.name, one.days_to_reserve) for one in stores if one.days_to_reserve is not None]
    return min(reached, key=lambda limit: limit.days, default=None)


def binding_limit(habitat: Habitat, before: HabitatState, events: Collection[HabitatEvent]) -> Limit | None:
    """The first event that makes people leave: the last critical store of its kind, or seriously bad air.

    Where supplies are shared, one side's empty larder binds only when the others' are empty too. What is at its end
    ``before`` anything happens binds at once.
    """
    already = _at_its_end(habitat, before)
    if already is not None:
        return Limit(already, 0.0)
    if not events or not any(event.serious for event in events):
        return None
    critical = {name: store for name, store in habitat.stores.items() if store.critical}
    left = {name for name in critical if not is_empty(before, name)}
    for event in events:
        days = event.time_mjd_utc - before.time_mjd_utc
        if event.kind == "store-empty" and event.subject in critical:
            left.discard(event.subject)
            kind = critical[event.subject].substance
            if not (habitat.shared and any(critical[name].substance == kind for name in left)):
                return Limit(event.subject, days)
        elif event.serious and event.kind in ("fell-below", "rose-above"):
            return Limit(event.subject, days)
    return None


def _at_its_end(habitat: Habitat, state: HabitatState) -> str | None:
    """A critical store people live from that is empty, and all others of its kind where they are shared."""
    line = state.picked(state.plan.critical_places).tolist()
    count = len(line) // 2
    if min(line[:count], default=math.inf) > LITTLE_KG and not any(line[count:]):
        return None  # as nearly always
    empty = [name for name, store in habitat.stores.items() if store.critical and is_empty(state, name)]
    if not empty:
        return None
    lived_from = {name for side, people in state.people.items() if people for name in habitat.sides[side].stores()}
    left = {store.substance for name, store in habitat.stores.items() if store.critical and name not in empty}
    shared = left if habitat.shared else set()
    return next((name for name in empty if name in lived_from and habitat.stores[name].substance not in shared), None)


def fewer(people: Mapping[str, tuple[Person, ...]], number: int) -> dict[str, tuple[Person, ...]]:
    """``number`` of these people, one after the other leaving from whichever side has most."""
    left = {side: tuple(aboard) for side, aboard in people.items()}
    while sum(map(len, left.values())) > number:
        largest = max(sorted(left), key=lambda side: len(left[side]))
        left[largest] = left[largest][:-1]
    return left


def _until(state: HabitatState, number: int, horizon_days: float) -> tuple[int, Limit | None]:
    twin = state.copy()
    twin.set_people(fewer(state.people, number))
    return number, first_limit(twin, horizon_days)


def first_limit(state: HabitatState, horizon_days: float) -> Limit | None:
    """The first thing that makes those aboard leave; the state itself stays as it is."""
    twin = state.copy()
    events: list[HabitatEvent] = []
    while twin.time_mjd_utc < state.time_mjd_utc + horizon_days:
        events += twin.advance(_PIECE_DAYS, least="serious")
        found = binding_limit(state.habitat, state, events)
        if found is not None:
            return found if found.days <= horizon_days else None
    return None


def _first_times(events: Iterable[HabitatEvent], now: float, kind: str, ending: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for event in events:
        if event.kind == kind and event.subject.endswith(ending):
            found.setdefault(event.subject.removesuffix(ending), event.time_mjd_utc - now)
    return found


def _time_to(times: Mapping[str, float], name: str, exists: bool, already: bool) -> float | None:
    if not exists:
        return None
    return 0.0 if already else times.get(name)
