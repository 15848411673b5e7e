"""The answer of ``stationkeep reentry``: document, conditional views, figures, page."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from stationkeep.campaign.fallen_body import Fallen, flown_pieces, given_area
from stationkeep.campaign.reentry_conditional import every_orbit
from stationkeep.campaign.reentry_last_days import LastFalls, window_views
from stationkeep.campaign.reentry_options import PeopleOptions, RiskOptions, chosen_ground
from stationkeep.campaign.reentry_risk import Assessment, assess_risk
from stationkeep.descent.entry_leg import Falls
from stationkeep.descent.pieces import GroundPiece
from stationkeep.descent.sheltering import Sheltering
from stationkeep.errors import InputError
from stationkeep.report.risk_page import risk_html, write_risk_figures

PEOPLE_2022 = PeopleOptions(year=2022)
GROUND = chosen_ground(PEOPLE_2022)


def station() -> Fallen:
    pieces = [
        GroundPiece("tank", 40.0, 9e4, 0.8, 900.0, count=6, owner="Roscosmos"),
        GroundPiece("truss", 900.0, 4e6, 6.0, 700.0, count=2, owner="NASA"),
        GroundPiece("foil", 0.02, 1.0, 0.3, 310.0, count=30, owner="NASA"),
    ]
    heavier = [GroundPiece("truss", 1200.0, 4e6, 8.0, 700.0, count=2, owner="NASA")]
    return flown_pieces("Station", 9000.0, pieces, [pieces, heavier], "nasa", notes=["made up"])


@pytest.fixture(scope="module")
def found() -> Assessment:
    options = RiskOptions(PEOPLE_2022, node_longitude_deg=-75.0, by_orbit=True, claim=True)
    return assess_risk(station(), 51.64, options, GROUND)


def test_the_document_adds_up(found: Assessment) -> None:
    document = found.document
    assert document.fragments == 8  # foil is harmless
    assert document.surviving_mass_kg == pytest.approx(6 * 40 + 2 * 900 + 30 * 0.02)
    assert document.casualty_area_m2 == pytest.approx(6 * (0.6 + 0.8**0.5) ** 2 + 2 * (0.6 + 6.0**0.5) ** 2)
    assert sum(row.casualty_expectation for row in document.by_country) == pytest.approx(document.casualty_expectation)
    assert sum(row.casualty_expectation for row in document.by_region) == pytest.approx(document.casualty_expectation)
    assert document.one_in == pytest.approx(1.0 / document.casualty_expectation)
    assert [row.owner for row in document.by_owner] == ["NASA", "Roscosmos"]
    assert sum(row.surviving_mass_kg for row in document.by_owner) == pytest.approx(document.surviving_mass_kg)
    span = document.casualty_expectation_interval
    assert span.p05 < span.median < span.p95
    assert document.one_in_interval is not None
    assert document.one_in_interval.p05 == pytest.approx(1.0 / span.p95)


def test_the_claim_is_answered_in_numbers(found: Assessment) -> None:
    claim = found.document.claim
    assert claim is not None
    total = claim.on_named_not_other + claim.on_other_not_named + claim.on_both + claim.on_neither
    assert total == pytest.approx(1.0)
    assert claim.on_neither > 0.8
    assert claim.verdict.startswith("No.")
    shares = {row.region: row for row in claim.by_region}
    assert shares["Russia"].casualty_share < shares["United States"].casualty_share < shares["Europe"].casualty_share


def test_every_orbit_together_is_the_whole(found: Assessment) -> None:
    """24 groups of five orbits stand for all: every three degrees, against the analytic law."""
    mean = np.mean([view.casualty_expectation for view in found.document.by_orbit])
    assert mean == pytest.approx(found.document.casualty_expectation, rel=0.02)
    assert found.document.conditional[0].node_longitude_deg == -75.0


def test_an_orbit_over_america_and_one_over_russia() -> None:
    orbits = every_orbit(given_area(100.0), 51.64, RiskOptions(PEOPLE_2022), GROUND)
    shares = {view.risk.node_longitude_deg: {row.region: row.share for row in view.risk.by_region} for view in orbits}
    assert shares[150.0]["United States"] > 0.3
    assert max(shares, key=lambda node: shares[node]["Europe"]) in (-90.0, -45.0, -75.0)


def test_roofs_lower_everything_alike() -> None:
    bare = assess_risk(given_area(22.4), 57.0, RiskOptions(PEOPLE_2022), GROUND).document
    roofed = assess_risk(given_area(22.4), 57.0, RiskOptions(PEOPLE_2022, Sheltering(0.2)), GROUND).document
    assert roofed.casualty_expectation == pytest.approx(0.85 * bare.casualty_expectation)
    assert any("roofs" in note for note in roofed.notes)
    assert any("everybody in the open" in note for note in bare.notes)
    assert not any("everybody in the open" in note for note in roofed.notes)


def test_nobody_anywhere_is_no_division_by_zero() -> None:
    document = assess_risk(given_area(22.4), 57.0, RiskOptions(PeopleOptions(people_per_km2=0.0))).document
    assert document.casualty_expectation == 0.0
    assert document.one_in is None
    assert document.one_in_interval is None


def test_the_document_is_json(found: Assessment) -> None:
    again = json.loads(json.dumps(found.document.model_dump(mode="json", by_alias=True), allow_nan=False))
    assert again["schema"] == "stationkeep.reentry/1"
    for key in ("casualty_area_m2", "surviving_mass_kg", "fragments", "casualty_expectation", "one_in", "by_country"):
        assert key in again


def last_falls() -> LastFalls:
    """Two falls ten hours apart, over the Atlantic northbound and the same place on a later turn of the Earth."""
    falls = Falls(
        np.array([59600.0, 59600.0 + 10.0 / 24.0]),
        np.array([[4600.0, -4530.0, 0.0]] * 2),
        np.array([[3.2, 3.25, 5.8]] * 2),
    )
    return LastFalls(falls, 10.0 / 1440.0, 59600.0 - 0.01, 59600.43)


def test_a_window_and_its_hours() -> None:
    options, fallen = RiskOptions(PEOPLE_2022), given_area(100.0)
    whole, late = window_views(last_falls(), fallen, GROUND, options, (59600.2, None))
    assert whole.risk.probability == pytest.approx(1.0)
    assert late.risk.probability == pytest.approx(0.5)
    assert "after 2022-01-21" in late.risk.label
    both = window_views(last_falls(), fallen, GROUND, options, (59599.0, 59602.0))[1]
    assert both.risk.casualty_expectation == pytest.approx(whole.risk.casualty_expectation)
    with pytest.raises(InputError, match="before it begins"):
        window_views(last_falls(), fallen, GROUND, options, (59601.0, 59600.0))


def test_the_page_and_its_files(found: Assessment, tmp_path: Path) -> None:
    html = risk_html(found)
    for words in ("Casualty expectation", "Roscosmos", "Where the risk is", "Given the orbit", "crosses the equator"):
        assert words in html
    assert not re.search(r"\b(nan|inf)\b", html)
    assert html.count("<svg") >= 6  # wide and narrow: map, cloud, orbits
    files = write_risk_figures(found, tmp_path)
    assert {path.name for path in files} >= {"risk-map.png", "footprint-1.svg", "by-orbit.png"}
    assert all(path.stat().st_size > 5000 for path in files)


@pytest.mark.parametrize(
    ("people", "says"),
    [
        (PeopleOptions(year=1900), "1900"),
        (PeopleOptions(people_per_km2=-1.0), "cannot be"),
        (PeopleOptions(people_per_km2=1.0, raster=Path("x.tif")), "choose one"),
        (PeopleOptions(raster_year=2020), "without a raster"),
    ],
)
def test_people_that_cannot_be(people: PeopleOptions, says: str) -> None:
    with pytest.raises(InputError, match=says):
        chosen_ground(people)


@pytest.mark.parametrize("area", [-1.0, float("nan"), float("inf")])
def test_areas_that_cannot_be(area: float) -> None:
    with pytest.raises(InputError, match="casualty area"):
        given_area(area)
