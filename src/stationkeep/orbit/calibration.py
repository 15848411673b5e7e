"""How strongly does the air brake an object, judged by its own decay between manoeuvres?

The method of Saunders, Swinerd and Lewis (2012): fly the mean engine through an arc of element sets with the observed
Sun and scale the ballistic coefficient until the loss of mean semi-major axis agrees; with a robust
slope over all sets of an arc instead of two end points, and several arcs pooled.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from stationkeep.errors import ElementSetError
from stationkeep.orbit.elements import MeanElements
from stationkeep.orbit.mean_decay import DENSITY_MODEL, BallisticCoefficient, WeatherTrack, fly_mean
from stationkeep.orbit.tle import ElementHistory, ElementSet
from stationkeep.timescale import iso_utc

FloatArray = NDArray[np.float64]

_REFERENCE_M2_KG = 0.005  # any value in the usual range: the fit scales it
_SETTLING_DAYS = 1.0  # element sets within about a day after a burn still carry the old orbit
_SHORTEST_ARC_DAYS = 3.0
_LONGEST_ARC_DAYS = 30.0  # longer stretches are cut, so that the coefficient may differ between them
_SHORTEST_INTERVAL_DAYS = 0.2
_FEWEST_SETS = 4
_RISE_KM = 0.12  # the smallest rise taken for a burn, 0.07 m/s (element sets scatter by about 0.05 km)
_DROP_KM = 0.5  # the smallest sudden drop taken for a lowering burn, 0.3 m/s: storms come near it
_DROP_FACTOR = 4.0  # and it must be this many times the usual loss of the interval
# Chosen on Delfi-C3 (17 starts, 300 to 5 days before its end): 11 % rms of the remaining lifetime against 13 % with 30
# days. For a station it spans more than one cycle of the sun angle (60 days), to which its arrays turn.
_POOLED_DAYS = 90.0
_OLDEST_DAYS = 200.0
_HIGHEST_PERIGEE_KM = 1000.0  # the density model's ceiling
_LARGEST_SPREAD = 0.5
_AXIS_NOISE_KM = 0.05  # scatter of one element set's mean semi-major axis
# Before any scatter has been seen, 30-day arcs of one object are taken to differ by this much (1 sigma; the
# station's six arcs of winter 2021/22 differ by 17 %, Delfi-C3's by 10 %), with the weight of two arcs.
_PRIOR_SCATTER = 0.15
_PRIOR_ARCS = 2
_MOST_PAIR_SETS = 200


@dataclass(frozen=True, slots=True)
class Arc:
    """A burn-free stretch of element sets and the coefficient it gives."""

    sets: tuple[ElementSet, ...]
    value_m2_kg: float
    loss_km: float

    @property
    def start_mjd_utc(self) -> float:
        """First epoch."""
        return self.sets[0].epoch_mjd_utc

    @property
    def stop_mjd_utc(self) -> float:
        """Last epoch."""
        return self.sets[-1].epoch_mjd_utc

    @property
    def days(self) -> float:
        """Length [day]."""
        return self.stop_mjd_utc - self.start_mjd_utc


@dataclass(frozen=True, slots=True)
class Calibration:
    """A pooled ballistic coefficient and the arcs it rests on."""

    coefficient: BallisticCoefficient
    arcs: tuple[Arc, ...]
    burns_seen: int


def calibrate(history: ElementHistory, weather: WeatherTrack) -> Calibration:
    """What is the ballistic coefficient of this object, fitted on its recent burn-free arcs?

    Parameters
    ----------
    history  element sets up to the moment of interest (``history.until(...)``)
    weather  observed drivers covering the last 200 days of the history

    The last 90 burn-free days are used, cut into arcs of at most 30, each weighted by the altitude it lost. The spread
    is the standard error of their mean; it grows to 15 % and more where there is only one arc or a short one.
    Raises :class:`ElementSetError` when burns or gaps leave no arc of at least 3 days and 4 sets.
    """
    _require_drag(history)
    sets = _thinned(history, weather)
    pieces, burns_seen = _burn_free_pieces(sets, weather)
    arcs = _latest_arcs(pieces, weather)
    if not arcs:
        raise ElementSetError(
            f"no burn-free arc of {_SHORTEST_ARC_DAYS:.0f} days with {_FEWEST_SETS} sets in the last "
            f"{_OLDEST_DAYS:.0f} days before {iso_utc(history.sets[-1].epoch_mjd_utc)} "
            f"({len(sets)} sets, {burns_seen} burns seen)",
            hint="give a file with more element sets before that date",
        )
    # An arc speaks with the weight of the altitude it lost: its error is a fixed few tens of metres.
    weights = np.array([arc.loss_km for arc in arcs])
    values = np.array([arc.value_m2_kg for arc in arcs])
    value = float(np.average(values, weights=weights))
    spread = _pooled_spread(values / value - 1.0, weights)
    if spread > _LARGEST_SPREAD:
        raise ElementSetError(
            f"the {float(np.sum(weights)) * 1000.0:.0f} m of altitude lost over {len(arcs)} burn-free arcs are within "
            f"the noise of the element sets: Cd*A/m would be uncertain by {100.0 * spread:.0f} %",
            hint="give a longer history",
        )
    coefficient = BallisticCoefficient(
        value_m2_kg=value,
        density_model=DENSITY_MODEL,
        spread_fraction=spread,
        arc_start_mjd_utc=min(arc.start_mjd_utc for arc in arcs),
        arc_stop_mjd_utc=max(arc.stop_mjd_utc for arc in arcs),
        arc_count=len(arcs),
    )
    return Calibration(coefficient, tuple(arcs), burns_seen)


def _require_drag(history: ElementHistory) -> None:
    """Refuse an orbit on which there is no drag to measure."""
    perigee_km = history.sets[-1].elements.perigee_altitude_km
    if perigee_km > _HIGHEST_PERIGEE_KM:
        raise ElementSetError(
            f"object {history.norad_id} has its perigee at {perigee_km:.0f} km, where drag cannot be told from noise",
            hint=f"give an object whose perigee is below {_HIGHEST_PERIGEE_KM:.0f} km",
        )


def _pooled_spread(deviations: FloatArray, losses_km: FloatArray) -> float:
    """How uncertain is the mean of these arcs (1 sigma, relative)?

    Two parts: the noise of the element sets at both ends of each arc, and how much the coefficient differs from arc to
    arc, shrunk towards a prior because a few arcs may agree by luck.
    """
    count = len(deviations)
    noise = math.sqrt(2.0 * count) * _AXIS_NOISE_KM / float(np.sum(losses_km))
    seen = float(np.average(deviations**2, weights=losses_km)) * count  # n - 1 degrees of freedom
    scatter = (seen + _PRIOR_ARCS * _PRIOR_SCATTER**2) / (count - 1 + _PRIOR_ARCS)
    return math.sqrt(noise**2 + scatter / count)


def _thinned(history: ElementHistory, weather: WeatherTrack) -> list[ElementSet]:
    """Recent sets, no two nearer than a few hours: re-issues add no information, only noise in the rate."""
    newest = history.sets[-1].epoch_mjd_utc
    oldest = max(newest - _OLDEST_DAYS, float(weather.first_day_mjd))
    kept: list[ElementSet] = []
    for item in history.sets:
        if item.epoch_mjd_utc < oldest or item.epoch_mjd_utc > weather.end_mjd:
            continue
        if kept and item.epoch_mjd_utc - kept[-1].epoch_mjd_utc < _SHORTEST_INTERVAL_DAYS:
            continue
        kept.append(item)
    return kept


def _loss_km(elements: MeanElements, until_mjd: float, ballistic_m2_kg: float, weather: WeatherTrack) -> float:
    track = fly_mean(elements, until_mjd, weather, ballistic_m2_kg, reentry_altitude_km=100.0)
    return elements.semi_major_axis_km - track.elements.semi_major_axis_km


def _burn_free_pieces(sets: list[ElementSet], weather: WeatherTrack) -> tuple[list[list[ElementSet]], int]:
    """Cut the history where the semi-major axis moves as only a burn can move it, and count the cuts."""
    if len(sets) < 2:
        return [sets], 0
    expected = np.array(
        [_loss_km(one.elements, two.epoch_mjd_utc, _REFERENCE_M2_KG, weather) for one, two in pairwise(sets)]
    )
    lost = -np.diff([item.elements.semi_major_axis_km for item in sets])
    felt = expected > 0.0
    if not felt.any():
        return [sets], 0
    expected *= max(_weighted_median(lost[felt] / expected[felt], expected[felt]), 0.05)
    cuts = _burn_steps(lost, expected)
    pieces: list[list[ElementSet]] = [[sets[0]]]
    burns, settled_from = 0, -np.inf
    for index, item in enumerate(sets[1:]):
        if cuts[index]:
            # several steps in a row are one burn seen through sets that converge slowly to the new orbit
            burns += item.epoch_mjd_utc > settled_from
            settled_from = item.epoch_mjd_utc + _SETTLING_DAYS
            pieces.append([])
        if item.epoch_mjd_utc >= settled_from:
            pieces[-1].append(item)
    return [piece for piece in pieces if piece], int(burns)


def _burn_steps(lost_km: FloatArray, expected_km: FloatArray) -> NDArray[np.bool_]:
    """Between which neighbouring sets did the axis step as only a burn can make it? (n_set - 1,)

    Upwards: the unexplained rise is beyond the noise and *stays* (medians over three sets on both sides: one bad
    set goes up and comes back, a burn does not). Downwards: several times the usual loss at once, and it stays.
    """
    unexplained = np.concatenate([[0.0], np.cumsum(expected_km - lost_km)])
    steps = np.zeros(len(lost_km), dtype=np.bool_)
    for index in range(len(lost_km)):
        before = np.median(unexplained[max(0, index - 2) : index + 1])
        after = np.median(unexplained[index + 1 : index + 4])
        rise = after - before
        sudden = expected_km[index] - lost_km[index]
        up = rise > _RISE_KM and sudden > 0.5 * _RISE_KM and lost_km[index] < 0.0
        down = rise < -_DROP_KM and sudden < -0.5 * _DROP_KM and lost_km[index] > _DROP_FACTOR * expected_km[index]
        steps[index] = up or down
    return steps


def _latest_arcs(pieces: list[list[ElementSet]], weather: WeatherTrack) -> list[Arc]:
    arcs: list[Arc] = []
    collected = 0.0
    for piece in reversed(pieces):
        for sets in _cut_from_the_end(piece):
            if collected > _POOLED_DAYS - _SHORTEST_ARC_DAYS:
                return arcs
            arc = fit_arc(tuple(sets), weather)
            if arc is not None:
                arcs.append(arc)
                collected += arc.days
    return arcs


def _cut_from_the_end(piece: list[ElementSet]) -> list[list[ElementSet]]:
    cuts: list[list[ElementSet]] = []
    rest = piece
    while rest:
        begin = rest[-1].epoch_mjd_utc - _LONGEST_ARC_DAYS
        arc = [item for item in rest if item.epoch_mjd_utc >= begin]
        cuts.append(arc)
        rest = [item for item in rest if item.epoch_mjd_utc < begin]
    return cuts


def fit_arc(sets: tuple[ElementSet, ...], weather: WeatherTrack) -> Arc | None:
    """Which coefficient makes the engine lose what these sets lost? None for an arc too short to tell.

    The observed axis is a straight line in the *computed* loss, whatever the weather did; its robust slope (median
    over pairs, weighted by the loss between them) scales the coefficient. Repeated because the loss feeds back.
    """
    if len(sets) < _FEWEST_SETS or sets[-1].epoch_mjd_utc - sets[0].epoch_mjd_utc < _SHORTEST_ARC_DAYS:
        return None
    stride = max(1, len(sets) // _MOST_PAIR_SETS)
    sets = (*sets[:-1:stride], sets[-1])
    axes = np.array([item.elements.semi_major_axis_km for item in sets])
    value = _REFERENCE_M2_KG
    start = sets[0].elements
    losses = np.zeros(len(sets))
    for _ in range(8):
        losses = _losses_along(start, sets, value, weather)
        scale = -_pair_slope(losses, axes)
        if not 0.0 < scale < 100.0:
            return None
        value *= min(max(scale, 0.3), 3.0)
        # one bad first set must not shift the whole track: start from the level the arc agrees on
        offset = float(np.median(axes + losses * scale)) - axes[0]
        start = _shifted(sets[0].elements, offset)
        if abs(scale - 1.0) < 1.0e-4:
            break
    return Arc(sets, value, float(losses[-1]))


def _shifted(elements: MeanElements, offset_km: float) -> MeanElements:
    return MeanElements(
        elements.epoch_mjd_utc,
        elements.semi_major_axis_km + offset_km,
        elements.eccentricity,
        elements.inclination_rad,
        elements.raan_rad,
        elements.argument_of_perigee_rad,
    )


def _losses_along(start: MeanElements, sets: tuple[ElementSet, ...], value: float, weather: WeatherTrack) -> FloatArray:
    losses = np.zeros(len(sets))
    current = start
    for index in range(1, len(sets)):
        until = sets[index].epoch_mjd_utc
        track = fly_mean(current, until, weather, value, reentry_altitude_km=100.0)
        losses[index] = start.semi_major_axis_km - track.elements.semi_major_axis_km
        if track.outcome.reentered:
            # too strong a coefficient: the rest of the arc has no computed track, extend the last loss
            losses[index:] = losses[index] + np.arange(len(sets) - index)
            break
        current = track.elements
    return losses


def _pair_slope(x: FloatArray, y: FloatArray) -> float:
    first, second = np.triu_indices(len(x), k=1)
    run = x[second] - x[first]
    usable = run > 0.0
    return _weighted_median((y[second] - y[first])[usable] / run[usable], run[usable])


def _weighted_median(values: FloatArray, weights: FloatArray) -> float:
    order = np.argsort(values)
    cumulative = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(cumulative, 0.5 * cumulative[-1])])
