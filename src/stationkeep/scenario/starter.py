"""A starter file for a scenario of one's own: a shipped one, comments kept, under a new name."""

from __future__ import annotations

import os
import re
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from stationkeep.errors import OutputError, ScenarioError
from stationkeep.files import write_atomically
from stationkeep.habitat.figures import habitat_text
from stationkeep.scenario.shipped import shipped_scenarios
from stationkeep.scenario.yaml_tree import plain_value

DEFAULT_TEMPLATE: Final = "small-station"
_NAME: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")
_HABITAT_LINE: Final = re.compile(r"^life_support:.*\n  habitat: ([a-z0-9-]+)", re.MULTILINE)
_ID_LINE: Final = re.compile(r"^id: [a-z0-9-]+", re.MULTILINE)
# Windows opens devices under these names, whatever the ending.
_DEVICES: Final = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))})


def starter_text(name: str, template: str = DEFAULT_TEMPLATE) -> str:
    """The text of a starter file: the shipped scenario ``template`` with its comments and the id ``name``.

    Raises :class:`ScenarioError` for a name nobody can type, one already shipped, or an unknown template.
    """
    shipped = shipped_scenarios()
    if not _NAME.fullmatch(name) or name in _DEVICES:
        plain = re.sub(r"[^a-z0-9]+", "-", name.lower().removesuffix(".yaml").removesuffix(".yml")).strip("-")[:64]
        usable = _NAME.fullmatch(plain) is not None and plain not in _DEVICES
        raise ScenarioError(
            f"{name!r} is no name for a scenario: use lower-case letters, digits and hyphens",
            hint=f"for example: stationkeep new {plain if usable else 'my-station'}",
        )
    if name in shipped:
        raise ScenarioError(
            f"{name!r} is the name of a shipped scenario", hint=f"choose another: stationkeep new my-{name}"
        )
    if template not in shipped:
        close = get_close_matches(template, list(shipped), n=1)
        suggestion = f"; did you mean {close[0]!r}?" if close else ""
        raise ScenarioError(
            f"no scenario {template!r} to start from{suggestion}", hint=f"shipped are {', '.join(shipped)}"
        )
    # A name like 2030 or null is fine, but in YAML it needs quotes to stay a name.
    written = name if isinstance(plain_value(name), str) else f"'{name}'"
    text, changed = _ID_LINE.subn(f"id: {written}", shipped[template].read_text(encoding="utf-8"), count=1)
    assert changed == 1, template  # every shipped scenario has an id line of its own (a test reads them all)
    # The comments speak of running the template; what is run now is the new file.
    return text.replace(f"stationkeep run {template}", f"stationkeep run {name}.yaml")


def write_starter(name: str, folder: Path, template: str = DEFAULT_TEMPLATE) -> Path:
    """Write ``NAME.yaml`` into ``folder`` and say where. Nothing is ever overwritten (:class:`OutputError`)."""
    return _write_new(folder / f"{name}.yaml", starter_text(name, template))


def write_starter_with_habitat(name: str, folder: Path, template: str) -> tuple[Path, Path]:
    """Write ``NAME.yaml`` and its habitat, ``NAME-habitat.yaml``, which the first then names; say where.

    Raises :class:`ScenarioError` for a template that follows no people.
    """
    text = starter_text(name, template)
    found = _HABITAT_LINE.search(text)
    if found is None:
        raise ScenarioError(
            f"{template} names no habitat that could be copied",
            hint="start from one that does: --from commercial-two-providers, or iss-2022",
        )
    own = f"{name}-habitat.yaml"
    text = f"{text[: found.start(1)]}{own}{text[found.end(1) :]}"
    paths = folder / f"{name}.yaml", folder / own
    for path in paths:
        _must_be_new(path)
    return _write_new(paths[0], text), _write_new(paths[1], habitat_text(found.group(1)))


def _write_new(path: Path, text: str) -> Path:
    _must_be_new(path)
    write_atomically(path, text)
    return path


def _must_be_new(path: Path) -> None:
    if os.path.lexists(path):
        raise OutputError(f"{path} exists already", hint="choose another name, or delete it first")
