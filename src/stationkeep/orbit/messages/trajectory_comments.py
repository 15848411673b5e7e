"""What NASA writes into the comments of the station's ephemeris: the spacecraft's figures and the coming events.

The figures stand as ``MASS=461235.00``; the event list is a table whose first line of each event holds its name, its
time as day of year, the velocity change [m/s] and the heights of apogee and perigee [km] after it, and whose second
line repeats them in feet and miles. The year is not written: it is the one that puts the event nearest to the
ephemeris.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

from stationkeep.orbit.state_history import PlannedEvent, SpacecraftFigures
from stationkeep.timescale import datetime_utc, mjd_utc

_FIGURE: Final = re.compile(r"\s*([A-Z_]+)\s*=\s*([-+]?\d+(?:\.\d*)?(?:[Ee][-+]?\d+)?)\s*")
_NAMES: Final = {
    "MASS": "mass_kg",
    "DRAG_AREA": "drag_area_m2",
    "DRAG_COEFF": "drag_coefficient",
    "SOLAR_RAD_AREA": "solar_radiation_area_m2",
    "SOLAR_RAD_COEFF": "solar_radiation_coefficient",
}
_UNIT: Final = r"(-?\d+(?:\.\d*)?)"
_EVENT: Final = re.compile(
    rf"\s*(\S.*?)\s+(\d{{3}}):(\d\d):(\d\d):(\d\d(?:\.\d*)?)\s+(?:\d+\s+)?{_UNIT}\s+{_UNIT}\s+{_UNIT}\s*"
)
_ASCENDING_NODE: Final = re.compile(
    r".*(first|last)\s+asc\.\s+node\s*:\s*EPOCH\s*=\s*(\S+)\s*\$\s*ORBIT\s*=\s*(\d+)\s*\$\s*LAN\(DEG\)\s*=\s*(-?[\d.]+)\s*"
)
_LARGEST_FIGURE: Final = 1e12


def spacecraft_figures(comments: Iterable[str]) -> SpacecraftFigures:
    """Mass, areas and coefficients named in the comments; what is absent or absurd stays None."""
    found: dict[str, float] = {}
    for line in comments:
        match = _FIGURE.fullmatch(line)
        if match and match[1] in _NAMES and abs(value := float(match[2])) < _LARGEST_FIGURE:
            found[_NAMES[match[1]]] = value
    return SpacecraftFigures(**found)


def planned_events(comments: Iterable[str], near_mjd_utc: float) -> tuple[PlannedEvent, ...]:
    """The event list in the comments, in order of time; ``near_mjd_utc`` is a moment within the ephemeris."""
    events = []
    for line in comments:
        match = _EVENT.fullmatch(line)
        moment = None if match is None else _nearest_year(match, near_mjd_utc)
        if match is not None and moment is not None:
            numbers = (float(match[index]) for index in (6, 7, 8))
            events.append(PlannedEvent(" ".join(match[1].split()), moment, *numbers))
    return tuple(sorted(events, key=lambda event: event.time_mjd_utc))


def ascending_nodes(comments: Iterable[str]) -> tuple[tuple[str, float], ...]:
    """Epoch text and geographic longitude [deg] of the ascending nodes the comments quote."""
    matches = (_ASCENDING_NODE.fullmatch(line) for line in comments)
    return tuple((match[2], float(match[4])) for match in matches if match)


def _nearest_year(match: re.Match[str], near_mjd_utc: float) -> float | None:
    """The date of a day of year, in the year that brings it nearest; None for a day or time that does not exist."""
    day, hour, minute, second = int(match[2]), int(match[3]), int(match[4]), float(match[5])
    if not (1 <= day <= 366 and hour < 24 and minute < 60 and second < 61.0):
        return None
    middle = datetime_utc(near_mjd_utc).year
    candidates = [
        mjd_utc(datetime(year, 1, 1, tzinfo=UTC) + timedelta(days=day - 1, hours=hour, minutes=minute, seconds=second))
        for year in (middle - 1, middle, middle + 1)
    ]
    return min(candidates, key=lambda moment: abs(moment - near_mjd_utc))
