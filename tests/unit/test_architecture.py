"""The order of rooms: a package imports only from those before it, read from the imports themselves."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src" / "stationkeep"

# docs/decisions.md explains the two rooms this order adds to the plan (timescale, files, compiled are tools of all).
ROOMS = [
    "constants", "errors", "timescale", "outcome", "files", "ordinary_file", "compiled",
    "catalogue", "environment", "orbit", "propulsion", "attitude", "strategy", "descent",
    "habitat", "logistics", "partnership",
    "scenario", "simulation", "rescue", "campaign", "report", "cli", "web",
]  # fmt: skip
MODULES = sorted(SOURCE.rglob("*.py"))


def room_of(path: Path) -> str:
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return parts[0]


def imported_rooms(tree: ast.AST) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names = [node.module]
            if node.module == "stationkeep":
                names = [f"stationkeep.{alias.name}" for alias in node.names if not alias.name.startswith("__")]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        found |= {name.split(".")[1] for name in names if name.startswith("stationkeep.")}
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_rooms_import_only_from_rooms_before_them(path: Path) -> None:
    room = room_of(path)
    if room in ("__init__", "__main__"):
        return
    assert room in ROOMS, f"{path} belongs to no room of the plan"
    later = {other for other in imported_rooms(ast.parse(path.read_text())) if ROOMS.index(other) > ROOMS.index(room)}
    assert not later, f"{path.name} ({room}) imports from {sorted(later)}, which come after it"


def test_no_relative_imports() -> None:
    # A relative import would slip past the test above.
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text())):
            assert not (isinstance(node, ast.ImportFrom) and node.level), f"{path}: relative import"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_modules_stay_readable(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 400


def test_only_the_update_command_touches_the_network() -> None:
    allowed = {"environment/update.py"}
    for path in MODULES:
        text = path.read_text()
        if any(word in text for word in ("urllib.request", "import requests", "http.client", "import socket")):
            assert str(path.relative_to(SOURCE)) in allowed, f"{path} can reach the network"
