"""Pictures of an entry: how hot each part gets on its way down, and where each ends; as figures and as a page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from stationkeep.campaign.entry_document import EntryDocument
from stationkeep.descent.entry import EntryResult, PartResult
from stationkeep.report.figures import WIDE, Sheet, blank, both_sheets, frame, label, set_ticks, svg_of, wrapped
from stationkeep.report.html import page_html
from stationkeep.report.markup import e, table
from stationkeep.report.palette import BRANCH_LINES, MUTED, RISK, RULE
from stationkeep.report.text import kilogram_text

_MOST_CURVES: Final = 6
_MOST_BARS: Final = 40
_MOST_ROWS: Final = 400
_ROW_PX: Final = 24.0
# The sixth hue is a second blue: dashed, so that nobody takes it for the first.
_CURVES: Final = tuple((ink, "--" if index == len(BRANCH_LINES) - 1 else "-") for index, ink in enumerate(BRANCH_LINES))


def demise_svg(result: EntryResult) -> str:
    """Both figures in one SVG file, one above the other."""
    from stationkeep.report.palette import all_inks

    figures = [heating_figure(result, WIDE), demise_figure(result, WIDE)]
    heights = [float(svg.split('viewBox="0 0 ')[1].split('"')[0].split()[1]) for svg in figures]
    parts, top = [], 0.0
    for svg, height in zip(figures, heights, strict=True):
        parts.append(svg.replace("<svg ", f'<svg y="{top:.0f}" width="{WIDE.width_px:.0f}" height="{height:.0f}" ', 1))
        top += height
    body = "".join(parts)
    for ink in all_inks():
        body = body.replace(ink.css, ink.light)
    body = body.replace("var(--sans)", "sans-serif")
    size = f'width="{WIDE.width_px:.0f}" height="{top:.0f}" viewBox="0 0 {WIDE.width_px:.0f} {top:.0f}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" {size}>{body}</svg>\n'


def demise_html(result: EntryResult, document: EntryDocument) -> str:
    """The page: figures, the table by part, what was assumed."""
    totals, state = document.totals, document.state
    head = (
        f'<header class="top"><p class="kicker">stationkeep entry</p><h1>{e(document.body)}</h1>'
        f'<p class="facts">{totals.mass_kg:,.6g} kg · from {state["altitude_km"]:g} km at {state["speed_m_s"]:g} m/s '
        f"through the air, {state['flight_path_deg']:g} deg · {e(document.atmosphere)}<br>Reaches the ground: "
        f"{kilogram_text(totals.surviving_mass_kg)}, {100.0 * totals.surviving_fraction:.1f} %, "
        f"in {totals.pieces:,} pieces"
        "</p></header>"
    )
    sections = [
        _figure(
            "heat",
            "Heating on the way down",
            both_sheets(lambda sheet: heating_figure(result, sheet)),
            "Heat the air brings to a square metre of surface, averaged over all attitudes, for the parts that take up "
            "most heat per kilogram. A cross: the last of it has melted.",
        ),
        _figure(
            "demise",
            "Where each part ends",
            both_sheets(lambda sheet: demise_figure(result, sheet)),
            "From where a part flies alone, down to where it has melted or torn, or to the ground (triangle). The "
            "strong part of a bar is where it melts. The heaviest kinds first.",
        ),
        _table(document),
        f'<section aria-labelledby="n"><h2 id="n">Notes</h2><ul class="notes">'
        f"{''.join(f'<li>{e(note)}</li>' for note in document.notes)}</ul></section>",
    ]
    foot = f"<footer>Made by stationkeep {e(document.version)} from document {e(document.schema_)}.</footer>"
    body = "\n".join(sections)
    return page_html(f"{e(document.body)}: entry", f"{head}\n<main>\n{body}\n</main>\n{foot}")


def _figure(key: str, title: str, drawn: str, caption: str) -> str:
    return (
        f'<section aria-labelledby="{key}" class="keep"><h2 id="{key}">{e(title)}</h2>'
        f"<figure>{drawn}<figcaption>{e(caption)}</figcaption></figure></section>"
    )


def _table(document: EntryDocument) -> str:
    heads = ("Part", "Material", "Own mass", "Melts", "Gone", "Peak heat", "Peak", "Lands with", "Speed", "Downrange")
    rows = []
    told_parts = [part for part in document.parts if part.outcome != "empty"]
    for part in told_parts[:_MOST_ROWS]:
        hit = part.impact
        ends = ("inside", "–", "–") if part.outcome == "inside" else ("–", "–", "–")
        if hit is not None:
            ends = (f"{hit.mass_kg:.4g} kg", f"{hit.speed_m_s:.0f} m/s", f"{hit.downrange_km:.0f} km")
        name = f"{part.count} × {part.name}" if part.count > 1 else part.name
        cells = (
            name, part.material, f"{part.start_mass_kg:.4g} kg", _km(part.melt_onset_km), _km(part.demise_km),
            f"{1.0e-3 * part.peak_heating_w:.4g} kW", f"{part.peak_temperature_k:.0f} K", *ends,
        )  # fmt: skip
        rows.append(tuple(map(e, cells)))
    told = table("Figures are of one where there are several.", heads, rows, numeric=tuple(range(2, 10)), stack=True)
    more = len(told_parts) - _MOST_ROWS
    rest = f'<p class="m">and {more} more in the JSON document</p>' if more > 0 else ""
    return f'<section aria-labelledby="parts"><h2 id="parts">Part by part</h2>{told}{rest}</section>'


def _km(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f} km"


def heating_figure(result: EntryResult, sheet: Sheet) -> str:
    """Convective heat against altitude, one curve a part, for the parts heated most."""
    shown = _hottest([part for part in result.parts if part.history])
    figure = blank(sheet, 380.0)
    left, right = 62.0, sheet.width_px - 14.0
    box = (left, 46.0, right, 380.0 - 14.0 - 20.0 * len(shown))
    axes = frame(figure, box)
    top_kw_m2 = max((_flux_kw_m2(part, part.peak_heating_w) for part in shown), default=1.0)
    high = max((float(part.history["altitude_km"].max()) for part in shown), default=120.0)
    for part, (ink, dashes) in zip(shown, _CURVES, strict=False):
        history = part.history
        axes.plot(
            history["altitude_km"], _flux_kw_m2(part, history["convective_w"]), color=ink.light,
            linewidth=sheet.line_px, linestyle=dashes,
        )  # fmt: skip
        if part.demise_km is not None:
            axes.plot(
                [part.demise_km], [_flux_kw_m2(part, history["convective_w"][-1])], "x", color=ink.light, markersize=8
            )
    low = min((_last_heated_km(part, 0.01 * top_kw_m2) for part in shown), default=0.0)
    axes.set_xlim(high, max(low - 3.0, 0.0))
    axes.set_ylim(0.0, 1.08 * top_kw_m2)
    end = max(low - 3.0, 0.0)
    step = next(km for km in (1, 2, 5, 10, 20) if (high - end) / km < (6 if sheet.narrow else 11) or km == 20)
    places = [float(km) for km in range(int(high // step) * step, int(end), -step)]
    set_ticks(axes, sheet, "x", places, [f"{place:g}" for place in places])
    ticks = _round_ticks(top_kw_m2)
    set_ticks(axes, sheet, "y", ticks, [f"{tick:g}" for tick in ticks])
    axes.set_xlabel("altitude [km]", fontsize=sheet.text_px, color=MUTED.light)
    axes.set_ylabel("convective heat [kW/m²]", fontsize=sheet.text_px, color=MUTED.light)
    _key(figure, shown, sheet, 380.0)
    names = ", ".join(part.name for part in shown)
    alt = f"Convective heat against altitude for {names}; the highest peak is {top_kw_m2:.3g} kW/m2."
    return svg_of(figure, name="heating", alt=alt)


def _flux_kw_m2(part: PartResult, heat_w: Any) -> Any:
    """Heat over the whole surface [kW/m2]."""
    return 1.0e-3 * heat_w / (4.0 * part.mean_area_m2)


def _last_heated_km(part: PartResult, least_kw_m2: float) -> float:
    """Lowest altitude at which a part is heated by more than that."""
    history = part.history
    heated = history["altitude_km"][_flux_kw_m2(part, history["convective_w"]) > least_kw_m2]
    return float(heated.min()) if heated.size else float(history["altitude_km"].max())


def _key(figure: object, shown: Sequence[PartResult], sheet: Sheet, height_px: float) -> None:
    """Names of the curves above the frame, one to a line."""
    axes = frame(figure, (0.0, 0.0, sheet.width_px, height_px))  # type: ignore[arg-type]
    axes.set_axis_off()
    axes.set_xlim(0.0, sheet.width_px)
    axes.set_ylim(0.0, height_px)
    for row, (part, (ink, dashes)) in enumerate(zip(shown, _CURVES, strict=False)):
        y = height_px - 14.0 - 20.0 * row
        end = "gone at " + _km(part.demise_km) if part.demise_km is not None else "reaches the ground"
        axes.plot([62.0, 88.0], [y, y], color=ink.light, linewidth=sheet.line_px + 1.0, linestyle=dashes)
        words = wrapped(f"{part.name} ({part.material}), {end}", sheet, sheet.width_px - 110.0)[0]
        label(axes, 96.0, y, words, sheet, va="center")


def demise_figure(result: EntryResult, sheet: Sheet) -> str:
    """One bar a part from where it is free to where it ends; the strong part is where it melts."""
    flown = [part for part in result.parts if part.free_at_km is not None and part.outcome != "empty"]
    # What weighs most of the body first.
    shown = sorted(_one_of_a_kind(flown), key=lambda part: -part.count * part.start_mass_kg)[:_MOST_BARS]
    height = 60.0 + _ROW_PX * len(shown)
    figure = blank(sheet, height)
    left = 130.0 if sheet.narrow else 330.0
    axes = frame(figure, (left, 44.0, sheet.width_px - 66.0, height - 6.0))
    high = max((part.free_at_km or 0.0 for part in shown), default=120.0)
    names = _short_names(shown)
    for row, part in enumerate(shown):
        y = float(-row)
        end = part.demise_km or 0.0
        axes.plot([part.free_at_km or high, end], [y, y], color=RULE.light, linewidth=9.0, solid_capstyle="butt")
        if part.melt_onset_km is not None:
            stop = _stops_melting_km(part, end)
            axes.plot([part.melt_onset_km, stop], [y, y], color=BRANCH_LINES[0].light, linewidth=9.0,
                      solid_capstyle="butt")  # fmt: skip
        if part.impact is not None:
            axes.plot([0.0], [y], marker="v", color=RISK.light, markersize=9, clip_on=False)
        share = 100.0 * part.surviving_share
        text = "–" if part.impact is None else "<1 %" if share < 1.0 else f"{share:.0f} %"
        label(axes, -0.03 * high, y, text, sheet, va="center")
        words = wrapped(f"{names[row]} ({part.material})", sheet, left - 12.0)[0]
        label(axes, 1.01 * high, y, words, sheet, va="center", ha="right")
    axes.set_xlim(high, 0.0)
    axes.set_ylim(-len(shown) + 0.4, 0.6)
    set_ticks(axes, sheet, "y", [], [])
    places = [float(km) for km in range(0, int(high) + 1, 20)]
    set_ticks(axes, sheet, "x", places, [f"{place:g}" for place in places])
    axes.set_xlabel("altitude [km]; on the right what is left of its mass", fontsize=sheet.text_px, color=MUTED.light)
    landed = sum(part.impact is not None for part in flown)
    alt = f"Where {len(flown)} kinds of parts end: {landed} strike the ground, {len(flown) - landed} burn up."
    return svg_of(figure, name="demise", alt=alt)


def _short_names(parts: Sequence[PartResult]) -> list[str]:
    """Names without the module; with the mass of one where two of the same material share a name."""
    short = [(part.name.split(": ")[-1], part.material) for part in parts]
    return [
        f"{key[0]}, {part.start_mass_kg:.3g} kg" if short.count(key) > 1 else key[0]
        for key, part in zip(short, parts, strict=True)
    ]


def _stops_melting_km(part: PartResult, end_km: float) -> float:
    """Where a part that melted in part grows solid again."""
    if part.demise_km is not None or not part.history:
        return end_km
    history = part.history
    hot = history["altitude_km"][history["temperature_k"] >= part.peak_temperature_k - 0.01]
    return float(hot.min()) if hot.size else end_km


def _one_of_a_kind(parts: Sequence[PartResult]) -> list[PartResult]:
    """Parts of the same kind in several modules (``zarya: battery``, ``unity: battery``) once, the heaviest crowd."""
    kinds: dict[tuple[str, str, tuple[float, ...], float], PartResult] = {}
    for part in parts:
        key = (part.name.split(": ")[-1], part.material, part.dimensions_m, round(part.start_mass_kg, 6))
        if key not in kinds or kinds[key].count < part.count:
            kinds[key] = part
    return list(kinds.values())


def _hottest(parts: Sequence[PartResult]) -> list[PartResult]:
    """The parts that take up most heat per kilogram, each kind once."""
    kinds = _one_of_a_kind([part for part in parts if part.peak_heating_w > 0.0 and part.start_mass_kg > 0.0])
    return sorted(kinds, key=lambda part: -part.heat_in_j / part.start_mass_kg)[:_MOST_CURVES]


def _round_ticks(top: float) -> list[float]:
    """A handful of round numbers from zero."""
    step = 10.0 ** int(f"{top:e}".split("e")[1])
    for divisor in (10.0, 5.0, 2.5, 2.0, 1.0, 0.5):
        if top / (step / divisor) <= 6.0:
            return [index * step / divisor for index in range(int(top / (step / divisor)) + 1)]
    return [0.0, step]
