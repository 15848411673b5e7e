"""Parking a station high instead of bringing it down: what it costs, how long it stays, what may hit it.

Two burns half a revolution apart, the mean decay under a middling Sun, and NASA's engineering model of debris of 1989.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from stationkeep.constants import EARTH_EQUATORIAL_RADIUS_KM
from stationkeep.errors import InputError
from stationkeep.orbit.elements import MeanElements
from stationkeep.orbit.mean_decay import WeatherTrack, fly_mean
from stationkeep.propulsion.burns import delta_v_for_gain_m_s, propellant_for_delta_v_kg

USUAL_ALTITUDES_KM: Final = (640.0, 680.0, 800.0, 2000.0)
MIDDLING_SUN: Final = (125.0, 125.0, 11.0)
"""F10.7 [sfu], its 81-day mean, Ap: about the means of 1957 to 2020."""
EXPOSURE_SPREAD: Final = 3.0
"""The model's figures may be wrong by this factor either way: it is of 1989, carried on by its growth rates, and knows
neither the break-ups of 2007 to 2021 nor today's constellations."""
PUBLISHED: Final = (
    (415.0, 51.0),
    (800.0, 4.0),
)
"""Mean years between impacts that NASA expects for the station (mean altitude [km], years; the second "less than"):
ISS Deorbit Analysis Summary, 2024, as quoted by The Register, 5 February 2026."""

_INCLINATION_FACTOR: Final = (
    # inclination [deg], factor (Kessler, Reynolds and Anz-Meador, NASA TM 100471, 1989, table; read from public code
    # and from memory in part: within a few per cent)
    (28.5, 0.91), (40.0, 0.96), (45.0, 0.99), (50.0, 1.02), (60.0, 1.09), (70.0, 1.26), (80.0, 1.71), (90.0, 1.37),
    (100.0, 1.78), (120.0, 1.18),
)  # fmt: skip
_LADDER_KM: Final = 25.0
_PROBE_DAYS: Final = 20.0
_MODEL_YEAR: Final = 1988.0


def debris_flux_m2_year(
    diameter_cm: float, altitude_km: float, inclination_deg: float, year: float, f107_sfu: float = MIDDLING_SUN[0]
) -> float:
    """How many pieces of this size or larger strike a square metre of a tumbling surface a year?

    ``H phi psi (F1 g1 + F2 g2)`` of Kessler, Reynolds and Anz-Meador (NASA TM 100471, 1989; NASA SSP 30425), for
    altitudes up to 2000 km and diameters of 0.0001 to 500 cm; fragments grow by 2 % a year to 2011 and 4 % after,
    intact objects by 5 % of their number in 1988. ``f107_sfu`` is that of the year before.
    """
    if not (1.0e-4 <= diameter_cm <= 500.0 and 200.0 <= altitude_km <= 2000.0):
        raise InputError(
            f"debris of {diameter_cm:g} cm at {altitude_km:g} km",
            hint="the model holds for 1e-4 to 500 cm, 200-2000 km",
        )
    size = math.sqrt(10.0 ** math.exp(-(((math.log10(diameter_cm) - 0.78) / 0.637) ** 2)))
    level = 10.0 ** (altitude_km / 200.0 - f107_sfu / 140.0 - 1.5)
    angles, factors = (np.array(column) for column in zip(*_INCLINATION_FACTOR, strict=True))
    tilt = float(np.interp(inclination_deg, angles, factors))
    fragments = 1.22e-5 * diameter_cm**-2.5
    intact = 8.1e10 * (diameter_cm + 700.0) ** -6
    early, late = min(year, 2011.0) - _MODEL_YEAR, max(year - 2011.0, 0.0)
    grown = 1.02**early * 1.04**late
    pieces: float = fragments * grown + intact * (1.0 + 0.05 * (year - _MODEL_YEAR))
    return float(size * level / (level + 1.0) * tilt * pieces)


@dataclass(frozen=True, slots=True)
class ParkingOrbit:
    """One altitude to park at."""

    altitude_km: float
    delta_v_m_s: float
    propellant_kg: float
    lifetime_years: float
    """Until it is back at the altitude it came from; with a middling Sun, a factor of two either way."""
    years_between_1_cm: float
    """Mean time between strikes of debris of 1 cm and larger, in the year of arrival."""
    years_between_10_cm: float
    strikes_1_cm: float
    """Expected over the lifetime, or over a hundred years where it is longer, in the debris of the year of arrival."""


@dataclass(frozen=True, slots=True)
class ParkingTrade:
    """Altitudes side by side, and what the debris is where it flies now."""

    from_altitude_km: float
    surface_m2: float
    now_years_between_1_cm: float
    orbits: tuple[ParkingOrbit, ...]


def parking_trade(
    elements: MeanElements,
    mass_kg: float,
    ballistic_m2_kg: float,
    specific_impulse_s: float,
    surface_m2: float,
    *,
    altitudes_km: Sequence[float] = USUAL_ALTITUDES_KM,
) -> ParkingTrade:
    """What does it take to park the station at these altitudes, and what would it meet there?

    ``mass_kg`` with vehicle and propellant; ``surface_m2``: whole surface debris can strike (tumbling). Raises
    :class:`InputError` for altitudes not above the present one or beyond 2000 km.
    """
    now = elements.mean_altitude_km
    if not altitudes_km or min(altitudes_km) <= now or max(altitudes_km) > 2000.0:
        asked = ", ".join(f"{altitude:g}" for altitude in altitudes_km) or "no altitude"
        raise InputError(
            f"parking at {asked} km, not above the present {now:.0f}",
            hint="give altitudes above the present one, up to 2000 km",
        )
    year = 1858.877 + elements.epoch_mjd_utc / 365.25
    lifetimes = _lifetimes_years(elements, ballistic_m2_kg, sorted(altitudes_km))
    orbits = []
    for altitude in altitudes_km:
        speed = delta_v_for_gain_m_s(now, altitude - now)
        small, large = (
            surface_m2 * debris_flux_m2_year(size, altitude, elements.inclination_deg, year) for size in (1.0, 10.0)
        )
        orbits.append(
            ParkingOrbit(
                altitude, speed, propellant_for_delta_v_kg(mass_kg, speed, specific_impulse_s), lifetimes[altitude],
                1.0 / small, 1.0 / large, small * min(lifetimes[altitude], 100.0),
            )
        )  # fmt: skip
    here = surface_m2 * debris_flux_m2_year(1.0, max(now, 200.0), elements.inclination_deg, year)
    return ParkingTrade(now, surface_m2, 1.0 / here, tuple(orbits))


def _lifetimes_years(elements: MeanElements, ballistic_m2_kg: float, altitudes: Sequence[float]) -> dict[float, float]:
    """Years to sink back to the present altitude: the loss per day at rungs of a ladder, added up."""
    from dataclasses import replace

    days = math.ceil(_PROBE_DAYS) + 2
    first = math.floor(elements.epoch_mjd_utc)
    weather = WeatherTrack(first, np.tile(np.array(MIDDLING_SUN), (days, 1)))
    found, years, low = {}, 0.0, elements.mean_altitude_km
    for top in altitudes:
        while low < top:
            step = min(_LADDER_KM, top - low)
            start = replace(
                elements, semi_major_axis_km=EARTH_EQUATORIAL_RADIUS_KM + min(low + 0.5 * step, 1500.0),
                eccentricity=0.0005,
            )  # fmt: skip
            end = fly_mean(start, start.epoch_mjd_utc + _PROBE_DAYS, weather, ballistic_m2_kg).elements
            lost = max((start.semi_major_axis_km - end.semi_major_axis_km) / _PROBE_DAYS, 1.0e-9)
            years += step / lost / 365.25
            low += step
        found[top] = years
    return found
