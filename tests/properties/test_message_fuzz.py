"""Whatever a file holds, reading it gives a history or an error that says why: never a traceback, never a NaN."""

from __future__ import annotations

import gzip
import json
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stationkeep.errors import InputError
from stationkeep.orbit.frames import Frame, converted_states
from stationkeep.orbit.history import as_element_history, read_any_history
from stationkeep.orbit.mean_osculating import states_from_mean_columns
from stationkeep.orbit.messages.epochs import epoch_mjd_utc, epoch_text
from stationkeep.orbit.messages.opm import OrbitParameters, PlannedManoeuvre, write_opm
from stationkeep.orbit.messages.writing import kozai_mean_motion_rev_day, write_oem, write_omm
from stationkeep.orbit.state_history import PlannedEvent, SpacecraftFigures, StateArc, StateHistory
from stationkeep.orbit.tle import ElementHistory, read_element_set

LINE1 = "1 25544U 98067A   22086.54746528  .00007553  00000+0  14224-3 0  9994"
LINE2 = "2 25544  51.6447  20.9354 0003979 317.3996  16.1142 15.49578066332518"
NAMES = (
    "OBJECT_NAME", "OBJECT_ID", "EPOCH", "MEAN_MOTION", "ECCENTRICITY", "INCLINATION", "RA_OF_ASC_NODE",
    "ARG_OF_PERICENTER", "MEAN_ANOMALY", "NORAD_CAT_ID", "BSTAR", "MEAN_MOTION_DOT", "REF_FRAME", "TIME_SYSTEM",
    "CENTER_NAME", "MEAN_ELEMENT_THEORY", "EPHEMERIS_TYPE", "ELEMENT_SET_NO", "DECAY_DATE",
)  # fmt: skip
VALUES = ("ISS", "1998-067A", "2022-03-27T13:08:21", 15.49578066, 0.0003979, 51.6447, 20.9, 317.4, 16.1, 25544, 1e-4, 0)


def seeds() -> tuple[bytes, ...]:
    """One sound file of every kind and language."""
    times = 59671.0 + np.arange(6) / 360.0
    columns = np.tile([6796.0, 0.0006, 0.9, 1.0, 0.7, 2.0], (6, 1))
    columns[:, 5] += 97.3 * (times - times[0])
    events = (PlannedEvent("GMT 067 ISS Reboost", 59672.5, 0.9, 427.0, 407.3),)
    arc = StateArc(
        "98067A", "ISS", Frame.TEME, times, states_from_mean_columns(columns), SpacecraftFigures(461235.0, 1964.6, 2.5),
        events, 59671.5,
    )  # fmt: skip
    one = StateArc("98067A", "ISS", Frame.TEME, times[:1], arc.states[:1], arc.spacecraft)
    item = read_element_set(LINE1, LINE2, "ISS")
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for suffix in (".xml", ".kvn"):
            path = Path(folder) / f"out{suffix}"
            write_oem(path, StateHistory("98067A", "ISS", (arc,)), created_utc_mjd=59671.5)
            found.append(path.read_bytes())
            write_omm(path, [item, item], created_utc_mjd=59671.5)
            found.append(path.read_bytes())
            burn = PlannedManoeuvre(59672.0, 10.0, (1e-3, 0.0, 0.0), "RTN", -3.0)
            write_opm(path, OrbitParameters(one, (burn,)), created_utc_mjd=59671.5)
            found.append(path.read_bytes())
    fields = dict(zip(NAMES, VALUES, strict=False))
    found.append(json.dumps([fields]).encode())
    found.append((",".join(fields) + "\n" + ",".join(map(str, VALUES)) + "\n").encode())
    found.append(f"ISS\n{LINE1}\n{LINE2}\n".encode())
    return tuple(found)


SEEDS = seeds()
FRAGMENTS = st.sampled_from(
    [b"", b"0", b"-1", b"1e999", b"nan", b"-inf", b"\xff", b"\x00", b"<", b">", b"&", b"&a;", b"=", b"9" * 40, b"\n",
     b"<!DOCTYPE x>", b"2022-02-30T00:00:00", b"<a>" * 50, b"META_START", b"UT1", b"\r", b"<![CDATA[", b"<!--"]
)  # fmt: skip
EDITS = st.tuples(st.floats(0.0, 1.0), st.integers(0, 200), st.one_of(FRAGMENTS, st.binary(max_size=20), st.just(None)))


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz") / "orbit"


def read_quietly(path: Path, content: bytes) -> None:
    """A history of finite numbers, or an error of ours with a message."""
    path.write_bytes(content)
    try:
        history = read_any_history([path], low_orbit=False)
        elements = as_element_history(history)
    except InputError:
        return
    assert elements.sets
    assert np.all(np.isfinite(elements.epochs_mjd_utc))
    assert np.all(np.isfinite(elements.mean_altitudes_km))
    assert np.all(np.diff(history.epochs_mjd_utc if isinstance(history, ElementHistory) else history.times_mjd_utc) > 0)


def test_the_seeds_are_sound(scratch: Path) -> None:
    for content in SEEDS:
        scratch.write_bytes(content)
        assert read_any_history([scratch])


@given(st.sampled_from(SEEDS), st.lists(EDITS, min_size=1, max_size=4), st.booleans())
@settings(max_examples=400, deadline=None)
def test_damaged_files_never_escape(
    scratch: Path, seed: bytes, edits: list[tuple[float, int, bytes | None]], packed: bool
) -> None:
    content = bytearray(seed)
    for place, length, fragment in edits:
        start = int(place * len(content))
        if fragment is None:
            del content[start:]
        else:
            content[start : start + length] = fragment
    data = bytes(content)
    read_quietly(scratch, gzip.compress(data) if packed else data)


@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"<", b"[", b"{", b"CCSDS_OEM_VERS = 2.0\n", b"1 25544", b"\x1f\x8b"]),
)
@settings(max_examples=200, deadline=None)
def test_noise_never_escapes(scratch: Path, noise: bytes, beginning: bytes) -> None:
    read_quietly(scratch, beginning + noise)


JSON_VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=12), st.sampled_from(VALUES),
    st.lists(st.integers(), max_size=2),
)  # fmt: skip


@given(st.dictionaries(st.sampled_from(NAMES), JSON_VALUES))
@settings(max_examples=200, deadline=None)
def test_any_values_under_the_right_names_never_escape(scratch: Path, change: dict[str, object]) -> None:
    fields = dict(zip(NAMES, VALUES, strict=False)) | change
    read_quietly(scratch, json.dumps([fields]).encode())


@given(st.floats(37665.0, 88069.0))
def test_epochs_survive_to_a_microsecond(time_mjd_utc: float) -> None:
    # 1962 to 2100; a double of days resolves 0.6 microseconds, the text one.
    assert abs(epoch_mjd_utc(epoch_text(time_mjd_utc)) - time_mjd_utc) * 86400.0 <= 1.2e-6


@given(
    st.floats(41500.0, 70000.0),
    st.lists(st.floats(-1.0, 1.0), min_size=6, max_size=6),
    st.sampled_from(list(Frame)),
    st.sampled_from(list(Frame)),
)
def test_frames_keep_lengths_and_come_back(time: float, numbers: list[float], source: Frame, target: Frame) -> None:
    state = np.array([numbers]) * 7000.0
    there = converted_states(state, [time], source, target)
    back = converted_states(there, [time], target, source)
    assert np.abs(back - state).max() < 1e-8
    assert np.linalg.norm(there[0, :3]) == pytest.approx(np.linalg.norm(state[0, :3]), abs=1e-8)
    if Frame.ITRF not in (source, target):
        assert np.linalg.norm(there[0, 3:]) == pytest.approx(np.linalg.norm(state[0, 3:]), abs=1e-8)


@given(st.floats(6500.0, 42164.0), st.floats(0.0, 0.01), st.floats(0.0, 3.1))
def test_kozai_is_undone_by_sgp4(axis_km: float, eccentricity: float, inclination: float) -> None:
    from sgp4.api import WGS72, Satrec

    from stationkeep.orbit.elements import MeanElements

    elements = MeanElements(59671.0, axis_km, eccentricity, inclination, 0.1, 0.2, 0.3)
    record = Satrec()
    motion = kozai_mean_motion_rev_day(elements) * 2.0 * np.pi / 1440.0
    record.sgp4init(WGS72, "i", 5, 26390.0, 0.0, 0.0, 0.0, eccentricity, 0.2, inclination, 0.3, motion, 0.1)
    # Micrometres of rounding.
    assert record.a * 6378.135 == pytest.approx(axis_km, abs=1e-7)
