"""What is lost first and where the ways back end, over many runs and in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from stationkeep.campaign.document import RunDocument
from stationkeep.campaign.losses import functions_lost
from stationkeep.campaign.part import LossDates
from stationkeep.campaign.prepare import prepare_campaign
from stationkeep.campaign.run import run_scenario
from stationkeep.campaign.run_record import RunRecord
from stationkeep.campaign.sampling import median_inputs
from stationkeep.catalogue.loader import load_catalogue
from stationkeep.report.html import report_html
from stationkeep.report.limits import (
    deorbit_text,
    first_lost,
    first_lost_sentence,
    first_lost_text,
    hindsight_text,
    limit_rows,
    loss_text,
    loss_window,
    missing_text,
    thrust_text,
)
from stationkeep.report.verdict import verdict_rows, verdict_sentence
from stationkeep.scenario.generated import branch_without
from stationkeep.scenario.loader import load_scenario
from stationkeep.simulation.engine import simulate
from stationkeep.timescale import parse_utc

EVERYTHING = list(load_scenario("iss-2022").scenario.branches)


@pytest.fixture(scope="module")
def document() -> RunDocument:
    return run_scenario(load_scenario("iss-2022"), runs=6, seed=3, branches=EVERYTHING).document


def test_document_survives_its_own_json(document: RunDocument) -> None:
    assert RunDocument.model_validate_json(document.model_dump_json(by_alias=True)) == document


def test_withdrawal_loses_three_things_at_once(document: RunDocument) -> None:
    branch = document.branches["withdrawal"]
    assert [item.function for item in first_lost(branch)] == ["resupply", "unloading", "reboost"]
    said = first_lost_sentence(branch)
    assert said.startswith("Lost first, on 2 April 2022: deliveries of propellant, unloading of the gyros and")
    assert "reboost (so far by Roscosmos)." in said  # one partner, once
    assert "Attitude control goes about " in said
    assert "Nobody else had shown that they can unload the gyros." in said
    assert "For reboost: Cygnus at Unity's nadir port (not used in this branch, not before 25 June 2022)" in said
    reboost = next(item for item in branch.functions_lost if item.function == "reboost")
    assert any(one.startswith("Cargo Dragon by its own engines: not before 2024-11-08") for one in reboost.could_have)
    assert not any("Progress" in one for one in reboost.could_have)  # it is Roscosmos's, and Roscosmos has left
    assert said in verdict_sentence(branch, document.scenario.horizon_utc, document.runs)


def test_nasa_takes_the_gyros_and_loads_go_on() -> None:
    """What a departure of NASA ends is said as the log has it: the gyros at once, loads only with the attitude."""
    catalogue, day = load_catalogue(), parse_utc("2022-04-02")
    loaded = load_scenario("iss-2022")
    made, name = branch_without(loaded.scenario, ["nasa"], day, catalogue)
    document = run_scenario(replace(loaded, scenario=made), runs=2, branches=[name], workers=1).document
    branch = document.branches[name]
    lost = {item.function: item for item in branch.functions_lost}
    assert lost["unloading"].median_utc == lost["reboost"].median_utc == "2022-04-02T00:00:00Z"
    assert lost["unloading"].provided_by == "gyros of NASA"
    assert lost["unloading"].could_have == []
    loads = [event for event in branch.events if event.kind == "delivery"]
    assert len(loads) >= 2
    said = next(one for one in lost["resupply"].could_have if one.startswith("Progress"))
    assert f"last on {loads[-1].time_utc[:10]}" in said
    assert said not in lost["resupply"].had_shown  # it is this that was lost, nobody else's
    assert any(one.endswith("not without NASA") for one in lost["reboost"].could_have)
    assert "without gyros" in (lost["attitude"].provided_by or "")
    sentence = first_lost_sentence(branch, everything=True)
    assert "Nobody else has gyros." in sentence
    assert sentence.startswith("Lost first, on 2 April 2022: unloading of the gyros and reboost")
    assert not any("few and small upsets" in note for note in document.notes)  # no gyros to upset


def test_a_store_that_was_burnt_is_nobody_else() -> None:
    loaded = load_scenario("commercial-two-providers")
    branch = run_scenario(loaded, runs=2, branches=["both-leave"], workers=1).document.branches["both-leave"]
    lost = {item.function: item for item in branch.functions_lost}
    burns = [event for event in branch.events if event.kind == "burn"]
    said = f"The station's own thrusters: burnt all it had, in the reference run by {burns[-1].time_utc[:10]}"
    assert lost["reboost"].could_have == [said]
    assert lost["reboost"].had_shown == lost["resupply"].could_have == []


def test_tanks_used_up_lose_the_reboost_before_the_thrusters(document: RunDocument) -> None:
    branch = document.branches["withdrawal-with-propellant"]
    order = [item.function for item in branch.functions_lost if item.share == 1.0]
    assert order.index("resupply") < order.index("reboost") < order.index("unloading")
    assert first_lost_text(branch) == "deliveries"
    assert "Next, about " in first_lost_sentence(branch)  # deliveries alone are the branch's premise
    assert branch.attitude_propellant_kg is not None
    assert branch.attitude_propellant_kg > 50.0


def test_more_help_keeps_it_up_longer(document: RunDocument) -> None:
    falls = {name: [date or "9" for date in branch.reentry.dates_utc] for name, branch in document.branches.items()}
    for helped in ("withdrawal-with-propellant", "withdrawal-with-cygnus", "withdrawal-with-dragon"):
        # Visitors that leave without a burn take their propellant along: the month, not the day, is compared.
        assert all(alone[:7] <= late[:7] for alone, late in zip(falls["withdrawal"], falls[helped], strict=True)), (
            helped
        )
    # as Roscosmos sees it, a Cygnus is no help: nobody burns
    assert document.branches["withdrawal-with-cygnus-disputed"].burns_interval.p95 == 0


def test_controlled_fall_is_never_possible_without_a_vehicle_for_it(document: RunDocument) -> None:
    horizon = document.scenario.horizon_utc
    for name, branch in document.branches.items():
        assert branch.no_return is not None
        point = branch.no_return.controlled_deorbit
        if name == "cooperation":
            # NASA's vehicle of 2029 could, half a year before it docks at the earliest; nothing of 2022 could.
            # in every run but those in which the station has come down by then
            fallen = sum(date is not None and date < "2028-11" for date in branch.reentry.dates_utc)
            assert point.possible_share == 1.0 - fallen / document.runs
            assert point.from_utc is not None
            assert point.from_utc[:7] == "2028-11"
            assert point.hindsight == ["US Deorbit Vehicle"]
            assert point.without_hindsight is not None
            assert point.without_hindsight.possible_share == 0.0
            # less than the 2.6 kN of 460 t: the mass comes and goes with the craft, and the lightest moment counts
            assert point.without_hindsight.missing_thrust_n > 2300.0
            assert deorbit_text(branch, horizon) == "never"
            assert hindsight_text(branch, horizon) == "from Nov 2028, for what docks by May 2029"
            assert missing_text(branch).endswith(" kN")
        else:
            assert point.possible_share == 0.0
            assert deorbit_text(branch, horizon) == "never"
            assert hindsight_text(branch, horizon) == "not in this branch"  # the vehicle of 2029 plays no part in it
            assert point.missing_propellant_kg > 4000.0
    assert missing_text(document.branches["withdrawal"]) == "8.8 t, 8.9 kN"


def test_limits_lie_where_they_must(document: RunDocument) -> None:
    for name, branch in document.branches.items():
        point = branch.no_return
        assert point is not None
        assert point.attitude_limit_km is not None
        if name in ("withdrawal", "withdrawal-edge-on", "withdrawal-with-cygnus-disputed"):
            assert point.reboost_limit_km is None, name  # nobody could burn
            continue
        assert point.reboost_limit_km is not None
        assert point.reboost_limit_nonstop_km is not None
        assert 117.0 <= point.reboost_limit_nonstop_km < 140.0
        assert 150.0 < point.attitude_limit_km < 260.0
        assert 240.0 < point.reboost_limit_km < 450.0  # 301 s a week of a Cygnus is little


def test_terminal_and_page_say_the_same(document: RunDocument) -> None:
    labels = [row.label for row in verdict_rows(document)]
    assert [label for label, _ in limit_rows(document)] == [
        "Lost first", "Lost for a time", "Attitude lost", "180-day reserve lost", "Controlled fall possible",
        "it lacks at best", "with US Deorbit Vehicle (hindsight)", "Power while arrays are edge-on",
    ]  # fmt: skip
    assert {label for label, _ in limit_rows(document)} <= set(labels)
    page = report_html(document, reproduce="stationkeep run iss-2022")
    assert 'id="no-return"' in page
    assert "8.8 t, 8.9 kN" in page
    assert "what is lost first" in page
    # the last column is the longest text: the second, a date, does not take its room as it does in the story
    assert '<div class="story functions"><h3' in page
    assert ".functions td:nth-child(2){width:auto}" in page
    assert ".functions td:nth-child(6){width:40%}" in page


def test_words_for_dates_that_may_not_come() -> None:
    horizon = "2031-01-01T00:00:00Z"
    never = LossDates(share=0.0, p05_utc=None, median_utc=None, p95_utc=None)
    assert (loss_text(never, horizon), loss_window(never, horizon)) == ("not by 2031", "–")
    seldom = LossDates(share=0.05, p05_utc="2025-05-03T00:00:00Z", median_utc=None, p95_utc=None)
    assert (loss_text(seldom, horizon), loss_window(seldom, horizon)) == ("not by 2031", "from May 2025 to after 2031")
    days = {"p05_utc": "2025-05-03T00:00:00Z", "median_utc": "2025-05-07T00:00:00Z", "p95_utc": "2025-05-20T00:00:00Z"}
    assert loss_text(LossDates(share=1.0, **days), horizon) == "7 May 2025"
    assert loss_window(LossDates(share=1.0, **days), horizon) == "May 2025"
    assert thrust_text(760.0) == "760 N"
    assert thrust_text(9757.0) == "9.8 kN"


def test_a_scenario_that_asks_for_less_says_less() -> None:
    small = run_scenario(load_scenario("tiangong1-2018"), runs=2).document
    branch = next(iter(small.branches.values()))
    assert branch.attitude_propellant_kg is None
    assert branch.functions_lost == []
    assert branch.no_return is not None
    assert branch.no_return.attitude_limit_km is None
    assert branch.no_return.reboost_limit_km is None
    assert first_lost_sentence(branch) == ""
    assert not {"Lost first", "Attitude lost"} & {row.label for row in verdict_rows(small)}


def test_what_was_handed_over_is_said_to_be_theirs_who_operate_it() -> None:
    scenario = load_scenario("iss-2028-planned").scenario
    campaign = prepare_campaign(scenario, load_catalogue(), None)
    run = simulate(campaign.mission, "russia-hands-over", median_inputs(scenario, campaign.weather), limits=False)
    record = RunRecord.of(run, scenario)
    lost = {item.function: item for item in functions_lost(campaign, "russia-hands-over", run, [record])}
    assert lost["unloading"].partner == "NASA, handed over by Roscosmos"
