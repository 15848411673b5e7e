"""What a partnership file says: functions of a station, the assets that provide them, and what those need in turn."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from stationkeep.catalogue.base import Identifier
from stationkeep.catalogue.figure import Figure, Quality
from stationkeep.errors import InputError
from stationkeep.timescale import parse_utc

SCHEMA_NAME: Final = "stationkeep.partnership/1"
Ends = Literal["station", "crew", "less"]
CutEnds = Literal["station", "crew", "full crew"]
ENDS_WORDS: Final[dict[Ends, str]] = {
    "station": "the station cannot be kept without it",
    "crew": "nobody can live aboard without it",
    "less": "the station goes on with less",
}
View = Literal["nasa", "roscosmos"]


class PartnershipError(InputError):
    """A partnership file that breaks its own rules, or a partner or function that nobody knows."""


def _read_day(given: Any) -> Any:
    if isinstance(given, date) and not isinstance(given, datetime):
        given = given.isoformat()
    if not isinstance(given, str):
        return given
    try:
        return parse_utc(given)
    except InputError as error:
        raise ValueError(error.problem) from None


def _days(figure: Figure) -> Figure:
    """A span that is one: in days, and not negative."""
    if figure.unit != "d" or figure.low < 0.0:
        raise ValueError("must be in d (days) and not below zero")
    return figure


Days = Annotated[Figure, AfterValidator(_days)]
Day = Annotated[datetime, BeforeValidator(_read_day)]


class Part(BaseModel):
    """A part of a file: frozen, and nothing in it that is not known."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Edge(Part):
    """Who says that one thing provides or needs another: a source with its quality, or an assumption, openly marked."""

    source: str | None = Field(None, min_length=8)
    quality: Quality | None = None
    assumption: str | None = Field(None, min_length=8)

    @model_validator(mode="after")
    def _says_from_where(self) -> Self:
        sourced = self.source is not None and self.quality is not None
        if sourced == (self.assumption is not None):
            raise ValueError("give source and quality, or assumption (what is assumed), one of the two")
        return self

    @property
    def assumed(self) -> bool:
        """Whether it rests on an assumption, not on a text."""
        return self.assumption is not None

    @property
    def because(self) -> str:
        """The source, or what is assumed."""
        return f"assumed: {self.assumption}" if self.source is None else self.source


class Need(Edge):
    """What an asset cannot do without: ``at_least`` of the assets or functions in ``of``.

    ``bridged_days``: how long it goes on when they are gone (batteries, tanks, stores); none: not at all.
    """

    of: tuple[Identifier, ...] = Field(min_length=1)
    at_least: int = Field(1, ge=1)
    bridged_days: Days | None = None


class Asset(Part):
    """Something a partner operates. ``vehicle`` or ``module``: owner, operator and source as in the catalogue."""

    id: Identifier
    name: str = Field(min_length=2)
    vehicle: str | None = None
    module: str | None = None
    push: str | None = Field(None, description="of the vehicle: what must hold the attitude becomes a need")
    owner: str | None = None
    operator: str | None = None
    source: str | None = None
    quality: Quality | None = None
    count: int = Field(1, ge=1, le=64, description="how many alike, each counted by itself")
    from_utc: Day | None = Field(None, description="from when it can be counted on")
    until_utc: Day | None = None
    needs: tuple[Need, ...] = ()
    note: str = ""

    def exists(self, moment: datetime) -> bool:
        """Whether it can be counted on that day."""
        return (self.from_utc is None or self.from_utc <= moment) and (
            self.until_utc is None or moment < self.until_utc
        )


class Provider(Edge):
    """An asset provides a function, with a capacity in the unit of the function's need."""

    asset: Identifier
    capacity: float = Field(1.0, gt=0.0, allow_inf_nan=False)
    note: str = ""


class Pool(Edge):
    """Providers of a function that draw on one store: together they give no more than ``capacity``."""

    of: tuple[Identifier, ...] = Field(min_length=2)
    capacity: float = Field(gt=0.0, allow_inf_nan=False)


class Function(Part):
    """What the station must be able to do: enough capacity, or ``at_least`` so many of its providers."""

    id: Identifier
    name: str
    what: str
    ends: Ends
    need: Figure | None = None
    at_least: int = Field(1, ge=1)
    store_days: Days | None = Field(None, description="how long it goes on from store when too few provide it")
    for_people: bool = Field(False, description="need and store are for the people of the file; fewer need less")
    may_lack: bool = Field(False, description="nobody providing it at the start is a finding, not a mistake")
    providers: tuple[Provider, ...] = ()
    pools: tuple[Pool, ...] = Field((), description="providers that draw on one store")
    note: str = ""

    @model_validator(mode="after")
    def _one_rule(self) -> Self:
        if self.need is not None and self.at_least > 1:
            raise ValueError("give need (capacity) or at_least (how many), not both")
        if self.need is not None and self.need.low <= 0.0:
            raise ValueError("a need must be above zero")
        if self.for_people and self.need is None:
            raise ValueError("for_people: give need, the capacity for the people of the file")
        offered = [provider.asset for provider in self.providers]
        pooled = [one for pool in self.pools for one in pool.of]
        stranger = next((one for one in pooled if one not in offered), None)
        if stranger is not None:
            raise ValueError(f"pools: {stranger!r} provides nothing of it (providers are {', '.join(offered)})")
        if len(set(pooled)) < len(pooled):
            raise ValueError("pools: a provider draws on one pool only, named once")
        return self

    @property
    def threshold(self) -> float:
        """How much capacity is enough: the need, or the number of providers."""
        return float(self.at_least) if self.need is None else self.need.best

    @property
    def unit(self) -> str:
        """Unit of capacity."""
        return "" if self.need is None else self.need.unit


class Thinner(Edge):
    """Without one asset or function the machines of a segment have a share of their power left."""

    of: Identifier
    what: str = Field(min_length=8, description="what is lost, in words: the power it drew from ...")
    share_left: Figure

    @model_validator(mode="after")
    def _is_a_share(self) -> Self:
        if self.share_left.unit != "1" or not 0.0 <= self.share_left.low <= self.share_left.high <= 1.0:
            raise ValueError('share_left must be between 0 and 1, in the unit "1"')
        return self


class Segment(Part):
    """A segment of the station's habitat: what its machines cannot do without, and who clears its dockings.

    Runs take from the graph when each of these is lost; ``id`` as the habitat names the segment.
    """

    id: Identifier
    name: str
    needs: tuple[Need, ...] = Field(min_length=1)
    thinner: tuple[Thinner, ...] = ()
    ground_control: Identifier | None = Field(None, description="the function without which nothing docks there")

    @property
    def named(self) -> tuple[str, ...]:
        """Every asset and function it names."""
        found = [one for need in self.needs for one in need.of] + [one.of for one in self.thinner]
        return tuple(found if self.ground_control is None else [*found, self.ground_control])


class SmallestCrew(Edge):
    """How few people have kept the station, or could."""

    people: int = Field(ge=1)


class Configuration(Part):
    """The partnership on one day, under a name."""

    title: str
    date_utc: Day
    status: Literal["flown", "planned", "assumed"]
    note: str = ""


class Partnership(Part):
    """Everything a partnership file holds."""

    schema_: Literal["stationkeep.partnership/1"] = Field(alias="schema")
    id: Identifier
    title: str
    stations: tuple[str, ...] = ()
    people: int = Field(ge=0)
    smallest_crew: SmallestCrew | None = Field(None, description="none: as many as there are")
    configurations: dict[str, Configuration] = {}
    sources: dict[str, Any] = Field({}, description="only to be referred to inside the file")
    assets: tuple[Asset, ...]
    functions: tuple[Function, ...] = Field(min_length=1)
    segments: tuple[Segment, ...] = Field((), description="of the habitat, for runs with people")

    @model_validator(mode="after")
    def _crew_fits(self) -> Self:
        fewest = self.smallest_crew
        if fewest is not None and fewest.people > self.people:
            raise ValueError(f"smallest_crew: {fewest.people} are more than the {self.people} people of the station")
        named = next((one.id for one in self.functions if one.for_people and self.people == 0), None)
        if named is not None:
            raise ValueError(f"function {named!r} is for_people, but the station has 0 people")
        return self

    def function(self, function_id: str) -> Function:
        """The function of that id."""
        return next(item for item in self.functions if item.id == function_id)
