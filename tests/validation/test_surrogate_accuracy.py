"""The density surrogate against NRLMSISE-00 on points it never saw, by height and activity, and along real orbits."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from stationkeep.constants import EARTH_EQUATORIAL_RADIUS_KM, EARTH_FLATTENING
from stationkeep.environment.nrlmsise00 import Nrlmsise00Reference
from stationkeep.environment.surrogate import Nrlmsise00Surrogate

Floats = NDArray[np.float64]
REFERENCE, SURROGATE = Nrlmsise00Reference(), Nrlmsise00Surrogate()
PROMISED_KM = [(120.0, 150.0), (150.0, 200.0), (200.0, 300.0), (300.0, 400.0), (400.0, 500.0), (500.0, 600.0)]
ACTIVITY = {"low": (65.0, 90.0), "medium": (90.0, 150.0), "high": (150.0, 230.0)}


def draw(n: int, heights_km: tuple[float, float], mean_f107: tuple[float, float], seed: int) -> tuple[Floats, ...]:
    """Random places and dates of 1960 to 2040 with the Sun as it behaves: Ap log-normal, daily F10.7 about its mean."""
    rng = np.random.default_rng([20220402, seed])
    level = rng.uniform(*mean_f107, n)
    daily = np.clip(level * np.exp(rng.normal(0.0, 0.13, n)), 60.0, 400.0)
    ap = np.clip(np.exp(rng.normal(2.1, 0.9, n)), 0.0, 250.0)
    return (
        np.round(rng.uniform(36_934.0, 66_154.0, n) * 86_400.0) / 86_400.0,
        np.degrees(np.arcsin(rng.uniform(-1.0, 1.0, n))),
        rng.uniform(-180.0, 180.0, n),
        rng.uniform(*heights_km, n),
        np.column_stack([daily, level, ap]),
    )


def relative_error(points: tuple[Floats, ...]) -> Floats:
    return SURROGATE.density_kg_m3(*points) / REFERENCE.density_kg_m3(*points) - 1.0


@pytest.mark.parametrize("activity", ACTIVITY)
@pytest.mark.parametrize("heights_km", PROMISED_KM, ids=str)
def test_within_one_percent_and_unbiased_where_stations_fly(heights_km: tuple[float, float], activity: str) -> None:
    """1 % (1 sigma) is promised at 120-600 km; NRLMSISE-00 itself is good to 15 %.

    Bias: 0.3 % of density is 0.3 % of lifetime; 4 000 points with 1 % spread leave 0.02 % of chance in it.
    """
    error = relative_error(draw(4_000, heights_km, ACTIVITY[activity], seed=int(heights_km[0])))
    assert error.std() < 0.01
    assert abs(error.mean()) < 0.003


@pytest.mark.parametrize("storm", [(20.0, 80.0), (80.0, 280.0)], ids=str)
@pytest.mark.parametrize("heights_km", PROMISED_KM, ids=str)
def test_the_same_in_storms(heights_km: tuple[float, float], storm: tuple[float, float]) -> None:
    """The promise holds in storms too, up to the strongest day of the archive (Ap 280), Ap even over the range."""
    points = draw(4_000, heights_km, (65.0, 250.0), seed=int(heights_km[0] + storm[0]))
    drivers = points[4].copy()
    drivers[:, 2] = np.random.default_rng(4).uniform(*storm, len(drivers))
    error = relative_error((*points[:4], drivers))
    assert error.std() < 0.01
    assert abs(error.mean()) < 0.003


@pytest.mark.parametrize(
    ("heights_km", "sigma", "bias"),
    [((100.0, 120.0), 0.06, 0.01), ((600.0, 700.0), 0.04, 0.01), ((700.0, 1000.0), 0.06, 0.01)],
)
def test_sensible_elsewhere(heights_km: tuple[float, float], sigma: float, bias: float) -> None:
    """Below 120 km a fall takes minutes, above 600 km drag hardly matters for a station: a looser bound serves."""
    error = relative_error(draw(4_000, heights_km, (65.0, 230.0), seed=int(heights_km[0])))
    assert error.std() < sigma
    assert abs(error.mean()) < bias


def circular_orbit(inclination_deg: float, mean_altitude_km: float, node_deg: float, n: int) -> tuple[Floats, ...]:
    """Geodetic latitude and height, and longitude, of points evenly spread over one orbit."""
    along = 2.0 * np.pi * (np.arange(n) + 0.5) / n
    inclination, node = np.radians(inclination_deg), np.radians(node_deg)
    geocentric = np.arcsin(np.sin(inclination) * np.sin(along))
    longitude = np.arctan2(np.cos(inclination) * np.sin(along), np.cos(along)) + node
    radius = EARTH_EQUATORIAL_RADIUS_KM + mean_altitude_km
    surface = EARTH_EQUATORIAL_RADIUS_KM * (1.0 - EARTH_FLATTENING * np.sin(geocentric) ** 2)
    geodetic = geocentric + EARTH_FLATTENING * np.sin(2.0 * geocentric)
    return np.degrees(geodetic), (np.degrees(longitude) + 180.0) % 360.0 - 180.0, radius - surface


@pytest.mark.parametrize("inclination_deg", [41.5, 51.6, 97.0])
@pytest.mark.parametrize("altitude_km", [180.0, 260.0, 350.0, 420.0])
def test_mean_drag_along_orbits_of_all_seasons(inclination_deg: float, altitude_km: float) -> None:
    """What decides a lifetime: density averaged over an orbit, through the year and under three Suns.

    Errors at single points partly cancel along an orbit. The average over seasons must be right to 0.5 %, each single
    orbit to 2 %: a systematic season or inclination error would show here and nowhere else.
    """
    months = 59_671.0 + np.arange(12) * 30.44
    ratios = []
    for sun in ([70.0, 70.0, 4.0], [130.0, 125.0, 9.0], [200.0, 190.0, 20.0]):
        for k, start in enumerate(months):
            latitude, longitude, height = circular_orbit(inclination_deg, altitude_km, 360.0 * k * 0.381966, 24)
            time = np.round((start + 0.064 * np.arange(24) / 24) * 86_400.0) / 86_400.0
            points = (time, latitude, longitude, height, np.array(sun))
            ratios.append(SURROGATE.density_kg_m3(*points).mean() / REFERENCE.density_kg_m3(*points).mean() - 1.0)
    assert abs(np.mean(ratios)) < 0.005
    assert np.abs(ratios).max() < 0.02
