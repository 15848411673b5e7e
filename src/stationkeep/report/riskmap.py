"""The risk map: where people live under the orbit, weighted by the time the orbit spends over their latitude."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from stationkeep.campaign.document import LatitudeBandRisk, RunDocument
from stationkeep.descent.latitude_law import band_probability
from stationkeep.environment.population import load_land_outline, load_population, zone_area_km2
from stationkeep.report.figures import Sheet, blank, frame, label, set_ticks, svg_of
from stationkeep.report.palette import INK, LAND, MUTED, RISK, RULE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_DECADES: Final = 3.0
"""Cells below a thousandth of the darkest are left blank; all of them together carry about one per cent."""
_MARGIN_DEG: Final = 13.0  # of map beyond the orbit's highest latitude, to show what is safe


class HasLatitudes(Protocol):
    """A risk that says how it is spread over the latitudes."""

    @property
    def by_latitude(self) -> Sequence[LatitudeBandRisk]:
        """Bands, south first."""
        ...


@dataclass(frozen=True)
class RiskField:
    """Each cell's share of the casualty expectation of one uncontrolled fall, and the coasts to find one's way by."""

    inclination_deg: float
    shares: NDArray[np.float64]
    """``(180, 360)``, south to north and 180 W to 180 E, one-degree cells; sums to one."""
    outlines: Sequence[NDArray[np.float64]]
    """Closed rings ``(n_point, 2)`` of longitude and latitude [deg]."""

    @property
    def highest_latitude_deg(self) -> float:
        """The northernmost latitude under the orbit; a retrograde orbit mirrors a prograde one."""
        return min(self.inclination_deg, 180.0 - self.inclination_deg)


def inclination_deg(document: RunDocument) -> float | None:
    """The inclination the runs began with, where the provenance states it."""
    orbit = document.provenance.get("orbit")
    value = orbit.get("inclination_deg") if isinstance(orbit, Mapping) else None
    return float(value) if isinstance(value, int | float) and 0.0 < value < 180.0 else None


def risk_field(inclination: float, people: NDArray[np.float64] | None = None) -> RiskField:
    """Which cells of the map carry the risk of an uncontrolled fall from an orbit of this inclination [deg]?

    ``people`` per half-degree cell (360, 720), south first; null: as shipped.
    """
    half_degree = load_population().on_map() if people is None else people
    people = half_degree.reshape(180, 2, 360, 2).sum(axis=(1, 3))
    return RiskField(inclination, risk_shares(people, inclination), load_land_outline())


def risk_shares(people: NDArray[np.float64], inclination: float) -> NDArray[np.float64]:
    """Each one-degree cell's share of the risk, from the people in it ``(180, 360)`` and the time overhead.

    A cell is hit in proportion to its area times the probability per area of its latitude band, so its people
    count with (band probability / band area).
    """
    edges = np.arange(-90.0, 91.0)
    likely = band_probability(edges[:-1], edges[1:], inclination) / zone_area_km2(edges[:-1], edges[1:])
    weighted = people * likely[:, None]
    total = weighted.sum()
    return np.asarray(weighted / total if total > 0 else weighted, dtype=np.float64)


def map_figure(field: RiskField | None, risk: HasLatitudes, sheet: Sheet) -> str:
    """Where on Earth, and at which latitudes, is the risk? Map and profile on one scale of latitude, as inline SVG."""
    return svg_of(draw_map(field, risk, sheet), name=f"map{'n' if sheet.narrow else 'w'}", alt=_alt(field, risk))


def draw_map(field: RiskField | None, risk: HasLatitudes, sheet: Sheet) -> Figure:
    """The same as a drawing, for files.

    Without a ``field`` (the document does not say the inclination) the profile stands alone.
    """
    latitudes = [
        edge for band in risk.by_latitude if band.impact_share > 0 for edge in (band.south_deg, band.north_deg)
    ]
    highest = field.highest_latitude_deg if field else max(map(abs, latitudes), default=90.0)
    reach = min(90.0, highest + _MARGIN_DEG)
    left, foot, head = (40.0 if field is None or sheet.narrow else 56.0), 46.0, 28.0
    map_width = sheet.width_px - 4.0 if sheet.narrow else sheet.width_px - left - 208.0
    tall = map_width * 2 * reach / 360.0 if field else 230.0
    profile_tall = 190.0 if sheet.narrow else tall
    height = foot + head + tall + ((profile_tall + 92.0 if field else 0.0) if sheet.narrow else 0.0)
    figure = blank(sheet, height)
    if field is not None:
        box = (
            2.0 if sheet.narrow else left,
            height - head - tall,
            (2.0 if sheet.narrow else left) + map_width,
            height - head,
        )
        axes = frame(figure, box)
        axes.set_xlim(-180, 180)
        axes.set_ylim(-reach, reach)
        axes.set_xticks([])
        axes.set_yticks([])
        axes.spines["bottom"].set_visible(False)
        draw_land(axes, field.outlines)
        _draw_risk(axes, field.shares)
        _draw_limits(axes, field.highest_latitude_deg, sheet)
        _draw_key(figure, field.shares, sheet, (box[0], box[1] - 22.0))
    alone = field is None or sheet.narrow
    profile_left = left if alone else left + map_width + 34.0
    bottom = foot if alone else height - head - tall
    profile = frame(figure, (profile_left, bottom, sheet.width_px - 12.0, bottom + profile_tall))
    profile.set_ylim(-reach, reach)
    _draw_profile(profile, risk, sheet, named=alone)
    return figure


def draw_land(axes: Axes, outlines: Sequence[NDArray[np.float64]]) -> None:
    """Fill the land, seas inside it left open."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    # One compound path: rings inside rings (inland seas) stay open water by the winding rule.
    rings = [Path(np.vstack([ring, ring[:1]]), closed=True) for ring in outlines if len(ring) > 2]
    if rings:
        patch = PathPatch(Path.make_compound_path(*rings), facecolor=LAND.light, edgecolor="none", linewidth=0)
        # Not add_patch: it would spend a second fitting limits to the coast that are already set.
        axes.add_artist(patch)


def _draw_risk(axes: Axes, shares: NDArray[np.float64]) -> None:
    top = shares.max()
    if top <= 0:
        return
    with np.errstate(divide="ignore"):
        strength = 1.0 + np.log10(shares / top) / _DECADES
    # One hue whose opacity grows with the risk reads the same on light and on dark paper.
    picture = np.zeros((*shares.shape, 4))
    picture[..., :3] = [int(RISK.light[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    picture[..., 3] = np.where(strength > 0, 0.06 + 0.94 * np.clip(strength, 0, 1) ** 1.4, 0.0)
    axes.imshow(picture, extent=(-180, 180, -90, 90), origin="lower", interpolation="none", aspect="auto", zorder=2)


def _draw_limits(axes: Axes, latitude: float, sheet: Sheet) -> None:
    for sign, side in ((1, "N"), (-1, "S")):
        axes.axhline(sign * latitude, color=MUTED.light, linewidth=0.8, dashes=(4, 3), zorder=3)
        name = f"{latitude:.1f}° {side}"
        if sheet.narrow:
            style = {"ha": "left", "va": "bottom" if sign > 0 else "top"}
            label(axes, -178, sign * (latitude + 0.5), name, sheet, color=MUTED.light, **style)
        else:
            label(axes, -182, sign * latitude, name, sheet, color=MUTED.light, ha="right", va="center")
    axes.axhline(0, color=RULE.light, linewidth=0.8, zorder=1)
    if not sheet.narrow:
        label(axes, -182, 0, "0°", sheet, color=MUTED.light, ha="right", va="center")


def _draw_key(figure: Figure, shares: NDArray[np.float64], sheet: Sheet, corner: tuple[float, float]) -> None:
    """The colour scale: from a thousandth of the largest share to the largest."""
    top = 100.0 * shares.max()
    length = 150.0 if sheet.narrow else 240.0
    axes = frame(figure, (corner[0], corner[1], corner[0] + length, corner[1] + 9.0))
    axes.spines["bottom"].set_visible(False)
    axes.set_xlim(-_DECADES, 0)
    axes.set_ylim(0, 1)
    ramp = np.linspace(0, 1, 128)
    picture = np.zeros((1, 128, 4))
    picture[..., :3] = [int(RISK.light[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    picture[0, :, 3] = 0.06 + 0.94 * ramp**1.4
    axes.imshow(picture, extent=(-_DECADES, 0, 0, 1), aspect="auto", interpolation="none")
    decades = [d for d in range(-6, 2) if -_DECADES <= np.log10(10.0**d / top) <= 0] if top > 0 else []
    set_ticks(axes, sheet, "x", [d - np.log10(top) for d in decades], [f"{10.0**d:g}%" for d in decades])
    axes.set_yticks([])
    label(axes, 0.15, 0.5, "of the risk, per 1° cell", sheet, color=MUTED.light, va="center")


def _draw_profile(axes: Axes, risk: HasLatitudes, sheet: Sheet, *, named: bool) -> None:
    """Share of the risk (bars) and of the debris (line) by latitude; ``named`` writes the latitudes beside it."""
    bands = sorted(risk.by_latitude, key=lambda band: band.south_deg)
    if not bands:
        return
    edges = np.array([bands[0].south_deg, *(band.north_deg for band in bands)])
    people = 100 * np.array([band.share for band in bands])
    debris = 100 * np.array([band.impact_share for band in bands])
    right = 1.1 * max(people.max(), debris.max(), 1e-9)
    axes.set_xlim(0, right)
    step = next((s for s in (2, 5, 10, 20, 25) if right / s < 4), 50)
    places = [float(place) for place in range(0, int(right) + 1, step)]
    set_ticks(axes, sheet, "x", places, [f"{place:.0f}%" for place in places])
    axes.set_yticks([])
    if named:
        limit = int(axes.get_ylim()[1] // 20) * 20
        ticks = range(-limit, limit + 1, 20)
        names = [f"{abs(tick)}° {'N' if tick > 0 else 'S'}" if tick else "0°" for tick in ticks]
        set_ticks(axes, sheet, "y", ticks, names)
    # Thick lines are bars in one stroke; the sixth left between them keeps neighbouring bands apart.
    thickness = 0.84 * np.diff(edges) * axes.bbox.height / np.ptp(axes.get_ylim())
    axes.hlines((edges[:-1] + edges[1:]) / 2, 0, people, color=RISK.light, linewidth=thickness)
    axes.stairs(debris, edges, color=INK.light, linewidth=1.3, baseline=None, orientation="horizontal")
    for words, colour, shift in (("Risk", RISK.light, 0.0), ("Debris", INK.light, 3.4 * sheet.text_px)):
        place: dict[str, Any] = {"xycoords": "axes fraction", "textcoords": "offset points"}
        axes.annotate(words, (0, 1), (shift, 9), color=colour, fontsize=sheet.text_px, weight="bold", **place)


def _alt(field: RiskField | None, risk: HasLatitudes) -> str:
    said = []
    if field is not None:
        row, column = np.unravel_index(int(np.argmax(field.shares)), field.shares.shape)
        latitude, longitude = row - 89.5, column - 179.5
        east_west = "E" if longitude > 0 else "W"
        where = f"{abs(latitude):.0f}° {'N' if latitude > 0 else 'S'}, {abs(longitude):.0f}° {east_west}"
        limit = f"{field.highest_latitude_deg:.1f}° north and south"
        said.append(
            f"World map of the risk to people between {limit}; the cell with the largest share lies near {where}."
        )
    if risk.by_latitude:
        worst = max(risk.by_latitude, key=lambda band: band.share)
        span = f"{worst.south_deg:g} to {worst.north_deg:g} degrees"
        said.append(
            f"By latitude, the band from {span} carries the largest share of the risk: {100 * worst.share:.0f} %."
        )
    return " ".join(said)
