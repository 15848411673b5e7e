"""What every entry of the catalogue shares: figures whose units match their names, ids, dates, references, sources."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from difflib import get_close_matches
from typing import Annotated, Any, ClassVar, Final, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationInfo,
    model_validator,
)

from stationkeep.catalogue.figure import Figure, Quality, Source
from stationkeep.errors import InputError
from stationkeep.timescale import parse_utc

# Longest suffix first: ``delta_v_m_s`` is a speed, not seconds.
UNIT_OF_SUFFIX: Final[dict[str, str]] = {
    "_m_s": "m/s",
    "_kg": "kg",
    "_km": "km",
    "_m2": "m2",
    "_deg": "deg",
    "_days": "d",
    "_n": "N",
    "_s": "s",
    "_seats": "seats",
    "_count": "1",
    "_coefficient": "1",
}
PortStandard = Literal["SSVP", "IDSS", "CBM"]


def _read_time(given: Any) -> Any:
    if not isinstance(given, str):
        return given
    try:
        return parse_utc(given)
    except InputError as error:
        raise ValueError(error.problem) from None


def look_up(kind: str) -> Callable[[Any, ValidationInfo], Any]:
    """Replace an id by the entry of ``kind`` it names; the entries read so far come in the validation context."""

    def validate(given: Any, info: ValidationInfo) -> Any:
        known: Mapping[str, Any] = (info.context or {}).get(kind, {})
        if not isinstance(given, str):
            raise ValueError(f"give the id of one of the {kind}")
        if given not in known:
            near = get_close_matches(given, known, n=3)
            meant = f"; did you mean {' or '.join(near)}?" if near else ""
            raise ValueError(f"unknown id {given!r} among the {kind}{meant}")
        return known[given]

    return validate


def _known_partner(given: str, info: ValidationInfo) -> str:
    look_up("partners")(given, info)
    return given


def _id_of(entry: Entry | None) -> str | None:
    return None if entry is None else entry.id


UtcTime = Annotated[datetime, BeforeValidator(_read_time)]
PartnerId = Annotated[str, AfterValidator(_known_partner)]
Identifier = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
AsId = PlainSerializer(_id_of, return_type=str | None)


class Facts(BaseModel):
    """Anything that holds figures: each figure's unit must be the one its field name ends in."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="after")
    def _units_match_names(self) -> Self:
        for field, figure in self.figures():
            expected = next((unit for suffix, unit in UNIT_OF_SUFFIX.items() if f"_{field}".endswith(suffix)), None)
            if figure.unit != expected:
                raise ValueError(f"{field} must be in {expected}, not in {figure.unit}")
        return self

    def figures(self) -> Iterator[tuple[str, Figure]]:
        """The figures held directly here, by field name; parts and referenced entries list their own."""
        for field in type(self).model_fields:
            held = getattr(self, field)
            if isinstance(held, Figure):
                yield field, held


class Entry(Facts):
    """A named thing of the catalogue. ``id`` is what scenario files use and is unique over all kinds."""

    kind: ClassVar[str]

    id: Identifier
    name: str = Field(min_length=1)
    aliases: tuple[str, ...] = ()
    description: str = ""

    def document(self) -> dict[str, Any]:
        """The entry as JSON-ready data; referenced entries appear by their id."""
        return {"kind": self.kind, **self.model_dump(mode="json")}


class Sourced(BaseModel):
    """Dates and names need a source too: the one given here covers all that are not figures."""

    source: Source
    quality: Quality
