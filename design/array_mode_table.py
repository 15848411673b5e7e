"""Writes the table of drag area and power by array mode from the shape of the station (about a minute).

Run ``python design/array_mode_table.py``; it writes ``src/stationkeep/attitude/data/iss-array-modes.json``.
"""

from __future__ import annotations

import json
from pathlib import Path

from stationkeep.attitude.array_modes import ArrayMode, orbit_mean, tumbling_areas_m2
from stationkeep.attitude.iss_shape import ArrayAngles, iss_parts

TARGET = Path(__file__).parents[1] / "src/stationkeep/attitude/data/iss-array-modes.json"
SUN_ANGLES_DEG = [0, 15, 30, 45, 60, 75]
STUCK = [ArrayAngles(t, w, t) for t in (0.0, 45.0, 90.0, 135.0) for w in (0.0, 45.0)]
"""Settings in which the arrays of a tumbling station may have stopped."""


def main() -> None:
    """Compute and write."""
    columns = {mode: [orbit_mean(mode, angle) for angle in SUN_ANGLES_DEG] for mode in ArrayMode}
    tumbling = tumbling_areas_m2(STUCK, directions=120)
    table = {
        "sun_angles_deg": SUN_ANGLES_DEG,
        "area_m2": {mode: [round(one.area_m2, 1) for one in column] for mode, column in columns.items()},
        "power": {mode: [round(one.power, 4) for one in column] for mode, column in columns.items()},
        "tumbling_area_m2": round(float(tumbling.mean()), 1),
        "tumbling_least_m2": round(float(tumbling.min()), 1),
        "tumbling_most_m2": round(float(tumbling.max()), 1),
        "surface_quarter_m2": round(sum(part.surface_m2 for part in iss_parts(ArrayAngles())) / 4.0, 1),
    }
    TARGET.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")
    print(f"wrote {TARGET}")


if __name__ == "__main__":
    main()
