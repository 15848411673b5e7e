"""Ways to push a station: who, from where, since when, against what obstacles, with which tanks."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import typer
from typer.testing import CliRunner

from stationkeep.catalogue.entries import Station
from stationkeep.catalogue.loader import load_catalogue
from stationkeep.catalogue.store import Catalogue
from stationkeep.cli.catalogue import catalogue as catalogue_command
from stationkeep.cli.catalogue import catalogue_document
from stationkeep.errors import CatalogueError
from stationkeep.propulsion.pushers import PushOption, push_options, station_network


@pytest.fixture(scope="module")
def facts() -> Catalogue:
    return load_catalogue()


@pytest.fixture(scope="module")
def iss(facts: Catalogue) -> Station:
    return facts.stations["iss-2022-04-02"]


def by_name(options: tuple[PushOption, ...]) -> dict[str, PushOption]:
    return {option.feed: option for option in options}


def test_every_port_named_by_a_push_is_a_port_of_a_station(facts: Catalogue) -> None:
    ports = {port.id for station in facts.stations.values() for port in station.ports}
    pushes = [push for entry in (*facts.vehicles.values(), *facts.modules.values()) for push in entry.pushes]
    assert len(pushes) >= 14
    for push in pushes:
        assert {*push.ports, *push.ports_to_be_free} <= ports, push.id


def test_unproven_and_planned_say_so(facts: Catalogue) -> None:
    standing = {entry.id: [push.standing for push in entry.pushes] for entry in facts.vehicles.values()}
    assert standing["htv-x"] == ["unproven"]
    assert standing["starliner"] == ["unproven"]
    assert standing["crew-dragon"] == ["unproven"]
    assert standing["usdv"] == ["planned"]
    assert standing["atv"] == ["retired"]
    assert standing["cargo-dragon"] == ["tested"]
    assert standing["soyuz-ms"] == ["emergency"]


def test_on_2_april_2022_only_progress_at_the_aft_port_can_push(iss: Station) -> None:
    options = push_options(iss, attitude_view="nasa")
    assert [option.feed for option in options if option.ready] == ["progress-ms-18/progress-small-thrusters"]
    named = by_name(options)
    assert named["progress-ms-19/progress-small-thrusters"].obstacles[0].startswith("docked at poisk-zenith")
    assert "Progress MS-18" in named["zvezda/zvezda-main"].obstacles[0]
    assert named["cygnus-ng-17/cygnus-main-engine"].obstacles == ("only tested before 2022-06-25",)


def test_the_cygnus_dispute_is_a_switch(iss: Station) -> None:
    day = datetime(2022, 6, 26, tzinfo=UTC)
    name = "cygnus-ng-17/cygnus-main-engine"
    gyros_only = {"moment": day, "attitude_holders": ("gyros",), "stopped": ("roscosmos",)}
    assert by_name(push_options(iss, attitude_view="nasa", **gyros_only))[name].ready  # type: ignore[arg-type]
    refused = by_name(push_options(iss, attitude_view="roscosmos", **gyros_only))[name]  # type: ignore[arg-type]
    assert refused.obstacles == ("nothing holds the attitude: needs station-thrusters",)
    undecided = by_name(push_options(iss, **gyros_only))[name]  # type: ignore[arg-type]
    assert undecided.attitude is None
    assert "disputed between nasa and roscosmos" in undecided.obstacles[0]
    push = undecided.push
    for view in (None, "esa"):
        with pytest.raises(CatalogueError, match="choose nasa or roscosmos"):
            push.attitude_claim(view)
    assert {claim.view for claim in push.attitude} == {"nasa", "roscosmos"}


def test_a_partner_that_stops_takes_its_pushes_away(iss: Station) -> None:
    options = push_options(iss, attitude_view="nasa", stopped=("roscosmos",), unshown=True)
    assert {option.operator for option in options if option.ready} == {"spacex", "northrop-grumman"}
    stopped = by_name(options)["progress-ms-18/progress-small-thrusters"]
    assert stopped.obstacles == ("roscosmos has stopped",)


def test_figures_may_be_drawn(iss: Station) -> None:
    high = by_name(push_options(iss, draw=lambda path: 1.0))["progress-ms-18/progress-small-thrusters"]
    low = by_name(push_options(iss, draw=lambda path: 0.0))["progress-ms-18/progress-small-thrusters"]
    assert (low.thruster.thrust_n, high.thruster.thrust_n) == (650.0, 940.0)
    empty, full = (station_network(iss, draw=lambda path, u=u: u) for u in (0.0, 1.0))  # type: ignore[misc]
    assert empty.usable_kg("zvezda/zvezda-main") == 0.0
    assert full.tanks["zarya"].content_kg == 5500.0
    assert full.tanks["zarya"].usable_kg == 5500.0 - 165.0


def test_the_plumbing_of_the_station(iss: Station) -> None:
    network = station_network(iss)
    assert network.feeds["progress-ms-18/progress-small-thrusters"] == (
        "progress-ms-18",
        "progress-ms-18-refuel",
        "zvezda",
    )
    assert network.feeds["cygnus-ng-17/cygnus-main-engine"] == ("cygnus-ng-17",)
    assert network.pipes["zarya"] == ("zvezda",)
    assert network.pipes["progress-ms-18-refuel"] == ("zvezda", "zarya")
    # Zvezda's engines reach what Progress brought and what Zarya stores, after pumping.
    reach = network.reachable_kg("zvezda/zvezda-main")
    stores = ("zvezda", "zarya", "progress-ms-18-refuel", "progress-ms-19-refuel")
    assert reach == pytest.approx(sum(network.tanks[name].usable_kg for name in stores))
    # What a Progress spares is its own: no pipe takes it to the station.
    assert "progress-ms-18" not in network.pipes


def test_the_template_station_pushes_too(facts: Catalogue) -> None:
    options = push_options(facts.stations["small-station"])
    assert [option.feed for option in options if option.ready] == ["small-cargo-1/small-cargo-main"]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"first_used_utc": None}, "belongs to what was used"),
        ({"standing": "unproven"}, "belongs to what was used"),
        ({"standard_since_utc": "2017-01-01"}, "before the first use"),
        ({"attitude": "twice"}, "one claim on attitude for each view"),
        ({"attitude": []}, "at least 1"),
    ],
)
def test_a_push_that_contradicts_itself_is_refused(facts: Catalogue, change: dict[str, object], complaint: str) -> None:
    push = facts.vehicles["cygnus"].pushes[0]
    document = push.model_dump(mode="json", exclude_none=True)
    if change.get("attitude") == "twice":
        change = {"attitude": [document["attitude"][0], document["attitude"][0]]}
    with pytest.raises(ValueError, match=complaint):
        type(push).model_validate(
            {**document, **change}, context={"engines": facts.engines, "partners": facts.partners}
        )


def test_the_command_shows_pushes_and_both_sides_of_the_dispute(facts: Catalogue) -> None:
    app = typer.Typer()
    app.command()(catalogue_command)
    output = " ".join(CliRunner().invoke(app, ["cygnus"], env={"COLUMNS": "100"}).output.split())
    assert "flying pitched" in output
    assert "attitude, says nasa: gyros or station-thrusters" in output
    assert "attitude, says roscosmos: station-thrusters" in output
    zvezda = " ".join(CliRunner().invoke(app, ["zvezda"], env={"COLUMNS": "100"}).output.split())
    assert "itself; zvezda-aft free" in zvezda
    document = catalogue_document(facts, facts.vehicles["cygnus"])["entries"][0]
    assert [claim["view"] for claim in document["pushes"][0]["attitude"]] == ["nasa", "roscosmos"]
    assert document["pushes"][0]["engine"] == "cygnus-bt-4"
