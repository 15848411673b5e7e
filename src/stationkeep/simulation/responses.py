"""What partners do about it in a run: bring flights forward, buy, adapt, send people home, turn arrays, let it down."""

from __future__ import annotations

import abc
from functools import partial
from typing import TYPE_CHECKING

from stationkeep.scenario.pressure import Response, ResponseKind
from stationkeep.simulation import causes
from stationkeep.simulation.sanctions import SanctionEvents
from stationkeep.timescale import iso_day

if TYPE_CHECKING:
    from stationkeep.scenario.agenda import Course
    from stationkeep.scenario.schedule import Delivery, Stay
    from stationkeep.simulation.providers import ProviderState


class ResponseEvents(SanctionEvents, abc.ABC):
    """The part of a run in which others answer."""

    def responds(self, course: Course) -> None:
        """The answer works from now on."""
        event = course.event
        assert isinstance(event, Response)
        if event.who in self.stopped and event.who in self.standing.quit():
            self._answers_no_more(event)
            return
        acts = {
            ResponseKind.BRING_FORWARD: self._bring_forward,
            ResponseKind.BUY: self._buy,
            ResponseKind.ADAPT: self._adapt,
            ResponseKind.REDUCE_CREW: self._reduce_crew,
            ResponseKind.FEATHER_ARRAYS: self._feather,
            ResponseKind.LEAVE: self._everybody_leaves,
            ResponseKind.DEORBIT: self._let_down,
        }
        title = f"{self.partner_name(event.who)}: {acts[event.what](event)}"
        brings = (causes.NO_POLICY, causes.LET_DOWN) if event.what is ResponseKind.DEORBIT else ()
        self.note("response", title, provider=event.provider, note=event.note, brings=brings)

    def _answers_no_more(self, event: Response) -> None:
        """It has left by the time its answer would work."""
        self.to_be_enabled.discard(event.provider or "")
        title = f"{self.partner_name(event.who)} takes part no more: nothing comes of its answer ({event.what})"
        self.note("response-missing", title, provider=event.provider, because=(causes.stopped(event.who),))

    # --- flights ------------------------------------------------------------------------------------------------------

    def _bring_forward(self, event: Response) -> str:
        provider = self.state_of(event.provider or "")
        assert event.days_forward is not None
        if self.linked(provider.id):
            told = self.flight_comes_earlier(provider.id, event.days_forward)
            return told or f"no flight of {provider.plan.in_sentence} is left that could come earlier"
        due = provider.next_flight(self.now)
        if due is None:
            return f"no flight of {provider.plan.in_sentence} is left that could come earlier"
        planned = provider.time_of(due)
        free_from = provider.leaves_mjd_utc if provider.plan.stays and provider.present else self.now
        earlier = max(planned - event.days_forward, self.now, free_from)
        if earlier >= planned:
            return f"the next flight of {provider.plan.in_sentence} cannot come earlier than {iso_day(planned)}"
        provider.moved[planned] = earlier
        self.at(earlier, partial(self.come_early, provider, due))
        return (
            f"the next flight of {provider.plan.in_sentence} comes on {iso_day(earlier)} instead of {iso_day(planned)}"
        )

    def _buy(self, event: Response) -> str:
        provider = self._takes_part(event)
        if provider.lost:
            return f"{provider.plan.in_sentence} is lost and cannot be had any more"
        return f"{provider.plan.in_sentence} is bought and may come from now on"

    def _adapt(self, event: Response) -> str:
        provider = self._takes_part(event)
        changes = []
        if event.max_burn_duration_s is not None:
            self.longest_burn_s[provider.id] = event.max_burn_duration_s
            changes.append(f"burns of up to {event.max_burn_duration_s:,.0f} s")
        if event.attitude_from is not None:
            self.held_by[provider.id] = event.attitude_from
            changes.append(f"held by {' or '.join(event.attitude_from)}")
        return f"{provider.plan.in_sentence} is adapted{': ' + ', '.join(changes) if changes else ''}"

    def _takes_part(self, event: Response) -> ProviderState:
        provider = self.state_of(event.provider or "")
        provider.enabled = not provider.lost
        self.to_be_enabled.discard(provider.id)
        return provider

    # --- station ------------------------------------------------------------------------------------------------------

    def _feather(self, event: Response) -> str:
        self.fly_arrays(event.arrays)
        return f"arrays flown in the mode {event.arrays}"

    def _let_down(self, event: Response) -> str:
        self.policy = None
        self.let_down = True
        self.end_refused.clear()
        self.afterwards.append(self.tell_what_the_end_lacks)  # once all that happens at this moment has happened
        level = self.mission.fall_need.from_altitude_km
        return f"lets the station down, nobody raises it any more; from {level:g} km it is to be brought down on target"

    # --- people -------------------------------------------------------------------------------------------------------

    def _reduce_crew(self, event: Response) -> str:
        assert event.people is not None
        return self.people_reduced(event.people, f"{self.partner_name(event.who)} reduces the crew")

    def _everybody_leaves(self, event: Response) -> str:
        return self.people_reduced(0, f"{self.partner_name(event.who)} has decided so")

    @abc.abstractmethod
    def tell_what_the_end_lacks(self) -> None:
        """Say what a decided end lacks even with all that still comes."""

    @abc.abstractmethod
    def state_of(self, provider_id: str) -> ProviderState:
        """The provider of that name."""

    @abc.abstractmethod
    def come_early(self, provider: ProviderState, due: Delivery | Stay) -> None:
        """A flight that was brought forward is there."""
