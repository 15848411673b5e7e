"""One deorbit plan flown again by heyoka: another integrator, gravity to degree 8, burns by another implementation."""

from __future__ import annotations

import math

import numpy as np
import pytest

from stationkeep.descent.debris import assumed_mix
from stationkeep.descent.deorbit_flight import DescentFlyer, FixedState, StationBody, segments_of
from stationkeep.descent.deorbit_plan import DeorbitProblem, search
from stationkeep.descent.zones import LandDistance, zone_named
from stationkeep.orbit.elements import MeanElements
from stationkeep.orbit.mean_decay import WeatherTrack
from stationkeep.propulsion.burns import Thruster

pytest.importorskip("heyoka", reason="heyoka, the reference of this comparison, is not installed")

START_MJD = 60564.1
DRAG_AREA_M2 = 3250.0
MASS_KG = 492.0e3


def problem() -> DeorbitProblem:
    elements = MeanElements(START_MJD, 6378.137 + 220.0, 0.0003, math.radians(51.64), 1.0, 0.5, 2.0)
    weather = WeatherTrack(60560, np.tile([150.0, 150.0, 10.0], (12, 1)))
    body = StationBody(MASS_KG, DRAG_AREA_M2, size_m=0.1)  # so small that the air stays free-molecular above 120 km
    return DeorbitProblem(
        elements, body, Thruster(10400.0, 300.0), zone_named("spoua"), LandDistance(), weather, assumed_mix(10)
    )


def test_a_plan_flown_by_heyoka_reaches_120_km_at_the_same_place() -> None:
    """The two differ by gravity beyond J4 (kilometres along the track in three hours) and by nothing else: 15 km, 2 s.

    Measured: 0.4 km and 0.14 s on one pass, 8.3 km and 1.2 s on another (both almost all along the track). 15 km are a
    hundredth of one fall's footprint.
    """
    from stationkeep.orbit.final_flight import weather_table
    from stationkeep.orbit.finite_burn import FiniteBurn
    from stationkeep.orbit.high_fidelity import HighFidelityPropagator
    from stationkeep.orbit.precise_dynamics import HighFidelitySettings

    posed = problem()
    plan = search(posed).best()
    assert plan is not None
    burns = [
        FiniteBurn(burn.start_mjd_utc, burn.duration_s, 10400.0, (-1.0, 0.0, 0.0), specific_impulse_s=300.0)
        for burn in plan.burns
    ]
    rows, _ = segments_of(plan.planned, MASS_KG, posed.thruster, START_MJD)
    flyer = DescentFlyer(posed.air_at(plan.interface.time_mjd_utc, 180.0))
    ours = flyer.fly(FixedState.of(posed.start), posed.body, START_MJD + 1.2, segments=rows, stop_altitude_km=121.0)
    assert ours.reached_altitude
    weather = weather_table(WeatherTrack(60560, np.tile([150.0, 150.0, 10.0], (100, 1))))
    propagator = HighFidelityPropagator(HighFidelitySettings(burns=True), weather)
    state = propagator.frames.gcrs_state_from_mean_elements(posed.start)
    flown = propagator.propagate(
        state[:3], state[3:], START_MJD, START_MJD + 1.2, DRAG_AREA_M2 / MASS_KG, stop_geodetic_altitude_km=121.0,
        burns=burns, mass_kg=MASS_KG,
    )  # fmt: skip
    place = propagator.frames.itrs_positions_km(flown.final_state_gcrs[None, :3], np.array([flown.final_time_mjd_utc]))
    apart_s = 86400.0 * abs(flown.final_time_mjd_utc - ours.end.time_mjd_utc)
    apart_km = float(np.linalg.norm(place[0] - ours.end.state[:3]))
    print(f"at 121 km: {apart_s:.2f} s and {apart_km:.2f} km apart")
    assert apart_s < 2.0
    assert apart_km < 15.0
