"""What is kept aboard, in atoms: how much of each element a kilogram of it holds.

Every store holds one substance, every recipe turns substances into others, and no recipe may make or lose an atom.
Packaging, filters and spares are of no known composition; they count as the made-up element ``X``, which no reaction
touches, so that their mass is kept as well.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from stationkeep.habitat.refusal import unknown

ATOMIC_MASS_G_MOL: Final[Mapping[str, float]] = MappingProxyType(
    {"H": 1.008, "Li": 6.94, "C": 12.011, "N": 14.007, "O": 15.999, "Cl": 35.45}
)
"""Conventional atomic weights (IUPAC 2021)."""
ELEMENTS: Final = (*ATOMIC_MASS_G_MOL, "X")
"""Order of the columns wherever atoms are counted; ``X`` is matter of no stated composition."""

_TERM: Final = re.compile(r"([A-Z][a-z]?)(\d*)")


@dataclass(frozen=True, slots=True)
class Substance:
    """One kind of matter: its name, and the mass of each element in a kilogram of it."""

    name: str
    elements: Mapping[str, float]
    molar_mass_g_mol: float = 0.0
    """Of a pure compound; 0 for a mixture."""

    def mass_shares(self) -> tuple[float, ...]:
        """Kilograms of each of :data:`ELEMENTS` in a kilogram; they add up to 1."""
        return tuple(self.elements.get(element, 0.0) for element in ELEMENTS)


def compound(name: str, formula: str) -> Substance:
    """A pure substance by its formula, such as ``C6H12O6``."""
    masses: dict[str, float] = {}
    for element, count in _TERM.findall(formula):
        masses[element] = masses.get(element, 0.0) + int(count or 1) * ATOMIC_MASS_G_MOL[element]
    total = sum(masses.values())
    return Substance(name, MappingProxyType({key: mass / total for key, mass in masses.items()}), total)


def mixture(name: str, parts: Mapping[str, tuple[Substance, float]]) -> Substance:
    """Parts mixed by mass (any positive masses; they are scaled to one kilogram)."""
    total = sum(mass for _, mass in parts.values())
    elements: dict[str, float] = {}
    for substance, mass in parts.values():
        for element, share in substance.elements.items():
            elements[element] = elements.get(element, 0.0) + share * mass / total
    return Substance(name, MappingProxyType(elements))


# The formulas of food and excreta: Volk and Rummel (1987), as used in NASA's Baseline Values and Assumptions Document.
PROTEIN: Final = compound("protein", "C4H5ON")
CARBOHYDRATE: Final = compound("carbohydrate", "C6H12O6")
FAT: Final = compound("fat", "C16H32O2")
WATER: Final = compound("water", "H2O")
OTHER: Final = Substance("other", MappingProxyType({"X": 1.0}))

_PURE: Final = (
    compound("oxygen", "O2"),
    compound("nitrogen", "N2"),
    compound("carbon-dioxide", "CO2"),
    compound("hydrogen", "H2"),
    compound("methane", "CH4"),
    WATER,
    compound("urine-solids", "C2H6O2N2"),
    compound("fecal-solids", "C42H69O13N5"),
    compound("lithium-perchlorate", "LiClO4"),
    compound("lithium-chloride", "LiCl"),
    compound("lithium-hydroxide", "LiOH"),
    compound("lithium-carbonate", "Li2CO3"),
    OTHER,
)
# Energy shares of the ISS diet (protein 15 %, fat 30 %, carbohydrate 55 %) over the energy of a kilogram of each; see
# metabolism.py, which eats exactly this.
ENERGY_MJ_KG: Final = MappingProxyType({"protein": 17.0, "fat": 37.0, "carbohydrate": 15.6})
ENERGY_SHARE: Final = MappingProxyType({"protein": 0.15, "fat": 0.30, "carbohydrate": 0.55})
FOOD_SOLIDS: Final = mixture(
    "food-solids",
    {part.name: (part, ENERGY_SHARE[part.name] / ENERGY_MJ_KG[part.name]) for part in (PROTEIN, FAT, CARBOHYDRATE)},
)
FOOD_PACKED_KG: Final = MappingProxyType({"solids": 0.617, "water": 1.0, "packaging": 0.213})
"""Of a person-day's 1.83 kg as shipped: NASA's Baseline Values (2015), ISS food. How much of it is water and how much
packaging varies by menu; the split is assumed so that water in food is near NASA RP-1324's 1.15 kg."""
FOOD: Final = mixture(
    "food",
    {
        "solids": (FOOD_SOLIDS, FOOD_PACKED_KG["solids"]),
        "water": (WATER, FOOD_PACKED_KG["water"]),
        "packaging": (OTHER, FOOD_PACKED_KG["packaging"]),
    },
)

SUBSTANCES: Final[Mapping[str, Substance]] = MappingProxyType(
    {substance.name: substance for substance in (*_PURE, FOOD_SOLIDS, FOOD)}
)
"""Everything a store can hold."""


def substance(name: str, field: str = "") -> Substance:
    """A substance by name; raises :class:`HabitatError` with what there is."""
    if name not in SUBSTANCES:
        raise unknown("substance", name, tuple(SUBSTANCES), field)
    return SUBSTANCES[name]
