"""What a partner could take away from a station, and what goes with it: mass, drag area, time it takes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from stationkeep.catalogue.entries import DockedVehicle, Module, Station

_HALF: Final = 0.5  # of its cargo: partly unloaded, partly filled with waste; own assumption
_CRAFT_AREA_M2: Final = 15.0  # hull of 2.7 m by 7 m seen from ahead, small arrays; own assumption


@dataclass(frozen=True, slots=True)
class Removable:
    """A docked craft or a module: whose it is, and what the station loses with it."""

    id: str
    name: str
    owner: str
    mass_kg: float
    drag_area_m2: float
    takes_days: float
    along: tuple[str, ...] = ()
    vehicle: str | None = None
    """Its kind, for a docked craft."""
    can_leave: bool = True


def removables(station: Station) -> dict[str, Removable]:
    """Every docked craft and module of a station by id; modules that nobody knows how to undock are marked."""
    craft = {item.id: _craft(item) for item in station.docked}
    return {**craft, **{module.id: _module(module) for module in station.modules}}


def drag_area_m2(station: Station) -> float | None:
    """The station's whole drag area; none where the catalogue does not know it."""
    return None if station.drag_area_m2 is None else station.drag_area_m2.best


def chosen(station: Station, partner: str, named: tuple[str, ...] | None) -> tuple[Removable, ...]:
    """What a partner takes: what is named, or all it can; each with what hangs on it, nothing twice."""
    there = removables(station)
    wanted = [name for name, item in there.items() if item.owner == partner and item.can_leave]
    found: dict[str, Removable] = {}
    for name in wanted if named is None else named:
        for part in (name, *there[name].along):
            found.setdefault(part, there[part])
    # what hangs on something that leaves goes when that goes
    ends = {part: item.takes_days for item in found.values() for part in item.along}
    return tuple(
        replace(item, takes_days=min(item.takes_days, ends.get(item.id, item.takes_days)))
        for item in found.values()
        if item.owner == partner
    )


def _craft(item: DockedVehicle) -> Removable:
    cargo = item.vehicle.cargo_kg
    mass = item.vehicle.launch_mass_kg.best - (0.0 if cargo is None else _HALF * cargo.best)
    return Removable(item.id, item.name, item.vehicle.owner, mass, _CRAFT_AREA_M2, 0.0, vehicle=item.vehicle.id)


def _module(item: Module) -> Removable:
    way = item.undocking
    if way is None:
        return Removable(item.id, item.name, item.owner, item.mass_kg.best, 0.0, 0.0, can_leave=False)
    return Removable(
        item.id, item.name, item.owner, item.mass_kg.best, way.drag_area_m2.best, way.takes_days.best, way.along
    )
