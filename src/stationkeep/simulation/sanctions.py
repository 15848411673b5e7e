"""Sanctions in a run: flights that come seldom or late, assets that may be used for a share only."""

from __future__ import annotations

import abc
import math
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from stationkeep.scenario.pressure import Sanction, SanctionTarget
from stationkeep.scenario.schedule import Delivery, Stay
from stationkeep.simulation import causes
from stationkeep.simulation.withdrawal import WithdrawalEvents
from stationkeep.timescale import iso_day

if TYPE_CHECKING:
    from stationkeep.scenario.agenda import Course
    from stationkeep.simulation.providers import ProviderState

_WORDS: Final = {
    SanctionTarget.PRODUCTION: "what can be built",
    SanctionTarget.LAUNCHES: "launches",
    SanctionTarget.PAYMENTS: "what can be paid for",
    SanctionTarget.ASSETS: "what it operates at the station",
}
_ROUNDING: Final = 1.0e-9


class SanctionEvents(WithdrawalEvents, abc.ABC):
    """The part of a run in which somebody slows or stops a partner."""

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)
        self.sanctions: list[Sanction] = []
        self._passed: dict[str, float] = {}
        """Of each provider: how much of the next flight is there already."""
        self._late: dict[str, list[tuple[float, Delivery | Stay]]] = {}
        """Of each provider: flights that are late, and when they come."""

    def is_imposed(self, course: Course) -> None:
        """It is announced, where it is felt later."""
        event = course.event
        assert isinstance(event, Sanction)
        when = f", felt from {iso_day(course.begins_mjd_utc)}"
        self.note("sanction", f"{event.imposed_by}: sanctions on {self._hit(event)}{when}", note=event.note)

    def is_felt(self, course: Course) -> None:
        """From now on."""
        event = course.event
        assert isinstance(event, Sanction)
        self.sanctions.append(event)
        self._freeze(event, 1)
        if event.what is not SanctionTarget.ASSETS:
            self.afterwards.append(partial(self.flights_under_sanctions, event, course.ends_mjd_utc))
        if course.begins_mjd_utc <= course.happens_mjd_utc:
            title = f"{event.imposed_by}: sanctions on {self._hit(event)}"
            self.note("sanction", title, note=event.note, brings=_brings(event))
        else:
            title = f"Sanctions are felt by {self._whom(event)}: {self._how(event)}"
            self.note("sanction-felt", title, brings=_brings(event))

    def is_lifted(self, course: Course) -> None:
        """It is over."""
        event = course.event
        assert isinstance(event, Sanction)
        self.sanctions.remove(event)
        stand = [condition for item in self.sanctions for condition in _brings(item)]
        for kind in ("frozen", "cut", "thinned"):
            self.causes.keep(kind, stand)
        self._freeze(event, -1)
        self.note("sanction-ends", f"{event.imposed_by}: sanctions on {self._whom(event)} are lifted ({event.what})")

    def _freeze(self, event: Sanction, change: int) -> None:
        if event.what is not SanctionTarget.ASSETS or event.rate > 0.0:
            return
        is_provider = any(provider.id == event.on for provider in self.providers)
        kept = self.standing.frozen_providers if is_provider else self.standing.frozen_partners
        kept[event.on] = kept.get(event.on, 0) + change

    # --- flights ------------------------------------------------------------------------------------------------------

    def flights_cut(self) -> set[str]:
        """Partners whose flights sanctions stop altogether."""
        return {item.on for item in self.sanctions if item.what is not SanctionTarget.ASSETS and item.rate <= 0.0}

    def flight_rate(self, provider: ProviderState, partner: str) -> float:
        """Share of its flights that still come: all sanctions in force together."""
        return math.prod(sorted(item.rate for item in self._on_flights(provider, partner)))

    def comes_now(self, provider: ProviderState, due: Delivery | Stay, later: Callable[[], None]) -> bool:
        """Whether a flight that is due comes, and now; what comes late is put on the calendar as ``later``."""
        partner = provider.sender(due)
        hit = self._on_flights(provider, partner)
        if not hit:
            return True
        label = provider.plan.label
        there = self._passed.get(provider.id, self.inputs.sanction_luck) + self.flight_rate(provider, partner)
        if there < 1.0 - _ROUNDING:
            self._passed[provider.id] = there
            self.note("flight-cut", f"{label}: a flight does not come, because of sanctions", provider=provider.id)
            return False
        self._passed[provider.id] = there - 1.0
        delay = max(item.delay_days for item in hit)
        if delay <= 0.0:
            return True
        title = f"{label}: a flight is {delay:.0f} days late, because of sanctions"
        self.note("flight-late", title, provider=provider.id)
        self._late.setdefault(provider.id, []).append((self.now + delay, due))
        self.at(self.now + delay, later)
        counts_from = self.now + delay - self.mission.fall_need.wait_days
        if counts_from > self.now:
            self.at(counts_from, self.review)  # from then on it counts for a controlled fall
        return False

    def comes_late(self, provider: ProviderState) -> tuple[float, float] | None:
        """When the next of its flights comes that should have been there by now, with how many kilograms."""
        if provider.id not in self._late:
            return None
        late = [item for item in self._late[provider.id] if item[0] > self.now]
        late = [(time, due) for time, due in late if provider.sender(due) not in self.not_delivering]
        late = [(time, due) for time, due in late if isinstance(due, Delivery) or time < due.leaves_mjd_utc]
        if not late:
            return None
        time, due = min(late, key=lambda item: item[0])
        return time, provider.amount_kg(due)

    def load_foreseen(self, provider: ProviderState) -> tuple[float, float] | None:
        """When its next load comes, with how many kilograms, as sanctions that are felt now would have it."""
        late, planned = self.comes_late(provider), self._planned_load(provider)
        return planned if late is None else late if planned is None else min(late, planned)

    def _planned_load(self, provider: ProviderState) -> tuple[float, float] | None:
        if self.linked(provider.id):
            return provider.next_load(self.now, self.not_delivering)  # its flights themselves were moved
        there, time = self._passed.get(provider.id, self.inputs.sanction_luck), self.now
        while (due := provider.next_flight(time, self.not_delivering)) is not None:
            time = provider.time_of(due)
            hit = self._on_flights(provider, provider.sender(due))
            there += math.prod(sorted(item.rate for item in hit))
            comes = time + max((item.delay_days for item in hit), default=0.0)
            over = isinstance(due, Stay) and comes >= due.leaves_mjd_utc
            if (
                (not hit or there >= 1.0 - _ROUNDING)
                and not over
                and time >= self.not_before_mjd.get(provider.id, time)
            ):
                return comes, provider.amount_kg(due)
            there %= 1.0
        return None

    def _on_flights(self, provider: ProviderState, partner: str) -> list[Sanction]:
        if not self.sanctions:
            return []
        names = (partner, provider.id)
        return [item for item in self.sanctions if item.what is not SanctionTarget.ASSETS and item.on in names]

    # --- assets -------------------------------------------------------------------------------------------------------

    def asset_rate(self, provider: ProviderState) -> float:
        """Share of its longest burn that may still be used."""
        if not self.sanctions:
            return 1.0  # as nearly always, and asked of every provider at every stop
        names = (provider.plan.provider.partner, provider.id)
        return math.prod(
            sorted(item.rate for item in self.sanctions if item.what is SanctionTarget.ASSETS and item.on in names)
        )

    # --- words --------------------------------------------------------------------------------------------------------

    def _whom(self, event: Sanction) -> str:
        labels = {provider.id: provider.plan.in_sentence for provider in self.providers}
        return labels.get(event.on) or self.partner_name(event.on)

    def _how(self, event: Sanction) -> str:
        if event.rate >= 1.0:
            return f"{_WORDS[event.what]} {event.delay_days:.0f} days late"
        late = f", what comes {event.delay_days:.0f} days late" if event.delay_days > 0.0 else ""
        return f"{_WORDS[event.what]} down to {100.0 * event.rate:.0f} %{late}"

    def _hit(self, event: Sanction) -> str:
        return f"{self._whom(event)}, {self._how(event)}"


def _brings(event: Sanction) -> tuple[str, ...]:
    """The condition it brings about; none where all that changes is how long a burn may last."""
    if event.what is SanctionTarget.ASSETS:
        return (causes.frozen(event.on),) if event.rate <= 0.0 else ()
    return (causes.cut(event.on) if event.rate <= 0.0 else causes.thinned(event.on),)
