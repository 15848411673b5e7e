"""What holding the attitude takes from the tanks a plan of reboosts burns from, as ``stationkeep run`` takes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stationkeep.strategy.losses import LossTable
from stationkeep.strategy.stores import PropellantStore
from stationkeep.timescale import iso_day

if TYPE_CHECKING:
    from stationkeep.campaign.prepare import Campaign

_DAYS_PER_YEAR = 365.25


@dataclass(frozen=True)
class AttitudeNeed:
    """Propellant for the attitude while thrusters unload the gyros, and whose tanks give it."""

    provider: str
    kg_day: float
    reserve_days: float
    least_kg_year: float
    """Gyros managed well."""
    most_kg_year: float
    """Thrusters at every arrival and departure."""

    @property
    def kg_year(self) -> float:
        """What a plan takes it for: figures at their best estimate, half way between both."""
        return self.kg_day * _DAYS_PER_YEAR

    @property
    def reserve_kg(self) -> float:
        """What reboosts leave in the tanks."""
        return self.kg_day * self.reserve_days


def attitude_need(campaign: Campaign, losses: LossTable) -> AttitudeNeed | None:
    """The need of a campaign's station at the start; None: the scenario says nothing of the attitude."""
    from stationkeep.attitude.figures import iss_attitude
    from stationkeep.simulation.attitude_keeping import AttitudeKeeper
    from stationkeep.simulation.inputs import AttitudeDraw

    mission = campaign.mission
    control = mission.scenario.attitude
    if control is None:
        return None
    low, high = sorted(iss_attitude().attitude_propellant_kg_year(iss_attitude().at()))
    drag = mission.scenario.drag
    keeper = AttitudeKeeper(control, AttitudeDraw(), drag.ballistic_coefficient_m2_kg * drag.reference_mass_kg)
    # where too few gyros are left, what thrusters must hold depends on the air: that of a mean day of the plan
    start, height = mission.elements.epoch_mjd_utc, mission.elements.mean_altitude_km
    day = float(losses.mean_loss_km_day()[int((abs(losses.levels_km - height)).argmin())])
    keeper.flown((start, height), losses.levels_km[:0], (start + 1.0, height - day), mission.mass_kg)
    return AttitudeNeed(control.tanks_of, keeper.kg_day, control.reserve_days, low, high)


def with_attitude(stores: Sequence[PropellantStore], need: AttitudeNeed | None) -> tuple[PropellantStore, ...]:
    """The stores, of which one gives the attitude its share."""
    if need is None:
        return tuple(stores)
    return tuple(
        replace(store, steady_kg_day=need.kg_day, kept_kg=need.reserve_kg) if store.provider == need.provider else store
        for store in stores
    )


def attitude_notes(stores: Sequence[PropellantStore], need: AttitudeNeed | None, stop_mjd_utc: float) -> list[str]:
    """What a plan takes for granted of the attitude."""
    if need is None:
        return ["The scenario has no attitude section: propellant for the attitude is not taken from any tank"]
    backed_until = max((store.until_mjd_utc for store in stores if store.provider == need.provider), default=None)
    if backed_until is None or backed_until < stop_mjd_utc:
        since = "" if backed_until is None else f" from {iso_day(backed_until)} on"
        return [
            f"Nobody's thrusters unload the gyros{since}: that they hold the attitude is taken for granted here; "
            "stationkeep run draws when they do not"
        ]
    return []
