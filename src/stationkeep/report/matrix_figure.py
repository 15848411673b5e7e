"""The matrix drawn: a row for each departure, a column for each question; ground, mark and words say how grave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from stationkeep.report import text
from stationkeep.report.figures import WIDE, Sheet, blank, svg_of, wrapped
from stationkeep.report.matrix_cell import DAGGER_WORDS, FINE, MARK_WORDS, Cell
from stationkeep.report.matrix_cells import HEADS, cells
from stationkeep.report.palette import INK, MUTED, RULE, SEVERITIES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from stationkeep.campaign.matrix_document import MatrixDocument

_WIDTHS_PX: Final = (118.0, 168.0, 182.0, 126.0, 108.0, 116.0, 142.0)
_SHEET: Final = Sheet(WIDE.width_px, 10.8, narrow=False)
_LINE_PX: Final = 13.4
_PAD_PX: Final = 6.0
_TITLE_PX: Final = 46.0
_FOOT_PX: Final = 62.0
_KEY_PX: Final = 30.0
_MARK_PX: Final = 13.0
_MARKERS: Final = ("", "o", "^", "s")
_HOLLOW: Final = "o"


def matrix_figure(document: MatrixDocument, *, alone: bool = True) -> Figure:
    """The whole matrix on one sheet, 960 px wide; a printed page holds it.

    Not ``alone``: without the title and the notes that the page around it has.
    """
    rows = [_lines(row) for row in ([cells(document, row) for row in document.rows])]
    heights = [max(len(lines) for lines, _ in row) * _LINE_PX + 2.0 * _PAD_PX for row in rows]
    head = 2.0 * _LINE_PX + 2.0 * _PAD_PX
    title, foot = (_TITLE_PX, _FOOT_PX) if alone else (0.0, _KEY_PX)
    height = title + head + sum(heights) + foot
    figure = blank(_SHEET, height)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_xlim(0.0, _SHEET.width_px)
    axes.set_ylim(height, 0.0)
    axes.axis("off")
    axes.patch.set_visible(False)
    if alone:
        _title(axes, document)
    _heads(axes, title, head)
    top = title + head
    for row, size in zip(rows, heights, strict=True):
        _row(axes, row, top, size)
        top += size
    _key(axes, top + 18.0)
    if alone:
        _notes(axes, top + 36.0, doubted=any(row.disagrees for row in document.rows))
    return figure


def matrix_svg(document: MatrixDocument) -> str:
    """The figure as inline SVG in the page's fonts and colours; all it says stands in its description as well."""
    alt = "; ".join(f"{row.label}: {row.verdict}" for row in document.rows)
    return svg_of(matrix_figure(document, alone=False), name="matrix", alt=f"Matrix of departures. {alt}")


Laid = list[tuple[list[tuple[str, bool]], int]]
"""Of each cell: its lines, each with whether it is one to be read first; and how grave it is."""


def _lines(row: tuple[Cell, ...]) -> Laid:
    laid: Laid = []
    for cell, width in zip(row, _WIDTHS_PX, strict=True):
        room = width - 2.0 * _PAD_PX - (_MARK_PX if cell.gravity > FINE else 0.0)
        lines = [(line, True) for line in wrapped(text.unbroken(cell.head), _SHEET, room)]
        for more in cell.more:
            lines += [(line, False) for line in wrapped(text.unbroken(more), _SHEET, room)]
        laid.append((lines, cell.gravity))
    return laid


def _title(axes: Axes, document: MatrixDocument) -> None:
    day = text.day_text(document.on_utc, long=True)
    _write(axes, 2.0, 15.0, f"{document.scenario.title}: if a partner leaves on {day}", size=16.0, bold=True)
    runs = f"{document.runs:,} runs for each row, the same in all; everybody else goes on as in {document.base_label!r}"
    _write(axes, 2.0, 34.0, runs, colour=MUTED.light)


def _heads(axes: Axes, top: float, height: float) -> None:
    left = 0.0
    for name, width in zip(HEADS, _WIDTHS_PX, strict=True):
        lines = wrapped(name, _SHEET, width - 2.0 * _PAD_PX)
        for place, line in enumerate(lines):
            at = top + height - _PAD_PX - (len(lines) - place - 0.5) * _LINE_PX
            _write(axes, left + _PAD_PX, at, line, colour=MUTED.light, bold=True)
        left += width
    axes.plot((0.0, _SHEET.width_px), (top + height, top + height), color=MUTED.light, linewidth=1.0)


def _row(axes: Axes, row: Laid, top: float, height: float) -> None:
    from matplotlib.patches import Rectangle

    left = 0.0
    for (lines, gravity), width in zip(row, _WIDTHS_PX, strict=True):
        if gravity > FINE:
            ground = SEVERITIES[gravity - 1].light
            box = Rectangle((left + 1.0, top + 1.0), width - 2.0, height - 2.0, facecolor=ground, edgecolor="none")
            axes.add_patch(box)
            _mark(axes, left + _PAD_PX + 4.0, top + _PAD_PX + 0.5 * _LINE_PX, gravity)
        inset = _PAD_PX + (_MARK_PX if gravity > FINE else 0.0)
        for place, (line, first) in enumerate(lines):
            at = top + _PAD_PX + (place + 0.5) * _LINE_PX
            _write(axes, left + inset, at, line, bold=first)
        left += width
    axes.plot((0.0, _SHEET.width_px), (top + height, top + height), color=RULE.light, linewidth=0.8)


def _mark(axes: Axes, x: float, y: float, gravity: int) -> None:
    """A shape for each degree, so that no colour is needed."""
    marker = _MARKERS[gravity]
    filled = "none" if marker == _HOLLOW else INK.light
    axes.plot((x,), (y,), marker=marker, markersize=5.6, markerfacecolor=filled, markeredgecolor=INK.light,
              markeredgewidth=1.0, linestyle="none")  # fmt: skip


def _key(axes: Axes, y: float) -> None:
    from matplotlib.patches import Rectangle

    x = 4.0
    for gravity in range(len(_MARKERS) - 1, FINE, -1):
        ground = SEVERITIES[gravity - 1].light
        axes.add_patch(Rectangle((x - 3.0, y - 8.0), 18.0, 16.0, facecolor=ground, edgecolor="none"))
        _mark(axes, x + 6.0, y, gravity)
        _write(axes, x + 20.0, y, MARK_WORDS[gravity], colour=MUTED.light)
        x += 44.0 + 5.9 * len(MARK_WORDS[gravity])
    _write(axes, x, y, "no mark: as where nobody leaves", colour=MUTED.light)


def _notes(axes: Axes, y: float, *, doubted: bool) -> None:
    told = "* by the graph of who provides what; the runs do not simulate it so. Dates are medians over the runs."
    _write(axes, 2.0, y, told, colour=MUTED.light)
    if doubted:
        _write(axes, 2.0, y + 16.0, f"{DAGGER_WORDS}.", colour=MUTED.light)


def _write(
    axes: Axes, x: float, y: float, words: str, *, size: float | None = None, bold: bool = False, colour: str = ""
) -> None:
    axes.text(x, y, words, fontsize=size or _SHEET.text_px, va="center", color=colour or INK.light, parse_math=False,
              fontweight="bold" if bold else "normal")  # fmt: skip
