"""The answer of ``stationkeep reentry`` in the terminal: a page to read at a glance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from stationkeep.report import text
from stationkeep.report.text import minute_text

if TYPE_CHECKING:
    from rich.console import Console

    from stationkeep.campaign.reentry_risk_document import ConditionalRisk, ReentryRiskDocument

_COUNTRIES: Final = 10
_PARTS: Final = 12


def show_risk(document: ReentryRiskDocument, console: Console) -> None:
    """Print it."""
    people = document.population
    console.print(document.name, style="bold")
    console.print(f"inclination {document.inclination_deg:.2f} deg · people of {people.year}")
    console.print()
    if document.when is not None:
        _show_when(document, console)
    if document.surviving_mass_kg is not None:
        _show_survivors(document, console)
    area = document.casualty_area_m2_interval
    # The expectation is linear in the area: it takes the mean, which lies above the median of so wide a range.
    skewed = document.mean_casualty_area_m2 != document.casualty_area_m2
    mean = f", in the mean of all draws {_number(document.mean_casualty_area_m2)} m2" if skewed else ""
    console.print(
        f"Casualty area          {_number(document.casualty_area_m2)} m2{mean}   90 %: {_number(area.p05)} to "
        f"{_number(area.p95)} m2"
    )
    odds = document.one_in_interval
    span = "" if odds is None else f"   90 %: {text.one_in_text(odds.p05)} to {text.one_in_text(odds.p95)}"
    shown = "nobody lives there" if document.one_in is None else text.one_in_text(document.one_in)
    console.print(f"Casualty expectation   {shown}{span}   ({document.casualty_expectation:.2e})", style="bold")
    if document.conditional:
        console.print("                       every orbit alike; where the fall is known better, see the views below")
    console.print(f"Debris into the sea    {100 * document.ocean_share:.0f} %")
    if document.sheltering is not None:
        console.print(f"Roofs                  leave {100 * document.sheltering.factor:.0f} % of it")
    for other in document.other_areas:
        odds_text = "-" if other.one_in is None else text.one_in_text(other.one_in)
        console.print(f"Beside it              {odds_text} by the {other.label} ({_number(other.casualty_area_m2)} m2)")
    console.print()
    _show_regions(document, console)
    _show_countries(document, console)
    for view in document.conditional:
        _show_view(view, console)
    _show_orbits(document, console)
    if document.claim is not None:
        console.print(f"{document.claim.claim}?")
        console.print(document.claim.verdict, style="bold")
        console.print()
    _show_parts(document, console)
    for note in document.notes:
        console.print(f"Note   {note}")
    console.print(f"People {people.source}")


def _show_when(document: ReentryRiskDocument, console: Console) -> None:
    when = document.when
    if when is None:
        return
    middle = "not by the horizon" if when.median_utc is None else when.median_utc[:7]
    first = "-" if when.p05_utc is None else when.p05_utc[:7]
    last = "beyond the horizon" if when.p95_utc is None else when.p95_utc[:7]
    console.print(
        f"Falls                  {middle}   90 %: {first} to {last}   ({when.runs} runs, branch {when.branch})"
    )


def _show_survivors(document: ReentryRiskDocument, console: Console) -> None:
    mass, window = document.surviving_mass_kg, document.surviving_mass_kg_interval
    if mass is None:
        return
    span = "" if window is None else f"   90 %: {text.mass_text(window.p05)} to {text.mass_text(window.p95)}"
    of = "" if document.entry_mass_kg is None else f" of {text.mass_text(document.entry_mass_kg)}"
    pieces = "" if document.fragments is None else f", {document.fragments:,} fragments above 15 J"
    console.print(f"Reaches the ground     {text.mass_text(mass)}{of}{pieces}{span}")
    if len(document.by_owner) > 1 or any(item.owner for item in document.by_owner):
        shares = ((item.owner or "unnamed", text.mass_text(item.surviving_mass_kg)) for item in document.by_owner)
        owners = ", ".join(" ".join(share) for share in shares)
        console.print(f"  whose                {owners}{_other_total(document, mass)}")


def _other_total(document: ReentryRiskDocument, mass_kg: float) -> str:
    """Owners come from the parts flown to the ground, which need not be the mass the odds rest on."""
    total = sum(item.surviving_mass_kg for item in document.by_owner)
    if abs(total - mass_kg) < 0.01 * mass_kg:
        return ""
    return f" (of the {text.mass_text(total)} its parts leave when flown to the ground)"


def _show_regions(document: ReentryRiskDocument, console: Console) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("region")
    for heading in ("of the risk [%]", "of the debris [%]", "a casualty there"):
        table.add_column(heading, justify="right")
    for row in document.by_region:
        table.add_row(
            row.region, f"{100 * row.share:.1f}", f"{100 * row.impact_share:.1f}", _odds(row.casualty_expectation)
        )
    console.print(table)
    console.print()


def _show_countries(document: ReentryRiskDocument, console: Console) -> None:
    carried = [row for row in document.by_country if row.share > 0.0]
    shown = ", ".join(f"{row.country} {100 * row.share:.1f} %" for row in carried[:_COUNTRIES])
    if shown:
        more = f" and {len(carried) - _COUNTRIES} more" if len(carried) > _COUNTRIES else ""
        console.print(f"By country: {shown}{more}")
        console.print()


def _show_view(view: ConditionalRisk, console: Console) -> None:
    said = view.from_utc is None or view.to_utc is None or view.label.startswith("if it falls")
    span = "" if said else f"{minute_text(view.from_utc or '')} to {minute_text(view.to_utc or '')}"
    when = f" (nine times in ten {span})" if span else ""
    chance = "" if view.probability is None or not said else f", probability {100 * view.probability:.3g} %"
    console.print(f"{view.label[:1].upper()}{view.label[1:]}{when}{chance}")
    low, high = view.casualty_expectation_interval.p05, view.casualty_expectation_interval.p95
    console.print(
        f"  casualty expectation {_odds(view.casualty_expectation)}, 90 % {_odds(high)} to {_odds(low)}; "
        f"{100 * view.ocean_share:.0f} % of the debris into the sea",
        style="bold",
    )
    carried = [row for row in view.by_country if row.share > 0.0][:6]
    console.print(f"  {', '.join(f'{row.country} {100 * row.share:.0f} %' for row in carried) or 'nobody lives there'}")
    console.print()


def _show_orbits(document: ReentryRiskDocument, console: Console) -> None:
    if not document.by_orbit:
        return
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold", title="By orbit", title_justify="left")
    table.add_column("northward at [deg E]", justify="right")
    for heading in ("a casualty", "USA [%]", "Europe [%]", "Russia [%]"):
        table.add_column(heading, justify="right")
    table.add_column("most")
    for view in document.by_orbit:
        shares = {row.region: row.share for row in view.by_region}
        most = [row.country for row in view.by_country if row.share > 0.0][:2]
        table.add_row(
            f"{view.node_longitude_deg:g}",
            _odds(view.casualty_expectation),
            *(f"{100 * shares[region]:.0f}" for region in ("United States", "Europe", "Russia")),
            ", ".join(most),
        )
    console.print(table)
    console.print()


def _show_parts(document: ReentryRiskDocument, console: Console) -> None:
    if not document.parts:
        return
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("part", "owner"):
        table.add_column(heading)
    for heading in ("count", "each [kg]", "strikes with [kJ]", "casualty area [m2]"):
        table.add_column(heading, justify="right")
    for row in document.parts[:_PARTS]:
        table.add_row(
            row.name, row.owner, str(row.count), f"{row.mass_kg:,.1f}", f"{row.energy_j / 1e3:,.3g}",
            f"{row.casualty_area_m2:.2f}",
        )  # fmt: skip
    console.print(table)
    if len(document.parts) > _PARTS:
        console.print(f"and {len(document.parts) - _PARTS} more kinds of parts")
    console.print()


def _odds(expected: float) -> str:
    return text.one_in_text(1.0 / expected) if expected > 0.0 else "none"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100.0 else f"{value:.3g}"
