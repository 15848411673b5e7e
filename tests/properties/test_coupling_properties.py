"""What must hold in any coupled run, whatever the draws: fewer helpers never help, every gram is booked."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stationkeep.catalogue.loader import load_catalogue
from stationkeep.orbit.mean_decay import WeatherTrack
from stationkeep.scenario.schema import Scenario
from stationkeep.simulation.engine import Mission, simulate
from stationkeep.simulation.inputs import AttitudeDraw, Avoidance, ProviderDraw, RunInputs
from stationkeep.simulation.providers import plan_providers
from stationkeep.simulation.timeline import Function, Timeline

DAY = 59671
MADE_UP = "made up for this test"
CATALOGUE = load_catalogue()
PROGRESS: dict[str, Any] = {
    "id": "progress", "vehicle": "progress-ms", "partner": "roscosmos", "max_burn_duration_s": 1300.0,
    "propellant": {"initial_kg": {"low": 50.0, "high": 1500.0}, "tanks": ["zvezda", "zarya"], "source": MADE_UP},
}  # fmt: skip
CYGNUS: dict[str, Any] = {
    "id": "cygnus", "vehicle": "cygnus", "partner": "northrop-grumman", "max_burn_duration_s": 900.0,
    "visits": [{"arrives_utc": "2022-05-01", "leaves_utc": "2022-10-01", "every_days": 170.0,
                "propellant_kg": {"low": 150.0, "high": 450.0}, "source": MADE_UP}],
}  # fmt: skip
DRAGON: dict[str, Any] = {
    "id": "dragon", "vehicle": "cargo-dragon-boost", "partner": "spacex", "max_burn_duration_s": 900.0,
    "docking_lever_m": 2.0,
    "visits": [{"arrives_utc": "2022-07-01", "leaves_utc": "2022-12-01", "every_days": 182.0,
                "propellant_kg": {"low": 1200.0, "high": 1600.0}, "source": MADE_UP}],
}  # fmt: skip
EVENT = {"type": "withdrawal", "partner": "roscosmos", "date_utc": "2022-04-20T00:00:00Z"}
SCOPES = [["stop-resupply-propellant"], ["stop-operating-assets", "stop-resupply-propellant"]]


def mission(providers: list[dict[str, Any]], scope: list[str]) -> Mission:
    scenario = Scenario.model_validate(
        {
            "schema": "stationkeep.scenario/1", "id": "coupled", "title": "Test",
            "epoch_utc": "2022-04-02", "horizon_utc": "2024-04-01", "station": "iss-2022-04-02",
            "mass_kg": 460000.0, "mass_source": MADE_UP,
            "orbit": {"mean_elements": {"epoch_utc": "2022-04-02", "mean_altitude_km": 380.0, "inclination_deg": 51.6}},
            "drag": {"ballistic_coefficient_m2_kg": 0.00706, "density_model": "NRLMSISE-00", "spread_percent": 8.0,
                     "reference_mass_kg": 460000.0, "source": MADE_UP},
            "altitude_policy": {"floor_km": 378.0, "target_km": 382.0},
            "attitude": {"tanks_of": "progress", "view": "nasa"},
            "providers": providers,
            "branches": {"leave": {"label": "leave", "events": [{**EVENT, "scope": scope}]}},
        }
    )  # fmt: skip
    return Mission(scenario, scenario.orbit.elements(), 460000.0, plan_providers(scenario, CATALOGUE))


share = st.floats(0.0, 0.999)


@st.composite
def run_inputs(draw: st.DrawFn) -> RunInputs:
    flux = draw(st.floats(80.0, 230.0))
    track = WeatherTrack(DAY, np.tile([flux, flux, 12.0], (800, 1)))
    providers = {name: ProviderDraw(draw(share), draw(share), draw(share)) for name in ("progress", "cygnus", "dragon")}
    figures = {"upsets_per_year_1": draw(share), "usable_share_1": draw(share), "tumbling_over_usual_1": draw(share)}
    avoidances = tuple(Avoidance(DAY + time, 0.5) for time in sorted(draw(st.lists(st.floats(1.0, 700.0), max_size=3))))
    attitude = AttitudeDraw(figures, draw(share), draw(share))
    return RunInputs(0, track, np.full(800, 0.00706), providers, (0.5, 0.5), attitude, avoidances)


def fly(providers: list[dict[str, Any]], scope: list[str], run: RunInputs) -> Timeline:
    return simulate(mission(providers, scope), "leave", run)


@settings(max_examples=25, deadline=None)
@given(run_inputs(), st.sampled_from(SCOPES), st.sampled_from([CYGNUS, DRAGON]))
def test_a_helper_less_never_keeps_it_up_longer(run: RunInputs, scope: list[str], helper: dict[str, Any]) -> None:
    helped, alone = fly([PROGRESS, helper], scope, run), fly([PROGRESS], scope, run)
    # A helper that comes and goes without a burn takes its propellant along; burns at another moment of the saw-tooth
    # cost a little more or less: a week of two years covers both.
    assert alone.outcome.time_mjd_utc <= helped.outcome.time_mjd_utc + 7.0


@settings(max_examples=25, deadline=None)
@given(run_inputs(), st.sampled_from(SCOPES))
def test_mass_is_the_sum_of_the_entries(run: RunInputs, scope: list[str]) -> None:
    timeline = fly([PROGRESS, CYGNUS, DRAGON], scope, run)
    entries = [entry for part in timeline.ledger.values() for entry in part]
    changes = math.fsum(entry.change_kg for entry in entries if not entry.reason.startswith("aboard"))
    assert timeline.mass_kg == pytest.approx(460000.0 + changes, abs=1.0e-3)
    assert all(content >= 0.0 for content in timeline.tank_content_kg.values())
    burned = -math.fsum(entry.change_kg for entry in entries if entry.reason == "reboost")
    assert timeline.propellant_used_kg == pytest.approx(burned, abs=1.0e-6)


@settings(max_examples=20, deadline=None)
@given(run_inputs(), st.sampled_from(SCOPES))
def test_the_same_inputs_give_the_same_run(run: RunInputs, scope: list[str]) -> None:
    once, again = (fly([PROGRESS, CYGNUS, DRAGON], scope, run) for _ in range(2))
    assert once.outcome == again.outcome
    assert once.events == again.events
    assert once.no_return == again.no_return


@settings(max_examples=20, deadline=None)
@given(run_inputs())
def test_order_of_visitors_that_never_meet_does_not_matter(run: RunInputs) -> None:
    # Cygnus from May to October, Dragon from November on: never two at once, so preference decides nothing.
    late = {**DRAGON, "visits": [{**DRAGON["visits"][0], "arrives_utc": "2022-11-01", "leaves_utc": "2023-01-01",
                                  "every_days": 700.0}]}  # fmt: skip
    early = {**CYGNUS, "visits": [{**CYGNUS["visits"][0], "every_days": 700.0}]}
    one, other = (fly([PROGRESS, *pair], SCOPES[1], run) for pair in ([early, late], [late, early]))
    assert one.outcome == other.outcome
    assert one.lost_mjd_utc == other.lost_mjd_utc


@settings(max_examples=20, deadline=None)
@given(run_inputs(), st.sampled_from(SCOPES))
def test_nothing_happens_to_a_tumbling_station_but_its_fall(run: RunInputs, scope: list[str]) -> None:
    timeline = fly([PROGRESS, CYGNUS, DRAGON], scope, run)
    lost = timeline.lost_mjd_utc.get(Function.ATTITUDE, math.inf)
    moving = {"burn", "debris-avoidance", "arrival", "delivery"}
    assert not any(event.kind in moving and event.time_mjd_utc > lost for event in timeline.events)
    point = timeline.no_return
    assert point is not None
    if lost < math.inf and point.deorbit.lost_mjd_utc is not None:
        assert point.deorbit.lost_mjd_utc <= lost
