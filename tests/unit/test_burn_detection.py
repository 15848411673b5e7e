"""Burns put into made-up histories come out again, and what is not a burn does not."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

import synthetic_history as made
from stationkeep.errors import ElementSetError, OrbitError
from stationkeep.orbit.axis_history import axis_history
from stationkeep.orbit.burn_candidates import LOWEST_CONFIDENCE, confidence
from stationkeep.orbit.burn_detection import Burn, burn_free_pieces, find_burns, search_burns
from stationkeep.propulsion.burns import delta_v_for_gain_m_s

START = made.START_MJD
SKY = made.weather(200)
UP, DOWN = made.Push(START + 20.3, 0.9), made.Push(START + 41.7, -0.6)


@pytest.fixture(scope="module")
def pushed() -> list:  # type: ignore[type-arg]
    return made.flown(60, SKY, [UP, DOWN])


@pytest.fixture(scope="module")
def burns(pushed) -> tuple[Burn, ...]:  # type: ignore[no-untyped-def]
    return search_burns(pushed, SKY).burns


def test_reboost_and_deboost_are_found_with_size_and_moment(burns: tuple[Burn, ...]) -> None:
    assert len(burns) == 2
    for burn, push in zip(burns, (UP, DOWN), strict=True):
        # 3 sigma of the burn's own error, which for 8 m of noise a set is 10 to 15 m
        assert abs(burn.delta_mean_altitude_km - push.step_km) < 3.0 * burn.delta_mean_altitude_error_km < 0.06
        assert abs(burn.moment_mjd_utc - push.time_mjd_utc) < 0.03  # 43 minutes: 0.5 km along the track over 0.6 km
        assert burn.start_mjd_utc < push.time_mjd_utc < burn.stop_mjd_utc
        assert burn.confidence > 0.99


def test_window_is_the_sets_around_it(burns: tuple[Burn, ...], pushed) -> None:  # type: ignore[no-untyped-def]
    epochs = [item.epoch_mjd_utc for item in pushed]
    assert {burn.start_mjd_utc for burn in burns} | {burn.stop_mjd_utc for burn in burns} <= set(epochs)


def test_delta_v_is_that_of_the_gain(burns: tuple[Burn, ...]) -> None:
    for burn in burns:
        hohmann = math.copysign(delta_v_for_gain_m_s(418.0, burn.delta_mean_altitude_km), burn.delta_mean_altitude_km)
        # to first order on a circle; the station sinks by 2 km in the meantime: 0.1 %
        assert burn.delta_v_m_s == pytest.approx(hohmann, rel=2e-3)


@pytest.mark.parametrize("seed", range(3))
def test_a_burn_of_a_tenth_of_a_metre_a_second(seed: int) -> None:
    found = search_burns(made.flown(40, SKY, [made.Push(START + 20.3, 0.18)], seed=seed), SKY).burns
    assert [round(burn.delta_v_m_s, 1) for burn in found] == [0.1]


@pytest.mark.parametrize("seed", range(3))
def test_nothing_where_nobody_pushes(seed: int) -> None:
    assert search_burns(made.flown(40, SKY, seed=seed), SKY).burns == ()


@pytest.mark.parametrize("seed", range(3))
def test_a_storm_nobody_foresaw_is_no_burn(seed: int) -> None:
    """Three days of Ap 120, of which the detector's Sun knows nothing: the drag doubles, and comes back."""
    stormy = made.weather(200, storm_days=[15, 16, 30])
    assert search_burns(made.flown(40, stormy, seed=seed), SKY).burns == ()


@pytest.mark.parametrize("off_km", [-3.0, -0.5, 0.5, 3.0])
def test_one_bad_set_is_no_burn(off_km: float) -> None:
    rows = made.flown(40, SKY)
    rows[80] = replace(rows[80], semi_major_axis_km=rows[80].semi_major_axis_km + off_km)
    assert search_burns(rows, SKY).burns == ()


@pytest.mark.parametrize("settling_days", [0.2, 0.4])
def test_sets_that_settle_slowly_are_one_burn(settling_days: float) -> None:
    found = search_burns(made.flown(40, SKY, [UP], settling_days=settling_days), SKY).burns
    assert len(found) == 1
    assert found[0].delta_mean_altitude_km == pytest.approx(0.9, abs=0.04)  # about three of its errors
    assert abs(found[0].moment_mjd_utc - UP.time_mjd_utc) < 0.05


def test_two_burns_two_days_apart_are_two() -> None:
    pushes = [made.Push(START + 20.3, 0.5), made.Push(START + 22.2, 0.7)]
    found = search_burns(made.flown(40, SKY, pushes), SKY).burns
    assert [burn.delta_mean_altitude_km for burn in found] == pytest.approx([0.5, 0.7], abs=0.06)


def test_two_burns_within_hours_are_one_manoeuvre() -> None:
    pushes = [made.Push(START + 20.30, 0.4), made.Push(START + 20.36, 0.5)]
    found = search_burns(made.flown(40, SKY, pushes), SKY).burns
    assert [burn.delta_mean_altitude_km for burn in found] == pytest.approx([0.9], abs=0.05)


def test_sparse_sets_still_show_a_large_burn() -> None:
    """A set every three days: the phase dates the burn within the gap, to a few hours."""
    found = search_burns(made.flown(100, SKY, [made.Push(START + 50.3, 1.5)], every_days=3.0), SKY).burns
    assert len(found) == 1
    assert found[0].delta_mean_altitude_km == pytest.approx(1.5, abs=0.15)
    assert abs(found[0].moment_mjd_utc - START - 50.3) < 0.3


@pytest.mark.parametrize("after_days", [0.7, 1.5, 4.0])
def test_a_burn_just_before_the_end_of_the_history(after_days: float) -> None:
    rows = [item for item in made.flown(30, SKY, [UP]) if item.epoch_mjd_utc < UP.time_mjd_utc + after_days]
    found = search_burns(rows, SKY).burns
    assert len(found) == 1
    assert found[0].delta_mean_altitude_km == pytest.approx(0.9, abs=0.08)


@pytest.mark.parametrize("altitude_km", [300.0, 600.0, 900.0])
def test_at_other_heights(altitude_km: float) -> None:
    found = search_burns(made.flown(40, SKY, [UP], altitude_km=altitude_km), SKY).burns
    assert [burn.delta_mean_altitude_km for burn in found] == pytest.approx([0.9], abs=0.1)


def test_disorder_and_reissues_change_nothing(pushed, burns: tuple[Burn, ...]) -> None:  # type: ignore[no-untyped-def]
    again = [replace(item, epoch_mjd_utc=item.epoch_mjd_utc - 0.001) for item in pushed[::7]]
    mixed = [*pushed, *again]
    np.random.default_rng(3).shuffle(mixed)
    found = search_burns(mixed, SKY)
    assert found.burns == burns
    assert found.reissues == len(again)


def test_a_gap_of_months_is_told_and_not_judged() -> None:
    rows = made.flown(120, SKY, [made.Push(START + 60.0, 5.0), made.Push(START + 100.3, 0.9)])
    kept = [item for item in rows if not 40.0 < item.epoch_mjd_utc - START < 80.0]
    found = search_burns(kept, SKY)
    assert len(found.gaps) == 1
    assert found.gaps[0].stop_mjd_utc - found.gaps[0].start_mjd_utc > 39.0
    assert [round(burn.delta_mean_altitude_km, 1) for burn in found.burns] == [0.9]


def test_nothing_is_compared_across_a_break() -> None:
    """One ephemeris ends, the next begins 2 km away: no burn; without the break it looks like one."""
    rows = made.flown(40, SKY)
    joined = [
        replace(item, semi_major_axis_km=item.semi_major_axis_km + 2.0) if item.epoch_mjd_utc > START + 20 else item
        for item in rows
    ]
    assert search_burns(joined, SKY, breaks_mjd_utc=[START + 20]).burns == ()
    assert len(search_burns(joined, SKY).burns) == 1


def test_too_few_sets_are_refused() -> None:
    with pytest.raises(ElementSetError, match="too few element sets to see a burn: 5"):
        search_burns(made.flown(40, SKY)[:5], SKY)
    with pytest.raises(ElementSetError, match="too few"):
        search_burns([], SKY)


@pytest.mark.parametrize("altitude_km", [1500.0, 35786.0, 120.0])
def test_heights_without_a_drag_model_are_refused(altitude_km: float) -> None:
    high = replace(made.flown(5, SKY)[0], semi_major_axis_km=6378.137 + altitude_km)
    rows = [replace(high, epoch_mjd_utc=START + day) for day in range(20)]
    with pytest.raises(OrbitError, match="between 140 and 1000 km"):
        search_burns(rows, SKY)


def test_a_fall_at_the_end_costs_only_its_last_sets() -> None:
    rows = made.flown(20, SKY)
    falling = [
        replace(rows[-1], epoch_mjd_utc=rows[-1].epoch_mjd_utc + 0.1 * step, semi_major_axis_km=6378.137 + height)
        for step, height in ((1, 139.0), (2, 125.0))
    ]
    found = search_burns([*rows, *falling], SKY)
    assert found.sets_outside == 2
    assert found.burns == ()


def test_pieces_hold_no_burn_and_no_settling_set(pushed, burns: tuple[Burn, ...]) -> None:  # type: ignore[no-untyped-def]
    history = made.as_history(pushed)
    assert find_burns(history, SKY) == burns
    pieces = burn_free_pieces(history.sets, burns, settling_days=1.5)
    assert len(pieces) == 3
    epochs = [[item.epoch_mjd_utc for item in piece] for piece in pieces]
    for piece in epochs:
        for push in (UP, DOWN):
            assert not any(one < push.time_mjd_utc < two for one, two in pairwise(piece))
            assert not any(push.time_mjd_utc <= epoch < push.time_mjd_utc + 1.4 for epoch in piece)
    # no more is lost than the settling: the last set before each burn is kept
    assert sum(map(len, epochs)) >= len(pushed) - 2 * 9
    assert burn_free_pieces(history.sets, (), 1.0) == [list(history.sets)]
    assert burn_free_pieces((), burns, 1.0) == []


def test_confidence_is_a_probability_that_grows() -> None:
    values = [confidence(z) for z in np.linspace(0.0, 200.0, 400)]
    assert all(0.0 < one <= two < 1.0 for one, two in pairwise(values))
    assert confidence(7.0) < LOWEST_CONFIDENCE < confidence(8.5)


def test_rise_is_flat_and_its_integral_straight_without_burns() -> None:
    """The two observables of a quiet flight: the fitted ratio takes the drag out of both."""
    history = axis_history(made.flown(40, SKY, axis_noise_m=0.0, along_track_noise_km=0.0), SKY)
    # flown with 0.008, predicted with 0.005 m2/kg
    assert history.ratio == pytest.approx(np.full(len(history), 1.6), rel=0.01)
    loss = history.loss_m[-1]
    assert loss > 1500.0
    assert np.max(np.abs(history.rise_m)) < 0.01 * loss
    since = history.time_mjd_utc - history.time_mjd_utc[0]
    bent = history.rise_integral_m_day - np.polyval(np.polyfit(since, history.rise_integral_m_day, 2), since)
    # less than the 1 m day the detector takes for its quietest noise
    assert np.max(np.abs(bent)) < 1.0
