"""The altitude fan chart: every branch in one frame, its median and the band that holds 90 % of many runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from stationkeep.campaign.document import BranchDocument, RunDocument
from stationkeep.report import text
from stationkeep.report.fall_words import (
    branch_fall_text,
    brought_down_text,
    fall_if_not_aimed,
    last_end_utc,
    median_end_utc,
)
from stationkeep.report.figures import Sheet, blank, frame, label, set_ticks, svg_of, text_width_px, time_ticks, wrapped
from stationkeep.report.palette import MUTED, BranchStyle, branch_styles
from stationkeep.timescale import mjd_utc, parse_utc

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Curve = NDArray[np.float64]
Falling = Sequence[tuple[str, BranchDocument]]
NameLines = Sequence[tuple[str, str]]  # words and weight

_BOTTOM_KM: Final = 100.0  # below every re-entry altitude a scenario may ask for
_FINEST_STEP_PX: Final = 1.0
_MOST_NAMED: Final = 4


def altitude_figure(document: RunDocument, sheet: Sheet) -> str:
    """How high does the station fly over time in each branch? Inline SVG."""
    height = 300.0 if sheet.narrow else 440.0
    figure = blank(sheet, height)
    axes = frame(figure, (40.0, 30.0, sheet.width_px - (20.0 if sheet.narrow else 24.0), height - 30.0))
    start, stop = _time_span(document)
    top = _top_km(document)
    axes.set_xlim(start, stop)
    axes.set_ylim(_BOTTOM_KM, top)
    set_ticks(axes, sheet, "x", *time_ticks(start, stop, 4 if sheet.narrow else 10))
    levels = range(int(_BOTTOM_KM), int(top) + 1, 100 if sheet.narrow and top > 300 else 50)
    set_ticks(axes, sheet, "y", levels, [f"{level}" for level in levels])
    axes.annotate(
        "Mean altitude (km)",
        (0, 1),
        (-38, 13),
        xycoords="axes fraction",
        textcoords="offset points",
        color=MUTED.light,
        fontsize=sheet.text_px,
    )
    styles = branch_styles(document.branches)
    for key, branch in document.branches.items():
        _draw_branch(axes, branch, styles[key], sheet)
    if not needs_key(document):
        _name_branches(axes, document, sheet)
    return svg_of(figure, name=f"fan{'n' if sheet.narrow else 'w'}", alt=_alt(document))


def needs_key(document: RunDocument) -> bool:
    """Whether there are too many branches to write each name beside its curve; the page then prints a key."""
    return len(document.branches) > _MOST_NAMED


def _draw_branch(axes: Axes, branch: BranchDocument, style: BranchStyle, sheet: Sheet) -> None:
    time, low, middle, high = _curves(branch)
    seen = np.isfinite(high)
    if seen.any():
        # Once the lowest runs are down the band reaches to the ground: some runs have fallen, some still fly.
        floor = np.where(np.isfinite(low), low, _BOTTOM_KM)
        kept = _thinned(axes, time[seen], high[seen]) | _thinned(axes, time[seen], floor[seen])
        band = (time[seen][kept], floor[seen][kept], high[seen][kept])
        axes.fill_between(*band, color=style.line.light, alpha=0.16, linewidth=0)
        # Where bands overlap their edges still tell them apart.
        for edge in band[1:]:
            axes.plot(band[0], edge, color=style.line.light, alpha=0.6, linewidth=0.8)
    seen = np.isfinite(middle)
    if seen.any():
        kept = _thinned(axes, time[seen], middle[seen])
        dash: dict[str, Any] = {"dashes": style.dash} if style.dash else {}
        axes.plot(time[seen][kept], middle[seen][kept], color=style.line.light, linewidth=sheet.line_px, **dash)


def _curves(branch: BranchDocument) -> tuple[Curve, Curve, Curve, Curve]:
    """Times [MJD] and the three altitude quantiles [km], each carried down to the date it falls (NaN after it).

    The median goes down as steeply where half of the runs are brought down on target; the band just ends there.
    """
    series = branch.mean_altitude_km
    time = np.array([mjd_utc(parse_utc(date)) for date in series.dates_utc], dtype=np.float64)
    fall = fall_if_not_aimed(branch)
    outer = (None, None) if fall is None else (fall.p05_utc, fall.p95_utc)
    falls = (outer[0], median_end_utc(branch), outer[1])
    ends = [None if fall is None else mjd_utc(parse_utc(fall)) for fall in falls]
    # The grid may step over the last steep hours: add the falls themselves as points.
    grid = np.unique(np.concatenate([time, [end for end in ends if end is not None]]))
    curves = []
    for values, end in zip((series.p05, series.median, series.p95), ends, strict=True):
        known = np.array([np.nan if value is None else value for value in values], dtype=np.float64)
        good = np.isfinite(known)
        if not good.any():
            curves.append(np.full(grid.shape, np.nan))
            continue
        last = float(time[good][-1]) if end is None else max(end, float(time[good][-1]))
        points, heights = time[good], known[good]
        if end is not None and end > points[-1]:
            points, heights = np.append(points, end), np.append(heights, min(_BOTTOM_KM + 20.0, heights[-1]))
        curves.append(np.where(grid <= last, np.interp(grid, points, heights), np.nan))
    return grid, curves[0], curves[1], curves[2]


def _thinned(axes: Axes, time: Curve, altitude: Curve) -> NDArray[np.bool_]:
    """Which points to keep so that the curve moves about a pixel from each to the next: a daily series of nine
    years holds ten times more points than the screen."""
    on_screen = axes.transData.transform(np.column_stack([time, altitude]))
    way = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(on_screen, axis=0).T))])
    kept = np.diff(np.floor(way / _FINEST_STEP_PX), prepend=-1.0) > 0
    kept[-1] = True
    return np.asarray(kept, dtype=np.bool_)


def _time_span(document: RunDocument) -> tuple[float, float]:
    start = mjd_utc(parse_utc(document.scenario.epoch_utc))
    horizon = mjd_utc(parse_utc(document.scenario.horizon_utc))
    ends = []
    for branch in document.branches.values():
        last = last_end_utc(branch)
        ends.append(horizon if last is None else mjd_utc(parse_utc(last)))
    stop = max(ends, default=horizon)
    return start, min(horizon, stop + 0.06 * (stop - start)) if stop < horizon else horizon


def _top_km(document: RunDocument) -> float:
    highest = document.scenario.mean_altitude_km
    for branch in document.branches.values():
        highest = max([highest, *(value for value in branch.mean_altitude_km.p95 if value is not None)])
    return float(np.ceil((highest + 12.0) / 50.0) * 50.0)


def _name_branches(axes: Axes, document: RunDocument, sheet: Sheet) -> None:
    """Write each branch's name beside its own curve: the survivors above their end, the others beside their fall."""
    falling = {key: branch for key, branch in document.branches.items() if median_end_utc(branch) is not None}
    for number, (key, branch) in enumerate((k, b) for k, b in document.branches.items() if k not in falling):
        _name_survivor(axes, branch, branch_styles(document.branches)[key], sheet, number)
    ordered = sorted(falling.items(), key=lambda item: median_end_utc(item[1]) or "")
    if len(ordered) > 2 or not _name_on_either_side(axes, ordered, document, sheet):
        _name_in_a_column(axes, ordered, document, sheet)


def _name_on_either_side(axes: Axes, ordered: Falling, document: RunDocument, sheet: Sheet) -> bool:
    """Write one or two names right beside their curves, the earlier on its left, the later on its right.

    Says whether there was room; nothing is written where there was none.
    """
    per_px = float(np.ptp(axes.get_xlim())) / axes.bbox.width
    line_km = _line_km(axes, sheet)
    places = []
    for number, (_, branch) in enumerate(ordered):
        lines = _falling_lines(branch, document, sheet, sheet.width_px)
        here = _when_at(branch, _BOTTOM_KM + line_km * (len(lines) + 0.5))
        width = max(text_width_px(words, sheet) for words, _ in lines) + 12.0
        before, after = (here - axes.get_xlim()[0]) / per_px, (axes.get_xlim()[1] - here) / per_px
        to_the_right = number == len(ordered) - 1 and (after >= width or (len(ordered) == 1 and after > before))
        if (after if to_the_right else before) < width or (len(ordered) == 2 and to_the_right != (number == 1)):
            return False
        places.append((here, to_the_right, lines))
    for (here, to_the_right, lines), (key, _) in zip(places, ordered, strict=True):
        level = _BOTTOM_KM + line_km * (len(lines) - 0.1)
        at, side = (here + 8.0 * per_px, "left") if to_the_right else (here - 8.0 * per_px, "right")
        _write_lines(axes, at, level, lines, branch_styles(document.branches)[key], sheet, side)
    return True


def _name_in_a_column(axes: Axes, ordered: Falling, document: RunDocument, sheet: Sheet) -> None:
    """Write the names below one another in the empty corner, each led to its curve by a thin line."""
    if not ordered:
        return
    widest = max(text_width_px(text.clean(branch.label), sheet) for _, branch in ordered)
    place, to_the_right, room = _column_place(axes, ordered, widest)
    gap = 0.012 * float(np.ptp(axes.get_xlim()))
    lines = {key: _falling_lines(branch, document, sheet, room) for key, branch in ordered}
    line_km = _line_km(axes, sheet)
    level = _BOTTOM_KM + line_km * sum(len(told) + 0.35 for told in lines.values())
    for key, branch in ordered:
        style = branch_styles(document.branches)[key]
        axes.plot([_when_at(branch, level), place], [level, level], color=style.line.light, linewidth=0.7, alpha=0.7)
        at, side = (place + 0.5 * gap, "left") if to_the_right else (place - 0.5 * gap, "right")
        _write_lines(axes, at, level, lines[key], style, sheet, side)
        level -= (len(lines[key]) + 0.35) * line_km


def _column_place(axes: Axes, ordered: Falling, wanted_px: float) -> tuple[float, bool, float]:
    """Where a column of names begins [MJD], whether it runs to the right from there, and how much room it has [px].

    The corners free of any band come first, then the sides of the curves, where the names stand on the bands; where
    nothing is wide enough, the roomiest.
    """
    first, last = axes.get_xlim()
    gap = 0.012 * (last - first)

    def mjds(dates: Iterable[str | None]) -> list[float]:
        return [mjd_utc(parse_utc(date)) for date in dates if date is not None]

    medians = mjds(median_end_utc(branch) for _, branch in ordered)
    late = max(mjds(branch.reentry.p95_utc or branch.mean_altitude_km.dates_utc[-1] for _, branch in ordered))
    early = min(mjds(branch.reentry.p05_utc or median_end_utc(branch) for _, branch in ordered))
    places = [(late + gap, True), (early - 2 * gap, False), (max(medians) + gap, True), (min(medians) - gap, False)]
    per_px = (last - first) / axes.bbox.width
    found = [(place, right, ((last - place) if right else (place - first)) / per_px) for place, right in places]
    return next((item for item in found if item[2] >= wanted_px + 8.0), max(found, key=lambda item: item[2]))


def _write_lines(
    axes: Axes, at: float, level: float, lines: NameLines, style: BranchStyle, sheet: Sheet, side: str
) -> None:
    for number, (words, weight) in enumerate(lines):
        height = level - number * _line_km(axes, sheet)
        label(axes, at, height, words, sheet, color=style.text.light, ha=side, va="center", weight=weight)


def _name_survivor(axes: Axes, branch: BranchDocument, style: BranchStyle, sheet: Sheet, number: int) -> None:
    ends = [value for value in branch.mean_altitude_km.p95 if value is not None]
    told = wrapped(text.clean(branch.label), sheet, 0.7 * axes.bbox.width)
    level = (ends[-1] if ends else axes.get_ylim()[1]) + _line_km(axes, sheet) * (0.55 + number + len(told) - 1)
    for words in told:
        last = axes.get_xlim()[1]
        label(axes, last, level, words, sheet, color=style.text.light, ha="right", va="center", weight="bold")
        level -= _line_km(axes, sheet)


def _line_km(axes: Axes, sheet: Sheet) -> float:
    """The height of a line of text on the altitude axis [km]."""
    bottom, top = axes.get_ylim()
    return float((top - bottom) * 1.4 * sheet.text_px / axes.bbox.height)


def _when_at(branch: BranchDocument, altitude_km: float) -> float:
    """When the median passes an altitude [MJD], the last time it does."""
    time, _, middle, _ = _curves(branch)
    above = np.flatnonzero(np.isfinite(middle) & (middle >= altitude_km))
    seen = time[np.isfinite(middle)]
    if above.size == 0:
        return float(seen[0])
    here, there = above[-1], min(above[-1] + 1, seen.size - 1)
    return (
        float(np.interp(-altitude_km, -middle[[here, there]], time[[here, there]])) if there > here else float(seen[-1])
    )


def _falling_lines(
    branch: BranchDocument, document: RunDocument, sheet: Sheet, room_px: float
) -> list[tuple[str, str]]:
    told = [(line, "bold") for line in wrapped(text.clean(branch.label), sheet, room_px)]
    fall = brought_down_text(branch) or f"falls {branch_fall_text(branch, document.scenario.horizon_utc)}"
    return told if sheet.narrow else [*told, (fall, "normal")]


def _alt(document: RunDocument) -> str:
    horizon = document.scenario.horizon_utc
    said = [
        f"{text.clean(branch.label)}: {brought_down_text(branch) or branch_fall_text(branch, horizon)}"
        for branch in document.branches.values()
    ]
    start = text.month_text(document.scenario.epoch_utc, long=True)
    drawn = text.band_text(document.runs)
    return f"Mean altitude in km from {start} on, for each branch: {drawn}. Falls: " + "; ".join(said) + "."
