"""Numbers and dates as a person says them: no digit that is not known, no locale, no surprise characters."""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Final

from stationkeep.timescale import parse_utc

if TYPE_CHECKING:
    from stationkeep.campaign.document import Reentry
    from stationkeep.campaign.part import Interval

# Not strftime: its names depend on the machine's locale.
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
NONE = "–"
UNKNOWN = "unknown"

FEWEST_RUNS_FOR_A_WINDOW: Final = 20
"""Below it the 5 % and the 95 % quantile are the first and the last run: a range, not a 90 % window."""

# A median known to within months is not a day: from this width of the 90 % window on, only the month is said.
_WIDEST_WINDOW_FOR_A_DAY = timedelta(days=60)


def clean(text: str) -> str:
    """``text`` without control and direction-changing characters; a title must not drive the reader's terminal."""
    kept = (" " if c in "\n\r\t" else c for c in text)
    return "".join(c for c in kept if unicodedata.category(c) not in {"Cc", "Cs"} and c not in _DIRECTION_CHANGERS)


_DIRECTION_CHANGERS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def day_text(date_utc: str | datetime, *, long: bool = False) -> str:
    """A calendar day: ``14 May 2024``; ``long`` writes the month in full."""
    moment = _moment(date_utc)
    return f"{moment.day} {_month(moment, long)} {moment.year}"


def with_days(words: str, *, long: bool = False) -> str:
    """Words with days in them (``not before 2022-06-25``), these as people write them."""
    return re.sub(r"\b\d{4}-\d{2}-\d{2}\b", lambda found: day_text(f"{found[0]}T00:00:00Z", long=long), words)


def unbroken(words: str) -> str:
    """Words in which a number stays with what follows it (``25 %``, ``Sep 2024``), for lines that are broken."""
    return re.sub(r"(?<=\d) (?=%)|(?<=\b[A-Z][a-z]{2}) (?=\d{4}\b)", "\u00a0", words)


def month_text(date_utc: str | datetime, *, long: bool = False) -> str:
    """A month: ``May 2024``."""
    moment = _moment(date_utc)
    return f"{_month(moment, long)} {moment.year}"


def minute_text(date_utc: str | datetime) -> str:
    """A time to the minute: ``2 April 2022 00:00 UTC``."""
    moment = _moment(date_utc)
    return f"{day_text(moment, long=True)} {moment:%H:%M} UTC"


def horizon_text(horizon_utc: str) -> str:
    """The horizon as it follows "by": ``2031`` for New Year's Day, ``1 Jul 2031`` else."""
    moment = _moment(horizon_utc)
    return str(moment.year) if (moment.month, moment.day) == (1, 1) else day_text(moment)


def spread_name(runs: int) -> str:
    """What the span beside a median is: a 90 % window, or with few runs just the range they happen to cover."""
    return "90 % window" if runs >= FEWEST_RUNS_FOR_A_WINDOW else f"range of the {runs} runs" if runs > 1 else "range"


def band_text(runs: int) -> str:
    """What the line and the band of a fan chart hold."""
    if runs == 1:
        return "one run"
    return (
        f"median of the runs, and the band that holds {'90 %' if runs >= FEWEST_RUNS_FOR_A_WINDOW else 'all'} of them"
    )


def window_days(reentry: Reentry) -> float | None:
    """Width of the 90 % window of the fall date [day]; ``None`` where it is open or nothing falls."""
    if reentry.p05_utc is None or reentry.p95_utc is None:
        return None
    return (_moment(reentry.p95_utc) - _moment(reentry.p05_utc)) / timedelta(days=1)


def fall_text(reentry: Reentry, horizon_utc: str, *, long: bool = False) -> str:
    """When does it fall, as the median over all runs: ``May 2024``, to the day only where the window is narrow."""
    if reentry.median_utc is None:
        return f"not by {horizon_text(horizon_utc)}"
    return _dated(reentry.median_utc, to_the_day=_known_to_the_day(reentry), long=long)


def window_text(reentry: Reentry, horizon_utc: str, *, long: bool = False) -> str:
    """The 90 % window of the fall date: ``Jan – Nov 2024``, open-ended where the late end lies past the horizon."""
    if reentry.p05_utc is None:
        return NONE
    to_the_day = _known_to_the_day(reentry)
    if reentry.p95_utc is None:
        return f"from {_dated(reentry.p05_utc, to_the_day, long)} to after {horizon_text(horizon_utc)}"
    first, last = _moment(reentry.p05_utc), _moment(reentry.p95_utc)
    end = _dated(last, to_the_day, long)
    start = _dated(first, to_the_day, long)
    if start == end:
        return end
    if first.year == last.year:
        start = start.removesuffix(f" {first.year}")
        if to_the_day and first.month == last.month:
            start = str(first.day)
    return f"{start} – {end}"


def chance_text(reentry: Reentry) -> str:
    """How many of the runs fell by the horizon: a percentage, or a count where a percentage would pretend."""
    runs = len(reentry.dates_utc)
    fell = sum(date is not None for date in reentry.dates_utc)
    if runs == 0:
        return UNKNOWN
    if fell in (0, runs):
        return "in no run" if fell == 0 else "in all runs" if runs > 1 else "in the one run"
    if min(fell, runs - fell) < max(3, 0.01 * runs) or runs < 20:
        return f"{fell:,} of {runs:,} runs"
    return f"{percent(fell / runs)} of runs"


def significant(value: float, digits: int = 2) -> str:
    """``value`` to ``digits`` significant digits, written out, thousands separated: ``3,200``, ``0.034``."""
    if not math.isfinite(value):
        return UNKNOWN
    if value == 0:
        return "0"
    places = digits - 1 - math.floor(math.log10(abs(value)))
    rounded = round(value, places)
    # Rounding may carry into the next decade: 9.96 is 10, not 10.0.
    places = digits - 1 - math.floor(math.log10(abs(rounded)))
    return f"{rounded:,.{max(0, places)}f}"


def percent(share: float) -> str:
    """A share as a percentage without false digits, halves rounded up: ``22 %``, ``4.5 %``, ``4 %``, ``< 0.1 %``."""
    if share == 0:
        return "0 %"
    if abs(share) < 0.0005:
        return "< 0.1 %"
    # Python rounds halves to even, and 4.5 % would read 4 % beside a 5.5 % that reads 6 %. Of 100 times the share only
    # ten digits count: 100 * 0.285 is 28.499999999999996.
    exact = Decimal(f"{100 * share:.10g}")
    rounded = exact.quantize(Decimal("0.1") if abs(exact) < 10 else Decimal(1), ROUND_HALF_UP)
    return f"{rounded:.0f} %" if rounded == rounded.to_integral_value() else f"{rounded} %"


def one_in_text(one_in: float) -> str:
    """A small expectation as odds: ``1 in 29``. From one half upwards odds mislead, so the expectation is named."""
    if not math.isfinite(one_in) or one_in <= 0:
        return UNKNOWN
    return f"1 in {significant(one_in)}" if one_in >= 2 else f"{significant(1 / one_in)} people expected"


def one_in_window(one_in: Interval) -> str:
    """The 90 % interval of the odds: ``1 in 15 – 60``."""
    if one_in.p05 < 2:
        return f"{one_in_text(one_in.p05)} – {one_in_text(one_in.p95)}"
    low, high = significant(one_in.p05), significant(one_in.p95)
    return f"1 in {high}" if low == high else f"1 in {low} – {high}"


def mass_text(mass_kg: float, digits: int = 2) -> str:
    """A mass in the unit that suits it: ``9.4 t``, ``480 kg``."""
    return f"{significant(mass_kg / 1000, digits)} t" if mass_kg >= 999.5 else f"{significant(mass_kg, digits)} kg"


def kilogram_text(mass_kg: float) -> str:
    """A mass of a part, to the gram where it is small: never in tonnes."""
    return f"{mass_kg:,.0f} kg" if mass_kg >= 1000.0 else f"{mass_kg:.4g} kg"


def mass_window(mass_kg: Interval) -> str:
    """The 90 % interval of a mass: ``8.8 – 10 t``."""
    low, high = mass_text(mass_kg.p05), mass_text(mass_kg.p95)
    if low == high:
        return high
    return f"{low.rpartition(' ')[0]} – {high}" if low[-2:] == high[-2:] else f"{low} – {high}"


def window(interval: Interval) -> str:
    """The 90 % interval of a quantity: ``0.016 – 0.062``; one number where it has no width."""
    low, high = significant(interval.p05), significant(interval.p95)
    return high if low == high else f"{low} – {high}"


def count_window(count: Interval) -> str:
    """The 90 % interval of a count: ``28 – 35``."""
    low, high = f"{count.p05:,.0f}", f"{count.p95:,.0f}"
    return high if low == high else f"{low} – {high}"


def _known_to_the_day(reentry: Reentry) -> bool:
    days = window_days(reentry)
    return days is not None and days < _WIDEST_WINDOW_FOR_A_DAY / timedelta(days=1)


def _dated(date_utc: str | datetime, to_the_day: bool, long: bool = False) -> str:
    return day_text(date_utc, long=long) if to_the_day else month_text(date_utc, long=long)


def _month(moment: datetime, long: bool) -> str:
    name = MONTHS[moment.month - 1]
    return name if long else name[:3]


def _moment(date_utc: str | datetime) -> datetime:
    return date_utc if isinstance(date_utc, datetime) else parse_utc(date_utc)
