"""A scenario that says only in what it differs from another one: ``based_on``.

Each field of the file replaces the other's; null takes it out. A field written with a ``+`` at its end adds to the
other's: a list (``flights+``) is lengthened, a group (``traffic+``) merged field by field by the same rules.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from stationkeep.errors import ScenarioError
from stationkeep.scenario.messages import refusal
from stationkeep.scenario.problems import Location, Problem
from stationkeep.scenario.yaml_tree import Node

FIELD: Final = "based_on"
_ADDS: Final = "+"
_LONGEST_CHAIN: Final = 5

Reader = Callable[[str, str], tuple[Node, str]]
"""From what ``based_on`` says, and the name of the file that says so, to the other file's tree and name."""


def whole_tree(tree: Node, name: str, read: Reader, above: tuple[str, ...] = ()) -> Node:
    """The scenario a file stands for: itself, or the one it is based on with its own fields put in.

    What comes from the other file stands, for messages, on the line that names it. Raises :class:`ScenarioError` for
    a circle, a missing id (the two must not be taken for each other), and a ``+`` that finds nothing to add to.
    """
    written = tree.fields.get(FIELD)
    if written is None:
        return tree
    if written.kind != "scalar" or not isinstance(written.value, str):
        raise refusal(
            [Problem((FIELD,), "must be the name of a shipped scenario, or of a file beside this one")], tree, name
        )
    if "id" not in tree.fields:
        raise refusal([Problem((FIELD,), "needs an id of its own: add  id: NAME")], tree, name)
    other, other_name = read(written.value, name)
    if other_name in (*above, name) or len(above) >= _LONGEST_CHAIN:
        chain = " -> ".join((*above, name, other_name))
        raise ScenarioError(
            f"{name}, line {written.line}: {FIELD}: {chain} never comes to a whole scenario",
            hint=f"one of them must stand by itself; at most {_LONGEST_CHAIN} may follow each other",
        )
    base = whole_tree(other, other_name, read, (*above, name))
    problems: list[Problem] = []
    own = replace(tree, fields={key: node for key, node in tree.fields.items() if key != FIELD})
    merged = _merged(_on_line(base, written.line), own, (), problems)
    if problems:
        raise refusal(problems, tree, name)
    return merged


def _on_line(node: Node, line: int) -> Node:
    """The same values, all standing on one line."""
    return Node(
        line, node.value, node.text,
        {key: _on_line(child, line) for key, child in node.fields.items()},
        [_on_line(child, line) for child in node.items], node.kind,
    )  # fmt: skip


def _merged(base: Node, own: Node, where: Location, problems: list[Problem]) -> Node:
    """Two groups of fields as one."""
    fields = dict(base.fields)
    for key, node in own.fields.items():
        name = key.removesuffix(_ADDS)
        if name != key:
            fields[name] = _added(fields.get(name), node, name, (*where, key), problems)
            if name in own.fields:
                problems.append(Problem((*where, key), f"{name} is given as well: write one of the two"))
        elif node.kind == "scalar" and node.value is None and name in fields:
            del fields[name]
        else:
            fields[name] = node
    return Node(own.line, fields=fields, kind="mapping")


def _added(base: Node | None, own: Node, name: str, where: Location, problems: list[Problem]) -> Node:
    """A list lengthened, or a group merged."""
    if base is None or base.kind == "scalar" or base.kind != own.kind:
        has = {"mapping": "a group of fields", "list": "a list"}
        there = "nothing" if base is None else has.get(base.kind, "a single value")
        message = f"adds {has.get(own.kind, 'a single value')} to {there}; write  {name}:  to replace what is there"
        problems.append(Problem(where, message))
        return own
    if own.kind == "list":
        return Node(own.line, items=[*base.items, *own.items], kind="list")
    return _merged(base, own, where, problems)
