"""Predictions from element sets: warnings a reader needs, refusals where nothing can be known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from stationkeep.campaign.decay import DecayDocument, DecayOptions, predict_decay
from stationkeep.environment import sources
from stationkeep.errors import ElementSetError, InputError
from stationkeep.orbit.history import read_history
from stationkeep.orbit.tle import ElementHistory
from stationkeep.timescale import mjd_utc, parse_utc


def predict(shared_data: Path, as_of: str, **options: object) -> DecayDocument:
    history = read_history(shared_data / "tle" / "37820_tiangong1.tle")
    chosen = DecayOptions(**{"space_weather": "observed", "runs": 8, **options})  # type: ignore[arg-type]
    return predict_decay(history, mjd_utc(parse_utc(as_of)), chosen)


def test_document_has_what_the_schema_promises(shared_data: Path) -> None:
    document = predict(shared_data, "2018-03-19")
    plain = document.model_dump(mode="json", by_alias=True)
    assert plain["schema"] == "stationkeep.decay/1"
    assert set(plain["reentry"]) == {"probability", "p05_utc", "median_utc", "p95_utc", "ballistic_m2_kg", "dates_utc"}
    assert len(plain["reentry"]["dates_utc"]) == document.runs
    assert plain["reentry_observed"] is None  # it is under the observed Sun already
    assert plain["ballistic_coefficient"]["density_model"] == "NRLMSISE-00"
    days = plain["mean_altitude_km"]["dates_utc"]
    assert days[0] == "2018-03-19"
    assert len(days) == len(plain["mean_altitude_km"]["median"])
    assert document.notes == []
    assert document.reentry.p05_utc < document.reentry.median_utc < document.reentry.p95_utc


def test_as_of_uses_nothing_later(shared_data: Path) -> None:
    document = predict(shared_data, "2018-01-02", space_weather="as-known")
    assert document.object.last_element_set_utc <= "2018-01-02"
    assert document.provenance["space_weather"]["observed_until_utc"] == "2018-01-01"
    assert document.provenance["space_weather"]["forecast"].endswith("2018-01")
    assert document.provenance["space_weather_of_fit"]["observed_until_utc"] == "2018-01-01"


def test_a_fall_of_2018_asks_for_no_newer_table(shared_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def not_needed() -> None:
        raise AssertionError("heyoka's table was asked for")

    monkeypatch.setattr(sources, "heyoka_space_weather", not_needed)
    document = predict(shared_data, "2018-03-03")  # ten years of horizon, past the end of the bundled table
    assert document.horizon_utc > "2028"
    assert document.provenance["space_weather"]["table"] == sources.bundled_space_weather().identifier


def test_the_sun_that_came_stands_beside_the_one_foreseen(shared_data: Path) -> None:
    document = predict(shared_data, "2018-01-02", space_weather="as-known")
    observed = predict(shared_data, "2018-01-02", space_weather="observed")
    assert document.reentry_observed is not None
    assert document.provenance["space_weather_observed"]["mode"] == "observed"
    # Sets, seeds and courses of the drag are shared, the Sun is the same: only the end of the 81-day means of the fit
    # knows a few more days, and burns are looked for under the forecast.
    assert moment(document.reentry_observed.median_utc) == pytest.approx(moment(observed.reentry.median_utc), abs=1.0)
    assert document.reentry.median_utc != document.reentry_observed.median_utc


def moment(text: str | None) -> float:
    assert text is not None
    return mjd_utc(parse_utc(text))


def test_no_sun_beside_where_none_is_asked_for_or_known(shared_data: Path) -> None:
    options = {"space_weather": "as-known", "beside_observed": False}
    assert predict(shared_data, "2018-01-02", **options).reentry_observed is None
    # Nobody has observed the Sun of the years to come: the window of the station in 2023 is open at its end.
    history = read_history(shared_data / "tle" / "25544_iss.tle")
    far = predict_decay(history, mjd_utc(parse_utc("2023-04-20")), DecayOptions(runs=4, horizon_days=200.0))
    assert far.reentry_observed is None


def test_a_longer_horizon_changes_no_fall(shared_data: Path) -> None:
    # Runs that fall early are flown under short courses, the others again under long ones: the answer must not show it.
    short, long = (predict(shared_data, "2018-02-01", runs=20, horizon_days=days) for days in (80.0, 3000.0))
    dates = zip(short.reentry.dates_utc, long.reentry.dates_utc, strict=True)
    assert all(moment(one) == pytest.approx(moment(other), abs=1.0e-3) for one, other in dates if one is not None)
    assert sum(date is not None for date in short.reentry.dates_utc) >= 15


@pytest.mark.parametrize("as_of", ["2017-10-05", "2017-12-31", "2018-01-02", "2018-03-25"])
def test_as_known_takes_no_forecast_of_a_later_day(shared_data: Path, as_of: str) -> None:
    document = predict(shared_data, as_of, space_weather="as-known", runs=2, horizon_days=30.0)
    weather = document.provenance["space_weather"]
    assert weather["forecast"].removeprefix("NASA MSAFE ") <= as_of[:7]
    assert weather["observed_until_utc"] < as_of
    assert document.provenance["space_weather_of_fit"]["observed_until_utc"] < as_of


def test_the_future_of_the_sun_cannot_be_seen_in_an_as_known_answer(
    shared_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A later Sun five times as strong must not move the answer by a second.
    known = predict(shared_data, "2018-01-02", space_weather="as-known", beside_observed=False, horizon_days=150.0)
    from stationkeep.campaign import weather
    from stationkeep.environment import sources

    table = sources.bundled_space_weather()
    later = slice(int(mjd_utc(parse_utc("2018-01-02"))) - table.first_day_mjd, None)
    f107, mean, ap = table.f107_sfu.copy(), table.f107_81day_sfu.copy(), table.ap.copy()
    f107[later], ap[later] = 350.0, 100.0
    mean[later.start - 40 :] = 350.0  # the centred means of the days before have later days in them
    changed = replace(table, f107_sfu=f107, f107_81day_sfu=mean, ap=ap)
    monkeypatch.setattr(weather, "observed_space_weather", lambda _=None: changed)
    again = predict(shared_data, "2018-01-02", space_weather="as-known", beside_observed=False, horizon_days=150.0)
    assert again.reentry == known.reentry


def test_a_fall_already_past_is_said(shared_data: Path) -> None:
    assert any("presumably come down" in note for note in predict(shared_data, "2018-09-01").notes)


def test_old_element_sets_are_said(shared_data: Path) -> None:
    # One set a year old says little of today.
    history = read_history(shared_data / "tle" / "25544_iss.tle").until(mjd_utc(parse_utc("2022-03-03")))
    document = predict_decay(history, mjd_utc(parse_utc("2022-03-30")), DecayOptions(runs=2, horizon_days=30.0))
    assert any("days older" in note for note in document.notes)
    assert document.reentry.median_utc is None


def test_sets_of_more_than_a_year_ago_still_answer(shared_data: Path) -> None:
    # The year before the last set tells the drag, not the year before the question.
    history = read_history(shared_data / "tle" / "25544_iss.tle").until(mjd_utc(parse_utc("2022-03-03")))
    document = predict_decay(history, mjd_utc(parse_utc("2023-09-01")), DecayOptions("observed", runs=4))
    assert document.ballistic_coefficient.arcs >= 3
    assert any("days older than 2023-09-01" in note for note in document.notes)


def test_short_noisy_histories_are_refused_or_wide(shared_data: Path) -> None:
    # Four days of the station in quiet times: single such arcs differ by 40 %.
    history = read_history(shared_data / "tle" / "25544_iss.tle")
    start, stop = (mjd_utc(parse_utc(day)) for day in ("2021-12-10", "2021-12-14"))
    sets = tuple(item for item in history.sets if start <= item.epoch_mjd_utc <= stop)
    short = type(history)(history.norad_id, history.name, sets)
    try:
        spread = calibrated_spread_percent(short)
    except ElementSetError as error:
        assert "within the noise" in str(error)  # noqa: PT017 - either answer is honest
    else:
        assert spread > 25.0


def calibrated_spread_percent(history: ElementHistory) -> float:
    document = predict_decay(history, None, DecayOptions(runs=2, horizon_days=10.0))
    return document.ballistic_coefficient.spread_percent


@pytest.mark.parametrize("options", [{"runs": 0}, {"horizon_days": 0.0}, {"horizon_days": 1.0e9}])
def test_impossible_options_are_refused(shared_data: Path, options: dict[str, object]) -> None:
    with pytest.raises(InputError):
        predict(shared_data, "2018-03-19", **options)
