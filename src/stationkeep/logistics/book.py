"""Reading the YAML files of this room, and finding in them what a person means by a name."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from importlib.resources import files
from typing import Any, Final, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from stationkeep.catalogue.names import folded
from stationkeep.errors import CatalogueError

_ALIKE: Final = 0.6
_Model = TypeVar("_Model", bound=BaseModel)


def read_book(file_name: str, text: str | None = None) -> dict[str, Any]:
    """The content of a data file of this room, or of ``text`` written like it."""
    if text is None:
        text = (files("stationkeep.logistics") / "data" / file_name).read_text(encoding="utf-8")
    try:
        document = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (yaml.YAMLError, ValueError) as error:
        raise CatalogueError(f"{file_name}: not readable as YAML: {' '.join(str(error).split())}") from None
    if not isinstance(document, dict):
        raise CatalogueError(f"{file_name}: must hold a mapping")
    return document


def entries_of(document: Mapping[str, Any], key: str, model: type[_Model], file_name: str) -> dict[str, _Model]:
    """The entries under ``key`` as ``model``, by id; a fault is named with file, entry and field."""
    found = {}
    for entry_id, fields in (document.get(key) or {}).items():
        try:
            found[entry_id] = model.model_validate({**fields, "id": entry_id})
        except (ValidationError, TypeError) as error:
            raise CatalogueError(f"{file_name}: {key}: {entry_id}: {_told(error)}", hint="correct the entry") from None
    return found


def nearest(name: str, known: Mapping[str, Any]) -> str:
    """``did you mean A or B?`` for a name that is not known, else the list of what is."""
    plain = {folded(key): key for key in known}
    near = [plain[match] for match in get_close_matches(folded(name), plain, n=3, cutoff=_ALIKE)]
    return f"did you mean {' or '.join(near)}?" if near else f"known are: {', '.join(known)}"


def _told(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    return "; ".join(
        f"{'.'.join(map(str, one['loc']))}: {one['msg'].removeprefix('Value error, ')}" for one in error.errors()[:4]
    )
