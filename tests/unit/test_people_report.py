"""Who is aboard, in words and pictures: what the document says and nothing else, plain where nobody is short."""

from __future__ import annotations

import io
import re
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from sample_document import flying_branch, sample_document
from sample_people import EPOCH_MJD, sample_people
from stationkeep.campaign.document import BranchDocument, EventRecord, RunDocument
from stationkeep.campaign.part import Interval
from stationkeep.campaign.people_document import FirstStore, NamedShare, PeopleDocument, SideHours
from stationkeep.campaign.people_summary import NO_RELIEF
from stationkeep.report.figures import NARROW, WIDE
from stationkeep.report.html import report_html
from stationkeep.report.people_section import people_section
from stationkeep.report.people_text import because, limit_text, people_sentences
from stationkeep.report.stores_chart import shown_stores, stores_chart
from stationkeep.report.terminal import render_verdict
from stationkeep.report.traffic_charts import Berth, SeatCourse, Span, Stay, crew_chart, mjd, port_chart, seats_chart
from stationkeep.report.verdict import verdict_rows
from stationkeep.simulation.people_record import CALLED_HOME

HORIZON = "2031-01-01T00:00:00Z"
LEFT = EPOCH_MJD + 160.0  # 9 September 2022


def branch(people: PeopleDocument | None) -> BranchDocument:
    return flying_branch("Some branch", runs=40).model_copy(update={"people": people})


def document(*people: PeopleDocument | None) -> RunDocument:
    names = ("first", "second", "third")
    branches = dict(zip(names, map(branch, people), strict=False))
    return sample_document(branches, runs=40)


def sentences(people: PeopleDocument | None, runs: int = 40) -> list[str]:
    return people_sentences(branch(people), HORIZON, runs)


def dates(share: float, median: str | None, p05: str | None = None, p95: str | None = None) -> dict[str, Any]:
    return {"share": share, "p05_utc": p05 or median, "median_utc": median, "p95_utc": p95 or median}


def changed(people: PeopleDocument, part: str, **fields: Any) -> PeopleDocument:
    return people.model_copy(update={part: getattr(people, part).model_copy(update=fields)})


# --- sentences --------------------------------------------------------------------------------------------------------


def test_nobody_short_is_said_plainly_in_one_sentence() -> None:
    assert sentences(sample_people()) == [
        "Everybody aboard has a seat home and enough to live on, and nobody has to leave by 2031."
    ]
    assert sentences(None) == []


def test_leaving_says_when_and_why() -> None:
    seats, stores, leaving = sentences(sample_people(LEFT))
    assert seats == "Everybody aboard always has a seat home."
    assert stores.startswith("The first store ")
    assert leaving == (
        "The last person leaves about 8 September 2022 (90 % window Aug 2022 – Sep 2022), "
        "because American food would end."
    )


def test_seats_name_who_is_without_one() -> None:
    people = changed(
        sample_people(LEFT), "without_seat", who=["Rubio, Francisco", "Prokopyev, Sergey", "Petelin, Dmitri"],
        **dates(1.0, "2022-12-15T01:00:00Z"),
    )  # fmt: skip
    assert sentences(people)[0] == ("From 15 December 2022 on somebody has no seat home (Rubio, Prokopyev, Petelin).")
    crowd = changed(people, "without_seat", who=[f"Name{i}, A" for i in range(6)])
    assert sentences(crowd)[0].endswith("(Name0, Name1, Name2, Name3 and 2 more).")


def test_what_happens_in_few_runs_is_said_as_a_share() -> None:
    people = changed(sample_people(LEFT), "without_seat", **dates(0.1, None, "2023-01-01T00:00:00Z"))
    assert sentences(people)[0] == "In 10 % of the runs somebody is without a seat home at some time."
    seldom = changed(
        people, "station_left", reasons=[NamedShare(name="attitude", share=0.2), NamedShare(name="food", share=0.1)],
        stranded_share=0.05, **dates(0.3, None, "2023-01-01T00:00:00Z"),
    )  # fmt: skip
    seldom = changed(seldom, "emptied", **dates(0.3, None, "2023-01-01T00:00:00Z"))
    assert sentences(seldom)[2] == (
        "In 30 % of the runs the last person leaves by 2031, because the attitude is lost (20 % of the runs) "
        "or food would end (10 %); "
        "in 5 % of the runs somebody has no way home."
    )


def test_a_name_and_a_date_in_one_cell_are_of_the_same_runs() -> None:
    """Half of the runs reach some reserve, in April in the median; a quarter that of Russian food first."""
    low = FirstStore(name="russian-food", owner="roscosmos", of_runs=0.25, **dates(0.75, "2025-04-10T00:00:00Z"))
    people = sample_people().model_copy(update={"first_reserve": low})
    cells = {row.label: row.answers[0] for row in verdict_rows(document(people))}
    assert cells["First store at its reserve"] == "10 Apr 2025; most often Russian food (25 % of runs)"
    said = "A store first falls below its reserve on 10 April 2025, most often Russian food (first in 25 % of the runs)"
    assert any(one.startswith(said) for one in sentences(people.model_copy(update={"first_store": None})))
    half = low.model_copy(update={"share": 0.5})  # a median that hangs on a run or two
    told = sentences(people.model_copy(update={"first_store": None, "first_reserve": half}))
    assert "In 50 % of the runs a store falls below its reserve, most often Russian food." in told
    mine = people.model_copy(update={"first_reserve": low.model_copy(update={"of_runs": 0.75})})
    cells = {row.label: row.answers[0] for row in verdict_rows(document(mine))}
    assert cells["First store at its reserve"] == "Russian food, 10 Apr 2025"


def test_what_ends_in_the_reference_run_alone_is_no_denial() -> None:
    event = EventRecord(
        time_utc="2025-02-09T00:00:00Z", kind="store-empty", mean_altitude_km=410.0,
        title="Nothing is left of American food: they live on Russian food",
    )  # fmt: skip
    people = sample_people().model_copy(update={"first_store": None})
    page = document(people)
    story = page.branches["first"].model_copy(update={"events": [event]})
    page = page.model_copy(update={"branches": {"first": story}})
    cells = {row.label: row.answers[0] for row in verdict_rows(page)}
    assert cells["First store at its end"] == "in no run (reference run: American food, 9 Feb 2025)"
    told = people_sentences(story, HORIZON, 40)
    assert "In the reference run alone a store is at its end: American food, 9 Feb 2025." in told


def test_a_store_may_end_without_a_reserve_of_its_own() -> None:
    ended = FirstStore(name="us-water", owner="nasa", of_runs=0.1, **dates(0.1, None, "2023-01-01T00:00:00Z"))
    shared = sample_people().model_copy(update={"first_store": ended})
    assert sentences(shared)[1] == "In 10 % of the runs a store ends, most often American water."


def test_a_reserve_of_water_is_said_to_be_without_recovery() -> None:
    low = FirstStore(name="us-water", owner="nasa", of_runs=0.3, **dates(0.3, None, "2023-01-01T00:00:00Z"))
    people = sample_people().model_copy(update={"first_store": None, "first_reserve": low})
    told = sentences(people)[1]
    assert told.startswith("In 30 % of the runs a store falls below its reserve, most often American water.")
    assert "without what is recovered" in told
    food = low.model_copy(update={"name": "us-food"})
    assert "recovered" not in sentences(people.model_copy(update={"first_reserve": food}))[1]


def test_leaving_for_a_time_is_not_leaving_for_good() -> None:
    people = changed(sample_people(), "must_leave", **dates(0.2, None, "2028-01-01T00:00:00Z"))
    people = people.model_copy(update={"first_limit": [NamedShare(name="American food", share=0.2)]})
    assert sentences(people)[2] == (
        "In 20 % of the runs everybody has to leave for a time, because American food would end."
    )


def test_an_empty_station_may_be_manned_again() -> None:
    """Three runs in ten are empty for a time, one of them to the end: no share of the one is told as the other."""
    people = changed(
        sample_people(LEFT), "station_left", reasons=[NamedShare(name="attitude", share=0.1)],
        **dates(0.1, None, "2023-01-01T00:00:00Z"),
    )  # fmt: skip
    people = changed(people, "emptied", **dates(0.3, None, "2023-01-01T00:00:00Z"))
    people = people.model_copy(update={"first_limit": [NamedShare(name="cabin oxygen below 16 kPa", share=0.3)]})
    assert sentences(people)[2] == (
        "In 30 % of the runs the station is empty for a time, because oxygen in the cabin would fall below 16 kPa; "
        "in 10 % nobody comes back by 2031."
    )
    rows = {row.label: row.answers for row in verdict_rows(document(people, None, None))}
    assert rows["Last person leaves"][0] == "in 10 % of runs (empty for a time: 30 %)"


def test_a_rare_shortage_is_not_why_most_runs_are_empty_for_a_time() -> None:
    people = changed(sample_people(LEFT), "emptied", **dates(0.75, None, "2023-01-01T00:00:00Z"))
    people = changed(people, "station_left", **dates(0.25, None, "2023-01-01T00:00:00Z"))
    people = people.model_copy(update={"first_limit": [NamedShare(name="American food", share=0.1)]})
    said = "In 75 % of the runs the station is empty for a time, because no other crew comes (65 % of the runs) or"
    assert sentences(people)[2].startswith(said)


@pytest.mark.parametrize(
    ("limit", "said", "cell"),
    [
        ("attitude", "the attitude is lost", "attitude lost"),
        ("altitude", "the station has sunk too low", "too low"),
        (NO_RELIEF, "no other crew comes", "no other crew"),
        ("response", "partners call everybody home", "called home"),
        (CALLED_HOME, "partners call their people home", "called home"),
        ("cabin oxygen below 16 kPa", "oxygen in the cabin would fall below 16 kPa", "air soon unsafe"),
        ("pressure below 70 kPa", "pressure would fall below 70 kPa", "pressure too low"),
        ("American food", "American food would end", "American food"),
        ("the ground has closed", "the ground has closed", "ground has closed"),
    ],
)
def test_reasons_are_plain_words(limit: str, said: str, cell: str) -> None:
    assert because(limit) == said
    assert limit_text([NamedShare(name=limit, share=1.0)]) == cell


def test_several_reasons_have_their_shares() -> None:
    """A median date of one reason may lie before that of another: they are not of the same runs."""
    mixed = [NamedShare(name="attitude", share=0.5), NamedShare(name=NO_RELIEF, share=0.25)]
    assert limit_text(mixed) == "attitude lost 50 %, no other crew 25 %"
    rare = [NamedShare(name=name, share=0.05) for name in ("altitude", "food", "water")]
    assert limit_text([*mixed, *rare]) == "attitude lost 50 %, no other crew 25 %, too low 5 %, other 10 %"
    people = changed(sample_people(LEFT), "station_left", reasons=mixed, **dates(0.75, "2029-09-01T00:00:00Z", None))
    said = "because the attitude is lost (50 % of the runs) or no other crew comes (25 %)."
    assert sentences(people)[2].endswith(said)
    air = [NamedShare(name=f"cabin oxygen below {kpa} kPa", share=0.5) for kpa in (16, 19.5)]
    assert limit_text(air) == "air soon unsafe"
    many = [NamedShare(name=name, share=0.2) for name in ("attitude", "altitude", NO_RELIEF, "response", "food")]
    told = changed(people, "station_left", reasons=many)
    assert sentences(told)[2].endswith("no other crew comes (20 %) or for other reasons (40 %).")


# --- verdict and page -------------------------------------------------------------------------------------------------


def test_verdict_has_rows_on_people_only_where_they_are_followed() -> None:
    rows = {row.label: row.answers for row in verdict_rows(document(sample_people(LEFT), sample_people(), None))}
    assert rows["Somebody without a seat"] == ("nobody", "nobody", "–")
    assert rows["Last person leaves"] == ("8 Sep 2022", "not by 2031", "–")
    assert rows["because of"] == ("American food", "–", "–")
    assert rows["First store at its reserve"][1:] == ("none", "–")
    without = {row.label for row in verdict_rows(document(None, None))}
    assert without == set(rows) - {
        "Somebody without a seat", "Last person leaves", "because of", "First store at its reserve",
        "First store at its end",
    }  # fmt: skip


def test_the_page_says_the_sentences_and_the_terminal_keeps_to_its_rows() -> None:
    found = document(sample_people(LEFT))
    stream = io.StringIO()
    render_verdict(found, Console(file=stream, width=100))
    page = report_html(found, reproduce="stationkeep run")
    for sentence in sentences(sample_people(LEFT)):
        assert sentence in page
        assert sentence not in " ".join(stream.getvalue().split())
    assert "Last person leaves" in stream.getvalue()


def test_page_holds_every_picture_once_for_wide_and_once_for_narrow() -> None:
    html = people_section(document(sample_people(LEFT), sample_people()))
    assert html.count("<figure>") == 8
    assert html.count("<svg") == 16
    names = re.findall(r' id="([^"]+)"', html)
    assert len(names) == len(set(names))  # drawings of two branches do not share identifiers
    assert "(the runs go on to 1 Jan 2031)" in html  # the picture ends before the runs do, and says so
    for said in ("MS-21", "Rassvet nadir", "Person 21a", "American food (kg)"):
        assert said in html
    assert people_section(document(None)) == ""


def test_names_of_flights_and_people_are_only_text() -> None:
    people = sample_people(LEFT)
    nasty = "<script>alert(1)</script>"
    reference = people.reference.model_copy(
        update={
            "crew": [stay.model_copy(update={"name": nasty}) for stay in people.reference.crew],
            "ports": [stay.model_copy(update={"flight": nasty}) for stay in people.reference.ports],
            "not_flown": [nasty],
        }
    )
    html = people_section(document(people.model_copy(update={"reference": reference})))
    assert "<script" not in html
    assert "&lt;script" in html


# --- pictures ---------------------------------------------------------------------------------------------------------


def test_only_stores_that_matter_are_drawn() -> None:
    stores = sample_people(LEFT).reference.stores
    assert [one.name for one in stores if one not in shown_stores(stores)] == ["us-spares"]


@pytest.mark.parametrize("sheet", [WIDE, NARROW])
def test_a_store_below_its_reserve_is_marked_even_between_two_points(sheet: Any) -> None:
    store = (
        sample_people(LEFT)
        .reference.stores[0]
        .model_copy(
            update={
                "dates_utc": ["2022-04-02T00:00:00Z", "2022-10-02T00:00:00Z"],
                "amount_kg": [100.0, 0.0],
                "reserve_kg": [50.0, 50.0],
            }
        )
    )
    span = (mjd("2022-04-02"), mjd("2022-10-02"))
    drawn = stores_chart([store], ["Food"], span, sheet, "x")
    enough = store.model_copy(update={"reserve_kg": [0.0, 0.0]})
    assert "var(--risk)" in drawn
    assert "var(--risk)" not in stores_chart([enough], ["Food"], span, sheet, "x")
    heights = [float(y) for y in re.findall(r"[ML] [\d.]+ ([\d.]+)", drawn)]
    assert np.isfinite(heights).all()


def test_dates_of_the_charts_stand_in_line() -> None:
    span = (mjd("2022-04-01"), mjd("2023-04-01"))
    ports = {"aft": "Zvezda aft, by the engines"}
    above = port_chart([Berth("aft", "X", "nasa", Span("2022-05-01", None))], ports, span, WIDE, "p")
    course = SeatCourse([*span], [7, 7], [7, 7], "post")
    stay = Stay(("Y",), "russian", Span("2022-05-01", None))
    for below in (
        seats_chart(course, span, WIDE, "s", [*ports.values()]),
        crew_chart([stay], span, WIDE, "c", [*ports.values()]),
    ):
        assert _place_of("Jul 2022", below) == pytest.approx(_place_of("Jul 2022", above), abs=0.02)
    assert _place_of("Jul 2022", seats_chart(course, span, WIDE, "s")) < _place_of("Jul 2022", above) - 10.0


def _place_of(words: str, svg: str) -> float:
    found = re.search(rf'<text[^>]* x="([\d.]+)"[^>]*>{words}</text>', svg)
    assert found is not None
    return float(found[1])


def test_people_without_a_seat_are_filled_in_and_named_in_the_key() -> None:
    short = seats_chart(SeatCourse([0.0, 10.0, 20.0], [7, 7, 7], [7, 4, 7], "post"), (0.0, 20.0), WIDE, "x")
    enough = seats_chart(SeatCourse([0.0, 10.0, 20.0], [7, 7, 7], [7, 7, 7], "post"), (0.0, 20.0), WIDE, "x")
    assert "people without a seat" in short
    assert "people without a seat" not in enough
    band = SeatCourse([0.0, 20.0], [7, 7], [7, 7], "post", ([0.0, 10.0], [4, 0], [11, 7]))
    drawn = seats_chart(band, (0.0, 20.0), WIDE, "x")
    assert "in 90 % of the runs" in drawn
    # The band and its sample in the key are equally pale.
    assert drawn.count("opacity: 0.2") == 2


def test_a_branch_without_stores_has_no_picture_of_them() -> None:
    people = sample_people(LEFT, stores=())
    html = people_section(document(people))
    assert html.count("<figure>") == 3
    assert len(sentences(people)) == 2  # nothing is claimed of stores that nobody followed
    assert sentences(sample_people(stores=())) == ["Everybody aboard has a seat home, and nobody has to leave by 2031."]


def test_hours_and_segments_without_their_people_are_told() -> None:
    us = SideHours(
        side="us", unattended_share=0.11, unattended_runs_share=0.7, repair_hours_week=1.7, research_hours_week=64.4,
        research_hours_week_interval=Interval(p05=45.5, median=64.4, p95=70.0), upkeep_undone_share=0.1,
    )  # fmt: skip
    nothing = {"side": "russian", "research_hours_week": None, "research_hours_week_interval": None}
    people = sample_people().model_copy(update={"crew_time": [us, us.model_copy(update=nothing)]})
    told = sentences(people)
    assert told[-1] == (
        "While people are aboard, nobody is trained for the American segment on 11 % and for the Russian segment on "
        "11 % of the days, and the American side has about 64 hours a week for research (5 %: 46)."
    )
    assert sentences(people, runs=5)[-1].endswith("(least: 46).")
    cells = {row.label: row.answers for row in verdict_rows(document(people))}
    assert cells["Segment without its people"] == ("American 11 %, Russian 11 % of days",)
    assert cells["Research, hours a manned week (5 %)"] == ("American 64 (46)",)


def test_a_median_of_half_the_runs_is_told_as_a_share() -> None:
    """Half of two runs have a median date, which is that of a single run."""
    for share, said in ((0.5, "in 50 % of runs"), (0.59, "in 59 % of runs"), (1.0, "Apr 2022")):
        dates = {"share": share, "p05_utc": "2022-04-10T00:00:00Z", "median_utc": "2022-04-20T00:00:00Z"}
        people = sample_people()
        seats = people.without_seat.model_copy(update={**dates, "p95_utc": None})
        shown = document(people.model_copy(update={"without_seat": seats}))
        cells = {row.label: row.answers for row in verdict_rows(shown)}
        assert cells["Somebody without a seat"] == (said,)
        assert ("In 5" in sentences(people.model_copy(update={"without_seat": seats}))[0]) == (share < 0.6)
