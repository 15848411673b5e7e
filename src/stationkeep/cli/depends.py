"""``stationkeep depends``: who provides what, what is lost when a partner leaves, on whom does everything hang?"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stationkeep.cli.common import (
    JsonOption,
    json_text,
    make_console,
    require_json_target,
    require_output,
)
from stationkeep.files import write_together

if TYPE_CHECKING:
    from datetime import datetime

    from stationkeep.partnership.graph import PartnerGraph
    from stationkeep.partnership.loader import LoadedPartnership
    from stationkeep.partnership.model import View


def depends(
    scenario: Annotated[
        str,
        typer.Argument(
            help="A scenario (shipped or YAML file), a configuration (iss-2022, iss-2024, iss-2028-planned), or a "
            "partnership file of your own (docs/partners.md)."
        ),
    ],
    without: Annotated[
        list[str] | None, typer.Option("--without", "-w", metavar="PARTNER", help="Who leaves; may be repeated.")
    ] = None,
    on: Annotated[
        str | None, typer.Option("--on", metavar="DATE|ENTRY", help="The day, UTC; default: the start of the scenario.")
    ] = None,
    function: Annotated[
        list[str] | None, typer.Option("--function", "-f", metavar="NAME", help="Show only this one; may be repeated.")
    ] = None,
    view: Annotated[
        str | None,
        typer.Option("--view", metavar="nasa|roscosmos", help="Whose account of attitude during a Cygnus burn."),
    ] = None,
    svg: Annotated[
        Path | None, typer.Option("--svg", metavar="FILE", help="Draw it (.svg, or .png by the ending).")
    ] = None,
    json: JsonOption = None,
) -> None:
    """Who provides what on a station, and what is lost at once, within weeks, or only thinner, if partners leave?

    Example: stationkeep depends iss-2022 --without roscosmos --svg partners.svg
    """
    from stationkeep.partnership.analysis import analyse, known_function
    from stationkeep.partnership.document import depends_document
    from stationkeep.report.partners_text import print_dependence

    require_json_target(json)
    require_output(svg, ".svg", ".png", option="--svg")
    graph = _graph(scenario, on, view)
    wanted = [known_function(graph, name) for name in function or []]
    found = analyse(graph, without or [])
    document = depends_document(found)
    if wanted:
        document["functions"] = [item for item in document["functions"] if item["id"] in wanted]
    files: list[tuple[Path, str | bytes]] = []
    if svg is not None:
        from stationkeep.report.partners import draw_dependence

        files.append((svg, draw_dependence(found, "png" if svg.suffix.lower() == ".png" else "svg")))
    if json is not None and json != "-":
        files.append((Path(json), json_text(document)))
    if files:
        write_together(files)
    if json == "-":
        sys.stdout.write(json_text(document))
    else:
        print_dependence(found, make_console(), only=wanted)


def _graph(scenario: str, on: str | None, view: str | None) -> PartnerGraph:
    from stationkeep.errors import InputError
    from stationkeep.partnership.crisis import moment_of, timeline_of
    from stationkeep.partnership.graph import build_graph

    loaded, moment, stated = _subject(scenario)
    if on is not None:
        moment = moment_of(on, timeline_of(loaded.partnership.id))
    if view not in (None, "nasa", "roscosmos"):
        raise InputError(f"unknown view {view!r}", hint="give nasa or roscosmos")
    chosen: View = "roscosmos" if (view or stated) == "roscosmos" else "nasa"
    return build_graph(loaded, moment, chosen)


def _subject(name: str) -> tuple[LoadedPartnership, datetime, str | None]:
    """The partnership meant, its day, and the view its scenario takes: a configuration, a file, or a scenario."""
    from stationkeep.errors import ScenarioError
    from stationkeep.partnership.loader import partnership_of_station, read_partnership, shipped_partnerships
    from stationkeep.partnership.model import SCHEMA_NAME, PartnershipError
    from stationkeep.scenario.loader import load_scenario
    from stationkeep.timescale import datetime_utc

    shipped = shipped_partnerships()
    for loaded in shipped.values():
        if name in loaded.partnership.configurations:
            return loaded, loaded.partnership.configurations[name].date_utc, None
    path = Path(name)
    if path.suffix.lower() in (".yaml", ".yml") and path.is_file():
        with path.open(encoding="utf-8", errors="replace") as stream:
            if any(SCHEMA_NAME in line for line in stream.readlines()[:50] if line.startswith("schema")):
                own = read_partnership(path)
                return own, _first_day(own), None
    try:
        scenario = load_scenario(name).scenario
    except ScenarioError as error:
        if not error.problem.startswith("no scenario "):
            raise  # a file with something wrong in it: other names are no help
        known = [one for loaded in shipped.values() for one in loaded.partnership.configurations]
        raise ScenarioError(error.problem, hint=f"{error.hint}; configurations are {', '.join(known)}") from None
    found = partnership_of_station(scenario.station or "")
    if found is None:
        stations = [station for loaded in shipped.values() for station in loaded.partnership.stations]
        raise PartnershipError(
            f"nobody has described who provides what on {scenario.station or 'the station of this scenario'}",
            hint=f"described are {', '.join(stations)}; write a partnership file of your own (docs/partners.md)",
        )
    control = scenario.attitude
    return found, datetime_utc(scenario.epoch_mjd_utc), None if control is None else control.view


def _first_day(own: LoadedPartnership) -> datetime:
    from stationkeep.partnership.model import PartnershipError

    days = [item.date_utc for item in own.partnership.configurations.values()]
    if not days:
        raise PartnershipError(
            f"{own.name}: no day to look at", hint="give the file a configuration with a date_utc (docs/partners.md)"
        )
    return days[0]
