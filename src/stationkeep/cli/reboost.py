"""``stationkeep reboost``: which burns keep a station up for the least propellant, and what does altitude cost?"""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stationkeep.cli.common import (
    JsonOption,
    ScenarioArgument,
    ScenarioSunOption,
    emit_json,
    make_console,
    require_json_target,
    require_output,
)

if TYPE_CHECKING:
    from rich.console import Console

    from stationkeep.campaign.reboost_document import ReboostDocument
    from stationkeep.strategy.altitude import ArrivalWindow


def reboost(
    scenario: ScenarioArgument,
    months: Annotated[float, typer.Option("--months", help="How far to plan from the scenario's epoch.")] = 24.0,
    branch: Annotated[
        str | None, typer.Option("--branch", "-b", help="Whose providers and deliveries. Default: the first.")
    ] = None,
    floor_km: Annotated[
        float | None, typer.Option("--floor-km", help="Lowest mean altitude. Default: the scenario's floor.")
    ] = None,
    ceiling_km: Annotated[
        float | None, typer.Option("--ceiling-km", help="Highest mean altitude. Default: the scenario's target.")
    ] = None,
    arrival: Annotated[
        list[str] | None,
        typer.Option(
            "--arrival", metavar="DATE:LOW-HIGH", help="On that day between these altitudes in km; may be repeated."
        ),
    ] = None,
    every_days: Annotated[
        float, typer.Option("--every-days", help="Opportunities to burn: 7 as needed, 91.3 quarterly.")
    ] = 7.0,
    overhead_kg: Annotated[
        float, typer.Option("--overhead-kg", help="Propellant to turn and hold the station at each burn.")
    ] = 10.0,
    percentile: Annotated[
        float, typer.Option("--percentile", help="Solar activity to plan for, of the forecast: 5, 50, 95.")
    ] = 50.0,
    avoidance_per_year: Annotated[
        float, typer.Option("--avoidance-per-year", help="Burns to avoid debris; propellant is kept for one.", min=0.0)
    ] = 2.1,
    space_weather: ScenarioSunOption = None,
    attitude_view: Annotated[
        str | None,
        typer.Option("--attitude-view", metavar="nasa|roscosmos", help="Whether a Cygnus needs Russian thrusters."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Figures and tables: .html or .svg.")
    ] = None,
    json: JsonOption = None,
) -> None:
    """Which burns keep it between floor and ceiling for the least propellant? And what does each altitude cost?

    Example: stationkeep reboost iss-2022 --months 24 --output reboost.html
    """
    from stationkeep.campaign.reboost import plan_reboosts
    from stationkeep.campaign.reboost_setup import ReboostOptions
    from stationkeep.scenario.loader import load_scenario
    from stationkeep.strategy.altitude import AvoidanceRate

    require_json_target(json)
    require_output(output, ".html", ".svg")
    options = ReboostOptions(
        branch=branch,
        months=months,
        floor_km=floor_km,
        ceiling_km=ceiling_km,
        arrivals=tuple(_arrival(text) for text in arrival or []),
        every_days=every_days,
        overhead_kg=overhead_kg,
        percentile=percentile,
        space_weather=space_weather,
        attitude_view=_view(attitude_view),
        avoidance=AvoidanceRate(per_year=avoidance_per_year),
    )
    document = plan_reboosts(load_scenario(scenario), options).document
    if output is not None:
        _write(document, output)
    if json is not None:
        emit_json(document.model_dump(mode="json", by_alias=True), json)
    if json != "-":
        _show(document, output)


def _view(given: str | None) -> str | None:
    from stationkeep.errors import InputError

    if given not in (None, "nasa", "roscosmos"):
        raise InputError(f"--attitude-view {given!r}", hint="choose nasa or roscosmos")
    return given


def _arrival(text: str) -> ArrivalWindow:
    """``2022-09-21:413-418`` as a window."""
    from stationkeep.errors import InputError
    from stationkeep.strategy.altitude import ArrivalWindow
    from stationkeep.timescale import mjd_utc, parse_utc

    date, colon, span = text.rpartition(":")
    low, dash, high = span.partition("-")
    try:
        lowest, highest = float(low), float(high)
    except ValueError:
        colon = ""
    if not colon or not dash:
        raise InputError(f"--arrival {text!r} cannot be read", hint="write it as DATE:LOW-HIGH, 2022-09-21:413-418")
    return ArrivalWindow(mjd_utc(parse_utc(date)), lowest, highest, "the arrival")


def _write(document: ReboostDocument, output: Path) -> None:
    from stationkeep.files import write_atomically
    from stationkeep.report.reboost import reboost_html, reboost_svg

    if output.suffix.lower() == ".svg":
        write_atomically(output, reboost_svg(document))
    else:
        write_atomically(output, reboost_html(document, reproduce=shlex.join(["stationkeep", *sys.argv[1:]])))


def _show(document: ReboostDocument, output: Path | None) -> None:
    from stationkeep.report.reboost_words import besides_text
    from stationkeep.report.text import minute_text

    console = make_console()
    console.print(document.scenario.title, style="bold")
    band = document.limits.bands[0]
    sun = "observed Sun" if document.solar_percentile is None else f"Sun at {document.solar_percentile:g} %"
    console.print(
        f"{document.branch} · {minute_text(document.start_utc)} to {minute_text(document.stop_utc)} · "
        f"{band.floor_km:g} to {band.ceiling_km:g} km · {sun}"
    )
    console.print()
    _show_burns(console, document)
    console.print()
    plural = "s" if len(document.burns) != 1 else ""
    console.print(
        f"{len(document.burns)} burn{plural}: {document.delta_v_m_s_per_year:.1f} m/s and "
        f"{document.propellant_kg_per_year:.0f} kg a year, and {document.overhead_kg_per_year:.0f} kg a year to turn "
        "and hold it at the burns",
        style="bold",
    )
    console.print(f"Besides       {besides_text(document)}")
    for item in document.limiting:
        console.print(f"Limiting      {item.limit}: {item.eased} saves {item.saves_kg_per_year:.0f} kg a year")
    for sun_case in document.suns:
        if sun_case.solar_percentile not in (None, document.solar_percentile):
            told = (
                f"{sun_case.burns} burns, {sun_case.delta_v_m_s_per_year:.1f} m/s and "
                f"{sun_case.propellant_kg_per_year:.0f} kg a year"
                if sun_case.possible
                else f"impossible: {sun_case.reason}"
            )
            console.print(f"Sun at {sun_case.solar_percentile:>2g} %   {told}")
    console.print()
    _show_trade(console, document)
    for note in document.notes:
        console.print(f"Note          {note}")
    if output is not None:
        console.print(f"Figures       {output}")


def _show_burns(console: Console, document: ReboostDocument) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("burn (UTC)", no_wrap=True)
    table.add_column("by")
    for heading in ("delta-v [m/s]", "time [s]", "burnt [kg]", "then at [km]"):
        table.add_column(heading, justify="right")
    for burn in document.burns:
        table.add_row(
            burn.date_utc[:16].replace("T", " "),
            burn.label,
            f"{burn.delta_v_m_s:+.2f}",
            f"{burn.duration_s:.0f}",
            f"{burn.propellant_kg:.0f}",
            f"{burn.mean_altitude_after_km:.2f}",
        )
    console.print(table if document.burns else "No burn is needed.")


def _show_trade(console: Console, document: ReboostDocument) -> None:
    from rich.table import Table

    names = list(document.trade[0].propellant_kg_per_year)
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("held at [km]", justify="right")
    for name in names:
        table.add_column("observed [kg/a]" if name == "observed" else f"Sun {name[1:]} % [kg/a]", justify="right")
    table.add_column("to get there [kg]", justify="right")
    for row in document.trade:
        cells = (f"{row.propellant_kg_per_year[name]:.0f}" for name in names)
        table.add_row(f"{row.mean_altitude_km:.0f}", *cells, f"{row.lift_kg:+.0f}")
    console.print(table)
