"""The map of a re-entry window: the arcs of the ground track still possible, the likelier the stronger."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from stationkeep.campaign.reentry_document import WindowDocument
from stationkeep.environment.population import load_land_outline
from stationkeep.report.figures import Sheet, blank, frame, label, svg_of
from stationkeep.report.palette import INK, MUTED, PAPER, RISK, RULE
from stationkeep.report.riskmap import draw_land
from stationkeep.report.text import minute_text
from stationkeep.timescale import datetime_utc, mjd_utc, parse_utc

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FloatArray = NDArray[np.float64]

_MARGIN_DEG: Final = 12.0
_PIECE_MINUTES: Final = 4.0
_FAINTEST: Final = 0.12
_KEY_PX: Final = 52.0


def window_figure(document: WindowDocument, sheet: Sheet) -> str:
    """Where can it still come down? World map with the track over the 90 % window, as inline SVG."""
    highest = min(document.object.inclination_deg, 180.0 - document.object.inclination_deg)
    reach = min(90.0, highest + _MARGIN_DEG)
    tall = (sheet.width_px - 4.0) * 2.0 * reach / 360.0
    figure = blank(sheet, tall + _KEY_PX)
    axes = frame(figure, (2.0, _KEY_PX, sheet.width_px - 2.0, _KEY_PX + tall))
    axes.set_xlim(-180, 180)
    axes.set_ylim(-reach, reach)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines["bottom"].set_visible(False)
    draw_land(axes, load_land_outline())
    axes.axhline(0, color=RULE.light, linewidth=0.8, zorder=1)
    times, places, strength = _track(document)
    _draw_track(axes, times, places, strength, sheet)
    taken = _draw_marks(axes, document, times, places, sheet)
    _draw_hours(axes, times, places, sheet, taken)
    key = frame(figure, (2.0, 0.0, sheet.width_px - 2.0, _KEY_PX - 8.0))
    _draw_key(key, document, sheet)
    return svg_of(figure, name=f"window{'n' if sheet.narrow else 'w'}", alt=_alt(document))


def _track(document: WindowDocument) -> tuple[FloatArray, FloatArray, FloatArray]:
    points = document.place.track
    times = np.array([mjd_utc(parse_utc(point.time_utc)) for point in points])
    places = np.array([(point.longitude_deg, point.latitude_deg) for point in points])
    chance = np.array([point.probability_per_hour for point in points])
    return times, places, chance / max(float(chance.max()), 1.0e-12)


def _draw_track(axes: Axes, times: FloatArray, places: FloatArray, strength: FloatArray, sheet: Sheet) -> None:
    step = max(1, round(_PIECE_MINUTES / max(1440.0 * float(np.median(np.diff(times))), 1.0e-6)))
    # many revolutions lie side by side: thinner lines keep them apart
    turns = 1440.0 * (times[-1] - times[0]) / 88.0
    width = sheet.line_px * (1.6 if turns < 6 else 1.0 if turns < 16 else 0.6)
    for begin in range(0, len(times) - 1, step):
        part = places[begin : begin + step + 1]
        level = _FAINTEST + (1.0 - _FAINTEST) * float(strength[begin : begin + step + 1].mean())
        for piece in _unbroken(part):
            axes.plot(
                piece[:, 0], piece[:, 1], color=RISK.light, alpha=level, linewidth=width, zorder=3,
                solid_capstyle="butt", clip_on=True,
            )  # fmt: skip


def _unbroken(part: FloatArray) -> list[FloatArray]:
    """Cut where the track leaves the map at 180 degrees, and carried to its edge on both sides."""
    jumps = [i for i, (a, b) in enumerate(pairwise(part[:, 0])) if abs(b - a) > 180.0]
    pieces, begin = [], 0
    for index in jumps:
        shift = 360.0 if part[index, 0] > part[index + 1, 0] else -360.0
        beyond = part[index + 1] + (shift, 0.0)
        before = part[index] - (shift, 0.0)
        pieces.append(np.vstack([part[begin : index + 1], beyond]))
        part = np.vstack([part[: index + 1], before, part[index + 1 :]])
        begin = index + 1
    pieces.append(part[begin:])
    return [piece for piece in pieces if len(piece) > 1]


def _draw_hours(
    axes: Axes, times: FloatArray, places: FloatArray, sheet: Sheet, taken: list[tuple[float, float]]
) -> None:
    """A tick and the time at full half hours, hours or more: as many as stay legible."""
    hours = 24.0 * (times[-1] - times[0])
    most = 7 if sheet.narrow else 14
    step_h = next((s for s in (0.25, 0.5, 1.0, 2.0) if hours / s <= most), None)
    if step_h is None:
        return
    first = np.ceil(times[0] * 24.0 / step_h) * step_h / 24.0
    for moment in np.arange(first, times[-1], step_h / 24.0):
        index = int(np.argmin(np.abs(times - moment)))
        x, y = places[index]
        axes.plot([x], [y], "o", markersize=3.4, color=INK.light, zorder=4)
        wide, tall = (40.0, 12.0) if sheet.narrow else (15.0, 6.0)  # what a label covers [deg]
        if any(abs(x - left) < wide and abs(y - low) < tall for left, low in taken):
            continue
        taken.append((x, y))
        when = datetime_utc(float(moment) + 1.0e-6)
        side = {"ha": "right", "dx": -5} if x > 150.0 else {"ha": "left", "dx": 5}
        _note(axes, x, y, f"{when:%H:%M}", sheet, side)


def _note(axes: Axes, x: float, y: float, words: str, sheet: Sheet, side: dict[str, Any], **style: Any) -> None:
    axes.annotate(
        words, (x, y), (side["dx"], side.get("dy", 3)), textcoords="offset points", ha=side["ha"],
        fontsize=sheet.text_px - 1.5, color=INK.light, zorder=5, annotation_clip=True, **style,
    )  # fmt: skip


def _draw_marks(
    axes: Axes, document: WindowDocument, times: FloatArray, places: FloatArray, sheet: Sheet
) -> list[tuple[float, float]]:
    """The centre, and the ends where the line is short enough to find them; returns where labels stand."""
    middle = int(np.argmin(np.abs(times - mjd_utc(parse_utc(document.reentry.median_utc)))))
    x, y = places[middle]
    style: dict[str, Any] = {"markersize": 9.0, "color": RISK.light, "markeredgecolor": PAPER.light}
    axes.plot([x], [y], "o", markeredgewidth=1.6, zorder=6, **style)
    taken: list[tuple[float, float]] = []
    if document.place.revolutions < 6.0:
        for index, name in ((0, "start"), (len(times) - 1, "end")):
            x, y = places[index]
            axes.plot([x], [y], "|", markersize=11.0, color=RISK.light, markeredgewidth=2.4, zorder=4)
            left = {"ha": "right", "dx": -6, "dy": -12}
            side = left if x > -100.0 else {"ha": "left", "dx": 6, "dy": -12}
            _note(axes, x, y, name, sheet, side, style="italic")
            taken.append((float(x), float(y)))
    return taken


def _draw_key(axes: Axes, document: WindowDocument, sheet: Sheet) -> None:
    """The strength of the line in probability per hour, and what the marks are."""
    top = 100.0 * max(point.probability_per_hour for point in document.place.track)
    axes.set_xlim(0, sheet.width_px)
    axes.set_ylim(0, 44)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines["bottom"].set_visible(False)
    length = 120.0 if sheet.narrow else 200.0
    for index in range(24):
        level = _FAINTEST + (1.0 - _FAINTEST) * index / 23.0
        ends = [length * index / 24.0, length * (index + 1) / 24.0]
        axes.plot(ends, [32, 32], color=RISK.light, alpha=level, linewidth=5, solid_capstyle="butt")
    style: dict[str, Any] = {"color": MUTED.light, "va": "center"}
    label(axes, 0, 16, f"0 to {top:.2g} % per hour", sheet, **style)
    mark = length + (16.0 if sheet.narrow else 40.0)
    axes.plot([mark], [32], "o", markersize=9.0, color=RISK.light)
    label(axes, mark + 10.0, 32, "centre of the window", sheet, **style)
    if not sheet.narrow:
        words = f"line: 90 % window, {document.place.revolutions:.1f} revolutions; times in UTC"
        label(axes, mark + 220.0, 32, words, sheet, **style)


def _alt(document: WindowDocument) -> str:
    when = document.reentry
    return (
        f"World map with the ground track from {minute_text(when.p05_utc)} to {minute_text(when.p95_utc)}, "
        f"{document.place.revolutions:.1f} revolutions; the centre is at {minute_text(when.median_utc)}."
    )
