"""Writes ``density_surrogate.md``: how far are the surrogates, of density and of averaged drag, from NRLMSISE-00?

python validation/density_surrogate.py
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from record import Finding, record

from stationkeep.constants import EARTH_EQUATORIAL_RADIUS_KM, EARTH_FLATTENING
from stationkeep.environment.nrlmsise00 import Nrlmsise00Reference, reference_density
from stationkeep.environment.sources import bundled_space_weather
from stationkeep.environment.surrogate import (
    Nrlmsise00Surrogate,
    load_surrogate_weights,
    surrogate_provenance,
    surrogate_workspace,
)
from stationkeep.orbit.averaged_drag import (
    averaged_provenance,
    averaged_rates,
    averaged_workspace,
    is_averaged,
    load_averaged_weights,
)
from stationkeep.orbit.decay_kernel import node_lattice, orbit_rates, place_nodes, sum_drag

Floats = NDArray[np.float64]
HERE = Path(__file__).resolve().parent
REFERENCE, SURROGATE = Nrlmsise00Reference(), Nrlmsise00Surrogate()
POINTS = 20_000
SEED = 7_2022
BANDS_KM = (
    *((100, 120), (120, 150), (150, 200), (200, 300), (300, 400), (400, 500), (500, 600)),
    *((600, 700), (700, 1000)),
)
ARCHIVE_DAYS = (36_200, 60_800)  # 1957-12 to 2025-05: observed days of the bundled table
DRAG_BANDS_KM = ((170, 200), (200, 250), (250, 300), (300, 350), (350, 400), (400, 500), (500, 600), (600, 680))
DRAG_ORBITS = 1_500
LEVELS = {"below 90": (65.0, 90.0), "90-150": (90.0, 150.0), "above 150": (150.0, 250.0)}
AP_RANGES = {"quiet (Ap < 20)": (0.0, 20.0), "disturbed (20-80)": (20.0, 80.0), "storm (80-280)": (80.0, 280.0)}
SUNS = {"minimum": (70.0, 70.0, 4.0), "mean": (130.0, 125.0, 9.0), "maximum": (200.0, 190.0, 20.0)}

PAGE = """# The density surrogate against NRLMSISE-00

How far is the fast density from the reference code's? Written by `validation/density_surrogate.py`; the promise (1 %,
1 sigma, at 120-600 km, storms up to Ap 280 included, bias below 0.3 %) is kept by
`tests/validation/test_surrogate_accuracy.py`. For scale:
NRLMSISE-00 itself is good to about 15 % (1 sigma) of measured density (Picone et al. 2002), and its error lasts for
days to months, while the surrogate's changes sign from place to place.

{implementation}. Each cell holds {points} fresh random points, even over
the globe, the years 1960-2040 and the height band; daily F10.7 log-normal about its mean (13 %), Ap uniform in its
range. Errors are of density, in per cent of the reference: *bias* is the mean, *sigma* the standard deviation, *p99*
the 99th percentile of the absolute error.

## By height and solar activity (81-day mean F10.7), Ap below 20

{activity}

## By height and geomagnetic activity, 81-day mean F10.7 of 65 to 250

{storms}

## On days that were

Random days of the archive (December 1957 to May 2025) with the Sun they had, random places. The training drew its
conditions at random and knows none of these days as such. Storm days (Ap above 80, one in 130) are drawn for
themselves in the last columns.

{archive}

Great storms at 100-120 km are where NRLMSISE-00 itself breaks down (negative densities over the poles, see
`docs/atmosphere.md`); nothing flies there for longer than minutes.

## Averaged along an orbit

What decides a lifetime. Circular orbits, 32 points each, 36 dates over three years with as many nodes; the bias is that
of all orbits together, sigma the spread of single orbits.

{orbits}

## The orbit-averaged drag

The second network (`stationkeep.orbit.averaged_drag`) gives the decay of a whole near-circular orbit at once. Here it
stands against the reference code asked at 64 nodes along the orbit and over the day, with the mean engine's own drag
formulas: random planes, perigees up to 12 km off the mean, on days of the archive. Beside it what the engine's
sixteen nodes with the density surrogate give for the same orbits.

{drag}

## How they were made

{notes}

{drag_notes}
"""


def random_points(
    rng: np.random.Generator, heights: tuple[float, float], *sun: tuple[float, float]
) -> tuple[Floats, ...]:
    """Times, places and drivers; ``sun`` holds the ranges of the mean F10.7 and of Ap."""
    level = rng.uniform(*sun[0], POINTS)
    daily = np.clip(level * np.exp(rng.normal(0.0, 0.13, POINTS)), 60.0, 400.0)
    return (
        np.round(rng.uniform(36_934.0, 66_154.0, POINTS) * 86_400.0) / 86_400.0,
        np.degrees(np.arcsin(rng.uniform(-1.0, 1.0, POINTS))),
        rng.uniform(-180.0, 180.0, POINTS),
        rng.uniform(*heights, POINTS),
        np.column_stack([daily, level, rng.uniform(*sun[1], POINTS)]),
    )


def error_percent(points: tuple[Floats, ...]) -> Floats:
    return 100.0 * (SURROGATE.density_kg_m3(*points) / REFERENCE.density_kg_m3(*points) - 1.0)


def random_table(columns: dict[str, tuple[tuple[float, float], tuple[float, float]]]) -> str:
    """Rows of height, columns of activity."""
    head = "| height [km] | " + " | ".join(f"{name}: bias | sigma | p99" for name in columns) + " |"
    lines = [head, "|---|" + "---:|" * (3 * len(columns))]
    rng = np.random.default_rng(SEED)
    for band in BANDS_KM:
        cells = []
        for sun in columns.values():
            error = error_percent(random_points(rng, band, *sun))
            cells += [f"{error.mean():+.2f}", f"{error.std():.2f}", f"{np.quantile(np.abs(error), 0.99):.1f}"]
        lines.append(f"| {band[0]}-{band[1]} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def orbit_errors_percent(inclination_deg: float, altitude_km: float, sun: tuple[float, float, float]) -> Floats:
    """Error of the mean density of 36 orbits spread over season and node."""
    n, orbits = 32, 36
    along = 2.0 * np.pi * (np.arange(n) + 0.5) / n
    node = 2.0 * np.pi * 0.381966 * np.arange(orbits)[:, None]  # golden section: nodes never line up with dates
    inclination = np.radians(inclination_deg)
    geocentric = np.arcsin(np.sin(inclination) * np.sin(along))
    longitude = np.arctan2(np.cos(inclination) * np.sin(along), np.cos(along)) + node
    height = altitude_km + EARTH_EQUATORIAL_RADIUS_KM * EARTH_FLATTENING * np.sin(geocentric) ** 2
    time = 59_671.0 + 30.44 * np.arange(orbits)[:, None] + 0.064 * np.arange(n) / n
    geodetic = np.degrees(geocentric + EARTH_FLATTENING * np.sin(2.0 * geocentric))
    points = (np.round(time * 86_400.0) / 86_400.0, geodetic, np.degrees(longitude), height, np.array(sun))
    mean = SURROGATE.density_kg_m3(*points).mean(axis=1) / REFERENCE.density_kg_m3(*points).mean(axis=1)
    return np.asarray(100.0 * (mean - 1.0))


def orbit_table() -> str:
    lines = ["| inclination [deg] | height [km] | " + " | ".join(f"{name}: bias | sigma" for name in SUNS) + " |"]
    lines.append("|---:|---:|" + "---:|" * (2 * len(SUNS)))
    for inclination in (41.5, 51.6, 97.0):
        for altitude in (150.0, 180.0, 250.0, 350.0, 420.0, 500.0):
            errors = [orbit_errors_percent(inclination, altitude, sun) for sun in SUNS.values()]
            cells = " | ".join(f"{error.mean():+.2f} | {error.std():.2f}" for error in errors)
            lines.append(f"| {inclination} | {altitude:.0f} | {cells} |")
    return "\n".join(lines)


def archive_points(
    rng: np.random.Generator, heights: tuple[float, float], days: Floats, table: Floats
) -> tuple[Floats, ...]:
    """Random moments and places on the given days (counted from the archive's first)."""
    chosen = rng.choice(days, POINTS)
    return (
        np.round((ARCHIVE_DAYS[0] + chosen + rng.uniform(0.0, 0.999, POINTS)) * 86_400.0) / 86_400.0,
        np.degrees(np.arcsin(rng.uniform(-1.0, 1.0, POINTS))),
        rng.uniform(-180.0, 180.0, POINTS),
        rng.uniform(*heights, POINTS),
        table[chosen],
    )


def archive_table() -> str:
    """Errors on real days: all of them, and the storms."""
    first, last = ARCHIVE_DAYS
    table = bundled_space_weather().drivers(first, last - first)
    groups = {"all days": np.arange(last - first), "Ap above 80": np.flatnonzero(table[:, 2] > 80.0)}
    lines = ["| height [km] | " + " | ".join(f"{name}: bias | sigma | p99" for name in groups) + " |"]
    lines.append("|---|" + "---:|" * (3 * len(groups)))
    rng = np.random.default_rng(SEED + 1)
    for band in BANDS_KM:
        cells = []
        for days in groups.values():
            error = error_percent(archive_points(rng, band, days, table))
            cells += [f"{error.mean():+.2f}", f"{error.std():.2f}", f"{np.quantile(np.abs(error), 0.99):.1f}"]
        lines.append(f"| {band[0]}-{band[1]} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def reference_decay(time_mjd: float, state: Floats, drivers: Floats) -> float:
    """Decay [km/day] of a unit coefficient with the reference code at 64 nodes."""
    lattice, scratch, rates = node_lattice(64), np.empty((8, 64)), np.empty(5)
    place_nodes(time_mjd, 1.0, state, lattice, scratch)
    latitude = np.degrees(np.arctan2(scratch[1], scratch[2]))
    longitude = (np.degrees(scratch[3]) + 180.0) % 360.0 - 180.0
    sun = np.repeat(drivers[:, None], 64, axis=1)
    scratch[6] = reference_density(np.vstack([scratch[0], latitude, longitude, scratch[5], sun]))
    sum_drag(state, 1.0, lattice, scratch, rates)
    return float(rates[0])


def drag_errors_percent(rng: np.random.Generator, heights: tuple[float, float], days: Floats, table: Floats) -> Floats:
    """Errors of the decay of random orbits, (n, 2): averaged network, sixteen nodes."""
    errors, work, rates = [], (np.empty((8, 16)), surrogate_workspace(16), averaged_workspace()), np.empty(5)
    while len(errors) < DRAG_ORBITS:
        day = int(rng.choice(days))
        time, a = ARCHIVE_DAYS[0] + day + 0.5, EARTH_EQUATORIAL_RADIUS_KM + rng.uniform(*heights)
        e, perigee = rng.uniform(0.0, 12.0) / a, rng.uniform(0.0, 2.0 * np.pi)
        plane = np.arccos(rng.uniform(-0.4, 1.0)), rng.uniform(0.0, 2.0 * np.pi)
        state = np.array([a, e * np.cos(perigee), e * np.sin(perigee), *plane])
        if not is_averaged(state):
            continue
        truth = reference_decay(time, state, table[day])
        averaged_rates(load_averaged_weights(), time, state, table[day], 1.0, work[2], rates)
        fast = rates[0] / truth - 1.0
        nodes = node_lattice(16)
        orbit_rates(load_surrogate_weights(), time, 1.0, state, table[day], 1.0, nodes, work[0], work[1], rates)
        errors.append((100.0 * fast, 100.0 * (rates[0] / truth - 1.0)))
    return np.array(errors)


def drag_table() -> str:
    first, last = ARCHIVE_DAYS
    table = bundled_space_weather().drivers(first, last - first)
    groups = {"all days": np.arange(last - first), "Ap above 80": np.flatnonzero(table[:, 2] > 80.0)}
    head = [f"{name}, {way}: bias | sigma" for name in groups for way in ("averaged", "16 nodes")]
    lines = ["| mean altitude [km] | " + " | ".join(head) + " |", "|---|" + "---:|" * (2 * len(head))]
    rng = np.random.default_rng(SEED + 2)
    for band in DRAG_BANDS_KM:
        cells = []
        for days in groups.values():
            errors = drag_errors_percent(rng, band, days, table)
            cells += [f"{errors[:, way].mean():+.2f} | {errors[:, way].std():.2f}" for way in (0, 1)]
        lines.append(f"| {band[0]}-{band[1]} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def notes_table(provenance: dict[str, Any], what: str) -> str:
    notes = {name: value for name, value in provenance.items() if name != "test_errors_percent"}
    rows = [f"| {name.replace('_', ' ')} | {value} |" for name, value in notes.items()]
    return "\n".join([f"| {what} | |", "|---|---|", *rows])


def findings(storms: str) -> list[Finding]:
    """For the accuracy report: the worst cell of each column of the table by geomagnetic activity, 120-600 km."""
    cells = [line.strip("| ").split(" | ") for line in storms.splitlines()[2:]]
    inside = [row for row in cells if int(row[0].split("-")[0]) >= 120 and int(row[0].split("-")[1]) <= 600]
    found = []
    for column, name in enumerate(AP_RANGES):
        sigma = max(float(row[2 + 3 * column]) for row in inside)
        bias = max(abs(float(row[1 + 3 * column])) for row in inside)
        question = f"density, surrogate against NRLMSISE-00 (pymsis), 120-600 km, {name}: worst band"
        found.append(
            Finding(question, f"{sigma:.2f} % (1 sigma), bias {bias:.2f} %", "1 % (1 sigma)", sigma <= 1.0, True)
        )
    return found


def main() -> None:
    storms = random_table({name: ((65.0, 250.0), ap) for name, ap in AP_RANGES.items()})
    record("density_surrogate", findings(storms), "density_surrogate.md")
    page = PAGE.format(
        implementation=SURROGATE.implementation[0].upper() + SURROGATE.implementation[1:],
        points=f"{POINTS:,}",
        activity=random_table({name: (level, (0.0, 20.0)) for name, level in LEVELS.items()}),
        storms=storms,
        archive=archive_table(),
        orbits=orbit_table(),
        drag=drag_table(),
        notes=notes_table(surrogate_provenance(), "density"),
        drag_notes=notes_table(averaged_provenance(), "averaged drag"),
    )
    (HERE / "density_surrogate.md").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
