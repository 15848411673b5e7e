"""Moments on the way: nodes, apsides, entries into the shadow, or an event of one's own, found to a microsecond.

An event is where an expression of the satellite's surroundings passes zero. It is compiled with the equations of
motion and never changes the flight.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from stationkeep.orbit.precise_light import shadow_expression
from stationkeep.orbit.precise_tables import require_heyoka

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Surroundings:
    """What an event, or a force, may look at: heyoka expressions of the satellite's motion."""

    place_km: list[Any]
    """x, y, z in GCRS."""
    velocity_km_s: list[Any]
    itrs_km: list[Any]
    """The same place, Earth-fixed."""
    altitude_km: Any
    """Geodetic, above WGS 84."""
    latitude_rad: Any
    longitude_rad: Any
    sun_km: list[Any] | None
    """In GCRS; there when Sun and Moon, light or an eclipse is asked for."""
    moon_km: list[Any] | None


@dataclass(frozen=True)
class WatchedEvent:
    """Something to look out for: where ``expression(surroundings)`` passes zero."""

    name: str
    expression: Callable[[Surroundings], Any]
    direction: int = 0
    """1: only upwards through zero, -1: only downwards, 0: both."""
    needs_sun: bool = False


@dataclass(frozen=True, slots=True)
class EventRecord:
    """An event that happened."""

    name: str
    time_mjd_utc: float
    state_gcrs: Floats
    """(6,) [km, km/s]."""
    rising: bool
    """The expression passed zero upwards."""


def _height_over_equator(around: Surroundings) -> Any:
    return around.itrs_km[2]


def _radial_motion(around: Surroundings) -> Any:
    return require_heyoka().sum([x * v for x, v in zip(around.place_km, around.velocity_km_s, strict=True)])


def _shadow(around: Surroundings) -> Any:
    assert around.sun_km is not None
    return shadow_expression(around.place_km, around.sun_km)


ASCENDING_NODE: Final = WatchedEvent("ascending-node", _height_over_equator, 1)
DESCENDING_NODE: Final = WatchedEvent("descending-node", _height_over_equator, -1)
PERIGEE: Final = WatchedEvent("perigee", _radial_motion, 1)
APOGEE: Final = WatchedEvent("apogee", _radial_motion, -1)
ECLIPSE_ENTRY: Final = WatchedEvent("eclipse-entry", _shadow, -1, needs_sun=True)
ECLIPSE_EXIT: Final = WatchedEvent("eclipse-exit", _shadow, 1, needs_sun=True)


class Recorder:
    """Notes the moments of one event; every copy of an integrator has its own."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.moments: list[tuple[float, Floats, bool]] = []

    def __call__(self, integrator: Any, time_tt_s: float, direction: int) -> None:
        integrator.update_d_output(time_tt_s)
        self.moments.append((float(time_tt_s), np.array(integrator.d_output), direction > 0))
