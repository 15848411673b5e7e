"""Fit the day-to-day variability of F10.7 and Ap to the observations of 1957-2021.

    python design/fit_solar_variability.py

writes src/stationkeep/environment/data/solar_variability.yaml. Nothing after 2021 enters: the flagship scenario
starts in April 2022 and is judged against what followed. Needs only the package itself.
"""

from __future__ import annotations

from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
import yaml

from stationkeep.environment.sources import bundled_space_weather
from stationkeep.environment.space_weather import DayKind
from stationkeep.environment.variability import F107_FLOOR_SFU, log_excess
from stationkeep.timescale import iso_day, mjd_utc, parse_utc

TARGET = Path(__file__).parents[1] / "src/stationkeep/environment/data/solar_variability.yaml"
LAST_DAY = "2021-12-31"
ORDER = 54  # two solar rotations: a shorter memory loses the second recurrence, a longer one changes nothing measurable
LEVEL_NODES_SFU = np.array([68.5, 72.0, 80.0, 100.0, 130.0, 170.0, 220.0])
SCORES = np.linspace(-4.0, 4.0, 33)
# Minima of 13-month smoothed sunspot number (SILSO): starts of cycles 19 to 25.
MINIMA = ("1954-04-15", "1964-10-15", "1976-03-15", "1986-09-15", "1996-08-15", "2008-12-15", "2019-12-15")
SMOOTHING_LAG_DAYS = 197  # half of 13 months: when the newest complete smoothed value is centred


FLARE_FACTOR = 1.4  # a day this much above its week's median was measured during a flare, which the air hardly feels


def history() -> tuple[int, np.ndarray, np.ndarray]:
    """First day, observed flux with missed and flare-contaminated days interpolated, and Ap, to LAST_DAY."""
    table = bundled_space_weather()
    n = int(mjd_utc(parse_utc(LAST_DAY))) + 1 - table.first_day_mjd
    f107, kind = table.f107_sfu[:n].copy(), table.kind[:n]
    week = np.median(np.lib.stride_tricks.sliding_window_view(np.pad(f107, 3, mode="edge"), 7), axis=1)
    missed = (kind != DayKind.OBSERVED) | (f107 > FLARE_FACTOR * week)
    f107[missed] = np.interp(np.flatnonzero(missed), np.flatnonzero(~missed), f107[~missed])
    return table.first_day_mjd, f107, table.ap[:n]


def smooth_13_months(values: np.ndarray) -> np.ndarray:
    """13-month mean with half weight on the end months, where it is complete."""
    weights = np.convolve(np.ones(365), np.ones(31))
    return np.convolve(values, weights / weights.sum(), "valid")


def local_moments(y: np.ndarray, x: np.ndarray, nodes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of x where y is near each node (Gaussian window of 0.25)."""
    weights = np.exp(-0.5 * ((y[None, :] - nodes[:, None]) / 0.25) ** 2)
    weights /= weights.sum(axis=1, keepdims=True)
    mean = weights @ x
    return mean, np.sqrt(np.sum(weights * (x[None, :] - mean[:, None]) ** 2, axis=1))


def normal_scores(values: np.ndarray) -> np.ndarray:
    """Standard-normal deviate of each value's rank."""
    normal = NormalDist()
    rank = np.argsort(np.argsort(values, kind="stable"), kind="stable")
    return np.array([normal.inv_cdf((k + 0.5) / values.size) for k in range(values.size)])[rank]


def quantile_table(values: np.ndarray) -> np.ndarray:
    """Values at the probabilities of SCORES; the ends are the extremes of history."""
    normal = NormalDist()
    return np.quantile(values, [normal.cdf(score) for score in SCORES])


def autoregression(scores: np.ndarray) -> tuple[np.ndarray, float]:
    """Coefficients and innovation of the AR(ORDER) with the scores' own autocorrelation (Yule-Walker)."""
    centred = scores - scores.mean()
    transform = np.fft.rfft(centred, 2 ** int(np.ceil(np.log2(2 * centred.size))))
    covariance = np.fft.irfft(np.abs(transform) ** 2)[: ORDER + 1]
    r = covariance / covariance[0]
    matrix = r[np.abs(np.subtract.outer(np.arange(ORDER), np.arange(ORDER)))]
    coefficients = np.linalg.solve(matrix, r[1:])
    return coefficients, float(np.sqrt(1.0 - coefficients @ r[1:]))


def level_persistence(first_day: int, flux: np.ndarray, y: np.ndarray, lead: int) -> tuple[float, list[float]]:
    """How long does the 81-day level's departure from a forecast of it last?

    The forecast is one that could have been made on the day (McNish and Lincoln, 1949): the mean cycle plus the last
    complete smoothed value's departure from it, damped by regression. The departure's regression on itself, 0 to 120
    days later, gives the e-folding time.
    """
    n = y.size
    day = first_day + lead + np.arange(n)
    minima = np.array([mjd_utc(parse_utc(text)) for text in MINIMA])
    phase = day - minima[np.searchsorted(minima, day, side="right") - 1]
    knots = np.arange(0.0, 3961.0, 30.0)
    mean_cycle = np.array([y[np.abs(phase - knot) < 200].mean() for knot in knots])
    weights = np.ones(81) / 81
    y81 = log_excess(np.convolve(flux, weights, "same"))[lead : lead + n]
    now = np.arange(2 * SMOOTHING_LAG_DAYS, n - 400, 7)
    now = now[(phase[now] > SMOOTHING_LAG_DAYS) & (phase[now] < 3500)]

    def expected(days_later: int) -> np.ndarray:
        return np.interp(phase[now] + days_later, knots, mean_cycle)

    known = y[now - SMOOTHING_LAG_DAYS] - expected(-SMOOTHING_LAG_DAYS)

    def forecast(days_later: int) -> np.ndarray:
        truth = y[now + days_later] - expected(days_later)
        return expected(days_later) + known * (known @ truth) / (known @ known)

    departure = y81[now - 40] - forecast(0)
    leads = np.arange(0, 121, 15)
    slopes = [float(departure @ (y81[now + k] - forecast(int(k))) / (departure @ departure)) for k in leads]
    # The trailing mean is 40 days old on the day, so the slope is below one already at lead 0; only its fall counts.
    decay = np.polyfit(leads, np.log(slopes), 1)[0]
    return float(-1.0 / decay), slopes


def fit() -> dict[str, Any]:
    first_day, f107, ap = history()
    smoothed_f107, smoothed_ap = smooth_13_months(f107), smooth_13_months(ap)
    lead = (f107.size - smoothed_f107.size) // 2
    y = log_excess(smoothed_f107)
    x = log_excess(f107[lead : lead + y.size]) - y
    nodes = np.log(LEVEL_NODES_SFU - F107_FLOOR_SFU)
    mean, spread = local_moments(y, x, nodes)
    u = (x - np.interp(y, nodes, mean)) / np.interp(y, nodes, spread)
    ratio = ap[lead : lead + y.size] / smoothed_ap
    ratio_quantiles = quantile_table(ratio)
    flux_ar, flux_noise = autoregression(normal_scores(u))
    ap_ar, ap_noise = autoregression(normal_scores(ratio))
    persistence, slopes = level_persistence(first_day, f107, y, lead)
    return {
        "provenance": {
            "made_by": "design/fit_solar_variability.py",
            "data": bundled_space_weather().identifier,
            "days": f"{iso_day(first_day)} to {LAST_DAY}; residuals {iso_day(first_day + lead)} to "
            f"{iso_day(first_day + lead + y.size - 1)}",
            "method": "normal scores of the residual about 13-month means; AR(54) by Yule-Walker; quantile tables",
            "level_persistence_slopes_0_to_120_days": [round(slope, 3) for slope in slopes],
        },
        "level_nodes": rounded(nodes),
        "level_mean": rounded(mean),
        "level_spread": rounded(spread),
        "score_nodes": rounded(SCORES),
        "f107_quantiles": rounded(quantile_table(u)),
        "ap_ratio_quantiles": rounded(ratio_quantiles),
        "f107_autoregression": rounded(flux_ar),
        "ap_autoregression": rounded(ap_ar),
        "f107_innovation": round(flux_noise, 5),
        "ap_innovation": round(ap_noise, 5),
        "level_persistence_days": round(persistence, 1),
        "level_correlation": round(float(np.corrcoef(y, np.log(smoothed_ap))[0, 1]), 3),
    }


def rounded(values: np.ndarray) -> list[float]:
    return [round(float(value), 5) for value in values]


if __name__ == "__main__":
    header = (
        "# Day-to-day variability of F10.7 and Ap. Written by design/fit_solar_variability.py; do not edit by hand.\n"
    )
    TARGET.write_text(header + yaml.safe_dump(fit(), sort_keys=False, width=118), encoding="utf-8")
    print(f"wrote {TARGET}")
