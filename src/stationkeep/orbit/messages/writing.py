"""Orbit messages out: element sets as OMM, ephemerides as OEM; KVN and XML through the standards library."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from csv import DictWriter
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any, Final

import numpy as np

from stationkeep.errors import ElementSetError
from stationkeep.files import write_atomically
from stationkeep.orbit.elements import MeanElements
from stationkeep.orbit.mean_osculating import WGS72
from stationkeep.orbit.messages.epochs import epoch_text
from stationkeep.orbit.messages.library import ccsds_library, library_type, write_message
from stationkeep.orbit.messages.omm import (
    REV_DAY2_TO_RAD_MIN2,
    REV_DAY3_TO_RAD_MIN3,
    REV_DAY_TO_RAD_MIN,
    OmmElementSet,
    Sgp4Terms,
)
from stationkeep.orbit.state_history import PlannedEvent, SpacecraftFigures, StateArc, StateHistory
from stationkeep.orbit.tle import ElementSet
from stationkeep.timescale import datetime_utc, mjd_utc

_SHORT_DESIGNATOR: Final = re.compile(r"(\d\d)(\d{3})([A-Z]{1,3})")
_FIRST_YEAR_OF_FLIGHT: Final = 57
_DIGITS_OF_ANGLES: Final = 11
_FIRST_OF_TLE: Final = 9  # of the fields of an OMM: EPHEMERIS_TYPE
_KOZAI_ROUNDS: Final = 30  # each round gains three digits
_FIGURE_NAMES: Final = {
    "MASS": "mass_kg",
    "DRAG_AREA": "drag_area_m2",
    "DRAG_COEFF": "drag_coefficient",
    "SOLAR_RAD_AREA": "solar_radiation_area_m2",
    "SOLAR_RAD_COEFF": "solar_radiation_coefficient",
}


def write_omm(
    path: Path,
    sets: Sequence[ElementSet],
    *,
    xml: bool | None = None,
    originator: str = "stationkeep",
    created_utc_mjd: float | None = None,
) -> None:
    """Write element sets as OMMs, completely or not at all; several become one combined message.

    Values survive to the last digit for sets that came as OMM or TLE, and the mean elements of sets without two lines
    to 12 digits (their B* is unknown and written as zero); epochs to a microsecond.
    """
    ccsds_ndm = ccsds_library()

    if not sets:
        raise ElementSetError("no element set to write", hint="give at least one")
    messages = [_omm(item, originator, created_utc_mjd) for item in sets]
    write_message(messages[0] if len(messages) == 1 else ccsds_ndm.Ndm(messages), path, xml)


def write_oem(
    path: Path,
    history: StateHistory,
    *,
    xml: bool | None = None,
    originator: str = "stationkeep",
    created_utc_mjd: float | None = None,
) -> None:
    """Write an ephemeris as an OEM, one segment per arc in its own frame, completely or not at all.

    The spacecraft's figures and the planned events go into comments as NASA writes them. States survive to the last
    digit, epochs to a microsecond, times of events to a millisecond.
    """
    ccsds_ndm = ccsds_library()

    if not history.arcs:
        raise ElementSetError("no state to write", hint="give a history with at least one arc")
    created = history.arcs[-1].created_mjd_utc if created_utc_mjd is None else created_utc_mjd
    segments = [_oem_segment(arc) for arc in history.arcs]
    write_message(in_version_2(ccsds_ndm.Oem(header(originator, created), segments)), path, xml)


def header(originator: str, created_mjd_utc: float | None) -> Any:
    """The header of a message; written now where no date is given."""
    ccsds_ndm = ccsds_library()

    moment = mjd_utc(datetime.now(UTC)) if created_mjd_utc is None else created_mjd_utc
    return ccsds_ndm.OdmHeader(epoch_text(moment), originator)


def plain_name(name: str) -> str:
    """A name on one line, as KVN needs it; nothing becomes UNKNOWN."""
    return " ".join(name.split()) or "UNKNOWN"


def in_version_2(message: Any) -> Any:
    """The message as version 2.0 of the standard: nothing of 3.0 is used, and more readers know it."""
    message.version = "2.0"
    return message


def object_id_of(designator: str) -> str:
    """``1998-067A`` of ``98067A``: the form messages carry; other texts unchanged, nothing becomes UNKNOWN."""
    match = _SHORT_DESIGNATOR.fullmatch(designator)
    if match is None:
        return designator or "UNKNOWN"
    century = "19" if int(match[1]) >= _FIRST_YEAR_OF_FLIGHT else "20"
    return f"{century}{match[1]}-{match[2]}{match[3]}"


def sgp4_terms(item: ElementSet) -> Sgp4Terms:
    """What SGP4 would start from: as it came, from the two lines, or from the mean elements alone with no drag term."""
    from sgp4.api import WGS72 as SGP4_WGS72
    from sgp4.api import Satrec

    if isinstance(item, OmmElementSet):
        return item.terms
    if not item.line1:
        return Sgp4Terms(kozai_mean_motion_rev_day(item.elements))
    record = Satrec.twoline2rv(item.line1, item.line2, SGP4_WGS72)
    return Sgp4Terms(
        # The field as it stands: through radians and back it would lose its last digit.
        float(item.line2[52:63]),
        record.bstar,
        record.ndot / REV_DAY2_TO_RAD_MIN2,
        record.nddot / REV_DAY3_TO_RAD_MIN3,
        record.elnum,
        record.revnum,
        record.classification,
    )


def kozai_mean_motion_rev_day(elements: MeanElements) -> float:
    """The mean motion an element set prints for a Brouwer axis in SGP4's scale: the inverse of SGP4's un-Kozai step.

    Source: Spacetrack Report No. 3 (Hoots and Roehrich 1980), section 6, solved by repetition.
    """
    rate = math.sqrt(WGS72.mu_km3_s2 / elements.semi_major_axis_km**3) * 60.0  # [rad/min]
    to_axis = WGS72.mu_km3_s2 * 3600.0
    eta2 = 1.0 - elements.eccentricity**2
    oblate = 0.75 * WGS72.j2 * (3.0 * math.cos(elements.inclination_rad) ** 2 - 1.0) / eta2**1.5
    kozai = rate
    for _ in range(_KOZAI_ROUNDS):
        axis_radii = (to_axis / kozai**2) ** (1.0 / 3.0) / WGS72.equatorial_radius_km
        first = oblate / axis_radii**2
        middle = axis_radii * (1.0 - first**2 - first * (1.0 / 3.0 + 134.0 * first**2 / 81.0))
        kozai = rate * (1.0 + oblate / middle**2)
    return kozai / REV_DAY_TO_RAD_MIN


def omm_fields(item: ElementSet) -> dict[str, Any]:
    """The named values of one element set, in the order CelesTrak writes them; angles in degrees.

    Angles are rounded to 1e-11 deg, which gives back the digits they were read with.
    """
    elements, terms = item.elements, sgp4_terms(item)
    inclination, node, perigee, anomaly = (
        round(math.degrees(angle), _DIGITS_OF_ANGLES)
        for angle in (
            elements.inclination_rad,
            elements.raan_rad,
            elements.argument_of_perigee_rad,
            elements.mean_anomaly_rad,
        )
    )
    return {
        "OBJECT_NAME": plain_name(item.name),
        "OBJECT_ID": object_id_of(item.designator),
        "EPOCH": epoch_text(elements.epoch_mjd_utc),
        "MEAN_MOTION": terms.mean_motion_rev_day,
        "ECCENTRICITY": elements.eccentricity,
        "INCLINATION": inclination,
        "RA_OF_ASC_NODE": node,
        "ARG_OF_PERICENTER": perigee,
        "MEAN_ANOMALY": anomaly,
        "EPHEMERIS_TYPE": terms.ephemeris_type,
        "CLASSIFICATION_TYPE": terms.classification,
        "NORAD_CAT_ID": _number_of(item.norad_id),
        "ELEMENT_SET_NO": terms.element_set_number,
        "REV_AT_EPOCH": terms.revolution_at_epoch,
        "BSTAR": terms.b_star_per_earth_radii,
        "MEAN_MOTION_DOT": terms.mean_motion_dot_rev_day2,
        "MEAN_MOTION_DDOT": terms.mean_motion_ddot_rev_day3,
    }


def write_omm_table(path: Path, sets: Sequence[ElementSet], *, csv: bool) -> None:
    """Write element sets as OMMs in CSV or, else, JSON, as CelesTrak gives them: completely or not at all.

    These languages name neither frame nor time scale: by custom TEME of date and UTC, in which the sets are.
    """
    if not sets:
        raise ElementSetError("no element set to write", hint="give at least one")
    rows = [omm_fields(item) for item in sets]
    if csv:
        text = StringIO()
        table = DictWriter(text, list(rows[0]), lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
        write_atomically(path, text.getvalue())
    else:
        lines = (json.dumps(row, ensure_ascii=False, allow_nan=False) for row in rows)
        write_atomically(path, "[" + ",\n".join(lines) + "]\n")


def _omm(item: ElementSet, originator: str, created: float | None) -> Any:
    ccsds_ndm = ccsds_library()

    fields = omm_fields(item)
    metadata = ccsds_ndm.OmmMetadata(fields["OBJECT_NAME"], fields["OBJECT_ID"], "EARTH", "TEME", "UTC", "SGP4")
    angles = [fields[name] for name in ("INCLINATION", "RA_OF_ASC_NODE", "ARG_OF_PERICENTER", "MEAN_ANOMALY")]
    data = ccsds_ndm.OmmData(
        ccsds_ndm.MeanElements(fields["EPOCH"], fields["ECCENTRICITY"], *angles, None, fields["MEAN_MOTION"])
    )
    data.tle_parameters = library_type("TleParameters")(
        **{name.lower(): fields[name] for name in list(fields)[_FIRST_OF_TLE:]}
    )
    return in_version_2(ccsds_ndm.Omm(header(originator, created), ccsds_ndm.OmmSegment(metadata, data)))


def _number_of(norad_id: str) -> int | None:
    """The catalogue number of a key as two-line files have it; None for a designator."""
    from sgp4.alpha5 import from_alpha5

    if norad_id.isascii() and norad_id.isdigit():
        return int(norad_id)
    looks_alpha5 = len(norad_id) == 5 and norad_id[0].isalpha() and norad_id[1:].isdigit()
    return int(from_alpha5(norad_id)) if looks_alpha5 else None


def _oem_segment(arc: StateArc) -> Any:
    ccsds_ndm = ccsds_library()

    if len(arc.times_mjd_utc) == 0 or not np.all(np.isfinite(arc.states)):
        raise ElementSetError(
            "an arc without states, or with a state that is not finite", hint="write only states that were reached"
        )
    epochs = [epoch_text(float(time)) for time in arc.times_mjd_utc]
    metadata = ccsds_ndm.OemMetadata(
        plain_name(arc.name), object_id_of(arc.object_id), epochs[0], epochs[-1], "EARTH", str(arc.frame), "UTC"
    )
    comments = [*_figure_comments(arc.spacecraft), *_event_comments(arc.events)]
    states = np.ascontiguousarray(arc.states, dtype=np.float64)
    data = ccsds_ndm.OemData.from_numpy(epochs, states, comments=comments or None)
    return ccsds_ndm.OemSegment(metadata, data)


def _figure_comments(figures: SpacecraftFigures) -> list[str]:
    given = {name: getattr(figures, field) for name, field in _FIGURE_NAMES.items()}
    lines = [f"{name}={value!r}" for name, value in given.items() if value is not None]
    return ["Units are in kg and m^2", *lines] if lines else []


def _event_comments(events: Sequence[PlannedEvent]) -> list[str]:
    """The event list in NASA's columns: name, day of year and time, velocity change [m/s], apogee and perigee [km]."""
    if not events:
        return []
    lines = ["Begin sequence of events", "| EVENT | TIG (GMT) | DV (M/S) | HA (KM) | HP (KM) |"]
    for event in events:
        # Rounded before it is cut into fields, else 59.9996 s would print as 60.000.
        moment = datetime_utc(round(event.time_mjd_utc * 86_400_000.0) / 86_400_000.0 + 1.0e-12)
        text = f"{moment:%j:%H:%M:%S}.{round(moment.microsecond / 1000.0) % 1000:03d}"
        numbers = f"{event.delta_v_m_s!r}  {event.apogee_altitude_km!r}  {event.perigee_altitude_km!r}"
        lines.append(f" {event.name}  {text}  {numbers}")
    return [*lines, "End sequence of events"]
