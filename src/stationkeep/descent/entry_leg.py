"""The last minutes of an uncontrolled fall: from the edge of the atmosphere to where the structure breaks up.

Many possible falls are flown side by side as points of mass in the frame that turns with the Earth: gravity with J2,
drag in the air of NRLMSISE-00, with the drag coefficient falling as the air thickens
(:mod:`stationkeep.orbit.rarefied_drag`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stationkeep.constants import (
    SECONDS_PER_DAY,
)
from stationkeep.descent.leg_kernel import runge_kutta
from stationkeep.environment.nrlmsise00 import Nrlmsise00Reference
from stationkeep.orbit.final_flight import EntryState
from stationkeep.orbit.precise_tables import geodetic_from_itrs

FloatArray = NDArray[np.float64]

BREAK_UP_ALTITUDE_KM = 80.0
"""Where large structures break up: 75 to 85 km (ATV-1: arrays at 86 km, main break-up at 75 km)."""

_STEP_S = 5.0  # 40 km of path; halving it moves the end by less than 0.1 s
_LONG_STEP_S = 20.0  # where the highest drag is still a ten-thousandth of gravity
_LONG_STEPS_ABOVE_KM = 125.0
_LONGEST_S = 86400.0
_SCALE_PROBE_KM = 1.0


@dataclass(frozen=True)
class Falls:
    """Where many possible falls pass the break-up altitude; arrays (n,) or (n, 3)."""

    time_mjd_utc: FloatArray
    position_km: FloatArray
    """Earth-fixed."""
    velocity_km_s: FloatArray
    """In the frame that turns with the Earth."""

    @property
    def geodetic(self) -> FloatArray:
        """Latitude [deg], longitude [deg], height [km], (n, 3)."""
        return geodetic_from_itrs(self.position_km)


def fly_to_break_up(entries: Sequence[EntryState], size_m: float, altitude_km: float = BREAK_UP_ALTITUDE_KM) -> Falls:
    """When and where do these possible falls pass the break-up altitude?

    ``size_m``: length over which the air streams around the body (its diameter), for the bridging law; the ballistic
    coefficient of each entry is that of free-molecular flow. A path that skips out again comes back by itself; one that
    is not down after a day keeps its last place.
    """
    count = len(entries)
    ballistic = np.array([entry.ballistic_m2_kg for entry in entries])
    drivers = np.array([entry.drivers for entry in entries]).reshape(count, 3)
    start = np.array([entry.time_mjd_utc for entry in entries])
    state = np.array([[*entry.position_km, *entry.velocity_km_s] for entry in entries]).reshape(count, 6)
    end_state, end_time = state.copy(), start.copy()
    flying, elapsed = np.arange(count), 0.0
    height = geodetic_from_itrs(state[:, :3])[:, 2]
    while flying.size and elapsed < _LONGEST_S:
        now = start[flying] + elapsed / SECONDS_PER_DAY
        step = _LONG_STEP_S if height[flying].min() > _LONG_STEPS_ABOVE_KM else _STEP_S
        fresh = _step(end_state[flying], now, step, ballistic[flying], drivers[flying], size_m)
        below = geodetic_from_itrs(fresh[:, :3])[:, 2]
        share = np.clip((height[flying] - altitude_km) / np.maximum(height[flying] - below, 1.0e-9), 0.0, 1.0)
        done = below <= altitude_km
        share = np.where(done, share, 1.0)[:, None]
        end_state[flying] = (1.0 - share) * end_state[flying] + share * fresh
        end_time[flying] = now + share[:, 0] * step / SECONDS_PER_DAY
        height[flying] = below
        flying, elapsed = flying[~done], elapsed + step
    return Falls(end_time, end_state[:, :3], end_state[:, 3:])


def _step(
    state: FloatArray, now: FloatArray, step_s: float, ballistic: FloatArray, drivers: FloatArray, size_m: float
) -> FloatArray:
    """One step of Runge and Kutta; the air of the step is an exponential through two heights."""
    place = geodetic_from_itrs(state[:, :3])
    heights = np.stack([place[:, 2], place[:, 2] - _SCALE_PROBE_KM])
    density = Nrlmsise00Reference().density_kg_m3(now, place[:, 0], place[:, 1], heights, drivers)
    slope = np.log(density[1] / density[0]) / _SCALE_PROBE_KM

    airs = np.column_stack([density[0], place[:, 2], slope])
    return np.asarray(runge_kutta(np.ascontiguousarray(state), step_s, ballistic, size_m, airs))
