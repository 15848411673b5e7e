"""What the air does to a tumbling body, in compiled code: drag and heat from free molecules to a continuum.

Everything here is per body, in SI units. A tumbling convex body shows a quarter of its surface to the stream on
average (Cauchy), and wherever force or heat depend on the local slope alone, its average over all attitudes is that
of a sphere per unit of surface. So the sphere's coefficients, referred to a quarter of the surface, serve every shape:
exactly in free-molecular flow, and in the Newtonian limit of hypersonic flow. Where they do not (heat of a continuum,
drag below the speed of sound) each shape brings its own number: see :mod:`stationkeep.descent.shapes`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from stationkeep.compiled import compiled

# Columns of a body's row of numbers.
OWN_MASS, CARRIED_MASS, AREA, HEAT_SHAPE, SURFACE, SIZE, SUBSONIC_DRAG, LIFT_OVER_DRAG = range(8)
BANK, START_TEMPERATURE, MATERIAL, SHRINKS, HEATED, WIDE_BRIDGE, DRAG_SCALE, HEAT_SCALE = range(8, 16)
# The share of its own mass below which it is gone (0: the least there is); whether what is molten stays with it.
LEAST_SHARE, KEEPS_MELT = range(16, 18)
BODY_COLUMNS = 18

_MEAN_FREE_PATH_KG_M2 = 8.126e-8  # mean free path times density, hard spheres of 0.365 nm at 28.9644 kg/kmol (US76)
_GAS_J_KMOL_K = 8314.32
_GAMMA = 1.4
_CP_AIR = 1004.5  # J/(kg K)
_ACCOMMODATION = 1.0  # of energy in free-molecular flow: 0.8 to 1 on engineering surfaces, 1 is the safe side of demise
_STEFAN_BOLTZMANN = 5.670374e-8
_SURROUNDINGS_K4 = 214.0**4  # half the sky is the Earth, which radiates as 255 K; the other half is space
_DKR_W_M32 = 1.1035e8  # Detra, Kemp and Riddell (1957), Jet Propulsion 27: stagnation heat, W m^(-3/2)
_DKR_SPEED_M_S = 7925.0
_DKR_EXPONENT = 3.15
_SEA_LEVEL_KG_M3 = 1.225

# Drag of a sphere in a continuum by Mach number. Supersonic: Bailey and Hiatt (1972), AIAA J. 10, high Reynolds
# numbers; hypersonic within 0.7 % of Newton's with the pitot pressure of a perfect gas. Subsonic: Hoerner (1965),
# rough or tumbling, so without the crisis of a smooth sphere.
_MACH = np.array([0.0, 0.5, 0.8, 1.0, 1.2, 1.5, 2.0, 3.0, 5.0, 10.0, 20.0, 30.0])
_SPHERE_DRAG = np.array([0.45, 0.47, 0.58, 0.78, 0.95, 1.00, 0.98, 0.93, 0.90, 0.910, 0.913, 0.914])
SPHERE_SUBSONIC_DRAG = 0.47


@compiled(fastmath=True)
def air_at(table: Any, step_km: float, altitude_km: float, latitude: float, longitude: float, out: Any) -> None:
    """Logarithm of density, temperature, molar mass, wind east and north at a place [rad], into ``out`` (5,)."""
    last = table.shape[2] - 1
    place = min(max(altitude_km / step_km, 0.0), last - 1e-9)
    k = int(place)
    above = place - k
    if table.shape[0] == 1:
        for column in range(5):
            out[column] = (1.0 - above) * table[0, 0, k, column] + above * table[0, 0, k + 1, column]
        return
    row_place = (latitude / math.pi + 0.5) * (table.shape[0] - 1)
    turn = longitude / (2.0 * math.pi) + 0.5
    column_place = (turn - math.floor(turn)) * (table.shape[1] - 1)
    i = min(max(int(row_place), 0), table.shape[0] - 2)
    j = min(max(int(column_place), 0), table.shape[1] - 2)
    north, east = row_place - i, column_place - j
    for column in range(5):
        total = 0.0
        for di in range(2):
            for dj in range(2):
                weight = (north if di else 1.0 - north) * (east if dj else 1.0 - east)
                low, high = table[i + di, j + dj, k, column], table[i + di, j + dj, k + 1, column]
                total += weight * ((1.0 - above) * low + above * high)
        out[column] = total


@compiled(fastmath=True)
def from_table(row: Any, enthalpy: float, highest: float) -> float:
    """A material's temperature or emissivity at an enthalpy; ``row`` spans 0 to ``highest`` evenly."""
    place = min(max(enthalpy / highest, 0.0), 1.0) * (len(row) - 1)
    k = min(int(place), len(row) - 2)
    return float(row[k] + (place - k) * (row[k + 1] - row[k]))


@compiled(fastmath=True)
def continuum_sphere_drag(mach: float) -> float:
    """Drag coefficient of a sphere in a continuum at this Mach number."""
    if mach >= _MACH[-1]:
        return float(_SPHERE_DRAG[-1])
    k = 0
    while mach >= _MACH[k + 1]:
        k += 1
    share = (mach - _MACH[k]) / (_MACH[k + 1] - _MACH[k])
    return float((1.0 - share) * _SPHERE_DRAG[k] + share * _SPHERE_DRAG[k + 1])


@compiled(fastmath=True)
def drag_coefficient(mach: float, knudsen: float, wall_over_air: float, subsonic: float, wide: float) -> float:
    """Drag coefficient of a tumbling body, referred to a quarter of its surface.

    Free-molecular: diffuse reflection from a wall ``wall_over_air`` times as hot as the air (Schaaf and Chambre).
    Between free-molecular and continuum ``(1 + erf((log10 Kn + 0.845) / 0.585)) / 2``, the law of ESA's SESAM as
    measured on its runs; or, where ``wide`` is not 0, ``sin^2(pi (3 + log10 Kn) / 8)`` from Kn 0.001 to 10 (Blanchard
    and Buck, J. Spacecraft 23, 1986), which lies nearer to wind tunnels and begins to brake earlier.
    ``subsonic``: the shape's coefficient below the speed of sound; its excess over a sphere fades out by Mach 2.
    """
    excess = (subsonic / SPHERE_SUBSONIC_DRAG - 1.0) * min(max((2.0 - mach) / 1.2, 0.0), 1.0)
    continuum = continuum_sphere_drag(mach) * (1.0 + excess)
    if knudsen <= 1.0e-3:
        return float(continuum)
    speed_ratio = max(mach * math.sqrt(0.5 * _GAMMA), 3.0)
    inverse = 1.0 / (speed_ratio * speed_ratio)
    free = 2.0 + (2.0 - 0.5 * inverse) * inverse + 2.0 * math.sqrt(math.pi * wall_over_air) / (3.0 * speed_ratio)
    if knudsen >= 10.0:
        return float(free)
    decades = math.log10(knudsen)
    if wide > 0.5:
        blend = 0.5 - 0.5 * math.cos(0.25 * math.pi * (3.0 + decades))
    else:
        blend = 0.5 + 0.5 * math.erf((decades + 0.845) / 0.585)
    return float(continuum + (free - continuum) * blend)


@compiled(fastmath=True)
def convective_heat_w(
    density: float, speed: float, air_k: float, wall_k: float, heat_shape: float, area: float
) -> float:
    """Heat the stream brings to a tumbling body [W].

    Continuum: ``heat_shape`` [m^(3/2)] times the law of Detra, Kemp and Riddell. Free-molecular: the energy that
    strikes ``area``, a quarter of the surface, times the accommodation. Between them ``1 - exp(-free / continuum)`` of
    the continuum (Matting, J. Spacecraft 8, 1971). Both fall with the wall's enthalpy over that of the stream and
    never cool the body.
    """
    half_square = 0.5 * speed * speed
    hot_wall = 1.0 - _CP_AIR * (wall_k - air_k) / max(half_square, 1.0)
    if hot_wall <= 0.0:
        return 0.0
    free = _ACCOMMODATION * area * density * half_square * speed
    continuum = (
        heat_shape * _DKR_W_M32 * math.sqrt(density / _SEA_LEVEL_KG_M3) * (speed / _DKR_SPEED_M_S) ** _DKR_EXPONENT
    )
    if continuum <= 0.0:
        return 0.0
    return float(hot_wall * continuum * (1.0 - math.exp(-free / continuum)))


@compiled(fastmath=True)
def flying_mass_kg(unmelted_kg: float, body: Any) -> float:
    """Own mass that is braked and warmed: what has not melted, or all of it where the melt stays with the body."""
    return float(body[OWN_MASS] if body[KEEPS_MELT] > 0.5 else unmelted_kg)


@compiled(fastmath=True)
def radiated_heat_w(surface: float, emissivity: float, wall_k: float) -> float:
    """Heat the body radiates, less what its surroundings send [W]."""
    squared = wall_k * wall_k
    return surface * emissivity * _STEFAN_BOLTZMANN * (squared * squared - _SURROUNDINGS_K4)


@compiled(fastmath=True)
def mach_and_knudsen(density: float, air_k: float, molar: float, speed: float, size: float) -> tuple[float, float]:
    """Mach number, and the mean free path over the size of the body."""
    mach = speed / math.sqrt(_GAMMA * _GAS_J_KMOL_K * air_k / molar)
    return mach, _MEAN_FREE_PATH_KG_M2 * molar / (28.9644 * density * size)
