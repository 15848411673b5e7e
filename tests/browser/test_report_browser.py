"""The report in a real browser: no console errors, nothing wider than the window, and a clean printout."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sample_document import falling_branch, flying_branch, sample_document
from stationkeep.report.html import report_html

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIETLY = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--enable-logging=stderr",
    "--v=0",
]

# The page carries no script and forbids any, so it is looked at from outside, through a frame of the width asked for.
# Its encoding is told: a browser guesses by as much as it has read. Only what scrolls inside its own frame, and what is
# there for screen readers alone, may be wider than the window.
MEASURE = """<!DOCTYPE html><meta charset="utf-8">
<body style="margin:0"><iframe id="page" style="border:0;width:%dpx;height:900px" srcdoc="%s"></iframe>
<script>
document.getElementById("page").onload = event => {
  const page = event.target.contentDocument, root = page.documentElement, wide = [];
  for (const element of page.querySelectorAll("body *")) {
    const box = element.getBoundingClientRect();
    if (box.width > 0 && box.right > root.clientWidth + 1 && !element.closest(".scroll, svg, thead")) {
      wide.push(element.tagName + "." + element.className);
    }
  }
  const shown = [...page.querySelectorAll("figure svg")].filter(svg => svg.getBoundingClientRect().width > 0);
  const letters = shown.flatMap(svg => [...svg.querySelectorAll("text")].map(t => t.getBoundingClientRect().height));
  const out = shown.flatMap(svg => [...svg.querySelectorAll("text")].filter(t => {
    const box = t.getBoundingClientRect(), frame = svg.getBoundingClientRect();
    return box.left < frame.left - 2 || box.right > frame.right + 2;
  }).map(t => t.textContent));
  const carried = [...page.querySelectorAll("tr.share")].filter(row => row.getBoundingClientRect().height > 0);
  document.title = "measured";
  document.body.dataset.measured = JSON.stringify({
    scroll: root.scrollWidth, client: root.clientWidth, wide: wide, figures: shown.length,
    smallest: Math.min(...letters), out: out, carried: carried.length, heading: page.querySelector("h1").textContent,
  });
};
</script>
"""


@pytest.fixture(scope="module")
def browser() -> str:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip(f"no browser: none of {', '.join(BROWSERS)} is installed")
    return found


def browse(browser: str, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    profile = f"--user-data-dir={folder / 'profile'}"
    return subprocess.run(
        [browser, *QUIETLY, profile, *arguments], capture_output=True, text=True, timeout=120, check=True
    )


def console_messages(finished: subprocess.CompletedProcess[str]) -> list[str]:
    return [line for line in finished.stderr.splitlines() if "CONSOLE" in line]


FALL = datetime(2029, 5, 14, tzinfo=UTC)
PAGES = {
    "three branches": lambda: sample_document(),
    "long names": lambda: sample_document(
        {
            "a": flying_branch("Cooperation as it was agreed between all partners of the station in 1998"),
            "b": falling_branch("W" * 70, fall=FALL, spread_days=40, burns=4, description="unbroken" * 30),
        },
        title="Internationale Raumstation " + "x" * 80,
    ),
    "six branches": lambda: sample_document(
        {f"b{i}": falling_branch(f"Branch number {i}", fall=FALL, spread_days=30 + i) for i in range(6)}
    ),
}


@pytest.fixture(scope="module", params=list(PAGES))
def page(request: pytest.FixtureRequest) -> str:
    return report_html(PAGES[request.param](), reproduce="stationkeep run iss-2022 --runs 200 --seed 1")


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_is_wider_than_the_window(browser: str, page: str, width: int, tmp_path: Path) -> None:
    outside = tmp_path / "outside.html"
    outside.write_text(MEASURE % (width, html.escape(page)), encoding="utf-8")
    finished = browse(
        browser, tmp_path, "--window-size=1400,1000", "--virtual-time-budget=5000", "--dump-dom", outside.as_uri()
    )
    assert console_messages(finished) == []
    found = re.search(r'data-measured="([^"]*)"', finished.stdout)
    assert found, "the page did not load"
    measured = json.loads(html.unescape(found[1]))
    assert measured["client"] == width
    assert measured["scroll"] <= width
    assert measured["wide"] == []
    assert measured["figures"] == 3
    # A telephone says who carries the risk too: the three largest regions and the rest of the world.
    assert measured["carried"] == (6 if width == 1280 else 4)
    assert measured["out"] == [], "letters stick out of a figure"
    # Ten pixels: below that nobody reads a label on a telephone.
    assert measured["smallest"] >= 10.0


def test_it_renders_and_prints(browser: str, page: str, tmp_path: Path) -> None:
    report = tmp_path / "report.html"
    report.write_text(page, encoding="utf-8")
    picture, printout = tmp_path / "report.png", tmp_path / "report.pdf"
    seen = browse(browser, tmp_path, "--window-size=1280,2000", f"--screenshot={picture}", report.as_uri())
    assert console_messages(seen) == []
    assert picture.read_bytes().startswith(b"\x89PNG")
    browse(browser, tmp_path, "--no-pdf-header-footer", f"--print-to-pdf={printout}", report.as_uri())
    pdf = printout.read_bytes()
    assert pdf.startswith(b"%PDF")
    # A long event list stays folded; a verdict, three figures and the tables fill four to nine sheets.
    assert 4 <= len(re.findall(rb"/Type\s*/Page\b", pdf)) <= 9
