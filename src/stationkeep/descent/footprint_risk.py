"""Who is at risk where the places of impact are known, as a cloud of points or as a contour?

The same convention as :mod:`stationkeep.descent.ground_risk`: expected casualties are the casualty area of each piece
times the people per square metre where it comes down. People are known by half-degree cells, so a cloud should be
wider than one cell (55 km) for its risk to mean something; a single point gets the mean of its cell.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeep.descent.ground_risk import CountryShare, RegionShare, shares_by_country, shares_by_region
from stationkeep.environment.population import (
    COLUMNS,
    ROWS,
    LandMask,
    PopulationGrid,
    cell_area_km2,
    cell_of,
    load_land,
)
from stationkeep.errors import InputError

FloatArray = NDArray[np.float64]

_M2_PER_KM2 = 1e6
_CONTOUR_STEP_DEG = 0.05  # 6 km; ten to a cell of the population


@dataclass(frozen=True, slots=True, eq=False)
class FootprintRisk:
    """Who is at risk from pieces whose places are known, and where they come down."""

    casualty_expectation: float
    """Expected number of people hit, over all pieces."""
    expected_impacts: float
    """Sum of the weights: how many pieces come down."""
    casualty_area_m2: float
    """Of all of them together, each counted with its weight."""
    people_per_km2: float
    """Where they come down, each piece counted with its casualty area."""
    land_share: float
    """Expected part of the pieces that strikes land, 0 to 1."""
    by_region: tuple[RegionShare, ...]
    """Shares of the expectation, and of the pieces; the six regions in their fixed order."""
    by_country: tuple[CountryShare, ...]
    """Every country under the cloud, the largest share of the expectation first."""
    population_year: int
    population_source: str
    impact_grid: FloatArray
    """Expected impacts per half-degree cell (360, 720), south first, west first: for drawing."""
    risk_grid: FloatArray
    """Expected casualties per half-degree cell (360, 720)."""

    @property
    def one_in(self) -> float:
        """The same as "1 in N": the inverse of the casualty expectation, infinite where nobody lives."""
        return 1.0 / self.casualty_expectation if self.casualty_expectation > 0.0 else math.inf


def people_per_km2_at(latitude_deg: ArrayLike, longitude_deg: ArrayLike, population: PopulationGrid) -> FloatArray:
    """How many people live on a square kilometre around these points? The mean of the half-degree cell, sea included.

    Geodetic latitude -90 to 90, any longitude; same shape as the (broadcast) points. Raises :class:`InputError` for
    places that are not on Earth.
    """
    density = _people_per_km2(population)
    return np.asarray(density[cell_of(latitude_deg, longitude_deg)], dtype=np.float64)


def footprint_risk(
    latitude_deg: ArrayLike,
    longitude_deg: ArrayLike,
    weight: ArrayLike,
    casualty_area_m2: ArrayLike,
    population: PopulationGrid,
    land: LandMask | None = None,
) -> FootprintRisk:
    """How many people do these pieces hit, whose, and how many of the pieces strike land?

    Parameters
    ----------
    latitude_deg, longitude_deg   of the impacts (n,), geodetic
    weight             expected number of such impacts: 1 for a certain one, 1/n_sample for one of a Monte Carlo run
    casualty_area_m2   of each piece, ``(0.6 + sqrt(A))^2`` (see :mod:`stationkeep.descent.casualty_area`), zero for
                       pieces below 15 J; a number, or (n,)
    population, land   from :mod:`stationkeep.environment.population`; land is loaded where not given

    Raises :class:`InputError` for places not on Earth, negative or unknown weights and areas, or no point at all.
    """
    cells, likely, areas = _checked_points(latitude_deg, longitude_deg, weight, casualty_area_m2)
    land = land or load_land()
    size = ROWS * COLUMNS
    impacts: FloatArray = np.bincount(cells, weights=likely, minlength=size).astype(np.float64)
    exposed_m2: FloatArray = np.bincount(cells, weights=likely * areas, minlength=size).astype(np.float64)
    return risk_of_grids(impacts, exposed_m2, population, land)


def risk_of_grids(
    impacts: FloatArray, exposed_m2: FloatArray, population: PopulationGrid, land: LandMask
) -> FootprintRisk:
    """The same from what comes down in each half-degree cell (360 * 720,): expected pieces, and their casualty area."""
    per_km2 = exposed_m2 / cell_area_km2() / _M2_PER_KM2  # expected casualties per person in the cell
    hit = np.bincount(population.country, per_km2[population.cell] * population.people, len(population.countries))
    struck = np.bincount(land.country, impacts[land.cell] * land.fraction, len(land.countries))
    total, count, area = float(hit.sum()), float(impacts.sum()), float(exposed_m2.sum())
    share, fall = hit / (total or 1.0), struck / (count or 1.0)
    return FootprintRisk(
        casualty_expectation=total,
        expected_impacts=count,
        casualty_area_m2=area,
        people_per_km2=total * _M2_PER_KM2 / area if area > 0.0 else 0.0,
        land_share=min(float(fall.sum()), 1.0),
        by_region=shares_by_region(population.countries, share, fall),
        by_country=shares_by_country(population.countries, share, fall),
        population_year=population.year,
        population_source=population.source,
        impact_grid=np.asarray(impacts.reshape(ROWS, COLUMNS), dtype=np.float64),
        risk_grid=np.asarray((per_km2 * _people(population)).reshape(ROWS, COLUMNS), dtype=np.float64),
    )


def points_in_contour(contour_deg: ArrayLike, step_deg: float = _CONTOUR_STEP_DEG) -> tuple[FloatArray, ...]:
    """A closed contour as points to use as impacts: latitude, longitude [deg] and weight (sum 1), equal per area.

    ``contour_deg`` (n, 2): latitude, longitude of the corners in order, joined by straight lines on the latitude and
    longitude plane, less than 180 degrees of longitude between neighbours (so it may cross the date line), no pole
    inside. Raises :class:`InputError` for fewer than three corners, a contour around a pole or one without area.
    """
    corners = np.asarray(contour_deg, dtype=np.float64)
    if corners.ndim != 2 or corners.shape[1] != 2 or len(corners) < 3 or not np.isfinite(corners).all():
        raise InputError(
            "a contour needs at least three corners", hint="give (latitude, longitude) pairs in degrees, in order"
        )
    if np.abs(corners[:, 0]).max() > 90.0:
        raise InputError("a corner of the contour is not on Earth", hint="latitude is -90 to 90 degrees north")
    east = np.unwrap(corners[:, 1], period=360.0)
    if abs((corners[0, 1] - corners[-1, 1] + 180.0) % 360.0 - 180.0 + east[-1] - east[0]) > 180.0:
        raise InputError("the contour goes around a pole", hint="split it into contours that do not")
    twice_area = np.dot(corners[:, 0], np.roll(east, -1)) - np.dot(east, np.roll(corners[:, 0], -1))
    if abs(float(twice_area)) < 1e-9:
        raise InputError("the contour encloses no area", hint="give its corners in order, not all on one line")
    return _filled(corners[:, 0], east, step_deg)


def _filled(north: FloatArray, east: FloatArray, step_deg: float) -> tuple[FloatArray, ...]:
    """Every point of a fine lattice with an odd number of sides to its east lies inside (even-odd rule)."""
    step = min(step_deg, max(np.ptp(north), 1e-9) / 20.0, max(np.ptp(east), 1e-9) / 20.0)
    rows = np.arange(north.min() + 0.5 * step, north.max(), step)
    columns = np.arange(east.min() + 0.5 * step, east.max(), step)
    if len(rows) * len(columns) > 20_000_000:
        step = math.sqrt(float(np.ptp(north) * np.ptp(east)) / 5e6)
        rows, columns = (np.arange(low + 0.5 * step, high, step) for low, high in
                         ((north.min(), north.max()), (east.min(), east.max())))  # fmt: skip
    inside = np.zeros((len(rows), len(columns)), dtype=bool)
    for a_north, a_east, b_north, b_east in zip(north, east, np.roll(north, -1), np.roll(east, -1), strict=True):
        crossed = (a_north > rows) != (b_north > rows)
        at = a_east + (rows[crossed] - a_north) * (b_east - a_east) / (b_north - a_north)
        inside[crossed] ^= columns[None, :] < at[:, None]
    row, column = np.nonzero(inside)
    weight = np.cos(np.radians(rows[row]))
    if not len(row) or weight.sum() <= 0.0:
        raise InputError("the contour encloses no area", hint="give its corners in order, not all on one line")
    return rows[row], (columns[column] + 180.0) % 360.0 - 180.0, weight / weight.sum()


def _checked_points(
    latitude_deg: ArrayLike, longitude_deg: ArrayLike, weight: ArrayLike, casualty_area_m2: ArrayLike
) -> tuple[NDArray[np.intp], FloatArray, FloatArray]:
    try:
        north, east, likely, areas = np.broadcast_arrays(
            *(np.atleast_1d(np.asarray(part, dtype=np.float64))
              for part in (latitude_deg, longitude_deg, weight, casualty_area_m2))
        )  # fmt: skip
    except ValueError:
        raise InputError(
            "places, weights and casualty areas are not equally many", hint="give one of each per impact"
        ) from None
    if north.size == 0:
        raise InputError("no impact was given", hint="give at least one place")
    for name, values in (("weight", likely), ("casualty area", areas)):
        if not (np.isfinite(values).all() and (values >= 0.0).all()):
            raise InputError(f"an impact has a negative or unknown {name}", hint="give zero or a positive number")
    row, column = cell_of(north, east)
    return (row * COLUMNS + column).ravel(), likely.ravel(), areas.ravel()


def _people(population: PopulationGrid) -> FloatArray:
    return population.on_map().ravel()


def _people_per_km2(population: PopulationGrid) -> FloatArray:
    return np.asarray((_people(population) / cell_area_km2()).reshape(ROWS, COLUMNS), dtype=np.float64)
