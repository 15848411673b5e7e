"""What is in a tank, and where did it go? A ledger in which every kilogram has an entry."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import NamedTuple

from stationkeep.errors import InputError

_ROUNDING_KG = 1.0e-9
"""What a sum of kilograms may be off by in its last digits: nobody is refused a nanogram's thousandth."""


class LedgerEntry(NamedTuple):
    """One change of a tank's content: positive in, negative out."""

    time_mjd_utc: float
    change_kg: float
    reason: str


@dataclass(slots=True)
class Tank:
    """A propellant store. Its content is always the sum of its entries; it cannot go below zero or above its capacity.

    ``residual_kg`` stays behind when engines have run the tank dry; ``reserved_kg`` is kept for another use (a
    vehicle's own way home). Neither can be drawn or pumped out; both leave with the vehicle (:meth:`empty`).
    """

    name: str
    entries: list[LedgerEntry] = field(default_factory=list)
    content_kg: float = 0.0
    capacity_kg: float = math.inf
    residual_kg: float = 0.0
    reserved_kg: float = 0.0

    def __post_init__(self) -> None:
        if not (self.residual_kg >= 0.0 and self.reserved_kg >= 0.0 and self.capacity_kg > 0.0):
            raise InputError(
                f"tank {self.name}: capacity {self.capacity_kg:g} kg, residual {self.residual_kg:g} kg, reserved "
                f"{self.reserved_kg:g} kg",
                hint="the capacity must be above zero, the others not below",
            )

    @property
    def usable_kg(self) -> float:
        """What engines can still draw."""
        usable = self.content_kg - self.residual_kg - self.reserved_kg
        return usable if usable > 0.0 else 0.0

    @property
    def room_kg(self) -> float:
        """What can still be put in."""
        return max(self.capacity_kg - self.content_kg, 0.0)

    def fill(self, time_mjd_utc: float, amount_kg: float, reason: str) -> None:
        """Put propellant in; refused where it does not fit."""
        self._require_amount(amount_kg, reason)
        if amount_kg > self.room_kg + _ROUNDING_KG:
            raise InputError(
                f"tank {self.name} has room for {self.room_kg:.3f} kg; {reason} would bring {amount_kg:.3f} kg"
            )
        self._enter(time_mjd_utc, amount_kg, reason)

    def draw(self, time_mjd_utc: float, amount_kg: float, reason: str) -> None:
        """Take propellant out; refused where there is less that can be used."""
        self._require_amount(amount_kg, reason)
        if amount_kg > self.usable_kg + _ROUNDING_KG:
            kept = self.content_kg - self.usable_kg
            kept_text = f", {kept:.3f} kg of it not to be drawn" if kept > 0.0 else ""
            raise InputError(
                f"tank {self.name} holds {self.content_kg:.3f} kg{kept_text}; {reason} asked for {amount_kg:.3f} kg"
            )
        # The last burn may ask for a rounding error more than there is: the entry then says what really went.
        self._enter(time_mjd_utc, -min(amount_kg, self.content_kg), reason)

    def empty(self, time_mjd_utc: float, reason: str) -> float:
        """Take out all there is (a vehicle leaves with its propellant) and say how much it was."""
        left = self.content_kg
        self._enter(time_mjd_utc, -left, reason)
        self.content_kg = 0.0
        return left

    @property
    def filled_kg(self) -> float:
        """All that was ever put in."""
        return math.fsum(entry.change_kg for entry in self.entries if entry.change_kg > 0.0)

    @property
    def drawn_kg(self) -> float:
        """All that was ever taken out."""
        return -math.fsum(entry.change_kg for entry in self.entries if entry.change_kg < 0.0)

    def _require_amount(self, amount_kg: float, reason: str) -> None:
        if not 0.0 <= amount_kg < math.inf:
            raise InputError(
                f"tank {self.name} holds {self.content_kg:.3f} kg; {reason} asked for {amount_kg:.3f} kg",
                hint="give an amount that is a number and not negative",
            )

    def _enter(self, time_mjd_utc: float, change_kg: float, reason: str) -> None:
        self.entries.append(LedgerEntry(time_mjd_utc, change_kg, reason))
        self.content_kg += change_kg
