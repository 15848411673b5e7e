"""What every command shares: the ``--json`` option and how a document is written."""

from __future__ import annotations

import json as json_module
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from stationkeep.files import write_atomically

if TYPE_CHECKING:
    from rich.console import Console

_PIPED_WIDTH = 100  # columns where nobody said how wide the page is

JsonOption = Annotated[
    str | None,
    typer.Option("--json", metavar="PATH|-", help="Write the result as JSON to PATH, or to standard output with '-'."),
]


def emit_json(document: dict[str, Any], target: str) -> None:
    """Write ``document`` as JSON to a file (all or nothing) or, for ``-``, to standard output."""
    text = json_module.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    if target == "-":
        sys.stdout.write(text)
    else:
        write_atomically(Path(target), text)


def make_console() -> Console:
    """A console for results: the terminal's own width, 100 columns when piped; names and sources are never markup."""
    from rich.console import Console

    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else _PIPED_WIDTH
    return Console(width=width, markup=False, highlight=False)


@contextmanager
def progress_bar(total: int) -> Iterator[Callable[[], None] | None]:
    """A progress bar on the error stream of a terminal; nothing where output is piped to a file."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("Flying"), BarColumn(), MofNCompleteColumn(), TextColumn("runs"), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("runs", total=total)
        yield lambda: bar.advance(task)
