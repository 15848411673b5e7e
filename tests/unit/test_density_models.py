"""Density models behind one protocol: the registry, a user's own function, and every refusal."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from stationkeep.environment.atmosphere import Atmosphere, still_air
from stationkeep.environment.callable_atmosphere import CallableAtmosphere
from stationkeep.environment.density_models import DENSITY_MODELS, density_model_named, terms_of
from stationkeep.environment.nrlmsise00 import Nrlmsise00Reference
from stationkeep.errors import InputError, MissingExtraError, OrbitError

SUN = [130.0, 124.0, 9.0]
NEEDS_HEYOKA = {"NRLMSISE-00-thermoNET", "JB2008"}
CARRIES = {
    "NRLMSISE-00": "NRLMSISE-00",
    "NRLMSISE-00-reference": "NRLMSISE-00",
    "NRLMSISE-00-thermoNET": "NRLMSISE-00",
    "JB2008": "JB2008-from-F10.7",
    "MSIS-2.1": "NRLMSIS-2.1",
}


@pytest.fixture(params=[entry.name for entry in DENSITY_MODELS])
def model(request: pytest.FixtureRequest) -> Atmosphere:
    if request.param in NEEDS_HEYOKA:
        pytest.importorskip("heyoka", reason="the thermoNETs need the extra 'precise'")
    return density_model_named(request.param)


def test_every_name_makes_an_atmosphere(model: Atmosphere) -> None:
    assert isinstance(model, Atmosphere)
    assert model.floor_km < 200.0 < 1000.0 <= model.ceiling_km
    assert model.implementation
    assert np.array_equal(model.air_velocity_m_s(59000.0, np.ones((2, 3))), np.zeros((2, 3)))


def test_names_and_what_coefficients_carry() -> None:
    assert [entry.name for entry in DENSITY_MODELS] == list(CARRIES)
    for name, carried in CARRIES.items():
        if name not in NEEDS_HEYOKA:
            assert density_model_named(name.lower()).density_model == carried


def test_densities_broadcast_and_agree_roughly(model: Atmosphere) -> None:
    times = 59671.0 + np.arange(3)[:, None]
    density = model.density_kg_m3(times, [-50.0, 0.0, 50.0, 10.0], 370.0, 400.0, SUN)
    assert density.shape == (3, 4)
    alone = model.density_kg_m3(59672.0, 50.0, 10.0, 400.0, SUN)
    assert alone.shape == ()
    assert float(alone) == pytest.approx(float(density[1, 2]), rel=1.0e-5)  # 370 deg east is 10
    reference = Nrlmsise00Reference().density_kg_m3(times, [-50.0, 0.0, 50.0, 10.0], 10.0, 400.0, SUN)
    # empirical models differ by 15 % (1 sigma) from place to place; a wrong unit or index order by far more
    assert np.all(np.abs(np.log(density / reference)) < 0.5)


def test_nothing_asked_nothing_answered(model: Atmosphere) -> None:
    assert model.density_kg_m3([], [], [], [], np.empty((0, 3))).shape == (0,)


def test_all_refuse_bad_points(model: Atmosphere) -> None:
    with pytest.raises(InputError, match="finite"):
        model.density_kg_m3(59000.0, 0.0, 0.0, float("nan"), SUN)
    with pytest.raises(InputError, match="last axis"):
        model.density_kg_m3(59000.0, 0.0, 0.0, 400.0, [130.0, 120.0])


def test_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(InputError, match="no density model 'DTM'") as raised:
        density_model_named("DTM")
    for name in CARRIES:
        assert name in str(raised.value)


def test_only_msis21_comes_with_terms() -> None:
    assert [name for name, carried in CARRIES.items() if terms_of(carried)] == ["MSIS-2.1"]
    assert "non-commercial" in str(terms_of("NRLMSIS-2.1"))


def test_registry_imports_nothing_heavy() -> None:
    code = (
        "import sys; import stationkeep.environment.density_models; "
        "print(sorted({'numpy', 'numba', 'pymsis', 'heyoka'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_missing_heyoka_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "heyoka", None)
    for name in NEEDS_HEYOKA:
        with pytest.raises(MissingExtraError, match="heyoka") as raised:
            density_model_named(name)
        assert "precise" in str(raised.value.hint)


@pytest.mark.parametrize("name", sorted(NEEDS_HEYOKA))
@pytest.mark.parametrize("altitude_km", [179.0, 1001.0])
def test_thermonets_refuse_altitudes_they_were_not_trained_at(name: str, altitude_km: float) -> None:
    pytest.importorskip("heyoka", reason="the thermoNETs need the extra 'precise'")
    with pytest.raises(OrbitError, match=f"{altitude_km:g} km"):
        density_model_named(name).density_kg_m3(59000.0, 0.0, 0.0, [400.0, altitude_km], SUN)


# --- a user's own function --------------------------------------------------------------------------------------------


def exponential(
    time: np.ndarray, lat: np.ndarray, lon: np.ndarray, altitude: np.ndarray, sun: np.ndarray
) -> np.ndarray:
    assert time.shape == lat.shape == lon.shape == altitude.shape
    assert sun.shape == (*altitude.shape, 3)
    return 4.0e-12 * np.exp(-(altitude - 400.0) / 60.0) * sun[:, 1] / 150.0


OWN = CallableAtmosphere("my model", exponential, 120.0, 900.0)


def test_own_function_is_an_atmosphere() -> None:
    assert isinstance(OWN, Atmosphere)
    assert OWN.density_model == "my model"
    assert "exponential" in OWN.implementation
    density = OWN.density_kg_m3(59000.0, [[0.0], [10.0]], [0.0, 1.0, 2.0], 400.0, SUN)
    assert density.shape == (2, 3)
    assert np.allclose(density, 4.0e-12 * 124.0 / 150.0)
    windy = CallableAtmosphere("windy", exponential, 120.0, 900.0, wind=lambda t, x: still_air(t, x) + 100.0)
    assert np.all(windy.air_velocity_m_s(59000.0, np.ones((2, 3))) == 100.0)


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (lambda *a: np.nan * a[3], "answered nan kg/m3 at 400 km"),
        (lambda *a: 0.0 * a[3], "answered 0.0 kg/m3"),
        (lambda *a: -1.0 + a[3] * 0.0, "answered -1.0 kg/m3"),
        (lambda *a: 1.0e-12, r"shape \(\) for 2 points"),
        (lambda *a: np.ones((2, 3)), r"shape \(2, 3\) for 2 points"),
        (lambda *a: None, "answered"),
        (lambda *a: ["thin", "air"], "not numbers"),
        (lambda *a: np.inf + a[3], "answered inf"),
    ],
)
def test_own_function_must_answer_densities(function: Callable[..., object], says: str) -> None:
    own = CallableAtmosphere("mine", function, 120.0, 900.0)  # type: ignore[arg-type]
    with pytest.raises(InputError, match=says) as raised:
        own.density_kg_m3(59000.0, 0.0, 0.0, [400.0, 500.0], SUN)
    assert "mine" in raised.value.problem
    assert raised.value.hint


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("", exponential, 100.0, 900.0), "named ''"),
        (("nrlmsise-00", exponential, 100.0, 900.0), "as one of the shipped ones"),
        (("JB2008", exponential, 100.0, 900.0), "as one of the shipped ones"),
        (("mine", 1.0e-12, 100.0, 900.0), "cannot be called"),
        (("mine", exponential, 900.0, 100.0), "900.0 to 100.0 km"),
        (("mine", exponential, -5.0, 100.0), "-5.0 to 100.0 km"),
        (("mine", exponential, 100.0, float("nan")), "nan km"),
    ],
)
def test_own_function_is_declared_properly(arguments: tuple[object, ...], says: str) -> None:
    with pytest.raises(InputError, match=says) as raised:
        CallableAtmosphere(*arguments)  # type: ignore[arg-type]
    assert raised.value.hint


def test_own_function_is_not_asked_outside_its_range() -> None:
    for altitude in (119.0, 901.0):
        with pytest.raises(OrbitError, match=f"asked for {altitude:g} km"):
            OWN.density_kg_m3(59000.0, 0.0, 0.0, altitude, SUN)


def test_the_licence_notice_is_in_the_notice_file() -> None:
    notice = (Path(__file__).resolve().parents[2] / "NOTICE").read_text()
    assert "NRLMSIS 2.1" in notice
    assert "non-commercial" in notice
