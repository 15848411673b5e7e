"""Risk along ground tracks: one orbit, all orbits, the falls of the last days."""

from __future__ import annotations

import numpy as np
import pytest

from stationkeep.descent.break_up_paths import (
    falls_paths,
    orbit_paths,
    paths_risk,
    random_paths,
    strip_touches,
)
from stationkeep.descent.entry_leg import Falls
from stationkeep.descent.ground_risk import uncontrolled_risk
from stationkeep.descent.pieces import GroundPiece
from stationkeep.environment.population import REGIONS, flat_population, load_land, load_population
from stationkeep.errors import InputError, OrbitError

PEOPLE, LAND = load_population(2022), load_land()


@pytest.mark.parametrize("inclination_deg", [28.5, 51.64, 97.0])
def test_all_orbits_together_are_the_latitude_law(inclination_deg: float) -> None:
    """Two ways to the same number: tracks over a turning Earth, and the analytic law. Cells of half a degree and the
    strip's spread to the sides blur the turning latitude by 0.3 degrees, which moves the risk by up to 1 %."""
    paths = paths_risk(random_paths(inclination_deg), 10.0, [], PEOPLE, LAND)
    law = uncontrolled_risk(inclination_deg, 10.0, PEOPLE, LAND)
    assert paths.casualty_expectation == pytest.approx(law.casualty_expectation, rel=0.012)
    assert paths.land_share == pytest.approx(1.0 - law.ocean_share, abs=0.002)
    for one, other in zip(paths.by_region, law.by_region, strict=True):
        assert one.share == pytest.approx(other.share, abs=0.01)


def test_an_orbit_goes_where_the_earth_turns_it() -> None:
    paths = orbit_paths(51.6, 10.0)
    north, east = paths.latitude_deg[0], np.unwrap(paths.longitude_deg[0], period=360.0)
    used = paths.weight.shape[1]
    assert (north[0], east[0]) == (pytest.approx(0.1, abs=0.15), pytest.approx(10.1, abs=0.15))
    assert north.max() == pytest.approx(51.79, abs=0.02)  # geodetic: 0.19 degrees beyond the inclination
    # After one revolution of 86.8 minutes (6493 km radius) the Earth has turned by 21.76 degrees.
    assert (east[used] - east[0] - 360.0) == pytest.approx(-21.76, abs=0.05)
    assert paths.weight.sum() == pytest.approx(1.0)


def test_a_retrograde_orbit_goes_west() -> None:
    paths = orbit_paths(140.0, 0.0)
    assert np.unwrap(paths.longitude_deg[0], period=360.0)[50] < 0.0


def test_a_flat_world_gives_area_times_density_on_any_path() -> None:
    for paths in (orbit_paths(51.6, 33.0), random_paths(70.0, 5)):
        risk = paths_risk(paths, 22.4, [], flat_population(14.0), LAND)
        assert risk.casualty_expectation == pytest.approx(22.4 * 14.0e-6, rel=1e-9)


def falls(minutes: list[float]) -> Falls:
    """Falls on one path: at 0 minutes above 0 N 0 E, northbound to the east."""
    speed = 7.4
    angle = np.radians(51.6)
    return Falls(
        np.array([59000.0 + m / 1440.0 for m in minutes]),
        np.tile([6458.0, 0.0, 0.0], (len(minutes), 1)),
        np.tile([0.0, speed * np.cos(angle), speed * np.sin(angle)], (len(minutes), 1)),
    )


def test_hours_cut_a_window_and_say_how_likely_they_are() -> None:
    both = falls([0.0, 600.0])
    whole = falls_paths(both, 5.0 / 1440.0)
    assert whole.probability == pytest.approx(1.0)
    late = falls_paths(both, 5.0 / 1440.0, from_mjd_utc=59000.0 + 300.0 / 1440.0)
    assert late.probability == pytest.approx(0.5)
    assert late.weight.sum() == pytest.approx(1.0)
    half = falls_paths(both, 5.0 / 1440.0, to_mjd_utc=59000.0)
    assert half.probability == pytest.approx(0.25, abs=0.01)
    with pytest.raises(InputError, match="no run comes down"):
        falls_paths(both, 5.0 / 1440.0, 59001.0, 59002.0)


def test_pieces_fall_ahead_of_the_break_up() -> None:
    """A piece that falls 1000 km downrange of 0 N 0 E on a 51.6-degree path comes down at 7 N."""
    paths = falls_paths(falls([0.0]), 1.0 / 1440.0)
    piece = GroundPiece("tank", 100.0, 1e6, 1.0, 1000.0, count=3)
    risk = paths_risk(paths, 0.0, [piece], PEOPLE, LAND)
    assert risk.expected_impacts == pytest.approx(3.0)
    assert risk.casualty_area_m2 == pytest.approx(3.0 * 2.56)
    row = float(risk.impact_grid.sum(axis=1) @ (-89.75 + 0.5 * np.arange(360))) / 3.0
    # The track's own azimuth: ground speed 7.4 km/s at 51.6 degrees from the east, 1000 km along it.
    assert row == pytest.approx(np.degrees(np.arcsin(np.sin(1000.0 / 6371.0) * np.sin(np.radians(51.6)))), abs=0.4)


def test_whom_the_strip_touches_grows_with_the_strip() -> None:
    paths = random_paths(51.64, 60)
    weight, short = strip_touches(paths, LAND, (300.0, 400.0))
    _, long = strip_touches(paths, LAND, (300.0, 3000.0))
    assert weight.sum() == pytest.approx(1.0)
    assert (weight @ short < weight @ long).all()
    assert (long | ~short).all()
    # A strip of hardly any length touches a region about as often as its share of the debris says.
    _, point = strip_touches(paths, LAND, (300.0, 310.0))
    share = {row.region: row.impact_share for row in uncontrolled_risk(51.64, 1.0, PEOPLE, LAND).by_region}
    for index, region in enumerate(REGIONS):
        assert float(weight @ point[:, index]) == pytest.approx(share[region], rel=0.3, abs=0.003)


def test_orbits_that_cannot_be() -> None:
    with pytest.raises(OrbitError, match="inclination"):
        orbit_paths(181.0, 0.0)
    with pytest.raises(InputError, match="node"):
        orbit_paths(51.6, float("nan"))
