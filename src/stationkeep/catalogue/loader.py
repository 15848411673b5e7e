"""Reads the catalogue's YAML files, checks every figure and every reference, and says where a fault is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Any, Final

import yaml
from pydantic import ValidationError

from stationkeep.catalogue.entries import Engine, Entry, Module, Partner, Station, Vehicle
from stationkeep.catalogue.store import Catalogue, Credit
from stationkeep.errors import CatalogueError

# The order matters: an entry may refer to kinds above its own.
_KINDS: Final[dict[str, type[Entry]]] = {
    "partners": Partner,
    "engines": Engine,
    "vehicles": Vehicle,
    "modules": Module,
    "stations": Station,
}


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # the C parser is 8 times faster
    """Safe YAML that leaves dates as text and refuses a key given twice (plain YAML would drop the first)."""

    yaml_implicit_resolvers = {  # noqa: RUF012  (PyYAML's own way to configure a loader)
        first: [(tag, pattern) for tag, pattern in rules if tag != "tag:yaml.org,2002:timestamp"]
        for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value]
        twice = next((key for key in keys if keys.count(key) > 1), None)
        if twice is not None:
            raise yaml.constructor.ConstructorError(None, None, f"key {twice!r} is given twice", node.start_mark)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)
        return mapping


@cache
def load_catalogue() -> Catalogue:
    """Everything the package knows of partners, engines, vehicles, modules and stations, with sources.

    The result is immutable and read once per process. Raises :class:`CatalogueError` where a shipped file is broken.
    """
    return read_catalogue(files("stationkeep.catalogue") / "data")


def read_catalogue(folder: Traversable) -> Catalogue:
    """The catalogue kept in the ``*.yaml`` files of a folder.

    Each file holds one or more of the keys ``partners``, ``engines``, ``vehicles``, ``modules``, ``stations``
    (mappings from id to entry) and ``credits``. Raises :class:`CatalogueError` naming file, entry and field for a
    figure without unit, source or quality, an unknown id, a key given twice, or an id used twice.
    """
    documents = {item.name: _parse(item) for item in _yaml_files(folder)}
    found: dict[str, dict[str, Any]] = {kind: {} for kind in _KINDS}
    taken: dict[str, str] = {}
    for kind, model in _KINDS.items():
        for file_name, document in documents.items():
            for entry_id, fields in _section(document, kind, file_name).items():
                if entry_id in taken:
                    raise CatalogueError(f"{file_name}: id {entry_id!r} is already used in {taken[entry_id]}")
                taken[entry_id] = file_name
                found[kind][entry_id] = _validate(model, entry_id, fields, found, f"{file_name}: {model.kind}")
    frozen = {kind: MappingProxyType(entries) for kind, entries in found.items()}
    return Catalogue(**frozen, credits=tuple(_credits(documents)))


def _yaml_files(folder: Traversable) -> list[Traversable]:
    found = sorted((item for item in folder.iterdir() if item.name.endswith(".yaml")), key=lambda item: item.name)
    if not found:
        raise CatalogueError(f"no catalogue files (*.yaml) in {folder}", hint="reinstall stationkeep")
    return found


def _parse(item: Traversable) -> dict[str, Any]:
    try:
        document = yaml.load(item.read_text(encoding="utf-8"), Loader=_Loader)
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        # PyYAML lets plain Python errors through for text such as "!!int x" or a list used as a key.
        raise CatalogueError(f"{item.name}: not readable as YAML: {' '.join(str(error).split())}") from None
    if not isinstance(document, dict):
        raise CatalogueError(f"{item.name}: must hold a mapping", hint=f"with any of: {', '.join(_KINDS)}, credits")
    unknown = [str(key) for key in document if key not in (*_KINDS, "credits")]
    if unknown:
        raise CatalogueError(
            f"{item.name}: unknown key {unknown[0]!r}", hint=f"allowed are: {', '.join(_KINDS)}, credits"
        )
    return document


def _section(document: Mapping[str, Any], kind: str, file_name: str) -> dict[str, Any]:
    section = document.get(kind) or {}
    if not isinstance(section, dict):
        raise CatalogueError(f"{file_name}: {kind} must be a mapping from id to entry")
    return section


def _validate(model: type[Entry], entry_id: str, fields: Any, known: dict[str, dict[str, Any]], where: str) -> Entry:
    if not isinstance(fields, dict):
        raise CatalogueError(f"{where} {entry_id!r}: must be a mapping of fields")
    try:
        return model.model_validate({**fields, "id": entry_id}, context=known)
    except ValidationError as error:
        faults = [_fault(one["loc"], str(one["msg"])) for one in error.errors(include_url=False)[:8]]
        raise CatalogueError(
            f"{where} {entry_id!r}: {'; '.join(faults)}",
            hint="figures need value (or low and high), unit, source and quality A, B, C, D or M; ids must be known",
        ) from None


def _fault(location: tuple[int | str, ...], message: str) -> str:
    path = ".".join(str(part) for part in location)
    return f"{path}: {message.removeprefix('Value error, ')}" if path else message.removeprefix("Value error, ")


def _credits(documents: Mapping[str, Mapping[str, Any]]) -> Iterator[Credit]:
    wanted = set(Credit.__dataclass_fields__)
    for file_name, document in documents.items():
        given = document.get("credits") or []
        for fields in given if isinstance(given, list) else [given]:
            texts = isinstance(fields, dict) and all(isinstance(text, str) for text in fields.values())
            if not texts or set(fields) != wanted:
                raise CatalogueError(f"{file_name}: credits must be a list of texts: covers, text, licence")
            yield Credit(**fields)
