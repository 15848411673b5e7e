"""Whoever leaves the station has come before, and nobody comes twice: else mass would come from nowhere."""

from __future__ import annotations

from weakref import WeakKeyDictionary

import pytest

from stationkeep.campaign.departures import departure
from stationkeep.campaign.run import run_scenario
from stationkeep.logistics.manifest import Flight
from stationkeep.logistics.state import TrafficEvent
from stationkeep.scenario.loader import load_scenario
from stationkeep.simulation.people_flights import PeopleFlights


@pytest.mark.parametrize(
    ("scenario", "without"), [("commercial-two-providers", "operator-a"), ("iss-2022", "nasa"), ("iss-2024", "spacex")]
)
def test_craft_come_before_they_leave(scenario: str, without: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Crews of the next ship were once sent in the past, in the place of one that was put off (-93 t)."""
    aboard: WeakKeyDictionary[PeopleFlights, set[str]] = WeakKeyDictionary()
    looked: list[str] = []
    wrong: list[str] = []
    arrives, departs = PeopleFlights._arrives, PeopleFlights._departs

    def docked(run: PeopleFlights) -> set[str]:
        known = run.setup.plan.manifest.flights.items() if run.setup is not None else ()
        then = {name for name, flight in known if (flight.arrival_mjd_utc or 1e9) <= run.epoch}
        return aboard.setdefault(run, then)

    def come(run: PeopleFlights, flight: Flight, event: TrafficEvent) -> None:
        if flight.name in docked(run):
            wrong.append(f"{flight.name} comes twice")
        docked(run).add(flight.name)
        arrives(run, flight, event)

    def leave(run: PeopleFlights, flight: Flight, event: TrafficEvent) -> None:
        if flight.name not in docked(run):
            wrong.append(f"{flight.name} leaves without having come")
        docked(run).discard(flight.name)
        looked.append(flight.name)
        departs(run, flight, event)

    monkeypatch.setattr(PeopleFlights, "_arrives", come)
    monkeypatch.setattr(PeopleFlights, "_departs", leave)
    loaded, branches = departure(load_scenario(scenario), [], [without], None, [], 0.0, None)
    run_scenario(loaded, branches=branches, runs=2, seed=1, workers=1)
    assert looked
    assert wrong == []
