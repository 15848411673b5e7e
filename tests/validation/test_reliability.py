"""Do the windows hold the truth as often as they say? A part of validation/reliability.md, quick enough to run."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "validation"))

import reliability  # noqa: E402
import reliability_starts as starts  # noqa: E402

from stationkeep.timescale import mjd_utc, parse_utc  # noqa: E402


@pytest.fixture(scope="module")
def losses(shared_data: Path) -> list[starts.Judged]:
    """Held-out stretches of the station, one start in each: its middle third, so that there is a past and a future."""
    history = starts.read_history(shared_data / starts.truth.ISS_FILE)
    found: list[starts.Judged] = []
    for start, stop in starts.arcs.ARCS[1::2]:
        stretch = starts.Stretch(len(found), start, stop, 100, held_out=True)
        found += starts.losses_from(history, stretch, start + 0.3 * (stop - start))
    return found


def test_the_stations_windows(losses: list[starts.Judged]) -> None:
    found = reliability.reliability(losses)
    assert found.count >= 20
    # Ten stretches with two to four horizons each are some ten to fifteen independent witnesses. A right 50 % window
    # holds 4 to 11 of 15 in 98 of 100 such draws, a right 90 % window 11 or more.
    assert 0.25 <= found.inside_50 <= 0.8
    assert found.inside_90 >= 0.73


def test_a_window_that_holds_everything_says_nothing(losses: list[starts.Judged]) -> None:
    # Mean width of the logarithm plus misses; fixed sizes of 36 and 12 % gave 0.6 to 1.2 on the stretches that chose.
    assert reliability.reliability(losses).score_90 < 1.3


def test_tiangong_1_within_its_windows(shared_data: Path) -> None:
    rows = starts.falls(shared_data, "Tiangong-1", (60.0, 14.0))
    assert {row.sun for row in rows} == {"observed", "as-known"}
    for row in rows:
        # Far ahead it falls outside (reliability.md); within two months nothing may.
        assert 0.05 <= row.rank <= 0.95


def test_as_known_only_where_a_bulletin_of_the_year_before_ships() -> None:
    for day, wanted in (("2004-01-01", 1), ("2017-09-30", 1), ("2017-10-02", 2), ("2019-06-01", 1), ("2023-11-30", 2)):
        assert len(starts.suns(mjd_utc(parse_utc(day)))) == wanted


# --- the scores themselves, on truths whose law is known --------------------------------------------------------------


def judged(truth: float, draws: np.ndarray, cluster: str = "one") -> starts.Judged:
    return starts.Judged("observed", cluster, 59000.0, 10.0, 10, True, truth, draws)


def made_up(spread: float, seed: int = 1) -> list[starts.Judged]:
    """600 truths of a log-normal law, foretold by draws of a law ``spread`` times as wide."""
    rng = np.random.default_rng(seed)
    return [
        judged(float(np.exp(0.2 * rng.standard_normal())), np.exp(0.2 * spread * rng.standard_normal(200)), f"{number}")
        for number in range(600)
    ]


def test_right_windows_are_found_right() -> None:
    found = reliability.reliability(made_up(1.0))
    # 600 truths: 2 % (1 sigma) of the half, 1.2 % of nine tenths
    assert found.inside_50 == pytest.approx(0.5, abs=0.06)
    assert found.inside_90 == pytest.approx(0.9, abs=0.04)
    assert found.inside_50_range[0] < 0.5 < found.inside_50_range[1]
    assert found.clusters == 600


def test_windows_too_narrow_or_too_wide_are_found_out_and_score_worse() -> None:
    right, narrow, wide = (reliability.reliability(made_up(spread)) for spread in (1.0, 0.4, 2.5))
    assert narrow.inside_90 < 0.6
    assert wide.inside_50 > 0.8
    assert right.crps < min(narrow.crps, wide.crps)
    assert right.score_90 < min(narrow.score_90, wide.score_90)
    assert narrow.ranks_by_fifth[0] > narrow.ranks_by_fifth[2]


def test_one_truth_many_times_is_one_witness() -> None:
    draws = np.exp(0.2 * np.random.default_rng(2).standard_normal(200))
    same = reliability.reliability([judged(1.0, draws, "a") for _ in range(50)])
    assert same.clusters == 1
    assert same.inside_50_range == (same.inside_50, same.inside_50)


def test_the_drawing_is_a_picture() -> None:
    from xml.etree import ElementTree

    rows = made_up(1.0)
    root = ElementTree.fromstring(reliability.drawing([("made up", reliability.curve(rows), "#000")]))
    line = root.findall("{http://www.w3.org/2000/svg}polyline")
    assert len(line) == 1
    assert len(line[0].attrib["points"].split()) == len(reliability.LEVELS)
