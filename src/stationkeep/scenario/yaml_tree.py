"""YAML text to plain values, every one with the line it stands on.

A small and strict part of YAML: mappings, lists and scalars. Anchors, aliases and tags are refused (a few lines of
them can grow to gigabytes, or build objects), as are a key given twice and a second document. Plain scalars follow
the YAML 1.2 core schema, so ``no`` and ``2022-04-02`` are text, not a truth value or a naive date.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from stationkeep.errors import ScenarioError

_DEEPEST: Final = 20  # a scenario nests 7 deep
_DEPTH_STEPS: Final = {
    yaml.SequenceStartEvent: 1,
    yaml.MappingStartEvent: 1,
    yaml.SequenceEndEvent: -1,
    yaml.MappingEndEvent: -1,
}
_NULL: Final = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE: Final = frozenset({"true", "True", "TRUE"})
_FALSE: Final = frozenset({"false", "False", "FALSE"})
_INTEGER: Final = re.compile(r"[-+]?[0-9]{1,300}")
_FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_SPECIAL: Final = re.compile(r"([-+]?)\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_LOADER: Final = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # the C reader where PyYAML was built with it


@dataclass(slots=True)
class Node:
    """A value and its line. ``text`` is a scalar as it was written."""

    line: int
    value: Any = None
    text: str | None = None
    fields: dict[str, Node] = field(default_factory=dict)
    items: list[Node] = field(default_factory=list)
    kind: str = "scalar"

    def plain(self) -> Any:
        """The value without lines: dictionaries, lists, text, numbers, truth values, ``None``."""
        if self.kind == "mapping":
            return {key: child.plain() for key, child in self.fields.items()}
        if self.kind == "list":
            return [child.plain() for child in self.items]
        return self.value


def parse_yaml(text: str, name: str) -> Node:
    """Read one YAML document. Raises :class:`ScenarioError` naming ``name`` and the line."""
    events: list[yaml.Event] = []
    depth = 0
    try:
        # The C reader calls a broken character a reader error only when it gets there, so go through it inside the try.
        for event in yaml.parse(text, Loader=_LOADER):
            events.append(event)
            depth += _DEPTH_STEPS.get(type(event), 0)
            # Stopped here: the parser takes the square of the depth, hours for a mebibyte of brackets.
            if depth > _DEEPEST + 1:
                raise _too_deep(event, name)
    except yaml.YAMLError as error:
        raise _left_open(error, events, name) or _syntax_error(error, text, name) from None
    builder = _Builder(events, name)
    return builder.document()


def _too_deep(event: yaml.Event, name: str) -> ScenarioError:
    problem = f"{name}, line {_line(event)}: nested deeper than {_DEEPEST} levels"
    return ScenarioError(problem, hint="a scenario nests at most 7")


class _Builder:
    """Walks the parser's events once, keeping lines."""

    def __init__(self, events: list[yaml.Event], name: str) -> None:
        self._events = events
        self._next = 0
        self._name = name

    def document(self) -> Node:
        starts = [event for event in self._events if isinstance(event, yaml.DocumentStartEvent)]
        if not starts:
            raise ScenarioError(f"{self._name} holds no scenario: it is empty, or only comments", hint=START_HINT)
        if len(starts) > 1:
            raise self._refusal(starts[1], "a second document starts here ('---')", "one file holds one scenario")
        self._next = self._events.index(starts[0]) + 1
        return self._node(0)

    def _take(self) -> yaml.Event:
        event = self._events[self._next]
        self._next += 1
        return event

    def _node(self, depth: int) -> Node:
        event = self._take()
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise self._refusal(event, "anchors (&name) and aliases (*name) are not accepted", "write the value out")
        tag = getattr(event, "tag", None)
        if tag is not None:
            raise self._refusal(event, f"tags ({tag}) are not accepted", "write a plain value")
        if depth > _DEEPEST:
            raise _too_deep(event, self._name)
        if isinstance(event, yaml.ScalarEvent):
            return _scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(event, depth)
        assert isinstance(event, yaml.MappingStartEvent)  # the only kind of node left in YAML's grammar
        return self._mapping(event, depth)

    def _list(self, start: yaml.Event, depth: int) -> Node:
        node = Node(_line(start), kind="list")
        while not isinstance(self._events[self._next], yaml.SequenceEndEvent):
            node.items.append(self._node(depth + 1))
        self._next += 1
        return node

    def _mapping(self, start: yaml.Event, depth: int) -> Node:
        node = Node(_line(start), kind="mapping")
        while not isinstance(self._events[self._next], yaml.MappingEndEvent):
            key_event = self._events[self._next]
            key = self._node(depth + 1)
            if key.kind != "scalar" or key.text is None:
                raise self._refusal(key_event, "a field's name must be plain text", "write  name: value")
            if key.text in node.fields:
                first = node.fields[key.text].line
                raise self._refusal(
                    key_event, f"field {key.text!r} is given twice (first on line {first})", "keep one of them"
                )
            child = self._node(depth + 1)
            # A field stands where its name stands, not where its value happens to begin.
            child.line = key.line
            node.fields[key.text] = child
        self._next += 1
        return node

    def _refusal(self, event: yaml.Event, problem: str, hint: str) -> ScenarioError:
        return ScenarioError(f"{self._name}, line {_line(event)}: {problem}", hint=hint)


START_HINT: Final = "start from an example: stationkeep new NAME"


def _line(event: yaml.Event) -> int:
    return 1 if event.start_mark is None else int(event.start_mark.line) + 1


def _scalar(event: yaml.ScalarEvent) -> Node:
    text = event.value
    # ``implicit[0]`` is true for a plain (unquoted) scalar only.
    return Node(_line(event), value=plain_value(text) if event.implicit[0] else text, text=text)


def plain_value(text: str) -> Any:
    """What an unquoted scalar means: nothing, a truth value, a number, or else itself."""
    if text in _NULL:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    special = _SPECIAL.fullmatch(text)
    if special:
        return float((special[1] or "") + "inf") if special[2] else float("nan")
    return text


_OPENERS: Final = {"sequence": "the list opened here with '['", "mapping": "the group opened here with '{'"}


def _left_open(error: yaml.YAMLError, before: list[yaml.Event], name: str) -> ScenarioError | None:
    """The refusal of something that was opened and never closed, at the line where it was opened; else nothing.

    The reader notices such a mistake only lines later, often at the end of the file.
    """
    began, found = getattr(error, "context_mark", None), getattr(error, "problem_mark", None)
    if began is None or found is None:
        return None
    context, problem = str(getattr(error, "context", "")), str(getattr(error, "problem", ""))
    if "quoted scalar" in context and "end of stream" in problem:
        return _unclosed(name, began.line, "the quote opened here is never closed", "close it with the same quote mark")
    if "flow" in context and "',' or" in problem and found.line > began.line:
        what = _OPENERS["sequence" if "sequence" in context else "mapping"]
        missing = f"{what} is not closed, or a comma is missing (noticed on line {found.line + 1})"
        return _unclosed(name, began.line, missing, "close it, and put a comma between its parts")
    span = _quoted_lines(before[-1]) if before else None
    if span is not None and span[0] < span[1] == found.line:
        early = f"the text in quotes that begins here ends only on line {span[1] + 1}, in the middle of it"
        return _unclosed(name, span[0], early, "put the closing quote where the text ends")
    return None


def _quoted_lines(event: yaml.Event) -> tuple[int, int] | None:
    """First and last line (from 0) of a text in quotes; nothing for any other event."""
    if not isinstance(event, yaml.ScalarEvent) or event.style not in ("'", '"'):
        return None
    return None if event.start_mark is None or event.end_mark is None else (event.start_mark.line, event.end_mark.line)


def _unclosed(name: str, line: int, problem: str, hint: str) -> ScenarioError:
    return ScenarioError(f"{name}, line {line + 1}: not YAML: {problem}", hint=hint)


def _syntax_error(error: yaml.YAMLError, text: str, name: str) -> ScenarioError:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    what = getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be read"
    if mark is None:
        return ScenarioError(f"{name} is not YAML: {what}", hint=START_HINT)
    line = min(int(mark.line), max(text.count("\n"), 0))
    written = text.split("\n")[line]
    if "\t" in written[: len(written) - len(written.lstrip())] or "\\t" in what:
        return ScenarioError(
            f"{name}, line {line + 1}: indented with a tab", hint="YAML wants spaces: replace the tab by two spaces"
        )
    return ScenarioError(
        f"{name}, line {line + 1}: not YAML: {what}: {written.strip()[:60]!r}",
        hint="write  name: value , indent with spaces, and put text with ': ' or ' #' in it in quotes",
    )
