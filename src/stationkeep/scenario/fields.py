"""The building blocks of the scenario schema: names, dates, bounded numbers, ranges."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema, model_validator

from stationkeep.errors import InputError
from stationkeep.timescale import iso_utc, mjd_utc, parse_utc

FIRST_DATE: Final = datetime(1957, 10, 4, tzinfo=UTC)  # Sputnik 1; the space-weather tables begin three days before
LAST_DATE: Final = datetime(2150, 1, 1, tzinfo=UTC)  # no forecast of the Sun means anything beyond


class Part(BaseModel):
    """Base of every part of a scenario: unknown fields are refused, nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def _read_utc(given: Any) -> datetime:
    """A date as a person may write it. ``ValueError`` becomes a message with line and field in the loader."""
    if isinstance(given, datetime):
        moment = given.replace(tzinfo=UTC) if given.tzinfo is None else given
    elif isinstance(given, date):
        moment = datetime(given.year, given.month, given.day, tzinfo=UTC)
    elif isinstance(given, str):
        try:
            moment = parse_utc(given)
        except InputError as error:
            raise ValueError(f"{error.problem}; write it as 2022-04-02 or 2022-04-02T12:00:00Z (UTC)") from None
        except OverflowError:
            raise ValueError(f"{given!r} is outside the calendar") from None
    else:
        raise ValueError("not a date; write it as 2022-04-02 or 2022-04-02T12:00:00Z (UTC)")
    if not FIRST_DATE <= moment <= LAST_DATE:
        raise ValueError(f"{moment.date()} given; must lie between {FIRST_DATE.date()} and {LAST_DATE.date()}")
    return moment.astimezone(UTC)


def _write_utc(moment: datetime) -> str:
    """Canonical text, to the second unless the scenario is finer: two spellings of one moment must hash alike."""
    return (
        moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
        if moment.microsecond
        else iso_utc(mjd_utc(moment))
    )


UtcMoment = Annotated[
    datetime,
    BeforeValidator(_read_utc),
    PlainSerializer(_write_utc, when_used="json"),
    WithJsonSchema(
        {
            "type": "string",
            "format": "date-time",
            "description": "ISO 8601; a date without a time is midnight, without a zone it is UTC",
        }
    ),
]
"""An aware UTC ``datetime``."""

Id = Annotated[str, Field(pattern=r"^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$", description="lower-case name")]
"""A name a person can type: lower-case letters, digits and hyphens."""

Text = Annotated[str, Field(max_length=4000)]
Title = Annotated[str, Field(min_length=1, max_length=120)]
Source = Annotated[str, Field(min_length=3, max_length=2000, description="where the figure comes from")]

# Strict: "460 t" or true must not silently become a mass. Whole numbers are accepted.
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
PositiveNumber = Annotated[float, Field(strict=True, allow_inf_nan=False, gt=0.0)]
MassKg = Annotated[float, Field(strict=True, allow_inf_nan=False, gt=0.0, le=1.0e7)]
SpreadPercent = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0.0, le=100.0)]
AltitudeKm = Annotated[
    float,
    Field(strict=True, allow_inf_nan=False, ge=150.0, le=2000.0, description="mean semi-major axis minus 6378.137 km"),
]
Days = Annotated[float, Field(strict=True, allow_inf_nan=False, gt=0.0, le=36600.0)]
PeriodDays = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=1.0, le=36600.0)]


def _number_or_range(schema: dict[str, Any]) -> None:
    """In JSON schema a plain number stands for a range of no width."""
    whole = dict(schema)
    schema.clear()
    schema.update({"anyOf": [{"type": "number", "minimum": 0.0}, whole], "title": whole.pop("title")})


class Range(Part):
    """A figure known only between two bounds; a plain number is a range of no width.

    Units are those of the field that holds it. Drawn uniformly between the bounds, since nothing is known inside them.
    """

    model_config = ConfigDict(json_schema_extra=_number_or_range)

    low: Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0.0)]
    high: Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0.0)]

    @model_validator(mode="before")
    @classmethod
    def _from_number(cls, given: Any) -> Any:
        is_number = isinstance(given, int | float) and not isinstance(given, bool)
        return {"low": given, "high": given} if is_number else given

    @model_validator(mode="after")
    def _in_order(self) -> Range:
        if self.low > self.high:
            raise ValueError(f"low ({self.low:g}) is above high ({self.high:g})")
        return self

    @property
    def middle(self) -> float:
        """The middle of the range, used where one value must stand for it."""
        return 0.5 * (self.low + self.high)

    def quantile(self, probability: float) -> float:
        """The value below which a share ``probability`` (0 to 1) of the range lies."""
        return self.low + probability * (self.high - self.low)


class Fraction(Range):
    """A range within 0 to 1."""

    low: Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0.0, le=1.0)]
    high: Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0.0, le=1.0)]
