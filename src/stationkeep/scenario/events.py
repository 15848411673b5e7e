"""Dated events of a branch: what partners and providers do, one class per ``type``.

A new kind of event is a new class here, added to the union ``Event``; the simulation must act on every kind the
schema accepts, so a scope or a type is added only together with its effect.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import Field, model_validator

from stationkeep.scenario.control import ArrayModeName
from stationkeep.scenario.event_parts import DatedEvent, DaysOrNone, EndingThreat, Threat
from stationkeep.scenario.fields import AltitudeKm, Days, Id, Part, PositiveNumber, Source, Title, UtcMoment
from stationkeep.scenario.pressure import Happening, Response, Sanction
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
    """What a withdrawing partner stops, or does."""

    STOP_OPERATING_ASSETS = "stop-operating-assets"
    """Its vehicles and engines no longer push, though they may still be attached."""
    STOP_RESUPPLY_PROPELLANT = "stop-resupply-propellant"
    """It delivers no more propellant; what is aboard may still be used."""
    STOP_FLIGHTS = "stop-flights"
    """None of its craft comes any more: no people, no cargo, no propellant; flights it buys end with it."""
    RECALL_CREW = "recall-crew"
    """Its people go home at that date, in the craft that are there for them, and nobody comes in such craft."""
    TAKE_ASSETS_AWAY = "take-assets-away"
    """What is its own and can leave is undocked: mass, drag, tanks and engines go."""
    HAND_OVER_CONTROL = "hand-over-control"
    """Another partner operates its assets from then on, once it can."""


_STOPS: Final = {
    WithdrawalScope.STOP_OPERATING_ASSETS: "stops operating its vehicles and engines",
    WithdrawalScope.STOP_RESUPPLY_PROPELLANT: "stops delivering propellant",
    WithdrawalScope.STOP_FLIGHTS: "launches nothing to the station any more",
    WithdrawalScope.RECALL_CREW: "calls its people home",
    WithdrawalScope.TAKE_ASSETS_AWAY: "takes away what is its own",
    WithdrawalScope.HAND_OVER_CONTROL: "hands over control",
}


def in_words(scopes: Sequence[WithdrawalScope]) -> str:
    """What one partner that withdraws does: ``launches nothing to the station any more and calls its people home``."""
    *first, last = (_STOPS[scope] for scope in scopes)
    return f"{', '.join(first)} and {last}" if first else last


class Withdrawal(EndingThreat):
    """A partner ends its part of the cooperation, as far as ``scope`` says, after its notice.

    When it ends it comes back: what it operates at once, its flights ``flights_back_after_days`` later.
    """

    type: Literal["withdrawal"]
    partner: Id
    scope: Annotated[tuple[WithdrawalScope, ...], Field(min_length=1)]
    notice_days: DaysOrNone = Field(
        default=0.0, description="the effect begins so long after date_utc (the station's agreement: 365); 0: at once"
    )
    flights_back_after_days: DaysOrNone = Field(
        default=90.0, description="after the end: its flights come again; the default is an own assumption"
    )
    hand_over_to: Id | None = Field(default=None, description="who operates its assets after hand-over-control")
    hand_over_days: DaysOrNone | None = Field(
        default=None, description="how long hand-over-control takes, counted from the effect"
    )
    assets: Annotated[tuple[Id, ...], Field(min_length=1)] | None = Field(
        default=None,
        description="what take-assets-away takes: docked craft and modules of the station in the catalogue; null: "
        "everything of the partner that can leave",
    )

    @property
    def effect_mjd_utc(self) -> float:
        """Modified Julian day (UTC) from which it holds."""
        return self.date_mjd_utc + self.notice_days

    @model_validator(mode="after")
    def _whole(self) -> Withdrawal:
        if len(set(self.scope)) != len(self.scope):
            raise ValueError("scope names the same thing twice")
        hands_over = WithdrawalScope.HAND_OVER_CONTROL in self.scope
        if hands_over and (self.hand_over_to is None or self.hand_over_days is None):
            raise ValueError("hand-over-control needs hand_over_to (who operates then) and hand_over_days (how long)")
        if not hands_over and (self.hand_over_to is not None or self.hand_over_days is not None):
            raise ValueError("hand_over_to and hand_over_days need the scope hand-over-control")
        if hands_over and self.hand_over_to == self.partner:
            raise ValueError(f"{self.partner} cannot hand over to itself")
        if self.assets is not None and WithdrawalScope.TAKE_ASSETS_AWAY not in self.scope:
            raise ValueError("assets needs the scope take-assets-away")
        if hands_over and WithdrawalScope.TAKE_ASSETS_AWAY in self.scope:
            raise ValueError("what is taken away cannot be handed over: give two scopes that agree")
        return self


class ProviderAvailable(DatedEvent):
    """From this date a provider may push, whether it was declared ``enabled`` or not."""

    type: Literal["provider-available"]
    provider: Id


class ProviderLost(Threat):
    """From this date a provider can no longer push (a failure, an accident)."""

    type: Literal["provider-lost"]
    provider: Id


class AltitudePolicyChange(DatedEvent):
    """From this date the station is kept between other altitudes; null: nobody keeps it up any more."""

    type: Literal["altitude-policy-change"]
    altitude_policy: AltitudePolicy | None


class AssetOutage(Threat):
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


class ArrayModeChange(DatedEvent):
    """From this date the large arrays are flown in another way: less drag, less power."""

    type: Literal["array-mode-change"]
    arrays: ArrayModeName


class FlightEvent(Threat):
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
    """A flight that has not arrived at this date never does; the others fly on as planned."""

    type: Literal["flight-lost"]


class DockingFailed(FlightEvent):
    """The first docking of a flight fails and is tried again some days later."""

    type: Literal["docking-failed"]
    days: Days = 2.0


Event = Annotated[
    Withdrawal
    | Sanction
    | Response
    | Happening
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
