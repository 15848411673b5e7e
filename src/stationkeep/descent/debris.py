"""What reaches the ground, for aiming: pieces by their drag, and where a fall puts the lightest and the heaviest.

A footprint is spread by the pieces' ballistic coefficients and by where they come loose: light ones stop at once and
fall short (the heel), dense ones fly on (the toe).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeep.constants import EARTH_MEAN_RADIUS_KM
from stationkeep.descent.deorbit_flight import EntryAir
from stationkeep.descent.fragment_kernel import fall
from stationkeep.descent.zones import unit_vectors
from stationkeep.errors import InputError

FloatArray = NDArray[np.float64]

# The debris of a station by mass over Cd*A [kg/m2] of what survives: sheets and panels that flutter down, tanks and
# boxes, solid metal (batteries, gyros, joints, engines). Delta II tank 250 kg/(0.9*4 m2) = 70, titanium sphere 30 kg of
# 0.6 m = 115, chamber about 300; Skylab's vault and oxygen tank about 500; Columbia's turbine housings up to 1,000.
_SHARES: Final = (
    # from, to [kg/m2], share of the pieces, share of the casualty area
    (15.0, 60.0, 0.30, 0.35),
    (60.0, 250.0, 0.50, 0.50),
    (250.0, 1200.0, 0.20, 0.15),
)
_MOST_PIECES: Final = 40
LIGHTEST_KG_M2: Final = 15.0
DENSEST_KG_M2: Final = 1200.0
FLUTTERING_KG_M2: Final = 30.0
"""Pieces lighter than this come off with the solar arrays, higher up."""
PIECE_DRAG_SIGMA: Final = 0.2
"""Of the logarithm of a piece's mass over Cd*A, 1 sigma."""


@dataclass(frozen=True)
class DebrisMix:
    """Pieces that stand for all that survives: mass over Cd*A, where they come loose, how much they endanger."""

    ballistic_kg_m2: FloatArray
    """(n,) low and high edge by logarithm drawn within."""
    casualty_area_share: FloatArray
    """(n,) sums to 1."""
    piece_share: FloatArray
    """(n,) of the number of pieces, sums to 1."""
    source: str

    def __post_init__(self) -> None:
        if not (len(self.ballistic_kg_m2) and (self.ballistic_kg_m2 > 0.0).all()):
            raise InputError("debris without pieces, or of no mass", hint="give mass over Cd*A above zero")


def assumed_mix(count: int) -> DebrisMix:
    """The mix assumed for a station where no demise was computed: ``count`` pieces spread over three classes."""
    levels, shares, numbers = [], [], []
    for low, high, pieces, danger in _SHARES:
        number = max(round(count * pieces), 1)
        places = (np.arange(number) + 0.5) / number
        levels.append(low * (high / low) ** places)
        shares.append(np.full(number, danger / number))
        numbers.append(np.full(number, pieces / number))
    share, by_number = np.concatenate(shares), np.concatenate(numbers)
    return DebrisMix(
        np.concatenate(levels), share / share.sum(), by_number / by_number.sum(),
        f"assumed: {LIGHTEST_KG_M2:g} to {DENSEST_KG_M2:g} kg/m2 by published pieces of Delta II, Skylab and Columbia",
    )  # fmt: skip


def computed_mix(
    ballistic_kg_m2: Sequence[float], casualty_areas_m2: Sequence[float], source: str,
    counts: Sequence[float] | None = None,
) -> DebrisMix:  # fmt: skip
    """The pieces a computed demise leaves, each kind with its casualty area [m2] and how many of it there are.

    Where there are more than can be flown in every run, neighbours in drag stand for each other: groups of about the
    same casualty area, each with its mean drag, the lightest and the densest piece by themselves.
    """
    areas = np.asarray(casualty_areas_m2, dtype=np.float64)
    if areas.sum() <= 0.0:
        raise InputError("nothing survives: there is no footprint", hint="a controlled deorbit is not needed")
    many = np.ones(len(areas)) if counts is None else np.asarray(counts, dtype=np.float64)
    order = np.argsort(ballistic_kg_m2)
    many = many[order]
    levels, shares = np.asarray(ballistic_kg_m2, dtype=np.float64)[order], (areas / areas.sum())[order]
    if len(levels) > _MOST_PIECES:
        inner = np.clip((np.cumsum(shares) * (_MOST_PIECES - 2)).astype(int) + 1, 1, _MOST_PIECES - 2)
        inner[0], inner[-1] = 0, _MOST_PIECES - 1
        group = np.unique(inner, return_inverse=True)[1]
        summed = np.bincount(group, shares)
        levels = np.exp(np.bincount(group, shares * np.log(levels)) / np.maximum(summed, 1.0e-300))
        shares, many = summed, np.asarray(np.bincount(group, many), dtype=np.float64)
    return DebrisMix(levels, shares, many / many.sum(), source)


@dataclass(frozen=True)
class Impacts:
    """Where pieces strike, (n,) each."""

    latitude_deg: FloatArray
    longitude_deg: FloatArray
    fall_s: FloatArray
    """Since their release."""
    speed_m_s: FloatArray


def strike(states: FloatArray, pieces: FloatArray, air: EntryAir) -> Impacts:
    """Fly pieces to the ground: release states (n, 6), rows as :func:`stationkeep.descent.fragment_kernel.fall`."""
    out = np.empty((len(states), 4))
    fall(np.ascontiguousarray(states), np.ascontiguousarray(pieces), air.table, out)
    return Impacts(out[:, 0], out[:, 1], out[:, 2], out[:, 3])


def nominal_heel_and_toe(release: FloatArray, air: EntryAir, mix: DebrisMix) -> Impacts:
    """Where the lightest, the middling and the densest piece of one break-up strike, without wind or lift (3,)."""
    levels = np.quantile(mix.ballistic_kg_m2, (0.0, 0.5, 1.0))
    pieces = np.zeros((3, 6))
    pieces[:, 0], pieces[:, 3] = levels, 1.0
    return strike(np.tile(release, (3, 1)), pieces, air)


def one_fall(wings: FloatArray, break_up: FloatArray, between_s: float, air: EntryAir, mix: DebrisMix) -> Impacts:
    """Heel, middle and toe of one fall (3,), its ends a sigma of their drag further out; seconds since the break-up.

    The lightest come off with the solar arrays (state ``wings``, ``between_s`` earlier). Kicks, lift and all errors of
    the path left out, this is what a dispersed fall covers in the median, to a few per cent.
    """
    levels = np.quantile(mix.ballistic_kg_m2, (0.0, 0.5, 1.0))
    early = levels < FLUTTERING_KG_M2
    pieces = np.zeros((3, 6))
    pieces[:, 0], pieces[:, 3] = levels * np.exp(PIECE_DRAG_SIGMA * np.array([-1.0, 0.0, 1.0])), 1.0
    struck = strike(np.where(early[:, None], wings, break_up), pieces, air)
    return replace(struck, fall_s=struck.fall_s - np.where(early, between_s, 0.0))


@dataclass(frozen=True)
class TrackFrame:
    """The great circle along which a fall spreads: distances along and across it [km]."""

    origin: FloatArray
    along: FloatArray
    side: FloatArray

    @classmethod
    def through(cls, latitude_deg: FloatArray, longitude_deg: FloatArray) -> TrackFrame:
        """From a first point towards a last one; the origin is half-way."""
        ends = unit_vectors(latitude_deg[[0, -1]], longitude_deg[[0, -1]])
        origin = ends.sum(axis=0) / np.linalg.norm(ends.sum(axis=0))
        side = np.cross(ends[0], ends[1])
        if np.linalg.norm(side) < 1.0e-9:
            raise InputError("a footprint of one point has no direction", hint="give debris of different drag")
        side /= np.linalg.norm(side)
        return cls(origin, np.cross(side, origin), side)

    def coordinates_km(self, latitude_deg: FloatArray, longitude_deg: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Distance along and to the left of the track (n,) each."""
        places = unit_vectors(latitude_deg, longitude_deg)
        along = np.arctan2(places @ self.along, places @ self.origin)
        across = np.arcsin(np.clip(places @ self.side, -1.0, 1.0))
        return EARTH_MEAN_RADIUS_KM * along, EARTH_MEAN_RADIUS_KM * across

    def places(self, along_km: FloatArray, across_km: FloatArray) -> tuple[FloatArray, FloatArray]:
        """The inverse: latitude and longitude [deg] (n,) each."""
        a, b = np.asarray(along_km) / EARTH_MEAN_RADIUS_KM, np.asarray(across_km) / EARTH_MEAN_RADIUS_KM
        flat = np.cos(a)[..., None] * self.origin + np.sin(a)[..., None] * self.along
        place = np.cos(b)[..., None] * flat + np.sin(b)[..., None] * self.side
        return (
            np.degrees(np.arcsin(np.clip(place[..., 2], -1.0, 1.0))),
            np.degrees(np.arctan2(place[..., 1], place[..., 0])),
        )

    @property
    def bearing_deg(self) -> float:
        """Direction of the track at the origin, from north over east."""
        north = np.array([0.0, 0.0, 1.0]) - self.origin[2] * self.origin
        north /= np.linalg.norm(north)
        east = np.cross(north, self.origin)
        return math.degrees(math.atan2(float(self.along @ east), float(self.along @ north))) % 360.0
