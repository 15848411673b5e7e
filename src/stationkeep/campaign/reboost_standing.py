"""What a branch's events leave of a provider for a plan of reboosts: from when to when it pushes, which flights come.

As a run has it (:mod:`stationkeep.simulation.withdrawal`, ``sanctions``, ``responses``), but in dates known beforehand:
a withdrawal or sanction on what somebody operates counts as for good, and threats are taken as come true.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from stationkeep.scenario.events import ProviderAvailable, ProviderLost, Withdrawal, WithdrawalScope
from stationkeep.scenario.pressure import Response, ResponseKind, Sanction, SanctionTarget

if TYPE_CHECKING:
    from stationkeep.scenario.agenda import Course
    from stationkeep.simulation.providers import ProviderPlan

_NO_FLIGHTS: Final = frozenset({WithdrawalScope.STOP_RESUPPLY_PROPELLANT, WithdrawalScope.STOP_FLIGHTS})
_TAKES_PART: Final = (ResponseKind.BUY, ResponseKind.ADAPT)
_HALF_A_FLIGHT: Final = 0.5  # how much of the next flight is there as sanctions begin: the luck of the reference run
_ROUNDING: Final = 1.0e-9


@dataclass
class ProviderStanding:
    """A provider under the events of a branch."""

    plan: ProviderPlan
    from_mjd_utc: float
    until_mjd_utc: float
    enabled: bool
    longest_burn_s: float
    none_from_mjd: dict[str, float] = field(default_factory=dict)
    """From when on flights of a partner, or of this provider, do not come."""
    sanctions: list[Course] = field(default_factory=list)
    """On its flights."""
    _there: float = _HALF_A_FLIGHT

    @classmethod
    def of(cls, plan: ProviderPlan, courses: Sequence[Course], epoch_mjd_utc: float) -> ProviderStanding:
        """After all events; what is docked at the epoch brings its propellant then."""
        stated = plan.provider
        first = max(plan.from_mjd_utc, epoch_mjd_utc)
        found = cls(plan, first, plan.until_mjd_utc, stated.enabled, stated.max_burn_duration_s)
        for course in sorted(courses, key=lambda one: one.begins_mjd_utc):
            found._apply(course)
        return found

    def _apply(self, course: Course) -> None:
        event, own = course.event, self.plan.provider
        if isinstance(event, ProviderAvailable) and event.provider == own.id:
            self._takes_part(course.happens_mjd_utc)
        elif isinstance(event, ProviderLost) and event.provider == own.id:
            self._ends(course.happens_mjd_utc)
        elif isinstance(event, Response) and event.provider == own.id and event.what in _TAKES_PART:
            self._takes_part(course.happens_mjd_utc)
            self.longest_burn_s = event.max_burn_duration_s or self.longest_burn_s
        elif isinstance(event, Withdrawal):
            self._withdraws(event, course.begins_mjd_utc)
        elif isinstance(event, Sanction) and event.on in (own.partner, own.id, *self._senders()):
            self._under_sanctions(event, course)

    def _takes_part(self, time_mjd: float) -> None:
        if not self.enabled and time_mjd < math.inf:
            self.enabled, self.from_mjd_utc = True, max(self.from_mjd_utc, time_mjd)

    def _ends(self, time_mjd: float) -> None:
        self.until_mjd_utc = min(self.until_mjd_utc, time_mjd)

    def _senders(self) -> set[str]:
        return {self.plan.provider.partner, *(item.partner for item in self.plan.deliveries)}

    def _withdraws(self, event: Withdrawal, begins_mjd: float) -> None:
        own = self.plan.provider
        if WithdrawalScope.STOP_OPERATING_ASSETS in event.scope:
            if event.partner in (own.partner, *own.push_needs):
                self._ends(begins_mjd)
            if event.partner in own.arrival_needs:
                self.none_from_mjd.setdefault(own.id, begins_mjd)
        if not _NO_FLIGHTS.isdisjoint(event.scope):
            self.none_from_mjd.setdefault(event.partner, begins_mjd)
            if own.bought_by == event.partner:
                self.none_from_mjd.setdefault(own.id, begins_mjd)

    def _under_sanctions(self, event: Sanction, course: Course) -> None:
        if event.what is not SanctionTarget.ASSETS:
            self.sanctions.append(course)
        elif event.rate <= 0.0:
            self._ends(course.begins_mjd_utc)
        else:
            self.longest_burn_s *= event.rate

    def comes_mjd(self, time_mjd: float, partner: str) -> float | None:
        """When a flight planned for then comes; none: not at all. To be asked in the order of the flights."""
        own = self.plan.provider.id
        if time_mjd >= min(self.none_from_mjd.get(name, math.inf) for name in (partner, own)):
            return None
        hit = [
            course.event for course in self.sanctions
            if isinstance(course.event, Sanction) and course.event.on in (partner, own)
            and course.begins_mjd_utc <= time_mjd < course.ends_mjd_utc
        ]  # fmt: skip
        if not hit:
            return time_mjd
        self._there += math.prod(item.rate for item in hit)
        if self._there < 1.0 - _ROUNDING:
            return None
        self._there -= 1.0
        return time_mjd + max(item.delay_days for item in hit)
