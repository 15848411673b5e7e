"""The page of a replay: which craft was at which port, who was aboard, how many seats home, what does not fit."""

from __future__ import annotations

from pathlib import Path

from stationkeep.campaign.replay import ReplayDocument
from stationkeep.files import write_atomically
from stationkeep.report.figures import Sheet, both_sheets
from stationkeep.report.html import page_html
from stationkeep.report.markup import e, linked, table
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


def port_figure(document: ReplayDocument, sheet: Sheet) -> str:
    """Which craft was at which port? Outlined: named in a conflict."""
    berths = [
        Berth(
            stay.port, stay.vehicle, stay.owner, Span(stay.from_utc, stay.to_utc), _in_conflict(document, stay.vehicle)
        )
        for stay in document.stays
    ]
    return port_chart(berths, document.port_names, _span(document), sheet, "ports")


def crew_figure(document: ReplayDocument, sheet: Sheet) -> str:
    """Who was aboard? Outlined: at some time without a proper seat."""
    short = {name for one in document.shortages for name in one.people}
    stays = [
        Stay((surname(trip.name),), trip.side, Span(trip.from_utc, trip.to_utc), trip.name in short)
        for trip in document.trips
    ]
    return crew_chart(stays, _span(document), sheet, "crew", list(document.port_names.values()))


def seats_figure(document: ReplayDocument, sheet: Sheet) -> str:
    """Did everyone have a seat? By day."""
    days = document.days
    course = SeatCourse(
        [mjd(day.date) + 0.5 for day in days], [day.aboard for day in days], [day.seats for day in days]
    )
    return seats_chart(course, _span(document), sheet, "seats", list(document.port_names.values()))


def write_replay_page(document: ReplayDocument, path: Path) -> None:
    """Write the replay to one HTML file, complete or not at all."""
    write_atomically(path, replay_html(document))


def replay_html(document: ReplayDocument) -> str:
    """The page as a string of HTML5."""
    aboard = [day.aboard for day in document.days]
    people = "person" if max(aboard) == 1 else "people"
    head = (
        '<header class="top"><p class="kicker">stationkeep replay</p>'
        f'<h1>{e(document.title)}</h1><p class="facts">{e(document.from_utc)} to {e(document.to_utc)} · '
        f"{f'{min(aboard)} to ' * (min(aboard) < max(aboard))}{max(aboard)} {people} aboard · {len({stay.vehicle for stay in document.stays})} craft · "
        f"{len(document.conflicts)} conflicts</p></header>"
    )
    parts = (
        _figure_section("ports", "Ports", "Which craft was where; outlined: named in a conflict.",
                        both_sheets(lambda sheet: port_figure(document, sheet))),
        _figure_section("seats", "People and seats", "Counted at 12:00 UTC. A seat known to be unfit does not count.",
                        both_sheets(lambda sheet: seats_figure(document, sheet))),
        _figure_section("crew", "People", "One bar a stay; outlined: at some time without a proper seat home.",
                        both_sheets(lambda sheet: crew_figure(document, sheet))) if document.trips else "",
        _shortages(document), _conflicts(document), _sources(document),
    )  # fmt: skip
    foot = f"<footer>Made by stationkeep from document {e(document.schema_)}.</footer>"
    body = "\n".join(part for part in parts if part)
    return page_html(f"{e(document.title)}: replay", f"{head}\n<main>\n{body}\n</main>\n{foot}")


def _figure_section(key: str, title: str, told: str, figures: str) -> str:
    return (
        f'<section aria-labelledby="{key}" class="keep"><h2 id="{key}">{title}</h2><p>{told}</p>'
        f"<figure>{figures}</figure></section>"
    )


def _shortages(document: ReplayDocument) -> str:
    if not document.shortages:
        return ""
    rows = [
        (
            e(f"{one.from_utc[:10]} to {one.to_utc[:10] if one.to_utc else 'the end'}"), e("; ".join(one.people)),
            e("; ".join(one.makeshift) or "none"), e(one.cause),
        )
        for one in document.shortages
    ]  # fmt: skip
    told = table("Without a proper seat home.", ("When", "Who", "Makeshift place", "Why"), rows, stack=True)
    return f'<section aria-labelledby="short"><h2 id="short">Without a seat</h2>{told}</section>'


def _conflicts(document: ReplayDocument) -> str:
    if not document.conflicts:
        return (
            '<section aria-labelledby="conflicts"><h2 id="conflicts">Conflicts</h2>'
            "<p>None: ports, craft, pads, seats and crews fit together.</p></section>"
        )
    rows = [(e(one.from_utc[:10]), e(one.what), e(one.fix), e(one.place)) for one in document.conflicts]
    told = table("What does not fit together.", ("From", "What", "Way to fix it", "Where"), rows, stack=True)
    return f'<section aria-labelledby="conflicts"><h2 id="conflicts">Conflicts</h2>{told}</section>'


def _sources(document: ReplayDocument) -> str:
    sources = [text for name, text in document.provenance.items() if name.startswith("source")]
    lines = "".join(f"<li>{linked(text)}</li>" for text in [*sources, *document.notes])
    head = '<section aria-labelledby="sources"><h2 id="sources">Sources and notes</h2>'
    return f'{head}<ul class="notes">{lines}</ul></section>'


def _span(document: ReplayDocument) -> tuple[float, float]:
    return mjd(document.from_utc), mjd(document.to_utc) + 1.0


def _in_conflict(document: ReplayDocument, vehicle: str) -> bool:
    return any(vehicle in one.flights for one in document.conflicts)
