"""One run's luck: whether and how late each flight is launched, whether it is lost, which craft become unfit.

Each flight has its own numbers, by its name and the run's key, whatever else is planned, dropped or added.
"""

from __future__ import annotations

import hashlib
import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from stationkeep.logistics.delays import DrawnDays, ShareLaw, TrafficLaws, drawn_lateness
from stationkeep.logistics.manifest import Manifest

_UNKNOWN_LOSS: Final = ShareLaw(0, 8)  # a kind nobody has flown: like the Japanese craft, which never failed
_UNIFORMS: Final = 3  # a flight: late? lost? docking trouble?
_NORMALS: Final = 2  # a flight: how late; how long its kind is grounded if it is lost
_KEY_BYTES: Final = 32
_BEST: Final = (1.0, 1.0, 1.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Luck:
    """The shares and lengths of one run: how likely what is, in this world."""

    loss: Mapping[str, float]
    late: Mapping[str, float]
    lateness: DrawnDays
    regrounding: Mapping[str, DrawnDays]
    docking_trouble: float
    uniforms: NDArray[np.float64]
    """Shape (n_flight, 3), each from 0 to 1: late? lost? docking trouble?"""
    normals: NDArray[np.float64]
    """Shape (n_flight, 2): how late; how long its kind is grounded if it is lost."""
    rows: Mapping[str, int] = field(default_factory=dict)
    """Row of ``uniforms`` and ``normals`` by flight; empty: by position in the plan."""
    key: bytes = b""
    """Makes the numbers of flights that have no row (added later), from their names; empty: they have the best luck."""
    unfit: float = 0.0
    """How likely a crew craft is to become unfit before it leaves; needs a :attr:`key`."""

    def unfit_at(self, name: str) -> float | None:
        """Where in its stay, from 0 to 1, this crew craft becomes unfit to take anybody home; none: it does not."""
        if not (self.key and self.unfit > 0.0):
            return None
        digest = hashlib.blake2b(name.encode(), key=self.key, digest_size=16, person=b"unfit").digest()
        whether, where = ((bits >> 11) * 2.0**-53 for bits in struct.unpack("<2Q", digest))
        return where if whether < self.unfit else None

    def of(self, name: str, position: int = -1) -> tuple[float, float, float, float, float]:
        """A flight's three uniform and two normal numbers."""
        row = self.rows.get(name, -1) if self.rows else position
        if 0 <= row < len(self.uniforms):
            late, lost, trouble = self.uniforms[row].tolist()
            how_late, how_long = self.normals[row].tolist()
            return late, lost, trouble, how_late, how_long
        return _numbers(self.key, name) if self.key else _BEST


def best_luck() -> Luck:
    """The luck of a plan that comes as planned: nothing late, lost or in trouble."""
    nothing = np.zeros((0, _UNIFORMS)), np.zeros((0, _NORMALS))
    return Luck({"unknown": 0.0}, {}, DrawnDays(0.0, 0.0), {}, 0.0, *nothing)


def draw_luck(plan: Manifest, laws: TrafficLaws, random: Generator) -> Luck:
    """One run's luck: the laws' parameters from what the record leaves open, then each flight's numbers."""
    loss = {group: law.draw(random) for group, law in sorted(laws.losses.items())}
    loss["unknown"] = _UNKNOWN_LOSS.draw(random)
    late = {side: law.draw(random) for side, law in sorted(laws.late_launch.items())}
    lateness = drawn_lateness(laws.lateness_days, random)
    regrounding = {side: law.draw(random) for side, law in sorted(laws.regrounding_days.items())}
    trouble = laws.docking_trouble.draw(random)
    key = random.bytes(_KEY_BYTES)
    rows = {name: row for row, name in enumerate(plan.flights)}
    numbers = np.array([_numbers(key, name) for name in rows]).reshape(-1, _UNIFORMS + _NORMALS)
    uniforms, normals = numbers[:, :_UNIFORMS], numbers[:, _UNIFORMS:]
    unfit = laws.lifeboat_failure.draw(random)
    return Luck(loss, late, lateness, regrounding, trouble, uniforms, normals, rows, key, unfit)


def _numbers(key: bytes, name: str) -> tuple[float, float, float, float, float]:
    """A flight's numbers: bits of a keyed hash of its name (BLAKE2, RFC 7693), normals by Box and Muller (1958)."""
    digest = hashlib.blake2b(name.encode(), key=key, digest_size=8 * (_UNIFORMS + _NORMALS)).digest()
    late, lost, trouble, size, turn = ((bits >> 11) * 2.0**-53 for bits in struct.unpack("<5Q", digest))
    far, angle = math.sqrt(-2.0 * math.log1p(-size)), 2.0 * math.pi * turn
    return late, lost, trouble, far * math.cos(angle), far * math.sin(angle)
