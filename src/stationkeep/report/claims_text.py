"""Claims and their verdicts for the terminal: one a reader can quote, with the number and the command behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from rich.console import Console

    from stationkeep.partnership.crisis import CrisisTimeline

_STYLES: Final = {"true": "bold green", "false": "bold red", "partly": "bold yellow", "not decidable": "bold"}


def print_claims(document: dict[str, Any], console: Console, *, reproduce: str) -> None:
    """Each statement with its verdict, why, how sure, and by whom and when it was said."""
    from rich.padding import Padding
    from rich.text import Text

    for claim in document["claims"]:
        verdict = claim["verdict"]
        console.print(Text.assemble((verdict.upper(), _STYLES[verdict]), "  ", (claim["quote"], "bold")))
        console.print(Padding(claim["because"], (0, 0, 0, 4)))
        told = f"{value_words(claim)}; {claim['uncertainty']}" if claim["uncertainty"] else value_words(claim)
        console.print(Padding(Text(told, style="dim"), (0, 0, 0, 4)))
        own = "in our words; " if claim["paraphrase"] else ""
        said = f"{own}{claim['who']}, {claim['when_utc']} ({claim['source']}). True if: {claim['true_if']}."
        console.print(Padding(Text(said, style="dim"), (0, 0, 0, 4)))
        console.print(Text(f"    {claim['reproduce']}\n", style="dim"), soft_wrap=True)
    console.print(f"Reproduce: {reproduce}", soft_wrap=True)


def value_words(claim: dict[str, Any]) -> str:
    """``85 % of runs (71 to 94 %)``, or the number with its unit."""
    value, low, high, unit = claim["value"], claim["low"], claim["high"], claim["unit"]
    if value is None:
        return "no number"
    if "share" in unit or unit == "relative error":
        text = f"{100.0 * value:.1f} %"
        span = "" if low is None else f" ({100.0 * low:.1f} to {100.0 * high:.1f} %)"
    else:
        text = f"{value:g}"
        span = "" if low is None else f" ({low:g} to {high:g})"
    return f"{unit}: {text}{span}"


def print_timeline(timeline: CrisisTimeline, console: Console) -> None:
    """What was said and done, day by day, each with the id by which a branch can begin there."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, title=timeline.title, title_justify="left")
    table.add_column("date", no_wrap=True)
    table.add_column("id", no_wrap=True, style="bold")  # to type after --on: never cut
    table.add_column("said and done")
    for entry in timeline.entries:
        day = f"{entry.date:%Y-%m-%d}" if entry.date_known_to == "day" else f"{entry.date:%Y-%m}"
        said = Text.assemble(f"{entry.who}: {entry.what} ", (f"({entry.source}) [{entry.quality}]", "dim"))
        table.add_row(day, entry.id, said)
    console.print(table)
    console.print(f"{timeline.agreement.name}: {' '.join(timeline.agreement.what.split())}")
    example = timeline.entries[0].id
    console.print(f"Begin a branch on one of these days: stationkeep run iss-2022 --without roscosmos --on {example}")
