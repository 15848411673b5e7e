"""What does a matrix of departures cost? Processor time of each row of iss-2022 a run, to 2031; prints a table.

    python benchmarks/matrix.py --runs 6

Compiling and preparing are left out, and so is the document, which takes a hundredth of the runs. Rows share what the
first of them works out for a run. Limit: 100 runs of all rows in 60 s on two cores, which is 1.2 s of processor time a
run of all rows; the exit code is 1 where it is missed.
"""

from __future__ import annotations

import argparse
import sys
import time

from stationkeep.campaign.execution import rare_collections
from stationkeep.campaign.matrix_cases import asked, with_departures
from stationkeep.campaign.prepare import prepare_campaign
from stationkeep.campaign.sampling import draw_inputs, median_inputs
from stationkeep.catalogue.loader import load_catalogue
from stationkeep.scenario.loader import load_scenario
from stationkeep.simulation.engine import simulate

LIMIT_S = 1.2


def main() -> int:
    """Print the table; 1 where the limit is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=6)
    runs = parser.parse_args().runs
    scenario = with_departures(asked(load_scenario("iss-2022"), (), (), None, None)).scenario
    campaign = prepare_campaign(scenario, load_catalogue())
    rows = [name for name, branch in scenario.branches.items() if branch.shown]
    for name in rows:
        simulate(campaign.mission, name, median_inputs(scenario, campaign.weather))  # compiles
    spent_s = dict.fromkeys(rows, 0.0)
    with rare_collections():
        for index in range(runs):
            inputs = draw_inputs(scenario, campaign.weather, 1, index)
            for name in rows:
                start = time.thread_time()
                simulate(campaign.mission, name, inputs)
                spent_s[name] += (time.thread_time() - start) / runs
    print("| row | processor time a run [ms] |\n|---|---:|")
    for name in rows:
        print(f"| `{name}` | {1e3 * spent_s[name]:.0f} |")
    whole = sum(spent_s.values())
    print(f"| all {len(rows)} | {1e3 * whole:.0f} (limit {1e3 * LIMIT_S:.0f}) |")
    return int(whole >= LIMIT_S)


if __name__ == "__main__":
    sys.exit(main())
