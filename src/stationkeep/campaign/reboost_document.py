"""The document ``stationkeep reboost --json`` writes, schema ``stationkeep.reboost/1``."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from stationkeep.campaign.document import ScenarioRef
from stationkeep.campaign.part import Part


class ReboostBurn(Part):
    """One burn of the plan."""

    date_utc: str
    provider: str = Field(description="its id in the scenario")
    label: str = Field(description="the provider by name")
    delta_v_m_s: float = Field(description="along the track; negative: lowering")
    duration_s: float
    propellant_kg: float
    mean_altitude_before_km: float
    mean_altitude_after_km: float


class ReboostBand(Part):
    """From a date on the mean altitude stays between these."""

    from_utc: str
    floor_km: float
    ceiling_km: float


class ReboostArrival(Part):
    """On that day the mean altitude lies between these."""

    date_utc: str
    lowest_km: float
    highest_km: float
    mean_altitude_km: float = Field(description="planned")


class ReboostLimits(Part):
    """What the plan had to keep."""

    bands: list[ReboostBand]
    arrivals: list[ReboostArrival]
    every_days: float = Field(description="days between two opportunities to burn")
    end_km: float = Field(description="the station ends no lower")
    reserve_kg: float = Field(description="kept aboard for avoiding debris")
    overhead_kg: float = Field(description="counted for each opportunity used, besides the push")
    avoidance_per_year: float


class Limiting(Part):
    """A limit that costs propellant, and what it costs."""

    limit: str
    eased: str = Field(description="how it was eased to find out")
    saves_kg_per_year: float


class SunCase(Part):
    """The best plan under another Sun, within the same limits."""

    solar_percentile: float | None = Field(description="of the forecast; null: the Sun as observed")
    possible: bool
    reason: str | None = Field(description="why not")
    burns: int | None
    delta_v_m_s_per_year: float | None
    propellant_kg_per_year: float | None


class TradeRow(Part):
    """What it costs to stay at one altitude: drag only, the climb apart."""

    mean_altitude_km: float
    propellant_kg_per_year: dict[str, float] = Field(
        description="by percentile of solar activity: p05, p50, p95; or observed"
    )
    delta_v_m_s_per_year: dict[str, float]
    lift_kg: float = Field(description="once, to get there from where the station is; negative: saved by sinking")


class Besides(Part):
    """What the same tanks give for the attitude and debris, a year; null: the scenario says nothing of it."""

    attitude_kg_per_year: float | None = Field(
        description="taken from the tanks while their owner's thrusters unload the gyros, beside the plan's propellant"
    )
    attitude_reserve_kg: float | None = Field(description="left in those tanks by reboosts, for the attitude")
    attitude_kg_per_year_interval: tuple[float, float] | None = Field(
        description="range of attitude_kg_per_year, from gyros managed well to thrusters at every arrival and departure"
    )
    avoidance_m_s_per_year: float = Field(description="out of the way of debris, at the mean rate and size")
    avoidance_kg_per_year: float = Field(
        description="for that: part of the plan's propellant, as what it lifts is saved on the next reboost"
    )


class AltitudeTrack(Part):
    """Mean altitude by day, as flown with the burns."""

    dates_utc: list[str]
    mean_altitude_km: list[float]


class ReboostDocument(Part):
    """One answer to "which burns keep it up, and what do they cost?"."""

    schema_: Literal["stationkeep.reboost/1"] = Field(
        default="stationkeep.reboost/1", alias="schema", serialization_alias="schema"
    )
    scenario: ScenarioRef
    branch: str
    start_utc: str
    stop_utc: str
    solar_percentile: float | None = Field(description="the Sun planned for; null: as observed")
    limits: ReboostLimits
    burns: list[ReboostBurn]
    delta_v_m_s: float
    propellant_kg: float
    delta_v_m_s_per_year: float
    propellant_kg_per_year: float = Field(description="for translation")
    overhead_kg_per_year: float = Field(description="for turning and holding the station at the burns")
    besides: Besides
    limiting: list[Limiting] = Field(description="what costs most, first; empty: nothing does")
    suns: list[SunCase]
    trade: list[TradeRow]
    altitude: AltitudeTrack
    tanks_kg: dict[str, float] = Field(description="left at the end, by store")
    notes: list[str]
    provenance: dict[str, Any]
