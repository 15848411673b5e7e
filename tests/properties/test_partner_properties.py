"""What partners do in a run, whoever does it: order of one moment, removing a provider, going back at once."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from partner_case import fly, inputs, response, result, sanction, withdrawal
from stationkeep.simulation.timeline import Function

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


@given(
    st.sampled_from(["progress", "cygnus"]),
    st.sampled_from(["2022-04-02", "2022-08-15", "2023-02-01"]),
    st.floats(80.0, 250.0),
)
@QUICK
def test_losing_a_provider_never_lets_others_reboost_for_longer(provider: str, date: str, flux: float) -> None:
    events = [
        {"type": "provider-available", "provider": "cygnus", "date_utc": "2022-04-10"},
        withdrawal("2023-01-01", scope=["stop-resupply-propellant"]),
    ]
    lost = {"type": "provider-lost", "provider": provider, "date_utc": date}
    # Without the attitude: what a lost pusher does not burn would hold the station for longer, and with it the others.
    before, after = (
        fly(*given, given=inputs(flux=flux), attitude=None).lost_mjd_utc.get(Function.REBOOST, float("inf"))
        for given in (events, [*events, lost])
    )
    assert after <= before + 1.0e-6


@pytest.mark.parametrize("days", [0.0, 30.0, 365.0])
def test_notice_only_puts_it_off(days: float) -> None:
    loss = [fly(withdrawal(notice_days=notice)).lost_mjd_utc[Function.UNLOADING] for notice in (days, days + 20.0)]
    assert loss[1] == pytest.approx(loss[0] + 20.0)
