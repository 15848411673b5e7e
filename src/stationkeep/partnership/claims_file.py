"""Statements of a public debate, each with who, when, source, and the question it puts to the model."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal

import yaml
from pydantic import Field, ValidationError, model_validator

from stationkeep.catalogue.base import Identifier
from stationkeep.catalogue.figure import Quality
from stationkeep.errors import InputError
from stationkeep.ordinary_file import Expected, read_bytes
from stationkeep.partnership.model import Day, Part

_FOLDER: Final = Path(__file__).parent / "data" / "claims"
_HINT: Final = "docs/claims.md shows the fields of a claim file"


class ClaimsError(InputError):
    """A claim file that cannot be read, or asks for what nobody can evaluate."""


_EXPECTED: Final = Expected(ClaimsError, _HINT, largest_mebibytes=1)


class Claim(Part):
    """One statement. ``paraphrase``: the wording is ours, the meaning theirs."""

    id: Identifier
    quote: str = Field(min_length=5)
    paraphrase: bool = False
    who: str
    when_utc: Day
    source: str = Field(min_length=8)
    quality: Quality
    question: str = Field(description="the statement as a question the model can answer with a number")
    true_if: str = Field(description="what would make it true, in words; the settings hold the same as numbers")
    evaluator: str
    settings: dict[str, Any] = Field(default_factory=dict)


class ClaimsFile(Part):
    """Claims about one scenario."""

    schema_: Literal["stationkeep.claims-file/1"] = Field(alias="schema")
    id: Identifier
    scenario: str
    claims: tuple[Claim, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _ids_differ(self) -> ClaimsFile:
        ids = [claim.id for claim in self.claims]
        twice = next((one for one in ids if ids.count(one) > 1), None)
        if twice is not None:
            raise ValueError(f"claim id {twice!r} is used twice")
        return self


@cache
def shipped_claims() -> Mapping[str, Path]:
    """Name and path of every shipped claim file."""
    return MappingProxyType({path.stem: path for path in sorted(_FOLDER.glob("*.yaml"))})


def read_claims(path: Path) -> ClaimsFile:
    """The claims of a YAML file; raises :class:`ClaimsError` naming the entry and field that cannot be used."""
    if not path.is_file():
        raise ClaimsError(f"no file {path}", hint=f"shipped are {', '.join(shipped_claims())}; {_HINT}")
    try:
        document = yaml.safe_load(read_bytes(path, _EXPECTED).decode("utf-8"))
        _refuse_other_kinds(document, path)
        return ClaimsFile.model_validate(document)
    except ValidationError as error:
        faults = [
            f"{'.'.join(map(str, one['loc']))}: {one['msg'].removeprefix('Value error, ')}"
            for one in error.errors(include_url=False)[:8]
        ]
        raise ClaimsError(f"{path.name}: {'; '.join(faults)}", hint=_HINT) from None
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        raise ClaimsError(f"{path.name}: not readable: {' '.join(str(error).split())}", hint=_HINT) from None


def _refuse_other_kinds(document: object, path: Path) -> None:
    """A scenario, say: that it lacks every field of a claim file would only confuse."""
    given = document.get("schema") if isinstance(document, dict) else None
    if isinstance(given, str) and given.startswith("stationkeep.") and not given.startswith("stationkeep.claims-file/"):
        raise ClaimsError(
            f"{path.name}: schema: {given!r} given; claims are read from a stationkeep.claims-file/1",
            hint=f"give a claim file that names the scenario it is about (scenario: {path.name}); {_HINT}",
        )
