"""Mir's last night, 22 to 23 March 2001: the orbit as tracked, the burns as announced, and what became of them.

Nothing here was chosen by the outcome: the orbit is the last element set before the burns, speeds, starts and durations
are those announced, the drag is fitted to mission control's altitudes of the three weeks before.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from stationkeep.campaign.weather import campaign_weather
from stationkeep.descent.debris import DebrisMix, assumed_mix, nominal_heel_and_toe
from stationkeep.descent.deorbit_flight import (
    DescentFlyer,
    FixedState,
    PlannedBurn,
    StationBody,
    entry_air,
    segments_of,
)
from stationkeep.descent.zones import unit_vectors
from stationkeep.orbit.latitude_flight import latitude_rate_rad_day
from stationkeep.orbit.mean_decay import WeatherTrack, fly_mean
from stationkeep.orbit.precise_tables import geodetic_from_itrs
from stationkeep.orbit.tle import ElementSet, read_element_set
from stationkeep.propulsion.burns import Thruster
from stationkeep.timescale import mjd_utc, parse_utc

# US Space Command catalogue element set of 22 March 2001 22:09 UTC, the last before the first burn.
LINE1 = "1 16609U 86017A   01081.92334318  .00905378  11898-4  39359-3 0  7787"
LINE2 = "2 16609  51.6348 251.1851 0003524 208.4275 291.6897 16.21854268863255"
# Mean altitudes (radius 6378 km) of TsUP's reports No 47, 49 and 52 (spaceref.com, March 2001), at noon of their days.
REPORTED_KM = (("2001-03-05T12:00Z", 257.1), ("2001-03-07T12:00Z", 253.3), ("2001-03-10T12:00Z", 247.7))
MASS_KG = 135.0e3
IMPULSE_S = 290.0
IMPACT_DEG = (-40.0, -160.0)
IMPACT_TOLERANCE_KM = 1500.0
ORBIT_TOLERANCE_KM = 5.0
MEAN_RADIUS_LESS_EQUATORIAL_KM = -7.128  # heights over 6371.009 km instead of 6378.137 km are larger by this


@dataclass(frozen=True)
class Burn:
    """As announced by TsUP (H. Zimmer, SeeSat-L, 23 March 2001; spaceref.com, status report of 22 March 2001)."""

    start: str
    duration_s: float
    delta_v_m_s: float
    perigee_km: float | None
    apogee_km: float | None


BURNS = (
    Burn("2001-03-23T00:32:00Z", 1244.0, 9.3, 188.0, 219.0),
    Burn("2001-03-23T02:00:24Z", 1328.0, 10.4, 158.0, 219.0),
    Burn("2001-03-23T05:08:00Z", 1320.0, 28.0, None, None),
)


@dataclass(frozen=True)
class Orbit:
    """Perigee and apogee after a burn, in three conventions [km]."""

    mean_6378: tuple[float, float]
    """Mean ellipse less 6378.137 km."""
    geodetic: tuple[float, float]
    """Lowest and highest height above the ellipsoid over the next revolution."""
    period_min: float
    """From node to node."""

    @property
    def mean_6371(self) -> tuple[float, float]:
        """Radius less 6371.009 km: lowest and highest, with the mean ellipse."""
        low, high = self.mean_6378
        return low - MEAN_RADIUS_LESS_EQUATORIAL_KM, high - MEAN_RADIUS_LESS_EQUATORIAL_KM


@dataclass(frozen=True)
class Replay:
    """What the flight gives."""

    ballistic_m2_kg: float
    ballistic_each: tuple[float, ...]
    orbits: tuple[Orbit, ...]
    time_100_km_mjd: float
    place_100_km: tuple[float, float]
    flight_path_120_deg: float
    impacts_deg: np.ndarray
    """(3, 2) latitude, longitude of the lightest, middling, densest piece."""
    vacuum_perigee_km: float

    @property
    def centre_deg(self) -> tuple[float, float]:
        """Half-way between the lightest and the densest."""
        middle = unit_vectors(self.impacts_deg[[0, 2], 0], self.impacts_deg[[0, 2], 1]).sum(axis=0)
        middle /= np.linalg.norm(middle)
        return math.degrees(math.asin(middle[2])), math.degrees(math.atan2(middle[1], middle[0]))

    @property
    def miss_km(self) -> float:
        """From the reported centre."""
        return distance_km(self.centre_deg, IMPACT_DEG)


def distance_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Along a great circle."""
    one, two = unit_vectors(*map(np.array, a)), unit_vectors(*map(np.array, b))
    return 6371.0 * math.acos(float(np.clip(one @ two, -1.0, 1.0)))


def element_set() -> ElementSet:
    """The last before the burns."""
    return read_element_set(LINE1, LINE2)


def fitted_coefficient(given: ElementSet, weather: WeatherTrack) -> tuple[float, ...]:
    """Cd*A/m that carries each reported altitude to the element set's."""
    found = []
    for day, altitude_km in REPORTED_KM:
        begin = replace(
            given.elements, epoch_mjd_utc=mjd_utc(parse_utc(day)), semi_major_axis_km=6378.137 + altitude_km
        )
        low, high = 0.002, 0.03
        for _ in range(40):
            middle = math.sqrt(low * high)
            track = fly_mean(begin, given.epoch_mjd_utc, weather, middle, reentry_altitude_km=100.0)
            sunk = track.outcome.reentered or track.elements.semi_major_axis_km < given.elements.semi_major_axis_km
            low, high = (low, middle) if sunk else (middle, high)
        found.append(math.sqrt(low * high))
    return tuple(found)


def replay(final_m_s: float = 28.0, mix: DebrisMix | None = None) -> Replay:
    """Fly the night. ``final_m_s``: what the last burn gave (28 announced, observers think about 40)."""
    given = element_set()
    weather = campaign_weather("observed", given.epoch_mjd_utc - 25.0, given.epoch_mjd_utc, given.epoch_mjd_utc + 3.0)
    each = fitted_coefficient(given, weather.median)
    ballistic = float(np.mean(each))
    day = math.floor(mjd_utc(parse_utc(BURNS[-1].start)))
    drivers = weather.median.drivers[day - weather.median.first_day_mjd]
    air = entry_air(mjd_utc(parse_utc("2001-03-23T05:48Z")), -178.0, drivers)
    flyer = DescentFlyer(air)
    now, mass, orbits = FixedState.of(given.elements), MASS_KG, []
    body = StationBody(mass, ballistic * MASS_KG)
    for burn in BURNS:
        speed = burn.delta_v_m_s if burn.perigee_km is not None else final_m_s
        now, body = _burnt(flyer, now, body, burn, speed)
        after = now.ellipse
        track = flyer.fly(now, body, now.time_mjd_utc + 88.3 / 1440.0, track_rows=2000, stop_altitude_km=60.0).track
        orbits.append(
            Orbit(
                (after.perigee_altitude_km, after.apogee_altitude_km),
                (track[:, 7].min(), track[:, 7].max()),
                1440.0 * 2.0 * math.pi / latitude_rate_rad_day(now.elements),
            )
        )
    perigee, _ = now.radial_ellipse
    at = {h: flyer.fly(now, body, now.time_mjd_utc + 0.2, stop_altitude_km=h).end for h in (120.0, 100.0, 78.0)}
    place = geodetic_from_itrs(at[100.0].state[None, :3])[0]
    struck = nominal_heel_and_toe(at[78.0].state, air, mix or assumed_mix(30))
    return Replay(
        ballistic, each, tuple(orbits), at[100.0].time_mjd_utc, (float(place[0]), float(place[1])),
        _flight_path_deg(at[120.0]), np.column_stack([struck.latitude_deg, struck.longitude_deg]), perigee,
    )  # fmt: skip


def _burnt(
    flyer: DescentFlyer, now: FixedState, body: StationBody, burn: Burn, speed_m_s: float
) -> tuple[FixedState, StationBody]:
    """One burn with the thrust its speed and duration mean."""
    begin = mjd_utc(parse_utc(burn.start))
    exhaust = Thruster(1.0, IMPULSE_S).exhaust_velocity_m_s
    thrust = body.mass_kg * -math.expm1(-speed_m_s / exhaust) / burn.duration_s * exhaust
    start = flyer.fly(now, body, begin).end
    rows, mass = segments_of([PlannedBurn(begin, speed_m_s)], body.mass_kg, Thruster(thrust, IMPULSE_S), begin)
    end = flyer.fly(start, body, begin + (burn.duration_s + 0.5) / 86400.0, segments=rows).end
    return end, replace(body, mass_kg=mass)


def _flight_path_deg(state: FixedState) -> float:
    place, moving = state.state[:3], state.state[3:]
    inertial = moving + np.cross([0.0, 0.0, 7.292115e-5], place)
    return math.degrees(math.asin(float(place @ inertial) / float(np.linalg.norm(place) * np.linalg.norm(inertial))))
