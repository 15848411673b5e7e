"""Margins in words, for the terminal and the page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from stationkeep.report.text import day_text, kilogram_text
from stationkeep.report.traffic_charts import OWNER_NAMES
from stationkeep.simulation.people_words import words as name_in_words

if TYPE_CHECKING:
    from rich.console import Console

    from stationkeep.campaign.margins_document import (
        DaysInterval,
        MarginCraft,
        MarginLimit,
        MarginsDocument,
        MarginStore,
    )

_WIDE = 15
_NOTHING_KG = 0.05
_SHORT_ID = 4  # an abbreviation: csa


def store_text(one: MarginStore) -> tuple[str, str]:
    """Its name and its owner's, as they are written."""
    name = name_in_words(one.name)
    return name[0].upper() + name[1:], _owner_text(one.owner)


def _owner_text(owner: str) -> str:
    plain = owner.upper() if len(owner) <= _SHORT_ID else owner.replace("-", " ").title()
    return OWNER_NAMES.get(owner, plain)


def days_text(days: float | None, horizon_days: float) -> str:
    """``135``, or ``> 730``."""
    return f"> {horizon_days:,.0f}" if days is None else f"{days:,.0f}"


def planned_text(one: MarginStore, horizon_days: float) -> str:
    """Days to zero with the plan; what is empty now and may be filled later has none to tell."""
    if one.amount_kg < _NOTHING_KG and one.planned_days_to_zero == 0.0:
        return "empty now"
    return days_text(one.planned_days_to_zero, horizon_days)


def interval_text(interval: DaysInterval | None, horizon_days: float) -> str:
    """`` (84 – 267)``; empty where nothing was drawn or all lies beyond."""
    if interval is None or interval.p05 is None:
        return ""
    return f" ({days_text(interval.p05, horizon_days)} – {days_text(interval.p95, horizon_days)})"


def craft_text(one: MarginCraft) -> tuple[str, str, str]:
    """Until when it is good, when it is to leave, and who rides in it."""
    good = "–" if one.good_until_utc is None else day_text(one.good_until_utc)
    leaves = "–" if one.leaves_utc is None else day_text(one.leaves_utc)
    return good, leaves, "; ".join(one.riders) or "nobody"


def limit_sentences(document: MarginsDocument) -> list[tuple[str, str]]:
    """What ends first: reserve, stores, everything; then the same as planned."""
    horizon = document.horizon_days
    told = [("First limit", _limit(document.first_limit, horizon))]
    if document.stores_limit is not None and document.first_limit != document.stores_limit:
        told.append(("Stores and air", _limit(document.stores_limit, horizon)))
    told.append(("First reserve", _limit(document.first_reserve, horizon)))
    last = document.plan_until_utc
    until = "no flight from now on" if last is None else f"flights to {day_text(last)}"
    told.append(("As planned", f"{_limit(document.planned_limit, horizon)} ({until})"))
    return told


def seats_sentence(document: MarginsDocument) -> tuple[str, str]:
    """Who has no seat home, now or from when on."""
    seats = document.seats
    words = f"{seats.aboard} aboard, {seats.seats} working seats home"
    if seats.without:
        words += f"; without one now: {'; '.join(seats.without)}"
    elif seats.short_from_utc is None:
        words += "; under the plan nobody lacks one"
    else:
        words += f"; from {day_text(seats.short_from_utc)} {'; '.join(seats.short)} without one under the plan"
    return "Seats", words


def empty_sentence(document: MarginsDocument) -> tuple[str, str]:
    """Whether the station can be left empty, and for how long."""
    empty = document.empty
    if not empty.possible:
        return "Left empty", f"no: {empty.words}"
    told = [f"yes: for {days_text(empty.days, empty.horizon_days)} days"]
    if empty.until_utc is not None:
        told = [
            f"yes: for {days_text(empty.days, empty.horizon_days)} days, to {day_text(empty.until_utc)}: {empty.words}"
        ]
    if empty.words != empty.air_words:
        told.append(f"its air keeps for {_air_text(document)}" + (f": {empty.air_words}" if empty.air_words else ""))
    else:
        told[0] = told[0].replace(" days", f" days{interval_text(empty.days_interval, empty.horizon_days)}", 1)
    if empty.falls_utc is not None:
        told.append(f"it falls on {day_text(empty.falls_utc)}")
    if empty.nitrogen_utc is not None:
        told.append(f"no nitrogen is left in tanks from {day_text(empty.nitrogen_utc)}")
    return "Left empty", f"{'; '.join(told)}. Not counted: {', '.join(empty.not_counted)}"


def _air_text(document: MarginsDocument) -> str:
    empty = document.empty
    spread = interval_text(empty.air_days_interval, empty.horizon_days)
    return f"{days_text(empty.air_days, empty.horizon_days)} days{spread}"


def run_sentences(document: MarginsDocument) -> list[tuple[str, str]]:
    """What the reference run of the branch makes of it, where it bears on people."""
    run = document.run
    if run is None:
        return []
    told = []
    if run.attitude_lost_utc is not None:
        told.append(("Attitude", f"lost for good on {day_text(run.attitude_lost_utc)} in the run of this branch"))
    if run.must_leave_utc is not None:
        left = "" if run.left_utc is None else f"; the last leave on {day_text(run.left_utc)}"
        told.append(("In the run", f"people must leave on {day_text(run.must_leave_utc)}: {run.must_leave_why}{left}"))
    return told


def heading_of(document: MarginsDocument, *, title: bool = True) -> str:
    """What was asked, in a line."""
    scenario = document.scenario
    parts = [scenario.title] if title else []
    parts += [day_text(document.date_utc, long=True), f"branch {scenario.branch}"]
    gone = [_owner_text(name) for name in document.without.partners]
    return " · ".join([*parts, *(f"without {name}" for name in gone)])


def print_margins(document: MarginsDocument, console: Console) -> None:
    """The answer for a terminal."""
    console.print(heading_of(document), style="bold")
    console.print()
    told = [*limit_sentences(document), seats_sentence(document), empty_sentence(document), *run_sentences(document)]
    _print_pairs(told, console)
    console.print()
    _print_stores(document, console)
    if document.people_until:
        console.print()
        _print_people(document, console)
    console.print()
    _print_pairs([("Note", note) for note in document.notes], console)
    sources = [text for name, text in document.provenance.items() if name.startswith("source")]
    _print_pairs([("Source", text) for text in sources], console)


def _print_pairs(pairs: Iterable[tuple[str, str]], console: Console) -> None:
    from rich.table import Table

    made = Table.grid(padding=(0, 2, 0, 0))
    made.add_column(min_width=_WIDE - 2, no_wrap=True)
    made.add_column()
    for name, words in pairs:
        made.add_row(name, words)
    console.print(made)


def _print_stores(document: MarginsDocument, console: Console) -> None:
    from rich.table import Table

    horizon = document.horizon_days
    made = Table(box=None, pad_edge=False, header_style="bold")
    made.add_column("store", no_wrap=True)
    made.add_column("owner")
    for heading in ("aboard", "days to reserve", "days to zero", "zero as planned"):
        made.add_column(heading, justify="right")
    for one in document.stores:
        made.add_row(
            *store_text(one), kilogram_text(one.amount_kg),
            days_text(one.days_to_reserve, horizon) if one.reserve_kg else "–",
            days_text(one.days_to_zero, horizon) + interval_text(one.days_to_zero_interval, horizon),
            planned_text(one, horizon),
        )  # fmt: skip
    console.print(made)


def _print_people(document: MarginsDocument, console: Console) -> None:
    from rich.table import Table

    made = Table(box=None, pad_edge=False, header_style="bold")
    made.add_column("people", justify="right")
    made.add_column("can stay until", no_wrap=True)
    made.add_column("stores alone [d]", justify="right")
    made.add_column("why")
    for one in document.people_until:
        made.add_row(
            str(one.people), "–" if one.until_utc is None else day_text(one.until_utc),
            days_text(one.stores_days, document.horizon_days), one.words,
        )  # fmt: skip
    console.print(made)


def _limit(limit: MarginLimit | None, horizon_days: float) -> str:
    if limit is None:
        return f"none within {horizon_days:.0f} days"
    spread = interval_text(limit.days_interval, horizon_days)
    return f"{limit.days:.0f} days{spread}, {day_text(limit.date_utc)}: {limit.words}"
