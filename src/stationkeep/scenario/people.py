"""Who is aboard and what they live on: the sections ``life_support`` and ``traffic`` of a scenario.

The flights are those planned as known at the epoch; what is flown from them in a run is worked out by
:mod:`stationkeep.scenario.flights` and the rooms :mod:`stationkeep.logistics` and :mod:`stationkeep.habitat`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PrivateAttr, model_validator

from stationkeep.scenario.fields import (
    AltitudeKm,
    Days,
    Id,
    MassKg,
    Number,
    Part,
    PeriodDays,
    PositiveNumber,
    Range,
    Source,
    Text,
    Title,
    UtcMoment,
)

if TYPE_CHECKING:
    from stationkeep.habitat.figures import HabitatDocument
    from stationkeep.habitat.metabolism import Person

Share = Annotated[Number, Field(ge=0.0, le=1.0)]
Shares = dict[Id, Share]
"""Which share goes into which store of the habitat."""


def _one_or_several(given: Any) -> Any:
    return [given] if isinstance(given, str) else given


def _also_one(schema: dict[str, Any]) -> None:
    """In JSON schema a name by itself stands for a list of one."""
    whole = {key: schema.pop(key) for key in ("type", "items", "minItems") if key in schema}
    schema["anyOf"] = [{"type": "string"}, whole]


class Supply(Part):
    """Where the cargo of some kinds of craft goes: at most these shares of each kind of cargo, by store.

    The rest of the dry cargo is other goods. A gas bottle or a water tank takes what is short: there each store may
    have all of it. Of what would sink below its reserve if the next ship like it were lost, ships carry more instead of
    other goods.
    """

    vehicles: Annotated[tuple[Id, ...], BeforeValidator(_one_or_several)] = Field(
        min_length=1, json_schema_extra=_also_one
    )
    dry: Shares = Field(default={})
    water: Shares = Field(default={})
    gas: Shares = Field(default={})
    short: dict[Id, Shares] = Field(
        default={},
        description="by substance (food, water, oxygen, nitrogen): at most these shares of the dry cargo, by store, "
        "where the substance would sink below its reserve before the second ship from now that carries as much (what "
        "is aboard must outlast the loss of the next): as much as it takes. Of what is critical (food, water) whatever "
        "share, where it would before the next",
    )
    notice_days: Annotated[Number, Field(ge=0.0, le=1000.0)] = Field(
        default=30.0,
        description="how long before its launch the cargo of a ship is chosen, by the flights then expected",
    )
    source: Source

    @model_validator(mode="after")
    def _no_more_than_all(self) -> Supply:
        total = sum(self.dry.values())
        if total > 1.0 + 1.0e-9:
            raise ValueError(f"dry: the shares add up to {total:g}, more than all of it")
        return self


HabitatName = Annotated[str, Field(pattern=r"^(?:[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?|[^\x00]{1,400}\.ya?ml)$")]
"""The name of a habitat that ships, or a file."""


class Body(Part):
    """What people aboard are like, all of them: what they eat, drink and breathe follows."""

    mass_kg: Annotated[Number, Field(ge=35.0, le=150.0)] = 82.0
    sex: Literal["male", "female"] = "male"
    activity: Annotated[Number, Field(ge=0.0, le=3.0)] = Field(
        default=1.0, description="energy above rest over that of a usual day aboard, two hours of exercise included: "
        "1 usual, 0 in bed"
    )  # fmt: skip

    @property
    def metabolism(self) -> Person:
        """The person of the habitat's energy tables."""
        from stationkeep.habitat.metabolism import Person

        return Person(self.mass_kg, self.sex, self.activity)


class LifeSupport(Part):
    """Stores, machines and air: a habitat that ships or a file of one's own, and where cargo goes in it."""

    habitat: HabitatName = Field(
        description="a habitat that ships, e.g. iss-2022-04-02, or a file beside the scenario, e.g. mine.yaml"
    )
    sides: dict[Literal["russian", "american"], Id] = Field(
        default={"russian": "russian", "american": "us"},
        description="which of the habitat's sides those trained for a segment belong to",
    )
    supplies: tuple[Supply, ...] = ()
    waste: tuple[Id, ...] = Field(
        default=(), description="stores a departing cargo craft is filled from, in this order"
    )
    amounts_kg: dict[Id, Range] = Field(
        default={}, description="aboard at the epoch, where it shall differ from the habitat's own figures"
    )
    power_needed_share: Annotated[Number, Field(gt=0.0, le=1.0)] = Field(
        default=0.5, description="share of the usual power down to which life support has all it draws"
    )
    person: Body = Field(default=Body(), description="everybody aboard is like this; the default is NASA's standard")
    source: Source | None = None
    _own: HabitatDocument | None = PrivateAttr(default=None)

    def with_habitat(self, document: HabitatDocument) -> LifeSupport:
        """The same, living in this habitat of one's own."""
        given = self.model_copy()
        given._own = document
        return given

    @property
    def own_habitat(self) -> HabitatDocument | None:
        """The habitat read from a file; none: it ships."""
        return self._own

    @property
    def document(self) -> HabitatDocument:
        """Its habitat. Raises :class:`HabitatError` where none of that name ships and no file was read."""
        if self._own is not None:
            return self._own
        from stationkeep.habitat.figures import shipped_habitat

        return shipped_habitat(self.habitat)


class FlightCargo(Part):
    """What a flight brings, by kind. Propellant comes with ``provider`` only, in the amounts stated there."""

    dry_kg: Range = Range(low=0.0, high=0.0)
    water_kg: Range = Range(low=0.0, high=0.0)
    gas_kg: Range = Range(low=0.0, high=0.0)
    down_kg: Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0.0)] | None = Field(
        default=None, description="the most it takes away; null: as much as it brought"
    )


class CrewMember(Part):
    """Somebody who comes with a flight; without a name: ``count`` people nobody had named yet."""

    name: Title | None = None
    count: Annotated[int, Field(strict=True, ge=1, le=20)] = 1
    agency: Title
    nationality: Annotated[str, Field(max_length=40)] = ""
    down: Title | None = Field(default=None, description="flight home; null: the craft they came in")

    @model_validator(mode="after")
    def _one_of_a_name(self) -> CrewMember:
        if self.name is not None and self.count != 1:
            raise ValueError(f"count: {self.count} people cannot all be {self.name}")
        return self


class PlannedFlight(Part):
    """A flight as planned, or one every so many days.

    With ``provider`` its arrivals are those of the provider's resupply or visits, whose propellant it brings; else give
    ``launch_utc`` or ``arrival_utc`` (one follows from the other, a day apart).
    """

    name: Title = Field(description="of a repeated flight the number at the end counts on: Progress MS-20, MS-21 ...")
    vehicle: Id = Field(description="a kind of craft: stationkeep replay knows them (progress, soyuz, crew-dragon ...)")
    ports: Annotated[tuple[Id, ...], BeforeValidator(_one_or_several)] = Field(
        min_length=1,
        json_schema_extra=_also_one,
        description="the port, or several that repeated flights take in turn",
    )
    rocket: Title | None = Field(
        default=None, description="what it flies on, for what a loss grounds; null: the latest its kind has flown on"
    )
    partner: Id | None = Field(
        default=None, description="on whose account it flies, beside its owner: either one's withdrawal ends it"
    )
    provider: Id | None = Field(default=None, description="whose propellant it brings, on that provider's dates")
    launch_utc: UtcMoment | None = None
    arrival_utc: UtcMoment | None = None
    departure_utc: UtcMoment | None = None
    stay_days: Days | None = None
    every_days: PeriodDays | None = None
    until_utc: UtcMoment | None = Field(default=None, description="last arrival of a repeated flight")
    cargo: FlightCargo = FlightCargo()
    crew: tuple[CrewMember, ...] = ()
    hindsight: bool = Field(default=False, strict=True, description="true: nobody planned it so at the epoch")
    source: Source
    note: Text | None = None

    @model_validator(mode="after")
    def _has_dates(self) -> PlannedFlight:
        dates = ("launch_utc", "arrival_utc", "departure_utc", "every_days", "until_utc")
        own = [name for name in dates if getattr(self, name)]
        if self.provider is not None and own:
            raise ValueError(f"{own[0]}: its dates are those of its provider {self.provider!r}; leave this out")
        if self.provider is None and self.launch_utc is None and self.arrival_utc is None:
            raise ValueError("give launch_utc or arrival_utc (or a provider with dates)")
        if self.departure_utc is not None and self.stay_days is not None:
            raise ValueError("give departure_utc or stay_days, not both")
        if self.until_utc is not None and self.every_days is None:
            raise ValueError("until_utc: needs every_days: without a period it happens once")
        first = self.arrival_utc or self.launch_utc
        if first is not None and self.departure_utc is not None and self.departure_utc <= first:
            raise ValueError("departure_utc must be after its arrival")
        return self


class DockedFlight(Part):
    """A craft of the history that is docked at the epoch, and when it was then planned to leave."""

    flight: Title
    departure_utc: UtcMoment
    provider: Id | None = Field(default=None, description="whose visit of the epoch it is")
    hindsight: bool = Field(default=False, strict=True, description="true: as it came, since no plan is known")
    source: Source


class Craft(Part):
    """What a kind of craft adds to the station while it is there; mass from the catalogue unless given."""

    empty_kg: MassKg = Field(description="without cargo and without propellant for the station")
    area_m2: PositiveNumber = Field(description="mean area it adds to what the air meets")
    source: Source


class OwnPort(Part):
    """A port of a station whose ports are not shipped."""

    standard: Literal["SSVP", "APAS", "IDSS", "CBM"]
    owner: Id
    source: Source


class LeaveRules(Part):
    """When do people leave?"""

    days_before_limit: Days = Field(
        default=30.0, description="before the end of a store or of good air that is foreseen, unless supplies are due"
    )
    attitude_lost_days: Days = Field(default=7.0, description="after the attitude was lost and did not come back")
    source: Source


class Traffic(Part):
    """Craft and people: docked at the epoch, planned to come, and the rules by which they leave."""

    history: Id | None = Field(
        default=None, description="a manifest that ships (iss-2020-2023): who and what is docked at the epoch"
    )
    docked: tuple[DockedFlight, ...] = ()
    flights: tuple[PlannedFlight, ...] = ()
    ports: dict[Id, OwnPort] = Field(default={}, description="none: those of the International Space Station")
    craft: dict[Id, Craft] = Field(default={}, description="by kind of craft")
    drag_coefficient: PositiveNumber = Field(default=2.2, description="of the craft's areas")
    lowest_altitude_km: AltitudeKm = Field(
        description="below this mean altitude nobody comes and nobody stays; a provider's cargo craft have its limit"
    )
    leave: LeaveRules
    source: Source | None = None
