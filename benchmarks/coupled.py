"""How long does one coupled run take once warm? CPU time by branch; prints a markdown table.

    python benchmarks/coupled.py                  # two years of every branch of iss-2022, ten draws each
    python benchmarks/coupled.py --campaign 250   # and of its four shown branches together, on all cores

Orbit, attitude, propellant, partners, and people with their flights, air, stores and breakdowns. Each branch is flown
alone: what branches of one run share (one habitat, one luck of the flights) is worked out again for each. The limit is
the project's own: 50 ms for two years. CPU time of the thread, best and mean over the draws: other work on the machine
only ever adds. The exit code is 1 where a branch's best misses the limit.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import time
from dataclasses import replace
from functools import partial

from stationkeep.campaign.execution import map_runs, rare_collections
from stationkeep.campaign.prepare import Campaign, prepare_campaign
from stationkeep.campaign.sampling import draw_inputs
from stationkeep.catalogue.loader import load_catalogue
from stationkeep.scenario.loader import load_scenario
from stationkeep.simulation.engine import simulate
from stationkeep.timescale import datetime_utc

LIMIT_MS = 50.0
WISH_MS = 10.0
TWO_YEARS_DAYS = 730.5


def main() -> int:
    """Print the table; 1 where the limit is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=10, help="runs per branch")
    parser.add_argument("--campaign", type=int, default=0, metavar="N", help="also N runs of all shown branches")
    options = parser.parse_args()
    draws = options.draws
    scenario = load_scenario("iss-2022").scenario
    scenario = scenario.model_copy(update={"horizon_utc": datetime_utc(scenario.epoch_mjd_utc + TWO_YEARS_DAYS)})
    campaign = prepare_campaign(scenario, load_catalogue())
    inputs = [draw_inputs(scenario, campaign.weather, 1, index) for index in range(draws)]
    print(f"| two years of | best [ms] | mean [ms] | under {LIMIT_MS:g} ms | under {WISH_MS:g} ms |")
    print("|---|---:|---:|---|---|")
    missed = False
    for branch in scenario.branches:
        simulate(campaign.mission, branch, replace(inputs[0]))  # compiles
        spent = []
        for item in map(replace, inputs):  # with nothing worked out yet
            start = time.thread_time()
            simulate(campaign.mission, branch, item)
            spent.append(1.0e3 * (time.thread_time() - start))
        best, mean = min(spent), sum(spent) / len(spent)
        missed |= best >= LIMIT_MS
        kept, wished = ("yes" if best < LIMIT_MS else "**no**"), ("yes" if best < WISH_MS else "no")
        print(f"| `{branch}` | {best:.1f} | {mean:.1f} | {kept} | {wished} |")
    if options.campaign:
        campaign_of(campaign, options.campaign)
    return int(missed)


def campaign_of(campaign: Campaign, count: int) -> None:
    """Draw and fly ``count`` runs of every shown branch as ``stationkeep run`` does, and say what that took."""
    names = [name for name, branch in campaign.mission.scenario.branches.items() if branch.shown]
    before, begin = processor_s(), time.perf_counter()
    with rare_collections():
        map_runs(partial(one_run, campaign, names), range(count), interpreted=True)
    span, spent = time.perf_counter() - begin, processor_s() - before
    print(
        f"\n{count * len(names)} coupled two-year runs on {os.cpu_count()} cores: {span:.1f} s, "
        f"{spent:.1f} s of processor time"
    )


def one_run(campaign: Campaign, names: list[str], index: int) -> list[float]:
    inputs = draw_inputs(campaign.mission.scenario, campaign.weather, 1, index)
    return [simulate(campaign.mission, name, inputs).outcome.time_mjd_utc for name in names]


def processor_s() -> float:
    """Processor time of this process and of those it has ended [s]."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(item.ru_utime + item.ru_stime for item in used)


if __name__ == "__main__":
    sys.exit(main())
