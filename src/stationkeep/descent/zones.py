"""Where may debris fall: zones of the ocean as polygons, and how far it is to land.

Longitudes of a ring run on without a jump: a zone across the date line is written with longitudes beyond 180 degrees
(or below -180), or cut in two at 180. A jump of more than half the world between two corners is refused, because it
does not say which way round is meant.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeep.constants import EARTH_MEAN_RADIUS_KM
from stationkeep.environment.population import CELL_DEG, COLUMNS, ROWS, LandMask, cell_of, load_land
from stationkeep.errors import InputError
from stationkeep.ordinary_file import Expected, read_bytes

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

FOREIGN_KEEP_OUT_KM: Final = 370.0
"""No piece above 15 J nearer to foreign land (NASA-STD-8719.14C, requirement 4.7-1b)."""
HOME_KEEP_OUT_KM: Final = 50.0
"""Nor nearer to land of the United States or the permanent ice of Antarctica (the same)."""
HOME: Final = frozenset({"US", "AQ", "PR", "GU", "AS", "VI", "MP", "UM"})

_HINT = (
    "write GeoJSON (Polygon or MultiPolygon), or YAML: 'name:' and 'corners:' with [latitude_deg, longitude_deg] "
    "pairs, the last one equal to the first"
)
_EXPECTED = Expected(InputError, _HINT, largest_mebibytes=8)
_CHUNK = 256


@dataclass(frozen=True)
class Ring:
    """A closed line of corners (n, 2): latitude and running longitude [deg], the first repeated at the end."""

    corners: FloatArray

    def contains(self, latitude_deg: FloatArray, longitude_deg: FloatArray) -> BoolArray:
        """Even-odd rule on the plane of latitude and longitude; same shape as the points (n,)."""
        north, east = self.corners[:, 0], self.corners[:, 1]
        x = east.min() + (longitude_deg - east.min()) % 360.0
        inside = np.zeros(len(latitude_deg), dtype=bool)
        for a, b in zip(range(len(north) - 1), range(1, len(north)), strict=True):
            crossed = (north[a] > latitude_deg) != (north[b] > latitude_deg)
            at = east[a] + (latitude_deg - north[a]) * (east[b] - east[a]) / (north[b] - north[a] or 1.0)
            inside ^= crossed & (x < at)
        return inside


@dataclass(frozen=True)
class Zone:
    """An area of the sea debris may fall in: one or more polygons, each an outer ring and its holes."""

    name: str
    polygons: tuple[tuple[Ring, ...], ...]
    source: str = ""
    note: str = ""

    def contains(self, latitude_deg: ArrayLike, longitude_deg: ArrayLike) -> BoolArray:
        """Whether points lie inside (edges belong to neither side surely); any shape, flattened to (n,)."""
        north = np.atleast_1d(np.asarray(latitude_deg, dtype=np.float64)).ravel()
        east = np.atleast_1d(np.asarray(longitude_deg, dtype=np.float64)).ravel()
        found = np.zeros(len(north), dtype=bool)
        for outer, *holes in self.polygons:
            here = outer.contains(north, east)
            for hole in holes:
                here &= ~hole.contains(north, east)
            found |= here
        return found

    @property
    def latitudes_deg(self) -> tuple[float, float]:
        """Southernmost and northernmost corner."""
        all_north = np.concatenate([polygon[0].corners[:, 0] for polygon in self.polygons])
        return float(all_north.min()), float(all_north.max())

    def outlines(self) -> list[FloatArray]:
        """Outer rings for drawing, (n, 2) longitude and latitude [deg], longitudes running on."""
        return [polygon[0].corners[:, ::-1].copy() for polygon in self.polygons]


@cache
def shipped_zones() -> dict[str, Zone]:
    """The zones that come with the package, by name."""
    import yaml

    text = (files("stationkeep.descent") / "data/zones.yaml").read_text(encoding="utf-8")
    document: dict[str, Any] = yaml.safe_load(text)
    return {name: _zone_of_yaml({"name": name, **given}, name) for name, given in document["zones"].items()}


@cache
def small_islands() -> tuple[tuple[str, str, float, float], ...]:
    """Islands too small for the land mask: name, ISO code of the owner, latitude, longitude [deg]."""
    import yaml

    text = (files("stationkeep.descent") / "data/zones.yaml").read_text(encoding="utf-8")
    return tuple(
        (str(name), str(owner), float(north), float(east))
        for name, owner, north, east in yaml.safe_load(text)["small_islands"]
    )


def zone_named(target: str) -> Zone:
    """The zone a person means: the name of a shipped one, or a GeoJSON or YAML file."""
    shipped = shipped_zones()
    if target.lower() in shipped:
        return shipped[target.lower()]
    path = Path(target)
    if path.suffix.lower() in (".json", ".geojson", ".yaml", ".yml") or path.exists():
        return read_zone(path)
    near = get_close_matches(target.lower(), shipped, n=1, cutoff=0.6)
    meant = f"did you mean {near[0]}? " if near else ""
    raise InputError(
        f"no zone {target!r}",
        hint=f"{meant}shipped are {', '.join(shipped)}; or give a GeoJSON or YAML file of corners",
    )


def read_zone(path: Path) -> Zone:
    """A zone from a file. Raises :class:`InputError` for one that is not closed or jumps across the date line."""
    text = read_bytes(path, _EXPECTED).decode("utf-8", errors="replace")
    where = path.name
    try:
        if path.suffix.lower() in (".yaml", ".yml"):
            import yaml

            document = yaml.safe_load(text)
        else:
            document = json.loads(text)
    except Exception as error:
        raise InputError(f"{where} cannot be read: {' '.join(str(error).split())}", hint=_HINT) from None
    if not isinstance(document, dict):
        raise InputError(f"{where} holds no zone", hint=_HINT)
    if "corners" in document or "polygons" in document:
        return _zone_of_yaml(document, where)
    return _zone_of_geojson(document, where)


def _zone_of_yaml(given: dict[str, Any], where: str) -> Zone:
    lists = given["polygons"] if "polygons" in given else [given.get("corners")]
    if not isinstance(lists, list) or not lists:
        raise InputError(f"{where}: no corners", hint=_HINT)
    polygons = tuple((_ring(corners, where),) for corners in lists)
    return Zone(str(given.get("name", where)), polygons, str(given.get("source", "")), str(given.get("note", "")))


def _zone_of_geojson(document: dict[str, Any], where: str) -> Zone:
    shapes = [document]
    if document.get("type") == "FeatureCollection":
        shapes = list(document.get("features") or [])
    name, polygons = where, []
    for shape in shapes:
        if not isinstance(shape, dict):
            raise InputError(f"{where}: a feature is not an object", hint=_HINT)
        if shape.get("type") == "Feature":
            properties = shape.get("properties")
            name = str(properties.get("name", name)) if isinstance(properties, dict) else name
            shape = shape.get("geometry") or {}
        kind, parts = shape.get("type"), shape.get("coordinates")
        if kind not in ("Polygon", "MultiPolygon") or not isinstance(parts, list) or not parts:
            raise InputError(f"{where}: a zone must be a Polygon or MultiPolygon, not {kind!r}", hint=_HINT)
        for polygon in [parts] if kind == "Polygon" else parts:
            if not isinstance(polygon, list) or not polygon:
                raise InputError(f"{where}: a polygon without rings", hint=_HINT)
            polygons.append(tuple(_ring([_flipped(pair) for pair in _listed(ring)], where) for ring in polygon))
    if not polygons:
        raise InputError(f"{where} holds no polygon", hint=_HINT)
    return Zone(name, tuple(polygons))


def _listed(ring: Any) -> list[Any]:
    return ring if isinstance(ring, list) else []


def _flipped(pair: Any) -> Any:
    # GeoJSON puts longitude first (RFC 7946, section 3.1.1).
    return [pair[1], pair[0]] if isinstance(pair, list | tuple) and len(pair) >= 2 else pair


def _ring(given: Any, where: str) -> Ring:
    try:
        corners = np.array([[float(pair[0]), float(pair[1])] for pair in given], dtype=np.float64)
    except (TypeError, ValueError, IndexError, KeyError):
        raise InputError(f"{where}: corners must be pairs of numbers", hint=_HINT) from None
    if len(corners) < 4 or not np.isfinite(corners).all():
        raise InputError(f"{where}: a zone needs at least three corners and the first one again", hint=_HINT)
    if np.abs(corners[:, 0]).max() > 90.0 or np.abs(corners[:, 1]).max() > 540.0:
        raise InputError(
            f"{where}: a corner is not on Earth",
            hint="latitudes lie within -90 and 90, longitudes within -540 and 540 degrees; GeoJSON has longitude first",
        )
    if not np.allclose(corners[0], corners[-1], atol=1.0e-6):
        first, last = corners[0], corners[-1]
        raise InputError(
            f"{where}: the zone is not closed: it begins at {first[0]:g}, {first[1]:g} (latitude, longitude) and ends "
            f"at {last[0]:g}, {last[1]:g}",
            hint="repeat the first corner as the last one",
        )
    _refuse_jumps(corners, where)
    _refuse_crossing(corners, where)
    return Ring(corners)


def _refuse_crossing(corners: FloatArray, where: str) -> None:
    """A border that crosses itself (a bow tie) has no inside; touching corners are let pass."""
    start, end = corners[:-1], corners[1:]

    def side(a: FloatArray, b: FloatArray, point: FloatArray) -> FloatArray:
        ab, ap = b - a, point - a
        return np.asarray(np.sign(ab[..., 0] * ap[..., 1] - ab[..., 1] * ap[..., 0]))

    for index in range(len(start) - 2):
        a, b, c, d = start[index], end[index], start[index + 2 :], end[index + 2 :]
        apart = (side(a, b, c) * side(a, b, d) < 0.0) & (side(c, d, a) * side(c, d, b) < 0.0)
        if apart.any():
            other = index + 2 + int(np.flatnonzero(apart)[0])
            raise InputError(
                f"{where}: the zone's border crosses itself: side {index + 1} and side {other + 1}",
                hint="give the corners in the order in which one walks around the zone",
            )


def _refuse_jumps(corners: FloatArray, where: str) -> None:
    steps = np.diff(corners[:, 1])
    if np.abs(steps).max() >= 180.0:
        index = int(np.abs(steps).argmax())
        a, b = corners[index, 1], corners[index + 1, 1]
        turned = b + 360.0 if b < a else b - 360.0
        raise InputError(
            f"{where}: from longitude {a:g} to {b:g} the zone crosses the date line or half of the world",
            hint=f"let the longitudes run on ({a:g} to {turned:g} if the date line is meant), put a corner between "
            "them, or cut the zone in two at 180",
        )
    if np.ptp(corners[:, 1]) >= 360.0:
        raise InputError(f"{where}: the zone goes round the world", hint="cut it into parts of less than 360 degrees")


@dataclass(frozen=True)
class LandDistance:
    """How far is it to the next land, and is that nearer than allowed? Never overestimates.

    Land is any half-degree cell of the mask that holds some, and the small islands the mask leaves out; to a cell the
    distance counts from its corner. A sphere of 6371 km.
    """

    foreign_km: float = FOREIGN_KEEP_OUT_KM
    home_km: float = HOME_KEEP_OUT_KM
    home: frozenset[str] = HOME
    land: LandMask = field(default_factory=load_land)

    def __post_init__(self) -> None:
        if not (0.0 <= self.home_km <= 5000.0 and 0.0 <= self.foreign_km <= 5000.0):
            raise InputError(
                f"keep-out distances of {self.foreign_km:g} and {self.home_km:g} km", hint="give 0 to 5000 km"
            )
        object.__setattr__(self, "_coasts", (self._coast(False), self._coast(True)))

    def _coast(self, home: bool) -> tuple[NDArray[np.float32], FloatArray, BoolArray]:
        """Unit vectors of the coastal cells (n, 3), half their diagonals [km], and which cells hold such land."""
        own = np.array([country.iso2 in self.home for country in self.land.countries])
        cells = np.unique(self.land.cell[own[self.land.country] == home])
        whole = set(cells.tolist())
        # A cell whose eight neighbours all hold such land is never the nearest to the sea.
        around = [row * COLUMNS + column for row in (-1, 0, 1) for column in (-1, 0, 1) if row or column]
        edge = np.array([any(int(cell) + step not in whole for step in around) for cell in cells], dtype=bool)
        cells = cells[edge]
        north = np.radians(-90.0 + CELL_DEG * (cells // COLUMNS + 0.5))
        east = np.radians(-180.0 + CELL_DEG * (cells % COLUMNS + 0.5))
        half = np.radians(0.5 * CELL_DEG) * EARTH_MEAN_RADIUS_KM * np.hypot(1.0, np.cos(north))
        more = [(n, e) for _, owner, n, e in small_islands() if (owner in self.home) == home]
        if more:
            extra = np.radians(np.array(more))
            north, east = np.append(north, extra[:, 0]), np.append(east, extra[:, 1])
            half = np.append(half, np.full(len(more), 10.0))
        held = np.zeros((ROWS, COLUMNS), dtype=bool)
        held.ravel()[list(whole)] = True
        return unit_vectors(np.degrees(north), np.degrees(east)).astype(np.float32), half, held

    def distances_km(self, latitude_deg: ArrayLike, longitude_deg: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Distance to foreign land and to home land (n,) each [km]."""
        places = unit_vectors(np.atleast_1d(latitude_deg).ravel(), np.atleast_1d(longitude_deg).ravel())
        cell = cell_of(np.atleast_1d(latitude_deg).ravel(), np.atleast_1d(longitude_deg).ravel())
        found: list[FloatArray] = []
        coasts: Sequence[tuple[NDArray[np.float32], FloatArray, BoolArray]] = getattr(self, "_coasts")  # noqa: B009
        for coast, half, held in coasts:
            nearest = np.full(len(places), np.pi * EARTH_MEAN_RADIUS_KM)
            for begin in range(0, len(places) if len(coast) else 0, _CHUNK):
                part = places[begin : begin + _CHUNK].astype(np.float32)
                chord2 = np.maximum(2.0 - 2.0 * (part @ coast.T), 0.0)
                away = 2.0 * np.arcsin(np.minimum(0.5 * np.sqrt(chord2), 1.0)) * EARTH_MEAN_RADIUS_KM - half
                nearest[begin : begin + _CHUNK] = np.maximum(away.min(axis=1), 0.0)
            # Only coasts are searched: inland the nearest coast says nothing.
            found.append(np.where(held[cell], 0.0, nearest))
        return found[0], found[1]

    def clear(self, latitude_deg: ArrayLike, longitude_deg: ArrayLike) -> BoolArray:
        """Whether points keep the distances, (n,)."""
        foreign, home = self.distances_km(latitude_deg, longitude_deg)
        return np.asarray((foreign >= self.foreign_km) & (home >= self.home_km))


def unit_vectors(latitude_deg: ArrayLike, longitude_deg: ArrayLike) -> FloatArray:
    """Points of the unit sphere (n, 3)."""
    north, east = np.radians(np.asarray(latitude_deg)), np.radians(np.asarray(longitude_deg))
    return np.stack([np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)], axis=-1)


def require_reach(zone: Zone, inclination_deg: float, land: LandDistance | None = None) -> None:
    """Refuse a zone the orbit never flies over: its nearest latitude lies beyond the orbit's highest."""
    highest = min(inclination_deg, 180.0 - inclination_deg)
    south, north = zone.latitudes_deg
    nearest = 0.0 if south <= 0.0 <= north else min(abs(south), abs(north))
    if nearest >= highest:
        raise InputError(
            f"zone {zone.name} begins at {nearest:.1f} degrees of latitude; an orbit of {inclination_deg:.1f} degrees "
            f"inclination reaches {highest:.1f}",
            hint="choose a zone nearer to the equator",
        )
    if land is not None:
        rows = np.arange(max(south, -highest), min(north, highest), 1.0)
        columns = np.arange(-180.0, 180.0, 2.0)
        places = np.array([(row, column) for row in rows for column in columns])
        inside = zone.contains(places[:, 0], places[:, 1]) if len(places) else np.zeros(0, dtype=bool)
        if not len(places) or not land.clear(places[inside, 0], places[inside, 1]).any():
            raise InputError(
                f"no place of zone {zone.name} under the orbit keeps {land.foreign_km:g} km from land "
                f"({land.home_km:g} km from the United States and Antarctica)",
                hint="choose a wider zone, or other keep-out distances: --keep-out-km",
            )
