"""From a vehicle's name to what it can push with: engine, propellant, mass, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stationkeep.catalogue.pushing import STANDINGS
from stationkeep.errors import CatalogueError, InputError
from stationkeep.propulsion.burns import Thruster

if TYPE_CHECKING:
    from stationkeep.catalogue.entries import Vehicle
    from stationkeep.catalogue.pushing import Push
    from stationkeep.catalogue.store import Catalogue

_MOST_VEHICLES = 100


@dataclass(frozen=True, slots=True)
class PushingVehicle:
    """One or several of the same vehicle, pushing together."""

    id: str
    label: str
    count: int
    thruster: Thruster
    """All of them together."""
    thruster_count: int
    propellant_kg: float
    """Usable, all of them together."""
    mass_kg: float
    """As launched, all of them together; counted on top of the station's."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GivenFigures:
    """What a person says of the vehicle instead of the catalogue; null: as the catalogue has it."""

    thrust_n: float | None = None
    specific_impulse_s: float | None = None
    propellant_kg: float | None = None
    mass_kg: float | None = None
    push: str | None = None

    def __post_init__(self) -> None:
        for name, value, low, high in (
            ("thrust", self.thrust_n, 1.0, 1.0e7),
            ("specific impulse", self.specific_impulse_s, 50.0, 5000.0),
            ("propellant", self.propellant_kg, 1.0, 1.0e7),
            ("vehicle mass", self.mass_kg, 0.0, 1.0e7),
        ):
            if value is not None and not low <= value <= high:
                raise InputError(f"a {name} of {value:g}", hint=f"give a number from {low:g} to {high:,.0f}")


def pushing_vehicles(catalogue: Catalogue, names: Sequence[str], given: GivenFigures) -> tuple[PushingVehicle, ...]:
    """The vehicles meant by ``NAME`` or ``NAME:COUNT``. Raises :class:`InputError` for one that cannot push."""
    if not names:
        if given.thrust_n is None or given.propellant_kg is None:
            raise InputError(
                "no vehicle was given",
                hint="name one (--vehicle usdv, progress:3; see 'stationkeep catalogue'), or give --thrust-n, "
                "--specific-impulse-s and --propellant-kg",
            )
        return (_by_numbers(given),)
    if len(names) > 1 and any(value is not None for value in (given.thrust_n, given.propellant_kg, given.mass_kg)):
        raise InputError(
            "numbers for several vehicles at once", hint="give --thrust-n, --propellant-kg with one --vehicle only"
        )
    return tuple(_vehicle(catalogue, name, given) for name in names)


def _by_numbers(given: GivenFigures) -> PushingVehicle:
    assert given.thrust_n is not None
    assert given.propellant_kg is not None
    impulse = given.specific_impulse_s or 300.0
    return PushingVehicle(
        "given", "a vehicle as given", 1, Thruster(given.thrust_n, impulse), 1, given.propellant_kg,
        given.mass_kg or 0.0,
    )  # fmt: skip


def _split(text: str) -> tuple[str, int]:
    name, mark, number = text.partition(":")
    if not mark:
        return name.strip(), 1
    if not number.isdecimal() or not 1 <= int(number) <= _MOST_VEHICLES:
        raise InputError(
            f"--vehicle {text!r}: {number!r} is no count",
            hint=f"write {name}:3 for three of them, 1 to {_MOST_VEHICLES}",
        )
    return name.strip(), int(number)


def _vehicle(catalogue: Catalogue, text: str, given: GivenFigures) -> PushingVehicle:
    name, count = _split(text)
    craft, push = _found(catalogue, name, given.push)
    engine = push.engine
    thrust = given.thrust_n or engine.thrust_n.best
    impulse = given.specific_impulse_s or engine.specific_impulse_s.best
    load, said = (given.propellant_kg, "") if given.propellant_kg is not None else _load_kg(craft)
    if load is None:
        raise InputError(
            f"how much propellant a {craft.name} could spend on a deorbit is not known",
            hint="say it: --propellant-kg",
        )
    notes = [f"{craft.name}: {said}"] if said else []
    notes.append(f"{craft.name} pushes with {engine.name} ({thrust:,.0f} N): {STANDINGS[push.standing]}")
    number = 1 if engine.thruster_count is None else max(round(engine.thruster_count.best), 1)
    return PushingVehicle(
        id=craft.id,
        label=craft.name if count == 1 else f"{count} {craft.name}",
        count=count,
        thruster=Thruster(thrust * count, impulse),
        thruster_count=number * count,
        propellant_kg=load * count,
        mass_kg=(craft.launch_mass_kg.best if given.mass_kg is None else given.mass_kg) * count,
        notes=tuple(notes),
    )


def _found(catalogue: Catalogue, name: str, wanted: str | None) -> tuple[Vehicle, Push]:
    """The vehicle of that name (or of that engine), and its strongest push that lowers."""
    crafts = [craft for craft in catalogue.vehicles.values() if any(push.engine.id == name for push in craft.pushes)]
    if len(crafts) == 1:
        craft = crafts[0]
    else:
        entry = catalogue.find(name)
        if entry.id not in catalogue.vehicles:
            raise CatalogueError(f"{name!r} is a {entry.kind}, not a vehicle", hint=_those_that_push(catalogue))
        craft = catalogue.vehicles[entry.id]
    pushes = [push for push in craft.pushes if push.lowers_flying is not None]
    if not pushes:
        raise CatalogueError(f"no way is known for a {craft.name} to lower a station", hint=_those_that_push(catalogue))
    if wanted is not None:
        for push in pushes:
            if push.id == wanted:
                return craft, push
        raise CatalogueError(
            f"{craft.name} has no push {wanted!r}", hint=f"it has {', '.join(push.id for push in pushes)}"
        )
    return craft, max(pushes, key=lambda push: push.engine.thrust_n.best)


def _those_that_push(catalogue: Catalogue) -> str:
    able = [craft.id for craft in catalogue.vehicles.values() if any(push.lowers_flying for push in craft.pushes)]
    return f"vehicles that can push are {', '.join(able)}"


def _load_kg(craft: Vehicle) -> tuple[float | None, str]:
    """Propellant of one that a deorbit may use, and in words what was counted."""
    left = 0.0 if craft.residual_propellant_kg is None else craft.residual_propellant_kg.best
    if craft.role == "deorbit" and craft.propellant_kg is not None:
        return craft.propellant_kg.best - left, f"{craft.propellant_kg.best:,.0f} kg less {left:,.0f} kg it cannot draw"
    if craft.spare_propellant_kg is None:
        return None, ""
    own = craft.spare_propellant_kg.best
    if craft.refuel_propellant_kg is None:
        return own, f"{own:,.0f} kg of its own to spare"
    more = craft.refuel_propellant_kg.best
    return own + more, f"{own:,.0f} kg of its own to spare and {more:,.0f} kg it brings for the station's tanks"
