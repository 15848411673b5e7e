"""What the least certain figures of the attitude are worth: the reference run at both ends of the upsets' ranges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from stationkeep.attitude.figures import iss_attitude
from stationkeep.campaign.document import AttitudeEnd, AttitudeRange
from stationkeep.simulation.engine import simulate
from stationkeep.simulation.inputs import AttitudeDraw
from stationkeep.simulation.timeline import Function
from stationkeep.timescale import iso_utc

if TYPE_CHECKING:
    from stationkeep.simulation.inputs import RunInputs
    from stationkeep.simulation.run_state import Mission
    from stationkeep.simulation.timeline import Timeline

RATE: Final = "upsets_per_year_1"
LARGE: Final = "upset_momentum_high_n_m_s"


def attitude_ranges(
    mission: Mission, median: RunInputs, references: Mapping[str, Timeline]
) -> dict[str, AttitudeRange]:
    """When would the attitude be lost, and the station fall, with gyros seldom and little upset, or often and hard?

    For the branches in which gyros are left alone in the reference run: it is flown again with both figures at the low
    and at the high end of their ranges, all else at its median.
    """
    if mission.scenario.attitude is None:
        return {}
    alone = [
        name
        for name, run in references.items()
        if Function.UNLOADING in run.lost_mjd_utc and any(event.kind == "unloading-ends" for event in run.events)
    ]
    return {
        name: AttitudeRange(seldom=_flown(mission, name, median, 0.0), often=_flown(mission, name, median, 1.0))
        for name in alone
    }


def _flown(mission: Mission, branch: str, median: RunInputs, end: float) -> AttitudeEnd:
    draw: AttitudeDraw = replace(median.attitude, figures={**median.attitude.figures, RATE: end, LARGE: end})
    run = simulate(mission, branch, replace(median, attitude=draw), limits=False)
    values = iss_attitude().at(draw.figures)
    lost = run.lost_mjd_utc.get(Function.ATTITUDE)
    falls = run.outcome.time_mjd_utc if run.outcome.reentered else None
    return AttitudeEnd(
        upsets_per_year=values[RATE],
        upset_momentum_high_n_m_s=values[LARGE],
        attitude_lost_utc=None if lost is None else iso_utc(lost),
        falls_utc=None if falls is None else iso_utc(falls),
    )
