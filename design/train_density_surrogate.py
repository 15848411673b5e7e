"""Train the NRLMSISE-00 surrogate that ships as environment/data/nrlmsise00_surrogate.npz.

    pip install -e '.[design]'
    python design/train_density_surrogate.py --out src/stationkeep/environment/data/nrlmsise00_surrogate.npz

What it does, and why:

1. Draws conditions much broader than the Sun has ever shown, evenly in season, place and local time, with most heights
   between 150 and 500 km, where stations fly and fall, and labels them with the reference code (pymsis, version 0).
2. Starts the linear part from physics. NRLMSISE-00's slow quantities (exospheric temperature, constituents at the base
   of diffusion) are linear in our features, so a linear regression on each gives the latents; the exospheric
   temperature comes out to 0.4 K, limited only by the smooth season.
3. Trains the small network on top with these latents fixed (cheap), then everything together.

The loss is the squared error of ln(density) up to 10 % and linear beyond, so that the model's wild corners (great
storms at 105-115 km, where NRLMSISE-00 itself can return negative densities) do not dominate.
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
import pymsis
import torch
from numpy.typing import NDArray

from stationkeep.environment import surrogate_formulas as formulas
from stationkeep.environment.nrlmsise00 import STORM_LAYER_KM, STORM_LAYER_MAX_AP
from stationkeep.environment.surrogate import N_HIDDEN, N_LATENT, SurrogateWeights

SCRIPT_VERSION = 2
FloatArray = NDArray[np.float64]
BANDS_KM = ((100, 120), (120, 150), (150, 200), (200, 300), (300, 400), (400, 500), (500, 700), (700, 1000))
MJD_EPOCH = np.datetime64("1858-11-17T00:00:00")


class Conditions:
    """Where, when and under which Sun; one row each."""

    def __init__(self, n: int, rng: np.random.Generator) -> None:
        self.second = np.floor(rng.uniform(36000.0, 62000.0, n) * 86400.0)  # 1957 to 2028
        even = np.degrees(np.arcsin(rng.uniform(-1.0, 1.0, n)))
        self.latitude_deg = np.where(rng.random(n) < 0.6, even, rng.uniform(-90.0, 90.0, n))
        self.longitude_deg = rng.uniform(-180.0, 180.0, n)
        layer = rng.random(n)
        self.altitude_km = np.where(layer < 0.86, rng.uniform(118.0, 152.0, n), rng.uniform(590.0, 1000.0, n))
        self.altitude_km = np.where(layer < 0.62, rng.uniform(148.0, 610.0, n), self.altitude_km)
        self.altitude_km = np.where(layer < 0.10, rng.uniform(100.0, 120.0, n), self.altitude_km)
        self.f107_81day = rng.uniform(60.0, 270.0, n)
        spread = np.where(rng.random(n) < 0.8, 0.13, 0.3)  # daily departures from the mean, in ln
        self.f107 = np.clip(self.f107_81day * np.exp(rng.normal(0.0, spread)), 60.0, 400.0)
        quiet = np.clip(np.exp(rng.normal(2.1, 0.95, n)), 0.0, 300.0)  # the observed Ap is about log-normal
        self.ap = np.where(rng.random(n) < 0.6, quiet, 300.0 * rng.random(n) ** 1.2)

    def keep(self, rows: NDArray[np.bool_]) -> None:
        """Drop the other rows."""
        for name, values in vars(self).items():
            setattr(self, name, values[rows])

    def reference(self, altitude_km: float | None = None) -> FloatArray:
        """pymsis output (n, 11), at one altitude for all if given."""
        heights = self.altitude_km if altitude_km is None else np.full(len(self.ap), altitude_km)
        dates = MJD_EPOCH + self.second.astype("int64").astype("timedelta64[s]")
        # as the reference is used: see Nrlmsise00Reference
        broken = (altitude_km is None) & (self.altitude_km <= STORM_LAYER_KM[1])
        aps = np.repeat(np.where(broken, np.minimum(self.ap, STORM_LAYER_MAX_AP), self.ap)[:, None], 7, axis=1)
        parts = []
        for a in range(0, len(self.ap), 50_000):
            b = slice(a, a + 50_000)
            place = (self.longitude_deg[b], self.latitude_deg[b], heights[b])
            parts.append(pymsis.calculate(dates[b], *place, self.f107[b], self.f107_81day[b], aps[b], version=0))
        return np.concatenate(parts).astype(np.float64)

    def features(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Day (n, N_DAY), place (n, N_LOCAL + N_TURNING) and height (n, N_HEIGHT) features."""
        day = self.second / 86400.0
        season = 2.0 * np.pi * (day - 51544.0) / formulas.YEAR_DAYS
        saturation = np.exp(-formulas.AP_SATURATION_RATE * (self.ap - 4.0))
        days = formulas.day_features(np.cos(season), np.sin(season), self.f107, self.f107_81day, self.ap, saturation)
        latitude, longitude = np.radians(self.latitude_deg), np.radians(self.longitude_deg)
        local = 2.0 * np.pi * (day % 1.0) + longitude
        angles = (np.sin(latitude), np.cos(latitude), np.cos(local), np.sin(local))
        places = formulas.local_features(*angles)
        places += formulas.turning_features(*angles, np.cos(longitude), np.sin(longitude))
        heights = formulas.height_features(self.altitude_km)
        return _columns(days), _columns(places), _columns(heights)


def _columns(rows: object) -> FloatArray:
    return np.stack(np.broadcast_arrays(*rows), axis=1).astype(np.float64)  # type: ignore[misc]


def sane(output: FloatArray) -> NDArray[np.bool_]:
    """Rows where the reference code gives a physical answer (it breaks down in great storms near 110 km)."""
    return np.isfinite(output[:, 0]) & (output[:, 0] > 0.0) & (output[:, 10] > 120.0)


def initial_latents(rng: np.random.Generator, n: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Linear regression of the model's slow quantities on the features: ``U`` (local part, turning part)."""
    points = Conditions(n, rng)
    levels = {h: points.reference(h) for h in (100.0, 104.0, 108.0, 112.0, 120.0, 150.0, 1000.0)}
    good = np.all([sane(output) for output in levels.values()], axis=0)
    temperature = [levels[h][:, 10] for h in (1000.0, 150.0, 120.0, 108.0, 100.0)]
    mass = [levels[h][:, 0] for h in (100.0, 104.0, 108.0, 112.0)]
    species = [levels[120.0][:, k] for k in (1, 2, 3)] + [levels[150.0][:, k] for k in (3, 4, 5, 8)]
    wanted = np.stack([*temperature, *(np.log(np.where(good, x, 1.0)) for x in mass + species)], axis=1)[good]
    wanted = (wanted - wanted.mean(axis=0)) / wanted.std(axis=0)
    day, place, _ = points.features()
    local = (day[good, :, None] * place[good, None, : formulas.N_LOCAL]).reshape(len(wanted), -1)
    shared = day[good, : formulas.N_DAY_TURNING, None]
    turning = (shared * place[good, None, formulas.N_LOCAL :]).reshape(len(wanted), -1)
    design = np.concatenate([local, turning], axis=1)
    found = np.linalg.solve(design.T @ design + 1e-4 * np.eye(design.shape[1]), design.T @ wanted)
    print("unexplained share of each latent:", (design @ found - wanted).std(axis=0).round(4), flush=True)
    split = local.shape[1]
    shapes = (formulas.N_DAY, formulas.N_LOCAL, N_LATENT), (formulas.N_DAY_TURNING, formulas.N_TURNING, N_LATENT)
    parts = found[:split].reshape(shapes[0]), found[split:].reshape(shapes[1])
    return torch.tensor(parts[0], dtype=torch.float32), torch.tensor(parts[1], dtype=torch.float32)


class Data:
    """Features and targets as tensors."""

    def __init__(self, n: int, rng: np.random.Generator, profile: FloatArray | None = None) -> None:
        self.conditions = Conditions(n, rng)
        output = self.conditions.reference()
        good = sane(output)
        self.conditions.keep(good)
        target = np.log(output[good, 0])
        day, place, height = self.conditions.features()
        t, q = height[:, 0], height[:, 2]
        powers = np.stack([t**k for k in range(6)] + [q**k for k in range(1, 5)], axis=1)
        self.profile = np.linalg.lstsq(powers, target, rcond=None)[0] if profile is None else profile
        middle = (self.conditions.altitude_km > 119.0) & (self.conditions.altitude_km < 610.0)
        self.weight = torch.tensor(np.where(middle, 1.0, 0.3), dtype=torch.float32)
        self.target = torch.tensor(target - powers @ self.profile, dtype=torch.float32)
        self.day, self.place, self.height = (torch.tensor(x, dtype=torch.float32) for x in (day, place, height))

    def __len__(self) -> int:
        return len(self.target)


class Network(torch.nn.Module):
    """The surrogate as torch sees it; ``stationkeep.environment.surrogate`` runs the same formulas."""

    def __init__(self, local: torch.Tensor, turning: torch.Tensor) -> None:
        super().__init__()
        self.local = torch.nn.Parameter(local)
        self.turning = torch.nn.Parameter(turning)
        self.first = torch.nn.Linear(N_LATENT + formulas.N_HEIGHT, N_HIDDEN)
        self.second = torch.nn.Linear(N_HIDDEN, N_HIDDEN)
        self.last = torch.nn.Linear(N_HIDDEN, 1)

    def latents(self, day: torch.Tensor, place: torch.Tensor) -> torch.Tensor:
        """The slow quantities (n, N_LATENT)."""
        local = self._part(self.local, day, place[:, : formulas.N_LOCAL])
        return local + self._part(self.turning, day[:, : formulas.N_DAY_TURNING], place[:, formulas.N_LOCAL :])

    @staticmethod
    def _part(table: torch.Tensor, day: torch.Tensor, place: torch.Tensor) -> torch.Tensor:
        n_day, n_place, _ = table.shape
        spread = place @ table.permute(1, 0, 2).reshape(n_place, n_day * N_LATENT)
        return (spread.reshape(len(place), n_day, N_LATENT) * day[:, :, None]).sum(1)

    def layers(self, latents: torch.Tensor, height: torch.Tensor) -> torch.Tensor:
        """Departure of ln(density) from the reference profile (n,)."""
        x = _activation(self.first(torch.cat([latents, height], dim=1)))
        return self.last(_activation(self.second(x)))[:, 0]

    def latents_of(self, data: Data) -> torch.Tensor:
        """Latents of a whole data set, without gradients."""
        with torch.no_grad():
            pieces = zip(data.day.split(50_000), data.place.split(50_000), strict=True)
            return torch.cat([self.latents(day, place) for day, place in pieces])


def _activation(x: torch.Tensor) -> torch.Tensor:
    return x * torch.rsqrt(1.0 + x * x)


def loss_of(error: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """Half the mean square of small errors of ln(density), linear beyond 10 %."""
    return (weight * 0.01 * (torch.sqrt(1.0 + (error / 0.1) ** 2) - 1.0)).mean()


def train(net: Network, data: Data, steps: int, generator: torch.Generator, *, everything: bool) -> None:
    """Adam with a cosine schedule: on the layers with latents fixed, or on everything."""
    layers = [*net.first.parameters(), *net.second.parameters(), *net.last.parameters()]
    groups = [{"params": layers, "lr": 3e-3 if everything else 1e-2}]
    if everything:
        groups.append({"params": [net.local, net.turning], "lr": 3e-4})
    optimiser = torch.optim.Adam(groups, betas=(0.9, 0.99))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda k: min(1.0, (k + 1) / 300) * (0.5 + 0.5 * math.cos(math.pi * k / steps)) + 1e-4
    )
    fixed = None if everything else net.latents_of(data)
    batch = 4096 if everything else 8192
    started = time.monotonic()
    for step in range(steps):
        rows = torch.randint(0, len(data), (batch,), generator=generator)
        latents = net.latents(data.day[rows], data.place[rows]) if fixed is None else fixed[rows]
        loss = loss_of(net.layers(latents, data.height[rows]) - data.target[rows], data.weight[rows])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        if step % 1000 == 0:
            print(f"{step:6d} rms {math.sqrt(2 * loss.item()):.4f} {time.monotonic() - started:.0f} s", flush=True)


def errors_by_band(net: Network, data: Data) -> dict[str, dict[str, float]]:
    """Relative error of density on a data set: bias, spread and 99th percentile [%] by altitude."""
    with torch.no_grad():
        error = np.expm1((net.layers(net.latents_of(data), data.height) - data.target).numpy().astype(np.float64))
    table = {}
    for low, high in BANDS_KM:
        part = 100.0 * error[(data.conditions.altitude_km >= low) & (data.conditions.altitude_km < high)]
        row = {"bias": part.mean(), "sigma": part.std(), "p99": np.quantile(np.abs(part), 0.99)}
        table[f"{low}-{high} km"] = {name: round(float(value), 3) for name, value in row.items()}
        print(f"{low:5d}-{high:<5d} km", table[f"{low}-{high} km"], flush=True)
    return table


def export(net: Network, profile: FloatArray, notes: dict[str, object], path: Path) -> None:
    """Write the weights as the kernel reads them; the file is replaced whole."""
    state = {name: tensor.detach().numpy() for name, tensor in net.named_parameters()}
    full = profile.copy()
    full[0] += float(state["last.bias"][0])
    weights = SurrogateWeights(
        local=state["local"],
        turning=state["turning"],
        hidden1=state["first.weight"].T,
        bias1=state["first.bias"],
        hidden2=state["second.weight"].T,
        bias2=state["second.bias"],
        output=state["last.weight"][0],
        profile=full,
    )
    arrays = {name: np.ascontiguousarray(array) for name, array in weights._asdict().items()}
    temporary = path.with_suffix(".part.npz")
    np.savez_compressed(temporary, **arrays, notes=np.array(json.dumps(notes)))
    os.replace(temporary, path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--samples", type=int, default=1_500_000)
    parser.add_argument("--steps-layers", type=int, default=15_000)
    parser.add_argument("--steps-everything", type=int, default=15_000)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    rng = np.random.default_rng(options.seed)
    net = Network(*initial_latents(rng, 60_000))
    data = Data(options.samples, rng)
    test = Data(200_000, np.random.default_rng(options.seed + 1000), data.profile)
    generator = torch.Generator().manual_seed(options.seed)
    notes: dict[str, object] = {"script_version": SCRIPT_VERSION, "density_model": "NRLMSISE-00"}
    notes |= {"pymsis": metadata.version("pymsis"), "torch": metadata.version("torch"), "test_samples": len(test)}
    notes |= {name: value for name, value in vars(options).items() if name not in ("out", "threads")}
    for everything, steps in ((False, options.steps_layers), (True, options.steps_everything)):
        train(net, data, steps, generator, everything=everything)
        notes["test_errors_percent"] = errors_by_band(net, test)
        export(net, data.profile, notes, options.out)


if __name__ == "__main__":
    main()
