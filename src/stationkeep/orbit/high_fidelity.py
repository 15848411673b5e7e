"""High-fidelity orbits: where is it, to a fraction of a kilometre, and at what second does it pass an altitude?

Osculating motion in GCRS with EGM2008 gravity, Sun and Moon, sunlight, burns, and drag in moving air, integrated by
heyoka's Taylor method (Biscani and Izzo, MNRAS 504, 2021). It needs the extra ``precise``. The mean decay engine
answers the same questions a thousand times faster; this one is what it is checked against. Many flights at once:
:mod:`stationkeep.orbit.high_fidelity_batch`.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeep.constants import EARTH_EQUATORIAL_RADIUS_KM
from stationkeep.errors import InputError, StationkeepError
from stationkeep.orbit.finite_burn import FiniteBurn, burn_parameters, checked_burns
from stationkeep.orbit.flight_events import EventRecord
from stationkeep.orbit.flight_plan import Flight, checked_output_times, day_parameters, refuse_bad_start, set_parameters
from stationkeep.orbit.mean_decay import BallisticCoefficient
from stationkeep.orbit.mean_osculating import mean_semi_major_axis_km
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
from stationkeep.orbit.stepped_integrator import SteppedIntegrator
from stationkeep.orbit.terrestrial_time import mjd_utc_from_tt_seconds, tt_seconds_array, tt_seconds_since_j2000
from stationkeep.outcome import Outcome, OutcomeReason
from stationkeep.timescale import iso_day

if TYPE_CHECKING:
    from stationkeep.environment.atmosphere import Atmosphere
    from stationkeep.environment.space_weather import SpaceWeather

Floats = NDArray[np.float64]

CLOCK_ROUNDING_S: Final = 1.0e-6  # seconds since J2000 in a double are good to 1e-7 s
# Below this geodetic height no orbit completes another revolution: passing it is a re-entry, not a hand-over.
_HIGHEST_REENTRY_KM: Final = 130.0
MOST_STEPS_A_DAY: Final = 100_000  # a day takes 300 to 1,000; a density without bounds would take for ever


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
    events: tuple[EventRecord, ...] = ()
    """What the settings asked to look out for, in order of time."""
    final_mass_kg: float | None = None
    """What is left after the burns, where a mass was given."""


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
        atmosphere: Atmosphere | None = None,
        frames: FrameRotations | None = None,
        bodies: SunAndMoon | None = None,
    ) -> None:
        if settings.needs_weather and space_weather is None:
            raise InputError(
                f"density {settings.density.value!r} needs space weather",
                hint="pass a SpaceWeather table, e.g. stationkeep.environment.sources.observed_space_weather()",
            )
        if (settings.density is Density.ATMOSPHERE) != (atmosphere is not None):
            raise InputError(
                f"density {settings.density.value!r} with atmosphere={atmosphere!r}",
                hint="give an object of the Atmosphere protocol with density 'atmosphere', and only then",
            )
        self.settings = settings
        self.space_weather = space_weather
        self.atmosphere = atmosphere
        self.frames = FrameRotations() if frames is None else frames
        self.bodies = SunAndMoon() if bodies is None and settings.needs_bodies else bodies
        orientation = self.frames.earth_orientation
        self._integrator = (
            build_integrator(settings, orientation, space_weather)
            if atmosphere is None
            else SteppedIntegrator(settings, orientation, atmosphere)
        )
        self._in_use = threading.Lock()

    def copy(self, space_weather: SpaceWeather | None = None) -> HighFidelityPropagator:
        """An independent propagator for another thread, or for another sky, without compiling again."""
        if space_weather is not None and self.settings.density is Density.THERMONET:
            raise InputError(
                "the thermonet density has its space weather compiled in",
                hint="build a new HighFidelityPropagator, or fly density 'surrogate', which takes any table",
            )
        twin = object.__new__(HighFidelityPropagator)
        twin.settings, twin.atmosphere, twin._in_use = self.settings, self.atmosphere, threading.Lock()
        twin.space_weather = self.space_weather if space_weather is None else space_weather
        twin.frames, twin._integrator = copy.deepcopy(self.frames), copy.deepcopy(self._integrator)
        twin.bodies = copy.deepcopy(self.bodies)
        return twin

    @property
    def density_model(self) -> str:
        """Name of the density model, to be compared with a ballistic coefficient's."""
        return density_model_of(self.settings, self.atmosphere)

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
        light_coefficient_m2_kg: float = 0.0,
        burns: Sequence[FiniteBurn] = (),
        mass_kg: float | None = None,
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
        light_coefficient_m2_kg      ``Cr*A/m`` of a ball: Cr is 1 where all light is swallowed or mirrored, up to 1.44
                                     where it is scattered; needs ``solar_pressure`` in the settings
        burns                        finite burns, not overlapping; needs ``burns`` in the settings and ``mass_kg``
        mass_kg                      at the start; both coefficients are those of this mass and grow as propellant goes

        Never returns NaN: where the integrator gives up, the outcome is a numerical failure with the last good state.
        Raises :class:`OrbitError` for a start that is not an orbit above the stop altitude,
        :class:`SpaceWeatherRangeError` where the table does not cover the flight, :class:`DensityModelMismatch` for a
        coefficient of another density model.
        """
        if isinstance(ballistic_coefficient_m2_kg, BallisticCoefficient):
            ballistic_coefficient_m2_kg.require_density_model(self.density_model)
            ballistic_coefficient_m2_kg = ballistic_coefficient_m2_kg.value_m2_kg
        times = checked_output_times(output_times_mjd_utc, start_mjd_utc, stop_mjd_utc)
        if burns and not self.settings.burns:
            raise InputError(
                "burns were given to a propagator built without them",
                hint="build it with HighFidelitySettings(burns=True)",
            )
        ordered = checked_burns(burns, mass_kg, start_mjd_utc, stop_mjd_utc)
        flight = Flight(start_mjd_utc, stop_mjd_utc, times, tuple(ordered))
        state = np.concatenate([np.ravel(np.asarray(part, dtype=float)) for part in (position_km, velocity_km_s)])
        refuse_bad_start(
            state, start_mjd_utc, self.settings, self.frames,
            ballistic_coefficient_m2_kg, light_coefficient_m2_kg, stop_geodetic_altitude_km,
        )  # fmt: skip
        drivers = flight_drivers(self.settings, self.space_weather, flight)
        if not self._in_use.acquire(blocking=False):
            raise StationkeepError("this propagator is flying in another thread; give each thread its own copy()")
        try:
            self._integrator.pars[BALLISTIC_PARAMETER] = ballistic_coefficient_m2_kg
            self._integrator.pars[STOP_ALTITUDE_PARAMETER] = stop_geodetic_altitude_km
            self._start_light(state, start_mjd_utc, light_coefficient_m2_kg)
            rows, end, (reason, detail), mass = self._fly(state, flight, drivers, stop_geodetic_altitude_km, mass_kg)
            seen = self._events(end[0])
        finally:
            self._in_use.release()
        return finished(flight, rows, end, reason, detail, self.frames, self.density_model, seen, mass)

    def carry_on(
        self,
        state_gcrs: Floats,
        start_mjd_utc: float,
        stop_mjd_utc: float,
        ballistic_coefficient_m2_kg: float,
        stop_geodetic_altitude_km: float,
    ) -> tuple[Floats, float, OutcomeReason]:
        """Where is it after one more leg of a flight that :meth:`propagate` began, when, and why does the leg end?

        The same motion, for flights of many short legs with a coefficient for each: nothing is summed up, and nothing
        refused but what the space-weather table does not cover. Without light and burns.
        """
        flight = Flight(start_mjd_utc, stop_mjd_utc, np.empty(0))
        drivers = flight_drivers(self.settings, self.space_weather, flight)
        with self._in_use:
            self._integrator.pars[BALLISTIC_PARAMETER] = ballistic_coefficient_m2_kg
            self._integrator.pars[STOP_ALTITUDE_PARAMETER] = stop_geodetic_altitude_km
            _, (end_tt_s, end), (reason, _), _ = self._fly(state_gcrs, flight, drivers, stop_geodetic_altitude_km, None)
        return end, _end_mjd_utc(flight, end_tt_s, reason), reason

    def _start_light(self, state: Floats, start_mjd_utc: float, light_m2_kg: float) -> None:
        first = Parameters.of(self.settings).light
        if first is None or self.bodies is None:
            return
        sun, _ = self.bodies.positions_km(tt_seconds_array([start_mjd_utc]))
        self._integrator.pars[first : first + 2] = light_m2_kg, float(in_sunlight(state[:3], sun[0]))

    def _fly(
        self, state: Floats, flight: Flight, drivers: Floats | None, stop_km: float, mass_kg: float | None
    ) -> tuple[Floats, tuple[float, Floats], tuple[OutcomeReason, str], float | None]:
        """Advance piece by piece: within one day every daily index is constant.

        The states at the wanted times, the end (TT seconds since J2000, state), why it ended, the mass then.
        """
        integrator, outcomes = self._integrator, require_heyoka().taylor_outcome
        at = Parameters.of(self.settings)
        integrator.time = tt_seconds_since_j2000(flight.start_mjd_utc)
        integrator.state[:] = state
        integrator.reset_cooldowns()
        for event in integrator.nt_events:
            event.callback.moments.clear()
        good_time, good_state = integrator.time, state.copy()
        wanted = tt_seconds_array(flight.output_times)
        states: list[Floats] = []
        reason, detail, mass, today = OutcomeReason.TIME_LIMIT, "", mass_kg, -1
        for piece in flight.stretches():
            if piece.day != today:
                today = piece.day
                driver = None if drivers is None else drivers[today - flight.first_day]
                for first, values in day_parameters(self.settings, today, driver, self.bodies):
                    set_parameters(integrator.pars, first, values)
                if isinstance(integrator, SteppedIntegrator):
                    integrator.drivers = driver
            if at.burn is not None:
                block = burn_parameters(piece.burn, mass or 1.0, integrator.time, mass_kg or 1.0)
                set_parameters(integrator.pars, at.burn, block)
            begun = integrator.time
            code, _, _, _, track, _ = integrator.propagate_until(
                piece.until_tt_s, c_output=len(wanted) > 0, max_steps=MOST_STEPS_A_DAY
            )
            if mass is not None and piece.burn is not None:
                mass -= piece.burn.flow_kg_s * (integrator.time - begun)
            if code in (outcomes.err_nf_state, outcomes.step_limit) or not np.all(np.isfinite(integrator.state)):
                what = "steps became too small" if code == outcomes.step_limit else "state stopped being finite"
                reason, detail = OutcomeReason.NUMERICAL_FAILURE, f"the {what} on {iso_day(piece.day)}"
                break
            passed = int(np.searchsorted(wanted, integrator.time + CLOCK_ROUNDING_S, side="right"))
            states.extend(np.array(track(time)) for time in wanted[len(states) : passed])
            good_time, good_state = integrator.time, integrator.state.copy()
            if code != outcomes.time_limit:
                reason, detail = how_it_ended(stop_km)
                break
        return np.array(states).reshape(-1, 6), (good_time, good_state), (reason, detail), mass

    def _events(self, until_tt_s: float) -> tuple[EventRecord, ...]:
        records = [
            EventRecord(event.callback.name, mjd_utc_from_tt_seconds(time), state, rising)
            for event in self._integrator.nt_events
            for time, state, rising in event.callback.moments
            if time <= until_tt_s
        ]
        return tuple(sorted(records, key=lambda record: record.time_mjd_utc))


def density_model_of(settings: HighFidelitySettings, atmosphere: Atmosphere | None) -> str:
    """Name of the density model that goes with ballistic coefficients."""
    if atmosphere is not None:
        return atmosphere.density_model
    realistic = settings.density in (Density.SURROGATE, Density.THERMONET)
    return "NRLMSISE-00" if realistic else settings.density.value


def how_it_ended(stop_km: float) -> tuple[OutcomeReason, str]:
    """The name of an end at an altitude."""
    fell = stop_km <= _HIGHEST_REENTRY_KM
    reason = OutcomeReason.REENTERED if fell else OutcomeReason.ALTITUDE_REACHED
    return reason, f"geodetic altitude {stop_km:g} km"


def flight_drivers(settings: HighFidelitySettings, table: SpaceWeather | None, flight: Flight) -> Floats | None:
    """The days' drivers for the density; for any real density, proof that the table covers the flight."""
    if table is None or not settings.needs_weather:
        return None
    drivers = table.drivers(flight.first_day, flight.last_day - flight.first_day + 1)
    return None if settings.density is Density.THERMONET else drivers


def finished(
    flight: Flight,
    states: Floats,
    end: tuple[float, Floats],
    reason: OutcomeReason,
    detail: str,
    frames: FrameRotations,
    density_model: str,
    events: tuple[EventRecord, ...] = (),
    mass_kg: float | None = None,
) -> HighFidelityResult:
    """A flight as it is given back: places, mean axes and outcome of the raw states."""
    end_tt_s, end_state = end
    stop = _end_mjd_utc(flight, end_tt_s, reason)
    latitude, longitude, _ = frames.geodetic(end_state[:3], stop)[0]
    end_axis = float(mean_semi_major_axis_km(frames.teme_states(end_state, stop))[0])
    times = flight.output_times[: len(states)]
    axes = mean_semi_major_axis_km(frames.teme_states(states, times)) if len(states) else np.empty(0)
    altitude = end_axis - EARTH_EQUATORIAL_RADIUS_KM
    outcome = Outcome(reason, stop, altitude, float(latitude), float(longitude), detail)
    return HighFidelityResult(outcome, times, states, axes, stop, end_state, density_model, events, mass_kg)


def _end_mjd_utc(flight: Flight, end_tt_s: float, reason: OutcomeReason) -> float:
    """The time limit as it was asked for, not as rounding of seconds since J2000 left it."""
    return flight.stop_mjd_utc if reason is OutcomeReason.TIME_LIMIT else mjd_utc_from_tt_seconds(end_tt_s)


class PropagatorFactory:
    """Propagators of one space-weather table, compiled once per settings and handed out as independent copies."""

    def __init__(self, space_weather: SpaceWeather | None = None) -> None:
        self.space_weather = space_weather
        self._prototypes: dict[HighFidelitySettings, HighFidelityPropagator] = {}
        self._frames: FrameRotations | None = None
        self._bodies: SunAndMoon | None = None
        self._building = threading.Lock()

    def propagator(self, settings: HighFidelitySettings | None = None) -> HighFidelityPropagator:
        """A propagator of one's own for these settings; safe to call from any thread."""
        wanted = HighFidelitySettings() if settings is None else settings
        with self._building:
            if wanted not in self._prototypes:
                built = HighFidelityPropagator(wanted, self.space_weather, frames=self._frames, bodies=self._bodies)
                self._prototypes[wanted], self._frames = built, built.frames
                self._bodies = built.bodies or self._bodies
            return self._prototypes[wanted].copy()
