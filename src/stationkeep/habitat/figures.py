"""Reading a habitat from YAML: every figure with its source, every fault with its line.

Wherever an amount stands, a person may write a number, text with a unit (``420 kg``), or a full figure (``value`` or
``low`` and ``high``, with ``unit``, ``source`` and ``quality``) from which a campaign draws.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

import yaml
from pydantic import ValidationError

from stationkeep.catalogue.figure import Figure
from stationkeep.habitat.air import GASES, Cabin
from stationkeep.habitat.crew import Side
from stationkeep.habitat.equipment import Equipment, FailureLaw
from stationkeep.habitat.habitat import Habitat
from stationkeep.habitat.metabolism import STANDARD, Person
from stationkeep.habitat.plain_values import require_plain, require_truth
from stationkeep.habitat.quantities import quantity
from stationkeep.habitat.recipes import Recipe, recipe, still
from stationkeep.habitat.refusal import HabitatError, unknown
from stationkeep.habitat.stores import Store

ISS: Final = "iss-2022-04-02"
_SECTIONS: Final = ("cabin", "stores", "equipment", "sides", "people", "shared", "leak")
_STORE_UNITS: Final = {"amount_kg": "kg", "capacity_kg": "kg", "reserve_kg": "kg", "reserve_days": "d"}
_SIDE_UNITS: Final = {"containers_kg_day": "kg/d", "work_hours_week": "h", "upkeep_hours_week": "h"}
_MACHINE_UNITS: Final = {"capacity_per_day": "kg/d", "power_w": "W"}
_FAILURE_UNITS: Final = {
    "low_days": "d", "high_days": "d", "shape": "1", "repair_days": "d", "repair_spread": "1", "crew_hours": "h",
    "spare_kg": "kg", "degraded_share": "1",
}  # fmt: skip


@dataclass(frozen=True)
class HabitatDocument:
    """A habitat file, read: its values and every figure in it by its place, ``equipment.oga.capacity_per_day``."""

    name: str
    content: Mapping[str, Any]
    lines: Mapping[str, int]
    figures: Mapping[str, Figure]

    @property
    def uncertain(self) -> tuple[str, ...]:
        """Places of figures that are ranges, sorted: one random number each draws them."""
        return tuple(sorted(place for place, figure in self.figures.items() if figure.is_range))

    def around_best(self, place: str, u: float) -> float:
        """The probability at which a figure is to be asked so that its best estimate lies in the middle of the draws.

        ``u`` below a half falls between its low end and the best estimate, above it between that and the high end.
        """
        figure = self.figures[place]
        share = figure.share_below(figure.best)
        return 2.0 * u * share if u < 0.5 else share + (2.0 * u - 1.0) * (1.0 - share)

    def habitat(
        self, *, year: float = 2022.25, u: Mapping[str, float] | None = None,
        people: Mapping[str, int] | None = None, person: Person = STANDARD,
    ) -> Habitat:  # fmt: skip
        """The habitat with every figure at its best estimate, or at probability ``u[place]`` of its range.

        ``year`` chooses among efficiencies by year; ``people`` (numbers by side) replaces the file's;
        ``person``: what everybody is like.
        Raises :class:`HabitatError` with the file and line of what cannot be.
        """
        builder = _Builder(self, year, u or {})
        try:
            return builder.habitat(people, person)
        except HabitatError as error:
            raise self._located(error) from None

    def _located(self, error: HabitatError) -> HabitatError:
        place = error.field
        while place and place not in self.lines:
            place = place.rpartition(".")[0]
        where = f"{self.name}, line {self.lines[place]}: " if place else f"{self.name}: "
        return HabitatError(where + error.problem, hint=error.hint)


@cache
def shipped_habitat(name: str = ISS) -> HabitatDocument:
    """A habitat that ships with the package (read once, immutable)."""
    return read_habitat(habitat_text(name), f"{name}.yaml")


def habitat_text(name: str) -> str:
    """The file of a habitat that ships, as it is; raises :class:`HabitatError` where none has that name."""
    folder = files("stationkeep.habitat") / "data"
    names = sorted(item.name.removesuffix(".yaml") for item in folder.iterdir() if item.name.endswith(".yaml"))
    if name not in names:
        raise unknown("habitat", name, names)
    return (folder / f"{name}.yaml").read_text(encoding="utf-8")


def _fault(error: Exception) -> str:
    """Where and why a text is no YAML: ``, line 21, column 23: mapping values are not allowed here``."""
    mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
    if mark is None or not problem:
        return f": not readable as YAML: {' '.join(str(error).split())}"
    return f", line {mark.line + 1}, column {mark.column + 1}: not readable as YAML: {problem}"


def read_habitat(text: str, name: str) -> HabitatDocument:
    """Read YAML text; ``name`` stands for the file in messages. Raises :class:`HabitatError` naming the line."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        content = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        raise HabitatError(f"{name}{_fault(error)}", hint="correct it and try again") from None
    if not isinstance(content, dict) or node is None:
        raise HabitatError(f"{name}: must hold a mapping", hint=f"with {', '.join(_SECTIONS)}")
    lines: dict[str, int] = {}
    _note_lines(node, "", lines, name)
    document = HabitatDocument(name, content, lines, MappingProxyType({}))
    try:
        for section in content:
            if section not in _SECTIONS:
                raise unknown("section", str(section), _SECTIONS, str(section))
        found = dict(_figures(content, ""))
    except HabitatError as error:
        raise document._located(error) from None
    return HabitatDocument(name, content, MappingProxyType(lines), MappingProxyType(found))


def _note_lines(node: yaml.Node, place: str, lines: dict[str, int], name: str) -> None:
    if not isinstance(node, yaml.MappingNode):
        return
    for key, value in node.value:
        path = f"{place}.{key.value}" if place else str(key.value)
        if path in lines:
            raise HabitatError(f"{name}, line {key.start_mark.line + 1}: {path} is given twice", hint="keep one")
        lines[path] = key.start_mark.line + 1
        _note_lines(value, path, lines, name)


def _figures(given: Any, place: str) -> list[tuple[str, Figure]]:
    if not isinstance(given, dict):
        return []
    if {"unit", "source"} & set(given):
        try:
            return [(place, Figure.model_validate(given))]
        except ValidationError as error:
            said = "; ".join(map(_said, error.errors()[:3]))
            hint = "a figure needs value (or low and high), unit, source and quality"
            raise HabitatError(said, hint=hint, field=place) from None
    return [one for key, value in given.items() for one in _figures(value, f"{place}.{key}" if place else str(key))]


def _said(error: Any) -> str:
    """One thing wrong with a figure, with the field it is about: ``source: String should have ...``."""
    field = ".".join(map(str, error["loc"]))
    message = str(error["msg"]).removeprefix("Value error, ")
    return f"{field}: {message}" if field else message


class _Builder:
    """Turns the plain values of a document into a habitat."""

    def __init__(self, document: HabitatDocument, year: float, u: Mapping[str, float]) -> None:
        self._document = document
        self._year = year
        self._u = u
        strange = sorted(set(u) - set(document.figures))
        if strange:
            raise unknown("figure", strange[0], document.uncertain)

    def habitat(self, people: Mapping[str, int] | None, person: Person) -> Habitat:
        content = self._document.content
        cabin = self._cabin(_mapping(content.get("cabin"), "cabin"))
        self._require_spares()
        numbers = people if people is not None else _mapping(content.get("people", {}), "people")
        return Habitat(
            cabin=cabin,
            stores={name: self._store(name, _mapping(one, f"stores.{name}")) for name, one in self._section("stores")},
            equipment={
                name: self._machine(name, _mapping(one, f"equipment.{name}"), cabin)
                for name, one in self._section("equipment")
            },
            sides={name: self._side(name, _mapping(one, f"sides.{name}")) for name, one in self._section("sides")},
            people={side: (person,) * _count(number, f"people.{side}") for side, number in numbers.items()},
            shared=require_truth(content.get("shared", True), "shared"),
            leak_kg_day=self._number(content.get("leak", 0.0), "kg/d", "leak"),
            person=person,
        )

    def _require_spares(self) -> None:
        """Spare parts lie in a store there is."""
        stores = [name for name, _ in self._section("stores")]
        for name, machine in self._section("equipment"):
            failure = machine.get("failure") if isinstance(machine, dict) else None
            spares = failure.get("spare_store", "") if isinstance(failure, dict) else ""
            if spares and spares not in stores:
                raise unknown("store", str(spares), stores, f"equipment.{name}.failure.spare_store")

    def _section(self, name: str) -> list[tuple[str, Any]]:
        return list(_mapping(self._document.content.get(name, {}), name).items())

    def _number(self, given: Any, unit: str, place: str) -> float:
        figure = self._document.figures.get(place)
        if figure is None:
            return quantity(given, unit, place)
        value = figure.quantile(self._u[place]) if place in self._u else figure.best
        return quantity(f"{value!r} {figure.unit}", unit, place)

    def _numbers(self, given: Mapping[str, Any], units: Mapping[str, str], place: str) -> dict[str, float]:
        return {key: self._number(given[key], unit, f"{place}.{key}") for key, unit in units.items() if key in given}

    def _cabin(self, given: Mapping[str, Any]) -> Cabin:
        _only(given, ("volume_m3", "temperature_c", "target_kpa", "start_kpa"), "cabin")
        if "volume_m3" not in given:
            raise HabitatError("volume_m3 is missing", hint="give the pressurised volume", field="cabin")
        chosen: dict[str, Any] = {"volume_m3": self._number(given["volume_m3"], "m3", "cabin.volume_m3")}
        if "temperature_c" in given:
            chosen["temperature_c"] = self._number(given["temperature_c"], "degC", "cabin.temperature_c")
        for key in ("target_kpa", "start_kpa"):
            if key in given:
                gases = _mapping(given[key], f"cabin.{key}")
                chosen[key] = {gas: self._number(kpa, "kPa", f"cabin.{key}.{gas}") for gas, kpa in gases.items()}
        return Cabin(**chosen)

    def _store(self, name: str, given: Mapping[str, Any]) -> Store:
        _only(given, tuple(field.name for field in fields(Store)), f"stores.{name}")
        require_plain(given, f"stores.{name}", set(_STORE_UNITS))
        plain = {key: value for key, value in given.items() if key not in _STORE_UNITS}
        if "substance" not in plain:
            raise HabitatError("substance is missing", hint="say what it holds", field=f"stores.{name}")
        numbers: dict[str, Any] = self._numbers(given, _STORE_UNITS, f"stores.{name}")
        if plain.get("when_full", "stop") not in ("stop", "vent"):
            raise unknown("rule", str(plain["when_full"]), ("stop", "vent"), f"stores.{name}.when_full")
        if (
            numbers.get("amount_kg", 0.0) > numbers.get("capacity_kg", math.inf)
            and f"stores.{name}.amount_kg" in self._u
        ):
            # Each is drawn from its own range, and the ranges may overlap: nothing holds more than it can.
            numbers["amount_kg"] = numbers["capacity_kg"]
        return Store(name=name, **plain, **numbers)

    def _side(self, name: str, given: Mapping[str, Any]) -> Side:
        place = f"sides.{name}"
        _only(given, tuple(field.name for field in fields(Side)), place)
        require_plain(given, place, set(_SIDE_UNITS))
        missing = [one.name for one in fields(Side)[1:9] if one.name not in given]
        if missing:
            verb, what = ("is", "it") if len(missing) == 1 else ("are", "each")
            raise HabitatError(
                f"{', '.join(missing)} {verb} missing", hint=f"name the store they use for {what}", field=place
            )
        numbers: dict[str, Any] = self._numbers(given, _SIDE_UNITS, place)
        return Side(name=name, **{key: value for key, value in given.items() if key not in numbers}, **numbers)

    def _machine(self, name: str, given: Mapping[str, Any], cabin: Cabin) -> Equipment:
        place = f"equipment.{name}"
        own = {"at_kpa", "recovery", "recovery_by_year", "inputs", "outputs"}
        known = {field.name for field in fields(Equipment)} - {"name", "at_kg", "field"}
        _only(given, tuple(sorted(known | own)), place)
        require_plain(given, place, {*_MACHINE_UNITS, *own, "stores", "failure"})
        for key in ("recipe", "stores", "capacity_per_day", "duty"):
            if key not in given:
                raise HabitatError(f"{key} is missing", hint="every machine needs it", field=place)
        chosen = {key: value for key, value in given.items() if key in known}
        chosen |= self._numbers(given, _MACHINE_UNITS, place)
        chosen["recipe"] = self._recipe(given, place)
        chosen["stores"] = _mapping(given["stores"], f"{place}.stores")
        chosen["backs_up"] = tuple(given.get("backs_up", ()))
        if "failure" in given:
            chosen["failure"] = self._failure(_mapping(given["failure"], f"{place}.failure"), f"{place}.failure")
        if "at_kpa" not in given and given["duty"] == "proportional":
            hint = "the pressure of its target at which it reaches its capacity: 0.533 is 4 mmHg"
            raise HabitatError("at_kpa is missing", hint=hint, field=place)
        if "at_kpa" in given:
            target = str(given.get("target", ""))
            if target not in GASES:
                raise unknown("gas of the cabin", target, tuple(GASES), f"{place}.target")
            chosen["at_kg"] = self._number(given["at_kpa"], "kPa", f"{place}.at_kpa") * cabin.kg_per_kpa(target)
        return Equipment(name=name, field=place, **chosen)

    def _failure(self, given: Mapping[str, Any], place: str) -> FailureLaw:
        _only(given, tuple(field.name for field in fields(FailureLaw)), place)
        for key in ("low_days", "high_days"):
            if key not in given:
                raise HabitatError(f"{key} is missing", hint="the mean life lies between them", field=place)
        text = {key: str(value) for key, value in given.items() if key not in _FAILURE_UNITS}
        try:
            return FailureLaw(**self._numbers(given, _FAILURE_UNITS, place), **text)  # type: ignore[arg-type]
        except HabitatError as error:
            if error.field:
                raise
            raise HabitatError("these figures make no failure law", hint=error.hint, field=place) from None

    def _recipe(self, given: Mapping[str, Any], place: str) -> Recipe:
        name = str(given["recipe"])
        if name != "urine-processor":
            return recipe(name, f"{place}.recipe")
        if "recovery_by_year" in given:
            years = _mapping(given["recovery_by_year"], f"{place}.recovery_by_year")
            begun = [year for year in years if float(year) <= self._year] or [min(years)]
            year = max(begun)
            return still(self._number(years[year], "1", f"{place}.recovery_by_year.{year}"))
        if "recovery" not in given:
            raise HabitatError("recovery is missing", hint="the share of the water it gives back", field=place)
        return still(self._number(given["recovery"], "1", f"{place}.recovery"))


def _mapping(given: Any, place: str) -> Mapping[Any, Any]:
    if not isinstance(given, dict):
        raise HabitatError("a group of fields was expected", hint="write  name: value  below it", field=place)
    return given


def _only(given: Mapping[str, Any], allowed: tuple[str, ...], place: str) -> None:
    for key in given:
        if key not in allowed or key == "name":
            raise unknown("field", str(key), [name for name in allowed if name != "name"], f"{place}.{key}")


def _count(number: Any, place: str) -> int:
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number <= 1000 or math.isnan(number):
        raise HabitatError(f"{number!r} given", hint="a whole number of people, 0 to 1000", field=place)
    return number
