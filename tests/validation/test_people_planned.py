"""The plan of April 2022, flown on by the model, against who really was aboard in 2022 and 2023.

Truth: people aboard at 12 UTC of each day, from public crew lists. Nothing of the scenario was fitted to it; two dates
of its plan are as flown and marked so (``hindsight``).
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from stationkeep.campaign.prepare import prepare_campaign
from stationkeep.campaign.sampling import median_inputs
from stationkeep.catalogue.loader import load_catalogue
from stationkeep.scenario.loader import load_scenario
from stationkeep.simulation.engine import simulate
from stationkeep.simulation.people_record import PeopleCourse
from stationkeep.timescale import mjd_utc, parse_utc


@pytest.fixture(scope="module")
def planned() -> PeopleCourse:
    scenario = load_scenario("iss-2022").scenario
    ready = prepare_campaign(scenario, load_catalogue())
    found = simulate(ready.mission, "cooperation", median_inputs(scenario, ready.weather), limits=False)
    assert found.people is not None
    return found.people


def test_people_aboard_by_day(planned: PeopleCourse, shared_data: Path) -> None:
    """A handover that comes weeks later than planned moves a week of eleven people: nine days in ten must agree."""
    with (shared_data / "people" / "aboard_by_day.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if "2022-04-02" <= row["date"] <= "2023-12-31"]
    times = np.array([mjd_utc(parse_utc(row["date"])) + 0.5 for row in rows])
    flown = np.array([int(row["aboard_12utc"]) for row in rows])
    ours = planned.aboard[np.searchsorted(planned.times_mjd_utc, times, side="right") - 1]
    assert len(rows) == 639
    assert np.mean(ours == flown) > 0.9  # seen: 0.926
    assert abs(ours.mean() - flown.mean()) < 0.1  # seen: 7.36 against 7.41


def test_everybody_had_a_seat_as_planned(planned: PeopleCourse) -> None:
    assert np.all(planned.seats >= planned.aboard)
