"""What was said and done, beside what would have followed: one table in the order of time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from stationkeep.campaign.document import CrisisEntry, RunDocument
from stationkeep.report import text
from stationkeep.report.markup import branch_vars, e, table
from stationkeep.report.palette import branch_styles


@dataclass(frozen=True, slots=True)
class _Row:
    date_utc: str
    said: str = ""
    """What was said or done, as HTML."""
    simulated: str = ""
    """What happens in the branches, as HTML."""


def crisis_section(document: RunDocument) -> str:
    """The statements and acts of the time against the events behind each branch's end, as HTML; empty without them."""
    if document.crisis is None:
        return ""
    rows = sorted([*map(_said, document.crisis.entries), *_simulated(document)], key=lambda row: row.date_utc)
    caption = (
        "On the left what people said and did, on the right what the reference run of each branch leads to; branches "
        "begin with their own first event, whatever was said later."
    )
    heads = ("Date", "Said and done", "Would have followed")
    days = groupby(rows, key=lambda row: row.date_utc)
    cells = [(_day(day), *_together(list(same))) for day, same in days]
    return (
        f'<section aria-labelledby="crisis"><h2 id="crisis">{e(document.crisis.title)}</h2>'
        f'<div class="scroll story">{table(caption, heads, cells, stack=True)}</div>'
        f'<p class="m">{e(document.crisis.agreement)}</p></section>'
    )


def _together(same: list[_Row]) -> tuple[str, str]:
    """What was said, and what happened, on one day."""
    said, simulated = [row.said for row in same if row.said], [row.simulated for row in same if row.simulated]
    return "".join(f"<div>{one}</div>" for one in said), "".join(f"<div>{one}</div>" for one in simulated)


def _said(entry: CrisisEntry) -> _Row:
    said = f'<b>{e(entry.who)}</b>: {e(entry.what)}<span class="m w">{e(entry.source)}</span>'
    return _Row(entry.date_utc, said=said)


def _simulated(document: RunDocument) -> Iterator[_Row]:
    """The links of all branches by day; what several branches share on one day is told once."""
    styles = branch_styles(document.branches)
    shared: dict[tuple[str, str], list[str]] = {}
    for name, branch in document.branches.items():
        for link in branch.why.chain:
            shared.setdefault((link.time_utc[:10], link.title), []).append(name)
    for (day, title), names in shared.items():
        chips = "".join(
            f'<span class="m w" {branch_vars(styles[name])}><span class="chip"></span>'
            f"{e(document.branches[name].label)}</span>"
            for name in names
        )
        yield _Row(day, simulated=f"{e(title)}{chips}")


def _day(date_utc: str) -> str:
    return text.day_text(date_utc) if len(date_utc) > len("2022-03") else text.month_text(f"{date_utc}-01")
