"""The start of 24 February 2022 against what the tracking saw afterwards."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from stationkeep.campaign.prepare import prepare_campaign
from stationkeep.campaign.sampling import median_inputs
from stationkeep.catalogue.loader import load_catalogue
from stationkeep.scenario.loader import load_scenario
from stationkeep.scenario.orbit_source import elements_of_lines
from stationkeep.simulation.engine import simulate
from stationkeep.simulation.timeline import Timeline
from stationkeep.timescale import mjd_utc, parse_utc


@pytest.fixture(scope="module")
def flown() -> Timeline:
    scenario = load_scenario("iss-2022-february").scenario
    campaign = prepare_campaign(scenario, load_catalogue(), "observed")
    return simulate(campaign.mission, "cooperation", median_inputs(scenario, campaign.weather))


def altitude_km(run: Timeline, day_utc: str) -> float:
    return float(run.altitude_by_day_km[round(mjd_utc(parse_utc(day_utc))) - run.first_day_mjd])


def tracked_km(shared_data: Path, day_utc: str) -> float:
    """Median of the element sets within half a day: one set scatters by about 10 m."""
    day = mjd_utc(parse_utc(day_utc))
    lines = (shared_data / "tle" / "25544_iss.tle").read_text().splitlines()
    pairs = [(one, two) for one, two in pairwise(lines) if one.startswith("1 25544")]
    elements = [elements_of_lines(one, two) for one, two in pairs if one[18:20] == "22"]
    near = sorted(item.mean_altitude_km for item in elements if abs(item.epoch_mjd_utc - day) < 0.5)
    return near[len(near) // 2]


def test_orbit_and_decay_before_the_burn(flown: Timeline, shared_data: Path) -> None:
    assert altitude_km(flown, "2022-02-24") == pytest.approx(tracked_km(shared_data, "2022-02-24"), abs=0.02)
    # 42 m a day were lost. The coefficient is good to 19 %, a single day's density to 40 %.
    assert altitude_km(flown, "2022-02-25") == pytest.approx(tracked_km(shared_data, "2022-02-25"), abs=0.03)


def test_the_burn_of_26_february_and_the_days_after(flown: Timeline, shared_data: Path) -> None:
    burns = [event for event in flown.events if event.kind == "burn"]
    # Planned for 26 February 01:37 with 0.8 m/s (NASA's ephemeris message of 21 February).
    assert mjd_utc(parse_utc("2022-02-26T01:37")) - burns[0].time_mjd_utc == pytest.approx(0.0, abs=1.0)
    assert burns[0].delta_v_m_s == pytest.approx(0.8, abs=0.05)
    # It gave 1.34 km where 0.8 m/s would give 1.41: so much is the altitude off after it.
    assert altitude_km(flown, "2022-03-02") == pytest.approx(tracked_km(shared_data, "2022-03-02"), abs=0.12)
    lost = altitude_km(flown, "2022-02-28") - altitude_km(flown, "2022-03-03")
    tracked = tracked_km(shared_data, "2022-02-28") - tracked_km(shared_data, "2022-03-03")
    assert lost == pytest.approx(tracked, rel=0.4)  # one sigma of a few days' density and drag


def test_on_2_april_it_is_near_where_the_flagship_begins(flown: Timeline) -> None:
    """A burn of 11 March that nobody had announced on 24 February is missing; another comes two weeks later."""
    april = load_scenario("iss-2022").scenario
    begins = prepare_campaign(april, load_catalogue(), "observed").mission.elements.mean_altitude_km
    assert altitude_km(flown, "2022-04-02") == pytest.approx(begins, abs=0.7)
    assert flown.people is not None
    aboard = {
        one.name for one in flown.people.crew if one.from_mjd_utc <= april.epoch_mjd_utc <= (one.to_mjd_utc or 1e9)
    }
    there = {person.name.split(" ", 1)[1] for person in load_catalogue().stations[april.station].people}
    assert {name.split(",")[0] for name in aboard} == there
