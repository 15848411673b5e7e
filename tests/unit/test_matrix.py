"""The matrix of departures: rows from runs and graph, cells, figure, page, command."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stationkeep.campaign.matrix import MatrixResult, fly_matrix
from stationkeep.campaign.matrix_cases import NOBODY, MatrixError, asked, with_departures
from stationkeep.campaign.matrix_document import GraphLoss, MatrixDocument, MatrixRow
from stationkeep.campaign.matrix_graph import unseen
from stationkeep.campaign.run import run_scenario
from stationkeep.errors import InputError
from stationkeep.report.matrix_cell import FINE, WORST
from stationkeep.report.matrix_cells import HEADS, cells
from stationkeep.report.matrix_page import matrix_file, matrix_html
from stationkeep.scenario.loader import LoadedScenario, load_scenario


@pytest.fixture(scope="module")
def small() -> LoadedScenario:
    return load_scenario("small-station")


@pytest.fixture(scope="module")
def result(small: LoadedScenario) -> MatrixResult:
    return fly_matrix(small, together=[["operator-a", "operator-b"]], runs=4, workers=1)


@pytest.fixture(scope="module")
def document(result: MatrixResult) -> MatrixDocument:
    return result.document


def row(document: MatrixDocument, name: str) -> MatrixRow:
    return next(one for one in document.rows if one.id == name)


def test_nobody_first_then_each_partner_then_groups(document: MatrixDocument) -> None:
    leaving = [one.partners for one in document.rows]
    assert leaving[0] == []
    assert all(len(one) == 1 for one in leaving[1:-1])
    assert leaving[-1] == ["operator-a", "operator-b"]
    assert len({one.id for one in document.rows}) == len(document.rows)


def test_rows_are_what_run_flies(small: LoadedScenario, result: MatrixResult) -> None:
    alone = run_scenario(small, branches=[result.document.base_branch], runs=4, workers=1, beside_observed=False)
    base = alone.document.branches[result.document.base_branch]
    again = result.flown.document.branches[NOBODY]
    assert again.reentry == base.reentry
    assert again.propellant_used_kg == base.propellant_used_kg


def test_any_number_of_workers_gives_the_same(small: LoadedScenario, document: MatrixDocument) -> None:
    other = fly_matrix(small, together=[["operator-a", "operator-b"]], runs=4, workers=2).document
    assert other == document


def test_who_operates_everything_ends_it(document: MatrixDocument) -> None:
    gone = row(document, "without-operator-a")
    assert gone.outcome in ("falls", "cannot be kept")
    assert gone.lost_first.at_once
    assert gone.leaves_utc == document.on_utc
    assert gone.scopes
    assert any(loss.ends == "station" and loss.when == "at once" for loss in gone.lost_by_graph)


def test_the_reference_row_leaves_nothing_out(document: MatrixDocument) -> None:
    first = document.rows[0]
    assert first.leaves_utc is None
    assert first.scopes == []
    assert first.fill_in == []
    assert first.lost_by_graph == []
    assert all(cell.gravity == FINE for cell in cells(document, first))


def test_groups_lose_what_each_loses_alone(document: MatrixDocument) -> None:
    together = {
        loss.function: loss.best_utc for loss in row(document, "without-operator-a-and-operator-b").lost_by_graph
    }
    for name in ("without-operator-a", "without-operator-b"):
        for loss in row(document, name).lost_by_graph:
            assert together[loss.function] is not None
            assert (together[loss.function] or "") <= (loss.best_utc or "9")


def test_probability_times_risk(document: MatrixDocument) -> None:
    for one in document.rows:
        if one.casualties is None:
            assert one.fall.share == 0.0
        else:
            assert one.casualties.one_in == pytest.approx(one.casualties.one_in_if_it_falls / one.fall.share)


def loss(**changed: Any) -> GraphLoss:
    usual: dict[str, Any] = {
        "function": "power-us", "title": "Power, United States segment", "ends": "station", "when": "at once",
        "earliest_utc": "2022-04-02T00:00:00Z", "best_utc": "2022-04-02T00:00:00Z",
        "latest_utc": "2022-04-02T00:00:00Z", "through": ["Arrays"], "in_runs": False, "run_median_utc": None,
    }  # fmt: skip
    return GraphLoss(**{**usual, **changed})


def test_what_the_runs_do_not_see_is_said() -> None:
    assert unseen([]) == ""
    assert "not simulated in the runs: Power, United States segment (at once)" in unseen([loss()])
    kept = unseen([loss(function="reboost", title="Reboost", in_runs=True, run_median_utc="2023-01-01T00:00:00Z")])
    assert kept == "Lost earlier by the graph than in the runs: Reboost (at once, through Arrays)."


def test_what_runs_lose_within_the_graphs_range_is_no_contradiction() -> None:
    agreed = loss(in_runs=True, run_median_utc="2022-06-01T00:00:00Z", latest_utc="2022-09-01T00:00:00Z")
    assert unseen([agreed]) == ""


def test_cells_have_one_answer_a_column(document: MatrixDocument) -> None:
    for one in document.rows:
        found = cells(document, one)
        assert len(found) == len(HEADS)
        assert all(cell.head for cell in found)
    assert cells(document, row(document, "without-operator-a"))[0].gravity == WORST


def test_page_and_figures(document: MatrixDocument) -> None:
    page = matrix_html(document, reproduce="stationkeep matrix <small>")
    assert "&lt;small&gt;" in page
    assert "<script" not in page
    for one in document.rows:
        assert one.label in page
    assert matrix_file(document, ".png", "").startswith(b"\x89PNG")  # type: ignore[arg-type]
    first, second = matrix_file(document, ".svg", ""), matrix_file(document, ".svg", "")
    assert first == second


def test_document_is_read_back(document: MatrixDocument) -> None:
    data = document.model_dump(mode="json", by_alias=True)
    assert data["schema"] == "stationkeep.matrix/1"
    assert MatrixDocument.model_validate(json.loads(json.dumps(data, allow_nan=False))) == document


# --- bad input --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"partners": ["operator-q"]}, "did you mean 'operator-"),
        ({"on": "1999-01-01"}, "runs from"),
        ({"on": "2100-01-01"}, "runs from"),
        ({"on": "yesterday"}, "yesterday"),
        ({"base": "nothing-like-it"}, "no branch"),
    ],
)
def test_what_cannot_be_asked(small: LoadedScenario, words: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError) as caught:
        fly_matrix(small, runs=1, **words)
    assert said in str(caught.value)


def test_a_branch_with_a_departure_is_no_base() -> None:
    loaded = load_scenario("iss-2022")
    with pytest.raises(MatrixError, match="leaves in it already"):
        asked(loaded, (), (), None, "withdrawal")


def test_a_scenario_without_partners() -> None:
    with pytest.raises(MatrixError, match="has no partners"):
        fly_matrix(load_scenario("tiangong1-2018"), runs=1)


def test_partners_by_name_and_by_id() -> None:
    loaded = load_scenario("iss-2022")
    by_name = asked(loaded, ("Northrop Grumman", "nasa"), (), None, None)
    assert [one.partners for one in by_name.departures] == [(), ("northrop-grumman",), ("nasa",)]
    everybody = {one.partners[0] for one in asked(loaded, (), (), None, None).departures[1:]}
    assert everybody == {"nasa", "roscosmos", "esa", "jaxa", "csa", "spacex", "northrop-grumman"}


def test_the_branches_begin_on_the_day_asked() -> None:
    made = with_departures(asked(load_scenario("iss-2022"), ("esa",), (("nasa", "esa"),), "2023-05-01", None))
    dates = {
        name: [event.date_mjd_utc for event in branch.events if event.type == "withdrawal"]
        for name, branch in made.scenario.branches.items()
    }
    assert {name: len(found) for name, found in dates.items()} == {
        NOBODY: 0, "without-esa": 1, "without-nasa-and-esa": 2
    }  # fmt: skip
    assert {day for found in dates.values() for day in found} == {60065.0}


# --- the command ------------------------------------------------------------------------------------------------------

Run = Callable[..., tuple[int, str, str]]


def test_command_writes_page_and_data(run_command: Run, tmp_path: Path) -> None:
    code, out, _ = run_command(
        "matrix", "small-station", "--runs", 2, "--workers", 1, "--without", "operator-a", "--without", "operator-b",
        "--partner", "operator-b", "--output", "page.html", "--json", "data.json",
    )  # fmt: skip
    assert code == 0
    assert "Who could step in" in out
    assert "--pair=operator-a,operator-b" in out
    data = json.loads((tmp_path / "data.json").read_text())
    assert [one["id"] for one in data["rows"]][1:] == ["without-operator-b", "without-operator-a-and-operator-b"]
    assert (tmp_path / "page.html").read_text().startswith("<!DOCTYPE html>")


@pytest.mark.parametrize(
    "words",
    [
        ("iss-2022", "--partner", "nassa"),
        ("iss-2022", "--pair", "nasa"),
        ("iss-2022", "--on", "2050-01-01"),
        ("iss-2022", "--output", "matrix.pdf"),
        ("tiangong1-2018",),
        ("no-such-scenario",),
        ("iss-2022", "--runs", "0"),
    ],
)
def test_bad_input_ends_with_two(run_command: Run, words: tuple[str, ...]) -> None:
    code, out, error = run_command("matrix", *words)
    assert code == 2
    assert out == ""
    assert "Traceback" not in error
    assert error.strip()
