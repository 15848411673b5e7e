"""The controlled end a partner has decided on: at the altitude it is flown from, by whoever is docked and able to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from stationkeep.simulation import causes
from stationkeep.simulation.deorbit import loads_for_speed, used_together
from stationkeep.simulation.partners import PartnerEvents

if TYPE_CHECKING:
    from stationkeep.simulation.deorbit import Shortage, Supply

_REACHED_KM: Final = 0.01
_LACKING_KG, _LACKING_N = 50.0, 50.0  # less is not worth a word


class ControlledEnd(PartnerEvents):
    """The part of a run in which the station is brought down on target, or not."""

    def is_to_come_down_now(self) -> bool:
        """Whether it has sunk to where the decided end begins."""
        level = self.mission.fall_need.from_altitude_km
        return self.let_down and abs(self.flight.mean_altitude_km - level) <= _REACHED_KM

    def comes_down_on_target(self) -> bool:
        """Burn for the end, if what is docked can; else say what is lacking: then it falls where it may."""
        need = self.mission.fall_need
        able = sorted(self.supplies(need.from_altitude_km - _REACHED_KM), key=self._comes_first)
        lacking, chosen = used_together(self.mass_kg, [one.docked for one in able], need)
        aboard = 0 if self.setup is None else len(self.board.traffic.people)
        if aboard or not lacking.none:
            why = f"{aboard} people are aboard" if aboard else _lacks(lacking)
            title = f"Nobody can bring it down on target: {why}"
            no_one = [causes.LET_DOWN, causes.ATTITUDE_LOST, causes.UNBACKED]
            self.note("deorbit-impossible", title, because=no_one, brings=(causes.NO_DEORBIT,))
            return False
        able = [able[index] for index in chosen]
        burnt = loads_for_speed(self.mass_kg, [one.docked for one in able], need.delta_v_m_s)
        pushed = []
        for one, amount in zip(able, burnt, strict=True):
            if amount > 0.0:
                self.network.draw(self.now, one.provider, amount, "controlled end")
                self.mass_kg -= amount
                pushed.append(self.state_of(one.provider).plan.label)
        self.note(
            "deorbit",
            f"Brought down on target by {' and '.join(pushed)}",
            delta_v_m_s=need.delta_v_m_s,
            propellant_kg=sum(burnt),
            because=(causes.LET_DOWN,),
            brings=(causes.ON_TARGET,),
        )
        return True

    def _comes_first(self, supply: Supply) -> tuple[bool, float]:
        """Who came for the end burns first, then the stronger."""
        return self.state_of(supply.provider).plan.reboosts, -supply.docked.thrust_n


def _lacks(lacking: Shortage) -> str:
    parts = []
    if lacking.propellant_kg > _LACKING_KG:
        parts.append(f"{lacking.propellant_kg / 1000.0:.1f} t of propellant")
    if lacking.thrust_n > _LACKING_N:
        parts.append(f"{lacking.thrust_n / 1000.0:.1f} kN of thrust")
    return f"it lacks {' and '.join(parts)}" if parts else "it lacks a little propellant"
