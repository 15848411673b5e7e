"""A decided end of the station of 2028, whose flights are followed: who still comes while it sinks, and what for."""

from __future__ import annotations

from functools import cache
from typing import Any

from partner_case import response
from stationkeep.campaign.prepare import Campaign, prepare_campaign
from stationkeep.campaign.sampling import draw_inputs
from stationkeep.catalogue.loader import load_catalogue
from stationkeep.outcome import OutcomeReason
from stationkeep.scenario.loader import load_scenario
from stationkeep.scenario.schema import Scenario
from stationkeep.simulation.engine import simulate
from stationkeep.simulation.timeline import Timeline

DAY = "2030-06-01"
HERE = {"type": "provider-available", "date_utc": "2028-07-02", "provider": "usdv"}
DECIDED = [HERE, response(DAY, what="deorbit"), response(DAY, what="leave")]


@cache
def prepared() -> Campaign:
    fields: dict[str, Any] = load_scenario("iss-2028-planned").scenario.model_dump(by_alias=True)
    branches = {"x": {"label": "x", "events": DECIDED}}
    return prepare_campaign(
        Scenario.model_validate({**fields, "comparisons": (), "branches": branches}), load_catalogue()
    )


@cache
def down(index: int) -> Timeline:
    campaign = prepared()
    inputs = draw_inputs(campaign.mission.scenario, campaign.weather, 1, index)
    return simulate(campaign.mission, "x", inputs, limits=False)


def test_progress_comes_lower_than_dragon_does() -> None:
    """A Dragon that could not come below its 330 km had kept every Progress on the ground without a word: the
    thrusters that hold the attitude ran dry, and the deorbit vehicle, docked and loaded, could not burn."""
    run = down(0)
    off = [event for event in run.events if event.kind == "flight-put-off" and event.mean_altitude_km < 330.0]
    assert [event.title for event in off if "Dragon" in event.title]
    assert not [event.title for event in off if event.title.startswith("Progress")]
    low = [event for event in run.events if event.kind == "delivery" and event.mean_altitude_km < 325.0]
    assert low
    assert all(event.title.startswith("Progress") for event in low)
    assert "tanks-dry" not in {event.kind for event in run.events}
    assert run.outcome.reason is OutcomeReason.DEORBITED
