"""Entry of bodies: trees of parts, what frees them, what is refused, the command."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from stationkeep.cli.app import app
from stationkeep.descent.air import nrlmsise00_air, us76_air
from stationkeep.descent.body import Body, Part, read_body, shipped_bodies, shipped_body
from stationkeep.descent.entry import EntryOptions, EntryState, fly_entry
from stationkeep.descent.entry_spread import entry_spread
from stationkeep.descent.materials import material_named, materials
from stationkeep.descent.shapes import shape_numbers
from stationkeep.errors import InputError, OrbitError

STATE = EntryState(10.0, 20.0, 120.0, 7400.0, -0.5, 60.0)
BALL = Part("ball", "sphere", (0.10,), 1.4729, "AA7075")
SPHERE_FILE = """parts:
  - name: ball
    shape: sphere
    diameter_m: 0.1
    mass_kg: 1.4729
    material: AA7075
    initial_temperature_k: 300
"""


def nested() -> Body:
    """A titanium tank in an aluminium box in a satellite that comes apart at 78 km; an array comes off at 95 km."""
    return Body(
        "satellite",
        (
            Part("bus", "box", (2.0, 1.0, 1.0), 400.0, "AA6061"),
            Part("array", "plate", (3.0, 1.0, 0.01), 10.0, "SolarArray", 2, "bus", release_altitude_km=95.0),
            Part("box", "box", (0.6, 0.5, 0.4), 40.0, "AA6061", contained_in="bus"),
            Part("tank", "sphere", (0.35,), 12.0, "titanium", contained_in="box"),
        ),
    )


def test_parts_come_free_where_they_should() -> None:
    result = fly_entry(nested(), STATE)
    assert result.part("array").free_at_km == pytest.approx(95.0, abs=0.01)
    assert result.part("box").free_at_km == pytest.approx(78.0, abs=0.01)
    tank, box = result.part("tank"), result.part("box")
    if box.outcome == "demised":  # the tank flies alone from where the box is gone
        assert tank.free_at_km == pytest.approx(box.demise_km, abs=0.01)
        assert tank.impact is not None
    else:
        assert tank.outcome == "inside"
        assert box.impact is not None
        assert box.impact.mass_kg == pytest.approx(box.surviving_share * 28.0 + 12.0)


def test_nothing_is_lost_from_the_books() -> None:
    body = nested()
    result = fly_entry(body, STATE)
    own = sum(part.count * part.start_mass_kg for part in result.parts)
    assert own == pytest.approx(body.mass_kg, rel=1e-12)
    kept = sum(part.count * part.surviving_mass_kg for part in result.parts)
    assert result.surviving_mass_kg == pytest.approx(kept, rel=1e-9)


def test_a_load_frees_a_part() -> None:
    body = Body(
        "two", (Part("case", "cylinder", (0.5, 1.0), 100.0, "steel"),
                Part("core", "sphere", (0.2,), 15.0, "titanium", contained_in="case", release_load_g=2.0)),
    )  # fmt: skip
    result = fly_entry(body, STATE, options=EntryOptions(record=True))
    core, case = result.part("core"), result.part("case")
    assert core.free_at_km is not None
    before = case.history["altitude_km"] > core.free_at_km + 0.05
    assert case.history["load_g"][before].max() < 2.0
    assert case.history["load_g"].max() > 2.0


def test_a_pressure_frees_a_part() -> None:
    body = Body(
        "two", (Part("case", "cylinder", (0.5, 1.0), 100.0, "steel"),
                Part("core", "sphere", (0.2,), 15.0, "titanium", contained_in="case", release_pressure_pa=500.0)),
    )  # fmt: skip
    free_at = fly_entry(body, STATE, options=EntryOptions(record=True)).part("core").free_at_km
    assert free_at is not None
    assert 70.0 < free_at < 95.0  # 500 Pa at 7.4 km/s: 1.8e-5 kg/m3, 80 km


def test_below_the_break_up_everything_is_free_at_once() -> None:
    low = replace(STATE, altitude_km=60.0)
    assert fly_entry(nested(), low).part("box").free_at_km == pytest.approx(60.0)


def test_wind_carries_a_light_body() -> None:
    foil = Body("foil", (Part("foil", "plate", (0.5, 0.5, 0.001), 0.2, "CFRP"),))
    calm = fly_entry(foil, STATE).parts[0].impact
    air = us76_air().with_wind(lambda _lat, _lon, heights: (np.where(heights < 20.0, 20.0, 0.0), 0.0 * heights))
    blown = fly_entry(foil, STATE, air).parts[0].impact
    assert calm is not None
    assert blown is not None
    # The foil sinks through the lowest 20 km with the wind: 20 m/s over the time that takes, to 5 % of interpolation
    # (its speed at the ground and the air's density give that time).
    assert blown.longitude_deg > calm.longitude_deg
    drift_km = (blown.longitude_deg - calm.longitude_deg) * 111.3 * np.cos(np.radians(calm.latitude_deg))
    heights = np.linspace(0.0, 20.0, 400)
    density = np.exp(np.interp(heights, np.arange(2501) * 0.1, us76_air().log_density[0, 0]))
    seconds = np.trapezoid(np.sqrt(density / density[0]) / calm.speed_m_s, heights) * 1e3
    assert drift_km == pytest.approx(20.0e-3 * seconds, rel=0.05)


def test_lift_stretches_the_flight() -> None:
    solid = Body("ball", (Part("ball", "sphere", (0.3,), 50.0, "steel"),))
    ranges = []
    for ratio in (-0.1, 0.0, 0.1):
        impact = fly_entry(solid, STATE, options=EntryOptions(lift_over_drag=ratio)).parts[0].impact
        assert impact is not None
        ranges.append(impact.downrange_km)
    assert ranges[0] < ranges[1] < ranges[2]


def test_bank_turns_the_flight() -> None:
    solid = Body("ball", (Part("ball", "sphere", (0.3,), 50.0, "steel"),))
    north = EntryState(0.0, 20.0, 120.0, 7500.0, -1.0, 0.0)
    places = []
    for bank in (-90.0, 90.0):
        impact = fly_entry(solid, north, options=EntryOptions(lift_over_drag=0.3, bank_deg=bank)).parts[0].impact
        assert impact is not None
        places.append(impact.longitude_deg)
    assert places[1] > places[0]  # to the right of north is east


def test_the_two_atmospheres_give_nearly_the_same_fall() -> None:
    standard = fly_entry(Body("ball", (BALL,)), STATE, options=EntryOptions(melting=False)).parts[0].impact
    air = nrlmsise00_air(58210.0, (70.0, 70.0, 5.0))
    modern = fly_entry(Body("ball", (BALL,)), STATE, air, EntryOptions(melting=False)).parts[0].impact
    assert standard is not None
    assert modern is not None
    # NRLMSISE-00 at a quiet Sun is 20 % thinner at 110 km and within 5 % below 80 km.
    assert modern.downrange_km == pytest.approx(standard.downrange_km, rel=0.08)
    assert modern.speed_m_s == pytest.approx(standard.speed_m_s, rel=0.05)


def test_options_move_the_end_the_right_way() -> None:
    ball = Body("ball", (BALL,))

    def gone(**options: object) -> float:
        height = fly_entry(ball, STATE, options=EntryOptions(**options)).parts[0].demise_km  # type: ignore[arg-type]
        assert height is not None
        return height

    assert gone(heat_scale=1.2) > gone() > gone(heat_scale=0.9)
    assert gone() > gone(recession="shrinking")  # a smaller ball keeps its speed and falls further before it is gone
    assert gone() > gone(bridging="wide")  # braked earlier, heated less


def test_a_tumbling_cylinder_has_the_drag_klett_found() -> None:
    # Klett (Sandia SC-RR-64-2141) as used in ORSAT: 0.720 + 0.326 D/L on D times L, hypersonic continuum, tumbling.
    for ratio in (0.2, 0.5, 1.0):
        numbers = shape_numbers("cylinder", (ratio, 1.0))
        ours = 0.913 * numbers.mean_area_m2 / ratio
        assert ours == pytest.approx(0.720 + 0.326 * ratio, rel=0.05)  # he integrated pressures; ours is a sphere's


def test_shapes_meet_in_their_limits() -> None:
    thin = shape_numbers("plate", (1.0, 0.5, 1e-4))
    assert thin.mean_area_m2 == pytest.approx(0.25, rel=1e-3)
    ball, can = shape_numbers("sphere", (1.0,)), shape_numbers("cylinder", (1.0, 1.0))
    assert can.surface_m2 == pytest.approx(1.5 * ball.surface_m2)
    # Heat of a can as long as wide, per surface, lies below that of the ball it holds: blunter.
    assert can.heat_shape_m32 / can.surface_m2 < ball.heat_shape_m32 / ball.surface_m2


@pytest.mark.parametrize("name", list(materials()))
def test_materials_are_consistent(name: str) -> None:
    material = material_named(name)
    table = material.table()
    assert (np.diff(table.rows[0]) > 0.0).all()
    assert table.enthalpy_j_kg(300.0) == pytest.approx(material.heat_to_reach_j_kg(100.0, 300.0), rel=2e-3)
    assert table.rows[1].min() > 0.05
    assert table.rows[1].max() <= 1.0
    assert material.source
    assert material.quality in "ABCDM"


def test_energies_to_melt_lie_by_published_ones(shared_data: Path) -> None:
    import csv

    with (shared_data / "reentry" / "materials_drama_via_titan.csv").open() as stream:
        rows = {row["name"]: row for row in csv.DictReader(line for line in stream if not line.startswith("#"))}
    pairs = {
        "AA7075": "drama-AA7075", "A316": "drama-A316", "TiAl6V4": "drama-TiAl6v4", "Copper": "drama-Copper",
        "Inconel718": "drama-Inconel", "Invar": "drama-Invar", "AA2195": "drama-AA2195 (Al-Li)",
        "Beryllium": "drama-Beryllium", "Iron": "drama-Iron",
    }  # fmt: skip
    for ours, theirs in pairs.items():
        published = float(rows[theirs]["energy_300K_to_fully_melted_J_kg"])
        # ESA's table against ours from other sources: alloys of one name differ by a tenth; beryllium's specific heat
        # is held constant in ESA's, so ours needs a third more.
        tolerance = 0.35 if ours in ("Beryllium", "Iron") else 0.15
        assert material_named(ours).heat_to_melt_j_kg == pytest.approx(published, rel=tolerance), ours


@pytest.mark.parametrize("name", shipped_bodies())
def test_shipped_bodies_fly(name: str) -> None:
    body = shipped_body(name)
    result = fly_entry(body, replace(STATE, flight_path_deg=-0.2))
    own = sum(part.count * part.start_mass_kg for part in result.parts)
    assert own == pytest.approx(body.mass_kg, rel=1e-5)
    assert 0.03 < result.surviving_fraction < 0.7
    assert body.source


def test_the_station_keeps_its_owners() -> None:
    owners = {part.owner for part in shipped_body("iss").parts}
    assert {"nasa", "roscosmos", "esa", "jaxa", "csa"} <= owners
    assert shipped_body("iss").mass_kg == pytest.approx(415e3, rel=0.01)


def test_the_spread_is_reproducible_and_wide() -> None:
    body = shipped_body("uars-like")
    one, two = (entry_spread(body, replace(STATE, flight_path_deg=-0.2), draws=count) for count in (4, 6))
    assert (one.surviving_fraction == two.surviving_fraction[:4]).all()
    assert two.surviving_fraction.std() > 0.02
    assert two.owner_mass_kg.sum() == pytest.approx(two.surviving_mass_kg.sum())


BAD = [
    ("material: AA7075", "material: AA7057", "AA7075", 6),
    ("material: AA7075", "material: unobtainium", "there is no material", 6),
    ("diameter_m: 0.1", "diameter_m: 0", "above zero", 4),
    ("diameter_m: 0.1", "diameter_m: -0.1", "above zero", 4),
    ("diameter_m: 0.1", "diameter_m: wide", "must be a number", 4),
    ("diameter_m: 0.1", "length_m: 0.1", "has no length_m", 4),
    ("shape: sphere", "shape: cone", "choose sphere", 3),
    ("mass_kg: 1.4729", "mass_kg: 0", "above zero", 5),
    ("mass_kg: 1.4729", "mass_kg: 14.7", "do not fit", 5),
    ("mass_kg: 1.4729", "mass_kgs: 1.4", "did you mean mass_kg", 5),
    ("initial_temperature_k: 300", "initial_temperature_k: 900", "melts at 850 K", 7),
    ("initial_temperature_k: 300", "count: 1.5", "whole number", 7),
    ("initial_temperature_k: 300", "contained_in: nothing", "which is no part", 7),
    ("initial_temperature_k: 300", "contained_in: ball", "in itself", 7),
    ("initial_temperature_k: 300", "mass_kg: 2", "given twice", 7),
    ("initial_temperature_k: 300", "release_altitude_km: -5", "above zero", 7),
]


@pytest.mark.parametrize(("old", "new", "told", "line"), BAD)
def test_bad_files_are_refused_with_their_line(tmp_path: Path, old: str, new: str, told: str, line: int) -> None:
    path = tmp_path / "body.yaml"
    path.write_text(SPHERE_FILE.replace(old, new))
    with pytest.raises(InputError, match=f"line {line}: ") as caught:
        read_body(path)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    "text", ["", "parts: []", "parts: 3", "[1, 2]", "parts: [{name: a}]", "parts: [&x {name: a}]", "a: b: c"]
)
def test_what_is_no_body_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "body.yaml"
    path.write_text(text)
    with pytest.raises(InputError, match=r"body\.yaml"):
        read_body(path)


def test_a_part_heavier_than_what_holds_it_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "body.yaml"
    inner = "  - {name: lump, shape: sphere, diameter_m: 0.08, mass_kg: 2, material: steel, contained_in: ball}\n"
    path.write_text(SPHERE_FILE + inner)
    with pytest.raises(InputError, match=r"line 5: .*weighs 1\.4729 kg but holds 2 kg: lump"):
        read_body(path)


BALL_IN = "contained_in: ball, mass_kg: 0.01, material: AA6061"


@pytest.mark.parametrize(
    ("inner", "told"),
    [
        (
            "shape: sphere, diameter_m: 0.2",
            "larger than what it is contained in: diameter 0.2 m in 'ball', diameter 0.1 m",
        ),
        ("shape: box, length_m: 0.2, width_m: 0.01, height_m: 0.01", "longer than .*length 0.2 m, width .* in 'ball'"),
        ("shape: plate, length_m: 3, width_m: 3, thickness_m: 0.001, release_altitude_km: 95", "larger than"),
    ],
)
def test_a_part_larger_than_what_holds_it_is_refused(tmp_path: Path, inner: str, told: str) -> None:
    path = tmp_path / "body.yaml"
    path.write_text(f"{SPHERE_FILE}  - {{name: lump, {inner}, {BALL_IN}}}\n")
    with pytest.raises(InputError, match=f"line 8: part 'lump': it is {told}"):
        read_body(path)


def test_a_part_wider_than_a_flat_holder_is_refused_unless_it_unfolds(tmp_path: Path) -> None:
    path = tmp_path / "body.yaml"
    flat = SPHERE_FILE.replace("shape: sphere\n    diameter_m: 0.1", "shape: box\n    length_m: 2\n    width_m: 2\n    "
                               "height_m: 0.05")  # fmt: skip
    tank = f"  - {{name: lump, shape: sphere, diameter_m: 0.1, {BALL_IN}}}\n"
    path.write_text(flat + tank)
    with pytest.raises(
        InputError, match=r"thicker than what it is contained in: diameter 0\.1 m in 'ball', length 2 m"
    ):
        read_body(path)
    mast = "  - {name: mast, shape: cylinder, diameter_m: 0.02, length_m: 8, " + BALL_IN
    path.write_text(f"{flat}{mast}, release_altitude_km: 95}}\n")
    assert read_body(path).part("mast").release_altitude_km == 95.0
    path.write_text(f"{flat}{mast}}}\n")
    with pytest.raises(InputError, match=r"longer than (.|\n)*release_altitude_km"):
        read_body(path)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("altitude_km", 300.0),
        ("altitude_km", -1.0),
        ("speed_m_s", 0.0),
        ("flight_path_deg", 45.0),
        ("latitude_deg", 91.0),
    ],
)
def test_states_that_cannot_be_flown_are_refused(field: str, value: float) -> None:
    with pytest.raises(OrbitError, match="is flown"):
        replace(STATE, **{field: value})


@pytest.mark.parametrize("lift", [0.05, 0.2, 1.0])
def test_lift_that_points_down_brings_it_down_sooner(lift: float) -> None:
    # Straight down there is no upward across the stream: lift beyond 90 degrees of bank turned over from step to step.
    state = EntryState(29.546, -82.134, 77.5, 7500.0, -0.9593, 347.17)
    falls = []
    for bank in (60.0, 90.0, 100.0, 135.0, 180.0):
        options = EntryOptions(melting=False, lift_over_drag=lift, bank_deg=bank)
        (part,) = fly_entry(Body("ball", (BALL,)), state, options=options).parts
        assert part.impact is not None
        falls.append(part.impact.downrange_km)
    assert falls == sorted(falls, reverse=True)


def test_one_that_does_not_come_down_is_told() -> None:
    fast = EntryState(0.0, 0.0, 150.0, 8200.0, 1.0, 90.0)
    with pytest.raises(OrbitError, match="still flying after 6 hours"):
        fly_entry(Body("ball", (Part("ball", "sphere", (0.3,), 50.0, "steel"),)), fast)


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["entry", *arguments])
    return result.exit_code, result.output


def test_the_command_writes_the_document_of_the_issue(tmp_path: Path) -> None:
    path = tmp_path / "ball.yaml"
    path.write_text(SPHERE_FILE)
    code, text = run(
        "--body", str(path), "--altitude-km", "77.5", "--speed-m-s", "7500", "--flight-path-deg", "-0.9593",
        "--heading-deg", "347.17", "--latitude-deg", "29.546", "--longitude-deg", "-82.134", "--atmosphere", "us76",
        "--json", "-",
    )  # fmt: skip
    assert code == 0
    document = json.loads(text)
    assert document["schema"] == "stationkeep.entry/1"
    (part,) = document["parts"]
    assert {"name", "melt_onset_km", "demise_km", "peak_heating_w", "peak_temperature_k", "impact"} <= set(part)
    assert part["impact"] is None
    code, text = run("--body", str(path), "--no-melt", "--json", "-")
    impact = json.loads(text)["parts"][0]["impact"]
    assert {"mass_kg", "speed_m_s", "energy_j", "downrange_km", "time_s"} <= set(impact)


def test_the_command_draws(tmp_path: Path) -> None:
    page, figure = tmp_path / "a.html", tmp_path / "a.svg"
    assert run("--body", "tiangong-1", "--flight-path-deg", "-0.3", "--output", str(page))[0] == 0
    assert run("--body", "tiangong-1", "--flight-path-deg", "-0.3", "--output", str(figure))[0] == 0
    text = page.read_text()
    assert "Where each part ends" in text
    assert "hull panel" in text
    assert figure.read_text().startswith("<svg")
    assert "var(--" not in figure.read_text()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--body", "nothing.yaml"), "shipped bodies are"),
        (("--body", "iss", "--atmosphere", "vacuum"), "choose us76"),
        (("--body", "iss", "--atmosphere", "nrlmsise00"), "--date"),
        (("--body", "iss", "--date", "2020-01-01"), "drop --date"),
        (("--body", "iss", "--wind", "5"), "EAST,NORTH"),
        (("--body", "iss", "--altitude-km", "900"), "is flown"),
        (("--body", "iss", "--break-up-km", "500"), "break-up at 500 km"),
        (("--body", "iss", "--recession", "none"), "constant-radius"),
        (("--body", "iss", "--output", "picture.png"), ".html or .svg"),
    ],
)
def test_bad_options_are_refused(arguments: tuple[str, ...], told: str) -> None:
    result = CliRunner().invoke(app, ["entry", *arguments])
    assert isinstance(result.exception, InputError)
    assert told in str(result.exception)
