"""Quantiles of dates that may never come, and of altitudes of stations that may have fallen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stationkeep.campaign.part import Interval
from stationkeep.timescale import iso_utc

FloatArray = NDArray[np.float64]

LEVELS = (0.05, 0.5, 0.95)
_FEWEST_FOR_ENDS = 20


def interval(values: Sequence[float] | FloatArray) -> Interval:
    """Median and 90 % interval of finite numbers; of fewer than 20 the whole range, since they have no 5 % end."""
    numbers = np.asarray(values, dtype=float)
    levels = LEVELS if numbers.size >= _FEWEST_FOR_ENDS else (0.0, 0.5, 1.0)
    low, middle, high = (float(value) for value in np.quantile(numbers, levels))
    return Interval(p05=low, median=middle, p95=high)


def date_quantiles(dates_mjd: Sequence[float | None]) -> list[float | None]:
    """5 %, 50 % and 95 % quantile of dates; null counts as "later than any date", and may itself be the answer.

    The smallest date by which at least that share of the runs has come (the inverse of the empirical distribution):
    no interpolation between a date and never.
    """
    ordered = np.sort([np.inf if date is None else date for date in dates_mjd])
    picked = [float(ordered[max(int(np.ceil(level * len(ordered) - 1.0e-9)) - 1, 0)]) for level in LEVELS]
    return [None if np.isinf(value) else value for value in picked]


def loss_fields(dates_mjd: Sequence[float | None]) -> dict[str, Any]:
    """The fields of ``LossDates``: in what share of the runs it comes, and the quantiles of its dates over all."""
    low, middle, high = (None if date is None else iso_utc(date) for date in date_quantiles(dates_mjd))
    share = sum(date is not None for date in dates_mjd) / len(dates_mjd)
    return {"share": share, "p05_utc": low, "median_utc": middle, "p95_utc": high}


def altitude_quantiles(
    altitudes_km: FloatArray, brought_down: NDArray[np.bool_] | None = None
) -> list[list[float | None]]:
    """Quantiles over runs of (n_run, n_time) altitudes, NaN where a run has fallen: null where the quantile has too.

    A fallen run counts as lower than any altitude, so the median does not rise when the weakest runs are gone.
    ``brought_down``: (n_run,) which runs end on target; they are left out from their end on, and the median ends
    when half of all runs have ended so.
    """
    ended = np.isnan(altitudes_km)
    aimed = ended & (np.zeros(len(altitudes_km), dtype=bool) if brought_down is None else brought_down)[:, np.newaxis]
    ranked = np.sort(np.where(aimed, np.inf, np.where(ended, -np.inf, altitudes_km)), axis=0)
    left = len(ranked) - aimed.sum(axis=0)
    result: list[list[float | None]] = []
    for level in LEVELS:
        place = np.maximum(np.ceil(level * left - 1.0e-9).astype(int) - 1, 0)
        row = np.take_along_axis(ranked, place[np.newaxis, :], axis=0)[0]
        if level == LEVELS[1]:
            row = np.where(2 * left <= len(ranked), np.inf, row)
        result.append([None if np.isinf(value) else round(float(value), 3) for value in row])
    return result
