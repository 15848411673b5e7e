"""The matrix as a page: one figure, then for each departure why, what the runs do not see, and who could step in."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

from stationkeep.report import text
from stationkeep.report.html import page_html
from stationkeep.report.markup import e, linked, table, tree
from stationkeep.report.matrix_cell import DAGGER_WORDS, FINE, MARK_WORDS, MARKS, Cell
from stationkeep.report.matrix_cells import HEADS, cells
from stationkeep.report.matrix_figure import matrix_figure, matrix_svg
from stationkeep.report.why import chain_line

if TYPE_CHECKING:
    from stationkeep.campaign.matrix_document import FillIn, GraphLoss, MatrixDocument, MatrixRow

_DOTS_PER_INCH: Final = 144
_STANDING: Final = {
    "goes on": "goes on", "had shown": "has done it", "could have": "has not done it", "later": "comes later, in time",
    "too late": "comes too late",
}  # fmt: skip
_KEY: Final = "; ".join(f"{MARKS[one]}\u00a0{MARK_WORDS[one]}" for one in range(len(MARKS) - 1, FINE, -1))


def matrix_file(document: MatrixDocument, kind: str, reproduce: str) -> str | bytes:
    """What goes into a file of this kind (``.html``: the page, ``.svg`` and ``.png``: the figure alone)."""
    if kind == ".html":
        return matrix_html(document, reproduce=reproduce)
    from matplotlib import rc_context

    stream = io.BytesIO()
    # No date and fixed ids: the same answer gives the same file.
    with rc_context({"svg.hashsalt": "stationkeep", "svg.fonttype": "none"}):
        matrix_figure(document).savefig(
            stream, format=kind[1:], dpi=_DOTS_PER_INCH, facecolor="white",
            metadata={"Date": None} if kind == ".svg" else None,
        )  # fmt: skip
    return stream.getvalue()


def matrix_html(document: MatrixDocument, *, reproduce: str) -> str:
    """The page as a string of HTML5; it loads nothing from anywhere."""
    day = text.day_text(document.on_utc, long=True)
    title = f"{e(document.scenario.title)}: if a partner leaves"
    head = (
        f'<header class="top"><p class="kicker">stationkeep matrix · {e(document.scenario.id)}</p><h1>{title}</h1>'
        f'<p class="facts">On {e(day)}, with everything it does; {document.runs:,} runs for each row, '
        f"seed {document.seed}</p></header>"
    )
    told = "".join(_departure(document, row) for row in document.rows if row.partners)
    sections = (
        '<section aria-label="Matrix" class="keep"><figure class="matrix">'
        f'<div class="wide">{matrix_svg(document)}</div>'
        f'<div class="narrow">{_stacked(document)}</div><figcaption><span class="narrow">{e(_KEY)}.</span>'
        f"{e(_caption(document))}</figcaption></figure>"
        "</section>",
        f'<section aria-labelledby="why"><h2 id="why">Departure by departure</h2>{told}</section>',
        _cut_sets(document),
        _notes(document, reproduce),
    )
    body = "\n".join(section for section in sections if section)
    foot = f"<footer>Made by stationkeep from document {e(document.schema_)}.</footer>"
    return page_html(title, f"{head}\n<main>\n{body}\n</main>\n{foot}")


def _caption(document: MatrixDocument) -> str:
    return (
        f"Everybody else goes on as in the branch {document.base_label!r}. Dates are medians over the runs; an "
        "asterisk marks what follows from the graph of who provides what, and what no run simulates."
        + (f" {DAGGER_WORDS}." if any(row.disagrees for row in document.rows) else "")
    )


def _stacked(document: MatrixDocument) -> str:
    """The same cells for a telephone, one block below the other."""
    rows = []
    for row in document.rows:
        rows.append(tuple(map(_one_line, cells(document, row))))
    return table("", HEADS, rows, stack=True)


def _one_line(cell: Cell) -> str:
    """Mark and words of a cell, what is read first in bold."""
    mark = f"{MARKS[cell.gravity]} " if cell.gravity else ""
    rest = text.unbroken(cell.line.removeprefix(cell.head))
    return f"{mark}<b>{e(text.unbroken(cell.head))}</b>{e(rest)}"


def _departure(document: MatrixDocument, row: MatrixRow) -> str:
    parts = [f"<h3>{e(row.label)}</h3><p>{e(row.verdict[:1].upper() + row.verdict[1:])}.</p>"]
    if row.why.chain:
        parts.append(f"<p><b>Why</b> (reference run): {e(chain_line(row.why))}.</p>")
    if row.not_simulated:
        parts.append(f'<p class="m">{e(text.with_days(row.not_simulated))}</p>')
    if row.lost_by_graph:
        heads = ("Function", "Lost (graph)", "Range", "Through", "In the runs")
        listed = table("", heads, [_graph_row(loss) for loss in row.lost_by_graph], stack=True)
        parts.append(_folded("What is lost, by the graph", listed))
    if row.fill_in:
        listed = table("", ("Function", "Who", "Standing", "What stands in the way"), _fillers(row.fill_in), stack=True)
        parts.append(_folded("Who could step in", listed))
    return f'<div class="story keep">{"".join(parts)}</div>'


def _folded(title: str, inside: str) -> str:
    return f"<details><summary>{title}</summary>{inside}</details>"


def _graph_row(loss: GraphLoss) -> tuple[str, ...]:
    when = "at once" if loss.when == "at once" else _day(loss.best_utc)
    span = "" if loss.when == "at once" else f"{_day(loss.earliest_utc)} – {_day(loss.latest_utc)}"
    runs = "not simulated" if not loss.in_runs else _day(loss.run_median_utc, "not by the horizon")
    if loss.counted_apart:
        runs += f" (counted otherwise: {loss.counted_apart})"
    people = "person" if loss.enough_for == 1 else "people"
    title = f"{loss.title} (enough left for {loss.enough_for} {people})" if loss.enough_for else loss.title
    return tuple(map(e, (title, when, span, " ← ".join(loss.through), runs)))


def _day(date_utc: str | None, never: str = "never") -> str:
    return never if date_utc is None else text.day_text(date_utc)


def _fillers(found: list[FillIn]) -> list[tuple[str, ...]]:
    rows = []
    for one in found:
        since = f" ({text.day_text(one.from_utc)})" if one.from_utc else ""
        rows.append(tuple(map(e, (one.title, one.who, _STANDING[one.standing] + since, text.with_days(one.says)))))
    return rows


def _cut_sets(document: MatrixDocument) -> str:
    if not document.cut_sets:
        return ""
    names = {row.partners[0]: row.label for row in document.rows if len(row.partners) == 1}
    words = {
        "station": "ends the station",
        "crew": "leaves nobody able to live aboard",
        "full crew": "leaves too little for all who are aboard, enough for fewer",
    }
    gravest: dict[tuple[str, ...], str] = {}  # cut sets come with what ends most first
    for one in document.cut_sets:
        gravest.setdefault(tuple(one.partners), words[one.ends])
    listed = "".join(
        f"<li>{e(' with '.join(names.get(one, one) for one in partners))}: {said}</li>"
        for partners, said in gravest.items()
    )
    return (
        '<section aria-labelledby="cuts"><h2 id="cuts">Smallest departures that end it, by the graph</h2>'
        f"<ul>{listed}</ul></section>"
    )


def _notes(document: MatrixDocument, reproduce: str) -> str:
    notes = "".join(f"<li>{linked(note)}</li>" for note in document.notes)
    details = f"<summary>Versions, data and settings</summary>{tree(document.provenance)}"
    return (
        '<section aria-labelledby="notes"><h2 id="notes">Assumptions and limits</h2>'
        f'<ul class="notes">{notes}</ul><h3>Reproduce</h3><pre><code>{e(reproduce)}</code></pre>'
        f'<details class="printed">{details}</details></section>'
    )
