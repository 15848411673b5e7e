"""The seed of one run's luck with people, flights and machines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class PeopleDraw:
    """The seed of everything uncertain about people in one run; what it gives is the same for every branch."""

    entropy: int
    spawn_key: tuple[int, ...]

    def stream(self, number: int) -> np.random.SeedSequence:
        """One of its independent streams."""
        return np.random.SeedSequence(self.entropy, spawn_key=(*self.spawn_key, number))
