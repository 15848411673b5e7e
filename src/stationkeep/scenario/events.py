"""Dated events of a branch: what partners and providers do, one class per ``type``.

A new kind of event is a new class here, added to the union ``Event``; the simulation must act on every kind the
schema accepts, so a scope or a type is added only together with its effect.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator

from stationkeep.scenario.control import ArrayModeName
from stationkeep.scenario.fields import AltitudeKm, Days, Id, Part, PositiveNumber, Source, Text, Title, UtcMoment
from stationkeep.timescale import mjd_utc


class AltitudeRise(Part):
    """Partners that adapt: while the air is thick the station is kept higher, floor and target alike.

    As much higher as brings its loss (a mean over two months) back to ``loss_m_day``; it sinks again with the Sun.
    """

    loss_m_day: PositiveNumber = Field(description="what deliveries can make up")
    highest_km: AltitudeKm = Field(description="the target never rises above it")
    source: Source


class AltitudePolicy(Part):
    """Between which mean altitudes is the station kept?

    Below the floor a provider burns until the target is reached, at most once in ``min_days_between_burns``.
    """

    floor_km: AltitudeKm
    target_km: AltitudeKm
    min_days_between_burns: Days = 7.0
    rise: AltitudeRise | None = Field(default=None, description="null: floor and target hold whatever the Sun does")

    @model_validator(mode="after")
    def _in_order(self) -> AltitudePolicy:
        if self.target_km <= self.floor_km:
            raise ValueError(f"target_km ({self.target_km:g}) must be above floor_km ({self.floor_km:g})")
        if self.rise is not None and self.rise.highest_km <= self.target_km:
            raise ValueError(
                f"rise: highest_km ({self.rise.highest_km:g}) must be above target_km ({self.target_km:g})"
            )
        return self


class WithdrawalScope(StrEnum):
    """What a withdrawing partner stops."""

    STOP_OPERATING_ASSETS = "stop-operating-assets"
    """Its vehicles and engines no longer push, though they may still be attached."""
    STOP_RESUPPLY_PROPELLANT = "stop-resupply-propellant"
    """It delivers no more propellant; what is aboard may still be used."""
    STOP_FLIGHTS = "stop-flights"
    """None of its craft comes any more, with people, cargo or propellant."""
    RECALL_CREW = "recall-crew"
    """Its people go home at that date, in the craft that are there for them."""


class _DatedEvent(Part):
    date_utc: UtcMoment
    source: Source | None = None
    note: Text | None = None

    @property
    def date_mjd_utc(self) -> float:
        """Modified Julian day (UTC) of the event."""
        return mjd_utc(self.date_utc)


class Withdrawal(_DatedEvent):
    """A partner ends its part of the cooperation, as far as ``scope`` says."""

    type: Literal["withdrawal"]
    partner: Id
    scope: Annotated[tuple[WithdrawalScope, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _no_repeats(self) -> Withdrawal:
        if len(set(self.scope)) != len(self.scope):
            raise ValueError("scope names the same thing twice")
        return self


class ProviderAvailable(_DatedEvent):
    """From this date a provider may push, whether it was declared ``enabled`` or not."""

    type: Literal["provider-available"]
    provider: Id


class ProviderLost(_DatedEvent):
    """From this date a provider can no longer push (a failure, an accident)."""

    type: Literal["provider-lost"]
    provider: Id


class AltitudePolicyChange(_DatedEvent):
    """From this date the station is kept between other altitudes; null: nobody keeps it up any more."""

    type: Literal["altitude-policy-change"]
    altitude_policy: AltitudePolicy | None


class AssetOutage(_DatedEvent):
    """From this date something that holds the attitude is out of service, until another date or for good."""

    type: Literal["asset-outage"]
    asset: Literal["russian-computers", "russian-control-centre", "gyros"]
    until_utc: UtcMoment | None = None

    @model_validator(mode="after")
    def _in_order(self) -> AssetOutage:
        if self.until_utc is not None and self.until_utc <= self.date_utc:
            raise ValueError("until_utc must be after date_utc")
        return self

    @property
    def until_mjd_utc(self) -> float | None:
        """Modified Julian day (UTC) from which it works again; none: never."""
        return None if self.until_utc is None else mjd_utc(self.until_utc)


class ArrayModeChange(_DatedEvent):
    """From this date the large arrays are flown in another way: less drag, less power."""

    type: Literal["array-mode-change"]
    arrays: ArrayModeName


class FlightEvent(_DatedEvent):
    """Something that happens to a flight of the scenario's traffic or of its history."""

    type: str
    flight: Title


class CraftUnfit(FlightEvent):
    """From this date a craft with seats can take nobody home, as Soyuz MS-22 in December 2022."""

    type: Literal["craft-unfit"]


class RescueSeat(FlightEvent):
    """From this date there are makeshift places in a craft, until another date or until it leaves."""

    type: Literal["rescue-seat"]
    seats: Annotated[int, Field(strict=True, ge=1, le=4)] = 1
    person: Title | None = None
    until_utc: UtcMoment | None = None


class FlightLost(FlightEvent):
    """A flight still to be launched at this date never arrives; what flies on its rocket stands still for a time."""

    type: Literal["flight-lost"]


class DockingFailed(FlightEvent):
    """The first docking of a flight fails and is tried again some days later."""

    type: Literal["docking-failed"]
    days: Days = 2.0


Event = Annotated[
    Withdrawal
    | ProviderAvailable
    | ProviderLost
    | AltitudePolicyChange
    | AssetOutage
    | ArrayModeChange
    | CraftUnfit
    | RescueSeat
    | FlightLost
    | DockingFailed,
    Field(discriminator="type"),
]
