"""``stationkeep margins``: the answer, the document, the pictures, and every refusal with exit code 2."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from stationkeep.campaign.margins_document import MarginsDocument
from stationkeep.report.margins_text import planned_text
from stationkeep.scenario.shipped import shipped_scenarios


@pytest.fixture
def cli(run_command):  # type: ignore[no-untyped-def]
    return partial(run_command, "margins", "iss-2022", "--draws", "0")


def document(cli: Any, *options: str) -> dict[str, Any]:
    code, out, error = cli(*options, "--json", "-")
    assert (code, error) == (0, "")
    found: dict[str, Any] = json.loads(out)
    assert MarginsDocument.model_validate(found)
    return found


def test_the_answer_at_the_epoch(cli) -> None:  # type: ignore[no-untyped-def]
    code, out, error = cli()
    assert (code, error) == (0, "")
    for words in ("2 April 2022", "branch cooperation", "First limit", "American food", "Left empty", "9 Jun 2022"):
        assert words in " ".join(out.split())


def test_the_document_has_the_fields_of_the_issue(cli) -> None:  # type: ignore[no-untyped-def]
    found = document(cli)
    assert found["schema"] == "stationkeep.margins/1"
    assert {"name", "owner", "days_to_reserve", "days_to_zero"} <= found["stores"][0].keys()
    assert {"aboard", "seats", "short_from_utc"} <= found["seats"].keys()
    assert (found["seats"]["aboard"], found["seats"]["seats"]) == (7, 7)
    # Crew-3 came on 11 November 2021 and is good for 210 days (NASA, Commercial Crew Program).
    assert found["first_limit"]["kind"] == "seats"
    assert found["first_limit"]["date_utc"].startswith("2022-06-09")
    assert found["empty"]["possible"] is True
    assert found["people_until"][0]["people"] == 7


def test_the_date_is_reached_by_the_run_of_the_branch(cli) -> None:  # type: ignore[no-untyped-def]
    kept = document(cli, "--date", "2022-10-01")
    left = document(cli, "--date", "2022-10-01", "--branch", "withdrawal")
    assert kept["seats"]["aboard"] == 7
    assert left["seats"]["aboard"] == 4
    assert not any("Soyuz" in one["flight"] for one in left["seats"]["craft"])
    assert left["run"]["attitude_lost_utc"] is not None
    assert kept["run"]["attitude_lost_utc"] is None


def test_an_empty_station_has_margins_too(cli) -> None:  # type: ignore[no-untyped-def]
    found = document(cli, "--date", "2023-06-01", "--branch", "withdrawal")
    assert found["seats"]["aboard"] == 0
    assert found["people_until"] == []
    # Nobody can come back to it: the attitude was lost in October 2022; its air would keep.
    assert found["empty"]["possible"] is False
    assert "attitude" in found["empty"]["words"]
    assert found["empty"]["air_days"] > 300.0


def test_left_empty_counts_the_attitude(cli) -> None:  # type: ignore[no-untyped-def]
    kept = document(cli)["empty"]
    # Nothing more delivered: thrusters' propellant and gyros end long before the air does.
    assert kept["until_utc"] == kept["attitude_lost_utc"] < kept["falls_utc"]
    assert 365.0 < kept["days"] < kept["air_days"]
    # Without Roscosmos nobody's thrusters unload the gyros.
    alone = document(cli, "--without", "roscosmos")["empty"]
    assert alone["days"] < kept["days"]
    assert "attitude and height" not in alone["not_counted"]


def test_without_a_partner(cli) -> None:  # type: ignore[no-untyped-def]
    found = document(cli, "--without", "roscosmos")
    assert found["without"]["craft"] == ["Progress MS-18", "Progress MS-19", "Soyuz MS-21"]
    assert found["without"]["people"] == ["Artemyev, Oleg", "Korsakov, Sergey", "Matveev, Denis"]
    assert found["seats"]["aboard"] == 4
    assert found["run"] is None
    nasa = document(cli, "--without", "nasa")
    assert nasa["without"]["craft"] == ["SpaceX Crew-3", "Cygnus NG-17"]
    assert len(nasa["without"]["people"]) == 4  # Maurer of ESA, too: he sits in the same craft
    assert (nasa["seats"]["aboard"], nasa["seats"]["seats"]) == (3, 3)
    assert nasa["first_limit"]["kind"] != "seats" or "Soyuz" in nasa["first_limit"]["what"]
    none_left = document(cli, "--without", "spacex")
    assert none_left["first_limit"]["days"] == 0.0
    assert len(none_left["seats"]["without"]) == 4


@pytest.mark.parametrize("ending", ["html", "svg", "png"])
def test_pictures(cli, ending: str, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / f"margins.{ending}"
    code, out, _ = cli("--output", str(path))
    assert code == 0
    assert str(path) in out.replace("\n", "")
    data = path.read_bytes()
    if ending == "html":
        text = data.decode()
        assert "<script" not in text
        for words in ("American food", "Soyuz MS-21", "What ends first", "Left empty"):
            assert words in text
    else:
        assert data.startswith(b"\x89PNG" if ending == "png" else b"<?xml")


def test_draws_are_repeated_by_their_seed(run_command) -> None:  # type: ignore[no-untyped-def]
    call = partial(run_command, "margins", "iss-2022", "--json", "-")
    first, again, other = call("-n", "6"), call("-n", "6"), call("-n", "6", "--seed", "2")
    assert first[1] == again[1]
    assert first[1] != other[1]
    found = json.loads(first[1])
    food = next(one for one in found["stores"] if one["name"] == "us-food")
    assert food["days_to_zero_interval"]["p05"] < food["days_to_zero_interval"]["p95"]
    # Amounts are drawn from the range the scenario states.
    assert 1320.0 <= food["amount_kg_interval"]["p05"] < food["amount_kg_interval"]["p95"] <= 1760.0


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--date", "2021-01-01"), "lies outside scenario iss-2022"),
        (("--date", "yesterday"), "yesterday"),
        (("--branch", "withdraval"), "did you mean 'withdrawal'"),
        (("--without", "roskosmos"), "did you mean 'roscosmos'"),
        (("--draws", "-1"), "-1 draws"),
        (("--output", "margins.pdf"), "end it in .html, .svg or .png"),
        (("--date", "2025-06-01", "--branch", "withdrawal"), "has come down"),
    ],
)
def test_refusals(cli, options: tuple[str, ...], words: str) -> None:  # type: ignore[no-untyped-def]
    code, out, error = cli(*options)
    assert (code, out) == (2, "")
    assert words in " ".join(error.split())


def test_a_scenario_without_people_says_which_have_them(run_command, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    text = shipped_scenarios()["iss-2022"].read_text(encoding="utf-8")
    begin, end = text.index("life_support:"), text.index("branches:")
    path = tmp_path / "bare.yaml"
    path.write_text(text[:begin] + text[end:].replace(", stop-flights", "").replace(", recall-crew", ""))
    code, _, error = run_command("margins", str(path))
    assert code == 2
    assert "life_support" in error
    told = " ".join(error.split())
    assert "scenarios with both: " in told
    assert ", iss-2022, " in told


def test_what_is_empty_now_is_not_said_to_end_in_no_days(cli) -> None:  # type: ignore[no-untyped-def]
    store = MarginsDocument.model_validate(document(cli)).stores[0]
    empty = store.model_copy(update={"amount_kg": 0.0, "planned_days_to_zero": 0.0})
    assert planned_text(empty, 730.0) == "empty now"  # ships may fill it four times a year
    assert planned_text(store.model_copy(update={"planned_days_to_zero": 12.4}), 730.0) == "12"
    assert planned_text(store.model_copy(update={"planned_days_to_zero": None}), 730.0) == "> 730"
