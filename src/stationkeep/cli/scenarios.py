"""``stationkeep scenarios``: which scenarios come with the package?"""

from __future__ import annotations

from typing import Any

from stationkeep.cli.common import JsonOption, emit_json


def scenarios(json: JsonOption = None) -> None:
    """List the scenarios that come with stationkeep.

    Example: stationkeep scenarios
    """
    document = scenarios_document()
    if json is not None:
        emit_json(document, json)
    if json != "-":
        _print_table(document)


def scenarios_document() -> dict[str, Any]:
    """The list as JSON-ready data, schema ``stationkeep.scenarios/1``."""
    from stationkeep.scenario.loader import load_scenario
    from stationkeep.scenario.shipped import shipped_scenarios
    from stationkeep.timescale import iso_utc

    listed = []
    for name in shipped_scenarios():
        loaded = load_scenario(name)
        scenario = loaded.scenario
        listed.append(
            {
                "id": scenario.id,
                "title": scenario.title,
                "description": scenario.description.strip(),
                "epoch_utc": iso_utc(scenario.epoch_mjd_utc),
                "horizon_utc": iso_utc(scenario.horizon_mjd_utc),
                "station": scenario.station,
                "branches": {branch_id: branch.label for branch_id, branch in scenario.branches.items()},
                "hash": loaded.hash,
            }
        )
    return {"schema": "stationkeep.scenarios/1", "scenarios": listed}


def _print_table(document: dict[str, Any]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("scenario", style="bold", no_wrap=True)
    table.add_column("title")
    table.add_column("starts", no_wrap=True)
    table.add_column("branches", no_wrap=True)  # names to type after --branch: never cut
    for item in document["scenarios"]:
        table.add_row(item["id"], Text(item["title"]), item["epoch_utc"][:10], Text("\n".join(item["branches"])))
    console = Console()
    console.print(table)
    console.print("Run one:    stationkeep run iss-2022\nWrite one:  stationkeep new NAME", highlight=False)
