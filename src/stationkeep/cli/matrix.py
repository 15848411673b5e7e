"""``stationkeep matrix``: each partner leaves in turn; what is lost, who must go home, when does it fall?"""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stationkeep.cli.common import (
    DayOfLeavingOption,
    JsonOption,
    ScenarioArgument,
    ScenarioSunOption,
    SeedOption,
    WorkersOption,
    emit_json,
    json_text,
    make_console,
    progress_bar,
    quiet_drawing,
    require_json_target,
    require_output,
)

if TYPE_CHECKING:
    from stationkeep.campaign.matrix_document import MatrixDocument


def matrix(
    scenario: ScenarioArgument,
    partner: Annotated[
        list[str] | None,
        typer.Option("--partner", "-p", metavar="PARTNER", help="Only this one leaves; may be repeated, a row each."),
    ] = None,
    pair: Annotated[
        list[str] | None,
        typer.Option("--pair", metavar="A,B", help="One more row: these leave together; may be repeated."),
    ] = None,
    without: Annotated[
        list[str] | None,
        typer.Option("--without", "-w", metavar="PARTNER", help="One more row: all named so leave together."),
    ] = None,
    on: DayOfLeavingOption = None,
    base: Annotated[
        str | None,
        typer.Option("--base", metavar="BRANCH", help="What goes on else; default: the first branch nobody leaves in."),
    ] = None,
    runs: Annotated[int, typer.Option("--runs", "-n", help="Random runs per row.")] = 100,
    seed: SeedOption = 1,
    space_weather: ScenarioSunOption = None,
    workers: WorkersOption = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Page (.html), or figure (.svg, .png).")
    ] = None,
    json: JsonOption = None,
) -> None:
    """Every partner leaves in turn: what is lost first, who must go home, when does the station fall, who could help?

    Example: stationkeep matrix iss-2022 --runs 100 --output matrix.html
    """
    from stationkeep.compiled import spare_linear_algebra

    spare_linear_algebra()
    from stationkeep.campaign.execution import rare_collections
    from stationkeep.campaign.matrix import fly_matrix
    from stationkeep.scenario.loader import load_scenario

    require_output(output, ".html", ".svg", ".png")
    require_json_target(json)
    quiet_drawing()
    loaded = load_scenario(scenario)
    together = [_names(one) for one in pair or []] + ([without] if without else [])
    with rare_collections(), progress_bar(runs) as advance:
        document = fly_matrix(
            loaded, partners=partner or [], together=together, on=on, base=base, runs=runs, seed=seed,
            space_weather=space_weather, workers=workers, progress=advance,
        ).document  # fmt: skip
    reproduce = _command(scenario, partner or [], together, on, base, runs, seed, space_weather)
    _write(document, output, json, reproduce)


def _write(document: MatrixDocument, output: Path | None, json: str | None, reproduce: str) -> None:
    from stationkeep.files import write_together
    from stationkeep.report.matrix_page import matrix_file
    from stationkeep.report.matrix_text import print_matrix

    data = document.model_dump(mode="json", by_alias=True)
    files: list[tuple[Path, str | bytes]] = []
    if output is not None:
        files.append((output, matrix_file(document, output.suffix.lower(), reproduce)))
    if json is not None and json != "-":
        files.append((Path(json), json_text(data)))
    if files:
        write_together(files)
    if json == "-":
        emit_json(data, json)
        return
    console = make_console()
    print_matrix(document, console)
    for name, value in (("Page:", output), ("Data:", json), ("Reproduce:", reproduce)):
        if value is not None:
            console.print(f"{name:<11}{value}", soft_wrap=True)
    sys.stdout.flush()


def _names(pair: str) -> list[str]:
    from stationkeep.errors import InputError

    names = [name.strip() for name in pair.split(",") if name.strip()]
    if len({name.casefold() for name in names}) < 2:
        raise InputError(
            f"--pair {pair}: who leaves together?", hint="give two partners or more: --pair nasa,roscosmos"
        )
    return names


def _command(
    scenario: str,
    partners: list[str],
    together: list[list[str]],
    on: str | None,
    base: str | None,
    runs: int,
    seed: int,
    space_weather: str | None,
) -> str:
    words = ["stationkeep", "matrix", scenario, *(f"--partner={one}" for one in partners)]
    words += [f"--{'pair' if len(group) > 1 else 'without'}={','.join(group)}" for group in together]
    words += [f"--on={on}"] if on is not None else []
    words += [f"--base={base}"] if base is not None else []
    words += [f"--runs={runs}", f"--seed={seed}"]
    return shlex.join(words + ([f"--space-weather={space_weather}"] if space_weather is not None else []))
