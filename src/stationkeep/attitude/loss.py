"""When is the attitude lost if nobody's thrusters help, and what follows from it?

At the balance attitude gyros hold a station for as long as nothing upsets them: gravity takes back what each orbit
brings. What ends it is an upset larger than the room left in the gyros (a docking, a vent, a fault), air that became
too dense, or an attitude held away from the balance. All three are here; which of them comes first is drawn, not
assumed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from statistics import NormalDist

import numpy as np

from stationkeep.attitude.inertia import FloatArray
from stationkeep.attitude.loads import Load, burn_load
from stationkeep.attitude.model import AttitudeModel
from stationkeep.constants import EARTH_EQUATORIAL_RADIUS_KM, EARTH_MU_KM3_S2, SECONDS_PER_DAY
from stationkeep.errors import InputError

_DAYS_A_YEAR = 365.25
_Z_95 = 1.6448536269514722  # 95 % of a normal distribution lie below so many standard deviations


class ControlMode(StrEnum):
    """How the attitude is kept without thrusters."""

    MANAGED = "managed"
    """Momentum management: the balance is sought all the time, nothing adds up while it lies within the band."""
    HELD = "held"
    """A fixed attitude is held, off the balance by some angle: pitch momentum adds up."""


class LossReason(StrEnum):
    """Why the attitude was lost."""

    TOO_FEW_GYROS = "too-few-gyros"
    AIR_TOO_DENSE = "air-too-dense"
    SATURATED = "saturated"
    UPSET = "upset"


@dataclass(frozen=True, slots=True)
class Upsets:
    """How often is the station knocked, and how hard? Rate a year; momenta log-normal [N m s].

    One upset in twenty is smaller than ``low_n_m_s``, one in twenty larger than ``high_n_m_s``. There is no largest: no
    draw of the ends makes a station whose gyros could take whatever comes.
    """

    per_year: float
    low_n_m_s: float
    high_n_m_s: float

    def __post_init__(self) -> None:
        if not (self.per_year >= 0.0 and 0.0 < self.low_n_m_s < self.high_n_m_s):
            raise InputError(f"upsets {self}", hint="a rate of zero or more, and 0 < low < high")

    @classmethod
    def of(cls, values: Mapping[str, float]) -> Upsets:
        """From the figures of :meth:`stationkeep.attitude.figures.AttitudeFigures.at`."""
        return cls(values["upsets_per_year_1"], values["upset_momentum_low_n_m_s"], values["upset_momentum_high_n_m_s"])

    def share_above(self, momentum_n_m_s: float) -> float:
        """Share of the upsets that are larger."""
        if momentum_n_m_s <= 0.0:
            return 1.0
        return 0.5 * math.erfc(self._scale * (math.log(momentum_n_m_s) - self._middle))

    def shares_above(self, momenta_n_m_s: FloatArray) -> FloatArray:
        """:meth:`share_above` of many momenta, (n,); few of them differ in a flight, so each is worked out once."""
        values, places = np.unique(momenta_n_m_s, return_inverse=True)
        shares: FloatArray = np.array([self.share_above(float(value)) for value in values])[places]
        return shares

    @property
    def _middle(self) -> float:
        return 0.5 * (math.log(self.low_n_m_s) + math.log(self.high_n_m_s))

    @property
    def _scale(self) -> float:
        """One over the standard deviation of the logarithm times the root of two."""
        return 2.0 * _Z_95 / (math.log(self.high_n_m_s / self.low_n_m_s) * math.sqrt(2.0))

    def median_above_n_m_s(self, room_n_m_s: float) -> float:
        """How large is one in the median of those that exceed the room left in the gyros? [N m s]"""
        standard = NormalDist()
        deviation = _Z_95 / (0.5 * math.log(self.high_n_m_s / self.low_n_m_s))  # one over that of the logarithm
        below = standard.cdf(deviation * (math.log(max(room_n_m_s, 1.0e-9)) - self._middle))
        return math.exp(self._middle + standard.inv_cdf(min(0.5 * (1.0 + below), 1.0 - 1.0e-12)) / deviation)

    def losses_per_day(self, room_n_m_s: float) -> float:
        """How often does one exceed the room left in the gyros? [1/d]"""
        return self.per_year / _DAYS_A_YEAR * self.share_above(room_n_m_s)


@dataclass(frozen=True, slots=True)
class AttitudeLoss:
    """When the attitude goes (days from now, infinite: never in this air) and why."""

    days: float
    reason: LossReason | None


def absorbs(model: AttitudeModel, load: Load, density_kg_m3: float, mean_altitude_km: float) -> bool:
    """Whether the gyros take this load up without thrusters, in this air."""
    return load.momentum_n_m_s < model.room_n_m_s(density_kg_m3, mean_altitude_km)


def turn_hazard(model: AttitudeModel, upsets: Upsets, angle_deg: float, turn_90_s: float) -> float:
    """How likely do the gyros lose the attitude in one turn that they make alone? As a hazard (no unit).

    A turn along a path on which gravity helps (*zero-propellant manoeuvre*) fills the gyros to their usable share; for
    its time only what lies above is left for upsets. 90 degrees took two hours in 2006, 180 degrees 10,000 s in 2007:
    time goes with the root of the angle. No turn, no hazard; infinite with too few gyros.
    """
    if angle_deg <= 0.0:
        return 0.0
    if not model.gyros.hold:
        return math.inf
    days = turn_90_s * math.sqrt(angle_deg / 90.0) / SECONDS_PER_DAY
    return days * upsets.losses_per_day(model.gyros.margin_n_m_s)


def longest_burn_s(model: AttitudeModel, thrust_n: float, lever_m: float, density: float, altitude_km: float) -> float:
    """How long may an engine burn that pushes ``lever_m`` beside the centre of mass until the gyros are full? [s]

    The same air as :func:`absorbs`; infinite for a push through the centre of mass.
    """
    each_second = burn_load("burn", thrust_n, 1.0, lever_m).momentum_n_m_s
    return model.room_n_m_s(density, altitude_km) / each_second if each_second > 0.0 else math.inf


def time_to_loss(
    model: AttitudeModel,
    upsets: Upsets,
    density_kg_m3: float,
    mean_altitude_km: float,
    *,
    u: float = 0.5,
    mode: ControlMode = ControlMode.MANAGED,
    offset_deg: float = 0.0,
) -> AttitudeLoss:
    """After how long without anyone's thrusters is the attitude lost, if the air stays as it is?

    ``u`` (0 to 1) draws the moment of the first upset that is too large (0.5: its median); ``offset_deg`` counts only
    for a held attitude. Day by day in a changing atmosphere use :func:`loss_hazard_per_day`.
    """
    if not 0.0 <= u < 1.0:
        raise InputError(f"probability {u!r}", hint="draw u uniformly from 0 up to 1")
    hazard = loss_hazard_per_day(model, upsets, density_kg_m3, mean_altitude_km)
    if math.isinf(hazard):
        reason = LossReason.AIR_TOO_DENSE if model.gyros.hold else LossReason.TOO_FEW_GYROS
        return AttitudeLoss(0.0, reason)
    first = -math.log1p(-u) / hazard if hazard > 0.0 else math.inf
    if mode is ControlMode.HELD:
        full = model.hours_to_saturation(offset_deg, density_kg_m3, mean_altitude_km) / 24.0
        if full <= first:
            return AttitudeLoss(full, LossReason.SATURATED if math.isfinite(full) else None)
    return AttitudeLoss(first, LossReason.UPSET if math.isfinite(first) else None)


def loss_hazard_per_day(model: AttitudeModel, upsets: Upsets, density_kg_m3: float, mean_altitude_km: float) -> float:
    """How likely is the loss per day under momentum management without thrusters? [1/d]; infinite: it is lost now.

    For a simulation: add this up day by day and lose the attitude where the sum passes ``-ln(1 - u)``. Infinite with
    too few gyros or outside the band (:meth:`AttitudeModel.pitch_needed_deg`). Swinging with the air leaves all of
    the gyros to upsets; while the gyros take the air's cyclic part, only the rest of them; the larger of the two
    rooms counts.
    """
    if model.pitch_needed_deg(density_kg_m3, mean_altitude_km) > model.pitch_band_deg:
        return math.inf
    return upsets.losses_per_day(upset_room_n_m_s(model, density_kg_m3, mean_altitude_km))


def upset_room_n_m_s(model: AttitudeModel, density_kg_m3: float, mean_altitude_km: float) -> float:
    """How large an upset can the gyros take in this air? [N m s]

    Gyros not needed for the cyclic part when the station swings as far as its band lets it.
    """
    capacity = model.gyros.capacity_n_m_s
    cyclic = model.cyclic_momentum_n_m_s(density_kg_m3, mean_altitude_km)
    without = model.without_gyro_swing_deg(density_kg_m3, mean_altitude_km)
    return capacity if without <= model.pitch_band_deg else max(capacity - cyclic, 0.0)


def loss_hazards_per_day(
    model: AttitudeModel, upsets: Upsets, density_kg_m3: FloatArray, mean_altitude_km: FloatArray
) -> FloatArray:
    """:func:`loss_hazard_per_day` of many days at once, (n,) [1/d]: two years take a fraction of a millisecond.

    Densities and altitudes (n,) of the days; for an array the same numbers as day by day.
    """
    density = np.asarray(density_kg_m3, dtype=np.float64)
    axis = EARTH_EQUATORIAL_RADIUS_KM + np.asarray(mean_altitude_km, dtype=np.float64)
    rate = np.sqrt(EARTH_MU_KM3_S2 / axis**3)
    force = 0.5 * density * (1.0e3 * rate * axis) ** 2 * model.drag_area_m2
    mean = np.abs(force * model.pressure_centre_m)
    strongest = 1.5 * rate**2 * model.inertia.pitch_lever_kg_m2
    # A ball has no lever at all: gravity holds nothing of it, and no air needs no lever.
    share = np.where(mean > 0.0, mean / np.maximum(strongest, 1.0e-300), 0.0)
    balance = np.degrees(0.5 * np.arcsin(np.minimum(share, 1.0)))
    lever = max(model.inertia.zz_kg_m2 - model.inertia.xx_kg_m2, 0.0)
    stiff = model.inertia.yy_kg_m2 + 3.0 * lever * np.cos(2.0 * np.radians(np.minimum(balance, 45.0)))
    cyclic = model.cyclic_share * mean
    capacity = model.gyros.capacity_n_m_s
    helped = balance + np.degrees(np.maximum(cyclic - rate * capacity, 0.0) / (rate**2 * stiff))
    alone = balance + np.degrees(cyclic / (rate**2 * stiff))
    room = np.where(alone <= model.pitch_band_deg, capacity, np.maximum(capacity - cyclic / rate, 0.0))
    hazard = upsets.per_year / _DAYS_A_YEAR * upsets.shares_above(room)
    lost = (share > 1.0) | (helped > model.pitch_band_deg) | (not model.gyros.hold)
    return np.asarray(np.where(lost, math.inf, hazard))


def day_of_loss(hazards_per_day: FloatArray, u: float) -> float:
    """After how many days is the attitude lost, with these hazards day by day and this draw? Infinite: not in their
    time.

    The day on which the hazards added up pass ``-ln(1 - u)``, with its fraction.
    """
    if not 0.0 <= u < 1.0:
        raise InputError(f"probability {u!r}", hint="draw u uniformly from 0 up to 1")
    wanted = -math.log1p(-u)
    passed = np.cumsum(hazards_per_day)
    index = int(np.searchsorted(passed, wanted, side="left" if wanted > 0.0 else "right"))
    if index >= len(passed):
        return math.inf
    if math.isinf(passed[index]):
        return float(index)
    before = float(passed[index - 1]) if index else 0.0
    return index + (wanted - before) / float(hazards_per_day[index])


def felt_density_kg_m3(decay_km_day: float, mean_altitude_km: float, ballistic_m2_kg: float) -> float:
    """How dense is the air that makes the orbit sink so fast? Orbit mean, ``-(da/dt) / (B sqrt(mu a))`` [kg/m3].

    ``decay_km_day`` is positive downwards. With ``drag_area_m2 = ballistic_m2_kg * mass`` in the model, the air's
    force and torque then follow from the decay itself and errors of the density model and of the coefficient cancel.
    """
    if not (ballistic_m2_kg > 0.0 and decay_km_day >= 0.0):
        raise InputError(
            f"decay of {decay_km_day!r} km/d with {ballistic_m2_kg!r} m2/kg",
            hint="give a decay of zero or more and a ballistic coefficient above zero",
        )
    axis_m = 1.0e3 * (EARTH_EQUATORIAL_RADIUS_KM + mean_altitude_km)
    speed_axis = math.sqrt(EARTH_MU_KM3_S2 * 1.0e9 * axis_m)
    return 1.0e3 * decay_km_day / SECONDS_PER_DAY / (ballistic_m2_kg * speed_axis)


@dataclass(frozen=True, slots=True)
class Consequences:
    """What a lost attitude means for the rest of the station."""

    drag_factor: float
    """On the usual ballistic coefficient: a mean over all attitudes."""
    power_factor: float
    """On the usual power of the large arrays."""
    dockings_possible: bool = False
    burns_possible: bool = False
    """A burn needs somewhere to point."""


def consequences(values: Mapping[str, float]) -> Consequences:
    """What follows once the attitude is lost, with the figures drawn (:meth:`AttitudeFigures.at`)."""
    return Consequences(values["tumbling_over_usual_1"], values["tumbling_power_1"])
