"""A habitat as it is described: cabin, stores, machines, people; checked as a whole before anything is computed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from stationkeep.habitat.air import GASES, Cabin
from stationkeep.habitat.crew import CrewNeed, Side, crew_needs
from stationkeep.habitat.equipment import Equipment
from stationkeep.habitat.metabolism import STANDARD, Person
from stationkeep.habitat.recipes import checked
from stationkeep.habitat.refusal import HabitatError, unknown
from stationkeep.habitat.stores import Store

OVERBOARD: Final = ("oxygen", "nitrogen", "carbon-dioxide", "water", "hydrogen", "methane")


@dataclass(frozen=True)
class Habitat:
    """What is aboard and how it is connected.

    ``stores`` leaves out the cabin's gases and what lies overboard (``overboard-water`` and so on): they are added.
    ``shared``: whether a side without food, water or containers may use another side's. Raises :class:`HabitatError`
    for connections to stores that do not exist or hold something else, recipes that do not keep their atoms, and
    machines that need themselves to start.
    """

    cabin: Cabin
    stores: Mapping[str, Store]
    equipment: Mapping[str, Equipment]
    sides: Mapping[str, Side]
    people: Mapping[str, tuple[Person, ...]] = field(default_factory=dict)
    shared: bool = True
    leak_kg_day: float = 0.0
    person: Person = STANDARD
    """What everybody who comes later is like, and whom reserves in days are counted for."""

    def __post_init__(self) -> None:
        for name in self.people:
            if name not in self.sides:
                raise unknown("side", name, tuple(self.sides), f"people.{name}")
        if not 0.0 <= self.leak_kg_day < 1e5:
            raise HabitatError(f"{self.leak_kg_day:g} given", hint="zero or more, in kg a day", field="leak_kg_day")
        clash = sorted(set(self.stores) & set(self._made_stores()))
        if clash:
            raise HabitatError("this name is the cabin's own", hint="take another", field=f"stores.{clash[0]}")
        for machine in self.equipment.values():
            checked(machine.recipe, machine.field or f"equipment.{machine.name}")
            self._check_connections(machine)
            for other in machine.backs_up:
                if other not in self.equipment:
                    place = f"{machine.field or f'equipment.{machine.name}'}.backs_up"
                    raise unknown("equipment", other, tuple(self.equipment), place)
                if self.equipment[other].backs_up:
                    raise HabitatError(
                        f"{machine.name} is on standby for {other}, itself on standby",
                        hint="name the machines that run by themselves", field=f"{machine.field}.backs_up",
                    )  # fmt: skip
        for need in self.needs:
            self._check_connections(need.process)
            self._check_outlets(need.process)
        self._check_starts()
        self._check_rounds()

    @cached_property
    def all_stores(self) -> Mapping[str, Store]:
        """Every store, those of the cabin and overboard included."""
        return {**self._made_stores(), **self.stores}

    @cached_property
    def needs(self) -> tuple[CrewNeed, ...]:
        """Every way in which people's needs are met."""
        return tuple(crew_needs(self.sides, self.shared))

    def _made_stores(self) -> dict[str, Store]:
        made = {
            name: Store(name, gas, self.cabin.start_kg(name), kind="cabin", segment="cabin")
            for name, gas in GASES.items()
        }
        return made | {f"overboard-{gas}": Store(f"overboard-{gas}", gas, kind="overboard") for gas in OVERBOARD}

    def _check_connections(self, machine: Equipment) -> None:
        where = machine.field or f"equipment.{machine.name}"
        flows = {flow.role: flow for flow in (*machine.recipe.inputs, *machine.recipe.outputs)}
        for role, store_name in machine.stores.items():
            place = f"{where}.stores.{role}"
            if store_name not in self.all_stores:
                raise unknown("store", store_name, tuple(self.all_stores), place)
            held = self.all_stores[store_name].substance
            if held != flows[role].substance:
                raise HabitatError(
                    f"store {store_name!r} holds {held}, not {flows[role].substance}",
                    hint=f"connect {role} to a store of {flows[role].substance}", field=place,
                )  # fmt: skip
        if machine.target and machine.target not in machine.stores.values():
            raise HabitatError(
                f"target {machine.target!r} is not connected to it",
                hint=f"one of: {', '.join(machine.stores.values())}", field=f"{where}.target",
            )  # fmt: skip

    def _check_outlets(self, person: Equipment) -> None:
        """A full tank cannot keep people from breathing out: what takes their waste must never refuse it."""
        for flow in person.recipe.outputs:
            store = self.all_stores[person.stores[flow.role]]
            if store.capacity_kg < math.inf and store.when_full != "vent":
                raise HabitatError(
                    f"takes what people give off ({flow.role}) but stops when full",
                    hint="set when_full: vent (the rest is thrown away), or leave capacity_kg out",
                    field=f"stores.{store.name}",
                )

    def _check_starts(self) -> None:
        """Refuse machines that wait for each other: each lacks what only the others would give it."""
        waiting = self._never_starting()
        for name in waiting:
            circle = self._circle(name, waiting)
            if circle:
                chain = " -> ".join([*circle, circle[0]])
                raise HabitatError(
                    f"needs itself to start: {chain}",
                    hint="put something into one of the stores between them, or feed one of them from elsewhere",
                    field=self.equipment[circle[0]].field or f"equipment.{circle[0]}",
                )

    def _check_rounds(self) -> None:
        """Refuse machines that run on whatever they are fed, and on nothing else, and feed each other: round and round.

        A Sabatier reactor takes carbon dioxide besides: with an electrolyser that is a loop one wants.
        """
        taking_one = tuple(
            name for name, one in self.equipment.items() if one.duty == "flow" and len(one.recipe.inputs) == 1
        )
        for name in taking_one:
            circle = self._circle(name, taking_one)
            if circle:
                recipes = {self.equipment[one].recipe.name for one in circle}
                each = f", each a {min(recipes)}" if len(recipes) == 1 else f" ({', '.join(sorted(recipes))})"
                raise HabitatError(
                    f"feeds itself: {' -> '.join([*circle, circle[0]])}{each}",
                    hint="what one of them makes the next takes: let one of them give to, or take from, another store",
                    field=self.equipment[name].field or f"equipment.{name}",
                )

    def _never_starting(self) -> tuple[str, ...]:
        full = {name for name, store in self.all_stores.items() if store.amount_kg > 0.0}
        # People make waste of what they are given, so what they give off is there from outside any circle.
        for need in self.needs:
            full |= {need.process.stores[flow.role] for flow in need.process.recipe.outputs}
        waiting = dict(self.equipment)
        while True:
            started = [
                name for name, machine in waiting.items()
                if all(machine.stores[flow.role] in full for flow in machine.recipe.inputs)
            ]  # fmt: skip
            if not started:
                return tuple(waiting)
            for name in started:
                machine = waiting.pop(name)
                full |= {machine.stores[flow.role] for flow in machine.recipe.outputs}

    def _circle(self, start: str, waiting: tuple[str, ...]) -> list[str]:
        """A way from ``start`` along what machines give each other back to ``start``; empty where there is none."""
        paths = [[start]]
        seen = set()
        while paths:
            path = paths.pop()
            for follower in self._fed_by(path[-1], waiting):
                if follower == start:
                    return path
                if follower not in seen:
                    seen.add(follower)
                    paths.append([*path, follower])
        return []

    def _fed_by(self, name: str, among: tuple[str, ...]) -> Iterator[str]:
        giver = self.equipment[name]
        given = {giver.stores[flow.role] for flow in giver.recipe.outputs}
        for other in among:
            taker = self.equipment[other]
            if given & {taker.stores[flow.role] for flow in taker.recipe.inputs}:
                yield other
