"""What happened in the reference run, condensed: a station is reboosted a hundred times, the story has ten events."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from stationkeep.campaign.document import BranchDocument, EventRecord
from stationkeep.report import text
from stationkeep.report.markup import branch_vars, e, table
from stationkeep.report.palette import BranchStyle

_HEADS: Final = ("Date (UTC)", "Event", "Altitude", "Delta-v", "Propellant", "Note")
_NUMERIC: Final = (2, 3, 4)
_FITS_ON_A_PAGE: Final = 20
_SHORT_ENOUGH: Final = 2  # so many of a kind in a row are still told one by one


def events_of(branch: BranchDocument, style: BranchStyle) -> str:
    """The branch's story as a table, and below it every event for those who want to count."""
    heading = f'<h3 {branch_vars(style)}><span class="chip"></span>{e(branch.label)}</h3>'
    if not branch.events:
        return f"{heading}<p>Nothing happens in the reference run.</p>"
    story = list(_condensed(branch.events))
    caption = "Reference run (median inputs). Altitude is the mean altitude after the event."
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


def _condensed(events: Sequence[EventRecord]) -> Iterator[tuple[str, ...]]:
    for _, group in groupby(events, key=lambda event: (event.kind, event.provider, event.title)):
        same = list(group)
        if len(same) <= _SHORT_ENOUGH:
            yield from (_cells(event) for event in same)
        else:
            yield _summed(same)


def _summed(events: Sequence[EventRecord]) -> tuple[str, ...]:
    delta_v = [event.delta_v_m_s for event in events if event.delta_v_m_s is not None]
    propellant = [event.propellant_kg for event in events if event.propellant_kg is not None]
    heights = [event.mean_altitude_km for event in events]
    low, high = f"{min(heights):.0f}", f"{max(heights):.0f}"
    return (
        f"{text.day_text(events[0].time_utc)} – {text.day_text(events[-1].time_utc)}",
        f"{len(events)} × {e(events[0].title)}",
        f"{high} km" if low == high else f"{low} – {high} km",
        f"{text.significant(sum(delta_v), 3)} m/s" if delta_v else "",
        text.mass_text(sum(propellant)) if propellant else "",
        "in all",
    )


def _cells(event: EventRecord) -> tuple[str, ...]:
    title = e(event.title)
    if event.provider and event.provider.lower() not in event.title.lower():
        title += f' <span class="m">({e(event.provider)})</span>'
    return (
        text.day_text(event.time_utc),
        title,
        f"{event.mean_altitude_km:.0f} km",
        "" if event.delta_v_m_s is None else f"{text.significant(event.delta_v_m_s)} m/s",
        "" if event.propellant_kg is None else text.mass_text(event.propellant_kg),
        e(event.note or ""),
    )
