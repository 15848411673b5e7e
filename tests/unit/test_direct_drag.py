"""The mean engine through any atmosphere: the twin of the compiled core, and what it refuses."""

from __future__ import annotations

import math

import numpy as np
import pytest

from stationkeep.environment.atmosphere import still_air
from stationkeep.environment.callable_atmosphere import CallableAtmosphere
from stationkeep.environment.density_models import DENSITY_MODELS, density_model_named
from stationkeep.environment.nrlmsise00 import Nrlmsise00Reference
from stationkeep.environment.surrogate import Nrlmsise00Surrogate
from stationkeep.errors import DensityModelMismatch, OrbitError
from stationkeep.orbit.decay_kernel import NODE_COUNTS
from stationkeep.orbit.direct_drag import DirectAir, orbit_rates
from stationkeep.orbit.elements import MeanElements
from stationkeep.orbit.mean_decay import BallisticCoefficient, MeanFlight, WeatherTrack, fly_mean, is_built_in, state_of
from stationkeep.outcome import OutcomeReason

EPOCH = 59000.3
SURROGATE = Nrlmsise00Surrogate()
TWIN = CallableAtmosphere(
    "twin", lambda t, lat, lon, h, sun: SURROGATE.density_kg_m3(t, lat, lon, h, sun), 100.0, 1000.0
)


def changing_sun(days: int = 400) -> WeatherTrack:
    rng = np.random.default_rng(3)
    flux = 120.0 + 20.0 * rng.standard_normal(days)
    return WeatherTrack(
        58999, np.column_stack([flux, np.full(days, 120.0), np.abs(10.0 + 8.0 * rng.standard_normal(days))])
    )


def twin_flight(start: MeanElements, sun: WeatherTrack) -> MeanFlight:
    """Through the numpy code, with the nodes of the compiled core."""
    flight = MeanFlight(start, sun, 0.008, atmosphere=TWIN)
    flight._air = DirectAir(TWIN, NODE_COUNTS)
    return flight


def orbit(altitude_km: float, eccentricity: float = 0.0005, inclination_deg: float = 51.6) -> MeanElements:
    return MeanElements(
        epoch_mjd_utc=EPOCH,
        semi_major_axis_km=6378.137 + altitude_km,
        eccentricity=eccentricity,
        inclination_rad=math.radians(inclination_deg),
        raan_rad=1.0,
        argument_of_perigee_rad=2.0,
    )


@pytest.mark.parametrize(
    ("altitude_km", "eccentricity", "inclination_deg", "days"),
    [
        (400.0, 0.0005, 51.6, 100.0),  # 16 nodes
        (250.0, 0.0005, 51.6, 200.0),  # to re-entry
        (300.0, 0.01, 97.0, 200.0),  # 32 nodes
        (400.0, 0.05, 28.0, 40.0),  # 64 nodes
        (700.0, 0.08, 28.0, 10.0),  # 192 nodes
        (180.0, 0.002, 130.0, 100.0),  # retrograde
    ],
)
def test_agrees_with_the_compiled_core(
    altitude_km: float, eccentricity: float, inclination_deg: float, days: float
) -> None:
    """One density through both codes: they differ by rounding and the core's fast arithmetic, grown by the fall."""
    start, sun = orbit(altitude_km, eccentricity, inclination_deg), changing_sun()
    core = fly_mean(start, EPOCH + days, sun, 0.008, averaged=False)
    twin = twin_flight(start, sun)
    assert twin.advance(EPOCH + days) == core.outcome.reason
    assert twin.time_mjd_utc == pytest.approx(core.outcome.time_mjd_utc, abs=1.0e-4)
    np.testing.assert_allclose(twin.altitude_by_day_km, core.altitude_by_day_km, atol=0.01)
    flown = core.outcome.time_mjd_utc - EPOCH
    half, same = fly_mean(start, EPOCH + 0.5 * flown, sun, 0.008, averaged=False).elements, twin_flight(start, sun)
    same.advance(EPOCH + 0.5 * flown)
    lost = start.semi_major_axis_km - half.semi_major_axis_km
    assert same.elements.semi_major_axis_km == pytest.approx(half.semi_major_axis_km, abs=1.0e-5 * lost)
    assert same.elements.raan_rad == pytest.approx(half.raan_rad, abs=1.0e-6)
    assert same.elements.eccentricity == pytest.approx(half.eccentricity, abs=1.0e-7)


def test_floor_and_drag_factor_as_in_the_core() -> None:
    sun = changing_sun()
    for floor, factor in ((395.0, 1.0), (0.0, 3.0)):
        flights = [MeanFlight(orbit(400.0), sun, 0.008, averaged=False), twin_flight(orbit(400.0), sun)]
        reasons = [flight.advance(EPOCH + 60.0, floor_mean_altitude_km=floor, drag_factor=factor) for flight in flights]
        assert reasons[0] == reasons[1]
        assert flights[1].time_mjd_utc == pytest.approx(flights[0].time_mjd_utc, abs=1.0e-5)
        assert flights[1].mean_altitude_km == pytest.approx(flights[0].mean_altitude_km, abs=1.0e-4)


def test_default_and_surrogate_use_the_compiled_core() -> None:
    assert is_built_in(None)
    assert is_built_in(Nrlmsise00Surrogate())
    assert not is_built_in(Nrlmsise00Reference())
    assert not is_built_in(TWIN)


@pytest.mark.parametrize("name", [entry.name for entry in DENSITY_MODELS])
def test_nodes_give_the_drag_of_the_day(name: str) -> None:
    """The only approximation left: the promise is 0.5 % of a day's drag, against the orbit and day covered densely.

    No golden ratio between the dense nodes: every place of the orbit at sixteen hours of the day.
    """
    if name in ("JB2008", "NRLMSISE-00-thermoNET"):
        pytest.importorskip("heyoka", reason="the thermoNETs need the extra 'precise'")
    air, sun, state = DirectAir(density_model_named(name)), np.array([150.0, 130.0, 20.0]), state_of(orbit(400.0))
    angle = np.repeat(2.0 * np.pi * (np.arange(72) + 0.5) / 72, 16)
    dense = np.array([np.cos(angle), np.sin(angle), np.tile((np.arange(16) + 0.5) / 16 - 0.5, 72)])
    for day in range(59000, 59365, 40):
        few, _ = orbit_rates(air, day + 0.5, 1.0, state, sun, 0.008, air.lattice(state))
        many, _ = orbit_rates(air, day + 0.5, 1.0, state, sun, 0.008, dense)
        assert few[0] == pytest.approx(many[0], rel=5.0e-3)


def test_beyond_its_range_a_model_goes_on_as_nrlmsise00() -> None:
    narrow = CallableAtmosphere(
        "narrow", lambda t, lat, lon, h, sun: 2.0 * SURROGATE.density_kg_m3(t, lat, lon, h, sun), 180.0, 500.0
    )
    air, altitude = DirectAir(narrow), np.array([130.0, 179.0, 181.0, 499.0, 600.0])
    place = np.full(5, 59000.4), np.full(5, 20.0), np.full(5, 30.0)
    sun = np.array([120.0, 120.0, 10.0])
    density = air.density_kg_m3(*place, altitude, sun)
    # twice NRLMSISE-00 at the edges is twice NRLMSISE-00 beyond them
    np.testing.assert_allclose(density, 2.0 * SURROGATE.density_kg_m3(*place, altitude, sun), rtol=1.0e-9)
    fall = fly_mean(orbit(200.0), EPOCH + 60.0, changing_sun(), 0.008, atmosphere=narrow)
    double = fly_mean(orbit(200.0), EPOCH + 60.0, changing_sun(), 0.016, atmosphere=TWIN)
    assert fall.outcome.reason is OutcomeReason.REENTERED
    assert fall.outcome.time_mjd_utc == pytest.approx(double.outcome.time_mjd_utc, abs=1.0e-6)


def test_half_the_air_lives_twice_as_long() -> None:
    thin = CallableAtmosphere("thin", lambda t, lat, lon, h, sun: 1.0e-12 * np.exp(-(h - 300.0) / 40.0), 100.0, 1000.0)
    thick = CallableAtmosphere(
        "thick", lambda t, lat, lon, h, sun: 2.0e-12 * np.exp(-(h - 300.0) / 40.0), 100.0, 1000.0
    )
    lives = [
        fly_mean(orbit(220.0), EPOCH + 390.0, changing_sun(), 0.05, atmosphere=air).outcome.time_mjd_utc - EPOCH
        for air in (thin, thick)
    ]
    # 2 to within what the turning of perigee makes of it
    assert lives[0] / lives[1] == pytest.approx(2.0, rel=0.01)


def test_a_coefficient_of_another_model_is_refused() -> None:
    sun = changing_sun()
    with pytest.raises(DensityModelMismatch, match="fitted with NRLMSISE-00, the engine flies twin"):
        fly_mean(orbit(400.0), EPOCH + 1.0, sun, BallisticCoefficient(0.008, "NRLMSISE-00"), atmosphere=TWIN)
    with pytest.raises(DensityModelMismatch, match="fitted with twin, the engine flies NRLMSISE-00"):
        fly_mean(orbit(400.0), EPOCH + 1.0, sun, BallisticCoefficient(0.008, "twin"))
    fly_mean(orbit(400.0), EPOCH + 1.0, sun, BallisticCoefficient(0.008, "twin"), atmosphere=TWIN)


def test_a_wind_is_refused() -> None:
    windy = Nrlmsise00Reference(wind=lambda t, x: still_air(t, x))
    with pytest.raises(OrbitError, match="comes with a wind"):
        fly_mean(orbit(400.0), EPOCH + 1.0, changing_sun(), 0.008, atmosphere=windy)


def test_a_function_that_fails_is_named_not_flown() -> None:
    broken = CallableAtmosphere("broken", lambda t, lat, lon, h, sun: h * np.nan, 100.0, 1000.0)
    with pytest.raises(Exception, match="broken answered nan"):
        fly_mean(orbit(400.0), EPOCH + 1.0, changing_sun(), 0.008, atmosphere=broken)
