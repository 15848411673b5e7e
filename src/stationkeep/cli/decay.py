"""``stationkeep decay``: when does any object come down, from its element sets alone?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stationkeep.cli.common import (
    AsOfOption,
    DensityModelOption,
    JsonOption,
    MoreFilesArgument,
    NoradIdOption,
    PossibleSunOption,
    RunsOption,
    SeedOption,
    emit_json,
    heading_of,
    make_console,
    progress_bar,
    refused_text,
    require_json_target,
)
from stationkeep.environment.density_models import DEFAULT_DENSITY_MODEL

if TYPE_CHECKING:
    from rich.console import Console

    from stationkeep.campaign.decay import DecayDocument

_WORTH_SAYING = 0.02  # of the coefficient: half a digit of what is printed


def decay(
    tle: Annotated[
        list[Path],
        typer.Option("--tle", metavar="FILE", help="Its history: TLE, OMM or OEM, all there is; may be repeated."),
    ],
    more: MoreFilesArgument = None,
    as_of: AsOfOption = None,
    space_weather: PossibleSunOption = "as-known",
    runs: RunsOption = 200,
    seed: SeedOption = 1,
    horizon_days: Annotated[float, typer.Option("--horizon-days", help="How far to look after --as-of.")] = 3652.0,
    norad_id: NoradIdOption = None,
    density_model: DensityModelOption = DEFAULT_DENSITY_MODEL,
    ballistic_coefficient: Annotated[
        Path | None,
        typer.Option(
            "--ballistic-coefficient",
            metavar="FILE",
            help="Cd*A/m from a file of stationkeep calibrate --json, instead of fitting it here.",
        ),
    ] = None,
    json: JsonOption = None,
) -> None:
    """When does it come down? The window of re-entry of an object nobody pushes, from its element sets.

    Example: stationkeep decay --tle tiangong1.tle --as-of 2018-03-19 --space-weather observed
    """
    from stationkeep.compiled import spare_linear_algebra

    spare_linear_algebra()
    from stationkeep.campaign.coefficient_file import read_coefficient
    from stationkeep.campaign.decay import DecayOptions, predict_decay
    from stationkeep.orbit.history import read_any_history
    from stationkeep.timescale import mjd_utc, parse_utc

    require_json_target(json)
    moment = None if as_of is None else mjd_utc(parse_utc(as_of))
    history = read_any_history([*tle, *(more or [])], norad_id)
    options = DecayOptions(
        space_weather=space_weather,
        runs=runs,
        seed=seed,
        horizon_days=horizon_days,
        density_model=density_model,
        ballistic_coefficient=None if ballistic_coefficient is None else read_coefficient(ballistic_coefficient),
    )
    with progress_bar(runs) as advance:
        document = predict_decay(history, moment, options, advance)
    if json is not None:
        emit_json(document.model_dump(mode="json", by_alias=True), json)
    if json != "-":
        _show(document)


def _show_falls(console: Console, document: DecayDocument) -> None:
    """The answer; beside an as-known one what the Sun that came says."""
    from stationkeep.report.text import minute_text

    by = f"not by {minute_text(document.horizon_utc)}"
    answers = [("as known then" if document.reentry_observed else "", document.reentry)]
    if document.reentry_observed is not None:
        answers.append(("the Sun that came", document.reentry_observed))
    for name, fall in answers:
        dates = (fall.p05_utc, fall.median_utc, fall.p95_utc)
        low, middle, high = (minute_text(date) if date else by for date in dates)
        tail = f"  ({name})" if name else ""
        console.print(f"Comes down      {middle}{tail}", style="bold")
        console.print(f"90 % window     {low}  to  {high}")
        fitted = document.ballistic_coefficient.value_m2_kg
        if abs(fall.ballistic_m2_kg / fitted - 1.0) > _WORTH_SAYING:
            console.print(
                f"                with Cd*A/m = {fall.ballistic_m2_kg:.5f} m2/kg, as the sets ask for under it"
            )


def _show(document: DecayDocument) -> None:
    from stationkeep.report.text import minute_text

    console = make_console()
    seen, fall, drag = document.object, document.reentry, document.ballistic_coefficient
    console.print(heading_of(seen.name, seen.norad_id, seen.designator), style="bold")
    console.print(
        f"as of {minute_text(document.as_of_utc)} · mean altitude {seen.mean_altitude_km:.1f} km on "
        f"{minute_text(seen.last_element_set_utc)} · inclination {seen.inclination_deg:.2f} deg"
    )
    console.print()
    _show_falls(console, document)
    if fall.probability < 1.0:
        console.print(f"By the horizon  {100.0 * fall.probability:.0f} % of {document.runs} runs")
    console.print()
    arcs = f", {drag.arcs} arc{'s' if drag.arcs != 1 else ''}"
    if drag.arc_start_utc and drag.arc_stop_utc:
        arcs += f", {minute_text(drag.arc_start_utc)} to {minute_text(drag.arc_stop_utc)}"
    given = document.provenance.get("ballistic_coefficient")
    console.print(
        f"Drag            Cd*A/m = {drag.value_m2_kg:.5f} m2/kg +-{drag.spread_percent:.0f} % ({drag.density_model})"
        f"{arcs}{f', from {given}' if given else ''}"
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
        console.print(f"Refused         {refused_text(seen.rejected)}")
    for note in (*document.object.notes, *document.notes):
        console.print(f"Note            {note}")
