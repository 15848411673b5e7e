"""What is in a tank, and where did it go? A ledger in which every kilogram has an entry."""

from __future__ import annotations

from dataclasses import dataclass, field

from stationkeep.errors import InputError


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One change of a tank's content: positive in, negative out."""

    time_mjd_utc: float
    change_kg: float
    reason: str


@dataclass(slots=True)
class Tank:
    """A propellant store. Its content is always the sum of its entries; it cannot go below zero."""

    name: str
    entries: list[LedgerEntry] = field(default_factory=list)
    content_kg: float = 0.0

    def fill(self, time_mjd_utc: float, amount_kg: float, reason: str) -> None:
        """Put propellant in."""
        self._enter(time_mjd_utc, amount_kg, reason, allowed=amount_kg >= 0.0)

    def draw(self, time_mjd_utc: float, amount_kg: float, reason: str) -> None:
        """Take propellant out; refused where there is less."""
        self._enter(time_mjd_utc, -amount_kg, reason, allowed=0.0 <= amount_kg <= self.content_kg + 1.0e-9)

    def empty(self, time_mjd_utc: float, reason: str) -> float:
        """Take out all there is (a vehicle leaves with its propellant) and say how much it was."""
        left = self.content_kg
        self.draw(time_mjd_utc, left, reason)
        return left

    @property
    def drawn_kg(self) -> float:
        """All that was ever taken out."""
        return -sum(entry.change_kg for entry in self.entries if entry.change_kg < 0.0)

    def _enter(self, time_mjd_utc: float, change_kg: float, reason: str, *, allowed: bool) -> None:
        if not allowed:
            raise InputError(f"tank {self.name} holds {self.content_kg:.3f} kg; {reason} asked for {-change_kg:.3f} kg")
        self.entries.append(LedgerEntry(time_mjd_utc, change_kg, reason))
        self.content_kg = max(self.content_kg + change_kg, 0.0)
