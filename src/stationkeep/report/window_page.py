"""The page of a re-entry window: the window, the map, the countries, how it shrank; one file, no scripts."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from stationkeep.campaign.reentry_document import WindowDocument
from stationkeep.files import write_atomically
from stationkeep.report.figures import both_sheets
from stationkeep.report.html import page_html
from stationkeep.report.markup import bar, e, linked, table, tree
from stationkeep.report.text import minute_text
from stationkeep.report.windowmap import window_figure

_SHOWN: Final = 25


def write_window_page(document: WindowDocument, path: Path) -> None:
    """Write the window to one HTML file, complete or not at all."""
    write_atomically(path, window_html(document))


def window_html(document: WindowDocument) -> str:
    """The page as a string of HTML5."""
    seen = document.object
    name = seen.name or f"Object {seen.norad_id}"
    head = (
        f'<header class="top"><p class="kicker">stationkeep re-entry window · object {e(seen.norad_id)}</p>'
        f"<h1>{e(name)}</h1>"
        f'<p class="facts">as of {e(minute_text(document.as_of_utc))} · mean altitude {seen.mean_altitude_km:.1f} km '
        f"on {e(minute_text(seen.last_element_set_utc))}<br>{document.runs} runs · space weather "
        f"{e(document.provenance['space_weather']['description'])} · seed {document.seed}</p></header>"
    )
    sections = (_window(document), _map(document), _countries(document), _updates(document), _notes(document))
    body = "\n".join(section for section in sections if section)
    foot = f"<footer>Made by stationkeep from document {e(document.schema_)}.</footer>"
    return page_html(f"{e(name)}: re-entry window", f"{head}\n<main>\n{body}\n</main>\n{foot}")


def _window(document: WindowDocument) -> str:
    when = document.reentry
    rows = [
        ("50 % window", minute_text(when.p25_utc), minute_text(when.p75_utc)),
        ("90 % window", minute_text(when.p05_utc), minute_text(when.p95_utc)),
    ]
    caption = (
        f"When it passes {document.place.break_up_altitude_km:.0f} km, where large structures break up. Half of the "
        f"runs are below {document.entry_altitude_km:.0f} km by {minute_text(document.entry_median_utc)}."
    )
    told = table(e(caption), ("", "from", "to"), [tuple(map(e, row)) for row in rows])
    return (
        '<section aria-labelledby="when"><h2 id="when">When</h2>'
        f"<p><b>{e(minute_text(when.median_utc))}</b> is the centre of the window.</p>{told}</section>"
    )


def _map(document: WindowDocument) -> str:
    return (
        '<section aria-labelledby="where" class="keep"><h2 id="where">Where it can still come down</h2>'
        "<p>The later it falls, the further along the line it breaks up; the stronger the line, the likelier. Debris "
        f"comes down {document.place.debris_from_km:.0f} to {document.place.debris_to_km:.0f} km further on.</p>"
        f"<figure>{both_sheets(lambda sheet: window_figure(document, sheet))}"
        "<figcaption>The line is where it breaks up if it does so at the time written beside it, over the 90 % window. "
        "Debris spreads some tens of kilometres to both sides.</figcaption></figure></section>"
    )


def _countries(document: WindowDocument) -> str:
    place = document.place
    largest = max((row.debris_probability for row in place.countries), default=1.0)
    rows = [
        (
            e(row.country),
            f"{100.0 * row.debris_probability:.1f} %",
            bar(row.debris_probability, largest),
            f"{100.0 * row.break_up_probability:.1f} %",
        )
        for row in place.countries[:_SHOWN]
    ]
    heads = ("Country", "Debris may fall", "", "Breaks up above")
    caption = (
        f"Breaks up above the sea: {100.0 * place.ocean_probability:.0f} %. Debris reaches any land: "
        f"{100.0 * place.debris_on_land_probability:.0f} %. The strip of debris crosses several countries, so the "
        "column adds up to more."
    )
    told = table(e(caption), heads, rows, numeric=(1, 3)).replace("<td data-name", '<td class="bar" data-name')
    more = len(place.countries) - _SHOWN
    rest = f'<p class="m">and {more} more with less</p>' if more > 0 else ""
    return f'<section aria-labelledby="who"><h2 id="who">Countries under the track</h2>{told}{rest}</section>'


def _updates(document: WindowDocument) -> str:
    if not document.updates:
        return ""
    rows = [
        tuple(map(e, (minute_text(row.as_of_utc), minute_text(row.p05_utc), minute_text(row.median_utc),
                      minute_text(row.p95_utc), f"{row.width_hours:.1f} h")))
        for row in document.updates
    ]  # fmt: skip
    told = table("As it would have been said before.", ("As of", "5 %", "Centre", "95 %", "Width"), rows, stack=True)
    return f'<section aria-labelledby="shrank"><h2 id="shrank">How the window shrank</h2>{told}</section>'


def _notes(document: WindowDocument) -> str:
    notes = "".join(f"<li>{linked(note)}</li>" for note in document.notes)
    listed = f'<ul class="notes">{notes}</ul>' if notes else ""
    drag = document.drag
    told = (
        f"Cd*A/m = {drag.value_m2_kg:.5f} m2/kg +-{drag.spread_percent:.0f} % ({drag.density_model}) in the last "
        f"quarter day, from {document.object.element_sets_used} element sets whose places agree to "
        f"{drag.place_residual_km:.1f} km."
    )
    details = f"<summary>Versions, data and settings</summary>{tree(document.provenance)}"
    return (
        f'<section aria-labelledby="notes"><h2 id="notes">Notes and provenance</h2><p>{e(told)}</p>{listed}'
        f'<details class="printed">{details}</details></section>'
    )
