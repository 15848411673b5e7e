"""The HTML report: one file that opens anywhere, offline, on paper and on a phone, without scripts."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Final

from stationkeep.campaign.document import BranchDocument, RunDocument
from stationkeep.files import write_atomically
from stationkeep.report import text
from stationkeep.report.altitude import altitude_figure, needs_key
from stationkeep.report.crisis import crisis_section
from stationkeep.report.events import events_of
from stationkeep.report.fall_words import brought_down_runs, fall_days
from stationkeep.report.falls import falls_caption, falls_figure
from stationkeep.report.figures import both_sheets
from stationkeep.report.ground import ground_section
from stationkeep.report.markup import branch_vars, e, key_to, linked, table, tree
from stationkeep.report.no_return import no_return_section
from stationkeep.report.palette import branch_styles, css_variables
from stationkeep.report.people_section import people_section
from stationkeep.report.people_text import people_sentences
from stationkeep.report.verdict import (
    VerdictRow,
    facts_line,
    never_reboosted,
    runs_line,
    verdict_rows,
    verdict_sentence,
)
from stationkeep.report.why import why_section

_FONTS: Final = (
    'system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Noto Sans","Liberation Sans",Arial,sans-serif'
)
# The page needs nothing from anywhere; this makes the browser enforce it, even against what a title might smuggle in.
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"


def write_report(document: RunDocument, path: Path, *, reproduce: str) -> None:
    """Write the whole story of a campaign to one HTML file; ``reproduce`` is the command that makes it again.

    The file is complete or absent, never half-written. Raises :class:`stationkeep.errors.OutputError` where the
    place cannot be written.
    """
    write_atomically(path, report_html(document, reproduce=reproduce))


def report_html(document: RunDocument, *, reproduce: str) -> str:
    """The report as a string of HTML5; see :func:`write_report`."""
    title = f"{e(document.scenario.title)}: when does it fall?"
    body = [
        _verdict_section(document),
        why_section(document),
        _altitude_section(document),
        _falls_section(document),
        no_return_section(document),
        people_section(document),
        ground_section(document),
        _propellant_section(document),
        crisis_section(document),
        _events_section(document),
        _notes_section(document),
        _provenance_section(document, reproduce),
    ]
    sections = "\n".join(part for part in body if part)
    return page_html(title, f"{_header(document)}\n<main>\n{sections}\n</main>\n{_footer(document)}")


def page_html(title: str, body: str) -> str:
    """A whole page around ready HTML: it loads nothing from anywhere and carries its style sheet."""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<meta name="generator" content="stationkeep">\n'
        f"<title>{title}</title>\n<style>\n{_style_sheet()}</style>\n</head>\n<body>\n"
        f"{body}\n</body>\n</html>\n"
    )


def _style_sheet() -> str:
    light, dark = css_variables("light"), css_variables("dark")
    rules = resources.files("stationkeep.report").joinpath("style.css").read_text(encoding="utf-8")
    # Paper is white whatever the screen's theme, so the dark colours hold for screens only.
    themes = f":root{{--sans:{_FONTS};{light}}}\n@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}\n"
    return themes + rules


def _header(document: RunDocument) -> str:
    return (
        f'<header class="top"><p class="kicker">stationkeep report · {e(document.scenario.id)}</p>'
        f"<h1>{e(document.scenario.title)}</h1>"
        f'<p class="facts">{e(facts_line(document))}<br>{e(runs_line(document))}</p></header>'
    )


def _verdict_section(document: RunDocument) -> str:
    styles = branch_styles(document.branches)
    sentences = "".join(
        f"<li {branch_vars(styles[key])}><b>{e(branch.label)}</b>"
        f"{_described(branch.description)}"
        f"{e(verdict_sentence(branch, document.scenario.horizon_utc, document.runs))}"
        f"{_of_people(branch, document)}</li>"
        for key, branch in document.branches.items()
    )
    return (
        f'<section aria-labelledby="verdict"><h2 id="verdict">Verdict</h2>'
        f'<ul class="said">{sentences}</ul>{_verdict_table(document)}</section>'
    )


def _of_people(branch: BranchDocument, document: RunDocument) -> str:
    said = people_sentences(branch, document.scenario.horizon_utc, document.runs)
    return f'<span class="p">{e(" ".join(said))}</span>' if said else ""


def _verdict_table(document: RunDocument) -> str:
    styles = branch_styles(document.branches)
    branches = list(document.branches.items())
    heads = "".join(
        f'<th scope="col" {branch_vars(styles[key])}><span>{e(branch.label)}</span></th>' for key, branch in branches
    )
    rows = verdict_rows(document)
    body, group = [], ""
    for row, following in zip(rows, [*rows[1:], None], strict=True):
        cells = "".join(
            f'<td data-branch="{e(branch.label)}" {branch_vars(styles[key])}>{e(answer)}</td>'
            for (key, branch), answer in zip(branches, row.answers, strict=True)
        )
        # A heading shared by several rows is shown once; a screen reader still hears it with each.
        shown = "group hidden" if row.group == group else "group"
        group = row.group
        label = f'<span class="{shown}">{e(row.group)} </span>{e(row.label)}' if row.group else e(row.label)
        body.append(f'<tr class="{_classes(row, following)}"><th scope="row">{label}</th>{cells}</tr>')
    caption = (
        f"<caption>{_what_stands_here(document.runs)} The casualty expectation (a mean over what is not known) holds "
        "for an uncontrolled fall.</caption>"
    )
    # So many columns no page holds: the table then scrolls in its own frame on a screen, and stacks on a phone.
    many, width = (" many", f"{14 + 9 * len(branches)}rem") if len(branches) > 3 else ("", "0")
    opened = f'<table class="verdict" style="--n:{len(branches)};--wide:{width}">{caption}'
    head = f'<thead><tr><th scope="col"></th>{heads}</tr></thead>'
    return f'<div class="scroll{many}">{opened}{head}<tbody>{"".join(body)}</tbody></table></div>'


def _what_stands_here(runs: int) -> str:
    if runs == 1:
        return "One run: it shows what may happen, not how likely it is."
    if runs < text.FEWEST_RUNS_FOR_A_WINDOW:
        return f"Medians over {runs} runs and the range they cover: too few for a 90 % window."
    return "Medians over the runs; 90 % of the runs lie inside the window."


def _classes(row: VerdictRow, following: VerdictRow | None) -> str:
    return (
        row.kind
        + (" share" if row.group else "")
        + (" minor" if row.minor else "")
        + (" opens" if row.opens else "")
        + (" closes" if following is None or following.opens else "")
    )


def _altitude_section(document: RunDocument) -> str:
    labels = {key: branch.label for key, branch in document.branches.items()}
    key = key_to(branch_styles(document.branches), labels) if needs_key(document) else ""
    aimed = any(brought_down_runs(branch) for branch in document.branches.values())
    return (
        '<section aria-labelledby="altitude" class="keep"><h2 id="altitude">Altitude</h2>'
        f"<p>{_told_of_the_fan(document.runs, aimed=aimed)}</p>{key}"
        f"<figure>{both_sheets(lambda sheet: altitude_figure(document, sheet))}"
        "<figcaption>Mean altitude: mean semi-major axis minus 6378.137 km.</figcaption></figure></section>"
    )


def _told_of_the_fan(runs: int, *, aimed: bool) -> str:
    if runs == 1:
        return "Each line is one run; how sure it is, only many runs can tell."
    share = "90 %" if runs >= text.FEWEST_RUNS_FOR_A_WINDOW else "all"
    return (
        f"The line is the median of the runs, the band holds {share} of them. Where a band reaches the bottom, some "
        "runs have fallen while others still fly."
        + (" Runs brought down on target leave the band; the line goes down where half of them are." if aimed else "")
    )


def _falls_section(document: RunDocument) -> str:
    if not any(any(branch.reentry.dates_utc) for branch in document.branches.values()):
        by = text.day_text(document.scenario.horizon_utc, long=True)
        aimed = any(brought_down_runs(branch) for branch in document.branches.values())
        or_down = " or has been brought down on target" if aimed else ""
        return (
            '<section aria-labelledby="falls"><h2 id="falls">When it falls</h2>'
            f"<p>It does not: in every run of every branch the station is still flying on {by}{or_down}.</p></section>"
        )
    styles = branch_styles(document.branches)
    rows = [
        (
            f'<span class="t" {branch_vars(styles[key])}>{e(branch.label)}</span>',
            *fall_days(branch),
            text.chance_text(branch.reentry),
        )
        for key, branch in document.branches.items()
    ]
    many = document.runs >= text.FEWEST_RUNS_FOR_A_WINDOW
    ends = ("5 % have fallen", "95 % have fallen") if many else ("First falls", "Last falls")
    heads = ("Branch", ends[0], "Half have fallen", ends[1], "Fall by the horizon")
    horizon = text.day_text(document.scenario.horizon_utc)
    caption = f"Over all runs, to the calendar day as computed; the horizon is {horizon}."
    if any(brought_down_runs(branch) for branch in document.branches.values()):
        caption += " Runs brought down on target are left out of the dates, not of the share."
    return (
        '<section aria-labelledby="falls"><div class="keep"><h2 id="falls">When it falls</h2>'
        "<p>Each run has its own Sun, air density and drag; the same ones in every branch.</p>"
        f"<figure>{both_sheets(lambda sheet: falls_figure(document, sheet))}"
        f"<figcaption>Share of all runs that fall within each {falls_caption(document)}. Dot: median. "
        f"Bar: {text.spread_name(document.runs)}.</figcaption></figure></div>"
        f"<h3>Dates</h3>{table(caption, heads, rows, stack=True)}</section>"
    )


def _propellant_section(document: RunDocument) -> str:
    styles, single = branch_styles(document.branches), document.runs == 1
    rows = [
        (
            f'<span class="t" {branch_vars(styles[key])}>{e(branch.label)}</span>',
            text.mass_text(branch.propellant_used_kg),
            text.NONE if single else text.mass_window(branch.propellant_used_kg_interval),
            f"{branch.burns:,.0f}",
            text.NONE if single else text.count_window(branch.burns_interval),
            _reboost_ends(branch, document),
        )
        for key, branch in document.branches.items()
    ]
    spread = text.spread_name(document.runs).capitalize()
    heads = ("Branch", "Propellant", spread, "Burns", spread, "Reboost ends")
    told = table("Used from the epoch to the fall or the horizon.", heads, rows, stack=True)
    return (
        '<section aria-labelledby="propellant"><h2 id="propellant">Propellant and burns</h2>'
        f'<div class="scroll">{told}</div></section>'
    )


def _reboost_ends(branch: BranchDocument, document: RunDocument) -> str:
    if never_reboosted(document):
        return "never possible"
    return text.day_text(branch.reboost_ends_utc) if branch.reboost_ends_utc else "not by the horizon"


def _described(description: str) -> str:
    return f'<span class="m w">{e(description)}</span>' if description.strip() else ""


def _events_section(document: RunDocument) -> str:
    styles = branch_styles(document.branches)
    told = "".join(events_of(branch, styles[key]) for key, branch in document.branches.items())
    return f'<section aria-labelledby="events"><h2 id="events">What happens</h2>{told}</section>'


def _notes_section(document: RunDocument) -> str:
    if not document.notes:
        return ""
    notes = "".join(f"<li>{linked(note)}</li>" for note in document.notes)
    return (
        '<section aria-labelledby="notes"><h2 id="notes">Published figures, assumptions and limits</h2>'
        f'<ul class="notes">{notes}</ul></section>'
    )


def _provenance_section(document: RunDocument, reproduce: str) -> str:
    provenance = dict(document.provenance)
    sources = provenance.pop("sources", None)
    if isinstance(sources, list | tuple) and not any(isinstance(source, dict) for source in sources):
        told = f'<ul class="notes">{"".join(f"<li>{linked(str(source))}</li>" for source in sources)}</ul>'
    else:
        told = tree(sources) if sources else ""
    run = {
        "scenario": document.scenario.id,
        "scenario hash": document.scenario.hash,
        "station": document.scenario.station,
        "runs": document.runs,
        "seed": document.seed,
        **provenance,
    }
    details = f"<summary>Versions, data and settings of this run</summary>{tree(run)}"
    return (
        '<section aria-labelledby="sources"><h2 id="sources">Sources and provenance</h2>'
        f"{told}<h3>Reproduce</h3><pre><code>{e(reproduce)}</code></pre>"
        f'<details class="printed">{details}</details></section>'
    )


def _footer(document: RunDocument) -> str:
    return (
        f"<footer>Made by stationkeep from document {e(document.schema_)}. Every number is computed from the scenario; "
        "the full series are in the JSON.</footer>"
    )
