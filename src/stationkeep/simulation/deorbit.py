"""Could the station be brought down where nobody is, with what is docked and the next of each that still comes?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stationkeep.descent.deorbit_need import load_for_speed_kg, speed_from_load_m_s, thrust_for_burn_n
from stationkeep.simulation.providers import USABLE_KG

if TYPE_CHECKING:
    from stationkeep.simulation.providers import ProviderState
    from stationkeep.simulation.run_state import RunState


@dataclass(frozen=True, slots=True)
class Shortage:
    """What a controlled fall lacks: propellant and thrust; both zero where it is possible."""

    propellant_kg: float
    thrust_n: float
    needed_kg: float
    needed_n: float

    @property
    def none(self) -> bool:
        """Whether nothing is missing."""
        return self.propellant_kg <= 0.0 and self.thrust_n <= 0.0

    @property
    def share(self) -> float:
        """How much is missing, both kinds together, as shares of what is needed."""
        return self.propellant_kg / self.needed_kg + self.thrust_n / self.needed_n


def deorbit_shortage(run: RunState) -> Shortage:
    """What is missing for a controlled fall if it were decided now?

    Needed are the speed in all and, for the last burn, a thrust that gives it in one pass (a longer burn spreads the
    debris along the track). Counted is who plays a part, is not stopped, and has its attitude held: all it can draw
    now and the next load it is due to get, attitude reserve included; the thrusts add up. Everything is missing
    below the altitude at which there is no time left, and once the attitude is lost.
    """
    need = run.scenario.controlled_deorbit
    speed, thrust, mass = 0.0, 0.0, run.mass_kg
    if run.altitude_km >= need.from_altitude_km and (run.attitude is None or run.attitude.holders):
        for provider in run.providers:
            load = _load_kg(run, provider)
            if load <= USABLE_KG:
                continue
            speed += speed_from_load_m_s(load, mass, provider.plan.thruster.exhaust_velocity_m_s)
            mass -= load
            thrust += provider.plan.deorbit_thrust_n
    needed_kg = load_for_speed_kg(need.delta_v_m_s, run.mass_kg)
    missing_kg = load_for_speed_kg(max(need.delta_v_m_s - speed, 0.0), run.mass_kg)
    needed_n = thrust_for_burn_n(need.final_burn_m_s, run.mass_kg, need.longest_final_burn_s)
    return Shortage(missing_kg, max(needed_n - thrust, 0.0), needed_kg, needed_n)


def _load_kg(run: RunState, provider: ProviderState) -> float:
    if not run.plays_a_part(provider) or run.now >= provider.plan.until_mjd_utc or not run.attitude_allows(provider):
        return 0.0
    coming = None if provider.too_low(run.altitude_km) else provider.next_load_kg(run.now, run.not_delivering)
    here = provider.usable_kg if provider.present else 0.0
    return here + (coming or 0.0)
