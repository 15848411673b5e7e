"""Phases at launches and landings, and the rule that plans for them."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sgp4.api import Satrec

from stationkeep.errors import InputError
from stationkeep.orbit.elements import MeanElements
from stationkeep.orbit.mean_decay import MeanFlight, WeatherTrack
from stationkeep.propulsion.burns import delta_v_for_gain_m_s
from stationkeep.scenario.loader import load_scenario
from stationkeep.strategy.altitude import AltitudeBand, AvoidanceBurn
from stationkeep.strategy.phased_rule import PhasedRule, fly_phased
from stationkeep.strategy.phasing import (
    BAIKONUR,
    DZHEZKAZGAN,
    GroundPoint,
    PhaseProfile,
    PhaseWindow,
    argument_rate_deg_day,
    node_rate_deg_day,
    passage_over,
    phase_window,
    site_in_orbit,
)
from stationkeep.timescale import mjd_utc, parse_utc

START = 59000.0
INCLINATION = math.radians(51.64)
USUAL_KM = 418.0


def test_a_kilometre_more_makes_the_station_fall_behind() -> None:
    # Kepler: 3/2 of the mean motion times the change of the axis; 15.5 turns a day at 418 km.
    slope = argument_rate_deg_day(418.5, INCLINATION) - argument_rate_deg_day(417.5, INCLINATION)
    assert slope == pytest.approx(-1.5 * 15.5 * 360.0 / (6378.0 + 418.0), rel=0.01)


def test_rates_are_those_of_sgp4() -> None:
    # The element set of the scenario iss-2022. SGP4 carries J2 squared and J4, a few parts in ten thousand.
    source = load_scenario("iss-2022").scenario.orbit.element_set
    assert source is not None
    satellite = Satrec.twoline2rv(source.line1, source.line2)
    elements = load_scenario("iss-2022").scenario.orbit.elements()
    a_day = 1440.0 * 180.0 / math.pi
    node = node_rate_deg_day(elements.mean_altitude_km, elements.inclination_rad)
    argument = argument_rate_deg_day(elements.mean_altitude_km, elements.inclination_rad)
    assert node == pytest.approx(satellite.nodedot * a_day, rel=2.0e-3)
    assert argument == pytest.approx((satellite.mdot + satellite.argpdot) * a_day, rel=1.0e-5)


def test_the_pad_lies_in_the_plane_at_a_launch_of_the_real_station() -> None:
    # Soyuz MS-19 left at 08:55:02.
    time = mjd_utc(parse_utc("2021-10-05T08:55:00"))
    _, beside = site_in_orbit(BAIKONUR, time, INCLINATION, _node_over(BAIKONUR, time))
    assert abs(beside) < 1.0e-6


def _node_over(site: GroundPoint, time: float) -> float:
    """The node with which the northbound plane passes over a place at a moment, found by bisection."""
    nodes = np.radians(np.arange(0.0, 360.0, 0.5))
    beside = np.array([site_in_orbit(site, time, INCLINATION, node)[1] for node in nodes])
    argument = np.array([site_in_orbit(site, time, INCLINATION, node)[0] for node in nodes])
    flips = [i for i in range(len(nodes) - 1) if beside[i] * beside[i + 1] <= 0.0 and argument[i] < 90.0]
    low, high = nodes[flips[0]], nodes[flips[0] + 1]
    for _ in range(60):
        middle = 0.5 * (low + high)
        same = site_in_orbit(site, time, INCLINATION, middle)[1] * site_in_orbit(site, time, INCLINATION, low)[1] > 0.0
        low, high = (middle, high) if same else (low, middle)
    return float(low)


@settings(max_examples=30, deadline=None)
@given(st.floats(0.0, 2.0 * math.pi), st.floats(0.0, 1.0))
def test_the_plane_passes_over_a_place_northbound_once_a_day(node: float, part: float) -> None:
    found = []
    for hour in range(0, 24, 2):
        try:
            found.append(passage_over(DZHEZKAZGAN, START + part + hour / 24.0, INCLINATION, node))
        except InputError:
            continue
    assert found, "within a day it passes"
    for time in found:
        argument, beside = site_in_orbit(DZHEZKAZGAN, time, INCLINATION, node)
        assert abs(beside) < 0.01
        assert argument < 90.0  # northbound: before the northernmost point


def test_a_place_beyond_the_orbit_is_refused() -> None:
    with pytest.raises(InputError, match="no northbound passage"):
        passage_over(GroundPoint(70.0, 30.0), START, INCLINATION, 0.0)


def test_a_profile_in_the_wrong_order_is_refused() -> None:
    with pytest.raises(InputError, match="degrees"):
        PhaseProfile("backwards", BAIKONUR, 10.0, -10.0)


def test_a_window_is_missed_by_the_way_to_its_nearer_edge() -> None:
    window = PhaseWindow(START, 350.0, 370.0, "across zero")
    assert window.miss_deg(5.0) == 0.0
    assert window.miss_deg(365.0 + 720.0) == 0.0
    assert window.miss_deg(20.0) == pytest.approx(10.0)
    assert window.miss_deg(340.0) == pytest.approx(10.0)


def test_a_window_is_where_the_pad_is() -> None:
    profile = PhaseProfile("at the pad", BAIKONUR, -1.0, 1.0)
    argument, _ = site_in_orbit(BAIKONUR, START, INCLINATION, 1.0)
    assert phase_window("x", START, profile, INCLINATION, 1.0).miss_deg(argument) == 0.0


# --- the rule -------------------------------------------------------------------------------------------------------


def flight(altitude_km: float = USUAL_KM, days: int = 200, flux: float = 80.0) -> MeanFlight:
    elements = MeanElements(START, 6378.137 + altitude_km, 0.0005, INCLINATION, 0.0, 0.0)
    weather = WeatherTrack(int(START) - 1, np.tile([flux, flux, 7.0], (days, 1)))
    return MeanFlight(elements, weather, 0.007)


def rule(*windows: PhaseWindow, **changes: float) -> PhasedRule:
    base = PhasedRule(AltitudeBand(START, USUAL_KM - 4.0, USUAL_KM + 4.0), USUAL_KM, windows, 1.5)
    return replace(base, **changes)  # type: ignore[arg-type]


def free_argument_deg(until: float) -> float:
    """Where a station that starts at zero is then if nobody pushes it."""
    done, argument = flight(), 0.0
    for time in np.arange(START + 1.0, until + 0.5):
        before = done.mean_altitude_km
        done.advance(float(time))
        argument += argument_rate_deg_day(0.5 * (before + done.mean_altitude_km), INCLINATION)
    return argument


@pytest.mark.parametrize("ahead_deg", [-90.0, -20.0, 20.0, 90.0])
def test_the_station_is_where_a_visitor_wants_it(ahead_deg: float) -> None:
    date = START + 60.0
    middle = free_argument_deg(date) + ahead_deg
    done = fly_phased(rule(PhaseWindow(date, middle - 3.0, middle + 3.0, "two orbits")), flight(), 0.0, date + 1.0)
    assert [miss for _, miss in done.missed_deg] == [pytest.approx(0.0, abs=1.5)]  # less than a step of the table
    first = done.burns[0].delta_v_m_s
    assert math.copysign(1.0, first) == -math.copysign(1.0, ahead_deg)  # to be ahead, go down


def test_no_burn_between_a_visitor_and_the_days_before_it() -> None:
    date = START + 60.0
    middle = free_argument_deg(date) + 120.0
    done = fly_phased(rule(PhaseWindow(date, middle - 3.0, middle + 3.0, "x")), flight(), 0.0, date + 1.0)
    assert all(burn.time_mjd_utc <= date - 4.0 + 1.0e-6 or burn.time_mjd_utc >= date for burn in done.burns)


def test_without_visitors_the_usual_altitude_is_kept() -> None:
    station = flight()
    done = fly_phased(rule(), station, 0.0, START + 190.0)
    assert min(burn.delta_v_m_s for burn in done.burns) > 0.0
    flown = station.altitude_by_day_km[np.isfinite(station.altitude_by_day_km)]
    assert flown.min() >= USUAL_KM - 4.1
    assert flown.max() <= USUAL_KM + 4.1


def test_what_debris_lifts_is_saved_later() -> None:
    debris = (AvoidanceBurn(START + 8.75, START + 10.0, 0.7),)
    spent = []
    for avoidance in ((), debris):
        station = flight(flux=150.0)
        done = fly_phased(rule(), station, 0.0, START + 190.0, avoidance=avoidance)
        assert [burn.reason for burn in done.burns].count("debris") == len(avoidance)
        aboard = delta_v_for_gain_m_s(USUAL_KM, station.mean_altitude_km - USUAL_KM) * math.copysign(
            1.0, station.mean_altitude_km - USUAL_KM
        )
        spent.append(sum(abs(burn.delta_v_m_s) for burn in done.burns) - aboard)
    assert abs(spent[1] - spent[0]) < 0.2  # of 0.7 m/s: higher for a while, less drag


def test_the_rule_has_no_memory() -> None:
    asked = rule(PhaseWindow(START + 40.0, 100.0, 106.0, "x"))
    answers = {asked.next_gain_km(START, USUAL_KM, 50.0, 0.05, INCLINATION) for _ in range(2)}
    assert len(answers) == 1
