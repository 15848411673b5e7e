"""Whatever the cloud: expectations add up, scale and never depend on the order of its points."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from stationkeep.descent.footprint_risk import footprint_risk, people_per_km2_at, points_in_contour
from stationkeep.environment.population import load_land, load_population

PEOPLE, LAND = load_population(2020), load_land()
COUNT = 12
north = arrays(np.float64, COUNT, elements=st.floats(-90.0, 90.0))
east = arrays(np.float64, COUNT, elements=st.floats(-720.0, 720.0))
# Zero or a number one can divide by: products of subnormal numbers vanish.
weight = arrays(np.float64, COUNT, elements=st.just(0.0) | st.floats(1e-12, 10.0))


@given(north, east, weight, st.just(0.0) | st.floats(1e-6, 1e4))
@settings(max_examples=40)
def test_a_cloud_is_the_sum_of_its_points(north: np.ndarray, east: np.ndarray, weight: np.ndarray, area: float) -> None:
    risk = footprint_risk(north, east, weight, area, PEOPLE, LAND)
    by_hand = float((weight * area * people_per_km2_at(north, east, PEOPLE)).sum()) * 1e-6
    assert risk.casualty_expectation == pytest.approx(by_hand, rel=1e-9, abs=1e-15)
    assert risk.expected_impacts == pytest.approx(float(weight.sum()))
    assert 0.0 <= risk.land_share <= 1.0
    assert sum(row.share for row in risk.by_country) == pytest.approx(1.0 if by_hand > 0.0 else 0.0)


@given(north, east, weight)
@settings(max_examples=25)
def test_order_and_turns_do_not_matter(north: np.ndarray, east: np.ndarray, weight: np.ndarray) -> None:
    one = footprint_risk(north, east, weight, 3.0, PEOPLE, LAND)
    other = footprint_risk(north[::-1], east[::-1] + 360.0, weight[::-1], 3.0, PEOPLE, LAND)
    # A turn added in floating point may move a point across the edge of a cell; none of these lies that near to one.
    edges = np.abs((east / 0.5) % 1.0)
    if (np.minimum(edges, 1.0 - edges) > 1e-9).all():
        assert one.casualty_expectation == pytest.approx(other.casualty_expectation, rel=1e-9, abs=1e-18)


@given(st.floats(-80.0, 60.0), st.floats(-180.0, 180.0), st.floats(0.5, 20.0), st.floats(0.5, 60.0), st.booleans())
@settings(max_examples=25)
def test_points_fill_their_contour(south: float, west: float, high: float, wide: float, turned: bool) -> None:
    corners = [(south, west), (south, west + wide), (south + high, west + wide), (south + high, west)]
    latitude, longitude, share = points_in_contour(corners[::-1] if turned else corners)
    assert share.sum() == pytest.approx(1.0)
    assert latitude.min() >= south
    assert latitude.max() <= south + high
    ahead = (longitude - west) % 360.0
    assert ahead.max() <= wide + 1e-6
    # The weighted middle of a rectangle lies half-way in longitude.
    assert float((ahead * share).sum()) == pytest.approx(0.5 * wide, rel=0.05)
