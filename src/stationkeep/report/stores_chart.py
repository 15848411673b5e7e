"""The picture of stores: a small panel each over the same time, what is there against its reserve."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from stationkeep.report.barchart import KEY_PX, draw_key, key_lines
from stationkeep.report.figures import Sheet, blank, frame, label, svg_of, text_width_px, time_ticks
from stationkeep.report.palette import INK, MUTED, RISK, RULE
from stationkeep.report.traffic_charts import mjd, suffix

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from stationkeep.campaign.people_document import StoreLine

FloatArray = NDArray[np.float64]

_PANEL_PX: Final = 76.0
_TITLE_PX: Final = 28.0
_TICKS_PX: Final = 30.0
_GAP_PX: Final = 30.0
_FINE_POINTS: Final = 500
_RESERVE: Final = "reserve for those aboard (thick: less than that is left)"


@dataclass(frozen=True, slots=True)
class _Panel:
    """A place on the sheet [px, from the lower left corner] and what its sides stand for."""

    left: float
    bottom: float
    width: float
    span: tuple[float, float]
    top_kg: float

    def x(self, times: FloatArray) -> FloatArray:
        """Pixels of dates [MJD]."""
        first, last = self.span
        return self.left + self.width * (np.clip(times, first, last) - first) / (last - first)

    def y(self, kilograms: FloatArray) -> FloatArray:
        """Pixels of amounts [kg]."""
        return self.bottom + _PANEL_PX * kilograms / self.top_kg


def shown_stores(stores: Sequence[StoreLine]) -> list[StoreLine]:
    """The stores a reader must see: those people cannot do without, and those with a reserve."""
    return [one for one in stores if one.critical or any(one.reserve_kg)]


def stores_chart(
    stores: Sequence[StoreLine], words: Sequence[str], span: tuple[float, float], sheet: Sheet, name: str
) -> str:
    """How much is left of each store over time, against its reserve? As inline SVG; ``words`` are their names."""
    columns = 1 if sheet.narrow else 2
    rows = max(1, math.ceil(len(stores) / columns))
    key = [("aboard", INK), *([(_RESERVE, RISK)] if any(any(one.reserve_kg) for one in stores) else [])]
    pitch = _TITLE_PX + _PANEL_PX + _TICKS_PX
    figure = blank(sheet, rows * pitch + KEY_PX * len(key_lines(key, sheet)))
    # One frame for all panels: a frame each would take three quarters of the time.
    axes = frame(figure, (0.0, 0.0, sheet.width_px, rows * pitch))
    axes.set_axis_off()
    axes.set_xlim(0.0, sheet.width_px)
    axes.set_ylim(0.0, rows * pitch)
    left = max(text_width_px(f"{_top_kg(one):,.0f}", sheet) for one in stores) + 6.0
    width = (sheet.width_px - 16.0 - (columns - 1) * _GAP_PX) / columns
    for index, (store, title) in enumerate(zip(stores, words, strict=True)):
        start, bottom = index % columns * (width + _GAP_PX), (rows - index // columns - 1) * pitch + _TICKS_PX
        panel = _Panel(start + left, bottom, width - left, span, _top_kg(store))
        _draw_frame(axes, panel, f"{title} (kg)", sheet)
        _draw_store(axes, panel, store, sheet)
    draw_key(figure, key, sheet, rows * pitch)
    said = ", ".join(words)
    return svg_of(figure, name=f"{name}{suffix(sheet)}", alt=f"Charts of {len(stores)} stores in kilograms: {said}.")


def _draw_frame(axes: Axes, panel: _Panel, title: str, sheet: Sheet) -> None:
    """Title, baseline, dates below it and the scale beside it."""
    base, top, right = panel.bottom, panel.bottom + _PANEL_PX, panel.left + panel.width
    places, dates = time_ticks(*panel.span, 4)
    for place, date in zip(panel.x(np.array(places)).tolist(), dates, strict=True):
        axes.plot([place, place], [base, top], color=RULE.light, linewidth=0.8, zorder=0)
        half = 0.5 * text_width_px(date, sheet)
        side = "right" if place + half > right else "left" if place - half < panel.left - 20.0 else "center"
        label(axes, place, base - 8.0, date, sheet, color=MUTED.light, ha=side, va="top")
    axes.plot([panel.left, right], [base, base], color=MUTED.light, linewidth=0.8)
    label(axes, panel.left, top + 8.0, title, sheet, color=MUTED.light, va="bottom")
    for height, number in ((base, "0"), (top, f"{panel.top_kg:,.0f}")):
        label(axes, panel.left - 6.0, height, number, sheet, color=MUTED.light, ha="right", va="center")


def _draw_store(axes: Axes, panel: _Panel, store: StoreLine, sheet: Sheet) -> None:
    times, amount, reserve = _within(store, panel.span)
    across, high = panel.x(times), panel.y(amount)
    axes.fill_between(across, high, panel.bottom, color=MUTED.light, alpha=0.16, linewidth=0)
    axes.plot(across, high, color=INK.light, linewidth=sheet.line_px * 0.7)
    if reserve.any():
        below = _below(times, amount, reserve)
        axes.plot(panel.x(below[0]), panel.y(below[1]), color=RISK.light, linewidth=sheet.line_px * 1.8)
        # It changes when people come or go, at once.
        level = np.where(reserve > 0.0, panel.y(reserve), np.nan)
        axes.plot(across, level, color=RISK.light, linewidth=1.2, dashes=(4.0, 2.5), drawstyle="steps-post")


def _below(times: FloatArray, amount: FloatArray, reserve: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Where less is left than the reserve, which holds to the next point: dates and amounts (else NaN)."""
    fine = np.sort(np.concatenate([times, np.linspace(times[0], times[-1], _FINE_POINTS)]))
    needed = reserve[np.searchsorted(times, fine, side="right") - 1]
    left = np.interp(fine, times, amount)
    return fine, np.where(left < needed, left, np.nan)


def _within(store: StoreLine, span: tuple[float, float]) -> tuple[FloatArray, FloatArray, FloatArray]:
    """The courses over the span, with a point at either end of it."""
    times = np.array([mjd(date) for date in store.dates_utc])
    kept = np.flatnonzero((times > span[0]) & (times < span[1]))
    across = np.concatenate([[span[0]], times[kept], [span[1]]])
    lines = []
    for levels in (np.array(store.amount_kg), np.array(store.reserve_kg)):
        ends = np.interp([span[0], span[1]], times, levels)
        lines.append(np.concatenate([ends[:1], levels[kept], ends[1:]]))
    return across, lines[0], lines[1]


def _top_kg(store: StoreLine) -> float:
    """A round number above all there ever is of it: a full store's line is no frame."""
    most = 1.03 * max([*store.amount_kg, *store.reserve_kg, 1.0])
    decade = 10.0 ** math.floor(math.log10(most))
    return next(
        step * decade for step in (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0) if step * decade >= most
    )
