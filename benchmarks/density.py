"""How long does one density take? Prints microseconds per point, on one core.

python benchmarks/density.py
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numba
import numpy as np

from stationkeep.environment.nrlmsise00 import Nrlmsise00Reference
from stationkeep.environment.surrogate import (
    Nrlmsise00Surrogate,
    density_along_orbit,
    load_surrogate_weights,
    surrogate_workspace,
)

CALLS = 2_000


@numba.njit  # type: ignore[untyped-decorator]
def _many_orbits(calls, weights, mjd_utc, place, work, out):  # type: ignore[no-untyped-def]
    total = 0.0
    for _ in range(calls):
        density_along_orbit(
            weights, mjd_utc, 120.0, 115.0, 8.0, place[0], place[1], place[2], place[3], place[4], work, out
        )
        total += out[0]
        place[4, 0] += 1e-9  # so that no call is the same as the last
    return total


def best_of(repeats: int, action: Callable[[], object]) -> float:
    """Shortest of several runs [s]: the machine's other work only ever adds."""
    spans = []
    for _ in range(repeats):
        begin = time.perf_counter()
        action()
        spans.append(time.perf_counter() - begin)
    return min(spans)


def main() -> None:
    rng = np.random.default_rng(0)
    weights = load_surrogate_weights()
    for n in (8, 16, 24, 32, 64):
        latitude, longitude = rng.uniform(-0.9, 0.9, n), rng.uniform(-3.0, 3.0, n)
        place = np.array([np.sin(latitude), np.cos(latitude), longitude, longitude + 1.0, rng.uniform(150, 500, n)])
        arguments = (weights, np.full(n, 59_671.0), place, surrogate_workspace(n), np.empty(n))
        begin = time.perf_counter()
        _many_orbits(1, *arguments)
        if n == 8:
            print(f"first call in this process (compiled or read from the cache): {time.perf_counter() - begin:.2f} s")
        span = best_of(9, lambda arguments=arguments: _many_orbits(CALLS, *arguments)) / CALLS
        print(f"kernel, {n:2d} points an orbit: {1e6 * span / n:.3f} us a point, {1e6 * span:.2f} us an orbit")
    points = (
        59_671.0,
        *rng.uniform(-80, 80, (2, 50_000)),
        rng.uniform(150, 500, 50_000),
        np.array([120.0, 115.0, 8.0]),
    )
    for model in (Nrlmsise00Surrogate(), Nrlmsise00Reference()):
        model.density_kg_m3(*points)
        span = best_of(3, lambda model=model: model.density_kg_m3(*points))
        print(f"{type(model).__name__}.density_kg_m3: {1e6 * span / 50_000:.3f} us a point")


if __name__ == "__main__":
    main()
