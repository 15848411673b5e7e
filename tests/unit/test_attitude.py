"""Attitude: torques and their signs, gyros, thrusters, loads, loss, drag area."""

from __future__ import annotations

import math

import numpy as np
import pytest

from stationkeep.attitude.array_modes import ArrayMode, array_angles, in_shadow, sun_in_body
from stationkeep.attitude.drag_area import iss_drag_area
from stationkeep.attitude.figures import iss_attitude, read_attitude_figures
from stationkeep.attitude.gyros import Gyros
from stationkeep.attitude.inertia import (
    Inertia,
    balance_attitude_deg,
    body_axes,
    gravity_gradient_torque_n_m,
    holding_torque_n_m,
    orbital_rate_rad_s,
    orbital_speed_m_s,
)
from stationkeep.attitude.iss_shape import ArrayAngles, large_wings, wing_normal
from stationkeep.attitude.loads import Load, burn_load, docking_load, turn_load
from stationkeep.attitude.loss import (
    ControlMode,
    LossReason,
    Upsets,
    absorbs,
    consequences,
    day_of_loss,
    felt_density_kg_m3,
    loss_hazard_per_day,
    loss_hazards_per_day,
    time_to_loss,
)
from stationkeep.attitude.model import AttitudeModel
from stationkeep.attitude.shape import box, cylinder, directions_all_round, grazing_m2, outline_m2, plate
from stationkeep.attitude.thrusters import (
    AttitudeThrusters,
    desaturation_propellant_kg_day,
    who_may_desaturate,
)
from stationkeep.errors import CatalogueError, InputError, OrbitError
from stationkeep.timescale import mjd_utc, parse_utc

STATION = Inertia(1.02e8, 0.91e8, 1.64e8, -6.96e6, -5.48e6, 5.9e5)
STRAIGHT = Inertia(1.02e8, 0.91e8, 1.64e8)
UPSETS = Upsets(12.0, 500.0, 20000.0)
TODAY = mjd_utc(parse_utc("2022-04-02T00:00Z"))
ALL_RUSSIAN = {"russian-computers", "russian-control-centre", "russian-tanks", "arrays-feathered"}


def model(**changes: object) -> AttitudeModel:
    given: dict[str, object] = {
        "inertia": STATION,
        "gyros": Gyros(),
        "drag_area_m2": 4000.0,
        "pressure_centre_m": -3.0,
    }
    return AttitudeModel(**{**given, **changes})  # type: ignore[arg-type]


# --- gravity and balance --------------------------------------------------------------------------------------------


def test_gravity_turns_the_long_axis_down() -> None:
    # A dumb-bell along x, nose a little up: the near (aft) end is pulled harder, so it goes on turning nose up.
    rod = Inertia(1.0e6, 5.0e7, 5.0e7)
    down = body_axes(0.0, 10.0, 0.0)[:, 2]
    torque = gravity_gradient_torque_n_m(rod, down, 1.13e-3)
    assert torque[1] == pytest.approx(1.5 * 1.13e-3**2 * 4.9e7 * math.sin(math.radians(20.0)))
    assert torque[0] == torque[2] == 0.0


def test_a_ball_feels_nothing() -> None:
    ball = Inertia(1.0e7, 1.0e7, 1.0e7)
    assert np.allclose(holding_torque_n_m(ball, body_axes(20.0, -30.0, 40.0), 1.1e-3), 0.0, atol=1e-9)


def test_one_degree_of_the_station_is_four_newton_metres() -> None:
    assert model().secular_torque_n_m(1.0, 0.0, 418.0) == pytest.approx(4.19, abs=0.1)


def test_balance_of_pitch_alone_agrees_with_all_three_angles() -> None:
    flat = Inertia(1.02e8, 0.91e8, 1.64e8, 0.0, -5.48e6, 0.0)
    yaw, pitch, roll = balance_attitude_deg(flat, 418.0)
    assert (yaw, roll) == (pytest.approx(0.0, abs=1e-9), pytest.approx(0.0, abs=1e-9))
    assert model(inertia=flat).balance_pitch_deg(0.0, 418.0) == pytest.approx(pitch, abs=1e-9)


def test_the_upright_balance_of_a_light_bottomed_station() -> None:
    tall = Inertia(1.64e8, 0.91e8, 1.02e8, 0.0, 3.0e6, 0.0)
    tilted = model(inertia=tall)
    pitch = tilted.balance_pitch_deg(1.0e-11, 418.0)
    assert abs(pitch) < 15.0
    assert tilted.pitch_torque_n_m(pitch, 1.0e-11, 418.0) == pytest.approx(0.0, abs=1e-9)


def test_air_above_the_centre_of_mass_turns_the_nose_up() -> None:
    assert model().air_torque_n_m(1.0e-11, 418.0) > 0.0
    assert model(pressure_centre_m=2.0).air_torque_n_m(1.0e-11, 418.0) < 0.0
    force = 0.5 * 1.0e-11 * orbital_speed_m_s(418.0) ** 2 * 4000.0
    assert model().air_torque_n_m(1.0e-11, 418.0) == pytest.approx(3.0 * force)


def test_no_balance_where_the_air_is_stronger_than_gravity() -> None:
    assert math.isnan(model().balance_pitch_deg(1.0e-8, 250.0))
    assert model().hours_to_saturation(0.0, 1.0e-8, 250.0) == 0.0
    with pytest.raises(InputError, match="no attitude"):
        balance_attitude_deg(STATION, 250.0, (0.0, 1.0e4, 0.0))


def test_thicker_air_than_planned_adds_up() -> None:
    grown = model().secular_torque_n_m(0.0, 8.0e-12, 418.0, planned_density_kg_m3=4.0e-12)
    assert grown == pytest.approx(model().air_torque_n_m(4.0e-12, 418.0), rel=1e-9)


def test_impossible_bodies_and_orbits_are_refused() -> None:
    with pytest.raises(InputError, match="no body has"):
        Inertia(1.0, 1.0, 3.0)
    with pytest.raises(InputError, match="not finite"):
        Inertia(math.nan, 1.0, 1.0)
    with pytest.raises(OrbitError):
        orbital_rate_rad_s(-1.0)
    with pytest.raises(InputError):
        model(drag_area_m2=-1.0)
    with pytest.raises(InputError, match="density"):
        model().air_torque_n_m(math.nan, 418.0)


# --- gyros and saturation -------------------------------------------------------------------------------------------


def test_one_gyro_holds_nothing() -> None:
    assert Gyros(failed=2).capacity_n_m_s == pytest.approx(2 * 4742.0)
    assert Gyros(failed=3).capacity_n_m_s == 0.0
    assert Gyros(failed=2, usable_share=0.5).capacity_n_m_s == pytest.approx(4742.0)
    with pytest.raises(InputError):
        Gyros(failed=5)
    with pytest.raises(InputError):
        Gyros(usable_share=0.0)


def test_saturation_time_is_room_over_torque() -> None:
    still = model(drag_area_m2=0.0)
    torque = still.secular_torque_n_m(2.0, 0.0, 418.0)
    assert still.hours_to_saturation(2.0, 0.0, 418.0) == pytest.approx(4 * 4742.0 / torque / 3600.0)
    full = 4 * 4742.0
    assert still.hours_to_saturation(2.0, 0.0, 418.0, stored_n_m_s=full) == 0.0
    other_way = still.hours_to_saturation(2.0, 0.0, 418.0, stored_n_m_s=-full)
    assert other_way == pytest.approx(2.0 * full / torque / 3600.0)
    assert still.hours_to_saturation(0.0, 0.0, 418.0) == math.inf


def test_drift_grows_by_a_factor_e_in_about_ten_minutes() -> None:
    straight = model(inertia=STRAIGHT)
    step = straight.minutes_to_drift(1.0, 20.0, 418.0) - straight.minutes_to_drift(1.0, 20.0 / math.e, 418.0)
    assert step == pytest.approx(10.3, abs=0.3)
    assert model(inertia=Inertia(1.64e8, 0.91e8, 1.02e8)).minutes_to_drift(1.0, 45.0, 418.0) == math.inf
    with pytest.raises(InputError):
        straight.minutes_to_drift(0.0, 1.0, 418.0)


def test_the_limit_of_control_is_where_the_band_is_full() -> None:
    limit = model().controllable_down_to_density_kg_m3(300.0)
    assert model().pitch_needed_deg(limit, 300.0) == pytest.approx(15.0, abs=1e-6)
    assert model(gyros=Gyros(failed=3)).controllable_down_to_density_kg_m3(300.0) == 0.0
    assert model(gyros=Gyros(failed=4)).controllable_down_to_density_kg_m3(300.0, 500.0) > 0.0
    assert model(drag_area_m2=0.0).controllable_down_to_density_kg_m3(300.0) == math.inf


# --- loads and thrusters --------------------------------------------------------------------------------------------


def test_a_docking_at_a_long_lever_fills_the_gyros() -> None:
    load = docking_load("docking", 7300.0, 450000.0, 0.1, 25.0)
    assert load.momentum_n_m_s == pytest.approx(7300.0 * 450.0 / 457.3 * 2.5)
    assert not absorbs(model(gyros=Gyros(usable_share=0.76)), load, 3.0e-12, 418.0)
    assert absorbs(model(), Load("undocking on the axis", 3000.0), 3.0e-12, 418.0)
    with pytest.raises(InputError):
        docking_load("nothing", 0.0, 1.0, 0.1, 1.0)


def test_turning_takes_far_more_than_gyros_hold() -> None:
    assert turn_load("half turn", STATION, "z", 0.1).momentum_n_m_s == pytest.approx(1.64e8 * math.radians(0.1))
    assert turn_load("half turn", STATION, "z", 0.1).momentum_n_m_s > 10.0 * Gyros().capacity_n_m_s
    with pytest.raises(InputError):
        turn_load("turn", STATION, "w", 0.1)
    assert burn_load("reboost", 800.0, 600.0, -0.5).momentum_n_m_s == pytest.approx(240000.0)
    with pytest.raises(InputError):
        burn_load("reboost", -1.0, 600.0, 0.5)


def test_thruster_propellant_is_momentum_over_lever_and_exhaust_speed() -> None:
    thrusters = AttitudeThrusters(lever_m=20.0, specific_impulse_s=250.0, efficiency=0.5)
    assert thrusters.propellant_kg(-20.0 * 250.0 * 9.80665 * 0.5) == pytest.approx(1.0)
    day = desaturation_propellant_kg_day(thrusters, 4.0, [(Load("docking", 15000.0), 0.1)])
    assert day == pytest.approx(thrusters.propellant_kg(4.0 * 86400.0) + 0.1 * thrusters.propellant_kg(15000.0))
    assert desaturation_propellant_kg_day(thrusters, 0.0) == 0.0
    with pytest.raises(InputError):
        AttitudeThrusters(efficiency=1.5)


def test_who_may_desaturate() -> None:
    providers = iss_attitude().providers
    assert [one.id for one in who_may_desaturate(providers, TODAY, present=ALL_RUSSIAN)] == ["zvezda"]
    assert not who_may_desaturate(providers, TODAY, withdrawn={"roscosmos"}, present=ALL_RUSSIAN)
    assert not who_may_desaturate(providers, TODAY, present=ALL_RUSSIAN - {"russian-computers"})
    june_2007 = mjd_utc(parse_utc("2007-06-14T00:00Z"))
    assert [one.id for one in who_may_desaturate(providers, june_2007, present={"shuttle-docked"})] == ["shuttle"]
    unproven = who_may_desaturate(
        providers, TODAY, withdrawn={"roscosmos"}, present={"attitude-held-by-others"}, unproven=True
    )
    assert {one.id for one in unproven} == {"cygnus", "dragon", "starliner"}


# --- loss -----------------------------------------------------------------------------------------------------------


def test_loss_reasons() -> None:
    assert time_to_loss(model(gyros=Gyros(failed=3)), UPSETS, 1e-12, 418.0).reason is LossReason.TOO_FEW_GYROS
    assert time_to_loss(model(), UPSETS, 1e-9, 200.0).reason is LossReason.AIR_TOO_DENSE
    held = time_to_loss(model(), UPSETS, 1e-12, 418.0, mode=ControlMode.HELD, offset_deg=1.0)
    assert held.reason is LossReason.SATURATED
    assert held.days * 24.0 == pytest.approx(1.2, abs=0.2)
    assert time_to_loss(model(), UPSETS, 1e-12, 418.0).reason is LossReason.UPSET
    never = time_to_loss(model(), Upsets(0.0, 1.0, 2.0), 1e-12, 418.0)
    assert (never.days, never.reason) == (math.inf, None)
    with pytest.raises(InputError):
        time_to_loss(model(), UPSETS, 1e-12, 418.0, u=1.0)
    with pytest.raises(InputError):
        Upsets(1.0, 2.0, 1.0)


def test_many_days_at_once_give_the_same_hazard() -> None:
    densities = np.geomspace(1.0e-13, 1.0e-8, 60)
    altitudes = np.linspace(450.0, 200.0, 60)
    for failed in (0, 1, 2, 3):
        one = model(gyros=Gyros(failed=failed, usable_share=0.8))
        wanted = [
            loss_hazard_per_day(one, UPSETS, float(d), float(h)) for d, h in zip(densities, altitudes, strict=True)
        ]
        assert np.allclose(loss_hazards_per_day(one, UPSETS, densities, altitudes), wanted, rtol=1e-12)


def test_day_of_loss_adds_up_the_hazard() -> None:
    assert day_of_loss(np.full(100, 0.1), 1.0 - math.exp(-2.25)) == pytest.approx(22.5)
    assert day_of_loss(np.full(10, 0.1), 0.9) == math.inf
    assert day_of_loss(np.array([0.0, 0.0, math.inf]), 0.5) == 2.0
    assert day_of_loss(np.array([0.0, 0.2]), 0.0) == pytest.approx(1.0)


def test_density_from_the_decay_itself() -> None:
    # 58 m a day at 418 km with 1/115 m2/kg: 1.5e-12 kg/m3
    density = felt_density_kg_m3(0.058, 418.0, 1.0 / 115.0)
    axis = 6378137.0 + 418000.0
    assert density * math.sqrt(3.986004418e14 * axis) / 115.0 * 86400.0 == pytest.approx(58.0)
    with pytest.raises(InputError):
        felt_density_kg_m3(0.1, 418.0, 0.0)


def test_consequences_stay_in_their_ranges() -> None:
    figures = iss_attitude()
    for u in (0.0, 1.0):
        after = consequences(figures.at(dict.fromkeys(figures.uncertain, u)))
        assert 1.0 <= after.drag_factor <= 1.6
        assert 0.0 < after.power_factor < 1.0
        assert not after.dockings_possible
        assert not after.burns_possible


# --- figures --------------------------------------------------------------------------------------------------------


def test_figures_are_read_with_units_and_sources() -> None:
    figures = iss_attitude()
    assert "upsets_per_year_1" in figures.uncertain
    assert figures.at()["gyro_momentum_n_m_s"] == 4742.0
    assert figures.at({"pitch_band_deg": 1.0})["pitch_band_deg"] == 20.0
    with pytest.raises(CatalogueError, match="no attitude figure"):
        figures.at({"wings": 0.5})


@pytest.mark.parametrize(
    "text",
    [
        "figures: {}",
        "{figures: {a_m: {value: 1, unit: km, source: somebody said, quality: A}}, providers: {}, inertia: {}}",
        "{figures: {a_m: {value: 1, unit: m}}, providers: {}, inertia: {}}",
        "just text",
    ],
)
def test_broken_figure_files_are_explained(text: str) -> None:
    with pytest.raises(CatalogueError):
        read_attitude_figures(text)


# --- shape and area -------------------------------------------------------------------------------------------------


def test_outlines_of_simple_bodies() -> None:
    tube = cylinder("tube", (0, 0, 0), "x", 10.0, 4.0)
    assert outline_m2([tube], (1, 0, 0), cell_m=0.05) == pytest.approx(4.0 * math.pi, rel=0.01)
    assert outline_m2([tube], (0, 1, 0), cell_m=0.05) == pytest.approx(40.0, rel=0.06)  # octagon, flat side on
    brick = box("brick", (5, 0, 0), (2, 3, 4))
    assert outline_m2([brick, brick], (0, 0, 2), cell_m=0.05) == pytest.approx(6.0, rel=0.02)
    hidden = [brick, box("behind", (-5, 0, 0), (2, 3, 4))]
    assert outline_m2(hidden, (1, 0, 0), cell_m=0.05) == pytest.approx(12.0, rel=0.02)


def test_mean_outline_of_a_box_is_a_quarter_of_its_surface() -> None:
    """Cauchy's theorem, 1841."""
    brick = box("brick", (1, 2, 3), (2, 3, 4))
    mean = np.mean([outline_m2([brick], view, cell_m=0.05) for view in directions_all_round(150)])
    assert mean == pytest.approx(brick.surface_m2 / 4.0, rel=0.01)


def test_a_plate_edge_on_is_rubbed_not_hit() -> None:
    sheet = plate("sheet", (0, 0, 0), (10, 0, 0), (0, 10, 0))
    assert outline_m2([sheet], (1, 0, 0)) <= 10.0 * 0.5  # at most one row of cells
    assert grazing_m2([sheet], (1, 0, 0)) == pytest.approx(7.5, abs=0.1)
    assert grazing_m2([sheet], (0, 0, 1)) == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("orbit_angle", [0.0, 0.7, 2.0, 3.1, 5.0])
@pytest.mark.parametrize("sun_angle", [-60.0, -10.0, 0.0, 35.0, 74.0])
def test_wings_look_at_the_sun_or_along_the_flight(orbit_angle: float, sun_angle: float) -> None:
    sun = sun_in_body(orbit_angle, sun_angle)
    tracking = array_angles(ArrayMode.TRACKING, orbit_angle, sun_angle, 418.0)
    assert wing_normal(tracking) @ sun == pytest.approx(1.0)
    normals = [part.face_pairs()[0][1] for part in large_wings(tracking) if part.name == "large-wings"]
    assert all(abs(normal @ sun) == pytest.approx(1.0) for normal in normals)
    assert wing_normal(array_angles(ArrayMode.SUN_SLICER, orbit_angle, sun_angle, 418.0))[0] == pytest.approx(0.0)
    glider = array_angles(ArrayMode.NIGHT_GLIDER, orbit_angle, sun_angle, 418.0)
    if in_shadow(orbit_angle, sun_angle, 418.0):
        assert wing_normal(glider)[0] == pytest.approx(0.0)
    else:
        assert glider == tracking


def test_eight_wings_have_the_published_area() -> None:
    wings = [part for part in large_wings(ArrayAngles()) if part.name == "large-wings"]
    assert len(wings) == 8
    assert sum(part.surface_m2 for part in wings) / 2.0 == pytest.approx(27000 * 0.3048**2, rel=0.01)


def test_drag_area_by_mode() -> None:
    area = iss_drag_area()
    for sun_angle in (0.0, 20.0, -50.0, 75.0, 90.0):
        modes = [area.drag_area_m2(mode, sun_angle) for mode in (
            ArrayMode.FEATHERED, ArrayMode.NIGHT_GLIDER, ArrayMode.TRACKING, ArrayMode.BRAKING)]  # fmt: skip
        assert modes == sorted(modes)
        assert area.relative_power(ArrayMode.NIGHT_GLIDER, sun_angle) == 1.0
        slicer = area.relative_power(ArrayMode.SUN_SLICER, sun_angle)
        assert area.relative_power(ArrayMode.FEATHERED, sun_angle) < slicer < 1.0
        assert area.drag_area_m2(ArrayMode.TRACKING, sun_angle) == area.drag_area_m2(ArrayMode.TRACKING, -sun_angle)
    assert area.relative_drag(ArrayMode.TRACKING, 30.0) == 1.0
    assert 0.8 < area.relative_tumbling_drag(0.0) < 1.0 < area.relative_tumbling_drag(60.0)
    assert area.tumbling_area_m2 < area.surface_quarter_m2  # parts shadow each other
    with pytest.raises(InputError):
        area.drag_area_m2(ArrayMode.TRACKING, math.nan)
