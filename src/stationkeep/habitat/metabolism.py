"""What a person takes in and gives off in a day, by body mass and activity, every atom accounted for.

The energy spent fixes the food; the food's own atoms fix oxygen, carbon dioxide and the water made from it. Only the
solids lost in urine and faeces are given, so nothing can be created by rounding published tables that do not close.

Resting energy: 11.6 kcal per kg body mass plus 879 kcal a day (FAO/WHO/UNU 1985, men of 30 to 60; 8.7 and 829 for
women). Above rest, energy grows with body mass and activity. The activity of a day aboard is set once, by 136.7 W for
82 kg (NASA RP-1324; NASA's Baseline Values, 11.82 MJ/d). Against that publication's 0.84 kg oxygen, 1.00 kg carbon
dioxide, 0.62 kg dry food a day this closes to 0.81, 0.98 and 0.617 (validation/life_support.md).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

from stationkeep.habitat.refusal import HabitatError
from stationkeep.habitat.substances import (
    ATOMIC_MASS_G_MOL,
    ELEMENTS,
    FOOD_PACKED_KG,
    FOOD_SOLIDS,
    SUBSTANCES,
)  # fmt: skip

Sex = Literal["male", "female"]

MEGAJOULE_PER_KCAL: Final = 4.184e-3
REFERENCE_MASS_KG: Final = 82.0  # the person NASA's tables are for
REFERENCE_ENERGY_MJ_DAY: Final = 11.82  # NASA Baseline Values and Assumptions; 136.7 W in NASA RP-1324
_RESTING_KCAL: Final[dict[Sex, tuple[float, float]]] = {"male": (11.6, 879.0), "female": (8.7, 829.0)}

FECAL_SOLIDS_KG_DAY: Final = 0.030  # NASA Baseline Values: 0.03
FOOD_SOLIDS_KG_DAY: Final = FOOD_PACKED_KG["solids"]
DRINK_KG_DAY: Final = 2.53
"""Drunk and stirred into food: NASA RP-1324 has 1.62 + 0.76 and 1.15 in food, 3.53 in all; food here brings 1.00."""
URINE_WATER_KG_DAY: Final = 1.50  # NASA RP-1324
FECAL_WATER_KG_DAY: Final = 0.091  # NASA RP-1324; Baseline Values
HYGIENE_KG_DAY: Final = 0.40
"""Wet towels and tooth brushing, dries into the air (NASA Baseline Values: 0.4; design tables have 4)."""
FLUSH_KG_DAY: Final = 0.30  # US toilet, with pretreatment; NASA Baseline Values: urinal flush 0.30 (ISS 0.3 to 0.5)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody aboard. ``activity`` is energy above rest over that of a usual day aboard: 1 usual, 0 in bed.

    The usual day includes about two hours of exercise a day, which is some 0.3 of the oxygen.
    """

    body_mass_kg: float = REFERENCE_MASS_KG
    sex: Sex = "male"
    activity: float = 1.0
    _food_days: float = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not 35.0 <= self.body_mass_kg <= 150.0:
            raise HabitatError(f"body mass {self.body_mass_kg:g} kg given", hint="allowed: 35 to 150 kg")
        if not 0.0 <= self.activity <= 3.0:
            raise HabitatError(f"activity {self.activity:g} given", hint="0 is in bed, 1 a usual day aboard, at most 3")
        if self.sex not in _RESTING_KCAL:
            raise HabitatError(f"sex {self.sex!r} given", hint="the energy tables know male and female")
        # Kept, since a run asks for it thousands of times.
        object.__setattr__(self, "_food_days", self.energy_mj_day / REFERENCE_ENERGY_MJ_DAY)

    @property
    def energy_mj_day(self) -> float:
        """Energy spent in a day [MJ]."""
        per_kg, constant = _RESTING_KCAL[self.sex]
        resting = (per_kg * self.body_mass_kg + constant) * MEGAJOULE_PER_KCAL
        return resting + self.activity * _ACTIVE_MJ_DAY * self.body_mass_kg / REFERENCE_MASS_KG

    @property
    def food_days(self) -> float:
        """How much they eat and breathe, in days of the reference person."""
        return self._food_days

    @property
    def water_days(self) -> float:
        """How much they drink, in days of the reference person: half goes with energy, half is the same for all.

        A size from 1.50 to 1.90 m adds 19 % to water where it adds 60 % to oxygen (Scott et al. 2020).
        """
        return 0.5 + 0.5 * self.food_days


_ACTIVE_MJ_DAY: Final = REFERENCE_ENERGY_MJ_DAY - (
    (_RESTING_KCAL["male"][0] * REFERENCE_MASS_KG + _RESTING_KCAL["male"][1]) * MEGAJOULE_PER_KCAL
)


STANDARD: Final = Person()
"""NASA's."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """What the reference person's food turns into in a day [kg]."""

    food_solids: float
    oxygen: float
    carbon_dioxide: float
    water_made: float
    urine_solids: float
    fecal_solids: float


def reference_exchange() -> Exchange:
    """What does a reference person breathe in and out in a day?

    Nitrogen of the food that does not leave in faeces leaves as urine solids; the carbon and hydrogen that are left
    are burnt to carbon dioxide and water; oxygen is what that takes.
    """
    share = dict(zip(ELEMENTS, FOOD_SOLIDS.mass_shares(), strict=True))
    feces, urine = SUBSTANCES["fecal-solids"].elements, SUBSTANCES["urine-solids"].elements
    left = {element: share[element] * FOOD_SOLIDS_KG_DAY - feces.get(element, 0.0) * FECAL_SOLIDS_KG_DAY
            for element in ("C", "H", "N", "O")}  # fmt: skip
    urine_solids = left["N"] / urine["N"]
    left = {element: kg - urine.get(element, 0.0) * urine_solids for element, kg in left.items()}
    carbon_dioxide = left["C"] / SUBSTANCES["carbon-dioxide"].elements["C"]
    water = left["H"] / SUBSTANCES["water"].elements["H"]
    oxygen = carbon_dioxide - left["C"] + water - left["H"] - left["O"]
    return Exchange(FOOD_SOLIDS_KG_DAY, oxygen, carbon_dioxide, water, urine_solids, FECAL_SOLIDS_KG_DAY)


def respiratory_quotient() -> float:
    """Carbon dioxide out over oxygen in, by moles (about 0.87 for a mixed diet)."""
    day = reference_exchange()
    carbon_dioxide = ATOMIC_MASS_G_MOL["C"] + 2 * ATOMIC_MASS_G_MOL["O"]
    return day.carbon_dioxide / carbon_dioxide / (day.oxygen / (2 * ATOMIC_MASS_G_MOL["O"]))
