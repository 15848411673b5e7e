"""The decay engine against flights whose end is known; the same figures and more are in validation/decay.md."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "validation"))

import decay_truth as truth  # noqa: E402

from stationkeep.orbit.history import read_history  # noqa: E402
from stationkeep.timescale import mjd_utc, parse_utc  # noqa: E402

DAYS_BEFORE = (90, 60, 30, 14, 7)


def listed(name: str) -> set[str]:
    lines = (REPOSITORY / "validation" / name).read_text(encoding="utf-8").splitlines()
    return {line for line in lines if line and not line.startswith("#")}


def test_nothing_is_validated_on_what_it_was_fitted_to() -> None:
    fitted, held_out = listed("objects_fitted.txt"), listed("objects_held_out.txt")
    assert {line[:5] for line in fitted} & {line[:5] for line in held_out} == {"25544"}  # at different times
    assert any(line.startswith("37820") for line in held_out)
    assert any(line.startswith("32789") for line in fitted)


def test_the_station_in_the_spring_of_2022(shared_data: Path) -> None:
    found = truth.iss_spring_2022(shared_data)
    arcs = found.calibration.arcs
    assert found.observed_loss_km == pytest.approx(2.44, abs=0.005)
    assert max(arc.stop_mjd_utc for arc in arcs) < mjd_utc(parse_utc("2022-03-12"))
    assert len(arcs) >= 3  # single arcs of that winter give 1.9 to 3.1 km
    # 15 %: the mean coefficient of the 60 days after a fit is known to 20 % here (1 sigma), two element sets add 3 %.
    assert abs(found.error_fraction) < 0.15


@pytest.fixture(scope="module")
def tiangong(shared_data: Path) -> list[truth.Prediction]:
    history = read_history(shared_data / truth.TIANGONG_FILE)
    return truth.predictions(history, truth.TIANGONG_END_MJD, DAYS_BEFORE, "observed")


@pytest.mark.parametrize("index", range(len(DAYS_BEFORE)), ids=[f"{days}_days_before" for days in DAYS_BEFORE])
def test_when_tiangong_1_came_down(tiangong: list[truth.Prediction], index: int) -> None:
    found = tiangong[index]
    # The aim of the project: none above 15 % of the remaining time, which is about what the art is held to reach.
    assert abs(found.error_fraction) < 0.15
    assert found.window_holds_truth
    # A window that holds everything says nothing: density and drag to 15 % (1 sigma) make it half the time wide.
    assert found.p95_days - found.p05_days < 0.5 * found.days_before


@pytest.mark.parametrize("days_before", [1.0, 0.5])
def test_the_last_day_of_tiangong_1_is_not_taken_for_known(shared_data: Path, days_before: float) -> None:
    # The last set's axis is good to a kilometre and the drag changes within hours: a tenth to a fifth of what remains,
    # 1 sigma. Nothing was tuned here: the sizes were found on Delfi-C3 and on the sets before.
    history = read_history(shared_data / truth.TIANGONG_FILE)
    (found,) = truth.predictions(history, truth.TIANGONG_END_MJD, (days_before,), "observed")
    assert found.window_holds_truth
    assert 0.3 * days_before < found.p95_days - found.p05_days < 0.8 * days_before


def test_the_median_error_on_tiangong_1(tiangong: list[truth.Prediction]) -> None:
    # The aim: 5 % of the remaining time from 90 to 7 days ahead. One object, not strictly blind: see reliability.md.
    errors = sorted(abs(found.error_fraction) for found in tiangong)
    assert errors[len(errors) // 2] <= 0.05


def test_the_rank_of_the_truth_agrees_with_the_window(tiangong: list[truth.Prediction]) -> None:
    # Both are read off the same 200 runs; the window's ends are single runs.
    for found in tiangong:
        assert (0.02 <= found.rank <= 0.98) == found.window_holds_truth
        assert found.rank - 0.5 == pytest.approx(0.0, abs=0.1) or (found.rank > 0.5) == (found.median_days < 0.0)


def test_the_station_without_reboost_under_the_sun_that_came() -> None:
    found = truth.withdrawal_fall("observed")
    assert found.p05_years is not None
    assert found.median_years is not None
    assert found.p95_years is not None
    # "About two years" is what is asked; nobody knows the truth. Published: 1-2 years (NASA), 2-5 years (Roscosmos).
    assert 1.5 < found.median_years < 2.5
    # 17 % of coefficient and up to 30 % of density, averaged over the flight: some 20 % (1 sigma) either way.
    assert 0.3 < found.p95_years - found.p05_years < 1.5


def test_half_years_of_the_station_at_418_km() -> None:
    # One coefficient, fitted in the winter of 2021-22, against what NASA's messages foresaw. 25 %: their coefficient
    # is refitted at almost every release, they are few, and the density model wanders by 15 %.
    for label in ("2022H1", "2023H1", "2024H1"):
        published = truth.PUBLISHED_RATES_M_DAY[label]
        _, median = truth.half_year_rates_m_day(label)
        assert 0.75 * min(published) < median < 1.25 * max(published)
