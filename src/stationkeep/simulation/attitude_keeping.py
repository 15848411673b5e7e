"""Who holds the station upright in a run, what it costs, and when it is lost: the attitude room, day by day."""

from __future__ import annotations

import math
from collections.abc import Mapping, Set
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from stationkeep.attitude.figures import iss_attitude
from stationkeep.attitude.loads import docking_load
from stationkeep.attitude.loss import (
    Consequences,
    LossReason,
    Upsets,
    absorbs,
    consequences,
    longest_burn_s,
    loss_hazards_per_day,
    turn_hazard,
    upset_room_n_m_s,
)
from stationkeep.attitude.thrusters import AttitudeThrusters, DesaturationProvider, who_may_desaturate
from stationkeep.constants import EARTH_EQUATORIAL_RADIUS_KM, EARTH_MU_KM3_S2, SECONDS_PER_DAY

if TYPE_CHECKING:
    from stationkeep.attitude.model import AttitudeModel
    from stationkeep.scenario.control import AttitudeControl
    from stationkeep.simulation.inputs import AttitudeDraw

FloatArray = NDArray[np.float64]

_DAYS_A_YEAR = 365.25
_PROPELLANT = "russian-tanks"
_PRESENT = frozenset({"russian-computers", "russian-control-centre", "arrays-feathered"})
GYROS: Final = "gyros"
"""The gyros' name among the assets that may be out of service."""
# A piece of flight over which one use of propellant holds: shorter where the air thickens fast. Above, and with gyros
# alone, it does not change; then the length only limits what is flown again when the attitude is lost on the way.
_USUAL_ABOVE_KM = 300.0
_LONG_PIECE_DAYS = 90.0
_THIN_SHARE = 0.95
_RATE_OF_KM = 250.0
_PIECES_DAYS = ((_USUAL_ABOVE_KM, _LONG_PIECE_DAYS), (250.0, 5.0), (0.0, 1.0))


class Hold(StrEnum):
    """How the attitude is held."""

    __hash__ = str.__hash__

    BACKED = "backed"
    """Gyros, with thrusters that unload them; or thrusters alone, where too few gyros run."""
    GYROS = "gyros"
    """Gyros alone: an upset larger than their room ends it."""
    LOST = "lost"


_HOLDERS: Final = {
    (state, gyros): frozenset()
    if state is Hold.LOST
    else frozenset(
        {"pusher"} | ({"gyros"} if gyros else set()) | ({"station-thrusters"} if state is Hold.BACKED else set())
    )
    for state in Hold
    for gyros in (True, False)
}


@dataclass(frozen=True, slots=True)
class HowLost:
    """What ended the attitude of gyros that had nobody's thrusters behind them."""

    reason: LossReason
    room_n_m_s: float
    """What the gyros could take just then: an upset was larger."""
    turning: bool = False
    """On the way to a burn, which gyros alone had turned it for."""


@dataclass(frozen=True)
class StationAttitude:
    """The attitude figures of one run and what follows from them at once: the same for all its branches."""

    values: Mapping[str, float]
    model: AttitudeModel
    upsets: Upsets
    thrusters: AttitudeThrusters
    after: Consequences
    usual_kg_day: float
    """Propellant that holding the attitude takes while gyros do the work."""

    @classmethod
    def of(cls, control: AttitudeControl, draw: AttitudeDraw, drag_area_m2: float) -> StationAttitude:
        """With these draws; ``drag_area_m2``: drag coefficient times area, as the drag feels it."""
        figures = iss_attitude()
        values = figures.at(draw.figures)
        low, high = figures.attitude_propellant_kg_year(values)
        return cls(
            values,
            figures.model(values, drag_area_m2, failed_gyros=control.failed_gyros),
            Upsets.of(values),
            figures.thrusters(values),
            consequences(values),
            (low + draw.thruster_share * (high - low)) / _DAYS_A_YEAR,
        )

    @cached_property
    def lowest_density_kg_m3(self) -> float:
        """In how dense air can gyros alone still hold it? (at the orbital rate of 250 km)"""
        return self.model.controllable_down_to_density_kg_m3(_RATE_OF_KM)


class AttitudeKeeper:
    """The attitude of one branch of a run: gyros, whose thrusters back them, the chance of losing it.

    ``drag_area_m2``: drag coefficient times area, as the drag feels it. Densities are those the decay itself shows.
    """

    def __init__(
        self,
        control: AttitudeControl,
        draw: AttitudeDraw,
        drag_area_m2: float,
        station: StationAttitude | None = None,
    ) -> None:
        self.control = control
        self.drag_area_m2 = drag_area_m2
        self._station = station if station is not None else StationAttitude.of(control, draw, drag_area_m2)
        self.values = self._station.values
        self.model = self._station.model
        self.gyros_hold = self.model.gyros.hold
        self.upsets = self._station.upsets
        self.thrusters = self._station.thrusters
        self.after = self._station.after
        self.usual_kg_day = self._station.usual_kg_day
        self.draw = draw
        self.failed_gyros = control.failed_gyros
        self.state = Hold.BACKED
        self.backed_by_text = ""
        """Whose thrusters unload the gyros."""
        self.lost_at_mjd = math.inf
        self.how_lost: HowLost | None = None
        """Of the loss found last; none: of none, or control was lost as it changed hands."""
        self.handovers = 0
        """How often control has changed hands."""
        self._burns = 0
        self._recoveries = 0
        self._models: dict[int, AttitudeModel] = {}
        self._able_for: tuple[Set[str], Set[str], bool] | None = None
        self._able_until_mjd = -math.inf
        self._able = False
        self._wanted = -math.log1p(-draw.loss)
        self._density_kg_m3 = 0.0
        self._altitude_km = 400.0

    # --- who ------------------------------------------------------------------------------------------------------

    def review(
        self, now_mjd_utc: float, stopped: Set[str], propellant_kg: float, missing: Set[str] = frozenset()
    ) -> None:
        """Who can unload the gyros now, with these partners gone, these assets out, and so much propellant for it?

        A lost attitude comes back with thrusters that can unload the gyros, while the station is within reach.
        """
        if self.state is Hold.LOST and not self.recoverable(now_mjd_utc):
            return
        self._count_gyros(stopped, missing)
        able = self._thrusters_able(now_mjd_utc, stopped, propellant_kg, missing)
        if self.state is Hold.LOST and not able:
            return
        self.state = Hold.BACKED if able else Hold.GYROS

    def _count_gyros(self, stopped: Set[str], missing: Set[str]) -> None:
        gyros = self.model.gyros
        out = gyros.owner in stopped or GYROS in missing
        failed = gyros.installed if out else min(self.failed_gyros, gyros.installed)
        if failed == gyros.failed:
            return
        if failed == self._station.model.gyros.failed:
            self.model = self._station.model
        else:
            if failed not in self._models:
                self._models[failed] = iss_attitude().model(self.values, self.drag_area_m2, failed_gyros=failed)
            self.model = self._models[failed]
        self.gyros_hold = self.model.gyros.hold

    def _thrusters_able(self, now: float, stopped: Set[str], propellant_kg: float, missing: Set[str]) -> bool:
        case = frozenset(stopped), frozenset(missing), propellant_kg > 0.0
        if case == self._able_for and now < self._able_until_mjd:
            return self._able  # a run asks a hundred times, and the answer changes a few times
        self._able_for = case
        providers = iss_attitude().providers
        edges = (edge for one in providers for edge in (one.from_mjd_utc, one.until_mjd_utc))
        self._able_until_mjd = min((edge for edge in edges if edge > now), default=math.inf)
        present = (_PRESENT | {_PROPELLANT} if propellant_kg > 0.0 else _PRESENT) - missing
        able = who_may_desaturate(providers, now, withdrawn=stopped, present=present)
        self.backed_by_text = " and ".join(provider.name for provider in able)
        self._able = bool(able)
        return self._able

    def backers(self, now_mjd_utc: float) -> list[DesaturationProvider]:
        """Whose thrusters unload the gyros then, while everybody takes part and nothing is out of service."""
        return who_may_desaturate(iss_attitude().providers, now_mjd_utc, present=_PRESENT | {_PROPELLANT})

    # --- control changes hands ------------------------------------------------------------------------------------

    def hand_over(self) -> bool:
        """Control changes hands: says whether it goes well."""
        luck = self.draw.handovers[self.handovers % len(self.draw.handovers)]
        self.handovers += 1
        return luck >= self.values["handover_failure_1"]

    def recoverable(self, now_mjd_utc: float) -> bool:
        """Whether a lost station can still be reached and caught, by whoever has thrusters for it."""
        return now_mjd_utc - self.lost_at_mjd <= self.values["recovery_within_d"]

    def recovered(self) -> None:
        """It is held again; the next loss has its own chance."""
        self.lost_at_mjd = math.inf
        self._wanted = -math.log1p(-self.draw.later_losses[self._recoveries % len(self.draw.later_losses)])
        self._recoveries += 1

    # --- burns on gyros alone -------------------------------------------------------------------------------------

    def turn_is_taken(self, angle_deg: float) -> bool:
        """Turn the station for a burn and back on gyros alone; false: an upset on the way ends the attitude."""
        self._wanted -= 2.0 * turn_hazard(self.model, self.upsets, angle_deg, self.values["turn_90_s"])
        if self._wanted > 0.0:
            return True
        self.how_lost = HowLost(self._upset_or_no_gyros(), self.model.gyros.margin_n_m_s, turning=True)
        return False

    def _upset_or_no_gyros(self) -> LossReason:
        return LossReason.UPSET if self.gyros_hold else LossReason.TOO_FEW_GYROS

    def turn_propellant_kg(self, angle_deg: float) -> float:
        """What the turn and the turn back take where thrusters do as much of it as they usually do [kg]."""
        return 2.0 * angle_deg / 180.0 * self.values["turn_180_propellant_kg"] * self.draw.thruster_share

    def longest_burn_s(self, thrust_n: float) -> float:
        """How long the gyros alone can hold the station against an engine that pushes beside its centre of mass."""
        luck = self.draw.levers[self._burns % len(self.draw.levers)]
        self._burns += 1
        lever = iss_attitude().figures["burn_lever_m"].quantile(luck)
        return longest_burn_s(self.model, thrust_n, lever, self._density_kg_m3, self._altitude_km)

    @property
    def holders(self) -> frozenset[str]:
        """What can hold the attitude during a burn; empty once it is lost."""
        return _HOLDERS[self.state, self.gyros_hold]

    def takes_docking(self, visitor_kg: float, station_kg: float, lever_m: float) -> bool:
        """Whether an arrival that pushes ``lever_m`` beside the centre of mass can be taken."""
        if self.state is Hold.LOST:
            return False
        if self.state is Hold.BACKED or visitor_kg <= 0.0:
            return True
        load = docking_load("arrival", visitor_kg, station_kg, self.values["closing_speed_m_s"], lever_m)
        return absorbs(self.model, load, self._density_kg_m3, self._altitude_km)

    # --- day by day -------------------------------------------------------------------------------------------------

    @property
    def kg_day(self) -> float:
        """Propellant that holding the attitude takes now [kg/d]."""
        return self._kg_day_in(self._density_kg_m3, self._altitude_km)

    def kg_day_sinking(self, decay_km_day: float, mean_altitude_km: float, mass_kg: float) -> float:
        """The same where the air lets a station of this mass sink so fast [kg/d]."""
        density = max(decay_km_day, 0.0) * mass_kg * self._density_per_decay(mean_altitude_km)
        return self._kg_day_in(density, mean_altitude_km)

    def _kg_day_in(self, density: float, altitude: float) -> float:
        if self.state is not Hold.BACKED:
            return 0.0
        if self.gyros_hold and altitude > _USUAL_ABOVE_KM:
            return self.usual_kg_day
        if not self.gyros_hold:
            torque = self.model.secular_torque_n_m(self.values["hold_offset_deg"], density, altitude)
            steady = abs(torque) if math.isfinite(torque) else abs(self.model.air_torque_n_m(density, altitude))
            return self.usual_kg_day + self.thrusters.holding_kg_day(steady)
        if density > 0.0 and self.model.pitch_needed_deg(density, altitude) > self.model.pitch_band_deg:
            return self.usual_kg_day + self.thrusters.holding_kg_day(self.model.air_torque_n_m(density, altitude))
        return self.usual_kg_day

    def piece_days(self, mean_altitude_km: float) -> float:
        """For how long may one piece of flight be taken together?"""
        if self.state is Hold.LOST:
            return math.inf
        if self.state is Hold.GYROS:
            return _LONG_PIECE_DAYS
        return next(days for level, days in _PIECES_DAYS if mean_altitude_km >= level)

    def flown(
        self, start: tuple[float, float], midnights_km: FloatArray, end: tuple[float, float], mass_kg: float
    ) -> float:
        """The attitude over a piece without burns: the moment it is lost, infinite where it holds.

        ``start``, ``end``: time [MJD] and mean altitude of its ends; ``midnights_km``: of the midnights between.
        """
        self.how_lost = None
        if end[0] <= start[0]:
            return math.inf
        if self.state is Hold.BACKED:  # only what the last day was like matters, for the propellant
            before = (math.ceil(end[0]) - 1.0, float(midnights_km[-1])) if len(midnights_km) else start
            decay = max(before[1] - end[1], 0.0) / (end[0] - before[0])
            self._altitude_km = 0.5 * (before[1] + end[1])
            self._density_kg_m3 = decay * mass_kg * self._density_per_decay(self._altitude_km)
            return math.inf
        altitudes = np.concatenate(((start[1],), midnights_km, (end[1],)))
        decay_km_day = altitudes[:-1] - altitudes[1:]
        self._altitude_km = end[1]
        first_day = (math.floor(start[0]) + 1.0 if len(midnights_km) else end[0]) - start[0]
        decay_km_day[0] /= first_day
        if len(midnights_km):
            decay_km_day[-1] /= end[0] - (math.ceil(end[0]) - 1.0)
        per_decay = mass_kg * self._density_per_decay(end[1])
        self._density_kg_m3 = max(float(decay_km_day[-1]), 0.0) * per_decay
        worst = float(decay_km_day.max()) * per_decay
        if self._is_thin(worst, start[1]):
            return self._lost_at_one_rate(start[0], end[0])
        return self._lost_day_by_day(start[0], altitudes, decay_km_day, mass_kg, end[0])

    def _density_per_decay(self, mean_altitude_km: float) -> float:
        """Density [kg/m3] that a decay of 1 km/d of 1 kg shows, as in attitude.loss.felt_density_kg_m3."""
        axis_m = 1.0e3 * (EARTH_EQUATORIAL_RADIUS_KM + mean_altitude_km)
        return 1.0e3 / SECONDS_PER_DAY / (self.drag_area_m2 * math.sqrt(EARTH_MU_KM3_S2 * 1.0e9 * axis_m))

    def _is_thin(self, density_kg_m3: float, mean_altitude_km: float) -> bool:
        """Whether even the densest day leaves all of the gyros to upsets, with some margin: then one rate holds."""
        if not self.gyros_hold or density_kg_m3 < 0.0:
            return False
        swing = self.model.without_gyro_swing_deg(density_kg_m3, mean_altitude_km)
        return swing < _THIN_SHARE * self.model.pitch_band_deg

    def _lost_at_one_rate(self, begin_mjd: float, end_mjd: float) -> float:
        hazard = self.upsets.losses_per_day(self.model.gyros.capacity_n_m_s)
        passed = hazard * (end_mjd - begin_mjd)
        if self._wanted > passed:
            self._wanted -= passed
            return math.inf
        self.how_lost = HowLost(LossReason.UPSET, self.model.gyros.capacity_n_m_s)
        return begin_mjd + self._wanted / hazard if hazard > 0.0 else math.inf

    def _lost_day_by_day(
        self, begin_mjd: float, altitudes_km: FloatArray, decay_km_day: FloatArray, mass_kg: float, end_mjd: float
    ) -> float:
        middle = 0.5 * (altitudes_km[1:] + altitudes_km[:-1])
        axis_m = 1.0e3 * (EARTH_EQUATORIAL_RADIUS_KM + middle)
        per_decay = 1.0e3 / SECONDS_PER_DAY / (self.drag_area_m2 * np.sqrt(EARTH_MU_KM3_S2 * 1.0e9 * axis_m))
        density = np.maximum(decay_km_day, 0.0) * mass_kg * per_decay
        times = np.concatenate(((begin_mjd,), math.floor(begin_mjd) + np.arange(1.0, len(middle)), (end_mjd,)))
        days = times[1:] - times[:-1]
        passed = np.cumsum(loss_hazards_per_day(self.model, self.upsets, density, middle) * days)
        index = int(np.searchsorted(passed, self._wanted))
        if index >= len(passed):
            self._wanted -= float(passed[-1])
            return math.inf
        room = upset_room_n_m_s(self.model, float(density[index]), float(middle[index]))
        if math.isinf(passed[index]):
            too_dense = LossReason.AIR_TOO_DENSE if self.gyros_hold else LossReason.TOO_FEW_GYROS
            self.how_lost = HowLost(too_dense, room)
            return float(times[index])
        self.how_lost = HowLost(LossReason.UPSET, room)
        before = float(passed[index - 1]) if index else 0.0
        return float(times[index] + (self._wanted - before) / (float(passed[index]) - before) * days[index])

    def lose(self, now_mjd_utc: float) -> None:
        """From now on the station tumbles."""
        self.state = Hold.LOST
        self.lost_at_mjd = now_mjd_utc

    @property
    def drag_factor(self) -> float:
        """On the usual drag: that of a tumbling station once the attitude is lost."""
        return self.after.drag_factor if self.state is Hold.LOST else 1.0

    def lowest_density_kg_m3(self) -> float:
        """In how dense air can gyros alone still hold it? (at the orbital rate of 250 km)"""
        if self.model is self._station.model:
            return self._station.lowest_density_kg_m3
        return self.model.controllable_down_to_density_kg_m3(_RATE_OF_KM)
