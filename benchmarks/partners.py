"""How long do questions to the graph of who provides what take? Every departure, single points and cut sets.

    python benchmarks/partners.py            # processor time, best of five

For each configuration of the International Space Station: the graph of the day, and all that ``stationkeep depends``
answers about one partner leaving (losses with ranges, single points of failure, all smallest sets of partners that
end the station, life aboard, or the full crew). Reading the file and the catalogue comes first and is told apart. The
exit code is 1 where a limit is missed.
"""

from __future__ import annotations

import argparse
import sys
import time

from stationkeep.partnership.analysis import analyse
from stationkeep.partnership.graph import build_graph
from stationkeep.partnership.loader import shipped_partnerships

LIMIT_S = 1.0


def main() -> int:
    """Print the table; 1 where a limit is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=5, help="how often each is asked")
    options = parser.parse_args()
    start = time.process_time()
    loaded = shipped_partnerships()["iss"]
    print(f"{'reading files and catalogue, once':44s} {time.process_time() - start:6.2f} s")
    kept = True
    for name, configuration in loaded.partnership.configurations.items():
        graph = build_graph(loaded, configuration.date_utc)
        for partner in graph.partners():
            best = min(asked(name, partner) for _ in range(options.times))
            kept = kept and best <= LIMIT_S
            verdict = "yes" if best <= LIMIT_S else "no"
            print(f"{f'{name}, {partner} leaves':44s} {best:6.2f} s   limit {LIMIT_S:g} s   {verdict}")
    return 0 if kept else 1


def asked(name: str, partner: str) -> float:
    """Seconds of processor time for the graph of that day and all questions to it."""
    loaded = shipped_partnerships()["iss"]
    moment = loaded.partnership.configurations[name].date_utc
    start = time.process_time()
    analyse(build_graph(loaded, moment), [partner])
    return time.process_time() - start


if __name__ == "__main__":
    sys.exit(main())
