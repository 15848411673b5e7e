"""The drag of the last days, read from places: recovered where it is known, refused where a push hides it."""

from __future__ import annotations

import math

import numpy as np
import pytest

import synthetic_history as made
from stationkeep.constants import EARTH_EQUATORIAL_RADIUS_KM
from stationkeep.errors import ElementSetError
from stationkeep.orbit.elements import MeanElements
from stationkeep.orbit.final_flight import weather_table
from stationkeep.orbit.last_days import LastDays, fit_last_days
from stationkeep.orbit.latitude_flight import LatitudeFlight, latitude_rate_rad_day
from stationkeep.orbit.mean_decay import WeatherTrack
from stationkeep.orbit.rarefied_drag import CONTINUUM_RATIO, bridging_factor
from stationkeep.outcome import OutcomeReason

SKY = made.weather(60)


@pytest.fixture(scope="module")
def falling() -> list[MeanElements]:
    """Sixteen days from 250 to 210 km, as a catalogue would tell them."""
    return made.flown(16.0, SKY, altitude_km=262.0, axis_noise_m=30.0)


@pytest.fixture(scope="module")
def fit(falling: list[MeanElements]) -> LastDays:
    return fit_last_days(made.as_history(falling), SKY, falling[-1].epoch_mjd_utc + 10.0)


def test_the_drag_of_now_is_recovered(fit: LastDays) -> None:
    value, spread = fit.coefficient_now()
    # the last quarter day has hardly been seen; 5 % is what may happen in it
    assert value == pytest.approx(made.BALLISTIC_M2_KG, rel=2.5 * spread)
    assert 0.005 < spread < 0.1
    assert fit.place_residual_km < 3.0
    known = np.exp(fit.centre[2:6])
    assert known == pytest.approx(made.BALLISTIC_M2_KG, rel=0.05)


def test_courses_agree_in_the_past_and_part_in_the_future(fit: LastDays) -> None:
    draws = np.log([fit.draw(np.random.default_rng(seed)).coefficient_m2_kg for seed in range(40)])
    spread = draws.std(axis=0)
    assert spread[3] < 0.6 * spread[-1]
    assert np.abs(draws.mean(axis=0) - np.log(fit.median().coefficient_m2_kg)).max() < 0.1


def test_every_course_runs_through_the_last_set(fit: LastDays, falling: list[MeanElements]) -> None:
    last = falling[-1]
    told = last.argument_of_perigee_rad + last.mean_anomaly_rad
    for seed in range(5):
        course = fit.draw(np.random.default_rng(seed))
        flight = fit.flight(course, SKY)
        while flight.time_mjd_utc < last.epoch_mjd_utc:
            coefficient, until = fit.coefficient_at(course, flight.time_mjd_utc)
            assert flight.advance(min(until, last.epoch_mjd_utc), coefficient) is OutcomeReason.TIME_LIMIT
        apart = (flight.latitude_rad - told + math.pi) % (2.0 * math.pi) - math.pi
        assert abs(apart) * last.semi_major_axis_km < 15.0  # km; drag moves the place by hundreds in two days


def test_a_push_on_the_last_day_is_refused() -> None:
    push = made.Push(made.START_MJD + 19.2, 3.0)
    pushed = made.flown(20.0, SKY, [push], altitude_km=300.0)
    with pytest.raises(ElementSetError, match="was pushed about"):
        fit_last_days(made.as_history(pushed), SKY, pushed[-1].epoch_mjd_utc + 5.0)


def test_places_run_as_kepler_and_j2_say() -> None:
    start = MeanElements(made.START_MJD, EARTH_EQUATORIAL_RADIUS_KM + 900.0, 0.001, 1.0, 1.0, 2.0, 3.0)
    flight = LatitudeFlight(start, SKY)
    flight.advance(made.START_MJD + 1.0, 1.0e-6)
    assert flight.latitude_rad - 5.0 == pytest.approx(latitude_rate_rad_day(start), rel=1e-6)
    turned = flight.elements.mean_anomaly_rad + flight.elements.argument_of_perigee_rad - flight.latitude_rad
    assert math.cos(turned) == pytest.approx(1.0)


def test_a_table_of_one_sun_gives_that_sun_back() -> None:
    drivers = np.column_stack([np.arange(70.0, 76.0), np.full(6, 72.0), np.arange(4.0, 10.0)])
    track = WeatherTrack(58200, drivers)
    assert weather_table(track).drivers(58200, 6) == pytest.approx(drivers)


def test_the_drag_coefficient_falls_as_the_air_thickens() -> None:
    density = np.logspace(-12, -3, 60)
    factor = bridging_factor(density, 4.0)
    assert factor[0] == pytest.approx(1.0)
    assert factor[-1] == pytest.approx(CONTINUUM_RATIO)
    assert (np.diff(factor) <= 1e-12).all()
    assert (bridging_factor(density, 0.4) >= factor - 1e-12).all()  # small bodies stay longer among single molecules


def test_sparse_sets_are_used_as_far_as_they_go(falling: list[MeanElements]) -> None:
    sparse = [*falling[:-8:2], falling[-1]]
    found = fit_last_days(made.as_history(sparse), SKY, sparse[-1].epoch_mjd_utc + 5.0)
    assert found.sets_used >= 2
    assert found.last_set_mjd_utc == falling[-1].epoch_mjd_utc
