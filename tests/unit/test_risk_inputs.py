"""Pieces, roofs, and the draws of what is not known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from stationkeep.campaign.deorbit_risk import debris_of
from stationkeep.campaign.reentry_body import fly_body
from stationkeep.descent.body import shipped_body
from stationkeep.descent.casualty_area import casualty_area_model
from stationkeep.descent.pieces import (
    GroundPiece,
    piece_casualty_area_m2,
    surviving_mass_kg,
    total_casualty_area_m2,
)
from stationkeep.descent.risk_interval import draw_risk, people_sigma, track_people_sigma
from stationkeep.descent.sheltering import Sheltering
from stationkeep.errors import InputError


@pytest.mark.parametrize(
    ("area", "nasa", "opiela_matney"),
    [(0.01, 0.490, 0.394), (0.1, 0.839, 0.714), (1.0, 2.560, 2.341), (10.0, 14.155, 13.641)],
)
def test_casualty_areas_of_discs(area: float, nasa: float, opiela_matney: float) -> None:
    """By hand from the two formulas."""
    assert float(piece_casualty_area_m2(area)) == pytest.approx(nasa, abs=5e-4)
    assert float(piece_casualty_area_m2(area, law="opiela-matney")) == pytest.approx(opiela_matney, abs=1.5e-3)


def test_a_long_piece_endangers_more_than_a_disc() -> None:
    beam = piece_casualty_area_m2(1.0, 20.2, "opiela-matney")  # 10 m x 0.1 m
    assert float(beam) == pytest.approx(0.278 + 1.0 + 0.3 * 20.2)


def test_pieces_below_fifteen_joules_do_not_count() -> None:
    light = GroundPiece("sheet", 0.05, 14.9, 0.5, 300.0, count=100)
    heavy = GroundPiece("tank", 50.0, 15.1, 1.0, 900.0, count=2)
    assert total_casualty_area_m2([light, heavy]) == pytest.approx(5.12)
    assert surviving_mass_kg([light, heavy]) == pytest.approx(105.0)
    assert not light.dangerous


@pytest.mark.parametrize(
    ("area", "perimeter", "law", "says"),
    [
        (-1.0, None, "nasa", "negative"),
        (1.0, None, "esa", "no law"),
        (1.0, 3.0, "opiela-matney", "perimeter"),
        (float("nan"), None, "nasa", "unknown"),
    ],
)
def test_pieces_that_cannot_be(area: float, perimeter: float | None, law: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        piece_casualty_area_m2(area, perimeter, law)  # type: ignore[arg-type]


def test_the_mean_area_is_the_mean_of_its_draws() -> None:
    """An expectation is linear in the area: the mean belongs in it, 22 % above the median for a station."""
    model = casualty_area_model(460_000.0)
    draws = model.sample(*np.random.default_rng(1).random((2, 200_000)))
    assert model.mean.surviving_mass_kg == pytest.approx(draws[0].mean(), rel=5.0e-3)
    assert model.mean.casualty_area_m2 == pytest.approx(draws[1].mean(), rel=1.0e-2)
    assert model.mean.casualty_area_m2 == pytest.approx(3209.0, rel=1.0e-2)
    found = debris_of(460_000.0, None)
    assert found.area_m2 == model.mean.casualty_area_m2
    assert found.area_draws_m2.mean() == pytest.approx(found.area_m2, rel=0.05)
    assert found.pieces == pytest.approx(found.area_m2 / 2.6)
    assert "assumed" in found.pieces_source


def test_a_body_has_one_interval_however_it_comes_down() -> None:
    """``deorbit --body`` and ``reentry --body`` draw the same unknowns; only the steepness of the entry differs.

    Steeper, less melts: the medians are a third apart, the upper ends more. A fixed half either way would be 0.8 wide.
    """
    steep, shallow = debris_of(5_668.0, "uars-like"), fly_body(shipped_body("uars-like"), 57.0)
    assert shallow.area_draws_m2 is not None
    assert steep.area_m2 == pytest.approx(steep.area_draws_m2.mean())
    ends = [np.log(np.quantile(draws, (0.05, 0.5, 0.95))) for draws in (steep.area_draws_m2, shallow.area_draws_m2)]
    assert abs(ends[0][1] - ends[1][1]) < 0.5
    widths = [end[2] - end[0] for end in ends]
    assert min(widths) > 1.2
    assert 0.6 < widths[0] / widths[1] < 1.6
    assert steep.pieces > 1.0
    assert "counted" in steep.pieces_source


def test_roofs_take_their_part() -> None:
    assert Sheltering().factor == pytest.approx(0.85)
    assert Sheltering(0.2, 1.0).factor == pytest.approx(0.8)
    assert Sheltering(0.5, 0.5).factor == pytest.approx(0.75)
    drawn = Sheltering(0.5, 0.5).sample(np.random.default_rng(1), 5000)
    assert ((drawn > 0.0) & (drawn <= 1.0)).all()
    for roofs in (Sheltering(), Sheltering(0.5, 0.5), Sheltering(0.9, 0.9), Sheltering(0.2, 1.0), Sheltering(1.0, 0.1)):
        # The point is the mean of its own interval; 20,000 draws of a spread below 0.2 know it to 0.002.
        drawn = roofs.sample(np.random.default_rng(1), 20_000)
        assert drawn.mean() == pytest.approx(roofs.factor, abs=0.005)
        assert ((drawn >= 0.0) & (drawn <= 1.0)).all()
    assert (Sheltering(0.0).sample(np.random.default_rng(1), 10) == 1.0).all()
    assert (Sheltering(0.3, 0.0).sample(np.random.default_rng(1), 10) == 1.0).all()
    for wrong in ((1.2, 1.0), (0.2, -0.1), (float("nan"), 1.0)):
        with pytest.raises(InputError, match="0 to 1"):
            Sheltering(*wrong)


def test_a_known_area_leaves_the_people_uncertain() -> None:
    sure = draw_risk(22.4, 14.0, 0.02, area_factor=1.0)
    low, middle, high = sure.expectation_quantiles()
    assert middle == pytest.approx(22.4 * 14.0e-6, rel=2e-3)
    # 1.645 sigma of people (2 %) and latitude law (2 %) together.
    assert math.log(high / low) == pytest.approx(2.0 * 1.645 * math.hypot(0.02, 0.02), rel=0.03)


def test_an_area_is_uncertain_by_its_factor() -> None:
    low, middle, high = draw_risk(22.4, 14.0, 0.02, area_factor=1.8).area_quantiles()
    assert middle == pytest.approx(22.4, rel=0.02)
    assert high / middle == pytest.approx(1.8**1.645, rel=0.04)
    assert middle / low == pytest.approx(1.8**1.645, rel=0.04)


def test_draws_of_an_area_are_taken_as_they_are() -> None:
    draws = draw_risk([10.0, 20.0], 14.0, 0.02)
    assert set(draws.casualty_area_m2.tolist()) == {10.0, 20.0}


def test_the_same_seed_gives_the_same_draws() -> None:
    one, same, other = (draw_risk(22.4, 14.0, 0.02, seed=seed).casualty_expectation for seed in (3, 3, 4))
    assert (one == same).all()
    assert (one != other).any()


def test_uncertain_areas_that_cannot_be() -> None:
    with pytest.raises(InputError, match="factor"):
        draw_risk(22.4, 14.0, 0.02, area_factor=0.5)
    with pytest.raises(InputError, match="negative"):
        draw_risk(-1.0, 14.0, 0.02)


def test_people_are_known_better_from_far_than_from_near() -> None:
    assert people_sigma(57.0) < people_sigma(20.0) < people_sigma(2.0)
    assert people_sigma(123.0) == people_sigma(57.0)
    assert track_people_sigma(0.01) == pytest.approx(0.40)
    assert track_people_sigma(1.0) == pytest.approx(0.12)
    assert track_people_sigma(1e6) == pytest.approx(0.02)
