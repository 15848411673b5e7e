"""Many fragments at once: the same as one by one, whatever the cores; the fast tolerance good enough."""

from __future__ import annotations

import numpy as np
import pytest

from stationkeep.descent.body import Body, Part
from stationkeep.descent.entry import EntryOptions, EntryState, cartesian_states, fly_entry
from stationkeep.descent.fragments import FAST_TOLERANCE, ballistic_fragments, fly_fragments, fragments_of
from stationkeep.descent.materials import material_named
from stationkeep.errors import InputError

PARTS = (
    Part("ball", "sphere", (0.1,), 1.4729, "AA7075"),
    Part("tank", "sphere", (0.6,), 30.0, "titanium"),
    Part("panel", "plate", (1.0, 1.0, 0.002), 5.0, "AA6061"),
    Part("wheel", "cylinder", (0.3, 0.1), 6.0, "steel"),
)


def states(count: int, seed: int = 1) -> np.ndarray:
    random = np.random.default_rng(seed)
    one = np.ones(count)
    steep = random.uniform(-2.5, -0.3, count)
    return cartesian_states(10.0 * one, 20.0 * one, 120.0 * one, 7400.0 * one, steep, 45.0 * one)


def test_many_fly_as_one_by_one() -> None:
    fragments = fragments_of(PARTS, [part.mass_kg for part in PARTS])
    state = EntryState(10.0, 20.0, 120.0, 7400.0, -0.8, 45.0)
    motion = np.repeat(
        cartesian_states(*(np.array([getattr(state, name)]) for name in state.__dataclass_fields__)), 4, 0
    )
    many = fly_fragments(motion, fragments, tolerance=0.01)
    for index, part in enumerate(PARTS):
        one = fly_entry(Body("body", (part,)), state, options=EntryOptions()).parts[0]
        assert many.landed[index] == (one.impact is not None)
        assert many.peak_heating_w[index] == pytest.approx(one.peak_heating_w, rel=1e-12)
        if one.impact is None:
            assert many.altitude_km[index] == pytest.approx(one.demise_km, abs=1e-9)
        else:
            assert many.latitude_deg[index] == pytest.approx(one.impact.latitude_deg, abs=1e-9)
            assert many.energy_j[index] == pytest.approx(one.impact.energy_j, rel=1e-12)


def test_the_number_of_threads_changes_nothing() -> None:
    random = np.random.default_rng(2)
    fragments = ballistic_fragments(
        10 ** random.uniform(-1, 3, 1500), 10 ** random.uniform(-2, 0.5, 1500), material_named("AA6061")
    )
    one, two = (fly_fragments(states(1500), fragments, threads=count) for count in (1, 2))
    assert (one.latitude_deg == two.latitude_deg).all()
    assert (one.mass_kg == two.mass_kg).all()


def test_the_fast_tolerance_is_good_enough_for_footprints() -> None:
    random = np.random.default_rng(3)
    mass = 10 ** random.uniform(-1, 3, 400)
    area = mass / 10 ** random.uniform(1.0, 3.0, 400)  # 10 to 1000 kg/m2
    fragments = ballistic_fragments(mass, area, material_named("AA6061"))
    fast, exact = (fly_fragments(states(400), fragments, tolerance=size) for size in (FAST_TOLERANCE, 1e-4))
    assert (fast.landed == exact.landed).mean() > 0.99
    both = fast.landed & exact.landed
    away = 111.2 * np.hypot(
        fast.latitude_deg - exact.latitude_deg,
        (fast.longitude_deg - exact.longitude_deg) * np.cos(np.radians(exact.latitude_deg)),
    )
    # km; footprints are hundreds long. The worst lose nine tenths of their mass, which amplifies every difference.
    assert away[both].max() < 3.0
    assert np.median(away[both]) < 0.15
    gone = ~fast.landed & ~exact.landed
    assert np.abs(fast.altitude_km - exact.altitude_km)[gone].max() < 0.05


def test_cold_fragments_come_down_whole_in_the_order_of_their_ballistic_coefficient() -> None:
    mass = np.array([1.0, 10.0, 100.0, 1000.0])
    fragments = ballistic_fragments(mass, np.ones(4), material_named("AA6061"), heated=False)
    fates = fly_fragments(np.repeat(states(1), 4, axis=0), fragments)
    assert fates.landed.all()
    assert (fates.mass_kg == mass).all()
    assert (np.diff(fates.speed_m_s) > 0.0).all()
    assert (np.diff(fates.latitude_deg) > 0.0).all()  # flying north-east: heavier, further
    assert fates.peak_heating_w.max() == 0.0


@pytest.mark.parametrize("mass", [[0.0], [-1.0], [np.nan]])
def test_masses_must_be_above_zero(mass: list[float]) -> None:
    with pytest.raises(InputError, match="above zero"):
        ballistic_fragments(mass, [1.0], material_named("AA6061"))


def test_states_must_fit() -> None:
    fragments = ballistic_fragments([1.0, 2.0], [1.0, 1.0], material_named("AA6061"))
    with pytest.raises(InputError, match="2 fragments"):
        fly_fragments(states(3), fragments)
