"""Given a day, an hour or an orbit: who is at risk then, and on whom does it fall at all?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from stationkeep.campaign.fallen_body import Fallen
from stationkeep.campaign.reentry_options import Ground, RiskOptions
from stationkeep.campaign.reentry_risk_document import ClaimAnswer, ClaimRow, ConditionalRisk
from stationkeep.campaign.reentry_shares import countries_of, interval_of, one_in, regions_of
from stationkeep.descent.break_up_paths import BreakUpPaths, orbit_paths, paths_risk, random_paths, strip_touches
from stationkeep.descent.footprint_risk import FootprintRisk
from stationkeep.descent.ground_risk import GroundRiskResult
from stationkeep.descent.risk_interval import RiskDraws, draw_risk, track_people_sigma
from stationkeep.environment.population import REGIONS, LandMask

CLAIM: Final = "It falls on the United States and Europe, and not on Russia"
_NAMED: Final = ("United States", "Europe")
_OTHER: Final = "Russia"
_NODE_STEP_DEG: Final = 15.0


def drawn(fallen: Fallen, people_per_km2: float, sigma: float, options: RiskOptions) -> RiskDraws:
    """Draws of the casualty expectation of what falls, over so many people."""
    area = fallen.casualty_area_m2 if fallen.area_draws_m2 is None else fallen.area_draws_m2
    return draw_risk(
        area, people_per_km2, sigma, area_factor=fallen.area_factor, sheltering=options.sheltering, seed=options.seed
    )


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """A conditional risk, and where on the map it comes from."""

    risk: ConditionalRisk
    footprint: FootprintRisk


def conditional_risk(
    paths: BreakUpPaths,
    fallen: Fallen,
    ground: Ground,
    options: RiskOptions,
    *,
    label: str,
    revolutions: float,
    from_utc: str | None = None,
    to_utc: str | None = None,
    node_longitude_deg: float | None = None,
    probability: float | None = None,
) -> View:
    """The risk if the break-up happens on these paths."""
    # Where the pieces fall is told by the most probable fall, how many they are by the mean of all draws.
    pieces = fallen.pieces if fallen.casualty_area_m2 > 0.0 else ()
    more = fallen.mean_area_m2 / fallen.casualty_area_m2 if pieces else 1.0
    found = paths_risk(paths, fallen.mean_area_m2, pieces, ground.population, ground.land, law=fallen.law)
    factor = more * (options.sheltering.factor if options.sheltering else 1.0)
    expected = factor * found.casualty_expectation
    draws = drawn(fallen, found.people_per_km2, track_people_sigma(revolutions), options)
    risk = ConditionalRisk(
        label=label,
        from_utc=from_utc,
        to_utc=to_utc,
        node_longitude_deg=node_longitude_deg,
        probability=probability,
        people_per_km2=found.people_per_km2,
        casualty_expectation=expected,
        casualty_expectation_interval=interval_of(draws.expectation_quantiles()),
        one_in=one_in(expected),
        ocean_share=1.0 - found.land_share,
        by_region=regions_of(found.by_region, expected),
        by_country=countries_of(found.by_country, expected),
    )
    return View(risk, found)


def orbit_risk(
    fallen: Fallen, inclination_deg: float, node: float, options: RiskOptions, ground: Ground, around_deg: float = 0.0
) -> View:
    """The risk on the orbit that crosses the equator northward at this longitude [deg east], or this far around it."""
    paths = orbit_paths(inclination_deg, node, around_deg)
    where = f"at {node:g}" if around_deg <= 0.0 else f"within {around_deg:g} degrees of {node:g}"
    label = f"on the orbit that crosses the equator northward {where} degrees east"
    return conditional_risk(paths, fallen, ground, options, label=label, revolutions=1.0, node_longitude_deg=node)


def every_orbit(fallen: Fallen, inclination_deg: float, options: RiskOptions, ground: Ground) -> list[View]:
    """The same for the orbits within 7.5 degrees of 24 crossings: together, all of them."""
    half = 0.5 * _NODE_STEP_DEG
    nodes = np.arange(-180.0, 180.0, _NODE_STEP_DEG)
    return [orbit_risk(fallen, inclination_deg, float(node), options, ground, half) for node in nodes]


def claim_answer(inclination_deg: float, result: GroundRiskResult, land: LandMask) -> ClaimAnswer:
    """Does it fall on the United States and Europe, and not on Russia? In numbers, over all orbits alike."""
    weight, touches = strip_touches(random_paths(inclination_deg), land)
    named = touches[:, [REGIONS.index(region) for region in _NAMED]].any(axis=1)
    other = touches[:, REGIONS.index(_OTHER)].astype(bool)
    rows = [
        ClaimRow(
            region=item.region,
            debris_share=item.impact_share,
            strip_touches=float(weight @ touches[:, index]),
            casualty_share=item.share,
        )
        for index, item in enumerate(result.by_region)
    ]
    only_named, only_other = float(weight @ (named & ~other)), float(weight @ (other & ~named))
    neither = float(weight @ ~(named | other))
    return ClaimAnswer(
        claim=CLAIM,
        on_named_not_other=only_named,
        on_other_not_named=only_other,
        on_both=float(weight @ (named & other)),
        on_neither=neither,
        by_region=rows,
        verdict=_verdict(only_named, only_other, neither),
    )


def _verdict(only_named: float, only_other: float, neither: float) -> str:
    word = "Yes" if only_named > 0.9 else "Mostly" if only_named > 0.5 else "No"
    return (
        f"{word}. In {100 * neither:.0f} of 100 falls the debris touches neither the United States nor Europe nor "
        f"Russia; in {100 * only_named:.0f} it touches the United States or Europe and not Russia, and in "
        f"{100 * only_other:.0f} Russia and neither of the others."
    )
