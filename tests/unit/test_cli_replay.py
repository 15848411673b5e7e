"""``stationkeep replay``: the table, the document, the page, and every refusal with exit code 2 and one message."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest

from stationkeep.campaign.replay import ReplayDocument, replay_manifest
from stationkeep.logistics.history import flown_history
from stationkeep.report.traffic import replay_html

FLIGHTS = """name,vehicle_type,launch_utc,arrival_utc,first_port,last_undock_utc
Soyuz A,Soyuz,2022-01-01T00:00Z,2022-01-01T06:00Z,Rassvet nadir,2022-06-20T00:00Z
Progress D,Progress,2022-03-01T00:00Z,2022-03-03T00:00Z,Zvezda aft,2022-09-01T00:00Z
"""
CREW = """name,nationality,agency,up_vehicle,down_vehicle
Anna,RU,Roscosmos,Soyuz A,Soyuz A
Carol,US,NASA,Soyuz A,Soyuz A
"""


@pytest.fixture
def cli(run_command, tmp_path: Path):  # type: ignore[no-untyped-def]
    (tmp_path / "flights.csv").write_text(FLIGHTS)
    (tmp_path / "crew.csv").write_text(CREW)
    return partial(run_command, "replay")


def test_the_shipped_history_needs_no_argument(cli) -> None:  # type: ignore[no-untyped-def]
    code, out, error = cli()
    assert (code, error) == (0, "")
    for words in ("2020-01-01 to 2023-12-31", "3 to 11 people aboard", "No conflict", "Rubio", "GCAT", "CC BY 4.0"):
        assert words in " ".join(out.split())


def test_the_document(cli) -> None:  # type: ignore[no-untyped-def]
    code, out, _ = cli("--from", "2022-12-01", "--to", "2023-03-01", "--json", "-")
    assert code == 0
    document = json.loads(out)
    assert document["schema"] == "stationkeep.replay/1"
    assert [document["days"][0]["date"], document["days"][-1]["date"]] == ["2022-12-01", "2023-03-01"]
    assert document["conflicts"] == []
    day = next(day for day in document["days"] if day["date"] == "2023-01-20")
    assert {key: day[key] for key in ("aboard", "seats", "seats_docked")} == {
        "aboard": 7,
        "seats": 4,
        "seats_docked": 7,
    }
    assert sorted(day["without_seat"]) == ["Petelin, Dmitry", "Prokopyev, Sergey", "Rubio, Francisco"]
    assert "Soyuz MS-22" in day["vehicles"]
    assert document["shortages"][0]["mishap"] is True
    assert ReplayDocument.model_validate(document)


def test_without_dates_the_tables_are_looked_at_to_their_last(cli) -> None:  # type: ignore[no-untyped-def]
    code, out, _ = cli("--flights", "flights.csv", "--crew", "crew.csv", "--json", "-")
    document = json.loads(out)
    assert code == 0
    assert document["to_utc"] == "2022-09-01"  # Progress D leaves
    assert any("No craft arrives after 2022-03-03" in note for note in document["notes"])


def test_one_of_a_thing_is_not_told_as_several(cli, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "one.csv").write_text("\n".join(FLIGHTS.splitlines()[:2]) + "\n")
    _, out, _ = cli("--flights", "one.csv", "--crew", "crew.csv", "--to", "2022-01-31")
    assert "31 days · 2 people aboard · 1 craft at 1 port · 2 stays of people" in " ".join(out.split())
    cli("--flights", "one.csv", "--crew", "crew.csv", "--to", "2022-01-31", "--output", "one.html")
    assert " · 2 people aboard" in (tmp_path / "one.html").read_text(encoding="utf-8")


def test_own_tables(cli) -> None:  # type: ignore[no-untyped-def]
    code, out, _ = cli("--flights", "flights.csv", "--crew", "crew.csv", "--json", "made.json", "--to", "2022-07-01")
    assert code == 0
    assert "No conflict" in out
    days = json.loads(Path("made.json").read_text())["days"]
    assert [days[0]["date"], days[0]["aboard"], days[-1]["aboard"]] == ["2022-01-01", 2, 0]


def test_own_contingencies(cli) -> None:  # type: ignore[no-untyped-def]
    head = "vehicle,problem,from_utc,to_utc,seats,what\n"
    Path("wrong.csv").write_text(head + "Soyuz A,unfit,2022-02-01,2022-02-10,3,heater broken\n")
    given = ("--flights", "flights.csv", "--crew", "crew.csv", "--contingencies")
    _, out, _ = cli(*given, "wrong.csv", "--json", "-")
    (short,) = json.loads(out)["shortages"]
    assert (short["from_utc"], short["to_utc"]) == ("2022-02-01T00:00:00Z", "2022-02-10T00:00:00Z")
    _, out, _ = cli(*given, "none", "--json", "-")
    assert json.loads(out)["shortages"] == []
    Path("wrong.csv").write_text(head + "Soyuz A,broken,2022-02-01,,3,heater\n")
    code, _, error = cli(*given, "wrong.csv")
    assert code == 2
    assert "line 2: there is no problem 'broken'" in error
    Path("wrong.csv").write_text(head + "Soyuz Z,unfit,2022-02-01,,3,heater\n")
    code, _, error = cli(*given, "wrong.csv")
    assert (code, "no flight 'Soyuz Z'" in error) == (2, True)


def test_a_contradiction_is_written_down_and_refused(cli) -> None:  # type: ignore[no-untyped-def]
    Path("flights.csv").write_text(FLIGHTS + "Soyuz B,Soyuz,2022-05-01,2022-05-02,Rassvet nadir,2022-09-01\n")
    code, _, error = cli("--flights", "flights.csv", "--crew", "crew.csv", "--json", "made.json")
    assert code == 2
    assert "flights.csv, line 4: Soyuz B comes to Rassvet nadir" in error
    assert "another port" in error
    assert "Traceback" not in error
    (conflict,) = json.loads(Path("made.json").read_text())["conflicts"]
    assert (conflict["kind"], conflict["severity"]) == ("two-at-one-port", "impossible")


def test_a_person_without_a_craft_is_refused(cli) -> None:  # type: ignore[no-untyped-def]
    Path("crew.csv").write_text(CREW + "Zoe,US,NASA,Crew Z,Soyuz A\n")
    code, _, error = cli("--flights", "flights.csv", "--crew", "crew.csv")
    assert code == 2
    assert "crew.csv, line 4: Zoe: the flight up, 'Crew Z', is not in the table" in error


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--flights", "nowhere.csv"), "cannot read nowhere.csv"),
        (("--crew", "crew.csv"), "without flights"),
        (("--flights", "crew.csv"), "no column vehicle_type"),
        (("--flights", "flights.csv", "--crew", "flights.csv"), "no column nationality"),
        (("--from", "soon"), "'soon' is not a date"),
        (("--from", "2023-01-01", "--to", "2022-01-01"), "is before"),
        (("--from", "1800-01-01"), "century"),
        (("--json", ""), "is not a file name"),
    ],
)
def test_bad_input_is_one_message_and_exit_code_2(cli, arguments: tuple[str, ...], says: str) -> None:  # type: ignore[no-untyped-def]
    code, _, error = cli(*arguments)
    assert code == 2, error
    assert says in error
    assert "Traceback" not in error


def test_the_page_shows_all_three_charts_and_escapes_names(cli) -> None:  # type: ignore[no-untyped-def]
    Path("crew.csv").write_text(CREW.replace("Anna", "<b>Anna</b>"))
    code, _, _ = cli("--flights", "flights.csv", "--crew", "crew.csv", "--output", "page.html", "--to", "2022-05-01")
    assert code == 0
    page = Path("page.html").read_text()
    assert "<b>Anna" not in page
    for words in ('id="ports"', 'id="seats"', 'id="crew"', "Rassvet nadir", "Progress D", "<script"):
        assert (words in page) == (words != "<script")


def test_the_charts_name_what_they_show() -> None:
    page = replay_html(replay_manifest(flown_history()).document)
    for words in ("Harmony zenith", "Soyuz MS-22", "Vande Hei", "people without a seat", "CC BY 4.0"):
        assert words in page


def test_help_has_an_example(cli) -> None:  # type: ignore[no-untyped-def]
    code, out, _ = cli("--help")
    assert code == 0
    assert "Example: stationkeep replay" in " ".join(out.split())
