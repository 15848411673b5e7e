"""When the runs fall: one row per branch on a common calendar, each run counted in the bin it came down in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from stationkeep.campaign.document import BranchDocument, RunDocument
from stationkeep.report import text
from stationkeep.report.fall_words import branch_fall_text, branch_window_text, fall_if_not_aimed
from stationkeep.report.figures import Sheet, blank, frame, label, set_ticks, svg_of, time_ticks, wrapped
from stationkeep.report.palette import INK, MUTED, branch_styles
from stationkeep.timescale import mjd_utc, parse_utc

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Dates = NDArray[np.float64]

_BARS_PX: Final = 64.0
_FOOT_PX: Final = 32.0
_ROW_GAP_PX: Final = 22.0
_TITLE_GAP_PX: Final = 14.0
_LINE: Final = 1.4  # line height over letter height

# Bins a reader has a word for.
_BIN_WORDS: Final = {1: "day", 2: "2 days", 7: "week", 14: "2 weeks", 30: "30 days", 60: "60 days", 120: "120 days"}


def falls_figure(document: RunDocument, sheet: Sheet) -> str:
    """How are the fall dates spread in each branch that falls? Inline SVG, empty text where nothing falls."""
    falling = {key: branch for key, branch in document.branches.items() if any(branch.reentry.dates_utc)}
    if not falling:
        return ""
    dates = {key: fall_dates_mjd(branch) for key, branch in falling.items()}
    edges = _edges(np.concatenate(list(dates.values())), bin_width_days(list(dates.values())))
    shares = {key: _percent_per_bin(dates[key], branch, edges) for key, branch in falling.items()}
    tallest = max(float(share.max()) for share in shares.values())
    titles = {key: _title(branch, document, sheet) for key, branch in falling.items()}
    tops_px = {key: _TITLE_GAP_PX + len(title) * _LINE * sheet.text_px for key, title in titles.items()}
    height = _FOOT_PX + sum(tops_px.values()) + (_BARS_PX + _ROW_GAP_PX) * len(falling) - _ROW_GAP_PX
    figure = blank(sheet, height)
    styles = branch_styles(document.branches)
    left, right = (34.0, sheet.width_px - 14.0) if sheet.narrow else (44.0, sheet.width_px - 24.0)
    top = height
    for number, (key, branch) in enumerate(falling.items()):
        top -= tops_px[key]
        axes = frame(figure, (left, top - _BARS_PX, right, top))
        top -= _BARS_PX + _ROW_GAP_PX
        _set_scales(axes, edges, tallest, sheet, last=number == len(falling) - 1)
        axes.stairs(shares[key], edges, fill=True, color=styles[key].line.light, alpha=0.55, linewidth=0)
        _mark_quantiles(axes, branch, tallest, sheet)
        _write_title(axes, titles[key], styles[key].text.light, sheet)
    return svg_of(figure, name=f"falls{'n' if sheet.narrow else 'w'}", alt=_alt(document))


def _title(branch: BranchDocument, document: RunDocument, sheet: Sheet) -> list[tuple[str, str]]:
    """Lines above the histogram as (left, right): the branch's name and its dates, on one line where both fit."""
    name, said = text.clean(branch.label), _said(branch, document)
    width = sheet.width_px - 70.0
    lines = [(line, "") for line in wrapped(name, sheet, width)]
    if len(wrapped(f"{name}    {said}", sheet, width)) == 1:
        return [(name, said)]
    return [*lines, *(("", line) for line in wrapped(said, sheet, width))]


def _write_title(axes: Axes, title: list[tuple[str, str]], colour: str, sheet: Sheet) -> None:
    first, last = axes.get_xlim()
    per_px = axes.get_ylim()[1] / axes.bbox.height
    for number, (name, said) in enumerate(reversed(title)):
        level = axes.get_ylim()[1] + per_px * (_TITLE_GAP_PX + number * _LINE * sheet.text_px)
        if name:
            label(axes, first, level, name, sheet, color=colour, weight="bold", va="bottom")
        if said:
            # Alone on its line it stands under the name; beside the name it closes the line.
            place: dict[str, Any] = {"ha": "right", "x": last} if name else {"ha": "left", "x": first}
            label(axes, y=level, words=said, sheet=sheet, color=MUTED.light, va="bottom", **place)


def _set_scales(axes: Axes, edges: Dates, tallest: float, sheet: Sheet, *, last: bool) -> None:
    """One calendar and one height scale for all rows, so that they compare; the calendar is labelled once."""
    axes.set_xlim(edges[0], edges[-1])
    axes.set_ylim(0, tallest)
    places, labels = time_ticks(float(edges[0]), float(edges[-1]), 3 if sheet.narrow else 8)
    set_ticks(axes, sheet, "x", places, labels if last else [""] * len(places))
    set_ticks(axes, sheet, "y", *_height_ticks(tallest))


def falls_caption(document: RunDocument) -> str:
    """What a bar's height means."""
    dates = [fall_dates_mjd(branch) for branch in document.branches.values()]
    falling = [some for some in dates if some.size]
    return _BIN_WORDS[bin_width_days(falling)] if falling else ""


def fall_dates_mjd(branch: BranchDocument) -> Dates:
    """Fall dates [MJD UTC] of the runs that fall, in run order."""
    return np.array([mjd_utc(parse_utc(date)) for date in branch.reentry.dates_utc if date], dtype=np.float64)


def bin_width_days(dates: Sequence[Dates]) -> int:
    """One bin [day] for all branches, after the typical branch (Freedman and Diaconis 1981), rounded to a word."""
    ideal = float(np.median([2.0 * np.subtract(*np.percentile(d, [75, 25])) / d.size ** (1 / 3) for d in dates]))
    # More than eighty bars are a fence, not a shape.
    ideal = max(ideal, float(np.ptp(np.concatenate(dates))) / 80, 0.5)
    return min(_BIN_WORDS, key=lambda days: abs(np.log(days / ideal)))


def _edges(dates: Dates, width: int) -> Dates:
    first, last = np.floor(dates.min() / width) - 1, np.ceil(dates.max() / width) + 1
    return np.asarray(np.arange(first, last + 1) * width, dtype=np.float64)


def _percent_per_bin(dates: Dates, branch: BranchDocument, edges: Dates) -> Dates:
    # Of all runs, also those still flying: a branch that falls in few runs must look small.
    return np.asarray(100.0 * np.histogram(dates, edges)[0] / len(branch.reentry.dates_utc), dtype=np.float64)


def _height_ticks(tallest: float) -> tuple[list[float], list[str]]:
    step = next((s for s in (1, 2, 5, 10, 20, 25, 50) if tallest / s <= 2.99), 50)
    places = [float(step * k) for k in range(int(tallest / step) + 1)]
    return places, [f"{place:.0f}%" for place in places]


def _mark_quantiles(axes: Axes, branch: BranchDocument, tallest: float, sheet: Sheet) -> None:
    """A bar over the 90 % window and a tick at the median, just above the histogram."""
    fall = fall_if_not_aimed(branch) or branch.reentry
    low, middle, high = (
        None if date is None else mjd_utc(parse_utc(date)) for date in (fall.p05_utc, fall.median_utc, fall.p95_utc)
    )
    level = tallest * (1.0 + 6.0 / axes.bbox.height)
    options: dict[str, Any] = {"color": INK.light, "clip_on": False, "solid_capstyle": "butt"}
    if low is not None:
        stop = high if high is not None else axes.get_xlim()[1]
        axes.plot([low, stop], [level, level], linewidth=1.2, **options)
    if middle is not None:
        size = sheet.text_px * 0.55
        axes.plot([middle], [level], marker="o", markersize=size, **options)


def _said(branch: BranchDocument, document: RunDocument) -> str:
    horizon = document.scenario.horizon_utc
    window = branch_window_text(branch, horizon)
    if branch.reentry.median_utc is None:
        return f"{text.chance_text(branch.reentry)} down by {text.horizon_text(horizon)}"
    if document.runs == 1:
        return f"one run: {branch_fall_text(branch, horizon)}"
    spread = text.spread_name(document.runs).removesuffix(" window")
    return f"median {branch_fall_text(branch, horizon)} · {spread} {window}"


def _alt(document: RunDocument) -> str:
    said = [f"{text.clean(branch.label)}: {_said(branch, document)}" for branch in document.branches.values()]
    return "Distribution of fall dates over the runs of each branch. " + "; ".join(said) + "."
