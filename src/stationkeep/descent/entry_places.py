"""Over which countries may it come down? Places of possible falls, smoothed along the paths they lie on.

A fall a minute later happens 460 km further along the orbit, and the Earth has turned under it. So each fall
stands for its neighbours on its own path: it is smeared in time by a Gaussian, and the place goes with the time.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stationkeep.constants import EARTH_MU_KM3_S2, EARTH_ROTATION_RAD_S, SECONDS_PER_DAY
from stationkeep.descent.entry_leg import Falls
from stationkeep.environment.population import CELL_DEG, COLUMNS, ROWS, LandMask
from stationkeep.orbit.precise_tables import geodetic_from_itrs

FloatArray = NDArray[np.float64]

DEBRIS_KM = (300.0, 1500.0)
"""Debris comes to the ground this far beyond the break-up: light pieces first, dense ones last."""
LONGEST_SMEAR_DAYS = 0.5 / 24.0  # a third of a revolution: beyond it nothing new would be said of the place
_SHORTEST_SMEAR_DAYS = 1.0 / 1440.0  # what two minutes of unmodelled entry leave
_REACH_SIGMA = 2.5
_NEIGHBOURS = 12  # falls a moment of the common path is judged by: enough to smooth what tells them apart
_STEP_S = 6.0  # 45 km: no half-degree cell is stepped over by much
_ORBIT_RADIUS_KM = 6378.137 + 115.0  # of the paths that later and earlier falls are still on


@dataclass(frozen=True, slots=True)
class CountryChance:
    """How likely one country is touched."""

    country: str
    iso2: str
    region: str
    break_up_probability: float
    """That the break-up happens above its land."""
    debris_probability: float
    """That the strip in which debris falls crosses its land."""


@dataclass(frozen=True)
class Places:
    """Where the break-up may happen, on the half-degree map, and over whom."""

    grid: FloatArray
    """(360, 720) probability of each cell, south first, 180 W first; sums to 1."""
    countries: tuple[CountryChance, ...]
    """The likeliest to see debris first."""
    ocean_probability: float
    """That the break-up happens above the sea."""
    debris_on_land_probability: float
    """That the strip of debris crosses any land at all."""
    smear_days: float


def places_of(falls: Falls, land: LandMask) -> Places:
    """Over which countries, and with which probability, may these equally likely falls happen?"""
    smear = _smear_days(falls.time_mjd_utc)
    step_days = _STEP_S / SECONDS_PER_DAY
    half = max(math.ceil(_REACH_SIGMA * smear / step_days), 1)
    ahead_km = _ORBIT_RADIUS_KM * _path_rate_rad_s() * _STEP_S
    first, last = (round(distance / ahead_km) for distance in DEBRIS_KM)
    offsets = np.arange(-half, half + last + 1, dtype=np.float64) * step_days
    weight = np.exp(-0.5 * (offsets[: 2 * half + 1] / smear) ** 2)
    weight /= weight.sum() * len(falls.time_mjd_utc)
    cells = np.stack(
        [_cells(track_near(falls, index, np.asarray(offsets))) for index in range(len(falls.time_mjd_utc))]
    )
    above = cells[:, : 2 * half + 1]
    grid = np.asarray(np.bincount(above.ravel(), np.tile(weight, len(cells)), ROWS * COLUMNS), dtype=np.float64)
    struck = np.bincount(land.country, grid[land.cell] * land.fraction, len(land.countries))
    debris, any_land = _debris(cells, weight, (first, last), land)
    rows = (
        CountryChance(country.name, country.iso2, country.region, float(struck[index]), float(debris[index]))
        for index, country in enumerate(land.countries)
        if debris[index] > 0.0 or struck[index] > 0.0
    )
    ordered = sorted(rows, key=lambda row: (-row.debris_probability, -row.break_up_probability, row.iso2))
    return Places(grid.reshape(ROWS, COLUMNS), tuple(ordered), 1.0 - float(min(struck.sum(), 1.0)), any_land, smear)


def track_near(falls: Falls, index: int, offsets_days: FloatArray) -> FloatArray:
    """Where would one of these falls happen, were it this much earlier or later? Latitude, longitude [deg], (n, 2).

    The orbit it comes from is taken as a circle that keeps its plane while the Earth turns.
    """
    chosen = np.full(len(offsets_days), index)
    return geodetic_from_itrs(_carried_km(falls, chosen, offsets_days * SECONDS_PER_DAY))[:, :2]


def common_track(falls: Falls, times_mjd_utc: FloatArray) -> FloatArray:
    """Where does it fall if it falls at these moments? Latitude, longitude [deg], (n, 2): one smooth path for all.

    A later fall has gone round more often and with less drag: it is not where an earlier one, carried on, would be, but
    hundreds of kilometres along the orbit and on a plane that has turned. So each moment is judged by the falls nearest
    to it in time, carried to it and joined by a line fitted in fall time (Cleveland, *J. Am. Stat. Assoc.* 74, 1979).
    """
    nearest = min(_NEIGHBOURS, len(falls.time_mjd_utc))
    apart = times_mjd_utc[:, None] - falls.time_mjd_utc[None, :]
    chosen = np.argsort(np.abs(apart), axis=1, kind="stable")[:, :nearest]
    apart = np.take_along_axis(apart, chosen, axis=1)
    places = _carried_km(falls, chosen, apart * SECONDS_PER_DAY)
    joined = np.einsum("nk,nkx->nx", _line_weights(apart), places)
    height = np.linalg.norm(places, axis=2).mean(axis=1) / np.linalg.norm(joined, axis=1)
    return geodetic_from_itrs(joined * height[:, None])[:, :2]


def _line_weights(apart: FloatArray) -> FloatArray:
    """(n, k) weights of the values at these distances that give the value of their weighted straight line at zero."""
    reach = np.maximum(1.1 * np.abs(apart).max(axis=1, keepdims=True), 1.0e-9)
    tricube = (1.0 - (np.abs(apart) / reach) ** 3) ** 3
    tricube /= tricube.sum(axis=1, keepdims=True)
    middle = (tricube * apart).sum(axis=1, keepdims=True)
    variance = (tricube * (apart - middle) ** 2).sum(axis=1, keepdims=True)
    # falls at one moment have no slope
    slope = np.divide(middle, variance, out=np.zeros_like(middle), where=variance > (1.0e-3 * reach) ** 2)
    return np.asarray(tricube * (1.0 - slope * (apart - middle)))


def _carried_km(falls: Falls, index: NDArray[np.int_], seconds: FloatArray) -> FloatArray:
    """These falls, so many seconds later on their own orbits, in Earth-fixed axes: (..., 3)."""
    position, moving = falls.position_km[index], falls.velocity_km_s[index]
    height = np.linalg.norm(position, axis=-1, keepdims=True)
    spin = np.array([0.0, 0.0, EARTH_ROTATION_RAD_S])
    outward = position / height
    normal = np.cross(position, moving + np.cross(spin, position))
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    forward = np.cross(normal, outward)
    angle = _path_rate_rad_s() * seconds[..., None]
    still = np.cos(angle) * outward + np.sin(angle) * forward
    turn = -EARTH_ROTATION_RAD_S * seconds
    cosine, sine = np.cos(turn), np.sin(turn)
    x, y, z = still[..., 0], still[..., 1], still[..., 2]
    return np.asarray(height * np.stack([cosine * x - sine * y, sine * x + cosine * y, z], axis=-1))


def density_in_time(falls: Falls, times_mjd_utc: FloatArray, smear_days: float) -> FloatArray:
    """Probability per day that the fall happens at these moments, (n,)."""
    apart = (times_mjd_utc[:, None] - falls.time_mjd_utc[None, :]) / smear_days
    return np.asarray(np.exp(-0.5 * apart**2).mean(axis=1) / (smear_days * math.sqrt(2.0 * math.pi)))


def _smear_days(times: FloatArray) -> float:
    """Silverman's width for a density of these times, between a minute and half an hour."""
    low, high = np.quantile(times, [0.25, 0.75])
    width = 0.9 * min(float(np.std(times)), (high - low) / 1.34) * len(times) ** -0.2
    return float(np.clip(width, _SHORTEST_SMEAR_DAYS, LONGEST_SMEAR_DAYS))


def _path_rate_rad_s() -> float:
    return math.sqrt(EARTH_MU_KM3_S2 / _ORBIT_RADIUS_KM**3)


def _cells(track: FloatArray) -> NDArray[np.int_]:
    row = np.minimum((track[:, 0] + 90.0) / CELL_DEG, ROWS - 1).astype(int)
    column = np.floor((track[:, 1] + 180.0) / CELL_DEG).astype(int) % COLUMNS
    return np.asarray(row * COLUMNS + column)


def _debris(
    cells: NDArray[np.int_], weight: FloatArray, strip: tuple[int, int], land: LandMask
) -> tuple[FloatArray, float]:
    """Probability that the strip ahead crosses each country, (n_country,), and any land.

    The strip is the line under the path; it touches a country where it crosses a half-degree cell with land of it.
    """

    def crossed(touches: NDArray[np.bool_]) -> float:
        count = np.cumsum(touches[cells], axis=1, dtype=np.int32)
        n = len(weight)
        hit = count[:, strip[1] : strip[1] + n] - count[:, strip[0] - 1 : strip[0] - 1 + n] > 0
        return float(hit @ weight @ np.ones(len(cells)))

    reached = np.unique(land.country[np.isin(land.cell, np.unique(cells))])
    found = np.zeros(len(land.countries))
    for index in reached:
        touches = np.zeros(ROWS * COLUMNS, dtype=bool)
        touches[land.cell[land.country == index]] = True
        found[index] = crossed(touches)
    anywhere = np.zeros(ROWS * COLUMNS, dtype=bool)
    anywhere[land.cell] = True
    return found, crossed(anywhere)
