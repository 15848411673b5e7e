"""``stationkeep reentry``: if it falls uncontrolled, what survives, and who is at risk?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stationkeep.cli.common import (
    JsonOption,
    SeedOption,
    emit_json,
    make_console,
    progress_bar,
    quiet_drawing,
    require_json_target,
    require_writable_folder,
)

if TYPE_CHECKING:
    from stationkeep.campaign.reentry_risk import Assessment

_FALL, _PEOPLE, _VIEW = "What falls", "Whose people", "When and where"


def reentry(
    scenario: Annotated[
        str | None, typer.Argument(help="A station nobody pushes: a shipped scenario such as iss-2022, or a YAML file.")
    ] = None,
    inclination_deg: Annotated[
        float | None, typer.Option("--inclination-deg", help="Of the orbit, 0 to 180.", rich_help_panel=_FALL)
    ] = None,
    casualty_area_m2: Annotated[
        float | None,
        typer.Option("--casualty-area-m2", help="Of all pieces, the person included.", rich_help_panel=_FALL),
    ] = None,
    area_factor: Annotated[
        float | None,
        typer.Option("--area-factor", help="How sure that area is: 1 sigma as a factor [1.8].", rich_help_panel=_FALL),
    ] = None,
    body: Annotated[
        str | None,
        typer.Option("--body", metavar="FILE|NAME", help="Parts to fly to the ground.", rich_help_panel=_FALL),
    ] = None,
    break_ups: Annotated[
        int, typer.Option("--break-ups", help="How often the body is flown with what is unknown drawn at random.",
                          rich_help_panel=_FALL)
    ] = 100,
    law: Annotated[
        str, typer.Option("--casualty-law", metavar="nasa|opiela-matney", help="Area of a piece for a person.",
                          rich_help_panel=_FALL)
    ] = "nasa",
    branch: Annotated[
        str | None, typer.Option("--branch", "-b", help="Of the scenario; its withdrawal unless given.",
                                 rich_help_panel=_FALL)
    ] = None,
    year: Annotated[
        int | None,
        typer.Option("--year", help="Of the people counted, 1950 to 2099; that of the fall, or this one.",
                     rich_help_panel=_PEOPLE),
    ] = None,
    population_raster: Annotated[
        Path | None,
        typer.Option("--population-raster", metavar="FILE.tif", help="Your own people: GPW, WorldPop (GeoTIFF).",
                     rich_help_panel=_PEOPLE),
    ] = None,
    raster_year: Annotated[
        int | None, typer.Option("--raster-year", help="Of the raster; from its name unless given.",
                                 rich_help_panel=_PEOPLE)
    ] = None,
    raster_holds: Annotated[
        str, typer.Option("--raster-holds", metavar="people|people-per-km2", rich_help_panel=_PEOPLE)
    ] = "people",
    people_per_km2: Annotated[
        float | None,
        typer.Option("--people-per-km2", help="The same everywhere, sea included: a check.", rich_help_panel=_PEOPLE),
    ] = None,
    sheltered: Annotated[
        float | None,
        typer.Option("--sheltered", metavar="PART", help="Part of the people under roofs that protect; NASA's 0.2.",
                     rich_help_panel=_PEOPLE),
    ] = None,
    shelter_protection: Annotated[
        float, typer.Option("--shelter-protection", metavar="PART", help="Part of the casualties a roof prevents.",
                            rich_help_panel=_PEOPLE)
    ] = 0.75,
    tle: Annotated[
        list[Path] | None,
        typer.Option("--tle", metavar="FILE", help="Element sets: inclination, and the last days' ground track.",
                     rich_help_panel=_VIEW),
    ] = None,
    norad_id: Annotated[
        str | None, typer.Option("--norad-id", help="Which object, where files hold several.", rich_help_panel=_VIEW)
    ] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DATE", help="Use only sets up to then.", rich_help_panel=_VIEW)
    ] = None,
    on: Annotated[
        str | None, typer.Option("--on", metavar="DAY", rich_help_panel=_VIEW,
                                 help="If it falls on this day (UTC).")
    ] = None,
    from_: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="If it falls after this.", rich_help_panel=_VIEW)
    ] = None,
    to: Annotated[
        str | None, typer.Option("--to", metavar="DATE", help="If it falls before this.", rich_help_panel=_VIEW)
    ] = None,
    node_longitude_deg: Annotated[
        float | None,
        typer.Option("--node-longitude-deg", metavar="EAST",
                     help="If it falls on the orbit that crosses the equator northward here.", rich_help_panel=_VIEW),
    ] = None,
    by_orbit: Annotated[
        bool, typer.Option("--by-orbit", help="The same for 24 orbits, every 15 degrees.", rich_help_panel=_VIEW)
    ] = False,
    runs: Annotated[int, typer.Option("--runs", "-n", help="Random runs of --tle or the scenario.")] = 200,
    seed: SeedOption = 1,
    space_weather: Annotated[
        str | None, typer.Option("--space-weather", metavar="observed|as-known|FILE", help="The Sun until it falls.")
    ] = None,
    size_m: Annotated[float, typer.Option("--size-m", help="Width across the stream, with --tle.")] = 4.0,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="PAGE.html", help="Write maps and tables as a page.")
    ] = None,
    figures: Annotated[
        Path | None, typer.Option("--figures", metavar="DIR", help="Write the maps as files (SVG, PNG).")
    ] = None,
    json: JsonOption = None,
) -> None:  # fmt: skip
    """If it falls uncontrolled: what survives, how likely is a casualty, and in which country?

    Example: stationkeep reentry --inclination-deg 57 --casualty-area-m2 22.4 --year 2011
    """
    from stationkeep.campaign.reentry_question import Question, answer, steps

    require_json_target(json)
    for folder in (output.parent if output else None, figures):
        if folder is not None:
            require_writable_folder(folder)
            quiet_drawing()
    question = Question(
        scenario=scenario, inclination_deg=inclination_deg, casualty_area_m2=casualty_area_m2, area_factor=area_factor,
        body=body, break_ups=break_ups, law=law, branch=branch, year=year, population_raster=population_raster,
        raster_year=raster_year, raster_holds=raster_holds, people_per_km2=people_per_km2, sheltered=sheltered,
        shelter_protection=shelter_protection, tle=tuple(tle or ()), norad_id=norad_id, as_of=as_of, on=on,
        from_=from_, to=to, node_longitude_deg=node_longitude_deg, by_orbit=by_orbit, runs=runs, seed=seed,
        space_weather=space_weather, size_m=size_m,
    )  # fmt: skip
    with progress_bar(steps(question)) as advance:
        found = answer(question, advance)
    _write(found, output, figures)
    document = found.document
    if json is not None:
        emit_json(document.model_dump(mode="json", by_alias=True), json)
    if json != "-":
        from stationkeep.report.risk_text import show_risk

        show_risk(document, make_console())
        for name, place in (("Page", output), ("Figures", figures)):
            if place is not None:
                make_console().print(f"{name:<15}{place}")


def _write(found: Assessment, output: Path | None, figures: Path | None) -> None:
    if output is None and figures is None:
        return
    from stationkeep.report.risk_page import write_risk_figures, write_risk_page

    if output is not None:
        write_risk_page(found, output)
    if figures is not None:
        write_risk_figures(found, figures)
