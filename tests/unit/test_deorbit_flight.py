"""The compiled descent: gravity, thrust, steps, fragments."""

from __future__ import annotations

import math

import numpy as np
import pytest

from stationkeep.constants import EARTH_J2, EARTH_J3, EARTH_J4, EARTH_MU_KM3_S2, EARTH_ROTATION_RAD_S
from stationkeep.descent.debris import TrackFrame, assumed_mix, computed_mix, nominal_heel_and_toe, strike
from stationkeep.descent.deorbit_flight import (
    DescentFlyer,
    EntryAir,
    FixedState,
    PlannedBurn,
    StationBody,
    entry_air,
    segments_of,
)
from stationkeep.descent.deorbit_kernel import geodetic, gravity_and_turning
from stationkeep.errors import InputError
from stationkeep.orbit.elements import MeanElements
from stationkeep.orbit.precise_tables import geodetic_from_itrs
from stationkeep.propulsion.burns import Thruster

MJD = 60564.1


@pytest.fixture(scope="module")
def air() -> EntryAir:
    return entry_air(MJD, -140.0, np.array([150.0, 150.0, 10.0]))


def low_orbit(altitude_km: float = 220.0) -> FixedState:
    return FixedState.of(MeanElements(MJD, 6378.137 + altitude_km, 0.0005, math.radians(51.64), 1.0, 0.5, 2.0))


def potential_km2_s2(place: np.ndarray) -> float:
    """Gravity to J4 and the centrifugal potential, from their closed form."""
    r = float(np.linalg.norm(place))
    u, q = place[2] / r, 6378.137 / r
    zonal = (
        EARTH_J2 * q**2 * (1.5 * u**2 - 0.5)
        + EARTH_J3 * q**3 * (2.5 * u**3 - 1.5 * u)
        + EARTH_J4 * q**4 * (35.0 * u**4 - 30.0 * u**2 + 3.0) / 8.0
    )
    turning = 0.5 * EARTH_ROTATION_RAD_S**2 * (place[0] ** 2 + place[1] ** 2)
    return EARTH_MU_KM3_S2 / r * (1.0 - zonal) + turning


def test_gravity_is_the_gradient_of_its_potential() -> None:
    place, out = np.array([3000.0, -4000.0, 4300.0]), np.empty(6)
    gravity_and_turning(np.concatenate([place, np.zeros(3)]), out)
    for axis in range(3):
        step = np.zeros(3)
        step[axis] = 1.0e-2
        slope = (potential_km2_s2(place + step) - potential_km2_s2(place - step)) / 2.0e-2
        assert out[3 + axis] == pytest.approx(slope, rel=1.0e-7, abs=1.0e-11)


def test_without_air_or_thrust_energy_stays(air: EntryAir) -> None:
    """Over a quarter of a day in steps of 20 s: 4e-9, the error of Runge and Kutta, which halved steps cut by 30."""
    start, body, flyer = low_orbit(), StationBody(1.0e5, 1.0e-12), DescentFlyer(air)
    ends = [flyer.fly(start, body, MJD + 0.25, step_scale=scale).end for scale in (1.0, 0.5)]
    before, coarse, fine = (
        0.5 * float(s.state[3:] @ s.state[3:]) - potential_km2_s2(s.state[:3]) for s in (start, *ends)
    )
    assert coarse == pytest.approx(before, rel=6.0e-9)
    assert abs(fine - before) < abs(coarse - before) / 20.0


def test_halving_the_steps_moves_the_break_up_little(air: EntryAir) -> None:
    """Measured 0.2 km, a ten-thousandth of a footprint."""
    start, body = low_orbit(), StationBody(4.9e5, 3250.0)
    engine = Thruster(10400.0, 300.0)
    rows, _ = segments_of([PlannedBurn(MJD + 0.01, 55.0)], body.mass_kg, engine, MJD)
    flyer = DescentFlyer(air)
    coarse, fine = (flyer.fly(start, body, MJD + 0.2, segments=rows, step_scale=scale) for scale in (1.0, 0.5))
    assert coarse.reached_altitude
    assert fine.reached_altitude
    assert np.linalg.norm(coarse.end.state[:3] - fine.end.state[:3]) < 0.4


def test_a_burn_gives_its_speed_and_takes_its_propellant(air: EntryAir) -> None:
    start, body, engine = low_orbit(600.0), StationBody(1.0e5, 1.0e-12), Thruster(2000.0, 300.0)
    rows, left = segments_of([PlannedBurn(MJD, 10.0)], body.mass_kg, engine, MJD)
    flyer = DescentFlyer(air)
    until = MJD + (rows[0, 1] + 1.0) / 86400.0
    burnt, coasted = flyer.fly(start, body, until, segments=rows), flyer.fly(start, body, until)
    assert burnt.mass_kg == pytest.approx(left, abs=1.0e-6)
    assert left == pytest.approx(1.0e5 * math.exp(-10.0 / engine.exhaust_velocity_m_s), abs=1.0e-3)
    lower = burnt.end.ellipse.semi_major_axis_km - coasted.end.ellipse.semi_major_axis_km
    # Gauss: da = 2 dv / n, for thrust along the motion; the arc loses nothing of the energy.
    motion = math.sqrt(EARTH_MU_KM3_S2 / coasted.end.ellipse.semi_major_axis_km**3)
    assert lower == pytest.approx(-2.0e-3 * 10.0 / motion, rel=4.0e-3)


def test_height_agrees_with_the_exact_one() -> None:
    rng = np.random.default_rng(3)
    directions = rng.standard_normal((40, 3))
    places = directions / np.linalg.norm(directions, axis=1)[:, None] * rng.uniform(6380.0, 6850.0, 40)[:, None]
    exact = geodetic_from_itrs(places)
    for place, (latitude, _, height) in zip(places, exact, strict=True):
        found, sine, _ = geodetic(*place)
        assert found == pytest.approx(height, abs=0.1)
        assert math.degrees(math.asin(sine)) == pytest.approx(latitude, abs=0.002)


def test_the_heavier_piece_flies_further(air: EntryAir) -> None:
    start, body = low_orbit(), StationBody(4.9e5, 3250.0)
    rows, _ = segments_of([PlannedBurn(MJD + 0.01, 55.0)], body.mass_kg, Thruster(10400.0, 300.0), MJD)
    broken = DescentFlyer(air).fly(start, body, MJD + 0.2, segments=rows).end
    struck = nominal_heel_and_toe(broken.state, air, assumed_mix(30))
    frame = TrackFrame.through(struck.latitude_deg, struck.longitude_deg)
    along, across = frame.coordinates_km(struck.latitude_deg, struck.longitude_deg)
    assert along[0] < along[1] < along[2]
    assert np.abs(across).max() < 30.0  # without wind or lift only the Earth's turning bends the line
    assert struck.fall_s[0] > struck.fall_s[1]


def test_a_piece_falls_at_its_terminal_speed(air: EntryAir) -> None:
    """Dropped from 30 km it reaches the ground at sqrt(2 m g / (rho Cd A)), subsonic: 0.6 of the hypersonic drag."""
    place = np.array([6378.137 + 30.0, 0.0, 0.0, 0.0, 0.0, 0.0])
    pieces = np.array([[100.0, 0.0, 0.0, 1.0, 0.0, 0.0]])
    struck = strike(place[None, :], pieces, air)
    density = math.exp(air.table[9, 0])
    assert struck.speed_m_s[0] == pytest.approx(math.sqrt(2.0 * 100.0 * 9.78 / (density * 0.6)), rel=0.02)


def test_coordinates_along_a_track_come_back() -> None:
    frame = TrackFrame.through(np.array([-40.0, -48.0]), np.array([170.0, -160.0]))
    along, across = np.array([-900.0, 0.0, 1500.0]), np.array([50.0, -20.0, 0.0])
    found = frame.coordinates_km(*frame.places(along, across))
    np.testing.assert_allclose(found[0], along, atol=1.0e-6)
    np.testing.assert_allclose(found[1], across, atol=1.0e-6)


def test_debris_that_cannot_be_is_refused() -> None:
    with pytest.raises(InputError, match="nothing survives"):
        computed_mix([100.0], [0.0], "test")
    with pytest.raises(InputError, match="no mass"):
        computed_mix([-1.0], [1.0], "test")


def test_many_computed_pieces_are_grouped_without_losing_area_or_ends() -> None:
    rng = np.random.default_rng(5)
    levels, areas = rng.uniform(2.0, 800.0, 500), rng.uniform(0.1, 9.0, 500)
    mix = computed_mix(list(levels), list(areas), "test")
    assert len(mix.ballistic_kg_m2) <= 40
    assert mix.casualty_area_share.sum() == pytest.approx(1.0, rel=1.0e-12)
    assert mix.ballistic_kg_m2.min() == pytest.approx(levels.min())
    assert mix.ballistic_kg_m2.max() == pytest.approx(levels.max())
    assert (np.diff(mix.ballistic_kg_m2) > 0.0).all()


def test_pieces_are_counted_apart_from_their_area() -> None:
    """Three kinds: many small ones, one large one. Ships are struck by number, people by area."""
    mix = computed_mix([100.0, 20.0, 300.0], [10.0, 30.0, 10.0], "test", [8.0, 1.0, 1.0])
    np.testing.assert_allclose(mix.ballistic_kg_m2, [20.0, 100.0, 300.0])
    np.testing.assert_allclose(mix.casualty_area_share, [0.6, 0.2, 0.2])
    np.testing.assert_allclose(mix.piece_share, [0.1, 0.8, 0.1])
    rng = np.random.default_rng(6)
    levels, areas, counts = rng.uniform(2.0, 800.0, 300), rng.uniform(0.1, 9.0, 300), rng.integers(1, 40, 300)
    grouped = computed_mix(list(levels), list(areas), "test", list(counts))
    assert grouped.piece_share.sum() == pytest.approx(1.0, rel=1.0e-12)
    light = levels < 20.0
    assert grouped.piece_share[grouped.ballistic_kg_m2 < 20.0].sum() == pytest.approx(
        counts[light].sum() / counts.sum(), abs=0.03
    )
    assumed = assumed_mix(30)
    assert assumed.piece_share[assumed.ballistic_kg_m2 < 60.0].sum() == pytest.approx(0.3)
    assert assumed.casualty_area_share[assumed.ballistic_kg_m2 < 60.0].sum() == pytest.approx(0.35)
