"""The matrix of the station of 2022: who is named as help, and what is told of people, must follow from who left."""

from __future__ import annotations

import pytest

from stationkeep.campaign.matrix import fly_matrix
from stationkeep.campaign.matrix_cases import MatrixError, asked
from stationkeep.campaign.matrix_document import MatrixDocument, MatrixRow
from stationkeep.report.matrix_cells import Cell, _differing_first, cells
from stationkeep.scenario.loader import load_scenario


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


def test_what_differs_from_where_nobody_leaves_is_told_first() -> None:
    usual = Cell("a seat missing in 38 % of runs")
    told = _differing_first(Cell("a seat missing in 38 % of runs", ("must leave May 2023",)), usual)
    assert (told.head, told.more) == ("must leave May 2023", ("a seat missing in 38 % of runs",))
    listed = Cell("at once:", ("reboost",))  # a heading stays above its list
    assert _differing_first(listed, Cell("at once:", ("food",))) == listed


@pytest.mark.parametrize("name", ["nassa", "nanoracks"])
def test_partners_are_listed_as_the_graph_has_them(name: str) -> None:
    with pytest.raises(MatrixError) as refused:
        asked(load_scenario("iss-2022"), (name,), (), None, None)
    listed = refused.value.hint or ""
    assert "northrop-grumman" in listed
    assert "nanoracks" not in listed
    assert "ams-collaboration" not in listed
