"""What the attitude model is held against: fine integration, a textbook, published events, and draws of its figures.

The pages are written by ``validation/attitude.py``; the tests are ``tests/validation/test_attitude_truth.py``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from stationkeep.attitude.figures import iss_attitude
from stationkeep.attitude.inertia import Inertia, balance_attitude_deg, body_axes, orbital_rate_rad_s
from stationkeep.attitude.iss_shape import ArrayAngles, iss_parts
from stationkeep.attitude.loss import Upsets, loss_hazard_per_day, time_to_loss
from stationkeep.attitude.model import AttitudeModel
from stationkeep.attitude.rigid_body import RigidStation
from stationkeep.attitude.shape import air_area_m2
from stationkeep.environment.surrogate import Nrlmsise00Surrogate

ALTITUDE_KM = 418.0
DRAG_AREA_M2 = 4000.0
"""460 t over the 115 kg/m2 in the middle of NASA's headers of February to April 2022."""
AIR = {"quiet": (70.0, 4.0), "spring 2022": (122.0, 12.0), "solar maximum": (200.0, 15.0), "storm": (200.0, 100.0)}
"""F10.7 (day and mean) and Ap."""
DRAWS = 2000
SEED = 20220402

SLUG_FT2 = 1.3558179483
TEXTBOOK_INERTIA = Inertia(
    *(
        SLUG_FT2 * x
        for x in (2.80701911616e7, 9.5144639344e7, 7.6594401336e7, 4.822509936e5, -1.71675094448e7, 6.02604448e4)
    )
)
TEXTBOOK_BALANCE = (0.002876564438427, 0.155161074977957, 0.003819358953833)
"""Half-angle tangents of the balance attitude in a textbook problem on this station (Betts, *Practical Methods for
Optimal Control*, SIAM 2010, section 6.7: end state of the unloading of the gyros)."""
TEXTBOOK_RATE_DEG_S = 0.06511


# --- the closed forms against the motion itself ---------------------------------------------------------------------


def textbook_attitude_error() -> float:
    """Largest difference of an element of the attitude matrix from the textbook's."""
    rate = math.radians(TEXTBOOK_RATE_DEG_S)
    altitude = (398600.4418 / rate**2) ** (1.0 / 3.0) - 6378.137
    found = body_axes(*balance_attitude_deg(TEXTBOOK_INERTIA, altitude))
    r = np.array(TEXTBOOK_BALANCE)
    cross = np.array([[0.0, -r[2], r[1]], [r[2], 0.0, -r[0]], [-r[1], r[0], 0.0]])
    told = np.eye(3) + 2.0 / (1.0 + r @ r) * (cross @ cross - cross)
    return float(np.abs(told - found).max())


@cache
def fine_comparison() -> dict[str, tuple[float, float]]:
    """Name: (closed form, fine integration)."""
    figures = iss_attitude()
    model = figures.model(figures.at(), DRAG_AREA_M2, full_gyros=True)
    rate = orbital_rate_rad_s(ALTITUDE_KM)
    density = density_kg_m3(ALTITUDE_KM, "spring 2022")
    mean = model.air_torque_n_m(density, ALTITUDE_KM)

    def air(time_s: float, ahead: np.ndarray, down: np.ndarray) -> np.ndarray:
        torque = np.zeros_like(down)
        torque[:, 1] = mean * (1.0 + model.cyclic_share * math.cos(rate * time_s))
        return torque

    orbit_s = 2.0 * math.pi / rate
    station = RigidStation(model.inertia, ALTITUDE_KM, air)
    pitch = model.balance_pitch_deg(density, ALTITUDE_KM) + 1.0
    stored = station.hold(body_axes(0.0, pitch, 0.0), 3.0 * orbit_s, orbit_s / 240.0)
    along = stored.gyro_n_m_s[:, 0, 1]
    slope = (along[-1] - along[0]) / (3.0 * orbit_s)
    rest = along - along[0] - slope * stored.time_s
    straight = replace(model, inertia=_straight(model.inertia))
    gravity_only = RigidStation(straight.inertia, ALTITUDE_KM)
    circling = gravity_only.hold(body_axes(1.0, 0.0, 2.0), orbit_s, orbit_s / 240.0).gyro_n_m_s[:, 0]
    drifting = gravity_only.fly(gravity_only.start(body_axes(0.0, 1.0, 0.0)), 3600.0, 10.0)
    angle = [_pitch_deg(gravity_only, t, s) for t, s in zip(drifting.time_s, drifting.state, strict=True)]
    return {
        "secular torque one degree off [N m]": (model.secular_torque_n_m(1.0, density, ALTITUDE_KM), float(slope)),
        "cyclic momentum of the air [N m s]": (
            model.cyclic_momentum_n_m_s(density, ALTITUDE_KM),
            float(np.ptp(rest) / 2.0),
        ),
        "roll and yaw, peak momentum at yaw 1, roll 2 [N m s]": (
            straight.roll_yaw_momentum_n_m_s(1.0, 2.0, ALTITUDE_KM),
            float(np.hypot(circling[:, 0], circling[:, 2]).max()),
        ),
        "drift from 1 to 20 degrees [min]": (
            straight.minutes_to_drift(1.0, 20.0, ALTITUDE_KM),
            float(np.interp(20.0, np.maximum.accumulate(np.abs(angle)), drifting.time_s)) / 60.0,
        ),
        "swing that needs no gyros, after half an orbit [deg]": _swing(straight, rate),
    }


def _straight(inertia: Inertia) -> Inertia:
    return Inertia(inertia.xx_kg_m2, inertia.yy_kg_m2, inertia.zz_kg_m2)


def _pitch_deg(station: RigidStation, time_s: float, state: np.ndarray) -> float:
    return math.degrees(math.asin(-station.orbital_axes(time_s, state)[0, 0, 2]))


def _swing(model: AttitudeModel, rate: float) -> tuple[float, float]:
    """Start on the swing that the closed form predicts for 2 N m: half an orbit later it must be on the other side."""
    torque = 2.0

    def air(time_s: float, ahead: np.ndarray, down: np.ndarray) -> np.ndarray:
        found = np.zeros_like(down)
        found[:, 1] = torque * math.cos(rate * time_s)
        return found

    inertia = model.inertia
    closed = math.degrees(torque / (rate**2 * (inertia.yy_kg_m2 + 3.0 * (inertia.zz_kg_m2 - inertia.xx_kg_m2))))
    station = RigidStation(inertia, ALTITUDE_KM, air)
    flown = station.fly(station.start(body_axes(0.0, -closed, 0.0)), math.pi / rate, math.pi / rate / 300.0)
    return closed, _pitch_deg(station, float(flown.time_s[-1]), flown.state[-1])


@cache
def conserved() -> tuple[float, float, float]:
    """Relative drift of Jacobi's integral, and of momentum and energy without gravity, over two hours of tumbling."""
    figures = iss_attitude()
    start = np.concatenate([np.array([[1.0, 0.0, 0.0, 0.0]]), np.array([[1.0e-3, 2.0e-3, -5.0e-4]])], axis=1)
    bound = RigidStation(figures.inertia, ALTITUDE_KM)
    free = RigidStation(figures.inertia, ALTITUDE_KM, gravity=False)
    one, other = bound.fly(start, 7200.0, 10.0, keep_every=60), free.fly(start, 7200.0, 10.0, keep_every=60)
    jacobi = np.array([bound.energy_j(t, s)[0] for t, s in zip(one.time_s, one.state, strict=True)])
    momentum = np.array([free.momentum_n_m_s(s)[0] for s in other.state])
    energy = np.array([free.energy_j(0.0, s)[0] for s in other.state])
    return (
        float(np.ptp(jacobi) / np.abs(jacobi).max()),
        float(np.abs(momentum - momentum[0]).max() / np.linalg.norm(momentum[0])),
        float(np.ptp(energy) / energy[0]),
    )


@cache
def tumble() -> dict[str, float]:
    """Where does the station turn to once nobody holds it? Mean area over the last two of three days, 12 starts."""
    figures = iss_attitude()
    station = RigidStation(figures.inertia, ALTITUDE_KM)
    yaw, pitch, roll = balance_attitude_deg(figures.inertia, ALTITUDE_KM)
    random = np.random.default_rng(SEED)
    starts = [body_axes(yaw + a, pitch + b, roll + c) for a, b, c in random.normal(0.0, 1.0, (12, 3))]
    flown = station.fly(station.start(np.array(starts)), 3.0 * 86400.0, 30.0, keep_every=192)
    parts = iss_parts(ArrayAngles())
    areas, downs = [], []
    for time, state in zip(flown.time_s[10:], flown.state[10:], strict=True):
        axes = station.orbital_axes(time, state)
        downs += [abs(one[1, 2]) for one in axes]
        areas += [air_area_m2(parts, -one[:, 0]) for one in axes]
    turning = np.abs(np.degrees(flown.state[:, :, 4:])).max()
    return {
        "mean_area_m2": float(np.mean(areas)),
        "least_m2": float(np.min(areas)),
        "most_m2": float(np.max(areas)),
        "truss_from_vertical_deg": float(np.degrees(np.arccos(np.mean(downs)))),
        "fastest_deg_s": float(turning),
    }


# --- the air --------------------------------------------------------------------------------------------------------


@cache
def orbit_densities(altitude_km: float, air: str) -> np.ndarray:
    """Density round four orbits of different nodes (4, 72) [kg/m3], 2 April 2022, inclination 51.6 degrees."""
    f107, ap = AIR[air]
    u = np.arange(72) * 2.0 * math.pi / 72.0
    latitude = np.degrees(np.arcsin(math.sin(math.radians(51.6)) * np.sin(u)))
    along = np.degrees(np.arctan2(math.cos(math.radians(51.6)) * np.sin(u), np.cos(u)))
    return np.array(
        [
            Nrlmsise00Surrogate().density_kg_m3(59671.5, latitude, along + node, altitude_km, (f107, f107, ap))
            for node in (0.0, 90.0, 180.0, 270.0)
        ]
    )


def density_kg_m3(altitude_km: float, air: str) -> float:
    """Orbit-mean density."""
    return float(orbit_densities(altitude_km, air).mean())


def first_harmonic(altitude_km: float, air: str) -> tuple[float, float]:
    """Least and largest first harmonic of density round the orbit over its mean."""
    rows = orbit_densities(altitude_km, air)
    shares = 2.0 * np.abs(np.fft.rfft(rows, axis=1)[:, 1]) / rows.sum(axis=1)
    return float(shares.min()), float(shares.max())


def altitude_of_density_km(density: float, air: str) -> float:
    """At which altitude is the air that dense on orbit average?"""
    low, high = 130.0, 600.0
    while high - low > 0.5:
        middle = 0.5 * (low + high)
        low, high = (middle, high) if density_kg_m3(middle, air) > density else (low, middle)
    return 0.5 * (low + high)


# --- ranges ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Drawn:
    """What one draw of all uncertain figures gives."""

    hours_one_degree: float
    limit_kg_m3: float
    hold_kg_day: float
    managed_kg_year: float
    thruster_events_kg_year: float
    hazards_per_day: tuple[float, ...]
    """With four, three and two gyros."""
    days: tuple[float, ...]


@cache
def drawn() -> tuple[Drawn, ...]:
    """All figures drawn from their ranges, spring 2022 air at 418 km."""
    random = np.random.default_rng(SEED)
    names = iss_attitude().uncertain
    return tuple(_draw(dict(zip(names, map(float, u), strict=True)), float(v)) for u, v in
                 zip(random.random((DRAWS, len(names))), random.random(DRAWS), strict=True))  # fmt: skip


def _draw(u: dict[str, float], moment: float) -> Drawn:
    figures = iss_attitude()
    values = figures.at(u)
    density = density_kg_m3(ALTITUDE_KM, "spring 2022")
    full = figures.model(values, DRAG_AREA_M2, full_gyros=True)
    models = [figures.model(values, DRAG_AREA_M2, failed_gyros=failed) for failed in (0, 1, 2)]
    upsets = Upsets.of(values)
    held = full.secular_torque_n_m(values["hold_offset_deg"], density, ALTITUDE_KM)
    managed, events = figures.attitude_propellant_kg_year(values)
    return Drawn(
        hours_one_degree=full.hours_to_saturation(1.0, 0.0, ALTITUDE_KM),
        limit_kg_m3=models[0].controllable_down_to_density_kg_m3(300.0),
        hold_kg_day=figures.thrusters(values).holding_kg_day(held),
        managed_kg_year=managed,
        thruster_events_kg_year=events,
        hazards_per_day=tuple(loss_hazard_per_day(one, upsets, density, ALTITUDE_KM) for one in models),
        days=tuple(time_to_loss(one, upsets, density, ALTITUDE_KM, u=moment).days for one in models),
    )


def spread(values: list[float]) -> tuple[float, float, float]:
    """5 %, median, 95 %."""
    low, middle, high = np.quantile(np.array(values), (0.05, 0.5, 0.95), method="higher")
    return float(low), float(middle), float(high)


def survival_of_2004() -> tuple[float, float, float]:
    """Chance that two gyros hold 70 days without thrusters, over the draws: 5 %, median, 95 %."""
    return spread([math.exp(-70.0 * one.hazards_per_day[2]) for one in drawn()])
