"""Who is aboard: a branch's charts of craft, people, seats and stores, each in a frame of its own that opens."""

from __future__ import annotations

from typing import Final

from stationkeep.campaign.document import BranchDocument, RunDocument
from stationkeep.campaign.people_document import PeopleDocument
from stationkeep.report import text
from stationkeep.report.figures import Sheet, both_sheets
from stationkeep.report.markup import branch_vars, e
from stationkeep.report.palette import branch_styles
from stationkeep.report.people_text import people_sentences, store_words
from stationkeep.report.stores_chart import shown_stores, stores_chart
from stationkeep.report.traffic_charts import (
    Berth,
    SeatCourse,
    Span,
    Stay,
    crew_chart,
    mjd,
    port_chart,
    seats_chart,
    surname,
)

_MOST_LOST: Final = 6


def people_section(document: RunDocument) -> str:
    """Craft at the ports, people, seats and stores of every branch, as HTML; empty where nobody is followed."""
    styles = branch_styles(document.branches)
    told = [
        f'<h3 {branch_vars(styles[key])}><span class="chip"></span>{e(branch.label)}</h3>'
        f"{_branch(branch, branch.people, document, number)}"
        for number, (key, branch) in enumerate(document.branches.items())
        if branch.people is not None
    ]
    if not told:
        return ""
    return (
        '<section aria-labelledby="people"><h2 id="people">Who is aboard</h2>'
        "<p>Charts show the reference run (median inputs, nothing lost or late); dates in words hold for all runs.</p>"
        f"{''.join(told)}</section>"
    )


def _branch(branch: BranchDocument, people: PeopleDocument, document: RunDocument, number: int) -> str:
    reference = people.reference
    span = (mjd(reference.pictured_from_utc), mjd(reference.pictured_to_utc))
    stores = shown_stores(reference.stores)
    said = " ".join([*people_sentences(branch, document.scenario.horizon_utc, document.runs), *_flights(people)])
    figures = [
        ("Craft at the ports", lambda sheet: _ports(people, span, sheet, f"ports{number}")),
        ("People and seats", lambda sheet: _seats(people, document, span, sheet, f"seats{number}")),
        (_crew_title(people), lambda sheet: _crew(people, span, sheet, f"crew{number}")),
    ]
    if stores:
        names = [store_words(store.name) for store in stores]
        figures.append(("Stores", lambda sheet: stores_chart(stores, names, span, sheet, f"stores{number}")))
    drawn = "".join(
        f"<figure>{both_sheets(draw)}<figcaption>{title}{_limited(people, document)}.</figcaption></figure>"
        for title, draw in figures
    )
    return f"<p>{e(said)}</p>{drawn}"


def _ports(people: PeopleDocument, span: tuple[float, float], sheet: Sheet, name: str) -> str:
    reference = people.reference
    berths = [Berth(stay.port, stay.flight, stay.owner, Span(stay.from_utc, stay.to_utc)) for stay in reference.ports]
    return port_chart(berths, reference.port_names, span, sheet, name)


def _seats(people: PeopleDocument, document: RunDocument, span: tuple[float, float], sheet: Sheet, name: str) -> str:
    steps, aboard = people.reference.steps, people.aboard
    # The last number holds to the end of the picture.
    days = [*(mjd(date) for date in steps.dates_utc), max(span[1], mjd(steps.dates_utc[-1]))]
    band = None
    if document.runs >= text.FEWEST_RUNS_FOR_A_WINDOW:
        band = ([mjd(date) for date in aboard.dates_utc], aboard.p05, aboard.p95)
    course = SeatCourse(days, [*steps.aboard, steps.aboard[-1]], [*steps.seats, steps.seats[-1]], "post", band)
    return seats_chart(course, span, sheet, name, list(people.reference.port_names.values()))


def _crew(people: PeopleDocument, span: tuple[float, float], sheet: Sheet, name: str) -> str:
    reference = people.reference
    left_behind = {*reference.stranded, *people.without_seat.who}
    stays = [
        Stay(
            _called(stay.name), stay.side, Span(stay.from_utc, stay.to_utc), stay.name in left_behind
        )
        for stay in reference.crew
    ]  # fmt: skip
    return crew_chart(stays, span, sheet, name, list(reference.port_names.values()))


def _crew_title(people: PeopleDocument) -> str:
    outlined = people.reference.stranded or people.without_seat.who
    return "People (outlined: at some time without a seat home)" if outlined else "People"


def _called(name: str) -> tuple[str, ...]:
    """The surname; who is not named yet goes by agency and number: ``NASA 1`` of ``NASA 1 of SpaceX Crew-5``."""
    return (surname(name),) if "," in name else (name.split(" of ")[0],)


def _flights(people: PeopleDocument) -> list[str]:
    """Flights lost and flights that did not come, where there are any."""
    said = []
    if people.lost_flights:
        said.append(f"Lost on the way up, per run: {text.significant(people.lost_flights)} flights.")
    if people.reference.not_flown:
        count, names = len(people.reference.not_flown), people.reference.not_flown
        named = f" ({', '.join(names)})" if count <= _MOST_LOST else ""
        flights = "1 planned flight does" if count == 1 else f"{count:,} planned flights do"
        said.append(f"In the reference run {flights} not come{named}.")
    return said


def _limited(people: PeopleDocument, document: RunDocument) -> str:
    """Says so where a chart does not show everything."""
    reference, horizon = people.reference, document.scenario.horizon_utc
    if reference.pictured_to_utc >= horizon:
        return ""
    first, last = (text.day_text(date) for date in (reference.pictured_from_utc, reference.pictured_to_utc))
    return f", {first} to {last} (the runs go on to {text.day_text(horizon)})"
