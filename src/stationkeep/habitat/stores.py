"""Where matter is kept: tanks, bags, the cabin's air, and what has left the station for good."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

from stationkeep.habitat.refusal import HabitatError
from stationkeep.habitat.substances import substance

StoreKind = Literal["stored", "cabin", "overboard"]
WhenFull = Literal["stop", "vent"]
LITTLE_KG: Final = 1e-9
"""Less than this is nothing: a microgram."""


@dataclass(frozen=True, slots=True)
class Store:
    """One substance in one place.

    ``reserve_kg`` and ``reserve_days`` (of its present use) both count: the larger is the reserve. ``when_full``
    *stop*: what fills it waits; *vent*: the rest goes overboard. A ``capacity_kg`` of 0 makes a junction, through which
    matter passes from one machine straight to the next. ``critical``: people cannot stay where it has run out.
    """

    name: str
    substance: str
    amount_kg: float = 0.0
    capacity_kg: float = math.inf
    reserve_kg: float = 0.0
    reserve_days: float = 0.0
    owner: str = ""
    segment: str = ""
    kind: StoreKind = "stored"
    when_full: WhenFull = "stop"
    critical: bool = False

    def __post_init__(self) -> None:
        field = f"stores.{self.name}"
        substance(self.substance, f"{field}.substance")
        for name in ("amount_kg", "capacity_kg", "reserve_kg", "reserve_days"):
            value = getattr(self, name)
            if math.isnan(value) or value < 0.0 or (math.isinf(value) and name != "capacity_kg"):
                raise HabitatError(f"{value:g} given", hint="must be zero or more", field=f"{field}.{name}")
        if self.amount_kg > self.capacity_kg:
            raise HabitatError(
                f"{self.amount_kg:g} kg in a store of {self.capacity_kg:g} kg",
                hint="put less in, or raise capacity_kg", field=f"{field}.amount_kg",
            )  # fmt: skip
