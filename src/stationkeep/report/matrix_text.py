"""The matrix in the terminal: a row for each departure, then what the runs do not see, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from stationkeep.report import text
from stationkeep.report.matrix_cell import DAGGER_WORDS, MARKS, Cell
from stationkeep.report.matrix_cells import HEADS, cells
from stationkeep.report.why import chain_line

if TYPE_CHECKING:
    from rich.console import Console

    from stationkeep.campaign.matrix_document import MatrixDocument


_PLAIN: Final = {"–": "-", "→": "->", "■": "#", "▲": "!", "○": "o", "’": "'", "†": "+"}


def print_matrix(document: MatrixDocument, console: Console) -> None:
    """Print every departure in a block: question and answer, line by line, which any width holds."""
    from rich.table import Table

    day = text.day_text(document.on_utc, long=True)
    _say(console, f"{document.scenario.title}: if a partner leaves on {day}", "bold")
    begins = f"{text.day_text(document.scenario.epoch_utc, long=True)} ({document.scenario.id})"
    on_as = f"everybody else goes on as in {document.base_label!r}"
    _say(console, f"{document.runs:,} runs for each row, from {begins} on; {on_as}", "dim")
    for row in document.rows:
        answers = cells(document, row)
        console.print()
        _say(console, f"{_mark(answers[0])}{answers[0].head}: {row.verdict}", "bold")
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(no_wrap=True, min_width=24)
        table.add_column(overflow="fold")
        for name, answer in zip(HEADS[1:], answers[1:], strict=True):
            table.add_row(f"  {name}", _fitting(console, answer.line))
        if row.partners and row.why.chain:
            table.add_row("  Why (reference run)", _fitting(console, chain_line(row.why)))
        if row.not_simulated:
            table.add_row("  Not in the runs", _fitting(console, text.with_days(row.not_simulated)))
        console.print(table)
    console.print()
    _say(console, "* by the graph of who provides what (stationkeep depends); dates are medians", "dim")
    if any(row.disagrees for row in document.rows):
        _say(console, DAGGER_WORDS, "dim")


def _mark(cell: Cell) -> str:
    return f"{MARKS[cell.gravity]} " if cell.gravity else ""


def _say(console: Console, words: str, style: str) -> None:
    console.print(_fitting(console, words), style=style, soft_wrap=True)


def _fitting(console: Console, words: str) -> str:
    """What the console's encoding can print."""
    try:
        words.encode(console.encoding)
    except (UnicodeEncodeError, LookupError):
        for letter, plain in _PLAIN.items():
            words = words.replace(letter, plain)
        return words.encode("ascii", "replace").decode("ascii")
    return words
