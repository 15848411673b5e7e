"""How hard does a provider push, and with how much propellant?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stationkeep.errors import ScenarioError
from stationkeep.scenario.schema import Provider

if TYPE_CHECKING:
    from stationkeep.catalogue.entries import Engine
    from stationkeep.catalogue.store import Catalogue


@dataclass(frozen=True, slots=True)
class EnginePerformance:
    """Mean force along the track and specific impulse of a provider's burns."""

    thrust_n: float
    specific_impulse_s: float


def engine_of(provider: Provider, catalogue: Catalogue) -> Engine | None:
    """The catalogue's engine a provider burns with: the one it names, else that of its vehicle; maybe none."""
    if provider.engine is not None:
        return catalogue.engines.get(provider.engine)
    if provider.vehicle is not None and provider.vehicle in catalogue.vehicles:
        return catalogue.vehicles[provider.vehicle].engine
    return None


def engine_performance(provider: Provider, catalogue: Catalogue) -> EnginePerformance:
    """Thrust and specific impulse of a provider: the scenario's own figures, else the catalogue's best estimates.

    Raises :class:`ScenarioError` where neither says (``check_references`` finds that when a scenario is loaded).
    """
    engine = engine_of(provider, catalogue)
    thrust_n = provider.thrust_n if provider.thrust_n is not None or engine is None else engine.thrust_n.best
    impulse_s = provider.specific_impulse_s
    if impulse_s is None and engine is not None:
        impulse_s = engine.specific_impulse_s.best
    if thrust_n is None or impulse_s is None:
        raise ScenarioError(
            f"provider {provider.id!r} has no engine in the catalogue", hint="give thrust_n and specific_impulse_s"
        )
    return EnginePerformance(thrust_n, impulse_s)
