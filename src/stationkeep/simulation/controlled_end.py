"""The controlled end a partner has decided on: lowered by who can spare the propellant, then brought down on target.

Plans for the International Space Station (NASA, July 2024) let it sink by drag and frequent burns, send the last people
home at 330 km and begin the burns for the end at 220 km. Here whoever can push lowers it with what the end itself does
not need; the last burn may fail, as in :mod:`stationkeep.descent.deorbit_dispersion`.
"""

from __future__ import annotations

import abc
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from stationkeep.descent.deorbit_need import FAILURE_PROBABILITY, LONGEST_LOWERING_BURN_S
from stationkeep.orbit.mean_decay import MeanFlight
from stationkeep.outcome import OutcomeReason
from stationkeep.propulsion.burns import delta_v_for_gain_m_s, gain_for_delta_v_km, propellant_for_delta_v_kg
from stationkeep.simulation import causes
from stationkeep.simulation.deorbit import Load, loads_for_speed, used_together
from stationkeep.simulation.partners import PartnerEvents
from stationkeep.simulation.run_state import EVERYTHING
from stationkeep.simulation.timeline import BURN_FAILED, LOWERING

if TYPE_CHECKING:
    from stationkeep.simulation.deorbit import Shortage, Supply
    from stationkeep.simulation.fall_need import FallNeed
    from stationkeep.simulation.providers import ProviderState

_REACHED_KM: Final = 0.01
_SAME_DAYS: Final = 1.0e-6
_LACKING_KG, _LACKING_N = 50.0, 50.0  # less is not worth a word
_KEPT: Final = 1.1  # of what the end takes, before anything is spent on coming down sooner
_WORTH_KG: Final = 20.0
_ABOVE_LEVEL_KM: Final = 0.5  # drag takes the rest, and what happens at a level happens there
_USUAL_PACE_DAYS: Final = 7.0
_NOT_TO_WAIT: Final = "begun before its level: what holds the station would have run out on the way there"
_ROUNDS: Final = 12
_FORECAST_DAYS: Final = 10.0  # one rate of sinking, and of use for the attitude, holds so long
_STEEP_BELOW_KM, _STEEP_DAYS = 250.0, 0.1  # in the last kilometres the use rises from one to 1,000 kg/d within a day


class ControlledEnd(PartnerEvents, abc.ABC):
    """The part of a run in which the station is brought down on target, or not."""

    # --- on the way down ----------------------------------------------------------------------------------------------

    def comes_down_sooner(self) -> bool:
        """Burn to come down, if it is time, by everybody who has more than the end takes; whether anybody did."""
        if self.now < self.next_burn_mjd - _SAME_DAYS or self._must_stay():
            return False
        if self.altitude_km <= self.mission.fall_need.from_altitude_km:
            return False
        burnt = False
        for provider in sorted(self.providers, key=lambda one: not one.plan.reboosts):  # the end's own vehicle last
            wanted = self.next_lowest_level() + _ABOVE_LEVEL_KM - self.altitude_km
            if wanted >= -_ABOVE_LEVEL_KM:
                break
            spare = self._spare_kg(provider) if self.pushes_down_now(provider) else 0.0
            if spare >= _WORTH_KG:
                longest_kg = provider.thruster.flow_kg_s * LONGEST_LOWERING_BURN_S
                burnt = self.burn(provider, wanted, LOWERING, "Lowered", min(spare, longest_kg)) or burnt
        if burnt:
            policy = self.scenario.altitude_policy
            self.next_burn_mjd = self.now + (_USUAL_PACE_DAYS if policy is None else policy.min_days_between_burns)
        return burnt

    def pushes_down_now(self, provider: ProviderState) -> bool:
        """Whether it can burn for a station that is let down at this moment; the vehicle that came for the end can."""
        if not (provider.present and provider.operating and provider.enabled):
            return False
        plan = provider.plan
        return (
            plan.from_mjd_utc <= self.now < plan.until_mjd_utc
            and not provider.too_low(self.altitude_km)
            and not self.is_kept_from_pushing(provider)
            and self.available_kg(provider) > 0.0
            and self.attitude_allows(provider)
            and self.engine_now(provider) is not None
        )

    def goes_out_of_the_way(self, delta_v_m_s: float) -> tuple[ProviderState, float] | None:
        """Who gets a station that is let down out of the way of debris, by how much [km]? Down, if no level is near.

        The vehicle that came for the end comes last here too; the tenth to spare is for this as well.
        """
        gain = gain_for_delta_v_km(self.altitude_km, -delta_v_m_s)
        if self.altitude_km + gain < self.next_lowest_level() + _ABOVE_LEVEL_KM:
            gain = gain_for_delta_v_km(self.altitude_km, delta_v_m_s)
        for provider in sorted(self.providers, key=lambda one: not one.plan.reboosts):
            takes = propellant_for_delta_v_kg(self.mass_kg, delta_v_m_s, provider.thruster.specific_impulse_s)
            if self.pushes_down_now(provider) and self.available_kg(provider) >= takes:
                return provider, gain
        return None

    def _must_stay(self) -> bool:
        """Whether people are aboard who would have to leave if it came lower."""
        return self.setup is not None and bool(self.board.traffic.people) and self.too_low_for_people

    def _spare_kg(self, provider: ProviderState) -> float:
        """What this one may burn now so that what is docked still does for the end, with a tenth to spare.

        The vehicle that came for the end keeps all of it for itself: what else is docked is needed for other things.
        Tanks that feed the attitude's thrusters keep besides what these take until the station has sunk so far, or
        until more is to come.
        """
        need = self.mission.fall_need
        ends = [
            one
            for one in self.supplies(need.from_altitude_km)
            if self._stays_for_the_end(one)
            and (provider.plan.reboosts or not self.state_of(one.provider).plan.reboosts)
        ]
        kept = replace(need, delta_v_m_s=_KEPT * need.delta_v_m_s)
        holds = None if self.attitude_tanks is None else self.attitude_tanks.id
        matters = holds in (provider.id, *(one.provider for one in ends))
        holding_kg = self._turn_takes_kg(provider) + _KEPT * self._sinking_takes_kg() if matters else 0.0
        most = self.available_kg(provider)
        if provider.id == holds:
            most = min(most, provider.usable_kg - holding_kg)

        def enough(burnt_kg: float) -> bool:
            left = []
            for one in ends:
                gone_kg = burnt_kg * (one.provider == provider.id) + holding_kg * (one.provider == holds)
                left.append(one.docked._replace(propellant_kg=one.docked.propellant_kg - gone_kg))
            return used_together(self.mass_kg - burnt_kg, left, kept)[0].none

        if most <= 0.0 or not enough(0.0):
            return 0.0
        if enough(most):
            return most
        low, high = 0.0, most
        for _ in range(_ROUNDS):
            middle = 0.5 * (low + high)
            low, high = (middle, high) if enough(middle) else (low, middle)
        return low

    def _turn_takes_kg(self, provider: ProviderState) -> float:
        """What turning the station for its burn against the motion, and back, takes from the attitude's tanks [kg]."""
        engine = self.engine_now(provider)
        if engine is None or self.attitude is None or self.attitude.kg_day <= 0.0:
            return 0.0
        return self.attitude.turn_propellant_kg(180.0 - engine.turn_deg)

    def _sinking_takes_kg(self) -> float:
        """What holding the attitude takes until it has sunk to where the end begins, if nobody burns any more [kg].

        Or, where another load is foreseen, until that has come, and at least for as long as the reserve is to last.
        """
        tanks, keeper = self.attitude_tanks, self.attitude
        if tanks is None or keeper is None or keeper.kg_day <= 0.0:
            return 0.0
        level, weather = self.mission.fall_need.from_altitude_km, self.inputs.weather
        ends, comes = float(weather.end_mjd), self.comes_still(tanks)
        if comes is not None:
            ends = min(ends, max(comes[0], self.now + keeper.control.reserve_days))
        flight = MeanFlight(
            self.flight.elements,
            weather,
            self.inputs.ballistic_m2_kg,
            reentry_altitude_km=self.scenario.reentry_altitude_km,
        )
        taken = 0.0
        while flight.time_mjd_utc < ends and flight.mean_altitude_km > level + _REACHED_KM:
            began, height = flight.time_mjd_utc, flight.mean_altitude_km
            longest = _FORECAST_DAYS if height > _STEEP_BELOW_KM else _STEEP_DAYS
            stop = min(began + min(keeper.piece_days(height), longest), ends)
            factor = self.drag_per_mass * self.arrays.drag_forecast(flight.elements, stop)
            reason = flight.advance(stop, floor_mean_altitude_km=level, drag_factor=factor)
            days, sunk_km = flight.time_mjd_utc - began, height - flight.mean_altitude_km
            if days > 0.0:
                middle_km = 0.5 * (height + flight.mean_altitude_km)
                taken += days * keeper.kg_day_sinking(sunk_km / days, middle_km, self.mass_kg)
            if reason is not OutcomeReason.TIME_LIMIT:
                break
        return taken

    def _stays_for_the_end(self, supply: Supply) -> bool:
        """Whether it pushes as low as where the end begins."""
        return self.state_of(supply.provider).plan.too_low_below_km <= self.mission.fall_need.from_altitude_km

    def tell_what_the_end_lacks(self) -> None:
        """Say at the decision what is lacking with what is docked and the next load of each that still comes."""
        need = self.mission.fall_need
        held = self.attitude is None or bool(self.attitude.holders)
        if not (held and self._is_above_level()):
            return  # at its level it is tried at once, and that tells; of a station that tumbles the loss told more
        planned = []
        for one in self.supplies(need.from_altitude_km):
            if self._stays_for_the_end(one):
                provider = self.state_of(one.provider)
                comes = self.comes_still(provider)
                more_kg = 0.0 if comes is None else comes[1]
                here_kg = one.docked.propellant_kg
                kg = max(here_kg, more_kg) if provider.plan.stays else here_kg + more_kg  # one craft leaves, one comes
                planned.append(one.docked._replace(propellant_kg=kg))
        lacking = used_together(self.mass_kg, planned, need)[0]
        if not lacking.none:
            title = f"As planned, nobody could bring it down on target: {_lacks(lacking)}"
            told = "with what is docked and the next load of each that still comes, and pushes as low as the end begins"
            self.note("deorbit-lacking", title, note=told, because=(causes.LET_DOWN,))

    # --- the end ------------------------------------------------------------------------------------------------------

    def is_to_come_down_now(self) -> bool:
        """Whether it has sunk to where the decided end begins, was no higher when that was decided, or cannot wait."""
        return self.let_down and not self.end_failed and (not self._is_above_level() or self._soon_unheld())

    def _is_above_level(self) -> bool:
        return self.flight.mean_altitude_km > self.mission.fall_need.from_altitude_km + _REACHED_KM

    def _soon_unheld(self) -> bool:
        """Whether the air takes what holds the station before the next look at it: then it is now or not at all."""
        keeper = self.attitude
        if keeper is None or keeper.kg_day <= keeper.usual_kg_day:
            return False
        return self.attitude_kg <= keeper.kg_day * min(keeper.piece_days(self.altitude_km), _FORECAST_DAYS)

    def _need_from_here(self) -> FallNeed:
        """What the end takes from where the station is: more from above the level at which it was to begin."""
        need = self.mission.fall_need
        if not self._is_above_level():
            return need
        level = need.from_altitude_km
        more_m_s = delta_v_for_gain_m_s(level, self.altitude_km - level)
        return replace(need, delta_v_m_s=need.delta_v_m_s + more_m_s)

    def comes_down_on_target(self) -> bool:
        """Burn for the end, if what is docked can; else say once what is lacking.

        Until that is there, or whoever is aboard has left, it sinks on, and falls where it may.
        """
        need, early = self._need_from_here(), self._is_above_level()
        lowest = min(need.from_altitude_km, self.altitude_km) - _REACHED_KM
        able = sorted(self.supplies(lowest), key=self._comes_first)
        lacking, chosen = used_together(self.mass_kg, [one.docked for one in able], need)
        aboard = 0 if self.setup is None else len(self.board.traffic.people)
        if early and (aboard or not lacking.none):
            return False  # there may be another way until it has sunk so far
        if aboard or not lacking.none:
            why = f"{aboard} people are aboard" if aboard else self._why_nobody(lacking)
            self._refused("people" if aboard else "means", why)
            return False
        self.causes.end(causes.NO_DEORBIT)
        self.watches[EVERYTHING].look(self.now, lacking, None)
        able = [able[index] for index in chosen]
        luck = self.inputs.last_burn_luck / FAILURE_PROBABILITY
        if luck < 1.0:
            self._fails(able, luck, need)
            return False
        pushed, burnt_kg = self._burns_for_the_end(able, need.delta_v_m_s)
        self.note(
            "deorbit",
            f"Brought down on target by {pushed}",
            delta_v_m_s=need.delta_v_m_s,
            propellant_kg=burnt_kg,
            note=_NOT_TO_WAIT if early else None,
            because=(causes.LET_DOWN,),
            brings=(causes.ON_TARGET,),
        )
        return True

    def _refused(self, by: str, why: str) -> None:
        """Say why it cannot be flown, of each kind of reason once."""
        if by in self.end_refused:
            return
        self.end_refused.add(by)
        title = f"Nobody can bring it down on target: {why}"
        no_one = [causes.LET_DOWN, causes.ATTITUDE_LOST, causes.UNBACKED]
        self.note("deorbit-impossible", title, because=no_one, brings=(causes.NO_DEORBIT,))

    def _why_nobody(self, lacking: Shortage) -> str:
        """In words, why nobody brings it down on target: what is docked may do, but nothing burns while it tumbles."""
        if self.attitude is None or self.attitude.holders:
            return _lacks(lacking)
        docked = [one for one in self.providers if self._would_burn_if_held(one)]
        loads = [
            Load(one.usable_kg, one.thruster.exhaust_velocity_m_s, one.deorbit_thrust_n, one.plan.turn_deg,
                 one.plan.only_port)
            for one in docked
        ]  # fmt: skip
        told = [f"{one.plan.in_sentence} ({one.usable_kg / 1000.0:.1f} t)" for one in docked]
        lost = f"the attitude is lost, {' and '.join(told)} cannot burn" if told else "the attitude is lost"
        besides = used_together(self.mass_kg, loads, self.mission.fall_need)[0]
        return lost if besides.none else f"{lost}; and {_lacks(besides)}"

    def _would_burn_if_held(self, provider: ProviderState) -> bool:
        """Whether it is docked with propellant for the end, and only a held station is lacking."""
        if not (provider.present and self.plays_a_part(provider) and self.now < provider.plan.until_mjd_utc):
            return False
        return provider.usable_kg > _LACKING_KG and self.stopped.isdisjoint(provider.plan.provider.push_needs)

    def _fails(self, able: list[Supply], part: float, need: FallNeed) -> None:
        """The last burn stops for good after this part of it: the station falls where it may, within hours."""
        self.end_failed = True
        speed = need.delta_v_m_s - (1.0 - part) * need.final_burn_m_s
        pushed, burnt_kg = self._burns_for_the_end(able, speed)
        lowest = self.scenario.reentry_altitude_km + 1.0
        lowered = gain_for_delta_v_km(self.altitude_km, -speed)
        self.flight.lift(max(lowered, lowest - self.altitude_km))
        self.note(
            BURN_FAILED,
            f"The last burn of {pushed} stops for good after {100.0 * part:.0f} % of it: it falls where it may",
            delta_v_m_s=speed,
            propellant_kg=burnt_kg,
            because=(causes.LET_DOWN,),
            brings=(causes.NO_DEORBIT,),
        )

    def _burns_for_the_end(self, able: list[Supply], delta_v_m_s: float) -> tuple[str, float]:
        """Take what these burn for so much speed from their tanks; who they are, and how much it was."""
        burnt = loads_for_speed(self.mass_kg, [one.docked for one in able], delta_v_m_s)
        pushed = []
        for one, amount in zip(able, burnt, strict=True):
            if amount > 0.0:
                self.network.draw(self.now, one.provider, amount, "controlled end")
                self.mass_kg -= amount
                pushed.append(self.state_of(one.provider).plan.in_sentence)
        return " and ".join(pushed), sum(burnt)

    def _comes_first(self, supply: Supply) -> tuple[bool, float]:
        """Who came for the end burns first, then the stronger."""
        return self.state_of(supply.provider).plan.reboosts, -supply.docked.thrust_n

    @abc.abstractmethod
    def next_lowest_level(self) -> float:
        """The next altitude, going down, at which something ends."""

    @abc.abstractmethod
    def burn(self, provider: ProviderState, gain_km: float, kind: str, what: str, most_kg: float) -> bool:
        """Burn towards a gain of altitude, or a loss; false where it comes to nothing."""


def _lacks(lacking: Shortage) -> str:
    parts = []
    if lacking.propellant_kg > _LACKING_KG:
        parts.append(f"{lacking.propellant_kg / 1000.0:.1f} t of propellant")
    if lacking.thrust_n > _LACKING_N:
        parts.append(f"{lacking.thrust_n / 1000.0:.1f} kN of thrust")
    return f"it lacks {' and '.join(parts)}" if parts else "it lacks a little propellant"
