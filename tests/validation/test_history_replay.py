"""The station of May 2021 to March 2022 and of 2023 flown again: what ``validation/history_replay.md`` promises."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "validation"))

import history_replay
import launch_phases
import strategy_replay

from stationkeep.orbit.history import read_history
from stationkeep.orbit.tle import ElementHistory


@pytest.fixture(scope="module")
def history(shared_data: Path) -> ElementHistory:
    return read_history(shared_data / history_replay.ISS_FILE)


@pytest.fixture(scope="module", autouse=True)
def few_draws() -> None:
    strategy_replay.DRAWS = 20  # of avoidance burns: enough for means within 3 %
    strategy_replay.PHASED_DRAWS = 3  # means within 12 %


@pytest.fixture(scope="module")
def first(shared_data: Path, history: ElementHistory) -> history_replay.Stretch:
    return history_replay.first_stretch(shared_data, history, refits=history_replay.REFIT_DAYS)


@pytest.fixture(scope="module")
def second(shared_data: Path, history: ElementHistory) -> history_replay.Stretch:
    pytest.importorskip("ccsds_ndm", reason="the ephemerides of 2023 need the extra 'messages'")
    return history_replay.second_stretch(shared_data, history)


def test_ten_months_stay_within_a_kilometre_of_tracking(first: history_replay.Stretch) -> None:
    # The goal: 1 km, smoothed on the stretch itself, and with a coefficient that never saw the days it brakes.
    smoothed, foreseen, *refitted = first.replays
    assert len(smoothed.off_km) > 1000
    assert smoothed.worst_km <= 1.0
    # Refitted every 30, 45 and 60 days: 0.89, 1.05 and 0.92 km. On the edge of the goal, so 1.1 is what is promised.
    assert len(refitted) == 3
    assert max(item.worst_km for item in refitted) <= 1.1
    assert foreseen.worst_km <= 3.0  # misses the goal: 2.2 km after ten months on four months of sets


def test_2023_stays_within_a_kilometre_of_the_ephemerides(second: history_replay.Stretch) -> None:
    # The goal again; each day's coefficient knows only ephemerides of before that day.
    followed, foreseen = second.replays[:2]
    assert followed.worst_km <= 1.0
    assert sum(followed.inside_after(history_replay.DENSE_UNTIL)) == 2 * second.heads
    assert foreseen.worst_km <= 2.0  # misses it: 1.6 km with the drag foreseen in April


def test_tracking_finds_the_burns_no_ephemeris_lists(second: history_replay.Stretch) -> None:
    # Roscosmos told -500 m (-0.28 m/s) on 24 August and +900 m (+0.51 m/s) on 10 November 2023. Two weeks lie between
    # two ephemerides, and the drag of those weeks is known to 0.2 m/s.
    found = [(push.time_mjd_utc, push.delta_v_m_s) for push in second.unexplained]
    for time, speed in ((history_replay.day("2023-08-24"), -0.28), (history_replay.day("2023-11-10"), 0.51)):
        near = min(found, key=lambda item: abs(item[0] - time))
        assert abs(near[0] - time) < 10.0
        assert near[1] == pytest.approx(speed, abs=0.3)


def test_launches_and_landings_are_where_other_years_put_them(
    shared_data: Path,
    history: ElementHistory,
    first: history_replay.Stretch,
    second: history_replay.Stretch,
) -> None:
    # The windows' places come from flights outside the two stretches. Progress MS-25 (December 2023) is 12 degrees out.
    _, heads = history_replay.ephemeris_days(shared_data)
    seen = launch_phases.seen_phases(shared_data, [*(item.elements for item in history.sets), *heads])
    among = [
        item
        for item in seen
        if any(part.start.epoch_mjd_utc <= item.flight.time_mjd_utc <= part.stop_mjd_utc for part in (first, second))
    ]
    assert len(among) >= 14
    assert [item.flight.name for item in among if item.miss_deg > 0.0] == ["Progress MS-25"]


@pytest.mark.parametrize("which", ["first", "second"])
def test_the_rule_by_phase_burns_as_the_station_did(
    which: str, request: pytest.FixtureRequest, shared_data: Path, history: ElementHistory
) -> None:
    part: history_replay.Stretch = request.getfixturevalue(which)
    before = strategy_replay.altitudes_before(history, part.start.epoch_mjd_utc)
    usual = sum(before) / len(before)
    result = strategy_replay.phased(shared_data, part, usual, *part.courses[0])
    # The goal is 20 %; three draws of avoidance burns leave 12 % to chance.
    assert abs(result.count_error) <= 0.25
    assert abs(result.speed_error) <= 0.25
    assert result.missed_share is not None
    assert result.missed_share < 0.1


def test_the_rule_by_altitude_misses_the_lowering_of_2021(
    first: history_replay.Stretch, shared_data: Path, history: ElementHistory
) -> None:
    # Not a success: without phases nothing asks it to go down. The test notices when that changes.
    before = strategy_replay.altitudes_before(history, first.start.epoch_mjd_utc)
    band = strategy_replay.AltitudeBand(first.start.epoch_mjd_utc, min(before) - 1.0, max(before) + 1.0)
    result = strategy_replay.by_altitude(shared_data, first, sum(before) / len(before), band, *first.courses[0])
    assert abs(result.count_error) <= 0.25
    assert -0.45 < result.speed_error < -0.2
