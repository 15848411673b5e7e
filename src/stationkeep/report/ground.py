"""Where it may fall and who lives there: the map, the latitudes, the regions and the countries."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from stationkeep.campaign.document import BranchDocument, GroundRisk, RunDocument
from stationkeep.report import text
from stationkeep.report.figures import both_sheets
from stationkeep.report.markup import bar, branch_vars, e, table, table_with_bars
from stationkeep.report.palette import branch_styles
from stationkeep.report.riskmap import inclination_deg, map_figure, risk_field
from stationkeep.report.verdict import regions_by_share

_COUNTRIES_SHOWN: Final = 15
_SAME_SHARE: Final = 0.005  # branches whose shares differ by less than this half per cent are told once


def ground_section(document: RunDocument) -> str:
    """The section on the people under the orbit; says why where there is nothing to tell."""
    falling = {key: branch for key, branch in document.branches.items() if branch.ground_risk is not None}
    opening = '<section aria-labelledby="ground"><div class="keep"><h2 id="ground">Where it falls, and on whom</h2>'
    if not falling:
        nothing = "Nothing falls within the horizon, so nobody on the ground is at risk from it."
        return f"{opening}<p>{nothing}</p></div></section>"
    told_once = _same_shares(falling.values())
    first = dict([next(iter(falling.items()))])
    risk = next(branch.ground_risk for branch in falling.values() if branch.ground_risk is not None)
    return (
        f"{opening}<p>{_explanation(risk)}</p>"
        f"{_figure(document, risk)}</div>"
        f"{_numbers_table(document, falling)}"
        f"{_shares(document, first if told_once else falling, told_once)}</section>"
    )


def _explanation(risk: GroundRisk) -> str:
    return (
        "An uncontrolled fall can end anywhere under the orbit; nobody can choose the place. The odds below hold for "
        "such a fall: the casualty area (what the surviving pieces cover, each widened by a standing person, 0.36 m², "
        "without credit for shelter) times the people per square metre under the orbit. "
        f"Population of {risk.population_year}: {e(risk.population_source)}."
    )


def _figure(document: RunDocument, risk: GroundRisk) -> str:
    inclination = inclination_deg(document)
    profile = (
        "By latitude: share of the risk to people (bars) and of the debris (line). An orbit lingers at its highest "
        "latitudes; people do not."
    )
    if inclination is None:
        drawn = both_sheets(lambda sheet: map_figure(None, risk, sheet))
        missing = "No map: the document does not state the inclination of the orbit."
        return f"<p>{missing}</p><figure>{drawn}<figcaption>{profile}</figcaption></figure>"
    field = risk_field(inclination)
    drawn = both_sheets(lambda sheet: map_figure(field, risk, sheet))
    told = (
        "Each 1° cell's share of the casualty expectation, by the people living there and the time the orbit "
        f"spends overhead. The orbit turns at {field.highest_latitude_deg:.1f}° north and south. {profile} "
        "Land outlines: Natural Earth."
    )
    return f"<figure>{drawn}<figcaption>{told}</figcaption></figure>"


def _numbers_table(document: RunDocument, falling: dict[str, BranchDocument]) -> str:
    styles = branch_styles(document.branches)
    rows = []
    for key, branch in falling.items():
        risk = branch.ground_risk
        if risk is None:
            continue
        area, expected = risk.casualty_area_m2_interval, risk.casualty_expectation_interval
        rows.append(
            (
                f'<span class="t" {branch_vars(styles[key])}>{e(branch.label)}</span>',
                _with_window(text.mass_text(risk.surviving_mass_kg), text.mass_window(risk.surviving_mass_kg_interval)),
                _with_window(
                    f"{text.significant(area.median)} m²",
                    f"{text.window(area)} m²",
                ),
                _with_window(
                    text.significant(risk.casualty_expectation),
                    text.window(expected),
                ),
                _with_window(text.one_in_text(risk.one_in), text.one_in_window(risk.one_in_interval)),
                text.percent(risk.ocean_share),
            )
        )
    heads = ("Branch", "Mass that survives", "Casualty area", "Casualty expectation", "Odds", "Into the ocean")
    caption = f"Given an uncontrolled fall. {_how_summed(document.runs)}"
    return f'<h3>The size of the risk</h3><div class="scroll">{table(caption, heads, rows, stack=True)}</div>'


def _how_summed(runs: int) -> str:
    if runs == 1:
        return "One run, so one draw of the mass and the area."
    return (
        "Mass and area are medians over the draws; the casualty expectation is the mean over them, and the odds are "
        f"its inverse. Beside or below each in small type: the {text.spread_name(runs)}."
    )


def _with_window(median: str, window: str) -> str:
    return median if median == window else f'{median}<span class="m w">{window}</span>'


def _shares(document: RunDocument, branches: dict[str, BranchDocument], told_once: bool) -> str:
    styles = branch_styles(document.branches)
    regions = regions_by_share(document)
    told = []
    for key, branch in branches.items():
        if branch.ground_risk is None:
            continue
        heading = f'<h3 {branch_vars(styles[key])}><span class="chip"></span>{e(branch.label)}</h3>'
        told.append(
            f'{"" if told_once else heading}<div class="two keep"><div>{_region_table(branch.ground_risk, regions)}'
            f"</div><div>{_country_table(branch.ground_risk)}</div></div>"
        )
    return "".join(told)


def _region_table(risk: GroundRisk, regions: list[str]) -> str:
    known = {region.region: region for region in risk.by_region}
    largest = max((region.share for region in risk.by_region), default=1.0)
    rows = [
        (
            e(name),
            bar(known[name].share, largest),
            text.percent(known[name].share),
            text.percent(known[name].impact_share),
        )
        for name in regions
        if name in known
    ]
    caption = "By region: share of the risk to people, and share of the debris (the rest falls into the sea)."
    return table_with_bars(caption, ("Region", "", "Risk", "Debris"), rows)


def _country_table(risk: GroundRisk) -> str:
    countries = sorted(risk.by_country, key=lambda country: -country.share)
    shown = countries[:_COUNTRIES_SHOWN]
    largest = max((country.share for country in shown), default=1.0)
    rows = [(e(c.country), bar(c.share, largest), text.percent(c.share), _odds(c.casualty_expectation)) for c in shown]
    more = f" The {len(shown)} largest of {len(countries)}." if len(countries) > len(shown) else ""
    caption = f"By country: share of the risk, and the casualty expectation there.{more}"
    return table_with_bars(caption, ("Country", "", "Risk", "Casualty expectation"), rows)


def _odds(expectation: float) -> str:
    return text.one_in_text(1 / expectation) if expectation > 0 else text.NONE


def _same_shares(branches: Iterable[BranchDocument]) -> bool:
    """Whether the shares agree between branches, as they do when the orbits have the same inclination."""
    seen: dict[str, float] = {}
    for branch in branches:
        for region in branch.ground_risk.by_region if branch.ground_risk else ():
            if abs(seen.setdefault(region.region, region.share) - region.share) > _SAME_SHARE:
                return False
    return True
