"""Casualty area and casualty expectation."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from stationkeep.descent.casualty_area import (
    PUBLISHED_CASES,
    PublishedCase,
    casualty_area_model,
    nasa_casualty_area_m2,
)
from stationkeep.descent.ground_risk import GroundRiskResult, uncontrolled_risk
from stationkeep.environment.population import (
    CELL_DEG,
    COLUMNS,
    REGIONS,
    ROWS,
    LandMask,
    PopulationGrid,
    flat_population,
    load_land,
    load_population,
    zone_area_km2,
)
from stationkeep.errors import InputError, OrbitError

LAND = load_land()
PEOPLE_2022 = load_population(2022)


@pytest.fixture(scope="module")
def iss() -> GroundRiskResult:
    return uncontrolled_risk(51.64, 2500.0, PEOPLE_2022, LAND)


def one_cell(row: int, people: float) -> PopulationGrid:
    """Everybody in a single cell of the first country, at a longitude that must not matter."""
    return replace(
        PEOPLE_2022,
        cell=np.array([row * COLUMNS + 17], dtype=np.int32),
        country=np.array([0], dtype=np.uint8),
        people=np.array([people]),
    )


def test_shares_sum_to_one(iss: GroundRiskResult) -> None:
    for parts in (iss.by_region, iss.by_country, iss.by_latitude):
        assert sum(part.share for part in parts) == pytest.approx(1.0, abs=1e-12)
    assert sum(part.impact_share for part in iss.by_region) + iss.ocean_share == pytest.approx(1.0, abs=1e-12)
    assert sum(part.impact_share for part in iss.by_country) + iss.ocean_share == pytest.approx(1.0, abs=1e-12)
    assert sum(part.impact_share for part in iss.by_latitude) == pytest.approx(1.0, abs=1e-12)


def test_regions_are_complete_and_agree_with_their_countries(iss: GroundRiskResult) -> None:
    assert tuple(part.region for part in iss.by_region) == REGIONS
    for part in iss.by_region:
        of_countries = [country for country in iss.by_country if country.region == part.region]
        assert sum(country.share for country in of_countries) == pytest.approx(part.share, abs=1e-12)
        assert sum(country.impact_share for country in of_countries) == pytest.approx(part.impact_share, abs=1e-12)
    shares = [country.share for country in iss.by_country]
    assert shares == sorted(shares, reverse=True)


def test_the_station_does_fly_over_russia(iss: GroundRiskResult) -> None:
    """The claim of February 2022 was that it does not; it flies over its south up to 51.8 degrees."""
    russia = next(part for part in iss.by_region if part.region == "Russia")
    assert 0.005 < russia.share < 0.05
    assert 0.005 < russia.impact_share < 0.05
    assert not {"FI", "SE", "NO", "EE", "IS"} & {country.iso2 for country in iss.by_country}  # all north of 57 degrees
    assert max(band.north_deg for band in iss.by_latitude) == 55.0


def test_one_cell_by_hand() -> None:
    """A million people between 40.0 and 40.5 N on a sphere, below an orbit of 60 degrees."""
    result = uncontrolled_risk(60.0, 100.0, one_cell(260, 1e6), LAND, figure="sphere")
    inside = np.arcsin(np.sin(np.radians([40.0, 40.5])) / np.sin(np.radians(60.0)))
    zone_km2 = 2 * np.pi * 6371.0088**2 * (np.sin(np.radians(40.5)) - np.sin(np.radians(40.0)))
    expected = 100.0 * 1e6 * (inside[1] - inside[0]) / np.pi / (zone_km2 * 1e6)
    assert result.casualty_expectation == pytest.approx(expected, rel=1e-12)
    assert result.one_in == pytest.approx(1 / expected, rel=1e-12)
    assert result.by_country[0].iso2 == PEOPLE_2022.countries[0].iso2
    assert [band.south_deg for band in result.by_latitude if band.share > 0] == [40.0]


@pytest.mark.parametrize("inclination_deg", [0.0, 12.0, 51.64, 90.0, 98.0, 180.0])
def test_an_evenly_peopled_earth_makes_every_orbit_equal(inclination_deg: float) -> None:
    edges = -90 + CELL_DEG * np.arange(ROWS + 1)
    even = replace(
        PEOPLE_2022,
        cell=np.arange(ROWS, dtype=np.int32) * COLUMNS,
        country=np.zeros(ROWS, dtype=np.uint8),
        people=13.0 * zone_area_km2(edges[:-1], edges[1:]),
    )
    result = uncontrolled_risk(inclination_deg, 1e6, even, LAND)
    assert result.people_per_km2 == pytest.approx(13.0, rel=1e-12)
    assert result.casualty_expectation == pytest.approx(13.0, rel=1e-12)  # 1e6 m2 is one square kilometre


def test_the_casualty_area_scales_the_total_and_nothing_else(iss: GroundRiskResult) -> None:
    double = iss.for_casualty_area(5000.0)
    assert double.casualty_expectation == pytest.approx(2 * iss.casualty_expectation)
    assert double.by_region == iss.by_region
    assert iss.for_casualty_area(0.0).one_in == float("inf")
    assert 0 < double.probability_of_any_casualty < double.casualty_expectation


def test_more_people_more_risk() -> None:
    today, tomorrow = (uncontrolled_risk(51.64, 10.0, load_population(year), LAND) for year in (2022, 2030))
    growth = load_population(2030).total_people / PEOPLE_2022.total_people
    # Growth is largest near the equator, where this orbit spends the least time.
    assert 1.02 < tomorrow.casualty_expectation / today.casualty_expectation < growth
    assert (today.population_year, tomorrow.population_year) == (2022, 2030)


@pytest.mark.parametrize("inclination_deg", [0.0, 5.0, 28.5, 51.64, 57.0, 90.0, 98.7, 180.0])
def test_a_flat_population_gives_the_integral(inclination_deg: float) -> None:
    """The same people everywhere: the casualty area times their density, whatever the orbit (goal: 0.1 %)."""
    result = uncontrolled_risk(inclination_deg, 22.4, flat_population(14.0), LAND)
    assert result.casualty_expectation == pytest.approx(22.4 * 14.0e-6, rel=1e-9)


def test_people_in_one_band_give_the_analytic_integral() -> None:
    """People between 20 and 40 degrees north only, on a sphere: [asin(sin 40/sin i) - asin(sin 20/sin i)] / pi."""
    inclination = math.radians(51.6)
    share = [math.asin(math.sin(math.radians(edge)) / math.sin(inclination)) / math.pi for edge in (20.0, 40.0)]
    rows = np.arange(ROWS * COLUMNS) // COLUMNS
    south = -90.0 + 0.5 * rows
    area = zone_area_km2(south, south + 0.5, figure="sphere") / COLUMNS
    banded = replace(flat_population(1.0), people=np.where((south >= 20.0) & (south < 40.0), 14.0 * area, 0.0))
    result = uncontrolled_risk(51.6, 22.4, banded, LAND, figure="sphere")
    assert result.casualty_expectation == pytest.approx(22.4e-6 * 14.0 * (share[1] - share[0]), rel=1e-3)


def test_retrograde_orbits_and_their_supplements_are_alike() -> None:
    one, other = (uncontrolled_risk(inclination, 1.0, PEOPLE_2022, LAND) for inclination in (82.0, 98.0))
    assert one.people_per_km2 == pytest.approx(other.people_per_km2, rel=1e-9)
    assert one.ocean_share == pytest.approx(other.ocean_share, rel=1e-9)


def test_an_equatorial_orbit_endangers_the_equator_only() -> None:
    result = uncontrolled_risk(0.0, 1.0, PEOPLE_2022, LAND)
    assert {"EC", "CO", "GA", "KE", "ID"} <= {country.iso2 for country in result.by_country}
    assert not {"IN", "US", "CN", "VE", "NG"} & {country.iso2 for country in result.by_country}
    assert 0.75 < result.ocean_share < 0.82  # the equator crosses 78.7 % of water


@pytest.mark.parametrize("band_deg", [1.0, 2.5, 15.0])
def test_latitude_bands_of_other_heights(band_deg: float, iss: GroundRiskResult) -> None:
    bands = uncontrolled_risk(51.64, 2500.0, PEOPLE_2022, LAND, band_deg=band_deg).by_latitude
    assert {band.north_deg - band.south_deg for band in bands} == {band_deg}
    north, north_before = (
        sum(band.share for band in parts if band.south_deg >= 0) for parts in (bands, iss.by_latitude)
    )
    assert north == pytest.approx(north_before, abs=1e-12)


@pytest.mark.parametrize("band_deg", [0.0, -5.0, 0.7, 7.0, 50.0])
def test_bands_that_do_not_fit_are_refused(band_deg: float) -> None:
    with pytest.raises(InputError, match="do not fit"):
        uncontrolled_risk(51.64, 1.0, PEOPLE_2022, LAND, band_deg=band_deg)


@pytest.mark.parametrize("area", [-1.0, float("nan"), float("inf")])
def test_impossible_casualty_areas_are_refused(area: float, iss: GroundRiskResult) -> None:
    with pytest.raises(InputError, match="casualty area"):
        uncontrolled_risk(51.64, area, PEOPLE_2022, LAND)
    with pytest.raises(InputError, match="casualty area"):
        iss.for_casualty_area(area)


@pytest.mark.parametrize("inclination_deg", [-1.0, 181.0, float("nan")])
def test_impossible_inclinations_are_refused(inclination_deg: float) -> None:
    with pytest.raises(OrbitError, match="inclination"):
        uncontrolled_risk(inclination_deg, 1.0, PEOPLE_2022, LAND)


def test_an_empty_earth_carries_no_risk() -> None:
    nobody = replace(PEOPLE_2022, people=np.zeros_like(PEOPLE_2022.people))
    result = uncontrolled_risk(51.64, 100.0, nobody, LAND)
    assert result.casualty_expectation == 0.0
    assert all(part.share == 0.0 for part in result.by_region)


def test_an_earth_without_land_is_all_ocean() -> None:
    sea = LandMask("none", LAND.countries, LAND.cell, LAND.country, np.zeros_like(LAND.fraction))
    assert uncontrolled_risk(51.64, 1.0, PEOPLE_2022, sea).ocean_share == 1.0


# --- Casualty area -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("areas", "expected"), [([0.01], 0.49), ([0.1], 0.839), ([1.0], 2.56), ([10.0], 14.155), ([], 0.0), ([0, 0], 0.72)]
)
def test_nasa_casualty_area(areas: list[float], expected: float) -> None:
    assert nasa_casualty_area_m2(areas) == pytest.approx(expected, abs=5e-4)


def test_negative_pieces_are_refused() -> None:
    with pytest.raises(InputError, match="area"):
        nasa_casualty_area_m2([1.0, -0.1])


def test_a_station_leaves_10_to_40_percent() -> None:
    model = casualty_area_model(460_000.0)
    (lightest, smallest), (heaviest, largest) = model.sample(0.0, 0.0), model.sample(1.0, 1.0)
    assert float(lightest) == pytest.approx(46_000)
    assert float(heaviest) == pytest.approx(184_000)
    assert smallest < model.low.casualty_area_m2 < model.median.casualty_area_m2 < model.high.casualty_area_m2 < largest
    assert "Klinkrad" in model.reasoning
    assert f"{model.median.casualty_area_m2:,.0f} m2" in model.reasoning


@pytest.mark.parametrize("mass_kg", [300.0, 8_000.0, 77_000.0, 460_000.0])
def test_quantiles_agree_with_sampling(mass_kg: float) -> None:
    model = casualty_area_model(mass_kg)
    surviving, area = model.sample(*np.random.default_rng(1).random((2, 200_000)))
    for level, quantile in ((0.05, model.low), (0.5, model.median), (0.95, model.high)):
        assert quantile.casualty_area_m2 == pytest.approx(float(np.quantile(area, level)), rel=0.015)  # 3 sigma
        assert quantile.surviving_mass_kg == pytest.approx(float(np.quantile(surviving, level)), rel=0.015)


def test_samples_rise_with_their_random_numbers_and_broadcast() -> None:
    u = np.linspace(0, 1, 11)
    surviving, area = casualty_area_model(20_000.0).sample(u, u)
    assert (np.diff(surviving) > 0).all()
    assert (np.diff(area) > 0).all()
    assert casualty_area_model(20_000.0).sample(0.5, u)[1].shape == (11,)


def test_the_range_changes_smoothly_with_mass() -> None:
    masses = np.geomspace(1_000, 100_000, 400)
    medians = np.array([casualty_area_model(float(mass)).sample(0.5, 0.5)[1] for mass in masses])
    assert (np.diff(medians) > 0).all()
    assert (np.diff(np.log(medians)) < 0.02).all()


@pytest.mark.parametrize("mass_kg", [0.0, -1.0, float("nan"), float("inf")])
def test_impossible_masses_are_refused(mass_kg: float) -> None:
    with pytest.raises(InputError, match="mass"):
        casualty_area_model(mass_kg)


@pytest.mark.parametrize("u", [-0.1, 1.1, float("nan")])
def test_random_numbers_outside_are_refused(u: float) -> None:
    with pytest.raises(InputError, match="between 0 and 1"):
        casualty_area_model(1e5).sample(u, 0.5)


LARGE = [case for case in PUBLISHED_CASES if case.mass_kg > 5_000 and case.one_in is not None]


@pytest.mark.parametrize("case", LARGE, ids=lambda case: case.name)
def test_the_range_holds_the_published_risks_of_large_objects(case: PublishedCase) -> None:
    """Orbit, population of the year and the model's range against the risk its own agency published."""
    assert case.one_in is not None
    model = casualty_area_model(case.mass_kg)
    per_m2 = uncontrolled_risk(case.inclination_deg, 1.0, load_population(case.year), LAND).casualty_expectation
    published = [1 / (one_in * per_m2) for one_in in case.one_in]  # casualty areas, largest first or last
    assert min(published) <= model.high.casualty_area_m2
    assert max(published) >= model.low.casualty_area_m2
