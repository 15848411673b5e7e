"""What do people cost in a run? Two years of air, stores and flights of the station, looking ahead after each change.

    python benchmarks/habitat_run.py              # processor time, best and mean over the draws
    python benchmarks/habitat_run.py --ahead 30   # look so many days ahead

150 changes from outside in two years (crews, cargo, power, a partner's ground control), the breakdowns and repairs as
they are drawn (about sixty), and after each change the question what ends first within the days ahead, asked of a
copy. Then the flown plan of 2022 and 2023 as it may come, and every event of it. The exit code is 1 where a limit is
missed.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from stationkeep.habitat.failures import Workshop, draw_breakdowns
from stationkeep.habitat.figures import shipped_habitat
from stationkeep.habitat.metabolism import Person
from stationkeep.habitat.plan import make_plan
from stationkeep.habitat.state import HabitatState
from stationkeep.logistics.history import flown_history
from stationkeep.logistics.laws_file import shipped_laws
from stationkeep.logistics.luck import draw_luck
from stationkeep.logistics.realise import realise
from stationkeep.logistics.state import StationTraffic

START = 59671.0  # 2 April 2022
DAYS = 730.0
CHANGES = 150
# What keeps seven people going for 730 days in 75 deliveries, with something over.
CARGO_KG = {
    "us-food": 130.0, "russian-food": 100.0, "us-water": 90.0, "russian-water": 150.0, "us-oxygen": 20.0,
    "us-nitrogen": 12.0, "toilet-containers": 17.0, "us-spares": 60.0, "russian-spares": 40.0,
}  # fmt: skip
LIMITS_MS = {"life support": 6.0, "a plan realised": 1.0, "traffic with all events": 2.0}


def main() -> int:
    """Print the table; 1 where a limit is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=10, help="runs of each")
    parser.add_argument("--ahead", type=float, default=60.0, metavar="DAYS", help="how far to look ahead")
    options = parser.parse_args()
    habitat = shipped_habitat().habitat()
    template = HabitatState(habitat, START, plan=make_plan(habitat))
    plan = replace(flown_history(), contingencies=()).between(START, START + DAYS)
    lucks = [draw_luck(plan, shipped_laws(), np.random.default_rng(seed)) for seed in range(options.draws)]
    came = [realise(plan, luck, from_mjd_utc=START).manifest for luck in lucks]
    works = [draw_breakdowns(habitat, DAYS, seed) for seed in range(options.draws)]
    jobs: dict[str, Callable[[int], object]] = {
        "life support": lambda i: two_years(template, i, Workshop(works[i], START), options.ahead),
        "the same, nothing looked ahead": lambda i: two_years(template, i, Workshop(works[i], START), 0.0),
        "a habitat drawn anew": lambda i: drawn(i),
        "a plan realised": lambda i: realise(plan, lucks[i], from_mjd_utc=START),
        "traffic with all events": lambda i: all_events(StationTraffic(came[i], START)),
    }
    print(f"{len(plan.flights)} flights, {len(plan.trips)} people, {len(works[0])} breakdowns in the first draw\n")
    print("| two years of | best [ms] | mean [ms] | limit [ms] | kept |\n|---|---:|---:|---:|---|")
    missed = False
    for what, job in jobs.items():
        job(0)  # compiles
        spent = [milliseconds(job, draw) for draw in range(options.draws)]
        limit = LIMITS_MS.get(what)
        missed |= limit is not None and min(spent) >= limit
        kept = "" if limit is None else "yes" if min(spent) < limit else "**no**"
        print(f"| {what} | {min(spent):.2f} | {np.mean(spent):.2f} | {'' if limit is None else limit} | {kept} |")
    return int(missed)


def two_years(template: HabitatState, seed: int, shop: Workshop, ahead_days: float) -> HabitatState:
    """Life support from one change to the next, as a coupled run flies it."""
    random, state = np.random.default_rng(seed), template.copy()
    for day in np.sort(random.uniform(0.0, DAYS, CHANGES)):
        shop.advance(state, START + float(day) - state.time_mjd_utc)
        change(state, random, int(random.integers(20)))
        if ahead_days:
            state.next_serious(ahead_days)
    shop.advance(state, START + DAYS - state.time_mjd_utc)
    return state


def change(state: HabitatState, random: np.random.Generator, which: int) -> None:
    """Half of the changes are deliveries, a third crews, the rest power and ground control."""
    if which < 10:
        for store, kg in CARGO_KG.items():
            state.add_cargo(store, kg)
    elif which < 17:
        people = Person()
        state.set_people({"us": (people,) * int(random.integers(3, 6)), "russian": (people,) * 3})
    elif which < 19:
        state.set_segment_power(("us", "russian")[which - 17], float(random.uniform(0.6, 1.0)))
    else:
        state.set_owner_active("roscosmos", bool(random.integers(2)))


def drawn(seed: int) -> HabitatState:
    """A habitat whose figures are drawn from their ranges, ready to fly."""
    document, random = shipped_habitat(), np.random.default_rng(seed)
    habitat = document.habitat(u={place: random.random() for place in document.uncertain})
    return HabitatState(habitat, START)


def all_events(traffic: StationTraffic) -> int:
    """Every event with the seats after it."""
    count = 0
    while traffic.next_event_mjd_utc < START + DAYS:
        count += len(traffic.advance(traffic.next_event_mjd_utc))
        count += len(traffic.seating.without)
    return count


def milliseconds(job: Callable[[int], object], draw: int) -> float:
    """Processor time of one job."""
    start = time.thread_time()
    job(draw)
    return 1.0e3 * (time.thread_time() - start)


if __name__ == "__main__":
    sys.exit(main())
