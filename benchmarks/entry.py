"""How long do 100,000 fragments take from 120 km to the ground, with heating? Prints a markdown table.

    python benchmarks/entry.py

The limit is the project's own: 30 s on two cores, under 2 GiB. Titanium survives and flies all the way; half of the
aluminium burns up on it. The exit code is 1 where a limit is missed.
"""

from __future__ import annotations

import os
import resource
import sys
import time

import numpy as np

from stationkeep.descent.entry import cartesian_states
from stationkeep.descent.fragments import ballistic_fragments, fly_fragments
from stationkeep.descent.materials import material_named

COUNT = 100_000
LIMIT_S = 30.0
LIMIT_GIB = 2.0


def main() -> int:
    """Print the table; 1 where a limit is missed."""
    rng = np.random.default_rng(1)
    mass = 10.0 ** rng.uniform(-1.0, 3.0, COUNT)
    area = mass / 10.0 ** rng.uniform(1.0, 3.0, COUNT)  # 10 to 1000 kg/m2
    one, steep = np.ones(COUNT), rng.uniform(-2.5, -0.3, COUNT)
    states = cartesian_states(10.0 * one, 20.0 * one, 120.0 * one, 7400.0 * one, steep, 45.0 * one)
    print(f"{os.cpu_count()} cores, load before {os.getloadavg()[0]:.1f}\n")
    print("| 100,000 fragments of | landed | on the clock | of processor time | limit | kept |")
    print("|---|---:|---:|---:|---:|---|")
    kept = True
    for name in ("titanium", "AA6061"):
        fragments = ballistic_fragments(mass, area, material_named(name))
        fly_fragments(states[:100], ballistic_fragments(mass[:100], area[:100], material_named(name)))  # compiles
        clock, processor = time.perf_counter(), time.process_time()
        fates = fly_fragments(states, fragments)
        clock, processor = time.perf_counter() - clock, time.process_time() - processor
        good = clock < LIMIT_S
        kept = kept and good
        landed = 100.0 * float(np.mean(fates.landed))
        verdict = "yes" if good else "**no**"
        print(f"| {name} | {landed:.0f} % | {clock:.1f} s | {processor:.1f} s | {LIMIT_S:.0f} s | {verdict} |")
    peak_gib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0**2
    print(f"\nPeak memory {peak_gib:.2f} GiB (limit {LIMIT_GIB:.0f})")
    return 0 if kept and peak_gib < LIMIT_GIB else 1


if __name__ == "__main__":
    sys.exit(main())
