"""The cabin's air: from kilograms in a volume to partial pressures, and which of them people can live in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from stationkeep.habitat.refusal import HabitatError
from stationkeep.habitat.substances import SUBSTANCES

GAS_CONSTANT_J_MOL_K: Final = 8.314462618  # CODATA 2018, exact
KPA_PER_MMHG: Final = 0.133322387415
GASES: Final[Mapping[str, str]] = MappingProxyType(
    {"cabin-oxygen": "oxygen", "cabin-nitrogen": "nitrogen", "cabin-carbon-dioxide": "carbon-dioxide",
     "cabin-humidity": "water"}
)  # fmt: skip
"""The cabin's stores and what each holds."""


@dataclass(frozen=True, slots=True)
class PressureLimit:
    """A partial pressure not to be crossed. ``serious``: people must leave (or mask) rather than complain."""

    gas: str
    """A store of :data:`GASES`, or ``total``."""
    kpa: float
    side: str
    """``above`` or ``below``: which side is bad."""
    serious: bool = True


@dataclass(frozen=True, slots=True)
class Cabin:
    """The air of a station whose hatches are open: one volume, well mixed.

    ``start_kpa`` and ``target_kpa`` are by cabin store; the gases without a target are not held at any level.
    ``limits`` default to the flight rules quoted for the International Space Station (docs/life-support.md).
    """

    volume_m3: float
    temperature_c: float = 22.0
    target_kpa: Mapping[str, float] = field(
        default_factory=lambda: {"cabin-oxygen": 21.3, "cabin-nitrogen": 78.0, "cabin-humidity": 1.2}
    )
    start_kpa: Mapping[str, float] = field(default_factory=lambda: {"cabin-carbon-dioxide": 0.35})
    limits: tuple[PressureLimit, ...] = (
        PressureLimit("cabin-oxygen", 19.5, "below", serious=False),
        PressureLimit("cabin-oxygen", 16.0, "below"),
        PressureLimit("cabin-oxygen", 23.1, "above", serious=False),
        PressureLimit("cabin-carbon-dioxide", 4.0 * KPA_PER_MMHG, "above", serious=False),
        PressureLimit("cabin-carbon-dioxide", 7.6 * KPA_PER_MMHG, "above"),
        PressureLimit("total", 97.9, "below", serious=False),
        PressureLimit("total", 70.0, "below"),
    )

    def __post_init__(self) -> None:
        if not 1.0 <= self.volume_m3 <= 1e6:
            raise HabitatError(f"{self.volume_m3:g} m3 given", hint="allowed: 1 to 1,000,000", field="cabin.volume_m3")
        if not -20.0 <= self.temperature_c <= 50.0:
            raise HabitatError(f"{self.temperature_c:g} given", hint="allowed: -20 to 50", field="cabin.temperature_c")

    def kg_per_kpa(self, gas: str) -> float:
        """Mass of a gas of the cabin that makes one kilopascal (ideal gas)."""
        molar_kg = SUBSTANCES[GASES[gas]].molar_mass_g_mol * 1e-3
        return 1e3 * self.volume_m3 * molar_kg / (GAS_CONSTANT_J_MOL_K * (self.temperature_c + 273.15))

    def start_kg(self, gas: str) -> float:
        """How much of a gas is in the cabin at the start."""
        return self.start_kpa.get(gas, self.target_kpa.get(gas, 0.0)) * self.kg_per_kpa(gas)
