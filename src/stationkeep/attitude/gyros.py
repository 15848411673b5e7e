"""How much turning can the control-moment gyros take up?"""

from __future__ import annotations

from dataclasses import dataclass

from stationkeep.errors import InputError

FEWEST_GYROS = 2
"""With one gyro left two axes cannot be held at once; two held the station for 70 days in 2004 (NASA status
reports)."""


@dataclass(frozen=True, slots=True)
class Gyros:
    """A set of equal double-gimbal gyros: together they hold any momentum up to the sum of theirs.

    ``usable_share``: how far they are filled before thrusters are called.
    """

    installed: int = 4
    failed: int = 0
    momentum_n_m_s: float = 4742.0
    """Of each wheel."""
    torque_n_m: float = 258.0
    """Most that each can give."""
    usable_share: float = 1.0
    owner: str = "nasa"

    def __post_init__(self) -> None:
        if not 0 <= self.failed <= self.installed:
            raise InputError(f"{self.failed} of {self.installed} gyros failed", hint=f"give 0 to {self.installed}")
        if not (self.momentum_n_m_s > 0.0 and self.torque_n_m > 0.0 and 0.0 < self.usable_share <= 1.0):
            raise InputError(
                f"gyros of {self.momentum_n_m_s!r} N m s, {self.torque_n_m!r} N m, usable share {self.usable_share!r}",
                hint="momentum and torque must be above zero, the share above 0 and at most 1",
            )

    @property
    def working(self) -> int:
        """Gyros that run."""
        return self.installed - self.failed

    @property
    def hold(self) -> bool:
        """Whether enough run to hold all three axes."""
        return self.working >= FEWEST_GYROS

    @property
    def capacity_n_m_s(self) -> float:
        """Usable momentum of those that run, in any direction; zero where too few run to hold three axes."""
        return self.working * self.momentum_n_m_s * self.usable_share if self.hold else 0.0

    @property
    def margin_n_m_s(self) -> float:
        """What is left above the usable momentum: all the room for an upset while a turn uses the rest."""
        return self.working * self.momentum_n_m_s * (1.0 - self.usable_share) if self.hold else 0.0
