"""How any run ends: reason, time, place and the last good state, never NaN or -1."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from stationkeep.timescale import iso_utc


class OutcomeReason(StrEnum):
    """Why a propagation or a simulation stopped."""

    REENTERED = "reentered"
    """Fell through the re-entry altitude."""
    DEORBITED = "deorbited"
    """Brought down on target by engines, as somebody had decided."""
    TIME_LIMIT = "time-limit"
    """Still flying at the horizon."""
    ALTITUDE_REACHED = "altitude-reached"
    """Reached an altitude that was asked for (a floor, a hand-over), not the re-entry altitude."""
    NUMERICAL_FAILURE = "numerical-failure"
    """The integrator gave up; the last good state is kept."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended."""

    reason: OutcomeReason
    time_mjd_utc: float
    mean_altitude_km: float
    """Mean semi-major axis minus 6378.137 km at the end (the last good state after a failure)."""
    latitude_deg: float | None = None
    longitude_deg: float | None = None
    detail: str = ""

    @property
    def reentered(self) -> bool:
        """Whether it fell."""
        return self.reason is OutcomeReason.REENTERED

    @property
    def time_utc(self) -> str:
        """ISO 8601 time of the end."""
        return iso_utc(self.time_mjd_utc)
