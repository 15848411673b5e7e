"""Visiting craft: whose, how many seats, how long they may stay, what they carry, from which pad."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from stationkeep.catalogue.base import Facts, Identifier, Sourced
from stationkeep.catalogue.figure import Figure
from stationkeep.catalogue.names import folded
from stationkeep.errors import ManifestError
from stationkeep.logistics.book import entries_of, nearest, read_book
from stationkeep.logistics.dates import MjdUtc
from stationkeep.logistics.ports import ARM_STANDARDS, Standard

_FILE: Final = "vehicles.yaml"


class When(BaseModel):
    """Which flights of a type are of this kind; every field given must hold."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    name_has: str | None = None
    arrival_kind: Literal["dock", "berth"] | None = None
    launched_before_mjd_utc: MjdUtc | None = Field(None, validation_alias="launched_before_utc")

    def holds(self, name: str, arrival_kind: str, launch_mjd_utc: float) -> bool:
        """Whether a flight is of this kind; one that never arrived has no kind of arrival to contradict."""
        return (
            (self.name_has is None or self.name_has.casefold() in name.casefold())
            and (self.arrival_kind is None or arrival_kind in ("", self.arrival_kind))
            and (self.launched_before_mjd_utc is None or launch_mjd_utc < self.launched_before_mjd_utc)
        )


class VehicleKind(Sourced, Facts):
    """A kind of craft: what it carries, how many people it can take home, where it docks, how long it may stay."""

    id: Identifier
    name: str = Field(min_length=2)
    type: str = Field(min_length=2, description="what flight tables write in the column vehicle_type")
    when: When = Field(default_factory=lambda: When.model_validate({}))
    catalogue: Identifier | None = Field(None, description="entry of the catalogue with masses and engines")
    role: Literal["crew", "cargo", "module"]
    owner: str = Field(min_length=2)
    standards: tuple[Standard, ...] = Field(min_length=1)
    suit: str = Field("", description="what a person must own to ride home in it: a liner or a suit of this family")
    seats: Figure | None = None
    stay_limit_days: Figure | None = None
    carries_kg: Figure | None = None
    rockets: tuple[str, ...] = ()
    pads: tuple[Identifier, ...] = ()
    first_flight_mjd_utc: MjdUtc = Field(validation_alias="first_flight_utc")
    crews_from_mjd_utc: MjdUtc | None = Field(
        None, validation_alias="crews_from_utc", description="first launch with people; earlier tests are no lifeboats"
    )
    retired_mjd_utc: MjdUtc | None = Field(None, validation_alias="retired_utc")

    @cached_property
    def seat_count(self) -> int:
        """How many people it takes home."""
        return 0 if self.seats is None else round(self.seats.best)

    def seats_of_launch(self, launch_mjd_utc: float) -> int:
        """How many people a craft launched then takes home: none on the test flights before the first crew."""
        first = self.crews_from_mjd_utc
        return 0 if first is not None and launch_mjd_utc < first else self.seat_count

    @cached_property
    def needs_arm(self) -> bool:
        """Whether the station's arm must catch and place it."""
        return set(self.standards) <= ARM_STANDARDS


class Pad(Sourced):
    """A launch pad: whose, and the shortest time between two launches to the station."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    id: Identifier
    name: str
    owner: str
    shortest_days: float = Field(gt=0.0)
    retired_mjd_utc: MjdUtc | None = Field(None, validation_alias="retired_utc")


@dataclass(frozen=True, slots=True)
class Fleet:
    """Every kind of craft and every pad by id."""

    kinds: Mapping[str, VehicleKind]
    pads: Mapping[str, Pad]

    def kind(self, name: str, where: str = "") -> VehicleKind:
        """The kind with this id or name; raises :class:`ManifestError` with the closest names."""
        for kind in self.kinds.values():
            if folded(name) in (folded(kind.id), folded(kind.name)):
                return kind
        place = f"{where}: " if where else ""
        raise ManifestError(f"{place}there is no vehicle {name!r}", hint=nearest(name, self.kinds))

    def kind_of_flight(
        self, vehicle_type: str, name: str, arrival_kind: str, launch_mjd_utc: float, where: str = ""
    ) -> VehicleKind:
        """Which kind flew, by the type (or id of a kind) a table gives, the name, way of arriving and launch date?"""
        if vehicle_type in self.kinds:
            return self.kinds[vehicle_type]
        wanted = folded(vehicle_type)
        for kind in self.kinds.values():
            if folded(kind.type) == wanted and kind.when.holds(name, arrival_kind, launch_mjd_utc):
                return kind
        return self.kind(vehicle_type, where)


@cache
def known_fleet() -> Fleet:
    """The craft that have visited the International Space Station; immutable, read once per process."""
    document = read_book(_FILE)
    return Fleet(entries_of(document, "vehicles", VehicleKind, _FILE), entries_of(document, "pads", Pad, _FILE))
