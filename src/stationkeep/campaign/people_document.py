"""The part of a run document on the people: who is aboard, who has a seat home, what ends first, when they leave.

Dates are ISO 8601 UTC text; what does not come by the horizon is null. ``reference`` shows one run, in which every
uncertain input is at its median; everything else counts all runs.
"""

from __future__ import annotations

from pydantic import Field

from stationkeep.campaign.part import Interval, LossDates, Part


class WithoutSeat(LossDates):
    """From when on somebody has no working seat home for longer than a day."""

    who: list[str] = Field(description="in the reference run; empty: nobody there")
    why: str = Field(description="in the reference run, in words; empty: nobody is without a seat there")


class NamedShare(Part):
    """In what share of the runs something is the cause."""

    name: str
    share: float


class StationLeft(LossDates):
    """When the last person has left and nobody comes back by the horizon."""

    reasons: list[NamedShare] = Field(description="what made them leave, shares of all runs, the largest first")
    why: str = Field(description="in the reference run, in words; empty: it is not left there")
    stranded_share: float = Field(description="share of the runs in which somebody had no way home when they had to go")


class StoreRecord(Part):
    """A store over all runs, as long as people are aboard."""

    name: str
    owner: str
    substance: str
    critical: bool = Field(description="whether people cannot do without it")
    reserve: LossDates = Field(description="first below its reserve for those aboard")
    zero: LossDates = Field(description="first empty")


class Together(Part):
    """All stores of a substance taken together, as long as people are aboard."""

    reserve: LossDates = Field(description="first below what their reserves add up to")
    zero: LossDates = Field(description="first without any")


class FirstStore(LossDates):
    """The critical store that comes first in most runs; the dates are those of whichever comes first."""

    name: str
    owner: str
    of_runs: float = Field(description="share of the runs in which it is this one")


class SideHours(Part):
    """What the time of one side's people goes into, over all runs: each side trains its own for its segment."""

    side: str = Field(description="of the habitat: us, russian")
    unattended_share: float = Field(
        description="share of the days with people aboard on which nobody is trained for this segment, a mean"
    )
    unattended_runs_share: float = Field(description="share of the runs in which that lasts longer than a day in all")
    repair_hours_week: float = Field(description="a week with people aboard, a mean")
    research_hours_week: float | None = Field(
        description="what upkeep and repairs leave, a week with people aboard, of whatever side, the median of the "
        "runs; null: how much upkeep takes is not known"
    )
    research_hours_week_interval: Interval | None
    upkeep_undone_share: float | None = Field(
        description="share of the routine upkeep that those aboard had no time for, while anybody was, a mean"
    )


class PeopleOverTime(Part):
    """People aboard over time, over all runs."""

    dates_utc: list[str]
    p05: list[int]
    median: list[int]
    p95: list[int]


class PortStay(Part):
    """A craft at a port."""

    port: str
    flight: str
    vehicle: str = Field(description="its kind")
    owner: str
    from_utc: str
    to_utc: str | None = Field(description="null: still there at the end")


class CrewStay(Part):
    """A person's stay."""

    name: str
    nationality: str
    agency: str
    side: str = Field(description="whose segment trained them: russian or american")
    up_flight: str
    down_flight: str
    from_utc: str
    to_utc: str | None = Field(description="null: still aboard at the end")


class StoreLine(Part):
    """A store in time, thinned to what a chart shows."""

    name: str
    owner: str
    substance: str
    critical: bool
    dates_utc: list[str]
    amount_kg: list[float]
    reserve_kg: list[float] = Field(description="its reserve for those then aboard; 0: it has none")


class PeopleSteps(Part):
    """People aboard and working seats home, each from that moment on."""

    dates_utc: list[str]
    aboard: list[int]
    seats: list[int]


class PeopleReference(Part):
    """The reference run, for pictures and names."""

    pictured_from_utc: str
    pictured_to_utc: str = Field(description="a span that a chart can hold; store courses are given for it alone")
    port_names: dict[str, str]
    ports: list[PortStay]
    crew: list[CrewStay]
    steps: PeopleSteps
    stores: list[StoreLine]
    unseated_from_utc: str | None
    first_limit: str = Field(description="what first made people leave; empty: nothing did")
    must_leave_utc: str | None
    left_utc: str | None
    stranded: list[str] = Field(description="who had no way home when the station had to be left")
    lost_flights: list[str]
    not_flown: list[str] = Field(description="flights of the plan that were not launched, or could not come")
    why: dict[str, str] = Field(description="in words: left, unseated, first_limit")


class PeopleDocument(Part):
    """People, seats, stores and craft of one branch."""

    people_at_epoch: int
    seats_at_epoch: int
    without_seat: WithoutSeat
    must_leave: LossDates = Field(description="from when on people have to go: a store, the air, attitude or altitude")
    station_left: StationLeft
    emptied: LossDates = Field(
        description="from when on nobody is aboard for the first time, for longer than a day: people may come back"
    )
    first_limit: list[NamedShare] = Field(description="what first makes people leave, shares of all runs")
    stores: list[StoreRecord]
    first_reserve: FirstStore | None = Field(description="the first critical store below its reserve; null: none ever")
    first_store: FirstStore | None = Field(description="the first critical store that is empty; null: none ever")
    nitrogen: Together | None = Field(
        default=None, description="in tanks: it replaces what leaks, and nobody makes any; null: it has no reserve"
    )
    aboard: PeopleOverTime
    crew_time: list[SideHours] = Field(default=[], description="by side with a segment of its own")
    lost_flights: float = Field(description="flights lost per run, a mean")
    lost_flights_interval: Interval
    not_flown: float = Field(description="flights of the plan that did not come per run, a mean")
    not_flown_interval: Interval
    reference: PeopleReference
