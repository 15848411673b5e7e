"""The catalogue as a whole: every entry by kind, looked up by id, name or alias."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from stationkeep.catalogue.entries import Engine, Entry, Facts, Module, Partner, Station, Vehicle
from stationkeep.catalogue.figure import Figure
from stationkeep.catalogue.names import folded
from stationkeep.errors import CatalogueError

_ALIKE: Final = 0.72  # "zveza" is 0.9 alike to "zvezda"; at 0.67 "nope" would be taken for "node1"


@dataclass(frozen=True, slots=True)
class Credit:
    """Third-party data under a licence that asks to be named."""

    covers: str
    text: str
    licence: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every fact that ships with the package; mappings from id to entry, in the order of the files."""

    partners: Mapping[str, Partner]
    engines: Mapping[str, Engine]
    vehicles: Mapping[str, Vehicle]
    modules: Mapping[str, Module]
    stations: Mapping[str, Station]
    credits: tuple[Credit, ...] = ()

    def entries(self) -> Iterator[Entry]:
        """Every entry, stations first."""
        for kind in (self.stations, self.vehicles, self.engines, self.modules, self.partners):
            yield from kind.values()

    def find(self, name: str) -> Entry:
        """Which entry does a person mean by ``name``: an id, a name or an alias, in any case and punctuation.

        Raises :class:`CatalogueError` with the closest names where there is none, or more than one.
        """
        by_id = {entry.id: entry for entry in self.entries()}
        if name in by_id:
            return by_id[name]
        wanted = folded(name)
        matches = [entry for entry in by_id.values() if wanted and wanted in map(folded, _names(entry))]
        if len(matches) == 1:
            return matches[0]
        if matches:
            raise CatalogueError(
                f"{name!r} may mean {', '.join(entry.id for entry in matches)}", hint="use one of these ids"
            )
        raise CatalogueError(f"the catalogue has no {name!r}", hint=self._suggestion(wanted))

    def owned_by(self, partner_id: str) -> tuple[Vehicle | Module, ...]:
        """What a partner owns."""
        return tuple(asset for asset in self._assets() if asset.owner == partner_id)

    def operated_by(self, partner_id: str) -> tuple[Vehicle | Module, ...]:
        """What a partner operates, whoever owns it."""
        return tuple(asset for asset in self._assets() if asset.operator == partner_id)

    def _assets(self) -> Iterator[Vehicle | Module]:
        yield from self.vehicles.values()
        yield from self.modules.values()

    def _suggestion(self, wanted: str) -> str:
        names = {folded(name): entry.id for entry in self.entries() for name in _names(entry)}
        near = [names[match] for match in get_close_matches(wanted, names, n=4, cutoff=_ALIKE)]
        near += [entry_id for plain, entry_id in names.items() if len(wanted) >= 3 and wanted in plain]
        unique = list(dict.fromkeys(near))[:4]
        everything = "list everything with: stationkeep catalogue"
        return f"did you mean {' or '.join(unique)}? Or {everything}" if unique else everything


def iterate_figures(entry: Facts, prefix: str = "") -> Iterator[tuple[str, Figure]]:
    """Every figure of an entry and of its own parts with its path, like ``tanks.zvezda.capacity_kg``.

    Entries it only refers to (a vehicle's engine, a station's modules) list their figures under their own names.
    """
    for field, figure in entry.figures():
        yield f"{prefix}{field}", figure
    for field in type(entry).model_fields:
        held = getattr(entry, field)
        for part in held if isinstance(held, tuple) else ():
            if isinstance(part, Facts) and not isinstance(part, Entry):
                yield from iterate_figures(part, f"{prefix}{field}.{getattr(part, 'id', '')}.")


def _names(entry: Entry) -> tuple[str, ...]:
    return (entry.id, entry.name, *entry.aliases)
