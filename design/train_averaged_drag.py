"""Train the orbit-averaged drag network that ships as orbit/data/averaged_drag.npz.

    pip install -e '.[design]'
    python design/train_averaged_drag.py --out src/stationkeep/orbit/data/averaged_drag.npz

What it does, and why:

1. Draws near-circular orbits of any plane under conditions broader than the Sun has ever shown, and labels each with
   the drag the mean engine's own formulas give when the reference code (pymsis, version 0) is asked at every node: the
   network owes nothing to the density's surrogate.
2. Starts the linear part from regressions of the averaged density at seven heights on the features.
3. Trains everything together. The loss is the squared error of ln(density) up to 10 % and linear beyond, and a
   twentieth of that of the push on the eccentricity vector, which matters less.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import time
from importlib import metadata
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from stationkeep.compiled import compiled
from stationkeep.constants import (
    EARTH_EQUATORIAL_RADIUS_KM,
    EARTH_FLATTENING,
    EARTH_MU_KM3_S2,
    EARTH_ROTATION_RAD_S,
    SECONDS_PER_DAY,
)
from stationkeep.environment import surrogate_formulas
from stationkeep.environment.nrlmsise00 import reference_density
from stationkeep.orbit import averaged_formulas as formulas
from stationkeep.orbit.averaged_drag import N_HIDDEN, N_LATENT, N_OUTPUT, AveragedWeights
from stationkeep.orbit.decay_kernel import node_lattice, place_nodes, sum_drag

SCRIPT_VERSION = 1
FloatArray = NDArray[np.float64]
BANDS_KM = ((160, 180), (180, 230), (230, 300), (300, 400), (400, 500), (500, 600), (600, 700))
INITIAL_HEIGHTS_KM = (170.0, 220.0, 280.0, 350.0, 420.0, 500.0, 620.0)
CHUNK = 20_000


class Orbits:
    """Orbits and conditions, one row each, with the drag on them."""

    def __init__(self, n: int, rng: np.random.Generator, nodes: int, altitude_km: float | None = None) -> None:
        self.time_mjd = np.floor(rng.uniform(36_000.0, 62_000.0, n)) + 0.5  # 1957 to 2028
        inclination = np.arccos(rng.uniform(-1.0, 1.0, n))
        inclination = np.where(rng.random(n) < 0.5, inclination, np.radians(rng.uniform(0.0, 110.0, n)))
        height = np.where(rng.random(n) < 0.3, rng.uniform(155.0, 230.0, n), rng.uniform(200.0, 710.0, n))
        height = height if altitude_km is None else np.full(n, altitude_km)
        spread = 22.0 * rng.random(n) * np.where(rng.random(n) < 0.5, 0.5, 1.0)
        perigee = rng.uniform(0.0, 2.0 * np.pi, n)
        swing = 0.5 * EARTH_FLATTENING * EARTH_EQUATORIAL_RADIUS_KM * np.sin(inclination) ** 2
        # nowhere lower than 145 km: see LOWEST_POINT_KM
        spread = np.minimum(spread, np.maximum(height - swing - 145.0, 0.0))
        a = EARTH_EQUATORIAL_RADIUS_KM + height - swing
        node = rng.uniform(0.0, 2.0 * np.pi, n)
        e = spread / a
        self.state = np.stack([a, e * np.cos(perigee), e * np.sin(perigee), inclination, node], axis=1)
        mean = rng.uniform(60.0, 270.0, n)
        daily = np.clip(mean * np.exp(rng.normal(0.0, np.where(rng.random(n) < 0.8, 0.13, 0.3))), 60.0, 400.0)
        quiet = np.clip(np.exp(rng.normal(2.1, 0.95, n)), 0.0, 300.0)
        ap = np.where(rng.random(n) < 0.65, quiet, 300.0 * rng.random(n) ** 1.3)
        self.drivers = np.stack([daily, mean, ap], axis=1)
        self.rates = self._labelled(node_lattice(nodes))

    def _labelled(self, lattice: FloatArray) -> FloatArray:
        """Rates by drag of a unit coefficient, (n, 5)."""
        n, nodes = len(self.state), lattice.shape[1]
        rates = np.empty((n, 5))
        for begin in range(0, n, CHUNK):
            rows = slice(begin, min(begin + CHUNK, n))
            scratch = np.empty((rows.stop - begin, 8, nodes))
            _placed(self.time_mjd[rows], self.state[rows], lattice, scratch)
            latitude = np.degrees(np.arctan2(scratch[:, 1], scratch[:, 2]))
            longitude = (np.degrees(scratch[:, 3]) + 180.0) % 360.0 - 180.0
            drivers = np.repeat(self.drivers[rows], nodes, axis=0).T
            points = np.stack([x.ravel() for x in (scratch[:, 0], latitude, longitude, scratch[:, 5])])
            scratch[:, 6] = reference_density(np.concatenate([points, drivers])).reshape(-1, nodes)
            _summed(self.state[rows], lattice, scratch, rates[rows])
        return rates

    def features(self) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Day, plane, perigee and height features, one row an orbit."""
        season = 2.0 * np.pi / surrogate_formulas.YEAR_DAYS * (self.time_mjd - 51544.0)
        previous, mean, ap = self.drivers.T
        saturation = np.exp(-surrogate_formulas.AP_SATURATION_RATE * (ap - 4.0))
        day = surrogate_formulas.day_features(np.cos(season), np.sin(season), previous, mean, ap, saturation)
        a, xi, eta, inclination, _ = self.state.T
        node, across = self._axes()
        sin_i = np.sin(inclination)
        normal = np.cross(node, across).T
        perigee = (a / formulas.PERIGEE_UNIT_KM) * (xi * node.T + eta * across.T)
        heights = formulas.height_features(formulas.effective_altitude_km(a, sin_i * sin_i))
        plane = formulas.plane_features(*normal)
        return _columns(day), _columns(plane), _columns(formulas.perigee_features(*normal, *perigee)), _columns(heights)

    def targets(self) -> tuple[FloatArray, FloatArray]:
        """ln(density) that gives the decay, and the push on the eccentricity vector per decay (n, 3)."""
        a, inclination = self.state[:, 0], self.state[:, 3]
        motion = np.sqrt(EARTH_MU_KM3_S2 / a**3)
        slowed = 1.0 - EARTH_ROTATION_RAD_S * np.cos(inclination) / motion
        density = -self.rates[:, 0] / (1.0e3 * SECONDS_PER_DAY * motion * a * a * slowed * slowed)
        node, across = self._axes()
        push = a[:, None] * (self.rates[:, 1, None] * node + self.rates[:, 2, None] * across)
        return np.log(density), push / self.rates[:, 0, None]

    def _axes(self) -> tuple[FloatArray, FloatArray]:
        """Directions of the node, and a quarter revolution on, in the frame that turns with the Sun, (n, 3)."""
        local = self.state[:, 4] - np.radians(100.46061837 + 0.98564736629 * (self.time_mjd - 51544.5))
        sin_i, cos_i = np.sin(self.state[:, 3]), np.cos(self.state[:, 3])
        node = np.stack([np.cos(local), np.sin(local), np.zeros_like(local)], axis=1)
        across = np.stack([-cos_i * np.sin(local), cos_i * np.cos(local), sin_i], axis=1)
        return node, across


@compiled()
def _placed(time_mjd: FloatArray, state: FloatArray, lattice: FloatArray, scratch: FloatArray) -> None:
    for k in range(len(time_mjd)):
        place_nodes(time_mjd[k], 1.0, state[k], lattice, scratch[k])


@compiled()
def _summed(state: FloatArray, lattice: FloatArray, scratch: FloatArray, rates: FloatArray) -> None:
    for k in range(len(state)):
        sum_drag(state[k], 1.0, lattice, scratch[k], rates[k])


def _columns(rows: object) -> FloatArray:
    return np.stack(np.broadcast_arrays(*rows), axis=1).astype(np.float64)  # type: ignore[misc]


def _powers(heights: FloatArray) -> FloatArray:
    t, q = heights[:, 0], heights[:, 2]
    return np.stack([t**k for k in range(6)] + [q**k for k in range(1, 5)], axis=1)


class Data:
    """Features and targets as tensors."""

    def __init__(self, orbits: Orbits, profile: FloatArray | None = None) -> None:
        features = orbits.features()
        log_density, push = orbits.targets()
        powers = _powers(features[3])
        self.profile = np.linalg.lstsq(powers, log_density, rcond=None)[0] if profile is None else profile
        self.day, self.plane, self.perigee, self.height = (torch.tensor(x, dtype=torch.float32) for x in features)
        self.target = torch.tensor(log_density - powers @ self.profile, dtype=torch.float32)
        self.push = torch.tensor(push, dtype=torch.float32)

    def inputs(self, rows: torch.Tensor | slice) -> tuple[torch.Tensor, ...]:
        return self.day[rows], self.plane[rows], self.perigee[rows], self.height[rows]


class Network(torch.nn.Module):
    """The network as torch sees it; ``stationkeep.orbit.averaged_drag`` runs the same formulas."""

    def __init__(self, plane: torch.Tensor, perigee: torch.Tensor) -> None:
        super().__init__()
        self.plane, self.perigee = torch.nn.Parameter(plane), torch.nn.Parameter(perigee)
        self.first = torch.nn.Linear(N_LATENT + formulas.N_HEIGHT, N_HIDDEN)
        self.second = torch.nn.Linear(N_HIDDEN, N_HIDDEN)
        self.last = torch.nn.Linear(N_HIDDEN, N_OUTPUT)

    def forward(
        self, day: torch.Tensor, plane: torch.Tensor, perigee: torch.Tensor, height: torch.Tensor
    ) -> torch.Tensor:
        latents = _part(self.plane, day, plane) + _part(self.perigee, day[:, : self.perigee.shape[0]], perigee)
        x = _activation(self.first(torch.cat([latents, height], dim=1)))
        return self.last(_activation(self.second(x)))  # type: ignore[no-any-return]


def _part(table: torch.Tensor, day: torch.Tensor, place: torch.Tensor) -> torch.Tensor:
    n_day, n_place, _ = table.shape
    spread = place @ table.permute(1, 0, 2).reshape(n_place, n_day * N_LATENT)
    return (spread.reshape(len(place), n_day, N_LATENT) * day[:, :, None]).sum(1)


def _activation(x: torch.Tensor) -> torch.Tensor:
    return x * torch.rsqrt(1.0 + x * x)


def initial_tables(rng: np.random.Generator, n: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Latents to start from: averaged ln(density) at some heights, regressed on the features; the rest random."""
    seed = int(rng.integers(2**31))
    shape = surrogate_formulas.N_DAY, formulas.N_PLANE, N_LATENT
    plane = 0.1 * rng.standard_normal(shape)
    perigee = 0.1 * rng.standard_normal((surrogate_formulas.N_DAY_TURNING, formulas.N_PERIGEE, N_LATENT))
    for column, height in enumerate(INITIAL_HEIGHTS_KM):
        orbits = Orbits(n, np.random.default_rng(seed), 16, height)
        day, place, turn, _ = orbits.features()
        parts = [(day[:, :, None] * place[:, None, :]).reshape(n, -1)]
        parts.append((day[:, : perigee.shape[0], None] * turn[:, None, :]).reshape(n, -1))
        design = np.concatenate(parts, axis=1)
        wanted = orbits.targets()[0]
        wanted = (wanted - wanted.mean()) / wanted.std()
        found = np.linalg.solve(design.T @ design + 1e-3 * np.eye(design.shape[1]), design.T @ wanted)
        print(f"unexplained at {height:.0f} km: {np.std(design @ found - wanted):.4f}", flush=True)
        plane[:, :, column] = found[: plane[:, :, 0].size].reshape(shape[:2])
        perigee[:, :, column] = found[plane[:, :, 0].size :].reshape(perigee.shape[:2])
    return torch.tensor(plane, dtype=torch.float32), torch.tensor(perigee, dtype=torch.float32)


def train(net: Network, data: Data, steps: int, generator: torch.Generator) -> None:
    """Adam with a cosine schedule."""
    tables = {"params": [net.plane, net.perigee], "lr": 1.5e-3}
    layers = [*net.first.parameters(), *net.second.parameters(), *net.last.parameters()]
    optimiser = torch.optim.Adam([{"params": layers, "lr": 4e-3}, tables], betas=(0.9, 0.99))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda k: min(1.0, (k + 1) / 300) * (0.5 + 0.5 * math.cos(math.pi * k / steps)) + 1e-4
    )
    started = time.monotonic()
    for step in range(steps):
        rows = torch.randint(0, len(data.target), (4096,), generator=generator)
        found = net(*data.inputs(rows))
        error, push = found[:, 0] - data.target[rows], found[:, 1:] - data.push[rows]
        loss = (0.01 * (torch.sqrt(1.0 + (error / 0.1) ** 2) - 1.0)).mean() + 0.02 * (push * push).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        if step % 1000 == 0:
            rms = math.sqrt(error.pow(2).mean().item())
            print(f"{step:6d} rms {rms:.4f} {time.monotonic() - started:.0f} s", flush=True)


def errors_by_band(net: Network, orbits: Orbits, data: Data) -> dict[str, dict[str, float]]:
    """Relative error of the decay on a data set [%], and of the push, by altitude."""
    with torch.no_grad():
        found = net(*data.inputs(slice(None)))
    error = 100.0 * np.expm1((found[:, 0] - data.target).numpy().astype(np.float64))
    push = (found[:, 1:] - data.push).numpy().astype(np.float64)
    height = formulas.effective_altitude_km(orbits.state[:, 0], np.sin(orbits.state[:, 3]) ** 2)
    table = {}
    for low, high in BANDS_KM:
        rows = (height >= low) & (height < high)
        storm = rows & (orbits.drivers[:, 2] > 80.0)
        row = {"bias": error[rows].mean(), "sigma": error[rows].std(), "p99": np.quantile(np.abs(error[rows]), 0.99)}
        row |= {"storm_sigma": error[storm].std(), "push": push[rows].std()}
        table[f"{low}-{high} km"] = {name: round(float(value), 4) for name, value in row.items()}
        print(f"{low:5d}-{high:<5d} km", table[f"{low}-{high} km"], flush=True)
    return table


def export(net: Network, profile: FloatArray, notes: dict[str, object], path: Path) -> None:
    """Write the weights as the kernel reads them; the file is replaced whole."""
    state = {name: tensor.detach().numpy() for name, tensor in net.named_parameters()}
    weights = AveragedWeights(
        plane=state["plane"],
        perigee=state["perigee"],
        hidden1=state["first.weight"].T,
        bias1=state["first.bias"],
        hidden2=state["second.weight"].T,
        bias2=state["second.bias"],
        output=state["last.weight"],
        bias3=state["last.bias"],
        profile=profile,
    )
    arrays = {name: np.ascontiguousarray(array) for name, array in weights._asdict().items()}
    temporary = path.with_suffix(".part.npz")
    np.savez_compressed(temporary, **arrays, notes=np.array(json.dumps(notes)))
    os.replace(temporary, path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--samples", type=int, default=700_000)
    parser.add_argument("--steps", type=int, default=16_000)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    rng = np.random.default_rng(options.seed)
    net = Network(*initial_tables(rng, 20_000))
    data = Data(Orbits(options.samples, rng, 24))
    test_orbits = Orbits(40_000, np.random.default_rng(options.seed + 1000), 64)
    test = Data(test_orbits, data.profile)
    print("labelled", flush=True)
    train(net, data, options.steps, torch.Generator().manual_seed(options.seed))
    notes: dict[str, object] = {"script_version": SCRIPT_VERSION, "density_model": "NRLMSISE-00"}
    notes |= {
        "pymsis": metadata.version("pymsis"),
        "torch": metadata.version("torch"),
        "test_samples": len(test.target),
    }
    notes |= {name: value for name, value in vars(options).items() if name not in ("out", "threads")}
    notes["test_errors_percent"] = errors_by_band(net, test_orbits, test)
    export(net, data.profile, notes, options.out)


if __name__ == "__main__":
    main()
