"""Who could step in: what one gives by itself, and with those who are there by then."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from typer.testing import CliRunner

from stationkeep.campaign.matrix_document import FillIn
from stationkeep.cli.app import app
from stationkeep.partnership.analysis import FunctionState, analyse
from stationkeep.partnership.graph import PartnerGraph, build_graph
from stationkeep.partnership.loader import load_partnership, shipped_partnerships
from stationkeep.partnership.losses import find_losses
from stationkeep.partnership.newcomers import Newcomer, newcomers
from stationkeep.report.matrix_cells import _suffices
from stationkeep.report.partners import draw_dependence

DAY = datetime(2022, 4, 2, tzinfo=UTC)
SAYS = {"assumption": "made up for a test"}
OWNED = {"source": "made up for a test", "quality": "D"}


def asset(name: str, partner: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "name": f"asset {name}", "owner": partner, "operator": partner, **OWNED, **more}


def station(rule: dict[str, Any], capacity: dict[str, float], **more: Any) -> dict[str, Any]:
    """Two ships are there, of NASA and of ESA; JAXA's comes in 2023, CSA's in 2024."""
    return {
        "schema": "stationkeep.partnership/1", "id": "made-up", "title": "Made up", "people": 0,
        "assets": [
            asset("american", "nasa"), asset("european", "esa"),
            asset("japanese", "jaxa", from_utc="2023-01-01"), asset("canadian", "csa", from_utc="2024-01-01"),
        ],
        "functions": [{
            "id": "cargo", "name": "Cargo", "what": "-", "ends": "station", **rule,
            "providers": [{"asset": one, "capacity": size, **SAYS} for one, size in capacity.items()], **more,
        }],
    }  # fmt: skip


def after(document: dict[str, Any], *gone: str) -> FunctionState:
    graph = build_graph(load_partnership(document, "made-up"), DAY)
    return analyse(graph, gone).states[0]


NEED = {"need": {"value": 10.0, "unit": "t", **OWNED}}
SIZES = {"american": 8.0, "european": 4.0, "japanese": 3.0, "canadian": 3.5}


def shares(state: FunctionState) -> list[tuple[float, float]]:
    return [(one.given.alone, one.given.together) for one in state.later]


def test_what_a_newcomer_gives_is_added_to_those_left_and_those_who_came() -> None:
    state = after(station(NEED, SIZES), "nasa")
    # Left are 4 of 10 t; 3 come in 2023, 3.5 more in 2024: 7, then 10.5.
    assert shares(state) == [pytest.approx((0.3, 0.7)), pytest.approx((0.35, 1.05))]
    first, second = state.later
    assert not first.given.enough_together
    assert second.given.enough_together
    assert second.words.endswith("for 35 % of the need, 105 % with the others there then")


def test_who_leaves_is_not_added() -> None:
    state = after(station(NEED, SIZES), "nasa", "esa")
    assert shares(state) == [pytest.approx((0.3, 0.3)), pytest.approx((0.35, 0.65))]
    assert state.later[0].words.endswith("for 30 % of the need")


def test_who_stops_before_a_newcomer_is_there_is_not_added() -> None:
    document = station(NEED, SIZES)
    bridge = {"value": 100.0, "unit": "d", **OWNED}
    document["assets"][1]["needs"] = [{"of": ["american"], "bridged_days": bridge, **SAYS}]
    assert shares(after(document, "nasa"))[0] == pytest.approx((0.3, 0.3))
    document["assets"][1]["needs"][0]["bridged_days"]["value"] = 500.0  # still there in 2023, not in 2024
    assert shares(after(document, "nasa")) == [pytest.approx((0.3, 0.7)), pytest.approx((0.35, 0.65))]


def test_one_store_gives_no_more_for_a_newcomer_who_draws_on_it() -> None:
    pool = {"of": ["european", "japanese", "canadian"], "capacity": 5.0, **SAYS}
    assert shares(after(station(NEED, SIZES, pools=[pool]), "nasa")) == [
        pytest.approx((0.3, 0.5)),
        pytest.approx((0.35, 0.5)),
    ]


def test_heads_are_counted_too() -> None:
    # Two of them are needed: a newcomer alone is one of two, with who is left it is enough.
    state = after(station({"at_least": 2}, dict.fromkeys(SIZES, 1.0)), "nasa")
    (left,) = state.too_few
    assert left.given.words == "1 of 2 needed"
    assert state.later[0].given.words == "1 of 2 needed, 2 with the others there then"
    assert state.later[0].given.enough_together
    assert not state.later[0].given.enough_alone


def test_those_left_are_added_up_as_well() -> None:
    document = station(NEED, {"american": 8.0, "european": 4.0, "third": 3.0})
    document["assets"].append(asset("third", "jaxa"))
    told = [one.given.words for one in after(document, "nasa").too_few]
    assert told == [
        "for 40 % of the need, 70 % with the others there then",
        "for 30 % of the need, 70 % with the others there then",
    ]


@pytest.mark.parametrize("function", ["food", "water", "reboost", "cargo"])
def test_the_longer_the_list_of_who_leaves_the_less_there_is_together(function: str) -> None:
    graph = build_graph(shipped_partnerships()["iss"], DAY)
    for one in graph.partners():
        few = _coming(graph, function, [one])
        for other in graph.partners():
            more = _coming(graph, function, [one, other])
            assert set(more) <= set(few)
            for key, newcomer in more.items():
                assert newcomer.given.together <= few[key].given.together
                assert newcomer.given.alone <= newcomer.given.together


def _coming(graph: PartnerGraph, function: str, gone: list[str]) -> dict[str, Newcomer]:
    after = find_losses(graph, without=gone)
    found = newcomers(graph, graph.function(function), gone, after, after.days[function])
    return {one.asset.id: one for one in found.later}


@pytest.mark.parametrize(("alone", "together", "enough"), [(None, None, True), (0.4, 1.0, True), (0.4, 0.9, False)])
def test_the_matrix_names_as_help_who_suffices_with_the_others(
    alone: float | None, together: float | None, enough: bool
) -> None:
    one = FillIn(
        title="Food", who="HTV-X", standing="later", says="", by="graph", share_of_need=alone, with_others=together
    )
    assert _suffices(one) == enough


def test_who_will_not_come_for_want_of_those_who_left_is_named() -> None:
    document = station(NEED, SIZES)
    document["assets"][3]["needs"] = [{"of": ["american"], **SAYS}]
    state = after(document, "nasa")
    assert [one.id for one in state.never] == ["canadian"]
    assert [one.asset.id for one in state.later] == ["japanese"]
    # SpaceX builds the deorbit vehicle.
    shown = CliRunner().invoke(app, ["depends", "iss-2028-planned", "-w", "spacex", "-f", "deorbit"]).output
    assert "will not come now: US Deorbit Vehicle (NASA)" in " ".join(shown.split())
    assert "could later" not in shown


def test_the_title_of_the_drawing_fits_its_sheet() -> None:
    graph = build_graph(shipped_partnerships()["commercial"], datetime(2030, 1, 1, tzinfo=UTC))
    drawn = draw_dependence(analyse(graph, ["operator-b", "operator-c"])).decode()
    (size,) = re.findall(r"font-size: ([0-9.]+)px[^>]*>[^<]*who provides what", drawn)
    assert 8.0 < float(size) < 13.0


@pytest.mark.parametrize(("day", "told"), [("2021-01-01", True), ("2022-02-24", False), ("2025-06-01", False),
                                           ("2031-01-01", True)])  # fmt: skip
def test_a_day_the_file_was_not_written_for_is_told(day: str, told: bool) -> None:
    shown = CliRunner().invoke(app, ["depends", "iss-2022", "--on", day, "-f", "reboost"]).output
    assert ("written for 2 April 2022 to 1 July 2028" in shown) == told
