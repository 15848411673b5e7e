"""What a scenario may say beyond who pushes: who holds the attitude, debris avoidance, what a controlled end takes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from stationkeep.scenario.fields import AltitudeKm, Id, Part, PositiveNumber, Range, Source

ArrayModeName = Literal["tracking", "night-glider", "sun-slicer", "feathered", "braking"]
"""How the large arrays are flown: as in :class:`stationkeep.attitude.array_modes.ArrayMode`."""

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
    arrays: ArrayModeName = Field(
        default="tracking", description="how the large arrays are flown at the epoch; the drag was fitted to tracking"
    )
    source: Source | None = None


class DebrisAvoidance(Part):
    """Burns out of the way of debris: how many a year (at random times), how strong, how long known before."""

    per_year: Range
    delta_v_m_s: Range
    notice_hours: Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0.0, le=240.0)] = Field(
        default=30.0, description="who burns must be able to from so long before on; no other burn comes between"
    )
    source: Source


class ControlledDeorbit(Part):
    """What a controlled fall takes: speed in all, the last burn and how long it may last, from which altitude.

    Speeds and altitude are given together, with their source; null: NASA's and Mir's for the International Space
    Station, for any other computed from its orbit, mass, drag and engines (:mod:`stationkeep.simulation.fall_need`).
    """

    delta_v_m_s: PositiveNumber | None = Field(default=None, description="in all; null: computed, as the next three")
    final_burn_m_s: PositiveNumber | None = Field(default=None, description="of it, in the last burn")
    longest_final_burn_s: PositiveNumber | None = Field(default=None, description="a longer one spreads the debris")
    from_altitude_km: AltitudeKm | None = Field(default=None, description="below it there is no time left for it")
    wait_days: Annotated[float, Field(strict=True, allow_inf_nan=False, gt=0.0, le=3660.0)] = Field(
        default=180.0, description="a load that comes later than so is not counted: the reserve guarantees no longer"
    )
    source: Source | None = Field(default=None, description="of the four figures")

    @model_validator(mode="after")
    def _whole(self) -> ControlledDeorbit:
        named = ("delta_v_m_s", "final_burn_m_s", "longest_final_burn_s", "from_altitude_km", "source")
        missing = [name for name in named if getattr(self, name) is None]
        if missing and len(missing) < len(named):
            raise ValueError(
                f"{', '.join(missing)} is missing: give all of {', '.join(named)}, or none and they are computed"
            )
        if not missing and self.final_burn_m_s > self.delta_v_m_s:  # type: ignore[operator]
            raise ValueError(f"a last burn of {self.final_burn_m_s:g} m/s of {self.delta_v_m_s:g} m/s in all")
        return self


class Reserve(Part):
    """How long the station should stay above which altitude if nobody pushes any more."""

    altitude_km: AltitudeKm = 278.0
    days: PositiveNumber = 180.0
    source: Source = "planning rule of the ISS programme: 180 days of decay above 150 nautical miles (second-hand)"
