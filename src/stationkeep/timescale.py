"""UTC dates in and out: ISO 8601 text, aware ``datetime``, and modified Julian days.

Inside, the mean engine counts time in modified Julian days (UTC); leap seconds matter only to the high-fidelity
propagator, which converts by itself. A naive ``datetime`` is refused: nobody knows what it means.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from stationkeep.constants import MJD_OF_UNIX_EPOCH
from stationkeep.errors import InputError

_UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def mjd_utc(moment: datetime) -> float:
    """Modified Julian day (UTC) of an aware ``datetime``."""
    if moment.tzinfo is None:
        raise InputError(f"date {moment.isoformat()} has no time zone", hint="add Z for UTC, e.g. 2022-04-02T00:00:00Z")
    return MJD_OF_UNIX_EPOCH + (moment - _UNIX_EPOCH) / timedelta(days=1)


def datetime_utc(mjd: float) -> datetime:
    """Aware UTC ``datetime`` of a modified Julian day, to the microsecond."""
    return _UNIX_EPOCH + timedelta(days=mjd - MJD_OF_UNIX_EPOCH)


def parse_utc(text: str) -> datetime:
    """Read ``2022-04-02``, ``2022-04-02T12:00Z`` or any ISO 8601 date; a date without a zone is taken as UTC."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as error:
        # Of what is no date at all only Python would say "isoformat string"; of 30 February it says what is wrong.
        why = "" if "isoformat" in str(error) else f": {error}"
        raise InputError(
            f"{text!r} is not a date{why}", hint="write it as 2022-04-02 or 2022-04-02T12:00:00Z (UTC)"
        ) from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def iso_utc(mjd: float) -> str:
    """ISO 8601 text of a modified Julian day, to the second: ``2022-04-02T00:00:00Z``."""
    moment = datetime_utc(mjd) + timedelta(microseconds=500_000)
    return moment.replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def iso_day(mjd: float) -> str:
    """The UTC calendar day, ``2022-04-02``."""
    return datetime_utc(mjd).date().isoformat()
