"""How long does one coupled run take once warm? CPU time by branch; prints a markdown table.

    python benchmarks/coupled.py                  # two years of every branch of iss-2022, ten draws each
    python benchmarks/coupled.py --campaign 250   # and of its four shown branches together, on all cores

The limits are the project's own: 50 ms for two years with people, stores and flights, 20 ms without. CPU time of the
thread, best and mean over the draws: other work on the machine only ever adds. The exit code is 1 where a branch's best
misses the limit.
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
from stationkeep.simulation.inputs import RunInputs
from stationkeep.timescale import datetime_utc

LIMITS_MS = {"with people": (50.0, 10.0), "without": (20.0, 5.0)}
"""Limit and wish."""
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
    plain = scenario.model_copy(update={"life_support": None, "traffic": None})
    ready = {"with people": campaign, "without": prepare_campaign(plain, load_catalogue())}
    missed = False
    for kind, (limit, wish) in LIMITS_MS.items():
        print(f"\n| two years {kind} | best [ms] | mean [ms] | under {limit:g} ms | under {wish:g} ms |")
        print("|---|---:|---:|---|---|")
        for branch in scenario.branches:
            best, mean = spent_ms(ready[kind], branch, inputs)
            missed |= best >= limit
            kept, wished = ("yes" if best < limit else "**no**"), ("yes" if best < wish else "no")
            print(f"| `{branch}` | {best:.1f} | {mean:.1f} | {kept} | {wished} |")
    if options.campaign:
        campaign_of(campaign, options.campaign)
    return int(missed)


def spent_ms(campaign: Campaign, branch: str, inputs: list[RunInputs]) -> tuple[float, float]:
    """Best and mean of the runs of a branch, each alone: what branches of a run share is worked out for it as well."""
    simulate(campaign.mission, branch, replace(inputs[0]))  # compiles
    spent = []
    for item in map(replace, inputs):  # with nothing worked out yet
        start = time.thread_time()
        simulate(campaign.mission, branch, item)
        spent.append(1.0e3 * (time.thread_time() - start))
    return min(spent), sum(spent) / len(spent)


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
