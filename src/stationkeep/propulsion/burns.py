"""What does a reboost burn cost, and how far does it lift? Rocket equation and tangential burns near a circle."""

from __future__ import annotations

import math
from dataclasses import dataclass

from stationkeep.constants import EARTH_EQUATORIAL_RADIUS_KM, EARTH_MU_KM3_S2, STANDARD_GRAVITY_M_S2
from stationkeep.errors import InputError


@dataclass(frozen=True, slots=True)
class Thruster:
    """What pushes: force along the track as the station feels it, and specific impulse."""

    thrust_n: float
    specific_impulse_s: float

    @property
    def flow_kg_s(self) -> float:
        """Propellant flow at full thrust."""
        return self.thrust_n / self.exhaust_velocity_m_s

    @property
    def exhaust_velocity_m_s(self) -> float:
        """Effective exhaust velocity."""
        return self.specific_impulse_s * STANDARD_GRAVITY_M_S2


@dataclass(frozen=True, slots=True)
class Burn:
    """One burn as flown: what it took and what it gave."""

    delta_v_m_s: float
    duration_s: float
    propellant_kg: float
    mean_altitude_gain_km: float


def delta_v_for_gain_m_s(mean_altitude_km: float, gain_km: float) -> float:
    """Which delta-v lifts a near-circular orbit by ``gain_km`` of mean altitude?

    Two tangential burns half a revolution apart (Hohmann 1925), so that the eccentricity stays as it was; the sum of
    both. At 418 km 1 km costs 0.56 m/s. Negative gains cost the same as their mirror image.
    """
    start = EARTH_EQUATORIAL_RADIUS_KM + mean_altitude_km
    end = start + gain_km
    if start <= 0.0 or end <= 0.0:
        raise InputError(
            f"no orbit at {mean_altitude_km + gain_km:.1f} km mean altitude", hint="give altitudes above ground"
        )
    transfer = 0.5 * (start + end)
    first = math.sqrt(EARTH_MU_KM3_S2 * (2.0 / start - 1.0 / transfer)) - math.sqrt(EARTH_MU_KM3_S2 / start)
    second = math.sqrt(EARTH_MU_KM3_S2 / end) - math.sqrt(EARTH_MU_KM3_S2 * (2.0 / end - 1.0 / transfer))
    return 1.0e3 * (abs(first) + abs(second))


def gain_for_delta_v_km(mean_altitude_km: float, delta_v_m_s: float) -> float:
    """How much mean altitude does this delta-v buy? The inverse of :func:`delta_v_for_gain_m_s`, to 1 mm.

    A negative one is a burn against the motion: it lowers.
    """
    axis = EARTH_EQUATORIAL_RADIUS_KM + mean_altitude_km
    gain = 2.0e-3 * delta_v_m_s * math.sqrt(axis**3 / EARTH_MU_KM3_S2)
    for _ in range(8):
        spent = math.copysign(delta_v_for_gain_m_s(mean_altitude_km, gain), delta_v_m_s)
        error = delta_v_m_s - spent
        gain += 2.0e-3 * error * math.sqrt((axis + gain) ** 3 / EARTH_MU_KM3_S2)
        if abs(error) < 1.0e-9:
            break
    return gain


def propellant_for_delta_v_kg(mass_kg: float, delta_v_m_s: float, specific_impulse_s: float) -> float:
    """Propellant a station of this mass burns for a delta-v (Tsiolkovsky's equation); ``mass_kg`` before the burn."""
    return mass_kg * -math.expm1(-delta_v_m_s / (specific_impulse_s * STANDARD_GRAVITY_M_S2))


def reboost(
    mean_altitude_km: float,
    wanted_gain_km: float,
    mass_kg: float,
    thruster: Thruster,
    *,
    propellant_available_kg: float,
    longest_burn_s: float,
) -> Burn:
    """Which burn comes nearest to the wanted gain within the propellant and the longest burn allowed?

    A negative gain is a burn that lowers; its ``delta_v_m_s`` is positive all the same.

    ``mass_kg`` before the burn. Losses from burning over an arc instead of at a point are under 0.1 % for burns
    of up to 20 minutes at station accelerations (0.002 m/s2) and are left out.
    """
    wanted_m_s = delta_v_for_gain_m_s(mean_altitude_km, wanted_gain_km)
    wanted_kg = propellant_for_delta_v_kg(mass_kg, wanted_m_s, thruster.specific_impulse_s)
    burned_kg = min(wanted_kg, propellant_available_kg, thruster.flow_kg_s * longest_burn_s)
    delta_v_m_s = -thruster.exhaust_velocity_m_s * math.log1p(-burned_kg / mass_kg)
    return Burn(
        delta_v_m_s=delta_v_m_s,
        duration_s=burned_kg / thruster.flow_kg_s,
        propellant_kg=burned_kg,
        mean_altitude_gain_km=gain_for_delta_v_km(mean_altitude_km, math.copysign(delta_v_m_s, wanted_gain_km)),
    )
