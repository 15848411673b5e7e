"""``stationkeep new``: a commented starter file for a scenario of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def new(
    name: Annotated[str, typer.Argument(help="Lower-case letters, digits and hyphens; the file is NAME.yaml.")],
    template: Annotated[
        str, typer.Option("--from", metavar="SCENARIO", help="Shipped scenario to start from.")
    ] = "small-station",
    folder: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder to write into.")] = Path(),
    habitat: Annotated[
        bool,
        typer.Option("--habitat", help="Write its stores and machines too, as NAME-habitat.yaml, for you to change."),
    ] = False,
) -> None:
    """Write a commented starter file for a scenario of your own; nothing is overwritten.

    Example: stationkeep new my-station --from commercial-two-providers --habitat
    """
    from stationkeep.scenario.starter import write_starter, write_starter_with_habitat

    if habitat:
        path, beside = write_starter_with_habitat(name, folder, template)
        typer.echo(f"Wrote {path}, and its stores and machines, {beside}. Edit them, then:  stationkeep run {path}")
        return
    path = write_starter(name, folder, template)
    typer.echo(f"Wrote {path}. Edit it, then:  stationkeep run {path}")
