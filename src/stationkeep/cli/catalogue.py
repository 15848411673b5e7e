"""``stationkeep catalogue``: every fact the package uses, with unit, range, quality and source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import typer

from stationkeep.cli.common import JsonOption, emit_json, make_console

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from rich.console import Console
    from rich.table import Table

    from stationkeep.catalogue.entries import Entry, Module, Push, Station
    from stationkeep.catalogue.figure import Figure
    from stationkeep.catalogue.store import Catalogue

SCHEMA: Final = "stationkeep.catalogue/1"


def catalogue(
    name: Annotated[
        str | None,
        typer.Argument(help="Id or name of one entry; without it, everything is listed.", show_default=False),
    ] = None,
    json: JsonOption = None,
) -> None:
    """Show the facts: stations, vehicles, engines, modules and partners, each figure with its source.

    Example: stationkeep catalogue ISS, or stationkeep catalogue progress-ms --json -
    """
    from stationkeep.catalogue.loader import load_catalogue

    facts = load_catalogue()
    chosen = None if name is None else facts.find(name)
    if json is not None:
        emit_json(catalogue_document(facts, chosen), json)
        if json == "-":
            return
    console = make_console()
    if chosen is None:
        _print_everything(console, facts)
    else:
        _print_entry(console, facts, chosen)


def catalogue_document(facts: Catalogue, chosen: Entry | None = None) -> dict[str, Any]:
    """The document of schema ``stationkeep.catalogue/1``: all entries, or the chosen one."""
    from dataclasses import asdict

    from stationkeep.catalogue.figure import QUALITY_MARKS

    entries = list(facts.entries()) if chosen is None else [chosen]
    return {
        "schema": SCHEMA,
        "entries": [entry.document() for entry in entries],
        "quality_marks": dict(QUALITY_MARKS),
        "credits": [asdict(credit) for credit in facts.credits],
    }


def _table(title: str, *columns: str) -> Table:
    """A quiet table; a column named ``>x`` is right-aligned, ``=x`` never wraps, the rest wraps."""
    from rich import box
    from rich.table import Table

    table = Table(
        title=title,
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        show_edge=False,
    )
    for column in columns:
        side: Literal["left", "right"] = "right" if column[0] == ">" else "left"
        table.add_column(column.lstrip(">="), justify=side, no_wrap=column[0] in ">=", overflow="fold")
    return table


def _print_everything(console: Console, facts: Catalogue) -> None:
    for table in (_stations(facts), _vehicles(facts), _engines(facts), _modules(facts), _partners(facts)):
        console.print(table)
        console.print()
    console.print("Q is the quality of the mass or thrust shown; a range means that no best estimate is published.")
    console.print("Every figure of one entry, with its range and source: stationkeep catalogue NAME", style="bold")
    console.print()
    _print_footer(console, facts)


def _print_footer(console: Console, facts: Catalogue) -> None:
    from stationkeep.catalogue.figure import QUALITY_MARKS

    rows = [(f"Quality {mark}", text) for mark, text in QUALITY_MARKS.items()]
    rows += [("Credit", f"{credit.covers}: {credit.text}; {credit.licence}") for credit in facts.credits]
    _print_pairs(console, rows)


def _print_pairs(console: Console, rows: list[tuple[str, str]]) -> None:
    from rich.table import Table

    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True, style="dim")
    grid.add_column(overflow="fold")
    for row in rows:
        grid.add_row(*row)
    console.print(grid)


def _stations(facts: Catalogue) -> Table:
    table = _table("Stations", "=id", "name", "=on", ">mass", "=Q", ">modules", ">docked", ">people")
    for station in facts.stations.values():
        counts = (len(station.modules), len(station.docked), len(station.people))
        mass = _tonnes(station.mass_kg)
        table.add_row(
            station.id, station.name, _day(station.epoch_utc), mass, station.mass_kg.quality, *map(str, counts)
        )
    return table


def _vehicles(facts: Catalogue) -> Table:
    table = _table("Vehicles", "=id", "=name", "=owner", ">seats", ">mass", "=Q", "=docks", "=first push")
    for craft in facts.vehicles.values():
        seats = "" if craft.crew_seats is None else f"{craft.crew_seats.best:.0f}"
        pushed = "never" if craft.reboost_since_utc is None else _day(craft.reboost_since_utc)
        mass = craft.launch_mass_kg
        ports = ", ".join(craft.ports)
        table.add_row(craft.id, craft.name, craft.owner, seats, _tonnes(mass), mass.quality, ports, pushed)
    return table


def _engines(facts: Catalogue) -> Table:
    table = _table("Engines", "=id", "name", "=operator", ">thrust", "=Q", ">Isp")
    for engine in facts.engines.values():
        thrust = engine.thrust_n
        impulse = f"{engine.specific_impulse_s.best:.0f} s"
        table.add_row(engine.id, engine.name, engine.operator, _rounded(thrust, "N"), thrust.quality, impulse)
    return table


def _modules(facts: Catalogue) -> Table:
    return _module_table("Modules (masses as they joined the station)", facts.modules.values())


def _module_table(title: str, modules: Iterable[Module]) -> Table:
    table = _table(title, "=id", "name", "=owner", "=operator", "=launched", ">mass", "=Q")
    for module in modules:
        # Only where another partner operates it does the operator say something new.
        operator = "" if module.operator == module.owner else module.operator
        mass, launched = module.mass_kg, _day(module.launched_utc)
        table.add_row(module.id, module.name, module.owner, operator, launched, _rounded(mass, "kg"), mass.quality)
    return table


def _partners(facts: Catalogue) -> Table:
    table = _table("Partners", "=id", "name", "=country", "=type", ">owns", ">operates")
    for partner in facts.partners.values():
        owns, operates = len(facts.owned_by(partner.id)), len(facts.operated_by(partner.id))
        table.add_row(partner.id, partner.name, partner.country, partner.type, str(owns), str(operates))
    return table


def _print_entry(console: Console, facts: Catalogue, entry: Entry) -> None:
    from stationkeep.catalogue.entries import Partner, Station
    from stationkeep.catalogue.store import iterate_figures

    console.print(f"{entry.name}", style="bold")
    console.print(f"{entry.kind} {entry.id}", style="dim")
    if entry.description:
        console.print(entry.description)
    console.print()
    _print_plain_facts(console, entry)
    if isinstance(entry, Partner):
        _print_assets(console, facts, entry)
    if isinstance(entry, Station):
        _print_station_parts(console, entry)
    pushes = getattr(entry, "pushes", ())
    if pushes:
        _print_pushes(console, pushes)
    figures = list(iterate_figures(entry))
    if figures:
        console.print(_figure_table(figures))
        console.print()
    _print_footer(console, facts)


def _print_plain_facts(console: Console, entry: Entry) -> None:
    """Whatever is neither a figure nor a list of parts: owner, dates, ports, engine."""
    from stationkeep.catalogue.entries import Entry
    from stationkeep.catalogue.figure import Figure

    rows = []
    for field in type(entry).model_fields:
        held = getattr(entry, field)
        if field in ("id", "name", "description") or held in (None, ()) or isinstance(held, Figure):
            continue
        if isinstance(held, tuple) and not isinstance(held[0], str):
            continue
        text = held.id if isinstance(held, Entry) else ", ".join(held) if isinstance(held, tuple) else _plain(held)
        rows.append((field.removesuffix("_utc").replace("_", " "), text))
    _print_pairs(console, rows)
    console.print()


def _print_pushes(console: Console, pushes: tuple[Push, ...]) -> None:
    """How it can push a station: standing, ports, flight direction, and who must hold the attitude, side by side."""
    from stationkeep.catalogue.pushing import STANDINGS

    table = _table("Pushes the station", "=push", "engine", "standing", "from", "to raise", "=since")
    for push in pushes:
        ports = ", ".join(push.ports) or f"itself; {', '.join(push.ports_to_be_free)} free"
        flying = "unknown" if push.raises_flying is None else f"flying {push.raises_flying}"
        since = "" if push.counts_from_utc is None else _day(push.counts_from_utc)
        table.add_row(push.id, push.engine.id, push.standing, ports, flying, since)
    console.print(table)
    console.print()
    rows = [(f"{push.id}:", f"{STANDINGS[push.standing]}. {push.note}".strip()) for push in pushes]
    for push in pushes:
        for claim in push.attitude:
            who = "attitude in its burns" if claim.view == "agreed" else f"attitude, says {claim.view}"
            holders = " or ".join(claim.holders)
            note = f" {claim.note}" if claim.note else ""
            rows.append((f"{push.id}:", f"{who}: {holders}.{note} ({claim.source}; {claim.quality})"))
    _print_pairs(console, rows)
    console.print()


def _print_assets(console: Console, facts: Catalogue, partner: Entry) -> None:
    owned = [asset.name for asset in facts.owned_by(partner.id)]
    operated = [asset.name for asset in facts.operated_by(partner.id) if asset.owner != partner.id]
    console.print(f"Owns: {', '.join(owned) or 'nothing listed'}.")
    if operated:
        console.print(f"Operates for others: {', '.join(operated)}.")
    console.print()


def _print_station_parts(console: Console, station: Station) -> None:
    if station.ports:
        console.print(_docked_table(station))
        console.print()
    if station.people:
        console.print(_people_table(station))
        console.print()
    console.print(_module_table("Modules (masses as they joined the station)", station.modules))
    console.print()
    if station.docked:
        console.print(_mass_balance(station))
        console.print()


def _mass_balance(station: Station) -> str:
    rest_kg = station.mass_kg.best - station.module_mass_kg - station.docked_mass_kg
    return (
        f"Mass: modules as they joined {station.module_mass_kg / 1000:,.1f} t + docked vehicles as launched "
        f"{station.docked_mass_kg / 1000:,.1f} t + what was carried up since to fit it out, less what was used, "
        f"{rest_kg / 1000:,.1f} t (the difference) = {station.mass_kg.best / 1000:,.1f} t."
    )


def _docked_table(station: Station) -> Table:
    table = _table("Ports", "=port", "=standard", "docked", "=since", "=left", "=stay limit")
    docked = {craft.port: craft for craft in station.docked}
    for port in station.ports:
        craft = docked.get(port.id)
        if craft is None:
            table.add_row(port.name, port.standard, "free", "", "", "")
            continue
        left = "" if craft.departed_utc is None else _day(craft.departed_utc)
        limit = "" if craft.stay_ends_utc is None else _day(craft.stay_ends_utc)
        table.add_row(port.name, port.standard, craft.name, _day(craft.docked_utc), left, limit)
    return table


def _people_table(station: Station) -> Table:
    table = _table("People", "=name", "=role", "=agency", "=from", "=seat home", "=aboard since", "=left")
    crafts = {craft.id: craft.name for craft in station.docked}
    for one in station.people:
        left = "" if one.left_utc is None else _day(one.left_utc)
        ride = crafts[one.ride_home]
        table.add_row(one.name, one.role, one.agency, one.nationality, ride, _day(one.arrived_utc), left)
    return table


def _figure_table(figures: list[tuple[str, Figure]]) -> Table:
    table = _table("Figures", "figure", "value and range", "=Q", "source")
    table.columns[0].max_width, table.columns[1].max_width = 24, 27
    for path, figure in figures:
        note = f"; {figure.note}" if figure.note else ""
        table.add_row(_label(path), figure.text, figure.quality, figure.source + note)
    return table


def _label(path: str) -> str:
    """``tanks.zvezda.capacity_kg`` as people say it: ``zvezda: capacity``; the unit stands beside the value."""
    from stationkeep.catalogue.entries import UNIT_OF_SUFFIX

    *parents, field = path.split(".")
    suffix = next((one for one in UNIT_OF_SUFFIX if field.endswith(one)), "")
    # "coefficient" and "seats" are words, not units.
    plain = field if suffix in ("_coefficient", "_seats", "_count") else field.removesuffix(suffix)
    return f"{parents[1]}: {plain.replace('_', ' ')}" if len(parents) == 2 else plain.replace("_", " ")


def _tonnes(figure: Figure) -> str:
    return _short(figure, "t", 1000.0, 1)


def _rounded(figure: Figure, unit: str) -> str:
    return _short(figure, unit, 1.0, 0)


def _short(figure: Figure, unit: str, divisor: float, decimals: int) -> str:
    """The best estimate; the range where nobody published one, for its middle would pretend to be known."""
    if figure.value is not None:
        return f"{figure.best / divisor:,.{decimals}f} {unit}"
    return f"{figure.low / divisor:,.{decimals}f}–{figure.high / divisor:,.{decimals}f} {unit}"


def _day(moment: datetime) -> str:
    return moment.date().isoformat()


def _plain(held: Any) -> str:
    from datetime import datetime

    return _day(held) if isinstance(held, datetime) else str(held)
