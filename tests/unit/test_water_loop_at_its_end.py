"""Who lives from what a loop of machines gives back gets all of it, and nothing is left lying about meanwhile."""

from __future__ import annotations

import pytest

from stationkeep.habitat.metabolism import Person
from stationkeep.habitat.state import HabitatState
from stationkeep.scenario.loader import load_scenario

MACHINES = ("acls-amine", "bpa", "elektron", "srv-k")


@pytest.fixture
def thirsty() -> HabitatState:
    """Four Americans without any water but what their processors win back; no toilet containers either."""
    life_support = load_scenario("iss-2022").scenario.life_support
    assert life_support is not None
    state = HabitatState(life_support.document.habitat(year=2026.0), 61000.0)
    state.set_people({"us": (Person(),) * 4})
    for store in ("us-water", "us-urine", "us-waste-water", "toilet-containers", "russian-oxygen", "russian-urine"):
        state.add_cargo(store, -state.amount(store))
    for machine in MACHINES:
        state.set_running(machine, False)
    state.advance(0.0)
    return state


def test_people_drink_what_the_processors_win_back(thirsty: HabitatState) -> None:
    flow = dict(zip(thirsty.plan.store_names, thirsty.moment.net, strict=True))
    rate = {name: float(thirsty.moment.rate[row]) for name, row in thirsty.plan.process_index.items()}
    # Water that is there while people go without would be theirs: neither piles up.
    assert flow["us-water"] == pytest.approx(0.0, abs=1e-9)
    assert flow["us-waste-water"] == pytest.approx(0.0, abs=1e-9)
    assert flow["us-urine"] == pytest.approx(0.0, abs=1e-9)
    assert rate["us-drinking"] == pytest.approx(4.0)
    assert rate["wpa"] > 10.0
