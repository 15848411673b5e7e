"""The response ``deorbit``: let down, then brought down on target by who is docked and able to, or not."""

from __future__ import annotations

from copy import deepcopy
from types import SimpleNamespace
from typing import Any

import pytest

from partner_case import BASE, MADE_UP, fly, inputs, response, scenario, withdrawal
from sample_document import flying_branch, sample_document
from stationkeep.campaign.explain import chain_of
from stationkeep.campaign.part import LossDates
from stationkeep.campaign.summary import _brought_down
from stationkeep.outcome import OutcomeReason
from stationkeep.report.verdict import verdict_rows, verdict_sentence
from stationkeep.simulation.deorbit import Load, loads_for_speed
from stationkeep.simulation.timeline import Timeline

LOW = {
    "orbit": {"mean_elements": {"epoch_utc": "2022-04-02", "mean_altitude_km": 300.0, "inclination_deg": 51.6}},
    "altitude_policy": {"floor_km": 298.0, "target_km": 300.0},
}
DECIDED = response("2022-04-20", what="deorbit")
HORIZON = "2022-12-31"


def providers(propellant_kg: float, **changes: Any) -> list[dict[str, Any]]:
    made = deepcopy(BASE["providers"])
    made[0]["propellant"]["initial_kg"] = 4000.0
    stay = {"arrives_utc": "2022-05-10", "leaves_utc": "2024-03-01", "propellant_kg": propellant_kg, "source": MADE_UP}
    return [*made, {
        "id": "tug", "vehicle": "usdv", "partner": "nasa", "purpose": "deorbit", "max_burn_duration_s": 3600.0,
        "visits": [stay], **changes,
    }]  # fmt: skip


def down(propellant_kg: float, *events: dict[str, Any], **changes: Any) -> Timeline:
    return fly(*events, providers=providers(propellant_kg, **changes), horizon_utc=HORIZON, **LOW)


def kinds(run: Timeline) -> list[str]:
    return [event.kind for event in run.events]


def test_who_is_docked_brings_it_down_on_its_day() -> None:
    run = down(16000.0, DECIDED)
    assert run.outcome.reason is OutcomeReason.DEORBITED
    assert not run.outcome.reentered
    assert run.outcome.mean_altitude_km == pytest.approx(220.0, abs=0.05)
    assert kinds(run)[-2:] == ["deorbit", "deorbited"]
    burn = run.events[-2]
    assert burn.delta_v_m_s == 57.0
    # Rocket equation by hand: 57 m/s of some 475 t at the tug's 306 s to 326 s.
    assert burn.propellant_kg == pytest.approx(475e3 * 57.0 / (316.0 * 9.80665), rel=0.06)
    assert "Brought down on target by tug" in burn.title
    spent = [entry for entries in run.ledger.values() for entry in entries if entry.reason == "controlled end"]
    assert -sum(entry.change_kg for entry in spent) == pytest.approx(burn.propellant_kg)
    assert not [kind for kind in kinds(run)[kinds(run).index("response") :] if kind == "burn"]


def test_its_chain_begins_with_the_decision() -> None:
    chain = chain_of(down(16000.0, DECIDED), 278.0)
    assert [link.kind for link in chain] == ["response", "deorbit", "deorbited"]
    assert [link.because for link in chain] == [(), (0,), (1,)]


def test_without_enough_it_falls_where_it_may_and_says_what_it_lacks() -> None:
    run = down(2000.0, DECIDED)
    assert run.outcome.reentered
    said = next(event.title for event in run.events if event.kind == "deorbit-impossible")
    assert "t of propellant" in said
    chain = chain_of(run, 278.0)
    assert [link.kind for link in chain if link.kind != "below-reserve"] == [
        "response", "reboost-ends", "deorbit-impossible", "reentered",
    ]  # fmt: skip


def test_nobody_decides_for_those_who_did_not() -> None:
    policy = {**LOW, "altitude_policy": None}
    run = fly(providers=providers(16000.0), horizon_utc=HORIZON, **policy)
    assert run.outcome.reentered  # it could have been brought down, and nobody had decided to
    assert "deorbit" not in kinds(run)


def test_a_station_that_tumbles_cannot_be_brought_down() -> None:
    gone = withdrawal("2022-04-15", scope=["stop-operating-assets"])
    run = fly(gone, DECIDED, providers=providers(16000.0), horizon_utc=HORIZON, given=inputs(loss=0.0001), **LOW)
    assert "attitude-lost" in kinds(run)
    assert run.outcome.reentered


def test_a_new_policy_takes_the_decision_back() -> None:
    change = {
        "type": "altitude-policy-change",
        "date_utc": "2022-04-25",
        "altitude_policy": {"floor_km": 280.0, "target_km": 290.0},
    }
    run = down(16000.0, DECIDED, change)
    assert [event for event in run.events if event.kind == "burn" and event.time_utc > "2022-04-25"]
    assert "deorbit" not in kinds(run)


def test_loads_burn_one_after_the_other() -> None:
    loads = [Load(1000.0, 3000.0, 100.0), Load(20000.0, 3100.0, 100.0)]
    first, second = loads_for_speed(400e3, loads, 57.0)
    assert first == 1000.0
    assert 3000.0 * 1000.0 / 399.5e3 + 3100.0 * second / (399e3 - second / 2.0) == pytest.approx(57.0, rel=1e-4)
    assert loads_for_speed(400e3, loads[:1], 57.0) == [1000.0]
    assert loads_for_speed(400e3, loads, 0.0) == [0.0, 0.0]


def test_the_verdict_says_in_how_many_runs_it_comes_down_on_target() -> None:
    never = LossDates(share=0.0, p05_utc=None, median_utc=None, p95_utc=None)
    often = LossDates(share=0.75, p05_utc="2029-03-01T00:00:00Z", median_utc="2029-09-18T00:00:00Z", p95_utc=None)
    branch = flying_branch()
    branches = {
        name: branch.model_copy(update={"brought_down": dates})
        for name, dates in (("a", None), ("b", never), ("c", often), ("d", often.model_copy(update={"share": 1.0})))
    }
    document = sample_document().model_copy(update={"branches": branches})
    row = next(row for row in verdict_rows(document) if row.label == "Brought down on target")
    assert row.answers == ("–", "nobody can", "Sep 2029", "Sep 2029")
    said = [verdict_sentence(one, document.scenario.horizon_utc, 200) for one in branches.values()]
    assert "Still flying" in said[0]
    assert said[0] == said[1]
    assert said[2].startswith("Still flying on 1 January 2031 in 25 % of the runs. Brought down on target in 75 %")
    assert said[3].startswith("Brought down on target (median September 2029).")


def test_a_campaign_counts_who_was_brought_down() -> None:
    decided = scenario(DECIDED, providers=providers(16000.0), horizon_utc=HORIZON, **LOW)
    ends = [
        SimpleNamespace(outcome=down(kilograms, DECIDED).outcome) for kilograms in (16000.0, 2000.0, 15000.0, 14000.0)
    ]
    dates = _brought_down(decided.branches["x"], ends)  # type: ignore[arg-type]
    assert dates is not None
    assert dates.share == 0.75
    assert dates.p95_utc is None
    assert _brought_down(scenario().branches["x"], ends) is None  # type: ignore[arg-type]
