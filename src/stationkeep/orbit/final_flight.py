"""From the last element sets to the edge of the atmosphere: the mean engine first, then the high-fidelity one.

Each flight has its own course of the drag and its own Sun. Above the hand-over altitude the mean engine carries it in
milliseconds, place within the orbit included; below it the osculating motion is integrated exactly, with the gravity
field that decides at which place a shallow path dips into the air.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeep.constants import EARTH_ROTATION_RAD_S
from stationkeep.environment.nrlmsise00 import Nrlmsise00Reference
from stationkeep.environment.space_weather import HALF_WINDOW_DAYS, DayKind, SpaceWeather
from stationkeep.errors import MissingExtraError
from stationkeep.orbit.elements import MeanElements
from stationkeep.orbit.frames import Frame, converted_states
from stationkeep.orbit.high_fidelity import HighFidelityPropagator, PropagatorFactory
from stationkeep.orbit.last_days import DragCourse, LastDays
from stationkeep.orbit.latitude_flight import LatitudeFlight
from stationkeep.orbit.mean_decay import WeatherTrack
from stationkeep.orbit.mean_osculating import state_from_mean_elements
from stationkeep.orbit.precise_dynamics import HighFidelitySettings
from stationkeep.orbit.rarefied_drag import bridging_factor
from stationkeep.outcome import OutcomeReason

FloatArray = NDArray[np.float64]

# Steps at 1e-9 and precession to an arc second move a fall of five days by 2 km of place and take half the time.
SETTINGS: Final = HighFidelitySettings(precession_threshold_arcsec=1.0, relative_tolerance=1.0e-9)

# The drag coefficient of thickening air is taken anew at each of these levels of height.
_LEVEL_KM: Final = 5.0
_HIGHEST_LEVEL_KM: Final = 150.0


@dataclass(frozen=True, slots=True)
class EntryState:
    """A satellite about to enter: Earth-fixed position [km] and velocity in the turning frame [km/s]."""

    time_mjd_utc: float
    position_km: FloatArray
    velocity_km_s: FloatArray
    ballistic_m2_kg: float
    drivers: FloatArray
    """(3,) of the density model on that day."""


class FinalFlights:
    """Flies possible last days down to the altitude where the entry begins.

    Parameters
    ----------
    fit                 from :func:`stationkeep.orbit.last_days.fit_last_days`
    precise_below_km    mean altitude at which the high-fidelity engine takes over (the last set's own, if lower)
    entry_altitude_km   geodetic altitude at which the orbital flight ends, 100 to 150 km
    size_m              how large the body is across the stream, for the drag in thickening air below 150 km
    precise             fly the lower part with heyoka; otherwise the mean engine flies on to ``precise_below_km`` and
                        what is left is for the entry leg, whose gravity has no longitude terms
    """

    def __init__(
        self, fit: LastDays, *, precise_below_km: float, entry_altitude_km: float, size_m: float, precise: bool
    ) -> None:
        self.fit = fit
        self.size_m = size_m
        self.precise_below_km = precise_below_km
        self.entry_altitude_km = entry_altitude_km
        self._prototype = self._compiled() if precise else None

    def fly(self, course: DragCourse, weather: WeatherTrack) -> EntryState | None:
        """Where and when does this possible course reach the entry altitude? None: not within the cells of the fit.

        Safe to call from several threads.
        """
        flight = self.fit.flight(course, weather)
        end = min(self.fit.end_mjd_utc, float(weather.end_mjd) - 1.0)
        reason = OutcomeReason.TIME_LIMIT
        while flight.time_mjd_utc < end and reason is OutcomeReason.TIME_LIMIT:
            coefficient, until = self.fit.coefficient_at(course, flight.time_mjd_utc)
            # before the last set there is nothing to hand over: what is known is fitted with the mean engine
            seen = flight.time_mjd_utc < self.fit.last_set_mjd_utc
            until = min(until, end, self.fit.last_set_mjd_utc if seen else end)
            floor = 0.0 if seen else self.precise_below_km
            if not seen and flight.mean_altitude_km <= floor:
                break
            reason = flight.advance(until, coefficient, floor_mean_altitude_km=floor)
        if flight.time_mjd_utc >= end:
            return None
        if self._prototype is None or reason is OutcomeReason.REENTERED:
            return self._handed_over(flight, course, weather)
        return self._precise(self._prototype.copy(weather_table(weather)), flight.elements, course, weather, end)

    def _compiled(self) -> HighFidelityPropagator:
        days = 2 * HALF_WINDOW_DAYS + 2
        steady = WeatherTrack(math.floor(self.fit.last_set_mjd_utc), np.tile([100.0, 100.0, 10.0], (days, 1)))
        return PropagatorFactory(weather_table(steady)).propagator(SETTINGS)

    def _handed_over(self, flight: LatitudeFlight, course: DragCourse, weather: WeatherTrack) -> EntryState:
        elements = flight.elements
        state = state_from_mean_elements(elements)
        fixed = converted_states(state[None, :], np.array([elements.epoch_mjd_utc]), Frame.TEME, Frame.ITRF)[0]
        return self._state(elements.epoch_mjd_utc, fixed[:3], fixed[3:], course, weather)

    def _precise(
        self,
        propagator: HighFidelityPropagator,
        elements: MeanElements,
        course: DragCourse,
        weather: WeatherTrack,
        end_mjd_utc: float,
    ) -> EntryState | None:
        state, time = propagator.frames.gcrs_state_from_mean_elements(elements), elements.epoch_mjd_utc
        first = True
        while time < end_mjd_utc:
            place = propagator.frames.geodetic(state[:3], time)[0]
            if place[2] <= self.entry_altitude_km:
                break
            coefficient, until = self.fit.coefficient_at(course, time)
            level = max(self.entry_altitude_km, _level_below_km(float(place[2])))
            drag, until = coefficient * self._thinned(time, place, weather), min(until, end_mjd_utc)
            if first:  # a start that cannot be flown is refused here
                flown = propagator.propagate(state[:3], state[3:], time, until, drag, stop_geodetic_altitude_km=level)
                state, time, reason = flown.final_state_gcrs, flown.final_time_mjd_utc, flown.outcome.reason
                first = False
            else:
                state, time, reason = propagator.carry_on(state, time, until, drag, level)
            if reason is OutcomeReason.NUMERICAL_FAILURE:
                return None
            if reason is not OutcomeReason.TIME_LIMIT and level <= self.entry_altitude_km:
                break
        else:
            return None
        vectors = propagator.frames.itrs_positions_km(np.stack([state[:3], state[3:]]), np.full(2, time))
        turning = vectors[1] - EARTH_ROTATION_RAD_S * np.array([-vectors[0, 1], vectors[0, 0], 0.0])
        return self._state(time, vectors[0], turning, course, weather)

    def _thinned(self, time: float, place: FloatArray, weather: WeatherTrack) -> float:
        """By what the drag coefficient is less than high up, half a level below a place."""
        if place[2] > _HIGHEST_LEVEL_KM + 1.0:
            return 1.0
        day = weather.drivers[math.floor(time) - weather.first_day_mjd]
        height = place[2] - 0.5 * _LEVEL_KM
        air = Nrlmsise00Reference().density_kg_m3(time, place[0], place[1], height, day)
        return float(bridging_factor(air, self.size_m))

    def _state(
        self, time: float, position: FloatArray, velocity: FloatArray, course: DragCourse, weather: WeatherTrack
    ) -> EntryState:
        day = weather.drivers[math.floor(time) - weather.first_day_mjd]
        return EntryState(time, position, velocity, self.fit.coefficient_at(course, time)[0], day)


def _level_below_km(height_km: float) -> float:
    """The next level to stop at; half a kilometre of grace, lest a flight stop where it starts."""
    return min(_HIGHEST_LEVEL_KM, _LEVEL_KM * math.ceil((height_km - 0.5) / _LEVEL_KM - 1.0))


def heyoka_is_missing() -> str | None:
    """Why no high-fidelity flight is possible here, in one sentence; None where it is."""
    from stationkeep.orbit.precise_tables import require_heyoka

    try:
        require_heyoka()
    except MissingExtraError as missing:
        return f"{missing.problem}: {missing.hint}"
    return None


def weather_table(track: WeatherTrack) -> SpaceWeather:
    """The days of one possible Sun as a table, whose drivers on those days are exactly these.

    F10.7 stands a day earlier, because the drivers of a day hold the flux of the day before; outside the days both ends
    are held, so that the 81-day mean is defined everywhere inside.
    """
    pad, drivers = HALF_WINDOW_DAYS + 2, track.drivers
    flux = np.pad(drivers[:, 0], (pad - 1, pad + 1), mode="edge")
    mean, ap = (np.pad(drivers[:, column], pad, mode="edge") for column in (1, 2))
    return SpaceWeather(
        identifier="one run",
        first_day_mjd=track.first_day_mjd - pad,
        f107_sfu=flux,
        f107_81day_sfu=mean,
        ap=ap,
        kind=np.full(len(flux), int(DayKind.OBSERVED), dtype=np.uint8),
    )
