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
) -> None:
    """Write a commented starter file for a scenario of your own; nothing is overwritten.

    Example: stationkeep new my-station --from iss-2022
    """
    from stationkeep.scenario.starter import write_starter

    path = write_starter(name, folder, template)
    typer.echo(f"Wrote {path}. Edit it, then:  stationkeep run {path}")
