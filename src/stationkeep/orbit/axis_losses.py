"""What did each day's air take from the orbit, per unit of ballistic coefficient? The raw material of a calibration.

The mean engine is flown from each element set to the next along the *observed* orbit, so an error of the coefficient
does not build up, and the loss of axis is a sum over days of the coefficient of the day times a known number.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from stationkeep.environment.atmosphere import Atmosphere
from stationkeep.orbit.mean_decay import (
    DENSITY_MODEL,
    FlightState,
    MeanFlight,
    WeatherTrack,
    density_model_of,
    state_of,
)
from stationkeep.orbit.tle import ElementSet
from stationkeep.outcome import OutcomeReason

FloatArray = NDArray[np.float64]

_REFERENCE_M2_KG = 0.005  # of the first pass; the second takes what the first one found
_CLOSE_ENOUGH = 1.3  # a reference within this factor of the answer needs no second pass
_SMALLEST_NOISE_KM = 0.004
_LARGEST_NOISE_KM = 0.2
_WIDEST_TRIPLE_DAYS = 3.0
AXIS_NOISE_A_DAYS_LOSS = 0.02
"""By which share of a day's loss the axes of a falling orbit's sets scatter: as those of Delfi-C3 did."""


@dataclass(frozen=True)
class AxisLosses:
    """Burn-free pieces of a history as sums over days; one row a set, pieces one after the other."""

    first_day_mjd: int
    time_mjd_utc: FloatArray
    """(n_set,) epochs."""
    piece: NDArray[np.int_]
    """(n_set,) which piece a set belongs to, counted from 0."""
    loss_km: FloatArray
    """(n_set,) mean semi-major axis lost since the first set of the piece, as observed."""
    unit_loss_km: FloatArray
    """(n_set, n_day) what each day since then would have taken with a coefficient of 1 m2/kg."""
    density_model: str = DENSITY_MODEL
    """Whose air took it."""

    @property
    def day_count(self) -> int:
        """Days covered, from ``first_day_mjd``."""
        return int(self.unit_loss_km.shape[1])

    @property
    def unit_km(self) -> FloatArray:
        """(n_set,) computed loss since the first set of the piece, per m2/kg."""
        return np.asarray(self.unit_loss_km.sum(axis=1))


def axis_losses(
    pieces: Sequence[Sequence[ElementSet]], weather: WeatherTrack, atmosphere: Atmosphere | None = None
) -> AxisLosses:
    """Lay the observed loss of axis of each burn-free piece beside what each day's air would take.

    ``pieces`` hold at least two sets each, sorted; ``weather`` covers them. Sets from where the engine has the object
    fall before the next one are left out. ``atmosphere``: null: NRLMSISE-00.
    """
    found = _losses(pieces, weather, _REFERENCE_M2_KG, atmosphere)
    value = typical_coefficient(found)
    if value > 0.0 and not 1.0 / _CLOSE_ENOUGH < value / _REFERENCE_M2_KG < _CLOSE_ENOUGH:
        found = _losses(pieces, weather, value, atmosphere)
    return found


def typical_coefficient(losses: AxisLosses) -> float:
    """One coefficient for all of it [m2/kg]: the robust slope of observed over computed loss, within pieces."""
    slopes, weights = [np.empty(0)], [np.empty(0)]
    unit = losses.unit_km
    for index in range(int(losses.piece[-1]) + 1):
        rows = losses.piece == index
        slope, weight = _pair_slopes(unit[rows], losses.loss_km[rows])
        slopes.append(slope)
        weights.append(weight)
    return weighted_median(np.concatenate(slopes), np.concatenate(weights))


def pair_slope(unit_km: FloatArray, loss_km: FloatArray) -> float:
    """Robust slope of observed over computed loss: the median over pairs, weighted by the loss between them."""
    return weighted_median(*_pair_slopes(unit_km, loss_km))


def axis_noise_km(losses: AxisLosses) -> float:
    """1-sigma noise of the axis of one set, by how far each is from the line between its neighbours."""
    x, y, time = losses.unit_km, losses.loss_km, losses.time_mjd_utc
    middle = np.arange(1, len(x) - 1)
    near = (losses.piece[middle - 1] == losses.piece[middle + 1]) & (x[middle + 1] > x[middle - 1])
    middle = middle[near & (time[middle + 1] - time[middle - 1] < _WIDEST_TRIPLE_DAYS)]
    if middle.size < 3:
        return 0.03  # the usual noise of the station's sets; too few to tell
    share = (x[middle] - x[middle - 1]) / (x[middle + 1] - x[middle - 1])
    off = y[middle] - ((1.0 - share) * y[middle - 1] + share * y[middle + 1])
    off /= np.sqrt(1.0 + share**2 + (1.0 - share) ** 2)
    # 1.4826: from the median of absolute values to 1 sigma of a Gaussian
    return float(np.clip(1.4826 * np.median(np.abs(off)), _SMALLEST_NOISE_KM, _LARGEST_NOISE_KM))


def set_noise_km(losses: AxisLosses, usual_km: float, coefficient_m2_kg: float) -> FloatArray:
    """1-sigma noise of the axis of each set (n_set,): the usual one and a share of a day's loss.

    A set of a fast falling orbit fits a whole day of tracking with one mean motion: below 190 km its axis is known to
    100 m and more.
    """
    span = np.diff(losses.time_mjd_utc)
    same = (np.diff(losses.piece) == 0) & (span > 0.0)
    rate = np.zeros(len(span))
    rate[same] = coefficient_m2_kg * np.diff(losses.unit_km)[same] / span[same]
    before, after = np.append(0.0, rate), np.append(rate, 0.0)
    return np.asarray(np.hypot(usual_km, AXIS_NOISE_A_DAYS_LOSS * np.maximum(before, after)))


def weighted_median(values: FloatArray, weights: FloatArray) -> float:
    """The value with half of the weight below it; NaN for none."""
    if not values.size:
        return math.nan
    order = np.argsort(values)
    cumulative = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(cumulative, 0.5 * cumulative[-1])])


def _pair_slopes(unit_km: FloatArray, loss_km: FloatArray) -> tuple[FloatArray, FloatArray]:
    first, second = np.triu_indices(len(unit_km), k=1)
    run = unit_km[second] - unit_km[first]
    usable = run > 0.0
    return (loss_km[second] - loss_km[first])[usable] / run[usable], run[usable]


def _losses(
    pieces: Sequence[Sequence[ElementSet]],
    weather: WeatherTrack,
    reference_m2_kg: float,
    atmosphere: Atmosphere | None,
) -> AxisLosses:
    first_day = math.floor(min(piece[0].epoch_mjd_utc for piece in pieces))
    days = math.ceil(max(piece[-1].epoch_mjd_utc for piece in pieces)) - first_day + 1
    time, number, loss, rows = [], [], [], []
    flight = MeanFlight(
        pieces[0][0].elements, weather, reference_m2_kg, reentry_altitude_km=100.0, atmosphere=atmosphere
    )
    for index, piece in enumerate(pieces):
        row = np.zeros(days)
        time.append(piece[0].epoch_mjd_utc)
        number.append(index)
        loss.append(0.0)
        rows.append(row)
        for one, two in pairwise(piece):
            start = math.floor(one.epoch_mjd_utc)
            by_day = _taken_by_day_km(flight, one, two.epoch_mjd_utc, weather.first_day_mjd)
            if by_day is None:
                break
            row = row.copy()
            row[start - first_day : start - first_day + len(by_day)] += by_day / reference_m2_kg
            time.append(two.epoch_mjd_utc)
            number.append(index)
            loss.append(piece[0].elements.semi_major_axis_km - two.elements.semi_major_axis_km)
            rows.append(row)
    arrays = np.array(time), np.array(number), np.array(loss), np.array(rows)
    return AxisLosses(first_day, *arrays, density_model_of(atmosphere))


def _taken_by_day_km(flight: MeanFlight, one: ElementSet, until_mjd: float, first_day_mjd: int) -> FloatArray | None:
    """Loss of axis on each day touched by a flight from one set to the epoch of the next; None: it fell.

    ``flight`` is set back to ``one``: making a new one costs more than flying it for a day.
    """
    flight.restore(FlightState(one.epoch_mjd_utc, state_of(one.elements)))
    if flight.advance(until_mjd) is OutcomeReason.REENTERED:
        return None
    midnights = range(math.floor(one.epoch_mjd_utc) + 1, math.ceil(until_mjd))
    passed = [float(flight.altitude_by_day_km[day - first_day_mjd]) for day in midnights]
    return -np.diff([one.elements.mean_altitude_km, *passed, flight.mean_altitude_km])
