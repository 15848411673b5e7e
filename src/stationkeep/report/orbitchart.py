"""Who is at risk on which orbit: bars of the casualty expectation by the place of the northward crossing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from stationkeep.campaign.reentry_risk_document import ConditionalRisk
from stationkeep.environment.population import REGIONS
from stationkeep.report.figures import Sheet, blank, frame, label, set_ticks, svg_of
from stationkeep.report.palette import BRANCH_LINES, MUTED

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_REST: Final = "#9aa3ad"
_COLOURS: Final = {
    "United States": BRANCH_LINES[0].light,
    "Europe": BRANCH_LINES[2].light,
    "Russia": BRANCH_LINES[1].light,
    "India": BRANCH_LINES[4].light,
    "China": BRANCH_LINES[3].light,
    "Rest of world": _REST,
}


def orbit_figure(orbits: Sequence[ConditionalRisk], sheet: Sheet) -> str:
    """On which orbits are whose people at risk? Stacked bars, as inline SVG."""
    worst = max(orbits, key=lambda view: view.casualty_expectation)
    alt = (
        "Casualty expectation of a fall on each of 24 orbits, by region. The largest is on the orbit that crosses the "
        f"equator northward at {worst.node_longitude_deg:.0f} degrees east."
    )
    return svg_of(draw_orbits(orbits, sheet), name=f"orbits{'n' if sheet.narrow else 'w'}", alt=alt)


def draw_orbits(orbits: Sequence[ConditionalRisk], sheet: Sheet) -> Figure:
    """The same as a drawing, for files."""
    rows = 3 if sheet.narrow else 1
    height = 250.0 + 20.0 * rows
    figure = blank(sheet, height)
    axes = frame(figure, (52.0, 46.0, sheet.width_px - 8.0, height - 14.0 - 20.0 * rows))
    places = np.array([view.node_longitude_deg for view in orbits], dtype=np.float64)
    step = float(np.min(np.diff(np.sort(places)))) if len(places) > 1 else 15.0
    foot = np.zeros(len(orbits))
    for region in REGIONS:
        carried = np.array([{r.region: r.casualty_expectation for r in view.by_region}[region] for view in orbits])
        axes.bar(places, carried, 0.82 * step, foot, color=_COLOURS[region], linewidth=0)
        foot += carried
    top = 1.12 * max(float(foot.max()), 1e-12)
    axes.set_ylim(0.0, top)
    axes.set_xlim(places.min() - step, places.max() + step)
    ticks = [-180, -120, -60, 0, 60, 120] if not sheet.narrow else [-180, -90, 0, 90]
    names = [f"{abs(t)}°{'E' if t > 0 else 'W' if t < 0 else ''}" for t in ticks]
    set_ticks(axes, sheet, "x", [float(t) for t in ticks], names)
    unit = 10.0 ** np.floor(np.log10(top))
    spacing = next(unit * s for s in (0.2, 0.25, 0.5, 1.0, 2.0) if top / (unit * s) <= 5.0)
    levels = [float(level) for level in np.arange(0.0, top, spacing)]
    set_ticks(axes, sheet, "y", levels, [f"{level:.3g}" for level in levels])
    label(axes, places.min() - step, -0.235 * top, "where the orbit crosses the equator northward", sheet,
          color=MUTED.light)  # fmt: skip
    _draw_key(figure, sheet, height, rows)
    return figure


def _draw_key(figure: Figure, sheet: Sheet, height: float, rows: int) -> None:
    axes = frame(figure, (52.0, height - 20.0 * rows - 2.0, sheet.width_px - 8.0, height - 2.0))
    axes.spines["bottom"].set_visible(False)
    axes.set_xlim(0.0, sheet.width_px - 60.0)
    axes.set_ylim(0.0, 20.0 * rows)
    axes.set_xticks([])
    axes.set_yticks([])
    columns = len(REGIONS) // rows
    across = (sheet.width_px - 60.0) / columns
    for index, region in enumerate(REGIONS):
        x, y = across * (index % columns), 20.0 * (rows - 1 - index // columns) + 10.0
        axes.plot([x + 5.0], [y], "s", markersize=9.0, color=_COLOURS[region])
        label(axes, x + 16.0, y, region, sheet, va="center")
