"""Reading CelesTrak's space-weather tables, in their fixed-column text form (version 1.2) and as CSV.

Column meaning: https://celestrak.org/SpaceData/SpaceWx-format.php. Both forms carry the flux twice, adjusted to 1 au
and as observed at the Earth; only the observed one is read.
"""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from stationkeep.constants import MJD_OF_UNIX_EPOCH
from stationkeep.environment.radio_bursts import without_radio_bursts
from stationkeep.environment.space_weather import DayKind, FloatArray, SpaceWeather, space_weather_from_days
from stationkeep.errors import SpaceWeatherFileError
from stationkeep.ordinary_file import Expected, read_bytes

_LINE_WIDTH = 130  # sum of the widths in the file's own FORMAT line
_AP_MEAN = slice(78, 82)  # "Avg": mean of the day's eight 3-hour ap
_FLUX_QUALIFIER = slice(98, 100)  # Q: 0 measured, 1 burst removed, 2-4 interpolated or missing
_F107_OBSERVED = slice(112, 118)  # the second F10.7 column; the first (92:98) is adjusted to 1 au
_FIRST_INTERPOLATED_QUALIFIER = 2
_MAXIMUM_F107_SFU = 2000.0  # the table's own record is 938.6, in a flare
_MINIMUM_F107_SFU = 40.0  # the quiet Sun is 63; the table's lowest is 53.5
_MAXIMUM_AP = 400.0  # top of the ap scale
_AP_CYCLE_DAYS = 4018  # 11 years: the mean Ap over a whole solar cycle stands in where only the flux is predicted
_HINT = "give CelesTrak's SW-All.txt or SW-All.csv, whole and unedited; 'stationkeep data update' fetches a fresh one"
_EXPECTED = Expected(SpaceWeatherFileError, _HINT, largest_mebibytes=48)  # 15 times the whole table since 1957

_CSV_KINDS = {
    "OBS": DayKind.OBSERVED,
    "INT": DayKind.INTERPOLATED,
    "PRD": DayKind.DAILY_PREDICTED,
    "PRM": DayKind.MONTHLY_PREDICTED,
}


@dataclass(frozen=True, slots=True)
class _Rows:
    """Dated rows of one table, in file order; ``ap`` is NaN where the file leaves it blank."""

    mjd: npt.NDArray[np.int64]
    f107_sfu: FloatArray
    ap: FloatArray
    kind: npt.NDArray[np.uint8]
    line: npt.NDArray[np.int64]


def read_celestrak(path: Path) -> SpaceWeather:
    """The space weather in a CelesTrak file, text or CSV, told apart by its first line.

    Raises :class:`SpaceWeatherFileError`, naming the line, for anything that is not such a file, whole.
    """
    return parse_celestrak(read_bytes(path, _EXPECTED), str(path))


def parse_celestrak(data: bytes, name: str) -> SpaceWeather:
    """The space weather in the bytes of a CelesTrak file; ``name`` appears in messages only."""
    try:
        text = data.decode("ascii")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SpaceWeatherFileError(f"{name}, line {line}: not a text table (byte {error.start})", hint=_HINT) from None
    digest = hashlib.sha256(data).hexdigest()[:12]
    if text.startswith("DATATYPE CssiSpaceWeather"):
        rows, updated = _text_rows(text, name)
        return _assemble(rows, f"CelesTrak SW-All updated {updated}, sha256 {digest}", name)
    if text.startswith("DATE,"):
        return _assemble(_csv_rows(text, name), f"CelesTrak SW-All.csv, sha256 {digest}", name)
    raise SpaceWeatherFileError(
        f"{name}, line 1: neither 'DATATYPE CssiSpaceWeather' nor a 'DATE,...' header", hint=_HINT
    )


def _text_rows(text: str, name: str) -> tuple[_Rows, str]:
    lines = [line.rstrip() for line in text.split("\n")]
    updated = next((line[8:19].strip() for line in lines[:20] if line.startswith("UPDATED")), "on an unknown date")
    parts = [_section(lines, "OBSERVED", DayKind.OBSERVED, name)]
    for title, kind in (
        ("DAILY_PREDICTED", DayKind.DAILY_PREDICTED),
        ("MONTHLY_PREDICTED", DayKind.MONTHLY_PREDICTED),
    ):
        if f"BEGIN {title}" in lines:
            parts.append(_section(lines, title, kind, name))
    return _joined(parts), updated


def _section(lines: list[str], title: str, kind: DayKind, name: str) -> _Rows:
    """Rows between BEGIN and END of one section, its announced number of points checked."""
    if f"BEGIN {title}" not in lines:
        raise SpaceWeatherFileError(f"{name}: no line 'BEGIN {title}'", hint=_HINT)
    begin = lines.index(f"BEGIN {title}")
    if f"END {title}" not in lines[begin:]:
        raise SpaceWeatherFileError(
            f"{name}, line {len(lines)}: the file ends inside section {title} (begun in line {begin + 1})", hint=_HINT
        )
    end = lines.index(f"END {title}", begin)
    announced = lines[begin - 1].split()
    if announced[:1] == [f"NUM_{title}_POINTS"] and announced[1:] != [str(end - begin - 1)]:
        raise SpaceWeatherFileError(
            f"{name}, line {begin}: {announced[-1]} points announced in section {title}, {end - begin - 1} found",
            hint=_HINT,
        )
    return _fixed_columns(lines[begin + 1 : end], begin + 2, kind, name)


def _fixed_columns(rows: list[str], first_line: int, kind: DayKind, name: str) -> _Rows:
    """Cut all rows at once as a matrix of bytes: a hundred times faster than splitting 25,000 lines in Python."""
    for offset, row in enumerate(rows):
        if len(row) > _LINE_WIDTH or not row:
            raise SpaceWeatherFileError(
                f"{name}, line {first_line + offset}: {len(row)} characters, 1 to {_LINE_WIDTH} expected", hint=_HINT
            )
    n = len(rows)
    matrix = np.frombuffer("".join(row.ljust(_LINE_WIDTH) for row in rows).encode(), dtype="S1").reshape(n, _LINE_WIDTH)
    monthly = kind is DayKind.MONTHLY_PREDICTED
    kinds = np.full(n, kind, dtype=np.uint8)
    if kind is DayKind.OBSERVED:
        qualifier = _numbers(matrix, _FLUX_QUALIFIER, first_line, name, "flux qualifier")
        kinds[qualifier >= _FIRST_INTERPOLATED_QUALIFIER] = DayKind.INTERPOLATED
    return _Rows(
        _dates(matrix, first_line, name),
        _numbers(matrix, _F107_OBSERVED, first_line, name, "observed F10.7"),
        np.full(n, np.nan) if monthly else _numbers(matrix, _AP_MEAN, first_line, name, "daily Ap"),
        kinds,
        np.arange(first_line, first_line + n),
    )


def _text_column(matrix: npt.NDArray[np.bytes_], columns: slice) -> npt.NDArray[np.bytes_]:
    width = columns.stop - columns.start
    return np.ascontiguousarray(matrix[:, columns]).view(f"S{width}")[:, 0]


def _numbers(matrix: npt.NDArray[np.bytes_], columns: slice, first_line: int, name: str, what: str) -> FloatArray:
    cells = _text_column(matrix, columns)
    try:
        return np.asarray(cells.astype(np.float64))
    except ValueError:
        for offset, cell in enumerate(cells.tolist()):
            _number(cell.decode(), f"{name}, line {first_line + offset}", what)
        raise


def _number(cell: str, where: str, what: str) -> float:
    try:
        return float(cell)
    except ValueError:
        raise SpaceWeatherFileError(f"{where}: {what} is {cell.strip()!r}, not a number", hint=_HINT) from None


def _dates(matrix: npt.NDArray[np.bytes_], first_line: int, name: str) -> npt.NDArray[np.int64]:
    cells = np.ascontiguousarray(matrix[:, :10]).copy()
    cells[:, (4, 7)] = b"-"
    # Days and months below ten are padded with a zero or, in some editions, with a blank.
    for column in (5, 8):
        cells[cells[:, column] == b"", column] = b"0"
        cells[cells[:, column] == b" ", column] = b"0"
    return _days_mjd(cells.view("S10")[:, 0].astype("U10").tolist(), first_line, name)


def _days_mjd(texts: list[str], first_line: int, name: str) -> npt.NDArray[np.int64]:
    try:
        days = np.array(texts, dtype="datetime64[D]")
    except ValueError:
        for offset, text in enumerate(texts):
            try:
                np.datetime64(text, "D")
            except ValueError:
                raise SpaceWeatherFileError(
                    f"{name}, line {first_line + offset}: {text!r} is not a date", hint=_HINT
                ) from None
        raise
    return days.astype(np.int64) + int(MJD_OF_UNIX_EPOCH)


def _csv_rows(text: str, name: str) -> _Rows:
    reader = csv.reader(text.splitlines())
    header = next(reader)
    wanted = ("DATE", "AP_AVG", "F10.7_OBS", "F10.7_DATA_TYPE")
    missing = [column for column in wanted if column not in header]
    if missing:
        raise SpaceWeatherFileError(f"{name}, line 1: no column {', '.join(missing)}", hint=_HINT)
    date, ap, flux, data_type = (header.index(column) for column in wanted)
    texts, fluxes, aps, kinds = [], [], [], []
    for line, row in enumerate(reader, start=2):
        where = f"{name}, line {line}"
        if len(row) != len(header):
            raise SpaceWeatherFileError(f"{where}: {len(row)} columns, {len(header)} expected", hint=_HINT)
        if row[data_type] not in _CSV_KINDS:
            raise SpaceWeatherFileError(
                f"{where}: data type {row[data_type]!r}, one of {', '.join(_CSV_KINDS)} expected", hint=_HINT
            )
        kind = _CSV_KINDS[row[data_type]]
        texts.append(row[date])
        kinds.append(kind)
        fluxes.append(_number(row[flux], where, "observed F10.7"))
        aps.append(float("nan") if kind is DayKind.MONTHLY_PREDICTED else _number(row[ap], where, "daily Ap"))
    if not texts:
        raise SpaceWeatherFileError(f"{name}, line 2: no rows", hint=_HINT)
    return _Rows(
        _days_mjd(texts, 2, name),
        np.array(fluxes),
        np.array(aps),
        np.array(kinds, dtype=np.uint8),
        np.arange(2, 2 + len(texts)),
    )


def _joined(parts: list[_Rows]) -> _Rows:
    return _Rows(
        np.concatenate([part.mjd for part in parts]),
        np.concatenate([part.f107_sfu for part in parts]),
        np.concatenate([part.ap for part in parts]),
        np.concatenate([part.kind for part in parts]),
        np.concatenate([part.line for part in parts]),
    )


def _assemble(rows: _Rows, identifier: str, name: str) -> SpaceWeather:
    """Check that days follow each other and figures are possible, spread monthly predictions over days."""
    _check_values(rows, name)
    rows = _without_overlap(rows)
    daily = rows.kind != DayKind.MONTHLY_PREDICTED
    if not np.any(rows.kind <= DayKind.INTERPOLATED):
        raise SpaceWeatherFileError(f"{name}: no observed day", hint=_HINT)
    step = np.diff(rows.mjd)
    both_daily = daily[1:] & daily[:-1]
    wrong = np.flatnonzero((step <= 0) | (both_daily & (step != 1)) | (daily[1:] & ~daily[:-1]))
    if wrong.size:
        line = int(rows.line[wrong[0] + 1])
        raise SpaceWeatherFileError(f"{name}, line {line}: this day does not follow the one before it", hint=_HINT)
    observed_then_predicted = np.flatnonzero((rows.kind[1:] <= 1) & (rows.kind[:-1] > 1))
    if observed_then_predicted.size:
        line = int(rows.line[observed_then_predicted[0] + 1])
        raise SpaceWeatherFileError(f"{name}, line {line}: an observed day after a predicted one", hint=_HINT)
    return _spread(rows, int(np.count_nonzero(daily)), identifier)


def _without_overlap(rows: _Rows) -> _Rows:
    """The 45-day outlook may run past the first of a month that the monthly outlook also predicts: the days win."""
    monthly = rows.kind == DayKind.MONTHLY_PREDICTED
    if monthly.all():
        return rows
    keep = ~monthly | (rows.mjd > rows.mjd[~monthly].max())
    return _Rows(rows.mjd[keep], rows.f107_sfu[keep], rows.ap[keep], rows.kind[keep], rows.line[keep])


def _check_values(rows: _Rows, name: str) -> None:
    for values, low, high, what in (
        (rows.f107_sfu, _MINIMUM_F107_SFU, _MAXIMUM_F107_SFU, "observed F10.7"),
        (np.nan_to_num(rows.ap) if np.isnan(rows.ap).any() else rows.ap, 0.0, _MAXIMUM_AP, "daily Ap"),
    ):
        wrong = np.flatnonzero(~((values >= low) & (values <= high)))
        if wrong.size:
            line = int(rows.line[wrong[0]])
            raise SpaceWeatherFileError(
                f"{name}, line {line}: {what} is {values[wrong[0]]:g}, {low:g} to {high:g} allowed", hint=_HINT
            )


def _spread(rows: _Rows, n_daily: int, identifier: str) -> SpaceWeather:
    """Daily rows without radio bursts; then monthly fluxes interpolated to days, with the mean Ap of 11 years."""
    first = int(rows.mjd[0])
    later = np.arange(rows.mjd[n_daily - 1] + 1, rows.mjd[-1] + 1)
    observed_ap = rows.ap[:n_daily][rows.kind[:n_daily] <= DayKind.INTERPOLATED]
    # Monthly rows predict no Ap: the mean over a whole cycle is the least wrong constant (an MSAFE bulletin is better).
    later_ap = np.full(later.size, float(np.mean(observed_ap[-_AP_CYCLE_DAYS:])))
    later_f107 = np.interp(later, rows.mjd[n_daily - 1 :], rows.f107_sfu[n_daily - 1 :])
    daily_f107, burst = without_radio_bursts(rows.f107_sfu[:n_daily])
    kind = rows.kind[:n_daily].copy()
    kind[burst & (kind == DayKind.OBSERVED)] = DayKind.INTERPOLATED
    return space_weather_from_days(
        identifier,
        first,
        np.concatenate((daily_f107, later_f107)),
        np.concatenate((rows.ap[:n_daily], later_ap)),
        np.concatenate((kind, np.full(later.size, DayKind.MONTHLY_PREDICTED, dtype=np.uint8))),
    )
