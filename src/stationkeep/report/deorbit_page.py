"""A deorbit as a page or a picture: the verdict, the burns, the map, the risk; one file, no scripts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from stationkeep.descent.deorbit_plan import ENOUGH_WATER_KM
from stationkeep.files import write_atomically
from stationkeep.report.figures import WIDE, both_sheets
from stationkeep.report.footprint import footprint_figure, footprint_svg
from stationkeep.report.html import page_html
from stationkeep.report.markup import e, linked, table, tree
from stationkeep.report.text import minute_text

if TYPE_CHECKING:
    from stationkeep.campaign.deorbit_document import DeorbitDocument

_DOTS_PER_INCH = 144


def write_deorbit(document: DeorbitDocument, path: Path) -> None:
    """Write the page (``.html``) or the map alone (``.svg``, ``.png``), complete or not at all."""
    kind = path.suffix.lower()
    if kind == ".html":
        write_atomically(path, deorbit_html(document))
        return
    import io

    stream = io.BytesIO()
    footprint_figure(document, WIDE).savefig(stream, format=kind[1:], dpi=_DOTS_PER_INCH, facecolor="white")
    write_atomically(path, stream.getvalue())


def deorbit_html(document: DeorbitDocument) -> str:
    """The page as a string of HTML5."""
    station = document.station
    waited = f", after {station.waited_days:.0f} days of natural decay" if station.waited_days > 0.5 else ""
    head = (
        f'<header class="top"><p class="kicker">stationkeep controlled deorbit · {e(document.target)}</p>'
        f"<h1>{e(station.name)}</h1>"
        f'<p class="facts">{station.mass_kg / 1000.0:,.0f} t with {e(_pushers(document))} · from '
        f"{station.start_altitude_km:.0f} km on {e(minute_text(station.start_utc))}{e(waited)}<br>{document.runs} "
        f"runs · seed {document.seed}</p></header>"
    )
    sections = (_verdict(document), _burns(document), _map(document), _risk(document), _parking(document),
                _published(document), _notes(document))  # fmt: skip
    body = "\n".join(section for section in sections if section)
    foot = f"<footer>Made by stationkeep from document {e(document.schema_)}.</footer>"
    return page_html(f"{e(station.name)}: controlled deorbit", f"{head}\n<main>\n{body}\n</main>\n{foot}")


def _pushers(document: DeorbitDocument) -> str:
    return " and ".join(craft.name for craft in document.vehicles)


def _section(name: str, title: str, inside: str) -> str:
    return f'<section aria-labelledby="{name}"><h2 id="{name}">{title}</h2>{inside}</section>'


def _verdict(document: DeorbitDocument) -> str:
    need = document.need
    high = need.highest_start_altitude_km
    final = "more than half a revolution" if need.final_burn_s is None else f"{need.final_burn_s:,.0f} s"
    rows = [
        ("Speed", f"{need.delta_v_m_s:.1f} m/s", f"last burn {need.final_burn_m_s:.1f} m/s in {final}"),
        ("Propellant", f"{need.propellant_kg:,.0f} kg", tank_text(document)),
        ("Thrust", f"{sum(craft.thrust_n for craft in document.vehicles):,.0f} N",
         f"at least {need.minimum_thrust_n:,.0f} N are needed"),
        ("Highest start", "nowhere" if high is None else f"{high:.0f} km", "from which it could still do it"),
    ]  # fmt: skip
    told = table("What it takes.", ("", "", ""), [tuple(map(e, row)) for row in rows])
    word = "Yes." if document.feasible else "No."
    return _section("verdict", "Can it be brought down there?", f"<p><b>{word}</b> {e(document.reason)}.</p>{told}")


def tank_text(document: DeorbitDocument) -> str:
    """What it has, what the plan leaves, what is asked in reserve, how many falls ran dry."""
    need, area = document.need, document.footprint
    usable = sum(craft.propellant_kg for craft in document.vehicles)
    over = need.spare_propellant_kg
    left = f"{over:,.0f} kg to spare" if over >= 0.0 else f"{-over:,.0f} kg short"
    told = f"{usable:,.0f} kg usable: {left}, {need.reserve_propellant_kg:,.0f} kg asked in reserve for errors"
    if area is None:
        return told
    worst = f", by at most {area.dry_short_m_s:.1f} m/s" if area.runs_dry else ""
    return f"{told}; {area.runs_dry:,} of {document.runs:,} falls run dry{worst}"


def passes_text(document: DeorbitDocument) -> str:
    """How many passes hold the pieces of one fall, and which was taken."""
    count = len(document.passes)
    holding = sum(one.margin_km >= 0.0 for one in document.passes)
    room = max((one.margin_km for one in document.passes if one.chosen), default=0.0)
    if not holding:
        return (
            f"None of the {count} passes within the window holds the pieces of one fall; taken is the one they stick "
            f"out of least, by {-room:,.0f} km"
        )
    told = f"{holding} of {count} passes within the window hold the pieces of one fall; taken is "
    if document.limiting == "propellant":
        return f"{told}the cheapest with water enough"
    if room >= ENOUGH_WATER_KM:
        return f"{told}the first with {ENOUGH_WATER_KM:,.0f} km to spare before and beyond"
    return f"{told}the one with most water around, {room:,.0f} km to spare, of those the propellant suffices for"


def _burns(document: DeorbitDocument) -> str:
    if not document.burns:
        return ""
    rows = [
        tuple(map(e, (minute_text(burn.start_utc), f"{burn.duration_s:,.0f} s", f"{burn.delta_v_m_s:.1f} m/s",
                      f"{burn.propellant_kg:,.0f} kg", f"{burn.perigee_km:.0f} x {burn.apogee_km:.0f} km")))
        for burn in document.burns
    ]  # fmt: skip
    told = table(
        e(f"{passes_text(document)}."), ("Begins", "Lasts", "Speed", "Propellant", "Orbit after it"), rows, stack=True
    )
    return _section("burns", "Burns", told)


def _map(document: DeorbitDocument) -> str:
    area = document.footprint
    if area is None:
        return ""
    told = (
        f"<p>{area.length_km:,.0f} by {area.width_km:,.0f} km hold {100.0 * area.level:.1f} % of the pieces, all "
        f"errors counted; one fall alone covers {area.one_fall_length_km:,.0f} km. The contour keeps "
        f"{area.nearest_land_km:,.0f} km from the nearest land.</p>"
    )
    drawn = both_sheets(lambda sheet: footprint_svg(document, sheet))
    caption = (
        "Each small dot is a piece of one of the runs. The contour begins before the break-up of the flight without "
        "errors: what is torn off with the arrays at 90 to 110 km, and runs in thicker air, come down earlier."
    )
    return _section(
        "where", "Where the pieces fall", f"{told}<figure>{drawn}<figcaption>{caption}</figcaption></figure>"
    )


def _risk(document: DeorbitDocument) -> str:
    risk = document.risk
    if risk is None or document.casualty_expectation is None:
        return ""
    rows = [
        ("The last burn works", _one_in(risk.burn_works), _share(risk.land_if_burn_works)),
        (f"It stops for good ({_share(risk.failure_probability)})", _one_in(risk.burn_fails),
         _share(risk.land_if_burn_fails)),
        ("Both together", _one_in(document.casualty_expectation), _share(document.land_probability or 0.0)),
    ]  # fmt: skip
    caption = (
        f"Casualty area {risk.casualty_area_m2:,.0f} m2 in the mean ({risk.casualty_area_low_m2:,.0f} to "
        f"{risk.casualty_area_high_m2:,.0f}): together 1 in {1.0 / risk.expectation_high:,.0f} to 1 in "
        f"{1.0 / risk.expectation_low:,.0f}."
        if risk.expectation_low > 0.0
        else f"Casualty area {risk.casualty_area_m2:,.0f} m2."
    )
    told = table(e(caption), ("", "Casualties", "Any piece on land"), [tuple(map(e, row)) for row in rows])
    more = ""
    if risk.failure_probability_allowed is not None:
        more += (
            f"<p>One in 10,000, the usual limit, is kept if the last burn fails at most once in "
            f"{1.0 / risk.failure_probability_allowed:,.0f}.</p>"
        )
    more += f"<p>{risk.pieces:,.0f} pieces, {e(risk.pieces_source)}.</p>"
    if risk.ships_struck is not None and risk.aircraft_struck is not None:
        more += (
            f"<p>If nobody is warned, {risk.ships_struck:.2g} ships and {risk.aircraft_struck:.2g} aircraft are struck "
            "on average.</p>"
        )
    return _section("risk", "Who is still at risk", told + more)


def _one_in(expectation: float) -> str:
    return "less than 1 in 10 million" if expectation < 1.0e-7 else f"1 in {1.0 / expectation:,.0f}"


def _share(value: float) -> str:
    return "none seen" if value == 0.0 else f"{100.0 * value:.2g} %"


def _parking(document: DeorbitDocument) -> str:
    parking = document.parking
    if parking is None:
        return ""
    rows = [
        tuple(map(e, (f"{one.altitude_km:,.0f} km", f"{one.delta_v_m_s:,.0f} m/s",
                      f"{one.propellant_kg / 1000.0:,.1f} t", f"{one.lifetime_years:,.0f} years",
                      f"{one.years_between_1_cm_strikes:.2g} years",
                      f"{one.years_between_10_cm_strikes:.2g} years")))
        for one in parking.altitudes
    ]  # fmt: skip
    heads = ("Altitude", "Speed", "Propellant", "Stays", "Between 1 cm strikes", "Between 10 cm strikes")
    caption = (
        f"From {parking.from_altitude_km:.0f} km, where 1 cm debris strikes every "
        f"{parking.now_years_between_1_cm_strikes:.2g} years. Times between strikes: a factor of "
        f"{parking.factor_of_uncertainty:.0f} either way."
    )
    told = table(e(caption), heads, rows, stack=True)
    return _section("parking", "Parking it high instead", f"{told}<p>{e(parking.published)}.</p>")


def _published(document: DeorbitDocument) -> str:
    if not document.comparisons:
        return ""
    rows = [tuple(map(e, (row.figure, row.published, row.ours, row.why))) for row in document.comparisons]
    told = table("Published figures beside these.", ("", "Published", "Here", "Why they differ"), rows, stack=True)
    return _section("published", "Beside published figures", told)


def _notes(document: DeorbitDocument) -> str:
    notes = "".join(f"<li>{linked(note)}</li>" for note in document.notes)
    details = f"<summary>Versions, data and settings</summary>{tree(document.provenance)}"
    return _section(
        "notes", "Notes and provenance",
        f'<ul class="notes">{notes}</ul><details class="printed">{details}</details>',
    )  # fmt: skip
