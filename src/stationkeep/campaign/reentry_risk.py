"""``stationkeep reentry``, callable: if it falls uncontrolled, what survives, and who is at risk?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata
from typing import Any

import numpy as np
from numpy.typing import NDArray

import stationkeep
from stationkeep.campaign.document import LatitudeBandRisk
from stationkeep.campaign.fallen_body import Fallen
from stationkeep.campaign.part import Interval
from stationkeep.campaign.reentry_conditional import View, claim_answer, drawn, every_orbit, orbit_risk
from stationkeep.campaign.reentry_options import Ground, RiskOptions, chosen_ground
from stationkeep.campaign.reentry_risk_document import (
    FallenPart,
    OwnerShare,
    PopulationUsed,
    ReentryRiskDocument,
    ShelterUsed,
)
from stationkeep.campaign.reentry_shares import countries_of, interval_of, one_in, regions_of
from stationkeep.descent.ground_risk import CONVENTION, GroundRiskResult, uncontrolled_risk
from stationkeep.descent.risk_interval import RiskDraws, people_sigma
from stationkeep.descent.sheltering import Sheltering

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Assessment:
    """The document, and what maps are drawn from."""

    document: ReentryRiskDocument
    people: FloatArray
    """Per half-degree cell (360, 720), as counted."""
    views: tuple[View, ...]
    """One for each conditional risk of the document."""

    def with_views(self, views: Sequence[View]) -> Assessment:
        """The same with more conditional risks, before those there are."""
        everything = (*views, *self.views)
        document = self.document.model_copy(update={"conditional": [view.risk for view in everything]})
        return Assessment(document, self.people, everything)

    def updated(self, **changes: object) -> Assessment:
        """The same with other fields of the document."""
        return Assessment(self.document.model_copy(update=changes), self.people, self.views)


def assess_risk(
    fallen: Fallen, inclination_deg: float, options: RiskOptions | None = None, ground: Ground | None = None
) -> Assessment:
    """Who is at risk if this falls uncontrolled from an orbit of this inclination, before anybody knows when?

    Raises :class:`InputError` for an impossible area, inclination, year or raster.
    """
    options = options or RiskOptions()
    ground = ground or chosen_ground(options.people)
    result = uncontrolled_risk(inclination_deg, fallen.mean_area_m2, ground.population, ground.land)
    draws = drawn(fallen, result.people_per_km2, people_sigma(inclination_deg), options)
    factor = options.sheltering.factor if options.sheltering else 1.0
    expected = factor * result.casualty_expectation
    views = _one_orbit(fallen, inclination_deg, options, ground)
    orbits = every_orbit(fallen, inclination_deg, options, ground) if options.by_orbit else []
    document = ReentryRiskDocument(
        name=fallen.name,
        inclination_deg=inclination_deg,
        entry_mass_kg=fallen.entry_mass_kg,
        casualty_area_m2=fallen.casualty_area_m2,
        mean_casualty_area_m2=fallen.mean_area_m2,
        casualty_area_m2_interval=interval_of(draws.area_quantiles()),
        casualty_law=fallen.law,
        surviving_mass_kg=fallen.surviving_mass_kg,
        surviving_mass_kg_interval=_mass_interval(fallen),
        fragments=fallen.fragments,
        parts=parts_of(fallen),
        by_owner=owners_of(fallen),
        population=PopulationUsed(
            year=result.population_year,
            source=result.population_source,
            identifier=result.population_identifier,
            people_per_km2=result.people_per_km2,
        ),
        sheltering=_shelter(options.sheltering),
        casualty_expectation=expected,
        casualty_expectation_interval=interval_of(draws.expectation_quantiles()),
        one_in=one_in(expected),
        one_in_interval=_odds_interval(draws),
        probability_of_any_casualty=float(-np.expm1(-expected)),
        ocean_share=result.ocean_share,
        by_region=regions_of(result.by_region, expected),
        by_country=countries_of(result.by_country, expected),
        by_latitude=_latitudes(result),
        when=None,
        conditional=[view.risk for view in views],
        by_orbit=[view.risk for view in orbits],
        claim=claim_answer(inclination_deg, result, ground.land) if options.claim else None,
        other_areas=[],
        notes=_notes(fallen, options),
        provenance=_provenance(fallen, options),
    )
    return Assessment(document, ground.population.on_map(), tuple(views))


def _one_orbit(fallen: Fallen, inclination_deg: float, options: RiskOptions, ground: Ground) -> list[View]:
    if options.node_longitude_deg is None:
        return []
    return [orbit_risk(fallen, inclination_deg, options.node_longitude_deg, options, ground)]


def _mass_interval(fallen: Fallen) -> Interval | None:
    if fallen.mass_draws_kg is None:
        return None
    low, middle, high = (float(value) for value in np.quantile(fallen.mass_draws_kg, (0.05, 0.5, 0.95)))
    return interval_of((low, middle, high))


def _odds_interval(draws: RiskDraws) -> Interval | None:
    low, middle, high = draws.expectation_quantiles()
    return interval_of((1.0 / high, 1.0 / middle, 1.0 / low)) if low > 0.0 else None


def parts_of(fallen: Fallen) -> list[FallenPart]:
    """The pieces of the nominal fall, the heaviest kind first."""
    ordered = sorted(fallen.pieces, key=lambda piece: -piece.count * piece.mass_kg)
    return [
        FallenPart(
            name=piece.name,
            owner=piece.owner,
            count=piece.count,
            mass_kg=piece.mass_kg,
            energy_j=piece.energy_j,
            casualty_area_m2=piece.casualty_area_m2(fallen.law),
            downrange_km=piece.downrange_km,
        )
        for piece in ordered
    ]


def owners_of(fallen: Fallen) -> list[OwnerShare]:
    """Whose pieces they are, the most mass first."""
    found: dict[str, OwnerShare] = {}
    for piece in fallen.pieces:
        before = found.get(
            piece.owner, OwnerShare(owner=piece.owner, surviving_mass_kg=0, casualty_area_m2=0, fragments=0)
        )
        found[piece.owner] = OwnerShare(
            owner=piece.owner,
            surviving_mass_kg=before.surviving_mass_kg + piece.count * piece.mass_kg,
            casualty_area_m2=before.casualty_area_m2 + piece.count * piece.casualty_area_m2(fallen.law),
            fragments=before.fragments + (piece.count if piece.dangerous else 0),
        )
    return sorted(found.values(), key=lambda item: -item.surviving_mass_kg) if any(found) else []


def _shelter(sheltering: Sheltering | None) -> ShelterUsed | None:
    if sheltering is None:
        return None
    return ShelterUsed(fraction=sheltering.fraction, protection=sheltering.protection, factor=sheltering.factor)


def _latitudes(result: GroundRiskResult) -> list[LatitudeBandRisk]:
    return [
        LatitudeBandRisk(
            south_deg=item.south_deg, north_deg=item.north_deg, impact_share=item.impact_share, share=item.share
        )
        for item in result.by_latitude
    ]


def _notes(fallen: Fallen, options: RiskOptions) -> list[str]:
    said = "everybody in the open, nobody warned; "
    convention = CONVENTION if options.sheltering is None else CONVENTION.replace(said, "nobody warned; ")
    notes = [*fallen.notes, f"Risk on the ground: {convention}."]
    if options.sheltering is not None:
        notes.append(
            f"{100 * options.sheltering.fraction:.0f} % of the people are taken as under roofs that prevent "
            f"{100 * options.sheltering.protection:.0f} % of the casualties: an assumption the standards do not make."
        )
    if fallen.area_draws_m2 is None and fallen.area_factor > 1.0:
        notes.append(
            f"The casualty area was given; its interval takes it as uncertain by a factor of {fallen.area_factor:g} "
            "(1 sigma; two demise codes differ by 2.3 on one spacecraft)."
        )
    return notes


def _provenance(fallen: Fallen, options: RiskOptions) -> dict[str, Any]:
    return {
        "stationkeep": stationkeep.__version__,
        "packages": {"numpy": metadata.version("numpy")},
        "seed": options.seed,
        "population_raster": None if options.people.raster is None else options.people.raster.name,
        **fallen.details,
    }
