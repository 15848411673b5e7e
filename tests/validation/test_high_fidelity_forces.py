"""Sun, Moon, light, burns, events, any atmosphere, and ensembles of the high-fidelity engine, against known answers."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from stationkeep.constants import EARTH_MU_KM3_S2, MOON_MU_KM3_S2, SUN_MU_KM3_S2
from stationkeep.environment.atmosphere import still_air
from stationkeep.environment.sources import observed_space_weather
from stationkeep.environment.space_weather import SpaceWeather
from stationkeep.environment.surrogate import Nrlmsise00Surrogate
from stationkeep.errors import DensityModelMismatch, InputError, OrbitError
from stationkeep.orbit.density_expression import ExponentialAtmosphere
from stationkeep.orbit.finite_burn import BurnFrame, FiniteBurn
from stationkeep.orbit.flight_events import (
    APOGEE,
    ASCENDING_NODE,
    ECLIPSE_ENTRY,
    ECLIPSE_EXIT,
    PERIGEE,
    WatchedEvent,
)
from stationkeep.orbit.high_fidelity import HighFidelityPropagator, PropagatorFactory
from stationkeep.orbit.mean_decay import BallisticCoefficient
from stationkeep.orbit.precise_bodies import SunAndMoon
from stationkeep.orbit.precise_dynamics import Density, HighFidelitySettings
from stationkeep.orbit.terrestrial_time import tt_seconds_since_j2000
from stationkeep.outcome import OutcomeReason

heyoka = pytest.importorskip("heyoka", reason="high-fidelity propagation needs the extra 'precise'")
pytestmark = pytest.mark.needs_heyoka

EPOCH = 59671.0  # 2022-04-02
AIR = ExponentialAtmosphere(400.0, 3.0e-12, 60.0)
POINT = HighFidelitySettings(
    density=Density.NONE, gravity_degree=0, gravity_order=0, precession_threshold_arcsec=1.0, relative_tolerance=1e-13
)
COARSE = {"gravity_degree": 4, "gravity_order": 0, "precession_threshold_arcsec": 1.0}


@pytest.fixture(scope="module")
def space_weather() -> SpaceWeather:
    return observed_space_weather(EPOCH + 60.0)


@pytest.fixture(scope="module")
def factory(space_weather: SpaceWeather) -> PropagatorFactory:
    return PropagatorFactory(space_weather)


@pytest.fixture(scope="module")
def bodies() -> SunAndMoon:
    return SunAndMoon()


def circle(radius_km: float = 6778.137, tilt_deg: float = 51.6) -> np.ndarray:
    speed, tilt = math.sqrt(EARTH_MU_KM3_S2 / radius_km), math.radians(tilt_deg)
    return np.array([radius_km, 0.0, 0.0, 0.0, speed * math.cos(tilt), speed * math.sin(tilt)])


# --- Sun and Moon ----------------------------------------------------------------------------------------------------


def test_daily_polynomials_follow_the_theories_of_sun_and_moon(bodies: SunAndMoon) -> None:
    noon = tt_seconds_since_j2000(EPOCH + 0.5)
    sun, moon = bodies.positions_km(noon + np.linspace(-43200.0, 43201.0, 50))
    parameters = bodies.day_parameters(noon)[1:]
    half_days = np.linspace(-1.0, 43201.0 / 43200.0, 50)
    for positions, coefficients in ((sun, parameters[:15].reshape(3, 5)), (moon, parameters[15:].reshape(3, 8))):
        fitted = np.polynomial.polynomial.polyval(half_days, coefficients.T).T
        # A metre of the Moon pulls a low orbit by 1e-15 of its gravity; the theories themselves are good to kilometres.
        assert np.abs(fitted - positions).max() < 1e-3
    assert np.linalg.norm(sun, axis=1) == pytest.approx(1.0 * 149.5e6, rel=0.01)  # April: 0.9995 au
    assert np.linalg.norm(moon, axis=1) == pytest.approx(385e3, rel=0.06)


def test_sun_and_moon_pull_by_the_tidal_formula(factory: PropagatorFactory, bodies: SunAndMoon) -> None:
    start, span_s = circle(), 60.0
    with_bodies, alone = (
        factory.propagator(replace(POINT, sun_and_moon=wanted)).propagate(
            start[:3], start[3:], EPOCH, EPOCH + span_s / 86400.0
        )
        for wanted in (True, False)
    )
    moved = (with_bodies.final_state_gcrs - alone.final_state_gcrs)[3:]
    sun, moon = (body[0] for body in bodies.positions_km(np.array([tt_seconds_since_j2000(EPOCH)])))
    pull = np.zeros(3)
    for body, mu in ((sun, SUN_MU_KM3_S2), (moon, MOON_MU_KM3_S2)):
        away = body - start[:3]
        pull += mu * (away / np.linalg.norm(away) ** 3 - body / np.linalg.norm(body) ** 3)
    # In a minute the satellite moves 460 km, 7 % of its radius, and so does the tidal pull on it.
    assert moved == pytest.approx(pull * span_s, abs=0.08 * np.linalg.norm(pull) * span_s)


# --- light -----------------------------------------------------------------------------------------------------------


def test_light_pushes_away_from_the_sun_and_not_in_the_shadow(factory: PropagatorFactory, bodies: SunAndMoon) -> None:
    sun = bodies.positions_km(np.array([tt_seconds_since_j2000(EPOCH)]))[0][0]
    propagator = factory.propagator(replace(POINT, solar_pressure=True))
    towards = sun / np.linalg.norm(sun)
    sideways = np.cross(towards, [0.0, 0.0, 1.0])
    sideways /= np.linalg.norm(sideways)
    radius, span_s = 6778.137, 30.0
    speed = math.sqrt(EARTH_MU_KM3_S2 / radius) * sideways
    changes = []
    for side in (1.0, -1.0):  # over noon, over midnight
        ends = [
            propagator.propagate(
                side * radius * towards, speed, EPOCH, EPOCH + span_s / 86400.0, light_coefficient_m2_kg=light
            ).final_state_gcrs[3:]
            for light in (1.0, 0.0)
        ]
        changes.append((ends[0] - ends[1]) * 1e3 / span_s)
    # 4.56e-6 N/m2 at 149597870.7 km, on 1 m2/kg.
    expected = -4.56e-6 * (149597870.7 / np.linalg.norm(sun)) ** 2 * towards
    assert changes[0] == pytest.approx(expected, abs=5e-9)  # gravity turns it by (n t)^2 = 1e-3 in 30 s
    assert np.abs(changes[1]).max() < 1e-12


def test_the_shadow_lasts_as_long_as_geometry_says(factory: PropagatorFactory, bodies: SunAndMoon) -> None:
    sun = bodies.positions_km(np.array([tt_seconds_since_j2000(EPOCH)]))[0][0]
    towards = sun / np.linalg.norm(sun)
    # A circle in the plane of the Sun and the Earth's axis would meet the flattening; one near the equator does not.
    across = np.cross([0.0, 0.0, 1.0], towards)
    across /= np.linalg.norm(across)
    radius = 6778.137
    start = np.concatenate([radius * towards, math.sqrt(EARTH_MU_KM3_S2 / radius) * across])
    settings = replace(POINT, events=(ECLIPSE_ENTRY, ECLIPSE_EXIT))
    result = factory.propagator(settings).propagate(start[:3], start[3:], EPOCH, EPOCH + 1.5 / 24.0)
    assert [event.name for event in result.events] == ["eclipse-entry", "eclipse-exit"]
    period_s = 2.0 * math.pi * math.sqrt(radius**3 / EARTH_MU_KM3_S2)
    # Half the shadow's angle: asin(R/r), as for a Sun at infinity; its parallax changes it by 4e-5.
    expected_s = period_s * 2.0 * math.asin(6378.137 / radius) / (2.0 * math.pi)
    lasted_s = (result.events[1].time_mjd_utc - result.events[0].time_mjd_utc) * 86400.0
    assert lasted_s == pytest.approx(expected_s, abs=2.0)  # the limb here is that of an ellipsoid seen at 5 degrees


# --- burns -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("frame", "direction"),
    [(BurnFrame.LVLH, (1.0, 0.0, 0.0)), (BurnFrame.RTN, (0.0, 2.0, 0.0)), (BurnFrame.VNC, (3.0, 0.0, 0.0))],
)
def test_a_burn_gives_the_speed_of_tsiolkovsky(
    factory: PropagatorFactory, frame: BurnFrame, direction: tuple[float, float, float]
) -> None:
    burn = FiniteBurn(EPOCH + 0.01, 300.0, 3000.0, direction, frame, specific_impulse_s=300.0)
    start = circle()
    flown = factory.propagator(replace(POINT, burns=True)).propagate(
        start[:3], start[3:], EPOCH, EPOCH + 0.05, burns=[burn], mass_kg=420_000.0
    )
    assert flown.final_mass_kg == pytest.approx(420_000.0 - 3000.0 / (300.0 * 9.80665) * 300.0, rel=1e-9)
    r, v = flown.final_state_gcrs[:3], flown.final_state_gcrs[3:]
    axis = 1.0 / (2.0 / np.linalg.norm(r) - v @ v / EARTH_MU_KM3_S2)
    # Gauss: da = 2 a/v dv on a circle; the second order of 2 m/s in 7.7 km/s is 4e-4.
    speed = math.sqrt(EARTH_MU_KM3_S2 / 6778.137)
    assert axis - 6778.137 == pytest.approx(2.0 * 6778.137 / speed * burn.delta_v_m_s(420_000.0) * 1e-3, rel=2e-3)


def test_axes_of_burns_point_where_they_say(factory: PropagatorFactory) -> None:
    start, span_s = circle(), 1.0
    propagator = factory.propagator(replace(POINT, burns=True))

    def kick(frame: BurnFrame, direction: tuple[float, float, float]) -> np.ndarray:
        burn = FiniteBurn(EPOCH, span_s, 1000.0, direction, frame, mass_flow_kg_s=1e-9)
        ends = [
            propagator.propagate(
                start[:3], start[3:], EPOCH, EPOCH + span_s / 86400.0, burns=burns, mass_kg=1000.0
            ).final_state_gcrs[3:]
            for burns in ([burn], [])
        ]
        return (ends[0] - ends[1]) * 1e3

    out, forward = start[:3] / 6778.137, start[3:] / np.linalg.norm(start[3:])
    momentum = np.cross(out, forward)
    for frame, axes in (
        (BurnFrame.LVLH, (forward, -momentum, -out)),
        (BurnFrame.RTN, (out, forward, momentum)),
        (BurnFrame.VNC, (forward, momentum, out)),
    ):
        for k, axis in enumerate(axes):
            direction = tuple(float(i == k) for i in range(3))
            assert kick(frame, direction) == pytest.approx(axis, abs=2e-3)  # 1 m/s; the axes turn by 1e-3 in a second


def test_impossible_burns_are_refused(factory: PropagatorFactory) -> None:
    with pytest.raises(OrbitError, match="duration"):
        FiniteBurn(EPOCH, -1.0, 100.0, (1.0, 0.0, 0.0), specific_impulse_s=300.0)
    with pytest.raises(OrbitError, match="one of the two"):
        FiniteBurn(EPOCH, 10.0, 100.0, (1.0, 0.0, 0.0))
    good = FiniteBurn(EPOCH + 0.1, 600.0, 100.0, (1.0, 0.0, 0.0), specific_impulse_s=300.0)
    start, flight = circle(), factory.propagator(replace(POINT, burns=True))
    for burns, mass, says in (
        ([good], None, "mass_kg"),
        ([good, good], 1000.0, "overlaps"),
        ([replace(good, start_mjd_utc=EPOCH - 1.0)], 1000.0, "outside the flight"),
        ([good], 1.0, "use"),
    ):
        with pytest.raises(InputError, match=says):
            flight.propagate(start[:3], start[3:], EPOCH, EPOCH + 1.0, burns=burns, mass_kg=mass)
    with pytest.raises(InputError, match="burns=True"):
        factory.propagator(POINT).propagate(start[:3], start[3:], EPOCH, EPOCH + 1.0, burns=[good], mass_kg=1000.0)
    with pytest.raises(InputError, match="solar_pressure=True"):
        factory.propagator(POINT).propagate(start[:3], start[3:], EPOCH, EPOCH + 1.0, light_coefficient_m2_kg=0.01)


# --- events ----------------------------------------------------------------------------------------------------------


def test_nodes_apsides_and_an_event_of_ones_own(factory: PropagatorFactory) -> None:
    start = circle(7000.0)
    start[3:] *= 1.01  # perigee at the start, over the node
    axis = 1.0 / (2.0 / 7000.0 - start[3:] @ start[3:] / EARTH_MU_KM3_S2)
    period = 2.0 * math.pi * math.sqrt(axis**3 / EARTH_MU_KM3_S2) / 86400.0
    halfway = WatchedEvent("over-45-north", lambda around: around.latitude_rad - math.radians(45.0), 1)
    settings = replace(POINT, events=(PERIGEE, APOGEE, ASCENDING_NODE, halfway))
    result = factory.propagator(settings).propagate(start[:3], start[3:], EPOCH, EPOCH + 1.7 * period)
    times = {
        name: [event.time_mjd_utc - EPOCH for event in result.events if event.name == name]
        for name in ("perigee", "apogee", "ascending-node", "over-45-north")
    }
    # mu of EGM2008 and of our constants differ by 1e-9; seconds since J2000 are good to 1e-7.
    assert times["perigee"][-1] == pytest.approx(period, abs=1e-8)
    assert times["apogee"] == pytest.approx([0.5 * period, 1.5 * period], abs=1e-8)
    # The equator of date is tilted by 0.12 degrees against that of GCRS: up to 20 s of time.
    assert times["ascending-node"][-1] == pytest.approx(period, abs=30.0 / 86400.0)
    assert len(times["over-45-north"]) == 2
    event = next(event for event in result.events if event.name == "over-45-north")
    place = factory.propagator(POINT).frames.geodetic(event.state_gcrs[:3], event.time_mjd_utc)[0]
    assert place[0] == pytest.approx(45.0, abs=1e-3)  # frames of the flight are coarse here: 1 arcsec


# --- any atmosphere --------------------------------------------------------------------------------------------------


class Exponential:
    """A user's own model: the constant exponential of the compiled one."""

    density_model, implementation, floor_km, ceiling_km = "exponential", "test", 0.0, 2000.0

    def density_kg_m3(self, time_mjd_utc, latitude_deg, longitude_deg, altitude_km, drivers):  # type: ignore[no-untyped-def]
        return np.asarray(3.0e-12 * np.exp(-(np.asarray(altitude_km) - 400.0) / 60.0))

    def air_velocity_m_s(self, time_mjd_utc, position_itrf_m):  # type: ignore[no-untyped-def]
        return still_air(time_mjd_utc, position_itrf_m)


def test_an_atmosphere_of_ones_own_flies_as_the_compiled_one(
    factory: PropagatorFactory, space_weather: SpaceWeather
) -> None:
    pytest.importorskip("scipy", reason="density 'atmosphere' needs scipy (extra 'precise')")
    compiled = factory.propagator(HighFidelitySettings(density=Density.EXPONENTIAL, exponential=AIR, **COARSE))
    asked = HighFidelityPropagator(
        HighFidelitySettings(density=Density.ATMOSPHERE, **COARSE), space_weather,
        atmosphere=Exponential(), frames=compiled.frames,
    )  # fmt: skip
    start = circle()
    ends = [
        flight.propagate(start[:3], start[3:], EPOCH, EPOCH + 0.3, 0.01, output_times_mjd_utc=[EPOCH + 0.2])
        for flight in (compiled, asked, asked.copy())
    ]
    for end in ends[1:]:  # two integrators, one equation: millimetres
        assert end.states_gcrs[:, :3] == pytest.approx(ends[0].states_gcrs[:, :3], abs=1e-5)
        assert end.density_model == "exponential"
    stops = [
        flight.propagate(
            start[:3], start[3:] * 0.985, EPOCH, EPOCH + 0.3, 0.01, stop_geodetic_altitude_km=200.0
        ).outcome
        for flight in (compiled, asked)
    ]
    assert [stop.reason for stop in stops] == [OutcomeReason.ALTITUDE_REACHED] * 2
    assert stops[1].time_mjd_utc == pytest.approx(stops[0].time_mjd_utc, abs=1e-8)
    with pytest.raises(DensityModelMismatch):
        asked.propagate(start[:3], start[3:], EPOCH, EPOCH + 0.1, BallisticCoefficient(0.01, "NRLMSISE-00"))


def test_an_atmosphere_and_its_setting_belong_together(space_weather: SpaceWeather) -> None:
    with pytest.raises(InputError, match="Atmosphere protocol"):
        HighFidelityPropagator(HighFidelitySettings(density=Density.ATMOSPHERE), space_weather)
    with pytest.raises(InputError, match="Atmosphere protocol"):
        HighFidelityPropagator(HighFidelitySettings(), space_weather, atmosphere=Nrlmsise00Surrogate())
    with pytest.raises(InputError, match="cannot be compiled"):
        HighFidelitySettings(density=Density.ATMOSPHERE, events=(PERIGEE,))
