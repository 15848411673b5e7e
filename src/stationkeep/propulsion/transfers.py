"""How does a station get from one orbit to another: two burns half a revolution apart, or many passes at one place.

Engines on a station are weak: what a textbook does with two kicks may take hours of thrust. A burn that would last too
long is therefore split over passes of the same point of the orbit, one a revolution; what the arcs still cost over
sudden kicks is reported as gravity loss.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

from stationkeep.errors import InputError
from stationkeep.orbit.mean_decay import forced_eccentricity
from stationkeep.propulsion.burns import Thruster
from stationkeep.propulsion.finite_burns import Ellipse, FiniteBurn, Steering, burn_duration_s, finite_burn

SMALLEST_BURN_M_S: Final = 1.0e-4
"""Less than this is not worth a burn (0.2 m of altitude)."""
_MOST_ROUNDS: Final = 60
_AXIS_TOLERANCE_KM: Final = 1.0e-7
_SHAPE_TOLERANCE: Final = 1.0e-11
_MOST_PASSES: Final = 2000


@dataclass(frozen=True, slots=True)
class BurnLimits:
    """What one burn may be: its duration (the engine's, or the station's), and the arc it may cover."""

    longest_burn_s: float = math.inf
    longest_arc_rad: float = math.radians(60.0)
    """60 degrees lose 4.5 % of the change of shape; a Progress burn of 20 minutes covers 78."""

    def __post_init__(self) -> None:
        if not (self.longest_burn_s > 0.0 and 0.0 < self.longest_arc_rad <= math.pi):
            raise InputError(
                f"burns of at most {self.longest_burn_s:g} s and {math.degrees(self.longest_arc_rad):g} deg",
                hint="give a positive duration and an arc of up to 180 degrees",
            )

    def passes(self, ellipse: Ellipse, mass_kg: float, delta_v_m_s: float, thruster: Thruster) -> int:
        """Over how many revolutions must this much speed be split?"""
        if abs(delta_v_m_s) < SMALLEST_BURN_M_S:
            return 0
        duration = burn_duration_s(mass_kg, delta_v_m_s, thruster)
        allowed = min(self.longest_burn_s, self.longest_arc_rad / ellipse.mean_motion_rad_s)
        return math.ceil(duration / allowed - 1.0e-9)


@dataclass(frozen=True, slots=True)
class BurnPlan:
    """A series of burns and what they come to."""

    burns: tuple[FiniteBurn, ...]
    before: Ellipse
    after: Ellipse
    mass_after_kg: float
    sudden_delta_v_m_s: float
    """What sudden kicks would have needed for the same change."""

    @property
    def delta_v_m_s(self) -> float:
        """Sum of the burns, each counted positive."""
        return sum(abs(burn.delta_v_m_s) for burn in self.burns)

    @property
    def propellant_kg(self) -> float:
        """Sum over the burns."""
        return sum(burn.propellant_kg for burn in self.burns)

    @property
    def thrust_time_s(self) -> float:
        """Sum of the burns' durations."""
        return sum(burn.duration_s for burn in self.burns)

    @property
    def gravity_loss_m_s(self) -> float:
        """What burning over arcs costs beyond sudden kicks."""
        return self.delta_v_m_s - self.sudden_delta_v_m_s


def burn_series(
    ellipse: Ellipse,
    mass_kg: float,
    delta_v_m_s: float,
    latitude_rad: float,
    thruster: Thruster,
    *,
    limits: BurnLimits | None = None,
    steering: Steering = Steering.HORIZON,
    passes: int | None = None,
) -> tuple[tuple[FiniteBurn, ...], Ellipse, float]:
    """Burn this much speed at one point of the orbit, over as many passes as the limits ask for, each giving the same.

    Returns the burns, the ellipse after them, the mass after them. Between two passes nothing else acts: drag and the
    turning of the ellipse belong to whoever flies the orbit (a revolution turns it by 0.25 deg).
    """
    if passes is None:
        passes = (limits or BurnLimits()).passes(ellipse, mass_kg, delta_v_m_s, thruster)
    if passes > _MOST_PASSES:
        raise InputError(
            f"{delta_v_m_s:.1f} m/s would take {passes:,} passes", hint="push harder, or allow longer burns"
        )
    burns = []
    for _ in range(passes):
        burn = finite_burn(ellipse, mass_kg, delta_v_m_s / passes, latitude_rad, thruster, steering=steering)
        ellipse, mass_kg = burn.after, mass_kg - burn.propellant_kg
        burns.append(burn)
    return tuple(burns), ellipse, mass_kg


def two_burn_transfer(
    ellipse: Ellipse,
    target: Ellipse,
    mass_kg: float,
    thruster: Thruster,
    *,
    limits: BurnLimits | None = None,
    steering: Steering = Steering.HORIZON,
) -> BurnPlan:
    """Which two burns, half a revolution apart, take the orbit to another size and shape?

    Found by correcting the near-circular solution (both burns on the line of the wanted change of the eccentricity
    vector, ``v/4 (da/a +- de)`` each) with what the finite burns really do, until axis and shape are met to 0.1 mm
    and 1e-11. Where the wanted change of shape is larger than that of size, one of the two burns goes against the
    motion. Splits each burn over passes as ``limits`` ask. Raises :class:`InputError` where no such pair exists.
    """
    limits = limits or BurnLimits()
    solved, burns, after, mass_after = _solve(ellipse, target, mass_kg, thruster, limits, steering)
    # A thousand meganewtons burn for no time: the same equations then give the sudden kicks.
    sudden = replace(thruster, thrust_n=1.0e9)
    kicks, *_ = _solve(ellipse, target, mass_kg, sudden, BurnLimits(), steering, start=solved)
    return BurnPlan(burns, ellipse, after, mass_after, abs(kicks.first_m_s) + abs(kicks.second_m_s))


def lift(
    ellipse: Ellipse,
    gain_km: float,
    mass_kg: float,
    thruster: Thruster,
    *,
    inclination_rad: float = 0.0,
    limits: BurnLimits | None = None,
) -> BurnPlan:
    """Raise (or lower) the mean altitude with two burns and leave the shape as it was.

    ``inclination_rad`` lets the part of the eccentricity that J3 forces follow the axis; the change is micrometres.
    """
    axis = ellipse.semi_major_axis_km + gain_km
    forced = forced_eccentricity(axis, inclination_rad) - forced_eccentricity(
        ellipse.semi_major_axis_km, inclination_rad
    )
    target = Ellipse(axis, ellipse.e_cos, ellipse.e_sin + forced)
    return two_burn_transfer(ellipse, target, mass_kg, thruster, limits=limits)


def lower_perigee(
    ellipse: Ellipse,
    perigee_altitude_km: float,
    mass_kg: float,
    thruster: Thruster,
    *,
    limits: BurnLimits | None = None,
    steering: Steering = Steering.HORIZON,
    latitude_rad: float | None = None,
) -> BurnPlan:
    """How much must be burnt against the motion around apogee to bring the perigee down to a height?

    Burns at ``latitude_rad`` (default: apogee), over as many passes as the limits ask for. The height is the perigee
    radius minus 6378.137 km. Raises :class:`InputError` where the perigee is already below it.
    """
    if ellipse.perigee_altitude_km <= perigee_altitude_km:
        raise InputError(
            f"the perigee is at {ellipse.perigee_altitude_km:.1f} km, not above {perigee_altitude_km:.1f} km",
            hint="give a lower perigee to aim for",
        )
    limits = limits or BurnLimits()
    apogee = math.atan2(-ellipse.e_sin, -ellipse.e_cos) if latitude_rad is None else latitude_rad
    needed, passes = _perigee_delta_v(ellipse, perigee_altitude_km, mass_kg, apogee, thruster, limits, steering)
    burns, after, mass_after = burn_series(
        ellipse, mass_kg, -needed, apogee, thruster, limits=limits, steering=steering, passes=passes
    )
    sudden = replace(thruster, thrust_n=1.0e9)
    kick, _ = _perigee_delta_v(ellipse, perigee_altitude_km, mass_kg, apogee, sudden, BurnLimits(), steering)
    return BurnPlan(burns, ellipse, after, mass_after, kick)


def _perigee_delta_v(
    ellipse: Ellipse,
    perigee_km: float,
    mass_kg: float,
    latitude_rad: float,
    thruster: Thruster,
    limits: BurnLimits,
    steering: Steering,
) -> tuple[float, int]:
    """Speed needed and number of passes, by the secant method on the height reached."""

    def height(delta_v_m_s: float, passes: int) -> float:
        _, after, _ = burn_series(
            ellipse, mass_kg, -delta_v_m_s, latitude_rad, thruster, steering=steering, passes=passes
        )
        return after.perigee_altitude_km - perigee_km

    # In a near-circular orbit 1 m/s lowers the perigee by 4 / n metres.
    delta_v = 0.25e3 * ellipse.mean_motion_rad_s * (ellipse.perigee_altitude_km - perigee_km)
    passes = max(limits.passes(ellipse, mass_kg, delta_v, thruster), 1)
    for _ in range(_MOST_ROUNDS):
        step = 1.0e-4 * delta_v + 1.0e-3
        above = height(delta_v, passes)
        slope = (height(delta_v + step, passes) - above) / step
        if abs(above) < _AXIS_TOLERANCE_KM:
            return delta_v, passes
        # A perigee that passes through the other apsis kinks the curve; half of a wild step stays on this side.
        delta_v = max(delta_v - above / slope, 0.5 * delta_v)
        passes = max(limits.passes(ellipse, mass_kg, delta_v, thruster), passes)
    raise InputError(
        f"no burn around argument of latitude {math.degrees(latitude_rad):.0f} deg brings the perigee to "
        f"{perigee_km:.1f} km",
        hint="burn near apogee",
    )


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two burns: speeds [m/s] and arguments of latitude."""

    first_m_s: float
    second_m_s: float
    first_rad: float
    second_rad: float


def _solve(
    ellipse: Ellipse,
    target: Ellipse,
    mass_kg: float,
    thruster: Thruster,
    limits: BurnLimits,
    steering: Steering,
    *,
    start: _Pair | None = None,
) -> tuple[_Pair, tuple[FiniteBurn, ...], Ellipse, float]:
    pair = start or _near_circular_pair(ellipse, target)
    passes = (0, 0)
    for _ in range(_MOST_ROUNDS):
        # Passes may only grow, or a burn at the edge would flip between two numbers for ever.
        passes = (
            max(passes[0], limits.passes(ellipse, mass_kg, pair.first_m_s, thruster)),
            max(passes[1], limits.passes(ellipse, mass_kg, pair.second_m_s, thruster)),
        )
        one, middle, mass = burn_series(
            ellipse, mass_kg, pair.first_m_s, pair.first_rad, thruster, steering=steering, passes=passes[0]
        )
        two, after, mass = burn_series(
            middle, mass, pair.second_m_s, pair.second_rad, thruster, steering=steering, passes=passes[1]
        )
        missing_km = target.semi_major_axis_km - after.semi_major_axis_km
        missing_e = (target.e_cos - after.e_cos, target.e_sin - after.e_sin)
        small = SMALLEST_BURN_M_S / ellipse.mean_speed_m_s  # what burns too small to fly leave undone
        done = abs(missing_km) < _AXIS_TOLERANCE_KM + 4.0 * small * ellipse.semi_major_axis_km * (0 in passes)
        if done and math.hypot(*missing_e) < _SHAPE_TOLERANCE + 4.0 * small * (0 in passes):
            return pair, one + two, after, mass
        pair = _corrected(pair, ellipse, missing_km, missing_e)
    raise InputError(
        f"no pair of burns found from {ellipse.mean_altitude_km:.1f} to {target.mean_altitude_km:.1f} km",
        hint="go in smaller steps",
    )


def _near_circular_pair(ellipse: Ellipse, target: Ellipse) -> _Pair:
    size = (target.semi_major_axis_km - ellipse.semi_major_axis_km) / ellipse.semi_major_axis_km
    change = (target.e_cos - ellipse.e_cos, target.e_sin - ellipse.e_sin)
    shape = math.hypot(*change)
    # Without a change of shape any line will do; apsides keep the flight path flat.
    line = change if shape > _SHAPE_TOLERANCE else (ellipse.e_cos, ellipse.e_sin)
    latitude = math.atan2(line[1], line[0])
    quarter = 0.25 * ellipse.mean_speed_m_s
    return _Pair(quarter * (size + shape), quarter * (size - shape), latitude, latitude + math.pi)


def _corrected(pair: _Pair, ellipse: Ellipse, missing_km: float, missing_e: tuple[float, float]) -> _Pair:
    """The pair moved by what the near-circular theory says the remaining error is worth."""
    speed = ellipse.mean_speed_m_s
    cos_u, sin_u = math.cos(pair.first_rad), math.sin(pair.first_rad)
    size = 0.5 * speed * missing_km / ellipse.semi_major_axis_km
    shape = 0.5 * speed * (missing_e[0] * cos_u + missing_e[1] * sin_u)
    sideways = 0.5 * speed * (missing_e[1] * cos_u - missing_e[0] * sin_u)
    weight = pair.first_m_s**2 + pair.second_m_s**2
    turn = sideways / weight if weight > 0.0 else 0.0
    return _Pair(
        pair.first_m_s + 0.5 * (size + shape),
        pair.second_m_s + 0.5 * (size - shape),
        pair.first_rad + max(min(turn * pair.first_m_s, 0.3), -0.3),
        pair.second_rad - max(min(turn * pair.second_m_s, 0.3), -0.3),
    )
