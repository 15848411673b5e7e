"""A station flown down with its burns: states in, break-up and orbits after each burn out.

Wraps the compiled kernel (:mod:`stationkeep.descent.deorbit_kernel`): Earth-fixed states, days in UTC, the air of one
day, burns against the motion held to the horizon, as stations burn.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from stationkeep.constants import EARTH_EQUATORIAL_RADIUS_KM, SECONDS_PER_DAY
from stationkeep.descent.deorbit_kernel import (
    FAILED,
    STOPPED_AT_ALTITUDE,
    TABLE_LATITUDE_STEP_DEG,
    TABLE_TOP_KM,
    fly_down,
)
from stationkeep.environment.nrlmsise00 import Nrlmsise00Reference
from stationkeep.environment.surrogate import load_surrogate_weights, surrogate_workspace
from stationkeep.errors import OrbitError
from stationkeep.orbit.elements import MeanElements
from stationkeep.orbit.frames import Frame, converted_states
from stationkeep.orbit.mean_osculating import mean_elements_from_state, state_from_mean_elements
from stationkeep.propulsion.burns import Thruster
from stationkeep.propulsion.finite_burns import Ellipse, burn_duration_s

FloatArray = NDArray[np.float64]

BREAK_UP_KM = 78.0
"""Main break-up of large structures: 72 to 84 km, nominal 78 (NASA ODPO; ORSAT's convention of 42 nautical miles)."""
WINGS_OFF_KM = 100.0
"""Where solar arrays are torn off: 90 to 110 km (NASA ODPO; ATV-1 86 km)."""
NO_TRACK = np.empty((0, 8))


@dataclass(frozen=True)
class EntryAir:
    """The air of one day: drivers for the orbit, and a table of the low air over the entry."""

    drivers: FloatArray
    """(3,) previous-day F10.7, its 81-day mean, Ap."""
    table: FloatArray
    """(n_latitude, TABLE_TOP_KM + 1) logarithms of the density [kg/m3]."""


def entry_air(time_mjd_utc: float, longitude_deg: float, drivers: FloatArray) -> EntryAir:
    """The air of a day, its low part at the hour and longitude of the entry (NRLMSISE-00, the reference code)."""
    latitudes = np.arange(-90.0, 90.0 + 1.0e-6, TABLE_LATITUDE_STEP_DEG)
    heights = np.arange(0.0, TABLE_TOP_KM + 1.0)
    north, up = np.meshgrid(latitudes, heights, indexing="ij")
    density = Nrlmsise00Reference().density_kg_m3(time_mjd_utc, north, longitude_deg, up, drivers)
    return EntryAir(np.asarray(drivers, dtype=np.float64), np.ascontiguousarray(np.log(density)))


@dataclass(frozen=True, slots=True)
class StationBody:
    """What falls: mass, and how the air takes hold of it on the way down."""

    mass_kg: float
    drag_area_m2: float
    """Drag coefficient times area in free-molecular flow, as fitted in orbit: ``Cd*A/m`` times the mass."""
    size_m: float = 10.0
    """Length the air streams around, for the bridging to a continuum."""
    core_share: float = 0.45
    """What is left of ``drag_area_m2`` once the wings are off. The arrays of the ISS are about half of its area."""
    wings_off_km: float = WINGS_OFF_KM
    high_air: float = 1.0
    """Factor on the density above 120 km."""
    low_air: float = 1.0
    """Factor below."""

    def row(self) -> FloatArray:
        """As the kernel wants it."""
        return np.array(
            [self.drag_area_m2, self.mass_kg, self.size_m, self.high_air, self.low_air, self.core_share,
             self.wings_off_km]
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class PlannedBurn:
    """A burn against the motion: when it begins, how much speed it takes off."""

    start_mjd_utc: float
    delta_v_m_s: float

    def segments(self, mass_kg: float, thruster: Thruster, origin_mjd: float) -> FloatArray:
        """(1, 5) for the kernel: cut off once the speed is reached, as an accelerometer does."""
        begin = (self.start_mjd_utc - origin_mjd) * SECONDS_PER_DAY
        duration = burn_duration_s(mass_kg, self.delta_v_m_s, thruster)
        return np.array([[begin, begin + duration, thruster.thrust_n, thruster.flow_kg_s, 0.0]])


@dataclass(frozen=True, slots=True)
class FixedState:
    """Earth-fixed position [km] and velocity in the turning frame [km/s] at a moment."""

    time_mjd_utc: float
    state: FloatArray
    """(6,)"""

    @classmethod
    def of(cls, elements: MeanElements) -> FixedState:
        """The state of Brouwer mean elements (with their mean anomaly) at their epoch."""
        state = state_from_mean_elements(elements)[None, :]
        fixed = converted_states(state, np.array([elements.epoch_mjd_utc]), Frame.TEME, Frame.ITRF)[0]
        return cls(elements.epoch_mjd_utc, np.ascontiguousarray(fixed))

    @property
    def elements(self) -> MeanElements:
        """Brouwer mean elements of this state."""
        inertial = converted_states(self.state[None, :], np.array([self.time_mjd_utc]), Frame.ITRF, Frame.TEME)[0]
        return mean_elements_from_state(inertial, self.time_mjd_utc)

    @property
    def ellipse(self) -> Ellipse:
        """Mean size and shape, J3's share of the eccentricity included."""
        return Ellipse.of(self.elements)

    @property
    def radial_ellipse(self) -> tuple[float, float]:
        """Osculating perigee and apogee radius minus 6378.137 km: for orbits that end in the air."""
        inertial = converted_states(self.state[None, :], np.array([self.time_mjd_utc]), Frame.ITRF, Frame.TEME)[0]
        return osculating_apsides_km(inertial)


def osculating_apsides_km(inertial: FloatArray) -> tuple[float, float]:
    """Perigee and apogee height above 6378.137 km of the Kepler ellipse through an inertial state [km, km/s]."""
    from stationkeep.constants import EARTH_MU_KM3_S2

    position, velocity = inertial[:3], inertial[3:]
    r = float(np.linalg.norm(position))
    energy = 0.5 * float(velocity @ velocity) - EARTH_MU_KM3_S2 / r
    axis = -0.5 * EARTH_MU_KM3_S2 / energy
    momentum = np.cross(position, velocity)
    eccentricity = math.sqrt(max(1.0 - float(momentum @ momentum) / (EARTH_MU_KM3_S2 * axis), 0.0))
    return axis * (1.0 - eccentricity) - EARTH_EQUATORIAL_RADIUS_KM, axis * (
        1.0 + eccentricity
    ) - EARTH_EQUATORIAL_RADIUS_KM


@dataclass(frozen=True)
class FlownArc:
    """The end of a flight of the kernel."""

    end: FixedState
    mass_kg: float
    reached_altitude: bool
    track: FloatArray = field(default_factory=lambda: NO_TRACK)
    """(n, 8): seconds since the start, Earth-fixed state, geodetic height [km]."""


class DescentFlyer:
    """Flies one station through one day's air; belongs to one thread."""

    def __init__(self, air: EntryAir) -> None:
        self.air = air
        self._weights = load_surrogate_weights()
        self._work = surrogate_workspace(8)

    def fly(
        self,
        start: FixedState,
        body: StationBody,
        until_mjd_utc: float,
        *,
        segments: FloatArray | None = None,
        stop_altitude_km: float = BREAK_UP_KM,
        track_rows: int = 0,
        step_scale: float = 1.0,
    ) -> FlownArc:
        """Fly on to a time or down to a geodetic height, whichever comes first.

        ``segments`` (n, 5): start and end of thrust [s from the start of this flight], thrust [N], flow [kg/s], tilt
        outward [rad]. Raises :class:`OrbitError` where the motion stops being a number.
        """
        state, row = start.state.copy(), body.row()
        track = np.empty((track_rows, 8))
        seconds, reason, used = fly_down(
            self._weights, self.air.drivers, self.air.table, state, start.time_mjd_utc,
            (until_mjd_utc - start.time_mjd_utc) * SECONDS_PER_DAY, stop_altitude_km, row,
            np.empty((0, 5)) if segments is None else np.ascontiguousarray(segments), self._work, track, step_scale,
        )  # fmt: skip
        if reason == FAILED:
            raise OrbitError(
                "the descent cannot be flown: the state is not a number", hint="check mass, thrust and the orbit given"
            )
        end = FixedState(start.time_mjd_utc + seconds / SECONDS_PER_DAY, state)
        return FlownArc(end, float(row[1]), reason == STOPPED_AT_ALTITUDE, track[:used])


def segments_of(
    burns: Sequence[PlannedBurn], mass_kg: float, thruster: Thruster, origin_mjd: float
) -> tuple[FloatArray, float]:
    """Kernel rows of several burns one after the other, and the mass left after them."""
    rows, mass = [], mass_kg
    for burn in burns:
        row = burn.segments(mass, thruster, origin_mjd)
        rows.append(row)
        mass -= thruster.flow_kg_s * float(row[0, 1] - row[0, 0])
    return (np.vstack(rows) if rows else np.empty((0, 5))), mass
