"""Orbit ephemeris messages in: states with frame and time scale, and what NASA's comments say of the station."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from stationkeep.errors import ElementSetError, InputError
from stationkeep.orbit.frames import Frame, frame_named
from stationkeep.orbit.messages.epochs import conversion_of_scale, epoch_mjd_utc, time_scale_named
from stationkeep.orbit.messages.files import Format, MessageText
from stationkeep.orbit.messages.library import UNKNOWN_CREATION, kind_of, messages_of
from stationkeep.orbit.messages.omm import known, tle_designator
from stationkeep.orbit.messages.trajectory_comments import planned_events, spacecraft_figures
from stationkeep.orbit.state_history import StateArc, StateHistory, joined_arcs
from stationkeep.timescale import iso_utc

Floats = NDArray[np.float64]

_SECOND_DAYS: Final = 1.0 / 86400.0
_SAME_MOMENT_DAYS: Final = 1.0e-6 * _SECOND_DAYS  # states nearer than the microsecond of an epoch are one
# Nothing in orbit about the Earth is nearer than this or farther than the Hill sphere; metres for kilometres show here.
_NEAREST_KM, _FARTHEST_KM, _FASTEST_KM_S = 1000.0, 2.0e6, 100.0


def histories_of_oem(text: MessageText) -> dict[str, StateHistory]:
    """Where was each object of this text, state by state?

    Keys are designators as element sets carry them (``98067A``). States out of order are sorted, repeated ones dropped,
    a text that ends before its header says is used as far as it goes; all of it is said in ``notes``. Raises
    :class:`ElementSetError` where the text is not sound, :class:`OrbitError` for a frame that is not known.
    """
    arcs: dict[str, list[StateArc]] = {}
    notes: dict[str, list[str]] = {}
    for message in messages_of(text):
        if kind_of(message) != "OEM":
            raise ElementSetError(
                f"{text.source} holds a CCSDS {kind_of(message)} among ephemerides", hint="give only OEMs together"
            )
        created = created_mjd_utc(message.header.creation_date)
        for segment in message.segments:
            with naming(text.source):
                arc, said = _arc_of(segment, created, text)
            arcs.setdefault(arc.object_id, []).append(arc)
            notes.setdefault(arc.object_id, []).extend(said)
    histories = {}
    for key, found in arcs.items():
        joined, said_of_joining = joined_arcs(found)
        all_said = tuple(dict.fromkeys((*notes[key], *said_of_joining)))
        histories[key] = StateHistory(key, found[0].name, joined, text.source, all_said)
    return histories


@contextmanager
def naming(source: str) -> Iterator[None]:
    """Put the name of the file before a refusal that does not say it."""
    try:
        yield
    except InputError as error:
        if source in error.problem:
            raise
        raise type(error)(f"{source}: {error.problem}", hint=error.hint) from None


def refuse_other_centres(center_name: str, source: str) -> None:
    """Only orbits about the Earth are flown here."""
    if center_name.strip().upper() != "EARTH":
        raise ElementSetError(
            f"{source}: states about {center_name} are not read", hint="give states about the Earth (CENTER_NAME EARTH)"
        )


def frame_of(metadata: Any, source: str) -> Frame:
    """The frame a segment is in; a frame of date frozen at some epoch is refused by name."""
    frame = frame_named(metadata.ref_frame)
    if metadata.ref_frame_epoch and frame in (Frame.TEME, Frame.TOD):
        raise ElementSetError(
            f"{source}: frame {frame} frozen at {metadata.ref_frame_epoch} is not read",
            hint="give states in EME2000 or GCRF, or in TEME or TOD of date",
        )
    return frame


def _arc_of(segment: Any, created: float | None, text: MessageText) -> tuple[StateArc, list[str]]:
    metadata, data = segment.metadata, segment.data
    refuse_other_centres(metadata.center_name, text.source)
    frame, scale = frame_of(metadata, text.source), time_scale_named(metadata.time_system)
    said = conversion_of_scale(scale)
    if data.covariance_matrix:
        said.append("covariances beside the states are passed over")
    epochs = data.state_vector_epochs
    times = np.array([epoch_mjd_utc(epoch, scale) for epoch in epochs])
    states = np.asarray(data.state_vector_numpy, dtype=np.float64)[:, :6]
    if len(times) == 0:
        raise ElementSetError(f"{text.source} has a segment without states", hint="an OEM needs at least one state")
    if _is_cut(text) and len(times) > 1 and epoch_mjd_utc(metadata.stop_time, scale) > times[-1] + _SECOND_DAYS:
        # The last line may have lost its last digits and still look whole.
        times, states = times[:-1], states[:-1]
    times, states = _in_order(times, states, said)
    refuse_impossible(times, states, text.source)
    promised = epoch_mjd_utc(metadata.stop_time, scale)
    if promised > times[-1] + _SECOND_DAYS:
        said.append(
            f"{text.source} ends on {iso_utc(times[-1])}, its header says {iso_utc(promised)}: it may be cut short"
        )
    if frame is Frame.ITRF:
        said.append("states in ITRF are turned with UT1 taken as UTC: their nodes may be 0.4 km off, heights are not")
    comments = [*metadata.comment, *data.comment]
    arc = StateArc(
        tle_designator(metadata.object_id), known(metadata.object_name), frame, times, states,
        spacecraft_figures(comments), planned_events(comments, float(times[0])), created, text.source,
    )  # fmt: skip
    return arc, said


def _in_order(times: Floats, states: Floats, said: list[str]) -> tuple[Floats, Floats]:
    """Sorted, one state per moment (the last given)."""
    if np.any(np.diff(times) < 0.0):
        said.append("states were not in order of time: sorted")
    order = np.argsort(times, kind="stable")
    times, states = times[order], states[order]
    last_of_moment = np.append(np.diff(times) > _SAME_MOMENT_DAYS, True)
    if not np.all(last_of_moment):
        count = int(np.sum(~last_of_moment))
        said.append(f"{count} state{' repeats' if count == 1 else 's repeat'} the moment of another: the last is used")
    return times[last_of_moment], states[last_of_moment]


def refuse_impossible(times: Floats, states: Floats, source: str) -> None:
    """Refuse states that are not finite, or not in kilometres and kilometres a second from the centre of the Earth."""
    # The largest component first: squares of absurd numbers overflow.
    far, fast = np.max(np.abs(states[:, :3]), axis=1), np.max(np.abs(states[:, 3:]), axis=1)
    possible = np.all(np.isfinite(states), axis=1) & (far < _FARTHEST_KM) & (fast < _FASTEST_KM_S)
    sound = possible & (np.linalg.norm(np.where(possible[:, None], states[:, :3], 0.0), axis=1) > _NEAREST_KM)
    if not np.all(sound):
        bad = int(np.flatnonzero(~sound)[0])
        raise ElementSetError(
            f"{source}: the state of {iso_utc(float(times[bad]))} is no orbit: a coordinate {far[bad]:.6g} km from the "
            f"Earth's centre, a velocity of {fast[bad]:.6g} km/s",
            hint=f"give positions in km from {_NEAREST_KM:g} to {_FARTHEST_KM:g} km and velocities in km/s",
        )


def _is_cut(text: MessageText) -> bool:
    """Whether a KVN text ends within a line; XML that is cut does not parse at all."""
    return text.format is Format.KVN and not text.text.endswith("\n")


def created_mjd_utc(creation_date: str) -> float | None:
    """When the message was written, None where it does not say."""
    return None if creation_date == UNKNOWN_CREATION else epoch_mjd_utc(creation_date)
