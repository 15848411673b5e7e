"""Bars in rows over time, with a key: the pieces of every chart of craft and people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

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
from stationkeep.report.palette import INK, MUTED, PAPER, RULE, Ink

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Key = Sequence[tuple[str, Ink]]

TICKS_PX: Final = 34.0
KEY_PX: Final = 30.0
_ROW_PX: Final = 30.0
_ON_BAR: Final = f"fill: {PAPER.css}"
_SMALL_PX: Final = 2.0  # letters on bars are this much smaller


@dataclass(frozen=True, slots=True)
class Bar:
    """A span of time with a name, in a row."""

    row: int
    start: float
    stop: float
    names: tuple[str, ...]
    """What may be written on it, the best first: the first that fits is."""
    ink: Ink
    flagged: bool = False


def bar_chart(
    bars: Sequence[Bar], rows: Sequence[str], span: tuple[float, float], key: Key, sheet: Sheet,
    name: str, alt: str, row_px: float = _ROW_PX, beside: Sequence[str] = (),
) -> str:  # fmt: skip
    """Bars in rows over time. On a phone the rows' names stand above their bars, for want of room beside them.

    ``beside``: row names of the chart above, with whose dates those of this one stand in line (not on a phone).
    """
    above = sheet.narrow and any(rows)
    pitch = row_px + (18.0 if above else 0.0)
    tall = pitch * max(1, len(rows))
    key_px = KEY_PX * len(key_lines(key, sheet))
    figure = blank(sheet, tall + TICKS_PX + key_px)
    left = 4.0 if above else label_room_px([*rows, *([] if sheet.narrow else beside)], sheet)
    axes = frame(figure, (left, TICKS_PX, sheet.width_px - 8.0, TICKS_PX + tall))
    axes.set_xlim(*span)
    axes.set_ylim(len(rows), 0)
    axes.set_yticks([])
    px_per_day = (sheet.width_px - 8.0 - left) / max(span[1] - span[0], 1.0)
    thick = (row_px - 6.0) / pitch
    for bar in bars:
        _draw_bar(axes, bar, thick, px_per_day, sheet)
    for index, row in enumerate(rows):
        if above:
            label(axes, span[0], index + 1.0 - thick - 0.16, row, sheet, color=MUTED.light, va="bottom")
        elif row:
            middle = index + 1.0 - 0.5 * thick - 0.08
            label(axes, span[0] - 8.0 / px_per_day, middle, row, sheet, ha="right", va="center")
    time_axis(axes, sheet, *span)
    draw_key(figure, key, sheet, TICKS_PX + tall)
    # The page's letters have a halo of paper; on a bar it would swallow them.
    return svg_of(figure, name=name, alt=alt).replace(_ON_BAR, f"{_ON_BAR}; stroke: none")


def _draw_bar(axes: Axes, bar: Bar, thick: float, px_per_day: float, sheet: Sheet) -> None:
    from matplotlib.patches import Rectangle

    centre = bar.row + 1.0 - 0.5 * thick - 0.08
    # A gap of one pixel keeps two craft that follow each other apart.
    width = max(bar.stop - bar.start - 1.0 / px_per_day, 1.0 / px_per_day)
    edge = {"edgecolor": INK.light, "linewidth": 2.0} if bar.flagged else {"linewidth": 0.0}
    # Not axes.barh: what it does beyond the rectangle takes a second for the bars of a page.
    place = (bar.start, centre - 0.5 * thick)
    axes.add_patch(Rectangle(place, width, thick, facecolor=bar.ink.light, zorder=2, **edge))
    size = sheet.text_px - _SMALL_PX
    room = width * px_per_day * sheet.text_px / size
    words = next((name for name in bar.names if text_width_px(name, sheet) < room), None)
    if words is not None:
        label(
            axes, bar.start + 0.5 * width, centre, words, sheet, color=PAPER.light, fontsize=size, ha="center",
            va="center", zorder=3,
        )  # fmt: skip


def time_axis(axes: Axes, sheet: Sheet, first: float, last: float) -> None:
    places, labels = time_ticks(first, last, 4 if sheet.narrow else 9)
    for place in places:
        axes.axvline(place, color=RULE.light, linewidth=0.8, zorder=0)
    set_ticks(axes, sheet, "x", places, labels)


def key_lines(key: Key, sheet: Sheet) -> list[list[tuple[str, Ink]]]:
    """The key in lines that fit the sheet."""
    return in_lines(key, lambda item: 34.0 + text_width_px(item[0], sheet), sheet)


def draw_key(figure: Figure, key: Key, sheet: Sheet, bottom: float, pale: Mapping[str, float] | None = None) -> None:
    """The key in its own strip; ``pale``: how opaque those are whose colour is drawn pale, by their words."""
    lines = key_lines(key, sheet)
    axes = frame(figure, (0.0, bottom, sheet.width_px, bottom + KEY_PX * len(lines)))
    axes.spines["bottom"].set_visible(False)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_xlim(0, sheet.width_px)
    axes.set_ylim(0, len(lines))
    for index, line in enumerate(lines):
        place, height = 4.0, len(lines) - index - 0.4
        for words, ink in line:
            alpha = (pale or {}).get(words)
            axes.plot(
                [place, place + 14.0], [height, height], color=ink.light, alpha=alpha, linewidth=7.0,
                solid_capstyle="butt",
            )  # fmt: skip
            label(axes, place + 20.0, height, words, sheet, color=MUTED.light, va="center")
            place += 34.0 + text_width_px(words, sheet)


def label_room_px(names: Sequence[str], sheet: Sheet) -> float:
    widest = max((text_width_px(part, sheet) for name in names for part in wrapped(name, sheet, 200.0)), default=0.0)
    return 12.0 + widest
