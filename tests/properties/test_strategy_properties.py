"""What holds of every plan: limits, balance, and more Sun never costs less."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stationkeep.errors import InputError
from stationkeep.propulsion.burns import Thruster
from stationkeep.strategy.altitude import AltitudeBand, AltitudeStrategy
from stationkeep.strategy.feasibility import plan_or_explain
from stationkeep.strategy.losses import LossTable
from stationkeep.strategy.planner import Plan, PlanProblem, Unreachable, plan_burns
from stationkeep.strategy.stores import Draw, PropellantStore, Supply, ledger

START = 59000.0
LEVELS = np.arange(350.0, 481.0, 5.0)


def losses(loss_km_day: float) -> LossTable:
    return LossTable(START, LEVELS, np.tile(loss_km_day * np.exp(-(LEVELS - 415.0) / 60.0), (250, 1)))


@st.composite
def problems(draw: st.DrawFn) -> PlanProblem:
    floor = draw(st.floats(405.0, 415.0))
    ceiling = floor + draw(st.floats(3.0, 15.0))
    height = draw(st.floats(floor, ceiling))
    supplies = tuple(Supply(START + 40.0 * n, draw(st.floats(100.0, 900.0)), 2000.0) for n in (1, 2, 3))
    stored = PropellantStore(
        "p", "progress", "Progress", Thruster(800.0, 290.0), 1300.0, draw(st.floats(500.0, 3000.0)), supplies
    )
    return PlanProblem(
        strategy=AltitudeStrategy(
            (AltitudeBand(START, floor, ceiling),), cadence_days=draw(st.sampled_from([7.0, 20.0]))
        ),
        stores=(stored,),
        losses=losses(draw(st.floats(0.01, 0.12))),
        start_mjd_utc=START,
        stop_mjd_utc=START + 150.0,
        altitude_km=height,
        mass_kg=450.0e3,
        reference_mass_kg=450.0e3,
        end_km=height,
        overhead_kg=draw(st.sampled_from([0.0, 10.0])),
    )


def planned(case: PlanProblem) -> tuple[Plan | None, str]:
    try:
        return plan_or_explain(case), ""
    except InputError as error:
        return None, error.problem


@given(problems())
@settings(max_examples=40)
def test_a_plan_keeps_its_limits_and_the_ledger_balances(case: PlanProblem) -> None:
    plan, problem = planned(case)
    if plan is None:
        assert "because" in problem  # the cause is named
        return
    band = case.strategy.bands[0]
    assert plan.after_km.max() <= band.ceiling_km + 1.0e-5
    assert min(plan.before_km.min(), plan.after_km.min()) >= band.floor_km - 1.0e-5
    assert plan.after_km[-1] >= (case.end_km or 0.0) - 1.0e-5
    draws = [Draw(push.time_mjd_utc, "p", push.propellant_kg + case.overhead_kg) for push in plan.pushes]
    tank = ledger(case.stores, draws, START)["p"]  # refuses a draw that is not there
    assert tank.filled_kg - tank.drawn_kg == pytest.approx(tank.content_kg, abs=1.0e-8)
    spent = case.stores[0].initial_kg - tank.content_kg + (tank.filled_kg - case.stores[0].initial_kg)
    assert spent == pytest.approx(plan.total_kg, abs=1.0e-6)


@given(problems(), st.floats(1.05, 1.6))
@settings(max_examples=25)
def test_a_stronger_sun_never_costs_less(case: PlanProblem, factor: float) -> None:
    rich = replace(case, boundless=True)
    stronger = replace(rich, losses=LossTable(START, LEVELS, factor * case.losses.loss_km_day))
    try:
        weak, strong = plan_burns(rich).total_kg, plan_burns(stronger).total_kg
    except Unreachable:  # no plan within the limits: nothing to compare
        return
    # a grid step of 0.05 km is 4.6 kg; a burn may round by it
    assert strong >= weak - 5.0


@given(problems())
@settings(max_examples=25)
def test_wider_limits_never_cost_more(case: PlanProblem) -> None:
    rich = replace(case, boundless=True)
    band = case.strategy.bands[0]
    wide = replace(case.strategy, bands=(AltitudeBand(START, band.floor_km - 2.0, band.ceiling_km + 2.0),))
    try:
        narrow = plan_burns(rich).total_kg
    except Unreachable:  # no plan within the narrow limits
        return
    assert plan_burns(replace(rich, strategy=wide)).total_kg <= narrow + 10.0  # two grid steps of another grid
