"""Who takes part in a scenario: whoever operates, owns, flies, delivers or pays."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stationkeep.catalogue.store import Catalogue
    from stationkeep.scenario.schema import Scenario


def partners_of(scenario: Scenario, catalogue: Catalogue) -> tuple[str, ...]:
    """Who takes part in a scenario, in the order of the catalogue: who operates, owns, flies, delivers or pays."""
    station = catalogue.stations[scenario.station]
    found = {station.lead, *station.partners}
    found |= {name for module in station.modules for name in (module.owner, module.operator)}
    found |= {craft.vehicle.operator for craft in station.docked}
    for provider in scenario.providers:
        found |= {provider.partner, *provider.push_needs, *provider.arrival_needs}
        found |= {one.partner for one in provider.resupply if one.partner is not None}
        found |= {provider.bought_by} if provider.bought_by is not None else set()
    if scenario.traffic is not None:
        found |= {flight.partner for flight in scenario.traffic.flights if flight.partner is not None}
    return tuple(name for name in catalogue.partners if name in found)
