"""Partners that adapt: a station kept higher in thick air, and a flight beside the schedule when little is left."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from stationkeep.campaign.prepare import prepare_campaign
from stationkeep.campaign.sampling import median_inputs
from stationkeep.catalogue.loader import load_catalogue
from stationkeep.errors import InputError
from stationkeep.scenario.events import AltitudePolicy
from stationkeep.scenario.loader import load_scenario
from stationkeep.simulation.engine import simulate
from stationkeep.simulation.rising import SCALE_HEIGHT_KM, KeptAltitude, Rising
from stationkeep.simulation.timeline import Timeline

RISE = {"loss_m_day": 100.0, "highest_km": 460.0, "source": "a test"}


def policy(**changes: Any) -> AltitudePolicy:
    return AltitudePolicy.model_validate({"floor_km": 415.0, "target_km": 418.0, "rise": RISE, **changes})


def after_days(rising: Rising, stated: AltitudePolicy, loss_m_day: float, days: int) -> Any:
    kept: Any = stated
    for _ in range(days):
        kept = rising.kept(kept, 1.0, 418.0, 418.0 - 1.0e-3 * loss_m_day)
    return kept


def test_thin_air_leaves_the_policy_alone() -> None:
    stated = policy()
    assert after_days(Rising(), stated, 60.0, 300) is stated


def test_thick_air_lifts_floor_and_target_by_the_same() -> None:
    kept = after_days(Rising(), policy(), 200.0, 600)
    assert isinstance(kept, KeptAltitude)
    assert kept.target_km == pytest.approx(418.0 + SCALE_HEIGHT_KM * math.log(2.0), abs=0.5)
    assert kept.target_km - kept.floor_km == pytest.approx(3.0)


def test_the_target_never_rises_above_the_highest() -> None:
    assert after_days(Rising(), policy(), 2000.0, 600).target_km == 460.0


def test_a_storm_of_three_days_lifts_little() -> None:
    rising, stated = Rising(), policy()
    after_days(rising, stated, 80.0, 100)
    kept: Any = stated
    for _ in range(3):
        kept = rising.kept(kept, 1.0, 418.0, 417.7)
    assert kept.target_km < 420.0


def test_it_sinks_again_with_the_sun_and_a_new_policy_counts_at_once() -> None:
    rising = Rising()
    kept = after_days(rising, policy(), 200.0, 300)
    for _ in range(400):
        kept = rising.kept(kept, 1.0, 418.0, 417.95)
    assert kept.target_km == 418.0
    lower = policy(floor_km=400.0, target_km=402.0, rise=None)
    assert rising.kept(lower, 1.0, 418.0, 417.8) is lower
    assert rising.kept(None, 1.0, 418.0, 417.8) is None


def test_a_rise_below_the_target_is_refused() -> None:
    with pytest.raises(ValueError, match="must be above target_km"):
        policy(rise={**RISE, "highest_km": 417.0})


def thick(document_changes: Any = None) -> Timeline:
    """Cooperation under the median Sun with 2.6 times the drag, for three and a half years."""
    loaded = load_scenario("iss-2022")
    document = loaded.scenario.model_dump(mode="json", by_alias=True)
    document["horizon_utc"] = "2025-10-01"
    document["comparisons"] = []
    if document_changes is not None:
        document_changes(document)
    scenario = type(loaded.scenario).model_validate(document)
    campaign = prepare_campaign(scenario, load_catalogue())
    inputs = median_inputs(scenario, campaign.weather)
    return simulate(campaign.mission, "cooperation", replace(inputs, ballistic_m2_kg=2.6 * inputs.ballistic_m2_kg))


@pytest.fixture(scope="module")
def adapting() -> Timeline:
    return thick()


def test_in_thick_air_the_station_is_lifted_and_stays_up(adapting: Timeline) -> None:
    def stubborn(document: dict[str, Any]) -> None:
        document["altitude_policy"]["rise"] = None
        document["providers"][0]["resupply"][0]["extra"] = None

    alone = thick(stubborn)
    assert np.nanmax(adapting.altitude_by_day_km) > 425.0
    assert np.nanmax(alone.altitude_by_day_km) < 421.0
    ends = [run.altitude_by_day_km[np.isfinite(run.altitude_by_day_km)][-1] for run in (adapting, alone)]
    assert ends[0] > ends[1]


def test_an_extra_flight_comes_where_little_is_left_and_the_books_balance(adapting: Timeline) -> None:
    flights = [event for event in adapting.events if event.kind == "delivery"]
    days = np.diff([event.time_mjd_utc for event in flights])
    assert (days < 90.0).any(), "one beside the schedule of every 91 days"
    in_a_year = [sum(0.0 <= other.time_mjd_utc - one.time_mjd_utc < 365.0 for other in flights) for one in flights]
    assert max(in_a_year) <= 6  # 365 days hold five of the schedule where they begin with one
    for tank, entries in adapting.ledger.items():
        content = math.fsum(entry.change_kg for entry in entries)
        assert content == pytest.approx(adapting.tank_content_kg[tank], abs=1.0e-3), tank  # to the gram


def test_unsourced_extra_flights_are_refused() -> None:
    document = load_scenario("iss-2022").scenario.model_dump(mode="json", by_alias=True)
    del document["providers"][0]["resupply"][0]["extra"]["source"]
    with pytest.raises((InputError, ValueError), match="source"):
        type(load_scenario("iss-2022").scenario).model_validate(document)
