"""Predictions from element sets: warnings a reader needs, refusals where nothing can be known."""

from __future__ import annotations

from pathlib import Path

import pytest

from stationkeep.campaign.decay import DecayDocument, DecayOptions, predict_decay
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
    assert set(plain["reentry"]) == {"probability", "p05_utc", "median_utc", "p95_utc"}
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


def test_a_fall_already_past_is_said(shared_data: Path) -> None:
    assert any("presumably come down" in note for note in predict(shared_data, "2018-09-01").notes)


def test_old_element_sets_are_said(shared_data: Path) -> None:
    # One set a year old says little of today.
    history = read_history(shared_data / "tle" / "25544_iss.tle").until(mjd_utc(parse_utc("2022-03-03")))
    document = predict_decay(history, mjd_utc(parse_utc("2022-03-30")), DecayOptions(runs=2, horizon_days=30.0))
    assert any("days older" in note for note in document.notes)
    assert document.reentry.median_utc is None


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
