"""What may be chosen in a question of risk on the ground: whose people, roofs, conditions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from stationkeep.descent.sheltering import Sheltering
from stationkeep.environment.population import (
    LandMask,
    PopulationGrid,
    flat_population,
    load_land,
    load_population,
)
from stationkeep.environment.population_raster import Holds, read_population_raster
from stationkeep.errors import InputError


@dataclass(frozen=True, slots=True)
class PeopleOptions:
    """Whose people are counted."""

    year: int | None = None
    """Null: the present year, or that of the raster."""
    raster: Path | None = None
    raster_year: int | None = None
    raster_holds: Holds = "people"
    people_per_km2: float | None = None
    """The same everywhere, land and sea: to check by hand."""


@dataclass(frozen=True, slots=True)
class RiskOptions:
    """How to count."""

    people: PeopleOptions = PeopleOptions()
    sheltering: Sheltering | None = None
    seed: int = 1
    node_longitude_deg: float | None = None
    """Also: the risk on the orbit that crosses the equator northward here."""
    by_orbit: bool = False
    """Also: the risk on each of 24 orbits."""
    claim: bool = False
    """Also: whom the strip of debris touches."""


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """People and land, loaded once."""

    population: PopulationGrid
    land: LandMask


def chosen_ground(options: PeopleOptions) -> Ground:
    """The people asked for. Raises :class:`InputError` for a year without figures or an unusable raster."""
    if options.people_per_km2 is not None:
        if options.raster is not None:
            raise InputError("a raster and one density for all were given", hint="choose one of the two")
        if options.year is not None:
            raise InputError("one density for all has no year", hint="leave out --year, or --people-per-km2")
        return Ground(flat_population(options.people_per_km2), load_land())
    if options.raster is not None:
        grid = read_population_raster(
            options.raster, raster_year=options.raster_year, year=options.year, holds=options.raster_holds
        )
        return Ground(grid, load_land())
    if options.raster_year is not None:
        raise InputError("--raster-year was given without a raster", hint="give the year of the people with --year")
    return Ground(load_population(options.year or datetime.now(tz=UTC).year), load_land())
