"""Writes ``life_support.md``: the habitat's balances and endurance beside what was published.

python validation/life_support.py            # reads ../shared/data beside the repository; --data FOLDER otherwise
"""

from __future__ import annotations

import argparse
import csv
import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from record import Finding, record

from stationkeep.habitat.balance import flows
from stationkeep.habitat.figures import read_habitat, shipped_habitat
from stationkeep.habitat.metabolism import reference_exchange
from stationkeep.habitat.recipes import recipe
from stationkeep.habitat.state import HabitatState
from stationkeep.timescale import mjd_utc, parse_utc

HERE = Path(__file__).resolve().parent
Row = tuple[str, float, float, str]
"""What, published, ours, source."""

SMALL = """
cabin: {{volume_m3: {volume}}}
people: {{crew: {people}}}
stores:
  food: {{substance: food, amount_kg: {food}, reserve_days: 45, critical: true}}
  water: {{substance: water, amount_kg: 9000}}
  oxygen: {{substance: oxygen, amount_kg: {oxygen}}}
  candles: {{substance: lithium-perchlorate, amount_kg: {candles}}}
  urine: {{substance: water}}
  condensate: {{substance: water}}
  trash: {{substance: other}}
  body: {{substance: food-solids}}
  solids: {{substance: fecal-solids}}
  salts: {{substance: urine-solids}}
  sludge: {{substance: water}}
  ash: {{substance: lithium-chloride}}
sides:
  crew: {{food: food, water: water, urine: urine, trash: trash, body: body, waste_solids: solids, urine_solids: salts,
         fecal_water: sludge}}
equipment:
  candle: {{recipe: oxygen-candle, stores: {{candles: candles, oxygen: cabin-oxygen, spent: ash}}, duty: hold,
    target: cabin-oxygen, capacity_per_day: 8}}
  tanks: {{recipe: oxygen-tank, stores: {{tank: oxygen, oxygen: cabin-oxygen}}, duty: hold, target: cabin-oxygen,
    capacity_per_day: 40, order: 1}}
  scrubber: {{recipe: scrubber, stores: {{carbon_dioxide: cabin-carbon-dioxide, removed: overboard-carbon-dioxide}},
    duty: proportional, target: cabin-carbon-dioxide, at_kpa: 1.067, capacity_per_day: 10}}
  condenser: {{recipe: condenser, stores: {{humidity: cabin-humidity, condensate: condensate}}, duty: hold,
    target: cabin-humidity, capacity_per_day: 40}}
"""
CANDLE_KG = 0.80  # 600 L of oxygen at 20 C and 101.3 kPa


def small(**values: float) -> HabitatState:
    """A small station with only what a case is about."""
    filled = {"volume": 916, "people": 6, "food": 5000, "oxygen": 0, "candles": 0} | values
    return HabitatState(read_habitat(SMALL.format(**filled), "case").habitat(), 0.0)


def people_rows() -> list[Row]:
    """What one person needs and gives off, against two NASA tables that do not agree with each other."""
    day = reference_exchange()
    return [
        ("oxygen breathed [kg/d]", 0.84, day.oxygen, "NASA RP-1324; 0.82 to 0.835 in NASA's Baseline Values"),
        ("carbon dioxide given off [kg/d]", 1.00, day.carbon_dioxide, "NASA RP-1324; 0.998 to 1.04 in Baseline Values"),
        ("water in (drink, food) [kg/d]", 3.53, 3.53, "NASA RP-1324 (an input here, not a test)"),
        ("water breathed out and sweated [kg/d]", 2.28, 3.53 + day.water_made - 1.50 - 0.091, "NASA RP-1324"),
    ]


def crew_rows(people: int) -> list[Row]:
    """Daily balances of the whole station with six or seven aboard."""
    split = {"us": people - 3, "russian": 3}
    state = HabitatState(shipped_habitat().habitat(people=split), 0.0)
    state.advance(15.0)
    now = flows(state)
    return [
        (f"{people} people: oxygen [kg/d]", people * 0.84, now.oxygen_breathed, "NASA RP-1324"),
        (f"{people} people: carbon dioxide [kg/d]", people * 1.00, now.carbon_dioxide_out, "NASA RP-1324"),
        (f"{people} people: food as shipped [kg/d]", people * 1.83, now.food_eaten, "Baseline Values (an input here)"),
    ]


def water_rows() -> list[Row]:
    """What closes the loop, and what must be brought all the same."""
    oxygen = reference_exchange().oxygen
    hydrogen = recipe("electrolysis").outputs[1].kg
    sabatier = recipe("sabatier")
    per_hydrogen = sabatier.outputs[1].kg / sabatier.inputs[1].kg
    state = HabitatState(shipped_habitat().habitat(), 0.0)
    state.advance(15.0)
    missing = flows(state).water_missing * 365.25
    return [
        ("US Sabatier, six aboard: water [kg/yr]", 907.0, 6 * oxygen * hydrogen * per_hydrogen * 365.25,
         "2,000 lb a year for six (AIAA 2005-2706, quoted by S. Do)"),
        ("ACLS, three people: water saved [kg/yr]", 400.0, 3 * oxygen * hydrogen * per_hydrogen * 365.25,
         "about 400 L a year (ESA, September 2018)"),
        ("water to be brought, seven aboard [kg/yr]", 3 * 420.0, missing, "three Progress a year with 420 kg each"),
    ]  # fmt: skip


def emptied(state: HabitatState, store: str, days: float = 400.0) -> float:
    """Days until a store is empty."""
    return next(one.time_mjd_utc for one in state.advance(days) if (one.kind, one.subject) == ("store-empty", store))


def oxygen_rows() -> list[Row]:
    """The Elektron failure of May 2005 with two people: what was left, and how long it was said to last."""
    kg = recipe("oxygen-candle").inputs[0].kg * CANDLE_KG
    both = small(volume=400, people=2, candles=40 * kg, oxygen=110)
    return [
        ("84 candles, two people [d]", 42.0, emptied(small(volume=400, people=2, candles=84 * kg), "candles"),
         "two a day (NASA On-Orbit Status, 12 May 2005)"),
        ("160 kg in Quest's tanks, two people [d]", 100.0, emptied(small(volume=400, people=2, oxygen=160), "oxygen"),
         "100-day supply (space.com, 20 May 2005); 160 kg (New Scientist, 20 June 2005)"),
        ("40 candles and 110 kg, two people [d]", 85.0, emptied(both, "oxygen"), "New Scientist, 20 June 2005"),
    ]  # fmt: skip


def aboard(data: Path) -> dict[str, int]:
    """People aboard at 12 UTC of each day of the flown record."""
    with (data / "people/aboard_by_day.csv").open(newline="") as stream:
        return {row["date"]: int(row["aboard_12utc"]) for row in csv.DictReader(stream)}


def food_2015(data: Path) -> list[Row]:
    """NASA on 8 April 2015: without more cargo, when is food down to its reserve, and when gone?

    Nominal stock: six months for six (NASA, July 2015) on 17 February, when the last cargo ship before that date
    docked; the crew as flown (three for two weeks in March); the 45-day rule of 2004. Nothing is fitted.
    """
    start, said = (mjd_utc(parse_utc(day)) for day in ("2015-02-17", "2015-04-08"))
    state = small(people=6, food=182.6 * 6 * 1.83, oxygen=3000)
    crew = state.people["crew"][0]
    days = sorted(day for day in aboard(data) if "2015-02-17" <= day < "2015-04-08")
    for day in days:
        state.set_people({"crew": (crew,) * aboard(data)[day]})
        state.advance(1.0)
    state.set_people({"crew": (crew,) * 6})
    found = {(one.kind, one.subject): start + one.time_mjd_utc - said for one in state.advance(250.0)}
    source = "NASA Advisory Council, 8 April 2015: reserve 24 July, zero 5 September"
    return [
        ("2015: days from 8 April to the food reserve", 107.0, found["fell-below", "food reserve"], source),
        ("2015: days from 8 April to no food", 150.0, found["store-empty", "food"], source),
    ]


def scrubber_rows() -> list[tuple[str, float]]:
    """Carbon dioxide at equilibrium [mmHg] with six aboard, by which scrubbers run (2009: no others were aboard)."""
    document = shipped_habitat()
    found = []
    for name, running in (
        ("both CDRA and Vozdukh", ("cdra-node3", "cdra-lab", "vozdukh")),
        ("one CDRA and Vozdukh", ("cdra-node3", "vozdukh")),
        ("one CDRA alone", ("cdra-node3",)),
        ("Vozdukh alone", ("vozdukh",)),
    ):
        habitat = document.habitat(people={"us": 3, "russian": 3})
        machines = dict(habitat.equipment)
        machines["cdra-lab"] = replace(machines["cdra-lab"], backs_up=())
        state = HabitatState(replace(habitat, equipment=machines), 0.0)
        for machine in ("cdra-node3", "cdra-lab", "vozdukh", "thermal-amine", "hydroxide-canisters"):
            state.set_running(machine, machine in running)
        state.advance(30.0)
        found.append((name, state.pressure_kpa("cabin-carbon-dioxide") / 0.133322387415))
    return found


def table(rows: list[Row]) -> str:
    """Rows as Markdown."""
    lines = [
        f"| {what} | {said:.4g} | {ours:.4g} | {100 * (ours / said - 1):+.1f} % | {source} |"
        for what, said, ours, source in rows
    ]
    return "\n".join(["| quantity | published | ours | difference | source |", "|---|---:|---:|---:|---|", *lines])


PAGE = """# Life support beside what was published

Written by `validation/life_support.py`; kept by `tests/validation/test_life_support_truth.py`. Nothing was fitted to
any of these numbers, save the few inputs marked so.

## One person

{one}

Carbon, hydrogen, oxygen and nitrogen of the food close exactly; the published tables do not, and differ from each other
by as much as from ours.

## Six and seven people

{six}

## Water

{water}

The US Sabatier and the ACLS take all hydrogen that is left over from making everyone's oxygen. ESA's 400 L are for a
rack that runs on and off; ours runs all the time. Water to be brought is the sum of both sides' stores; amounts really
delivered by other ships (Cygnus, Dragon, HTV) come on top of Progress and are not in the comparison.

## Elektron fails, May 2005

{oxygen}

## No more cargo, April 2015

{food}

## Carbon dioxide with a scrubber down, six aboard

{scrubbers}

In July 2009 it was stated that six people need a CDRA and Vozdukh: with either alone the level settles above the 4 mmHg
held as a 24-hour mean since 2010. James et al. (2011) write that less than about 3 mmHg is not practical with two CDRA
and Vozdukh; ours with both is lower, since aboard one of the two is usually at rest or under repair. Two people in
400 m3
without any scrubber (August 2005) go from 3 to 7.6 mmHg in {coast:.1f} days by the
mass balance; the status report of the day
spoke of about a week, which assumes that a higher level is borne.
"""


def main() -> None:
    """Everything, into page and record."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=HERE.parents[1] / "shared/data")
    data = parser.parse_args().data
    food, oxygen, crews = food_2015(data), oxygen_rows(), crew_rows(6) + crew_rows(7)
    scrubbers = scrubber_rows()
    levels = "\n".join(f"| {name} | {level:.1f} |" for name, level in scrubbers)
    coast = 4.6 / (2 * reference_exchange().carbon_dioxide * 417 / 400)
    page = PAGE.format(
        one=table(people_rows()), six=table(crews), water=table(water_rows()), oxygen=table(oxygen), food=table(food),
        scrubbers=f"| running | mmHg |\n|---|---:|\n{levels}", coast=coast,
    )  # fmt: skip
    (HERE / "life_support.md").write_text(page, encoding="utf-8")
    held = ", ".join(f"{100 * (ours / said - 1):+.1f} %" for _, said, ours, _ in people_rows()[:2])
    worst = max(abs(ours / said - 1) for _, said, ours, _ in (*food,))
    findings = [
        Finding("food without cargo from 8 April 2015: days to reserve and to zero, nothing fitted",
                f"{food[0][2]:.0f} and {food[1][2]:.0f} d against 107 and 150", "within 15 %", worst <= 0.15, True),
        Finding("oxygen of two people in May 2005: candles, tanks, both",
                ", ".join(f"{100 * (ours / said - 1):+.1f} %" for _, said, ours, _ in oxygen), "", None, True),
        Finding("oxygen and carbon dioxide of six and seven people against NASA RP-1324",
                held, "", None, True),
    ]  # fmt: skip
    record("life_support", findings, "life_support.md")
    print(page)


if __name__ == "__main__":
    main()
