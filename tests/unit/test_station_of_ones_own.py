"""A station with people of one's own: what is wrong is told once, with its line and a way out."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from stationkeep.campaign.prepare import prepare_campaign
from stationkeep.catalogue.loader import load_catalogue
from stationkeep.cli import main
from stationkeep.errors import ScenarioError
from stationkeep.habitat.recipes import shipped_recipes
from stationkeep.habitat.substances import SUBSTANCES
from stationkeep.logistics.vehicles import known_fleet
from stationkeep.scenario.loader import load_scenario
from stationkeep.scenario.starter import write_starter_with_habitat

STATION = """\
schema: stationkeep.scenario/1
id: mine
title: Three modules, two partners
epoch_utc: 2030-01-01
horizon_utc: 2032-01-01
station: commercial-station
orbit: {mean_elements: {epoch_utc: 2030-01-01, mean_altitude_km: 430, inclination_deg: 51.6}}
drag: {ballistic_coefficient_m2_kg: 0.008, density_model: NRLMSISE-00, spread_percent: 25,
       reference_mass_kg: 72000, source: guess}
altitude_policy: {floor_km: 425, target_km: 430}
providers:
  - id: cargo
    partner: operator-b
    vehicle: small-cargo-ship
    max_burn_duration_s: 1200
    visits: [{arrives_utc: 2030-02-01, leaves_utc: 2030-05-01, every_days: 91, propellant_kg: 300, source: guess}]
life_support:
  habitat: mine-habitat.yaml
  sides: {american: crew, russian: crew}
  supplies: [{vehicles: small-cargo-ship, dry: {food: 0.5}, water: {water: 1}, gas: {oxygen: 1}, source: guess}]
  waste: [trash]
traffic:
  ports:
    habitat-forward: {standard: IDSS, owner: operator-a, source: guess}
    service-aft: {standard: IDSS, owner: operator-a, source: guess}
  lowest_altitude_km: 300
  leave: {days_before_limit: 30, source: guess}
  flights:
    - {name: Crew 1, vehicle: small-crew-ship, ports: habitat-forward, arrival_utc: 2029-12-01,
       stay_days: 179, every_days: 180, crew: [{agency: operator-a, count: 3}], source: guess}
    - {name: Cargo 1, vehicle: small-cargo-ship, provider: cargo, ports: service-aft,
       cargo: {dry_kg: 1500, water_kg: 100, gas_kg: 50}, source: guess}
branches:
  together: {label: together}
"""
HABITAT = """\
cabin: {volume_m3: 300}
people: {crew: 3}
stores:
  food: {substance: food, amount_kg: 800, reserve_days: 45, owner: operator-a, critical: true}
  water: {substance: water, amount_kg: 800, owner: operator-a, critical: true}
  oxygen: {substance: oxygen, amount_kg: 100, capacity_kg: 150}
  urine: {substance: water}
  trash: {substance: other}
  solids: {substance: fecal-solids}
  urine-solids: {substance: urine-solids}
  fecal-water: {substance: water}
  bodies: {substance: food-solids, amount_kg: 45}
sides:
  crew: {food: food, water: water, urine: urine, trash: trash, body: bodies, waste_solids: solids,
         urine_solids: urine-solids, fecal_water: fecal-water}
equipment:
  oga:
    recipe: electrolysis
    stores: {water: water, oxygen: cabin-oxygen, hydrogen: overboard-hydrogen}
    duty: hold
    target: cabin-oxygen
    capacity_per_day: 5 kg/d
    owner: operator-a
  scrubber:
    recipe: scrubber
    stores: {carbon_dioxide: cabin-carbon-dioxide, removed: overboard-carbon-dioxide}
    duty: proportional
    target: cabin-carbon-dioxide
    at_kpa: 0.533
    capacity_per_day: 6 kg/d
"""


def refused(folder: Path, scenario: tuple[str, str] = ("", ""), habitat: tuple[str, str] = ("", "")) -> str:
    """What is said of the station where a part of one of its files is replaced."""
    assert scenario[0] in STATION
    assert habitat[0] in HABITAT
    (folder / "mine-habitat.yaml").write_text(HABITAT.replace(*habitat, 1) if habitat[0] else HABITAT, encoding="utf-8")
    path = folder / "mine.yaml"
    path.write_text(STATION.replace(*scenario, 1) if scenario[0] else STATION, encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    return str(caught.value)


def test_it_is_read_and_counts_its_own_people(tmp_path: Path) -> None:
    (tmp_path / "mine-habitat.yaml").write_text(HABITAT, encoding="utf-8")
    (tmp_path / "mine.yaml").write_text(STATION, encoding="utf-8")
    ready = prepare_campaign(load_scenario(tmp_path / "mine.yaml").scenario, load_catalogue())
    assert ready.people_aboard == 3  # the catalogue's station has four


@pytest.mark.parametrize(
    ("given", "instead", "said"),
    [
        ("    at_kpa: 0.533\n", "", "equipment.scrubber: at_kpa is missing"),
        ("target: cabin-carbon-dioxide", "target: cabin-co2", "unknown gas of the cabin 'cabin-co2'"),
        (", body: bodies, waste_solids: solids", "", "body, waste_solids are missing"),
        ("duty: hold", "duty: hold\n    order: first", "equipment.oga.order: 'first' given; write a whole number"),
        ("duty: hold", "duty: hold\n    running: maybe", "running: 'maybe' given; write true or false"),
        ("duty: hold", "duty: hold\n    owner: [a, b]\n    segment: x", "write a name"),
        ("duty: hold", "duty: hold\n    backs_up: oga", "write a list of names"),
        ("stores:\n", "shared: perhaps\nstores:\n", "shared: 'perhaps' given"),
        ("duty: hold", "duty: hold\n    failure: {low_days: 9, high_days: 5}", "equipment.oga.failure: these figures"),
        (
            "duty: hold",
            "duty: hold\n    failure: {low_days: 9, high_days: 50, spare_store: bits}",
            "unknown store 'bits'",
        ),
        ("6 kg/d", "6 stone/d", "unknown unit 'stone/d'"),
        ("substance: water, amount", "substance: watter, amount", "unknown substance 'watter'; did you mean 'water'"),
        ("amount_kg: 45", "amount_kg: {value: 45, unit: kg, source: a guess of mine}", "quality: Field required"),
    ],
)
def test_a_habitat_is_refused_with_its_field(tmp_path: Path, given: str, instead: str, said: str) -> None:
    if "owner: [a, b]" in instead:
        given, instead = "    owner: operator-a\n  scrubber", "    owner: [a, b]\n  scrubber"
    answer = refused(tmp_path, habitat=(given, instead))
    assert said in answer
    assert "mine-habitat.yaml, line " in answer
    assert "None" not in answer


@pytest.mark.parametrize(
    ("given", "instead", "said"),
    [
        ("  sides: {american: crew, russian: crew}\n", "", "such as {american: crew, russian: crew}"),
        ("cargo: {dry_kg", "crew: [{agency: operator-a, count: 2}], cargo: {dry_kg", "carries no people"),
        ("count: 3}", "count: 3, down: Soyuz MS-99}", "no flight 'Soyuz MS-99'"),
        ("stay_days: 179", "stay_days: 185", "(and 3 more like it there)"),
    ],
)
def test_what_a_repeated_flight_has_wrong_is_told_once(tmp_path: Path, given: str, instead: str, said: str) -> None:
    answer = refused(tmp_path, scenario=(given, instead))
    assert said in answer
    assert "problems" not in answer


def test_ports_of_another_station_are_to_be_listed(tmp_path: Path) -> None:
    begin, end = STATION.index("  ports:\n"), STATION.index("  lowest_altitude_km")
    assert "list those of another station under traffic.ports" in refused(tmp_path, scenario=(STATION[begin:end], ""))


def test_a_starter_brings_its_habitat(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    scenario, habitat = write_starter_with_habitat("mine", tmp_path, "commercial-two-providers")
    loaded = load_scenario(scenario).scenario
    assert loaded.life_support is not None
    assert loaded.life_support.habitat == habitat.name == "mine-habitat.yaml"
    assert loaded.life_support.own_habitat is not None
    for arguments, said in (
        (["new", "other", "--habitat"], "names no habitat"),
        (["new", "mine", "--from", "iss-2022", "--habitat"], "exists already"),
    ):
        monkeypatch.setattr(sys, "argv", ["stationkeep", *arguments, "--out", str(tmp_path)])
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == 2
        assert said in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine-habitat.yaml", "mine.yaml"]


def test_the_documents_name_every_recipe_substance_and_kind_of_craft() -> None:
    docs = Path(__file__).parents[2] / "docs"
    life, scenario = ((docs / f"{name}.md").read_text(encoding="utf-8") for name in ("life-support", "scenario"))
    people = {"eating", "fasting", "drinking", "hygiene", "flush", "toilet-containers"}
    for name in {*shipped_recipes(), "urine-processor"} - people | SUBSTANCES.keys():
        assert f"`{name}`" in life, name
    for name in known_fleet().kinds:
        assert f"`{name}`" in scenario, name
