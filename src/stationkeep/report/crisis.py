"""What was said and done, beside how the station fares in the runs on that day: one table in the order of time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from stationkeep.campaign.document import CrisisEntry, CrisisState, RunDocument
from stationkeep.report import text
from stationkeep.report.markup import branch_vars, e, table
from stationkeep.report.palette import BranchStyle, branch_styles

_CAPTION = (
    "On the left what people said and did, with the id that begins a branch there (--on ID). On the right the "
    "reference run of each branch: what happens to it, and how it fares at the end of each of these days. Branches "
    "begin with their own first event, whatever was said later. “Enough for”: altitude and attitude without another "
    "delivery, at the use of the next 90 days."
)


@dataclass(frozen=True, slots=True)
class _Row:
    date_utc: str
    said: str = ""
    """What was said or done, as HTML."""
    simulated: str = ""
    """What happens in the branches, as HTML."""


def crisis_section(document: RunDocument) -> str:
    """The statements and acts of the time against the state of each branch and the events behind its end, as HTML.

    Empty where the scenario names no timeline.
    """
    if document.crisis is None:
        return ""
    chips = _Chips(document)
    rows = [*map(_said, document.crisis.entries), *_simulated(document, chips), *_states(document, chips)]
    rows = sorted(rows, key=lambda row: row.date_utc)
    days = groupby(rows, key=lambda row: row.date_utc)
    cells = [(_day(day), *_together(list(same))) for day, same in days]
    heads = ("Date", "Said and done", "In the runs")
    return (
        f'<section aria-labelledby="crisis"><h2 id="crisis">{e(document.crisis.title)}</h2>'
        f'<div class="scroll story">{table(e(_CAPTION), heads, cells, stack=True)}</div>'
        f'<p class="m">{e(document.crisis.agreement)}</p></section>'
    )


def state_text(state: CrisisState) -> str:
    """``417.9 km · 1.7 t of propellant, enough for 280 days · 7 aboard, 7 seats home · lost: deliveries``."""
    if state.mean_altitude_km is None:
        return "fallen"
    words = [f"{state.mean_altitude_km:.1f} km", _propellant(state)]
    if state.people_aboard is not None:
        words.append(_people(state.people_aboard, state.seats or 0))
    words.append(f"lost: {', '.join(state.lost)}" if state.lost else "")
    words.append(f"nobody does for the time being: {', '.join(state.paused)}" if state.paused else "")
    return " · ".join(word for word in words if word)


def _propellant(state: CrisisState) -> str:
    if state.propellant_kg is None:
        return ""
    if state.propellant_kg < 1.0:
        return "no propellant"
    told = f"{text.mass_text(state.propellant_kg)} of propellant"
    if state.propellant_days is not None:
        return f"{told}, enough for {text.significant(state.propellant_days)} days"
    return f"{told}, out of use" if {"reboost", "gyro unloading"} & {*state.lost, *state.paused} else told


def _people(aboard: int, seats: int) -> str:
    if aboard == 0:
        return "nobody aboard"
    return f"{aboard} aboard, {seats} {'seat' if seats == 1 else 'seats'} home"


class _Chips:
    """The branches something holds for, by their colours and names."""

    def __init__(self, document: RunDocument) -> None:
        self.styles: Mapping[str, BranchStyle] = branch_styles(document.branches)
        self.labels = {name: branch.label for name, branch in document.branches.items()}

    def of(self, names: Iterable[str]) -> str:
        return "".join(
            f'<span class="m w" {branch_vars(self.styles[name])}>'
            f'<span class="chip"></span>{e(self.labels[name])}</span>'
            for name in names
        )


def _together(same: list[_Row]) -> tuple[str, str]:
    """What was said, and what happened, on one day."""
    said, simulated = [row.said for row in same if row.said], [row.simulated for row in same if row.simulated]
    return "".join(f"<div>{one}</div>" for one in said), "".join(f"<div>{one}</div>" for one in simulated)


def _said(entry: CrisisEntry) -> _Row:
    said = f'<b>{e(entry.who)}</b>: {e(entry.what)}<span class="m w">{e(entry.id)} · {e(entry.source)}</span>'
    return _Row(entry.date_utc, said=said)


def _states(document: RunDocument, chips: _Chips) -> Iterator[_Row]:
    """The state of all branches on the days of the entries; what several share is told once, as is a day of several."""
    assert document.crisis is not None
    for day, same in groupby(document.crisis.entries, key=lambda entry: entry.date_utc):
        states = next(same).states
        if not states:
            begins = text.day_text(document.scenario.epoch_utc)
            yield _Row(day, simulated=f'<span class="m">before the runs begin ({e(begins)})</span>')
            continue
        shared: dict[str, list[str]] = {}
        for name, state in states.items():
            shared.setdefault(state_text(state), []).append(name)
        for told, names in shared.items():
            yield _Row(day, simulated=f"{chips.of(names)}{e(told)}")


def _simulated(document: RunDocument, chips: _Chips) -> Iterator[_Row]:
    """The links of all branches by day; what several branches share on one day is told once."""
    shared: dict[tuple[str, str], list[str]] = {}
    for name, branch in document.branches.items():
        for link in branch.why.chain:
            shared.setdefault((link.time_utc[:10], link.title), []).append(name)
    for (day, title), names in shared.items():
        yield _Row(day, simulated=f"{chips.of(names)}<b>{e(title)}</b>")


def _day(date_utc: str) -> str:
    return text.day_text(date_utc) if len(date_utc) > len("2022-03") else text.month_text(f"{date_utc}-01")
