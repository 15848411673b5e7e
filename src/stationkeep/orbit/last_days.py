"""What do the last element sets say of the drag now? Their places along the orbit, read as a fit of the drag.

In the last days the axis of an element set is the poor part of it: SGP4's laws of drag do not bend as the real decay
does, and the axis is off by hundreds of metres. The *place* along the orbit at the epoch is good to kilometres, and
the place is the twofold integral of the drag: over a day at 170 km drag moves it by 900 km, so 5 km tell the drag to
half a per cent.

The unknowns are the logarithm of the coefficient in every quarter of a day from the first set used to the horizon, the
axis and the place at the first set. Before the fit they are what the drift of the coefficient, fitted to the sets
before (:mod:`stationkeep.orbit.calibration`), says; Gauss-Newton with Student's t brings in the sets of the last days.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeep.errors import ElementSetError
from stationkeep.orbit.axis_losses import AXIS_NOISE_A_DAYS_LOSS
from stationkeep.orbit.burn_detection import find_burns
from stationkeep.orbit.calibration import Calibration, calibrate
from stationkeep.orbit.elements import MeanElements
from stationkeep.orbit.latitude_flight import LatitudeFlight
from stationkeep.orbit.mean_decay import WeatherTrack
from stationkeep.orbit.sun_angle import sun_angles_by_day
from stationkeep.orbit.tle import ElementHistory, ElementSet
from stationkeep.outcome import OutcomeReason
from stationkeep.timescale import iso_utc

FloatArray = NDArray[np.float64]

CELLS_A_DAY: Final = 4
"""The coefficient is constant within a quarter of a day."""

_WINDOW_DAYS = 2.0
_LONGEST_WINDOW_DAYS = 5.0
_WANTED_SETS = 6
_REISSUE_DAYS = 0.01  # of sets nearer than this the later one is the better fit
_BURN_DAYS = 60.0  # burns are looked for in this much history before the sets used
_FEWEST_FOR_BURNS = 6
_SETTLING_DAYS = 1.0
_TAIL_FREEDOM = 4.0
_ROUNDS = 5
_LARGEST_STEP = 0.3  # of a logarithm in one round
# Noise of a set in a falling orbit, chosen on Delfi-C3 (objects_fitted.txt): a floor, and a part that grows with the
# kilometres of axis lost in a day.
_PLACE_NOISE_KM = 1.0
_PLACE_NOISE_A_KM_DAY = 0.3
_AXIS_NOISE_KM = 0.05
_FIRST_PLACE_KM = 30.0  # beforehand the place at the first set is known to no better than this; its own sight follows
_FIRST_AXIS_KM = 1.0


def set_axis_noise_km(rate_km_day: FloatArray | float, seen_km: float) -> FloatArray:
    """How well does a set of a falling orbit know its axis? 1 sigma [km].

    ``rate_km_day``: axis lost a day; ``seen_km``: noise of the sets as their neighbours show it.
    """
    return np.asarray(np.hypot(max(_AXIS_NOISE_KM, seen_km), AXIS_NOISE_A_DAYS_LOSS * np.asarray(rate_km_day)))


@dataclass(frozen=True, slots=True)
class DragCourse:
    """One possible course of the drag from the first set on: coefficients by quarter days and where it began."""

    coefficient_m2_kg: FloatArray
    """(n_cell,)"""
    axis_offset_km: float
    place_offset_rad: float

    def after_the_sets(self, fit: LastDays, factor: float) -> DragCourse:
        """The same with every coefficient after the last set multiplied: for air that the fit took for another."""
        cells = self.coefficient_m2_kg.copy()
        cells[math.floor(fit.last_set_mjd_utc * CELLS_A_DAY) + 1 - fit.first_cell :] *= factor
        return replace(self, coefficient_m2_kg=cells)


@dataclass(frozen=True)
class LastDays:
    """The drag of the last days and of those to come, one Gaussian of all unknowns; from :func:`fit_last_days`."""

    start: MeanElements
    """The first set used: every possible course starts from it."""
    last_set_mjd_utc: float
    first_cell: int
    """Cells are counted from MJD 0, ``CELLS_A_DAY`` a day."""
    centre: FloatArray
    """(n_cell + 2,) logarithms of the coefficients, offset of the axis [km], of the place [rad]."""
    root: FloatArray
    """(n_cell + 2, n_cell + 2) a square root of the covariance."""
    sets_used: int
    place_residual_km: float
    """Root mean square of what the fit leaves of the places [km]."""
    calibration: Calibration
    """Of the sets before those used here: where the drift stood before they came."""
    density_model: str

    @property
    def cell_count(self) -> int:
        """Quarters of a day covered."""
        return len(self.centre) - 2

    @property
    def end_mjd_utc(self) -> float:
        """Where the cells end."""
        return (self.first_cell + self.cell_count) / CELLS_A_DAY

    def median(self) -> DragCourse:
        """Everything at its median."""
        return _course(self.centre)

    def draw(self, rng: np.random.Generator) -> DragCourse:
        """One possible course that agrees with the sets within their noise."""
        return _course(self.centre + np.einsum("ij,j->i", self.root, rng.standard_normal(len(self.centre))))

    def coefficient_now(self) -> tuple[float, float]:
        """Coefficient in the quarter day of the last set [m2/kg], and the 1 sigma of its logarithm."""
        cell = math.floor(self.last_set_mjd_utc * CELLS_A_DAY) - self.first_cell
        return float(np.exp(self.centre[cell])), float(np.linalg.norm(self.root[cell]))

    def flight(self, course: DragCourse, weather: WeatherTrack) -> LatitudeFlight:
        """The mean engine at the start of a course."""
        return _flight(self.start, course.axis_offset_km, course.place_offset_rad, weather)

    def coefficient_at(self, course: DragCourse, time_mjd_utc: float) -> tuple[float, float]:
        """Coefficient of a course at a moment [m2/kg], and until when it holds [MJD]."""
        cell = math.floor(time_mjd_utc * CELLS_A_DAY + 1.0e-9)
        index = min(max(cell - self.first_cell, 0), self.cell_count - 1)
        return float(course.coefficient_m2_kg[index]), (cell + 1) / CELLS_A_DAY


def fit_last_days(known: ElementHistory, weather: WeatherTrack, horizon_mjd_utc: float) -> LastDays:
    """How strong is the drag in the last days of this object, and how may it go on until ``horizon_mjd_utc``?

    ``known``: sets up to the moment of the question; ``weather``: drivers over the last year and to the horizon.
    Raises as :func:`stationkeep.orbit.calibration.calibrate`, and :class:`ElementSetError` for a burn among the sets
    that would be used: what it did to the orbit cannot be told from the drag.
    """
    used = _used(known)
    first = used[0].epoch_mjd_utc
    _refuse_burns(known, weather, first)
    before = _before(known, weather, first)
    first_cell = math.floor(first * CELLS_A_DAY)
    count = math.ceil(horizon_mjd_utc * CELLS_A_DAY) - first_cell
    centre, covariance = _prior(before, first_cell, count)
    sight = _Sight(used, weather, first_cell, before.drift.noise_km)
    centre, covariance, residual_km = _fitted(sight, centre, covariance)
    values, vectors = np.linalg.eigh(covariance)
    return LastDays(
        start=used[0].elements,
        last_set_mjd_utc=used[-1].epoch_mjd_utc,
        first_cell=first_cell,
        centre=centre,
        root=np.asarray(vectors * np.sqrt(np.maximum(values, 0.0))),
        sets_used=len(used),
        place_residual_km=residual_km,
        calibration=before,
        density_model=before.drift.density_model,
    )


def _course(unknowns: FloatArray) -> DragCourse:
    return DragCourse(np.exp(unknowns[:-2]), float(unknowns[-2]), float(unknowns[-1]))


def _flight(start: MeanElements, axis_km: float, place_rad: float, weather: WeatherTrack) -> LatitudeFlight:
    moved = replace(
        start,
        semi_major_axis_km=start.semi_major_axis_km + axis_km,
        mean_anomaly_rad=start.mean_anomaly_rad + place_rad,
    )
    return LatitudeFlight(moved, weather)


def _used(known: ElementHistory) -> list[ElementSet]:
    """The sets of the last two days, or of up to five where they are few; without re-issues."""
    last = known.sets[-1].epoch_mjd_utc
    kept: list[ElementSet] = []
    for item in reversed(known.sets):
        age = last - item.epoch_mjd_utc
        if age > _LONGEST_WINDOW_DAYS or (age > _WINDOW_DAYS and len(kept) >= _WANTED_SETS):
            break
        if not kept or kept[-1].epoch_mjd_utc - item.epoch_mjd_utc > _REISSUE_DAYS:
            kept.append(item)
    return kept[::-1]


def _refuse_burns(known: ElementHistory, weather: WeatherTrack, first_mjd: float) -> None:
    recent = [item for item in known.sets if item.epoch_mjd_utc > max(first_mjd - _BURN_DAYS, weather.first_day_mjd)]
    if len(recent) < _FEWEST_FOR_BURNS:
        return
    found = find_burns(replace(known, sets=tuple(recent)), weather)
    late = [burn for burn in found if burn.moment_mjd_utc > first_mjd - _SETTLING_DAYS]
    if late:
        raise ElementSetError(
            f"object {known.norad_id} was pushed about {iso_utc(late[-1].moment_mjd_utc)}, among its last element "
            "sets: what the push did cannot be told from the drag",
            hint="wait for two days of sets after it; 'stationkeep burns' shows it, 'stationkeep decay' still answers",
        )


def _before(known: ElementHistory, weather: WeatherTrack, first_mjd: float) -> Calibration:
    """The drift from what was known before the sets that are fitted here, so that none is used twice.

    At the drift model's own sizes: the noise of the last sets was chosen with them.
    """
    try:
        return calibrate(known.until(first_mjd - _REISSUE_DAYS), weather, sizes=None)
    except ElementSetError:
        return calibrate(known, weather, sizes=None)  # too short a history to do without them


def _prior(before: Calibration, first_cell: int, count: int) -> tuple[FloatArray, FloatArray]:
    centres = (first_cell + np.arange(count) + 0.5) / CELLS_A_DAY
    first_day, last_day = math.floor(centres[0]), math.floor(centres[-1])
    angles = sun_angles_by_day(before.elements, first_day, last_day - first_day + 1)
    angle = np.interp(centres, np.arange(first_day, last_day + 1) + 0.5, angles)
    log, covariance = before.drift.parts[0].at(centres - 0.5 - before.drift.first_day_mjd, angle)
    wide = np.zeros((count + 2, count + 2))
    wide[:count, :count] = covariance
    wide[count, count] = _FIRST_AXIS_KM**2
    wide[count + 1, count + 1] = (_FIRST_PLACE_KM / before.elements[-1].semi_major_axis_km) ** 2
    return np.concatenate([log, np.zeros(2)]), wide


@dataclass(frozen=True)
class _Sight:
    """What the sets show: place and axis of each, and what the engine makes of the unknowns."""

    sets: list[ElementSet]
    weather: WeatherTrack
    first_cell: int
    axis_noise_km: float

    @property
    def times(self) -> FloatArray:
        return np.array([item.epoch_mjd_utc for item in self.sets])

    @property
    def cells(self) -> int:
        """Cells up to the last set: later ones cannot be seen."""
        return math.floor(self.sets[-1].epoch_mjd_utc * CELLS_A_DAY) - self.first_cell + 1

    def computed(self, unknowns: FloatArray) -> FloatArray:
        """Places [rad], then axes [km], of the sets, (2 n_set,)."""
        flight = _flight(self.sets[0].elements, float(unknowns[-2]), float(unknowns[-1]), self.weather)
        places, axes = [], []
        for time in self.times:
            while flight.time_mjd_utc < time:
                cell = math.floor(flight.time_mjd_utc * CELLS_A_DAY + 1.0e-9)
                until = min((cell + 1) / CELLS_A_DAY, float(time))
                reason = flight.advance(until, math.exp(unknowns[cell - self.first_cell]))
                if reason is not OutcomeReason.TIME_LIMIT:
                    break  # it falls too early: a place that lags far behind says so to the fit
            places.append(flight.latitude_rad)
            axes.append(flight.elements.semi_major_axis_km)
        return np.array([*places, *axes])

    def seen(self, computed: FloatArray) -> FloatArray:
        """The same as the sets tell it, places in the revolution nearest to the computed one."""
        count = len(self.sets)
        turn = 2.0 * math.pi
        told = np.array([i.elements.argument_of_perigee_rad + i.elements.mean_anomaly_rad for i in self.sets])
        places = computed[:count] + (told - computed[:count] + math.pi) % turn - math.pi
        return np.concatenate([places, [i.elements.semi_major_axis_km for i in self.sets]])

    def noise(self, computed: FloatArray) -> FloatArray:
        """1 sigma of each, in the same units."""
        count = len(self.sets)
        times, axes = self.times, computed[count:]
        rate = np.abs(np.gradient(axes, times)) if count > 1 else np.zeros(1)  # km/day
        place_km = np.hypot(_PLACE_NOISE_KM, _PLACE_NOISE_A_KM_DAY * rate)
        return np.concatenate([place_km / axes, set_axis_noise_km(rate, self.axis_noise_km)])

    def sensitivity(self, unknowns: FloatArray, computed: FloatArray) -> FloatArray:
        """(2 n_set, n_unknown) by differences; nothing depends on later cells."""
        matrix = np.zeros((len(computed), len(unknowns)))
        for index in (*range(self.cells), len(unknowns) - 2, len(unknowns) - 1):
            step = 0.02 if index < len(unknowns) - 2 else (0.05, 1.0e-3)[index - len(unknowns) + 2]
            moved = unknowns.copy()
            moved[index] += step
            matrix[:, index] = (self.computed(moved) - computed) / step
        return matrix


def _fitted(sight: _Sight, prior: FloatArray, covariance: FloatArray) -> tuple[FloatArray, FloatArray, float]:
    """Gauss-Newton about the prior, outliers weighted down: centre, covariance, residual of the places [km]."""
    unknowns, weight = prior.copy(), np.ones(2 * len(sight.sets))
    count = len(sight.sets)
    for _ in range(_ROUNDS):
        computed = sight.computed(unknowns)
        seen, noise = sight.seen(computed), sight.noise(computed)
        matrix = sight.sensitivity(unknowns, computed)
        spread = matrix @ covariance @ matrix.T + np.diag(noise**2 / weight)
        gain = np.linalg.solve(spread, matrix @ covariance).T
        wanted = prior + gain @ (seen - computed + matrix @ (unknowns - prior))
        step = np.clip(wanted - unknowns, -_LARGEST_STEP, _LARGEST_STEP)
        unknowns = unknowns + step
        misfit = (seen - computed - matrix @ step) / noise
        weight = (_TAIL_FREEDOM + 1.0) / (_TAIL_FREEDOM + misfit**2)
    axes = computed[count:]
    residual = (seen[:count] - computed[:count]) * axes
    after = covariance - gain @ matrix @ covariance
    return unknowns, 0.5 * (after + after.T), float(np.sqrt(np.mean(residual**2)))
