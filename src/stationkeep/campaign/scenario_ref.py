"""Which scenario a document speaks of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stationkeep.campaign.document import ScenarioRef
from stationkeep.timescale import iso_utc

if TYPE_CHECKING:
    from stationkeep.campaign.prepare import Campaign
    from stationkeep.scenario.loader import LoadedScenario


def scenario_ref(loaded: LoadedScenario, campaign: Campaign, mass_kg: float, mean_altitude_km: float) -> ScenarioRef:
    """The scenario, with the mass and altitude its flights begin with."""
    scenario = loaded.scenario
    return ScenarioRef(
        id=scenario.id,
        hash=loaded.hash,
        epoch_utc=iso_utc(scenario.epoch_mjd_utc),
        title=scenario.title,
        horizon_utc=iso_utc(scenario.horizon_mjd_utc),
        station=scenario.station,
        mass_kg=mass_kg,
        mean_altitude_km=round(mean_altitude_km, 3),
        people_aboard=campaign.people_aboard,
    )
