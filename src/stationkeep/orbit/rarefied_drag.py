"""How does the drag coefficient fall where the air turns from single molecules to a continuum?"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

CONTINUUM_RATIO: Final = 0.6
"""Drag coefficient in a continuum over that in free-molecular flow, tumbling: a sphere has 0.44, a flat disc 0.83."""

MEAN_FREE_PATH_KG_M2: Final = 8.13e-8  # mean free path times density: US Standard Atmosphere 1976, air below 90 km


def bridging_factor(density_kg_m3: ArrayLike, size_m: float) -> NDArray[np.float64]:
    """Drag coefficient over that of free-molecular flow, by the Knudsen number of a body of ``size_m``.

    ``sin^2(pi (3 + log10 Kn) / 8)`` between Kn = 0.001 and 10 (Blanchard and Buck, J. Spacecraft 23, 1986; Wilmoth,
    Blanchard and Moss, NASA TM-1998-208434), between 1 and the ratio of a continuum. A body of 4 m: 0.99 at
    140 km, 0.94 at 120 km, 0.7 at 100 km.
    """
    knudsen = MEAN_FREE_PATH_KG_M2 / (np.maximum(np.asarray(density_kg_m3, dtype=np.float64), 1.0e-20) * size_m)
    blend = np.sin(math.pi / 8.0 * (3.0 + np.clip(np.log10(knudsen), -3.0, 1.0))) ** 2
    return np.asarray(CONTINUUM_RATIO + (1.0 - CONTINUUM_RATIO) * blend)
