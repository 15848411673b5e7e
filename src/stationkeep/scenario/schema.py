"""The scenario schema, ``stationkeep.scenario/1``: what a person may write, with units and bounds in each field."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator

from stationkeep.orbit.elements import MeanElements
from stationkeep.scenario.consistency import require_consistency
from stationkeep.scenario.control import AttitudeControl, AttitudeView, ControlledDeorbit, DebrisAvoidance, Reserve
from stationkeep.scenario.event_parts import Probability
from stationkeep.scenario.events import AltitudePolicy, Event
from stationkeep.scenario.fields import (
    AltitudeKm,
    Days,
    Fraction,
    Id,
    MassKg,
    Number,
    Part,
    PeriodDays,
    PositiveNumber,
    Range,
    Source,
    SpreadPercent,
    Text,
    Title,
    UtcMoment,
)
from stationkeep.scenario.orbit_source import elements_of_lines, elements_of_numbers
from stationkeep.scenario.people import LifeSupport, Traffic
from stationkeep.timescale import mjd_utc

SCHEMA_NAME = "stationkeep.scenario/1"


class ElementSetSource(Part):
    """The orbit as a two-line element set, checksums enforced; it is carried from its epoch to the scenario's."""

    line1: str
    line2: str
    source: Source

    @model_validator(mode="after")
    def _readable(self) -> ElementSetSource:
        elements_of_lines(self.line1, self.line2)
        return self


class MeanElementsSource(Part):
    """The orbit as mean elements (Brouwer, TEME of date): what an element set would hold."""

    epoch_utc: UtcMoment
    mean_altitude_km: AltitudeKm
    eccentricity: Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0.0, lt=0.2)] = 0.0005
    inclination_deg: Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0.0, le=180.0)]
    raan_deg: Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0.0, lt=360.0)] = 0.0
    argument_of_perigee_deg: Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0.0, lt=360.0)] = 0.0
    mean_anomaly_deg: Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0.0, lt=360.0)] = 0.0
    source: Source | None = None


class Orbit(Part):
    """Where the station is: exactly one of an element set and mean elements."""

    element_set: ElementSetSource | None = None
    mean_elements: MeanElementsSource | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Orbit:
        given = [name for name in ("element_set", "mean_elements") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(
                f"give exactly one of element_set and mean_elements; {'both are' if given else 'neither is'} given"
            )
        return self

    def elements(self) -> MeanElements:
        """The mean orbit at its own epoch (not yet carried to the scenario's)."""
        if self.element_set is not None:
            return elements_of_lines(self.element_set.line1, self.element_set.line2)
        assert self.mean_elements is not None  # _exactly_one saw to it
        return elements_of_numbers(self.mean_elements)


class Drag(Part):
    """How strongly the air brakes the station: a coefficient fitted with one density model, usable with no other."""

    ballistic_coefficient_m2_kg: Annotated[
        float, Field(strict=True, allow_inf_nan=False, gt=0.0, le=10.0, description="Cd*A/m at reference_mass_kg")
    ]
    density_model: Literal["NRLMSISE-00"]
    spread_percent: SpreadPercent = Field(description="1 sigma of the fitted value")
    reference_mass_kg: MassKg = Field(
        description="mass it was fitted at; a heavier station is braked less in proportion"
    )
    source: Source


class DensityError(Part):
    """How wrong density times drag may be beyond the fitted coefficient: 1-sigma errors of its logarithm.

    A slow part that starts at zero and wanders, and a fast one that is there from the first day. The defaults are what
    years of the station and of Delfi-C3 ask for on average (``validation/reliability.md``).
    """

    slow_spread_percent: SpreadPercent = 30.0
    slow_correlation_days: Days = 365.0
    fast_spread_percent: SpreadPercent = 20.0
    fast_correlation_days: Days = 5.0


class SpaceWeatherMode(StrEnum):
    """Which Sun the scenario flies under unless the command says otherwise."""

    AS_KNOWN = "as-known"
    """Observed up to the epoch, then a random future drawn from the forecast known at the epoch."""
    OBSERVED = "observed"
    """The Sun as it really was, as far as the table reaches."""


class PastEnd(StrEnum):
    """What happens after the observed table ends."""

    ERROR = "error"
    HOLD = "hold"
    FORECAST = "forecast"


class SpaceWeatherChoice(Part):
    """Which space weather to fly under, and what to do where the observations end."""

    default: SpaceWeatherMode = SpaceWeatherMode.AS_KNOWN
    forecast: Id | None = Field(
        default=None, description="identifier of a solar forecast; null: the latest known at the epoch"
    )
    past_end: PastEnd = PastEnd.FORECAST


class Propellant(Part):
    """What a provider has in its tanks at the epoch, beside what cannot be drawn."""

    initial_kg: Range
    tanks: tuple[Id, ...] = Field(
        default=(),
        description="the station's tanks that hold it, in the order they are used; capacity, owner and residual are "
        "the catalogue's; none: one tank without a limit",
    )
    source: Source


class ExtraFlights(Part):
    """A flight beside the schedule when the store runs low: partners that adapt."""

    below_kg: MassKg = Field(description="ordered when less than this is left as a flight comes")
    after_days: PeriodDays = Field(description="it comes so long after")
    least_days_between: PeriodDays = Field(description="no sooner after the last such order")
    source: Source


class Resupply(Part):
    """Deliveries to a provider's tanks: one, or one every so many days."""

    first_utc: UtcMoment
    every_days: PeriodDays | None = None
    until_utc: UtcMoment | None = None
    propellant_kg: Range = Field(description="usable for reboost, per delivery")
    fill_to_kg: MassKg | None = Field(
        None,
        description="each delivery is loaded to bring the store up to this, within propellant_kg; "
        "null: the load does not depend on what is left",
    )
    partner: Id | None = Field(
        None, description="who delivers, and whose withdrawal ends it; null: the provider's partner"
    )
    extra: ExtraFlights | None = Field(None, description="null: nothing flies beside the schedule")
    source: Source


class Visit(Part):
    """A stay of the provider's vehicle: it pushes only then, with its own propellant, which leaves with it."""

    arrives_utc: UtcMoment
    leaves_utc: UtcMoment
    every_days: PeriodDays | None = Field(default=None, description="the stay repeats with this period")
    until_utc: UtcMoment | None = Field(default=None, description="last arrival of a repeated stay")
    flight: Text | None = None
    propellant_kg: Range = Field(description="usable for reboost, per stay")
    source: Source


class Provider(Part):
    """Who can push the station. Thrust and specific impulse come from the catalogue unless given here.

    They are those of ``engine`` where it is named (a station's own thrusters), else of the engine of ``vehicle``.

    It burns from one of two stores: ``propellant`` with ``resupply`` (tanks that stay with the station), or
    ``visits`` (a vehicle that comes and goes with its own).
    """

    id: Id
    label: Title | None = None
    partner: Id
    vehicle: Id | None = None
    engine: Id | None = None
    enabled: bool = Field(default=True, strict=True, description="false: waits for a provider-available event")
    thrust_n: Annotated[float, Field(strict=True, allow_inf_nan=False, gt=0.0, le=1.0e6)] | None = None
    specific_impulse_s: Annotated[float, Field(strict=True, allow_inf_nan=False, gt=20.0, le=5000.0)] | None = None
    max_burn_duration_s: PositiveNumber
    available_from_utc: UtcMoment | None = None
    available_until_utc: UtcMoment | None = None
    lowest_altitude_km: AltitudeKm | None = Field(
        default=None, description="below this mean altitude it neither arrives nor pushes, and a visitor leaves"
    )
    purpose: Literal["reboost", "deorbit"] = Field(
        default="reboost", description="deorbit: it comes to end the flight and never reboosts"
    )
    deorbit_thrust_n: PositiveNumber | None = Field(
        default=None, description="thrust for a controlled fall, where other engines on the same tanks give it"
    )
    attitude_from: tuple[Literal["pusher", "gyros", "station-thrusters"], ...] | None = Field(
        default=None,
        description="what can hold the attitude while it burns, any one of them; null: as the catalogue says",
    )
    hindsight: bool = Field(
        default=False,
        strict=True,
        description="true: nobody had it at the epoch; a controlled fall is looked at with and without it",
    )
    push_needs: tuple[Id, ...] = Field(
        default=(), description="partners who must operate their assets for its burns (current from their arrays)"
    )
    arrival_needs: tuple[Id, ...] = Field(
        default=(), description="partners who must operate their assets for its arrival (an arm that catches it)"
    )
    bought_by: Id | None = Field(
        default=None, description="whose contract pays its flights: they end with that partner's flights"
    )
    docking_lever_m: PositiveNumber | None = Field(
        default=None,
        description="how far beside the centre of mass its arrival pushes; null: too softly to count (berthed)",
    )
    propellant: Propellant | None = None
    resupply: tuple[Resupply, ...] = ()
    visits: tuple[Visit, ...] = ()
    source: Source | None = None


class Branch(Part):
    """One course of events to fly, side by side with the others."""

    label: Title
    description: Text = ""
    attitude_view: AttitudeView | None = Field(default=None, description="null: as the scenario's attitude says")
    shown: bool = Field(default=True, strict=True, description="false: flown only where it is asked for by name")
    probability: Probability | None = Field(
        default=None, description="how probable this course is among those that say so; null: it is not weighed"
    )
    events: tuple[Event, ...] = ()


class GroundChoice(Part):
    """What the casualty estimate assumes; null fields leave it to the models' own defaults."""

    surviving_mass_fraction: Fraction | None = Field(
        default=None, description="share of the mass that reaches the ground"
    )
    population_year: Annotated[int, Field(strict=True, ge=1950, le=2100)] | None = None
    source: Source | None = None


class Comparison(Part):
    """A published figure the report sets beside ours."""

    claim: Title
    value: Title
    source: Source
    branch: Id | None = Field(default=None, description="the branch it speaks of; null: all")
    quantity: Literal["years-to-fall", "loss-m-per-day"] | None = Field(
        default=None, description="which of our numbers stands beside it (needs branch); null: none"
    )


class Scenario(Part):
    """A station at an epoch, who can push it, and branches of dated events."""

    schema_: Literal["stationkeep.scenario/1"] = Field(alias="schema", serialization_alias="schema")
    id: Id
    title: Title
    description: Text = ""
    epoch_utc: UtcMoment
    horizon_utc: UtcMoment
    station: Id = Field(description="catalogue name; mass, tanks, docked vehicles and people come from there")
    mass_kg: MassKg | None = Field(default=None, description="overrides the catalogue; needs mass_source")
    mass_source: Source | None = None
    orbit: Orbit
    drag: Drag
    density_error: DensityError = DensityError()
    space_weather: SpaceWeatherChoice = SpaceWeatherChoice()
    reentry_altitude_km: Annotated[Number, Field(ge=100.0, le=150.0)] = 120.0
    altitude_policy: AltitudePolicy | None = None
    providers: tuple[Provider, ...] = Field(default=(), description="in order of preference")
    attitude: AttitudeControl | None = Field(default=None, description="null: always held")
    debris_avoidance: DebrisAvoidance | None = Field(default=None, description="null: none")
    controlled_deorbit: ControlledDeorbit | None = Field(default=None, description="null: published or computed")
    reserve: Reserve = Reserve()
    life_support: LifeSupport | None = Field(default=None, description="null: nobody's stores are followed")
    traffic: Traffic | None = Field(default=None, description="null: who comes and goes is not followed")
    branches: Annotated[dict[Id, Branch], Field(min_length=1)]
    ground: GroundChoice | None = None
    comparisons: tuple[Comparison, ...] = ()
    timeline: Id | None = Field(
        default=None,
        description="a shipped crisis (crisis-2022): what was said and done, beside what would have followed",
    )

    @model_validator(mode="after")
    def _consistent(self) -> Scenario:
        require_consistency(self)
        return self

    @property
    def epoch_mjd_utc(self) -> float:
        """Modified Julian day (UTC) of the start."""
        return mjd_utc(self.epoch_utc)

    @property
    def horizon_mjd_utc(self) -> float:
        """Modified Julian day (UTC) of the end."""
        return mjd_utc(self.horizon_utc)

    @property
    def pays_for(self) -> dict[str, frozenset[str]]:
        """Whose flights each partner pays for, where it pays for any."""
        found: dict[str, frozenset[str]] = {}
        for provider in self.providers:
            if provider.bought_by is not None:
                found[provider.bought_by] = found.get(provider.bought_by, frozenset()) | {provider.partner}
        return found

    def provider(self, provider_id: str) -> Provider:
        """The provider of that name (``KeyError`` where there is none; the schema refuses such references)."""
        for item in self.providers:
            if item.id == provider_id:
                return item
        raise KeyError(provider_id)
