"""A habitat at a moment, and how it gets to a later one: the object a simulation carries along.

The state is plain arrays: copying it takes microseconds, and a step from event to event is compiled. Everything from
outside (people, cargo, power, partners, failures) is a method; nothing here knows of orbits or flights.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

import numpy as np

from stationkeep.habitat.air import GASES
from stationkeep.habitat.arrays import GRADES, Floats, Integers, Moment, block, moment_of
from stationkeep.habitat.metabolism import Person
from stationkeep.habitat.plan import Plan, make_plan
from stationkeep.habitat.power import power_shares
from stationkeep.habitat.refusal import HabitatError, unknown
from stationkeep.habitat.substances import ELEMENTS

if TYPE_CHECKING:
    from stationkeep.habitat.equipment import Equipment
    from stationkeep.habitat.habitat import Habitat

_EVENT_ROOM: Final = 400
_SAME_DAYS: Final = 1.0e-9
_FEW_EVENTS: Final = 30
_FACTORS: Final = {"water": "water_days", "food": "food_days"}
Least = Literal["all", "bad", "serious"]
_Room = tuple[Floats, Integers, Integers]
"""Where the kernel notes its events: when, of which kind, of what."""
_KINDS: Final = ("store-empty", "store-full", "fell-below", "rose-above", "short", "met")


class HabitatEvent(NamedTuple):
    """Something that happened: when [MJD UTC], of which kind, to what; ``bad`` where people would mind.

    Kinds: ``store-empty``, ``store-full``, ``fell-below`` and ``rose-above`` (a reserve or a pressure limit), ``short``
    and ``met`` (a need of people, or a gas that is to be held, no longer and again fully served).
    """

    time_mjd_utc: float
    kind: str
    subject: str
    bad: bool
    serious: bool = False


class HabitatState:
    """Stores, machines and people at ``time_mjd_utc``; :meth:`advance` moves them on."""

    def __init__(self, habitat: Habitat, time_mjd_utc: float, *, plan: Plan | None = None) -> None:
        self.habitat = habitat
        self.plan = plan or make_plan(habitat)
        self.time_mjd_utc = float(time_mjd_utc)
        self._block = block(*self.plan.sizes)
        self._moment: Moment | None = None
        self._noted: _Room | None = None
        self._marks_placed = False
        _fill(self.moment, habitat, self.plan)
        self.leak_kg_day = habitat.leak_kg_day
        """Air lost at the pressure of the start; a leak slows down as the pressure falls."""
        self._full_air_kg = sum(habitat.cabin.start_kg(gas) for gas in GASES)
        self.repairs: tuple[tuple[float, str, float], ...] = ()
        """Done so far: when [MJD UTC], by which side's people (empty: anybody's), hours of their time."""
        self._busy_until: Mapping[str, float] = {}
        self._people: dict[str, tuple[Person, ...]] = dict.fromkeys(habitat.sides, ())
        self._aboard = 0
        self._absent: frozenset[str] = frozenset()
        self._power: dict[str, float] = {}
        self._failed: frozenset[str] = frozenset()
        self._off: frozenset[str] = frozenset(name for name, one in habitat.equipment.items() if not one.running)
        self._shares: Mapping[str, float] = {}
        self._needs_of_one = [(side, self._of_one(side, what)) for _, side, what in self.plan.crew_groups]
        self._refresh_power()
        self.set_people(habitat.people)

    def copy(self, time_mjd_utc: float | None = None) -> HabitatState:
        """An independent state to try something on, or, with another date, to start a run from.

        The habitat and its plan are shared.
        """
        twin = object.__new__(HabitatState)
        twin.__dict__.update(self.__dict__)
        twin._block, twin._moment, twin._noted = self._block.copy(), None, None
        if time_mjd_utc is not None:
            twin.time_mjd_utc = float(time_mjd_utc)
        return twin

    @property
    def moment(self) -> Moment:
        """Everything that changes, as arrays (views: what is written to them is the state)."""
        if self._moment is None:
            self._moment = moment_of(self._block, self.plan.places)
        return self._moment

    def picked(self, places: Integers) -> Floats:
        """The numbers at these places of the block of :attr:`moment`, as they are now."""
        return self._block[places]

    # --- from outside ------------------------------------------------------------------------------------------

    def set_people(self, people: Mapping[str, Sequence[Person]]) -> None:
        """Who is aboard from now on, by side; sides left out are empty."""
        for side in people:
            if side not in self.habitat.sides:
                raise unknown("side", side, tuple(self.habitat.sides))
        self._people = {side: tuple(people.get(side, ())) for side in self.habitat.sides}
        self._aboard = sum(map(len, self._people.values()))
        for group, side, need in self.plan.crew_groups:
            aboard = self._people[side]
            if need in _FACTORS:
                self.moment.need[group] = sum(map(attrgetter(_FACTORS[need]), aboard))
            else:
                self.moment.need[group] = self._of_one(side, need) * len(aboard)
        # A reserve in days counts the days' use of those now aboard.
        self._set_reserves(self.moment.need)

    def reserve_for(self, people: Mapping[str, float]) -> None:
        """Reserves in days count so many people of each side, until others come or go; parts of one allowed.

        For those who will be aboard on average: visitors of a week need no reserve of six.
        """
        need = self.moment.need.copy()
        need[self.plan.crew_rows] = [people.get(side, 0.0) * of_one for side, of_one in self._needs_of_one]
        self._set_reserves(need)

    def _of_one(self, side: str, what: str) -> float:
        """What one person of a side needs."""
        if what == "containers":
            return self.habitat.sides[side].containers_kg_day
        return float(getattr(self.habitat.person, _FACTORS[what])) if what in _FACTORS else 1.0

    def _set_reserves(self, need: Floats) -> None:
        np.maximum(self.plan.reserve_floor, self.plan.reserve_per_need.dot(need), out=self.moment.mark_level)
        self._marks_placed = False

    def add_cargo(self, store: str, kg: float) -> float:
        """Put ``kg`` into a store (negative: take away); returns what there was no room for, or too little of."""
        number = self.plan.store_index.get(store)
        if number is None:
            raise unknown("store", store, self.plan.store_names)
        if not math.isfinite(kg):
            raise HabitatError(f"{kg} kg of cargo for {store}", hint="a finite number of kilograms")
        before = self._block.item(number)  # amounts come first in the block
        after = min(max(before + kg, 0.0), self.plan.network.capacity.item(number))
        self._block[number] = after
        self._block[self.plan.brought_from + number] += after - before
        self._marks_placed = False
        return kg - (after - before)

    def set_owner_active(self, partner: str, active: bool) -> None:
        """A partner's ground control (and spares) stop or come back: what it must command runs only while active."""
        self._absent = self._absent - {partner} if active else self._absent | {partner}
        self._refresh(one.name for one in self.plan.machines.values() if one.controlled_by == partner)

    def set_segment_power(self, segment: str, fraction: float) -> None:
        """Only ``fraction`` (0 to 1) of what the segment's machines draw is there: air first, equals share."""
        if not 0.0 <= fraction <= 1.0:
            raise HabitatError(f"power fraction {fraction:g} of {segment}", hint="allowed: 0 (none) to 1 (all)")
        self._power = {**self._power, segment: fraction}
        self._refresh_power()

    def set_running(self, equipment: str, running: bool) -> None:
        """Switch a machine on or off."""
        self._known(equipment)
        self._off = self._off - {equipment} if running else self._off | {equipment}
        self._refresh_power()

    def fail(self, equipment: str) -> None:
        """A machine breaks: only its degraded share is left."""
        self._known(equipment)
        self._failed |= {equipment}
        self._refresh((equipment,))

    def repair(self, equipment: str) -> bool:
        """Get a machine going again, with hands and spares; false where either is missing.

        Hands: somebody trained for its segment who has time (:meth:`hands_from_mjd_utc`). Spares: from the machine's
        spare store, and not while its owner has left, since nobody else has the parts or the drawings.
        """
        self._known(equipment)
        machine = self.habitat.equipment[equipment]
        law = machine.failure
        if equipment in self._failed and law is not None:
            spare = self.plan.store_index.get(law.spare_store)
            enough = spare is None or float(self._block[spare]) >= law.spare_kg  # amounts come first in the block
            hands = self.hands_from_mjd_utc(equipment) <= self.time_mjd_utc + _SAME_DAYS
            if not enough or machine.owner in self._absent or not hands:
                return False
            if spare is not None:
                self._consume_spare(spare, law.spare_kg)
            self._work(machine.segment, law.crew_hours)
        self._failed -= {equipment}
        self._refresh((equipment,))
        return True

    def hands_from_mjd_utc(self, equipment: str) -> float:
        """From when on people trained for this machine's segment have time for it; infinity: none of them is aboard.

        Each side trains its own: a segment that bears a side's name is that side's. Repairs are done one after the
        other, and come before routine upkeep and research.
        """
        side = self.habitat.equipment[equipment].segment
        if not self._people.get(side, ()) if side in self.habitat.sides else self.people_aboard == 0:
            return math.inf
        return self._busy_until.get(side, -math.inf)

    def is_beyond_repair(self, equipment: str) -> bool:
        """Whether it is broken and stays so with those now aboard: nobody is trained for it, or its owner has left."""
        machine = self.habitat.equipment[equipment]
        if equipment not in self._failed or machine.failure is None:
            return False
        return machine.owner in self._absent or self.hands_from_mjd_utc(equipment) == math.inf

    def set_leak(self, kg_day: float) -> None:
        """Air lost from now on, in kilograms a day at the pressure of the start."""
        if not 0.0 <= kg_day < 1e5:
            raise HabitatError(f"leak of {kg_day:g} kg a day", hint="zero or more")
        self.leak_kg_day = float(kg_day)

    # --- time --------------------------------------------------------------------------------------------------

    def advance(self, days: float, *, least: Least = "all") -> tuple[HabitatEvent, ...]:
        """What happens in the next ``days``? Moves the state on and returns its events, in order of time.

        Exact between events: rates are constant there (carbon dioxide, which is not, follows its exponential, and the
        scrubbers take its exact mean). Running out is an event, never an exception. ``least``: only events people would
        mind (``bad``), or those that make them leave (``serious``), which is quicker.
        """
        return self._fly(days, GRADES[least], stop=False)

    def next_serious(self, days: float) -> HabitatEvent | None:
        """The next event within ``days`` that makes people leave, with nothing changed from outside; None: none.

        The state itself stays as it is.
        """
        return next(iter(self.copy()._fly(days, GRADES["serious"], stop=True)), None)

    def flows(self) -> dict[str, float]:
        """Net rate of every store at this moment [kg/day] (positive: filling), without moving time."""
        twin = self.copy()
        twin.advance(0.0)
        return dict(zip(self.plan.store_names, map(float, twin.moment.net), strict=True))

    def rates(self) -> dict[str, float]:
        """What every machine and need does at this moment, in its recipe's units a day."""
        twin = self.copy()
        twin.advance(0.0)
        return dict(zip(self.plan.process_names, map(float, twin.moment.rate), strict=True))

    # --- what it is like ---------------------------------------------------------------------------------------

    @property
    def people(self) -> Mapping[str, tuple[Person, ...]]:
        """Who is aboard, by side."""
        return dict(self._people)

    @property
    def people_aboard(self) -> int:
        """How many are aboard."""
        return self._aboard

    @property
    def crew_hours(self) -> float:
        """Spent on repairs so far."""
        return sum(hours for _, _, hours in self.repairs)

    @property
    def failed(self) -> frozenset[str]:
        """Machines that are broken now."""
        return self._failed

    def amount(self, store: str) -> float:
        """How much a store holds [kg]."""
        number = self.plan.store_index.get(store)
        if number is None:
            raise unknown("store", store, self.plan.store_names)
        return self._block.item(number)  # amounts come first in the block

    def reserve(self, store: str) -> float:
        """The reserve of a store [kg] for the people now aboard; 0 where it has none."""
        mark = self.plan.mark_index.get(f"{store} reserve")
        return 0.0 if mark is None else float(self.moment.mark_level[mark])

    def pressure_kpa(self, gas: str = "total") -> float:
        """Partial pressure of a gas of the cabin, or the total [kPa]."""
        pressures = self.moment.amount * self.plan.network.kpa_per_kg
        if gas == "total":
            return float(pressures.sum())
        if gas not in GASES:
            raise unknown("gas of the cabin", gas, (*GASES, "total"))
        return float(pressures[self.plan.store_index[gas]])

    def available(self, equipment: str) -> float:
        """Share of a machine's capacity that can be had now: 0 without power, control, or while broken."""
        self._known(equipment)
        return float(self.moment.available[self.plan.process_index[equipment]])

    def elements_kg(self) -> dict[str, float]:
        """Every atom aboard or overboard, less what came from outside since: constant, whatever happens [kg]."""
        held = (self.moment.amount + self.moment.vented - self.moment.brought) @ self.plan.elements
        return dict(zip(ELEMENTS, map(float, held), strict=True))

    # --- inside ------------------------------------------------------------------------------------------------

    def _known(self, equipment: str) -> None:
        if equipment not in self.habitat.equipment:
            raise unknown("equipment", equipment, tuple(self.habitat.equipment))

    def _work(self, segment: str, hours: float) -> None:
        """Hours of the people of a segment go into a repair; those of no side's segment are counted only."""
        side = self.habitat.sides.get(segment)
        self.repairs = (*self.repairs, (self.time_mjd_utc, segment if side else "", hours))
        if side is not None and side.work_hours_week > 0.0:
            days = 7.0 * hours / (side.work_hours_week * len(self._people[segment]))
            self._busy_until = {**self._busy_until, segment: self.time_mjd_utc + days}

    def _consume_spare(self, spare: int, kg: float) -> None:
        # A spare used is a broken part left over: it leaves the books as taken away.
        self._block[spare] -= kg  # amounts come first in the block
        self._block[self.plan.brought_from + spare] -= kg

    def _fly(self, days: float, least: int, *, stop: bool) -> tuple[HabitatEvent, ...]:
        if not (math.isfinite(days) and days >= 0.0):
            raise HabitatError(f"cannot advance by {days} days", hint="zero or more days")
        left, events = float(days), []
        leak_share = self.leak_kg_day / self._full_air_kg
        room = (_FEW_EVENTS if least else _EVENT_ROOM) + self.plan.most_at_once
        ints, floats = self.plan.packed
        kernel = _kernel()
        if self._noted is None or len(self._noted[0]) != room:
            self._noted = np.empty(room), np.empty(room, np.int64), np.empty(room, np.int64)
        times, kinds, indices = self._noted
        while True:
            place = not self._marks_placed
            count, flown = kernel(
                ints, floats, self._block, left, leak_share, least, stop, place, times, kinds, indices
            )  # fmt: skip
            for i in range(count):
                events.append(self._event(times[i], int(kinds[i]), int(indices[i])))
            self._marks_placed = True
            self.time_mjd_utc += flown
            left -= flown
            if left <= 0.0 or (stop and events):
                return tuple(events)

    def _refresh_power(self) -> None:
        self._shares = power_shares(self.habitat, self._power, self._off)
        self._refresh(self._shares)

    def _refresh(self, names: Iterable[str]) -> None:
        """What can be had of these machines, and of those on standby, whoever they stand by for."""
        available, row = self._block[self.plan.available_place], self.plan.process_index
        standby: dict[str, Equipment] = {}
        for name in names:
            available[row[name]] = self._share(self.plan.machines[name])
            standby |= self.plan.standby_for.get(name, {})
        for machine in standby.values():
            needed = any(available[row[other]] < 1.0 for other in machine.backs_up)
            available[row[machine.name]] = self._share(machine) if needed else 0.0

    def _share(self, machine: Equipment) -> float:
        if machine.name in self._off or (machine.controlled_by and machine.controlled_by in self._absent):
            return 0.0
        share = self._shares[machine.name]
        if machine.name in self._failed:
            share *= machine.failure.degraded_share if machine.failure else 0.0
        return share

    def _event(self, days: float, kind: int, index: int) -> HabitatEvent:
        name, when = _KINDS[kind], self.time_mjd_utc + float(days)
        if kind <= 1:
            store = self.habitat.all_stores[self.plan.store_names[index]]
            return HabitatEvent(when, name, store.name, kind == 0 and store.critical, store.critical and kind == 0)
        if kind <= 3:
            mark = self.plan.marks[index]
            bad = mark.bad_side == ("below" if kind == 2 else "above")
            return HabitatEvent(when, name, mark.name, bad, bad and mark.serious)
        return HabitatEvent(when, name, self.plan.group_names[index], kind == 4)


@cache
def _kernel() -> Callable[..., tuple[int, float]]:
    """The compiled step, imported when first something flies."""
    from stationkeep.habitat.kernel import advance

    return advance


def _fill(moment: Moment, habitat: Habitat, plan: Plan) -> None:
    moment.amount[:] = [habitat.all_stores[name].amount_kg for name in plan.store_names]
    moment.mark_level[:] = plan.reserve_floor
    for ones in (moment.available, moment.met, moment.mark_side):
        ones[:] = 1.0
