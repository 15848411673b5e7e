"""One seed per run index: the same draws for any number of workers, shared by all branches of a scenario."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from stationkeep.campaign.density_error import DensityError
from stationkeep.simulation.inputs import ProviderDraw, RunInputs

if TYPE_CHECKING:
    from stationkeep.campaign.weather import CampaignWeather
    from stationkeep.scenario.schema import Scenario

REFERENCE_RUN = -1
"""Index of the run in which every uncertain input is at its median; it is not counted among the runs."""


def draw_inputs(scenario: Scenario, weather: CampaignWeather, root_seed: int, index: int) -> RunInputs:
    """The uncertain inputs of one run.

    Each kind of input has its own stream below the run's seed, so that a new kind does not disturb the others.
    """
    weather_seed, density_seed, provider_seed, ground_seed = np.random.SeedSequence(
        root_seed, spawn_key=(index,)
    ).spawn(4)
    track = weather.track(np.random.default_rng(weather_seed))
    density = np.random.default_rng(density_seed)
    ballistic = scenario.drag.ballistic_coefficient_m2_kg * math.exp(
        0.01 * scenario.drag.spread_percent * density.standard_normal()
    )
    stated = scenario.density_error
    error = DensityError(
        slow_fraction=0.01 * stated.slow_spread_percent,
        slow_days=stated.slow_correlation_days,
        fast_fraction=0.01 * stated.fast_spread_percent,
        fast_days=stated.fast_correlation_days,
    ).path(len(track.drivers), density)
    provider_rng = np.random.default_rng(provider_seed)
    providers = {item.id: ProviderDraw(provider_rng.random(), provider_rng.random()) for item in scenario.providers}
    ground = np.random.default_rng(ground_seed)
    return RunInputs(index, track, ballistic * error, providers, (ground.random(), ground.random()))


def median_inputs(scenario: Scenario, weather: CampaignWeather) -> RunInputs:
    """Every uncertain input at its median: the reference run whose events a report lists."""
    ballistic = np.full(len(weather.median.drivers), scenario.drag.ballistic_coefficient_m2_kg)
    return RunInputs(REFERENCE_RUN, weather.median, ballistic, {})
