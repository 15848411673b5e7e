"""What a controlled fall takes, parking high, traffic."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from stationkeep.constants import EARTH_EQUATORIAL_RADIUS_KM, EARTH_MU_KM3_S2
from stationkeep.descent.deorbit_need import (
    DeorbitLimits,
    burn_profile,
    combined_thruster,
    highest_start_km,
    load_for_speed_kg,
    minimum_vehicle,
    speed_from_load_m_s,
)
from stationkeep.descent.parking import debris_flux_m2_year, parking_trade
from stationkeep.descent.traffic import read_traffic, traffic_risk
from stationkeep.errors import InputError
from stationkeep.orbit.elements import MeanElements
from stationkeep.propulsion.burns import Thruster
from stationkeep.propulsion.finite_burns import Ellipse

INCLINATION = math.radians(51.64)
MASS_KG = 4.9e5


def test_load_and_speed_are_inverses() -> None:
    load = load_for_speed_kg(57.0, MASS_KG, 300.0)
    assert speed_from_load_m_s(load, MASS_KG, 300.0 * 9.80665) == pytest.approx(57.0, rel=1.0e-12)


def test_a_mighty_engine_needs_one_sudden_kick() -> None:
    """Closed form: the speed at apogee of the transfer ellipse against that on the orbit."""
    orbit = Ellipse.near_circular(220.0)
    profile = burn_profile(orbit, MASS_KG, Thruster(1.0e7, 300.0), DeorbitLimits())
    assert not profile.lowering
    high, low = EARTH_EQUATORIAL_RADIUS_KM + 220.0, EARTH_EQUATORIAL_RADIUS_KM + 50.0
    kick = 1.0e3 * (math.sqrt(EARTH_MU_KM3_S2 / high) - math.sqrt(EARTH_MU_KM3_S2 * (2.0 / high - 2.0 / (high + low))))
    assert profile.delta_v_m_s == pytest.approx(kick, rel=1.0e-4)


def test_a_weaker_engine_takes_more_passes_and_more_speed() -> None:
    orbit = Ellipse.near_circular(260.0, INCLINATION)
    strong, weak = (burn_profile(orbit, MASS_KG, Thruster(n, 300.0), DeorbitLimits()) for n in (30_000.0, 9_600.0))
    assert len(weak.lowering) > len(strong.lowering)
    assert weak.delta_v_m_s > strong.delta_v_m_s
    assert weak.final.after.perigee_altitude_km == pytest.approx(50.0, abs=1.0e-3)
    with pytest.raises(InputError, match="half a revolution"):
        burn_profile(orbit, MASS_KG, Thruster(700.0, 300.0), DeorbitLimits())


def test_the_minimum_vehicle_just_does_it() -> None:
    orbit, limits = Ellipse.near_circular(220.0, INCLINATION), DeorbitLimits()
    need = minimum_vehicle(orbit, MASS_KG, 300.0, limits)
    profile = burn_profile(orbit, MASS_KG, Thruster(need.thrust_n, 300.0), limits)
    assert profile.final.duration_s == pytest.approx(limits.longest_final_burn_s, rel=1.0e-6)
    assert profile.propellant_kg == pytest.approx(need.propellant_kg, rel=1.0e-9)


def test_the_highest_start_is_where_the_tank_is_just_empty() -> None:
    engine, limits = Thruster(10_400.0, 300.0), DeorbitLimits()
    found = highest_start_km(MASS_KG, engine, 15_680.0, limits, INCLINATION)
    assert found is not None
    for altitude, enough in ((found - 1.0, True), (found + 1.0, False)):
        profile = burn_profile(Ellipse.near_circular(altitude, INCLINATION), MASS_KG, engine, limits)
        assert (profile.propellant_kg <= 15_680.0) == enough
    assert highest_start_km(MASS_KG, Thruster(500.0, 300.0), 15_680.0, limits, INCLINATION) is None


def test_a_last_burn_too_long_from_below_is_judged_at_the_top() -> None:
    """To 39 km the last burn takes 1,807 s from 180 km, 1,760 from 300: with 1,770 only high starts do."""
    engine, limits = Thruster(10_400.0, 300.0), DeorbitLimits(final_perigee_km=39.0, longest_final_burn_s=1770.0)
    low, high = (
        burn_profile(Ellipse.near_circular(altitude, INCLINATION), MASS_KG, engine, limits).final.duration_s
        for altitude in (180.0, 300.0)
    )
    assert not limits.last_burn_fits(low)
    assert limits.last_burn_fits(high)
    found = highest_start_km(MASS_KG, engine, 15_680.0, limits, INCLINATION)
    assert found is not None
    assert found > 300.0
    # With a tank for low starts only, none is left: those take too long.
    assert highest_start_km(MASS_KG, engine, 7_500.0, limits, INCLINATION) is None


def test_engines_together() -> None:
    both, load = combined_thruster([(Thruster(3000.0, 300.0), 800.0), (Thruster(1000.0, 250.0), 200.0)])
    assert (both.thrust_n, load) == (4000.0, 1000.0)
    assert both.flow_kg_s == pytest.approx(Thruster(3000.0, 300.0).flow_kg_s + Thruster(1000.0, 250.0).flow_kg_s)
    with pytest.raises(InputError, match="no engine"):
        combined_thruster([])


@pytest.mark.parametrize(
    "wrong", [{"final_perigee_km": 90.0}, {"hold_perigee_km": 100.0}, {"longest_final_burn_s": 5000.0}]
)
def test_limits_that_make_no_sense(wrong: dict[str, float]) -> None:
    with pytest.raises(InputError):
        DeorbitLimits(**wrong)


def test_debris_flux_of_the_published_model() -> None:
    """By hand for 1 cm at 500 km, F10.7 140, 1988, 50 deg: H 1.293, phi 0.5, psi 1.02, F1 + F2 = 1.29e-5."""
    flux = debris_flux_m2_year(1.0, 500.0, 50.0, 1988.0, 140.0)
    assert flux == pytest.approx(1.293 * 0.5 * 1.02 * (1.22e-5 + 8.1e10 * 701.0**-6), rel=1.0e-3)
    assert debris_flux_m2_year(1.0, 800.0, 51.6, 2025.0) > debris_flux_m2_year(1.0, 415.0, 51.6, 2025.0)
    with pytest.raises(InputError):
        debris_flux_m2_year(1.0, 3000.0, 51.6, 2025.0)


def test_parking_costs_what_two_burns_cost() -> None:
    """415 to 640 km: 124 m/s by Hohmann's transfer; NASA gives 120 to 140 m/s and about a hundred years."""
    station = MeanElements(60000.0, 6378.137 + 415.0, 0.0003, INCLINATION, 0.0, 0.0)
    trade = parking_trade(station, 4.5e5, 0.007, 300.0, 11_000.0, altitudes_km=(640.0, 680.0, 2000.0))
    assert trade.orbits[0].delta_v_m_s == pytest.approx(124.0, abs=1.0)
    assert trade.orbits[2].delta_v_m_s == pytest.approx(760.5, abs=1.0)
    assert 50.0 < trade.orbits[0].lifetime_years < 200.0
    assert trade.orbits[2].lifetime_years > 10_000.0
    with pytest.raises(InputError, match="above the present"):
        parking_trade(station, 4.5e5, 0.007, 300.0, 11_000.0, altitudes_km=(300.0,))


@pytest.mark.parametrize(("first", "step"), [(0.0, 1.0), (0.5, 1.0), (-0.05, 0.1), (0.2, 0.1), (0.1, 0.3)])
def test_every_point_finds_the_cell_whose_centre_is_nearest(tmp_path: Path, first: float, step: float) -> None:
    """Centres at whole degrees, at halves, at tenths that binary numbers cannot hold, around the meridian."""
    grid = tmp_path / "ships.csv"
    north = [round(first + step * k, 6) for k in range(-4, 5)]
    east = [round(first + step * k, 6) for k in range(-4, 5)]
    lines = [f"{a},{b},{10 * (i + 1) + j}" for i, a in enumerate(north) for j, b in enumerate(east)]
    grid.write_text("latitude_deg,longitude_deg,ships_per_km2\n" + "\n".join(lines) + "\n")
    read = read_traffic(grid)
    assert read.step_deg == pytest.approx(step, rel=1.0e-9)
    for i, a in enumerate(north):
        for j, b in enumerate(east):
            for off in (-0.4, 0.0, 0.4):
                ships, _ = read.at(np.array([a + off * step]), np.array([b - off * step + 360.0]))
                assert ships[0] == 10 * (i + 1) + j
    assert read.at(np.array([first + 6.0 * step]), np.array([first]))[0][0] == 0.0


def test_traffic_under_the_pieces(tmp_path: Path) -> None:
    grid = tmp_path / "ships.csv"
    grid.write_text(
        "latitude_deg,longitude_deg,ships_per_km2\n-40.5,-139.5,0.001\n-40.5,-138.5,0.0\n-39.5,-139.5,0.0\n"
    )
    risk = traffic_risk(read_traffic(grid), np.array([-40.2, -40.2, 10.0]), np.array([-139.9, 220.7, 0.0]), np.ones(3))
    assert risk.ships == pytest.approx(2.0 * 0.001 * 3000.0e-6)
    assert risk.aircraft == 0.0
    grid.write_text("latitude_deg,longitude_deg,ships_per_km2\n-40.5,x,0.001\n")
    with pytest.raises(InputError, match="line 2"):
        read_traffic(grid)
    grid.write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match="no traffic grid"):
        read_traffic(grid)
