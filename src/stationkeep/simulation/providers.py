"""Who can push the station at a moment, and with how much propellant."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from stationkeep.propulsion.burns import Thruster
from stationkeep.propulsion.tanks import Tank
from stationkeep.scenario.performance import engine_performance
from stationkeep.scenario.schedule import Delivery, Stay, deliveries, stays
from stationkeep.timescale import mjd_utc

if TYPE_CHECKING:
    from stationkeep.catalogue.store import Catalogue
    from stationkeep.scenario.schema import Provider, Scenario
    from stationkeep.simulation.inputs import ProviderDraw

_USABLE_KG = 1.0  # less than this is not worth a burn
_AT_LEVEL_KM = 1.0e-6  # the engine stops at a level within a millimetre


@dataclass(frozen=True)
class ProviderPlan:
    """What a scenario says of a provider, looked up once for all runs."""

    provider: Provider
    label: str
    thruster: Thruster
    deliveries: tuple[Delivery, ...]
    stays: tuple[Stay, ...]
    from_mjd_utc: float
    until_mjd_utc: float


def plan_providers(scenario: Scenario, catalogue: Catalogue) -> tuple[ProviderPlan, ...]:
    """The providers of a scenario with their engines from the catalogue, in order of preference."""
    return tuple(_plan(provider, scenario, catalogue) for provider in scenario.providers)


def _plan(provider: Provider, scenario: Scenario, catalogue: Catalogue) -> ProviderPlan:
    performance = engine_performance(provider, catalogue)
    return ProviderPlan(
        provider=provider,
        label=provider.label or provider.id,
        thruster=Thruster(performance.thrust_n, performance.specific_impulse_s),
        deliveries=deliveries(provider, scenario),
        stays=stays(provider, scenario),
        from_mjd_utc=-float("inf") if provider.available_from_utc is None else mjd_utc(provider.available_from_utc),
        until_mjd_utc=float("inf") if provider.available_until_utc is None else mjd_utc(provider.available_until_utc),
    )


@dataclass
class ProviderState:
    """A provider during one run: its tank, whether it may push."""

    plan: ProviderPlan
    draw: ProviderDraw
    tank: Tank = field(init=False)
    enabled: bool = field(init=False)
    operating: bool = True
    """False once its partner has stopped operating it, or it is lost."""
    present: bool = field(init=False)
    """Whether the vehicle is at the station (always, for tanks that stay)."""

    def __post_init__(self) -> None:
        self.tank = Tank(self.plan.provider.id)
        self.enabled = self.plan.provider.enabled
        self.present = not self.plan.stays

    def begin(self, epoch_mjd_utc: float) -> None:
        """Fill the tank with what is aboard at the epoch."""
        propellant = self.plan.provider.propellant
        if propellant is not None:
            self.tank.fill(epoch_mjd_utc, propellant.initial_kg.quantile(self.draw.initial), "aboard at the epoch")

    def too_low(self, mean_altitude_km: float) -> bool:
        """Whether the station has sunk below where this provider comes and pushes."""
        lowest = self.plan.provider.lowest_altitude_km
        return lowest is not None and mean_altitude_km < lowest + _AT_LEVEL_KM

    def can_push(self, now_mjd_utc: float, mean_altitude_km: float) -> bool:
        """Whether it can burn now."""
        in_time = self.plan.from_mjd_utc <= now_mjd_utc < self.plan.until_mjd_utc
        able = self.enabled and self.operating and self.present and not self.too_low(mean_altitude_km)
        return able and in_time and self.tank.content_kg > _USABLE_KG

    def could_push_after(self, now_mjd_utc: float, not_delivering: Collection[str], will_be_enabled: bool) -> bool:
        """Whether it can burn now or at any later date that is already foreseen.

        ``not_delivering``: partners that no longer send anything; ``will_be_enabled``: a later event enables it.
        """
        if not self.operating or not (self.enabled or will_be_enabled) or now_mjd_utc >= self.plan.until_mjd_utc:
            return False
        if self.tank.content_kg > _USABLE_KG:
            return True
        coming = [item.time_mjd_utc for item in self.plan.deliveries if item.partner not in not_delivering]
        if self.plan.provider.partner not in not_delivering:
            coming += [item.arrives_mjd_utc for item in self.plan.stays]
        return any(time > now_mjd_utc for time in coming)
