"""What does a burn of some minutes do to the orbit? Thrust over an arc, with the mass it uses up.

A burn is flown as a handful of small kicks at the nodes of a Gauss-Legendre rule over its arc; each kick changes the
Kepler ellipse exactly, so nothing is assumed small: not the eccentricity, not the arc, not the speed gained. Between
the kicks the ellipse turns with the oblate Earth so little that it is left out (0.05 deg in ten minutes). A burn of
minutes costs some ten microseconds of plain Python, no compiling.

What an arc loses (*gravity loss*) in a near-circular orbit, with ``x`` the arc in radians and the thrust held to the
horizon: nothing of the gain in energy, and ``1 - sin(x/2)/(x/2)`` of the change of the eccentricity vector. With the
direction fixed in space the energy suffers that loss instead, and of the eccentricity ``1/4 - sin(x)/(4 x)`` is lost.
(Robbins, AIAA Journal 4, 1966, has the general theory; these follow from Gauss's equations.)
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

from stationkeep.constants import EARTH_EQUATORIAL_RADIUS_KM, EARTH_MU_KM3_S2
from stationkeep.errors import InputError
from stationkeep.orbit.elements import MeanElements
from stationkeep.orbit.mean_decay import elements_of, forced_eccentricity, state_of
from stationkeep.propulsion.burns import Thruster

LONGEST_ARC_RAD: Final = math.pi
"""Half a revolution: a longer burn works against itself and must be split over passes."""
_FEWEST_NODES: Final = 3
_NODES_PER_RADIAN: Final = 3.0


class Steering(StrEnum):
    """Where the thrust points during a burn."""

    HORIZON = "horizon"
    """Along the local horizontal in the plane of the orbit: the station turns with it, as on ordinary days."""
    FIXED = "fixed"
    """Fixed in space, along the horizontal of the middle of the burn."""


@dataclass(frozen=True, slots=True)
class Ellipse:
    """Size and shape of an orbit in its plane: semi-major axis, and the eccentricity vector counted from the node.

    The eccentricity vector is the true average, the part that J3 forces on it included (as the mean decay engine
    keeps it); element sets leave that part out. :meth:`of` and :meth:`moved` make the difference.
    """

    semi_major_axis_km: float
    e_cos: float = 0.0
    e_sin: float = 0.0

    @classmethod
    def of(cls, elements: MeanElements) -> Ellipse:
        """The ellipse of mean elements."""
        axis, e_cos, e_sin, _, _ = (float(value) for value in state_of(elements))
        return cls(axis, e_cos, e_sin)

    def moved(self, elements: MeanElements) -> MeanElements:
        """``elements`` with this size and shape instead of their own; plane, epoch and place stay."""
        state = state_of(elements)
        # The forced part follows the axis, so it is that of the new axis that must come off again.
        state[0], state[1], state[2] = self.semi_major_axis_km, self.e_cos, self.e_sin
        after = elements_of(state, elements.epoch_mjd_utc)
        latitude = elements.mean_anomaly_rad + elements.argument_of_perigee_rad
        return MeanElements(
            after.epoch_mjd_utc,
            after.semi_major_axis_km,
            after.eccentricity,
            after.inclination_rad,
            after.raan_rad,
            after.argument_of_perigee_rad,
            (latitude - after.argument_of_perigee_rad) % (2.0 * math.pi),
        )

    @classmethod
    def near_circular(cls, mean_altitude_km: float, inclination_rad: float = 0.0) -> Ellipse:
        """The roundest orbit of that mean altitude: only J3's forced eccentricity, which an inclination brings."""
        axis = EARTH_EQUATORIAL_RADIUS_KM + mean_altitude_km
        return cls(axis, 0.0, forced_eccentricity(axis, inclination_rad))

    @property
    def eccentricity(self) -> float:
        """Its length."""
        return math.hypot(self.e_cos, self.e_sin)

    @property
    def mean_altitude_km(self) -> float:
        """Semi-major axis minus 6378.137 km."""
        return self.semi_major_axis_km - EARTH_EQUATORIAL_RADIUS_KM

    @property
    def perigee_altitude_km(self) -> float:
        """Perigee radius minus 6378.137 km."""
        return self.semi_major_axis_km * (1.0 - self.eccentricity) - EARTH_EQUATORIAL_RADIUS_KM

    @property
    def apogee_altitude_km(self) -> float:
        """Apogee radius minus 6378.137 km."""
        return self.semi_major_axis_km * (1.0 + self.eccentricity) - EARTH_EQUATORIAL_RADIUS_KM

    @property
    def mean_speed_m_s(self) -> float:
        """Speed on the circle of the same axis."""
        return 1.0e3 * math.sqrt(EARTH_MU_KM3_S2 / self.semi_major_axis_km)

    @property
    def mean_motion_rad_s(self) -> float:
        """Angle per second, averaged over a revolution."""
        return math.sqrt(EARTH_MU_KM3_S2 / self.semi_major_axis_km**3)

    def angular_rate_rad_s(self, latitude_rad: float) -> float:
        """How fast the argument of latitude grows at that point."""
        p = self.semi_major_axis_km * (1.0 - self.e_cos**2 - self.e_sin**2)
        nearness = 1.0 + self.e_cos * math.cos(latitude_rad) + self.e_sin * math.sin(latitude_rad)
        return math.sqrt(EARTH_MU_KM3_S2 / p**3) * nearness * nearness

    def kicked(self, latitude_rad: float, along_m_s: float, outward_m_s: float = 0.0) -> Ellipse:
        """The ellipse after a sudden change of speed at an argument of latitude; exact for any size.

        ``along_m_s`` is horizontal, with the motion; ``outward_m_s`` away from the Earth. Raises
        :class:`InputError` where the orbit would no longer be closed.
        """
        cos_u, sin_u = math.cos(latitude_rad), math.sin(latitude_rad)
        p = self.semi_major_axis_km * (1.0 - self.e_cos**2 - self.e_sin**2)
        momentum = math.sqrt(EARTH_MU_KM3_S2 * p)
        radius = p / (1.0 + self.e_cos * cos_u + self.e_sin * sin_u)
        across = momentum / radius + 1.0e-3 * along_m_s
        up = EARTH_MU_KM3_S2 / momentum * (self.e_cos * sin_u - self.e_sin * cos_u) + 1.0e-3 * outward_m_s
        energy = 0.5 * (across * across + up * up) - EARTH_MU_KM3_S2 / radius
        if not energy < 0.0:
            raise InputError(
                f"{along_m_s:g} m/s along and {outward_m_s:g} m/s outward leave no closed orbit",
                hint="a station's burns are below 1 km/s; check the unit (m/s)",
            )
        towards = radius * across * across / EARTH_MU_KM3_S2 - 1.0
        sideways = -radius * across * up / EARTH_MU_KM3_S2
        return Ellipse(
            -0.5 * EARTH_MU_KM3_S2 / energy,
            towards * cos_u - sideways * sin_u,
            towards * sin_u + sideways * cos_u,
        )


@dataclass(frozen=True, slots=True)
class FiniteBurn:
    """One burn as flown: what it took, what it gave, and how large an arc it covered."""

    delta_v_m_s: float
    """Speed given by the engine, negative against the motion."""
    duration_s: float
    propellant_kg: float
    latitude_rad: float
    """Argument of latitude of its middle."""
    arc_rad: float
    before: Ellipse
    after: Ellipse

    @property
    def mean_altitude_gain_km(self) -> float:
        """Change of the mean semi-major axis."""
        return self.after.semi_major_axis_km - self.before.semi_major_axis_km


def burn_duration_s(mass_kg: float, delta_v_m_s: float, thruster: Thruster) -> float:
    """How long must the engine run for this change of speed (Tsiolkovsky's equation); ``mass_kg`` before the burn."""
    return mass_kg * -math.expm1(-abs(delta_v_m_s) / thruster.exhaust_velocity_m_s) / thruster.flow_kg_s


def burn_delta_v_m_s(mass_kg: float, duration_s: float, thruster: Thruster) -> float:
    """Which change of speed does the engine give in this time? The inverse of :func:`burn_duration_s`."""
    burned_kg = thruster.flow_kg_s * duration_s
    if not 0.0 <= burned_kg < mass_kg:
        raise InputError(
            f"{duration_s:g} s would burn {burned_kg:,.0f} kg of {mass_kg:,.0f} kg", hint="give a shorter burn"
        )
    return -thruster.exhaust_velocity_m_s * math.log1p(-burned_kg / mass_kg)


def finite_burn(
    ellipse: Ellipse,
    mass_kg: float,
    delta_v_m_s: float,
    latitude_rad: float,
    thruster: Thruster,
    *,
    steering: Steering = Steering.HORIZON,
    outward_rad: float = 0.0,
) -> FiniteBurn:
    """What does one burn of this much speed, centred on this argument of latitude, do to the orbit?

    ``delta_v_m_s`` is the engine's, in the plane of the orbit (negative: against the motion); ``mass_kg`` before the
    burn; ``outward_rad`` tilts the thrust away from the Earth (the station's balance attitude puts it up to 8 degrees
    off). Constant force and flow, so that the thrust bites a little more at the end. Raises :class:`InputError` for an
    arc of more than half a revolution: such a burn must be split (:mod:`stationkeep.propulsion.transfers`).
    """
    duration = burn_duration_s(mass_kg, delta_v_m_s, thruster)
    arc = ellipse.angular_rate_rad_s(latitude_rad) * duration
    if arc > LONGEST_ARC_RAD:
        raise InputError(
            f"a burn of {delta_v_m_s:.1f} m/s on {mass_kg:,.0f} kg lasts {duration:,.0f} s, "
            f"{math.degrees(arc):.0f} deg of the orbit",
            hint="split it over several passes, or push harder; 180 deg is the most",
        )
    after = ellipse
    sign = math.copysign(1.0, delta_v_m_s)
    loss = thruster.flow_kg_s * duration / mass_kg
    for place, weight in _gauss_nodes(_FEWEST_NODES + math.ceil(_NODES_PER_RADIAN * arc)):
        # Acceleration at this moment of the burn, times its share of the duration.
        kick = sign * thruster.thrust_n / (mass_kg * (1.0 - loss * (0.5 + place))) * duration * weight
        turned = arc * place
        tilt = outward_rad if steering is Steering.HORIZON else outward_rad + turned
        after = after.kicked(latitude_rad + turned, kick * math.cos(tilt), kick * math.sin(tilt))
    return FiniteBurn(delta_v_m_s, duration, thruster.flow_kg_s * duration, latitude_rad, arc, ellipse, after)


def quick_burn(
    ellipse: Ellipse, mass_kg: float, delta_v_m_s: float, latitude_rad: float, thruster: Thruster
) -> FiniteBurn:
    """The same as :func:`finite_burn` held to the horizon, in a few microseconds, for flights with hundreds of burns.

    One sudden kick, its change of the eccentricity vector shortened by :func:`arc_efficiency`. For a station's burns
    (up to 25 minutes, eccentricity below 0.005) it differs from :func:`finite_burn` by less than 0.2 % of the change.
    """
    duration = burn_duration_s(mass_kg, delta_v_m_s, thruster)
    arc = ellipse.mean_motion_rad_s * duration
    sudden = ellipse.kicked(latitude_rad, delta_v_m_s)
    lost = (1.0 - arc_efficiency(arc)) * 2.0 * delta_v_m_s / ellipse.mean_speed_m_s
    after = Ellipse(
        sudden.semi_major_axis_km,
        sudden.e_cos - lost * math.cos(latitude_rad),
        sudden.e_sin - lost * math.sin(latitude_rad),
    )
    return FiniteBurn(delta_v_m_s, duration, thruster.flow_kg_s * duration, latitude_rad, arc, ellipse, after)


def arc_efficiency(arc_rad: float) -> float:
    """Which part of an instant burn's change of eccentricity does an arc of this length give, held to the horizon?"""
    half = 0.5 * arc_rad
    return math.sin(half) / half if half > 1.0e-6 else 1.0 - half * half / 6.0


@lru_cache(maxsize=64)
def _gauss_nodes(count: int) -> tuple[tuple[float, float], ...]:
    """Places from -1/2 to 1/2 and weights that add up to 1."""
    from numpy.polynomial.legendre import leggauss

    places, weights = leggauss(count)
    return tuple((0.5 * float(place), 0.5 * float(weight)) for place, weight in zip(places, weights, strict=True))
