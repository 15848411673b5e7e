"""The latitude law is a probability, whatever the inclination."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stationkeep.descent.latitude_law import (
    band_probability,
    density_per_deg,
    geocentric_latitude_deg,
    probability_south_of,
)
from stationkeep.environment.population import Figure
from stationkeep.errors import OrbitError

INCLINATION = st.floats(0.0, 180.0)
LATITUDE = st.floats(-90.0, 90.0)
FIGURE = st.sampled_from(["ellipsoid", "sphere"])


@given(INCLINATION, st.integers(1, 400), FIGURE)
def test_bands_sum_to_one(inclination_deg: float, bands: int, figure: Figure) -> None:
    edges = np.linspace(-90, 90, bands + 1)
    probability = band_probability(edges[:-1], edges[1:], inclination_deg, figure=figure)
    assert (probability >= 0).all()
    assert probability.sum() == pytest.approx(1.0, abs=1e-12)


@given(INCLINATION, LATITUDE, LATITUDE, FIGURE)
def test_north_mirrors_south(inclination_deg: float, one: float, other: float, figure: Figure) -> None:
    south, north = sorted((one, other))
    up = float(band_probability(south, north, inclination_deg, figure=figure))
    assert up == pytest.approx(float(band_probability(-north, -south, inclination_deg, figure=figure)), abs=1e-12)


@given(st.integers(0, 180 * 64).map(lambda steps: steps / 64), LATITUDE, FIGURE)
def test_retrograde_reaches_as_far_as_its_supplement(inclination_deg: float, latitude: float, figure: Figure) -> None:
    """In steps of 1/64 degree, so that the supplement is exact."""
    there = float(probability_south_of(latitude, inclination_deg, figure=figure))
    assert there == float(probability_south_of(latitude, 180.0 - inclination_deg, figure=figure))


@given(st.floats(0.5, 179.5), st.floats(-89.0, 88.0), st.floats(1e-3, 1.0))
def test_the_density_integrates_to_the_band(inclination_deg: float, south: float, height: float) -> None:
    """Gauss-Legendre over the density, away from its pole at the turning latitude."""
    turning = min(inclination_deg, 180.0 - inclination_deg)
    north = south + height
    if max(abs(south), abs(north)) > turning - 0.05 * turning:
        north, south = 0.9 * turning, 0.8 * turning
    nodes, weights = np.polynomial.legendre.leggauss(20)
    latitudes = (south + north) / 2 + nodes * (north - south) / 2
    integral = float((weights * density_per_deg(latitudes, inclination_deg)).sum()) * (north - south) / 2
    assert integral == pytest.approx(float(band_probability(south, north, inclination_deg, figure="sphere")), rel=1e-6)


@given(st.floats(0.5, 179.5), st.integers(0, 2**32 - 1))
def test_flying_the_orbit_gives_the_same_bands(inclination_deg: float, seed: int) -> None:
    """Positions drawn on a tilted circle, turned into latitudes by vectors, counted in bands."""
    draws = 20_000
    u = np.random.default_rng(seed).uniform(0, 2 * np.pi, draws)
    z = np.sin(u) * np.sin(np.radians(inclination_deg))
    x, y = np.cos(u), np.sin(u) * np.cos(np.radians(inclination_deg))
    geocentric = np.arctan2(z, np.hypot(x, y))
    geodetic = np.degrees(np.arctan2(np.tan(geocentric), (1 - 1 / 298.257223563) ** 2))
    edges = np.linspace(-90, 90, 13)
    counted = np.histogram(geodetic, edges)[0] / draws
    expected = band_probability(edges[:-1], edges[1:], inclination_deg)
    # Six standard deviations of a counted share, so that thousands of drawn cases do not fail by chance.
    assert (np.abs(counted - expected) <= 6 * np.sqrt(expected * (1 - expected) / draws) + 5 / draws).all()


@given(INCLINATION, st.lists(LATITUDE, min_size=2, max_size=20), FIGURE)
def test_the_probability_grows_northward(inclination_deg: float, latitudes: list[float], figure: Figure) -> None:
    assert (np.diff(probability_south_of(np.sort(latitudes), inclination_deg, figure=figure)) >= 0).all()


@given(LATITUDE)
def test_geocentric_latitudes_lie_closer_to_the_equator(latitude: float) -> None:
    geocentric = float(geocentric_latitude_deg(latitude))
    assert abs(geocentric) <= abs(latitude) + 1e-12
    assert abs(latitude - geocentric) < 0.1925  # the greatest difference on WGS 84, at 45 degrees


def test_a_51_6_degree_orbit_turns_at_51_8_degrees_on_the_map() -> None:
    assert float(probability_south_of(51.78, 51.6)) < 1.0
    assert float(probability_south_of(51.79, 51.6)) == 1.0


@pytest.mark.parametrize("inclination_deg", [0.0, 180.0])
def test_an_equatorial_orbit_comes_down_on_the_equator(inclination_deg: float) -> None:
    assert float(band_probability(-0.5, 0.5, inclination_deg)) == 1.0
    assert float(band_probability(0.0, 0.5, inclination_deg)) == 0.5
    assert float(band_probability(0.5, 90.0, inclination_deg)) == 0.0
    with pytest.raises(OrbitError, match="equator"):
        density_per_deg(0.0, inclination_deg)


@given(st.one_of(st.floats(max_value=-1e-9), st.floats(min_value=180.001), st.just(float("nan"))))
def test_impossible_inclinations_are_refused(inclination_deg: float) -> None:
    with pytest.raises(OrbitError, match="inclination"):
        probability_south_of(0.0, inclination_deg)
