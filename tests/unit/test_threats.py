"""Threats with a probability: drawn run by run from streams of their own, and told; any partner, any date."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from partner_case import BASE, CATALOGUE, fly, inputs, scenario, withdrawal
from stationkeep.campaign.departures import departure
from stationkeep.campaign.run import run_scenario
from stationkeep.campaign.threats import ThreatShare, threat_luck, threat_notes, weighed_notes, weighed_outcome
from stationkeep.cli.app import app
from stationkeep.errors import InputError, ScenarioError
from stationkeep.scenario.agenda import comes_true, threat_key
from stationkeep.scenario.events import WithdrawalScope
from stationkeep.scenario.generated import branch_without
from stationkeep.scenario.loader import load_scenario, read_scenario
from stationkeep.scenario.taking_part import partners_of
from stationkeep.timescale import parse_utc


def with_events(**branches: list[dict[str, Any]]) -> dict[str, Any]:
    named = {name: {"label": name, "events": events} for name, events in branches.items()}
    fields: dict[str, Any] = {**deepcopy(BASE), "branches": named, "attitude": None, "horizon_utc": "2022-12-01"}
    fields["space_weather"] = {"default": "observed"}
    return json.loads(json.dumps(fields))  # lists that two events share would become anchors


@pytest.fixture
def loaded(tmp_path: Path) -> Any:
    def make(fields: dict[str, Any]) -> Any:
        path = tmp_path / "case.yaml"
        path.write_text(yaml.safe_dump(fields, sort_keys=False), encoding="utf-8")
        return load_scenario(path)

    return make


def test_luck_is_the_threats_own() -> None:
    one = scenario(withdrawal(probability=0.3, name="rupture"))
    two = scenario(withdrawal(probability=0.3, name="rupture"), withdrawal(partner="esa", probability=0.9))
    for index in range(20):
        first, second = threat_luck(one, 7, index), threat_luck(two, 7, index)
        assert first["rupture"] == second["rupture"]
        assert len(second) == 2
    drawn = [threat_luck(one, 7, index)["rupture"] < 0.3 for index in range(2000)]
    assert 0.27 < sum(drawn) / 2000 < 0.33  # 3 sigma of 2,000 draws
    assert threat_luck(one, 8, 0) != threat_luck(one, 7, 0)


def test_the_reference_run_takes_the_likelier() -> None:
    for probability, happens in ((0.4, False), (0.6, True)):
        event = scenario(withdrawal(probability=probability)).branches["x"].events[0]
        assert comes_true(event, {}) is happens


def test_one_name_comes_true_together() -> None:
    events = (withdrawal(probability=0.5, name="rupture"), withdrawal(partner="esa", probability=0.5, name="rupture"))
    for luck, count in ((0.4, 2), (0.6, 0)):
        timeline = fly(*events, given=inputs(threats={"rupture": luck}))
        assert len([event for event in timeline.events if event.kind == "withdrawal"]) == count


def test_a_threat_is_called_by_what_it_is() -> None:
    event = scenario(withdrawal(probability=0.5, scope=["stop-flights"])).branches["x"].events[0]
    assert threat_key(event) == "withdrawal roscosmos stop-flights 2022-08-01T00:00:00+00:00"  # type: ignore[arg-type]


def test_the_document_says_how_often_it_came_true(loaded: Any) -> None:
    fields = with_events(calm=[], shaky=[withdrawal("2022-06-01", probability=0.4)], sure=[withdrawal("2022-06-01")])
    for name, probability in (("calm", 0.6), ("sure", 0.2)):
        fields["branches"][name]["probability"] = probability
    result = run_scenario(loaded(fields), runs=40, workers=1, keep_timelines=True)
    shaky = result.document.branches["shaky"].threats[0]
    came = [
        run for run in result.branches["shaky"].timelines if any(event.kind == "withdrawal" for event in run.events)
    ]
    assert shaky.came_true_share == len(came) / 40
    assert 0.15 < shaky.came_true_share < 0.65  # 3 sigma of 40 draws
    # a run in which it does not come true is the calm one, one in which it does is the sure one
    for index, run in enumerate(result.branches["shaky"].timelines):
        other = result.branches["sure" if run in came else "calm"].timelines[index]
        assert run.altitude_by_day_km.tobytes() == other.altitude_by_day_km.tobytes()
    weighed = result.document.weighed
    assert weighed is not None
    assert weighed.weights == pytest.approx({"calm": 0.75, "sure": 0.25})
    told = next(note for note in result.document.notes if note.startswith("Weighed"))
    assert "calm 75 %, sure 25 %; given are 80 % in all, scaled to 100 %)" in told
    assert any("came true in" in note for note in result.document.notes)


@pytest.mark.parametrize(("given", "told"), [((0.6, 0.3), "90 %"), ((0.6, 0.4), "")])
def test_weights_that_are_not_those_given_are_said_to_be_scaled(given: tuple[float, float], told: str) -> None:
    branches: Any = {name: SimpleNamespace(probability=one) for name, one in zip("ab", given, strict=True)}
    weighed = weighed_outcome(branches, {"a": 0.0, "b": 1.0}, {})
    (note,) = weighed_notes({"a": "stays", "b": "leaves"}, weighed)
    assert ("scaled to 100 %" in note) is bool(told)
    assert not told or f"given are {told} in all" in note


def test_probabilities_of_branches_add_up_to_one_at_most() -> None:
    fields = with_events(a=[], b=[])
    for branch in fields["branches"].values():
        branch["probability"] = 0.6
    with pytest.raises(ScenarioError, match=r"line \d+: branches: the branches' probabilities add up to 1.2"):
        read_scenario(yaml.safe_dump(fields, sort_keys=False), "case.yaml")


def taking(name: str) -> dict[str, Any]:
    return withdrawal(scope=["take-assets-away"], assets=[name])


@pytest.mark.parametrize(
    ("event", "message"),
    [
        (withdrawal(partner="roskosmos"), "partner: no partner 'roskosmos'; did you mean 'roscosmos'?"),
        (taking("zarya"), "zarya is not roscosmos's to take: it belongs to nasa"),
        (taking("zvezda"), "zvezda cannot leave: nobody has described how"),
        (taking("nauca"), "no docked craft or module 'nauca'; did you mean 'nauka'"),
        (withdrawal(partner="csa", scope=["take-assets-away"]), "csa has nothing at iss-2022-04-02 that could be"),
        (withdrawal(until={"event": "sanctions-lifted"}), "until.event: 'sanctions-lifted' can never come true: no"),
        (withdrawal(notice=3), "unknown field"),
    ],
)
def test_refusals_name_the_line(event: dict[str, Any], message: str) -> None:
    text = yaml.safe_dump(with_events(x=[event]), sort_keys=False)
    with pytest.raises(ScenarioError) as caught:
        read_scenario(text, "case.yaml")
    assert message in str(caught.value)
    assert "line " in str(caught.value)


# --- any partner, any date ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("partner", ["nasa", "roscosmos", "esa", "jaxa", "csa", "spacex", "northrop-grumman"])
def test_anybody_may_leave_on_any_day(partner: str) -> None:
    stated = load_scenario("iss-2022").scenario
    for day in ("2022-04-02", "2023-01-01", "2031-01-01"):
        made, name = branch_without(stated, [partner], parse_utc(day), CATALOGUE)
        assert name == f"without-{partner}"
        assert made.branches[name].events[-1].date_utc == parse_utc(day)
        assert len(made.branches) == len(stated.branches) + 1


def test_several_at_once_by_name() -> None:
    stated = load_scenario("iss-2022").scenario
    made, name = branch_without(stated, ["NASA", "Northrop Grumman", "nasa"], parse_utc("2023-01-01"), CATALOGUE)
    assert name == "without-nasa-and-northrop-grumman"
    assert made.branches[name].label == "without NASA and Northrop Grumman"
    assert {"nasa", "roscosmos", "spacex"} <= set(partners_of(stated, CATALOGUE))


def test_departures_from_the_command_line() -> None:
    loaded_iss = load_scenario("iss-2022")
    changed, names = departure(loaded_iss, [], ["csa"], "2022-07-01", ["stop-operating-assets"], 30.0, "2022-12-01")
    assert names == ["cooperation", "without-csa"]
    assert changed.hash != loaded_iss.hash
    event = changed.scenario.branches["without-csa"].events[-1]
    assert event.notice_days == 30.0  # type: ignore[union-attr]
    for arguments in (
        ([], ["nobody"], None, None), ([], ["csa"], "1999-01-01", None), ([], ["cmsa"], None, None),
        ([], ["csa"], None, ["stop"]), ([], [], "2022-07-01", None), (["withdrawal"], ["roscosmos"], None, None),
        (["cooporation"], ["csa"], None, None), ([], ["csa"], None, ["hand-over-control"]),
    ):  # fmt: skip
        with pytest.raises(InputError):
            departure(loaded_iss, *arguments)  # type: ignore[arg-type]


def test_run_without_somebody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    told = CliRunner().invoke(app, ["run", "small-station", "--without", "operator-b", "--on", "2026-01-01", "-n", "2"])
    assert told.exit_code == 0, told.output
    assert "without Operator B" in told.output
    assert "--without=operator-b --on=2026-01-01" in told.output.replace("\n", "")
    wrong = CliRunner().invoke(app, ["run", "small-station", "--without", "operator-c", "-n", "2"])
    assert wrong.exit_code != 0


@pytest.mark.parametrize("until", ["2035-01-01", "2022-05-01"])
def test_an_end_that_cannot_be_is_told_to_be_left_out(until: str) -> None:
    with pytest.raises(ScenarioError, match="nobody can leave so") as refused:
        departure(load_scenario("iss-2022"), [], ["roscosmos"], "2022-06-01", None, until=until)
    assert "leave --until" in (refused.value.hint or "")
    assert "branch" not in (refused.value.hint or "")


def test_threats_of_one_name_are_told_once_with_what_each_is() -> None:
    def share(name: str, date: str, probability: float = 0.3) -> ThreatShare:
        return ThreatShare(
            name=name, type="x", date_utc=f"{date}T00:00:00Z", probability=probability, came_true_share=0.25,
            falls_if_true=1.0, falls_if_not=0.03,
        )  # fmt: skip

    told = threat_notes({"m": "maybe"}, {"m": [
        share("w: withdrawal of Roscosmos", "2022-06-01"), share("w: asset-outage of gyros", "2022-07-01"),
        share("withdrawal of NASA", "2022-08-01"), share("withdrawal of NASA", "2023-08-01"),
    ]}, 40)  # fmt: skip
    assert told[0] == (
        "maybe: w (withdrawal of Roscosmos 2022-06-01; asset-outage of gyros 2022-07-01) was given a probability of "
        "30 % and came true in 10 of 40 runs; the station falls in 100 % of the runs with it and in 3 % of the runs "
        "without it."
    )
    assert [one.split(" (")[1].split(")")[0] for one in told[1:]] == ["2022-08-01", "2023-08-01"]  # not the same luck


def test_a_branch_made_on_the_command_line_is_described_in_words() -> None:
    loaded, day = load_scenario("iss-2022").scenario, parse_utc("2023-01-01")
    made, name = branch_without(loaded, ["nasa"], day, CATALOGUE)
    said = made.branches[name].description
    assert said.startswith(
        "As cooperation, but NASA leaves on 2023-01-01: it stops operating its vehicles and engines,"
    )
    assert not any(scope in said for scope in WithdrawalScope)
    made, name = branch_without(loaded, ["nasa", "csa"], day, CATALOGUE, scope=["stop-flights", "recall-crew"])
    assert made.branches[name].description == (
        "As cooperation, but NASA and CSA leave on 2023-01-01: each launches nothing to the station any more and calls "
        "its people home."
    )
