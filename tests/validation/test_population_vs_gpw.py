"""The embedded population against the Gridded Population of the World, version 4.11, of 2020 (CIESIN).

What matters for a fall is not the map but its average along an orbit. GPW is a model as well: its own two published
forms (counts at 1 degree, UN-adjusted counts at 0.5 degrees) differ by 0.2 % at 51.6 degrees, by 1.2 % below 45 degrees
and by up to 4 % in 10-degree bands, so nothing tighter than that can be asked.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from stationkeep.descent.ground_risk import uncontrolled_risk
from stationkeep.environment.population import load_land, load_population

FloatArray = NDArray[np.float64]
PEOPLE = load_population()
LAND = load_land()


def table(path: Path) -> FloatArray:
    with path.open(newline="") as stream:
        lines = [line for line in csv.reader(stream) if line and not line[0].startswith("#")]
    return np.array(lines[1:], dtype=np.float64)


@pytest.fixture(scope="module")
def gpw_rows(shared_data: Path) -> FloatArray:
    """UN-adjusted people of 2020 in half-degree rows, south first."""
    return table(shared_data / "reentry/population_by_latitude_band.csv")[::-1, 3]


@pytest.fixture(scope="module")
def gpw_grid(shared_data: Path) -> FloatArray:
    """People of 2020 per 1-degree cell, south first."""
    grid = np.loadtxt(shared_data / "population/gpw_v4_population_count_rev11_2020_1_deg.asc", skiprows=6)
    return np.asarray(grid[::-1].clip(min=0.0))


@pytest.mark.parametrize(
    ("inclination_deg", "tolerance"),
    [
        (51.6, 0.01),  # the station's orbit: the aim
        (53.0, 0.01),
        (57.0, 0.01),
        (65.0, 0.01),
        (90.0, 0.01),
        (45.0, 0.02),
        (41.5, 0.02),
        (35.0, 0.03),
        (28.5, 0.03),
    ],
)
def test_people_under_an_orbit(
    inclination_deg: float, tolerance: float, shared_data: Path, gpw_rows: FloatArray
) -> None:
    """Same world total, same sphere, so that only the spread of the people is compared."""
    published = table(shared_data / "reentry/population_density_by_inclination.csv")
    expected = float(np.interp(inclination_deg, published[:, 0], published[:, 2]))
    ours = uncontrolled_risk(inclination_deg, 1.0, PEOPLE, LAND, figure="sphere").people_per_km2
    assert ours * gpw_rows.sum() / PEOPLE.total_people == pytest.approx(expected, rel=tolerance)


def test_ten_degree_bands(gpw_rows: FloatArray) -> None:
    """Bands with at least 0.01 % of all people: 60 S to 70 N."""
    ours, theirs = (
        rows.reshape(18, 20).sum(axis=1) / rows.sum() for rows in (PEOPLE.on_map().sum(axis=1), gpw_rows * 1.0)
    )
    peopled = theirs > 5e-5
    assert peopled.sum() == 13
    assert ours[peopled] == pytest.approx(theirs[peopled], rel=0.08)


def test_few_people_would_have_to_move(gpw_grid: FloatArray) -> None:
    """Share of people in the wrong cell: 16 % at 1 degree and 7 % at 5 degrees when the grid was built."""

    def shares(grid: FloatArray, block: int) -> FloatArray:
        rows, columns = grid.shape
        blocks = grid.reshape(rows // block, block, columns // block, block).sum(axis=(1, 3))
        return np.asarray(blocks / grid.sum())

    ours = PEOPLE.on_map()
    for degrees, most in ((1, 0.17), (5, 0.08)):
        misplaced = np.abs(shares(ours, 2 * degrees) - shares(gpw_grid, degrees)).sum() / 2
        assert misplaced < most


def test_both_forms_of_gpw_agree_with_each_other_as_well_as_claimed(gpw_rows: FloatArray, gpw_grid: FloatArray) -> None:
    """The spread of the reference itself, which the tolerances above lean on."""
    one, other = (rows.reshape(18, -1).sum(axis=1) / rows.sum() for rows in (gpw_grid.sum(axis=1), gpw_rows))
    peopled = other > 5e-5
    assert one[peopled] == pytest.approx(other[peopled], rel=0.045)


def test_uars_risk_as_nasa_published_it() -> None:
    """22.4 m2 over the people of 2011 on a 57-degree orbit: NASA said 1 in 3,200, rounded to two digits."""
    result = uncontrolled_risk(57.0, 22.4, load_population(2011), LAND)
    assert result.one_in == pytest.approx(3200, rel=0.03)


def test_rosat_risk_as_dlr_published_it() -> None:
    """31.78 m2 (SCARAB) on a 53-degree orbit in 2011: DLR said 1 in 2,000, rounded to one digit."""
    result = uncontrolled_risk(53.0, 31.78, load_population(2011), LAND)
    assert result.one_in == pytest.approx(2000, rel=0.05)
