"""One branch of a scenario, flown once: SimPy carries the events, the mean decay engine the orbit between them.

The coupling is here and in what this builds on (:mod:`~stationkeep.simulation.partners`,
:mod:`~stationkeep.simulation.attitude_keeping`): altitude sets drag, drag sets burns, burns and attitude draw
propellant, propellant needs deliveries, deliveries need partners and a station that does not tumble, and the mass of
it all sets how strongly the air brakes.
"""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from stationkeep.errors import InputError
from stationkeep.outcome import Outcome, OutcomeReason
from stationkeep.propulsion.burns import gain_for_delta_v_km, reboost
from stationkeep.simulation import causes
from stationkeep.simulation.array_flying import PIECE_DAYS
from stationkeep.simulation.attitude_keeping import Hold
from stationkeep.simulation.controlled_end import ControlledEnd
from stationkeep.simulation.no_return import points_of_no_return
from stationkeep.simulation.run_state import ATTITUDE, Mission
from stationkeep.simulation.timeline import BURN_KINDS, LOWERING, Function, Timeline
from stationkeep.timescale import iso_day

if TYPE_CHECKING:
    from stationkeep.simulation.aboard import Aboard
    from stationkeep.simulation.array_flying import FloatArray
    from stationkeep.simulation.flight_board import FlightBoard
    from stationkeep.simulation.inputs import Avoidance, RunInputs
    from stationkeep.simulation.providers import ProviderState
    from stationkeep.simulation.station_engines import BurnEngine

__all__ = ["Mission", "PeopleThen", "people_at", "simulate"]

_SAME_TIME_DAYS = 1.0e-6  # a tenth of a second: below what the mean engine resolves
_REACHED_KM = 0.005
_DRY_KG = 1.0e-6
_GYROS_FULL = "stopped when the gyros, which alone hold the station, were full"


def simulate(mission: Mission, branch: str, inputs: RunInputs, *, limits: bool = True) -> Timeline:
    """What becomes of the station in this branch, with these inputs?

    Ends at re-entry or at the scenario's horizon. No randomness, no global state: the same inputs give the same
    timeline, on any thread. ``limits``: work out the points of no return as well.
    """
    return _Run(mission, branch, inputs).timeline(limits)


@dataclass(frozen=True)
class PeopleThen:
    """Stores and flights of a run at a moment; they may be flown on."""

    aboard: Aboard
    board: FlightBoard
    gone: frozenset[str]
    """Partners who take no part any more, or deliver nothing."""
    fell: bool
    """The station fell before the date; all this is of that moment."""


def people_at(mission: Mission, branch: str, inputs: RunInputs, time_mjd_utc: float) -> PeopleThen:
    """Stores and flights of a run at a date: the run is flown so far, or until it falls before.

    The habitat's state is ``.aboard.state``, the flights foreseen then are ``.board.flights``, ``.board.traffic``.
    Raises :class:`InputError` where the scenario follows nobody.
    """
    run = _Run(mission, branch, inputs)
    if run.setup is None:
        raise InputError(
            f"scenario {mission.scenario.id} follows nobody",
            hint="give it life_support and traffic (iss-2022 has them)",
        )
    run.horizon = min(max(time_mjd_utc, run.epoch), run.horizon)
    ended = run.timeline(limits=False).outcome.reason
    gone = frozenset(run.stopped | run.not_delivering)
    return PeopleThen(run.aboard, run.board, gone, ended is not OutcomeReason.TIME_LIMIT)


def _snapped(time_mjd: float) -> float:
    """The midnight, where the time is within rounding of one."""
    nearest = round(time_mjd)
    return float(nearest) if abs(time_mjd - nearest) < _SAME_TIME_DAYS else time_mjd


class _Run(ControlledEnd):
    def timeline(self, limits: bool) -> Timeline:
        for provider in self.providers:
            provider.begin(self.epoch)
        self._schedule()
        self.environment.run(until=self.environment.process(self._flight()))
        assert self.outcome is not None  # _flight ends only by setting it
        people = self.people_course()
        burns = [event for event in self.events if event.kind in BURN_KINDS]
        tanks = self.network.tanks
        drawn = {name: [entry for entry in tank.entries if entry.reason == ATTITUDE] for name, tank in tanks.items()}
        return Timeline(
            branch=self.branch,
            run_index=self.inputs.index,
            outcome=self.outcome,
            first_day_mjd=self.inputs.weather.first_day_mjd,
            altitude_by_day_km=self.flight.altitude_by_day_km,
            events=tuple(self.events),
            propellant_used_kg=sum(event.propellant_kg or 0.0 for event in burns),
            burn_count=self.burn_count,
            mass_kg=self.mass_kg,
            reboost_ends_mjd_utc=self.gone.get(Function.REBOOST),
            tank_content_kg={name: tank.content_kg for name, tank in tanks.items()},
            attitude_propellant_kg=math.fsum(-entry.change_kg for part in drawn.values() for entry in part),
            ledger={name: tuple(tank.entries) for name, tank in tanks.items()},
            lost_mjd_utc=dict(self.gone),
            interruptions=tuple(self.interruptions),
            last_by=dict(self.last_by),
            no_return=points_of_no_return(self) if limits else None,
            arrays=self.arrays.summary(),
            people=people,
            taken_away_kg=self.taken_away_kg,
        )

    def _schedule(self) -> None:
        """Put every dated thing on the calendar; partner events come before deliveries of the same moment."""
        self.schedule_turns()
        for provider in self.providers:
            if not self.is_in_the_branch(provider):
                continue  # plays no part in this branch
            linked = self.linked(provider.id)
            for delivery in () if linked else provider.plan.deliveries:
                self.at(delivery.time_mjd_utc, partial(self.deliver, provider, delivery))
            for stay in self.stays_to_come(provider):
                if stay.arrives_mjd_utc >= self.epoch:
                    self.at(stay.arrives_mjd_utc, partial(self.arrive, provider, stay))
                self.at(stay.leaves_mjd_utc, partial(self.leave, provider, stay))
                if not provider.plan.reboosts:  # from then on it counts for a controlled fall
                    self.at(stay.arrives_mjd_utc - self.mission.fall_need.wait_days, self.review)
            for edge in (provider.plan.from_mjd_utc, provider.plan.until_mjd_utc):
                if self.epoch < edge < self.horizon:
                    self.at(edge, self.review)
        stated = self.scenario.debris_avoidance
        notice_days = (stated.notice_hours if stated is not None else 0.0) / 24.0
        for avoidance in self.inputs.avoidances:
            self.at(max(avoidance.time_mjd_utc - notice_days, self.epoch), partial(self._warned, avoidance))
        self.schedule_failures()
        self.begin_people()
        self.at(self.epoch, self.review)

    # --- the orbit ------------------------------------------------------------------------------------------------

    def _flight(self) -> Generator[Any, Any, None]:
        """Fly from event to event; burn where the policy asks for it; stop at re-entry or at the horizon."""
        # Everything else on the calendar starts first, so that what happens at the epoch happens before the flight.
        yield self.environment.timeout(0.0)
        while True:
            if self.is_to_come_down_now() and self.comes_down_on_target():
                self._finish(OutcomeReason.DEORBITED)
                return
            if self.let_down and self.comes_down_sooner():
                continue
            pusher = None if self.policy is None else self.pusher()
            if pusher is not None and self._burn_is_due():
                self._raise(pusher)
                continue
            stop = min(self.epoch + self.environment.peek(), self.horizon)
            floor = self.next_lowest_level()
            now = self.now
            if pusher is not None and self.policy is not None:
                if now >= self.next_burn_mjd - _SAME_TIME_DAYS:
                    floor = max(floor, self.policy.floor_km)
                else:
                    stop = min(stop, self.next_burn_mjd)
            if self.let_down and now < self.next_burn_mjd - _SAME_TIME_DAYS:
                stop = min(stop, self.next_burn_mjd)
            began, height = self.flight.time_mjd_utc, self.altitude_km
            reason = self._coast(stop, floor)
            self.policy = self.rising.kept(self.policy, self.flight.time_mjd_utc - began, height, self.altitude_km)
            yield self.environment.timeout(max(self.flight.time_mjd_utc - now, 0.0))
            self._after_coast()
            if reason is OutcomeReason.ALTITUDE_REACHED:
                self._reached_a_level()
            elif reason is not OutcomeReason.TIME_LIMIT:
                self._finish(reason)
                return
            if self.now >= self.horizon - _SAME_TIME_DAYS:
                self._finish(OutcomeReason.TIME_LIMIT)
                return

    def next_lowest_level(self) -> float:
        """The next altitude, going down, at which something ends: a provider's coming, time for a controlled fall."""
        below, found = self.flight.mean_altitude_km - _REACHED_KM, 0.0
        for level in self.levels_km:
            if found < level < below:
                found = level
        return found

    def _reached_a_level(self) -> None:
        """Sunk to the policy's floor, or to where a provider stops coming: burn soon, or leave."""
        if self.policy is not None and self.altitude_km <= self.policy.floor_km + _REACHED_KM:
            self.raising = True
        for provider in self.providers:
            if provider.plan.stays and provider.present and provider.too_low(self.altitude_km):
                self.too_low_for(provider)
        self.review()

    def _coast(self, stop_mjd: float, floor_km: float) -> OutcomeReason:
        """Fly without burns, no further than the attitude is held in one way."""
        began = self.flight.time_mjd_utc
        self.attitude_just_lost = False  # told once, also where the next thing is of the same moment
        if stop_mjd <= began:
            return OutcomeReason.TIME_LIMIT
        heavier = self.drag_per_mass
        keeper = self.attitude
        if keeper is None:
            return self.flight.advance(stop_mjd, floor_mean_altitude_km=floor_km, drag_factor=heavier)
        use = keeper.kg_day
        stop_mjd = min(stop_mjd, began + keeper.piece_days(self.flight.mean_altitude_km))
        held, track = keeper.state is not Hold.LOST, self.arrays.track
        if held and not track:
            stop_mjd = min(stop_mjd, began + PIECE_DAYS)
        if use > 0.0:
            stop_mjd = min(stop_mjd, began + max(self.attitude_kg / use, _SAME_TIME_DAYS))
        start = began, self.flight.mean_altitude_km
        # Only what may have to be flown again needs remembering.
        before = self.flight.snapshot() if keeper.state is Hold.GYROS else None
        factor: float | FloatArray = heavier * keeper.drag_factor
        if held and not track:
            factor = heavier * self.arrays.drag_factors(self.flight.elements, stop_mjd)
        reason = self.flight.advance(stop_mjd, floor_mean_altitude_km=floor_km, drag_factor=factor)
        if held:
            lost = self._attitude_lost_since(start)
            if before is not None and lost < self.flight.time_mjd_utc:
                self.flight.restore(before)
                if lost > began:
                    self.flight.advance(lost, drag_factor=factor)
                self.attitude_just_lost, reason = True, OutcomeReason.TIME_LIMIT
            if not track:
                self.arrays.flown(began, self.flight.time_mjd_utc)
        if use > 0.0:
            self._feed_attitude(use * (self.flight.time_mjd_utc - began))
        return reason

    def _attitude_lost_since(self, start: tuple[float, float]) -> float:
        """When the attitude was lost on the piece flown since ``start`` (time [MJD], mean altitude)."""
        assert self.attitude is not None
        # A piece that starts or ends within rounding of a midnight has no altitude of that midnight.
        flight, first = self.flight, self.inputs.weather.first_day_mjd
        began, ended = _snapped(start[0]), _snapped(flight.time_mjd_utc)
        midnights = slice(math.floor(began) + 1 - first, math.ceil(ended) - first)
        return self.attitude.flown(
            (began, start[1]),
            flight.altitude_by_day_km[midnights],
            (ended, flight.mean_altitude_km),
            self.mass_kg,
        )

    def _feed_attitude(self, wanted_kg: float) -> None:
        usable = self.attitude_kg
        amount = min(wanted_kg, usable)
        if usable - amount < _DRY_KG:
            amount = usable  # the last thousandth of a gram is not worth another piece of flight
        if amount > 0.0:
            self.network.draw(self.flight.time_mjd_utc, ATTITUDE, amount, ATTITUDE)
            self.mass_kg -= amount

    def _after_coast(self) -> None:
        """What the coast brought about is told once the calendar has come to its end."""
        if self.attitude is None:
            return
        if self.attitude_just_lost:
            self.lose_attitude()
        elif self.attitude.state is Hold.BACKED and self.attitude_kg <= 0.0:
            self._tanks_are_dry()
            self.review()

    def _tanks_are_dry(self) -> None:
        tanks = self.attitude_tanks
        assert tanks is not None
        because = [*self.why_empty(tanks), *self.why_thrusters_alone()]
        last = self.last_loads.get(tanks.id)
        told = "" if last is None else f": the last load, {last.kg:,.0f} kg, came on {iso_day(last.time_mjd_utc)}"
        title = f"The tanks that feed the attitude's thrusters are dry{told}"
        self.note("tanks-dry", title, because=because, brings=(causes.TANKS_DRY,))

    def _finish(self, reason: OutcomeReason) -> None:
        self.outcome = Outcome(reason, self.flight.time_mjd_utc, self.altitude_km)
        if reason is OutcomeReason.REENTERED:
            title = f"Falls through {self.scenario.reentry_altitude_km:g} km"
        elif reason is OutcomeReason.DEORBITED:
            title = "Down where nobody is, as planned"
        elif reason is OutcomeReason.TIME_LIMIT:
            title = "Horizon of the scenario: still flying"
        else:
            title = "The integration failed; this is the last good state"
        why = {
            OutcomeReason.REENTERED: (causes.NO_REBOOST, causes.DRAG_UP, causes.NO_DEORBIT),
            OutcomeReason.DEORBITED: (causes.ON_TARGET,),
        }
        self.note(str(reason), title, because=why.get(reason, ()))
        for watch in self.watches.values():
            watch.end(flies=reason in (OutcomeReason.TIME_LIMIT, OutcomeReason.DEORBITED), now_mjd_utc=self.now)
        self.mark_deorbit()

    # --- burns ----------------------------------------------------------------------------------------------------

    def _burn_is_due(self) -> bool:
        assert self.policy is not None
        if self.altitude_km >= self.policy.target_km - _REACHED_KM:
            self.raising = False
        if self.altitude_km < self.policy.floor_km - _REACHED_KM:
            self.raising = True
        return self.raising and self.now >= self.next_burn_mjd - _SAME_TIME_DAYS

    def _raise(self, provider: ProviderState) -> None:
        assert self.policy is not None
        self.next_burn_mjd = self.now + self.policy.min_days_between_burns
        self.burn(provider, self.policy.target_km - self.altitude_km, "burn", "Reboost")

    def burn(self, provider: ProviderState, gain_km: float, kind: str, what: str, most_kg: float = math.inf) -> bool:
        """Burn towards a gain of altitude, or a loss; false where it comes to nothing."""
        engine, able = self.engine_now(provider), self.pushes_down_now if self.let_down else self.pushes_now
        if engine is None:
            return False
        turn_deg = engine.turn_deg if gain_km >= 0.0 else 180.0 - engine.turn_deg
        if not (self.turned(turn_deg) and able(provider)):
            return False  # lost on the way, or the turn took the propellant
        longest = min(self.longest_burn_s[provider.id], engine.longest_burn_s) * self.asset_rate(provider)
        full_after = self._gyros_full_after_s(provider, engine)
        burn = reboost(
            self.altitude_km,
            gain_km,
            self.mass_kg,
            engine.thruster,
            propellant_available_kg=min(self.available_kg(provider), most_kg),
            longest_burn_s=min(longest, full_after),
        )
        self.network.draw(self.now, provider.id, burn.propellant_kg, "reboost")
        self.mass_kg -= burn.propellant_kg
        self.flight.lift(burn.mean_altitude_gain_km)
        self.burn_count += 1
        self.starts.append(self.start_here())
        if gain_km >= 0.0 and provider.plan.reboosts:
            provider.has_burnt = True
            self.last_by[Function.REBOOST] = engine.label
        self.note(
            kind,
            f"{what} by {self.craft_name(provider, engine.label)}: {burn.mean_altitude_gain_km:+.2f} km",
            provider=provider.id,
            delta_v_m_s=burn.delta_v_m_s,
            duration_s=burn.duration_s,
            propellant_kg=burn.propellant_kg,
            note=_GYROS_FULL if burn.duration_s >= full_after * (1.0 - 1.0e-9) else None,
        )
        self.review(burnt=True)
        return True

    def _gyros_full_after_s(self, provider: ProviderState, engine: BurnEngine) -> float:
        """For how long gyros alone can hold the station in this burn; infinite where something else holds it."""
        keeper = self.attitude
        holders = self.held_by[provider.id] if engine.holders is None else engine.holders
        if keeper is None or keeper.state is Hold.BACKED or "pusher" in holders:
            return math.inf
        return keeper.longest_burn_s(engine.thruster.thrust_n)

    def _warned(self, avoidance: Avoidance) -> None:
        """Debris will come near: whoever is to push must be able to from now on, and no other burn comes between."""
        able = self._who_avoids(avoidance) is not None
        self.next_burn_mjd = max(self.next_burn_mjd, avoidance.time_mjd_utc)
        self.at(avoidance.time_mjd_utc, partial(self._avoid, avoidance, able))

    def _who_avoids(self, avoidance: Avoidance) -> tuple[ProviderState, float] | None:
        """Who would push it out of the way, by how many kilometres: up, as is usual, or down where it is let down."""
        if self.let_down:
            return self.goes_out_of_the_way(avoidance.delta_v_m_s)
        pusher = self.pusher()
        return None if pusher is None else (pusher, gain_for_delta_v_km(self.altitude_km, avoidance.delta_v_m_s))

    def _avoid(self, avoidance: Avoidance, was_able: bool) -> None:
        """Debris comes near: out of the way, if somebody can push."""
        found = self._who_avoids(avoidance)
        done = False
        if was_able and found is not None:
            pusher, gain = found
            kind, what = ("debris-avoidance", "Out") if gain >= 0.0 else (LOWERING, "Lowered out")
            done = self.burn(pusher, gain, kind, f"{what} of the way of debris")
        if not done and Function.AVOIDANCE not in self.gone:
            title = "Debris comes near and nobody can push the station out of its way"
            self.note("debris-avoidance-impossible", title, because=(causes.NO_REBOOST, *self.why_no_push()))
        self.mark(Function.AVOIDANCE, done)
