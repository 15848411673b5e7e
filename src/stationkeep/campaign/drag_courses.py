"""Which courses may an object's drag take in a prediction: those its own sets allow, or those around a given number."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from stationkeep.campaign.coefficient_file import GivenCoefficient
from stationkeep.campaign.density_error import DensityError
from stationkeep.campaign.fit_notes import fit_notes
from stationkeep.orbit.calibration import Calibration
from stationkeep.orbit.denser_days import DenserDays
from stationkeep.orbit.mean_decay import BallisticCoefficient

FloatArray = NDArray[np.float64]


class Courses(Protocol):
    """The coefficient day by day: its median and random draws."""

    @property
    def median_m2_kg(self) -> FloatArray:
        """(n_day,) median."""
        ...

    def begin(self, day_count: int) -> Courses:
        """The first days of it: a longer course begins like a shorter one."""
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

    def courses(self, first_day_mjd: int, day_count: int, altitude_by_day_km: FloatArray) -> Courses:
        """The drift carried on."""
        return self.calibration.forecast(first_day_mjd, day_count, altitude_by_day_km)


@dataclass(frozen=True)
class GivenDrag:
    """Drag from a number fitted before: its spread for ever, and density errors that wander (``DensityError``)."""

    given: GivenCoefficient
    error: DensityError = field(default_factory=DensityError)

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

    def courses(self, first_day_mjd: int, day_count: int, altitude_by_day_km: FloatArray) -> Courses:
        """The number, times errors."""
        return _GivenCourses(self.coefficient, self.error, day_count)


@dataclass(frozen=True)
class _GivenCourses:
    coefficient: BallisticCoefficient
    error: DensityError
    day_count: int

    @property
    def median_m2_kg(self) -> FloatArray:
        return np.full(self.day_count, self.coefficient.value_m2_kg)

    def begin(self, day_count: int) -> Courses:
        return replace(self, day_count=day_count)

    def draw(self, rng: np.random.Generator, denser: DenserDays | None = None) -> FloatArray:
        level = np.exp(self.coefficient.spread_fraction * rng.standard_normal())
        return np.asarray(self.coefficient.value_m2_kg * level * self.error.path(self.day_count, rng))
