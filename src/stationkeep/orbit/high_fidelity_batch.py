"""Many high-fidelity flights at once: an ensemble in SIMD lanes over all cores.

heyoka integrates as many flights as the processor has lanes in its vector registers (four with AVX2) by one stream of
instructions. Each lane has its own orbit, date, coefficients and sky; a lane whose flight has ended takes the next one.
Threads share the flights; every flight ends as :class:`~stationkeep.orbit.high_fidelity.HighFidelityPropagator` would
end it, to rounding (steps are those of each lane alone).
"""

from __future__ import annotations

import copy
import os
import queue
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeep.errors import InputError
from stationkeep.orbit.flight_plan import (
    Flight,
    Stretch,
    checked_output_times,
    day_parameters,
    refuse_bad_start,
    set_parameters,
)
from stationkeep.orbit.high_fidelity import (
    CLOCK_ROUNDING_S,
    MOST_STEPS_A_DAY,
    HighFidelityResult,
    density_model_of,
    finished,
    flight_drivers,
    how_it_ended,
)
from stationkeep.orbit.mean_decay import BallisticCoefficient
from stationkeep.orbit.precise_bodies import SunAndMoon
from stationkeep.orbit.precise_dynamics import (
    BALLISTIC_PARAMETER,
    STOP_ALTITUDE_PARAMETER,
    Density,
    HighFidelitySettings,
    Parameters,
    build_integrator,
)
from stationkeep.orbit.precise_light import in_sunlight
from stationkeep.orbit.precise_tables import FrameRotations, require_heyoka
from stationkeep.orbit.terrestrial_time import mjd_utc_from_tt_seconds, tt_seconds_array, tt_seconds_since_j2000
from stationkeep.outcome import OutcomeReason
from stationkeep.timescale import iso_day

if TYPE_CHECKING:
    from stationkeep.environment.space_weather import SpaceWeather

Floats = NDArray[np.float64]

_NEAR_STOP_KM = 0.1  # far more than the event is off, far less than a lane flies in a step


@dataclass
class _Job:
    """One flight of the ensemble, waiting or under way."""

    index: int
    state: Floats
    flight: Flight
    drivers: Floats | None
    ballistic_m2_kg: float
    light_m2_kg: float
    wanted_tt_s: Floats
    states: list[Floats] = field(default_factory=list)
    pieces: Iterator[Stretch] = field(default_factory=lambda: iter(()))
    piece: Stretch | None = None
    good: tuple[float, Floats] = (0.0, np.empty(0))


class BatchPropagator:
    """One compiled integrator of several lanes: build once (5 to 30 s, less from heyoka's cache), fly ensembles often.

    Takes every setting but burns, events and density ``atmosphere``. The ``thermonet`` density has the table given here
    compiled in; all others take a sky for each flight.
    """

    def __init__(
        self,
        settings: HighFidelitySettings,
        space_weather: SpaceWeather | None = None,
        *,
        frames: FrameRotations | None = None,
        bodies: SunAndMoon | None = None,
    ) -> None:
        if settings.burns or settings.events or settings.density is Density.ATMOSPHERE:
            raise InputError(
                "burns, events and density 'atmosphere' do not fly in batches",
                hint="use HighFidelityPropagator for them, one copy() per thread",
            )
        if settings.needs_weather and space_weather is None:
            raise InputError(
                f"density {settings.density.value!r} needs space weather",
                hint="pass a SpaceWeather table, e.g. stationkeep.environment.sources.observed_space_weather()",
            )
        self.settings = settings
        self.space_weather = space_weather
        self.frames = FrameRotations() if frames is None else frames
        self.bodies = SunAndMoon() if bodies is None and settings.needs_bodies else bodies
        self.lanes = int(require_heyoka().recommended_simd_size())
        self._prototype = build_integrator(settings, self.frames.earth_orientation, space_weather, lanes=self.lanes)
        self._idle: list[Any] = []

    @property
    def density_model(self) -> str:
        """Name of the density model, to be compared with a ballistic coefficient's."""
        return density_model_of(self.settings, None)

    def fly_batch(
        self,
        states_gcrs: ArrayLike,
        start_mjd_utc: float,
        stop_mjd_utc: float,
        ballistic_m2_kg: ArrayLike | Sequence[BallisticCoefficient],
        *,
        space_weather: Sequence[SpaceWeather] | None = None,
        light_m2_kg: ArrayLike = 0.0,
        stop_geodetic_altitude_km: float = 120.0,
        output_times_mjd_utc: ArrayLike = (),
        workers: int | None = None,
    ) -> list[HighFidelityResult]:
        """Where do they all fly, and when does each sink to an altitude?

        Parameters
        ----------
        states_gcrs      ``(n, 6)`` [km, km/s], or ``(6,)`` for one orbit under many coefficients or skies
        ballistic_m2_kg  ``Cd*A/m``: one number, or ``(n,)``
        space_weather    a table for each flight (default: the propagator's for all)
        light_m2_kg      ``Cr*A/m``: one number, or ``(n,)``; needs ``solar_pressure`` in the settings
        workers          threads (default: one a core); the answer does not depend on it

        The rest, the valid range, the errors and the results are those of ``HighFidelityPropagator.propagate``.
        """
        times = checked_output_times(output_times_mjd_utc, start_mjd_utc, stop_mjd_utc)
        flight = Flight(start_mjd_utc, stop_mjd_utc, times)
        jobs = self._jobs(states_gcrs, flight, ballistic_m2_kg, space_weather, light_m2_kg, stop_geodetic_altitude_km)
        waiting: queue.SimpleQueue[_Job] = queue.SimpleQueue()
        for job in jobs:
            waiting.put(job)
        results: list[HighFidelityResult | None] = [None] * len(jobs)
        count = max(1, min(workers or os.cpu_count() or 1, -(-len(jobs) // self.lanes)))
        while len(self._idle) < count:
            self._idle.append(copy.deepcopy(self._prototype))
        crews = [self._idle.pop() for _ in range(count)]
        writing = threading.Lock()
        try:
            with ThreadPoolExecutor(max_workers=count) as pool:
                crew_flights = [
                    pool.submit(
                        _Crew(self, crew, waiting, results, stop_geodetic_altitude_km, writing).work
                    )
                    for crew in crews
                ]  # fmt: skip
                for crew_flight in crew_flights:
                    crew_flight.result()
        finally:
            self._idle.extend(crews)
        return [result for result in results if result is not None]

    def _jobs(
        self,
        states_gcrs: ArrayLike,
        flight: Flight,
        ballistic_m2_kg: ArrayLike | Sequence[BallisticCoefficient],
        space_weather: Sequence[SpaceWeather] | None,
        light_m2_kg: ArrayLike,
        stop_km: float,
    ) -> list[_Job]:
        """The flights, checked before the first one starts."""
        if space_weather is not None and self.settings.density is Density.THERMONET:
            raise InputError(
                "the thermonet density has its space weather compiled in",
                hint="build a new BatchPropagator for another sky, or fly density 'surrogate', which takes any table",
            )
        drag = _coefficients(ballistic_m2_kg, self.density_model)
        light = np.atleast_1d(np.asarray(light_m2_kg, dtype=np.float64))
        orbits = np.atleast_2d(np.asarray(states_gcrs, dtype=np.float64))
        skies = [self.space_weather] if space_weather is None else list(space_weather)
        sizes = {len(drag), len(light), len(orbits), len(skies)} - {1}
        if len(sizes) > 1 or orbits.ndim != 2 or orbits.shape[1] != 6 or 0 in sizes:
            raise InputError(
                f"{len(orbits)} states, {len(drag)} ballistic and {len(light)} light coefficients, {len(skies)} skies",
                hint="give one of each, or the same number n; states are (n, 6)",
            )
        jobs, known = [], {id(sky): flight_drivers(self.settings, sky, flight) for sky in skies}
        wanted = tt_seconds_array(flight.output_times)
        for index in range(max(sizes, default=1)):
            state, sky = orbits[index % len(orbits)], skies[index % len(skies)]
            values = float(drag[index % len(drag)]), float(light[index % len(light)])
            refuse_bad_start(state, flight.start_mjd_utc, self.settings, self.frames, *values, stop_km)
            jobs.append(_Job(index, state, flight, known[id(sky)], *values, wanted))
        return jobs


def _coefficients(given: ArrayLike | Sequence[BallisticCoefficient], density_model: str) -> Floats:
    values = []
    for item in np.atleast_1d(np.asarray(given, dtype=object)).ravel():
        if isinstance(item, BallisticCoefficient):
            item.require_density_model(density_model)
            values.append(item.value_m2_kg)
        else:
            values.append(float(item))
    return np.array(values)


@dataclass
class _Crew:
    """One thread with its integrator: fills lanes from the queue until it is empty and all have landed."""

    propagator: BatchPropagator
    integrator: Any
    waiting: queue.SimpleQueue[_Job]
    results: list[HighFidelityResult | None]
    stop_km: float
    writing: threading.Lock
    lanes: list[_Job | None] = field(default_factory=list)

    def work(self) -> None:
        count = self.propagator.lanes
        self.lanes = [self._next_job(lane) for lane in range(count)]
        if self.lanes[0] is None:
            return
        for lane in range(1, count):
            if self.lanes[lane] is None:  # an idle lane stands still beside one that flies
                self._copy_lane(0, lane)
        while any(job is not None for job in self.lanes):
            self._advance()

    def _next_job(self, lane: int) -> _Job | None:
        try:
            job = self.waiting.get_nowait()
        except queue.Empty:
            return None
        integrator, at = self.integrator, Parameters.of(self.propagator.settings)
        start = tt_seconds_since_j2000(job.flight.start_mjd_utc)
        self._set_time(lane, start)
        integrator.state[:, lane] = job.state
        integrator.reset_cooldowns(lane)
        for first, value in ((BALLISTIC_PARAMETER, job.ballistic_m2_kg), (STOP_ALTITUDE_PARAMETER, self.stop_km)):
            if first < len(integrator.pars):
                integrator.pars[first, lane] = value
        if at.light is not None and self.propagator.bodies is not None:
            sun, _ = self.propagator.bodies.positions_km(np.array([start]))
            lit = float(in_sunlight(job.state[:3], sun[0]))
            integrator.pars[at.light : at.light + 2, lane] = job.light_m2_kg, lit
        job.pieces, job.good = job.flight.stretches(), (start, job.state.copy())
        job.piece = next(job.pieces)
        self._enter_day(lane, job)
        return job

    def _set_time(self, lane: int, time_tt_s: float) -> None:
        times = np.array(self.integrator.time, dtype=np.float64)
        times[lane] = time_tt_s
        self.integrator.set_time(times)

    def _copy_lane(self, source: int, target: int) -> None:
        integrator = self.integrator
        integrator.state[:, target] = integrator.state[:, source]
        integrator.pars[:, target] = integrator.pars[:, source]
        self._set_time(target, float(integrator.time[source]))

    def _enter_day(self, lane: int, job: _Job) -> None:
        assert job.piece is not None
        day = job.piece.day
        driver = None if job.drivers is None else job.drivers[day - job.flight.first_day]
        for first, values in day_parameters(self.propagator.settings, day, driver, self.propagator.bodies):
            set_parameters(self.integrator.pars[:, lane], first, values)

    def _advance(self) -> None:
        """Fly all lanes until each is at the end of its day, or one of them has ended."""
        integrator = self.integrator
        standing = np.array(integrator.time, dtype=np.float64)
        targets = np.array(
            [
                standing[lane] if job is None or job.piece is None else job.piece.until_tt_s
                for lane, job in enumerate(self.lanes)
            ]
        )
        keep = any(job is not None and len(job.wanted_tt_s) for job in self.lanes)
        track, _ = integrator.propagate_until(targets, c_output=keep, max_steps=MOST_STEPS_A_DAY)
        codes = [entry[0] for entry in integrator.propagate_res]
        now, states = np.array(integrator.time), np.array(integrator.state)
        for lane, job in enumerate(self.lanes):
            if job is not None:
                self._land_or_go_on(lane, job, codes[lane], (float(now[lane]), states[:, lane].copy()), track)

    def _land_or_go_on(self, lane: int, job: _Job, code: Any, here: tuple[float, Floats], track: Any) -> None:
        outcomes = require_heyoka().taylor_outcome
        assert job.piece is not None
        if code in (outcomes.err_nf_state, outcomes.step_limit) or not np.all(np.isfinite(here[1])):
            what = "steps became too small" if code == outcomes.step_limit else "state stopped being finite"
            detail = f"the {what} on {iso_day(job.piece.day)}"
            self._land(lane, job, OutcomeReason.NUMERICAL_FAILURE, detail)
            return
        passed = int(np.searchsorted(job.wanted_tt_s, here[0] + CLOCK_ROUNDING_S, side="right"))
        for time in job.wanted_tt_s[len(job.states) : passed]:
            # Every lane is asked at its own time; only this one's answer is taken.
            ask = np.array(self.integrator.time, dtype=np.float64)
            ask[lane] = time
            job.states.append(np.array(track(ask))[:, lane])
        job.good = here
        if code == outcomes.time_limit:
            job.piece = next(job.pieces, None)
            if job.piece is None:
                self._land(lane, job, OutcomeReason.TIME_LIMIT, "")
            else:
                self._enter_day(lane, job)
        # the number of the event that stopped it: the altitude is the only one
        elif code != outcomes.success and self._is_at_stop(here):
            self._land(lane, job, *how_it_ended(self.stop_km))

    def _is_at_stop(self, here: tuple[float, Floats]) -> bool:
        """Whether a lane is where it was to stop: one that flies on may bear the code of one that ended beside it."""
        altitude = self.propagator.frames.geodetic(here[1][:3], mjd_utc_from_tt_seconds(here[0]))[0][2]
        return bool(abs(altitude - self.stop_km) < _NEAR_STOP_KM)

    def _land(self, lane: int, job: _Job, reason: OutcomeReason, detail: str) -> None:
        rows = np.array(job.states).reshape(-1, 6)
        with self.writing:  # the frames are shared
            self.results[job.index] = finished(
                job.flight, rows, job.good, reason, detail, self.propagator.frames, self.propagator.density_model
            )
        self.lanes[lane] = self._next_job(lane)
        if self.lanes[lane] is None:
            flying = [other for other, one in enumerate(self.lanes) if one is not None and other != lane]
            if flying:
                self._copy_lane(flying[0], lane)
