"""The stretch of time a high-fidelity flight covers, cut where something changes, and what may not be flown at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeep.constants import (
    EARTH_EQUATORIAL_RADIUS_KM,
    EARTH_MU_KM3_S2,
    MJD_OF_J2000,
    SECONDS_PER_DAY,
)
from stationkeep.errors import InputError, OrbitError
from stationkeep.orbit.density_expression import surrogate_parameters
from stationkeep.orbit.finite_burn import FiniteBurn
from stationkeep.orbit.mean_osculating import mean_semi_major_axis_km
from stationkeep.orbit.precise_bodies import SunAndMoon
from stationkeep.orbit.precise_dynamics import Density, HighFidelitySettings, Parameters
from stationkeep.orbit.precise_tables import FrameRotations
from stationkeep.orbit.terrestrial_time import tt_minus_utc_s, tt_seconds_since_j2000
from stationkeep.timescale import iso_day, iso_utc

Floats = NDArray[np.float64]

# Daily indices jump at midnight, so steps end there; a millisecond later no rounding can look up yesterday.
AFTER_MIDNIGHT_S: Final = 1.0e-3
_HIGHEST_DENSITY_KM: Final = 1000.0
_LARGEST_AREA_OVER_MASS_M2_KG: Final = 100.0  # balloons in orbit stay below 20 m2/kg


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of flight within one UTC day in which nothing jumps."""

    day: int
    until_tt_s: float
    burn: FiniteBurn | None


@dataclass(frozen=True, slots=True)
class Flight:
    """The stretch of time to fly, cut at each UTC midnight and where burns start and stop."""

    start_mjd_utc: float
    stop_mjd_utc: float
    output_times: Floats
    burns: tuple[FiniteBurn, ...] = ()

    @property
    def first_day(self) -> int:
        return int(np.floor(self.start_mjd_utc))

    @property
    def last_day(self) -> int:
        """The last day flown in; a stop at midnight does not enter the day it begins."""
        return max(self.first_day, int(np.ceil(self.stop_mjd_utc)) - 1)

    def stretches(self) -> Iterator[Stretch]:
        """The pieces, in order."""
        edges = [(tt_seconds_since_j2000(burn.start_mjd_utc), burn) for burn in self.burns]
        ends = [(start + burn.duration_s, burn) for start, burn in edges]
        since = tt_seconds_since_j2000(self.start_mjd_utc)
        for day in range(self.first_day, self.last_day + 1):
            last = day == self.last_day
            until = tt_seconds_since_j2000(self.stop_mjd_utc if last else float(day + 1))
            until += 0.0 if last else AFTER_MIDNIGHT_S
            cuts = sorted({until, *(time for time, _ in (*edges, *ends) if since < time < until)})
            for cut in cuts:
                middle = 0.5 * (since + cut)
                burning = [burn for (start, burn), (end, _) in zip(edges, ends, strict=True) if start < middle < end]
                yield Stretch(day, cut, burning[0] if burning else None)
                since = cut


def day_parameters(
    settings: HighFidelitySettings, day: int, drivers: Floats | None, bodies: SunAndMoon | None
) -> list[tuple[int, Floats]]:
    """Run-time parameters that hold for one UTC day: (first index, values) of each block."""
    at, ahead_s = Parameters.of(settings), tt_minus_utc_s(float(day))
    blocks: list[tuple[int, Floats]] = []
    if at.bodies is not None and bodies is not None:
        noon_tt_s = (day + 0.5 - MJD_OF_J2000) * SECONDS_PER_DAY + ahead_s
        blocks.append((at.bodies, bodies.day_parameters(noon_tt_s)))
    if settings.density is Density.SURROGATE and drivers is not None:
        blocks.append((at.density, surrogate_parameters(day, drivers, ahead_s)))
    return blocks


def set_parameters(parameters: Any, first: int, values: Floats) -> None:
    """Write a block; parameters at the end which no equation uses are not there to be written."""
    count = min(len(values), len(parameters) - first)
    parameters[first : first + count] = values[:count]


def checked_output_times(times: ArrayLike, start_mjd_utc: float, stop_mjd_utc: float) -> Floats:
    """The output times as an array; refuses what cannot be flown."""
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


def refuse_bad_start(
    state: Floats,
    start_mjd_utc: float,
    settings: HighFidelitySettings,
    frames: FrameRotations,
    ballistic_m2_kg: float,
    light_m2_kg: float,
    stop_km: float,
) -> None:
    """Raise :class:`OrbitError` for a start that is no orbit above the stop altitude, or an impossible satellite."""
    if state.shape != (6,) or not np.all(np.isfinite(state)):
        raise OrbitError("position and velocity must be three finite numbers each", hint="GCRS, km and km/s")
    _refuse_bad_satellite(settings, ballistic_m2_kg, light_m2_kg)
    if not 100.0 <= stop_km <= 1000.0:
        raise OrbitError(f"stop altitude {stop_km} km is outside 100 to 1000 km", hint="120 km is usual")
    height_km = float(frames.geodetic(state[:3], start_mjd_utc)[0, 2])
    if height_km <= stop_km:
        raise OrbitError(
            f"the flight starts at {height_km:.1f} km, not above its stop altitude of {stop_km:g} km",
            hint="check units (km) and frame (GCRS), or lower stop_geodetic_altitude_km",
        )
    mean_semi_major_axis_km(frames.teme_states(state, start_mjd_utc))  # refuses what is no ellipse
    apogee_km = _apogee_km(state)
    if settings.density in (Density.SURROGATE, Density.THERMONET) and apogee_km > _HIGHEST_DENSITY_KM:
        raise OrbitError(
            f"apogee at {apogee_km:.0f} km; the density model ends at {_HIGHEST_DENSITY_KM:g} km",
            hint="fly an orbit below it, or use density 'none' where the air no longer matters",
        )


def _refuse_bad_satellite(settings: HighFidelitySettings, ballistic_m2_kg: float, light_m2_kg: float) -> None:
    largest = _LARGEST_AREA_OVER_MASS_M2_KG
    if not 0.0 <= ballistic_m2_kg <= largest:
        raise OrbitError(
            f"ballistic coefficient {ballistic_m2_kg} m2/kg is outside 0 to {largest:g}",
            hint="Cd*A/m of a station is near 0.008 m2/kg; give the coefficient, not its inverse",
        )
    if not 0.0 <= light_m2_kg <= largest:
        raise OrbitError(
            f"light coefficient {light_m2_kg} m2/kg is outside 0 to {largest:g}",
            hint="Cr*A/m of a station is near 0.006 m2/kg; give the coefficient, not its inverse",
        )
    if light_m2_kg > 0.0 and not settings.solar_pressure:
        raise InputError(
            "a light coefficient was given to a propagator built without solar pressure",
            hint="build it with HighFidelitySettings(solar_pressure=True)",
        )


def _apogee_km(state: Floats) -> float:
    """Height of the osculating apogee above the equatorial radius [km]."""
    position, velocity = state[:3], state[3:]
    radius = float(np.linalg.norm(position))
    axis = 1.0 / (2.0 / radius - float(velocity @ velocity) / EARTH_MU_KM3_S2)
    momentum = np.cross(position, velocity)
    eccentricity = float(np.linalg.norm(np.cross(velocity, momentum) / EARTH_MU_KM3_S2 - position / radius))
    return axis * (1.0 + eccentricity) - EARTH_EQUATORIAL_RADIUS_KM
