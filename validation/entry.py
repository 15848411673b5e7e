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
from entry_bodies import Survivors, body_fields, body_findings, survivors
from entry_held_out import held_out
from record import Finding, record

from stationkeep.descent.air import us76_air
from stationkeep.descent.body import Body, Part
from stationkeep.descent.entry import EntryOptions, EntryResult, EntryState, PartResult, fly_entry, ground_distance_km
from stationkeep.descent.entry_forces import continuum_sphere_drag, drag_coefficient

HERE = Path(__file__).resolve().parent
SPHERE = Body("sphere", (Part("sphere", "sphere", (0.100,), 1.4729, "AA7075"),))
SPHERE_STATE = EntryState(29.546, -82.134, 77.5, 7500.0, -0.959331, 347.168)


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

{held_out}

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
list. Natural decay: 7,500 m/s through the air and -0.15 deg at 120 km. Levels 5, 50, 95 % over heating, drag, break-up
(72 to 84 km), masses, the molten share at which thin walls tear ({low:g} to {high:g}) and, in the recipes, how heavy
one piece is (a factor of two, 1 sigma), {draws} draws.

| body | surviving | 5 – 50 – 95 % | published |
|---|---:|---:|---|
{bodies}

| body | pieces above 15 J | 5 – 50 – 95 % | published | casualty area [m2] | 5 – 50 – 95 % | published |
|---|---:|---:|---|---:|---:|---|
{counts}

### What melts in part

A thin wall (wall to diameter up to 1:20, as shells are called thin) has one temperature through its thickness and no
strength between solidus and liquidus: it tears when a share of it is molten (`rest: tears`, the default). The range of
that share is that of semi-solid metal, solid fractions of 0.9 to 0.5, and was fixed before its results were seen, as
was the limit of what is thin (what share of each part melts under `thins` had been listed by then). What was left when
it tore is not counted: a flat shard is harmless (15 J) below {thin_side:.0f} cm if 3 mm thick, {thick_side:.0f} cm if 6
mm, and most of it melts on (below). The other
rules: `thins`, the outer size stays and the melt leaves until nothing is left (SESAM; the default until now);
`all-or-nothing`, size and mass stay until all of it is molten (NASA's DAS). Nominal surviving mass, pieces above 15 J,
casualty area:

| body | tears at 0.3 | at {low:g} | at {high:g} | thins | all or nothing |
|---|---:|---:|---:|---:|---:|
{rests}

How large shards are was found nowhere in print. So they were flown on as square plates of the wall that was left, from
where it tore, with sides of once, twice and four times the harmless one (at four times a panel of 4 mm is 0.4 m wide).
Of their mass land, and land with more than 15 J:

| body | in shards | once | twice | four times |
|---|---:|---:|---:|---:|
{shards}

So shards of metal may be twice the harmless size and still count for nothing: they are heated more than the part they
come from. What lands dangerously at twice the size are sheets of aramid, 0.9 m wide and more; at four times, pieces of
batteries, racks, housings and steel brackets too.

- **UARS-like was fitted in this sense**: its miss under `thins` (22 %, 234 pieces, 356 m2 where NASA has 9.4 %, 26 and
  22.4 m2) is why the rule was sought. Nothing in the rule was set by its numbers, and the number of pieces and the area
  now agree; the mass falls short, as the list holds less steel and titanium than NASA's 532 kg, whose heaviest piece
  weighs 158 kg. What is left is titanium, steel and beryllium: so it is of TRMM (12 objects of titanium and steel) and
  of EUVE (up to nine, most of them titanium and steel) by NASA's ORSAT.
- **Seen after the first result with the rule**: sheets of aramid decided the upper end (at a share of 0.5 they landed,
  12,000 m2 on the ISS). Fabrics and films of polymer are now taken to tear at the lower limit, as they lose their
  strength when they begin to decompose. The stations' nominal numbers did not change by it; UARS-like lost 1.7 %.
- **Held out**: the parts below, looked at once. Seen on the way, though no number was set by them: the stations'
  masses, Mir's pieces, the area of the ISS (the recipes were mended earlier on the mass of the ISS, and the aramid was
  found by looking at its area). Delta II's parts do not reach melting: the rule does not touch them.

| part | published | here, tears | here, all or nothing |
|---|---|---|---|
{singles}

The stanchion is a miss. Alone, at orbital speed, it melts from 78 as from 58 km; most of it lands if it is set free
below 6 km/s. Either something heavier held it until then, or small pieces are heated too much here. NASA had expected
nothing of the pallet to land.

### Stations

- **Surviving mass** of the ISS list, nominal {iss:.0f} % ({iss_low:.0f} to {iss_high:.0f} %), lies inside Klinkrad's 10
  to 40 %; half of Columbia's 38 %, which was an orbiter with a heat shield and fell from 61 km. Mir's {mir:.0f} % is
  below the 15 to 37 % of the estimates (20 to 25 of 135 t). Shards of torn walls are not in it. Under `thins` it was
  35 %, after recipes that were mended when the first ones left 69 %: agreement of the mass was never proof.
- **Pieces**: Mir {mir_pieces:,.0f} above 15 J where the Russian agency announced 1,500: 3.6 times as many, with two
  thirds to four fifths of the mass. Skylab's 500 pieces weighed 45 kg on average; the survivors of the Mir list weigh
  {mir_piece:.1f} kg. The recipes are cut too fine.
- **Casualty area of the ISS**: {area:,.0f} m2 nominal ({area_low:,.0f} – {area_mid:,.0f} – {area_high:,.0f}), where
  published cases of heavy bodies give 900 to 7,100. It was 35,257. Two assumed rows make two thirds of it: titanium
  fittings of 0.6 kg and panels of the solar arrays. It is **not within the published span and spreads by a factor of
  {area_factor:.0f}**, so `descent.casualty_area` stays the model of `run`, and `reentry iss-2022` rests on it.

What the ISS list depends on:

| changed | surviving | pieces above 15 J | casualty area [m2] |
|---|---:|---:|---:|
{sensitivity}

ATV-1's cargo cabin was seen to hold until 68 km: a later break-up leaves more. Parts inside racks fall with them until
the racks tear, at 73 to 75 km: that changes little.

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
        held_out=held_out(),
        drag="\n".join(f"| {m:g} | {a:.3f} | {b:.3f} | {c:.3f} | {d:.3f} |" for m, a, b, c, d in drag_rows()),
        flux="\n".join(f"| {name} | {value:,.0f} | {100 * off:+.0f} % |" for name, value, off in heat_flux_rows()),
        found=ground_distance_km(*TANK, *BALL), delta="\n".join(delta_rows()), draws=draws,
        **body_fields(bodies),
    )  # fmt: skip
    return text, findings(rows, bodies)


def _line(row: Row) -> str:
    verdict = "met" if row.met else "**missed**"
    values = f"{row.ours:.4g} {row.unit} | {row.reference:.5g} {row.unit}"
    return f"| {row.what} | {values} | {row.off_text} | {row.goal_text} | {verdict} |"


def findings(rows: list[Row], bodies: list[Survivors]) -> list[Finding]:
    """The headline numbers for the accuracy report."""
    chosen = [rows[0], rows[2], rows[4], rows[6], rows[11]]
    found = [
        Finding(f"100 mm aluminium sphere against SESAM, {row.what}", f"{row.ours:.4g} {row.unit}, {row.off_text}",
                row.goal_text, row.met, False)
        for row in chosen
    ]  # fmt: skip
    return [*found, *body_findings(bodies)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=HERE.parent.parent / "shared" / "data")
    parser.add_argument("--draws", type=int, default=60)
    given = parser.parse_args()
    text, found = page(given.data, given.draws)
    (HERE / "entry.md").write_text(text, encoding="utf-8")
    record("entry", found, "entry.md")


if __name__ == "__main__":
    main()
