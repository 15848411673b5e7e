"""``stationkeep reentry-window``: in the last days, when does it come down, and over whom?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stationkeep.cli.common import (
    AsOfOption,
    ElementSetsOption,
    JsonOption,
    MoreFilesArgument,
    NoradIdOption,
    PossibleSunOption,
    RunsOption,
    SeedOption,
    emit_json,
    make_console,
    progress_bar,
    refused_text,
    require_json_target,
    require_output,
)

if TYPE_CHECKING:
    from rich.console import Console

    from stationkeep.campaign.reentry_document import WindowDocument

_SHOWN_COUNTRIES = 12
_UPDATES_HELP = "Also show this many earlier windows (0 to 20), how it shrank. Each takes some 3 seconds more."


def reentry_window(
    tle: ElementSetsOption,
    more: MoreFilesArgument = None,
    as_of: AsOfOption = None,
    space_weather: PossibleSunOption = "as-known",
    runs: RunsOption = 200,
    seed: SeedOption = 1,
    updates: Annotated[int, typer.Option("--updates", help=_UPDATES_HELP)] = 0,
    size_m: Annotated[float, typer.Option("--size-m", help="Width of the object across the stream.")] = 4.0,
    entry_altitude_km: Annotated[
        float, typer.Option("--entry-altitude-km", help="Where the orbital flight hands over to the entry.")
    ] = 120.0,
    precise_below_km: Annotated[
        float, typer.Option("--precise-below-km", help="Mean altitude from which heyoka flies.")
    ] = 180.0,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="PAGE.html", help="Write the map and the tables as a page.")
    ] = None,
    norad_id: NoradIdOption = None,
    json: JsonOption = None,
) -> None:
    """When and where does it come down? The re-entry window of the last days, the ground track left, the countries.

    Example: stationkeep reentry-window --tle tiangong1.tle --as-of 2018-04-01 --output tiangong1.html
    """
    from stationkeep.campaign.reentry_window import UPDATE_RUNS, WindowOptions, predict_window
    from stationkeep.orbit.history import as_element_history, read_any_history
    from stationkeep.timescale import mjd_utc, parse_utc

    require_json_target(json)
    require_output(output)
    moment = None if as_of is None else mjd_utc(parse_utc(as_of))
    history = as_element_history(read_any_history([*tle, *(more or [])], norad_id))
    options = WindowOptions(
        space_weather=space_weather, runs=runs, seed=seed, updates=updates, size_m=size_m,
        entry_altitude_km=entry_altitude_km, precise_below_km=precise_below_km,
    )  # fmt: skip
    with progress_bar(runs + updates * min(runs, UPDATE_RUNS)) as advance:
        document = predict_window(history, moment, options, advance)
    if output is not None:
        from stationkeep.report.window_page import write_window_page

        write_window_page(document, output)
    if json is not None:
        emit_json(document.model_dump(mode="json", by_alias=True), json)
    if json != "-":
        _show(document)
        if output is not None:
            make_console().print(f"Page           {output}")


def _show(document: WindowDocument) -> None:
    from stationkeep.report.text import minute_text

    console, seen, when = make_console(), document.object, document.reentry
    console.print(
        " ".join(part for part in (seen.name, f"object {seen.norad_id}", seen.designator) if part), style="bold"
    )
    console.print(
        f"as of {minute_text(document.as_of_utc)} · mean altitude {seen.mean_altitude_km:.1f} km on "
        f"{minute_text(seen.last_element_set_utc)} · inclination {seen.inclination_deg:.2f} deg"
    )
    console.print()
    console.print(f"Comes down     {minute_text(when.median_utc)}", style="bold")
    console.print(f"50 % window    {minute_text(when.p25_utc)}  to  {minute_text(when.p75_utc)}")
    console.print(f"90 % window    {minute_text(when.p05_utc)}  to  {minute_text(when.p95_utc)}")
    console.print(
        f"               passing {document.place.break_up_altitude_km:.0f} km, where it breaks up; "
        f"{document.entry_altitude_km:.0f} km at {minute_text(document.entry_median_utc)}"
    )
    drag = document.drag
    console.print(
        f"Drag           Cd*A/m = {drag.value_m2_kg:.5f} m2/kg +-{drag.spread_percent:.0f} % ({drag.density_model}) "
        f"from {seen.element_sets_used} sets, places to {drag.place_residual_km:.1f} km"
    )
    _show_places(console, document)
    _show_updates(console, document)
    for note in document.notes:
        console.print(f"Note           {note}")
    if seen.rejected:
        console.print(f"Refused        {refused_text(seen.rejected)}")


def _show_places(console: Console, document: WindowDocument) -> None:
    from rich.table import Table

    place = document.place
    console.print()
    console.print(
        f"Breaks up over the sea in {100.0 * place.ocean_probability:.0f} % of the cases; debris falls "
        f"{place.debris_from_km:.0f} to {place.debris_to_km:.0f} km further on and reaches any land in "
        f"{100.0 * place.debris_on_land_probability:.0f} %. {place.revolutions:.1f} revolutions are still possible."
    )
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("country")
    for heading in ("debris may fall [%]", "breaks up above [%]"):
        table.add_column(heading, justify="right")
    for row in place.countries[:_SHOWN_COUNTRIES]:
        table.add_row(row.country, f"{100.0 * row.debris_probability:.1f}", f"{100.0 * row.break_up_probability:.1f}")
    console.print(table)
    more = len(place.countries) - _SHOWN_COUNTRIES
    if more > 0:
        console.print(f"and {more} more with less")


def _show_updates(console: Console, document: WindowDocument) -> None:
    if not document.updates:
        return
    from rich.table import Table

    console.print()
    title = "How the window shrank (UTC)"
    table = Table(box=None, pad_edge=False, header_style="bold", title=title, title_justify="left")
    for heading in ("as of", "5 %", "median", "95 %"):
        table.add_column(heading, no_wrap=True)
    table.add_column("hours", justify="right")
    for row in document.updates:
        table.add_row(
            # five columns fit a page of 80 only with short dates
            *(text[:16].replace("T", " ") for text in (row.as_of_utc, row.p05_utc, row.median_utc, row.p95_utc)),
            f"{row.width_hours:.1f}",
        )
    console.print(table)
