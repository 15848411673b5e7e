"""Who came to the International Space Station with what, counted by flight; a table with its sources in its head."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final

from stationkeep.timescale import parse_utc

_FILE: Final = Path(__file__).parent / "data" / "flown-people.csv"
SOURCE: Final = "partnership/data/flown-people.csv (its head names the sources)"


@dataclass(frozen=True, slots=True)
class PeopleFlight:
    """One arrival with people. ``long_stays``: how many of them stayed 20 days or more."""

    arrival_utc: datetime
    flight: str
    vehicle: str
    people_up: int
    first_time: int
    long_stays: int


@cache
def people_flights() -> tuple[PeopleFlight, ...]:
    """Every arrival with people, December 1998 to December 2023."""
    lines = [line for line in _FILE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return tuple(
        PeopleFlight(
            parse_utc(row["arrival_utc"]),
            row["flight"],
            row["vehicle"],
            int(row["people_up"]),
            int(row["first_time"]),
            int(row["long_stays"]),
        )
        for row in csv.DictReader(lines)
    )


def flights_between(since: datetime | None, until: datetime) -> Sequence[PeopleFlight]:
    """Arrivals with people from ``since`` (none: the first) to before ``until``."""
    return [one for one in people_flights() if (since is None or one.arrival_utc >= since) and one.arrival_utc < until]
