"""From what pydantic found to what a person reads: line, field, what was given, what is allowed."""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import cache
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from stationkeep.errors import ScenarioError
from stationkeep.scenario.consistency import INCONSISTENT
from stationkeep.scenario.problems import Location, Problem
from stationkeep.scenario.schema import Scenario
from stationkeep.scenario.yaml_tree import Node

_MOST_SHOWN: Final = 8
_QUOTED: Final = re.compile(r"'([^']*)'")
_NUMBER: Final = re.compile(r"\d+")
_BOUNDS: Final = {
    "greater_than": ("gt", "must be above"),
    "greater_than_equal": ("ge", "must be at least"),
    "less_than": ("lt", "must be below"),
    "less_than_equal": ("le", "must be at most"),
}
_LENGTHS: Final = {
    "string_too_short": ("min_length", "must have at least"),
    "string_too_long": ("max_length", "must have at most"),
}
_WANTED: Final = {
    "float_type": "must be a number, without its unit: the unit is in the field's name",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "bool_type": "must be true or false",
    "finite_number": "must be a finite number",
    "string_type": "must be text: put it in quotes",
    "string_pattern_mismatch": "must be lower-case letters, digits and hyphens, e.g. 'my-station'",
    "tuple_type": "must be a list ('- ' before each entry)",
    "dict_type": "must be a group of named entries",
    "model_type": "must be a group of fields",
    "model_attributes_type": "must be a group of fields",
}
_GROUPS: Final = ("model_type", "model_attributes_type")


def problems_of(error: ValidationError, tree: Node) -> list[Problem]:
    """Every problem of a validation, at its place in the file."""
    found: list[Problem] = []
    for detail in error.errors(include_url=False):
        if detail["type"] == INCONSISTENT:
            found.extend(detail["ctx"]["problems"])
            continue
        location = _without_tags(detail["loc"], tree)
        # pydantic also calls a group too short whose every entry was refused: one mistake, not two.
        node = _node_at(location, tree)
        if detail["type"] != "too_short" or node is None or not (node.items or node.fields):
            found.append(Problem(location, _explain(detail, location, tree)))
    # A plain number that stands for a range fails once for each bound; it is one mistake.
    return list(dict.fromkeys(found))


def refusal(problems: list[Problem], tree: Node, name: str) -> ScenarioError:
    """One error for all problems of a file, in the order of its lines."""
    placed = sorted(((_line_of(item.location, tree), item) for item in problems), key=lambda pair: pair[0])
    texts = [
        _with_place(line, item) + (f" (and {count - 1} more like it there)" if count > 1 else "")
        for (line, item), count in _once_each(placed)
    ]
    if len(texts) == 1:
        return ScenarioError(f"{name}, {texts[0]}", hint="correct it and try again")
    shown = "".join(f"\n  {text}" for text in texts[:_MOST_SHOWN])
    more = f"\n  and {len(texts) - _MOST_SHOWN} more" if len(texts) > _MOST_SHOWN else ""
    return ScenarioError(f"{name} has {len(texts)} problems:{shown}{more}", hint="correct them and try again")


def _once_each(placed: list[tuple[int, Problem]]) -> list[tuple[tuple[int, Problem], int]]:
    """The first of problems that differ in numbers only, and how many: a flight repeated for years tells one once."""
    found: dict[tuple[Location, str], tuple[tuple[int, Problem], int]] = {}
    for line, item in placed:
        place = item.location, _NUMBER.sub("#", item.message)
        first, count = found.get(place, ((line, item), 0))
        found[place] = first, count + 1
    return list(found.values())


def _with_place(line: int, problem: Problem) -> str:
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in problem.location if part != "[key]")
    path = path.lstrip(".")
    return f"line {line}: {path}: {problem.message}" if path else f"line {line}: {problem.message}"


def _child(node: Node, part: str | int) -> Node | None:
    if isinstance(part, int):
        return node.items[part] if part < len(node.items) else None
    return node.fields.get(part)


def _node_at(location: Location, tree: Node) -> Node | None:
    node: Node | None = tree
    for part in location:
        node = None if node is None else _child(node, part)
    return node


def _line_of(location: Location, tree: Node) -> int:
    """Line of the deepest part of the location that is in the file: of its group where the field is missing."""
    node = tree
    for part in location:
        child = _child(node, part)
        if child is None:
            break
        node = child
    return node.line


def _without_tags(location: Location, tree: Node) -> Location:
    """Drop what pydantic adds to a place: the event's type after its index, a range's bounds after a plain number."""
    clean: list[str | int] = []
    node: Node | None = tree
    for part in location:
        after_index = bool(clean) and isinstance(clean[-1], int)
        if after_index and node is not None and _type_of(node) == part:
            continue
        if node is not None and node.kind == "scalar" and isinstance(node.value, int | float):
            break
        clean.append(part)
        node = None if node is None else _child(node, part)
    return tuple(clean)


def _type_of(node: Node) -> str | None:
    kind = node.fields.get("type")
    return None if kind is None else kind.text


def _given(node: Node | None) -> str:
    if node is None:
        return "nothing"
    if node.kind != "scalar" or node.text is None:
        return "a list" if node.kind == "list" else "a group of fields"
    if node.value is None:
        return "nothing"
    written = node.text if len(node.text) <= 60 else node.text[:57] + "..."
    return repr(written) if isinstance(node.value, str) else written


def _too_short(location: Location, node: Node | None) -> str:
    """An empty group or list; what is wanted is at least one of what it holds."""
    if node is not None and node.kind == "mapping":
        return f"no {location[-1]} given; give at least one"
    return f"{'an empty list' if node is not None and node.kind == 'list' else _given(node)} given; give at least one"


def _explain(detail: ErrorDetails, location: Location, tree: Node) -> str:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "missing":
        return "is missing"
    if kind == "extra_forbidden":
        return _unknown_field(location, tree)
    if location and location[-1] == "[key]":
        return f"{location[-2]!r} given as a name; {_WANTED['string_pattern_mismatch']}"
    if kind == "too_short":
        return _too_short(location, _node_at(location, tree))
    given = f"{_given(_node_at(location, tree))} given"
    if kind in _BOUNDS:
        key, text = _BOUNDS[kind]
        return f"{given}; {text} {context[key]:g}"
    if kind in _LENGTHS:
        key, text = _LENGTHS[kind]
        return f"{given}; {text} {context[key]} character{'' if context[key] == 1 else 's'}"
    if kind in ("literal_error", "enum"):
        return _not_allowed(given, _text_of(location, tree), _QUOTED.findall(context["expected"]))
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        return _event_type(location, tree, context)
    if kind == "value_error":
        return str(context["error"])
    if context.get("class_name") in ("Range", "Fraction"):
        return f"{given}; must be a number, or two bounds: {{low: …, high: …}}"
    if kind in _WANTED:
        return f"{given}; {_WANTED[kind]}{_as_a_group(kind, location, tree)}"
    return f"{given}; {detail['msg'][0].lower()}{detail['msg'][1:]}"


def _as_a_group(kind: str, location: Location, tree: Node) -> str:
    """How what was given is written as the group it must be, where the group has one field only."""
    node, fields = _node_at(location, tree), _fields_at(location, tree)
    if kind not in _GROUPS or node is None or node.kind != "scalar" or not node.text or len(fields) != 1:
        return ""
    return f": {location[-1]}: {{{fields[0]}: {node.text}}}"


def _text_of(location: Location, tree: Node) -> str:
    node = _node_at(location, tree)
    return "" if node is None or node.text is None else node.text


def _not_allowed(given: str, text: str, allowed: list[str]) -> str:
    close = get_close_matches(text, allowed, n=1, cutoff=0.6) if len(allowed) > 1 else []
    suggestion = f"; did you mean {close[0]!r}?" if close else ";"
    return f"{given}{suggestion} allowed: {', '.join(allowed)}"


def _event_type(location: Location, tree: Node, context: dict[str, Any]) -> str:
    node = _node_at(location, tree)
    allowed = _QUOTED.findall(str(context.get("expected_tags", ""))) or _event_types()
    if node is None or "type" not in node.fields:
        return f"type is missing; allowed: {', '.join(allowed)}"
    written = node.fields["type"]
    return "type: " + _not_allowed(f"{_given(written)} given", written.text or "", allowed)


def _unknown_field(location: Location, tree: Node) -> str:
    allowed = _fields_at(location[:-1], tree)
    close = get_close_matches(str(location[-1]), allowed, n=1, cutoff=0.6)
    suggestion = f"; did you mean {close[0]!r}?" if close else ";"
    return f"unknown field{suggestion} allowed here: {', '.join(allowed) or 'no fields'}"


@cache
def _schema() -> dict[str, Any]:
    return Scenario.model_json_schema(by_alias=True)


def _event_types() -> list[str]:
    return list(_schema()["$defs"]["Branch"]["properties"]["events"]["items"]["discriminator"]["mapping"])


def _fields_at(location: Location, tree: Node) -> list[str]:
    """Which fields may stand at a place? Read from the JSON schema, along the path."""
    node: Node | None = tree
    found = _concrete(_schema(), node)
    for part in location:
        node = None if node is None else _child(node, part)
        steps = [_step(schema, part) for schema in found]
        found = [schema for step in steps if step is not None for schema in _concrete(step, node)]
    return [name for schema in found for name in schema.get("properties", {})]


def _step(schema: dict[str, Any], part: str | int) -> dict[str, Any] | None:
    if isinstance(part, int):
        return schema.get("items")
    named = schema.get("properties", {}).get(part) or schema.get("additionalProperties")
    return named or next(iter(schema.get("patternProperties", {}).values()), None)


def _concrete(schema: dict[str, Any], node: Node | None) -> list[dict[str, Any]]:
    """Follow references and alternatives; of several kinds of event keep the one the file names."""
    if "$ref" in schema:
        return _concrete(_schema()["$defs"][schema["$ref"].rsplit("/", 1)[-1]], node)
    choices = schema.get("anyOf") or schema.get("oneOf")
    if choices:
        return [leaf for choice in choices for leaf in _concrete(choice, node)]
    constant = schema.get("properties", {}).get("type", {}).get("const")
    return [] if constant is not None and node is not None and _type_of(node) != constant else [schema]
