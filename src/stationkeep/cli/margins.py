"""``stationkeep margins``: how long do air, water, food and seats last, for whom, and what ends first?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stationkeep.cli.common import (
    JsonOption,
    SeedOption,
    emit_json,
    make_console,
    progress_bar,
    require_json_target,
    require_output,
)


def margins(
    scenario: Annotated[str, typer.Argument(help="A scenario with life support: shipped, or a YAML file.")],
    date: Annotated[
        str | None, typer.Option("--date", "-d", metavar="DATE", help="The moment, UTC; default: the epoch.")
    ] = None,
    branch: Annotated[
        str | None, typer.Option("--branch", "-b", help="The branch whose run leads to that date; default: the first.")
    ] = None,
    without: Annotated[
        list[str] | None,
        typer.Option(
            "--without", "-w", metavar="PARTNER", help="Without its equipment, flights and craft; may be repeated."
        ),
    ] = None,
    draws: Annotated[
        int, typer.Option("--draws", "-n", help="Random draws of amounts and figures, for the intervals; 0: none.")
    ] = 100,
    seed: SeedOption = 1,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Chart and tables: .html, .svg or .png.")
    ] = None,
    json: JsonOption = None,
) -> None:
    """How many days to reserve and to zero for every store, what ends first, who can stay, can it be left empty?

    Example: stationkeep margins iss-2022 --date 2022-09-01 --without roscosmos --output margins.html
    """
    from stationkeep.campaign.margins_question import ask_margins
    from stationkeep.report.margins_text import print_margins
    from stationkeep.timescale import mjd_utc, parse_utc

    require_json_target(json)
    require_output(output, ".html", ".svg", ".png")
    moment = None if date is None else mjd_utc(parse_utc(date))
    with progress_bar(draws) as advance:
        document = ask_margins(scenario, moment, branch, without or (), draws=draws, seed=seed, advance=advance)
    if output is not None:
        from stationkeep.report.margins_page import write_margins

        write_margins(document, output)
    if json is not None:
        emit_json(document.model_dump(mode="json", by_alias=True), json)
    if json != "-":
        console = make_console()
        print_margins(document, console)
        if output is not None:
            console.print(f"{'Written':<15}{output}")
