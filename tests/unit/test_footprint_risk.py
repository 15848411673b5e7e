"""Risk of a cloud of impacts and of a contour."""

from __future__ import annotations

import math

import numpy as np
import pytest

from stationkeep.descent.footprint_risk import footprint_risk, people_per_km2_at, points_in_contour
from stationkeep.descent.ground_risk import uncontrolled_risk
from stationkeep.environment.population import REGIONS, flat_population, load_land, load_population
from stationkeep.errors import InputError

PEOPLE, LAND = load_population(2020), load_land()


def test_one_piece_over_a_flat_world_is_area_times_density() -> None:
    risk = footprint_risk(10.0, 20.0, 1.0, 8.0, flat_population(14.0), LAND)
    assert risk.casualty_expectation == pytest.approx(8.0 * 14.0e-6)
    assert risk.people_per_km2 == pytest.approx(14.0)
    assert risk.land_share == pytest.approx(1.0)  # Chad
    assert risk.one_in == pytest.approx(1.0 / (8.0 * 14.0e-6))


def test_many_weighted_pieces_add_up() -> None:
    north, east = np.array([28.6, 28.6, -40.0]), np.array([77.2, 77.2, -150.0])  # Delhi twice, the South Pacific
    weight, area = np.array([0.5, 0.25, 1.0]), np.array([2.0, 4.0, 100.0])
    risk = footprint_risk(north, east, weight, area, PEOPLE, LAND)
    delhi = float(people_per_km2_at(28.6, 77.2, PEOPLE))
    assert delhi > 3000.0
    assert risk.casualty_expectation == pytest.approx((0.5 * 2.0 + 0.25 * 4.0) * delhi * 1e-6)
    assert risk.expected_impacts == pytest.approx(1.75)
    assert risk.casualty_area_m2 == pytest.approx(102.0)
    assert risk.land_share == pytest.approx(0.75 / 1.75)
    assert risk.by_country[0].country == "India"
    assert sum(row.share for row in risk.by_region) == pytest.approx(1.0)
    assert risk.impact_grid.sum() == pytest.approx(1.75)
    assert risk.risk_grid.sum() == pytest.approx(risk.casualty_expectation)


def test_the_open_ocean_endangers_nobody() -> None:
    risk = footprint_risk([-45.0, -46.0], [-130.0, -131.0], 0.5, 1000.0, PEOPLE, LAND)
    assert risk.casualty_expectation == 0.0
    assert risk.one_in == math.inf
    assert risk.land_share == 0.0


def test_a_cloud_by_the_latitude_law_is_the_uncontrolled_fall() -> None:
    """200,000 points from random orbits: the Monte Carlo noise is half a per cent, cells are whole."""
    rng = np.random.default_rng(7)
    sine = math.sin(math.radians(51.64)) * np.sin(rng.uniform(0.0, 2.0 * math.pi, 200_000))
    geodetic = np.degrees(np.arctan(np.tan(np.arcsin(sine)) / (1.0 - 1.0 / 298.257223563) ** 2))
    cloud = footprint_risk(geodetic, rng.uniform(-180.0, 180.0, len(sine)), 1.0 / len(sine), 10.0, PEOPLE, LAND)
    band = uncontrolled_risk(51.64, 10.0, PEOPLE, LAND)
    assert cloud.casualty_expectation == pytest.approx(band.casualty_expectation, rel=0.02)
    assert cloud.land_share == pytest.approx(1.0 - band.ocean_share, abs=0.005)
    assert [row.region for row in cloud.by_region] == list(REGIONS)


def test_a_contour_becomes_points_of_its_area() -> None:
    """A rectangle of latitude and longitude: weights as the cosine of the latitude, mean latitude by integration."""
    north, east, weight = points_in_contour([(0.0, 10.0), (0.0, 30.0), (60.0, 30.0), (60.0, 10.0)])
    assert weight.sum() == pytest.approx(1.0)
    assert (east.min(), east.max()) == (pytest.approx(10.0, abs=0.1), pytest.approx(30.0, abs=0.1))
    t = math.radians(60.0)
    mean = math.degrees((t * math.sin(t) + math.cos(t) - 1.0) / math.sin(t))  # of phi cos(phi)
    assert float(north @ weight) == pytest.approx(mean, abs=0.05)


def test_a_contour_may_cross_the_date_line_and_be_hollow() -> None:
    north, east, weight = points_in_contour([(-5.0, 175.0), (-5.0, -175.0), (5.0, -175.0), (5.0, 175.0)])
    assert np.abs(east).min() > 174.9
    assert float(north @ weight) == pytest.approx(0.0, abs=1e-3)
    # A U: the notch in its middle holds no points.
    u = [(0.0, 0.0), (0.0, 6.0), (4.0, 6.0), (4.0, 4.0), (2.0, 4.0), (2.0, 2.0), (4.0, 2.0), (4.0, 0.0)]
    north, east, _ = points_in_contour(u)
    assert not ((north > 2.0) & (east > 2.05) & (east < 3.95)).any()


@pytest.mark.parametrize(
    ("corners", "says"),
    [
        ([(0.0, 0.0), (1.0, 1.0)], "three corners"),
        ([(0.0, 0.0), (1.0, 1.0), (2.0, 2.0)], "no area"),
        ([(80.0, 0.0), (80.0, 120.0), (80.0, -120.0)], "pole"),
        ([(95.0, 0.0), (80.0, 10.0), (70.0, 0.0)], "not on Earth"),
        ([(float("nan"), 0.0), (80.0, 10.0), (70.0, 0.0)], "three corners"),
    ],
)
def test_contours_that_cannot_be(corners: list[tuple[float, float]], says: str) -> None:
    with pytest.raises(InputError, match=says):
        points_in_contour(corners)


@pytest.mark.parametrize(
    ("north", "weight", "area", "says"),
    [
        (91.0, 1.0, 1.0, "not a place"),
        (10.0, -1.0, 1.0, "weight"),
        (10.0, 1.0, float("nan"), "casualty area"),
        (np.zeros(0), 1.0, 1.0, "no impact"),
        (np.zeros(3), np.ones(2), 1.0, "equally many"),
    ],
)
def test_clouds_that_cannot_be(north: float, weight: float, area: float, says: str) -> None:
    with pytest.raises(InputError, match=says):
        footprint_risk(north, 0.0, weight, area, PEOPLE, LAND)
