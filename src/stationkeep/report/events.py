"""What happened in the reference run, condensed: a station is reboosted a hundred times, the story has ten events."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile
from typing import Final

from stationkeep.campaign.document import BranchDocument, EventRecord
from stationkeep.report import text
from stationkeep.report.markup import branch_vars, e, table
from stationkeep.report.palette import BranchStyle

_HEADS: Final = ("Date (UTC)", "Event", "Altitude", "Delta-v", "Propellant")
_NUMERIC: Final = (2, 3, 4)
_FITS_ON_A_PAGE: Final = 20
_TOLD_ONE_BY_ONE: Final = 6
_NUMBER: Final = re.compile(r"\d+(?:[.,]\d+)*")


def events_of(branch: BranchDocument, style: BranchStyle) -> str:
    """The branch's story as a table, and below it every event for those who want to count."""
    heading = f'<h3 {branch_vars(style)}><span class="chip"></span>{e(branch.label)}</h3>'
    if not branch.events:
        return f"{heading}<p>Nothing happens in the reference run.</p>"
    story = _condensed(branch.events)
    caption = (
        "Reference run (median inputs). Altitude is the mean altitude after the event; what happens again and again "
        "is told once, with its totals."
    )
    story_table = table(caption, _HEADS, story, numeric=_NUMERIC, stack=True)
    # A short story stays on one printed page; a long one has to break somewhere.
    kept = " keep" if len(story) <= _FITS_ON_A_PAGE else ""
    told = f'<div class="story{kept}">{heading}<div class="scroll">{story_table}</div></div>'
    if len(story) == len(branch.events):
        return told
    rows = [_cells(event) for event in branch.events]
    everything = table("Every event of the reference run.", _HEADS, rows, numeric=_NUMERIC, stack=True)
    count = f"All {len(branch.events):,} events"
    return f'{told}<details><summary>{count}</summary><div class="scroll">{everything}</div></details>'


def _condensed(events: Sequence[EventRecord]) -> list[tuple[str, ...]]:
    """The story: what happens once or twice is told, what happens again and again is summed where it first happens."""
    alike: dict[tuple[str, str | None, str], list[EventRecord]] = {}
    place = {id(event): number for number, event in enumerate(events)}  # of one moment, as they happened
    for event in events:
        # "Reboost: +3.00 km" and "Reboost: +2.40 km" are the same kind of thing.
        alike.setdefault((event.kind, event.provider, _NUMBER.sub("#", event.title)), []).append(event)
    told: list[tuple[str, int, tuple[str, ...]]] = []
    for same in alike.values():
        if len(same) <= _TOLD_ONE_BY_ONE:
            told += [(event.time_utc, place[id(event)], _cells(event)) for event in same]
        else:
            told.append((same[0].time_utc, place[id(same[0])], _summed(same)))
    return [cells for _, _, cells in sorted(told, key=lambda item: item[:2])]


def _summed(events: Sequence[EventRecord]) -> tuple[str, ...]:
    delta_v = [event.delta_v_m_s for event in events if event.delta_v_m_s is not None]
    propellant = [event.propellant_kg for event in events if event.propellant_kg is not None]
    heights = [event.mean_altitude_km for event in events]
    low, high = f"{min(heights):.0f}", f"{max(heights):.0f}"
    return (
        f"{text.day_text(events[0].time_utc)} – {text.day_text(events[-1].time_utc)}",
        f"{len(events)} × {e(_common_title(events))}",
        f"{high} km" if low == high else f"{low} – {high} km",
        f"{text.significant(sum(delta_v), 3)} m/s" if delta_v else "",
        text.mass_text(sum(propellant)) if propellant else "",
    )


def _common_title(events: Sequence[EventRecord]) -> str:
    """The title as far as the events share it: the figures that differ between them are left out."""
    letters = takewhile(lambda column: len(set(column)) == 1, zip(*(event.title for event in events), strict=False))
    shared = "".join(column[0] for column in letters)
    if shared == events[0].title:
        return shared
    if not shared.endswith((" ", "+")) and ":" not in shared:  # cut within a word, as flights with numbers differ
        return _NUMBER.sub("…", events[0].title.split(": ", maxsplit=1)[0])
    words = re.sub(r"[\s:,;(+\-\d.]*$", "", shared)
    return words or events[0].kind


def _cells(event: EventRecord) -> tuple[str, ...]:
    title = e(event.title)
    if event.provider and event.provider.lower() not in event.title.lower():
        title += f' <span class="m">({e(event.provider)})</span>'
    if event.note:
        title += f'<span class="m w">{e(event.note)}</span>'
    return (
        text.day_text(event.time_utc),
        title,
        f"{event.mean_altitude_km:.0f} km",
        "" if event.delta_v_m_s is None else f"{text.significant(event.delta_v_m_s)} m/s",
        "" if event.propellant_kg is None else text.mass_text(event.propellant_kg),
    )
