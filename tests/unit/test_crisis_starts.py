"""Branches from any day of the crisis: entries by id, scenarios based on others, starts before the flagship's epoch."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from stationkeep.campaign.departures import departure
from stationkeep.campaign.matrix_cases import asked
from stationkeep.campaign.weather import campaign_weather
from stationkeep.catalogue.loader import load_catalogue
from stationkeep.cli.app import app
from stationkeep.errors import InputError, ScenarioError
from stationkeep.logistics.state import StationTraffic
from stationkeep.partnership.crisis import CrisisTimeline, crisis_timeline, moment_of
from stationkeep.scenario.events import Withdrawal
from stationkeep.scenario.flights import flight_plan
from stationkeep.scenario.loader import load_scenario, read_scenario
from stationkeep.scenario.shipped import shipped_variants

FROM_FEBRUARY = "schema: stationkeep.scenario/1\nbased_on: iss-2022-february\nid: mine\n"
LEAVES = "    - {type: withdrawal, partner: roscosmos, scope: [stop-flights], date_utc: DATE, source: a guess}\n"


def refused(text: str, folder: Path | None = None) -> str:
    with pytest.raises(ScenarioError) as caught:
        read_scenario(text, "mine.yaml", folder=folder)
    return str(caught.value)


# --- Entries ----------------------------------------------------------------------------------------------------------


def test_every_entry_has_its_own_id_a_source_and_a_day() -> None:
    entries = crisis_timeline().entries
    assert len({entry.id for entry in entries}) == len(entries) >= 17
    assert all(entry.date_known_to == "day" and entry.quality in ("A", "B") and entry.source for entry in entries)
    # What FACTS of the crisis hold beside statements: the letters, ExoMars, the two Soyuz, the seats.
    assert {"demand-letters", "exomars-suspended", "soyuz-ms-21", "vande-hei-lands", "seat-exchange"} <= {
        entry.id for entry in entries
    }


def test_a_timeline_with_an_id_twice_or_out_of_order_is_refused() -> None:
    whole = crisis_timeline().model_dump(by_alias=True)
    first, second, *rest = whole["entries"]
    with pytest.raises(ValueError, match="'sanctions' is given twice"):
        CrisisTimeline.model_validate({**whole, "entries": [first, {**second, "id": "sanctions"}, *rest]})
    with pytest.raises(ValueError, match="order of their dates"):
        CrisisTimeline.model_validate({**whole, "entries": [*rest, first]})


def test_a_moment_is_a_date_or_an_entry() -> None:
    assert moment_of("demand-letters", "crisis-2022") == datetime(2022, 3, 12, tzinfo=UTC)
    assert moment_of("2022-03-12", "crisis-2022") == moment_of("2022-03-12", None)
    with pytest.raises(InputError, match="did you mean 'exomars-suspended'"):
        moment_of("exomars", "crisis-2022")
    with pytest.raises(InputError, match="is not a date"):
        moment_of("demand-letters", None)


def test_an_entry_of_another_timeline_and_no_date_at_all_are_told_in_our_words() -> None:
    with pytest.raises(
        InputError, match="entry of the timeline crisis-2022, which this scenario does not have"
    ) as said:
        departure(load_scenario("iss-2024"), [], ["roscosmos"], "sanctions", None)
    assert "2022-02-24" in (said.value.hint or "")
    for given in ("24-feb", "soon"):
        with pytest.raises(InputError) as refusal:
            moment_of(given, None)
        assert refusal.value.problem == f"{given!r} is not a date"
    with pytest.raises(InputError, match="is not a date: day"):
        moment_of("2022-02-30", None)


def test_the_command_lists_the_ids() -> None:
    shown = CliRunner().invoke(app, ["claims", "iss-2022", "--timeline"])
    assert shown.exit_code == 0
    assert all(entry.id in shown.output for entry in crisis_timeline().entries)
    wrong = CliRunner().invoke(app, ["claims", "iss-2023", "--timeline"])
    assert isinstance(wrong.exception, InputError)  # a scenario nobody knows was once answered all the same


def test_an_event_may_name_an_entry_for_its_date() -> None:
    text = FROM_FEBRUARY + "branches+:\n  then:\n    label: then\n    events:\n" + LEAVES.replace("DATE", "soyuz-ms-21")
    event = read_scenario(text, "mine.yaml").branches["then"].events[0]
    assert isinstance(event, Withdrawal)
    assert event.date_utc == datetime(2022, 3, 18, tzinfo=UTC)
    said = refused(text.replace("soyuz-ms-21", "soyuz-ms-12"))
    assert "line 8: branches.then.events[0].date_utc: 'soyuz-ms-12' is not a date, nor" in said
    assert "did you mean 'soyuz-ms-21'" in said
    assert "is not a date" in refused(text.replace("branches+", "timeline: null\nbranches+"))


# --- Scenarios based on others ----------------------------------------------------------------------------------------


def test_a_scenario_may_say_only_in_what_it_differs() -> None:
    base = load_scenario("iss-2022-february").scenario
    text = (
        FROM_FEBRUARY
        + "altitude_policy+: {floor_km: 410}\nground: null\ncomparisons: []\nbranches+:\n  withdrawal: null\n"
    )
    made = read_scenario(text, "mine.yaml")
    assert base.altitude_policy is not None
    assert made.altitude_policy == base.altitude_policy.model_copy(update={"floor_km": 410.0})
    assert (made.ground, base.ground is None) == (None, False)
    assert list(made.branches) == ["cooperation"]
    assert (made.id, made.epoch_utc, made.providers) == ("mine", base.epoch_utc, base.providers)


def test_plus_lengthens_a_list_and_its_absence_replaces_it() -> None:
    flight = (
        "{name: One more, vehicle: progress, ports: rassvet-nadir, launch_utc: 2022-02-25, stay_days: 9, source: mine}"
    )
    base = load_scenario("iss-2022-february").scenario.traffic
    longer = read_scenario(f"{FROM_FEBRUARY}comparisons+:\n  - {{claim: a, value: b, source: mine}}\n", "mine.yaml")
    assert [one.claim for one in longer.comparisons][-1] == "a"
    assert len(longer.comparisons) == 5
    alone = read_scenario(f"{FROM_FEBRUARY}comparisons:\n  - {{claim: a, value: b, source: mine}}\n", "mine.yaml")
    assert len(alone.comparisons) == 1
    # What the two make together is judged as a whole, and blamed on the line that was written.
    said = refused(f"{FROM_FEBRUARY}traffic+:\n  flights+:\n    - {flight}\n")
    assert base is not None
    assert f"line 6: traffic.flights[{len(base.flights)}]" in said
    assert "Soyuz MS-19" in said


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (FROM_FEBRUARY.replace("id: mine\n", ""), "based_on: needs an id of its own"),
        (FROM_FEBRUARY.replace("iss-2022-february", "iss-2022-febuary"), "did you mean 'iss-2022-february'"),
        (FROM_FEBRUARY.replace("iss-2022-february", "[a, b]"), "must be the name of a shipped scenario"),
        (FROM_FEBRUARY.replace("iss-2022-february", "../other.yaml"), "no scenario '../other.yaml'"),
        (FROM_FEBRUARY + "traffick+: {history: iss-2020-2023}\n", "line 4: traffick+: adds a group of fields to"),
        (FROM_FEBRUARY + "traffic+: 3\n", "adds a single value to a group of fields"),
        (FROM_FEBRUARY + "epoch_utc+: [2022-02-25]\n", "adds a list to a single value"),
        (FROM_FEBRUARY + "drag: null\ndrag+: {spread_percent: 3}\n", "drag is given as well"),
        (FROM_FEBRUARY + "drag: null\n", "drag"),
        (FROM_FEBRUARY + "epoch_utc: 2022-02-20\n", "epoch"),
    ],
)  # fmt: skip
def test_what_cannot_be_put_together_is_refused(text: str, message: str) -> None:
    said = refused(text)
    assert message in said
    assert "mine.yaml" in said


def test_a_file_may_be_based_on_one_beside_it_but_not_on_itself(tmp_path: Path) -> None:
    (tmp_path / "first.yaml").write_text(FROM_FEBRUARY.replace("mine", "first") + "mass_kg: 459000\n")
    (tmp_path / "second.yaml").write_text(FROM_FEBRUARY.replace("iss-2022-february", "first.yaml"))
    assert load_scenario(tmp_path / "second.yaml").scenario.mass_kg == 459000
    (tmp_path / "first.yaml").write_text(FROM_FEBRUARY.replace("iss-2022-february", "second.yaml"))
    with pytest.raises(ScenarioError, match="never comes to a whole scenario"):
        load_scenario(tmp_path / "second.yaml")
    (tmp_path / "second.yaml").write_text(FROM_FEBRUARY.replace("iss-2022-february", "third.yaml"))
    with pytest.raises(ScenarioError, match=r"no file .*third\.yaml"):
        load_scenario(tmp_path / "second.yaml")


# --- The station of 24 February 2022 ----------------------------------------------------------------------------------


def test_february_is_the_station_of_that_day() -> None:
    scenario = load_scenario("iss-2022-february").scenario
    station = load_catalogue().stations[scenario.station]
    assert scenario.epoch_utc == station.epoch_utc == datetime(2022, 2, 24, tzinfo=UTC)
    assert 0.0 < scenario.epoch_mjd_utc - scenario.orbit.elements().epoch_mjd_utc < 0.2
    plan = flight_plan(scenario)
    then = StationTraffic(plan.manifest, scenario.epoch_mjd_utc)
    assert {trip.name.split(",")[0] for trip in then.people} == {
        person.name.split(" ", 1)[1] for person in station.people
    }
    assert len(then.attached) == len(station.docked) == 5
    assert "Soyuz MS-19" in then.attached
    crew = StationTraffic(plan.manifest, load_scenario("iss-2022").scenario.epoch_mjd_utc)
    april = flight_plan(load_scenario("iss-2022").scenario)
    assert {trip.name for trip in crew.people} == {
        trip.name for trip in StationTraffic(april.manifest, load_scenario("iss-2022").scenario.epoch_mjd_utc).people
    }


def test_its_sun_is_the_one_foreseen_on_that_day() -> None:
    scenario = load_scenario("iss-2022-february").scenario
    weather = campaign_weather(
        "as-known", scenario.epoch_mjd_utc, scenario.epoch_mjd_utc, scenario.horizon_mjd_utc,
        forecast_id=scenario.space_weather.forecast,
    )  # fmt: skip
    assert weather.provenance["forecast"] == "NASA MSAFE 2022-01"
    assert weather.provenance["observed_until_utc"] < "2022-02-24"


# --- Departures -------------------------------------------------------------------------------------------------------


def test_a_day_before_the_epoch_is_flown_from_february_and_says_so() -> None:
    asked_for = load_scenario("iss-2022")
    made, branches = departure(asked_for, [], ["roscosmos"], "demand-letters", None)
    assert made.scenario.epoch_utc == datetime(2022, 2, 24, tzinfo=UTC)
    assert branches == ["cooperation", "without-roscosmos"]
    assert made.scenario.branches["without-roscosmos"].events[-1].date_utc == datetime(2022, 3, 12, tzinfo=UTC)
    assert "2022-03-12 lies before iss-2022 begins (2022-04-02): flown from iss-2022-february" in made.note
    late, _ = departure(asked_for, [], ["roscosmos"], "seat-exchange", None, until="after-2024")
    assert (late.scenario.epoch_utc, late.note) == (asked_for.scenario.epoch_utc, "")


def test_what_no_start_reaches_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="2022-01-05 lies before every start of iss-2022") as caught:
        departure(load_scenario("iss-2022"), [], ["roscosmos"], "2022-01-05", None)
    assert "2022-02-24 (iss-2022-february)" in str(caught.value)
    with pytest.raises(ScenarioError, match="iss-2022-february has no branch 'withdrawal-edge-on'"):
        departure(load_scenario("iss-2022"), ["withdrawal-edge-on"], ["roscosmos"], "sanctions", None)
    own = tmp_path / "own.yaml"  # a file of one's own is not exchanged for what ships
    own.write_text("schema: stationkeep.scenario/1\nbased_on: iss-2022\nid: own\n")
    with pytest.raises(ScenarioError, match="is outside the scenario own"):
        departure(load_scenario(own), [], ["roscosmos"], "sanctions", None)
    assert shipped_variants("iss-2022") == ("iss-2022-february",)
    assert shipped_variants("iss-202") == ()


def test_the_matrix_takes_entries_too() -> None:
    question = asked(load_scenario("iss-2022"), ["csa"], [], "vande-hei-lands", None)
    assert question.loaded.scenario.id == "iss-2022-february"
    assert question.moment == datetime(2022, 3, 30, tzinfo=UTC)
    assert "flown from iss-2022-february" in question.loaded.note


def test_the_graph_takes_entries_too() -> None:
    by_entry, by_date = (
        CliRunner().invoke(app, ["depends", "iss-2022", "--on", day, "--json", "-"])
        for day in ("demand-letters", "2022-03-12")
    )
    assert by_entry.exit_code == 0
    assert by_entry.output == by_date.output
    unknown = CliRunner().invoke(app, ["depends", "small-station", "--on", "demand-letters"])
    assert "is not a date" in str(unknown.exception)


def test_an_event_before_the_epoch_is_shown_the_earlier_start() -> None:
    text = FROM_FEBRUARY.replace("-february", "") + "branches+:\n  then:\n    label: then\n    events:\n"
    said = refused(text + LEAVES.replace("DATE", "demand-letters"))
    assert "2022-03-12T00:00:00Z given; must lie between epoch_utc and horizon_utc" in said
    assert "based_on: iss-2022-february" in said


def test_the_example_of_the_guide_loads() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "scenario.md").read_text(encoding="utf-8")
    example = next(block for block in guide.split("```yaml\n")[1:] if "based_on:" in block).split("```")[0]
    made = read_scenario(example, "guide.yaml")
    assert made.altitude_policy is not None
    assert made.altitude_policy.floor_km == 410.0
    assert "withdrawal-with-dragon" not in made.branches


def test_branches_put_in_anothers_stead_are_told_once_what_to_do_with_its_comparisons() -> None:
    text = FROM_FEBRUARY.replace("iss-2022-february", "iss-2022") + "branches:\n  only:\n    label: only\n"
    said = refused(text)
    assert said.count("no branch") == len(set(re.findall(r"no branch '([^']+)'", said)))
    assert said.count("comparisons") == 2  # the place, and what to write
    assert "comparisons: []" in said
    read_scenario(text + "comparisons: []\n", "mine.yaml")


def test_the_report_is_named_after_what_was_asked_for(tmp_path: Path) -> None:
    """A departure before the scenario begins is flown from an earlier start; the file has the name on the command."""
    asked_for = ["run", "iss-2022", "--without", "roscosmos", "--on", "who-will-save-it", "-n", "1", "--workers", "1"]
    shown = CliRunner().invoke(app, [*asked_for, "--out", str(tmp_path)])
    assert shown.exit_code == 0, shown.output
    assert [file.name for file in tmp_path.iterdir()] == ["iss-2022-report.html"]
    assert "24 February 2022" in shown.output  # flown from there
