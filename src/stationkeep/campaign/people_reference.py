"""The people of the reference run as a document: ports, crew, seats, and stores thinned to what a chart can show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from stationkeep.campaign.people_document import CrewStay, PeopleReference, PeopleSteps, PortStay, StoreLine
from stationkeep.logistics.ports import iss_ports
from stationkeep.timescale import iso_utc

if TYPE_CHECKING:
    from stationkeep.simulation.people_record import PeopleCourse, StoreCourse

FloatArray = NDArray[np.float64]

LONGEST_PICTURE_DAYS: Final = 1096.0
"""Three years: with more craft than these a bar of a chart is too short for a name."""
_AFTER_LEAVING_DAYS: Final = 120.0
_THINNED_SHARE: Final = 0.004  # of a store's highest level: less than a line's width on a chart


def people_reference(course: PeopleCourse, horizon_mjd: float) -> PeopleReference:
    """Names and courses of the reference run."""
    start, stop = pictured(course, horizon_mjd)
    known, ports = iss_ports().ports, dict.fromkeys(stay.port for stay in course.ports)
    order = [port for port in known if port in ports] + [port for port in ports if port not in known]
    return PeopleReference(
        pictured_from_utc=iso_utc(start),
        pictured_to_utc=iso_utc(stop),
        port_names={port: known[port].name if port in known else port for port in order},
        ports=[
            PortStay(
                port=stay.port, flight=stay.flight, vehicle=stay.vehicle, owner=stay.owner,
                from_utc=iso_utc(stay.from_mjd_utc), to_utc=_iso(stay.to_mjd_utc),
            )
            for stay in course.ports
        ],
        crew=[
            CrewStay(
                name=stay.name, nationality=stay.nationality, agency=stay.agency, side=stay.side,
                up_flight=stay.up_flight, down_flight=stay.down_flight, from_utc=iso_utc(stay.from_mjd_utc),
                to_utc=_iso(stay.to_mjd_utc),
            )
            for stay in course.crew
        ],
        steps=_steps(course),
        stores=[_line(store, start, stop) for store in course.stores],
        unseated_from_utc=_iso(course.unseated_from_mjd_utc),
        first_limit=course.first_limit,
        must_leave_utc=_iso(course.must_leave_mjd_utc),
        left_utc=_iso(course.left_mjd_utc),
        stranded=list(course.stranded),
        lost_flights=list(course.lost_flights),
        not_flown=list(course.not_flown),
        why=dict(course.why),
    )  # fmt: skip


def pictured(course: PeopleCourse, horizon_mjd: float) -> tuple[float, float]:
    """The span a chart shows: to some months after the station is left, three years at most, which end there."""
    epoch_mjd = float(course.times_mjd_utc[0])
    if course.left_mjd_utc is None:
        return epoch_mjd, min(horizon_mjd, epoch_mjd + LONGEST_PICTURE_DAYS)
    stop = min(horizon_mjd, course.left_mjd_utc + _AFTER_LEAVING_DAYS)
    return max(epoch_mjd, stop - LONGEST_PICTURE_DAYS), stop


def _steps(course: PeopleCourse) -> PeopleSteps:
    """One step for each moment: what happens at once is one change."""
    last = np.append(np.diff(course.times_mjd_utc) > 0.0, True)
    return PeopleSteps(
        dates_utc=[iso_utc(time) for time in course.times_mjd_utc[last]],
        aboard=course.aboard[last].tolist(),
        seats=course.seats[last].tolist(),
    )


def _line(store: StoreCourse, start_mjd: float, stop_mjd: float) -> StoreLine:
    times = store.times_mjd_utc
    seen = slice(*np.clip([np.searchsorted(times, start_mjd) - 1, np.searchsorted(times, stop_mjd) + 1], 0, len(times)))
    levels = np.column_stack([store.amount_kg, store.reserve_kg])[seen]
    kept = thinned(times[seen], levels, _THINNED_SHARE * max(float(levels.max(initial=0.0)), 1.0e-9))
    return StoreLine(
        name=store.name,
        owner=store.owner,
        substance=store.substance,
        critical=store.critical,
        dates_utc=[iso_utc(time) for time in times[seen][kept]],
        amount_kg=[round(float(value), 2) for value in levels[kept, 0]],
        reserve_kg=[round(float(value), 2) for value in levels[kept, 1]],
    )


def thinned(times: FloatArray, levels: FloatArray, tolerance: float) -> NDArray[np.intp]:
    """Which points of broken lines to keep so that none moves by more than the tolerance.

    ``times`` (n,), ``levels`` (n, n_line). Ramer's (1972) and Douglas and Peucker's (1973) method, with the distance
    measured along the levels; jumps (two points at one time) stay.
    """
    if len(times) < 3:
        return np.arange(len(times))
    kept, open_spans = {0, len(times) - 1}, [(0, len(times) - 1)]
    while open_spans:
        first, last = open_spans.pop()
        if last - first < 2:
            continue
        inside = slice(first + 1, last)
        span = times[last] - times[first]
        share = (times[inside] - times[first]) / span if span > 0.0 else np.zeros(last - first - 1)
        chord = levels[first] + share[:, None] * (levels[last] - levels[first])
        off = np.abs(levels[inside] - chord).max(axis=1)
        worst = int(off.argmax())
        if off[worst] > tolerance:
            middle = first + 1 + worst
            kept.add(middle)
            open_spans += [(first, middle), (middle, last)]
    return np.array(sorted(kept))


def _iso(date_mjd: float | None) -> str | None:
    return None if date_mjd is None else iso_utc(date_mjd)
