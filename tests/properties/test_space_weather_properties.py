"""Space weather under arbitrary input: whatever is given, the answer is right or one clear error."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stationkeep.environment.celestrak import parse_celestrak
from stationkeep.environment.msafe import parse_msafe, shipped_forecasts
from stationkeep.environment.realisations import realise
from stationkeep.environment.sources import bundled_space_weather, bundled_table_path
from stationkeep.environment.space_weather import (
    ContinuationPolicy,
    DayKind,
    SpaceWeather,
    space_weather_from_days,
)
from stationkeep.errors import InputError

# No deadlines: what a slow machine does to a test says nothing about the Sun.
unhurried = settings(deadline=None)


@st.composite
def tables(draw: st.DrawFn) -> SpaceWeather:
    observed = draw(st.integers(1, 200))
    predicted = draw(st.integers(0, 60))
    n = observed + predicted
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    kind = np.where(np.arange(n) < observed, DayKind.OBSERVED, DayKind.DAILY_PREDICTED)
    return space_weather_from_days(
        f"random {n}", draw(st.integers(36000, 60000)), rng.uniform(65, 300, n), rng.integers(0, 200, n), kind
    )


@unhurried
@given(tables(), st.integers(-50, 300), st.integers(-1, 60))
def test_drivers_are_whole_or_refused(table: SpaceWeather, offset: int, n_days: int) -> None:
    first = table.first_day_mjd + offset
    inside = n_days >= 1 and first >= table.first_usable_mjd and first + n_days - 1 <= table.last_usable_mjd
    if not inside:
        with pytest.raises(InputError):
            table.drivers(first, n_days)
        return
    drivers = table.drivers(first, n_days)
    for k in range(n_days):
        day = offset + k
        assert drivers[k, 0] == table.f107_sfu[day - 1]
        assert drivers[k, 1] == pytest.approx(np.mean(table.f107_sfu[day - 40 : day + 41]))
        assert drivers[k, 2] == table.ap[day]


@unhurried
@given(tables(), st.integers(1, 400))
def test_holding_reaches_the_day_and_keeps_the_observations(table: SpaceWeather, ahead: int) -> None:
    until = table.last_observed_mjd + ahead
    held = table.continued(until, ContinuationPolicy.HOLD)
    observed = table.last_observed_mjd - table.first_day_mjd + 1
    assert held.last_usable_mjd >= until
    assert held.last_observed_mjd == table.last_observed_mjd
    assert np.array_equal(held.f107_sfu[:observed], table.f107_sfu[:observed])
    assert np.all(held.kind[observed:] == DayKind.HELD)
    assert np.ptp(held.f107_sfu[observed:]) == 0.0


@unhurried
@given(tables(), st.integers(1, 300))
def test_what_was_known_is_a_prefix(table: SpaceWeather, offset: int) -> None:
    known = table.observed_before(table.first_day_mjd + offset)
    assert known.last_predicted_mjd == min(table.first_day_mjd + offset - 1, table.last_observed_mjd)
    assert np.array_equal(known.ap, table.ap[: known.n_days])


@unhurried
@given(st.floats(0.1, 99.9), st.floats(0.1, 99.9), st.floats(0.0, 7000.0))
def test_percentiles_are_ordered(one: float, other: float, days: float) -> None:
    forecast = shipped_forecasts()["2022-04"]
    low, high = sorted((one, other))
    time = forecast.first_mjd + days
    assert forecast.percentile(low, time)[0] <= forecast.percentile(high, time)[0] + 1e-9
    assert forecast.percentile(low, time)[1] <= forecast.percentile(high, time)[1] + 1e-9


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 1500))
def test_every_future_is_physical(seed: int, n_days: int) -> None:
    epoch = 59671
    drawn = realise(
        shipped_forecasts()["2022-04"],
        bundled_space_weather().observed_before(epoch),
        epoch,
        n_days,
        np.random.default_rng(seed),
    )
    assert drawn.shape == (n_days, 3)
    assert np.all(np.isfinite(drawn))
    assert np.all((drawn[:, 0] >= 62.5) & (drawn[:, 0] < 900.0))
    assert np.all((drawn[:, 1] >= 62.5) & (drawn[:, 1] < 500.0))
    assert np.all((drawn[:, 2] >= 0.0) & (drawn[:, 2] < 700.0))


@cache
def short_file() -> bytes:
    lines = bundled_table_path().read_text().splitlines()
    begin = lines.index("BEGIN OBSERVED")
    return "\n".join(
        [*lines[: begin - 1], "NUM_OBSERVED_POINTS 30", *lines[begin : begin + 31], "END OBSERVED"]
    ).encode()


@unhurried
@given(st.data())
def test_a_damaged_table_is_read_whole_or_refused(data: st.DataObject) -> None:
    content = bytearray(short_file())
    for _ in range(data.draw(st.integers(1, 5))):
        position = data.draw(st.integers(0, len(content) - 1))
        content[position] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(content)))
    damaged = bytes(content[:cut]) if data.draw(st.booleans()) else bytes(content)
    try:
        table = parse_celestrak(damaged, "damaged")
    except InputError:
        return
    assert table.n_days == 30
    assert np.all((table.f107_sfu >= 40.0) & (table.f107_sfu <= 2000.0))


@unhurried
@given(st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode)))
def test_rubbish_is_no_table_and_no_bulletin(content: bytes) -> None:
    with pytest.raises(InputError):
        parse_celestrak(content, "rubbish")
    with pytest.raises(InputError):
        parse_msafe(content.decode("latin-1"), "rubbish")


@unhurried
@given(st.binary(max_size=300))
def test_rubbish_after_the_right_first_line_is_refused(content: bytes) -> None:
    for beginning in (b"DATATYPE CssiSpaceWeather\n", b"DATE,AP_AVG,F10.7_OBS,F10.7_DATA_TYPE\n"):
        with pytest.raises(InputError):
            parse_celestrak(beginning + content, "rubbish")
