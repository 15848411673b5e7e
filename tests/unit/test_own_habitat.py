"""A habitat of one's own, in a file beside the scenario: flown as one that ships, refused with its file and line."""

from __future__ import annotations

import sys
from importlib.resources import files
from pathlib import Path

import pytest

from people_runs import station_text
from stationkeep.campaign.prepare import prepare_campaign
from stationkeep.campaign.sampling import median_inputs
from stationkeep.catalogue.loader import load_catalogue
from stationkeep.cli import main
from stationkeep.errors import ScenarioError
from stationkeep.scenario.generated import branch_without
from stationkeep.scenario.loader import load_scenario, read_scenario
from stationkeep.simulation.engine import simulate
from stationkeep.timescale import parse_utc

SHIPPED = (files("stationkeep.habitat") / "data" / "iss-2022-04-02.yaml").read_text(encoding="utf-8")
SCENARIO = station_text(horizon="2022-06-01").replace("habitat: iss-2022-04-02", "habitat: mine.yaml")


def written(folder: Path, habitat: str | None) -> Path:
    if habitat is not None:
        (folder / "mine.yaml").write_text(habitat, encoding="utf-8")
    path = folder / "station.yaml"
    path.write_text(SCENARIO, encoding="utf-8")
    return path


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def water_kg(path: Path | None) -> float:
    scenario = (
        read_scenario(station_text(horizon="2022-06-01"), "s.yaml") if path is None else load_scenario(path).scenario
    )
    ready = prepare_campaign(scenario, load_catalogue())
    people = simulate(ready.mission, "stay", median_inputs(scenario, ready.weather), limits=False).people
    assert people is not None
    return float(next(one for one in people.stores if one.name == "us-water").amount_kg[-1])


def test_a_copy_of_what_ships_is_flown_alike(tmp_path: Path) -> None:
    assert water_kg(written(tmp_path, SHIPPED)) == water_kg(None)


def test_what_is_changed_in_it_is_flown_and_changes_the_fingerprint(tmp_path: Path) -> None:
    path = written(tmp_path, SHIPPED)
    before, kg = load_scenario(path).hash, water_kg(path)
    (tmp_path / "mine.yaml").write_text(SHIPPED + "\n# a remark\n", encoding="utf-8")
    assert load_scenario(path).hash == before
    at = SHIPPED.index("    power_w: {value: 2971")
    less = SHIPPED[:at] + SHIPPED[at:].replace("value: 2971", "value: 2000", 1)
    (tmp_path / "mine.yaml").write_text(less, encoding="utf-8")
    assert load_scenario(path).hash != before
    assert water_kg(path) == kg  # power alone moves no water


# ruff: noqa: E501
BAD = [
    ("stores: {water: us-water, oxygen: cabin-oxygen, hydrogen: overboard-hydrogen}", "stores: {water: us-watr, oxygen: cabin-oxygen, hydrogen: overboard-hydrogen}", "us-watr"),
    ("recipe: electrolysis", "recipe: electrolisys", "electrolysis"),
    ("{value: 9.2, unit: kg/d,", "{value: 9.2, unit: kg/h2,", "kg/h2"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "named"), BAD)
def test_it_is_refused_with_its_file_and_line(tmp_path: Path, old: str, new: str, named: str) -> None:
    assert old in SHIPPED
    changed = SHIPPED.replace(old, new, 1)
    with pytest.raises(ScenarioError) as caught:
        load_scenario(written(tmp_path, changed))
    message = str(caught.value)
    assert named in message
    assert "mine.yaml, line " in message
    assert "life_support.habitat" in message


def test_an_unknown_substance_is_named_with_its_line(tmp_path: Path) -> None:
    at = SHIPPED.index("substance: water", SHIPPED.index("  us-water:"))
    changed = SHIPPED[:at] + SHIPPED[at:].replace("substance: water", "substance: watter", 1)
    with pytest.raises(ScenarioError, match="watter") as caught:
        load_scenario(written(tmp_path, changed))
    assert f"mine.yaml, line {line_of(changed, 'substance: watter')}" in str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="no file"):
        load_scenario(written(tmp_path, None))


def test_a_text_without_a_file_names_none() -> None:
    with pytest.raises(ScenarioError, match="only a scenario that is a file"):
        read_scenario(SCENARIO, "posted")


def test_the_command_ends_with_exit_code_two(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, "stores: 3\n")
    monkeypatch.setattr(sys, "argv", ["stationkeep", "run", str(path), "--runs", "1"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "mine.yaml" in capsys.readouterr().err


def test_machines_that_wait_for_each_other_are_refused(tmp_path: Path) -> None:
    """Electrolysis from the water that Sabatier makes of its hydrogen, and nothing to start with."""
    changed = SHIPPED.replace("  us-food:\n", "  loop-water: {substance: water}\n  us-food:\n", 1)
    changed = changed.replace(
        "{water: us-water, oxygen: cabin-oxygen, hydrogen: acls-hydrogen}",
        "{water: loop-water, oxygen: cabin-oxygen, hydrogen: acls-hydrogen}",
    )
    changed = changed.replace(
        "methane: overboard-methane, water: us-waste-water}", "methane: overboard-methane, water: loop-water}"
    )
    with pytest.raises(ScenarioError, match="needs itself to start") as caught:
        load_scenario(written(tmp_path, changed))
    assert "mine.yaml, line " in str(caught.value)


def test_a_generated_branch_lives_in_it_too(tmp_path: Path) -> None:
    scenario = load_scenario(written(tmp_path, SHIPPED)).scenario
    made, _ = branch_without(scenario, ["nasa"], parse_utc("2022-04-20"), load_catalogue())
    assert made.life_support is not None
    assert made.life_support.own_habitat is not None


def test_a_habitat_that_is_no_yaml_is_refused_with_its_line_and_nothing_beside(tmp_path: Path) -> None:
    broken = SHIPPED.replace("\nstores:\n", "\nstores: -{a: 1\n", 1)
    with pytest.raises(ScenarioError) as caught:
        load_scenario(written(tmp_path, broken))
    said = str(caught.value)
    assert "mine.yaml, line" in said
    assert "not readable as YAML: " in said
    assert "correct it and try again" in said
    assert "None" not in said
    assert "^" not in said
