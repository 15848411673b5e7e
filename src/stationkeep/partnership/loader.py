"""Reading a partnership file: ids checked against each other and against the catalogue, owners filled in."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import yaml
from pydantic import ValidationError

from stationkeep.catalogue.entries import Module, Vehicle
from stationkeep.catalogue.loader import load_catalogue
from stationkeep.catalogue.store import Catalogue
from stationkeep.ordinary_file import Expected, read_bytes
from stationkeep.partnership.model import Asset, Partnership, PartnershipError

_DATA: Final = Path(__file__).parent / "data"
_HINT: Final = "the shipped file partnership/data/iss.yaml shows every field; docs/partners.md explains them"
_FAULTS: Final = {
    "tuple_type": "must be a list ('- ' before each entry)",
    "dict_type": "must be a group of fields",
    "model_type": "must be a group of fields",
    "too_short": "must have more entries: at least {min_length}",
}
_MOST_FAULTS: Final = 8
_EXPECTED: Final = Expected(PartnershipError, _HINT, largest_mebibytes=1)


@dataclass(frozen=True, slots=True)
class LoadedPartnership:
    """A partnership whose every asset has an owner and an operator."""

    partnership: Partnership
    partner_names: Mapping[str, str]
    catalogue: Catalogue
    name: str

    def partners(self) -> tuple[str, ...]:
        """Who operates anything, in the order of the catalogue."""
        operators = {asset.operator for asset in self.partnership.assets}
        return tuple(partner for partner in self.partner_names if partner in operators)


class _Loader(yaml.SafeLoader):
    """YAML that refuses a key given twice, which PyYAML would silently overwrite."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value if key.tag != "tag:yaml.org,2002:merge"]
        twice = next((key for key in keys if keys.count(key) > 1), None)
        if twice is not None:
            raise yaml.constructor.ConstructorError(None, None, f"key {twice!r} is given twice", node.start_mark)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)
        return mapping


@cache
def shipped_partnerships() -> Mapping[str, LoadedPartnership]:
    """Every partnership that comes with the package, by id."""
    found = (read_partnership(path) for path in sorted(_DATA.glob("*.yaml")) if not path.name.startswith("crisis"))
    return MappingProxyType({item.partnership.id: item for item in found})


def partnership_of_station(station: str) -> LoadedPartnership | None:
    """Which shipped partnership describes a station of the catalogue? None where nobody wrote one."""
    return next((item for item in shipped_partnerships().values() if station in item.partnership.stations), None)


def read_partnership(path: Path) -> LoadedPartnership:
    """The partnership of a YAML file.

    Raises :class:`PartnershipError` naming the entry for unknown ids (nearest ones suggested), ids used twice, edges
    without source, needs that go round in a circle without any store, or more asked for than is offered.
    """
    if not path.is_file():
        raise PartnershipError(f"no file {path}", hint=_HINT)
    try:
        document = yaml.load(read_bytes(path, _EXPECTED).decode("utf-8"), Loader=_Loader)
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, TypeError, RecursionError) as error:
        raise PartnershipError(f"{path.name}: not readable: {' '.join(str(error).split())}", hint=_HINT) from None
    if not isinstance(document, dict):
        raise PartnershipError(f"{path.name}: must hold a mapping", hint=_HINT)
    return load_partnership(document, path.name)


def load_partnership(document: Mapping[str, Any], name: str, catalogue: Catalogue | None = None) -> LoadedPartnership:
    """The partnership a mapping describes; ``name`` stands for the file in messages. Errors as ``read_partnership``."""
    known = catalogue or load_catalogue()
    try:
        stated = Partnership.model_validate(document)
    except ValidationError as error:
        raise PartnershipError(f"{name}: {'; '.join(_faults(error))}", hint=_HINT) from None
    filled = stated.model_copy(update={"assets": tuple(_owned(asset, known, name) for asset in stated.assets)})
    problem = next(_problems(filled), None)
    if problem is not None:
        raise PartnershipError(f"{name}: {problem}", hint=_HINT)
    names = {partner.id: partner.name for partner in known.partners.values()}
    return LoadedPartnership(filled, MappingProxyType(names), known, name)


def _faults(error: ValidationError) -> list[str]:
    """What is wrong with the fields of a file, each once: a list with a wrong entry in it is not called empty."""
    found = error.errors(include_url=False)
    places = [one["loc"] for one in found]
    told = [
        f"{'.'.join(map(str, one['loc']))}: "
        + (_FAULTS[one["type"]].format(**one.get("ctx", {})) if one["type"] in _FAULTS else _plain(one["msg"]))
        for one in found
        if one["type"] != "too_short" or not any(_inside(place, one["loc"]) for place in places)
    ]
    return told[:_MOST_FAULTS]


def _plain(message: str) -> str:
    return message.removeprefix("Value error, ")


def _inside(place: tuple[int | str, ...], outer: tuple[int | str, ...]) -> bool:
    return len(place) > len(outer) and place[: len(outer)] == outer


def each_by_itself(given: str) -> str:
    """How several partners given as one are asked for: ``--without esa --without csa``; empty: it is one only."""
    several = [one.strip() for one in given.split(",") if one.strip()]
    return " ".join(f"--without {shlex.quote(one)}" for one in several) if len(several) > 1 else ""


def nearest(given: str, known: list[str]) -> str:
    """``; did you mean 'x'?`` where something is close, else nothing."""
    near = get_close_matches(given.casefold(), known, n=1, cutoff=0.5)
    return f"; did you mean {near[0]!r}?" if near else ""


def _owned(asset: Asset, catalogue: Catalogue, name: str) -> Asset:
    """The asset with owner, operator and source, from the catalogue where the file leaves them to it."""
    entry = _entry(asset, catalogue, name)
    owner, operator = asset.owner or (entry and entry.owner), asset.operator or (entry and entry.operator)
    source, quality = asset.source or (entry and entry.source), asset.quality or (entry and entry.quality)
    if not (owner and operator and source and quality):
        raise PartnershipError(
            f"{name}: asset {asset.id!r} needs owner, operator, source and quality, or a vehicle or module", hint=_HINT
        )
    for partner in (owner, operator):
        if partner not in catalogue.partners:
            raise PartnershipError(
                f"{name}: asset {asset.id!r}: unknown partner {partner!r}{nearest(partner, list(catalogue.partners))}",
                hint=f"partners are {', '.join(catalogue.partners)}",
            )
    found: dict[str, Any] = {"owner": owner, "operator": operator, "source": source, "quality": quality}
    if asset.push is not None and isinstance(entry, Vehicle) and asset.from_utc is None:
        found["from_utc"] = next((one.counts_from_utc for one in entry.pushes if one.id == asset.push), None)
    return asset.model_copy(update=found)


def _entry(asset: Asset, catalogue: Catalogue, name: str) -> Vehicle | Module | None:
    if asset.vehicle is not None and asset.module is not None:
        raise PartnershipError(f"{name}: asset {asset.id!r}: give vehicle or module, not both", hint=_HINT)
    wanted = asset.vehicle or asset.module
    if wanted is None:
        return None
    kind: Mapping[str, Vehicle | Module] = catalogue.vehicles if asset.vehicle else catalogue.modules
    if wanted not in kind:
        raise PartnershipError(
            f"{name}: asset {asset.id!r}: the catalogue has no {wanted!r}{nearest(wanted, list(kind))}",
            hint="list everything with: stationkeep catalogue",
        )
    entry = kind[wanted]
    pushes = [push.id for push in getattr(entry, "pushes", ())]
    if asset.push is not None and asset.push not in pushes:
        raise PartnershipError(
            f"{name}: asset {asset.id!r}: {wanted} has no push {asset.push!r}{nearest(asset.push, pushes)}", hint=_HINT
        )
    return entry


def _problems(stated: Partnership) -> Iterator[str]:
    """What is wrong between the parts of a file."""
    assets = [asset.id for asset in stated.assets]
    functions = [function.id for function in stated.functions]
    everything = assets + functions
    twice = next((one for one in everything if everything.count(one) > 1), None)
    if twice is not None:
        yield f"id {twice!r} is used twice"
    for asset in stated.assets:
        for need in asset.needs:
            for one in need.of:
                if one not in everything:
                    yield f"asset {asset.id!r} needs unknown {one!r}{nearest(one, everything)}"
    yield from _segment_problems(stated, functions, everything)
    size = {asset.id: asset.count for asset in stated.assets}
    wanting = [(f"asset {asset.id!r}", asset.needs) for asset in stated.assets]
    wanting += [(f"segment {segment.id!r}", segment.needs) for segment in stated.segments]
    for who, needs in wanting:
        for need in needs:
            offered_count = sum(size.get(one, 1) for one in need.of)
            if need.at_least > offered_count:
                yield f"{who} needs {need.at_least} of {offered_count} ({', '.join(need.of)})"
    for function in stated.functions:
        for provider in function.providers:
            if provider.asset not in assets:
                yield f"function {function.id!r}: unknown asset {provider.asset!r}{nearest(provider.asset, assets)}"
        offered = [provider.asset for provider in function.providers]
        if len(set(offered)) < len(offered):
            yield f"function {function.id!r} names a provider twice"


def _segment_problems(stated: Partnership, functions: list[str], everything: list[str]) -> Iterator[str]:
    """What is wrong with the segments of the habitat."""
    craft = {one for asset in stated.assets if asset.vehicle for need in asset.needs for one in need.of}
    for segment in stated.segments:
        for one in segment.named:
            if one not in everything:
                yield f"segment {segment.id!r} names unknown {one!r}{nearest(one, everything)}"
        control = segment.ground_control
        if control is not None and control not in functions:
            yield f"segment {segment.id!r}: ground_control {control!r} is no function"
        elif control is not None and control not in craft:
            yield (
                f"segment {segment.id!r}: ground_control {control!r} is no function that a craft needs to come: "
                "name the one that clears dockings"
            )
    segments = [segment.id for segment in stated.segments]
    if len(set(segments)) < len(segments):
        yield "a segment is named twice"
