"""Whatever happens to a habitat, no atom is made or lost, no store goes below zero, and no order of names matters."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stationkeep.habitat.figures import shipped_habitat
from stationkeep.habitat.metabolism import Person
from stationkeep.habitat.plan import make_plan
from stationkeep.habitat.state import HabitatState

DOCUMENT = shipped_habitat()
HABITAT = DOCUMENT.habitat()
PLAN = make_plan(HABITAT)
MACHINES = sorted(HABITAT.equipment)
STORES = sorted(name for name, store in HABITAT.stores.items() if store.owner)

ACTIONS = st.one_of(
    st.tuples(st.just("people"), st.integers(0, 9), st.integers(0, 6)),
    st.tuples(st.just("cargo"), st.sampled_from(STORES), st.floats(-3000.0, 3000.0)),
    st.tuples(st.just("owner"), st.sampled_from(["nasa", "roscosmos", "esa"]), st.booleans()),
    st.tuples(st.just("power"), st.sampled_from(["us", "russian"]), st.floats(0.0, 1.0)),
    st.tuples(st.just("fail"), st.sampled_from(MACHINES), st.booleans()),
    st.tuples(st.just("run"), st.sampled_from(MACHINES), st.booleans()),
    st.tuples(st.just("leak"), st.floats(0.0, 30.0), st.none()),
)
HISTORIES = st.lists(st.tuples(ACTIONS, st.floats(0.0, 60.0)), min_size=1, max_size=5)


def act(state: HabitatState, action: Any) -> None:
    kind, first, second = action
    if kind == "people":
        state.set_people({"us": (Person(70.0),) * first, "russian": (Person(90.0, activity=1.2),) * second})
    elif kind == "cargo":
        state.add_cargo(first, second)
    elif kind == "owner":
        state.set_owner_active(first, second)
    elif kind == "power":
        state.set_segment_power(first, second)
    elif kind == "run":
        state.set_running(first, second)
    elif kind == "leak":
        state.set_leak(first)
    elif second:
        state.fail(first)
    else:
        state.repair(first)


@settings(max_examples=30, deadline=None)
@given(HISTORIES)
def test_atoms_are_kept_at_every_event_and_no_store_goes_below_zero(history: list[Any]) -> None:
    state = HabitatState(HABITAT, 59671.0, plan=PLAN)
    start = state.elements_kg()
    for action, days in history:
        act(state, action)
        before = state.time_mjd_utc
        events = state.advance(days)
        assert state.elements_kg() == pytest.approx(start, rel=1e-9, abs=1e-9)
        assert float(state.moment.amount.min()) >= 0.0
        assert bool(np.all(state.moment.amount <= PLAN.network.capacity))
        times = [event.time_mjd_utc for event in events]
        assert times == sorted(times)
        assert all(before - 1e-9 <= time <= state.time_mjd_utc + 1e-9 for time in times)


@settings(max_examples=12, deadline=None)
@given(HISTORIES, st.randoms(use_true_random=False))
def test_the_order_of_names_in_a_file_changes_nothing(history: list[Any], random: Any) -> None:
    def shuffled(entries: Any) -> Any:
        items = list(entries.items())
        random.shuffle(items)
        return MappingProxyType(dict(items))

    other = replace(
        HABITAT, stores=shuffled(HABITAT.stores), equipment=shuffled(HABITAT.equipment), sides=shuffled(HABITAT.sides)
    )
    one, two = HabitatState(HABITAT, 0.0, plan=PLAN), HabitatState(other, 0.0)
    for action, days in history:
        act(one, action)
        act(two, action)
        one.advance(days)
        two.advance(days)
    for name in HABITAT.all_stores:
        # Sums are added up in another order, so digits may differ, events by as much, and little else.
        assert two.amount(name) == pytest.approx(one.amount(name), rel=1e-6, abs=1e-5)


@settings(max_examples=15, deadline=None)
@given(HISTORIES, st.integers(2, 7))
def test_a_journey_in_pieces_ends_where_it_ends_in_one(history: list[Any], pieces: int) -> None:
    one, two = HabitatState(HABITAT, 0.0, plan=PLAN), HabitatState(HABITAT, 0.0, plan=PLAN)
    for action, days in history:
        act(one, action)
        act(two, action)
        one.advance(days)
        for _ in range(pieces):
            two.advance(days / pieces)
    for name in ("us-food", "russian-food", "us-nitrogen", "toilet-containers", "trash"):
        # Steps of the carbon dioxide's settling end elsewhere; what does not hang on it must not notice.
        assert two.amount(name) == pytest.approx(one.amount(name), rel=1e-6, abs=1e-3)
