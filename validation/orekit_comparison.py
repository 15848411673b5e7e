"""The high-fidelity engine beside Orekit with the same forces: how far apart, and why? Writes ``orekit_comparison.md``.

    python validation/orekit_comparison.py       # some ten minutes; needs the extras precise and peers, and Java

Each row changes one thing and gives the distance between two flights after one day and after ten.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from orekit_peer import Forces, OrekitMissing, numerical, start_orekit, states_at, versions
from record import Finding, record

from stationkeep.constants import EARTH_EQUATORIAL_RADIUS_KM
from stationkeep.environment.nrlmsise00 import Nrlmsise00Reference
from stationkeep.environment.sources import observed_space_weather
from stationkeep.environment.space_weather import SpaceWeather
from stationkeep.orbit.elements import MeanElements
from stationkeep.orbit.high_fidelity import HighFidelityPropagator
from stationkeep.orbit.precise_bodies import SunAndMoon
from stationkeep.orbit.precise_dynamics import Density, HighFidelitySettings
from stationkeep.orbit.precise_tables import FrameRotations

Floats = NDArray[np.float64]
HERE = Path(__file__).resolve().parent
EPOCH = 59671.0  # 2022-04-02
DAYS = (1.0, 10.0)
BALLISTIC_M2_KG = 0.008
LIGHT_M2_KG = 0.006
AIRLESS = HighFidelitySettings(density=Density.NONE, sun_and_moon=True)


@dataclass(frozen=True)
class Row:
    """Two flights, and how far apart they are [m]."""

    what: str
    distance_m: Floats
    along_m: Floats
    """Of it along the track: positive where the first flight is ahead."""


class Bench:
    """Both engines with one start; flights are kept, so that each is flown once."""

    def __init__(self, days: tuple[float, ...] = DAYS, epoch: float = EPOCH) -> None:
        self.epoch, self.times = epoch, epoch + np.array(days)
        self.table: SpaceWeather = observed_space_weather(epoch + days[-1] + 1.0)
        self.frames, self.bodies = FrameRotations(), SunAndMoon()
        axis = EARTH_EQUATORIAL_RADIUS_KM + 417.9
        elements = MeanElements(epoch, axis, 0.0005, math.radians(51.64), 1.0, 2.0, 3.0)
        self.start = self.frames.gcrs_state_from_mean_elements(elements)
        self._flown: dict[object, Floats] = {}

    def ours(self, settings: HighFidelitySettings, ballistic: float = 0.0, light: float = 0.0) -> Floats:
        """States by our engine."""
        key = (settings, ballistic, light)
        if key not in self._flown:
            reference = Nrlmsise00Reference() if settings.density is Density.ATMOSPHERE else None
            propagator = HighFidelityPropagator(
                settings, self.table, atmosphere=reference, frames=self.frames, bodies=self.bodies
            )
            flown = propagator.propagate(
                self.start[:3], self.start[3:], self.epoch, self.times[-1], ballistic,
                output_times_mjd_utc=self.times, light_coefficient_m2_kg=light,
            )  # fmt: skip
            self._flown[key] = flown.states_gcrs
        return self._flown[key]

    def orekit(self, forces: Forces, tolerance_m: float = 1.0e-6) -> Floats:
        """States by Orekit."""
        key = (forces, tolerance_m)
        if key not in self._flown:
            # Where it enters the shadow Orekit goes on from an interpolated state: with long steps that costs it half a
            # metre a day, with steps of a minute nothing.
            longest = 60.0 if forces.light_m2_kg else 300.0
            propagator = numerical(
                self.start, self.epoch, forces, self.table, tolerance_m=tolerance_m, largest_step_s=longest
            )
            # Steps end where ap jumps, as ours do: stepping over it costs Orekit 5 to 80 m in ten days.
            jumps = np.arange(math.floor(self.epoch * 8.0) + 1, self.times[-1] * 8.0) / 8.0 + 1e-8
            times = np.union1d(self.times, jumps) if forces.ballistic_m2_kg else self.times
            self._flown[key] = states_at(propagator, times)[np.isin(times, self.times)]
        return self._flown[key]

    def row(self, what: str, one: Floats, other: Floats) -> Row:
        apart = (one - other)[:, :3] * 1e3
        forward = other[:, 3:] / np.linalg.norm(other[:, 3:], axis=1)[:, None]
        return Row(what, np.linalg.norm(apart, axis=1), np.sum(apart * forward, axis=1))


def airless_rows(bench: Bench) -> Iterator[Row]:
    """Frames, gravity, Sun, Moon."""
    gravity = replace(AIRLESS, sun_and_moon=False)
    yield bench.row("gravity 8x8 alone", bench.ours(gravity), bench.orekit(Forces(sun_and_moon=False)))
    same = bench.orekit(Forces())
    yield bench.row("**gravity 8x8, Sun and Moon**", bench.ours(AIRLESS), same)
    light = replace(AIRLESS, solar_pressure=True)
    yield bench.row(
        f"**the same and light** (Cr A/m {LIGHT_M2_KG} m2/kg)",
        bench.ours(light, light=LIGHT_M2_KG),
        bench.orekit(Forces(light_m2_kg=LIGHT_M2_KG)),
    )


def airless_causes(bench: Bench) -> Iterator[Row]:
    """What each difference of models is worth, one at a time."""
    base = bench.orekit(Forces())
    ours = bench.ours(AIRLESS)
    for what, settings in (
        ("our precession-nutation: terms from 0.01 instead of 0.001 arcsec", {"precession_threshold_arcsec": 0.01}),
        ("our precession-nutation: terms from 0.00001 arcsec", {"precession_threshold_arcsec": 1e-5}),
        ("our steps: tolerance 1e-15 instead of 1e-11", {"relative_tolerance": 1e-15}),
    ):
        yield bench.row(what, bench.ours(replace(AIRLESS, **settings)), ours)
    for what, forces in (
        ("without the sub-daily tides of UT1 and the pole", Forces(tidal_earth_rotation=False)),
        ("EIGEN-6S instead of EGM2008, both 8x8", Forces(field="EIGEN-6S")),
        ("Orekit's steps: tolerance 0.1 mm instead of 0.001 mm", None),
        ("relativity (left out here)", Forces(relativity=True)),
        ("solid Earth tides (left out here)", Forces(solid_tides=True)),
        ("ocean tides to 8x8 (left out here)", Forces(ocean_tides=True)),
        ("gravity 20x20 instead of 8x8", Forces(degree=20, order=20)),
        ("without Sun and Moon", Forces(sun_and_moon=False)),
    ):
        other = bench.orekit(Forces(), 1.0e-4) if forces is None else bench.orekit(forces)
        yield bench.row(what, other, base)
    lit = replace(AIRLESS, solar_pressure=True)
    yield bench.row("light, in our engine", bench.ours(lit, light=LIGHT_M2_KG), ours)


def drag_rows(bench: Bench) -> Iterator[Row]:
    """With air: the whole difference, then what it is made of."""
    surrogate = bench.ours(replace(AIRLESS, density=Density.SURROGATE), BALLISTIC_M2_KG)
    reference = bench.ours(replace(AIRLESS, density=Density.ATMOSPHERE), BALLISTIC_M2_KG)
    air = Forces(ballistic_m2_kg=BALLISTIC_M2_KG, mean_solar_time=False, weather="handed-over")
    handed = bench.orekit(air)
    own = bench.orekit(replace(air, weather="orekit"))
    history = bench.orekit(replace(air, weather="three-hourly"))
    yield bench.row("**everything: our surrogate, Orekit with our fluxes (daily Ap)**", surrogate, handed)
    yield bench.row("1. our surrogate, our reference code (pymsis)", surrogate, reference)
    yield bench.row("2. our reference code, Orekit with our fluxes", reference, handed)
    yield from inside_rows(bench.epoch)
    yield bench.row("3. Orekit: our fluxes, its own file", handed, own)
    yield bench.row("4. Orekit: daily Ap, three-hourly ap", own, history)
    yield bench.row("air at all (Orekit)", handed, bench.orekit(Forces()))


def inside_rows(epoch: float) -> Iterator[Row]:
    """What row 2 is made of, over one day: Python answers Orekit's questions there, which is slow.

    (Over ten days that many calls from Java back into Python crash JPype 1.7.1.)
    """
    bench = Bench(days=DAYS[:1], epoch=epoch)
    reference = bench.ours(replace(AIRLESS, density=Density.ATMOSPHERE), BALLISTIC_M2_KG)
    air = Forces(ballistic_m2_kg=BALLISTIC_M2_KG)
    same, true_sun = bench.orekit(air), bench.orekit(replace(air, mean_solar_time=False))
    handed = bench.orekit(replace(air, mean_solar_time=False, weather="handed-over"))
    yield bench.row("2a. our reference code, Orekit's, same table of the Sun, same local time", reference, same)
    yield bench.row("2b. Orekit: local time from UT and longitude, from the true Sun", same, true_sun)
    yield bench.row("2c. Orekit: our table of the Sun, its own reading of it", true_sun, handed)


PAGE = """# The high-fidelity engine beside Orekit

Written by `validation/orekit_comparison.py` on {date}; the promises are kept by `tests/validation/test_orekit.py`.
{versions}; heyoka {heyoka}. Space weather: {weather}.

One orbit, the station's of 2 April 2022 (417.9 km, 51.64 degrees), one start in GCRF, flown by both. Gravity is EGM2008
8x8 with the same coefficients (handed over to Orekit in a file), Sun and Moon are ours by VSOP2013 and ELP2000 and
Orekit's by DE440, Earth orientation is the IERS's finals2000A in both. Orekit flies Dormand-Prince 8(5,3).
Distances in metres after one day and after ten; *along*: the part along the track, positive where the first one named
is ahead.

## Without air

| | 1 day | 10 days | along, 10 days |
|---|---:|---:|---:|
{airless}

The two engines, written apart, are {airless_cm:.0f} cm apart after ten days: frames (UT1, polar motion,
precession-nutation), gravity and the places of Sun and Moon are the same. What each choice of models is worth, one
changed at a time:

| changed | 1 day | 10 days | along, 10 days |
|---|---:|---:|---:|
{causes}

Light: our shadow has a sharp edge where the Sun's centre passes the limb of the ellipsoid, Orekit's has a penumbra.
(Orekit flew it with steps of at most a minute: with its longest steps of five it is half a metre off after a day by
itself, because it goes on from an interpolated state at each edge of the shadow.)

## With air

Cd A/m {ballistic} m2/kg, NRLMSISE-00 in both. Each row is one step from our engine to Orekit as it comes; 2a to
2c are the parts of 2, over one day only.

| | 1 day | 10 days | along, 10 days |
|---|---:|---:|---:|
{drag}

- **1** is the error of our network.
- **2a** is what two codes of one model differ by with the same input.
- **2b**: Orekit takes local time from where the true Sun stands; the reference code takes UT plus longitude/15. The
  two differ by the equation of time, up to 16 minutes.
- **2c**: our table holds each day's values from midnight to midnight; Orekit interpolates the 81-day mean within
  the day; and its file holds fluxes to 0.1 sfu (0.02 % of density).
- **3** and **4** are no difference of engines but of input. Our table leaves out radio bursts, which are no light of
  the kind that warms air: one within 40 days lifts the 81-day mean for 81 days. With three-hourly ap the model
  breathes with each storm.
- Over ten days air moves the station by the last row; the engines differ by {share:.2f} % of it.
"""


def table_of(rows: Iterator[Row]) -> tuple[list[Row], str]:
    """The rows, and as markdown."""
    kept, lines = list(rows), []
    for row in kept:
        cells = [_metres(value) for value in row.distance_m]
        if len(cells) == len(DAYS):
            cells.append(f"{'-' if row.along_m[-1] < 0 else '+'}{_metres(abs(row.along_m[-1]))}")
        cells += [""] * (len(DAYS) + 1 - len(cells))
        lines.append(f"| {row.what} | {' | '.join(cells)} |")
        print(lines[-1], flush=True)
    return kept, "\n".join(lines)


def _metres(value: float) -> str:
    return f"{value:.3f}" if value < 1.0 else f"{value:,.1f}" if value < 1000.0 else f"{value:,.0f}"


def findings(airless: list[Row], drag: list[Row]) -> list[Finding]:
    """For the accuracy report: after one day and after ten."""
    rows = (
        (airless[1], "gravity 8x8, Sun and Moon"),
        (airless[2], "the same and light"),
        (drag[0], "with NRLMSISE-00 drag"),
    )
    found = []
    for row, what in rows:
        one, ten = (_metres(float(value)) for value in row.distance_m)
        question = f"high fidelity against Orekit, {what}: after 1 and 10 days"
        found.append(Finding(question, f"{one} m and {ten} m", held_out=True))
    return found


def page(bench: Bench) -> str:
    """The page, from fresh flights."""
    import heyoka

    airless, airless_table = table_of(airless_rows(bench))
    _, causes = table_of(airless_causes(bench))
    drag, drag_table = table_of(drag_rows(bench))
    record("orekit_comparison", findings(airless, drag), "orekit_comparison.md")
    return PAGE.format(
        date=datetime.now(UTC).date().isoformat(),
        versions=versions(),
        heyoka=heyoka.__version__,
        weather=bench.table.identifier,
        airless=airless_table,
        airless_cm=100.0 * airless[1].distance_m[-1],
        causes=causes,
        ballistic=BALLISTIC_M2_KG,
        drag=drag_table,
        share=100.0 * drag[0].distance_m[-1] / drag[-1].distance_m[-1],
    )


def main(write: Callable[[str], object] = (HERE / "orekit_comparison.md").write_text) -> None:
    try:
        start_orekit()
    except OrekitMissing as missing:
        sys.exit(f"Orekit is left out: {missing}")
    write(page(Bench()))


if __name__ == "__main__":
    main()
