"""The station's free decay, foreseen from the first 40 % of each arc; the page is validation/free_decay_arcs.md."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "validation"))

import free_decay_arcs as arcs  # noqa: E402

from stationkeep.orbit.history import read_history  # noqa: E402


@pytest.fixture(scope="module")
def held_out(shared_data: Path) -> list[arcs.ArcResult]:
    """The ten arcs that chose nothing."""
    history = read_history(shared_data / arcs.ISS_FILE)
    return [arcs.foresee(history, index) for index in range(1, len(arcs.ARCS), 2)]


def test_each_is_an_arc_as_asked_for(held_out: list[arcs.ArcResult]) -> None:
    assert len(held_out) == 10
    for found in held_out:
        assert found.held_out
        assert found.stop_mjd_utc - found.start_mjd_utc >= 35.0
        assert found.observed_km >= 2.0
        # the last set before the cut, at most some gap before it
        share = (found.cut_mjd_utc - found.start_mjd_utc) / (found.stop_mjd_utc - found.start_mjd_utc)
        assert 0.35 < share <= 0.4


def test_errors_of_the_loss_of_altitude(held_out: list[arcs.ArcResult]) -> None:
    median, eightieth = arcs.scores([found.error for found in held_out])
    # The goals of the project; a plain prototype with one coefficient from each arc got 8.5 and 20 %.
    assert median <= 0.07
    assert eightieth <= 0.15


def test_drift_does_better_than_one_number(held_out: list[arcs.ArcResult]) -> None:
    drift, plain = (arcs.scores([getattr(found, name) for found in held_out]) for name in ("error", "plain_error"))
    assert drift[0] < plain[0]
    assert drift[1] < plain[1]


def test_the_spread_is_honest(held_out: list[arcs.ArcResult]) -> None:
    ranks = np.array([found.rank for found in held_out])
    # Of ten truths a right 90 % window misses more than three once in a hundred times; a right 50 % window holds two to
    # eight of them in 98 of a hundred.
    assert np.sum(np.abs(ranks - 0.5) < 0.45) >= 7
    assert 2 <= np.sum(np.abs(ranks - 0.5) < 0.25) <= 8
