"""Reading a scenario, shipped or from a file: a checked ``Scenario``, or one error that says what is wrong where."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pydantic import ValidationError

from stationkeep.errors import InputError, ScenarioError
from stationkeep.ordinary_file import Expected, read_bytes
from stationkeep.scenario.based_on import whole_tree
from stationkeep.scenario.entry_dates import put_entry_dates
from stationkeep.scenario.identity import scenario_hash
from stationkeep.scenario.messages import problems_of, refusal
from stationkeep.scenario.own_habitat import with_own_habitat
from stationkeep.scenario.problems import Problem
from stationkeep.scenario.references import reference_problems
from stationkeep.scenario.schema import SCHEMA_NAME, Scenario
from stationkeep.scenario.shipped import shipped_scenarios
from stationkeep.scenario.yaml_tree import START_HINT, Node, parse_yaml

if TYPE_CHECKING:
    from stationkeep.catalogue.store import Catalogue

_EXPECTED: Final = Expected(ScenarioError, START_HINT, largest_mebibytes=1)  # the flagship scenario has 8 KiB
_ENDINGS: Final = (".yaml", ".yml")
_UTF16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class LoadedScenario:
    """A scenario, the file it came from, and the fingerprint of its content."""

    scenario: Scenario
    path: Path
    hash: str
    note: str = ""
    """What a reader of its results must know of how it came to be chosen; empty: it is what was asked for."""


def load_scenario(name_or_path: str | Path, *, catalogue: Catalogue | None = None) -> LoadedScenario:
    """Which scenario is meant, and is it sound?

    A name (``iss-2022``) is a shipped scenario; anything with a folder or ending in ``.yaml`` is a file. Names of
    stations, partners and vehicles are looked up in ``catalogue`` (null: the shipped one).
    Raises :class:`ScenarioError` naming the file, the line, the field, what was given and what is allowed; up to
    eight problems of a file at once.
    """
    path = _resolve(name_or_path)
    scenario = read_scenario(_read_text(path), str(path), catalogue=catalogue, folder=path.parent)
    return LoadedScenario(scenario, path, scenario_hash(scenario))


def read_scenario(text: str, name: str, *, catalogue: Catalogue | None = None, folder: Path | None = None) -> Scenario:
    """The scenario a YAML text describes; ``name`` stands for the file in messages. Errors as ``load_scenario``.

    ``folder``: where files it names lie; null: it may name none.
    """
    tree = whole_tree(_read_tree(text, name), name, _Beside(folder))
    problems = put_entry_dates(tree)
    if problems:
        raise refusal(problems, tree, name)
    try:
        scenario = Scenario.model_validate(tree.plain())
    except ValidationError as error:
        raise refusal(problems_of(error, tree), tree, name) from None
    try:
        scenario = with_own_habitat(scenario, folder)
    except InputError as error:
        problem = Problem(("life_support", "habitat"), "; ".join(filter(None, (error.problem, error.hint))))
        raise refusal([problem], tree, name) from None
    problems += reference_problems(scenario, catalogue)
    if problems:
        raise refusal(problems, tree, name)
    return scenario


def _read_tree(text: str, name: str) -> Node:
    tree = parse_yaml(text, name)
    if tree.kind != "mapping":
        raise ScenarioError(
            f"{name}, line {tree.line}: not a scenario: it must be fields, each  name: value", hint=START_HINT
        )
    _require_version(tree, name)
    return tree


@dataclass(frozen=True, slots=True)
class _Beside:
    """Reads the scenario another one is based on: a shipped one, or a file of the same folder."""

    folder: Path | None

    def __call__(self, given: str, name: str) -> tuple[Node, str]:
        if given in shipped_scenarios():
            path = shipped_scenarios()[given]
        elif self.folder is not None and Path(given).name == given and Path(given).suffix.lower() in _ENDINGS:
            path = self.folder / given
        else:
            close = get_close_matches(given.lower(), list(shipped_scenarios()), n=1, cutoff=0.5)
            suggestion = f"; did you mean {close[0]!r}?" if close else ""
            raise ScenarioError(
                f"{name}: based_on: no scenario {given!r}{suggestion}",
                hint=f"give one that ships ({', '.join(shipped_scenarios())}), or a file of the same folder: mine.yaml",
            )
        return _read_tree(_read_text(path), str(path)), str(path)


def _require_version(tree: Node, name: str) -> None:
    """A file of another format is refused for that alone: its other differences would only confuse."""
    written = tree.fields.get("schema")
    if written is None:
        raise ScenarioError(
            f"{name}: field 'schema' is missing", hint=f"the first line should say  schema: {SCHEMA_NAME}"
        )
    if written.text != SCHEMA_NAME:
        given = written.text if written.kind == "scalar" else f"a {written.kind}"
        raise ScenarioError(
            f"{name}, line {written.line}: schema: {given!r} given; this version reads {SCHEMA_NAME}",
            hint="a file of a newer format needs a newer stationkeep; otherwise correct the line",
        )


def _resolve(name_or_path: str | Path) -> Path:
    shipped = shipped_scenarios()
    text = str(name_or_path)
    if isinstance(name_or_path, str) and text in shipped:
        return shipped[text]
    path = Path(name_or_path)
    is_path = isinstance(name_or_path, Path) or bool(re.search(r"[/\\]", text)) or path.suffix.lower() in _ENDINGS
    if is_path and "\0" not in text:
        return path
    close = get_close_matches(text.lower(), list(shipped), n=1, cutoff=0.5)
    suggestion = f"; did you mean {close[0]!r}?" if close else ""
    here = [Path(text + ending) for ending in _ENDINGS] if "\0" not in text and 0 < len(text) < 200 else []
    beside = next((item.name for item in here if item.is_file()), None)
    hint = (
        f"shipped are {', '.join(shipped)}; give your own as a file, e.g. mine.yaml (stationkeep new mine writes one)"
    )
    if beside is not None:
        hint = f"there is a file {beside} here: give it with its ending"
    raise ScenarioError(f"no scenario {text!r}{suggestion}", hint=hint)


def _read_text(path: Path) -> str:
    if not os.path.exists(path):
        raise ScenarioError(f"no file {path}", hint=f"check the path; shipped are {', '.join(shipped_scenarios())}")
    return decode_text(read_bytes(path, _EXPECTED), str(path))


def decode_text(data: bytes, name: str) -> str:
    """The text of a file that must be UTF-8; says what else it seems to be."""
    if data.startswith(_UTF16_MARKS):
        raise ScenarioError(f"{name} is written in UTF-16", hint="save it as UTF-8")
    if b"\0" in data:
        raise ScenarioError(f"{name} is not a text file (it holds zero bytes)", hint=START_HINT)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ScenarioError(
            f"{name}, line {line}: byte {data[error.start]:#04x} is not UTF-8 (Latin-1 or Windows-1252 text?)",
            hint="save the file as UTF-8",
        ) from None
