"""What the runs of a scenario share of its people: planned flights, habitat, where cargo goes; and one run's luck."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from stationkeep.habitat.failures import Breakdown, draw_breakdowns
from stationkeep.habitat.plan import make_plan
from stationkeep.habitat.state import HabitatState
from stationkeep.logistics.laws_file import shipped_laws
from stationkeep.logistics.luck import Luck, best_luck, draw_luck
from stationkeep.scenario.flights import FlightPlan, flight_plan
from stationkeep.scenario.stores import people_by_side
from stationkeep.simulation.people_draw import PeopleDraw
from stationkeep.timescale import datetime_utc

if TYPE_CHECKING:
    from stationkeep.catalogue.store import Catalogue
    from stationkeep.habitat.figures import HabitatDocument
    from stationkeep.scenario.people import Craft, LifeSupport, Supply, Traffic
    from stationkeep.scenario.schema import Scenario
    from stationkeep.simulation.flight_board import Known, Missing

_DAYS_A_YEAR: Final = 365.25
_LUCK, _FIGURES, _BREAKDOWNS = range(3)  # streams below a run's seed for people


@dataclass(frozen=True)
class PeopleWorld:
    """One run's luck with people, before anything happens: shared by its branches."""

    start: HabitatState
    """The habitat at the epoch; each branch flies a copy."""
    luck: Luck
    breakdowns: tuple[Breakdown, ...]
    cargo: float
    """Where in their ranges the loads of flights lie."""
    known_flights: dict[Missing, Known] = field(default_factory=dict, compare=False, repr=False)
    """What comes of the plan without these flights: the first branch that asks works it out for the others."""


@dataclass(frozen=True)
class PeopleSetup:
    """A scenario's people as far as they are the same for all its runs."""

    life_support: LifeSupport
    traffic: Traffic
    plan: FlightPlan
    document: HabitatDocument
    epoch_mjd_utc: float
    days: float
    launch_mass_kg: Mapping[str, float]
    """By kind of craft, from the catalogue: for kinds the scenario gives no mass for."""

    @cached_property
    def linked(self) -> frozenset[str]:
        """Providers whose propellant comes with flights of the plan, and not by itself."""
        return frozenset(craft.provider for craft in self.plan.craft.values() if craft.provider is not None)

    @cached_property
    def kinds_of(self) -> dict[str, frozenset[str]]:
        """Kinds of craft that fly for each of these providers."""
        found: dict[str, set[str]] = {}
        for name, craft in self.plan.craft.items():
            if craft.provider is not None:
                found.setdefault(craft.provider, set()).add(self.plan.manifest.flights[name].kind.id)
        return {provider: frozenset(kinds) for provider, kinds in found.items()}

    @cached_property
    def supplies(self) -> dict[str, Supply]:
        """Where cargo goes, by kind of craft."""
        return {kind: supply for supply in self.life_support.supplies for kind in supply.vehicles}

    @cached_property
    def year(self) -> float:
        """The year of the epoch, which some efficiencies depend on."""
        moment = datetime_utc(self.epoch_mjd_utc)
        return moment.year + (moment.timetuple().tm_yday - 1) / _DAYS_A_YEAR

    @cached_property
    def people(self) -> dict[str, int]:
        """How many are aboard at the epoch, by side of the habitat."""
        return people_by_side(self.life_support, self.plan.manifest, self.epoch_mjd_utc)

    @cached_property
    def usual_kg(self) -> dict[str, float]:
        """How much of everything is aboard, at its best estimate."""
        found = {name: store.amount_kg for name, store in self.document.habitat(year=self.year).stores.items()}
        return found | {name: given.middle for name, given in self.life_support.amounts_kg.items()}

    def craft(self, kind: str) -> tuple[float, float]:
        """Mass without cargo [kg] and area [m2] that a craft of this kind adds to the station."""
        given: Craft | None = self.traffic.craft.get(kind)
        return (given.empty_kg, given.area_m2) if given is not None else (self.launch_mass_kg.get(kind, 0.0), 0.0)

    def world(self, draw: PeopleDraw | None) -> PeopleWorld:
        """One run's luck. None: the reference, in which nothing is late or lost and no machine breaks."""
        if draw is None:
            return PeopleWorld(self._start({}, 0.5), best_luck(), (), 0.5)
        random = np.random.default_rng(draw.stream(_FIGURES))
        shares = {place: random.random() for place in self.document.uncertain}
        for place in shares:
            room = place.replace(".amount_kg", ".capacity_kg")
            if room != place and room in shares:  # what is aboard has room
                shares[room] = max(shares[room], shares[place])
        cargo = random.random()
        start = self._start(shares, random.random())
        luck = draw_luck(self.plan.manifest, shipped_laws(), np.random.default_rng(draw.stream(_LUCK)))
        breakdowns = draw_breakdowns(start.habitat, self.days, draw.stream(_BREAKDOWNS))
        return PeopleWorld(start, luck, breakdowns, cargo)

    def drawn(self, random: np.random.Generator) -> PeopleWorld:
        """Amounts, machines and loads drawn around their best estimates, half of the draws on either side of each.

        Nothing is late or lost and no machine breaks.
        """
        shares = {place: self.document.around_best(place, random.random()) for place in self.document.uncertain}
        start = self._start(shares, random.random())
        return replace(self.world(None), start=start, cargo=random.random())

    def _start(self, shares: Mapping[str, float], amount: float) -> HabitatState:
        person = self.life_support.person.metabolism
        habitat = self.document.habitat(year=self.year, u=shares, people=self.people, person=person)
        state = HabitatState(habitat, self.epoch_mjd_utc, plan=make_plan(habitat))
        for store, given in self.life_support.amounts_kg.items():
            state.add_cargo(store, given.quantile(amount) - state.amount(store))
        return state


def prepare_people(scenario: Scenario, catalogue: Catalogue) -> PeopleSetup | None:
    """Everything about a scenario's people, looked up once; none: it follows nobody."""
    if scenario.traffic is None or scenario.life_support is None:
        return None
    plan = flight_plan(scenario)
    masses = {
        flight.kind.id: catalogue.vehicles[flight.kind.catalogue].launch_mass_kg.best
        for flight in plan.manifest.flights.values()
        if flight.kind.catalogue is not None and flight.kind.catalogue in catalogue.vehicles
    }
    days = scenario.horizon_mjd_utc - scenario.epoch_mjd_utc
    document = scenario.life_support.document
    return PeopleSetup(
        scenario.life_support, scenario.traffic, plan, document, scenario.epoch_mjd_utc, days, masses
    )  # fmt: skip
