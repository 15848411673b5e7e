"""Which density model foresees the station's free decay best? Writes ``density_models.md``.

The arcs, the method and the drift model are those of ``free_decay_arcs.py``; only the density differs, in the
calibration and in the flight alike.

    python validation/density_models.py --data FOLDER      # five minutes; needs the extra ``precise``
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import free_decay_arcs as arcs
import numpy as np
from record import Finding, record

from stationkeep.environment.atmosphere import Atmosphere
from stationkeep.environment.density_models import DENSITY_MODELS
from stationkeep.environment.sources import bundled_space_weather
from stationkeep.orbit.direct_drag import DirectAir, orbit_rates
from stationkeep.orbit.history import read_history
from stationkeep.orbit.mean_decay import state_of
from stationkeep.timescale import iso_day

HERE = Path(__file__).resolve().parent
COST_POINTS = 20_000
DENSE_NODES = 2304  # 144 places of the orbit, each at 16 hours of the day: the average itself
DRAG_DAYS = 120


@dataclass(frozen=True)
class ModelResult:
    """One density model on all arcs."""

    name: str
    results: list[arcs.ArcResult]
    microseconds_a_point: float
    microseconds_a_node: float
    """In calls of so many nodes as the mean engine makes."""
    node_error: tuple[float, float]
    """1 sigma and largest error of the drag of a day by averaging over the engine's nodes, station's orbit."""


def cost(model: Atmosphere, points: int, calls: int) -> float:
    """Processor time for the density of one point [us], in calls of so many points."""
    rng = np.random.default_rng(1)
    latitude, longitude = np.degrees(np.arcsin(rng.uniform(-1.0, 1.0, points))), rng.uniform(-180.0, 180.0, points)
    place = 59000.0 + rng.uniform(0.0, 1.0, points), latitude, longitude, rng.uniform(200.0, 500.0, points)
    model.density_kg_m3(*place, [120.0, 120.0, 8.0])
    begin = time.process_time()
    for _ in range(calls):
        model.density_kg_m3(*place, [120.0, 120.0, 8.0])
    return 1.0e6 * (time.process_time() - begin) / (points * calls)


def averaging_error(model: Atmosphere, data: Path) -> tuple[float, float]:
    """How far is a day's drag by the engine's nodes from the average over orbit and day? 1 sigma and largest."""
    air, table = DirectAir(model), bundled_space_weather()
    sets = read_history(data / arcs.ISS_FILE).sets
    chosen = [sets[index] for index in np.linspace(0, len(sets) - 1200, DRAG_DAYS).astype(int)]
    dense = _dense_lattice()
    errors = []
    for item in chosen:
        day, state = math.floor(item.epoch_mjd_utc), state_of(item.elements)
        sun = table.drivers(day, 1)[0]
        few, _ = orbit_rates(air, day + 0.5, 1.0, state, sun, 0.007, air.lattice(state))
        many, _ = orbit_rates(air, day + 0.5, 1.0, state, sun, 0.007, dense)
        errors.append(few[0] / many[0] - 1.0)
    return float(np.std(errors)), float(np.max(np.abs(errors)))


def _dense_lattice() -> np.ndarray:
    """Every hour and a half of the day at every place: no golden ratio between them."""
    places = 144
    angle = np.repeat(2.0 * np.pi * (np.arange(places) + 0.5) / places, DENSE_NODES // places)
    hour = np.tile((np.arange(DENSE_NODES // places) + 0.5) / (DENSE_NODES // places) - 0.5, places)
    return np.array([np.cos(angle), np.sin(angle), hour])


def compare(data: Path) -> list[ModelResult]:
    """Every model on every arc."""
    history = read_history(data / arcs.ISS_FILE)
    found = []
    for entry in DENSITY_MODELS:
        model = entry.make()
        results = [arcs.foresee(history, index, atmosphere=model) for index in range(len(arcs.ARCS))]
        costs = cost(model, COST_POINTS, 3), cost(model, DirectAir(model).node_counts[0], 300)
        found.append(ModelResult(entry.name, results, *costs, averaging_error(model, data)))
        print(entry.name, arcs.scores([item.error for item in results]), costs, found[-1].node_error, flush=True)
    return found


PAGE = """# Density models, compared

Written by `validation/density_models.py`. The arcs, the calibration and the drift model are those of
[free_decay_arcs.md](free_decay_arcs.md); the density differs, in the calibration and in the flight alike. The drift
model was chosen with NRLMSISE-00 (on every second arc, and not blind: see there), which favours it if anything.

Absolute errors of the foreseen loss, all {count} arcs and the {held} held out; *one coefficient*: from the first 40 %
of each arc alone.

| density model | all: median | 80 % | held out: median | 80 % | mean error | one coefficient: median | 80 % |
|---|---:|---:|---:|---:|---:|---:|---:|
{rows}

On an arc the errors of two models correlate by {correlation}.

The default stays NRLMSISE-00: the fastest, no licence to mind, and none does clearly better. MSIS 2.1 makes nearly the
same errors arc by arc, so they are the station's (area, attitude, new modules) or common to both. JB2008 is worse here,
with indices guessed from F10.7 and a network trained on 2009-2022, whose Sun never reached that of 2000-2002; that says
nothing of JB2008 with its own indices.

## Arc by arc: error of the foreseen loss

| from | observed [km] | {names} |
|---|---:|{dashes}
{arc_rows}

## What a point costs, and what averaging costs

Processor time for a density in large calls and in the engine's calls of 48 nodes (on a busy machine); the error of the
drag of a day by 48 nodes against {dense} evaluations over the same day and orbit, {days} days of the station from 1998
to 2022 (the error has either sign and another one each day; it does not add up).

| density model | [us] a point | [us] a node of the engine | averaging: 1 sigma | largest |
|---|---:|---:|---:|---:|
{cost_rows}

Only `NRLMSISE-00` is compiled into the engine (its row is the public function; inside the engine a node costs 0.15 us).
All others are asked for every node of every evaluation: no table stands between model and engine, so their drag is
the model's own but for the averaging above, which is the same for all.
"""


def page(found: list[ModelResult]) -> str:
    """The page."""
    errors = np.array([[item.error for item in model.results] for model in found])
    pairs = np.corrcoef(errors)[np.triu_indices(len(found), 1)]
    first = found[0].results
    return PAGE.format(
        count=len(first),
        held=sum(item.held_out for item in first),
        rows="\n".join(_row(model) for model in found),
        correlation=f"{pairs.min():.2f} to {pairs.max():.2f}",
        names=" | ".join(model.name for model in found),
        dashes="---:|" * len(found),
        arc_rows="\n".join(
            f"| {iso_day(item.start_mjd_utc)} | {item.observed_km:.2f} | "
            + " | ".join(f"{100.0 * error:+.1f} %" for error in errors[:, index])
            + " |"
            for index, item in enumerate(first)
        ),
        cost_rows="\n".join(
            f"| {model.name} | {model.microseconds_a_point:.2f} | {model.microseconds_a_node:.1f} | "
            f"{100.0 * model.node_error[0]:.2f} % | {100.0 * model.node_error[1]:.2f} % |"
            for model in found
        ),
        dense=DENSE_NODES,
        days=DRAG_DAYS,
    )


def _row(model: ModelResult) -> str:
    everything = [item.error for item in model.results]
    held = [item.error for item in model.results if item.held_out]
    plain = [item.plain_error for item in model.results]
    pairs = [f"{100.0 * value:.1f} %" for errors in (everything, held) for value in arcs.scores(errors)]
    single = [f"{100.0 * value:.1f} %" for value in arcs.scores(plain)]
    return f"| {model.name} | {' | '.join(pairs)} | {100.0 * np.mean(everything):+.1f} % | {' | '.join(single)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=HERE.parents[1] / "shared" / "data")
    options = parser.parse_args()
    if not options.data.is_dir():
        sys.exit(f"no reference data in {options.data}; give their folder with --data")
    found = compare(options.data)
    rows = [
        Finding(
            f"free-decay arcs of the station with {model.name}: median and 80th percentile of the error",
            " and ".join(f"{100.0 * value:.1f} %" for value in arcs.scores([item.error for item in model.results])),
        )
        for model in found
    ]
    record("density_models", rows, "density_models.md")
    (HERE / "density_models.md").write_text(page(found), encoding="utf-8")


if __name__ == "__main__":
    main()
