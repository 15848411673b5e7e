"""The machines that keep people alive: what each does to matter, how fast, on whose power, and how it breaks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from stationkeep.habitat.recipes import Recipe
from stationkeep.habitat.refusal import HabitatError

Duty = Literal["hold", "proportional", "flow", "crew"]
DUTIES: Final[Mapping[str, str]] = {
    "hold": "keeps a gas of the cabin at its target: adds what is missing, or takes away what is too much",
    "proportional": "takes away in proportion to what is in the cabin, up to its capacity (carbon dioxide scrubbers)",
    "flow": "works at full capacity while there is something to work on",
    "crew": "a share of what the people aboard need",
}


@dataclass(frozen=True, slots=True)
class FailureLaw:
    """How long a machine runs before it stops: Weibull with this mean life; ``shape`` 1 is exponential.

    The mean is drawn once a run, log-uniformly between ``low_days`` and ``high_days``: published rates were often wrong
    by more than a factor of three, so a campaign must not treat them as known.
    """

    low_days: float
    high_days: float
    shape: float = 1.0
    repair_days: float = 7.0
    """Median time to get it going again, where spares and hands are there; spread by ``repair_spread`` (log-normal)."""
    repair_spread: float = 0.8
    crew_hours: float = 8.0
    spare_kg: float = 0.0
    spare_store: str = ""
    degraded_share: float = 0.0
    """Share of its capacity left while it is broken."""

    def __post_init__(self) -> None:
        good = 0.0 < self.low_days <= self.high_days and self.shape > 0.0 and self.repair_days >= 0.0
        if not (good and 0.0 <= self.degraded_share < 1.0 and self.spare_kg >= 0.0):
            raise HabitatError(
                f"failure law {self} given",
                hint="needed: 0 < low_days <= high_days, shape > 0, repair_days >= 0, 0 <= degraded_share < 1",
            )


@dataclass(frozen=True, slots=True)
class Equipment:
    """One machine, connected.

    ``stores`` says for every role of the recipe which store it is connected to. ``capacity_per_day`` counts the
    recipe's units. ``order``: among those with the same duty the lower comes first, equals share by capacity.
    ``share_order``: who is served first from a store that runs dry (0 people, 1 air, 2 the rest); and, where
    ``power_order`` says nothing else, where current is short. A machine of no power is worked by hand.
    ``controlled_by``: the partner whose ground control it needs, empty for none.
    """

    name: str
    recipe: Recipe
    stores: Mapping[str, str]
    capacity_per_day: float
    duty: Duty
    target: str = ""
    """Of a *hold*: the cabin's store it keeps up (or down); of a *proportional*: the one it takes from."""
    at_kg: float = 0.0
    """Of a *proportional*: amount in the target store at which the full capacity is reached."""
    order: int = 0
    share_order: int = 1
    power_order: int | None = None
    power_w: float = 0.0
    owner: str = ""
    segment: str = ""
    controlled_by: str = ""
    failure: FailureLaw | None = None
    running: bool = True
    backs_up: tuple[str, ...] = ()
    """It is on standby: it runs only while one of these cannot give its full capacity."""
    field: str = field(default="", compare=False)

    @property
    def served(self) -> int:
        """Its place where current is short: the lower is served first."""
        return self.share_order if self.power_order is None else self.power_order

    def __post_init__(self) -> None:
        where = self.field or f"equipment.{self.name}"
        if not (self.capacity_per_day >= 0.0 and self.power_w >= 0.0):
            raise HabitatError("capacity and power must be zero or more", field=where)
        missing = [role for role in self.recipe.roles() if role not in self.stores]
        surplus = [role for role in self.stores if role not in self.recipe.roles()]
        if missing or surplus:
            said = f"{missing[0]!r} is not connected" if missing else f"no connection {surplus[0]!r}"
            roles = ", ".join(self.recipe.roles())
            raise HabitatError(said, hint=f"a {self.recipe.name} connects: {roles}", field=f"{where}.stores")
        if self.duty not in DUTIES:
            raise HabitatError(f"duty {self.duty!r} given", hint=f"allowed: {', '.join(DUTIES)}", field=f"{where}.duty")
        if self.duty in ("hold", "proportional") and not self.target:
            raise HabitatError(f"a {self.duty} needs a target", hint="name a store of the cabin", field=where)
        if self.duty == "proportional" and not self.at_kg > 0.0:
            raise HabitatError("a proportional machine needs at_kg above zero", field=where)
