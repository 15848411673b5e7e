"""High-fidelity propagation with heyoka: what it costs, and how close the mean engine comes with the same density.

    python benchmarks/high_fidelity.py           # about half a minute
    python benchmarks/high_fidelity.py --fall    # also the whole fall from 418 km, about two minutes

The station's orbit of 2 April 2022 under the observed Sun, 0.008 m2/kg, EGM2008 8x8 against averaged J2 and J3.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from stationkeep.environment.sources import observed_space_weather
from stationkeep.orbit.high_fidelity import HighFidelityPropagator
from stationkeep.orbit.precise_dynamics import Density, HighFidelitySettings

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "validation"))
from engine_comparison import EPOCH, SAMPLES_A_DAY, SAMPLES_A_REVOLUTION, Pair, fly_both, timed


def show(pair: Pair, days: list[int], window: int = SAMPLES_A_DAY) -> None:
    """What the flight took, and the altitude lost since the first full day, by both engines."""
    precise, mean = pair.days_flown
    print(f"\nfrom {pair.altitude_km:g} km, {precise:.1f} days", end=": ")
    print(f"high fidelity {pair.precise_s:.1f} s, mean engine {pair.mean_s * 1e3:.1f} ms")
    print("  day  high fidelity km  mean engine km   loss km  ratio of losses")
    for row in pair.losses(days, window):
        figures = f"{row.precise_km:16.3f}  {row.mean_km:14.3f}  {row.precise_loss_km:8.3f}  {row.ratio:15.4f}"
        print(f"  {row.day:3d}  {figures}")
    if pair.result.outcome.reentered:
        difference = (pair.time_ratio - 1.0) * 100.0
        print(f"  {pair.result.outcome.reason} after {precise:.3f} days, mean engine {mean:.3f}: {difference:+.2f} %")


def main() -> None:
    """Print the table of docs/high-fidelity.md."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fall", action="store_true", help="also fly the whole fall from 418 km")
    whole_fall = parser.parse_args().fall
    space_weather = observed_space_weather(EPOCH + 1000.0)
    print("space weather:", space_weather.identifier)
    propagators = {}
    for density in (Density.SURROGATE, Density.THERMONET):
        settings = HighFidelitySettings(density=density)
        propagators[density], seconds = timed(lambda s=settings: HighFidelityPropagator(s, space_weather))
        _, copy_s = timed(propagators[density].copy)
        print(f"build {density}: {seconds:.1f} s, copy {copy_s:.2f} s")
    show(fly_both(propagators[Density.SURROGATE], space_weather, 417.9, 61), [6, 12, 24, 36, 48, 60])
    low = fly_both(propagators[Density.SURROGATE], space_weather, 250.0, 40)
    show(low, [5, 8, 11, 13, 15, 16, 17], SAMPLES_A_REVOLUTION)
    print("\n(another density in the high-fidelity engine: NRLMSISE-00 by thermoNET)", end="")
    show(fly_both(propagators[Density.THERMONET], space_weather, 417.9, 61), [12, 36, 60])
    if whole_fall:
        show(fly_both(propagators[Density.SURROGATE], space_weather, 417.9, 1000), [60, 120, 240, 360, 480, 600])


if __name__ == "__main__":
    main()
