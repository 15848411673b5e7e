"""The JSON document of ``stationkeep entry``: schema ``stationkeep.entry/1``."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

import stationkeep
from stationkeep.campaign.part import Part
from stationkeep.descent.entry import EntryOptions, EntryResult, PartResult


class EntryImpact(Part):
    """How one part strikes the ground."""

    mass_kg: float = Field(description="of one, with what it still holds")
    speed_m_s: float
    energy_j: float
    downrange_km: float = Field(description="great circle from below the state it entered with")
    time_s: float = Field(description="after that state")
    latitude_deg: float
    longitude_deg: float
    temperature_k: float


class EntryPart(Part):
    """What became of one part; figures are of one where count is above one."""

    name: str
    count: int
    owner: str
    material: str
    shape: str
    start_mass_kg: float = Field(description="its own, without what it holds")
    mean_area_m2: float = Field(description="mean shadow over all attitudes: the area of the casualty rule")
    outcome: Literal["impact", "demised", "inside", "empty"] = Field(
        description="inside: came down within another part; empty: a holder without mass of its own"
    )
    free_at_km: float | None
    melt_onset_km: float | None
    melt_onset_s: float | None
    demise_km: float | None = Field(description="where the last of it had melted, or where it tore")
    demise_s: float | None
    peak_heating_w: float
    peak_heating_altitude_km: float | None
    peak_heating_s: float | None = Field(description="when, after the state it entered with")
    peak_temperature_k: float
    peak_temperature_altitude_km: float | None
    peak_load_g: float
    heat_in_j: float = Field(description="convective heat taken up on the way")
    heat_out_j: float = Field(description="radiated on the way")
    torn_mass_kg: float = Field(description="had not melted when a thin wall tore into shards, each too light to count")
    impact: EntryImpact | None


class EntryTotals(Part):
    """Sums over the body."""

    mass_kg: float
    surviving_mass_kg: float
    surviving_fraction: float
    shard_mass_kg: float = Field(description="in shards of torn walls: not among the survivors, some of it melts on")
    pieces: int = Field(description="that strike the ground")


class EntryDocument(Part):
    """What of a body reaches the ground, where and how fast."""

    schema_: Literal["stationkeep.entry/1"] = Field(default="stationkeep.entry/1", alias="schema")
    version: str
    body: str
    state: dict[str, float]
    atmosphere: str
    settings: dict[str, Any]
    totals: EntryTotals
    parts: list[EntryPart]
    notes: list[str]


def entry_document(result: EntryResult, options: EntryOptions, atmosphere: str, notes: list[str]) -> EntryDocument:
    """The document of an entry that was flown."""
    state = result.state
    return EntryDocument(
        version=stationkeep.__version__,
        body=result.body.name,
        state={name: getattr(state, name) for name in state.__dataclass_fields__},
        atmosphere=atmosphere,
        settings={
            "recession": options.recession,
            "rest": options.rest,
            "tear_share": options.tear_share,
            "thin_wall": options.thin_wall,
            "bridging": options.bridging,
            "melting": options.melting,
            "lift_over_drag": options.lift_over_drag,
            "bank_deg": options.bank_deg,
            "heat_scale": options.heat_scale,
            "drag_scale": options.drag_scale,
            "break_up_altitude_km": result.body.break_up_altitude_km,
        },
        totals=EntryTotals(
            mass_kg=result.body.mass_kg,
            surviving_mass_kg=result.surviving_mass_kg,
            surviving_fraction=result.surviving_fraction,
            shard_mass_kg=result.shard_mass_kg,
            pieces=sum(part.count for part in result.impacts),
        ),
        parts=[_part(part) for part in result.parts],
        notes=notes,
    )


def _part(part: PartResult) -> EntryPart:
    fields = {name: getattr(part, name) for name in EntryPart.model_fields if name != "impact"}
    impact = part.impact
    struck = None
    if impact is not None:
        struck = EntryImpact(**{name: getattr(impact, name) for name in impact.__dataclass_fields__})
    return EntryPart(**fields, impact=struck)
