"""The high-fidelity propagator against conservation laws, known answers, the IERS and NASA's trajectory.

Against the mean engine: ``test_mean_engine_against_high_fidelity.py``.
"""

from __future__ import annotations

import gzip
import math
import re
import sys
import threading
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from stationkeep.constants import EARTH_MU_KM3_S2, EARTH_ROTATION_RAD_S
from stationkeep.environment.sources import observed_space_weather
from stationkeep.environment.space_weather import SpaceWeather
from stationkeep.environment.surrogate import density_along_orbit, load_surrogate_weights, surrogate_workspace
from stationkeep.errors import InputError, MissingExtraError, OrbitError, SpaceWeatherRangeError, StationkeepError
from stationkeep.orbit.density_expression import ExponentialAtmosphere, surrogate_expression, surrogate_parameters
from stationkeep.orbit.elements import MeanElements
from stationkeep.orbit.high_fidelity import HighFidelityPropagator, HighFidelityResult, PropagatorFactory
from stationkeep.orbit.precise_dynamics import Density, HighFidelitySettings
from stationkeep.orbit.precise_tables import (
    FrameRotations,
    geodetic_from_itrs,
    heyoka_space_weather,
    require_heyoka,
)
from stationkeep.orbit.terrestrial_time import mjd_utc_from_tt_seconds, tt_minus_utc_s, tt_seconds_since_j2000
from stationkeep.outcome import OutcomeReason
from stationkeep.timescale import mjd_utc

heyoka = pytest.importorskip("heyoka", reason="high-fidelity propagation needs the extra 'precise'")
pytestmark = pytest.mark.needs_heyoka

EPOCH = 59671.0  # 2022-04-02
AIR = ExponentialAtmosphere(400.0, 3.0e-12, 60.0)
# Coarse settings compile in a second or two; what they lack cancels in every comparison made here.
COARSE = {"gravity_degree": 4, "gravity_order": 0, "precession_threshold_arcsec": 1.0}


@pytest.fixture(scope="module")
def space_weather() -> SpaceWeather:
    return observed_space_weather(EPOCH + 100.0)


@pytest.fixture(scope="module")
def factory(space_weather: SpaceWeather) -> PropagatorFactory:
    return PropagatorFactory(space_weather)


@pytest.fixture(scope="module")
def frames(exponential: HighFidelityPropagator) -> FrameRotations:
    return exponential.frames


@pytest.fixture(scope="module")
def exponential(factory: PropagatorFactory) -> HighFidelityPropagator:
    return factory.propagator(HighFidelitySettings(density=Density.EXPONENTIAL, exponential=AIR, **COARSE))


def station(altitude_km: float = 417.9, inclination_deg: float = 51.64, epoch: float = EPOCH) -> MeanElements:
    return MeanElements(epoch, 6378.137 + altitude_km, 0.0005, math.radians(inclination_deg), 1.0, 2.0, 3.0)


def daily(values: np.ndarray) -> np.ndarray:
    """Running mean over one day of samples five minutes apart: takes out the tesseral ripple."""
    return np.convolve(values, np.ones(289) / 289.0, "valid")


# --- time and frames -------------------------------------------------------------------------------------------------


def test_leap_seconds_are_the_steps_of_ut1_in_the_iers_table() -> None:
    table = heyoka.eop_data().table
    steps = table["mjd"][1:][np.diff(table["delta_ut1_utc"]) > 0.5]  # UT1 - UTC jumps only at leap seconds
    ours = [day for day in range(int(table["mjd"][1]), 61300) if tt_minus_utc_s(day) > tt_minus_utc_s(day - 1)]
    assert ours == steps.astype(int).tolist()
    assert tt_minus_utc_s(EPOCH) == pytest.approx(69.184)


def test_utc_and_terrestrial_time_are_inverse_across_a_leap_second() -> None:
    for offset_s in (-10.0, -0.5, 0.0, 0.5, 10.0):
        date = 57754.0 + offset_s / 86400.0
        assert mjd_utc_from_tt_seconds(tt_seconds_since_j2000(date)) == pytest.approx(date, abs=1e-10)
    with pytest.raises(OrbitError, match="1972"):
        tt_minus_utc_s(41000.0)


def test_frames_against_vallados_example(frames: FrameRotations) -> None:
    # Vallado, "Fundamentals of Astrodynamics", 4th ed. (2013), example 3-15 and table 3-6: 6 April 2004.
    date = 53101.0 + (7 * 3600 + 51 * 60 + 28.386009) / 86400.0
    itrf = [-1033.4793830, 7901.2952754, 6380.3565958]
    teme = [5094.18016210, 6127.64465950, 6380.34453270, -4.7461314870, 0.7858180410, 5.5319312880]
    gcrf = [5102.50895790, 6123.01140070, 6378.13692820, -4.7432201570, 0.7905364970, 5.5337557270]
    # His GCRF comes from the 1976/1980 theories with corrections, ours from 2000/2006: they agree to a metre.
    assert frames.itrs_positions_km(gcrf[:3], date)[0] == pytest.approx(itrf, abs=1e-3)
    there, back = frames.teme_states(gcrf, date)[0], frames.gcrs_state(teme, date)
    assert there[:3] == pytest.approx(teme[:3], abs=1e-3)
    assert there[3:] == pytest.approx(teme[3:], abs=1e-6)
    assert back[:3] == pytest.approx(gcrf[:3], abs=1e-3)
    assert frames.teme_states(back, date)[0] == pytest.approx(teme, abs=1e-9)  # a rotation and its transpose


def test_geodetic_heights_on_the_axes_of_the_ellipsoid() -> None:
    polar_radius_km = 6356.752314245  # WGS 84
    places = geodetic_from_itrs([[0.0, 6378.137 + 400.0, 0.0], [0.0, 0.0, -(polar_radius_km + 200.0)]])
    assert places[0] == pytest.approx([0.0, 90.0, 400.0], abs=1e-9)
    assert places[1, 0] == pytest.approx(-90.0)
    assert places[1, 2] == pytest.approx(200.0, abs=1e-6)


# --- gravity ---------------------------------------------------------------------------------------------------------


def test_energy_and_momentum_stay_without_air(factory: PropagatorFactory) -> None:
    settings = HighFidelitySettings(density=Density.NONE, gravity_degree=0, gravity_order=0)
    propagator = factory.propagator(settings)
    start = propagator.frames.gcrs_state_from_mean_elements(station())
    times = EPOCH + np.arange(0.0, 10.0, 0.01)
    states = propagator.propagate(start[:3], start[3:], EPOCH, EPOCH + 10.0, output_times_mjd_utc=times).states_gcrs
    energy = 0.5 * np.sum(states[:, 3:] ** 2, axis=1) - EARTH_MU_KM3_S2 / np.linalg.norm(states[:, :3], axis=1)
    momentum = np.cross(states[:, :3], states[:, 3:])
    # Taylor steps at 1e-13 over 150 revolutions; EGM2008's mu (398600.4415) differs from ours by 1e-9.
    assert np.ptp(energy) < 1e-8 * abs(energy[0])
    assert np.ptp(momentum, axis=0).max() < 1e-10 * np.linalg.norm(momentum[0])


def test_zonal_gravity_keeps_the_mean_axis_and_turns_the_node(exponential: HighFidelityPropagator) -> None:
    elements = station()
    start = exponential.frames.gcrs_state_from_mean_elements(elements)
    times = EPOCH + np.arange(0.0, 5.0, 1.0 / 288.0)
    result = exponential.propagate(start[:3], start[3:], EPOCH, EPOCH + 5.0, 0.0, output_times_mjd_utc=times)
    # 2 m of second-order ripple at any moment, nothing left in a daily mean; the constant offset is second order too.
    assert result.mean_semi_major_axis_km.std() < 0.005
    assert np.ptp(daily(result.mean_semi_major_axis_km)) < 1e-4
    assert result.mean_semi_major_axis_km.mean() == pytest.approx(elements.semi_major_axis_km, abs=0.05)
    momentum = np.cross(*np.split(exponential.frames.teme_states(result.states_gcrs, times), 2, axis=1))
    node = np.unwrap(np.arctan2(momentum[:, 0], -momentum[:, 1]))
    motion = math.sqrt(EARTH_MU_KM3_S2 / elements.semi_major_axis_km**3) * 86400.0
    p = elements.semi_major_axis_km * (1.0 - elements.eccentricity**2)
    predicted = -1.5 * motion * 1.08262668e-3 * (6378.137 / p) ** 2 * math.cos(elements.inclination_rad)
    # First-order secular rate; J2 squared and J4 change it by a few tenths of a percent.
    assert np.polyfit(times - EPOCH, node, 1)[0] == pytest.approx(predicted, rel=5e-3)


# --- drag ------------------------------------------------------------------------------------------------------------


def equatorial_loss_km(propagator: HighFidelityPropagator, inclination_deg: float, ballistic: float) -> float:
    """Loss of axis in one day of a circular orbit over the equator, in a point-mass field."""
    radius = 6378.137 + 400.0
    speed = math.sqrt(EARTH_MU_KM3_S2 / radius)
    tilt = math.radians(inclination_deg)
    # Equator of date, so that height and air speed are constant along the orbit.
    teme = [radius, 0.0, 0.0, 0.0, speed * math.cos(tilt), speed * math.sin(tilt)]
    start = propagator.frames.gcrs_state(teme, EPOCH)
    result = propagator.propagate(start[:3], start[3:], EPOCH, EPOCH + 1.0, ballistic)
    r, v = np.split(result.final_state_gcrs, 2)
    return float(radius - 1.0 / (2.0 / np.linalg.norm(r) - v @ v / EARTH_MU_KM3_S2))


def test_drag_has_the_known_strength_and_air_turns_with_the_earth(factory: PropagatorFactory) -> None:
    settings = HighFidelitySettings(
        density=Density.EXPONENTIAL, exponential=AIR, gravity_degree=0, gravity_order=0, precession_threshold_arcsec=1.0
    )
    propagator = factory.propagator(settings)
    ballistic, radius = 0.008, 6778.137
    speed, air = math.sqrt(EARTH_MU_KM3_S2 / radius), EARTH_ROTATION_RAD_S * radius
    prograde, retrograde = (equatorial_loss_km(propagator, tilt, ballistic) for tilt in (0.0, 180.0))
    # Power of drag on a circle: da/dt = -rho B (v - w r)^2 a / v, the density being that of the day's mean height.
    rate = 3.0e-12 * ballistic * 1e3 * (speed - air) ** 2 * radius / speed  # [km/s]
    expected = rate * 86400.0 * (1.0 + 0.5 * rate * 86400.0 / 60.0)
    assert prograde == pytest.approx(expected, rel=1e-3)  # next order of the sinking, and the drag's own e
    # Half a day's sinking makes the retrograde air a little denser: 0.1 % here.
    assert retrograde / prograde == pytest.approx(((speed + air) / (speed - air)) ** 2, rel=2e-3)


def test_surrogate_expression_is_the_kernel_of_the_mean_engine(space_weather: SpaceWeather) -> None:
    x, y, z = heyoka.make_vars("x", "y", "z")
    geodetic = heyoka.model.cart2geo([x, y, z], R_eq=6378.137)
    density = heyoka.cfunc([surrogate_expression([x, y, z], geodetic, 0)], [x, y, z], compact_mode=True)
    generator = np.random.default_rng(2)
    for day in (52000, 56000, 59671):
        count = 64
        places = generator.normal(size=(count, 3))
        places *= (6371.0 + generator.uniform(120.0, 600.0, count))[:, None] / np.linalg.norm(places, axis=1)[:, None]
        dates = day + generator.uniform(0.0, 1.0, count)
        drivers = space_weather.drivers(day, 1)[0]
        parameters = surrogate_parameters(day, drivers, 69.184)
        seconds = (dates - 51544.5) * 86400.0 + 69.184
        columns = np.repeat(parameters[:, None], count, axis=1)
        ours = density(np.ascontiguousarray(places.T), pars=columns, time=seconds)[0]
        # 1e-4: single precision in the kernel and the day's straight line for the season leave about 3e-5.
        assert ours == pytest.approx(kernel_densities(places, dates, drivers), rel=1e-4)


def kernel_densities(places_km: np.ndarray, dates: np.ndarray, drivers: np.ndarray) -> np.ndarray:
    """The mean engine's kernel, one point at a time (its season is that of the middle point of a call)."""
    weights, work, out = load_surrogate_weights(), surrogate_workspace(1), np.empty(1)
    densities = []
    for (latitude, longitude, height), date in zip(geodetic_from_itrs(places_km), dates, strict=True):
        lat, lon = math.radians(latitude), math.radians(longitude)
        one = [
            np.array([value]) for value in (math.sin(lat), math.cos(lat), lon, 2 * math.pi * (date % 1.0) + lon, height)
        ]
        density_along_orbit(weights, np.array([date]), *(float(value) for value in drivers), *one, work, out)
        densities.append(out[0])
    return np.array(densities)


def test_space_weather_holds_for_whole_days_in_heyoka(space_weather: SpaceWeather) -> None:
    table = heyoka_space_weather(space_weather)
    century = heyoka.time / (36525.0 * 86400.0)
    names = (heyoka.model.f107, heyoka.model.f107a_center81, heyoka.model.Ap_avg)
    look_up = heyoka.cfunc([name(century, table) for name in names], [heyoka.make_vars("x")])
    last_day = space_weather.first_day_mjd + len(space_weather.ap) - 1
    for day in (59671, 59672, last_day):
        k = day - space_weather.first_day_mjd
        expected = [space_weather.f107_sfu[k], space_weather.f107_81day_sfu[k], space_weather.ap[k]]
        for hour in (0.01, 12.0, 23.99):
            seconds = tt_seconds_since_j2000(day + hour / 24.0)
            assert look_up([0.0], time=seconds) == pytest.approx(expected, rel=1e-9)


def test_thermonet_feels_the_sun_of_the_day_before(frames: FrameRotations) -> None:
    days = 120
    f107, flat = np.full(days, 100.0), np.full(days, 100.0)
    f107[60] = 250.0
    table = SpaceWeather("spike", int(EPOCH) - 50, f107, flat, np.full(days, 8.0), np.zeros(days, dtype=np.uint8))
    spike = EPOCH + 10.0
    propagator = HighFidelityPropagator(HighFidelitySettings(density=Density.THERMONET, **COARSE), table, frames=frames)
    start = propagator.frames.gcrs_state_from_mean_elements(station(epoch=spike - 1.0))
    times = spike - 1.0 + np.arange(0.0, 3.0, 1.0 / 288.0)
    result = propagator.propagate(start[:3], start[3:], spike - 1.0, spike + 2.0, 0.008, output_times_mjd_utc=times)
    per_day = -np.diff([daily_value(result, spike - 1.0), *(daily_value(result, spike + d) for d in (0.0, 1.0, 1.99))])
    before, same_day, day_after = per_day
    assert same_day == pytest.approx(before, rel=0.03)  # the same Sun; longitude of the air below differs
    assert day_after > 1.1 * same_day


def daily_value(result: HighFidelityResult, date: float) -> float:
    """Mean axis at a date by a straight line through the revolution around it."""
    near = np.abs(result.times_mjd_utc - date) < 0.05
    line = np.polyfit(result.times_mjd_utc[near] - date, result.mean_semi_major_axis_km[near], 1)
    return float(line[1])


@pytest.fixture(scope="module")
def surrogate(factory: PropagatorFactory) -> HighFidelityPropagator:
    return factory.propagator(HighFidelitySettings(precession_threshold_arcsec=1.0))


# --- against the trajectory NASA published ---------------------------------------------------------------------------


def nasa_ephemeris(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Dates (MJD UTC) and states in EME2000 [km, km/s] of an OEM; EME2000 is GCRS but for 0.02 arcsec (0.7 m)."""
    dates, states = [], []
    with gzip.open(path, "rt") as stream:
        for block in re.findall(r"<stateVector>(.*?)</stateVector>", stream.read(), re.DOTALL):
            text = re.search(r"<EPOCH>(.*?)</EPOCH>", block)
            assert text is not None
            dates.append(mjd_utc(datetime.strptime(text.group(1), "%Y-%jT%H:%M:%S.%f%z")))
            states.append([float(value) for value in re.findall(r'units="km(?:/s)?">([^<]+)<', block)])
    return np.array(dates), np.array(states)


def test_a_day_of_the_station_as_nasa_computed_it(surrogate: HighFidelityPropagator, shared_data: Path) -> None:
    dates, states = nasa_ephemeris(shared_data / "oem" / "iss_oem_2022-05-09.xml.gz")
    day = (dates <= dates[0] + 1.0) & np.concatenate([[True], np.diff(dates) > 0.0])
    # Mass, area and coefficient of the message itself; its density model is not ours.
    ballistic = 1.75 * 1393.57 / 457735.0
    flown = surrogate.propagate(
        states[0, :3], states[0, 3:], dates[0], dates[0] + 1.001, ballistic, output_times_mjd_utc=dates[day]
    )
    error_km = np.linalg.norm(flown.states_gcrs[:, :3] - states[day, :3], axis=1)
    # One revolution is gravity alone: 8x8 leaves out harmonics worth 70 m, Sun and Moon. (20x20 with them: 17 m.)
    assert error_km[dates[day] < dates[0] + 1.5 / 24.0].max() < 0.15
    # Drag moves the station by 2.5 km in that day, so a wrong sign, factor or air speed would show.
    assert error_km.max() < 1.0


# --- how it ends -----------------------------------------------------------------------------------------------------


def test_a_copy_flies_under_another_sky(surrogate: HighFidelityPropagator, space_weather: SpaceWeather) -> None:
    quiet, active = (
        SpaceWeather(
            name, int(EPOCH) - 50, np.full(120, flux), np.full(120, flux), np.full(120, 8.0), np.zeros(120, np.uint8)
        )
        for name, flux in (("quiet", 70.0), ("active", 200.0))
    )
    start = surrogate.frames.gcrs_state_from_mean_elements(station())
    ends = [
        surrogate.copy(table).propagate(start[:3], start[3:], EPOCH, EPOCH + 1.0, 0.008).outcome.mean_altitude_km
        for table in (quiet, active)
    ]
    assert surrogate.space_weather is space_weather
    # NRLMSISE-00 at 418 km is several times denser at F10.7 = 200 than at 70; a day costs some 30 and 200 m.
    assert ends[0] > ends[1] + 0.1


def test_the_stop_altitude_hardly_matters_and_is_named(surrogate: HighFidelityPropagator) -> None:
    start = surrogate.frames.gcrs_state_from_mean_elements(station(170.0))
    ends = {
        stop: surrogate.propagate(start[:3], start[3:], EPOCH, EPOCH + 20.0, 0.008, stop_geodetic_altitude_km=stop)
        for stop in (110.0, 120.0, 130.0, 150.0)
    }
    assert [ends[stop].outcome.reason for stop in (110.0, 120.0, 130.0)] == [OutcomeReason.REENTERED] * 3
    assert ends[150.0].outcome.reason is OutcomeReason.ALTITUDE_REACHED
    assert "150 km" in ends[150.0].outcome.detail
    # From 130 to 110 km a station makes about one more revolution: no fall date depends on the hand-over.
    spread_minutes = (ends[110.0].outcome.time_mjd_utc - ends[130.0].outcome.time_mjd_utc) * 1440.0
    assert 0.0 < spread_minutes < 120.0
    for stop, end in ends.items():
        height = surrogate.frames.geodetic(end.final_state_gcrs[:3], end.final_time_mjd_utc)[0, 2]
        assert height == pytest.approx(stop, abs=1e-3)  # the event is located to rounding, the clock to 1e-7 s


def test_a_run_away_density_ends_as_a_numerical_failure_with_the_last_good_state(factory: PropagatorFactory) -> None:
    impossible = ExponentialAtmosphere(480.0, 1.0e-12, 0.01)  # exp(3000) kg/m3 at the start: infinite
    settings = HighFidelitySettings(
        density=Density.EXPONENTIAL, exponential=impossible, gravity_degree=0, gravity_order=0,
        precession_threshold_arcsec=1.0,
    )  # fmt: skip
    propagator = factory.propagator(settings)
    start = propagator.frames.gcrs_state_from_mean_elements(station(430.0))
    result = propagator.propagate(
        start[:3], start[3:], EPOCH, EPOCH + 2.0, 0.008, output_times_mjd_utc=[EPOCH, EPOCH + 1]
    )
    assert result.outcome.reason is OutcomeReason.NUMERICAL_FAILURE
    assert np.all(np.isfinite(result.final_state_gcrs))
    assert np.all(np.isfinite(result.states_gcrs))
    assert math.isfinite(result.outcome.mean_altitude_km)
    assert EPOCH <= result.outcome.time_mjd_utc < EPOCH + 2.0


def test_output_times_do_not_change_the_flight(exponential: HighFidelityPropagator) -> None:
    start = exponential.frames.gcrs_state_from_mean_elements(station())
    flown = exponential.propagate(
        start[:3], start[3:], EPOCH, EPOCH + 2.0, 0.008, output_times_mjd_utc=EPOCH + np.array([0.0, 0.7, 1.0, 2.0])
    )
    assert flown.states_gcrs[0] == pytest.approx(start, abs=1e-9)
    for row, time in ((1, EPOCH + 0.7), (2, EPOCH + 1.0), (3, EPOCH + 2.0)):
        alone = exponential.propagate(start[:3], start[3:], EPOCH, time, 0.008)
        assert alone.outcome.time_mjd_utc == time
        assert flown.states_gcrs[row] == pytest.approx(alone.final_state_gcrs, abs=1e-5)  # 1 cm: 1e-7 s of clock


def test_copies_fly_alone_and_one_propagator_refuses_to_be_shared(exponential: HighFidelityPropagator) -> None:
    start = exponential.frames.gcrs_state_from_mean_elements(station())
    ends: dict[int, np.ndarray] = {}

    def fly(index: int, propagator: HighFidelityPropagator) -> None:
        ends[index] = propagator.propagate(start[:3], start[3:], EPOCH, EPOCH + 3.0, 0.008).final_state_gcrs

    threads = [threading.Thread(target=fly, args=(n, exponential.copy())) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    fly(3, exponential)
    assert all(np.array_equal(ends[3], ends[n]) for n in range(3))
    with exponential._in_use, pytest.raises(StationkeepError, match=r"copy\(\)"):
        fly(4, exponential)


# --- bad input -------------------------------------------------------------------------------------------------------


def test_without_heyoka_the_message_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "heyoka", None)
    with pytest.raises(MissingExtraError, match=r"stationkeep\[precise\]"):
        require_heyoka()


def test_a_flight_past_the_table_is_refused_before_it_starts(surrogate: HighFidelityPropagator) -> None:
    table = surrogate.space_weather
    assert table is not None
    last_day = table.last_usable_mjd
    start = surrogate.frames.gcrs_state_from_mean_elements(station(epoch=float(last_day)))
    within = surrogate.propagate(start[:3], start[3:], last_day, last_day + 1.0, 0.008)
    assert within.outcome.reason is OutcomeReason.TIME_LIMIT  # the last day of the table can be flown whole
    with pytest.raises(SpaceWeatherRangeError, match="past_end"):
        surrogate.propagate(start[:3], start[3:], last_day, last_day + 1.5, 0.008)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"position_km": [6400.0, 0.0, 0.0]}, "not above its stop altitude"),
        ({"velocity_km_s": [0.0, 12.0, 0.0]}, "not on an ellipse"),
        ({"position_km": [math.nan, 0.0, 0.0]}, "finite"),
        ({"position_km": [7000.0, 0.0]}, "three finite numbers"),
        ({"ballistic_coefficient_m2_kg": -1.0}, "outside 0 to"),
        ({"ballistic_coefficient_m2_kg": 125.0}, "not its inverse"),
        ({"stop_mjd_utc": EPOCH}, "stop after the start"),
        ({"start_mjd_utc": 40000.0}, "1973"),
        ({"output_times_mjd_utc": [EPOCH + 0.5, EPOCH + 0.2]}, "ascend"),
        ({"output_times_mjd_utc": [EPOCH + 3.0]}, "within the flight"),
        ({"stop_geodetic_altitude_km": 20.0}, "100 to 1000 km"),
    ],
)
def test_bad_starts_are_refused(exponential: HighFidelityPropagator, change: dict[str, object], says: str) -> None:
    given: dict[str, object] = {
        "position_km": [6800.0, 0.0, 0.0], "velocity_km_s": [0.0, 4.7, 6.0],
        "start_mjd_utc": EPOCH, "stop_mjd_utc": EPOCH + 1.0,
    }  # fmt: skip
    with pytest.raises(OrbitError, match=says):
        exponential.propagate(**(given | change))  # type: ignore[arg-type]


def test_impossible_settings_are_refused() -> None:
    with pytest.raises(InputError, match="order must lie"):
        HighFidelitySettings(gravity_degree=4, gravity_order=8)
    with pytest.raises(InputError, match="ExponentialAtmosphere"):
        HighFidelitySettings(density=Density.EXPONENTIAL)
    with pytest.raises(InputError, match="needs space weather"):
        HighFidelityPropagator(HighFidelitySettings())
