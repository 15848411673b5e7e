"""How a station is pushed: engines, and the ways a docked vehicle or a module can use them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar, Final, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from stationkeep.catalogue.base import AsId, Entry, Facts, Identifier, PartnerId, Sourced, UtcTime, look_up
from stationkeep.catalogue.figure import Figure
from stationkeep.constants import STANDARD_GRAVITY_M_S2
from stationkeep.errors import CatalogueError

AttitudeHolder = Literal["pusher", "gyros", "station-thrusters"]
"""What can hold the station's attitude while it is pushed: the pushing craft itself, the station's gyroscopes, or its
own thrusters."""
Flying = Literal["forward", "backward", "pitched"]
"""How the station flies during a burn: as on ordinary days, turned half round, or pitched a quarter turn."""
Standing = Literal["standard", "tested", "emergency", "planned", "unproven", "retired"]

STANDINGS: Final[dict[str, str]] = {
    "standard": "in ordinary use",
    "tested": "done once or twice as a test",
    "emergency": "possible, kept for emergencies",
    "planned": "being built for it",
    "unproven": "nobody has shown it",
    "retired": "was used, flies no more",
}
"""What each standing of a push means."""


class Engine(Entry):
    """A set of thrusters used together to push a station, as the station feels it."""

    kind: ClassVar[str] = "engine"

    operator: PartnerId
    propellant: str = Field(min_length=3, description="oxidiser and fuel, e.g. NTO/UDMH")
    thrust_n: Figure = Field(description="mean force along the track in a burn, off-pulsing and canting included")
    specific_impulse_s: Figure
    rated_thrust_n: Figure | None = Field(None, description="force of one thruster in vacuum, as its maker rates it")
    thruster_count: Figure | None = Field(None, description="thrusters in the set")

    @property
    def flow_kg_s(self) -> float:
        """Propellant drawn while burning [kg/s], from the best estimates: thrust / (Isp g0)."""
        return self.thrust_n.best / (self.specific_impulse_s.best * STANDARD_GRAVITY_M_S2)


class AttitudeClaim(Sourced, Facts):
    """Who says what must hold the station's attitude during a burn. Any one of ``holders`` is enough."""

    view: Identifier = Field(description="'agreed' where nobody disputes it, else the partner whose position it is")
    holders: tuple[AttitudeHolder, ...] = Field(min_length=1)
    note: str = ""


class Push(Sourced, Facts):
    """One way to push a station: an engine, where its craft must be docked, how the station flies, what else it takes.

    ``raises_flying`` and ``lowers_flying`` are null where that direction is not known to be possible.
    """

    id: Identifier
    engine: Annotated[Engine, BeforeValidator(look_up("engines")), AsId]
    standing: Standing
    ports: tuple[Identifier, ...] = Field((), description="where its craft must be docked; empty for a module's own")
    ports_to_be_free: tuple[Identifier, ...] = Field((), description="ports in the jet's way")
    raises_flying: Flying | None = None
    lowers_flying: Flying | None = None
    first_used_utc: UtcTime | None = Field(None, description="first time on a station; null: not yet")
    attitude: tuple[AttitudeClaim, ...] = Field(min_length=1)
    standard_since_utc: UtcTime | None = Field(None, description="when a test became ordinary use, if later")
    longest_burn_s: Figure | None = None
    note: str = ""

    @model_validator(mode="after")
    def _claims_are_told_apart(self) -> Self:
        views = [claim.view for claim in self.attitude]
        if len(set(views)) < len(views) or ("agreed" in views and len(views) > 1):
            raise ValueError(f"push {self.id}: one claim on attitude for each view, and 'agreed' only alone")
        proven = self.standing in ("standard", "tested", "retired")
        if proven != (self.first_used_utc is not None):
            raise ValueError(f"push {self.id}: first_used_utc belongs to what was used, and to nothing else")
        since = self.standard_since_utc
        if since is not None and (self.first_used_utc is None or since < self.first_used_utc):
            raise ValueError(f"push {self.id}: standard_since_utc lies before the first use")
        return self

    @property
    def disputed(self) -> bool:
        """Whether partners disagree on what must hold the attitude during its burns."""
        return len(self.attitude) > 1

    @property
    def counts_from_utc(self) -> datetime | None:
        """From when it may be counted on: ordinary use, or the first use where it never went beyond a test."""
        return self.standard_since_utc or self.first_used_utc

    def attitude_claim(self, view: str | None = None) -> AttitudeClaim:
        """What must hold the attitude, in one partner's view; needed only where partners disagree.

        Raises :class:`CatalogueError` where it is disputed and ``view`` names neither side: the choice is the
        caller's, never made silently.
        """
        if not self.disputed:
            return self.attitude[0]
        for claim in self.attitude:
            if claim.view == view:
                return claim
        sides = " or ".join(claim.view for claim in self.attitude)
        given = "no view was given" if view is None else f"{view!r} holds none"
        raise CatalogueError(f"push {self.id}: what holds the attitude is disputed; {given}", hint=f"choose {sides}")
