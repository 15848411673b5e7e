"""Writes ``population.md``: how well the embedded population stands for the people under an orbit.

    python validation/population.py            # reads ../shared/data beside the repository; --data FOLDER otherwise

The reference is GPWv4.11 of 2020 (CIESIN, Columbia University; CC BY 4.0), in two forms: UN-adjusted counts summed over
half-degree latitude bands with the density by inclination derived from them, and counts at 1 degree.
The table of published falls is written into ``docs/ground-risk.md`` as well.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from stationkeep.descent.casualty_area import PUBLISHED_CASES, PublishedCase, casualty_area_model
from stationkeep.descent.ground_risk import uncontrolled_risk
from stationkeep.environment.population import REGIONS, load_land, load_population

HERE = Path(__file__).resolve().parent
INCLINATIONS_DEG = (20.0, 28.5, 35.0, 41.5, 45.0, 51.6, 53.0, 57.0, 65.0, 75.0, 90.0)
PEOPLE, LAND = load_population(), load_land()

PAGE = """# People under an orbit

How well does the population that ships with the package stand for the real one, seen from an orbit?
Written by `validation/population.py`; the tolerances are kept by `tests/validation/test_population_vs_gpw.py`.

The reference is the Gridded Population of the World, version 4.11, for 2020 (CIESIN, Columbia University, CC BY 4.0).
It is a model too: its counts at 1 degree and its UN-adjusted counts by half-degree band differ from each other by 0.2 %
at 51.6 degrees, 1.2 % below 45 degrees and up to 4 % in 10-degree bands. Our rule for spreading people has one constant
for the whole world, and was chosen among seven by its distance from this same grid
(`design/build_population_grid.py --compare`), so the table shows what the choice achieves, not a blind test.

## By inclination

People per square kilometre of ground under the orbit, oceans included, on a sphere and for the same world total
(7.758e9) as the reference. The last column is what the package uses: geodetic latitudes on WGS 84.

{inclination}

For India, China, Indonesia, Nigeria and Kenya the census divides the people among the provinces; before it did, 25 to
30 N held 25 % of India's people here and 39 % in GPWv4, and 28.5 degrees was 5 % low.

## By latitude

{bands}

## On the map

People who would have to move for the two maps to agree: {misplaced}.

## Published falls

Casualty areas marked "implied" follow from the published risk, the inclination and our people of that year. The three
figures of the model are its 5 %, 50 % and 95 % levels, each quantity by itself.

{cases}

For UARS and ROSAT both the casualty area and the risk were published, so that they test the people and the latitude
law, not the demise: {checks}.
"""


def table(head: str, lines: Iterable[str]) -> str:
    columns = head.count("|") + 1
    rule = "|---" + "|---:" * (columns - 1) + "|"
    return "\n".join([f"| {head} |", rule, *(f"| {line} |" for line in lines)])


def numbers(path: Path) -> np.ndarray:
    lines = [line.split(",") for line in path.read_text().splitlines() if not line.startswith("#")]
    return np.array(lines[1:], dtype=float)


def by_inclination(data: Path, world: float) -> str:
    published = numbers(data / "reentry/population_density_by_inclination.csv")
    lines = []
    for inclination in INCLINATIONS_DEG:
        expected = np.interp(inclination, published[:, 0], published[:, 2])
        sphere, ellipsoid = (
            uncontrolled_risk(inclination, 1.0, PEOPLE, LAND, figure=figure).people_per_km2
            * world
            / PEOPLE.total_people
            for figure in ("sphere", "ellipsoid")
        )
        difference = 100 * (sphere / expected - 1)
        lines.append(f"{inclination:.1f} | {expected:.2f} | {sphere:.2f} | {difference:+.1f} % | {ellipsoid:.2f}")
    return table("inclination [deg] | GPWv4 [1/km2] | ours [1/km2] | difference | ours, on the ellipsoid", lines)


def by_band(gpw: np.ndarray) -> str:
    ours, theirs = (rows.reshape(18, 20).sum(axis=1) for rows in (PEOPLE.on_map().sum(axis=1), gpw))
    ours, theirs = 100 * ours / ours.sum(), 100 * theirs / theirs.sum()
    return table(
        "latitude [deg] | GPWv4 [% of people] | ours [% of people] | difference",
        (
            f"{-90 + 10 * band} to {-80 + 10 * band} | {theirs[band]:.3f} | {ours[band]:.3f} | "
            f"{100 * (ours[band] / theirs[band] - 1):+.1f} %"
            for band in range(18)
            if theirs[band] > 5e-3
        ),
    )


def misplaced(data: Path) -> str:
    raster = data / "population/gpw_v4_population_count_rev11_2020_1_deg.asc"
    gpw, ours = np.loadtxt(raster, skiprows=6)[::-1].clip(min=0), PEOPLE.on_map()
    shares = []
    for degrees in (1, 5, 10):
        one, other = (
            grid.reshape(180 // degrees, -1, 360 // degrees, block).sum(axis=(1, 3)) / grid.sum()
            for grid, block in ((ours, 2 * degrees), (gpw, degrees))
        )
        shares.append(f"{50 * np.abs(one - other).sum():.0f} % at {degrees} deg")
    return ", ".join(shares)


def span(values: Iterable[float], digits: int = 2) -> str:
    texts = dict.fromkeys(f"{float(f'{value:.{digits}g}'):,.12g}" for value in sorted(values))
    return " – ".join(texts)


def case_line(case: PublishedCase) -> str:
    per_m2 = uncontrolled_risk(case.inclination_deg, 1.0, load_population(case.year), LAND).casualty_expectation
    model = casualty_area_model(case.mass_kg)
    levels = (model.low, model.median, model.high)
    area = case.casualty_area_m2 or tuple(1 / (one_in * per_m2) for one_in in case.one_in or ())
    mark = "" if case.casualty_area_m2 else " (implied)"
    inside = model.low.casualty_area_m2 <= max(area) and min(area) <= model.high.casualty_area_m2
    return " | ".join(
        [
            f"{case.name}, {case.year}",
            f"{case.mass_kg / 1000:.1f}",
            span(kg / 1000 for kg in case.surviving_mass_kg or ()),
            span(level.surviving_mass_kg / 1000 for level in levels),
            span(area, 3) + mark,
            span(level.casualty_area_m2 for level in levels),
            span(case.one_in, 3) if case.one_in else "–",
            span(1 / (level.casualty_area_m2 * per_m2) for level in levels),
            "yes" if inside else "no",
        ]
    )


def cases() -> str:
    head = (
        "object | mass [t] | surviving [t], published | model | casualty area [m2], published | model | "
        "1 in, published | model | in range"
    )
    heaviest_first = sorted(PUBLISHED_CASES, key=lambda case: -case.mass_kg)
    return table(head, map(case_line, heaviest_first))


def check(name: str) -> str:
    case = next(case for case in PUBLISHED_CASES if case.name == name)
    assert case.casualty_area_m2
    assert case.one_in
    area = max(case.casualty_area_m2)
    risk = uncontrolled_risk(case.inclination_deg, area, load_population(case.year), LAND)
    return f"{name}'s {area} m2 give 1 in {span([risk.one_in], 3)} (published: 1 in {span(case.one_in, 3)})"


def station() -> str:
    risk = uncontrolled_risk(51.64, 1.0, load_population(2024), LAND)
    model = casualty_area_model(460_000.0)
    lines = (
        f"{name} | {level.surviving_mass_kg / 1000:,.0f} | {level.casualty_area_m2:,.0f} | "
        f"{risk.for_casualty_area(level.casualty_area_m2).casualty_expectation:.3f} | "
        f"{risk.for_casualty_area(level.casualty_area_m2).one_in:.0f}"
        for name, level in (("5 %", model.low), ("median", model.median), ("95 %", model.high))
    )
    levels = table("level | surviving [t] | casualty area [m2] | expected casualties | 1 in", lines)
    shares = dict(zip(REGIONS, risk.by_region, strict=True))
    regions = table(
        "region | share of casualties | share of impacts",
        [
            *(f"{name} | {100 * part.share:.1f} % | {100 * part.impact_share:.1f} %" for name, part in shares.items()),
            f"Ocean | – | {100 * risk.ocean_share:.1f} %",
        ],
    )
    skylab = next(case for case in PUBLISHED_CASES if case.name == "Skylab")
    then = uncontrolled_risk(skylab.inclination_deg, 1.0, load_population(skylab.year), LAND)
    assert skylab.one_in
    scaled = skylab.one_in[0] * skylab.mass_kg / 460_000.0 * then.people_per_km2 / risk.people_per_km2
    return (
        f"{levels}\n\n{regions}\n\nNo casualty expectation for an uncontrolled fall of the ISS was found in print. "
        f"Skylab's published odds,\nscaled with mass and people, would make it 1 in {scaled:.0f}: inside the range."
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=HERE.parents[1] / "shared" / "data")
    data = parser.parse_args().data
    gpw = numbers(data / "reentry/population_by_latitude_band.csv")[::-1, 3]
    published_falls, flagship = cases(), station()
    page = PAGE
    for mark, text in (
        ("inclination", by_inclination(data, gpw.sum())),
        ("bands", by_band(gpw)),
        ("misplaced", misplaced(data)),
        ("cases", published_falls),
        ("checks", ", ".join(map(check, ("UARS", "ROSAT")))),
    ):
        page = page.replace(f"{{{mark}}}", text)
    (HERE / "population.md").write_text(page, encoding="utf-8")
    guide = HERE.parent / "docs/ground-risk.md"
    text = guide.read_text(encoding="utf-8")
    for mark, part in (("cases", published_falls), ("station", flagship)):
        text = re.sub(f"(<!-- {mark} -->\n).*?(\n<!-- end -->)", lambda m, p=part: m[1] + p + m[2], text, flags=re.S)
    guide.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
