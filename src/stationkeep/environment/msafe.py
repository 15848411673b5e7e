"""Solar-cycle forecasts as they were published: NASA's monthly MSAFE bulletins.

The Marshall Solar Activity Future Estimation (NASA MSFC) gives, for each month to the end of the next cycle, the 5th,
50th and 95th percentile of 13-month smoothed F10.7 and Ap. The bulletins are works of the US government; the figures of
seven of them ship with the package. A bulletin of month M is taken as known from the first day of M, so "as known on
2 April 2022" uses the bulletin of April 2022, whose first forecast month is October 2021.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from stationkeep.environment.space_weather import FloatArray
from stationkeep.environment.variability import F107_FLOOR_SFU, log_excess, solar_variability
from stationkeep.errors import SpaceWeatherFileError, SpaceWeatherRangeError
from stationkeep.ordinary_file import Expected, read_text
from stationkeep.timescale import iso_day, mjd_utc

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_ROW = re.compile(r"^\s*(\d{4})\.\d+\s+([A-Z]{3})((?:\s+\d+\.\d+){6})\s*$")
_SMOOTHING_LAG_MONTHS = 6  # a 13-month mean is complete six months late: the first row is six months before the issue
_HALF_MONTH_DAYS = 16.0
_Z95 = NormalDist().inv_cdf(0.95)
_HINT = (
    "give an MSAFE bulletin as NASA publishes it (such as apr2022f10_prd.txt), or leave --space-weather at its default"
)
_EXPECTED = Expected(SpaceWeatherFileError, _HINT, largest_mebibytes=48, any_encoding=False)


@dataclass(frozen=True, slots=True, eq=False)
class SolarForecast:
    """What was expected of the solar cycle in a given month?

    identifier             such as ``NASA MSAFE 2022-04``
    issued                 year and month of the bulletin, ``2022-04``; known from the first of that month
    months_mjd             (n,) middle of each forecast month, modified Julian day UTC
    f107_percentiles_sfu   (n, 3) 5, 50 and 95 % of 13-month smoothed F10.7 [sfu]
    ap_percentiles         (n, 3) the same of 13-month smoothed Ap
    """

    identifier: str
    issued: str
    months_mjd: FloatArray
    f107_percentiles_sfu: FloatArray
    ap_percentiles: FloatArray

    @property
    def issued_mjd(self) -> float:
        """The first day of the month of issue."""
        year, month = self.issued.split("-")
        return mjd_utc(datetime(int(year), int(month), 1, tzinfo=UTC))

    @property
    def first_mjd(self) -> float:
        """Start of the first month forecast."""
        return float(self.months_mjd[0]) - _HALF_MONTH_DAYS

    @property
    def last_mjd(self) -> float:
        """End of the last month forecast."""
        return float(self.months_mjd[-1]) + _HALF_MONTH_DAYS

    def percentile(self, percent: float, time_mjd_utc: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Smoothed F10.7 [sfu] and Ap that are not exceeded with a probability of ``percent`` (0 to 100, exclusive).

        Between the published 5, 50 and 95 % (and beyond) ``ln(F10.7 - 60)`` and ``ln Ap`` are taken as split-normal: a
        normal law with one width below the median and another above. The published values are met exactly, and no
        percentile falls below the quiet Sun. Months are joined linearly on the same scales.
        """
        if not 0.0 < percent < 100.0:
            raise SpaceWeatherRangeError(f"percentile {percent:g} asked of {self.identifier}", hint="give 0 to 100 %")
        deviate = NormalDist().inv_cdf(percent / 100.0)
        log_f107, log_ap = self.log_levels(deviate, deviate, time_mjd_utc)
        return F107_FLOOR_SFU + np.exp(log_f107), np.exp(log_ap)

    def log_levels(
        self, f107_deviate: float, ap_deviate: float, time_mjd_utc: npt.ArrayLike
    ) -> tuple[FloatArray, FloatArray]:
        """``ln(F10.7 - 60)`` and ``ln Ap`` of the smoothed levels at standard-normal deviates (-1.645 is the 5 %)."""
        time = np.asarray(time_mjd_utc, dtype=np.float64)
        if time.size and (time.min() < self.first_mjd or time.max() > self.last_mjd):
            raise SpaceWeatherRangeError(
                f"{self.identifier} forecasts {iso_day(self.first_mjd)} to {iso_day(self.last_mjd)}, but "
                f"{iso_day(float(time.min()))} to {iso_day(float(time.max()))} was asked (81-day means included)",
                hint="shorten the run, or give a bulletin that covers it (--space-weather FILE)",
            )
        return (
            np.interp(
                time, self.months_mjd, _split_normal(np.log(self.f107_percentiles_sfu - F107_FLOOR_SFU), f107_deviate)
            ),
            np.interp(time, self.months_mjd, _split_normal(np.log(self.ap_percentiles), ap_deviate)),
        )

    def relaxed_from(
        self, level_sfu: float, level_mjd: float, time_mjd_utc: npt.ArrayLike, percent: float = 50.0
    ) -> tuple[FloatArray, FloatArray]:
        """A percentile path whose flux starts from an observed level and relaxes to the path.

        ``level_sfu`` is the observed mean flux at ``level_mjd``; its departure from the path, on the scale
        ``ln(F10.7 - 60)``, fades with the persistence fitted to history. Ap follows the percentile unchanged.
        """
        time = np.asarray(time_mjd_utc, dtype=np.float64)
        path, ap = self.percentile(percent, time)
        at_start, _ = self.percentile(percent, np.clip(level_mjd, self.first_mjd, self.last_mjd))
        departure = log_excess(np.asarray(level_sfu)) - log_excess(at_start)
        fading = np.exp(-(time - level_mjd) / solar_variability().level_persistence_days)
        return F107_FLOOR_SFU + np.exp(np.log(path - F107_FLOOR_SFU) + departure * fading), ap


def _split_normal(percentiles: FloatArray, deviate: float) -> FloatArray:
    """Value at a standard-normal deviate, (n,), from the 5, 50 and 95 % in the columns of (n, 3)."""
    low, median, high = percentiles.T
    width = (high - median) if deviate > 0.0 else (median - low)
    return np.asarray(median + width * (deviate / _Z95))


def shipped_forecasts() -> dict[str, SolarForecast]:
    """The bulletins that ship with the package, by month of issue, oldest first."""
    return dict(_shipped())


@cache
def _shipped() -> tuple[tuple[str, SolarForecast], ...]:
    folder = files("stationkeep.environment").joinpath("data")
    found = []
    for entry in folder.iterdir():
        if entry.name.startswith("msafe_") and entry.name.endswith(".csv"):
            forecast = parse_msafe(entry.read_text(encoding="utf-8"), entry.name)
            found.append((forecast.issued, forecast))
    return tuple(sorted(found))


def forecast_known_at(time_mjd_utc: float) -> SolarForecast:
    """The latest shipped bulletin that was known at a moment: issued in that month or before it, never later."""
    forecasts = shipped_forecasts()
    known = [forecast for forecast in forecasts.values() if forecast.issued_mjd <= time_mjd_utc]
    if not known:
        raise SpaceWeatherRangeError(
            f"no shipped solar forecast was known on {iso_day(time_mjd_utc)}; shipped: {', '.join(forecasts)}",
            hint="give a bulletin of that time with --space-weather FILE, or use --space-weather observed",
        )
    return known[-1]


def read_msafe(path: Path) -> SolarForecast:
    """The forecast in an MSAFE bulletin (either vintage) or in this package's own CSV of one."""
    text = read_text(path, _EXPECTED)
    return parse_msafe(text, str(path))


def parse_msafe(text: str, name: str) -> SolarForecast:
    """The forecast in the text of a bulletin; ``name`` appears in messages only."""
    rows = _csv_rows(text, name) if text.startswith("#") else _bulletin_rows(text, name)
    if len(rows) < 2:
        raise SpaceWeatherFileError(f"{name}: {len(rows)} rows of figures found, at least 2 expected", hint=_HINT)
    for (line, index, _), (_, before, _) in zip(rows[1:], rows, strict=False):
        if index != before + 1:
            raise SpaceWeatherFileError(f"{name}, line {line}: this month does not follow the one before", hint=_HINT)
    figures = np.array([row[2] for row in rows])
    for (line, _, _), values in zip(rows, figures, strict=True):
        f107, ap = values[:3], values[3:]
        if not (F107_FLOOR_SFU < f107[2] <= f107[1] <= f107[0] < 500.0 and 0.0 < ap[2] <= ap[1] <= ap[0] < 100.0):
            raise SpaceWeatherFileError(
                f"{name}, line {line}: percentiles must fall from 95 % to 5 %, F10.7 in 60 to 500, Ap in 0 to 100",
                hint=_HINT,
            )
    issue = rows[0][1] + _SMOOTHING_LAG_MONTHS
    issued = f"{issue // 12}-{issue % 12 + 1:02d}"
    months = np.array([_mid_month_mjd(row[1]) for row in rows])
    f107, ap = figures[:, 2::-1].copy(), figures[:, 5:2:-1].copy()
    for array in (months, f107, ap):
        array.flags.writeable = False
    return SolarForecast(f"NASA MSAFE {issued}", issued, months, f107, ap)


_Row = tuple[int, int, list[float]]  # line number, months since year 0, figures as published (95, 50, 5 % twice)


def _bulletin_rows(text: str, name: str) -> list[_Row]:
    """Rows of a bulletin; anything but a blank line after the first row of figures must be a row."""
    rows: list[_Row] = []
    for line, content in enumerate(text.splitlines(), start=1):
        match = _ROW.match(content)
        if match and match[2] in _MONTHS:
            rows.append(
                (line, int(match[1]) * 12 + _MONTHS.index(match[2]), [float(cell) for cell in match[3].split()])
            )
        elif content.strip() and rows:
            raise SpaceWeatherFileError(
                f"{name}, line {line}: {content.strip()[:60]!r} is no row of figures", hint=_HINT
            )
    return rows


def _csv_rows(text: str, name: str) -> list[_Row]:
    rows: list[_Row] = []
    for line, cells in enumerate(csv.reader(text.splitlines()), start=1):
        if not cells or cells[0].startswith("#") or cells[0] == "month":
            continue
        try:
            year, month = cells[0].split("-")
            figures = [float(cell) for cell in cells[1:]]
            if len(figures) != 6 or not 1 <= int(month) <= 12:
                raise ValueError
        except ValueError:
            raise SpaceWeatherFileError(
                f"{name}, line {line}: {','.join(cells)[:60]!r} is no row", hint=_HINT
            ) from None
        rows.append((line, int(year) * 12 + int(month) - 1, figures))
    return rows


def _mid_month_mjd(index: int) -> float:
    """Middle of a month: the bulletin's decimal year is its first day's, but the smoothing is centred in the month."""
    first = mjd_utc(datetime(index // 12, index % 12 + 1, 1, tzinfo=UTC))
    index += 1
    return 0.5 * (first + mjd_utc(datetime(index // 12, index % 12 + 1, 1, tzinfo=UTC)))
