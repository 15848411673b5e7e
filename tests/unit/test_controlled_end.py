"""The response ``deorbit``: let down, then brought down on target by who is docked and able to, or not."""

from __future__ import annotations

import math
from copy import deepcopy
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from partner_case import BASE, EPOCH_DAY, MADE_UP, fly, inputs, response, scenario, withdrawal
from sample_document import flying_branch, sample_document
from stationkeep.campaign.brought_down import brought_down
from stationkeep.campaign.document import BroughtDown
from stationkeep.campaign.explain import chain_of
from stationkeep.campaign.run_record import RunRecord, first_year_drag_m_s
from stationkeep.campaign.threats import last_burn_luck
from stationkeep.descent.deorbit_dispersion import Dispersions
from stationkeep.descent.deorbit_need import FAILURE_PROBABILITY
from stationkeep.outcome import OutcomeReason
from stationkeep.propulsion.burns import delta_v_for_gain_m_s, gain_for_delta_v_km
from stationkeep.report.verdict import verdict_rows, verdict_sentence
from stationkeep.simulation.attitude_keeping import AttitudeKeeper
from stationkeep.simulation.deorbit import Load, loads_for_speed
from stationkeep.simulation.inputs import Avoidance
from stationkeep.simulation.timeline import Function, Timeline, TimelineEvent
from stationkeep.timescale import mjd_utc, parse_utc

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


@pytest.mark.parametrize(("propellant_kg", "besides"), [(16000.0, False), (6000.0, True)])
def test_who_cannot_burn_as_it_tumbles_is_not_called_too_small(propellant_kg: float, besides: bool) -> None:
    """The deorbit vehicle was docked with enough, and the story said that 9 t and 9 kN were lacking."""
    stay = {"arrives_utc": "2022-04-05", "leaves_utc": "2024-03-01", "propellant_kg": propellant_kg, "source": MADE_UP}
    made = providers(propellant_kg, visits=[stay])
    gone = withdrawal("2022-04-15", scope=["stop-operating-assets"])
    run = fly(gone, DECIDED, providers=made, horizon_utc=HORIZON, given=inputs(loss=0.0001), **LOW)
    assert run.outcome.reentered
    assert "attitude-lost" in kinds(run)
    said = next(event.title for event in run.events if event.kind == "deorbit-impossible")
    left = run.tank_content_kg["tug"] / 1000.0
    assert said.startswith(
        f"Nobody can bring it down on target: the attitude is lost, tug ({left:.1f} t) cannot burn"
    )  # fmt: skip
    assert ("; and it lacks " in said) is besides
    assert "kN" not in said


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
    left = {"failure_probability": 0.01, "casualty_expectation": 1.25e-5}
    never = BroughtDown(share=0.0, p05_utc=None, median_utc=None, p95_utc=None, **left)
    often = BroughtDown(
        share=0.75, p05_utc="2029-03-01T00:00:00Z", median_utc="2029-09-18T00:00:00Z", p95_utc=None, **left
    )
    branch = flying_branch()
    branches = {
        name: branch.model_copy(update={"brought_down": dates})
        for name, dates in (("a", None), ("b", never), ("c", often), ("d", often.model_copy(update={"share": 1.0})))
    }
    document = sample_document().model_copy(update={"branches": branches})
    row = next(row for row in verdict_rows(document) if row.label == "Brought down on target")
    assert row.answers == ("–", "nobody can", "Sep 2029", "Sep 2029")
    left_over = next(row for row in verdict_rows(document) if row.label == "a last burn that fails: risk left")
    assert left_over.answers == ("–", "–", "1 in 80,000", "1 in 80,000")
    said = [verdict_sentence(one, document.scenario.horizon_utc, 200) for one in branches.values()]
    assert "Still flying" in said[0]
    assert said[0] == said[1]
    assert said[2].startswith("Still flying on 1 January 2031 in 25 % of the runs. Brought down on target in 75 %")
    assert said[3].startswith("Brought down on target (median September 2029).")


def test_a_campaign_counts_who_was_brought_down() -> None:
    decided = scenario(DECIDED, providers=providers(16000.0), horizon_utc=HORIZON, **LOW)
    ends = [
        SimpleNamespace(outcome=down(kilograms, DECIDED).outcome, last_burn_failed=kilograms < 3000.0)
        for kilograms in (16000.0, 2000.0, 15000.0, 14000.0)
    ]
    end = brought_down(decided.branches["x"], ends, 1.0e-3)  # type: ignore[arg-type]
    assert end is not None
    assert end.share == 0.75
    assert end.p95_utc is None
    assert (end.burn_failed_share, end.failure_probability) == (0.25, 0.01)
    assert end.casualty_expectation == pytest.approx(1.0e-5)
    assert brought_down(scenario().branches["x"], ends, 1.0e-3) is None  # type: ignore[arg-type]


# --- sooner than drag, by who can spare it ----------------------------------------------------------------------------


def lowerings(run: Timeline) -> list[TimelineEvent]:
    return [event for event in run.events if event.kind == "lowering"]


def test_who_can_spare_it_lowers_it_and_the_end_keeps_what_it_takes() -> None:
    run = down(16000.0, DECIDED)
    by = {event.provider for event in lowerings(run)}
    assert by == {"progress", "tug"}
    # what came for the end keeps a tenth more than the end takes, by the rocket equation at its 300 s
    spent = sum(event.propellant_kg or 0.0 for event in lowerings(run) if event.provider == "tug")
    mass = 460e3 + 18e3
    assert 16000.0 - spent >= mass * -math.expm1(-1.1 * 57.0 / (300.0 * 9.80665)) * 0.99
    assert run.events[-2].title == "Brought down on target by tug"
    # each burn lowers, and none passes a level at which something ends
    heights = [event.mean_altitude_km for event in lowerings(run)]
    assert heights == sorted(heights, reverse=True)
    assert min(heights) >= 220.4


def test_lowered_station_comes_down_sooner_than_by_drag_alone() -> None:
    alone = down(9000.0, DECIDED)  # a tug with the end's own need and no more, and nobody else with any to spare
    helped = down(16000.0, DECIDED)
    assert alone.outcome.reason is OutcomeReason.DEORBITED
    assert not [event for event in lowerings(alone) if event.provider == "tug"]
    assert helped.outcome.time_mjd_utc < alone.outcome.time_mjd_utc - 5.0


def test_nobody_lowers_it_before_the_end_can_be_flown() -> None:
    assert not lowerings(down(2000.0, DECIDED))
    early = lowerings(down(16000.0, DECIDED))[0]
    assert early.time_utc >= "2022-05-10"  # the day it docks


def sinking_for_long(*avoidances: Avoidance, **attitude: Any) -> Timeline:
    """From 325 km under a quiet Sun, with nothing more to come for the tanks that feed the attitude's thrusters."""
    mean = {"epoch_utc": "2022-04-02", "mean_altitude_km": 325.0, "inclination_deg": 51.6}
    made = providers(12500.0)
    made[0] |= {"resupply": []}
    made[0]["propellant"]["initial_kg"] = 2200.0
    return fly(
        DECIDED, providers=made, orbit={"mean_elements": mean}, altitude_policy={"floor_km": 323.0, "target_km": 325.0},
        attitude={**BASE["attitude"], **attitude}, horizon_utc="2024-04-01",
        given=inputs(flux=70.0, avoidances=avoidances),
    )  # fmt: skip


def test_what_holds_it_until_the_end_is_not_spent_on_coming_down_sooner() -> None:
    """All but a fixed reserve was spent, where the station took longer to sink: the thrusters ran dry on the way."""
    run = sinking_for_long(reserve_days=15.0)
    assert "tanks-dry" not in kinds(run)
    assert run.outcome.reason is OutcomeReason.DEORBITED
    # of the 2 t the sinking takes some 5 %, the turns a seventh: what is left is not kept for nothing
    assert sum(event.propellant_kg or 0.0 for event in lowerings(run) if event.provider == "progress") > 1500.0


def test_the_end_begins_before_its_level_where_what_holds_it_would_run_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Air denser than foreseen in the last kilometres: the thrusters ran dry at 221 km, beside a loaded vehicle."""
    usual = AttitudeKeeper._kg_day_in

    def denser(keeper: AttitudeKeeper, density: float, altitude: float) -> float:
        stated = usual(keeper, density, altitude)
        return 3000.0 if stated > 0.0 and altitude < 226.0 else stated

    monkeypatch.setattr(AttitudeKeeper, "_kg_day_in", denser)
    monkeypatch.setattr(AttitudeKeeper, "kg_day_sinking", lambda *_: 1.0)  # what was foreseen
    made = providers(10400.0)
    made[0] |= {"resupply": []}
    made[0]["propellant"]["initial_kg"] = 1800.0
    run = fly(DECIDED, providers=made, horizon_utc=HORIZON, given=inputs(loss=0.0001), **LOW)
    assert run.outcome.reason is OutcomeReason.DEORBITED
    assert 220.5 < run.outcome.mean_altitude_km < 226.5
    burn = run.events[-2]
    assert burn.note is not None
    assert burn.note.startswith("begun before its level")
    higher = run.outcome.mean_altitude_km - 220.0
    assert burn.delta_v_m_s == pytest.approx(57.0 + delta_v_for_gain_m_s(220.0, higher))
    assert "tanks-dry" not in kinds(run)


def test_what_the_end_lacks_even_with_all_that_comes_is_said_when_it_is_decided() -> None:
    """A decision cost years, and only at its level one read that there had never been enough."""
    lacks = [event for event in down(2000.0, DECIDED).events if event.kind == "deorbit-lacking"]
    assert [event.time_utc[:10] for event in lacks] == ["2022-04-20"]
    assert lacks[0].title.startswith("As planned, nobody could bring it down on target: it lacks ")
    assert "deorbit-lacking" not in kinds(down(16000.0, DECIDED))  # the tug is to come three weeks later


def test_next_to_nothing_is_no_delivery_and_an_article_is_small_amid_a_sentence() -> None:
    made = providers(16000.0)
    made[0]["label"] = "The station's own thrusters"
    load = made[0]["resupply"][0]
    made[0]["resupply"] = [{**load, "propellant_kg": 0.02}]
    assert "delivery" not in kinds(fly(providers=made, horizon_utc="2022-10-01"))
    made[0]["resupply"] = [load]
    burnt = fly(providers=made, horizon_utc="2022-10-01")
    titles = [event.title for event in burnt.events if event.kind in ("delivery", "burn")]
    assert any(title == "Propellant delivered to the station's own thrusters" for title in titles)
    assert not [title for title in titles if " The " in title]


HIGH = {"delta_v_m_s": 80.0, "final_burn_m_s": 34.7, "longest_final_burn_s": 1800.0, "from_altitude_km": 320.0}


def test_decided_below_the_level_of_the_end_it_is_flown_as_soon_as_it_can_be() -> None:
    """The level was looked for on the way down only: from 300 km, 320 km never came, and nothing was said of it."""
    stated = {**HIGH, "source": MADE_UP}
    run = fly(
        response("2022-05-20", what="deorbit"), providers=providers(16000.0), horizon_utc=HORIZON,
        controlled_deorbit=stated, **LOW,
    )  # fmt: skip
    assert run.outcome.reason is OutcomeReason.DEORBITED
    assert run.events[-1].time_utc[:10] == "2022-05-20"
    waits = fly(DECIDED, providers=providers(16000.0), horizon_utc=HORIZON, controlled_deorbit=stated, **LOW)
    said = [event for event in waits.events if event.kind == "deorbit-impossible"]
    assert [event.time_utc[:10] for event in said] == ["2022-04-20"]  # once: the tug comes three weeks later
    assert waits.outcome.reason is OutcomeReason.DEORBITED
    assert waits.events[-1].time_utc[:10] == "2022-05-10"


def test_decided_below_the_level_with_too_little_it_says_so() -> None:
    run = fly(
        DECIDED, providers=providers(2000.0), horizon_utc=HORIZON, controlled_deorbit={**HIGH, "source": MADE_UP}, **LOW
    )  # fmt: skip
    assert run.outcome.reentered
    assert kinds(run).count("deorbit-impossible") == 1


def test_out_of_the_way_of_debris_downwards_where_it_is_let_down() -> None:
    """Craft burnt week by week to lower it, and when debris came near nobody could push it out of the way."""
    days = [mjd_utc(parse_utc(day)) for day in ("2022-05-13", "2022-06-20")]
    run = sinking_for_long(*(Avoidance(day, 0.5) for day in days), reserve_days=15.0)
    away = [event for event in run.events if "debris" in event.title]
    assert [event.time_mjd_utc for event in away] == pytest.approx(days)
    assert [event.title.split(":")[0] for event in away] == [
        "Lowered out of the way of debris by progress", "Lowered out of the way of debris by tug",
    ]  # fmt: skip
    assert [event.kind for event in away] == ["lowering", "lowering"]
    assert [event.delta_v_m_s for event in away] == pytest.approx([0.5, 0.5])
    assert "debris-avoidance" not in run.lost_mjd_utc
    assert run.outcome.reason is OutcomeReason.DEORBITED


def test_just_above_the_end_nobody_goes_down_past_it_for_debris() -> None:
    """Where a burn downwards would pass the altitude from which the end is flown, it is raised out of the way."""
    last = sinking_for_long(reserve_days=15.0)
    level = next(i for i, height in enumerate(last.altitude_by_day_km) if height < 220.9)
    run = sinking_for_long(Avoidance(float(last.first_day_mjd + level), 0.5), reserve_days=15.0)
    away = [event for event in run.events if "ebris" in event.title]
    assert [event.title.split(":")[0] for event in away] == ["Out of the way of debris by tug"]
    assert run.outcome.reason is OutcomeReason.DEORBITED
    assert run.outcome.time_mjd_utc > last.outcome.time_mjd_utc + 0.1
    assert run.last_by.get(Function.REBOOST) != "tug"  # which reboosts nothing
    for flown in (last, run):
        assert Function.CONTROLLED_DEORBIT not in flown.lost_mjd_utc  # it was flown


def test_who_lets_it_down_does_not_say_that_nobody_can_reboost() -> None:
    for run, said in (
        (down(16000.0, DECIDED), "Nobody raises it any more, as decided"),
        (fly(withdrawal("2022-04-20")), "Nobody can reboost any more"),
    ):
        assert [event.title for event in run.events if event.kind == "reboost-ends"] == [said]


def test_what_lowered_it_is_no_drag() -> None:
    """From 400 to 390 km in a year, all of it by one burn against the motion: drag took nothing."""
    heights = np.linspace(400.0, 390.0, 400)
    lost_km = float(heights[0] - heights[365])
    event = TimelineEvent(
        EPOCH_DAY + 100.0, "lowering", "Lowered", 395.0, delta_v_m_s=delta_v_for_gain_m_s(float(heights[365]), lost_km)
    )
    course = SimpleNamespace(first_day_mjd=EPOCH_DAY, altitude_by_day_km=heights, events=(event,))
    assert first_year_drag_m_s(course, float(EPOCH_DAY)) == pytest.approx(0.0, abs=1e-9)  # type: ignore[arg-type]


# --- the last burn may fail -------------------------------------------------------------------------------------------


def test_a_last_burn_that_fails_ends_in_an_uncontrolled_fall_within_a_day() -> None:
    run = fly(
        DECIDED, providers=providers(16000.0), horizon_utc=HORIZON, given=inputs(last_burn_luck=0.004), **LOW
    )  # fmt: skip
    assert run.outcome.reason is OutcomeReason.REENTERED
    failed = next(event for event in run.events if event.kind == "deorbit-failed")
    assert failed.title == "The last burn of tug stops for good after 40 % of it: it falls where it may"
    assert failed.delta_v_m_s == pytest.approx(57.0 - 0.6 * 34.7)
    assert 0.0 < run.outcome.time_mjd_utc - failed.time_mjd_utc < 1.5
    assert [link.kind for link in chain_of(run, 278.0)][-2:] == ["deorbit-failed", "reentered"]
    assert RunRecord.of(run, scenario(DECIDED, providers=providers(16000.0), **LOW)).last_burn_failed
    works = fly(DECIDED, providers=providers(16000.0), horizon_utc=HORIZON, given=inputs(last_burn_luck=0.0101), **LOW)
    assert works.outcome.reason is OutcomeReason.DEORBITED


def test_one_last_burn_in_a_hundred_fails() -> None:
    luck = [last_burn_luck(7, index) for index in range(4000)]
    # binomial, three standard deviations of 1 % in 4,000
    assert sum(one < FAILURE_PROBABILITY for one in luck) / 4000.0 == pytest.approx(0.01, abs=0.0048)
    assert Dispersions().failure_probability == FAILURE_PROBABILITY


def test_a_burn_against_the_motion_lowers_as_much_as_it_would_raise_from_below() -> None:
    down_km = gain_for_delta_v_km(400.0, -20.0)
    assert down_km < 0.0
    assert gain_for_delta_v_km(400.0 + down_km, 20.0) == pytest.approx(-down_km, abs=1e-6)
