"""Runs with people for tests: the station of April 2022, flown for a year or so, with branches of a test's own."""

from __future__ import annotations

from functools import cache

import yaml

from stationkeep.campaign.prepare import Campaign, prepare_campaign
from stationkeep.campaign.sampling import draw_inputs, median_inputs
from stationkeep.catalogue.loader import load_catalogue
from stationkeep.scenario.loader import read_scenario
from stationkeep.scenario.schema import Scenario
from stationkeep.scenario.shipped import shipped_scenarios
from stationkeep.simulation.engine import _Run
from stationkeep.simulation.inputs import RunInputs
from stationkeep.simulation.timeline import Timeline
from stationkeep.timescale import iso_utc, mjd_utc, parse_utc

HORIZON = "2023-07-01"


def station_text(branches: str = "stay: {label: stay}", horizon: str = HORIZON) -> str:
    """The shipped scenario with a nearer horizon and other branches."""
    text = shipped_scenarios()["iss-2022"].read_text(encoding="utf-8")
    head, rest = text.split("\nbranches:\n")
    foot = rest[rest.index("\nground:") :].split("\ncomparisons:")[0]
    body = "".join(f"  {line}\n" for line in branches.strip().splitlines())
    return f"{head}\nbranches:\n{body}{foot}".replace("horizon_utc: 2031-01-01T00:00:00Z", f"horizon_utc: {horizon}")


@cache
def campaign(branches: str = "stay: {label: stay}", horizon: str = HORIZON) -> Campaign:
    """Made ready to fly."""
    return prepare_campaign(read_scenario(station_text(branches, horizon), "test.yaml"), load_catalogue())


def events(*entries: str) -> str:
    """A branch ``stay`` with these events, each in YAML's short form."""
    return "stay:\n  label: stay\n" + "  events:\n" * bool(entries) + "".join(f"    - {entry}\n" for entry in entries)


def inputs(ready: Campaign, index: int = -1, seed: int = 1) -> RunInputs:
    """Of the reference run (-1) or of a drawn one."""
    scenario: Scenario = ready.mission.scenario
    return median_inputs(scenario, ready.weather) if index < 0 else draw_inputs(scenario, ready.weather, seed, index)


def flown(branches: str = "stay: {label: stay}", index: int = -1, horizon: str = HORIZON) -> tuple[_Run, Timeline]:
    """A run of the only branch, and what it gave."""
    ready = campaign(branches, horizon)
    run = _Run(ready.mission, next(iter(ready.mission.scenario.branches)), inputs(ready, index))
    return run, run.timeline(limits=False)


def day(time_mjd_utc: float | None) -> str | None:
    """The date of a moment."""
    return None if time_mjd_utc is None else iso_utc(time_mjd_utc)[:10]


def mjd(date: str) -> float:
    """The moment of a date."""
    return mjd_utc(parse_utc(date))


def plain_text(text: str | None = None) -> str:
    """A scenario (null: the shipped one) without its people."""
    content = yaml.safe_load(shipped_scenarios()["iss-2022"].read_text(encoding="utf-8") if text is None else text)
    del content["life_support"], content["traffic"]
    return yaml.safe_dump(content, sort_keys=False)


def plain_scenario() -> Scenario:
    """The same station without its people."""
    return read_scenario(plain_text(station_text()), "plain.yaml")
