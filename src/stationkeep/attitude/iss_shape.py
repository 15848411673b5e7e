"""The International Space Station as parts, with its arrays turned as one likes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import yaml

from stationkeep.attitude.shape import FloatArray, Part, box, cylinder, plate

_TRUSS = np.array([0.0, 1.0, 0.0])
_ORIGIN = np.zeros(3)


@dataclass(frozen=True, slots=True)
class ArrayAngles:
    """How are the arrays turned?

    ``truss_deg``: about the truss axis y, zero with the cells up and the wings along the flight, positive turns them
    aft (after the Sun once past noon); ``wing_deg``: each large wing about its own length, positive towards starboard.
    """

    truss_deg: float = 0.0
    wing_deg: float = 0.0
    russian_deg: float = 0.0
    """The Russian wings about y, as ``truss_deg``."""


@cache
def _document() -> dict[str, Any]:
    text = (files("stationkeep.attitude") / "data/iss-shape.yaml").read_text(encoding="utf-8")
    document: dict[str, Any] = yaml.safe_load(text)
    return document


def rotation(axis: FloatArray, angle_deg: float) -> FloatArray:
    """Turn by an angle about a unit axis, right-handed (3, 3) (Rodrigues)."""
    s, c = math.sin(math.radians(angle_deg)), math.cos(math.radians(angle_deg))
    x, y, z = axis
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    return np.asarray(c * np.eye(3) + s * cross + (1.0 - c) * np.outer(axis, axis))


@cache
def fixed_parts() -> tuple[Part, ...]:
    """All that does not turn: modules, truss, radiators, docked craft of April 2022."""
    document = _document()
    found = [
        cylinder(name, item["centre"], item["axis"], item["length"], item["diameter"])
        for name, item in document["cylinders"].items()
    ]
    found += [box(name, item["centre"], item["size"]) for name, item in document["boxes"].items()]
    found += [plate(name, item["centre"], item["along"], item["across"]) for name, item in document["plates"].items()]
    return tuple(found)


def large_wings(angles: ArrayAngles) -> list[Part]:
    """The eight large wings, and the radiators that turn with them."""
    about_truss = rotation(_TRUSS, angles.truss_deg)
    found = []
    for name, item in _document()["turning"].items():
        for place, y in enumerate(item["stations_y"]):
            middle = item["root"] + 0.5 * item["length"]
            edge_on = bool(item.get("edge_on", False))
            # A radiator stands where the wings do not: along the normal of the cells, on either side of it by turns.
            sides = ((-1.0 if place % 2 else 1.0),) if edge_on else (-1.0, 1.0)
            for side in sides:
                along = np.array([0.0, 0.0, 1.0]) if edge_on else np.array([1.0, 0.0, 0.0])
                across = np.array([0.0, item["width"], 0.0])
                part = plate(name, [0.0, y, 0.0] + side * middle * along, item["length"] * along, across)
                if item["second_axis"]:
                    part = part.turned(rotation(along, angles.wing_deg), part.centre_m)
                found.append(part.turned(about_truss, _ORIGIN))
    return found


def russian_wings(angles: ArrayAngles) -> list[Part]:
    """The wings of Zvezda and Nauka."""
    turn = rotation(_TRUSS, angles.russian_deg)
    found = []
    for name, item in _document()["russian_wings"].items():
        for side in (-1.0, 1.0):
            centre = np.array(item["centre"], dtype=float)
            centre[1] += side * (item["root"] + 0.5 * item["length"])
            part = plate(name, centre, [0.0, item["length"], 0.0], [item["width"], 0.0, 0.0])
            found.append(part.turned(turn, centre))
    return found


def iss_parts(angles: ArrayAngles) -> list[Part]:
    """The whole station with its arrays turned so."""
    return [*fixed_parts(), *large_wings(angles), *russian_wings(angles)]


def wing_normal(angles: ArrayAngles) -> FloatArray:
    """Where the cells of the large wings look, body frame (3,)."""
    tilted = rotation(np.array([1.0, 0.0, 0.0]), angles.wing_deg) @ np.array([0.0, 0.0, -1.0])
    return np.asarray(rotation(_TRUSS, angles.truss_deg) @ tilted)
