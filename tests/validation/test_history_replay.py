"""The station of May 2021 to March 2022 and of 2023 flown again: what ``validation/history_replay.md`` promises."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "validation"))

import history_replay

from stationkeep.orbit.history import read_history
from stationkeep.orbit.tle import ElementHistory


@pytest.fixture(scope="module")
def history(shared_data: Path) -> ElementHistory:
    return read_history(shared_data / history_replay.ISS_FILE)


@pytest.fixture(scope="module")
def few_draws() -> None:
    history_replay.DRAWS = 20  # of avoidance burns: enough for means within 3 %


@pytest.fixture(scope="module")
def first(shared_data: Path, history: ElementHistory, few_draws: None) -> history_replay.Stretch:
    return history_replay.first_stretch(shared_data, history, refits=(60,))


@pytest.fixture(scope="module")
def second(shared_data: Path, history: ElementHistory, few_draws: None) -> history_replay.Stretch:
    pytest.importorskip("ccsds_ndm", reason="the ephemerides of 2023 need the extra 'messages'")
    return history_replay.second_stretch(shared_data, history)


def test_ten_months_stay_within_a_kilometre_of_tracking(first: history_replay.Stretch) -> None:
    # The goal: 1 km, smoothed on the stretch itself, and with a coefficient that never saw the days it brakes.
    smoothed, foreseen, refitted = first.replays
    assert len(smoothed.off_km) > 1000
    assert smoothed.worst_km <= 1.0
    assert refitted.worst_km <= 1.0
    assert foreseen.worst_km <= 3.0  # misses the goal: 2.2 km after ten months on four months of sets


def test_2023_stays_near_the_ephemerides_for_eight_months_after_the_last_set(second: history_replay.Stretch) -> None:
    listed = second.replays[0]
    assert listed.worst_km <= 2.0  # misses the goal of 1 km (1.6): nobody listed the burn of late August
    assert listed.inside_share > 0.98


def test_the_rule_burns_as_often_as_the_station_did(
    first: history_replay.Stretch, second: history_replay.Stretch
) -> None:
    assert abs(first.rules[0][1].count_error) <= 0.2
    assert abs(second.rules[0][1].count_error) <= 0.2
    assert abs(second.rules[0][1].speed_error) <= 0.2
    # 2021/22 misses the sum: a third of what was flown lowered the orbit, which the rule is not told to do.
    assert -0.45 < first.rules[0][1].speed_error < -0.2
