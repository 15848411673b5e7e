"""Many short legs of a high-fidelity flight: the same motion as with everything checked and summed up each time."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("heyoka", reason="the high-fidelity engine needs the extra 'precise'")

from stationkeep.environment.space_weather import HALF_WINDOW_DAYS
from stationkeep.orbit.final_flight import SETTINGS, weather_table
from stationkeep.orbit.high_fidelity import PropagatorFactory
from stationkeep.orbit.mean_decay import WeatherTrack
from stationkeep.outcome import OutcomeReason

START = 58209.3  # modified Julian day
STATE = np.array([6528.0, 0.0, 0.0, 0.0, 5.74, 5.31])


def test_a_leg_that_carries_on_is_the_leg_itself() -> None:
    days = 2 * HALF_WINDOW_DAYS + 2
    weather = WeatherTrack(int(START) - 2, np.tile([75.0, 75.0, 6.0], (days, 1)))
    propagator = PropagatorFactory(weather_table(weather)).propagator(SETTINGS)
    state, time, coefficient = STATE, START, 0.006
    ends: list[OutcomeReason] = []
    for stop, height in ((START + 0.02, 120.0), (START + 3.0, 135.0), (START + 3.0, 120.0)):
        flown = propagator.propagate(state[:3], state[3:], time, stop, coefficient, stop_geodetic_altitude_km=height)
        end, when, reason = propagator.carry_on(state, time, stop, coefficient, height)
        assert np.array_equal(end, flown.final_state_gcrs)
        assert when == flown.final_time_mjd_utc
        assert reason is flown.outcome.reason
        state, time, coefficient = end, when, 0.9 * coefficient
        ends.append(reason)
    assert ends == [OutcomeReason.TIME_LIMIT, OutcomeReason.ALTITUDE_REACHED, OutcomeReason.REENTERED]
