"""What is lost for a time and comes back: found in runs, counted over them, told in words."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from partner_case import fly, scenario, withdrawal
from stationkeep.campaign.document import BranchDocument, InterruptedFunction
from stationkeep.campaign.interruptions import functions_interrupted, longest_interruptions
from stationkeep.campaign.run_record import RunRecord
from stationkeep.report.interruptions import interrupted_sentence, interrupted_text
from stationkeep.simulation.run_state import RunState
from stationkeep.simulation.timeline import Function, Interruption, Timeline
from stationkeep.timescale import iso_day


@pytest.fixture(scope="module")
def back() -> Timeline:
    return fly(withdrawal("2022-05-10", until_utc="2022-06-20", flights_back_after_days=10.0))


def record(run: Timeline) -> RunRecord:
    return RunRecord.of(run, scenario())


def test_a_partner_that_comes_back_interrupts_what_it_did(back: Timeline) -> None:
    found = {one.function: one for one in longest_interruptions(back)}
    for function in (Function.UNLOADING, Function.REBOOST):
        one = found[function]
        assert (iso_day(one.from_mjd_utc), iso_day(one.to_mjd_utc)) == ("2022-05-10", "2022-06-20")
        days = slice(int(one.from_mjd_utc) - back.first_day_mjd, int(one.to_mjd_utc) - back.first_day_mjd + 1)
        assert one.lowest_km == pytest.approx(back.altitude_by_day_km[days].min())
        assert function not in back.lost_mjd_utc
    assert Function.RESUPPLY in found


def test_what_is_lost_for_good_or_never_is_no_interruption(back: Timeline) -> None:
    gone = fly(withdrawal("2022-05-10"))
    assert not {one.function for one in longest_interruptions(gone)} & set(gone.lost_mjd_utc)
    assert longest_interruptions(fly()) == ()
    short = Interruption(Function.ATTITUDE, 59700.0, 59700.5)  # between two hands
    assert len(longest_interruptions(replace(back, interruptions=(short,)))) == 0


def test_the_longest_of_a_run_and_the_middle_one_of_all_are_told(back: Timeline) -> None:
    def away(*spans: tuple[float, float]) -> RunRecord:
        told = tuple(Interruption(Function.UNLOADING, *span) for span in spans)
        return record(replace(back, interruptions=told))

    runs = [away((59700.0, 59710.0), (59720.0, 59790.0)), away((59700.0, 59705.0)), away((59700.0, 59720.0)), away()]
    one = functions_interrupted(runs)[0]
    assert (one.function, one.share, one.same_in_all) == ("unloading", 0.75, False)
    assert (one.from_utc[:10], one.to_utc[:10]) == (iso_day(59700.0), iso_day(59720.0))
    assert functions_interrupted([away()]) == []


def test_debris_that_could_not_be_avoided_once_is_no_span_until_the_next_that_is() -> None:
    state = SimpleNamespace(gone={Function.AVOIDANCE: 1.0, Function.REBOOST: 2.0}, interruptions=[], now=300.0)
    for function in (Function.AVOIDANCE, Function.REBOOST):
        RunState.mark(state, function, possible=True)  # type: ignore[arg-type]
    assert state.gone == {}
    assert state.interruptions == [Interruption(Function.REBOOST, 2.0, 300.0)]


def told(*found: InterruptedFunction) -> tuple[str, str]:
    branch = BranchDocument.model_construct(functions_interrupted=list(found))
    return interrupted_text(branch), interrupted_sentence(branch)


def test_in_words() -> None:
    gyros = InterruptedFunction(
        function="unloading", title="unloading of the gyros", share=1.0, from_utc="2022-06-01T00:00:00Z",
        to_utc="2022-12-01T00:00:00Z", same_in_all=True, lowest_altitude_km=409.2,
    )  # fmt: skip
    reboost = gyros.model_copy(update={"function": "reboost", "title": "reboost"})
    cell, said = told(gyros, reboost)
    assert cell == "gyro unloading and reboost 1 Jun 2022 – 1 Dec 2022 (lowest 409 km)"
    assert said == (
        "Lost for a time and then back: unloading of the gyros and reboost, from 1 June 2022 to 1 December 2022 "
        "(lowest 409 km)."
    )
    some = gyros.model_copy(update={"share": 0.25, "same_in_all": False, "to_utc": "2022-06-20T00:00:00Z"})
    assert told(some)[1].endswith("in June 2022 (lowest 409 km), in 25 % of the runs.")
    assert told(some.model_copy(update={"share": 0.01})) == ("–", "")
    assert told() == ("–", "")


def test_the_document_and_the_verdict_have_it() -> None:
    from people_runs import plain_text
    from stationkeep.campaign.run import run_scenario
    from stationkeep.catalogue.loader import load_catalogue
    from stationkeep.report.verdict import verdict_rows, verdict_sentence
    from stationkeep.scenario.generated import branch_without
    from stationkeep.scenario.loader import load_scenario, read_scenario
    from stationkeep.timescale import parse_utc

    loaded = replace(load_scenario("iss-2022"), scenario=read_scenario(plain_text(), "plain.yaml"))
    made, name = branch_without(
        loaded.scenario, ["roscosmos"], parse_utc("2022-06-01"), load_catalogue(), until_utc=parse_utc("2022-12-01")
    )
    document = run_scenario(replace(loaded, scenario=made), runs=2, branches=[name], workers=1).document
    assert document.branches[name].description.endswith("; on 2022-12-01 it is back.")
    found = document.branches[name].functions_interrupted
    assert [(one.function, one.share, one.same_in_all) for one in found][:1] == [("unloading", 1.0, True)]
    row = next(row for row in verdict_rows(document) if row.label == "Lost for a time")
    assert row.answers[0].startswith("gyro unloading")
    assert "from 1 June 2022 to 1 December 2022" in verdict_sentence(
        document.branches[name], document.scenario.horizon_utc, document.runs
    )
