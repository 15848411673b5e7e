"""Where an object was, state by state: what an ephemeris message tells, with the spacecraft and the plans it names."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from stationkeep.errors import ElementSetError
from stationkeep.orbit.frames import Frame, converted_states
from stationkeep.timescale import iso_utc

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SpacecraftFigures:
    """The spacecraft as the ephemeris was computed; None where the message does not say."""

    mass_kg: float | None = None
    drag_area_m2: float | None = None
    drag_coefficient: float | None = None
    """Often fitted to tracking: then it carries the error of the density model of that day."""
    solar_radiation_area_m2: float | None = None
    solar_radiation_coefficient: float | None = None

    @property
    def ballistic_coefficient_m2_kg(self) -> float | None:
        """``Cd*A/m`` [m2/kg] with the author's own density model, which a message does not name; None if incomplete."""
        if self.mass_kg is None or self.drag_area_m2 is None or self.drag_coefficient is None or not self.mass_kg > 0.0:
            return None
        return self.drag_coefficient * self.drag_area_m2 / self.mass_kg


@dataclass(frozen=True, slots=True)
class PlannedEvent:
    """A line of the event list in the header of an ephemeris: planned then, not what was achieved."""

    name: str
    time_mjd_utc: float
    delta_v_m_s: float
    """Zero for a launch, docking or undocking."""
    apogee_altitude_km: float
    perigee_altitude_km: float

    @property
    def is_burn(self) -> bool:
        """Whether it changes the orbit."""
        return self.delta_v_m_s != 0.0


@dataclass(frozen=True)
class StateArc:
    """One unbroken stretch of states from one message, in the frame it was given in."""

    object_id: str
    name: str
    frame: Frame
    times_mjd_utc: Floats
    """(n,) ascending."""
    states: Floats
    """(n, 6) position [km] and velocity [km/s]."""
    spacecraft: SpacecraftFigures = field(default_factory=SpacecraftFigures)
    events: tuple[PlannedEvent, ...] = ()
    created_mjd_utc: float | None = None
    """When the message was written: later states than that are a prediction."""
    source: str = ""

    def before(self, limit_mjd_utc: float) -> StateArc:
        """The arc without the states at and after a moment."""
        kept = int(np.searchsorted(self.times_mjd_utc, limit_mjd_utc, side="left"))
        return replace(self, times_mjd_utc=self.times_mjd_utc[:kept], states=self.states[:kept])


@dataclass(frozen=True)
class StateHistory:
    """The arcs of one object in order of time, none reaching into the next."""

    object_id: str
    name: str
    arcs: tuple[StateArc, ...]
    source: str = ""
    notes: tuple[str, ...] = ()

    @property
    def times_mjd_utc(self) -> Floats:
        """All dates, (n,)."""
        return np.concatenate([arc.times_mjd_utc for arc in self.arcs])

    def states_in(self, frame: Frame) -> Floats:
        """All states in one frame, (n, 6) [km, km/s]."""
        return np.concatenate([converted_states(arc.states, arc.times_mjd_utc, arc.frame, frame) for arc in self.arcs])

    @property
    def events(self) -> tuple[PlannedEvent, ...]:
        """The planned events in order of time, each as the newest message before it told it."""
        told = []
        for index, arc in enumerate(self.arcs):
            last = index + 1 == len(self.arcs)
            until = np.inf if last else self.arcs[index + 1].times_mjd_utc[0]
            start = -np.inf if index == 0 else arc.times_mjd_utc[0]
            told += [event for event in arc.events if start <= event.time_mjd_utc < until]
        return tuple(sorted(told, key=lambda event: event.time_mjd_utc))

    def until(self, as_of_mjd_utc: float) -> StateHistory:
        """The states up to a moment, from messages that start before it; events stay as they were told."""
        cut = [arc.before(np.nextafter(as_of_mjd_utc, np.inf)) for arc in self.arcs]
        arcs = tuple(arc for arc in cut if len(arc.times_mjd_utc))
        if not arcs:
            first = iso_utc(float(self.arcs[0].times_mjd_utc[0]))
            raise ElementSetError(
                f"no state of object {self.object_id} up to {iso_utc(as_of_mjd_utc)}; the first is of {first}",
                hint="give a later --as-of, or a file that reaches further back",
            )
        return replace(self, arcs=arcs)


def joined_arcs(arcs: list[StateArc]) -> tuple[tuple[StateArc, ...], tuple[str, ...]]:
    """One history from many ephemerides: each is followed until the next one begins, with what was left out.

    The first day of an ephemeris is close to tracking and the rest of it a prediction, so where two overlap the later
    one is right. Of two with one start the one written last is kept.
    """
    ordered = sorted(arcs, key=lambda arc: (arc.times_mjd_utc[0], arc.created_mjd_utc or -np.inf))
    notes = []
    if [id(arc) for arc in ordered] != [id(arc) for arc in arcs]:
        notes.append("ephemerides were not in order of time: sorted")
    kept, superseded = [], 0
    for arc, following in zip(ordered, [*ordered[1:], None], strict=True):
        part = arc if following is None else arc.before(float(following.times_mjd_utc[0]))
        superseded += len(arc.times_mjd_utc) - len(part.times_mjd_utc)
        if len(part.times_mjd_utc):
            kept.append(part)
    if superseded:
        left_out = "1 state is" if superseded == 1 else f"{superseded} states are"
        notes.append(f"{left_out} left out because a later ephemeris covers their time")
    return tuple(kept), tuple(notes)
