"""Physics the mean decay engine must show for any orbit and any Sun."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stationkeep.constants import EARTH_EQUATORIAL_RADIUS_KM, EARTH_MU_KM3_S2, EARTH_ROTATION_RAD_S
from stationkeep.errors import DensityModelMismatch, OrbitError, SpaceWeatherRangeError
from stationkeep.orbit.elements import MeanElements
from stationkeep.orbit.mean_decay import (
    BallisticCoefficient,
    WeatherTrack,
    elements_of,
    fly_ensemble,
    fly_mean,
    state_of,
)
from stationkeep.outcome import OutcomeReason

EPOCH = 59671.0
QUIET_SUN = WeatherTrack(59670, np.tile([120.0, 120.0, 8.0], (1500, 1)))

altitudes = st.floats(250.0, 600.0)
inclinations = st.floats(5.0, 175.0)
eccentricities = st.floats(0.0, 0.01)


def orbit(
    altitude_km: float, inclination_deg: float = 51.64, eccentricity: float = 0.0005, raan_rad: float = 1.0
) -> MeanElements:
    return MeanElements(
        EPOCH, EARTH_EQUATORIAL_RADIUS_KM + altitude_km, eccentricity, math.radians(inclination_deg), raan_rad, 0.7
    )


def loss_km(elements: MeanElements, days: float, ballistic: float = 0.0075) -> float:
    track = fly_mean(elements, EPOCH + days, QUIET_SUN, ballistic)
    return elements.semi_major_axis_km - track.elements.semi_major_axis_km


@settings(max_examples=40, deadline=None)
@given(altitudes, inclinations, eccentricities, st.floats(0.0, 6.28))
def test_every_orbit_sinks_and_the_lower_the_faster(
    altitude: float, inclination: float, eccentricity: float, raan: float
) -> None:
    loss = loss_km(orbit(altitude, inclination, eccentricity, raan), 2.0)
    lower = loss_km(orbit(altitude - 20.0, inclination, eccentricity, raan), 2.0)
    assert 0.0 < loss < lower


@settings(max_examples=25, deadline=None)
@given(st.floats(380.0, 600.0), st.floats(0.001, 0.02))
def test_loss_is_proportional_to_the_ballistic_coefficient(altitude: float, ballistic: float) -> None:
    # Over one day the orbit hardly changes, so doubling Cd*A/m doubles the loss, but for the feedback of sinking:
    # loss / scale height (60 km) is under 1 %.
    single, double = loss_km(orbit(altitude), 1.0, ballistic), loss_km(orbit(altitude), 1.0, 2.0 * ballistic)
    assert double == pytest.approx(2.0 * single, rel=0.02)


@settings(max_examples=25, deadline=None)
@given(altitudes, st.floats(20.0, 70.0))
def test_retrograde_orbits_sink_faster_by_the_predicted_ratio(altitude: float, inclination: float) -> None:
    """Drag is relative to air that turns with the Earth: the trap of using inertial velocity.

    At the same places a satellite meets the air at v (1 - w r cos(i) / v), squared in drag; one factor more comes
    from the power being taken along the inertial velocity, which cancels in the ratio to first order.
    """
    axis = EARTH_EQUATORIAL_RADIUS_KM + altitude
    slip = EARTH_ROTATION_RAD_S * axis * math.cos(math.radians(inclination)) / math.sqrt(EARTH_MU_KM3_S2 / axis)
    predicted = ((1.0 + slip) / (1.0 - slip)) ** 2
    # The node is the same; a retrograde orbit runs through the same latitudes and local times in mirrored order, so
    # the density it meets differs; averaging over nodes leaves the ratio of speeds.
    prograde = np.mean([loss_km(orbit(altitude, inclination, 0.0, raan), 1.0) for raan in np.arange(0.0, 6.2, 0.4)])
    retrograde = np.mean(
        [loss_km(orbit(altitude, 180.0 - inclination, 0.0, raan), 1.0) for raan in np.arange(0.0, 6.2, 0.4)]
    )
    # 3 %: what is left of the density differences, and second order in the slip (0.4 %)
    assert retrograde / prograde == pytest.approx(predicted, rel=0.03)


@settings(max_examples=20, deadline=None)
@given(altitudes, st.floats(0.002, 0.05))
def test_drag_makes_orbits_rounder(altitude: float, eccentricity: float) -> None:
    start = MeanElements(
        EPOCH, (EARTH_EQUATORIAL_RADIUS_KM + altitude) / (1.0 - eccentricity), eccentricity, 0.9, 1.0, 0.7
    )
    end = fly_mean(start, EPOCH + 40.0, QUIET_SUN, 0.02)
    if end.outcome.reentered:
        return
    # The free part can grow by what the sinking orbit's forced part leaves behind (1e-4), drag only shrinks it.
    assert end.elements.eccentricity < eccentricity + 2.0e-4


@settings(max_examples=15, deadline=None)
@given(altitudes, st.floats(1.0, 20.0), st.floats(0.1, 0.9))
def test_a_flight_cut_in_two_ends_where_the_whole_does(altitude: float, days: float, part: float) -> None:
    whole = fly_mean(orbit(altitude), EPOCH + days, QUIET_SUN, 0.0075)
    first = fly_mean(orbit(altitude), EPOCH + part * days, QUIET_SUN, 0.0075)
    if whole.outcome.reentered or first.outcome.reentered:
        return
    second = fly_mean(first.elements, EPOCH + days, QUIET_SUN, 0.0075)
    loss = altitude - whole.elements.mean_altitude_km
    # The cut moves the hours at which the nodes sample the day; longitude terms of the density are a few percent.
    assert second.elements.mean_altitude_km == pytest.approx(whole.elements.mean_altitude_km, abs=0.01 * loss + 1.0e-4)


def test_nodes_precess_as_j2_says() -> None:
    # Sun-synchronous orbit at 600 km: 97.79 deg turns the node once a year (Vallado, 4th ed., equation 11-15).
    axis = EARTH_EQUATORIAL_RADIUS_KM + 600.0
    start = MeanElements(EPOCH, axis, 0.001, math.radians(97.788), 1.0, 0.7)
    end = fly_mean(start, EPOCH + 10.0, QUIET_SUN, 1.0e-6).elements
    assert math.degrees(end.raan_rad - start.raan_rad) / 10.0 == pytest.approx(360.0 / 365.2422, rel=2.0e-3)


def test_free_eccentricity_turns_with_the_perigee_and_keeps_its_size() -> None:
    # Brouwer: without drag the doubly primed eccentricity is constant and the perigee turns at
    # 3/4 n J2 (R/p)^2 (4 - 5 sin^2 i); at 800 km and 98 deg that is -3.0 deg a day.
    axis = EARTH_EQUATORIAL_RADIUS_KM + 800.0
    start = MeanElements(EPOCH, axis, 0.002, math.radians(98.0), 1.0, 0.5)
    end = fly_mean(start, EPOCH + 30.0, QUIET_SUN, 1.0e-9).elements
    motion_deg_day = math.degrees(math.sqrt(EARTH_MU_KM3_S2 / axis**3) * 86400.0)
    rate = 0.75 * motion_deg_day * 1.08262668e-3 * (EARTH_EQUATORIAL_RADIUS_KM / axis) ** 2
    rate *= 4.0 - 5.0 * math.sin(math.radians(98.0)) ** 2
    turned = math.degrees(end.argument_of_perigee_rad - start.argument_of_perigee_rad)
    assert (turned - 30.0 * rate + 180.0) % 360.0 - 180.0 == pytest.approx(0.0, abs=0.5)
    assert end.eccentricity == pytest.approx(0.002, rel=1.0e-4)


def test_perigee_height_includes_what_j3_forces() -> None:
    # With the free part zero the orbit is frozen at e = 0.001: at 600 km its perigee is 7 km below its mean.
    axis = EARTH_EQUATORIAL_RADIUS_KM + 600.0
    state = state_of(MeanElements(EPOCH, axis, 0.0, math.radians(98.0), 1.0, 0.0))
    assert state[2] == pytest.approx(
        0.5 * 2.53265649e-6 / 1.08262668e-3 * EARTH_EQUATORIAL_RADIUS_KM / axis * math.sin(math.radians(98.0))
    )
    assert state[1] == 0.0


@given(altitudes, inclinations, st.floats(0.0, 0.05), st.floats(0.0, 6.28), st.floats(0.0, 6.28))
def test_state_and_elements_are_inverse(
    altitude: float, inclination: float, eccentricity: float, raan: float, argp: float
) -> None:
    axis = (EARTH_EQUATORIAL_RADIUS_KM + altitude) / (1.0 - eccentricity)
    start = MeanElements(EPOCH, axis, eccentricity, math.radians(inclination), raan, argp)
    back = elements_of(state_of(start), EPOCH)
    assert back.eccentricity == pytest.approx(eccentricity, abs=1.0e-12)
    assert math.cos(back.argument_of_perigee_rad - argp) == pytest.approx(1.0, abs=1.0e-9) or eccentricity < 1.0e-9


def test_ensemble_does_not_depend_on_the_number_of_workers() -> None:
    coefficients = [0.005, 0.0075, 0.01, 0.02]
    one = fly_ensemble(orbit(400.0), EPOCH + 300.0, [QUIET_SUN] * 4, coefficients, workers=1)
    two = fly_ensemble(orbit(400.0), EPOCH + 300.0, [QUIET_SUN] * 4, coefficients, workers=2)
    assert [track.outcome for track in one] == [track.outcome for track in two]
    ends = [track.outcome.mean_altitude_km for track in one]
    assert ends == sorted(ends, reverse=True)


def test_stops_exactly_at_the_floor_and_at_reentry() -> None:
    at_floor = fly_mean(orbit(400.0), EPOCH + 600.0, QUIET_SUN, 0.0075, floor_mean_altitude_km=390.0)
    assert at_floor.outcome.reason is OutcomeReason.ALTITUDE_REACHED
    assert at_floor.outcome.mean_altitude_km == pytest.approx(390.0, abs=1.0e-3)
    fallen = fly_mean(orbit(300.0), EPOCH + 600.0, QUIET_SUN, 0.0075)
    assert fallen.outcome.reason is OutcomeReason.REENTERED
    assert fallen.outcome.mean_altitude_km == pytest.approx(120.0, abs=6.0)


@pytest.mark.parametrize("altitude_km", [110.0, 130.0])
def test_reentry_altitude_hardly_moves_the_date(altitude_km: float) -> None:
    # From 130 to 110 km the station falls in about an hour.
    usual = fly_mean(orbit(300.0), EPOCH + 600.0, QUIET_SUN, 0.0075).outcome.time_mjd_utc
    other = fly_mean(
        orbit(300.0), EPOCH + 600.0, QUIET_SUN, 0.0075, reentry_altitude_km=altitude_km
    ).outcome.time_mjd_utc
    assert other == pytest.approx(usual, abs=0.06)


def test_weather_that_ends_too_soon_is_refused() -> None:
    with pytest.raises(SpaceWeatherRangeError, match="the space weather"):
        fly_mean(orbit(400.0), EPOCH + 3000.0, QUIET_SUN, 0.0075)


def test_coefficients_are_bound_to_their_density_model() -> None:
    coefficient = BallisticCoefficient(0.0075, "JB2008")
    with pytest.raises(DensityModelMismatch, match="fitted with JB2008"):
        coefficient.require_density_model("NRLMSISE-00")
    with pytest.raises(OrbitError, match="not a positive number"):
        BallisticCoefficient(-1.0, "NRLMSISE-00")
