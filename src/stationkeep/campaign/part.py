"""What every document a command writes is made of."""

from __future__ import annotations

from typing import Any

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


class LossDates(Part):
    """When something is lost: share of the runs in which it is by the horizon, quantiles over all runs."""

    share: float
    p05_utc: str | None
    median_utc: str | None
    p95_utc: str | None


def with_median(**intervals: Interval) -> dict[str, Any]:
    """Fields ``x`` (the median) and ``x_interval`` for each: a reader may take just the number."""
    return {
        **{name: part.median for name, part in intervals.items()},
        **{f"{name}_interval": part for name, part in intervals.items()},
    }
