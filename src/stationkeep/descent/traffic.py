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

    def at(self, latitude_deg: FloatArray, longitude_deg: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Ships and aircraft per km2 at points (n,); none where the grid says nothing."""
        rows = np.floor(np.ravel(latitude_deg) / self.step_deg).astype(int)
        columns = np.floor((np.ravel(longitude_deg) % 360.0) / self.step_deg).astype(int)
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
    step = float(steps.min()) if len(steps) else 1.0
    cells = {(int(np.floor(row[0] / step)), int(np.floor((row[1] % 360.0) / step))): (row[2], row[3]) for row in rows}
    return TrafficGrid(step, cells, path.name)


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
