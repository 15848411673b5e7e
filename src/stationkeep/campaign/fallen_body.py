"""What falls: a casualty area somebody computed, or a body whose parts are flown to the ground."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from stationkeep.descent.pieces import (
    CasualtyLaw,
    GroundPiece,
    surviving_mass_kg,
    total_casualty_area_m2,
)
from stationkeep.descent.risk_interval import AREA_FACTOR
from stationkeep.errors import InputError

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Fallen:
    """What reaches the ground, nominally and in every draw of what is not known."""

    name: str
    casualty_area_m2: float
    law: CasualtyLaw
    area_draws_m2: FloatArray | None = None
    """(n,), one of each flown break-up; null where an area was given"""
    mass_draws_kg: FloatArray | None = None
    pieces: tuple[GroundPiece, ...] = ()
    entry_mass_kg: float | None = None
    area_factor: float = AREA_FACTOR
    published: bool = False
    """From the range of published cases."""
    notes: tuple[str, ...] = ()
    details: dict[str, object] = field(default_factory=dict)

    @property
    def flown(self) -> bool:
        """Whether parts were flown to the ground, rather than an area given or taken from published cases."""
        return self.entry_mass_kg is not None and not self.published

    @property
    def mean_area_m2(self) -> float:
        """Which an expectation takes, being linear in it: over the draws where a body was flown, else the area itself.

        The draws are skewed: their mean lies above the most probable fall, whose area ``casualty_area_m2`` is.
        """
        if self.flown and self.area_draws_m2 is not None and self.area_draws_m2.size:
            return float(self.area_draws_m2.mean())
        return self.casualty_area_m2

    @property
    def surviving_mass_kg(self) -> float | None:
        """Nominal, or the median of the published range; null where only an area is known."""
        if self.flown:
            return surviving_mass_kg(self.pieces)
        return None if self.mass_draws_kg is None else float(np.median(self.mass_draws_kg))

    @property
    def fragments(self) -> int | None:
        """That strike with more than 15 J; null where no parts were flown."""
        return sum(piece.count for piece in self.pieces if piece.dangerous) if self.flown else None


def given_area(casualty_area_m2: float, area_factor: float = AREA_FACTOR, name: str = "Given casualty area") -> Fallen:
    """A casualty area from elsewhere, uncertain by a factor (1 sigma).

    Raises :class:`InputError` for an impossible one.
    """
    if not (math.isfinite(casualty_area_m2) and casualty_area_m2 >= 0.0):
        raise InputError(
            f"a casualty area of {casualty_area_m2:g} m2 cannot be",
            hint="give zero or a positive number of square metres, for example 22.4",
        )
    return Fallen(name, casualty_area_m2, "nasa", area_factor=area_factor)


def flown_pieces(
    name: str,
    entry_mass_kg: float,
    nominal: Sequence[GroundPiece],
    draws: Sequence[Sequence[GroundPiece]],
    law: CasualtyLaw,
    notes: Sequence[str] = (),
    details: dict[str, object] | None = None,
) -> Fallen:
    """A body flown once as it most probably falls, and many times with what is not known drawn at random."""
    return Fallen(
        name=name,
        casualty_area_m2=total_casualty_area_m2(nominal, law),
        law=law,
        area_draws_m2=np.array([total_casualty_area_m2(pieces, law) for pieces in draws]) if draws else None,
        mass_draws_kg=np.array([surviving_mass_kg(pieces) for pieces in draws]) if draws else None,
        pieces=tuple(piece for piece in nominal if piece.mass_kg > 0.0),
        entry_mass_kg=entry_mass_kg,
        notes=tuple(notes),
        details=details or {},
    )
