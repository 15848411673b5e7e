"""The U.S. Standard Atmosphere 1976, from the ground to 1000 km: one still, middle-latitude column of air.

NOAA, NASA and USAF, U.S. Standard Atmosphere, 1976 (NOAA-S/T 76-1562), Part 1. Below 86 km the air is mixed and the
hydrostatic equation has a closed form in each layer (equations 19 to 33). Above, each gas diffuses by itself
(equations 32 to 42): the integrals are done here as the report defines them, not read from its tables.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeep.errors import InputError

FloatArray = NDArray[np.float64]

CEILING_KM: Final = 1000.0
_MIXED_BELOW_KM: Final = 86.0
_RADIUS_KM: Final = 6356.766  # effective Earth radius r0
_GRAVITY_M_S2: Final = 9.80665
_GAS_J_KMOL_K: Final = 8314.32  # the report's R*, not today's
_AVOGADRO_KMOL: Final = 6.022169e26
_MOLAR_SEA_LEVEL_KG_KMOL: Final = 28.9644
_GAMMA: Final = 1.4

# Layers of geopotential height: base [km'], molecular-scale temperature at the base [K], gradient [K/km'] (table 4).
_LAYER_BASE_KM: Final = np.array([0.0, 11.0, 20.0, 32.0, 47.0, 51.0, 71.0, 84.8520])
_LAYER_GRADIENT: Final = np.array([-6.5, 0.0, 1.0, 2.8, 0.0, -2.8, -2.0])
_SEA_LEVEL_K: Final = 288.15
_SEA_LEVEL_PA: Final = 101325.0
# Molar mass over that of sea level between 80 and 86 km, every 0.5 km (table 8).
_MOLAR_RATIO: Final = np.array(
    [1.0, 0.999996, 0.999989, 0.999971, 0.999941, 0.999909, 0.999870, 0.999829, 0.999786, 0.999741, 0.999694,
     0.999641, 0.999579]
)  # fmt: skip

# Gases above 86 km: molar mass [kg/kmol], number density at 86 km [1/m3], diffusion a [1/(m s)] and b, thermal
# diffusion, and the vertical transport Q [km^-3], U [km], W [km^-3] (tables 5 to 7); O has a second term below 97 km.
_N2: Final = (28.0134, 1.129794e20)
_GASES: Final = {
    "O": (15.9994, 8.600000e16, 6.986e20, 0.750, 0.0, -5.809644e-4, 56.90311, 2.706240e-5),
    "O2": (31.9988, 3.030898e19, 4.863e20, 0.750, 0.0, 1.366212e-4, 86.000, 8.333333e-5),
    "Ar": (39.948, 1.351400e18, 4.487e20, 0.870, 0.0, 9.434079e-5, 86.000, 8.333333e-5),
    "He": (4.0026, 7.581730e14, 1.700e21, 0.691, -0.40, -2.457369e-4, 86.000, 6.666667e-4),
}
_O_LOW: Final = (-3.416248e-3, 97.0, 5.008765e-4)
_HYDROGEN: Final = (1.00797, 8.0e10, 3.305e21, 0.500, -0.25)  # number density at 500 km
_HYDROGEN_FLUX: Final = 7.2e11  # upward [1/(m2 s)]
_HYDROGEN_FROM_KM: Final = 150.0
_EDDY_M2_S: Final = 1.2e2  # K at and below 95 km
_STEP_KM: Final = 0.05


@dataclass(frozen=True, slots=True)
class StandardAir:
    """The air at some altitudes; arrays of one shape."""

    temperature_k: FloatArray
    """Kinetic temperature."""
    density_kg_m3: FloatArray
    molar_mass_kg_kmol: FloatArray

    @property
    def pressure_pa(self) -> FloatArray:
        """Pressure of an ideal gas of that density, temperature and molar mass."""
        return self.density_kg_m3 * _GAS_J_KMOL_K * self.temperature_k / self.molar_mass_kg_kmol

    @property
    def sound_speed_m_s(self) -> FloatArray:
        """Speed of sound with a ratio of heats of 1.4 (the report tabulates it up to 86 km)."""
        return np.sqrt(_GAMMA * _GAS_J_KMOL_K * self.temperature_k / self.molar_mass_kg_kmol)


def standard_air(altitude_km: ArrayLike) -> StandardAir:
    """How dense, how warm and how heavy is the air of the U.S. Standard Atmosphere 1976?

    ``altitude_km``: geometric altitude, 0 to 1000 km, any shape. Reproduces the report's tables to 0.05 %, above
    500 km to 0.1 %. Raises :class:`InputError` outside.
    """
    altitude = np.asarray(altitude_km, dtype=np.float64)
    if altitude.size and not (np.isfinite(altitude).all() and altitude.min() >= 0.0 and altitude.max() <= CEILING_KM):
        raise InputError(
            f"the U.S. Standard Atmosphere 1976 was asked for {float(altitude.min()):g} to "
            f"{float(altitude.max()):g} km",
            hint="it covers 0 to 1000 km",
        )
    flat = altitude.ravel()
    temperature, density, molar = _mixed(np.minimum(flat, _MIXED_BELOW_KM))
    high = flat > _MIXED_BELOW_KM
    if high.any():
        grid, logs, molar_grid = _diffusive()
        temperature[high] = [_temperature_k(z) for z in flat[high]]
        density[high] = np.exp(np.interp(flat[high], grid, logs))
        molar[high] = np.interp(flat[high], grid, molar_grid)
    shape = altitude.shape
    return StandardAir(temperature.reshape(shape), density.reshape(shape), molar.reshape(shape))


def _mixed(altitude_km: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Temperature, density and molar mass up to 86 km."""
    geopotential = _RADIUS_KM * altitude_km / (_RADIUS_KM + altitude_km)
    base_k, base_pa = _layer_bases()
    layer = np.clip(np.searchsorted(_LAYER_BASE_KM, geopotential, side="right") - 1, 0, 6)
    above = geopotential - _LAYER_BASE_KM[layer]
    scale_k = base_k[layer] + _LAYER_GRADIENT[layer] * above
    pressure = base_pa[layer] * _pressure_ratio(base_k[layer], scale_k, _LAYER_GRADIENT[layer], above)
    density = pressure * _MOLAR_SEA_LEVEL_KG_KMOL / (_GAS_J_KMOL_K * scale_k)
    ratio = np.interp(altitude_km, 80.0 + 0.5 * np.arange(13), _MOLAR_RATIO)
    return scale_k * ratio, density, _MOLAR_SEA_LEVEL_KG_KMOL * ratio


def _pressure_ratio(base_k: FloatArray, top_k: FloatArray, gradient: FloatArray, above_km: FloatArray) -> FloatArray:
    """Equations 33a and 33b."""
    weight = 1.0e3 * _GRAVITY_M_S2 * _MOLAR_SEA_LEVEL_KG_KMOL / _GAS_J_KMOL_K  # K/km
    slope = np.where(gradient == 0.0, 1.0, gradient)
    sloped = (base_k / top_k) ** (weight / slope)
    return np.asarray(np.where(gradient == 0.0, np.exp(-weight * above_km / base_k), sloped))


@lru_cache(maxsize=1)
def _layer_bases() -> tuple[FloatArray, FloatArray]:
    thick = np.diff(_LAYER_BASE_KM)
    base_k = _SEA_LEVEL_K + np.concatenate([[0.0], np.cumsum(_LAYER_GRADIENT * thick)])
    ratios = _pressure_ratio(base_k[:-1], base_k[1:], _LAYER_GRADIENT, thick)
    return base_k, _SEA_LEVEL_PA * np.concatenate([[1.0], np.cumprod(ratios)])


def _temperature_k(z_km: float) -> float:
    """Kinetic temperature above 86 km (equations 25 to 31)."""
    if z_km <= 91.0:
        return 186.8673
    if z_km <= 110.0:
        return 263.1905 - 76.3232 * math.sqrt(1.0 - ((z_km - 91.0) / 19.9429) ** 2)
    if z_km <= 120.0:
        return 240.0 + 12.0 * (z_km - 110.0)
    height = (z_km - 120.0) * (_RADIUS_KM + 120.0) / (_RADIUS_KM + z_km)
    return 1000.0 - 640.0 * math.exp(-0.01875 * height)


def _eddy_m2_s(z_km: float) -> float:
    """Eddy diffusion (equation 7)."""
    if z_km <= 95.0:
        return _EDDY_M2_S
    return _EDDY_M2_S * math.exp(1.0 - 400.0 / (400.0 - (z_km - 95.0) ** 2)) if z_km < 115.0 else 0.0


@lru_cache(maxsize=1)
def _diffusive() -> tuple[FloatArray, FloatArray, FloatArray]:
    """Grid [km] above 86 km, logarithm of density, molar mass: equations 35 to 42 by the trapezium rule."""
    grid = np.arange(_MIXED_BELOW_KM, CEILING_KM + 0.5 * _STEP_KM, _STEP_KM)
    warm = np.array([_temperature_k(z) for z in grid])
    slope = np.gradient(warm, grid)  # K/km
    pull = _GRAVITY_M_S2 * (_RADIUS_KM / (_RADIUS_KM + grid)) ** 2
    molar = np.where(grid <= 100.0, _MOLAR_SEA_LEVEL_KG_KMOL, _N2[0])
    nitrogen = _N2[1] * warm[0] / warm * np.exp(-_running(1.0e3 * molar * pull / (_GAS_J_KMOL_K * warm)))
    numbers = {"N2": nitrogen}
    background = nitrogen.copy()
    for name, gas in _GASES.items():
        if name == "Ar":  # argon and helium diffuse through the three gases found so far (equation 8)
            background = nitrogen + numbers["O"] + numbers["O2"]
        numbers[name] = _diffusing(name, gas, grid, warm, slope, pull, background)
    numbers["H"] = _hydrogen(grid, warm, pull, np.asarray(sum(numbers.values())))
    masses = {"N2": _N2[0], "H": _HYDROGEN[0], **{name: gas[0] for name, gas in _GASES.items()}}
    total = np.asarray(sum(numbers.values()))
    weighed = np.asarray(sum(masses[name] * number for name, number in numbers.items()))
    return grid, np.log(weighed / _AVOGADRO_KMOL), weighed / total


def _diffusing(
    name: str, gas: tuple[float, ...], grid: FloatArray, warm: FloatArray, slope: FloatArray, pull: FloatArray,
    background: FloatArray,
) -> FloatArray:  # fmt: skip
    """Number density of O, O2, Ar or He: molecular diffusion, eddy mixing, vertical transport (equations 36 to 38)."""
    mass, start, a, b, alpha, q, u, w = gas
    diffusion = a / background * (warm / 273.15) ** b
    eddy = np.array([_eddy_m2_s(z) for z in grid])
    mixed_mass = np.where(grid <= 100.0, _MOLAR_SEA_LEVEL_KG_KMOL, _N2[0])
    heavy = mass + mixed_mass * eddy / diffusion + alpha * _GAS_J_KMOL_K / pull * 1.0e-3 * slope
    force = 1.0e3 * pull / (_GAS_J_KMOL_K * warm) * diffusion / (diffusion + eddy) * heavy
    transport = q * (grid - u) ** 2 * np.exp(-w * (grid - u) ** 3)
    if name == "O":
        low_q, low_u, low_w = _O_LOW
        below = np.maximum(low_u - grid, 0.0)
        transport = transport + low_q * below**2 * np.exp(-low_w * below**3)
    return np.asarray(start * warm[0] / warm * np.exp(-_running(force + transport)))


def _hydrogen(grid: FloatArray, warm: FloatArray, pull: FloatArray, background: FloatArray) -> FloatArray:
    """Atomic hydrogen escapes upward: equations 39 and 40, fixed at 500 km; none below 150 km."""
    mass, at_500, a, b, alpha = _HYDROGEN
    here = grid >= _HYDROGEN_FROM_KM
    z, temperature = grid[here], warm[here]
    diffusion = a / background[here] * (temperature / 273.15) ** b
    anchor = int(np.argmin(np.abs(z - 500.0)))
    depth = _running(1.0e3 * mass * pull[here] / (_GAS_J_KMOL_K * temperature))
    depth -= depth[anchor]
    growth = (temperature / temperature[anchor]) ** (1.0 + alpha)
    lost = _running(1.0e3 * _HYDROGEN_FLUX / diffusion * growth * np.exp(depth))
    lost -= lost[anchor]
    found = np.zeros_like(grid)
    found[here] = (at_500 - lost) / growth * np.exp(-depth)
    return found


def _running(rate_per_km: FloatArray) -> FloatArray:
    """Integral from the bottom of the grid, by the trapezium rule."""
    return np.asarray(np.concatenate([[0.0], np.cumsum(0.5 * (rate_per_km[1:] + rate_per_km[:-1])) * _STEP_KM]))
