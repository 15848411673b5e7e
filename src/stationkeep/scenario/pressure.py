"""Pressure and answers: sanctions on a partner, what others do about it, and things that merely happen."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator

from stationkeep.scenario.control import ArrayModeName
from stationkeep.scenario.event_parts import DatedEvent, DaysOrNone, EndingThreat, Share, WhenEvent
from stationkeep.scenario.fields import Id, Part, PositiveNumber, Source, Text, Title, UtcMoment
from stationkeep.timescale import mjd_utc

Holder = Literal["pusher", "gyros", "station-thrusters"]
"""What can hold the attitude during a burn."""


class Happening(DatedEvent):
    """Something that happens and does nothing by itself: others refer to it by its name."""

    type: Literal["happening"]
    name: Id
    title: Title


class SanctionTarget(StrEnum):
    """What a sanction slows or stops."""

    PRODUCTION = "production"
    """Fewer craft are built, so fewer come."""
    LAUNCHES = "launches"
    """Fewer craft are launched."""
    PAYMENTS = "payments"
    """Fewer flights are paid for."""
    ASSETS = "assets"
    """What it operates at the station may be used for a share only; at 0 not at all."""


class Sanction(EndingThreat):
    """Somebody slows or stops a partner's production, launches, payments or assets."""

    type: Literal["sanction"]
    imposed_by: Title = Field(description="who, in words")
    on: Id = Field(description="a partner of the catalogue, or a provider of the scenario")
    what: SanctionTarget
    rate: Share = Field(default=0.0, description="share that is still possible: 0.5 lets every second flight come")
    delay_days: DaysOrNone = Field(default=0.0, description="what still comes, comes so much later")
    felt_after_days: DaysOrNone = Field(
        default=0.0, description="it is felt so long after date_utc: craft already built still fly"
    )

    @property
    def felt_mjd_utc(self) -> float:
        """Modified Julian day (UTC) from which it is felt."""
        return self.date_mjd_utc + self.felt_after_days

    @model_validator(mode="after")
    def _does_something(self) -> Sanction:
        if self.rate >= 1.0 and self.delay_days <= 0.0:
            raise ValueError("does nothing: give a rate below 1 or a delay_days")
        if self.what is SanctionTarget.ASSETS and self.delay_days > 0.0:
            raise ValueError("delay_days has no meaning for assets: give a rate")
        return self


class ResponseKind(StrEnum):
    """What a partner can do about it."""

    BRING_FORWARD = "bring-forward"
    """The next flight of a provider comes earlier."""
    BUY = "buy"
    """A provider plays a part that did not before."""
    ADAPT = "adapt"
    """A provider plays a part, or burns longer or held by something else than before."""
    REDUCE_CREW = "reduce-crew"
    """So many people stay at most."""
    FEATHER_ARRAYS = "feather-arrays"
    """The large arrays are flown edge-on."""
    LEAVE = "leave"
    """Everybody goes home."""
    DEORBIT = "deorbit"
    """Nobody raises the station any more: it is let down for its end."""


_NEEDS_PROVIDER = (ResponseKind.BRING_FORWARD, ResponseKind.BUY, ResponseKind.ADAPT)


class Response(Part):
    """What a partner does about it: ``lead_days`` after its trigger, a date or a named event of the branch."""

    type: Literal["response"]
    name: Id | None = None
    who: Id = Field(description="a partner of the catalogue")
    what: ResponseKind
    date_utc: UtcMoment | None = Field(default=None, description="the trigger: a date, or")
    after: WhenEvent | None = Field(default=None, description="a named event of the branch, on its date_utc")
    lead_days: DaysOrNone = Field(default=0.0, description="from the trigger until it works")
    provider: Id | None = Field(default=None, description="bring-forward, buy, adapt: whose")
    days_forward: PositiveNumber | None = Field(default=None, description="bring-forward: by how many days at most")
    max_burn_duration_s: PositiveNumber | None = Field(default=None, description="adapt: the longest burn from then on")
    attitude_from: Annotated[tuple[Holder, ...], Field(min_length=1)] | None = Field(
        default=None, description="adapt: what can hold the attitude in its burns from then on"
    )
    people: Annotated[int, Field(strict=True, ge=0, le=30)] | None = Field(
        default=None, description="reduce-crew: how many stay"
    )
    arrays: ArrayModeName = Field(default="feathered", description="feather-arrays: how they are flown")
    source: Source
    note: Text | None = None

    @property
    def date_mjd_utc(self) -> float:
        """Modified Julian day (UTC) of a trigger that is a date; infinite where it hangs on an event."""
        return float("inf") if self.date_utc is None else mjd_utc(self.date_utc)

    @model_validator(mode="after")
    def _whole(self) -> Response:
        if (self.date_utc is None) == (self.after is None):
            raise ValueError("give its trigger: date_utc (a date) or after (a named event), one of the two")
        if (self.provider is not None) != (self.what in _NEEDS_PROVIDER):
            needs = "needs" if self.provider is None else "has no use for"
            raise ValueError(f"{self.what} {needs} a provider")
        for given, kind, field in (
            (self.days_forward, ResponseKind.BRING_FORWARD, "days_forward"),
            (self.people, ResponseKind.REDUCE_CREW, "people"),
        ):
            if (given is not None) != (self.what is kind):
                raise ValueError(f"{self.what} {'needs' if given is None else 'has no use for'} {field}")
        if self.what is not ResponseKind.ADAPT and (self.max_burn_duration_s or self.attitude_from):
            raise ValueError(f"{self.what} changes no burns: max_burn_duration_s and attitude_from are for adapt")
        return self
