"""What must hold for any station, any air, any gyros."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from stationkeep.attitude.gyros import Gyros
from stationkeep.attitude.inertia import Inertia, body_axes, gravity_gradient_torque_n_m
from stationkeep.attitude.loss import ControlMode, Upsets, loss_hazard_per_day, time_to_loss
from stationkeep.attitude.model import AttitudeModel
from stationkeep.attitude.rigid_body import RigidStation
from stationkeep.attitude.shape import box, outline_m2

altitudes = st.floats(200.0, 600.0)
densities = st.floats(0.0, 1.0e-10)
offsets = st.floats(-10.0, 10.0)
angles = st.floats(-80.0, 80.0)
levers = st.floats(-8.0, 8.0)


@st.composite
def inertias(draw: st.DrawFn) -> Inertia:
    """Any body: squared extents along three axes, turned a little."""
    a, b, c = (draw(st.floats(1.0e6, 1.0e8)) for _ in range(3))
    turn = body_axes(*(draw(st.floats(-20.0, 20.0)) for _ in range(3)))
    m = turn @ np.diag([b + c, a + c, a + b]) @ turn.T
    return Inertia(m[0, 0], m[1, 1], m[2, 2], m[0, 1], m[0, 2], m[1, 2])


@st.composite
def stations(draw: st.DrawFn) -> AttitudeModel:
    return AttitudeModel(
        draw(inertias()),
        Gyros(failed=draw(st.integers(0, 4)), usable_share=draw(st.floats(0.5, 1.0))),
        drag_area_m2=draw(st.floats(0.0, 1.0e4)),
        pressure_centre_m=draw(levers),
        cyclic_share=draw(st.floats(0.0, 1.5)),
        pitch_band_deg=draw(st.floats(1.0, 40.0)),
    )


@given(stations(), altitudes)
def test_no_air_and_no_offset_add_nothing_up(station: AttitudeModel, altitude: float) -> None:
    assert station.secular_torque_n_m(0.0, 0.0, altitude) == 0.0
    balance = station.balance_pitch_deg(0.0, altitude)
    scale = station.inertia.zz_kg_m2 * 1.0e-6
    assert abs(station.pitch_torque_n_m(balance, 0.0, altitude)) < 1.0e-9 * scale


@settings(max_examples=50)
@given(stations(), altitudes, densities, offsets)
def test_more_gyros_never_shorten_the_time(
    station: AttitudeModel, altitude: float, density: float, offset: float
) -> None:
    upsets = Upsets(10.0, 500.0, 20000.0)
    worse = AttitudeModel(
        station.inertia, Gyros(failed=min(station.gyros.failed + 1, 4), usable_share=station.gyros.usable_share),
        station.drag_area_m2, station.pressure_centre_m, station.cyclic_share, station.pitch_band_deg,
    )  # fmt: skip
    assert station.hours_to_saturation(offset, density, altitude) >= worse.hours_to_saturation(
        offset, density, altitude
    )
    assert loss_hazard_per_day(station, upsets, density, altitude) <= loss_hazard_per_day(
        worse, upsets, density, altitude
    )
    for mode in ControlMode:
        days = [
            time_to_loss(one, upsets, density, altitude, mode=mode, offset_deg=offset).days for one in (station, worse)
        ]
        assert days[0] >= days[1]
    limit = station.controllable_down_to_density_kg_m3(altitude)
    assert limit >= worse.controllable_down_to_density_kg_m3(altitude)


@settings(max_examples=50)
@given(stations(), altitudes, st.tuples(densities, densities))
def test_thicker_air_never_helps(station: AttitudeModel, altitude: float, pair: tuple[float, float]) -> None:
    thin, thick = sorted(pair)
    upsets = Upsets(10.0, 500.0, 20000.0)
    assert station.pitch_needed_deg(thin, altitude) <= station.pitch_needed_deg(thick, altitude)
    assert loss_hazard_per_day(station, upsets, thin, altitude) <= loss_hazard_per_day(station, upsets, thick, altitude)


@settings(max_examples=50)
@given(stations(), altitudes, st.floats(0.0, 1000.0))
def test_thrusters_never_hurt(station: AttitudeModel, altitude: float, torque: float) -> None:
    assert station.controllable_down_to_density_kg_m3(altitude, torque) >= station.controllable_down_to_density_kg_m3(
        altitude
    )


@given(inertias(), angles, angles, angles)
def test_gravity_never_turns_about_the_vertical(inertia: Inertia, yaw: float, pitch: float, roll: float) -> None:
    down = body_axes(yaw, pitch, roll)[:, 2]
    torque = gravity_gradient_torque_n_m(inertia, down, 1.1e-3)
    # Near a balance the torque is only what rounding leaves of terms as large as rate^2 times the moments of inertia.
    largest = 1.1e-3**2 * max(inertia.xx_kg_m2, inertia.yy_kg_m2, inertia.zz_kg_m2)
    assert abs(torque @ down) <= 1.0e-9 * max(float(np.linalg.norm(torque)), 1.0e-6 * largest)


@given(stations(), altitudes, st.floats(0.1, 20.0))
def test_torque_changes_sign_at_the_balance(station: AttitudeModel, altitude: float, offset: float) -> None:
    assume(station.inertia.pitch_lever_kg_m2 > 1.0e5)
    up = station.secular_torque_n_m(offset, 0.0, altitude)
    down = station.secular_torque_n_m(-offset, 0.0, altitude)
    assert math.isclose(up, -down, rel_tol=1.0e-6, abs_tol=1.0e-9)
    assert up != 0.0
    # Nose up goes further up where the station is heavier across than along the flight, and back where it is lighter.
    assert (up > 0.0) == (station.inertia.zz_kg_m2 > station.inertia.xx_kg_m2)


@settings(max_examples=20)
@given(inertias(), angles, angles, angles, st.floats(-2.0e-3, 2.0e-3), st.floats(-2.0e-3, 2.0e-3))
def test_free_motion_keeps_momentum_and_energy(
    inertia: Inertia, yaw: float, pitch: float, roll: float, p: float, r: float
) -> None:
    free = RigidStation(inertia, 400.0, gravity=False)
    start = free.start(body_axes(yaw, pitch, roll))
    start[:, 4:] += (p, 0.0, r)
    flown = free.fly(start, 600.0, 10.0, keep_every=60)
    first, last = flown.state[0], flown.state[-1]
    size = float(np.linalg.norm(free.momentum_n_m_s(first)))
    assert np.abs(free.momentum_n_m_s(last) - free.momentum_n_m_s(first)).max() < 1.0e-7 * max(size, 1.0)
    before, after = free.energy_j(0.0, first)[0], free.energy_j(600.0, last)[0]
    assert math.isclose(before, after, rel_tol=1.0e-7, abs_tol=1.0e-9)


@given(st.tuples(*[st.floats(1.0, 8.0)] * 3), st.tuples(*[st.floats(-1.0, 1.0)] * 3))
def test_outline_of_a_box_from_anywhere(size: tuple[float, float, float], view: tuple[float, float, float]) -> None:
    length = math.sqrt(sum(x * x for x in view))
    assume(length > 0.1)
    x, y, z = (abs(v) / length for v in view)
    wanted = x * size[1] * size[2] + y * size[0] * size[2] + z * size[0] * size[1]
    assert math.isclose(outline_m2([box("box", (0, 0, 0), size)], view, cell_m=0.1), wanted, rel_tol=0.1, abs_tol=0.3)
