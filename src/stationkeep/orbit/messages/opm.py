"""Orbit parameter messages: one state with the spacecraft and the burns it is about to make, in and out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from stationkeep.errors import ElementSetError
from stationkeep.orbit.messages.epochs import conversion_of_scale, epoch_mjd_utc, epoch_text, time_scale_named
from stationkeep.orbit.messages.files import MessageText, read_message
from stationkeep.orbit.messages.library import ccsds_library, kind_of, library_type, messages_of, write_message
from stationkeep.orbit.messages.oem import created_mjd_utc, frame_of, naming, refuse_impossible, refuse_other_centres
from stationkeep.orbit.messages.omm import known, tle_designator
from stationkeep.orbit.messages.writing import header, in_version_2, object_id_of, plain_name
from stationkeep.orbit.state_history import SpacecraftFigures, StateArc, StateHistory, joined_arcs


@dataclass(frozen=True, slots=True)
class PlannedManoeuvre:
    """A burn an OPM announces."""

    start_mjd_utc: float
    duration_s: float
    """Zero for an impulse."""
    delta_v_km_s: tuple[float, float, float]
    frame: str
    """Frame of the velocity change as written, e.g. RTN or EME2000."""
    delta_mass_kg: float = 0.0
    """Zero or negative: propellant used."""


@dataclass(frozen=True)
class OrbitParameters:
    """What one OPM says: an arc of a single state, and the burns after it."""

    arc: StateArc
    manoeuvres: tuple[PlannedManoeuvre, ...] = ()
    notes: tuple[str, ...] = ()
    """What a reader should know of how it was read."""


def read_opm(path: Path) -> OrbitParameters:
    """Where is the object at the epoch of this message, and what will it burn?

    KVN or XML, plain or gzipped. Raises :class:`ElementSetError` for an unsound message or one that is no OPM,
    :class:`OrbitError` for an unknown frame. Osculating Kepler elements in the message repeat the state and are
    passed over.
    """
    text = read_message(path)
    found = messages_of(text)
    if len(found) != 1:
        raise ElementSetError(f"{path} holds {len(found)} messages, not one OPM", hint="give a file with one OPM")
    return _parameters(found[0], text)


def histories_of_opm(text: MessageText) -> dict[str, StateHistory]:
    """The states of the OPMs of a text, object by object, one arc each."""
    arcs: dict[str, list[StateArc]] = {}
    said: dict[str, list[str]] = {}
    for message in messages_of(text):
        parameters = _parameters(message, text)
        key = parameters.arc.object_id
        arcs.setdefault(key, []).append(parameters.arc)
        said.setdefault(key, []).extend(parameters.notes)
        if parameters.manoeuvres:
            said[key].append(f"{len(parameters.manoeuvres)} burns announced in an OPM are passed over")
    histories = {}
    for key, found in arcs.items():
        joined, notes = joined_arcs(found)
        histories[key] = StateHistory(
            key, found[0].name, joined, text.source, tuple(dict.fromkeys((*said[key], *notes)))
        )
    return histories


def write_opm(
    path: Path,
    parameters: OrbitParameters,
    *,
    xml: bool | None = None,
    originator: str = "stationkeep",
    created_utc_mjd: float | None = None,
) -> None:
    """Write one state as an OPM, completely or not at all.

    XML where ``xml`` is true or, unset, the name ends in ``.xml``; KVN elsewhere. The creation date is the arc's where
    none is given. States and burns survive to the last digit, epochs to a microsecond.
    """
    ccsds_ndm = ccsds_library()

    arc = parameters.arc
    if len(arc.times_mjd_utc) != 1:
        raise ElementSetError(
            f"an OPM holds one state, {len(arc.times_mjd_utc)} are given", hint="write an ephemeris as OEM"
        )
    if parameters.manoeuvres and arc.spacecraft.mass_kg is None:
        raise ElementSetError(
            "burns are given without the mass of the spacecraft, which an OPM must tell with them",
            hint="give SpacecraftFigures(mass_kg=...)",
        )
    state = [float(value) for value in arc.states[0]]
    data = ccsds_ndm.OpmData(ccsds_ndm.StateVector(epoch_text(float(arc.times_mjd_utc[0])), *state))
    figures = arc.spacecraft
    if figures != SpacecraftFigures():
        data.spacecraft_parameters = library_type("SpacecraftParameters")(
            mass=figures.mass_kg,
            drag_area=figures.drag_area_m2,
            drag_coeff=figures.drag_coefficient,
            solar_rad_area=figures.solar_radiation_area_m2,
            solar_rad_coeff=figures.solar_radiation_coefficient,
        )
    data.maneuver_parameters = [_manoeuvre(item) for item in parameters.manoeuvres]
    metadata = ccsds_ndm.OpmMetadata(plain_name(arc.name), object_id_of(arc.object_id), "EARTH", str(arc.frame), "UTC")
    created = arc.created_mjd_utc if created_utc_mjd is None else created_utc_mjd
    message = ccsds_ndm.Opm(header(originator, created), ccsds_ndm.OpmSegment(metadata, data))
    write_message(in_version_2(message), path, xml)


# The library exports a type of attitude messages under the name of an OPM's manoeuvre; the right one is met only on a
# manoeuvre that was read. So one is read, and every field of it is set.
_ONE_MANOEUVRE: Final = """CCSDS_OPM_VERS = 2.0
CREATION_DATE = 2000-01-01T00:00:00
ORIGINATOR = NONE
OBJECT_NAME = NONE
OBJECT_ID = NONE
CENTER_NAME = EARTH
REF_FRAME = GCRF
TIME_SYSTEM = UTC
EPOCH = 2000-01-01T00:00:00
X = 7000
Y = 0
Z = 0
X_DOT = 0
Y_DOT = 7.5
Z_DOT = 0
MASS = 1
MAN_EPOCH_IGNITION = 2000-01-01T00:00:00
MAN_DURATION = 0
MAN_DELTA_MASS = 0
MAN_REF_FRAME = RTN
MAN_DV_1 = 0
MAN_DV_2 = 0
MAN_DV_3 = 0
"""


def _manoeuvre(item: PlannedManoeuvre) -> Any:
    ccsds_ndm = ccsds_library()

    made = ccsds_ndm.Opm.from_str(_ONE_MANOEUVRE).segment.data.maneuver_parameters[0]
    made.man_epoch_ignition = epoch_text(item.start_mjd_utc)
    made.man_duration = item.duration_s
    made.man_ref_frame = item.frame
    made.man_dv_1, made.man_dv_2, made.man_dv_3 = item.delta_v_km_s
    made.man_delta_mass = item.delta_mass_kg
    return made


def _parameters(message: Any, text: MessageText) -> OrbitParameters:
    with naming(text.source):
        return _parameters_of(message, text)


def _parameters_of(message: Any, text: MessageText) -> OrbitParameters:
    if kind_of(message) != "OPM":
        raise ElementSetError(f"{text.source} holds a CCSDS {kind_of(message)}, not an OPM", hint="give OPMs alone")
    metadata, data = message.segment.metadata, message.segment.data
    refuse_other_centres(metadata.center_name, text.source)
    frame, scale = frame_of(metadata, text.source), time_scale_named(metadata.time_system)
    vector = data.state_vector
    times = np.array([epoch_mjd_utc(vector.epoch, scale)])
    states = np.array([[vector.x, vector.y, vector.z, vector.x_dot, vector.y_dot, vector.z_dot]])
    refuse_impossible(times, states, text.source)
    arc = StateArc(
        tle_designator(metadata.object_id), known(metadata.object_name), frame, times, states,
        _figures(data.spacecraft_parameters), (), created_mjd_utc(message.header.creation_date), text.source,
    )  # fmt: skip
    burns = tuple(
        PlannedManoeuvre(
            epoch_mjd_utc(item.man_epoch_ignition, scale),
            item.man_duration,
            (item.man_dv_1, item.man_dv_2, item.man_dv_3),
            item.man_ref_frame,
            item.man_delta_mass or 0.0,
        )
        for item in data.maneuver_parameters
    )
    notes = conversion_of_scale(scale)
    if getattr(data, "covariance_matrix", None):
        notes.append("the covariance beside the state is passed over")
    return OrbitParameters(arc, burns, tuple(notes))


def _figures(given: Any) -> SpacecraftFigures:
    if given is None:
        return SpacecraftFigures()
    return SpacecraftFigures(given.mass, given.drag_area, given.drag_coeff, given.solar_rad_area, given.solar_rad_coeff)
