"""What of a body reaches the ground, where and how fast, and what burns up on the way?

A body flies as one until its parts come free: at the altitude or load its file names, at the main break-up, or when
what holds them has melted. From then on each part flies alone, heats, melts, and ends on the ground or in the air.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from stationkeep.constants import EARTH_EQUATORIAL_RADIUS_KM, EARTH_FLATTENING, EARTH_MEAN_RADIUS_KM
from stationkeep.descent.air import CEILING_KM, AirTable, us76_air
from stationkeep.descent.body import Body
from stationkeep.descent.tearing import TEAR_SHARE, THIN_WALL
from stationkeep.errors import InputError, OrbitError

FloatArray = NDArray[np.float64]
Recession = Literal["constant-radius", "shrinking"]
Bridging = Literal["sesam", "wide"]
Rest = Literal["tears", "thins", "all-or-nothing"]
HistoryColumn = Literal[
    "time_s", "altitude_km", "speed_m_s", "mach", "knudsen", "temperature_k", "convective_w", "radiated_w", "load_g",
    "pressure_pa",
]  # fmt: skip

_ECCENTRICITY2 = EARTH_FLATTENING * (2.0 - EARTH_FLATTENING)


@dataclass(frozen=True, slots=True)
class EntryState:
    """Where and how fast does it come in? Latitude and altitude are geodetic; speed and angles are through the air.

    ``flight_path_deg`` is negative downward, ``heading_deg`` counts from north through east. The air turns with the
    Earth, and moves over it where the air has a wind. Raises :class:`OrbitError` for a state that cannot be flown.
    """

    latitude_deg: float
    longitude_deg: float
    altitude_km: float
    speed_m_s: float
    flight_path_deg: float
    heading_deg: float

    def __post_init__(self) -> None:
        checks = (
            ("latitude", self.latitude_deg, -90.0, 90.0, "deg"),
            ("longitude", self.longitude_deg, -720.0, 720.0, "deg"),
            ("altitude", self.altitude_km, 1.0, CEILING_KM, "km"),
            ("speed", self.speed_m_s, 10.0, 12_000.0, "m/s"),
            ("flight path angle", self.flight_path_deg, -90.0, 30.0, "deg"),
            ("heading", self.heading_deg, -360.0, 720.0, "deg"),
        )
        for name, value, low, high, unit in checks:
            if not low <= value <= high:
                raise OrbitError(f"an entry with {name} {value:g} {unit}", hint=f"{low:g} to {high:g} {unit} is flown")

    def cartesian(self, air: AirTable) -> FloatArray:
        """Place [m] and velocity over the ground [m/s] in the frame that turns with the Earth, (6,)."""
        states = cartesian_states(
            np.array([self.latitude_deg]), np.array([self.longitude_deg]), np.array([self.altitude_km]),
            np.array([self.speed_m_s]), np.array([self.flight_path_deg]), np.array([self.heading_deg]), air,
        )  # fmt: skip
        return np.asarray(states[0])


def cartesian_states(
    latitude_deg: FloatArray, longitude_deg: FloatArray, altitude_km: FloatArray, speed_m_s: FloatArray,
    flight_path_deg: FloatArray, heading_deg: FloatArray, air: AirTable | None = None,
) -> FloatArray:  # fmt: skip
    """Places [m] and velocities over the ground [m/s] of many entries, (n, 6); arguments as in :class:`EntryState`."""
    sin_lat, cos_lat = np.sin(np.radians(latitude_deg)), np.cos(np.radians(latitude_deg))
    sin_lon, cos_lon = np.sin(np.radians(longitude_deg)), np.cos(np.radians(longitude_deg))
    east = np.stack([-sin_lon, cos_lon, np.zeros_like(sin_lon)], axis=1)
    north = np.stack([-sin_lat * cos_lon, -sin_lat * sin_lon, cos_lat], axis=1)
    up = np.stack([cos_lat * cos_lon, cos_lat * sin_lon, sin_lat], axis=1)
    normal = 1.0e3 * EARTH_EQUATORIAL_RADIUS_KM / np.sqrt(1.0 - _ECCENTRICITY2 * sin_lat**2)
    place = (normal + 1.0e3 * altitude_km)[:, None] * up
    place[:, 2] -= _ECCENTRICITY2 * normal * sin_lat
    climb, heading = np.radians(flight_path_deg), np.radians(heading_deg)
    level = speed_m_s * np.cos(climb)
    wind_east, wind_north = _wind_at(air, latitude_deg, longitude_deg, altitude_km)
    velocity = (level * np.sin(heading) + wind_east)[:, None] * east
    velocity += (level * np.cos(heading) + wind_north)[:, None] * north + (speed_m_s * np.sin(climb))[:, None] * up
    return np.hstack([place, velocity])


def _wind_at(
    air: AirTable | None, latitude_deg: FloatArray, longitude_deg: FloatArray, altitude_km: FloatArray
) -> tuple[FloatArray, FloatArray]:
    still = np.zeros_like(latitude_deg)
    if air is None or air.log_density.shape[:2] == (1, 1):
        return still, still
    from stationkeep.descent.entry_forces import air_at

    table, step = air.arrays
    found, out = [], np.empty(5)
    for latitude, longitude, altitude in zip(latitude_deg, longitude_deg, altitude_km, strict=True):
        air_at(table, step, altitude, math.radians(latitude), math.radians(longitude), out)
        found.append(out[3:5].copy())
    winds = np.array(found)
    return winds[:, 0], winds[:, 1]


@dataclass(frozen=True, slots=True)
class Impact:
    """How one part strikes the ground."""

    mass_kg: float
    """With what it still holds."""
    speed_m_s: float
    energy_j: float
    downrange_km: float
    """Along the ground from below the state the body entered with, as the crow flies."""
    time_s: float
    """After that state."""
    latitude_deg: float
    longitude_deg: float
    temperature_k: float


@dataclass(frozen=True, eq=False)
class PartResult:
    """What became of one part (of each of ``count`` identical ones)."""

    name: str
    count: int
    owner: str
    material: str
    shape: str
    dimensions_m: tuple[float, ...]
    mean_area_m2: float
    """Mean shadow over all attitudes: the area of NASA's casualty rule."""
    longest_m: float
    start_mass_kg: float
    """Its own, without what it holds."""
    outcome: Literal["impact", "demised", "inside", "empty"]
    """``inside``: it came down within another part; ``empty``: a holder without mass of its own."""
    free_at_km: float | None
    """Where it began to fly alone; ``None`` if it never did."""
    free_at_s: float | None
    melt_onset_km: float | None
    melt_onset_s: float | None
    demise_km: float | None
    demise_s: float | None
    peak_heating_w: float
    peak_heating_altitude_km: float | None
    peak_heating_s: float | None
    peak_temperature_k: float
    peak_temperature_altitude_km: float | None
    peak_load_g: float
    heat_in_j: float
    heat_out_j: float
    impact: Impact | None
    history: dict[HistoryColumn, FloatArray] = field(default_factory=dict)

    @property
    def surviving_mass_kg(self) -> float:
        """Own mass of one that reaches the ground, free or inside another."""
        return self.surviving_share * self.start_mass_kg

    surviving_share: float = 0.0
    """Of its own mass."""
    torn_mass_kg: float = 0.0
    """Of one: what had not melted when it tore into shards, each too light to count."""


@dataclass(frozen=True, eq=False)
class EntryResult:
    """What became of a body."""

    body: Body
    state: EntryState
    air: str
    parts: tuple[PartResult, ...]
    """In the order of the body's parts."""

    def part(self, name: str) -> PartResult:
        """The result of the part of that name."""
        return next(part for part in self.parts if part.name == name)

    @property
    def impacts(self) -> Iterator[PartResult]:
        """The parts that strike the ground by themselves."""
        return (part for part in self.parts if part.impact is not None)

    @property
    def surviving_mass_kg(self) -> float:
        """Mass of everything that reaches the ground."""
        return sum(part.count * part.impact.mass_kg for part in self.parts if part.impact is not None)

    @property
    def shard_mass_kg(self) -> float:
        """Mass that went in shards of thin walls: taken to melt on or to land too lightly to count, and not flown."""
        return sum(part.count * part.torn_mass_kg for part in self.parts)

    @property
    def surviving_fraction(self) -> float:
        """Of the mass that entered."""
        return self.surviving_mass_kg / self.body.mass_kg


@dataclass(frozen=True, slots=True)
class EntryOptions:
    """How the entry is computed.

    recession    ``constant-radius``: melt leaves and the outer size stays, so a shell grows thinner (as SESAM does);
                 ``shrinking``: the size shrinks with the cube root of the mass, as a solid body does
    rest         what becomes of a part that melts in part, see :mod:`stationkeep.descent.tearing`: ``tears`` (a thin
                 wall goes to pieces once ``tear_share`` of it is molten), ``thins`` (melt leaves until nothing is left,
                 as in SESAM), ``all-or-nothing`` (it keeps size and mass until all of it is molten, as in NASA's DAS)
    bridging     drag between free molecules and a continuum: as in SESAM, or ``wide``, nearer to wind tunnels
    melting      false: everything stays solid however hot
    thin_wall    wall thickness over diameter up to which a part is thin
    lift_over_drag, bank_deg
                 of every part; a tumbling part has no lift
    heat_scale, drag_scale
                 factors on convective heat and on drag, for uncertainties
    record       keep the history of each part
    tolerance    of a step: 1 keeps places to about 10 m and 0.1 K
    """

    recession: Recession = "constant-radius"
    rest: Rest = "tears"
    tear_share: float = TEAR_SHARE
    thin_wall: float = THIN_WALL
    bridging: Bridging = "sesam"
    melting: bool = True
    lift_over_drag: float = 0.0
    bank_deg: float = 0.0
    heat_scale: float = 1.0
    drag_scale: float = 1.0
    record: bool = False
    tolerance: float = 0.01

    def __post_init__(self) -> None:
        if self.recession not in ("constant-radius", "shrinking"):
            raise InputError(f"recession {self.recession!r}", hint="choose constant-radius or shrinking")
        if self.rest not in ("tears", "thins", "all-or-nothing"):
            raise InputError(f"rest {self.rest!r}", hint="choose tears, thins or all-or-nothing")
        if not 0.0 < self.tear_share < 1.0:
            raise InputError(f"tearing at a share of {self.tear_share:g}", hint="give a share between 0 and 1, as 0.3")
        if not 0.0 < self.thin_wall < 1.0:
            raise InputError(f"thin up to a wall of {self.thin_wall:g} of the diameter", hint="0.05 is usual")
        if self.bridging not in ("sesam", "wide"):
            raise InputError(f"bridging {self.bridging!r}", hint="choose sesam or wide")
        if not abs(self.lift_over_drag) <= 5.0:
            raise InputError(f"lift over drag {self.lift_over_drag:g}", hint="-5 to 5 is flown; tumbling parts have 0")
        for name, value in (("heat", self.heat_scale), ("drag", self.drag_scale)):
            if not 0.01 <= value <= 100.0:
                raise InputError(f"{name} times {value:g}", hint="factors lie between 0.01 and 100")


def fly_entry(
    body: Body, state: EntryState, air: AirTable | None = None, options: EntryOptions | None = None
) -> EntryResult:
    """What of a body reaches the ground, where, and how fast?

    body      its parts, see :mod:`stationkeep.descent.body`
    state     where it enters
    air       the air it falls through; the U.S. Standard Atmosphere 1976 where none is given
    options   see :class:`EntryOptions`
    """
    from stationkeep.descent.entry_tree import Tree

    chosen = air or us76_air()
    tree = Tree(body, state, chosen, options or EntryOptions())
    return EntryResult(body, state, chosen.name, tree.fly())


def ground_distance_km(latitude_1: float, longitude_1: float, latitude_2: float, longitude_2: float) -> float:
    """Great circle between two places [deg] on the mean sphere [km]."""
    one, two = math.radians(latitude_1), math.radians(latitude_2)
    east = math.radians(longitude_2 - longitude_1)
    half = math.sin(0.5 * (two - one)) ** 2 + math.cos(one) * math.cos(two) * math.sin(0.5 * east) ** 2
    return 2.0 * EARTH_MEAN_RADIUS_KM * math.asin(min(math.sqrt(half), 1.0))
