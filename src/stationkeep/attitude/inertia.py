"""How does gravity turn a station? Inertia, the gravity-gradient torque, and the attitude at which nothing turns it.

Frames. *Orbital*: x along the velocity, z down, y against the orbit's momentum. *Body*: the same axes of the station
(x forward, y starboard, z to the deck); it coincides with the orbital frame at zero angles. Attitudes are turns
yaw (z), pitch (y), roll (x), in this order, from the orbital to the body frame. Torques and inertia are in the body
frame.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeep.constants import EARTH_EQUATORIAL_RADIUS_KM, EARTH_MU_KM3_S2
from stationkeep.errors import InputError, OrbitError

FloatArray = NDArray[np.float64]


def orbital_rate_rad_s(mean_altitude_km: float) -> float:
    """How fast does a circular orbit of that mean altitude turn? [rad/s]"""
    if not mean_altitude_km > 0.0:
        raise OrbitError(f"mean altitude {mean_altitude_km!r} km", hint="give an altitude above 0 km")
    return math.sqrt(EARTH_MU_KM3_S2 / (EARTH_EQUATORIAL_RADIUS_KM + mean_altitude_km) ** 3)


def orbital_speed_m_s(mean_altitude_km: float) -> float:
    """How fast does a station fly on a circular orbit of that mean altitude? Against the stars [m/s]."""
    return 1.0e3 * orbital_rate_rad_s(mean_altitude_km) * (EARTH_EQUATORIAL_RADIUS_KM + mean_altitude_km)


@dataclass(frozen=True, slots=True)
class Inertia:
    """How hard is the station to turn? Elements of the inertia matrix about the centre of mass [kg m2].

    ``xy_kg_m2``, ``xz_kg_m2``, ``yz_kg_m2`` are the elements of the matrix itself (minus the products of inertia).
    Refused where no body has such a matrix: not positive, or one principal moment above the sum of the others.
    """

    xx_kg_m2: float
    yy_kg_m2: float
    zz_kg_m2: float
    xy_kg_m2: float = 0.0
    xz_kg_m2: float = 0.0
    yz_kg_m2: float = 0.0

    def __post_init__(self) -> None:
        if not np.all(np.isfinite(self.matrix)):
            raise InputError("an inertia matrix holds a number that is not finite")
        low, middle, high = np.linalg.eigvalsh(self.matrix)
        if low <= 0.0 or high > (low + middle) * (1.0 + 1.0e-9):
            raise InputError(
                f"no body has the principal moments {low:.4g}, {middle:.4g}, {high:.4g} kg m2",
                hint="all must be positive and none above the sum of the other two; off-diagonal elements count",
            )

    @property
    def matrix(self) -> FloatArray:
        """The matrix (3, 3) [kg m2]."""
        xx, yy, zz, xy, xz, yz = (
            self.xx_kg_m2, self.yy_kg_m2, self.zz_kg_m2, self.xy_kg_m2, self.xz_kg_m2, self.yz_kg_m2,
        )  # fmt: skip
        return np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]], dtype=np.float64)

    @property
    def pitch_lever_kg_m2(self) -> float:
        """What gravity takes hold of in pitch: length of (Izz - Ixx, 2 Ixz) [kg m2]."""
        return math.hypot(self.zz_kg_m2 - self.xx_kg_m2, 2.0 * self.xz_kg_m2)

    def scaled(self, factor: float) -> Inertia:
        """The same shape with all moments times ``factor``: a station that grew by that much."""
        return Inertia(*(factor * getattr(self, name) for name in self.__dataclass_fields__))


def body_axes(yaw_deg: float, pitch_deg: float, roll_deg: float) -> FloatArray:
    """The turn from orbital to body frame (3, 3): its columns are the orbital axes as the body sees them."""
    (sy, cy), (sp, cp), (sr, cr) = (
        (math.sin(math.radians(angle)), math.cos(math.radians(angle))) for angle in (yaw_deg, pitch_deg, roll_deg)
    )
    yaw = np.array([[cy, sy, 0.0], [-sy, cy, 0.0], [0.0, 0.0, 1.0]])
    pitch = np.array([[cp, 0.0, -sp], [0.0, 1.0, 0.0], [sp, 0.0, cp]])
    roll = np.array([[1.0, 0.0, 0.0], [0.0, cr, sr], [0.0, -sr, cr]])
    return np.asarray(roll @ pitch @ yaw)


def gravity_gradient_torque_n_m(inertia: Inertia, down_in_body: ArrayLike, orbital_rate_rad_s: float) -> FloatArray:
    """How hard does the gravity gradient turn the body? ``3 n2 d x I d`` with ``d`` the unit vector down, (3,) [N m].

    First order in size over distance to the Earth's centre; the next order is 2e-5 of it (Hughes, *Spacecraft Attitude
    Dynamics*, 1986, section 8.1).
    """
    down = np.asarray(down_in_body, dtype=float)
    return np.asarray(3.0 * orbital_rate_rad_s**2 * np.cross(down, inertia.matrix @ down))


def holding_torque_n_m(inertia: Inertia, axes: FloatArray, orbital_rate_rad_s: float) -> FloatArray:
    """What turns a body that is held at a fixed attitude to the orbital frame? (3,) [N m]

    Gravity gradient less ``w x I w``, the torque that the turning with the orbit takes by itself. Gyros must store what
    is left of it. ``axes`` from :func:`body_axes`. Source: Wie, *Space Vehicle Dynamics and Control*, 1998, section
    6.8.
    """
    rate = -orbital_rate_rad_s * axes[:, 1]
    gyroscopic = np.cross(rate, inertia.matrix @ rate)
    return gravity_gradient_torque_n_m(inertia, axes[:, 2], orbital_rate_rad_s) - gyroscopic


def balance_attitude_deg(
    inertia: Inertia,
    mean_altitude_km: float,
    air_torque_n_m: ArrayLike = (0.0, 0.0, 0.0),
    *,
    near_deg: tuple[float, float, float] = (0.0, 0.0, 0.0),
) -> tuple[float, float, float]:
    """At which attitude does nothing turn the station (torque-equilibrium attitude)? Yaw, pitch, roll [deg].

    ``air_torque_n_m`` (3,) is taken as fixed in the body frame. Newton's method from ``near_deg``; raises
    :class:`InputError` where it finds no balance within 60 degrees: the air turns harder than gravity holds.
    """
    rate = orbital_rate_rad_s(mean_altitude_km)
    air = np.asarray(air_torque_n_m, dtype=float)
    scale = rate**2 * float(np.trace(inertia.matrix))

    def left_over(angles: FloatArray) -> FloatArray:
        return np.asarray((holding_torque_n_m(inertia, body_axes(*angles), rate) + air) / scale)

    angles = np.array(near_deg, dtype=float)
    step = 1.0e-3
    for _ in range(60):
        torque = left_over(angles)
        if np.abs(torque).max() < 1.0e-13:
            return float(angles[0]), float(angles[1]), float(angles[2])
        slopes = np.array([(left_over(angles + step * one) - left_over(angles - step * one)) for one in np.eye(3)]).T
        try:
            change = np.linalg.solve(slopes / (2.0 * step), -torque)
        except np.linalg.LinAlgError:
            break
        angles = angles + change * min(1.0, 10.0 / np.abs(change).max())
        if np.abs(angles).max() > 60.0:
            break
    raise InputError(
        "no attitude within 60 degrees balances gravity and air",
        hint="the torque of the air is too large for this inertia and altitude; thrusters would have to hold it",
    )
