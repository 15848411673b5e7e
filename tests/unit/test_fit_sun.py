"""A coefficient fitted for a day in the past knows nothing of the Sun after it, and is adapted to the Sun it meets."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import synthetic_history as made
from stationkeep.campaign import decay as decay_module
from stationkeep.campaign import fit_sun
from stationkeep.campaign import weather as weather_module
from stationkeep.campaign.calibrate import CalibrateDocument, calibrate_document
from stationkeep.campaign.coefficient_file import read_coefficient
from stationkeep.campaign.decay import DecayDocument, DecayOptions, predict_decay
from stationkeep.environment.sources import bundled_space_weather
from stationkeep.environment.space_weather import SpaceWeather, space_weather_from_days
from stationkeep.errors import ElementSetError
from stationkeep.orbit.elements import MeanElements
from stationkeep.orbit.history import read_history
from stationkeep.orbit.mean_decay import WeatherTrack
from stationkeep.orbit.tle import ElementHistory
from stationkeep.timescale import mjd_utc, parse_utc

AS_OF = mjd_utc(parse_utc("2023-01-10T12:00Z"))  # the Sun rises by a quarter in the weeks after
FIRST = AS_OF - 40.0


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> ElementHistory:
    """A small satellite at 330 km for seven weeks, under the Sun of then, to some days after ``AS_OF``."""
    late = int(FIRST) - int(made.START_MJD)
    sky = WeatherTrack(int(made.START_MJD) - 1, bundled_space_weather().drivers(int(FIRST) - 1, 60))
    elements: list[MeanElements] = [
        replace(item, epoch_mjd_utc=item.epoch_mjd_utc + late)
        for item in made.flown(47, sky, [], every_days=0.5, altitude_km=330.0)
    ]
    path = tmp_path_factory.mktemp("sets") / "made.tle"
    path.write_text("".join("\n".join(("MADE UP", *made.two_lines(item, 99999), "")) for item in elements))
    return read_history(path)


def written(document: CalibrateDocument, path: Path) -> Path:
    path.write_text(json.dumps(document.model_dump(mode="json", by_alias=True)))
    return path


def chain(history: ElementHistory, path: Path, sun: str | None = None) -> tuple[CalibrateDocument, DecayDocument]:
    """calibrate, then decay with its file, both for ``AS_OF``."""
    fitted = calibrate_document(history, AS_OF, sun)
    given = read_coefficient(written(fitted, path))
    options = DecayOptions(runs=20, ballistic_coefficient=given, beside_observed=False, workers=1)
    return fitted, predict_decay(history, AS_OF, options)


def another_sun_after(moment_mjd: float) -> SpaceWeather:
    """The real table up to a day, noise from it on."""
    real = bundled_space_weather()
    cut = int(moment_mjd) - real.first_day_mjd
    rng = np.random.default_rng(3)
    f107, ap = real.f107_sfu.copy(), real.ap.copy()
    f107[cut:], ap[cut:] = rng.uniform(70.0, 300.0, f107.size - cut), rng.uniform(0.0, 200.0, ap.size - cut)
    return space_weather_from_days("noise", real.first_day_mjd, f107, ap, real.kind)


def test_nothing_after_the_moment_enters_from_calibrate_to_decay(
    history: ElementHistory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_fit, real_fall = chain(history, tmp_path / "real.json")
    noise = another_sun_after(AS_OF)
    for module in (weather_module, decay_module):
        monkeypatch.setattr(module, "observed_space_weather", lambda *_: noise)
    fit, fall = chain(history.until(AS_OF), tmp_path / "noise.json")
    assert fit.value_m2_kg == real_fit.value_m2_kg
    assert fit.sun == real_fit.sun
    assert fall.reentry.dates_utc == real_fall.reentry.dates_utc
    # and the test sees it where it does enter
    looking, _ = chain(history.until(AS_OF), tmp_path / "looking.json", "observed")
    assert abs(looking.value_m2_kg / fit.value_m2_kg - 1.0) > 0.02


def test_as_of_means_the_sun_known_then_and_the_last_set_the_one_observed(history: ElementHistory) -> None:
    then = calibrate_document(history, AS_OF)
    assert then.provenance["space_weather"]["mode"] == then.sun.mode == "as-known"
    assert then.sun.observed_until_utc == "2023-01-09"
    assert then.notes == []
    assert calibrate_document(history).sun.mode == "observed"


def test_an_observed_sun_that_looks_ahead_is_said(history: ElementHistory) -> None:
    note = calibrate_document(history, AS_OF, "observed").notes[-1]
    assert "hold 41 days from 2023-01-10 on, which nobody knew then" in note
    assert "as-known" in note


def test_before_the_first_bulletin_the_observed_sun_is_taken_and_said() -> None:
    assert fit_sun.choice_of(None, mjd_utc(parse_utc("2003-09-30"))) == "observed"
    weather = fit_sun.weather_of_fit("observed", 52900.0, 52900.0)
    note = fit_sun.look_ahead_note(weather, 52900.0, 52900.0, chosen=False)
    assert note is not None
    assert note.startswith("no solar forecast of that time is shipped")


def test_a_coefficient_is_adapted_to_the_sun_it_meets(history: ElementHistory, tmp_path: Path) -> None:
    # fitted under the observed Sun, flown under the one known then: it must give what a fit under the latter gives
    observed, flown = chain(history, tmp_path / "observed.json", "observed")
    known, same = chain(history, tmp_path / "known.json")
    gap = abs(np.log(observed.value_m2_kg / known.value_m2_kg))
    assert gap > 0.02
    assert same.reentry.ballistic_m2_kg == pytest.approx(known.value_m2_kg, rel=1.0e-4)
    # first order of the air's logarithm: a tenth of the gap is left at most
    assert abs(np.log(flown.reentry.ballistic_m2_kg / known.value_m2_kg)) < 0.1 * gap
    assert any("Suns flown here" in note for note in flown.notes)
    assert not any("Suns flown here" in note for note in same.notes)


def test_files_that_do_not_tell_their_sun_or_know_later_sets_are_noted(history: ElementHistory, tmp_path: Path) -> None:
    old = calibrate_document(history, AS_OF).model_dump(mode="json", by_alias=True)
    del old["sun"]
    (tmp_path / "old.json").write_text(json.dumps(old))
    written(calibrate_document(history), tmp_path / "later.json")
    for name, words in (("old.json", "does not tell the Sun"), ("later.json", "which nobody knew on 2023-01-10")):
        given = read_coefficient(tmp_path / name)
        found = predict_decay(history, AS_OF, DecayOptions(runs=2, ballistic_coefficient=given, beside_observed=False))
        assert any(words in note for note in found.notes)
        assert found.reentry.ballistic_m2_kg == pytest.approx(given.coefficient.value_m2_kg, rel=1.0e-4)


def test_a_broken_sun_is_refused(history: ElementHistory, tmp_path: Path) -> None:
    raw = calibrate_document(history, AS_OF).model_dump(mode="json", by_alias=True)
    raw["sun"]["ap"] = raw["sun"]["ap"][:-1]
    (tmp_path / "broken.json").write_text(json.dumps(raw))
    with pytest.raises(ElementSetError, match="dates and figures differ in number"):
        read_coefficient(tmp_path / "broken.json")
