"""A scenario's station at any date, brought there by its plan: stores, people and craft as the plan has them then."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from stationkeep.campaign.margins import StationThen, flown_on, set_people
from stationkeep.habitat.figures import HabitatDocument, shipped_habitat
from stationkeep.habitat.state import HabitatState
from stationkeep.logistics.state import StationTraffic
from stationkeep.scenario.flights import FlightPlan, flight_plan

if TYPE_CHECKING:
    from stationkeep.habitat.habitat import Habitat
    from stationkeep.logistics.manifest import Flight
    from stationkeep.scenario.people import LifeSupport, Supply
    from stationkeep.scenario.schema import Scenario

_CAPACITY: Final = ".capacity_kg"
_YEAR_ONE_MJD: Final = 51544.0  # 1 January 2000
_DAYS_PER_YEAR: Final = 365.25


@dataclass(frozen=True)
class PlannedStation:
    """The station of a scenario that says who lives aboard on what, and who comes and goes."""

    scenario: Scenario
    life_support: LifeSupport

    @cached_property
    def document(self) -> HabitatDocument:
        """Its habitat, with every figure's range."""
        return shipped_habitat(self.life_support.habitat)

    @cached_property
    def plan(self) -> FlightPlan:
        """Its flights, as planned at the epoch."""
        return flight_plan(self.scenario)

    def at(self, time_mjd_utc: float, u: Mapping[str, float] | None = None) -> StationThen:
        """The station then, every figure at its best estimate or at probability ``u[place]`` of its range."""
        epoch = self.scenario.epoch_mjd_utc
        state = HabitatState(self.habitat(u), epoch)
        sides = self.life_support.sides
        set_people(state, StationTraffic(self.plan.manifest, epoch), sides)
        accounts = {name: one.partners for name, one in self.plan.craft.items()}
        start = StationThen(state, self.plan.manifest, self.stow, sides, accounts)
        return start if time_mjd_utc <= epoch else replace(start, state=flown_on(start, time_mjd_utc - epoch).state)

    def habitat(self, u: Mapping[str, float] | None = None) -> Habitat:
        """The habitat at the epoch, the scenario's own amounts in place of the habitat's."""
        year = 2000.0 + (self.scenario.epoch_mjd_utc - _YEAR_ONE_MJD) / _DAYS_PER_YEAR
        made = self.document.habitat(year=year, u=u, people={})
        stores = dict(made.stores)
        for name, given in self.life_support.amounts_kg.items():
            kg = given.quantile(0.5 if u is None else u[f"amounts_kg.{name}"])
            stores[name] = replace(stores[name], amount_kg=min(kg, stores[name].capacity_kg))
        return replace(made, stores=stores) if self.life_support.amounts_kg else made

    def draws(self, count: int, seed: int) -> Iterator[dict[str, float]]:
        """One number for each uncertain figure, ``count`` times. A larger tank holds more: the two go together."""
        places = [*self.document.uncertain, *(f"amounts_kg.{name}" for name in sorted(self.life_support.amounts_kg))]
        for index in range(count):
            random = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(index,)))
            drawn = dict(zip(places, map(float, random.random(len(places))), strict=True))
            for place in places:
                amount = place.removesuffix(_CAPACITY) + ".amount_kg"
                if place.endswith(_CAPACITY) and amount in drawn:
                    drawn[place] = drawn[amount]
            yield drawn

    def stow(self, state: HabitatState, flight: Flight) -> None:
        """Put a flight's cargo where the scenario says, each store filled at most to what was aboard at the epoch."""
        supply = self._supply(flight)
        planned = self.plan.craft.get(flight.name)
        if supply is None or planned is None:
            return
        for shares, brought in (
            (supply.dry, planned.cargo.dry_kg), (supply.water, planned.cargo.water_kg),
            (supply.gas, planned.cargo.gas_kg),
        ):  # fmt: skip
            for store, share in shares.items():
                room = state.habitat.stores[store].amount_kg - state.amount(store)
                state.add_cargo(store, max(0.0, min(share * brought.middle, room)))

    def _supply(self, flight: Flight) -> Supply | None:
        return next((one for one in self.life_support.supplies if flight.kind.id in one.vehicles), None)
