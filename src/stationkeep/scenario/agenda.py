"""When does each event of a branch happen, take effect and end, given which of its threats come true?

Conditions are followed through: ``until`` and ``after`` name other events, ``sanctions-lifted`` the end of
all sanctions on a partner. A condition that leads back to itself never comes true.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from stationkeep.scenario.event_parts import SANCTIONS_LIFTED, EndingThreat, Threat
from stationkeep.scenario.events import AssetOutage, Withdrawal
from stationkeep.scenario.pressure import Response, Sanction
from stationkeep.timescale import mjd_utc

if TYPE_CHECKING:
    from stationkeep.scenario.events import Event
    from stationkeep.scenario.schema import Scenario

NEVER: Final = math.inf
ALREADY: Final = -math.inf


@dataclass(frozen=True, slots=True)
class Course:
    """An event with its moments [MJD UTC]: announced, in effect from, in effect until (infinite: for good)."""

    event: Event
    happens_mjd_utc: float
    begins_mjd_utc: float
    ends_mjd_utc: float

    @property
    def reversed_at_once(self) -> bool:
        """Whether it is over before, or just when, it would take effect: it then changes nothing."""
        return self.ends_mjd_utc <= self.begins_mjd_utc


def threat_key(event: Threat) -> str:
    """What a threat's luck is filed under: its name, else what it is. Threats of one name share their luck."""
    if event.name is not None:
        return event.name
    who = getattr(event, "partner", None) or getattr(event, "on", None) or getattr(event, "provider", None)
    what = getattr(event, "scope", None) or getattr(event, "what", None) or getattr(event, "asset", None) or ""
    words = [str(part) for part in what] if isinstance(what, tuple) else [str(what)]
    return " ".join([getattr(event, "type", ""), who or "", *sorted(words), event.date_utc.isoformat()])


def comes_true(event: Event, luck: Mapping[str, float]) -> bool:
    """Whether a threat comes true with this luck (0 to 1; none drawn: the likelier); anything else always does."""
    if not isinstance(event, Threat) or event.probability is None:
        return True
    return luck.get(threat_key(event), 0.5) < event.probability


def courses(events: Sequence[Event], partners: Mapping[str, str], luck: Mapping[str, float]) -> tuple[Course, ...]:
    """The events that come true, with their moments. ``partners``: whose each provider is, by provider id."""
    true = [event for event in events if comes_true(event, luck)]
    moments = _Moments(true, partners)
    return tuple(Course(event, moments.happens(event), moments.begins(event), moments.ends(event)) for event in true)


def all_courses(events: Sequence[Event], scenario: Scenario) -> tuple[Course, ...]:
    """The moments of all events of a branch, every threat taken as come true, in the order of the file."""
    moments = _Moments(events, provider_partners(scenario))
    return tuple(Course(event, moments.happens(event), moments.begins(event), moments.ends(event)) for event in events)


def provider_partners(scenario: Scenario) -> dict[str, str]:
    """Whose each provider is."""
    return {provider.id: provider.partner for provider in scenario.providers}


class _Moments:
    """Works out moments, each event's once; an event asked for while it is being worked out goes in a circle."""

    def __init__(self, events: Sequence[Event], partners: Mapping[str, str]) -> None:
        self._events = events
        self._partners = partners
        self._asked: set[tuple[str, int]] = set()

    def happens(self, event: Event) -> float:
        """When it is announced or imposed; a response: when it works."""
        if not isinstance(event, Response):
            return event.date_mjd_utc
        if event.after is None:
            return event.date_mjd_utc + event.lead_days
        named = event.after.event
        return self._once("happens", event, lambda: self._named(named) + event.lead_days)

    def begins(self, event: Event) -> float:
        """When its effect begins."""
        if isinstance(event, Withdrawal):
            return event.effect_mjd_utc
        if isinstance(event, Sanction):
            return event.felt_mjd_utc
        return self.happens(event)

    def ends(self, event: Event) -> float:
        """When its effect ends."""
        if isinstance(event, AssetOutage):
            return NEVER if event.until_mjd_utc is None else event.until_mjd_utc
        if not isinstance(event, EndingThreat):
            return NEVER
        if event.until_utc is not None:
            return mjd_utc(event.until_utc)
        if event.until is None:
            return NEVER
        named = event.until.event
        return self._once("ends", event, lambda: self._condition(named, event))

    def _condition(self, name: str, event: EndingThreat) -> float:
        if name == SANCTIONS_LIFTED and not any(other.name == name for other in self._events):
            return self._lifted(event)
        return self._named(name)

    def _named(self, name: str) -> float:
        return min((self.happens(other) for other in self._events if other.name == name), default=NEVER)

    def _lifted(self, event: EndingThreat) -> float:
        """When the last sanction on a withdrawn partner ends; there is none: it holds already."""
        if not isinstance(event, Withdrawal):
            return NEVER  # a sanction cannot end by its own end
        ends = [self.ends(other) for other in self._events if self._falls_on(other, event.partner)]
        return max(ends, default=ALREADY)

    def _falls_on(self, event: Event, partner: str) -> bool:
        return isinstance(event, Sanction) and partner in (event.on, self._partners.get(event.on))

    def _once(self, what: str, event: Event, work_out: Callable[[], float]) -> float:
        key = (what, id(event))
        if key in self._asked:
            return NEVER
        self._asked.add(key)
        try:
            return work_out()
        finally:
            self._asked.discard(key)
