"""Dates of tables and data files as modified Julian days (UTC)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Any

from pydantic import BeforeValidator

from stationkeep.errors import InputError
from stationkeep.timescale import mjd_utc, parse_utc


def mjd_of(given: Any) -> float:
    """Which modified Julian day is a date as YAML or a person gives it? Raises ``ValueError`` for what is none."""
    if isinstance(given, datetime):
        return mjd_utc(given if given.tzinfo else given.replace(tzinfo=UTC))
    if isinstance(given, date):
        return mjd_utc(datetime(given.year, given.month, given.day, tzinfo=UTC))
    if isinstance(given, str):
        try:
            return mjd_utc(parse_utc(given))
        except InputError as error:
            raise ValueError(error.problem) from None
    raise ValueError(f"{given!r} is not a date")


MjdUtc = Annotated[float, BeforeValidator(mjd_of)]
