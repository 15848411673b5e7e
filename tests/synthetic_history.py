"""Histories whose burns are known because they are made here: flown by the mean engine, pushed, and seen with noise.

The phase is integrated from the mean motion on a fine grid, so that it knows nothing of how the detector reads it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from stationkeep.constants import EARTH_EQUATORIAL_RADIUS_KM, EARTH_J2, EARTH_MU_KM3_S2
from stationkeep.orbit.elements import MeanElements
from stationkeep.orbit.mean_decay import WeatherTrack, fly_mean
from stationkeep.orbit.tle import ElementHistory, ElementSet

START_MJD = 59000.0
STEP_DAYS = 0.05
BALLISTIC_M2_KG = 0.008


@dataclass(frozen=True)
class Push:
    """An instantaneous change of the mean axis."""

    time_mjd_utc: float
    step_km: float


def weather(days: int = 200, *, f107: float = 120.0, storm_days: Sequence[int] = (), ap: float = 120.0) -> WeatherTrack:
    """A steady Sun from ten days before the start, with geomagnetic storms on some days counted from the start."""
    drivers = np.tile([f107, f107, 8.0], (days + 10, 1))
    for day in storm_days:
        drivers[day + 10, 2] = ap
    return WeatherTrack(int(START_MJD) - 10, drivers)


def flown(
    days: float,
    sky: WeatherTrack,
    pushes: Sequence[Push] = (),
    *,
    altitude_km: float = 418.0,
    every_days: float = 0.25,
    axis_noise_m: float = 8.0,
    along_track_noise_km: float = 0.5,
    settling_days: float = 0.0,
    seed: int = 1,
) -> list[MeanElements]:
    """Mean elements as a catalogue would give them, every quarter of a day give or take.

    ``settling_days``: time in which sets after a push come over to the new axis, as fits across a burn do.
    """
    rng = np.random.default_rng(seed)
    axis, rows = EARTH_EQUATORIAL_RADIUS_KM + altitude_km, []
    current = MeanElements(START_MJD, axis, 0.0006, math.radians(51.64), 1.0, 0.7, 0.2)
    latitude, waiting = 0.9, sorted(pushes, key=lambda push: push.time_mjd_utc)
    due = START_MJD
    last_push = Push(-math.inf, 0.0)
    while current.epoch_mjd_utc < START_MJD + days:
        if current.epoch_mjd_utc >= due - 1.0e-9:
            since = current.epoch_mjd_utc - last_push.time_mjd_utc
            lag = last_push.step_km * math.exp(-since / settling_days) if settling_days else 0.0
            rows.append(
                seen(current, latitude, rng.normal(0.0, axis_noise_m * 1e-3) - lag, rng.normal(0, along_track_noise_km))
            )
            due += every_days * rng.uniform(0.6, 1.4)
        until = current.epoch_mjd_utc + STEP_DAYS
        if waiting and waiting[0].time_mjd_utc <= until:
            last_push = waiting.pop(0)
            current, latitude = coasted(current, latitude, last_push.time_mjd_utc, sky)
            current = replace(current, semi_major_axis_km=current.semi_major_axis_km + last_push.step_km)
        current, latitude = coasted(current, latitude, until, sky)
    return rows


def coasted(current: MeanElements, latitude: float, until: float, sky: WeatherTrack) -> tuple[MeanElements, float]:
    """Fly on, and count the argument of latitude with the mean of the rates at both ends."""
    if until <= current.epoch_mjd_utc:
        return current, latitude
    later = fly_mean(current, until, sky, BALLISTIC_M2_KG, reentry_altitude_km=100.0).elements
    rate = 0.5 * (latitude_rate(current) + latitude_rate(later))
    return later, latitude + rate * (until - current.epoch_mjd_utc)


def latitude_rate(elements: MeanElements) -> float:
    """Mean argument of latitude per day: Kepler plus J2 (Vallado, *Fundamentals*, 4th ed., eq. 9-41) [rad/day]."""
    a, e, i = elements.semi_major_axis_km, elements.eccentricity, elements.inclination_rad
    motion = math.sqrt(EARTH_MU_KM3_S2 / a**3) * 86400.0
    factor = 0.75 * motion * EARTH_J2 * (EARTH_EQUATORIAL_RADIUS_KM / (a * (1.0 - e * e))) ** 2
    perigee = factor * (4.0 - 5.0 * math.sin(i) ** 2)
    anomaly = factor * math.sqrt(1.0 - e * e) * (2.0 - 3.0 * math.sin(i) ** 2)
    return motion + perigee + anomaly


def seen(current: MeanElements, latitude: float, axis_error_km: float, along_track_error_km: float) -> MeanElements:
    """What the catalogue writes down of it."""
    perigee = current.argument_of_perigee_rad
    anomaly = latitude + along_track_error_km / current.semi_major_axis_km - perigee
    return replace(
        current,
        semi_major_axis_km=current.semi_major_axis_km + axis_error_km,
        mean_anomaly_rad=anomaly % (2.0 * math.pi),
    )


def as_history(elements: Sequence[MeanElements], name: str = "TESTSAT") -> ElementHistory:
    """The elements as an element history without lines."""
    return ElementHistory("99999", name, tuple(ElementSet("99999", "99001A", name, "", "", item) for item in elements))


def two_lines(elements: MeanElements, number: int = 99999) -> tuple[str, str]:
    """The elements as a two-line set, its Kozai mean motion chosen so that SGP4 starts from the same axis."""
    from sgp4.api import WGS72, Satrec
    from sgp4.exporter import export_tle

    motion = math.sqrt(398600.8 / elements.semi_major_axis_km**3) * 60.0  # WGS 72, [rad/min]
    record = Satrec()
    for _ in range(4):
        record = Satrec()
        record.sgp4init(
            WGS72, "i", number, elements.epoch_mjd_utc - 33281.0, 1e-4, 0.0, 0.0, elements.eccentricity,
            elements.argument_of_perigee_rad, elements.inclination_rad, elements.mean_anomaly_rad, motion,
            elements.raan_rad,
        )  # fmt: skip
        motion *= (record.a * 6378.135 / elements.semi_major_axis_km) ** 1.5
    record.intldesg = "99001A"
    return export_tle(record)
