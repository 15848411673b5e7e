"""A ballistic coefficient handed from ``stationkeep calibrate --json`` to another command, with its density model."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from stationkeep.errors import ElementSetError
from stationkeep.orbit.mean_decay import BallisticCoefficient, WeatherTrack
from stationkeep.ordinary_file import Expected, read_bytes
from stationkeep.timescale import mjd_utc, parse_utc

_HINT = "give what stationkeep calibrate --json FILE wrote (schema stationkeep.calibrate/1)"


@dataclass(frozen=True)
class FittedSun:
    """The Sun of the last weeks as a fit took it, and what the coefficient answers to the air of each day."""

    track: WeatherTrack
    weights: NDArray[np.float64]
    """(n_day,) change of the coefficient's logarithm per unit of the logarithm of that day's density."""
    mean_altitude_km: float
    observed_until_mjd: int
    """The last observed day that entered, through the 81-day means."""

    @property
    def days_mjd(self) -> NDArray[np.int_]:
        """(n_day,) up to that of the last set."""
        return self.track.first_day_mjd + np.arange(len(self.weights))

    @property
    def last_day_mjd(self) -> int:
        """The day of the last set."""
        return self.track.first_day_mjd + len(self.weights) - 1


@dataclass(frozen=True, slots=True)
class GivenDrift:
    """How a coefficient fitted before wanders, by the sets it was fitted to."""

    last_set_day_mjd: int
    spread_at_last_set: float
    """1 sigma of its logarithm on that day; the file's ``spread`` is that of the mean over the outlook."""
    outlook_days: int
    level_fraction: float
    slow_fraction: float
    slow_days: float
    fast_fraction: float
    fast_days: float


@dataclass(frozen=True, slots=True)
class GivenCoefficient:
    """A coefficient fitted before, and on which object."""

    coefficient: BallisticCoefficient
    norad_id: str
    source: str
    """Name of the file, for the provenance."""
    sun: FittedSun | None = None
    """Null: the file does not tell (written before it was kept)."""
    drift: GivenDrift | None = None
    """Null: the file tells no more than a number and its spread."""


_Fraction = Annotated[float, Field(ge=0.0, le=5.0)]
_Days = Annotated[float, Field(gt=0.0, le=36525.0)]


class _Arc(BaseModel):
    model_config = ConfigDict(extra="ignore", defer_build=True)
    start_utc: str
    stop_utc: str


class _Object(BaseModel):
    model_config = ConfigDict(extra="ignore", defer_build=True)
    norad_id: str
    mean_altitude_km: Annotated[float, Field(ge=100.0, le=3000.0)] | None = None
    last_element_set_utc: str | None = None


class _Sun(BaseModel):
    model_config = ConfigDict(extra="ignore", defer_build=True)
    observed_until_utc: str
    dates_utc: Annotated[list[str], Field(min_length=1, max_length=400)]
    f107_sfu: list[Annotated[float, Field(ge=50.0, le=1000.0)]]
    f107_mean_sfu: list[Annotated[float, Field(ge=50.0, le=1000.0)]]
    ap: list[Annotated[float, Field(ge=0.0, le=400.0)]]
    weight: list[Annotated[float, Field(ge=-5.0, le=5.0)]]

    @model_validator(mode="after")
    def _of_one_length(self) -> _Sun:
        columns: tuple[list[Any], ...] = (self.dates_utc, self.f107_sfu, self.f107_mean_sfu, self.ap, self.weight)
        if len(set(map(len, columns))) > 1:
            raise ValueError("dates and figures differ in number")
        return self


class _Course(BaseModel):
    model_config = ConfigDict(extra="ignore", defer_build=True)
    dates_utc: list[str]
    spread: list[Annotated[float, Field(ge=0.0, le=5.0)]]


class _Model(BaseModel):
    model_config = ConfigDict(extra="ignore", defer_build=True)
    level_fraction: _Fraction
    slow_fraction: _Fraction
    slow_days: _Days
    fast_fraction: _Fraction
    fast_days: _Days


class _Drift(BaseModel):
    model_config = ConfigDict(extra="ignore", defer_build=True)
    model: _Model
    course: _Course


class _Fit(BaseModel):
    """What is needed of the document; later versions may add fields."""

    model_config = ConfigDict(extra="ignore", defer_build=True)
    schema_: Literal["stationkeep.calibrate/1"] = Field(alias="schema")
    object: _Object
    value_m2_kg: Annotated[float, Field(gt=0.0, le=100.0)]
    spread: Annotated[float, Field(ge=0.0, le=5.0)]
    density_model: Annotated[str, Field(min_length=1)]
    arcs: list[_Arc]
    sun: _Sun | None = None
    outlook_days: Annotated[int, Field(ge=1, le=3652)] | None = None
    drift: _Drift | None = None


def read_coefficient(path: Path) -> GivenCoefficient:
    """The coefficient in a file that ``stationkeep calibrate --json`` wrote: value, spread, density model, arcs.

    Raises :class:`ElementSetError` (a subclass of ``InputError``) for anything else, naming the field.
    """
    if not path.exists():
        _refuse_a_number(path)
    data = read_bytes(path, Expected(ElementSetError, _HINT, largest_mebibytes=48))
    try:
        fit = _Fit.model_validate(json.loads(data))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        raise ElementSetError(f"{path} holds no JSON", hint=_HINT) from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the document"
        raise ElementSetError(f"{path} is no calibration: {where}: {first['msg']}", hint=_HINT) from None
    times = [mjd_utc(parse_utc(text)) for arc in fit.arcs for text in (arc.start_utc, arc.stop_utc)]
    coefficient = BallisticCoefficient(
        value_m2_kg=fit.value_m2_kg,
        density_model=fit.density_model,
        spread_fraction=fit.spread,
        arc_start_mjd_utc=min(times, default=None),
        arc_stop_mjd_utc=max(times, default=None),
        arc_count=len(fit.arcs),
    )
    return GivenCoefficient(coefficient, fit.object.norad_id, path.name, _sun(fit), _drift(fit))


def _sun(fit: _Fit) -> FittedSun | None:
    sun, altitude_km = fit.sun, fit.object.mean_altitude_km
    if sun is None or altitude_km is None:
        return None
    drivers = np.column_stack([sun.f107_sfu, sun.f107_mean_sfu, sun.ap])
    first = math.floor(mjd_utc(parse_utc(sun.dates_utc[0])))
    until = math.floor(mjd_utc(parse_utc(sun.observed_until_utc)))
    return FittedSun(WeatherTrack(first, drivers), np.array(sun.weight), altitude_km, until)


def _refuse_a_number(path: Path) -> None:
    """A number has no density model, and would be taken for a file that is not there."""
    try:
        float(str(path))
    except ValueError:
        return
    raise ElementSetError(
        f"{path} is a number: a coefficient is of use with its density model and spread only", hint=_HINT
    )


def _drift(fit: _Fit) -> GivenDrift | None:
    """What the file tells of the days after its last set; null where it does not say when that was."""
    if fit.drift is None or fit.outlook_days is None or fit.object.last_element_set_utc is None:
        return None
    last = math.floor(mjd_utc(parse_utc(fit.object.last_element_set_utc)))
    days = [math.floor(mjd_utc(parse_utc(text))) for text in fit.drift.course.dates_utc]
    spreads = dict(zip(days, fit.drift.course.spread, strict=False))
    if last not in spreads:
        return None
    return GivenDrift(last, spreads[last], fit.outlook_days, **fit.drift.model.model_dump())
