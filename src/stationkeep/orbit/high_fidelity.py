"""High-fidelity orbits: where is it, to a fraction of a kilometre, and at what second does it pass an altitude?

Osculating motion in GCRS with EGM2008 gravity, Sun and Moon, and drag in co-rotating air, integrated by heyoka's Taylor
method (Biscani and Izzo, MNRAS 504, 2021). It needs the extra ``precise``. The mean decay engine answers the same
questions a thousand times faster; this one is what it is checked against.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeep.constants import EARTH_EQUATORIAL_RADIUS_KM, EARTH_MU_KM3_S2
from stationkeep.errors import InputError, OrbitError, StationkeepError
from stationkeep.orbit.density_expression import surrogate_parameters
from stationkeep.orbit.mean_decay import BallisticCoefficient
from stationkeep.orbit.mean_osculating import mean_semi_major_axis_km
from stationkeep.orbit.precise_dynamics import (
    BALLISTIC_PARAMETER,
    FIRST_DENSITY_PARAMETER,
    STOP_ALTITUDE_PARAMETER,
    Density,
    HighFidelitySettings,
    build_integrator,
)
from stationkeep.orbit.precise_tables import FrameRotations, require_heyoka
from stationkeep.orbit.terrestrial_time import (
    mjd_utc_from_tt_seconds,
    tt_minus_utc_s,
    tt_seconds_array,
    tt_seconds_since_j2000,
)
from stationkeep.outcome import Outcome, OutcomeReason
from stationkeep.timescale import iso_day, iso_utc

if TYPE_CHECKING:
    from stationkeep.environment.space_weather import SpaceWeather

Floats = NDArray[np.float64]

# Daily indices jump at midnight, so steps end there; a millisecond later no rounding can look up yesterday.
_AFTER_MIDNIGHT_S: Final = 1.0e-3
_CLOCK_ROUNDING_S: Final = 1.0e-6  # seconds since J2000 in a double are good to 1e-7 s
# Below this geodetic height no orbit completes another revolution: passing it is a re-entry, not a hand-over.
_HIGHEST_REENTRY_KM: Final = 130.0
_HIGHEST_DENSITY_KM: Final = 1000.0
_LARGEST_BALLISTIC_M2_KG: Final = 100.0  # balloons in orbit stay below 20 m2/kg
_MOST_STEPS_A_DAY: Final = 100_000  # a day takes 300 to 1,000; a density without bounds would take for ever


@dataclass(frozen=True, slots=True)
class HighFidelityResult:
    """A flown arc."""

    outcome: Outcome
    """How it ended; the mean altitude is that of the last good state, the place is geodetic."""
    times_mjd_utc: Floats
    """(n,) the requested output times up to the end."""
    states_gcrs: Floats
    """(n, 6) position [km] and velocity [km/s] in GCRS at those times."""
    mean_semi_major_axis_km: Floats
    """(n,) mean semi-major axis at those times, by energy (see ``mean_semi_major_axis_km``)."""
    final_time_mjd_utc: float
    final_state_gcrs: Floats
    """(6,) the last good state."""
    density_model: str
    """The density the ballistic coefficient was used with."""


class HighFidelityPropagator:
    """One compiled integrator: build once (2 to 10 s, less where heyoka finds its compiled code on disk), fly often.

    It holds the state of the flight, so two threads must not share one; :meth:`copy` gives another at once, with
    another space-weather table if wanted. Takes ``frames`` from another propagator to save their second of compiling.
    """

    def __init__(
        self,
        settings: HighFidelitySettings,
        space_weather: SpaceWeather | None = None,
        *,
        frames: FrameRotations | None = None,
    ) -> None:
        if settings.density in (Density.SURROGATE, Density.THERMONET) and space_weather is None:
            raise InputError(
                f"density {settings.density.value!r} needs space weather",
                hint="pass a SpaceWeather table, e.g. stationkeep.environment.sources.observed_space_weather()",
            )
        self.settings = settings
        self.space_weather = space_weather
        self.frames = FrameRotations() if frames is None else frames
        self._integrator = build_integrator(settings, self.frames.earth_orientation, space_weather)
        self._in_use = threading.Lock()

    def copy(self, space_weather: SpaceWeather | None = None) -> HighFidelityPropagator:
        """An independent propagator for another thread, or for another sky, without compiling again."""
        if space_weather is not None and self.settings.density is Density.THERMONET:
            raise InputError(
                "the thermonet density has its space weather compiled in",
                hint="build a new HighFidelityPropagator, or fly density 'surrogate', which takes any table",
            )
        twin = object.__new__(HighFidelityPropagator)
        twin.settings, twin._in_use = self.settings, threading.Lock()
        twin.space_weather = self.space_weather if space_weather is None else space_weather
        twin.frames, twin._integrator = copy.deepcopy(self.frames), copy.deepcopy(self._integrator)
        return twin

    @property
    def density_model(self) -> str:
        """Name of the density model, to be compared with a ballistic coefficient's."""
        realistic = self.settings.density in (Density.SURROGATE, Density.THERMONET)
        return "NRLMSISE-00" if realistic else self.settings.density.value

    def propagate(
        self,
        position_km: ArrayLike,
        velocity_km_s: ArrayLike,
        start_mjd_utc: float,
        stop_mjd_utc: float,
        ballistic_coefficient_m2_kg: float | BallisticCoefficient = 0.0,
        *,
        stop_geodetic_altitude_km: float = 120.0,
        output_times_mjd_utc: ArrayLike = (),
    ) -> HighFidelityResult:
        """Where does it fly, and when does it sink to an altitude?

        Parameters
        ----------
        position_km, velocity_km_s   ``(3,)`` each, GCRS, at the start
        start_mjd_utc, stop_mjd_utc  modified Julian days (UTC), from 1973 on
        ballistic_coefficient_m2_kg  ``Cd*A/m``, a number or a fitted coefficient (refused if of another density model)
        stop_geodetic_altitude_km    ends at the first descent through this height above WGS 84 (100 to 1000 km);
                                     up to 130 km that is a re-entry, above it an altitude reached
        output_times_mjd_utc         ``(n,)`` ascending, within start and stop

        Never returns NaN: where the integrator gives up, the outcome is a numerical failure with the last good state.
        Raises :class:`OrbitError` for a start that is not an orbit above the stop altitude,
        :class:`SpaceWeatherRangeError` where the table does not cover the flight, :class:`DensityModelMismatch` for a
        coefficient of another density model.
        """
        if isinstance(ballistic_coefficient_m2_kg, BallisticCoefficient):
            ballistic_coefficient_m2_kg.require_density_model(self.density_model)
            ballistic_coefficient_m2_kg = ballistic_coefficient_m2_kg.value_m2_kg
        flight = _Flight(
            start_mjd_utc, stop_mjd_utc, _checked_output_times(output_times_mjd_utc, start_mjd_utc, stop_mjd_utc)
        )
        state = np.concatenate([np.ravel(np.asarray(part, dtype=float)) for part in (position_km, velocity_km_s)])
        self._refuse_bad_start(state, flight, ballistic_coefficient_m2_kg, stop_geodetic_altitude_km)
        drivers = self._drivers(flight)
        if not self._in_use.acquire(blocking=False):
            raise StationkeepError("this propagator is flying in another thread; give each thread its own copy()")
        try:
            self._integrator.pars[BALLISTIC_PARAMETER] = ballistic_coefficient_m2_kg
            self._integrator.pars[STOP_ALTITUDE_PARAMETER] = stop_geodetic_altitude_km
            return self._fly(state, flight, drivers, stop_geodetic_altitude_km)
        finally:
            self._in_use.release()

    def _fly(self, state: Floats, flight: _Flight, drivers: Floats | None, stop_km: float) -> HighFidelityResult:
        """Advance midnight by midnight: within one day every daily index is constant."""
        integrator, outcomes = self._integrator, require_heyoka().taylor_outcome
        integrator.time = tt_seconds_since_j2000(flight.start_mjd_utc)
        integrator.state[:] = state
        integrator.reset_cooldowns()
        good_time, good_state = integrator.time, state.copy()
        wanted = tt_seconds_array(flight.output_times)
        states: list[Floats] = []
        reason, detail = OutcomeReason.TIME_LIMIT, ""
        for day, until_tt_s in flight.days():
            if drivers is not None:
                today = surrogate_parameters(day, drivers[day - flight.first_day], tt_minus_utc_s(float(day)))
                integrator.pars[FIRST_DENSITY_PARAMETER:] = today
            code, _, _, _, track, _ = integrator.propagate_until(until_tt_s, c_output=True, max_steps=_MOST_STEPS_A_DAY)
            if code in (outcomes.err_nf_state, outcomes.step_limit) or not np.all(np.isfinite(integrator.state)):
                what = "steps became too small" if code == outcomes.step_limit else "state stopped being finite"
                reason, detail = OutcomeReason.NUMERICAL_FAILURE, f"the {what} on {iso_day(day)}"
                break
            passed = int(np.searchsorted(wanted, integrator.time + _CLOCK_ROUNDING_S, side="right"))
            states.extend(np.array(track(time)) for time in wanted[len(states) : passed])
            good_time, good_state = integrator.time, integrator.state.copy()
            if code != outcomes.time_limit:
                fell = stop_km <= _HIGHEST_REENTRY_KM
                reason = OutcomeReason.REENTERED if fell else OutcomeReason.ALTITUDE_REACHED
                detail = f"geodetic altitude {stop_km:g} km"
                break
        return self._result(flight, np.array(states).reshape(-1, 6), good_time, good_state, reason, detail)

    def _result(
        self, flight: _Flight, states: Floats, end_tt_s: float, end_state: Floats, reason: OutcomeReason, detail: str
    ) -> HighFidelityResult:
        # The time limit is given back as it was asked for, not as rounding of seconds since J2000 left it.
        end = flight.stop_mjd_utc if reason is OutcomeReason.TIME_LIMIT else mjd_utc_from_tt_seconds(end_tt_s)
        latitude, longitude, _ = self.frames.geodetic(end_state[:3], end)[0]
        end_axis = float(mean_semi_major_axis_km(self.frames.teme_states(end_state, end))[0])
        times = flight.output_times[: len(states)]
        axes = mean_semi_major_axis_km(self.frames.teme_states(states, times)) if len(states) else np.empty(0)
        altitude = end_axis - EARTH_EQUATORIAL_RADIUS_KM
        outcome = Outcome(reason, end, altitude, float(latitude), float(longitude), detail)
        return HighFidelityResult(outcome, times, states, axes, end, end_state, self.density_model)

    def _drivers(self, flight: _Flight) -> Floats | None:
        """The days' drivers for the surrogate; for any real density, proof that the table covers the flight."""
        table = self.space_weather
        if table is None or self.settings.density not in (Density.SURROGATE, Density.THERMONET):
            return None
        drivers = table.drivers(flight.first_day, flight.last_day - flight.first_day + 1)
        return drivers if self.settings.density is Density.SURROGATE else None

    def _refuse_bad_start(self, state: Floats, flight: _Flight, ballistic_m2_kg: float, stop_km: float) -> None:
        if state.shape != (6,) or not np.all(np.isfinite(state)):
            raise OrbitError("position and velocity must be three finite numbers each", hint="GCRS, km and km/s")
        if not 0.0 <= ballistic_m2_kg <= _LARGEST_BALLISTIC_M2_KG:
            raise OrbitError(
                f"ballistic coefficient {ballistic_m2_kg} m2/kg is outside 0 to {_LARGEST_BALLISTIC_M2_KG:g}",
                hint="Cd*A/m of a station is near 0.008 m2/kg; give the coefficient, not its inverse",
            )
        if not 100.0 <= stop_km <= 1000.0:
            raise OrbitError(f"stop altitude {stop_km} km is outside 100 to 1000 km", hint="120 km is usual")
        height_km = float(self.frames.geodetic(state[:3], flight.start_mjd_utc)[0, 2])
        if height_km <= stop_km:
            raise OrbitError(
                f"the flight starts at {height_km:.1f} km, not above its stop altitude of {stop_km:g} km",
                hint="check units (km) and frame (GCRS), or lower stop_geodetic_altitude_km",
            )
        mean_semi_major_axis_km(self.frames.teme_states(state, flight.start_mjd_utc))  # refuses what is no ellipse
        apogee_km = _apogee_km(state)
        if self.settings.density in (Density.SURROGATE, Density.THERMONET) and apogee_km > _HIGHEST_DENSITY_KM:
            raise OrbitError(
                f"apogee at {apogee_km:.0f} km; the density model ends at {_HIGHEST_DENSITY_KM:g} km",
                hint="fly an orbit below it, or use density 'none' where the air no longer matters",
            )


class PropagatorFactory:
    """Propagators of one space-weather table, compiled once per settings and handed out as independent copies."""

    def __init__(self, space_weather: SpaceWeather | None = None) -> None:
        self.space_weather = space_weather
        self._prototypes: dict[HighFidelitySettings, HighFidelityPropagator] = {}
        self._frames: FrameRotations | None = None
        self._building = threading.Lock()

    def propagator(self, settings: HighFidelitySettings | None = None) -> HighFidelityPropagator:
        """A propagator of one's own for these settings; safe to call from any thread."""
        wanted = HighFidelitySettings() if settings is None else settings
        with self._building:
            if wanted not in self._prototypes:
                built = HighFidelityPropagator(wanted, self.space_weather, frames=self._frames)
                self._prototypes[wanted], self._frames = built, built.frames
            return self._prototypes[wanted].copy()


@dataclass(frozen=True, slots=True)
class _Flight:
    """The stretch of time to fly, cut at each UTC midnight."""

    start_mjd_utc: float
    stop_mjd_utc: float
    output_times: Floats

    @property
    def first_day(self) -> int:
        return int(np.floor(self.start_mjd_utc))

    @property
    def last_day(self) -> int:
        """The last day flown in; a stop at midnight does not enter the day it begins."""
        return max(self.first_day, int(np.ceil(self.stop_mjd_utc)) - 1)

    def days(self) -> Iterator[tuple[int, float]]:
        """Each UTC day with the moment (TT) until which to fly in it."""
        for day in range(self.first_day, self.last_day + 1):
            if day == self.last_day:
                yield day, tt_seconds_since_j2000(self.stop_mjd_utc)
            else:
                yield day, tt_seconds_since_j2000(float(day + 1)) + _AFTER_MIDNIGHT_S


def _checked_output_times(times: ArrayLike, start_mjd_utc: float, stop_mjd_utc: float) -> Floats:
    if not (np.isfinite(start_mjd_utc) and np.isfinite(stop_mjd_utc) and stop_mjd_utc > start_mjd_utc):
        raise OrbitError(f"a flight from {start_mjd_utc} to {stop_mjd_utc} (MJD UTC)", hint="stop after the start")
    if start_mjd_utc < 41684.0:
        raise OrbitError(f"{iso_day(start_mjd_utc)} is before 1973", hint="the table of Earth rotation starts there")
    array = np.atleast_1d(np.asarray(times, dtype=np.float64))
    inside = (array >= start_mjd_utc) & (array <= stop_mjd_utc)
    if array.ndim != 1 or not np.all(inside) or np.any(np.diff(array) <= 0.0):
        raise OrbitError(
            "output times must ascend and lie within the flight",
            hint=f"choose them from {iso_utc(start_mjd_utc)} to {iso_utc(stop_mjd_utc)}",
        )
    return array


def _apogee_km(state: Floats) -> float:
    """Height of the osculating apogee above the equatorial radius [km]."""
    position, velocity = state[:3], state[3:]
    radius = float(np.linalg.norm(position))
    axis = 1.0 / (2.0 / radius - float(velocity @ velocity) / EARTH_MU_KM3_S2)
    momentum = np.cross(position, velocity)
    eccentricity = float(np.linalg.norm(np.cross(velocity, momentum) / EARTH_MU_KM3_S2 - position / radius))
    return axis * (1.0 + eccentricity) - EARTH_EQUATORIAL_RADIUS_KM
