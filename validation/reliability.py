"""Do the stated windows hold the truth as often as they say? Writes ``reliability.md`` and ``reliability.svg``.

    python validation/reliability.py            # reads ../shared/data beside the repository; --data FOLDER otherwise

Some ten minutes on one core.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import reliability_starts as starts
import reliability_sun
from record import Finding, record
from reliability_starts import Judged

import stationkeep
from stationkeep.environment.sources import bundled_space_weather

HERE = Path(__file__).resolve().parent
LEVELS = np.arange(0.1, 1.0, 0.1)
BOOTSTRAPS = 2000
TARGET_50 = (0.40, 0.60)
TARGET_90 = (0.82, 0.98)


@dataclass(frozen=True)
class Reliability:
    """Many predictions in a few numbers; ranges are 90 % of a bootstrap over clusters."""

    count: int
    clusters: int
    median_error: float
    eightieth_error: float
    inside_50: float
    inside_50_range: tuple[float, float]
    inside_90: float
    inside_90_range: tuple[float, float]
    score_90: float
    """Mean interval score of the 90 % window, of the logarithm (Gneiting and Raftery 2007): small is good."""
    crps: float
    """Mean continuous ranked probability score of the logarithm; an error of that size stated as certain is as bad."""
    ranks_by_fifth: tuple[int, ...]


def reliability(rows: Sequence[Judged]) -> Reliability:
    """How often did the windows hold the truth, and how sure is that?

    Starts that share their truth are no independent witnesses: whole clusters of them are drawn again, not starts.
    """
    ranks = np.array([row.rank for row in rows])
    errors = np.abs([row.error for row in rows])
    inside = np.column_stack([np.abs(ranks - 0.5) <= half for half in (0.25, 0.45)]).astype(float)
    names = sorted({row.cluster for row in rows})
    number = np.array([names.index(row.cluster) for row in rows])
    held = np.array([inside[number == index].sum(axis=0) for index in range(len(names))])
    sizes = np.bincount(number, minlength=len(names))
    picked = np.random.default_rng(1).integers(len(names), size=(BOOTSTRAPS, len(names)))
    shares = held[picked].sum(axis=1) / sizes[picked].sum(axis=1)[:, None]
    low, high = np.quantile(shares, (0.05, 0.95), axis=0)
    return Reliability(
        count=len(rows),
        clusters=len(names),
        median_error=float(np.median(errors)),
        eightieth_error=float(np.quantile(errors, 0.8)),
        inside_50=float(inside[:, 0].mean()),
        inside_50_range=(float(low[0]), float(high[0])),
        inside_90=float(inside[:, 1].mean()),
        inside_90_range=(float(low[1]), float(high[1])),
        score_90=float(np.mean([row.interval_score for row in rows])),
        crps=float(np.mean([row.crps for row in rows])),
        ranks_by_fifth=tuple(int(count) for count in np.histogram(ranks, 5, (0.0, 1.0))[0]),
    )


# --- the page ---------------------------------------------------------------------------------------------------------

HEAD = (
    "group", "starts", "clusters", "median error", "80th pct", "50 % window holds", "90 % window holds",
    "interval score", "CRPS", "ranks by fifths",
)  # fmt: skip

Group = tuple[str, Callable[[Judged], bool]]
FALLS: tuple[Group, ...] = (
    ("all", lambda row: True),
    ("up to 30 days before", lambda row: row.days <= 30.0),
    ("30 to 100 days before", lambda row: 30.0 < row.days <= 100.0),
    ("100 to 250 days before", lambda row: 100.0 < row.days <= 250.0),
    ("more than 250 days before", lambda row: row.days > 250.0),
)
LOSSES: tuple[Group, ...] = (
    ("all, held out", lambda row: row.held_out),
    ("all, that chose", lambda row: not row.held_out),
    *((f"{days} days ahead, held out", lambda row, days=days: row.held_out and row.horizon_days == days)
      for days in starts.HORIZONS_DAYS),
    ("1999 to 2004, held out", lambda row: row.held_out and row.start_mjd_utc < 54000.0),
    ("2016 to 2023, held out", lambda row: row.held_out and row.start_mjd_utc > 54000.0),
)  # fmt: skip


def group_table(rows: Sequence[Judged], groups: Iterable[Group]) -> str:
    """One line a group; empty groups are left out."""
    lines = ["| " + " | ".join(HEAD) + " |", "|---" + "|---:" * (len(HEAD) - 1) + "|"]
    for name, belongs in groups:
        part = [row for row in rows if belongs(row)]
        if part:
            lines.append("| " + " | ".join((name, *cells(reliability(part)))) + " |")
    return "\n".join(lines)


def cells(found: Reliability) -> tuple[str, ...]:
    return (
        str(found.count), str(found.clusters),
        f"{100 * found.median_error:.1f} %", f"{100 * found.eightieth_error:.1f} %",
        share(found.inside_50, found.inside_50_range, TARGET_50),
        share(found.inside_90, found.inside_90_range, TARGET_90),
        f"{found.score_90:.2f}", f"{100 * found.crps:.1f} %",
        " ".join(str(count) for count in found.ranks_by_fifth),
    )  # fmt: skip


def share(value: float, limits: tuple[float, float], target: tuple[float, float]) -> str:
    """Bold where it is in the range aimed at."""
    text = f"{100 * value:.0f} %"
    text = f"**{text}**" if target[0] <= round(value, 2) <= target[1] else text
    return f"{text} ({100 * limits[0]:.0f} to {100 * limits[1]:.0f})"


def curve(rows: Sequence[Judged]) -> np.ndarray:
    """Share of truths inside the central window of each level."""
    ranks = np.array([row.rank for row in rows])
    return np.array([np.mean(np.abs(ranks - 0.5) <= 0.5 * level) for level in LEVELS])


def drawing(lines: Sequence[tuple[str, np.ndarray, str]]) -> str:
    """A calibration plot: stated against found; on the diagonal the windows are right."""
    size, margin = 320.0, 46.0
    x = [margin + size * level for level in LEVELS]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size + margin + 230:.0f} {size + 2 * margin:.0f}" '
        'font-family="sans-serif" font-size="12">',
        f'<rect x="{margin}" y="10" width="{size}" height="{size}" fill="none" stroke="#888"/>',
        f'<line x1="{margin}" y1="{size + 10}" x2="{size + margin}" y2="10" stroke="#888" stroke-dasharray="4 3"/>',
    ]
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        parts.append(f'<text x="{margin + size * tick - 10:.0f}" y="{size + 28:.0f}">{100 * tick:.0f} %</text>')
        parts.append(f'<text x="6" y="{size + 14 - size * tick:.0f}">{100 * tick:.0f} %</text>')
    parts.append(f'<text x="{margin + 90:.0f}" y="{size + 48:.0f}">stated probability of the window</text>')
    for index, (name, shares, colour) in enumerate(lines):
        points = " ".join(f"{a:.1f},{10 + size * (1 - b):.1f}" for a, b in zip(x, shares, strict=True))
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts.append(f'<text x="{margin + size + 12:.0f}" y="{30 + 20 * index}" fill="{colour}">{name}</text>')
    return "\n".join([*parts, "</svg>", ""])


COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00")


def write(data: Path, losses: Sequence[Judged], skipped: int, falls: Mapping[str, Sequence[Judged]]) -> None:
    """The page and the drawing."""
    everything = [*(row for row in losses if row.held_out), *falls["Tiangong-1"]]
    figures = {
        "version": stationkeep.__version__,
        "day": datetime.now(UTC).date().isoformat(),
        "table": bundled_space_weather().identifier,
        "files": ", ".join(f"`{name}` {starts.fingerprint(data / name)}" for name in starts.FILES),
        "skipped": skipped,
        "draws": starts.DRAWS,
        "step": starts.STEP_DAYS,
    }
    for sun in ("observed", "as-known"):
        key = sun.replace("-", "_")
        figures[f"station_{key}"] = group_table([row for row in losses if row.sun == sun], LOSSES)
        for name, rows in falls.items():
            figures[f"{name.replace('-', '_')}_{key}"] = group_table([row for row in rows if row.sun == sun], FALLS)
        figures[f"pooled_{key}"] = group_table(
            [row for row in everything if row.sun == sun],
            (("station and Tiangong-1", lambda row: True),),
        )
    for name, rows in reliability_sun.futures().items():
        groups = [(f"{days} days", lambda row, days=days: row.horizon_days == days) for days in reliability_sun.DAYS]
        figures["sun_" + name.split(".")[0]] = group_table(rows, [("all", lambda row: True), *groups])
    lines = [
        (f"{name}, {sun} Sun", curve([row for row in rows if row.sun == sun]))
        for sun in ("observed", "as-known")
        for name, rows in (("station (held out)", [row for row in losses if row.held_out]), *falls.items())
        if any(row.sun == sun for row in rows)
    ]
    (HERE / "reliability.svg").write_text(
        drawing([(name, shares, colour) for (name, shares), colour in zip(lines, COLOURS, strict=False)]),
        encoding="utf-8",
    )
    template = (HERE / "reliability.template.md").read_text(encoding="utf-8")
    record("reliability", findings(losses, falls), "reliability.md")
    (HERE / "reliability.md").write_text(template.format(**figures), encoding="utf-8")


def findings(losses: Sequence[Judged], falls: Mapping[str, Sequence[Judged]]) -> list[Finding]:
    """For the accuracy report: how often the windows hold the truth, by group."""
    held = [row for row in losses if row.held_out]
    groups: list[tuple[str, Sequence[Judged], bool]] = [
        ("the station's stretches and Tiangong-1, pooled", [*held, *falls["Tiangong-1"]], True),
        ("the station's stretches", held, True),
        ("the station's stretches that chose", [row for row in losses if not row.held_out], False),
        *((name, rows, name != "Delfi-C3") for name, rows in falls.items()),
    ]
    found = []
    for sun in ("observed", "as-known"):
        for name, rows, held_out in groups:
            part = [row for row in rows if row.sun == sun]
            if not part:
                continue
            is_like = reliability(part)
            shares = f"{100.0 * is_like.inside_50:.0f} % and {100.0 * is_like.inside_90:.0f} %"
            text = f"{shares} ({is_like.count} starts, {is_like.clusters} clusters)"
            met = all(
                target[0] <= round(value, 2) <= target[1]
                for value, target in ((is_like.inside_50, TARGET_50), (is_like.inside_90, TARGET_90))
            )
            question = f"{sun} Sun, {name}: how often the 50 % and the 90 % window hold the truth"
            found.append(Finding(question, text, "40-60 % and 82-98 %", met, held_out))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=HERE.parents[1] / "shared" / "data")
    data = parser.parse_args().data
    if not data.is_dir():
        sys.exit(f"no reference data in {data}; give their folder with --data")
    losses, skipped = starts.station_losses(data)
    write(data, losses, skipped, {name: starts.falls(data, name) for name in starts.FALLEN})


if __name__ == "__main__":
    main()
