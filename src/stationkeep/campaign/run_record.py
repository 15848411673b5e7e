"""What a campaign keeps of each run: a few kilobytes for its document, whatever happened in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from stationkeep.campaign.explain import kinds_of
from stationkeep.campaign.interruptions import InterruptedRun, longest_interruptions
from stationkeep.campaign.packing import DAYS_BETWEEN_POINTS, packed_integers, unpacked_integers
from stationkeep.campaign.people_summary import PeopleGrid, PeopleRun
from stationkeep.propulsion.burns import delta_v_for_gain_m_s
from stationkeep.simulation.timeline import BURN_FAILED, BURN_KINDS, LOWERING

if TYPE_CHECKING:
    from stationkeep.outcome import Outcome
    from stationkeep.scenario.schema import Scenario
    from stationkeep.simulation.array_flying import ArraysFlown
    from stationkeep.simulation.inputs import RunInputs
    from stationkeep.simulation.timeline import Function, NoReturn, Timeline

FloatArray = NDArray[np.float64]

_GONE: Final = np.int32(-(2**31))
_YEAR_DAYS: Final = 365


@dataclass(frozen=True, slots=True)
class AltitudeCourse:
    """Mean altitude every few days from the epoch, to the metre, packed: 0.8 kB for nine years."""

    first_day_mjd: int
    begin: int
    """Days from the first one to the first point."""
    last_day: int
    """Days from the first one to the last on which it flew; -1: on none."""
    packed: bytes

    @classmethod
    def of(cls, timeline: Timeline, epoch_mjd: float) -> AltitudeCourse:
        """Every fifth day of a run, from the first midnight after the epoch."""
        begin = int(np.ceil(epoch_mjd)) - timeline.first_day_mjd
        by_day = timeline.altitude_by_day_km
        flying = np.flatnonzero(np.isfinite(by_day))
        points = by_day[begin::DAYS_BETWEEN_POINTS]
        metres = np.where(np.isfinite(points), np.rint(np.nan_to_num(points) * 1000.0), _GONE).astype(np.int32)
        last = int(flying[-1]) if flying.size else -1
        return cls(timeline.first_day_mjd, begin, last, packed_integers(metres))

    def metres(self) -> NDArray[np.int32]:
        """(n_point,) altitudes [m]; the least number there is where it did not fly."""
        return unpacked_integers(self.packed)


def kilometres(metres: NDArray[np.int32]) -> FloatArray:
    """Unpacked altitudes [km]; NaN where a run did not fly."""
    return np.where(metres == _GONE, np.nan, metres / 1000.0)


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run of one branch as the document needs it; fields as in ``Timeline``."""

    branch: str
    run_index: int
    outcome: Outcome
    propellant_used_kg: float
    burn_count: int
    mass_kg: float
    reboost_ends_mjd_utc: float | None
    attitude_propellant_kg: float
    lost_mjd_utc: dict[Function, float]
    no_return: NoReturn | None
    arrays: ArraysFlown | None
    altitude: AltitudeCourse
    chain_kinds: str
    """What its end goes back to, as kinds of events in their order."""
    interrupted: tuple[InterruptedRun, ...] = ()
    """Functions that were lost for a time."""
    first_year_drag_m_s: float | None = None
    """What drag took in the first year; none where it did not fly that long."""
    people: PeopleRun | None = None
    last_burn_failed: bool = False
    """Whether the last burn of a decided end stopped for good."""

    @classmethod
    def of(cls, timeline: Timeline, scenario: Scenario, grid: PeopleGrid | None = None) -> RunRecord:
        """What is kept of a run once it has been flown; its people where there is a grid to count them on."""
        return cls(
            branch=timeline.branch,
            run_index=timeline.run_index,
            outcome=timeline.outcome,
            propellant_used_kg=timeline.propellant_used_kg,
            burn_count=timeline.burn_count,
            mass_kg=timeline.mass_kg,
            reboost_ends_mjd_utc=timeline.reboost_ends_mjd_utc,
            attitude_propellant_kg=timeline.attitude_propellant_kg,
            lost_mjd_utc=dict(timeline.lost_mjd_utc),
            no_return=timeline.no_return,
            arrays=timeline.arrays,
            altitude=AltitudeCourse.of(timeline, scenario.epoch_mjd_utc),
            chain_kinds=kinds_of(timeline, scenario.reserve.altitude_km),
            interrupted=longest_interruptions(timeline),
            first_year_drag_m_s=first_year_drag_m_s(timeline, scenario.epoch_mjd_utc),
            people=PeopleRun.of(timeline.people, grid) if timeline.people is not None and grid is not None else None,
            last_burn_failed=any(event.kind == BURN_FAILED for event in timeline.events),
        )


def first_year_drag_m_s(timeline: Timeline, epoch_mjd_utc: float) -> float | None:
    """What did drag take in the first year [m/s]: what burns gave, and what the orbit has lost besides?

    None where the station did not fly a year. Between midnights, the first one after the epoch and 365 days later.
    """
    begin = int(np.ceil(epoch_mjd_utc)) - timeline.first_day_mjd
    end = begin + _YEAR_DAYS
    heights = timeline.altitude_by_day_km
    if end >= len(heights) or not (np.isfinite(heights[begin]) and np.isfinite(heights[end])):
        return None
    first, last = float(timeline.first_day_mjd + begin), float(timeline.first_day_mjd + end)
    burnt = sum(
        (event.delta_v_m_s or 0.0) * (-1.0 if event.kind == LOWERING else 1.0)
        for event in timeline.events
        if event.kind in BURN_KINDS and first <= event.time_mjd_utc < last
    )
    sunk_km = float(heights[begin] - heights[end])
    sunk_m_s = delta_v_for_gain_m_s(float(heights[end]), sunk_km)
    return burnt + float(np.copysign(sunk_m_s, sunk_km))


@dataclass(frozen=True, slots=True)
class DrawRecord:
    """What is kept of a run's draws."""

    casualty_draws: tuple[float, float]
    """As in ``RunInputs``."""
    mean_f107_sfu: dict[int, float]
    """Mean radio flux over so many days from the epoch: until the reference run of a branch has fallen."""
    threats: Mapping[str, float] = field(default_factory=dict)
    """As in ``RunInputs``."""

    @classmethod
    def of(cls, inputs: RunInputs, spans_days: Sequence[int]) -> DrawRecord:
        """What is kept of the draws once the branches have flown."""
        flux = {days: mean_f107(inputs, days) for days in spans_days}
        return cls(inputs.casualty_draws, flux, dict(inputs.threats))


def mean_f107(inputs: RunInputs, days: int) -> float:
    """Mean F10.7 of the first days of a run [sfu]."""
    return float(inputs.weather.drivers[:days, 1].mean())
