"""Margins against what NASA said of the station's supplies: use per head, days of food, which limit comes first."""

from __future__ import annotations

import pytest

from stationkeep.campaign.margins import station_margins
from stationkeep.campaign.margins_run import FlownStation, flown_station
from stationkeep.catalogue.loader import load_catalogue
from stationkeep.habitat.figures import shipped_habitat
from stationkeep.habitat.state import HabitatState
from stationkeep.scenario.loader import load_scenario

POUND_KG = 0.45359237


@pytest.fixture(scope="module")
def station() -> FlownStation:
    return flown_station(load_scenario("iss-2022").scenario, "cooperation", load_catalogue())


def food_kg_day_per_head() -> float:
    state = HabitatState(shipped_habitat().habitat(), 59671.0)
    used = -sum(state.flows()[name] for name in ("us-food", "russian-food"))
    return used / state.people_aboard


def test_food_per_head_and_day() -> None:
    """NASA plans with 3.8 lb a head and day, packaging included (The Independent, March 2025); older plans 4.0 lb."""
    assert food_kg_day_per_head() == pytest.approx(3.8 * POUND_KG, rel=0.07)


def test_food_aboard_in_person_days() -> None:
    """After a lost Progress in August 2011 there was enough to June 2012 (BBC, 29 August 2011).

    For six people that is 1,746 person-days, for six until mid-September and three from then on 927. The shipped
    amounts were assumed from another statement ("usually six months", July 2015).
    """
    figures = shipped_habitat().figures
    both = [figures[f"stores.{side}-food.amount_kg"] for side in ("us", "russian")]
    days = sum(one.best for one in both) / food_kg_day_per_head()
    assert 927.0 <= days <= 1746.0


def test_seats_end_before_stores(station: FlownStation) -> None:
    """In August 2011 the 200 days of the Soyuz bound and not the stores (NASA, 29 August 2011): so at any date here."""
    epoch = station.campaign.mission.scenario.epoch_mjd_utc
    for after in (0.0, 200.0, 400.0):
        found = station_margins(station.at(epoch + after))
        assert found.best.limit is not None
        assert found.seats.until_mjd_utc(found.seats.aboard) - found.time_mjd_utc < found.best.limit.days
