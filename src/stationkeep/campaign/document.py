"""The document ``stationkeep run --json`` writes, schema ``stationkeep.run/1``. The HTML report is drawn from it.

Dates are ISO 8601 UTC text; a date that does not come within the horizon is null. Field names carry their units.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from stationkeep.campaign.part import Interval, LossDates, MeanAltitude, Part
from stationkeep.campaign.people_document import PeopleDocument
from stationkeep.campaign.threats import ThreatShare, WeighedOutcome


class ScenarioRef(Part):
    """Which scenario was flown."""

    id: str
    hash: str
    epoch_utc: str
    title: str
    horizon_utc: str
    station: str
    mass_kg: float
    mean_altitude_km: float
    people_aboard: int | None = None


class Reentry(Part):
    """When it falls: probability of falling by the horizon, and quantiles over all runs (null: not by the horizon)."""

    probability: float
    p05_utc: str | None
    median_utc: str | None
    p95_utc: str | None
    dates_utc: list[str | None] = Field(
        description="fall date of every run, in run order; null: still flying at the horizon, or brought down"
    )


class RegionRisk(Part):
    """A region's share of the casualty expectation, and the casualty expectation it carries."""

    region: str
    share: float
    casualty_expectation: float
    impact_share: float = Field(description="share of the debris expected to come down there (by area, not people)")


class CountryRisk(Part):
    """A country's share of the casualty expectation."""

    country: str
    iso2: str
    share: float
    casualty_expectation: float


class LatitudeBandRisk(Part):
    """A latitude band's share of impacts and of casualty expectation."""

    south_deg: float
    north_deg: float
    impact_share: float
    share: float


class GroundRisk(Part):
    """Who is at risk when it falls uncontrolled; given that it falls."""

    casualty_area_m2: float
    casualty_area_m2_interval: Interval
    casualty_expectation: float = Field(description="expected casualties per fall: the mean over the runs")
    casualty_expectation_interval: Interval
    one_in: float = Field(description="1 / casualty expectation")
    one_in_interval: Interval = Field(description="p05 belongs to the highest expectation")
    surviving_mass_kg: float
    surviving_mass_kg_interval: Interval
    ocean_share: float
    population_year: int
    population_source: str
    by_region: list[RegionRisk]
    by_country: list[CountryRisk]
    by_latitude: list[LatitudeBandRisk]


class EventRecord(Part):
    """Something that happened in the reference run: every uncertain input at its median, not counted among the runs."""

    time_utc: str
    kind: str
    title: str
    mean_altitude_km: float
    provider: str | None = None
    delta_v_m_s: float | None = None
    duration_s: float | None = None
    propellant_kg: float | None = None
    note: str | None = None


class BroughtDown(LossDates):
    """When it is brought down on target, and what is left of the risk of a fall nobody aims."""

    burn_failed_share: float = Field(default=0.0, description="share of the runs in which the last burn failed")
    failure_probability: float = Field(description="assumed chance that the last burn stops for good")
    casualty_expectation: float = Field(
        description="that chance times the casualties of an uncontrolled fall: what is left of the risk once the burns "
        "for the end begin"
    )


class LostFunction(LossDates):
    """A function the station needs, when it is lost for good, who provided it and who else could have."""

    function: Literal["resupply", "unloading", "reboost", "attitude"]
    title: str
    provided_by: str | None = Field(description="who did, last or at the epoch")
    partner: str | None = Field(default=None, description="whose that is")
    had_shown: list[str] = Field(
        default=[], description="those of could_have that have done so on a station, before or after the epoch"
    )
    could_have: list[str] = Field(description="who else might have provided it, each with what stood in the way")


class InterruptedFunction(Part):
    """A function that is lost for a time and comes back: of each run the longest such time."""

    function: Literal["resupply", "unloading", "reboost", "attitude"]
    title: str
    share: float = Field(description="share of the runs in which it is lost for a day or more and comes back")
    from_utc: str = Field(description="of the run, among those, whose time without it is the median")
    to_utc: str = Field(description="the same run's")
    same_in_all: bool = Field(description="whether these are the dates of all those runs")
    lowest_altitude_km: float | None = Field(
        description="median over those runs of the lowest mean altitude meanwhile; null: it was over within a day"
    )


class DeorbitChances(LossDates):
    """From when and until when a controlled fall is possible; what it lacks at its best moment."""

    possible_share: float = Field(description="share of the runs in which it was ever possible")
    from_utc: str | None = Field(description="median of the first moments at which it is possible; null: never")
    not_at_first: bool = Field(default=False, description="whether it becomes possible only after the epoch")
    missing_propellant_kg: float
    missing_propellant_kg_interval: Interval
    missing_thrust_n: float
    missing_thrust_n_interval: Interval


class ControlledDeorbitPoint(DeorbitChances):
    """Until when a controlled fall is possible with what is docked or comes soon; what it lacks at the best moment."""

    delta_v_m_s: float
    final_burn_m_s: float
    longest_final_burn_s: float
    from_altitude_km: float
    wait_days: float = Field(description="loads that come later than so many days on are not counted")
    source: str
    hindsight: list[str] = Field(default=[], description="what is counted above although nobody had it at the epoch")
    without_hindsight: DeorbitChances | None = Field(
        default=None, description="the same with what there was; null: nothing above is hindsight"
    )


class PointsOfNoReturn(Part):
    """Where the ways back end. Altitude limits are mean altitudes, in the air of each run's last 60 days."""

    controlled_deorbit: ControlledDeorbitPoint
    reserve_lost: LossDates
    reserve_altitude_km: float
    reserve_days: float
    reboost_pace_days: float | None = Field(default=None, description="the policy's days between burns")
    reboost_limit_km: float | None = Field(
        description="below it drag takes more than the longest burn at the policy's pace gives; null: nobody pushes"
    )
    reboost_limit_km_interval: Interval | None = None
    reboost_limit_nonstop_km: float | None = Field(description="below it drag is stronger than the engine itself")
    reboost_limit_nonstop_km_interval: Interval | None = None
    attitude_limit_km: float | None = Field(
        description="below it gyros alone cannot hold the attitude; null: not asked for in the scenario"
    )
    attitude_limit_km_interval: Interval | None = None


class AttitudeEnd(Part):
    """The reference run with the upsets of the gyros at one end of what is assumed of them."""

    upsets_per_year: float
    upset_momentum_high_n_m_s: float = Field(description="one upset in twenty is larger")
    attitude_lost_utc: str | None = Field(description="null: not by the horizon")
    falls_utc: str | None = Field(description="null: not by the horizon")


class AttitudeRange(Part):
    """What the assumed upsets decide: the reference run with few and small ones, and with many and large ones."""

    seldom: AttitudeEnd
    often: AttitudeEnd


class ArraysRecord(Part):
    """Arrays that are not simply turned after the Sun: over the days so flown, over those with arrays that are."""

    days: float
    drag_factor: float
    power_factor: float
    power_factor_least: float = Field(description="on the worst day of the run")
    days_interval: Interval
    drag_factor_interval: Interval
    power_factor_interval: Interval
    power_factor_least_interval: Interval


class WhyLink(Part):
    """An event in a chain of causes."""

    time_utc: str
    kind: str
    title: str
    mean_altitude_km: float
    because: list[int] = Field(description="places, in the chain, of the events that brought it about; []: a beginning")
    share: float | None = Field(
        default=None,
        description="share of all runs in which this comes by the horizon; null: not counted over the runs",
    )
    median_utc: str | None = Field(
        default=None, description="median of its date over all runs; null: not counted, or not by the horizon"
    )


class Why(Part):
    """Why the reference run ends as it does, from its own events."""

    chain: list[WhyLink] = Field(description="in order; the last is the end; []: nothing was lost")
    share_alike: float = Field(description="share of all runs that end by the same kinds of events in the same order")


class BranchDocument(Part):
    """What came of one branch."""

    label: str
    description: str
    reentry: Reentry
    reentry_observed: Reentry | None = Field(
        default=None,
        description="the same runs under the Sun that came, beside an as-known answer; null where the branch seldom "
        "falls, where the Sun is not observed to the end of the window, or where the answer is under it already",
    )
    brought_down: BroughtDown | None = Field(
        default=None, description="when it is brought down on target, as a partner has decided; null: nobody decides it"
    )
    mean_altitude_km: MeanAltitude
    propellant_used_kg: float
    propellant_used_kg_interval: Interval
    burns: float
    burns_interval: Interval
    first_year_drag_m_s: Interval | None = Field(
        default=None,
        description="what drag took in the first year, over the runs that flew so long: what burns gave and what the "
        "orbit lost besides; null: none did",
    )
    attitude_propellant_kg: float | None = Field(
        default=None, description="drawn by the attitude thrusters; null: not asked for in the scenario"
    )
    attitude_propellant_kg_interval: Interval | None = None
    attitude_range: AttitudeRange | None = Field(default=None, description="null: gyros are never left alone")
    arrays: ArraysRecord | None = Field(default=None, description="null: the arrays track the Sun in every run")
    threats: list[ThreatShare] = Field(default=[], description="those with a probability, in the order of the branch")
    functions_lost: list[LostFunction] = Field(default=[], description="the first one lost first")
    functions_interrupted: list[InterruptedFunction] = Field(
        default=[], description="functions lost for a time that come back; the one in most runs first"
    )
    no_return: PointsOfNoReturn | None = None
    people: PeopleDocument | None = Field(
        default=None, description="who is aboard and what they live on; null: not asked for in the scenario"
    )
    ground_risk: GroundRisk | None = Field(description="null where no run falls")
    events: list[EventRecord]
    why: Why = Field(default=Why(chain=[], share_alike=1.0), description="why the reference run ends as it does")
    reboost_ends_utc: str | None = Field(
        description="median date after which nobody can reboost any more; null: not by the horizon"
    )


class CrisisState(Part):
    """How the station fares in the reference run of a branch at the end of a day."""

    mean_altitude_km: float | None = Field(description="null: it has fallen")
    propellant_kg: float | None = Field(
        default=None, description="what can be drawn from the station's own tanks; null: it has none, or has fallen"
    )
    propellant_days: float | None = Field(
        default=None,
        description="how long that would hold altitude and attitude without another delivery, at the use of the next "
        "90 days; null: nobody uses it for both any more, or on that day",
    )
    people_aboard: int | None = Field(default=None, description="null: nobody is followed")
    seats: int | None = Field(default=None, description="working seats home")
    lost: list[str] = Field(
        default=[], description="lost for good by then: deliveries, gyro unloading, reboost, attitude"
    )
    paused: list[str] = Field(
        default=[], description="nobody does it on that day, and somebody does again later: gyro unloading, attitude"
    )


class CrisisEntry(Part):
    """One statement, act or formal notice."""

    id: str = Field(description="by which --on and events of a branch can name its day")
    date_utc: str = Field(description="the day, or the month where no more is known")
    who: str
    what: str
    source: str
    states: dict[str, CrisisState] = Field(
        default={}, description="by branch, at the end of that day; empty: the day lies before the run begins"
    )


class Crisis(Part):
    """What was said and done while the branches would have begun."""

    title: str
    agreement: str = Field(description="how a partner may leave")
    entries: list[CrisisEntry]


class RunDocument(Part):
    """One campaign: a scenario, its branches side by side."""

    schema_: Literal["stationkeep.run/1"] = Field(
        default="stationkeep.run/1", alias="schema", serialization_alias="schema"
    )
    scenario: ScenarioRef
    runs: int
    seed: int
    branches: dict[str, BranchDocument]
    crisis: Crisis | None = Field(default=None, description="null: the scenario names no timeline")
    weighed: WeighedOutcome | None = Field(
        default=None, description="branches weighed by their probabilities; null where fewer than two say one"
    )
    notes: list[str] = Field(
        description="what the reader must know: comparisons with published figures, assumptions, limits"
    )
    provenance: dict[str, Any] = Field(
        description="versions, data identifiers, space weather (mode, observed until, forecast), orbit, models, sources"
    )
