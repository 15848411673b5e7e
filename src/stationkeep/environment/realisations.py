"""Random futures of the Sun: one draw per simulated run, from a forecast and from how the Sun has varied before."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, sqrt

import numpy as np

from stationkeep.compiled import compiled
from stationkeep.environment.msafe import SolarForecast
from stationkeep.environment.space_weather import HALF_WINDOW_DAYS, FloatArray, SpaceWeather, centred_mean_81day
from stationkeep.environment.variability import (
    F107_FLOOR_SFU,
    LOWEST_FLUX_SFU,
    SolarVariability,
    log_excess,
    solar_variability,
)
from stationkeep.errors import SpaceWeatherRangeError

_LEVEL_DAYS = 2 * HALF_WINDOW_DAYS + 1
_HIGHEST_HISTORY_SCORE = 3.0  # a flare in the last observed days must not echo in every later solar rotation


def realise(
    forecast: SolarForecast,
    observed_until: SpaceWeather,
    first_day_mjd: float,
    n_days: int,
    rng: np.random.Generator,
) -> FloatArray:
    """One possible future of the Sun: the drivers of NRLMSISE-00 for each day, as they might turn out.

    Days that ``observed_until`` holds as observed stay as observed; its predicted rows are ignored (to fly "as known on
    a day", pass ``table.observed_before(day)``). After the last observed day:

    - the smoothed levels of F10.7 and Ap follow one percentile of ``forecast`` each for the whole run, drawn from two
      standard-normal deviates correlated as the levels were in history: a cycle that comes in strong stays strong;
    - the flux starts from the level of the last 81 observed days, whose departure from the drawn path fades with the
      persistence fitted to history, and the 27-day rotation in progress goes on;
    - daily flux and daily Ap vary about the levels as fitted to the days before 2022
      (:class:`stationkeep.environment.variability.SolarVariability`).

    Returns (n_days, 3) like :meth:`SpaceWeather.drivers`. The same generator state gives the same days, and a longer
    run begins with the same days as a shorter one.

    Raises :class:`SpaceWeatherRangeError` where the forecast ends before the last day plus 40 (for the 81-day mean), or
    the table begins too late.
    """
    first = floor(first_day_mjd)
    if n_days < 1:
        raise SpaceWeatherRangeError(f"{n_days} days of space weather asked for", hint="ask for at least one day")
    if first + n_days - 1 <= observed_until.last_observed_mjd - HALF_WINDOW_DAYS:
        return observed_until.drivers(first, n_days)
    past = _recent(observed_until, first)
    n_future = first + n_days + HALF_WINDOW_DAYS - (observed_until.last_observed_mjd + 1)
    future_f107, future_ap = _future(forecast, past, n_future, rng)
    start = past.f107_sfu.size - (past.last_mjd - first + 1)
    f107 = np.concatenate((past.f107_sfu, future_f107))
    ap = np.concatenate((past.ap, future_ap))
    days = slice(start, start + n_days)
    return np.column_stack((f107[start - 1 : start + n_days - 1], centred_mean_81day(f107)[days], ap[days]))


@dataclass(frozen=True, slots=True)
class _Past:
    """The last observed days, enough for the model's memory and for the first day's 81-day window."""

    last_mjd: int
    f107_sfu: FloatArray
    ap: FloatArray


def _recent(table: SpaceWeather, first_day: int) -> _Past:
    memory = max(_LEVEL_DAYS, solar_variability().f107_autoregression.size)
    begin = min(first_day - HALF_WINDOW_DAYS - 1, table.last_observed_mjd - memory + 1) - table.first_day_mjd
    if begin < 0:
        # The table's own message says which days it has and what to do.
        table.drivers(first_day, 1)
        raise SpaceWeatherRangeError(
            f"{table.identifier!r} holds fewer than {memory} observed days, too few to start a realisation",
            hint="give a table with at least half a year of observations",
        )
    days = slice(begin, table.last_observed_mjd + 1 - table.first_day_mjd)
    return _Past(table.last_observed_mjd, table.f107_sfu[days], table.ap[days])


def _future(
    forecast: SolarForecast, past: _Past, n_days: int, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """Daily F10.7 [sfu] and Ap for the ``n_days`` after the last observed one."""
    model = solar_variability()
    f107_deviate, independent = rng.standard_normal(2)
    rho = model.level_correlation
    ap_deviate = rho * f107_deviate + sqrt(1.0 - rho * rho) * independent
    # Day by day, so that a longer run draws the same numbers for its first days.
    noise = rng.standard_normal((n_days, 2))
    history = past.f107_sfu.size
    middle_of_day = past.last_mjd + 0.5 + np.arange(1 - history, n_days + 1)
    log_f107, log_ap = forecast.log_levels(f107_deviate, ap_deviate, np.maximum(middle_of_day, forecast.first_mjd))
    level = _relaxed(log_f107, past, model)
    return (
        _daily_flux(level, past.f107_sfu, noise[:, 0], model),
        _daily_ap(np.exp(log_ap), past.ap, noise[:, 1], model),
    )


def _relaxed(log_f107: FloatArray, past: _Past, model: SolarVariability) -> FloatArray:
    """The drawn path, shifted to the level of the last 81 observed days, the shift fading after them."""
    history = past.f107_sfu.size
    recent = log_f107[history - _LEVEL_DAYS : history]
    departure = float(
        np.mean(
            log_excess(past.f107_sfu[-_LEVEL_DAYS:]) - recent - np.interp(recent, model.level_nodes, model.level_mean)
        )
    )
    days_after = np.maximum(0.0, np.arange(1 - history, log_f107.size - history + 1))
    return np.asarray(log_f107 + departure * np.exp(-days_after / model.level_persistence_days))


def _daily_flux(level: FloatArray, observed_sfu: FloatArray, noise: FloatArray, model: SolarVariability) -> FloatArray:
    """Flux of each later day from the log level of all days, (n_history + n_future,)."""
    history = observed_sfu.size
    centre = level + np.interp(level, model.level_nodes, model.level_mean)
    spread = np.interp(level, model.level_nodes, model.level_spread)
    deviation = (log_excess(observed_sfu) - centre[:history]) / spread[:history]
    scores = np.interp(deviation, model.f107_quantiles, model.score_nodes)
    future = _continue_scores(scores, noise, model.f107_autoregression, model.f107_innovation)
    u = np.interp(future, model.score_nodes, model.f107_quantiles)
    return np.maximum(LOWEST_FLUX_SFU, F107_FLOOR_SFU + np.exp(centre[history:] + spread[history:] * u))


def _daily_ap(level: FloatArray, observed: FloatArray, noise: FloatArray, model: SolarVariability) -> FloatArray:
    """Ap of each later day from the smoothed level of all days, (n_history + n_future,)."""
    history = observed.size
    scores = np.interp(observed / level[:history], model.ap_ratio_quantiles, model.score_nodes)
    future = _continue_scores(scores, noise, model.ap_autoregression, model.ap_innovation)
    return np.asarray(level[history:] * np.interp(future, model.score_nodes, model.ap_ratio_quantiles))


def _continue_scores(scores: FloatArray, noise: FloatArray, coefficients: FloatArray, innovation: float) -> FloatArray:
    order = coefficients.size
    series = np.empty(order + noise.size)
    series[:order] = np.clip(scores[-order:], -_HIGHEST_HISTORY_SCORE, _HIGHEST_HISTORY_SCORE)
    series[order:] = innovation * noise
    _autoregress(coefficients[::-1].copy(), series)
    return series[order:]


@compiled(fastmath=True)
def _autoregress(coefficients: FloatArray, series: FloatArray) -> None:
    """Add to each element after the first ``order`` the weighted sum of the ``order`` before it, in place.

    ``coefficients`` run from the longest lag to the shortest: forward in memory, so that the sum takes vectors.
    """
    order = coefficients.size
    for day in range(order, series.size):
        total = series[day]
        for k in range(order):
            total += coefficients[k] * series[day - order + k]
        series[day] = total
