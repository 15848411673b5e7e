"""What the catalogue knows of each thing: a partner, an engine, a vehicle, a module, a station."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from stationkeep.catalogue.base import (
    UNIT_OF_SUFFIX,
    AsId,
    Entry,
    Facts,
    Identifier,
    PartnerId,
    PortStandard,
    Sourced,
    UtcTime,
    look_up,
)
from stationkeep.catalogue.figure import Figure
from stationkeep.catalogue.pushing import AttitudeClaim, Engine, Push
from stationkeep.errors import CatalogueError

__all__ = [
    "UNIT_OF_SUFFIX",
    "AttitudeClaim",
    "DockedVehicle",
    "Engine",
    "Entry",
    "Facts",
    "Module",
    "Partner",
    "Person",
    "Port",
    "Push",
    "Sourced",
    "Station",
    "Tank",
    "Undocking",
    "Vehicle",
]


class Partner(Sourced, Entry):
    """Who owns or operates parts of a station: an agency, a company, or a template to fill in."""

    kind: ClassVar[str] = "partner"

    type: Literal["agency", "company", "collaboration", "template"]
    country: str = Field(pattern=r"^[A-Z]{2}$", description="ISO 3166 code; EU for Europe, ZZ for templates")


class Vehicle(Sourced, Entry):
    """A craft that visits: what it carries, how long it may stay, where it docks, how it can push."""

    kind: ClassVar[str] = "vehicle"

    role: Literal["crew", "cargo", "deorbit"]
    owner: PartnerId
    operator: PartnerId
    ports: tuple[PortStandard, ...] = Field(min_length=1)
    first_flight_utc: UtcTime | None = None
    retired_utc: UtcTime | None = None
    engine: Annotated[Engine, BeforeValidator(look_up("engines")), AsId] | None = Field(
        None, description="what pushes the station while docked; null: none that is known to be usable"
    )
    reboost_since_utc: UtcTime | None = Field(None, description="first standard reboost, not a test; null: none yet")
    lead_time_days: Figure | None = Field(None, description="from wanting one to having it, where that has been seen")
    crew_seats: Figure | None = None
    stay_limit_days: Figure | None = None
    launch_mass_kg: Figure
    cargo_kg: Figure | None = None
    propellant_kg: Figure | None = Field(None, description="all its own propellant at launch")
    spare_propellant_kg: Figure | None = Field(None, description="own propellant left over for pushing the station")
    refuel_propellant_kg: Figure | None = Field(None, description="propellant it can pump into the station's tanks")
    residual_propellant_kg: Figure | None = Field(None, description="of its own propellant, what no engine can draw")
    longest_burn_s: Figure | None = Field(None, description="longest burn shown while docked")
    longest_burn_delta_v_m_s: Figure | None = None
    pushes: tuple[Push, ...] = Field((), description="the ways it can push a station; the usual one first")

    @model_validator(mode="after")
    def _pushes_agree_with_engine(self) -> Self:
        if self.pushes and (self.engine is None or self.pushes[0].engine.id != self.engine.id):
            raise ValueError("engine must be that of the first push")
        first = min((push.first_used_utc for push in self.pushes if push.first_used_utc), default=None)
        since = self.reboost_since_utc
        if self.pushes and since is not None and (first is None or since < first):
            raise ValueError("reboost_since_utc lies before the first use of any of its pushes")
        return self

    def can_push(self, moment: datetime) -> bool:
        """Whether it had pushed its station by then, and still flies."""
        return (
            self.engine is not None
            and self.reboost_since_utc is not None
            and self.reboost_since_utc <= moment
            and (self.retired_utc is None or moment < self.retired_utc)
        )


class Undocking(Sourced, Facts):
    """How a part of a station could leave it: how long that takes, what goes along, what drag area goes with it."""

    how: str = Field(min_length=8)
    takes_days: Figure = Field(description="from the decision until it is gone")
    along: tuple[Identifier, ...] = Field((), description="modules that hang on it and go with it")
    drag_area_m2: Figure = Field(description="of the station's drag area, what goes with it alone")


class Module(Sourced, Entry):
    """A part of a station that stays: a module, a truss segment, an arm, a platform."""

    kind: ClassVar[str] = "module"

    type: Literal["pressurised", "truss", "solar-array", "robotics", "adapter", "platform", "payload"]
    segment: str = Field(min_length=2)
    owner: PartnerId
    operator: PartnerId
    launched_utc: UtcTime
    mass_kg: Figure
    pushes: tuple[Push, ...] = Field((), description="the ways its own engines can push the station")
    undocking: Undocking | None = Field(None, description="null: nobody has described how it could leave")


class Port(Facts):
    """A place to dock. ``refuels``: whether propellant can flow through it into the station's tanks."""

    id: Identifier
    name: str
    standard: PortStandard
    owner: PartnerId
    refuels: bool = False


class Tank(Sourced, Facts):
    """A propellant tank: how much it holds, how much is in it, which engines draw on it, which tanks it can fill."""

    id: Identifier
    name: str
    owner: PartnerId
    operator: PartnerId
    propellant: str
    refillable: bool
    engines: tuple[Annotated[Engine, BeforeValidator(look_up("engines")), AsId], ...] = ()
    fills: tuple[Identifier, ...] = Field((), description="tanks of the station it can be pumped into")
    capacity_kg: Figure
    propellant_kg: Figure = Field(description="on board at the station's epoch")
    residual_kg: Figure | None = Field(None, description="what stays behind when it runs dry; null: taken as none")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.propellant_kg.low < 0.0 or self.propellant_kg.high > self.capacity_kg.high:
            raise ValueError("propellant_kg must lie between zero and the capacity")
        if (
            self.residual_kg is not None
            and not 0.0 <= self.residual_kg.low <= self.residual_kg.high < self.capacity_kg.low
        ):
            raise ValueError("residual_kg must lie between zero and the capacity")
        return self


class DockedVehicle(Sourced, Facts):
    """A vehicle at its port on the station's epoch. ``departed_utc`` is what happened later, where known."""

    id: Identifier
    name: str
    vehicle: Annotated[Vehicle, BeforeValidator(look_up("vehicles")), AsId]
    port: str
    launched_utc: UtcTime
    docked_utc: UtcTime
    departed_utc: UtcTime | None = None
    spare_propellant_kg: Figure | None = Field(None, description="own propellant left for pushing, at the epoch")
    refuel_propellant_kg: Figure | None = Field(None, description="propellant not yet pumped over, at the epoch")

    @property
    def stay_ends_utc(self) -> datetime | None:
        """When its stay limit runs out, counted from docking; nothing where no limit is published."""
        limit = self.vehicle.stay_limit_days
        if limit is None or limit.value is None:
            return None
        return self.docked_utc + timedelta(days=limit.value)


class Person(Sourced, Facts):
    """Someone aboard on the station's epoch; ``ride_home`` is the docked vehicle that holds their seat."""

    name: str
    role: str
    agency: PartnerId
    nationality: str = Field(pattern=r"^[A-Z]{2}$")
    ride_home: str
    arrived_utc: UtcTime
    left_utc: UtcTime | None = None


class Station(Sourced, Entry):
    """A station on a given day: its mass, its parts, what is docked, who is aboard, what is in the tanks."""

    kind: ClassVar[str] = "station"

    epoch_utc: UtcTime
    lead: PartnerId
    partners: tuple[PartnerId, ...] = Field(min_length=1)
    mass_kg: Figure = Field(description="all of it: modules, outfitting, visiting vehicles, propellant, people")
    mean_altitude_km: Figure | None = Field(None, description="mean semi-major axis minus 6378.137 km at the epoch")
    inclination_deg: Figure
    drag_area_m2: Figure | None = None
    drag_coefficient: Figure | None = None
    modules: tuple[Annotated[Module, BeforeValidator(look_up("modules")), AsId], ...] = Field(min_length=1)
    ports: tuple[Port, ...] = ()
    docked: tuple[DockedVehicle, ...] = ()
    tanks: tuple[Tank, ...] = ()
    people: tuple[Person, ...] = ()

    @property
    def module_mass_kg(self) -> float:
        """Sum of the modules' masses as they joined the station [kg]: without what was carried up later."""
        return sum(module.mass_kg.best for module in self.modules)

    @property
    def docked_mass_kg(self) -> float:
        """Sum of the docked vehicles' masses as launched [kg]: cargo unloaded since counts here, not as outfitting."""
        return sum(craft.vehicle.launch_mass_kg.best for craft in self.docked)

    def port(self, port_id: str) -> Port:
        """The port of that id."""
        for port in self.ports:
            if port.id == port_id:
                return port
        known = ", ".join(port.id for port in self.ports) or "none"
        raise CatalogueError(f"{self.id} has no port {port_id!r}", hint=f"its ports are: {known}")

    @model_validator(mode="after")
    def _docking_holds(self) -> Self:
        ports = {port.id: port for port in self.ports}
        for craft in self.docked:
            if craft.port not in ports:
                raise ValueError(f"docked {craft.id}: no port {craft.port!r}; there are {', '.join(ports) or 'none'}")
            if ports[craft.port].standard not in craft.vehicle.ports:
                raise ValueError(f"docked {craft.id}: a {craft.vehicle.name} does not fit port {craft.port}")
            if not craft.docked_utc <= self.epoch_utc or (craft.departed_utc and craft.departed_utc <= self.epoch_utc):
                raise ValueError(f"docked {craft.id}: was not there at the station's epoch")
        if len({craft.port for craft in self.docked}) < len(self.docked):
            raise ValueError("two vehicles are docked at the same port")
        return self

    @model_validator(mode="after")
    def _tanks_fill_tanks(self) -> Self:
        tanks = {tank.id for tank in self.tanks}
        for tank in self.tanks:
            strangers = [other for other in tank.fills if other not in tanks or other == tank.id]
            if strangers:
                raise ValueError(f"tank {tank.id}: cannot fill {strangers[0]!r}; it may fill the station's other tanks")
        return self

    @model_validator(mode="after")
    def _everyone_came_somehow(self) -> Self:
        crafts = {craft.id for craft in self.docked}
        for person in self.people:
            if person.ride_home not in crafts:
                raise ValueError(f"person {person.name}: ride_home {person.ride_home!r} is not docked")
        late = [module.id for module in self.modules if module.launched_utc > self.epoch_utc]
        if late:
            raise ValueError(f"launched after the station's epoch: {', '.join(late)}")
        return self
