"""The list of commands. Each lives in its own file and imports what it needs only when it runs."""

from __future__ import annotations

from typing import Annotated

import typer

import stationkeep
from stationkeep.cli.burns import burns
from stationkeep.cli.calibrate import calibrate
from stationkeep.cli.catalogue import catalogue
from stationkeep.cli.claims import claims
from stationkeep.cli.convert import convert
from stationkeep.cli.data import data as data_app
from stationkeep.cli.decay import decay
from stationkeep.cli.deorbit import deorbit
from stationkeep.cli.depends import depends
from stationkeep.cli.entry import entry
from stationkeep.cli.margins import margins
from stationkeep.cli.matrix import matrix
from stationkeep.cli.new import new
from stationkeep.cli.reboost import reboost
from stationkeep.cli.reentry import reentry
from stationkeep.cli.reentry_window import reentry_window
from stationkeep.cli.replay import replay
from stationkeep.cli.run import run
from stationkeep.cli.scenarios import scenarios

app = typer.Typer(
    name="stationkeep",
    help="If a partner leaves a crewed space station: when does it fall, where, who can still save it?\n\n"
    "Example: stationkeep run iss-2022",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

COMMANDS = (
    run, decay, reentry_window, reentry, entry, burns, calibrate, reboost, deorbit, convert, replay, margins, depends,
    matrix, claims, scenarios, new, catalogue,
)  # fmt: skip
for command in COMMANDS:
    app.command()(command)
app.add_typer(data_app, name="data")


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"stationkeep {stationkeep.__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """If a partner leaves a crewed space station: when does it fall, where, who can still save it?

    Example: stationkeep run iss-2022
    """
