"""``stationkeep run``: fly a scenario, branch beside branch, and say when the station falls and on whom."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from stationkeep.cli.common import JsonOption, emit_json, make_console, progress_bar


def run(
    scenario: Annotated[str, typer.Argument(help="A shipped scenario (see 'stationkeep scenarios') or a YAML file.")],
    branch: Annotated[
        list[str] | None, typer.Option("--branch", "-b", help="Fly only this branch; may be repeated.")
    ] = None,
    runs: Annotated[int, typer.Option("--runs", "-n", help="Random runs per branch.")] = 200,
    seed: Annotated[int, typer.Option("--seed", help="Same seed, same numbers.")] = 1,
    space_weather: Annotated[
        str | None,
        typer.Option(
            "--space-weather",
            metavar="observed|as-known|FILE",
            help="The Sun as it was, as it was forecast at the epoch, or from an MSAFE bulletin or a CelesTrak table. "
            "Default: what the scenario says.",
        ),
    ] = None,
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="Folder for the HTML report.")] = Path(),
    json: JsonOption = None,
    workers: Annotated[int | None, typer.Option("--workers", help="Threads; default: all cores.", min=1)] = None,
) -> None:
    """Fly a station through every branch of a scenario: when does it fall, over whom, with what risk?

    Example: stationkeep run iss-2022 --branch withdrawal --runs 500 --space-weather observed
    """
    from stationkeep.campaign.run import run_scenario
    from stationkeep.report.html import write_report
    from stationkeep.scenario.loader import load_scenario

    loaded = load_scenario(scenario)
    report = out / f"{loaded.scenario.id}-report.html"
    _require_writable(out)
    with progress_bar(runs) as advance:
        result = run_scenario(
            loaded,
            branches=branch or [],
            runs=runs,
            seed=seed,
            space_weather=space_weather,
            workers=workers,
            progress=advance,
        )
    reproduce = _command(scenario, branch or [], runs, seed, space_weather)
    if json is not None:
        emit_json(result.document.model_dump(mode="json", by_alias=True), json)
    write_report(result.document, report, reproduce=reproduce)
    if json != "-":
        _show(result.document, report, json, reproduce)


def _show(document: object, report: Path, json: str | None, reproduce: str) -> None:
    from stationkeep.campaign.document import RunDocument
    from stationkeep.report.terminal import render_verdict

    assert isinstance(document, RunDocument)
    render_verdict(document, make_console(), report=str(report), data=json, reproduce=reproduce)


def _require_writable(folder: Path) -> None:
    """Refuse an unwritable folder before minutes of work, not after."""
    import os

    from stationkeep.errors import OutputError

    existing = folder
    while not existing.exists() and existing != existing.parent:
        existing = existing.parent
    if not existing.is_dir():
        raise OutputError(f"{existing} is not a folder", hint="give --out a folder; it is made if it does not exist")
    if not os.access(existing, os.W_OK | os.X_OK):
        raise OutputError(f"no permission to write in {existing}", hint="choose another folder with --out")


def _command(scenario: str, branches: list[str], runs: int, seed: int, space_weather: str | None) -> str:
    words = [
        "stationkeep",
        "run",
        scenario,
        *(f"--branch={name}" for name in branches),
        f"--runs={runs}",
        f"--seed={seed}",
    ]
    if space_weather is not None:
        words.append(f"--space-weather={space_weather}")
    return shlex.join(words)
