"""Where does the debris come down if the break-up happens along a known ground track?

Before the last days nobody knows the place but by latitude (:mod:`stationkeep.descent.ground_risk`). Given a day, an
hour or an orbit the break-up happens somewhere along one known line, and every piece falls a known way further along
it. Here such lines are held with the probability of the break-up along them, and turned into risk.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeep.constants import EARTH_MEAN_RADIUS_KM, EARTH_MU_KM3_S2, EARTH_ROTATION_RAD_S, SECONDS_PER_DAY
from stationkeep.descent.entry_leg import Falls
from stationkeep.descent.entry_places import DEBRIS_KM, track_near
from stationkeep.descent.footprint_risk import FootprintRisk, risk_of_grids
from stationkeep.descent.pieces import CasualtyLaw, GroundPiece
from stationkeep.environment.population import (
    COLUMNS,
    REGIONS,
    ROWS,
    LandMask,
    PopulationGrid,
    cell_of,
)
from stationkeep.errors import InputError, OrbitError

FloatArray = NDArray[np.float64]

STEP_S: Final = 6.0  # 45 km of ground: no half-degree cell is stepped over by much
ORBIT_RADIUS_KM: Final = 6378.137 + 115.0  # of the paths that earlier and later falls are still on
CROSS_TRACK_KM: Final = 30.0
"""1 sigma of the debris to the sides of the track: Columbia's lay within 40 km, UARS's within 50 km."""

_REACH_SIGMA: Final = 2.5
_LONGEST_DOWNRANGE_KM: Final = 4000.0
_STRIP_PARTS: Final = 13
_NODES_AROUND: Final = 5
# Three points that have the mean, the spread and the fourth moment of a Gaussian (Gauss and Hermite).
_ACROSS: Final = ((-math.sqrt(3.0), 1.0 / 6.0), (0.0, 2.0 / 3.0), (math.sqrt(3.0), 1.0 / 6.0))


@dataclass(frozen=True, slots=True, eq=False)
class BreakUpPaths:
    """Ground tracks with the probability that the break-up happens along them.

    The tracks reach further than the weights: debris falls ahead of the last break-up.
    """

    latitude_deg: FloatArray
    """(n_path, n_track), a point every :data:`STEP_S` seconds of flight"""
    longitude_deg: FloatArray
    weight: FloatArray
    """(n_path, n_break_up), n_break_up <= n_track, of the first points; sums to one"""
    probability: float
    """That the break-up happens on these paths at all, where they are part of a longer window; otherwise one."""

    @property
    def step_km(self) -> float:
        """Ground between two points."""
        return EARTH_MEAN_RADIUS_KM * _path_rate_rad_s() * STEP_S


def orbit_paths(inclination_deg: float, node_longitude_deg: float, around_deg: float = 0.0) -> BreakUpPaths:
    """One whole revolution from the northward crossing of the equator at a longitude [deg east], each moment alike.

    Circular orbit, the Earth turning below. ``around_deg``: orbits that cross within so many degrees, all alike.
    Raises :class:`OrbitError` for an impossible inclination.
    """
    parts = np.array([0.0]) if around_deg <= 0.0 else np.linspace(-1.0, 1.0, 2 * _NODES_AROUND + 1)[1::2]
    return _orbits(inclination_deg, node_longitude_deg + around_deg * parts)


def random_paths(inclination_deg: float, nodes: int = 180) -> BreakUpPaths:
    """Revolutions from every longitude alike: what is known when only the inclination is."""
    return _orbits(inclination_deg, np.arange(nodes) * 360.0 / nodes)


def _orbits(inclination_deg: float, nodes_deg: FloatArray) -> BreakUpPaths:
    if not 0.0 <= inclination_deg <= 180.0:
        raise OrbitError(
            f"an inclination of {inclination_deg} degrees does not exist",
            hint="inclinations run from 0 to 180 degrees; above 90 the orbit is retrograde",
        )
    if not np.isfinite(nodes_deg).all():
        raise InputError("the longitude of the node is not a number", hint="give degrees east, for example -75")
    period_s = 2.0 * math.pi / _path_rate_rad_s()
    count = round(period_s / STEP_S)
    seconds = (np.arange(count + _ahead_steps()) + 0.5) * period_s / count
    falls = _at_node(inclination_deg, nodes_deg)
    tracks = np.stack([track_near(falls, index, seconds / SECONDS_PER_DAY) for index in range(len(nodes_deg))])
    weight = np.full((len(nodes_deg), count), 1.0 / (count * len(nodes_deg)))
    return BreakUpPaths(tracks[:, :, 0], tracks[:, :, 1], weight, 1.0)


def _at_node(inclination_deg: float, nodes_deg: FloatArray) -> Falls:
    """States on the equator, northbound, Earth-fixed."""
    east, tilt = np.radians(nodes_deg), math.radians(inclination_deg)
    outward = np.stack([np.cos(east), np.sin(east), np.zeros_like(east)], axis=1)
    eastward = np.stack([-np.sin(east), np.cos(east), np.zeros_like(east)], axis=1)
    speed = math.sqrt(EARTH_MU_KM3_S2 / ORBIT_RADIUS_KM)
    still = speed * (math.cos(tilt) * eastward + np.array([0.0, 0.0, math.sin(tilt)]))
    moving = still - EARTH_ROTATION_RAD_S * ORBIT_RADIUS_KM * eastward
    return Falls(np.zeros(len(nodes_deg)), ORBIT_RADIUS_KM * outward, moving)


def falls_paths(
    falls: Falls, smear_days: float, from_mjd_utc: float = -math.inf, to_mjd_utc: float = math.inf
) -> BreakUpPaths:
    """The paths of equally likely falls, each smeared in time along its own, between two moments.

    ``smear_days``: 1 sigma of the smearing (:attr:`stationkeep.descent.entry_places.Places.smear_days`).
    Raises :class:`InputError` where no fall happens between the moments.
    """
    step_days = STEP_S / SECONDS_PER_DAY
    half = max(math.ceil(_REACH_SIGMA * smear_days / step_days), 1)
    offsets = np.arange(-half, half + 1 + _ahead_steps(), dtype=np.float64) * step_days
    near = offsets[: 2 * half + 1]
    weight = np.exp(-0.5 * (near / smear_days) ** 2)
    moments = falls.time_mjd_utc[:, None] + near
    chance = np.where((moments >= from_mjd_utc) & (moments < to_mjd_utc), weight / weight.sum(), 0.0)
    chance /= len(falls.time_mjd_utc)
    total = float(chance.sum())
    if total <= 0.0:
        raise InputError(
            "no run comes down between these moments", hint="see when it does with 'stationkeep reentry-window'"
        )
    possible = np.flatnonzero(chance.sum(axis=1) > 0.0)
    tracks = np.stack([track_near(falls, int(index), offsets) for index in possible])
    return BreakUpPaths(tracks[:, :, 0], tracks[:, :, 1], chance[possible] / total, min(total, 1.0))


def paths_risk(
    paths: BreakUpPaths,
    casualty_area_m2: float,
    pieces: Sequence[GroundPiece],
    population: PopulationGrid,
    land: LandMask,
    *,
    law: CasualtyLaw = "nasa",
    cross_track_km: float = CROSS_TRACK_KM,
) -> FootprintRisk:
    """Who is at risk, given that the break-up happens on these paths?

    With ``pieces``, each falls its own way downrange and ``casualty_area_m2`` is not used; without, the casualty
    area is spread evenly over the strip from 300 to 1500 km ahead of the break-up.
    """
    strip = [(piece.downrange_km, float(piece.count), piece.count * piece.casualty_area_m2(law)) for piece in pieces]
    if not strip:
        strip = [(distance, 1.0 / _STRIP_PARTS, casualty_area_m2 / _STRIP_PARTS) for distance in _strip_km()]
    impacts, exposed = np.zeros(ROWS * COLUMNS), np.zeros(ROWS * COLUMNS)
    heading = _heading_rad(paths)
    used = paths.weight.shape[1]
    for ahead, count, area in _by_steps(strip, paths):
        part = slice(ahead, ahead + used)
        for sigma, share in _ACROSS:
            place = _beside(paths, part, heading, sigma * cross_track_km)
            row, column = cell_of(*place)
            cells = np.bincount((row * COLUMNS + column).ravel(), share * paths.weight.ravel(), ROWS * COLUMNS)
            impacts += count * cells
            exposed += area * cells
    return risk_of_grids(impacts, exposed, population, land)


def _strip_km() -> FloatArray:
    low, high = DEBRIS_KM
    return np.asarray(low + (high - low) * (np.arange(_STRIP_PARTS) + 0.5) / _STRIP_PARTS)


def _by_steps(strip: list[tuple[float, float, float]], paths: BreakUpPaths) -> list[tuple[int, float, float]]:
    """Pieces that fall equally many steps ahead are one."""
    most = paths.latitude_deg.shape[1] - paths.weight.shape[1]
    joined: dict[int, tuple[float, float]] = {}
    for distance, count, area in strip:
        ahead = min(max(round(distance / paths.step_km), 0), most)
        before = joined.get(ahead, (0.0, 0.0))
        joined[ahead] = (before[0] + count, before[1] + area)
    return [(ahead, count, area) for ahead, (count, area) in sorted(joined.items())]


def _heading_rad(paths: BreakUpPaths) -> FloatArray:
    """Direction of the ground track, from north over east, at every point (n_path, n_track)."""
    north = np.gradient(np.radians(paths.latitude_deg), axis=1)
    east = np.gradient(np.unwrap(np.radians(paths.longitude_deg), axis=1), axis=1)
    return np.asarray(np.arctan2(east * np.cos(np.radians(paths.latitude_deg)), north))


def _beside(paths: BreakUpPaths, part: slice, heading: FloatArray, right_km: float) -> tuple[FloatArray, FloatArray]:
    """Latitude and longitude this far to the right of the track; on the sphere, good for some hundred kilometres."""
    latitude, turn = np.radians(paths.latitude_deg[:, part]), heading[:, part] + 0.5 * math.pi
    angle = right_km / EARTH_MEAN_RADIUS_KM
    sine = np.sin(latitude) * math.cos(angle) + np.cos(latitude) * math.sin(angle) * np.cos(turn)
    aside = np.arctan2(
        np.sin(turn) * math.sin(angle) * np.cos(latitude), math.cos(angle) - np.sin(latitude) * np.clip(sine, -1, 1)
    )
    return np.degrees(np.arcsin(np.clip(sine, -1.0, 1.0))), paths.longitude_deg[:, part] + np.degrees(aside)


# --- Whom the strip touches -----------------------------------------------------------------------------------------


def strip_touches(
    paths: BreakUpPaths, land: LandMask, debris_km: tuple[float, float] = DEBRIS_KM
) -> tuple[FloatArray, FloatArray]:
    """Whose land does the strip of debris cross? For every place of the break-up, region by region.

    Returns the probability of each place of the break-up (n,) and whether its strip crosses land of each of the six
    regions (n, 6), in the order of :data:`stationkeep.environment.population.REGIONS`. The strip is the line under the
    path; it touches a region where it crosses a half-degree cell of which more than a tenth is that region's land.
    """
    first, last = (round(distance / paths.step_km) for distance in debris_km)
    used = paths.weight.shape[1]
    row, column = cell_of(paths.latitude_deg, paths.longitude_deg)
    cells = row * COLUMNS + column
    region = np.array([REGIONS.index(country.region) for country in land.countries])[land.country]
    touched = []
    for index in range(len(REGIONS)):
        area = np.bincount(land.cell[region == index], land.fraction[region == index], ROWS * COLUMNS)
        count = np.cumsum(np.pad((area > 0.1)[cells], ((0, 0), (1, 0))), axis=1)
        touched.append(count[:, last + 1 : last + 1 + used] > count[:, first : first + used])
    return paths.weight.ravel(), np.stack([part.ravel() for part in touched], axis=1)


def _ahead_steps() -> int:
    return math.ceil(_LONGEST_DOWNRANGE_KM / (EARTH_MEAN_RADIUS_KM * _path_rate_rad_s() * STEP_S))


def _path_rate_rad_s() -> float:
    return math.sqrt(EARTH_MU_KM3_S2 / ORBIT_RADIUS_KM**3)
