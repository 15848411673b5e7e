"""The reboost plan as a page: the trade of propellant against altitude, and the planned altitude over time."""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources
from typing import TYPE_CHECKING, Final

from stationkeep.report.figures import WIDE, Sheet, blank, both_sheets, frame, label, set_ticks, svg_of, time_ticks
from stationkeep.report.markup import e, linked, table, tree
from stationkeep.report.palette import BRANCH_LINES, BRANCH_TEXTS, INK, MUTED, PANEL, RISK, css_variables
from stationkeep.report.reboost_words import besides_text
from stationkeep.report.text import minute_text
from stationkeep.timescale import mjd_utc, parse_utc

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from stationkeep.campaign.reboost_document import ReboostDocument

_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
_SANS: Final = (
    'system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Noto Sans","Liberation Sans",Arial,sans-serif'
)
_SUNS: Final = {
    "p95": ("strong Sun (95 %)", 1),
    "p50": ("median Sun", 0),
    "observed": ("observed Sun", 0),
    "p05": ("weak Sun (5 %)", 2),
}


def trade_figure(document: ReboostDocument, sheet: Sheet) -> str:
    """What a year at each altitude costs, for each Sun. Inline SVG."""
    height = 300.0 if sheet.narrow else 400.0
    figure = blank(sheet, height)
    right = 22.0 if sheet.narrow else 170.0
    axes = frame(figure, (48.0, 46.0, sheet.width_px - right, height - 34.0))
    rows = document.trade
    levels = [row.mean_altitude_km for row in rows]
    top = 1.05e-3 * max(max(row.propellant_kg_per_year.values()) for row in rows)
    axes.set_xlim(levels[0], levels[-1])
    axes.set_ylim(0.0, top)
    spacing = 20.0 if sheet.narrow else 10.0
    marks = [level for level in levels if level % spacing == 0.0]
    set_ticks(axes, sheet, "x", marks, [f"{mark:.0f}" for mark in marks])
    step = next(size for size in (0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 1.0e9) if top / size <= 7.0)
    ticks = [index * step for index in range(int(top / step) + 1)]
    set_ticks(axes, sheet, "y", ticks, [f"{value:g}" for value in ticks])
    _title(axes, sheet, "Propellant (t a year)")
    axes.annotate(
        "Mean altitude kept (km)", (0.5, 0), (0, -36), xycoords="axes fraction", textcoords="offset points",
        ha="center", color=MUTED.light, fontsize=sheet.text_px,
    )  # fmt: skip
    band = document.limits.bands[0]
    axes.axvspan(band.floor_km, band.ceiling_km, color=PANEL.light, zorder=0)
    label(
        axes,
        0.5 * (band.floor_km + band.ceiling_km),
        0.97 * top,
        "allowed",
        sheet,
        ha="center",
        va="top",
        color=MUTED.light,
    )
    for name in [name for name in _SUNS if name in rows[0].propellant_kg_per_year]:
        words, colour = _SUNS[name]
        values = [1.0e-3 * row.propellant_kg_per_year[name] for row in rows]
        axes.plot(levels, values, color=BRANCH_LINES[colour].light, linewidth=sheet.line_px)
        if not sheet.narrow:
            label(axes, levels[-1] + 0.01 * (levels[-1] - levels[0]), values[-1], words, sheet, va="center",
                  color=BRANCH_TEXTS[colour].light)  # fmt: skip
        else:
            label(axes, levels[0] + 1.0, values[0], words, sheet, va="bottom", color=BRANCH_TEXTS[colour].light)
    mean = sum(document.altitude.mean_altitude_km) / len(document.altitude.mean_altitude_km)
    axes.plot([mean], [1.0e-3 * document.propellant_kg_per_year], "o", color=RISK.light, markersize=7, zorder=5)
    axes.annotate(
        "this plan", (mean, 1.0e-3 * document.propellant_kg_per_year), (9, 5), textcoords="offset points",
        color=INK.light, fontsize=sheet.text_px,
    )  # fmt: skip
    alt = "Propellant a year against the mean altitude kept, by solar activity"
    return svg_of(figure, name=f"trade{int(sheet.narrow)}", alt=alt)


def plan_figure(document: ReboostDocument, sheet: Sheet) -> str:
    """The planned altitude between its limits. Inline SVG."""
    height = 280.0 if sheet.narrow else 360.0
    figure = blank(sheet, height)
    axes = frame(figure, (48.0, 30.0, sheet.width_px - 22.0, height - 34.0))
    times, heights = _sawtooth(document)
    start, stop = _mjd(document.start_utc), _mjd(document.stop_utc)
    bands, arrivals = document.limits.bands, document.limits.arrivals
    lows = [band.floor_km for band in bands] + heights
    highs = [band.ceiling_km for band in bands] + heights
    margin = 0.12 * (max(highs) - min(lows))
    bottom, top = min(lows) - margin, max(highs) + margin
    axes.set_xlim(start, stop)
    axes.set_ylim(bottom, top)
    set_ticks(axes, sheet, "x", *time_ticks(start, stop, 4 if sheet.narrow else 9))
    step = next(size for size in (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 1.0e9) if (top - bottom) / size <= 8.0)
    ticks = [index * step for index in range(int(bottom / step) + 1, int(top / step) + 1)]
    set_ticks(axes, sheet, "y", ticks, [f"{value:g}" for value in ticks])
    _title(axes, sheet, "Mean altitude (km)")
    ends = [_mjd(band.from_utc) for band in bands[1:]] + [stop]
    for band, until in zip(bands, ends, strict=True):
        axes.fill_between(
            [max(_mjd(band.from_utc), start), until], band.floor_km, band.ceiling_km, color=PANEL.light, zorder=0
        )
    axes.plot(times, heights, color=BRANCH_LINES[0].light, linewidth=0.8 * sheet.line_px)
    for arrival in arrivals:
        place = _mjd(arrival.date_utc)
        axes.plot([place, place], [arrival.lowest_km, arrival.highest_km], color=RISK.light, linewidth=4.0, alpha=0.8)
    label(axes, stop, bands[-1].ceiling_km, "ceiling", sheet, ha="right", va="bottom", color=MUTED.light)
    label(axes, stop, bands[-1].floor_km, "floor", sheet, ha="right", va="top", color=MUTED.light)
    alt = "Planned mean altitude over time between floor and ceiling"
    return svg_of(figure, name=f"plan{int(sheet.narrow)}", alt=alt)


def _sawtooth(document: ReboostDocument) -> tuple[list[float], list[float]]:
    """Days and burns as one line."""
    points = [(mjd_utc(parse_utc(day)), 0, km) for day, km in
              zip(document.altitude.dates_utc, document.altitude.mean_altitude_km, strict=True)]  # fmt: skip
    for burn in document.burns:
        points += [
            (_mjd(burn.date_utc), 1, burn.mean_altitude_before_km),
            (_mjd(burn.date_utc), 2, burn.mean_altitude_after_km),
        ]
    points.sort()
    return [point[0] for point in points], [point[2] for point in points]


def _title(axes: Axes, sheet: Sheet, words: str) -> None:
    axes.annotate(
        words, (0, 1), (-44, 14), xycoords="axes fraction", textcoords="offset points", color=MUTED.light,
        fontsize=sheet.text_px,
    )  # fmt: skip


def _mjd(date_utc: str) -> float:
    return mjd_utc(parse_utc(date_utc))


def reboost_svg(document: ReboostDocument) -> str:
    """Both figures in one SVG file that stands alone, the trade above."""
    upper, lower = trade_figure(document, WIDE), plan_figure(document, WIDE)
    parts = (
        part.replace("<svg ", f'<svg x="0" y="{top}" width="960" height="{size}" ', 1)
        for part, top, size in ((upper, 0, 400), (lower, 410, 360))
    )
    style = f":root{{--sans:{_SANS};{css_variables('light')}}}"
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 960 780">'
        f'<style>{e(style).replace("&quot;", chr(39))}</style><rect width="960" height="780" fill="#ffffff"/>'
        f"{''.join(parts)}</svg>\n"
    )


def reboost_html(document: ReboostDocument, *, reproduce: str) -> str:
    """The plan as one HTML file that needs nothing else."""
    rules = resources.files("stationkeep.report").joinpath("style.css").read_text(encoding="utf-8")
    light, dark = css_variables("light"), css_variables("dark")
    style = (
        f":root{{--sans:{_SANS};{light}}}\n@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}\n{rules}"
    )
    sections = "\n".join(
        (
            _answer(document),
            _figure("trade", "Propellant against altitude", _told_of_the_trade(document), trade_figure, document),
            _trade_table(document),
            _figure("plan", "The plan", _told_of_the_plan(document), plan_figure, document),
            _burn_table(document),
            _closing(document, reproduce),
        )
    )
    title = f"{e(document.scenario.title)}: keeping it up"
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<meta name="generator" content="stationkeep">\n'
        f"<title>{title}</title>\n<style>\n{style}</style>\n</head>\n<body>\n"
        f"{_header(document, title)}"
        f"\n<main>\n{sections}\n</main>\n<footer>Made by stationkeep from document {e(document.schema_)}.</footer>\n"
        "</body>\n</html>\n"
    )


def _header(document: ReboostDocument, title: str) -> str:
    span = f"{minute_text(document.start_utc)} to {minute_text(document.stop_utc)}"
    return (
        f'<header class="top"><p class="kicker">stationkeep reboost · {e(document.scenario.id)} · {e(document.branch)}'
        f'</p><h1>{title}</h1><p class="facts">{span}</p></header>'
    )


def _answer(document: ReboostDocument) -> str:
    lines = [
        f"{len(document.burns)} burns, {document.delta_v_m_s:.2f} m/s, {document.propellant_kg:.0f} kg: "
        f"{document.delta_v_m_s_per_year:.1f} m/s and {1.0e-3 * document.propellant_kg_per_year:.2f} t a year",
        f"Besides: {besides_text(document)}",
        *(f"{item.limit}, {item.eased}: {item.saves_kg_per_year:.0f} kg a year less" for item in document.limiting),
    ]
    items = "".join(f"<li>{e(line)}</li>" for line in lines)
    return (
        f'<section aria-labelledby="answer"><h2 id="answer">What it takes</h2><ul class="notes">{items}</ul></section>'
    )


def _figure(
    name: str, heading: str, told: str, draw: Callable[[ReboostDocument, Sheet], str], document: ReboostDocument
) -> str:
    drawn = both_sheets(lambda sheet: draw(document, sheet))
    return (
        f'<section aria-labelledby="{name}" class="keep"><h2 id="{name}">{heading}</h2><p>{told}</p>'
        f"<figure>{drawn}</figure></section>"
    )


def _told_of_the_trade(document: ReboostDocument) -> str:
    return (
        "What drag costs in a year at each altitude, averaged over the plan's time. Climbing there is paid once and "
        "stands in the table. The dot is this plan, which also pays for ending as high as it began."
    )


def _told_of_the_plan(document: ReboostDocument) -> str:
    windows = " Red bars: what arriving vehicles allow." if document.limits.arrivals else ""
    return f"Mean altitude as flown with the burns; shaded: between floor and ceiling.{windows}"


def _trade_table(document: ReboostDocument) -> str:
    names = [name for name in reversed(_SUNS) if name in document.trade[0].propellant_kg_per_year]
    heads = ("Mean altitude [km]", *(f"{_SUNS[name][0]} [kg a year]" for name in names), "Climb, once [kg]")
    rows = [
        (
            f"{row.mean_altitude_km:.0f}",
            *(f"{row.propellant_kg_per_year[name]:,.0f}" for name in names),
            f"{row.lift_kg:+,.0f}",
        )
        for row in document.trade
    ]
    caption = "Propellant for drag alone at a constant altitude; negative climb: saved by letting the station sink."
    return f'<section><div class="scroll">{table(caption, heads, rows, stack=True)}</div></section>'


def _burn_table(document: ReboostDocument) -> str:
    heads = ("Date (UTC)", "Provider", "Delta-v [m/s]", "Duration [s]", "Propellant [kg]", "Altitude after [km]")
    rows = [
        (
            burn.date_utc[:16].replace("T", " "),
            e(burn.label),
            f"{burn.delta_v_m_s:+.2f}",
            f"{burn.duration_s:.0f}",
            f"{burn.propellant_kg:.0f}",
            f"{burn.mean_altitude_after_km:.2f}",
        )
        for burn in document.burns
    ]
    caption = "Every burn of the plan." if rows else "No burn is needed."
    return f'<section><div class="scroll">{table(caption, heads, rows, stack=True)}</div></section>'


def _closing(document: ReboostDocument, reproduce: str) -> str:
    notes = "".join(f"<li>{linked(note)}</li>" for note in document.notes)
    return (
        f'<section aria-labelledby="notes"><h2 id="notes">Assumptions and limits</h2><ul class="notes">{notes}</ul>'
        f"<h3>Reproduce</h3><pre><code>{e(reproduce)}</code></pre>"
        f'<details class="printed"><summary>Versions, data and settings</summary>{tree(document.provenance)}</details>'
        "</section>"
    )
