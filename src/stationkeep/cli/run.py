"""``stationkeep run``: fly a scenario, branch beside branch, and say when the station falls and on whom."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stationkeep.cli.common import (
    DayOfLeavingOption,
    JsonOption,
    RunsPerBranchOption,
    ScenarioArgument,
    ScenarioSunOption,
    SeedOption,
    WorkersOption,
    json_text,
    make_console,
    progress_bar,
    quiet_drawing,
    require_json_target,
    require_writable_folder,
)
from stationkeep.files import write_together

if TYPE_CHECKING:
    from stationkeep.campaign.document import RunDocument


def run(
    scenario: ScenarioArgument,
    branch: Annotated[
        list[str] | None, typer.Option("--branch", "-b", help="Fly only this branch; may be repeated.")
    ] = None,
    without: Annotated[
        list[str] | None,
        typer.Option("--without", "-w", metavar="PARTNER", help="Who leaves: adds a branch; may be repeated."),
    ] = None,
    on: DayOfLeavingOption = None,
    scope: Annotated[
        list[str] | None,
        typer.Option("--scope", metavar="WHAT", help="What they stop (docs/scenario.md); default: all they do."),
    ] = None,
    notice_days: Annotated[
        float, typer.Option("--notice-days", help="It takes effect so long after; the agreement asks 365.")
    ] = 0.0,
    until: Annotated[str | None, typer.Option("--until", metavar="DATE", help="The day they come back, UTC.")] = None,
    runs: RunsPerBranchOption = 200,
    seed: SeedOption = 1,
    space_weather: ScenarioSunOption = None,
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="Folder for the HTML report.")] = Path(),
    json: JsonOption = None,
    workers: WorkersOption = None,
) -> None:
    """Fly a station through every branch of a scenario: when does it fall, over whom, with what risk?

    Example: stationkeep run iss-2022 --branch withdrawal --runs 500 --space-weather observed

    Any partner, any date: stationkeep run iss-2022 --without nasa --on 2023-01-01

    Any act of the crisis: stationkeep run iss-2022 --without roscosmos --on demand-letters
    """
    from stationkeep.compiled import spare_linear_algebra

    spare_linear_algebra()
    from stationkeep.campaign.departures import departure
    from stationkeep.campaign.execution import rare_collections
    from stationkeep.campaign.run import run_scenario
    from stationkeep.report.html import report_html
    from stationkeep.scenario.loader import load_scenario

    asked = branch or []

    given = load_scenario(scenario)
    loaded, branch = departure(given, branch or [], without or [], on, scope, notice_days, until)
    report = out / f"{given.scenario.id}-report.html"  # as asked for, also where an earlier start is flown
    require_writable_folder(out)
    require_json_target(json)
    quiet_drawing()
    with rare_collections(), progress_bar(runs) as advance:
        result = run_scenario(
            loaded,
            branches=branch,
            runs=runs,
            seed=seed,
            space_weather=space_weather,
            workers=workers,
            progress=advance,
        )
    leaving = _leaving(without or [], on, scope or [], notice_days, until)
    reproduce = _command(scenario, asked, runs, seed, space_weather, leaving)
    document = result.document
    text = json_text(document.model_dump(mode="json", by_alias=True)) if json is not None else ""
    files: list[tuple[Path, str | bytes]] = [(report, report_html(document, reproduce=reproduce))]
    if json is not None and json != "-":
        files.append((Path(json), text))
    write_together(files)
    if json == "-":
        sys.stdout.write(text)
    else:
        _show(document, report, json, reproduce)


def _show(document: RunDocument, report: Path, json: str | None, reproduce: str) -> None:
    from stationkeep.report.terminal import render_verdict

    render_verdict(document, make_console(), report=str(report), data=json, reproduce=reproduce)


def _leaving(without: list[str], on: str | None, scope: list[str], notice_days: float, until: str | None) -> list[str]:
    words = [f"--without={name}" for name in without]
    if not words:
        return []
    words += [f"--on={on}"] if on is not None else []
    words += [f"--scope={name}" for name in scope]
    words += [f"--notice-days={notice_days:g}"] if notice_days else []
    return words + ([f"--until={until}"] if until is not None else [])


def _command(
    scenario: str, branches: list[str], runs: int, seed: int, space_weather: str | None, leaving: list[str]
) -> str:
    words = [
        "stationkeep",
        "run",
        scenario,
        *(f"--branch={name}" for name in branches),
        *leaving,
        f"--runs={runs}",
        f"--seed={seed}",
    ]
    if space_weather is not None:
        words.append(f"--space-weather={space_weather}")
    return shlex.join(words)
