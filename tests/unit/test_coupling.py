"""Attitude, tanks, debris and points of no return in a run: each pulls on the others as it should."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from stationkeep.attitude.figures import iss_attitude
from stationkeep.attitude.loss import Upsets, day_of_loss, felt_density_kg_m3, loss_hazards_per_day
from stationkeep.catalogue.loader import load_catalogue
from stationkeep.orbit.mean_decay import MeanFlight, WeatherTrack
from stationkeep.scenario.loader import load_scenario
from stationkeep.scenario.schema import Scenario
from stationkeep.simulation.attitude_keeping import AttitudeKeeper, Hold
from stationkeep.simulation.engine import Mission, simulate
from stationkeep.simulation.inputs import AttitudeDraw, Avoidance, ProviderDraw, RunInputs
from stationkeep.simulation.providers import plan_providers
from stationkeep.simulation.timeline import Function, Timeline

EPOCH_DAY = 59671  # 2022-04-02
WITHDRAWAL = {"type": "withdrawal", "partner": "roscosmos", "date_utc": "2022-04-02T00:00:00Z"}
ALL_OF_IT = ["stop-operating-assets", "stop-resupply-propellant"]
PROGRESS: dict[str, Any] = {
    "id": "progress",
    "vehicle": "progress-ms",
    "partner": "roscosmos",
    "max_burn_duration_s": 1300.0,
    "propellant": {"initial_kg": 2000.0, "tanks": ["zvezda", "zarya"], "source": "made up for this test"},
}
CYGNUS: dict[str, Any] = {
    "id": "cygnus",
    "vehicle": "cygnus",
    "partner": "northrop-grumman",
    "max_burn_duration_s": 600.0,
    "visits": [
        {
            "arrives_utc": "2022-05-01", "leaves_utc": "2022-09-01", "every_days": 130.0, "propellant_kg": 400.0,
            "source": "made up for this test",
        }
    ],
}  # fmt: skip
BASE: dict[str, Any] = {
    "schema": "stationkeep.scenario/1",
    "id": "coupled",
    "title": "Test",
    "epoch_utc": "2022-04-02T00:00:00Z",
    "horizon_utc": "2024-04-01T00:00:00Z",
    "station": "iss-2022-04-02",
    "mass_kg": 460000.0,
    "mass_source": "made up for this test",
    "orbit": {
        "mean_elements": {"epoch_utc": "2022-04-02T00:00:00Z", "mean_altitude_km": 416.0, "inclination_deg": 51.6}
    },
    "drag": {
        "ballistic_coefficient_m2_kg": 0.00706,
        "density_model": "NRLMSISE-00",
        "spread_percent": 8.0,
        "reference_mass_kg": 460000.0,
        "source": "made up for this test",
    },
    "altitude_policy": {"floor_km": 415.0, "target_km": 418.0},
    "attitude": {"tanks_of": "progress", "view": "nasa"},
    "providers": [PROGRESS, CYGNUS],
    "branches": {
        "stay": {"label": "stay"},
        "leave": {"label": "leave", "events": [{**WITHDRAWAL, "scope": ALL_OF_IT}]},
        "disputed": {
            "label": "x", "attitude_view": "roscosmos", "events": [{**WITHDRAWAL, "scope": ALL_OF_IT}],
        },
        "use-up": {"label": "use up", "events": [{**WITHDRAWAL, "scope": ["stop-resupply-propellant"]}]},
        "nasa-leaves": {
            "label": "y", "events": [{**WITHDRAWAL, "partner": "nasa", "scope": ["stop-operating-assets"]}],
        },
    },
}  # fmt: skip


def mission(**changes: Any) -> Mission:
    scenario = Scenario.model_validate({**BASE, **changes})
    return Mission(scenario, scenario.orbit.elements(), 460000.0, plan_providers(scenario, load_catalogue()))


def inputs(
    *, flux: float = 150.0, loss: float = 0.5, avoidances: tuple[Avoidance, ...] = (), **figures: float
) -> RunInputs:
    track = WeatherTrack(EPOCH_DAY, np.tile([flux, flux, 12.0], (800, 1)))
    return RunInputs(
        0, track, np.full(800, 0.00706), {}, attitude=AttitudeDraw(figures, loss), avoidances=avoidances
    )  # fmt: skip


def mass_by_ledger(timeline: Timeline, start_kg: float) -> float:
    """The mass at the end, from the entries alone: what is there at the epoch is in the mass already."""
    changes = [
        entry.change_kg
        for entries in timeline.ledger.values()
        for entry in entries
        if not entry.reason.startswith("aboard")
    ]
    return start_kg + math.fsum(changes)


@pytest.mark.parametrize("branch", list(BASE["branches"]))
def test_every_gram_has_an_entry(branch: str) -> None:
    timeline = simulate(mission(), branch, inputs())
    assert mass_by_ledger(timeline, 460000.0) == pytest.approx(timeline.mass_kg, abs=1.0e-3)
    for name, entries in timeline.ledger.items():
        running = np.cumsum([entry.change_kg for entry in entries]) if entries else np.zeros(1)
        assert running.min() > -1.0e-6, name
        assert [entry.time_mjd_utc for entry in entries] == sorted(entry.time_mjd_utc for entry in entries)
    drawn = -math.fsum(e.change_kg for part in timeline.ledger.values() for e in part if e.reason == "attitude")
    assert timeline.attitude_propellant_kg == pytest.approx(drawn)


def test_ledger_of_the_flagship() -> None:
    scenario = load_scenario("iss-2022").scenario
    flagship = Mission(scenario, scenario.orbit.elements(), 460000.0, plan_providers(scenario, load_catalogue()))
    track = WeatherTrack(EPOCH_DAY - 7, np.tile([110.0, 110.0, 8.0], (3300, 1)))
    run = RunInputs(0, track, np.full(3300, 0.00706), {}, avoidances=(Avoidance(EPOCH_DAY + 100.0, 0.5),))
    for branch in scenario.branches:
        timeline = simulate(flagship, branch, run)
        assert mass_by_ledger(timeline, 460000.0) == pytest.approx(timeline.mass_kg, abs=1.0e-3), branch


def test_residuals_stay_in_the_tanks() -> None:
    timeline = simulate(mission(), "use-up", inputs(flux=200.0))
    # 17.5 kg and 110 kg cannot be drawn (catalogue, middle of the ranges); all the rest goes.
    assert timeline.tank_content_kg["zvezda"] == pytest.approx(17.5, abs=0.01)
    assert timeline.tank_content_kg["zarya"] == pytest.approx(110.0, abs=1.0)
    assert timeline.propellant_used_kg + timeline.attitude_propellant_kg > 1990.0


def test_reserve_for_the_attitude_is_kept_from_reboosts() -> None:
    control = {"tanks_of": "progress", "view": "nasa", "reserve_days": 365.0}
    without = simulate(mission(providers=[PROGRESS]), "use-up", inputs(flux=200.0))
    kept = simulate(mission(providers=[PROGRESS], attitude=control), "use-up", inputs(flux=200.0))
    year = AttitudeKeeper(mission().scenario.attitude, AttitudeDraw(), 3248.0).kg_day * 365.0  # type: ignore[arg-type]
    assert without.propellant_used_kg - kept.propellant_used_kg > 0.2 * year
    assert kept.lost_mjd_utc[Function.REBOOST] < without.lost_mjd_utc[Function.REBOOST]
    assert kept.lost_mjd_utc[Function.UNLOADING] > without.lost_mjd_utc[Function.UNLOADING]


def test_withdrawal_takes_the_thrusters_and_then_chance_takes_the_attitude() -> None:
    early, late = (simulate(mission(), "leave", inputs(loss=u)) for u in (0.1, 0.9))
    assert early.lost_mjd_utc[Function.UNLOADING] == late.lost_mjd_utc[Function.UNLOADING] == EPOCH_DAY
    assert early.lost_mjd_utc[Function.ATTITUDE] < late.lost_mjd_utc.get(Function.ATTITUDE, math.inf)
    # it tumbles longer, and so it is braked more
    day = int(min(early.outcome.time_mjd_utc, late.outcome.time_mjd_utc)) - EPOCH_DAY - 1
    assert early.altitude_by_day_km[day] < late.altitude_by_day_km[day]


def test_moment_of_loss_is_where_the_hazards_add_up() -> None:
    timeline = simulate(mission(providers=[PROGRESS]), "leave", inputs(loss=0.3))
    lost = timeline.lost_mjd_utc[Function.ATTITUDE]
    # The chance is the same while the air is thin: rate times share of the upsets above the gyros' room.
    figures = iss_attitude()
    keeper = AttitudeKeeper(mission().scenario.attitude, AttitudeDraw(), 3248.0)  # type: ignore[arg-type]
    room = figures.model(figures.at(), 3248.0).gyros.capacity_n_m_s
    days = -math.log(0.7) / keeper.upsets.losses_per_day(room)
    assert lost - EPOCH_DAY == pytest.approx(days, rel=0.02)


def test_a_lost_attitude_brakes_by_its_factor_and_stops_everything() -> None:
    tumbling = simulate(mission(), "leave", inputs(loss=0.02, tumbling_over_usual_1=1.0))
    lost = tumbling.lost_mjd_utc[Function.ATTITUDE]
    later = [event for event in tumbling.events if event.time_mjd_utc > lost]
    assert not {event.kind for event in later} & {"burn", "arrival", "delivery", "debris-avoidance"}
    # From the day after, the loss is that of a free flight with 1.5 times the drag.
    start = math.ceil(lost) + 1
    run = inputs()
    factor = iss_attitude().at({"tumbling_over_usual_1": 1.0})["tumbling_over_usual_1"]
    free = MeanFlight(mission().elements, run.weather, run.ballistic_m2_kg)
    free.advance(lost)
    free.lift(float(tumbling.altitude_by_day_km[start - EPOCH_DAY]) - free.mean_altitude_km)
    before = free.mean_altitude_km
    free.advance(lost + 30.0, drag_factor=factor * 460000.0 / tumbling.mass_kg)
    flown = tumbling.altitude_by_day_km[start - EPOCH_DAY] - tumbling.altitude_by_day_km[start + 30 - EPOCH_DAY]
    assert flown == pytest.approx(before - free.mean_altitude_km, rel=0.01)


def test_view_of_the_dispute_decides_whether_cygnus_burns() -> None:
    nasa = simulate(mission(), "leave", inputs(loss=0.95))
    roscosmos = simulate(mission(), "disputed", inputs(loss=0.95))
    assert nasa.burn_count > 0
    assert roscosmos.burn_count == 0
    assert nasa.outcome.time_mjd_utc >= roscosmos.outcome.time_mjd_utc
    # with Roscosmos's thrusters there is nothing to dispute
    both = simulate(mission(providers=[CYGNUS, PROGRESS]), "stay", inputs())
    assert any(event.provider == "cygnus" and event.kind == "burn" for event in both.events)


def test_without_gyros_thrusters_hold_and_drink() -> None:
    stay, alone = (simulate(mission(providers=[PROGRESS]), branch, inputs()) for branch in ("stay", "nasa-leaves"))
    assert alone.lost_mjd_utc[Function.UNLOADING] == EPOCH_DAY  # nothing is left to unload
    days = next(event.time_mjd_utc for event in alone.events if event.kind == "holding-ends") - EPOCH_DAY
    # best estimates: 16 kg a day against one degree off (docs/attitude.md), and the usual use
    assert alone.attitude_propellant_kg / days == pytest.approx(17.0, abs=3.0)
    assert alone.attitude_propellant_kg > 3.0 * stay.attitude_propellant_kg
    assert alone.lost_mjd_utc[Function.ATTITUDE] == pytest.approx(EPOCH_DAY + days, abs=1.0)


def test_debris_avoidance_burns_where_somebody_can() -> None:
    call = (Avoidance(EPOCH_DAY + 20.0, 0.5),)
    stay, leave = (simulate(mission(), branch, inputs(avoidances=call)) for branch in ("stay", "leave"))
    burn = next(event for event in stay.events if event.kind == "debris-avoidance")
    assert burn.delta_v_m_s == pytest.approx(0.5)
    assert burn.time_mjd_utc == EPOCH_DAY + 20.0
    assert Function.AVOIDANCE in leave.lost_mjd_utc
    assert [event.kind for event in leave.events].count("debris-avoidance-impossible") == 1


def test_docking_that_gyros_cannot_take_needs_thrusters() -> None:
    far = {**CYGNUS, "docking_lever_m": 300.0}
    alone = simulate(mission(providers=[PROGRESS, far]), "leave", inputs(loss=0.95))
    assert not any(event.kind == "arrival" for event in alone.events)
    helped = simulate(mission(providers=[PROGRESS, far]), "stay", inputs())
    assert any(event.kind == "arrival" for event in helped.events)


def test_dry_tanks_end_the_unloading_and_a_delivery_brings_it_back() -> None:
    small = {**PROGRESS, "propellant": {"initial_kg": 20.0, "tanks": ["zvezda"], "source": "made up for this test"}}
    later = {**small, "resupply": [{"first_utc": "2022-12-01", "propellant_kg": 300.0, "source": "made up"}]}
    dry = simulate(mission(providers=[small], altitude_policy=None), "stay", inputs(loss=0.99))
    back = simulate(mission(providers=[later], altitude_policy=None), "stay", inputs(loss=0.99))
    assert dry.attitude_propellant_kg == pytest.approx(20.0, abs=1.0e-6)
    assert [event.kind for event in back.events].count("unloading-ends") >= 1
    assert back.lost_mjd_utc.get(Function.UNLOADING, math.inf) > dry.lost_mjd_utc[Function.UNLOADING] + 200.0


def test_keeper_holds_lower_with_thrusters_for_more_propellant() -> None:
    keeper = AttitudeKeeper(mission().scenario.attitude, AttitudeDraw(), 3248.0)  # type: ignore[arg-type]
    keeper.review(EPOCH_DAY, frozenset(), 100.0)
    assert keeper.state is Hold.BACKED
    usual = keeper.kg_day
    keeper.flown((0.0, 204.0), np.empty(0), (1.0, 196.0), 460000.0)  # air of about 2.6e-10 kg/m3
    assert keeper.kg_day > 100.0 > 10.0 * usual


def test_one_rate_and_day_by_day_agree() -> None:
    # Thin air takes the short way: the same moment as the room's own sum over days, to a second.
    figures = iss_attitude()
    altitudes = np.linspace(416.0, 400.0, 101)
    for u in (0.05, 0.2):
        keeper = AttitudeKeeper(mission().scenario.attitude, AttitudeDraw(loss=u), 3248.0)  # type: ignore[arg-type]
        keeper.review(EPOCH_DAY, frozenset({"roscosmos"}), 0.0)
        moment = keeper.flown((0.0, 416.0), altitudes[1:-1], (100.0, 400.0), 460000.0)
        decay = -np.diff(altitudes)
        middle = 0.5 * (altitudes[1:] + altitudes[:-1])
        density = np.array(
            [felt_density_kg_m3(d, h, 3248.0 / 460000.0) for d, h in zip(decay, middle, strict=True)]
        )  # fmt: skip
        hazards = loss_hazards_per_day(figures.model(figures.at(), 3248.0), Upsets.of(figures.at()), density, middle)
        assert moment == pytest.approx(day_of_loss(hazards, u), abs=1.0e-5)


@pytest.mark.parametrize("stopped", [frozenset(), frozenset({"roscosmos"})])
def test_a_piece_of_no_length_changes_nothing(stopped: frozenset[str]) -> None:
    keeper = AttitudeKeeper(mission().scenario.attitude, AttitudeDraw(), 3248.0)  # type: ignore[arg-type]
    keeper.review(EPOCH_DAY, stopped, 100.0)
    before = keeper.kg_day
    assert keeper.flown((5.0, 400.0), np.empty(0), (5.0, 400.0), 460000.0) == math.inf
    assert keeper.kg_day == before


def test_dense_air_ends_it_at_once() -> None:
    keeper = AttitudeKeeper(mission().scenario.attitude, AttitudeDraw(loss=0.99), 3248.0)  # type: ignore[arg-type]
    keeper.review(EPOCH_DAY, frozenset({"roscosmos"}), 0.0)
    altitudes = np.array([222.0, 214.0, 200.0])
    moment = keeper.flown((0.5, 230.0), altitudes, (4.2, 180.0), 460000.0)
    assert 0.5 <= moment <= 3.0  # 14 km a day at 207 km is air of 4.6e-10 kg/m3: beyond every balance


# --- points of no return ----------------------------------------------------------------------------------------------


def test_reserve_is_lost_180_days_before_the_reserve_altitude() -> None:
    timeline = simulate(mission(), "leave", inputs(flux=200.0, loss=0.0001))
    daily = timeline.altitude_by_day_km
    below = EPOCH_DAY + int(np.flatnonzero(daily < 278.0)[0])
    assert timeline.no_return is not None
    assert timeline.no_return.reserve_lost_mjd_utc == pytest.approx(below - 180.0, abs=1.0)


def test_reserve_after_a_late_burn_is_found_by_flying_free() -> None:
    low = {"mean_elements": {**BASE["orbit"]["mean_elements"], "mean_altitude_km": 330.0}}
    policy = {"floor_km": 325.0, "target_km": 330.0, "min_days_between_burns": 3.0}
    run = inputs(flux=220.0)
    timeline = simulate(
        mission(orbit=low, altitude_policy=policy, reserve={"altitude_km": 300.0, "days": 25.0}), "use-up", run
    )
    lost = timeline.no_return.reserve_lost_mjd_utc if timeline.no_return else None
    burns = [event.time_mjd_utc for event in timeline.events if event.kind == "burn"]
    assert lost is not None
    sunk = EPOCH_DAY + int(np.flatnonzero(timeline.altitude_by_day_km < 300.0)[0])
    if lost > burns[-1]:
        assert lost == pytest.approx(sunk - 25.0, abs=1.0)
    else:
        # at that moment the station, left to itself, reaches 300 km 25 days later or less
        assert sunk - lost >= 25.0 - 1.0


def test_reserve_is_not_lost_while_the_station_is_kept() -> None:
    quiet = simulate(mission(), "stay", inputs(flux=80.0))
    assert quiet.no_return is not None
    assert quiet.no_return.reserve_lost_mjd_utc is None


def test_controlled_fall_needs_both_propellant_and_thrust() -> None:
    never = simulate(mission(), "stay", inputs()).no_return
    assert never is not None
    assert not never.deorbit.ever_possible
    assert never.deorbit.lost_mjd_utc == EPOCH_DAY
    assert never.deorbit_as_it_was is None  # nothing here is hindsight
    # 34.7 m/s in 30 minutes on 460 t take 8.87 kN, less 760 N of Progress; Cygnus pushes another way
    assert never.deorbit.missing_n == pytest.approx(460000.0 * 34.7 / 1800.0 - 760.0, rel=0.01)
    # 57 m/s take 8.8 t at 300 s; 2.4 t are there or come
    assert never.deorbit.missing_kg == pytest.approx(8824.0 - 2400.0, abs=250.0)
    tug = {
        **CYGNUS, "id": "tug", "vehicle": "usdv", "partner": "nasa", "purpose": "deorbit",
        "visits": [
            {"arrives_utc": "2022-10-01", "leaves_utc": "2023-06-01", "propellant_kg": 16000.0, "source": "made up"},
        ],
    }  # fmt: skip
    for branch in ("stay", "leave"):
        timeline = simulate(mission(providers=[PROGRESS, CYGNUS, tug]), branch, inputs(loss=0.95))
        assert timeline.no_return is not None
        assert timeline.no_return.deorbit.ever_possible
        # it leaves again, and with it the last chance
        assert timeline.no_return.deorbit.lost_mjd_utc == pytest.approx(60096.0)  # 2023-06-01
        assert not any(event.provider == "tug" and event.kind == "burn" for event in timeline.events)


def test_altitude_limits_follow_from_the_forces() -> None:
    run = inputs(flux=150.0, loss=0.0001)
    timeline = simulate(mission(), "stay", run)
    point = timeline.no_return
    assert point is not None
    assert point.reboost_limit_km is not None
    assert point.attitude_limit_km is not None
    assert point.reboost_limit_nonstop_km is not None
    assert point.reboost_limit_nonstop_km < point.attitude_limit_km < point.reboost_limit_km < 415.0
    # At the limit one longest burn a week (1.63 N on average) holds the altitude: fly there and see.
    mass = timeline.mass_kg
    glance = MeanFlight(mission().elements, run.weather, 0.00706 * 460000.0 / mass)
    glance.lift(point.reboost_limit_km - glance.mean_altitude_km)
    before = glance.mean_altitude_km
    glance.advance(EPOCH_DAY + 0.5)
    loss_m_s = 2.0 * 1000.0 * (before - glance.mean_altitude_km)  # a day's loss in metres
    rate = math.sqrt(398600.4418 / (6378.137 + before) ** 3)
    force = mass * 0.5 * rate * loss_m_s / 86400.0
    assert force == pytest.approx(760.0 * 1300.0 / (7.0 * 86400.0), rel=0.05)


def test_snapshot_brings_a_flight_back() -> None:
    run = inputs()
    flight = MeanFlight(mission().elements, run.weather, run.ballistic_m2_kg)
    flight.advance(EPOCH_DAY + 10.3)
    there = flight.snapshot()
    flight.advance(EPOCH_DAY + 40.0)
    once = flight.altitude_by_day_km.copy()
    flight.restore(there)
    assert np.isnan(flight.altitude_by_day_km[11:]).all()
    assert np.isfinite(flight.altitude_by_day_km[:11]).all()
    flight.advance(EPOCH_DAY + 40.0)
    np.testing.assert_array_equal(flight.altitude_by_day_km, once)
    assert there.mean_altitude_km > flight.mean_altitude_km
    assert there.elements.mean_altitude_km == pytest.approx(there.mean_altitude_km)


def test_attitude_needs_a_provider_with_tanks() -> None:
    with pytest.raises(ValueError, match="no provider with tanks that stay 'cygnus'"):
        Scenario.model_validate({**BASE, "attitude": {"tanks_of": "cygnus"}})


def test_tanks_are_named_once() -> None:
    twin = {**PROGRESS, "id": "twin"}
    with pytest.raises(ValueError, match="named twice"):
        Scenario.model_validate({**BASE, "providers": [PROGRESS, twin]})


def test_provider_draws_reach_the_residuals() -> None:
    run = inputs()
    low, high = (
        RunInputs(0, run.weather, run.ballistic_m2_kg, {"progress": ProviderDraw(residual=u)}) for u in (0.0, 1.0)
    )
    first, second = (simulate(mission(), "use-up", item).tank_content_kg["zarya"] for item in (low, high))
    assert (first, second) == (pytest.approx(55.0, abs=1.0), pytest.approx(165.0, abs=1.0))
