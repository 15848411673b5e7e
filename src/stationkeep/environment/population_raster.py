"""A population raster of one's own (GPW, WorldPop, GHS-POP as GeoTIFF) in the place of the one that ships.

Pixels are added up into the half-degree cells of :mod:`stationkeep.environment.population`; each cell's people are
divided among its countries as in the shipped grid, since a raster says nothing of countries. Where a raster of one
country or region has no data, the shipped people stay. Needs the extra ``rasters`` (rasterio).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from stationkeep.environment.map_places import geographic
from stationkeep.environment.population import (
    CELL_DEG,
    COLUMNS,
    ROWS,
    Country,
    LandMask,
    PopulationGrid,
    cell_of,
    load_land,
    load_population,
    world_people,
    zone_area_km2,
)
from stationkeep.errors import InputError, MissingExtraError

FloatArray = NDArray[np.float64]
Holds = Literal["people", "people-per-km2"]

RASTER_HOLDS: Final[tuple[Holds, ...]] = ("people", "people-per-km2")
_PIXELS_AT_ONCE: Final = 4_000_000  # 150 MB while they are placed
_FARTHEST_FACTOR: Final = 2.0  # people of the raster against those it replaces; a density read as counts is far off
_FEWEST_TO_JUDGE: Final = 1e6
_LOST_SHARE: Final = 1e-4
_WHOLE_WORLD: Final = 0.9  # share of the shipped people whose cells hold data


@dataclass(frozen=True, slots=True)
class _Placed:
    """What the pixels add up to, by half-degree cell (360 * 720,)."""

    people: FloatArray
    has_data: NDArray[np.bool_]


def read_population_raster(
    path: Path, *, raster_year: int | None = None, year: int | None = None, holds: Holds = "people"
) -> PopulationGrid:
    """How many people live where, from a user's raster.

    Parameters
    ----------
    path         GeoTIFF (or another raster GDAL reads) with one band and a projection
    raster_year  the year it speaks of; taken from the file's name where that holds one
    year         bring it to another year, by the UN's world totals; all places alike
    holds        ``"people"`` in each pixel, or ``"people-per-km2"`` (rasters in degrees only)

    Raises :class:`InputError` for a file that is no raster, without projection, with several bands, without a
    year, or whose people cannot be (twice or half as many as known); :class:`MissingExtraError` without rasterio.
    """
    if holds not in RASTER_HOLDS:
        raise InputError(f"a raster cannot hold {holds!r}", hint=f"choose {' or '.join(RASTER_HOLDS)}")
    of_year = raster_year or _year_in(path)
    shipped, land = load_population(of_year), load_land()
    placed = _placed(path, land, holds)
    whole = float(shipped.people[placed.has_data[shipped.cell]].sum()) > _WHOLE_WORLD * shipped.total_people
    replaced = np.ones(ROWS * COLUMNS, dtype=bool) if whole else placed.has_data
    _check_total(path, placed, shipped, replaced)
    grid = _merged(path, placed, shipped, land, replaced, whole)
    if year is None or year == of_year:
        return grid
    return replace(
        grid,
        identifier=f"{grid.identifier}@{year}",
        year=year,
        source=f"{grid.source}; brought from {of_year} to {year} by the world totals of the UN (WPP 2022)",
        people=grid.people * (world_people(year) / world_people(of_year)),
    )


def _year_in(path: Path) -> int:
    years = [int(text) for text in re.findall(r"(?<!\d)((?:19|20)\d\d)(?!\d)", path.name)]
    if not years:
        raise InputError(
            f"{path.name} does not say which year it speaks of",
            hint="give the year with --raster-year, for example 2020",
        )
    return years[-1]


# --- Reading ----------------------------------------------------------------------------------------------------


def _placed(path: Path, land: LandMask, holds: Holds) -> _Placed:
    """Every pixel's people added to the cell its centre lies in; wide pixels are divided first."""
    rasterio = _rasterio()
    land_share = land.on_map().ravel()
    people, has_data = np.zeros(ROWS * COLUMNS), np.zeros(ROWS * COLUMNS, dtype=bool)
    try:
        with rasterio.open(path) as source:
            _check_source(path, source, holds)
            for values, north, east, pixel_area in _blocks(rasterio, source):
                cells, count = _into_cells(
                    path, values, north, east, pixel_area if holds != "people" else None, land_share
                )
                people += np.bincount(cells, count, ROWS * COLUMNS)
                has_data[cells] = True
    except rasterio.errors.RasterioError as error:
        raise InputError(
            f"{path} cannot be read as a raster: {str(error).splitlines()[0]}",
            hint="give a GeoTIFF with people per pixel, such as GPWv4's population count or WorldPop's ppp files",
        ) from None
    if not has_data.any():
        raise InputError(f"{path} holds no data at all", hint="every pixel is marked as 'no data': check the file")
    return _Placed(people, has_data)


def _rasterio() -> Any:
    try:
        for part in ("errors", "warp", "windows"):
            import_module(f"rasterio.{part}")
        return import_module("rasterio")
    except ImportError:
        raise MissingExtraError(
            "reading a population raster needs rasterio", hint="pip install 'stationkeep[rasters]', or leave it out"
        ) from None


def _check_source(path: Path, source: Any, holds: Holds) -> None:
    if source.crs is None:
        raise InputError(
            f"{path} has no projection, so nobody knows where its pixels lie",
            hint="write it into the file; for latitude and longitude: gdal_translate -a_srs EPSG:4326 IN.tif OUT.tif",
        )
    if source.transform.is_identity:
        raise InputError(
            f"{path} does not say where its corner lies and how large its pixels are",
            hint="give a georeferenced raster (GeoTIFF)",
        )
    if source.count != 1:
        raise InputError(f"{path} has {source.count} bands", hint="give a raster with one band: people per pixel")
    if holds != "people" and not source.crs.is_geographic:
        raise InputError(
            f"{path} holds densities on a projected map, whose pixels differ in size on the ground",
            hint="give people per pixel, or a raster in degrees (EPSG:4326)",
        )


def _blocks(rasterio: Any, source: Any) -> Iterator[tuple[FloatArray, FloatArray, FloatArray, FloatArray]]:
    """Pixels with data, strip by strip: value, latitude, longitude [deg], (m,) or (k, m), and area [km2]."""
    rows_at_once = max(1, _PIXELS_AT_ONCE // source.width)
    for first in range(0, source.height, rows_at_once):
        window = rasterio.windows.Window(0, first, source.width, min(rows_at_once, source.height - first))
        values = source.read(1, window=window, masked=True).astype(np.float64).filled(np.nan)
        row, column = np.nonzero(np.isfinite(values) & (values >= 0.0))
        if not len(row):
            continue
        north, east = _centres(rasterio, source, row + first, column)
        yield values[row, column], north, east, _pixel_area_km2(source, row + first)


def _centres(
    rasterio: Any, source: Any, row: NDArray[np.intp], column: NDArray[np.intp]
) -> tuple[FloatArray, FloatArray]:
    """Latitude and longitude of the pixels, or of the equal parts of pixels wider than half a cell, (k, m)."""
    t = source.transform
    width = max(abs(t.a), abs(t.e), abs(t.b), abs(t.d)) * (1.0 if source.crs.is_geographic else 1.0 / 111_000.0)
    parts = max(1, int(np.ceil(2.0 * width / CELL_DEG - 1e-9)))
    inside = (np.arange(parts) + 0.5) / parts
    across, down = (part.ravel()[:, None] for part in np.meshgrid(inside, inside))
    x = t.c + t.a * (column + across) + t.b * (row + down)
    y = t.f + t.d * (column + across) + t.e * (row + down)
    if source.crs.is_geographic:
        return np.asarray(y), np.asarray(x)
    return geographic(rasterio, source.crs, x, y)


def _pixel_area_km2(source: Any, row: NDArray[np.intp]) -> FloatArray:
    if not source.crs.is_geographic:
        return np.zeros(len(row))
    t = source.transform
    one, other = t.f + t.e * row, t.f + t.e * (row + 1)
    whole = zone_area_km2(np.clip(np.minimum(one, other), -90.0, 90.0), np.clip(np.maximum(one, other), -90.0, 90.0))
    return np.asarray(whole * abs(t.a) / 360.0)


def _into_cells(
    path: Path, values: FloatArray, north: FloatArray, east: FloatArray, area: FloatArray | None, land_share: FloatArray
) -> tuple[NDArray[np.intp], FloatArray]:
    """The cell and the people of each pixel or part of a pixel; parts share by their land, or equally at sea."""
    people = values if area is None else values * area
    placed = np.atleast_2d(np.isfinite(north) & np.isfinite(east) & (np.abs(north) <= 90.0 + 1e-6))
    # Maps of the world have corners that are nowhere. Hardly anybody lives in a pixel whose middle is just beyond.
    somewhere = placed.any(axis=0)
    if people[~somewhere].sum() > _LOST_SHARE * people.sum():
        raise InputError(
            f"{path} places {people[~somewhere].sum():,.0f} people outside the Earth",
            hint="its projection and its pixels' size do not belong together",
        )
    placed, people = placed[:, somewhere], people[somewhere]
    north, east = np.atleast_2d(north)[:, somewhere], np.atleast_2d(east)[:, somewhere]
    row, column = cell_of(np.where(placed, np.clip(north, -90.0, 90.0), 0.0), np.where(placed, east, 0.0))
    cells = row * COLUMNS + column
    weight = np.where(placed, land_share[cells] + 1e-9, 0.0)
    return cells[placed], (people * weight / weight.sum(axis=0))[placed]


# --- Joining it with what ships --------------------------------------------------------------------------------


def _check_total(path: Path, placed: _Placed, shipped: PopulationGrid, replaced: NDArray[np.bool_]) -> None:
    found, known = float(placed.people.sum()), float(shipped.people[replaced[shipped.cell]].sum())
    if known < _FEWEST_TO_JUDGE:
        return
    if not known / _FARTHEST_FACTOR <= found <= known * _FARTHEST_FACTOR:
        raise InputError(
            f"{path.name} adds up to {found / 1e6:,.1f} million people where {known / 1e6:,.1f} million live",
            hint="a raster of densities needs --raster-holds people-per-km2; one of counts, people",
        )


def _merged(
    path: Path, placed: _Placed, shipped: PopulationGrid, land: LandMask, replaced: NDArray[np.bool_], whole: bool
) -> PopulationGrid:
    """The raster's people in the cells it speaks of, the shipped people elsewhere."""
    cell, country, people = _by_country(placed.people, shipped, land)
    kept = ~replaced[shipped.cell]
    cells = np.concatenate([cell, shipped.cell[kept]])
    order = np.argsort(cells, kind="stable")
    rest = "" if whole else f"; elsewhere {shipped.source}"
    return PopulationGrid(
        identifier=f"raster-{path.name}",
        year=shipped.year,
        source=f"{path.name} ({placed.people.sum() / 1e6:,.1f} million people, {shipped.year}){rest}",
        countries=shipped.countries,
        cell=cells[order].astype(np.int32),
        country=np.concatenate([country, shipped.country[kept]])[order].astype(np.uint8),
        people=np.concatenate([people, shipped.people[kept]])[order],
    )


def _by_country(
    people: FloatArray, shipped: PopulationGrid, land: LandMask
) -> tuple[NDArray[np.int64], NDArray[np.int64], FloatArray]:
    """Each cell's people among its countries: as the shipped people, else as the land, else to the nearest country."""
    cells, countries, shares = [], [], []
    left = people > 0.0
    for cell, country, weight in (
        (shipped.cell, shipped.country, shipped.people),
        (land.cell, land.country, land.fraction),
    ):
        total = np.bincount(cell, weight, ROWS * COLUMNS)
        use = left[cell] & (weight > 0.0)
        cells.append(cell[use].astype(np.int64))
        countries.append(country[use].astype(np.int64))
        shares.append(people[cell[use]] * weight[use] / total[cell[use]])
        left &= total <= 0.0
    at_sea = np.flatnonzero(left)
    cells.append(at_sea)
    countries.append(_nearest_country(at_sea, land, shipped.countries))
    shares.append(people[at_sea])
    return np.concatenate(cells), np.concatenate(countries), np.concatenate(shares)


def _nearest_country(at_sea: NDArray[np.intp], land: LandMask, countries: tuple[Country, ...]) -> NDArray[np.int64]:
    """Whose island is not on the land map: the country of the nearest cell with land, up to three cells away."""
    nobody = next(index for index, country in enumerate(countries) if country.iso2 == "XX")
    owner = np.full(ROWS * COLUMNS, -1)
    order = np.argsort(land.fraction, kind="stable")  # the largest part of a cell is written last
    owner[land.cell[order]] = land.country[order]
    found = np.full(len(at_sea), nobody, dtype=np.int64)
    steps = sorted(
        ((r, c) for r in range(-3, 4) for c in range(-3, 4)), key=lambda step: -(step[0] ** 2 + step[1] ** 2)
    )
    for down, across in steps:  # the nearest is written last
        row = np.clip(at_sea // COLUMNS + down, 0, ROWS - 1)
        near = owner[row * COLUMNS + (at_sea % COLUMNS + across) % COLUMNS]
        found = np.where(near >= 0, near, found)
    return found
