"""Ensembles in SIMD lanes: each flight is the one the single propagator flies."""

from __future__ import annotations

import math

import numpy as np
import pytest

from stationkeep.environment.sources import observed_space_weather
from stationkeep.environment.space_weather import SpaceWeather
from stationkeep.errors import DensityModelMismatch, InputError, OrbitError
from stationkeep.orbit.elements import MeanElements
from stationkeep.orbit.flight_events import PERIGEE
from stationkeep.orbit.high_fidelity import PropagatorFactory
from stationkeep.orbit.high_fidelity_batch import BatchPropagator
from stationkeep.orbit.mean_decay import BallisticCoefficient
from stationkeep.orbit.precise_dynamics import HighFidelitySettings
from stationkeep.outcome import OutcomeReason

heyoka = pytest.importorskip("heyoka", reason="high-fidelity propagation needs the extra 'precise'")
pytestmark = pytest.mark.needs_heyoka

EPOCH = 59671.0  # 2022-04-02
SETTINGS = HighFidelitySettings(
    gravity_degree=4, gravity_order=0, precession_threshold_arcsec=1.0, sun_and_moon=True, solar_pressure=True
)


@pytest.fixture(scope="module")
def space_weather() -> SpaceWeather:
    return observed_space_weather(EPOCH + 60.0)


@pytest.fixture(scope="module")
def factory(space_weather: SpaceWeather) -> PropagatorFactory:
    return PropagatorFactory(space_weather)


@pytest.fixture(scope="module")
def batch(factory: PropagatorFactory, space_weather: SpaceWeather) -> BatchPropagator:
    single = factory.propagator(SETTINGS)
    return BatchPropagator(SETTINGS, space_weather, frames=single.frames, bodies=single.bodies)


def orbit(factory: PropagatorFactory, altitude_km: float, anomaly: float = 3.0) -> np.ndarray:
    elements = MeanElements(EPOCH, 6378.137 + altitude_km, 0.0005, math.radians(51.64), 1.0, 2.0, anomaly)
    return factory.propagator(SETTINGS).frames.gcrs_state_from_mean_elements(elements)


def test_every_lane_flies_as_if_it_were_alone(
    factory: PropagatorFactory, batch: BatchPropagator, space_weather: SpaceWeather
) -> None:
    count = batch.lanes + 2  # some lanes take a second flight, some stand idle at the end
    stormy = SpaceWeather(
        "stormy", int(EPOCH) - 50, np.full(120, 200.0), np.full(120, 180.0), np.full(120, 50.0), np.zeros(120, np.uint8)
    )
    states = np.array([orbit(factory, 160.0 + 60.0 * k, 0.3 * k) for k in range(count)])
    drag, light = 0.004 + 0.002 * np.arange(count), 0.003 * np.arange(count)
    skies = [stormy if k % 2 else space_weather for k in range(count)]
    times = EPOCH + np.array([0.05, 0.8, 1.4])
    flown = batch.fly_batch(
        states, EPOCH, EPOCH + 1.5, drag, space_weather=skies, light_m2_kg=light, output_times_mjd_utc=times
    )
    assert len(flown) == count
    for k, result in enumerate(flown):
        alone = (
            factory.propagator(SETTINGS)
            .copy(skies[k])
            .propagate(
                states[k, :3], states[k, 3:], EPOCH, EPOCH + 1.5, drag[k], light_coefficient_m2_kg=light[k],
                output_times_mjd_utc=times,
            )
        )  # fmt: skip
        assert result.outcome.reason is alone.outcome.reason
        # Rounding differs between one lane and four, and grows along the track: millimetres in a day.
        assert result.outcome.time_mjd_utc == pytest.approx(alone.outcome.time_mjd_utc, abs=1e-9)
        assert result.states_gcrs == pytest.approx(alone.states_gcrs, abs=1e-5)
        assert result.final_state_gcrs == pytest.approx(alone.final_state_gcrs, abs=1e-5)
    ends = {result.outcome.reason for result in flown}
    assert ends == {OutcomeReason.REENTERED, OutcomeReason.TIME_LIMIT}  # both kinds of end were compared


def test_the_answer_does_not_depend_on_the_number_of_workers(
    factory: PropagatorFactory, batch: BatchPropagator
) -> None:
    start, drag = orbit(factory, 300.0), 0.004 + 0.001 * np.arange(2 * batch.lanes + 1)
    one, two = (batch.fly_batch(start, EPOCH, EPOCH + 0.5, drag, workers=workers) for workers in (1, 2))
    for a, b in zip(one, two, strict=True):
        assert a.final_state_gcrs == pytest.approx(b.final_state_gcrs, abs=1e-9)
    losses = [result.outcome.mean_altitude_km for result in one]
    assert losses == sorted(losses, reverse=True)  # more drag, lower: results are in the order of the input


def test_bad_ensembles_are_refused(factory: PropagatorFactory, batch: BatchPropagator) -> None:
    start = orbit(factory, 300.0)
    with pytest.raises(InputError, match="same number"):
        batch.fly_batch(np.array([start, start]), EPOCH, EPOCH + 0.1, [0.01, 0.01, 0.01])
    with pytest.raises(InputError, match="same number"):
        batch.fly_batch(start[:3], EPOCH, EPOCH + 0.1, 0.01)
    with pytest.raises(OrbitError, match="finite"):
        batch.fly_batch([start, start * np.nan], EPOCH, EPOCH + 0.1, 0.01)
    with pytest.raises(DensityModelMismatch):
        batch.fly_batch(start, EPOCH, EPOCH + 0.1, [BallisticCoefficient(0.01, "JB2008")])
    with pytest.raises(InputError, match="do not fly in batches"):
        BatchPropagator(HighFidelitySettings(events=(PERIGEE,)), batch.space_weather)
