"""``stationkeep convert``, callable: the same orbit history in another message, and what that changed."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from pydantic import Field

import stationkeep
from stationkeep.campaign.part import Part
from stationkeep.errors import ElementSetError, InputError, OutputError
from stationkeep.files import write_atomically
from stationkeep.orbit.frames import Frame, converted_states, frame_named
from stationkeep.orbit.history import as_element_history, read_any_history
from stationkeep.orbit.messages.files import Format, read_message
from stationkeep.orbit.messages.library import declared_kind
from stationkeep.orbit.messages.opm import OrbitParameters, read_opm, write_opm
from stationkeep.orbit.messages.writing import write_oem, write_omm, write_omm_table
from stationkeep.orbit.state_history import StateArc, StateHistory
from stationkeep.orbit.tle import ElementHistory, teme_state, two_line_text
from stationkeep.timescale import iso_utc

LANGUAGES: Final = {
    "TLE": ("lines",),
    "OMM": ("kvn", "xml", "json", "csv"),
    "OEM": ("kvn", "xml"),
    "OPM": ("kvn", "xml"),
}
"""What can be written, each message with its languages; the first is the default."""

_ENDINGS: Final = {".xml": "xml", ".json": "json", ".csv": "csv", ".kvn": "kvn"}


@dataclass(frozen=True, slots=True)
class ConvertOptions:
    """What to write."""

    message: str | None = None
    """TLE, OMM, OEM or OPM; None: as the file's name says, else OMM of element sets and OEM of states."""
    language: str | None = None
    """kvn, xml, json or csv; None: by the file's ending, else KVN."""
    frame: str | None = None
    """Of states; None: as given."""
    norad_id: str | None = None
    as_of_mjd_utc: float | None = None
    force: bool = False
    """Replace a file that exists."""


class ConvertObject(Part):
    """Which object."""

    norad_id: str
    name: str
    designator: str


class ConvertRead(Part):
    """What was read."""

    kind: Literal["element sets", "states"]
    count: int
    first_utc: str
    last_utc: str
    frames: list[str]
    rejected: list[dict[str, Any]] = Field(description="element sets refused: line_number, reason")


class ConvertWritten(Part):
    """What was written."""

    file: str
    message: str = Field(description="TLE, OMM, OEM or OPM")
    language: str = Field(description="kvn, xml, json, csv or lines")
    count: int = Field(description="element sets or states")
    first_utc: str
    last_utc: str
    frames: list[str]
    time_scale: Literal["UTC"] = "UTC"


class ConvertDocument(Part):
    """One conversion: what was read, what was written, what changed on the way."""

    schema_: Literal["stationkeep.convert/1"] = Field(
        default="stationkeep.convert/1", alias="schema", serialization_alias="schema"
    )
    object: ConvertObject
    source: str
    read: ConvertRead
    written: ConvertWritten
    changes: list[str] = Field(description="conversions of frame and kind, and what was left out for them")
    notes: list[str]
    provenance: dict[str, Any]


def convert(paths: Sequence[Path], target: Path, options: ConvertOptions | None = None) -> ConvertDocument:
    """Write the history of one object in these files as another message, completely or not at all.

    Any files :func:`~stationkeep.orbit.history.read_any_history` takes, orbits of any height. Element sets become
    states by SGP4 at their epochs; states become mean elements averaged over two revolutions; an OPM takes the last
    state. Epochs are written in UTC. Raises :class:`OutputError` where ``target`` exists and ``options.force`` is not
    set, :class:`ElementSetError` for files that cannot be used.
    """
    options = options or ConvertOptions()
    message, language = _asked(target, options)
    _require_free(target, options.force)
    made = [] if target.parent.exists() else [f"the folder {target.parent} did not exist: it was made"]
    history = read_any_history(paths, options.norad_id, low_orbit=False)
    if options.as_of_mjd_utc is not None:
        history = history.until(options.as_of_mjd_utc)
    message = message or ("OMM" if isinstance(history, ElementHistory) else "OEM")
    language = _language(message, language, target)
    changes: list[str] = []
    if message in ("TLE", "OMM"):
        written = _write_sets(target, history, message, language, options, changes)
    else:
        written = _write_states(target, history, paths, message, language, options, changes)
    return ConvertDocument(
        object=_object(history),
        source=history.source,
        read=_read(history),
        written=written,
        changes=changes,
        notes=[*history.notes, *(history.gap_notes if isinstance(history, ElementHistory) else ()), *made],
        provenance={"stationkeep": stationkeep.__version__},
    )


def _asked(target: Path, options: ConvertOptions) -> tuple[str | None, str | None]:
    """The message and language asked for, by option or by the name of the file; None where neither says."""
    if target.suffix.lower() == ".gz":
        raise OutputError(f"{target} would be compressed, which is not written", hint="give a name without .gz")
    message = None if options.message is None else options.message.strip().upper()
    if message is None:
        named = [word for word in re.split(r"[^A-Z]+", target.name.upper()) if word in LANGUAGES]
        if len(set(named)) > 1:
            raise InputError(
                f"{target.name} names {' and '.join(named)}", hint=f"choose with --message {'|'.join(LANGUAGES)}"
            )
        message = named[0] if named else None
    elif message not in LANGUAGES:
        raise InputError(f"message {options.message!r} is not written", hint=f"give one of {', '.join(LANGUAGES)}")
    language = options.language.strip().lower() if options.language else _ENDINGS.get(target.suffix.lower())
    return message, language


def _language(message: str, language: str | None, target: Path) -> str:
    allowed = LANGUAGES[message]
    if language is None:
        return allowed[0]
    if language not in allowed:
        raise InputError(
            f"{target.name}: {message} is not written in {language}",
            hint=f"{message} is written in {', '.join(allowed)}: choose another ending, --language or --message",
        )
    return language


def _require_free(target: Path, force: bool) -> None:
    if target.is_dir() or not target.name:
        raise OutputError(f"{target} is a folder", hint="give the name of a file")
    if os.path.lexists(target) and not force:
        raise OutputError(f"{target} exists already", hint="choose another name, or replace it with --force")


def _write_sets(
    target: Path,
    history: ElementHistory | StateHistory,
    message: str,
    language: str,
    options: ConvertOptions,
    changes: list[str],
) -> ConvertWritten:
    if options.frame is not None and options.frame.strip().upper() != "TEME":
        raise InputError(
            f"element sets in {options.frame} are not written: SGP4's are in TEME of date",
            hint="leave --frame out, or write states: --message OEM",
        )
    elements = as_element_history(history)
    if isinstance(history, StateHistory):
        changes.append(
            "states became mean elements in TEME of date, averaged over two revolutions (single states where they are "
            "sparse); their B* is unknown and written as zero: good for the orbit, not for SGP4 over days"
        )
        changes += [note for note in elements.notes if note not in history.notes]
    if message == "TLE":
        write_atomically(target, two_line_text(elements.sets))
    elif language in ("json", "csv"):
        write_omm_table(target, elements.sets, csv=language == "csv")
    else:
        write_omm(target, elements.sets, xml=language == "xml")
    epochs = elements.epochs_mjd_utc
    return _written(target, message, language, epochs, [str(Frame.TEME)])


def _write_states(
    target: Path,
    history: ElementHistory | StateHistory,
    paths: Sequence[Path],
    message: str,
    language: str,
    options: ConvertOptions,
    changes: list[str],
) -> ConvertWritten:
    states = history
    if isinstance(states, ElementHistory):
        states = _states_of_sets(states)
        changes.append(
            "element sets became states in TEME of date by SGP4, one at each epoch: do not interpolate between them"
        )
    states = _in_frame(states, options.frame, changes)
    if message == "OEM":
        write_oem(target, states, xml=language == "xml")
    else:
        states = _write_last_state(target, states, paths, language == "xml", changes)
    frames = list(dict.fromkeys(str(arc.frame) for arc in states.arcs))
    return _written(target, message, language, states.times_mjd_utc, frames)


def _states_of_sets(history: ElementHistory) -> StateHistory:
    found = [teme_state(item, item.epoch_mjd_utc) for item in history.sets]
    states = np.array([[*state.position_km, *state.velocity_km_s] for state in found])
    designator = history.sets[-1].designator or history.norad_id
    arc = StateArc(designator, history.name, Frame.TEME, history.epochs_mjd_utc, states, source=history.source)
    return StateHistory(designator, history.name, (arc,), history.source, history.notes)


def _in_frame(history: StateHistory, wanted: str | None, changes: list[str]) -> StateHistory:
    if wanted is None:
        return history
    frame = frame_named(wanted)
    given = list(dict.fromkeys(str(arc.frame) for arc in history.arcs if arc.frame is not frame))
    if given:
        changes.append(f"states were turned from {' and '.join(given)} to {frame}")
        if Frame.ITRF in (frame, *given):
            changes.append("UT1 is taken as UTC for ITRF: positions may be 0.4 km off along the equator, heights not")
    arcs = tuple(
        replace(arc, frame=frame, states=converted_states(arc.states, arc.times_mjd_utc, arc.frame, frame))
        for arc in history.arcs
    )
    return replace(history, arcs=arcs)


def _write_last_state(
    target: Path, history: StateHistory, paths: Sequence[Path], xml: bool, changes: list[str]
) -> StateHistory:
    """Write the last state as an OPM; the burns an OPM announces stay with it."""
    last = history.arcs[-1]
    total = len(history.times_mjd_utc)
    one = replace(last, times_mjd_utc=last.times_mjd_utc[-1:], states=last.states[-1:])
    parameters = OrbitParameters(one)
    if total > 1:
        changes.append(f"an OPM holds one state: the last of {total} is written")
    if last.events:
        changes.append(f"{len(last.events)} planned events of the ephemeris have no place in an OPM")
    if len(paths) == 1 and total == 1 and _is_opm(paths[0]):
        parameters = replace(parameters, manoeuvres=read_opm(paths[0]).manoeuvres)
    write_opm(target, parameters, xml=xml)
    return replace(history, arcs=(one,))


def _is_opm(path: Path) -> bool:
    text = read_message(path)
    return text.format in (Format.XML, Format.KVN) and declared_kind(text) == "OPM"


def _object(history: ElementHistory | StateHistory) -> ConvertObject:
    if isinstance(history, ElementHistory):
        return ConvertObject(norad_id=history.norad_id, name=history.name, designator=history.sets[-1].designator)
    return ConvertObject(norad_id=history.object_id, name=history.name, designator=history.object_id)


def _read(history: ElementHistory | StateHistory) -> ConvertRead:
    is_sets = isinstance(history, ElementHistory)
    times = history.epochs_mjd_utc if isinstance(history, ElementHistory) else history.times_mjd_utc
    frames = [Frame.TEME] if isinstance(history, ElementHistory) else [arc.frame for arc in history.arcs]
    refused = history.rejected if isinstance(history, ElementHistory) else ()
    return ConvertRead(
        kind="element sets" if is_sets else "states",
        count=len(times),
        first_utc=iso_utc(float(times[0])),
        last_utc=iso_utc(float(times[-1])),
        frames=list(dict.fromkeys(map(str, frames))),
        rejected=[{"line_number": item.line_number, "reason": item.reason} for item in refused],
    )


def _written(target: Path, message: str, language: str, times: Any, frames: list[str]) -> ConvertWritten:
    if len(times) == 0:
        raise ElementSetError("nothing is left to write", hint="give a history with at least one set or state")
    return ConvertWritten(
        file=str(target),
        message=message,
        language=language,
        count=len(times),
        first_utc=iso_utc(float(times[0])),
        last_utc=iso_utc(float(times[-1])),
        frames=frames,
    )
