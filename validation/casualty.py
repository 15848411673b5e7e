"""Writes ``casualty.md``: is the risk on the ground the one that was published, and are the people where they live?

    python validation/casualty.py            # reads ../shared/data beside the repository; --data FOLDER otherwise

References: density of people by inclination and by latitude (GPWv4.11 of 2005 and 2020, UN-adjusted, CIESIN), GPWv4 of
2020 at one degree, and the figures agencies published of single falls.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from record import Finding, record

from stationkeep.campaign.reentry_body import fly_body
from stationkeep.descent.body import shipped_body
from stationkeep.descent.break_up_paths import BreakUpPaths, orbit_paths, paths_risk, random_paths, strip_touches
from stationkeep.descent.casualty_area import PUBLISHED_CASES, PublishedCase
from stationkeep.descent.ground_risk import uncontrolled_risk
from stationkeep.descent.pieces import piece_casualty_area_m2
from stationkeep.environment.population import (
    COLUMNS,
    REGIONS,
    ROWS,
    PopulationGrid,
    flat_population,
    load_land,
    load_population,
)

FloatArray = NDArray[np.float64]

HERE = Path(__file__).resolve().parent
LAND = load_land()
WORLD = {2005: 6.520e9, 2020: 7.758e9}  # people the reference counts
COLUMN = {2005: 1, 2020: 2}
SHOWN_DEG = (1.0, 4.0, 6.0, 10.0, 20.0, 24.0, 28.5, 35.0, 41.5, 45.0, 51.6, 53.0, 57.0, 65.0, 90.0, 97.8)
GROUPS = (("0 to 5.9 deg", 0.0, 5.9), ("6 to 27 deg", 6.0, 27.9), ("28 to 98.7 deg", 28.0, 99.0))

PAGE = """# Risk on the ground

Is the casualty expectation the one that was published, and are the people where they live? Written by
`validation/casualty.py`; the tolerances are kept by `tests/validation/test_casualty.py`. What the numbers mean:
[docs/casualty-risk.md](../docs/casualty-risk.md).

## By hand

The same number of people on every square kilometre: the casualty expectation is the casualty area times that number,
whatever the orbit. Largest difference over 0 to 180 degrees: {flat}. All orbits flown one by one over a turning Earth
give the analytic latitude law's expectation to {paths}.

## People by inclination

People per square kilometre under the orbit, oceans included, on a sphere, for the same world total as the reference
(GPWv4, UN-adjusted: 6.520e9 in 2005, 7.758e9 in 2020). Goal: 5 %.

{inclination}

{groups}

What misses lies within six degrees of the equator, where an orbit sees a few bands of half a degree, so that single
cities decide; the law and the bands are exact. At 5 degrees (6.3 and 5.3 % too many): Bogotá lies at 4.6 N, where it
is, while the reference, which spreads people evenly over administrative units, has 7.6 million fewer in that half
degree and most of them just south of it, where the city's district is empty mountains. At 4 degrees (5.7 % too few)
the same, and 5 million of Cameroon and of Congo's north-east. At 1 degree (5.9 % too few, 2020 only): the bands north
of the equator grew by 53 % in fifteen years there, by 40 to 45 % by the nations' totals here. Kinshasa with Brazzaville
holds 20.8 million here and 9.1 in GPWv4; the United Nations (2018) have 14.3 for Kinshasa alone: both are off, ours
because a city takes part in the growth of its nation. (The reference's two forms, counts at one degree and UN-adjusted
counts, differ there by up to 9 % in single degrees of latitude and by 1 to 2 % over a whole low orbit.) Where the
people of a country live is from GeoNames' villages; for India, China, Indonesia, Nigeria and Kenya the provinces'
shares are the census's (these five were chosen because GeoNames' villages and GPWv4 disagreed there; their figures were
not). How many people a
country has in a year is the United Nations'.

## People along single tracks

A fall on one known orbit meets whoever lives below it. Against GPWv4 of 2020 at one degree, over {orbits} orbits of
51.6 degrees and {strips} single strips of debris (1,200 km), each weighted by its people, the logarithm of the people
met differs by {orbit_sigma} (1 sigma) for a whole orbit and {strip_sigma} for a single strip. These are the spreads the
intervals use; they are measured here, so they are no test of anything else.

## Published falls

Where casualty area and odds were both published, our people and latitude law give odds to compare. Where only the odds
were, the area they imply is shown beside the surviving mass: it must be plausible, 0.005 to 0.12 m2 for a kilogram.

{falls}

{chain}

## Bodies flown to the ground

Part lists that ship with the package, flown from 120 km, 40 draws of heating, drag, break-up, tearing, amounts and
the mass of a piece; 5, 50 and 95 %. Odds are for the inclination and year of the fall.

{bodies}

The mass that arrives is within a factor of about two of the published one. UARS's casualty area is met since thin walls
tear, a rule its miss led to ([entry.md](entry.md)): no independent check. Those of the stations are not known to be
right: how many pieces a structure leaves is an assumption of each list, every piece counts a person, Mir's list leaves
3.6 times the pieces that were announced, and the ISS's area lies above published cases. So `reentry iss-2022` rests its
odds on those and sets the computation beside them.

## Casualty area of single pieces

{pieces}

## Whom the debris of a station touches

Orbit of 51.64 degrees, every place of the break-up alike, a strip of debris from 300 to 1,500 km ahead of it.

{touches}
"""


def table(head: str, lines: Iterable[str]) -> str:
    columns = head.count("|") + 1
    rule = "|---" + "|---:" * (columns - 1) + "|"
    return "\n".join([f"| {head} |", rule, *(f"| {line} |" for line in lines)])


def numbers(path: Path) -> FloatArray:
    lines = [line.split(",") for line in path.read_text().splitlines() if not line.startswith("#")]
    return np.array(lines[1:], dtype=float)


def by_inclination(data: Path) -> FloatArray:
    """Inclination, and the difference of 2005 and of 2020 (n, 3)."""
    reference = numbers(data / "reentry/population_density_by_inclination.csv")
    rows = []
    for line in reference:
        differences = []
        for year, column in COLUMN.items():
            people = load_population(year)
            ours = uncontrolled_risk(line[0], 1.0, people, LAND, figure="sphere").people_per_km2
            differences.append(ours * WORLD[year] / people.total_people / line[column] - 1.0)
        rows.append([line[0], *differences])
    return np.array(rows)


def inclination_table(data: Path, found: FloatArray) -> str:
    reference = numbers(data / "reentry/population_density_by_inclination.csv")
    lines = []
    for inclination in SHOWN_DEG:
        index = int(np.argmin(np.abs(reference[:, 0] - inclination)))
        _, old, new = reference[index]
        lines.append(
            f"{inclination:g} | {old:.2f} | {100 * found[index, 1]:+.1f} % | {new:.2f} | {100 * found[index, 2]:+.1f} %"
        )
    return table("inclination [deg] | GPWv4 2005 | ours | GPWv4 2020 | ours", lines)


@dataclass(frozen=True)
class Group:
    """How well a range of inclinations is met."""

    name: str
    worst: float
    within: int
    count: int


def grouped(found: FloatArray) -> list[Group]:
    groups = []
    for name, low, high in GROUPS:
        part = np.abs(found[(found[:, 0] >= low) & (found[:, 0] <= high), 1:]).ravel()
        groups.append(Group(name, float(part.max()), int((part <= 0.05).sum()), len(part)))
    return groups


# --- Along tracks ---------------------------------------------------------------------------------------------------


def gpw_grid(data: Path, people: PopulationGrid) -> PopulationGrid:
    """GPWv4 of one degree on our cells, shared by land, scaled to our world total."""
    path = data / "population/gpw_v4_population_count_rev11_2020_1_deg.asc"
    reference = np.loadtxt(path, skiprows=6)[::-1].clip(min=0.0)

    def doubled(field: FloatArray) -> FloatArray:
        return np.repeat(np.repeat(field, 2, axis=0), 2, axis=1)

    land = LAND.on_map() + 1e-9
    spread = doubled(reference) * land / doubled(land.reshape(180, 2, 360, 2).sum(axis=(1, 3)))
    cells = np.arange(ROWS * COLUMNS, dtype=np.int32)
    counts = spread.ravel() * people.total_people / spread.sum()
    return replace(people, cell=cells, country=np.zeros(len(cells), dtype=np.uint8), people=counts)


def track_sigmas(data: Path) -> tuple[float, int, float, int]:
    people = load_population(2020)
    grids = (people, gpw_grid(data, people))

    def met(paths: BreakUpPaths) -> list[float]:
        return [paths_risk(paths, 1.0, [], grid, LAND).people_per_km2 for grid in grids]

    orbits = np.array([met(orbit_paths(51.64, float(node))) for node in range(0, 360, 10)])
    every = random_paths(51.64, 12)
    strips = np.array([met(_one_place(every, row, step)) for row in range(12) for step in range(0, 868, 60)])
    strips = strips[strips[:, 1] > 0.5]
    return _spread(orbits), len(orbits), _spread(strips), len(strips)


def _one_place(paths: BreakUpPaths, row: int, step: int) -> BreakUpPaths:
    weight = np.zeros((1, paths.weight.shape[1]))
    weight[0, step] = 1.0
    return replace(
        paths,
        latitude_deg=paths.latitude_deg[row : row + 1],
        longitude_deg=paths.longitude_deg[row : row + 1],
        weight=weight,
    )


def _spread(pairs: FloatArray) -> float:
    """Root mean square of the logarithm of the ratio, weighted by the people met."""
    difference = np.log(pairs[:, 0] / pairs[:, 1])
    return float(np.sqrt((difference**2 * pairs[:, 1]).sum() / pairs[:, 1].sum()))


# --- Falls ----------------------------------------------------------------------------------------------------------


def fall_line(case: PublishedCase) -> str:
    result = uncontrolled_risk(case.inclination_deg, 1.0, load_population(case.year), LAND)
    odds = "–" if case.one_in is None else " – ".join(f"{value:,.0f}" for value in dict.fromkeys(case.one_in))
    if case.casualty_area_m2 is not None:
        areas = case.casualty_area_m2
        shown = " – ".join(f"{value:g}" for value in dict.fromkeys(areas))
        ours = " – ".join(f"{1e6 / (area * result.people_per_km2):,.0f}" for area in sorted(set(areas), reverse=True))
    else:
        assert case.one_in is not None
        areas = (1e6 / case.one_in[1] / result.people_per_km2, 1e6 / case.one_in[0] / result.people_per_km2)
        shown = " – ".join(dict.fromkeys(f"{value:.0f}" for value in areas)) + " (implied)"
        ours = "–"
    per_kg = "–"
    if case.surviving_mass_kg is not None:
        ends = (areas[0] / case.surviving_mass_kg[1], areas[-1] / case.surviving_mass_kg[0])
        per_kg = " – ".join(dict.fromkeys(f"{value:.3f}" for value in ends))
    return f"{case.name}, {case.year} | {case.inclination_deg:g} | {odds} | {shown} | {ours} | {per_kg}"


BODIES: tuple[tuple[str, float, int, str, str, str], ...] = (
    ("uars-like", 57.0, 2011, "9 % (NASA)", "22.4 (NASA)", "3,200 (NASA)"),
    ("tiangong-1", 42.8, 2018, "20 to 40 % (UKSA), about 10 % (ESA)", "–", "–"),
    ("mir", 51.6, 2001, "15 to 37 % (press)", "–", "–"),
    ("iss", 51.64, 2024, "10 to 40 % (Klinkrad); Columbia 38 %", "–", "–"),
)


def body_line(name: str, inclination: float, year: int, fraction: str, area: str, odds: str) -> str:
    fallen = fly_body(shipped_body(name), inclination, draws=40)
    assert fallen.mass_draws_kg is not None
    assert fallen.area_draws_m2 is not None
    assert fallen.entry_mass_kg is not None
    share = 100.0 * np.quantile(fallen.mass_draws_kg, (0.05, 0.5, 0.95)) / fallen.entry_mass_kg
    areas = np.quantile(fallen.area_draws_m2, (0.05, 0.5, 0.95))
    people = uncontrolled_risk(inclination, 1.0, load_population(year), LAND).people_per_km2
    ours = [1e6 / (value * people) for value in areas[::-1]]
    shares, sizes, chances = (
        " – ".join(f"{value:{form}}" for value in values)
        for values, form in ((share, ".0f"), (areas, ",.0f"), (ours, ",.1f" if ours[0] < 10 else ",.0f"))
    )
    return f"{name}, {year} | {shares} | {fraction} | {sizes} | {area} | {chances} | {odds}"


def odds_of(name: str, area: float) -> float:
    case = next(item for item in PUBLISHED_CASES if item.name == name)
    return uncontrolled_risk(case.inclination_deg, area, load_population(case.year), LAND).one_in


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=HERE.parents[1] / "shared" / "data")
    data = parser.parse_args().data
    found = by_inclination(data)
    groups = grouped(found)
    flat = max(
        abs(uncontrolled_risk(i, 22.4, flat_population(14.0), LAND).casualty_expectation / (22.4 * 14e-6) - 1.0)
        for i in np.linspace(0.0, 180.0, 37)
    )
    people = load_population(2022)
    ratios = [
        paths_risk(random_paths(i), 1.0, [], people, LAND).people_per_km2
        / uncontrolled_risk(i, 1.0, people, LAND).people_per_km2
        for i in (28.5, 42.8, 51.64, 97.0)
    ]
    paths = max(abs(ratio - 1.0) for ratio in ratios)
    orbit_sigma, orbits, strip_sigma, strips = track_sigmas(data)
    uars, rosat = odds_of("UARS", 22.4), odds_of("ROSAT", 31.78)
    weight, touches = strip_touches(random_paths(51.64), LAND)
    named = touches[:, [REGIONS.index("United States"), REGIONS.index("Europe")]].any(axis=1)
    russia = touches[:, REGIONS.index("Russia")]
    text = PAGE.format(
        flat=f"{100 * flat:.1g} %",
        paths=f"{100 * paths:.1f} % (28.5, 42.8, 51.64 and 97 degrees)",
        inclination=inclination_table(data, found),
        groups=table(
            "inclinations | worst | within 5 %",
            (f"{g.name} | {100 * g.worst:.1f} % | {g.within} of {g.count}" for g in groups),
        ),
        orbits=orbits,
        strips=strips,
        orbit_sigma=f"{orbit_sigma:.2f}",
        strip_sigma=f"{strip_sigma:.2f}",
        falls=table(
            "fall | inclination [deg] | 1 in, published | casualty area [m2] | 1 in, ours | m2 per surviving kg",
            (fall_line(case) for case in PUBLISHED_CASES),
        ),
        chain=(
            f"UARS: 22.4 m2 give 1 in {uars:,.0f} (NASA: 1 in 3,200, {100 * (uars / 3200 - 1):+.1f} %). ROSAT: "
            f"31.78 m2\n(SCARAB) give 1 in {rosat:,.0f} (DLR: 1 in 2,000, {100 * (rosat / 2000 - 1):+.1f} %). They "
            "test the people and\nthe latitude law, not the demise."
        ),
        bodies=table(
            "body | arrives [%] | published | casualty area [m2] | published | 1 in | published",
            (body_line(*line) for line in BODIES),
        ),
        pieces=table(
            "disc [m2] | NASA-STD-8719.14 | Opiela and Matney 2019",
            (
                f"{area:g} | {float(piece_casualty_area_m2(area)):.3f} | "
                f"{float(piece_casualty_area_m2(area, law='opiela-matney')):.3f}"
                for area in (0.01, 0.1, 1.0, 10.0)
            ),
        ),
        touches=table(
            "the debris touches | probability",
            [
                *(f"{region} | {100 * float(weight @ touches[:, i]):.1f} %" for i, region in enumerate(REGIONS)),
                f"the United States or Europe, and not Russia | {100 * float(weight @ (named & ~russia)):.1f} %",
                f"Russia, and neither of the two | {100 * float(weight @ (russia & ~named)):.1f} %",
                f"none of the three | {100 * float(weight @ ~(russia | named)):.1f} %",
            ],
        ),
    )
    (HERE / "casualty.md").write_text(text, encoding="utf-8")
    record("casualty", _findings(groups, flat, paths, uars, rosat), "casualty.md")


def _findings(groups: list[Group], flat: float, paths: float, uars: float, rosat: float) -> list[Finding]:
    high, middle, low = groups[2], groups[1], groups[0]
    return [
        Finding("Flat population, 0-180 degrees: expectation against the analytic integral", f"{100 * flat:.1g} %",
                "0.1 %", flat <= 1e-3),
        Finding("Orbits flown one by one against the analytic latitude law", f"{100 * paths:.1f} %"),
        *(
            Finding(f"People by inclination against GPWv4, 2005 and 2020, {g.name}: worst of {g.count}",
                    f"{100 * g.worst:.1f} %, {g.within} within", "5 %", g.worst <= 0.05)
            for g in (high, middle, low)
        ),
        Finding("UARS, 22.4 m2: 1 in", f"{uars:,.0f}", "3,200 (NASA)", abs(uars / 3200 - 1) < 0.05),
        Finding("ROSAT, 31.78 m2: 1 in", f"{rosat:,.0f}", "2,000 (DLR)", abs(rosat / 2000 - 1) < 0.05),
    ]  # fmt: skip


if __name__ == "__main__":
    main()
