"""What a scenario may say beyond who pushes: who holds the attitude, debris avoidance, what a controlled end takes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from stationkeep.scenario.fields import AltitudeKm, Id, Part, PositiveNumber, Range, Source

AttitudeView = Literal["nasa", "roscosmos"]
"""Whose account to take where partners dispute what must hold the attitude during a burn."""


class AttitudeControl(Part):
    """Who holds the station upright. Without this section the attitude counts as held, whoever leaves."""

    figures: Literal["iss"] = Field(default="iss", description="the figures of stationkeep.attitude")
    failed_gyros: Annotated[int, Field(strict=True, ge=0, le=4)] = 0
    tanks_of: Id = Field(description="provider on whose tanks the attitude thrusters draw")
    view: AttitudeView | None = Field(
        default=None,
        description="whose account of what must hold the attitude during a disputed burn; null: such burns need "
        "thrusters, which nobody disputes; a branch may take another view",
    )
    reserve_days: Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0.0, le=3660.0)] = Field(
        default=0.0, description="reboosts leave as much propellant as the attitude needs for so many days"
    )
    source: Source | None = None


class DebrisAvoidance(Part):
    """Burns out of the way of debris: how many a year (at random times), and how strong."""

    per_year: Range
    delta_v_m_s: Range
    source: Source


class ControlledDeorbit(Part):
    """What a controlled fall takes: speed in all, the last burn and how long it may last, from which altitude."""

    delta_v_m_s: PositiveNumber = 57.0
    final_burn_m_s: PositiveNumber = 28.0
    longest_final_burn_s: PositiveNumber = 1320.0
    from_altitude_km: AltitudeKm = Field(default=220.0, description="below it there is no time left for it")
    source: Source = (
        "57 m/s: NASA, ISS Deorbit Analysis Summary, 2024 (second-hand); 28 m/s in 22 min from about 220 km: the last "
        "burn of Mir on 23 March 2001"
    )


class Reserve(Part):
    """How long the station should stay above which altitude if nobody pushes any more."""

    altitude_km: AltitudeKm = 278.0
    days: PositiveNumber = 180.0
    source: Source = "planning rule of the ISS programme: 180 days of decay above 150 nautical miles (second-hand)"
