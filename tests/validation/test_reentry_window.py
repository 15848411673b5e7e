"""The window of Tiangong-1's last hours against what happened, and its independence of where engines hand over."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "validation"))

pytest.importorskip("heyoka", reason="high-fidelity propagation needs the extra 'precise'")

import window_truth as truth  # noqa: E402

from stationkeep.campaign.reentry_window import WindowOptions  # noqa: E402
from stationkeep.campaign.weather import campaign_weather  # noqa: E402
from stationkeep.constants import EARTH_MEAN_RADIUS_KM  # noqa: E402
from stationkeep.descent.entry_leg import fly_to_break_up  # noqa: E402
from stationkeep.descent.entry_places import common_track  # noqa: E402
from stationkeep.orbit.final_flight import FinalFlights  # noqa: E402
from stationkeep.orbit.history import read_history  # noqa: E402
from stationkeep.orbit.last_days import LastDays, fit_last_days  # noqa: E402
from stationkeep.orbit.mean_decay import WeatherTrack  # noqa: E402

pytestmark = pytest.mark.needs_heyoka


@pytest.fixture(scope="module")
def last_hours(shared_data: Path) -> tuple[LastDays, WeatherTrack]:
    end = truth.TIANGONG_END_MJD
    weather = campaign_weather("observed", end - 400.0, end, end + 5.0).median
    return fit_last_days(read_history(shared_data / truth.TIANGONG_FILE).until(end - 0.35), weather, end + 1.0), weather


def test_the_last_window_holds_the_truth(shared_data: Path) -> None:
    found = truth.window(
        shared_data, "tiangong", 0.35, "observed", WindowOptions(space_weather="observed", runs=24, size_m=4.0)
    )
    p05, _, _, _, p95 = found.quantiles_hours
    assert p05 < 0.0 < p95
    assert p95 - p05 < 5.0  # an hour more than 20 % of the remaining time to both sides
    # The track runs over the published place: 300 km is its own rounding of a minute along the track, and the
    # difference between the altitudes it and the break-up stand for.
    apart_km, after_minutes = truth.nearest_pass(found)
    assert apart_km < 300.0
    assert abs(after_minutes) < 10.0


def test_runs_fall_where_the_track_is_at_their_time(last_hours: tuple[LastDays, WeatherTrack]) -> None:
    fit, weather = last_hours
    flights = FinalFlights(fit, precise_below_km=135.0, entry_altitude_km=120.0, size_m=4.0, precise=False)
    entries = [flights.fly(fit.draw(np.random.default_rng(seed)), weather) for seed in range(40)]
    falls = fly_to_break_up([entry for entry in entries if entry is not None], 4.0)
    assert 24.0 * np.ptp(falls.time_mjd_utc) > 1.5  # over a revolution
    track, places = (np.radians(place) for place in (common_track(falls, falls.time_mjd_utc), falls.geodetic[:, :2]))
    cosine = np.sin(track[:, 0]) * np.sin(places[:, 0])
    cosine += np.cos(track[:, 0]) * np.cos(places[:, 0]) * np.cos(track[:, 1] - places[:, 1])
    # Runs that fall at one moment by different courses of the drag are tens of kilometres apart; 100 km are 13 s.
    assert EARTH_MEAN_RADIUS_KM * np.arccos(np.clip(cosine, -1.0, 1.0)).max() < 100.0


def test_where_the_orbit_hands_over_to_the_entry_does_not_matter(last_hours: tuple[LastDays, WeatherTrack]) -> None:
    fit, weather = last_hours
    times = []
    for altitude_km in (110.0, 120.0, 130.0):
        flights = FinalFlights(fit, precise_below_km=180.0, entry_altitude_km=altitude_km, size_m=4.0, precise=True)
        entry = flights.fly(fit.median(), weather)
        assert entry is not None
        times.append(1440.0 * (fly_to_break_up([entry], 4.0).time_mjd_utc[0] - truth.TIANGONG_END_MJD))
    # The leg has no longitude terms of gravity; they move a fall of two revolutions by a minute or two.
    assert np.ptp(times) < HAND_OVER_MINUTES


HAND_OVER_MINUTES = 3.0
