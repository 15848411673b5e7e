"""How long and how wide is the area where debris falls, and what line encloses 99.9 % of it?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeep.descent.debris import TrackFrame
from stationkeep.errors import InputError

FloatArray = NDArray[np.float64]

LEVEL: Final = 0.999
_STATIONS: Final = 40
_WINDOW_SHARE: Final = 0.05  # of the length, either side of a station, for its width
_ROUNDS: Final = 60


@dataclass(frozen=True)
class Footprint:
    """A band along the track that holds a stated share of all pieces."""

    frame: TrackFrame
    length_km: float
    width_km: float
    """Where it is widest."""
    centre_latitude_deg: float
    centre_longitude_deg: float
    contour_deg: FloatArray
    """(n, 2) latitude, longitude of a closed line, the first corner repeated at the end."""
    share_inside: float
    """Of the pieces given, by count."""
    bearing_deg: float


def footprint(latitude_deg: FloatArray, longitude_deg: FloatArray, level: float = LEVEL) -> Footprint:
    """The band that holds ``level`` of these pieces, most of it along the track they spread over.

    Half of what is left out lies beyond the ends, half beside the band: the ends are quantiles along the track, the
    width follows the pieces near each place and is scaled until the share is met. Raises :class:`InputError` for fewer
    than a hundred pieces.
    """
    north, east = np.ravel(latitude_deg), np.ravel(longitude_deg)
    if len(north) < 100:
        raise InputError(f"{len(north)} pieces make no footprint", hint="fly more runs: --runs 100 or more")
    frame = _frame_of(north, east)
    along, across = frame.coordinates_km(north, east)
    # Whole pieces are left out at each end, so that few of them never make the share unreachable.
    left_out = int(0.25 * (1.0 - level) * len(along))
    ordered = np.sort(along)
    first, last = float(ordered[left_out]), float(ordered[-1 - left_out])
    places = np.linspace(first, last, _STATIONS)
    middle, half = _widths(along, across, places, 0.1 * _WINDOW_SHARE * (last - first) + 20.0)
    scale = _scale_for(along, across, (places, middle, half), (first, last), level)
    half = half * scale
    line_along = np.concatenate([places, places[::-1], places[:1]])
    line_across = np.concatenate([middle - half, (middle + half)[::-1], (middle - half)[:1]])
    contour = np.column_stack(frame.places(line_along, line_across))
    centre = frame.places(np.array([0.5 * (first + last)]), np.interp([0.5 * (first + last)], places, middle))
    return Footprint(
        frame=frame,
        length_km=last - first,
        width_km=float(2.0 * half.max()),
        centre_latitude_deg=float(centre[0][0]),
        centre_longitude_deg=float(centre[1][0]),
        contour_deg=contour,
        share_inside=_share_inside(along, across, (places, middle, half), (first, last)),
        bearing_deg=frame.bearing_deg,
    )


def _frame_of(north: FloatArray, east: FloatArray) -> TrackFrame:
    """The great circle the pieces lie along: through the mean place, along the widest spread."""
    from stationkeep.descent.zones import unit_vectors

    places = unit_vectors(north, east)
    _, vectors = np.linalg.eigh(places.T @ places)
    origin = vectors[:, -1] * np.sign(vectors[:, -1] @ places.mean(axis=0))
    along = vectors[:, 1]
    # Positive along is the way the pieces were given on average: eastward in all orbits that launch with the Earth.
    east_of = np.array([-origin[1], origin[0], 0.0])
    along = along * (1.0 if along @ east_of >= 0.0 else -1.0)
    return TrackFrame(origin, along, np.cross(origin, along))


def _widths(
    along: FloatArray, across: FloatArray, places: FloatArray, least_km: float
) -> tuple[FloatArray, FloatArray]:
    """Middle and half width of the pieces near each place of the track."""
    reach = max(_WINDOW_SHARE * float(np.ptp(places)), least_km)
    middle, half = np.empty(len(places)), np.empty(len(places))
    for index, place in enumerate(places):
        near = np.abs(along - place) <= reach
        if near.sum() < 20:  # sparse ends: the twenty nearest
            near = np.argsort(np.abs(along - place))[:20]
        low, high = np.quantile(across[near], [0.01, 0.99])
        middle[index], half[index] = 0.5 * (low + high), 0.5 * (high - low) + 1.0
    return middle, half


def _share_inside(
    along: FloatArray, across: FloatArray, band: tuple[FloatArray, FloatArray, FloatArray], ends: tuple[float, float]
) -> float:
    places, middle, half = band
    off = np.abs(across - np.interp(along, places, middle))
    inside = (along >= ends[0]) & (along <= ends[1]) & (off <= np.interp(along, places, half))
    return float(inside.mean())


def _scale_for(
    along: FloatArray, across: FloatArray, band: tuple[FloatArray, FloatArray, FloatArray], ends: tuple[float, float],
    level: float,
) -> float:  # fmt: skip
    """By how much the widths must grow to hold the share."""
    places, middle, half = band
    low, high = 0.2, 20.0
    for _ in range(_ROUNDS):
        scale = 0.5 * (low + high)
        if _share_inside(along, across, (places, middle, half * scale), ends) >= level:
            high = scale
        else:
            low = scale
    return high
