"""The station's own engines on a provider's tanks: they push where none of its craft is docked to do it.

A tank that stays feeds more than the craft beside it. What a provider burns with on a day is therefore what is there:
its craft where one stands at a port from which that kind can push, else a module's engine in ordinary use on the same
tanks whose jet no craft stands in. Zvezda's main engines are such: all their burns found (2006 to 2021) were of days on
which its aft port was empty.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stationkeep.propulsion.burns import Thruster

if TYPE_CHECKING:
    from stationkeep.catalogue.entries import Tank
    from stationkeep.catalogue.figure import Figure
    from stationkeep.catalogue.pushing import Push
    from stationkeep.catalogue.store import Catalogue
    from stationkeep.scenario.schema import Provider, Scenario
    from stationkeep.simulation.inputs import ProviderDraw


@dataclass(frozen=True, slots=True)
class BurnEngine:
    """What a burn is made with."""

    label: str
    thruster: Thruster
    longest_burn_s: float
    turn_deg: float
    holders: tuple[str, ...] | None = None
    """What can hold the attitude while it burns; none: as for the provider."""


@dataclass(frozen=True, slots=True)
class StationEngine:
    """An engine of a module, as the catalogue has it."""

    label: str
    thrust_n: Figure
    specific_impulse_s: Figure
    longest_burn_s: float
    ports_to_be_free: tuple[str, ...]
    holders: tuple[str, ...]
    turn_deg: float

    def drawn(self, draw: ProviderDraw) -> BurnEngine:
        """This engine in one run: as good, within what is known of it, as the provider's own is drawn to be."""
        thrust, impulse = self.thrust_n, self.specific_impulse_s
        thruster = Thruster(
            thrust.best if draw.thrust is None else thrust.quantile(draw.thrust),
            impulse.best if draw.impulse is None else impulse.quantile(draw.impulse),
        )
        return BurnEngine(self.label, thruster, self.longest_burn_s, self.turn_deg, self.holders)


@dataclass(frozen=True, slots=True)
class DockedPush:
    """What a provider needs docked to push, and what there is without."""

    ports: frozenset[str]
    """From which its craft can push."""
    engines: tuple[StationEngine, ...]
    """Of the station, on the same tanks; none: without a craft nothing pushes."""


_TURNS_DEG = {"forward": 0.0, "pitched": 90.0, "backward": 180.0}


def docked_push(
    provider: Provider, tanks: tuple[Tank, ...], scenario: Scenario, catalogue: Catalogue
) -> DockedPush | None:
    """What of a provider's push depends on who is docked; none: its engine is the scenario's, or a visitor's."""
    vehicle = catalogue.vehicles.get(provider.vehicle or "")
    stated = provider.engine is not None or provider.thrust_n is not None
    if vehicle is None or not vehicle.pushes or stated or not tanks:
        return None
    station = catalogue.stations[scenario.station]
    fed = {engine.id for tank in tanks for engine in tank.engines}
    own = tuple(
        _of(push)
        for module in station.modules
        for push in module.pushes
        if push.engine.id in fed and push.standing == "standard" and push.raises_flying is not None
    )
    return DockedPush(frozenset(vehicle.pushes[0].ports), own)


def _of(push: Push) -> StationEngine:
    longest = push.longest_burn_s
    return StationEngine(
        label=push.engine.name,
        thrust_n=push.engine.thrust_n,
        specific_impulse_s=push.engine.specific_impulse_s,
        longest_burn_s=float("inf") if longest is None else longest.best,
        ports_to_be_free=tuple(push.ports_to_be_free),
        holders=tuple(push.attitude[0].holders),
        turn_deg=_TURNS_DEG[push.raises_flying or "forward"],
    )
