"""When was an object pushed, and how hard? Reboosts, deboosts and avoidance burns found in its element sets.

The observed mean semi-major axis is compared with the loss that the mean engine predicts under the observed Sun,
scaled by the local ratio of the two (:mod:`stationkeep.orbit.axis_history`). What is left is flat, but for noise, for
errors of the drag that come and go over days, and for burns, which step at once and stay. A screen finds the gaps
between sets where the axis or the phase may have stepped (:mod:`stationkeep.orbit.burn_candidates`); each is then
fitted (:mod:`stationkeep.orbit.step_fit`) and kept where a burn is more probable than an outlier or a storm.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, zip_longest

import numpy as np

from stationkeep.constants import EARTH_MU_KM3_S2
from stationkeep.errors import ElementSetError, OrbitError
from stationkeep.orbit.axis_history import AxisHistory, axis_history
from stationkeep.orbit.burn_candidates import burn_steps, confidence
from stationkeep.orbit.elements import HIGHEST_PERIGEE_KM, MeanElements
from stationkeep.orbit.mean_decay import WeatherTrack
from stationkeep.orbit.step_fit import Step
from stationkeep.orbit.tle import LONGEST_GAP_DAYS, ElementHistory, ElementSet

SMALLEST_DELTA_V_M_S = 0.05
"""Smaller burns are not reported: dockings, vents and turns push that much, and bad sets look like it."""
LOWEST_PERIGEE_KM = 140.0

_REISSUE_DAYS = 0.03  # sets nearer than this (half a revolution) rest on the same observations: the later one is used
_FEWEST_SETS = 6
_CLEAR_DAYS = 0.05  # a set nearer than this to the moment found may be on either side of the burn


@dataclass(frozen=True, slots=True)
class Burn:
    """One manoeuvre (or several within hours) seen as a step of the mean semi-major axis."""

    start_mjd_utc: float
    """The last epoch before it."""
    stop_mjd_utc: float
    """The first epoch after it."""
    moment_mjd_utc: float
    """Best estimate: where the motion before and after it meet."""
    moment_error_day: float
    delta_mean_altitude_km: float
    delta_mean_altitude_error_km: float
    delta_v_m_s: float
    """Along the track; negative: braking."""
    confidence: float
    """Probability that something pushed the object, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch too long without element sets to say what happened in it."""

    start_mjd_utc: float
    stop_mjd_utc: float


@dataclass(frozen=True, slots=True)
class BurnSearch:
    """What was found and what it rests on."""

    burns: tuple[Burn, ...]
    gaps: tuple[Gap, ...]
    sets_used: int
    reissues: int
    """Sets passed over because a later one follows within half a revolution."""
    sets_outside: int
    """Sets passed over because their perigee is outside the range of the drag model."""
    pieces_too_short: int
    """Stretches between gaps with too few sets to look for burns."""


def find_burns(history: ElementHistory, weather: WeatherTrack) -> tuple[Burn, ...]:
    """Which burns does this history show? In order of time; see :func:`search_burns`."""
    return search_burns([item.elements for item in history.sets], weather).burns


def search_burns(
    elements: Sequence[MeanElements], weather: WeatherTrack, breaks_mjd_utc: Sequence[float] = ()
) -> BurnSearch:
    """Which burns does a series of mean elements show, and where can none be seen?

    Parameters
    ----------
    elements        mean elements of one object, from element sets or averaged states; any order, re-issues allowed
    weather         observed drivers covering all of it
    breaks_mjd_utc  moments across which nothing is compared: where one ephemeris gives way to the next, whose
                    prediction errors would look like burns

    Perigees of 140 to 1000 km: above, drag is too weak to matter and steps are not ours to explain; below, an object
    is hours from its end. Burns under 0.05 m/s are not reported.
    Raises :class:`ElementSetError` for fewer than six usable sets, :class:`OrbitError` where all are out of range.
    """
    ordered = sorted(elements, key=lambda item: item.epoch_mjd_utc)
    usable = [item for item in ordered if LOWEST_PERIGEE_KM <= item.perigee_altitude_km <= HIGHEST_PERIGEE_KM]
    if ordered and not usable:
        raise OrbitError(
            f"perigee at {ordered[-1].perigee_altitude_km:.0f} km: burns are looked for between "
            f"{LOWEST_PERIGEE_KM:.0f} and {HIGHEST_PERIGEE_KM:.0f} km",
            hint="below, the object has all but fallen; above (geostationary orbits too) the air does not brake it "
            "and this method does not apply",
        )
    kept = [
        item
        for item, following in zip_longest(usable, usable[1:])
        if following is None or following.epoch_mjd_utc - item.epoch_mjd_utc > _REISSUE_DAYS
    ]
    pieces = _between_gaps(kept, breaks_mjd_utc)
    searched = [piece for piece in pieces if len(piece) >= _FEWEST_SETS]
    if not searched:
        raise ElementSetError(
            f"too few element sets to see a burn: {len(kept)} usable ones, at most "
            f"{max(map(len, pieces))} without a gap of {LONGEST_GAP_DAYS:.0f} days; "
            f"{_FEWEST_SETS} are needed",
            hint="give a file with more element sets",
        )
    burns: list[Burn] = []
    for piece in searched:
        burns += _burns_of_piece(axis_history(piece, weather))
    return BurnSearch(
        burns=tuple(burns),
        gaps=tuple(
            Gap(one[-1].epoch_mjd_utc, two[0].epoch_mjd_utc)
            for one, two in pairwise(pieces)
            if two[0].epoch_mjd_utc - one[-1].epoch_mjd_utc > LONGEST_GAP_DAYS
        ),
        sets_used=sum(len(piece) for piece in searched),
        reissues=len(usable) - len(kept),
        sets_outside=len(ordered) - len(usable),
        pieces_too_short=len(pieces) - len(searched),
    )


def burn_free_pieces(
    sets: Sequence[ElementSet], burns: Sequence[Burn], settling_days: float = 1.0
) -> list[list[ElementSet]]:
    """Cut sorted element sets at the burns and leave out those that still settle after one.

    A set is out from the last epoch before a burn until ``settling_days`` after it. Pieces are in order of time.
    """
    pieces: list[list[ElementSet]] = [[]]
    pending = sorted(burns, key=lambda item: item.moment_mjd_utc)
    settled_from = -math.inf
    for item in sets:
        while pending and item.epoch_mjd_utc > pending[0].start_mjd_utc:
            burn = pending.pop(0)
            latest = min(burn.moment_mjd_utc + 2.0 * burn.moment_error_day, burn.stop_mjd_utc)
            settled_from = max(settled_from, latest + settling_days)
            pieces.append([])
        if item.epoch_mjd_utc >= settled_from:
            pieces[-1].append(item)
    return [piece for piece in pieces if piece]


def _between_gaps(elements: Sequence[MeanElements], breaks_mjd_utc: Sequence[float] = ()) -> list[list[MeanElements]]:
    pieces: list[list[MeanElements]] = [[]]
    breaks = sorted(breaks_mjd_utc)
    for item in elements:
        if pieces[-1]:
            last, now = pieces[-1][-1].epoch_mjd_utc, item.epoch_mjd_utc
            if now - last > LONGEST_GAP_DAYS or bisect_right(breaks, now) > bisect_right(breaks, last):
                pieces.append([])
        pieces[-1].append(item)
    return pieces


def _burns_of_piece(history: AxisHistory) -> list[Burn]:
    axis = float(np.median(history.axis_km))
    smallest_m = SMALLEST_DELTA_V_M_S / _delta_v_per_axis_1_s(axis)
    return [_burn(history, step) for step in burn_steps(history, smallest_m)]


def _delta_v_per_axis_1_s(axis_km: float) -> float:
    """Tangential delta-v [m/s] per metre of semi-major axis on a circle: dv = v da / 2a (Gauss)."""
    return 0.5 * math.sqrt(EARTH_MU_KM3_S2 / axis_km) / axis_km


def _burn(history: AxisHistory, step: Step) -> Burn:
    time = history.time_mjd_utc
    # the sets nearest to the crossing that are clearly before and after it
    margin = min(2.0 * step.moment_error_day, _CLEAR_DAYS)
    before = int(np.searchsorted(time, step.moment_mjd_utc - margin)) - 1
    after = int(np.searchsorted(time, step.moment_mjd_utc + margin))
    before, after = max(before, 0), min(after, len(time) - 1)
    return Burn(
        start_mjd_utc=float(time[before]),
        stop_mjd_utc=float(time[after]),
        moment_mjd_utc=step.moment_mjd_utc,
        moment_error_day=step.moment_error_day,
        delta_mean_altitude_km=1.0e-3 * step.step_m,
        delta_mean_altitude_error_km=1.0e-3 * step.step_error_m,
        delta_v_m_s=_delta_v_per_axis_1_s(float(history.axis_km[before])) * step.step_m,
        confidence=confidence(step.significance),
    )
