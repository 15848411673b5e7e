"""Re-entry windows of objects whose end is known: the figures of ``reentry_window.md`` and of its tests."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from decay_truth import DELFI_END_MJD, DELFI_FILE, TIANGONG_END_MJD, TIANGONG_FILE

from stationkeep.campaign.reentry_document import TrackPoint, WindowDocument
from stationkeep.campaign.reentry_window import WindowOptions, predict_window
from stationkeep.constants import EARTH_MEAN_RADIUS_KM
from stationkeep.orbit.history import read_history
from stationkeep.timescale import mjd_utc, parse_utc

# US Strategic Command's last message (space-track.org, quoted by ESA and Sky & Telescope): 2 April 2018 00:16 UTC
# +-1 min, at this place. It is computed for the last kilometres, not for the break-up at 80 km.
TIANGONG_PLACE_DEG = (-13.6, -164.3)
TIANGONG_SIZE_M, DELFI_SIZE_M = 4.0, 0.3
HALF_DAYS = tuple(0.5 * step for step in range(14, 0, -1))
"""Every half day of the last week: nobody chose which of them to show."""
PRECISE_DAYS = 3.0
"""Farther ahead the last stretch is flown without heyoka: the quantiles are the same to 0.1 hours (4 days before)
and 0.3 hours (6 days before), for a fifth of the time."""
# Delfi-C3's end is known to four hours: later than a day before, it is no truth.
DAYS = {
    ("tiangong", "observed"): HALF_DAYS,
    ("tiangong", "as-known"): HALF_DAYS,
    ("delfi", "observed"): HALF_DAYS[:-1],
    ("delfi", "as-known"): tuple(day for day in HALF_DAYS[:-1] if day == int(day)),
}


@dataclass(frozen=True)
class Window:
    """One window, in hours after the true end."""

    name: str
    space_weather: str
    days_before: float
    document: WindowDocument
    end_mjd: float

    def hours(self, text_utc: str) -> float:
        """Of a moment, after the true end."""
        return 24.0 * (mjd_utc(parse_utc(text_utc)) - self.end_mjd)

    @property
    def quantiles_hours(self) -> tuple[float, float, float, float, float]:
        """5, 25, 50, 75 and 95 %."""
        when = self.document.reentry
        p05, p25, p50, p75, p95 = map(
            self.hours, (when.p05_utc, when.p25_utc, when.median_utc, when.p75_utc, when.p95_utc)
        )
        return p05, p25, p50, p75, p95

    @property
    def error_fraction(self) -> float:
        """Of the median, over the remaining time."""
        return self.quantiles_hours[2] / (24.0 * self.days_before)

    @property
    def rank(self) -> float:
        """Share of the runs that fell before the true end."""
        dates = self.document.reentry.dates_utc
        return sum(self.hours(date) < 0.0 for date in dates) / len(dates)


@dataclass(frozen=True)
class WindowScore:
    """Many windows of one object in a few numbers; they share sets and one Sun, so they are no independent trials."""

    count: int
    inside_50: float
    inside_90: float
    mean_rank: float
    """One half where the windows lie about the truth; more: they lie early."""
    median_error: float
    """Of the absolute errors, over the remaining time."""
    worst: Window


def score(rows: Sequence[Window]) -> WindowScore:
    """How often the middle 50 % and 90 % of the runs held the truth, on which side it lay, and how far off at worst."""
    ranks = np.array([row.rank for row in rows])
    inside = [float(np.mean(np.abs(ranks - 0.5) <= half)) for half in (0.25, 0.45)]
    errors = np.abs([row.error_fraction for row in rows])
    return WindowScore(
        len(rows), inside[0], inside[1], float(ranks.mean()), float(np.median(errors)), rows[int(errors.argmax())]
    )


def window(
    data: Path, name: str, days_before: float, space_weather: str, options: WindowOptions | None = None
) -> Window:
    """The window of ``tiangong`` or ``delfi`` some days before its end."""
    file, end, size = {
        "tiangong": (TIANGONG_FILE, TIANGONG_END_MJD, TIANGONG_SIZE_M),
        "delfi": (DELFI_FILE, DELFI_END_MJD, DELFI_SIZE_M),
    }[name]
    precise = None if days_before <= PRECISE_DAYS else False
    options = options or WindowOptions(space_weather=space_weather, runs=60, size_m=size, precise=precise)
    document = predict_window(read_history(data / file), end - days_before, options)
    return Window(name, space_weather, days_before, document, end)


def distance_km(point: TrackPoint, place_deg: tuple[float, float]) -> float:
    """Along the ground."""
    one, two = math.radians(point.latitude_deg), math.radians(place_deg[0])
    apart = math.radians(point.longitude_deg - place_deg[1])
    cosine = math.sin(one) * math.sin(two) + math.cos(one) * math.cos(two) * math.cos(apart)
    return EARTH_MEAN_RADIUS_KM * math.acos(min(max(cosine, -1.0), 1.0))


def nearest_pass(found: Window, place_deg: tuple[float, float] = TIANGONG_PLACE_DEG) -> tuple[float, float]:
    """How near does the track come to a place within half an hour of the true end [km], and how long after it [min]?"""
    near = [point for point in found.document.place.track if abs(found.hours(point.time_utc)) < 0.5]
    if not near:
        return math.nan, math.nan
    best = min(near, key=lambda point: distance_km(point, place_deg))
    return distance_km(best, place_deg), 60.0 * found.hours(best.time_utc)
