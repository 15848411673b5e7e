"""Writes ``reentry_window.md``: do the windows of the last days hold the truth, and is the place near their track?

    python validation/reentry_window.py        # reads ../shared/data beside the repository; --data FOLDER otherwise

About eight minutes of processor time (needs the extra ``precise``).
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import window_truth as truth
from decay import table
from record import Finding, record

HERE = Path(__file__).resolve().parent
TITLES = {"tiangong": "Tiangong-1", "delfi": "Delfi-C3"}
HEAD = ("days before", "Sun", "altitude [km]", "90 % window [h after the end]", "50 % window [h]", "median [h]",
        "of the remaining time", "Cd\\*A/m", "truth inside", "revolutions")  # fmt: skip


def row(found: truth.Window) -> tuple[str, ...]:
    p05, p25, p50, p75, p95 = found.quantiles_hours
    inside = "50 %" if abs(found.rank - 0.5) <= 0.25 else "90 %" if abs(found.rank - 0.5) <= 0.45 else "**no**"
    document = found.document
    return (
        f"{found.days_before:g}", found.space_weather, f"{document.object.mean_altitude_km:.0f}",
        f"{p05:+.1f} to {p95:+.1f}", f"{p25:+.1f} to {p75:+.1f}", f"{p50:+.1f}", f"{100 * found.error_fraction:+.1f} %",
        f"{document.drag.value_m2_kg:.5f}", inside, f"{document.place.revolutions:.0f}",
    )  # fmt: skip


def percent(fraction: float) -> str:
    return f"{100.0 * fraction:.0f} %"


def scored(rows: list[truth.Window]) -> str:
    """The score in words."""
    found = truth.score(rows)
    missed = [f"{row.days_before:g}" for row in rows if abs(row.rank - 0.5) > 0.45]
    where = f" (not {', '.join(missed)} days before)" if missed else ""
    return (
        f"{found.count} starts, {rows[0].days_before:g} to {rows[-1].days_before:g} days before: 50 % window holds "
        f"{percent(found.inside_50)}, 90 % window {percent(found.inside_90)}{where}; truth at mean rank "
        f"{found.mean_rank:.2f}; median error {100.0 * found.median_error:.1f} %, worst "
        f"{100.0 * found.worst.error_fraction:+.1f} % ({found.worst.days_before:g} days before)"
    )


def suns(name: str, rows: list[truth.Window]) -> tuple[str, list[Finding]]:
    """Score by Sun, for the page and for the record."""
    lines, found = [], []
    for sun in ("observed", "as-known"):
        text = scored([item for item in rows if item.space_weather == sun])
        lines.append(f"- {sun} Sun, {text}.")
        question = f"re-entry window of {TITLES[name]}, {sun} Sun, every half day or day of the last week"
        found.append(Finding(question, text, held_out=name == "tiangong"))
    return "\n".join(lines), found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=HERE.parents[1] / "shared" / "data")
    data = parser.parse_args().data
    if not data.is_dir():
        sys.exit(f"no reference data in {data}; give their folder with --data")
    figures, found = {}, []
    for name in TITLES:
        rows = []
        for sun in ("observed", "as-known"):
            for day in truth.DAYS[name, sun]:
                rows.append(truth.window(data, name, day, sun))
                print(*row(rows[-1]), f"rank {rows[-1].rank:.2f}", flush=True)
        figures[name] = table(HEAD, map(row, rows))
        figures[f"{name}_score"], more = suns(name, rows)
        found += more
        if name == "tiangong":
            passes = [(f"{item.days_before:g}", *(f"{v:.0f}" for v in truth.nearest_pass(item)))
                      for item in rows if item.space_weather == "observed" and item.days_before <= 3.0]  # fmt: skip
            figures["passes"] = table(
                ("days before", "nearest point of the track [km]", "after 00:16 UTC [min]"), passes
            )
    record("reentry_window", found, "reentry_window.md")
    page = (HERE / "reentry_window.template.md").read_text(encoding="utf-8")
    (HERE / "reentry_window.md").write_text(page.format(**figures), encoding="utf-8")


if __name__ == "__main__":
    main()
