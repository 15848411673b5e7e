"""``stationkeep claims``: statements of the public debate, checked by working them out."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from stationkeep.cli.common import (
    JsonOption,
    RunsPerBranchOption,
    SeedOption,
    WorkersOption,
    emit_json,
    json_text,
    make_console,
    progress_bar,
    require_json_target,
    require_output,
)
from stationkeep.files import write_together

if TYPE_CHECKING:
    from rich.console import Console

    from stationkeep.partnership.claims_file import ClaimsFile
    from stationkeep.scenario.schema import Scenario


def claims(
    scenario: Annotated[str, typer.Argument(help="A scenario that has shipped claims (iss-2022), or a claim file.")],
    claim: Annotated[
        list[str] | None, typer.Option("--claim", "-c", metavar="ID", help="Check only this one; may be repeated.")
    ] = None,
    runs: RunsPerBranchOption = 100,
    seed: SeedOption = 1,
    timeline: Annotated[
        bool, typer.Option("--timeline", help="Show what was said and done, with ids for --on.")
    ] = False,
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Page (.html).")] = None,
    json: JsonOption = None,
    workers: WorkersOption = None,
) -> None:
    """Check statements of the public debate: true, false, partly, or not decidable, with the number behind it.

    Example: stationkeep claims iss-2022 --claim not-over-russia --claim five-hundred-tonnes
    """
    from stationkeep.compiled import spare_linear_algebra

    spare_linear_algebra()
    from stationkeep.campaign.claims import check_claims
    from stationkeep.campaign.execution import rare_collections
    from stationkeep.report.claims_text import print_claims
    from stationkeep.scenario.loader import load_scenario

    require_output(output, ".html")
    require_json_target(json)
    console = make_console()
    stated = _stated(scenario)
    loaded = load_scenario(stated.scenario)
    if timeline:
        _show_timeline(loaded.scenario, console, json)
        return
    with rare_collections(), progress_bar(runs) as advance:
        document = check_claims(
            stated, loaded, only=claim or [], runs=runs, seed=seed, workers=workers, progress=advance, named=scenario
        )
    words = ["stationkeep", "claims", scenario, *(f"--claim={one}" for one in claim or [])]
    reproduce = shlex.join([*words, f"--runs={runs}", f"--seed={seed}"])
    _write_files(document, output, json, reproduce)
    if json == "-":
        sys.stdout.write(json_text(document))
        return
    print_claims(document, console, reproduce=reproduce)
    for name, value in (("Page:", output), ("Data:", json)):
        if value is not None:
            console.print(f"{name:<11}{value}", soft_wrap=True)


def _write_files(document: dict[str, Any], output: Path | None, json: str | None, reproduce: str) -> None:
    from stationkeep.report.claims_page import claims_html

    files: list[tuple[Path, str | bytes]] = []
    if output is not None:
        files.append((output, claims_html(document, reproduce=reproduce)))
    if json is not None and json != "-":
        files.append((Path(json), json_text(document)))
    if files:
        write_together(files)


def _show_timeline(scenario: Scenario, console: Console, json: str | None) -> None:
    from stationkeep.partnership.claims_file import ClaimsError
    from stationkeep.partnership.crisis import crisis_timeline
    from stationkeep.report.claims_text import print_timeline

    if scenario.timeline is None:
        raise ClaimsError(f"the scenario {scenario.id} names no timeline", hint="give one that does: iss-2022")
    found = crisis_timeline(scenario.timeline)
    if json is not None:
        emit_json(found.model_dump(mode="json", by_alias=True), json)
    if json != "-":
        print_timeline(found, console)


def _stated(name: str) -> ClaimsFile:
    from stationkeep.partnership.claims_file import ClaimsError, read_claims, shipped_claims
    from stationkeep.partnership.loader import nearest

    shipped = shipped_claims()
    if name in shipped:
        return read_claims(shipped[name])
    if Path(name).suffix.lower() in (".yaml", ".yml"):
        return read_claims(Path(name))
    raise ClaimsError(
        f"no claims ship for {name!r}{nearest(name, list(shipped))}",
        hint=f"shipped are {', '.join(shipped)}; give your own as a file, e.g. mine.yaml (docs/claims.md)",
    )
