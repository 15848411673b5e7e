"""``stationkeep burns``: the table, the document, and every refusal with exit code 2 and one message."""

from __future__ import annotations

import json
import random
import re
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

import synthetic_history as made
from stationkeep.campaign.burns import BurnsDocument
from stationkeep.environment.sources import bundled_space_weather
from stationkeep.orbit.elements import MeanElements
from stationkeep.orbit.mean_decay import WeatherTrack

PUSH = made.Push(made.START_MJD + 15.3, 0.9)


@pytest.fixture(scope="module")
def elements() -> list[MeanElements]:
    """A month of 2020 under the Sun of that month, with one burn."""
    first = int(made.START_MJD) - 1
    sky = WeatherTrack(first, bundled_space_weather().drivers(first, 40))
    return made.flown(30, sky, [PUSH])


@pytest.fixture(scope="module")
def tle(elements: list[MeanElements], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("sets") / "made.tle", elements)


def written(path: Path, elements: list[MeanElements], number: int = 99999, name: str = "MADE UP") -> Path:
    path.write_text("".join("\n".join((name, *made.two_lines(item, number), "")) for item in elements))
    return path


@pytest.fixture
def cli(run_command):  # type: ignore[no-untyped-def]
    return partial(run_command, "burns")


def document(cli, *arguments: object) -> BurnsDocument:  # type: ignore[no-untyped-def]
    code, out, error = cli(*arguments, "--json", "-")
    assert code == 0, error
    return BurnsDocument.model_validate(json.loads(out))


def test_table(cli, tle: Path) -> None:  # type: ignore[no-untyped-def]
    code, out, _ = cli("--tle", tle)
    assert code == 0
    assert "MADE UP object 99999 99001A" in out
    assert "2020-06-15 07:" in out  # 0.3 of a day
    assert re.search(r"\+0\.[89]\d +\+0\.5\d +9\d\.\d %", out)
    assert re.search(r"1 burn: 0\.5\d m/s up, 0\.00 m/s down", out)
    assert "100.0 %" not in out


def test_document(cli, tle: Path) -> None:  # type: ignore[no-untyped-def]
    code, out, _ = cli("--tle", tle, "--json", "-")
    assert code == 0
    raw = json.loads(out)
    assert raw["schema"] == "stationkeep.burns/1"
    (burn,) = raw["burns"]
    assert {"start_utc", "stop_utc", "delta_v_m_s", "delta_mean_altitude_km", "confidence"} <= set(burn)
    assert burn["start_utc"] < burn["moment_utc"] < burn["stop_utc"]
    assert burn["delta_v_m_s"] == pytest.approx(0.51, abs=0.03)
    assert raw["object"]["norad_id"] == "99999"
    assert raw["source"] == "made.tle"
    assert raw["gaps"] == []
    assert not any("predicted Sun" in note for note in raw["notes"])
    assert raw["provenance"]["space_weather"]["mode"] == "observed"
    assert raw["provenance"]["density_model"] == "NRLMSISE-00"


def test_json_to_a_file_beside_the_table(cli, tle: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    code, out, _ = cli("--tle", tle, "--json", tmp_path / "out.json")
    assert code == 0
    assert "1 burn:" in out
    assert len(json.loads((tmp_path / "out.json").read_text())["burns"]) == 1


def test_several_files_and_any_order(cli, tle: Path, elements: list[MeanElements], tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    shuffled = list(elements)
    random.Random(5).shuffle(shuffled)
    one = written(tmp_path / "one.tle", shuffled[:70])
    two = written(tmp_path / "two.tle", shuffled[60:])
    whole = document(cli, "--tle", tle).burns
    assert document(cli, "--tle", one, two).burns == whole
    assert document(cli, "--tle", one, "--tle", two).burns == whole


def test_a_quiet_history(cli, elements: list[MeanElements], tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    quiet = written(tmp_path / "quiet.tle", elements[:50])
    assert "No burns seen." in cli("--tle", quiet)[1]
    assert document(cli, "--tle", quiet).burns == []


def test_gaps_and_refused_sets_are_told(cli, elements: list[MeanElements], tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    later = [replace(item, epoch_mjd_utc=item.epoch_mjd_utc + 90.0) for item in elements[:40]]
    path = written(tmp_path / "gap.tle", [*elements, *later])
    lines = path.read_text().splitlines()
    lines[1] = lines[1][:-1] + str((int(lines[1][-1]) + 1) % 10)
    path.write_text("\n".join(lines))
    code, out, _ = cli("--tle", path)
    assert code == 0
    assert "Not searched" in out
    assert "(60 days)" in out
    assert "Refused       1 element set (line 2)" in out
    found = document(cli, "--tle", path)
    assert [gap.days for gap in found.gaps] == pytest.approx([60.0], abs=0.5)
    assert len(found.object.rejected) == 1


def refused(cli, *arguments: object) -> str:  # type: ignore[no-untyped-def]
    code, out, error = cli(*arguments)
    assert code == 2
    assert out == ""
    assert error.startswith("error: ")
    assert "Traceback" not in error
    return str(error)


def test_neither_or_both_kinds(cli, tle: Path) -> None:  # type: ignore[no-untyped-def]
    assert "give either --tle FILE... or --oem FILE..." in refused(cli)
    assert "both --tle and --oem" in refused(cli, "--tle", tle, "--oem", tle)


def test_unusable_files(cli, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    assert "nothing.tle" in refused(cli, "--tle", tmp_path / "nothing.tle")
    for name, content in (
        ("empty", b""), ("binary", bytes(range(256)) * 9), ("prose", b"once upon a time\n" * 9),
        ("cut.xml", b'<?xml version="1.0"?><oem id="CCSDS_OEM_VERS" version="2.0"><header>'),
    ):  # fmt: skip
        path = tmp_path / name
        path.write_bytes(content)
        refused(cli, "--tle", path)
        refused(cli, "--oem", path)


def test_several_objects_ask_which(cli, tle: Path, elements: list[MeanElements], tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    other = written(tmp_path / "other.tle", elements[:30], number=11111, name="OTHER")
    error = refused(cli, "--tle", tle, other)
    assert "11111" in error
    assert "99999" in error
    assert "--norad-id" in error
    assert document(cli, "--tle", tle, other, "--norad-id", "99999").object.norad_id == "99999"
    assert "12345" in refused(cli, "--tle", tle, other, "--norad-id", "12345")


def test_too_few_sets(cli, elements: list[MeanElements], tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    assert "6 are needed" in refused(cli, "--tle", written(tmp_path / "few.tle", elements[:4]))


def test_too_high_for_drag(cli, elements: list[MeanElements], tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    high = [replace(item, semi_major_axis_km=6378.137 + 1500.0) for item in elements[:20]]
    error = refused(cli, "--tle", written(tmp_path / "high.tle", high))
    assert "1000 km" in error


def test_before_every_space_weather_table(cli, elements: list[MeanElements], tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    """Two-digit years begin in 1957, the table on 1 October."""
    early = [replace(item, epoch_mjd_utc=item.epoch_mjd_utc - made.START_MJD + 35900.0) for item in elements[:20]]
    assert "1957" in refused(cli, "--tle", written(tmp_path / "early.tle", early))


def test_a_sun_that_is_only_predicted_is_told(cli, elements: list[MeanElements], tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    """Sets of 2040: no table knows the Sun of then."""
    late = [replace(item, epoch_mjd_utc=item.epoch_mjd_utc + 7300.0) for item in elements[:30]]
    notes = document(cli, "--tle", written(tmp_path / "late.tle", late)).notes
    assert any("predicted Sun" in note for note in notes)


def test_unwritable_json(cli, tle: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert "is not a folder" in refused(cli, "--tle", tle, "--json", blocked / "out.json")
