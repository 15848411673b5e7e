"""How far may it stray? One plan flown many times with errors, from the last tracking to the ground.

What went before the last burn is corrected by tracking; so the errors begin half a revolution before it. Runs whose
last burn stops for good are flown apart: they fall later, somewhere, and count with the probability of such a failure.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeep.constants import SECONDS_PER_DAY
from stationkeep.descent.debris import FLUTTERING_KG_M2, PIECE_DRAG_SIGMA, DebrisMix, strike
from stationkeep.descent.deorbit_flight import DescentFlyer, EntryAir, FixedState, StationBody
from stationkeep.descent.deorbit_need import FAILURE_PROBABILITY
from stationkeep.descent.deorbit_plan import DeorbitPlan, DeorbitProblem
from stationkeep.errors import InputError
from stationkeep.propulsion.burns import Thruster
from stationkeep.propulsion.finite_burns import burn_duration_s

FloatArray = NDArray[np.float64]

MOST_RUNS: Final = 20_000
_FAILED_SHARE: Final = 3  # one failed run is flown for each so many good ones
_FEWEST_FAILED: Final = 20
_FAILED_DAYS: Final = 1.5
_CHUNK: Final = 25
_GRAM_KG: Final = 1.0e-3  # below it, rounding
_RESERVE_SIGMAS: Final = 3.0


@dataclass(frozen=True, slots=True)
class Dispersions:
    """How large the errors are: 1 sigma unless said otherwise. Each is an assumption to be replaced by one's own."""

    along_track_km: float = 0.5
    """Of the place at the last tracking."""
    axis_km: float = 0.02
    """Of the semi-major axis there."""
    high_air_percent: float = 15.0
    """Density above 120 km, after the fit to the decay of the last days (a day's error of NRLMSISE-00: 20 to 40)."""
    low_air_percent: float = 10.0
    """Density below 120 km."""
    drag_percent: float = 10.0
    """Of the station's drag area, in unknown attitude once the burn is over."""
    core_share: tuple[float, float] = (0.30, 0.60)
    """Drag area left without wings, uniform."""
    wings_off_km: tuple[float, float] = (90.0, 110.0)
    """Uniform (NASA ODPO)."""
    break_up_km: tuple[float, float, float] = (72.0, 78.0, 84.0)
    """Triangular: lowest, usual, highest (NASA ODPO)."""
    thrust_percent: float = 1.5
    """After the lowering burns have shown it."""
    speed_percent: float = 0.5
    """Of the speed at which the engine is cut off."""
    impulse_percent: float = 0.5
    """Specific impulse of all burns alike: what a speed costs. With it a tank filled for the plan alone may run dry."""
    pointing_deg: float = 1.0
    ignition_s: float = 1.0
    late_probability: float = 0.02
    late_mean_s: float = 60.0
    """Exponential; nobody ignites later than ``late_limit_s``: the pass is then let go."""
    late_limit_s: float = 300.0
    engine_out_probability: float = 0.02
    """One thruster of the set fails during the burn; the others burn longer."""
    failure_probability: float = FAILURE_PROBABILITY
    """The burn stops for good at a random moment."""
    kick_m_s: float = 10.0
    """Speed a piece gets at the break-up, each axis."""
    lift_over_drag: float = 0.03
    """Of a tumbling piece, half normal, in a random direction."""
    wind_m_s: tuple[float, float] = (20.0, 10.0)
    """Below 20 km, to the east and to the north."""

    def __post_init__(self) -> None:
        shares = (self.late_probability, self.engine_out_probability, self.failure_probability)
        if not all(0.0 <= share <= 1.0 for share in shares):
            raise InputError(f"probabilities {shares}", hint="give numbers from 0 to 1")

    def reserve_kg(self, final_kg: float, total_kg: float) -> float:
        """Propellant the errors may use beyond the plan's, three sigma: cut-off of the last burn, impulse of all.

        Errors of the lowering burns are not in it: the next burn makes good what they left or took.
        """
        one_sigma = math.hypot(0.01 * self.speed_percent * final_kg, 0.01 * self.impulse_percent * total_kg)
        return _RESERVE_SIGMAS * one_sigma


@dataclass(frozen=True)
class DispersedFalls:
    """Where the pieces of many runs strike; (n_run, n_piece)."""

    latitude_deg: FloatArray
    longitude_deg: FloatArray
    fall_s: FloatArray
    """From the break-up to the ground."""
    speed_m_s: FloatArray
    break_up_mjd_utc: FloatArray
    """(n_run,)"""
    not_down: int
    """Runs that were still flying when they were given up; they are not among the rows."""
    short_m_s: FloatArray
    """(n_flown,) speed the tank did not give, those not down included; zero where it held enough."""

    @property
    def runs(self) -> int:
        """How many came down."""
        return len(self.latitude_deg)

    @property
    def dry(self) -> int:
        """How many burns ended because the tank was empty."""
        return int((self.short_m_s > 0.0).sum())


@dataclass(frozen=True)
class Dispersed:
    """The runs whose last burn worked (or limped), and those whose burn stopped for good."""

    nominal: DispersedFalls
    failed: DispersedFalls
    mix: DebrisMix


def disperse(
    problem: DeorbitProblem,
    plan: DeorbitPlan,
    dispersions: Dispersions,
    *,
    runs: int = 1000,
    seed: int = 1,
    load_kg: float = math.inf,
    thruster_count: int = 1,
    workers: int | None = None,
    progress: Callable[[], None] | None = None,
) -> Dispersed:
    """Fly the last burn of a plan ``runs`` times with errors, and a third as many with a burn that stops.

    ``load_kg``: usable propellant before the first burn; the last burn ends when it is used up. The answer does not
    depend on ``workers``. Raises :class:`InputError` for fewer than 20 or too many runs.
    """
    if not 20 <= runs <= MOST_RUNS:
        raise InputError(f"{runs} runs", hint=f"give --runs from 20 to {MOST_RUNS}")
    longitude = math.degrees(math.atan2(plan.interface.state[1], plan.interface.state[0]))
    air = problem.air_at(plan.interface.time_mjd_utc, longitude)
    task = _Task(problem, plan, dispersions, air, thruster_count, load_kg)
    failures = max(runs // _FAILED_SHARE, _FEWEST_FAILED) if dispersions.failure_probability > 0.0 else 0

    def chunk(first: int, last: int, fails: bool) -> list[_Run]:
        flyer = DescentFlyer(task.air)
        found = []
        for index in range(first, last):
            seed_of_run = np.random.SeedSequence(seed, spawn_key=(1 if fails else 0, index))
            found.append(task.run(flyer, np.random.default_rng(seed_of_run), fails))
            if progress is not None and not fails:
                progress()
        return found

    jobs = [(a, min(a + _CHUNK, runs), False) for a in range(0, runs, _CHUNK)]
    jobs += [(a, min(a + _CHUNK, failures), True) for a in range(0, failures, _CHUNK)]
    with ThreadPoolExecutor(max_workers=workers or os.cpu_count() or 1) as pool:
        parts = list(pool.map(lambda job: chunk(*job), jobs))
    good = [run for job, part in zip(jobs, parts, strict=True) if not job[2] for run in part]
    bad = [run for job, part in zip(jobs, parts, strict=True) if job[2] for run in part]
    return Dispersed(_gathered(good), _gathered(bad), problem.mix)


def _gathered(runs: list[_Run]) -> DispersedFalls:
    down = [run.places for run in runs if run.places is not None]
    table = np.stack(down) if down else np.empty((0, 0, 5))
    when = table[:, 0, 4] if len(table) else np.empty(0)
    lost = len(runs) - len(down)
    return DispersedFalls(table[:, :, 0], table[:, :, 1], table[:, :, 2], table[:, :, 3], when, lost,
                          np.array([run.short_m_s for run in runs]))  # fmt: skip


@dataclass(frozen=True)
class _Run:
    """One fall: places of all pieces (n_piece, 5): latitude, longitude, seconds, speed, moment of the break-up."""

    places: FloatArray | None
    """Null: still flying when it was given up."""
    short_m_s: float


@dataclass(frozen=True)
class _Task:
    problem: DeorbitProblem
    plan: DeorbitPlan
    errors: Dispersions
    air: EntryAir
    thruster_count: int
    load_kg: float

    def run(self, flyer: DescentFlyer, rng: np.random.Generator, fails: bool) -> _Run:
        """One fall with its errors."""
        errors = self.errors
        body, break_up_km = self._body(rng)
        start = self._start(rng)
        rows, short = self._burn(rng, start, fails)
        until = start.time_mjd_utc + (_FAILED_DAYS if fails or short > 0.0 else 0.25)
        fallen = flyer.fly(start, body, until, segments=rows, stop_altitude_km=body.wings_off_km)
        if not fallen.reached_altitude:
            return _Run(None, short)
        wings, body = fallen.end, replace(body, mass_kg=fallen.mass_kg)
        # A burn cut short by the air itself is over by now; what is left of it does not count.
        broken = flyer.fly(wings, body, wings.time_mjd_utc + 0.1, stop_altitude_km=break_up_km).end
        levels = self.problem.mix.ballistic_kg_m2
        release = np.where((levels < FLUTTERING_KG_M2)[:, None], wings.state, broken.state)
        release = release + 1.0e-3 * errors.kick_m_s * rng.standard_normal(release.shape) * (np.arange(6) >= 3)
        pieces = np.empty((len(levels), 6))
        pieces[:, 0] = levels * np.exp(PIECE_DRAG_SIGMA * rng.standard_normal(len(levels)))
        pieces[:, 1] = np.abs(errors.lift_over_drag * rng.standard_normal(len(levels)))
        pieces[:, 2] = rng.uniform(0.0, 2.0 * math.pi, len(levels))
        pieces[:, 3] = body.low_air
        pieces[:, 4] = 1.0e-3 * errors.wind_m_s[0] * rng.standard_normal()
        pieces[:, 5] = 1.0e-3 * errors.wind_m_s[1] * rng.standard_normal()
        struck = strike(release, pieces, self.air)
        when = np.full(len(levels), broken.time_mjd_utc)
        columns = [struck.latitude_deg, struck.longitude_deg, struck.fall_s, struck.speed_m_s, when]
        return _Run(np.column_stack(columns), short)

    def _body(self, rng: np.random.Generator) -> tuple[StationBody, float]:
        errors = self.errors
        air, low, drag = rng.standard_normal(3)
        body = replace(
            self.problem.body,
            mass_kg=self.plan.mass_before_final_kg,
            drag_area_m2=self.problem.body.drag_area_m2 * math.exp(0.01 * errors.drag_percent * drag),
            high_air=math.exp(0.01 * errors.high_air_percent * air),
            low_air=math.exp(0.01 * errors.low_air_percent * low),
            core_share=rng.uniform(*errors.core_share),
            wings_off_km=rng.uniform(*errors.wings_off_km),
        )
        return body, float(rng.triangular(*errors.break_up_km))

    def _start(self, rng: np.random.Generator) -> FixedState:
        """The tracked state with its error: place along the track, and the speed an error of the axis means."""
        known = self.plan.before_final
        state = known.state.copy()
        direction = state[3:] / np.linalg.norm(state[3:])
        along, axis = rng.standard_normal(2)
        radius = float(np.linalg.norm(state[:3]))
        shift = self.errors.along_track_km * along
        state[:3] += shift * direction - 0.5 * shift * shift / radius * state[:3] / radius
        # The speed turns with the place, or a shift along the track would be a change of the orbit.
        state[3:] -= shift / radius * float(np.linalg.norm(state[3:])) * state[:3] / radius
        state[3:] += 0.5 * self.errors.axis_km * axis / radius * float(np.linalg.norm(state[3:])) * direction
        return FixedState(known.time_mjd_utc, state)

    def _burn(self, rng: np.random.Generator, start: FixedState, fails: bool) -> tuple[FloatArray, float]:
        """Rows of the last burn with its errors, and the speed [m/s] an empty tank took from it."""
        errors, planned = self.errors, self.plan.planned[-1]
        thrust, speed, tilt, timing = rng.standard_normal(4)
        late, late_u, out, out_u, stop_u = rng.random(5)
        thrift = 1.0 + 0.01 * errors.impulse_percent * rng.spawn(1)[0].standard_normal()
        engine = Thruster(
            self.problem.thruster.thrust_n * (1.0 + 0.01 * errors.thrust_percent * thrust),
            self.problem.thruster.specific_impulse_s * thrift,
        )
        wanted = planned.delta_v_m_s * (1.0 + 0.01 * errors.speed_percent * speed)
        begin = (planned.start_mjd_utc - start.time_mjd_utc) * SECONDS_PER_DAY + errors.ignition_s * timing
        if late < errors.late_probability:
            begin += min(-errors.late_mean_s * math.log1p(-late_u), errors.late_limit_s)
        duration = burn_duration_s(self.plan.mass_before_final_kg, wanted, engine)
        angle = math.radians(errors.pointing_deg * tilt)
        if fails:
            duration *= stop_u
        whole = [begin, begin + duration, engine.thrust_n, engine.flow_kg_s, angle]
        # The lowering burns had the same impulse: what they used beyond the plan is gone before this one begins.
        tank = self.load_kg - sum(burn.propellant_kg for burn in self.plan.burns[:-1]) / thrift
        if out >= errors.engine_out_probability or self.thruster_count < 2 or fails:
            return _until_dry(np.array([whole]), tank, self.plan.mass_before_final_kg, engine)
        left = 1.0 - 1.0 / self.thruster_count
        first = duration * out_u
        rest = (duration - first) / left
        rows = [
            [begin, begin + first, engine.thrust_n, engine.flow_kg_s, angle],
            [begin + first, begin + first + rest, left * engine.thrust_n, left * engine.flow_kg_s, angle],
        ]
        return _until_dry(np.array(rows), tank, self.plan.mass_before_final_kg, engine)


def _until_dry(rows: FloatArray, tank_kg: float, mass_kg: float, engine: Thruster) -> tuple[FloatArray, float]:
    """The burn as far as its propellant goes, and the speed [m/s] that is missing then (Tsiolkovsky)."""
    wanted = float(((rows[:, 1] - rows[:, 0]) * rows[:, 3]).sum())
    left = max(tank_kg, 0.0)
    if wanted <= left + _GRAM_KG:
        return rows, 0.0
    short = engine.exhaust_velocity_m_s * math.log((mass_kg - left) / (mass_kg - wanted))
    kept = rows.copy()
    for row in kept:
        burnt = min((row[1] - row[0]) * row[3], left)
        row[1] = row[0] + burnt / row[3]
        left -= burnt
    return kept[kept[:, 1] > kept[:, 0]], short
