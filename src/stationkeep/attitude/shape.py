"""How large does a station look from a direction? Boxes, cylinders and plates, with their shadows on each other.

Each part is a *zonotope*: the sum of its half-edges, so that a box has three, a plate two, a prism five (four for its
octagonal ends, one for its axis). The outline of a zonotope is another one in the plane, and whether a point lies
inside needs one comparison per edge: no hulls, no triangles.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]

SPEED_RATIO = 7.5
"""Orbital speed over the most probable thermal speed of atomic oxygen at 1000 K (1.02 km/s)."""


@dataclass(frozen=True, slots=True)
class Part:
    """A convex part: where its middle is and its half-edges, body frame [m]."""

    name: str
    centre_m: FloatArray
    half_edges_m: FloatArray
    """(n, 3)."""

    def turned(self, rotation: FloatArray, about_m: FloatArray) -> Part:
        """The part turned by a rotation matrix about a point."""
        centre = about_m + rotation @ (self.centre_m - about_m)
        return Part(self.name, centre, self.half_edges_m @ rotation.T)

    @property
    def surface_m2(self) -> float:
        """All its faces (a plate has two)."""
        return 2.0 * float(sum(area for area, _ in self.face_pairs()))

    def face_pairs(self) -> list[tuple[float, FloatArray]]:
        """Area of one face and its unit normal, for each pair of opposite faces (ends of a prism come in pieces)."""
        found = []
        for one, other in combinations(self.half_edges_m, 2):
            normal = np.cross(one, other)
            length = float(np.linalg.norm(normal))
            if length > 1.0e-9:
                found.append((4.0 * length, normal / length))
        return found


def box(name: str, centre_m: ArrayLike, size_m: ArrayLike) -> Part:
    """A box along the body axes; a plate where one of its sizes is zero."""
    size = np.asarray(size_m, dtype=float)
    edges = np.diag(0.5 * size)[size > 0.0]
    return Part(name, np.asarray(centre_m, dtype=float), edges)


def cylinder(name: str, centre_m: ArrayLike, axis: str, length_m: float, diameter_m: float) -> Part:
    """A cylinder along the body axis ``x``, ``y`` or ``z``, as an octagonal prism of the same cross-section."""
    along = "xyz".index(axis)
    across = [index for index in range(3) if index != along]
    # An octagon is the sum of four half-edges, 45 degrees apart; of length e/2 it has the area 2 (1 + sqrt 2) e2.
    edge = diameter_m * math.sqrt(math.pi / 4.0 / (2.0 * (1.0 + math.sqrt(2.0))))
    edges = np.zeros((5, 3))
    for k in range(4):
        angle = 0.25 * math.pi * k
        edges[k, across] = 0.5 * edge * math.cos(angle), 0.5 * edge * math.sin(angle)
    edges[4, along] = 0.5 * length_m
    return Part(name, np.asarray(centre_m, dtype=float), edges)


def plate(name: str, centre_m: ArrayLike, along: ArrayLike, across: ArrayLike) -> Part:
    """A thin plate: its two full edges as vectors [m]."""
    edges = 0.5 * np.array([along, across], dtype=float)
    return Part(name, np.asarray(centre_m, dtype=float), edges)


def _plane(direction: FloatArray) -> FloatArray:
    """Two unit vectors across a direction (2, 3)."""
    helper = np.eye(3)[int(np.argmin(np.abs(direction)))]
    first = np.cross(direction, helper)
    first /= np.linalg.norm(first)
    return np.array([first, np.cross(direction, first)])


def outline_m2(parts: Sequence[Part], direction: ArrayLike, *, cell_m: float = 0.5) -> float:
    """How large is the shadow of all parts together, seen along ``direction`` (any length)? [m2]

    Counted on a grid of ``cell_m``; what lies behind something else is not counted twice.
    """
    view = np.asarray(direction, dtype=float)
    across = _plane(view / np.linalg.norm(view))
    flat = [(across @ part.centre_m, part.half_edges_m @ across.T) for part in parts]
    reach = [np.abs(edges).sum(axis=0) for _, edges in flat]
    low = np.min([centre - r for (centre, _), r in zip(flat, reach, strict=True)], axis=0) - cell_m
    high = np.max([centre + r for (centre, _), r in zip(flat, reach, strict=True)], axis=0) + cell_m
    counts = np.ceil((high - low) / cell_m).astype(int)
    covered = np.zeros((counts[0], counts[1]), dtype=bool)
    for (centre, edges), r in zip(flat, reach, strict=True):
        first = np.maximum(((centre - r - low) / cell_m).astype(int), 0)
        last = np.minimum(((centre + r - low) / cell_m).astype(int) + 2, counts)
        x = low[0] + (np.arange(first[0], last[0]) + 0.5) * cell_m - centre[0]
        y = low[1] + (np.arange(first[1], last[1]) + 0.5) * cell_m - centre[1]
        covered[first[0] : last[0], first[1] : last[1]] |= _inside(edges, x[:, None], y[None, :])
    return float(covered.sum()) * cell_m**2


def _inside(edges: FloatArray, x: FloatArray, y: FloatArray) -> NDArray[np.bool_]:
    inside = np.ones(np.broadcast_shapes(x.shape, y.shape), dtype=bool)
    for edge in edges:
        width = float(np.abs(edges[:, 0] * edge[1] - edges[:, 1] * edge[0]).sum())
        inside &= np.abs(x * edge[1] - y * edge[0]) <= width
    return inside


def grazing_m2(parts: Sequence[Part], direction: ArrayLike, *, speed_ratio: float = SPEED_RATIO) -> float:
    """How much do surfaces along the flow add, in square metres seen face-on?

    Air has a temperature, so it also rubs along a plate that flies edge-on: 7.5 % of what the plate would feel face-on
    (Sentman, LMSC-448514, 1961, for diffuse reflection: ``exp(-g2 s2) / (s sqrt pi) - g erfc(g s)``, ``g`` the cosine
    to the normal, ``s`` the speed ratio). Shadows are not counted here.
    """
    view = np.asarray(direction, dtype=float)
    view = view / np.linalg.norm(view)
    total = 0.0
    for part in parts:
        for area, normal in part.face_pairs():
            g = abs(float(normal @ view))
            rub = math.exp(-((g * speed_ratio) ** 2)) / (speed_ratio * math.sqrt(math.pi))
            total += area * (rub - g * math.erfc(g * speed_ratio))
    return total


def air_area_m2(parts: Sequence[Part], direction: ArrayLike, *, cell_m: float = 0.5) -> float:
    """What area does the air see, rubbing along surfaces included? :func:`outline_m2` plus :func:`grazing_m2`."""
    return outline_m2(parts, direction, cell_m=cell_m) + grazing_m2(parts, direction)


def directions_all_round(count: int) -> FloatArray:
    """Evenly spread directions over the whole sphere (count, 3): a Fibonacci spiral."""
    index = np.arange(count) + 0.5
    z = 1.0 - 2.0 * index / count
    angle = math.pi * (1.0 + math.sqrt(5.0)) * index
    r = np.sqrt(1.0 - z * z)
    return np.column_stack([r * np.cos(angle), r * np.sin(angle), z])
