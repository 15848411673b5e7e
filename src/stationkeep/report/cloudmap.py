"""The map of a cloud of impacts: where pieces come down, and which cells carry the risk to people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from stationkeep.environment.population import CELL_DEG, COLUMNS, ROWS, load_land_outline
from stationkeep.report.figures import Sheet, blank, frame, label, set_ticks, svg_of
from stationkeep.report.palette import BRANCH_LINES, LAND, MUTED, RISK, RULE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FloatArray = NDArray[np.float64]

_DEBRIS: Final = BRANCH_LINES[0]
_DECADES: Final = 3.0
_MARGIN_DEG: Final = 8.0
_SMALLEST_DEG: Final = 24.0
_WHOLE_WORLD_DEG: Final = 200.0
_KEY_PX: Final = 54.0
_SHARE_SHOWN: Final = 0.999


@dataclass(frozen=True, slots=True)
class _Extent:
    """What part of the world is drawn; ``west`` may be anything, the map goes eastward from there."""

    west: float
    east: float
    south: float
    north: float


def cloud_figure(impacts: FloatArray, risk: FloatArray, sheet: Sheet, name: str, alt: str) -> str:
    """Where do the pieces fall, and whom do they endanger? Inline SVG; grids as of :class:`FootprintRisk`."""
    return svg_of(draw_cloud(impacts, risk, sheet), name=f"{name}{'n' if sheet.narrow else 'w'}", alt=alt)


def draw_cloud(impacts: FloatArray, risk: FloatArray, sheet: Sheet) -> Figure:
    """The same as a drawing, for files. The map closes in on the cloud, across the date line if need be."""
    extent = _extent(impacts)
    wide, high = extent.east - extent.west, extent.north - extent.south
    across = sheet.width_px - 4.0
    # Away from the equator a degree of longitude is shorter; beyond two to one the map would be a strip.
    stretch = min(1.0 / max(np.cos(np.radians(0.5 * (extent.south + extent.north))), 0.4), 2.0) if wide < 180 else 1.0
    tall = min(across * high / wide * stretch, 0.75 * sheet.width_px if not sheet.narrow else 1.1 * sheet.width_px)
    figure = blank(sheet, tall + _KEY_PX)
    axes = frame(figure, (2.0, _KEY_PX, 2.0 + across, _KEY_PX + tall))
    axes.set_xlim(extent.west, extent.east)
    axes.set_ylim(extent.south, extent.north)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines["bottom"].set_visible(False)
    _draw_land(axes, extent)
    _draw_graticule(axes, extent, sheet)
    _draw_grid(axes, impacts, _DEBRIS.light, 0.55, extent)
    _draw_grid(axes, risk, RISK.light, 1.0, extent)
    _draw_keys(figure, sheet)
    return figure


def _extent(impacts: FloatArray) -> _Extent:
    """A frame around all but a thousandth of the impacts."""
    rows, columns = impacts.sum(axis=1), impacts.sum(axis=0)
    total = float(rows.sum())
    if total <= 0.0:
        return _Extent(-180.0, 180.0, -90.0, 90.0)
    edge = 0.5 * (1.0 - _SHARE_SHOWN)
    level = np.cumsum(rows) / total
    south = -90.0 + CELL_DEG * float(np.searchsorted(level, edge))
    north = -90.0 + CELL_DEG * float(np.searchsorted(level, 1.0 - edge) + 1)
    west, wide = _occupied_arc(columns)
    south, north = _widened(max(south, -90.0), min(north, 90.0), _SMALLEST_DEG)
    if wide > _WHOLE_WORLD_DEG:
        return _Extent(-180.0, 180.0, max(south, -90.0), min(north, 90.0))
    west, east = _widened(west, west + wide, _SMALLEST_DEG * 1.6)
    return _Extent(west, east, max(south, -90.0), min(north, 90.0))


def _occupied_arc(columns: FloatArray) -> tuple[float, float]:
    """West end and width [deg] of the shortest arc of longitude that holds all columns with impacts."""
    used = np.flatnonzero(columns > 1e-4 * columns.max())
    gaps = np.diff(np.append(used, used[0] + COLUMNS))
    widest = int(np.argmax(gaps))
    first = int(used[(widest + 1) % len(used)])
    return -180.0 + CELL_DEG * first, CELL_DEG * float(COLUMNS - gaps[widest] + 1)


def _widened(low: float, high: float, least: float) -> tuple[float, float]:
    middle, half = 0.5 * (low + high), max(0.5 * (high - low) + _MARGIN_DEG, 0.5 * least)
    return middle - half, middle + half


def _draw_land(axes: Axes, extent: _Extent) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    rings = load_land_outline()
    turns = [turn for turn in (-360.0, 0.0, 360.0) if turn - 180.0 < extent.east and turn + 180.0 > extent.west]
    paths = [
        Path(np.vstack([ring, ring[:1]]) + np.array([turn, 0.0]), closed=True)
        for turn in turns
        for ring in rings
        if len(ring) > 2
    ]
    axes.add_artist(PathPatch(Path.make_compound_path(*paths), facecolor=LAND.light, edgecolor="none", linewidth=0))


def _draw_graticule(axes: Axes, extent: _Extent, sheet: Sheet) -> None:
    span = max(extent.east - extent.west, extent.north - extent.south)
    step = next(s for s in (5, 10, 15, 30, 60) if span / s <= (6 if sheet.narrow else 10) or s == 60)
    for place in np.arange(np.ceil(extent.west / step) * step, extent.east, step):
        axes.axvline(place, color=RULE.light, linewidth=0.6, zorder=1)
        if extent.west + 0.02 * span < place < extent.east - 0.06 * span:
            around = (place + 180.0) % 360.0 - 180.0
            words = f"{abs(around):.0f}°{'E' if 0 < around < 180 else 'W' if -180 < around < 0 else ''}"
            foot = extent.south + 0.012 * (extent.north - extent.south)
            label(axes, place + 0.004 * span, foot, words, sheet, color=MUTED.light, fontsize=sheet.text_px - 2.0)
    for place in np.arange(np.ceil(extent.south / step) * step, extent.north, step):
        axes.axhline(place, color=RULE.light, linewidth=0.6, zorder=1)
        words = f"{abs(place):.0f}°{'N' if place > 0 else 'S' if place < 0 else ''}"
        if place > extent.south + 0.06 * (extent.north - extent.south):
            label(
                axes, extent.west + 0.006 * span, place, words, sheet, color=MUTED.light,
                fontsize=sheet.text_px - 2.0, va="bottom",
            )  # fmt: skip


def _draw_grid(axes: Axes, grid: FloatArray, colour: str, strongest: float, extent: _Extent) -> None:
    """One hue whose opacity grows with the logarithm, down to a thousandth of the largest cell."""
    top = float(grid.max())
    if top <= 0.0:
        return
    with np.errstate(divide="ignore"):
        strength = 1.0 + np.log10(grid / top) / _DECADES
    picture = np.zeros((ROWS, COLUMNS, 4))
    picture[..., :3] = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    picture[..., 3] = np.where(strength > 0, strongest * (0.08 + 0.92 * np.clip(strength, 0, 1) ** 1.3), 0.0)
    for turn in (-360.0, 0.0, 360.0):
        if turn - 180.0 < extent.east and turn + 180.0 > extent.west:
            axes.imshow(
                picture, extent=(turn - 180.0, turn + 180.0, -90, 90), origin="lower", interpolation="none",
                aspect="auto", zorder=2,
            )  # fmt: skip
    axes.set_xlim(extent.west, extent.east)
    axes.set_ylim(extent.south, extent.north)


def _draw_keys(figure: Figure, sheet: Sheet) -> None:
    length = 110.0 if sheet.narrow else 170.0
    left = 2.0
    for words, colour, strongest in (
        ("debris", _DEBRIS.light, 0.55),
        ("risk to people", RISK.light, 1.0),
    ):
        axes = frame(figure, (left, _KEY_PX - 24.0, left + length, _KEY_PX - 15.0))
        axes.spines["bottom"].set_visible(False)
        axes.set_xlim(-_DECADES, 0)
        axes.set_ylim(0, 1)
        ramp = np.linspace(0.0, 1.0, 96)
        picture = np.zeros((1, 96, 4))
        picture[..., :3] = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        picture[0, :, 3] = strongest * (0.08 + 0.92 * ramp**1.3)
        axes.imshow(picture, extent=(-_DECADES, 0, 0, 1), aspect="auto", interpolation="none")
        set_ticks(axes, sheet, "x", [-3.0, 0.0], ["1/1000", "most"])
        axes.set_yticks([])
        if not sheet.narrow:
            label(axes, 0.12, 0.5, words, sheet, color=MUTED.light, va="center")
        else:
            label(axes, -_DECADES, 1.5, words, sheet, color=MUTED.light, va="bottom")
        left += length + (60.0 if sheet.narrow else 190.0)
