"""Could the station be brought down where nobody is, with what is docked and the next of each that still comes?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stationkeep.constants import STANDARD_GRAVITY_M_S2
from stationkeep.simulation.providers import USABLE_KG

if TYPE_CHECKING:
    from stationkeep.simulation.providers import ProviderState
    from stationkeep.simulation.run_state import RunState

_USUAL_IMPULSE_S = 300.0  # in which missing propellant is counted


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


def deorbit_shortage(run: RunState, next_loads_kg: Sequence[float | None]) -> Shortage:
    """What is missing for a controlled fall if it were decided now?

    Needed are the speed in all and, for the last burn, a thrust that gives it in one pass (a longer burn spreads the
    debris along the track). Counted is who plays a part, is not stopped, and has its attitude held: all it can draw
    now and the next load it is due to get, attitude reserve included; the thrusts add up. Everything is missing
    below the altitude at which there is no time left, and once the attitude is lost. ``next_loads_kg``: what the next
    flight brings each provider; null: none is foreseen.
    """
    need = run.scenario.controlled_deorbit
    speed, thrust, mass = 0.0, 0.0, run.mass_kg
    if run.altitude_km >= need.from_altitude_km and (run.attitude is None or run.attitude.holders):
        for provider, coming in zip(run.providers, next_loads_kg, strict=True):
            load = _load_kg(run, provider, coming)
            if load <= USABLE_KG:
                continue
            exhaust = provider.plan.thruster.exhaust_velocity_m_s
            speed += exhaust * -math.log1p(-load / max(mass, 2.0 * load))
            mass -= load
            thrust += provider.plan.deorbit_thrust_n
    needed_kg = run.mass_kg * -math.expm1(-need.delta_v_m_s / (_USUAL_IMPULSE_S * STANDARD_GRAVITY_M_S2))
    missing_m_s = max(need.delta_v_m_s - speed, 0.0)
    missing_kg = run.mass_kg * -math.expm1(-missing_m_s / (_USUAL_IMPULSE_S * STANDARD_GRAVITY_M_S2))
    needed_n = run.mass_kg * need.final_burn_m_s / need.longest_final_burn_s
    return Shortage(missing_kg, max(needed_n - thrust, 0.0), needed_kg, needed_n)


def _load_kg(run: RunState, provider: ProviderState, coming_kg: float | None) -> float:
    if not run.plays_a_part(provider) or run.now >= provider.plan.until_mjd_utc or not run.attitude_allows(provider):
        return 0.0
    here = provider.usable_kg if provider.present else 0.0
    return here + (0.0 if coming_kg is None or provider.too_low(run.altitude_km) else coming_kg)
