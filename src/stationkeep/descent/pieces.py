"""Which pieces endanger people on the ground, and over what area does each of them?

A piece counts when it strikes with more than 15 J (NASA-STD-8719.14, requirement 4.7-1: contact below that is held to
be harmless). Its casualty area is where the middle of a standing person must not be: the piece seen from above,
widened by the person.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeep.descent.casualty_area import PERSON_WIDTH_M
from stationkeep.errors import InputError

FloatArray = NDArray[np.float64]
CasualtyLaw = Literal["nasa", "opiela-matney"]

CASUALTY_LAWS: Final[tuple[CasualtyLaw, ...]] = ("nasa", "opiela-matney")
CASUALTY_ENERGY_J: Final = 15.0

# Opiela and Matney 2019: a person seen from above is an ellipse, not a square; averaged over all ways it can be turned
# the piece (area A, perimeter P) covers 0.278 m2 + A + 0.3 m x P.
_PERSON_AREA_M2: Final = 0.278
_PERSON_RADIUS_M: Final = 0.3


@dataclass(frozen=True, slots=True)
class GroundPiece:
    """Pieces of one kind that come down, and where they do so after the break-up."""

    name: str
    mass_kg: float
    """Of each when it strikes."""
    energy_j: float
    """Of each when it strikes."""
    mean_area_m2: float
    """Mean projected area of each."""
    downrange_km: float
    """Along the ground from below the break-up."""
    count: int = 1
    owner: str = ""
    perimeter_m: float | None = None
    """Mean length around the projected outline; null: that of a disc of the same area."""

    @property
    def dangerous(self) -> bool:
        """Whether it strikes with more than 15 J."""
        return self.mass_kg > 0.0 and self.energy_j > CASUALTY_ENERGY_J

    def casualty_area_m2(self, law: CasualtyLaw = "nasa") -> float:
        """Of each piece; zero below 15 J."""
        if not self.dangerous:
            return 0.0
        return float(piece_casualty_area_m2(self.mean_area_m2, self.perimeter_m, law))


def piece_casualty_area_m2(
    mean_area_m2: ArrayLike, perimeter_m: ArrayLike | None = None, law: CasualtyLaw = "nasa"
) -> FloatArray:
    """Over what area does a piece endanger people? Arrays of any shape, one answer per piece [m2].

    ``"nasa"``: ``(0.6 + sqrt(A))^2`` (NASA-STD-8719.14). ``"opiela-matney"``: ``0.278 + A + 0.3 P`` with the perimeter
    P of the outline, that of a disc where none is given (Opiela and Matney 2019). 0.1 m2 gives 0.839 and 0.714 m2.
    Raises :class:`InputError` for negative sizes or an unknown law.
    """
    if law not in CASUALTY_LAWS:
        raise InputError(f"no law of casualty areas is called {law!r}", hint=f"choose {' or '.join(CASUALTY_LAWS)}")
    area = np.asarray(mean_area_m2, dtype=np.float64)
    if not (np.isfinite(area).all() and (area >= 0.0).all()):
        raise InputError("a piece has a negative or unknown area", hint="give the mean projected area in square metres")
    if law == "nasa":
        return np.asarray((PERSON_WIDTH_M + np.sqrt(area)) ** 2)
    disc = 2.0 * np.sqrt(np.pi * area)
    around = disc if perimeter_m is None else np.asarray(perimeter_m, dtype=np.float64)
    if not (np.isfinite(around).all() and (around >= disc * (1.0 - 1e-9)).all()):
        raise InputError(
            "no outline encloses that area with so short a perimeter",
            hint="give the perimeter of the mean outline in metres, or leave it out for a disc",
        )
    return np.asarray(_PERSON_AREA_M2 + area + _PERSON_RADIUS_M * around)


def total_casualty_area_m2(pieces: Iterable[GroundPiece], law: CasualtyLaw = "nasa") -> float:
    """Casualty area of all pieces above 15 J together [m2]; people are counted once for every piece."""
    return sum(piece.count * piece.casualty_area_m2(law) for piece in pieces)


def surviving_mass_kg(pieces: Iterable[GroundPiece]) -> float:
    """Everything that reaches the ground, harmless pieces too [kg]."""
    return sum(piece.count * piece.mass_kg for piece in pieces)
