"""A habitat as arrays for the kernel: every process a row, every store a column, every limit a mark."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from stationkeep.habitat.air import GASES
from stationkeep.habitat.arrays import GRADES, Floats, Integers, Moment, Network, packed, places
from stationkeep.habitat.equipment import Equipment
from stationkeep.habitat.recipes import Flow, Recipe
from stationkeep.habitat.substances import SUBSTANCES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from stationkeep.habitat.habitat import Habitat

_MODES: Final = {"crew": 0, "hold": 1, "proportional": 2, "flow": 3, "leak": 4}
SETTLE_DAYS: Final = 5.0
"""How fast a gas that is off its target is brought back, when capacity allows: a few days, as aboard."""
WAKE_KG: Final = 1.0
"""A store that ran dry (or full) is lived from hand to mouth until it holds (or has room for) this much again."""
DRIVEN: Final = "cabin-carbon-dioxide"


@dataclass(frozen=True, slots=True)
class Mark:
    """A level worth an event: a store's reserve, or a limit of a partial pressure."""

    name: str
    store: str
    """A store, or ``total`` for the cabin's pressure."""
    bad_side: str
    """``above`` or ``below``."""
    serious: bool
    level: float = 0.0
    """Kilograms, or kilopascals for ``total``; a reserve in days of use is set when the use is known."""


@dataclass(frozen=True)
class Plan:
    """What does not change while the habitat runs, as arrays; made by :func:`make_plan`."""

    store_names: tuple[str, ...]
    store_index: Mapping[str, int]
    process_names: tuple[str, ...]
    process_index: Mapping[str, int]
    group_names: tuple[str, ...]
    marks: tuple[Mark, ...]
    network: Network
    machines: Mapping[str, Equipment]
    elements: NDArray[np.float64]
    """``(n_store, n_element)``: kilograms of each element in a kilogram of each store."""
    reserve_floor: NDArray[np.float64]
    """By mark: its level where nobody uses anything."""
    reserve_per_need: NDArray[np.float64]
    """``(n_mark, n_group)``: what each need adds to a reserve given in days of use, from full stores, with nothing
    given back."""

    @cached_property
    def packed(self) -> tuple[Integers, Floats]:
        """The network for the kernels."""
        return packed(self.network)

    @cached_property
    def places(self) -> tuple[slice, ...]:
        """Where in a block what changes lies."""
        return places(*self.sizes)

    @cached_property
    def available_place(self) -> slice:
        """Where in a block what can be had of each process lies."""
        return self.places[Moment._fields.index("available")]

    @cached_property
    def brought_from(self) -> int:
        """Where in a block begins what was brought of each store."""
        return int(self.places[Moment._fields.index("brought")].start)

    @cached_property
    def most_at_once(self) -> int:
        """How many events can happen at one moment."""
        stores, _, groups, marks = self.sizes
        return marks + 2 * stores + groups

    @cached_property
    def critical_rows(self) -> Integers:
        """Stores that people cannot be without."""
        return np.flatnonzero(self.network.store_grade == GRADES["serious"])

    @cached_property
    def critical_places(self) -> Integers:
        """Where in a block their amounts are, and behind those whether they are lived from hand to mouth."""
        return np.concatenate((self.critical_rows, self.critical_rows + self.places[Moment._fields.index("dry")].start))

    @cached_property
    def mark_index(self) -> dict[str, int]:
        """Marks by name."""
        return {mark.name: number for number, mark in enumerate(self.marks)}

    @cached_property
    def crew_groups(self) -> tuple[tuple[int, str, str], ...]:
        """Needs of people: group, side, and which need."""
        named = [(group, *name.rpartition("-")[::2]) for group, name in enumerate(self.group_names)]
        return tuple(one for one in named if self.network.hold_store[one[0]] < 0)

    @cached_property
    def crew_rows(self) -> Integers:
        """The groups of :attr:`crew_groups`."""
        return np.array([group for group, _, _ in self.crew_groups], np.int64)

    @cached_property
    def standby_for(self) -> dict[str, dict[str, Equipment]]:
        """Machines that run only while another cannot: by each machine on which that hangs, their own among them."""
        found: dict[str, dict[str, Equipment]] = {}
        for machine in self.machines.values():
            for name in (machine.name, *machine.backs_up) if machine.backs_up else ():
                found.setdefault(name, {})[machine.name] = machine
        return found

    @cached_property
    def sizes(self) -> tuple[int, int, int, int]:
        """How many stores, processes, groups and marks."""
        return len(self.store_names), len(self.process_names), len(self.group_names), len(self.marks)


def make_plan(habitat: Habitat) -> Plan:
    """The arrays of a habitat (takes a millisecond or two; share it among runs)."""
    stores = habitat.all_stores
    names = tuple(stores)
    index = {name: number for number, name in enumerate(names)}
    processes, groups = _processes(habitat)
    group_index = {name: number for number, name in enumerate(groups)}
    flows = [_coefficients(machine) for machine, _ in processes]
    kpa_per_kg = np.zeros(len(names))
    for gas in GASES:
        kpa_per_kg[index[gas]] = 1.0 / habitat.cabin.kg_per_kpa(gas)
    machines = [machine for machine, _ in processes]
    holds = [_hold(name, machines, [group for _, group in processes], index, habitat) for name in groups]
    marks = _marks(habitat)
    capacity = np.array([store.capacity_kg for store in stores.values()])
    group_of = [group_index.get(group, -1) for _, group in processes]
    members = sorted(
        (p for p in range(len(machines)) if group_of[p] >= 0), key=lambda p: (group_of[p], machines[p].order, p)
    )
    member_counts = [sum(group == number for group in group_of) for number in range(len(groups))]
    network = Network(
        starts=np.cumsum([0, *(len(part) for part in flows)]).astype(np.int64),
        stores=np.array([index[store] for part in flows for store, _ in part], dtype=np.int64),
        coefficients=np.array([kg for part in flows for _, kg in part]),
        cap=np.array([machine.capacity_per_day for machine in machines]),
        mode=np.array([_MODES["leak" if group == "leak" else machine.duty] for machine, group in processes], np.int64),
        group=np.array(group_of, np.int64),
        order=np.array([machine.order for machine in machines], np.int64),
        member_starts=np.cumsum([0, *member_counts]).astype(np.int64),
        members=np.array(members, np.int64),
        plain=_plain(processes, flows, habitat),
        share_order=np.array([machine.share_order for machine in machines], np.int64),
        gain=np.array([_gain(machine) for machine in machines]),
        hold_store=np.array([hold[0] for hold in holds], np.int64),
        hold_target=np.array([hold[1] for hold in holds]),
        hold_sign=np.array([hold[2] for hold in holds]),
        capacity=capacity,
        vents=np.array([store.when_full == "vent" for store in stores.values()]),
        wake=np.minimum(WAKE_KG, 0.5 * capacity),
        kpa_per_kg=kpa_per_kg,
        mark_store=np.array([index.get(mark.store, -1) for mark in marks], np.int64),
        store_grade=np.array([2 if store.critical else 0 for store in stores.values()], np.int64),
        mark_grade=np.array([(2 if mark.serious else 1) * (1 if mark.bad_side == "above" else -1) for mark in marks]),
        driven=index[DRIVEN],
        settle_days=SETTLE_DAYS,
    )
    return Plan(
        store_names=names,
        store_index=index,
        process_names=tuple(machine.name for machine in machines),
        process_index={machine.name: number for number, machine in enumerate(machines)},
        group_names=groups,
        marks=marks,
        network=network,
        machines=habitat.equipment,
        elements=np.array([SUBSTANCES[store.substance].mass_shares() for store in stores.values()]),
        reserve_floor=np.array([mark.level for mark in marks]),
        reserve_per_need=_reserve_per_need(network, marks, habitat),
    )


def _reserve_per_need(network: Network, marks: tuple[Mark, ...], habitat: Habitat) -> Floats:
    use = np.zeros((len(network.capacity), len(network.hold_store)))
    for p, group in enumerate(network.group):
        if group >= 0 and network.mode[p] == 0 and network.order[p] == 0:
            for k in range(network.starts[p], network.starts[p + 1]):
                use[network.stores[k], group] += max(0.0, -network.coefficients[k])
    found = np.zeros((len(marks), len(network.hold_store)))
    for number, mark in enumerate(marks):
        if mark.name.endswith(" reserve"):
            found[number] = habitat.stores[mark.store].reserve_days * use[network.mark_store[number]]
    return found


def _plain(
    processes: list[tuple[Equipment, str]], flows: list[list[tuple[str, float]]], habitat: Habitat
) -> NDArray[np.bool_]:
    """Which scrubbers touch nothing but the driven gas: nobody fetches what they give, and nothing fills up with it."""
    fetched = {store for part in flows for store, kg in part if kg < 0.0}
    watched = {limit.gas for limit in habitat.cabin.limits} | {machine.target for machine, _ in processes}
    found = []
    for (machine, _), part in zip(processes, flows, strict=True):
        taken = [store for store, kg in part if kg < 0.0]
        given = {store for store, kg in part if kg >= 0.0}
        stores = [habitat.all_stores[store] for store in given]
        endless = all(store.capacity_kg == math.inf and not store.reserve_days + store.reserve_kg for store in stores)
        alone = machine.duty == "proportional" and taken == [DRIVEN]
        found.append(alone and endless and not given & (fetched | watched))
    return np.array(found)


def _gain(machine: Equipment) -> float:
    return machine.capacity_per_day / machine.at_kg if machine.duty == "proportional" else 0.0


def _processes(habitat: Habitat) -> tuple[list[tuple[Equipment, str]], tuple[str, ...]]:
    """Every process with its group (sorted by name, so that the order of a file changes nothing), and the groups."""
    found = [(need.process, need.need) for need in habitat.needs]
    for machine in habitat.equipment.values():
        found.append((machine, f"{_sense(machine)}{machine.target}" if machine.duty == "hold" else ""))
    for gas, substance in GASES.items():
        recipe = Recipe("leak", "kg", (Flow("cabin", substance, 1.0),), (Flow("out", substance, 1.0),))
        ways = {"cabin": gas, "out": f"overboard-{substance}"}
        found.append((Equipment(f"leak-{substance}", recipe, ways, math.inf, "flow", share_order=2), "leak"))
    found.sort(key=lambda pair: pair[0].name)
    return found, tuple(sorted({group for _, group in found if group not in ("", "leak")}))


def _sense(machine: Equipment) -> str:
    gives = any(machine.stores[flow.role] == machine.target for flow in machine.recipe.outputs)
    return "add " if gives else "remove "


def _coefficients(machine: Equipment) -> list[tuple[str, float]]:
    taken = [(machine.stores[flow.role], -flow.kg) for flow in machine.recipe.inputs]
    given = [(machine.stores[flow.role], flow.kg) for flow in machine.recipe.outputs]
    return taken + given


def _hold(
    name: str, machines: list[Equipment], groups: list[str], index: Mapping[str, int], habitat: Habitat
) -> tuple[int, float, float]:
    """Store, target [kg] and sense of a group; store -1 for a need of people."""
    member = next(machine for machine, group in zip(machines, groups, strict=True) if group == name)
    if member.duty != "hold":
        return -1, 0.0, 1.0
    sign = 1.0 if _sense(member) == "add " else -1.0
    if member.at_kg > 0.0:
        return index[member.target], member.at_kg, sign
    kpa = habitat.cabin.target_kpa.get(member.target, 0.0)
    return index[member.target], kpa * habitat.cabin.kg_per_kpa(member.target), sign


def _marks(habitat: Habitat) -> tuple[Mark, ...]:
    marks = [
        Mark(f"{store.name} reserve", store.name, "below", False, store.reserve_kg)
        for store in habitat.stores.values()
        if store.reserve_kg > 0.0 or store.reserve_days > 0.0
    ]
    for limit in habitat.cabin.limits:
        level = limit.kpa if limit.gas == "total" else limit.kpa * habitat.cabin.kg_per_kpa(limit.gas)
        what = "pressure" if limit.gas == "total" else limit.gas
        side = limit.side
        marks.append(Mark(f"{what} {side} {limit.kpa:.3g} kPa", limit.gas, side, limit.serious, level))
    return tuple(marks)
