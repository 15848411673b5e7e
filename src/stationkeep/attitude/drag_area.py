"""How does drag change with the way the arrays and the station are flown, and what does that cost in power?

Reads a table made from the shape of the station (``design/array_mode_table.py``); a look-up takes microseconds.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from stationkeep.attitude.array_modes import ArrayMode
from stationkeep.errors import InputError


@dataclass(frozen=True, slots=True)
class DragAreaByMode:
    """Drag area and power of the large arrays by mode and Sun's angle, orbit means for level flight.

    Areas are what the shape gives; use their *ratios*: a ballistic coefficient fitted in usual flight times
    :meth:`relative_drag`. Valid for Sun's angles of -90 to 90 degrees (the table ends at 75; beyond, its last column).
    """

    sun_angles_deg: tuple[float, ...]
    area_m2: dict[ArrayMode, tuple[float, ...]]
    power: dict[ArrayMode, tuple[float, ...]]
    tumbling_area_m2: float
    """Mean over all directions and settings of the arrays."""
    tumbling_least_m2: float
    tumbling_most_m2: float
    surface_quarter_m2: float
    """A quarter of all surfaces: what Cauchy's theorem gives for parts that cast no shadow on each other."""

    def drag_area_m2(self, mode: ArrayMode, sun_angle_deg: float) -> float:
        """Area that the air sees in this mode, orbit mean [m2]."""
        return self._between(self.area_m2[mode], sun_angle_deg)

    def relative_power(self, mode: ArrayMode, sun_angle_deg: float) -> float:
        """Sunlight on the cells over that of perfect tracking, orbit mean, 0 to 1."""
        return self._between(self.power[mode], sun_angle_deg)

    def relative_drag(self, mode: ArrayMode, sun_angle_deg: float, *, usual: ArrayMode = ArrayMode.TRACKING) -> float:
        """Drag in this mode over drag in the usual one, at the same Sun's angle."""
        return self.drag_area_m2(mode, sun_angle_deg) / self.drag_area_m2(usual, sun_angle_deg)

    def relative_tumbling_drag(self, sun_angle_deg: float, *, usual: ArrayMode = ArrayMode.TRACKING) -> float:
        """Drag of a tumbling station over drag in the usual mode."""
        return self.tumbling_area_m2 / self.drag_area_m2(usual, sun_angle_deg)

    def _between(self, column: tuple[float, ...], sun_angle_deg: float) -> float:
        if not abs(sun_angle_deg) <= 90.0:
            raise InputError(f"Sun's angle {sun_angle_deg!r} deg", hint="give -90 to 90 degrees")
        step = self.sun_angles_deg[1] - self.sun_angles_deg[0]
        place = min(abs(sun_angle_deg) / step, len(column) - 1.0)
        below = min(math.floor(place), len(column) - 2)
        return column[below] + (place - below) * (column[below + 1] - column[below])


@cache
def iss_drag_area() -> DragAreaByMode:
    """The table of the International Space Station of April 2022 (read once, shared: do not change it)."""
    table = json.loads((files("stationkeep.attitude") / "data/iss-array-modes.json").read_text(encoding="utf-8"))
    return DragAreaByMode(
        sun_angles_deg=tuple(table["sun_angles_deg"]),
        area_m2={mode: tuple(table["area_m2"][mode]) for mode in ArrayMode},
        power={mode: tuple(table["power"][mode]) for mode in ArrayMode},
        tumbling_area_m2=table["tumbling_area_m2"],
        tumbling_least_m2=table["tumbling_least_m2"],
        tumbling_most_m2=table["tumbling_most_m2"],
        surface_quarter_m2=table["surface_quarter_m2"],
    )
