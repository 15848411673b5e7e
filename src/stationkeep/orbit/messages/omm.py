"""Orbit mean-elements messages in: JSON, CSV, XML or KVN become the element sets two-line files give.

The four languages carry the same named values; each is brought to that dictionary first and judged once. The elements
enter through SGP4's own initialisation, as those of a TLE do (the mean motion is Kozai's). A set that fails is
refused by its number and reason, the rest of the file is still used.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from stationkeep.errors import ElementSetError, OrbitError
from stationkeep.orbit.elements import MeanElements
from stationkeep.orbit.messages.epochs import conversion_of_scale, epoch_mjd_utc, time_scale_named
from stationkeep.orbit.messages.files import Format, MessageText
from stationkeep.orbit.messages.library import kind_of, messages_of
from stationkeep.orbit.tle import (
    ElementHistory,
    ElementSet,
    RejectedElementSet,
    history_of_sets,
    read_element_set,
    refusals_text,
)

_WGS72_RADIUS_KM: Final = 6378.135  # the radius sgp4 counts in
_MJD_OF_SGP4_ZERO: Final = 33281.0  # 1949-12-31, from which sgp4 counts days
# Revolutions per day to radians per minute, and the like for its derivatives (SGP4.cpp, Vallado et al. 2006).
REV_DAY_TO_RAD_MIN: Final = 2.0 * math.pi / 1440.0
REV_DAY2_TO_RAD_MIN2: Final = 2.0 * math.pi / 1440.0**2
REV_DAY3_TO_RAD_MIN3: Final = 2.0 * math.pi / 1440.0**3
_FASTEST_REV_DAY: Final = 17.5  # a circular orbit that touches the ground makes 17.1
_LARGEST_TLE_NUMBER: Final = 339_999  # Z9999 in Alpha-5
_DESIGNATOR: Final = re.compile(r"(?:19|20)(\d\d)-(\d{3})-?([A-Z]{1,3})")
_CUT: Final = ""  # stands for what is wrong with a row that cannot be told apart into fields
_OBSOLETE_XP: Final = 4  # EPHEMERIS_TYPE of SGP4-XP, whose elements differ from SGP4's


@dataclass(frozen=True, slots=True)
class Sgp4Terms:
    """What SGP4 knows of an object beside its elements, in the units of OMM and TLE."""

    mean_motion_rev_day: float
    """Kozai's, as it is written."""
    b_star_per_earth_radii: float = 0.0
    """A fit parameter; never a drag coefficient."""
    mean_motion_dot_rev_day2: float = 0.0
    mean_motion_ddot_rev_day3: float = 0.0
    element_set_number: int = 0
    revolution_at_epoch: int = 0
    classification: str = "U"
    ephemeris_type: int = 0


@dataclass(frozen=True, slots=True)
class OmmElementSet(ElementSet):
    """An element set that came as an OMM; its two lines are empty where the catalogue number has no TLE form."""

    terms: Sgp4Terms


def histories_of_omm(text: MessageText) -> dict[str, ElementHistory]:
    """Which mean orbits does this text describe, object by object?

    Raises :class:`ElementSetError` where the text is not sound or holds no usable set; single bad sets are listed in
    ``rejected`` with their place: the line in CSV, else their number in the file, from 1.
    """
    accepted: dict[str, list[ElementSet]] = {}
    rejected: list[RejectedElementSet] = []
    said: dict[str, list[str]] = {}
    for number, fields in _records(text):
        try:
            item = element_set_of_fields(fields)
        except (ElementSetError, OrbitError) as error:
            rejected.append(RejectedElementSet(number, error.problem))
        else:
            accepted.setdefault(item.norad_id, []).append(item)
            notes = said.setdefault(item.norad_id, [])
            notes += conversion_of_scale(_text(fields, "TIME_SYSTEM", "UTC").upper())
            if fields.get("DECAY_DATE"):
                notes.append(f"the catalogue lists object {item.norad_id} as decayed on {fields['DECAY_DATE']}")
    if not accepted:
        place = "line" if text.format is Format.CSV else "set"
        shown = refusals_text(rejected, place) if rejected else ""
        raise ElementSetError(
            f"{text.source} holds no usable element set{shown}",
            hint="each OMM needs OBJECT_ID or NORAD_CAT_ID, EPOCH, MEAN_MOTION, ECCENTRICITY and the four angles",
        )
    histories = {key: history_of_sets(key, sets, tuple(rejected), text.source) for key, sets in accepted.items()}
    for key, notes in said.items():
        histories[key] = replace(histories[key], notes=(*histories[key].notes, *dict.fromkeys(notes)))
    return histories


def element_set_of_fields(fields: Mapping[str, Any]) -> OmmElementSet:
    """Which mean orbit do these named values describe?

    Keys as in the standard (``MEAN_MOTION`` in revolutions per day, angles in degrees); values as numbers or text.
    Raises :class:`ElementSetError` for a missing or impossible value, a frame other than TEME, a theory other than
    SGP4.
    """
    if _CUT in fields:
        raise ElementSetError(str(fields[_CUT]))
    _refuse_other_theories(fields)
    epoch = epoch_mjd_utc(_text(fields, "EPOCH"), _text(fields, "TIME_SYSTEM", "UTC"))
    eccentricity = _number(fields, "ECCENTRICITY", 0.0, 1.0)
    if eccentricity >= 1.0:
        raise ElementSetError("ECCENTRICITY 1 is no closed orbit")
    inclination = math.radians(_number(fields, "INCLINATION", 0.0, 180.0))
    node, perigee, anomaly = (
        math.radians(_number(fields, name, -360.0, 360.0) % 360.0)
        for name in ("RA_OF_ASC_NODE", "ARG_OF_PERICENTER", "MEAN_ANOMALY")
    )
    terms = Sgp4Terms(
        _number(fields, "MEAN_MOTION", 0.0, _FASTEST_REV_DAY),
        _number(fields, "BSTAR", -1e3, 1e3, default=0.0),
        _number(fields, "MEAN_MOTION_DOT", -1e3, 1e3, default=0.0),
        _number(fields, "MEAN_MOTION_DDOT", -1e3, 1e3, default=0.0),
        int(_number(fields, "ELEMENT_SET_NO", 0, 9999, default=0)),
        int(_number(fields, "REV_AT_EPOCH", 0, 1e8, default=0)),
        _text(fields, "CLASSIFICATION_TYPE", "U")[:1],
        int(_number(fields, "EPHEMERIS_TYPE", 0, 9, default=0)),
    )
    key, number = _catalogue_number(fields)
    record = _started(number, epoch, terms, (eccentricity, inclination, node, perigee, anomaly))
    elements = MeanElements(epoch, record.a * _WGS72_RADIUS_KM, eccentricity, inclination, node, perigee, anomaly)
    designator = known(tle_designator(_text(fields, "OBJECT_ID", "")))
    line1, line2 = _two_lines(record, number, designator, terms)
    return OmmElementSet(key, designator, known(_text(fields, "OBJECT_NAME", "")), line1, line2, elements, terms)


def fields_of_message(message: Any) -> dict[str, Any]:
    """The named values of one OMM of the library; absent ones are left out."""
    if kind_of(message) != "OMM":
        raise ElementSetError(f"a CCSDS {kind_of(message)} among element sets", hint="give only OMMs together")
    meta, data = message.segment.metadata, message.segment.data
    values: dict[str, Any] = {}
    for part in (meta, data.mean_elements, data.tle_parameters):
        for name in _FIELDS if part is not None else ():
            value = getattr(part, name.lower(), None)
            if value is not None:
                values[name] = value if isinstance(value, (int, float)) else str(value)
    return values


def tle_designator(object_id: str) -> str:
    """``98067A`` of ``1998-067A`` (or NASA's ``1998-067-A``): the form element sets carry; other texts unchanged."""
    match = _DESIGNATOR.fullmatch(object_id.strip().upper())
    return object_id.strip() if match is None else "".join(match.groups())


def known(text: str) -> str:
    """The text, empty where it only says ``UNKNOWN``, as messages must where there is no name."""
    return "" if text.strip().upper() == "UNKNOWN" else text


_FIELDS: Final = (
    "OBJECT_NAME", "OBJECT_ID", "CENTER_NAME", "REF_FRAME", "REF_FRAME_EPOCH", "TIME_SYSTEM", "MEAN_ELEMENT_THEORY",
    "EPOCH", "SEMI_MAJOR_AXIS", "MEAN_MOTION", "ECCENTRICITY", "INCLINATION", "RA_OF_ASC_NODE", "ARG_OF_PERICENTER",
    "MEAN_ANOMALY", "EPHEMERIS_TYPE", "CLASSIFICATION_TYPE", "NORAD_CAT_ID", "ELEMENT_SET_NO", "REV_AT_EPOCH", "BSTAR",
    "MEAN_MOTION_DOT", "MEAN_MOTION_DDOT",
)  # fmt: skip


def _records(text: MessageText) -> Iterable[tuple[int, Mapping[str, Any]]]:
    """Each element set as named values, with its place in the file."""
    if text.format is Format.JSON:
        yield from enumerate(_json_records(text), start=1)
    elif text.format is Format.CSV:
        yield from _csv_records(text)
    else:
        yield from ((number, fields_of_message(item)) for number, item in enumerate(messages_of(text), start=1))


def _json_records(text: MessageText) -> list[Mapping[str, Any]]:
    try:
        document = json.loads(text.text)
    except (ValueError, RecursionError) as error:
        raise ElementSetError(f"{text.source} is not JSON: {error}", hint="fetch the file again") from None
    records = [document] if isinstance(document, dict) else document
    if not isinstance(records, list) or not all(isinstance(item, dict) for item in records):
        raise ElementSetError(
            f"{text.source} is JSON, but not a list of OMMs", hint="give [{...}, ...] with the names of the standard"
        )
    return records


def _csv_records(text: MessageText) -> Iterable[tuple[int, Mapping[str, Any]]]:
    reader = csv.DictReader(io.StringIO(text.text))
    try:
        for row in reader:
            # A row longer than the header collects its rest under None; a shorter one gets None values: it is cut.
            if None in row.values() or any(row.pop(None, ())):
                yield reader.line_num, {_CUT: f"a row without the {len(reader.fieldnames or ())} columns of its header"}
            else:
                yield reader.line_num, {str(key).strip().upper(): value for key, value in row.items() if value}
    except csv.Error as error:
        raise ElementSetError(f"{text.source} line {reader.line_num}: {error}", hint="fetch the file again") from None


def _refuse_other_theories(fields: Mapping[str, Any]) -> None:
    """Elements mean nothing outside the theory, frame and centre they were fitted in."""
    for name, allowed, why in (
        ("CENTER_NAME", ("EARTH",), "orbits about the Earth are read"),
        ("REF_FRAME", ("TEME",), "SGP4's elements are in TEME of date"),
        ("MEAN_ELEMENT_THEORY", ("SGP4", "SGP/SGP4", "SGP"), "only SGP4's elements are read"),
    ):
        given = _text(fields, name, allowed[0])
        if given.upper() not in allowed:
            raise ElementSetError(f"{name} {given} is not read: {why}", hint=f"give an OMM with {name} {allowed[0]}")
    if _text(fields, "REF_FRAME_EPOCH", ""):
        raise ElementSetError("TEME with a fixed REF_FRAME_EPOCH is not read", hint="give elements in TEME of date")
    if _number(fields, "EPHEMERIS_TYPE", 0, 9, default=0) == _OBSOLETE_XP:
        raise ElementSetError("EPHEMERIS_TYPE 4 is SGP4-XP, another theory than SGP4", hint="give SGP4 elements")
    time_scale_named(_text(fields, "TIME_SYSTEM", "UTC"))
    if "MEAN_MOTION" not in fields and "SEMI_MAJOR_AXIS" in fields:
        raise ElementSetError("SEMI_MAJOR_AXIS without MEAN_MOTION", hint="SGP4's elements carry the mean motion")


def _catalogue_number(fields: Mapping[str, Any]) -> tuple[str, int]:
    """The key of an object as two-line files have it (Alpha-5 above 99999), and its number; 0 where it has none."""
    from sgp4.alpha5 import to_alpha5

    if _text(fields, "NORAD_CAT_ID", ""):
        number = int(_number(fields, "NORAD_CAT_ID", 0, 999_999_999))
        return (to_alpha5(number) if number <= _LARGEST_TLE_NUMBER else str(number)), number
    designator = known(tle_designator(_text(fields, "OBJECT_ID", "")))
    if not designator:
        raise ElementSetError("neither NORAD_CAT_ID nor OBJECT_ID says which object this is")
    return designator, 0


def _started(number: int, epoch: float, terms: Sgp4Terms, orbit: tuple[float, float, float, float, float]) -> Any:
    """SGP4's own record of the set, which un-Kozais the mean motion; refused where SGP4 cannot start."""
    from sgp4.api import WGS72, Satrec

    eccentricity, inclination, node, perigee, anomaly = orbit
    record = Satrec()
    record.sgp4init(
        WGS72, "i", number if number <= _LARGEST_TLE_NUMBER else 0, epoch - _MJD_OF_SGP4_ZERO,
        terms.b_star_per_earth_radii, terms.mean_motion_dot_rev_day2 * REV_DAY2_TO_RAD_MIN2,
        terms.mean_motion_ddot_rev_day3 * REV_DAY3_TO_RAD_MIN3, eccentricity, perigee, inclination, anomaly,
        terms.mean_motion_rev_day * REV_DAY_TO_RAD_MIN, node,
    )  # fmt: skip
    if record.error not in (0, 6) or not (record.a > 0.0 and math.isfinite(record.a)):
        raise ElementSetError("sgp4 cannot start this orbit: mean motion or eccentricity is out of range")
    return record


def _two_lines(record: Any, number: int, designator: str, terms: Sgp4Terms) -> tuple[str, str]:
    """The two lines of the set, so that whatever starts from lines works; empty where its number has no TLE form."""
    from sgp4.exporter import export_tle

    if not 0 < number <= _LARGEST_TLE_NUMBER:
        return "", ""
    record.classification = terms.classification if terms.classification in "UCS" else "U"
    record.intldesg = designator[:8]
    record.ephtype, record.elnum, record.revnum = 0, terms.element_set_number, terms.revolution_at_epoch % 100_000
    try:
        line1, line2 = export_tle(record)
        read_element_set(line1, line2)
    except (ValueError, ElementSetError, OrbitError):
        return "", ""  # a value that does not fit the columns of a TLE
    return line1, line2


def _text(fields: Mapping[str, Any], name: str, default: str | None = None) -> str:
    value = fields.get(name)
    if value is None or value == "":
        if default is None:
            raise ElementSetError(f"{name} is missing")
        return default
    if isinstance(value, (dict, list, bool)):
        raise ElementSetError(f"{name} is {value!r}, not a text")
    return str(value).strip()


def _number(fields: Mapping[str, Any], name: str, low: float, high: float, *, default: float | None = None) -> float:
    """A finite number within its bounds, given as a number or as text."""
    value = fields.get(name)
    if value is None or value == "":
        if default is None:
            raise ElementSetError(f"{name} is missing")
        return default
    try:
        if isinstance(value, bool):
            raise ValueError
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        raise ElementSetError(f"{name} {str(value)[:40]!r} is not a number") from None
    if not low <= number <= high:
        raise ElementSetError(f"{name} {number:g} is outside {low:g} to {high:g}")
    return number
