"""A branch whose runs are brought down on target: no fall after the horizon, no loss where somebody had decided."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from partner_case import CATALOGUE, fly, response, scenario, withdrawal
from sample_document import falling_branch, flying_branch, sample_document
from stationkeep.campaign.beside import reentry_of
from stationkeep.campaign.document import BranchDocument, BroughtDown, LostFunction
from stationkeep.campaign.losses import functions_lost
from stationkeep.campaign.part import MeanAltitude
from stationkeep.campaign.quantiles import altitude_quantiles
from stationkeep.report import text
from stationkeep.report.altitude import _curves, altitude_figure
from stationkeep.report.fall_words import brought_down_text, last_end_utc, median_end_utc
from stationkeep.report.figures import WIDE
from stationkeep.report.html import report_html
from stationkeep.report.verdict import verdict_rows, verdict_sentence
from stationkeep.simulation.providers import plan_providers
from stationkeep.timescale import mjd_utc

HORIZON = "2031-01-01T00:00:00Z"
DAY = "2029-06-01T00:00:00Z"


def branch(fallen: int, down: int, runs: int = 6) -> BranchDocument:
    """``fallen`` runs fall in March 2030 and the months after it, ``down`` are brought down in September 2029."""
    first = datetime(2030, 3, 10, tzinfo=UTC)
    falls = [mjd_utc(first + timedelta(days=31.0 * number)) for number in range(fallen)]
    plain = falling_branch("x", fall=first, spread_days=10.0, runs=runs) if fallen else flying_branch(runs=runs)
    when = "2029-09-18T00:00:00Z"
    end = BroughtDown(
        share=down / runs, p05_utc=when, median_utc=when, p95_utc=None, failure_probability=0.01,
        casualty_expectation=1.0e-5,
    )  # fmt: skip
    fall = reentry_of([*falls, *[None] * (runs - fallen)])
    return plain.model_copy(update={"brought_down": end, "reentry": fall, "reboost_ends_utc": DAY})


def rows(one: BranchDocument) -> dict[str, str]:
    """The first answer under each label: the spread is that of the fall itself."""
    document = sample_document().model_copy(update={"branches": {"x": one}, "runs": len(one.reentry.dates_utc)})
    return {row.label: row.answers[0] for row in reversed(verdict_rows(document))}


@pytest.mark.parametrize(
    ("fallen", "down", "falls", "window"),
    [
        (0, 6, "no, brought down on target", text.NONE),
        (1, 5, "10 Mar 2030 in 1 of 6 runs", "10 Mar 2030"),
        (4, 2, "Apr 2030", "Mar – Jun 2030"),
        (2, 2, "Apr 2030 in 2 of 6 runs", "from Mar 2030 to after 2031"),
        (0, 3, "not by 2031", text.NONE),
    ],
)
def test_runs_brought_down_are_not_still_flying_after_the_horizon(
    fallen: int, down: int, falls: str, window: str
) -> None:
    told = rows(branch(fallen, down))
    assert (told["Station falls"], told["range of the 6 runs"]) == (falls, window)


def test_the_sentence_and_the_page_leave_them_out_too() -> None:
    said = verdict_sentence(branch(1, 5), HORIZON, 6)
    assert said.startswith("Falls by 1 January 2031 in 1 of 6 runs (10 March 2030).")
    assert "; range of the 6 runs March – June 2030." in verdict_sentence(branch(4, 2), HORIZON, 6)
    pages = [
        report_html(
            sample_document().model_copy(update={"branches": {"x": one, "y": flying_branch()}, "runs": 6}), reproduce=""
        )
        for one in (branch(4, 2), branch(0, 6))
    ]
    dates = pages[0].split("<h3>Dates</h3>")[1].split("</table>")[0]
    assert "10 Jun 2030" in dates or "11 Jun 2030" in dates
    assert "Runs brought down on target are left out of the dates" in dates
    assert "still flying on 1 Jan 2031 or has been brought down on target" in pages[1].replace("January", "Jan")


def test_reboost_that_ends_by_decision_is_told_as_one() -> None:
    loss = LostFunction(
        function="reboost", title="reboost", share=1.0, p05_utc=DAY, median_utc=DAY, p95_utc=DAY, provided_by=None,
        could_have=[],
    )  # fmt: skip
    one = branch(0, 6)
    assert rows(one)["Reboost no longer possible"] == "1 Jun 2029, as decided"
    lost = one.model_copy(update={"functions_lost": [loss]})
    assert rows(lost)["Reboost no longer possible"] == "1 Jun 2029"


def test_no_raising_any_more_by_decision_is_no_loss_and_without_one_is() -> None:
    def lost(*events: dict[str, Any]) -> set[str]:
        run = fly(*events)
        stated = scenario(*events)
        plans = plan_providers(stated, CATALOGUE)
        mission = SimpleNamespace(scenario=stated, partner_names={}, providers=plans)
        case = SimpleNamespace(mission=mission, catalogue=CATALOGUE)
        return {one.function for one in functions_lost(case, "x", run, [run])}  # type: ignore[arg-type,list-item]

    assert "reboost" not in lost(response("2022-04-20", what="deorbit"))
    assert "reboost" in lost(withdrawal("2022-04-20"), response("2022-05-20", what="deorbit"))


def test_altitudes_leave_out_who_is_brought_down_and_end_the_median_with_half_of_them() -> None:
    nan = np.nan
    flown = np.array([[400.0, 300.0, nan, nan], [401.0, 310.0, 220.0, nan], [402.0, 320.0, nan, nan]])
    low, middle, high = altitude_quantiles(flown, np.array([True, True, False]))
    assert low == [400.0, 300.0, None, None]  # the third has fallen by then
    assert middle == [401.0, 310.0, None, None]
    assert high == [402.0, 320.0, 220.0, None]
    assert altitude_quantiles(flown, np.array([True, True, True])) == [
        [400.0, 300.0, 220.0, None], [401.0, 310.0, None, None], [402.0, 320.0, 220.0, None],
    ]  # fmt: skip
    assert altitude_quantiles(flown)[0] == [400.0, 300.0, None, None]


def test_the_picture_ends_the_line_where_it_is_brought_down() -> None:
    one = branch(0, 6)
    dates = [f"2029-{month:02d}-01" for month in range(1, 12)]
    band = [400.0 - 18.0 * number for number in range(11)]
    fan = MeanAltitude(dates_utc=dates, p05=[*band[:10], None], median=[*band[:9], None, None], p95=[*band[:10], None])
    one = one.model_copy(update={"mean_altitude_km": fan})
    assert last_end_utc(one) == "2029-10-01"
    assert (median_end_utc(one), brought_down_text(one)) == ("2029-09-18T00:00:00Z", "brought down Sep 2029")
    grid, low, middle, high = _curves(one)
    assert np.nanmin(low) == np.nanmin(high) == band[9]  # no band down to the axis
    assert grid[np.isfinite(middle)][-1] == mjd_utc(datetime(2029, 9, 18, tzinfo=UTC))
    assert np.nanmin(middle) == 120.0
    drawn = altitude_figure(sample_document().model_copy(update={"branches": {"x": one}, "runs": 6}), WIDE)
    assert "brought down Sep 2029" in drawn
    assert "not by" not in drawn
