"""One branch flown once: policy, burns, ledger, partners, ends."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from stationkeep.catalogue.loader import load_catalogue
from stationkeep.orbit.mean_decay import WeatherTrack
from stationkeep.outcome import OutcomeReason
from stationkeep.scenario.schema import Scenario
from stationkeep.simulation.engine import Mission, simulate
from stationkeep.simulation.inputs import ProviderDraw, RunInputs
from stationkeep.simulation.providers import plan_providers
from stationkeep.simulation.timeline import Timeline

EPOCH_DAY = 60676  # 2025-01-01

BASE: dict[str, Any] = {
    "schema": "stationkeep.scenario/1",
    "id": "test-case",
    "title": "Test",
    "epoch_utc": "2025-01-01T00:00:00Z",
    "horizon_utc": "2027-01-01T00:00:00Z",
    "station": "small-station",
    "mass_kg": 60000.0,
    "mass_source": "made up for this test",
    "orbit": {
        "mean_elements": {"epoch_utc": "2025-01-01T00:00:00Z", "mean_altitude_km": 402.0, "inclination_deg": 51.6}
    },
    "drag": {
        "ballistic_coefficient_m2_kg": 0.008,
        "density_model": "NRLMSISE-00",
        "spread_percent": 5.0,
        "reference_mass_kg": 60000.0,
        "source": "made up for this test",
    },
    "altitude_policy": {"floor_km": 400.0, "target_km": 403.0, "min_days_between_burns": 5.0},
    "providers": [
        {
            "id": "tug",
            "vehicle": "progress-ms",
            "partner": "roscosmos",
            "thrust_n": 500.0,
            "specific_impulse_s": 300.0,
            "max_burn_duration_s": 2000.0,
            "propellant": {"initial_kg": {"low": 200.0, "high": 400.0}, "source": "made up for this test"},
        }
    ],
    "branches": {"stay": {"label": "stay"}},
}


def mission(**changes: Any) -> Mission:
    scenario = Scenario.model_validate({**BASE, **changes})
    return Mission(scenario, scenario.orbit.elements(), 60000.0, plan_providers(scenario, load_catalogue()))


def inputs(ballistic: float = 0.008, **draws: ProviderDraw) -> RunInputs:
    days = 800
    track = WeatherTrack(EPOCH_DAY, np.tile([180.0, 180.0, 12.0], (days, 1)))
    return RunInputs(0, track, np.full(days, ballistic), draws)


def kinds(timeline: Timeline) -> list[str]:
    return [event.kind for event in timeline.events]


def test_station_is_kept_between_floor_and_target_while_propellant_lasts() -> None:
    timeline = simulate(mission(), "stay", inputs())
    assert timeline.outcome.reason is OutcomeReason.REENTERED
    burns = [event for event in timeline.events if event.kind == "burn"]
    assert timeline.burn_count == len(burns) > 5
    # all but the last are whole: from floor to target
    for burn in burns[:-1]:
        assert burn.mean_altitude_km == pytest.approx(403.0, abs=0.01)
    used = timeline.altitude_by_day_km[: int(burns[-1].time_mjd_utc) - EPOCH_DAY]
    assert np.nanmin(used) > 399.99
    assert np.nanmax(used) < 403.01


def test_ledger_and_mass_balance() -> None:
    timeline = simulate(mission(), "stay", inputs())
    # The middle of 200-400 kg, and all of it ends up burned but what is not worth a burn.
    assert timeline.propellant_used_kg + timeline.tank_content_kg["tug"] == pytest.approx(300.0, abs=1.0e-6)
    assert timeline.tank_content_kg["tug"] < 1.0
    assert timeline.mass_kg == pytest.approx(60000.0 - timeline.propellant_used_kg, abs=1.0e-6)


def test_propellant_draw_moves_the_end() -> None:
    poor = simulate(mission(), "stay", inputs(tug=ProviderDraw(initial=0.0)))
    rich = simulate(mission(), "stay", inputs(tug=ProviderDraw(initial=1.0)))
    assert poor.outcome.time_mjd_utc < rich.outcome.time_mjd_utc
    assert poor.propellant_used_kg == pytest.approx(200.0, abs=1.0)
    assert rich.propellant_used_kg == pytest.approx(400.0, abs=1.0)


def test_withdrawal_ends_a_provider_from_its_date() -> None:
    withdrawal = {
        "type": "withdrawal",
        "partner": "roscosmos",
        "date_utc": "2025-03-01T00:00:00Z",
        "scope": ["stop-operating-assets"],
    }
    timeline = simulate(mission(branches={"leave": {"label": "leave", "events": [withdrawal]}}), "leave", inputs())
    day = 60676 + 59
    assert timeline.reboost_ends_mjd_utc == pytest.approx(day)
    assert all(event.time_mjd_utc <= day for event in timeline.events if event.kind == "burn")
    assert kinds(timeline)[-1] == "reentered"
    stayed = simulate(mission(), "stay", inputs())
    assert timeline.outcome.time_mjd_utc < stayed.outcome.time_mjd_utc


def test_deliveries_stop_with_their_partner_but_what_is_aboard_still_burns() -> None:
    providers = [
        {
            **BASE["providers"][0],
            "resupply": [
                {
                    "first_utc": "2025-02-01T00:00:00Z",
                    "every_days": 30.0,
                    "propellant_kg": 100.0,
                    "source": "made up for this test",
                }
            ],
        }
    ]
    withdrawal = {
        "type": "withdrawal",
        "partner": "roscosmos",
        "date_utc": "2025-04-15T00:00:00Z",
        "scope": ["stop-resupply-propellant"],
    }
    timeline = simulate(
        mission(providers=providers, branches={"leave": {"label": "leave", "events": [withdrawal]}}), "leave", inputs()
    )
    delivered = [event for event in timeline.events if event.kind == "delivery"]
    assert len(delivered) == 3
    assert max(event.time_mjd_utc for event in timeline.events if event.kind == "burn") > 60676 + 104
    assert timeline.propellant_used_kg == pytest.approx(600.0, abs=1.0)
    assert timeline.mass_kg == pytest.approx(60000.0 + 300.0 - timeline.propellant_used_kg, abs=1.0e-6)


def test_loads_follow_need_where_they_may() -> None:
    providers = [
        {
            **BASE["providers"][0],
            "resupply": [
                {
                    "first_utc": "2025-02-01T00:00:00Z",
                    "every_days": 30.0,
                    "propellant_kg": {"low": 10.0, "high": 150.0},
                    "fill_to_kg": 320.0,
                    "source": "made up for this test",
                }
            ],
        }
    ]
    timeline = simulate(mission(providers=providers), "stay", inputs())
    assert timeline.outcome.reason is OutcomeReason.TIME_LIMIT
    loads = [event.propellant_kg or 0.0 for event in timeline.events if event.kind == "delivery"]
    assert min(loads) >= 10.0
    assert max(loads) <= 150.0
    assert len(set(np.round(loads, 3))) > 1
    assert timeline.tank_content_kg["tug"] <= 320.0 + 10.0 * len(loads)


def test_visitors_push_only_while_they_are_there_and_leave_with_the_rest() -> None:
    providers = [
        {
            **{key: value for key, value in BASE["providers"][0].items() if key != "propellant"},
            "max_burn_duration_s": 100.0,
            "visits": [
                {
                    "arrives_utc": "2025-03-01T00:00:00Z",
                    "leaves_utc": "2025-04-01T00:00:00Z",
                    "propellant_kg": 500.0,
                    "source": "made up for this test",
                }
            ],
        }
    ]
    timeline = simulate(mission(providers=providers), "stay", inputs())
    burns = [event.time_mjd_utc for event in timeline.events if event.kind == "burn"]
    assert burns
    assert min(burns) >= 60676 + 59
    assert max(burns) <= 60676 + 90
    assert np.min(np.diff(burns)) >= 5.0 - 1.0e-6
    assert {"arrival", "departure", "reboost-ends"} <= set(kinds(timeline))
    assert timeline.tank_content_kg["tug"] == 0.0
    # 500 kg came and the rest left again: only what was burned is missing, and it came with the visitor
    assert timeline.mass_kg == pytest.approx(60000.0, abs=1.0e-6)


def test_provider_that_is_not_enabled_waits_for_its_event() -> None:
    providers = [{**BASE["providers"][0], "enabled": False}]
    event = {"type": "provider-available", "provider": "tug", "date_utc": "2025-05-01T00:00:00Z"}
    timeline = simulate(
        mission(providers=providers, branches={"late": {"label": "late", "events": [event]}}), "late", inputs()
    )
    burns = [item.time_mjd_utc for item in timeline.events if item.kind == "burn"]
    assert min(burns) == pytest.approx(60676 + 120)
    assert timeline.propellant_used_kg == pytest.approx(300.0, abs=1.0)


def test_policy_can_be_dropped_and_changed() -> None:
    drop = {"type": "altitude-policy-change", "date_utc": "2025-03-01T00:00:00Z", "altitude_policy": None}
    timeline = simulate(mission(branches={"drop": {"label": "drop", "events": [drop]}}), "drop", inputs())
    assert timeline.reboost_ends_mjd_utc == pytest.approx(60676 + 59)
    raise_it = {**drop, "altitude_policy": {"floor_km": 405.0, "target_km": 407.0}}
    raised = simulate(mission(branches={"up": {"label": "up", "events": [raise_it]}}), "up", inputs())
    assert np.nanmax(raised.altitude_by_day_km) == pytest.approx(407.0, abs=0.3)


def test_lost_provider_hands_over_to_the_next() -> None:
    second = {**BASE["providers"][0], "id": "spare", "partner": "nasa"}
    lost = {"type": "provider-lost", "provider": "tug", "date_utc": "2025-02-01T00:00:00Z"}
    timeline = simulate(
        mission(providers=[*BASE["providers"], second], branches={"lost": {"label": "lost", "events": [lost]}}),
        "lost",
        inputs(),
    )
    used = [event.provider for event in timeline.events if event.kind == "burn"]
    assert used[0] == "tug"
    assert used[-1] == "spare"
    assert used == sorted(used, key=["tug", "spare"].index)


def test_a_heavier_station_falls_later() -> None:
    falling = mission(altitude_policy=None, providers=[])
    light = simulate(falling, "stay", inputs())
    heavy = simulate(Mission(falling.scenario, falling.elements, 80000.0, ()), "stay", inputs())
    assert heavy.outcome.time_mjd_utc > light.outcome.time_mjd_utc
    # Twice the drag on twice the mass is the same fall.
    same = simulate(Mission(falling.scenario, falling.elements, 120000.0, ()), "stay", inputs(0.016))
    assert same.outcome.time_mjd_utc == pytest.approx(light.outcome.time_mjd_utc, abs=1.0e-9)


def test_series_and_events_are_labelled() -> None:
    timeline = simulate(mission(), "stay", inputs())
    series = timeline.series()
    assert series["mean_altitude_km"].attrs["units"] == "km"
    assert str(series["time"].values[0])[:10] == "2025-01-01"
    assert float(series["propellant_used_kg"][-1]) == pytest.approx(timeline.propellant_used_kg)
    assert timeline.event_table()[-1]["kind"] == "reentered"
