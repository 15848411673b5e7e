"""``stationkeep convert``: the same orbit history in another message."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stationkeep.cli.common import (
    JsonOption,
    NoradIdOption,
    emit_json,
    heading_of,
    make_console,
    refused_text,
    require_json_target,
    require_writable_folder,
)

if TYPE_CHECKING:
    from stationkeep.campaign.convert import ConvertDocument


def convert(
    target: Annotated[
        Path,
        typer.Option(
            "--to", metavar="FILE", help="What to write; the name says which message: omm.xml, iss.oem, x.tle."
        ),
    ],
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE]...", help="The history: TLE, OMM, OEM or OPM files.")
    ] = None,
    given: Annotated[
        list[Path] | None,
        typer.Option("--tle", "--omm", "--oem", "--opm", metavar="FILE", help="The same, as other commands take it."),
    ] = None,
    message: Annotated[
        str | None, typer.Option("--message", metavar="TLE|OMM|OEM|OPM", help="Which message, if the name is silent.")
    ] = None,
    language: Annotated[
        str | None, typer.Option("--language", metavar="kvn|xml|json|csv", help="Which language. Default: the ending.")
    ] = None,
    frame: Annotated[
        str | None,
        typer.Option("--frame", metavar="FRAME", help="Turn states to GCRF, EME2000, TEME, TOD or ITRF."),
    ] = None,
    norad_id: NoradIdOption = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DATE", help="Use only what is up to then (UTC). Default: all.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace FILE if it exists.")] = False,
    json: JsonOption = None,
) -> None:
    """Write an orbit history as another message: element sets or ephemerides as TLE, OMM, OEM or OPM, in UTC.

    Example: stationkeep convert --tle iss.tle --to omm.xml
    """
    from stationkeep.campaign.convert import ConvertOptions
    from stationkeep.campaign.convert import convert as converted
    from stationkeep.errors import InputError
    from stationkeep.timescale import mjd_utc, parse_utc

    require_json_target(json)
    require_writable_folder(target.parent)
    if not (files or given):
        raise InputError("no history is given", hint="give its files: stationkeep convert iss.tle --to omm.xml")
    moment = None if as_of is None else mjd_utc(parse_utc(as_of))
    options = ConvertOptions(message, language, frame, norad_id, moment, force)
    document = converted([*(given or []), *(files or [])], target, options)
    if json is not None:
        emit_json(document.model_dump(mode="json", by_alias=True), json)
    if json != "-":
        _show(document)


def _show(document: ConvertDocument) -> None:
    from stationkeep.report.text import minute_text

    console = make_console()
    seen, read, made = document.object, document.read, document.written
    console.print(heading_of(seen.name, seen.norad_id, seen.designator), style="bold")
    kind_read = read.kind if read.count != 1 else read.kind.removesuffix("s")
    for verb, part, kind in (("Read", read, kind_read), ("Wrote", made, f"{made.message} ({made.language})")):
        console.print(
            f"{verb:<8} {part.count} {kind}, {minute_text(part.first_utc)} to {minute_text(part.last_utc)}, "
            f"{' and '.join(part.frames)}"
        )
    console.print(f"To       {made.file}, epochs in {made.time_scale}")
    for change in document.changes:
        console.print(f"Changed  {change}")
    for note in document.notes:
        console.print(f"Note     {note}")
    if read.rejected:
        console.print(f"Refused  {refused_text(read.rejected)}")
