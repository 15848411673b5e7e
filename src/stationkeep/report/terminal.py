"""The verdict in the terminal: a page a tired engineer reads at a glance, branch beside branch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from stationkeep.campaign.document import RunDocument
from stationkeep.report.text import clean
from stationkeep.report.verdict import VerdictRow, facts_line, runs_line, verdict_rows
from stationkeep.report.why import why_line

_LABEL_WIDTH: Final = 26  # "Reboost no longer possible"
_NARROWEST_BRANCH: Final = 14  # "Jan – Nov 2024"
_GAP: Final = 2
_MOST_NOTES: Final = 4

# What a terminal without Unicode (Latin-1, a bare C locale) can show instead.
_PLAIN: Final = str.maketrans({"–": "-", "·": "-", "’": "'", "→": "->", "±": "+/-", "“": '"', "”": '"', "−": "-"})


def render_verdict(
    document: RunDocument,
    console: Console,
    *,
    report: str | None = None,
    data: str | None = None,
    reproduce: str | None = None,
) -> None:
    """Print when the station falls in each branch, on whom, and what it cost to keep it up.

    Branches stand side by side where the console is wide enough and in blocks below one another where it is not;
    nothing is cut off. ``report``, ``data`` and ``reproduce`` are the footer's file names and command, where given;
    where there is a report it keeps the later notes. Colours appear only on a terminal; titles are printed as text,
    never as markup.
    """
    _line(console, document.scenario.title, "bold")
    _line(console, facts_line(document))
    _line(console, runs_line(document), "dim")
    rows = verdict_rows(document)
    labels = [clean(branch.label) for branch in document.branches.values()]
    for block in _blocks(len(labels), console.width):
        console.print()
        console.print(_table(rows, labels, block, console))
    console.print()
    for branch in document.branches.values():
        if chain := why_line(branch):
            _bullet(console, f"Why, {branch.label} (reference run): {chain}")
    # The report holds all notes; the terminal keeps to a page and says what it leaves out.
    shown = document.notes if report is None else document.notes[:_MOST_NOTES]
    for note in shown:
        _bullet(console, note)
    if left := len(document.notes) - len(shown):
        _bullet(console, f"{left} more {'note' if left == 1 else 'notes'} in the report")
    if document.notes:
        console.print()
    for name, value in (("Report:", report), ("Data:", data), ("Reproduce:", reproduce)):
        if value is not None:
            _line(console, f"{name:<11}{value}")


def _blocks(branches: int, width: int) -> list[range]:
    """Which branches stand side by side, so that every cell keeps a readable width."""
    across = max(1, (width - _LABEL_WIDTH - _GAP) // (_NARROWEST_BRANCH + _GAP))
    return [range(start, min(start + across, branches)) for start in range(0, branches, across)]


def _table(rows: Sequence[VerdictRow], labels: Sequence[str], block: range, console: Console) -> Table:
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="bold")
    roomy = console.width >= _LABEL_WIDTH + _GAP + len(block) * _NARROWEST_BRANCH
    table.add_column("", no_wrap=roomy, min_width=_LABEL_WIDTH if roomy else None, overflow="fold")
    for index in block:
        table.add_column(_fitting(labels[index], console), overflow="fold")
    grouped = ""
    for row in rows:
        if row.opens:
            table.add_row()
        style = {"key": "bold", "detail": "dim"}.get(row.kind, "")
        label = _label(row, continues=row.group == grouped, roomy=roomy)
        grouped = row.group
        cells = [_fitting(row.answers[index], console, style) for index in block]
        table.add_row(_fitting(label, console, style), *cells)
    return table


def _label(row: VerdictRow, *, continues: bool, roomy: bool) -> str:
    """The row's label, details set in and lined up under the heading they share."""
    if row.kind != "detail":
        return row.label
    if not row.group:
        return f"  {row.label}"
    if continues:
        return " " * (len(row.group) + 3 if roomy else 2) + row.label
    return f"  {row.group} {row.label}"


def _bullet(console: Console, note: str) -> None:
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(_fitting("·", console), _fitting(note, console))
    console.print(grid)


def _line(console: Console, line: str, style: str = "") -> None:
    # Footers hold commands and paths: soft wrapping keeps them in one piece for copying.
    console.print(_fitting(line, console, style), soft_wrap=True, highlight=False)


def _fitting(words: str, console: Console, style: str = "") -> Text:
    """``words`` as unstyled text the console's encoding can print; a Latin-1 terminal gets a hyphen, not a crash."""
    words = clean(words)
    try:
        words.encode(console.encoding)
    except (UnicodeEncodeError, LookupError):
        words = words.translate(_PLAIN).encode("ascii", "replace").decode("ascii")
    return Text(words, style=style)
