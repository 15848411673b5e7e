"""The risk over the ground track that is left: from element sets of the last days, given a day or an hour if asked."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from stationkeep.campaign.fallen_body import Fallen
from stationkeep.campaign.reentry_conditional import View, conditional_risk
from stationkeep.campaign.reentry_options import Ground, RiskOptions
from stationkeep.campaign.reentry_window import WindowOptions, forecast_falls
from stationkeep.descent.break_up_paths import BreakUpPaths, falls_paths
from stationkeep.descent.entry_leg import Falls
from stationkeep.descent.entry_places import places_of
from stationkeep.environment.population import LandMask
from stationkeep.errors import InputError
from stationkeep.orbit.tle import ElementHistory
from stationkeep.timescale import iso_utc

_REVOLUTION_DAYS = 87.3 / 1440.0  # near 120 km


@dataclass(frozen=True, eq=False)
class LastFalls:
    """All possible falls of an object in its last days, equally likely."""

    falls: Falls
    smear_days: float
    p05_mjd_utc: float
    p95_mjd_utc: float

    @property
    def middle(self) -> int:
        """Which of the falls is the one in the middle of the window."""
        order = np.argsort(self.falls.time_mjd_utc)
        return int(order[len(order) // 2])


def foreseen_falls(
    history: ElementHistory,
    as_of_mjd_utc: float,
    options: WindowOptions,
    land: LandMask,
    progress: Callable[[], None] | None = None,
) -> LastFalls:
    """When and where may it come down, from the sets up to a moment? Errors as of ``stationkeep reentry-window``."""
    falls = forecast_falls(history.until(as_of_mjd_utc), as_of_mjd_utc, options, progress).falls
    low, high = (float(value) for value in np.quantile(falls.time_mjd_utc, (0.05, 0.95)))
    return LastFalls(falls, places_of(falls, land).smear_days, low, high)


def window_views(
    last: LastFalls,
    fallen: Fallen,
    ground: Ground,
    options: RiskOptions,
    between_mjd_utc: tuple[float | None, float | None] = (None, None),
) -> list[View]:
    """The risk over the whole window, and between two moments if given.

    Raises :class:`InputError` for moments in the wrong order, or between which it does not come down.
    """
    whole = falls_paths(last.falls, last.smear_days)
    views = [_view(whole, last, fallen, ground, options, "whenever it falls", None)]
    start, stop = between_mjd_utc
    if start is None and stop is None:
        return views
    if start is not None and stop is not None and stop <= start:
        raise InputError(
            f"the window ends ({iso_utc(stop)}) before it begins ({iso_utc(start)})", hint="give --from before --to"
        )
    low, high = -math.inf if start is None else start, math.inf if stop is None else stop
    part = falls_paths(last.falls, last.smear_days, low, high)
    bounds = (("after", start), ("before", stop))
    words = " and ".join(f"{word} {iso_utc(when)[:16].replace('T', ' ')}" for word, when in bounds if when is not None)
    if start is not None and stop == start + 1.0 and start == math.floor(start):
        words = f"on {iso_utc(start)[:10]}"
    views.append(_view(part, last, fallen, ground, options, f"if it falls {words} UTC", (low, high)))
    return views


def _view(
    paths: BreakUpPaths,
    last: LastFalls,
    fallen: Fallen,
    ground: Ground,
    options: RiskOptions,
    label: str,
    between: tuple[float, float] | None,
) -> View:
    low, high = between or (last.p05_mjd_utc, last.p95_mjd_utc)
    shown = max(low, last.p05_mjd_utc), min(high, last.p95_mjd_utc)
    days = shown[1] - shown[0] if shown[1] > shown[0] else min(high - low, _REVOLUTION_DAYS)
    return conditional_risk(
        paths,
        fallen,
        ground,
        options,
        label=label,
        revolutions=days / _REVOLUTION_DAYS,
        from_utc=iso_utc(low) if math.isfinite(low) else None,
        to_utc=iso_utc(high) if math.isfinite(high) else None,
        probability=paths.probability,
    )
