"""``stationkeep reentry-window``: every refusal with exit code 2 and one message, the page, the document."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

import synthetic_history as made
from stationkeep.campaign.reentry_document import (
    TrackPoint,
    WindowCountry,
    WindowDocument,
    WindowDrag,
    WindowObject,
    WindowPlace,
    WindowTimes,
    WindowUpdate,
)
from stationkeep.environment.sources import bundled_space_weather
from stationkeep.orbit.elements import MeanElements
from stationkeep.orbit.mean_decay import WeatherTrack
from stationkeep.report.window_page import window_html


@pytest.fixture(scope="module")
def sky() -> WeatherTrack:
    first = int(made.START_MJD) - 1
    return WeatherTrack(first, bundled_space_weather().drivers(first, 50))


@pytest.fixture
def cli(run_command):  # type: ignore[no-untyped-def]
    return partial(run_command, "reentry-window")


def written(path: Path, elements: list[MeanElements]) -> Path:
    path.write_text("".join("\n".join(("MADE UP", *made.two_lines(item), "")) for item in elements))
    return path


def refused(cli, *arguments: object) -> str:  # type: ignore[no-untyped-def]
    code, _, error = cli(*arguments)
    assert code == 2, error
    assert error.startswith("error: ")
    assert "Traceback" not in error
    return str(error)


def test_an_orbit_with_months_to_go_is_sent_to_decay(cli, sky: WeatherTrack, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    high = written(tmp_path / "high.tle", made.flown(30.0, sky, altitude_km=400.0, every_days=0.8))
    error = refused(cli, "--tle", high, "--space-weather", "observed")
    assert "more than 20 days to go" in error
    assert "stationkeep decay" in error


def test_a_geostationary_one_is_refused(cli, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    still = [
        MeanElements(made.START_MJD + day, 42164.0, 0.0002, 0.001, 1.0, 2.0, 3.0) for day in range(10)
    ]  # fmt: skip
    assert "too high for air drag" in refused(cli, "--tle", written(tmp_path / "geo.tle", still))


def test_an_eccentric_one_is_refused(cli, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    ellipse = [
        MeanElements(made.START_MJD + day, 6378.0 + 700.0, 0.07, 0.9, 1.0, 2.0, 3.0) for day in range(10)
    ]  # fmt: skip
    error = refused(cli, "--tle", written(tmp_path / "ellipse.tle", ellipse), "--space-weather", "observed")
    assert "eccentric" in error


def test_a_moment_before_the_first_set_and_one_after_the_fall(cli, sky: WeatherTrack, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    low = written(tmp_path / "low.tle", made.flown(14.0, sky, altitude_km=240.0, every_days=0.5))
    assert "the first is of" in refused(cli, "--tle", low, "--as-of", "2019-01-01")
    assert "came down before" in refused(cli, "--tle", low, "--as-of", "2020-12-01", "--space-weather", "observed")


@pytest.mark.parametrize(
    "bad",
    [("--runs", 3), ("--size-m", 0), ("--entry-altitude-km", 60), ("--precise-below-km", 90), ("--updates", -1),
     ("--output", "."), ("--as-of", "soon")],
)  # fmt: skip
def test_impossible_options(cli, bad: tuple[str, object], sky: WeatherTrack, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    low = written(tmp_path / "low.tle", made.flown(2.0, sky, altitude_km=240.0))
    refused(cli, "--tle", low, *bad)


def sample() -> WindowDocument:
    track = [
        TrackPoint(
            time_utc=f"2018-04-02T{minute // 60:02d}:{minute % 60:02d}:00Z",
            latitude_deg=40.0 * (minute % 44 - 22) / 22.0,
            longitude_deg=(minute * 4.0) % 360.0 - 180.0,
            probability_per_hour=0.4 - 0.001 * minute,
        )
        for minute in range(150)
    ]
    country = WindowCountry(
        country="<b>Chile", iso2="CL", region="Rest of world", break_up_probability=0.01, debris_probability=0.2
    )
    return WindowDocument(
        object=WindowObject(
            norad_id="37820", name="", designator="11053A", element_sets_used=11, mean_altitude_km=156.7,
            last_element_set_utc="2018-04-01T11:44:00Z", inclination_deg=42.7, rejected=[],
        ),
        as_of_utc="2018-04-01T12:00:00Z", runs=60, seed=1,
        reentry=WindowTimes(
            p05_utc="2018-04-02T00:00:00Z", p25_utc="2018-04-02T00:40:00Z", median_utc="2018-04-02T01:10:00Z",
            p75_utc="2018-04-02T01:40:00Z", p95_utc="2018-04-02T02:29:00Z", dates_utc=[],
        ),
        entry_altitude_km=120.0, entry_median_utc="2018-04-02T00:30:00Z",
        drag=WindowDrag(value_m2_kg=0.0065, spread_percent=4.0, density_model="NRLMSISE-00", place_residual_km=5.0),
        place=WindowPlace(
            break_up_altitude_km=80.0, debris_from_km=300.0, debris_to_km=1500.0, ocean_probability=0.65,
            debris_on_land_probability=0.47, countries=[country], track=track, revolutions=1.7,
        ),
        updates=[
            WindowUpdate(
                as_of_utc="2018-03-31T12:00:00Z", mean_altitude_km=170.0, p05_utc="2018-04-01T20:00:00Z",
                median_utc="2018-04-02T01:00:00Z", p95_utc="2018-04-02T07:00:00Z", width_hours=11.0,
            )
        ],
        notes=["a note"], provenance={"space_weather": {"description": "as observed"}},
    )  # fmt: skip


def test_the_page_shows_everything_and_trusts_nothing() -> None:
    page = window_html(sample())
    assert "2 April 2018 01:10 UTC" in page
    assert "&lt;b&gt;Chile" in page
    assert "<b>Chile" not in page
    assert "How the window shrank" in page
    assert page.count("<svg viewBox") == 2
    assert "<script" not in page


def test_a_long_window_is_drawn_too() -> None:
    short = sample()
    many = [
        point.model_copy(update={"time_utc": f"2018-04-{2 + index // 144:02d}T{index // 6 % 24:02d}:{index % 6}0:00Z"})
        for index, point in enumerate(short.place.track * 2)
    ]
    place = short.place.model_copy(update={"track": many, "revolutions": 33.0})
    assert "33.0 revolutions" in window_html(short.model_copy(update={"place": place}))


def test_document_round_trip() -> None:
    plain = json.loads(json.dumps(sample().model_dump(mode="json", by_alias=True)))
    assert plain["schema"] == "stationkeep.reentry-window/1"
    assert WindowDocument.model_validate(plain) == sample()


def test_without_heyoka_the_answer_still_comes(sky: WeatherTrack, monkeypatch: pytest.MonkeyPatch) -> None:
    from stationkeep.campaign import reentry_window as module

    monkeypatch.setattr(module, "heyoka_is_missing", lambda: "heyoka is not installed: pip install it")
    falling = made.flown(11.0, sky, altitude_km=225.0, every_days=0.4)
    history = made.as_history([replace(item) for item in falling])
    options = module.WindowOptions(space_weather="observed", runs=20)
    document = module.predict_window(history, None, options)
    assert any("simpler gravity field" in note for note in document.notes)
    when = document.reentry
    assert document.as_of_utc < when.p05_utc < when.median_utc < when.p95_utc
    assert document.entry_median_utc < when.median_utc
    assert 0.3 < document.place.ocean_probability < 0.95
