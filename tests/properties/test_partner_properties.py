"""What partners do in a run, whoever does it: order of one moment, removing a provider, going back at once."""

from __future__ import annotations

from copy import deepcopy
from itertools import permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from partner_case import BASE, fly, inputs, response, result, sanction, withdrawal
from stationkeep.simulation.timeline import Function
from stationkeep.timescale import mjd_utc, parse_utc

QUICK = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
DAY = "2022-07-10"
TOGETHER: list[dict[str, Any]] = [
    withdrawal(DAY, scope=["stop-operating-assets"], until_utc="2022-10-08"),
    withdrawal(DAY, partner="csa", scope=["stop-operating-assets"]),
    sanction(DAY, on="roscosmos", rate=0.5, delay_days=5.0),
    sanction(DAY, on="progress", what="production", rate=0.5),
    {"type": "provider-available", "provider": "cygnus", "date_utc": DAY},
    {"type": "asset-outage", "asset": "gyros", "date_utc": DAY, "until_utc": "2022-07-12"},
    {"type": "array-mode-change", "arrays": "feathered", "date_utc": DAY},
    response(DAY, what="adapt", provider="cygnus", attitude_from=["pusher"]),
    response(DAY, what="bring-forward", provider="progress", days_forward=10.0),
    {"type": "happening", "name": "talks", "title": "Talks", "date_utc": DAY},
]


@given(st.lists(st.sampled_from(range(len(TOGETHER))), min_size=2, max_size=5, unique=True), st.randoms())
@QUICK
def test_the_order_of_one_moment_never_matters(chosen: list[int], random: Any) -> None:
    events = [TOGETHER[index] for index in chosen]
    shuffled = events.copy()
    random.shuffle(shuffled)
    assert result(fly(*events)) == result(fly(*shuffled))


def test_no_order_of_the_worst_four_matters() -> None:
    worst = [TOGETHER[0], TOGETHER[2], TOGETHER[5], TOGETHER[8]]
    first, *others = [result(fly(*order)) for order in list(permutations(worst))[::5]]
    assert all(other == first for other in others)


@given(
    st.sampled_from(["roscosmos", "nasa", "csa", "northrop-grumman"]),
    st.sampled_from(["2022-04-02", "2022-06-01", "2023-03-28"]),
    st.sets(
        st.sampled_from(["stop-operating-assets", "stop-resupply-propellant", "stop-flights", "recall-crew"]),
        min_size=1,
    ),
)
@QUICK
def test_going_back_at_once_changes_nothing(partner: str, date: str, scope: set[str]) -> None:
    available = {"type": "provider-available", "provider": "cygnus", "date_utc": "2022-04-10"}
    left = fly(available, withdrawal(date, partner=partner, scope=sorted(scope), until_utc=date))
    assert result(left) == result(fly(available))


def test_what_ends_and_begins_at_one_moment_is_looked_at_once() -> None:
    apart = {"scope": ["stop-operating-assets"]}
    run = fly(withdrawal("2022-07-10", until_utc="2022-07-15", **apart), withdrawal("2022-07-15", **apart))
    day = mjd_utc(parse_utc("2022-07-15"))
    assert {event.kind for event in run.events if event.time_mjd_utc == day} == {"withdrawal", "withdrawal-ends"}
    unbroken = fly(withdrawal("2022-07-10", **apart))
    assert run.lost_mjd_utc == unbroken.lost_mjd_utc
    # Flown in two pieces instead of one: rounding only.
    np.testing.assert_allclose(run.altitude_by_day_km, unbroken.altitude_by_day_km, rtol=1e-5)


def little() -> list[dict[str, Any]]:
    """So little propellant that reboosts end within the horizon, whoever is lost."""
    made = deepcopy(BASE["providers"])
    made[0]["propellant"]["initial_kg"] = 700.0
    return list(made)


@given(
    st.sampled_from(["progress", "cygnus"]),
    st.sampled_from(["2022-04-02", "2022-05-20", "2022-08-15", "2022-10-05"]),
    st.floats(140.0, 230.0),
)
@QUICK
def test_losing_a_provider_never_lets_others_reboost_for_longer(provider: str, date: str, flux: float) -> None:
    events = [
        {"type": "provider-available", "provider": "cygnus", "date_utc": "2022-04-10"},
        withdrawal("2022-12-01", partner="roscosmos", scope=["stop-resupply-propellant"]),
        withdrawal("2022-12-01", partner="nasa", scope=["stop-flights"]),
    ]
    lost = {"type": "provider-lost", "provider": provider, "date_utc": date}
    left = [event for event in events if event.get("provider") != provider or event["date_utc"] < date]
    # Without the attitude: what a lost pusher does not burn would hold the station for longer, and with it the others.
    before, after = (
        fly(*given, given=inputs(flux=flux), attitude=None, providers=little()) for given in (events, [*left, lost])
    )
    assert Function.REBOOST in before.lost_mjd_utc  # or there would be nothing to compare
    for function in (Function.REBOOST, Function.RESUPPLY, Function.AVOIDANCE, Function.CONTROLLED_DEORBIT):
        known = before.lost_mjd_utc.get(function, float("inf"))
        assert after.lost_mjd_utc.get(function, float("inf")) <= known + 1.0e-6
    assert after.outcome.time_mjd_utc <= before.outcome.time_mjd_utc
    pushed = [sum(event.delta_v_m_s or 0.0 for event in run.events) for run in (before, after)]
    assert pushed[1] <= pushed[0] * (1.0 + 1.0e-9) + 1.5  # a last burn may be cut short by its propellant


@pytest.mark.parametrize("days", [0.0, 30.0, 365.0])
def test_notice_only_puts_it_off(days: float) -> None:
    loss = [fly(withdrawal(notice_days=notice)).lost_mjd_utc[Function.UNLOADING] for notice in (days, days + 20.0)]
    assert loss[1] == pytest.approx(loss[0] + 20.0)
