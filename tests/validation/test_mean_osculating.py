"""Mean and osculating elements against SGP4, whose theory they share, and against their own inverse."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sgp4.api import WGS72 as SGP4_WGS72
from sgp4.api import Satrec

from stationkeep.errors import OrbitError
from stationkeep.orbit.elements import MeanElements
from stationkeep.orbit.mean_osculating import (
    EGM2008,
    WGS72,
    mean_columns_from_states,
    mean_elements_from_state,
    mean_semi_major_axis_km,
    state_from_mean_elements,
    states_from_mean_columns,
)

LOW_ORBITS = {
    "altitude_km": st.floats(300.0, 1500.0),
    "eccentricity": st.floats(1e-6, 0.02),
    "inclination_deg": st.floats(0.1, 179.0),
    "raan": st.floats(0.0, 2.0 * math.pi),
    "perigee": st.floats(0.0, 2.0 * math.pi),
    "anomaly": st.floats(0.0, 2.0 * math.pi),
}


def orbit(altitude_km: float, eccentricity: float, inclination_deg: float, *angles: float) -> MeanElements:
    return MeanElements(59671.0, 6378.137 + altitude_km, eccentricity, math.radians(inclination_deg), *angles)


def sgp4_record(elements: MeanElements) -> Satrec:
    """A drag-free SGP4 record (B* = 0) near these elements; its own Brouwer axis is ``record.a``."""
    record = Satrec()
    motion = math.sqrt(WGS72.mu_km3_s2 / elements.semi_major_axis_km**3) * 60.0
    record.sgp4init(
        SGP4_WGS72, "i", 5, elements.epoch_mjd_utc - 33281.0, 0.0, 0.0, 0.0, elements.eccentricity,
        elements.argument_of_perigee_rad, elements.inclination_rad, elements.mean_anomaly_rad, motion,
        elements.raan_rad,
    )  # fmt: skip
    return record


@given(**LOW_ORBITS)
def test_states_are_those_of_sgp4_at_epoch(
    altitude_km: float, eccentricity: float, inclination_deg: float, raan: float, perigee: float, anomaly: float
) -> None:
    record = sgp4_record(orbit(altitude_km, eccentricity, inclination_deg, raan, perigee, anomaly))
    error, position, velocity = record.sgp4_tsince(0.0)
    assert error == 0
    columns = [
        record.a * WGS72.equatorial_radius_km,
        eccentricity,
        math.radians(inclination_deg),
        raan,
        perigee,
        anomaly,
    ]
    state = states_from_mean_columns(columns, gravity=WGS72)
    # Same theory, same constants: a millimetre is left for SGP4's stopping rule in Kepler's equation.
    assert np.linalg.norm(state[:3] - position) < 1e-6
    assert np.linalg.norm(state[3:] - velocity) < 1e-9


@given(**LOW_ORBITS)
def test_mean_elements_come_back(
    altitude_km: float, eccentricity: float, inclination_deg: float, raan: float, perigee: float, anomaly: float
) -> None:
    elements = orbit(altitude_km, eccentricity, inclination_deg, raan, perigee, anomaly)
    for long_period in (True, False):
        state = state_from_mean_elements(elements, long_period=long_period)
        back = mean_elements_from_state(state, elements.epoch_mjd_utc, long_period=long_period)
        # The inverse repeats the forward theory until it closes: micrometres, against the 50 m a user may expect.
        assert back.semi_major_axis_km == pytest.approx(elements.semi_major_axis_km, abs=1e-8)
        assert back.eccentricity == pytest.approx(eccentricity, abs=1e-11)
        assert back.inclination_rad == pytest.approx(elements.inclination_rad, abs=1e-11)
        assert np.linalg.norm(state_from_mean_elements(back, long_period=long_period) - state) < 1e-6


def test_mean_axis_of_a_real_element_set_is_constant_along_sgp4(shared_data) -> None:
    lines = (shared_data / "tle" / "25544_iss.tle").read_text().splitlines()
    index = next(n for n, line in enumerate(lines) if line.startswith("1 25544U") and line[18:23] == "22086")
    record = Satrec.twoline2rv(lines[index], lines[index + 1])
    drag_free = Satrec()
    drag_free.sgp4init(
        SGP4_WGS72, "i", 25544, 26384.0, 0.0, 0.0, 0.0, record.ecco, record.argpo, record.inclo, record.mo,
        record.no_kozai, record.nodeo,
    )  # fmt: skip
    minutes = np.arange(0.0, 1440.0, 1.0)
    states = np.array([np.concatenate(drag_free.sgp4_tsince(t)[1:]) for t in minutes])
    axis = drag_free.a * WGS72.equatorial_radius_km
    # SGP4 with B* = 0 keeps its mean axis for ever, so the inverse must find the same number at every minute.
    assert mean_columns_from_states(states, gravity=WGS72)[:, 0] == pytest.approx(axis, abs=1e-6)
    # The energy knows the orbit's second-order terms, which SGP4's states lack: tens of metres, no trend.
    by_energy = mean_semi_major_axis_km(states, gravity=WGS72)
    assert np.abs(by_energy - axis).max() < 0.05
    # The osculating axis is a different quantity: it swings by kilometres.
    r, v = states[:, :3], states[:, 3:]
    osculating = 1.0 / (2.0 / np.linalg.norm(r, axis=1) - np.sum(v**2, axis=1) / WGS72.mu_km3_s2)
    assert np.ptp(osculating) > 5.0


def test_forced_eccentricity_is_what_separates_the_two_conventions() -> None:
    elements = orbit(400.0, 1e-6, 51.6, 0.0, 0.0, 0.0)
    state = state_from_mean_elements(elements, long_period=True)
    contained = mean_elements_from_state(state, elements.epoch_mjd_utc, long_period=False)
    # Cook (1966): the frozen eccentricity is -(J3 / 2 J2) (R / p) sin i, with perigee at the northernmost point.
    forced = -0.5 * EGM2008.j3 / EGM2008.j2 * EGM2008.equatorial_radius_km / 6778.137 * math.sin(math.radians(51.6))
    assert contained.eccentricity == pytest.approx(forced, rel=0.01)  # first order in a small quantity
    assert contained.argument_of_perigee_rad == pytest.approx(math.pi / 2.0, abs=0.01)


@pytest.mark.parametrize(
    ("state", "says"),
    [
        ([7000.0, 0.0, 0.0, 0.0, 12.0, 0.0], "no orbit above ground"),
        ([6500.0, 0.0, 0.0, 0.0, 5.0, 0.0], "no orbit above ground"),
        ([7000.0, 0.0, 0.0], "six numbers"),
        ([7000.0, 0.0, math.nan, 0.0, 7.5, 0.0], "NaN"),
    ],
)
def test_unusable_states_are_refused(state: list[float], says: str) -> None:
    with pytest.raises(OrbitError, match=says):
        mean_columns_from_states(state)
