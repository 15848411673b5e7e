"""The catalogue: every figure is sourced, every reference holds, the station of 2 April 2022 is the real one."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from stationkeep.catalogue.entries import Engine, Partner, Station
from stationkeep.catalogue.figure import QUALITY_MARKS, Figure
from stationkeep.catalogue.loader import load_catalogue, read_catalogue
from stationkeep.catalogue.store import Catalogue, iterate_figures
from stationkeep.cli.catalogue import catalogue as catalogue_command
from stationkeep.errors import CatalogueError, InputError


@pytest.fixture(scope="module")
def facts() -> Catalogue:
    return load_catalogue()


@pytest.fixture(scope="module")
def iss(facts: Catalogue) -> Station:
    return facts.stations["iss-2022-04-02"]


def test_every_figure_has_unit_source_and_quality(facts: Catalogue) -> None:
    figures = [(entry.id, path, figure) for entry in facts.entries() for path, figure in iterate_figures(entry)]
    assert len(figures) > 150
    for entry_id, path, figure in figures:
        assert figure.unit, (entry_id, path)
        assert len(figure.source) >= 8, (entry_id, path)
        assert figure.quality in QUALITY_MARKS, (entry_id, path)
        assert figure.low <= figure.best <= figure.high, (entry_id, path)


def test_sources_are_citations_not_keys_of_some_private_list(facts: Catalogue) -> None:
    for entry in facts.entries():
        for path, figure in iterate_figures(entry):
            assert "[" not in figure.source, (entry.id, path)
            assert not figure.source.isdigit(), (entry.id, path)


def test_references_hold(facts: Catalogue) -> None:
    for vehicle in facts.vehicles.values():
        assert vehicle.owner in facts.partners
        assert vehicle.engine is None or facts.engines[vehicle.engine.id] is vehicle.engine
    for module in facts.modules.values():
        assert {module.owner, module.operator} <= set(facts.partners)
    for station in facts.stations.values():
        assert all(facts.modules[module.id] is module for module in station.modules)
        assert all(facts.vehicles[craft.vehicle.id] is craft.vehicle for craft in station.docked)
        assert {person.agency for person in station.people} <= set(facts.partners)
    for engine in facts.engines.values():
        assert engine.operator in facts.partners


def test_ids_are_unique_over_all_kinds(facts: Catalogue) -> None:
    ids = [entry.id for entry in facts.entries()]
    assert len(ids) == len(set(ids))


def test_station_of_2_april_2022_has_five_vehicles_and_seven_people(iss: Station) -> None:
    assert {craft.port: craft.id for craft in iss.docked} == {
        "zvezda-aft": "progress-ms-18",
        "poisk-zenith": "progress-ms-19",
        "prichal-nadir": "soyuz-ms-21",
        "harmony-forward": "crew-3",
        "unity-nadir": "cygnus-ng-17",
    }
    assert len(iss.people) == 7
    agencies = [person.agency for person in iss.people]
    assert (agencies.count("nasa"), agencies.count("esa"), agencies.count("roscosmos")) == (3, 1, 3)
    assert len(iss.ports) == 8


def test_everyone_has_a_seat_home(facts: Catalogue) -> None:
    for station in facts.stations.values():
        for craft in station.docked:
            riders = [person for person in station.people if person.ride_home == craft.id]
            seats = 0.0 if craft.vehicle.crew_seats is None else craft.vehicle.crew_seats.best
            assert len(riders) <= seats, craft.id


def test_stay_limits_are_those_of_the_lifeboats(iss: Station) -> None:
    ends = {craft.id: craft.stay_ends_utc for craft in iss.docked}
    # 210 d after 11 November 2021 and 200 d after 18 March 2022.
    assert ends["crew-3"] is not None
    assert ends["crew-3"].date().isoformat() == "2022-06-09"
    assert ends["soyuz-ms-21"] is not None
    assert ends["soyuz-ms-21"].date().isoformat() == "2022-10-04"
    # Nobody publishes a limit for Cygnus: the range of its past stays must not pass for one.
    assert ends["cygnus-ng-17"] is None


def test_masses_add_up(iss: Station) -> None:
    print(f"modules {iss.module_mass_kg:,.0f} kg + docked {iss.docked_mass_kg:,.0f} kg of {iss.mass_kg.best:,.0f} kg")
    # Modules were launched partly empty: racks, batteries, spares, water and propellant followed in 20 years of cargo
    # flights. So the sum of launch masses must stay below the whole, by an amount of that order.
    fitted_out_kg = iss.mass_kg.best - iss.module_mass_kg - iss.docked_mass_kg
    assert 40_000 < fitted_out_kg < 100_000
    # NASA's round 925,000 lb (419.6 t) leaves visiting vehicles out; 2 % is the spread of NASA's own mass headers.
    assert iss.mass_kg.best - iss.docked_mass_kg == pytest.approx(419_600, rel=0.02)


def test_unknown_propellant_is_a_range_and_says_so(iss: Station) -> None:
    for tank in iss.tanks:
        assert tank.propellant_kg.value is None
        assert tank.propellant_kg.low == 0.0
        assert tank.propellant_kg.high == tank.capacity_kg.best
        assert "unknown" in tank.propellant_kg.source


def test_zarya_is_owned_by_one_partner_and_run_by_another(facts: Catalogue) -> None:
    zarya = facts.modules["zarya"]
    assert (zarya.owner, zarya.operator) == ("nasa", "roscosmos")
    assert zarya in facts.owned_by("nasa")
    assert zarya in facts.operated_by("roscosmos")
    assert zarya not in facts.owned_by("roscosmos")


@pytest.mark.parametrize(
    ("engine_id", "burn_s", "delta_v_m_s", "mass_kg"),
    [
        ("ktdu-80-thrusters", 142.3, 0.26, 445_386),  # 8 February 2022, Progress MS-18; mass from NASA's header
        ("ktdu-80-thrusters", 320.1, 0.52, 459_692),  # 11 March 2022, Progress MS-18
        ("zvezda-main-engines", 15.6, 0.24, 407_500),  # 17 January 2018
        ("cygnus-bt-4", 301.0, 0.28, 460_000),  # 25 June 2022, Cygnus NG-17
        ("dragon-boost-trunk", 303.0, 0.45, 460_000),  # 3 September 2025, Dragon CRS-33
    ],
)
def test_thrust_agrees_with_published_burns(
    facts: Catalogue, engine_id: str, burn_s: float, delta_v_m_s: float, mass_kg: float
) -> None:
    thrust = facts.engines[engine_id].thrust_n
    # 0.01 m/s of rounding in the published speed change is up to 4 % of these burns.
    assert thrust.low * 0.96 <= mass_kg * delta_v_m_s / burn_s <= thrust.high * 1.04


def test_flow_is_thrust_over_exhaust_speed(facts: Catalogue) -> None:
    # Cygnus: 450 N / (329 s * 9.80665 m/s2) = 0.1395 kg/s, so the burn of 301 s used about 42 kg.
    assert facts.engines["cygnus-bt-4"].flow_kg_s * 301 == pytest.approx(42.0, abs=0.1)


@pytest.mark.parametrize(
    ("vehicle_id", "day", "expected"),
    [
        ("cygnus", datetime(2022, 4, 2, tzinfo=UTC), False),
        ("cygnus", datetime(2022, 7, 1, tzinfo=UTC), True),
        ("progress-ms", datetime(2022, 4, 2, tzinfo=UTC), True),
        ("atv", datetime(2022, 4, 2, tzinfo=UTC), False),
        ("htv-x", datetime(2026, 4, 2, tzinfo=UTC), False),
    ],
)
def test_who_can_push_when(facts: Catalogue, vehicle_id: str, day: datetime, expected: bool) -> None:
    assert facts.vehicles[vehicle_id].can_push(day) is expected


# --- against outside truth ---


def test_module_masses_against_gcat(iss: Station, shared_data: Path) -> None:
    names = {"Rassvet (MIM-1)": "rassvet", "Leonardo PMM": "leonardo", "Canadarm-2": "canadarm2", "Kibo PM": "kibo"}
    with (shared_data / "people" / "modules_gcat.csv").open(newline="") as stream:
        rows = {names.get(row["name"], row["name"].lower().replace(" ", "-")): row for row in csv.DictReader(stream)}
    compared = [module for module in iss.modules if module.id in rows]
    assert len(compared) >= 20
    for module in compared:
        listed = [float(rows[module.id][key]) for key in ("mass_kg", "dry_mass_kg", "total_mass_kg")]
        # The shipped figure is one of GCAT's three (as attached, dry, with what it carried), to the kilogram.
        assert any(abs(module.mass_kg.best - mass) < 1.0 for mass in listed), module.id
        assert module.launched_utc.date().isoformat() == rows[module.id]["launch_date"], module.id


def test_docked_vehicles_against_the_port_log(iss: Station, shared_data: Path) -> None:
    with (shared_data / "people" / "port_stays.csv").open(newline="") as stream:
        stays = list(csv.DictReader(stream))
    epoch = iss.epoch_utc.strftime("%Y-%m-%dT%H:%MZ")
    there = {row["vehicle"]: row for row in stays if row["from_utc"] <= epoch and (row["to_utc"] or "9") > epoch}
    names = {craft.name.replace("Crew-3 Endurance", "SpaceX Crew-3").split(" (")[0]: craft for craft in iss.docked}
    assert set(there) == set(names)
    for name, craft in names.items():
        assert craft.docked_utc.strftime("%Y-%m-%dT%H:%MZ") == there[name]["from_utc"]


def test_people_against_the_crew_list(iss: Station, shared_data: Path) -> None:
    with (shared_data / "people" / "crew.csv").open(newline="") as stream:
        epoch = iss.epoch_utc.strftime("%Y-%m-%dT%H:%MZ")
        aboard = [row for row in csv.DictReader(stream) if row["arrival_utc"] <= epoch < row["undock_utc"]]
    listed = {tuple(reversed(row["name"].split(", "))): row for row in aboard}
    assert {tuple(person.name.split(" ", 1)) for person in iss.people} == set(listed)
    for person in iss.people:
        row = listed[tuple(person.name.split(" ", 1))]
        assert person.nationality == row["nationality"]
        assert person.agency == row["agency"].lower()


# --- finding ---


@pytest.mark.parametrize("name", ["ISS", "iss-2022-04-02", "international space station", "ISS 2022 04 02"])
def test_find_is_forgiving_of_case_and_punctuation(facts: Catalogue, name: str) -> None:
    assert facts.find(name).id == "iss-2022-04-02"


def test_find_suggests(facts: Catalogue) -> None:
    with pytest.raises(CatalogueError) as caught:
        facts.find("zvesda")
    assert "zvesda" in caught.value.problem
    assert caught.value.hint is not None
    assert "zvezda" in caught.value.hint


def test_find_suggests_nothing_for_a_word_that_is_like_nothing(facts: Catalogue) -> None:
    with pytest.raises(CatalogueError) as caught:
        facts.find("nope")
    assert caught.value.hint == "list everything with: stationkeep catalogue"


@pytest.mark.parametrize("name", ["", "   ", "###", "no such thing at all"])
def test_find_of_nothing_says_how_to_list(facts: Catalogue, name: str) -> None:
    with pytest.raises(CatalogueError, match="stationkeep catalogue"):
        facts.find(name)


def test_find_of_every_id_and_name_gives_that_entry(facts: Catalogue) -> None:
    for entry in facts.entries():
        assert facts.find(entry.id) is entry
        assert facts.find(entry.name) is entry
        for alias in entry.aliases:
            assert facts.find(alias) is entry


def test_unknown_port_lists_the_known(iss: Station) -> None:
    assert iss.port("zvezda-aft").refuels
    with pytest.raises(CatalogueError, match="zvezda-aft"):
        iss.port("zvezda-front")


# --- refusals ---

PARTNER = "partners:\n  p: {name: P, type: agency, country: US, source: a proper source, quality: A}\n"


def _engine(thrust: str) -> str:
    impulse = "{value: 300, unit: s, source: a proper source, quality: A}"
    return (
        f"engines:\n  motor: {{name: Motor, operator: p, propellant: NTO/MMH, thrust_n: {thrust}, "
        f"specific_impulse_s: {impulse}}}\n"
    )


def _read(folder: Path, engines: str, partners: str = PARTNER) -> Catalogue:
    (folder / "partners.yaml").write_text(partners)
    (folder / "engines.yaml").write_text(engines)
    return read_catalogue(folder)


def test_a_good_figure_is_read(tmp_path: Path) -> None:
    read = _read(tmp_path, _engine("{value: 400, low: 390, high: 410, unit: N, source: a proper source, quality: B}"))
    assert isinstance(read.find("motor"), Engine)
    assert read.engines["motor"].thrust_n.text == "400 N (390 to 410)"


@pytest.mark.parametrize(
    ("thrust", "complaint"),
    [
        ("{value: 400, source: a proper source, quality: A}", "thrust_n.unit"),
        ("{value: 400, unit: N, quality: A}", "thrust_n.source"),
        ("{value: 400, unit: N, source: a proper source}", "thrust_n.quality"),
        ("{value: 400, unit: N, source: a proper source, quality: E}", "thrust_n.quality"),
        ("{value: 400, unit: N, source: x, quality: A}", "thrust_n.source"),
        ("{unit: N, source: a proper source, quality: A}", "needs value, or low and high"),
        ("{low: 400, unit: N, source: a proper source, quality: A}", "both low and high"),
        ("{low: 4, high: 3, unit: N, source: a proper source, quality: A}", "low 4 is above high 3"),
        ("{value: 9, low: 3, high: 4, unit: N, source: a proper source, quality: A}", "outside its range"),
        ("{low: 0, high: 4, shape: loguniform, unit: N, source: a proper source, quality: A}", "above zero"),
        ("{value: .nan, unit: N, source: a proper source, quality: A}", "finite"),
        ("{value: '400', unit: N, source: a proper source, quality: A}", "valid number"),
        ("{value: 400, unit: kN, source: a proper source, quality: A}", "must be in N, not in kN"),
        ("{value: 400, unit: N, source: a proper source, quality: A, colour: red}", "thrust_n.colour"),
        ("400", "a figure is a mapping"),
    ],
)
def test_a_bad_figure_is_refused_with_file_and_entry(tmp_path: Path, thrust: str, complaint: str) -> None:
    with pytest.raises(CatalogueError) as caught:
        _read(tmp_path, _engine(thrust))
    assert "engines.yaml" in caught.value.problem
    assert "'motor'" in caught.value.problem
    assert complaint in caught.value.problem


GOOD_THRUST = "{value: 400, unit: N, source: a proper source, quality: A}"


def test_unknown_partner_is_refused_with_a_suggestion(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match=r"engines\.yaml: engine 'motor': operator: unknown id 'pp'.*mean p\?"):
        _read(tmp_path, _engine(GOOD_THRUST).replace("operator: p,", "operator: pp,"))


def test_id_used_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match=r"already used in partners\.yaml"):
        _read(tmp_path, _engine(GOOD_THRUST).replace("  motor:", "  p:"))


def test_key_given_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match=r"partners\.yaml.*'p' is given twice"):
        _read(tmp_path, _engine(GOOD_THRUST), PARTNER + PARTNER.split("\n")[1] + "\n")


@pytest.mark.parametrize(
    "text", ["", "- a list\n", "nonsense: {}\n", "partners: [\n", "partners: 3\n", "partners: {p: 3}\n", "credits: 3\n"]
)
def test_a_file_that_is_no_catalogue_is_refused_by_name(tmp_path: Path, text: str) -> None:
    with pytest.raises(CatalogueError, match=r"partners\.yaml"):
        _read(tmp_path, "engines: {}\n", text)


def test_an_empty_or_binary_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="no catalogue files"):
        read_catalogue(tmp_path)
    (tmp_path / "binary.yaml").write_bytes(bytes(range(256)))
    with pytest.raises(CatalogueError, match=r"binary\.yaml"):
        read_catalogue(tmp_path)


def _reject(iss: Station, facts: Catalogue, **changes: object) -> str:
    document = {key: value for key, value in iss.document().items() if key != "kind"}
    for section in ("docked", "tanks"):
        document[section] = [_without_computed(part) for part in document[section]]
    known = {"partners": facts.partners, "engines": facts.engines, "vehicles": facts.vehicles, "modules": facts.modules}
    with pytest.raises(ValueError) as caught:
        Station.model_validate(_without_computed({**document, **changes}), context=known)
    return str(caught.value)


def _without_computed(fields: object) -> object:
    if isinstance(fields, dict):
        return {key: _without_computed(value) for key, value in fields.items() if key != "best"}
    return [_without_computed(one) for one in fields] if isinstance(fields, list) else fields


def test_a_station_that_contradicts_itself_is_refused(iss: Station, facts: Catalogue) -> None:
    docked = iss.document()["docked"]
    moved = [{**docked[0], "port": "unity-nadir"}, *docked[1:]]
    assert "does not fit port unity-nadir" in _reject(iss, facts, docked=moved)
    doubled = [{**docked[0], "port": "poisk-zenith"}, *docked[1:]]
    assert "at the same port" in _reject(iss, facts, docked=doubled)
    assert "was not there" in _reject(iss, facts, epoch_utc="2022-06-15T00:00:00Z")
    assert "is not docked" in _reject(iss, facts, docked=docked[:4][:2])
    assert "no port" in _reject(iss, facts, docked=[{**docked[0], "port": "the-moon"}, *docked[1:]])
    assert "is not a date" in _reject(iss, facts, epoch_utc="2022-02-31")
    tanks = iss.document()["tanks"]
    overfull = [{**tanks[0], "propellant_kg": {**tanks[0]["propellant_kg"], "high": 900}}, *tanks[1:]]
    assert "between zero and the capacity" in _reject(iss, facts, tanks=overfull)
    modules = [*iss.document()["modules"], "small-station-core"]
    assert "launched after the station's epoch: small-station-core" in _reject(iss, facts, modules=modules)


def test_quantile_refuses_what_is_no_probability() -> None:
    figure = Figure(low=1, high=2, unit="kg", source="a proper source", quality="D")
    for outside in (-0.1, 1.1, float("nan")):
        with pytest.raises(InputError, match="outside 0 to 1"):
            figure.quantile(outside)


def test_the_catalogue_cannot_be_changed(facts: Catalogue, iss: Station) -> None:
    with pytest.raises(TypeError):
        facts.partners["nobody"] = facts.partners["nasa"]  # type: ignore[index]
    with pytest.raises(ValueError, match="frozen"):
        iss.mass_kg.low = 0.0  # type: ignore[misc]


# --- the command ---


def _run(*arguments: str) -> str:
    app = typer.Typer()
    app.command()(catalogue_command)
    result = CliRunner().invoke(app, list(arguments), env={"COLUMNS": "100"})
    assert result.exit_code == 0, result.output
    return result.output


def test_listing_names_every_entry_within_100_columns(facts: Catalogue) -> None:
    output = _run()
    for entry in facts.entries():
        assert entry.id in output
    assert max(len(line) for line in output.splitlines()) <= 100
    assert "CC BY 4.0" in output


def test_one_entry_prints_every_figure_with_its_source(facts: Catalogue) -> None:
    output = " ".join(_run("Progress MS").split())
    for figure in (facts.vehicles["progress-ms"].launch_mass_kg, facts.vehicles["progress-ms"].longest_burn_s):
        assert figure is not None
        # Columns wrap, so only the first words of a source stand together on one line.
        assert " ".join(figure.source.split()[:2]) in output
    assert "7,300 kg" in output
    assert "ktdu-80-thrusters" in output


@pytest.mark.parametrize("name", ["ISS", "tiangong-1", "small-station", "roscosmos", "zarya", "cygnus-bt-4"])
def test_every_kind_of_entry_prints(facts: Catalogue, name: str) -> None:
    assert facts.find(name).name in _run(name)


def test_station_prints_people_ports_and_owners() -> None:
    output = _run("ISS")
    for words in ("Matthias Maurer", "Soyuz MS-21", "Unity nadir", "free", "0 to 860 kg", "unknown"):
        assert words in output


def test_json_document_holds_everything_by_id(facts: Catalogue) -> None:
    document = json.loads(_run("--json", "-"))
    assert document["schema"] == "stationkeep.catalogue/1"
    assert [entry["id"] for entry in document["entries"]] == [entry.id for entry in facts.entries()]
    assert set(document["quality_marks"]) == set("ABCDM")
    assert "CC BY 4.0" in document["credits"][0]["licence"]


def test_json_of_one_entry_is_written_to_a_file(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "iss.json"
    _run("ISS", "--json", str(target))
    (entry,) = json.loads(target.read_text())["entries"]
    assert entry["kind"] == "station"
    assert entry["mass_kg"]["value"] == 460000
    assert entry["epoch_utc"] == "2022-04-02T00:00:00Z"
    assert entry["docked"][0]["vehicle"] == "progress-ms"
    assert "zarya" in entry["modules"]


def test_partners_know_what_they_own(facts: Catalogue) -> None:
    nasa = facts.find("nasa")
    assert isinstance(nasa, Partner)
    assert "Operates for others: Zarya." in _run("roscosmos")
