"""The turns of a branch on the calendar: what happens at one moment happens together, in an order of its own.

The order in the file never matters: at each moment what ends goes first, then what begins, each kind by what it says;
which functions are lost is looked at once all of it has happened.
"""

from __future__ import annotations

import abc
from collections.abc import Callable
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Final

from stationkeep.scenario.agenda import Course, courses, provider_partners
from stationkeep.scenario.event_parts import DatedEvent
from stationkeep.scenario.events import (
    AltitudePolicyChange,
    ArrayModeChange,
    AssetOutage,
    FlightEvent,
    ProviderAvailable,
    ProviderLost,
    Withdrawal,
)
from stationkeep.scenario.pressure import Happening, Response, ResponseKind, Sanction
from stationkeep.simulation import causes
from stationkeep.simulation.responses import ResponseEvents

if TYPE_CHECKING:
    from stationkeep.simulation.providers import ProviderState

Act = Callable[[Course], None]
_FIRST, _LAST = 0, 9
_RANKS: Final[dict[type, int]] = {
    Happening: 1,
    Sanction: 2,
    Withdrawal: 3,
    AssetOutage: 4,
    ProviderLost: 5,
    ProviderAvailable: 6,
    AltitudePolicyChange: 7,
    ArrayModeChange: 8,
    Response: _LAST,
}


class TurnsOfBranch(ResponseEvents, abc.ABC):
    """The part of a run that puts a branch's events on the calendar."""

    def schedule_turns(self) -> None:
        """Which threats come true in this run, and when does everything happen?"""
        branch = self.scenario.branches[self.branch]
        turns: list[tuple[tuple[float, int, str], Act, Course]] = []
        for course in courses(branch.events, provider_partners(self.scenario), self.inputs.threats):
            event = course.event
            if isinstance(event, ProviderAvailable) or (isinstance(event, Response) and self._may_be_enabled(course)):
                self.to_be_enabled.add(event.provider or "")
                if isinstance(event, Response) and event.what is ResponseKind.BUY:
                    self.not_before_mjd[event.provider or ""] = course.happens_mjd_utc
            for time, is_end, act in self._turns_of(course):
                if time <= self.horizon:
                    order = (time, _FIRST if is_end else _RANKS.get(type(event), _LAST), event.model_dump_json())
                    turns.append((order, act, course))
        self.already_docked()  # whoever leaves at the epoch leaves what is in the tanks of craft docked then
        turns.sort(key=lambda turn: turn[0])
        for time, group in groupby(turns, key=lambda turn: turn[0][0]):
            together = [(act, course) for _, act, course in group]
            self.at(time, partial(self._happen_together, together))

    @abc.abstractmethod
    def already_docked(self) -> None:
        """Craft that are there at the epoch have what is in their tanks before anything happens then."""

    def _may_be_enabled(self, course: Course) -> bool:
        event = course.event
        enables = isinstance(event, Response) and event.provider is not None and event.days_forward is None
        return enables and course.happens_mjd_utc <= self.horizon

    def _turns_of(self, course: Course) -> list[tuple[float, bool, Act]]:
        """Time, whether it is an end, and what to do."""
        event = course.event
        begins, ends, told = course.begins_mjd_utc, course.ends_mjd_utc, course.happens_mjd_utc
        if isinstance(event, Withdrawal):
            if course.reversed_at_once:
                return self._reversed(course)
            found: list[tuple[float, bool, Act]] = [(begins, False, self.withdraws), (ends, True, self.returns)]
            return found if begins <= told else [(told, False, self.gives_notice), *found]
        if isinstance(event, Sanction):
            if course.reversed_at_once:
                return []
            found = [(begins, False, self.is_felt), (ends, True, self.is_lifted)]
            return found if begins <= told else [(told, False, self.is_imposed), *found]
        if isinstance(event, AssetOutage):
            return [(begins, False, self.drops_out), (ends, True, self.is_back)]
        return [(begins, False, self.responds if isinstance(event, Response) else self.happens)]

    def _reversed(self, course: Course) -> list[tuple[float, bool, Act]]:
        """Over before it takes effect: what was announced is taken back; at the very moment it is no event at all."""
        if course.ends_mjd_utc <= course.happens_mjd_utc:
            return []
        return [
            (course.happens_mjd_utc, False, self.gives_notice),
            (course.ends_mjd_utc, True, self.takes_back_notice),
        ]

    def _happen_together(self, turns: list[tuple[Act, Course]]) -> None:
        for act, course in turns:
            act(course)
        self.recount()
        while self.afterwards:
            self.afterwards.pop(0)()
        self.review()

    # --- the simple ones ----------------------------------------------------------------------------------------------

    def drops_out(self, course: Course) -> None:
        """An asset stops working."""
        assert isinstance(course.event, AssetOutage)
        self.asset_drops_out(course.event)

    def is_back(self, course: Course) -> None:
        """It works again."""
        assert isinstance(course.event, AssetOutage)
        self.asset_is_back(course.event)

    def happens(self, course: Course) -> None:
        """An event without an end."""
        event = course.event
        assert isinstance(event, DatedEvent)
        if isinstance(event, ProviderAvailable):
            self._becomes_available(event)
        elif isinstance(event, ProviderLost):
            provider = self.state_of(event.provider)
            provider.lost = True
            self.flights_without_provider(event.provider)
            title, brings = f"{provider.plan.label} is lost", (causes.provider_lost(event.provider),)
            self.note(event.type, title, note=event.note, brings=brings)
        elif isinstance(event, ArrayModeChange):
            self.arrays_change(event)
        elif isinstance(event, AltitudePolicyChange):
            stated = self.policy = event.altitude_policy
            title = "Nobody keeps the altitude any more"
            if stated is not None:
                title = f"Kept between {stated.floor_km:g} and {stated.target_km:g} km from now on"
                self.let_down = False  # whoever had decided on its end has changed their mind
                self.causes.end(causes.LET_DOWN)
                self.causes.end(causes.NO_DEORBIT)
            self.causes.end(causes.NO_POLICY)
            self.note(event.type, title, note=event.note, brings=(causes.NO_POLICY,) if stated is None else ())
        elif isinstance(event, Happening):
            self.note(event.type, event.title, note=event.note)
        elif isinstance(event, FlightEvent):
            self.flight_event(event)

    def _becomes_available(self, event: ProviderAvailable) -> None:
        provider = self.state_of(event.provider)
        provider.enabled = True
        self.to_be_enabled.discard(event.provider)
        self.note(event.type, f"{provider.plan.name} {self._what_it_may(provider)}", note=event.note)

    def _what_it_may(self, provider: ProviderState) -> str:
        """In words, for one that has just become available."""
        if provider.lost:
            return "is lost: it cannot come any more"
        if not provider.plan.reboosts:
            return "is on its way for a controlled end"
        if self.attitude_allows(provider):
            return "may reboost from now on"
        return "may reboost from now on, but nothing holds the attitude for its burns"
