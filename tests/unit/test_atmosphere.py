"""Atmosphere models: the protocol, their errors, and the compiled kernel against its formulas in plain numpy."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from stationkeep.environment import surrogate_formulas as formulas
from stationkeep.environment.atmosphere import Atmosphere, still_air
from stationkeep.environment.nrlmsise00 import Nrlmsise00Reference
from stationkeep.environment.surrogate import (
    Nrlmsise00Surrogate,
    density_along_orbit,
    load_surrogate_weights,
    surrogate_provenance,
    surrogate_workspace,
)
from stationkeep.errors import InputError, OrbitError

Floats = NDArray[np.float64]
SUN = (130.0, 120.0, 9.0)
MODELS = pytest.mark.parametrize("atmosphere", [Nrlmsise00Reference(), Nrlmsise00Surrogate()], ids=["pymsis", "net"])


def orbit(n: int, seed: int = 0) -> dict[str, Floats]:
    """Points anywhere between 100 and 1000 km, as the kernel wants them."""
    rng = np.random.default_rng(seed)
    latitude, longitude = np.radians(rng.uniform(-90, 90, n)), rng.uniform(-np.pi, np.pi, n)
    time = 59_671.0 + np.sort(rng.random(n)) * 0.06
    return {
        "mjd_utc": time,
        "sin_lat": np.sin(latitude),
        "cos_lat": np.cos(latitude),
        "longitude_rad": longitude,
        "solar_time_rad": 2.0 * np.pi * (time % 1.0) + longitude,
        "altitude_km": rng.uniform(100.0, 1000.0, n),
    }


def kernel(points: dict[str, Floats], sun: tuple[float, float, float] = SUN) -> Floats:
    n = len(points["mjd_utc"])
    out = np.full(n, np.nan)
    place = (points[name] for name in ("sin_lat", "cos_lat", "longitude_rad", "solar_time_rad", "altitude_km"))
    density_along_orbit(load_surrogate_weights(), points["mjd_utc"], *sun, *place, surrogate_workspace(n), out)
    return out


def network_in_numpy(points: dict[str, Floats], sun: tuple[float, float, float] = SUN) -> Floats:
    """The surrogate written out in double precision: what the kernel and any other port must reproduce."""
    weights = load_surrogate_weights()
    n = len(points["mjd_utc"])
    season = 2.0 * np.pi * (points["mjd_utc"][n // 2] - 51544.0) / formulas.YEAR_DAYS
    saturation = np.exp(-formulas.AP_SATURATION_RATE * (sun[2] - 4.0))
    day = np.array(formulas.day_features(np.cos(season), np.sin(season), *sun, saturation))
    angles = (
        points["sin_lat"],
        points["cos_lat"],
        np.cos(points["solar_time_rad"]),
        np.sin(points["solar_time_rad"]),
    )
    local = np.array(np.broadcast_arrays(*formulas.local_features(*angles)))
    turning = np.array(
        formulas.turning_features(*angles, np.cos(points["longitude_rad"]), np.sin(points["longitude_rad"]))
    )
    latents = np.einsum("kjl,jn,k->nl", weights.local, local, day)
    latents += np.einsum("kjl,jn,k->nl", weights.turning, turning, day[: formulas.N_DAY_TURNING])
    heights = np.array(formulas.height_features(points["altitude_km"]))
    x = np.concatenate([latents, heights.T], axis=1)
    for layer, bias in ((weights.hidden1, weights.bias1), (weights.hidden2, weights.bias2)):
        x = x @ layer + bias
        x = x / np.sqrt(1.0 + x * x)
    return np.asarray(np.exp(formulas.reference_profile(weights.profile, heights[0], heights[2]) + x @ weights.output))


@pytest.mark.parametrize("n", [1, 5, 8, 12, 16, 31, 64])
def test_kernel_equals_its_formulas(n: int) -> None:
    """Single precision inside: 1e-4 of density is a hundred times below the surrogate's own error."""
    points = orbit(n, seed=n)
    np.testing.assert_allclose(kernel(points), network_in_numpy(points), rtol=1e-4)


def test_kernel_treats_points_one_by_one() -> None:
    points = orbit(23)
    points["mjd_utc"][:] = 59_671.0  # the season belongs to the call, not to the point
    order = np.random.default_rng(1).permutation(23)
    shuffled = {name: np.ascontiguousarray(values[order]) for name, values in points.items()}
    np.testing.assert_allclose(kernel(shuffled), kernel(points)[order], rtol=1e-5)


def test_kernel_takes_any_number_of_turns() -> None:
    points = orbit(16)
    turned = dict(points)
    turned["longitude_rad"] = points["longitude_rad"] + 2.0 * np.pi * 7
    turned["solar_time_rad"] = points["solar_time_rad"] - 2.0 * np.pi * 40
    np.testing.assert_allclose(kernel(turned), kernel(points), rtol=1e-5)


def test_kernel_stays_finite_and_monotonic_beyond_its_range() -> None:
    """An integrator's trial step may cross an edge; 100 km is crossed at the end of every flight."""
    points = {name: np.repeat(values[:1], 200) for name, values in orbit(1).items()}
    points["altitude_km"] = np.concatenate([np.linspace(20.0, 130.0, 100), np.linspace(900.0, 3000.0, 100)])
    density = kernel(points)
    assert np.all(np.isfinite(density))
    assert np.all(np.diff(density) < 0.0)


@MODELS
def test_is_an_atmosphere(atmosphere: Atmosphere) -> None:
    assert isinstance(atmosphere, Atmosphere)
    assert atmosphere.density_model == "NRLMSISE-00"
    assert "pymsis" in atmosphere.implementation
    assert atmosphere.floor_km < 120.0 < 1000.0 <= atmosphere.ceiling_km


@MODELS
def test_arguments_broadcast(atmosphere: Atmosphere) -> None:
    times = 59_671.0 + np.arange(4)[:, None]
    drivers = np.array([[100.0, 110.0, 4.0], [150.0, 120.0, 30.0], [90.0, 95.0, 2.0], [200.0, 180.0, 80.0]])
    grid = atmosphere.density_kg_m3(times, [-50.0, 0.0, 50.0], 10.0, 400.0, drivers[:, None, :])
    assert grid.shape == (4, 3)
    for i in range(4):
        one = atmosphere.density_kg_m3(times[i, 0], 50.0, 10.0, 400.0, drivers[i])
        assert one.shape == ()
        assert grid[i, 2] == pytest.approx(float(one), rel=1e-5)


def test_surrogate_hands_over_to_the_reference_outside_its_range() -> None:
    altitude = np.array([60.0, 99.9, 250.0, 1000.1, 1500.0])
    place = (59_671.3, 30.0, -100.0, altitude, SUN)
    fast, reference = Nrlmsise00Surrogate().density_kg_m3(*place), Nrlmsise00Reference().density_kg_m3(*place)
    outside = [0, 1, 3, 4]
    np.testing.assert_array_equal(fast[outside], reference[outside])
    assert fast[2] != reference[2]


def test_provenance_names_versions_and_a_hash() -> None:
    notes = surrogate_provenance()
    assert notes["density_model"] == "NRLMSISE-00"
    assert len(notes["sha256"]) == 64
    assert {"pymsis", "seed", "samples", "script_version", "test_errors_percent"} <= set(notes)


def test_air_is_still_unless_a_wind_is_given() -> None:
    positions = np.full((5, 3), 6.8e6)
    assert np.array_equal(Nrlmsise00Surrogate().air_velocity_m_s(59_671.0, positions), np.zeros((5, 3)))

    def westerly(time_mjd_utc: object, position_itrf_m: object) -> Floats:
        return still_air(59_671.0, positions) + np.array([0.0, 100.0, 0.0])

    windy = Nrlmsise00Reference(wind=westerly)
    assert np.array_equal(windy.air_velocity_m_s(59_671.0, positions)[:, 1], np.full(5, 100.0))


@MODELS
@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        (lambda a: (*a[:4], (130.0, 120.0)), InputError, "last axis"),
        (lambda a: (*a[:4], 130.0), InputError, "last axis"),
        (lambda a: ([1.0, 2.0], [1.0, 2.0, 3.0], *a[2:]), InputError, "do not fit"),
        (lambda a: (*a[:3], float("nan"), a[4]), InputError, "finite"),
        (lambda a: (a[0], 90.5, *a[2:]), InputError, "90.5 deg"),
        (lambda a: (*a[:3], -1.0, a[4]), OrbitError, "below"),
        (lambda a: (*a[:4], (0.0, 120.0, 4.0)), InputError, "F10.7"),
        (lambda a: (*a[:4], (130.0, 120.0, -1.0)), InputError, "Ap"),
    ],
)
def test_bad_input_says_what_to_do(
    atmosphere: Atmosphere,
    change: Callable[[tuple[object, ...]], tuple[float, ...]],
    error: type[InputError],
    says: str,
) -> None:
    with pytest.raises(error, match=says) as raised:
        atmosphere.density_kg_m3(*change((59_671.0, 30.0, 10.0, 400.0, SUN)))
    assert raised.value.hint


@MODELS
def test_nothing_asked_nothing_answered(atmosphere: Atmosphere) -> None:
    assert atmosphere.density_kg_m3([], [], [], [], np.empty((0, 3))).shape == (0,)


def test_a_radio_burst_is_not_heat() -> None:
    """938.6 sfu stand in the tables for 2011-03-08; NRLMSISE-00 asked so loses five powers of ten of its density."""
    for model in (Nrlmsise00Reference(), Nrlmsise00Surrogate()):
        burst, limit = (
            float(model.density_kg_m3(55_628.5, 30.0, 20.0, 420.0, [flux, 115.0, 5.0])) for flux in (938.6, 400.0)
        )
        assert burst == limit
