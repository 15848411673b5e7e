"""The scenarios that come with the package."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

_FOLDER = Path(__file__).parent / "data"


@cache
def shipped_scenarios() -> Mapping[str, Path]:
    """Name and file of every shipped scenario, in alphabetical order."""
    return MappingProxyType({path.stem: path for path in sorted(_FOLDER.glob("*.yaml"))})
