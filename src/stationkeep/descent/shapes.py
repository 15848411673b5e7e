"""Spheres, cylinders, boxes and plates as a tumbling entry sees them: surface, mean shadow, heat, drag when slow.

A face in a hypersonic stream is heated by ``0.1 + 0.9 cos(angle)`` of its stagnation value on the windward half
(SCARAB's law); averaged over all attitudes that is 0.275 for every face of a convex body, which for a sphere is Klett's
factor as DAS, ORSAT and SESAM use it. What differs is the radius that sets the stagnation value:

* sphere: its own;
* side of a cylinder: twice its own, since along a stagnation line the flux is 1/sqrt(2) of that at a point
  (two-dimensional against axisymmetric velocity gradient, Fay and Riddell 1958);
* flat face: 1.39 times the radius of the disc of the same area. A plate at incidence is heated as a laminar flat plate
  (Tauber, Menees and Adelman, J. Spacecraft 24, 1987: 2.42e-9 of the same units in which a stagnation point takes
  1.83e-8); averaged over its length, over all attitudes and at 7 km/s that is 0.234 of the stagnation value of a
  hemisphere as wide, which is 0.275 / sqrt(1.39). Face-on, the centre of a disc takes 0.55 (Boison and Curtiss, ARS J.
  29, 1959) and its rim half as much again, so the two agree;
* edge of a plate: its thickness, as the side of a cylinder as thick as the plate.

Published factors for tumbling cylinders by Klett (Sandia SC-RR-64-2141) lie within about a tenth of these for the
side; for faces the spread between codes is a quarter.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from stationkeep.descent.entry_forces import SPHERE_SUBSONIC_DRAG
from stationkeep.errors import InputError

TUMBLING_MEAN: Final = 0.275
"""Mean of the heat flux over all attitudes over that at the stagnation point of a face."""
DIMENSIONS: Final = {
    "sphere": ("diameter_m",),
    "cylinder": ("diameter_m", "length_m"),
    "box": ("length_m", "width_m", "height_m"),
    "plate": ("length_m", "width_m", "thickness_m"),
}
"""What each shape needs."""
# Slow, tumbling, referred to a quarter of the surface: Hoerner, Fluid-Dynamic Drag (1965), chapter 3, face-on and
# edge-on coefficients averaged over attitudes. A smooth sphere beyond its crisis has a third of this.
_SUBSONIC: Final = {"sphere": SPHERE_SUBSONIC_DRAG, "cylinder": 0.70, "box": 0.75, "plate": 1.0}


@dataclass(frozen=True, slots=True)
class ShapeNumbers:
    """What the flight needs to know of a shape; SI."""

    surface_m2: float
    heat_shape_m32: float
    """Sum over the faces of 0.275 times area over the root of the radius [m^(3/2)]."""
    volume_m3: float
    subsonic_drag: float
    longest_m: float

    @property
    def mean_area_m2(self) -> float:
        """Mean shadow over all attitudes: a quarter of the surface (Cauchy), also NASA's area for casualties."""
        return 0.25 * self.surface_m2

    @property
    def size_m(self) -> float:
        """Diameter of the sphere with the same surface: the length in the Knudsen number."""
        return math.sqrt(self.surface_m2 / math.pi)


@lru_cache(maxsize=4096)  # asked for again at each turn of a flight
def shape_numbers(shape: str, dimensions: tuple[float, ...]) -> ShapeNumbers:
    """Surface, heat and drag of a shape from its outer dimensions [m], in the order of :data:`DIMENSIONS`.

    Raises :class:`InputError` for a shape there is not, or a dimension that is not positive.
    """
    names = DIMENSIONS.get(shape)
    if names is None:
        raise InputError(f"there is no shape {shape!r}", hint=f"choose {', '.join(DIMENSIONS)}")
    for name, value in zip(names, dimensions, strict=True):
        if not (math.isfinite(value) and value > 0.0):
            raise InputError(f"{name} of a {shape} is {value:g}", hint="sizes are in metres and above zero")
    faces, volume = _FACES[shape](*dimensions)
    return ShapeNumbers(
        surface_m2=sum(area for area, _ in faces),
        heat_shape_m32=TUMBLING_MEAN * sum(area / math.sqrt(radius) for area, radius in faces),
        volume_m3=volume,
        subsonic_drag=_SUBSONIC[shape],
        longest_m=math.hypot(*dimensions) if shape in ("box", "plate") else max(dimensions),
    )


_FLAT_FACE: Final = 1.39  # see above

Faces = list[tuple[float, float]]


def _sphere(diameter: float) -> tuple[Faces, float]:
    return [(math.pi * diameter**2, 0.5 * diameter)], math.pi / 6.0 * diameter**3


def _cylinder(diameter: float, length: float) -> tuple[Faces, float]:
    end = 0.25 * math.pi * diameter**2
    return [(math.pi * diameter * length, diameter), (2.0 * end, 0.5 * _FLAT_FACE * diameter)], end * length


def _box(length: float, width: float, height: float) -> tuple[Faces, float]:
    pairs = ((length, width), (width, height), (height, length))
    return [(2.0 * a * b, _flat_radius(a, b)) for a, b in pairs], length * width * height


def _plate(length: float, width: float, thickness: float) -> tuple[Faces, float]:
    edges = 2.0 * (length + width) * thickness
    faces = [(2.0 * length * width, _flat_radius(length, width)), (edges, thickness)]
    return faces, length * width * thickness


def _flat_radius(a: float, b: float) -> float:
    return _FLAT_FACE * math.sqrt(a * b / math.pi)


_FACES: Final[dict[str, Callable[..., tuple[Faces, float]]]] = {
    "sphere": _sphere,
    "cylinder": _cylinder,
    "box": _box,
    "plate": _plate,
}
