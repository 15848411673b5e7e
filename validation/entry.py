"""How good are entry trajectories, heating and demise? Writes ``entry.md`` and the record of the accuracy report.

python validation/entry.py --data ../shared/data     # a minute
"""

from __future__ import annotations

import argparse
import csv
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from record import Finding, record

from stationkeep.descent.air import us76_air
from stationkeep.descent.body import Body, Part, shipped_body
from stationkeep.descent.entry import EntryOptions, EntryResult, EntryState, PartResult, fly_entry, ground_distance_km
from stationkeep.descent.entry_forces import continuum_sphere_drag, drag_coefficient
from stationkeep.descent.entry_spread import entry_spread

HERE = Path(__file__).resolve().parent
SPHERE = Body("sphere", (Part("sphere", "sphere", (0.100,), 1.4729, "AA7075"),))
SPHERE_STATE = EntryState(29.546, -82.134, 77.5, 7500.0, -0.959331, 347.168)
NATURAL = EntryState(0.0, 0.0, 120.0, 7500.0, -0.15, 45.0)
"""A natural decay: circular speed at 120 km less the turning of the air."""


@dataclass(frozen=True)
class Row:
    """One number against its reference."""

    what: str
    ours: float
    reference: float
    unit: str
    tolerance: float
    relative: bool

    @property
    def off(self) -> float:
        return self.ours / self.reference - 1.0 if self.relative else self.ours - self.reference

    @property
    def met(self) -> bool:
        return abs(self.off) <= self.tolerance

    @property
    def off_text(self) -> str:
        return f"{100.0 * self.off:+.2f} %" if self.relative else f"{self.off:+.2f} {self.unit}"

    @property
    def goal_text(self) -> str:
        return f"{100.0 * self.tolerance:g} %" if self.relative else f"{self.tolerance:g} {self.unit}"


def sphere(melting: bool, **options: object) -> PartResult:
    """The 100 mm sphere of SESAM's reference case."""
    chosen = EntryOptions(melting=melting, record=True, tolerance=1e-3, **options)  # type: ignore[arg-type]
    return fly_entry(SPHERE, SPHERE_STATE, options=chosen).parts[0]


def sesam_rows() -> list[Row]:
    """Pass or fail: SESAM (ESA DRAMA 4.1.4) on the U.S. Standard Atmosphere 1976."""
    molten, solid = sphere(True), sphere(False)
    impact = solid.impact
    assert impact is not None
    return [
        Row("melt on: onset of melting", molten.melt_onset_km or math.nan, 71.005, "km", 0.5, False),
        Row("melt on: time of onset", molten.melt_onset_s or math.nan, 43.55, "s", 1.0, False),
        Row("melt on: demise", molten.demise_km or math.nan, 66.476, "km", 0.5, False),
        Row("melt on: time of demise", molten.demise_s or math.nan, 67.315, "s", 2.0, False),
        Row("melt off: peak heating", 1e-3 * solid.peak_heating_w, 31.694, "kW", 0.03, True),
        Row("melt off: its altitude", solid.peak_heating_altitude_km or math.nan, 59.88, "km", 0.5, False),
        Row("melt off: peak temperature", solid.peak_temperature_k, 2103.9, "K", 0.015, True),
        Row("melt off: its altitude", solid.peak_temperature_altitude_km or math.nan, 44.6, "km", 0.5, False),
        Row("melt off: heat taken up", 1e-6 * solid.heat_in_j, 3.7164, "MJ", 0.02, True),
        Row("melt off: peak load", solid.peak_load_g, 8.187, "g", 0.03, True),
        Row("melt off: time to the ground", impact.time_s, 366.2, "s", 0.02, True),
        Row("melt off: range", impact.downrange_km, 1038.6, "km", 0.015, True),
        Row("melt off: speed at the ground", impact.speed_m_s, 83.0, "m/s", 0.03, True),
    ]


def trajectory_rows(data: Path) -> tuple[float, float, float]:
    """Worst difference from the printed flight above 1 km/s: altitude [km], speed [m/s], temperature [K]."""
    history = sphere(False).history
    with (data / "reentry" / "sesam_sphere_trajectories.csv").open() as stream:
        rows = list(csv.DictReader(line for line in stream if not line.startswith("#")))
    worst = [0.0, 0.0, 0.0]
    for row in rows:
        if float(row["airspeed_km_s"]) < 1.0:
            continue
        time = float(row["time_s"])
        pairs = (("altitude_km", "altitude_km", 1.0), ("speed_m_s", "airspeed_km_s", 1e3),
                 ("temperature_k", "temperature_K", 1.0))  # fmt: skip
        for index, (ours, theirs, factor) in enumerate(pairs):
            value = float(np.interp(time, history["time_s"], history[ours]))  # type: ignore[index]
            worst[index] = max(worst[index], abs(value - factor * float(row[theirs])))
    return worst[0], worst[1], worst[2]


def drag_rows() -> list[tuple[float, float, float, float, float]]:
    """Mach, continuum drag of a sphere ours and of DRAMA's table, free-molecular ours and of that table."""
    table = ((5.0, 0.8988, 2.361), (10.0, 0.9102, 2.148), (15.0, 0.9123, 2.089), (20.0, 0.9131, 2.062),
             (25.0, 0.9134, 2.047), (30.0, 0.9136, 2.037))  # fmt: skip
    # A wall at 300 K in air at 200 K, the entry of an object still cold.
    return [
        (mach, continuum_sphere_drag(mach), inside, drag_coefficient(mach, 100.0, 1.5, 0.47, 0.0), free)
        for mach, inside, free in table
    ]


def heat_flux_rows() -> list[tuple[str, float, float]]:
    """Stagnation heat flux at a sphere of 0.8 m, 70 km, 6000 m/s, wall 300 K: TITAN's models over ours."""
    density = float(np.exp(np.interp(70.0, np.arange(2501) * 0.1, us76_air().log_density[0, 0])))
    ours = 1.1035e8 / math.sqrt(0.8) * math.sqrt(density / 1.225) * (6000.0 / 7925.0) ** 3.15
    ours *= 1.0 - 1004.5 * (300.0 - 219.6) / (0.5 * 6000.0**2)
    published = (("Fay-Riddell, fully catalytic", 4.458e5), ("Fay-Riddell, partly catalytic", 4.197e5),
                 ("SCARAB, 2.1/sqrt(Re0)", 3.672e5), ("Sutton-Graves", 3.507e5), ("Van Driest", 2.696e5),
                 ("Fay-Riddell, non-catalytic", 1.674e5))  # fmt: skip
    return [(name, value, ours / value - 1.0) for name, value in published]


DELTA = Body(
    "Delta II second stage, 22 January 1997",
    (
        # Length and diameter as found in Texas (2.7 by 2.1 m with the dents; press report of February 1997 via
        # SeeSat-L), 250 kg of AISI 410; the sphere about 30 kg of titanium, 0.6 to 0.8 m (SeeSat-L, January 1997).
        Part("propellant tank", "cylinder", (1.74, 2.7), 250.0, "AISI410"),
        Part("pressure sphere", "sphere", (0.59,), 30.0, "titanium"),
        Part("sphere, if 0.7 m wide", "sphere", (0.70,), 30.0, "titanium"),
    ),
)
# The published break-up of 77.8 km (Ailor and others, SP-587, 2005) on the way from Turley, Oklahoma, to Seguin.
TURLEY, TANK, BALL = (36.249, -95.956), (30.644, -97.622), (29.712, -97.879)


def delta_result(flight_path_deg: float) -> EntryResult:
    """The recovered parts from the break-up on."""
    heading = 180.0 + math.degrees(
        math.atan2((TURLEY[1] - BALL[1]) * math.cos(math.radians(33.0)), TURLEY[0] - BALL[0])
    )
    return fly_entry(DELTA, EntryState(41.0, -94.3, 77.8, 7500.0, flight_path_deg, heading))


def delta_rows() -> list[str]:
    """How far apart tank and sphere come down, over what is not known of the path."""
    rows = []
    for angle in (-0.6, -0.9, -1.3):
        result = delta_result(angle)
        places = [part.impact for part in result.parts]
        tank, ball, wide = (None if place is None else place.downrange_km for place in places)
        parts = "; ".join(
            f"{part.name}: {part.outcome}" + (f", {part.impact.mass_kg:.0f} kg, peak {part.peak_temperature_k:.0f} K"
                                              if part.impact else "")
            for part in result.parts
        )  # fmt: skip
        apart = "–" if tank is None or ball is None else f"{ball - tank:+.0f} km"
        apart_wide = "–" if tank is None or wide is None else f"{wide - tank:+.0f} km"
        rows.append(f"| {angle:g} deg | {parts} | {apart} | {apart_wide} |")
    return rows


BODIES = (
    ("iss", "10–40 % for large stations (Klinkrad)", 0.10, 0.40),
    ("mir", "15–37 % by different estimates", 0.15, 0.37),
    ("tiangong-1", "10 %, or 20–40 % (ESA, UK Space Agency 2018)", 0.10, 0.40),
    ("uars-like", "9.4 % (532 of 5,668 kg in 26 pieces, NASA 2011)", 0.094, 0.094),
)


@dataclass(frozen=True)
class Survivors:
    """What survives of one shipped body."""

    name: str
    published: str
    low: float
    high: float
    nominal: float
    fraction: tuple[float, float, float]
    area: tuple[float, float, float]
    pieces: tuple[float, float, float]


def survivors(draws: int) -> list[Survivors]:
    found = []
    for name, published, low, high in BODIES:
        body = shipped_body(name)
        spread = entry_spread(body, NATURAL, draws=draws)
        found.append(
            Survivors(name, published, low, high, fly_entry(body, NATURAL).surviving_fraction,
                      spread.quantiles(spread.surviving_fraction), spread.quantiles(spread.casualty_area_m2),
                      spread.quantiles(spread.pieces))
        )  # fmt: skip
    return found


def sensitivity() -> list[tuple[str, float]]:
    """Surviving fraction of the ISS list when one thing is changed."""
    body = shipped_body("iss")
    cases: list[tuple[str, dict[str, object]]] = [
        ("as it is", {}), ("heating + 25 %", {"heat_scale": 1.25}), ("heating - 20 %", {"heat_scale": 0.8}),
        ("drag + 10 %", {"drag_scale": 1.1}), ("parts shrink as they melt", {"recession": "shrinking"}),
        ("wide bridging of drag", {"bridging": "wide"}),
    ]  # fmt: skip
    rows = [(name, fly_entry(body, NATURAL, options=EntryOptions(**given)).surviving_fraction) for name, given in cases]  # type: ignore[arg-type]
    from stationkeep.descent.entry_spread import _moved

    for altitude in (72.0, 84.0):
        rows.append(
            (f"break-up at {altitude:g} km", fly_entry(_moved(body, altitude, 95.0), NATURAL).surviving_fraction)
        )
    return rows


PAGE = """# Entry, heating and demise

Written by `validation/entry.py`; the promises are kept by `tests/validation/test_entry_accuracy.py`.

## The 100 mm sphere of SESAM (pass or fail)

Solid AA7075 sphere, 0.100 m, 1.4729 kg, 300 K, from 77.5 km at 7,500 m/s through the air, -0.9593 deg, heading 347.17
deg, 29.546 N 82.134 W, U.S. Standard Atmosphere 1976, no wind. Reference: ESA DRAMA 4.1.4 / SESAM runs published by a
third party (github.com/ashajain652/particle_formation). It is another code, not the world.

| what | here | SESAM | off | goal | |
|---|---:|---:|---:|---:|---|
{sesam}

Along the flight above 1 km/s the printed rows are met within {height:.3f} km, {speed:.1f} m/s and {kelvin:.0f} K.
Time and range at the ground differ because SESAM takes half the hypersonic drag below the speed of sound and nothing
between, where a sphere has a transonic peak here. **What is shared**: bridging of drag between free molecules and a
continuum is the law measured on SESAM's own runs, so the trajectory is not an independent check of that law; heating
is (Detra, Kemp and Riddell, Klett's 0.275, Matting's bridging), and differs by 3 % where the case begins. With the
bridging nearer to wind tunnels (`--bridging wide`) the sphere melts at {wide_onset:.2f} and is gone at
{wide_demise:.2f} km, peak heating is {wide_peak:+.1f} %: that is how much the choice is worth. With a radius that
shrinks with the mass it is gone at {shrink:.2f} km.

## Drag of a sphere

Against DRAMA's table (HTG) as printed by its users.

| Mach | continuum, here | table | free-molecular, here | table |
|---:|---:|---:|---:|---:|
{drag}

## Stagnation heat flux

Sphere of 0.8 m radius, 70 km, 6,000 m/s, wall 300 K: the correlation used here against those coded in TITAN
(regression values of that code, W/m2).

| model | published | here is off by |
|---|---:|---:|
{flux}

The models span a factor of 2.7 between the limits of a wall that lets all atoms recombine and one that lets none. The
spread of heating in `entry_spread` (22 %, 1 sigma of its logarithm) is chosen from that: the whole span is 4.5 sigma
wide.

## Recovered parts: Delta II second stage, 22 January 1997

Two of its parts have known mass, size and place: the tank of AISI 410 stainless steel (250 kg) near Georgetown,
Texas, and the titanium sphere (about 30 kg) near Seguin, {found:.0f} km further on. Flown from the reconstructed
break-up at 77.8 km; the flight path there is not published in what could be read, and the sizes are from people who
stood beside them.

| flight path | what becomes of them | sphere beyond tank | if 0.7 m wide |
|---|---|---:|---:|
{delta}

Both survive here, as they did, and for a sphere 0.7 m wide the distance is met within a quarter (it follows from the
ballistic coefficients; the size of the sphere is known to 20 %). The tank stays colder here than it was: a hole had
melted through its forward dome, and NASA's ORSAT (1997) has it at its melting point of 1,728 K for 100 s. One
temperature for a whole tank cannot show a hole.

## What survives of whole bodies

Part lists of `iss`, `mir`, `tiangong-1` are recipes (assumed shares of typical pieces), `uars-like` is an assumed
list. Natural decay: 7,500 m/s through the air and -0.15 deg at 120 km. Levels 5, 50, 95 % over
heating, drag, break-up (72 to 84 km) and masses, {draws} draws.

| body | surviving, nominal | 5 – 50 – 95 % | published | casualty area [m2] | pieces above 15 J |
|---|---:|---:|---|---:|---:|
{bodies}

- **Surviving mass** of the station, nominal {iss:.0f} %, lies inside the published 10 to 40 %, and by Columbia's 38 %
  (recovered, of dry mass); its own spread is wider than what is published. **Not held out**: the first recipes left
  69 %, and were mended after it was seen, each time for a reason of its own: hull panels as thick as published walls
  (4.8 mm) and not 9 mm, soft goods as sheets and loose cargo and not as 8 to 15 kg blocks, wings as panels
  and not as one sheet of 34 m, cabins open at the conventional 78 km and not at 70 km; then flat faces by the
  flat-plate law, before which it was 47 %. Agreement, not proof.
- **UARS-like misses**: 22 % nominal against 9.4 %, because boxes and beams of aluminium keep a tenth to a quarter of
  their mass here. A part whose outer size stays while its wall melts away is braked more and more, and what is left
  lands softly; NASA's ORSAT, and reality, let such shells fall apart. The published figure lies near the lower end of
  the spread.
- **Casualty area** of the recipes is not to be believed: it counts {area:,.0f} m2 for the station, ten times what
  published cases of heavy bodies suggest (0.01 to 0.06 m2 for a surviving kilogram), because every rack, bag and
  bracket of a recipe counts once and whatever is left of it strikes with more than 15 J. `descent.casualty_area`
  stays the model of `run`.

What the surviving fraction of the ISS list depends on:

| changed | surviving |
|---|---:|
{sensitivity}

ATV-1's cargo cabin was seen to hold until 68 km. If the cabins of the station opened only there, two thirds would
survive.

## Not found

The tables of the comparisons between ORSAT, SCARAB, DEBRISK, DRAMA, PAMPERO and ORSAT-J (Lips and Fritsche 2005; ESA
SP-587 paper 45, 120 cases; SDC9 paper 251, IADC 1998/99) could not be reached in text form: their abstracts say that
most codes agree closely and that larger differences come from what a model means by its words. NASA-TP-2019-220300
(DAS 3) prints no case with numbers in the part that was read. Nor is there a published part list of UARS, or a
casualty area of the ISS.
"""


def page(data: Path, draws: int) -> tuple[str, list[Finding]]:
    """The page and its headline numbers."""
    rows, bodies = sesam_rows(), survivors(draws)
    worst = trajectory_rows(data)
    wide, shrink = sphere(True, bridging="wide"), sphere(True, recession="shrinking")
    wide_peak = 100.0 * (sphere(False, bridging="wide").peak_heating_w / 31694.0 - 1.0)
    text = PAGE.format(
        sesam="\n".join(_line(row) for row in rows),
        height=worst[0], speed=worst[1], kelvin=worst[2],
        wide_onset=wide.melt_onset_km, wide_demise=wide.demise_km, wide_peak=wide_peak, shrink=shrink.demise_km,
        drag="\n".join(f"| {m:g} | {a:.3f} | {b:.3f} | {c:.3f} | {d:.3f} |" for m, a, b, c, d in drag_rows()),
        flux="\n".join(f"| {name} | {value:,.0f} | {100 * off:+.0f} % |" for name, value, off in heat_flux_rows()),
        found=ground_distance_km(*TANK, *BALL), delta="\n".join(delta_rows()), draws=draws,
        bodies="\n".join(_body_line(item) for item in bodies),
        iss=100.0 * bodies[0].nominal, area=bodies[0].area[1],
        sensitivity="\n".join(f"| {name} | {100.0 * value:.0f} % |" for name, value in sensitivity()),
    )  # fmt: skip
    return text, findings(rows, bodies)


def _line(row: Row) -> str:
    verdict = "met" if row.met else "**missed**"
    values = f"{row.ours:.4g} {row.unit} | {row.reference:.5g} {row.unit}"
    return f"| {row.what} | {values} | {row.off_text} | {row.goal_text} | {verdict} |"


def _body_line(item: Survivors) -> str:
    levels = " – ".join(f"{100.0 * value:.0f}" for value in item.fraction)
    area = " – ".join(f"{value:,.0f}" for value in item.area)
    pieces = " – ".join(f"{value:,.0f}" for value in item.pieces)
    return f"| `{item.name}` | {100.0 * item.nominal:.0f} % | {levels} % | {item.published} | {area} | {pieces} |"


def findings(rows: list[Row], bodies: list[Survivors]) -> list[Finding]:
    """The headline numbers for the accuracy report."""
    chosen = [rows[0], rows[2], rows[4], rows[6], rows[11]]
    found = [
        Finding(f"100 mm aluminium sphere against SESAM, {row.what}", f"{row.ours:.4g} {row.unit}, {row.off_text}",
                row.goal_text, row.met, False)
        for row in chosen
    ]  # fmt: skip
    for item in bodies:
        inside = item.low <= item.nominal <= item.high
        found.append(
            Finding(f"Surviving mass of the part list `{item.name}`, nominal, against published",
                    f"{100.0 * item.nominal:.0f} % ({100.0 * item.fraction[0]:.0f} to {100.0 * item.fraction[2]:.0f})",
                    item.published, inside, False)
        )  # fmt: skip
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=HERE.parent.parent / "shared" / "data")
    parser.add_argument("--draws", type=int, default=100)
    given = parser.parse_args()
    text, found = page(given.data, given.draws)
    (HERE / "entry.md").write_text(text, encoding="utf-8")
    record("entry", found, "entry.md")


if __name__ == "__main__":
    main()
