"""Repairs that are refused: asked for rarely, with the same result as if asked for each time."""

from __future__ import annotations

import pytest

from stationkeep.habitat.failures import RETRY_DAYS, Breakdown, Workshop
from stationkeep.habitat.figures import shipped_habitat
from stationkeep.habitat.state import HabitatState

START = 59671.0


def without_spares() -> tuple[HabitatState, str, str]:
    state = HabitatState(shipped_habitat().habitat(), START)
    name, law = next(
        (name, machine.failure)
        for name, machine in state.habitat.equipment.items()
        if machine.failure is not None and machine.failure.spare_store and machine.failure.spare_kg > 0.0
    )
    state.add_cargo(law.spare_store, -state.amount(law.spare_store))
    return state, name, law.spare_store


def test_one_long_wait_for_a_spare_is_many_short_ones() -> None:
    state, name, _ = without_spares()
    twin, shops = state.copy(), [Workshop([Breakdown(1.0, name, 2.0)], START) for _ in range(2)]
    shops[0].advance(state, 40.0)
    for _ in range(80):
        shops[1].advance(twin, 0.5)
    assert [time for time, _ in shops[0].refused] == pytest.approx([START + 3.0 + RETRY_DAYS * k for k in range(8)])
    assert [one for _, one in shops[1].refused] == [name] * 8
    assert shops[0].next_mjd_utc() == pytest.approx(shops[1].next_mjd_utc())
    assert state.moment.amount == pytest.approx(twin.moment.amount, abs=1e-6)


def test_the_repair_is_done_at_the_first_try_after_the_spare_came() -> None:
    state, name, spares = without_spares()
    shop = Workshop([Breakdown(1.0, name, 2.0)], START)
    shop.advance(state, 20.0)  # refused on days 3, 8, 13, 18
    state.add_cargo(spares, 500.0)
    shop.advance(state, 2.9)
    assert name in state.failed
    shop.advance(state, 0.2)  # day 23
    assert name not in state.failed
