"""Where the people, craft and stores of a scenario come from, with the credit of tables that ask for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stationkeep.logistics.history import CREDITS

if TYPE_CHECKING:
    from stationkeep.scenario.schema import Scenario


def people_sources(scenario: Scenario) -> list[tuple[str, str | None]]:
    """What, and its source, for the sections ``life_support`` and ``traffic``; empty without them."""
    found: list[tuple[str, str | None]] = []
    life_support, traffic = scenario.life_support, scenario.traffic
    if life_support is not None:
        found.append(("Life support", life_support.source))
        found += [(f"Cargo of {', '.join(item.vehicles)}", item.source) for item in life_support.supplies]
    if traffic is not None:
        found.append(("Traffic", traffic.source))
        found.append(("When people leave", traffic.leave.source))
        found += [(f"{kind}, mass and area", item.source) for kind, item in traffic.craft.items()]
        found += [(f"{item.flight}, departure", item.source) for item in traffic.docked]
        found += [(item.name, item.source) for item in traffic.flights]
        if traffic.history is not None:
            found += [(f"Docked at the epoch ({traffic.history})", credit) for credit in CREDITS]
    return found
