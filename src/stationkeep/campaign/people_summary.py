"""From the people of many runs to the document: a small record of each run as it comes, then shares and quantiles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from stationkeep.campaign.packing import DAYS_BETWEEN_POINTS, packed_integers, unpacked_integers
from stationkeep.campaign.part import LossDates, with_median
from stationkeep.campaign.people_document import (
    FirstStore,
    NamedShare,
    PeopleDocument,
    PeopleOverTime,
    StationLeft,
    StoreRecord,
    Together,
    WithoutSeat,
)
from stationkeep.campaign.people_hours import side_hours
from stationkeep.campaign.people_reference import people_reference
from stationkeep.campaign.quantiles import LEVELS, interval, loss_fields
from stationkeep.timescale import iso_day

if TYPE_CHECKING:
    from stationkeep.scenario.schema import Scenario
    from stationkeep.simulation.people_record import PeopleCourse, SideTime
    from stationkeep.simulation.timeline import Timeline

FloatArray = NDArray[np.float64]

NO_RELIEF: Final = "no relief"
"""Why the station was left where nothing drove people out: the last crew went home and no other came."""
_IN_SHORT: Final = {
    "the station tumbles": "attitude",
    "the station is too low": "altitude",
    "the last craft went home as planned, and no other came": NO_RELIEF,
}
_JUST_LEFT_DAYS: Final = 5.0
"""Who had to leave no longer ago than this leaves for that reason."""


@dataclass(frozen=True, slots=True)
class PeopleGrid:
    """What is the same for all runs of a branch: the days people are counted on, and the stores."""

    days_mjd: FloatArray
    """(n_day,) midnights, five days apart, from the first one after the epoch to the horizon."""
    store_names: tuple[str, ...]

    @classmethod
    def of(cls, reference: PeopleCourse, epoch_mjd: float, horizon_mjd: float) -> PeopleGrid:
        """The days from the epoch to the horizon and the stores of the reference run."""
        days = np.arange(np.ceil(epoch_mjd), horizon_mjd + 1.0e-9, DAYS_BETWEEN_POINTS)
        return cls(days, tuple(store.name for store in reference.stores))


def people_grids(scenario: Scenario, references: Mapping[str, Timeline]) -> dict[str, PeopleGrid]:
    """The grid of each branch; none for those that do not say who is aboard."""
    return {
        name: PeopleGrid.of(reference.people, scenario.epoch_mjd_utc, scenario.horizon_mjd_utc)
        for name, reference in references.items()
        if reference.people is not None
    }


@dataclass(frozen=True, slots=True)
class PeopleRun:
    """What is kept of the people of one run."""

    unseated_mjd_utc: float | None
    must_leave_mjd_utc: float | None
    left_mjd_utc: float | None
    emptied_mjd_utc: float | None
    crew_time: tuple[SideTime, ...]
    first_limit: str
    left_because: str
    """As ``first_limit``, of the last departure; empty: there is none."""
    stranded: int
    lost_flights: int
    not_flown: int
    aboard: bytes
    """People at each day of the grid, packed."""
    store_dates_mjd: bytes
    """Two rows of doubles, a column for each store of the grid: below its reserve, empty; infinite: never."""
    nitrogen_mjd_utc: tuple[float | None, float | None] = (None, None)
    """When all nitrogen together is below its reserve, and when there is none."""

    @classmethod
    def of(cls, course: PeopleCourse, grid: PeopleGrid) -> PeopleRun:
        """What is kept once the run has been flown."""
        place = np.searchsorted(course.times_mjd_utc, grid.days_mjd, side="right") - 1
        dates = np.full((2, len(grid.store_names)), np.inf)
        column = {name: index for index, name in enumerate(grid.store_names)}
        for store in course.stores:
            if store.name in column:
                reached = (store.reserve_reached_mjd_utc, store.empty_mjd_utc)
                dates[:, column[store.name]] = [np.inf if date is None else date for date in reached]
        return cls(
            unseated_mjd_utc=course.unseated_from_mjd_utc,
            must_leave_mjd_utc=course.must_leave_mjd_utc,
            left_mjd_utc=course.left_mjd_utc,
            emptied_mjd_utc=course.emptied_mjd_utc,
            crew_time=course.crew_time,
            first_limit=course.first_limit,
            left_because=_left_because(course),
            stranded=len(course.stranded),
            lost_flights=len(course.lost_flights),
            not_flown=len(course.not_flown),
            aboard=packed_integers(course.aboard[np.maximum(place, 0)].astype(np.int32)),
            store_dates_mjd=dates.tobytes(),
            nitrogen_mjd_utc=course.together_mjd_utc("nitrogen"),
        )


def people_document(
    reference: PeopleCourse, runs: Sequence[PeopleRun], grid: PeopleGrid, horizon_mjd: float
) -> PeopleDocument:
    """People, seats and stores of one branch: shares and quantiles over all runs, names from the reference run."""
    dates = np.array([np.frombuffer(run.store_dates_mjd) for run in runs]).reshape(len(runs), 2, -1)
    stranded = sum(run.stranded > 0 for run in runs) / len(runs)
    return PeopleDocument(
        people_at_epoch=int(reference.aboard[0]),
        seats_at_epoch=int(reference.seats[0]),
        without_seat=WithoutSeat(
            **loss_fields([run.unseated_mjd_utc for run in runs]),
            who=list(reference.unseated),
            why=reference.why.get("unseated", ""),
        ),
        must_leave=LossDates(**loss_fields([run.must_leave_mjd_utc for run in runs])),
        station_left=StationLeft(
            **loss_fields([run.left_mjd_utc for run in runs]),
            reasons=_shares((run.left_because for run in runs if run.left_because), len(runs)),
            why=reference.why.get("left", ""),
            stranded_share=stranded,
        ),
        emptied=LossDates(**loss_fields([run.emptied_mjd_utc for run in runs])),
        first_limit=_shares((run.first_limit for run in runs if run.first_limit), len(runs)),
        stores=_stores(reference, dates),
        # Where sides share, a store may end that had no reserve of its own to fall below: at its end it is below any.
        first_reserve=_first(reference, dates.min(axis=1)),
        first_store=_first(reference, dates[:, 1]),
        nitrogen=_nitrogen(reference, runs),
        aboard=_aboard(runs, grid),
        crew_time=side_hours([run.crew_time for run in runs]),
        **_per_run("lost_flights", [run.lost_flights for run in runs]),
        **_per_run("not_flown", [run.not_flown for run in runs]),
        reference=people_reference(reference, horizon_mjd),
    )


def _left_because(course: PeopleCourse) -> str:
    """Why the last person went: what people had to leave for just before, else what the run tells of it."""
    left, must = course.left_mjd_utc, course.must_leave_mjd_utc
    if left is None:
        return ""
    if course.left_reason:
        return course.left_reason
    if must is not None and must <= left <= must + _JUST_LEFT_DAYS:
        return course.first_limit or NO_RELIEF
    said = course.why.get("left", "")
    return _IN_SHORT.get(said, said) or NO_RELIEF


def _shares(names: Iterable[str], runs: int) -> list[NamedShare]:
    return [NamedShare(name=name, share=count / runs) for name, count in Counter(names).most_common()]


def _per_run(name: str, counts: Sequence[int]) -> dict[str, Any]:
    """The mean and the interval: flights are lost seldom, and the median of a rare count is nought."""
    return {**with_median(**{name: interval(counts)}), name: float(np.mean(counts))}


def _stores(reference: PeopleCourse, dates: FloatArray) -> list[StoreRecord]:
    return [
        StoreRecord(
            name=store.name,
            owner=store.owner,
            substance=store.substance,
            critical=store.critical,
            reserve=LossDates(**loss_fields(_or_none(dates[:, 0, column]))),
            zero=LossDates(**loss_fields(_or_none(dates[:, 1, column]))),
        )
        for column, store in enumerate(reference.stores)
    ]


def _first(reference: PeopleCourse, dates: FloatArray) -> FirstStore | None:
    """Which critical store comes first most often, and when the first one comes; null: none in any run."""
    critical = [column for column, store in enumerate(reference.stores) if store.critical]
    if not critical or not np.isfinite(dates[:, critical]).any():
        return None
    first = dates[:, critical].min(axis=1)
    # Stores that end at the same moment share the place: the one listed first stands for them.
    which = dates[:, critical].argmin(axis=1)[np.isfinite(first)]
    counts = np.bincount(which, minlength=len(critical))
    store = reference.stores[critical[int(counts.argmax())]]
    share = float(counts.max()) / len(dates)
    return FirstStore(name=store.name, owner=store.owner, of_runs=share, **loss_fields(_or_none(first)))


def _nitrogen(reference: PeopleCourse, runs: Sequence[PeopleRun]) -> Together | None:
    if not any(store.substance == "nitrogen" and store.reserve_kg.any() for store in reference.stores):
        return None
    reserve, zero = (loss_fields([run.nitrogen_mjd_utc[place] for run in runs]) for place in (0, 1))
    return Together(reserve=LossDates(**reserve), zero=LossDates(**zero))


def _or_none(dates: FloatArray) -> list[float | None]:
    return [float(date) if np.isfinite(date) else None for date in dates]


def _aboard(runs: Sequence[PeopleRun], grid: PeopleGrid) -> PeopleOverTime:
    """People aboard over time, until nobody is any more in any run."""
    table = np.sort(np.array([unpacked_integers(run.aboard).astype(np.int16) for run in runs]), axis=0)
    peopled = np.flatnonzero(table[-1] > 0)
    end = min(int(peopled[-1]) + 2 if peopled.size else 1, table.shape[1])
    rows = (table[max(int(np.ceil(level * len(runs) - 1.0e-9)) - 1, 0), :end].tolist() for level in LEVELS)
    low, middle, high = rows
    return PeopleOverTime(dates_utc=[iso_day(day) for day in grid.days_mjd[:end]], p05=low, median=middle, p95=high)
