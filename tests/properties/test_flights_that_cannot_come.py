"""Flights that cannot come are neither launched nor lost, whoever has left; with much bad luck."""

from __future__ import annotations

from dataclasses import replace
from functools import cache, partial
from typing import Any

import pytest

from partner_case import withdrawal
from stationkeep.campaign.prepare import Campaign, prepare_campaign
from stationkeep.campaign.sampling import draw_inputs
from stationkeep.catalogue.loader import load_catalogue
from stationkeep.scenario.loader import load_scenario
from stationkeep.scenario.schema import Scenario
from stationkeep.simulation.engine import simulate
from stationkeep.simulation.people_setup import PeopleSetup
from stationkeep.simulation.timeline import Timeline
from stationkeep.timescale import mjd_utc, parse_utc

EVERYTHING = ["stop-operating-assets", "stop-resupply-propellant", "stop-flights", "recall-crew"]
PARTNERS = ["roscosmos", "nasa", "spacex", "northrop-grumman", "jaxa", "csa"]
DAY = "2024-05-20"
DRAWS = 3
ARRIVALS = {"crew-arrival", "cargo-arrival", "arrival", "delivery"}


@cache
def base() -> dict[str, Any]:
    fields = load_scenario("iss-2024").scenario.model_dump(by_alias=True)
    return {**fields, "horizon_utc": "2026-03-01", "comparisons": (), "branches": {"x": {"label": "x"}}}


@cache
def weather() -> Campaign:
    return prepare_campaign(Scenario.model_validate(base()), load_catalogue())


def fly(events: list[dict[str, Any]], index: int) -> tuple[Timeline, PeopleSetup, Scenario]:
    """A run in which two of five flights are lost."""
    scenario = Scenario.model_validate({**base(), "branches": {"x": {"label": "x", "events": events}}})
    mission = prepare_campaign(scenario, load_catalogue()).mission
    assert mission.people is not None
    drawn = draw_inputs(scenario, weather().weather, 1, index)
    world = mission.people.world(drawn.people)
    unlucky = replace(world, luck=replace(world.luck, loss=dict.fromkeys([*world.luck.loss, "unknown"], 0.4)))
    drawn.once(("people",), partial(replace, unlucky))
    return simulate(mission, "x", drawn, limits=False), mission.people, scenario


def cannot_come(partner: str, setup: PeopleSetup, scenario: Scenario) -> set[str]:
    """Flights that a partner flies or pays for, or that need it to arrive, and that are launched after it has left."""
    needs = {one.id: set(one.arrival_needs) for one in scenario.providers}
    gone = {partner} | scenario.pays_for.get(partner, frozenset())
    found = set()
    for name, flight in setup.plan.manifest.flights.items():
        craft = setup.plan.craft[name]
        lacks = partner in needs.get(craft.provider or "", ()) or (flight.kind.needs_arm and partner in ("csa", "nasa"))
        if (lacks or gone & set(craft.partners)) and flight.launch_mjd_utc > mjd_utc(parse_utc(DAY)):
            found.add(name)
    return found


def told_of(timeline: Timeline, names: set[str], kinds: set[str]) -> list[str]:
    return [
        event.title for event in timeline.events
        if event.kind in kinds and any(event.title.startswith(f"{name} ") for name in names)
    ]  # fmt: skip


@pytest.mark.parametrize("partner", PARTNERS)
def test_nothing_that_cannot_come_is_launched_or_lost(partner: str) -> None:
    """SpaceX had left in July 2024 and its Crew-20 still came in 2029; lost Cygnus grounded Dragon without anybody to
    catch them."""
    lost = 0
    for index in range(DRAWS):
        timeline, setup, scenario = fly([withdrawal(DAY, partner=partner, scope=EVERYTHING)], index)
        never = cannot_come(partner, setup, scenario)
        assert never
        assert told_of(timeline, never, ARRIVALS | {"flight-lost"}) == []
        lost += sum(event.kind == "flight-lost" for event in timeline.events)
        again = [event.title for event in timeline.events if event.kind == "flight-put-off"]
        assert len(again) == len(set(again))  # once put off for good, nobody announces them again and again
    assert lost >= DRAWS  # the luck was bad


def test_who_comes_back_flies_what_is_still_ahead() -> None:
    """For a time nobody works the arm: nothing that needs it comes meanwhile, and it comes again as planned."""
    events = [withdrawal(DAY, partner="csa", scope=["stop-operating-assets"], until_utc="2025-01-15")]
    back = mjd_utc(parse_utc("2025-01-15"))
    caught = []
    for index in range(DRAWS):
        timeline, setup, _ = fly(events, index)
        armed = {name for name, flight in setup.plan.manifest.flights.items() if flight.kind.needs_arm}
        for event in timeline.events:
            if event.kind in ARRIVALS | {"flight-lost"} and any(event.title.startswith(f"{one} ") for one in armed):
                assert not mjd_utc(parse_utc(DAY)) < event.time_mjd_utc < back, event.title
                caught += [event.title] if event.time_mjd_utc >= back else []
    assert caught
