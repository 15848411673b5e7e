"""Who provides what: the shipped partnerships, losses and cut sets, refusals, the command, the drawing."""

from __future__ import annotations

import copy
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
from typer.testing import CliRunner

from stationkeep.campaign.matrix_graph import graph_fill_in
from stationkeep.cli.app import app
from stationkeep.errors import InputError
from stationkeep.partnership.analysis import analyse, known_function
from stationkeep.partnership.crisis import crisis_timeline
from stationkeep.partnership.document import depends_document
from stationkeep.partnership.graph import PartnerGraph, build_graph
from stationkeep.partnership.loader import load_partnership, shipped_partnerships
from stationkeep.partnership.losses import NEVER, find_losses
from stationkeep.report.partners import _needs_words, _width_inch, draw_dependence
from stationkeep.report.partners_text import gone_words, newcomer_words, remnant_words

FLAGSHIP = datetime(2022, 4, 2, tzinfo=UTC)
D = {"source": "made up for this test", "quality": "D"}
SAYS = {"assumption": "made up for this test"}


def iss(moment: datetime = FLAGSHIP, view: str = "nasa") -> PartnerGraph:
    return build_graph(shipped_partnerships()["iss"], moment, "roscosmos" if view == "roscosmos" else "nasa")


def small_file() -> dict[str, Any]:
    """A station of two functions: a pump that needs power, and power from two generators of two partners."""
    return {
        "schema": "stationkeep.partnership/1",
        "id": "made-up",
        "title": "Made up",
        "people": 0,
        "assets": [
            {"id": "left", "name": "Left generator", "owner": "esa", "operator": "esa", **D},
            {"id": "right", "name": "Right generator", "owner": "jaxa", "operator": "jaxa", **D},
            {
                "id": "pump",
                "name": "Pump",
                "owner": "csa",
                "operator": "csa",
                **D,
                "needs": [{"of": ["power"], "bridged_days": {"value": 2.0, "unit": "d", **D}, **SAYS}],
            },
        ],
        "functions": [
            {
                "id": "power",
                "name": "Power",
                "what": "current",
                "ends": "station",
                "providers": [{"asset": "left", **SAYS}, {"asset": "right", **SAYS}],
            },
            {
                "id": "cooling",
                "name": "Cooling",
                "what": "flow",
                "ends": "less",
                "store_days": {"value": 3.0, "unit": "d", **D},
                "providers": [{"asset": "pump", **SAYS}],
            },
        ],
    }


def small() -> PartnerGraph:
    return build_graph(load_partnership(small_file(), "made-up.yaml"), FLAGSHIP)


def test_stores_add_up_along_the_chain() -> None:
    losses = find_losses(small(), without=["esa", "jaxa"])
    assert losses.days["power"] == 0.0
    assert losses.days["pump"] == 2.0  # its battery
    assert losses.days["cooling"] == 5.0  # and then what is still cold
    assert losses.chain("cooling") == ("cooling", "pump", "power", "right")


def test_one_of_two_is_enough() -> None:
    losses = find_losses(small(), without=["esa"])
    assert losses.works("power")
    assert losses.works("cooling")


def test_cut_sets_of_a_station_known_by_hand() -> None:
    found = analyse(small(), ["esa"])
    assert found.cut_sets["station"] == (("esa", "jaxa"),)
    assert {point.partner for point in found.partner_points} == {"csa"}
    power = next(state for state in found.states if state.function.id == "power")
    assert (power.loss, power.left, power.spare) == ("thinner", ("right",), 0)


def test_both_directions_of_the_interdependence() -> None:
    # NASA, early 2022: neither segment can be operated without the other.
    graph = iss()
    russia = find_losses(graph, without=["roscosmos"])
    assert russia.days["desaturation"] == 0.0
    assert 0.0 < russia.days["attitude"] < NEVER  # the gyros are NASA's and go on until they are full
    america = find_losses(graph, without=["nasa"])
    assert america.days["power-russian"] == 0.0  # the segment draws United States power for burns
    assert america.days["reboost"] < 1.0
    assert 0.0 < america.days["attitude"] < NEVER  # Russian thrusters hold it as long as propellant lasts


def test_only_russia_unloads_the_gyros_and_one_arm_berths() -> None:
    found = analyse(iss())
    assert found.cut_sets["station"] == (("roscosmos",), ("nasa",))
    by_id = {state.function.id: state for state in found.states}
    assert by_id["desaturation"].owners == ("roscosmos",)
    assert by_id["berthing"].providers == ("canadarm2",)
    assert "canadarm2" in {point.node for point in found.single_points}
    assert by_id["deorbit"].loss == "nobody"


def test_two_of_four_gyroscopes_are_enough() -> None:
    # NASA, 2 July 2004: two held the station for 70 days.
    graph = iss()
    others = ["thruster-hold"]
    assert find_losses(graph, removed=[*others, "gyro/1", "gyro/3"]).works("attitude")
    assert not find_losses(graph, removed=[*others, "gyro/1", "gyro/3", "gyro/4"]).works("attitude")


def test_since_2024_cygnus_rides_with_spacex() -> None:
    before, after = (analyse(iss(day)) for day in (FLAGSHIP, datetime(2024, 6, 1, tzinfo=UTC)))
    assert ("spacex",) not in before.cut_sets["full crew"]
    assert ("spacex",) in after.cut_sets["full crew"]


def test_the_dispute_about_cygnus_decides_when_its_engine_stops() -> None:
    # Taken from the catalogue's claims: the gyros are enough (NASA), only Russian thrusters are (Roscosmos).
    day = datetime(2023, 1, 1, tzinfo=UTC)
    as_nasa = find_losses(iss(day), without=["roscosmos"])
    as_roscosmos = find_losses(iss(day, "roscosmos"), without=["roscosmos"])
    assert as_roscosmos.days["cygnus-engine"] == 0.0
    assert as_nasa.days["cygnus-engine"] == as_nasa.days["attitude"] > 0.0


def test_who_could_later_is_not_who_needs_those_that_left() -> None:
    def later(*gone: str) -> set[str]:
        states = analyse(iss(), gone).states
        reboost = next(state for state in states if state.function.id == "reboost")
        return {f"{one.asset.id}{'' if one.in_time else ' late'}" for one in reboost.later}

    # By best estimate the attitude is lost before the boost trunk of 2025: it could not dock any more.
    assert later("roscosmos") == {"cygnus-engine", "cargo-dragon-boost late"}
    assert later("roscosmos", "spacex") == {"cygnus-engine"}
    # Both fly under NASA's contracts and burn on Houston's commands.
    assert later("nasa") == set()


def test_gyros_alone_last_as_long_as_the_attitude_page_says() -> None:
    # The graph holds a copy of what stationkeep.attitude works out; the page is written by its validation script.
    page = (Path(__file__).resolve().parents[2] / "docs" / "attitude.md").read_text(encoding="utf-8")
    row = re.search(r"\| 4 \| ([\d.e+]+) \(([\d.e+]+) to ([\d.e+]+)\)", page)
    assert row is not None
    best, low, high = (float(number) for number in row.groups())
    for estimate, days in (("low", low), ("best", best), ("high", high)):
        assert find_losses(iss(), without=["roscosmos"], estimate=estimate).days["attitude"] == days


def test_every_edge_names_a_source_or_is_an_assumption() -> None:
    for loaded in shipped_partnerships().values():
        for configuration in loaded.partnership.configurations.values():
            graph = build_graph(loaded, configuration.date_utc)
            for _, _, data in graph.graph.edges(data=True):
                assert len(data["because"]) >= 8
                assert data["because"].startswith("assumed") == data["assumed"]


@pytest.mark.parametrize("name", ["iss-2022", "iss-2024", "iss-2028-planned"])
def test_every_configuration_stands_before_anybody_leaves(name: str) -> None:
    configuration = shipped_partnerships()["iss"].partnership.configurations[name]
    found = analyse(iss(configuration.date_utc))
    assert {state.loss for state in found.states} <= {"no", "nobody"}
    assert len(found.states) >= 19  # what the issue lists, power and cooling by segment


def test_several_leave_at_once_and_repeats_change_nothing() -> None:
    graph = iss()
    once = analyse(graph, ["spacex", "csa"])
    again = analyse(graph, ["CSA", "SpaceX", "csa"])
    assert {state.function.id: state.lost_days for state in once.states} == {
        state.function.id: state.lost_days for state in again.states
    }


def test_document_holds_what_the_issue_names() -> None:
    document = json.loads(json.dumps(depends_document(analyse(iss(), ["roscosmos"])), allow_nan=False))
    assert document["schema"] == "stationkeep.depends/1"
    for entry in document["functions"]:
        assert {"name", "providers", "owners", "margin", "lost"} <= set(entry)
    attitude = next(entry for entry in document["functions"] if entry["id"] == "attitude")
    dates = attitude["lost"]["date_utc"]
    assert dates["earliest"] < dates["best"] < dates["latest"]
    assert document["single_points"]
    assert document["cut_sets"]


def spoilt(change: Any) -> dict[str, Any]:
    given = copy.deepcopy(small_file())
    change(given)
    return given


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda g: g["assets"][2]["needs"][0].update(of=["powr"]), "did you mean 'power'"),
        (lambda g: g["functions"][0]["providers"][0].update(asset="lefft"), "did you mean 'left'"),
        (lambda g: g["assets"][0].update(owner="essa"), "did you mean 'esa'"),
        (lambda g: g["assets"][0].update(module="zveza"), "did you mean 'zvezda'"),
        (lambda g: g["functions"][0]["providers"][0].pop("assumption"), "source and quality, or assumption"),
        (lambda g: g["assets"].append(dict(g["assets"][0])), "used twice"),
        (lambda g: g["functions"][0]["providers"].append(dict(g["functions"][0]["providers"][0])), "twice"),
        (lambda g: g["assets"][2]["needs"][0]["bridged_days"].update(unit="h"), "in d (days)"),
        (lambda g: g["assets"][2]["needs"][0].update(at_least=2), "needs 2 of 1"),
        (lambda g: g.update(extra=1), "extra"),
        (lambda g: g["assets"][0].pop("operator"), "needs owner, operator"),
    ],
)
def test_a_broken_file_is_refused_with_one_message(change: Any, words: str) -> None:
    with pytest.raises(InputError) as refused:
        load_partnership(spoilt(change), "made-up.yaml")
    assert words in str(refused.value)
    assert "made-up.yaml" in str(refused.value)


HABITAT: Final[dict[str, Any]] = {"id": "habitat", "name": "Habitat", "needs": [{"of": ["power"], **SAYS}]}


@pytest.mark.parametrize(
    ("segment", "told"),
    [
        ({"needs": [{"of": ["power"], "at_least": 3, **SAYS}]}, "segment 'habitat' needs 3 of 1 (power)"),
        ({"ground_control": "power"}, "ground_control 'power' is no function that a craft needs to come"),
        ({"ground_control": "left"}, "ground_control 'left' is no function"),
        ({"needs": []}, "segments.0.needs: must have more entries: at least 1"),
        (
            {"needs": [{"of": ["power"], "bridged_days": {"value": -2.0, "unit": "d", **D}, **SAYS}]},
            "segments.0.needs.0.bridged_days: must be in d (days) and not below zero",
        ),
    ],
)
def test_a_broken_segment_is_refused_and_said_once(segment: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError) as refused:
        load_partnership({**small_file(), "segments": [{**HABITAT, **segment}]}, "made-up.yaml")
    assert refused.value.problem.startswith("made-up.yaml: ")
    assert told in refused.value.problem
    assert ";" not in refused.value.problem  # one fault, one message


def test_a_field_of_the_wrong_kind_is_told_in_words_of_the_file() -> None:
    with pytest.raises(InputError, match=r"segments: must be a list \('- ' before each entry\)"):
        load_partnership({**small_file(), "segments": "habitat"}, "made-up.yaml")


def test_a_circle_without_any_store_is_refused() -> None:
    def circle(given: dict[str, Any]) -> None:
        given["functions"][0]["providers"] = [{"asset": "left", **SAYS}]
        given["functions"][1].pop("store_days")
        given["assets"][2]["needs"] = [{"of": ["power"], **SAYS}]
        given["assets"][0]["needs"] = [{"of": ["cooling"], **SAYS}]

    loaded = load_partnership(spoilt(circle), "made-up.yaml")
    with pytest.raises(InputError, match="circular needs") as refused:
        build_graph(loaded, FLAGSHIP)
    assert all(name in str(refused.value) for name in ("power", "pump", "cooling", "left"))


def test_a_circle_with_a_store_is_real_life() -> None:
    def circle(given: dict[str, Any]) -> None:
        given["functions"][0]["providers"] = [{"asset": "left", **SAYS}]
        given["assets"][0]["needs"] = [{"of": ["cooling"], **SAYS}]  # the pump's battery starts it

    graph = build_graph(load_partnership(spoilt(circle), "made-up.yaml"), FLAGSHIP)
    assert find_losses(graph).works("cooling")
    assert find_losses(graph, without=["csa"]).days["power"] == 3.0  # what is still cold


def test_a_function_without_provider_at_the_start_is_refused() -> None:
    loaded = load_partnership(spoilt(lambda g: g["functions"][1].update(providers=[])), "made-up.yaml")
    with pytest.raises(InputError, match="no provider"):
        analyse(build_graph(loaded, FLAGSHIP))
    late = load_partnership(spoilt(lambda g: g["assets"][2].update(from_utc="2030-01-01")), "made-up.yaml")
    with pytest.raises(InputError, match="no provider"):
        analyse(build_graph(late, FLAGSHIP))


def test_unknown_names_are_answered_with_the_nearest() -> None:
    graph = iss()
    with pytest.raises(InputError, match="did you mean 'roscosmos'"):
        analyse(graph, ["Rosocsmos"])
    with pytest.raises(InputError, match="operates nothing"):
        analyse(graph, ["boeing"])
    with pytest.raises(InputError, match="did you mean 'oxygen'"):
        known_function(graph, "oxigen")


def test_the_drawing_names_everything_and_never_changes() -> None:
    found = analyse(iss(), ["roscosmos"])
    first, second = (draw_dependence(found).decode() for _ in range(2))
    assert first == second
    for state in found.states:
        assert state.function.name in first
    assert "Roscosmos (leaves)" in first


def test_command_prints_json_and_pictures(tmp_path: Path) -> None:
    picture, answer = tmp_path / "p.svg", tmp_path / "d.json"
    shown = CliRunner().invoke(
        app, ["depends", "iss-2022", "--without", "csa", "--svg", str(picture), "--json", str(answer)]
    )
    assert shown.exit_code == 0, shown.output
    assert "Lost at once" in shown.output
    assert "Robotics and berthing" in shown.output
    assert picture.read_text().startswith("<?xml")
    document = json.loads(answer.read_text())
    assert document["without"] == ["csa"]
    assert document["date_utc"] == "2022-04-02"


def test_command_reads_a_file_of_ones_own(tmp_path: Path) -> None:
    import yaml

    own = tmp_path / "own.yaml"
    given = small_file()
    given["configurations"] = {"mine": {"title": "Mine", "date_utc": "2025-01-01", "status": "assumed"}}
    own.write_text(yaml.safe_dump(given, sort_keys=False))
    shown = CliRunner().invoke(app, ["depends", str(own), "--without", "ESA", "--function", "power"])
    assert shown.exit_code == 0, shown.output
    assert "thinner" in shown.output


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["iss-2023"], "no scenario"),
        (["tiangong1-2018"], "nobody has described"),
        (["iss-2022", "--on", "yesterday"], "is not a date"),
        (["iss-2022", "--view", "esa"], "unknown view"),
        (["iss-2022", "--svg", "graph.pdf"], "--svg graph.pdf: what kind of file?"),
        (["iss-2022", "--on", "1999-01-01"], "iss.yaml begins on 2022-04-02"),
    ],
)
def test_bad_input_is_one_message(words: list[str], message: str) -> None:
    shown = CliRunner().invoke(app, ["depends", *words])
    assert isinstance(shown.exception, InputError)
    assert message in str(shown.exception)


def test_crisis_timeline_is_in_order_and_sourced() -> None:
    timeline = crisis_timeline()
    dates = [entry.date for entry in timeline.entries]
    assert dates == sorted(dates)
    assert dates[0] == datetime(2022, 2, 24, tzinfo=UTC)
    assert dates[-1].month == 8
    assert timeline.agreement.notice_days == 365
    with pytest.raises(InputError, match="no timeline"):
        crisis_timeline("crisis-1998")


def test_the_drawing_measures_its_texts() -> None:
    # Lines end where names do: twice the letters, twice the width; a wide letter is wider than a narrow one.
    assert _width_inch("mm", 8.5) == pytest.approx(2.0 * _width_inch("m", 8.5), rel=0.1)
    assert _width_inch("m" * 10, 8.5) > 2.0 * _width_inch("i" * 10, 8.5)
    assert _width_inch("stationkeep", 17.0) == pytest.approx(2.0 * _width_inch("stationkeep", 8.5), rel=0.02)


def test_needs_below_a_name_fit_and_say_how_many_are_left_out() -> None:
    found = analyse(iss())
    assert _needs_words(found, "vozdukh") == "needs power (Russian, quiet)"
    told = _needs_words(found, "gyro/1")
    assert told.startswith("needs power (US), ground control (US)")
    assert told.endswith("more")


@pytest.mark.parametrize("day", ["2022-04-02", "2024-01-01"])
def test_who_gives_less_than_the_need_is_told_with_its_share_whenever_it_comes(day: str) -> None:
    # Cygnus is still to come in April 2022 and there in January 2024: 5.6 of 18 m/s a year on both days.
    found = analyse(iss(datetime.fromisoformat(f"{day}T00:00:00+00:00")), ["roscosmos"])
    reboost = next(state for state in found.states if state.function.id == "reboost")
    told = [newcomer_words(found, reboost, in_time=True), remnant_words(found, reboost)]
    assert [bool(one) for one in told] == [day == "2022-04-02", day == "2024-01-01"]
    (words,) = (one for one in told if one)
    assert "Cygnus main engine (Northrop Grumman)" in words
    assert "for 31 % of the need" in words
    given = [one for one in graph_fill_in(found) if one.who.startswith("Cygnus") and one.title == "Reboost"]
    assert [one.share_of_need for one in given] == [pytest.approx(5.6 / 18.0, abs=1e-3)]
    assert "for 31 % of the need" in given[0].says


def test_who_suffices_is_told_without_a_share() -> None:
    found = analyse(iss(datetime(2025, 6, 1, tzinfo=UTC)), ["roscosmos"])
    reboost = next(state for state in found.states if state.function.id == "reboost")
    trunk = next(one for one in reboost.later if one.asset.id == "cargo-dragon-boost")
    assert trunk.given.alone == pytest.approx(1.0)
    assert "of the need" not in trunk.words


def test_nothing_may_fail_where_all_providers_hang_on_one_thing() -> None:
    found = analyse(iss())
    attitude = next(state for state in found.states if state.function.id == "attitude")
    assert attitude.spare == 3  # by their number
    assert "russian-arrays" in attitude.hangs_on or "station-tanks" in attitude.hangs_on
    assert attitude.may_fail == 0
    for state in found.states:
        stopped = {point.node for point in found.single_points if state.function.id in point.functions}
        assert set(state.hangs_on) == stopped
    shown = CliRunner().invoke(app, ["depends", "iss-2022", "-f", "attitude"]).output
    assert re.search(r"x need +0 \*", shown)
    assert "hang on one thing" in shown


def test_what_hangs_on_one_thing_is_asked_again_after_a_departure() -> None:
    file = small_file()
    file["functions"][0]["need"] = {"value": 1.0, "unit": "kW", **D}
    file["assets"].append({"id": "third", "name": "Third generator", "owner": "jaxa", "operator": "jaxa", **D})
    file["functions"][0]["providers"].append({"asset": "third", **SAYS})
    graph = build_graph(load_partnership(file, "made-up.yaml"), FLAGSHIP)
    whole, left = analyse(graph), analyse(graph, ["jaxa"])
    assert [state.hangs_on for state in whole.states if state.function.id == "power"] == [()]
    assert [state.hangs_on for state in left.states if state.function.id == "power"] == [("left",)]
    assert [state.may_fail for state in whole.states if state.function.id == "power"] == [2]


def test_converters_carry_the_quiet_russian_segment_too() -> None:
    # Up to 6 kW come over for burns; computers and valves need less. In full both are needed.
    found = analyse(iss())
    arrays = next(point for point in found.single_points if point.node == "russian-arrays")
    assert "power-russian" in arrays.functions
    assert "power-russian-basic" not in arrays.functions
    by_id = {state.function.id: state for state in found.states}
    assert set(by_id["power-russian-basic"].providers) == {"russian-arrays", "arcu"}
    # Without NASA its own arrays carry it: nothing lost, only thinner.
    alone = {state.function.id: state for state in analyse(iss(), ["nasa"]).states}
    assert alone["power-russian-basic"].loss == "thinner"
    assert alone["power-russian"].loss == "at once"


def test_a_link_to_the_ground_needs_somebody_at_its_other_end() -> None:
    graph = iss()
    assert find_losses(graph, removed=["houston"]).days["tdrs"] == 0.0
    assert find_losses(graph, removed=["houston"]).days["russian-links"] > 0.0
    korolyov = next(node for node in graph.functions["ground-control-russian"].capacities)
    assert find_losses(graph, removed=[korolyov]).days["russian-links"] == 0.0
    assert find_losses(graph, removed=["houston", korolyov]).days["communications"] == 0.0


def test_who_stays_is_not_told_to_leave_where_what_it_operates_stops() -> None:
    found = analyse(iss(datetime(2024, 1, 1, tzinfo=UTC)), ["spacex", "csa"])
    food = next(state for state in found.states if state.function.id == "food")
    told = gone_words(found, food.gone_at_once)
    assert told.startswith("SpaceX: Cargo Dragon flights; ")
    assert told.endswith(
        "Cygnus flights on Falcon 9 (Northrop Grumman), for want of Falcon 9 and its pads in Florida (SpaceX)"
    )
    assert "Northrop Grumman:" not in told


def test_what_stops_for_one_want_is_told_together() -> None:
    found = analyse(iss(datetime(2024, 1, 1, tzinfo=UTC)), ["nasa"])
    food = next(state for state in found.states if state.function.id == "food")
    told = gone_words(found, food.gone_at_once)
    assert told.count("for want of NASA's crew and cargo contracts (NASA)") == 1
    assert "Cargo Dragon flights (SpaceX)" in told
