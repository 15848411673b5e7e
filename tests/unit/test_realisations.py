"""Random futures of the Sun: observed days kept, reproducible, continuous with what was observed."""

from __future__ import annotations

import numpy as np
import pytest

from stationkeep.environment.msafe import SolarForecast, forecast_known_at
from stationkeep.environment.realisations import realise
from stationkeep.environment.sources import bundled_space_weather
from stationkeep.environment.space_weather import SpaceWeather
from stationkeep.environment.variability import solar_variability
from stationkeep.errors import SpaceWeatherRangeError
from stationkeep.timescale import mjd_utc, parse_utc

EPOCH = int(mjd_utc(parse_utc("2022-04-02")))


@pytest.fixture(scope="module")
def known() -> SpaceWeather:
    return bundled_space_weather().observed_before(EPOCH)


@pytest.fixture(scope="module")
def forecast() -> SolarForecast:
    return forecast_known_at(EPOCH)


def test_same_seed_same_sun_and_a_longer_run_begins_alike(known: SpaceWeather, forecast: SolarForecast) -> None:
    short = realise(forecast, known, EPOCH, 400, np.random.default_rng(7))
    assert np.array_equal(short, realise(forecast, known, EPOCH, 400, np.random.default_rng(7)))
    longer = realise(forecast, known, EPOCH, 2000, np.random.default_rng(7))
    assert longer[:400] == pytest.approx(short, rel=1e-12)  # the running sum behind the 81-day mean rounds differently
    other = realise(forecast, known, EPOCH, 400, np.random.default_rng(8))
    assert np.mean(other[:, 0] == short[:, 0]) < 0.05


def test_observed_days_stay_observed(known: SpaceWeather, forecast: SolarForecast) -> None:
    truth = bundled_space_weather().drivers(EPOCH - 100, 100)
    drawn = realise(forecast, known, EPOCH - 100, 500, np.random.default_rng(1))
    assert np.array_equal(drawn[:100, 2], truth[:, 2])
    # flux of the day before; a radio burst on 31 March (239.5 sfu) was not yet known to have gone on 1 April
    assert np.array_equal(drawn[:99, 0], truth[:99, 0])
    assert drawn[99, 0] == 151.3
    assert drawn[100, 0] == known.f107_sfu[-1]
    assert drawn[:58, 1] == pytest.approx(truth[:58, 1])  # windows that end before the burst
    past = realise(forecast, bundled_space_weather(), EPOCH, 100, np.random.default_rng(1))
    assert np.array_equal(past, bundled_space_weather().drivers(EPOCH, 100))


def test_first_column_is_the_day_before(known: SpaceWeather, forecast: SolarForecast) -> None:
    drawn = realise(forecast, known, EPOCH, 1000, np.random.default_rng(2))
    flux_of_the_day = drawn[1:, 0]
    centred = np.convolve(flux_of_the_day, np.ones(81) / 81, "valid")
    # Element k of the flux belongs to day k, its centred mean to day k as well.
    assert drawn[40 : 40 + centred.size, 1] == pytest.approx(centred)


def test_level_starts_from_the_observed_one_and_takes_the_drawn_path(
    known: SpaceWeather, forecast: SolarForecast
) -> None:
    observed_level = float(np.mean(known.f107_sfu[-81:]))
    drawn = np.array([realise(forecast, known, EPOCH, 1500, np.random.default_rng(k)) for k in range(300)])
    # Around the epoch half of the window is observed: the means scatter little and about the observed level.
    assert np.mean(drawn[:, 0, 1]) == pytest.approx(observed_level, abs=5.0)
    assert np.std(drawn[:, 0, 1]) < 7.0
    # After two years the start is forgotten. The 13-month means have the bulletin's own percentiles; 300 draws fix a
    # 5 % quantile to a tenth of the width between median and quantile, about 6 sfu.
    year = drawn[:, 900:1295, 0].mean(axis=1)
    published = [float(forecast.percentile(p, np.arange(900, 1295) + EPOCH)[0].mean()) for p in (5.0, 50.0, 95.0)]
    assert np.quantile(year, [0.05, 0.5, 0.95]) == pytest.approx(published, abs=10.0)
    ap_year = drawn[:, 900:1295, 2].mean(axis=1)
    ap_published = [float(forecast.percentile(p, np.arange(900, 1295) + EPOCH)[1].mean()) for p in (5.0, 50.0, 95.0)]
    assert np.quantile(ap_year, [0.05, 0.5, 0.95]) == pytest.approx(ap_published, abs=1.5)
    strong = year > np.median(year)
    assert ap_year[strong].mean() > ap_year[~strong].mean()  # strong cycles are stormier


def test_a_flare_on_the_last_day_does_not_echo(known: SpaceWeather, forecast: SolarForecast) -> None:
    # The last observed days hold a flare-contaminated 239.5 sfu; 27 days later it must not come back.
    drawn = np.array([realise(forecast, known, EPOCH, 40, np.random.default_rng(k))[:, 0] for k in range(200)])
    assert np.median(drawn[:, 27]) < 150.0


def test_a_forecast_that_ends_too_early_is_refused(known: SpaceWeather, forecast: SolarForecast) -> None:
    with pytest.raises(SpaceWeatherRangeError, match="2041"):
        realise(forecast, known, EPOCH, 20 * 366, np.random.default_rng(1))
    with pytest.raises(SpaceWeatherRangeError):
        realise(forecast, known, EPOCH, 0, np.random.default_rng(1))
    with pytest.raises(SpaceWeatherRangeError):
        realise(forecast, known, 36112, 30000, np.random.default_rng(1))


def test_shipped_autoregressions_are_stationary() -> None:
    model = solar_variability()
    for coefficients in (model.f107_autoregression, model.ap_autoregression):
        roots = np.roots(np.concatenate(([1.0], -coefficients)))
        assert np.max(np.abs(roots)) < 1.0
    assert np.all(np.diff(model.f107_quantiles) > 0.0)
    assert np.all(np.diff(model.ap_ratio_quantiles) >= 0.0)
