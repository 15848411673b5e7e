"""One seed per run index: the same draws for any number of workers, shared by all branches of a scenario."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from stationkeep.campaign.density_error import DensityError
from stationkeep.campaign.threats import last_burn_luck, sanction_luck, threat_luck
from stationkeep.simulation.inputs import AttitudeDraw, Avoidance, GyroFailure, ProviderDraw, RunInputs
from stationkeep.simulation.people_draw import PeopleDraw

if TYPE_CHECKING:
    from stationkeep.campaign.weather import CampaignWeather
    from stationkeep.scenario.schema import Scenario

_DAYS_PER_YEAR = 365.25
_PIECES_OF_LUCK = 32  # burns on gyros and handovers of one run; later ones have the luck of the first again
_PEOPLE = 0x70656F70  # far from the streams counted up from zero

REFERENCE_RUN = -1
"""Index of the run in which every uncertain input is at its median; it is not counted among the runs."""


def draw_inputs(scenario: Scenario, weather: CampaignWeather, root_seed: int, index: int) -> RunInputs:
    """The uncertain inputs of one run.

    Each kind of input has its own stream below the run's seed, so that a new kind does not disturb the others.
    """
    seeds = np.random.SeedSequence(root_seed, spawn_key=(index,)).spawn(8)
    weather_seed, density_seed, provider_seed, ground_seed, attitude_seed, debris_seed, engine_seed, chance_seed = seeds
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
    ground = np.random.default_rng(ground_seed)
    return RunInputs(
        index,
        track,
        ballistic * error,
        _providers(scenario, np.random.default_rng(provider_seed), np.random.default_rng(engine_seed)),
        (ground.random(), ground.random()),
        _attitude(scenario, np.random.default_rng(attitude_seed), np.random.default_rng(chance_seed)),
        _avoidances(scenario, np.random.default_rng(debris_seed)),
        None if scenario.traffic is None else PeopleDraw(root_seed, (index, _PEOPLE)),
        threats=threat_luck(scenario, root_seed, index),
        last_burn_luck=last_burn_luck(root_seed, index),
        sanction_luck=sanction_luck(root_seed, index),
    )


def _providers(scenario: Scenario, rng: np.random.Generator, engines: np.random.Generator) -> dict[str, ProviderDraw]:
    """Loads of each provider, then where residual, thrust, specific impulse and capacity lie."""
    return {
        item.id: ProviderDraw(rng.random(), rng.random(), *(engines.random() for _ in range(4)))
        for item in scenario.providers
    }


def _attitude(scenario: Scenario, rng: np.random.Generator, chance: np.random.Generator) -> AttitudeDraw:
    """One number for each uncertain figure, then one for the moment of loss and one for how thrusters are used.

    From a second stream one for each chance, then what comes by chance: failures, and the luck of burns and handovers.
    """
    if scenario.attitude is None:
        return AttitudeDraw()
    from stationkeep.attitude.figures import iss_attitude

    known = iss_attitude()
    figures = {name: rng.random() for name in known.uncertain}
    loss, thruster_share = rng.random(), rng.random()
    figures |= {name: chance.random() for name in known.uncertain_chances}
    values = known.at({name: figures[name] for name in known.uncertain_chances})
    levers, handovers, later = (tuple(map(float, chance.random(_PIECES_OF_LUCK))) for _ in range(3))
    failures = tuple(
        _gyro_failures(scenario, chance, values["gyro_failures_per_year_1"], values["gyro_replaced_after_d"])
        for _ in range(known.model(values, 1.0).gyros.installed)
    )
    return AttitudeDraw(figures, loss, thruster_share, failures, levers, handovers, later)


def _gyro_failures(
    scenario: Scenario, rng: np.random.Generator, per_year: float, replaced_after_d: float
) -> tuple[GyroFailure, ...]:
    """One gyro fails at random, is replaced, and the new one may fail as well."""
    found: list[GyroFailure] = []
    time = scenario.epoch_mjd_utc
    while True:
        time += rng.exponential(_DAYS_PER_YEAR / per_year)
        if time >= scenario.horizon_mjd_utc:
            return tuple(found)
        found.append(GyroFailure(time, time + replaced_after_d))
        time += replaced_after_d


def _avoidances(scenario: Scenario, rng: np.random.Generator) -> tuple[Avoidance, ...]:
    """Debris comes at random: exponential times between, at a rate drawn from its range."""
    stated = scenario.debris_avoidance
    if stated is None:
        return ()
    rate_per_day = stated.per_year.quantile(rng.random()) / _DAYS_PER_YEAR
    found: list[Avoidance] = []
    time = scenario.epoch_mjd_utc
    while rate_per_day > 0.0:
        time += rng.exponential(1.0 / rate_per_day)
        if time >= scenario.horizon_mjd_utc:
            break
        found.append(Avoidance(time, stated.delta_v_m_s.quantile(rng.random())))
    return tuple(found)


def _even_avoidances(scenario: Scenario) -> tuple[Avoidance, ...]:
    """For the reference run: at the middle of the rate, evenly spaced."""
    stated = scenario.debris_avoidance
    rate_per_day = 0.0 if stated is None else stated.per_year.quantile(0.5) / _DAYS_PER_YEAR
    if stated is None or rate_per_day <= 0.0:
        return ()
    speed = stated.delta_v_m_s.quantile(0.5)
    times = np.arange(scenario.epoch_mjd_utc + 0.5 / rate_per_day, scenario.horizon_mjd_utc, 1.0 / rate_per_day)
    return tuple(Avoidance(float(time), speed) for time in times)


def median_inputs(scenario: Scenario, weather: CampaignWeather) -> RunInputs:
    """Every uncertain input at its median: the reference run whose events a report lists."""
    ballistic = np.full(len(weather.median.drivers), scenario.drag.ballistic_coefficient_m2_kg)
    return RunInputs(REFERENCE_RUN, weather.median, ballistic, {}, avoidances=_even_avoidances(scenario))
