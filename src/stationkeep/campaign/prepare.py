"""From a scenario to what its runs share: the orbit carried to the epoch, the mass, the engines, the Sun."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stationkeep.campaign.weather import CampaignWeather, campaign_weather
from stationkeep.environment.sources import observed_space_weather
from stationkeep.environment.space_weather import ContinuationPolicy
from stationkeep.errors import ScenarioError
from stationkeep.orbit.elements import MeanElements
from stationkeep.orbit.mean_decay import WeatherTrack, fly_mean
from stationkeep.partnership.segments import segments_of_station
from stationkeep.simulation.engine import Mission
from stationkeep.simulation.people_setup import prepare_people
from stationkeep.simulation.providers import plan_providers
from stationkeep.timescale import iso_utc

if TYPE_CHECKING:
    from stationkeep.catalogue.store import Catalogue
    from stationkeep.scenario.schema import Scenario


@dataclass(frozen=True)
class Campaign:
    """A scenario made ready to fly."""

    mission: Mission
    weather: CampaignWeather
    source_elements: MeanElements
    """The orbit as the scenario gives it, at its own epoch."""
    people_aboard: int | None
    catalogue: Catalogue


def prepare_campaign(scenario: Scenario, catalogue: Catalogue, space_weather: str | None = None) -> Campaign:
    """Look everything up once. ``space_weather``: observed, as-known or a file; null: as the scenario says."""
    source = scenario.orbit.elements()
    elements = carry_to(source, scenario)
    station = catalogue.stations[scenario.station]
    mass_kg = scenario.mass_kg if scenario.mass_kg is not None else station.mass_kg.best
    weather = campaign_weather(
        space_weather if space_weather is not None else str(scenario.space_weather.default),
        scenario.epoch_mjd_utc,
        scenario.epoch_mjd_utc,
        scenario.horizon_mjd_utc,
        forecast_id=scenario.space_weather.forecast,
        past_end=ContinuationPolicy(str(scenario.space_weather.past_end)),
    )
    names = {partner.id: partner.name for partner in catalogue.partners.values()}
    people = prepare_people(scenario, catalogue)
    needs = None if people is None else segments_of_station(scenario.station)
    mission = Mission(scenario, elements, mass_kg, plan_providers(scenario, catalogue), names, people, station, needs)
    aboard = len(station.people) if people is None else sum(people.people.values())
    return Campaign(mission, weather, source, aboard, catalogue)


def carry_to(elements: MeanElements, scenario: Scenario) -> MeanElements:
    """The orbit at the scenario's epoch: flown on with the observed Sun, or back by the loss a forward flight shows.

    Raises :class:`ScenarioError` where it falls on the way or the gap is more than 60 days.
    """
    gap_days = scenario.epoch_mjd_utc - elements.epoch_mjd_utc
    if abs(gap_days) > 60.0:
        raise ScenarioError(
            f"scenario {scenario.id}: the orbit is of {iso_utc(elements.epoch_mjd_utc)}, "
            f"{abs(gap_days):.0f} days from the epoch",
            hint="give an element set within 60 days of epoch_utc",
        )
    if abs(gap_days) < 1.0e-6:
        return elements
    if gap_days < 0.0:
        return _carried_back(elements, scenario)
    return _flown(elements, scenario.epoch_mjd_utc, scenario)


def _flown(elements: MeanElements, until_mjd: float, scenario: Scenario) -> MeanElements:
    first, days = int(elements.epoch_mjd_utc), int(abs(until_mjd - elements.epoch_mjd_utc)) + 3
    table = observed_space_weather(first + days + 41)
    # Near the end of the observed table the centred 81-day mean needs some future: the table's own outlook, or hold.
    policy = ContinuationPolicy.FORECAST if table.last_usable_mjd >= first + days else ContinuationPolicy.HOLD
    weather = WeatherTrack(first, table.continued(first + days, policy).drivers(first, days))
    track = fly_mean(
        elements,
        until_mjd,
        weather,
        scenario.drag.ballistic_coefficient_m2_kg,
        reentry_altitude_km=scenario.reentry_altitude_km,
    )
    if track.outcome.reentered:
        raise ScenarioError(
            f"scenario {scenario.id}: the orbit falls on {track.outcome.time_utc}, before the epoch",
            hint="give an element set nearer to epoch_utc, or check the ballistic coefficient",
        )
    return track.elements


def _carried_back(elements: MeanElements, scenario: Scenario) -> MeanElements:
    """Fixed point: the earlier orbit which, flown forward, arrives at the given one."""
    guess = replace(elements, epoch_mjd_utc=scenario.epoch_mjd_utc)
    for _ in range(6):
        arrived = _flown(guess, elements.epoch_mjd_utc, scenario)
        turn = arrived.raan_rad - elements.raan_rad
        guess = replace(
            guess,
            semi_major_axis_km=guess.semi_major_axis_km + elements.semi_major_axis_km - arrived.semi_major_axis_km,
            inclination_rad=guess.inclination_rad + elements.inclination_rad - arrived.inclination_rad,
            raan_rad=(guess.raan_rad - turn) % (2.0 * math.pi),
        )
    return guess
