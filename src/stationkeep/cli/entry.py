"""``stationkeep entry``: one body from one state, what of it burns up, what strikes the ground, where and how fast?"""

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
from stationkeep.report.text import kilogram_text

if TYPE_CHECKING:
    from stationkeep.campaign.entry_document import EntryDocument, EntryPart
    from stationkeep.descent.air import AirTable
    from stationkeep.descent.body import Body

_SHOWN = 60


def entry(
    body: Annotated[
        str, typer.Option("--body", metavar="FILE|NAME", help="A YAML file of parts, or a shipped body: iss, mir, ...")
    ],
    altitude_km: Annotated[float, typer.Option("--altitude-km", help="Geodetic, up to 250.")] = 120.0,
    speed_m_s: Annotated[
        float, typer.Option("--speed-m-s", help="Through the air, which turns with the Earth.")
    ] = 7500.0,
    flight_path_deg: Annotated[float, typer.Option("--flight-path-deg", help="Negative is down.")] = -0.5,
    heading_deg: Annotated[float, typer.Option("--heading-deg", help="From north through east.")] = 45.0,
    latitude_deg: Annotated[float, typer.Option("--latitude-deg", help="Geodetic.")] = 0.0,
    longitude_deg: Annotated[float, typer.Option("--longitude-deg", help="East.")] = 0.0,
    atmosphere: Annotated[
        str, typer.Option("--atmosphere", metavar="us76|nrlmsise00", help="The second needs --date.")
    ] = "us76",
    date: Annotated[
        str | None, typer.Option("--date", metavar="UTC", help="For nrlmsise00: moment, and Sun as observed then.")
    ] = None,
    wind: Annotated[
        str | None, typer.Option("--wind", metavar="EAST,NORTH", help="Of all the air, in m/s. Default: none.")
    ] = None,
    break_up_km: Annotated[
        float | None, typer.Option("--break-up-km", help="Main break-up. Default: the body's own, or 78.")
    ] = None,
    recession: Annotated[
        str, typer.Option("--recession", metavar="constant-radius|shrinking", help="What melting does to the size.")
    ] = "constant-radius",
    rest: Annotated[
        str,
        typer.Option("--rest", metavar="tears|thins|all-or-nothing", help="What becomes of a part that melts in part."),
    ] = "tears",
    tear_share: Annotated[float, typer.Option("--tear-share", help="Molten share at which a thin wall tears.")] = 0.3,
    bridging: Annotated[
        str, typer.Option("--bridging", metavar="sesam|wide", help="Drag between free molecules and a continuum.")
    ] = "sesam",
    no_melt: Annotated[bool, typer.Option("--no-melt", help="Keep everything solid however hot it gets.")] = False,
    lift_over_drag: Annotated[float, typer.Option("--lift-over-drag", help="Of every part.")] = 0.0,
    bank_deg: Annotated[float, typer.Option("--bank-deg", help="Of the lift, to the right of up.")] = 0.0,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Histories and demise chart: .html or .svg.")
    ] = None,
    json: JsonOption = None,
) -> None:
    """What of a body burns up, what strikes the ground, where and how fast?

    Example: stationkeep entry --body uars-like --altitude-km 120 --speed-m-s 7500 --flight-path-deg -0.15 -o uars.html
    """
    from dataclasses import replace

    from stationkeep.campaign.entry_document import entry_document
    from stationkeep.descent.entry import EntryOptions, EntryState, fly_entry

    require_json_target(json)
    require_output(output, ".html", ".svg")
    chosen = _body(body)
    if break_up_km is not None:
        chosen = replace(chosen, break_up_altitude_km=break_up_km)
    state = EntryState(latitude_deg, longitude_deg, altitude_km, speed_m_s, flight_path_deg, heading_deg)
    options = EntryOptions(
        recession=recession, bridging=bridging, rest=rest, tear_share=tear_share,  # type: ignore[arg-type]
        melting=not no_melt,
        lift_over_drag=lift_over_drag, bank_deg=bank_deg, record=output is not None,
    )  # fmt: skip
    air, told = _air(atmosphere, date, wind)
    result = fly_entry(chosen, state, air, options)
    document = entry_document(result, options, told, _notes(chosen))
    if output is not None:
        from stationkeep.files import write_atomically
        from stationkeep.report.demise import demise_html, demise_svg

        made = demise_svg(result) if output.suffix.lower() == ".svg" else demise_html(result, document)
        write_atomically(output, made)
    if json is not None:
        emit_json(document.model_dump(mode="json", by_alias=True), json)
    if json != "-":
        _show(document, output)


def _body(given: str) -> Body:
    """A shipped body by its name, else a file; a file of the same name goes first."""
    from stationkeep.descent.body import read_body, shipped_bodies, shipped_body
    from stationkeep.errors import InputError

    if not Path(given).exists() and given in shipped_bodies():
        return shipped_body(given)
    if not Path(given).exists():
        raise InputError(
            f"there is no body file {given!r}", hint=f"shipped bodies are {', '.join(shipped_bodies())}; or give a file"
        )
    return read_body(given)


def _air(atmosphere: str, date: str | None, wind: str | None) -> tuple[AirTable, str]:
    """The air and how it is told."""
    from stationkeep.descent.air import nrlmsise00_air, us76_air
    from stationkeep.environment.sources import observed_space_weather
    from stationkeep.errors import InputError
    from stationkeep.timescale import mjd_utc, parse_utc

    name = atmosphere.casefold().replace("-", "").replace("_", "")
    if name not in ("us76", "nrlmsise00"):
        raise InputError(f"--atmosphere {atmosphere!r}", hint="choose us76 or nrlmsise00")
    if name == "us76":
        if date is not None:
            raise InputError("--date with the us76 atmosphere", hint="us76 is the same at all times: drop --date")
        air, told = us76_air(), "US Standard Atmosphere 1976"
    else:
        if date is None:
            raise InputError(
                "--atmosphere nrlmsise00 without --date", hint="give the moment of entry, --date 2018-04-02"
            )
        moment = mjd_utc(parse_utc(date))
        sun = tuple(float(value) for value in observed_space_weather(moment).drivers(moment, 1)[0])
        air = nrlmsise00_air(moment, (sun[0], sun[1], sun[2]))
        told = f"NRLMSISE-00 at {date} UTC (F10.7 {sun[0]:.0f}, mean {sun[1]:.0f}, Ap {sun[2]:.0f})"
    if wind is None:
        return air, told
    east, north = _wind(wind)
    blown = air.with_wind(lambda _latitude, _longitude, heights: (0.0 * heights + east, 0.0 * heights + north))
    return blown, f"{told}, wind {east:g} m/s east, {north:g} m/s north"


def _wind(text: str) -> tuple[float, float]:
    from stationkeep.errors import InputError

    try:
        east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise InputError(f"--wind {text!r} cannot be read", hint="write it as EAST,NORTH in m/s: 30,-5") from None
    return east, north


def _notes(body: Body) -> list[str]:
    from stationkeep.descent.body import material_of

    used = dict.fromkeys(material_of(part) for part in body.parts)
    assumed = [item.name for item in used if item.quality == "D"]
    notes = ["Tumbling bodies, lumped heat; convective heating between codes differs by a quarter and more."]
    if assumed:
        notes.append(f"Assumed materials, not measured ones: {', '.join(assumed)}.")
    return [*notes, body.source] if body.source else notes


def _show(document: EntryDocument, output: Path | None) -> None:
    from rich.table import Table

    console, totals = make_console(), document.totals
    console.print(document.body, style="bold")
    console.print(
        f"{totals.mass_kg:,.6g} kg in {sum(part.count for part in document.parts):,} parts · {document.atmosphere} · "
        f"from {document.state['altitude_km']:g} km at {document.state['speed_m_s']:g} m/s, "
        f"{document.state['flight_path_deg']:g} deg"
    )
    console.print(
        f"Reaches the ground: {kilogram_text(totals.surviving_mass_kg)}, {100.0 * totals.surviving_fraction:.1f} %, "
        f"in {totals.pieces:,} pieces"
    )
    if totals.shard_mass_kg > 0.0:
        console.print(f"Torn into shards, taken as too light to count: {kilogram_text(totals.shard_mass_kg)}")
    console.print()
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("part", "material"):
        table.add_column(heading)
    for heading in ("free [km]", "melts [km]", "gone [km]", "peak [kW]", "[K]", "lands [kg]", "[m/s]", "[km]"):
        table.add_column(heading, justify="right", no_wrap=True)
    for part in document.parts[:_SHOWN]:
        table.add_row(*_row(part))
    console.print(table)
    if len(document.parts) > _SHOWN:
        console.print(f"and {len(document.parts) - _SHOWN} more (--json has them all)")
    for note in document.notes:
        console.print(f"Note  {note}")
    if output is not None:
        console.print(f"Page  {output}")


def _row(part: EntryPart) -> tuple[str, ...]:
    def km(value: float | None) -> str:
        return "–" if value is None else f"{value:.1f}"

    name = f"{part.count} x {part.name}" if part.count > 1 else part.name
    ends: tuple[str, str, str] = ("–", "", "")
    if part.impact is not None:
        ends = (f"{part.impact.mass_kg:.4g}", f"{part.impact.speed_m_s:.0f}", f"{part.impact.downrange_km:.0f}")
    elif part.outcome == "inside":
        ends = ("inside", "", "")
    return (
        name, part.material, km(part.free_at_km), km(part.melt_onset_km), km(part.demise_km),
        f"{1.0e-3 * part.peak_heating_w:.4g}", f"{part.peak_temperature_k:.0f}", *ends,
    )  # fmt: skip
