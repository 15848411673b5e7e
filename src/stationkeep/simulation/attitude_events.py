"""Control changing hands in a run: gyros fail and are replaced, assets drop out, the attitude goes and comes back."""

from __future__ import annotations

import abc
from typing import TYPE_CHECKING, Final

from stationkeep.attitude.gyros import FEWEST_GYROS
from stationkeep.attitude.loss import LossReason
from stationkeep.simulation import causes
from stationkeep.simulation.attitude_keeping import GYROS, Hold
from stationkeep.simulation.run_state import ATTITUDE, RunState
from stationkeep.simulation.timeline import Function

if TYPE_CHECKING:
    from stationkeep.scenario.events import ArrayModeChange, AssetOutage
    from stationkeep.simulation.attitude_keeping import AttitudeKeeper
    from stationkeep.simulation.inputs import GyroFailure

THRUSTERS_TAKE_OVER: Final = "Control passes to the thrusters"
"""How the title of a change of hands to thrusters begins."""
_ASSETS: Final = {
    "russian-computers": "The Russian computers",
    "russian-control-centre": "The Russian control centre",
    GYROS: "All gyros",
}
_MODES: Final = {
    "tracking": "after the Sun",
    "night-glider": "after the Sun by day and edge-on at night (night glider)",
    "sun-slicer": "edge-on to the flight, as near to the Sun as that allows (sun slicer)",
    "feathered": "locked edge-on to the flight",
    "braking": "face-on to the flight",
}


class AttitudeEvents(RunState, abc.ABC):
    """The part of a run that has to do with who holds the station."""

    def schedule_failures(self) -> None:
        """Put the gyros' failures on the calendar; those of gyros that do not run at the epoch do not count."""
        control = self.scenario.attitude
        if control is None:
            return
        for failures in self.inputs.attitude.gyro_failures[control.failed_gyros :]:
            for failure in failures:
                self.at(failure.time_mjd_utc, lambda one=failure: self._gyro_fails(one))  # type: ignore[misc]

    def _gyro_fails(self, failure: GyroFailure) -> None:
        keeper = self.attitude
        assert keeper is not None
        keeper.failed_gyros += 1
        left = keeper.model.gyros.installed - keeper.failed_gyros
        brings = (causes.GYROS_OUT,) if left < FEWEST_GYROS else ()
        self.note("gyro-fails", f"A gyro fails, {left} left", brings=brings)
        self.at(failure.replaced_mjd_utc, self._gyro_is_replaced)
        self.review()

    def _gyro_is_replaced(self) -> None:
        """By a spacewalk, if its owner still takes part and the station is held."""
        keeper = self.attitude
        assert keeper is not None
        if keeper.model.gyros.owner in self.stopped or keeper.state is Hold.LOST:
            return
        keeper.failed_gyros -= 1
        self.causes.end(causes.GYROS_OUT)
        self.note("gyro-replaced", f"A gyro is replaced, {keeper.model.gyros.installed - keeper.failed_gyros} run")
        self.review()

    def asset_drops_out(self, event: AssetOutage) -> None:
        """Something others own, and control rests on, stops working; maybe for a time."""
        self.missing.append(event.asset)
        title = f"{_ASSETS[event.asset]} stop working"
        self.note(event.type, title, note=event.note, brings=(causes.missing(event.asset),))

    def asset_is_back(self, event: AssetOutage) -> None:
        """It works again."""
        self.missing.remove(event.asset)
        if event.asset not in self.missing:
            self.causes.end(causes.missing(event.asset))
        self.note("asset-back", f"{_ASSETS[event.asset]} work again")

    def arrays_change(self, event: ArrayModeChange) -> None:
        """From now on the arrays are flown in another way."""
        self.fly_arrays(event.arrays)
        self.note(event.type, f"Arrays flown {_MODES[event.arrays]}", note=event.note)

    # --- who holds it ---------------------------------------------------------------------------------------------

    def review_attitude(self) -> None:
        """Who holds the station now? Tells, pays and risks what a change of hands brings."""
        keeper = self.attitude
        if keeper is None:
            return
        before, gyros_held = keeper.state, keeper.gyros_hold
        keeper.review(self.now, self.stopped, self.attitude_kg, frozenset(self.missing))
        state = keeper.state
        if state is Hold.BACKED:
            if keeper.gyros_hold:
                self.last_by[Function.UNLOADING] = keeper.backed_by_text
                self.last_by.pop(Function.ATTITUDE, None)
            else:
                self.last_by[Function.ATTITUDE] = f"{keeper.backed_by_text}, without gyros"
            self.causes.end(causes.UNBACKED, causes.HANDOVER_FAILED)
        if before is Hold.LOST and state is Hold.BACKED:
            self._recovered()
        elif state is Hold.GYROS and before is Hold.BACKED:
            self._tell_unbacked(keeper)
            self._hand_over("gyros" if keeper.gyros_hold else "nobody")
        elif state is Hold.BACKED and (before is Hold.GYROS or (gyros_held and not keeper.gyros_hold)):
            self._hand_over("thrusters")
        if keeper.gyros_hold:
            self.causes.end(causes.THRUSTERS_ALONE)
        # Without gyros there is nothing to unload, however long thrusters hold the station by themselves.
        self.mark(Function.UNLOADING, keeper.state is Hold.BACKED and keeper.gyros_hold)

    def _tell_unbacked(self, keeper: AttitudeKeeper) -> None:
        """Nobody's thrusters are left; what that means hangs on the gyros."""
        kind, title = "holding-ends", "Nobody's thrusters hold the station any more: no gyros do either"
        if keeper.gyros_hold:
            kind = "unloading-ends"
            title = "Nobody's thrusters unload the gyros any more: the next large upset ends attitude control"
        self.note(kind, title, because=self._why_unbacked(), brings=(causes.UNBACKED,))

    def why_no_gyros(self) -> tuple[str, ...]:
        """What may keep the gyros from holding the station."""
        assert self.attitude is not None
        return (causes.GYROS_OUT, causes.missing(GYROS), causes.stopped(self.attitude.model.gyros.owner))

    def why_thrusters_alone(self) -> tuple[str, ...]:
        """What may have thrusters hold the station by themselves: a change of hands, or what was so from the start."""
        alone = (causes.THRUSTERS_ALONE,)
        return alone if self.causes.events(alone) else self.why_no_gyros()

    def _why_unbacked(self) -> list[str]:
        """What may stand in the way of the thrusters that unloaded the gyros; whoever has none aboard is no reason."""
        assert self.attitude is not None
        backers = self.attitude.backers(self.now)
        owners = sorted({provider.owner for provider in backers})
        needed = frozenset[str]().union(*(provider.needs for provider in backers))
        return [
            *map(causes.stopped, owners),
            *map(causes.frozen, owners),
            *map(causes.missing, sorted(needed.intersection(self.missing))),
            causes.TANKS_DRY,
        ]

    def _hand_over(self, to: str) -> None:
        keeper = self.attitude
        assert keeper is not None
        if to == "nobody":
            return  # the next piece of flight finds it lost
        well = keeper.hand_over()
        spent = self._spend(keeper.values["handover_propellant_kg"]) if to == "thrusters" else 0.0
        failed = "" if well else ", and fails"
        why = (causes.UNBACKED,) if to == "gyros" else (*self.why_no_gyros(), *map(causes.missing, self.missing))
        brings = [] if well else [causes.HANDOVER_FAILED]
        if to == "thrusters" and not keeper.gyros_hold:
            brings.append(causes.THRUSTERS_ALONE)
        alone = (
            ": without gyros they use many times the propellant" if to == "thrusters" and not keeper.gyros_hold else ""
        )
        passes = THRUSTERS_TAKE_OVER if to == "thrusters" else f"Control passes to the {to}"
        title = f"{passes}{failed}{alone}"
        self.note("handover", title, propellant_kg=spent, because=why, brings=brings)
        if not well and to == "gyros":
            self.lose_attitude()
        elif not well:
            self._spend(keeper.values["recovery_propellant_kg"])  # thrusters are there to catch it

    def _recovered(self) -> None:
        keeper = self.attitude
        assert keeper is not None
        keeper.recovered()
        spent = self._spend(keeper.values["recovery_propellant_kg"])
        self.mark(Function.ATTITUDE, True)
        self.causes.end(causes.ATTITUDE_LOST, causes.DRAG_UP, causes.UPSET)
        self.note("attitude-recovered", "Attitude recovered by thrusters", propellant_kg=spent)

    def _spend(self, wanted_kg: float) -> float:
        """Draw on the attitude's tanks at once, as far as there is something; says how much it was."""
        amount = min(wanted_kg, self.attitude_kg)
        if amount > 0.0:
            self.network.draw(self.now, ATTITUDE, amount, ATTITUDE)
            self.mass_kg -= amount
        return amount

    def lose_attitude(self) -> None:
        """An upset too large, or air too dense: from now on it tumbles, and nothing docks or burns."""
        keeper = self.attitude
        assert keeper is not None
        keeper.lose(self.now)
        for watch in self.watches.values():
            watch.broken()
        self.mark(Function.ATTITUDE, False)
        self._tell_upset(keeper)
        why = (causes.UPSET,) if self.causes.events((causes.UPSET,)) else (causes.UNBACKED, *self.why_no_gyros())
        power = 100.0 * keeper.after.power_factor
        self.note(
            "attitude-lost",
            f"Attitude lost: power down to about {power:.0f} %, nothing docks, nothing burns",
            because=(causes.HANDOVER_FAILED, *why),
            brings=(causes.ATTITUDE_LOST,),
        )
        self.note(
            "drag-up",
            f"Drag goes up {keeper.after.drag_factor:.2f} times at {self.altitude_km:.0f} km: the station tumbles",
            because=(causes.ATTITUDE_LOST,),
            brings=(causes.DRAG_UP,),
        )
        self.review()

    def _tell_upset(self, keeper: AttitudeKeeper) -> None:
        """What was too much for gyros alone; nothing where no gyros held the station."""
        how = keeper.how_lost
        if how is None or how.reason is LossReason.TOO_FEW_GYROS:
            return
        if how.reason is LossReason.AIR_TOO_DENSE:
            title = f"The air at {self.altitude_km:.0f} km turns the station: more than gyros alone can hold"
            because = (causes.UNBACKED, causes.NO_REBOOST)
            self.note("air-too-dense", title, because=because, brings=(causes.UPSET,))
            return
        room = how.room_n_m_s / 1000.0
        larger = keeper.upsets.median_above_n_m_s(how.room_n_m_s) / 1000.0
        where = " in a turn for a burn" if how.turning else ""
        self.note(
            "upset",
            f"An upset of more than {room:.0f} kN m s{where}: more than gyros alone can take",
            note=f"drawn is when one exceeds what the gyros can take, not by how much; half of them are above "
            f"{larger:.0f} kN m s",
            because=(causes.UNBACKED,),
            brings=(causes.UPSET,),
        )

    def turned(self, turn_deg: float) -> bool:
        """Turn the station for a burn, and back; false where it is lost on the way.

        With thrusters it costs propellant; on gyros alone it takes hours in which they have little room.
        """
        keeper = self.attitude
        if keeper is None or turn_deg <= 0.0:
            return True
        if keeper.state is Hold.BACKED:
            wanted = keeper.turn_propellant_kg(turn_deg)
            # Where propellant is scarce gyros turn it slowly, and thrusters stand by to catch it.
            if self.attitude_kg - wanted > keeper.control.reserve_days * keeper.kg_day:
                self._spend(wanted)
            return True
        if keeper.turn_is_taken(turn_deg):
            return True
        self.lose_attitude()
        return False

    @abc.abstractmethod
    def review(self, *, burnt: bool = False) -> None:
        """Which functions have gone, or come back, with what just changed?"""
