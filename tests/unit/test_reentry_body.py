"""A body flown to the ground for its risk: where it sets out, what counts, whose parts."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from stationkeep.campaign.reentry_body import decay_state, fly_body, named_body, state_of
from stationkeep.campaign.reentry_last_days import LastFalls
from stationkeep.campaign.reentry_scenario import shipped_parts
from stationkeep.descent.entry_leg import Falls
from stationkeep.errors import InputError

BODY = """
name: Two tanks in a shell
parts:
  - {name: shell, shape: cylinder, diameter_m: 2.0, length_m: 3.0, mass_kg: 430, material: AA7075}
  - {name: tank, shape: sphere, diameter_m: 0.5, mass_kg: 25, material: TiAl6V4, count: 2, contained_in: shell,
     owner: esa, release_altitude_km: 78}
  - {name: bolt, shape: sphere, diameter_m: 0.01, mass_kg: 0.002, material: TiAl6V4, count: 10, contained_in: shell,
     owner: nasa, release_altitude_km: 78}
"""


@pytest.fixture
def body_file(tmp_path: Path) -> Path:
    path = tmp_path / "body.yaml"
    path.write_text(BODY, encoding="utf-8")
    return path


@pytest.mark.parametrize("inclination_deg", [0.0, 51.64, 97.0])
def test_a_decay_sets_out_at_circular_speed_through_turning_air(inclination_deg: float) -> None:
    state = decay_state(inclination_deg, 0.0)
    assert state.altitude_km == pytest.approx(120.0, abs=1e-6)
    assert state.latitude_deg == pytest.approx(0.0, abs=1e-9)
    circular, turning = math.sqrt(398600.4418 / 6498.137), 7.292115e-5 * 6498.137
    tilt = math.radians(inclination_deg)
    through_air = math.hypot(circular * math.cos(tilt) - turning, circular * math.sin(tilt))
    assert state.speed_m_s == pytest.approx(1e3 * through_air, rel=1e-4)
    # -0.1 degrees of flight path in space; through slower air the same sinking speed is a little steeper.
    assert state.flight_path_deg == pytest.approx(-0.1 * circular / through_air, rel=1e-3)


def test_high_on_the_orbit_it_is_still_120_km_above_the_ellipsoid() -> None:
    state = decay_state(51.64, 90.0)
    assert state.altitude_km == pytest.approx(120.0, abs=1e-3)
    assert state.latitude_deg == pytest.approx(51.83, abs=0.02)
    assert state.heading_deg == pytest.approx(90.0, abs=0.01)


def test_tanks_of_titanium_come_down_and_bolts_do_not_count(body_file: Path) -> None:
    fallen = fly_body(named_body(str(body_file)), 51.64, draws=4)
    tank = next(piece for piece in fallen.pieces if piece.name == "tank")
    assert tank.count == 2
    assert tank.owner == "esa"
    assert tank.mass_kg == pytest.approx(25.0, rel=0.2)
    assert tank.dangerous
    assert tank.mean_area_m2 == pytest.approx(math.pi / 4 * 0.25, rel=1e-6)
    assert all(not piece.dangerous for piece in fallen.pieces if piece.name == "bolt")
    assert fallen.fragments is not None
    assert fallen.fragments >= 2
    assert fallen.area_draws_m2 is not None
    assert len(fallen.area_draws_m2) == 4
    # An expectation is linear in the area: it takes the mean of what may be, the parts are the most probable ones.
    assert fallen.mean_area_m2 == pytest.approx(float(np.mean(fallen.area_draws_m2)))
    assert fly_body(named_body(str(body_file)), 51.64, draws=0).mean_area_m2 == fallen.casualty_area_m2
    assert fallen.surviving_mass_kg is not None
    assert 40.0 < fallen.surviving_mass_kg <= 430.0


def test_another_rule_of_casualty_areas(body_file: Path) -> None:
    nasa, other = (fly_body(named_body(str(body_file)), 51.64, draws=0, law=law) for law in ("nasa", "opiela-matney"))
    assert 0.7 < other.casualty_area_m2 / nasa.casualty_area_m2 < 1.0  # compact pieces: 4 to 20 % less
    assert nasa.area_draws_m2 is None


def test_in_a_window_it_sets_out_where_the_fall_passes_80_km(body_file: Path) -> None:
    position = np.array([[4561.0, -4561.0, 800.0]])
    falls = Falls(np.array([59600.0]), position, np.array([[3.1, 3.1, 5.8]]))
    state = state_of(LastFalls(falls, 0.01, 59600.0, 59600.0))
    assert state.longitude_deg == pytest.approx(-45.0)
    assert state.speed_m_s == pytest.approx(1e3 * math.sqrt(2 * 3.1**2 + 5.8**2))
    assert state.latitude_deg == pytest.approx(7.1, abs=0.1)


def test_bodies_have_names() -> None:
    assert named_body("uars-like").mass_kg > 5000.0
    assert shipped_parts("iss-2022-04-02") == "iss"
    assert shipped_parts("tiangong-1") == "tiangong-1"
    assert shipped_parts("small-station") is None
    with pytest.raises(InputError, match="uars-like"):
        named_body("nonesuch")
    with pytest.raises(InputError, match=r"missing\.yaml"):
        named_body("missing.yaml")
