"""Where do very many fragments come down? Hundreds of thousands side by side in compiled code, on all cores."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeep.compiled import compiled
from stationkeep.descent import entry_forces as column
from stationkeep.descent import entry_look as look
from stationkeep.descent.air import AirTable, us76_air
from stationkeep.descent.body import START_TEMPERATURE_K, Part, material_of
from stationkeep.descent.entry import EntryOptions
from stationkeep.descent.entry_kernel import fly
from stationkeep.descent.entry_sink import geodetic_degrees
from stationkeep.descent.materials import Material
from stationkeep.errors import InputError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

FAST_TOLERANCE: Final = 1.0
"""Keeps impacts to 0.1 km (median; 2 km where most of the mass melts), see ``tests/unit/test_fragments.py``."""
_CHUNK: Final = 512
_OUT: Final = 12


@dataclass(frozen=True, eq=False)
class FragmentSet:
    """Many tumbling fragments: numbers for the compiled flight, (n, columns), and what each is made of."""

    rows: FloatArray
    """One row each, columns as in :mod:`stationkeep.descent.entry_forces`."""
    material: IntArray
    """Place in ``materials``, (n,)."""
    materials: tuple[Material, ...]

    def __len__(self) -> int:
        return len(self.rows)

    def taken(self, which: ArrayLike) -> FragmentSet:
        """The fragments at these places, in this order; a place may come more than once."""
        index = np.asarray(which)
        return FragmentSet(np.ascontiguousarray(self.rows[index]), self.material[index], self.materials)


def fragments_of(parts: Sequence[Part], masses_kg: Sequence[float], options: EntryOptions | None = None) -> FragmentSet:
    """One fragment for each part, with its own mass (without what it holds) given beside it."""
    from stationkeep.descent.entry_tree import body_row

    chosen = options or EntryOptions()
    rows = np.array([body_row(part, mass, chosen) for part, mass in zip(parts, masses_kg, strict=True)])
    made = [material_of(part) for part in parts]
    known = tuple(dict.fromkeys(made))
    rows[:, column.START_TEMPERATURE] = [part.initial_temperature_k for part in parts]
    return FragmentSet(rows, np.array([known.index(item) for item in made], dtype=np.int64), known)


def ballistic_fragments(
    mass_kg: ArrayLike, mean_area_m2: ArrayLike, material: Material, *, heat_shape_m32: ArrayLike | None = None,
    heated: bool = True, subsonic_drag: float = 0.7, temperature_k: float = START_TEMPERATURE_K,
) -> FragmentSet:  # fmt: skip
    """Fragments of any mass and mean shadow (n,); heated as spheres of the same surface unless told otherwise.

    ``heated`` false: they neither warm nor melt, for footprints by ballistic coefficient alone.
    """
    mass, area = np.broadcast_arrays(np.asarray(mass_kg, float), np.asarray(mean_area_m2, float))
    if mass.ndim != 1 or not (
        np.isfinite(mass).all() and np.isfinite(area).all() and (mass > 0).all() and (area > 0).all()
    ):
        raise InputError("fragments need masses and areas above zero, one number each", hint="give two arrays (n,)")
    rows = np.zeros((len(mass), column.BODY_COLUMNS))
    size = np.sqrt(4.0 * area / np.pi)
    rows[:, column.OWN_MASS], rows[:, column.AREA], rows[:, column.SURFACE] = mass, area, 4.0 * area
    rows[:, column.HEAT_SHAPE] = 0.275 * 4.0 * area / np.sqrt(0.5 * size) if heat_shape_m32 is None else heat_shape_m32
    rows[:, column.SIZE], rows[:, column.SUBSONIC_DRAG], rows[:, column.HEATED] = size, subsonic_drag, float(heated)
    rows[:, column.DRAG_SCALE] = rows[:, column.HEAT_SCALE] = 1.0
    rows[:, column.START_TEMPERATURE] = temperature_k
    return FragmentSet(rows, np.zeros(len(mass), dtype=np.int64), (material,))


@dataclass(frozen=True, eq=False)
class FragmentFates:
    """Where and how each fragment ended, (n,) each."""

    latitude_deg: FloatArray
    """Geodetic; of the impact, or of the place where it was gone."""
    longitude_deg: FloatArray
    altitude_km: FloatArray
    """0 at the ground; where it was gone otherwise."""
    time_s: FloatArray
    mass_kg: FloatArray
    """At the ground; 0 where it burnt up."""
    speed_m_s: FloatArray
    energy_j: FloatArray
    melt_onset_km: FloatArray
    """-1 where it never melted."""
    peak_heating_w: FloatArray
    peak_temperature_k: FloatArray
    status: IntArray
    """``GROUND``, ``DEMISED`` or, for failures, ``TIMED_OUT``/``FAILED`` of :mod:`stationkeep.descent.entry_look`."""

    @property
    def landed(self) -> NDArray[np.bool_]:
        """Which of them reached the ground."""
        return np.asarray(self.status == look.GROUND)


@compiled(fastmath=True)
def _fly_chunk(
    states: Any, rows: Any, enthalpies: Any, heads: Any, tables: Any, index: Any, table: Any, step_km: float,
    tolerance: float, out: Any,
) -> None:  # fmt: skip
    y, summary, record = np.empty(look.STATE), np.empty(look.SUMMARY), np.empty((0, 1 + look.LOOK + look.STATE))
    stops = np.array([0.0, 1.0e99, 1.0e99])
    for i in range(states.shape[0]):
        y[:6] = states[i]
        y[6:] = 0.0
        y[look.ENTHALPY], y[look.MASS] = enthalpies[i], rows[i, column.OWN_MASS]
        summary[:] = 0.0
        summary[look.MELT_TIME] = summary[look.MELT_ALTITUDE] = look.NEVER
        kind = index[i]
        world = (heads[kind], tables[kind], table, step_km)
        status, _ = fly(y, 0.0, rows[i], world, stops, tolerance, summary, record)
        out[i, 0], out[i, 1], out[i, 2] = geodetic_degrees(y)
        landed = status == look.GROUND
        mass = y[look.MASS] if landed else 0.0
        speed = np.sqrt(y[3] * y[3] + y[4] * y[4] + y[5] * y[5])
        out[i, 3], out[i, 4], out[i, 5], out[i, 6] = summary[look.TIME], mass, speed, 0.5 * mass * speed * speed
        out[i, 7], out[i, 8] = summary[look.MELT_ALTITUDE], summary[look.PEAK_HEAT]
        out[i, 9], out[i, 10], out[i, 11] = summary[look.PEAK_K], status, summary[look.STEPS]


def fly_fragments(
    states: FloatArray, fragments: FragmentSet, air: AirTable | None = None, *, melting: bool = True,
    tolerance: float = FAST_TOLERANCE, threads: int | None = None,
) -> FragmentFates:  # fmt: skip
    """Where does each fragment end?

    states      place [m] and velocity over the ground [m/s] in the turning frame, (n, 6): see ``cartesian_states``
    fragments   n of them
    air         U.S. Standard Atmosphere 1976 where none is given
    threads     how many cores; all of them where not given
    """
    motion = np.ascontiguousarray(states, dtype=np.float64)
    if motion.shape != (len(fragments), 6) or not np.isfinite(motion).all():
        raise InputError(
            f"{len(fragments)} fragments with states of shape {motion.shape}", hint="give one finite state (6,) each"
        )
    tables = [material.table(melting) for material in fragments.materials]
    heads = np.array([table.head for table in tables])
    stacked = np.array([table.rows for table in tables])
    kelvins = fragments.rows[:, column.START_TEMPERATURE]
    enthalpies = np.zeros(len(fragments))
    for kind, table in enumerate(tables):
        steps = np.linspace(0.0, table.head[0], table.rows.shape[1])
        here = fragments.material == kind
        enthalpies[here] = np.interp(kelvins[here], table.rows[0], steps)
    grid, step_km = (air or us76_air()).arrays
    out = np.empty((len(fragments), _OUT))

    def one(begin: int) -> None:
        part = slice(begin, begin + _CHUNK)
        _fly_chunk(
            motion[part], fragments.rows[part], enthalpies[part], heads, stacked, fragments.material[part], grid,
            step_km, tolerance, out[part],
        )  # fmt: skip

    with ThreadPoolExecutor(threads or os.cpu_count() or 1) as pool:
        list(pool.map(one, range(0, len(fragments), _CHUNK)))
    altitude = np.where(out[:, 10] == look.GROUND, 0.0, out[:, 2])
    return FragmentFates(
        out[:, 0], out[:, 1], altitude, out[:, 3], out[:, 4], out[:, 5], out[:, 6], out[:, 7], out[:, 8], out[:, 9],
        out[:, 10].astype(np.int64),
    )  # fmt: skip
