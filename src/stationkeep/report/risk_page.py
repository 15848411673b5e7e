"""The page of ``stationkeep reentry``: the odds, the maps, the countries, the parts; one file, no scripts."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from stationkeep.campaign.document import RegionRisk
from stationkeep.campaign.part import Interval
from stationkeep.campaign.reentry_conditional import View
from stationkeep.campaign.reentry_risk import Assessment
from stationkeep.campaign.reentry_risk_document import CountryOdds, ReentryRiskDocument
from stationkeep.files import write_together
from stationkeep.report import text
from stationkeep.report.cloudmap import cloud_figure, draw_cloud
from stationkeep.report.figures import WIDE, both_sheets
from stationkeep.report.html import page_html
from stationkeep.report.markup import bar, e, linked, table, table_with_bars, tree
from stationkeep.report.orbitchart import draw_orbits, orbit_figure
from stationkeep.report.riskmap import draw_map, map_figure, risk_field

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_COUNTRIES: Final = 20
_PARTS: Final = 40


def write_risk_page(found: Assessment, path: Path) -> None:
    """Write the answer to one HTML file, complete or not at all."""
    write_together([(path, risk_html(found))])


def write_risk_figures(found: Assessment, folder: Path) -> list[Path]:
    """Write every map as PNG and SVG into a folder; returns the files."""
    files: list[tuple[Path, str | bytes]] = []
    for name, figure in _drawings(found):
        for kind in ("png", "svg"):
            stream = io.BytesIO()
            figure.savefig(stream, format=kind, dpi=144, facecolor="white", metadata=_without_date(kind))
            files.append((folder / f"{name}.{kind}", stream.getvalue()))
    write_together(files)
    return [path for path, _ in files]


def _without_date(kind: str) -> dict[str, None] | None:
    return {"Date": None} if kind == "svg" else None


def _drawings(found: Assessment) -> Iterator[tuple[str, Figure]]:
    document = found.document
    yield "risk-map", draw_map(risk_field(document.inclination_deg, found.people), document, WIDE)
    for index, view in enumerate(found.views, start=1):
        yield f"footprint-{index}", draw_cloud(view.footprint.impact_grid, view.footprint.risk_grid, WIDE)
    if document.by_orbit:
        yield "by-orbit", draw_orbits(document.by_orbit, WIDE)


def risk_html(found: Assessment) -> str:
    """The page as a string of HTML5."""
    document = found.document
    people = document.population
    head = (
        '<header class="top"><p class="kicker">stationkeep re-entry risk</p>'
        f"<h1>{e(document.name)}</h1>"
        f'<p class="facts">inclination {document.inclination_deg:.2f}° · people of {people.year}<br>'
        f"{e(people.source)}</p></header>"
    )
    sections = (
        _answer(document),
        _claim(document),
        _map(found),
        _who(document.by_region, document.by_country),
        *(_view(view, index) for index, view in enumerate(found.views)),
        _orbits(document),
        _parts(document),
        _notes(document),
    )
    body = "\n".join(section for section in sections if section)
    foot = f"<footer>Made by stationkeep from document {e(document.schema_)}. Land: Natural Earth.</footer>"
    return page_html(f"{e(document.name)}: re-entry risk", f"{head}\n<main>\n{body}\n</main>\n{foot}")


def _answer(document: ReentryRiskDocument) -> str:
    rows: list[tuple[str, str, str]] = []
    if document.when is not None:
        when = document.when
        # Hyphens that do not break: a date stays on its line.
        days = [
            text.UNKNOWN if day is None else day[:10].replace("-", "\u2011")
            for day in (when.median_utc, when.p05_utc, when.p95_utc)
        ]
        rows.append((f"Falls ({e(when.branch)}, {when.runs} runs)", days[0], f"{days[1]} – {days[2]}"))
    if document.surviving_mass_kg is not None:
        span = document.surviving_mass_kg_interval
        window = "" if span is None else f"{text.mass_text(span.p05)} – {text.mass_text(span.p95)}"
        rows.append(("Reaches the ground", text.mass_text(document.surviving_mass_kg), window))
    if document.fragments is not None:
        rows.append(("Fragments above 15 J", f"{document.fragments:,}", ""))
    area = document.casualty_area_m2_interval
    rows.append(
        ("Casualty area", f"{text.significant(document.casualty_area_m2)} m²",
         f"{text.significant(area.p05)} – {text.significant(area.p95)} m²")
    )  # fmt: skip
    if document.mean_casualty_area_m2 != document.casualty_area_m2:
        rows.append(("in the mean of all draws", f"{text.significant(document.mean_casualty_area_m2)} m²", ""))
    rows.append(("Casualty expectation", f"<b>{_odds(document.casualty_expectation)}</b>", _odds_window(document)))
    rows.append(("Into the sea", text.percent(document.ocean_share), ""))
    for other in document.other_areas:
        odds = _odds(other.casualty_expectation)
        rows.append((e(f"Beside it: {other.label}"), odds, f"{text.significant(other.casualty_area_m2)} m²"))
    caption = "Given that it falls uncontrolled, before anybody knows when or where."
    told = table(caption, ("", "", "90 % of what is not known"), rows)
    return f'<section aria-labelledby="odds"><h2 id="odds">How likely is a casualty</h2>{told}</section>'


def _odds_window(document: ReentryRiskDocument) -> str:
    span: Interval | None = document.one_in_interval
    return "" if span is None else f"{text.one_in_text(span.p05)} – {text.one_in_text(span.p95)}"


def _claim(document: ReentryRiskDocument) -> str:
    claim = document.claim
    if claim is None:
        return ""
    rows = [
        (
            e(row.region),
            text.percent(row.strip_touches),
            text.percent(row.debris_share),
            text.percent(row.casualty_share),
        )
        for row in claim.by_region
    ]
    heads = ("Region", "Debris touches it", "Share of the debris", "Share of the risk")
    caption = "Over all orbits alike. A strip of debris crosses several regions or none."
    return (
        f'<section aria-labelledby="claim"><h2 id="claim">“{e(claim.claim)}”</h2><p>{e(claim.verdict)}</p>'
        f"{table(caption, heads, rows, numeric=(1, 2, 3))}</section>"
    )


def _map(found: Assessment) -> str:
    document = found.document
    field = risk_field(document.inclination_deg, found.people)
    told = (
        "Each 1° cell's share of the casualty expectation, by the people living there and the time the orbit spends "
        f"overhead. The orbit turns at {field.highest_latitude_deg:.1f}° north and south. By latitude: share of the "
        "risk to people (bars) and of the debris (line)."
    )
    drawn = both_sheets(lambda sheet: map_figure(field, document, sheet))
    return (
        '<section aria-labelledby="map" class="keep"><h2 id="map">Where the risk is</h2>'
        f"<figure>{drawn}<figcaption>{told}</figcaption></figure></section>"
    )


def _who(regions: Sequence[RegionRisk], countries: Sequence[CountryOdds]) -> str:
    return f'<section aria-labelledby="who"><h2 id="who">Who is at risk</h2>{_two_tables(regions, countries)}</section>'


def _two_tables(regions: Sequence[RegionRisk], countries: Sequence[CountryOdds]) -> str:
    largest = max((row.share for row in regions), default=1.0)
    ordered = sorted(regions, key=lambda row: -row.share)
    left = [
        (e(row.region), bar(row.share, largest), text.percent(row.share), text.percent(row.impact_share))
        for row in ordered
    ]
    carried = [row for row in countries if row.share > 0.0]
    shown = carried[:_COUNTRIES]
    most = max((row.share for row in shown), default=1.0)
    right = [
        (e(row.country), bar(row.share, most), text.percent(row.share), _odds(row.casualty_expectation))
        for row in shown
    ]
    more = f" The {len(shown)} largest of {len(carried)}." if len(carried) > len(shown) else ""
    one = table_with_bars("By region: share of the risk and of the debris.", ("Region", "", "Risk", "Debris"), left)
    two = table_with_bars(
        f"By country: share of the risk, and the odds there.{more}", ("Country", "", "Risk", "Odds"), right
    )
    return f'<div class="two"><div>{one}</div><div>{two}</div></div>'


def _view(view: View, index: int) -> str:
    risk = view.risk
    title = f"{risk.label[:1].upper()}{risk.label[1:]}"
    when = ""
    if risk.from_utc is not None and risk.to_utc is not None and not risk.label.startswith("if it falls"):
        when = f" Nine times in ten it falls from {text.minute_text(risk.from_utc)} to {text.minute_text(risk.to_utc)}."
    chance = (
        ""
        if risk.probability is None or risk.probability > 0.999
        else f" It falls then with a probability of {text.percent(risk.probability)}."
    )
    span = risk.casualty_expectation_interval
    low, high = _odds(span.p95), _odds(span.p05)
    alt = f"Map of the debris and of the risk to people {risk.label}."
    drawn = both_sheets(
        lambda sheet: cloud_figure(view.footprint.impact_grid, view.footprint.risk_grid, sheet, f"cloud{index}", alt)
    )
    return (
        f'<section aria-labelledby="view{index}"><h2 id="view{index}">{e(title)}</h2>'
        f"<p>Casualty expectation <b>{_odds(risk.casualty_expectation)}</b> (90 %: {low} – {high}); "
        f"{text.percent(risk.ocean_share)} of the debris falls into the sea.{when}{chance}</p>"
        f"<figure>{drawn}<figcaption>Blue: where debris comes down. Orange: where it endangers people. Each down to a "
        "thousandth of its strongest half-degree cell.</figcaption></figure>"
        f"{_two_tables(risk.by_region, risk.by_country)}</section>"
    )


def _orbits(document: ReentryRiskDocument) -> str:
    if not document.by_orbit:
        return ""
    drawn = both_sheets(lambda sheet: orbit_figure(document.by_orbit, sheet))
    return (
        '<section aria-labelledby="orbits" class="keep"><h2 id="orbits">Given the orbit</h2>'
        "<p>Once the last orbit is known, so are the people below it.</p>"
        f"<figure>{drawn}<figcaption>Expected casualties of a fall somewhere on one revolution, by the place of its "
        "northward crossing of the equator and by region.</figcaption></figure></section>"
    )


def _parts(document: ReentryRiskDocument) -> str:
    if not document.parts:
        return ""
    owners = [
        (e(row.owner or "not named"), text.mass_text(row.surviving_mass_kg),
         f"{text.significant(row.casualty_area_m2)} m²", f"{row.fragments:,}")
        for row in document.by_owner
    ]  # fmt: skip
    shown = document.parts[:_PARTS]
    rows = [
        (e(row.name), e(row.owner), f"{row.count:,}", text.mass_text(row.mass_kg), f"{row.energy_j / 1e3:,.3g} kJ",
         f"{row.casualty_area_m2:.2f} m²")
        for row in shown
    ]  # fmt: skip
    heads = ("Part", "Owner", "Count", "Each", "Strikes with", "Casualty area")
    more = f" The {len(shown)} heaviest of {len(document.parts)}." if len(document.parts) > len(shown) else ""
    total = sum(row.surviving_mass_kg for row in document.by_owner)
    by_owner = table(
        f"Whose parts: {text.mass_text(total)} by the parts flown to the ground.",
        ("Owner", "Mass", "Casualty area", "Fragments"),
        owners,
        numeric=(1, 2, 3),
    )
    listed = table(f"In the most probable fall.{more}", heads, rows, numeric=(2, 3, 4, 5), stack=True)
    return (
        f'<section aria-labelledby="parts"><h2 id="parts">What reaches the ground</h2>{by_owner}'
        f'<div class="scroll">{listed}</div></section>'
    )


def _notes(document: ReentryRiskDocument) -> str:
    notes = "".join(f"<li>{linked(note)}</li>" for note in document.notes)
    details = f"<summary>Versions, data and settings</summary>{tree(document.provenance)}"
    return (
        f'<section aria-labelledby="notes"><h2 id="notes">Notes and provenance</h2><ul class="notes">{notes}</ul>'
        f'<details class="printed">{details}</details></section>'
    )


def _odds(expected: float) -> str:
    return text.one_in_text(1.0 / expected) if expected > 0.0 else text.NONE
