"""The picture of margins: one row a store, bars as long as it lasts, and the craft that are to take people home."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from stationkeep.campaign.margins_document import DaysInterval, MarginCraft, MarginsDocument, MarginStore
from stationkeep.report.figures import (
    Sheet,
    blank,
    frame,
    in_lines,
    label,
    set_ticks,
    svg_of,
    text_width_px,
    time_ticks,
    wrapped,
)
from stationkeep.report.palette import BRANCH_LINES, INK, MUTED, RISK, RULE, Ink
from stationkeep.simulation.people_words import words as name_in_words
from stationkeep.timescale import mjd_utc, parse_utc

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_ROW_PX: Final = 28.0
_TICKS_PX: Final = 34.0
_KEY_PX: Final = 26.0
_HEADING_PX: Final = 30.0
_NAME_PX: Final = 210.0
_END_GAP_PX: Final = 12.0  # between a bar and the days written behind it
_THICK: Final = 0.56
_PALE: Final = 0.38
_LONGEST_SHARE: Final = 1.12
_OWNERS: Final = {"nasa": 0, "roscosmos": 1, "esa": 2, "jaxa": 3, "northrop-grumman": 4, "spacex": 5}


@dataclass(frozen=True, slots=True)
class _Row:
    """One bar: days from the date of the document; None: beyond its end."""

    name: str
    ink: Ink
    strong_days: float | None
    """To here in full colour: the reserve, or how long a craft is good for."""
    zero_days: float | None
    """To here pale."""
    interval: DaysInterval | None = None
    planned_days: float | None = None
    """Where the plan, instead, brings it to zero."""


def margins_figure(document: MarginsDocument, sheet: Sheet) -> str:
    """How long does each store last? Inline SVG."""
    name = f"margins{'n' if sheet.narrow else 'w'}"
    limit = document.first_limit
    first = "no limit within the horizon" if limit is None else f"the first limit after {limit.days:.0f} days"
    alt = f"Days that {len(document.stores)} stores and {len(document.seats.craft)} craft last; {first}."
    return svg_of(draw_margins(document, sheet), name=name, alt=alt)


def draw_margins(document: MarginsDocument, sheet: Sheet, heading: str = "") -> Figure:
    """The same as a drawing, for files, which need a ``heading``."""
    rows = [*_craft_rows(document), *_store_rows(document)]
    last = _last_day(document, rows)
    above = sheet.narrow
    pitch = _ROW_PX + (16.0 if above else 0.0)
    tall = pitch * max(1, len(rows))
    key = _key_lines(document, sheet)
    top = 2.0 * _TICKS_PX + tall + _KEY_PX * len(key)
    figure = blank(sheet, top + (_HEADING_PX if heading else 0.0))
    left = 4.0 if above else 12.0 + max((text_width_px(row.name, sheet) for row in rows), default=0.0)
    left = min(left, _NAME_PX)
    right = sheet.width_px - _end_px(rows, document.horizon_days, sheet)
    axes = frame(figure, (left, 2.0 * _TICKS_PX, right, 2.0 * _TICKS_PX + tall))
    axes.set_xlim(0.0, last)
    axes.set_ylim(len(rows), 0)
    axes.set_yticks([])
    per_px = last / (right - left)
    for index, row in enumerate(rows):
        _draw_row(axes, row, index, (last, per_px, document.horizon_days), sheet, above)
        _draw_limit(axes, document, index, last, above)
    _draw_axes(axes, document, last, sheet)
    _draw_key(figure, key, sheet, 2.0 * _TICKS_PX + tall)
    if heading:
        paper = frame(figure, (0.0, top, sheet.width_px, top + _HEADING_PX))
        paper.set_axis_off()
        label(paper, 4.0 / sheet.width_px, 0.5, heading, sheet, va="center", fontweight="bold")
    return figure


def _craft_rows(document: MarginsDocument) -> list[_Row]:
    return [_craft_row(one, document) for one in document.seats.craft]


def _craft_row(one: MarginCraft, document: MarginsDocument) -> _Row:
    good = None if one.good_until_utc is None else _mjd(one.good_until_utc) - _mjd(document.date_utc)
    seats = f"{one.seats} seat" + ("" if one.seats == 1 else "s")
    return _Row(f"{one.flight}: {seats}", MUTED, good, good)


def _store_rows(document: MarginsDocument) -> list[_Row]:
    shown = [one for one in document.stores if one.critical or one.reserve_kg > 0.0 or one.days_to_zero is not None]
    late = document.horizon_days + 1.0
    ordered = sorted(shown, key=lambda one: late if one.days_to_zero is None else one.days_to_zero)
    return [_store_row(one) for one in ordered]


def _store_row(one: MarginStore) -> _Row:
    strong = one.days_to_reserve if one.reserve_kg > 0.0 else one.days_to_zero
    name = name_in_words(one.name)
    return _Row(
        name[0].upper() + name[1:], _ink(one.owner), strong, one.days_to_zero, one.days_to_zero_interval,
        one.planned_days_to_zero,
    )  # fmt: skip


def _last_day(document: MarginsDocument, rows: list[_Row]) -> float:
    ends = [days for row in rows for days in (row.zero_days, row.interval.p95 if row.interval else None) if days]
    longest = max(ends, default=document.horizon_days)
    return min(document.horizon_days, max(30.0, _LONGEST_SHARE * longest))


def _draw_row(axes: Axes, row: _Row, index: int, scale: tuple[float, float, float], sheet: Sheet, above: bool) -> None:
    last, per_px, horizon_days = scale
    middle = index + (0.68 if above else 0.5)
    thick = _THICK * (0.66 if above else 1.0)
    zero = last if row.zero_days is None else min(row.zero_days, last)
    strong = zero if row.strong_days is None else min(row.strong_days, zero)
    axes.barh(middle, zero, height=thick, color=row.ink.light, alpha=_PALE, linewidth=0, zorder=2)
    axes.barh(middle, strong, height=thick, color=row.ink.light, linewidth=0, zorder=2)
    if row.interval is not None and row.interval.p05 is not None and row.interval.p05 < last:
        high = last if row.interval.p95 is None else min(row.interval.p95, last)
        axes.plot([row.interval.p05, high], [middle, middle], color=INK.light, linewidth=1.4, zorder=4)
        for place in (row.interval.p05, high if row.interval.p95 is not None else None):
            if place is not None:
                axes.plot([place, place], [middle - 0.16, middle + 0.16], color=INK.light, linewidth=1.4, zorder=4)
    if row.planned_days is not None and row.planned_days <= last:
        axes.plot(
            row.planned_days, middle, "D", markersize=7, markeredgecolor=INK.light, markerfacecolor="white", zorder=5
        )
    label(
        axes,
        last + 6.0 * per_px,
        middle,
        _days_text(row, horizon_days),
        sheet,
        va="center",
        color=MUTED.light,
        clip_on=False,
    )
    if above:
        label(axes, 0.0, index + 0.3, row.name, sheet, va="center")
    else:
        lines = wrapped(row.name, sheet, _NAME_PX)
        label(axes, -8.0 * per_px, middle, "\n".join(lines), sheet, ha="right", va="center", clip_on=False)


def _end_px(rows: list[_Row], horizon_days: float, sheet: Sheet) -> float:
    """Room for the days written behind the bars."""
    widest = max((text_width_px(_days_text(row, horizon_days), sheet) for row in rows), default=0.0)
    return widest + _END_GAP_PX


def _days_text(row: _Row, horizon_days: float) -> str:
    zero = f"> {horizon_days:.0f}" if row.zero_days is None else f"{row.zero_days:.0f}"
    if row.strong_days is None or row.strong_days == row.zero_days:
        return f"{zero} d"
    return f"{row.strong_days:.0f} / {zero} d"


def _draw_limit(axes: Axes, document: MarginsDocument, index: int, last: float, above: bool) -> None:
    """The first limit through one row; where names stand above the bars it does not cross them."""
    limit = document.first_limit
    if limit is not None and limit.days <= last:
        top = index + (0.48 if above else 0.0)
        axes.plot([limit.days] * 2, [top, index + 1.0], color=RISK.light, linewidth=2.0, zorder=3)


def _draw_axes(axes: Axes, document: MarginsDocument, last: float, sheet: Sheet) -> None:
    """Days below the bars, dates below the days."""
    step = next(
        one for one in (10, 20, 30, 60, 90, 100, 180, 200, 365, 730) if last / one <= (5 if sheet.narrow else 9)
    )
    places = [float(day) for day in range(0, int(last) + 1, step)]
    for place in places:
        axes.axvline(place, color=RULE.light, linewidth=0.8, zorder=0)
    set_ticks(axes, sheet, "x", places, [f"{place:.0f} d" if place else "0" for place in places])
    start = _mjd(document.date_utc)
    dates, names = time_ticks(start, start + last, 3 if sheet.narrow else 7)
    tall = axes.get_window_extent().height
    rows = axes.get_ylim()[0]
    below = rows + rows * (_TICKS_PX + 8.0) / tall
    for date, words in zip(dates, names, strict=True):
        label(axes, date - start, below, words, sheet, ha="center", va="center", color=MUTED.light, clip_on=False)


def _key_lines(document: MarginsDocument, sheet: Sheet) -> list[list[tuple[str, str]]]:
    items = [("strong", "to the reserve"), ("pale", "to zero, nothing delivered")]
    if document.draws:
        items.append(("line", "90 % interval of zero"))
    if any(one.planned_days_to_zero is not None for one in document.stores):
        items.append(("diamond", "zero as planned"))
    if document.first_limit is not None:
        items.append(("limit", "first limit"))
    return in_lines(items, lambda item: 40.0 + text_width_px(item[1], sheet), sheet)


def _draw_key(figure: Figure, lines: list[list[tuple[str, str]]], sheet: Sheet, bottom: float) -> None:
    axes = frame(figure, (0.0, bottom, sheet.width_px, bottom + _KEY_PX * len(lines)))
    axes.spines["bottom"].set_visible(False)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_xlim(0, sheet.width_px)
    axes.set_ylim(0, len(lines))
    for index, line in enumerate(lines):
        x, y = 4.0, len(lines) - index - 0.5
        for kind, words in line:
            _draw_sample(axes, kind, x, y)
            label(axes, x + 24.0, y, words, sheet, color=MUTED.light, va="center")
            x += 40.0 + text_width_px(words, sheet)


def _draw_sample(axes: Axes, kind: str, x: float, y: float) -> None:
    middle = x + 9.0
    if kind in ("strong", "pale"):
        alpha = _PALE if kind == "pale" else 1.0
        axes.plot([x, x + 18.0], [y, y], color=BRANCH_LINES[0].light, alpha=alpha, linewidth=9.0, solid_capstyle="butt")
    elif kind == "line":
        axes.plot([x, x + 18.0], [y, y], color=INK.light, linewidth=1.4)
    elif kind == "diamond":
        axes.plot(middle, y, "D", markersize=7, markeredgecolor=INK.light, markerfacecolor="white")
    else:
        axes.plot([middle, middle], [y - 0.3, y + 0.3], color=RISK.light, linewidth=2.0)


def _ink(owner: str) -> Ink:
    return BRANCH_LINES[_OWNERS[owner]] if owner in _OWNERS else MUTED


def _mjd(utc: str) -> float:
    return mjd_utc(parse_utc(utc))
