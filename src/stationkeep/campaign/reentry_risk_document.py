"""The JSON document of ``stationkeep reentry``: schema ``stationkeep.reentry/1``."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from stationkeep.campaign.document import CountryRisk, LatitudeBandRisk, RegionRisk
from stationkeep.campaign.part import Interval, Part


class CountryOdds(CountryRisk):
    """A country's share of the casualty expectation and of the debris."""

    region: str
    impact_share: float = Field(description="share of the debris expected to come down on its land")
    one_in: float | None = Field(description="1 / casualty expectation there; null where nobody lives")


class OwnerShare(Part):
    """Whose parts come down."""

    owner: str
    surviving_mass_kg: float
    casualty_area_m2: float
    fragments: int


class FallenPart(Part):
    """Pieces of one kind that reach the ground in the nominal fall."""

    name: str
    owner: str
    count: int
    mass_kg: float = Field(description="of each at impact")
    energy_j: float = Field(description="of each at impact")
    casualty_area_m2: float = Field(description="of each; zero below 15 J")
    downrange_km: float = Field(description="along the ground from the start of the entry")


class PopulationUsed(Part):
    """Whose people were counted."""

    year: int
    source: str
    identifier: str
    people_per_km2: float = Field(description="under the orbit, oceans included")


class ShelterUsed(Part):
    """The option of roofs."""

    fraction: float
    protection: float
    factor: float = Field(description="what the roofs leave of the casualty expectation")


class ConditionalRisk(Part):
    """The risk if it falls within some hours, or on one orbit."""

    label: str
    from_utc: str | None
    to_utc: str | None
    node_longitude_deg: float | None = Field(description="where the orbit crosses the equator northward, degrees east")
    probability: float | None = Field(description="that it falls then; null where no time is foretold")
    people_per_km2: float = Field(description="where its pieces come down, each counted with its casualty area")
    casualty_expectation: float
    casualty_expectation_interval: Interval
    one_in: float | None
    ocean_share: float = Field(description="of the debris")
    by_region: list[RegionRisk]
    by_country: list[CountryOdds]


class ClaimRow(Part):
    """One region in the answer to "on whom does it fall?"."""

    region: str
    debris_share: float = Field(description="of the debris by area")
    strip_touches: float = Field(description="probability that the strip of debris crosses its land at all")
    casualty_share: float


class ClaimAnswer(Part):
    """Does it fall on some and not on others? Over all orbits alike."""

    claim: str
    on_named_not_other: float = Field(description="debris touches the named regions and not the other")
    on_other_not_named: float
    on_both: float
    on_neither: float
    by_region: list[ClaimRow]
    verdict: str


class WhenItFalls(Part):
    """From the runs of a scenario's branch."""

    branch: str
    runs: int
    probability: float = Field(description="of falling by the horizon")
    p05_utc: str | None
    median_utc: str | None
    p95_utc: str | None


class OtherArea(Part):
    """The casualty area from another source, for comparison."""

    label: str
    casualty_area_m2: float
    casualty_area_m2_interval: Interval
    surviving_mass_kg: float | None
    casualty_expectation: float
    one_in: float | None


class ReentryRiskDocument(Part):
    """One answer to "if it falls uncontrolled, what survives, and who is at risk?"."""

    schema_: Literal["stationkeep.reentry/1"] = Field(
        default="stationkeep.reentry/1", alias="schema", serialization_alias="schema"
    )
    name: str
    inclination_deg: float
    entry_mass_kg: float | None
    casualty_area_m2: float = Field(description="of the most probable fall where parts were flown to the ground")
    mean_casualty_area_m2: float = Field(
        description="over what is not known, where parts were flown: the expectation, linear in the area, takes it"
    )
    casualty_area_m2_interval: Interval
    casualty_law: str
    surviving_mass_kg: float | None = Field(description="null where only a casualty area was given")
    surviving_mass_kg_interval: Interval | None
    fragments: int | None = Field(description="that strike with more than 15 J")
    parts: list[FallenPart]
    by_owner: list[OwnerShare]
    population: PopulationUsed
    sheltering: ShelterUsed | None
    casualty_expectation: float = Field(description="expected casualties, given that it falls")
    casualty_expectation_interval: Interval
    one_in: float | None
    one_in_interval: Interval | None
    probability_of_any_casualty: float
    ocean_share: float
    by_region: list[RegionRisk]
    by_country: list[CountryOdds]
    by_latitude: list[LatitudeBandRisk]
    when: WhenItFalls | None
    conditional: list[ConditionalRisk]
    by_orbit: list[ConditionalRisk] = Field(description="every 15 degrees of the northward crossing; where asked for")
    claim: ClaimAnswer | None
    other_areas: list[OtherArea]
    notes: list[str]
    provenance: dict[str, Any]
