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
USUAL_PROTECTION: Final = 0.75
"""Half to all of the casualties: light pieces are stopped, the heavy ones go through. An assumption."""
_PROTECTION_SPREAD: Final = 0.25


@dataclass(frozen=True, slots=True)
class Sheltering:
    """Part of the people is under roofs, and roofs keep off part of the pieces.

    Nobody measured either number for the world; :meth:`sample` therefore spreads them.
    """

    fraction: float = UNDER_STURDY_ROOFS
    """Of the people, under roofs that protect."""
    protection: float = USUAL_PROTECTION
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
        """Possible factors (count,), spread evenly to both sides of :attr:`factor`, which is their mean.

        The people under roofs: triangular between half and 1.5 times as many. The protection: uniform, a quarter
        either way. Neither leaves 0 to 1, so that what was given as certain (1) stays so.
        """
        wide = min(0.5 * self.fraction, 1.0 - self.fraction)
        under = np.full(count, self.fraction)
        if wide > 0.0:
            under = rng.triangular(self.fraction - wide, self.fraction, self.fraction + wide, count)
        either_way = min(_PROTECTION_SPREAD, self.protection, 1.0 - self.protection)
        kept = rng.uniform(self.protection - either_way, self.protection + either_way, count)
        return np.asarray(1.0 - under * kept)
