"""``stationkeep replay``: do flown flights and crews fit together, day by day?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stationkeep.cli.common import (
    JsonOption,
    emit_json,
    make_console,
    require_json_target,
    require_output,
)

if TYPE_CHECKING:
    from rich.console import Console

    from stationkeep.campaign.replay import ReplayDocument
    from stationkeep.logistics.manifest import Manifest

_MOST_SHOWN = 12


def replay(
    flights: Annotated[
        Path | None,
        typer.Option("--flights", metavar="FILE", help="Table of flights (CSV). Default: those of 2020 to 2023."),
    ] = None,
    crew: Annotated[Path | None, typer.Option("--crew", metavar="FILE", help="Table of people's trips (CSV).")] = None,
    ports: Annotated[
        Path | None,
        typer.Option("--ports", metavar="FILE", help="Table of stays at ports (CSV); else as --flights says."),
    ] = None,
    contingencies: Annotated[
        str,
        typer.Option(
            "--contingencies",
            metavar="known|none|FILE",
            help="What went wrong with seats: what is known of flown craft, nothing, or a table of your own.",
        ),
    ] = "known",
    from_day: Annotated[str | None, typer.Option("--from", metavar="DATE", help="First day (UTC).")] = None,
    to_day: Annotated[str | None, typer.Option("--to", metavar="DATE", help="Last day (UTC), it included.")] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="PAGE.html", help="Write the charts of ports and people as a page."),
    ] = None,
    json: JsonOption = None,
) -> None:
    """Who and what was aboard on each day, and did everyone have a seat home? Replays flights and crews.

    Exits with 2 where the table contradicts itself: two craft at one port, a person without a craft. The document is
    written all the same. Example: stationkeep replay --from 2022-12-01 --to 2023-04-01 --output ports.html
    """
    from stationkeep.campaign.replay import replay_manifest
    from stationkeep.logistics.conflicts import refuse_impossible
    from stationkeep.timescale import mjd_utc, parse_utc

    require_json_target(json)
    require_output(output)
    manifest = _manifest(flights, crew, ports, contingencies)
    first, last = (None if day is None else float(int(mjd_utc(parse_utc(day)))) for day in (from_day, to_day))
    result = replay_manifest(manifest, first, last)
    document = result.document
    if output is not None:
        from stationkeep.report.traffic import write_replay_page

        write_replay_page(document, output)
    if json is not None:
        emit_json(document.model_dump(mode="json", by_alias=True), json)
    if json != "-":
        _show(document)
        if output is not None:
            make_console().print(f"Page       {output}")
    refuse_impossible(result.conflicts)


def _manifest(flights: Path | None, crew: Path | None, ports: Path | None, contingencies: str) -> Manifest:
    from dataclasses import replace

    from stationkeep.errors import ManifestError
    from stationkeep.logistics.history import flown_history, known_contingencies
    from stationkeep.logistics.tables import read_contingencies, read_manifest

    if flights is None and (crew is not None or ports is not None):
        raise ManifestError("a table of people or ports is given without flights", hint="give --flights FILE too")
    manifest = flown_history() if flights is None else read_manifest(flights, crew, ports)
    manifest = replace(manifest, contingencies=())
    if contingencies == "none":
        return manifest
    if contingencies == "known":
        return manifest.with_contingencies(known_contingencies())
    found = read_contingencies(Path(contingencies))
    joined = manifest.with_contingencies(found)
    missing = [item for item in found if item.flight not in manifest.flights and not item.cospar]
    if missing:
        raise ManifestError(
            f"{missing[0].place}: there is no flight {missing[0].flight!r}", hint="name a flight of the table"
        )
    return joined


def _show(document: ReplayDocument) -> None:
    console = make_console()
    days = document.days
    console.print(f"{document.title}: {document.from_utc} to {document.to_utc}", style="bold")
    aboard = [day.aboard for day in days]
    people = f"{min(aboard)} to {max(aboard)} people" if min(aboard) < max(aboard) else _counted(max(aboard), "person")
    console.print(
        f"{_counted(len(days), 'day')} · {people} aboard · "
        f"{len({stay.vehicle for stay in document.stays})} craft at {_counted(len(document.port_names), 'port')} · "
        f"{_counted(len(document.trips), 'stay')} of people"
    )
    if document.lost:
        console.print(f"Lost       {', '.join(document.lost)}")
    console.print()
    for short in document.shortages:
        until = short.to_utc[:16].replace("T", " ") if short.to_utc else "the end"
        console.print(
            f"No seat    {short.from_utc[:16].replace('T', ' ')} to {until}: {'; '.join(short.people)} · {short.cause}"
            + (f" · makeshift place: {'; '.join(short.makeshift)}" if short.makeshift else "")
        )
    _show_conflicts(console, document)
    console.print()
    for source in (text for name, text in document.provenance.items() if name.startswith("source")):
        console.print(f"Source     {source}")


def _counted(number: int, noun: str) -> str:
    """``1 port``, ``2 people``."""
    many = "people" if noun == "person" else f"{noun}s"
    return f"{number} {noun if number == 1 else many}"


def _show_conflicts(console: Console, document: ReplayDocument) -> None:
    if not document.conflicts:
        console.print("No conflict of ports, seats or crews.", style="bold")
    for conflict in document.conflicts[:_MOST_SHOWN]:
        place = f" ({conflict.place})" if conflict.place else ""
        console.print(f"Conflict   {conflict.what}{place}")
    more = len(document.conflicts) - _MOST_SHOWN
    if more > 0:
        console.print(f"and {more} more")
