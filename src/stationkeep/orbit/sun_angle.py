"""How high does the Sun stand above the plane of an orbit, day by day?

A station turns its arrays, and often itself, by this angle (the *beta angle*), so its drag area follows it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from stationkeep.constants import EARTH_EQUATORIAL_RADIUS_KM, EARTH_J2, EARTH_MU_KM3_S2, SECONDS_PER_DAY
from stationkeep.orbit.elements import MeanElements

FloatArray = NDArray[np.float64]


def sun_angle_deg(time_mjd_utc: FloatArray, inclination_rad: FloatArray, raan_rad: FloatArray) -> FloatArray:
    """Angle of the Sun above the orbital plane, -90 to 90 [deg], positive on the side of the orbit's momentum; (n,).

    The Sun by the *Astronomical Almanac*'s low-precision formulas (0.01 deg from 1950 to 2050).
    """
    days = np.asarray(time_mjd_utc) - 51544.5  # since J2000
    anomaly = np.radians(357.528 + 0.9856003 * days)
    ecliptic = np.radians(280.460 + 0.9856474 * days + 1.915 * np.sin(anomaly) + 0.020 * np.sin(2.0 * anomaly))
    obliquity = np.radians(23.439 - 4.0e-7 * days)
    towards_sun = (np.cos(ecliptic), np.cos(obliquity) * np.sin(ecliptic), np.sin(obliquity) * np.sin(ecliptic))
    sin_i, cos_i = np.sin(inclination_rad), np.cos(inclination_rad)
    momentum = (np.sin(raan_rad) * sin_i, -np.cos(raan_rad) * sin_i, cos_i)
    sine = sum(one * two for one, two in zip(towards_sun, momentum, strict=True))
    return np.asarray(np.degrees(np.arcsin(np.clip(sine, -1.0, 1.0))))


def node_rate_rad_day(elements: MeanElements, mean_altitude_km: FloatArray | float) -> FloatArray:
    """Rate of the ascending node by J2 at these mean altitudes [rad/day] (Brouwer 1959, first order)."""
    axis = EARTH_EQUATORIAL_RADIUS_KM + np.asarray(mean_altitude_km, dtype=np.float64)
    motion = np.sqrt(EARTH_MU_KM3_S2 / axis**3) * SECONDS_PER_DAY
    ratio = EARTH_EQUATORIAL_RADIUS_KM / (axis * (1.0 - elements.eccentricity**2))
    return np.asarray(-1.5 * EARTH_J2 * ratio**2 * motion * math.cos(elements.inclination_rad))


def sun_angles_by_day(
    elements: Sequence[MeanElements],
    first_day_mjd: int,
    day_count: int,
    altitude_by_day_km: FloatArray | None = None,
) -> FloatArray:
    """The Sun's angle at each noon of a stretch of days, (n_day,) [deg].

    Parameters
    ----------
    elements            of one object, sorted; each day takes the last before it (the first for earlier days)
    altitude_by_day_km  (n_day,) mean altitude, where the last elements are carried far: a falling orbit turns
                        faster; NaN (after the fall) goes on with the last one. Null: the altitude of the elements
    """
    noons = np.arange(day_count, dtype=np.float64) + first_day_mjd + 0.5
    epochs = np.array([item.epoch_mjd_utc for item in elements])
    last = np.clip(np.searchsorted(epochs, noons, side="right") - 1, 0, len(elements) - 1)
    rates = np.zeros(len(elements))
    for index in np.unique(last):  # of a year's sets only those that a day rests on
        rates[index] = node_rate_rad_day(elements[index], elements[index].mean_altitude_km)
    nodes = np.array([item.raan_rad for item in elements])[last] + rates[last] * (noons - epochs[last])
    beyond = np.flatnonzero(noons > epochs[-1])
    if altitude_by_day_km is not None and beyond.size:
        newest = elements[-1]
        altitude = np.where(np.isfinite(altitude_by_day_km), altitude_by_day_km, np.inf)[beyond]
        altitude = np.minimum.accumulate(np.minimum(altitude, newest.mean_altitude_km))
        steps = node_rate_rad_day(newest, altitude)
        steps[0] *= noons[beyond[0]] - newest.epoch_mjd_utc
        nodes[beyond] = newest.raan_rad + np.cumsum(steps)
    inclinations = np.array([item.inclination_rad for item in elements])[last]
    return sun_angle_deg(noons, inclinations, nodes)
