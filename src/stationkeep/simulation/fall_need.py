"""What must a controlled fall of this station give it? Speed, last burn and altitude, for its orbit, mass and engines.

The formulas are those of ``stationkeep deorbit`` on paper (:mod:`stationkeep.descent.deorbit_need`): burns that lower
the perigee as far as the station can still be held, then a last one, over the arcs they take. The International Space
Station keeps what was published for it, a scenario what it states.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

from stationkeep.descent.deorbit_need import DeorbitLimits, minimum_vehicle
from stationkeep.propulsion.finite_burns import Ellipse
from stationkeep.scenario.control import ControlledDeorbit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stationkeep.orbit.elements import MeanElements
    from stationkeep.propulsion.burns import Thruster
    from stationkeep.scenario.schema import Scenario

MIR_START_KM: Final = 220.0
"""Where Mir was waited for before its burns of 23 March 2001."""
MIR_HOLD_KM: Final = 155.0
"""Lowest perigee at which it was held before the last one: 150 to 158 km."""
MIR_BALLISTIC_M2_KG: Final = 0.0054
"""Its Cd A / m in its last weeks, fitted to its element sets."""
FLOWN_OVER_PAPER: Final = 1.05
"""A plan flown to the passes of a zone takes 3 to 8 % more propellant than the same burns on paper."""
_IMPULSE_S: Final = 300.0
_LEVELS_KM: Final = np.arange(120.0, 400.5, 1.0)
_MIDDLE_SUN: Final = (150.0, 150.0, 12.0)
_ANY_DAY_MJD: Final = 51991.0  # that of Mir's fall


@dataclass(frozen=True, slots=True)
class FallNeed:
    """What a controlled fall takes."""

    delta_v_m_s: float
    final_burn_m_s: float
    longest_final_burn_s: float
    from_altitude_km: float
    wait_days: float
    source: str


PUBLISHED_ISS: Final = FallNeed(
    delta_v_m_s=57.0,
    final_burn_m_s=34.7,
    longest_final_burn_s=1800.0,
    from_altitude_km=MIR_START_KM,
    wait_days=180.0,
    source="57 m/s: NASA, ISS Deorbit Analysis Summary, 2024 (second-hand); from 220 km: NASA's plan of July 2024; "
    "the last burn as stationkeep deorbit has it, from a perigee of 155 km to one of 50 km in a third of a revolution "
    "(Mir's of 23 March 2001: 28 m/s announced, in 22 minutes)",
)


def fall_need(scenario: Scenario, elements: MeanElements, mass_kg: float, engines: Sequence[Thruster]) -> FallNeed:
    """What the scenario states; else what was published, for the International Space Station; else computed."""
    stated = scenario.controlled_deorbit or ControlledDeorbit()
    if (
        stated.delta_v_m_s is not None
        and stated.final_burn_m_s is not None
        and stated.longest_final_burn_s is not None
        and stated.from_altitude_km is not None
    ):
        return FallNeed(
            stated.delta_v_m_s,
            stated.final_burn_m_s,
            stated.longest_final_burn_s,
            stated.from_altitude_km,
            stated.wait_days,
            stated.source or "",
        )
    if scenario.station.startswith("iss"):
        return replace(PUBLISHED_ISS, wait_days=stated.wait_days)
    ballistic = scenario.drag.ballistic_coefficient_m2_kg * scenario.drag.reference_mass_kg / mass_kg
    return computed_need(elements.inclination_rad, mass_kg, ballistic, engines, stated.wait_days)


def computed_need(
    inclination_rad: float, mass_kg: float, ballistic_m2_kg: float, engines: Sequence[Thruster], wait_days: float
) -> FallNeed:
    """The weakest engine that does it: the last burn as long as allowed, its losses in the speed.

    ``ballistic_m2_kg``: Cd A / m. The burns begin, and the perigee is held before the last one, where the air brakes
    the station as hard as Mir was braked where its own did; 5 % are added for flying to a zone.
    """
    start_km, hold_km = (
        as_hard_as_km(level, MIR_BALLISTIC_M2_KG, ballistic_m2_kg) for level in (MIR_START_KM, MIR_HOLD_KM)
    )
    impulses = [one.specific_impulse_s for one in engines]
    impulse_s = sum(impulses) / len(impulses) if impulses else _IMPULSE_S
    limits = DeorbitLimits(hold_perigee_km=hold_km)
    least = minimum_vehicle(Ellipse.near_circular(start_km, inclination_rad), mass_kg, impulse_s, limits)
    return FallNeed(
        delta_v_m_s=round(FLOWN_OVER_PAPER * least.delta_v_m_s, 1),
        final_burn_m_s=round(least.final_burn_m_s, 1),
        longest_final_burn_s=limits.longest_final_burn_s,
        from_altitude_km=round(start_km),
        wait_days=wait_days,
        source=f"computed for {mass_kg / 1000.0:.0f} t and Cd*A/m {ballistic_m2_kg:.4f} m2/kg as stationkeep deorbit "
        f"does: perigee to {hold_km:.0f} km, then to {limits.final_perigee_km:g} km in one burn, 5 % more to fly it "
        "to a zone; altitudes where the air brakes it as hard as it braked Mir in 2001 at 220 and 155 km",
    )


def as_hard_as_km(altitude_km: float, ballistic_m2_kg: float, own_ballistic_m2_kg: float) -> float:
    """At which altitude does the air brake a station as hard as another one at ``altitude_km``? By their Cd A / m."""
    logarithm = _air()
    there = np.interp(altitude_km, _LEVELS_KM, logarithm)
    wanted = there + math.log(ballistic_m2_kg / own_ballistic_m2_kg)
    return float(np.interp(-wanted, -logarithm, _LEVELS_KM))


@lru_cache(maxsize=1)
def _air() -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Logarithm of the density at the levels, over the equator by day under a middle Sun."""
    from stationkeep.environment.surrogate import Nrlmsise00Surrogate

    density = Nrlmsise00Surrogate().density_kg_m3(_ANY_DAY_MJD + 0.5, 0.0, 0.0, _LEVELS_KM, _MIDDLE_SUN)
    return np.log(density)
