"""What every document a command writes is made of."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """A part of a document: frozen once made, without fields nobody described.

    Validators are built when a document is made: at import all of them took a tenth of a second of every start.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, defer_build=True)


class MeanAltitude(Part):
    """Mean altitude (mean semi-major axis minus 6378.137 km) over time; null once that quantile has fallen."""

    dates_utc: list[str]
    p05: list[float | None]
    median: list[float | None]
    p95: list[float | None]


class Interval(Part):
    """A median with its 90 % interval."""

    p05: float
    median: float
    p95: float
