"""How the Sun and the magnetic field vary from day to day about their smoothed level, as fitted to history.

The constants are in ``data/solar_variability.yaml``, written by ``design/fit_solar_variability.py`` from the days
before 2022 only: a forecast made on the flagship date may not know the years it is judged on.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from stationkeep.environment.space_weather import FloatArray

F107_FLOOR_SFU = 60.0
"""Flux of a Sun without active regions, just below anything observed; logarithms are taken of what exceeds it."""
LOWEST_FLUX_SFU = 62.5
"""Fluxes below the quiet Sun's are faults of measurement; they are raised to this before a logarithm is taken."""


@dataclass(frozen=True, slots=True, eq=False)
class SolarVariability:
    """Day-to-day variability of F10.7 and Ap about their 13-month smoothed level.

    With ``y = ln(smoothed F10.7 - 60 sfu)`` the day's flux is ``60 + exp(y + mean(y) + spread(y) * u)`` and the day's
    Ap is the smoothed Ap times a ratio; ``u`` and the ratio are fixed functions (quantile tables) of stationary
    Gaussian autoregressions with unit variance. Fields:

    level_nodes, level_mean, level_spread   (n_node,)  mean(y) and spread(y), linear between nodes of y
    score_nodes                             (n_score,) standard-normal deviates of the two quantile tables
    f107_quantiles, ap_ratio_quantiles      (n_score,) ``u`` and ratio at those deviates
    f107_autoregression, ap_autoregression  (n_lag,)   coefficients for lags 1, 2, ... days
    f107_innovation, ap_innovation          standard deviation of the day's fresh noise
    level_persistence_days                  e-folding time of the flux level's departure from a forecast of it [day]
    level_correlation                       correlation of the smoothed levels of F10.7 and Ap
    """

    level_nodes: FloatArray
    level_mean: FloatArray
    level_spread: FloatArray
    score_nodes: FloatArray
    f107_quantiles: FloatArray
    ap_ratio_quantiles: FloatArray
    f107_autoregression: FloatArray
    ap_autoregression: FloatArray
    f107_innovation: float
    ap_innovation: float
    level_persistence_days: float
    level_correlation: float


@cache
def solar_variability() -> SolarVariability:
    """The shipped fit."""
    import yaml

    source = files("stationkeep.environment").joinpath("data/solar_variability.yaml")
    # The C loader reads the few hundred numbers ten times faster; where libyaml is missing the Python one serves.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    raw: dict[str, Any] = yaml.load(source.read_text(encoding="utf-8"), Loader=loader)
    raw.pop("provenance")
    fields: dict[str, Any] = {key: _frozen(value) if isinstance(value, list) else value for key, value in raw.items()}
    return SolarVariability(**fields)


def _frozen(values: list[float]) -> FloatArray:
    array = np.array(values, dtype=np.float64)
    array.flags.writeable = False
    return array


def log_excess(f107_sfu: FloatArray) -> FloatArray:
    """``ln(F10.7 - 60 sfu)``, the scale on which the flux varies almost alike at every level."""
    return np.asarray(np.log(np.maximum(f107_sfu, LOWEST_FLUX_SFU) - F107_FLOOR_SFU))
