"""Who and what is aboard in one run, as plain records: what a coupled run hands on to tables, charts and verdicts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

LONG_DAYS: Final = 1.0
"""Somebody without a seat for less is between two craft, an empty station between two crews."""
NOTHING_KG: Final = 1.0
"""Of a gas: less is not told apart from nothing."""
CALLED_HOME: Final = "called home"
"""Why somebody left whose partner wanted them back."""
FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PortRecord:
    """A craft at a port; dates as modified Julian days (UTC), ``to_mjd_utc`` None: still there at the end."""

    port: str
    flight: str
    vehicle: str
    """Its kind, as in the fleet: ``soyuz``."""
    owner: str
    from_mjd_utc: float
    to_mjd_utc: float | None

    def until(self, time_mjd_utc: float) -> PortRecord:
        """The same that has left (as ``dataclasses.replace``, in a third of the time)."""
        return PortRecord(self.port, self.flight, self.vehicle, self.owner, self.from_mjd_utc, time_mjd_utc)


@dataclass(frozen=True, slots=True)
class CrewRecord:
    """A person's stay; ``to_mjd_utc`` None: still aboard at the end."""

    name: str
    nationality: str
    agency: str
    side: str
    """Whose segment trained them: ``russian`` or ``american``."""
    up_flight: str
    down_flight: str
    """The craft they leave in, or would; empty: none."""
    from_mjd_utc: float
    to_mjd_utc: float | None

    def leaving_in(self, flight: str, time_mjd_utc: float | None) -> CrewRecord:
        """The same with another craft down, and when it leaves."""
        return CrewRecord(
            self.name, self.nationality, self.agency, self.side, self.up_flight, flight, self.from_mjd_utc, time_mjd_utc
        )


@dataclass(frozen=True)
class StoreCourse:
    """A store in time."""

    name: str
    owner: str
    substance: str
    critical: bool
    times_mjd_utc: FloatArray
    """(n,)"""
    amount_kg: FloatArray
    """(n,)"""
    reserve_kg: FloatArray
    """(n,) its reserve for those then aboard; 0 where it has none."""
    reserve_reached_mjd_utc: float | None
    """The first time it falls below its reserve, of what sides share: while all of it together does; None: not while
    people are aboard."""
    empty_mjd_utc: float | None
    """The first time it is empty; None: not while people are aboard."""


@dataclass(frozen=True, slots=True)
class SideTime:
    """What the time of one side's people went into, from the epoch to the end of the run."""

    side: str
    """Of the habitat: ``us``, ``russian``."""
    days: float
    """From the epoch to the end."""
    manned_days: float
    """With people aboard, of whatever side."""
    unattended_days: float
    """Of those, with nobody trained for this side's segment."""
    repair_hours: float
    research_hours: float | None
    """What upkeep and repairs left; None: how much upkeep takes is not known."""
    upkeep_undone_share: float | None
    """Of the routine, what those aboard had no time for, while anybody was."""


@dataclass(frozen=True)
class PeopleCourse:
    """People, seats, craft and stores of one run of one branch."""

    times_mjd_utc: FloatArray
    """(n,) moments at which the number of people or of working seats changes; the first is the epoch."""
    aboard: NDArray[np.int64]
    """(n,) people from that moment on."""
    seats: NDArray[np.int64]
    """(n,) working seats home from that moment on."""
    ports: tuple[PortRecord, ...]
    crew: tuple[CrewRecord, ...]
    stores: tuple[StoreCourse, ...]
    unseated_from_mjd_utc: float | None = None
    """From when on somebody has no working seat home for longer than a day."""
    unseated: tuple[str, ...] = ()
    """Who, at that moment."""
    first_limit: str = ""
    """What first made people leave: a store, the air, the attitude, the altitude; empty: nothing did."""
    must_leave_mjd_utc: float | None = None
    """When it did."""
    left_mjd_utc: float | None = None
    """When the last person left for good; None: people are aboard at the end."""
    left_reason: str = ""
    """What the last person had to leave for, named as ``first_limit``, or that a partner called them home; empty:
    nothing drove them out."""
    stranded: tuple[str, ...] = ()
    """Who had no way home when the station had to be left."""
    lost_flights: tuple[str, ...] = ()
    not_flown: tuple[str, ...] = ()
    """Flights of the plan that were not launched, or could not come."""
    crew_time: tuple[SideTime, ...] = ()
    """By side with a segment of its own."""
    why: Mapping[str, str] = field(default_factory=dict)
    """In words: ``left``, ``unseated``, ``first_limit``."""

    def together_mjd_utc(self, substance: str) -> tuple[float | None, float | None]:
        """When there is first less of a substance than its reserve, all its stores together, and when none of it.

        While people are aboard; None: never, or no store of it has a reserve.
        """
        stores = [store for store in self.stores if store.substance == substance]
        if not any(store.reserve_kg.any() for store in stores):
            return None, None
        times = stores[0].times_mjd_utc
        held = np.sum([store.amount_kg for store in stores], axis=0)
        least = np.sum([store.reserve_kg for store in stores], axis=0)
        manned = self.aboard[np.maximum(np.searchsorted(self.times_mjd_utc, times, side="right") - 1, 0)] > 0
        return _first_below(times, held - least, manned), _first_below(times, held - NOTHING_KG, manned)

    @property
    def emptied_mjd_utc(self) -> float | None:
        """From when on nobody is aboard for the first time, whoever comes later; None: never for longer than a day."""
        until = np.append(self.times_mjd_utc[1:], np.inf)
        empty = np.flatnonzero((self.aboard == 0) & (until - self.times_mjd_utc > LONG_DAYS))
        return float(self.times_mjd_utc[empty[0]]) if empty.size else None


def _first_below(times: FloatArray, above_kg: FloatArray, counts: NDArray[np.bool_]) -> float | None:
    """The first moment that counts at which this is not above nought; in between it goes straight."""
    found = np.flatnonzero((above_kg <= 0.0) & counts)
    if not found.size:
        return None
    at = int(found[0])
    if at == 0 or above_kg[at - 1] <= 0.0:
        return float(times[at])
    share = above_kg[at - 1] / (above_kg[at - 1] - above_kg[at])
    return float(times[at - 1] + share * (times[at] - times[at - 1]))
