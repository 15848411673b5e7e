"""``stationkeep decay``: when does any object come down, from its element sets alone?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stationkeep.cli.common import JsonOption, emit_json, make_console, progress_bar, require_json_target

if TYPE_CHECKING:
    from stationkeep.campaign.decay import DecayDocument


def decay(
    tle: Annotated[
        Path, typer.Option("--tle", metavar="FILE", help="Its history: TLE, OMM or OEM, as much as there is.")
    ],
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", metavar="DATE", help="Use only sets up to then (UTC). Default: the last one."),
    ] = None,
    space_weather: Annotated[
        str,
        typer.Option(
            "--space-weather",
            metavar="observed|as-known|FILE",
            help="The Sun as it was, as forecast at --as-of, or from an MSAFE bulletin or a CelesTrak table.",
        ),
    ] = "as-known",
    runs: Annotated[int, typer.Option("--runs", "-n", help="Random runs.")] = 200,
    seed: Annotated[int, typer.Option("--seed", help="Same seed, same numbers.")] = 1,
    horizon_days: Annotated[float, typer.Option("--horizon-days", help="How far to look after --as-of.")] = 3652.0,
    norad_id: Annotated[
        str | None, typer.Option("--norad-id", help="Which object, where the file holds several.")
    ] = None,
    json: JsonOption = None,
) -> None:
    """When does it come down? The window of re-entry of an object nobody pushes, from its element sets.

    Example: stationkeep decay --tle tiangong1.tle --as-of 2018-03-19 --space-weather observed
    """
    from stationkeep.compiled import spare_linear_algebra

    spare_linear_algebra()
    from stationkeep.campaign.decay import DecayOptions, predict_decay
    from stationkeep.orbit.history import as_element_history, read_any_history
    from stationkeep.timescale import mjd_utc, parse_utc

    require_json_target(json)
    moment = None if as_of is None else mjd_utc(parse_utc(as_of))
    history = as_element_history(read_any_history([tle], norad_id))
    options = DecayOptions(space_weather=space_weather, runs=runs, seed=seed, horizon_days=horizon_days)
    with progress_bar(runs) as advance:
        document = predict_decay(history, moment, options, advance)
    if json is not None:
        emit_json(document.model_dump(mode="json", by_alias=True), json)
    if json != "-":
        _show(document)


def _show(document: DecayDocument) -> None:
    from stationkeep.report.text import minute_text

    console = make_console()
    seen, fall, drag = document.object, document.reentry, document.ballistic_coefficient
    title = " ".join(part for part in (seen.name, f"object {seen.norad_id}", seen.designator) if part)
    console.print(title, style="bold")
    console.print(
        f"as of {minute_text(document.as_of_utc)} · mean altitude {seen.mean_altitude_km:.1f} km on "
        f"{minute_text(seen.last_element_set_utc)} · inclination {seen.inclination_deg:.2f} deg"
    )
    by = f"not by {minute_text(document.horizon_utc)}"
    low, middle, high = (minute_text(date) if date else by for date in (fall.p05_utc, fall.median_utc, fall.p95_utc))
    console.print()
    console.print(f"Comes down      {middle}", style="bold")
    console.print(f"90 % window     {low}  to  {high}")
    if fall.probability < 1.0:
        console.print(f"By the horizon  {100.0 * fall.probability:.0f} % of {document.runs} runs")
    console.print()
    console.print(
        f"Drag            Cd*A/m = {drag.value_m2_kg:.5f} m2/kg +-{drag.spread_percent:.0f} % ({drag.density_model}), "
        f"{drag.arcs} arc{'s' if drag.arcs != 1 else ''}, "
        f"{minute_text(drag.arc_start_utc)} to {minute_text(drag.arc_stop_utc)}"
    )
    weather = document.provenance["space_weather"]
    forecast = f", then {weather['forecast']}" if weather["forecast"] else ""
    console.print(f"Space weather   {weather['mode']}: observed until {weather['observed_until_utc']}{forecast}")
    if drag.burns_seen:
        console.print(
            f"Burns           {drag.burns_seen} seen in the history; none are assumed after "
            f"{minute_text(document.as_of_utc)}"
        )
    if seen.rejected:
        lines = ", ".join(str(item["line_number"]) for item in seen.rejected[:8])
        lines += ", ..." if len(seen.rejected) > 8 else ""
        console.print(f"Refused         {len(seen.rejected)} element sets (line {lines})")
    for note in (*document.object.notes, *document.notes):
        console.print(f"Note            {note}")
