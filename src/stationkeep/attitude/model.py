"""How much turning builds up, how soon the gyros are full, and how dense may the air be before nothing holds?

All closed forms, a few microseconds each; ``stationkeep.attitude.rigid_body`` integrates the motion to check them.
Derivations: ``docs/attitude.md``. Pitch is the axis that counts: a constant torque about it adds up orbit after orbit,
because that axis stays fixed against the stars. About roll and yaw, fixed in a frame that turns with the orbit, a
constant torque only makes the stored momentum go round in a circle of radius torque over orbital rate.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from stationkeep.attitude.gyros import Gyros
from stationkeep.attitude.inertia import (
    Inertia,
    body_axes,
    holding_torque_n_m,
    orbital_rate_rad_s,
    orbital_speed_m_s,
)
from stationkeep.errors import InputError

_THICKEST_AIR_KG_M3 = 1.0e-6  # far beyond anything a station survives: 100 km


@dataclass(frozen=True, slots=True)
class AttitudeModel:
    """A station flying level, its gyros, and what the air takes hold of.

    ``drag_area_m2``: drag coefficient times area, as the drag feels it. ``pressure_centre_m``: how far below the centre
    of mass (above: negative) the drag attacks. ``cyclic_share``: first harmonic of its torque round the orbit over
    the mean. ``pitch_band_deg``: how far from level the balance attitude may go.
    """

    inertia: Inertia
    gyros: Gyros
    drag_area_m2: float
    pressure_centre_m: float
    cyclic_share: float = 0.45
    pitch_band_deg: float = 15.0

    def __post_init__(self) -> None:
        if not (self.drag_area_m2 >= 0.0 and self.cyclic_share >= 0.0 and 0.0 < self.pitch_band_deg <= 45.0):
            raise InputError(
                f"drag area {self.drag_area_m2!r} m2, cyclic share {self.cyclic_share!r}, "
                f"band {self.pitch_band_deg!r} deg",
                hint="areas and shares must not be negative; the band lies above 0 and up to 45 degrees",
            )

    # --- torques --------------------------------------------------------------------------------------------------

    def air_torque_n_m(self, density_kg_m3: float, mean_altitude_km: float) -> float:
        """How hard does the air turn the station in pitch, on orbit average? Nose up is positive [N m].

        ``-z F`` with ``F = rho v2 CdA / 2``; the air is taken at rest against the stars, 4 to 6 % more than
        co-rotating.
        """
        if not density_kg_m3 >= 0.0:
            raise InputError(f"density {density_kg_m3!r} kg/m3", hint="give a density of zero or more")
        speed = orbital_speed_m_s(mean_altitude_km)
        return -0.5 * density_kg_m3 * speed**2 * self.drag_area_m2 * self.pressure_centre_m

    def pitch_torque_n_m(self, pitch_deg: float, density_kg_m3: float, mean_altitude_km: float) -> float:
        """Gravity gradient and air together, held at a pitch angle with no yaw and roll; nose up is positive [N m]."""
        rate = orbital_rate_rad_s(mean_altitude_km)
        return self._gravity_n_m(pitch_deg, rate) + self.air_torque_n_m(density_kg_m3, mean_altitude_km)

    def _gravity_n_m(self, pitch_deg: float, rate: float) -> float:
        twice = math.radians(2.0 * pitch_deg)
        lever = (self.inertia.zz_kg_m2 - self.inertia.xx_kg_m2) * math.sin(twice)
        return 1.5 * rate**2 * (lever + 2.0 * self.inertia.xz_kg_m2 * math.cos(twice))

    def balance_pitch_deg(self, density_kg_m3: float, mean_altitude_km: float) -> float:
        """At which pitch do gravity and air balance? Nose up is positive [deg]; NaN where the air is too strong."""
        rate = orbital_rate_rad_s(mean_altitude_km)
        strongest = 1.5 * rate**2 * self.inertia.pitch_lever_kg_m2
        torque = self.air_torque_n_m(density_kg_m3, mean_altitude_km)
        if abs(torque) > strongest:
            return math.nan
        shift = math.asin(-torque / strongest) if torque else 0.0
        phase = math.atan2(2.0 * self.inertia.xz_kg_m2, self.inertia.zz_kg_m2 - self.inertia.xx_kg_m2)
        if abs(phase) > 0.5 * math.pi:  # the upright balance: x is the heavy axis
            phase -= math.copysign(math.pi, phase)
            shift = -shift
        return math.degrees(0.5 * (shift - phase))

    def secular_torque_n_m(
        self,
        offset_deg: float,
        density_kg_m3: float,
        mean_altitude_km: float,
        *,
        planned_density_kg_m3: float | None = None,
    ) -> float:
        """What adds up orbit after orbit when a fixed attitude is held? About pitch, nose up is positive [N m].

        ``offset_deg`` from the balance attitude worked out for ``planned_density_kg_m3`` (the real one unless given): a
        storm that thickens the air makes the planned attitude wrong. NaN where no balance exists at the planned
        density.
        """
        planned = density_kg_m3 if planned_density_kg_m3 is None else planned_density_kg_m3
        balance = self.balance_pitch_deg(planned, mean_altitude_km)
        torque = self.pitch_torque_n_m(balance + offset_deg, density_kg_m3, mean_altitude_km)
        return 0.0 if offset_deg == 0.0 and planned == density_kg_m3 and math.isfinite(balance) else torque

    # --- what the gyros hold -----------------------------------------------------------------------------------------

    def cyclic_momentum_n_m_s(self, density_kg_m3: float, mean_altitude_km: float) -> float:
        """How much goes in and out of the gyros each orbit at a fixed attitude? Amplitude [N m s]: torque over rate."""
        torque = self.cyclic_share * abs(self.air_torque_n_m(density_kg_m3, mean_altitude_km))
        return torque / orbital_rate_rad_s(mean_altitude_km)

    def roll_yaw_momentum_n_m_s(self, yaw_deg: float, roll_deg: float, mean_altitude_km: float) -> float:
        """Most that a fixed error in yaw and roll puts into the gyros: it comes back each orbit [N m s].

        From empty gyros the momentum circles about ``torque / rate`` and so reaches twice that. The error is against
        axes along the principal ones (no products of inertia).
        """
        rate = orbital_rate_rad_s(mean_altitude_km)
        straight = Inertia(self.inertia.xx_kg_m2, self.inertia.yy_kg_m2, self.inertia.zz_kg_m2)
        torque = holding_torque_n_m(straight, body_axes(yaw_deg, 0.0, roll_deg), rate)
        return 2.0 * float(np.hypot(torque[0], torque[2])) / rate

    def room_n_m_s(self, density_kg_m3: float, mean_altitude_km: float) -> float:
        """How much momentum can still be taken up beside what the air moves in and out each orbit? [N m s]"""
        cyclic = self.cyclic_momentum_n_m_s(density_kg_m3, mean_altitude_km)
        return max(self.gyros.capacity_n_m_s - cyclic, 0.0)

    def hours_to_saturation(
        self,
        offset_deg: float,
        density_kg_m3: float,
        mean_altitude_km: float,
        *,
        stored_n_m_s: float = 0.0,
        planned_density_kg_m3: float | None = None,
    ) -> float:
        """After how long are the gyros full, holding a fixed attitude without thrusters? [h]; infinite at balance.

        Counts the cyclic part at its worst phase, so it is early by at most one orbit. ``stored_n_m_s``: pitch momentum
        at the start, of the sign of the torque.
        """
        torque = self.secular_torque_n_m(
            offset_deg, density_kg_m3, mean_altitude_km, planned_density_kg_m3=planned_density_kg_m3
        )
        room = self.room_n_m_s(density_kg_m3, mean_altitude_km) - math.copysign(1.0, torque) * stored_n_m_s
        if math.isnan(torque) or room <= 0.0:
            return 0.0
        return math.inf if torque == 0.0 else room / abs(torque) / 3600.0

    def minutes_to_drift(self, from_deg: float, to_deg: float, mean_altitude_km: float) -> float:
        """How long does an unheld station take to drift from one pitch error to a larger one? [min]

        A station whose long truss lies across the orbit and level stands on its edge: gravity turns it away from the
        balance, ``acosh(to/from) / k`` with ``k2 = 3 n2 (Izz - Ixx) / Iyy``, starting at rest. Infinite where it
        swings.
        """
        if not 0.0 < from_deg <= to_deg:
            raise InputError(f"drift from {from_deg!r} to {to_deg!r} deg", hint="give 0 < from <= to")
        stiffness = 3.0 * (self.inertia.zz_kg_m2 - self.inertia.xx_kg_m2) / self.inertia.yy_kg_m2
        if stiffness <= 0.0:
            return math.inf
        growth = orbital_rate_rad_s(mean_altitude_km) * math.sqrt(stiffness)
        return math.acosh(to_deg / from_deg) / growth / 60.0

    # --- how far down ------------------------------------------------------------------------------------------------

    def pitch_needed_deg(
        self, density_kg_m3: float, mean_altitude_km: float, thruster_torque_n_m: float = 0.0
    ) -> float:
        """How far from level must the station go to stay balanced round the orbit? [deg]; infinite where it cannot.

        Mean torque by the balance attitude; the cyclic part first by the gyros, then by swinging: with the attitude
        free to follow, ``Iyy a" - 3 n2 (Izz - Ixx) a = T cos nt`` needs ``T / n2 (Iyy + 3 (Izz - Ixx))`` and no gyros
        (Wie, Byun, Warren, NASA CR-187265, 1988). Thrusters take off the mean torque first.
        """
        if not self.gyros.hold and thruster_torque_n_m <= 0.0:
            return math.inf
        return self._needed_deg(density_kg_m3, mean_altitude_km, thruster_torque_n_m, self.gyros.capacity_n_m_s)

    def without_gyro_swing_deg(self, density_kg_m3: float, mean_altitude_km: float) -> float:
        """The same with all of the cyclic part left to swinging, so that the gyros stay free for upsets [deg]."""
        return self._needed_deg(density_kg_m3, mean_altitude_km, 0.0, 0.0)

    def _needed_deg(self, density: float, altitude: float, thruster_torque: float, gyro_momentum: float) -> float:
        mean = abs(self.air_torque_n_m(density, altitude))
        rate = orbital_rate_rad_s(altitude)
        balance = self._balance_against(max(mean - thruster_torque, 0.0), rate)
        cyclic = max(self.cyclic_share * mean - max(thruster_torque - mean, 0.0), 0.0)
        swing = max(cyclic - rate * gyro_momentum, 0.0)
        lever = max(self.inertia.zz_kg_m2 - self.inertia.xx_kg_m2, 0.0)
        stiff = self.inertia.yy_kg_m2 + 3.0 * lever * math.cos(2.0 * math.radians(min(balance, 45.0)))
        return balance + math.degrees(swing / (rate**2 * stiff))

    def _balance_against(self, torque_n_m: float, rate: float) -> float:
        """Lean away from gravity's own balance for a torque of that size [deg]."""
        strongest = 1.5 * rate**2 * self.inertia.pitch_lever_kg_m2
        if torque_n_m == 0.0:
            return 0.0
        return math.inf if torque_n_m > strongest else math.degrees(0.5 * math.asin(torque_n_m / strongest))

    def controllable_down_to_density_kg_m3(self, mean_altitude_km: float, thruster_torque_n_m: float = 0.0) -> float:
        """In how dense air can gyros (and thrusters of that torque) still hold the station within its band? [kg/m3]

        The orbit-mean density at which :meth:`pitch_needed_deg` reaches the band, at the rate of ``mean_altitude_km``
        (it changes little: 6 % over 150 km). Zero where nothing holds it even in vacuum; thrusters alone (too few
        gyros) count.
        """
        low, high = 0.0, _THICKEST_AIR_KG_M3
        if self.pitch_needed_deg(low, mean_altitude_km, thruster_torque_n_m) > self.pitch_band_deg:
            return 0.0
        if self.pitch_needed_deg(high, mean_altitude_km, thruster_torque_n_m) <= self.pitch_band_deg:
            return math.inf
        for _ in range(40):  # to 1e-18 kg/m3
            middle = 0.5 * (low + high)
            if self.pitch_needed_deg(middle, mean_altitude_km, thruster_torque_n_m) <= self.pitch_band_deg:
                low = middle
            else:
                high = middle
        return low
