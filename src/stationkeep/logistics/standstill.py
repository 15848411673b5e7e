"""What is not launched after a loss: a type of craft, and all that flies on the same family of rocket."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stationkeep.logistics.manifest import Flight


@dataclass(frozen=True, slots=True)
class Standstill:
    """What is not launched after a loss, and until when."""

    marks: frozenset[str]
    """As of :func:`rocket_marks`."""
    from_mjd_utc: float
    to_mjd_utc: float


def rocket_marks(flight: Flight) -> tuple[str, ...]:
    """What stands still after its loss: its type, and all that flies on the same family of rocket."""
    return _marks_of(
        flight.kind.type, flight.launch_vehicle or (flight.kind.rockets[-1] if flight.kind.rockets else "")
    )


@cache
def _marks_of(kind: str, rocket: str) -> tuple[str, ...]:
    family = rocket.split("-")[0].split(" 2")[0].strip()
    return tuple(mark for mark in (f"type {kind}", f"rocket {family}" if family else "") if mark)
