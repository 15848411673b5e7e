"""``stationkeep deorbit``: help, answers, files, and one clear message for what cannot be."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from stationkeep.cli.app import app
from stationkeep.errors import InputError

RUNNER = CliRunner()
WEAK = ["deorbit", "iss-2022", "--vehicle", "cygnus"]


def refused(*arguments: str) -> InputError:
    found = RUNNER.invoke(app, ["deorbit", *arguments])
    assert isinstance(found.exception, InputError), found.output
    return found.exception


def test_help_has_an_example() -> None:
    found = RUNNER.invoke(app, ["deorbit", "--help"])
    assert found.exit_code == 0
    assert "deorbit iss-2022 --vehicle usdv" in found.output.replace("\n", " ")


def test_a_vehicle_too_weak_is_an_ordinary_answer() -> None:
    found = RUNNER.invoke(app, [*WEAK, "--json", "-"])
    assert found.exit_code == 0, found.output
    document = json.loads(found.output)
    assert document["schema"] == "stationkeep.deorbit/1"
    assert document["feasible"] is False
    assert document["limiting"] == "thrust"
    assert document["burns"] == []
    assert document["footprint"] is None
    assert document["land_probability"] is None
    assert "missing" in document["reason"]


def test_the_terminal_says_what_would_do() -> None:
    found = RUNNER.invoke(app, [*WEAK, "--compare-parking"])
    assert found.exit_code == 0, found.output
    assert "Not feasible" in found.output
    assert "Least vehicle" in found.output
    assert "Parking it high instead" in found.output


def test_a_feasible_one_with_all_its_fields_and_a_page(tmp_path: Path) -> None:
    page, traffic = tmp_path / "d.html", tmp_path / "traffic.csv"
    traffic.write_text(
        "latitude_deg,longitude_deg,ships_per_km2,aircraft_per_km2\n"
        + "".join(f"{north},{east},0.0001,0.00001\n" for north in range(-60, 0) for east in range(-180, -60))
    )
    target = tmp_path / "d.json"
    found = RUNNER.invoke(
        app,
        ["deorbit", "iss-2022", "--vehicle", "usdv", "--runs", "20", "--output", str(page), "--json", str(target),
         "--traffic", str(traffic)],
    )  # fmt: skip
    assert found.exit_code == 0, found.output
    document = json.loads(target.read_text())
    assert document["feasible"] is True
    assert document["limiting"] is None
    for burn in document["burns"]:
        assert {"start_utc", "duration_s", "delta_v_m_s", "propellant_kg", "perigee_km", "apogee_km"} <= set(burn)
    assert {"length_km", "width_km", "centre_lat_deg", "centre_lon_deg", "contour"} <= set(document["footprint"])
    assert 0.0 <= document["land_probability"] <= 1.0
    assert document["casualty_expectation"] > 0.0
    assert document["risk"]["ships_struck"] > 0.0
    assert document["risk"]["pieces"] == pytest.approx(document["risk"]["casualty_area_m2"] / 2.6, rel=1.0e-3)
    assert document["footprint"]["runs_dry"] == 0
    assert document["footprint"]["sticks_out_km"] == 0.0
    assert document["need"]["spare_propellant_kg"] > document["need"]["reserve_propellant_kg"] > 0.0
    # By number of pieces, not by their area: 0.0001 a square kilometre under all of them, 3,000 m2 a ship.
    assert document["risk"]["ships_struck"] == pytest.approx(document["risk"]["pieces"] * 1.0e-4 * 3.0e-3, rel=0.02)
    text = page.read_text()
    assert "<svg" in text
    assert "controlled deorbit" in text
    assert "<script" not in text


def test_the_orbit_of_a_file(shared_data: Path, tmp_path: Path) -> None:
    """Mir at 215 km: two Progress have thrust enough and a ton of propellant too little."""
    one = tmp_path / "mir.tle"
    one.write_text("\n".join((shared_data / "tle" / "16609_mir.tle").read_text().splitlines()[:2]) + "\n")
    found = RUNNER.invoke(
        app,
        ["deorbit", "--orbit", str(one), "--mass-kg", "130000", "--vehicle",
         "progress:2", "--ballistic-coefficient-m2-kg", "0.0054", "--space-weather", "observed", "--json", "-"],
    )  # fmt: skip
    assert found.exit_code == 0, found.output
    document = json.loads(found.output)
    assert document["station"]["waited_days"] == 0.0
    assert document["limiting"] == "propellant"


def test_the_documented_orbit_works(tmp_path: Path) -> None:
    """The element set printed in the page, with the command beside it."""
    page = (Path(__file__).parents[2] / "docs" / "deorbit.md").read_text(encoding="utf-8")
    lines = [line for line in page.splitlines() if line.startswith(("1 16609U", "2 16609"))]
    command = next(line for line in page.splitlines() if "--orbit mir.tle" in line)
    (tmp_path / "mir.tle").write_text("\n".join(lines) + "\n")
    words = command.split("#")[0].split()[2:]
    words[words.index("mir.tle")] = str(tmp_path / "mir.tle")
    found = RUNNER.invoke(app, [*words, "--runs", "20"])
    assert found.exit_code == 0, found.output
    assert "Feasible" in found.output


def test_help_names_every_option_whole() -> None:
    """On a terminal of 80 columns no name may be cut, or nobody can type it."""
    found = RUNNER.invoke(app, ["deorbit", "--help"], env={"COLUMNS": "80", "TERMINAL_WIDTH": "80"})
    assert "--ballistic-m2-kg" in found.output
    assert "…" not in found.output
    assert "--ballistic-coefficient-m2-kg" not in found.output


def test_a_history_too_short_for_its_drag_names_the_option(tmp_path: Path, shared_data: Path) -> None:
    one = tmp_path / "mir.tle"
    one.write_text("\n".join((shared_data / "tle" / "16609_mir.tle").read_text().splitlines()[:2]) + "\n")
    given = ("--orbit", str(one), "--mass-kg", "130000", "--vehicle", "progress:2", "--space-weather", "observed")
    error = refused(*given)
    assert "--ballistic-m2-kg" in error.hint
    error = refused(*given, "--ballistic-m2-kg", "0.005", "--ballistic-coefficient-m2-kg", "0.005")
    assert "twice" in error.problem


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "no vehicle"),
        (("--vehicle", "usdv"), "nothing to bring down"),
        (("iss-2022", "--vehicle", "usdv", "--orbit", "x.tle"), "both"),
        (("iss-2022", "--vehicle", "usdv", "--target", "atlantis"), "no zone"),
        (("iss-2022", "--vehicle", "usdv", "--runs", "3"), "3 runs"),
        (("iss-2022", "--vehicle", "usdv", "--output", "x.txt"), "what kind of file"),
        (("iss-2022", "--vehicle", "usdv", "--final-perigee-km", "100"), "final perigee"),
        (("iss-2022", "--vehicle", "usdv", "--failure-probability", "2"), "probabilities"),
        (("iss-2022", "--vehicle", "usdv", "--window-days", "0"), "passes over"),
        (("iss-2022", "--vehicle", "usdv", "--reserve-kg", "-5"), "reserve"),
        (("iss-2022", "--vehicle", "usdv", "--mass-kg", "5000"), "belong to --orbit"),
        (("--orbit", "x.tle", "--vehicle", "usdv"), "mass of the object"),
        (("iss-2022", "--vehicle", "usdv", "--thrust-n", "-5"), "thrust"),
        (("iss-2022", "--vehicle", "usdv", "--keep-out-km", "-5"), "keep-out"),
        (("iss-2022", "--vehicle", "cygnus", "--parking-altitude-km", "300"), "above the present"),
    ],
)
def test_input_that_makes_no_sense(arguments: tuple[str, ...], said: str) -> None:
    error = refused(*arguments)
    assert said in error.problem
    assert error.hint


def test_a_zone_no_orbit_reaches(tmp_path: Path) -> None:
    zone = tmp_path / "polar.yaml"
    zone.write_text("name: polar\ncorners: [[-60, -150], [-60, -120], [-75, -120], [-75, -150], [-60, -150]]\n")
    error = refused("iss-2022", "--vehicle", "usdv", "--target", str(zone))
    assert "51.6 degrees" in error.problem
