"""``stationkeep data``: which space-weather tables are here, and fetch a newer one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from stationkeep.cli.common import JsonOption, emit_json, make_console

if TYPE_CHECKING:
    from stationkeep.environment.space_weather import SpaceWeather

data = typer.Typer(
    name="data",
    help="Show the space-weather tables on this computer, or fetch a newer one.",
    no_args_is_help=True,
    add_completion=False,
)


@data.command()
def update(
    url: Annotated[
        str | None,
        typer.Option(
            "--url", help="Fetch from here (https, http or file) instead of from CelesTrak.", show_default=False
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Fetch even if the table here is fresh, and accept an older one.")
    ] = False,
    json: JsonOption = None,
) -> None:
    """Fetch CelesTrak's table of observed space weather into this user's data folder.

    The only command that uses the network. STATIONKEEP_DATA chooses another folder.

    Example: stationkeep data update
    """
    from stationkeep.environment.update import CELESTRAK_URL, update_space_weather

    result = update_space_weather(url or CELESTRAK_URL, force=force)
    if json is not None:
        document = {
            "schema": "stationkeep.data-update/1",
            "downloaded": result.downloaded,
            "url": url or CELESTRAK_URL,
            "path": str(result.path),
            "table": table_document(result.table),
        }
        emit_json(document, json)
    if json != "-":
        action = "Fetched" if result.downloaded else "Still fresh (fetched within two hours; --force fetches again)"
        console = make_console()
        console.print(f"{action}: observed to {result.table.last_observed_utc}", style="bold")
        console.print(f"{result.path}\n{result.table.identifier}", soft_wrap=True)


@data.command()
def show(json: JsonOption = None) -> None:
    """Show which space-weather tables and solar forecasts are here and how far they reach.

    Example: stationkeep data show
    """
    document = data_document()
    if json is not None:
        emit_json(document, json)
    if json != "-":
        _print_document(document)


def data_document() -> dict[str, Any]:
    """Tables and forecasts as JSON-ready data, schema ``stationkeep.data/1``; a source that is absent says why."""
    from stationkeep.environment.msafe import shipped_forecasts
    from stationkeep.environment.sources import user_table_path
    from stationkeep.timescale import iso_day

    return {
        "schema": "stationkeep.data/1",
        "user_table_path": str(user_table_path()),
        "tables": _tables(),
        "forecasts": [
            {
                "identifier": forecast.identifier,
                "issued": forecast.issued,
                "first_day_utc": iso_day(forecast.first_mjd),
                "last_day_utc": iso_day(forecast.last_mjd),
            }
            for forecast in shipped_forecasts().values()
        ],
    }


def _tables() -> list[dict[str, Any]]:
    from stationkeep.environment import sources
    from stationkeep.errors import InputError

    readers = (
        ("bundled", sources.bundled_space_weather, "not installed"),
        ("user", sources.user_space_weather, "none yet: stationkeep data update"),
        (
            "heyoka",
            lambda: sources.heyoka_space_weather() if sources.heyoka_is_installed() else None,
            'not installed: pip install "stationkeep[precise]"',
        ),
    )
    tables: list[dict[str, Any]] = []
    for source, read, absent in readers:
        try:
            table = read()
        except InputError as error:
            tables.append({"source": source, "available": False, "reason": error.problem})
            continue
        found = (
            {"available": False, "reason": absent} if table is None else {"available": True, **table_document(table)}
        )
        tables.append({"source": source, **found})
    return tables


def table_document(table: SpaceWeather) -> dict[str, Any]:
    """One table as JSON-ready data."""
    return {
        "identifier": table.identifier,
        "first_day_utc": table.first_day_utc,
        "last_observed_utc": table.last_observed_utc,
        "last_predicted_utc": table.last_predicted_utc,
        "days_by_kind": table.kind_counts(table.first_day_mjd, table.n_days),
    }


def _print_document(document: dict[str, Any]) -> None:
    from rich import box
    from rich.table import Table

    console = make_console()
    tables = Table(title="Observed space weather", title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("source", "from", "observed to", "predicted to"):
        tables.add_column(heading, no_wrap=True)
    tables.add_column("identifier", overflow="fold")
    for found in document["tables"]:
        if found["available"]:
            dates = (found["first_day_utc"], found["last_observed_utc"], found["last_predicted_utc"])
            tables.add_row(found["source"], *dates, found["identifier"])
        else:
            tables.add_row(found["source"], "–", "–", "–", found["reason"])
    console.print(tables)
    forecasts = Table(title="Solar forecasts", title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("issued", "from", "to", "identifier"):
        forecasts.add_column(heading, no_wrap=True)
    for forecast in document["forecasts"]:
        dates = (forecast["issued"], forecast["first_day_utc"], forecast["last_day_utc"])
        forecasts.add_row(*dates, forecast["identifier"])
    console.print(forecasts)
