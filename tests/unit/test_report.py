"""The report says what the document says: dates, odds and shares in words, nothing invented, nothing let through."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

import stationkeep
from sample_document import falling_branch, flying_branch, ground_risk, sample_document
from stationkeep.campaign.document import EventRecord, Reentry, RunDocument
from stationkeep.campaign.part import Interval
from stationkeep.errors import OutputError
from stationkeep.report import palette, text
from stationkeep.report.altitude import altitude_figure
from stationkeep.report.events import events_of
from stationkeep.report.falls import bin_width_days
from stationkeep.report.figures import WIDE, time_ticks, wrapped
from stationkeep.report.ground import ground_section
from stationkeep.report.html import report_html, write_report
from stationkeep.report.riskmap import risk_field, risk_shares
from stationkeep.report.terminal import render_verdict
from stationkeep.report.verdict import regions_by_share, space_weather_text, verdict_rows, verdict_sentence
from stationkeep.timescale import mjd_utc, parse_utc

HORIZON = "2031-01-01T00:00:00Z"
NASTY = "<script>alert('x')</script> & \"q\" $\\frac{x}{0$ [red]not markup[/red] \x1b[31mred\x1b[0m \u202eevil"
LATE = datetime(2030, 12, 20, tzinfo=UTC)


def reentry(p05: str | None, median: str | None, p95: str | None, fell: int = 100, runs: int = 100) -> Reentry:
    dates = [median or p05 or HORIZON] * fell + [None] * (runs - fell)
    return Reentry(probability=fell / runs, p05_utc=p05, median_utc=median, p95_utc=p95, dates_utc=dates)


QUIET = {"cooperation": flying_branch(runs=20)}  # nothing falls: the page is made in a moment


def rare_fall() -> RunDocument:
    return sample_document(
        {
            "late": falling_branch("Late", fall=LATE, spread_days=300, burns=20),
            "rare": falling_branch("Rare", fall=datetime(2034, 12, 20, tzinfo=UTC), spread_days=800, burns=30),
        }
    )


def printed(document: RunDocument, width: int = 100, **footer: str) -> str:
    stream = io.StringIO()
    render_verdict(document, Console(file=stream, width=width), **footer)
    return stream.getvalue()


class Page(HTMLParser):
    """What a browser would see: tags with attributes, the visible text, the style sheet."""

    VOID = frozenset({"meta", "br", "link", "img", "input", "hr", "use", "path", "rect", "image"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.unbalanced: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag in self.VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.unbalanced.append(tag)

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in {"style", "title"}:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="module")
def document() -> RunDocument:
    return sample_document()


@pytest.fixture(scope="module")
def html(document: RunDocument) -> str:
    return report_html(document, reproduce="stationkeep run iss-2022 --seed 1")


@pytest.fixture(scope="module")
def page(html: str) -> Page:
    return Page(html)


# --- words and numbers ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "digits", "said"),
    [
        (0.0, 2, "0"),
        (0.03437, 2, "0.034"),
        (9.96, 2, "10"),
        (99.6, 2, "100"),
        (28.7, 2, "29"),
        (3214.0, 2, "3,200"),
        (459.7, 3, "460"),
        (-0.999, 2, "-1.0"),
        (float("nan"), 2, "unknown"),
        (float("inf"), 2, "unknown"),
    ],
)
def test_numbers_keep_only_the_digits_that_are_known(value: float, digits: int, said: str) -> None:
    assert text.significant(value, digits) == said


@pytest.mark.parametrize(
    ("one_in", "said"),
    [(28.9, "1 in 29"), (3241.0, "1 in 3,200"), (2.0, "1 in 2.0"), (0.4, "2.5 people expected"), (0.0, "unknown")],
)
def test_odds_become_an_expectation_where_odds_would_mislead(one_in: float, said: str) -> None:
    assert text.one_in_text(one_in) == said


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0.0, "0 %"),
        (0.0002, "< 0.1 %"),
        (0.0042, "0.4 %"),
        (0.0095, "1 %"),
        (0.045, "4.5 %"),
        (0.04, "4 %"),
        (0.055, "5.5 %"),
        (0.0996, "10 %"),
        (0.125, "13 %"),
        (0.285, "29 %"),
        (0.2249, "22 %"),
        (0.995, "100 %"),
        (1, "100 %"),
    ],
)
def test_shares(share: float, said: str) -> None:
    assert text.percent(share) == said


@pytest.mark.parametrize(("kg", "said"), [(0.0, "0 kg"), (482.0, "480 kg"), (999.7, "1.0 t"), (9_412.0, "9.4 t")])
def test_masses(kg: float, said: str) -> None:
    assert text.mass_text(kg) == said


def test_a_mass_window_names_its_unit_once_unless_it_differs() -> None:
    assert text.mass_window(Interval(p05=8_812, median=9_400, p95=10_030)) == "8.8 – 10 t"
    assert text.mass_window(Interval(p05=812, median=900, p95=1_430)) == "810 kg – 1.4 t"
    assert text.mass_window(Interval(p05=0, median=0, p95=0)) == "0 kg"


@pytest.mark.parametrize(
    ("dates", "median", "window"),
    [
        # Known to months: the month is said. Known to weeks: the day is.
        (("2024-01-09", "2024-05-14", "2024-11-30"), "May 2024", "Jan – Nov 2024"),
        (("2023-11-09", "2024-05-14", "2025-03-30"), "May 2024", "Nov 2023 – Mar 2025"),
        (("2018-03-28", "2018-04-01", "2018-04-09"), "1 Apr 2018", "28 Mar – 9 Apr 2018"),
        (("2018-04-02", "2018-04-05", "2018-04-09"), "5 Apr 2018", "2 – 9 Apr 2018"),
        (("2018-04-02", "2018-04-02", "2018-04-02"), "2 Apr 2018", "2 Apr 2018"),
        (("2030-02-03", "2030-12-01", None), "Dec 2030", "from Feb 2030 to after 2031"),
        (("2030-02-03", None, None), "not by 2031", "from Feb 2030 to after 2031"),
        ((None, None, None), "not by 2031", "–"),
    ],
)
def test_fall_dates_are_no_more_precise_than_their_window(
    dates: tuple[str | None, str | None, str | None], median: str, window: str
) -> None:
    fall = reentry(*dates)
    assert text.fall_text(fall, HORIZON) == median
    assert text.window_text(fall, HORIZON) == window


@pytest.mark.parametrize(
    ("fell", "runs", "said"),
    [
        (0, 200, "in no run"),
        (200, 200, "in all runs"),
        (1, 1, "in the one run"),
        (1, 200, "1 of 200 runs"),
        (198, 200, "198 of 200 runs"),
        (126, 200, "63 % of runs"),
        (9, 200, "4.5 % of runs"),
        (125, 1000, "13 % of runs"),
        (3, 10, "3 of 10 runs"),
    ],
)
def test_the_chance_of_falling_is_counted_where_a_percentage_would_pretend(fell: int, runs: int, said: str) -> None:
    assert text.chance_text(reentry(None, None, None, fell, runs)) == said


def test_an_interval_without_width_is_one_number() -> None:
    assert text.one_in_window(Interval(p05=23, median=23, p95=23)) == "1 in 23"
    assert text.one_in_window(Interval(p05=0.5, median=3, p95=9)) == "2.0 people expected – 1 in 9.0"
    assert text.count_window(Interval(p05=4, median=4, p95=4)) == "4"


def test_a_horizon_inside_a_year_is_named_to_the_day() -> None:
    assert text.horizon_text("2019-07-01T00:00:00Z") == "1 Jul 2019"


def test_titles_lose_what_would_drive_a_terminal() -> None:
    cleaned = text.clean(NASTY)
    assert "\x1b" not in cleaned
    assert "\u202e" not in cleaned
    assert "[red]not markup[/red]" in cleaned


# --- the verdict ---------------------------------------------------------------------------------------------------


def test_every_row_answers_for_every_branch(document: RunDocument) -> None:
    rows = verdict_rows(document)
    assert all(len(row.answers) == 3 for row in rows)
    by_label = {row.label: row.answers for row in rows if row.kind != "detail"}
    assert by_label["Station falls"] == ("not by 2031", "May 2024", "Nov 2024")
    assert by_label["Falls by 2031"] == ("in no run", "in all runs", "in all runs")
    assert by_label["Casualty expectation"] == ("–", "1 in 30", "1 in 30")
    assert by_label["Reboost no longer possible"] == ("not by 2031", "2 Apr 2022", "22 Jan 2024")
    assert by_label["Propellant used"] == ("21 t", "0 kg", "1.5 t")


def test_the_guide_to_the_json_names_every_field() -> None:
    from pydantic import BaseModel

    from stationkeep.campaign.decay import DecayDocument

    def fields(schema: dict[str, object]) -> set[str]:
        parts = [schema, *schema.get("$defs", {}).values()]  # type: ignore[attr-defined]
        return {name for part in parts for name in part.get("properties", {})}

    guide = (Path(__file__).parents[2] / "docs" / "json.md").read_text(encoding="utf-8")
    documents: tuple[type[BaseModel], ...] = (RunDocument, DecayDocument)
    for document in documents:
        missing = {name for name in fields(document.model_json_schema()) if f"`{name}`" not in guide}
        assert not missing, f"{document.__name__}: {sorted(missing)}"
    assert max(map(len, guide.splitlines())) <= 200


def few_runs(runs: int) -> RunDocument:
    return sample_document(
        {"x": falling_branch("Few", fall=datetime(2024, 5, 14, tzinfo=UTC), spread_days=62, runs=runs, burns=3)},
        runs=runs,
    )


def test_few_runs_have_a_range_and_no_ninety_per_cent_window() -> None:
    document = few_runs(19)
    rows = verdict_rows(document)
    details = {row.label for row in rows if row.kind == "detail" and not row.group}
    assert details == {"range of the 19 runs", "debris into the ocean"}
    shown = Page(report_html(document, reproduce="x"))
    for said in (shown.text, printed(document), verdict_sentence(document.branches["x"], HORIZON, 19)):
        assert "range of the 19 runs" in said
        assert "90 % window" not in said.replace("too few for a 90 % window", "")
    assert "First falls" in shown.text
    assert "band holds all of them" in shown.text
    pictures = " ".join(svg["aria-label"] or "" for svg in shown.named("svg") if svg.get("role") == "img")
    assert "90 %" not in pictures
    many = few_runs(20)
    assert "90 % window" in printed(many)
    assert "range of" not in Page(report_html(many, reproduce="x")).text


def test_one_run_has_no_spread_at_all() -> None:
    document = few_runs(1)
    spans = [row.answers for row in verdict_rows(document) if row.label == "range"]
    assert spans == [("–",)] * 4
    assert "in the one run flown" in verdict_sentence(document.branches["x"], HORIZON, 1)
    assert "window" not in printed(document)


def test_a_station_nobody_could_ever_push_is_told_from_one_that_was_left() -> None:
    def drifting(*events: EventRecord) -> RunDocument:
        branch = falling_branch("Uncontrolled", fall=LATE, spread_days=30)
        told = {
            "reboost_ends_utc": "2022-04-02T00:00:00Z",
            "burns_interval": Interval(p05=0, median=0, p95=0),
            "events": list(events),
        }
        return sample_document({"x": branch.model_copy(update=told)})

    def said(document: RunDocument) -> str:
        return next(row for row in verdict_rows(document) if row.label == "Reboost no longer possible").answers[0]

    assert said(drifting()) == "never possible"
    assert "never possible" in Page(report_html(drifting(), reproduce="x")).text
    left = EventRecord(
        time_utc="2022-04-02T00:00:00Z",
        kind="reboost-ends",
        title="Nobody can reboost any more",
        mean_altitude_km=418.0,
    )
    assert said(drifting(left)) == "2 Apr 2022"


def test_a_telephone_keeps_the_three_largest_regions_and_the_rest(document: RunDocument, html: str) -> None:
    shares = [row for row in verdict_rows(document) if row.group]
    assert [row.label for row in shares if not row.minor] == ["India", "China", "Europe", "Rest of world"]
    hidden = re.findall(r'<tr class="[^"]*minor[^"]*"><th scope="row">(?:<span[^>]*>[^<]*</span>)([^<]*)', html)
    assert hidden == ["United States", "Russia"]


def test_the_risk_table_says_what_is_a_mean_and_what_a_median(page: Page) -> None:
    assert "Mass and area are medians over the draws; the casualty expectation is the mean over them" in page.text
    assert "Country Risk Casualty expectation" in page.text


def test_the_rest_of_the_world_comes_last_whatever_its_share(document: RunDocument) -> None:
    assert regions_by_share(document)[0] == "India"
    assert regions_by_share(document)[-1] == "Rest of world"


def test_a_risk_that_hangs_on_an_uncertain_fall_says_so() -> None:
    row = next(row for row in verdict_rows(rare_fall()) if row.label == "Casualty expectation")
    assert all(answer.endswith("if it falls") for answer in row.answers)


def test_no_ground_rows_where_nothing_falls() -> None:
    rows = verdict_rows(sample_document({"cooperation": flying_branch()}))
    assert not any("ground" in row.label or row.group for row in rows)


def test_sentences_can_be_quoted(document: RunDocument) -> None:
    said = {key: verdict_sentence(branch, HORIZON, 200) for key, branch in document.branches.items()}
    assert said["cooperation"] == "Still flying on 1 January 2031 in all 200 runs."
    assert said["withdrawal"].startswith("Falls in May 2024; 90 % window February – August 2024. ")
    assert said["withdrawal"].endswith("the casualty expectation is 1 in 30 (16 – 64).")
    late, rare = (verdict_sentence(branch, HORIZON, 200) for branch in rare_fall().branches.values())
    assert re.match(r"Falls in December 2030, in \d+ % of runs by 1 January 2031; 90 % window from ", late)
    assert re.match(r"Falls by 1 January 2031 in \d+ % of runs\. ", rare)


@pytest.mark.parametrize(
    ("weather", "said"),
    [
        ({"description": "as known in April 2022 (MSAFE)", "mode": "as-known"}, "as known in April 2022 (MSAFE)"),
        (
            {"mode": "as-known", "observed_until_utc": "2022-04-01", "forecast": "msafe-2022-04"},
            "as known, observed until 1 Apr 2022, forecast msafe-2022-04",
        ),
        (
            {"mode": "observed", "observed_until_utc": "mid 2025", "forecast": None},
            "as observed, observed until mid 2025",
        ),
        ("observed", "observed"),
        (None, ""),
    ],
)
def test_the_sun_flown_under_is_named(weather: object, said: str) -> None:
    assert space_weather_text({"space_weather": weather}) == said


# --- the terminal --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [100, 80, 60, 38])
def test_the_terminal_page_fits_its_width_and_drops_nothing(document: RunDocument, width: int) -> None:
    out = printed(document, width)
    table = out[out.index("seed 1") :]
    assert all(len(line.rstrip()) <= width for line in table.splitlines())
    squeezed = "".join(out.split())
    for words in ("Withdrawal,", "helps", "May2024", "Nov2024", "1in30", "Restofworld", "0.36m2."):
        assert words in squeezed, words
    assert "…" not in out


def test_a_piped_verdict_has_no_colour_codes_and_shows_the_footer(document: RunDocument) -> None:
    out = printed(document, report="a.html", data="a.json", reproduce="stationkeep run iss-2022 --seed 1")
    assert "\x1b" not in out
    assert "Report:    a.html\nData:      a.json\nReproduce: stationkeep run iss-2022 --seed 1\n" in out
    assert "mean altitude 417.9 km · 460 t · 7 people" in out
    assert "200 runs per branch · space weather as known in April 2022 (MSAFE) · seed 1" in out


def test_later_notes_are_left_to_the_report_and_counted() -> None:
    document = sample_document(QUIET, notes=[f"note number {i}" for i in range(6)])
    out = printed(document, report="a.html")
    assert out.count("note number") == 4
    assert "2 more notes in the report" in out
    assert printed(document).count("note number") == 6


def test_a_terminal_gets_colour_codes_but_none_from_a_title() -> None:
    stream = io.StringIO()
    branch = falling_branch(NASTY, fall=LATE, spread_days=20)
    render_verdict(
        sample_document({"x": branch}, title=NASTY, notes=[NASTY]), Console(file=stream, force_terminal=True)
    )
    assert "\x1b[1m" in stream.getvalue()
    assert "\x1b[31m" not in stream.getvalue()
    assert "[red]not markup[/red]" in stream.getvalue()


def test_a_terminal_without_unicode_gets_hyphens_instead_of_a_crash(document: RunDocument) -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    render_verdict(document, Console(file=stream, width=100))
    stream.flush()
    assert b"Feb - Aug 2024" in raw.getvalue()


def test_many_branches_stand_in_blocks_none_is_lost() -> None:
    many = {f"b{i}": falling_branch(f"Nr {i}", fall=LATE, spread_days=5, runs=20) for i in range(9)}
    out = printed(sample_document(many), 80)
    assert all(f"Nr {i} " in out for i in range(9))
    assert out.count("Station falls") == 3


# --- the page ------------------------------------------------------------------------------------------------------


def test_the_page_is_well_formed_and_says_the_verdict(page: Page) -> None:
    assert page.unbalanced == []
    assert page.open == []
    assert page.named("html")[0]["lang"] == "en"
    for words in ("May 2024", "Feb – Aug 2024", "1 in 30", "Withdrawal, Cygnus helps", "India", "RSC Energia"):
        assert words in page.text, words
    for section in ("verdict", "altitude", "falls", "ground", "propellant", "events", "notes", "sources"):
        assert any(attributes.get("id") == section for _, attributes in page.tags), section


def test_the_page_asks_nobody_for_anything(html: str, page: Page) -> None:
    assert not {"script", "link", "iframe", "img", "object", "embed", "base", "form"} & {tag for tag, _ in page.tags}
    assert "default-src 'none'" in html
    for tag, attributes in page.tags:
        for name in ("src", "href", "xlink:href", "data", "srcset", "poster", "action"):
            value = attributes.get(name)
            assert value is None or value.startswith(("#", "data:image/png;base64,")) or tag == "a", (tag, value)
    assert not re.search(r"@import|url\((?!#)", html)


def test_only_web_addresses_become_links() -> None:
    sources = ["see https://example.org/a?b=1&c=2.", "javascript:alert(1)", "http://x/\"onmouseover='alert(1)'"]
    linked = Page(report_html(sample_document(QUIET, provenance={"sources": sources}), reproduce="x"))
    anchors = linked.named("a")
    assert [anchor["href"] for anchor in anchors] == ["https://example.org/a?b=1&c=2", "http://x/"]
    assert all("onmouseover" not in anchor for anchor in anchors)


def test_what_a_person_wrote_is_text_and_nothing_else() -> None:
    branch = falling_branch(NASTY, fall=LATE, spread_days=200, description=NASTY)
    nasty = sample_document(
        {NASTY: branch},
        title=NASTY,
        notes=[NASTY],
        provenance={"sources": [NASTY], "orbit": {NASTY: NASTY}, NASTY: NASTY},
    )
    html = report_html(nasty, reproduce=NASTY)
    shown = Page(html)
    assert not shown.named("script")
    assert shown.unbalanced == []
    assert "\x1b" not in html
    assert "\u202e" not in html
    assert shown.text.count("<script>alert('x')</script>") >= 8
    # Dollar signs stay dollar signs: matplotlib would take them for mathematics and fail on this one.
    assert "$\\frac{x}{0$" in shown.text


def test_every_figure_and_table_says_what_it_shows(page: Page) -> None:
    pictures = [svg for svg in page.named("svg") if svg.get("aria-hidden") != "true"]
    assert len(pictures) == 6  # three figures, each for a wide and for a narrow page
    assert all(svg["role"] == "img" and len(svg["aria-label"] or "") > 40 for svg in pictures)
    assert len(page.named("caption")) == len(page.named("table"))
    assert all(head.get("scope") in {"col", "row"} for head in page.named("th"))


def test_identifiers_are_unique_and_all_references_resolve(html: str) -> None:
    identifiers = re.findall(r'\sid="([^"]+)"', html)
    assert len(identifiers) == len(set(identifiers))
    assert set(re.findall(r'url\(#([^)]+)\)|xlink:href="#([^"]+)"|aria-labelledby="([^"]+)"', html))
    for groups in re.findall(r'url\(#([^)]+)\)|xlink:href="#([^"]+)"|aria-labelledby="([^"]+)"', html):
        assert next(filter(None, groups)) in identifiers


def test_figures_use_theme_colours_only(html: str) -> None:
    drawings = re.findall(r"<svg .*?</svg>", html, re.S)
    assert drawings
    for drawing in drawings:
        assert not re.search(r"(?:fill|stroke): #", drawing)


def test_one_branch_has_one_colour_everywhere(html: str) -> None:
    for name, index in (("Cooperation", 0), ("Withdrawal", 1)):
        painted = re.findall(rf'style="--c:var\(--b(\d)\);--t:var\(--t(\d)\)"[^>]*>(?:<[^>]+>)*{name}<', html)
        assert len(painted) >= 4
        assert set(painted) == {(str(index), str(index))}


def test_the_page_is_small_and_the_same_each_time(document: RunDocument, html: str) -> None:
    assert len(html.encode()) < 1_500_000
    assert report_html(document, reproduce="stationkeep run iss-2022 --seed 1") == html


def test_long_daily_series_do_not_swell_the_page() -> None:
    branch = flying_branch()
    days = [f"{2022 + k // 365}-{1 + (k % 365) // 31:02d}-{1 + (k % 365) % 31 % 28:02d}" for k in range(3200)]
    rng = np.random.default_rng(2)
    series = {name: [float(x) for x in 416 + rng.normal(0, 2, 3200)] for name in ("p05", "median", "p95")}
    altitude = branch.mean_altitude_km.model_copy(update={"dates_utc": sorted(days), **series})
    busy = {f"b{i}": branch.model_copy(update={"mean_altitude_km": altitude}) for i in range(3)}
    assert len(report_html(sample_document(busy), reproduce="x").encode()) < 1_500_000


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(lambda: sample_document({"cooperation": flying_branch()}), id="none falls"),
        pytest.param(rare_fall, id="some fall"),
        pytest.param(
            lambda: sample_document({"x": falling_branch("One", fall=LATE, spread_days=0.0, runs=1)}, runs=1),
            id="one run",
        ),
        pytest.param(
            lambda: sample_document(
                {f"b{i}": falling_branch("B" * 90, fall=LATE, spread_days=9, runs=30) for i in range(7)}
            ),
            id="seven branches with endless names",
        ),
        pytest.param(
            lambda: sample_document({"x": falling_branch("S", fall=datetime(2022, 4, 4, tzinfo=UTC), spread_days=0.1)}),
            id="falls within days",
        ),
        pytest.param(lambda: sample_document(provenance={}, notes=[]), id="no provenance"),
    ],
)
def test_every_kind_of_outcome_makes_a_page(case: object) -> None:
    document = case()  # type: ignore[operator]
    shown = Page(report_html(document, reproduce="stationkeep run x"))
    assert shown.unbalanced == []
    for branch in document.branches.values():
        assert branch.label in shown.text
    assert not re.search(r"\b(nan|inf|None|null)\b", shown.text)


def test_no_inclination_means_no_map_and_a_reason() -> None:
    shown = Page(report_html(sample_document(provenance={"orbit": {"inclination_deg": "steep"}}), reproduce="x"))
    assert "does not state the inclination" in shown.text


def test_reboosts_are_summed_and_still_listed_one_by_one(page: Page) -> None:
    assert "61 × Reboost by Progress" in page.text
    assert "96.4 m/s" in page.text  # 61 burns of 1.58 m/s
    assert "All 61 events" in page.text


def test_events_that_differ_only_in_figures_are_told_once() -> None:
    def event(day: int, kind: str, title: str, **more: float) -> EventRecord:
        return EventRecord(
            time_utc=f"2023-01-{day:02d}", kind=kind, title=title, mean_altitude_km=415.0 + day / 10, **more
        )

    events = [event(1, "withdrawal", "Roscosmos leaves")]
    for day in range(2, 28, 2):
        events.append(
            event(day, "burn", f"Reboost by Progress: +{day / 7:.2f} km", propellant_kg=100.0, delta_v_m_s=1.0)
        )
        events.append(event(day + 1, "delivery", f"Progress MS-{20 + day // 2} brings propellant"))
    branch = flying_branch().model_copy(update={"events": events})
    shown = Page(events_of(branch, palette.branch_styles("x")["x"]))
    assert len([cell for cell in shown.named("th") if cell["scope"] == "row"]) == 3 + 27  # the story, then every event
    assert "2 Jan 2023 – 26 Jan 2023 13 × Reboost by Progress 415 – 418 km 13.0 m/s 1.3 t" in shown.text
    assert "13 × Progress MS-… brings propellant" in shown.text


def test_the_story_keeps_the_order_of_one_moment() -> None:
    def event(day: int, kind: str, title: str) -> EventRecord:
        return EventRecord(time_utc=f"2023-01-{day:02d}", kind=kind, title=title, mean_altitude_km=415.0)

    events = [
        event(1, "burn", "Reboost by Cygnus NG-17: +0.49 km"), event(9, "arrival", "Cygnus NG-18 arrives"),
        event(9, "burn", "Reboost by Cygnus NG-18: +0.49 km"),
    ]  # fmt: skip
    branch = flying_branch().model_copy(update={"events": events})
    shown = Page(events_of(branch, palette.branch_styles("x")["x"])).text
    assert shown.index("NG-18 arrives") < shown.index("Reboost by Cygnus NG-18")


def test_branches_with_different_shares_are_told_apart(document: RunDocument, html: str) -> None:
    risk = ground_risk()
    other = risk.model_copy(update={"by_region": [r.model_copy(update={"share": 1 / 6}) for r in risk.by_region]})
    changed = document.branches["withdrawal"].model_copy(update={"ground_risk": other})
    apart = document.model_copy(update={"branches": {**document.branches, "withdrawal": changed}})
    assert ground_section(apart).count("By region:") == 2
    assert html.count("By region:") == 1


def test_writing_is_all_or_nothing(tmp_path: Path) -> None:
    document = sample_document(QUIET)
    target = tmp_path / "new folder" / "report.html"
    write_report(document, target, reproduce="x")
    assert target.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    with pytest.raises(OutputError):
        write_report(document, blocked / "report.html", reproduce="x")


def test_drawing_leaves_matplotlib_as_it_was(document: RunDocument) -> None:
    import matplotlib

    before = dict(matplotlib.rcParams)
    altitude_figure(document, WIDE)
    assert dict(matplotlib.rcParams) == before


# --- the map and the colours ---------------------------------------------------------------------------------------


def test_the_map_shares_agree_with_the_ground_room() -> None:
    from stationkeep.descent.ground_risk import uncontrolled_risk
    from stationkeep.environment.population import load_land, load_population

    field = risk_field(51.64)
    result = uncontrolled_risk(51.64, 1.0, load_population(), load_land())
    assert field.shares.sum() == pytest.approx(1.0)
    rows = field.shares.sum(axis=1)
    for band in result.by_latitude:
        if -45 <= band.south_deg < 45:
            # Two grids, 1 and 1/2 degree, weigh the people inside a row slightly differently.
            mine = rows[int(band.south_deg) + 90 : int(band.north_deg) + 90].sum()
            assert mine == pytest.approx(band.share, rel=0.01)


def test_nobody_is_at_risk_beyond_the_orbit() -> None:
    shares = risk_shares(np.ones((180, 360)), 28.5)
    latitude = np.arange(180) - 89.5
    assert shares[np.abs(latitude) > 29.5].sum() == 0.0
    assert shares[np.abs(latitude) < 28.0].min() > 0.0
    np.testing.assert_allclose(risk_shares(np.ones((180, 360)), 151.5), shares, atol=1e-12)


def contrast(one: str, other: str) -> float:
    """WCAG 2.2 contrast ratio of two colours."""

    def luminance(colour: str) -> float:
        channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return float(np.dot([0.2126, 0.7152, 0.0722], linear))

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colours_can_be_read(theme: str) -> None:
    paper = getattr(palette.PAPER, theme)
    for ink in (*palette.BRANCH_TEXTS, palette.INK, palette.MUTED, palette.LINK):
        assert contrast(getattr(ink, theme), paper) >= 4.5, ink.name
    for ink in (*palette.BRANCH_LINES, palette.RISK):
        assert contrast(getattr(ink, theme), paper) >= 3.0, ink.name


def test_no_two_branches_look_alike() -> None:
    styles = palette.branch_styles(f"b{i}" for i in range(20))
    assert len({(style.line.name, style.dash) for style in styles.values()}) == 20
    lights = [ink.light for ink in palette.all_inks()]
    assert len(lights) == len(set(lights)), "two roles with one colour could not be told apart when themed"


# --- scales --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "stop"), [("2022-04-02", "2031-01-01"), ("2022-04-02", "2022-04-09"), ("2018-01-03", "2018-06-01")]
)
@pytest.mark.parametrize("most", [3, 8])
def test_calendar_ticks_are_few_and_inside(start: str, stop: str, most: int) -> None:
    first, last = mjd_utc(parse_utc(start)), mjd_utc(parse_utc(stop))
    places, labels = time_ticks(first, last, most)
    assert 1 <= len(places) <= most + 1
    assert len(labels) == len(places) == len(set(labels))
    assert all(first <= place <= last for place in places)


def test_names_are_broken_never_cut() -> None:
    for words in ("Withdrawal, Cygnus helps", "W" * 90, "国际空间站" * 20, "a", ""):
        for width in (60.0, 300.0):
            lines = wrapped(words, WIDE, width)
            assert "".join("".join(lines).split()) == "".join(words.split())
            assert all(len(line) <= max(1, width / (0.42 * WIDE.text_px)) for line in lines)


@pytest.mark.filterwarnings("error")
def test_a_name_in_any_script_is_drawn_without_complaint() -> None:
    names = sample_document({"x": flying_branch("国际空间站 · Международная 🛰")})
    assert "国际空间站" in altitude_figure(names, WIDE)


def test_bins_follow_the_spread() -> None:
    rng = np.random.default_rng(3)
    assert bin_width_days([rng.normal(0, 2, 200)]) <= 2
    assert bin_width_days([rng.normal(0, 80, 200)]) == 30
    assert bin_width_days([np.array([5.0])]) == 1


def test_the_small_line_of_a_chain_stands_by_itself_on_narrow_screens_too() -> None:
    # ".w" flows on inside sentences there; without a rule of its own it stuck to the sentence before.
    style = (Path(stationkeep.__file__).parent / "report" / "style.css").read_text(encoding="utf-8")
    inline = style.index(".w{display:inline}")
    exceptions = [line for line in style[inline:].splitlines() if line.strip().endswith(".w{display:block}")]
    assert any(".chain .w" in line for line in exceptions)
