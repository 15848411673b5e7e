"""The document ``stationkeep matrix`` writes, schema ``stationkeep.matrix/1``: one row for each departure.

Dates are ISO 8601 UTC text; what does not come by the horizon is null. ``runs`` are flown; ``graph`` is the graph of
who provides what (``stationkeep depends``), which knows functions that no run simulates.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from stationkeep.campaign.document import ControlledDeorbitPoint, LostFunction, ScenarioRef, Why
from stationkeep.campaign.part import Interval, LossDates, Part
from stationkeep.campaign.people_document import FirstStore, NamedShare, StationLeft, WithoutSeat

Outcome = Literal[
    "falls",
    "cannot be kept",
    "nobody aboard",
    "may fall",
    "left for a time",
    "may be left",
    "less",
    "thinner",
    "as before",
]
"""The gravest first."""
Standing = Literal["goes on", "had shown", "could have", "later", "too late"]


class GraphLoss(Part):
    """A function that the graph of who provides what loses, and what the runs say of it."""

    function: str = Field(description="its id in the graph")
    title: str
    ends: Literal["station", "crew", "less"] = Field(
        description="what ends with it; less also where what is left keeps the smallest crew"
    )
    when: Literal["at once", "within weeks", "later"]
    earliest_utc: str | None = Field(description="at the low ends of all stores")
    best_utc: str | None
    latest_utc: str | None = Field(description="at their high ends; null: never")
    enough_for: int | None = Field(
        default=None, description="how many people what never stops suffices for; null: not counted by people"
    )
    through: list[str] = Field(description="from the last straw back to where the loss begins")
    in_runs: bool = Field(description="whether the runs simulate this function")
    counted_apart: str = Field(
        default="", description="why runs count it otherwise, in words: no contradiction; empty: they count the same"
    )
    run_median_utc: str | None = Field(
        description="when half of the runs have lost it, or must be left for want of it; null: not, or not simulated"
    )


class LostNow(Part):
    """A function lost with others at one moment."""

    title: str
    ends: Literal["station", "crew", "less"]
    by: list[Literal["runs", "graph"]] = Field(description="who says so")


class LostFirst(Part):
    """What goes first: everything that goes within a day of the first loss."""

    date_utc: str | None = Field(description="null: nothing is lost by the horizon")
    at_once: bool = Field(description="within a day of the departure")
    functions: list[LostNow]


class FillIn(Part):
    """Who could do what the leaving partner did."""

    title: str = Field(description="the function")
    who: str
    standing: Standing = Field(
        description="goes on: provides it still; had shown: has done so on a station; could have: has not; later: "
        "comes after that day, in time; too late: comes when what it needs is gone, or people "
        "have had to leave for want of it"
    )
    says: str = Field(description="what stood in the way, in words; empty: nothing")
    by: Literal["runs", "graph"]
    from_utc: str | None = Field(default=None, description="from when, where it comes later")
    share_of_need: float | None = Field(
        default=None,
        description="by the graph, what it gives by itself where that is too little; null: enough, or not known",
    )
    with_others: float | None = Field(
        default=None,
        description="share of the need, where it is too little by itself: together with those left and those who "
        "have come by then; null: enough by itself, or not known",
    )


class MatrixPeople(Part):
    """Who is aboard, has a seat home, must leave; as in ``stationkeep.run/1``."""

    people_at_epoch: int
    seats_at_epoch: int
    without_seat: WithoutSeat
    must_leave: LossDates
    station_left: StationLeft
    first_limit: list[NamedShare]
    first_reserve: FirstStore | None
    first_store: FirstStore | None
    crew: int | None = Field(
        default=None,
        description="how many live aboard most days from a year after the departure on, to half a year before the "
        "horizon (there the plan ends); medians of the runs; null: no such days",
    )


class Casualties(Part):
    """Who is at risk on the ground."""

    one_in_if_it_falls: float = Field(description="1 / expected casualties of an uncontrolled fall")
    one_in_if_it_falls_interval: Interval
    probability: float = Field(description="of falling by the horizon")
    one_in: float = Field(description="1 / expected casualties by the horizon: both multiplied")


class MatrixRow(Part):
    """What one departure does; the row with no partners is the station that nobody leaves."""

    id: str
    label: str
    partners: list[str]
    leaves_utc: str | None = Field(description="null: nobody does")
    scopes: list[str] = Field(description="what stops")
    outcome: Outcome = Field(
        description="falls: in half of the runs by the horizon; cannot be kept: by the graph, a function is lost that "
        "the station needs; nobody aboard, left for a time: in half of the runs people leave for good, or must leave, "
        "in 5 % more of them or 60 days sooner than where nobody leaves; may fall, may be left: in fewer than half, "
        "yet 5 % more; less: something is lost; thinner: less behind it. Never better than a row with fewer of its "
        "partners"
    )
    outcome_share: float | None = Field(
        default=None, description="share of the runs the outcome rests on; null: it rests on no share"
    )
    as_without: str | None = Field(
        default=None, description="id of the row whose outcome it bears, since its own runs came out better; null: own"
    )
    disagrees: list[Literal["fall", "people"]] = Field(
        default=[], description="answers of the runs that the graph contradicts: it loses sooner what they rest on"
    )
    verdict: str = Field(description="the row as a sentence")
    lost_first: LostFirst
    lost_in_runs: list[LostFunction] = Field(description="the first one lost first")
    lost_by_graph: list[GraphLoss] = Field(description="the first one lost first; []: nothing, or nobody drew a graph")
    thinner: list[str] = Field(description="functions with fewer providers, by the graph")
    not_simulated: str = Field(description="what of this the runs do not see, in words; empty: nothing")
    fall: LossDates = Field(description="share: probability of falling by the horizon")
    people: MatrixPeople | None = Field(description="null: the scenario does not say who is aboard")
    casualties: Casualties | None = Field(description="null: no run falls")
    controlled_deorbit: ControlledDeorbitPoint | None = Field(description="until when it can be brought down on target")
    fill_in: list[FillIn]
    why: Why


class CutSet(Part):
    """A smallest set of partners whose leaving together ends something, by the graph."""

    ends: Literal["station", "crew", "full crew"] = Field(
        description="crew: nobody can live aboard, not even the smallest crew; full crew: not all of today's can stay"
    )
    partners: list[str]


class MatrixDocument(Part):
    """Every partner leaving, one beside the other."""

    schema_: Literal["stationkeep.matrix/1"] = Field(
        default="stationkeep.matrix/1", alias="schema", serialization_alias="schema"
    )
    scenario: ScenarioRef
    partnership: str | None = Field(description="the graph of who provides what; null: nobody drew one")
    base_branch: str = Field(description="the branch that goes on but for who leaves")
    base_label: str
    on_utc: str = Field(description="the day of departure")
    runs: int = Field(description="per row; the same draws in every row")
    seed: int
    rows: list[MatrixRow] = Field(description="nobody first, then partners, then several at once")
    smallest_crew: int | None = Field(default=None, description="fewest people who could keep it; null: no graph")
    cut_sets: list[CutSet]
    notes: list[str]
    provenance: dict[str, Any]
