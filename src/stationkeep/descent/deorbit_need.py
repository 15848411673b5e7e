"""What does a controlled fall take? Speed, propellant and thrust, from the rocket equation and burns over arcs.

The same formulas serve a plan and the points of no return of a run: propellant for a speed, thrust for a last burn that
must not last too long.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from stationkeep.constants import STANDARD_GRAVITY_M_S2
from stationkeep.errors import InputError
from stationkeep.propulsion.burns import Thruster, propellant_for_delta_v_kg
from stationkeep.propulsion.finite_burns import Ellipse, FiniteBurn
from stationkeep.propulsion.transfers import BurnLimits, lower_perigee

USUAL_IMPULSE_S: Final = 300.0
"""In which missing propellant is counted: bipropellant engines of 300 N to 3 kN."""
FINAL_PERIGEE_KM: Final = 50.0
"""Vacuum perigee the last burn aims at, or lower: steep enough for a short footprint (NASA-STD-8719.14, 4.7)."""
HOLD_PERIGEE_KM: Final = 155.0
"""Lowest perigee flown before the last burn with the attitude held: Mir, 150 to 158 km on 23 March 2001."""
LONGEST_FINAL_BURN_S: Final = 1800.0
"""A third of a revolution, which loses 17 % of the change of shape. Mir's lasted about 1,320 s."""
LONGEST_LOWERING_BURN_S: Final = 1330.0
"""As long as Mir's second (1,328 s) or the station's longest reboost (1,390 s)."""
FAILURE_PROBABILITY: Final = 0.01
"""With which a last burn stops for good at a random moment (assumed)."""
TIMING: Final = 1.005
"""A last burn may last so much longer than allowed: the times of burns are not known better."""
_ROUNDS: Final = 60
_HIGHEST_START_KM: Final = 2000.0


def speed_from_load_m_s(load_kg: float, mass_kg: float, exhaust_velocity_m_s: float) -> float:
    """How much speed does this load give? Tsiolkovsky; a load of more than half of the mass counts as half."""
    return exhaust_velocity_m_s * -math.log1p(-load_kg / max(mass_kg, 2.0 * load_kg))


def load_for_speed_kg(delta_v_m_s: float, mass_kg: float, specific_impulse_s: float = USUAL_IMPULSE_S) -> float:
    """Which load gives this speed? The inverse, ``mass_kg`` before the burn."""
    return propellant_for_delta_v_kg(mass_kg, delta_v_m_s, specific_impulse_s)


def thrust_for_burn_n(delta_v_m_s: float, mass_kg: float, longest_burn_s: float) -> float:
    """Which thrust gives this speed in this time? The loss of mass, under 1 %, is left out."""
    return mass_kg * delta_v_m_s / longest_burn_s


@dataclass(frozen=True, slots=True)
class DeorbitLimits:
    """What a sequence of burns may look like."""

    final_perigee_km: float = FINAL_PERIGEE_KM
    hold_perigee_km: float = HOLD_PERIGEE_KM
    longest_final_burn_s: float = LONGEST_FINAL_BURN_S
    longest_lowering_burn_s: float = LONGEST_LOWERING_BURN_S

    def __post_init__(self) -> None:
        if not -200.0 <= self.final_perigee_km <= 80.0:
            raise InputError(
                f"a final perigee of {self.final_perigee_km:g} km",
                hint="above 80 km the path is too shallow to aim; give --final-perigee-km from -200 to 80",
            )
        if not 120.0 <= self.hold_perigee_km <= 400.0:
            raise InputError(
                f"a perigee of {self.hold_perigee_km:g} km before the last burn",
                hint="give --hold-perigee-km from 120 to 400; Mir was held at 155 km",
            )
        if not (60.0 <= self.longest_final_burn_s <= 2600.0 and self.longest_lowering_burn_s >= 60.0):
            raise InputError(
                f"burns of at most {self.longest_final_burn_s:g} s (last) and {self.longest_lowering_burn_s:g} s",
                hint="give 60 s or more, the last one at most 2,600 s (half a revolution)",
            )

    def last_burn_fits(self, duration_s: float) -> bool:
        """Whether a last burn is short enough: the same answer on paper and as flown."""
        return duration_s <= TIMING * self.longest_final_burn_s


@dataclass(frozen=True, slots=True)
class BurnProfile:
    """A sequence of burns on paper: no drag, every burn at one place of the orbit."""

    lowering: tuple[FiniteBurn, ...]
    final: FiniteBurn
    mass_after_kg: float

    @property
    def burns(self) -> tuple[FiniteBurn, ...]:
        """In order."""
        return (*self.lowering, self.final)

    @property
    def delta_v_m_s(self) -> float:
        """Of all burns."""
        return sum(abs(burn.delta_v_m_s) for burn in self.burns)

    @property
    def propellant_kg(self) -> float:
        """Of all burns."""
        return sum(burn.propellant_kg for burn in self.burns)


def burn_profile(ellipse: Ellipse, mass_kg: float, thruster: Thruster, limits: DeorbitLimits) -> BurnProfile:
    """Which burns bring this orbit down?

    Lowering burns take the perigee to the hold height over as many passes as their longest duration asks for, the last
    burn, in one pass, to the final one. Where the engine could do it all in one short burn there are none before.
    Raises :class:`InputError` for a last burn of more than half a revolution.
    """
    apogee = math.atan2(-ellipse.e_sin, -ellipse.e_cos)
    lowering: tuple[FiniteBurn, ...] = ()
    orbit, mass = ellipse, mass_kg
    if ellipse.perigee_altitude_km > limits.hold_perigee_km + 1.0 and not _at_once(ellipse, mass_kg, thruster, limits):
        plan = lower_perigee(
            ellipse, limits.hold_perigee_km, mass_kg, thruster, latitude_rad=apogee,
            limits=BurnLimits(limits.longest_lowering_burn_s, math.pi),
        )  # fmt: skip
        lowering, orbit, mass = plan.burns, plan.after, plan.mass_after_kg
    last = lower_perigee(
        orbit, limits.final_perigee_km, mass, thruster, latitude_rad=apogee, limits=BurnLimits(math.inf, math.pi)
    )
    if len(last.burns) != 1:
        raise InputError(
            f"a last burn of {last.delta_v_m_s:.1f} m/s on {mass / 1000.0:,.0f} t takes more than half a revolution at "
            f"{thruster.thrust_n:,.0f} N",
            hint="push harder, or hold a lower perigee before it: --hold-perigee-km",
        )
    return BurnProfile(lowering, last.burns[0], last.mass_after_kg)


def _at_once(ellipse: Ellipse, mass_kg: float, thruster: Thruster, limits: DeorbitLimits) -> bool:
    """Whether one burn no longer than a lowering one does it all."""
    try:
        whole = lower_perigee(
            ellipse, limits.final_perigee_km, mass_kg, thruster,
            limits=BurnLimits(limits.longest_lowering_burn_s, math.pi),
        )  # fmt: skip
    except InputError:
        return False
    return len(whole.burns) == 1


@dataclass(frozen=True, slots=True)
class Need:
    """What a vehicle must at least bring for a station in an orbit."""

    delta_v_m_s: float
    propellant_kg: float
    final_burn_m_s: float
    thrust_n: float
    """Least thrust whose last burn is as long as allowed."""


def minimum_vehicle(ellipse: Ellipse, mass_kg: float, specific_impulse_s: float, limits: DeorbitLimits) -> Need:
    """How weak may the vehicle be, and how much propellant does it then need?

    The least thrust makes the last burn last as long as allowed; its losses are in the propellant. ``mass_kg`` with the
    vehicle and its load.
    """
    low, high = 1.0e-4 * mass_kg, 1.0 * mass_kg
    for _ in range(_ROUNDS):
        middle = math.sqrt(low * high)
        if _final_duration_s(ellipse, mass_kg, Thruster(middle, specific_impulse_s), limits) > (
            limits.longest_final_burn_s
        ):
            low = middle
        else:
            high = middle
    profile = burn_profile(ellipse, mass_kg, Thruster(high, specific_impulse_s), limits)
    return Need(profile.delta_v_m_s, profile.propellant_kg, abs(profile.final.delta_v_m_s), high)


def _final_duration_s(ellipse: Ellipse, mass_kg: float, thruster: Thruster, limits: DeorbitLimits) -> float:
    try:
        return burn_profile(ellipse, mass_kg, thruster, limits).final.duration_s
    except InputError:
        return math.inf


def highest_start_km(
    mass_kg: float, thruster: Thruster, propellant_kg: float, limits: DeorbitLimits, inclination_rad: float
) -> float | None:
    """From which near-circular orbit can this vehicle still bring the station down? Mean altitude [km].

    The propellant grows with the altitude and sets the answer. The last burn, from the hold perigee with an apogee at
    the start altitude, is the *shorter* the higher that is: its duration is judged there, not on the way up.
    None where not even an orbit just above the hold height will do.
    """

    def profile_from(altitude_km: float) -> BurnProfile | None:
        try:
            return burn_profile(Ellipse.near_circular(altitude_km, inclination_rad), mass_kg, thruster, limits)
        except InputError:
            return None  # more than half a revolution: from higher up it takes less

    def enough(altitude_km: float) -> bool:
        profile = profile_from(altitude_km)
        return profile is None or profile.propellant_kg <= propellant_kg

    low, high = limits.hold_perigee_km + 15.0, _HIGHEST_START_KM
    if not enough(low):
        return None
    if enough(high):
        low = high
    while high - low > 0.1:
        middle = 0.5 * (low + high)
        low, high = (middle, high) if enough(middle) else (low, middle)
    profile = profile_from(low)
    return low if profile is not None and limits.last_burn_fits(profile.final.duration_s) else None


def combined_thruster(parts: Iterable[tuple[Thruster, float]]) -> tuple[Thruster, float]:
    """Several engines firing together, each from its own tank [kg]: total thrust, mean impulse, propellant in all.

    The impulse is that of the common flow. Tanks that empty at different times are not followed. Raises
    :class:`InputError` for none.
    """
    listed = list(parts)
    if not listed:
        raise InputError("no engine was given", hint="name a vehicle: --vehicle usdv")
    thrust = sum(engine.thrust_n for engine, _ in listed)
    flow = sum(engine.flow_kg_s for engine, _ in listed)
    impulse = thrust / (flow * STANDARD_GRAVITY_M_S2)
    return Thruster(thrust, impulse), sum(load for _, load in listed)
