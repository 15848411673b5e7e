"""``stationkeep reboost``: what it prints and writes, and how it refuses."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from stationkeep.campaign.reboost import plan_reboosts
from stationkeep.campaign.reboost_setup import ReboostOptions
from stationkeep.cli.app import app
from stationkeep.errors import InputError
from stationkeep.scenario.loader import load_scenario

SHORT = ["reboost", "iss-2022", "--months", "4"]


def test_it_plans_burns_and_writes_page_figure_and_json(tmp_path: Path) -> None:
    page, figure, data = tmp_path / "r.html", tmp_path / "r.svg", tmp_path / "r.json"
    shown = CliRunner().invoke(app, [*SHORT, "--output", str(page), "--json", str(data)])
    assert shown.exit_code == 0, shown.output
    assert "m/s and" in shown.output
    assert "held at [km]" in shown.output
    assert CliRunner().invoke(app, [*SHORT, "--output", str(figure)]).exit_code == 0
    document = json.loads(data.read_text(encoding="utf-8"))
    assert document["schema"] == "stationkeep.reboost/1"
    for burn in document["burns"]:
        assert {"date_utc", "provider", "delta_v_m_s", "duration_s", "propellant_kg", "mean_altitude_after_km"} <= set(
            burn
        )
    text = page.read_text(encoding="utf-8")
    assert text.count("<svg") == 4
    assert "http-equiv" in text
    assert ElementTree.fromstring(figure.read_text(encoding="utf-8")).tag.endswith("svg")


def test_the_document_adds_up() -> None:
    document = plan_reboosts(load_scenario("iss-2022"), ReboostOptions(months=8.0)).document
    years = 244 / 365.25  # eight months, whole days
    assert sum(burn.propellant_kg for burn in document.burns) == pytest.approx(document.propellant_kg, abs=0.01)
    assert document.propellant_kg_per_year == pytest.approx(document.propellant_kg / years, rel=1e-3)
    for burn in document.burns:
        assert burn.mean_altitude_before_km >= 414.97
        assert burn.mean_altitude_after_km <= 418.0 + 1.0e-3
    by_sun = [case.propellant_kg_per_year for case in document.suns]
    assert len(by_sun) == 3
    assert all(value is not None for value in by_sun)
    assert by_sun[0] < by_sun[1] < by_sun[2]  # type: ignore[operator]  # a stronger Sun costs more
    for low, high in zip(document.trade, document.trade[1:], strict=False):
        assert all(high.propellant_kg_per_year[name] < cost for name, cost in low.propellant_kg_per_year.items())
    # what the same tanks give beside the plan: 2.1 burns a year of 0.5 m/s are 1.05 m/s, 170 kg of 460 t at 290 s
    assert document.besides.avoidance_kg_per_year == pytest.approx(460.0e3 * 1.05 / (290.0 * 9.80665), rel=0.01)
    assert document.besides.attitude_kg_per_year_interval is not None
    assert document.besides.attitude_kg_per_year_interval[0] < document.besides.attitude_kg_per_year_interval[1]
    assert document.besides.attitude_kg_per_year is not None
    # the deorbit vehicle raises nothing: neither a burn, nor a tank, nor a limit is its own
    assert {burn.provider for burn in document.burns} <= {"progress", "cygnus"}
    assert not [name for name in document.tanks_kg if name.startswith("usdv")]
    assert not [item.limit for item in document.limiting if "Deorbit" in item.limit]
    assert {burn.label for burn in document.burns} <= {"Progress at Zvezda's aft port", "Cygnus at Unity's nadir port"}


def test_nobody_plans_with_the_deorbit_vehicle_once_it_is_there() -> None:
    document = plan_reboosts(load_scenario("iss-2022"), ReboostOptions(months=100.0, every_days=30.0)).document
    assert document.stop_utc > "2030"
    assert {burn.provider for burn in document.burns} <= {"progress", "cygnus"}


def test_the_attitude_takes_its_share_from_the_tanks() -> None:
    loaded = load_scenario("iss-2022")
    without = replace(loaded, scenario=loaded.scenario.model_copy(update={"attitude": None}))
    options = ReboostOptions(months=6.0, branch="withdrawal-with-propellant")
    held, free = plan_reboosts(loaded, options), plan_reboosts(without, options)
    days = held.setup.problem.stop_mjd_utc - held.setup.problem.start_mjd_utc
    yearly = held.document.besides.attitude_kg_per_year
    assert yearly is not None
    gone = free.document.tanks_kg["progress"] - held.document.tanks_kg["progress"]
    burnt = held.document.propellant_kg - free.document.propellant_kg
    assert gone == pytest.approx(yearly * days / 365.25 + burnt, abs=15.0)  # one burn's overhead
    assert held.document.tanks_kg["progress"] > held.setup.problem.stores[0].kept_kg
    assert any("no attitude section" in note for note in free.document.notes)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--floor-km", "420"], "2 km too high"),
        (["--branch", "withdrawal"], "nobody can push"),
        (["--branch", "withdrawal"], "km below the floor, with all that can be burnt"),
        (["--branch", "withdrawal"], "kg of propellant are missing to keep the floor until 2024-04-02"),
        (["--branch", "withdrawal"], "nobody may push later either"),
        (["--branch", "withdrawal", "--months", "60"], "the station falls on 2024-"),
        (["--branch", "withdrawal-with-cygnus"], "Cygnus at Unity's nadir port may push from 2022-06-25 on"),
        (["--branch", "withdrawal-with-propellant"], "kg of it for the attitude"),
        (["--branch", "withdrawal-with-cygnus", "--attitude-view", "roscosmos"], "needs the station's thrusters"),
        (["--every-days", "91.3"], "only come every 91.3 days"),
        (["--months", "0"], "a plan over 0 months"),
        (["--months", "200"], "after the scenario's horizon"),
        (["--percentile", "100"], "percentile 100"),
        (["--arrival", "2022-06-03"], "cannot be read"),
        (["--arrival", "2022-06-03:405-410"], "5.00 km below the floor"),
        (["--arrival", "2029-06-03:415-418"], "lies outside the plan"),
        (["--attitude-view", "esa"], "choose nasa or roscosmos"),
        (["--output", "plan.pdf"], "what kind of file"),
        (["--branch", "none"], "has no branch 'none'"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_message(options: list[str], words: str) -> None:
    with pytest.raises(InputError) as caught:
        CliRunner().invoke(app, [*SHORT[:2], *options], catch_exceptions=False)
    assert words in str(caught.value)


def test_too_little_propellant_names_how_much_is_missing() -> None:
    loaded = load_scenario("iss-2022")
    first = loaded.scenario.providers[0].model_copy(update={"resupply": ()})
    poor = loaded.scenario.model_copy(update={"providers": (first,), "traffic": None, "life_support": None})
    with pytest.raises(InputError, match=r"would burn \d+ kg until then and have at most 1750 kg .*kg missing"):
        plan_reboosts(replace(loaded, scenario=poor))
