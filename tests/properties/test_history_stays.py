"""What has come has come: no planning changes where and when a craft docked, whoever leaves and whatever overstays."""

from __future__ import annotations

from typing import Any

import pytest

from partner_case import withdrawal
from stationkeep.campaign.prepare import prepare_campaign
from stationkeep.campaign.sampling import draw_inputs
from stationkeep.catalogue.loader import load_catalogue
from stationkeep.scenario.loader import load_scenario
from stationkeep.scenario.schema import Scenario
from stationkeep.simulation.engine import simulate
from stationkeep.simulation.flight_board import FlightBoard

EVERYTHING = ["stop-operating-assets", "stop-resupply-propellant", "stop-flights", "recall-crew"]


@pytest.mark.parametrize("partner", ["nasa", "roscosmos", "spacex"])
def test_what_has_come_stays_where_it_is(partner: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without NASA a Progress that could not leave a tumbling station was sent to another port, years later."""
    moved: list[tuple[float, str]] = []
    planned = FlightBoard.plan_again

    def watched(board: FlightBoard) -> None:
        before: dict[str, Any] = dict(getattr(board, "flights", {}))
        planned(board)
        for name in before.keys() & board._come:
            old, new = before[name], board.flights.get(name)
            docked = old.arrival_mjd_utc is not None and old.arrival_mjd_utc <= board.now
            if docked and (new is None or new.arrival_mjd_utc != old.arrival_mjd_utc or ports(new) != ports(old)):
                moved.append((board.now, name))

    monkeypatch.setattr(FlightBoard, "plan_again", watched)
    fields = load_scenario("iss-2024").scenario.model_dump(by_alias=True)
    left = {"label": "x", "events": [withdrawal("2024-06-01", partner=partner, scope=EVERYTHING)]}
    scenario = Scenario.model_validate({**fields, "comparisons": (), "branches": {"x": left}})
    campaign = prepare_campaign(scenario, load_catalogue())
    for index in range(3):
        simulate(campaign.mission, "x", draw_inputs(scenario, campaign.weather, 1, index), limits=False)
    assert moved == []


def ports(flight: Any) -> list[str]:
    return [stay.port for stay in flight.stays]
