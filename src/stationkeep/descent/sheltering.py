"""How much does a roof help? An option: the standards give no credit for it.

NASA-STD-8719.14 (4.7.1) counts about 80 % of the world's people as in the open or under light roofs that hardly stop
falling debris, and then counts everybody as in the open. With this option the other 20 % are taken as protected.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeep.errors import InputError

FloatArray = NDArray[np.float64]

UNDER_STURDY_ROOFS: Final = 0.2
"""Of all people, by NASA-STD-8719.14: those that are neither in the open nor lightly sheltered."""


@dataclass(frozen=True, slots=True)
class Sheltering:
    """Part of the people is under roofs, and roofs keep off part of the pieces.

    Nobody measured either number for the world; :meth:`sample` therefore spreads them.
    """

    fraction: float = UNDER_STURDY_ROOFS
    """Of the people, under roofs that protect."""
    protection: float = 1.0
    """Part of the casualties such a roof prevents: 1 for light pieces, less for heavy ones."""

    def __post_init__(self) -> None:
        for name, value in (("sheltered", self.fraction), ("protection", self.protection)):
            if not (math.isfinite(value) and 0.0 <= value <= 1.0):
                raise InputError(f"the {name} part cannot be {value:g}", hint="give a number from 0 to 1")

    @property
    def factor(self) -> float:
        """What is left of the casualty expectation."""
        return 1.0 - self.fraction * self.protection

    def sample(self, rng: np.random.Generator, count: int) -> FloatArray:
        """Possible factors (count,): the people under roofs triangular between half and 1.5 times as many, and the
        protection between half of what was given and all of it; both at most 1."""
        if self.fraction <= 0.0:
            return np.ones(count)
        most = min(1.0, 1.5 * self.fraction)
        under = rng.triangular(0.5 * self.fraction, min(self.fraction, most), most, count)
        if self.protection <= 0.0:
            return np.ones(count)
        kept = (
            rng.triangular(0.5 * self.protection, self.protection, min(1.0, 1.0001 * self.protection), count)
            if (self.protection < 1.0)
            else rng.uniform(0.5, 1.0, count)
        )
        return np.asarray(1.0 - under * kept)
