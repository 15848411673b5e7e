"""``stationkeep convert``: round trips through every message, and every refusal with exit code 2 and no file."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from stationkeep.campaign.convert import ConvertDocument
from stationkeep.orbit.frames import Frame
from stationkeep.orbit.history import read_any_history, read_history
from stationkeep.orbit.messages.opm import OrbitParameters, PlannedManoeuvre, read_opm, write_opm
from stationkeep.orbit.state_history import SpacecraftFigures, StateArc, StateHistory
from stationkeep.orbit.tle import teme_state


@pytest.fixture
def cli(run_command):  # type: ignore[no-untyped-def]
    return partial(run_command, "convert")


@pytest.fixture
def tle(shared_data: Path, tmp_path: Path) -> Path:
    lines = (shared_data / "tle" / "25544_iss.tle").read_text().splitlines(keepends=True)
    path = tmp_path / "in.txt"
    path.write_text("".join(lines[-120:]))
    return path


@pytest.fixture
def oem(shared_data: Path) -> Path:
    return shared_data / "oem" / "iss_oem_2022-02-18.xml.gz"


def states_of(path: Path | str) -> StateHistory:
    history = read_any_history([Path(path)], low_orbit=False)
    assert isinstance(history, StateHistory)
    return history


def test_element_sets_come_back_to_the_letter_through_every_language(cli, tle: Path) -> None:  # type: ignore[no-untyped-def]
    given = tle
    for name in ("omm.xml", "omm.json", "omm.csv", "omm.kvn", "back.tle"):
        code, out, error = cli(given, "--to", name)
        assert (code, error) == (0, "")
        assert "TEME" in out
        given = Path(name)
    first, last = read_history(tle).sets, read_history(Path("back.tle")).sets
    # but for the sign of an exponent of nothing, and with it the checksum
    one, two = (
        [(item.line1[:68].replace("00000+0", "00000-0"), item.line2) for item in sets] for sets in (first, last)
    )
    assert one == two


def test_ephemerides_survive_languages_and_frames(cli, oem: Path) -> None:  # type: ignore[no-untyped-def]
    assert cli("--oem", oem, "--to", "copy.oem")[0] == 0
    code, out, _ = cli("copy.oem", "--to", "gcrf.oem.xml", "--frame", "ICRF", "--json", "-")
    assert code == 0
    document = ConvertDocument.model_validate(json.loads(out))
    assert document.changes == ["states were turned from EME2000 to GCRF"]
    assert (document.read.frames, document.written.frames) == (["EME2000"], ["GCRF"])
    assert cli("gcrf.oem.xml", "--to", "back.oem", "--frame", "EME2000")[0] == 0
    given, copy, back = (states_of(path) for path in (oem, "copy.oem", "back.oem"))
    assert np.array_equal(given.arcs[0].states, copy.arcs[0].states)
    assert np.abs(given.times_mjd_utc - copy.times_mjd_utc).max() * 86400.0 < 2e-6
    assert (given.arcs[0].spacecraft, len(given.events)) == (copy.arcs[0].spacecraft, len(copy.events))
    # there and back through rotations of rounding: a micrometre
    assert np.abs(given.arcs[0].states - back.arcs[0].states).max() < 1e-8


def test_states_become_mean_elements_and_element_sets_states(cli, oem: Path, tle: Path) -> None:  # type: ignore[no-untyped-def]
    code, out, _ = cli(oem, "--to", "mean.omm.json")
    assert code == 0
    assert "B* is unknown and written as zero" in " ".join(out.split())
    mean = read_history(Path("mean.omm.json"))
    direct = read_history(oem)
    assert len(mean.sets) > 200
    assert np.abs(mean.mean_altitudes_km - direct.mean_altitudes_km).max() < 1e-6
    code, out, _ = cli(tle, "--to", "sgp4.oem")
    assert "one at each epoch" in " ".join(out.split())
    states = states_of("sgp4.oem")
    (arc,) = states.arcs
    item = read_history(tle).sets[-1]
    assert arc.frame is Frame.TEME
    assert tuple(arc.states[-1, :3]) == teme_state(item, item.epoch_mjd_utc).position_km


def test_an_opm_takes_the_last_state_and_keeps_its_burns(cli, oem: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    code, out, _ = cli(oem, "--to", "last.opm", "--as-of", "2022-02-20T00:00+01:00")
    assert code == 0
    assert "the last of" in out
    last = read_opm(tmp_path / "last.opm").arc
    assert last.times_mjd_utc[-1] <= 59629.0 + 23.0 / 24.0 < last.times_mjd_utc[-1] + 0.01
    burn = PlannedManoeuvre(59700.0, 10.0, (1e-3, 0.0, 0.0), "RTN", -3.0)
    one = StateArc("98067A", "ISS", last.frame, last.times_mjd_utc, last.states, SpacecraftFigures(452370.0))
    write_opm(tmp_path / "burn.opm", OrbitParameters(one, (burn,)))
    assert cli("burn.opm", "--to", "copy.opm.xml")[0] == 0
    assert read_opm(tmp_path / "copy.opm.xml").manoeuvres == (burn,)
    assert "1 burns announced in an OPM are passed over" in cli("burn.opm", "--to", "copy.oem")[1]


def test_the_name_or_the_options_say_what_to_write(cli, tle: Path) -> None:  # type: ignore[no-untyped-def]
    for name, options, expected in (
        ("plain.txt", (), ("OMM", "kvn")),
        ("plain.xml", (), ("OMM", "xml")),
        ("iss-tle.txt", (), ("TLE", "lines")),
        ("a.dat", ("--message", "oem", "--language", "xml"), ("OEM", "xml")),
    ):
        code, out, error = cli(tle, "--to", name, *options, "--json", "-")
        assert code == 0, error
        written = json.loads(out)["written"]
        assert (written["message"], written["language"], written["time_scale"]) == (*expected, "UTC")


def test_a_file_that_exists_is_replaced_only_by_force(cli, tle: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "omm.xml").write_text("mine")
    code, out, error = cli(tle, "--to", "omm.xml")
    assert (code, out) == (2, "")
    assert "omm.xml exists already" in error
    assert "--force" in error
    assert (tmp_path / "omm.xml").read_text() == "mine"
    assert cli(tle, "--to", "omm.xml", "--force")[0] == 0
    assert read_history(tmp_path / "omm.xml").sets


def test_refusals_leave_no_file(cli, tle: Path, oem: Path, shared_data: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    mixed = tmp_path / "mixed.txt"
    mixed.write_text(tle.read_text() + "".join((shared_data / "tle/16609_mir.tle").read_text().splitlines(True)[:4]))
    before = sorted(tmp_path.iterdir())
    for arguments, words in (
        (("--to", "x.omm"), "no history is given"),
        ((tle, "--to", "x.omm.gz"), "without .gz"),
        ((tle, "--to", "oem.omm"), "names OEM and OMM"),
        ((tle, "--to", "x.oem.json"), "OEM is not written in json"),
        ((tle, "--to", "x", "--message", "CDM"), "give one of TLE, OMM, OEM, OPM"),
        ((tle, "--to", "x.omm", "--frame", "GCRF"), "in TEME of date"),
        ((tle, "--to", "x.oem", "--frame", "MOD"), "frame 'MOD' is not known"),
        ((oem, "--to", "x.tle"), "no two-line form"),
        ((tle, "--to", "."), "is a folder"),
        ((tle, "--to", tle / "x.omm"), "is not a folder"),
        ((mixed, "--to", "x.omm"), "choose one with --norad-id"),
        ((tle, oem, "--to", "x.omm"), "given together"),
        ((tle, "--to", "x.omm", "--as-of", "1990-01-01"), "the first is of"),
        ((tle, "--to", "x.omm", "--as-of", "soon"), "is not a date"),
        ((tmp_path / "none", "--to", "x.omm"), "No such file"),
    ):
        code, out, error = cli(*arguments)
        assert (code, out) == (2, ""), arguments
        assert words in error
        assert "Traceback" not in error
    assert sorted(tmp_path.iterdir()) == before


def test_a_folder_that_was_made_is_said(cli, tle: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    code, out, _ = cli(tle, "--to", "typo/omm.xml")
    assert code == 0
    assert "Note     the folder typo did not exist: it was made" in out
    assert read_history(tmp_path / "typo" / "omm.xml").sets
    assert "did not exist" not in cli(tle, "--to", "typo/again.xml", "--message", "OMM")[1]


def test_one_set_and_one_state_are_counted_as_one(cli, tle: Path) -> None:  # type: ignore[no-untyped-def]
    first, second = tle.read_text().splitlines()[:2]
    Path("one.tle").write_text(f"{first}\n{second}\n")
    assert "Read     1 element set, " in cli("one.tle", "--to", "one.oem")[1]
    assert "Read     1 state, " in cli("one.oem", "--to", "one.opm")[1]
