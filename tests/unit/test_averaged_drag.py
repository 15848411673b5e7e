"""The orbit-averaged network: the compiled kernel against its formulas in numpy, and where it may be used."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from stationkeep.constants import EARTH_EQUATORIAL_RADIUS_KM, EARTH_MU_KM3_S2, EARTH_ROTATION_RAD_S
from stationkeep.environment import surrogate_formulas
from stationkeep.orbit import averaged_formulas as formulas
from stationkeep.orbit.averaged_drag import (
    LARGEST_SPREAD_KM,
    LOWEST_POINT_KM,
    averaged_provenance,
    averaged_rates,
    averaged_workspace,
    is_averaged,
    load_averaged_weights,
    lowest_point_km,
)
from stationkeep.orbit.decay_kernel import node_lattice, place_nodes

Floats = NDArray[np.float64]
SUN = np.array([131.0, 124.0, 9.0])


def orbit(altitude_km: float, eccentricity: float = 0.0005, inclination_deg: float = 51.6, node: float = 1.0) -> Floats:
    a = EARTH_EQUATORIAL_RADIUS_KM + altitude_km
    return np.array(
        [a, eccentricity * math.cos(0.7), eccentricity * math.sin(0.7), math.radians(inclination_deg), node]
    )


def kernel_rates(time_mjd: float, state: Floats, drivers: Floats, ballistic: float) -> Floats:
    rates = np.empty(5)
    averaged_rates(load_averaged_weights(), time_mjd, state, drivers, ballistic, averaged_workspace(), rates)
    return rates


def twin_decay_km_day(time_mjd: float, state: Floats, drivers: Floats) -> float:
    """``d_a`` of a unit coefficient by the documented formulas, in double precision."""
    net = load_averaged_weights()
    season = 2.0 * math.pi / surrogate_formulas.YEAR_DAYS * (time_mjd - 51544.0)
    ap = float(drivers[2])
    saturation = math.exp(-surrogate_formulas.AP_SATURATION_RATE * (ap - 4.0))
    day = np.array(
        surrogate_formulas.day_features(math.cos(season), math.sin(season), drivers[0], drivers[1], ap, saturation)
    )
    a, xi, eta, inclination, raan = state
    local = raan - math.radians(100.46061837 + 0.98564736629 * (time_mjd - 51544.5))
    node = np.array([math.cos(local), math.sin(local), 0.0])
    normal = np.array(
        [math.sin(inclination) * math.sin(local), -math.sin(inclination) * math.cos(local), math.cos(inclination)]
    )
    perigee = a / formulas.PERIGEE_UNIT_KM * (xi * node + eta * np.cross(normal, node))
    plane = np.array(formulas.plane_features(*normal))
    turn = np.array(formulas.perigee_features(*normal, *perigee))
    latents = np.einsum("kjl,k,j->l", net.plane, day, plane)
    latents = latents + np.einsum("kjl,k,j->l", net.perigee, day[: surrogate_formulas.N_DAY_TURNING], turn)
    heights = np.array(formulas.height_features(formulas.effective_altitude_km(a, math.sin(inclination) ** 2)))
    x = np.concatenate([latents, heights]) @ net.hidden1 + net.bias1
    x = (x / np.sqrt(1.0 + x * x)) @ net.hidden2 + net.bias2
    out = net.output @ (x / np.sqrt(1.0 + x * x)) + net.bias3
    powers = [heights[0] ** k for k in range(6)] + [heights[2] ** k for k in range(1, 5)]
    motion = math.sqrt(EARTH_MU_KM3_S2 / a**3)
    slowed = 1.0 - EARTH_ROTATION_RAD_S * math.cos(inclination) / motion
    return float(-1e3 * 86400.0 * math.exp(out[0] + net.profile @ powers) * motion * a * a * slowed * slowed)


@pytest.mark.parametrize("altitude_km", [190.0, 300.0, 420.0, 600.0])
@pytest.mark.parametrize("inclination_deg", [0.5, 51.6, 97.8])
def test_kernel_computes_the_documented_formulas(altitude_km: float, inclination_deg: float) -> None:
    """Single precision in the layers leaves 1e-5 of ln(density); 1e-4 would be a wrong term."""
    for time, node in ((59_671.3, 1.0), (60_020.0, 4.0)):
        state = orbit(altitude_km, inclination_deg=inclination_deg, node=node)
        for drivers in (SUN, np.array([210.0, 190.0, 120.0])):
            found = kernel_rates(time, state, drivers, 1.0)[0]
            assert found == pytest.approx(twin_decay_km_day(time, state, drivers), rel=1e-4)


def test_rates_are_proportional_to_the_coefficient_and_point_down() -> None:
    one, two = (kernel_rates(59_671.0, orbit(400.0), SUN, ballistic) for ballistic in (0.005, 0.01))
    np.testing.assert_allclose(two, 2.0 * one, rtol=1e-12)
    assert one[0] < 0.0
    assert one[3] < 0.0  # air that turns with the Earth lowers the inclination


def test_retrograde_orbits_feel_more_drag() -> None:
    """Against air that turns eastward, by the ratio of the squared speeds through it; places being the same."""
    east, west = (
        kernel_rates(59_671.0, orbit(400.0, 0.0, inclination), SUN, 0.01)[0] for inclination in (1e-3, 179.999)
    )
    motion = math.sqrt(EARTH_MU_KM3_S2 / (EARTH_EQUATORIAL_RADIUS_KM + 400.0) ** 3)
    slowed = EARTH_ROTATION_RAD_S / motion
    assert west / east == pytest.approx(((1.0 + slowed) / (1.0 - slowed)) ** 2, rel=1e-3)


def test_lowest_point_is_never_above_the_true_one() -> None:
    """Over all planes and perigees; it decides on steps and on who answers, never on re-entry."""
    rng = np.random.default_rng(3)
    scratch, lattice = np.empty((8, 192)), node_lattice(192)
    for _ in range(200):
        state = orbit(rng.uniform(170.0, 600.0), rng.uniform(0.0, 0.0029), rng.uniform(0.0, 180.0))
        angle, e = rng.uniform(0.0, 2.0 * math.pi), math.hypot(state[1], state[2])
        state[1], state[2] = e * math.cos(angle), e * math.sin(angle)
        true = place_nodes(59_671.0, 1.0, state, lattice, scratch)
        bound = lowest_point_km(state)
        assert bound <= true + 0.1
        # eccentricity and swing add up only where they meet: the bound may be the whole swing too low
        assert true - bound < 20.0


def test_domain() -> None:
    """Low, high and eccentric orbits are left to the nodes."""
    assert is_averaged(orbit(400.0))
    assert not is_averaged(orbit(LOWEST_POINT_KM - 1.0))
    assert not is_averaged(orbit(720.0))
    assert not is_averaged(orbit(400.0, 1.05 * LARGEST_SPREAD_KM / (EARTH_EQUATORIAL_RADIUS_KM + 400.0)))


def test_provenance_says_how_the_weights_were_made() -> None:
    notes = averaged_provenance()
    assert notes["density_model"] == "NRLMSISE-00"
    assert len(notes["sha256"]) == 64
    assert notes["test_errors_percent"]
