"""Where the station was when vehicles came to it and left it: by tracking, and as windows for a rule."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from stationkeep.errors import InputError
from stationkeep.orbit.elements import MeanElements
from stationkeep.strategy.phasing import (
    FOUR_ORBITS,
    LANDING,
    TWO_DAYS,
    TWO_ORBITS,
    PhaseProfile,
    PhaseWindow,
    argument_rate_deg_day,
    node_rate_deg_day,
    passage_over,
    phase_window,
)
from stationkeep.timescale import mjd_utc, parse_utc

TOUCHDOWN_DAYS = 16.0 / 1440.0  # a capsule lands so long after its track passes over the place
HALF_A_MINUTE = 0.5 / 1440.0  # launch times are given to the minute, rounded down
NEAR_DAYS = 3.0  # a set so old places the station within a degree where no burn came between


@dataclass(frozen=True)
class Flight:
    """A launch or a landing that the station's orbit had to fit."""

    name: str
    time_mjd_utc: float
    profile: PhaseProfile


def day(text: str) -> float:
    return mjd_utc(parse_utc(text.replace("Z", "")))


def flights(data: Path) -> Iterator[Flight]:
    """Russian launches (way by the hours they took) and landings of Soyuz, where the time of day is known."""
    with (data / "people" / "flights.csv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            if row["operator"] != "Roscosmos":
                continue
            if "T" in row["launch_utc"] and "T" in row["arrival_utc"]:
                hours = 24.0 * (day(row["arrival_utc"]) - day(row["launch_utc"]))
                profile = TWO_DAYS if hours > 24.0 else FOUR_ORBITS if hours > 5.0 else TWO_ORBITS
                yield Flight(row["name"], day(row["launch_utc"]) + HALF_A_MINUTE, profile)
            if row["vehicle_type"] == "Soyuz" and "T" in row["end_utc"]:
                yield Flight(row["name"], day(row["end_utc"]) - TOUCHDOWN_DAYS, LANDING)


def argument_deg(elements: MeanElements, time_mjd_utc: float | None = None) -> float:
    """Argument of latitude at the epoch, or a few burn-free days from it."""
    at_epoch = math.degrees(elements.argument_of_perigee_rad + elements.mean_anomaly_rad)
    rate = argument_rate_deg_day(elements.mean_altitude_km, elements.inclination_rad)
    return at_epoch + rate * ((time_mjd_utc or elements.epoch_mjd_utc) - elements.epoch_mjd_utc)


def window_of(flight: Flight, elements: MeanElements) -> PhaseWindow | None:
    """The window of a flight, the plane carried on from ``elements``; None: a landing at another place."""
    inclination = elements.inclination_rad
    turn = math.radians(node_rate_deg_day(elements.mean_altitude_km, inclination))
    time = flight.time_mjd_utc

    def node(moment: float) -> float:
        return elements.raan_rad + turn * (moment - elements.epoch_mjd_utc)

    if flight.profile is LANDING:
        try:
            time = passage_over(LANDING.site, time, inclination, node(time))
        except InputError:
            return None
    return phase_window(f"{flight.name}, {flight.profile.name}", time, flight.profile, inclination, node(time))


def windows(data: Path, elements: MeanElements, until_mjd_utc: float) -> tuple[PhaseWindow, ...]:
    """All windows from the epoch of ``elements`` to a date."""
    begin = elements.epoch_mjd_utc
    found = [window_of(item, elements) for item in flights(data) if begin < item.time_mjd_utc <= until_mjd_utc]
    return tuple(sorted((item for item in found if item is not None), key=lambda item: item.time_mjd_utc))


@dataclass(frozen=True)
class SeenPhase:
    """The phase of one flight as tracking shows it."""

    flight: Flight
    phase_deg: float
    miss_deg: float


def seen_phases(data: Path, tracked: Sequence[MeanElements]) -> list[SeenPhase]:
    """The phase at each flight with tracking near it."""
    found = []
    for item in flights(data):
        near = min(tracked, key=lambda one: abs(one.epoch_mjd_utc - item.time_mjd_utc))
        if abs(near.epoch_mjd_utc - item.time_mjd_utc) > NEAR_DAYS:
            continue
        window = window_of(item, near)
        if window is None:
            continue
        argument = argument_deg(near, window.time_mjd_utc)
        ahead = (argument - window.middle_deg + 180.0) % 360.0 - 180.0
        middle = 0.5 * (item.profile.lowest_deg + item.profile.highest_deg)
        found.append(SeenPhase(item, ahead + middle, window.miss_deg(argument)))
    return sorted(found, key=lambda one: one.flight.time_mjd_utc)
