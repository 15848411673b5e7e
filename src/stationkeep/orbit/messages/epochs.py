"""Dates as messages write them, in the time scale they name, to modified Julian days (UTC) and back.

A modified Julian day in double precision resolves 0.6 microseconds, five millimetres along a low orbit: that is
what an epoch keeps on its way through a message.
"""

from __future__ import annotations

import math
import re
from datetime import date, timedelta
from typing import Final

from stationkeep.constants import MJD_OF_J2000, SECONDS_PER_DAY
from stationkeep.errors import ElementSetError
from stationkeep.orbit.terrestrial_time import mjd_utc_from_tt_seconds

# CCSDS 502.0-B, section 7.5.10: calendar or day-of-year form, fraction of any length, optional Z.
_EPOCH: Final = re.compile(
    r"(?P<year>\d{4})-(?:(?P<month>\d\d)-(?P<day>\d\d)|(?P<doy>\d{3}))"
    r"[T ](?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)(?P<fraction>\.\d*)?Z?"
)
_WITH_ZONE: Final = re.compile(r"\d{4}-.*[T ].*[+-]\d\d(?::?\d\d)?")
_MJD_ZERO: Final = date(1858, 11, 17)
_FIRST_YEAR, _LAST_YEAR = 1957, 2199
_FIRST_YEAR_OF_LEAP_SECONDS: Final = 1972
# How far each scale runs ahead of TAI [s]: TT by definition (IAU 1991), GPS since its start on 6 January 1980.
# TDB swings about TT by 1.7 milliseconds in a year (13 m along a low orbit): converted in `_tdb_minus_tt_s`.
_AHEAD_OF_TAI_S: Final = {"TAI": 0.0, "TT": 32.184, "TDT": 32.184, "TDB": 32.184, "GPS": -19.0}
_TT_MINUS_TAI_S: Final = 32.184


def time_scale_named(name: str) -> str:
    """The time scale a message means, in capitals; raises :class:`ElementSetError` for one that is not converted."""
    scale = name.strip().upper()
    if scale != "UTC" and scale not in _AHEAD_OF_TAI_S:
        why = "UT1 needs measured Earth rotation" if scale == "UT1" else "it is not known here"
        raise ElementSetError(
            f"time system {name!r} is not converted: {why}; UTC, TAI, TT, TDB and GPS are",
            hint="give epochs in UTC, TAI, TT, TDB or GPS time",
        )
    return scale


def conversion_of_scale(scale: str) -> list[str]:
    """What to tell of epochs in this scale: nothing of UTC."""
    return [] if scale == "UTC" else [f"epochs are given in {scale} and turned to UTC"]


def epoch_mjd_utc(text: str, scale: str = "UTC") -> float:
    """Which modified Julian day (UTC) is ``2021-225T12:40:19.983Z`` in this scale?

    Both the calendar and the day-of-year form, with any number of decimals; the ``Z`` means nothing outside UTC and is
    passed over. Raises :class:`ElementSetError` for what is no date, or a scale that is not converted.
    """
    match = _EPOCH.fullmatch(text.strip())
    if match is None and _WITH_ZONE.fullmatch(text.strip()):
        raise ElementSetError(
            f"epoch {text!r} carries a time zone, which messages do not have",
            hint="write it in the message's TIME_SYSTEM, e.g. 2022-04-02T00:00:00.000",
        )
    if match is None:
        raise ElementSetError(
            f"epoch {text!r} is not a date", hint="write it as 2022-04-02T00:00:00.000 or 2022-092T00:00:00.000"
        )
    day = _day_number(match, text)
    hour, minute, second = (int(match[name]) for name in ("hour", "minute", "second"))
    if hour > 23 or minute > 59 or second > (60 if scale == "UTC" else 59):
        raise ElementSetError(f"epoch {text!r} has no such time of day", hint="hours to 23, minutes and seconds to 59")
    seconds = 3600.0 * hour + 60.0 * minute + second + float("0" + (match["fraction"] or ".0") + "0")
    wanted = time_scale_named(scale)
    if wanted == "UTC":
        return day + seconds / SECONDS_PER_DAY
    if int(match["year"]) < _FIRST_YEAR_OF_LEAP_SECONDS:
        raise ElementSetError(f"epoch {text!r} in {wanted} is before UTC had leap seconds", hint="give it in UTC")
    since_j2000_s = (day - MJD_OF_J2000) * SECONDS_PER_DAY + seconds
    if wanted == "TDB":
        since_j2000_s -= _tdb_minus_tt_s(since_j2000_s)
    return mjd_utc_from_tt_seconds(since_j2000_s + _TT_MINUS_TAI_S - _AHEAD_OF_TAI_S[wanted])


def epoch_text(time_mjd_utc: float) -> str:
    """The UTC date in calendar form to the microsecond, as messages are written: ``2022-04-02T00:00:00.000000``."""
    day = math.floor(time_mjd_utc)
    microseconds = round((time_mjd_utc - day) * SECONDS_PER_DAY * 1e6)
    whole_day, rest = divmod(microseconds, 86_400_000_000)
    seconds, fraction = divmod(rest, 1_000_000)
    calendar = _MJD_ZERO + timedelta(days=day + whole_day)
    return f"{calendar}T{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{fraction:06d}"


def _tdb_minus_tt_s(since_j2000_s: float) -> float:
    """The yearly swing of TDB about TT, to 30 microseconds (Astronomical Almanac, section B)."""
    anomaly = math.radians(357.53 + 0.98560028 * since_j2000_s / SECONDS_PER_DAY)  # of the Earth about the Sun
    return 0.001657 * math.sin(anomaly + 0.0167 * math.sin(anomaly))


def _day_number(match: re.Match[str], text: str) -> int:
    year = int(match["year"])
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise ElementSetError(f"epoch {text!r} is outside {_FIRST_YEAR} to {_LAST_YEAR}", hint="check the year")
    try:
        if match["doy"] is None:
            calendar = date(year, int(match["month"]), int(match["day"]))
        else:
            calendar = date(year, 1, 1) + timedelta(days=int(match["doy"]) - 1)
            if calendar.year != year:
                raise ValueError
    except ValueError:
        raise ElementSetError(f"epoch {text!r} is not a day of the calendar", hint="check month and day") from None
    return (calendar - _MJD_ZERO).days
