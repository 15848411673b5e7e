"""Everything uncertain that one run needs, drawn beforehand: the same inputs fly every branch."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from stationkeep.orbit.mean_decay import WeatherTrack
from stationkeep.simulation.people_draw import PeopleDraw

FloatArray = NDArray[np.float64]
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class ProviderDraw:
    """Where in their ranges a provider's propellant figures lie in this run (0: low end, 1: high end)."""

    initial: float = 0.5
    delivery: float = 0.5
    residual: float = 0.5
    thrust: float | None = None
    """Null, here and below: the best estimate."""
    impulse: float | None = None
    capacity: float | None = None


@dataclass(frozen=True, slots=True)
class GyroFailure:
    """A gyro that stops, and when it is replaced if its owner still takes part then."""

    time_mjd_utc: float
    replaced_mjd_utc: float


@dataclass(frozen=True, slots=True)
class AttitudeDraw:
    """Where in their ranges the attitude figures lie (none: best estimates), and what comes by chance."""

    figures: Mapping[str, float] = field(default_factory=dict)
    loss: float = 0.5
    """Draws the moment of the first upset the gyros cannot take (0.5: its median)."""
    thruster_share: float = 0.5
    """Between gyros for all they can do (0) and thrusters for every arrival and turn (1)."""
    gyro_failures: tuple[tuple[GyroFailure, ...], ...] = ()
    """Of each gyro, in order of time."""
    levers: tuple[float, ...] = (0.5,)
    """Where the first, second ... burn that gyros must hold passes the centre of mass; the first follows the last."""
    handovers: tuple[float, ...] = (1.0,)
    """Luck of the first, second ... handover: it fails below the chance of a failure."""
    later_losses: tuple[float, ...] = (0.5,)
    """As ``loss``, after the first, second ... recovery."""


@dataclass(frozen=True, slots=True)
class Avoidance:
    """A burn out of the way of debris that is called for."""

    time_mjd_utc: float
    delta_v_m_s: float


@dataclass(frozen=True)
class RunInputs:
    """One draw of the uncertain world."""

    index: int
    weather: WeatherTrack
    ballistic_m2_kg: FloatArray
    """(n_day,) coefficient at the reference mass, the wandering density error included."""
    providers: Mapping[str, ProviderDraw]
    casualty_draws: tuple[float, float] = (0.5, 0.5)
    """Where the surviving fraction and the casualty area per kilogram lie in their ranges."""
    attitude: AttitudeDraw = AttitudeDraw()
    avoidances: tuple[Avoidance, ...] = ()
    """In order of time."""
    people: PeopleDraw | None = None
    """Of flights, machines and amounts aboard; null: the reference, in which nothing is late, lost or broken."""
    threats: Mapping[str, float] = field(default_factory=dict)
    """Luck of each threat that has a probability, by its key; it comes true where its luck is below it."""
    last_burn_luck: float = 1.0
    """Of the last burn of a controlled end: it stops for good where this is below the chance of that."""
    sanction_luck: float = 0.5
    """How much of the next flight is there already when sanctions begin to thin flights out."""
    _found: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def once(self, key: Hashable, work_out: Callable[[], Found]) -> Found:
        """What follows from these inputs alone, worked out for the first branch that asks and kept for the others.

        The branches of one run are flown one after the other, so nobody else asks meanwhile.
        """
        if key not in self._found:
            self._found[key] = work_out()
        found: Found = self._found[key]
        return found

    def provider(self, provider_id: str) -> ProviderDraw:
        """The draw of one provider; the middle of every range where none was made."""
        return self.providers.get(provider_id, ProviderDraw())
