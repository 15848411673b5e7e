"""Ships and aircraft under a footprint: what is the chance that debris strikes one, if the traffic is known?"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeep.errors import InputError
from stationkeep.ordinary_file import Expected, read_bytes

FloatArray = NDArray[np.float64]

SHIP_AREA_M2: Final = 3000.0
"""Deck of a cargo ship of 150 m by 20 m, the debris's own size included."""
AIRCRAFT_AREA_M2: Final = 600.0
"""Wings and body of a large airliner from above, and what it sweeps while a piece falls through its height."""

_HINT = (
    "a CSV with the columns latitude_deg, longitude_deg (cell centres on an even grid) and ships_per_km2 or "
    "aircraft_per_km2"
)
_EXPECTED = Expected(InputError, _HINT, largest_mebibytes=64)


@dataclass(frozen=True)
class TrafficGrid:
    """Mean number of ships and aircraft per square kilometre in cells of an even grid."""

    step_deg: float
    cells: dict[tuple[int, int], tuple[float, float]]
    """By row and column of the cell: ships, aircraft per km2."""
    source: str
    first_deg: tuple[float, float] = (0.0, 0.0)
    """Latitude and longitude of the centre of any cell: the others lie whole steps from it."""

    def at(self, latitude_deg: FloatArray, longitude_deg: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Ships and aircraft per km2 at points (n,); none where the grid says nothing."""
        rows, columns = _cells(np.ravel(latitude_deg), np.ravel(longitude_deg), self.first_deg, self.step_deg)
        found = [self.cells.get((int(row), int(column)), (0.0, 0.0)) for row, column in zip(rows, columns, strict=True)]
        both = np.array(found).reshape(-1, 2)
        return both[:, 0], both[:, 1]


def read_traffic(path: Path) -> TrafficGrid:
    """A traffic grid from a CSV file. Raises :class:`InputError` with the line that is wrong."""
    text = read_bytes(path, _EXPECTED).decode("utf-8-sig", errors="replace")
    reader = csv.DictReader(io.StringIO(text))
    names = set(reader.fieldnames or ())
    if not {"latitude_deg", "longitude_deg"} <= names or not names & {"ships_per_km2", "aircraft_per_km2"}:
        raise InputError(f"{path.name} is no traffic grid", hint=_HINT)
    rows: list[tuple[float, float, float, float]] = []
    for line, row in enumerate(reader, start=2):
        try:
            values = tuple(
                float(row.get(name) or 0.0)
                for name in ("latitude_deg", "longitude_deg", "ships_per_km2", "aircraft_per_km2")
            )
        except ValueError:
            raise InputError(f"{path.name} line {line}: not all are numbers", hint=_HINT) from None
        if not np.isfinite(values).all() or abs(values[0]) > 90.0 or values[2] < 0.0 or values[3] < 0.0:
            raise InputError(f"{path.name} line {line}: no place on Earth, or a negative density", hint=_HINT)
        rows.append((values[0], values[1], values[2], values[3]))
    if len(rows) < 2:
        raise InputError(f"{path.name} holds fewer than two cells", hint=_HINT)
    north = np.unique([row[0] for row in rows])
    east = np.unique([row[1] % 360.0 for row in rows])
    steps = np.concatenate([np.diff(north), np.diff(east)])
    # Decimals leave differences like 0.09999999999999964, and the same place twice a difference of next to nothing.
    steps = steps[steps > 1.0e-6]
    step = round(float(steps.min()), 9) if len(steps) else 1.0
    table = np.array(rows)
    first = (rows[0][0], rows[0][1] % 360.0)
    keys = zip(*_cells(table[:, 0], table[:, 1], first, step), strict=True)
    cells = {(int(row), int(column)): (one[2], one[3]) for (row, column), one in zip(keys, rows, strict=True)}
    return TrafficGrid(step, cells, path.name, first)


def _cells(
    latitude_deg: FloatArray, longitude_deg: FloatArray, first_deg: tuple[float, float], step_deg: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Row and column of the cell around each point (n,): whole steps from the first centre, once around the Earth.

    The hair added keeps a point on the edge in the same cell whatever the rounding of its decimals.
    """
    hair = 1.0e-9
    rows = np.floor((latitude_deg - first_deg[0]) / step_deg + 0.5 + hair).astype(np.int64)
    around = max(round(360.0 / step_deg), 1)
    columns = np.floor((longitude_deg - first_deg[1]) % 360.0 / step_deg + 0.5 + hair).astype(np.int64) % around
    return rows, columns


@dataclass(frozen=True, slots=True)
class TrafficRisk:
    """Expected strikes per deorbit, nobody warned off."""

    ships: float
    aircraft: float


def traffic_risk(
    grid: TrafficGrid, latitude_deg: FloatArray, longitude_deg: FloatArray, pieces: FloatArray
) -> TrafficRisk:
    """How many ships and aircraft would the pieces strike? ``pieces``: expected number at each point (n,)."""
    ships, aircraft = grid.at(latitude_deg, longitude_deg)
    return TrafficRisk(
        float((ships * pieces).sum() * SHIP_AREA_M2 * 1.0e-6),
        float((aircraft * pieces).sum() * AIRCRAFT_AREA_M2 * 1.0e-6),
    )
