"""Partners that leave with notice, come back, hand over, take away; sanctions; what others do about it."""

from __future__ import annotations

import math
from typing import Any

import pytest
from pydantic import ValidationError

from partner_case import ALL_OF_IT, fly, inputs, response, result, sanction, scenario, withdrawal
from stationkeep.scenario.agenda import all_courses
from stationkeep.simulation.timeline import Function, Timeline
from stationkeep.timescale import iso_day, mjd_utc, parse_utc

AVAILABLE = {"type": "provider-available", "provider": "cygnus", "date_utc": "2022-04-10"}


def when(timeline: Timeline, kind: str) -> list[str]:
    return [iso_day(event.time_mjd_utc) for event in timeline.events if event.kind == kind]


def mass_by_ledger(timeline: Timeline) -> float:
    entries = (entry for part in timeline.ledger.values() for entry in part)
    changes = math.fsum(entry.change_kg for entry in entries if not entry.reason.startswith("aboard"))
    return 460000.0 + changes - timeline.taken_away_kg


@pytest.mark.parametrize("scope", [[one] for one in (*ALL_OF_IT, "recall-crew", "take-assets-away")] + [ALL_OF_IT])
def test_a_withdrawal_reversed_at_once_changes_nothing(scope: list[str]) -> None:
    untouched = result(fly())
    assert result(fly(withdrawal(scope=scope, until_utc="2022-08-01"))) == untouched
    happening = {"type": "happening", "name": "peace", "title": "Peace", "date_utc": "2022-08-01"}
    named = fly(withdrawal(scope=scope, until={"event": "peace"}), happening)
    assert result(named) == result(fly(happening))


def test_handing_over_reversed_at_once_changes_nothing() -> None:
    handed = withdrawal(
        scope=["hand-over-control"], hand_over_to="nasa", hand_over_days=0.0, until_utc="2022-08-01T00:00:00Z"
    )
    assert result(fly(handed)) == result(fly())


def test_notice_is_told_on_its_day_and_takes_effect_later() -> None:
    timeline = fly(withdrawal(notice_days=100.0))
    assert when(timeline, "withdrawal-notice") == ["2022-08-01"]
    assert when(timeline, "withdrawal") == ["2022-11-09"]
    told = next(event.title for event in timeline.events if event.kind == "withdrawal-notice")
    assert "2022-11-09" in told
    assert max(when(timeline, "delivery")) == "2022-09-29"
    assert timeline.lost_mjd_utc[Function.UNLOADING] == mjd_utc(parse_utc("2022-11-09"))


def test_notice_taken_back_changes_no_figure() -> None:
    taken_back = fly(withdrawal(notice_days=365.0, until_utc="2022-12-01"))
    assert when(taken_back, "withdrawal-taken-back") == ["2022-12-01"]
    assert not when(taken_back, "withdrawal")
    untouched = fly()
    assert taken_back.lost_mjd_utc == untouched.lost_mjd_utc
    assert taken_back.mass_kg == pytest.approx(untouched.mass_kg, abs=0.01)


def test_return_brings_operation_at_once_and_flights_later() -> None:
    timeline = fly(withdrawal(until_utc="2022-12-01", flights_back_after_days=60.0))
    assert when(timeline, "withdrawal-ends") == ["2022-12-01"]
    burns = when(timeline, "burn")
    assert not [day for day in burns if "2022-08-01" < day < "2022-12-01"]
    assert [day for day in burns if day >= "2022-12-01"]
    later = [day for day in when(timeline, "delivery") if day > "2022-08-01"]
    assert min(later) == "2023-03-28"  # the first on the schedule after 30 January 2023
    assert Function.UNLOADING not in fly(withdrawal(until_utc="2022-08-21", flights_back_after_days=0.0)).lost_mjd_utc


def test_a_lost_station_does_not_come_back_with_its_partner() -> None:
    timeline = fly(withdrawal(until_utc="2023-09-01"), given=inputs(loss=0.01))
    assert when(timeline, "attitude-lost")
    assert Function.ATTITUDE in timeline.lost_mjd_utc
    assert not [day for day in when(timeline, "burn") if day > "2023-09-01"]


def test_sanctions_lifted_is_the_end_of_the_last_one() -> None:
    events = (
        sanction("2022-04-02", rate=0.5, until_utc="2023-01-01"),
        sanction("2022-04-02", on="progress", what="production", rate=0.5, until_utc="2023-03-01"),
        withdrawal(until={"event": "sanctions-lifted"}),
    )
    assert when(fly(*events), "withdrawal-ends") == ["2023-03-01"]
    assert (
        iso_day(all_courses(scenario(*events).branches["x"].events, scenario(*events))[2].ends_mjd_utc) == "2023-03-01"
    )


def test_stop_flights_ends_deliveries_and_those_it_pays_for() -> None:
    timeline = fly(withdrawal(scope=["stop-flights"]))
    assert max(when(timeline, "delivery")) < "2022-08-01"
    assert [day for day in when(timeline, "burn") if day > "2022-08-01"]
    paid = fly(withdrawal("2022-04-20", partner="nasa", scope=["stop-flights"]), AVAILABLE)
    assert not when(paid, "arrival")
    assert "Northrop Grumman" in next(event.title for event in paid.events if event.kind == "withdrawal")


def test_what_others_provide_is_missed() -> None:
    no_arm = fly(withdrawal("2022-04-20", partner="csa", scope=["stop-operating-assets"]), AVAILABLE)
    assert not when(no_arm, "arrival")
    assert when(fly(AVAILABLE), "arrival")
    no_power = fly(withdrawal("2022-04-20", partner="nasa", scope=["stop-operating-assets"]))
    assert not [day for day in when(no_power, "burn") if day > "2022-04-20"]
    assert no_power.lost_mjd_utc[Function.REBOOST] == mjd_utc(parse_utc("2022-04-20"))


def test_handing_over_takes_its_time() -> None:
    handed = withdrawal(scope=["stop-operating-assets", "hand-over-control"], hand_over_to="nasa", hand_over_days=60.0)
    timeline = fly(handed)
    assert when(timeline, "control-handed-over") == ["2022-09-30"]
    assert when(timeline, "unloading-ends") == ["2022-08-01"]
    assert Function.UNLOADING not in timeline.lost_mjd_utc
    assert not [day for day in when(timeline, "burn") if "2022-08-01" < day < "2022-09-30"]
    assert [day for day in when(timeline, "burn") if day >= "2022-09-30"]
    # who only hands over goes on operating until the other can
    kept = fly(withdrawal(scope=["hand-over-control"], hand_over_to="nasa", hand_over_days=60.0))
    assert not when(kept, "unloading-ends")


def test_what_is_taken_away_takes_its_mass_and_its_area_along() -> None:
    timeline = fly(withdrawal(scope=["take-assets-away"], assets=["progress-ms-19", "nauka"]))
    gone = [event.title for event in timeline.events if event.kind == "undocked"]
    names = sorted(title.split(" takes ")[1].split(" away")[0] for title in gone)
    assert names == ["Nauka", "Prichal", "Progress MS-19 (80P)"]  # Prichal hangs on Nauka
    assert timeline.taken_away_kg == pytest.approx(6040.0 + 19627.0 + 4066.0)
    assert timeline.mass_kg == pytest.approx(mass_by_ledger(timeline), abs=1.0e-3)


def test_nobody_pushes_while_the_craft_is_gone() -> None:
    timeline = fly(withdrawal("2022-06-10", scope=["take-assets-away"], assets=["progress-ms-18", "progress-ms-19"]))
    burns = when(timeline, "burn")
    assert not [day for day in burns if "2022-06-10" <= day < "2022-07-31"]  # until the next Progress is there
    assert [day for day in burns if day >= "2022-07-31"]
    assert not when(timeline, "unloading-ends")


def test_less_area_is_less_drag() -> None:
    events: list[dict[str, Any]] = [{"type": "provider-lost", "provider": "progress", "date_utc": "2022-04-02"}]
    whole = fly(*events, attitude=None)
    part = fly(withdrawal("2022-04-02", scope=["take-assets-away"]), *events, attitude=None)
    # 159 m2 of 1,710 and 53 t of 460: area falls by 9 %, mass by 11 %, so it sinks a little faster
    ratio = (416.0 - part.altitude_by_day_km[400]) / (416.0 - whole.altitude_by_day_km[400])
    assert 1.0 < ratio < 1.15


# --- sanctions ------------------------------------------------------------------------------------------------------


def test_half_of_the_flights_come_and_late() -> None:
    free = when(fly(), "delivery")
    timeline = fly(sanction("2022-05-01", rate=0.5, delay_days=20.0))
    days = when(timeline, "delivery")
    assert len(days) == len(free) // 2
    assert len(when(timeline, "flight-cut")) == len(free) // 2
    assert days[0] == "2022-06-21"  # 1 June, twenty days late


def test_luck_decides_which_flights_come() -> None:
    early = fly(sanction(rate=0.34), given=inputs(sanction_luck=0.9))
    late = fly(sanction(rate=0.34), given=inputs(sanction_luck=0.0))
    assert when(early, "delivery")[0] < when(late, "delivery")[0]
    assert abs(len(when(early, "delivery")) - len(when(late, "delivery"))) <= 1


def test_sanctions_that_only_delay_let_everything_come() -> None:
    # one comes after the horizon
    assert len(when(fly(sanction(rate=1.0, delay_days=30.0)), "delivery")) == len(when(fly(), "delivery")) - 1


def test_felt_after_craft_in_store_have_flown() -> None:
    timeline = fly(sanction("2022-05-01", what="production", rate=0.0, felt_after_days=200.0))
    assert max(when(timeline, "delivery")) < "2022-11-17"
    assert len(when(timeline, "delivery")) == 3
    assert when(timeline, "sanction-felt") == ["2022-11-17"]


def test_sanctions_on_a_provider_leave_the_others() -> None:
    timeline = fly(sanction(on="cygnus", rate=0.0, date_utc="2022-04-20"), AVAILABLE)
    assert not when(timeline, "arrival")
    assert when(timeline, "delivery") == when(fly(AVAILABLE), "delivery")


def test_engines_kept_from_use_still_take_what_is_delivered() -> None:
    usual, kept = fly(), fly(sanction("2022-05-01", on="progress", what="assets", rate=0.0, until_utc="2023-05-01"))
    loads = [
        [event.time_mjd_utc for event in run.events if event.kind == "delivery" and event.time_mjd_utc < 60000.0]
        for run in (usual, kept)
    ]
    assert len(loads[0]) >= 3
    assert loads[1] == loads[0]  # flights are another matter: that is what sanctions on launches are for
    assert not any(
        event.kind == "burn" and event.provider == "progress" and 59700.0 < event.time_mjd_utc < 60060.0
        for event in kept.events
    )


def test_sanctions_on_assets() -> None:
    frozen = fly(sanction("2022-06-15", what="assets", until_utc="2022-08-15"))
    assert not [day for day in when(frozen, "burn") if "2022-06-15" <= day < "2022-08-15"]
    assert [day for day in when(frozen, "burn") if day > "2022-08-15"]
    assert when(frozen, "unloading-ends") == ["2022-06-15"]
    half = [
        event.duration_s for event in fly(sanction("2022-04-02", what="assets", rate=0.5)).events if event.duration_s
    ]
    assert max(half) <= 650.0 + 1.0e-6


# --- responses ------------------------------------------------------------------------------------------------------


def test_buying_takes_its_lead_time() -> None:
    timeline = fly(
        withdrawal(name="gone"), response(None, after={"event": "gone"}, what="buy", provider="cygnus", lead_days=60.0)
    )
    assert when(timeline, "response") == ["2022-09-30"]
    assert min(when(timeline, "arrival")) == "2023-01-16"  # the first visit after it was bought
    assert [event for event in timeline.events if event.kind == "burn" and event.provider == "cygnus"]


def test_bringing_forward_moves_one_flight() -> None:
    free, moved = (
        when(fly(), "delivery"),
        when(fly(response(what="bring-forward", provider="progress", days_forward=20.0)), "delivery"),
    )
    assert moved == ["2022-05-12", *free[1:]]
    soon = fly(response("2022-05-25", what="bring-forward", provider="progress", days_forward=90.0))
    assert when(soon, "delivery")[0] == "2022-05-25"


def test_a_visit_brought_forward_waits_for_the_one_before() -> None:
    timeline = fly(AVAILABLE, response("2022-08-30", what="bring-forward", provider="cygnus", days_forward=5.0))
    assert when(timeline, "arrival")[:2] == ["2022-05-01", "2022-09-03"]
    assert when(timeline, "departure")[:2] == ["2022-09-01", "2023-01-09"]


def test_adapting_changes_burns() -> None:
    longer = fly(
        withdrawal("2022-04-20"), AVAILABLE,
        response(what="adapt", provider="cygnus", max_burn_duration_s=1200.0, attitude_from=["pusher"]),
    )  # fmt: skip
    plain = fly(withdrawal("2022-04-20"), AVAILABLE)
    longest = [
        max(event.duration_s for event in run.events if event.provider == "cygnus" and event.duration_s)
        for run in (plain, longer)
    ]
    assert longest[0] <= 600.0 < longest[1] <= 1200.0


def test_feathering_and_letting_down() -> None:
    timeline = fly(response("2022-10-01", what="feather-arrays"), response("2023-01-01", what="deorbit"))
    assert timeline.arrays is not None
    assert not [day for day in when(timeline, "burn") if day > "2023-01-01"]
    assert timeline.reboost_ends_mjd_utc == mjd_utc(parse_utc("2023-01-01"))


def test_people_are_told_where_they_are_not_simulated() -> None:
    timeline = fly(response(what="reduce-crew", people=3), response("2022-06-01", what="leave"))
    told = [event.title for event in timeline.events if event.kind == "response"]
    assert "no more than 3 stay" in told[0]
    assert "everybody leaves" in told[1]


# --- refusals -------------------------------------------------------------------------------------------------------

HAPPENS = {"type": "happening", "name": "peace", "title": "Peace", "date_utc": "2022-06-01"}
HANDED = {"hand_over_to": "nasa", "hand_over_days": 1.0}
NEVER = withdrawal("2022-09-01", partner="esa", name="never", probability=0.0)
LOST = {"type": "provider-lost", "provider": "cygnus", "date_utc": "2022-04-10"}
EACH_OTHER = [withdrawal(until={"event": "b"}, name="a"), withdrawal(partner="esa", until={"event": "a"}, name="b")]
CIRCLE = [response(None, what="leave", after={"event": other}, name=own) for own, other in (("a", "b"), ("b", "a"))]
REFUSED: list[tuple[list[dict[str, Any]], str]] = [
    ([withdrawal(until={"event": "sanctions-lifted"})], "no sanction on roscosmos"),
    ([withdrawal(until={"event": "sanctions-lifted"}), sanction()], "has no end; give it until_utc"),
    ([withdrawal(until={"event": "piece"}), HAPPENS], "did you mean 'peace'?"),
    ([withdrawal(until={"event": "peace"}), HAPPENS], "2022-06-01, before this event (2022-08-01)"),
    ([withdrawal(until={"event": "self"}, name="self")], "it is the event itself"),
    ([sanction(until={"event": "sanctions-lifted"})], "only a withdrawal may wait"),
    (EACH_OTHER, "'b' can never come true: it waits in turn for this one to begin, on the same day"),
    ([withdrawal(until={"event": "never"}), NEVER], "its probability is 0"),
    ([withdrawal(until={"event": "peace"}, until_utc="2023-01-01"), HAPPENS], "not both"),
    ([withdrawal(until_utc="2022-07-01")], "must not be before date_utc (2022-08-01)"),
    ([withdrawal(until_utc="2024-04-02")], "ends on 2024-04-02, after horizon_utc (2024-04-01)"),
    ([sanction(until_utc="2031-01-01")], "ends on 2031-01-01, after horizon_utc (2024-04-01)"),
    ([withdrawal(notice_days=1000.0)], "takes effect on 2025-04-27, after horizon_utc"),
    ([withdrawal(), withdrawal("2022-10-01")], "roscosmos withdraws twice at the same time"),
    ([withdrawal(scope=["hand-over-control"])], "needs hand_over_to"),
    ([withdrawal(hand_over_to="nasa")], "need the scope hand-over-control"),
    ([withdrawal(scope=["hand-over-control"], hand_over_to="roscosmos", hand_over_days=1.0)], "hand over to itself"),
    ([withdrawal(scope=["hand-over-control", "take-assets-away"], **HANDED)], "cannot be handed over"),
    (
        [
            withdrawal(scope=["hand-over-control"], **HANDED),
            withdrawal("2022-09-01", partner="nasa", scope=["stop-operating-assets"]),
        ],
        "nasa cannot operate what roscosmos hands over",
    ),
    ([withdrawal(assets=["nauka"])], "needs the scope take-assets-away"),
    ([sanction(rate=1.0)], "does nothing"),
    ([sanction(what="assets", delay_days=3.0, rate=0.5)], "no meaning for assets"),
    ([sanction(rate=0.5), sanction("2022-06-01", rate=0.2)], "say different things"),
    ([{**LOST, "date_utc": "2022-04-05"}, AVAILABLE], "'cygnus' is lost for good on 2022-04-05"),
    ([LOST, response("2022-09-01", what="buy", provider="cygnus")], "'cygnus' is lost for good"),
    ([AVAILABLE, LOST], "is lost at the same moment"),
    (
        [withdrawal(partner="nasa"), response("2022-09-01", what="buy", provider="cygnus")],
        "nasa has left on 2022-08-01 and can answer nothing on 2022-09-01 (buy)",
    ),
    ([response(what="buy")], "buy needs a provider"),
    ([response(what="buy", provider="progress")], "plays a part already"),
    ([response(what="buy", provider="cygnus", lead_days=3000.0)], "works from 2030-07-18, after horizon_utc"),
    ([response(what="leave", people=3)], "leave has no use for people"),
    ([response(None, what="leave")], "give its trigger"),
    (CIRCLE, "it waits for itself"),
    ([withdrawal(probability=1.5)], "less than or equal to 1"),
]


@pytest.mark.parametrize(("events", "message"), REFUSED, ids=[message[:30] for _, message in REFUSED])
def test_what_cannot_be_meant_is_refused(events: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(ValidationError) as caught:
        scenario(*events)
    assert message in str(caught.value)


def test_a_provider_that_a_threat_has_taken_is_not_promised_any_more() -> None:
    lost = {**LOST, "date_utc": "2022-04-05", "probability": 0.6, "name": "gone"}
    bought = response("2022-06-01", what="buy", provider="cygnus")
    gone = fly(lost, bought, given=inputs(threats={"gone": 0.1}))
    assert "cannot be had any more" in next(event.title for event in gone.events if event.kind == "response")
    assert not when(gone, "arrival")
    late = fly(lost, AVAILABLE, given=inputs(threats={"gone": 0.1}))
    assert "is lost" in next(event.title for event in late.events if event.kind == "provider-available")


def test_who_has_left_answers_nothing_in_the_runs_in_which_it_has() -> None:
    leaving = withdrawal("2022-05-15", partner="nasa", scope=["stop-operating-assets"], probability=0.6, name="gone")
    bought = response("2022-06-01", what="buy", provider="cygnus")
    gone, stays = (fly(leaving, bought, given=inputs(threats={"gone": luck})) for luck in (0.1, 0.9))
    assert when(gone, "response-missing") == ["2022-06-01"]
    assert not when(gone, "response")
    assert when(stays, "response") == ["2022-06-01"]
    told = next(event for event in gone.events if event.kind == "response-missing")
    assert [gone.events[cause].kind for cause in told.because] == ["withdrawal"]
    # On the very day it leaves, and on the day it is back, it still or again answers.
    for day in ("2022-06-01", "2022-05-15"):
        scenario(withdrawal("2022-05-15", partner="nasa", until_utc="2022-06-01"), {**bought, "date_utc": day})
        back = fly(withdrawal("2022-05-15", partner="nasa", until_utc="2022-06-01"), {**bought, "date_utc": day})
        assert when(back, "response") == [day]
    # Sanctions are not its own will: it may still answer.
    frozen = fly(sanction("2022-05-15", on="nasa", what="assets", rate=0.0), bought)
    assert when(frozen, "response") == ["2022-06-01"]


def test_threats_that_may_not_come_true_are_alternatives() -> None:
    scenario(withdrawal(probability=0.5), withdrawal("2022-10-01", probability=0.2))
