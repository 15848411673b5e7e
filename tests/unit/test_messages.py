"""Orbit messages: each language gives the same elements, bad ones are refused with reason, written ones come back."""

from __future__ import annotations

import gzip
import json
import math
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stationkeep.errors import ElementSetError, InputError, MissingExtraError, OrbitError, OutputError
from stationkeep.orbit.elements import MeanElements
from stationkeep.orbit.frames import Frame, converted_states
from stationkeep.orbit.history import as_element_history, read_any_history
from stationkeep.orbit.mean_osculating import states_from_mean_columns
from stationkeep.orbit.messages.epochs import epoch_mjd_utc, epoch_text
from stationkeep.orbit.messages.library import ccsds_library
from stationkeep.orbit.messages.omm import OmmElementSet
from stationkeep.orbit.messages.opm import OrbitParameters, PlannedManoeuvre, read_opm, write_opm
from stationkeep.orbit.messages.trajectory_comments import planned_events, spacecraft_figures
from stationkeep.orbit.messages.writing import kozai_mean_motion_rev_day, write_oem, write_omm
from stationkeep.orbit.state_history import PlannedEvent, SpacecraftFigures, StateArc, StateHistory
from stationkeep.orbit.tle import ElementHistory, ElementSet, read_element_set, teme_state

LINE1 = "1 25544U 98067A   22086.54746528  .00007553  00000+0  14224-3 0  9994"
LINE2 = "2 25544  51.6447  20.9354 0003979 317.3996  16.1142 15.49578066332518"
# The same set as an OMM; its epoch is that of the TLE, 22086.54746528.
FIELDS: dict[str, Any] = {
    "OBJECT_NAME": "ISS (ZARYA)",
    "OBJECT_ID": "1998-067A",
    "EPOCH": "2022-03-27T13:08:21.000192",
    "MEAN_MOTION": 15.49578066,
    "ECCENTRICITY": 0.0003979,
    "INCLINATION": 51.6447,
    "RA_OF_ASC_NODE": 20.9354,
    "ARG_OF_PERICENTER": 317.3996,
    "MEAN_ANOMALY": 16.1142,
    "EPHEMERIS_TYPE": 0,
    "CLASSIFICATION_TYPE": "U",
    "NORAD_CAT_ID": 25544,
    "ELEMENT_SET_NO": 999,
    "REV_AT_EPOCH": 33251,
    "BSTAR": 0.00014224,
    "MEAN_MOTION_DOT": 0.00007553,
    "MEAN_MOTION_DDOT": 0,
}
META = {"CENTER_NAME": "EARTH", "REF_FRAME": "TEME", "TIME_SYSTEM": "UTC", "MEAN_ELEMENT_THEORY": "SGP4"}
NAMES_OF_METADATA = ("OBJECT_NAME", "OBJECT_ID")
NAMES_OF_TLE = tuple(FIELDS)[9:]


def as_kvn(fields: dict[str, Any]) -> str:
    ordered = {name: fields[name] for name in NAMES_OF_METADATA if name in fields} | META
    ordered |= {name: value for name, value in fields.items() if name not in NAMES_OF_METADATA}
    body = "".join(f"{name} = {value}\n" for name, value in ordered.items())
    return f"CCSDS_OMM_VERS = 2.0\nCREATION_DATE = \nORIGINATOR = \n{body}"


def as_xml(*sets: dict[str, Any]) -> str:
    def tags(values: dict[str, Any]) -> str:
        return "".join(f"<{name}>{value}</{name}>" for name, value in values.items())

    def omm(fields: dict[str, Any]) -> str:
        meta = {name: fields[name] for name in NAMES_OF_METADATA if name in fields} | META
        tle = {name: fields[name] for name in NAMES_OF_TLE if name in fields}
        mean = {name: value for name, value in fields.items() if name not in tle and name not in meta}
        return (
            '<omm id="CCSDS_OMM_VERS" version="2.0"><header><CREATION_DATE/><ORIGINATOR/></header><body><segment>'
            f"<metadata>{tags(meta)}</metadata><data><meanElements>{tags(mean)}</meanElements>"
            f"<tleParameters>{tags(tle)}</tleParameters></data></segment></body></omm>"
        )

    return f'<?xml version="1.0" encoding="UTF-8"?>\n<ndm>{"".join(map(omm, sets))}</ndm>'


def as_csv(fields: dict[str, Any]) -> str:
    return ",".join(fields) + "\n" + ",".join(str(value) for value in fields.values()) + "\n"


LANGUAGES = {
    "json": lambda fields: json.dumps([fields]),
    "xml": as_xml,
    "kvn": as_kvn,
    "csv": as_csv,
}


def put(folder: Path, content: str | bytes, name: str = "orbit.txt") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def elements_of(path: Path, norad_id: str | None = None) -> ElementHistory:
    history = read_any_history([path], norad_id)
    assert isinstance(history, ElementHistory)
    return history


def states_of(path: Path) -> StateHistory:
    history = read_any_history([path])
    assert isinstance(history, StateHistory)
    return history


def station_arc(days: float = 0.5, epoch: float = 59671.0, altitude_km: float = 418.0) -> StateArc:
    """A Brouwer orbit without drag, a state every four minutes, in TEME of date."""
    times = epoch + np.arange(0.0, days, 240.0 / 86400.0)
    a = 6378.137 + altitude_km
    motion = math.sqrt(398600.4418 / a**3) * 86400.0
    columns = np.tile([a, 0.0006, 0.9012, 1.0, 0.7, 2.0], (len(times), 1))
    columns[:, 5] += motion * (times - epoch)
    return StateArc("98067A", "ISS", Frame.TEME, times, states_from_mean_columns(columns), source="made.oem")


def history_of(*arcs: StateArc) -> StateHistory:
    return StateHistory(arcs[0].object_id, arcs[0].name, arcs)


def test_every_language_gives_the_elements_of_the_tle(tmp_path: Path) -> None:
    expected = read_element_set(LINE1, LINE2).elements
    for language, write in LANGUAGES.items():
        (item,) = elements_of(put(tmp_path, write(FIELDS), f"iss.{language}")).sets
        assert isinstance(item, OmmElementSet)
        # One theory, one initialisation: rounding is all that is left.
        assert item.elements.semi_major_axis_km == pytest.approx(expected.semi_major_axis_km, abs=1e-9)
        assert item.epoch_mjd_utc == pytest.approx(expected.epoch_mjd_utc, abs=1e-9)
        assert item.elements.eccentricity == expected.eccentricity
        assert item.elements.inclination_deg == pytest.approx(51.6447, abs=1e-12)
        assert (item.norad_id, item.designator, item.name) == ("25544", "98067A", "ISS (ZARYA)")
        assert item.terms.b_star_per_earth_radii == 0.00014224
        # What starts from lines starts from these, too; a zero is written with the other sign, which no one reads.
        assert (item.line1[:44], item.line1[52:68], item.line2) == (LINE1[:44], LINE1[52:68], LINE2)
        position = teme_state(item, item.epoch_mjd_utc + 0.25).position_km
        assert position == pytest.approx(
            teme_state(read_element_set(LINE1, LINE2), 59665.79746528).position_km, abs=0.1
        )


def test_names_of_files_do_not_matter_and_gzip_is_unpacked(tmp_path: Path) -> None:
    for language, write in (*LANGUAGES.items(), ("tle", lambda _: f"ISS\r\n{LINE1}\r\n{LINE2}\r\n")):
        path = put(tmp_path, gzip.compress(write(FIELDS).encode()), f"{language}.bin")
        assert elements_of(path).sets[0].norad_id == "25544"


def test_space_tracks_texts_and_nulls_are_numbers(tmp_path: Path) -> None:
    texts = {name: str(value) for name, value in FIELDS.items()} | META | {"DECAY_DATE": None, "TLE_LINE0": "0 ISS"}
    assert len(elements_of(put(tmp_path, json.dumps([texts]))).sets) == 1
    decayed = elements_of(put(tmp_path, json.dumps([texts | {"DECAY_DATE": "2031-01-20"}])))
    assert any("decayed on 2031-01-20" in note for note in decayed.notes)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"ECCENTRICITY": 1.2}, "ECCENTRICITY 1.2 is outside 0 to 1"),
        ({"ECCENTRICITY": 1}, "no closed orbit"),
        ({"ECCENTRICITY": "NaN"}, "ECCENTRICITY nan is outside"),
        ({"ECCENTRICITY": True}, "not a number"),
        ({"ECCENTRICITY": 0.3}, "below ground"),
        ({"INCLINATION": 190}, "INCLINATION 190 is outside"),
        ({"MEAN_MOTION": 25}, "MEAN_MOTION 25 is outside"),
        ({"MEAN_MOTION": 0}, "sgp4 cannot start"),
        ({"MEAN_MOTION": None}, "MEAN_MOTION is missing"),
        ({"MEAN_ANOMALY": "x"}, "MEAN_ANOMALY 'x' is not a number"),
        ({"EPOCH": "2022-02-30T00:00:00"}, "not a day of the calendar"),
        ({"EPOCH": "yesterday"}, "is not a date"),
        ({"EPOCH": "1022-02-03T00:00:00"}, "outside 1957"),
        ({"REF_FRAME": "EME2000"}, "REF_FRAME EME2000 is not read"),
        ({"CENTER_NAME": "MARS"}, "CENTER_NAME MARS is not read"),
        ({"MEAN_ELEMENT_THEORY": "DSST"}, "MEAN_ELEMENT_THEORY DSST is not read"),
        ({"TIME_SYSTEM": "UT1"}, "time system 'UT1'"),
        ({"EPHEMERIS_TYPE": 4}, "SGP4-XP"),
        ({"NORAD_CAT_ID": -3}, "NORAD_CAT_ID -3 is outside"),
        ({"NORAD_CAT_ID": None, "OBJECT_ID": None}, "neither NORAD_CAT_ID nor OBJECT_ID"),
    ],
)
def test_bad_sets_are_refused_and_the_rest_is_used(change: dict[str, Any], reason: str, tmp_path: Path) -> None:
    bad = {**FIELDS, **change}
    with pytest.raises(ElementSetError, match="holds no usable element set") as caught:
        read_any_history([put(tmp_path, json.dumps([bad]))])
    assert reason in str(caught.value)
    history = elements_of(put(tmp_path, json.dumps([FIELDS, bad])))
    assert len(history.sets) == 1
    (rejected,) = history.rejected
    assert rejected.line_number == 2
    assert reason in rejected.reason


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"\x7fELF\x00\x01", "not plain text"),
        (b"\x1f\x8b\x08\x00broken", "broken gzip"),
        (gzip.compress(b"x" * 500, mtime=0)[:-9], "broken gzip"),
        (b"hello\nworld", "no orbit history in a known format"),
        (b"<html><body>404</body></html>", "root <html>, not a CCSDS message"),
        (b"<ndm></ndm>", "without content"),
        (as_xml(FIELDS)[:700].encode(), "not a sound CCSDS message"),
        (as_xml(FIELDS).replace("<ndm>", '<!DOCTYPE x [<!ENTITY a "b">]><ndm>').encode(), "document type"),
        (b"CCSDS_OEM_VERS = 2.0\n", "not a sound CCSDS message"),
        (b"CCSDS_CDM_VERS = 1.0\nCREATION_DATE = 2020-01-01T00:00:00\n", "CDM"),
        (b'{"type": "FeatureCollection"}', "EPOCH is missing"),
        (b"[1, 2]", "not a list of OMMs"),
        (b"[" * 100_000, "not JSON"),
        (b'[{"EPOCH": ', "not JSON"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_unusable_files_say_why(content: bytes, reason: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=reason):
        read_any_history([put(tmp_path, content)])


def test_missing_files_folders_and_no_file(tmp_path: Path) -> None:
    with pytest.raises(ElementSetError, match="No such file"):
        read_any_history([tmp_path / "none.xml"])
    with pytest.raises(ElementSetError, match="is a folder"):
        read_any_history([tmp_path])
    with pytest.raises(ElementSetError, match="no file is given"):
        read_any_history([])


def test_several_objects_need_a_choice(tmp_path: Path) -> None:
    other = {**FIELDS, "OBJECT_NAME": "NEW", "OBJECT_ID": "2031-004C", "NORAD_CAT_ID": 270_001}
    path = put(tmp_path, as_xml(FIELDS, other))
    with pytest.raises(ElementSetError, match=r"2 objects: 25544 \(ISS \(ZARYA\)\), T0001 \(NEW\)"):
        read_any_history([path])
    for choice in ("270001", "T0001", "2031-004C", "31004C"):
        assert elements_of(path, choice).norad_id == "T0001"
    assert elements_of(path, "25544").name == "ISS (ZARYA)"
    with pytest.raises(ElementSetError, match="no object 5"):
        read_any_history([path], "5")


def test_an_object_beyond_the_numbers_of_tles_has_no_lines(tmp_path: Path) -> None:
    history = elements_of(put(tmp_path, json.dumps([{**FIELDS, "NORAD_CAT_ID": 799_500_123}])))
    assert history.norad_id == "799500123"
    with pytest.raises(ElementSetError, match="no two-line form"):
        teme_state(history.sets[0], 59666.0)


def test_disorder_repeats_and_gaps_are_said(tmp_path: Path) -> None:
    days = ("2022-06-01T00:00:00", "2022-03-27T13:08:21.000192", "2022-06-01T00:00:00")
    path = put(tmp_path, json.dumps([{**FIELDS, "EPOCH": day} for day in days]), "a.json")
    history = elements_of(path)
    assert len(history.sets) == 2
    assert np.all(np.diff(history.epochs_mjd_utc) > 0.0)
    said = " | ".join(history.notes)
    assert "not in order of time" in said
    assert "1 element set was issued again" in said
    assert history.gap_notes == ("no element set from 2022-03-27 to 2022-06-01 (65 days)",)
    # The same set once as TLE and once as OMM is one set; a bad line keeps the name of its file.
    tle = put(tmp_path, f"{LINE1}\n{LINE2}\n{LINE1}\n", "b.tle")
    joined = read_any_history([path, tle])
    assert isinstance(joined, ElementHistory)
    assert len(joined.sets) == 2
    assert any("more than one file" in note for note in joined.notes)
    assert joined.rejected[0].reason.startswith("b.tle: line 1 without")


def test_element_sets_and_ephemerides_are_not_mixed(tmp_path: Path) -> None:
    oem = tmp_path / "a.oem"
    write_oem(oem, history_of(station_arc()))
    with pytest.raises(ElementSetError, match="given together"):
        read_any_history([oem, put(tmp_path, as_kvn(FIELDS))])


@pytest.mark.parametrize(
    ("change", "says"),
    [({"MEAN_MOTION": 1.0027}, "too high for air drag"), ({"MEAN_MOTION": 12.6}, "too high for air drag")],
)
def test_orbits_too_high_for_drag_are_refused(change: dict[str, float], says: str, tmp_path: Path) -> None:
    path = put(tmp_path, json.dumps(FIELDS | change))
    with pytest.raises(OrbitError, match=says) as caught:
        read_any_history([path])
    assert "perigee is below 1000 km" in str(caught.value)
    assert read_any_history([path], low_orbit=False)


def test_geostationary_and_hyperbolic_ephemerides_are_refused(tmp_path: Path) -> None:
    high = tmp_path / "geo.oem"
    write_oem(high, history_of(station_arc(altitude_km=35786.0)))
    with pytest.raises(OrbitError, match="too high for air drag"):
        read_any_history([high])
    arc = station_arc()
    states = arc.states.copy()
    states[:, 3:] *= 1.5
    path = tmp_path / "escape.oem"
    write_oem(path, history_of(replace(arc, states=states)))
    with pytest.raises(OrbitError, match=f"object {arc.object_id}: .*no orbit above ground"):
        read_any_history([path])


def test_a_last_set_near_its_fall_is_said(tmp_path: Path) -> None:
    falling = elements_of(put(tmp_path, json.dumps(FIELDS | {"MEAN_MOTION": 16.52})))
    assert any("came down within a day" in note for note in falling.notes)


# --- epochs ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "scale", "expected"),
    [
        ("2021-225T12:40:19.983Z", "UTC", "2021-08-13T12:40:19.983000"),
        ("2022-04-02T00:00:00", "UTC", "2022-04-02T00:00:00.000000"),
        ("2022-04-02T00:00:37", "TAI", "2022-04-02T00:00:00.000000"),
        ("2022-04-02T00:01:09.184", "TT", "2022-04-02T00:00:00.000000"),
        ("2022-04-02T00:00:18", "GPS", "2022-04-02T00:00:00.000000"),
        ("2016-12-31T23:59:60.5", "UTC", "2017-01-01T00:00:00.500000"),
        ("2020-366T23:59:59.9999998", "UTC", "2021-01-01T00:00:00.000000"),
    ],
)
def test_epochs_in_their_scales(text: str, scale: str, expected: str) -> None:
    # IERS Bulletin C: TAI - UTC is 37 s since 2017; TT = TAI + 32.184 s; GPS = TAI - 19 s.
    assert epoch_text(epoch_mjd_utc(text, scale)) == expected


@pytest.mark.parametrize("text", ["2021-366T00:00:00", "2021-13-01T00:00:00", "2021-01-01T24:00:00", "2021-01-01", ""])
def test_impossible_epochs_are_refused(text: str) -> None:
    with pytest.raises(ElementSetError, match="epoch"):
        epoch_mjd_utc(text)


# --- ephemerides -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("frame", list(Frame))
@pytest.mark.parametrize("suffix", [".xml", ".kvn"])
def test_an_ephemeris_comes_back_in_every_frame(frame: Frame, suffix: str, tmp_path: Path) -> None:
    arc = station_arc()
    states = converted_states(arc.states, arc.times_mjd_utc, Frame.TEME, frame)
    figures = SpacecraftFigures(461235.0, 1964.62, 2.5, 0.0, None)
    event = PlannedEvent("GMT 067 ISS Reboost", 59671.83472222222, 0.9, 427.0, 407.3)
    given = replace(arc, frame=frame, states=states, spacecraft=figures, events=(event,), created_mjd_utc=59671.5)
    path = tmp_path / f"out{suffix}"
    write_oem(path, history_of(given))
    back = states_of(path)
    assert np.array_equal(back.arcs[0].states, states)
    assert back.arcs[0].spacecraft == figures
    assert back.arcs[0].frame is frame
    assert any("UT1 taken as UTC" in note for note in back.notes) is (frame is Frame.ITRF)
    assert back.arcs[0].created_mjd_utc == 59671.5
    assert back.events[0].name == event.name
    assert back.events[0].time_mjd_utc == pytest.approx(event.time_mjd_utc, abs=1e-8)
    # Whatever the frame it travelled in, it is one motion.
    assert np.abs(back.states_in(Frame.TEME) - arc.states).max() < 1e-8


def test_mean_elements_of_a_theoretical_orbit_come_back() -> None:
    history = as_element_history(history_of(station_arc(days=1.0)))
    assert len(history.sets) > 10
    for item in history.sets:
        # In SGP4's scale an axis of the same period is 2.04 m longer; the energy's axis lies some metres beside
        # the theory's, which leaves second order out.
        assert item.elements.mean_altitude_km == pytest.approx(418.002, abs=0.015)
        assert item.elements.eccentricity == pytest.approx(0.0006, abs=1e-5)
        assert item.elements.inclination_rad == pytest.approx(0.9012, abs=1e-6)
        assert item.elements.raan_rad == pytest.approx(1.0, abs=1e-6)


def kvn_oem(tmp_path: Path) -> str:
    path = tmp_path / "whole.oem"
    write_oem(path, history_of(station_arc()))
    return path.read_text()


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("REF_FRAME            = TEME", "REF_FRAME = MCI", "frame 'MCI' is not known"),
        ("REF_FRAME            = TEME", "REF_FRAME = TDR", "frame 'TDR' is not known"),
        ("= TEME", "= TEME\nREF_FRAME_EPOCH = 2022-04-02T00:00:00", "frozen at 2022-04-02"),
        ("TIME_SYSTEM          = UTC", "TIME_SYSTEM = UT1", "orbit.txt: time system 'UT1' is not converted: UT1 needs"),
        ("CENTER_NAME          = EARTH", "CENTER_NAME = MOON", "states about MOON"),
        ("2022-04-02T00:04:00.000000 ", "2022-04-02T00:04:00.000000 1e999 ", "not a sound|coordinate inf km"),
        ("2022-04-02T00:04:00.000000 ", "2022-04-02T00:64:00.000000 ", "time of day|not a sound"),
    ],
)
def test_unsound_ephemerides_are_refused_by_name(old: str, new: str, reason: str, tmp_path: Path) -> None:
    text = kvn_oem(tmp_path)
    assert old in text
    with pytest.raises(InputError, match=reason):
        read_any_history([put(tmp_path, text.replace(old, new))])


def test_metres_are_noticed(tmp_path: Path) -> None:
    arc = station_arc()
    path = tmp_path / "metres.oem"
    write_oem(path, history_of(replace(arc, states=arc.states * 1000.0)))
    with pytest.raises(ElementSetError, match="from the Earth's centre") as caught:
        read_any_history([path])
    assert "in km" in str(caught.value)


def test_a_cut_ephemeris_is_used_without_its_last_line_and_said(tmp_path: Path) -> None:
    text = kvn_oem(tmp_path)
    whole = states_of(put(tmp_path, text))
    lines = text.splitlines()
    cut = "\n".join(lines[:100])[:-6]  # the last velocity has lost digits and still is a number
    history = states_of(put(tmp_path, cut))
    assert "may be cut short" in history.notes[0]
    kept = len(history.times_mjd_utc)
    assert np.array_equal(history.arcs[0].states, whole.arcs[0].states[:kept])
    assert kept == sum(line.startswith("2022") for line in lines[:100]) - 1


def test_states_out_of_order_and_repeated_are_put_right(tmp_path: Path) -> None:
    lines = kvn_oem(tmp_path).splitlines()
    first = next(index for index, line in enumerate(lines) if line.startswith("2022-04-02T00:00"))
    lines[first + 1], lines[first + 2] = lines[first + 2], lines[first + 1]
    lines.insert(first + 5, lines[first + 5])
    history = states_of(put(tmp_path, "\n".join(lines) + "\n"))
    assert np.array_equal(history.times_mjd_utc, states_of(tmp_path / "whole.oem").times_mjd_utc)
    assert history.notes[:2] == (
        "states were not in order of time: sorted",
        "1 state repeats the moment of another: the last is used",
    )


def test_a_later_ephemeris_takes_over(tmp_path: Path) -> None:
    first, second = station_arc(1.0), station_arc(1.0, epoch=59671.5)
    plan = (PlannedEvent("old plan", 59671.7, 1.0, 420.0, 410.0), PlannedEvent("burn", 59671.2, 1.0, 420.0, 410.0))
    for name, arc in (("b.oem", replace(second)), ("a.oem", replace(first, events=plan))):
        write_oem(tmp_path / name, history_of(arc))
    joined = read_any_history([tmp_path / "b.oem", tmp_path / "a.oem"])
    assert isinstance(joined, StateHistory)
    assert np.all(np.diff(joined.times_mjd_utc) > 0.0)
    assert joined.arcs[0].times_mjd_utc[-1] < 59671.5 == joined.arcs[1].times_mjd_utc[0]
    # A plan for a time that a later message covers is that message's to tell.
    assert [event.name for event in joined.events] == ["burn"]
    assert any("180 states are left out" in note for note in joined.notes)
    assert any("sorted" in note for note in joined.notes)
    assert joined.until(59671.25).times_mjd_utc[-1] <= 59671.25
    with pytest.raises(ElementSetError, match="no state of object 98067A up to"):
        joined.until(59000.0)


def test_figures_and_events_of_nasa() -> None:
    comments = [
        "Units are in kg and m^2",
        "MASS=461235.00",
        "DRAG_AREA=1964.62",
        "DRAG_COEFF=2.50",
        "|       EVENT        |       TIG        | ORB |   DV    |   HA    |   HP    |",
        " GMT 067 ISS Reboost   067:20:02:00.000             0.9     427.0     407.3",
        "                                                    (3.0)   (230.6)   (219.9)",
        " Crew99 Docking        002:06:11:00.000             0.0     426.9     408.4",
        " Impossible            400:06:11:00.000             0.0     426.9     408.4",
    ]
    figures = spacecraft_figures(comments)
    assert figures == SpacecraftFigures(461235.0, 1964.62, 2.5)
    assert figures.ballistic_coefficient_m2_kg == pytest.approx(2.5 * 1964.62 / 461235.0)
    assert SpacecraftFigures(461235.0).ballistic_coefficient_m2_kg is None
    events = planned_events(comments, epoch_mjd_utc("2023-03-01T12:00:00"))
    assert [event.name for event in events] == ["Crew99 Docking", "GMT 067 ISS Reboost"]
    assert events[1].is_burn
    assert events[1].time_mjd_utc == pytest.approx(epoch_mjd_utc("2023-03-08T20:02:00"), abs=1e-9)
    # At the turn of the year day 2 is next January's.
    assert planned_events(comments, epoch_mjd_utc("2022-12-24T12:00:00"))[0].time_mjd_utc == pytest.approx(
        epoch_mjd_utc("2023-01-02T06:11:00"), abs=1e-9
    )


# --- writing ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".xml", ".omm"])
def test_element_sets_survive_writing(suffix: str, tmp_path: Path) -> None:
    from_omm = elements_of(put(tmp_path, json.dumps([FIELDS | {"MEAN_MOTION": 15.495780661234567}]))).sets[0]
    from_tle = read_element_set(LINE1, LINE2, "ISS & <friends>\nand more")
    later = replace(from_tle, elements=replace(from_tle.elements, epoch_mjd_utc=59700.25))
    path = tmp_path / f"sets{suffix}"
    write_omm(path, [from_omm, later])
    back = elements_of(path)
    assert len(back.sets) == 2
    for given, read in zip((from_omm, later), back.sets, strict=True):
        assert isinstance(read, OmmElementSet)
        assert abs(given.epoch_mjd_utc - read.epoch_mjd_utc) * 86400.0 <= 1.0e-6
        # Degrees become radians and back: one unit in the last place.
        for name in ("semi_major_axis_km", "eccentricity", "inclination_rad", "raan_rad", "mean_anomaly_rad"):
            assert getattr(read.elements, name) == pytest.approx(getattr(given.elements, name), rel=1e-14)
        assert read.terms.b_star_per_earth_radii == pytest.approx(0.00014224, rel=1e-14)
        assert read.terms.mean_motion_dot_rev_day2 == pytest.approx(0.00007553, rel=1e-13)
        assert (read.terms.element_set_number, read.terms.revolution_at_epoch) == (999, 33251)
    assert back.sets[0].terms.mean_motion_rev_day == 15.495780661234567  # type: ignore[attr-defined]
    assert back.sets[1].line2 == LINE2
    assert back.sets[1].name == "ISS & <friends> and more"


def test_elements_without_lines_survive_writing(tmp_path: Path) -> None:
    item = as_element_history(history_of(station_arc())).sets[0]
    path = tmp_path / "mean.xml"
    write_omm(path, [item])
    (back,) = elements_of(path).sets
    # The mean motion is made Kozai's on the way out and un-Kozai'd on the way in.
    assert back.elements.semi_major_axis_km == pytest.approx(item.elements.semi_major_axis_km, abs=1e-8)
    assert back.norad_id == "98067A"


def test_kozai_and_back() -> None:
    elements = read_element_set(LINE1, LINE2).elements
    assert kozai_mean_motion_rev_day(elements) == pytest.approx(15.49578066, abs=1e-12)


@pytest.mark.parametrize("suffix", [".xml", ".opm"])
def test_a_state_with_its_burns_survives_writing(suffix: str, tmp_path: Path) -> None:
    arc = station_arc()
    one = replace(
        arc, times_mjd_utc=arc.times_mjd_utc[3:4], states=arc.states[3:4], created_mjd_utc=59671.0,
        spacecraft=SpacecraftFigures(461235.0, 1964.62, 2.5, 1.0, 1.3),
    )  # fmt: skip
    burns = (
        PlannedManoeuvre(59672.25, 601.5, (1e-3, 0.0, -2.5e-4), "RTN", -251.5),
        PlannedManoeuvre(59673.5, 0.0, (0.0, 1.7e-3, 0.0), "TNW"),
    )
    path = tmp_path / f"state{suffix}"
    write_opm(path, OrbitParameters(one, burns))
    back = read_opm(path)
    assert back.manoeuvres == burns
    assert np.array_equal(back.arc.states, one.states)
    assert back.arc.spacecraft == one.spacecraft
    assert abs(back.arc.times_mjd_utc[0] - one.times_mjd_utc[0]) * 86400.0 <= 1.0e-6
    history = states_of(path)
    (item,) = as_element_history(history).sets
    assert item.elements.mean_altitude_km == pytest.approx(418.0, abs=0.05)


def test_wrong_things_are_not_written(tmp_path: Path) -> None:
    arc = station_arc()
    with pytest.raises(ElementSetError, match="no element set"):
        write_omm(tmp_path / "x", [])
    with pytest.raises(ElementSetError, match="holds one state"):
        write_opm(tmp_path / "x", OrbitParameters(arc))
    with pytest.raises(ElementSetError, match="not finite"):
        write_oem(tmp_path / "x", history_of(replace(arc, states=arc.states * np.nan)))
    with pytest.raises(ElementSetError, match="no state"):
        write_oem(tmp_path / "x", StateHistory("1", "", ()))
    with pytest.raises(ElementSetError, match=r"not one OPM|not an OPM"):
        read_opm(put(tmp_path, as_kvn(FIELDS)))
    assert not (tmp_path / "x").exists()


def test_nothing_is_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "out.oem"
    path.write_text("before")

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("stationkeep.files.os.fsync", full)
    with pytest.raises(OutputError, match="No space left"):
        write_oem(path, history_of(station_arc()))
    assert path.read_text() == "before"
    assert [item.name for item in tmp_path.iterdir()] == ["out.oem"]


def test_an_element_set_of_states_cannot_be_flown_by_sgp4() -> None:
    item = ElementSet("98067A", "98067A", "", "", "", MeanElements(59671.0, 6796.0, 0.0006, 0.9, 1.0, 0.7))
    with pytest.raises(ElementSetError, match="no two-line form"):
        teme_state(item, 59671.0)


def test_without_the_standards_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ccsds_ndm", None)
    with pytest.raises(MissingExtraError, match="ccsds-ndm-py") as caught:
        ccsds_library()
    assert "stationkeep[messages]" in str(caught.value)
