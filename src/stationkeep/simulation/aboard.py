"""What people live on in one run: the habitat, its breakdowns and repairs, what is foreseen, and its course in time."""

from __future__ import annotations

import math
import operator
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Self

import numpy as np

from stationkeep.habitat.failures import Workshop
from stationkeep.habitat.margins import Limit, binding_limit
from stationkeep.habitat.state import HabitatEvent
from stationkeep.simulation.people_sharing import WORTH_MOVING_KG, Larder, handed_over, is_uneven
from stationkeep.simulation.store_book import RESERVE, Levels, StoreBook, Watched, watched_stores
from stationkeep.simulation.stowage import LEAST_KG, Stowage

if TYPE_CHECKING:
    from stationkeep.habitat.state import HabitatState
    from stationkeep.simulation.people_record import StoreCourse
    from stationkeep.simulation.people_setup import PeopleSetup, PeopleWorld

_RETRY_DAYS: Final = 20.0  # a repair for which there was no spare part: about as often as cargo comes
_AIR_DUTIES: Final = ("hold", "proportional")
_SAME_DAYS: Final = 1.0e-6


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is foreseen with nothing more delivered and nothing more breaking."""

    limit: Limit | None
    """What makes people leave, days from the moment it was foreseen; none within the time looked at."""
    reserve_mjd_utc: float
    """When the first critical kind of supply falls below its reserve; infinity: not within that time, or no limit."""
    next_mjd_utc: float
    """The first of its events that would be news: a critical store at its reserve or empty; infinity: none."""


Delivered = tuple[float, "Callable[[Aboard], object]"]
"""When something comes [MJD UTC], and what then puts it into the stores."""


@dataclass
class Aboard(Stowage):
    """The habitat of one run."""

    setup: PeopleSetup
    world: PeopleWorld
    state: HabitatState = field(init=False)
    brought_kg: float = 0.0
    """Cargo so far."""
    taken_kg: float = 0.0
    """Disposed of so far, in craft that left."""

    def __post_init__(self) -> None:
        self.state = self.world.start.copy()
        self._workshop = Workshop(self.world.breakdowns, self.state.time_mjd_utc, retry_days=_RETRY_DAYS)
        machines = self.state.habitat.equipment
        self._breaks = [
            self.state.time_mjd_utc + one.day
            for one in self.world.breakdowns
            if machines[one.equipment].duty in _AIR_DUTIES
        ]
        habitat, plan = self.state.habitat, self.state.plan
        self._watched = watched_stores(self.state)
        outside = [float(habitat.all_stores[name].kind == "overboard") for name in plan.store_names]
        self._outside, self._vents = np.array(outside), np.ones(len(outside))
        self._inside = 1.0 - self._outside
        self._first_kg = float(self._inside @ self.state.moment.amount)
        usual = self.setup.usual_kg
        self._nominal = {name: max(float(self.state.amount(name)), usual.get(name, 0.0)) for name in habitat.stores}
        self._alike: dict[str, list[str]] = {}
        for name, store in habitat.stores.items():
            self._alike.setdefault(store.substance, []).append(name)
        self._critical: dict[str, list[Watched]] = {}
        for one in self._watched.values():
            if one.store.critical:
                self._critical.setdefault(one.store.substance, []).append(one)
        self._reserved: dict[str, list[Watched]] = {}
        for one in self._watched.values():
            if one.mark is not None:
                self._reserved.setdefault(one.store.substance, []).append(one)
        capacity = plan.network.capacity
        self._usual = [
            (stores, [min(self._nominal[one.store.name], float(capacity[one.index])) for one in stores])
            for stores in self._critical.values()
        ]
        self._critical_levels = Levels([one for stores in self._critical.values() for one in stores], self.state)
        self._reserved_levels = Levels([one for stores in self._reserved.values() for one in stores], self.state)
        self._book = StoreBook(self._watched, self.state)
        self._stores_of = {name: frozenset(side.stores()) for name, side in habitat.sides.items()}
        self._are({side: len(people) for side, people in self.state.people.items()})
        self._expected = dict(self.people)
        self._told: set[str] = set()
        self._lost_kg = self._gone_overboard()
        self.record()

    # --- time --------------------------------------------------------------------------------------------------

    @property
    def next_breakdown_mjd_utc(self) -> float:
        """When the next machine breaks that the air rests on.

        What is repaired makes nothing worse, and the water of a broken processor is missed after weeks only.
        """
        number = bisect_right(self._breaks, self.state.time_mjd_utc + _SAME_DAYS)
        return self._breaks[number] if number < len(self._breaks) else math.inf

    def advance(self, until_mjd_utc: float) -> tuple[list[HabitatEvent], float]:
        """Go on to a date: what happened that people would mind, and the mass that went overboard meanwhile [kg]."""
        days = until_mjd_utc - self.state.time_mjd_utc
        if days <= 0.0:
            self._workshop.work(self.state)
            return [], 0.0
        news = [event for event in self._workshop.advance(self.state, days, least="bad") if self._is_news(event)]
        before, self._lost_kg = self._lost_kg, self._gone_overboard()
        if not self.state.people_aboard:
            return [], self._lost_kg - before  # nobody minds
        news = [event for event in news if not self._is_shared_reserve(event)] + self._shared_reserves()
        for event in news:
            self._note(event)
        return news, self._lost_kg - before

    def _gone_overboard(self) -> float:
        moment = self.state.moment
        # Of vectors this short dot takes a quarter of the time of @.
        return float(self._outside.dot(moment.amount) + self._vents.dot(moment.vented))

    def _is_news(self, event: HabitatEvent) -> bool:
        if event.kind == "store-empty":
            one = self._watched.get(event.subject)
            return one is not None and one.store.critical and one.empty is None
        if event.kind == "fell-below" and event.subject.endswith(RESERVE):
            one = self._watched.get(event.subject.removesuffix(RESERVE))
            return one is not None and one.reserve_reached is None
        return event.serious and event.subject not in self._told

    def _is_shared_reserve(self, event: HabitatEvent) -> bool:
        """One side's reserve of what sides share: it is reached when they have no more together."""
        one = self._watched.get(event.subject.removesuffix(RESERVE))
        return self.state.habitat.shared and event.kind == "fell-below" and one is not None and one.store.critical

    def _shared_reserves(self) -> list[HabitatEvent]:
        """Which stores of what sides share are newly at their reserve, now that all of it together is?"""
        if not self.state.habitat.shared or self._critical_levels.all_above(self.state):
            return []
        return [
            HabitatEvent(self.state.time_mjd_utc, "fell-below", one.store.name + RESERVE, True)
            for stores in self._critical.values() if self._short(stores)
            for one in stores if one.reserve_reached is None and self._is_below(one)
        ]  # fmt: skip

    def _note(self, event: HabitatEvent) -> None:
        if event.serious:
            self._told.add(event.subject)
        one = self._watched.get(event.subject.removesuffix(RESERVE))
        if one is None:
            return
        if event.kind == "store-empty" and one.empty is None:
            one.empty = event.time_mjd_utc
        elif event.kind == "fell-below" and one.reserve_reached is None:
            one.reserve_reached = event.time_mjd_utc

    def outlook(
        self, days: float, people: Mapping[str, int] | None = None, deliveries: Iterable[Delivered] = ()
    ) -> Outlook:
        """What is foreseen for the next days; repairs under way are counted on.

        ``people``: with so many of each side instead of those aboard. ``deliveries``: in order of time, when something
        comes, and what then puts it into the stores; without any, nothing more is delivered.
        """
        now = self.state.time_mjd_utc
        asked = self if people is None else self._with(people)
        then, before = asked.state.copy(), asked.state
        workshop = self._workshop.without_new_breakdowns()
        limit: Limit | None = None
        events: list[HabitatEvent] = []
        for time, comes in (*deliveries, (now + days, None)):
            news = workshop.advance(then, max(time - before.time_mjd_utc, 0.0), least="bad")
            events += news
            limit = binding_limit(self.state.habitat, before, news)
            if limit is not None:
                limit = Limit(limit.what, before.time_mjd_utc - now + limit.days)
                break
            if comes is not None:
                comes(asked._twin(then))
                workshop.parts_came(time)
                before = then.copy()
        reserve = math.inf if limit is None else asked._reserve_reached(events, now)
        return Outlook(limit, reserve, self._first_news(events) if events else math.inf)

    def _first_news(self, events: Iterable[HabitatEvent]) -> float:
        left = self._left_behind()
        return min(
            (one.time_mjd_utc for one in events if self._is_news(one) or (left and self._is_shared_reserve(one))),
            default=math.inf,
        )

    def _with(self, people: Mapping[str, int]) -> Self:
        """The same with so many people of each side, to look ahead from."""
        twin = self._twin(self.state.copy())
        twin.live_with(people)
        return twin

    def _twin(self, state: HabitatState) -> Self:
        """The same with a state of its own, to look ahead with."""
        twin = object.__new__(type(self))
        twin.__dict__.update(self.__dict__, state=state)
        return twin

    def _reserve_reached(self, events: Iterable[HabitatEvent], now: float) -> float:
        """When a critical kind, all its stores taken together where they are shared, falls below its reserve."""
        if any(map(self._short, self._critical.values())):
            return now
        below = {
            kind: {one.store.name for one in stores if self._is_below(one)} for kind, stores in self._critical.items()
        }
        for event in events:
            name = event.subject.removesuffix(RESERVE)
            if event.kind == "fell-below" and name in self._watched and self._watched[name].store.critical:
                kind = self._watched[name].store.substance
                below[kind].add(name)
                if len(below[kind]) == len(self._critical[kind]) or not self.state.habitat.shared:
                    return event.time_mjd_utc
        return math.inf

    def _short(self, stores: list[Watched]) -> bool:
        """Whether these stores, together where sides share, hold less than their reserve."""
        amount, level = self.state.moment.amount, self.state.moment.mark_level
        held = [float(amount[one.index]) for one in stores]
        return self._is_short(held, [0.0 if one.mark is None else float(level[one.mark]) for one in stores])

    def _is_short(self, held: list[float], reserves: list[float]) -> bool:
        return sum(held) < sum(reserves) if self.state.habitat.shared else any(map(operator.lt, held, reserves))

    def _is_below(self, one: Watched) -> bool:
        return float(self.state.moment.amount[one.index]) <= self._reserve(one)

    def _reserve(self, one: Watched) -> float:
        return 0.0 if one.mark is None else float(self.state.moment.mark_level[one.mark])

    # --- people and cargo -----------------------------------------------------------------------------------------

    def set_people(self, by_side: Mapping[str, int]) -> None:
        """So many people of each side are aboard from now on; where a side has hands again, its repairs are tried."""
        before = self.people
        self.live_with(by_side)
        if any(number and not before.get(side) for side, number in by_side.items()):
            self.parts_came()

    def expect(self, by_side: Mapping[str, float]) -> None:
        """So many of each side are aboard by plan, on average: reserves count them, and loads are chosen for them."""
        self.state.reserve_for(by_side)
        self._expected = {side: round(number) for side, number in by_side.items()}

    def live_with(self, by_side: Mapping[str, int]) -> None:
        """The same to look ahead with: nobody's hands are asked for."""
        self._are(by_side)
        self._expected = dict(by_side)
        one = self.state.habitat.person
        self.state.set_people({side: (one,) * number for side, number in by_side.items()})

    def parts_came(self) -> None:
        """Repairs that wait for parts are tried again, now that a ship has come."""
        self._workshop.parts_came(self.state.time_mjd_utc)
        self._workshop.work(self.state)

    def even_out(self, gone: Collection[str]) -> None:
        """Sides that share hand over what others lack (:func:`handed_over`); ``gone``: who operates no more."""
        if not self.state.habitat.shared:
            return
        held, least = self._critical_levels.held_and_reserves(self.state)
        low, first = list(map(operator.le, held, least)), 0
        for stores, usual in self._usual:
            here = slice(first, first + len(stores))
            first = here.stop
            if any(low[here]) or is_uneven(held[here], usual):  # else there is nothing to hand over
                larders = [
                    Larder(one.store.name, kg, most, scarce, one.store.name in self._used, one.store.owner not in gone)
                    for one, kg, most, scarce in zip(stores, held[here], usual, low[here], strict=True)
                ]
                for name, kg in handed_over(larders).items():  # within its kind: the amounts of others stay
                    self.state.add_cargo(name, kg)

    def _left_behind(self) -> bool:
        """Whether there is something of a side without people aboard that may be carried over where it is short."""
        used, amount = self._used, self.state.moment.amount
        left = [one for stores in self._critical.values() for one in stores if one.store.name not in used]
        return self.state.habitat.shared and any(amount[one.index] >= WORTH_MOVING_KG for one in left)

    def _are(self, by_side: Mapping[str, int]) -> None:
        """So many of each side are aboard, and live from the stores of :attr:`_used`."""
        self.people = dict(by_side)
        self._used = frozenset[str]().union(*(self._stores_of[side] for side, number in by_side.items() if number))

    @property
    def surplus_kg(self) -> float:
        """How much more is aboard in some form than at the epoch; negative: less."""
        return self.brought_kg - self.taken_kg - self._lost_kg

    @property
    def goods_kg(self) -> float:
        """Other goods that came since the epoch, and broken parts: what is aboard and in no store."""
        return self.surplus_kg - (float(self._inside @ self.state.moment.amount) - self._first_kg)

    def dispose(self, most_kg: float) -> float:
        """Fill a departing craft: waste first, then other goods, as far as there are any."""
        left, goods = most_kg, max(self.goods_kg, 0.0)
        for store in self.setup.life_support.waste:
            part = min(left, self.state.amount(store))
            if part > LEAST_KG:
                self.state.add_cargo(store, -part)
                left -= part
        load = most_kg - left + min(left, goods)
        self.taken_kg += load
        return load

    # --- its course ------------------------------------------------------------------------------------------------

    def record(self) -> None:
        """Keep the amounts of this moment."""
        self._book.write(self.state)

    def courses(self) -> tuple[StoreCourse, ...]:
        """Every store that is followed, in time."""
        return self._book.courses()
