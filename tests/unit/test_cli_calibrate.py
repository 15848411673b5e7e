"""``stationkeep calibrate``: the page, the document, and every refusal with exit code 2 and one message."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

import synthetic_history as made
from stationkeep.campaign.calibrate import CalibrateDocument
from stationkeep.environment.sources import bundled_space_weather
from stationkeep.orbit.elements import MeanElements
from stationkeep.orbit.mean_decay import WeatherTrack

PUSH = made.Push(made.START_MJD + 20.3, 0.9)


@pytest.fixture(scope="module")
def elements() -> list[MeanElements]:
    """Six weeks of 2020 under the Sun of those weeks, with one burn."""
    first = int(made.START_MJD) - 1
    sky = WeatherTrack(first, bundled_space_weather().drivers(first, 50))
    return made.flown(42, sky, [PUSH], every_days=0.5, altitude_km=330.0)


@pytest.fixture(scope="module")
def tle(elements: list[MeanElements], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("sets") / "made.tle", elements)


def written(path: Path, elements: list[MeanElements], number: int = 99999) -> Path:
    path.write_text("".join("\n".join(("MADE UP", *made.two_lines(item, number), "")) for item in elements))
    return path


@pytest.fixture
def cli(run_command):  # type: ignore[no-untyped-def]
    return partial(run_command, "calibrate")


def document(cli, *arguments: object) -> CalibrateDocument:  # type: ignore[no-untyped-def]
    code, out, error = cli(*arguments, "--json", "-")
    assert code == 0, error
    return CalibrateDocument.model_validate(json.loads(out))


def test_page(cli, tle: Path) -> None:  # type: ignore[no-untyped-def]
    code, out, _ = cli("--tle", tle)
    assert code == 0
    for words in (
        "MADE UP object 99999 99001A",
        "1 burn seen",
        "Cd*A/m",
        "NRLMSISE-00 only",
        "sun angle",
        "2020-05-31",
    ):
        assert words in out


def test_document(cli, tle: Path) -> None:  # type: ignore[no-untyped-def]
    code, out, _ = cli("--tle", tle, "--json", "-")
    assert code == 0
    raw = json.loads(out)
    assert raw["schema"] == "stationkeep.calibrate/1"
    assert {"value_m2_kg", "spread", "density_model", "arcs", "drift"} <= set(raw)
    assert raw["value_m2_kg"] == pytest.approx(made.BALLISTIC_M2_KG, rel=0.03)
    assert raw["density_model"] == "NRLMSISE-00"
    assert sum(arc["element_sets"] for arc in raw["arcs"]) > 40
    course = raw["drift"]["course"]
    assert len(course["dates_utc"]) == len(course["median_m2_kg"]) == len(course["spread"])
    assert course["dates_utc"][0] == raw["arcs"][0]["start_utc"][:10]
    assert raw["drift"]["model"]["slow_days"] > 0.0
    assert raw["provenance"]["space_weather"]["mode"] == "observed"
    assert raw["notes"] == []


def test_json_to_a_file_beside_the_page(cli, tle: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    code, out, _ = cli("--tle", tle, "--json", tmp_path / "out.json")
    assert code == 0
    assert "Cd*A/m" in out
    assert json.loads((tmp_path / "out.json").read_text())["burns_seen"] == 1


def test_as_of_uses_nothing_later(cli, tle: Path) -> None:  # type: ignore[no-untyped-def]
    found = document(cli, "--tle", tle, "--as-of", "2020-06-12")
    assert found.object.last_element_set_utc < "2020-06-12"
    assert max(arc.stop_utc for arc in found.arcs) < "2020-06-12"
    assert found.burns_seen == 0


def test_a_burn_on_the_last_day_is_said(cli, tle: Path) -> None:  # type: ignore[no-untyped-def]
    # the burn of 20 June 07:00, seen by sets of the next day and a half
    found = document(cli, "--tle", tle, "--as-of", "2020-06-21T20:00Z")
    assert any("a burn is seen less than two days before" in note for note in found.notes)


def test_a_gap_is_said(cli, elements: list[MeanElements], tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    early = [replace(item, epoch_mjd_utc=item.epoch_mjd_utc - 60.0) for item in elements[:20]]
    found = document(cli, "--tle", written(tmp_path / "gap.tle", [*early, *elements]))
    assert any("nothing is compared across it" in note for note in found.notes)


def test_several_files_out_of_order(cli, elements: list[MeanElements], tmp_path: Path, tle: Path) -> None:  # type: ignore[no-untyped-def]
    late = written(tmp_path / "late.tle", elements[40:])
    early = written(tmp_path / "early.tle", elements[:45])
    whole, parts = document(cli, "--tle", tle), document(cli, "--tle", late, early)
    assert parts.value_m2_kg == pytest.approx(whole.value_m2_kg, rel=1.0e-6)


def test_days_an_object_will_not_live_to_see_are_not_shown(cli, shared_data: Path, tle: Path) -> None:  # type: ignore[no-untyped-def]
    tiangong = shared_data / "tle" / "37820_tiangong1.tle"
    code, out, _ = cli("--tle", tiangong)
    assert code == 0
    assert "today" in out
    assert "in 15 days" not in out
    assert "in 59 days" in cli("--tle", tle)[1]


def refused(cli, *arguments: object) -> str:  # type: ignore[no-untyped-def]
    code, out, error = cli(*arguments)
    assert code == 2, out
    assert out == ""
    assert "Traceback" not in error
    return str(error)


def test_refusals(cli, elements: list[MeanElements], tmp_path: Path, tle: Path) -> None:  # type: ignore[no-untyped-def]
    assert "nowhere.tle" in refused(cli, "--tle", tmp_path / "nowhere.tle")
    assert "--tle" in refused(cli)
    assert "no element set of object 99999 up to 2019" in refused(cli, "--tle", tle, "--as-of", "2019-01-01")
    assert "is not a date" in refused(cli, "--tle", tle, "--as-of", "yesterday")
    assert "none.csv: No such file" in refused(cli, "--tle", tle, "--space-weather", tmp_path / "none.csv")
    empty = tmp_path / "empty.tle"
    empty.write_text("")
    assert "empty" in refused(cli, "--tle", empty)
    assert "no burn-free arc" in refused(cli, "--tle", written(tmp_path / "few.tle", elements[:4]))
    far = [replace(item, semi_major_axis_km=42164.0) for item in elements[:10]]
    assert "too high for air drag" in refused(cli, "--tle", written(tmp_path / "far.tle", far))
    other = written(tmp_path / "other.tle", elements[:10], number=88888)
    assert "choose one with --norad-id" in refused(cli, "--tle", tle, other)
    assert "is not a file name" in refused(cli, "--tle", tle, "--json", tmp_path)
