"""Who may throw off the gyros' momentum with thrusters, and what does it cost?"""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass
from typing import Literal

from stationkeep.attitude.loads import Load
from stationkeep.constants import SECONDS_PER_DAY, STANDARD_GRAVITY_M_S2
from stationkeep.errors import InputError

Status = Literal["proven", "unproven", "retired"]


@dataclass(frozen=True, slots=True)
class AttitudeThrusters:
    """Small thrusters around a station: force of one, lever to the centre of mass, and how much of it counts.

    ``efficiency``: share of the propellant that turns the station the way wanted; the rest goes into firing against
    each other, small pulses and limit cycles.
    """

    force_n: float = 130.0
    lever_m: float = 25.0
    specific_impulse_s: float = 260.0
    efficiency: float = 0.4

    def __post_init__(self) -> None:
        positive = min(self.force_n, self.lever_m, self.specific_impulse_s, self.efficiency)
        if not (positive > 0.0 and self.efficiency <= 1.0):
            raise InputError(f"attitude thrusters {self}", hint="all must be above zero and the efficiency at most 1")

    @property
    def torque_n_m(self) -> float:
        """Two thrusters firing against each other across the centre of mass."""
        return 2.0 * self.force_n * self.lever_m

    def propellant_kg(self, momentum_n_m_s: float) -> float:
        """What does it cost to throw off that much angular momentum?"""
        return abs(momentum_n_m_s) / (self.lever_m * self.specific_impulse_s * STANDARD_GRAVITY_M_S2 * self.efficiency)

    def holding_kg_day(self, torque_n_m: float) -> float:
        """What does it cost a day to hold against a steady torque?"""
        return self.propellant_kg(abs(torque_n_m) * SECONDS_PER_DAY)


def desaturation_propellant_kg_day(
    thrusters: AttitudeThrusters, secular_torque_n_m: float, loads_per_day: Iterable[tuple[Load, float]] = ()
) -> float:
    """What does keeping the gyros from filling up cost a day? [kg/d]

    ``secular_torque_n_m``: what adds up when a fixed attitude is held (zero under momentum management);
    ``loads_per_day``: events that go to the thrusters, with how many happen a day.
    """
    events = sum(thrusters.propellant_kg(load.momentum_n_m_s) * count for load, count in loads_per_day)
    return thrusters.holding_kg_day(secular_torque_n_m) + events


@dataclass(frozen=True, slots=True)
class DesaturationProvider:
    """Someone whose thrusters could hold or desaturate the station: owner, what it needs, since when, how sure."""

    id: str
    name: str
    owner: str
    status: Status
    needs: frozenset[str]
    source: str
    quality: str
    force_share: float = 1.0
    """Its torque over that of :class:`AttitudeThrusters`."""
    from_mjd_utc: float = -float("inf")
    until_mjd_utc: float = float("inf")

    def serves(self, time_mjd_utc: float, present: Set[str], *, unproven: bool = False) -> bool:
        """Whether it can do it then, with what is ``present``; ``unproven``: count what was never shown as well."""
        if not self.from_mjd_utc <= time_mjd_utc < self.until_mjd_utc:
            return False
        if self.status == "unproven" and not unproven:
            return False
        return self.needs <= present


def who_may_desaturate(
    providers: Iterable[DesaturationProvider],
    time_mjd_utc: float,
    *,
    withdrawn: Set[str] = frozenset(),
    present: Set[str] = frozenset(),
    unproven: bool = False,
) -> list[DesaturationProvider]:
    """Whose thrusters can take the momentum on that day?

    ``withdrawn``: partner ids that no longer take part; ``present``: ids of needs that are met (computers, control
    centre, propellant in the tanks, a docked craft ...).
    """
    return [
        provider
        for provider in providers
        if provider.owner not in withdrawn and provider.serves(time_mjd_utc, present, unproven=unproven)
    ]
