"""The planner, its limits, its messages, and the rule that is flown day by day."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from stationkeep.errors import InputError
from stationkeep.orbit.elements import MeanElements
from stationkeep.orbit.mean_decay import MeanFlight, WeatherTrack
from stationkeep.propulsion.burns import Thruster
from stationkeep.strategy.altitude import (
    AltitudeBand,
    AltitudeStrategy,
    ArrivalWindow,
    AvoidanceBurn,
    AvoidanceRate,
)
from stationkeep.strategy.feasibility import plan_or_explain
from stationkeep.strategy.flown import flown_plan
from stationkeep.strategy.losses import LossTable, loss_table
from stationkeep.strategy.planner import Plan, PlanProblem, circular_speed_m_s, nodes_of, plan_burns
from stationkeep.strategy.rule import fly_rule, wish
from stationkeep.strategy.stores import Draw, PropellantStore, Supply, ledger

START = 59000.0
PROGRESS = Thruster(800.0, 290.0)


def table(loss_km_day: float = 0.08, days: int = 400, scale_km: float = 60.0) -> LossTable:
    levels = np.arange(350.0, 481.0, 5.0)
    row = loss_km_day * np.exp(-(levels - 415.0) / scale_km)
    return LossTable(START, levels, np.tile(row, (days, 1)))


def store(**changes: object) -> PropellantStore:
    base = PropellantStore("progress", "progress", "Progress", PROGRESS, 1300.0, initial_kg=5000.0)
    return replace(base, **changes)  # type: ignore[arg-type]


def problem(**changes: object) -> PlanProblem:
    base = PlanProblem(
        strategy=AltitudeStrategy((AltitudeBand(START, 412.0, 418.0),), cadence_days=15.0),
        stores=(store(),),
        losses=table(),
        start_mjd_utc=START,
        stop_mjd_utc=START + 180.0,
        altitude_km=416.0,
        mass_kg=450.0e3,
        reference_mass_kg=450.0e3,
        end_km=416.0,
        overhead_kg=5.0,
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def with_strategy(base: PlanProblem, **changes: object) -> PlanProblem:
    return replace(base, strategy=replace(base.strategy, **changes))  # type: ignore[arg-type]


# --- the planner ------------------------------------------------------------------------------------------------------


def brute_force_kg(case: PlanProblem, step_km: float) -> float:
    """The cheapest of all sequences of target altitudes on a grid: every one is carried to the end."""
    nodes, band, thruster = nodes_of(case), case.strategy.bands[0], case.stores[0].thruster
    targets = np.linspace(band.floor_km, band.ceiling_km, round((band.ceiling_km - band.floor_km) / step_km) + 1)
    height, mass = np.array([case.altitude_km]), np.array([case.mass_kg])
    for index, time in enumerate(nodes):
        if index:
            height = case.losses.coast(height, nodes[index - 1], time, case.reference_mass_kg / mass)
            kept = height >= band.floor_km - 1.0e-6
            height, mass = height[kept], mass[kept]
        speed = np.abs(circular_speed_m_s(height)[:, None] - circular_speed_m_s(targets)[None, :])
        pushed = mass[:, None] * np.exp(-speed / thruster.exhaust_velocity_m_s) - case.overhead_kg
        source, aim = np.nonzero(speed >= case.smallest_burn_m_s)
        height = np.concatenate((height, targets[aim]))
        mass = np.concatenate((mass, pushed[source, aim]))
    return case.mass_kg - float(mass[height >= (case.end_km or 0.0) - 1.0e-6].max())


def test_the_plan_is_as_cheap_as_the_best_of_all_sequences() -> None:
    # Outside truth: every one of 14**4 sequences of targets.
    for overhead, end in ((0.0, 415.0), (30.0, 416.0), (80.0, 414.0)):
        case = problem(stop_mjd_utc=START + 90.0, overhead_kg=overhead, end_km=end, altitude_km=415.3)
        case = with_strategy(case, cadence_days=30.0, bands=(AltitudeBand(START, 412.0, 418.0),))
        best = brute_force_kg(case, 0.5)
        plan = plan_burns(case)
        # The plan's own grid is ten times finer: it may be cheaper, by at most a coarse step a burn, and never dearer.
        assert plan.total_kg <= best + 1.0e-6
        assert plan.total_kg > best - 4 * 0.5 * 91.0


def test_on_the_same_grid_plan_and_brute_force_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stationkeep.strategy.planner.FINEST_STEP_KM", 0.5)
    for overhead, end in ((0.0, 415.0), (30.0, 416.0), (80.0, 414.0)):
        case = problem(stop_mjd_utc=START + 90.0, overhead_kg=overhead, end_km=end, altitude_km=415.3)
        case = with_strategy(case, cadence_days=30.0)
        plan = plan_burns(case)
        # Labels nearer than half a step are merged, which may cost at most half a step once.
        assert plan.total_kg == pytest.approx(brute_force_kg(case, 0.5), abs=0.25 * 91.0)
        assert plan.total_kg >= brute_force_kg(case, 0.5) - 1.0e-6


def limits_kept(case: PlanProblem, plan: Plan) -> bool:
    band = case.strategy.bands[0]
    low = min(plan.before_km.min(), plan.after_km.min())
    high = plan.after_km.max()
    return bool(low >= band.floor_km - 1.0e-5 and high <= band.ceiling_km + 1.0e-5)


def test_a_plan_keeps_floor_ceiling_arrivals_and_end() -> None:
    arrival = ArrivalWindow(START + 100.0, 413.0, 414.0, "Soyuz")
    case = with_strategy(problem(), arrivals=(arrival,))
    plan = plan_burns(case)
    assert limits_kept(case, plan)
    at = int(np.argmin(np.abs(plan.times_mjd_utc - arrival.date_mjd_utc)))
    assert 413.0 - 1.0e-5 <= plan.after_km[at] <= 414.0 + 1.0e-5
    assert plan.after_km[-1] >= 416.0 - 1.0e-5


def test_an_arrival_window_costs_propellant_and_a_higher_ceiling_saves_it() -> None:
    free = plan_burns(problem()).total_kg
    windowed = with_strategy(problem(), arrivals=(ArrivalWindow(START + 100.0, 412.5, 413.0),))
    assert plan_burns(windowed).total_kg > free
    higher = with_strategy(problem(), bands=(AltitudeBand(START, 412.0, 424.0),))
    assert plan_burns(higher).total_kg < free


def test_a_costly_overhead_makes_burns_rare() -> None:
    often = plan_burns(problem(overhead_kg=0.0))
    seldom = plan_burns(problem(overhead_kg=60.0))
    assert len(seldom.pushes) < len(often.pushes)
    assert seldom.propellant_kg >= often.propellant_kg


def test_waiting_is_preferred_to_pushing_down() -> None:
    # A lower band 150 days ahead: drag takes it there for nothing.
    bands = (AltitudeBand(START, 405.0, 418.0), AltitudeBand(START + 150.0, 400.0, 408.0))
    plan = plan_burns(with_strategy(problem(end_km=None), bands=bands))
    assert all(push.delta_v_m_s > 0.0 for push in plan.pushes)
    assert plan.after_km[-1] <= 408.0 + 1.0e-6
    # Ten days ahead it does not: the station is pushed down, and says so by a negative delta-v.
    soon = (AltitudeBand(START, 405.0, 418.0), AltitudeBand(START + 10.0, 400.0, 408.0))
    plan = plan_burns(with_strategy(problem(end_km=None), bands=soon, cadence_days=5.0))
    assert min(push.delta_v_m_s for push in plan.pushes) < 0.0


def test_propellant_is_that_of_the_rocket_equation_and_the_ledger_balances() -> None:
    case = problem(stores=(store(initial_kg=600.0, supplies=(Supply(START + 60.0, 900.0, 1200.0),)),))
    plan = plan_burns(case)
    for push in plan.pushes:
        exhaust = push.store.thruster.exhaust_velocity_m_s
        assert push.propellant_kg == pytest.approx(
            push.mass_kg * -math.expm1(-abs(push.delta_v_m_s) / exhaust), rel=1e-9
        )
    draws = [Draw(push.time_mjd_utc, "progress", push.propellant_kg + case.overhead_kg) for push in plan.pushes]
    tank = ledger(case.stores, draws, START)["progress"]
    assert tank.filled_kg - tank.drawn_kg == pytest.approx(tank.content_kg, abs=1.0e-9)
    assert tank.drawn_kg == pytest.approx(plan.total_kg, abs=1.0e-9)
    assert plan.mass_after_kg[-1] == pytest.approx(case.mass_kg - 600.0 + tank.content_kg, abs=1.0e-6)


def test_a_visitor_burns_only_while_it_is_there_and_takes_the_rest_away() -> None:
    visitor = PropellantStore(
        "ng-1", "cygnus", "Cygnus", Thruster(430.0, 329.0), 1300.0, supplies=(Supply(START + 20.0, 300.0),),
        from_mjd_utc=START + 20.0, until_mjd_utc=START + 80.0,
    )  # fmt: skip
    case = problem(stores=(store(), visitor))
    plan = plan_burns(case)
    by_visitor = [push for push in plan.pushes if push.store.id == "ng-1"]
    assert by_visitor  # its engine is the better one
    assert all(START + 20.0 <= push.time_mjd_utc < START + 80.0 for push in by_visitor)
    assert sum(push.propellant_kg + case.overhead_kg for push in by_visitor) <= 300.0 + 1.0e-6


def test_a_reserve_is_kept() -> None:
    case = problem(stores=(store(initial_kg=1700.0),), reserve_kg=120.0)
    plan = plan_burns(case)
    assert 1700.0 - plan.total_kg >= 120.0 - 1.0e-6


# --- what is impossible -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"stores": ()}, ("nobody can push", "floor of 412 km", "km too low")),
        ({"stores": (store(until_mjd_utc=START),)}, ("nobody can push",)),
        ({"stores": (store(initial_kg=200.0),)}, ("would burn", "200 kg", "kg missing")),
        ({"stores": (store(longest_burn_s=40.0),)}, ("burns of 40 s", "m/s at one opportunity")),
        ({"end_km": 425.0, "stores": (store(longest_burn_s=100.0),)}, ("at the end", "425.00 km")),
    ],
)
def test_what_cannot_be_met_is_named_with_its_size(changes: dict[str, object], words: tuple[str, ...]) -> None:
    with pytest.raises(InputError) as caught:
        plan_or_explain(problem(**changes))
    for word in words:
        assert word in str(caught.value)


def test_the_missing_propellant_is_what_would_be_enough() -> None:
    case = problem(stores=(store(initial_kg=300.0),))
    with pytest.raises(InputError) as caught:
        plan_or_explain(case)
    missing = float(caught.value.problem.split(": ")[-1].split(" kg")[0])
    # With that much more the first limit holds: the plan then fails later, or not at all.
    first = caught.value.problem.split(" on ")[1][:10]
    later = failure_of(replace(case, stores=(store(initial_kg=300.0 + missing + 1.0),)))
    assert later is None or later.split(" on ")[1][:10] > first


def failure_of(case: PlanProblem) -> str | None:
    """What cannot be met, or None."""
    try:
        plan_or_explain(case)
    except InputError as error:
        return error.problem
    return None


def test_burns_that_come_too_seldom_are_blamed() -> None:
    with pytest.raises(InputError, match="only come every 90 days"):
        plan_or_explain(with_strategy(problem(), cadence_days=90.0))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: AltitudeBand(START, 420.0, 418.0), "2 km too high"),
        (lambda: ArrivalWindow(START, 418.0, 413.0), "5 km above"),
        (
            lambda: AltitudeStrategy((AltitudeBand(START, 415.0, 418.0),), (ArrivalWindow(START, 408.0, 412.0),)),
            "3.00 km below the floor",
        ),
        (
            lambda: AltitudeStrategy((AltitudeBand(START, 415.0, 418.0),), (ArrivalWindow(START, 420.5, 422.0),)),
            "2.50 km above the ceiling",
        ),
        (lambda: AltitudeStrategy(()), "no floor"),
        (lambda: AltitudeStrategy((AltitudeBand(START, 415.0, 418.0),), cadence_days=0.0), "0 days between"),
        (lambda: AvoidanceRate(per_year=-1.0), "-1 a year"),
    ],
)
def test_limits_that_contradict_each_other_are_refused(make: object, words: str) -> None:
    with pytest.raises(InputError, match=words):
        make()  # type: ignore[operator]


def test_a_start_outside_the_limits_is_forgiven_until_they_can_be_kept() -> None:
    low = plan_burns(problem(altitude_km=400.0, end_km=414.0))
    assert low.after_km[-1] >= 414.0 - 1.0e-6
    risen = np.flatnonzero(low.before_km >= 412.0 - 1.0e-6)[0]
    assert (low.before_km[risen + 1 :] >= 412.0 - 1.0e-6).all()
    high = plan_burns(problem(altitude_km=420.0, end_km=414.0))
    assert all(push.delta_v_m_s > 0.0 for push in high.pushes)


# --- flown ------------------------------------------------------------------------------------------------------------


def station_at(altitude_km: float) -> tuple[MeanElements, WeatherTrack]:
    elements = MeanElements(START, 6378.137 + altitude_km, 0.0005, math.radians(51.6), 0.0, 0.0)
    return elements, WeatherTrack(int(START), np.tile([140.0, 140.0, 10.0], (430, 1)))


def test_a_plan_flown_with_the_decay_engine_stays_within_metres_of_itself() -> None:
    elements, weather = station_at(416.0)
    losses = loss_table(elements, weather, 0.007, 200, 395.0, 430.0)
    case = problem(losses=losses)
    flown = flown_plan(case, plan_burns, elements, weather, 0.007)
    assert flown.worst_excess_km < 0.03  # the floor is a number with one decimal
    assert flown.before_km.min() > 412.0 - 0.03
    assert flown.after_km.max() < 418.0 + 1.0e-6
    assert sum(burn.propellant_kg for burn in flown.burns) == pytest.approx(flown.plan.propellant_kg, rel=1e-9)
    assert all(burn.duration_s <= 1300.0 + 1.0e-6 for burn in flown.burns)


def test_the_loss_table_is_the_engines_own_loss() -> None:
    elements, weather = station_at(417.0)
    losses = loss_table(elements, weather, 0.007, 60, 400.0, 430.0)
    flight = MeanFlight(elements, weather, 0.007)
    flight.advance(START + 60.0)
    coasted = losses.coast(np.array([417.0]), START, START + 60.0)[0]
    lost = 417.0 - flight.mean_altitude_km
    assert 417.0 - coasted == pytest.approx(lost, rel=0.01)  # 5 km between levels: density is straight within 1 %


def test_longer_pushes_are_split_into_permitted_burns() -> None:
    elements, weather = station_at(416.0)
    losses = loss_table(elements, weather, 0.007, 200, 395.0, 430.0)
    case = problem(losses=losses, stores=(store(longest_burn_s=400.0),), overhead_kg=80.0)
    flown = flown_plan(case, plan_burns, elements, weather, 0.007)
    assert len(flown.burns) > len(flown.plan.pushes)
    assert max(burn.duration_s for burn in flown.burns) <= 400.0 + 1.0e-6


# --- the rule ---------------------------------------------------------------------------------------------------------


def rule(**changes: object) -> AltitudeStrategy:
    base = AltitudeStrategy((AltitudeBand(START, 412.0, 420.0),), cadence_days=30.0)
    return replace(base, **changes)  # type: ignore[arg-type]


def test_the_rule_meets_its_arrivals_and_its_floor() -> None:
    elements, weather = station_at(416.0)
    arrivals = tuple(ArrivalWindow(START + 40.0 * n, 415.5, 416.5, f"arrival {n}") for n in range(1, 8))
    flight = MeanFlight(elements, weather, 0.007)
    burns = fly_rule(rule(arrivals=arrivals), flight, START + 300.0, longest_delta_v_m_s=1.5)
    track = flight.altitude_by_day_km
    assert np.nanmin(track) >= 412.0 - 0.2
    for arrival in arrivals:
        assert arrival.lowest_km <= track[int(arrival.date_mjd_utc - START)] <= arrival.highest_km
    assert max(abs(burn.delta_v_m_s) for burn in burns) <= 1.5 + 1.0e-6


def test_the_rule_saves_after_an_avoidance_burn() -> None:
    arrivals = tuple(ArrivalWindow(START + 40.0 * n, 415.5, 416.5) for n in range(1, 8))
    totals = []
    for avoidance in ((), (AvoidanceBurn(START + 98.75, START + 100.0, 0.5),)):
        elements, weather = station_at(416.0)
        flight = MeanFlight(elements, weather, 0.007)
        burns = fly_rule(rule(arrivals=arrivals), flight, START + 300.0, longest_delta_v_m_s=1.5, avoidance=avoidance)
        totals.append(sum(burn.delta_v_m_s for burn in burns))
    assert totals[1] == pytest.approx(totals[0], abs=0.25)  # not 0.5 more: the next reboost is so much smaller


def test_the_rule_waits_where_nothing_is_due_and_lowers_for_an_arrival_below() -> None:
    arrival = ArrivalWindow(START + 3.0, 412.0, 413.0, "Soyuz")
    common = {"loss_km_day": 0.05, "last_burn_mjd_utc": START - 10.0, "largest_gain_km": 3.0}
    assert wish(rule(), START, 416.0, **common).gain_km == 0.0
    assert wish(rule(arrivals=(arrival,)), START, 416.0, **common).gain_km == pytest.approx(-3.0)
    assert wish(rule(arrivals=(arrival,), may_lower=False), START, 416.0, **common).gain_km == 0.0


def test_avoidance_burns_come_at_their_rate_with_notice() -> None:
    rate = AvoidanceRate()
    series = [rate.burns(np.random.default_rng(index), START, START + 3652.5) for index in range(200)]
    mean = np.mean([len(burns) for burns in series])
    assert mean == pytest.approx(21.0, abs=4.0 * math.sqrt(21.0 / 200.0))  # Poisson, 4 sigma of the mean
    burn = series[0][0]
    assert burn.burn_mjd_utc - burn.decided_mjd_utc == pytest.approx(30.0 / 24.0)
    assert 0.3 <= burn.delta_v_m_s <= 0.7


def test_a_store_pushes_only_once_there_is_something_in_it() -> None:
    late = store(id="late", initial_kg=0.0, supplies=(Supply(START + 60.0, 900.0),))
    assert not late.pushes_at(START + 59.0)
    assert late.pushes_at(START + 60.0)
    assert not store(initial_kg=0.0).pushes_at(START + 60.0)
    # not even where the tanks are taken to be without end
    case = problem(stores=(late,), boundless=True, losses=table(0.01))
    assert min(push.time_mjd_utc for push in plan_burns(case).pushes) >= START + 60.0


def test_what_the_attitude_takes_and_keeps_is_not_burnt() -> None:
    held = problem(stores=(store(steady_kg_day=1.0, kept_kg=200.0, initial_kg=3000.0),))
    plan = plan_burns(held)
    draws = [Draw(push.time_mjd_utc, "progress", push.propellant_kg + held.overhead_kg) for push in plan.pushes]
    left = ledger(held.stores, draws, START, held.stop_mjd_utc)["progress"].content_kg
    assert left == pytest.approx(3000.0 - plan.total_kg - 180.0, abs=1.0e-6)
    assert plan.mass_after_kg[-1] == pytest.approx(held.mass_kg - plan.total_kg - 180.0, abs=1.0e-6)
    # without as much in the tank as both take together there is no plan, and the message says for whom it is kept
    short = problem(stores=(store(steady_kg_day=1.0, kept_kg=200.0, initial_kg=plan.total_kg + 300.0),))
    with pytest.raises(InputError, match="kg of it for the attitude"):
        plan_or_explain(short)
