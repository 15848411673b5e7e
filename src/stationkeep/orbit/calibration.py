"""How strongly does the air brake an object, judged by its own decay between manoeuvres?

The method of Saunders, Swinerd and Lewis (2012), the loss of mean semi-major axis against the one computed under the
observed Sun, carried further: all burn-free pieces of a year are fitted at once, each with its own level of the axis,
by a coefficient that drifts (:mod:`stationkeep.orbit.drag_drift`). One number, and its spread over the next
sun-angle cycle, is read off that drift.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from stationkeep.environment.atmosphere import Atmosphere
from stationkeep.errors import ElementSetError, SpaceWeatherRangeError
from stationkeep.orbit.axis_losses import AxisLosses, axis_losses, pair_slope, typical_coefficient
from stationkeep.orbit.burn_detection import (
    Burn,
    burn_free_pieces,
    find_burns,
)
from stationkeep.orbit.drag_drift import DragDrift, fit_drift
from stationkeep.orbit.drift_model import DRIFT_MODEL, DriftModel
from stationkeep.orbit.drift_sizes import SIZE_PRIOR, MixedDrift, MixedForecast, SizePrior, fit_sizes
from stationkeep.orbit.elements import HIGHEST_PERIGEE_KM, MeanElements
from stationkeep.orbit.mean_decay import BallisticCoefficient, WeatherTrack
from stationkeep.orbit.shared_error import SHARES, SharedError
from stationkeep.orbit.sun_angle import sun_angles_by_day
from stationkeep.orbit.tle import LONGEST_GAP_DAYS, ElementHistory, ElementSet
from stationkeep.timescale import iso_day, iso_utc

LOOKBACK_DAYS = 365.0
"""How far back sets are used: six cycles of the station's sun angle."""
OUTLOOK_DAYS = 60
"""The one number stands for these days after the last set: one cycle of the station's sun angle."""

_SETTLING_DAYS = 1.0  # element sets within about a day after a burn still carry the old orbit
_SHORTEST_ARC_DAYS = 3.0
_LONGEST_ARC_DAYS = 30.0  # longer pieces are shown in parts, so that the drift can be seen
# Sets nearer to each other share most of their observations; and the last month, from which the forecast starts, is
# worth more sets than the months before it.
_INTERVAL_DAYS = 0.8
_RECENT_INTERVAL_DAYS = 0.4
_RECENT_DAYS = 30.0
_FEWEST_SETS = 4
_FEWEST_SETS_FOR_BURNS = 6
_LARGEST_SPREAD = 0.5
_CLEAR_GAIN = 2.0  # of the logarithm of the evidence


@dataclass(frozen=True, slots=True)
class Arc:
    """A burn-free stretch of element sets and the coefficient it gives by itself."""

    start_mjd_utc: float
    stop_mjd_utc: float
    sets: int
    value_m2_kg: float
    loss_km: float

    @property
    def days(self) -> float:
        """Length [day]."""
        return self.stop_mjd_utc - self.start_mjd_utc


@dataclass(frozen=True)
class Calibration:
    """A fitted ballistic coefficient: one number with its spread, the drift behind it, the arcs it rests on."""

    coefficient: BallisticCoefficient
    arcs: tuple[Arc, ...]
    burns: tuple[Burn, ...]
    drift: MixedDrift
    elements: tuple[MeanElements, ...]
    """Of the sets used, sorted: they say where the Sun stood."""
    last_set_mjd_utc: float

    @property
    def burns_seen(self) -> int:
        """Burns seen in the sets used."""
        return len(self.burns)

    def forecast(
        self, first_day_mjd: int, day_count: int, altitude_by_day_km: NDArray[np.float64] | None = None
    ) -> MixedForecast:
        """The coefficient day by day: smoothed up to the last set, predicted after it.

        ``altitude_by_day_km``: (n_day,) expected mean altitude, which turns the orbit's plane under the Sun; null: the
        last one known.
        """
        angles = sun_angles_by_day(self.elements, first_day_mjd, day_count, altitude_by_day_km)
        return self.drift.forecast(first_day_mjd, angles)


@dataclass(frozen=True)
class Evidence:
    """What one object's element sets of a year say of its drag, before a fit; see :func:`gather_evidence`."""

    elements: tuple[MeanElements, ...]
    burns: tuple[Burn, ...]
    losses: AxisLosses
    arcs: tuple[Arc, ...]


def calibrate(
    history: ElementHistory,
    weather: WeatherTrack,
    model: DriftModel = DRIFT_MODEL,
    atmosphere: Atmosphere | None = None,
    shared: SharedError | None = None,
    sizes: SizePrior | None = SIZE_PRIOR,
    burns: Sequence[Burn] | None = None,
) -> Calibration:
    """What is the ballistic coefficient of this object, fitted on its burn-free arcs, and how does it drift?

    Parameters
    ----------
    history     element sets up to the moment of interest (``history.until(...)``)
    weather     observed drivers covering the last 365 days of the history; of a shorter table, what it covers is used
    model       how coefficients drift in general
    atmosphere  density model, whose name the coefficient will carry; null: NRLMSISE-00 by its surrogate. Burns are
                looked for with NRLMSISE-00 in any case
    shared      what another object's drag says of this one's (:mod:`stationkeep.orbit.shared_error`)
    sizes    how far they wander, to be learnt from the object's own sets; null: as ``model`` says
    burns    those in the history, where they have been found before; null: they are looked for

    The coefficient is the geometric mean of the drift over the 60 days after the last set, its spread the 1 sigma of
    that mean. Valid for perigees of 140 to 1000 km.
    Raises :class:`ElementSetError` when burns or gaps leave no arc of at least 3 days and 4 sets, and where what was
    lost is within the noise of the sets.
    """
    return fit_evidence(gather_evidence(history, weather, atmosphere, burns), model, shared, sizes)


def gather_evidence(
    history: ElementHistory,
    weather: WeatherTrack,
    atmosphere: Atmosphere | None = None,
    burns: Sequence[Burn] | None = None,
) -> Evidence:
    """The burns, the burn-free arcs and what the air took on each day: all of a calibration that is slow."""
    _require_drag(history)
    recent = _recent(history, weather)
    # with fewer sets than a burn can be seen in, nobody can say that an arc is free of burns
    if burns is None:
        burns = find_burns(recent, weather) if len(recent.sets) >= _FEWEST_SETS_FOR_BURNS else ()
    pieces = _usable_pieces(recent, burns) if len(recent.sets) >= _FEWEST_SETS_FOR_BURNS else []
    if not pieces:
        raise ElementSetError(_too_little(recent, burns), hint=_where_more_is(history))
    losses = axis_losses(pieces, weather, atmosphere)
    return Evidence(tuple(item.elements for item in recent.sets), tuple(burns), losses, _arcs(losses))


def fit_evidence(
    evidence: Evidence,
    model: DriftModel = DRIFT_MODEL,
    shared: SharedError | None = None,
    sizes: SizePrior | None = SIZE_PRIOR,
) -> Calibration:
    """The second half of :func:`calibrate`: the drift behind these losses, and the one number."""
    elements, losses, arcs = evidence.elements, evidence.losses, evidence.arcs
    if not typical_coefficient(losses) > 0.0:
        raise ElementSetError(_too_noisy(arcs), hint="give a longer history")
    drift = _drift(losses, sun_angles_by_day(elements, losses.first_day_mjd, losses.day_count), model, sizes, shared)
    last = elements[-1].epoch_mjd_utc
    ahead = drift.forecast(math.floor(last), sun_angles_by_day(elements, math.floor(last), OUTLOOK_DAYS))
    value, spread = ahead.mean_over(OUTLOOK_DAYS)
    if not spread <= _LARGEST_SPREAD:
        raise ElementSetError(_too_noisy(arcs, spread), hint="give a longer history")
    coefficient = BallisticCoefficient(
        value_m2_kg=value,
        density_model=drift.density_model,
        spread_fraction=spread,
        arc_start_mjd_utc=arcs[0].start_mjd_utc,
        arc_stop_mjd_utc=arcs[-1].stop_mjd_utc,
        arc_count=len(arcs),
    )
    return Calibration(coefficient, arcs, evidence.burns, drift, elements, last)


def _drift(
    losses: AxisLosses,
    sun_angle_deg: NDArray[np.float64],
    model: DriftModel,
    sizes: SizePrior | None,
    shared: SharedError | None,
) -> MixedDrift:
    """The drift; with a calibrator at the model's own sizes, which are those its share was chosen at."""
    if shared is None:
        return fit_sizes(losses, sun_angle_deg, model, sizes)
    return MixedDrift((fit_drift(losses, sun_angle_deg, model, shared),), np.ones(1))


def probable_share(evidence: Evidence, calibrator: DragDrift, model: DriftModel = DRIFT_MODEL) -> SharedError | None:
    """Which part of its drag's error does this object share with a calibrator, judged by its own sets? Null: none.

    The share under which the sets are most probable, but only where that is ``e**2`` (7) times more probable than
    without anything shared: two objects have no error in common until their sets say so.
    """
    losses = evidence.losses
    angles = sun_angles_by_day(evidence.elements, losses.first_day_mjd, losses.day_count)
    found = [SharedError(calibrator, share) for share in SHARES]
    gains = [fit_drift(losses, angles, model, shared).log_evidence for shared in found]
    best = int(np.argmax(gains))
    return found[best] if gains[best] > fit_drift(losses, angles, model).log_evidence + _CLEAR_GAIN else None


def _require_drag(history: ElementHistory) -> None:
    """Refuse an orbit on which there is no drag to measure."""
    perigee_km = history.sets[-1].elements.perigee_altitude_km
    if perigee_km > HIGHEST_PERIGEE_KM:
        raise ElementSetError(
            f"object {history.norad_id} has its perigee at {perigee_km:.0f} km, where drag cannot be told from noise",
            hint=f"give an object whose perigee is below {HIGHEST_PERIGEE_KM:.0f} km",
        )


def _recent(history: ElementHistory, weather: WeatherTrack) -> ElementHistory:
    """The sets of the last year that the weather covers."""
    newest = history.sets[-1].epoch_mjd_utc
    oldest = max(newest - LOOKBACK_DAYS, float(weather.first_day_mjd))
    kept = tuple(item for item in history.sets if oldest <= item.epoch_mjd_utc <= min(newest, weather.end_mjd))
    if not kept:
        raise SpaceWeatherRangeError(
            f"the space weather runs from {iso_day(weather.first_day_mjd)} to {iso_day(weather.end_mjd - 1)} and "
            f"covers none of the element sets before {iso_utc(newest)}",
            hint="give a table that covers the sets, or an earlier --as-of",
        )
    return replace(history, sets=kept)


def _usable_pieces(recent: ElementHistory, burns: Sequence[Burn]) -> list[list[ElementSet]]:
    last = recent.sets[-1].epoch_mjd_utc
    parts = burn_free_pieces(recent.sets, burns, _SETTLING_DAYS)
    thinned = (_thinned(piece, last) for part in parts for piece in _cut_at_gaps(part))
    return [piece for piece in thinned if _is_enough(piece)]


def _cut_at_gaps(sets: Sequence[ElementSet]) -> list[list[ElementSet]]:
    """Over a gap in which burns cannot be seen nothing is compared."""
    pieces: list[list[ElementSet]] = [[]]
    for item in sets:
        if pieces[-1] and item.epoch_mjd_utc - pieces[-1][-1].epoch_mjd_utc > LONGEST_GAP_DAYS:
            pieces.append([])
        pieces[-1].append(item)
    return pieces


def _thinned(sets: Sequence[ElementSet], newest_mjd: float) -> list[ElementSet]:
    """No two sets nearer than some hours; the last one stays, because the forecast starts from it."""
    kept = [sets[-1]]
    for item in reversed(sets[:-1]):
        recent = newest_mjd - item.epoch_mjd_utc < _RECENT_DAYS
        interval = _RECENT_INTERVAL_DAYS if recent else _INTERVAL_DAYS
        if kept[-1].epoch_mjd_utc - item.epoch_mjd_utc >= interval:
            kept.append(item)
    return kept[::-1]


def _is_enough(sets: Sequence[ElementSet]) -> bool:
    return len(sets) >= _FEWEST_SETS and sets[-1].epoch_mjd_utc - sets[0].epoch_mjd_utc >= _SHORTEST_ARC_DAYS


def _too_little(recent: ElementHistory, burns: Sequence[Burn]) -> str:
    last = recent.sets[-1].epoch_mjd_utc
    return (
        f"no burn-free arc of {_SHORTEST_ARC_DAYS:.0f} days with {_FEWEST_SETS} sets in the {LOOKBACK_DAYS:.0f} days "
        f"before {iso_utc(last)} ({len(recent.sets)} sets, {len(burns)} burns seen)"
    )


def _where_more_is(history: ElementHistory) -> str:
    """What to do about too few sets: there may be enough of them before a gap."""
    epochs = history.epochs_mjd_utc
    gaps = np.flatnonzero(np.diff(epochs) > LONGEST_GAP_DAYS)
    if not gaps.size or gaps[-1] + 1 < _FEWEST_SETS_FOR_BURNS:
        return "give a file with more element sets before that date"
    before, after = (float(epochs[gaps[-1] + at]) for at in (0, 1))
    return (
        f"there is none from {iso_day(before)} to {iso_day(after)}: give sets of that time, or use what was before it "
        f"with --as-of {iso_day(before + 1.0)}"
    )


def _too_noisy(arcs: Sequence[Arc], spread: float | None = None) -> str:
    lost_m = 1000.0 * sum(arc.loss_km for arc in arcs)
    known = "could not be told" if spread is None else f"would be uncertain by {100.0 * spread:.0f} %"
    return (
        f"the {lost_m:.0f} m of altitude lost over {len(arcs)} burn-free arcs are within the noise of the element "
        f"sets: Cd*A/m {known}"
    )


def _arcs(losses: AxisLosses) -> tuple[Arc, ...]:
    """Each piece, in equal parts of at most 30 days, with its own robust coefficient."""
    arcs = []
    unit = losses.unit_km
    for index in range(int(losses.piece[-1]) + 1):
        rows = np.flatnonzero(losses.piece == index)
        time = losses.time_mjd_utc[rows]
        parts = max(1, math.ceil((time[-1] - time[0]) / _LONGEST_ARC_DAYS))
        part = np.minimum((parts * (time - time[0]) / max(time[-1] - time[0], 1.0e-9)).astype(int), parts - 1)
        for number in range(parts):
            chosen = rows[part == number]
            if len(chosen) < 2 or not unit[chosen[-1]] > unit[chosen[0]]:
                continue
            slope = pair_slope(unit[chosen], losses.loss_km[chosen])
            lost = slope * float(unit[chosen[-1]] - unit[chosen[0]])
            first, last = (float(losses.time_mjd_utc[chosen[at]]) for at in (0, -1))
            arcs.append(Arc(first, last, len(chosen), slope, lost))
    return tuple(arcs)
