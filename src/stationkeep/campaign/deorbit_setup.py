"""From a scenario or an orbit file to a station at the altitude its deorbit starts from."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from stationkeep.campaign.prepare import prepare_campaign
from stationkeep.campaign.weather import AS_KNOWN, CampaignWeather, campaign_weather
from stationkeep.environment.msafe import forecast_known_at
from stationkeep.environment.space_weather import HALF_WINDOW_DAYS
from stationkeep.environment.surrogate import Nrlmsise00Surrogate
from stationkeep.errors import InputError, OrbitError
from stationkeep.orbit.elements import MeanElements
from stationkeep.orbit.latitude_flight import LatitudeFlight
from stationkeep.outcome import OutcomeReason
from stationkeep.scenario.loader import load_scenario
from stationkeep.timescale import iso_day, iso_utc

if TYPE_CHECKING:
    from stationkeep.catalogue.store import Catalogue
    from stationkeep.orbit.mean_decay import BallisticCoefficient, WeatherTrack
    from stationkeep.orbit.tle import ElementHistory

_ORBIT_HORIZON_DAYS = 3652.0
_LEAD_DAYS = 366.0
_SPARE_DAYS = 12.0
_LARGEST_ECCENTRICITY = 0.02
_LOWEST_START_KM = 175.0


@dataclass(frozen=True)
class StationToFall:
    """A station in its orbit, before anything is planned."""

    name: str
    elements: MeanElements
    """With the mean anomaly, at its epoch."""
    mass_kg: float
    drag_area_m2: float
    """Cd*A: the fitted coefficient times the mass it was fitted at."""
    weather: CampaignWeather
    is_iss: bool
    provenance: dict[str, object]
    notes: tuple[str, ...] = ()


def station_of_scenario(name: str, catalogue: Catalogue, space_weather: str | None) -> StationToFall:
    """The station of a scenario at its epoch, under its Sun."""
    loaded = load_scenario(name, catalogue=catalogue)
    scenario = loaded.scenario
    campaign = prepare_campaign(scenario, catalogue, space_weather)
    return StationToFall(
        name=scenario.title,
        elements=campaign.mission.elements,
        mass_kg=campaign.mission.mass_kg,
        drag_area_m2=scenario.drag.ballistic_coefficient_m2_kg * scenario.drag.reference_mass_kg,
        weather=campaign.weather,
        is_iss=scenario.station.startswith("iss"),
        provenance={"scenario": scenario.id, "station": scenario.station},
    )


def station_of_orbit(
    paths: Sequence[Path], norad_id: str | None, mass_kg: float | None, ballistic_m2_kg: float | None,
    space_weather: str | None,
) -> StationToFall:  # fmt: skip
    """The object of these element sets at the last of them; its drag fitted to them unless given."""
    from stationkeep.orbit.history import as_element_history, read_any_history

    if mass_kg is None or not 100.0 <= mass_kg <= 1.0e7:
        raise InputError(
            "the mass of the object is not known" if mass_kg is None else f"a mass of {mass_kg:g} kg",
            hint="give --mass-kg, 100 to 10,000,000, without the vehicle that pushes",
        )
    history = as_element_history(read_any_history(list(paths), norad_id))
    last = history.sets[-1].elements
    choice = space_weather or AS_KNOWN
    horizon = last.epoch_mjd_utc + _ORBIT_HORIZON_DAYS
    if choice == AS_KNOWN:
        horizon = min(horizon, math.floor(forecast_known_at(last.epoch_mjd_utc).last_mjd) - HALF_WINDOW_DAYS - 2.0)
    weather = campaign_weather(choice, last.epoch_mjd_utc - _LEAD_DAYS, last.epoch_mjd_utc, horizon)
    notes: tuple[str, ...] = ()
    if ballistic_m2_kg is None:
        fitted = _fitted(history, weather.median)
        ballistic_m2_kg = fitted.value_m2_kg
        notes = (f"Cd*A/m = {ballistic_m2_kg:.5f} m2/kg fitted to {fitted.arc_count} arcs of its element sets",)
    elif not 1.0e-5 <= ballistic_m2_kg <= 10.0:
        raise InputError(
            f"a ballistic coefficient of {ballistic_m2_kg:g} m2/kg", hint="Cd*A/m of a station is near 0.007"
        )
    return StationToFall(
        name=history.name or f"object {history.norad_id}",
        elements=last,
        mass_kg=mass_kg,
        drag_area_m2=ballistic_m2_kg * mass_kg,
        weather=weather,
        is_iss=history.norad_id.lstrip("0") == "25544",
        provenance={"element_sets": history.source, "last_element_set_utc": iso_utc(last.epoch_mjd_utc)},
        notes=notes,
    )


def _fitted(history: ElementHistory, weather: WeatherTrack) -> BallisticCoefficient:
    from stationkeep.orbit.calibration import calibrate

    try:
        return calibrate(history, weather).coefficient
    except InputError as error:
        raise OrbitError(
            f"its drag cannot be fitted to these element sets: {error.problem}",
            hint="give Cd*A/m itself: --ballistic-m2-kg (Mir in its last weeks 0.0054, the ISS 0.006 to 0.008); or a "
            "file with more element sets",
        ) from error


@dataclass(frozen=True, slots=True)
class Start:
    """Where natural decay leaves the station for the burns."""

    elements: MeanElements
    waited_days: float
    notes: tuple[str, ...]


def decayed(station: StationToFall, altitude_km: float | None, usual_km: float) -> Start:
    """Let the station sink to the start altitude under the median Sun; nobody pushes it on the way.

    ``altitude_km`` as asked for, null: ``usual_km``, or where it is now if that is lower. Raises :class:`OrbitError`
    where it is lower already, eccentric, or takes longer than the Sun is forecast.
    """
    now = station.elements
    if now.eccentricity > _LARGEST_ECCENTRICITY:
        raise OrbitError(
            f"an orbit of eccentricity {now.eccentricity:.3f}",
            hint=f"deorbits are planned from near-circular orbits, up to {_LARGEST_ECCENTRICITY:g}",
        )
    wanted = usual_km if altitude_km is None else altitude_km
    if wanted < _LOWEST_START_KM:
        raise InputError(
            f"a start altitude of {wanted:g} km", hint=f"below {_LOWEST_START_KM:g} km hours are left; give more"
        )
    if now.mean_altitude_km <= wanted:
        if altitude_km is not None and now.mean_altitude_km < wanted - 0.5:
            raise OrbitError(
                f"it flies at {now.mean_altitude_km:.0f} km already, below the start altitude of {wanted:g} km",
                hint=f"give --start-altitude-km up to {now.mean_altitude_km:.0f}",
            )
        return Start(now, 0.0, ("it is at the start altitude or below: the burns begin from the orbit given",))
    stop = float(station.weather.median.end_mjd) - _SPARE_DAYS
    flight = LatitudeFlight(now, station.weather.median)
    reason = flight.advance(stop, station.drag_area_m2 / station.mass_kg, floor_mean_altitude_km=wanted)
    if reason is not OutcomeReason.ALTITUDE_REACHED:
        raise OrbitError(
            f"natural decay to {wanted:g} km is not over by {iso_day(stop)} ({flight.mean_altitude_km:.0f} km then)",
            hint="start higher: --start-altitude-km; the need grows by 0.3 m/s a kilometre",
        )
    waited = flight.time_mjd_utc - now.epoch_mjd_utc
    notes = []
    if waited > 3.0:
        notes.append(
            f"the {waited:.0f} days of natural decay are those of the median Sun; where in its orbit the station then "
            "is cannot be known so far ahead: times and passes are those of one such day"
        )
    return Start(flight.elements, waited, tuple(notes))


def attitude_floor_km(station: StationToFall, moment: MeanElements) -> float | None:
    """At which height does the air turn the station harder than its thrusters can hold? Null: not the ISS.

    The steady density at which gyros and two thrusters across the centre of mass reach the pitch band
    (:mod:`stationkeep.attitude`), found in the air of that day.
    """
    if not station.is_iss:
        return None
    from stationkeep.attitude.figures import iss_attitude

    figures = iss_attitude()
    values = figures.at()
    model = figures.model(values, station.drag_area_m2)
    limit = model.controllable_down_to_density_kg_m3(150.0, figures.thrusters(values).torque_n_m)
    heights = np.arange(100.0, 400.0, 1.0)
    weather = station.weather.median
    day = weather.drivers[math.floor(moment.epoch_mjd_utc) - weather.first_day_mjd]
    density = Nrlmsise00Surrogate().density_kg_m3(
        math.floor(moment.epoch_mjd_utc) + 0.5, np.zeros_like(heights), 0.0, heights, day
    )
    thin = np.flatnonzero(density <= limit)
    return float(heights[thin[0]]) if len(thin) else None
