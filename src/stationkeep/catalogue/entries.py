"""What the catalogue knows of each thing: a partner, an engine, a vehicle, a module, a station."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from difflib import get_close_matches
from typing import Annotated, Any, ClassVar, Final, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationInfo,
    model_validator,
)

from stationkeep.catalogue.figure import Figure, Quality, Source
from stationkeep.constants import STANDARD_GRAVITY_M_S2
from stationkeep.errors import CatalogueError, InputError
from stationkeep.timescale import parse_utc

# Longest suffix first: ``delta_v_m_s`` is a speed, not seconds.
UNIT_OF_SUFFIX: Final[dict[str, str]] = {
    "_m_s": "m/s",
    "_kg": "kg",
    "_km": "km",
    "_m2": "m2",
    "_deg": "deg",
    "_days": "d",
    "_n": "N",
    "_s": "s",
    "_seats": "seats",
    "_count": "1",
    "_coefficient": "1",
}
PortStandard = Literal["SSVP", "IDSS", "CBM"]


def _read_time(given: Any) -> Any:
    if not isinstance(given, str):
        return given
    try:
        return parse_utc(given)
    except InputError as error:
        raise ValueError(error.problem) from None


def _look_up(kind: str) -> Callable[[Any, ValidationInfo], Any]:
    """Replace an id by the entry of ``kind`` it names; the entries read so far come in the validation context."""

    def validate(given: Any, info: ValidationInfo) -> Any:
        known: Mapping[str, Any] = (info.context or {}).get(kind, {})
        if not isinstance(given, str):
            raise ValueError(f"give the id of one of the {kind}")
        if given not in known:
            near = get_close_matches(given, known, n=3)
            meant = f"; did you mean {' or '.join(near)}?" if near else ""
            raise ValueError(f"unknown id {given!r} among the {kind}{meant}")
        return known[given]

    return validate


def _known_partner(given: str, info: ValidationInfo) -> str:
    _look_up("partners")(given, info)
    return given


def _id_of(entry: Entry | None) -> str | None:
    return None if entry is None else entry.id


UtcTime = Annotated[datetime, BeforeValidator(_read_time)]
PartnerId = Annotated[str, AfterValidator(_known_partner)]
Identifier = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
AsId = PlainSerializer(_id_of, return_type=str | None)


class Facts(BaseModel):
    """Anything that holds figures: each figure's unit must be the one its field name ends in."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="after")
    def _units_match_names(self) -> Self:
        for field, figure in self.figures():
            expected = next((unit for suffix, unit in UNIT_OF_SUFFIX.items() if f"_{field}".endswith(suffix)), None)
            if figure.unit != expected:
                raise ValueError(f"{field} must be in {expected}, not in {figure.unit}")
        return self

    def figures(self) -> Iterator[tuple[str, Figure]]:
        """The figures held directly here, by field name; parts and referenced entries list their own."""
        for field in type(self).model_fields:
            held = getattr(self, field)
            if isinstance(held, Figure):
                yield field, held


class Entry(Facts):
    """A named thing of the catalogue. ``id`` is what scenario files use and is unique over all kinds."""

    kind: ClassVar[str]

    id: Identifier
    name: str = Field(min_length=1)
    aliases: tuple[str, ...] = ()
    description: str = ""

    def document(self) -> dict[str, Any]:
        """The entry as JSON-ready data; referenced entries appear by their id."""
        return {"kind": self.kind, **self.model_dump(mode="json")}


class Sourced(BaseModel):
    """Dates and names need a source too: the one given here covers all that are not figures."""

    source: Source
    quality: Quality


class Partner(Sourced, Entry):
    """Who owns or operates parts of a station: an agency, a company, or a template to fill in."""

    kind: ClassVar[str] = "partner"

    type: Literal["agency", "company", "collaboration", "template"]
    country: str = Field(pattern=r"^[A-Z]{2}$", description="ISO 3166 code; EU for Europe, ZZ for templates")


class Engine(Entry):
    """A set of thrusters used together to push a station, as the station feels it."""

    kind: ClassVar[str] = "engine"

    operator: PartnerId
    propellant: str = Field(min_length=3, description="oxidiser and fuel, e.g. NTO/UDMH")
    thrust_n: Figure = Field(description="mean force along the track in a burn, off-pulsing and canting included")
    specific_impulse_s: Figure
    rated_thrust_n: Figure | None = Field(None, description="force of one thruster in vacuum, as its maker rates it")
    thruster_count: Figure | None = Field(None, description="thrusters in the set")

    @property
    def flow_kg_s(self) -> float:
        """Propellant drawn while burning [kg/s], from the best estimates: thrust / (Isp g0)."""
        return self.thrust_n.best / (self.specific_impulse_s.best * STANDARD_GRAVITY_M_S2)


class Vehicle(Sourced, Entry):
    """A craft that visits: what it carries, how long it may stay, where it docks, how it can push."""

    kind: ClassVar[str] = "vehicle"

    role: Literal["crew", "cargo", "deorbit"]
    owner: PartnerId
    operator: PartnerId
    ports: tuple[PortStandard, ...] = Field(min_length=1)
    first_flight_utc: UtcTime | None = None
    retired_utc: UtcTime | None = None
    engine: Annotated[Engine, BeforeValidator(_look_up("engines")), AsId] | None = Field(
        None, description="what pushes the station while docked; null: none that is known to be usable"
    )
    reboost_since_utc: UtcTime | None = Field(None, description="first standard reboost, not a test; null: none yet")
    crew_seats: Figure | None = None
    stay_limit_days: Figure | None = None
    launch_mass_kg: Figure
    cargo_kg: Figure | None = None
    propellant_kg: Figure | None = Field(None, description="all its own propellant at launch")
    spare_propellant_kg: Figure | None = Field(None, description="own propellant left over for pushing the station")
    refuel_propellant_kg: Figure | None = Field(None, description="propellant it can pump into the station's tanks")
    longest_burn_s: Figure | None = Field(None, description="longest burn shown while docked")
    longest_burn_delta_v_m_s: Figure | None = None

    def can_push(self, moment: datetime) -> bool:
        """Whether it had pushed its station by then, and still flies."""
        return (
            self.engine is not None
            and self.reboost_since_utc is not None
            and self.reboost_since_utc <= moment
            and (self.retired_utc is None or moment < self.retired_utc)
        )


class Module(Sourced, Entry):
    """A part of a station that stays: a module, a truss segment, an arm, a platform."""

    kind: ClassVar[str] = "module"

    type: Literal["pressurised", "truss", "solar-array", "robotics", "adapter", "platform", "payload"]
    segment: str = Field(min_length=2)
    owner: PartnerId
    operator: PartnerId
    launched_utc: UtcTime
    mass_kg: Figure


class Port(Facts):
    """A place to dock. ``refuels``: whether propellant can flow through it into the station's tanks."""

    id: Identifier
    name: str
    standard: PortStandard
    owner: PartnerId
    refuels: bool = False


class Tank(Sourced, Facts):
    """A propellant tank: how much it holds, how much is in it. ``engine`` is what it can feed."""

    id: Identifier
    name: str
    owner: PartnerId
    operator: PartnerId
    propellant: str
    refillable: bool
    engines: tuple[Annotated[Engine, BeforeValidator(_look_up("engines")), AsId], ...] = ()
    capacity_kg: Figure
    propellant_kg: Figure = Field(description="on board at the station's epoch")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.propellant_kg.low < 0.0 or self.propellant_kg.high > self.capacity_kg.high:
            raise ValueError("propellant_kg must lie between zero and the capacity")
        return self


class DockedVehicle(Sourced, Facts):
    """A vehicle at its port on the station's epoch. ``departed_utc`` is what happened later, where known."""

    id: Identifier
    name: str
    vehicle: Annotated[Vehicle, BeforeValidator(_look_up("vehicles")), AsId]
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
    modules: tuple[Annotated[Module, BeforeValidator(_look_up("modules")), AsId], ...] = Field(min_length=1)
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
    def _everyone_came_somehow(self) -> Self:
        crafts = {craft.id for craft in self.docked}
        for person in self.people:
            if person.ride_home not in crafts:
                raise ValueError(f"person {person.name}: ride_home {person.ride_home!r} is not docked")
        late = [module.id for module in self.modules if module.launched_utc > self.epoch_utc]
        if late:
            raise ValueError(f"launched after the station's epoch: {', '.join(late)}")
        return self
