"""Solar forecasts: both vintages of bulletin, the shipped ones, percentiles, what was known when."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from stationkeep.environment.msafe import forecast_known_at, parse_msafe, read_msafe, shipped_forecasts
from stationkeep.errors import SpaceWeatherFileError, SpaceWeatherRangeError
from stationkeep.timescale import mjd_utc, parse_utc

# Ten months of the April 2022 bulletin as NASA published it (US government work).
BULLETIN = """  TABLE 3 ESTIMATES OF 13-MONTH SMOOTH SOLAR ACTIVITY FOR
  BALANCE OF CYCLE 25 WITH A MEAN CYCLE GIVEN FOR CYCLE 26

    TIME         10.7 CM SOLAR FLUX   (F10.7)      GEOMAGNETIC INDEX   (Ap)
                         PERCENTILE                    PERCENTILE
                  95.0%       50%      5.0%     95.0%       50%      5.0% 

 2021.7503   OCT    93.1      91.2      89.6       8.9       7.8       7.3
 2021.8337   NOV    97.6      93.4      90.4       9.5       7.9       6.9
 2021.9170   DEC   103.1      95.9      90.5       9.8       8.0       6.6
 2022.0003   JAN   108.7      98.4      91.0      10.2       8.2       6.6
 2022.0837   FEB   114.2     100.9      90.5      10.9       8.6       6.4
 2022.1670   MAR   119.7     103.4      90.6      12.0       9.1       6.6
 2022.2503   APR   126.6     106.1      90.5      12.8       9.6       6.8
"""  # noqa: W291 - the published lines end so


def mjd(day: str) -> float:
    return mjd_utc(parse_utc(day))


def test_a_bulletin_is_read_as_published() -> None:
    forecast = parse_msafe(BULLETIN, "apr2022f10_prd.txt")
    assert forecast.issued == "2022-04"  # the first row is six months old: 13-month means are complete that late
    assert forecast.f107_percentiles_sfu[-1].tolist() == [90.5, 106.1, 126.6]
    assert forecast.ap_percentiles[-1].tolist() == [6.8, 9.6, 12.8]
    assert forecast.months_mjd[-1] == pytest.approx(mjd("2022-04-16"))
    with pytest.raises(ValueError, match="read-only"):
        forecast.f107_percentiles_sfu[0, 0] = 1.0


@pytest.mark.parametrize(
    ("file", "issued"),
    [
        ("oct2017f10.txt", "2017-10"),
        ("jan2018f10.txt", "2018-01"),
        ("jan2022f10_prd.txt", "2022-01"),
        ("mar2022f10_prd.txt", "2022-03"),
        ("apr2022f10_prd.txt", "2022-04"),
        ("jul2022f10_prd.txt", "2022-07"),
        ("dec2022f10_prd.txt", "2022-12"),
    ],
)
def test_shipped_figures_are_those_of_the_bulletins(shared_data: Path, file: str, issued: str) -> None:
    published = read_msafe(shared_data / "space_weather" / file)
    shipped = shipped_forecasts()[issued]
    assert published.issued == issued  # from the rows alone, agrees with the name NASA gave the file
    assert np.array_equal(published.f107_percentiles_sfu, shipped.f107_percentiles_sfu)
    assert np.array_equal(published.ap_percentiles, shipped.ap_percentiles)
    assert np.array_equal(published.months_mjd, shipped.months_mjd)


def test_percentiles_meet_the_published_ones_and_stay_above_the_quiet_sun() -> None:
    forecast = shipped_forecasts()["2022-04"]
    for percent, column in ((5.0, 0), (50.0, 1), (95.0, 2)):
        f107, ap = forecast.percentile(percent, forecast.months_mjd)
        assert f107 == pytest.approx(forecast.f107_percentiles_sfu[:, column])
        assert ap == pytest.approx(forecast.ap_percentiles[:, column])
    lowest, _ = forecast.percentile(0.01, forecast.months_mjd)
    assert lowest.min() > 60.0
    highest, _ = forecast.percentile(99.99, forecast.months_mjd)
    assert highest.max() < 500.0


def test_what_was_known_never_comes_from_later() -> None:
    assert forecast_known_at(mjd("2022-04-01")).issued == "2022-04"
    assert forecast_known_at(mjd("2022-03-31T23:59Z")).issued == "2022-03"
    assert forecast_known_at(mjd("2022-06-30")).issued == "2022-04"
    assert forecast_known_at(mjd("2030-01-01")).issued == "2022-12"
    with pytest.raises(SpaceWeatherRangeError, match=r"2017-10, 2018-01, 2022-01.*\n.*FILE"):
        forecast_known_at(mjd("2017-09-30"))


def test_outside_the_forecast_is_refused() -> None:
    forecast = shipped_forecasts()["2018-01"]
    with pytest.raises(SpaceWeatherRangeError, match="2030"):
        forecast.percentile(50.0, [mjd("2031-01-01")])
    with pytest.raises(SpaceWeatherRangeError, match="percentile 0"):
        forecast.percentile(0.0, [mjd("2020-01-01")])


def test_damaged_bulletins_are_refused_by_line(tmp_path: Path) -> None:
    cases = {
        "0 rows": BULLETIN[:300],
        "line 9: '2021.8337": BULLETIN.replace("97.6", "9x.6"),
        "line 10: this month does not follow": BULLETIN.replace("2021.9170   DEC", "2021.9170   FEB"),
        "line 9: percentiles must fall": BULLETIN.replace("97.6", "80.0"),
        "line 15: 'the end'": BULLETIN.rstrip() + "\nthe end",
    }
    for message, text in cases.items():
        with pytest.raises(SpaceWeatherFileError, match=message):
            parse_msafe(text, "x.txt")
    truncated = BULLETIN.rstrip()[:-5]
    with pytest.raises(SpaceWeatherFileError, match="line 14"):
        parse_msafe(truncated, "x.txt")
    binary = tmp_path / "binary.txt"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SpaceWeatherFileError, match=r"line 1: not text \(byte"):
        read_msafe(binary)
    with pytest.raises(SpaceWeatherFileError, match="cannot read"):
        read_msafe(tmp_path / "nowhere.txt")
