"""Where people live and where land is, on a half-degree grid that ships with the package.

People: GeoNames places (CC BY 4.0) completed to national totals, see ``design/build_population_grid.py`` for how the
people outside named places are spread. Land: Natural Earth 1:50m (public domain). Latitudes are geodetic.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeep.constants import EARTH_EQUATORIAL_RADIUS_KM, EARTH_FLATTENING, EARTH_MEAN_RADIUS_KM
from stationkeep.errors import InputError

FloatArray = NDArray[np.float64]
Figure = Literal["ellipsoid", "sphere"]

CELL_DEG: Final = 0.5
ROWS: Final = 360  # row 0 touches the South Pole
COLUMNS: Final = 720  # column 0 starts at 180 W
_LONGEST_EXTRAPOLATION_YEARS: Final = 20.0  # a rate of growth does not last longer
NATIONAL_TOTALS_YEAR: Final = 2018  # GeoNames: mostly World Bank 2018, China the census of 2020
REGIONS: Final = ("United States", "Europe", "Russia", "India", "China", "Rest of world")

_DATA = Path(__file__).parent / "data"
_SOURCE = (
    "GeoNames places with more than 500 people, completed to GeoNames national totals (CC BY 4.0), in India, China, "
    "Indonesia, Nigeria and Kenya to the census of each province; "
    "land from Natural Earth 1:50m (public domain)"
)


@dataclass(frozen=True, slots=True)
class Country:
    """A country or territory as GeoNames lists it, and the region whose risk it is counted in.

    ``Europe`` is the continent as GeoNames draws it, without Russia (all of which is ``Russia``): with Cyprus, Kosovo
    and Svalbard, without Turkey, the Caucasus and overseas territories. ``United States`` includes its territories,
    ``China`` Hong Kong and Macao.
    """

    iso2: str
    name: str
    region: str


@dataclass(frozen=True, slots=True, eq=False)
class PopulationGrid:
    """How many people live in each half-degree cell, and in which country.

    A cell that several countries share appears once for each. ``cell`` counts from the cell at 90 S 180 W eastward,
    then northward: ``row * 720 + column``.
    """

    identifier: str
    year: int
    source: str
    countries: tuple[Country, ...]
    cell: NDArray[np.int32]  # (n,) sorted
    country: NDArray[np.uint8]  # (n,) index into countries
    people: FloatArray  # (n,)

    @property
    def latitude_deg(self) -> FloatArray:
        """Geodetic latitude of the cell centres (n,) [deg north]."""
        return np.asarray(-90.0 + CELL_DEG * (self.cell // COLUMNS + 0.5), dtype=np.float64)

    @property
    def longitude_deg(self) -> FloatArray:
        """Longitude of the cell centres (n,) [deg east], -180 to 180."""
        return np.asarray(-180.0 + CELL_DEG * (self.cell % COLUMNS + 0.5), dtype=np.float64)

    @property
    def total_people(self) -> float:
        """Everybody."""
        return float(self.people.sum())

    def by_row_and_country(self) -> FloatArray:
        """People in each half-degree latitude row of each country (360, n_country), south first."""
        return _by_row_and_country(self.cell, self.country, self.people, len(self.countries))

    def on_map(self) -> FloatArray:
        """People per cell (360, 720), south first, west first: for drawing."""
        flat = np.bincount(self.cell, weights=self.people, minlength=ROWS * COLUMNS)
        return np.asarray(flat.reshape(ROWS, COLUMNS), dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class LandMask:
    """How much of each half-degree cell is land, and whose; inland water counts as land, ice shelves do not."""

    source: str
    countries: tuple[Country, ...]
    cell: NDArray[np.int32]  # (n,) sorted, as in PopulationGrid
    country: NDArray[np.uint8]  # (n,)
    fraction: FloatArray  # (n,) 0 to 1, in steps of 1/255

    def by_row_and_country(self) -> FloatArray:
        """Fraction of each latitude row that is land of each country (360, n_country), south first."""
        return _by_row_and_country(self.cell, self.country, self.fraction, len(self.countries)) / COLUMNS

    def on_map(self) -> FloatArray:
        """Land fraction per cell (360, 720), south first, west first."""
        flat = np.bincount(self.cell, weights=self.fraction, minlength=ROWS * COLUMNS)
        return np.asarray(flat.clip(max=1.0).reshape(ROWS, COLUMNS), dtype=np.float64)

    def land_fraction(self, latitude_deg: ArrayLike, longitude_deg: ArrayLike) -> FloatArray:
        """How much of the cells around these points is land, 0 to 1; same shape as the (broadcast) points."""
        row, column = cell_of(latitude_deg, longitude_deg)
        return np.asarray(self.on_map()[row, column])

    def country_at(self, latitude_deg: float, longitude_deg: float) -> Country | None:
        """Which country owns most of the cell around a point; none where more than half of the cell is sea."""
        row, column = cell_of(latitude_deg, longitude_deg)
        first, last = np.searchsorted(self.cell, row * COLUMNS + column + np.array([0, 1]))
        here = self.fraction[first:last]
        if here.sum() < 0.5:
            return None
        return self.countries[int(self.country[first + int(here.argmax())])]


def load_population(year: int | None = None) -> PopulationGrid:
    """How many people live where, as shipped (national totals of 2018) or brought to a year from 1950 to 2099.

    With a year, every country above about two million has the people the UN World Population Prospects 2022 give it,
    interpolated between 1980, 2000, 2010 and 2020; before and after, its last rate goes on for at most twenty years.
    Smaller ones follow the world. Then all are scaled by one factor to the world total of mid-year (medium variant
    after 2021). Where people live inside a country does not change. Raises :class:`InputError` for another year.
    """
    cell, country, people = _arrays("population_grid.npz", "cell", "country", "people")
    grid = PopulationGrid(
        identifier=f"geonames-{NATIONAL_TOTALS_YEAR}/2",
        year=NATIONAL_TOTALS_YEAR,
        source=_SOURCE,
        countries=_countries(),
        cell=cell,
        country=country,
        people=people.astype(np.float64),
    )
    if year is None:
        return grid
    world = world_people(year)
    grown = grid.people * _national_growth(grid, year)[grid.country]
    return replace(
        grid,
        identifier=f"{grid.identifier}@{year}",
        year=year,
        source=f"{_SOURCE}; nations and world brought to mid-{year} by the UN World Population Prospects 2022",
        people=grown * (world / grown.sum()),
    )


def _national_growth(grid: PopulationGrid, year: int) -> FloatArray:
    """People of each country in this year for one of the grid (n_country,)."""
    described = _described()
    years = np.array(described["national_years"], dtype=np.float64)
    moment = np.clip(year, years[0] - _LONGEST_EXTRAPOLATION_YEARS, years[-1] + _LONGEST_EXTRAPOLATION_YEARS)
    place = int(np.clip(np.searchsorted(years, moment) - 1, 0, len(years) - 2))
    share = (moment - years[place]) / (years[place + 1] - years[place])
    shipped = np.bincount(grid.country, grid.people, len(grid.countries))
    growth = np.full(len(grid.countries), world_people(year) / world_people(grid.year))
    for index, country in enumerate(grid.countries):
        people = described["national_people_1e5"].get(country.iso2)
        if people is not None and shipped[index] > 0.0:
            now = math.exp((1.0 - share) * math.log(people[place]) + share * math.log(people[place + 1]))
            growth[index] = 1e5 * now / shipped[index]
    return growth


def flat_population(people_per_km2: float) -> PopulationGrid:
    """The same number of people on every square kilometre of the Earth, sea included: to check a risk by hand.

    The casualty expectation is then the casualty area times this density, whatever the orbit. Nobody's country: all
    people belong to "Disputed, without people". Raises :class:`InputError` for a negative density.
    """
    if not (math.isfinite(people_per_km2) and people_per_km2 >= 0.0):
        raise InputError(f"{people_per_km2} people per km2 cannot be", hint="give zero or a positive density")
    countries = _countries()
    nobody = next(index for index, country in enumerate(countries) if country.iso2 == "XX")
    return PopulationGrid(
        identifier=f"flat-{people_per_km2:g}",
        year=NATIONAL_TOTALS_YEAR,
        source=f"{people_per_km2:g} people on every square kilometre, land and sea (a check, not the Earth)",
        countries=countries,
        cell=np.arange(ROWS * COLUMNS, dtype=np.int32),
        country=np.full(ROWS * COLUMNS, nobody, dtype=np.uint8),
        people=people_per_km2 * cell_area_km2(),
    )


def cell_area_km2() -> FloatArray:
    """How large is each half-degree cell on the ellipsoid [km2], (360 * 720,), in the order of the cells?"""
    south = -90.0 + CELL_DEG * np.arange(ROWS)
    return np.repeat(zone_area_km2(south, south + CELL_DEG) / COLUMNS, COLUMNS)


def load_land() -> LandMask:
    """Where land is and whose (Natural Earth 1:50m; detached parts follow GeoNames, as the people do)."""
    cell, country, land = _arrays("land_grid.npz", "cell", "country", "land")
    return LandMask("Natural Earth 4.1, 1:50m (public domain)", _countries(), cell, country, land / 255.0)


def load_land_outline() -> list[FloatArray]:
    """Coastlines for a map: one closed polygon (n, 2) of longitude and latitude [deg] each, cut at 180 degrees.

    Natural Earth 1:110m; Antarctica runs along the lower edge of the map. Too coarse for deciding what is land.
    """
    points, starts = _arrays("land_outline.npz", "points_deg", "starts")
    return [np.asarray(piece, dtype=np.float64) for piece in np.split(points, starts[1:-1])]


def world_people(year: int) -> float:
    """How many people the world has at mid-year (UN World Population Prospects 2022, medium variant after 2021)."""
    totals = _described()["world_people_mid_year"]
    if str(year) not in totals:
        raise InputError(
            f"no world population for the year {year}",
            hint=f"give a year from {min(totals)} to {max(totals)}, or none for the {NATIONAL_TOTALS_YEAR} totals",
        )
    return float(totals[str(year)])


def zone_area_km2(south_deg: ArrayLike, north_deg: ArrayLike, *, figure: Figure = "ellipsoid") -> FloatArray:
    """How large the Earth's surface is between two geodetic latitudes, all around [km2].

    On the WGS 84 ellipsoid (Snyder 1987, Map Projections, equation 3-12), or on a sphere of 6371.0088 km.
    """
    return _area_from_equator_km2(north_deg, figure) - _area_from_equator_km2(south_deg, figure)


def _area_from_equator_km2(latitude_deg: ArrayLike, figure: Figure) -> FloatArray:
    sine = np.sin(np.radians(np.asarray(latitude_deg, dtype=np.float64)))
    if figure == "sphere":
        return np.asarray(2.0 * np.pi * EARTH_MEAN_RADIUS_KM**2 * sine)
    eccentricity_squared = EARTH_FLATTENING * (2.0 - EARTH_FLATTENING)
    e = np.sqrt(eccentricity_squared)
    shape = sine / (1.0 - eccentricity_squared * sine**2) + np.arctanh(e * sine) / e
    return np.asarray(np.pi * EARTH_EQUATORIAL_RADIUS_KM**2 * (1.0 - eccentricity_squared) * shape)


def cell_of(latitude_deg: ArrayLike, longitude_deg: ArrayLike) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """In which row (south first) and column (180 W first) of the half-degree map do these points lie?

    Geodetic latitude -90 to 90, any longitude. Raises :class:`InputError` for places that are not on Earth.
    """
    latitude, longitude = np.broadcast_arrays(
        np.asarray(latitude_deg, dtype=np.float64), np.asarray(longitude_deg, dtype=np.float64)
    )
    if not (np.isfinite(longitude).all() and (np.abs(latitude) <= 90.0).all()):
        raise InputError(
            f"not a place on Earth: latitude {latitude_deg!r}, longitude {longitude_deg!r}",
            hint="latitude is -90 to 90 degrees north, longitude any number of degrees east",
        )
    row = np.minimum((latitude + 90.0) / CELL_DEG, ROWS - 1).astype(np.intp)
    column = np.floor((longitude + 180.0) / CELL_DEG).astype(np.intp) % COLUMNS
    return row, column


def _by_row_and_country(
    cell: NDArray[np.int32], country: NDArray[np.uint8], value: FloatArray, n_country: int
) -> FloatArray:
    slot = (cell // COLUMNS) * n_country + country
    flat = np.bincount(slot, weights=value, minlength=ROWS * n_country)
    return np.asarray(flat.reshape(ROWS, n_country), dtype=np.float64)


def _arrays(file: str, *names: str) -> tuple[NDArray[Any], ...]:
    with np.load(_DATA / file, allow_pickle=False) as stored:
        return tuple(stored[name] for name in names)


@lru_cache(maxsize=1)
def _described() -> dict[str, Any]:
    described: dict[str, Any] = json.loads((_DATA / "population_countries.json").read_text(encoding="utf-8"))
    return described


def _countries() -> tuple[Country, ...]:
    return tuple(Country(**entry) for entry in _described()["countries"])
