"""Reading the YAML file of a body, so that every refusal names the file, the line and what is allowed."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final

import yaml

from stationkeep.descent.body import BREAK_UP_ALTITUDE_KM, START_TEMPERATURE_K, Body, Part, PartError
from stationkeep.descent.body_sizes import refuse_what_does_not_fit
from stationkeep.descent.shapes import DIMENSIONS
from stationkeep.errors import InputError
from stationkeep.ordinary_file import Expected, read_text

_EXAMPLE: Final = "a body file is YAML: parts: [{name, shape: sphere, diameter_m, mass_kg, material: AA7075}]"
_FILE: Final = Expected(error=InputError, hint=_EXAMPLE, largest_mebibytes=4, any_encoding=False)
_DEEPEST: Final = 8
_LOADER: Final = getattr(
    yaml, "CSafeLoader", yaml.SafeLoader
)  # the C reader where PyYAML was built with it: ten times as fast
_BODY_FIELDS: Final = ("name", "description", "source", "break_up_altitude_km", "parts")
_NUMBERS: Final = (
    "mass_kg", "initial_temperature_k", "release_altitude_km", "release_load_g", "release_pressure_pa",
    "mass_uncertainty", "piece_uncertainty",
)  # fmt: skip
_TEXTS: Final = ("name", "shape", "material", "contained_in", "owner", "note")
_SIZES: Final = tuple(dict.fromkeys(name for names in DIMENSIONS.values() for name in names))
_PART_FIELDS: Final = (*_TEXTS, "count", *_NUMBERS, *_SIZES)


@dataclass(frozen=True, slots=True)
class _Field:
    """A value and the line of its name."""

    line: int
    value: Any


def body_folder() -> Traversable:
    """Where the shipped bodies are."""
    return files("stationkeep.descent") / "data" / "bodies"


def read_body_text(path: Path) -> str:
    """The text of a body file. Raises :class:`InputError` for what is no ordinary text file."""
    return read_text(path, _FILE)


def parse_body(text: str, name: str) -> Body:
    """The body a text describes; ``name`` of the file goes into the errors."""
    return _Reader(name).body(text)


class _Reader:
    def __init__(self, name: str) -> None:
        self._name = name

    def _refusal(self, line: int, problem: str, hint: str) -> InputError:
        return InputError(f"{self._name}, line {line}: {problem}", hint=hint)

    def body(self, text: str) -> Body:
        root = self._root(text)
        fields = self._fields(root, "the body", _BODY_FIELDS)
        listed = fields.get("parts")
        if listed is None or not isinstance(listed.value, yaml.SequenceNode) or not listed.value.value:
            line = 1 if listed is None else listed.line
            raise self._refusal(line, "there is no list of parts", _EXAMPLE)
        lines: dict[str, dict[str, int]] = {}
        parts = tuple(self._part(node, index, lines) for index, node in enumerate(listed.value.value))
        altitude = fields.get("break_up_altitude_km")
        try:
            body = Body(
                name=self._text(fields, "name") or Path(self._name).name.split(".")[0],
                parts=parts,
                break_up_altitude_km=(
                    BREAK_UP_ALTITUDE_KM if altitude is None else self._number(altitude, "break_up_altitude_km")
                ),
                description=self._text(fields, "description"),
                source=self._text(fields, "source"),
            )
            refuse_what_does_not_fit(body)
        except PartError as error:
            places = lines.get(error.part, {})
            raise self._refusal(places.get(error.field, places.get("", 1)), error.problem, error.hint or "") from None
        return body

    def _root(self, text: str) -> yaml.MappingNode:
        depth = 0
        try:
            for event in yaml.parse(text, Loader=_LOADER):
                if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
                    raise self._refusal(_line(event), "anchors and aliases are not accepted", "write the value out")
                depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
                if depth > _DEEPEST:
                    raise self._refusal(_line(event), f"nested deeper than {_DEEPEST} levels", _EXAMPLE)
            root = yaml.compose(text, Loader=_LOADER)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            what = getattr(error, "problem", None) or "it cannot be read"
            raise self._refusal(1 if mark is None else mark.line + 1, f"not YAML: {what}", _EXAMPLE) from None
        if not isinstance(root, yaml.MappingNode):
            raise self._refusal(1, "this is no body", _EXAMPLE)
        return root

    def _fields(self, node: yaml.Node, what: str, allowed: tuple[str, ...]) -> dict[str, _Field]:
        if not isinstance(node, yaml.MappingNode):
            raise self._refusal(_line(node), f"{what} is not a group of fields", _EXAMPLE)
        found: dict[str, _Field] = {}
        for key, value in node.value:
            name = str(getattr(key, "value", ""))
            if name not in allowed:
                near = get_close_matches(name, allowed, n=1, cutoff=0.6)
                meant = f"did you mean {near[0]}? " if near else ""
                raise self._refusal(
                    _line(key), f"{what} has a field {name!r}", f"{meant}allowed are {', '.join(allowed)}"
                )
            if name in found:
                raise self._refusal(
                    _line(key), f"field {name!r} is given twice (first on line {found[name].line})", "keep one of them"
                )
            found[name] = _Field(_line(key), value)
        return found

    def _part(self, node: yaml.Node, index: int, lines: dict[str, dict[str, int]]) -> Part:
        fields = self._fields(node, f"part {index + 1}", _PART_FIELDS)
        for needed in ("name", "shape", "mass_kg", "material"):
            if needed not in fields:
                raise self._refusal(
                    _line(node), f"part {index + 1} has no {needed}", "each part needs name, shape, mass_kg, material"
                )
        name, shape = self._text(fields, "name"), self._text(fields, "shape")
        lines.setdefault(name, {key: field.line for key, field in fields.items()} | {"": _line(node)})
        numbers = {key: self._number(fields[key], key) for key in _NUMBERS if key in fields}
        sigma = numbers.get("mass_uncertainty", 0.0)
        if not 0.0 <= sigma <= 1.0:
            raise self._refusal(
                fields["mass_uncertainty"].line, f"mass_uncertainty is {sigma:g}", "give 0 to 1, one sigma, relative"
            )
        pieces = numbers.get("piece_uncertainty", 0.0)
        if not 0.0 <= pieces <= 2.0:
            raise self._refusal(
                fields["piece_uncertainty"].line, f"piece_uncertainty is {pieces:g}",
                "give 0 to 2, one sigma of the logarithm: 0.7 is a factor of two",
            )  # fmt: skip
        return Part(
            name=name,
            shape=shape,
            dimensions_m=self._dimensions(fields, name, shape, _line(node)),
            mass_kg=numbers["mass_kg"],
            material=self._text(fields, "material"),
            count=self._count(fields.get("count")),
            contained_in=self._text(fields, "contained_in") or None,
            release_altitude_km=numbers.get("release_altitude_km"),
            release_load_g=numbers.get("release_load_g"),
            release_pressure_pa=numbers.get("release_pressure_pa"),
            initial_temperature_k=numbers.get("initial_temperature_k", START_TEMPERATURE_K),
            owner=self._text(fields, "owner"),
            note=self._text(fields, "note"),
            mass_uncertainty=sigma,
            piece_uncertainty=pieces,
        )

    def _dimensions(self, fields: dict[str, _Field], name: str, shape: str, line: int) -> tuple[float, ...]:
        wanted = DIMENSIONS.get(shape)
        if wanted is None:
            raise self._refusal(
                fields["shape"].line, f"part {name!r} has shape {shape!r}", f"choose {', '.join(DIMENSIONS)}"
            )
        for given in fields:
            if given in _SIZES and given not in wanted:
                raise self._refusal(
                    fields[given].line, f"part {name!r}: a {shape} has no {given}", f"it needs {', '.join(wanted)}"
                )
        missing = [key for key in wanted if key not in fields]
        if missing:
            raise self._refusal(
                line, f"part {name!r}: a {shape} needs {' and '.join(missing)}", "outer sizes, in metres"
            )
        values = tuple(self._number(fields[key], key) for key in wanted)
        for key, value in zip(wanted, values, strict=True):
            if value <= 0.0:
                raise self._refusal(
                    fields[key].line, f"part {name!r}: {key} is {value:g}", "sizes are in metres and above zero"
                )
        return values

    def _number(self, field: _Field, name: str) -> float:
        text = str(getattr(field.value, "value", ""))
        try:
            value = float(text) if isinstance(field.value, yaml.ScalarNode) else None
        except ValueError:
            value = None
        if value is None or not abs(value) < 1.0e15:
            raise self._refusal(
                field.line, f"{name} must be a number, not {text[:40]!r}", "without its unit: the unit is in the name"
            )
        return value

    def _count(self, field: _Field | None) -> int:
        if field is None:
            return 1
        value = self._number(field, "count")
        if value != int(value) or not 1 <= value <= 100_000:
            raise self._refusal(field.line, f"count is {value:g}", "give a whole number from 1 on")
        return int(value)

    def _text(self, fields: dict[str, _Field], name: str) -> str:
        field = fields.get(name)
        if field is None:
            return ""
        if not isinstance(field.value, yaml.ScalarNode) or not str(field.value.value).strip():
            raise self._refusal(field.line, f"{name} must be text", "put it in quotes")
        return str(field.value.value).strip()


def _line(item: Any) -> int:
    return 1 if item.start_mark is None else int(item.start_mark.line) + 1
