"""Which courses may an object's drag take in a prediction: those its own sets allow, or those around a given number."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from stationkeep.campaign.coefficient_file import FittedSun, GivenCoefficient
from stationkeep.campaign.density_error import DensityError, KnownDrift
from stationkeep.campaign.fit_notes import fit_notes
from stationkeep.constants import EARTH_EQUATORIAL_RADIUS_KM
from stationkeep.environment.space_weather import HALF_WINDOW_DAYS
from stationkeep.orbit.calibration import Calibration
from stationkeep.orbit.denser_days import DenserDays, SeenAir
from stationkeep.orbit.elements import MeanElements
from stationkeep.orbit.mean_decay import BallisticCoefficient, WeatherTrack

FloatArray = NDArray[np.float64]

LEAD_DAYS = HALF_WINDOW_DAYS + 1
"""The weather of a fall begins so long before it: over these days the 81-day mean still holds days after."""


class Courses(Protocol):
    """The coefficient day by day: its median and random draws."""

    @property
    def median_m2_kg(self) -> FloatArray:
        """(n_day,) median."""
        ...

    def begin(self, day_count: int) -> Courses:
        """The first days of it: a longer course begins like a shorter one."""
        ...

    def median_under(self, denser: DenserDays) -> FloatArray:
        """(n_day,) median under a Sun that was not the fit's on days with sets."""
        ...

    def draw(self, rng: np.random.Generator, denser: DenserDays | None = None) -> FloatArray:
        """One possible course, (n_day,); ``denser``: under a Sun that was not the fit's on days with sets."""
        ...


class Drag(Protocol):
    """What a prediction knows of an object's drag."""

    @property
    def coefficient(self) -> BallisticCoefficient:
        """One number, bound to its density model."""
        ...

    @property
    def burns_seen(self) -> int:
        """Burns seen in the sets used."""
        ...

    @property
    def provenance(self) -> dict[str, Any]:
        """Where it comes from."""
        ...

    @property
    def notes(self) -> list[str]:
        """What a reader must know of it."""
        ...

    def weather_from(self, start: MeanElements) -> float:
        """From when on [MJD] it asks for the Sun, flown from ``start``."""
        ...

    def seen_air(self, start: MeanElements, fit_weather: WeatherTrack) -> SeenAir | None:
        """The air its fit saw, to be held against that of another Sun; null: nothing is known of it."""
        ...

    @property
    def set_noise_km(self) -> float:
        """1-sigma noise of the axis of one set, as its neighbours show it; zero: unknown."""
        ...

    def change_within(self, days: float) -> float:
        """By what does the coefficient change within hours, 1 sigma of its logarithm, beyond what courses hold?"""
        ...

    def courses(self, first_day_mjd: int, day_count: int, altitude_by_day_km: FloatArray) -> Courses:
        """Courses from a day on; the altitude turns the orbit's plane under the Sun."""
        ...


@dataclass(frozen=True)
class FittedDrag:
    """Drag as the object's own element sets show it."""

    calibration: Calibration

    @property
    def coefficient(self) -> BallisticCoefficient:
        """Mean of the outlook."""
        return self.calibration.coefficient

    @property
    def burns_seen(self) -> int:
        """Burns seen in the sets used."""
        return self.calibration.burns_seen

    @property
    def provenance(self) -> dict[str, Any]:
        """How coefficients drift in general."""
        return {"drag_drift": asdict(self.calibration.drift.model)}

    @property
    def notes(self) -> list[str]:
        """Of the days before the last set."""
        return fit_notes(self.calibration)

    def weather_from(self, start: MeanElements) -> float:
        """While the 81-day mean of a day with sets still holds days after the last one."""
        return start.epoch_mjd_utc - LEAD_DAYS

    def seen_air(self, start: MeanElements, fit_weather: WeatherTrack) -> SeenAir | None:
        """Of the weeks before the last set."""
        return SeenAir(start, fit_weather)

    @property
    def set_noise_km(self) -> float:
        """As the fit found it."""
        return self.calibration.drift.noise_km

    def change_within(self, days: float) -> float:
        """Of the fast wandering: a course has one value a day, and the last set's day is known by the hours before."""
        model = self.calibration.drift.model
        return model.fast_fraction * math.sqrt(2.0 * (1.0 - math.exp(-days / model.fast_days)))

    def courses(self, first_day_mjd: int, day_count: int, altitude_by_day_km: FloatArray) -> Courses:
        """The drift carried on."""
        return self.calibration.forecast(first_day_mjd, day_count, altitude_by_day_km)


@dataclass(frozen=True)
class GivenDrag:
    """Drag from a number fitted before: its spread for ever, and density errors that wander (``DensityError``).

    Where the file tells how the coefficient drifted, the spread is that of the day of its last set and the wanderings
    are the object's own, from that day on; a bare number's spread holds part of the wandering already, and its windows
    come out too wide.
    """

    given: GivenCoefficient
    error: DensityError | KnownDrift

    @classmethod
    def of(cls, given: GivenCoefficient) -> GivenDrag:
        """What the file tells."""
        if given.drift is None:
            return cls(given, DensityError())
        return cls(given, KnownDrift.of(given.drift, given.coefficient.spread_fraction))

    @property
    def coefficient(self) -> BallisticCoefficient:
        """As given."""
        return self.given.coefficient

    @property
    def burns_seen(self) -> int:
        """No sets were looked at."""
        return 0

    @property
    def provenance(self) -> dict[str, Any]:
        """The file and the error assumed."""
        return {"ballistic_coefficient": self.given.source, "density_error": asdict(self.error)}

    @property
    def notes(self) -> list[str]:
        """No sets were looked at."""
        return []

    def weather_from(self, start: MeanElements) -> float:
        """As of a fit here, or from the days on that the file's fit saw."""
        usual, sun = start.epoch_mjd_utc - LEAD_DAYS, self._sun(start)
        return usual if sun is None else min(usual, float(sun.track.first_day_mjd))

    def seen_air(self, start: MeanElements, fit_weather: WeatherTrack) -> SeenAir | None:
        """Of the weeks before the last set of the file's fit, at the altitude of then."""
        sun = self._sun(start)
        if sun is None:
            return None
        then = replace(start, semi_major_axis_km=EARTH_EQUATORIAL_RADIUS_KM + sun.mean_altitude_km)
        return SeenAir(then, sun.track, sun.last_day_mjd)

    @property
    def set_noise_km(self) -> float:
        """No sets were looked at."""
        return 0.0

    def change_within(self, days: float) -> float:
        """Nothing where courses begin with the fast error at its full size."""
        error = self.error
        if isinstance(error, DensityError):
            return 0.0
        return error.fast_fraction * math.sqrt(1.0 - math.exp(-2.0 * days / error.fast_days))

    def courses(self, first_day_mjd: int, day_count: int, altitude_by_day_km: FloatArray) -> Courses:
        """The number, times errors."""
        last_set = first_day_mjd if self.given.drift is None else self.given.drift.last_set_day_mjd
        return _GivenCourses(self.given, self.error, max(first_day_mjd - last_set, 0), day_count)

    def _sun(self, start: MeanElements) -> FittedSun | None:
        """Null where the file does not tell it, or was fitted to later sets: of those days nothing is known here."""
        sun = self.given.sun
        return None if sun is None or sun.last_day_mjd > start.epoch_mjd_utc else sun


@dataclass(frozen=True)
class _GivenCourses:
    given: GivenCoefficient
    error: DensityError | KnownDrift
    age_days: int
    """Of the number on the first day."""
    day_count: int

    @property
    def median_m2_kg(self) -> FloatArray:
        return np.full(self.day_count, self.given.coefficient.value_m2_kg)

    def begin(self, day_count: int) -> Courses:
        return replace(self, day_count=day_count)

    def median_under(self, denser: DenserDays) -> FloatArray:
        return np.asarray(self.median_m2_kg * self._factor(denser))

    def draw(self, rng: np.random.Generator, denser: DenserDays | None = None) -> FloatArray:
        # the spread of a bare number holds for the whole flight; where the drift is known it is in the path
        coefficient, level = self.given.coefficient, 0.0
        if isinstance(self.error, DensityError):
            level = coefficient.spread_fraction * float(rng.standard_normal())
        path = self.error.path(self.age_days + self.day_count, rng)[self.age_days :]
        return np.asarray(coefficient.value_m2_kg * self._factor(denser) * math.exp(level) * path)

    def _factor(self, denser: DenserDays | None) -> float:
        """What the sets of the fit ask for under this Sun, over what they asked for under the fit's own."""
        sun = self.given.sun
        return 1.0 if sun is None or denser is None else math.exp(float(sun.weights @ denser.on(sun.days_mjd)))
