"""Why it ends as it does: the chain of events behind a run's end, read backwards from the run's own story.

Every event remembers the events that brought it about (:mod:`stationkeep.simulation.causes`); the chain is all that
the end goes back to, and nothing else. What is read from the altitude (the fall through the reserve altitude) is the
run's own as well.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from stationkeep.campaign.document import Why, WhyLink
from stationkeep.campaign.quantiles import loss_fields
from stationkeep.outcome import OutcomeReason
from stationkeep.simulation.timeline import Function, TimelineEvent
from stationkeep.timescale import iso_utc

if TYPE_CHECKING:
    from stationkeep.campaign.run_record import RunRecord
    from stationkeep.simulation.timeline import Timeline

_FUNCTIONS: Final = {
    "reboost-ends": Function.REBOOST,
    "attitude-lost": Function.ATTITUDE,
    "unloading-ends": Function.UNLOADING,
}
"""What a chain goes back from where the station still flies: what is lost at the horizon."""
BELOW_RESERVE: Final = "below-reserve"


def why(reference: Timeline, runs: Sequence[RunRecord], reserve_altitude_km: float) -> Why:
    """The chain of the reference run, and the share of all runs that end by the same kinds of events, in that order.

    A run that loses nothing has an empty chain.
    """
    chain = chain_of(reference, reserve_altitude_km)
    kinds = kinds_of(reference, reserve_altitude_km)
    alike = Counter(run.chain_kinds for run in runs)
    return Why(
        chain=[
            WhyLink(
                time_utc=iso_utc(link.time_mjd_utc), kind=link.kind, title=link.title,
                mean_altitude_km=link.mean_altitude_km, because=list(link.because), **_over_all(link.kind, runs),
            )
            for link in chain
        ],
        share_alike=alike[kinds] / len(runs),
    )  # fmt: skip


def _over_all(kind: str, runs: Sequence[RunRecord]) -> dict[str, Any]:
    """In what share of all runs the same comes, and when in the median; empty for what runs do not keep.

    The reference run has the median inputs, not the median dates: where they differ a reader must see both.
    """
    if kind == "reentered":
        fallen = [run.outcome.time_mjd_utc if run.outcome.reentered else None for run in runs]
        # a run brought down on target neither falls nor flies on: it has no place in the median
        kept = [
            date for run, date in zip(runs, fallen, strict=True) if run.outcome.reason is not OutcomeReason.DEORBITED
        ]
        share = sum(date is not None for date in fallen) / len(fallen)
        return {"share": share, "median_utc": loss_fields(kept)["median_utc"] if kept else None}
    if kind == "reboost-ends":
        dates = [run.reboost_ends_mjd_utc for run in runs]
    elif kind in _FUNCTIONS:
        dates = [run.lost_mjd_utc.get(_FUNCTIONS[kind]) for run in runs]
    else:
        return {}
    counted = loss_fields(dates)
    return {"share": counted["share"], "median_utc": counted["median_utc"]}


def kinds_of(run: Timeline, reserve_altitude_km: float) -> str:
    """The kinds of events in a run's chain, in order; empty where it loses nothing."""
    return " ".join(link.kind for link in chain_of(run, reserve_altitude_km))


def chain_of(run: Timeline, reserve_altitude_km: float) -> list[TimelineEvent]:
    """All events that the end of a run goes back to, in order; ``because`` holds places in this list.

    The end is the fall; where it still flies, the functions that are lost for good.
    """
    ends = list(_ends(run))
    if not ends:
        return []
    wanted = _ancestors(run.events, ends)
    place = {index: position for position, index in enumerate(wanted)}
    chain = [_moved(run.events[index], tuple(place[cause] for cause in run.events[index].because)) for index in wanted]
    return _with_reserve(chain, run, reserve_altitude_km)


def _ends(run: Timeline) -> Iterator[int]:
    last = len(run.events) - 1
    if run.outcome.reentered or run.outcome.reason is OutcomeReason.DEORBITED:
        yield last
        return
    for kind, function in _FUNCTIONS.items():
        if function in run.lost_mjd_utc:
            found = [index for index, event in enumerate(run.events) if event.kind == kind]
            yield from found[-1:]


def _ancestors(events: Sequence[TimelineEvent], ends: Sequence[int]) -> list[int]:
    wanted: set[int] = set()
    open_ends = list(ends)
    while open_ends:
        index = open_ends.pop()
        if index not in wanted:
            wanted.add(index)
            open_ends += events[index].because
    return sorted(wanted)


def _moved(event: TimelineEvent, because: tuple[int, ...]) -> TimelineEvent:
    return TimelineEvent(event.time_mjd_utc, event.kind, event.title, event.mean_altitude_km, because=because)


def _with_reserve(chain: list[TimelineEvent], run: Timeline, altitude_km: float) -> list[TimelineEvent]:
    """The chain with the day on which the falling station sank through the reserve altitude, before its end."""
    if not run.outcome.reentered or len(chain) < 2:
        return chain  # a fall that nothing brought about is not explained by its own altitude
    above = np.flatnonzero(run.altitude_by_day_km >= altitude_km)
    if not above.size or above[-1] + 1 >= len(run.altitude_by_day_km):
        return chain
    day = float(run.first_day_mjd + above[-1] + 1)
    at = sum(link.time_mjd_utc <= day for link in chain)
    if not 0 < at < len(chain):
        return chain
    before, after = chain[:at], chain[at:]
    causes = tuple(cause for cause in after[-1].because if cause < at)
    height = float(run.altitude_by_day_km[above[-1] + 1])
    sunk = TimelineEvent(day, BELOW_RESERVE, f"Sinks below {altitude_km:g} km", height, because=causes)
    later = [_moved(link, tuple(cause + (cause >= at) for cause in link.because)) for link in after]
    fall = later[-1]
    later[-1] = _moved(fall, tuple(sorted({at, *(cause for cause in fall.because if cause > at)})))
    return [*before, sunk, *later]
