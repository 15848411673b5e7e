"""The picture of stores: a small panel each over the same time, what is there against its reserve."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from stationkeep.report.barchart import KEY_PX, draw_key, key_lines
from stationkeep.report.figures import Sheet, blank, frame, set_ticks, svg_of, text_width_px, time_ticks
from stationkeep.report.palette import INK, MUTED, RISK, RULE, Ink
from stationkeep.report.traffic_charts import OWNER_NAMES, mjd, owner_ink, suffix

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from stationkeep.campaign.people_document import StoreLine

_PANEL_PX: Final = 76.0
_TITLE_PX: Final = 26.0
_TICKS_PX: Final = 30.0
_GAP_PX: Final = 22.0
_RESERVE: Final = "reserve for those aboard"


def shown_stores(stores: Sequence[StoreLine]) -> list[StoreLine]:
    """The stores a reader must see: those people cannot do without, and those with a reserve."""
    return [one for one in stores if one.critical or any(one.reserve_kg)]


def stores_chart(
    stores: Sequence[StoreLine], words: Sequence[str], span: tuple[float, float], sheet: Sheet, name: str
) -> str:
    """How much is left of each store over time, against its reserve? As inline SVG; ``words`` are their names."""
    columns = 1 if sheet.narrow else 3
    rows = max(1, math.ceil(len(stores) / columns))
    owners = [owner for owner in OWNER_NAMES if any(one.owner == owner for one in stores)]
    key: list[tuple[str, Ink]] = [(OWNER_NAMES[owner], owner_ink(owner)) for owner in owners]
    key += [(_RESERVE, INK)] if any(any(one.reserve_kg) for one in stores) else []
    key_px = KEY_PX * len(key_lines(key, sheet))
    pitch = _TITLE_PX + _PANEL_PX + _TICKS_PX
    figure = blank(sheet, rows * pitch + key_px)
    left = text_width_px(f"{max(_top_kg(one) for one in stores):,.0f}", sheet) + 6.0
    width = (sheet.width_px - 8.0 - (columns - 1) * _GAP_PX) / columns
    for index, (store, title) in enumerate(zip(stores, words, strict=True)):
        column, row = index % columns, index // columns
        start, bottom = column * (width + _GAP_PX), (rows - row - 1) * pitch + _TICKS_PX
        axes = frame(figure, (start + left, bottom, start + width, bottom + _PANEL_PX))
        _draw_store(axes, store, title, span, sheet)
    draw_key(figure, key, sheet, rows * pitch)
    said = ", ".join(words)
    return svg_of(figure, name=f"{name}{suffix(sheet)}", alt=f"Charts of {len(stores)} stores in kilograms: {said}.")


def _draw_store(axes: Axes, store: StoreLine, title: str, span: tuple[float, float], sheet: Sheet) -> None:
    times = np.array([mjd(date) for date in store.dates_utc])
    amount, reserve = np.array(store.amount_kg), np.array(store.reserve_kg)
    ink, top = owner_ink(store.owner), _top_kg(store)
    axes.set_xlim(*span)
    axes.set_ylim(0.0, top)
    axes.fill_between(times, amount, color=ink.light, alpha=0.2, linewidth=0)
    axes.plot(times, amount, color=ink.light, linewidth=sheet.line_px * 0.8)
    if reserve.any():
        below = np.where(amount < reserve, amount, np.nan)
        axes.plot(times, below, color=RISK.light, linewidth=sheet.line_px * 1.4)
        axes.plot(times, reserve, color=INK.light, linewidth=1.0, dashes=(4.0, 2.5))
    places, labels = time_ticks(*span, 4 if sheet.narrow else 3)
    for place in places:
        axes.axvline(place, color=RULE.light, linewidth=0.8, zorder=0)
    set_ticks(axes, sheet, "x", places, labels)
    set_ticks(axes, sheet, "y", [0.0, top], ["0", f"{top:,.0f}"])
    axes.annotate(
        f"{title} (kg)", (0, 1), (0, 9), xycoords="axes fraction", textcoords="offset points", color=MUTED.light,
        fontsize=sheet.text_px,
    )  # fmt: skip


def _top_kg(store: StoreLine) -> float:
    """A round number that holds all there ever is of it."""
    most = max([*store.amount_kg, *store.reserve_kg, 1.0])
    decade = 10.0 ** math.floor(math.log10(most))
    return next(step * decade for step in (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0) if step * decade >= most)
