"""Partners that leave and come back in a run: who operates what, whose flights still come, what is taken away."""

from __future__ import annotations

import abc
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final

from stationkeep.scenario.events import Withdrawal, WithdrawalScope, in_words
from stationkeep.simulation import causes
from stationkeep.simulation.people_turns import PeopleTurns
from stationkeep.timescale import iso_day

if TYPE_CHECKING:
    from stationkeep.scenario.agenda import Course
    from stationkeep.scenario.removal import Removable
    from stationkeep.simulation.providers import ProviderState

_LOOK_AGAIN_DAYS: Final = 2.0  # at a module that is to be taken away and still has craft at its ports
_FLIGHTS: Final = frozenset({WithdrawalScope.STOP_FLIGHTS, WithdrawalScope.STOP_RESUPPLY_PROPELLANT})


@dataclass
class PartnerStanding:
    """Who takes part just now, from all that is in force; no order of events is in it, only what holds."""

    withdrawn: list[Withdrawal] = field(default_factory=list)
    """In effect."""
    grounded: list[Withdrawal] = field(default_factory=list)
    """Whose flights do not come: those in effect, and those ended whose flights are not back yet."""
    recalled: list[Withdrawal] = field(default_factory=list)
    """Whose people do not come: those in effect, and those ended whose flights are not back yet."""
    handed_over: dict[str, str] = field(default_factory=dict)
    """Who operates a partner's assets now, where control was handed over."""
    frozen_partners: dict[str, int] = field(default_factory=dict)
    """Whose assets sanctions keep from being used, and by how many of them."""
    frozen_providers: dict[str, int] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    """Providers whose vehicle has been taken away, until the next one comes."""

    def quit(self) -> set[str]:
        """Partners who have stopped operating what is their own, by their own will."""
        return {item.partner for item in self.withdrawn if WithdrawalScope.STOP_OPERATING_ASSETS in item.scope}

    def stopped(self) -> set[str]:
        """Partners whose assets at the station nobody operates."""
        quit_ = self.quit() | {partner for partner, count in self.frozen_partners.items() if count}
        return {partner for partner in quit_ | set(self.handed_over) if self.handed_over.get(partner, partner) in quit_}

    def not_flying(self, bought: Mapping[str, frozenset[str]]) -> set[str]:
        """Partners whose flights do not come; ``bought``: whose flights each partner pays for."""
        gone = {item.partner for item in self.grounded}
        return gone.union(*(bought.get(partner, frozenset()) for partner in gone))


class WithdrawalEvents(PeopleTurns, abc.ABC):
    """The part of a run in which partners withdraw, hand over, take away and return."""

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)
        self.standing = PartnerStanding()
        self.bought = self.scenario.pays_for

    # --- turns --------------------------------------------------------------------------------------------------------

    def gives_notice(self, course: Course) -> None:
        """It is announced; nothing changes yet."""
        event = course.event
        assert isinstance(event, Withdrawal)
        until = "" if course.ends_mjd_utc == float("inf") else f", until {iso_day(course.ends_mjd_utc)}"
        self.note(
            "withdrawal-notice",
            f"{self.partner_name(event.partner)} gives notice: from {iso_day(course.begins_mjd_utc)} on it "
            f"{in_words(event.scope)}{until}",
            note=event.note,
            brings=(causes.announced(event.partner, course.begins_mjd_utc),),
        )

    def takes_back_notice(self, course: Course) -> None:
        """It is over before it took effect."""
        event = course.event
        assert isinstance(event, Withdrawal)
        title = f"{self.partner_name(event.partner)} takes its notice back: nothing changes"
        self.note("withdrawal-taken-back", title)
        self.causes.end(causes.announced(event.partner, course.begins_mjd_utc))

    def withdraws(self, course: Course) -> None:
        """It takes effect."""
        event = course.event
        assert isinstance(event, Withdrawal)
        self.standing.withdrawn.append(event)
        if not _FLIGHTS.isdisjoint(event.scope):
            self.standing.grounded.append(event)
        if WithdrawalScope.RECALL_CREW in event.scope:
            self.standing.recalled.append(event)
        title = f"{self.partner_name(event.partner)} withdraws: {in_words(event.scope)}"
        bought = self.bought.get(event.partner, frozenset())
        if bought and WithdrawalScope.STOP_FLIGHTS in event.scope:
            names = " and ".join(sorted(map(self.partner_name, bought)))
            title += f"; with it end the flights of {names} it pays for"
        notice = causes.announced(event.partner, course.begins_mjd_utc)
        self.note(event.type, title, note=event.note, because=(notice,), brings=self._brings(event))
        self.causes.end(notice)
        if WithdrawalScope.HAND_OVER_CONTROL in event.scope:
            assert event.hand_over_days is not None
            self.at(self.now + event.hand_over_days, partial(self._control_is_handed_over, event))
        if WithdrawalScope.TAKE_ASSETS_AWAY in event.scope:
            self._begin_to_take(event)
        self.afterwards.append(partial(self.flights_end, event, self._flown_by(event)))

    def _brings(self, event: Withdrawal) -> list[str]:
        """The conditions it brings about, for the chain of causes."""
        found = []
        if WithdrawalScope.STOP_OPERATING_ASSETS in event.scope or WithdrawalScope.HAND_OVER_CONTROL in event.scope:
            found.append(causes.stopped(event.partner))
        if WithdrawalScope.HAND_OVER_CONTROL in event.scope:
            found.append(causes.leaves_it(event.partner))
        if not _FLIGHTS.isdisjoint(event.scope):
            found += map(causes.not_delivering, sorted(self._flown_by(event)))
        if WithdrawalScope.TAKE_ASSETS_AWAY in event.scope:
            found += [
                causes.taken(provider.id)
                for provider in self.providers
                if provider.plan.provider.partner == event.partner
            ]
        return found

    def returns(self, course: Course) -> None:
        """It is over: what it operates is operated again at once, its flights come again after a while."""
        event = course.event
        assert isinstance(event, Withdrawal)
        self.standing.withdrawn.remove(event)
        if self.standing.handed_over.get(event.partner) == event.hand_over_to:
            self.standing.handed_over.pop(event.partner, None)
            self.causes.end(causes.handed_over(event.partner), causes.leaves_it(event.partner))
        self._keeps_its_modules(event)
        later = ""
        if event in self.standing.grounded or event in self.standing.recalled:
            back = self.now + event.flights_back_after_days
            self.at(back, partial(self._flights_are_back, event))
            later = f"; its flights come again from {iso_day(back)}" if event.flights_back_after_days > 0.0 else ""
        name = self.partner_name(event.partner)
        self.note("withdrawal-ends", f"{name} takes part again{later}", note=None)

    def _flights_are_back(self, event: Withdrawal) -> None:
        for kept_away in (self.standing.grounded, self.standing.recalled):
            if event in kept_away:
                kept_away.remove(event)
        self.recount()
        self.flights_resume()
        self.review()

    def _flown_by(self, event: Withdrawal) -> frozenset[str]:
        """Whose flights are concerned: its own, and those it pays for."""
        return frozenset({event.partner} | self.bought.get(event.partner, frozenset()))

    def people_kept_home(self) -> set[str]:
        """Whose craft bring nobody, because a partner that flies them or pays for them has called its people home."""
        return set().union(*(self._flown_by(event) for event in self.standing.recalled))

    def people_recalled(self) -> set[str]:
        """Who has called its people home."""
        return {event.partner for event in self.standing.recalled}

    def _control_is_handed_over(self, event: Withdrawal) -> None:
        """Somebody else can operate it now, if the partner has not come back meanwhile."""
        if event not in self.standing.withdrawn or event.hand_over_to is None:
            return
        self.standing.handed_over[event.partner] = event.hand_over_to
        to, whose = self.partner_name(event.hand_over_to), self.partner_name(event.partner)
        self.note(
            "control-handed-over", f"{to} operates what {whose} operated until now",
            because=(causes.leaves_it(event.partner),), brings=(causes.handed_over(event.partner),),
        )  # fmt: skip
        self.recount()
        self.review()

    # --- taking away --------------------------------------------------------------------------------------------------

    def _begin_to_take(self, event: Withdrawal) -> None:
        items = self.mission.removals(event)
        if self.setup is not None:  # then craft come and go by their flights
            craft = [item for item in items if item.vehicle is not None]
            if event.assets is None or craft:
                named = craft if event.assets is not None else []
                self.afterwards.append(partial(self._craft_go, event.partner, craft, named))
            items = tuple(item for item in items if item.vehicle is None)
        for item in items:
            self.at(self.now + item.takes_days, partial(self._undocks, event, item))

    def _craft_go(self, partner: str, craft: Sequence[Removable], named: Sequence[Removable]) -> None:
        self.craft_taken(partner, named)
        for item in craft:
            for provider in self.providers:
                if provider.plan.provider.vehicle == item.vehicle and not provider.plan.stays:
                    self.standing.taken.add(provider.id)

    def _undocks(self, event: Withdrawal, item: Removable) -> None:
        if event not in self.standing.withdrawn or item.id in self.undocked:
            return
        first = item.id not in self.ports_closed
        if first:
            self.ports_closed.add(item.id)
            self.ports_gone(item.id)
        docked = self.docked_at(item.id)
        if docked:  # somebody may have the seat home there; nobody new comes to these ports
            self.at(self.now + _LOOK_AGAIN_DAYS, partial(self._undocks, event, item))
            if first:
                leaves = "leaves" if len(docked) == 1 else "leave"
                self.note("undocking-waits", f"{item.name} stays until {' and '.join(docked)} {leaves} it")
            return
        self.undocked.add(item.id)
        for provider in self.providers:
            self._goes_with(provider, item)
        self.mass_kg -= item.mass_kg
        self.taken_away_kg += item.mass_kg
        whole = self.mission.drag_area_m2
        if whole is not None:
            self.area_left -= item.drag_area_m2 / whole
        area = f", {item.drag_area_m2:.0f} m2 of {whole:.0f}" if whole is not None else ""
        whose = self.partner_name(event.partner)
        self.note("undocked", f"{whose} takes {item.name} away: {item.mass_kg / 1000.0:.1f} t{area}")
        self.starts.append(self.start_here())
        self.recount()
        self.review()

    def _keeps_its_modules(self, event: Withdrawal) -> None:
        """Modules that were to be taken away and waited for their last craft stay, and craft come to them again."""
        leaving = [one for one in (event, *self.standing.withdrawn) if WithdrawalScope.TAKE_ASSETS_AWAY in one.scope]
        if event not in leaving:
            return
        others = {item.id for one in leaving if one is not event for item in self.mission.removals(one)}
        for item in self.mission.removals(event):
            if item.id in self.ports_closed - self.undocked - others:
                self.ports_closed.remove(item.id)
                self.afterwards.append(partial(self.ports_back, item.id))

    def _goes_with(self, provider: ProviderState, item: Removable) -> None:
        """Engines and tanks that go with it; a ship that comes and goes leaves."""
        stated = provider.plan.provider
        if item.vehicle is not None and stated.vehicle == item.vehicle:
            if provider.plan.stays:
                self.leave_with(provider)
            else:
                self.standing.taken.add(provider.id)
        for tank in provider.tanks:
            if tank.name == item.id:  # a module's tanks bear its name
                self.mass_kg -= tank.empty(self.now, f"left with {item.name}")

    # --- what follows -------------------------------------------------------------------------------------------------

    def recount(self) -> None:
        """What the standing of the partners means for each provider and for the attitude."""
        standing = self.standing
        self.stopped = standing.stopped()
        self.not_delivering = standing.not_flying(self.bought) | self.flights_cut()
        self.causes.keep("stopped", map(causes.stopped, self.stopped))
        self.causes.keep("not-delivering", map(causes.not_delivering, self.not_delivering))
        for provider in self.providers:
            partner = provider.plan.provider.partner
            provider.operating = not (
                provider.lost or partner in self.stopped or standing.frozen_providers.get(provider.id, 0) > 0
            )
        self.segments_change()

    def is_kept_from_pushing(self, provider: ProviderState) -> bool:
        """Whether its vehicle has been taken away, or sanctions leave nothing of its burns."""
        return provider.id in self.standing.taken or self.asset_rate(provider) <= 0.0

    @abc.abstractmethod
    def asset_rate(self, provider: ProviderState) -> float:
        """Share of its longest burn that may still be used."""

    @abc.abstractmethod
    def flights_cut(self) -> set[str]:
        """Partners whose flights sanctions stop altogether."""

    @abc.abstractmethod
    def leave_with(self, provider: ProviderState) -> None:
        """A visiting vehicle is called home."""
