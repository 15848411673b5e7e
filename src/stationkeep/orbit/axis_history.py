"""What does a history of element sets say of the size of the orbit, once the expected drag is taken out?

Two observables, both of the mean semi-major axis. The *axis* of each set itself, noisy by 3 to 50 m and slow
to follow a burn. And the *phase*: how far the object has run along its orbit between two epochs, which is the integral
of the mean motion. An along-track position is good to about 1 km, so over one day the mean axis follows from it to
5 m, and a burn shows as a kink exactly when it happened. Both are kept here as departures from the drag
that the mean engine predicts under the observed Sun: ``rise_m`` and its integral ``rise_integral_m_day``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stationkeep.compiled import compiled
from stationkeep.constants import EARTH_EQUATORIAL_RADIUS_KM, EARTH_J2, EARTH_MU_KM3_S2, SECONDS_PER_DAY
from stationkeep.orbit.elements import MeanElements
from stationkeep.orbit.mean_decay import FlightState, MeanFlight, WeatherTrack, state_of

FloatArray = NDArray[np.float64]

REFERENCE_M2_KG = 0.005
"""Ballistic coefficient of the predicted loss; any value in the usual range, a local ratio scales it."""

_RATIO_DAYS = 12.0  # the ratio and the noise are those of the sets within this many days to both sides
_FEWEST_PAIRS = 12  # ... or of this many pairs where sets are sparse
_LAG_DAYS = 0.8  # pairs this far apart: the loss outweighs the noise, and neighbouring fits share less data
_SMALLEST_RATIO = 0.02
_BROAD_DAYS = 120.0  # where burns outnumber quiet pairs (sparse sets), the ratio stays within a factor of this span's
_BROAD_PAIRS = 80
_BROAD_FACTOR = 2.0
_QUIETEST_AXIS_M = 2.0  # no catalogue is better than this, however well neighbouring sets agree
_QUIETEST_PHASE_M_DAY = 1.0  # 150 m along the track


@dataclass(frozen=True)
class AxisHistory:
    """An uninterrupted history of the mean axis beside its predicted loss; all arrays ``(n,)``, one entry a set."""

    time_mjd_utc: FloatArray
    axis_km: FloatArray
    loss_m: FloatArray
    """Predicted drag loss since the first set, scaled by the local ratio."""
    loss_integral_m_day: FloatArray
    rise_m: FloatArray
    """Axis minus predicted axis, zero at the first set: flat without burns, a step at each burn."""
    rise_integral_m_day: FloatArray
    """The same, integrated over time, from the phase: a straight line without burns, a kink at each burn."""
    axis_noise_m: FloatArray
    phase_noise_m_day: FloatArray
    ratio: FloatArray
    """Observed over predicted loss around each set: the ballistic coefficient in units of the reference."""

    def __len__(self) -> int:
        return len(self.time_mjd_utc)

    def loss_at_m(self, times_mjd_utc: FloatArray) -> FloatArray:
        """Predicted loss at some moments, linear between sets."""
        return np.interp(times_mjd_utc, self.time_mjd_utc, self.loss_m)


def axis_history(elements: Sequence[MeanElements], weather: WeatherTrack) -> AxisHistory:
    """Lay the observed axis of sorted element sets beside the loss that drag under the observed Sun predicts.

    ``elements`` must be sorted, without gaps of more than about a month (the number of revolutions in
    a gap must be certain), at least three; ``weather`` must cover them.
    """
    time = np.array([item.epoch_mjd_utc for item in elements])
    axis_km = np.array([item.semi_major_axis_km for item in elements])
    predicted_m = _predicted_losses_m(elements, weather)
    interval = np.diff(time)
    ratio = _local_ratio(time, axis_km, predicted_m)
    step_loss = predicted_m * 0.5 * (ratio[1:] + ratio[:-1])
    loss = _accumulated(step_loss)
    rise = 1.0e3 * (axis_km - axis_km[0]) + loss
    excess = _phase_excess_m_day(elements, interval)
    # SGP4's mean motion and the one its epochs show differ by a constant of a few metres: taken out as a local median.
    bias = _rolling_median(time[1:], excess / interval, interval)
    excess = excess - bias * interval
    integral = _accumulated(0.5 * (rise[1:] + rise[:-1]) * interval + excess)
    return AxisHistory(
        time_mjd_utc=time,
        axis_km=axis_km,
        loss_m=loss,
        loss_integral_m_day=_accumulated(0.5 * (loss[1:] + loss[:-1]) * interval),
        rise_m=rise,
        rise_integral_m_day=integral,
        axis_noise_m=_axis_noise_m(time, rise),
        phase_noise_m_day=_phase_noise_m_day(time, excess),
        ratio=ratio,
    )


def _predicted_losses_m(elements: Sequence[MeanElements], weather: WeatherTrack) -> FloatArray:
    """Loss of mean axis from each set to the next [m], by the mean engine with the reference coefficient."""
    losses = np.empty(len(elements) - 1)
    # one flight set back to each set in turn: making a new one costs more than flying it for a day
    flight = MeanFlight(elements[0], weather, REFERENCE_M2_KG, reentry_altitude_km=100.0)
    for index, (one, two) in enumerate(pairwise(elements)):
        flight.restore(FlightState(one.epoch_mjd_utc, state_of(one)))
        flight.advance(two.epoch_mjd_utc)
        losses[index] = 1.0e3 * (one.mean_altitude_km - flight.mean_altitude_km)
    return losses


def _phase_excess_m_day(elements: Sequence[MeanElements], interval: FloatArray) -> FloatArray:
    """By how much does the axis shown by the phase exceed the axes of the sets, integrated over each interval [m day]?

    The argument of latitude runs at the Kepler rate plus J2's secular drift of perigee and anomaly (Brouwer 1959, first
    order; what it leaves out is a constant and goes with the bias). The whole revolutions are known: a
    month's run errs by less than half a revolution unless the axis is wrong by 5 km.
    """
    axis = np.array([item.semi_major_axis_km for item in elements])
    eccentricity = np.array([item.eccentricity for item in elements])
    inclination = np.array([item.inclination_rad for item in elements])
    latitude = np.array([item.argument_of_perigee_rad + item.mean_anomaly_rad for item in elements])
    motion = np.sqrt(EARTH_MU_KM3_S2 / axis**3) * SECONDS_PER_DAY  # [rad/day]
    eta2 = 1.0 - eccentricity**2
    oblate = 0.75 * EARTH_J2 * (EARTH_EQUATORIAL_RADIUS_KM / axis) ** 2 / eta2**2
    cos2 = np.cos(inclination) ** 2
    rate = motion * (1.0 + oblate * (np.sqrt(eta2) * (3.0 * cos2 - 1.0) + 5.0 * cos2 - 1.0))
    ahead = np.diff(latitude) - 0.5 * (rate[1:] + rate[:-1]) * interval
    ahead = np.mod(ahead + np.pi, 2.0 * np.pi) - np.pi
    # d(mean motion)/da = -3/2 n/a: running behind means flying higher
    return np.asarray(-1.0e3 * ahead * axis[:-1] / (1.5 * rate[:-1]))


def _local_ratio(time: FloatArray, axis_km: FloatArray, predicted_m: FloatArray) -> FloatArray:
    """Observed over predicted loss around each set, by medians: burns are few among the pairs and do not count."""
    first, second = _lagged_pairs(time)
    predicted = _accumulated(predicted_m)
    expected = np.maximum(predicted[second] - predicted[first], 1.0e-6)
    lost = 1.0e3 * (axis_km[first] - axis_km[second])
    middle = 0.5 * (time[first] + time[second])
    # a long pair spans a gap, likely with a burn in it: it must not outweigh the others
    weight = np.minimum(expected, 2.0 * np.median(expected))
    ratio = _rolling_median(middle, lost / expected, weight, at=time)
    broad = _rolling_median(middle, lost / expected, weight, at=time, days=_BROAD_DAYS, fewest=_BROAD_PAIRS)
    broad = np.maximum(broad, _SMALLEST_RATIO)
    return np.clip(ratio, broad / _BROAD_FACTOR, broad * _BROAD_FACTOR)


def _axis_noise_m(time: FloatArray, rise_m: FloatArray) -> FloatArray:
    first, second = _lagged_pairs(time)
    middle, change = 0.5 * (time[first] + time[second]), np.abs(rise_m[second] - rise_m[first])
    noise = _rolling_median(middle, change, at=time)
    broad = _rolling_median(middle, change, at=time, days=_BROAD_DAYS, fewest=_BROAD_PAIRS)
    # 1.4826: from the median of absolute values to 1 sigma of a Gaussian; a difference has two errors
    return np.asarray(np.maximum(np.minimum(noise, _BROAD_FACTOR * broad) * 1.4826 / np.sqrt(2.0), _QUIETEST_AXIS_M))


def _phase_noise_m_day(time: FloatArray, excess_m_day: FloatArray) -> FloatArray:
    middle = 0.5 * (time[1:] + time[:-1])
    noise = _rolling_median(middle, np.abs(excess_m_day), at=time) * 1.4826 / np.sqrt(2.0)
    return np.asarray(np.maximum(noise, _QUIETEST_PHASE_M_DAY))


def _lagged_pairs(time: FloatArray) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Each set with the first one at least the lag later."""
    second = np.searchsorted(time, time + _LAG_DAYS)
    first = np.flatnonzero(second < len(time))
    if not first.size:
        return np.array([0]), np.array([len(time) - 1])
    return first, second[first]


def _rolling_median(
    time: FloatArray,
    values: FloatArray,
    weights: FloatArray | None = None,
    *,
    at: FloatArray | None = None,
    days: float = _RATIO_DAYS,
    fewest: int = _FEWEST_PAIRS,
) -> FloatArray:
    """Weighted median of the values within so many days around each moment, or of the nearest few."""
    moments = time if at is None else at
    weights = np.ones(len(values)) if weights is None else weights
    low = np.searchsorted(time, moments - days)
    high = np.searchsorted(time, moments + days)
    centre = np.searchsorted(time, moments)
    few = high - low < fewest
    low = np.where(few, np.clip(centre - fewest // 2, 0, max(len(values) - fewest, 0)), low)
    high = np.where(few, np.minimum(low + fewest, len(values)), high)
    return np.asarray(_medians(values, weights, low, high))


@compiled()
def _medians(values: Any, weights: Any, low: Any, high: Any) -> Any:
    """The value with half of the weight below it, in each of the spans ``low`` to ``high``.

    Spans move on by a value or two: what stays is kept in order instead of being sorted again.
    """
    medians, order = np.empty(len(low)), np.empty(len(values), np.int64)
    first, last, count = 0, 0, 0
    for index in range(len(low)):
        if low[index] < first or high[index] < last or low[index] > last:
            first, last, count = low[index], low[index], 0
        if low[index] > first:
            kept = 0
            for at in range(count):
                if order[at] >= low[index]:
                    order[kept] = order[at]
                    kept += 1
            first, count = low[index], kept
        while last < high[index]:
            at = count
            while at > 0 and values[order[at - 1]] > values[last]:
                order[at] = order[at - 1]
                at -= 1
            order[at] = last
            last, count = last + 1, count + 1
        half = 0.5 * weights[first:last].sum()
        below = 0.0
        for place in order[:count]:
            below += weights[place]
            medians[index] = values[place]
            if below >= half:
                break
    return medians


def _accumulated(steps: FloatArray) -> FloatArray:
    return np.concatenate([[0.0], np.cumsum(steps)])
