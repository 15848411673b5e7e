"""Space-weather tables: the traps of the drivers, the parsers, the policies past the end, the sources, the update."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from stationkeep.cli.data import data
from stationkeep.environment import sources
from stationkeep.environment.celestrak import parse_celestrak, read_celestrak
from stationkeep.environment.msafe import forecast_known_at, read_msafe
from stationkeep.environment.radio_bursts import without_radio_bursts
from stationkeep.environment.sources import bundled_space_weather, bundled_table_path, observed_space_weather
from stationkeep.environment.space_weather import (
    ContinuationPolicy,
    DayKind,
    SpaceWeather,
    space_weather_from_days,
)
from stationkeep.environment.update import update_space_weather
from stationkeep.errors import InputError, OutputError, SpaceWeatherFileError, SpaceWeatherRangeError
from stationkeep.timescale import mjd_utc, parse_utc


def mjd(day: str) -> int:
    return int(mjd_utc(parse_utc(day)))


@pytest.fixture(scope="module")
def bundled() -> SpaceWeather:
    return bundled_space_weather()


@pytest.fixture(scope="module")
def short_text() -> str:
    """The head of the bundled table and its first 120 observed days, as a whole file."""
    lines = bundled_table_path().read_text().splitlines()
    begin = lines.index("BEGIN OBSERVED")
    return "\n".join(
        [
            *lines[: begin - 1],
            "NUM_OBSERVED_POINTS 120",
            "BEGIN OBSERVED",
            *lines[begin + 1 : begin + 121],
            "END OBSERVED",
            "",
        ]
    )


def as_csv(table: SpaceWeather, n: int) -> str:
    names = {0: "OBS", 1: "INT", 2: "PRD", 3: "PRM"}
    rows = ["DATE,AP_AVG,F10.7_OBS,F10.7_ADJ,F10.7_DATA_TYPE"]
    for k in range(n):
        day = np.datetime64("1858-11-17") + np.timedelta64(table.first_day_mjd + k, "D")
        rows.append(f"{day},{table.ap[k]:.0f},{table.f107_sfu[k]:.1f},1.0,{names[int(table.kind[k])]}")
    return "\n".join(rows) + "\n"


# --- the traps -------------------------------------------------------------------------------------------------


def test_flux_of_the_previous_day_and_ap_of_the_day(bundled: SpaceWeather) -> None:
    # In the file the observed flux of 31 March is 239.5 (a radio burst: the line from 151.3 to 146.6 stands for it).
    drivers = bundled.drivers(mjd("2022-04-01"), 2)
    assert drivers[0, 0] == pytest.approx(0.5 * (151.3 + 146.6))
    assert drivers[1, 0] == 146.6
    for driver, day in zip(drivers[:, 2], ("2022 04 01", "2022 04 02"), strict=True):
        assert driver == float(file_row(day)[78:82])
    assert drivers[0, 2] != drivers[1, 2]  # or a shift by a day would go unseen


def file_row(day: str) -> str:
    return next(line for line in bundled_table_path().read_text().splitlines() if line.startswith(day))


def test_flux_is_observed_not_adjusted_to_one_au(bundled: SpaceWeather) -> None:
    # At perihelion the Earth receives (1.017)^2 = 1.034 times the flux at 1 au, at aphelion 0.967 times.
    for day, ratio in (("2022-01-04", 1.034), ("2022-07-04", 0.967)):
        adjusted = float(file_row(day.replace("-", " "))[92:98])
        observed = bundled.f107_sfu[mjd(day) - bundled.first_day_mjd]
        assert observed / adjusted == pytest.approx(ratio, abs=0.002)  # the file has one decimal: 0.05 in 80


def test_centred_mean_is_the_table_s_own(bundled: SpaceWeather) -> None:
    text = bundled_table_path().read_text().splitlines()
    begin, end = text.index("BEGIN OBSERVED"), text.index("END OBSERVED")
    own = np.array([float(line[118:124]) for line in text[begin + 1 : end]])
    # The file's means hold its radio bursts, ours do not: one lifts 81 days.
    raw = np.array([float(line[112:118]) for line in text[begin + 1 : end]])
    near_burst = np.convolve(without_radio_bursts(raw)[1], np.ones(81), mode="same") > 0.5
    far = np.flatnonzero(~near_burst)[40:-40]
    far = far[(far >= 40) & (far < own.size - 40)]
    assert far.size > 0.9 * own.size
    # Half a unit of the file's last decimal, and nothing more.
    assert np.max(np.abs(bundled.f107_81day_sfu[: own.size][far] - own[far])) < 0.0501


def test_centred_mean_looks_ahead_as_far_as_back() -> None:
    step = np.where(np.arange(200) < 100, 70.0, 151.0)
    table = space_weather_from_days("step", 50000, step, np.full(200, 4.0), np.zeros(200))
    # 40 of the 81 days centred on day 99 lie after the step, one more on day 100.
    assert table.f107_81day_sfu[99] == pytest.approx(70.0 + 81.0 * 40 / 81)
    assert table.f107_81day_sfu[100] == pytest.approx(70.0 + 81.0 * 41 / 81)


def test_ap_is_the_mean_of_the_day_s_eight(bundled: SpaceWeather) -> None:
    row = file_row("2022 04 14")
    eight = [float(row[46 + 4 * k : 50 + 4 * k]) for k in range(8)]
    assert bundled.ap[mjd("2022-04-14") - bundled.first_day_mjd] == pytest.approx(np.mean(eight), abs=0.5)


# --- the value -------------------------------------------------------------------------------------------------


def test_table_is_immutable_hashable_and_survives_pickling(bundled: SpaceWeather) -> None:
    with pytest.raises(ValueError, match="read-only"):
        bundled.f107_sfu[0] = 1.0
    copy = pickle.loads(pickle.dumps(bundled))
    assert copy == bundled
    assert hash(copy) == hash(bundled)
    with pytest.raises(ValueError, match="read-only"):
        copy.ap[0] = 1.0


def test_dates_and_kinds(bundled: SpaceWeather) -> None:
    assert bundled.first_day_utc == "1957-10-01"
    assert bundled.last_observed_mjd < bundled.last_predicted_mjd
    last = bundled.last_observed_mjd - bundled.first_day_mjd
    assert bundled.kind[last] <= DayKind.INTERPOLATED
    assert bundled.kind[last + 1] == DayKind.DAILY_PREDICTED
    assert bundled.kind_counts(mjd("2022-04-02"), 10) == {"observed": 10}


@pytest.mark.parametrize(("first", "days"), [("1957-10-02", 1), ("2050-01-01", 1), ("2041-09-01", 10)])
def test_outside_the_table_is_refused_with_what_to_do(bundled: SpaceWeather, first: str, days: int) -> None:
    with pytest.raises(SpaceWeatherRangeError, match=r"(?s)1957-10-01.*hold.*forecast") as caught:
        bundled.drivers(mjd(first), days)
    assert bundled.identifier in caught.value.problem
    assert "data update" in (caught.value.hint or "")


def test_known_on_a_morning_holds_nothing_of_that_day(bundled: SpaceWeather) -> None:
    known = bundled.observed_before(mjd("2022-04-02") + 0.5)
    assert known.last_predicted_utc == "2022-04-01"
    with pytest.raises(SpaceWeatherRangeError):
        known.drivers(mjd("2022-04-01"), 1)  # its 81-day mean would need the future


# --- past the end ----------------------------------------------------------------------------------------------


def test_policy_error_refuses_predictions(bundled: SpaceWeather) -> None:
    with pytest.raises(SpaceWeatherRangeError) as caught:
        bundled.continued(bundled.last_observed_mjd + 1, ContinuationPolicy.ERROR)
    assert caught.value.hint is not None
    assert "set space_weather.past_end to hold or forecast, or shorten horizon_utc" in caught.value.hint
    assert ".continued(" not in str(caught.value)
    assert bundled.continued(mjd("2022-04-02"), ContinuationPolicy.ERROR) is bundled


def test_policy_hold_is_the_mean_of_the_last_81_observed_days(bundled: SpaceWeather) -> None:
    known = bundled.observed_before(mjd("2022-04-02"))
    held = known.continued(mjd("2023-04-02"), ContinuationPolicy.HOLD)
    drivers = held.drivers(mjd("2022-08-01"), 30)
    assert drivers[:, 0] == pytest.approx(np.mean(known.f107_sfu[-81:]))
    assert drivers[:, 1] == pytest.approx(np.mean(known.f107_sfu[-81:]))
    assert drivers[:, 2] == pytest.approx(np.mean(known.ap[-81:]))
    assert held.kind_counts(mjd("2022-08-01"), 30) == {"held": 30}
    assert held.identifier != known.identifier


def test_policy_forecast_starts_at_the_observed_level_and_ends_on_the_bulletin(bundled: SpaceWeather) -> None:
    epoch = mjd("2022-04-02")
    forecast = forecast_known_at(epoch)
    known = bundled.observed_before(epoch)
    table = known.continued(mjd("2025-01-01"), ContinuationPolicy.FORECAST, forecast)
    means = table.f107_81day_sfu[epoch - 60 - table.first_day_mjd : mjd("2025-01-01") - table.first_day_mjd]
    # The 81-day mean can move by (new day - oldest day) / 81 a day; the observed spring of 2022 ranges over 150 sfu.
    assert np.max(np.abs(np.diff(means))) < 150.0 / 81
    smooth = table.f107_sfu[epoch - table.first_day_mjd :]
    assert np.max(np.abs(np.diff(smooth))) < 0.6  # no jump after the seam: the steepest forecast is 0.1 sfu a day
    median, _ = forecast.percentile(50.0, mjd("2024-06-01") + 0.5)
    assert table.f107_sfu[mjd("2024-06-01") - table.first_day_mjd] == pytest.approx(float(median), abs=0.05)
    assert table.kind_counts(epoch, 100) == {"forecast": 100}


def test_policy_forecast_drops_the_table_s_predictions(bundled: SpaceWeather) -> None:
    until = bundled.last_observed_mjd + 200
    table = bundled.continued(until, ContinuationPolicy.FORECAST, forecast_known_at(mjd("2023-01-01")))
    first_unknown = bundled.last_observed_mjd + 1
    assert table.kind_counts(first_unknown, 30) == {"forecast": 30}
    without_bulletin = bundled.continued(until, ContinuationPolicy.FORECAST)
    assert set(without_bulletin.kind_counts(first_unknown, 20)) == {"daily_predicted"}


# --- files -----------------------------------------------------------------------------------------------------


def test_text_and_csv_hold_the_same(short_text: str) -> None:
    text = parse_celestrak(short_text.encode(), "short.txt")
    table = parse_celestrak(as_csv(text, text.n_days).encode(), "short.csv")
    assert table.first_day_mjd == text.first_day_mjd == mjd("1957-10-01")
    assert table.f107_sfu.tolist() == text.f107_sfu.tolist()
    assert table.ap.tolist() == text.ap.tolist()
    assert text.f107_sfu[0] == 269.3  # the observed column; the adjusted one has 269.8
    assert text.ap[0] == 21.0


def test_windows_line_ends_are_read_alike(short_text: str) -> None:
    dos = parse_celestrak(short_text.replace("\n", "\r\n").encode(), "dos.txt")
    assert dos.f107_sfu.tolist() == parse_celestrak(short_text.encode(), "unix.txt").f107_sfu.tolist()


def test_csv_monthly_predictions_are_spread_over_days_and_marked() -> None:
    rows = ["DATE,AP_AVG,F10.7_OBS,F10.7_DATA_TYPE"]
    rows += [f"2024-01-{day:02d},10,150.0,OBS" for day in range(1, 31)]
    rows += ["2024-01-31,12,152.0,PRD", "2024-02-10,,162.0,PRM", "2024-03-01,,142.0,PRM"]
    table = parse_celestrak("\n".join(rows).encode(), "monthly.csv")
    assert table.last_observed_utc == "2024-01-30"
    assert table.f107_sfu[mjd("2024-02-05") - table.first_day_mjd] == pytest.approx(157.0)
    assert table.f107_sfu[mjd("2024-02-20") - table.first_day_mjd] == pytest.approx(152.0)
    assert table.ap[-1] == pytest.approx(10.0)
    assert table.kind_counts(table.first_day_mjd, table.n_days) == {
        "observed": 30,
        "daily_predicted": 1,
        "monthly_predicted": 30,
    }


def test_monthly_predictions_of_days_predicted_daily_are_left_out() -> None:
    rows = ["DATE,AP_AVG,F10.7_OBS,F10.7_DATA_TYPE"]
    rows += [f"2024-01-{day:02d},10,150.0,OBS" for day in range(1, 32)]
    rows += ["2024-02-01,12,152.0,PRD", "2024-02-02,12,153.0,PRD", "2024-02-01,,170.0,PRM", "2024-03-01,,142.0,PRM"]
    table = parse_celestrak("\n".join(rows).encode(), "overlap.csv")
    assert table.f107_sfu[31] == 152.0
    assert table.last_predicted_utc == "2024-03-01"


def replaced(text: str, line_starting: str, column: slice, cell: str) -> str:
    lines = text.split("\n")
    index = next(k for k, line in enumerate(lines) if line.startswith(line_starting))
    lines[index] = lines[index][: column.start] + cell + lines[index][column.stop :]
    return "\n".join(lines)


def test_damaged_text_is_refused_by_line(short_text: str) -> None:
    cases = {
        r"line 21: observed F10.7 is '2x8.2', not a number": replaced(
            short_text, "1957 10 04", slice(112, 118), " 2x8.2"
        ),
        r"line 21: observed F10.7 is 5000, 40 to 2000 allowed": replaced(
            short_text, "1957 10 04", slice(112, 118), "5000.0"
        ),
        r"line 21: daily Ap is -1, 0 to 400 allowed": replaced(short_text, "1957 10 04", slice(78, 82), "  -1"),
        r"line 21: '1957-13-04' is not a date": replaced(short_text, "1957 10 04", slice(5, 7), "13"),
        r"line 21: this day does not follow": replaced(short_text, "1957 10 04", slice(8, 10), "09"),
        r"119 points announced.*120 found": short_text.replace("POINTS 120", "POINTS 119"),
        r"the file ends inside section OBSERVED": short_text[: len(short_text) // 2],
        r"no line 'BEGIN OBSERVED'": short_text[:300],
        r"line 1: neither": "hello\n" + short_text,
    }
    for message, text in cases.items():
        with pytest.raises(SpaceWeatherFileError, match=message):
            parse_celestrak(text.encode(), "damaged.txt")


@pytest.mark.parametrize("content", [b"", b"\x00\xff\xfe\x00binary", "DATATYPE CssiSpaceWeather é".encode("latin-1")])
def test_empty_and_binary_files_are_refused(content: bytes) -> None:
    with pytest.raises(SpaceWeatherFileError, match="line 1"):
        parse_celestrak(content, "x")


def test_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SpaceWeatherFileError, match="cannot read"):
        read_celestrak(tmp_path / "nowhere.txt")


@pytest.mark.parametrize("read", [read_celestrak, read_msafe])
def test_what_is_no_ordinary_file_is_refused_unread(read: Callable[[Path], object], tmp_path: Path) -> None:
    large = tmp_path / "large.txt"
    with large.open("wb") as stream:
        stream.truncate(60_000_000)  # takes no room on the disk
    cases = {large: "57 MiB, at most 48 MiB", tmp_path: "it is a folder", Path("a\0b"): "cannot read"}
    if Path("/dev/zero").exists():
        cases[Path("/dev/zero")] = "it is not an ordinary file"
    for path, message in cases.items():
        with pytest.raises(SpaceWeatherFileError, match=message) as caught:
            read(path)
        assert caught.value.hint


def test_a_pipe_is_refused_instead_of_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    if not hasattr(os, "mkfifo"):
        pytest.skip("this system has no named pipes")
    os.mkfifo(pipe)
    with pytest.raises(SpaceWeatherFileError, match="not an ordinary file"):
        read_celestrak(pipe)


def test_damaged_csv_is_refused_by_line() -> None:
    good = ["DATE,AP_AVG,F10.7_OBS,F10.7_DATA_TYPE", "2024-01-01,10,150.0,OBS", "2024-01-02,10,150.0,OBS"]
    cases = {
        "no column F10.7_OBS": [good[0].replace("_OBS", "_X"), *good[1:]],
        "line 3: 3 columns, 4 expected": [*good[:2], "2024-01-02,10,150.0"],
        "line 3: data type 'ABC'": [*good[:2], "2024-01-02,10,150.0,ABC"],
        "line 3: daily Ap is ''": [*good[:2], "2024-01-02,,150.0,OBS"],
        "line 3: observed F10.7 is nan": [*good[:2], "2024-01-02,10,nan,OBS"],
        "line 3: this day does not follow": [*good[:2], "2024-01-05,10,150.0,OBS"],
        "line 3: an observed day after a predicted one": [good[0], good[1].replace("OBS", "PRD"), good[2]],
        "no rows": good[:1],
        "no observed day": [good[0], good[1].replace("OBS", "PRD")],
    }
    for message, lines in cases.items():
        with pytest.raises(SpaceWeatherFileError, match=message):
            parse_celestrak("\n".join(lines).encode(), "x.csv")


# --- sources ---------------------------------------------------------------------------------------------------


@pytest.fixture
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(sources.DATA_FOLDER_VARIABLE, str(tmp_path / "data"))
    return tmp_path / "data"


def long_csv(bundled: SpaceWeather, extra_days: int) -> str:
    """The bundled observations, with ``extra_days`` more of a constant Sun (negative: cut short)."""
    n = bundled.last_observed_mjd - bundled.first_day_mjd + 1
    keep = n + min(extra_days, 0)
    f107 = np.concatenate((bundled.f107_sfu[:keep], np.full(max(extra_days, 0), 111.0)))
    ap = np.concatenate((bundled.ap[:keep], np.full(max(extra_days, 0), 7.0)))
    start = keep - 300  # a short table is enough here
    table = space_weather_from_days(
        "x", bundled.first_day_mjd + start, f107[start:], ap[start:], np.zeros(f107.size - start)
    )
    return as_csv(table, table.n_days)


def test_bundled_table_serves_what_it_can_even_after_an_update(data_folder: Path, bundled: SpaceWeather) -> None:
    data_folder.mkdir()
    (data_folder / sources.USER_TABLE_NAME).write_text(long_csv(bundled, 30))
    assert observed_space_weather(mjd("2024-01-01")) is bundled
    newer = observed_space_weather(bundled.last_observed_mjd + 10)
    assert newer.last_observed_mjd == bundled.last_observed_mjd + 30
    assert observed_space_weather() == newer


def test_damaged_user_table_says_how_to_mend_it(data_folder: Path) -> None:
    data_folder.mkdir()
    (data_folder / sources.USER_TABLE_NAME).write_text("nonsense")
    with pytest.raises(SpaceWeatherFileError) as caught:
        sources.user_space_weather()
    assert "data update --force" in (caught.value.hint or "")


def midnight_table(bundled: SpaceWeather, f107: np.ndarray, ap: np.ndarray) -> np.ndarray:
    """What heyoka keeps: figures interpolated to each midnight, for days with a known truth."""
    rows = np.zeros(f107.size - 1, dtype=[("mjd", "f8"), ("Ap_avg", "f8"), ("f107", "f8")])
    rows["mjd"] = bundled.first_day_mjd + np.arange(1, f107.size)
    rows["Ap_avg"] = 0.5 * (ap[:-1] + ap[1:])
    rows["f107"] = f107[:-1] * 20 / 24 + f107[1:] * 4 / 24
    return rows


def test_midnight_figures_are_turned_back_into_days_exactly(bundled: SpaceWeather) -> None:
    n = bundled.last_observed_mjd - bundled.first_day_mjd + 1
    rng = np.random.default_rng(3)
    f107 = np.concatenate((bundled.f107_sfu[:n], np.round(rng.uniform(150, 200, 100), 1)))
    ap = np.concatenate((bundled.ap[:n], rng.integers(0, 90, 100).astype(float)))
    # Updated on day n + 60: that day and the 39 after it are predictions.
    stamp = np.datetime64("1858-11-17") + np.timedelta64(bundled.last_observed_mjd + 61, "D")
    table = sources.splice_midnight_table(
        bundled, midnight_table(bundled, f107, ap), f"{stamp}_12_00_00".replace("-", "_"), "newer"
    )
    days = slice(n - 59, n + 90)  # the last days carry the unknown end, shrinking fivefold a day
    assert table.f107_sfu[days].tolist() == f107[days].tolist()
    assert table.ap[days].tolist() == ap[days].tolist()
    assert table.last_observed_mjd == bundled.last_observed_mjd + 60
    assert table.kind[n + 60] == DayKind.DAILY_PREDICTED


def test_midnight_table_that_disagrees_is_not_believed(bundled: SpaceWeather) -> None:
    n = bundled.last_observed_mjd - bundled.first_day_mjd + 1
    rows = midnight_table(bundled, bundled.f107_sfu[:n] + 5.0, bundled.ap[:n])
    with pytest.raises(SpaceWeatherFileError, match="disagrees"):
        sources.splice_midnight_table(bundled, rows, "2025_07_21_00_00_00", "newer")


@pytest.mark.needs_heyoka
def test_heyoka_reaches_further_than_the_bundled_table(bundled: SpaceWeather) -> None:
    pytest.importorskip("heyoka")
    newer = sources.heyoka_space_weather()
    assert newer.last_observed_mjd >= bundled.last_observed_mjd
    before = slice(0, bundled.last_observed_mjd - bundled.first_day_mjd - 59)
    assert newer.f107_sfu[before].tolist() == bundled.f107_sfu[before].tolist()
    assert np.all(newer.ap == np.maximum(newer.ap, 0.0))


def test_reading_the_bundled_table_imports_neither_pandas_nor_heyoka() -> None:
    code = (
        "import sys; from stationkeep.environment.sources import observed_space_weather;"
        "observed_space_weather(59671.0);"
        "sys.exit(len({'pandas', 'heyoka', 'spaceweather', 'requests'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# --- the update ------------------------------------------------------------------------------------------------


def address(path: Path) -> str:
    return path.resolve().as_uri()


def test_update_stores_what_it_read_and_is_polite(data_folder: Path, tmp_path: Path, bundled: SpaceWeather) -> None:
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    first.write_text(long_csv(bundled, 10))
    second.write_text(long_csv(bundled, 20))
    assert update_space_weather(address(first)).downloaded
    assert (data_folder / sources.USER_TABLE_NAME).read_bytes() == first.read_bytes()
    again = update_space_weather(address(second))
    assert not again.downloaded
    assert again.table.last_observed_mjd == bundled.last_observed_mjd + 10
    os.utime(data_folder / sources.USER_TABLE_NAME, (0, 0))  # long ago
    assert update_space_weather(address(second)).downloaded
    # An older table does not replace a newer one unless forced.
    os.utime(data_folder / sources.USER_TABLE_NAME, (0, 0))
    with pytest.raises(SpaceWeatherFileError, match="already here"):
        update_space_weather(address(first))
    assert update_space_weather(address(first), force=True).downloaded
    assert [entry.name for entry in data_folder.iterdir()] == [sources.USER_TABLE_NAME]


def test_failed_update_leaves_the_old_table(data_folder: Path, tmp_path: Path, bundled: SpaceWeather) -> None:
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text(long_csv(bundled, 10))
    bad.write_text("<html>Service unavailable</html>")
    update_space_weather(address(good))
    for url in (address(bad), address(tmp_path / "nowhere.csv"), "gopher://example/x", "no address"):
        with pytest.raises(InputError):
            update_space_weather(url, force=True)
        assert (data_folder / sources.USER_TABLE_NAME).read_bytes() == good.read_bytes()


def test_update_into_an_unwritable_place_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bundled: SpaceWeather
) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("in the way")
    monkeypatch.setenv(sources.DATA_FOLDER_VARIABLE, str(blocker / "data"))
    good = tmp_path / "good.csv"
    good.write_text(long_csv(bundled, 10))
    with pytest.raises(OutputError, match="cannot write") as caught:
        update_space_weather(address(good))
    assert sources.DATA_FOLDER_VARIABLE in (caught.value.hint or "")


def test_commands(data_folder: Path, tmp_path: Path, bundled: SpaceWeather) -> None:
    good = tmp_path / "good.csv"
    good.write_text(long_csv(bundled, 10))
    done = CliRunner().invoke(data, ["update", "--url", address(good), "--json", "-"])
    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    assert document["schema"] == "stationkeep.data-update/1"
    assert document["downloaded"] is True
    assert document["table"]["days_by_kind"] == {"observed": 310}
    shown = json.loads(CliRunner().invoke(data, ["show", "--json", "-"]).stdout)
    tables = {table["source"]: table for table in shown["tables"]}
    assert tables["bundled"]["identifier"] == bundled.identifier
    assert tables["user"]["available"]
    assert "2022-04" in [forecast["issued"] for forecast in shown["forecasts"]]
    plain = CliRunner().invoke(data, ["show"])
    assert plain.exit_code == 0
    assert bundled.last_observed_utc in plain.output


def test_data_folder_follows_the_platform(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(sources.DATA_FOLDER_VARIABLE, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "local"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(sources.sys, "platform", "linux")
    assert sources.data_folder() == tmp_path / "cache" / "stationkeep"
    monkeypatch.setattr(sources.sys, "platform", "win32")
    assert sources.data_folder() == tmp_path / "local" / "stationkeep" / "Cache"
    monkeypatch.setattr(sources.sys, "platform", "darwin")
    assert sources.data_folder() == tmp_path / "Library" / "Caches" / "stationkeep"


def test_radio_bursts_are_interpolated_and_marked() -> None:
    """CelesTrak's table of March 2026 has these days corrected; the bundled one has not."""
    table = bundled_space_weather()
    for day, raw, corrected in (
        ("2011-03-07", 938.6, 142.0),
        ("2005-09-09", 707.6, 94.0),
        ("2006-12-06", 573.4, 102.0),
    ):
        index = int(mjd_utc(parse_utc(day))) - table.first_day_mjd
        assert table.f107_sfu[index] < 0.3 * raw
        assert table.f107_sfu[index] == pytest.approx(corrected, abs=15.0)
        assert table.kind[index] == DayKind.INTERPOLATED
    assert float(table.f107_sfu.max()) < 400.0


def test_two_bursts_in_a_row_are_both_found_and_a_rising_sun_is_none() -> None:
    quiet = np.full(30, 150.0)
    hit = quiet.copy()
    hit[10:12] = 400.0, 560.0
    cleaned, burst = without_radio_bursts(hit)
    np.testing.assert_array_equal(np.flatnonzero(burst), [10, 11])
    np.testing.assert_allclose(cleaned, quiet)
    rising = 100.0 * 1.1 ** np.arange(12.0)
    assert not without_radio_bursts(rising)[1].any()
    step = np.where(np.arange(30) < 15, 100.0, 200.0)
    assert not without_radio_bursts(step)[1].any()
