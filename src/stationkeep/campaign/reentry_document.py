"""The JSON document of ``stationkeep reentry-window``: schema ``stationkeep.reentry-window/1``."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from stationkeep.campaign.part import Part


class WindowObject(Part):
    """Which object, and what was read of it."""

    norad_id: str
    name: str
    designator: str
    element_sets_used: int = Field(description="of the last days, fitted by their places along the orbit")
    last_element_set_utc: str
    mean_altitude_km: float = Field(description="at the last set: mean semi-major axis minus 6378.137 km")
    inclination_deg: float
    rejected: list[dict[str, Any]] = Field(description="element sets refused: line_number, reason")


class WindowTimes(Part):
    """When: quantiles over the runs."""

    p05_utc: str
    p25_utc: str
    median_utc: str = Field(description="the centre of the window")
    p75_utc: str
    p95_utc: str
    dates_utc: list[str] = Field(description="of every run, sorted")


class WindowDrag(Part):
    """The drag in the last quarter of a day of the sets."""

    value_m2_kg: float
    spread_percent: float
    density_model: str
    place_residual_km: float = Field(description="root mean square misfit of the places of the sets used")


class TrackPoint(Part):
    """A point of the ground track of the reference fall: where it breaks up, if it does so at this moment."""

    time_utc: str
    latitude_deg: float
    longitude_deg: float
    probability_per_hour: float


class WindowCountry(Part):
    """How likely a country is touched."""

    country: str
    iso2: str
    region: str
    break_up_probability: float = Field(description="that it breaks up above the land of this country")
    debris_probability: float = Field(description="that the strip in which debris falls crosses its land")


class WindowPlace(Part):
    """Where: only as good as the time is."""

    break_up_altitude_km: float
    debris_from_km: float = Field(description="the strip of debris begins this far beyond the break-up")
    debris_to_km: float
    ocean_probability: float = Field(description="that it breaks up above the sea")
    debris_on_land_probability: float
    countries: list[WindowCountry]
    track: list[TrackPoint] = Field(description="over the 90 % window, in order of time, every minute")
    revolutions: float = Field(description="how many the 90 % window holds")


class WindowUpdate(Part):
    """What the window was at an earlier element set."""

    as_of_utc: str
    mean_altitude_km: float
    p05_utc: str
    median_utc: str
    p95_utc: str
    width_hours: float


class WindowDocument(Part):
    """One answer to "when does it come down, and over whom?"."""

    schema_: Literal["stationkeep.reentry-window/1"] = Field(
        default="stationkeep.reentry-window/1", alias="schema", serialization_alias="schema"
    )
    object: WindowObject
    as_of_utc: str
    runs: int
    seed: int
    reentry: WindowTimes = Field(description="when it passes the break-up altitude")
    entry_altitude_km: float
    entry_median_utc: str = Field(description="when half of the runs have first passed the entry altitude")
    drag: WindowDrag
    place: WindowPlace
    updates: list[WindowUpdate] = Field(description="windows from earlier sets, oldest first; empty unless asked for")
    notes: list[str]
    provenance: dict[str, Any]
