"""The word of a matrix row follows from shares: more of them never make it better, nor does another who leaves."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stationkeep.campaign.matrix import fly_matrix
from stationkeep.campaign.matrix_document import GraphLoss, MatrixDocument, MatrixRow
from stationkeep.campaign.matrix_graph import disagreeing, unseen
from stationkeep.campaign.matrix_outcome import (
    gravity_rank,
    never_better_than_parts,
    row_outcome,
    usual_verdict,
)
from stationkeep.campaign.part import LossDates
from stationkeep.campaign.people_document import NamedShare
from stationkeep.report.matrix_cell import DAGGER, DAGGER_WORDS, WORST
from stationkeep.report.matrix_cells import HEADS, cells
from stationkeep.report.matrix_page import matrix_html
from stationkeep.scenario.loader import load_scenario

DAY = "2025-01-01T00:00:00Z"
HORIZON = "2031-01-01T00:00:00Z"
SHARES = ("fall", "left", "leave", "seat")


def dates(share: float, median: str = DAY) -> LossDates:
    return LossDates(share=share, p05_utc=None, median_utc=median if share >= 0.5 else None, p95_utc=None)


def branch(fall: float = 0.0, left: float = 0.0, leave: float = 0.0, seat: float = 0.0) -> Any:
    people = SimpleNamespace(must_leave=dates(leave), station_left=dates(left), without_seat=dates(seat))
    return SimpleNamespace(reentry=SimpleNamespace(probability=fall, median_utc=dates(fall).median_utc), people=people)


def word(now: Any, usual: Any, *losses: GraphLoss, lost: bool = False, fewer: bool = False) -> str:
    return row_outcome(now, usual, losses, something_lost=lost, fewer=fewer, horizon_utc=HORIZON).word


def loss(**changed: Any) -> GraphLoss:
    usual: dict[str, Any] = {
        "function": "berthing", "title": "Robotics and berthing", "ends": "less", "when": "at once",
        "earliest_utc": DAY, "best_utc": DAY, "latest_utc": DAY, "through": [], "in_runs": False,
        "run_median_utc": None,
    }  # fmt: skip
    return GraphLoss(**{**usual, **changed})


shares = st.fixed_dictionaries(
    {name: st.sampled_from([0.0, 0.03, 0.06, 0.31, 0.44, 0.5, 0.56, 1.0]) for name in SHARES}
)


@given(shares, shares, st.sampled_from(SHARES), st.sampled_from([0.44, 0.5, 0.56, 1.0]), st.booleans(), st.booleans())
def test_a_larger_share_never_makes_the_word_better(
    usual: dict[str, float], now: dict[str, float], name: str, more: float, lost: bool, fewer: bool
) -> None:
    before = branch(**usual)
    worse = {**now, name: max(now[name], more)}
    one = word(branch(**now), before, lost=lost, fewer=fewer)
    other = word(branch(**worse), before, lost=lost, fewer=fewer)
    assert gravity_rank(other) <= gravity_rank(one)  # type: ignore[arg-type]


@given(shares, shares)
def test_a_loss_by_the_graph_never_makes_the_word_better(usual: dict[str, float], now: dict[str, float]) -> None:
    bare = word(branch(**now), branch(**usual), fewer=True)
    for ends in ("less", "crew", "station"):
        told = word(branch(**now), branch(**usual), loss(ends=ends), fewer=True)
        assert gravity_rank(told) <= gravity_rank(bare)  # type: ignore[arg-type]


def test_one_share_has_one_word_and_is_told() -> None:
    # 44 % must leave: "thinner" where nothing else was lost and "less" where the arm was, before.
    usual = branch(leave=0.06)
    for losses, lost in (((), False), ((loss(),), False), ((), True)):
        found = row_outcome(branch(leave=0.44), usual, losses, something_lost=lost, fewer=True, horizon_utc=HORIZON)
        assert found.word == "may be left"
        assert found.verdict == (
            "people may have to leave (44 % of the runs; 6 % where nobody leaves); the station flies on"
        )
    assert word(branch(leave=0.56), usual) == "left for a time"
    assert word(branch(leave=0.08), usual, fewer=True) == "thinner"  # two in a hundred more are told alike
    assert word(branch(seat=0.5), usual) == "less"


def test_sooner_by_months_counts_where_as_many_must_leave_anyway() -> None:
    usual, now = branch(leave=1.0), branch(leave=1.0)
    assert word(now, usual) == "as before"
    now.people.must_leave = dates(1.0, "2024-10-01T00:00:00Z")
    assert word(now, usual) == "left for a time"


def test_a_station_that_empties_as_the_plan_ends_is_not_given_up() -> None:
    now = branch(left=1.0, leave=0.6)
    assert word(now, branch()) == "nobody aboard"
    now.people.station_left = dates(1.0, "2030-09-01T00:00:00Z")  # four months before the horizon
    assert word(now, branch()) == "left for a time"


def test_where_nobody_leaves_nothing_is_said_to_be_whole_that_is_not() -> None:
    assert usual_verdict(branch()) == "as planned"
    assert usual_verdict(branch(leave=0.06, seat=0.52)) == (
        "as planned; yet in 6 % of the runs people must leave at some time, "
        "in 52 % of the runs somebody is without a seat home at some time"
    )


def rows(**outcomes: tuple[tuple[str, ...], str, float | None]) -> list[MatrixRow]:
    made = []
    for name, (partners, outcome, share) in outcomes.items():
        made.append(
            MatrixRow.model_construct(
                id=name, label=name, partners=list(partners), outcome=outcome, outcome_share=share,
                verdict=f"verdict of {name}", as_without=None,
            )
        )  # fmt: skip
    return made


def test_who_leaves_together_never_come_off_better_than_one_of_them() -> None:
    told = never_better_than_parts(
        rows(
            nobody=((), "may fall", 0.2),  # who stays is no part of who leaves
            all_three=(("jaxa", "csa", "esa"), "thinner", None),
            both=(("jaxa", "csa"), "less", None),
            jaxa=(("jaxa",), "left for a time", 0.6),
            csa=(("csa",), "less", None),
        )
    )
    by_id = {row.id: row for row in told}
    assert [row.id for row in told] == ["nobody", "all_three", "both", "jaxa", "csa"]
    for name in ("both", "all_three"):
        assert (by_id[name].outcome, by_id[name].outcome_share, by_id[name].as_without) == (
            "left for a time", 0.6, "jaxa",
        )  # fmt: skip
        assert "as where only" in by_id[name].verdict
        assert f"in its own runs verdict of {name}" in by_id[name].verdict
    assert by_id["jaxa"].as_without is None


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"ends": "station"}, ["fall", "people"]),  # life aboard goes with the station
        ({"ends": "crew"}, ["people"]),
        ({"ends": "less"}, []),
        ({"ends": "station", "in_runs": True}, ["fall"]),  # runs keep it beyond the latest day of the graph
        ({"ends": "station", "in_runs": True, "counted_apart": "they ask something else"}, []),
        ({"ends": "station", "in_runs": True, "run_median_utc": DAY}, []),
    ],
)
def test_an_answer_the_graph_contradicts_is_marked(changed: dict[str, Any], said: list[str]) -> None:
    assert disagreeing([loss(**changed)], branch()) == said


def test_what_is_counted_apart_is_no_contradiction_and_says_why() -> None:
    reason = "who can within hours; runs take whoever can reboost"
    told = unseen([loss(title="Debris avoidance", ends="station", in_runs=True, counted_apart=reason)])
    assert told == f"Counted otherwise by the graph: Debris avoidance (at once: {reason})."


@pytest.fixture(scope="module")
def document() -> MatrixDocument:
    return fly_matrix(load_scenario("iss-2024"), partners=["roscosmos", "nasa"], runs=1, workers=1).document


def test_why_graph_and_runs_differ_stands_where_both_are_read(document: MatrixDocument) -> None:
    by_id = {row.id: {one.function: one for one in row.lost_by_graph} for row in document.rows}
    roscosmos = by_id["without-roscosmos"]
    for one in by_id["without-nasa"].values():  # told only where runs have it longer
        same = one.run_median_utc is not None and one.run_median_utc <= (one.latest_utc or "9")
        assert not (one.counted_apart and same)
    assert "a ship's own propellant" in roscosmos["refuelling"].counted_apart
    assert "less than the need" in roscosmos["reboost"].counted_apart
    assert roscosmos["attitude"].counted_apart == ""
    assert "counted otherwise" in matrix_html(document, reproduce="stationkeep matrix iss-2024")


def test_the_mark_is_in_the_cell_and_explained(document: MatrixDocument) -> None:
    first, *others = document.rows
    doubted = others[0].model_copy(update={"disagrees": ["fall", "people"]})
    told = dict(zip(HEADS, cells(document, doubted), strict=True))
    assert told["Station falls"].head.endswith(DAGGER)
    assert told["People"].head.endswith(DAGGER)
    sure = others[0].model_copy(update={"disagrees": []})
    assert not any(DAGGER in cell.line for cell in cells(document, sure))
    page = matrix_html(document.model_copy(update={"rows": [first, doubted]}), reproduce="stationkeep")
    assert DAGGER_WORDS in page
    assert DAGGER_WORDS not in matrix_html(document.model_copy(update={"rows": [first, sure]}), reproduce="stationkeep")


def test_a_station_nobody_comes_to_any_more_is_told_empty(document: MatrixDocument) -> None:
    # All went home as planned and nobody else came: no seat is missing, and nobody is there to miss it.
    _, gone, *_ = document.rows
    assert gone.people is not None
    nobody = dates(0.0)
    left = gone.people.station_left.model_copy(
        update={**dates(1.0).model_dump(), "reasons": [NamedShare(name="no relief", share=1.0)], "stranded_share": 0.0}
    )
    seats = gone.people.without_seat.model_copy(update=nobody.model_dump())
    people = gone.people.model_copy(
        update={"must_leave": nobody, "station_left": left, "without_seat": seats, "first_store": None}
    )
    told = dict(zip(HEADS, cells(document, gone.model_copy(update={"people": people, "disagrees": []})), strict=True))
    assert told["People"].head == "nobody aboard from Jan 2025 (no other crew)"
    assert told["People"].gravity == WORST
