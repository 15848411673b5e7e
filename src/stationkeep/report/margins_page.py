"""Margins as a page or a picture: what ends first, how long everything lasts, who has a seat; one file, no scripts."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Final

from stationkeep.files import write_atomically
from stationkeep.report.figures import WIDE, both_sheets
from stationkeep.report.html import page_html
from stationkeep.report.margins_chart import draw_margins, margins_figure
from stationkeep.report.margins_text import (
    craft_text,
    days_text,
    empty_sentence,
    heading_of,
    interval_text,
    limit_sentences,
    planned_text,
    run_sentences,
    seats_sentence,
    store_text,
)
from stationkeep.report.markup import e, linked, table
from stationkeep.report.text import day_text, kilogram_text

if TYPE_CHECKING:
    from stationkeep.campaign.margins_document import MarginsDocument

_DOTS_PER_INCH: Final = 144
_OWN_USE: Final = (
    "Days with nothing more delivered, and with the plan. Each store by its own use: those aboard live on, though "
    "another may have ended before."
)


def write_margins(document: MarginsDocument, path: Path) -> None:
    """Write the page (``.html``) or the chart alone (``.svg``, ``.png``), complete or not at all."""
    kind = path.suffix.lower()
    if kind == ".html":
        write_atomically(path, margins_html(document))
        return
    stream = io.BytesIO()
    draw_margins(document, WIDE, heading_of(document)).savefig(
        stream, format=kind[1:], dpi=_DOTS_PER_INCH, facecolor="white"
    )
    write_atomically(path, stream.getvalue())


def margins_html(document: MarginsDocument) -> str:
    """The page as a string of HTML5."""
    asked = e(heading_of(document, title=False))
    head = (
        '<header class="top"><p class="kicker">stationkeep margins</p>'
        f'<h1>{e(document.scenario.title)}</h1><p class="facts">{asked}<br>{document.seats.aboard} aboard '
        f"· {document.seats.seats} working seats home · {document.draws} draws · seed {document.seed}</p></header>"
    )
    sections = (_verdict(document), _chart(document), _stores(document), _people(document), _seats(document),
                _notes(document))  # fmt: skip
    foot = f"<footer>Made by stationkeep from document {e(document.schema_)}.</footer>"
    body = "\n".join(section for section in sections if section)
    return page_html(f"{e(document.scenario.title)}: margins", f"{head}\n<main>\n{body}\n</main>\n{foot}")


def _section(name: str, title: str, inside: str) -> str:
    return f'<section aria-labelledby="{name}"><h2 id="{name}">{title}</h2>{inside}</section>'


def _verdict(document: MarginsDocument) -> str:
    told = [*limit_sentences(document), seats_sentence(document), empty_sentence(document), *run_sentences(document)]
    lines = "".join(f"<p><b>{e(name)}.</b> {e(words)}</p>" for name, words in told)
    lead = "<p>Nothing more delivered and everyone staying, unless it says as planned.</p>"
    return _section("verdict", "What ends first", lead + lines)


def _chart(document: MarginsDocument) -> str:
    told = (
        "Days from that date on: in full colour to the reserve, pale to zero, with nothing more delivered and everyone "
        "staying. The thin line is the 90 % interval of zero; a diamond is zero with the flights as planned."
    )
    drawn = both_sheets(lambda sheet: margins_figure(document, sheet))
    return _section("days", "How long it lasts", f"<figure>{drawn}<figcaption>{told}</figcaption></figure>")


def _stores(document: MarginsDocument) -> str:
    horizon = document.horizon_days
    rows = [
        tuple(map(e, (
            *store_text(one), kilogram_text(one.amount_kg),
            f"{one.reserve_kg:,.0f} kg" if one.reserve_kg else "–",
            days_text(one.days_to_reserve, horizon) if one.reserve_kg else "–",
            days_text(one.days_to_zero, horizon) + interval_text(one.days_to_zero_interval, horizon),
            planned_text(one, horizon) + interval_text(one.planned_days_to_zero_interval, horizon),
        )))
        for one in document.stores
    ]  # fmt: skip
    heads = ("Store", "Owner", "Aboard", "Reserve", "Days to reserve", "Days to zero", "With the plan")
    return _section(
        "stores",
        "Stores",
        table(_OWN_USE, heads, rows, numeric=(2, 3, 4, 5, 6), stack=True),
    )


def _people(document: MarginsDocument) -> str:
    if not document.people_until:
        return ""
    rows = [
        (str(one.people), e("–" if one.until_utc is None else day_text(one.until_utc)),
         e(days_text(one.stores_days, document.horizon_days)), e(one.words))
        for one in document.people_until
    ]  # fmt: skip
    told = table("Nothing more delivered, nobody new.", ("People", "Can stay until", "Stores alone, days", "Why"), rows,
                 numeric=(0, 2), stack=True)  # fmt: skip
    return _section("people", "For how many, until when", told)


def _seats(document: MarginsDocument) -> str:
    if not document.seats.craft:
        return ""
    rows = [tuple(map(e, (one.flight, one.seats, *craft_text(one)))) for one in document.seats.craft]
    heads = ("Craft", "Seats", "Good until", "Planned to leave", "Who rides in it")
    return _section("seats", "Seats home", table("Craft that are there.", heads, rows, numeric=(1,), stack=True))


def _notes(document: MarginsDocument) -> str:
    sources = [text for name, text in document.provenance.items() if name.startswith("source")]
    lines = "".join(f"<li>{linked(text)}</li>" for text in [*document.notes, *sources])
    return _section("notes", "Notes and sources", f'<ul class="notes">{lines}</ul>')
