"""Risk on the ground against published figures and GPWv4. ``validation/casualty.md`` has the whole tables."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from stationkeep.descent.casualty_area import PUBLISHED_CASES
from stationkeep.descent.ground_risk import uncontrolled_risk
from stationkeep.environment.population import load_land, load_population

LAND = load_land()


def table(path: Path) -> NDArray[np.float64]:
    with path.open(newline="") as stream:
        lines = [line for line in csv.reader(stream) if line and not line[0].startswith("#")]
    return np.array(lines[1:], dtype=np.float64)


@pytest.mark.parametrize(("year", "column", "world"), [(2005, 1, 6.520e9), (2020, 2, 7.758e9)])
def test_density_by_inclination(year: int, column: int, world: float, shared_data: Path) -> None:
    """The goal, 5 %, from 6 degrees of inclination on; nearer to the equator 7 % (measured 6.3 %, a known miss: such an
    orbit sees a few half-degree bands, in which two forms of the reference itself differ by up to 9 %)."""
    people = load_population(year)
    for line in table(shared_data / "reentry/population_density_by_inclination.csv"):
        ours = uncontrolled_risk(line[0], 1.0, people, LAND, figure="sphere").people_per_km2
        tolerance = 0.05 if line[0] >= 6.0 else 0.07
        assert ours * world / people.total_people == pytest.approx(line[column], rel=tolerance), line[0]


def test_as_used_on_the_ellipsoid_with_the_uns_world_total(shared_data: Path) -> None:
    """What the command says: other world totals (2005: +0.6 %, 2020: +1.1 %) and latitudes of the ellipsoid (under 1 %
    beyond the tropics) come on top; 5 % still hold for the orbits of stations."""
    published = table(shared_data / "reentry/population_density_by_inclination.csv")
    for inclination in (28.5, 35.0, 41.5, 42.8, 45.0, 51.6, 53.0, 57.0, 65.0, 90.0, 97.8):
        for year, column in ((2005, 1), (2020, 2)):
            expected = float(np.interp(inclination, published[:, 0], published[:, column]))
            ours = uncontrolled_risk(inclination, 1.0, load_population(year), LAND).people_per_km2
            assert ours == pytest.approx(expected, rel=0.05), (inclination, year)


@pytest.mark.parametrize(
    ("name", "area_m2", "one_in", "tolerance"),
    [
        ("UARS", 22.4, 3200.0, 0.05),  # NASA 2011, rounded to two digits
        ("ROSAT", 31.78, 2000.0, 0.05),  # DLR 2011, rounded to one; the area is SCARAB's
    ],
)
def test_odds_of_a_published_casualty_area(name: str, area_m2: float, one_in: float, tolerance: float) -> None:
    case = next(item for item in PUBLISHED_CASES if item.name == name)
    result = uncontrolled_risk(case.inclination_deg, area_m2, load_population(case.year), LAND)
    assert result.one_in == pytest.approx(one_in, rel=tolerance)


@pytest.mark.parametrize("name", ["Skylab", "CGRO", "CZ-5B core", "TRMM", "Hubble (study)"])
def test_odds_imply_a_casualty_area_that_fits_the_survivors(name: str) -> None:
    """0.005 to 0.12 m2 for a surviving kilogram: the span of all published pairs but BeppoSAX (0.18)."""
    case = next(item for item in PUBLISHED_CASES if item.name == name)
    assert case.one_in is not None
    assert case.surviving_mass_kg is not None
    per_km2 = uncontrolled_risk(case.inclination_deg, 1.0, load_population(case.year), LAND).people_per_km2
    least = 1e6 / case.one_in[1] / per_km2 / case.surviving_mass_kg[1]
    most = 1e6 / case.one_in[0] / per_km2 / case.surviving_mass_kg[0]
    assert 0.004 < least <= most < 0.12
