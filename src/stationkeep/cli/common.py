"""What every command shares: the ``--json`` option and how a document is written."""

from __future__ import annotations

import json as json_module
import logging
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from stationkeep.environment.density_models import DENSITY_MODELS
from stationkeep.errors import OutputError
from stationkeep.files import write_atomically

if TYPE_CHECKING:
    from rich.console import Console

_MOST_PLACES = 8  # of refused element sets shown; --json has them all
_JSON_HINT = "give a file, as in --json result.json, or - for standard output, as in --json -"
_PIPED_WIDTH = 100  # columns where nobody said how wide the page is

JsonOption = Annotated[
    str | None,
    typer.Option("--json", metavar="PATH|-", help="Write the result as JSON to PATH, or to standard output with '-'."),
]

# What the commands that read an orbit history have in common.
ElementSetsOption = Annotated[
    list[Path],
    typer.Option("--tle", metavar="FILE", help="Element sets: TLE, or OMM (JSON, XML, KVN); may be repeated."),
]
MoreFilesArgument = Annotated[
    list[Path] | None, typer.Argument(metavar="[FILE]...", help="Further files, joined with the one of --tle.")
]
NoradIdOption = Annotated[str | None, typer.Option("--norad-id", help="Which object, where the files hold several.")]
AsOfOption = Annotated[
    str | None,
    typer.Option("--as-of", metavar="DATE", help="Use only sets up to then (UTC). Default: the last one."),
]
ObservedSunOption = Annotated[
    str, typer.Option("--space-weather", metavar="observed|FILE", help="The Sun as it was, or from a CelesTrak table.")
]
PossibleSunOption = Annotated[
    str,
    typer.Option(
        "--space-weather",
        metavar="observed|as-known|FILE",
        help="The Sun as it was, as forecast at --as-of, or from an MSAFE bulletin or a CelesTrak table.",
    ),
]

# What the commands that fly a scenario have in common.
ScenarioArgument = Annotated[
    str, typer.Argument(help="A shipped scenario (see 'stationkeep scenarios') or a YAML file.")
]
ScenarioSunOption = Annotated[
    str | None,
    typer.Option(
        "--space-weather",
        metavar="observed|as-known|FILE",
        help="The Sun as it was, as it was forecast at the epoch, or from an MSAFE bulletin or a CelesTrak table. "
        "Default: what the scenario says.",
    ),
]
DayOfLeavingOption = Annotated[
    str | None,
    typer.Option(
        "--on",
        metavar="DATE|ENTRY",
        help="The day they leave: a date (UTC), or what was said or done on it ('stationkeep claims iss-2022 "
        "--timeline' lists the ids). Default: the first day.",
    ),
]
RunsPerBranchOption = Annotated[int, typer.Option("--runs", "-n", help="Random runs per branch.")]
WorkersOption = Annotated[
    int | None, typer.Option("--workers", help="Runs flown at the same time; default: all cores.", min=1)
]

RunsOption = Annotated[int, typer.Option("--runs", "-n", help="Random runs.")]
SeedOption = Annotated[int, typer.Option("--seed", help="Same seed, same numbers.")]

DensityModelOption = Annotated[
    str,
    typer.Option(
        "--density-model",
        metavar="NAME",
        help="; ".join(f"{entry.name} ({entry.summary})" for entry in DENSITY_MODELS)
        + ". Coefficients hold for the model they were fitted with.",
    ),
]


def json_text(document: dict[str, Any]) -> str:
    """The document as JSON text."""
    return json_module.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def emit_json(document: dict[str, Any], target: str) -> None:
    """Write ``document`` as JSON to a file (all or nothing) or, for ``-``, to standard output."""
    if target == "-":
        sys.stdout.write(json_text(document))
    else:
        write_atomically(Path(target), json_text(document))


def refuse_bare_json(arguments: Sequence[str]) -> None:
    """Refuse ``--json`` at the end or before another option, which would be taken for the name of the file."""
    for given, following in zip_longest(arguments, arguments[1:]):
        if given == "--json" and (following is None or (following.startswith("-") and following != "-")):
            where = "at the end" if following is None else f"before {following}"
            raise OutputError(f"--json {where} names no place to write to", hint=_JSON_HINT)


def require_json_target(target: str | None) -> None:
    """Refuse a place where no JSON can be written before minutes of work, not after."""
    if target is None or target == "-":
        return
    if not target.strip() or Path(target).is_dir():
        raise OutputError(f"--json {target!r} is not a file name", hint=_JSON_HINT)
    require_writable_folder(Path(target).parent)


def require_writable_folder(folder: Path) -> None:
    """Refuse a folder that cannot be written; one that does not exist yet is judged by where it would be made."""
    existing = folder
    while not existing.exists() and existing != existing.parent:
        existing = existing.parent
    if not existing.is_dir():
        raise OutputError(f"{existing} is not a folder", hint="give a folder; it is made if it does not exist")
    try:
        # Asking for permission is not enough: root has it in /proc, and may still not write there.
        tempfile.TemporaryFile(dir=existing).close()
    except OSError as error:
        raise OutputError(
            f"cannot write in {existing}: {error.strerror or error}", hint="choose another folder"
        ) from None


def require_output(output: Path | None, *endings: str, option: str = "--output") -> None:
    """Refuse a page or picture that cannot be written, or of no known kind, before minutes of work, not after."""
    if output is None:
        return
    if endings and output.suffix.lower() not in endings:
        allowed = " or ".join(part for part in (", ".join(endings[:-1]), endings[-1]) if part)
        raise OutputError(f"{option} {output}: what kind of file?", hint=f"end it in {allowed}")
    require_writable_folder(output.parent)
    quiet_drawing()


def quiet_drawing() -> None:
    """Silence matplotlib's chatter about caches and fonts: of no use to who asked when a station falls."""
    logging.getLogger("matplotlib").setLevel(logging.ERROR)


def make_console() -> Console:
    """A console for results: the terminal's own width, 100 columns when piped; names and sources are never markup."""
    from rich.console import Console

    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else _PIPED_WIDTH
    return Console(width=width, markup=False, highlight=False)


def heading_of(name: str, norad_id: str, designator: str) -> str:
    """``ISS (ZARYA) object 25544 98067A``: what of it is known, nothing said twice."""
    return " ".join(part for part in (name, f"object {norad_id}", designator) if part and part != norad_id)


def refused_text(rejected: Sequence[Mapping[str, Any]]) -> str:
    """How many element sets were refused, where they stand in their file (the line, or the number of the set), why."""
    places = ", ".join(str(item["line_number"]) for item in rejected[:_MOST_PLACES])
    more = ", ..." if len(rejected) > _MOST_PLACES else ""
    reasons = list(dict.fromkeys(str(item["reason"]) for item in rejected))
    why = reasons[0] + (" (the others for other reasons)" if len(reasons) > 1 else "")
    return f"{len(rejected)} element set{'s' if len(rejected) != 1 else ''} (line {places}{more}): {why}"


@contextmanager
def progress_bar(total: int) -> Iterator[Callable[[], None] | None]:
    """A progress bar on the error stream of a terminal; nothing where output is piped to a file."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console

    # No thread of its own to redraw it: with one, the runs could not be shared among processes.
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("Flying"), BarColumn(), MofNCompleteColumn(), TextColumn("runs"), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, auto_refresh=False) as bar:
        task = bar.add_task("runs", total=total)

        def advance() -> None:
            bar.advance(task)
            bar.refresh()

        yield advance
