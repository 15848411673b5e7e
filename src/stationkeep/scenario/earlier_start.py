"""A day before a scenario begins: which shipped scenario of the same station begins early enough?"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from stationkeep.errors import ScenarioError
from stationkeep.scenario.loader import LoadedScenario, load_scenario
from stationkeep.scenario.schema import Scenario
from stationkeep.scenario.shipped import shipped_scenarios, shipped_variants
from stationkeep.timescale import iso_day, mjd_utc


def begun_by(loaded: LoadedScenario, moment: datetime) -> LoadedScenario:
    """The scenario itself where it begins early enough, else the shipped one based on it that begins last before.

    What was chosen is said in ``note``. Raises :class:`ScenarioError` where even the earliest begins later; a
    scenario that nothing shipped is based on is given back as it is.
    """
    scenario = loaded.scenario
    if scenario.epoch_utc <= moment or shipped_scenarios().get(scenario.id) != loaded.path:
        return loaded
    earlier = [load_scenario(name) for name in shipped_variants(scenario.id)]
    earlier = [one for one in earlier if one.scenario.epoch_utc < scenario.epoch_utc]
    early = [one for one in earlier if one.scenario.epoch_utc <= moment]
    if early:
        found = max(early, key=lambda one: one.scenario.epoch_utc)
        return replace(found, note=_told(scenario, found.scenario, moment))
    if not earlier:
        return loaded
    first = min(earlier, key=lambda one: one.scenario.epoch_utc).scenario
    raise ScenarioError(
        f"{iso_day(mjd_utc(moment))} lies before every start of {scenario.id}",
        hint=f"the earliest is {iso_day(first.epoch_mjd_utc)} ({first.id})",
    )


def _told(asked: Scenario, flown: Scenario, moment: datetime) -> str:
    return (
        f"{iso_day(mjd_utc(moment))} lies before {asked.id} begins ({iso_day(asked.epoch_mjd_utc)}): flown from "
        f"{flown.id}, with the station, its orbit and what was known of the Sun on {iso_day(flown.epoch_mjd_utc)}"
    )
