"""People, seats, craft and stores of one made-up run, shaped like a coupled run of the ISS from April 2022 on."""

from __future__ import annotations

from typing import Any

import numpy as np

from stationkeep.campaign.people_document import PeopleDocument
from stationkeep.campaign.people_summary import PeopleGrid, PeopleRun, people_document
from stationkeep.simulation.people_record import CrewRecord, PeopleCourse, PortRecord, StoreCourse

EPOCH_MJD = 59671.0  # 2 April 2022
HORIZON_MJD = 62867.0  # 1 January 2031
_STORES = (  # name, owner, substance, critical, capacity, use a day, supplied every, reserve in days
    ("us-food", "nasa", "food", True, 1500.0, 7.0, 90.0, 45.0),
    ("russian-food", "roscosmos", "food", True, 900.0, 5.0, 80.0, 45.0),
    ("us-water", "nasa", "water", True, 1400.0, 5.0, 120.0, 45.0),
    ("russian-water", "roscosmos", "water", True, 800.0, 4.0, 80.0, 45.0),
    ("us-oxygen", "nasa", "oxygen", True, 300.0, 0.6, 150.0, 45.0),
    ("candles", "roscosmos", "oxygen", True, 160.0, 0.0, 9999.0, 45.0),
    ("toilet-containers", "roscosmos", "containers", True, 120.0, 0.5, 80.0, 45.0),
    ("us-spares", "nasa", "spares", False, 900.0, 1.5, 90.0, 0.0),
)


def sample_course(left_mjd: float | None = None, *, shift_days: float = 0.0, **changes: Any) -> PeopleCourse:
    """Rotations every half a year; with ``left_mjd`` no craft comes any more and the last person leaves then."""
    end = HORIZON_MJD if left_mjd is None else left_mjd
    ports, crew = _traffic(end, left_mjd is not None)
    moments = sorted({EPOCH_MJD, *(t for one in crew for t in (one.from_mjd_utc, one.to_mjd_utc) if t is not None)})
    times = np.array([time for time in moments if time >= EPOCH_MJD])
    aboard = np.array([sum(one.from_mjd_utc <= t and (one.to_mjd_utc or 9e9) > t for one in crew) for t in times])
    fields: dict[str, Any] = {
        "times_mjd_utc": times,
        "aboard": aboard,
        "seats": aboard.copy(),
        "ports": tuple(ports),
        "crew": tuple(crew),
        "stores": tuple(_store(*row, end=end, shift=shift_days) for row in _STORES),
        "left_mjd_utc": left_mjd,
    }
    if left_mjd is not None:
        fields |= {
            "first_limit": "American food",
            "must_leave_mjd_utc": left_mjd - 0.5,
            "not_flown": ("Soyuz MS-22", "Progress MS-20"),
            "why": {"left": "American food is at its end on 2022-10-10", "first_limit": "American food"},
        }
    return PeopleCourse(**(fields | changes))


def _traffic(end: float, leaving: bool) -> tuple[list[PortRecord], list[CrewRecord]]:
    ports, crew = [], []
    kinds = (("soyuz", "roscosmos", "russian", ("rassvet-nadir", "prichal-nadir"), 3, "Soyuz MS"),
             ("crew-dragon", "spacex", "american", ("harmony-forward", "harmony-zenith"), 4, "Crew"))  # fmt: skip
    for kind, owner, side, places, seats, name in kinds:
        start, number = EPOCH_MJD - 15.0, 21
        while start < end and not (leaving and start > EPOCH_MJD):
            stop = start + 190.0
            gone = min(stop, end) if leaving or stop < end else None
            ports.append(PortRecord(places[number % 2], f"{name}-{number}", kind, owner, start, gone))
            agency = "Roscosmos" if side == "russian" else "NASA"
            crew += [
                CrewRecord(f"Person {number}{letter}", "RU" if side == "russian" else "US", agency, side,
                           f"{name}-{number}", f"{name}-{number}", start, gone)
                for letter in "abcd"[:seats]
            ]  # fmt: skip
            start, number = start + 183.0, number + 1
    if not leaving:
        for number, start in enumerate(np.arange(EPOCH_MJD + 60.0, end, 91.0)):
            stop = float(start) + 170.0
            port = ("zvezda-aft", "poisk-zenith")[number % 2]
            gone = stop if stop < end else None
            ports.append(PortRecord(port, f"Progress MS-{20 + number}", "progress", "roscosmos", float(start), gone))
    return ports, crew


def _store(
    name: str, owner: str, substance: str, critical: bool, capacity: float, use: float, every: float,
    reserve_days: float, *, end: float, shift: float,
) -> StoreCourse:  # fmt: skip
    times, amounts = [EPOCH_MJD], [0.6 * capacity]
    supplies = np.arange(EPOCH_MJD + every, end, every) if end == HORIZON_MJD else np.array([])
    for moment in [*supplies.tolist(), end]:
        left = max(amounts[-1] - use * (moment - times[-1]), 0.0)
        times += [moment, moment]
        amounts += [left, min(capacity, left + use * every) if moment < end else left]
    reserve = use * reserve_days
    course = StoreCourse(
        name, owner, substance, critical, np.array(times), np.array(amounts), np.full(len(times), reserve), None, None
    )
    if use and end < HORIZON_MJD:
        reached, empty = (EPOCH_MJD + (0.6 * capacity - level) / use + shift for level in (reserve, 0.0))
        return StoreCourse(
            *(getattr(course, field) for field in list(StoreCourse.__dataclass_fields__)[:7]),
            reached if reserve and reached < end else None, empty if empty < end else None,
        )  # fmt: skip
    return course


def sample_people(left_mjd: float | None = None, runs: int = 40, **changes: Any) -> PeopleDocument:
    """The document of so many made-up runs around one course."""
    reference = sample_course(left_mjd, **changes)
    grid = PeopleGrid.of(reference, EPOCH_MJD, HORIZON_MJD)
    courses = (
        sample_course(None if left_mjd is None else left_mjd + 0.5 * (index - runs // 2), **changes)
        for index in range(runs)
    )
    return people_document(reference, [PeopleRun.of(course, grid) for course in courses], grid, HORIZON_MJD)
