"""Sides that share hand over what the other lacks as long as both are aboard and operate what is theirs."""

from __future__ import annotations

import pytest

from people_runs import campaign, events, flown, inputs
from stationkeep.simulation.aboard import Aboard

NO_FLIGHTS = events(
    "{type: withdrawal, date_utc: 2022-04-02, partner: roscosmos, scope: [stop-resupply-propellant, stop-flights]}"
)


def russian_water_kg(index: int) -> float:
    timeline = flown(NO_FLIGHTS, index, horizon="2022-09-25")[1]
    assert timeline.people is not None
    store = next(one for one in timeline.people.stores if one.name == "russian-water")
    return float(store.amount_kg[-1])


@pytest.mark.parametrize("index", [0, 1, 2])
def test_who_sends_nothing_but_is_aboard_still_shares(index: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three cosmonauts until 29 September, no Progress: the American side has water for all."""
    shared = russian_water_kg(index)
    monkeypatch.setattr(Aboard, "even_out", lambda *_: None)
    assert shared > russian_water_kg(index) + 20.0


def amounts(aboard: Aboard) -> tuple[float, float]:
    return float(aboard.state.amount("russian-food")), float(aboard.state.amount("us-food"))


def lopsided() -> Aboard:
    ready = campaign()
    setup = ready.mission.people
    assert setup is not None
    aboard = Aboard(setup, setup.world(inputs(ready).people))
    aboard.state.add_cargo("russian-food", 40.0 - aboard.state.amount("russian-food"))
    return aboard


def test_the_larder_below_its_reserve_is_filled_from_the_other() -> None:
    aboard = lopsided()
    before = amounts(aboard)
    aboard.even_out(())
    after = amounts(aboard)
    assert after[0] > before[0] + 100.0
    assert sum(after) == pytest.approx(sum(before))


@pytest.mark.parametrize("gone", [True, False])
def test_nothing_is_handed_over_with_who_has_gone_or_has_nobody_aboard(gone: bool) -> None:
    aboard = lopsided()
    if not gone:
        aboard.set_people({"russian": 0, "us": 4})
    before = amounts(aboard)
    aboard.even_out({"roscosmos"} if gone else ())
    assert amounts(aboard) == before
