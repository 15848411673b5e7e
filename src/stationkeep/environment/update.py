"""Fetching newer observed space weather: the only code of this package that touches the network, only when asked."""

from __future__ import annotations

import http.client
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from stationkeep import __version__
from stationkeep.environment.celestrak import parse_celestrak, read_celestrak
from stationkeep.environment.sources import DATA_FOLDER_VARIABLE, user_table_path
from stationkeep.environment.space_weather import SpaceWeather
from stationkeep.errors import InputError, OutputError, SpaceWeatherFileError
from stationkeep.files import write_atomically

CELESTRAK_URL = "https://celestrak.org/SpaceData/SW-All.csv"
_POLITE_INTERVAL_S = 2 * 3600.0  # CelesTrak renews its files every few hours and asks not to be polled
_TIMEOUT_S = 60.0
_LARGEST_FILE_BYTES = 64 * 1024 * 1024  # twenty times the table of today
_SCHEMES = ("https", "http", "file")


@dataclass(frozen=True, slots=True)
class UpdateResult:
    """What an update did: ``downloaded`` is False where the table on disk was fresh enough to be left alone."""

    path: Path
    table: SpaceWeather
    downloaded: bool


def update_space_weather(url: str = CELESTRAK_URL, *, force: bool = False) -> UpdateResult:
    """Bring the user's space-weather table up to date.

    Downloads ``url`` (CelesTrak's SW-All in CSV or text form), reads it completely, and only then replaces the table in
    the user's data folder, in one step. A table fetched less than two hours ago is left alone unless ``force``.

    Raises :class:`SpaceWeatherFileError` where nothing usable arrives or the new table ends earlier than the one here
    (``force`` accepts it), :class:`OutputError` where it cannot be stored. The old table stays in both cases.
    """
    path = user_table_path()
    present = _present(path)
    if present is not None and not force and _age_s(path) < _POLITE_INTERVAL_S:
        return UpdateResult(path, present, downloaded=False)
    data = _fetch(url)
    table = parse_celestrak(data, url)
    if present is not None and not force and table.last_observed_mjd < present.last_observed_mjd:
        raise SpaceWeatherFileError(
            f"{url} is observed to {table.last_observed_utc}, the table already here to {present.last_observed_utc}",
            hint="the newer one was kept; use --force to replace it all the same",
        )
    try:
        write_atomically(path, data)
    except OutputError as error:
        raise OutputError(
            error.problem, hint=f"set {DATA_FOLDER_VARIABLE} to a folder you may write to, with enough free space"
        ) from None
    return UpdateResult(path, table, downloaded=True)


def _present(path: Path) -> SpaceWeather | None:
    """The table on disk; a damaged one counts as none, for replacing it is what an update is for."""
    if not path.is_file():
        return None
    try:
        return read_celestrak(path)
    except InputError:
        return None


def _age_s(path: Path) -> float:
    return max(0.0, time.time() - path.stat().st_mtime)


def _fetch(url: str) -> bytes:
    offline = "check the address and the network; without an update the bundled table is used"
    if urllib.parse.urlsplit(url).scheme not in _SCHEMES:
        raise SpaceWeatherFileError(
            f"{url!r} is no address that can be fetched", hint=f"give one that begins with {', '.join(_SCHEMES)}"
        )
    request = urllib.request.Request(url, headers={"User-Agent": f"stationkeep/{__version__}"})
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as response:
            data: bytes = response.read(_LARGEST_FILE_BYTES + 1)
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = error.reason if isinstance(error, urllib.error.URLError) else error
        raise SpaceWeatherFileError(f"cannot fetch {url}: {reason}", hint=offline) from None
    if len(data) > _LARGEST_FILE_BYTES:
        raise SpaceWeatherFileError(f"{url} is larger than {_LARGEST_FILE_BYTES} bytes: no such table", hint=offline)
    return data
