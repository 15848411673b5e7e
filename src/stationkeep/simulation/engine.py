"""One branch of a scenario, flown once: SimPy carries the events, the mean decay engine the orbit between them.

The coupling is here and nowhere else: altitude sets drag, drag sets burns, burns draw propellant, propellant needs
deliveries, deliveries need partners, and the mass of it all sets how strongly the air brakes.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import simpy

from stationkeep.orbit.elements import MeanElements
from stationkeep.orbit.mean_decay import MeanFlight
from stationkeep.outcome import Outcome, OutcomeReason
from stationkeep.propulsion.burns import reboost
from stationkeep.scenario.events import (
    AltitudePolicyChange,
    ProviderAvailable,
    ProviderLost,
    Withdrawal,
    WithdrawalScope,
)
from stationkeep.simulation.providers import ProviderPlan, ProviderState
from stationkeep.simulation.timeline import Timeline, TimelineEvent

if TYPE_CHECKING:
    from stationkeep.scenario.events import AltitudePolicy, Event
    from stationkeep.scenario.schedule import Delivery, Stay
    from stationkeep.scenario.schema import Scenario
    from stationkeep.simulation.inputs import RunInputs

_SAME_TIME_DAYS = 1.0e-6  # a tenth of a second: below what the mean engine resolves
_REACHED_KM = 0.005
_STOPS = {
    WithdrawalScope.STOP_OPERATING_ASSETS: "stops operating its vehicles and engines",
    WithdrawalScope.STOP_RESUPPLY_PROPELLANT: "stops delivering propellant",
}


@dataclass(frozen=True)
class Mission:
    """What all runs of a scenario share, prepared once."""

    scenario: Scenario
    elements: MeanElements
    """Mean elements at the epoch."""
    mass_kg: float
    providers: tuple[ProviderPlan, ...]
    partner_names: Mapping[str, str] = field(default_factory=dict)
    """Names for people by partner id."""


def simulate(mission: Mission, branch: str, inputs: RunInputs) -> Timeline:
    """What becomes of the station in this branch, with these inputs?

    Ends at re-entry or at the scenario's horizon. No randomness, no global state: the same inputs give the same
    timeline, on any thread.
    """
    return _Run(mission, branch, inputs).timeline()


class _Run:
    def __init__(self, mission: Mission, branch: str, inputs: RunInputs) -> None:
        self.mission = mission
        self.scenario = mission.scenario
        self.branch = branch
        self.inputs = inputs
        self.epoch = self.scenario.epoch_mjd_utc
        self.horizon = self.scenario.horizon_mjd_utc
        self.environment = simpy.Environment()
        self.flight = MeanFlight(
            mission.elements,
            inputs.weather,
            inputs.ballistic_m2_kg,
            reentry_altitude_km=self.scenario.reentry_altitude_km,
        )
        self.mass_kg = mission.mass_kg
        self.policy: AltitudePolicy | None = self.scenario.altitude_policy
        self.providers = [ProviderState(plan, inputs.provider(plan.provider.id)) for plan in mission.providers]
        self.events: list[TimelineEvent] = []
        self.outcome: Outcome | None = None
        self.raising = False
        self.next_burn_mjd = -np.inf
        self.reboost_ends: float | None = None
        self.to_be_enabled: set[str] = set()
        self.not_delivering: set[str] = set()
        self.burn_count = 0

    def timeline(self) -> Timeline:
        for provider in self.providers:
            provider.begin(self.epoch)
        self._schedule()
        self.environment.run(until=self.environment.process(self._flight()))
        assert self.outcome is not None  # _flight ends only by setting it
        return Timeline(
            branch=self.branch,
            run_index=self.inputs.index,
            outcome=self.outcome,
            first_day_mjd=self.inputs.weather.first_day_mjd,
            altitude_by_day_km=self.flight.altitude_by_day_km,
            events=tuple(self.events),
            propellant_used_kg=sum(event.propellant_kg or 0.0 for event in self.events if event.kind == "burn"),
            burn_count=self.burn_count,
            mass_kg=self.mass_kg,
            reboost_ends_mjd_utc=self.reboost_ends,
            tank_content_kg={provider.tank.name: provider.tank.content_kg for provider in self.providers},
        )

    # --- time ---------------------------------------------------------------------------------------------------

    @property
    def now(self) -> float:
        return self.epoch + float(self.environment.now)

    @property
    def altitude_km(self) -> float:
        return self.flight.mean_altitude_km

    def _schedule(self) -> None:
        """Put every dated thing on the calendar; partner events come before deliveries of the same moment."""
        for event in self.scenario.branches[self.branch].events:
            if isinstance(event, ProviderAvailable):
                self.to_be_enabled.add(event.provider)
            self._at(event.date_mjd_utc, partial(self._happen, event))
        for provider in self.providers:
            if not (provider.enabled or provider.plan.provider.id in self.to_be_enabled):
                continue  # plays no part in this branch
            for delivery in provider.plan.deliveries:
                self._at(delivery.time_mjd_utc, partial(self._deliver, provider, delivery))
            for stay in provider.plan.stays:
                self._at(max(stay.arrives_mjd_utc, self.epoch), partial(self._arrive, provider, stay))
                self._at(stay.leaves_mjd_utc, partial(self._leave, provider, stay))
            for edge in (provider.plan.from_mjd_utc, provider.plan.until_mjd_utc):
                if self.epoch < edge < self.horizon:
                    self._at(edge, self._review)
        self._at(self.epoch, self._review)

    def _at(self, time_mjd_utc: float, action: Callable[[], None]) -> None:
        def process() -> Generator[Any, Any, None]:
            yield self.environment.timeout(max(time_mjd_utc - self.epoch, 0.0))
            action()

        if time_mjd_utc <= self.horizon:
            self.environment.process(process())

    def _note(self, kind: str, title: str, **details: Any) -> None:
        self.events.append(TimelineEvent(self.now, kind, title, self.altitude_km, **details))

    # --- the orbit ------------------------------------------------------------------------------------------------

    def _flight(self) -> Generator[Any, Any, None]:
        """Fly from event to event; burn where the policy asks for it; stop at re-entry or at the horizon."""
        # Everything else on the calendar starts first, so that what happens at the epoch happens before the flight.
        yield self.environment.timeout(0.0)
        while True:
            pusher = self._pusher()
            if pusher is not None and self._burn_is_due():
                self._burn(pusher)
                continue
            stop = min(self.epoch + self.environment.peek(), self.horizon)
            floor = self._next_lowest_level()
            if pusher is not None and self.policy is not None:
                if self.now >= self.next_burn_mjd - _SAME_TIME_DAYS:
                    floor = max(floor, self.policy.floor_km)
                else:
                    stop = min(stop, self.next_burn_mjd)
            reason = self._coast(stop, floor)
            yield self.environment.timeout(max(self.flight.time_mjd_utc - self.now, 0.0))
            if reason is OutcomeReason.ALTITUDE_REACHED:
                self._reached_a_level()
            elif reason is not OutcomeReason.TIME_LIMIT:
                self._finish(reason)
                return
            if self.now >= self.horizon - _SAME_TIME_DAYS:
                self._finish(OutcomeReason.TIME_LIMIT)
                return

    def _next_lowest_level(self) -> float:
        """The next altitude, going down, at which some provider stops coming and pushing; 0 where there is none."""
        levels = [provider.plan.provider.lowest_altitude_km or 0.0 for provider in self.providers]
        return max((level for level in levels if level < self.altitude_km - _REACHED_KM), default=0.0)

    def _reached_a_level(self) -> None:
        """Sunk to the policy's floor, or to where a provider stops coming: burn soon, or leave."""
        if self.policy is not None and self.altitude_km <= self.policy.floor_km + _REACHED_KM:
            self.raising = True
        for provider in self.providers:
            if provider.plan.stays and provider.present and provider.too_low(self.altitude_km):
                self._leave(provider, None)
        self._review()

    def _coast(self, stop_mjd: float, floor_km: float) -> OutcomeReason:
        if stop_mjd <= self.flight.time_mjd_utc:
            return OutcomeReason.TIME_LIMIT
        heavier = self.scenario.drag.reference_mass_kg / self.mass_kg
        return self.flight.advance(stop_mjd, floor_mean_altitude_km=floor_km, drag_factor=heavier)

    def _finish(self, reason: OutcomeReason) -> None:
        self.outcome = Outcome(reason, self.flight.time_mjd_utc, self.altitude_km)
        if reason is OutcomeReason.REENTERED:
            title = f"Falls through {self.scenario.reentry_altitude_km:g} km"
        elif reason is OutcomeReason.TIME_LIMIT:
            title = "Horizon of the scenario: still flying"
        else:
            title = "The integration failed; this is the last good state"
        self._note(str(reason), title)

    # --- burns ----------------------------------------------------------------------------------------------------

    def _pusher(self) -> ProviderState | None:
        if self.policy is None:
            return None
        return next((provider for provider in self.providers if provider.can_push(self.now, self.altitude_km)), None)

    def _burn_is_due(self) -> bool:
        assert self.policy is not None
        if self.altitude_km >= self.policy.target_km - _REACHED_KM:
            self.raising = False
        if self.altitude_km < self.policy.floor_km - _REACHED_KM:
            self.raising = True
        return self.raising and self.now >= self.next_burn_mjd - _SAME_TIME_DAYS

    def _burn(self, provider: ProviderState) -> None:
        assert self.policy is not None
        burn = reboost(
            self.altitude_km,
            self.policy.target_km - self.altitude_km,
            self.mass_kg,
            provider.plan.thruster,
            propellant_available_kg=provider.tank.content_kg,
            longest_burn_s=provider.plan.provider.max_burn_duration_s,
        )
        provider.tank.draw(self.now, burn.propellant_kg, "reboost")
        self.mass_kg -= burn.propellant_kg
        self.flight.lift(burn.mean_altitude_gain_km)
        self.burn_count += 1
        self.next_burn_mjd = self.now + self.policy.min_days_between_burns
        self._note(
            "burn",
            f"Reboost by {provider.plan.label}: +{burn.mean_altitude_gain_km:.2f} km",
            provider=provider.plan.provider.id,
            delta_v_m_s=burn.delta_v_m_s,
            duration_s=burn.duration_s,
            propellant_kg=burn.propellant_kg,
        )
        self._review()

    # --- partners and flights ---------------------------------------------------------------------------------------

    def _happen(self, event: Event) -> None:
        if isinstance(event, Withdrawal):
            self._withdraw(event)
        elif isinstance(event, ProviderAvailable):
            self._state(event.provider).enabled = True
            self.to_be_enabled.discard(event.provider)
            self._note(event.type, f"{self._state(event.provider).plan.label} may reboost from now on", note=event.note)
        elif isinstance(event, ProviderLost):
            self._state(event.provider).operating = False
            self._note(event.type, f"{self._state(event.provider).plan.label} is lost", note=event.note)
        elif isinstance(event, AltitudePolicyChange):
            self.policy = event.altitude_policy
            title = "Nobody keeps the altitude any more"
            if self.policy is not None:
                title = f"Kept between {self.policy.floor_km:g} and {self.policy.target_km:g} km from now on"
            self._note(event.type, title, note=event.note)
        self._review()

    def _withdraw(self, event: Withdrawal) -> None:
        if WithdrawalScope.STOP_RESUPPLY_PROPELLANT in event.scope:
            self.not_delivering.add(event.partner)
        if WithdrawalScope.STOP_OPERATING_ASSETS in event.scope:
            for provider in self.providers:
                if provider.plan.provider.partner == event.partner:
                    provider.operating = False
        stops = " and ".join(_STOPS[scope] for scope in event.scope)
        self._note(
            event.type,
            f"{self.mission.partner_names.get(event.partner, event.partner)} withdraws: {stops}",
            note=event.note,
        )

    def _deliver(self, provider: ProviderState, delivery: Delivery) -> None:
        if delivery.partner in self.not_delivering or not provider.operating or provider.too_low(self.altitude_km):
            return
        amount = delivery.load_kg(provider.tank.content_kg, provider.draw.delivery)
        provider.tank.fill(self.now, amount, "delivery")
        self.mass_kg += amount
        self._note(
            "delivery",
            f"Propellant delivered to {provider.plan.label}",
            provider=provider.plan.provider.id,
            propellant_kg=amount,
        )
        self._review()

    def _arrive(self, provider: ProviderState, stay: Stay) -> None:
        if provider.plan.provider.partner in self.not_delivering or not provider.operating:
            return
        if provider.too_low(self.altitude_km):
            return
        amount = stay.propellant_kg.quantile(provider.draw.delivery)
        provider.present = True
        provider.tank.fill(self.now, amount, "arrived with its vehicle")
        if stay.arrives_mjd_utc >= self.epoch:
            # The dry mass of visitors comes and goes and is in the station's mean mass; their propellant is counted.
            self.mass_kg += amount
            self._note(
                "arrival",
                f"{stay.flight or provider.plan.label} arrives",
                provider=provider.plan.provider.id,
                propellant_kg=amount,
            )
        self._review()

    def _leave(self, provider: ProviderState, stay: Stay | None) -> None:
        """The visitor goes, with what it has not burnt; without a stay: because the station is too low."""
        if not provider.present:
            return
        left = provider.tank.empty(self.now, "left with its vehicle")
        provider.present = False
        self.mass_kg -= left
        who = provider.plan.label if stay is None or stay.flight is None else stay.flight
        why = "; the station is too low" if stay is None else ""
        self._note(
            "departure",
            f"{who} leaves with {left:.0f} kg unused{why}",
            provider=provider.plan.provider.id,
        )
        self._review()

    def _state(self, provider_id: str) -> ProviderState:
        return next(provider for provider in self.providers if provider.plan.provider.id == provider_id)

    def _review(self) -> None:
        """Has the last chance of a reboost gone (or come back)?"""
        possible = self.policy is not None and any(
            not provider.too_low(self.altitude_km)
            and provider.could_push_after(
                self.now, self.not_delivering, provider.plan.provider.id in self.to_be_enabled
            )
            for provider in self.providers
        )
        if possible:
            self.reboost_ends = None
        elif self.reboost_ends is None:
            self.reboost_ends = self.now
            if self.providers:
                self._note("reboost-ends", "Nobody can reboost any more")
