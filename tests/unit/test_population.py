"""People and land per half-degree cell."""

from __future__ import annotations

import numpy as np
import pytest

from stationkeep.environment.population import (
    CELL_DEG,
    COLUMNS,
    REGIONS,
    ROWS,
    LandMask,
    PopulationGrid,
    flat_population,
    load_land,
    load_land_outline,
    load_population,
    world_people,
    zone_area_km2,
)
from stationkeep.errors import InputError


@pytest.fixture(scope="module")
def people() -> PopulationGrid:
    return load_population()


@pytest.fixture(scope="module")
def land() -> LandMask:
    return load_land()


def of_country(grid: PopulationGrid, iso2: str) -> float:
    index = [country.iso2 for country in grid.countries].index(iso2)
    return float(grid.people[grid.country == index].sum())


@pytest.mark.parametrize(
    ("iso2", "national_total"),
    [("IN", 1_352_617_328), ("CN", 1_411_778_724), ("US", 327_167_434), ("RU", 144_478_050), ("TV", 11_508)],
)
def test_every_country_sums_to_its_national_total(people: PopulationGrid, iso2: str, national_total: float) -> None:
    assert of_country(people, iso2) == pytest.approx(national_total, rel=1e-6)  # stored in single precision


def test_the_world_of_2018_is_whole(people: PopulationGrid) -> None:
    # UN WPP 2022 has 7.684e9 for mid-2018; GeoNames' totals are rounded differently and miss a few territories.
    assert people.year == 2018
    assert people.total_people == pytest.approx(world_people(2018), rel=0.012)


def test_another_year_has_the_people_of_that_year(people: PopulationGrid) -> None:
    later = load_population(2022)
    assert later.total_people == pytest.approx(7.975105e9, rel=1e-6)  # UN WPP 2022, 1 July 2022
    assert later.year == 2022
    assert later.identifier != people.identifier
    assert "2022" in later.source


@pytest.mark.parametrize(
    ("iso2", "year", "millions", "tolerance"),
    [
        # UN World Population Prospects 2022; the years between those of the table are interpolated, and all nations are
        # scaled by one factor (about 1 %, countries GeoNames counts and the UN does not).
        ("NG", 2020, 208.3, 0.015),
        ("NG", 2005, 140.5, 0.03),
        ("IN", 2010, 1240.6, 0.015),
        ("CN", 1980, 982.4, 0.02),
        ("RU", 2015, 144.7, 0.02),
        ("US", 2022, 338.3, 0.02),
        ("DE", 2000, 81.6, 0.015),
    ],
)
def test_nations_grow_at_their_own_rate(iso2: str, year: int, millions: float, tolerance: float) -> None:
    assert of_country(load_population(year), iso2) / 1e6 == pytest.approx(millions, rel=tolerance)


def test_far_from_the_table_rates_do_not_go_on_forever() -> None:
    """Shares are those of 1960 and of 2040 beyond."""
    for inside, outside in ((1960, 1950), (2040, 2090)):
        one, other = load_population(inside), load_population(outside)
        for iso2 in ("IN", "NG", "RU", "US"):
            share = of_country(other, iso2) / other.total_people
            assert of_country(one, iso2) / one.total_people == pytest.approx(share, rel=0.01)


def test_provinces_follow_the_census(people: PopulationGrid) -> None:
    """Most of Uttar Pradesh and Bihar: a quarter of India lives in the two states (census of 2011: 25 %)."""
    india = people.country == next(i for i, c in enumerate(people.countries) if c.iso2 == "IN")
    north, east = people.latitude_deg, people.longitude_deg
    box = india & (north > 24.5) & (north < 29.0) & (east > 78.5) & (east < 87.5)
    assert people.people[box].sum() / people.people[india].sum() == pytest.approx(0.24, abs=0.03)


def test_the_same_people_everywhere() -> None:
    flat = flat_population(14.0)
    assert flat.total_people == pytest.approx(14.0 * 510_065_622.0, rel=1e-6)  # km2 of WGS 84
    with pytest.raises(InputError, match="cannot be"):
        flat_population(-1.0)


@pytest.mark.parametrize("year", [1949, 2150, -3])
def test_a_year_without_a_world_total_is_refused(year: int) -> None:
    with pytest.raises(InputError, match=f"{year}.*\n.*1950 to 2099"):
        load_population(year)


def test_cells_are_sorted_and_on_earth(people: PopulationGrid, land: LandMask) -> None:
    for grid in (people, land):
        assert (np.diff(grid.cell) >= 0).all()
        assert 0 <= grid.cell.min() <= grid.cell.max() < ROWS * COLUMNS
        assert grid.country.max() < len(grid.countries)
    assert np.abs(people.latitude_deg).max() < 90
    assert np.abs(people.longitude_deg).max() < 180
    assert (people.people > 0).all()


@pytest.mark.parametrize(
    ("place", "latitude_deg", "longitude_deg", "fewest", "most"),
    [
        ("Paris", 48.85, 2.35, 3e6, 13e6),
        ("Delhi", 28.65, 77.2, 10e6, 40e6),
        ("Moscow", 55.75, 37.6, 6e6, 20e6),
        ("Sahara", 23.0, 10.0, 0, 20_000),
        ("South Pacific", -45.0, -125.0, 0, 0),
    ],
)
def test_people_are_where_they_live(
    people: PopulationGrid, place: str, latitude_deg: float, longitude_deg: float, fewest: float, most: float
) -> None:
    here = people.on_map()[int((latitude_deg + 90) / CELL_DEG), int((longitude_deg + 180) / CELL_DEG)]
    assert fewest <= here <= most, place


def test_the_map_and_the_rows_hold_the_same_people(people: PopulationGrid) -> None:
    assert people.by_row_and_country().sum(axis=1) == pytest.approx(people.on_map().sum(axis=1))
    assert people.on_map().sum() == pytest.approx(people.total_people)
    north = people.latitude_deg > 0
    assert people.on_map()[ROWS // 2 :].sum() == pytest.approx(people.people[north].sum())


def test_people_live_on_land(people: PopulationGrid, land: LandMask) -> None:
    dry = land.land_fraction(people.latitude_deg, people.longitude_deg) > 0
    # The rest live on islands too small for the 1:50m map.
    assert people.people[dry].sum() > 0.998 * people.total_people


def test_land_share_of_the_earth(land: LandMask) -> None:
    edges = -90 + CELL_DEG * np.arange(ROWS + 1)
    area = float((land.by_row_and_country().sum(axis=1) * zone_area_km2(edges[:-1], edges[1:])).sum())
    # 148.9e6 km2 (CIA World Factbook) counts 1.6e6 km2 of Antarctic ice shelves, which float and are sea here.
    assert area == pytest.approx(148.9e6 - 1.6e6, rel=0.01)


@pytest.mark.parametrize(
    ("iso2", "area_km2"),
    # Total areas with inland water, as published nationally; 3 % for a 1:50m outline and the undefined borders.
    [("RU", 17_098_000 - 27_000), ("BR", 8_510_000), ("AU", 7_688_000), ("DE", 357_600), ("UA", 603_500), ("EG", 1e6)],
)
def test_country_areas(land: LandMask, iso2: str, area_km2: float) -> None:
    edges = -90 + CELL_DEG * np.arange(ROWS + 1)
    index = [country.iso2 for country in land.countries].index(iso2)
    rows = land.by_row_and_country()[:, index]
    assert float((rows * zone_area_km2(edges[:-1], edges[1:])).sum()) == pytest.approx(area_km2, rel=0.03)


@pytest.mark.parametrize(
    ("latitude_deg", "longitude_deg", "iso2"),
    [
        (55.75, 37.6, "RU"),
        (66.5, 179.0, "RU"),
        (66.5, -172.0, "RU"),  # Chukotka, beyond the antimeridian
        (66.5, 188.0, "RU"),  # the same place
        (45.2, 34.2, "UA"),
        (4.0, -53.0, "GF"),
        (-89.9, 10.0, "AQ"),
        (-90.0, 180.0, "AQ"),
        (90.0, 0.0, None),
        (0.0, -30.0, None),
        (-78.5, -175.0, None),  # Ross ice shelf
    ],
)
def test_country_at(land: LandMask, latitude_deg: float, longitude_deg: float, iso2: str | None) -> None:
    country = land.country_at(latitude_deg, longitude_deg)
    assert (country.iso2 if country else None) == iso2


@pytest.mark.parametrize(("latitude_deg", "longitude_deg"), [(90.1, 0.0), (float("nan"), 0.0), (0.0, float("inf"))])
def test_a_place_off_the_earth_is_refused(land: LandMask, latitude_deg: float, longitude_deg: float) -> None:
    with pytest.raises(InputError, match="not a place on Earth"):
        land.country_at(latitude_deg, longitude_deg)


@pytest.mark.parametrize(
    ("region", "inside", "outside"),
    [
        ("Europe", "DE FR UA GB IS CY XK SJ BY", "RU TR GE KZ GF GL"),
        ("United States", "US PR GU", "CA MX"),
        ("Russia", "RU", "BY UA KZ"),
        ("China", "CN HK MO", "MN JP KP"),
        ("India", "IN", "PK BD LK"),
    ],
)
def test_regions(people: PopulationGrid, region: str, inside: str, outside: str) -> None:
    region_of = {country.iso2: country.region for country in people.countries}
    assert {region_of[iso2] for iso2 in inside.split()} == {region}
    assert region not in {region_of[iso2] for iso2 in outside.split()}
    assert set(region_of.values()) == set(REGIONS)


def test_zone_areas() -> None:
    assert float(zone_area_km2(-90, 90)) == pytest.approx(510_065_621.7, abs=1.0)  # WGS 84 surface
    assert float(zone_area_km2(-90, 90, figure="sphere")) == pytest.approx(4 * np.pi * 6371.0088**2)
    # Thin zones: circumference of the parallel times length of the meridian arc, at 45 degrees geodetic
    e2 = 0.00669437999014
    normal = 6378.137 / np.sqrt(1 - e2 / 2)
    meridian = 6378.137 * (1 - e2) / (1 - e2 / 2) ** 1.5
    step = np.radians(0.002)
    assert float(zone_area_km2(44.999, 45.001)) == pytest.approx(
        2 * np.pi * normal * np.cos(np.pi / 4) * meridian * step
    )


def test_outlines_enclose_the_land(land: LandMask) -> None:
    outlines = load_land_outline()
    enclosed = 0.0
    for ring in outlines:
        assert ring.shape[1] == 2
        assert np.abs(ring[:, 0]).max() <= 180
        assert np.abs(ring[:, 1]).max() <= 90
        x, y = np.radians(ring[:, 0]), np.sin(np.radians(ring[:, 1]))  # an equal-area map
        enclosed += abs(float((x * np.roll(y, -1) - np.roll(x, -1) * y).sum())) / 2
    sines = np.sin(np.radians(-90 + CELL_DEG * np.arange(ROWS + 1)))
    mask = float((land.by_row_and_country().sum(axis=1) * np.diff(sines)).sum()) * 2 * np.pi
    assert enclosed == pytest.approx(mask, rel=0.02)  # 1:110m against 1:50m: small islands are missing
