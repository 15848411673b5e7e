"""What partners do in a run: withdraw, deliver, arrive and leave; and what that leaves possible."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from stationkeep.orbit.mean_decay import MeanFlight
from stationkeep.outcome import OutcomeReason
from stationkeep.scenario.schedule import Delivery
from stationkeep.simulation import causes
from stationkeep.simulation.attitude_keeping import Hold
from stationkeep.simulation.deorbit import Load, Promise, Supply, shortage
from stationkeep.simulation.run_state import AS_IT_WAS
from stationkeep.simulation.stock_events import StockEvents
from stationkeep.simulation.timeline import Function

if TYPE_CHECKING:
    from stationkeep.scenario.schedule import Stay
    from stationkeep.simulation.providers import ProviderState

_SAFE_KM: Final = 400.0  # from above, no Sun seen so far brings it down to 220 km within half a year
_TOLD_KG: Final = 0.5
_SCHEDULE_ENDS_DAYS: Final = 365.0  # a schedule that reaches this near the horizon is cut off by it, not ended


class PartnerEvents(StockEvents):
    """The part of a run that partners decide."""

    def deliver(self, provider: ProviderState, delivery: Delivery) -> None:
        """Propellant is due for tanks that stay; sanctions may keep it, or make it late."""
        if delivery.time_mjd_utc in provider.moved or delivery.partner in self.not_delivering:
            return  # it was brought forward, or nobody sends it
        if self.now < self.not_before_mjd.get(provider.id, self.now):
            return
        if self.linked(provider.id) or self.comes_now(provider, delivery, partial(self._bring, provider, delivery)):
            self._bring(provider, delivery)

    def _bring(self, provider: ProviderState, delivery: Delivery) -> None:
        """It arrives, unless nobody sends it or nothing can dock."""
        if delivery.partner in self.not_delivering or not self._takes_loads(provider) or not self._can_come(provider):
            return
        self.standing.taken.discard(provider.id)
        self._order_extra(provider, delivery)
        amount = delivery.load_kg(provider.usable_kg, provider.draw.delivery)
        amount = provider.fill(self.now, amount, "delivery")
        self.mass_kg += amount
        if provider is self.attitude_tanks and amount > 0.0:
            self.causes.end(causes.TANKS_DRY)
        self._brought_by(delivery.partner)
        flight = self.flight_told
        self.came(provider, flight or self.partner_name(delivery.partner), amount)
        title = f"{flight} brings propellant" if flight else f"Propellant delivered to {provider.plan.in_sentence}"
        if amount >= _TOLD_KG:  # its tanks may be full
            self.note("delivery", title, provider=provider.id, propellant_kg=amount)
        self.review()

    def _order_extra(self, provider: ProviderState, delivery: Delivery) -> None:
        """A flight beside the schedule, where little was left when this one came and another can be had."""
        extra = delivery.extra
        if extra is None or provider.usable_kg >= extra.below_kg:
            return
        if self.flight_rate(provider, delivery.partner) < 1.0:
            return  # under sanctions nothing is to be had beside the schedule
        if self.now < self.next_extra_mjd.get(provider.id, self.epoch):
            return
        self.next_extra_mjd[provider.id] = self.now + extra.least_days_between
        later = replace(delivery, time_mjd_utc=self.now + extra.after_days, extra=None)
        if self.linked(provider.id):
            self.order_flight(provider, later)
            return
        self.at(later.time_mjd_utc, partial(self.deliver, provider, later))

    def arrive(self, provider: ProviderState, stay: Stay) -> None:
        """A vehicle is due with its own propellant; sanctions may keep it, or make it late."""
        here = stay.arrives_mjd_utc < self.epoch
        if stay.arrives_mjd_utc in provider.moved or provider.plan.provider.partner in self.not_delivering:
            return
        if self.now < self.not_before_mjd.get(provider.id, self.now):
            return
        if here or self.linked(provider.id) or self.comes_now(provider, stay, partial(self._join, provider, stay)):
            self._join(provider, stay)

    def already_docked(self) -> None:
        """Craft that are there at the epoch have what is in their tanks before anything else happens at that moment.

        Whoever leaves then leaves a full craft behind; nobody may think that nothing is left to push with.
        """
        if self.setup is not None:
            for name, craft in self.board.craft.items():
                if craft.provider is not None and name in self.board.traffic.attached and craft.load is not None:
                    self.at(self.epoch, partial(self.load_arrives, name))
        for provider in self.providers:
            for stay in self.stays_to_come(provider):
                if stay.arrives_mjd_utc < self.epoch:
                    self.at(self.epoch, partial(self.arrive, provider, stay))

    def stays_to_come(self, provider: ProviderState) -> tuple[Stay, ...]:
        """Its vehicles that this branch has come by themselves: not with flights of the plan."""
        return provider.plan.stays if self.is_in_the_branch(provider) and not self.linked(provider.id) else ()

    def come_early(self, provider: ProviderState, due: Delivery | Stay) -> None:
        """A flight that was brought forward is there."""
        if isinstance(due, Delivery):
            self._bring(provider, due)
        else:
            self._join(provider, due)

    def _join(self, provider: ProviderState, stay: Stay) -> None:
        """It arrives, unless nobody sends it, nothing can dock, or its time is over already."""
        here = stay.arrives_mjd_utc < self.epoch
        late = provider.present or (self.now >= stay.leaves_mjd_utc and not self.linked(provider.id))
        if provider.plan.provider.partner in self.not_delivering or not self._takes_loads(provider) or late:
            return
        if not (here or self._can_come(provider)):
            return
        provider.leaves_mjd_utc = stay.leaves_mjd_utc
        amount = stay.propellant_kg.quantile(provider.draw.delivery)
        provider.present = True
        provider.fill(self.now, amount, "arrived with its vehicle" if not here else "aboard at the epoch")
        if provider.plan.reboosts and self.plays_a_part(provider) and self.attitude_allows(provider):
            self._brought_by(provider.plan.provider.partner)
        if not here:
            # The dry mass of visitors comes and goes and is in the station's mean mass; their propellant is counted.
            self.mass_kg += amount
            who = self.flight_told or stay.flight or provider.plan.label
            self.note("arrival", f"{who} arrives", provider=provider.id, propellant_kg=amount)
            self.came(provider, who, amount)
            self.review()

    def leave(self, provider: ProviderState, stay: Stay | None) -> None:
        """The visitor goes, with what it has not burnt; without a stay: because the station is too low."""
        if stay is not None and provider.leaves_mjd_utc != stay.leaves_mjd_utc:
            return  # another one is there
        self._go(provider, stay, "; the station is too low")

    def leave_with(self, provider: ProviderState) -> None:
        """A visiting vehicle is called home."""
        self._go(provider, None, ", called home")

    def _go(self, provider: ProviderState, stay: Stay | None, reason: str) -> None:
        if not provider.present:
            return
        label = self.craft_name(provider, provider.plan.label)
        left = provider.empty(self.now, "left with its vehicle")
        provider.present = False
        self.mass_kg -= left
        who = self.flight_told or (label if stay is None or stay.flight is None else stay.flight)
        why = reason if stay is None else ""
        self.note("departure", f"{who} leaves with {left:.0f} kg unused{why}", provider=provider.id)
        self.review()

    def _takes_loads(self, provider: ProviderState) -> bool:
        """Whether what comes for it is taken: also where sanctions keep its engines, and nothing else, from use."""
        return provider.operating or not (provider.lost or provider.plan.provider.partner in self.stopped)

    def _brought_by(self, partner: str) -> None:
        self.last_by[Function.RESUPPLY] = self.partner_name(partner)

    def _can_come(self, provider: ProviderState) -> bool:
        """Whether it is high enough, and held still enough, for an arrival."""
        if provider.too_low(self.altitude_km) or not self.stopped.isdisjoint(provider.plan.provider.arrival_needs):
            return False
        if self.uncleared(provider.plan.provider.vehicle):
            return False
        if self.attitude is None:
            return True
        if self.attitude.state is Hold.LOST:
            # A slowly tumbling station can be reached by hand for some time; only who can then catch it is let to.
            return provider is self.attitude_tanks and self.attitude.recoverable(self.now)
        lever = provider.plan.provider.docking_lever_m
        mass = provider.plan.docking_mass_kg if lever is not None else 0.0
        return self.attitude.takes_docking(mass, self.mass_kg, lever or 0.0)

    def _state(self, provider_id: str) -> ProviderState:
        return self.state_of(provider_id)

    def state_of(self, provider_id: str) -> ProviderState:
        """The provider of that name."""
        return next(provider for provider in self.providers if provider.id == provider_id)

    # --- what is still possible ---------------------------------------------------------------------------------------

    def review(self, *, burnt: bool = False) -> None:
        """Which functions have gone, or come back, with what just changed? ``burnt``: nothing but a burn has."""
        self.review_attitude()
        self.review_people()
        now = self.now
        foreseen = {provider.id for provider in self.providers if self._load_is_to_come(provider, now)}
        self.mark(
            Function.RESUPPLY,
            any(provider.id in foreseen and self._is_resupplied(provider) for provider in self.providers),
        )
        self.tell_stock(foreseen)
        possible = self.policy is not None and any(map(self._could_push, self.providers))
        before = Function.REBOOST in self.gone
        self.mark(Function.REBOOST, possible)
        if not (possible or before) and self.providers:
            why = self.why_no_push()
            title = "Nobody raises it any more, as decided" if self.let_down else "Nobody can reboost any more"
            self.note("reboost-ends", title, because=why, brings=(causes.NO_REBOOST,))
        elif possible:
            self.causes.end(causes.NO_REBOOST)
        if not burnt or any(watch.lost_mjd_utc is None for watch in self.watches.values()):
            self._review_deorbit()  # a burn takes propellant: what was impossible stays so

    def why_no_push(self) -> list[str]:
        """What may keep everybody from pushing, as conditions; those that stand are the reason.

        Whoever played no part in this branch, and would not have, is no reason: nobody waited for them.
        """
        why = [causes.NO_POLICY, causes.ATTITUDE_LOST, *map(causes.missing, self.missing)]
        for provider in self.providers:
            stated = provider.plan.provider
            if not self._was_to_push(provider):
                continue
            senders = {stated.partner, *(one.partner for one in provider.plan.deliveries)}
            needed = {stated.partner, *stated.push_needs}
            why.append(causes.provider_lost(provider.id))
            # Who has stopped by its own will would not push without sanctions either: they are no reason then.
            left = (senders | needed) & self.stopped & self.standing.quit()
            why += map(causes.stopped, sorted(needed))
            if provider.operating and self.attitude_allows(provider):  # else more propellant would not help
                why += [causes.undelivered(provider.id), causes.spent(provider.id)]
            why += [one(name) for name in sorted(senders - left) for one in (causes.not_delivering, causes.cut)]
            why += map(causes.frozen, sorted(needed - left))
            if not left:
                why += [causes.frozen(provider.id), causes.cut(provider.id), *self.uncleared(stated.vehicle)]
            why.append(causes.taken(provider.id))
            if provider is self.attitude_tanks:
                why.append(causes.TANKS_DRY)
        return why

    def _was_to_push(self, provider: ProviderState) -> bool:
        """Whether this branch has it push, now or later, were it not stopped or lost."""
        takes_part = provider.lost or self.is_in_the_branch(provider)
        return takes_part and provider.plan.reboosts and self.now < provider.plan.until_mjd_utc

    @staticmethod
    def why_no_deliveries(provider: ProviderState) -> list[str]:
        """What may keep propellant from coming to these tanks, or has taken it from them."""
        stated = provider.plan.provider
        senders = sorted({stated.partner, *(one.partner for one in provider.plan.deliveries)})
        why = [cause(one) for one in (*senders, provider.id) for cause in (causes.cut, causes.thinned)]
        why += [*map(causes.not_delivering, senders), *map(causes.stopped, stated.arrival_needs)]
        return [*why, causes.frozen(provider.id), causes.provider_lost(provider.id), causes.taken(provider.id)]

    def _could_push(self, provider: ProviderState) -> bool:
        if provider.too_low(self.altitude_km) or not self.attitude_allows(provider):
            return False
        foreseen = self._foreseen(provider, self.now)
        if not provider.could_push_after(self.now, foreseen, provider.id in self.to_be_enabled):
            return False
        return foreseen or self.available_kg(provider) > 1.0

    def _load_is_to_come(self, provider: ProviderState, now_mjd_utc: float) -> bool:
        """Whether another load of a provider that is there to reboost comes into its tanks."""
        if not (provider.plan.reboosts and self.is_in_the_branch(provider)):
            return False
        if provider.too_low(self.altitude_km) or not self._takes_loads(provider):
            return False
        return self._foreseen(provider, now_mjd_utc)

    def _is_resupplied(self, provider: ProviderState) -> bool:
        """Whether somebody may draw on the loads that are to come, for burns or for the attitude."""
        if not (self.plays_a_part(provider) and self._may_dock()):
            return False
        return self.attitude_allows(provider) or self.feeds_attitude(provider)

    def _foreseen(self, provider: ProviderState, now_mjd_utc: float) -> bool:
        """Whether a load of this provider is foreseen; the end of the schedule near the horizon ends nothing."""
        if self._is_cut_off(provider):
            return False
        now = min(now_mjd_utc, self.horizon - _SCHEDULE_ENDS_DAYS)
        return provider.next_flight(now, self.not_delivering) is not None or self.comes_late(provider) is not None

    def _is_cut_off(self, provider: ProviderState) -> bool:
        """Whether sanctions stop it, or somebody without whom it cannot arrive has stopped."""
        needs = provider.plan.provider.arrival_needs
        if provider.id in self.not_delivering or self.uncleared(provider.plan.provider.vehicle):
            return True
        return not self.stopped.isdisjoint(needs)

    def _may_dock(self) -> bool:
        return self.attitude is None or self.attitude.state is not Hold.LOST

    # --- a controlled fall ----------------------------------------------------------------------------------------

    def _review_deorbit(self) -> None:
        supplies = self.supplies(self.mission.fall_need.from_altitude_km)
        for name, watch in self.watches.items():
            told = [one for one in supplies if not one.hindsight] if name == AS_IT_WAS else supplies
            promised = shortage(self.mass_kg, [one.with_next for one in told], watch.need)
            if not watch.wants_promise(self.now, promised):
                watch.look(self.now, promised, None)  # nor would less, with what is docked alone
                continue
            docked = shortage(self.mass_kg, [one.docked for one in told], watch.need)
            due = max((one.due_mjd_utc for one in told), default=self.now)
            kept = docked == promised or self._still_up_at(due)
            watch.look(self.now, docked, Promise(due, promised) if kept else None)
        self.mark_deorbit()

    def supplies(self, lowest_km: float) -> list[Supply]:
        """Who plays a part, is not stopped and is held while it burns: all it can draw, and its next load due soon."""
        need, now, altitude = self.mission.fall_need, self.now, self.flight.mean_altitude_km
        held = self.attitude is None or bool(self.attitude.holders)
        if altitude < lowest_km or not held:
            return []
        found = []
        for provider in self.providers:
            plan = provider.plan
            if not self.plays_a_part(provider) or now >= plan.until_mjd_utc or not self.attitude_allows(provider):
                continue
            exhaust, thrust = provider.thruster.exhaust_velocity_m_s, provider.deorbit_thrust_n
            turn, port = plan.turn_deg, plan.only_port
            here = provider.usable_kg if provider.present else 0.0
            comes = self.comes_still(provider)
            docked = Load(here, exhaust, thrust, turn, port)
            if comes is None or comes[0] > now + need.wait_days:
                found.append(Supply(provider.id, docked, docked, now, plan.provider.hindsight))
            else:
                more = Load(here + comes[1], exhaust, thrust, turn, port)
                found.append(Supply(provider.id, docked, more, comes[0], plan.provider.hindsight))
        return found

    def comes_still(self, provider: ProviderState) -> tuple[float, float] | None:
        """When its next load comes, with how many kilograms; none: as things are, none does."""
        if provider.too_low(self.altitude_km) or self._is_cut_off(provider):
            return None
        return self.load_foreseen(provider)

    def _still_up_at(self, time_mjd: float) -> bool:
        """Whether the station, left to itself from now on, is then still high enough for a controlled fall."""
        if self.altitude_km > _SAFE_KM or time_mjd <= self.now:
            return True
        weather = self.inputs.weather
        flight = MeanFlight(
            self.flight.elements,
            weather,
            self.inputs.ballistic_m2_kg,
            reentry_altitude_km=self.scenario.reentry_altitude_km,
        )
        reason = flight.advance(
            min(time_mjd, float(weather.end_mjd)),
            floor_mean_altitude_km=self.mission.fall_need.from_altitude_km,
            drag_factor=self.drag_per_mass,
        )
        return reason is OutcomeReason.TIME_LIMIT

    def mark_deorbit(self) -> None:
        """Since when a controlled fall is impossible, among the functions lost."""
        lost = next(iter(self.watches.values())).lost_mjd_utc
        if lost is None:
            self.gone.pop(Function.CONTROLLED_DEORBIT, None)
        else:
            self.gone[Function.CONTROLLED_DEORBIT] = lost
