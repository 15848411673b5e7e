"""The high-fidelity engine beside Orekit with the same forces, over one day. Skips, and says why, where it cannot run.

The whole comparison, with its causes and over ten days, is ``validation/orekit_comparison.py``.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("heyoka", reason="high-fidelity propagation needs the extra 'precise'")
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "validation"))
from orekit_comparison import AIRLESS, BALLISTIC_M2_KG, EPOCH, LIGHT_M2_KG, Bench
from orekit_peer import Forces, OrekitMissing, add_burn, numerical, start_orekit, states_at

from stationkeep.orbit.finite_burn import BurnFrame, FiniteBurn
from stationkeep.orbit.high_fidelity import HighFidelityPropagator
from stationkeep.orbit.precise_dynamics import Density

pytestmark = pytest.mark.needs_heyoka


@pytest.fixture(scope="module")
def bench() -> Bench:
    try:
        start_orekit()
    except OrekitMissing as missing:
        pytest.skip(f"Orekit is left out: {missing}")
    return Bench(days=(1.0,))


def test_without_air_they_agree_to_centimetres(bench: Bench) -> None:
    # Same coefficients, same IERS table; what is left is Moon and Sun by another theory and rounding: 1 cm seen.
    row = bench.row("", bench.ours(AIRLESS), bench.orekit(Forces()))
    assert row.distance_m[0] < 0.05


def test_light_agrees(bench: Bench) -> None:
    lit = bench.ours(replace(AIRLESS, solar_pressure=True), light=LIGHT_M2_KG)
    row = bench.row("", lit, bench.orekit(Forces(light_m2_kg=LIGHT_M2_KG)))
    moved = bench.row("", lit, bench.ours(AIRLESS))
    # A wrong sign would double what light does (metres in a day); the penumbra is worth a centimetre.
    assert moved.distance_m[0] > 0.5
    assert row.distance_m[0] < 0.03 * moved.distance_m[0]


def test_drag_agrees_as_well_as_the_densities(bench: Bench) -> None:
    ours = bench.ours(replace(AIRLESS, density=Density.SURROGATE), BALLISTIC_M2_KG)
    orekit = bench.orekit(Forces(ballistic_m2_kg=BALLISTIC_M2_KG))
    air = bench.row("", ours, bench.ours(AIRLESS))
    row = bench.row("", ours, orekit)
    assert air.distance_m[0] > 500.0
    # The surrogate is within 0.5 % (1 sigma) of the model, less in the mean of a day.
    assert row.distance_m[0] < 0.01 * air.distance_m[0]


@pytest.mark.parametrize("frame", list(BurnFrame))
def test_burns_agree_in_all_axes(bench: Bench, frame: BurnFrame) -> None:
    settings = replace(AIRLESS, sun_and_moon=False, burns=True)
    propagator = HighFidelityPropagator(settings, frames=bench.frames)
    # Skew, so that each axis counts; 10 minutes, so that turning axes differ from fixed ones.
    burn = FiniteBurn(EPOCH + 0.1, 600.0, 3000.0, (0.8, 0.36, -0.48), frame, specific_impulse_s=300.0)
    flown = propagator.propagate(bench.start[:3], bench.start[3:], EPOCH, EPOCH + 0.5, burns=[burn], mass_kg=420_000.0)
    peer = numerical(bench.start, EPOCH, Forces(sun_and_moon=False), mass_kg=420_000.0)
    add_burn(peer, burn)
    theirs = states_at(peer, [EPOCH + 0.5])[0]
    # 4.3 m/s moves the station by 200 km in that time: 1 m is 5e-6 of it.
    assert np.linalg.norm(flown.final_state_gcrs[:3] - theirs[:3]) * 1e3 < 1.0
