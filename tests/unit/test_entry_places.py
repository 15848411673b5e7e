"""The last minutes and the places: conservation, known motion, sea and land where an atlas has them."""

from __future__ import annotations

import math

import numpy as np
import pytest

from stationkeep.constants import EARTH_J2, EARTH_MU_KM3_S2, EARTH_ROTATION_RAD_S
from stationkeep.descent.entry_leg import BREAK_UP_ALTITUDE_KM, Falls, fly_to_break_up
from stationkeep.descent.entry_places import common_track, density_in_time, places_of, track_near
from stationkeep.descent.leg_kernel import gravity_and_turning
from stationkeep.environment.population import load_land
from stationkeep.orbit.final_flight import EntryState

RADIUS = 6378.137
DRIVERS = np.array([70.0, 70.0, 5.0])


def entry(
    longitude_deg: float, *, ballistic: float = 0.007, height_km: float = 120.0, time: float = 58210.0
) -> EntryState:
    """Over the equator, towards the north-east at 42.7 degrees, sinking as a decaying orbit does."""
    turn = math.radians(longitude_deg)
    out, east = np.array([math.cos(turn), math.sin(turn), 0.0]), np.array([-math.sin(turn), math.cos(turn), 0.0])
    tilt, speed = math.radians(42.7), math.sqrt(EARTH_MU_KM3_S2 / (RADIUS + height_km))
    still = speed * (math.cos(tilt) * east + math.sin(tilt) * np.array([0.0, 0.0, 1.0])) - 0.01 * out
    position = (RADIUS + height_km) * out
    turning = still - EARTH_ROTATION_RAD_S * np.array([-position[1], position[0], 0.0])
    return EntryState(time, position, turning, ballistic, DRIVERS)


def falls_at(longitudes: list[float], apart_minutes: float = 0.0) -> Falls:
    """Falls over the equator, some minutes apart."""
    entries = [entry(longitude, height_km=80.0) for longitude in longitudes]
    return Falls(
        58210.0 + apart_minutes * np.arange(len(entries)) / 1440.0,
        np.array([item.position_km for item in entries]),
        np.array([item.velocity_km_s for item in entries]),
    )


def test_forces_keep_the_jacobi_constant() -> None:
    rng = np.random.default_rng(3)
    state = np.hstack([rng.normal(size=(20, 3)), rng.normal(size=(20, 3))])
    state[:, :3] *= 6500.0 / np.linalg.norm(state[:, :3], axis=1)[:, None]

    def jacobi(at: np.ndarray) -> np.ndarray:
        x, y, z = at[:, 0], at[:, 1], at[:, 2]
        r = np.linalg.norm(at[:, :3], axis=1)
        oblate = EARTH_MU_KM3_S2 * EARTH_J2 * RADIUS**2 / (2.0 * r**3) * (3.0 * (z / r) ** 2 - 1.0)
        spin = 0.5 * EARTH_ROTATION_RAD_S**2 * (x * x + y * y)
        return 0.5 * (at[:, 3:] ** 2).sum(axis=1) - EARTH_MU_KM3_S2 / r + oblate - spin

    step = 1.0e-2
    rates = np.hstack([state[:, 3:], [gravity_and_turning(*row[:5]) for row in state]])
    change = (jacobi(state + step * rates) - jacobi(state - step * rates)) / (2.0 * step)
    assert np.abs(change).max() < 1.0e-8  # km2/s3; the terms are of 1e-2


def test_falls_end_at_the_break_up_altitude_and_heavy_ones_last() -> None:
    light, heavy = entry(10.0, ballistic=0.03), entry(10.0, ballistic=0.003)
    found = fly_to_break_up([light, heavy], 4.0)
    assert found.geodetic[:, 2] == pytest.approx(BREAK_UP_ALTITUDE_KM, abs=0.05)
    minutes = 1440.0 * (found.time_mjd_utc - 58210.0)
    assert 5.0 < minutes[0] < minutes[1] < 120.0


def test_a_minute_later_is_460_km_further_east_and_back_again() -> None:
    falls = falls_at([20.0])
    track = track_near(falls, 0, np.array([-1.0, 0.0, 1.0]) / 1440.0)
    assert track[1] == pytest.approx([0.0, 20.0], abs=1e-6)
    step_km = 111.3 * np.hypot(track[2, 0], track[2, 1] - 20.0)
    assert 430.0 < step_km < 480.0
    assert track[2, 0] > 0.0 > track[0, 0]
    assert track[2, 1] > 20.0 > track[0, 1]


def test_one_revolution_later_the_earth_has_turned_west() -> None:
    falls = falls_at([20.0])
    period_days = 2.0 * math.pi * math.sqrt((RADIUS + 115.0) ** 3 / EARTH_MU_KM3_S2) / 86400.0
    again = track_near(falls, 0, np.array([period_days]))[0]
    assert again == pytest.approx([0.0, 20.0 - 360.9856 * period_days], abs=0.01)


def test_over_the_pacific_nobody_is_touched() -> None:
    places = places_of(falls_at([-140.0] * 25), load_land())
    assert places.grid.sum() == pytest.approx(1.0)
    assert places.ocean_probability > 0.99
    assert sum(row.break_up_probability for row in places.countries) < 0.01


def test_over_the_congo_the_countries_ahead_see_debris() -> None:
    places = places_of(falls_at([22.0] * 25), load_land())
    by_code = {row.iso2: row for row in places.countries}
    assert places.ocean_probability < 0.01
    assert by_code["CD"].break_up_probability > 0.8
    assert by_code["SS"].debris_probability > 0.3  # 300 to 1500 km to the north-east
    assert places.debris_on_land_probability == pytest.approx(1.0, abs=1e-6)
    land = sum(row.break_up_probability for row in places.countries)
    assert land + places.ocean_probability == pytest.approx(1.0, abs=1e-6)


def test_the_density_in_time_is_one_over_all_time() -> None:
    falls = falls_at([0.0] * 30, 1.0)
    times = np.linspace(58209.9, 58210.2, 4001)
    chance = density_in_time(falls, times, 0.005)
    assert float((0.5 * (chance[1:] + chance[:-1]) * np.diff(times)).sum()) == pytest.approx(1.0, abs=1e-3)


def scattered_falls(count: int, hours: float) -> tuple[Falls, np.ndarray]:
    """Falls over some hours: each hour later lags 200 km more behind a circle, on a plane that turned 0.3 degrees more.

    With a scatter of 20 km (1 sigma) along the orbit, as the courses of drag before leave it. Also the true places.
    """
    rng = np.random.default_rng(5)
    reference = falls_at([20.0])
    apart = np.sort(rng.uniform(-0.5 * hours, 0.5 * hours, count)) / 24.0
    lag_days = 24.0 * apart * 200.0 / 7.8 / 86400.0
    scatter_days = rng.normal(0.0, 20.0, count) / 7.8 / 86400.0
    positions, velocities = [], []
    for later, behind in zip(apart, lag_days + scatter_days, strict=True):
        place = track_near(reference, 0, np.array([later - behind, later - behind + 1.0e-5]))
        turn = np.array([0.0, 0.3 * 24.0 * later])
        one, two = (unit_vector(point + turn) for point in place)
        positions.append((RADIUS + 80.0) * one)
        velocities.append((RADIUS + 80.0) * (two - one) / (1.0e-5 * 86400.0))
    return Falls(58210.0 + apart, np.array(positions), np.array(velocities)), lag_days


def unit_vector(place_deg: np.ndarray) -> np.ndarray:
    """Latitudes here are geodetic: told apart from geocentric ones they are 20 km off, alike on all tracks."""
    latitude, longitude = np.radians(place_deg[..., 0]), np.radians(place_deg[..., 1])
    return np.stack(
        [np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)], axis=-1
    )


def apart_km(track: np.ndarray, falls: Falls) -> np.ndarray:
    return np.asarray(
        6371.0 * np.arccos(np.clip(np.sum(unit_vector(track) * unit_vector(falls.geodetic), axis=1), -1, 1))
    )


def test_the_common_track_is_where_falls_happen_at_their_own_times() -> None:
    falls, _ = scattered_falls(80, 20.0)
    off = apart_km(common_track(falls, falls.time_mjd_utc), falls)
    # 20 km of scatter and what is left of it in the mean of a dozen neighbours; 100 km are 13 s of flight
    assert np.median(off) < 30.0
    assert off.max() < 100.0
    # one of the falls carried to the times of all others, which the track was before, is thousands of kilometres off
    carried = track_near(falls, 40, falls.time_mjd_utc - falls.time_mjd_utc[40])
    assert apart_km(carried, falls).max() > 1000.0


def test_the_common_track_is_smooth_between_the_falls() -> None:
    falls, _ = scattered_falls(80, 20.0)
    minutes = np.arange(falls.time_mjd_utc[0], falls.time_mjd_utc[-1], 1.0 / 1440.0)
    track = unit_vector(common_track(falls, minutes))
    steps = 6371.0 * np.arccos(np.clip(np.sum(track[1:] * track[:-1], axis=1), -1.0, 1.0))
    assert 400.0 < steps.min() < steps.max() < 520.0  # 460 km a minute, never a jump from one fall's path to another's


def test_the_common_track_of_one_fall_is_its_own() -> None:
    falls = falls_at([20.0])
    times = falls.time_mjd_utc[0] + np.array([-0.02, 0.0, 0.05])
    assert common_track(falls, times) == pytest.approx(track_near(falls, 0, times - falls.time_mjd_utc[0]), abs=1.0e-6)
