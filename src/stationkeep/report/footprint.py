"""The map of a controlled fall: the path, where the pieces come down, the contour, the zone, the land."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from stationkeep.descent.zones import LandDistance, Ring
from stationkeep.environment.population import load_land_outline
from stationkeep.report.figures import Sheet, blank, frame, label, set_ticks, svg_of
from stationkeep.report.palette import BRANCH_LINES, INK, LAND, MUTED, RISK, RULE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from stationkeep.campaign.deorbit_document import DeorbitDocument

FloatArray = NDArray[np.float64]

_MARGIN_DEG: Final = 14.0
_LEAST_WIDE_DEG: Final = 120.0
_DOT_PX: Final = 4.0
_ZONE = BRANCH_LINES[0]


def footprint_figure(document: DeorbitDocument, sheet: Sheet) -> Figure:
    """The map around the zone and the footprint, longitudes counted from its middle so that no date line cuts it."""
    centre = _centre(document)
    west, east, south, north = _limits(document, centre)
    tall = (sheet.width_px - 60.0) * (north - south) / (east - west) / np.cos(np.radians(0.5 * (south + north)))
    figure = blank(sheet, tall + _key_px(sheet) + 24.0)
    axes = frame(figure, (48.0, _key_px(sheet), sheet.width_px - 12.0, _key_px(sheet) + tall))
    axes.set_xlim(west, east)
    axes.set_ylim(south, north)
    _draw_coasts(axes, (west, east))
    for ring in document.zone:
        places = np.array(ring)
        axes.plot(_near(places[:, 1], centre), places[:, 0], color=_ZONE.light, linewidth=1.2, dashes=(5, 3), zorder=3)
    _draw_clear_water(axes, document, centre)
    _draw_path(axes, document, centre, sheet)
    _draw_pieces(axes, document, centre, sheet)
    _graticule(axes, sheet, (west, east, south, north))
    _key(figure, document, sheet)
    return figure


def footprint_svg(document: DeorbitDocument, sheet: Sheet) -> str:
    """The map as inline SVG."""
    return svg_of(
        footprint_figure(document, sheet), name=f"footprint{'n' if sheet.narrow else 'w'}", alt=_alt(document)
    )


def _centre(document: DeorbitDocument) -> float:
    """Longitude in the middle of the map."""
    if document.footprint is not None:
        return document.footprint.centre_lon_deg
    corners = np.array(document.zone[0])
    return float(0.5 * (corners[:, 1].min() + corners[:, 1].max()))


def _near(longitude_deg: FloatArray, centre: float) -> FloatArray:
    """Longitudes as they run on from the middle of the map; rings stay whole."""
    running = np.unwrap(longitude_deg, period=360.0)
    turns = np.round((0.5 * (running.min() + running.max()) - centre) / 360.0)
    return np.asarray(running - 360.0 * turns)


def _limits(document: DeorbitDocument, centre: float) -> tuple[float, float, float, float]:
    east = [_near(np.array(ring)[:, 1], centre) for ring in document.zone]
    north = [np.array(ring)[:, 0] for ring in document.zone]
    if document.footprint is not None:
        contour = np.array(document.footprint.contour)
        east.append(_near(contour[:, 1], centre))
        north.append(contour[:, 0])
    wide, tall = np.concatenate(east), np.concatenate(north)
    low, high = float(wide.min()) - _MARGIN_DEG, float(wide.max()) + _MARGIN_DEG
    missing = max(_LEAST_WIDE_DEG - (high - low), 0.0)
    return (
        low - 0.5 * missing, high + 0.5 * missing, max(float(tall.min()) - 0.6 * _MARGIN_DEG, -85.0),
        min(float(tall.max()) + 1.4 * _MARGIN_DEG, 85.0),
    )  # fmt: skip


def _draw_coasts(axes: Axes, span: tuple[float, float]) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    rings: Sequence[FloatArray] = load_land_outline()
    for shift in (-720.0, -360.0, 0.0, 360.0, 720.0):
        moved = [ring + np.array([shift, 0.0]) for ring in rings if len(ring) > 2]
        seen = [ring for ring in moved if ring[:, 0].max() > span[0] and ring[:, 0].min() < span[1]]
        if not seen:
            continue
        path = Path.make_compound_path(*(Path(np.vstack([ring, ring[:1]]), closed=True) for ring in seen))
        patch = PathPatch(path, facecolor=LAND.light, edgecolor=RULE.light, linewidth=0.6, zorder=1)
        patch.set_clip_box(axes.bbox)
        patch.set_clip_on(True)
        axes.add_patch(patch)


def _draw_path(axes: Axes, document: DeorbitDocument, centre: float, sheet: Sheet) -> None:
    if len(document.track) < 2:
        return
    track = np.array(document.track)
    # The end of the path is what must lie beside the footprint; it may begin on the other side of the world.
    east = np.unwrap(track[:, 1], period=360.0)
    east -= 360.0 * np.round((east[-1] - centre) / 360.0)
    axes.plot(east, track[:, 0], color=INK.light, linewidth=0.7 * sheet.line_px, zorder=4)
    axes.plot(east[-1:], track[-1:, 0], "o", color=INK.light, markersize=4.0, zorder=5)


def _draw_pieces(axes: Axes, document: DeorbitDocument, centre: float, sheet: Sheet) -> None:
    if document.impacts:
        places = np.array(document.impacts)
        east = (places[:, 1] - centre + 180.0) % 360.0 - 180.0 + centre
        axes.plot(east, places[:, 0], ".", color=RISK.light, markersize=_DOT_PX, alpha=0.6, zorder=4, markeredgewidth=0)
    if document.footprint is not None:
        contour = np.array(document.footprint.contour)
        axes.plot(
            _near(contour[:, 1], centre), contour[:, 0], color=RISK.light, linewidth=0.8 * sheet.line_px, zorder=5
        )


def _graticule(axes: Axes, sheet: Sheet, limits: tuple[float, float, float, float]) -> None:
    west, east, south, north = limits
    step = 30.0 if east - west > 100.0 else 20.0
    if sheet.narrow:
        step *= 2.0
    places = np.arange(np.ceil(west / step) * step, east, step)
    set_ticks(axes, sheet, "x", [float(x) for x in places], [_east_west(float(x)) for x in places])
    rows = np.arange(np.ceil(south / 20.0) * 20.0, north, 20.0)
    names = [f"{abs(y):.0f}° {'N' if y > 0 else 'S'}" if y else "0°" for y in rows]
    set_ticks(axes, sheet, "y", [float(y) for y in rows], names)


def _east_west(longitude: float) -> str:
    turned = (longitude + 180.0) % 360.0 - 180.0
    if abs(abs(turned) - 180.0) < 0.5:
        return "180°"
    return "0°" if abs(turned) < 0.5 else f"{abs(turned):.0f}° {'E' if turned > 0 else 'W'}"


def _draw_clear_water(axes: Axes, document: DeorbitDocument, centre: float) -> None:
    """Inside the zone, how near to land pieces may fall."""
    for ring in document.zone:
        east, north, spare = _spare_water_km(tuple(ring), document.keep_out_km, document.keep_out_home_km)
        if not (np.nanmin(spare) < 0.0 < np.nanmax(spare)):
            continue
        turn = 360.0 * np.round((0.5 * (east[0] + east[-1]) - centre) / 360.0)
        axes.contour(
            east - turn, north, spare, levels=[0.0], colors=[MUTED.light], linewidths=1.0, linestyles=[(0, (1.5, 2.0))],
            zorder=3,
        )  # fmt: skip


@lru_cache(maxsize=8)  # for the wide and the narrow sheet
def _spare_water_km(
    ring: tuple[tuple[float, float], ...], foreign_km: float, home_km: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Longitudes, latitudes, and there the distance to land beyond the one to keep [km]; none outside the zone."""
    corners = np.array(ring)
    (south, west), (north, east) = corners.min(axis=0), corners.max(axis=0)
    across = np.linspace(west, east, max(int(east - west) + 1, 12))
    up = np.linspace(south, north, max(int(north - south) + 1, 12))
    latitude, longitude = (grid.ravel() for grid in np.meshgrid(up, across, indexing="ij"))
    foreign, home = LandDistance(foreign_km, home_km).distances_km(latitude, longitude)
    spare = np.minimum(foreign - foreign_km, home - home_km)
    # A hair inwards: the border itself belongs to the zone here.
    inwards = 1.0 - 1.0e-6
    middle_north, middle_east = 0.5 * (south + north), 0.5 * (west + east)
    inside = Ring(corners).contains(
        middle_north + inwards * (latitude - middle_north), middle_east + inwards * (longitude - middle_east)
    )
    return across, up, np.where(inside, spare, np.nan).reshape(len(up), len(across))


def _key(figure: Figure, document: DeorbitDocument, sheet: Sheet) -> None:
    """What lines and dots are, in rows."""
    entries: list[tuple[str, dict[str, Any]]] = [
        (f"zone {document.target}", {"color": _ZONE.light, "dashes": (5, 3)}),
        (f"{document.keep_out_km:.0f} km from land", {"color": MUTED.light, "linewidth": 1.0, "dashes": (1.5, 2.0)}),
    ]
    if document.footprint is not None:
        entries += [
            (f"{100.0 * document.footprint.level:.1f} % of the pieces", {"color": RISK.light}),
            ("a piece of one run", {"color": RISK.light, "marker": ".", "markersize": _DOT_PX * 1.6, "linewidth": 0.0}),
            ("path", {"color": INK.light}),
            ("break-up at 78 km", {"color": INK.light, "marker": "o", "markersize": 4.0, "linewidth": 0.0}),
        ]
    axes = frame(figure, (48.0, 0.0, sheet.width_px - 12.0, _key_px(sheet) - 32.0))
    axes.set_axis_off()
    axes.set_xlim(0.0, sheet.width_px - 60.0)
    axes.set_ylim(_key_px(sheet) - 32.0, 0.0)
    columns = 2 if sheet.narrow else 6
    for index, (words, style) in enumerate(entries):
        # On a wide sheet the columns are as wide as their words; on a narrow one half of it.
        before = entries[:index] if not sheet.narrow else []
        place = sum(50.0 + 0.53 * sheet.text_px * len(text) for text, _ in before)
        place += (index % columns) * 0.5 * (sheet.width_px - 60.0) if sheet.narrow else 0.0
        y = 10.0 + 18.0 * (index // columns)
        dashes = style.pop("dashes", None)
        is_dot = "marker" in style
        (line,) = axes.plot([place + 9.0] if is_dot else [place, place + 20.0], [y] if is_dot else [y, y],
                            **({"linewidth": 1.6} | style))  # fmt: skip
        if dashes is not None:
            line.set_dashes(dashes)
        label(axes, place + 26.0, y, words, sheet, color=MUTED.light, va="center",
              fontsize=sheet.text_px - (1.5 if sheet.narrow else 0.5))  # fmt: skip


def _key_px(sheet: Sheet) -> float:
    """Height of the legend and of the row of longitudes above it."""
    return 88.0 if sheet.narrow else 56.0


def place_text(latitude_deg: float, longitude_deg: float) -> str:
    """For people: ``48.1 S 140.1 W``."""
    turned = (longitude_deg + 180.0) % 360.0 - 180.0
    north, east = "N" if latitude_deg >= 0.0 else "S", "E" if turned >= 0.0 else "W"
    return f"{abs(latitude_deg):.1f} {north} {abs(turned):.1f} {east}"


def _alt(document: DeorbitDocument) -> str:
    area = document.footprint
    if area is None:
        return f"Map of the zone {document.target}; no footprint was computed."
    return (
        f"Map of the zone {document.target} with the footprint, {area.length_km:,.0f} by {area.width_km:,.0f} km "
        f"around {place_text(area.centre_lat_deg, area.centre_lon_deg)}."
    )
