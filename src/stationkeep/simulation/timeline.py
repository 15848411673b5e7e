"""What one run of one branch gives: series by day, dated events, how it ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from stationkeep.outcome import Outcome
from stationkeep.propulsion.tanks import LedgerEntry
from stationkeep.timescale import iso_utc

if TYPE_CHECKING:
    import xarray

    from stationkeep.simulation.array_flying import ArraysFlown
    from stationkeep.simulation.people_record import PeopleCourse

FloatArray = NDArray[np.float64]

LOWERING: Final = "lowering"
"""Kind of event: a burn that brings the station lower, towards a decided end."""
BURN_KINDS: Final = ("burn", "debris-avoidance", LOWERING)
"""Kinds of events that are burns."""


class Function(StrEnum):
    """What keeps a station alive, and can be lost."""

    __hash__ = str.__hash__  # it equals its text; and a run looks functions up a thousand times

    RESUPPLY = "resupply"
    """Flights that bring propellant."""
    UNLOADING = "unloading"
    """Thrusters that take over when the gyros are full."""
    REBOOST = "reboost"
    ATTITUDE = "attitude"
    AVOIDANCE = "debris-avoidance"
    CONTROLLED_DEORBIT = "controlled-deorbit"


BURN_FAILED: Final = "deorbit-failed"
"""Kind of event: the last burn of a controlled end stopped for good."""


@dataclass(frozen=True, slots=True)
class DeorbitOutlook:
    """When a controlled fall is possible in one run, and what it lacks at its best moment."""

    ever_possible: bool
    from_mjd_utc: float | None
    """The first moment at which it is possible."""
    lost_mjd_utc: float | None
    """From when on it is impossible for good (the epoch, where it never was possible); None: not by the horizon."""
    missing_kg: float
    missing_n: float


@dataclass(frozen=True, slots=True)
class Interruption:
    """A function that was lost and came back: since when, until when [MJD UTC]."""

    function: Function
    from_mjd_utc: float
    to_mjd_utc: float


@dataclass(frozen=True)
class NoReturn:
    """Points of no return of one run. Dates as modified Julian days (UTC); None: not by the horizon."""

    deorbit: DeorbitOutlook
    """With everything that plays a part in the branch."""
    deorbit_as_it_was: DeorbitOutlook | None
    """Without what is hindsight; None: there is none."""
    reserve_lost_mjd_utc: float | None
    """From when on the station would sink below the reserve altitude too soon if nobody pushed any more."""
    reboost_limit_km: float | None
    """Below it drag takes more than the longest burn at the policy's pace gives; None: nobody plays a part."""
    reboost_limit_nonstop_km: float | None
    """Below it drag is stronger than the engine itself."""
    attitude_limit_km: float | None
    """Below it gyros cannot hold the attitude; None: the scenario does not ask."""


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """Something that happened, when, and what it did."""

    time_mjd_utc: float
    kind: str
    title: str
    mean_altitude_km: float
    provider: str | None = None
    delta_v_m_s: float | None = None
    duration_s: float | None = None
    propellant_kg: float | None = None
    note: str | None = None
    because: tuple[int, ...] = ()
    """Places, in the run's story, of the events that brought it about."""

    @property
    def time_utc(self) -> str:
        """ISO 8601 time."""
        return iso_utc(self.time_mjd_utc)


@dataclass(frozen=True)
class Timeline:
    """One run of one branch."""

    branch: str
    run_index: int
    outcome: Outcome
    first_day_mjd: int
    altitude_by_day_km: FloatArray
    """(n_day + 1,) mean altitude at each UTC midnight from ``first_day_mjd``; NaN where it did not fly."""
    events: tuple[TimelineEvent, ...]
    propellant_used_kg: float
    burn_count: int
    mass_kg: float
    """Mass at the end."""
    reboost_ends_mjd_utc: float | None
    """From when on nobody could reboost any more; null where somebody still could at the end."""
    tank_content_kg: dict[str, float] = field(default_factory=dict)
    attitude_propellant_kg: float = 0.0
    """Drawn by the attitude thrusters; not in ``propellant_used_kg``."""
    ledger: dict[str, tuple[LedgerEntry, ...]] = field(default_factory=dict)
    """Every change of every tank."""
    lost_mjd_utc: dict[Function, float] = field(default_factory=dict)
    """Since when each function is lost for good."""
    interruptions: tuple[Interruption, ...] = ()
    """Functions that were lost and came back, in the order in which they did."""
    last_by: dict[Function, str] = field(default_factory=dict)
    """Who provided a function last."""
    no_return: NoReturn | None = None
    arrays: ArraysFlown | None = None
    """Drag and power while the arrays did not track the Sun; None: they always did."""
    people: PeopleCourse | None = None
    """Who was aboard, on what, until when; None: the scenario follows nobody."""
    taken_away_kg: float = 0.0
    """Mass of modules and craft that partners took away; propellant in tanks that went with them is in the ledger."""

    def series(self) -> xarray.Dataset:
        """The daily series as a labelled dataset, dimension ``time`` (UTC midnights)."""
        import xarray

        days = np.datetime64("1858-11-17", "ns") + np.arange(len(self.altitude_by_day_km)) * np.timedelta64(86400, "s")
        days = days + np.timedelta64(self.first_day_mjd * 86400, "s")
        used = np.zeros(len(self.altitude_by_day_km))
        for event in self.events:
            if event.kind in BURN_KINDS and event.propellant_kg is not None:
                used[int(np.ceil(event.time_mjd_utc)) - self.first_day_mjd :] += event.propellant_kg
        return xarray.Dataset(
            {
                "mean_altitude_km": (
                    "time",
                    self.altitude_by_day_km,
                    {"units": "km", "long_name": "mean semi-major axis minus 6378.137 km"},
                ),
                "propellant_used_kg": ("time", used, {"units": "kg", "long_name": "propellant burned since the epoch"}),
            },
            coords={"time": ("time", days, {"long_name": "UTC midnight"})},
            attrs={"branch": self.branch, "run_index": self.run_index, "outcome": str(self.outcome.reason)},
        )

    def event_table(self) -> list[dict[str, Any]]:
        """The events as rows, in time order."""
        names = (
            "time_utc",
            "kind",
            "title",
            "mean_altitude_km",
            "provider",
            "delta_v_m_s",
            "duration_s",
            "propellant_kg",
            "note",
        )
        return [{name: getattr(event, name) for name in names} for event in self.events]
