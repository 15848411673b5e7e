"""``stationkeep burns``: when was an object pushed, and how hard?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stationkeep.cli.common import (
    JsonOption,
    NoradIdOption,
    ObservedSunOption,
    emit_json,
    heading_of,
    make_console,
    refused_text,
    require_json_target,
)

if TYPE_CHECKING:
    from stationkeep.campaign.burns import BurnsDocument


def burns(
    more: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILE]...", help="Further files, joined with the one of --tle or --oem."),
    ] = None,
    tle: Annotated[
        list[Path] | None,
        typer.Option("--tle", metavar="FILE", help="Element sets: TLE, or OMM (JSON, XML, KVN); may be repeated."),
    ] = None,
    oem: Annotated[
        list[Path] | None,
        typer.Option("--oem", metavar="FILE", help="Ephemerides: CCSDS OEM (KVN or XML, also .gz); may be repeated."),
    ] = None,
    norad_id: NoradIdOption = None,
    space_weather: ObservedSunOption = "observed",
    json: JsonOption = None,
) -> None:
    """When was it pushed? Reboosts, deboosts and avoidance burns in the history of an object, with their delta-v.

    Example: stationkeep burns --tle iss.tle
    """
    from stationkeep.campaign.burns import burns_document
    from stationkeep.errors import InputError
    from stationkeep.orbit.history import read_any_history

    require_json_target(json)
    if bool(tle) == bool(oem):
        problem = "both --tle and --oem are given" if tle else "no history is given"
        raise InputError(problem, hint="give either --tle FILE... or --oem FILE...")
    history = read_any_history([*(tle or []), *(oem or []), *(more or [])], norad_id)
    document = burns_document(history, space_weather)
    if json is not None:
        emit_json(document.model_dump(mode="json", by_alias=True), json)
    if json != "-":
        _show(document)


def _show(document: BurnsDocument) -> None:
    from rich.table import Table

    from stationkeep.report.text import minute_text

    console = make_console()
    seen = document.object
    console.print(heading_of(seen.name, seen.norad_id, seen.designator), style="bold")
    console.print(
        f"{seen.element_sets_used} sets from {minute_text(seen.first_utc)} to {minute_text(seen.last_utc)} · "
        f"mean altitude {seen.mean_altitude_km:.1f} km"
    )
    console.print()
    if document.burns:
        table = Table(box=None, pad_edge=False, header_style="bold")
        for heading in ("between (UTC)", "and", "most likely"):
            table.add_column(heading, no_wrap=True)
        for heading in ("altitude [km]", "delta-v [m/s]", "confidence"):
            table.add_column(heading, justify="right")
        for burn in document.burns:
            # never rounded up to certainty: nothing here is
            confidence = min(100.0 * burn.confidence, 99.9)
            table.add_row(
                _short(burn.start_utc),
                _short(burn.stop_utc),
                _short(burn.moment_utc),
                f"{burn.delta_mean_altitude_km:+.2f}",
                f"{burn.delta_v_m_s:+.2f}",
                f"{confidence:.1f} %",
            )
        console.print(table)
        up = sum(max(burn.delta_v_m_s, 0.0) for burn in document.burns)
        down = sum(max(-burn.delta_v_m_s, 0.0) for burn in document.burns)
        console.print()
        console.print(
            f"{len(document.burns)} burn{'s' if len(document.burns) != 1 else ''}: {up:.2f} m/s up, {down:.2f} m/s down"
        )
    else:
        console.print("No burns seen.", style="bold")
    for gap in document.gaps:
        console.print(
            f"Not searched  {minute_text(gap.start_utc)} to {minute_text(gap.stop_utc)} ({gap.days:.0f} days)"
        )
    for note in document.notes:
        console.print(f"Note          {note}")
    if seen.rejected:
        console.print(f"Refused       {refused_text(seen.rejected)}")


def _short(utc: str) -> str:
    """``2021-01-21 16:25`` of an ISO date: columns that line up."""
    return utc[:16].replace("T", " ")
