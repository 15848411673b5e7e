"""What partners do in a run: withdraw, deliver, arrive and leave; and what that leaves possible."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from stationkeep.scenario.events import (
    AltitudePolicyChange,
    ProviderAvailable,
    ProviderLost,
    Withdrawal,
    WithdrawalScope,
)
from stationkeep.simulation.attitude_keeping import Hold
from stationkeep.simulation.deorbit import deorbit_shortage
from stationkeep.simulation.run_state import RunState
from stationkeep.simulation.timeline import Function

if TYPE_CHECKING:
    from stationkeep.scenario.events import Event
    from stationkeep.scenario.schedule import Delivery, Stay
    from stationkeep.simulation.providers import ProviderState

_STOPS: Final = {
    WithdrawalScope.STOP_OPERATING_ASSETS: "stops operating its vehicles and engines",
    WithdrawalScope.STOP_RESUPPLY_PROPELLANT: "stops delivering propellant",
}
_SCHEDULE_ENDS_DAYS: Final = 365.0  # a schedule that reaches this near the horizon is cut off by it, not ended


class PartnerEvents(RunState):
    """The part of a run that partners decide."""

    def happen(self, event: Event) -> None:
        """Act on an event of the scenario."""
        if isinstance(event, Withdrawal):
            self._withdraw(event)
        elif isinstance(event, ProviderAvailable):
            self._state(event.provider).enabled = True
            self.to_be_enabled.discard(event.provider)
            plan = self._state(event.provider).plan
            what = (
                "may reboost from now on"
                if plan.provider.purpose == "reboost"
                else "is on its way for a controlled end"
            )
            self.note(event.type, f"{plan.label} {what}", note=event.note)
        elif isinstance(event, ProviderLost):
            self._state(event.provider).operating = False
            self.note(event.type, f"{self._state(event.provider).plan.label} is lost", note=event.note)
        elif isinstance(event, AltitudePolicyChange):
            stated = self.policy = event.altitude_policy
            title = "Nobody keeps the altitude any more"
            if stated is not None:
                title = f"Kept between {stated.floor_km:g} and {stated.target_km:g} km from now on"
            self.note(event.type, title, note=event.note)
        self.review()

    def _withdraw(self, event: Withdrawal) -> None:
        if WithdrawalScope.STOP_RESUPPLY_PROPELLANT in event.scope:
            self.not_delivering.add(event.partner)
        if WithdrawalScope.STOP_OPERATING_ASSETS in event.scope:
            self.stopped.add(event.partner)
            for provider in self.providers:
                if provider.plan.provider.partner == event.partner:
                    provider.operating = False
        stops = " and ".join(_STOPS[scope] for scope in event.scope)
        name = self.mission.partner_names.get(event.partner, event.partner)
        self.note(event.type, f"{name} withdraws: {stops}", note=event.note)

    def deliver(self, provider: ProviderState, delivery: Delivery) -> None:
        """Propellant arrives for tanks that stay, unless nobody sends it or nothing can dock."""
        if delivery.partner in self.not_delivering or not provider.operating or not self._can_come(provider):
            return
        self._order_extra(provider, delivery)
        amount = delivery.load_kg(provider.usable_kg, provider.draw.delivery)
        amount = provider.fill(self.now, amount, "delivery")
        self.mass_kg += amount
        self.note(
            "delivery", f"Propellant delivered to {provider.plan.label}", provider=provider.id, propellant_kg=amount
        )
        self.review()

    def _order_extra(self, provider: ProviderState, delivery: Delivery) -> None:
        """A flight beside the schedule, where little was left when this one came and another can be had."""
        extra = delivery.extra
        if extra is None or provider.usable_kg >= extra.below_kg:
            return
        if self.now < self.next_extra_mjd.get(provider.id, self.epoch):
            return
        self.next_extra_mjd[provider.id] = self.now + extra.least_days_between
        later = replace(delivery, time_mjd_utc=self.now + extra.after_days, extra=None)
        self.at(later.time_mjd_utc, partial(self.deliver, provider, later))

    def arrive(self, provider: ProviderState, stay: Stay) -> None:
        """A vehicle comes with its own propellant."""
        if provider.plan.provider.partner in self.not_delivering or not provider.operating:
            return
        here = stay.arrives_mjd_utc < self.epoch
        if not (here or self._can_come(provider)):
            return
        amount = stay.propellant_kg.quantile(provider.draw.delivery)
        provider.present = True
        provider.fill(self.now, amount, "arrived with its vehicle" if not here else "aboard at the epoch")
        if not here:
            # The dry mass of visitors comes and goes and is in the station's mean mass; their propellant is counted.
            self.mass_kg += amount
            title = f"{stay.flight or provider.plan.label} arrives"
            self.note("arrival", title, provider=provider.id, propellant_kg=amount)
        self.review()

    def leave(self, provider: ProviderState, stay: Stay | None) -> None:
        """The visitor goes, with what it has not burnt; without a stay: because the station is too low."""
        if not provider.present:
            return
        left = provider.empty(self.now, "left with its vehicle")
        provider.present = False
        self.mass_kg -= left
        who = provider.plan.label if stay is None or stay.flight is None else stay.flight
        why = "; the station is too low" if stay is None else ""
        self.note("departure", f"{who} leaves with {left:.0f} kg unused{why}", provider=provider.id)
        self.review()

    def _can_come(self, provider: ProviderState) -> bool:
        """Whether it is high enough, and held still enough, for an arrival."""
        if provider.too_low(self.altitude_km):
            return False
        if self.attitude is None:
            return True
        lever = provider.plan.provider.docking_lever_m
        mass = provider.plan.docking_mass_kg if lever is not None else 0.0
        return self.attitude.takes_docking(mass, self.mass_kg, lever or 0.0)

    def _state(self, provider_id: str) -> ProviderState:
        return next(provider for provider in self.providers if provider.id == provider_id)

    # --- what is still possible ---------------------------------------------------------------------------------------

    def review(self) -> None:
        """Which functions have gone, or come back, with what just changed?"""
        self._review_attitude()
        now = self.now
        self.mark(Function.RESUPPLY, any(self._is_resupplied(provider, now) for provider in self.providers))
        loads = [provider.next_load_kg(now, self.not_delivering) for provider in self.providers]
        possible = self.policy is not None and any(map(self._could_push, self.providers, loads))
        before = Function.REBOOST in self.gone
        self.mark(Function.REBOOST, possible)
        if not (possible or before) and self.providers:
            self.note("reboost-ends", "Nobody can reboost any more")
        shortage = deorbit_shortage(self, loads)
        if self.shortage is None or shortage.share < self.shortage.share:
            self.shortage = shortage
        self.mark(Function.CONTROLLED_DEORBIT, shortage.none)

    def _could_push(self, provider: ProviderState, next_load_kg: float | None) -> bool:
        if provider.too_low(self.altitude_km) or not self.attitude_allows(provider):
            return False
        if not provider.could_push_after(self.now, next_load_kg, provider.id in self.to_be_enabled):
            return False
        return next_load_kg is not None or self.available_kg(provider) > 1.0

    def _is_resupplied(self, provider: ProviderState, now_mjd_utc: float) -> bool:
        """Whether flights with propellant go on; the end of the schedule near the horizon ends nothing."""
        if not (provider.plan.reboosts and self.plays_a_part(provider) and self._may_dock()):
            return False
        if provider.too_low(self.altitude_km):
            return False
        now = min(now_mjd_utc, self.horizon - _SCHEDULE_ENDS_DAYS)
        return provider.next_load_kg(now, self.not_delivering) is not None

    def _may_dock(self) -> bool:
        return self.attitude is None or self.attitude.state is not Hold.LOST

    def _review_attitude(self) -> None:
        keeper = self.attitude
        if keeper is None:
            return
        before = keeper.state
        keeper.review(self.now, self.stopped, self.attitude_kg)
        if keeper.state is Hold.BACKED:
            self.last_by[Function.UNLOADING] = keeper.backed_by_text
        elif keeper.state is Hold.GYROS and before is Hold.BACKED:
            title = "Nobody's thrusters unload the gyros any more: the next large upset ends attitude control"
            self.note("unloading-ends", title)
        self.mark(Function.UNLOADING, keeper.state is Hold.BACKED)

    def lose_attitude(self) -> None:
        """An upset too large, or air too dense: from now on it tumbles, and nothing docks or burns."""
        keeper = self.attitude
        assert keeper is not None
        keeper.lose()
        self.mark(Function.ATTITUDE, False)
        self.note(
            "attitude-lost",
            f"Attitude lost: drag times {keeper.after.drag_factor:.2f}, power down to about "
            f"{100.0 * keeper.after.power_factor:.0f} %, nothing docks, nothing burns",
        )
        self.review()
