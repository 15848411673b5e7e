"""The matrix of the station of 2022: who is named as help, and what is told of people, must follow from who left."""

from __future__ import annotations

import re
from typing import Any, Final

import pytest

from stationkeep.campaign.matrix import fly_matrix
from stationkeep.campaign.matrix_cases import MatrixError, asked
from stationkeep.campaign.matrix_document import FillIn, GraphLoss, MatrixDocument, MatrixPeople, MatrixRow
from stationkeep.campaign.matrix_graph import unseen
from stationkeep.campaign.matrix_rows import _counted_by_runs
from stationkeep.report.figures import WIDE, text_width_px, wrapped
from stationkeep.report.matrix_cell import FINE, GRAVE, WORST, Cell
from stationkeep.report.matrix_cells import HEADS, cells
from stationkeep.report.matrix_page import matrix_file, matrix_html
from stationkeep.report.matrix_people import people_cell
from stationkeep.report.text import day_text, unbroken
from stationkeep.scenario.loader import load_scenario

DAY: Final = "2024-05-10T00:00:00Z"


@pytest.fixture(scope="module")
def document() -> MatrixDocument:
    return fly_matrix(load_scenario("iss-2022"), partners=["roscosmos", "nasa"], runs=1, workers=1).document


def row(document: MatrixDocument, partner: str) -> MatrixRow:
    return next(one for one in document.rows if one.partners == [partner])


def test_nobody_steps_in_who_needs_the_one_that_left(document: MatrixDocument) -> None:
    # Dragons fly for NASA: in the row without it they are no help, whatever they showed in November 2024.
    helped = row(document, "nasa").fill_in
    dragons = [one for one in helped if "Dragon" in one.who and one.title == "Reboost" and one.by == "runs"]
    assert dragons
    assert not [one for one in dragons if one.standing == "had shown"]
    assert "Dragon" not in cells(document, row(document, "nasa"))[-1].line


def test_only_ships_that_refuel_deliver_propellant(document: MatrixDocument) -> None:
    # Cygnus burns its own; nothing of it ever went into the station's tanks.
    for one in row(document, "roscosmos").fill_in:
        if one.title == "Deliveries of propellant" and one.who.startswith(("Cygnus", "Dragon")):
            assert one.standing == "could have"
            assert one.says == "brings only what it burns itself"


def test_life_aboard_ends_where_not_even_the_smallest_crew_has_enough(document: MatrixDocument) -> None:
    assert document.smallest_crew == 2
    told = {one.function: one for one in row(document, "nasa").lost_by_graph}
    assert (told["co2-removal"].ends, told["co2-removal"].enough_for) == ("less", 3)  # Vozdukh: 3.5 kg a day
    assert (told["food"].ends, told["food"].enough_for) == ("crew", 0)
    kinds = {tuple(one.partners): one.ends for one in reversed(document.cut_sets)}
    assert kinds["roscosmos",] == kinds["nasa",] == "station"
    assert kinds["csa", "spacex"] == "full crew"


def test_a_heading_stays_above_its_list(document: MatrixDocument) -> None:
    for one in document.rows:
        for name, cell in zip(HEADS, cells(document, one), strict=True):
            assert name == "People" or not any(line in ("nothing", "at once:") for line in cell.more)


def test_a_loss_for_some_is_left_to_runs_that_know_who_goes_home() -> None:
    usual: dict[str, Any] = {
        "function": "food", "title": "Food", "ends": "less", "when": "later", "earliest_utc": None, "best_utc": DAY,
        "latest_utc": None, "through": [], "in_runs": True, "run_median_utc": None, "enough_for": 5,
    }  # fmt: skip
    assert _counted_by_runs(GraphLoss(**usual))
    assert not _counted_by_runs(GraphLoss(**{**usual, "in_runs": False}))  # a scenario without people: the graph counts
    assert not _counted_by_runs(GraphLoss(**{**usual, "enough_for": 0}))
    assert "Food for more than 5 people" in unseen([GraphLoss(**{**usual, "in_runs": False})])


def test_where_the_station_falls_nobody_goes_on(document: MatrixDocument) -> None:
    lonely = row(document, "nasa").model_copy(update={"fill_in": [
        one for one in row(document, "nasa").fill_in if one.standing == "goes on"
    ]})  # fmt: skip
    assert lonely.outcome == "falls"
    assert cells(document, lonely)[-1].head == "nobody"


def test_an_end_of_the_controlled_fall_is_marked(document: MatrixDocument) -> None:
    gone = row(document, "nasa")
    point = gone.controlled_deorbit
    assert point is not None
    asked = dict(zip(HEADS, cells(document, gone), strict=True))["Brought down on target"]
    until = {
        "from_utc": DAY, "median_utc": DAY, "p05_utc": DAY, "p95_utc": DAY, "possible_share": 1.0,
        "without_hindsight": None,
    }  # fmt: skip
    ended = gone.model_copy(update={"controlled_deorbit": point.model_copy(update=until)})
    told = dict(zip(HEADS, cells(document, ended), strict=True))["Brought down on target"]
    assert told.head != asked.head
    assert told.gravity == GRAVE


def test_too_little_is_no_help_but_is_told_with_its_share(document: MatrixDocument) -> None:
    said = "3 months after it is lost, for 31 % of the need"
    cygnus = FillIn(title="Reboost", who="Cygnus main engine", standing="later", says=said, by="graph",
                    share_of_need=0.311)  # fmt: skip
    alone = row(document, "roscosmos").model_copy(update={"fill_in": [cygnus]})
    assert cells(document, alone)[-1].head == "reboost, too little: Cygnus main engine (31 % of the need)"
    enough = alone.model_copy(update={"fill_in": [cygnus.model_copy(update={"share_of_need": None})]})
    assert cells(document, enough)[-1].head == "reboost: Cygnus main engine"


def test_who_could_step_in_is_told_for_which_function(document: MatrixDocument) -> None:
    trunk = FillIn(title="Reboost", who="Dragon with boost trunk", standing="had shown", says="", by="runs")
    own = trunk.model_copy(update={"who": "Cargo Dragon by its own engines"})
    late = trunk.model_copy(update={"title": "Attitude control", "says": "not before 2025-09-03"})
    helped = row(document, "roscosmos").model_copy(update={"fill_in": [trunk, own, late]})
    cell = cells(document, helped)[-1]
    assert cell.head == "reboost: Dragon with boost trunk, Cargo Dragon by its own engines"
    assert cell.more == ("attitude control, not yet: Dragon with boost trunk",)
    both = trunk.model_copy(update={"title": "Attitude control"})
    helped = row(document, "roscosmos").model_copy(update={"fill_in": [trunk, both]})
    assert cells(document, helped)[-1].head == "reboost, attitude control: Dragon with boost trunk"


def test_thrusters_step_in_only_while_their_tanks_last(document: MatrixDocument) -> None:
    zvezda = FillIn(
        title="Attitude control", who="Zvezda and docked Progress thrusters", standing="had shown",
        says="while its tanks last", by="runs",
    )  # fmt: skip
    helped = row(document, "nasa").model_copy(update={"fill_in": [zvezda]})
    assert cells(document, helped)[-1].head == (
        "attitude control: Zvezda and docked Progress thrusters, while its tanks last"
    )


def people(**changed: Any) -> MatrixPeople:
    never: dict[str, Any] = {"share": 0.0, "p05_utc": None, "median_utc": None, "p95_utc": None}
    usual: dict[str, Any] = {
        "people_at_epoch": 7, "seats_at_epoch": 7, "without_seat": {**never, "who": [], "why": ""},
        "must_leave": never, "station_left": {**never, "reasons": [], "why": "", "stranded_share": 0.0},
        "first_limit": [], "first_reserve": None, "first_store": None,
    }  # fmt: skip
    for name, fields in changed.items():
        usual[name] = {**usual[name], **fields} if isinstance(fields, dict) else fields
    return MatrixPeople(**usual)


JULY = {"share": 1.0, "p05_utc": "2022-05-01T00:00:00Z", "median_utc": "2022-07-10T00:00:00Z", "p95_utc": None}
HORIZON = "2031-01-01T00:00:00Z"


def test_what_differs_from_where_nobody_leaves_is_told_first() -> None:
    usual = people(without_seat={"share": 0.38})
    told = people_cell(
        people(without_seat={"share": 0.38}, must_leave=JULY, first_limit=[{"name": "attitude", "share": 1.0}]),
        usual,
        HORIZON,
    )
    assert (told.head, told.more) == ("must leave Jul 2022 (attitude lost)", ("a seat missing in 38 % of runs",))
    assert told.gravity == GRAVE
    better = people_cell(people(without_seat={"share": 0.2}), usual, HORIZON)
    assert (better.head, better.gravity) == ("a seat missing in 20 % of runs", FINE)


def test_who_must_leave_leaves_for_causes_each_with_its_share() -> None:
    limits = [("attitude", 0.5), ("cabin oxygen below 16 kPa", 0.25), ("altitude", 0.25)]
    named = [{"name": name, "share": share} for name, share in limits]
    told = people_cell(people(must_leave=JULY, first_limit=named), people(), HORIZON)
    assert told.head == "must leave Jul 2022 (attitude lost 50 %, air soon unsafe 25 %, too low 25 % of runs)"
    some = people_cell(people(must_leave={**JULY, "share": 0.75}, first_limit=named[:2]), people(), HORIZON)
    assert some.head == "must leave Jul 2022 (attitude lost 50 %, air soon unsafe 25 % of runs)"
    one = people_cell(people(must_leave={**JULY, "share": 0.5}, first_limit=named[:1]), people(), HORIZON)
    assert one.head == "must leave Jul 2022 (attitude lost, in 50 % of runs)"


def test_the_end_of_the_plan_empties_nothing() -> None:
    def left(date: str) -> Cell:
        emptied = {**JULY, "median_utc": date}
        return people_cell(people(must_leave=JULY, station_left=emptied), people(), HORIZON)

    assert (left("2030-10-01T00:00:00Z").more, left("2030-10-01T00:00:00Z").gravity) == ((), GRAVE)
    assert (left("2030-01-01T00:00:00Z").more, left("2030-01-01T00:00:00Z").gravity) == (
        ("empty from Jan 2030",), WORST
    )  # fmt: skip


@pytest.mark.parametrize("name", ["nassa", "nanoracks"])
def test_partners_are_listed_as_the_graph_has_them(name: str) -> None:
    with pytest.raises(MatrixError) as refused:
        asked(load_scenario("iss-2022"), (name,), (), None, None)
    listed = refused.value.hint or ""
    assert "northrop-grumman" in listed
    assert "nanoracks" not in listed
    assert "ams-collaboration" not in listed


def test_a_smaller_crew_is_told_beside_what_it_needs_less_of(document: MatrixDocument) -> None:
    usual, gone = document.rows[0].people, row(document, "roscosmos").people
    assert usual is not None
    assert usual.crew == 7
    assert gone is not None
    fewer = row(document, "roscosmos").model_copy(update={"people": gone.model_copy(update={"crew": 3})})
    told = dict(zip(HEADS, cells(document, fewer), strict=True))["People"]
    assert "crew of 3 instead of 7 a year later" in (told.head, *told.more)
    alike = row(document, "roscosmos").model_copy(update={"people": gone.model_copy(update={"crew": 7})})
    assert "crew of" not in dict(zip(HEADS, cells(document, alike), strict=True))["People"].line


def test_the_page_says_once_what_the_figure_alone_says(document: MatrixDocument) -> None:
    page = matrix_html(document, reproduce="stationkeep matrix iss-2022")
    title = f"if a partner leaves on {day_text(document.on_utc, long=True)}"
    assert title not in page
    assert title in matrix_file(document, ".svg", "").decode()  # type: ignore[union-attr]
    assert "▲\u00a0something is lost" in page  # where there is no figure, its key
    assert "<b>NASA</b>; station lost" in page
    assert document.on_utc[:4] == "2022"
    assert not re.search(r"\(\d{4}-\d{2}-\d{2}[:;)]", page.partition('id="notes"')[0])  # days as people write them


def test_a_number_stays_with_its_unit_and_a_month_with_its_year() -> None:
    assert unbroken("too low 25 % of runs, Sep 2024") == "too low 25\u00a0% of runs, Sep\u00a02024"
    lines = wrapped(unbroken("too low 25 % of runs"), WIDE, text_width_px("too low 25", WIDE) + 1.0)
    assert "25\u00a0% of" in lines


def test_one_person_is_no_people() -> None:
    water: dict[str, Any] = {
        "function": "water", "title": "Water", "ends": "less", "when": "later", "earliest_utc": None, "best_utc": DAY,
        "latest_utc": None, "through": [], "in_runs": False, "run_median_utc": None, "enough_for": 1,
    }  # fmt: skip
    assert "Water for more than 1 person (" in unseen([GraphLoss(**water)])
