"""Answers that use a craft before there was one, or sooner than it takes to have one, are told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from stationkeep.campaign.response_notes import response_notes
from stationkeep.campaign.run import run_scenario
from stationkeep.scenario.loader import LoadedScenario, load_scenario


def with_answer(folder: Path, based_on: str = "iss-2022", **fields: Any) -> LoadedScenario:
    answer = {"type": "response", "who": "nasa", "source": "made up for a test", **fields}
    lines = {
        "schema": "stationkeep.scenario/1", "based_on": based_on, "id": "with-answer", "comparisons": [],
        "branches": {"hopes": {"label": "with hopes", "events": [answer]}},
    }  # fmt: skip
    path = folder / "case.yaml"
    path.write_text(yaml.safe_dump(lines), encoding="utf-8")
    return load_scenario(path)


def told(folder: Path, **fields: Any) -> list[str]:
    loaded = with_answer(folder, **fields)
    return response_notes(loaded.scenario, ["hopes"])


def test_a_trunk_bought_in_june_2022_was_not_there(tmp_path: Path) -> None:
    early, short = told(tmp_path, what="buy", provider="dragon-trunk", date_utc="2022-06-01T00:00:00Z", lead_days=60)
    assert "Branch 'with hopes': Dragon with boost trunk is bought and may come from 2022-07-31 on" in early
    # 31 July 2022 to 3 September 2025, the first burn.
    assert "1,130 days before any Boost-trunk Dragon had raised a station but in tests (2025-09-03, catalogue)" in early
    assert "60 days after it was decided; the catalogue has 610 days (365 to 900; derived: first burn" in short


def test_the_deorbit_vehicle_takes_six_years(tmp_path: Path) -> None:
    (note,) = told(tmp_path, what="buy", provider="usdv", date_utc="2023-01-01T00:00:00Z", lead_days=700)
    assert "700 days after it was decided; the catalogue has 2,447 days (2,190 to 2,560" in note
    assert not told(tmp_path, what="buy", provider="usdv", date_utc="2022-08-19T00:00:00Z", lead_days=2447)


@pytest.mark.parametrize(
    ("what", "extra", "notes"),
    [
        ("adapt", {"date_utc": "2022-04-10T00:00:00Z", "lead_days": 30}, 2),  # before 25 June 2022, and in 30 days
        ("adapt", {"date_utc": "2022-04-10T00:00:00Z", "lead_days": 90}, 0),
        ("bring-forward", {"date_utc": "2024-04-10T00:00:00Z", "days_forward": 60}, 0),
    ],
)
def test_months_for_a_cygnus(tmp_path: Path, what: str, extra: dict[str, Any], notes: int) -> None:
    assert len(told(tmp_path, what=what, provider="cygnus", **extra)) == notes


def test_a_flight_is_brought_forward_to_the_day_it_then_comes(tmp_path: Path) -> None:
    # The trunk's stays begin on 16 July 2022 and every 182 days: the next after 1 August 2024, 60 days earlier.
    (note,) = told(
        tmp_path, what="bring-forward", provider="dragon-trunk", date_utc="2024-08-01T00:00:00Z", days_forward=60
    )
    assert "is brought forward and may come from 2024-11-12 on, 295 days before" in note


@pytest.mark.parametrize("name", ["iss-2022", "iss-2024", "iss-2028-planned", "commercial-two-providers"])
def test_shipped_answers_keep_to_the_catalogue(name: str) -> None:
    scenario = load_scenario(name).scenario
    assert response_notes(scenario, list(scenario.branches)) == []


def test_the_run_says_so(tmp_path: Path) -> None:
    loaded = with_answer(
        tmp_path, what="buy", provider="dragon-trunk", date_utc="2022-06-01T00:00:00Z", lead_days=60
    )  # fmt: skip
    short = loaded.scenario.model_copy(update={"horizon_utc": loaded.scenario.epoch_utc.replace(month=8)})
    document = run_scenario(replace(loaded, scenario=short), runs=2, workers=1, beside_observed=False).document
    assert sum("raised a station but in tests" in note for note in document.notes) == 1
