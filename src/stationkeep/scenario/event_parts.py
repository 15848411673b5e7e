"""What dated events have in common: a date, a name others may refer to, a chance, an end."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field, model_validator

from stationkeep.scenario.fields import Id, Part, Source, Text, UtcMoment
from stationkeep.timescale import mjd_utc

SANCTIONS_LIFTED: Final = "sanctions-lifted"
"""The condition that holds once no sanction on the partner is in force any more."""

Probability = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0.0, le=1.0)]
Share = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0.0, le=1.0)]
LONGEST_SPAN_DAYS: Final = 36600.0
DaysOrNone = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0.0, le=LONGEST_SPAN_DAYS)]
"""A span that may be none at all (0)."""


class WhenEvent(Part):
    """A condition: something named of the same branch happens."""

    event: Id = Field(description="name of an event of the branch, or sanctions-lifted")


class DatedEvent(Part):
    """Something of a branch that happens on a date."""

    date_utc: UtcMoment
    name: Id | None = Field(default=None, description="what conditions of other events call it by")
    source: Source | None = None
    note: Text | None = None

    @property
    def date_mjd_utc(self) -> float:
        """Modified Julian day (UTC) of the event."""
        return mjd_utc(self.date_utc)


class Threat(DatedEvent):
    """Something that may or may not come true."""

    probability: Probability | None = Field(
        default=None,
        description="share of the runs in which it comes true, drawn run by run; null: in all. Threats of one name "
        "come true together",
    )


class EndingThreat(Threat):
    """A threat that may end: on a date, or when something else happens."""

    until_utc: UtcMoment | None = Field(default=None, description="null, and no condition: for good")
    until: WhenEvent | None = Field(default=None, description="it ends when this happens")

    @model_validator(mode="after")
    def _one_end(self) -> EndingThreat:
        if self.until_utc is not None and self.until is not None:
            raise ValueError("give until_utc (a date) or until (a condition), not both")
        return self
