"""How long does it last? Days to the reserve and to zero of every store, what binds first, and for how many people."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from stationkeep.habitat.habitat import Habitat
    from stationkeep.habitat.metabolism import Person
    from stationkeep.habitat.state import HabitatEvent, HabitatState

HORIZON_DAYS: Final = 730.0
_RESERVE: Final = " reserve"


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

    Flies copies of the state ahead with no deliveries and no new failures. Machines that are broken stay broken.
    """
    twin = state.copy()
    events = twin.advance(horizon_days)
    now, habitat = state.time_mjd_utc, state.habitat
    reserve = _first_times(events, now, "fell-below", _RESERVE)
    zero = _first_times(events, now, "store-empty", "")
    stores = tuple(
        StoreMargin(
            name, store.owner, store.substance, state.amount(name), state.reserve(name),
            _time_to(reserve, name, state.reserve(name) > 0.0, state.amount(name) <= state.reserve(name)),
            _time_to(zero, name, True, state.amount(name) <= 0.0 < store.capacity_kg and store.critical),
        )
        for name, store in habitat.stores.items() if store.owner
    )  # fmt: skip
    reached = [Limit(one.name, one.days_to_reserve) for one in stores if one.days_to_reserve is not None]
    until = tuple(_until(state, number, horizon_days) for number in range(state.people_aboard, -1, -1))
    return HabitatMargins(
        now, state.people_aboard, horizon_days, stores,
        min(reached, key=lambda limit: limit.days, default=None), binding_limit(habitat, state, events), until,
    )  # fmt: skip


def binding_limit(habitat: Habitat, before: HabitatState, events: Collection[HabitatEvent]) -> Limit | None:
    """The first event that makes people leave: the last critical store of its kind, or seriously bad air.

    Where supplies are shared, one side's empty larder binds only when the others' are empty too.
    """
    if not any(event.serious for event in events):
        return None
    critical = {name: store for name, store in habitat.stores.items() if store.critical}
    left = {name for name in critical if before.amount(name) > 0.0}
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
    start = twin.copy()
    return number, binding_limit(state.habitat, start, twin.advance(horizon_days))


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
