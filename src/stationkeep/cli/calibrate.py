"""``stationkeep calibrate``: how strongly does the air brake an object, and how does that drift?"""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stationkeep.cli.common import (
    AsOfOption,
    DensityModelOption,
    ElementSetsOption,
    JsonOption,
    MoreFilesArgument,
    NoradIdOption,
    emit_json,
    heading_of,
    make_console,
    refused_text,
    require_json_target,
)
from stationkeep.environment.density_models import DEFAULT_DENSITY_MODEL

if TYPE_CHECKING:
    from rich.console import Console

    from stationkeep.campaign.calibrate import CalibrateDocument


def calibrate(
    tle: ElementSetsOption,
    more: MoreFilesArgument = None,
    as_of: AsOfOption = None,
    norad_id: NoradIdOption = None,
    space_weather: Annotated[
        str | None,
        typer.Option(
            "--space-weather",
            metavar="observed|as-known|FILE",
            help="The Sun as it was, as known at --as-of, or from a CelesTrak table or an MSAFE bulletin. Default: as "
            "known with --as-of, as it was without.",
        ),
    ] = None,
    density_model: DensityModelOption = DEFAULT_DENSITY_MODEL,
    correct_with: Annotated[
        Path | None,
        typer.Option(
            "--correct-with",
            metavar="FILE",
            help="Element sets of one other object of the same months: its drag tells of the density model's error "
            "where both are seen to share it. Did not pay where it was tried (validation/density_assimilation.md).",
        ),
    ] = None,
    json: JsonOption = None,
) -> None:
    """How strongly does the air brake it? The ballistic coefficient of an object, its spread and its drift.

    Example: stationkeep calibrate --tle iss.tle --as-of 2022-03-12
    """
    from stationkeep.campaign.calibrate import calibrate_document
    from stationkeep.orbit.history import read_any_history
    from stationkeep.timescale import mjd_utc, parse_utc

    require_json_target(json)
    moment = None if as_of is None else mjd_utc(parse_utc(as_of))
    history = read_any_history([*tle, *(more or [])], norad_id)
    other = None if correct_with is None else read_any_history([correct_with])
    document = calibrate_document(history, moment, space_weather, density_model, other)
    if json is not None:
        emit_json(document.model_dump(mode="json", by_alias=True), json)
    if json != "-":
        _show(document)


def _show(document: CalibrateDocument) -> None:
    from stationkeep.report.text import minute_text

    console = make_console()
    seen = document.object
    console.print(heading_of(seen.name, seen.norad_id, seen.designator), style="bold")
    console.print(
        f"as of {minute_text(document.as_of_utc)} · mean altitude {seen.mean_altitude_km:.1f} km on "
        f"{minute_text(seen.last_element_set_utc)}"
    )
    burns = f"{document.burns_seen} burn{'s' if document.burns_seen != 1 else ''} seen"
    console.print(f"{seen.element_sets_used} element sets of the year before, {burns}")
    console.print()
    console.print(
        f"Cd*A/m         {document.value_m2_kg:.5f} m2/kg +-{100.0 * document.spread:.0f} %, "
        f"mean of the next {document.outlook_days} days",
        style="bold",
    )
    console.print(f"valid with     {document.density_model} only")
    if document.corrected_with is not None:
        other = document.corrected_with
        name = other.name or f"object {other.norad_id}"
        how = f"{100.0 * other.share:.0f} % of the drag's errors in common" if other.share else "nothing in common seen"
        console.print(f"corrected with {name}, known to {minute_text(other.last_element_set_utc)}: {how}")
    _show_drift(console, document)
    console.print()
    _show_arcs(console, document)
    for note in document.notes:
        console.print(f"Note           {note}")
    if seen.rejected:
        console.print(f"Refused        {refused_text(seen.rejected)}")


def _show_drift(console: Console, document: CalibrateDocument) -> None:
    drift = document.drift
    last = len(drift.course.dates_utc) - document.outlook_days
    for label, day in (
        ("today", last),
        ("in 15 days", last + 15),
        ("in 30 days", last + 30),
        ("in 59 days", last + 59),
    ):
        if day - last > _longest_life_days(document):
            continue
        spread = 100.0 * drift.course.spread[day]
        console.print(f"{label:<14} {drift.course.median_m2_kg[day]:.5f} +-{spread:.0f} %")
    factors = dict(zip(drift.sun_angle.angle_deg, drift.sun_angle.factor, strict=True))
    shown = ", ".join(f"x {factors[angle]:.2f} at {angle:.0f}" for angle in (0.0, 30.0, 60.0, 75.0))
    console.print(f"sun angle      {shown} deg above the plane, or below")
    console.print(f"noise          {drift.noise_m:.0f} m (1 sigma) in the axis of one element set")


def _longest_life_days(document: CalibrateDocument) -> float:
    """It cannot fly longer than at the last arc's pace down to 120 km: the air gets thicker."""
    arc = document.arcs[-1]
    if not arc.loss_km > 0.0:
        return math.inf
    return (document.object.mean_altitude_km - 120.0) * arc.days / arc.loss_km


def _show_arcs(console: Console, document: CalibrateDocument) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("burn-free from", "to"):
        table.add_column(heading, no_wrap=True)
    for heading in ("days", "sets", "lost [km]", "Cd*A/m [m2/kg]"):
        table.add_column(heading, justify="right")
    for arc in document.arcs:
        start, stop = (text[:16].replace("T", " ") for text in (arc.start_utc, arc.stop_utc))
        table.add_row(
            start, stop, f"{arc.days:.1f}", str(arc.element_sets), f"{arc.loss_km:.2f}", f"{arc.value_m2_kg:.5f}"
        )
    console.print(table)
