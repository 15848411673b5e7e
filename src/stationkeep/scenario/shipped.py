"""The scenarios that come with the package."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

_FOLDER = Path(__file__).parent / "data"


@cache
def shipped_scenarios() -> Mapping[str, Path]:
    """Name and file of every shipped scenario, in alphabetical order."""
    return MappingProxyType(dict(sorted((path.stem, path) for path in _FOLDER.glob("*.yaml"))))


def shipped_variants(name: str) -> tuple[str, ...]:
    """The shipped scenarios that are based on this one."""
    says = re.compile(rf"^based_on:[ ]*{re.escape(name)}[ ]*(#.*)?$", re.MULTILINE)
    return tuple(one for one, path in shipped_scenarios().items() if says.search(path.read_text(encoding="utf-8")))
