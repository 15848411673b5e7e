"""How does an orbit sink under drag? The mean decay engine: fast, vectorised over an ensemble, the same everywhere.

It integrates Brouwer mean elements with orbit-averaged drag (see :mod:`stationkeep.orbit.decay_kernel`), one step
a day far from the end, shorter steps as the fall steepens, down to the re-entry altitude.
"""

from __future__ import annotations

import functools
import math
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stationkeep.constants import EARTH_EQUATORIAL_RADIUS_KM, EARTH_J2, EARTH_J3
from stationkeep.environment.atmosphere import Atmosphere
from stationkeep.environment.surrogate import (
    Nrlmsise00Surrogate,
    SurrogateWeights,
    load_surrogate_weights,
    surrogate_workspace,
)
from stationkeep.errors import DensityModelMismatch, OrbitError, SpaceWeatherRangeError
from stationkeep.orbit.averaged_drag import AveragedWeights, averaged_workspace, load_averaged_weights
from stationkeep.orbit.decay_kernel import AT_FLOOR, FAILED, NODE_COUNTS, REENTERED, RUNNING, fly, node_lattice
from stationkeep.orbit.direct_drag import DirectAir, fly_direct
from stationkeep.orbit.elements import MeanElements
from stationkeep.outcome import Outcome, OutcomeReason
from stationkeep.timescale import iso_day

FloatArray = NDArray[np.float64]

DENSITY_MODEL = "NRLMSISE-00"
"""The density model whose ballistic coefficients this engine accepts, unless it is given another atmosphere."""

_SCRATCH_ROWS = 8
_REASONS = {
    RUNNING: OutcomeReason.TIME_LIMIT,
    AT_FLOOR: OutcomeReason.ALTITUDE_REACHED,
    REENTERED: OutcomeReason.REENTERED,
    FAILED: OutcomeReason.NUMERICAL_FAILURE,
}


@dataclass(frozen=True, slots=True)
class BallisticCoefficient:
    """``Cd*A/m`` [m2/kg] with its 1-sigma relative spread; valid only with the density model it was fitted with."""

    value_m2_kg: float
    density_model: str
    spread_fraction: float = 0.0
    arc_start_mjd_utc: float | None = None
    arc_stop_mjd_utc: float | None = None
    arc_count: int = 0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.value_m2_kg) and self.value_m2_kg > 0.0):
            raise OrbitError(
                f"ballistic coefficient {self.value_m2_kg} m2/kg is not a positive number",
                hint="Cd*A/m of the station is near 0.008 m2/kg; give the coefficient, not its inverse",
            )

    def require_density_model(self, density_model: str) -> None:
        """Refuse the coefficient where another density model is flown."""
        if self.density_model != density_model:
            raise DensityModelMismatch(
                f"ballistic coefficient was fitted with {self.density_model}, the engine flies {density_model}",
                hint="fit it again with the density model you fly; coefficients do not carry over between models",
            )


@dataclass(frozen=True, slots=True)
class DecayTrack:
    """One flight of the mean engine: how it ended, the last elements, mean altitude at each UTC midnight."""

    outcome: Outcome
    elements: MeanElements
    first_day_mjd: int
    altitude_by_day_km: FloatArray
    """(n_day + 1,) mean altitude at each midnight from ``first_day_mjd``; NaN where the flight was not."""


@dataclass(frozen=True, slots=True)
class FlightState:
    """Where a flight was at a moment: enough to go on from there."""

    time_mjd_utc: float
    state: FloatArray

    @property
    def elements(self) -> MeanElements:
        """Mean elements at that moment; the place within the orbit is not followed."""
        return elements_of(self.state, self.time_mjd_utc)

    @property
    def mean_altitude_km(self) -> float:
        """Mean semi-major axis minus 6378.137 km."""
        return float(self.state[0]) - EARTH_EQUATORIAL_RADIUS_KM


@dataclass(frozen=True, slots=True)
class WeatherTrack:
    """Daily drivers of the density model over a stretch of days, as the engine wants them."""

    first_day_mjd: int
    drivers: FloatArray
    """(n_day, 3): previous-day F10.7, its centred 81-day mean, daily Ap."""

    @property
    def end_mjd(self) -> int:
        """The midnight after the last day."""
        return self.first_day_mjd + len(self.drivers)


@functools.cache
def _lattices() -> tuple[FloatArray, ...]:
    return tuple(node_lattice(count) for count in NODE_COUNTS)


@functools.cache
def _nets() -> tuple[SurrogateWeights, AveragedWeights]:
    return load_surrogate_weights(), load_averaged_weights()


class MeanFlight:
    """One orbit flown piece by piece: advance, lift it with a burn, advance again. Belongs to one thread.

    Parameters
    ----------
    elements             Brouwer mean elements (TEME of date) at their epoch
    weather              drivers covering every day of the flight
    ballistic_m2_kg      ``Cd*A/m`` [m2/kg]: a fitted coefficient (refused if fitted with another density model), a
                         number, or one a day counted as ``weather`` (a density error that wanders in time enters here
                         as a factor)
    reentry_altitude_km  re-entry is where the lowest point of the orbit reaches this geodetic height, 100 to 150
    atmosphere           any density model; null: NRLMSISE-00 by its surrogate, compiled and a hundred times faster
    averaged             whether near-circular orbits may take their drag from the network trained on orbit averages
                         (:mod:`stationkeep.orbit.averaged_drag`); else from nodes along the orbit, three times slower

    Valid for perigees of 100 to 1000 km. Raises :class:`SpaceWeatherRangeError` when the weather does not cover the
    flight, :class:`OrbitError` for a coefficient that is not positive or a re-entry altitude out of range,
    :class:`DensityModelMismatch` for a coefficient of another density model.
    """

    def __init__(
        self,
        elements: MeanElements,
        weather: WeatherTrack,
        ballistic_m2_kg: float | FloatArray | BallisticCoefficient,
        *,
        reentry_altitude_km: float = 120.0,
        atmosphere: Atmosphere | None = None,
        averaged: bool = True,
    ) -> None:
        if not 100.0 <= reentry_altitude_km <= 150.0:
            raise OrbitError(
                f"re-entry altitude {reentry_altitude_km} km is outside 100 to 150 km", hint="120 km is usual"
            )
        days = len(weather.drivers)
        self.time_mjd_utc = elements.epoch_mjd_utc
        self.altitude_by_day_km = np.full(days + 1, np.nan)
        """(n_day + 1,) mean altitude at each midnight from the first day of the weather; NaN where not flown."""
        self._weather = weather
        self._air = None if is_built_in(atmosphere) or atmosphere is None else DirectAir(atmosphere)
        self._ballistic = _by_day(ballistic_m2_kg, days, density_model_of(atmosphere))
        self._reentry_altitude_km = reentry_altitude_km
        self._state = state_of(elements)
        self.mean_altitude_km = float(self._state[0]) - EARTH_EQUATORIAL_RADIUS_KM
        """Mean semi-major axis minus 6378.137 km, now; kept as a number, since a run looks at it a thousand times."""
        self._averaged = averaged
        scratch = np.empty((_SCRATCH_ROWS, NODE_COUNTS[-1]))
        self._work = _lattices(), scratch, surrogate_workspace(NODE_COUNTS[-1]), averaged_workspace()
        self._require_weather(elements.epoch_mjd_utc)
        if elements.epoch_mjd_utc == math.floor(elements.epoch_mjd_utc):
            self.altitude_by_day_km[int(elements.epoch_mjd_utc) - weather.first_day_mjd] = elements.mean_altitude_km

    @property
    def elements(self) -> MeanElements:
        """Mean elements, now; the place within the orbit is not followed."""
        return elements_of(self._state, self.time_mjd_utc)

    def advance(
        self, stop_mjd_utc: float, *, floor_mean_altitude_km: float = 0.0, drag_factor: float | FloatArray = 1.0
    ) -> OutcomeReason:
        """Fly on to a time, to a floor of mean altitude, or to re-entry, whichever comes first; say which it was.

        ``drag_factor`` multiplies the ballistic coefficient over this piece (another mass or area): one number, or one
        for each day from that of the start on.
        """
        if not stop_mjd_utc >= self.time_mjd_utc:
            raise OrbitError(
                f"the flight would stop at {stop_mjd_utc} MJD, before it starts at {self.time_mjd_utc} MJD",
                hint="give a later stop; the engine flies forward only",
            )
        self._require_weather(stop_mjd_utc)
        ballistic = self._ballistic
        if isinstance(drag_factor, np.ndarray):
            ballistic, drag_factor = self._times(drag_factor), 1.0
        if self._air is not None:
            return self._advance_direct(
                self._air,
                stop_mjd_utc,
                floor_mean_altitude_km,
                ballistic if drag_factor == 1.0 else ballistic * drag_factor,
            )
        self.time_mjd_utc, reason = fly(
            _nets(),
            self._state,
            self.time_mjd_utc,
            stop_mjd_utc,
            self._weather.first_day_mjd,
            self._weather.drivers,
            ballistic,
            drag_factor,
            floor_mean_altitude_km,
            self._reentry_altitude_km,
            self.altitude_by_day_km,
            self._work,
            self._averaged,
        )
        self.mean_altitude_km = float(self._state[0]) - EARTH_EQUATORIAL_RADIUS_KM
        return _REASONS[reason]

    def _advance_direct(
        self, air: DirectAir, stop_mjd: float, floor_km: float, ballistic_m2_kg: FloatArray
    ) -> OutcomeReason:
        self.time_mjd_utc, reason = fly_direct(
            air,
            self._state,
            self.time_mjd_utc,
            stop_mjd,
            self._weather.first_day_mjd,
            self._weather.drivers,
            ballistic_m2_kg,
            floor_km,
            self._reentry_altitude_km,
            self.altitude_by_day_km,
        )
        self.mean_altitude_km = float(self._state[0]) - EARTH_EQUATORIAL_RADIUS_KM
        return _REASONS[reason]

    def _times(self, factors: FloatArray) -> FloatArray:
        """The coefficients times a factor a day, from today on; days beyond the factors keep the last one."""
        scaled = self._ballistic.copy()
        first = math.floor(self.time_mjd_utc) - self._weather.first_day_mjd
        days = len(scaled[first : first + len(factors)])
        scaled[first : first + days] *= factors[:days]
        scaled[first + days :] *= factors[-1]
        return scaled

    def lift(self, gain_km: float) -> None:
        """Raise the mean semi-major axis, as a burn in two halves half a revolution apart does: the rest stays."""
        self._state[0] += gain_km
        self.mean_altitude_km = float(self._state[0]) - EARTH_EQUATORIAL_RADIUS_KM

    def snapshot(self) -> FlightState:
        """Where the flight is now, to come back to (:meth:`restore`)."""
        return FlightState(self.time_mjd_utc, self._state.copy())

    def restore(self, earlier: FlightState) -> None:
        """Go back to an earlier moment of this flight; the altitudes of later midnights are forgotten."""
        self.time_mjd_utc = earlier.time_mjd_utc
        self._state[:] = earlier.state
        self.mean_altitude_km = earlier.mean_altitude_km
        later = math.floor(earlier.time_mjd_utc) + 1 - self._weather.first_day_mjd
        self.altitude_by_day_km[max(later, 0) :] = np.nan

    def _require_weather(self, until_mjd_utc: float) -> None:
        weather = self._weather
        if not weather.first_day_mjd <= self.time_mjd_utc or until_mjd_utc > weather.end_mjd:
            raise SpaceWeatherRangeError(
                f"the flight runs from {iso_day(self.time_mjd_utc)} to {iso_day(until_mjd_utc)}, the space weather "
                f"from {iso_day(weather.first_day_mjd)} to {iso_day(weather.end_mjd - 1)}",
                hint="continue the table with a policy (hold or forecast), or shorten the horizon",
            )


def fly_mean(
    elements: MeanElements,
    stop_mjd_utc: float,
    weather: WeatherTrack,
    ballistic_m2_kg: float | FloatArray | BallisticCoefficient,
    *,
    floor_mean_altitude_km: float = 0.0,
    reentry_altitude_km: float = 120.0,
    atmosphere: Atmosphere | None = None,
    averaged: bool = True,
) -> DecayTrack:
    """Where is this orbit at a later moment, and did it fall before?

    One :class:`MeanFlight` in one piece; see there for the parameters, the valid range and the errors.
    ``stop_mjd_utc``: modified Julian day (UTC), not before the epoch. ``floor_mean_altitude_km``: stop when the mean
    semi-major axis minus 6378.137 km sinks to this.
    """
    flight = MeanFlight(
        elements,
        weather,
        ballistic_m2_kg,
        reentry_altitude_km=reentry_altitude_km,
        atmosphere=atmosphere,
        averaged=averaged,
    )
    reason = flight.advance(stop_mjd_utc, floor_mean_altitude_km=floor_mean_altitude_km)
    outcome = Outcome(reason, flight.time_mjd_utc, flight.mean_altitude_km)
    return DecayTrack(outcome, flight.elements, weather.first_day_mjd, flight.altitude_by_day_km)


def is_built_in(atmosphere: Atmosphere | None) -> bool:
    """Whether the compiled core has this density built in."""
    return atmosphere is None or atmosphere == Nrlmsise00Surrogate()


def density_model_of(atmosphere: Atmosphere | None) -> str:
    """The name that coefficients must carry to be flown through it (null: the built-in one)."""
    return DENSITY_MODEL if atmosphere is None else atmosphere.density_model


def _by_day(
    ballistic_m2_kg: float | FloatArray | BallisticCoefficient, days: int, density_model: str = DENSITY_MODEL
) -> FloatArray:
    """One positive coefficient a day, (days,)."""
    if isinstance(ballistic_m2_kg, BallisticCoefficient):
        ballistic_m2_kg.require_density_model(density_model)
        return np.full(days, ballistic_m2_kg.value_m2_kg)
    values = np.asarray(ballistic_m2_kg, dtype=np.float64)
    by_day = np.full(days, values) if values.ndim == 0 else np.ascontiguousarray(values)
    if by_day.shape != (days,) or not (np.isfinite(by_day).all() and (by_day > 0.0).all()):
        raise OrbitError(
            f"ballistic coefficients of shape {values.shape} that are not all positive numbers, or not {days} of them",
            hint="give Cd*A/m in m2/kg (the station: near 0.007), one number or one for each day of weather",
        )
    return by_day


def fly_ensemble(
    elements: MeanElements,
    stop_mjd_utc: float,
    weather: Sequence[WeatherTrack],
    ballistic_m2_kg: Sequence[float | FloatArray | BallisticCoefficient],
    *,
    reentry_altitude_km: float = 120.0,
    workers: int | None = None,
) -> list[DecayTrack]:
    """How does one orbit sink under many skies? One flight per weather and coefficient, on all cores.

    ``weather`` and ``ballistic_m2_kg`` have one entry a run (a single weather may be repeated). The answer does not
    depend on ``workers``; the compiled core releases the interpreter lock, so threads share the work.
    """

    def one(index: int) -> DecayTrack:
        return fly_mean(
            elements, stop_mjd_utc, weather[index], ballistic_m2_kg[index], reentry_altitude_km=reentry_altitude_km
        )

    count = len(ballistic_m2_kg)
    if count == 0:
        return []
    first = one(0)  # compiles once before the threads start
    with ThreadPoolExecutor(max_workers=workers or os.cpu_count()) as pool:
        return [first, *pool.map(one, range(1, count))]


def state_of(elements: MeanElements) -> FloatArray:
    """The engine's state vector (5,) of mean elements.

    Brouwer's doubly primed elements, as in an element set, leave out the J3 long-period motion; the engine's
    eccentricity vector is the true average, so the forced part (0.001, 6 km of perigee height) is added here.
    """
    forced = forced_eccentricity(elements.semi_major_axis_km, elements.inclination_rad)
    return np.array(
        [
            elements.semi_major_axis_km,
            elements.eccentricity * math.cos(elements.argument_of_perigee_rad),
            elements.eccentricity * math.sin(elements.argument_of_perigee_rad) + forced,
            elements.inclination_rad,
            elements.raan_rad,
        ]
    )


def elements_of(state: FloatArray, time_mjd_utc: float) -> MeanElements:
    """Mean elements of the engine's state vector (see :func:`state_of`); the place within the orbit is not followed."""
    free = float(state[2]) - forced_eccentricity(float(state[0]), float(state[3]))
    return MeanElements(
        epoch_mjd_utc=time_mjd_utc,
        semi_major_axis_km=float(state[0]),
        eccentricity=math.hypot(float(state[1]), free),
        inclination_rad=float(state[3]),
        raan_rad=float(state[4]) % (2.0 * math.pi),
        argument_of_perigee_rad=math.atan2(free, float(state[1])) % (2.0 * math.pi),
    )


def forced_eccentricity(semi_major_axis_km: float, inclination_rad: float) -> float:
    """Eccentricity that J3 forces on an orbit, perigee over the northernmost point (Cook 1966; SGP4's ``aycof``)."""
    return -0.5 * EARTH_J3 / EARTH_J2 * EARTH_EQUATORIAL_RADIUS_KM / semi_major_axis_km * math.sin(inclination_rad)
