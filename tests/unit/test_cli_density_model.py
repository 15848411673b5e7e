"""A coefficient carries its density model from one command to the next, and no other model takes it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import synthetic_history as made
from stationkeep.campaign.calibrate import CalibrateDocument, calibrate_document
from stationkeep.campaign.coefficient_file import GivenCoefficient, read_coefficient
from stationkeep.campaign.decay import DecayDocument, DecayOptions, predict_decay
from stationkeep.campaign.drag_courses import GivenDrag
from stationkeep.environment.callable_atmosphere import CallableAtmosphere
from stationkeep.environment.sources import bundled_space_weather
from stationkeep.environment.surrogate import Nrlmsise00Surrogate
from stationkeep.errors import DensityModelMismatch, ElementSetError, InputError
from stationkeep.orbit.elements import MeanElements
from stationkeep.orbit.history import read_history
from stationkeep.orbit.mean_decay import WeatherTrack
from stationkeep.timescale import mjd_utc, parse_utc

SURROGATE = Nrlmsise00Surrogate()
HALF = CallableAtmosphere(
    "half", lambda t, lat, lon, h, sun: 0.5 * SURROGATE.density_kg_m3(t, lat, lon, h, sun), 100.0, 1000.0
)


@pytest.fixture(scope="module")
def tle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five weeks of 2020 at 230 km, as NRLMSISE-00 and 0.008 m2/kg would have it."""
    sky = WeatherTrack(int(made.START_MJD) - 1, bundled_space_weather().drivers(int(made.START_MJD) - 1, 60))
    elements: list[MeanElements] = made.flown(12, sky, [], every_days=0.5, altitude_km=230.0)
    path = tmp_path_factory.mktemp("sets") / "made.tle"
    path.write_text("".join("\n".join(("MADE UP", *made.two_lines(item, 99999), "")) for item in elements))
    return path


@pytest.fixture
def cli(run_command):  # type: ignore[no-untyped-def]
    return run_command


OBSERVED = ("--space-weather", "observed")
FEW = ("-n", "5", "--horizon-days", "120", *OBSERVED)


def fit(cli, tle: Path, *more: object) -> tuple[Path, CalibrateDocument]:  # type: ignore[no-untyped-def]
    code, _, error = cli("calibrate", "--tle", tle, "--json", "fit.json", *more)
    assert code == 0, error
    return Path("fit.json"), CalibrateDocument.model_validate_json(Path("fit.json").read_text())


def test_calibrate_and_decay_with_msis21_say_its_terms(cli, tle: Path) -> None:  # type: ignore[no-untyped-def]
    path, fitted = fit(cli, tle, "--density-model", "msis-2.1")
    assert fitted.density_model == "NRLMSIS-2.1"
    assert "version=2.1" in fitted.provenance["atmosphere"]
    assert any("non-commercial" in note for note in fitted.notes)
    code, out, error = cli("decay", "--tle", tle, "--density-model", "MSIS-2.1", "--ballistic-coefficient", path, *FEW)
    assert code == 0, error
    assert "(NRLMSIS-2.1)" in out
    assert "from fit.json" in out
    assert "non-commercial" in out


def test_a_coefficient_is_refused_by_another_model(cli, tle: Path) -> None:  # type: ignore[no-untyped-def]
    path, _ = fit(cli, tle, "--density-model", "MSIS-2.1")
    code, out, error = cli("decay", "--tle", tle, "--ballistic-coefficient", path, *FEW)
    assert code == 2
    assert out == ""
    assert error.count("error:") == 1
    assert "fitted with NRLMSIS-2.1, the engine flies NRLMSISE-00" in error
    assert "Traceback" not in error


def test_a_coefficient_given_back_replaces_the_fit(cli, tle: Path) -> None:  # type: ignore[no-untyped-def]
    path, fitted = fit(cli, tle)
    code, out, error = cli("decay", "--tle", tle, "--ballistic-coefficient", path, "--json", "-", *FEW)
    assert code == 0, error
    given = DecayDocument.model_validate(json.loads(out))
    assert given.ballistic_coefficient.value_m2_kg == fitted.value_m2_kg
    assert given.ballistic_coefficient.spread_percent == pytest.approx(100.0 * fitted.spread, abs=0.01)
    assert given.ballistic_coefficient.arcs == len(fitted.arcs)
    assert given.ballistic_coefficient.arc_start_utc == min(arc.start_utc for arc in fitted.arcs)
    assert given.provenance["ballistic_coefficient"] == "fit.json"
    assert given.reentry.median_utc is not None
    # the same object, fitted here: nearly the same day
    code, out, _ = cli("decay", "--tle", tle, "--json", "-", *FEW)
    here = DecayDocument.model_validate(json.loads(out))
    assert here.outcome.reason == given.outcome.reason == "reentered"
    days = [np.datetime64(document.outcome.time_utc.rstrip("Z")) for document in (given, here)]
    assert abs((days[0] - days[1]) / np.timedelta64(1, "D")) < 1.0


def test_a_given_coefficient_with_its_drift_is_as_uncertain_as_the_fit(shared_data: Path, tmp_path: Path) -> None:
    history = read_history(shared_data / "tle" / "37820_tiangong1.tle")
    as_of = mjd_utc(parse_utc("2018-01-15"))
    path = tmp_path / "fit.json"
    path.write_text(calibrate_document(history, as_of).model_dump_json(by_alias=True))
    given = read_coefficient(path)
    assert given.drift is not None
    bare = replace(given, drift=None)

    def days_wide(coefficient: GivenCoefficient | None) -> float:
        options = DecayOptions("observed", runs=100, ballistic_coefficient=coefficient)
        fall = predict_decay(history, as_of, options).reentry
        first, last = (mjd_utc(parse_utc(str(date))) for date in (fall.p05_utc, fall.p95_utc))
        return last - first

    # Two sets of 100 draws: a 90 % window scatters by 10 %. A bare number counts the wandering in its spread again.
    assert days_wide(given) == pytest.approx(days_wide(None), rel=0.25)
    assert days_wide(bare) > 1.1 * days_wide(None)


def test_an_old_coefficient_has_wandered_farther(tmp_path: Path, tle: Path) -> None:
    path = tmp_path / "fit.json"
    path.write_text(calibrate_document(read_history(tle)).model_dump_json(by_alias=True))
    drag = GivenDrag.of(read_coefficient(path))
    assert drag.given.drift is not None
    last = drag.given.drift.last_set_day_mjd

    def spread(first_day_mjd: int) -> float:
        courses = drag.courses(first_day_mjd, 3, np.full(3, 400.0))
        return float(np.std([np.log(courses.draw(np.random.default_rng(seed))[0]) for seed in range(400)]))

    assert spread(last) == pytest.approx(drag.given.drift.spread_at_last_set, rel=0.15)  # 400 draws: 4 % (1 sigma)
    assert spread(last + 200) > 2.0 * spread(last)
    assert drag.change_within(0.0) == 0.0 < drag.change_within(0.5) < drag.change_within(1.0)


def test_another_object_s_coefficient_is_noted(cli, tle: Path) -> None:  # type: ignore[no-untyped-def]
    path, _ = fit(cli, tle)
    other = json.loads(path.read_text())
    other["object"]["norad_id"] = "25544"
    path.write_text(json.dumps(other))
    code, out, _ = cli("decay", "--tle", tle, "--ballistic-coefficient", path, *FEW)
    assert code == 0
    assert "fitted to object 25544, not to 99999" in " ".join(out.split())


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "holds no JSON"),
        ("[1, 2]", "is no calibration"),
        ('{"schema": "stationkeep.decay/1"}', "schema"),
        ('{"schema": "stationkeep.calibrate/1", "value_m2_kg": -1}', "is no calibration"),
        ("\xff\xfe", "holds no JSON"),
        ("[" * 100_000, "holds no JSON"),
    ],
)
def test_files_that_are_no_calibration_are_refused(cli, tle: Path, content: str, says: str) -> None:  # type: ignore[no-untyped-def]
    Path("bad.json").write_bytes(content.encode("latin-1"))
    code, out, error = cli("decay", "--tle", tle, "--ballistic-coefficient", "bad.json", *FEW)
    assert code == 2
    assert out == ""
    assert says in error
    assert "stationkeep calibrate --json" in error


@pytest.mark.parametrize("field", ["value_m2_kg", "spread", "density_model", "object", "arcs"])
@pytest.mark.parametrize("value", [None, -1, "x", float("nan")])
def test_each_field_of_a_calibration_is_checked(tmp_path: Path, field: str, value: object) -> None:
    if field == "density_model" and value == "x":
        pytest.skip("any name is a name")
    good = {
        "schema": "stationkeep.calibrate/1",
        "object": {"norad_id": "1"},
        "value_m2_kg": 0.007,
        "spread": 0.1,
        "density_model": "NRLMSISE-00",
        "arcs": [],
    }
    path = tmp_path / "fit.json"
    path.write_text(json.dumps(good))
    assert read_coefficient(path).coefficient.value_m2_kg == 0.007
    path.write_text(json.dumps({**good, field: value}))
    with pytest.raises(ElementSetError, match=field):
        read_coefficient(path)


def test_a_missing_file_and_an_unknown_model(cli, tle: Path) -> None:  # type: ignore[no-untyped-def]
    code, _, error = cli("decay", "--tle", tle, "--ballistic-coefficient", "none.json")
    assert code == 2
    assert "none.json: No such file" in error
    for command in ("decay", "calibrate"):
        code, out, error = cli(command, "--tle", tle, "--density-model", "dtm2020")
        assert (code, out) == (2, "")
        assert "no density model 'dtm2020'" in error
        assert "MSIS-2.1" in error


def test_correction_with_another_object(cli, tle: Path) -> None:  # type: ignore[no-untyped-def]
    text = tle.read_text()
    Path("other.tle").write_text(text)  # an object corrected with itself: the errors are all in common, and small
    code, out, error = cli("calibrate", "--tle", tle, "--correct-with", "other.tle", "--json", "fit.json")
    assert code == 0, error
    assert "corrected with MADE UP, known to" in out
    fitted = CalibrateDocument.model_validate_json(Path("fit.json").read_text())
    assert fitted.corrected_with is not None
    assert fitted.corrected_with.norad_id == "99999"
    assert fitted.corrected_with.share in (0.0, 0.25, 0.5, 0.75)
    assert fitted.value_m2_kg == pytest.approx(made.BALLISTIC_M2_KG, rel=0.1)
    assert fit(cli, tle)[1].corrected_with is None
    Path("few.tle").write_text("".join(line + "\n" for line in text.splitlines()[:9]))
    code, out, error = cli("calibrate", "--tle", tle, "--correct-with", "few.tle")
    assert (code, out) == (2, "")
    assert "no burn-free arc" in error


def test_help_states_the_licence(cli) -> None:  # type: ignore[no-untyped-def]
    for command in ("decay", "calibrate"):
        code, out, _ = cli(command, "--help")
        assert code == 0
        words = " ".join(out.replace("│", " ").split())
        assert "MSIS-2.1" in words
        assert "non-commercial" in words


def test_a_function_of_one_s_own_calibrates_and_predicts(tle: Path) -> None:
    history = read_history(tle)
    whole, half = (calibrate_document(history, density_model=model) for model in ("NRLMSISE-00", HALF))
    # half the density, twice the coefficient: nodes here, the network of orbit averages (0.5 %) there
    assert half.value_m2_kg == pytest.approx(2.0 * whole.value_m2_kg, rel=6.0e-3)
    assert half.density_model == "half"
    options = DecayOptions("observed", runs=4, horizon_days=120.0, density_model=HALF)
    fall = predict_decay(history, None, options)
    usual = predict_decay(history, None, DecayOptions("observed", runs=4, horizon_days=120.0))
    assert fall.ballistic_coefficient.density_model == "half"
    days = [np.datetime64(document.outcome.time_utc.rstrip("Z")) for document in (fall, usual)]
    assert abs((days[0] - days[1]) / np.timedelta64(1, "h")) < 2.0


def test_the_engine_refuses_through_python_too(tle: Path, tmp_path: Path) -> None:
    history = read_history(tle)
    path = tmp_path / "fit.json"
    path.write_text(calibrate_document(history).model_dump_json(by_alias=True))
    given = read_coefficient(path)
    with pytest.raises(DensityModelMismatch, match="fitted with NRLMSISE-00, the engine flies half"):
        predict_decay(history, None, DecayOptions("observed", density_model=HALF, ballistic_coefficient=given))
    assert issubclass(DensityModelMismatch, InputError)


def test_a_number_is_no_coefficient_file(cli, tle: Path) -> None:  # type: ignore[no-untyped-def]
    code, _, error = cli("decay", "--tle", tle, "--ballistic-coefficient", "0.007")
    assert code == 2
    assert "0.007 is a number" in error
    assert "calibrate --json" in error
