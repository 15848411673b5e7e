"""Where a ship's cargo goes: stores are filled to what is usual, and first with what is foreseen to be short."""

from __future__ import annotations

import abc
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple, Self

if TYPE_CHECKING:
    from stationkeep.habitat.failures import Workshop
    from stationkeep.habitat.state import HabitatState
    from stationkeep.scenario.people import Supply
    from stationkeep.simulation.loading import Ahead, Ship
    from stationkeep.simulation.people_setup import PeopleSetup
    from stationkeep.simulation.store_book import Levels, Watched

LEAST_KG: Final = 0.5
"""Of cargo: less is not told apart from nothing."""
_USE_DAYS: Final = 45.0
"""What is used a day is what goes in the time a reserve in days is for."""


class Shortfall(NamedTuple):
    """How far a substance would sink below its reserve [kg]: before the next ship comes, and without it."""

    soon_kg: float
    skipped_kg: float


class Needed:
    """What of a cargo is loaded beyond the usual: how much of it may go into which store, and how much is wanted."""

    def __init__(self, supply: Supply, shortfalls: Mapping[str, Shortfall], critical: Iterable[str]) -> None:
        self.shares: dict[str, float] = {}
        self.kg: dict[str, float] = {}
        whole = set(critical)
        for substance, shares in supply.short.items():
            short, total = shortfalls.get(substance, Shortfall(0.0, 0.0)), sum(shares.values())
            if short.skipped_kg <= 0.0 or total <= 0.0:
                continue
            for store, share in shares.items():
                most = max(share, supply.dry.get(store, 0.0))
                most = 1.0 if short.soon_kg > 0.0 and store in whole else most
                self.shares[store] = max(most, self.shares.get(store, 0.0))
                self.kg[store] = self.kg.get(store, 0.0) + short.skipped_kg * share / total


class Stowage(abc.ABC):
    """The part of what is aboard that has to do with cargo."""

    setup: PeopleSetup
    state: HabitatState
    brought_kg: float
    _watched: dict[str, Watched]
    _nominal: dict[str, float]
    _alike: dict[str, list[str]]
    _reserved: dict[str, list[Watched]]
    _reserved_levels: Levels
    _used: frozenset[str]
    _expected: dict[str, int]
    _workshop: Workshop

    def bring(self, ship: Ship, gone: Iterable[str], ahead: Ahead | None = None) -> float:
        """Cargo of a craft: each store is filled to what it usually holds, at most by its share.

        Usual is what was aboard at the epoch, or its best estimate where that is more; of gas also what other sides'
        tanks lack, since it ends in the same air. The rest of the dry cargo is other goods; water and gas nobody needs
        are not loaded. Where stores lack more than there is, each gets the same part of what it would.

        ``ahead``: what is expected after it, as known when its cargo was chosen. Of what would then sink below its
        reserve if the next ship like it were lost larger shares come, up to what it takes; of food and water, if that
        would happen before the next ship is due, whatever their share. ``gone``: owners for whom nothing is brought any
        more, beyond what people aboard live from. Returns the mass that came.
        """
        absent = set(gone)
        supply = self.setup.supplies.get(ship.kind)
        needed = None
        if supply is not None and supply.short and ahead is not None:
            critical = (name for name, store in self.state.habitat.stores.items() if store.critical)
            needed = Needed(supply, self._shortfalls(ship, absent, ahead), critical)
        return self._stow(ship, absent, needed)

    def _stow(self, ship: Ship, absent: set[str], needed: Needed | None = None) -> float:
        supply, came = self.setup.supplies.get(ship.kind), ship.dry_kg
        if supply is not None:
            for what, amount in (("gas", ship.gas_kg), ("water", ship.water_kg), ("dry", ship.dry_kg)):
                shares = getattr(supply, what)
                more = needed if what == "dry" else None
                loads = self._loads(shares, amount, absent, more, of_all=what == "gas")
                loaded = sum(load - self.state.add_cargo(store, load) for store, load in loads.items())
                came += 0.0 if what == "dry" else loaded
        self.brought_kg += came
        return came

    def _loads(
        self, shares: Mapping[str, float], most_kg: float, absent: set[str], needed: Needed | None, *, of_all: bool
    ) -> dict[str, float]:
        """How much of a cargo goes into which store [kg]? ``of_all``: it may hold what others of its kind lack."""
        used, loads = self._used, dict[str, float]()
        more, wanted = (needed.shares, needed.kg) if needed is not None else ({}, {})
        for store in {**shares, **more}:
            one = self._watched.get(store)
            if one is not None and one.store.owner in absent and store not in used:
                continue
            lack = max(self._nominal[store] - self.state.amount(store), 0.0)
            loads[store] = min(shares.get(store, 0.0) * most_kg, self._lack_of_all(store, lack) if of_all else lack)
            if store in more:
                loads[store] = min(more[store] * most_kg, loads[store] + wanted[store])
        total = sum(loads.values())
        part = most_kg / total if total > most_kg else 1.0
        return {store: part * load for store, load in loads.items() if part * load >= LEAST_KG}

    def _lack_of_all(self, store: str, lack_kg: float) -> float:
        """What a tank may take of what it and the others of its kind lack together, as far as there is room in it."""
        if not self.state.habitat.shared:
            return lack_kg
        kind = self._alike[self.state.habitat.stores[store].substance]
        lacks = sum(self._nominal[name] - self.state.amount(name) for name in kind)
        room = float(self.state.plan.network.capacity[self.state.plan.store_index[store]]) - self.state.amount(store)
        return max(lack_kg, min(lacks, room))

    # --- what is foreseen ---------------------------------------------------------------------------------------------

    def _shortfalls(self, ship: Ship, absent: set[str], ahead: Ahead) -> dict[str, Shortfall]:
        """What would be short after the usual load of this ship and of those expected, the next like it left out."""
        held, reserves, used = self._use()
        marks: list[tuple[float, Ship | None]] = [(one.time_mjd_utc, one) for one in ahead.ships]
        marks += [(ahead.next_mjd_utc, None), (ahead.until_mjd_utc, None)]
        marks.sort(key=lambda mark: mark[0])
        found = {}
        for substance, stores in self._reserved.items():
            names = [one.store.name for one in stores if one.store.owner not in absent or one.store.name in self._used]
            usual = sum(self._nominal[one.store.name] for one in stores)
            level, time = held[substance], self.state.time_mjd_utc
            level = max(level, min(level + self._usually(ship, names), usual))
            soon = skipped = reserves[substance] - level
            for due, comes in marks:
                level, time = level - used[substance] * (due - time), due
                skipped = max(skipped, reserves[substance] - level)
                soon = skipped if due <= ahead.next_mjd_utc else soon
                if comes is not None:
                    level = max(level, min(level + self._usually(comes, names), usual))
            found[substance] = Shortfall(soon, skipped)
        return found

    def _usually(self, ship: Ship, stores: Iterable[str]) -> float:
        """The most that a ship brings into these stores as a rule [kg]."""
        supply = self.setup.supplies.get(ship.kind)
        if supply is None:
            return 0.0
        dry, water, gas = supply.dry, supply.water, supply.gas
        return sum(
            dry.get(one, 0.0) * ship.dry_kg + water.get(one, 0.0) * ship.water_kg + gas.get(one, 0.0) * ship.gas_kg
            for one in stores
        )

    def _use(self) -> tuple[dict[str, float], dict[str, float], dict[str, float]]:
        """What there is of each substance [kg], its reserve [kg] and what goes of it [kg/d], for those expected aboard.

        Where less than a reserve is left the rest is lent to see what goes; who gains uses nothing.
        """
        then = self._twin(self.state.copy())
        then.live_with(self._expected)
        before, least = self._by_substance(then)
        for substance, stores in self._reserved.items():
            for one in stores:
                lacks = (least[substance] - before[substance]) / len(stores)
                then.state.add_cargo(one.store.name, max(lacks, 0.0))
        lent, _ = self._by_substance(then)
        self._workshop.without_new_breakdowns().advance(then.state, _USE_DAYS, least="bad")
        after, _ = self._by_substance(then)
        used = {substance: max(kg - after[substance], 0.0) / _USE_DAYS for substance, kg in lent.items()}
        return before, least, used

    def _by_substance(self, of: Self) -> tuple[dict[str, float], dict[str, float]]:
        held, least = self._reserved_levels.held_and_reserves(of.state)
        amounts, reserves, first = dict[str, float](), dict[str, float](), 0
        for substance, stores in self._reserved.items():
            last = first + len(stores)
            amounts[substance], reserves[substance] = sum(held[first:last]), sum(least[first:last])
            first = last
        return amounts, reserves

    # --- done elsewhere -----------------------------------------------------------------------------------------------

    @abc.abstractmethod
    def _twin(self, state: HabitatState) -> Self:
        """The same with a state of its own, to look ahead with."""

    @abc.abstractmethod
    def live_with(self, by_side: Mapping[str, int]) -> None:
        """So many people of each side are aboard, to look ahead with."""
