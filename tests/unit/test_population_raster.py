"""A user's population raster in the place of the shipped people."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from stationkeep.environment.population import (
    COLUMNS,
    ROWS,
    PopulationGrid,
    cell_area_km2,
    load_population,
    world_people,
)
from stationkeep.environment.population_raster import read_population_raster
from stationkeep.errors import InputError, MissingExtraError

rasterio = pytest.importorskip("rasterio", reason="reading rasters needs the extra 'rasters'")
from rasterio import warp  # noqa: E402
from rasterio.transform import Affine, from_origin  # noqa: E402

FloatArray = NDArray[np.float64]
NO_DATA = -9999.0
SHIPPED = load_population(2020)


def written(
    path: Path,
    values: FloatArray,
    transform: Affine,
    crs: str | None = "EPSG:4326",
    bands: int = 1,
) -> Path:
    height, width = values.shape
    with rasterio.open(
        path, "w", driver="GTiff", height=height, width=width, count=bands, dtype="float64",
        crs=crs, transform=transform, nodata=NO_DATA,
    ) as target:  # fmt: skip
        for band in range(1, bands + 1):
            target.write(values, band)
    return path


def world_map() -> FloatArray:
    """The shipped people as a raster would hold them: north first."""
    return SHIPPED.on_map()[::-1]


def of_country(grid: PopulationGrid, iso2: str) -> float:
    index = next(i for i, country in enumerate(grid.countries) if country.iso2 == iso2)
    return float(grid.people[grid.country == index].sum())


def test_a_whole_world_comes_back_cell_by_cell_and_country_by_country(tmp_path: Path) -> None:
    path = written(tmp_path / "world_2020.tif", world_map(), from_origin(-180, 90, 0.5, 0.5))
    grid = read_population_raster(path)
    assert grid.year == 2020
    assert grid.on_map() == pytest.approx(SHIPPED.on_map(), rel=1e-9, abs=1e-6)
    for iso2 in ("IN", "US", "RU", "FR", "TV"):
        assert of_country(grid, iso2) == pytest.approx(of_country(SHIPPED, iso2), rel=1e-9)
    assert "world_2020.tif" in grid.source


def test_finer_pixels_add_up(tmp_path: Path) -> None:
    fine = np.repeat(np.repeat(world_map() / 4.0, 2, axis=0), 2, axis=1)
    path = written(tmp_path / "fine_2020.tif", fine, from_origin(-180, 90, 0.25, 0.25))
    assert read_population_raster(path).on_map() == pytest.approx(SHIPPED.on_map(), rel=1e-9, abs=1e-6)


def test_wider_pixels_keep_their_people_and_put_them_on_land(tmp_path: Path) -> None:
    wide = world_map().reshape(180, 2, 360, 2).sum(axis=(1, 3))
    grid = read_population_raster(written(tmp_path / "wide_2020.tif", wide, from_origin(-180, 90, 1.0, 1.0)))
    assert grid.total_people == pytest.approx(SHIPPED.total_people, rel=1e-9)
    ours = grid.on_map().reshape(180, 2, 360, 2).sum(axis=(1, 3))
    assert ours == pytest.approx(wide[::-1], rel=1e-9, abs=1e-6)


def test_densities_become_people(tmp_path: Path) -> None:
    density = world_map() / cell_area_km2().reshape(ROWS, COLUMNS)[::-1]
    path = written(tmp_path / "density_2020.tif", density, from_origin(-180, 90, 0.5, 0.5))
    grid = read_population_raster(path, holds="people-per-km2")
    assert grid.total_people == pytest.approx(SHIPPED.total_people, rel=1e-9)
    with pytest.raises(InputError, match="adds up to"):
        read_population_raster(path)


def test_a_raster_of_one_country_leaves_the_others_alone(tmp_path: Path) -> None:
    """Twice the people in a box over France; the box's corner over the sea holds no data."""
    box = np.full((20, 20), NO_DATA)
    rows, columns = slice(270, 290), slice(360, 380)  # 45 to 55 N, 0 to 10 E
    box[:, 2:] = 1.5 * SHIPPED.on_map()[rows, columns][::-1, 2:]
    grid = read_population_raster(written(tmp_path / "west_2020.tif", box, from_origin(0, 55, 0.5, 0.5)))
    inside = grid.on_map()[rows, columns]
    assert inside[:, 2:] == pytest.approx(1.5 * SHIPPED.on_map()[rows, columns][:, 2:], rel=1e-9)
    assert inside[:, :2] == pytest.approx(SHIPPED.on_map()[rows, columns][:, :2], rel=1e-9)
    assert of_country(grid, "US") == pytest.approx(of_country(SHIPPED, "US"))
    assert "elsewhere" in grid.source


def test_a_projected_map_is_placed_by_its_projection(tmp_path: Path) -> None:
    """One pixel of a million people in UTM zone 31 at 500 km east, 5,400 km north: 3 E, 48.7 N."""
    values = np.full((3, 3), NO_DATA)
    values[1, 1] = 5e6
    transform = from_origin(500_000 - 7_500, 5_400_000 + 7_500, 5_000, 5_000)
    grid = read_population_raster(written(tmp_path / "utm_2020.tif", values, transform, "EPSG:32631"))
    row, column = int((48.75 + 90) / 0.5), int((3.0 + 180) / 0.5)
    here = grid.on_map()[row - 1 : row + 1, column - 1 : column + 1]
    assert here.max() == pytest.approx(5e6)


def test_a_map_of_the_world_has_corners_that_are_nowhere(tmp_path: Path) -> None:
    """Mollweide without a 'no data' value, pixels of 60 km: a million people near 3 E, 48.7 N; none in the corners."""
    values = np.zeros((302, 602))
    (east,), (north,) = warp.transform("EPSG:4326", "ESRI:54009", [3.0], [48.7])
    values[int((9_060_000 - north) // 60_000), int((east + 18_060_000) // 60_000)] = SHIPPED.total_people
    path = written(
        tmp_path / "world_2020.tif", values, from_origin(-18_060_000, 9_060_000, 60_000, 60_000), "ESRI:54009"
    )
    grid = read_population_raster(path)
    assert grid.total_people == pytest.approx(SHIPPED.total_people)
    row, column = np.unravel_index(int(np.argmax(grid.on_map())), (ROWS, COLUMNS))
    assert abs(-89.75 + 0.5 * row - 48.7) < 0.6
    assert abs(-179.75 + 0.5 * column - 3.0) < 0.8
    values[0, 0] = 0.01 * SHIPPED.total_people
    path = written(path, values, from_origin(-18_060_000, 9_060_000, 60_000, 60_000), "ESRI:54009")
    with pytest.raises(InputError, match=r"people outside the Earth"):
        read_population_raster(path)


def test_another_year_follows_the_world_totals(tmp_path: Path) -> None:
    path = written(tmp_path / "world_2020.tif", world_map(), from_origin(-180, 90, 0.5, 0.5))
    grid = read_population_raster(path, year=2030)
    assert grid.total_people == pytest.approx(SHIPPED.total_people * world_people(2030) / world_people(2020))
    assert grid.year == 2030
    assert "2030" in grid.source


def test_a_name_without_a_year_needs_one(tmp_path: Path) -> None:
    path = written(tmp_path / "world.tif", world_map(), from_origin(-180, 90, 0.5, 0.5))
    with pytest.raises(InputError, match="--raster-year"):
        read_population_raster(path)
    assert read_population_raster(path, raster_year=2020).year == 2020


def test_a_raster_without_projection_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "world_2020.tif", world_map(), from_origin(-180, 90, 0.5, 0.5), crs=None)
    with pytest.raises(InputError, match="no projection") as caught:
        read_population_raster(path)
    assert "EPSG:4326" in str(caught.value)


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_a_raster_without_a_place_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "world_2020.tif", world_map(), Affine.identity())
    with pytest.raises(InputError, match="corner"):
        read_population_raster(path)


def test_several_bands_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "ages_2020.tif", world_map(), from_origin(-180, 90, 0.5, 0.5), bands=2)
    with pytest.raises(InputError, match="2 bands"):
        read_population_raster(path)


def test_pixels_beyond_the_pole_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "off_2020.tif", world_map(), from_origin(-180, 120, 0.5, 0.5))
    with pytest.raises(InputError, match="outside the Earth"):
        read_population_raster(path)


def test_densities_on_a_projected_map_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "d_2020.tif", np.ones((3, 3)), from_origin(5e5, 5.4e6, 5e3, 5e3), "EPSG:32631")
    with pytest.raises(InputError, match="EPSG:4326"):
        read_population_raster(path, holds="people-per-km2")


def test_what_is_no_raster_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes_2020.tif"
    path.write_text("not a raster")
    for given in (path, tmp_path / "missing_2020.tif"):
        with pytest.raises(InputError, match="cannot be read as a raster"):
            read_population_raster(given)


def test_a_raster_without_any_data_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "empty_2020.tif", np.full((4, 4), NO_DATA), from_origin(0, 50, 1, 1))
    with pytest.raises(InputError, match="no data at all"):
        read_population_raster(path)


def test_without_rasterio_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "rasterio", None)
    with pytest.raises(MissingExtraError, match=r"stationkeep\[rasters\]"):
        read_population_raster(tmp_path / "world_2020.tif")
