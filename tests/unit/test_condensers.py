"""Whose condensers dry the air: those of a partner that has gone do not, nor does its water go overboard."""

from __future__ import annotations

import pytest

from stationkeep.habitat.figures import shipped_habitat
from stationkeep.habitat.metabolism import Person
from stationkeep.habitat.state import HabitatState


def after_months(gone: str, us: int, russian: int) -> dict[str, float]:
    """What the stores gain in 100 days [kg/d], once all that was to fill up has had 100 days to do so."""
    state = HabitatState(shipped_habitat().habitat(year=2022.25), 59671.0)
    state.set_people({"us": (Person(),) * us, "russian": (Person(),) * russian})
    state.set_owner_active(gone, False)
    state.advance(100.0)
    before = {name: state.amount(name) for name in state.habitat.all_stores}
    state.advance(100.0)
    return {name: (state.amount(name) - kg) / 100.0 for name, kg in before.items()}


def test_without_nasa_the_water_of_the_air_stays_with_those_who_drink_it() -> None:
    """Three people's condensate is Russian again, as before the American processor came (9.8 kg/d drawn otherwise)."""
    gain = after_months("nasa", us=0, russian=3)
    assert -5.0 < gain["russian-water"] < -3.0
    assert gain["us-waste-water"] == pytest.approx(0.0, abs=1e-6)
    assert abs(gain["cabin-humidity"]) < 1e-3


def test_without_roscosmos_four_americans_gain_water() -> None:
    """Food's water comes on top of what is recovered: they lost 2.7 kg/d by Russian condensers nobody emptied."""
    gain = after_months("roscosmos", us=4, russian=0)
    assert gain["us-water"] > 0.0
    assert gain["russian-condensate"] == pytest.approx(0.0, abs=1e-6)
    assert gain["overboard-water"] == pytest.approx(0.0, abs=1e-2)
    assert abs(gain["cabin-humidity"]) < 1e-3


def test_a_full_tank_leaves_the_water_of_the_air_to_the_other_side() -> None:
    """The American processor stays broken: its tank fills up, and then the Russian condensers have all of it."""
    state = HabitatState(shipped_habitat().habitat(year=2022.25), 59671.0)
    state.set_people({"us": (), "russian": (Person(),) * 3})
    state.fail("wpa")
    state.advance(100.0)
    drinks, overboard = ("us-water", "russian-water"), state.amount("overboard-water")
    before = sum(map(state.amount, drinks))
    state.advance(50.0)
    assert (sum(map(state.amount, drinks)) - before) / 50.0 > -5.0
    assert state.amount("overboard-water") == pytest.approx(overboard, abs=0.3)  # the leak's
    state.fail("srv-k")
    state.advance(100.0)  # with no processor left it goes overboard, and the air stays dry
    assert state.amount("overboard-water") > overboard + 100.0
    assert state.amount("cabin-humidity") == pytest.approx(8.85, rel=0.02)
