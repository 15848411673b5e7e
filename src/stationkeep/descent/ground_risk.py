"""Who is at risk when a station falls uncontrolled, before anybody knows when?

Casualty expectation = casualty area x number of people per square metre, weighted by where the orbit may bring it
down (NASA-STD-8719.14, ESSB-ST-U-007). The casualty area already holds the person (0.36 m2 seen from above); nobody is
counted as sheltered. Longitude is uniform, latitude follows :mod:`stationkeep.descent.latitude_law`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from stationkeep.descent.latitude_law import band_probability
from stationkeep.environment.population import (
    CELL_DEG,
    REGIONS,
    ROWS,
    Country,
    Figure,
    LandMask,
    PopulationGrid,
    zone_area_km2,
)
from stationkeep.errors import InputError

FloatArray = NDArray[np.float64]

CONVENTION = (
    "expected casualties per fall = casualty area (0.36 m2 person included, pieces above 15 J) x people per m2 "
    "along the orbit; everybody in the open, nobody warned; longitude uniform, latitude by the time spent over it"
)
_M2_PER_KM2 = 1e6
_EDGES_DEG = -90.0 + CELL_DEG * np.arange(ROWS + 1)


@dataclass(frozen=True, slots=True)
class RegionShare:
    """A region's share of the casualty expectation (by people) and of the impacts (by area)."""

    region: str
    share: float
    impact_share: float


@dataclass(frozen=True, slots=True)
class CountryShare:
    """A country's share of the casualty expectation (by people) and of the impacts (by area)."""

    country: str
    iso2: str
    region: str
    share: float
    impact_share: float


@dataclass(frozen=True, slots=True)
class LatitudeBandShare:
    """A latitude band's share of the casualty expectation and of the impacts."""

    south_deg: float
    north_deg: float
    share: float
    impact_share: float


@dataclass(frozen=True, slots=True)
class GroundRiskResult:
    """Who is at risk, given that it falls: a total, and its split by region, country and latitude.

    The shares do not depend on the casualty area; :meth:`for_casualty_area` gives the same split for another one.
    Shares of the casualty expectation sum to 1; impact shares of the regions and ``ocean_share`` sum to 1.
    """

    inclination_deg: float
    casualty_area_m2: float
    people_per_km2: float
    """People per square kilometre of the ground the orbit may bring it down on, oceans included."""
    ocean_share: float
    population_year: int
    population_source: str
    population_identifier: str
    by_region: tuple[RegionShare, ...]
    """The six regions of :data:`stationkeep.environment.population.REGIONS`, in that order."""
    by_country: tuple[CountryShare, ...]
    """Every country that carries any risk, the largest share first."""
    by_latitude: tuple[LatitudeBandShare, ...]
    """Bands that the orbit reaches, south first."""

    @property
    def casualty_expectation(self) -> float:
        """Expected number of people hit per fall."""
        return self.casualty_area_m2 * self.people_per_km2 / _M2_PER_KM2

    @property
    def one_in(self) -> float:
        """The same as "1 in N": the inverse of the casualty expectation."""
        return 1.0 / self.casualty_expectation if self.casualty_expectation > 0.0 else math.inf

    @property
    def probability_of_any_casualty(self) -> float:
        """Chance that anybody at all is hit, as if pieces struck independently; less than the expectation."""
        return -math.expm1(-self.casualty_expectation)

    def for_casualty_area(self, casualty_area_m2: float) -> GroundRiskResult:
        """The same fall with another casualty area [m2]."""
        return replace(self, casualty_area_m2=_checked_area(casualty_area_m2))


def uncontrolled_risk(
    inclination_deg: float,
    casualty_area_m2: float,
    population: PopulationGrid,
    land: LandMask,
    *,
    band_deg: float = 5.0,
    figure: Figure = "ellipsoid",
) -> GroundRiskResult:
    """How many people would an uncontrolled fall hit, where does it come down, and who carries the risk?

    Parameters
    ----------
    inclination_deg    of the orbit, 0 to 180
    casualty_area_m2   summed over the surviving pieces, 0.36 m2 person included, see
                       :func:`stationkeep.descent.casualty_area.casualty_area_model`
    population, land   from :func:`stationkeep.environment.population.load_population` and ``load_land``
    band_deg           height of the latitude bands in the answer, a multiple of 0.5 that divides 90
    figure             shape of the Earth; ``"sphere"`` only to compare with published tables

    Raises :class:`InputError` for a negative casualty area or a band that does not fit,
    :class:`stationkeep.errors.OrbitError` for an impossible inclination.
    """
    _checked_area(casualty_area_m2)
    impact = band_probability(_EDGES_DEG[:-1], _EDGES_DEG[1:], inclination_deg, figure=figure)
    per_km2 = impact / zone_area_km2(_EDGES_DEG[:-1], _EDGES_DEG[1:], figure=figure)
    people = per_km2[:, None] * population.by_row_and_country()  # contribution of each row and country [1/km2]
    struck = impact[:, None] * land.by_row_and_country()
    total = float(people.sum())
    share = people / (total or 1.0)  # nobody in reach: all shares are zero
    return GroundRiskResult(
        inclination_deg=inclination_deg,
        casualty_area_m2=casualty_area_m2,
        people_per_km2=total,
        ocean_share=1.0 - float(struck.sum()),
        population_year=population.year,
        population_source=population.source,
        population_identifier=population.identifier,
        by_region=shares_by_region(population.countries, share.sum(axis=0), struck.sum(axis=0)),
        by_country=shares_by_country(population.countries, share.sum(axis=0), struck.sum(axis=0)),
        by_latitude=_by_latitude(share.sum(axis=1), impact, band_deg),
    )


def _checked_area(casualty_area_m2: float) -> float:
    if not (math.isfinite(casualty_area_m2) and casualty_area_m2 >= 0.0):
        raise InputError(
            f"a casualty area of {casualty_area_m2} m2 cannot be",
            hint="give zero or a positive number of square metres",
        )
    return casualty_area_m2


def shares_by_region(countries: Sequence[Country], share: FloatArray, impact: FloatArray) -> tuple[RegionShare, ...]:
    """Shares per country (n_country,) summed into the six regions, in their fixed order."""
    of_country = np.array([REGIONS.index(country.region) for country in countries])
    people, area = (np.bincount(of_country, weights=part, minlength=len(REGIONS)) for part in (share, impact))
    return tuple(RegionShare(region, float(people[index]), float(area[index])) for index, region in enumerate(REGIONS))


def shares_by_country(countries: Sequence[Country], share: FloatArray, impact: FloatArray) -> tuple[CountryShare, ...]:
    """Shares per country (n_country,) with their names, the largest first; countries without any are left out."""
    rows = (
        CountryShare(country.name, country.iso2, country.region, float(share[index]), float(impact[index]))
        for index, country in enumerate(countries)
        if share[index] > 0.0 or impact[index] > 0.0
    )
    return tuple(sorted(rows, key=lambda row: (-row.share, -row.impact_share, row.iso2)))


def _by_latitude(share: FloatArray, impact: FloatArray, band_deg: float) -> tuple[LatitudeBandShare, ...]:
    rows = round(band_deg / CELL_DEG)
    if rows < 1 or rows * CELL_DEG != band_deg or ROWS % (2 * rows):
        raise InputError(
            f"latitude bands of {band_deg} degrees do not fit", hint="choose 0.5, 1, 1.5, 2.5, 3, 5, 7.5, 10, 15 or 30"
        )
    people, falls = share.reshape(-1, rows).sum(axis=1), impact.reshape(-1, rows).sum(axis=1)
    return tuple(
        LatitudeBandShare(-90.0 + index * band_deg, -90.0 + (index + 1) * band_deg, float(people[index]), float(fall))
        for index, fall in enumerate(falls)
        if fall > 0.0
    )
